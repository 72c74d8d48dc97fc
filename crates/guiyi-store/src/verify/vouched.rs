//! What stewards wrote, against the ledger: every decision, pin and relation is what a line of the ledger says, and the
//! last line about each says whether it stands. The ledger's own chain is checked before.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension};

use super::digests::PastVaults;
use crate::commit::Failure;
use crate::known::rows;
use crate::vault::Keyed;
use crate::{pins, statements};

/// What the ledger says of decisions, pins and relations. An object is known by the entity type of the write and its
/// text, since records of two entity types may have the same names.
#[derive(Default)]
struct Words {
    /// Action, object, what it became, reason, who and when.
    said: BTreeSet<[String; 6]>,
    /// The same without the last three, and the write: what a split gives to another golden record keeps its author.
    written: BTreeSet<(i64, String, String, String)>,
    /// Writes that moved a pin from another golden record, with the pin's object.
    moved: BTreeSet<(i64, String)>,
    /// The last line about an object: what was done, and what it became.
    last: BTreeMap<String, (String, String)>,
}

impl Words {
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut words = Self::default();
        let mut statement = connection.prepare(statements::STEWARDS_LINES)?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let text =
                |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.unwrap_or_default());
            let run: i64 = row.get(0)?;
            let (action, after) = (text(2)?, text(4)?);
            let object = of_type(&text(1)?, &text(3)?);
            words
                .written
                .insert((run, action.clone(), object.clone(), after.clone()));
            if action == "pin" && row.get_ref(8)? != rusqlite::types::ValueRef::Null {
                words.moved.insert((run, object.clone()));
            }
            words.last.insert(object.clone(), (action.clone(), after.clone()));
            words.said.insert([action, object, after, text(5)?, text(6)?, text(7)?]);
        }
        Ok(words)
    }

    /// The digests of the pins that a write set on an object.
    fn digests_of_pin(&self, run: i64, object: &str) -> impl Iterator<Item = &str> {
        let from = (run, "pin".to_owned(), object.to_owned(), String::new());
        let lines = self.written.range(from..);
        lines
            .take_while(move |line| (line.0, &*line.1, &*line.2) == (run, "pin", object))
            .map(|line| &*line.3)
    }

    /// Whether the last line about an object did this and made it that.
    fn ends_with(&self, object: &str, done: &str, became: &str) -> bool {
        let last = self.last.get(object);
        last.is_some_and(|(action, after)| action == done && after == became)
    }
}

fn of_type(entity: &str, object: &str) -> String {
    format!("{entity} {object}")
}

/// Checks all of it; the sentences say what is not as the ledger has it.
///
/// Of a pin whose digest cannot be made any more, or not without the key, all but the value is checked.
pub(super) fn check(connection: &Keyed<'_>) -> Result<Vec<String>, Failure> {
    let words = Words::read(connection)?;
    let mut problems = decisions(connection, &words)?;
    problems.extend(relations(connection, &words)?);
    problems.extend(pinned(connection, &words)?);
    Ok(problems)
}

fn decisions(connection: &Connection, words: &Words) -> rusqlite::Result<Vec<String>> {
    let all = rows(connection, statements::ALL_DECISIONS, [], |row| {
        let text = |column: usize| row.get::<_, String>(column);
        let pair = format!("{}/{} {}/{}", text(2)?, text(3)?, text(4)?, text(5)?);
        let said = [
            "decide".to_owned(),
            of_type(&text(1)?, &pair),
            text(6)?,
            text(7)?,
            text(8)?,
            text(9)?,
        ];
        Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(10)?, said))
    })?;
    let is_wrong = |(_, is_withdrawn, said): &&(i64, bool, [String; 6])| {
        let stands = words.ends_with(&said[1], "decide", &said[2]);
        // An earlier decision with the same verdict may have been withdrawn.
        !words.said.contains(said) || (!is_withdrawn && !stands)
    };
    let wrong = all.iter().filter(is_wrong);
    let mut problems: Vec<String> = wrong
        .map(|(id, ..)| format!("decision {id}: not what the ledger says"))
        .collect();
    let standing: BTreeSet<&String> = all.iter().filter(|one| !one.1).map(|one| &one.2[1]).collect();
    let lost = words
        .last
        .iter()
        .filter(|(object, (action, _))| action == "decide" && !standing.contains(object));
    problems.extend(lost.map(|(object, _)| format!("decision on {object}: the ledger says that it stands")));
    Ok(problems)
}

