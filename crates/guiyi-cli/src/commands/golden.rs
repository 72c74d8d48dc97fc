//! `guiyi golden`: look at golden records and their past, pin values, merge and split.

use std::path::Path;

use anyhow::bail;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;
use guiyi_store::{Edits, Merge, Proposal};

use super::golden_words as words;
use super::golden_write::{self, OnlyOne, Propose, unless_silent};
use super::steward::{
    Author, Desk, InProject, RecordName, Show, either, entity_of, open_to_read, parse_id, parse_start, parse_time,
};
use super::{golden_held, golden_relations};
use crate::args::Format;
use crate::words::say;
use crate::{Verdict, print};

#[derive(Debug, clap::Args)]
#[command(subcommand_precedence_over_arg = true)]
pub(crate) struct Args {
    #[command(flatten)]
    project: InProject,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show a golden record: its values, where each came from and why, and its source records.
    ///
    /// `--known-at` shows what stood at a time. `--as-of` shows what holds at a time as it is known now, the two together
    /// what was believed at the one to hold at the other: where a system delivers from when its records are valid
    /// (`valid_from` in `[customer.survivorship]`), a late correction changes what held, and not what was known. All else
    /// is valid from when it was recorded.
    ///
    /// Example: `guiyi golden show C00-000001-M --as-of 2026-03-01 --known-at 2026-04-01`
    Show(ShowGolden),
    /// Show the versions of a golden record, and what changed from each to the next: when it was recorded, and from when
    /// it is valid where a system delivers that.
    ///
    /// Example: `guiyi golden history C00-000001-M`
    History(One),
    /// Show how a golden record came to have its source records, step by step.
    ///
    /// Example: `guiyi golden how C00-000001-M`
    How(One),
    /// Show why a golden record has its values: what each source record says, and the reason for which each lost; or why
    /// two golden records are one, or two.
    ///
    /// Example: `guiyi golden why C00-000001-M city`, `guiyi golden why C00-000001-M C00-000002-J`
    Why(super::golden_why::Args),
    /// Compare two versions of a golden record, or two golden records.
    ///
    /// Example: `guiyi golden diff C00-000001-M@1 C00-000001-M`
    Diff(Diff),
    /// Find the golden records that have a value, also one that is encrypted, if it is `searchable`.
    ///
    /// Example: `guiyi golden find mobile "138 0013 8001"`
    Find(super::golden_find::Args),
    /// Set a value by hand; it stands over what the sources say, until it expires or is taken off.
    ///
    /// It is brought to its canonical form as the values of the sources are.
    ///
    /// With `--from` a later day it begins with the first run then; an earlier day says since when the value holds, for
    /// `guiyi golden show --as-of`. It takes the place of an earlier pin on the element at once.
    ///
    /// Example: `guiyi golden pin C00-000001-M phone 0571-88001234 --reason "asked by phone" --expires 2026-12-31`
    Pin(Pin),
    /// Take a pin off.
    ///
    /// Example: `guiyi golden unpin C00-000001-M phone --reason "the ERP is right now"`
    Unpin(Unpin),
    /// Say that a golden record is right: no run merges it with another confirmed one, and it survives a merge.
    ///
    /// Example: `guiyi golden confirm C00-000001-M --reason "checked against the business licence"`
    Confirm(OnlyOne),
    /// Take a confirmation back.
    ///
    /// Example: `guiyi golden unconfirm C00-000001-M --reason "renamed, to be checked anew"`
    Unconfirm(OnlyOne),
    /// End a golden record without a survivor: there is no such company, or it is no customer any more.
    ///
    /// Its ID and its codes stay known for ever and say that it is retired. It is in no output, and other systems are told.
    /// Its source records stay with it and are kept up to date; no run joins others to it or brings it back.
    ///
    /// Example: `guiyi golden retire C00-000001-M --reason "wound up, register of 2026-03-01"`
    Retire(OnlyOne),
    /// Bring a retired golden record back, as its source records say now; its pins and relations come back with it.
    ///
    /// Example: `guiyi golden unretire C00-000001-M --reason "the register was wrong"`
    Unretire(OnlyOne),
    /// Say how two golden records are related: branch, subsidiary, member of a group, contact.
    ///
    /// What is related stays two: neither a run nor a merge makes one of them. Said again with other days, it replaces
    /// what was said before.
    ///
    /// Example: `guiyi golden relate C00-000002-J branch-of C00-000001-M --reason "business licence"`
    Relate(super::golden_relations::Relate),
    /// Say that two golden records are not related so; it is not proposed again.
    ///
    /// Example: `guiyi golden unrelate C00-000002-J branch-of C00-000001-M --reason "a namesake"`
    Unrelate(super::golden_relations::Unrelate),
    /// Show relations, or propose those that the names tell of.
    ///
    /// Example: `guiyi golden relations --proposed`
    Relations(super::golden_relations::Relations),
    /// Make two golden records one. The loser's ID stays known and leads to the survivor.
    ///
    /// With `--propose`, which all commands that write here have, somebody else approves it: `guiyi change`.
    ///
    /// Example: `guiyi golden merge C00-000001-M C00-000002-J --reason "renamed in 2025" --preview`
    Merge(MergeTwo),
    /// Take source records out of a golden record. What was merged before gets its ID and its pins back.
    ///
    /// Example: `guiyi golden split C00-000001-M --record crm/HD-KA-00451 --reason "two companies"`
    Split(SplitOne),
}

