//! The values that CEL lacks: exact decimals and days.
//!
//! A decimal reckons and compares with decimals and integers, without rounding but in a division. A day compares with
//! days; day - day is the number of days between them, day + n and day - n are days.

use std::any::Any;
use std::cmp::Ordering;
use std::sync::LazyLock;

use cel::ExecutionError;
use cel::common::traits::{Adder, Comparer, Divider, Modder, Multiplier, Negator, Subtractor};
use cel::common::types::{CelInt, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::super::tables::Day;

/// A value of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constant {
    /// An exact decimal.
    Decimal(Decimal),
    /// A day.
    Day(Day),
}

impl Constant {
    /// The same for the interpreter; a day that does not exist is null there.
    pub(crate) fn value<'b, 'v>(self) -> CowVal<'b, 'v> {
        match self {
            Self::Decimal(decimal) => CowVal::owned(Number(decimal)),
            Self::Day((year, month, day)) => match Date::new(year, month, day) {
                Ok(date) => CowVal::owned(Calendar(date)),
                Err(_) => CowVal::owned(cel::common::types::CelNull),
            },
        }
    }
}

/// An exact decimal.
#[derive(Debug, Clone, Copy)]
struct Number(Decimal);

/// A day.
#[derive(Debug, Clone, Copy)]
struct Calendar(Date);

static DECIMAL: LazyLock<Type> = LazyLock::new(|| Type::new_opaque_type("decimal"));
static DATE: LazyLock<Type> = LazyLock::new(|| Type::new_opaque_type("date"));

impl StaticVal for Number {}
impl StaticVal for Calendar {}

/// Gives the accessors of the operators that a value has.
macro_rules! operators {
    ($($accessor:ident $operator:ident)+) => {
        $(fn $accessor<'b, 'v>(&'b self) -> Option<&'b (dyn $operator + 'v)> where Self: 'v { Some(self) })+

        fn as_comparer(&self) -> Option<&dyn Comparer> {
            Some(self)
        }

        fn equals(&self, other: &dyn Val) -> bool {
            self.compare(other).is_ok_and(Ordering::is_eq)
        }

        fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> where Self: 'v {
            Box::new(*self)
        }

        fn as_any(&self) -> Option<&dyn Any> {
            Some(self)
        }
    };
}

impl Val for Number {
    fn get_type(&self) -> &Type {
        &DECIMAL
    }

    fn cel_type() -> &'static Type {
        &DECIMAL
    }

    operators! {
        as_adder Adder
        as_subtractor Subtractor
        as_multiplier Multiplier
        as_divider Divider
        as_modder Modder
        as_negator Negator
    }
}

impl Val for Calendar {
    fn get_type(&self) -> &Type {
        &DATE
    }

    fn cel_type() -> &'static Type {
        &DATE
    }

    operators! {
        as_adder Adder
        as_subtractor Subtractor
    }
}

/// A decimal or an integer.
fn number(value: &dyn Val) -> Option<Decimal> {
    value.downcast_ref::<Number>().map(|number| number.0).or_else(|| {
        value
            .downcast_ref::<CelInt>()
            .map(|integer| Decimal::from(*integer.inner()))
    })
}

fn no_overload(operator: &str, left: &dyn Val, right: &dyn Val) -> ExecutionError {
    let types = [left, right].map(|value| value.get_type().name().to_owned());
    ExecutionError::no_such_overload(operator, types.to_vec())
}

fn too_large(operator: &'static str) -> ExecutionError {
    ExecutionError::Overflow(operator, cel::Value::Null, cel::Value::Null)
}

impl Comparer for Number {
    fn compare(&self, right: &dyn Val) -> Result<Ordering, ExecutionError> {
        let other = number(right).ok_or_else(|| no_overload("<", self, right))?;
        Ok(self.0.cmp(&other))
    }
}

/// Implements an operator of two decimals by a checked function; `None` of it is an overflow.
macro_rules! reckon {
    ($operator:ident $method:ident $sign:literal $function:expr) => {
        impl $operator for Number {
            fn $method<'b, 'v>(&'b self, right: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
            where
                Self: 'v,
            {
                let other = number(right).ok_or_else(|| no_overload($sign, self, right))?;
                if matches!($sign, "/" | "%") && other.is_zero() {
                    return Err(ExecutionError::DivisionByZero(cel::Value::Null));
                }
                let result: Option<Decimal> = $function(self.0, other);
                result
                    .map(|result| CowVal::owned(Number(result)))
                    .ok_or_else(|| too_large($sign))
            }
        }
    };
}

reckon!(Adder add "+" Decimal::checked_add);
reckon!(Subtractor sub "-" Decimal::checked_sub);
reckon!(Multiplier mul "*" Decimal::checked_mul);
reckon!(Divider div "/" Decimal::checked_div);
reckon!(Modder modulo "%" Decimal::checked_rem);

impl Negator for Number {
    fn negate<'v>(&self) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(Box::new(Self(-self.0)))
    }
}

impl Comparer for Calendar {
    fn compare(&self, right: &dyn Val) -> Result<Ordering, ExecutionError> {
        let other = right
            .downcast_ref::<Self>()
            .ok_or_else(|| no_overload("<", self, right))?;
        Ok(self.0.cmp(&other.0))
    }
}

impl Calendar {
    fn plus(self, days: i64, operator: &'static str) -> Result<Self, ExecutionError> {
        let span = jiff::Span::new().try_days(days).map_err(|_| too_large(operator))?;
        self.0.checked_add(span).map(Self).map_err(|_| too_large(operator))
    }
}

impl Adder for Calendar {
    fn add<'b, 'v>(&'b self, right: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let days = right
            .downcast_ref::<CelInt>()
            .ok_or_else(|| no_overload("+", self, right))?;
        self.plus(*days.inner(), "+").map(CowVal::owned)
    }
}

impl Subtractor for Calendar {
    fn sub<'b, 'v>(&'b self, right: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        if let Some(other) = right.downcast_ref::<Self>() {
            let days = (self.0 - other.0).get_days();
            return Ok(CowVal::owned(CelInt::from(i64::from(days))));
        }
        let days = right
            .downcast_ref::<CelInt>()
            .ok_or_else(|| no_overload("-", self, right))?;
        let back = days.inner().checked_neg().ok_or_else(|| too_large("-"))?;
        self.plus(back, "-").map(CowVal::owned)
    }
}
