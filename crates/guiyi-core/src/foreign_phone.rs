//! Phone numbers of other countries, judged by the numbering plans that libphonenumber collects.
//!
//! Stands beside the identifiers of `guiyi_ident`, which judges mainland numbers by its own tables and uses no library.
//! Laws: canonical is E.164, `+442079460958`; reading what was written gives the same number; a mainland number is
//! refused here, Hong Kong, Macau and Taiwan have country codes of their own and are read.

use std::fmt;

use guiyi_ident::{IdentError, Text};
use rlibphonenumber::{PhoneNumber, PhoneNumberFormat};

/// A number that its country's plan knows, with its country code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignPhone {
    e164: String,
    region: Option<String>,
}

const NUMBER: Text = Text::new("number", "号码");

impl ForeignPhone {
    /// Reads a number that begins with `+` or `00` and a country code; an extension is refused.
    ///
    /// Cost: some ten microseconds, for the patterns of the country.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let trimmed = text.trim();
        let folded: String = trimmed.chars().map(|c| if c == '＋' { '+' } else { c }).collect();
        let folded = folded.trim_start_matches('(');
        let international = match folded.strip_prefix("00") {
            Some(rest) => format!("+{rest}"),
            None if folded.starts_with('+') => folded.to_owned(),
            None => return Err(IdentError::Format(NO_COUNTRY)),
        };
        let found = international.chars().filter(char::is_ascii_digit).count();
        if !(5..=17).contains(&found) {
            return Err(IdentError::Length {
                found,
                expected: "5 to 15",
            });
        }
        let number = read(&international)?;
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        if e164.starts_with("+86") {
            return Err(IdentError::Component {
                part: Text::new("country code", "国家代码"),
                reason: Text::new("a mainland number, not a foreign one", "是中国大陆号码，不是境外号码"),
            });
        }
        // A number that reads differently from its own canonical form has none.
        if read(&e164)?.format_as(PhoneNumberFormat::E164) != e164 {
            return Err(IdentError::Component {
                part: NUMBER,
                reason: Text::new("ambiguous", "有歧义"),
            });
        }
        let region = number.get_region_code().map(|region| region.to_string());
        Ok(Self { e164, region })
    }

    /// The number in E.164.
    pub fn as_str(&self) -> &str {
        &self.e164
    }

    /// ISO 3166-1 alpha-2 code of the region, `GB`; `None` for a number of no region, such as a satellite's.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}

impl fmt::Display for ForeignPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.e164)
    }
}

const NO_COUNTRY: Text = Text::new(
    "a foreign number begins with + or 00 and a country code",
    "境外号码应以 + 或 00 加国家代码开头",
);

fn read(international: &str) -> Result<PhoneNumber, IdentError> {
    let unreadable = IdentError::Format(Text::new("not a phone number", "不是电话号码"));
    let number = PhoneNumber::parse(international, None).map_err(|_| unreadable)?;
    if !number.extension().is_empty() {
        return Err(IdentError::Format(Text::new("an extension", "含有分机号")));
    }
    if !number.is_valid() {
        return Err(IdentError::Component {
            part: NUMBER,
            reason: Text::new(
                "not in the numbering plan of its country",
                "不在该国家或地区的号码计划中",
            ),
        });
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms() {
        for (text, e164, region) in [
            ("+44 (0)20 7946 0958", "+442079460958", Some("GB")),
            ("0044 20 7946 0958", "+442079460958", Some("GB")),
            ("+1 650-253-0000", "+16502530000", Some("US")),
            ("+852 2345 6789", "+85223456789", Some("HK")),
            ("＋81 3-1234-5678", "+81312345678", Some("JP")),
            ("+886 2 2345 6789", "+886223456789", Some("TW")),
        ] {
            let phone = ForeignPhone::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((phone.as_str(), phone.region()), (e164, region), "{text}");
            assert_eq!(ForeignPhone::parse(e164), Ok(phone));
        }
    }

    #[test]
    fn refused() {
        for (text, code) in [
            ("13800138000", "format"),
            ("+8613800138000", "component"),
            ("+44 2", "length"),
            ("+442079460958000000", "length"),
            ("+999 123456789", "format"),
            ("+1 123 456 7890", "component"),
            ("", "format"),
        ] {
            assert_eq!(
                ForeignPhone::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
