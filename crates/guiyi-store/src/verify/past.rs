//! Earlier versions of golden records, against the change feed: its line of a version repeats the digest of the golden
//! record, and the line behind it is of the write that ended the version.

use std::collections::BTreeMap;

use guiyi_core::global_id::entity;
use rusqlite::{Connection, Row, Rows};

use super::{Layouts, digest_golden};
use crate::encode::{Digest, Digester};
use crate::history::stays;
use crate::vault::{Keyed, Place};
use crate::{key, statements};

/// A line of the feed.
struct Line {
    gid: i64,
    version: i64,
    run: i64,
    digest: Vec<u8>,
}

/// Checks every earlier version. Cost: the feed is sorted once, and each golden record with a past is asked for its
/// members.
pub(super) fn check(connection: &Keyed<'_>, layouts: &Layouts) -> rusqlite::Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut history = connection.prepare(statements::GOLDEN_HISTORY)?;
    let mut history = history.query([])?;
    let Some(mut row) = history.next()? else {
        return Ok(problems);
    };
    let mut feed = connection.prepare(statements::FEED_BY_ID)?;
    let mut feed = feed.query([])?;
    let mut next = line(&mut feed)?;
    let mut digester = Digester::default();
    let mut members = Members::default();
    loop {
        let (gid, version): (i64, i64) = (row.get(0)?, row.get(1)?);
        while next
            .as_ref()
            .is_some_and(|line| (line.gid, line.version) < (gid, version))
        {
            next = line(&mut feed)?;
        }
        let of_version = next.take_if(|line| (line.gid, line.version) == (gid, version));
        if of_version.is_some() {
            next = line(&mut feed)?;
        }
        let (run, until): (i64, i64) = (row.get(2)?, row.get(3)?);
        let ended = next.as_ref().is_some_and(|line| (line.gid, line.run) == (gid, until));
        let is_so = match of_version {
            Some(line) => {
                members.load(connection, gid)?;
                let digest = digest(connection, row, layouts, members.at(run), &mut digester)?;
                ended && line.run == run && digest.is_some_and(|digest| digest == *line.digest)
            }
            None => false,
        };
        if !is_so {
            let code = key::from_key(gid).map_or_else(|| gid.to_string(), |gid| gid.to_string());
            problems.push(format!(
                "golden record {code}, version {version}: not what the change feed says"
            ));
        }
        row = match history.next()? {
            Some(row) => row,
            None => return Ok(problems),
        };
    }
}

fn line(feed: &mut Rows<'_>) -> rusqlite::Result<Option<Line>> {
    let Some(row) = feed.next()? else { return Ok(None) };
    Ok(Some(Line {
        gid: row.get(0)?,
        version: row.get(1)?,
        run: row.get(2)?,
        digest: row.get(3)?,
    }))
}

/// The digest of a version; `None` if it cannot be read.
fn digest(
    connection: &Keyed<'_>,
    row: &Row<'_>,
    layouts: &Layouts,
    members: Vec<i64>,
    digester: &mut Digester,
) -> rusqlite::Result<Option<Digest>> {
    let (gid, lineage): (i64, Vec<u8>) = (row.get(0)?, row.get(5)?);
    let values: Option<BTreeMap<String, Option<String>>> = serde_json::from_str(row.get_ref(6)?.as_str()?).ok();
    let (Some(values), Some(entity)) = (values, key::from_key(gid).and_then(entity)) else {
        return Ok(None);
    };
    let (names, mut values): (Vec<String>, Vec<Option<String>>) = values.into_iter().unzip();
    let sealing = connection.vault.to_read(entity, &names);
    if sealing.open_all(Place::Golden(entity, gid), &mut values).is_err() {
        return Ok(None);
    }
    let is_read = digest_golden(
        (&names, &values),
        &lineage,
        layouts.get(&row.get(4)?),
        members,
        digester,
    );
    Ok(is_read.map(|()| connection.vault.digest(digester)))
}

/// The stays in one golden record, of which several versions come one after the other.
#[derive(Default)]
pub(crate) struct Members {
    gid: i64,
    stays: Vec<crate::history::Stay>,
}

impl Members {
    pub(crate) fn load(&mut self, connection: &Connection, gid: i64) -> rusqlite::Result<()> {
        if self.gid != gid {
            self.stays = match key::from_key(gid) {
                Some(id) => stays(connection, id)?,
                None => Vec::new(),
            };
            self.gid = gid;
        }
        Ok(())
    }

    /// The numbers of the records that were in it behind a write, in order.
    pub(crate) fn at(&self, run: i64) -> Vec<i64> {
        let there = self.stays.iter().filter(|stay| stay.is_at(run));
        let mut ids: Vec<i64> = there.map(|stay| stay.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
