//! How golden records are related: branch and head office, subsidiary and parent company, group and member, contact.
//!
//! Laws: relations belong to IDs, sleep with one that went into another and wake with it; parents form no circle at any
//! day; what is related is two things, so that neither a run nor a steward makes one of them; nothing is deleted; the change
//! feed tells of it at both ends.

use std::collections::{BTreeMap, BTreeSet};

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, entity};
use rusqlite::Connection;

use crate::action::{Action, By, Keep};
use crate::commit::Failure;
use crate::encode::Digester;
use crate::error::StoreError;
use crate::known::{Decision, Known, Verdict, read_gid, rows};
use crate::read::{Resolution, resolution};
use crate::{Store, feed, key, statements};

/// How one golden record is related to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// A branch, 分公司, of a company: no legal person of its own.
    BranchOf,
    /// A company, 子公司, that another one owns.
    SubsidiaryOf,
    /// A member of a group, 集团.
    MemberOf,
    /// A person who speaks for a customer or supplier.
    ContactOf,
}

impl RelationKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::BranchOf, Self::SubsidiaryOf, Self::MemberOf, Self::ContactOf];

    /// The stable name used in commands and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::BranchOf => "branch-of",
            Self::SubsidiaryOf => "subsidiary-of",
            Self::MemberOf => "member-of",
            Self::ContactOf => "contact-of",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the other one stands above it.
    fn is_upward(self) -> bool {
        self != Self::ContactOf
    }
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationSource {
    /// A steward.
    Steward,
    /// The name, read as a branch of the other's, and a steward who accepted that.
    Name,
}

impl RelationSource {
    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steward => "steward",
            Self::Name => "name",
        }
    }
}

/// A relation between two golden records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// One golden record; if its ID was superseded, the one that stands for it.
    pub from: GlobalId,
    /// What it is.
    pub kind: RelationKind,
    /// The other; likewise.
    pub to: GlobalId,
    /// Whether it is so; `false`: a steward said that it is not.
    pub is_so: bool,
    /// First day, `YYYY-MM-DD`; `None`: ever.
    pub valid_from: Option<String>,
    /// First day on which it does not hold any more; `None`: open.
    pub valid_until: Option<String>,
    /// Who says so.
    pub source: RelationSource,
    /// Why.
    pub reason: String,
    /// Who wrote it.
    pub actor: String,
    /// When, UTC.
    pub utc: String,
}

impl Relation {
    /// Whether it holds on a day, `YYYY-MM-DD`.
    pub fn holds_on(&self, day: &str) -> bool {
        self.is_so
            && self.valid_from.as_deref().is_none_or(|from| from <= day)
            && self.valid_until.as_deref().is_none_or(|until| day < until)
    }
}

/// A relation to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRelation<'a> {
    /// One golden record.
    pub from: GlobalId,
    /// What it is.
    pub kind: RelationKind,
    /// The other.
    pub to: GlobalId,
    /// Whether it is so; `false` keeps it from being proposed again.
    pub is_so: bool,
    /// First day, `YYYY-MM-DD`; `None`: ever.
    pub valid_from: Option<&'a str>,
    /// First day on which it does not hold any more; `None`: open.
    pub valid_until: Option<&'a str>,
    /// Who says so.
    pub source: RelationSource,
}

