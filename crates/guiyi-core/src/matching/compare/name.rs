//! Comparison of company names: one comparison whose levels combine place, brand, trade, branch and numbers, since
//! these depend on each other and must not be counted twice.
//!
//! Equal parts weigh by how many records share the brand (字号): a brand of three records nearly is the company, one of
//! a hundred says little.

use std::sync::atomic::{AtomicU32, Ordering};

use super::super::hash::{frequencies, hash, join};
use super::place::{Region, Relation, stem};
use super::{Level, Lists, evidence, is_one_edit, level};
use crate::matching::phonetic;
use crate::record::Records;
use crate::standardize::organization_name::{OrganizationName, fold, parse};

pub(super) const LEVELS: &[Level] = &[
    level("same", "same name", "名称相同", 0.37, 0.004),
    level(
        "same-common",
        "same name, borne by many records",
        "名称相同，但多条记录同名",
        0.03,
        0.010,
    ),
    level(
        "form",
        "same name but for the legal form",
        "仅组织形式不同",
        0.05,
        0.004,
    ),
    level(
        "core-rare",
        "same brand and trade, one side without place; rare",
        "字号与行业相同，一方缺地名；字号少见",
        0.10,
        0.006,
    ),
    level(
        "core-common",
        "same brand and trade, one side without place; common",
        "字号与行业相同，一方缺地名；字号常见",
        0.05,
        0.030,
    ),
    level(
        "core-elsewhere",
        "same brand and trade, other city",
        "字号与行业相同，城市不同",
        0.005,
        0.050,
    ),
    level(
        "brand-rare",
        "same rare brand, trade missing or shortened",
        "字号相同且少见，行业缺失或缩写",
        0.07,
        0.010,
    ),
    level(
        "brand-some",
        "same brand, trade missing or shortened",
        "字号相同，行业缺失或缩写",
        0.04,
        0.030,
    ),
    level(
        "brand-common",
        "same common brand, trade missing or shortened",
        "字号相同但常见，行业缺失或缩写",
        0.02,
        0.080,
    ),
    level(
        "brand-elsewhere",
        "same brand, other city",
        "字号相同，城市不同",
        0.003,
        0.100,
    ),
    level(
        "trade-rare",
        "same rare brand, other trade",
        "字号相同且少见，行业不同",
        0.02,
        0.020,
    ),
    level(
        "trade-common",
        "same brand, other trade",
        "字号相同，行业不同",
        0.005,
        0.100,
    ),
    level(
        "trade-elsewhere",
        "same brand, other trade, other city",
        "字号相同，行业与城市均不同",
        0.001,
        0.100,
    ),
    level(
        "slip",
        "brand and trade differ by one character or in sound only",
        "仅一字之差或同音",
        0.08,
        0.020,
    ),
    level(
        "slip-brand",
        "brand differs by one character or in sound only, trade unclear",
        "字号一字之差或同音，行业不明",
        0.02,
        0.040,
    ),
    level(
        "short-rare",
        "one name abbreviates the other; rare",
        "一方为另一方的简称；字号少见",
        0.05,
        0.010,
    ),
    level(
        "short-common",
        "one name abbreviates the other; common",
        "一方为另一方的简称；字号常见",
        0.02,
        0.030,
    ),
    level(
        "similar",
        "names share most of their telling characters",
        "名称的主要用字大多相同",
        0.02,
        0.040,
    ),
    level(
        "alike",
        "names share some characters",
        "名称有部分用字相同",
        0.01,
        0.100,
    ),
    level("different", "different names", "名称不同", 0.03, 0.160),
    level("parent", "a branch and its parent", "总公司与分支机构", 0.004, 0.040),
    level("branches", "two different branches", "不同的分支机构", 0.001, 0.010),
    level(
        "numbers",
        "different numbers in the names",
        "名称中的序号不同",
        0.001,
        0.010,
    ),
];

const SLIP: u8 = 14;
/// Last of the levels at which names are so like that a branch or a number must tell them apart.
const LIKE: u8 = 17;
const DIFFERENT: u8 = 20;
/// Level of a branch against its parent; the first one that comes with a veto.
pub(crate) const PARENT: u8 = 21;
/// Level of two different branches.
pub(crate) const BRANCHES: u8 = 22;
/// Level of different numbers.
pub(crate) const NUMBERS: u8 = 23;

