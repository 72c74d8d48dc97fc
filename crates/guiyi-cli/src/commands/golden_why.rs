//! `guiyi golden why`: what each source record says for an element, and the reason for which each value lost.

use std::fmt::Write as _;

use anyhow::bail;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Strategy;
use guiyi_core::rulebook::mistake::hint_for;
use guiyi_core::survive::{Candidate, Fate, Ground};
use guiyi_store::{ElementWhy, GoldenWhy, Member, Resolution};
use serde_json::{Value, json};

use super::golden_words::{Answer, label_of};
use super::steward::{Show, either, entity_of, open_to_read, parse_id, rulebook_of};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The global ID, however it is typed.
    #[arg(value_parser = parse_id)]
    id: GlobalId,
    /// Name of the data element; without it all that a source record has a value of. Or another global ID: why the two
    /// are one, or two.
    #[arg(value_name = "ATTRIBUTE OR ID")]
    element: Option<String>,
    #[command(flatten)]
    pub(super) show: Show,
}

/// The answer.
pub(super) fn of(project: &std::path::Path, args: &Args) -> anyhow::Result<Answer> {
    let (project, store) = open_to_read(project)?;
    let chinese = args.show.is_chinese(&project);
    let rulebook = rulebook_of(&project, args.id)?;
    if let Some(other) = args.element.as_deref().and_then(|text| parse_id(text).ok()) {
        return super::golden_two::of(&store, args.id, other, chinese);
    }
    if let Some(name) = &args.element
        && rulebook.dictionary.position(name).is_none()
    {
        let names = rulebook.dictionary.elements.iter().map(|element| &*element.name);
        let hint = hint_for(name, names).map(|hint| format!("\n  hint: {hint}"));
        bail!("no element is named \"{name}\"{}", hint.unwrap_or_default());
    }
    let id = match store.resolve(args.id)? {
        None => bail!("{} was never issued", args.id),
        Some(Resolution::Superseded(survivor)) => survivor,
        Some(_) => args.id,
    };
    let Some(mut why) = store.why(&rulebook, id)? else {
        bail!("{id} names no golden record any more\n  hint: `guiyi golden history {id}`");
    };
    why.elements
        .retain(|element| args.element.as_ref().is_none_or(|wanted| *wanted == element.element));
    let labels = project.labels(entity_of(id)?, chinese);
    Ok(Answer {
        text: text(&why, &labels, chinese),
        json: to_json(&why),
    })
}

fn text(why: &GoldenWhy, labels: &[(String, String)], chinese: bool) -> String {
    let golden = &why.golden;
    let mut text = format!(
        "{}  {} {}\n",
        golden.gid,
        either(chinese, "version", "版本"),
        golden.version
    );
    for element in &why.elements {
        let stored = element.stored.as_ref();
        let value = stored.and_then(|stored| stored.value.as_deref()).unwrap_or("-");
        let ground = stored.map_or(Ground::Nothing, |stored| stored.ground);
        let label = label_of(labels, &element.element);
        _ = writeln!(text, "{label}\t{value}\t{}", ground_words(ground, chinese));
        if !element.together.is_empty() {
            let others: Vec<&str> = element.together.iter().map(|other| label_of(labels, other)).collect();
            let word = either(chinese, "together with", "同组");
            _ = writeln!(text, "  {word}: {}", others.join(", "));
        }
        if let (Ground::Override, Some(pin)) = (ground, &element.pin) {
            let until = pin.expires.as_ref().map(|expires| format!(" → {expires}"));
            _ = writeln!(
                text,
                "  ✓ {}  {}{}: {}",
                pin.actor,
                pin.utc,
                until.unwrap_or_default(),
                pin.reason
            );
            let without = element.why.value.as_deref().unwrap_or("-");
            let word = either(chinese, "without the pin", "若无指定");
            _ = writeln!(text, "  {word}: {without}");
        } else if is_stale(element) {
            let without = element.why.value.as_deref().unwrap_or("-");
            let word = either(
                chinese,
                "the configuration has changed since; the next run makes it",
                "配置已变更，下次运行后为",
            );
            _ = writeln!(text, "  {word}: {without}");
        }
        for (member, candidate) in &element.candidates {
            let sign = if candidate.fate == Fate::Won { "✓" } else { " " };
            _ = writeln!(
                text,
                "  {sign} {}/{} v{}\t{}\t{}\t{}",
                member.system,
                member.key,
                member.version,
                candidate.value.as_deref().unwrap_or("-"),
                candidate.origin.name(),
                fate_words(&candidate.fate, chinese)
            );
        }
    }
    text
}