impl Store {
    /// Relates golden records, all or none; what was said before of the same two and kind is withdrawn.
    ///
    /// # Errors
    /// [`StoreError::NotActive`]; [`StoreError::Inconsistent`] for a golden record related to itself, kinds that do not fit
    /// the entity types, days out of order, and a circle of parents.
    pub fn relate(&mut self, new: &[NewRelation<'_>], by: By<'_>) -> Result<(), StoreError> {
        let Some(of_type) = new.first().and_then(|new| entity(new.from)) else {
            return Ok(());
        };
        self.act(of_type, by, |action| Ok((write(action, new)?, Keep::All)))
    }

    /// The relations of a golden record in both directions, or all of them; also those that have ended or are said not
    /// to be so, by IDs and kind. A relation within one golden record, made one since, is left out.
    pub fn relations(&self, of: Option<GlobalId>) -> Result<Vec<Relation>, StoreError> {
        self.read(|connection| {
            let Some(of) = of else {
                return standing(connection, &all(connection)?);
            };
            let mut ids: BTreeSet<GlobalId> = BTreeSet::from([of]);
            let superseded = rows(connection, statements::SUPERSEDED_BY, [key::to_key(of)], |row| {
                read_gid(row, 0)
            });
            ids.extend(superseded?);
            let mut found = Vec::new();
            for id in ids {
                found.extend(rows(connection, statements::RELATIONS_OF, [key::to_key(id)], read)?);
            }
            standing(connection, &found)
        })
    }
}

/// Relates golden records, see [`Store::relate`].
pub(crate) fn write(action: &Action<'_>, new: &[NewRelation<'_>]) -> Result<(), Failure> {
    let by = action.by;
    let mut lines = Vec::new();
    for new in new {
        check(action, new)?;
        let ids = (key::to_key(new.from), new.kind.name(), key::to_key(new.to));
        let mut withdraw = action.connection.prepare_cached(statements::WITHDRAW_RELATION)?;
        crate::write(&mut withdraw, (action.run, ids.0, ids.1, ids.2))?;
        let mut add = action.connection.prepare_cached(statements::ADD_RELATION)?;
        let days = (new.valid_from, new.valid_until);
        let said = (new.source.name(), by.reason, by.actor, by.utc, action.run);
        crate::write(
            &mut add,
            (
                ids.0, ids.1, ids.2, new.is_so, days.0, days.1, said.0, said.1, said.2, said.3, said.4,
            ),
        )?;
        let object = format!("{} {} {}", new.from.as_str(), new.kind.name(), new.to.as_str());
        let days = format!("{}..{}", days.0.unwrap_or_default(), days.1.unwrap_or_default());
        let what = if new.is_so { "relate" } else { "unrelate" };
        action.note(what, &object, None, Some(&days))?;
        let mut digester = Digester::default();
        for text in [&*object, what, &*days] {
            digester.text(text);
        }
        let digest = action.connection.vault.digest(&mut digester);
        let kind = if new.is_so { "related" } else { "unrelated" };
        lines.extend([new.from, new.to].map(|gid| (gid, kind, digest)));
    }
    feed::tell(action, &lines)
}

/// Refuses what cannot be.
fn check(action: &Action<'_>, new: &NewRelation<'_>) -> Result<(), Failure> {
    let refuse = |detail: String| Err(StoreError::Inconsistent { detail }.into());
    let (from, to, kind) = (new.from, new.to, new.kind.name());
    for gid in [from, to] {
        let survivor = match resolution(action.connection, gid)? {
            Some(Resolution::Active) => continue,
            Some(Resolution::Superseded(survivor)) => Some(survivor),
            _ => None,
        };
        return Err(StoreError::NotActive { gid, survivor }.into());
    }
    if from == to {
        return refuse(format!("{from} cannot be {kind} itself"));
    }
    let is_organization = |gid| matches!(entity(gid), Some(EntityType::Customer | EntityType::Supplier));
    let fits = match new.kind {
        RelationKind::ContactOf => entity(from) == Some(EntityType::Contact) && is_organization(to),
        _ => is_organization(from) && entity(from) == entity(to),
    };
    if !fits {
        return refuse(format!(
            "{from} cannot be {kind} {to}: a contact is of a customer or supplier, the other kinds are among customers \
             and among suppliers"
        ));
    }
    if let (Some(first), Some(end)) = (new.valid_from, new.valid_until)
        && first >= end
    {
        return refuse(format!("a relation from {first} cannot end on {end}"));
    }
    if new.is_so && new.kind.is_upward() {
        let known = standing(action.connection, &all(action.connection)?)?;
        if let Some(way) = way_up(&known, new) {
            let way: Vec<String> = way.iter().map(ToString::to_string).collect();
            return refuse(format!("{to} stands below {from} already: {}", way.join(" → ")));
        }
    }
    Ok(())
}

/// The way from the new relation's upper end to its lower one, over relations that hold on a day with it.
fn way_up(known: &[Relation], new: &NewRelation<'_>) -> Option<Vec<GlobalId>> {
    let overlaps = |other: &Relation| {
        let before =
            |end: Option<&str>, first: Option<&str>| matches!((end, first), (Some(end), Some(first)) if end <= first);
        !before(other.valid_until.as_deref(), new.valid_from) && !before(new.valid_until, other.valid_from.as_deref())
    };
    let mut above: BTreeMap<GlobalId, Vec<GlobalId>> = BTreeMap::new();
    for other in known
        .iter()
        .filter(|other| other.is_so && other.kind.is_upward() && overlaps(other))
    {
        above.entry(other.from).or_default().push(other.to);
    }
    let mut came_from: BTreeMap<GlobalId, GlobalId> = BTreeMap::new();
    let mut next = vec![new.to];
    while let Some(here) = next.pop() {
        if here == new.from {
            let mut way = vec![here];
            let mut at = here;
            while let Some(&before) = came_from.get(&at).filter(|_| at != new.to) {
                way.push(before);
                at = before;
            }
            way.reverse();
            return Some(way);
        }
        for &up in above.get(&here).into_iter().flatten() {
            if up != new.to && !came_from.contains_key(&up) {
                came_from.insert(up, here);
                next.push(up);
            }
        }
    }
    None
}

