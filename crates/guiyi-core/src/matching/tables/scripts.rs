//! Scripts: one name in letters of several, Васильев beside Vasiliev, 김철수 beside Kim Chul-soo.
//!
//! A value in other letters than Latin ones is read in these, word by word (`any_ascii`); two values of different scripts
//! are compared by how their words are read and by how they sound. Scripts that hardly write vowels are compared by
//! consonants. Ideographs are read as Chinese where a short text may be a name of a person, and not at all elsewhere:
//! how a Japanese reads them they do not say.
//! Laws: values of one script are compared as if there were no other; how two are alike depends on the two alone, and not
//! on which comes first.

use rayon::prelude::*;

use super::compare::distance;
use super::kin::as_pinyin;
use super::phonetic::{consonants, of_characters, spoken};
use super::values::Values;

/// Words of a value that are compared, and letters of all its words.
const MOST_WORDS: usize = 8;
const MOST_LETTERS: usize = 64;
/// Values that a thread takes at a time, at least.
const CHUNK: usize = 1024;
/// Syllables of Korean that may be a surname and a given name.
const FULL_NAME: std::ops::RangeInclusive<usize> = 3..=4;

/// What letters a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Han,
    Hangul,
    /// Others that write vowels, by number.
    Alphabet(u8),
    /// Others, which write hardly any vowels once marks are folded away, by the block of their letters.
    Abjad(u32),
}

impl Script {
    fn of_letter(letter: char) -> Self {
        match u32::from(letter) {
            0..=0x24f | 0x1e00..=0x1eff => Self::Latin,
            0x2e80..=0x2fdf | 0x3005..=0x3007 | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff => Self::Han,
            0x1100..=0x11ff | 0xac00..=0xd7a3 => Self::Hangul,
            0x370..=0x3ff | 0x1f00..=0x1fff => Self::Alphabet(0),
            0x400..=0x52f => Self::Alphabet(1),
            0x530..=0x58f => Self::Alphabet(2),
            0x10a0..=0x10ff => Self::Alphabet(3),
            0x3040..=0x30ff => Self::Alphabet(4),
            0x600..=0x77f | 0x8a0..=0x8ff => Self::Abjad(0x600),
            code => Self::Abjad(code & !0x7f),
        }
    }

    /// That of most letters of a text; of one that mixes others ideographs count, as in Japanese.
    pub(super) fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Latin;
        }
        let (mut n_latin, mut n_others, mut own) = (0, 0, None);
        for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
            match Self::of_letter(letter) {
                Self::Latin => n_latin += 1,
                script => {
                    n_others += 1;
                    own = match own {
                        Some(before) if script != Self::Han => Some(before),
                        _ => Some(script),
                    };
                }
            }
        }
        own.filter(|_| n_others > n_latin).unwrap_or(Self::Latin)
    }
}

/// Whether some texts are in letters that can be read as those of others.
pub(super) fn are_mixed<'t>(texts: impl Iterator<Item = &'t str>, reads_han: bool) -> bool {
    let mut first = None;
    let mut scripts = texts.filter(|text| text.bytes().any(|byte| byte.is_ascii_alphabetic() || byte >= 0x80));
    scripts.any(|text| match Script::of(text) {
        script if first == Some(script) => false,
        Script::Han if !(reads_han && of_characters(text).is_some()) => false,
        script => *first.get_or_insert(script) != script,
    })
}

/// A text in Latin letters: what it is read as, ideographs as Chinese. Nothing where that cannot be told.
fn read(text: &str, script: Script) -> String {
    match script {
        Script::Latin if text.is_ascii() => text.to_owned(),
        Script::Han => of_characters(text).map_or_else(String::new, |words| words.join(" ")),
        Script::Hangul => any_ascii::any_ascii(&divide(text)),
        _ => any_ascii::any_ascii(text),
    }
}

/// Divides Korean names, which stand without a blank, behind the surname: the first syllable, of four the first two.
fn divide(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let n = word.chars().count();
        let is_name = FULL_NAME.contains(&n) && word.chars().all(|letter| Script::of_letter(letter) == Script::Hangul);
        let at = word.char_indices().nth(n / 4 + 1).filter(|_| is_name);
        match at {
            Some((at, _)) => format!("{} {}", &word[..at], &word[at..]),
            None => word.to_owned(),
        }
    });
    words.collect::<Vec<String>>().join(" ")
}

/// A text in other letters than Latin ones as words in these; nothing for others, and for ideographs.
pub(super) fn in_latin(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    match Script::of(text) {
        Script::Latin | Script::Han => None,
        script => Some(words(&read(text, script)).join(" ")),
    }
}

