//! How golden records, their past and what changes them are shown, as text and as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::bail;
use guiyi_core::global_id::GlobalId;
use guiyi_core::survive::Ground;
use guiyi_store::{
    Confirmation, Effect, GoldenRecord, GoldenValue, Moment, Pinned, Resolution, Retirement, Step, Store, Version,
};
use serde_json::{Value, json};

use super::golden_relations;
use super::steward::{either, entity_of};

/// The same thing for people and for programs.
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) json: Value,
}

/// A golden record, now or as it was at a time.
pub(crate) fn golden(
    store: &Store,
    id: GlobalId,
    time: Option<&str>,
    labels: &[(String, String)],
    chinese: bool,
) -> anyhow::Result<Answer> {
    let Some((resolution, found)) = store.resolved(id)? else {
        bail!("{id} was never issued");
    };
    let version = match time {
        Some(time) => store.golden_at(id, time)?,
        None => match &found {
            Some(golden) => store.history(golden.gid)?.into_iter().next_back(),
            // The last one that there was.
            None if resolution == Resolution::Retired => store.history(id)?.into_iter().next_back(),
            None => None,
        },
    };
    let (status, canonical) = match resolution {
        Resolution::Active => ("active", Some(id)),
        Resolution::Superseded(survivor) => ("superseded", Some(survivor)),
        Resolution::Retired => ("retired", None),
        Resolution::Reserved => ("reserved", None),
    };
    let mut text = String::new();
    let shown = if time.is_some() { id } else { canonical.unwrap_or(id) };
    // How often the content of a record was written by then is known for now only.
    let now = found.as_ref().filter(|_| time.is_none());
    let content = |system: &str, key: &str| {
        let mut members = now.map_or(&[][..], |golden| &golden.members).iter();
        let member = members.find(|member| (&*member.system, &*member.key) == (system, key));
        member.map_or_else(String::new, |member| format!(" v{}", member.version))
    };
    if let (Resolution::Superseded(survivor), None) = (resolution, time) {
        _ = if chinese {
            writeln!(text, "{id} 已并入 {survivor}")
        } else {
            writeln!(text, "{id} was merged into {survivor}")
        };
    }
    let retirement = store.retirement(shown)?.filter(|_| time.is_none());
    if let Some(Retirement { actor, utc, reason }) = &retirement {
        let retired = either(chinese, "is retired since", "已停用，自");
        _ = writeln!(text, "{shown} {retired} {utc}  {actor}: {reason}");
    }
    let retirement = retirement.map(|one| json!({"by": one.actor, "at": one.utc, "reason": one.reason}));
    let Some(version) = version else {
        if let Some(time) = time {
            bail!("{id} was not active at {time}\n  hint: `guiyi golden history {id}`");
        }
        let json = json!({"global_id": id.to_string(), "status": status, "retired": retirement});
        _ = writeln!(text, "{id}: {status}");
        return Ok(Answer { text, json });
    };
    let pins = store.pins(entity_of(shown)?)?;
    let pin_of = |value: &GoldenValue| {
        let of_element = |pin: &&Pinned| pin.gid == shown && pin.element == value.element;
        pins.iter()
            .find(of_element)
            .filter(|_| value.ground == Ground::Override)
    };
    _ = writeln!(
        text,
        "{shown}  {} {}  {}",
        either(chinese, "version", "版本"),
        version.version,
        moment_words(&version.since, chinese)
    );
    let confirmation = store.confirmation(shown)?.filter(|_| time.is_none());
    if let Some(Confirmation { actor, utc, reason }) = &confirmation {
        let confirmed = either(chinese, "confirmed", "已确认");
        _ = writeln!(text, "{confirmed}  {utc}  {actor}: {reason}");
    }
    for value in &version.values {
        let (Some(shown), label) = (&value.value, label_of(labels, &value.element)) else {
            if value.is_sealed {
                let sealed = either(chinese, "(encrypted)", "（已加密）");
                _ = writeln!(
                    text,
                    "  {}\t{sealed}\t{}",
                    label_of(labels, &value.element),
                    value.ground.name()
                );
            } else if value.ground == Ground::Override {
                _ = writeln!(text, "  {}\t-\toverride", label_of(labels, &value.element));
            }
            continue;
        };
        let from = match (
            value.member.and_then(|member| version.members.get(member)),
            pin_of(value),
        ) {
            (_, Some(pin)) => pin_words(pin),
            (Some((system, key)), _) => format!("{system}/{key}{} {}", content(system, key), value.origin.name()),
            _ => String::new(),
        };
        _ = writeln!(text, "  {label}\t{shown}\t{}\t{from}", value.ground.name());
    }
    _ = writeln!(text, "{}", either(chinese, "source records", "来源记录"));
    for (system, key) in &version.members {
        _ = writeln!(text, "  {system}/{key}");
    }
    let (related, relations) = golden_relations::lines(store, shown, chinese)?;
    if !related.is_empty() {
        _ = write!(text, "{}\n{related}", either(chinese, "relations", "关系"));
    }
    let json = json!({
        "global_id": id.to_string(),
        "relations": relations,
        "status": status,
        "canonical_gid": canonical.map(|gid| gid.to_string()),
        "shown": shown.to_string(),
        "retired": retirement,
        "confirmed": confirmation.map(|one| json!({"by": one.actor, "at": one.utc, "reason": one.reason})),
        "version": version_json(&version, &pins, shown, now),
    });
    Ok(Answer { text, json })
}

