//! Codes in bulk: all codes of a system at once for translating files, and old codes that are to lead to an ID as well.
//!
//! Laws: a code that ever led to an ID leads to what stands for it now; a record's own code goes before an alias; a code
//! that is not known is never guessed, only suggested.

use std::collections::{HashMap, HashSet};

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use rusqlite::{Connection, OptionalExtension};

use crate::action::{Action, By, Keep};
use crate::commit::Failure;
use crate::error::StoreError;
use crate::known::{read_gid, rows};
use crate::read::{Resolution, resolution};
use crate::rows::CodeStatus;
use crate::{Store, key, statements};

/// Suggestions for one unknown code.
const MAX_SUGGESTIONS: usize = 5;

/// All codes of one system, in memory.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    ids: HashMap<Box<str>, GlobalId>,
    /// The codes of the records of each ID, in order.
    of_id: HashMap<GlobalId, Vec<Box<str>>>,
    /// The codes that have an end or are replaced.
    old: HashMap<Box<str>, OldCode>,
    /// The IDs of retired golden records.
    retired: HashSet<GlobalId>,
    /// Codes by what is left of them when typing habits are taken off.
    bare: HashMap<Box<str>, Vec<Box<str>>>,
    /// The characters that occur in bare codes.
    alphabet: Vec<char>,
}

/// A code of a golden record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Name of the system.
    pub system: String,
    /// `record` for the source key of a record, `alias` for a code that leads to it as well.
    pub id_type: String,
    /// The code.
    pub key: String,
    /// Since when, UTC.
    pub valid_from: String,
    /// Until when it may be used, UTC; `None`: open. It leads to its ID for ever.
    pub valid_to: Option<String>,
    /// The code of the same system that replaces it, if that is known.
    pub successor: Option<String>,
}

/// A code that is to lead to an ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCode<'a> {
    /// Name of the system.
    pub system: &'a str,
    /// The code.
    pub key: &'a str,
    /// The ID.
    pub gid: GlobalId,
    /// From when it may be used, UTC; `None`: from now on.
    pub valid_from: Option<&'a str>,
    /// Until when it may be used, UTC; `None`: open.
    pub valid_to: Option<&'a str>,
    /// The record that it came with, system and source key: it may follow that when its golden record is split.
    pub with: Option<(&'a str, &'a str)>,
}

/// Why a code was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeRefusal {
    /// The ID was never issued, or is of another entity type.
    UnknownId,
    /// The code leads to this ID already.
    Taken(GlobalId),
    /// Neither the code nor the one that is to replace it is known.
    UnknownCode,
    /// A code would be replaced by itself, or by one that it replaces.
    Circle,
    /// It could be used from a time on that is not before the one until which it could be.
    Times,
}

/// A code that another one of its system replaces, or that has an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldCode {
    /// Until when it may be used, UTC; `None`: open.
    pub valid_to: Option<String>,
    /// The code that replaces it, and from when that may be used, UTC.
    pub successor: Option<(Box<str>, String)>,
}

impl OldCode {
    /// How it may be used at a time, `YYYY-MM-DDTHH:MM:SSZ`.
    pub fn status(&self, utc: &str) -> CodeStatus {
        CodeStatus::at(self.valid_to.as_deref(), utc)
    }
}

impl Store {
    /// All codes of a system; empty if the store does not know the system. Cost: linear in the number of codes.
    pub fn codes(&self, entity: EntityType, system: &str) -> Result<Codes, StoreError> {
        self.read(|connection| Ok(load(connection, entity, system)?))
    }

    /// The codes that lead to an ID.
    pub fn codes_of(&self, gid: GlobalId) -> Result<Vec<Code>, StoreError> {
        let found = rows(&self.connection, statements::CODES_OF, [key::to_key(gid)], read_code);
        found.map_err(|error| self.failed(error))
    }

    /// Names of the systems that the store knows, in order.
    pub fn systems(&self) -> Result<Vec<String>, StoreError> {
        let mut names: Vec<String> =
            rows(&self.connection, statements::SYSTEMS, [], |row| row.get(1)).map_err(|error| self.failed(error))?;
        names.sort_unstable();
        Ok(names)
    }

