//! Addresses: which columns hold them, and what of them counts.
//!
//! An address is compared twice: its words as a bag of q-grams, in which St and Street are one, and what one side leaves
//! out of province, city and district takes nothing away; and its numbers - house, building, unit, room - as a set of
//! their own, since two neighbors share all the words.
//! Law: an address says what it says in whichever column it stands; nothing here decides by a column's name.

use std::sync::LazyLock;

use super::text::is_ideograph;
use crate::matching::hash::Map;

/// Forms of English words and the shortest form of each, and which of them are streets.
static FORMS: LazyLock<Map<&str, (&str, bool)>> = LazyLock::new(|| {
    let mut forms = Map::default();
    for line in include_str!("../../../../../dictionaries/address/street.tsv").lines() {
        let mut cells = line.split('\t');
        if let (Some(kind), Some(short), Some(others)) = (cells.next(), cells.next(), cells.next()) {
            for form in others.split(' ').chain([short]) {
                forms.insert(form, (short, kind == "street"));
            }
        }
    }
    forms
});

/// Common words for a street in other languages, folded, and endings of Germanic ones; they tell a column of addresses
/// together with numbers, and nothing else.
const STREETS: [&str; 22] = [
    "rue",
    "quai",
    "chemin",
    "calle",
    "avenida",
    "avda",
    "carrera",
    "paseo",
    "camino",
    "via",
    "viale",
    "piazza",
    "corso",
    "rua",
    "travessa",
    "ul",
    "ulica",
    "улица",
    "ул",
    "проспект",
    "cadde",
    "sokak",
];
const ENDINGS: [&str; 8] = ["strasse", "str", "straat", "weg", "platz", "gasse", "gatan", "vej"];
/// Characters that end the name of a place or a road, and those that count houses behind their number.
const PLACES: [char; 12] = ['路', '街', '道', '巷', '弄', '村', '镇', '乡', '区', '县', '市', '园'];
const HOUSES: [char; 10] = ['号', '栋', '幢', '室', '楼', '座', '弄', '单', '丁', '番'];

/// Words of the name of a road, at most.
const MOST_WORDS: usize = 5;

/// The words of a text, each a run of letters and digits.
fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Whether a folded value looks like an address: a number, and a word or a character that means a road or a place; or
/// a road alone, where houses have a column of their own.
pub(super) fn is_address(folded: &str) -> bool {
    let is_street = |word: &str| {
        FORMS.get(word).is_some_and(|(_, is_street)| *is_street)
            || STREETS.contains(&word)
            || ENDINGS.iter().any(|ending| word.ends_with(ending))
    };
    if !folded.bytes().any(|byte| byte.is_ascii_digit()) {
        return is_road(folded, is_street);
    }
    if folded.contains(PLACES) {
        let after = folded.chars().skip(1).chain(std::iter::once(HOUSES[0]));
        let mut counts = folded.chars().zip(after);
        return counts.any(|(letter, next)| letter.is_ascii_digit() && HOUSES.contains(&next));
    }
    let is_number = |word: &str| word.len() <= 6 && word.starts_with(|letter: char| letter.is_ascii_digit());
    words(folded).any(is_number) && words(folded).skip(1).any(is_street)
        || words(folded)
            .next()
            .is_some_and(|word| is_street(word) && words(folded).skip(1).any(is_number))
}

/// Whether a few words name a road: the first or the last one says so, a direction behind it aside.
fn is_road(folded: &str, is_street: impl Fn(&str) -> bool) -> bool {
    let own: Vec<&str> = words(folded).take(MOST_WORDS + 1).collect();
    let is_side = |word: &str| word.len() <= 2;
    let end = own
        .iter()
        .rposition(|word| !is_side(word) || is_street(word))
        .unwrap_or(0);
    let says = |at: usize| own.get(at).is_some_and(|word| is_street(word));
    (2..=MOST_WORDS).contains(&own.len()) && (says(0) && STREETS.contains(&own[0]) || end > 0 && says(end))
}