/// The words of a name in other letters than Latin ones, by how they sound; nothing for others, and for ideographs.
pub(super) fn sounds(name: &str) -> Option<Vec<String>> {
    let script = Script::of(name);
    let latin = in_latin(name)?;
    // A letter that stands for any vowel is lost in reading.
    let native = name.split(' ').filter(|word| word.chars().any(char::is_alphabetic));
    let vowels: Vec<bool> = native
        .map(|word| word.starts_with(['ا', 'ع', 'ء', 'א', 'ע']) && !word.starts_with("ال"))
        .collect();
    let sound = |(at, word): (usize, &str)| {
        let code = consonants(word);
        let is_lost = matches!(script, Script::Abjad(_)) && vowels.get(at) == Some(&true);
        if is_lost && !code.starts_with('0') {
            format!("0{code}")
        } else {
            code
        }
    };
    Some(latin.split(' ').enumerate().map(sound).collect())
}

/// The words of a text in Latin letters: hyphens and apostrophes do not divide them.
fn words(latin: &str) -> Vec<String> {
    let divides = |letter: char| !(letter.is_alphanumeric() || "-'`’".contains(letter));
    let plain = |word: &str| -> String {
        let letters = word.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let words = latin.split(divides).map(plain);
    words.filter(|word| !word.is_empty()).take(MOST_WORDS).collect()
}

/// What stands between the words of a reading, and between the parts of a word.
const BETWEEN_WORDS: char = ' ';
const BETWEEN_PARTS: char = '/';

/// By what two words are alike.
#[derive(Debug, Clone, Copy)]
enum By {
    Letters,
    /// One of them is written without vowels.
    Consonants,
    /// Both are made of syllables of Chinese, which are the same or not.
    Syllables,
}

/// A word in Latin letters, as it is compared with words that were read.
#[derive(Debug, Clone, Copy)]
struct Word<'r> {
    /// In one way of writing where there are several: y and i, w and v, double letters.
    letters: &'r str,
    /// Its consonants.
    consonants: &'r str,
    /// How these sound.
    sound: &'r str,
}

/// Appends a word with its consonants and its sound.
fn push_word(word: &str, reading: &mut String) {
    let is_number = word.bytes().any(|byte| byte.is_ascii_digit());
    let folded = ["ou", "oo", "ee", "ph", "kh", "ck"]
        .into_iter()
        .zip(["u", "u", "i", "f", "h", "k"])
        .fold(word.to_owned(), |word, (from, to)| word.replace(from, to));
    let letters = folded.chars().map(|letter| match letter {
        'y' => 'i',
        'w' => 'v',
        'q' => 'k',
        letter => letter,
    });
    push_letters(letters, is_number, reading);
    reading.push(BETWEEN_PARTS);
    let consonants_of = folded.chars().filter(|letter| !"aeiouyw".contains(*letter));
    let alike = consonants_of.map(|letter| if matches!(letter, 'q' | 'c') { 'k' } else { letter });
    push_letters(alike, is_number, reading);
    reading.push(BETWEEN_PARTS);
    reading.push_str(consonants(word).trim_start_matches('0'));
}

/// Appends letters, of equal neighbors one, unless numbers are among them.
fn push_letters(letters: impl Iterator<Item = char>, is_number: bool, reading: &mut String) {
    let mut before = None;
    for letter in letters.take(MOST_LETTERS) {
        if is_number || before != Some(letter) {
            reading.push(letter);
        }
        before = Some(letter);
    }
}

impl<'r> Word<'r> {
    fn of(text: &'r str) -> Self {
        let mut parts = text.split(BETWEEN_PARTS);
        let mut next = || parts.next().unwrap_or_default();
        Self {
            letters: next(),
            consonants: next(),
            sound: next(),
        }
    }

    /// How alike two words are, from 0 to 1.
    fn likeness(self, other: Word<'_>, by: By) -> f32 {
        let is_number = |word: Word<'_>| word.letters.bytes().any(|byte| byte.is_ascii_digit());
        if self.letters == other.letters || is_number(self) || is_number(other) {
            return f32::from(u8::from(self.letters == other.letters));
        }
        let (left, right) = match by {
            By::Letters => (self.letters, other.letters),
            By::Consonants => (self.consonants, other.consonants),
            By::Syllables => return f32::from(u8::from(spoken(self.letters) == spoken(other.letters))),
        };
        let longest = left.len().max(right.len());
        if longest == 0 {
            return 0.0;
        }
        let alike = 1.0 - edits(left, right) as f32 / longest as f32;
        if !self.sound.is_empty() && self.sound == other.sound {
            f32::midpoint(alike, 1.0)
        } else {
            alike
        }
    }
}