/// Whether a level means the same brand with another stated trade.
pub(crate) fn is_other_trade(level: u8) -> bool {
    matches!(level, 11 | 12)
}

/// Whether a level means the same brand in another city.
pub(crate) fn is_elsewhere(level: u8) -> bool {
    matches!(level, 6 | 10 | 13)
}

/// Records that share a brand, up to which it is rare, and up to which it is not yet common. A company that stands in
/// two systems and is doubled in one of them has three records, so that four may still be one company.
const RARE: u32 = 4;
const SOME: u32 = 20;

/// Most counters of pairs of characters; more would not fit a processor's cache, and a clash only misjudges a rarity.
const MAX_BUCKETS: usize = 1 << 22;

/// Characters of a name that are compared; longer names are told apart by their hashes.
const LETTERS: usize = 32;

struct Name {
    whole: u64,
    brand_hash: u64,
    sound: u64,
    region: Region,
    branch: u32,
    numerals: u32,
    brand_frequency: u32,
    whole_frequency: u32,
    /// Lengths of place, brand and trade in `letters`.
    place: u8,
    brand: u8,
    trade: u8,
    formed: bool,
    main: bool,
    /// Place, brand and trade, end to end; the low 16 bits of each character's code.
    letters: [u16; LETTERS],
}

/// The company names of the records.
pub(in crate::matching) struct Names {
    lists: Lists<Name>,
    /// Rarity of each character, in thousandths of a bit, whole so that sums do not depend on their order; by the low
    /// 16 bits of the character's code.
    rarity: Vec<u32>,
    /// How many names have each pair of neighboring characters, by its hash.
    bigrams: Vec<u32>,
}

impl Names {
    pub(super) fn new(records: &Records, attributes: &[usize]) -> Self {
        let names = Lists::new(records.len(), |record, list: &mut Vec<Name>| {
            let start = list.len();
            for (attribute, at) in attributes.iter().zip(0..) {
                let value = evidence(records, record, *attribute);
                let main = at == 0 || list.len() == start;
                let Some(name) = value.and_then(|value| Name::new(&parse(&fold(value)), main)) else {
                    continue;
                };
                if !list[start..].iter().any(|other| other.whole == name.whole) {
                    list.push(name);
                }
            }
        });
        let brand_frequencies = frequencies(&names.values().iter().map(|name| name.brand_hash).collect::<Vec<_>>());
        let whole_frequencies = frequencies(&names.values().iter().map(|name| name.whole).collect::<Vec<_>>());
        let names = names.map(|name, at| Name {
            brand_frequency: brand_frequencies[at],
            whole_frequency: whole_frequencies[at],
            ..name
        });
        let (letters, bigrams) = count(names.values());
        let n = names.values().len() as f32;
        let rarity = letters
            .iter()
            .map(|count| ((1.0 + n / (1.0 + *count as f32)).log2() * 1000.0) as u32)
            .collect();
        Self {
            lists: names,
            rarity,
            bigrams,
        }
    }

    /// Hash of the record's brand; 0 if it has no name.
    pub(crate) fn brand(&self, record: u32) -> u64 {
        self.lists.get(record).first().map_or(0, |name| name.brand_hash)
    }

    /// Hash of the brand and the beginning of the trade; 0 without trade.
    pub(crate) fn brand_and_trade(&self, record: u32) -> u64 {
        let Some(name) = self.lists.get(record).first() else {
            return 0;
        };
        let trade = name.trade();
        if trade.len() < 2 {
            0
        } else {
            join(join(name.sound, u64::from(trade[0])), u64::from(trade[1]))
        }
    }

