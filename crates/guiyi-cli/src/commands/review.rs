//! `guiyi review`: the pairs that the last run left to a person, and the stewards' decisions about them.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use guiyi_core::dictionary::EntityType;
use guiyi_store::{Decided, Decision, NewDecision, PendingPair, Refusal, Store, Verdict as Ruling};
use serde_json::{Value, json};

use super::review_sheet;
use super::steward::{Author, Desk, InProject, RecordName, Show, either, entities, one_entity, open_to_read};
use crate::args::Format;
use crate::words::say;
use crate::{Verdict, print};

/// Pairs that a list shows unless more are asked for.
const PAGE: usize = 20;

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
    /// List the pairs that wait for a decision, the most probable first.
    ///
    /// Example: `guiyi review list --limit 50`
    List(List),
    /// Show two records side by side, with what the run says of them and what was decided.
    ///
    /// Example: `guiyi review show erp/D03-000127 crm/HD-KA-00451`
    Show(ShowPair),
    /// Decide about two records; later runs go by it. A later decision on a pair withdraws the earlier one.
    ///
    /// A decision that contradicts others (A is B, B is C, A is not C) is refused, and the others are shown.
    ///
    /// Example: `guiyi review decide erp/D03-000127 crm/HD-KA-00451 match --reason "same licence, asked by phone"`
    Decide(Decide),
    /// Write the waiting pairs into a spreadsheet, two records side by side; fill in `decision` and `reason`.
    ///
    /// Example: `guiyi review export review.xlsx`
    Export(Export),
    /// Read a filled-in spreadsheet back. Every wrong line is said; if there is one, nothing is written.
    ///
    /// Example: `guiyi review import review.xlsx --by 王芳`
    Import(Import),
}

