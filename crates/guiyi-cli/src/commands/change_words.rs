//! How change requests are shown, as text and as JSON.

use std::fmt::Write as _;

use guiyi_core::global_id::GlobalId;
use guiyi_store::{ChangeRequest, Merge, Proposal, RequestState, StepKind};
use serde_json::{Value, json};

use super::steward::either;

/// What is said of a stale request, in English and Chinese.
pub(super) const STALE: (&str, &str) = (
    "stale: the golden records have changed since, approve with --again",
    "数据已变化，须用 --again 重新批准",
);

/// A request in one line.
pub(super) fn line(request: &ChangeRequest, chinese: bool) -> String {
    let state = state_words(request.state, chinese);
    let mut text = format!(
        "{}  {state}  {}  {}: {}",
        request.number,
        what(request, chinese),
        request.author(),
        request.reason()
    );
    for note in notes(request, chinese) {
        _ = write!(text, "  [{note}]");
    }
    text.push('\n');
    text
}

/// A request with all that was done with it.
pub(super) fn page(request: &ChangeRequest, chinese: bool) -> String {
    let mut text = line(request, chinese);
    for step in &request.steps {
        let reason = if step.reason.is_empty() {
            String::new()
        } else {
            format!(": {}", step.reason)
        };
        let ground: Vec<String> = step
            .ground
            .iter()
            .map(|(gid, version)| format!("{gid}@{version}"))
            .collect();
        _ = writeln!(
            text,
            "  {}  {}  {}{reason}  ({})",
            step.utc,
            step_words(step.kind, chinese),
            step.actor,
            ground.join(" ")
        );
    }
    text
}

/// What is special about a request.
fn notes(request: &ChangeRequest, chinese: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let approvers = request.approvers();
    let (n, needed) = (approvers.len(), request.approvals);
    if request.state == RequestState::Open && (n > 0 || needed > 1) {
        notes.push(if chinese {
            format!("已批准 {n}/{needed}")
        } else {
            format!("{n} of {needed} approvals")
        });
    }
    if !approvers.is_empty() {
        let names = approvers.join(either(chinese, ", ", "、"));
        notes.push(if chinese {
            format!("批准人 {names}")
        } else {
            format!("approved by {names}")
        });
    }
    if let Some(effective) = &request.effective {
        notes.push(format!("{} {effective}", either(chinese, "effective", "生效时间")));
    }
    if request.is_stale() {
        notes.push(either(chinese, STALE.0, STALE.1).to_owned());
    }
    if !request.conflicts.is_empty() {
        let others: Vec<String> = request.conflicts.iter().map(ToString::to_string).collect();
        notes.push(format!(
            "{} {}",
            either(chinese, "conflicts with", "冲突申请"),
            others.join(", ")
        ));
    }
    if let Some(failed) = request.steps.last().filter(|step| step.kind == StepKind::Fail) {
        notes.push(failed.reason.clone());
    }
    notes
}

/// What kind of thing is proposed.
pub(crate) fn kind_words(kind: &str, chinese: bool) -> &str {
    match (kind, chinese) {
        ("pin", true) => "指定值",
        ("unpin", true) => "取消指定值",
        ("merge", true) => "合并",
        ("split", true) => "拆分",
        ("relate", true) => "建立关系",
        ("unrelate", true) => "取消关系",
        ("confirm", true) => "确认",
        ("unconfirm", true) => "取消确认",
        ("retire", true) => "停用",
        ("unretire", true) => "恢复启用",
        (kind, _) => kind,
    }
}

