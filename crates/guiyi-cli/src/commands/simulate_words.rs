//! How a simulation is shown, as text and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::simulate::Simulated;
use super::steward::either;
use crate::simulation::{Changed, Code, Differences, Identity, Merged, Outcome, Split};

/// For people; at most `limit` golden records of each kind, 0 for all.
pub(super) fn text(simulated: &[Simulated], limit: usize, chinese: bool) -> String {
    let mut text = String::new();
    for of_entity in simulated {
        summary(of_entity, chinese, &mut text);
        let word = |english: &'static str, in_chinese: &'static str| either(chinese, english, in_chinese).to_owned();
        let Differences {
            merges,
            splits,
            appearing,
            disappearing,
            renamed,
            changed,
            ..
        } = &of_entity.differences;
        let some = |n: usize| if limit == 0 { n } else { n.min(limit) };
        for merged in &merges[..some(merges.len())] {
            merge(merged, &word("merge", "合并"), &mut text);
        }
        rest(merges.len(), limit, chinese, &mut text);
        for one in &splits[..some(splits.len())] {
            split(one, &word("split", "拆分"), &mut text);
        }
        rest(splits.len(), limit, chinese, &mut text);
        for one in &renamed[..some(renamed.len())] {
            let (from, to) = (&one.from, &one.change.id);
            _ = writeln!(text, "{}  {from} → {to}", word("other ID", "换号"));
            change(&one.change, &mut text);
        }
        rest(renamed.len(), limit, chinese, &mut text);
        for (name, goldens) in [
            (word("appears", "新增"), appearing),
            (word("disappears", "消失"), disappearing),
        ] {
            for (id, outcome) in &goldens[..some(goldens.len())] {
                whole(id, outcome, &name, &mut text);
            }
            rest(goldens.len(), limit, chinese, &mut text);
        }
        for one in &changed[..some(changed.len())] {
            _ = writeln!(text, "{}  {}", word("change", "变更"), one.id);
            change(one, &mut text);
            let seen: Vec<String> = one.codes.iter().map(name_of).collect();
            _ = writeln!(text, "  {}: {}", word("codes", "编码"), seen.join(", "));
        }
        rest(changed.len(), limit, chinese, &mut text);
    }
    text
}

/// What happens in numbers, and which systems' codes it touches.
fn summary(simulated: &Simulated, chinese: bool, text: &mut String) {
    let differences = &simulated.differences;
    let counts = [
        differences.merges.len(),
        differences.splits.len(),
        differences.renamed.len(),
        differences.appearing.len(),
        differences.disappearing.len(),
        differences.changed.len(),
    ];
    let [merges, splits, renamed, appearing, disappearing, changed] = counts;
    let (entity, unchanged) = (simulated.entity.name(), differences.n_unchanged);
    _ = if chinese {
        writeln!(
            text,
            "{entity}：合并 {merges}，拆分 {splits}，换号 {renamed}，新增 {appearing}，消失 {disappearing}，变更 {changed}；不变 {unchanged}"
        )
    } else {
        writeln!(
            text,
            "{entity}: {merges} merges, {splits} splits, {renamed} with another ID, {appearing} appear, \
             {disappearing} disappear, {changed} change; {unchanged} stay as they are"
        )
    };
    for (system, (moved, seeing)) in differences.codes_by_system() {
        _ = if chinese {
            writeln!(
                text,
                "  {system}：{moved} 个编码指向变化，{seeing} 个编码的主数据取值变化"
            )
        } else {
            writeln!(
                text,
                "  {system}: {moved} codes lead elsewhere, {seeing} others see other values"
            )
        };
    }
    let (before, after) = simulated.pairs;
    if before != after {
        let word = either(chinese, "pairs for a person", "待人工判断的记录对");
        _ = writeln!(text, "  {word}: {before} → {after}");
    }
}

fn rest(n: usize, limit: usize, chinese: bool, text: &mut String) {
    if limit > 0 && n > limit {
        let more = n - limit;
        _ = if chinese {
            writeln!(text, "… 另有 {more} 条（--limit 0 显示全部）")
        } else {
            writeln!(text, "… and {more} more (--limit 0 shows all)")
        };
    }
}

fn merge(merged: &Merged, word: &str, text: &mut String) {
    let id = &merged.change.id;
    let from: Vec<String> = merged.from.iter().map(ToString::to_string).collect();
    _ = writeln!(text, "{word}  {id} ← {}", from.join(", "));
    values(&merged.change, text);
    for (code, was) in &merged.codes {
        let name = name_of(code);
        _ = match was {
            Some(was) if was == id => writeln!(text, "    {name}"),
            Some(was) => writeln!(text, "    {name}  {was} → {id}"),
            None => writeln!(text, "  + {name}"),
        };
    }
}

fn split(split: &Split, word: &str, text: &mut String) {
    let mut into: Vec<&Identity> = split.codes.iter().filter_map(|(_, now)| now.as_ref()).collect();
    into.sort_unstable();
    into.dedup();
    let into: Vec<String> = into.into_iter().map(ToString::to_string).collect();
    _ = writeln!(text, "{word}  {} → {}", split.from, into.join(", "));
    for (code, now) in &split.codes {
        let name = name_of(code);
        _ = match now {
            Some(now) if *now == split.from => writeln!(text, "    {name}"),
            Some(now) => writeln!(text, "    {name}  {} → {now}", split.from),
            None => writeln!(text, "  - {name}"),
        };
    }
}