fn all(connection: &Connection) -> rusqlite::Result<Vec<Relation>> {
    rows(connection, statements::RELATIONS, [], read)
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Relation> {
    Ok(Relation {
        from: read_gid(row, 0)?,
        kind: RelationKind::from_name(row.get_ref(1)?.as_str()?).unwrap_or(RelationKind::BranchOf),
        to: read_gid(row, 2)?,
        is_so: row.get(3)?,
        valid_from: row.get(4)?,
        valid_until: row.get(5)?,
        source: match row.get_ref(6)?.as_str()? {
            "name" => RelationSource::Name,
            _ => RelationSource::Steward,
        },
        reason: row.get(7)?,
        actor: row.get(8)?,
        utc: row.get(9)?,
    })
}

/// The relations with the IDs that stand for theirs now.
fn standing(connection: &Connection, stored: &[Relation]) -> Result<Vec<Relation>, Failure> {
    let stands = |gid: GlobalId| -> rusqlite::Result<GlobalId> {
        Ok(match resolution(connection, gid)? {
            Some(Resolution::Superseded(survivor)) => survivor,
            _ => gid,
        })
    };
    let mut relations = Vec::with_capacity(stored.len());
    for relation in stored {
        let (from, to) = (stands(relation.from)?, stands(relation.to)?);
        if from != to {
            let relation = relation.clone();
            relations.push(Relation { from, to, ..relation });
        }
    }
    relations.sort_by(|a, b| (a.from, a.kind, a.to, &a.utc).cmp(&(b.from, b.kind, b.to, &b.utc)));
    relations.dedup_by(|later, first| (later.from, later.kind, later.to) == (first.from, first.kind, first.to));
    Ok(relations)
}

/// The relation that keeps two golden records apart, if there is one.
pub(crate) fn between(connection: &Connection, a: GlobalId, b: GlobalId) -> Result<Option<Relation>, Failure> {
    let found = standing(connection, &all(connection)?)?;
    let mut found = found.into_iter().filter(|relation| relation.is_so);
    Ok(found.find(|relation| [(a, b), (b, a)].contains(&(relation.from, relation.to))))
}

/// A record: system and source key.
type Name = (String, String);

/// What relations say of records, as decisions: no record of one is a record of the other. A pair about which a steward
/// has decided is left to that.
pub(crate) fn apart(connection: &Connection, known: &Known) -> Result<Vec<Decision>, Failure> {
    let relations = standing(connection, &all(connection)?)?;
    if relations.is_empty() {
        return Ok(Vec::new());
    }
    let mut members: BTreeMap<GlobalId, Vec<Name>> = BTreeMap::new();
    let related: BTreeSet<GlobalId> = relations
        .iter()
        .flat_map(|relation| [relation.from, relation.to])
        .collect();
    for row in known.rows.iter().filter(|row| related.contains(&row.gid)) {
        let name = (known.systems[usize::from(row.source)].to_string(), row.key.to_string());
        members.entry(row.gid).or_default().push(name);
    }
    let decisions = known
        .decisions
        .iter()
        .filter(|decision| decision.verdict != Verdict::Unsure);
    let decided: BTreeSet<(&Name, &Name)> = decisions.map(|decision| (&decision.a, &decision.b)).collect();
    let mut apart = Vec::new();
    for relation in relations.iter().filter(|relation| relation.is_so) {
        for one in members.get(&relation.from).into_iter().flatten() {
            for other in members.get(&relation.to).into_iter().flatten() {
                if decided.contains(&(one, other)) || decided.contains(&(other, one)) {
                    continue;
                }
                apart.push(Decision {
                    a: one.clone(),
                    b: other.clone(),
                    verdict: Verdict::NotMatch,
                    reason: format!("{} {} {}", relation.from, relation.kind.name(), relation.to),
                    actor: relation.actor.clone(),
                    utc: relation.utc.clone(),
                });
            }
        }
    }
    Ok(apart)
}
