//! What a column holds, found out from its values alone.

use std::collections::BTreeSet;

use super::text::is_ideograph;
use super::{address, date, durations, globe, measures};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Days, in any of the usual ways of writing them.
    Date,
    /// Quantities: prices, amounts, lengths, years.
    Number,
    /// Lengths of time, on a clock or in any unit of it.
    Duration,
    /// Phone numbers: digits with any punctuation.
    Phone,
    /// Mail addresses.
    Email,
    /// Phone numbers or mail addresses, several of a record as one set.
    Contacts,
    /// Places on the globe: latitude and longitude.
    Coordinates,
    /// Codes: numbers of documents, postcodes, model numbers.
    Code,
    /// One of a few values.
    Category,
    /// Short words: names of persons and places.
    Name,
    /// The given names in full names of persons: counted in the full name, they only tell members of a family apart.
    Given,
    /// The words of texts: counted there, they only tell things of a series apart.
    Words,
    /// Several words: titles, organizations, descriptions.
    Text,
    /// Sizes and models of things, in measures and words: their words are compared as a text, their numbers beside it.
    Specification,
    /// Addresses.
    Address,
    /// The numbers in addresses: of houses, units and rooms.
    Doors,
    /// The numbers in specifications: diameter, length, pressure.
    Measures,
    /// Tokens with digits out of all texts of a record: model numbers, house numbers, sizes.
    Marks,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 18] = [
        Self::Date,
        Self::Number,
        Self::Duration,
        Self::Phone,
        Self::Email,
        Self::Contacts,
        Self::Coordinates,
        Self::Code,
        Self::Category,
        Self::Name,
        Self::Given,
        Self::Words,
        Self::Text,
        Self::Specification,
        Self::Address,
        Self::Doors,
        Self::Measures,
        Self::Marks,
    ];

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether values are compared as bags of q-grams.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Specification | Self::Address)
    }

    /// Whether values are compared as names, in any of their writings.
    pub(super) fn is_name(self) -> bool {
        matches!(self, Self::Name | Self::Given)
    }

    /// Whether what such fields weigh counts by itself.
    pub(super) fn is_counted(self) -> bool {
        !matches!(self, Self::Given | Self::Words)
    }

    /// Whether a field of this kind is no column of its own, but taken from the values of others where enough of these
    /// have something.
    pub fn is_derived(self) -> bool {
        matches!(
            self,
            Self::Marks | Self::Doors | Self::Measures | Self::Given | Self::Words
        )
    }

    /// Whether values are sets of which a member counts the more the fewer records have it.
    pub(super) fn has_members(self) -> bool {
        matches!(self, Self::Contacts | Self::Words)
    }

    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Number => "number",
            Self::Duration => "duration",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Contacts => "contacts",
            Self::Coordinates => "coordinates",
            Self::Code => "code",
            Self::Category => "category",
            Self::Name => "name",
            Self::Given => "given",
            Self::Words => "words",
            Self::Text => "text",
            Self::Specification => "specification",
            Self::Address => "address",
            Self::Doors => "doors",
            Self::Measures => "measures",
            Self::Marks => "marks",
        }
    }
}

/// A share of the values that must look alike for the column to be of a kind; real columns hold some dirt.
const MOST: f64 = 0.8;

/// The part of the values that look like addresses, at least, of a column of them; some have no number.
const MOST_ADDRESSES: f64 = 0.5;

/// The part of whole numbers with a zero in front, at least, of a column of what is no quantity.
const LEAST_ZEROS: f64 = 0.2;

/// Digits of a number that names something rather than counts, at least, where there are only a few.
const LONG: usize = 6;

/// Signs and units that quantities of a column come with, at most; more are words: 村伊 5 is a house.
const MOST_UNITS: usize = 25;

/// Letters of the word for a unit, at most.
const LONGEST_UNIT: usize = 10;

/// The part of the values that name measures side by side (`159×4.5`), at least, of a column of specifications.
const LEAST_MEASURED: f64 = 0.1;

/// The part of the values that stand on a clock (`3:39`), at least, of a column of durations.
const LEAST_TIMED: f64 = 0.1;

