//! `guiyi golden why A B`: why two golden records are one, or two.
//!
//! Law: it says what the store knows and concludes nothing: how their records came together, or what stewards decided of
//! them, how the two are related, and what the last run left to a person.

use std::fmt::Write as _;

use anyhow::bail;
use guiyi_core::global_id::GlobalId;
use guiyi_store::{Decision, PendingPair, Relation, Resolution, Store};
use serde_json::{Value, json};

use super::golden_relations::{kind_words, said};
use super::golden_words::{self, Answer, record_json};
use super::steward::{either, entity_of};

/// The answer.
pub(super) fn of(store: &Store, a: GlobalId, b: GlobalId, chinese: bool) -> anyhow::Result<Answer> {
    let entity = entity_of(a)?;
    let ((left, of_left), (right, of_right)) = (standing(store, a)?, standing(store, b)?);
    if left == right {
        let how = golden_words::how(&store.how(left)?, chinese);
        let head = either(chinese, "are one, ", "为同一条：");
        return Ok(Answer {
            text: format!("{a}, {b} {head}{left}\n{}", how.text),
            json: json!({"a": a.to_string(), "b": b.to_string(), "global_id": left.to_string(), "how": how.json}),
        });
    }
    let is_across = |a: &(String, String), b: &(String, String)| {
        (of_left.contains(a) && of_right.contains(b)) || (of_left.contains(b) && of_right.contains(a))
    };
    let mut decisions = store.decisions(entity)?;
    decisions.retain(|decision| is_across(&decision.a, &decision.b));
    let mut relations = store.relations(Some(left))?;
    relations.retain(|relation| relation.from == right || relation.to == right);
    let mut pairs = store.pending(entity)?;
    pairs.retain(|pair| is_across(&pair.a, &pair.b));
    let mut text = format!("{left}, {right} {}\n", either(chinese, "are two", "为两条"));
    for decision in &decisions {
        _ = writeln!(text, "  {decision}");
    }
    for relation in &relations {
        let kind = kind_words(relation, chinese);
        _ = writeln!(text, "  {} {kind} {}  {}", relation.from, relation.to, said(relation));
    }
    for PendingPair { a, b, finding, .. } in &pairs {
        let probability = f64::from(finding.probability) / 1e4;
        let reason = either(chinese, &finding.reason, &finding.reason_zh);
        _ = writeln!(
            text,
            "  {}/{} ? {}/{}  {probability:.1} %  {reason}",
            a.0, a.1, b.0, b.1
        );
    }
    if decisions.is_empty() && relations.is_empty() && pairs.is_empty() {
        text += either(
            chinese,
            "  nobody decided of their records, they are not related, and the last run left none of their pairs to a person\n",
            "  无人判定过其记录，二者无关联，上次运行也没有把其记录对留待人工复核\n",
        );
    }
    let json = json!({
        "a": left.to_string(),
        "b": right.to_string(),
        "global_id": null,
        "decisions": decisions.iter().map(decision_json).collect::<Vec<_>>(),
        "relations": relations.iter().map(relation_json).collect::<Vec<_>>(),
        "pairs": pairs.iter().map(pair_json).collect::<Vec<_>>(),
    });
    Ok(Answer { text, json })
}

/// The ID that stands for one, and the records of its golden record, also of a retired one.
fn standing(store: &Store, id: GlobalId) -> anyhow::Result<(GlobalId, Vec<(String, String)>)> {
    let id = match store.resolve(id)? {
        None => bail!("{id} was never issued"),
        Some(Resolution::Reserved) => {
            bail!(
                "nothing stands under {id} yet\n  hint: it was given away by `guiyi id mint` or `lease`, for a record that is still to come"
            )
        }
        Some(Resolution::Superseded(survivor)) => survivor,
        Some(_) => id,
    };
    let last = store.history(id)?.pop();
    Ok((id, last.map(|version| version.members).unwrap_or_default()))
}

fn decision_json(decision: &Decision) -> Value {
    json!({"a": record_json(&decision.a), "b": record_json(&decision.b), "decision": decision.verdict.name(),
        "by": decision.actor, "at": decision.utc, "reason": decision.reason})
}

fn relation_json(relation: &Relation) -> Value {
    json!({"from": relation.from.to_string(), "kind": relation.kind.name(), "to": relation.to.to_string(),
        "is_so": relation.is_so, "by": relation.actor, "at": relation.utc, "reason": relation.reason})
}

fn pair_json(pair: &PendingPair) -> Value {
    let finding = &pair.finding;
    json!({"a": record_json(&pair.a), "b": record_json(&pair.b), "probability": f64::from(finding.probability) / 1e6,
        "reason": finding.reason, "reason_zh": finding.reason_zh})
}
