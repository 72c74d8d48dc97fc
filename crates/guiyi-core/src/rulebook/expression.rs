//! Expressions in CEL, the Common Expression Language, over the elements of one row.
//!
//! An element stands for its canonical value: an amount or number is an exact decimal, a date is a day, everything else
//! is text; `today` is the day of the run. CEL itself knows neither decimals nor days, so both are values of our own
//! (`values`), and literals are read accordingly: `0.3` is a decimal everywhere, `5` beside a decimal is one, and
//! `"2020-01-31"` beside a day is a day. So `0.1 + 0.2 == 0.3` holds, and `amount == 0.3` is exact.
//!
//! Everything that can be known is checked here: the syntax with line and column, names, regular expressions, and by a
//! trial on made-up values whether the types fit and the result is true or false.

use std::collections::BTreeMap;
use std::sync::Arc;

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::parser::Parser;
use cel::{Context, ExecutionError, Value};
use regex::Regex;
use rust_decimal::Decimal;

use super::rules::{element_hint, last_line};
use crate::dictionary::{Dictionary, ElementKind};
use crate::validate::Ordered;

mod values;

pub(crate) use values::Constant;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Expression {
    /// As the rule pack has it.
    pub text: Arc<str>,
    /// Whether the expression is evaluated for rows in which an element has no value; it is null there.
    pub evaluates_nulls: bool,
    /// The elements that it names: name, position in the dictionary, type; in the order of the names.
    pub(crate) elements: Vec<(Box<str>, usize, Type)>,
    /// The literals that are values of our own, by the name that stands for them in the tree.
    constants: Vec<Constant>,
    /// The regular expressions of its calls of `matches`, by the number that stands for them in the tree: CEL itself
    /// would compile them anew for every row.
    patterns: Arc<[Regex]>,
    tree: IdedExpr,
}

/// `matches` with a number of [`Expression::patterns`]; no name of CEL begins with `#`.
const MATCHES: &str = "#matches";

/// What kind of value an element, or a part of an expression, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// An exact decimal.
    Decimal,
    /// A day.
    Day,
    /// Text, a truth value, an integer, a list: whatever CEL has.
    Other,
}

impl Type {
    fn of(kind: ElementKind) -> Self {
        match kind {
            ElementKind::Amount | ElementKind::Number => Self::Decimal,
            ElementKind::Date => Self::Day,
            _ => Self::Other,
        }
    }
}

/// What is wrong with an expression, and where in its text: line and column, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Wrong {
    fn at_start(message: String, hint: Option<&str>) -> Self {
        Self {
            line: 1,
            column: 1,
            message,
            hint: hint.map(str::to_owned),
        }
    }
}

fn not_a_truth(what: &str) -> Wrong {
    let hint = "compare something: ==, <=, in, matches, …";
    Wrong::at_start(format!("the expression gives {what}, not true or false"), Some(hint))
}

impl Expression {
    /// Compiles an expression over the elements of a dictionary; or says everything that is wrong with it.
    pub(super) fn parse(text: &str, dictionary: &Dictionary, evaluates_nulls: bool) -> Result<Self, Vec<Wrong>> {
        let tree = Parser::new().parse(text).map_err(|errors| {
            let wrong = errors.errors.iter().map(|error| Wrong {
                line: usize::try_from(error.pos.0).unwrap_or(1).max(1),
                column: usize::try_from(error.pos.1).unwrap_or(1).max(1),
                message: format!("the expression does not compile: {}", first_line(&error.msg)),
                hint: None,
            });
            wrong.collect::<Vec<_>>()
        })?;
        let mut reader = Reader {
            dictionary,
            elements: BTreeMap::new(),
            constants: Vec::new(),
            patterns: Vec::new(),
            bound: Vec::new(),
            wrong: Vec::new(),
            text,
        };
        let mut tree = tree;
        if reader.read(&mut tree) != Type::Other && reader.wrong.is_empty() {
            reader.wrong.push(not_a_truth("a value"));
        }
        let Reader {
            elements,
            constants,
            patterns,
            wrong,
            ..
        } = reader;
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let expression = Self {
            text: text.into(),
            evaluates_nulls,
            elements: elements
                .into_iter()
                .map(|(name, (position, kind))| (name, position, kind))
                .collect(),
            constants,
            patterns: patterns.into(),
            tree,
        };
        expression.try_out().map_err(|wrong| vec![wrong])?;
        Ok(expression)
    }

