//! The laws of identity over random histories, and the cases that a steward meets.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A store in miniature: what `assign` decided in earlier runs, by source key.
#[derive(Debug, Clone, Default)]
struct World {
    run: u64,
    next_serial: u32,
    current: BTreeMap<u32, (GlobalId, u64)>,
    former: Vec<(u32, GlobalId, u64)>,
    facts: BTreeMap<GlobalId, IdFacts>,
}

impl World {
    /// Runs once over a partition given as a label for each key, and checks the laws that hold after every run.
    fn run(&mut self, labels: &BTreeMap<u32, u32>) -> Assignment {
        self.run += 1;
        // Every known record takes part: those that the run does not name stay with those that share their ID.
        let mut labels = labels.clone();
        for (&key, (gid, _)) in &self.current {
            labels.entry(key).or_insert(100 + gid.serial());
        }
        let keys: Vec<u32> = labels.keys().copied().collect();
        let clusters = dense(labels.values().copied());
        let current: Vec<_> = keys.iter().map(|key| self.current.get(key).copied()).collect();
        let number = |key: &u32| keys.binary_search(key).map(|position| position as u32);
        let former: Vec<Stay> = self
            .former
            .iter()
            .filter_map(|&(key, gid, since)| {
                Some(Stay {
                    record: number(&key).ok()?,
                    gid,
                    since,
                })
            })
            .collect();
        let facts: Vec<IdFacts> = self.facts.values().copied().collect();
        let history = History {
            current: &current,
            former: &former,
            facts: &facts,
        };
        let mint = Mint {
            entity: EntityType::Customer,
            issuer: 0,
            next_serial: self.next_serial,
        };
        let done = assign(&clusters, history, mint).unwrap();

        // The order in which former stays are given does not matter.
        let backward: Vec<Stay> = former.iter().rev().copied().collect();
        assert_eq!(
            assign(
                &clusters,
                History {
                    former: &backward,
                    ..history
                },
                mint
            )
            .unwrap(),
            done
        );

        for &gid in &done.minted {
            let fact = IdFacts {
                gid,
                issued: u64::from(gid.serial()),
                confirmed: false,
                systems: 0,
                state: IdState::Active,
            };
            assert_eq!(self.facts.insert(gid, fact), None, "an ID was issued twice");
        }
        let at = self.run;
        for &(loser, by) in &done.superseded {
            let fact = self.facts.get_mut(&loser).unwrap();
            assert_eq!(fact.state, IdState::Active);
            fact.state = IdState::Superseded { by, into: by, at };
        }
        for gid in &done.reinstated {
            let fact = self.facts.get_mut(gid).unwrap();
            assert_ne!(fact.state, IdState::Active);
            fact.state = IdState::Active;
        }
        for &(gid, to) in &done.redirected {
            let IdState::Superseded { by, into, .. } = &mut self.facts.get_mut(&gid).unwrap().state else {
                panic!()
            };
            *by = to;
            if done.relocated.contains(&gid) {
                *into = to;
            }
        }
        for (key, &cluster) in keys.iter().zip(&clusters) {
            let gid = done.gids[cluster as usize];
            match self.current.get(key).copied() {
                Some((old, _)) if old == gid => continue,
                Some((old, since)) => self.former.push((*key, old, since)),
                None => {}
            }
            self.current.insert(*key, (gid, self.run));
        }
        self.next_serial = done.next_serial;

        let mut carried = done.gids.clone();
        carried.sort_unstable();
        carried.dedup();
        assert_eq!(carried.len(), done.gids.len(), "two clusters carry one ID");
        for fact in self.facts.values() {
            if let IdState::Superseded { by, .. } = fact.state {
                assert_eq!(
                    self.facts[&by].state,
                    IdState::Active,
                    "{} resolves in more than one hop",
                    fact.gid
                );
            }
        }
        for gid in &done.gids {
            assert_eq!(self.facts[gid].state, IdState::Active);
        }
        done
    }

    fn partition(&self) -> BTreeMap<u32, GlobalId> {
        self.current.iter().map(|(&key, &(gid, _))| (key, gid)).collect()
    }
}

fn dense(labels: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut numbers = BTreeMap::new();
    labels
        .map(|label| {
            let next = numbers.len() as u32;
            *numbers.entry(label).or_insert(next)
        })
        .collect()
}

/// Runs over partitions, each written as words: records are letters, clusters words. The IDs' serials, cluster by cluster.
fn check(runs: &[(&str, &[u32])]) {
    let mut world = World::default();
    for (partition, expected) in runs {
        let mut labels = BTreeMap::new();
        for (label, word) in partition.split(' ').enumerate() {
            labels.extend(word.bytes().map(|letter| (u32::from(letter), label as u32)));
        }
        world.run(&labels);
        let serials: Vec<u32> = partition
            .split(' ')
            .map(|word| world.current[&u32::from(word.as_bytes()[0])].0.serial())
            .collect();
        assert_eq!(serials, *expected, "{partition} in {runs:?}");
    }
}

