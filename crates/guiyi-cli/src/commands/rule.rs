//! `guiyi rule`: the list of rules, the manual page of one, and their samples.

mod page;
mod reference;
mod room;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use guiyi_core::dictionary::{self, Dictionary, EntityType};
use guiyi_core::finding::Language;
use guiyi_core::rulebook::mistake::{Mistake, hint_for};
use guiyi_core::rulebook::toml::Document;
use guiyi_core::rulebook::{self, Rule};
use guiyi_core::validate::failing_samples;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::args::{Format, LanguageArg};
use crate::words::say;
use crate::{Verdict, print, reference_file};

/// Show the manual page of a rule, list the rules, or run their samples.
///
/// Without a code all rules are listed. The codes of the rooms, which no rule pack declares, have a page too.
///
/// Examples: `guiyi rule --entity supplier`, `guiyi rule CU003`, `guiyi rule --test --rules own.toml`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Code of a rule, such as `CU003`, or of a room, such as `ST901`.
    code: Option<String>,
    /// Only the rules of this entity type: `customer`, `supplier`, `material` or `contact`.
    #[arg(long)]
    entity: Option<String>,
    /// A rule pack of your own instead of the shipped ones.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Run the accept and reject samples of the rules, and say which ones do not behave; exit code 1 if one does not.
    #[arg(long)]
    test: bool,
    /// Print the reference of the rule format, in Markdown.
    #[arg(long, conflicts_with_all = ["code", "test"])]
    reference: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Language of messages and manual pages.
    #[arg(long, value_enum, default_value = "en")]
    language: LanguageArg,
}

/// The rules of one pack with the dictionary that they are about.
struct Pack {
    dictionary: Dictionary,
    rules: Vec<Rule>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    if args.reference {
        return print(reference::markdown().as_bytes());
    }
    let language = Language::from(args.language);
    let packs = packs(args)?;
    if let Some(code) = &args.code {
        let code = code.to_uppercase();
        if args.test {
            let one = |pack: Pack| Pack {
                rules: pack.rules.into_iter().filter(|rule| *rule.code == *code).collect(),
                ..pack
            };
            let packs: Vec<Pack> = packs
                .into_iter()
                .map(one)
                .filter(|pack| !pack.rules.is_empty())
                .collect();
            if packs.is_empty() {
                bail!("no rule has the code {code}");
            }
            return test(&packs, args.format);
        }
        return manual(&code, &packs, args.format, language);
    }
    if args.test {
        return test(&packs, args.format);
    }
    match args.format {
        Format::Json => {
            let rules = rules_of(&packs).map(|(dictionary, rule)| page::json(rule, dictionary));
            print(format!("{:#}\n", Value::Array(rules.collect())).as_bytes())
        }
        Format::Text => print(list(&packs, language).as_bytes()),
    }
}

fn rules_of(packs: &[Pack]) -> impl Iterator<Item = (&Dictionary, &Rule)> {
    packs
        .iter()
        .flat_map(|pack| pack.rules.iter().map(|rule| (&pack.dictionary, rule)))
}

/// The pack of the user, or the shipped ones of the entity types asked for.
fn packs(args: &Args) -> anyhow::Result<Vec<Pack>> {
    let asked = args.entity.as_deref().map(entity_named).transpose()?;
    if let Some(path) = &args.rules {
        return Ok(vec![own_pack(path, asked)?]);
    }
    let entities = EntityType::ALL
        .into_iter()
        .filter(|&entity| asked.is_none_or(|asked| asked == entity));
    let packs = entities.map(|entity| {
        let dictionary = dictionary::shipped(entity);
        let rules = rulebook::shipped_rules(entity, &dictionary).map_err(|mistakes| said(&mistakes))?;
        Ok(Pack { dictionary, rules })
    });
    packs.collect()
}

fn entity_named(name: &str) -> anyhow::Result<EntityType> {
    let names = EntityType::ALL.map(EntityType::name);
    EntityType::from_name(name).with_context(|| {
        let hint = hint_for(name, names).unwrap_or_default();
        format!("\"{name}\" is no entity type\n  hint: {hint}")
    })
}

