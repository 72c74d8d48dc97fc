//! Kin: different writings of one name. Bob is Robert, 张伟 is Zhang Wei, sounds like 章伟 and 王未 looks like 王末.
//!
//! Each value gets keys; two values that share one are kin. So are given names that sound alike (Lee, Leigh); two given
//! names that are known and are no kin are two, however alike their letters (Patrick, Patricia). Familiar forms of English
//! names come from `dictionaries/name`, so do characters that look alike; sounds of Chinese ones come from their pinyin.
//! Law: a value's keys depend on the value alone.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use pinyin::{ToPinyin, ToPinyinMulti};
use rayon::prelude::*;

use super::persons;
use super::phonetic::{spoken_name, syllable};
use super::text::is_ideograph;
use super::values::Values;
use crate::matching::hash::{hash, mix};

/// Keys of a value, at most: `al` is short for many names.
const MOST: usize = 24;
/// Values that a thread takes at a time, at least.
const CHUNK: usize = 1024;
/// Ideographs of the name of a person, at most.
const LONGEST: usize = 4;

/// The formal names that each familiar form stands for, and each formal name for itself.
static FORMAL: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut formal: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in include_str!("../../../../../dictionaries/name/nickname.tsv").lines() {
        if let Some((name, forms)) = line.split_once('\t') {
            formal.entry(name).or_default().push(name);
            forms
                .split(' ')
                .for_each(|form| formal.entry(form).or_default().push(name));
        }
    }
    formal
});

/// The characters that each one is mistaken for by its shape.
static ALIKE: LazyLock<HashMap<char, &str>> = LazyLock::new(|| {
    let lines = include_str!("../../../../../dictionaries/name/alike.tsv").lines();
    let cells = lines.filter_map(|line| line.split_once('\t'));
    cells
        .filter_map(|(own, others)| Some((own.chars().next()?, others)))
        .collect()
});

/// All syllables of Chinese, written in plain letters.
static SYLLABLES: LazyLock<Syllables> = LazyLock::new(|| {
    let mut syllables = Syllables(vec![Node::default()]);
    let letters = ('\u{4e00}'..='\u{9fff}').filter_map(|letter| letter.to_pinyin());
    letters.for_each(|sound| syllables.add(&plain(sound.plain())));
    syllables
});

/// Syllables as a tree of letters, since most of what is looked up leaves it after a letter or two.
struct Syllables(Vec<Node>);

#[derive(Default)]
struct Node {
    /// The node of each letter that goes on; 0 for none.
    next: [u16; 26],
    is_end: bool,
}

impl Syllables {
    fn after(&self, node: u16, letter: u8) -> u16 {
        let place = usize::from(letter.wrapping_sub(b'a'));
        self.0[usize::from(node)].next.get(place).copied().unwrap_or(0)
    }

    /// Adds one of the letters from a to z.
    fn add(&mut self, syllable: &str) {
        if !syllable.bytes().all(|letter| letter.is_ascii_lowercase()) {
            return;
        }
        let end = syllable.bytes().fold(0, |node, letter| {
            let next = self.after(node, letter);
            if next != 0 {
                return next;
            }
            self.0.push(Node::default());
            let next = (self.0.len() - 1) as u16;
            self.0[usize::from(node)].next[usize::from(letter - b'a')] = next;
            next
        });
        self.0[usize::from(end)].is_end = true;
    }

    /// The lengths of the syllables that letters begin with.
    fn heads(&self, letters: &[u8]) -> impl Iterator<Item = usize> {
        let nodes = letters.iter().scan(0, |node, letter| {
            *node = self.after(*node, *letter);
            (*node != 0).then_some(*node)
        });
        let is_end = |(_, node): &(usize, u16)| self.0[usize::from(*node)].is_end;
        (1..).zip(nodes).filter(is_end).map(|(length, _)| length)
    }
}

/// Letters of the longest syllable.
const LONGEST_SYLLABLE: usize = 6;

pub(super) fn plain(sound: &str) -> String {
    sound.replace(['ü', 'v'], "u")
}

