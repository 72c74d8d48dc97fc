//! A typed reader of TOML text that collects every mistake with its place, used for dictionaries, rule packs and the
//! project file.
//!
//! Laws: a key that nobody asked for is a mistake, so it cannot be forgotten to check for them (a [`Table`] reports
//! its unknown keys when it is dropped); a value of the wrong type or outside its range is one mistake and reads as
//! `None`; mistakes come out in the order of the text. Ask a table for all its keys before judging any of them.
//!
//! ```
//! use guiyi_core::rulebook::toml::Document;
//!
//! let document = Document::parse("shop.toml", "[store]\npath = 3\nlimt = 5");
//! if let Some(store) = document.root().table("store") {
//!     store.string("path");
//!     store.opt_integer("limit", 1..=100);
//! }
//! let mistakes = document.finish(()).unwrap_err();
//! assert_eq!(mistakes[0].to_string(), "shop.toml:2:8: \"path\" in [store] must be text, this is an integer\n  hint: put it in quotes");
//! assert_eq!(mistakes[1].to_string(), "shop.toml:3:1: unknown key \"limt\" in [store]\n  hint: did you mean \"limit\"?");
//! ```

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::mistake::{Mistake, hint_for};

/// A TOML text, parsed as far as it can be, and the mistakes found in it so far.
#[derive(Debug)]
pub struct Document<'i> {
    file: Arc<str>,
    text: &'i str,
    tree: Spanned<DeTable<'i>>,
    /// Whether the text itself is broken; missing keys are not reported then, they may be in the broken part.
    broken: bool,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'i> Document<'i> {
    /// Parses a text; mistakes of syntax are kept for [`Document::finish`].
    pub fn parse(file: &str, text: &'i str) -> Self {
        let (tree, errors) = DeTable::parse_recoverable(text);
        let broken = !errors.is_empty();
        let document = Self {
            file: file.into(),
            text,
            tree,
            broken,
            mistakes: RefCell::default(),
        };
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            document.add(at, error.message().to_owned(), None);
        }
        document
    }

    /// The table of the keys above the first header.
    pub fn root(&self) -> Table<'_> {
        Table::new(self, self.tree.get_ref(), self.tree.span(), String::new())
    }

    /// The value, or every mistake found, in the order of the text.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<Mistake>> {
        let mut mistakes = self.mistakes.into_inner();
        if mistakes.is_empty() {
            return Ok(value);
        }
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        mistakes.dedup();
        Err(mistakes)
    }

    fn add(&self, at: usize, message: String, hint: Option<String>) {
        let (line, column) = place(self.text, at);
        self.mistakes.borrow_mut().push(Mistake {
            file: Arc::clone(&self.file),
            line,
            column,
            message,
            hint,
        });
    }
}

/// Line and column, both from 1, of a byte offset; the column counts characters. A byte-order mark counts nothing.
fn place(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    (
        line,
        before[line_start..].trim_start_matches('\u{FEFF}').chars().count() + 1,
    )
}

/// One table of a [`Document`], at the top, under a header, or inline.
#[derive(Debug)]
pub struct Table<'d> {
    document: &'d Document<'d>,
    entries: &'d DeTable<'d>,
    span: Range<usize>,
    /// The header as in the text, such as `[[source]]`; empty for the top of the file.
    header: String,
    asked: RefCell<BTreeSet<String>>,
}

impl<'d> Table<'d> {
    fn new(document: &'d Document<'d>, entries: &'d DeTable<'d>, span: Range<usize>, header: String) -> Self {
        Self {
            document,
            entries,
            span,
            header,
            asked: RefCell::default(),
        }
    }