/// Who pinned a value, when, for which time and why.
pub(super) fn pin_words(pin: &Pinned) -> String {
    let time = match (&pin.valid_from, &pin.expires) {
        (None, None) => String::new(),
        (None, Some(expires)) => format!(" → {expires}"),
        (Some(from), None) => format!(" {from} →"),
        (Some(from), Some(expires)) => format!(" {from} → {expires}"),
    };
    format!("{}, {}{time}: {}", pin.actor, pin.utc, pin.reason)
}

/// The same for programs.
pub(super) fn pin_json(pin: &Pinned) -> Value {
    json!({"by": pin.actor, "at": pin.utc, "reason": pin.reason, "valid_from": pin.valid_from, "expires": pin.expires})
}

pub(super) fn label_of<'a>(labels: &'a [(String, String)], element: &'a str) -> &'a str {
    labels
        .iter()
        .find(|(name, _)| name == element)
        .map_or(element, |(_, label)| label)
}

fn moment_words(moment: &Moment, chinese: bool) -> String {
    let reason = moment
        .reason
        .as_ref()
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default();
    let request = moment.request.as_ref().map(|(number, approvers)| {
        let (names, names_zh) = (approvers.join(", "), approvers.join("、"));
        if chinese {
            format!("  [变更申请 {number}，批准人 {names_zh}]")
        } else {
            format!("  [change request {number}, approved by {names}]")
        }
    });
    format!(
        "{}  {}{reason}{}",
        moment.utc,
        moment.actor,
        request.unwrap_or_default()
    )
}

fn moment_json(moment: &Moment) -> Value {
    let request = moment.request.as_ref();
    let request = request.map(|(number, approvers)| json!({"number": number, "approved_by": approvers}));
    json!({"run": moment.run, "at": moment.utc, "by": moment.actor, "reason": moment.reason, "request": request})
}

pub(super) fn record_json((system, key): &(String, String)) -> Value {
    json!({"system": system, "key": key})
}

fn version_json(version: &Version, pins: &[Pinned], gid: GlobalId, now: Option<&GoldenRecord>) -> Value {
    let content = |value: &GoldenValue| Some(now?.members.get(value.member?)?.version);
    let value = |value: &GoldenValue| {
        let of_element = |pin: &&Pinned| pin.gid == gid && pin.element == value.element;
        let pin = pins
            .iter()
            .find(of_element)
            .filter(|_| value.ground == Ground::Override);
        json!({
            "element": value.element,
            "value": value.value,
            "encrypted": value.is_sealed,
            "ground": value.ground.name(),
            "origin": value.origin.name(),
            "from": value.member.and_then(|member| version.members.get(member)).map(record_json),
            "source_version": content(value),
            "pin": pin.map(pin_json),
        })
    };
    json!({
        "version": version.version,
        "since": moment_json(&version.since),
        "until": version.until.as_ref().map(moment_json),
        "values": version.values.iter().filter(|value| value.ground != Ground::Nothing).map(value).collect::<Vec<_>>(),
        "members": version.members.iter().map(record_json).collect::<Vec<_>>(),
    })
}

