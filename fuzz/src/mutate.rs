//! The seeded driver: mutations of a target's samples, the same in every run with the same seed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::Target;

/// How long to go on.
#[derive(Clone, Copy)]
pub enum Length {
    Time(Duration),
    Inputs(u64),
}

/// What dirty exports hold, and what the readers give a meaning to.
const WORDS: &[&str] = &[
    "0",
    "1",
    "9",
    "X",
    "x",
    "O",
    "l",
    "A",
    "-",
    "－",
    "—",
    " ",
    "\u{3000}",
    "\u{200B}",
    "\u{FEFF}",
    "'",
    "＇",
    ".",
    "．",
    "。",
    ",",
    "，",
    "+",
    "＋",
    "(",
    ")",
    "（",
    "）",
    "/",
    "、",
    ";",
    "；",
    ":",
    "转",
    "分机",
    "ext",
    "#",
    "年",
    "月",
    "日",
    "号",
    "万",
    "亿",
    "仟",
    "佰",
    "元",
    "角",
    "整",
    "零",
    "〇",
    "廿",
    "省",
    "市",
    "区",
    "县",
    "市辖区",
    "有限公司",
    "（停用）",
    "E+17",
    "1e9",
    "00",
    "86",
    "0086",
    "１",
    "ａ",
    "Ｘ",
    "é",
    "İ",
    "ß",
    "𠮷",
    "👍",
    "\u{0}",
    "\t",
    "\r",
    "\n",
    "\"",
    "\"\"",
    "=",
    "@",
    "%",
    "&#13919;",
    "<td>",
    "\u{FFFD}",
    "ICP备",
    "京",
    "粤",
    "民国",
    "9999-12-31",
    "2024-02-30",
    "99999999999999999999999999",
    "-0",
    "1/0",
];

/// xorshift64*: small, seeded, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound.max(1)
    }
}

/// One to eight changes of a seed: a word or byte put in, over or out, a part doubled, another seed spliced in.
fn mutate(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut data = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(8) {
        let at = chance.below(data.len() + 1);
        let end = (at + chance.below(8)).min(data.len());
        match chance.below(7) {
            0 => drop(data.splice(at..at, WORDS[chance.below(WORDS.len())].bytes())),
            1 => drop(data.splice(at..end, WORDS[chance.below(WORDS.len())].bytes())),
            2 => drop(data.drain(at..end)),
            3 if at < data.len() => data[at] = chance.below(256) as u8,
            4 if at < data.len() => data[at] ^= 1 << chance.below(8),
            5 => {
                let part = data[at..end].to_vec();
                drop(data.splice(at..at, part));
            }
            _ => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                let part = other[from..(from + chance.below(16)).min(other.len())].to_vec();
                drop(data.splice(at..end, part));
            }
        }
    }
    data
}

/// Runs one target; gives the number of inputs, and the input on which its property failed.
pub fn fuzz(target: &Target, seed: u64, length: Length) -> (u64, Option<Vec<u8>>) {
    let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (start, mut n_inputs) = (Instant::now(), 0);
    for seed in &target.seeds {
        if !holds(target, seed) {
            return (n_inputs, Some(seed.clone()));
        }
    }
    while match length {
        Length::Time(time) => start.elapsed() < time,
        Length::Inputs(count) => n_inputs < count,
    } {
        let input = mutate(&target.seeds, &mut chance);
        n_inputs += 1;
        if !holds(target, &input) {
            return (n_inputs, Some(input));
        }
    }
    (n_inputs, None)
}

fn holds(target: &Target, input: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_ok()
}
