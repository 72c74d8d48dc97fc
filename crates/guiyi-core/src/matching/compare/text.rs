//! Comparison of other texts: equal, or as alike as their rare pairs of characters are.

use super::super::hash::{hash, join};
use super::{Level, Lists, evidence, level};
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level("equal", "same text", "文本相同", 0.50, 0.020),
    level("close", "nearly the same text", "文本非常相似", 0.20, 0.020),
    level("similar", "similar text", "文本相似", 0.15, 0.060),
    level("different", "different text", "文本不同", 0.15, 0.900),
];

struct Text {
    whole: u64,
    /// Hashes of the pairs of neighboring characters, sorted, each with its weight.
    bigrams: Vec<(u32, f32)>,
    norm: f32,
}

/// The texts of one attribute.
pub(crate) struct Texts {
    texts: Lists<Text>,
}

const BUCKETS: usize = 1 << 20;

impl Texts {
    pub(super) fn new(records: &Records, attribute: usize) -> Self {
        let grams = Lists::new(records.len(), |record, list: &mut Vec<(u64, Vec<u32>)>| {
            if let Some(value) = evidence(records, record, attribute) {
                list.push(read(value));
            }
        });
        let mut counts = vec![0_u32; BUCKETS];
        for (_, bigrams) in grams.values() {
            for bigram in bigrams {
                counts[*bigram as usize] += 1;
            }
        }
        let n = grams.values().len() as f32;
        let texts = grams.map(|(whole, bigrams), _| {
            let weigh = |bigram: u32| (1.0 + n / counts[bigram as usize] as f32).ln();
            let bigrams: Vec<(u32, f32)> = bigrams.into_iter().map(|bigram| (bigram, weigh(bigram))).collect();
            let norm = bigrams.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
            Text { whole, bigrams, norm }
        });
        Self { texts }
    }

    pub(super) fn has(&self, record: u32) -> bool {
        self.texts.has(record)
    }

    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        let ([left], [right]) = (self.texts.get(a), self.texts.get(b)) else {
            return 0;
        };
        if left.whole == right.whole {
            return 1;
        }
        match left.cosine(right) {
            0.8.. => 2,
            0.5.. => 3,
            _ => 4,
        }
    }

    pub(super) fn keys(&self, record: u32, pass: usize, keys: &mut Vec<u64>) {
        let [text] = self.texts.get(record) else { return };
        if pass == 0 {
            keys.push(text.whole);
            return;
        }
        let mut rarest: Vec<&(u32, f32)> = text.bigrams.iter().collect();
        rarest.sort_unstable_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        keys.extend(rarest.iter().take(4).map(|(bigram, _)| u64::from(*bigram) + 1));
    }
}

impl Text {
    fn cosine(&self, other: &Self) -> f32 {
        let (mut left, mut right) = (self.bigrams.iter().peekable(), other.bigrams.iter().peekable());
        let mut sum = 0.0;
        while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
            match first.0.cmp(&second.0) {
                std::cmp::Ordering::Less => left.next(),
                std::cmp::Ordering::Greater => right.next(),
                std::cmp::Ordering::Equal => {
                    sum += first.1 * second.1;
                    left.next();
                    right.next()
                }
            };
        }
        sum / (self.norm * other.norm).max(f32::MIN_POSITIVE)
    }
}

fn read(value: &str) -> (u64, Vec<u32>) {
    let letters: String = value
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect();
    let mut bigrams = Vec::new();
    let mut previous = ' ';
    for letter in letters.chars() {
        bigrams.push((join(u64::from(previous), u64::from(letter)) % BUCKETS as u64) as u32);
        previous = letter;
    }
    bigrams.sort_unstable();
    bigrams.dedup();
    (hash(letters.as_bytes()), bigrams)
}
