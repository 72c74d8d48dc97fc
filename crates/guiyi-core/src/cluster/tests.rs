//! The clustering laws: a naive oracle agrees, order does not matter, cannot-links hold.

use proptest::prelude::*;

use super::*;

fn pair(a: u32, b: u32, weight: i32) -> Pair {
    Pair {
        a,
        b,
        weight,
        probability: 999_000,
        decision: Decision::Match,
        veto: None,
        pattern: 0,
    }
}

/// The same rules, written for reading: every question is answered by looking at all records.
fn oracle(
    n: usize,
    pairs: &[Pair],
    decisions: &Decisions,
    hard: &HardIdentifiers,
    confirmed: &[u32],
    retired: &[u32],
) -> Vec<u32> {
    let mut of: Vec<u32> = (0..n as u32).collect();
    let apart = |of: &[u32], left: u32, right: u32| {
        decisions.entries().iter().any(|(a, b, verdict)| {
            let ends = (of[*a as usize], of[*b as usize]);
            *verdict == Verdict::NotMatch && (ends == (left, right) || ends == (right, left))
        })
    };
    let confirmed_of = |of: &[u32], cluster: u32| -> Vec<u32> {
        let members = (0..n).filter(|at| of[*at] == cluster);
        members.map(|at| confirmed[at]).filter(|own| *own != 0).collect()
    };
    let both_confirmed = |of: &[u32], left: u32, right: u32| {
        let (left, right) = (confirmed_of(of, left), confirmed_of(of, right));
        left.iter().any(|own| right.iter().any(|other| own != other))
    };
    let identifiers = |of: &[u32], cluster: u32, kind: &[u64]| -> Vec<u64> {
        let mut all: Vec<u64> = (0..n)
            .filter(|at| of[*at] == cluster)
            .map(|at| kind[at])
            .filter(|own| *own != 0)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let merge = |of: &mut [u32], left: u32, right: u32| {
        for cluster in of.iter_mut().filter(|cluster| **cluster == left) {
            *cluster = right;
        }
    };
    for a in 0..n {
        for b in 0..a {
            if retired[a] != 0 && retired[a] == retired[b] && of[a] != of[b] {
                let (left, right) = (of[a], of[b]);
                merge(&mut of, left, right);
            }
        }
    }
    let is_retired = |a: u32, b: u32| retired[a as usize] != 0 || retired[b as usize] != 0;
    for (a, b, verdict) in decisions.entries() {
        let (left, right) = (of[*a as usize], of[*b as usize]);
        if is_retired(*a, *b) {
            continue;
        }
        if *verdict == Verdict::Match && left != right && !apart(&of, left, right) && !both_confirmed(&of, left, right)
        {
            merge(&mut of, left, right);
        }
    }
    let mut order: Vec<&Pair> = pairs.iter().collect();
    order.sort_by_key(|pair| (-pair.weight, pair.a, pair.b));
    for pair in order {
        let (left, right) = (of[pair.a as usize], of[pair.b as usize]);
        if left == right || is_retired(pair.a, pair.b) || apart(&of, left, right) || both_confirmed(&of, left, right) {
            continue;
        }
        let sides = hard
            .kinds
            .iter()
            .map(|kind| (identifiers(&of, left, kind), identifiers(&of, right, kind)));
        let sides: Vec<(Vec<u64>, Vec<u64>)> = sides.collect();
        let within = |some: &[u64], all: &[u64]| some.iter().all(|own| all.contains(own));
        if sides
            .iter()
            .any(|(left, right)| !within(left, right) && !within(right, left))
        {
            continue;
        }
        let shared = sides
            .iter()
            .any(|(left, right)| left.iter().any(|own| right.contains(own)));
        let size = |cluster: u32| of.iter().filter(|other| **other == cluster).count();
        let bonds = pairs.iter().filter(|pair| {
            let ends = (of[pair.a as usize], of[pair.b as usize]);
            ends == (left, right) || ends == (right, left)
        });
        let by_steward = decisions.get(pair.a, pair.b) == Some(Verdict::Match);
        if !by_steward && !shared && size(left) > 1 && size(right) > 1 && bonds.count() < 2 {
            continue;
        }
        merge(&mut of, left, right);
    }
    let mut names: Vec<u32> = Vec::new();
    of.iter()
        .map(|cluster| {
            names.iter().position(|name| name == cluster).unwrap_or_else(|| {
                names.push(*cluster);
                names.len() - 1
            }) as u32
        })
        .collect()
}

#[test]
fn joins_what_matches() {
    let none = HardIdentifiers::default();
    let mut pairs = [pair(0, 2, 9000), pair(2, 3, 8000)];
    let clusters = run(5, &mut pairs, &Decisions::default(), &none, &[], &[]);
    assert_eq!((clusters.of, clusters.count), (vec![0, 1, 0, 0, 2], 3));
    assert_eq!(run(0, &mut [], &Decisions::default(), &none, &[], &[]).count, 0);
}

#[test]
fn a_steward_keeps_whole_clusters_apart() {
    let decisions = Decisions::new([(3, 0, Verdict::NotMatch)]);
    let mut pairs = [pair(0, 1, 9000), pair(1, 2, 8000), pair(2, 3, 7000)];
    let clusters = run(4, &mut pairs, &decisions, &HardIdentifiers::default(), &[], &[]);
    assert_eq!(clusters.of, [0, 0, 0, 1]);
    assert_eq!(
        (pairs[2].decision, pairs[2].veto),
        (Decision::Review, Some(Veto::Cluster))
    );
    assert_eq!(clusters.suspicious[0].bridge, 3);
}

#[test]
fn different_identifiers_stay_apart_unless_a_steward_joins_them() {
    let hard = HardIdentifiers {
        kinds: vec![vec![7, 0, 8]],
    };
    let run_with =
        |decisions: &Decisions| run(3, &mut [pair(0, 1, 9000), pair(1, 2, 8000)], decisions, &hard, &[], &[]).of;
    assert_eq!(run_with(&Decisions::default()), [0, 0, 1]);
    assert_eq!(run_with(&Decisions::new([(0, 2, Verdict::Match)])), [0, 0, 0]);
}

#[test]
fn two_confirmed_golden_records_stay_two() {
    let mut pairs = [pair(0, 1, 9000), pair(1, 2, 8000), pair(2, 3, 7000)];
    let decisions = Decisions::new([(1, 2, Verdict::Match)]);
    let clusters = run(
        4,
        &mut pairs,
        &decisions,
        &HardIdentifiers::default(),
        &[5, 0, 0, 9],
        &[],
    );
    assert_eq!(clusters.of, [0, 0, 0, 1]);
    assert_eq!(
        (pairs[2].decision, pairs[2].veto),
        (Decision::Review, Some(Veto::Confirmed))
    );
    let decisions = Decisions::new([(0, 3, Verdict::Match)]);
    let of = run(4, &mut [], &decisions, &HardIdentifiers::default(), &[5, 0, 0, 9], &[]).of;
    assert_eq!(of, [0, 1, 2, 3], "not by a decision either");
}

#[test]
fn a_retired_golden_record_keeps_its_records_and_gets_no_others() {
    let mut pairs = [pair(0, 1, 9000), pair(1, 2, 8000), pair(2, 3, 7000)];
    let decisions = Decisions::new([(0, 2, Verdict::NotMatch), (3, 0, Verdict::Match)]);
    let clusters = run(
        4,
        &mut pairs,
        &decisions,
        &HardIdentifiers::default(),
        &[],
        &[7, 0, 7, 0],
    );
    assert_eq!(clusters.of, [0, 1, 0, 2]);
    for pair in pairs {
        assert_eq!((pair.decision, pair.veto), (Decision::Review, Some(Veto::Retired)));
    }
}

#[test]
fn one_pair_does_not_join_two_groups() {
    let mut pairs = vec![pair(0, 1, 9000), pair(1, 2, 3000), pair(2, 3, 9000)];
    assert_eq!(
        run(
            4,
            &mut pairs,
            &Decisions::default(),
            &HardIdentifiers::default(),
            &[],
            &[]
        )
        .of,
        [0, 0, 1, 1]
    );
    assert_eq!(pairs[1].veto, Some(Veto::Bridge));
    let mut pairs = vec![pair(0, 1, 9000), pair(0, 3, 3000), pair(1, 2, 3000), pair(2, 3, 9000)];
    assert_eq!(
        run(
            4,
            &mut pairs,
            &Decisions::default(),
            &HardIdentifiers::default(),
            &[],
            &[]
        )
        .of,
        [0, 0, 0, 0]
    );
}

prop_compose! {
    fn worlds()(n in 1_usize..12)(
        n in Just(n),
        pairs in proptest::collection::btree_map((0..n as u32, 0..n as u32), 1_000..6_000_i32, 0..30),
        verdicts in proptest::collection::vec((0..n as u32, 0..n as u32, any::<bool>()), 0..5),
        identifiers in proptest::collection::vec(0_u64..5, n),
        // Most records are of no confirmed golden record.
        confirmed in proptest::collection::vec((0_u32..12).prop_map(|of| if of < 3 { of } else { 0 }), n),
        retired in proptest::collection::vec((0_u32..9).prop_map(|of| if of < 3 { of } else { 0 }), n),
    ) -> (usize, Vec<Pair>, Decisions, HardIdentifiers, Vec<u32>, Vec<u32>) {
        let pairs = pairs.into_iter().filter(|((a, b), _)| a < b).map(|((a, b), weight)| pair(a, b, weight)).collect();
        let verdict = |same| if same { Verdict::Match } else { Verdict::NotMatch };
        let decisions = Decisions::new(verdicts.into_iter().map(|(a, b, same)| (a, b, verdict(same))));
        (n, pairs, decisions, HardIdentifiers { kinds: vec![identifiers] }, confirmed, retired)
    }
}

proptest! {
    #[test]
    fn equals_the_oracle((n, pairs, decisions, hard, confirmed, retired) in worlds()) {
        let clusters = run(n, &mut pairs.clone(), &decisions, &hard, &confirmed, &retired);
        prop_assert_eq!(clusters.of, oracle(n, &pairs, &decisions, &hard, &confirmed, &retired));
    }

    #[test]
    fn the_order_of_pairs_changes_nothing((n, pairs, decisions, hard, confirmed, retired) in worlds()) {
        let mut reversed: Vec<Pair> = pairs.iter().rev().copied().collect();
        let mut pairs = pairs;
        let left = run(n, &mut pairs, &decisions, &hard, &confirmed, &retired);
        let right = run(n, &mut reversed, &decisions, &hard, &confirmed, &retired);
        prop_assert_eq!(left.of, right.of);
    }

    #[test]
    fn what_must_stay_apart_stays_apart((n, mut pairs, decisions, hard, confirmed, retired) in worlds()) {
        let clusters = run(n, &mut pairs, &decisions, &hard, &confirmed, &retired);
        let same = |a: u32, b: u32| clusters.of[a as usize] == clusters.of[b as usize];
        let no_steward = decisions.entries().iter().all(|entry| entry.2 == Verdict::NotMatch);
        let of_retired = |a: u32, b: u32| (retired[a as usize], retired[b as usize]);
        for (a, b, verdict) in decisions.entries() {
            prop_assert!(*verdict == Verdict::Match || of_retired(*a, *b) != (0, 0) || !same(*a, *b));
        }
        for a in 0..n as u32 {
            for b in 0..a {
                if of_retired(a, b) != (0, 0) {
                    prop_assert_eq!(same(a, b), retired[a as usize] == retired[b as usize]);
                    continue;
                }
                let (one, other) = (confirmed[a as usize], confirmed[b as usize]);
                prop_assert!(one == 0 || other == 0 || one == other || !same(a, b));
                prop_assert!(!no_steward || !same(a, b) || !hard.conflict(b, a));
            }
        }
        for pair in &pairs {
            prop_assert!(pair.decision == Decision::Review || same(pair.a, pair.b));
        }
    }
}