/// All versions, and what changed from each to the next. `times`: for each version from when its members' contents are
/// valid.
pub(crate) fn history(versions: &[Version], times: &[Vec<Option<String>>], chinese: bool) -> Answer {
    let valid_from = |at: usize, element: &str| {
        let value = versions[at].values.iter().find(|value| value.element == element)?;
        times.get(at)?.get(value.member?)?.clone()
    };
    let mut text = String::new();
    for (at, version) in versions.iter().enumerate() {
        _ = writeln!(
            text,
            "{} {}  {}",
            either(chinese, "version", "版本"),
            version.version,
            moment_words(&version.since, chinese)
        );
        let before = at.checked_sub(1).map(|before| &versions[before]);
        for (element, line) in difference(before, version) {
            _ = match element.and_then(|element| valid_from(at, element)) {
                Some(from) => writeln!(text, "  {line}\t{} {from}", either(chinese, "valid from", "生效于")),
                None => writeln!(text, "  {line}"),
            };
        }
        if let Some(until) = &version.until
            && versions.get(at + 1).is_none_or(|next| next.since.run != until.run)
        {
            let ended = if version.is_retired {
                either(chinese, "retired", "停用")
            } else {
                either(chinese, "superseded", "被并入其他主数据")
            };
            _ = writeln!(text, "{ended}  {}", moment_words(until, chinese));
        }
    }
    let json = versions.iter().enumerate().map(|(at, version)| {
        json!({
            "version": version.version,
            "since": moment_json(&version.since),
            "until": version.until.as_ref().map(moment_json),
            "retired": version.is_retired,
            "values": version.values.iter().filter_map(|value| Some((value.element.clone(), value.value.clone()?)))
                .collect::<BTreeMap<_, _>>(),
            "valid_from": version.values.iter()
                .filter_map(|value| Some((value.element.clone(), valid_from(at, &value.element)?)))
                .collect::<BTreeMap<_, _>>(),
            "members": version.members.iter().map(record_json).collect::<Vec<_>>(),
        })
    });
    let json = json.collect();
    Answer { text, json }
}

/// What one version has other than another, a line each, with the element that it is about.
fn difference<'a>(before: Option<&'a Version>, after: &'a Version) -> Vec<(Option<&'a str>, String)> {
    let mut lines = Vec::new();
    let value_of = |version: Option<&Version>, element: &str| {
        let mut values = version?.values.iter();
        values.find(|value| value.element == element)?.value.clone()
    };
    let elements = before.into_iter().chain([after]).flat_map(|version| &version.values);
    let mut seen = BTreeSet::new();
    for element in elements.map(|value| &*value.element) {
        if !seen.insert(element) {
            continue;
        }
        let (old, new) = (value_of(before, element), value_of(Some(after), element));
        if old != new {
            let shown = |value: Option<String>| value.unwrap_or_else(|| "-".into());
            lines.push((Some(element), format!("{element}\t{} → {}", shown(old), shown(new))));
        }
    }
    let members = |version: Option<&Version>| -> BTreeSet<(String, String)> {
        version
            .map(|version| version.members.iter().cloned().collect())
            .unwrap_or_default()
    };
    let (old, new) = (members(before), members(Some(after)));
    lines.extend(
        new.difference(&old)
            .map(|(system, key)| (None, format!("+ {system}/{key}"))),
    );
    lines.extend(
        old.difference(&new)
            .map(|(system, key)| (None, format!("- {system}/{key}"))),
    );
    lines
}

/// What two versions have different.
pub(crate) fn diff(left: &Version, right: &Version, chinese: bool) -> Answer {
    let lines: Vec<String> = difference(Some(left), right)
        .into_iter()
        .map(|(_, line)| line)
        .collect();
    let mut text = lines.iter().fold(String::new(), |mut text, line| {
        _ = writeln!(text, "{line}");
        text
    });
    if lines.is_empty() {
        _ = writeln!(text, "{}", either(chinese, "no difference", "没有差异"));
    }
    let json = json!({"differences": lines});
    Answer { text, json }
}