    /// Evaluates the expression; `row` gives the values by name. Errors: why it is neither true nor false.
    pub(crate) fn evaluate(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        match context.resolve(&self.tree) {
            Ok(Value::Bool(truth)) => Ok(truth),
            Ok(other) => Err(format!("the result is {}, not true or false", other.type_of())),
            Err(error) => Err(words(&error)),
        }
    }

    /// A context in which the expression can be evaluated, once it has a resolver of the row's values.
    pub(crate) fn context<'c>(&self) -> Context<'c, 'c> {
        let mut context = Context::default();
        let patterns = Arc::clone(&self.patterns);
        let matches = move |text: Arc<String>, number: i64| {
            usize::try_from(number)
                .ok()
                .and_then(|number| patterns.get(number))
                .is_some_and(|pattern| pattern.is_match(&text))
        };
        // Refused only if CEL had the name, which is not one of CEL's.
        _ = context.add_function(MATCHES, matches);
        context
    }

    /// The value that a name of our own in the tree stands for.
    pub(crate) fn constant(&self, name: &str) -> Option<&Constant> {
        self.constants.get(name.strip_prefix('#')?.parse::<usize>().ok()?)
    }

    /// Evaluates the expression for a made-up row, to see whether types fit.
    fn try_out(&self) -> Result<(), Wrong> {
        let made_up = MadeUp(self);
        let mut context = self.context();
        context.set_variable_resolver(&made_up);
        match context.resolve(&self.tree) {
            Ok(Value::Bool(_)) => Ok(()),
            Ok(other) => Err(not_a_truth(&other.type_of().to_string())),
            Err(error @ (ExecutionError::NoSuchOverload(_) | ExecutionError::UnsupportedBinaryOperator(..))) => {
                let hint = "an amount is compared with a number, a date with a date or \"2020-01-31\", text with text";
                Err(Wrong::at_start(
                    format!("the expression cannot be evaluated: {}", words(&error)),
                    Some(hint),
                ))
            }
            Err(error @ ExecutionError::UndeclaredReference(_)) => Err(Wrong::at_start(
                format!("the expression cannot be evaluated: {}", words(&error)),
                None,
            )),
            // What depends on the values, such as a division by zero, is no mistake of the expression.
            Err(_) => Ok(()),
        }
    }
}

/// A row with a value in every element.
struct MadeUp<'a>(&'a Expression);

impl VariableResolver for MadeUp<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(constant) = self.0.constant(variable) {
            return Some(constant.value());
        }
        if variable == TODAY {
            return Some(Constant::Day((2000, 1, 1)).value());
        }
        let (.., kind) = self.0.elements.iter().find(|(name, ..)| **name == *variable)?;
        Some(match kind {
            Type::Decimal => Constant::Decimal(Decimal::ONE).value(),
            Type::Day => Constant::Day((2000, 1, 1)).value(),
            Type::Other => CowVal::owned(cel::common::types::CelString::from("x")),
        })
    }
}

/// The variable that is the day of the run.
pub(crate) const TODAY: &str = "today";

/// Names that CEL itself has: types, which may be compared with `type(x)`.
const TYPES: [&str; 9] = [
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
];