    /// Lets codes lead to IDs as aliases, such as the codes of a system that has been replaced. The answers, in the order
    /// of the codes, say whether the code is new. If one is refused, none is written, unless `partial` is true.
    pub fn add_codes(
        &mut self,
        entity: EntityType,
        codes: &[NewCode<'_>],
        by: By<'_>,
        partial: bool,
    ) -> Result<Vec<Result<bool, CodeRefusal>>, StoreError> {
        self.act(entity, by, |action| {
            let (answers, keep) = answer_each(codes, partial, |code| add(action, code))?;
            if keep == Keep::All {
                let n_new = answers.iter().filter(|answer| **answer == Ok(true)).count();
                action.note("alias", entity.name(), None, Some(&format!("{n_new} codes")))?;
            }
            Ok((answers, keep))
        })
    }
}

/// The answers to all, and whether what was written stays: if something is new, and nothing was refused or `partial` is
/// true.
pub(crate) fn answer_each<T>(
    asked: &[T],
    partial: bool,
    answer: impl Fn(&T) -> Result<Result<bool, CodeRefusal>, Failure>,
) -> Result<(Vec<Result<bool, CodeRefusal>>, Keep), Failure> {
    let answers = asked.iter().map(answer).collect::<Result<Vec<_>, _>>()?;
    let is_written = answers.contains(&Ok(true)) && (partial || answers.iter().all(Result::is_ok));
    Ok((answers, if is_written { Keep::All } else { Keep::Nothing }))
}

/// Reads a code: system, kind, code, from when, until when, successor.
pub(crate) fn read_code(row: &rusqlite::Row<'_>) -> rusqlite::Result<Code> {
    Ok(Code {
        system: row.get(0)?,
        id_type: row.get(1)?,
        key: row.get(2)?,
        valid_from: row.get(3)?,
        valid_to: row.get(4)?,
        successor: row.get(5)?,
    })
}

fn add(action: &Action<'_>, code: &NewCode<'_>) -> Result<Result<bool, CodeRefusal>, Failure> {
    let Some(target) = standing_for(action.connection, code.gid)? else {
        return Ok(Err(CodeRefusal::UnknownId));
    };
    if guiyi_core::global_id::entity(code.gid) != Some(action.entity) {
        return Ok(Err(CodeRefusal::UnknownId));
    }
    let valid_from = code.valid_from.unwrap_or(action.by.utc);
    if code.valid_from.is_some() && code.valid_to.is_some_and(|end| end <= valid_from) {
        return Ok(Err(CodeRefusal::Times));
    }
    let system = if let Some(system) = action.system(code.system)? {
        system
    } else {
        let mut last = action.connection.prepare_cached(statements::LAST_SYSTEM)?;
        let last: i64 = last.query_row([], |row| row.get(0))?;
        let mut add = action.connection.prepare_cached(statements::ADD_SYSTEM)?;
        crate::write(&mut add, (last + 1, code.system))?;
        last + 1
    };
    let mut any = action.connection.prepare_cached(statements::ANY_CODE)?;
    let taken = any
        .query_row((action.entity.name(), system, code.key), |row| read_gid(row, 0))
        .optional()?;
    if let Some(taken) = taken {
        let taken = standing_for(action.connection, taken)?.unwrap_or(taken);
        return Ok(if taken == target {
            Ok(false)
        } else {
            Err(CodeRefusal::Taken(taken))
        });
    }
    let mut add = action.connection.prepare_cached(statements::ADD_ALIAS)?;
    let (entity, gid) = (action.entity.name(), key::to_key(code.gid));
    let record = match code.with {
        Some((system, key)) => source_id(action, system, key)?,
        None => None,
    };
    crate::write(
        &mut add,
        (
            entity,
            system,
            code.key,
            gid,
            action.run,
            valid_from,
            code.valid_to,
            record,
        ),
    )?;
    Ok(Ok(true))
}

/// The number of a source record.
fn source_id(action: &Action<'_>, system: &str, key: &str) -> rusqlite::Result<Option<i64>> {
    let Some(system) = action.system(system)? else {
        return Ok(None);
    };
    let mut source = action.connection.prepare_cached(statements::SOURCE_ID)?;
    source
        .query_row((action.entity.name(), system, key), |row| row.get(0))
        .optional()
}

/// The ID that stands for an issued ID.
pub(crate) fn standing_for(connection: &Connection, gid: GlobalId) -> rusqlite::Result<Option<GlobalId>> {
    Ok(match resolution(connection, gid)? {
        Some(Resolution::Superseded(survivor)) => Some(survivor),
        Some(Resolution::Active | Resolution::Retired) => Some(gid),
        Some(Resolution::Reserved) | None => None,
    })
}

fn load(connection: &Connection, entity: EntityType, system: &str) -> rusqlite::Result<Codes> {
    let mut statement = connection.prepare_cached(statements::SYSTEM)?;
    let number: Option<i64> = statement.query_row([system], |row| row.get(0)).optional()?;
    let Some(number) = number else {
        return Ok(Codes::default());
    };
    let retired = rows(connection, statements::RETIRED_IDS, [], |row| read_gid(row, 0))?;
    let mut codes = Codes {
        retired: retired.into_iter().collect(),
        ..Codes::default()
    };
    let mut statement = connection.prepare(statements::CODES_OF_SYSTEM)?;
    let mut found = statement.query((entity.name(), number))?;
    while let Some(row) = found.next()? {
        let (code, gid): (&str, GlobalId) = (row.get_ref(0)?.as_str()?, read_gid(row, 1)?);
        // Aliases come first, so that a record's own code goes before.
        let alias = codes.ids.insert(code.into(), gid);
        if row.get(2)? {
            codes.of_id.entry(gid).or_default().push(code.into());
        }
        let (valid_to, successor): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        if valid_to.is_some() || successor.is_some() {
            let from: Option<String> = row.get(5)?;
            let successor = successor.map(|successor| (successor.into(), from.unwrap_or_default()));
            codes.old.insert(code.into(), OldCode { valid_to, successor });
        } else if alias != Some(gid) {
            codes.old.remove(code);
        }
    }
    Ok(codes)
}

impl Codes {
    /// Number of codes.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ID that a code leads to now.
    pub fn id(&self, code: &str) -> Option<GlobalId> {
        self.ids.get(code).copied()
    }