/// Tells the kind from distinct folded values and how often each occurs.
pub(super) fn infer<'a>(values: impl Iterator<Item = (&'a str, u32)>) -> Kind {
    let mut n = 0.0;
    let mut date_rows = 0.0;
    let (mut years, mut year_rows) = (0.0, 0.0);
    let (mut dates, mut numbers, mut phones, mut emails, mut codes, mut fixed) =
        (0.0, 0.0, 0.0, 0.0, 0.0, [0.0_f64; 33]);
    let (mut places, mut zeros, mut addresses, mut measured, mut timed) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut plain_rows, mut fixed_rows, mut long) = (0.0, [0.0_f64; 33], 0.0);
    let mut units: BTreeSet<(&str, &str)> = BTreeSet::new();
    let (mut fractions, mut n_tokens, mut n_letters, mut total, mut plain) = (0.0, 0.0, 0.0, 0_u64, 0.0);
    for (value, count) in values {
        let value = whole_number(value);
        if value.is_empty() {
            continue;
        }
        n += 1.0;
        total += u64::from(count);
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let letters = value.chars().filter(|letter| letter.is_alphabetic()).count();
        let words = value.split(' ').count();
        let quantity = quantity(value);
        let is_number = quantity.is_some();
        if let Some((_, head, tail)) = quantity.filter(|_| units.len() <= MOST_UNITS) {
            units.insert((head, tail));
        }
        let flag = |is: bool| f64::from(u8::from(is));
        let is_date = flag(date::parse(value).is_some());
        dates += is_date;
        date_rows += is_date * f64::from(count);
        let is_year = flag(date::parse_part(value).is_some());
        years += is_year;
        year_rows += is_year * f64::from(count);
        numbers += flag(is_number);
        fractions += flag(is_number && value.contains(['.', ',']));
        plain += flag(is_number && digits == value.len());
        phones += flag((7..=15).contains(&digits) && letters <= 3);
        emails += flag(is_email(mailbox(value)));
        places += flag(globe::is_place(value));
        codes += flag(digits > 0 && words <= 2 && digits * 3 >= letters);
        if digits == value.len() {
            fixed[digits.min(32)] += 1.0;
            fixed_rows[digits.min(32)] += f64::from(count);
            plain_rows += f64::from(count);
            long += flag(digits >= LONG);
            zeros += flag(digits > 1 && value.starts_with('0'));
        }
        timed += flag(durations::seconds(value).is_some());
        addresses += flag(address::is_address(value));
        measured += flag(measures::are_named(value));
        n_tokens += words as f64;
        let weight = |letter: char| if is_ideograph(letter) { 3.0 } else { 1.0 };
        n_letters += value.chars().map(weight).sum::<f64>();
    }
    if n == 0.0 {
        return Kind::Category;
    }
    let most = |count: f64| count >= MOST * n;
    // Slips are rare among rows, and many among distinct values.
    let mostly_dates = dates >= 0.5 * n && date_rows >= MOST * total as f64;
    // One of two files may say the year only.
    let partly_dates = dates >= years && most(dates + years) && date_rows + year_rows >= MOST * total as f64;
    // Whole numbers of one length above four digits are names of things, not quantities; the surer the longer.
    let length = (0..33).max_by(|a, b| fixed[*a].total_cmp(&fixed[*b])).unwrap_or(0);
    let least_same = if length >= 9 { 0.7 } else { 0.9 };
    let same_length = fixed[length] >= least_same * plain.max(1.0)
        || fixed_rows[length] >= least_same * f64::max(plain_rows, 1.0) && fixed[length] >= 0.8 * plain;
    // A zero in front is part of a name, and no quantity has one.
    let has_zeros = zeros > LEAST_ZEROS * plain;
    let is_coded_number = (same_length && length > 4 || has_zeros) && fractions < 0.05 * n;
    let is_measured = measured >= LEAST_MEASURED * n;
    if most(dates) || mostly_dates || partly_dates {
        Kind::Date
    } else if most(emails) {
        Kind::Email
    } else if most(places) {
        Kind::Coordinates
    } else if timed >= LEAST_TIMED * n && most(numbers + timed) {
        Kind::Duration
    } else if most(numbers) && !is_coded_number && units.len() <= MOST_UNITS {
        if n <= 12.0 && fractions == 0.0 {
            // Numbers of documents that few records have: long, and hardly ever the same.
            if most(long) && (total as f64) < 8.0 * n {
                Kind::Code
            } else {
                Kind::Category
            }
        } else {
            Kind::Number
        }
    } else if most(phones) && (length >= 7 || !same_length || !most(plain)) {
        Kind::Phone
    } else if most(codes) && !is_measured {
        Kind::Code
    } else if (n <= 40.0 && total as f64 >= 8.0 * n) || (n * 200.0 <= total as f64 && n_letters < 20.0 * n) {
        Kind::Category
    } else if is_measured {
        Kind::Specification
    } else if n_tokens < 2.4 * n && n_letters < 16.0 * n {
        Kind::Name
    } else if addresses >= MOST_ADDRESSES * n {
        Kind::Address
    } else {
        Kind::Text
    }
}

