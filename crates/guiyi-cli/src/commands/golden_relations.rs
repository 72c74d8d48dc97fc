//! `guiyi golden relate`, `unrelate` and `relations`: branches, subsidiaries, members of groups and contacts; and which
//! golden records are branches of others by their names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::bail;
use guiyi_core::dictionary::{ElementKind, EntityType};
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::hint_for;
use guiyi_core::standardize::organization_name::{fold, match_key, parse};
use guiyi_store::{NewRelation, Relation, RelationKind, RelationSource, Store};
use serde_json::{Value, json};

use super::golden_words::Answer;
use super::golden_write::{self, Propose};
use super::steward::{Author, Desk, Show, either, open_to_read, parse_id};
use crate::project::Project;
use crate::words::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Relate {
    /// The branch, subsidiary, member or contact.
    #[arg(value_parser = parse_id)]
    from: GlobalId,
    /// What it is: `branch-of`, `subsidiary-of`, `member-of` or `contact-of`.
    #[arg(value_parser = parse_kind)]
    kind: RelationKind,
    /// The head office, parent company, group, or the contact's customer or supplier.
    #[arg(value_parser = parse_id)]
    to: GlobalId,
    /// First day on which it holds; the default is ever.
    #[arg(long = "from", value_name = "DAY")]
    valid_from: Option<jiff::civil::Date>,
    /// First day on which it does not hold any more; the default is open.
    #[arg(long, value_name = "DAY")]
    until: Option<jiff::civil::Date>,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    propose: Propose,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    pub(super) show: Show,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Unrelate {
    /// The branch, subsidiary, member or contact.
    #[arg(value_parser = parse_id)]
    from: GlobalId,
    /// What it is not: `branch-of`, `subsidiary-of`, `member-of` or `contact-of`.
    #[arg(value_parser = parse_kind)]
    kind: RelationKind,
    /// The other.
    #[arg(value_parser = parse_id)]
    to: GlobalId,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    propose: Propose,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    pub(super) show: Show,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Relations {
    /// Only those of this golden record, in both directions.
    #[arg(value_parser = parse_id)]
    id: Option<GlobalId>,
    /// Only those that hold on this day.
    #[arg(long, value_name = "DAY")]
    as_of: Option<jiff::civil::Date>,
    /// Show what the names say and nobody has answered yet: branches whose head office is there.
    #[arg(long)]
    proposed: bool,
    /// Accept the proposals shown.
    #[arg(long, requires = "proposed", requires = "reason")]
    accept: bool,
    /// Why.
    #[arg(long, requires = "accept")]
    reason: Option<String>,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    pub(super) show: Show,
}

/// A branch and its head office, by their names.
struct Proposal {
    from: GlobalId,
    from_name: String,
    to: GlobalId,
    to_name: String,
}

fn parse_kind(text: &str) -> Result<RelationKind, String> {
    let names = RelationKind::ALL.map(RelationKind::name);
    RelationKind::from_name(text).ok_or_else(|| hint_for(text, names).unwrap_or_default())
}

pub(super) fn relate(project: &Path, args: &Relate) -> anyhow::Result<Answer> {
    let relation = guiyi_store::Proposal::Relate {
        from: args.from,
        kind: args.kind,
        to: args.to,
        is_so: true,
        valid_from: args.valid_from.map(|day| day.to_string()),
        valid_until: args.until.map(|day| day.to_string()),
    };
    let mut desk = Desk::open(project, &args.author)?;
    write(
        &mut desk,
        (args.from, &relation),
        &args.reason,
        &args.propose,
        &args.show,
    )
}

pub(super) fn unrelate(project: &Path, args: &Unrelate) -> anyhow::Result<Answer> {
    let relation = guiyi_store::Proposal::Relate {
        from: args.from,
        kind: args.kind,
        to: args.to,
        is_so: false,
        valid_from: None,
        valid_until: None,
    };
    let mut desk = Desk::open(project, &args.author)?;
    write(
        &mut desk,
        (args.from, &relation),
        &args.reason,
        &args.propose,
        &args.show,
    )
}

/// Writes a relation and shows those of the golden record that it begins at, or proposes it.
fn write(
    desk: &mut Desk,
    (from, relation): (GlobalId, &guiyi_store::Proposal),
    reason: &str,
    propose: &Propose,
    show: &Show,
) -> anyhow::Result<Answer> {
    let proposed = golden_write::write(desk, relation, reason, propose, show.is_chinese(&desk.project))?;
    if propose.is_wanted() {
        return Ok(proposed);
    }
    let mut relations = desk.store.relations(Some(from))?;
    relations.retain(|relation| relation.from == from);
    answer(&desk.project, &desk.store, &relations, show)
}

pub(super) fn relations(project: &Path, args: &Relations) -> anyhow::Result<Answer> {
    if args.proposed {
        return propose(project, args);
    }
    let (project, store) = open_to_read(project)?;
    if let Some(id) = args.id
        && store.resolve(id)?.is_none()
    {
        bail!("{id} was never issued");
    }
    let mut relations = store.relations(args.id)?;
    if let Some(day) = args.as_of {
        let day = day.to_string();
        relations.retain(|relation| relation.holds_on(&day));
    }
    answer(&project, &store, &relations, &args.show)
}

fn propose(project: &Path, args: &Relations) -> anyhow::Result<Answer> {
    let (read, store) = open_to_read(project)?;
    let chinese = args.show.is_chinese(&read);
    let (mut proposals, mut n_ambiguous) = (Vec::new(), 0);
    for entity in &read.entities {
        let dictionary = entity.dictionary();
        let Some(name) = dictionary.of_kind(ElementKind::OrganizationName).next() else {
            continue;
        };
        let names = names(&store, dictionary.entity, &dictionary.elements[name].name)?;
        let (found, ambiguous) = by_names(&names);
        proposals.extend(found);
        n_ambiguous += ambiguous;
    }
    let answered: BTreeSet<(GlobalId, GlobalId)> = (store.relations(None)?.iter())
        .filter(|relation| relation.kind == RelationKind::BranchOf)
        .map(|relation| (relation.from, relation.to))
        .collect();
    proposals.retain(|proposal| {
        !answered.contains(&(proposal.from, proposal.to))
            && args.id.is_none_or(|id| id == proposal.from || id == proposal.to)
    });
    if n_ambiguous > 0 {
        say(&if chinese {
            format!("{n_ambiguous} 个分支机构的总公司名称对应多条主数据，未提出建议")
        } else {
            format!("{n_ambiguous} branches whose head office's name several golden records have: nothing is proposed")
        });
    }
    if args.accept && !proposals.is_empty() {
        drop(store);
        let accepted = proposals.iter().map(|proposal| NewRelation {
            from: proposal.from,
            kind: RelationKind::BranchOf,
            to: proposal.to,
            is_so: true,
            valid_from: None,
            valid_until: None,
            source: RelationSource::Name,
        });
        // One transaction for each entity type.
        let mut by_type: BTreeMap<Option<EntityType>, Vec<NewRelation<'_>>> = BTreeMap::new();
        for new in accepted {
            by_type
                .entry(guiyi_core::global_id::entity(new.from))
                .or_default()
                .push(new);
        }
        let mut desk = Desk::open(project, &args.author)?;
        for new in by_type.values() {
            desk.store
                .relate(new, desk.signature.because(args.reason.as_deref().unwrap_or_default()))?;
        }
        let (n, said) = (proposals.len(), either(chinese, "accepted", "已采纳"));
        say(&format!("{n} {said}"));
    }
    let mut text = String::new();
    for proposal in &proposals {
        let Proposal {
            from,
            from_name,
            to,
            to_name,
        } = proposal;
        _ = writeln!(text, "{from}  {from_name}\n  branch-of  {to}  {to_name}");
    }
    let json = proposals.iter().map(|proposal| {
        json!({"from": proposal.from.to_string(), "from_name": proposal.from_name, "kind": "branch-of",
            "to": proposal.to.to_string(), "to_name": proposal.to_name})
    });
    Ok(Answer {
        text,
        json: json!({"proposals": json.collect::<Vec<_>>(), "ambiguous": n_ambiguous, "accepted": args.accept}),
    })
}

/// The names of the golden records of an entity type.
fn names(store: &Store, entity: EntityType, element: &str) -> anyhow::Result<Vec<(GlobalId, String)>> {
    let rows = store.golden_rows(entity)?;
    let Some(at) = rows.elements().iter().position(|name| name == element) else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for row in rows {
        let mut row = row?;
        names.extend(row.values[at].take().map(|name| (row.gid, name)));
    }
    Ok(names)
}

/// The branches whose head office is there once, and the number of those for which it is there several times.
fn by_names(names: &[(GlobalId, String)]) -> (Vec<Proposal>, usize) {
    let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, (_, name)) in names.iter().enumerate() {
        by_key.entry(match_key(name)).or_default().push(at);
    }
    let (mut proposals, mut n_ambiguous) = (Vec::new(), 0);
    for (from, from_name) in names {
        let Some(parents) = head_office(from_name).and_then(|key| by_key.get(&key)) else {
            continue;
        };
        match parents[..] {
            [parent] if names[parent].0 != *from => proposals.push(Proposal {
                from: *from,
                from_name: from_name.clone(),
                to: names[parent].0,
                to_name: names[parent].1.clone(),
            }),
            [_] => {}
            _ => n_ambiguous += 1,
        }
    }
    (proposals, n_ambiguous)
}

/// The key of the head office's name in the name of a branch; `None` for any other name.
fn head_office(name: &str) -> Option<String> {
    // A branch may stand in brackets; keys of names know no brackets.
    let folded: String = fold(name)
        .chars()
        .filter(|c| !matches!(c, '(' | ')' | '（' | '）'))
        .collect();
    let branch = parse(&folded).branch?;
    let of_branch = format!("{}{}", branch.place, branch.suffix);
    let at = folded.rfind(&of_branch).or_else(|| folded.rfind(branch.suffix))?;
    Some(match_key(&folded[..at])).filter(|key| !key.is_empty())
}

fn answer(project: &Project, store: &Store, relations: &[Relation], show: &Show) -> anyhow::Result<Answer> {
    let chinese = show.is_chinese(project);
    let mut text = String::new();
    let mut shown = Vec::new();
    for relation in relations {
        let (from, to) = (name_of(store, relation.from)?, name_of(store, relation.to)?);
        _ = writeln!(
            text,
            "{}  {from}\n  {}  {}  {to}\n    {}",
            relation.from,
            kind_words(relation, chinese),
            relation.to,
            said(relation)
        );
        shown.push(to_json(relation, &from, &to));
    }
    if relations.is_empty() {
        _ = writeln!(text, "{}", either(chinese, "no relations", "没有关系"));
    }
    Ok(Answer {
        text,
        json: json!({"relations": shown}),
    })
}

/// The relations of a golden record, for the page that shows it.
pub(super) fn lines(store: &Store, id: GlobalId, chinese: bool) -> anyhow::Result<(String, Vec<Value>)> {
    let (mut text, mut shown) = (String::new(), Vec::new());
    for relation in store.relations(Some(id))?.iter().filter(|relation| relation.is_so) {
        let (from, to) = (name_of(store, relation.from)?, name_of(store, relation.to)?);
        let kind = kind_words(relation, chinese);
        let days = days(relation);
        _ = if relation.from == id {
            writeln!(text, "  {kind}  {}  {to}{days}", relation.to)
        } else {
            writeln!(text, "  ← {kind}  {}  {from}{days}", relation.from)
        };
        shown.push(to_json(relation, &from, &to));
    }
    Ok((text, shown))
}

pub(super) fn kind_words(relation: &Relation, chinese: bool) -> String {
    let word = match relation.kind {
        RelationKind::BranchOf => "分公司属于",
        RelationKind::SubsidiaryOf => "子公司属于",
        RelationKind::MemberOf => "集团成员属于",
        RelationKind::ContactOf => "联系人属于",
    };
    let word = either(chinese, relation.kind.name(), word);
    if relation.is_so {
        return word.to_owned();
    }
    format!("{} {word}", either(chinese, "not", "并非"))
}

fn days(relation: &Relation) -> String {
    match (&relation.valid_from, &relation.valid_until) {
        (None, None) => String::new(),
        (from, until) => format!(
            "  {} → {}",
            from.as_deref().unwrap_or(""),
            until.as_deref().unwrap_or("")
        ),
    }
}

pub(super) fn said(relation: &Relation) -> String {
    let (source, days) = (relation.source.name(), days(relation));
    let days = days.trim_start();
    let days = if days.is_empty() {
        String::new()
    } else {
        format!("{days}  ")
    };
    format!(
        "{days}{source}  {}  {}: {}",
        relation.actor, relation.utc, relation.reason
    )
}

/// The name of an organization or a person.
fn name_of(store: &Store, id: GlobalId) -> anyhow::Result<String> {
    let golden = store.golden(id)?;
    let mut values = golden.into_iter().flat_map(|golden| golden.values);
    Ok(values
        .find(|value| value.element == "name")
        .and_then(|value| value.value)
        .unwrap_or_default())
}

fn to_json(relation: &Relation, from_name: &str, to_name: &str) -> Value {
    json!({
        "from": relation.from.to_string(),
        "from_name": from_name,
        "kind": relation.kind.name(),
        "to": relation.to.to_string(),
        "to_name": to_name,
        "is_so": relation.is_so,
        "valid_from": relation.valid_from,
        "valid_until": relation.valid_until,
        "source": relation.source.name(),
        "by": relation.actor,
        "at": relation.utc,
        "reason": relation.reason,
    })
}

#[cfg(test)]
mod tests {
    use guiyi_core::global_id::from_serial;

    use super::*;

    #[test]
    fn branches_find_their_head_office_by_name() {
        let check = |names: &[&str], expected: &[(usize, usize)], ambiguous: usize| {
            let ids: Vec<GlobalId> = (1..=names.len() as u32)
                .map(|serial| from_serial(EntityType::Customer, 0, serial).expect("in range"))
                .collect();
            let names: Vec<(GlobalId, String)> =
                ids.iter().copied().zip(names.iter().map(ToString::to_string)).collect();
            let (found, n_ambiguous) = by_names(&names);
            let at = |id: GlobalId| ids.iter().position(|other| *other == id).expect("one of them");
            let found: Vec<(usize, usize)> = found.iter().map(|one| (at(one.from), at(one.to))).collect();
            assert_eq!((&found[..], n_ambiguous), (expected, ambiguous), "{names:?}");
        };
        check(
            &["杭州青禾软件有限公司", "杭州青禾软件有限公司宁波分公司"],
            &[(1, 0)],
            0,
        );
        check(
            &["杭州青禾软件有限公司（宁波分公司）", "杭州青禾软件有限公司"],
            &[(0, 1)],
            0,
        );
        check(&["苏州云帆机械有限公司", "杭州青禾软件有限公司宁波分公司"], &[], 0);
        let twice = [
            "杭州青禾软件有限公司",
            "杭州 青禾软件有限公司",
            "杭州青禾软件有限公司第二分公司",
        ];
        check(&twice, &[], 1);
        check(&["宁波分公司", "杭州青禾软件有限公司", ""], &[], 0);
    }
}
