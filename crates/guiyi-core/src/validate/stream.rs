//! Judging a source that streams by, larger than memory: the same rules and checks as [`super::run`], a batch at a time,
//! with tallies that add up instead of notes that are kept.
//!
//! Laws: a value that standardizing held back, because it stands for nothing or cannot be read, fails every rule that
//! judges the value, with that reason; source keys are not judged; the tallies of batches add up to those of the whole.

use arrow_array::Array;

use super::outcome::judges;
use super::shared_values::{SharedValues, keyed_rows, value_keys};
use super::whole::State;
use super::{Failure, applies, failures, settle};
use crate::finding::{Fault, Finding, Notes};
use crate::record::{Batch, Origin, RowState};
use crate::rulebook::{Check, OnFailure, Rule, Rulebook};

/// A cell whose value could not be brought to its form: (row in the batch, element, why).
pub type Held = (usize, usize, Fault);

/// What is to be told of a rule's failures in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// How many.
    Count,
    /// Each.
    Findings,
}

/// How a rule fares; of several batches, add them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows judged: records for which the rule's condition holds and, unless it demands a value, that have one.
    pub judged: u64,
    /// Rows among them that fail as the source gave them, repaired or not.
    pub failed: u64,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Judged {
    /// One entry a rule.
    pub tallies: Vec<Tally>,
    /// (position of the rule, finding); those of a rule in the order of the rows.
    pub findings: Vec<(usize, Finding)>,
    /// For each row whether it fails a rule.
    pub is_bad: Vec<bool>,
    /// What the batch says of the source as a whole; of several batches, merge them.
    pub whole: State,
    /// Whether two different values were found to have one key: the keys are to be made again with another seed.
    pub collided: bool,
    /// For [`Judge::gathering`]: the key of each row that the `unique` rule judges, its lowest bit set if the row is bad.
    pub keys: Vec<u128>,
}

/// The rules of a rulebook, ready to judge the batches of one source.
#[derive(Debug)]
pub struct Judge<'a> {
    rulebook: &'a Rulebook,
    /// One entry a rule; `None` for every rule but `unique`.
    shared: &'a [Option<SharedValues>],
    /// The seed of the keys to gather.
    gathers: Option<u64>,
}

impl<'a> Judge<'a> {
    /// `shared` has one entry for each rule of the rulebook.
    pub fn new(rulebook: &'a Rulebook, shared: &'a [Option<SharedValues>]) -> Self {
        Self {
            rulebook,
            shared,
            gathers: None,
        }
    }

    /// Judges all but which rows share their values with others, for a rulebook with one `unique` rule at most; the keys
    /// by which that shows in the end are gathered on the way.
    pub fn gathering(rulebook: &'a Rulebook, seed: u64) -> Self {
        Self {
            rulebook,
            shared: &[],
            gathers: Some(seed),
        }
    }

    /// Judges a batch. `held` is what standardizing held back, `is_bad` the rows that failed before, `detail` says what
    /// is wanted of each rule.
    pub fn judge(
        &self,
        mut batch: Batch,
        mut held: Vec<Held>,
        is_bad: Vec<bool>,
        detail: impl Fn(usize) -> Detail,
    ) -> Judged {
        held.sort_unstable_by_key(|&(row, element, _)| (element, row));
        let all_records = !batch.states.contains(&RowState::Rejected);
        let mut judged = Judged {
            tallies: vec![Tally::default(); self.rulebook.rules.len()],
            is_bad,
            ..Judged::default()
        };
        for (position, rule) in self.in_order() {
            if rule.check.is_of_whole_source() {
                continue;
            }
            if let (Check::Unique { .. }, Some(seed)) = (&rule.check, self.gathers) {
                let keys = keyed_rows(&batch, rule, seed);
                judged.keys = keys.map(|(row, key)| key | u128::from(judged.is_bad[row])).collect();
            }
            let failing = match self.shared.get(position).and_then(Option::as_ref) {
                Some(shared) => duplicates(&batch, rule, shared, &mut judged.collided),
                None => self.failing(&batch, rule, &held),
            };
            judged.tallies[position] = Tally {
                judged: n_judged(&batch, rule, all_records),
                failed: failing.len() as u64,
            };
            for failure in &failing {
                judged.is_bad[failure.row] = true;
            }
            if failing.is_empty() || (detail(position) == Detail::Count && !changes_values(rule)) {
                continue;
            }
            let mut notes = Notes::default();
            settle(&mut batch, rule, self.rulebook, failing, &mut notes);
            if detail(position) == Detail::Findings {
                let found = notes.findings.into_iter().map(|finding| (position, finding));
                judged.findings.extend(found);
            }
        }
        if self.rulebook.rules.iter().any(|rule| rule.check.is_of_whole_source()) {
            judged.whole = State::new(self.rulebook);
            judged.whole.observe(&batch, self.rulebook);
        }
        judged
    }

