//! Comparison of phones: all mobile, landline and other numbers of a record as one set.
//!
//! A number that many records share belongs to an agent or a switchboard: the more share it, the less it says.

use super::super::hash::{frequencies, hash};
use super::{Level, Lists, evidence, level};
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level("equal-2", "same phone, which no other record has", "电话相同，且仅此两条记录使用", 0.40, 0.010),
    level("equal-few", "same phone, shared by three to five records", "电话相同，三至五条记录共用", 0.12, 0.020),
    level("equal-some", "same phone, shared by six to twenty records", "电话相同，六至二十条记录共用", 0.03, 0.050),
    level("equal-many", "same phone, shared by more than twenty records", "电话相同，二十条以上记录共用", 0.01, 0.050),
    level("near", "phones differ by one digit or by the area code", "电话仅差一位数字或缺少区号", 0.06, 0.005),
    level("different", "different phones", "电话不同", 0.38, 0.865),
];

/// One phone of a record.
struct Phone {
    /// The number's digits, without country code.
    digits: u64,
    /// How many times the number occurs.
    frequency: u32,
}

/// The phones of the records.
pub(crate) struct Phones {
    lists: Lists<Phone>,
}

impl Phones {
    pub(super) fn new(records: &Records, attributes: &[usize]) -> Self {
        let numbers = Lists::new(records.len(), |record, list: &mut Vec<u64>| {
            let start = list.len();
            for attribute in attributes {
                let Some(value) = evidence(records, record, *attribute) else { continue };
                for part in value.split(['/', ',', ';', '、', '，', '；']) {
                    let number = digits(part);
                    if number >= 1_000_000 && !list[start..].contains(&number) {
                        list.push(number);
                    }
                }
            }
        });
        let counts = frequencies(numbers.values());
        Self { lists: numbers.map(|digits, at| Phone { digits, frequency: counts[at] }) }
    }

    /// Whether two records share a number that at most `limit` records have.
    pub(crate) fn share(&self, a: u32, b: u32, limit: u32) -> bool {
        let right = self.lists.get(b);
        self.lists.get(a).iter().any(|left| {
            left.frequency <= limit && right.iter().any(|right| left.digits == right.digits)
        })
    }

    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        let (left, right) = (self.lists.get(a), self.lists.get(b));
        if left.is_empty() || right.is_empty() {
            return 0;
        }
        let mut best = 6;
        for left in left {
            for right in right {
                let level = match left.frequency {
                    _ if left.digits != right.digits => 5 + u8::from(!is_near(left.digits, right.digits)),
                    0..=2 => 1,
                    3..=5 => 2,
                    6..=20 => 3,
                    _ => 4,
                };
                best = match (best, level) {
                    // A slip in an own number says more than a number that everybody has.
                    (4, 5) => 5,
                    (5, 4) => 5,
                    _ => best.min(level),
                };
            }
        }
        best
    }

    pub(super) fn keys(&self, record: u32, keys: &mut Vec<(u8, u64)>) {
        keys.extend(self.lists.get(record).iter().map(|phone| (0, hash(&phone.digits.to_le_bytes()))));
    }
}

/// The digits of a number without leading zeros, country code and extension; 0 if there are none.
fn digits(text: &str) -> u64 {
    let main = text.split(['转', 'x', 'X', '#']).next().unwrap_or(text);
    let mut value: u64 = 0;
    for digit in main.chars().filter_map(|letter| letter.to_digit(10)) {
        value = value.saturating_mul(10).saturating_add(u64::from(digit));
    }
    // +86 before eleven digits, or before an area code and seven or eight digits.
    match value {
        860_000_000_000..=869_999_999_999 if main.starts_with('+') => value - 860_000_000_000,
        8_600_000_000_000..=8_699_999_999_999 => value - 8_600_000_000_000,
        _ => value,
    }
}

/// Whether two numbers differ in one digit, by two swapped neighbors, by one digit lost at the end, or by the area code.
fn is_near(left: u64, right: u64) -> bool {
    let (short, long) = (left.min(right), left.max(right));
    if (short >= 10_000_000 && long % 100_000_000 == short) || long / 10 == short {
        return true;
    }
    if (1_000_000..10_000_000).contains(&short) && long % 10_000_000 == short && long >= 100_000_000 {
        return true;
    }
    let (mut left, mut right) = (left, right);
    let (mut differences, mut last, mut at) = (0, 0, 0);
    let mut swapped = false;
    let mut previous = (0, 0);
    while left != 0 || right != 0 {
        let pair = (left % 10, right % 10);
        if pair.0 != pair.1 {
            differences += 1;
            swapped = differences == 2 && at == last + 1 && pair == (previous.1, previous.0);
            last = at;
            previous = pair;
        }
        (left, right, at) = (left / 10, right / 10, at + 1);
    }
    differences == 1 || (differences == 2 && swapped)
}