/// A whole number without the `.0` that a spreadsheet leaves behind it; nothing where it left only the first digits
/// (`6.98297e+12`).
pub(super) fn whole_number(value: &str) -> &str {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((digits, exponent)) = value.split_once("e+")
        && is_digits(exponent)
        && digits
            .split_once('.')
            .is_some_and(|(one, others)| one.len() == 1 && is_digits(one) && is_digits(others))
    {
        return "";
    }
    value
        .strip_suffix(".0")
        .filter(|number| is_digits(number))
        .unwrap_or(value)
}

/// The address of a mailbox that stands beside the name of its owner: `jane doe <jane@doe.org>` (RFC 5322, 3.4).
pub(super) fn mailbox(value: &str) -> &str {
    let inner = value.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner
        .map(|(own, _)| own.trim())
        .filter(|own| is_email(own))
        .unwrap_or(value)
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else {
        return false;
    };
    !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !value.contains(' ')
}

/// The number a folded value says; currency signs and thousands separators are passed over, units after it too.
pub(super) fn number(value: &str) -> Option<f64> {
    quantity(value).map(|(number, _, _)| number)
}

/// The number a folded value says, and what stands before and behind it.
fn quantity(value: &str) -> Option<(f64, &str, &str)> {
    let start = value.find(|letter: char| letter.is_ascii_digit())?;
    let head = value[..start].trim_end_matches(['.', '-']).trim();
    // "$", "usd", "'"; more before it makes it something else.
    if head.chars().count() > 3 || head.contains(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let is_negative = value[..start].ends_with('-');
    let body: String = value[start..]
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ','))
        .collect();
    let tail = value[start + body.len()..].trim();
    // The number of a document: "inv-12", "inv 0012".
    let is_behind_hyphen = value[..start]
        .strip_suffix('-')
        .is_some_and(|before| before.ends_with(char::is_alphabetic));
    let has_zeros = head.ends_with(char::is_alphabetic) && body.len() > 1 && body.starts_with('0');
    if (is_behind_hyphen || has_zeros) && tail.is_empty() && body.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let length = tail.chars().count();
    // One word may be a unit: "pages", "minutes".
    let is_unit = length <= LONGEST_UNIT && tail.chars().all(char::is_alphabetic);
    if length > 3 && !is_unit || tail.contains(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let number: f64 = separate(body.trim_end_matches(['.', ','])).parse().ok()?;
    Some((if is_negative { -number } else { number }, head, tail))
}