    /// Adds the keys of each `unique` rule, in `keys` at the rule's position, as [`Self::judge`] will see the values.
    pub fn keys(&self, mut batch: Batch, mut held: Vec<Held>, seed: u64, keys: &mut [Vec<u128>]) {
        held.sort_unstable_by_key(|&(row, element, _)| (element, row));
        for (position, rule) in self.in_order() {
            if changes_values(rule) {
                let failing = self.failing(&batch, rule, &held);
                settle(&mut batch, rule, self.rulebook, failing, &mut Notes::default());
            }
            value_keys(&batch, rule, seed, &mut keys[position]);
        }
    }

    /// The rules with their positions: those that look at one row in the order of their codes, then `unique` ones.
    fn in_order(&self) -> impl Iterator<Item = (usize, &'a Rule)> {
        let rules = self.rulebook.rules.iter().enumerate();
        let is_unique = |rule: &Rule| matches!(rule.check, Check::Unique { .. });
        let of_rows = rules.clone().filter(move |(_, rule)| !is_unique(rule));
        of_rows.chain(rules.filter(move |(_, rule)| is_unique(rule)))
    }

    fn failing(&self, batch: &Batch, rule: &Rule, held: &[Held]) -> Vec<Failure> {
        let mut failing = failures(batch, rule, self.rulebook);
        add_held(&mut failing, held, batch, rule);
        failing
    }
}

/// Whether a later rule may see other values after this one.
fn changes_values(rule: &Rule) -> bool {
    matches!(rule.on_failure, OnFailure::Repair | OnFailure::Withhold)
}

/// The rules on which the keys of the `unique` rules among `rules` depend, in order, those included.
pub fn rules_for_keys(rules: &[Rule]) -> Vec<Rule> {
    let mut wanted: Vec<bool> = rules
        .iter()
        .map(|rule| matches!(rule.check, Check::Unique { .. }))
        .collect();
    loop {
        let elements: Vec<usize> = (rules.iter().zip(&wanted))
            .filter(|(_, wanted)| **wanted)
            .flat_map(|(rule, _)| elements_of(rule))
            .collect();
        let more =
            |(rule, wanted): (&Rule, &bool)| *wanted || (changes_values(rule) && elements.contains(&rule.attribute));
        let now: Vec<bool> = rules.iter().zip(&wanted).map(more).collect();
        if now == wanted {
            break;
        }
        wanted = now;
    }
    let kept = rules.iter().zip(wanted).filter(|(_, wanted)| *wanted);
    kept.map(|(rule, _)| rule.clone()).collect()
}

/// Rows that share their values with others.
fn duplicates(batch: &Batch, rule: &Rule, shared: &SharedValues, collided: &mut bool) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (row, key) in keyed_rows(batch, rule, shared.seed()) {
        if let Some(count) = shared.count(key) {
            *collided |= !shared.is_same(key, batch, rule, row);
            failures.push(Failure {
                row,
                fault: Fault::Duplicate { count },
            });
        }
    }
    failures
}

/// Adds the cells that were held back to the failures of a rule that judges them.
fn add_held(failing: &mut Vec<Failure>, held: &[Held], batch: &Batch, rule: &Rule) {
    let from = held.partition_point(|cell| cell.1 < rule.attribute);
    let until = held.partition_point(|cell| cell.1 <= rule.attribute);
    let counts = |fault: &Fault| match rule.check {
        // A stand-in is no value; anything else was given, if only badly.
        Check::Required => *fault == Fault::Placeholder,
        Check::Unique { .. } | Check::Compare { .. } | Check::Agrees { .. } | Check::Expression(_) => false,
        _ => true,
    };
    let n_failing = failing.len();
    for (row, _, fault) in held[from..until].iter().filter(|cell| counts(&cell.2)) {
        match failing[..n_failing].binary_search_by_key(row, |failure| failure.row) {
            Ok(position) => failing[position].fault = fault.clone(),
            Err(_) if applies(batch, rule, *row) => failing.push(Failure {
                row: *row,
                fault: fault.clone(),
            }),
            Err(_) => {}
        }
    }
    if failing.len() > n_failing {
        failing.sort_by_key(|failure| failure.row);
    }
}

/// Rows that the rule judges; counted without looking at each where nothing stands against it.
fn n_judged(batch: &Batch, rule: &Rule, all_records: bool) -> u64 {
    let column = &batch.columns[rule.attribute];
    let whole = all_records && rule.when.is_empty();
    match &rule.check {
        Check::Required if whole => batch.len() as u64,
        Check::Unique { elements, .. } if whole && elements.len() > 1 => n_rows(batch, rule),
        Check::Compare { .. } | Check::Agrees { .. } | Check::Expression(_) => n_rows(batch, rule),
        _ if whole => {
            let n_given = batch.len() - column.values.null_count();
            let is_held = |row: &usize| column.values.is_null(*row) && column.origin(*row) == Origin::Withheld;
            let n_held = match column.origins {
                Some(_) => (0..batch.len()).filter(is_held).count(),
                None => 0,
            };
            (n_given + n_held) as u64
        }
        _ => n_rows(batch, rule),
    }
}