/// How a golden record came to have its members.
pub(crate) fn how(steps: &[Step], chinese: bool) -> Answer {
    let mut text = String::new();
    let name = |(system, key): &(String, String)| format!("{system}/{key}");
    for (number, step) in steps.iter().enumerate() {
        _ = writeln!(text, "{}. {}", number + 1, moment_words(&step.at, chinese));
        for (record, from) in &step.came {
            _ = match from {
                Some(from) => writeln!(text, "  + {}  {} {from}", name(record), either(chinese, "from", "来自")),
                None => writeln!(text, "  + {}  {}", name(record), either(chinese, "new", "新记录")),
            };
        }
        for (record, to) in &step.left {
            let to = to
                .map(|to| format!("{} {to}", either(chinese, "to", "转到")))
                .unwrap_or_default();
            _ = writeln!(text, "  - {}  {to}", name(record));
        }
    }
    let moves = |moves: &[((String, String), Option<GlobalId>)], word: &str| -> Vec<Value> {
        let one = |(record, gid): &((String, String), Option<GlobalId>)| json!({"system": record.0, "key": record.1, word: gid.map(|gid| gid.to_string())});
        moves.iter().map(one).collect()
    };
    let json = steps.iter().map(
        |step| json!({"at": moment_json(&step.at), "came": moves(&step.came, "from"), "left": moves(&step.left, "to")}),
    );
    let json = json.collect();
    Answer { text, json }
}

/// What a write did: golden records before and after, the codes that moved, what other systems are told.
pub(crate) fn effect(effect: &Effect, chinese: bool) -> Answer {
    let mut text = String::new();
    for change in &effect.feed {
        let kind = match (&*change.kind, chinese) {
            ("created", true) => "新建",
            ("changed", true) => "变更",
            ("superseded", true) => "被并入",
            ("reinstated", true) => "恢复",
            ("retired", true) => "停用",
            (kind, _) => kind,
        };
        let of = |goldens: &'_ [GoldenRecord]| goldens.iter().find(|golden| golden.gid == change.gid).cloned();
        let (before, after) = (of(&effect.before), of(&effect.after));
        _ = writeln!(
            text,
            "{}  {} {}  {kind}",
            change.gid,
            either(chinese, "version", "版本"),
            change.version
        );
        for line in values_changed(before.as_ref(), after.as_ref()) {
            _ = writeln!(text, "  {line}");
        }
    }
    if !effect.moved.is_empty() {
        _ = writeln!(
            text,
            "{}",
            either(chinese, "codes that lead elsewhere now", "编码对照的变化")
        );
    }
    for code in &effect.moved {
        _ = writeln!(text, "  {}/{}  {} → {}", code.system, code.key, code.from, code.to);
    }
    for pin in &effect.assigned {
        let to: Vec<String> = pin.to.iter().map(ToString::to_string).collect();
        let (word, value) = (either(chinese, "pin", "人工指定"), pin.value.as_deref().unwrap_or("-"));
        _ = writeln!(text, "{word}  {} {value} → {}", pin.element, to.join(", "));
    }
    let golden = |golden: &GoldenRecord| {
        json!({
            "global_id": golden.gid.to_string(),
            "version": golden.version,
            "values": golden.values.iter().filter_map(|value| Some((value.element.clone(), value.value.clone()?)))
                .collect::<BTreeMap<_, _>>(),
            "members": golden.members.iter().map(|member| json!({"system": member.system, "key": member.key}))
                .collect::<Vec<_>>(),
        })
    };
    let json = json!({
        "before": effect.before.iter().map(golden).collect::<Vec<_>>(),
        "after": effect.after.iter().map(golden).collect::<Vec<_>>(),
        "codes": effect.moved.iter().map(|code| json!({"system": code.system, "key": code.key,
            "from": code.from.to_string(), "to": code.to.to_string()})).collect::<Vec<_>>(),
        "pins": effect.assigned.iter().map(|pin| json!({"element": pin.element, "value": pin.value,
            "to": pin.to.iter().map(ToString::to_string).collect::<Vec<_>>()})).collect::<Vec<_>>(),
        "changes": effect.feed.iter().map(|change| json!({"global_id": change.gid.to_string(),
            "version": change.version, "kind": change.kind})).collect::<Vec<_>>(),
    });
    Answer { text, json }
}

fn values_changed(before: Option<&GoldenRecord>, after: Option<&GoldenRecord>) -> Vec<String> {
    // A record that ends has its values elsewhere; one that begins shows all of them.
    let Some(after) = after else { return Vec::new() };
    let old = |element: &str| {
        let mut values = before?.values.iter();
        values.find(|value| value.element == element)?.value.clone()
    };
    let changed = after.values.iter().filter(|value| old(&value.element) != value.value);
    let shown = |value: Option<String>| value.unwrap_or_else(|| "-".into());
    changed
        .map(|value| {
            format!(
                "{}\t{} → {}",
                value.element,
                shown(old(&value.element)),
                shown(value.value.clone())
            )
        })
        .collect()
}