/// Writes a folded address as it is compared: each word in its shortest form.
pub(super) fn shorten(folded: &str, short: &mut String) {
    short.clear();
    let mut rest = folded;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_alphabetic()) {
        let (before, word) = rest.split_at(start);
        let end = word
            .find(|letter: char| !letter.is_alphanumeric())
            .unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        short.push_str(before);
        match FORMS.get(word) {
            Some((form, _)) => short.push_str(form),
            // Hauptstrasse is Hauptstr., Berliner Strasse is Berliner Str.
            None => match word.strip_suffix("strasse") {
                Some("") => short.push_str("st"),
                Some(stem) => short.extend([stem, "str"]),
                None => short.push_str(word),
            },
        }
        rest = after;
    }
    short.push_str(rest);
}

/// Bytes at the head of a folded address that name province, city and district: 广东省深圳市南山区.
pub(super) fn head(folded: &str) -> usize {
    let (mut cut, mut n, mut before) = (0, 0, ' ');
    for (at, letter) in folded.char_indices() {
        if !is_ideograph(letter) || matches!(letter, '路' | '街' | '道' | '号' | '镇' | '村') {
            break;
        }
        n += 1;
        let is_end = matches!(letter, '省' | '市' | '区' | '县');
        // A housing estate is no district, a supermarket no city.
        let is_other = matches!(before, '小' | '园' | '社' | '超' | '校' | '厂');
        if is_end && !is_other && n > 2 {
            cut = at + letter.len_utf8();
            n = 0;
        }
        before = letter;
    }
    cut
}

/// Appends the numbers of a folded address, in order, each once, with blanks between: 3-502 are two.
pub(super) fn numbers(folded: &str, numbers: &mut String) {
    let divided = folded.replace('-', " ");
    super::marks::add(
        std::iter::once(&*divided),
        std::iter::empty(),
        &mut String::new(),
        numbers,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_by_number_and_road() {
        for (value, expected) in [
            ("123 main st", true),
            ("main street", true),
            ("old mill rd nw", true),
            ("12 bis rue de la paix", true),
            ("hauptstrasse 5, 10115 berlin", true),
            ("haupt str. 5", true),
            ("calle mayor 12", true),
            ("中山路12号", true),
            ("科技园3栋502", true),
            ("阳光小区3-502", true),
            ("5号电池 aa", false),
            ("三路开关10a", false),
            ("sony srs-btm30", false),
            ("st john", false),
            ("", false),
        ] {
            assert_eq!(is_address(value), expected, "{value}");
        }
    }

    #[test]
    fn forms_of_a_word_are_one() {
        for (left, right) in [
            ("123 n. main street, apartment 5", "123 north main st., apt 5"),
            ("1 sunset boulevard", "1 sunset blvd"),
            ("hauptstrasse 5", "hauptstr 5"),
            ("berliner strasse 5", "berliner str. 5"),
            ("中山路12号a座", "中山路12号a座"),
            ("", ""),
        ] {
            let of = |text: &str| {
                let mut short = String::new();
                shorten(text, &mut short);
                let mut again = String::new();
                shorten(&short, &mut again);
                assert_eq!(short, again, "idempotent");
                words(&short).map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(of(left), of(right));
        }
    }

    #[test]
    fn the_head_names_province_city_and_district() {
        for (value, expected) in [
            ("广东省深圳市南山区科技园路12号", "广东省深圳市南山区"),
            ("南山区科技园路12号", "南山区"),
            ("济南市市中区经七路1号", "济南市市中区"),
            ("金庭小区3栋502", ""),
            ("中山路12号", ""),
            ("红旗街1号", ""),
            ("12 main st", ""),
            ("", ""),
        ] {
            assert_eq!(&value[..head(value)], expected, "{value}");
        }
    }

    #[test]
    fn numbers_tell_neighbors_apart() {
        for (value, expected) in [
            ("123 main st, apt 5b", "123 5b"),
            ("科技园路12号3栋502室", "12 3 502"),
            ("阳光小区3-502", "3 502"),
            ("main street", ""),
        ] {
            let mut own = String::new();
            numbers(value, &mut own);
            assert_eq!(own, expected, "{value}");
        }
    }
}
