//! What becomes of golden records if other rules hold: two outcomes compared by ID.
//!
//! Stands behind `guiyi simulate`. Laws: an outcome compared with itself differs in nothing; every golden record that
//! differs is told of; which IDs new golden records would get decides nothing, they are named by their first record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guiyi_core::global_id::GlobalId;

/// A source record as its system names it: system and code.
pub(crate) type Code = (Arc<str>, Box<str>);

/// What a golden record goes by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Identity {
    /// An ID that the store has issued.
    Issued(GlobalId),
    /// No ID yet: the first of its records.
    New(Code),
}

impl std::fmt::Display for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Issued(id) => write!(formatter, "{id}"),
            Self::New((system, key)) => write!(formatter, "new:{system}/{key}"),
        }
    }
}

/// One golden record of an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Its records, in order.
    pub(crate) codes: Vec<Code>,
    /// Its values, each with the name of its element.
    pub(crate) values: Vec<(Arc<str>, Box<str>)>,
}

/// The golden records of an outcome.
pub(crate) type Outcomes = BTreeMap<Identity, Outcome>;

/// How two outcomes differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Differences {
    /// Golden records that are one thereafter.
    pub(crate) merges: Vec<Merged>,
    /// Golden records that are several thereafter.
    pub(crate) splits: Vec<Split>,
    /// Golden records none of whose records was in one before.
    pub(crate) appearing: Vec<(Identity, Outcome)>,
    /// Golden records none of whose records is in one thereafter.
    pub(crate) disappearing: Vec<(Identity, Outcome)>,
    /// Golden records that go by another ID.
    pub(crate) renamed: Vec<Renamed>,
    /// Golden records with other values or records, also the parts of a split.
    pub(crate) changed: Vec<Changed>,
    /// Number of golden records that are as they were.
    pub(crate) n_unchanged: u64,
}

/// Golden records that are one thereafter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Merged {
    /// What changes at the one that stays.
    pub(crate) change: Changed,
    /// Those from which records come, without the one that stays. One that goes on elsewhere is among the splits as well.
    pub(crate) from: Vec<Identity>,
    /// Its records, each with what it was in before; `None`: nothing.
    pub(crate) codes: Vec<(Code, Option<Identity>)>,
}

/// A golden record that is several thereafter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Split {
    /// What it goes by.
    pub(crate) from: Identity,
    /// Its records, each with what it is in thereafter; `None`: nothing.
    pub(crate) codes: Vec<(Code, Option<Identity>)>,
}

/// A golden record that goes by another ID, with all its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renamed {
    /// What it goes by before.
    pub(crate) from: Identity,
    /// What it goes by thereafter, and what changes with it.
    pub(crate) change: Changed,
}

/// An element with its value before and thereafter.
pub(crate) type OtherValue = (Arc<str>, Option<Box<str>>, Option<Box<str>>);

/// A golden record that changes under its ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    /// What it goes by thereafter.
    pub(crate) id: Identity,
    /// Values that are others.
    pub(crate) values: Vec<OtherValue>,
    /// Records that come.
    pub(crate) joined: Vec<Code>,
    /// Records that go.
    pub(crate) left: Vec<Code>,
    /// All its records thereafter: the codes that see the change.
    pub(crate) codes: Vec<Code>,
}

impl Changed {
    fn is_empty(&self) -> bool {
        self.values.is_empty() && self.joined.is_empty() && self.left.is_empty()
    }
}

impl Differences {
    /// Whether nothing differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.merges.is_empty()
            && self.splits.is_empty()
            && self.appearing.is_empty()
            && self.disappearing.is_empty()
            && self.renamed.is_empty()
            && self.changed.is_empty()
    }

    /// For each system the number of codes that lead to another ID, and of others whose golden record has other values.
    pub(crate) fn codes_by_system(&self) -> BTreeMap<&str, (usize, usize)> {
        let mut moved: BTreeSet<&Code> = self
            .disappearing
            .iter()
            .flat_map(|(_, outcome)| &outcome.codes)
            .collect();
        for merged in &self.merges {
            let id = &merged.change.id;
            let came = merged
                .codes
                .iter()
                .filter(|(_, was)| was.as_ref().is_some_and(|was| was != id));
            moved.extend(came.map(|(code, _)| code));
        }
        for split in &self.splits {
            let gone = split.codes.iter().filter(|(_, now)| now.as_ref() != Some(&split.from));
            moved.extend(gone.map(|(code, _)| code));
        }
        moved.extend(self.renamed.iter().flat_map(|renamed| &renamed.change.codes));
        let of_merges = self.merges.iter().map(|merged| &merged.change);
        let with_values = self
            .changed
            .iter()
            .chain(of_merges)
            .filter(|change| !change.values.is_empty());
        let seeing: BTreeSet<&Code> = with_values.flat_map(|change| &change.codes).collect();
        let mut systems: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for code in &moved {
            systems.entry(&code.0).or_default().0 += 1;
        }
        for code in seeing.difference(&moved) {
            systems.entry(&code.0).or_default().1 += 1;
        }
        systems
    }
}