/// Goes through a tree, collects what it names, and puts names of our own in the place of literals.
struct Reader<'a> {
    dictionary: &'a Dictionary,
    elements: BTreeMap<Box<str>, (usize, Type)>,
    constants: Vec<Constant>,
    /// Compiled patterns.
    patterns: Vec<Regex>,
    /// Variables of the macros `all`, `exists`, … around the current part.
    bound: Vec<String>,
    wrong: Vec<Wrong>,
    text: &'a str,
}

impl Reader<'_> {
    fn read(&mut self, part: &mut IdedExpr) -> Type {
        match &mut part.expr {
            Expr::Ident(name) => {
                let name = name.clone();
                self.name(&name)
            }
            Expr::Literal(LiteralValue::Double(number)) => {
                let number = **number;
                self.decimal(part, &number.to_string())
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => {
                let kinds: Vec<Type> = list.elements.iter_mut().map(|element| self.read(element)).collect();
                kinds
                    .into_iter()
                    .find(|kind| *kind != Type::Other)
                    .unwrap_or(Type::Other)
            }
            Expr::Map(map) => {
                for entry in &mut map.entries {
                    if let cel::common::ast::EntryExpr::MapEntry(entry) = &mut entry.expr {
                        self.read(&mut entry.key);
                        self.read(&mut entry.value);
                    }
                }
                Type::Other
            }
            Expr::Select(select) => {
                self.read(&mut select.operand);
                Type::Other
            }
            Expr::Comprehension(comprehension) => {
                self.read(&mut comprehension.iter_range);
                self.read(&mut comprehension.accu_init);
                let names = [
                    Some(&comprehension.iter_var),
                    comprehension.iter_var2.as_ref(),
                    Some(&comprehension.accu_var),
                ];
                let before = self.bound.len();
                self.bound.extend(names.into_iter().flatten().cloned());
                for part in [
                    &mut comprehension.loop_cond,
                    &mut comprehension.loop_step,
                    &mut comprehension.result,
                ] {
                    self.read(part);
                }
                self.bound.truncate(before);
                Type::Other
            }
            Expr::Unspecified | Expr::Literal(_) | Expr::Struct(_) => Type::Other,
        }
    }

    fn name(&mut self, name: &str) -> Type {
        if name == TODAY && self.dictionary.position(TODAY).is_none() {
            return Type::Day;
        }
        if self.bound.iter().any(|bound| bound == name) || TYPES.contains(&name) {
            return Type::Other;
        }
        if let Some(position) = self.dictionary.position(name) {
            let kind = Type::of(self.dictionary.elements[position].kind);
            self.elements.insert(name.into(), (position, kind));
            return kind;
        }
        let hint = element_hint(name, self.dictionary);
        self.wrong_at(name, format!("no element is named \"{name}\""), hint);
        Type::Other
    }

    fn call(&mut self, call: &mut CallExpr) -> Type {
        if let (operators_of_two!(), [left, right]) = (call.func_name.as_str(), &mut call.args[..]) {
            let kinds = [self.read(left), self.read(right)];
            let kind = kinds
                .into_iter()
                .find(|kind| *kind != Type::Other)
                .unwrap_or(Type::Other);
            let is_sum = matches!(
                call.func_name.as_str(),
                operators::ADD | operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO
            );
            for (part, own) in [left, right].into_iter().zip(kinds) {
                if own == Type::Other && !(is_sum && kind == Type::Day) {
                    self.literal(part, kind);
                }
            }
            return match (kind, is_sum, kinds) {
                (Type::Decimal, true, _) => Type::Decimal,
                (Type::Day, true, [Type::Day, Type::Day]) | (_, false, _) => Type::Other,
                (kind, true, _) => kind,
            };
        }
        if let Some(target) = &mut call.target {
            self.read(target);
        }
        let kinds: Vec<Type> = call.args.iter_mut().map(|argument| self.read(argument)).collect();
        if call.func_name == "matches"
            && call.args.len() + usize::from(call.target.is_some()) == 2
            && let Some(Expr::Literal(LiteralValue::String(pattern))) = call.args.last().map(|argument| &argument.expr)
        {
            match Regex::new(pattern.inner()) {
                Ok(regex) => self.compiled(call, regex),
                Err(error) => {
                    let message = format!("the pattern does not compile: {}", last_line(&error));
                    let pattern = pattern.inner().to_owned();
                    self.wrong_at(&pattern, message, None);
                }
            }
        }
        match call.func_name.as_str() {
            operators::NEGATE => kinds[0],
            operators::CONDITIONAL if kinds.len() == 3 && kinds[1] == kinds[2] => kinds[1],
            _ => Type::Other,
        }
    }

    /// Makes of a call of `matches` one of our own with the compiled pattern.
    fn compiled(&mut self, call: &mut CallExpr, regex: Regex) {
        if let Some(subject) = call.target.take() {
            call.args.insert(0, *subject);
        }
        MATCHES.clone_into(&mut call.func_name);
        if let (Some(pattern), Ok(number)) = (call.args.last_mut(), i64::try_from(self.patterns.len())) {
            pattern.expr = Expr::Literal(LiteralValue::Int(number.into()));
        }
        self.patterns.push(regex);
    }

    /// Reads a literal, or the literals of a list, as values of the type beside them.
    fn literal(&mut self, part: &mut IdedExpr, kind: Type) {
        match (&mut part.expr, kind) {
            (Expr::Literal(LiteralValue::Int(number)), Type::Decimal) => {
                let number = **number;
                self.decimal(part, &number.to_string());
            }
            (Expr::Literal(LiteralValue::String(text)), Type::Day) => {
                let text = text.inner().to_owned();
                match Ordered::read(&text, ElementKind::Date) {
                    Some(Ordered::Date(year, month, day)) => self.put(part, Constant::Day((year, month, day))),
                    _ => self.wrong_at(&text, format!("\"{text}\" is not a date such as \"2020-01-31\""), None),
                }
            }
            (Expr::List(list), _) => {
                for element in &mut list.elements {
                    self.literal(element, kind);
                }
            }
            _ => {}
        }
    }

    fn decimal(&mut self, part: &mut IdedExpr, text: &str) -> Type {
        match Decimal::from_str_exact(text) {
            Ok(number) => self.put(part, Constant::Decimal(number)),
            Err(_) => self.wrong_at(text, format!("{text} has too many digits"), None),
        }
        Type::Decimal
    }

    fn put(&mut self, part: &mut IdedExpr, constant: Constant) {
        part.expr = Expr::Ident(format!("#{}", self.constants.len()));
        self.constants.push(constant);
    }

    /// Adds a mistake where a word stands in the text.
    fn wrong_at(&mut self, word: &str, message: String, hint: Option<String>) {
        let before = &self.text[..self.text.find(word).unwrap_or(0)];
        self.wrong.push(Wrong {
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            message,
            hint,
        });
    }
}

/// The operators whose sides are compared or reckoned with each other.
macro_rules! operators_of_two {
    () => {
        operators::ADD
            | operators::SUBSTRACT
            | operators::MULTIPLY
            | operators::DIVIDE
            | operators::MODULO
            | operators::EQUALS
            | operators::NOT_EQUALS
            | operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS
            | operators::IN
    };
}
use operators_of_two;

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Why an evaluation failed, in one line without the interpreter's names of operators.
fn words(error: &ExecutionError) -> String {
    let text = match error {
        ExecutionError::NoSuchOverload(overload) => {
            let operator = overload.function().trim_matches(['_', '@']);
            format!("{} does not take {}", operator, overload.argument_types().join(" and "))
        }
        ExecutionError::UndeclaredReference(name) => format!("there is no function \"{name}\""),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "a division by zero".into(),
        ExecutionError::Overflow(..) => "a result is too large".into(),
        other => other.to_string(),
    };
    first_line(&text).to_owned()
}

#[cfg(test)]
mod tests;
