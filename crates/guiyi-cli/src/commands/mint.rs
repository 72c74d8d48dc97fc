//! `guiyi id mint` and `guiyi id lease`: global IDs given away before there are records for them.

use std::path::PathBuf;

use anyhow::bail;
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::ISSUERS;
use guiyi_store::Block;
use serde_json::json;

use super::steward::{Author, Desk, Show, lines};
use crate::args::Format;
use crate::words::say;
use crate::{Verdict, print};

/// Characters of an issuer, in the order of their values (GB 32100-2015).
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Issue global IDs and print them, one a line; they are never given to anything else.
///
/// Example: `guiyi id mint --type C --count 100 --issuer 07 --reason "labels for the fair"`
#[derive(Debug, clap::Args)]
pub(crate) struct MintArgs {
    #[command(flatten)]
    asked: Asked,
}

/// Lease a block of serials to a site that issues IDs offline; prints the first and the last.
///
/// Example: `guiyi id lease --type C --count 100000 --issuer 07 --to "plant Suzhou" --reason "offline since May"`
#[derive(Debug, clap::Args)]
pub(crate) struct LeaseArgs {
    #[command(flatten)]
    asked: Asked,
    /// Who may use the block.
    #[arg(long, value_name = "NAME")]
    to: String,
}

#[derive(Debug, clap::Args)]
struct Asked {
    /// The letter of the entity type, such as `C`, or its name, such as `customer`.
    #[arg(long = "type", value_name = "TYPE", value_parser = parse_type)]
    entity: EntityType,
    /// How many.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// The issuer, two characters; `00` is the central store.
    #[arg(long, value_name = "II", default_value = "00", value_parser = parse_issuer)]
    issuer: u16,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    /// The project file.
    #[arg(long, value_name = "PROJECT", default_value = "guiyi.toml")]
    project: PathBuf,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

fn parse_type(text: &str) -> Result<EntityType, String> {
    let of_letter = |entity: &EntityType| text.eq_ignore_ascii_case(&entity.letter().to_string());
    let found = EntityType::ALL
        .into_iter()
        .find(of_letter)
        .or_else(|| EntityType::from_name(text));
    found.ok_or_else(|| {
        let known = EntityType::ALL.map(|entity| format!("{} ({})", entity.letter(), entity.name()));
        format!("it is one of {}", known.join(", "))
    })
}

fn parse_issuer(text: &str) -> Result<u16, String> {
    let digit = |c: char| ALPHABET.find(c.to_ascii_uppercase()).map(|at| at as u16);
    let mut digits = text.chars().map(digit);
    match (digits.next(), digits.next(), digits.next()) {
        (Some(Some(high)), Some(Some(low)), None) if high * 31 + low < ISSUERS => Ok(high * 31 + low),
        _ => Err(format!("two characters of {ALPHABET}, such as 07")),
    }
}

/// Issues IDs one by one.
pub(crate) fn mint(args: &MintArgs) -> anyhow::Result<Verdict> {
    let block = give(&args.asked, None)?;
    match args.asked.show.format {
        Format::Json => {
            let ids: Vec<String> = block.ids().map(|gid| gid.to_string()).collect();
            print(format!("{:#}\n", json!({"holder": block.holder, "ids": ids})).as_bytes())
        }
        Format::Text => print(lines(block.ids()).as_bytes()),
    }
}

/// Leases a block.
pub(crate) fn lease(args: &LeaseArgs) -> anyhow::Result<Verdict> {
    if args.to.trim().is_empty() {
        bail!("a block has a holder\n  hint: name it with --to");
    }
    let block = give(&args.asked, Some(args.to.trim()))?;
    let (first, last) = (block.ids().next(), block.ids().last());
    let shown = |gid: Option<guiyi_core::global_id::GlobalId>| gid.map(|gid| gid.to_string()).unwrap_or_default();
    match args.asked.show.format {
        Format::Json => {
            let value = json!({"holder": block.holder, "first": shown(first), "last": shown(last), "count": args.asked.count,
                "first_serial": block.first_serial, "last_serial": block.last_serial});
            print(format!("{value:#}\n").as_bytes())
        }
        Format::Text => print(format!("{} {}\n", shown(first), shown(last)).as_bytes()),
    }
}

fn give(asked: &Asked, holder: Option<&str>) -> anyhow::Result<Block> {
    let mut desk = Desk::open_or_make(&asked.project, &asked.author)?;
    let by = desk.signature.because(asked.reason.as_deref().unwrap_or("asked for"));
    let holder = holder.unwrap_or(by.actor);
    let block = desk.store.mint(asked.entity, asked.issuer, asked.count, holder, by)?;
    say(&format!("{} IDs for {}", asked.count, block.holder));
    Ok(block)
}