/// A golden record of an outcome, with what it goes by.
pub(crate) type Named = (Identity, Outcome);

/// Compares two outcomes, each in the order of its identities.
///
/// Cost: n log n in the number of records that differ, and as much memory; golden records that are the same on both
/// sides are read and let go.
///
/// # Errors
/// The first failure of reading `before`.
pub(crate) fn compare<E>(
    before: impl Iterator<Item = Result<Named, E>>,
    after: impl Iterator<Item = Named>,
) -> Result<Differences, E> {
    let (mut was, mut is, mut n_same) = (Outcomes::new(), Outcomes::new(), 0);
    let mut after = after.peekable();
    for before in before {
        let before = before?;
        while let Some((id, outcome)) = after.next_if(|after| after.0 < before.0) {
            is.insert(id, outcome);
        }
        match after.next_if(|after| after.0 == before.0) {
            // No other golden record has one of its records on either side, so it has no part in what differs.
            Some(after) if after.1 == before.1 => n_same += 1,
            both => {
                is.extend(both);
                was.extend([before]);
            }
        }
    }
    is.extend(after);
    let mut differences = compare_differing(&was, &is);
    differences.n_unchanged += n_same;
    Ok(differences)
}

/// Compares the golden records that are not the same on both sides.
fn compare_differing(before: &Outcomes, after: &Outcomes) -> Differences {
    let (was, is) = (ids_of_codes(before), ids_of_codes(after));
    let mut differences = Differences::default();
    for (from, outcome) in before {
        let now = |code: &Code| (code.clone(), is.get(code).map(|&now| now.clone()));
        let codes: Vec<(Code, Option<Identity>)> = outcome.codes.iter().map(now).collect();
        let new: BTreeSet<&Identity> = codes.iter().filter_map(|(_, now)| now.as_ref()).collect();
        if new.len() > 1 {
            let from = from.clone();
            differences.splits.push(Split { from, codes });
        } else if new.is_empty() {
            differences.disappearing.push((from.clone(), outcome.clone()));
        }
    }
    for (id, outcome) in after {
        let then = |code: &Code| (code.clone(), was.get(code).map(|&was| was.clone()));
        let codes: Vec<(Code, Option<Identity>)> = outcome.codes.iter().map(then).collect();
        let old: BTreeSet<&Identity> = codes.iter().filter_map(|(_, was)| was.as_ref()).collect();
        let Some(&first) = old.first() else {
            differences.appearing.push((id.clone(), outcome.clone()));
            continue;
        };
        // Without an ID of before, it is compared with the one that its records had.
        let former = before.get(id).or_else(|| before.get(first).filter(|_| old.len() == 1));
        let change = change(id, former, outcome);
        if old.len() > 1 {
            let from = old.into_iter().filter(|old| *old != id).cloned().collect();
            differences.merges.push(Merged { change, from, codes });
        } else if first != id && is_all(&is, &before[first], id) && !are_new(first, id) {
            let from = first.clone();
            differences.renamed.push(Renamed { from, change });
        } else if change.is_empty() {
            differences.n_unchanged += 1;
        } else {
            differences.changed.push(change);
        }
    }
    differences
}

/// Whether all records of a golden record that are in one now are in this one.
fn is_all(is: &BTreeMap<&Code, &Identity>, before: &Outcome, id: &Identity) -> bool {
    before
        .codes
        .iter()
        .all(|code| is.get(code).is_none_or(|now| *now == id))
}

fn are_new(a: &Identity, b: &Identity) -> bool {
    matches!((a, b), (Identity::New(_), Identity::New(_)))
}

fn ids_of_codes(outcomes: &Outcomes) -> BTreeMap<&Code, &Identity> {
    let codes = outcomes
        .iter()
        .flat_map(|(id, outcome)| outcome.codes.iter().map(move |code| (code, id)));
    codes.collect()
}

