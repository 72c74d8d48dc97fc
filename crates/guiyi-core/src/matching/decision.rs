//! What the room says about pairs, and what stewards said before.

use super::tables::level;

/// What a pair of records came to. Pairs that are neither are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// The same real thing; linked without asking.
    Match,
    /// A person should say.
    Review,
}

impl Decision {
    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Review => "review",
        }
    }
}

/// Why a pair is not linked automatically although its weight would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Veto {
    /// Two different valid hard identifiers.
    HardIdentifier,
    /// One is a branch, the other is not, or they are different branches.
    Branch,
    /// The names carry different numbers, such as 一厂 and 二厂.
    Numeral,
    /// The names point to different cities, and nothing but the name speaks for the pair.
    Place,
    /// The same brand with different trades, and no identifier or account in common.
    Trade,
    /// Linking would join records that a steward or a hard identifier keeps apart.
    Cluster,
    /// A bond between two groups that hold together without it, and otherwise disagree.
    Bridge,
    /// Linking would make one of two golden records that stewards confirmed.
    Confirmed,
    /// One of the records belongs to a golden record that a steward retired.
    Retired,
}

impl Veto {
    /// All reasons.
    pub const ALL: [Self; 9] = [
        Self::HardIdentifier,
        Self::Branch,
        Self::Numeral,
        Self::Place,
        Self::Trade,
        Self::Cluster,
        Self::Bridge,
        Self::Confirmed,
        Self::Retired,
    ];

    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::HardIdentifier => "hard-identifier",
            Self::Branch => "branch",
            Self::Numeral => "numeral",
            Self::Place => "place",
            Self::Trade => "trade",
            Self::Cluster => "cluster",
            Self::Bridge => "bridge",
            Self::Confirmed => "confirmed",
            Self::Retired => "retired",
        }
    }

    /// The reason for people.
    pub fn describe(self, language: crate::finding::Language) -> &'static str {
        use crate::finding::Language::{Chinese, English};
        match (self, language) {
            (Self::HardIdentifier, English) => "different valid identifiers",
            (Self::HardIdentifier, Chinese) => "双方证照号码均有效但不同",
            (Self::Branch, English) => "a branch and its parent, or two different branches",
            (Self::Branch, Chinese) => "总公司与分支机构，或不同的分支机构",
            (Self::Numeral, English) => "different numbers in the names",
            (Self::Numeral, Chinese) => "名称中的序号不同",
            (Self::Place, English) => "names of different cities, and nothing but the name in common",
            (Self::Place, Chinese) => "名称所在城市不同，且除名称外没有其他共同信息",
            (Self::Trade, English) => "same brand but different trades, and no identifier or account in common",
            (Self::Trade, Chinese) => "字号相同但行业不同，且没有相同的证照号码或银行账号",
            (Self::Cluster, English) => "would join records that are known to be different",
            (Self::Cluster, Chinese) => "合并会把已知不同的记录连在一起",
            (Self::Bridge, English) => "a bond between two groups that otherwise disagree",
            (Self::Bridge, Chinese) => "两组记录之间仅有的联系，其余记录不支持",
            (Self::Confirmed, English) => "both golden records are confirmed: only a merge by hand makes them one",
            (Self::Confirmed, Chinese) => "两条主数据均已确认，只能人工合并",
            (Self::Retired, English) => "one of them belongs to a retired golden record, which nothing joins",
            (Self::Retired, Chinese) => "其中一条属于已停用的主数据，不会与其他记录合并",
        }
    }
}

/// One pair of records worth keeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The smaller record number.
    pub a: u32,
    /// The larger record number.
    pub b: u32,
    /// Sum of the weights of all comparisons and of the prior, in thousandths of a bit.
    pub weight: i32,
    /// Probability that the two are the same, in parts per million.
    pub probability: u32,
    /// What was decided.
    pub decision: Decision,
    /// Why the pair is not linked although its probability would do.
    pub veto: Option<Veto>,
    /// The level of each field, packed; [`super::Matching::reasons`] reads it.
    pub pattern: u128,
}

impl Pair {
    /// How alike the two are in one of the fields; 0 where a side has no value.
    pub(super) fn level(&self, field: usize) -> u8 {
        level(self.pattern, field) as u8
    }
}

/// A steward's word about two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The same.
    Match,
    /// Not the same; holds through whole clusters.
    NotMatch,
}

/// All stewards' words, by record number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    entries: Vec<(u32, u32, Verdict)>,
}

impl Decisions {
    /// Collects verdicts. The order of records in a pair does not matter; a pair with itself is left out; of two
    /// contradicting verdicts about one pair [`Verdict::NotMatch`] holds, since it is the one that loses nothing.
    pub fn new(verdicts: impl IntoIterator<Item = (u32, u32, Verdict)>) -> Self {
        let mut entries: Vec<_> = verdicts
            .into_iter()
            .filter(|(a, b, _)| a != b)
            .map(|(a, b, verdict)| (a.min(b), a.max(b), verdict))
            .collect();
        entries.sort_unstable_by(|left, right| (left.0, left.1).cmp(&(right.0, right.1)).then(right.2.cmp(&left.2)));
        entries.dedup_by_key(|entry| (entry.0, entry.1));
        Self { entries }
    }

    /// The verdicts, sorted by (a, b), with a < b.
    pub fn entries(&self) -> &[(u32, u32, Verdict)] {
        &self.entries
    }

    /// The verdict about a pair with `a < b`.
    pub fn get(&self, a: u32, b: u32) -> Option<Verdict> {
        let at = self
            .entries
            .binary_search_by_key(&(a, b), |entry| (entry.0, entry.1))
            .ok()?;
        Some(self.entries[at].2)
    }
}
