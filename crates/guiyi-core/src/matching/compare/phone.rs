//! Comparison of phones: all mobile, landline and other numbers of a record as one set.
//!
//! A number that many records share belongs to an agent or a switchboard: the more share it, the less it says.

use super::super::hash::{frequencies, hash};
use super::{Level, Lists, evidence, level};
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level(
        "equal-2",
        "same phone, which no other record has",
        "电话相同，且仅此两条记录使用",
        0.40,
        0.010,
    ),
    level(
        "equal-few",
        "same phone, shared by three to five records",
        "电话相同，三至五条记录共用",
        0.12,
        0.020,
    ),
    level(
        "equal-some",
        "same phone, shared by six to twenty records",
        "电话相同，六至二十条记录共用",
        0.03,
        0.050,
    ),
    level(
        "equal-many",
        "same phone, shared by more than twenty records",
        "电话相同，二十条以上记录共用",
        0.01,
        0.050,
    ),
    level(
        "near",
        "phones differ by one digit or by the area code",
        "电话仅差一位数字或缺少区号",
        0.06,
        0.005,
    ),
    level("different", "different phones", "电话不同", 0.38, 0.865),
];

/// One phone of a record.
struct Phone {
    /// The number's digits, four bits each, without country code.
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
                let Some(value) = evidence(records, record, *attribute) else {
                    continue;
                };
                for part in value.split(['/', ',', ';', '、', '，', '；']) {
                    let number = digits(part);
                    if number > 0x00ff_ffff && !list[start..].contains(&number) {
                        list.push(number);
                    }
                }
            }
        });
        let counts = frequencies(numbers.values());
        Self {
            lists: numbers.map(|digits, at| Phone {
                digits,
                frequency: counts[at],
            }),
        }
    }

    /// Whether two records share a number that at most `limit` records have.
    pub(crate) fn share(&self, a: u32, b: u32, limit: u32) -> bool {
        let right = self.lists.get(b);
        self.lists
            .get(a)
            .iter()
            .any(|left| left.frequency <= limit && right.iter().any(|right| left.digits == right.digits))
    }

    pub(super) fn has(&self, record: u32) -> bool {
        self.lists.has(record)
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
                    (4, 5) | (5, 4) => 5,
                    _ => best.min(level),
                };
            }
        }
        best
    }

    pub(super) fn keys(&self, record: u32, keys: &mut Vec<u64>) {
        keys.extend(
            self.lists
                .get(record)
                .iter()
                .map(|phone| hash(&phone.digits.to_le_bytes())),
        );
    }
}

/// The digits of a number, four bits each, without leading zeros, country code and extension; 0 if there are none.
fn digits(text: &str) -> u64 {
    let main = text.split(['转', 'x', 'X', '#']).next().unwrap_or(text);
    let digits = main.chars().filter_map(|letter| letter.to_digit(10));
    let mut value: u64 = 0;
    for digit in digits.take(20) {
        if value >> 60 != 0 {
            return 0;
        }
        value = value << 4 | u64::from(digit);
    }
    // +86 before eleven digits, or before an area code and seven or eight digits.
    match value {
        0x8600_0000_0000..=0x8699_9999_9999 if main.starts_with('+') => value - 0x8600_0000_0000,
        0x8_6000_0000_0000..=0x8_6999_9999_9999 => value - 0x8_6000_0000_0000,
        _ => value,
    }
}

/// Whether two numbers differ in one digit, by two swapped neighbors, by one digit lost at the end, or by the area code.
fn is_near(left: u64, right: u64) -> bool {
    let (short, long) = (left.min(right), left.max(right));
    let lacks_area = |local: u64| short > local >> 4 && short <= local && long & local == short;
    if lacks_area(0xffff_ffff) || (lacks_area(0x0fff_ffff) && long > 0xffff_ffff) || long >> 4 == short {
        return true;
    }
    let difference = short ^ long;
    let lowest = difference.trailing_zeros() & !3;
    match difference >> lowest {
        0..=0xf => true,
        0x10..=0xff => {
            let pair = |number: u64| (number >> lowest & 0xf, number >> (lowest + 4) & 0xf);
            let ((first, second), (third, fourth)) = (pair(short), pair(long));
            first == fourth && second == third
        }
        _ => false,
    }
}
