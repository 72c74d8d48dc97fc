//! Change requests against their steps and the ledger: states that can be, approvals by others than the author, each step
//! in the ledger; and confirmed golden records against who confirmed them.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{ChangeRequest, RequestState, StepKind, fold_actor, ground_text, load, state_after};
use crate::commit::Failure;
use crate::statements;
use crate::vault::Keyed;
use crate::verify::digests::PastVaults;

/// Checks all change requests; the sentences say what is wrong.
///
/// Of a step whose digest cannot be made any more, or not without the key, all but the digest is checked.
pub(crate) fn verify(connection: &Keyed<'_>) -> rusqlite::Result<Vec<String>> {
    let wrongly: i64 = connection.query_row(statements::WRONGLY_CONFIRMED, [], |row| row.get(0))?;
    let mut problems = Vec::new();
    if wrongly > 0 {
        problems.push(format!("IDs that are confirmed, or not, without a word: {wrongly}"));
    }
    let requests = match load(connection) {
        Ok(requests) => requests,
        Err(Failure::Database(error)) => return Err(error),
        Err(Failure::Damaged(detail)) => {
            problems.push(format!("{detail}: it cannot be read"));
            return Ok(problems);
        }
        Err(Failure::Store(error)) => {
            problems.push(error.to_string());
            return Ok(problems);
        }
    };
    let vaults = PastVaults::of(connection)?;
    let mut lines = ledger_lines(connection)?;
    for request in &requests {
        let wrong = faults(request).into_iter().map(str::to_owned);
        let mut wrong: Vec<String> = wrong.collect();
        for step in &request.steps {
            let line = Line {
                object: format!("request {}", request.number),
                run: step.run.cast_signed(),
                action: step.kind.name().to_owned(),
                actor: step.actor.clone(),
                utc: step.utc.clone(),
                reason: step.reason.clone(),
                before: Some(ground_text(&step.ground)),
            };
            let expected = vaults.at(line.run).map(|vault| request.digest(vault));
            let found = lines.remove(&line);
            if found.is_none_or(|found| expected.is_some_and(|expected| found != expected)) {
                wrong.push(format!("its step \"{}\" is not what the ledger says", step.kind.name()));
            }
        }
        problems.extend(
            wrong
                .into_iter()
                .map(|wrong| format!("change request {}: {wrong}", request.number)),
        );
    }
    let of_none = lines.keys().map(|line| {
        format!(
            "{}: the ledger has a step \"{}\" that it lacks",
            line.object, line.action
        )
    });
    problems.extend(of_none.map(|problem| format!("change {problem}")));
    Ok(problems)
}

/// What cannot be in the walk of a request.
fn faults(request: &ChangeRequest) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if request.steps.first().is_none_or(|step| step.kind != StepKind::Propose) {
        faults.push("nobody proposed it");
    }
    let author = fold_actor(request.author());
    for (at, step) in request.steps.iter().enumerate() {
        let before = state_after(&request.steps[..at], request.approvals);
        let is_author = fold_actor(&step.actor) == author;
        match step.kind {
            StepKind::Propose if at > 0 => faults.push("it was proposed twice"),
            StepKind::Approve | StepKind::Reject if is_author => faults.push("its author judged it"),
            StepKind::Withdraw if !is_author => faults.push("somebody else than its author withdrew it"),
            StepKind::Apply | StepKind::Fail if before != RequestState::Approved => {
                faults.push("it was to be applied without as many approvals as it needs");
            }
            StepKind::Apply if super::judged_ground(&request.steps[..at]) != Some(&step.ground) => {
                faults.push("it was applied to other golden records than were approved");
            }
            _ => {}
        }
        if !before.is_waiting() {
            faults.push("something was done with it after it was closed");
        }
    }
    if state_after(&request.steps, request.approvals) != request.state {
        faults.push("its state does not follow from its steps");
    }
    faults
}

/// A line of the ledger about a request, but for the request's digest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    object: String,
    run: i64,
    action: String,
    actor: String,
    utc: String,
    reason: String,
    before: Option<String>,
}

fn ledger_lines(connection: &Connection) -> rusqlite::Result<BTreeMap<Line, String>> {
    let mut statement = connection.prepare(statements::REQUEST_LINES)?;
    let lines = statement.query_map([], |row| {
        let line = Line {
            object: row.get(0)?,
            run: row.get(1)?,
            action: row.get(2)?,
            actor: row.get(3)?,
            utc: row.get(4)?,
            reason: row.get(5)?,
            before: row.get(6)?,
        };
        Ok((line, row.get::<_, Option<String>>(7)?.unwrap_or_default()))
    })?;
    lines.collect()
}