    /// Whether the golden record of an ID is retired: its codes lead to it for ever, and nobody should go on using them.
    pub fn is_retired(&self, gid: GlobalId) -> bool {
        self.retired.contains(&gid)
    }

    /// What is known of a code that has an end or is replaced; `None` for one that may be used for ever.
    pub fn old(&self, code: &str) -> Option<&OldCode> {
        self.old.get(code)
    }

    /// The code to be used in place of an old one at a time, `YYYY-MM-DDTHH:MM:SSZ`: the last of those that replace it one
    /// after the other, else the one code that its ID's records have in this system; `None` if there is no such code.
    pub fn successor(&self, code: &str, utc: &str) -> Option<&str> {
        let old = self.old.get(code)?;
        if let Some((next, _)) = &old.successor {
            return Some(self.last(next, |_| true));
        }
        let mut others = self
            .current(*self.ids.get(code)?, utc)
            .into_iter()
            .filter(|other| *other != code);
        others.next().filter(|_| others.next().is_none())
    }

    /// The codes to be used for an ID at a time, in order: those of its records, where one is replaced by then the one
    /// that replaces it.
    pub fn current(&self, gid: GlobalId, utc: &str) -> Vec<&str> {
        let mut codes: Vec<&str> = self
            .of_id(gid)
            .iter()
            .map(|code| self.last(code, |from| from <= utc))
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// The last of the codes that replace one after the other.
    fn last<'a>(&'a self, code: &'a str, is_there: impl Fn(&str) -> bool) -> &'a str {
        let mut at = code;
        // A circle is refused when it is written; were there one, it would end here.
        for _ in 0..=self.old.len() {
            match self.old.get(at).and_then(|old| old.successor.as_ref()) {
                Some((next, from)) if is_there(from) => at = next,
                _ => return at,
            }
        }
        code
    }

    /// The codes of an ID's records, in order.
    pub fn of_id(&self, gid: GlobalId) -> &[Box<str>] {
        self.of_id.get(&gid).map_or(&[], Vec::as_slice)
    }

    /// Known codes that an unknown one may have been meant to be, the likeliest first: the same but for width, case,
    /// blanks and hyphens, O for 0, I for 1 and leading zeros; else one character more, less, other, or two swapped.
    ///
    /// The first call costs a pass over all codes.
    pub fn suggest(&mut self, code: &str) -> Vec<&str> {
        if self.bare.is_empty() {
            self.index();
        }
        let meant = bare(code);
        let mut found: Vec<&str> = self
            .bare
            .get(&*meant)
            .into_iter()
            .flatten()
            .map(|code| &**code)
            .collect();
        if found.is_empty() {
            for near in neighbors(&meant, &self.alphabet) {
                found.extend(self.bare.get(&*near).into_iter().flatten().map(|code| &**code));
            }
            found.sort_unstable();
            found.dedup();
        }
        found.truncate(MAX_SUGGESTIONS);
        found
    }

    fn index(&mut self) {
        for code in self.ids.keys() {
            self.bare.entry(bare(code).into()).or_default().push(code.clone());
        }
        for codes in self.bare.values_mut() {
            codes.sort_unstable();
        }
        self.alphabet = self.bare.keys().flat_map(|code| code.chars()).collect();
        self.alphabet.sort_unstable();
        self.alphabet.dedup();
    }
}

/// A code without what typing adds to it or takes from it: width, case, blanks and hyphens, O for 0, I for 1, zeros at
/// the beginning of a number.
fn bare(code: &str) -> String {
    let mut bare = String::with_capacity(code.len());
    let mut in_number = false;
    for c in code.chars() {
        let narrow = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c => c,
        };
        let c = match narrow.to_ascii_uppercase() {
            'O' => '0',
            'I' => '1',
            '-' | '_' | '.' | '/' | '\u{3000}' => {
                in_number = false;
                continue;
            }
            c if c.is_whitespace() => {
                in_number = false;
                continue;
            }
            c => c,
        };
        if c == '0' && !in_number {
            continue;
        }
        in_number = c.is_ascii_digit();
        bare.push(c);
    }
    bare
}

/// All texts one edit away.
fn neighbors(text: &str, alphabet: &[char]) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut near = Vec::new();
    let with = |from: usize, to: usize, middle: &[char]| -> String {
        chars[..from].iter().chain(middle).chain(&chars[to..]).collect()
    };
    for at in 0..=chars.len() {
        for &c in alphabet {
            near.push(with(at, at, &[c]));
            if at < chars.len() && chars[at] != c {
                near.push(with(at, at + 1, &[c]));
            }
        }
        if at < chars.len() {
            near.push(with(at, at + 1, &[]));
        }
        if at + 1 < chars.len() && chars[at] != chars[at + 1] {
            near.push(with(at, at + 2, &[chars[at + 1], chars[at]]));
        }
    }
    near
}

