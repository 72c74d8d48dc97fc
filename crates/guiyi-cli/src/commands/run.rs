//! `guiyi run`: read, walk the corridor, commit, write, and say what happened.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use guiyi_core::dictionary::EntityType;
use guiyi_core::finding::{Language, Notes};
use guiyi_core::matching::{Decisions, Matching, Verdict as PairVerdict};
use guiyi_core::pipeline::{self, Cleansed, Step, Unified, UnifyError};
use guiyi_core::record::{Batch, Records};
use guiyi_core::rulebook::{Rulebook, Source};
use guiyi_core::survive;
use guiyi_core::validate;
use guiyi_io::outputs;
use guiyi_io::report::summary::{EntitySummary, Summary};
use guiyi_store::{By, CommitReport, Known, PairFinding, ReviewPair, RunChange, RunLock, Store};

use super::change::{self, Done};
use super::store_index;
use crate::args::{Format, RunArgs};
use crate::last_run::{self, LastRows};
use crate::process;
use crate::progress::Progress;
use crate::project::{FailOn, OpenEntity, Project, model_file_name};
use crate::summarize::{self, Walked};
use crate::{Verdict, print, words, write};

/// Rows of a batch: enough to keep columns worth their while, few enough to spread over the threads.
const BATCH_ROWS: usize = 8192;

/// Rooms that each entity type goes through, from reading to survivorship; committing and writing come once.
pub(super) const ROOMS_PER_ENTITY: u64 = 10;

/// One entity type after its walk.
pub(super) struct Walk {
    pub(super) open: OpenEntity,
    cleansed: Cleansed,
    pub(super) records: Records,
    rows: Vec<Option<(u32, u32)>>,
    pub(super) known: Known,
    pub(super) unified: Unified,
    /// The pairs for a person.
    pub(super) review: Vec<ReviewPair>,
}

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<Verdict> {
    let started = Instant::now();
    if args.threads > 0 {
        rayon::ThreadPoolBuilder::new()
            .num_threads(args.threads)
            .build_global()?;
    }
    let project = Project::read(&args.project)?;
    let language = args.language.map_or(project.language, Language::from);
    let now = args.now.unwrap_or_else(jiff::Timestamp::now);
    let now_utc = format!("{now:.0}");

    let open = project.open(day(now))?;
    let n_rooms = ROOMS_PER_ENTITY * open.len() as u64 + 1 + u64::from(!args.dry_run);
    let mut progress = Progress::new(args.quiet, n_rooms);
    let (_lock, mut store) = open_store(&project, args, &now_utc)?;
    let due = apply_due(&project, &mut store, args, &now_utc)?;
    change::say_done(&due, args.quiet, language);
    let walks = walk_open(&project, open, &store, &now_utc, &mut progress)?;

    // Before the commit, so that a directory that cannot be written to leaves the store as it was.
    let results = (!args.dry_run)
        .then(|| write::Results::begin(&project.output))
        .transpose()?;
    progress.enter("commit");
    let changes: Vec<RunChange<'_>> = walks.iter().map(|walk| change(walk, &project.digest)).collect();
    let commits = if args.dry_run {
        store.preview(&changes, &now_utc, "guiyi run")?
    } else {
        store.commit(&changes, &now_utc, "guiyi run")?
    };
    progress.leave(walks.iter().map(|walk| walk.records.len() as u64).sum());

    let entities = walks
        .iter()
        .zip(&commits)
        .map(|(walk, commit)| summary_of(walk, commit));
    let entities = entities.collect::<anyhow::Result<Vec<_>>>()?;
    let outcome = match change::verdict(&due) {
        Verdict::Clean => outcome(&walks, &entities, project.fail_on),
        Verdict::Findings => Verdict::Findings,
    };
    let mut summary = Summary {
        format: 1,
        project: project.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: now_utc,
        duration_ms: 0,
        cpu_ms: None,
        peak_memory_bytes: None,
        rulebook_digest: hexadecimal(&project.digest),
        outcome: match outcome {
            Verdict::Clean => "clean".into(),
            Verdict::Findings => "findings".into(),
        },
        requests: due.iter().map(Done::summary).collect(),
        entities,
        rooms: Vec::new(),
        outputs: Vec::new(),
    };
    if let Some(mut results) = results {
        progress.enter("write");
        for walk in &walks {
            results.entity(&walk.parts(), &walk.files(), &store)?;
        }
        progress.leave(walks.iter().map(|walk| walk.records.len() as u64).sum());
        summary.rooms = progress.finish();
        process::measure(&mut summary, started);
        let parts: Vec<_> = walks.iter().map(Walk::parts).collect();
        results.publish(&mut summary, &parts, language)?;
    } else {
        summary.rooms = progress.finish();
        process::measure(&mut summary, started);
    }
    match args.format {
        Format::Json => print(format!("{:#}\n", serde_json::to_value(&summary)?).as_bytes())?,
        Format::Text => print(words::summary(&summary, args.dry_run, language).as_bytes())?,
    };
    if args.dry_run || project.index.is_none() {
        return Ok(outcome);
    }
    let models = walks
        .iter()
        .map(|walk| (walk.entity(), walk.unified.matching.model.clone()));
    let chinese = language == Language::Chinese;
    match store_index::after_run(&project, &store, models, args.wait, args.quiet, chinese) {
        Ok(()) => Ok(outcome),
        // The run itself is done: committed, published and told.
        Err(error) => {
            store_index::say_not_made(&error, chinese);
            Ok(Verdict::Findings)
        }
    }
}