    pub(super) fn has(&self, record: u32) -> bool {
        self.lists.has(record)
    }

    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        let (left, right) = (self.lists.get(a), self.lists.get(b));
        let ([left_main, left_others @ ..], [right_main, right_others @ ..]) = (left, right) else {
            return 0;
        };
        let main = self.compare(left_main, right_main);
        if !(SLIP..=DIFFERENT).contains(&main) {
            return main;
        }
        let short = |short: &Name, long: &Name| {
            let same = short.core() == long.core() || short.core() == long.brand();
            same.then_some(if long.brand_frequency <= SOME { 16 } else { 17 })
        };
        let crossed = left_others.iter().filter_map(|other| short(other, right_main));
        let crossed = crossed.chain(right_others.iter().filter_map(|other| short(other, left_main)));
        crossed.min().map_or(main, |level| level.min(main))
    }

    /// The level of two names: as the parts in common say, unless branch or numbers set otherwise like names apart.
    fn compare(&self, left: &Name, right: &Name) -> u8 {
        let level = self.compare_parts(left, right);
        if level > LIKE {
            return level;
        }
        match (left.branch, right.branch) {
            (0, 1..) | (1.., 0) => PARENT,
            (2.., 2..) if left.branch != right.branch => BRANCHES,
            _ if left.numerals != right.numerals && left.numerals != 0 && right.numerals != 0 => NUMBERS,
            _ => level,
        }
    }

    fn compare_parts(&self, left: &Name, right: &Name) -> u8 {
        let rare = left.brand_frequency.min(right.brand_frequency) <= RARE;
        let some = left.brand_frequency.min(right.brand_frequency) <= SOME;
        let place = left.region.relation(right.region);
        if left.whole == right.whole && !left.is_bare() {
            return if left.whole_frequency <= RARE { 1 } else { 2 };
        }
        if left.brand_hash == right.brand_hash {
            let same_core = left.core() == right.core() && !left.trade().is_empty();
            let related = is_related(left.trade(), right.trade());
            return match (place, same_core, related) {
                (Relation::Same, true, _) => 3,
                (Relation::Unknown, true, _) => {
                    if some {
                        4
                    } else {
                        5
                    }
                }
                (Relation::Different, true, _) => 6,
                (Relation::Different, false, true) => 10,
                (_, false, true) if rare => 7,
                (_, false, true) if some => 8,
                (_, false, true) => 9,
                (Relation::Different, false, false) => 13,
                (_, false, false) if rare => 11,
                (_, false, false) => 12,
            };
        }
        if place != Relation::Different {
            let slip = left.core().len().min(right.core().len()) >= 4 && is_one_edit(left.core(), right.core());
            if slip || (left.sound == right.sound && left.trade() == right.trade() && !left.trade().is_empty()) {
                return SLIP;
            }
            let long = left.brand().len().min(right.brand().len()) >= 3;
            if left.sound == right.sound || (long && is_one_edit(left.brand(), right.brand())) {
                return if left.trade() == right.trade() && !left.trade().is_empty() {
                    SLIP
                } else {
                    15
                };
            }
            let (short, long) = if left.text().len() < right.text().len() {
                (left, right)
            } else {
                (right, left)
            };
            if !short.formed && short.text().len() >= 3 && is_subsequence(short.text(), long.text()) {
                return if long.brand_frequency <= SOME { 16 } else { 17 };
            }
        }
        match self.similarity(left.core(), right.core()) {
            60.. => 18,
            35.. => 19,
            _ => DIFFERENT,
        }
    }

    /// Weight of the shared characters over the weight of all characters of both, in percent.
    fn similarity(&self, left: &[u16], right: &[u16]) -> u32 {
        let weigh = |letter: &u16| self.rarity[usize::from(*letter)];
        let (mut shared, mut all) = (0, 0);
        let mut used = 0_u64;
        for letter in left {
            all += weigh(letter);
            let found = right
                .iter()
                .zip(0..64)
                .find(|(other, at)| *other == letter && used & (1 << at) == 0);
            if let Some((_, at)) = found {
                used |= 1 << at;
                shared += weigh(letter);
            }
        }
        all += right.iter().map(weigh).sum::<u32>() - shared;
        shared * 100 / all.max(1)
    }

    pub(super) fn keys(&self, record: u32, pass: usize, keys: &mut Vec<u64>) {
        for name in self.lists.get(record) {
            match pass {
                0 if name.is_bare() => {}
                0 => keys.push(name.whole),
                1 => keys.push(name.brand_hash),
                2 => keys.push(name.sound),
                _ if name.main => self.rare_bigrams(name, keys),
                _ => {}
            }
        }
    }

    fn rare_bigrams(&self, name: &Name, keys: &mut Vec<u64>) {
        let mut bigrams: Vec<(u32, u64)> = name
            .core()
            .windows(2)
            .map(bigram)
            .map(|bigram| (self.bigrams[bigram as usize % self.bigrams.len()], bigram))
            .filter(|(count, _)| *count > 1)
            .collect();
        bigrams.sort_unstable();
        bigrams.dedup();
        keys.extend(bigrams.iter().take(3).map(|(_, bigram)| *bigram));
    }
}