    /// The table's own keys, in the order of the text; asking for their values is still to be done.
    pub fn keys(&self) -> Vec<&'d str> {
        let mut keys: Vec<_> = self
            .entries
            .keys()
            .map(|key| (key.span().start, &**key.get_ref()))
            .collect();
        keys.sort_unstable();
        keys.into_iter().map(|(_, key)| key).collect()
    }

    /// Whether the key is there, of whatever type.
    pub fn has(&self, key: &str) -> bool {
        self.ask(key).is_some()
    }

    /// Text that must be there.
    pub fn string(&self, key: &str) -> Option<&'d str> {
        self.required(key)?;
        self.opt_string(key)
    }

    /// Text that may be left out.
    pub fn opt_string(&self, key: &str) -> Option<&'d str> {
        let value = self.ask(key)?;
        if let DeValue::String(text) = value.get_ref() {
            return Some(text);
        }
        self.wrong_type(key, value, "text");
        None
    }

    /// An integer within a range that must be there.
    pub fn integer(&self, key: &str, range: RangeInclusive<i64>) -> Option<i64> {
        self.required(key)?;
        self.opt_integer(key, range)
    }

    /// An integer within a range that may be left out.
    pub fn opt_integer(&self, key: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.ask(key)?;
        let DeValue::Integer(integer) = value.get_ref() else {
            self.wrong_type(key, value, "an integer");
            return None;
        };
        self.within(key, i64::from_str_radix(integer.as_str(), integer.radix()).ok(), &range)
    }

    /// A number within a range that may be left out; an integer is read as a number.
    pub fn opt_float(&self, key: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.ask(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .map(|integer| integer as f64),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => {
                self.wrong_type(key, value, "a number");
                return None;
            }
        };
        self.within(key, number, &range)
    }

    /// `true` or `false`, may be left out.
    pub fn opt_bool(&self, key: &str) -> Option<bool> {
        let value = self.ask(key)?;
        if let DeValue::Boolean(truth) = value.get_ref() {
            return Some(*truth);
        }
        self.wrong_type(key, value, "true or false");
        None
    }

    /// Text, a number or a date, as it is written in the file; for bounds such as `min = 0` and `max = "today"`.
    pub fn opt_scalar(&self, key: &str) -> Option<String> {
        let value = self.ask(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(integer) if integer.radix() == 10 => Some(integer.as_str().replace('_', "")),
            DeValue::Float(float) => Some(float.as_str().replace('_', "")),
            DeValue::Datetime(datetime) if datetime.time.is_none() => Some(datetime.to_string()),
            _ => {
                self.wrong_type(key, value, "text, a number or a date");
                None
            }
        }
    }

    /// The member of `options` that the text names; must be there.
    pub fn choice<T: Copy>(&self, key: &str, options: &[(&'static str, T)]) -> Option<T> {
        self.required(key)?;
        self.opt_choice(key, options)
    }

    /// The member of `options` that the text names; may be left out.
    pub fn opt_choice<T: Copy>(&self, key: &str, options: &[(&'static str, T)]) -> Option<T> {
        let name = self.opt_string(key)?;
        let found = options
            .iter()
            .find(|(option, _)| *option == name)
            .map(|&(_, value)| value);
        if found.is_none() {
            let hint = hint_for(name, options.iter().map(|&(option, _)| option));
            self.mistake_at(key, format!("\"{name}\" is not a value of \"{key}\""), hint);
        }
        found
    }

    /// An array of texts, each with its number; empty if it is left out. Items of another type are left out and said.
    pub fn strings(&self, key: &str) -> Vec<&'d str> {
        let Some(array) = self.array(key) else {
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(array.len());
        for item in array {
            if let DeValue::String(text) = item.get_ref() {
                texts.push(&**text);
            } else {
                self.wrong_type(key, item, "an array of texts");
            }
        }
        texts
    }

    /// An array of arrays of texts; empty if it is left out.
    pub fn string_lists(&self, key: &str) -> Vec<Vec<&'d str>> {
        let Some(array) = self.array(key) else {
            return Vec::new();
        };
        let mut lists = Vec::with_capacity(array.len());
        for item in array {
            let texts = item.get_ref().as_array().map(|list| {
                list.iter()
                    .map(|text| text.get_ref().as_str())
                    .collect::<Option<Vec<&str>>>()
            });
            match texts {
                Some(Some(texts)) => lists.push(texts),
                _ => self.wrong_type(key, item, "an array of arrays of texts"),
            }
        }
        lists
    }

    /// The table under `[key]` or written inline, `None` if it is left out.
    pub fn table(&self, key: &str) -> Option<Table<'d>> {
        let value = self.ask(key)?;
        if let DeValue::Table(entries) = value.get_ref() {
            return Some(Table::new(
                self.document,
                entries,
                value.span(),
                format!("[{}]", self.path(key)),
            ));
        }
        self.wrong_type(key, value, &format!("a table, [{}]", self.path(key)));
        None
    }

    /// The tables under `[[key]]` or in an array of inline tables, in order; empty if there is none.
    pub fn tables(&self, key: &str) -> Vec<Table<'d>> {
        let Some(value) = self.ask(key) else { return Vec::new() };
        let header = format!("[[{}]]", self.path(key));
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(key, value, &format!("an array of tables, {header}"));
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(array.len());
        for item in array {
            if let DeValue::Table(entries) = item.get_ref() {
                tables.push(Table::new(self.document, entries, item.span(), header.clone()));
            } else {
                self.wrong_type(key, item, &format!("an array of tables, {header}"));
            }
        }
        tables
    }

    /// The table under `[key]`, or the tables of an array, in order; empty if it is left out.
    pub fn table_or_tables(&self, key: &str) -> Vec<Table<'d>> {
        match self.ask(key).map(Spanned::get_ref) {
            Some(DeValue::Array(_)) => self.tables(key),
            _ => self.table(key).into_iter().collect(),
        }
    }

    /// Adds a mistake at a place inside a text: line and column from 1, counted in the text between its quotes.
    ///
    /// In a text with escapes the column is that of the text as it is read, so it may stand a little to the left.
    pub fn mistake_inside(
        &self,
        key: &str,
        line: usize,
        column: usize,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        let Some(span) = self.entries.get(key).map(Spanned::span) else {
            return self.mistake(message, hint);
        };
        let quoted = self.document.text.get(span.clone()).unwrap_or_default();
        let is_long = ["\"\"\"", "'''"].iter().any(|quotes| quoted.starts_with(quotes));
        let opening = if is_long { 3 } else { 1 };
        let inner = quoted.get(opening..).unwrap_or_default();
        let body = match inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')) {
            Some(body) if is_long => body,
            _ => inner,
        };
        let lines = body.split_inclusive('\n');
        let to_line: usize = lines.take(line.saturating_sub(1)).map(str::len).sum();
        let rest = body.get(to_line..).unwrap_or_default();
        let to_column = rest
            .char_indices()
            .nth(column.saturating_sub(1))
            .map_or(rest.len(), |(at, _)| at);
        let at = span.start + (quoted.len() - body.len()) + to_line + to_column;
        self.document.add(at.min(span.end), message.into(), hint);
    }

    /// Adds a mistake at the table's header.
    pub fn mistake(&self, message: impl Into<String>, hint: Option<String>) {
        self.document.add(self.span.start, message.into(), hint);
    }

    /// Adds a mistake at a key's value, or at the table's header if the key is not there.
    pub fn mistake_at(&self, key: &str, message: impl Into<String>, hint: Option<String>) {
        let at = self
            .entries
            .get(key)
            .map_or(self.span.start, |value| value.span().start);
        self.document.add(at, message.into(), hint);
    }

    /// Adds a mistake at a key itself, or at the table's header if the key is not there.
    pub fn mistake_at_key(&self, key: &str, message: impl Into<String>, hint: Option<String>) {
        let at = self
            .entries
            .get_key_value(key)
            .map_or(self.span.start, |(key, _)| key.span().start);
        self.document.add(at, message.into(), hint);
    }

    /// Adds a mistake at the item of this number, from 0, in an array, or at the array if it has no such item.
    pub fn mistake_at_item(&self, key: &str, index: usize, message: impl Into<String>, hint: Option<String>) {
        let item = self.entries.get(key).and_then(|value| value.get_ref().get(index));
        match item {
            Some(item) => self.document.add(item.span().start, message.into(), hint),
            None => self.mistake_at(key, message, hint),
        }
    }

    /// Line and column, from 1, of a key's value, `None` if the key is not there.
    pub fn place(&self, key: &str) -> Option<(usize, usize)> {
        self.entries
            .get(key)
            .map(|value| place(self.document.text, value.span().start))
    }

    fn ask(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.entries.get(key)
    }

    /// Says that a key is missing, unless the text is broken and the key may stand in the broken part.
    fn required(&self, key: &str) -> Option<()> {
        let there = self.has(key);
        if !there && !self.document.broken {
            self.mistake(format!("\"{key}\" is missing {}", self.inside()), None);
        }
        there.then_some(())
    }

    fn array(&self, key: &str) -> Option<&'d DeArray<'d>> {
        let value = self.ask(key)?;
        if let DeValue::Array(array) = value.get_ref() {
            return Some(array);
        }
        self.wrong_type(key, value, "an array");
        None
    }

    fn within<T: PartialOrd + Display>(&self, key: &str, number: Option<T>, range: &RangeInclusive<T>) -> Option<T> {
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let message = format!(
                "\"{key}\" {} must lie between {} and {}",
                self.inside(),
                range.start(),
                range.end()
            );
            self.mistake_at(key, message, None);
        }
        number
    }

    fn wrong_type(&self, key: &str, found: &Spanned<DeValue<'_>>, expected: &str) {
        let (found_type, hint) = match (found.get_ref(), expected) {
            (DeValue::Table(_), _) if expected.starts_with("an array of tables") => {
                ("a table", Some(format!("write [[{}]]", self.path(key))))
            }
            (DeValue::Array(_), _) if expected.starts_with("a table") => {
                ("an array", Some(format!("write [{}]", self.path(key))))
            }
            (DeValue::String(_), "an array of texts" | "an array") => {
                ("text", Some("put it in brackets: [\"…\"]".into()))
            }
            (DeValue::String(_), _) => ("text", Some("leave out the quotes".into())),
            (DeValue::Integer(_), "text") => ("an integer", Some("put it in quotes".into())),
            (DeValue::Integer(_), _) => ("an integer", None),
            (DeValue::Float(_), _) => ("a number with a fraction", None),
            (DeValue::Boolean(_), _) => ("true or false", None),
            (DeValue::Datetime(_), "text") => ("a date or time", Some("put it in quotes".into())),
            (DeValue::Datetime(_), _) => ("a date or time", None),
            (DeValue::Array(_), _) => ("an array", None),
            (DeValue::Table(_), _) => ("a table", None),
        };
        let message = format!("\"{key}\" {} must be {expected}, this is {found_type}", self.inside());
        self.document.add(found.span().start, message, hint);
    }

    fn inside(&self) -> String {
        if self.header.is_empty() {
            "at the top of the file".into()
        } else {
            format!("in {}", self.header)
        }
    }

    fn path(&self, key: &str) -> String {
        let own = self.header.trim_matches(['[', ']']);
        if own.is_empty() {
            key.to_owned()
        } else {
            format!("{own}.{key}")
        }
    }
}

impl Drop for Table<'_> {
    fn drop(&mut self) {
        let asked = self.asked.borrow();
        for key in self.entries.keys().filter(|key| !asked.contains(&**key.get_ref())) {
            let name = key.get_ref();
            let free = asked
                .iter()
                .map(String::as_str)
                .filter(|known| !self.entries.contains_key(*known));
            let message = format!("unknown key \"{name}\" {}", self.inside());
            self.document.add(key.span().start, message, hint_for(name, free));
        }
    }
}

#[cfg(test)]
mod tests;
