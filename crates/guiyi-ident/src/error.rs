//! Why a text is not the identifier it was taken for, in English and in Chinese.
//!
//! Every `parse` of this crate returns [`IdentError`]; a room above turns it into a finding.
//! Law: an error is `Copy` and holds no input, so refusing a value costs no allocation.

use thiserror::Error;

/// One statement in both languages a user may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

impl Text {
    /// The same statement in English and in Chinese.
    pub const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }
}

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum IdentError {
    /// The text, without its separators, is too short or too long.
    #[error("{found} characters where {expected} are required")]
    Length {
        /// Characters found after the separators were dropped.
        found: usize,
        /// The lengths allowed, as text: `18`, `15 or 18`.
        expected: &'static str,
    },
    /// The shape is wrong: a character that may not stand where it stands.
    #[error("wrong format: {}", .0.en)]
    Format(Text),
    /// The check character does not fit the others.
    #[error("check character {found} does not fit, computed {expected}")]
    Checksum {
        /// The check character in the text.
        found: char,
        /// The check character computed from the rest.
        expected: char,
    },
    /// The text is well formed, but one part cannot be: no such date, region or type.
    #[error("{}: {}", .part.en, .reason.en)]
    Component {
        /// The part at fault.
        part: Text,
        /// What is wrong with it.
        reason: Text,
    },
    /// A spreadsheet turned the number into a float; its last digits are lost for good.
    #[error("destroyed: {}", .0.en)]
    Destroyed(Text),
    /// A filler someone typed to get past a required field, such as `11111111111`.
    #[error("a placeholder, not a real value")]
    Placeholder,
}

impl IdentError {
    /// The same message in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Length { found, expected } => {
                let expected = expected.replace(" or ", "或").replace(" to ", "至");
                format!("长度为 {found} 位，应为 {expected} 位")
            }
            Self::Format(rule) => format!("格式错误：{}", rule.zh),
            Self::Checksum { found, expected } => format!("校验码 {found} 不符，应为 {expected}"),
            Self::Component { part, reason } => format!("{}：{}", part.zh, reason.zh),
            Self::Destroyed(reason) => format!("数据已损毁：{}", reason.zh),
            Self::Placeholder => "占位值，不是真实数据".to_owned(),
        }
    }

    /// The stable name of the error's kind: `length`, `format`, `checksum`, `component`, `destroyed`, `placeholder`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::Format(_) => "format",
            Self::Checksum { .. } => "checksum",
            Self::Component { .. } => "component",
            Self::Destroyed(_) => "destroyed",
            Self::Placeholder => "placeholder",
        }
    }

    pub(crate) const fn format(en: &'static str, zh: &'static str) -> Self {
        Self::Format(Text::new(en, zh))
    }

    pub(crate) const fn component(part: Text, en: &'static str, zh: &'static str) -> Self {
        Self::Component {
            part,
            reason: Text::new(en, zh),
        }
    }

    pub(crate) const fn checksum(found: u8, expected: u8) -> Self {
        Self::Checksum {
            found: found as char,
            expected: expected as char,
        }
    }
}