#[cfg(test)]
mod tests {
    use guiyi_core::global_id::from_serial;
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    fn codes(known: &[&str]) -> Codes {
        let gid = |serial| from_serial(EntityType::Customer, 0, serial).unwrap();
        Codes {
            ids: known
                .iter()
                .zip(1..)
                .map(|(code, serial)| ((*code).into(), gid(serial)))
                .collect(),
            ..Codes::default()
        }
    }

    #[test]
    fn suggestions() {
        for (typed, expected) in [
            ("d03-000127", &["D03-000127"][..]),
            ("Ｄ０３－０００１２７", &["D03-000127"]),
            ("DO3-OOO127", &["D03-000127"]),
            ("D03-127", &["D03-000127"]),
            ("D03 000I27", &["D03-000127"]),
            ("D03-000172", &["D03-000127"]),
            ("D03-00127X", &["D03-000127"]),
            ("D03-000227", &["D03-000127", "D03-000229"]),
            ("K99", &[]),
            ("", &[]),
        ] {
            let mut codes = codes(&["D03-000127", "D03-000229", "HD-KA-00451"]);
            assert_eq!(codes.suggest(typed), expected, "{typed}");
        }
        assert_eq!(Codes::default().suggest("D03"), [""; 0]);
    }

    proptest! {
        #[test]
        fn one_wrong_character_finds_the_code(
            code in "[A-HJ-NP-Z]{1,2}[1-9]{2}-[1-9]{4}", at in 0_usize..6, wrong in "[A-HJ-NP-Z2-9]"
        ) {
            let mut typed: Vec<char> = code.chars().collect();
            let at = at.min(typed.len() - 1);
            typed[at] = wrong.chars().next().unwrap();
            let typed: String = typed.into_iter().collect();
            prop_assert!(codes(&[&code]).suggest(&typed).contains(&&*code), "{} {}", typed, code);
        }
    }
}