fn relations(connection: &Connection, words: &Words) -> rusqlite::Result<Vec<String>> {
    let all = rows(connection, statements::ALL_RELATIONS, [], |row| {
        let text = |column: usize| row.get::<_, String>(column);
        let what = if row.get(2)? { "relate" } else { "unrelate" };
        let said = [
            what.to_owned(),
            of_type(&text(1)?, &text(3)?),
            text(4)?,
            text(5)?,
            text(6)?,
            text(7)?,
        ];
        Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(8)?, said))
    })?;
    let is_wrong = |(_, is_withdrawn, said): &&(i64, bool, [String; 6])| {
        !words.said.contains(said) || (!is_withdrawn && !words.ends_with(&said[1], &said[0], &said[2]))
    };
    let wrong = all.iter().filter(is_wrong);
    let mut problems: Vec<String> = wrong
        .map(|(id, ..)| format!("relation {id}: not what the ledger says"))
        .collect();
    let standing: BTreeSet<&String> = all.iter().filter(|one| !one.1).map(|one| &one.2[1]).collect();
    let is_relation = |action: &str| matches!(action, "relate" | "unrelate");
    let lost = words
        .last
        .iter()
        .filter(|(object, last)| is_relation(&last.0) && !standing.contains(object));
    problems.extend(lost.map(|(object, _)| format!("relation {object}: the ledger says that it stands")));
    Ok(problems)
}

fn pinned(connection: &Keyed<'_>, words: &Words) -> Result<Vec<String>, Failure> {
    let vaults = PastVaults::of(connection)?;
    let all = rows(connection, statements::ALL_PINS, [], |row| {
        Ok((
            pins::read(row)?,
            row.get::<_, i64>(9)?,
            row.get::<_, Option<i64>>(10)?,
            row.get::<_, bool>(11)?,
        ))
    })?;
    let mut problems = Vec::new();
    let mut vouched = connection.prepare(statements::VOUCHED_PINS)?;
    let vouched = vouched.query_row([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let (last_vouched, digest) = vouched.optional()?.unwrap_or_default();
    let last_vouched: i64 = last_vouched.parse().unwrap_or(0);
    if last_vouched > 0 && pins::times(connection, last_vouched)? != (last_vouched, digest) {
        problems.push(format!(
            "pins up to {last_vouched}: the times until which they hold are not those that the ledger vouches for"
        ));
    }
    for (mut pin, since, until, is_withdrawn) in all {
        if pins::open(connection.vault, &mut pin).is_err() {
            problems.push(format!(
                "pin {} on {}: its encrypted value does not open",
                pin.number, pin.gid
            ));
            continue;
        }
        let entity = guiyi_core::global_id::entity(pin.gid).map_or("", |entity| entity.name());
        let object = of_type(entity, &pins::object(pin.gid, &pin.element));
        let is_moved = words.moved.contains(&(since, object.clone()));
        let tells = |digest: &str| {
            let written = (since, "pin".to_owned(), object.clone(), digest.to_owned());
            let author = [pin.reason.clone(), pin.actor.clone(), pin.utc.clone()];
            let [reason, actor, utc] = author;
            let said = ["pin".to_owned(), object.clone(), digest.to_owned(), reason, actor, utc];
            words.written.contains(&written) && (is_moved || words.said.contains(&said))
        };
        let (value, from, expires) = (pin.value.as_deref(), pin.valid_from.as_deref(), pin.expires.as_deref());
        // Of a pin of an earlier store the ledger may tell of the value alone; one line vouches for the times of all these.
        let is_earlier = pin.number <= last_vouched;
        let is_said = match vaults.at(since) {
            Some(vault) => {
                tells(&pins::digest(vault, value, from, expires))
                    || (is_earlier && from.is_none() && tells(&pins::digest(vault, value, None, None)))
            }
            None => words.digests_of_pin(since, &object).any(tells),
        };
        let ended = |until: i64| {
            let of_object = |action: &str| {
                let from = (until, action.to_owned(), object.clone(), String::new());
                let mut later = words.written.range(from..);
                later
                    .next()
                    .is_some_and(|line| (line.0, &*line.1, &line.2) == (until, action, &object))
            };
            of_object("pin") || of_object("unpin")
        };
        let is_ended = until.is_none_or(ended) && until.is_some() == is_withdrawn;
        let last = words.last.get(&object).map(|(action, _)| &**action);
        let stands = is_withdrawn || last == Some("pin");
        if !(is_said && is_ended && stands) {
            problems.push(format!("pin {} on {}: not what the ledger says", pin.number, pin.gid));
        }
    }
    Ok(problems)
}