/// Takes every entity type of a project through the corridor, up to what would be committed.
pub(super) fn walk_all(
    project: &Project,
    store: &Store,
    now: jiff::Timestamp,
    progress: &mut Progress,
) -> anyhow::Result<Vec<Walk>> {
    walk_open(project, project.open(day(now))?, store, &format!("{now:.0}"), progress)
}

fn walk_open(
    project: &Project,
    open: Vec<OpenEntity>,
    store: &Store,
    now_utc: &str,
    progress: &mut Progress,
) -> anyhow::Result<Vec<Walk>> {
    let last_rows = last_run::rows_of_systems(&project.output.dir);
    let cleansed = cleanse(open, &last_rows, progress)?.into_iter();
    cleansed.map(|entity| walk(entity, store, now_utc, progress)).collect()
}

/// The day of the run.
pub(super) fn day(now: jiff::Timestamp) -> (i16, i8, i8) {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    (today.year(), today.month(), today.day())
}

impl Walk {
    /// The entity type.
    pub(super) fn entity(&self) -> EntityType {
        self.open.rulebook.dictionary.entity
    }

    /// The name of each source's file.
    fn files(&self) -> Vec<String> {
        let names = self
            .open
            .readers
            .iter()
            .map(|(path, _)| path.file_name().unwrap_or_default());
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    }

    fn parts(&self) -> write::Parts<'_> {
        write::Parts {
            rulebook: &self.open.rulebook,
            cleansed: &self.cleansed,
            records: &self.records,
            unified: &self.unified,
        }
    }
}

/// Applies the change requests whose time has come; a dry run applies none.
fn apply_due(project: &Project, store: &mut Store, args: &RunArgs, now_utc: &str) -> anyhow::Result<Vec<Done>> {
    if args.dry_run {
        return Ok(Vec::new());
    }
    let by = By {
        actor: "guiyi run",
        reason: "",
        utc: now_utc,
    };
    change::apply_due(project, store, by)
}

/// Locks and opens the store; a dry run without a store works on one in memory.
fn open_store(project: &Project, args: &RunArgs, now_utc: &str) -> anyhow::Result<(Option<RunLock>, Store)> {
    let path = &project.store;
    if args.dry_run && !path.exists() {
        return Ok((None, Store::open_in_memory()?));
    }
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make the directory {}", dir.display()))?;
    }
    let wait = (args.wait > 0).then(|| Duration::from_secs(args.wait));
    let lock = RunLock::take(path, wait, now_utc)?;
    // A dry run signs nothing.
    let store = if args.dry_run {
        project.open_to_write()?
    } else {
        project.open_store(now_utc)?
    };
    // Told before everything is read.
    store.check_key()?;
    Ok((Some(lock), store))
}

/// Reads and cleanses every entity type, one after those that its foreign keys point at; gives them in their order.
///
/// Where two entity types point at each other, the second is known to the first as it was read.
fn cleanse(
    open: Vec<OpenEntity>,
    last_rows: &LastRows,
    progress: &mut Progress,
) -> anyhow::Result<Vec<(OpenEntity, Cleansed)>> {
    let mut read = Vec::with_capacity(open.len());
    for mut entity in open {
        let (batches, notes) = read_all(&mut entity, progress)?;
        let systems = last_rows.get(entity.rulebook.dictionary.entity.name());
        entity.rulebook.know_last_counts(systems.unwrap_or(&BTreeMap::new()));
        read.push((entity, batches, notes));
    }
    let mut cleansed: Vec<Option<Cleansed>> = read.iter().map(|_| None).collect();
    while let Some(next) = next_to_cleanse(&read, &cleansed) {
        for target in read[next].0.rulebook.targets() {
            let side = read
                .iter()
                .position(|(entity, ..)| entity.rulebook.dictionary.entity == target.entity);
            let Some(side) = side else { continue };
            let batches = cleansed[side]
                .as_ref()
                .map_or(&read[side].1, |cleansed| &cleansed.batches);
            let values = validate::referable(batches, &read[side].0.rulebook, &target);
            read[next].0.rulebook.know(&target, &Arc::new(values));
        }
        let (entity, batches, notes) = &mut read[next];
        let (batches, notes) = (std::mem::take(batches), std::mem::take(notes));
        let watch = &mut |step| watch(progress, step);
        cleansed[next] = Some(pipeline::cleanse(batches, notes, &entity.rulebook, watch));
    }
    let entities = read.into_iter().map(|(entity, ..)| entity);
    Ok(entities.zip(cleansed.into_iter().flatten()).collect())
}

