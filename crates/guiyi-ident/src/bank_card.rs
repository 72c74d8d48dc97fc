//! Bank card number (银行卡号), ISO/IEC 7812-1: 13 to 19 digits, the last a Luhn digit.
//!
//! The issuer of a prefix is in `dictionaries/bank/bin.tsv`, which ends in 2019: it explains, and never refuses.
//! Accounts of companies have no Luhn digit: ask for this kind only where a card of a person is meant.
//! Law: a number that a spreadsheet rounded to 15 digits is destroyed, not mistyped.

use std::sync::LazyLock;

use crate::check_digit::luhn;
use crate::error::IdentError;
use crate::part::Part;
use crate::suggest;
use crate::text::{
    Ascii, DIGITS_ONLY, ROUNDED, all_digits, compact, is_filler, is_rounded, number, read, text_value, wrong_length,
};
use crate::warning::Warning;

const LENGTH: &str = "13 to 19";

/// Who issued a card, by its first digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issuer {
    /// The prefix, 6 to 8 digits.
    pub prefix: &'static str,
    /// Chinese name of the bank, as it was in 2019.
    pub bank: &'static str,
    /// Chinese name of the card; may be empty.
    pub card: &'static str,
}

/// In order of the prefix.
static ISSUERS: LazyLock<Vec<Issuer>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut cells = line.split('\t');
        Some(Issuer {
            prefix: cells.next()?,
            bank: cells.next()?,
            card: cells.next()?,
        })
    };
    include_str!("../../../dictionaries/bank/bin.tsv")
        .lines()
        .skip(1)
        .filter_map(row)
        .collect()
});

/// A card number whose Luhn digit fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankCard {
    code: Ascii<19>,
}

text_value!(BankCard, display);

impl BankCard {
    /// Reads a number; groups of four may be spaced.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<19>(text, LENGTH)?;
        let bytes = code.bytes();
        if !all_digits(bytes) {
            return Err(DIGITS_ONLY);
        }
        let Some((&last, body)) = bytes.split_last().filter(|_| bytes.len() >= 13) else {
            return Err(wrong_length(bytes, LENGTH));
        };
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        let check = luhn(body);
        if last != check {
            return Err(if is_rounded(bytes) {
                ROUNDED
            } else {
                IdentError::checksum(last, check)
            });
        }
        Ok(Self { code })
    }

    /// Who issued the card, by the longest prefix in the table; `None` says nothing about the card.
    pub fn issuer(&self) -> Option<Issuer> {
        let find = |length: usize| {
            let prefix = self.as_str().get(..length)?;
            let found = ISSUERS.binary_search_by(|issuer| issuer.prefix.cmp(prefix)).ok()?;
            Some(ISSUERS[found])
        };
        (6..=10).rev().find_map(find)
    }

    /// Nothing is remarkable about a card whose Luhn digit fits.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let (en, zh) = match number(&self.code.bytes()[..2]) {
            62 => ("China UnionPay", "中国银联"),
            40..=49 => ("Visa", "维萨"),
            51..=55 | 22..=27 => ("Mastercard", "万事达"),
            34 | 37 => ("American Express", "美国运通"),
            35 => ("JCB", "JCB"),
            _ => ("other network", "其他卡组织"),
        };
        let last = code.len() - 1;
        let issuer = self.issuer();
        let head = issuer.map_or(6, |issuer| issuer.prefix.len());
        let issuer = issuer.map(|issuer| format!("{}，{}", issuer.bank, issuer.card));
        let name = |network: &str| match &issuer {
            Some(issuer) => format!("{network}, {}", issuer.trim_end_matches('，')),
            None => network.to_owned(),
        };
        vec![
            Part::new(("issuer prefix", "发卡行标识"), &code[..head], name(en), name(zh)),
            Part::new(
                ("account", "账户标识"),
                &code[head..last],
                "account of the issuer",
                "发卡行自定",
            ),
            Part::check(&code[last..], "Luhn"),
        ]
    }

    /// Valid numbers one slip away from the text; empty when it is valid or its digits are lost.
    pub fn suggestions(text: &str) -> Vec<String> {
        let code = compact(text);
        if is_rounded(code.as_bytes()) {
            return Vec::new();
        }
        suggest::repairs(&code, |candidate| Self::parse(candidate).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        // 4111... and 6200... are test numbers that card networks publish for developers.
        for text in ["4111 1111 1111 1111", "6200000000000005", "'4111111111111111"] {
            assert!(BankCard::parse(text).is_ok(), "{text}");
        }
        let cases = [
            ("4111111111111112", "checksum"),
            ("622202100001234000", "destroyed"),
            ("6.22202E+18", "destroyed"),
            ("411111111111", "length"),
            ("41111111111111111111", "length"),
            ("4111A11111111111", "format"),
            ("0000000000000000", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(BankCard::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }

    #[test]
    fn issuers() {
        assert!(ISSUERS.is_sorted_by_key(|issuer| issuer.prefix));
        let card = BankCard::parse("6222021001122334458").unwrap();
        assert_eq!(
            card.issuer().map(|issuer| (issuer.prefix, issuer.bank)),
            Some(("622202", "工商银行"))
        );
        assert!(card.explain()[0].meaning_zh.contains("工商银行"));
        assert_eq!(BankCard::parse("6200000000000005").unwrap().issuer(), None);
    }

    #[test]
    fn a_swap_is_repaired() {
        assert!(BankCard::suggestions("411111111l111111").contains(&"4111111111111111".to_owned()));
    }
}