impl Name {
    /// `None` if nothing tells the name from others.
    fn new(parts: &OrganizationName<'_>, main: bool) -> Option<Self> {
        let mut letters = [0; LETTERS];
        let mut end = 0;
        let mut copy = |part: &str| {
            let start = end;
            for letter in spoken(part).take(LETTERS - start) {
                letters[end] = letter as u32 as u16;
                end += 1;
            }
            (end - start) as u8
        };
        let place = parts.places.iter().map(|place| copy(place.text)).sum();
        let no_brand = parts.trade_name.is_empty();
        let (brand, trade) = if no_brand {
            (parts.industry, "")
        } else {
            (parts.trade_name, parts.industry)
        };
        let (brand_length, trade_length) = (copy(brand), copy(trade));
        if brand_length == 0 {
            return None;
        }
        let sound = spoken(brand).fold(2, |state, letter| join(state, phonetic::syllable(letter)));
        let brand_hash = spoken(brand).fold(3, |state, letter| join(state, u64::from(letter)));
        let trade_hash = spoken(trade).fold(4, |state, letter| join(state, u64::from(letter)));
        let branch = parts.branch.map_or(0, |branch| {
            if branch.place.is_empty() {
                1
            } else {
                hash(stem(branch.place).as_bytes()) as u32 | 2
            }
        });
        let numerals = parts
            .numerals
            .iter()
            .fold(0, |state, numeral| join(state, hash(numeral.as_bytes()))) as u32;
        let region = Region::of(&parts.places);
        let where_and_what = [
            region.province,
            region.city,
            region.county,
            branch,
            numerals,
            u32::from(parts.is_group),
        ];
        let whole = where_and_what.iter().fold(join(brand_hash, trade_hash), |state, part| {
            join(state, u64::from(*part))
        });
        Some(Self {
            whole,
            brand_hash,
            sound,
            region,
            branch,
            numerals,
            brand_frequency: 0,
            whole_frequency: 0,
            place,
            brand: brand_length,
            trade: trade_length,
            formed: !parts.form.is_empty(),
            main,
            letters,
        })
    }

    fn text(&self) -> &[u16] {
        &self.letters[..usize::from(self.place + self.brand + self.trade)]
    }

    fn core(&self) -> &[u16] {
        &self.text()[usize::from(self.place)..]
    }

    fn brand(&self) -> &[u16] {
        &self.core()[..usize::from(self.brand)]
    }

    fn trade(&self) -> &[u16] {
        &self.core()[usize::from(self.brand)..]
    }

    /// A brand and nothing else.
    fn is_bare(&self) -> bool {
        self.place == 0 && self.trade().is_empty() && !self.formed
    }
}

/// The characters that count: no brackets, spaces and marks.
fn spoken(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|letter| letter.is_alphanumeric())
}

/// Whether two trades may be the same: one is missing, one is contained in the other, or one character of four or more
/// differs (of two, it is another trade: 科技, 科贸).
fn is_related(left: &[u16], right: &[u16]) -> bool {
    let (short, long) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    is_subsequence(short, long) || (long.len() >= 4 && is_one_edit(short, long))
}

fn is_subsequence(short: &[u16], long: &[u16]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|letter| rest.any(|other| other == letter))
}

fn bigram(pair: &[u16]) -> u64 {
    join(u64::from(pair[0]), u64::from(pair[1]))
}

/// How many names have each character and each pair of neighboring characters.
fn count(names: &[Name]) -> (Vec<u32>, Vec<u32>) {
    use rayon::prelude::*;
    let zeros = |n: usize| -> Vec<AtomicU32> { (0..n).map(|_| AtomicU32::new(0)).collect() };
    let (letters, bigrams) = (
        zeros(1 << 16),
        zeros((names.len() * 8).next_power_of_two().clamp(1 << 10, MAX_BUCKETS)),
    );
    names.par_iter().filter(|name| name.main).for_each(|name| {
        for letter in name.core() {
            letters[usize::from(*letter)].fetch_add(1, Ordering::Relaxed);
        }
        for pair in name.core().windows(2) {
            bigrams[bigram(pair) as usize % bigrams.len()].fetch_add(1, Ordering::Relaxed);
        }
    });
    let settle = |counts: Vec<AtomicU32>| counts.into_iter().map(AtomicU32::into_inner).collect();
    (settle(letters), settle(bigrams))
}
