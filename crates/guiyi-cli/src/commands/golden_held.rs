//! `guiyi golden show --as-of`: what was believed at one time to hold at another, as text and as JSON.
//!
//! Stands beside `golden_words`, which shows versions as they stood. This one is worked out from what the source records
//! said, by the project file of today.

use std::fmt::Write as _;

use anyhow::bail;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;
use guiyi_core::survive::Ground;
use guiyi_store::{Content, GoldenValue, Held, Resolution, Store};
use serde_json::json;

use super::golden_words::{Answer, label_of, pin_json, pin_words, record_json};
use super::steward::either;

/// A golden record as of a time, as it was known at another; `None`: now.
pub(super) fn shown(
    store: &Store,
    rulebook: &Rulebook,
    id: GlobalId,
    (as_of, known_at): (&str, Option<&str>),
    labels: &[(String, String)],
    chinese: bool,
) -> anyhow::Result<Answer> {
    let Some(held) = store.held(rulebook, id, as_of, known_at)? else {
        return nothing(store, id, as_of, known_at);
    };
    let when = match known_at {
        Some(known_at) if chinese => format!("{as_of} 有效，{known_at} 已知"),
        Some(known_at) => format!("as of {as_of}, as known at {known_at}"),
        None if chinese => format!("{as_of} 有效"),
        None => format!("as of {as_of}"),
    };
    let mut text = format!("{id}  {when}\n");
    for value in &held.values {
        line(&held, value, labels, chinese, &mut text);
    }
    _ = writeln!(text, "{}", either(chinese, "source records", "来源记录"));
    for content in &held.contents {
        _ = writeln!(text, "  {}", content_words(content, chinese));
    }
    for (system, key) in &held.not_kept {
        let words = either(chinese, "what it said then was not kept", "当时的内容未保留");
        _ = writeln!(text, "  {system}/{key}  {words}");
    }
    let json = json!({
        "global_id": id.to_string(),
        "as_of": as_of,
        "known_at": known_at,
        "values": held.values.iter().filter(|value| value.ground != Ground::Nothing)
            .map(|value| value_json(&held, value)).collect::<Vec<_>>(),
        "members": held.contents.iter().map(content_json).collect::<Vec<_>>(),
        "not_kept": held.not_kept.iter().map(record_json).collect::<Vec<_>>(),
    });
    Ok(Answer { text, json })
}

fn line(held: &Held, value: &GoldenValue, labels: &[(String, String)], chinese: bool, text: &mut String) {
    if value.ground == Ground::Nothing {
        return;
    }
    let label = label_of(labels, &value.element);
    if value.is_sealed {
        _ = writeln!(text, "  {label}\t{}", either(chinese, "(encrypted)", "（已加密）"));
        return;
    }
    let shown = value.value.as_deref().unwrap_or("-");
    let from = match value.member.and_then(|member| held.contents.get(member)) {
        // Its times stand below, with the source records.
        Some(Content {
            system, key, version, ..
        }) => format!("{system}/{key} v{version} {}", value.origin.name()),
        None => pin_of(held, value).map(pin_words).unwrap_or_default(),
    };
    _ = writeln!(text, "  {label}\t{shown}\t{}\t{from}", value.ground.name());
}

fn pin_of<'a>(held: &'a Held, value: &GoldenValue) -> Option<&'a guiyi_store::Pinned> {
    held.pins.iter().find(|pin| pin.element == value.element)
}

fn content_words(content: &Content, chinese: bool) -> String {
    let Content {
        system,
        key,
        version,
        valid_from,
        recorded,
        ..
    } = content;
    let valid = valid_from
        .as_ref()
        .map(|from| format!("{} {from}, ", either(chinese, "valid from", "生效于")))
        .unwrap_or_default();
    format!(
        "{system}/{key} v{version}  {valid}{} {recorded}",
        either(chinese, "recorded", "记录于")
    )
}

fn content_json(content: &Content) -> serde_json::Value {
    json!({"system": content.system, "key": content.key, "version": content.version,
        "valid_from": content.valid_from, "recorded": content.recorded})
}

fn value_json(held: &Held, value: &GoldenValue) -> serde_json::Value {
    let content = value.member.and_then(|member| held.contents.get(member));
    let pin = (value.ground == Ground::Override)
        .then(|| pin_of(held, value))
        .flatten();
    json!({
        "element": value.element,
        "value": value.value,
        "encrypted": value.is_sealed,
        "ground": (!value.is_sealed).then(|| value.ground.name()),
        "origin": (!value.is_sealed).then(|| value.origin.name()),
        "from": content.map(content_json),
        "pin": pin.map(pin_json),
    })
}

/// Says that nothing held, and where to look.
fn nothing(store: &Store, id: GlobalId, as_of: &str, known_at: Option<&str>) -> anyhow::Result<Answer> {
    let known = known_at
        .map(|known_at| format!(" as it was known at {known_at}"))
        .unwrap_or_default();
    match store.resolve(id)? {
        None => bail!("{id} was never issued"),
        Some(Resolution::Superseded(survivor)) => bail!(
            "{id} had no source records on {as_of}{known}\n  hint: it was merged into {survivor}: `guiyi golden show \
             {survivor} --as-of {as_of}`"
        ),
        Some(Resolution::Retired) => bail!(
            "{id} was retired on {as_of}{known}, or had no source records then\n  hint: `guiyi golden history {id}`"
        ),
        Some(_) => bail!("{id} had no source records on {as_of}{known}\n  hint: `guiyi golden history {id}`"),
    }
}