/// The first entity type that is not cleansed, and points at no other that is not; the first one of a circle.
fn next_to_cleanse(read: &[(OpenEntity, Vec<Batch>, Notes)], cleansed: &[Option<Cleansed>]) -> Option<usize> {
    let waiting = |at: &usize| cleansed[*at].is_none();
    let is_ready = |at: &usize| {
        let targets = read[*at].0.rulebook.targets();
        let other = |of: EntityType| {
            read.iter()
                .position(|(entity, ..)| entity.rulebook.dictionary.entity == of)
        };
        targets
            .iter()
            .all(|target| other(target.entity).is_none_or(|other| other == *at || !waiting(&other)))
    };
    let all = || (0..read.len()).filter(waiting);
    all().find(is_ready).or_else(|| all().next())
}

fn read_all(open: &mut OpenEntity, progress: &mut Progress) -> anyhow::Result<(Vec<Batch>, Notes)> {
    progress.enter("read");
    let (mut batches, mut notes) = (Vec::new(), Notes::default());
    let mut n_rows = 0;
    for (source, (path, reader)) in open.readers.iter_mut().enumerate() {
        read(source, path, reader, &open.rulebook, &mut |batch, said| {
            n_rows += batch.len() as u64;
            batches.push(batch);
            notes.append(said);
            progress.at(n_rows);
        })?;
    }
    progress.leave(n_rows);
    Ok((batches, notes))
}

/// Takes the cleansed rows of one entity type through the rest of the corridor.
fn walk(
    (mut open, cleansed): (OpenEntity, Cleansed),
    store: &Store,
    now_utc: &str,
    progress: &mut Progress,
) -> anyhow::Result<Walk> {
    progress.enter("gather");
    let n_elements = open.rulebook.dictionary.elements.len();
    let (mut records, mut rows) = Records::gather(&cleansed.batches, &Records::default(), n_elements);
    let known = store.load_known(&open.rulebook, &records)?;
    if !known.absent.is_empty() {
        (records, rows) = Records::gather(&cleansed.batches, &known.absent, n_elements);
    }
    for system in &known.systems[open.rulebook.sources.len()..] {
        open.rulebook.sources.push(absent_source(system, n_elements));
    }
    let memberships = known.memberships(&records);
    let decisions = decisions(&known, &records);
    progress.leave(records.len() as u64);

    let mut unified = pipeline::unify(
        &records,
        memberships.history(&known),
        known.mint,
        &decisions,
        &open.rulebook,
        &mut |step| watch(progress, step),
    )
    .map_err(|error| misfit(error, &open))?;
    let pins = known.pins_of(&unified.assignment.gids, &open.rulebook.dictionary, now_utc);
    survive::pin(&mut unified.golden, &pins);
    Ok(Walk {
        review: review(&unified.matching, &open.rulebook),
        open,
        cleansed,
        records,
        rows,
        known,
        unified,
    })
}

fn read(
    source: usize,
    path: &Path,
    reader: &mut guiyi_io::read::Reader,
    rulebook: &Rulebook,
    take: &mut dyn FnMut(Batch, Notes),
) -> anyhow::Result<()> {
    let spec = &rulebook.sources[source];
    for part in reader
        .batches(source as u16, spec, BATCH_ROWS)
        .with_context(|| path.display().to_string())?
    {
        let (batch, notes) = part?;
        take(batch, notes);
    }
    Ok(())
}

/// Says which model does not fit, and what to do about it.
fn misfit(error: UnifyError, open: &OpenEntity) -> anyhow::Error {
    let entity = open.rulebook.dictionary.entity;
    let file = open.model_file.as_deref().unwrap_or(Path::new("the model")).display();
    match error {
        UnifyError::Model(_) => anyhow::Error::new(error).context(format!(
            "{file} cannot be used\n  hint: take `model` out of [{}.matching], run once, and name a copy of the {} that this writes",
            entity.name(),
            model_file_name(entity)
        )),
        error => error.into(),
    }
}

