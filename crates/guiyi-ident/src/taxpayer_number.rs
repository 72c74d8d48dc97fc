//! Taxpayer number (纳税人识别号): 15 characters before 2015, the credit code since; of a sole trader, the resident number.
//!
//! The old form is region (6) and organization code (9).
//! It cannot be turned into a credit code, whose region may differ: the organization code inside is the key they share.
//! A sole trader's is the resident number of 15 or 18, with two more digits where one person has several businesses.

use crate::credit_code::CreditCode;
use crate::error::{IdentError, Text};
use crate::org_code::{self, OrgCode};
use crate::part::Part;
use crate::resident_id::ResidentId;
use crate::text::{Ascii, all_digits, compact, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;
use crate::{region, suggest};

const LENGTH: &str = "15, 17, 18 or 20";

/// A valid taxpayer number of any of its forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxpayerNumber {
    code: Ascii<20>,
    form: Form,
}

/// What the number is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// 18 characters, the unified social credit code.
    CreditCode,
    /// 15 characters, region and organization code.
    Organization,
    /// The resident number of a sole trader, with or without two digits of sequence.
    Person,
}

text_value!(TaxpayerNumber, display);

impl TaxpayerNumber {
    /// Reads a number; of 15 digits the organization form is tried before the resident number.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<20>(text, LENGTH)?;
        let text = code.as_str();
        let form = match text.len() {
            18 => match (CreditCode::parse(text), ResidentId::parse(text)) {
                (Ok(_), _) => Form::CreditCode,
                (_, Ok(_)) => Form::Person,
                (Err(error), _) => return Err(error),
            },
            15 => match (organization(text), ResidentId::parse(text)) {
                (Ok(()), _) => Form::Organization,
                (_, Ok(_)) => Form::Person,
                (Err(error), _) => return Err(error),
            },
            17 | 20 => {
                let (person, sequence) = text.split_at(text.len() - 2);
                ResidentId::parse(person)?;
                if !all_digits(sequence.as_bytes()) {
                    return Err(IdentError::format(
                        "the last two characters must be digits",
                        "末两位必须为数字",
                    ));
                }
                Form::Person
            }
            _ => return Err(wrong_length(code.bytes(), LENGTH)),
        };
        Ok(Self { code, form })
    }

    /// What the number is made of.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The organization code inside; `None` for a person.
    pub fn org_code(&self) -> Option<OrgCode> {
        if self.form == Form::Person {
            None
        } else {
            org_code::org9(self.as_str())
        }
    }

    /// Those of the credit code or the resident number; a region never used.
    pub fn warnings(&self) -> Vec<Warning> {
        let text = self.as_str();
        match self.form {
            Form::CreditCode => CreditCode::parse(text).map(|code| code.warnings()).unwrap_or_default(),
            Form::Organization if region::kind(&text[..6]).is_none() => vec![Warning::RegionUnknown],
            Form::Organization => Vec::new(),
            Form::Person => ResidentId::parse(person(text))
                .map(|id| id.warnings())
                .unwrap_or_default(),
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let text = self.as_str();
        match self.form {
            Form::CreditCode => CreditCode::parse(text).map(|code| code.explain()).unwrap_or_default(),
            Form::Organization => vec![
                Part::region(&text[..6]),
                Part::new(
                    ("organization code", "组织机构代码"),
                    &text[6..],
                    "check character fits",
                    "校验码相符",
                ),
            ],
            Form::Person => {
                let (head, tail) = text.split_at(person(text).len());
                let mut parts = vec![Part::new(
                    ("resident number", "身份证号码"),
                    head,
                    "of a sole trader",
                    "个体经营者",
                )];
                if !tail.is_empty() {
                    parts.push(Part::new(
                        ("sequence", "顺序号"),
                        tail,
                        "which of the person's businesses",
                        "该人员的经营序号",
                    ));
                }
                parts
            }
        }
    }

    /// Valid numbers one slip away from the text; empty when it is valid.
    pub fn suggestions(text: &str) -> Vec<String> {
        suggest::repairs(&compact(text), |candidate| {
            Self::parse(candidate).is_ok_and(|number| {
                let checked = number.form != Form::Person || person(candidate).len() == 18;
                checked && !number.warnings().contains(&Warning::RegionUnknown)
            })
        })
    }
}

fn person(text: &str) -> &str {
    &text[..if text.len() < 18 { 15 } else { 18 }]
}

/// Region digits and an organization code whose check character fits.
fn organization(text: &str) -> Result<(), IdentError> {
    const PART: Text = Text::new("organization code", "组织机构代码");
    let bytes = text.as_bytes();
    if is_filler(bytes) {
        return Err(IdentError::Placeholder);
    }
    if !all_digits(&bytes[..6]) {
        return Err(IdentError::format(
            "the region, characters 1 to 6, must be digits",
            "前 6 位行政区划必须为数字",
        ));
    }
    match OrgCode::parse(&text[6..]) {
        Ok(_) => Ok(()),
        Err(_) => Err(IdentError::component(
            PART,
            "its check character does not fit",
            "校验码不符",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let cases = [
            ("914403001922038216", Form::CreditCode),
            ("440300192203821", Form::Organization),
            ("11010519491231002X", Form::Person),
            ("11010519491231002X01", Form::Person),
            ("130503670401001", Form::Person),
            ("13050367040100101", Form::Person),
        ];
        for (text, form) in cases {
            let number = TaxpayerNumber::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((number.form(), number.as_str()), (form, text));
            assert_eq!(
                number
                    .explain()
                    .iter()
                    .map(|part| part.text.as_str())
                    .collect::<String>(),
                text
            );
        }
        assert_eq!(
            TaxpayerNumber::parse("440300192203821")
                .unwrap()
                .org_code()
                .unwrap()
                .as_str(),
            "192203821"
        );
    }

    #[test]
    fn refused() {
        let cases = [
            ("440300192203822", "component"),
            ("44030019220382", "length"),
            ("111111111111111", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(
                TaxpayerNumber::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