fn n_rows(batch: &Batch, rule: &Rule) -> u64 {
    (0..batch.len()).filter(|&row| judges(rule, batch, row)).count() as u64
}

/// The elements without which a rule cannot run, each once, in order.
pub fn elements_of(rule: &Rule) -> Vec<usize> {
    let mut elements = vec![rule.attribute];
    elements.extend(rule.when.iter().map(|when| when.attribute));
    match &rule.check {
        Check::Unique { elements: with, .. } => elements.extend(with),
        Check::InTable { on, .. } => elements.extend(on),
        Check::Expression(expression) => elements.extend(expression.elements.iter().map(|(_, element, _)| *element)),
        Check::Compare { other, .. } | Check::Agrees { other } => elements.push(*other),
        _ => {}
    }
    elements.sort_unstable();
    elements.dedup();
    elements
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::EntityType;
    use crate::rulebook::Source;
    use crate::validate::{across, outcomes, run};

    const HEADERS: [&str; 5] = ["编码", "客户名称", "统一社会信用代码", "手机", "电子邮箱"];

    fn rows() -> Vec<[String; 5]> {
        let names = [
            "深圳市蓝岭科技有限公司",
            "",
            "归",
            "杭州青禾食品有限公司",
            "杭州青禾食品有限公司",
        ];
        let codes = [
            "914403001922038216",
            "914403001922038217",
            "",
            "91110000600001760P",
            "9I4403001922038216",
        ];
        let phones = ["13800138001", "12345", "", "15412345678"];
        let row = |n: usize| {
            [
                format!("K{n}"),
                names[n % 5].into(),
                codes[n % 4].into(),
                phones[n % 3].into(),
                format!("a{}b.c", n % 2),
            ]
        };
        (0..60).map(row).collect()
    }

    #[test]
    fn tallies_are_the_outcomes_of_the_whole() {
        let mut rulebook = Rulebook::shipped(EntityType::Customer, (2026, 3, 1)).unwrap();
        let source = Source::by_header("erp", &HEADERS, "编码", &rulebook.dictionary).unwrap();
        rulebook.sources.push(source);
        let rows = rows();
        let batch = Batch::of_text(0, &rulebook.sources[0], &rows);
        let (batch, mut notes) = run(batch, &rulebook);
        let mut batches = [batch];
        notes.append(across(&mut batches, &rulebook));
        // What judges the source as a whole has no tally.
        let expected: Vec<(u64, u64)> = outcomes(&batches, &rulebook, &notes)
            .iter()
            .map(|o| {
                let is_whole = rulebook.rules[o.rule].check.is_of_whole_source();
                if is_whole { (0, 0) } else { (o.checked, o.failed) }
            })
            .collect();

        let mut keys = vec![Vec::new(); rulebook.rules.len()];
        for part in rows.chunks(7) {
            let batch = Batch::of_text(0, &rulebook.sources[0], part);
            Judge::new(&rulebook, &[]).keys(batch, Vec::new(), 1, &mut keys);
        }
        let shared = |keys: &Vec<u128>| {
            let mut keys = keys.clone();
            keys.sort_unstable();
            let groups = keys.chunk_by(|a, b| a == b).filter(|group| group.len() > 1);
            SharedValues::new(groups.map(|group| (group[0], group.len() as u64)).collect(), 1)
        };
        let is_unique = |rule: &Rule| matches!(rule.check, Check::Unique { .. });
        let of_rule = |(rule, keys): (&Rule, &Vec<u128>)| is_unique(rule).then(|| shared(keys));
        let shared: Vec<_> = rulebook.rules.iter().zip(&keys).map(of_rule).collect();
        let judge = Judge::new(&rulebook, &shared);
        for detail in [Detail::Count, Detail::Findings] {
            let mut found = vec![(0, 0); rulebook.rules.len()];
            for part in rows.chunks(11) {
                let batch = Batch::of_text(0, &rulebook.sources[0], part);
                let judged = judge.judge(batch, Vec::new(), vec![false; part.len()], |_| detail);
                assert!(!judged.collided && judged.is_bad.len() == part.len());
                for (sum, tally) in found.iter_mut().zip(&judged.tallies) {
                    *sum = (sum.0 + tally.judged, sum.1 + tally.failed);
                }
                let n_failed: u64 = judged.tallies.iter().map(|tally| tally.failed).sum();
                let n_told = if detail == Detail::Count { None } else { Some(n_failed) };
                assert!(n_told.is_none_or(|told| told == judged.findings.len() as u64));
            }
            assert_eq!(found, expected);
        }
    }
}