/// What is proposed, as the words of the command that does it.
fn what(request: &ChangeRequest, chinese: bool) -> String {
    let proposal = &request.proposal;
    let kind = kind_words(proposal.kind(), chinese);
    let until = |end: &Option<String>| end.as_ref().map(|end| format!(" → {end}")).unwrap_or_default();
    match proposal {
        Proposal::Pin {
            gid,
            element,
            value,
            expires,
            valid_from,
        } => {
            let from = valid_from.as_ref().map(|day| format!(" {day}")).unwrap_or_default();
            let none = if request.is_sealed {
                either(chinese, "(encrypted)", "（已加密）")
            } else {
                "-"
            };
            let value = value.as_deref().unwrap_or(none);
            format!("{kind} {gid} {element} {value}{from}{}", until(expires))
        }
        Proposal::Unpin { gid, element } => format!("{kind} {gid} {element}"),
        Proposal::Merge(Merge { a, b, survivor, .. }) => {
            let survivor = survivor.map(|survivor| format!(" → {survivor}")).unwrap_or_default();
            format!("{kind} {a} {b}{survivor}")
        }
        Proposal::Split { gid, records, .. } => {
            let records: Vec<String> = records.iter().map(|(system, key)| format!("{system}/{key}")).collect();
            format!("{kind} {gid} {}", records.join(" "))
        }
        Proposal::Relate {
            from,
            kind: relation,
            to,
            valid_from,
            valid_until,
            ..
        } => {
            let from_day = valid_from.as_ref().map(|day| format!(" {day}")).unwrap_or_default();
            format!("{kind} {from} {} {to}{from_day}{}", relation.name(), until(valid_until))
        }
        Proposal::Confirm { gid, .. } | Proposal::Retire { gid, .. } => format!("{kind} {gid}"),
    }
}

fn state_words(state: RequestState, chinese: bool) -> &'static str {
    match (state, chinese) {
        (state, false) => state.name(),
        (RequestState::Open, true) => "待批准",
        (RequestState::Approved, true) => "已批准",
        (RequestState::Rejected, true) => "已驳回",
        (RequestState::Withdrawn, true) => "已撤回",
        (RequestState::Applied, true) => "已生效",
        (RequestState::Failed, true) => "已失败",
    }
}

fn step_words(kind: StepKind, chinese: bool) -> &'static str {
    match (kind, chinese) {
        (kind, false) => kind.name(),
        (StepKind::Propose, true) => "申请",
        (StepKind::Approve, true) => "批准",
        (StepKind::Reject, true) => "驳回",
        (StepKind::Withdraw, true) => "撤回",
        (StepKind::Apply, true) => "生效",
        (StepKind::Fail, true) => "失败",
    }
}

pub(super) fn to_json(request: &ChangeRequest) -> Value {
    let ground = |ground: &[(GlobalId, u64)]| -> Vec<Value> {
        let one = |(gid, version): &(GlobalId, u64)| json!({"global_id": gid.to_string(), "version": version});
        ground.iter().map(one).collect()
    };
    let steps = request.steps.iter().map(|step| {
        json!({"step": step.kind.name(), "by": step.actor, "at": step.utc, "reason": step.reason,
            "ground": ground(&step.ground)})
    });
    json!({
        "number": request.number,
        "entity": request.entity.name(),
        "state": request.state.name(),
        "proposal": proposal_json(&request.proposal),
        "encrypted": request.is_sealed,
        "by": request.author(),
        "reason": request.reason(),
        "approvals_needed": request.approvals,
        "approved_by": request.approvers(),
        "effective": request.effective,
        "stale": request.is_stale(),
        "conflicts": request.conflicts,
        "steps": steps.collect::<Vec<_>>(),
    })
}

fn proposal_json(proposal: &Proposal) -> Value {
    let kind = proposal.kind();
    match proposal {
        Proposal::Pin {
            gid,
            element,
            value,
            expires,
            valid_from,
        } => {
            json!({"kind": kind, "global_id": gid.to_string(), "element": element, "value": value,
                "valid_from": valid_from, "expires": expires})
        }
        Proposal::Unpin { gid, element } => json!({"kind": kind, "global_id": gid.to_string(), "element": element}),
        Proposal::Merge(Merge {
            a,
            b,
            survivor,
            overrule,
        }) => json!({"kind": kind, "global_ids": [a.to_string(), b.to_string()],
            "survivor": survivor.map(|survivor| survivor.to_string()), "overrule": overrule}),
        Proposal::Split { gid, records, edits } => json!({"kind": kind, "global_id": gid.to_string(),
            "records": records.iter().map(super::golden_words::record_json).collect::<Vec<_>>(), "edits": edits.name()}),
        Proposal::Relate {
            from,
            kind: relation,
            to,
            valid_from,
            valid_until,
            ..
        } => json!({"kind": kind, "from": from.to_string(), "relation": relation.name(), "to": to.to_string(),
            "valid_from": valid_from, "valid_until": valid_until}),
        Proposal::Confirm { gid, .. } | Proposal::Retire { gid, .. } => {
            json!({"kind": kind, "global_id": gid.to_string()})
        }
    }
}
