//! One file through the validate room: its `unique` keys first, if a rule needs them, then every row.
//!
//! Where nobody wants to know each bad row, only how many there are, the keys are gathered while the rows are judged and
//! the file is read once; then as much of it again as holds the samples of rows that share their values.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::bail;
use guiyi_core::pipeline;
use guiyi_core::rulebook::{Check, Pack, Rule, Rulebook};
use guiyi_core::standardize::{self, Hints};
use guiyi_core::validate::whole::State;
use guiyi_core::validate::{Detail, Judge, Judged, SharedValues, Tally, rules_for_keys};
use guiyi_io::read::{Parsed, Parser, Reader, Stretches};
use guiyi_io::report::validation::{FileValidation, ReadingFault, Sample};
use guiyi_io::{KeyTable, Repeated};

use super::args::{Args, Format};
use super::describe::{describe, sample};
use super::outputs::{Outputs, Portion};
use super::plan::{Plan, View};
use super::walk::in_order;
use crate::progress::Progress;

/// Findings of a stretch, should every row fail every rule; bounds what is held at once.
const FINDINGS_AT_ONCE: usize = 100_000;
/// Rows of a stretch, at most.
const ROWS_AT_ONCE: usize = 8192;

/// What became of a file so far.
pub(super) struct Sums {
    pub(super) rows: u64,
    pub(super) bad: u64,
    pub(super) not_records: u64,
    pub(super) tallies: Vec<Tally>,
    /// The first failing rows of each rule.
    pub(super) samples: Vec<Vec<Sample>>,
    pub(super) reading: Vec<ReadingFault>,
    /// What the rows say of the file as a whole.
    pub(super) whole: State,
}

/// Judges a file; what is to be written goes to `outputs`.
pub(super) fn file(
    plan: &mut Plan,
    pack: &Pack,
    args: &Args,
    number: usize,
    outputs: &mut Outputs,
    progress: &mut Progress,
) -> anyhow::Result<FileValidation> {
    progress.enter("validate");
    let n_threads = match args.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let n_rules = plan.view.rulebook.rules.len().max(1);
    let n_rows = (FINDINGS_AT_ONCE / n_rules).clamp(64, ROWS_AT_ONCE);
    let hints = learn(&mut plan.reader, &plan.view, plan.key)?;
    let walk = Walk {
        args,
        hints: &hints,
        n_threads,
        n_rows,
    };
    let mut uniques = (0..).zip(&plan.view.rulebook.rules).filter(|(_, rule)| is_unique(rule));
    let sums = match (uniques.next(), uniques.next()) {
        (Some((unique, _)), None) if !outputs.wants_findings() => walk.once(plan, pack, unique, outputs, progress)?,
        _ => walk.twice(plan, pack, number, outputs, progress)?,
    };
    progress.leave(sums.rows);
    Ok(describe(plan, pack, sums))
}

/// How a file is gone through.
struct Walk<'a> {
    args: &'a Args,
    hints: &'a Hints,
    n_threads: usize,
    /// Rows of a stretch.
    n_rows: usize,
}

fn is_unique(rule: &Rule) -> bool {
    matches!(rule.check, Check::Unique { .. })
}

/// What the first stretch tells of how its columns are written.
fn learn(reader: &mut Reader, view: &View, key: Option<usize>) -> anyhow::Result<Hints> {
    let (mut stretches, parser) = stretches(reader, view, key, ROWS_AT_ONCE)?;
    match stretches.next_stretch()? {
        Some(stretch) => Ok(standardize::learn(&[parser.parse(stretch)?.batch], &view.rulebook)),
        None => Ok(Hints::default()),
    }
}

fn stretches<'r>(
    reader: &'r mut Reader,
    view: &View,
    key: Option<usize>,
    n_rows: usize,
) -> anyhow::Result<(Stretches<'r>, Parser)> {
    Ok(reader.stretches(0, &view.rulebook.sources[0], &view.columns, key, n_rows)?)
}