/// Reads a pack of the user's own; the entity type is the one asked for, or else the one that the pack names.
fn own_pack(path: &Path, asked: Option<EntityType>) -> anyhow::Result<Pack> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read the rule pack {}", path.display()))?;
    let file = path.display().to_string();
    let named = Document::parse(&file, &text)
        .root()
        .opt_string("entity")
        .and_then(EntityType::from_name);
    let Some(entity) = asked.or(named) else {
        bail!(
            "{file} does not say what its rules are about\n  hint: write entity = \"customer\" at its top, or give --entity"
        );
    };
    let dictionary = dictionary::shipped(entity);
    let mut digest = Sha256::new();
    let mut load = |table: &str| reference_file::read(path.parent(), table, &mut digest);
    let rules = rulebook::parse_rules_with_tables(&file, &text, &dictionary, &mut load);
    let rules = rules.map_err(|mistakes| said(&mistakes))?;
    Ok(Pack { dictionary, rules })
}

fn said(mistakes: &[Mistake]) -> anyhow::Error {
    let shown: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("the rule pack has mistakes\n{}", shown.join("\n"))
}

/// One line a rule; the message comes last, since its width is anybody's guess.
fn list(packs: &[Pack], language: Language) -> String {
    let mut text = format!(
        "{:<6} {:<9} {:<8} {:<13} {:<24} message\n",
        "code", "entity", "severity", "dimension", "element"
    );
    for (dictionary, rule) in rules_of(packs) {
        _ = writeln!(
            text,
            "{:<6} {:<9} {:<8} {:<13} {:<24} {}",
            rule.code,
            dictionary.entity.name(),
            rule.severity.name(),
            rule.dimension.name(),
            dictionary.elements[rule.attribute].name,
            page::message(rule, language)
        );
    }
    text
}

fn manual(code: &str, packs: &[Pack], format: Format, language: Language) -> anyhow::Result<Verdict> {
    if let Some((dictionary, rule)) = rules_of(packs).find(|(_, rule)| *rule.code == *code) {
        return match format {
            Format::Json => print(format!("{:#}\n", page::json(rule, dictionary)).as_bytes()),
            Format::Text => print(page::text(rule, dictionary, language).as_bytes()),
        };
    }
    if let Some(found) = room::find(code) {
        return match format {
            Format::Json => print(format!("{:#}\n", found.json()).as_bytes()),
            Format::Text => print(found.text(language).as_bytes()),
        };
    }
    let codes = rules_of(packs).map(|(_, rule)| rule.code.to_string());
    let codes: Vec<String> = codes.chain(room::codes().map(str::to_owned)).collect();
    let hint = rulebook::nearest(code, codes.iter().map(String::as_str))
        .map_or("`guiyi rule` lists the rules".to_owned(), |near| {
            format!("did you mean \"{near}\"?")
        });
    bail!("no rule has the code {code}\n  hint: {hint}")
}

/// Runs the samples; what does not behave goes to stdout, the count to stderr.
fn test(packs: &[Pack], format: Format) -> anyhow::Result<Verdict> {
    let (mut n_rules, mut n_samples, mut failing) = (0_usize, 0_usize, Vec::new());
    for (dictionary, rule) in rules_of(packs) {
        n_rules += 1;
        n_samples += rule.accept.len() + rule.reject.len();
        failing.extend(
            failing_samples(rule, dictionary)
                .into_iter()
                .map(|sample| (&rule.code, sample)),
        );
    }
    match format {
        Format::Json => {
            let list: Vec<Value> = failing
                .iter()
                .map(|(code, sample)| json!({ "rule": &***code, "sample": &*sample.text, "should": should(sample.should_pass) }))
                .collect();
            let report = json!({ "rules": n_rules, "samples": n_samples, "failing": list });
            print(format!("{report:#}\n").as_bytes())?;
        }
        Format::Text => {
            let mut lines = String::new();
            for (code, sample) in &failing {
                let does = if sample.should_pass { "fails" } else { "passes" };
                _ = writeln!(
                    lines,
                    "{code}: the sample \"{}\" should {} but {does}",
                    sample.text,
                    should(sample.should_pass)
                );
            }
            print(lines.as_bytes())?;
            say(&format!(
                "{n_rules} rules, {n_samples} samples, {} do not behave",
                failing.len()
            ));
        }
    }
    Ok(if failing.is_empty() {
        Verdict::Clean
    } else {
        Verdict::Findings
    })
}

fn should(pass: bool) -> &'static str {
    if pass { "pass" } else { "fail" }
}