#[derive(Debug, clap::Args)]
struct List {
    /// Also those that are decided.
    #[arg(long)]
    all: bool,
    /// How many to show; 0 for all.
    #[arg(long, value_name = "N", default_value_t = PAGE)]
    limit: usize,
    /// Only of this entity type.
    #[arg(long, value_name = "TYPE")]
    entity: Option<String>,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct ShowPair {
    /// One record, as `system/code`.
    a: RecordName,
    /// The other.
    b: RecordName,
    /// The entity type, if the project has several.
    #[arg(long, value_name = "TYPE")]
    entity: Option<String>,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Decide {
    /// One record, as `system/code`.
    a: RecordName,
    /// The other.
    b: RecordName,
    /// `match`, `not_match` or `unsure`.
    #[arg(value_parser = parse_verdict)]
    decision: Ruling,
    /// Why.
    #[arg(long)]
    reason: String,
    /// The entity type, if the project has several.
    #[arg(long, value_name = "TYPE")]
    entity: Option<String>,
    #[command(flatten)]
    author: Author,
}

#[derive(Debug, clap::Args)]
struct Export {
    /// The spreadsheet to write, `.xlsx` or `.csv`.
    file: PathBuf,
    /// Also the pairs that are decided.
    #[arg(long)]
    all: bool,
    /// Only of this entity type.
    #[arg(long, value_name = "TYPE")]
    entity: Option<String>,
    /// Overwrite an existing file.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The filled-in spreadsheet, in any format that `guiyi run` reads.
    file: PathBuf,
    /// Write the good lines although others are wrong.
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    author: Author,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let project = &args.project.project;
    match &args.command {
        Command::List(args) => {
            let (project, store) = open_to_read(project)?;
            let mut pairs = Vec::new();
            for entity in entities(&project, args.entity.as_deref())? {
                let pending = store.pending(entity)?;
                let shown = pending.into_iter().filter(|pair| args.all || pair.is_open());
                pairs.extend(shown.map(|pair| (entity, pair)));
            }
            list(&pairs, args, args.show.is_chinese(&project))
        }
        Command::Show(args) => {
            let (project, store) = open_to_read(project)?;
            let entity = one_entity(&project, args.entity.as_deref())?;
            let elements = project.labels(entity, args.show.is_chinese(&project));
            show(&store, entity, &elements, args, args.show.is_chinese(&project))
        }
        Command::Decide(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let entity = one_entity(&desk.project, args.entity.as_deref())?;
            decide(&mut desk, entity, args)
        }
        Command::Export(args) => {
            let (project, store) = open_to_read(project)?;
            if args.file.exists() && !args.force {
                bail!("{} exists; --force overwrites it", args.file.display());
            }
            let of_types = entities(&project, args.entity.as_deref())?;
            let n_pairs = review_sheet::write(&store, &project, &of_types, args.all, &args.file)?;
            say(&format!(
                "wrote {n_pairs} pairs to {}; fill in \"decision\" and \"reason\", then `guiyi review import {0}`",
                args.file.display()
            ));
            Ok(Verdict::Clean)
        }
        Command::Import(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            review_sheet::import(&mut desk, &args.file, args.partial)
        }
    }
}

/// Reads a verdict as people write it, in English or Chinese.
pub(crate) fn parse_verdict(text: &str) -> Result<Ruling, String> {
    let folded = text.trim().to_lowercase().replace(['-', ' '], "_");
    match folded.as_str() {
        "match" | "same" | "yes" | "y" | "匹配" | "相同" | "同一" | "是" => Ok(Ruling::Match),
        "not_match" | "no_match" | "not_a_match" | "different" | "no" | "n" | "不匹配" | "不同" | "否" => {
            Ok(Ruling::NotMatch)
        }
        "unsure" | "?" | "？" | "不确定" | "待定" => Ok(Ruling::Unsure),
        _ => Err("neither match, not_match nor unsure".to_owned()),
    }
}

/// A pair in JSON.
fn to_json(entity: EntityType, pair: &PendingPair) -> Value {
    let name = |name: &(String, String)| json!({"system": name.0, "key": name.1});
    json!({
        "entity": entity.name(),
        "a": name(&pair.a),
        "b": name(&pair.b),
        "global_id_a": pair.gids.0.to_string(),
        "global_id_b": pair.gids.1.to_string(),
        "since": pair.since,
        "probability": f64::from(pair.finding.probability) / 1e6,
        "weight": f64::from(pair.finding.weight) / 1e3,
        "veto": pair.finding.veto,
        "reason": pair.finding.reason,
        "reason_zh": pair.finding.reason_zh,
        "decision": pair.decision.as_ref().map(|decision| decision.verdict.name()),
        "decided_by": pair.decision.as_ref().map(|decision| &decision.actor),
    })
}

fn list(pairs: &[(EntityType, PendingPair)], args: &List, chinese: bool) -> anyhow::Result<Verdict> {
    let limit = if args.limit == 0 { pairs.len() } else { args.limit };
    let shown = &pairs[..pairs.len().min(limit)];
    if args.show.format == Format::Json {
        let pairs: Vec<Value> = shown.iter().map(|(entity, pair)| to_json(*entity, pair)).collect();
        return print(format!("{:#}\n", Value::from(pairs)).as_bytes());
    }
    let mut text = String::new();
    for (_, pair) in shown {
        _ = writeln!(
            text,
            "{:5.1} %  {}/{}  {}/{}  {}  {}",
            f64::from(pair.finding.probability) / 1e4,
            pair.a.0,
            pair.a.1,
            pair.b.0,
            pair.b.1,
            pair.decision.as_ref().map_or("-", |decision| decision.verdict.name()),
            either(chinese, &pair.finding.reason, &pair.finding.reason_zh),
        );
    }
    print(text.as_bytes())?;
    let waiting = pairs.iter().filter(|(_, pair)| pair.is_open()).count();
    say(&if chinese {
        format!("{waiting} 对待判定，显示 {} 对", shown.len())
    } else {
        format!("{waiting} pairs wait for a decision; {} shown", shown.len())
    });
    Ok(Verdict::Clean)
}

fn show(
    store: &Store,
    entity: EntityType,
    elements: &[(String, String)],
    args: &ShowPair,
    chinese: bool,
) -> anyhow::Result<Verdict> {
    let of = |record: &RecordName| -> anyhow::Result<Vec<(String, String)>> {
        match store.source_values(entity, &record.system, &record.key)? {
            Some(values) => Ok(values),
            None => bail!("the store has no record {}/{}", record.system, record.key),
        }
    };
    let (left, right) = (of(&args.a)?, of(&args.b)?);
    let is = |name: &(String, String), record: &RecordName| (&name.0, &name.1) == (&record.system, &record.key);
    let is_pair = |a: &(String, String), b: &(String, String)| {
        (is(a, &args.a) && is(b, &args.b)) || (is(a, &args.b) && is(b, &args.a))
    };
    let pending = store
        .pending(entity)?
        .into_iter()
        .find(|pair| is_pair(&pair.a, &pair.b));
    let decision = store
        .decisions(entity)?
        .into_iter()
        .find(|decision| is_pair(&decision.a, &decision.b));
    let gid = |record: &RecordName| store.lookup(entity, &record.system, &record.key);
    let gids = (gid(&args.a)?, gid(&args.b)?);
    if args.show.format == Format::Json {
        let fields = |values: &[(String, String)]| values.iter().cloned().collect::<std::collections::BTreeMap<_, _>>();
        let value = json!({
            "a": {"system": args.a.system, "key": args.a.key, "global_id": gids.0.map(|gid| gid.to_string()), "values": fields(&left)},
            "b": {"system": args.b.system, "key": args.b.key, "global_id": gids.1.map(|gid| gid.to_string()), "values": fields(&right)},
            "pair": pending.as_ref().map(|pair| to_json(entity, pair)),
            "decision": decision.as_ref().map(|decision| json!({
                "decision": decision.verdict.name(), "by": decision.actor, "at": decision.utc, "reason": decision.reason})),
        });
        return print(format!("{value:#}\n").as_bytes());
    }
    let mut text = String::new();
    let cell = |values: &[(String, String)], element: &str| {
        let found = values.iter().find(|(name, _)| name == element);
        found.map_or("-".to_owned(), |(_, value)| value.clone())
    };
    let code = |record: &RecordName| format!("{}/{}", record.system, record.key);
    let shown = |gid: Option<guiyi_core::global_id::GlobalId>| gid.map_or("-".into(), |gid| gid.to_string());
    let mut row = |label: &str, left: &str, right: &str, sign: &str| {
        _ = writeln!(text, "{label}\t{left}\t{sign}\t{right}");
    };
    row(either(chinese, "record", "记录"), &code(&args.a), &code(&args.b), "");
    row(
        "global_id",
        &shown(gids.0),
        &shown(gids.1),
        if gids.0 == gids.1 { "=" } else { "≠" },
    );
    for (element, label) in elements {
        let (left, right) = (cell(&left, element), cell(&right, element));
        if left != "-" || right != "-" {
            row(label, &left, &right, if left == right { "=" } else { "≠" });
        }
    }
    if let Some(pair) = &pending {
        _ = writeln!(
            text,
            "{}\t{:.1} %\t{}",
            either(chinese, "run", "运行结果"),
            f64::from(pair.finding.probability) / 1e4,
            either(chinese, &pair.finding.reason, &pair.finding.reason_zh)
        );
    }
    if let Some(decision) = &decision {
        _ = writeln!(text, "{}\t{decision}", either(chinese, "decision", "判定"));
    }
    print(text.as_bytes())
}

fn decide(desk: &mut Desk, entity: EntityType, args: &Decide) -> anyhow::Result<Verdict> {
    let decision = NewDecision {
        a: (&args.a.system, &args.a.key),
        b: (&args.b.system, &args.b.key),
        verdict: args.decision,
        reason: "",
    };
    let by = desk.signature.because(&args.reason);
    let answers = desk.store.decide(entity, &[decision], by, false)?;
    match answers.into_iter().next() {
        Some(Ok(Decided::New)) => say("decided; the next run goes by it"),
        Some(Ok(Decided::Changed(before))) => say(&format!("decided; withdrawn is {before}")),
        Some(Ok(Decided::Same)) => say("that is decided already"),
        Some(Err(refusal)) => bail!("{}", describe(&refusal)),
        None => {}
    }
    Ok(Verdict::Clean)
}

/// Why a decision was not taken, for people.
pub(crate) fn describe(refusal: &Refusal) -> String {
    match refusal {
        Refusal::UnknownRecord { system, key } => {
            format!("the store has no record {system}/{key}\n  hint: it is admitted by a run first")
        }
        Refusal::SameRecord => "a record and itself".to_owned(),
        Refusal::BothConfirmed(a, b) => format!(
            "{a} and {b} are both confirmed, and no run makes them one\n  hint: `guiyi golden merge {a} {b}` does"
        ),
        Refusal::Retired(gid) => {
            format!("{gid} is retired, and nothing joins it\n  hint: `guiyi golden unretire {gid}` brings it back")
        }
        Refusal::Twice => "the pair is decided in two ways at once".to_owned(),
        Refusal::Contradicts { apart, chain } => {
            let lines: Vec<String> = chain.iter().chain([apart]).map(Decision::to_string).collect();
            format!(
                "it contradicts other decisions:\n    {}\n  hint: decide one of these pairs anew, or as unsure",
                lines.join("\n    ")
            )
        }
        other => format!("{other:?}"),
    }
}