/// Drops thousands separators and makes the decimal sign a point: the last sign is decimal unless three digits follow
/// it and it occurs more than once or is a comma.
fn separate(body: &str) -> String {
    let last = body.rfind(['.', ',']);
    let is_decimal = last.is_some_and(|at| {
        let sign = &body[at..=at];
        let after = body.len() - at - 1;
        body.matches(sign).count() == 1 && (after != 3 || sign == ".")
    });
    body.char_indices()
        .filter_map(|(at, letter)| match letter {
            '.' | ',' if is_decimal && Some(at) == last => Some('.'),
            '.' | ',' => None,
            _ => Some(letter),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_columns_hold() {
        let repeat = |values: &[&str]| -> Vec<String> {
            let of = |at: usize| format!("{}{at:02}", values[at % values.len()]);
            (10..70).map(of).collect()
        };
        let cases: [(Vec<String>, Kind); 11] = [
            (repeat(&["138001380", "138001381", "+86 138001382"]), Kind::Phone),
            // As a spreadsheet leaves them: a fraction, or the first digits only.
            (
                repeat(&["138001380"])
                    .iter()
                    .map(|value| format!("{value}.0"))
                    .collect(),
                Kind::Phone,
            ),
            (repeat(&["¥12.", "7.", "rmb 1,2"]), Kind::Number),
            // What stands before the number of a document is no currency.
            (repeat(&["inv-12", "re 0012"]), Kind::Code),
            (repeat(&["1984-03-", "1990年5月"]), Kind::Date),
            // Whoever counts may say what; one of two files may know the year only.
            (
                (90..150)
                    .map(|at| format!("{at}{}", if at % 2 == 0 { " pages" } else { "" }))
                    .collect(),
                Kind::Number,
            ),
            (
                (0..60)
                    .map(|at| {
                        if at < 15 {
                            format!("{}", 1970 + at)
                        } else {
                            format!("1970-03-{}", at % 28 + 1)
                        }
                    })
                    .collect(),
                Kind::Date,
            ),
            // Houses in many streets are no quantities.
            (
                (0..60)
                    .map(|at| format!("{} {at}", char::from_u32(0x4e00 + at).unwrap()))
                    .collect(),
                Kind::Code,
            ),
            (repeat(&["a@b", "c.d@e"]), Kind::Email),
            // Numbers of two lengths, of which many begin with a zero.
            (repeat(&["013800138", "7700900"]), Kind::Phone),
            (repeat(&["31.2304,121.47", "point(121.47 31.23"]), Kind::Coordinates),
        ];
        for (values, kind) in cases {
            assert_eq!(
                infer(values.iter().map(|value| (value.as_str(), 1))),
                kind,
                "{values:?}"
            );
        }
    }

    #[test]
    fn a_few_long_numbers_name_something() {
        let check = |values: &[(&str, u32)], kind: Kind| {
            assert_eq!(infer(values.iter().copied()), kind, "{values:?}");
        };
        let passports = ["30418822", "605117394", "9240671", "417093", "2040618857"];
        check(&passports.map(|number| (number, 2)), Kind::Code);
        // The same few over and over are sorts of things, and so are short ones.
        check(&passports.map(|number| (number, 20)), Kind::Category);
        check(&["100", "200", "300"].map(|number| (number, 2)), Kind::Category);
        // Most rows have five digits, although of the distinct values some are longer.
        let mut postcodes: Vec<(String, u32)> = (0..14).map(|at| (format!("{}", 89_000 + at * 37), 10)).collect();
        postcodes.extend([("890560000".to_owned(), 1), ("5540138".to_owned(), 1)]);
        let postcodes: Vec<(&str, u32)> = postcodes.iter().map(|(value, count)| (&**value, *count)).collect();
        check(&postcodes, Kind::Code);
    }

    #[test]
    fn a_mailbox_is_read_out_of_what_names_its_owner() {
        for (value, expected) in [
            ("jane doe <jane@doe.org>", "jane@doe.org"),
            ("\"doe, jane\" < jane@doe.org >", "jane@doe.org"),
            ("jane@doe.org", "jane@doe.org"),
            ("a < b > c", "a < b > c"),
            ("<jane", "<jane"),
        ] {
            assert_eq!(mailbox(value), expected);
        }
    }

    #[test]
    fn a_spreadsheet_leaves_fractions_and_first_digits() {
        for (value, number) in [
            ("13800138000.0", "13800138000"),
            ("6.98297e+12", ""),
            ("1.5", "1.5"),
            ("a.0", "a.0"),
            ("e+5", "e+5"),
            ("", ""),
        ] {
            assert_eq!(whole_number(value), number);
        }
    }
}
