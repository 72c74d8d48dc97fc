//! What a steward's write does: the golden records before and after, the codes that move, and what other systems hear.

use guiyi_core::global_id::GlobalId;

use crate::action::Action;
use crate::commit::Failure;
use crate::edits::AssignedPin;
use crate::read::{Change, GoldenRecord, changes, golden};
use crate::statements;

/// What a write did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// The golden records that it touched, as they were.
    pub before: Vec<GoldenRecord>,
    /// The golden records that it touched, as they are.
    pub after: Vec<GoldenRecord>,
    /// Codes that lead to another ID now.
    pub moved: Vec<MovedCode>,
    /// What other systems are told.
    pub feed: Vec<Change>,
    /// Pins that a split assigned to its parts.
    pub assigned: Vec<AssignedPin>,
}

/// A code that leads to another ID than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedCode {
    /// Name of the system.
    pub system: String,
    /// The source key.
    pub key: String,
    /// The ID of before.
    pub from: GlobalId,
    /// The ID of now.
    pub to: GlobalId,
}

/// The state before a write.
pub(crate) struct Begun {
    before: Vec<GoldenRecord>,
    last_feed: i64,
}

impl Effect {
    /// Notes the golden records that are about to change.
    pub(crate) fn begin(action: &Action<'_>, gids: &[GlobalId]) -> Result<Begun, Failure> {
        let mut before = Vec::new();
        for &gid in gids {
            before.extend(golden(action.connection, gid)?);
        }
        let last_feed = action
            .connection
            .prepare_cached(statements::LAST_FEED)?
            .query_row([], |row| row.get(0))?;
        Ok(Begun { before, last_feed })
    }
}

impl Begun {
    /// Compares with the state after.
    pub(crate) fn end(self, action: &Action<'_>) -> Result<Effect, Failure> {
        let feed = changes(action.connection, self.last_feed, i64::MAX)?;
        let mut gids: Vec<GlobalId> = self.before.iter().map(|golden| golden.gid).collect();
        gids.extend(feed.iter().map(|change| change.gid));
        gids.sort_unstable();
        gids.dedup();
        let mut after = Vec::new();
        for gid in gids {
            after.extend(golden(action.connection, gid)?);
        }
        let mut moved = Vec::new();
        for (from, member) in self
            .before
            .iter()
            .flat_map(|golden| golden.members.iter().map(|member| (golden.gid, member)))
        {
            let now = after
                .iter()
                .find(|golden| golden.members.iter().any(|other| other.is(member)));
            if let Some(to) = now.map(|golden| golden.gid).filter(|to| *to != from) {
                moved.push(MovedCode {
                    system: member.system.clone(),
                    key: member.key.clone(),
                    from,
                    to,
                });
            }
        }
        Ok(Effect {
            before: self.before,
            after,
            moved,
            feed,
            assigned: Vec::new(),
        })
    }
}