fn whole(id: &Identity, outcome: &Outcome, word: &str, text: &mut String) {
    let codes: Vec<String> = outcome.codes.iter().map(name_of).collect();
    let mut values = outcome.values.iter();
    let name = values
        .find(|(element, _)| **element == *"name")
        .map_or("", |(_, name)| name);
    _ = writeln!(text, "{word}  {id}  {name}\n    {}", codes.join(", "));
}

fn change(changed: &Changed, text: &mut String) {
    values(changed, text);
    for code in &changed.joined {
        _ = writeln!(text, "  + {}", name_of(code));
    }
    for code in &changed.left {
        _ = writeln!(text, "  - {}", name_of(code));
    }
}

fn values(changed: &Changed, text: &mut String) {
    for (element, old, new) in &changed.values {
        let (old, new) = (old.as_deref().unwrap_or("-"), new.as_deref().unwrap_or("-"));
        _ = writeln!(text, "  {element}\t{old} → {new}");
    }
}

fn name_of((system, key): &Code) -> String {
    format!("{system}/{key}")
}

/// For programs.
pub(super) fn json(simulated: &[Simulated], is_by_rules: bool) -> Value {
    let entity = |of_entity: &Simulated| {
        let differences = &of_entity.differences;
        let whole = |(id, outcome): &(Identity, Outcome)| {
            let values: BTreeMap<&str, &str> = outcome.values.iter().map(|(name, value)| (&**name, &**value)).collect();
            json!({"golden": identity(id), "values": values,
                "codes": outcome.codes.iter().map(code).collect::<Vec<_>>()})
        };
        let systems = differences
            .codes_by_system()
            .into_iter()
            .map(|(system, (moved, seeing))| {
                (
                    system.to_owned(),
                    json!({"codes_moved": moved, "codes_with_other_values": seeing}),
                )
            });
        json!({
            "entity": of_entity.entity.name(),
            "unchanged": differences.n_unchanged,
            "systems": systems.collect::<serde_json::Map<_, _>>(),
            "pairs_for_a_person": {"before": of_entity.pairs.0, "after": of_entity.pairs.1},
            "merges": differences.merges.iter().map(|merged| {
                let moves = merged.codes.iter().map(|(code, was)| moved(code, was.as_ref(), Some(&merged.change.id)));
                let from = merged.from.iter().map(identity).collect::<Vec<_>>();
                json!({"into": identity(&merged.change.id), "from": from, "values": values_json(&merged.change),
                    "codes": moves.collect::<Vec<_>>()})
            }).collect::<Vec<_>>(),
            "splits": differences.splits.iter().map(|split| {
                let moves = split.codes.iter().map(|(code, now)| moved(code, Some(&split.from), now.as_ref()));
                json!({"from": identity(&split.from), "codes": moves.collect::<Vec<_>>()})
            }).collect::<Vec<_>>(),
            "renamed": differences.renamed.iter().map(|renamed| {
                json!({"from": identity(&renamed.from), "to": changed_json(&renamed.change)})
            }).collect::<Vec<_>>(),
            "appearing": differences.appearing.iter().map(whole).collect::<Vec<_>>(),
            "disappearing": differences.disappearing.iter().map(whole).collect::<Vec<_>>(),
            "changed": differences.changed.iter().map(changed_json).collect::<Vec<_>>(),
        })
    };
    json!({
        "format": 1,
        "compared_with": if is_by_rules { "project" } else { "store" },
        "changes": simulated.iter().any(|of_entity| !of_entity.differences.is_empty()),
        "entities": simulated.iter().map(entity).collect::<Vec<_>>(),
    })
}

/// `global_id` is null for one that has none yet; `name` always tells which one is meant.
fn identity(id: &Identity) -> Value {
    let global_id = match id {
        Identity::Issued(id) => Some(id.to_string()),
        Identity::New(_) => None,
    };
    json!({"global_id": global_id, "name": id.to_string()})
}

fn code((system, key): &Code) -> Value {
    json!({"system": &**system, "key": &**key})
}

fn moved((system, key): &Code, from: Option<&Identity>, to: Option<&Identity>) -> Value {
    json!({"system": &**system, "key": &**key, "from": from.map(identity), "to": to.map(identity)})
}

fn values_json(changed: &Changed) -> Vec<Value> {
    let values = changed.values.iter();
    let value =
        values.map(|(element, old, new)| json!({"element": &**element, "old": old.as_deref(), "new": new.as_deref()}));
    value.collect()
}

fn changed_json(changed: &Changed) -> Value {
    let codes = |codes: &[Code]| codes.iter().map(code).collect::<Vec<_>>();
    json!({
        "golden": identity(&changed.id),
        "values": values_json(changed),
        "joined": codes(&changed.joined),
        "left": codes(&changed.left),
        "codes": codes(&changed.codes),
    })
}
