//! The classes of dirt, and the hand that decides where they fall and writes down what it did.
//!
//! Classes 1 to 25 are the commonest faults of customer data out of ERP, CRM and spreadsheets; the rest are faults of whole
//! rows and values that are merely different.
//! Law: a cell is only ever changed under a class that goes into dirt.csv.

use super::rng::Rng;

macro_rules! classes {
    ($($(#[doc = $doc:literal])+ $class:ident $number:literal $name:literal,)+) => {
        /// A class of dirt; `number` is its place among the 25, 0 for the others.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Class { $($(#[doc = $doc])+ $class),+ }

        impl Class {
            /// All classes, in the order dirt.csv lists them.
            pub(crate) const ALL: &[Class] = &[$(Class::$class),+];

            /// As dirt.csv names it.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Class::$class => $name),+ }
            }

            /// Place among the 25 commonest classes; 0 for the others.
            pub(crate) const fn number(self) -> u8 {
                match self { $(Class::$class => $number),+ }
            }

            /// What it does, as the fixture's README says it.
            pub(crate) const fn doc(self) -> &'static str {
                match self { $(Class::$class => concat!($($doc),+)),+ }
            }
        }
    };
}

classes! {
    /// Full-width letters and digits, half-width brackets.
    Width 1 "width",
    /// Spaces before, after or inside: ASCII, U+3000, NBSP, zero width, tab.
    Spaces 2 "spaces",
    /// Credit code empty, 无, 待补 and the like.
    NoCode 3 "no_code",
    /// Credit code with O for 0, I for 1, S for 5, Z for 2, B for 8: the repair passes both checks.
    ConfusableCode 4 "confusable_code",
    /// Credit code with two characters swapped, a wrong check character or one character short.
    WrongCode 4 "wrong_code",
    /// Organization code, 15-digit taxpayer or registration number in the credit code column.
    OldCode 5 "old_code",
    /// Apostrophe or tab put before a number to keep it text.
    ForcedText 6 "forced_text",
    /// Leading zero lost: area code, postcode.
    LostZero 7 "lost_zero",
    /// Long number through a spreadsheet: 1.10105E+17, or zeros after 15 digits.
    SpreadsheetDigits 8 "spreadsheet_digits",
    /// Legal form changed, doubled or left out.
    Form 9 "form",
    /// Place moved into or out of brackets.
    BracketMove 10 "bracket_move",
    /// 省, 市, 区 left out or put in.
    RegionSuffix 11 "region_suffix",
    /// Short name or brand instead of the full name.
    Abbreviation 12 "abbreviation",
    /// Character replaced by one that sounds the same.
    Homophone 13 "homophone",
    /// Character replaced by one that looks the same.
    Shape 14 "shape",
    /// Traditional or variant characters.
    Traditional 15 "traditional",
    /// Note inside the name: （停用）, -旧, 【重复】.
    NameNote 16 "name_note",
    /// Branch or plant with the code of its parent.
    ParentCode 17 "parent_code",
    /// Former name.
    FormerName 18 "former_name",
    /// Phone with +86, extension, two numbers, other separators.
    PhoneNoise 19 "phone_noise",
    /// Phone of a bookkeeping agent that many firms share.
    AgentPhone 20 "agent_phone",
    /// Cell decoded with the wrong encoding.
    Mojibake 22 "mojibake",
    /// Name, phone and title in one cell.
    SeveralFacts 23 "several_facts",
    /// Date in another notation, serial number or nonsense date.
    DateFormat 24 "date_format",
    /// Amount with currency, unit, separators or in Chinese capitals.
    AmountFormat 24 "amount_format",
    /// Placeholder in place of a phone or address.
    Placeholder 25 "placeholder",
    /// Whole row is a test: 测试客户.
    TestRow 25 "test_row",
    /// One character of the name lost, doubled or swapped.
    CharacterEdit 0 "character_edit",
    /// Address shortened or in another order.
    AddressVariant 0 "address_variant",
    /// Another number of the same customer.
    OtherPhone 0 "other_phone",
    /// Another contact person.
    OtherContact 0 "other_contact",
    /// Contact as 王总, 李经理.
    PersonTitle 0 "person_title",
    /// Resident ID of 15 digits.
    ShortId 0 "short_id",
    /// Resident ID with a wrong check character.
    WrongId 0 "wrong_id",
    /// Key breaks the pattern of its system.
    MalformedKey 0 "malformed_key",
    /// Row without a key.
    EmptyKey 0 "empty_key",
    /// Row stands there twice, character by character.
    DuplicateRow 0 "duplicate_row",
    /// Same key a second time, other content.
    DuplicateKey 0 "duplicate_key",
    /// Row with a field too few or too many.
    Ragged 0 "ragged",
}

/// Dirties the cells of one row and remembers how.
pub(crate) struct Dirt {
    pub(crate) rng: Rng,
    level: f64,
    classes: u64,
}

impl Dirt {
    /// Dirt for one row; every probability is scaled by `level`, 0 leaves everything clean.
    ///
    /// Carelessness comes by the row: a third is kept with ten times the care, the rest makes up for it.
    pub(crate) fn new(mut rng: Rng, level: f64) -> Self {
        let care = if rng.chance(0.35) { 0.1 } else { 1.485 };
        Self {
            rng,
            level: level * care,
            classes: 0,
        }
    }

    /// True with probability `p`, scaled.
    pub(crate) fn has(&mut self, p: f64) -> bool {
        let p = p * self.level;
        self.rng.chance(p)
    }

    /// Writes `class` down.
    pub(crate) fn log(&mut self, class: Class) {
        self.classes |= 1 << class as u64;
    }

    /// Writes `class` down if `after` differs from `before`, and gives `after`.
    pub(crate) fn logged(&mut self, class: Class, before: &str, after: String) -> String {
        if after != before {
            self.log(class);
        }
        after
    }

    /// What was done to the row, names separated by spaces; empty for a clean row.
    pub(crate) fn classes(&self) -> String {
        let names: Vec<&str> = Class::ALL
            .iter()
            .filter(|&&class| self.classes >> (class as u64) & 1 == 1)
            .map(|class| class.name())
            .collect();
        names.join(" ")
    }
}

/// `text` with its ASCII letters, digits and signs in full width.
pub(crate) fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| {
            if ('!'..='~').contains(&c) {
                char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

/// What a spreadsheet leaves of a long run of digits: 15 of them, or scientific notation.
pub(crate) fn through_spreadsheet(number: &str, scientific: bool) -> String {
    if !number.bytes().all(|b| b.is_ascii_digit()) || number.len() <= 15 {
        return number.to_owned();
    }
    if scientific {
        let rounded = (number[..7].parse::<u64>().unwrap_or(0) + 5) / 10;
        let (head, tail) = (rounded / 100_000, rounded % 100_000);
        return format!("{head}.{tail:05}E+{}", number.len() - 1);
    }
    format!("{}{}", &number[..15], "0".repeat(number.len() - 15))
}