/// Whether the policy of now makes another value of it than is stored.
fn is_stale(element: &ElementWhy) -> bool {
    let stored = element.stored.as_ref();
    stored.is_none_or(|stored| {
        stored.ground != Ground::Override
            && (stored.value != element.why.value || (stored.ground != element.why.ground && stored.value.is_some()))
    })
}

fn ground_words(ground: Ground, chinese: bool) -> String {
    let words = match ground {
        Ground::Strategy(strategy) if chinese => return format!("{} {}", strategy.name(), strategy_words(strategy)),
        Ground::Nothing => ("no value", "无值"),
        Ground::Only => ("only: no other record has a value", "only 仅此记录有值"),
        Ground::Agreed => ("agreed: all that have a value have the same", "agreed 各来源一致"),
        Ground::Order => ("order: the smallest system and code", "order 按系统和编码顺序"),
        Ground::Override => ("override: a steward pinned it", "override 人工指定"),
        Ground::Strategy(strategy) => return strategy.name().to_owned(),
    };
    either(chinese, words.0, words.1).to_owned()
}

fn strategy_words(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::BestOrigin => "来源形态",
        Strategy::SourcePriority => "系统优先级",
        Strategy::MostRecent => "最近",
        Strategy::MostFrequent => "最多",
        Strategy::Longest => "最长",
        Strategy::MostComplete => "最完整",
        Strategy::HighestScore => "质量分最高",
        Strategy::TrustedUntil => "信任期",
        Strategy::MostRestrictive => "最严格",
        Strategy::ValueOrder => "取值顺序",
        Strategy::Union => "并集",
    }
}

fn fate_words(fate: &Fate, chinese: bool) -> String {
    let words = match fate {
        Fate::Won => ("stands", "采用"),
        Fate::Agrees => ("the same value", "取值相同"),
        Fate::NoValue => ("no value", "无值"),
        Fate::Imputed => (
            "imputed, while another record has a value of its own",
            "为填补值，其他记录有原始值",
        ),
        Fate::Order => (
            "a tie: the smaller system and code wins",
            "并列：按系统和编码顺序取小者",
        ),
        Fate::Lost { by, own, best } => {
            let shown = |text: &str| {
                if text.is_empty() {
                    "-".to_owned()
                } else {
                    text.to_owned()
                }
            };
            let (own, best, name) = (shown(own), shown(best), by.name());
            return if chinese {
                format!("未采用，{name} {}：{own}，采用者 {best}", strategy_words(*by))
            } else {
                format!("lost by {name}: {own} against {best}")
            };
        }
    };
    either(chinese, words.0, words.1).to_owned()
}

fn to_json(why: &GoldenWhy) -> Value {
    let candidate = |(member, candidate): &(Member, Candidate)| {
        let (fate, lost) = match &candidate.fate {
            Fate::Won => ("won", None),
            Fate::Agrees => ("agrees", None),
            Fate::NoValue => ("no-value", None),
            Fate::Imputed => ("imputed", None),
            Fate::Order => ("order", None),
            Fate::Lost { by, own, best } => ("lost", Some(json!({"by": by.name(), "own": own, "best": best}))),
        };
        json!({
            "system": member.system,
            "key": member.key,
            "source_version": member.version,
            "value": candidate.value,
            "origin": candidate.origin.name(),
            "fate": fate,
            "lost": lost,
        })
    };
    let element = |element: &ElementWhy| {
        json!({
            "element": element.element,
            "value": element.stored.as_ref().and_then(|stored| stored.value.as_ref()),
            "ground": element.stored.as_ref().map_or(Ground::Nothing, |stored| stored.ground).name(),
            "computed": {"value": element.why.value, "ground": element.why.ground.name()},
            "together": element.together,
            "pin": element.pin.as_ref().map(|pin| json!({"value": pin.value, "by": pin.actor, "at": pin.utc,
                "reason": pin.reason, "expires": pin.expires})),
            "candidates": element.candidates.iter().map(candidate).collect::<Vec<_>>(),
        })
    };
    json!({
        "global_id": why.golden.gid.to_string(),
        "version": why.golden.version,
        "elements": why.elements.iter().map(element).collect::<Vec<_>>(),
    })
}