#[test]
fn cases() {
    // New clusters in order of their smallest record, whatever the order of the words.
    check(&[("b a c", &[2, 1, 3]), ("c b a", &[3, 2, 1])]);
    // The oldest ID survives a merge; a split gives the other one back, even to the larger part.
    check(&[("a bcd", &[1, 2]), ("abcd", &[1]), ("a bcd", &[1, 2])]);
    // Without a merge before, the larger part keeps the ID; a tie goes to the smallest record.
    check(&[("abc", &[1]), ("a bc", &[2, 1])]);
    check(&[("ab", &[1]), ("a b", &[1, 2])]);
    // A tree of merges is undone in one step and in two.
    check(&[
        ("a b c", &[1, 2, 3]),
        ("ab c", &[1, 3]),
        ("abc", &[1]),
        ("a b c", &[1, 2, 3]),
    ]);
    check(&[
        ("a b c", &[1, 2, 3]),
        ("a bc", &[1, 2]),
        ("abc", &[1]),
        ("a bc", &[1, 2]),
        ("a b c", &[1, 2, 3]),
    ]);
    // A record that left and came back may leave again without taking the ID of those who stayed.
    check(&[("ab", &[1]), ("a b", &[1, 2]), ("ab", &[1]), ("a b", &[1, 2])]);
    // A record that joined after the merge goes with its part and gets nothing of its own.
    check(&[
        ("a b", &[1, 2]),
        ("abc", &[1]),
        ("a bc", &[1, 2]),
        ("a b c", &[1, 2, 3]),
    ]);
}

#[test]
fn confirmed_and_widely_held_ids_survive() {
    let ids: Vec<GlobalId> = (1..=3)
        .map(|serial| from_serial(EntityType::Customer, 0, serial).unwrap())
        .collect();
    let survivor = |confirmed: [bool; 3], systems: [u16; 3]| {
        let facts: Vec<IdFacts> = (0..3)
            .map(|i| IdFacts {
                gid: ids[i],
                issued: i as u64,
                confirmed: confirmed[i],
                systems: systems[i],
                state: IdState::Active,
            })
            .collect();
        let current: Vec<_> = ids.iter().map(|&gid| Some((gid, 1))).collect();
        let history = History {
            current: &current,
            former: &[],
            facts: &facts,
        };
        let mint = Mint {
            entity: EntityType::Customer,
            issuer: 0,
            next_serial: 4,
        };
        assign(&[0, 0, 0], history, mint).unwrap().gids[0].serial()
    };
    assert_eq!(survivor([false; 3], [0; 3]), 1);
    assert_eq!(survivor([false; 3], [0, 2, 2]), 2);
    assert_eq!(survivor([false, false, true], [2, 2, 0]), 3);
}

#[test]
fn a_superseded_id_follows_its_records() {
    let mut world = World::default();
    let mut run = |pairs: [u32; 3]| world.run(&pairs.into_iter().enumerate().map(|(k, l)| (k as u32, l)).collect());
    run([0, 1, 2]);
    run([0, 1, 1]);
    let done = run([0, 0, 0]);
    let id = |serial| from_serial(EntityType::Customer, 0, serial).unwrap();
    assert_eq!(
        (done.superseded, done.redirected),
        (vec![(id(2), id(1))], vec![(id(3), id(1))])
    );
    let done = run([0, 1, 1]);
    assert_eq!((done.reinstated, done.redirected), (vec![id(2)], vec![(id(3), id(2))]));
}

#[test]
fn an_issuer_runs_dry() {
    let history = History {
        current: &[None, None],
        former: &[],
        facts: &[],
    };
    let mint = Mint {
        entity: EntityType::Customer,
        issuer: 5,
        next_serial: crate::global_id::SERIALS - 1,
    };
    assert_eq!(assign(&[0, 1], history, mint), Err(SerialsExhausted { issuer: 5 }));
    assert_eq!(assign(&[0, 0], history, mint).unwrap().gids.len(), 1);
    let none = History {
        current: &[],
        former: &[],
        facts: &[],
    };
    assert_eq!(assign(&[], none, mint).unwrap().gids, []);
}

/// Partitions of 12 records, some of them absent.
fn random_history() -> impl Strategy<Value = Vec<Vec<u32>>> {
    // Labels 0 to 5 are clusters; 6 and above leave the record out of the run.
    prop::collection::vec(prop::collection::vec(0_u32..7, 12), 1..8)
}

fn labels(run: &[u32]) -> BTreeMap<u32, u32> {
    run.iter()
        .enumerate()
        .filter(|&(_, &label)| label < 6)
        .map(|(key, &label)| (key as u32, label))
        .collect()
}

proptest! {
    #[test]
    fn laws_hold_over_random_histories(history in random_history()) {
        let mut world = World::default();
        for run in &history {
            world.run(&labels(run));
        }
    }

    #[test]
    fn the_same_partition_again_changes_nothing(history in random_history()) {
        let mut world = World::default();
        for run in &history {
            world.run(&labels(run));
        }
        let before = world.partition();
        let last = labels(&history[history.len() - 1]);
        let again = world.run(&last);
        prop_assert_eq!(before, world.partition());
        prop_assert!(again.minted.is_empty() && again.superseded.is_empty());
        prop_assert!(again.reinstated.is_empty() && again.redirected.is_empty());
    }

    #[test]
    fn split_undoes_merge(history in random_history(), onto in prop::collection::vec(0_u32..6, 6)) {
        let mut world = World::default();
        for run in &history {
            world.run(&labels(run));
        }
        // All records take part in x, so that no part of an ID is out of sight.
        let x: BTreeMap<u32, u32> = history[history.len() - 1].iter().enumerate().map(|(k, &l)| (k as u32, l)).collect();
        world.run(&x);
        let before = world.partition();
        let merged = x.iter().map(|(&key, &label)| (key, onto.get(label as usize).copied().unwrap_or(label))).collect();
        world.run(&merged);
        world.run(&x);
        prop_assert_eq!(before, world.partition());
    }
}
