//! `GET /v1/changes?since=&limit=`: the change feed, in commit order, page by page.
//!
//! Law: who asks for the `next` of every page sees every line exactly once. A cursor beyond the feed's end is refused:
//! the store is then another one, or was restored from a backup, and lines would be missed without a word.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::entity;
use guiyi_store::Change;
use serde_json::{Value, json};

use super::{Shared, json_answer};
use crate::problem::{Kind, Problem};
use crate::query::{Query, bad};
use crate::stores;

/// Lines of a page if none are asked for, and at most.
const LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;

pub(super) async fn get(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let query = Query::read(&uri, &["since", "limit"])?;
    let since = query.get("since").map_or(Some(0), digits);
    let since = since.ok_or_else(|| bad("since", "the \"next\" of an earlier answer"))?;
    let limit = query.get("limit").map_or(Some(LIMIT as u64), digits);
    let limit = limit
        .and_then(|limit| usize::try_from(limit).ok())
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| bad("limit", &format!("1..{MAX_LIMIT}")))?;
    // One line before the cursor shows that it is in the feed, one behind the page that there is more.
    let before = u64::from(since > 0);
    let lines = stores::read(&app, move |store| {
        store.changes(since - before, limit + 1 + before as usize)
    })
    .await?;
    let mut lines = lines.as_slice();
    if before == 1 {
        match lines.split_first() {
            Some((line, rest)) if line.seq == since => lines = rest,
            _ => {
                return Err(Problem::new(Kind::UnknownCursor).detail(
                    "the store was restored or replaced; read the feed anew from its beginning",
                    "库已恢复或更换，请从头重新读取变更流",
                ));
            }
        }
    }
    let page = &lines[..limit.min(lines.len())];
    let next = page.last().map_or(since, |line| line.seq);
    Ok(json_answer(&json!({
        "changes": page.iter().map(show).collect::<Vec<_>>(),
        "next": next.to_string(),
        "more": lines.len() > limit,
    })))
}

/// A number of decimal digits only.
fn digits(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn show(line: &Change) -> Value {
    let digits: Vec<String> = line.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "seq": line.seq,
        "run": line.run,
        "gid": line.gid.to_string(),
        "entity": entity(line.gid).map(EntityType::name),
        "version": line.version,
        "kind": line.kind,
        "digest": (!digits.is_empty()).then(|| digits.concat()),
    })
}