#[derive(Debug, clap::Args)]
struct ShowGolden {
    /// The global ID, however it is typed.
    #[arg(value_parser = parse_id)]
    id: GlobalId,
    /// What holds at this day or instant.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<String>,
    /// What was known at this day or instant.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    known_at: Option<String>,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct One {
    /// The global ID, however it is typed.
    #[arg(value_parser = parse_id)]
    id: GlobalId,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Diff {
    /// One golden record, with `@` and a number a version of it.
    #[arg(value_parser = parse_version)]
    a: (GlobalId, Option<u64>),
    /// The other.
    #[arg(value_parser = parse_version)]
    b: (GlobalId, Option<u64>),
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Pin {
    /// The global ID.
    #[arg(value_parser = parse_id)]
    id: GlobalId,
    /// Name of the data element.
    element: String,
    /// The value; an empty one says that no value shall stand there.
    value: String,
    /// Until when, a day or an instant; the default is until it is taken off.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    expires: Option<String>,
    /// From when the value is valid, a day or an instant; the default is from now on.
    #[arg(long, value_name = "TIME", value_parser = parse_start)]
    from: Option<String>,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    propose: Propose,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Unpin {
    /// The global ID.
    #[arg(value_parser = parse_id)]
    id: GlobalId,
    /// Name of the data element.
    element: String,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    propose: Propose,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct MergeTwo {
    /// One global ID.
    #[arg(value_parser = parse_id)]
    a: GlobalId,
    /// The other.
    #[arg(value_parser = parse_id)]
    b: GlobalId,
    /// Which of the two IDs shall stay; the default is the confirmed one, else the one that most systems hold, else the
    /// older.
    #[arg(long, value_name = "ID", value_parser = parse_id)]
    survivor: Option<GlobalId>,
    /// Withdraw decisions that call their records different.
    #[arg(long)]
    overrule: bool,
    /// Only say what would happen.
    #[arg(long)]
    preview: bool,
    /// Why.
    #[arg(
        long,
        required_unless_present = "preview",
        default_value = "",
        hide_default_value = true
    )]
    reason: String,
    #[command(flatten)]
    propose: Propose,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct SplitOne {
    /// The global ID.
    #[arg(value_parser = parse_id)]
    id: GlobalId,
    /// A source record that shall leave, as `system/code`; may be given several times, they leave together.
    #[arg(long = "record", value_name = "SYSTEM/CODE", required = true)]
    records: Vec<RecordName>,
    /// Where pins go that were set since these records came.
    #[arg(long, value_enum, default_value_t)]
    edits: EditsArg,
    /// Only say what would happen.
    #[arg(long)]
    preview: bool,
    /// Why.
    #[arg(
        long,
        required_unless_present = "preview",
        default_value = "",
        hide_default_value = true
    )]
    reason: String,
    #[command(flatten)]
    propose: Propose,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum EditsArg {
    /// With the record whose value they stand over.
    Record,
    /// They stay with the ID.
    #[default]
    Tree,
    /// To both parts.
    Cascade,
}

impl From<EditsArg> for Edits {
    fn from(edits: EditsArg) -> Self {
        match edits {
            EditsArg::Record => Self::Record,
            EditsArg::Tree => Self::Tree,
            EditsArg::Cascade => Self::Cascade,
        }
    }
}

fn parse_version(text: &str) -> Result<(GlobalId, Option<u64>), String> {
    let Some((id, version)) = text.split_once('@') else {
        return Ok((parse_id(text)?, None));
    };
    let version = version
        .parse()
        .map_err(|_| format!("\"{version}\" is no version number"))?;
    Ok((parse_id(id)?, Some(version)))
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let project = &args.project.project;
    match &args.command {
        Command::Show(args) => {
            let (project, store) = open_to_read(project)?;
            let chinese = args.show.is_chinese(&project);
            let entity = entity_of(args.id)?;
            let labels = project.labels(entity, chinese);
            let book = project.rulebook(entity);
            if let (Some(as_of), Some(book)) = (&args.as_of, book)
                && !book.survivorship.valid_from.is_empty()
            {
                let times = (as_of.as_str(), args.known_at.as_deref());
                let shown = golden_held::shown(&store, &book, args.id, times, &labels, chinese)?;
                return answer(&shown, args.show.format);
            }
            // Everything is valid from when it was recorded.
            let time = args.as_of.iter().chain(&args.known_at).min();
            let shown = words::golden(&store, args.id, time.map(String::as_str), &labels, chinese)?;
            answer(&shown, args.show.format)
        }
        Command::History(args) => {
            let (project, store) = open_to_read(project)?;
            let versions = store.history(args.id)?;
            if versions.is_empty() {
                bail!("{} was never issued", args.id);
            }
            let times = match project.rulebook(entity_of(args.id)?) {
                Some(book) => store.valid_times(&book, args.id, &versions)?,
                None => Vec::new(),
            };
            answer(
                &words::history(&versions, &times, args.show.is_chinese(&project)),
                args.show.format,
            )
        }
        Command::How(args) => {
            let (project, store) = open_to_read(project)?;
            let steps = store.how(args.id)?;
            if steps.is_empty() {
                bail!("{} was never issued", args.id);
            }
            answer(&words::how(&steps, args.show.is_chinese(&project)), args.show.format)
        }
        Command::Why(args) => answer(&super::golden_why::of(project, args)?, args.show.format),
        Command::Diff(args) => {
            let (project, store) = open_to_read(project)?;
            let of = |(id, number): (GlobalId, Option<u64>)| -> anyhow::Result<_> {
                let versions = store.history(id)?;
                let found = match number {
                    None => versions.into_iter().next_back(),
                    Some(number) => versions.into_iter().find(|version| version.version == number),
                };
                match (found, number) {
                    (Some(version), _) => Ok(version),
                    (None, None) => bail!("{id} was never issued"),
                    (None, Some(number)) => bail!("{id} has no version {number}\n  hint: `guiyi golden history {id}`"),
                }
            };
            let (left, right) = (of(args.a)?, of(args.b)?);
            answer(
                &words::diff(&left, &right, args.show.is_chinese(&project)),
                args.show.format,
            )
        }
        Command::Find(args) => super::golden_find::run(project, args),
        Command::Pin(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let book = desk.rulebook_of(args.id)?;
            let chinese = args.show.is_chinese(&desk.project);
            let value = super::golden_pin::canonical(&desk, book, args.id, (&args.element, &args.value), chinese)?;
            let pin = Proposal::Pin {
                gid: args.id,
                element: args.element.clone(),
                value,
                expires: args.expires.clone(),
                valid_from: args.from.clone(),
            };
            write(&mut desk, &pin, &args.reason, &args.propose, &args.show)
        }
        Command::Unpin(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let unpin = Proposal::Unpin {
                gid: args.id,
                element: args.element.clone(),
            };
            write(&mut desk, &unpin, &args.reason, &args.propose, &args.show)
        }
        Command::Confirm(args) => of_one(project, args, |gid| Proposal::Confirm { gid, is_so: true }),
        Command::Unconfirm(args) => of_one(project, args, |gid| Proposal::Confirm { gid, is_so: false }),
        Command::Retire(args) => of_one(project, args, |gid| Proposal::Retire { gid, is_so: true }),
        Command::Unretire(args) => of_one(project, args, |gid| Proposal::Retire { gid, is_so: false }),
        Command::Relate(args) => answer(&golden_relations::relate(project, args)?, args.show.format),
        Command::Unrelate(args) => answer(&golden_relations::unrelate(project, args)?, args.show.format),
        Command::Relations(args) => answer(&golden_relations::relations(project, args)?, args.show.format),
        Command::Merge(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let book = desk.rulebook_of(args.a)?;
            if entity_of(args.a)? != entity_of(args.b)? {
                bail!("{} and {} are of different entity types", args.a, args.b);
            }
            let merge = Proposal::Merge(Merge {
                a: args.a,
                b: args.b,
                survivor: args.survivor,
                overrule: args.overrule,
            });
            if args.preview {
                return preview(&mut desk, &book, &merge, &args.show);
            }
            write(&mut desk, &merge, &args.reason, &args.propose, &args.show)
        }
        Command::Split(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let book = desk.rulebook_of(args.id)?;
            let records = args
                .records
                .iter()
                .map(|record| (record.system.clone(), record.key.clone()));
            let split = Proposal::Split {
                gid: args.id,
                records: records.collect(),
                edits: args.edits.into(),
            };
            if args.preview {
                return preview(&mut desk, &book, &split, &args.show);
            }
            write(&mut desk, &split, &args.reason, &args.propose, &args.show)
        }
    }
}

/// Says or takes back a word about one golden record as a whole.
fn of_one(project: &Path, args: &OnlyOne, proposal: impl FnOnce(GlobalId) -> Proposal) -> anyhow::Result<Verdict> {
    let mut desk = Desk::open(project, &args.author)?;
    let chinese = args.show.is_chinese(&desk.project);
    let proposal = proposal(args.id);
    let mut said = golden_write::write(&mut desk, &proposal, &args.reason, &args.propose, chinese)?;
    if said.text.is_empty() {
        let state = match proposal {
            Proposal::Confirm { is_so: true, .. } => either(chinese, "confirmed", "已确认"),
            _ => either(chinese, "not confirmed any more", "已取消确认"),
        };
        said.text = format!("{}  {state}\n", args.id);
    }
    answer(&said, args.show.format)
}

/// Does or proposes something, and says what that does.
fn write(
    desk: &mut Desk,
    proposal: &Proposal,
    reason: &str,
    propose: &Propose,
    show: &Show,
) -> anyhow::Result<Verdict> {
    let chinese = show.is_chinese(&desk.project);
    let said = golden_write::write(desk, proposal, reason, propose, chinese)?;
    answer(&unless_silent(said, chinese), show.format)
}

/// Says what something would do.
fn preview(desk: &mut Desk, book: &Rulebook, proposal: &Proposal, show: &Show) -> anyhow::Result<Verdict> {
    let chinese = show.is_chinese(&desk.project);
    let effect = desk.store.try_out(book, proposal, desk.signature.because(""))?;
    answer(&unless_silent(words::effect(&effect, chinese), chinese), show.format)?;
    say(either(
        chinese,
        "only a preview: nothing was written",
        "仅为预览，未写入",
    ));
    Ok(Verdict::Clean)
}

fn answer(answer: &words::Answer, format: Format) -> anyhow::Result<Verdict> {
    match format {
        Format::Text => print(answer.text.as_bytes()),
        Format::Json => print(format!("{:#}\n", answer.json).as_bytes()),
    }
}