impl Walk<'_> {
    /// Keys first, then every row.
    fn twice(
        &self,
        plan: &mut Plan,
        pack: &Pack,
        number: usize,
        outputs: &mut Outputs,
        progress: &Progress,
    ) -> anyhow::Result<Sums> {
        for seed in 0..=3 {
            let shared = self.shared_values(plan, pack, seed)?;
            outputs.begin_file(number, plan)?;
            let judge = |rulebook| Judge::new(rulebook, &shared);
            // Otherwise two different long values had one hash: 120 bits of chance, or of malice. Another hash tells them
            // apart.
            if let (sums, false) = self.judge(plan, judge, None, outputs, progress)? {
                return Ok(sums);
            }
        }
        bail!("{}: values whose hashes collide under every seed", plan.path.display())
    }

    /// Keys and rows at once; `unique` is the position of the only rule that needs keys.
    fn once(
        &self,
        plan: &mut Plan,
        pack: &Pack,
        unique: usize,
        outputs: &mut Outputs,
        progress: &Progress,
    ) -> anyhow::Result<Sums> {
        let keys = Mutex::new(self.key_table());
        let judge = |rulebook| Judge::gathering(rulebook, 0);
        let (mut sums, _) = self.judge(plan, judge, Some(&keys), outputs, progress)?;
        let repeated = keys.into_inner().unwrap_or_else(PoisonError::into_inner).repeated()?;
        sums.tallies[unique].failed = repeated.iter().map(|key| key.count).sum();
        sums.bad += repeated.iter().map(|key| key.n_unmarked).sum::<u64>();
        if !repeated.is_empty() && self.args.show > 0 {
            sums.samples[unique] = self.samples(plan, pack, shared_values(&repeated, 0))?;
        }
        Ok(sums)
    }

    fn key_table(&self) -> KeyTable {
        KeyTable::new(self.args.key_memory.saturating_mul(1 << 20))
    }

    /// For each rule that runs the values that rows share; `None` for every rule but `unique`.
    fn shared_values(&self, plan: &mut Plan, pack: &Pack, seed: u64) -> anyhow::Result<Vec<Option<SharedValues>>> {
        let all = &plan.view.rulebook;
        let mut shared: Vec<Option<SharedValues>> = all.rules.iter().map(|_| None).collect();
        let rules = rules_for_keys(&all.rules);
        if rules.is_empty() {
            return Ok(shared);
        }
        let view = View::new(rules, &plan.mapping, None, &plan.reader, pack, all.today);
        let rulebook = &view.rulebook;
        let judge = Judge::new(rulebook, &[]);
        let tables: Vec<_> = (rulebook.rules.iter()).map(|_| Mutex::new(self.key_table())).collect();
        let (stretches, parser) = stretches(&mut plan.reader, &view, None, ROWS_AT_ONCE)?;
        let parser = parser.values_only();
        let work = |stretch| -> anyhow::Result<()> {
            let batch = parser.parse(stretch)?.batch;
            let mut keys = vec![Vec::new(); rulebook.rules.len()];
            pipeline::keys(batch, &view.standardized, self.hints, rulebook, &judge, seed, &mut keys);
            for (table, keys) in tables.iter().zip(&keys).filter(|(_, keys)| !keys.is_empty()) {
                table.lock().unwrap_or_else(PoisonError::into_inner).add(keys)?;
            }
            Ok(())
        };
        in_order(stretches, self.n_threads, work, |()| Ok(ControlFlow::Continue(())))?;
        for (rule, table) in rulebook.rules.iter().zip(tables).filter(|(rule, _)| is_unique(rule)) {
            let table = table.into_inner().unwrap_or_else(PoisonError::into_inner);
            if let Some(position) = all.rules.iter().position(|other| other.code == rule.code) {
                shared[position] = Some(shared_values(&table.repeated()?, seed));
            }
        }
        Ok(shared)
    }

    /// The first rows that fail the only `unique` rule; the file is read up to the last of them.
    fn samples(&self, plan: &mut Plan, pack: &Pack, shared: SharedValues) -> anyhow::Result<Vec<Sample>> {
        let all = &plan.view.rulebook;
        let rules = rules_for_keys(&all.rules);
        let view = View::new(rules, &plan.mapping, plan.key, &plan.reader, pack, all.today);
        let rulebook = &view.rulebook;
        let mut shared = Some(shared);
        let shared: Vec<_> = (rulebook.rules.iter())
            .map(|rule| is_unique(rule).then(|| shared.take()).flatten())
            .collect();
        let judge = Judge::new(rulebook, &shared);
        let (stretches, parser) = stretches(&mut plan.reader, &view, plan.key, self.n_rows)?;
        let parser = parser.values_only();
        let work = |stretch| -> anyhow::Result<Judged> {
            let batch = parser.parse(stretch)?.batch;
            let is_bad = vec![false; batch.len()];
            let detail = |_| Detail::Findings;
            Ok(pipeline::judge(
                batch,
                is_bad,
                &view.standardized,
                self.hints,
                rulebook,
                &judge,
                detail,
            ))
        };
        let (show, masks) = (self.args.show, self.args.format == Format::Html);
        let mut samples = Vec::new();
        let take = |judged: Judged| {
            let found = (judged.findings.iter()).filter(|(rule, _)| is_unique(&rulebook.rules[*rule]));
            samples.extend(
                found
                    .map(|(_, finding)| sample(finding, rulebook, masks))
                    .take(show - samples.len()),
            );
            Ok(if samples.len() < show {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        };
        in_order(stretches, self.n_threads, work, take)?;
        Ok(samples)
    }

    /// Judges every row; also tells whether keys collided. Keys that the judge gathers are added to `keys`.
    fn judge<'p>(
        &self,
        plan: &'p mut Plan,
        judge: impl FnOnce(&'p Rulebook) -> Judge<'p>,
        keys: Option<&Mutex<KeyTable>>,
        outputs: &mut Outputs,
        progress: &Progress,
    ) -> anyhow::Result<(Sums, bool)> {
        let wording = outputs.wording(plan);
        let rulebook = &plan.view.rulebook;
        let judge = judge(rulebook);
        let n_rules = rulebook.rules.len();
        // How many samples of each rule are taken; a stretch reads it without harm to their order, as taking is in order.
        let n_taken: Vec<AtomicU64> = (0..n_rules).map(|_| AtomicU64::new(0)).collect();
        let (every, wanted) = (outputs.wants_findings(), self.args.show as u64);
        let mut sums = Sums {
            rows: 0,
            bad: 0,
            not_records: 0,
            tallies: vec![Tally::default(); n_rules],
            samples: vec![Vec::new(); n_rules],
            reading: Vec::new(),
            whole: State::default(),
        };
        let (stretches, parser) = stretches(&mut plan.reader, &plan.view, plan.key, self.n_rows)?;
        let standardized = &plan.view.standardized;
        let work = |stretch| -> anyhow::Result<(Judged, Portion)> {
            let Parsed {
                batch,
                notes,
                is_no_record,
                bytes,
            } = parser.parse(stretch)?;
            let received = (every && wording.splits_cells()).then(|| batch.clone());
            let mut is_bad = vec![false; batch.len()];
            for finding in &notes.findings {
                if let Ok(row) = batch.rows.binary_search(&finding.row) {
                    is_bad[row] |= !is_no_record[row];
                }
            }
            let detail = |rule: usize| {
                if every || n_taken[rule].load(Ordering::Relaxed) < wanted {
                    Detail::Findings
                } else {
                    Detail::Count
                }
            };
            let mut judged = pipeline::judge(batch, is_bad, standardized, self.hints, rulebook, &judge, detail);
            if let Some(keys) = keys {
                keys.lock().unwrap_or_else(PoisonError::into_inner).add(&judged.keys)?;
            }
            let portion = wording.portion(&mut judged, notes.findings, is_no_record, bytes, received, rulebook);
            Ok((judged, portion))
        };
        let mut collided = false;
        let take = |(mut judged, portion): (Judged, Portion)| {
            collided |= judged.collided;
            sums.whole = std::mem::take(&mut sums.whole).merge(std::mem::take(&mut judged.whole));
            sums.add(&judged, &portion, self.args, &n_taken, rulebook);
            progress.at(sums.rows);
            outputs.take(&portion, &judged.is_bad)?;
            Ok(ControlFlow::Continue(()))
        };
        in_order(stretches, self.n_threads, work, take)?;
        Ok((sums, collided))
    }
}

fn shared_values(repeated: &[Repeated], seed: u64) -> SharedValues {
    SharedValues::new(repeated.iter().map(|key| (key.key, key.count)).collect(), seed)
}

impl Sums {
    fn add(&mut self, judged: &Judged, portion: &Portion, args: &Args, n_taken: &[AtomicU64], rulebook: &Rulebook) {
        let (show, masks) = (args.show, args.format == Format::Html);
        self.rows += judged.is_bad.len() as u64;
        self.bad += judged.is_bad.iter().filter(|bad| **bad).count() as u64;
        self.not_records += portion.is_no_record.iter().filter(|none| **none).count() as u64;
        for (sum, tally) in self.tallies.iter_mut().zip(&judged.tallies) {
            sum.judged += tally.judged;
            sum.failed += tally.failed;
        }
        for (rule, finding) in &judged.findings {
            if self.samples[*rule].len() < show {
                self.samples[*rule].push(sample(finding, rulebook, masks));
                n_taken[*rule].fetch_add(1, Ordering::Relaxed);
            }
        }
        for finding in &portion.reading {
            let position = self.reading.iter().position(|fault| *fault.code == *finding.rule);
            let position = position.unwrap_or_else(|| {
                self.reading.push(ReadingFault {
                    code: finding.rule.to_string(),
                    count: 0,
                    samples: Vec::new(),
                });
                self.reading.len() - 1
            });
            let fault = &mut self.reading[position];
            fault.count += 1;
            if fault.samples.len() < show {
                fault.samples.push(sample(finding, rulebook, masks));
            }
        }
    }
}
