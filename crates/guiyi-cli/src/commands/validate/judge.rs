//! One file through the validate room: its `unique` keys first, if a rule needs them, then every row.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::bail;
use guiyi_core::finding::{Finding, Language};
use guiyi_core::pipeline;
use guiyi_core::rulebook::{Check, Pack, Rulebook};
use guiyi_core::standardize::{self, Hints};
use guiyi_core::validate::whole::State;
use guiyi_core::validate::{Detail, Judge, Judged, SharedValues, Tally, rules_for_keys};
use guiyi_io::KeyTable;
use guiyi_io::read::{Parsed, Parser, Reader, Stretches, TextEncoding};
use guiyi_io::report::validation::{ElementUse, FileValidation, ReadingFault, RuleValidation, Sample};

use super::args::{Args, Format};
use super::outputs::{Outputs, Portion};
use super::plan::{Plan, View};
use super::walk::in_order;
use crate::progress::Progress;

/// Findings of a stretch, should every row fail every rule; bounds what is held at once.
const FINDINGS_AT_ONCE: usize = 100_000;
/// Rows of a stretch, at most.
const ROWS_AT_ONCE: usize = 8192;

/// What became of a file so far.
struct Sums {
    rows: u64,
    bad: u64,
    not_records: u64,
    tallies: Vec<Tally>,
    /// The first failing rows of each rule.
    samples: Vec<Vec<Sample>>,
    reading: Vec<ReadingFault>,
    /// What the rows say of the file as a whole.
    whole: State,
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
    let mut seed = 0;
    let sums = loop {
        let shared = shared_values(plan, pack, args, &hints, n_threads, seed)?;
        outputs.begin_file(number, plan)?;
        let walked = judge(plan, &shared, args, &hints, n_threads, n_rows, outputs, progress)?;
        match walked {
            Some(sums) => break sums,
            // Two different long values had one hash: 120 bits of chance, or of malice. Another hash tells them apart.
            None if seed < 3 => seed += 1,
            None => bail!("{}: values whose hashes collide under every seed", plan.path.display()),
        }
    };
    progress.leave(sums.rows);
    Ok(describe(plan, pack, sums))
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

/// For each rule that runs the values that rows share; `None` for every rule but `unique`.
fn shared_values(
    plan: &mut Plan,
    pack: &Pack,
    args: &Args,
    hints: &Hints,
    n_threads: usize,
    seed: u64,
) -> anyhow::Result<Vec<Option<SharedValues>>> {
    let is_unique = |check: &Check| matches!(check, Check::Unique { .. });
    let all = &plan.view.rulebook;
    let mut shared: Vec<Option<SharedValues>> = all.rules.iter().map(|_| None).collect();
    let rules = rules_for_keys(&all.rules);
    if rules.is_empty() {
        return Ok(shared);
    }
    let view = View::new(rules, &plan.mapping, None, &plan.reader, pack, all.today);
    let rulebook = &view.rulebook;
    let judge = Judge::new(rulebook, &[]);
    let limit = args.key_memory.saturating_mul(1 << 20);
    let tables: Vec<Mutex<KeyTable>> = rulebook
        .rules
        .iter()
        .map(|_| Mutex::new(KeyTable::new(limit)))
        .collect();
    let (stretches, parser) = stretches(&mut plan.reader, &view, None, ROWS_AT_ONCE)?;
    let parser = parser.values_only();
    let work = |stretch| -> anyhow::Result<()> {
        let batch = parser.parse(stretch)?.batch;
        let mut keys = vec![Vec::new(); rulebook.rules.len()];
        pipeline::keys(batch, &view.standardized, hints, rulebook, &judge, seed, &mut keys);
        for (table, keys) in tables.iter().zip(&keys).filter(|(_, keys)| !keys.is_empty()) {
            table.lock().unwrap_or_else(PoisonError::into_inner).add(keys)?;
        }
        Ok(())
    };
    in_order(stretches, n_threads, work, |()| Ok(()))?;
    for (rule, table) in rulebook
        .rules
        .iter()
        .zip(tables)
        .filter(|(rule, _)| is_unique(&rule.check))
    {
        let table = table.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(position) = all.rules.iter().position(|other| other.code == rule.code) {
            shared[position] = Some(SharedValues::new(table.repeated()?, seed));
        }
    }
    Ok(shared)
}

/// Judges every row; `None` if keys collided.
#[expect(clippy::too_many_arguments, reason = "what one file needs, each of another owner")]
fn judge(
    plan: &mut Plan,
    shared: &[Option<SharedValues>],
    args: &Args,
    hints: &Hints,
    n_threads: usize,
    n_rows: usize,
    outputs: &mut Outputs,
    progress: &Progress,
) -> anyhow::Result<Option<Sums>> {
    let rulebook = &plan.view.rulebook;
    let judge = Judge::new(rulebook, shared);
    let n_rules = rulebook.rules.len();
    // How many samples of each rule are taken; a stretch reads it without harm to their order, as taking is in order.
    let n_taken: Vec<AtomicU64> = (0..n_rules).map(|_| AtomicU64::new(0)).collect();
    let (every, wanted) = (outputs.wants_findings(), args.show as u64);
    let mut sums = Sums {
        rows: 0,
        bad: 0,
        not_records: 0,
        tallies: vec![Tally::default(); n_rules],
        samples: vec![Vec::new(); n_rules],
        reading: Vec::new(),
        whole: State::default(),
    };
    let wording = outputs.wording(plan);
    let (stretches, parser) = stretches(&mut plan.reader, &plan.view, plan.key, n_rows)?;
    let standardized = &plan.view.standardized;
    let work = |stretch| -> anyhow::Result<(Judged, Portion)> {
        let Parsed {
            batch,
            notes,
            is_no_record,
            bytes,
        } = parser.parse(stretch)?;
        let received = (every && wording.splits_cells()).then(|| batch.clone());
        let rows = batch.rows.clone();
        let detail = |rule: usize| {
            if every || n_taken[rule].load(Ordering::Relaxed) < wanted {
                Detail::Findings
            } else {
                Detail::Count
            }
        };
        let mut judged = pipeline::judge(batch, standardized, hints, rulebook, &judge, detail);
        for finding in &notes.findings {
            if let Ok(row) = rows.binary_search(&finding.row) {
                judged.is_bad[row] |= !is_no_record[row];
            }
        }
        let portion = wording.portion(&mut judged, notes.findings, is_no_record, bytes, received, rulebook);
        Ok((judged, portion))
    };
    let mut collided = false;
    let take = |(mut judged, portion): (Judged, Portion)| -> anyhow::Result<()> {
        collided |= judged.collided;
        sums.whole = std::mem::take(&mut sums.whole).merge(std::mem::take(&mut judged.whole));
        sums.add(&judged, &portion, args, &n_taken, rulebook);
        progress.at(sums.rows);
        outputs.take(&portion, &judged.is_bad)
    };
    in_order(stretches, n_threads, work, take)?;
    Ok((!collided).then_some(sums))
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

/// A finding as the result shows it; a page has no sensitive value.
fn sample(finding: &Finding, rulebook: &Rulebook, masks: bool) -> Sample {
    let element = finding
        .attribute
        .and_then(|element| rulebook.dictionary.elements.get(usize::from(element)));
    let show = |value: Option<&str>| {
        if masks {
            crate::write::shown(value, element)
        } else {
            value.unwrap_or_default().to_owned()
        }
    };
    Sample {
        row: finding.row,
        key: finding.key.as_deref().unwrap_or_default().to_owned(),
        column: element.map(|element| element.name.to_string()).unwrap_or_default(),
        value: show(finding.value.as_deref()),
        reason: finding.fault.describe(Language::English),
        reason_zh: finding.fault.describe(Language::Chinese),
        fix: show(finding.fix.as_deref()),
    }
}

/// The file's counts with the words of the pack.
fn describe(plan: &Plan, pack: &Pack, mut sums: Sums) -> FileValidation {
    let reader = &plan.reader;
    let header = |element: usize| plan.mapping[element].map(|column| reader.headers[column].to_string());
    let mut used: Vec<usize> = pack.rules.iter().flat_map(guiyi_core::validate::elements_of).collect();
    used.sort_unstable();
    used.dedup();
    let elements = used.into_iter().map(|position| {
        let element = &pack.dictionary.elements[position];
        ElementUse {
            element: element.name.to_string(),
            label_zh: element.label_zh.to_string(),
            column: header(position),
            values: if pack.standardizes[position] {
                "standardized"
            } else {
                "received"
            },
        }
    });
    let of_whole = sums.whole.findings(&plan.view.rulebook);
    let mut running = 0;
    let mut rules = Vec::with_capacity(pack.rules.len());
    for (rule, runs) in pack.rules.iter().zip(&plan.runs) {
        let mut entry = RuleValidation {
            code: rule.code.to_string(),
            severity: rule.severity.name(),
            dimension: rule.dimension.name(),
            element: pack.dictionary.elements[rule.attribute].name.to_string(),
            column: header(rule.attribute),
            message: rule.message.to_string(),
            message_zh: rule.message_zh.to_string(),
            owner: rule.owner.as_ref().map(ToString::to_string),
            outcome: "not-run",
            tolerance: rule.tolerance.to_string(),
            ..RuleValidation::default()
        };
        if *runs {
            let mut tally = sums.tallies[running];
            entry.samples = std::mem::take(&mut sums.samples[running]);
            running += 1;
            if rule.check.is_of_whole_source() {
                let findings = of_whole.iter().filter(|finding| finding.rule == rule.code);
                entry.samples = findings
                    .map(|finding| sample(finding, &plan.view.rulebook, false))
                    .collect();
                tally = Tally {
                    judged: 1,
                    failed: entry.samples.len() as u64,
                };
            }
            (entry.judged, entry.failed) = (tally.judged, tally.failed);
            if tally.judged > 0 {
                entry.share = Some(tally.failed as f64 / tally.judged as f64);
                let passes = rule.tolerance.allows(tally.failed, tally.judged);
                entry.outcome = if passes { "pass" } else { "fail" };
            } else {
                entry.why_not = Some("no row to judge".into());
                entry.why_not_zh = Some("没有可校验的行".into());
            }
        } else {
            if let Check::ForeignKey { target, known: None } = &rule.check {
                let entity = target.entity.name();
                entry.why_not = Some(format!("the {entity} records are not here"));
                entry.why_not_zh = Some(format!("没有 {entity} 的数据"));
                rules.push(entry);
                continue;
            }
            let missing: Vec<String> = (guiyi_core::validate::elements_of(rule).into_iter())
                .filter(|&element| plan.mapping[element].is_none())
                .map(|element| pack.dictionary.elements[element].name.to_string())
                .collect();
            entry.why_not = Some(format!("no column for {}", missing.join(", ")));
            entry.why_not_zh = Some(format!("没有对应的列：{}", missing.join("、")));
        }
        rules.push(entry);
    }
    sums.reading.sort_by(|a, b| a.code.cmp(&b.code));
    FileValidation {
        file: plan.path.display().to_string(),
        read_as: read_as(reader),
        rows_read: sums.rows,
        good: sums.rows - sums.bad - sums.not_records,
        bad: sums.bad,
        not_records: sums.not_records,
        elements: elements.collect(),
        rules,
        reading: sums.reading,
    }
}

/// What a file was read as, such as `csv, gb18030, ","`.
fn read_as(reader: &Reader) -> String {
    let mut parts = vec![reader.format.name().to_owned()];
    parts.extend(reader.encoding.map(TextEncoding::name));
    parts.extend(reader.delimiter.map(|delimiter| match delimiter {
        b'\t' => "tab".to_owned(),
        byte => format!("\"{}\"", char::from(byte)),
    }));
    parts.extend(reader.sheet.clone());
    parts.join(", ")
}
