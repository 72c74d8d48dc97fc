//! Residence permit of Hong Kong, Macau and Taiwan residents (港澳台居民居住证), in use since 2018-09-01.
//!
//! 18 characters as the resident number, under 810000 Hong Kong, 820000 Macau or 830000 Taiwan.

use crate::date::{self, Date};
use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::resident_id::{self, Sex};
use crate::text::{Ascii, text_value};
use crate::warning::Warning;

/// A valid residence permit number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentPermit {
    code: Ascii<18>,
}

text_value!(ResidentPermit, display);

impl ResidentPermit {
    /// Reads a number of 18 characters.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = resident_id::eighteen(text)?;
        if !matches!(&code.bytes()[..6], b"810000" | b"820000" | b"830000") {
            let part = Text::new("region", "行政区划");
            return Err(IdentError::component(
                part,
                "only 810000, 820000 and 830000 occur",
                "只能是 810000、820000 或 830000",
            ));
        }
        Ok(Self { code })
    }

    /// Year, month and day of birth.
    pub fn birth_date(&self) -> Date {
        date::of_digits(&self.code.bytes()[6..14])
    }

    /// The sex the sequence states.
    pub fn sex(&self) -> Sex {
        resident_id::sex(self.code.bytes())
    }

    /// Nothing is remarkable about a valid permit.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let (en, zh) = match &code[..2] {
            "81" => ("Hong Kong resident", "香港居民"),
            "82" => ("Macau resident", "澳门居民"),
            _ => ("Taiwan resident", "台湾居民"),
        };
        let mut parts = vec![Part::new(("region", "行政区划"), &code[..6], en, zh)];
        parts.extend(resident_id::person_parts(code));
        parts
    }

    /// Valid numbers one slip away from the text; empty when it is valid, or destroyed.
    pub fn suggestions(text: &str) -> Vec<String> {
        resident_id::suggestions(text, |candidate| Self::parse(candidate).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for text in ["81000019900307151X", "820000199003071511", "830000199003071513"] {
            assert_eq!(
                ResidentPermit::parse(text).map(|permit| permit.to_string()),
                Ok(text.to_owned())
            );
        }
        let cases = [
            ("11010519491231002X", "component"),
            ("810000199003071511", "checksum"),
            ("8100001990030715", "length"),
        ];
        for (text, code) in cases {
            assert_eq!(
                ResidentPermit::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