fn watch(progress: &mut Progress, step: Step) {
    match step {
        Step::Enter(room) => progress.enter(room),
        Step::Leave(_, units) => progress.leave(units),
    }
}

/// A system that only the store knows: its records are matched, none of them is read.
fn absent_source(system: &Arc<str>, n_elements: usize) -> Source {
    Source {
        system: Arc::clone(system),
        headers: Vec::new(),
        key_column: 0,
        mapping: vec![None; n_elements],
        code_pattern: None,
        day_first: None,
    }
}

/// The stewards' words about records of this run, by record number.
fn decisions(known: &Known, records: &Records) -> Decisions {
    let find = |(system, key): &(String, String)| {
        let sources = known.systems.iter().enumerate().filter(|(_, name)| ***name == **system);
        sources
            .map(|(source, _)| source as u16)
            .find_map(|source| records.position(source, key))
    };
    Decisions::new(known.decisions.iter().filter_map(|decision| {
        let verdict = match decision.verdict {
            guiyi_store::Verdict::Match => PairVerdict::Match,
            guiyi_store::Verdict::NotMatch => PairVerdict::NotMatch,
            guiyi_store::Verdict::Unsure => return None,
        };
        Some((find(&decision.a)?, find(&decision.b)?, verdict))
    }))
}

/// The pairs for a person, as the store keeps them.
fn review(matching: &Matching, rulebook: &Rulebook) -> Vec<ReviewPair> {
    let say = |at, language| outputs::pair_reason(matching, at, &rulebook.dictionary, language);
    let of_pair = |at: usize| {
        let pair = &matching.pairs[at];
        ReviewPair {
            a: pair.a,
            b: pair.b,
            finding: PairFinding {
                probability: pair.probability,
                weight: pair.weight,
                veto: pair.veto.map(|veto| veto.name().to_owned()),
                reason: say(at, Language::English),
                reason_zh: say(at, Language::Chinese),
            },
        }
    };
    outputs::pairs_to_review(matching).into_iter().map(of_pair).collect()
}

fn change<'a>(walk: &'a Walk, digest: &'a [u8]) -> RunChange<'a> {
    RunChange {
        rulebook: &walk.open.rulebook,
        rulebook_digest: digest,
        batches: &walk.cleansed.batches,
        rows: &walk.rows,
        records: &walk.records,
        known: &walk.known,
        clusters: &walk.unified.clusters.of,
        assignment: &walk.unified.assignment,
        golden: &walk.unified.golden,
        review: Some(&walk.review),
    }
}

fn summary_of(walk: &Walk, commit: &CommitReport) -> anyhow::Result<EntitySummary> {
    summarize::entity(&Walked {
        rulebook: &walk.open.rulebook,
        files: &walk.open.readers,
        cleansed: &walk.cleansed,
        records: &walk.records,
        unified: &walk.unified,
        retired: &walk.known.retired(),
        commit,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether more rows than the threshold allows have findings of the severity that counts, or a source as a whole has.
///
/// The findings of a rule do not count in a source that is within the rule's tolerance.
fn outcome(walks: &[Walk], entities: &[EntitySummary], fail_on: FailOn) -> Verdict {
    let rows: u64 = entities
        .iter()
        .flat_map(|entity| &entity.sources)
        .map(|source| source.rows_read)
        .sum();
    let mut failing = 0;
    for Walk { open, cleansed, .. } in walks {
        let rules = &open.rulebook.rules;
        let borne: BTreeSet<(u16, &str)> = validate::outcomes(&cleansed.batches, &open.rulebook, &cleansed.notes)
            .iter()
            .filter(|outcome| outcome.passes(&rules[outcome.rule]))
            .map(|outcome| (outcome.source, &*rules[outcome.rule].code))
            .collect();
        let findings = cleansed
            .notes
            .findings
            .iter()
            .filter(|finding| finding.severity >= fail_on.severity);
        let counting = findings.filter(|finding| !borne.contains(&(finding.source, &finding.rule)));
        let places: BTreeSet<_> = counting.map(|finding| (finding.source, finding.row)).collect();
        if places.iter().any(|&(_, row)| row == 0) {
            return Verdict::Findings;
        }
        failing += places.len();
    }
    if failing as f64 > fail_on.share * rows as f64 {
        Verdict::Findings
    } else {
        Verdict::Clean
    }
}