fn change(id: &Identity, before: Option<&Outcome>, after: &Outcome) -> Changed {
    let mut both: BTreeMap<&Arc<str>, [Option<&Box<str>>; 2]> = BTreeMap::new();
    for (side, outcome) in [(0, before), (1, Some(after))] {
        for (element, value) in outcome.into_iter().flat_map(|outcome| &outcome.values) {
            both.entry(element).or_default()[side] = Some(value);
        }
    }
    let differing = both.into_iter().filter(|(_, [old, new])| old != new);
    let values = differing.map(|(element, [old, new])| (Arc::clone(element), old.cloned(), new.cloned()));
    let old_codes: BTreeSet<&Code> = before.iter().flat_map(|before| &before.codes).collect();
    let new_codes: BTreeSet<&Code> = after.codes.iter().collect();
    Changed {
        id: id.clone(),
        values: values.collect(),
        joined: new_codes.difference(&old_codes).map(|&code| code.clone()).collect(),
        left: old_codes.difference(&new_codes).map(|&code| code.clone()).collect(),
        codes: after.codes.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> GlobalId {
        guiyi_core::global_id::from_serial(guiyi_core::dictionary::EntityType::Customer, 0, number).expect("in range")
    }

    fn code(name: &str) -> Code {
        ("erp".into(), name.into())
    }

    /// Golden records as number (0: new), records and name.
    fn outcomes(goldens: &[(u32, &[&str], &str)]) -> Outcomes {
        let outcome = |(number, codes, name): &(u32, &[&str], &str)| {
            let codes: Vec<Code> = codes.iter().map(|name| code(name)).collect();
            let identity = match number {
                0 => Identity::New(codes[0].clone()),
                number => Identity::Issued(id(*number)),
            };
            let values = vec![("name".into(), (*name).into())];
            (identity, Outcome { codes, values })
        };
        goldens.iter().map(outcome).collect()
    }

    /// What is said of each way: merges, splits, appearing, disappearing, renamed, changed, and those as they were.
    fn check(before: &[(u32, &[&str], &str)], after: &[(u32, &[&str], &str)], expected: [usize; 7]) -> Differences {
        let found = compare(
            outcomes(before).into_iter().map(Ok::<_, ()>),
            outcomes(after).into_iter(),
        );
        let found = found.expect("nothing fails");
        assert_eq!(compare_differing(&outcomes(before), &outcomes(after)), found);
        let counts = [
            found.merges.len(),
            found.splits.len(),
            found.appearing.len(),
            found.disappearing.len(),
            found.renamed.len(),
            found.changed.len(),
            found.n_unchanged as usize,
        ];
        assert_eq!(counts, expected, "{before:?} {after:?}");
        assert_eq!(found.is_empty(), expected[..6] == [0; 6]);
        found
    }

    #[test]
    fn each_way_to_differ() {
        check(
            &[(1, &["a", "b"], "x")],
            &[(1, &["a", "b"], "x")],
            [0, 0, 0, 0, 0, 0, 1],
        );
        check(&[(1, &["a"], "x")], &[(1, &["a"], "y")], [0, 0, 0, 0, 0, 1, 0]);
        check(&[(1, &["a"], "x")], &[(1, &["a", "b"], "x")], [0, 0, 0, 0, 0, 1, 0]);
        check(&[], &[(0, &["a"], "x")], [0, 0, 1, 0, 0, 0, 0]);
        check(&[(1, &["a"], "x")], &[], [0, 0, 0, 1, 0, 0, 0]);
        check(&[(2, &["a"], "x")], &[(1, &["a"], "x")], [0, 0, 0, 0, 1, 0, 0]);
        // A new golden record may gain a first record; it is not another one for that.
        check(&[(0, &["b"], "x")], &[(0, &["b"], "x")], [0, 0, 0, 0, 0, 0, 1]);
        check(&[(0, &["b"], "x")], &[(0, &["a", "b"], "x")], [0, 0, 0, 0, 0, 1, 0]);

        let merged = check(
            &[(1, &["a"], "x"), (2, &["b"], "y")],
            &[(1, &["a", "b"], "y")],
            [1, 0, 0, 0, 0, 0, 0],
        );
        assert_eq!(merged.merges[0].from, [Identity::Issued(id(2))]);
        assert_eq!(
            merged.merges[0].change.values,
            [("name".into(), Some("x".into()), Some("y".into()))]
        );
        assert_eq!(merged.codes_by_system(), BTreeMap::from([("erp", (1, 1))]));

        let split = check(
            &[(1, &["a", "b", "c"], "x")],
            &[(1, &["a", "b"], "x"), (0, &["c"], "z")],
            [0, 1, 0, 0, 0, 2, 0],
        );
        assert_eq!(split.splits[0].codes[2], (code("c"), Some(Identity::New(code("c")))));
        assert_eq!(split.codes_by_system()["erp"].0, 1);

        // A record that changes sides is a split of one and a merge into the other.
        check(
            &[(1, &["a", "b"], "x"), (2, &["c"], "y")],
            &[(1, &["a"], "x"), (2, &["b", "c"], "y")],
            [1, 1, 0, 0, 0, 1, 0],
        );
    }
}