/// Edits between two words of ASCII letters.
fn edits(left: &str, right: &str) -> usize {
    let units = |text: &str| {
        let mut units = [0_u16; MOST_LETTERS];
        let places = units.iter_mut().zip(text.bytes());
        places.for_each(|(unit, byte)| *unit = u16::from(byte));
        units
    };
    let n = |text: &str| text.len().min(MOST_LETTERS);
    distance(&units(left)[..n(left)], &units(right)[..n(right)])
}

/// The reading of a value: all its words as one, as where they are divided is no matter of theirs, then each; empty where
/// it cannot be read.
fn reading(text: &str, script: Script, reads_han: bool) -> String {
    let mut reading = String::new();
    if script == Script::Han && !reads_han {
        return reading;
    }
    let words = words(&read(text, script));
    let has_letters = |word: &String| word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !words.iter().any(has_letters) {
        return reading;
    }
    push_word(&words.concat(), &mut reading);
    for word in &words {
        reading.push(BETWEEN_WORDS);
        push_word(word, &mut reading);
    }
    reading
}

/// How alike two readings are, from 0 to 1: of the words each with the one that is most like it, and of all as one.
fn likeness(left: &str, right: &str, by: By) -> f32 {
    let mut lefts = left.split(BETWEEN_WORDS).map(Word::of);
    let mut rights = right.split(BETWEEN_WORDS).map(Word::of);
    let (Some(one), Some(other)) = (lefts.next(), rights.next()) else {
        return 0.0;
    };
    let (lefts, rights): (Vec<Word<'_>>, Vec<Word<'_>>) = (lefts.collect(), rights.collect());
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (at, word) in lefts.iter().enumerate() {
        let likeness = |(to, other): (usize, &Word<'_>)| (word.likeness(*other, by), at, to);
        pairs.extend(rights.iter().enumerate().map(likeness));
    }
    let length = |(_, at, to): &(f32, usize, usize)| lefts[*at].letters.len() + rights[*to].letters.len();
    // Of equal likeness the longer ones, then those that stand first, whichever side they stand on.
    pairs.sort_by(|x, y| {
        let places = |pair: &(f32, usize, usize)| (pair.1.min(pair.2), pair.1.max(pair.2));
        y.0.total_cmp(&x.0)
            .then(length(y).cmp(&length(x)))
            .then(places(x).cmp(&places(y)))
    });
    let (mut taken_left, mut taken_right, mut sum) = (0_u32, 0_u32, 0.0);
    for pair in pairs {
        let (_, at, to) = pair;
        if taken_left >> at & 1 == 0 && taken_right >> to & 1 == 0 {
            taken_left |= 1 << at;
            taken_right |= 1 << to;
            sum += pair.0 * length(&pair) as f32;
        }
    }
    let letters = |words: &[Word<'_>]| words.iter().map(|word| word.letters.len()).sum::<usize>();
    let all = letters(&lefts) + letters(&rights);
    (sum / all.max(1) as f32).max(one.likeness(other, by))
}

/// The readings of the values of a field that are of more than one script.
pub(super) struct Readings {
    scripts: Vec<Script>,
    /// Whether each value is made of syllables of Chinese.
    are_syllables: Vec<bool>,
    /// The readings end to end, and where each ends.
    text: String,
    ends: Vec<usize>,
}

impl Readings {
    /// `None` where all values are of one script. `reads_han` tells whether short texts of ideographs are read too.
    pub(super) fn of(values: &Values, reads_han: bool) -> Option<Self> {
        if values.are_ascii() || !are_mixed((1..values.len() as u32).map(|id| values.get(id)), reads_han) {
            return None;
        }
        let ids = (0..values.len() as u32).into_par_iter().with_min_len(CHUNK);
        let read = |id: u32| {
            let script = Script::of(values.get(id));
            (script, reading(values.get(id), script, reads_han))
        };
        let (scripts, texts): (Vec<Script>, Vec<String>) = ids.clone().map(read).unzip();
        let is_syllables = |id: u32| match scripts[id as usize] {
            Script::Han => true,
            Script::Latin => as_pinyin(values.get(id)).is_some(),
            _ => false,
        };
        let ends = texts.iter().scan(0, |end, text| {
            *end += text.len();
            Some(*end)
        });
        Some(Self {
            ends: ends.collect(),
            text: texts.concat(),
            are_syllables: ids.map(is_syllables).collect(),
            scripts,
        })
    }

    fn get(&self, value: u32) -> &str {
        let end = |at: u32| self.ends[at as usize];
        &self.text[value.checked_sub(1).map_or(0, end)..end(value)]
    }

    /// How alike two values of different scripts are; nothing of two of one script, and where one cannot be read.
    pub(super) fn likeness(&self, a: u32, b: u32) -> Option<f32> {
        let has_vowels = |value: u32| !matches!(self.scripts[value as usize], Script::Abjad(_));
        // Who writes a Chinese name in Latin letters writes its sounds: others are another name.
        let is_han = |value: u32| self.scripts[value as usize] == Script::Han;
        let by = if (is_han(a) || is_han(b)) && self.are_syllables[a as usize] && self.are_syllables[b as usize] {
            By::Syllables
        } else if has_vowels(a) && has_vowels(b) {
            By::Letters
        } else {
            By::Consonants
        };
        let likeness = || likeness(self.get(a), self.get(b), by);
        self.differ(a, b).then(likeness)
    }

    /// Whether two values are of different scripts, and can be read.
    pub(super) fn differ(&self, a: u32, b: u32) -> bool {
        self.scripts[a as usize] != self.scripts[b as usize] && self.is_read(a) && self.is_read(b)
    }

    /// Whether a value can be read.
    pub(super) fn is_read(&self, value: u32) -> bool {
        !self.get(value).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::values::{Texts, of_texts};
    use super::*;

    fn likeness(left: &str, right: &str) -> f32 {
        let of = |text: &str| super::reading(text, Script::of(text), true);
        let has_vowels = |text: &str| !matches!(Script::of(text), Script::Abjad(_));
        let by = if has_vowels(left) && has_vowels(right) {
            By::Letters
        } else {
            By::Consonants
        };
        super::likeness(&of(left), &of(right), by)
    }

    #[test]
    fn a_name_is_read_in_other_letters() {
        for (name, same, other) in [
            ("васильев александр", "alexander vasiliev", "vladimir smirnov"),
            ("щербаков юлия", "julia shcherbakov", "olga chernyshev"),
            ("παπαδοπουλος γιωργος", "giorgos papadopoulos", "nikos papadakis"),
            ("김철수", "kim chul-soo", "park jung-min"),
            ("타무라", "tamura", "mori"),
            ("タカハシ ケンシ", "kenji takahashi", "sakura itou"),
            ("فيصل صديقي", "faisal siddiqui", "karim haddad"),
            ("יעקב כהן", "cohen yaakov", "moshe levi"),
            ("राजश शरमा", "rajesh sharma", "amit gupta"),
            ("张秀英", "zhang xiuying", "li wei"),
        ] {
            assert!(likeness(name, same) > 0.7, "{name} {same} {}", likeness(name, same));
            assert!(likeness(name, other) < 0.55, "{name} {other} {}", likeness(name, other));
        }
    }

    #[test]
    fn one_sound_of_chinese_is_not_nearly_another() {
        let mut all = Texts::default();
        for name in ["王伟", "wang wei", "wei wang", "wang jie", "david wang"] {
            all.text.push_str(name);
            all.end();
        }
        let (ids, values) = of_texts(&[all]);
        let readings = Readings::of(&values, true).unwrap();
        let alike = |other: usize| {
            let likeness = readings.likeness(ids[0], ids[other]);
            assert_eq!(likeness, readings.likeness(ids[other], ids[0]));
            likeness.unwrap()
        };
        assert!(alike(1) > 0.99 && alike(2) > 0.99, "{} {}", alike(1), alike(2));
        assert!(alike(3) < 0.6 && alike(4) < 0.8, "{} {}", alike(3), alike(4));
    }

    #[test]
    fn what_japanese_read_otherwise_is_not_read() {
        for name in ["高橋一郎", "高橋さくら", "株式会社高橋製作所"] {
            assert!(in_latin(name).is_none() && sounds(name).is_none(), "{name}");
        }
        assert!(reading("高橋", Script::Han, false).is_empty());
        assert!(likeness("高橋さくら", "takahashi sakura") < 0.1);
    }

    proptest! {
        #[test]
        fn likeness_has_no_side(left in "[a-d иван김민س]{0,12}", right in "[a-d иван김민س]{0,12}") {
            let (one, other) = (likeness(&left, &right), likeness(&right, &left));
            prop_assert!((one - other).abs() < 1e-5 && (0.0..=1.0001).contains(&one), "{one} {other}");
        }
    }
}
