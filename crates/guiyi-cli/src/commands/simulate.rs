//! `guiyi simulate`: what a changed configuration would do to the golden records, by ID, before anything is published.
//!
//! Law: the store is opened for reading only, and outputs are not written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use arrow_array::Array;
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use guiyi_store::{RunLock, Store};

use super::run::{ROOMS_PER_ENTITY, Walk, walk_all};
use super::simulate_words as words;
use super::steward::{PATIENCE, Show, either};
use crate::args::Format;
use crate::progress::Progress;
use crate::project::Project;
use crate::simulation::{Code, Identity, Named, Outcome, compare};
use crate::words::say;
use crate::{Verdict, print};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The project file, changed since the last run; or the one in force, if `--rules` names a changed one.
    #[arg(value_name = "PROJECT", default_value = "guiyi.toml")]
    project: PathBuf,
    /// A project file with other rules, or a directory with a `guiyi.toml`: both configurations run on the inputs of
    /// today, so that only what the rules change is shown, and not what the inputs change.
    #[arg(long, value_name = "NEW")]
    rules: Option<PathBuf>,
    /// Show at most so many golden records of each kind; 0 shows all. JSON always has all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Take this instant for now, such as `2026-03-01T02:00:00Z`.
    #[arg(long, value_name = "TIME", env = "GUIYI_NOW")]
    now: Option<jiff::Timestamp>,
    /// Say nothing but errors and the answer.
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    show: Show,
}

/// What the golden records of an entity type become.
pub(super) struct Simulated {
    pub(super) entity: EntityType,
    pub(super) differences: crate::simulation::Differences,
    /// Pairs that are left to a person, before and thereafter.
    pub(super) pairs: (usize, usize),
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let project = Project::read(&args.project)?;
    let other = args.rules.as_deref().map(read_rules).transpose()?;
    let chinese = args.show.is_chinese(&project);
    let now = args.now.unwrap_or_else(jiff::Timestamp::now);
    let (_lock, store) = open(&project, &format!("{now:.0}"))?;

    let projects = 1 + u64::from(other.is_some());
    let mut progress = Progress::new(args.quiet, ROOMS_PER_ENTITY * project.entities.len() as u64 * projects);
    let in_force = walk_all(&project, &store, now, &mut progress)?;
    let mut simulated = Vec::new();
    if let Some(other) = &other {
        for new in walk_all(other, &store, now, &mut progress)? {
            let old = in_force.iter().find(|old| old.entity() == new.entity());
            let before = old.into_iter().flat_map(of_walk).map(anyhow::Ok);
            simulated.push(Simulated {
                entity: new.entity(),
                differences: compare(before, of_walk(&new))?,
                pairs: (old.map_or(0, |old| old.review.len()), new.review.len()),
            });
        }
    } else {
        for new in &in_force {
            simulated.push(Simulated {
                entity: new.entity(),
                differences: compare(of_store(&store, new)?, of_walk(new))?,
                pairs: (store.pending(new.entity())?.len(), new.review.len()),
            });
        }
    }
    progress.finish();

    match args.show.format {
        Format::Text => print(words::text(&simulated, args.limit, chinese).as_bytes())?,
        Format::Json => print(format!("{:#}\n", words::json(&simulated, other.is_some())).as_bytes())?,
    };
    say(either(chinese, "nothing was written", "未写入任何内容"));
    let is_clean = simulated.iter().all(|simulated| simulated.differences.is_empty());
    Ok(if is_clean { Verdict::Clean } else { Verdict::Findings })
}

/// The project file with other rules.
fn read_rules(path: &Path) -> anyhow::Result<Project> {
    if path.is_dir() {
        return Project::read(&path.join("guiyi.toml"));
    }
    Project::read(path)
}

/// The store for reading, and the lock that keeps others from writing meanwhile; without a store an empty one in memory.
fn open(project: &Project, now_utc: &str) -> anyhow::Result<(Option<RunLock>, Store)> {
    if !project.store.exists() {
        return Ok((None, Store::open_in_memory()?));
    }
    let lock = RunLock::take(&project.store, Some(PATIENCE), now_utc)?;
    let store = project
        .open_to_read()
        .with_context(|| format!("cannot simulate on {}", project.store.display()))?;
    store.check_key()?;
    Ok((Some(lock), store))
}

/// What a run would make, in order.
fn of_walk(walk: &Walk) -> impl Iterator<Item = Named> {
    let issued: BTreeSet<GlobalId> = walk.known.facts.iter().map(|fact| fact.gid).collect();
    let (golden, elements) = (&walk.unified.golden, &walk.open.rulebook.dictionary.elements);
    let identity = |(number, &gid): (usize, &GlobalId)| {
        let identity = match golden.members_of(number).first() {
            Some(&first) if !issued.contains(&gid) => Identity::New(code(walk, first)),
            _ => Identity::Issued(gid),
        };
        (identity, number)
    };
    let retired = walk.known.retired();
    let gids = walk.unified.assignment.gids.iter().enumerate();
    let mut identities: Vec<(Identity, usize)> = gids.filter(|(_, gid)| !retired.contains(gid)).map(identity).collect();
    identities.sort_unstable();
    identities.into_iter().map(move |(identity, number)| {
        let codes = golden.members_of(number).iter().map(|&member| code(walk, member));
        let values = golden.columns.iter().zip(elements).filter_map(|(column, element)| {
            let value = column.values.is_valid(number).then(|| column.values.value(number))?;
            Some((Arc::clone(&element.name), value.into()))
        });
        let outcome = Outcome {
            codes: codes.collect(),
            values: values.collect(),
        };
        (identity, outcome)
    })
}

/// What the store holds, in order.
fn of_store<'a>(store: &'a Store, walk: &'a Walk) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Named>> + 'a> {
    let memberships = walk.known.memberships(&walk.records);
    let mut members: Vec<(GlobalId, u32)> = memberships
        .current
        .iter()
        .zip(0..)
        .filter_map(|(current, record)| Some((current.as_ref()?.0, record)))
        .collect();
    members.sort_unstable();
    let rows = store.golden_rows(walk.entity())?;
    let elements: Vec<Arc<str>> = rows.elements().iter().map(|name| name.as_str().into()).collect();
    Ok(rows.map(move |row| {
        let row = row?;
        let first = members.partition_point(|(gid, _)| *gid < row.gid);
        let of_row = members[first..].iter().take_while(|(gid, _)| *gid == row.gid);
        let values = elements.iter().zip(row.values);
        let outcome = Outcome {
            codes: of_row.map(|&(_, record)| code(walk, record)).collect(),
            values: values
                .filter_map(|(element, value)| Some((Arc::clone(element), value?.into())))
                .collect(),
        };
        Ok((Identity::Issued(row.gid), outcome))
    }))
}

/// A record as its system names it.
fn code(walk: &Walk, record: u32) -> Code {
    let source = usize::from(walk.records.sources[record as usize]);
    let system = &walk.open.rulebook.sources[source].system;
    (Arc::clone(system), walk.records.keys[record as usize].clone())
}