/// The keys of all values, end to end.
pub(super) struct Kin {
    /// Where the keys of each value end.
    ends: Vec<u32>,
    keys: Vec<u32>,
    /// What consonants each value has that is a given name we know; 0 for others.
    known: Vec<u32>,
}

impl Kin {
    pub(super) fn new(values: &Values) -> Self {
        let of = |id: u32| keys(values.get(id));
        let ids = (0..values.len() as u32).into_par_iter().with_min_len(CHUNK);
        let all: Vec<Vec<u32>> = ids.map(of).collect();
        let ends = all.iter().scan(0, |end, own| {
            *end += own.len() as u32;
            Some(*end)
        });
        Self {
            ends: ends.collect(),
            keys: all.concat(),
            known: (0..values.len() as u32).map(|id| known(values.get(id))).collect(),
        }
    }

    /// The keys of a value, ascending.
    pub(super) fn of(&self, value: u32) -> &[u32] {
        let end = |at: u32| self.ends[at as usize] as usize;
        let start = value.checked_sub(1).map_or(0, end);
        &self.keys[start..end(value)]
    }

    /// Whether two values are given names that are known, and no writings of one.
    pub(super) fn are_others(&self, a: u32, b: u32) -> bool {
        let (one, other) = (self.known[a as usize], self.known[b as usize]);
        one != 0 && other != 0 && one != other && !self.are_kin(a, b)
    }

    /// Whether two values are writings of one name.
    pub(super) fn are_kin(&self, a: u32, b: u32) -> bool {
        let (left, right) = (self.of(a), self.of(b));
        left.iter().any(|key| right.binary_search(key).is_ok())
    }
}

/// Whether a word is a familiar form of a name, or a name that has some.
pub(super) fn is_form(word: &str) -> bool {
    FORMAL.contains_key(word)
}

/// The consonants of a given name that is known, as one number; 0 for others.
fn known(value: &str) -> u32 {
    if persons::is_known(value) {
        let consonants: String = spoken_name(value)
            .chars()
            .filter(|letter| !"aeo".contains(*letter))
            .collect();
        key(&[&consonants]) | 1
    } else {
        0
    }
}

/// The keys of a folded value, ascending.
pub(super) fn keys(value: &str) -> Vec<u32> {
    let mut own = Vec::new();
    add_keys(value, &mut own);
    own.sort_unstable();
    own.dedup();
    own
}

/// The formal names that a word stands for, be it spelled with another ending: Robbie as Robby.
fn formal(word: &str) -> impl Iterator<Item = &'static str> {
    let stem = word.strip_suffix("ie").or_else(|| word.strip_suffix('y'));
    let others = stem
        .into_iter()
        .flat_map(|stem| ["ie", "y"].map(|end| format!("{stem}{end}")));
    let others = others
        .filter(move |other| *other != word)
        .filter_map(|other| FORMAL.get(&*other))
        .flatten();
    FORMAL.get(word).into_iter().flatten().chain(others).take(MOST).copied()
}

/// Adds the keys of a folded value.
fn add_keys(value: &str, keys: &mut Vec<u32>) {
    if value.bytes().any(|byte| byte >= 0x80) {
        add_sounds(value, keys);
        return;
    }
    for (at, word) in words(value) {
        for formal in formal(word) {
            let (head, tail) = (&value[..at], &value[at + word.len()..]);
            keys.push(key(&[head, formal, tail]));
        }
    }
    if persons::is_known(value) {
        keys.push(key(&["sound ", &spoken_name(value)]));
    }
    if let Some(letters) = as_pinyin(value) {
        keys.push(key(&["pinyin ", &letters]));
    }
}

/// The words of a value, and where they begin.
fn words(value: &str) -> impl Iterator<Item = (usize, &str)> {
    value
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - value.as_ptr() as usize, word))
}

fn key(parts: &[&str]) -> u32 {
    hash(parts.concat().as_bytes()) as u32
}

