//! Check characters on their own: codes of which only the arithmetic is to be judged, not what their parts mean.
//!
//! For codes of the company's own and for files where a whole [`crate::Kind`] asks too much: a made-up credit code whose
//! last character is right is no valid credit code, yet it was typed without a slip.

use crate::check_digit::{gs1, luhn, mod_11_2};
use crate::credit_code;

/// A published scheme of check characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckScheme {
    /// 18 characters of which the last is the weighted sum mod 31 of the others, GB 32100-2015 annex A.
    Gb32100,
    /// 17 digits and their ISO 7064 MOD 11-2 character, GB 11643-1999.
    Mod11_2,
    /// At least two digits, the last by Luhn, ISO/IEC 7812-1 annex B.
    Luhn,
    /// At least two digits, the last with weights 3 and 1, GS1 General Specifications 7.9.
    Gs1,
}

impl CheckScheme {
    /// All schemes.
    pub const ALL: [Self; 4] = [Self::Gb32100, Self::Mod11_2, Self::Luhn, Self::Gs1];

    /// The stable name used in rule packs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gb32100 => "gb-32100",
            Self::Mod11_2 => "mod-11-2",
            Self::Luhn => "luhn",
            Self::Gs1 => "gs1",
        }
    }

    /// Whether the text, as it stands, has the right length, alphabet and check character. No allocation.
    pub fn accepts(self, text: &str) -> bool {
        let Some((check, body)) = text.as_bytes().split_last() else {
            return false;
        };
        let digits = || !body.is_empty() && body.iter().all(u8::is_ascii_digit);
        match self {
            Self::Gb32100 => body.len() == 17 && credit_code::check_character(body) == Some(*check),
            Self::Mod11_2 => body.len() == 17 && digits() && mod_11_2(body) == *check,
            Self::Luhn => digits() && luhn(body) == *check,
            Self::Gs1 => digits() && gs1(body) == *check,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scheme: CheckScheme, accepted: &[&str], refused: &[&str]) {
        for text in accepted {
            assert!(scheme.accepts(text), "{text}");
        }
        for text in refused.iter().chain(&["", "1", "号码", "١٢٣"]) {
            assert!(!scheme.accepts(text), "{text}");
        }
    }

    #[test]
    fn worked_examples() {
        let credit = ["914403001922038216", "91110000600001760P"];
        check(
            CheckScheme::Gb32100,
            &credit,
            &["914403001922038217", "91110000600001760p", "91440300192203821"],
        );
        check(
            CheckScheme::Mod11_2,
            &["11010519491231002X"],
            &["110105194912310021", "11010519491231002x"],
        );
        check(CheckScheme::Luhn, &["79927398713"], &["79927398710"]);
        check(CheckScheme::Gs1, &["6901234567892"], &["6901234567893"]);
    }
}