/// The letters of a Latin value that reads as two to four syllables of Chinese.
pub(super) fn as_pinyin(value: &str) -> Option<String> {
    const MOST: usize = LONGEST * LONGEST_SYLLABLE;
    let (mut letters, mut n) = ([0; MOST], 0);
    for byte in value.bytes() {
        if byte.is_ascii_digit() {
            return None;
        }
        if byte.is_ascii_alphabetic() {
            *letters.get_mut(n)? = if byte == b'v' { b'u' } else { byte };
            n += 1;
        }
    }
    let letters = &letters[..n];
    // In how few syllables the letters up to each place read.
    let mut fewest = [usize::MAX; MOST + 1];
    fewest[0] = 0;
    for start in 0..n {
        if fewest[start] < LONGEST {
            for length in SYLLABLES.heads(&letters[start..]) {
                fewest[start + length] = fewest[start + length].min(fewest[start] + 1);
            }
        }
    }
    let is_read = (2..=LONGEST).contains(&fewest[n]);
    is_read.then(|| letters.iter().copied().map(char::from).collect())
}

/// The sounds of a name in Chinese characters: as it is spoken, folded where speakers mix sounds up, and as it is written
/// in Latin letters, surname first or last.
fn add_sounds(value: &str, keys: &mut Vec<u32>) {
    let letters: Vec<char> = value.chars().filter(|letter| *letter != ' ').collect();
    if !(2..=LONGEST).contains(&letters.len()) || !letters.iter().all(|letter| is_ideograph(*letter)) {
        return;
    }
    keys.push(letters.iter().fold(1, |all, letter| mix(all ^ syllable(*letter))) as u32);
    add_shapes(&letters, keys);
    let sound = |letter: &char| letter.to_pinyin().map(|sound| plain(sound.plain()));
    let Some(rest) = letters[1..].iter().map(sound).collect::<Option<Vec<String>>>() else {
        return;
    };
    // A surname may have a sound of its own.
    let first: BTreeSet<String> = (letters[0].to_pinyin_multi().into_iter().flatten())
        .map(|sound| plain(sound.plain()))
        .collect();
    for first in &first {
        keys.push(key(&["pinyin ", first, &rest.concat()]));
        keys.push(key(&["pinyin ", &rest.concat(), first]));
        if let [second, given @ ..] = &rest[..]
            && letters.len() == LONGEST
        {
            keys.push(key(&["pinyin ", &given.concat(), first, second]));
        }
    }
}

/// The shapes of a name in Chinese characters: one key for each character and each that it is mistaken for.
fn add_shapes(letters: &[char], keys: &mut Vec<u32>) {
    let code = |letter: char| u64::from(u32::from(letter));
    for (at, own) in letters.iter().enumerate() {
        for other in ALIKE.get(own).into_iter().flat_map(|others| others.chars()) {
            let pair = code(*own.min(&other)) << 32 | code(*own.max(&other));
            let places = letters.iter().enumerate();
            let shape = places.fold(2, |all, (place, letter)| {
                mix(all ^ if place == at { pair } else { code(*letter) })
            });
            keys.push(shape as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_writings_of_one_name_are_kin() {
        for (left, right, expected) in [
            ("bob", "robert", true),
            ("bob", "rob", true),
            ("robbie", "robert", true),
            ("peggie", "margaret", true),
            ("robbie", "edward", false),
            ("bob smith", "robert smith", true),
            ("bob smith", "robert jones", false),
            ("robert", "edward", false),
            ("张伟", "zhang wei", true),
            ("张伟", "wei zhang", true),
            ("张伟", "章伟", true),
            ("张伟", "李伟", false),
            ("曾小明", "zeng xiaoming", true),
            ("欧阳小明", "xiaoming ouyang", true),
            ("吕布", "lv bu", true),
            ("陈静", "程静", true),
            ("王未", "王末", true),
            ("己小明", "已小明", true),
            ("王未", "李末", false),
            ("王未未", "王末末", false),
            ("wang wei", "wangwei", true),
            ("14 main st", "14 main street", false),
            ("", "", false),
        ] {
            let (left_keys, right_keys) = (keys(left), keys(right));
            let shared = left_keys.iter().any(|key| right_keys.contains(key));
            assert_eq!(shared, expected, "{left} {right}");
        }
    }
}
