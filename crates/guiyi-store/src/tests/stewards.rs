//! Stewards' words: decisions, pins, merges and splits, and that later runs agree with them.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};
use guiyi_core::survive::Ground;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

use super::world::{World, dump, row};
use crate::{
    By, Decided, Edits, Merge, NewDecision, NewPin, PairFinding, Refusal, Resolution, ReviewPair, Split, Store,
    StoreError, Verdict,
};

const CUSTOMER: EntityType = EntityType::Customer;

const BY: By<'_> = By {
    actor: "王芳",
    reason: "checked by phone",
    utc: "2026-01-15T00:00:00Z",
};

fn id(serial: u32) -> GlobalId {
    from_serial(CUSTOMER, 0, serial).unwrap()
}

fn sound(store: &Store) {
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

/// Four customers under the IDs 1 to 4; the first in both systems.
fn four() -> (World, Store) {
    let world = World::of(&[
        ("erp", "D01", "甲公司", "杭州市", "111"),
        ("erp", "D02", "乙公司", "", "222"),
        ("erp", "D03", "丙公司", "苏州市", "333"),
        ("erp", "D04", "丁公司", "", "444"),
        ("crm", "K01", "~甲", "", "111"),
    ]);
    let mut store = Store::open_in_memory().unwrap();
    world.run(&mut store, "2026-01-01T00:00:00Z");
    (world, store)
}

fn verdict<'a>(a: &'a str, b: &'a str, verdict: Verdict) -> NewDecision<'a> {
    let name = |key: &'a str| (if key.starts_with('K') { "crm" } else { "erp" }, key);
    NewDecision {
        a: name(a),
        b: name(b),
        verdict,
        reason: "",
    }
}

fn decide(store: &mut Store, decisions: &[NewDecision<'_>]) -> Vec<Result<Decided, Refusal>> {
    store.decide(CUSTOMER, decisions, BY, false).unwrap()
}

fn gid_of(store: &Store, key: &str) -> GlobalId {
    let system = if key.starts_with('K') { "crm" } else { "erp" };
    store.lookup(CUSTOMER, system, key).unwrap().unwrap()
}

#[test]
fn a_later_decision_withdraws_the_earlier() {
    use Verdict::{Match, NotMatch, Unsure};
    let (world, mut store) = four();
    assert_eq!(decide(&mut store, &[verdict("D02", "D03", Unsure)]), [Ok(Decided::New)]);
    // The order of the two records is no matter.
    let answers = decide(&mut store, &[verdict("D03", "D02", Match)]);
    assert!(matches!(&answers[..], [Ok(Decided::Changed(before))] if before.verdict == Unsure));
    let before = dump(&store);
    assert_eq!(decide(&mut store, &[verdict("D02", "D03", Match)]), [Ok(Decided::Same)]);
    assert_eq!(dump(&store), before, "nothing is written where nothing changes");
    let standing = store.decisions(CUSTOMER).unwrap();
    assert_eq!(standing.len(), 1);
    assert_eq!(
        standing[0].to_string(),
        "erp/D02 = erp/D03: 王芳, 2026-01-15T00:00:00Z: checked by phone"
    );
    sound(&store);

    let report = world.run(&mut store, "2026-02-01T00:00:00Z");
    assert_eq!((report.golden_superseded, gid_of(&store, "D03")), (1, id(2)));
    decide(&mut store, &[verdict("D02", "D03", NotMatch)]);
    let report = world.run(&mut store, "2026-02-02T00:00:00Z");
    assert_eq!((report.golden_reinstated, gid_of(&store, "D03")), (1, id(3)));
    assert_eq!(world.run(&mut store, "2026-02-03T00:00:00Z").run, None);
    sound(&store);
}

#[test]
fn not_a_match_holds_through_whole_clusters_and_for_absent_records() {
    let (mut world, mut store) = four();
    decide(&mut store, &[verdict("D02", "K01", Verdict::NotMatch)]);
    // D02 has now the phone of D01, which is one with K01; and K01 is not delivered.
    world.rows[1].2[2] = Some("111".into());
    world.rows.pop();
    world.run(&mut store, "2026-02-01T00:00:00Z");
    assert_ne!(gid_of(&store, "D02"), gid_of(&store, "K01"));
    assert_eq!(gid_of(&store, "D01"), id(1));
    sound(&store);
}

#[test]
fn what_is_refused_and_why() {
    use Verdict::{Match, NotMatch};
    let (_, mut store) = four();
    let before = dump(&store);
    let answers = decide(
        &mut store,
        &[
            verdict("D01", "D02", Match),
            verdict("D01", "D99", Match),
            verdict("D03", "D03", Match),
            verdict("D03", "D04", Match),
            verdict("D04", "D03", NotMatch),
        ],
    );
    let unknown = Refusal::UnknownRecord {
        system: "erp".into(),
        key: "D99".into(),
    };
    assert_eq!(
        answers,
        [
            Ok(Decided::New),
            Err(unknown),
            Err(Refusal::SameRecord),
            Err(Refusal::Twice),
            Err(Refusal::Twice)
        ]
    );
    assert_eq!(dump(&store), before, "one wrong, none written");

    // A = B, B = C, A ≠ C, whichever comes last.
    let [ab, bc, ac] = [
        verdict("D01", "D02", Match),
        verdict("D02", "D03", Match),
        verdict("D01", "D03", NotMatch),
    ];
    for (standing, last) in [([ab, bc], ac), ([ab, ac], bc), ([ac, bc], ab)] {
        let (_, mut store) = four();
        assert_eq!(decide(&mut store, &standing), [Ok(Decided::New), Ok(Decided::New)]);
        let before = dump(&store);
        let answers = store.decide(CUSTOMER, &[last], BY, true).unwrap();
        let [Err(Refusal::Contradicts { apart, chain })] = &answers[..] else {
            panic!("{answers:?}");
        };
        assert_eq!((apart.verdict, chain.len()), (NotMatch, 2));
        assert_eq!(dump(&store), before);
    }
    // All three at once: each has a part in it, a fourth has not.
    let answers = store
        .decide(CUSTOMER, &[ab, verdict("D03", "D04", NotMatch), bc, ac], BY, true)
        .unwrap();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(store.decisions(CUSTOMER).unwrap().len(), 1);
    sound(&store);
}

#[test]
fn pairs_wait_for_a_steward_until_a_run_shows_them_no_more() {
    let (mut world, mut store) = four();
    let pair = |a, b, probability| ReviewPair {
        a,
        b,
        finding: PairFinding {
            probability,
            weight: 1_234,
            veto: None,
            reason: "name: close (+1.2)".into(),
            reason_zh: "名称: 相近 (+1.2)".into(),
        },
    };
    world.review = vec![pair(1, 2, 600_000), pair(2, 3, 800_000)];
    let report = world.run(&mut store, "2026-01-02T00:00:00Z");
    assert_eq!((report.pairs_changed, report.feed_lines), (2, 0));
    assert_eq!(world.run(&mut store, "2026-01-03T00:00:00Z").run, None);
    let pending = store.pending(CUSTOMER).unwrap();
    let shown: Vec<_> = pending
        .iter()
        .map(|pair| (&*pair.a.1, &*pair.b.1, pair.gids, pair.is_open(), &pair.since[..10]))
        .collect();
    assert_eq!(
        shown,
        [
            ("D03", "D04", (id(3), id(4)), true, "2026-01-02"),
            ("D02", "D03", (id(2), id(3)), true, "2026-01-02")
        ]
    );
    decide(
        &mut store,
        &[
            verdict("D03", "D04", Verdict::NotMatch),
            verdict("D02", "D03", Verdict::Unsure),
        ],
    );
    let open: Vec<bool> = store
        .pending(CUSTOMER)
        .unwrap()
        .iter()
        .map(crate::PendingPair::is_open)
        .collect();
    assert_eq!(open, [false, true]);
    world.review = vec![pair(1, 2, 610_000)];
    world.run(&mut store, "2026-01-04T00:00:00Z");
    let pending = store.pending(CUSTOMER).unwrap();
    assert_eq!((pending.len(), pending[0].finding.probability), (1, 610_000));
    assert_eq!(&pending[0].since[..10], "2026-01-02", "the run that first showed it");
    let values = store.source_values(CUSTOMER, "crm", "K01").unwrap().unwrap();
    assert_eq!(values[0], ("name".into(), "甲".into()));
    assert_eq!(store.source_values(CUSTOMER, "crm", "K99").unwrap(), None);
    sound(&store);
}

fn city(store: &Store, gid: GlobalId) -> (Option<String>, Ground) {
    let golden = store.golden(gid).unwrap().unwrap();
    (golden.values[1].value.clone(), golden.values[1].ground)
}

#[test]
fn a_pin_stands_at_once_and_until_it_expires() {
    let (world, mut store) = four();
    let book = World::rulebook();
    let pin = |value, expires| NewPin {
        gid: id(1),
        element: "city",
        value,
        expires,
        valid_from: None,
    };
    let effect = store
        .pin(&book, pin(Some("宁波市"), Some("2026-03-01T00:00:00Z")), BY)
        .unwrap();
    assert_eq!(
        (effect.before[0].version, effect.after[0].version, effect.feed.len()),
        (1, 2, 1)
    );
    assert_eq!(city(&store, id(1)), (Some("宁波市".into()), Ground::Override));
    sound(&store);
    assert_eq!(
        world.run(&mut store, "2026-02-01T00:00:00Z").run,
        None,
        "the next run agrees"
    );
    let report = world.run(&mut store, "2026-03-01T00:00:00Z");
    assert_eq!(
        (report.golden_changed, city(&store, id(1))),
        (1, (Some("杭州市".into()), Ground::Only))
    );

    // No value at all, over an expired pin; then off again.
    store.pin(&book, pin(None, None), BY).unwrap();
    assert_eq!(city(&store, id(1)), (None, Ground::Override));
    assert_eq!(world.run(&mut store, "2026-04-01T00:00:00Z").run, None);
    sound(&store);
    store.unpin(&book, id(1), "city", BY).unwrap();
    assert_eq!(city(&store, id(1)), (Some("杭州市".into()), Ground::Only));
    assert_eq!(world.run(&mut store, "2026-04-02T00:00:00Z").run, None);
    assert!(store.pins(CUSTOMER).unwrap().is_empty());
    sound(&store);

    let before = dump(&store);
    let refused = [
        store.unpin(&book, id(1), "city", BY).unwrap_err(),
        store
            .pin(&book, pin(None, Some("2026-01-01T00:00:00Z")), BY)
            .unwrap_err(),
        store
            .pin(
                &book,
                NewPin {
                    element: "stars",
                    ..pin(None, None)
                },
                BY,
            )
            .unwrap_err(),
        store
            .pin(
                &book,
                NewPin {
                    gid: id(9),
                    ..pin(None, None)
                },
                BY,
            )
            .unwrap_err(),
    ];
    let said: Vec<String> = refused.iter().map(ToString::to_string).collect();
    assert!(
        said[0].contains("is not pinned") && said[2].contains("stars") && said[3].contains("C00-000009"),
        "{said:?}"
    );
    assert_eq!(dump(&store), before);
}

#[test]
fn a_merge_is_shown_made_and_kept_by_later_runs() {
    let (world, mut store) = four();
    let book = World::rulebook();
    let pin = NewPin {
        gid: id(3),
        element: "phone",
        value: Some("999"),
        expires: None,
        valid_from: None,
    };
    store.pin(&book, pin, BY).unwrap();
    let merge = Merge {
        a: id(1),
        b: id(3),
        survivor: None,
        overrule: false,
    };
    let before = dump(&store);
    let preview = store.preview_merge(&book, merge, BY).unwrap();
    assert_eq!(dump(&store), before);
    let effect = store.merge(&book, merge, BY).unwrap();
    assert_eq!(preview, effect);
    let told: Vec<(GlobalId, &str)> = effect.feed.iter().map(|change| (change.gid, &*change.kind)).collect();
    assert_eq!(told, [(id(1), "changed"), (id(3), "superseded")]);
    let moved: Vec<(&str, GlobalId, GlobalId)> = effect
        .moved
        .iter()
        .map(|code| (&*code.key, code.from, code.to))
        .collect();
    assert_eq!(moved, [("D03", id(3), id(1))]);
    assert_eq!(
        (effect.before.len(), effect.after.len(), effect.after[0].members.len()),
        (2, 1, 3)
    );
    assert_eq!(
        effect.after[0].values[2].value.as_deref(),
        Some("111"),
        "the pin sleeps with its ID"
    );
    sound(&store);
    assert_eq!(world.run(&mut store, "2026-02-01T00:00:00Z").run, None);

    let other_type = Merge {
        b: from_serial(EntityType::Supplier, 0, 1).unwrap(),
        ..merge
    };
    assert!(store.merge(&book, other_type, BY).is_err());
    let error = store.merge(&book, merge, BY).unwrap_err();
    assert!(matches!(error, StoreError::NotActive { survivor: Some(survivor), .. } if survivor == id(1)));
    let split = Split {
        gid: id(1),
        records: &[("erp", "D03")],
        edits: Edits::Tree,
    };
    store.split(&book, split, BY).unwrap();
    assert_eq!(
        store.golden(id(3)).unwrap().unwrap().values[2].value.as_deref(),
        Some("999")
    );
    assert_eq!(world.run(&mut store, "2026-02-02T00:00:00Z").run, None);
    sound(&store);

    // Merging again goes against what the split said.
    let error = store.merge(&book, merge, BY).unwrap_err();
    assert!(error.to_string().contains("erp/D01 ≠ erp/D03: 王芳"), "{error}");
    let chosen = Merge {
        survivor: Some(id(3)),
        overrule: true,
        ..merge
    };
    store.merge(&book, chosen, BY).unwrap();
    assert_eq!(store.resolve(id(1)).unwrap(), Some(Resolution::Superseded(id(3))));
    assert_eq!(world.run(&mut store, "2026-02-03T00:00:00Z").run, None);
    sound(&store);
}

#[test]
fn a_split_of_what_a_run_had_joined() {
    let (world, mut store) = four();
    let book = World::rulebook();
    let split = |records| Split {
        gid: id(1),
        records,
        edits: Edits::Tree,
    };
    let error = store.split(&book, split(&[("erp", "D02")]), BY).unwrap_err();
    assert_eq!(error.to_string(), "erp/D02 is not a record of C00-000001-M");
    for nothing in [&[][..], &[("erp", "D01"), ("crm", "K01")]] {
        assert!(matches!(
            store.split(&book, split(nothing), BY),
            Err(StoreError::Inconsistent { .. })
        ));
    }
    let effect = store.split(&book, split(&[("erp", "D01")]), BY).unwrap();
    let told: Vec<&str> = effect.feed.iter().map(|change| &*change.kind).collect();
    assert_eq!(told, ["changed", "created"]);
    assert_ne!(gid_of(&store, "D01"), gid_of(&store, "K01"));
    assert_eq!(world.run(&mut store, "2026-02-01T00:00:00Z").run, None);
    sound(&store);
}

/// What a merge followed by its split must leave as it was: for each issued ID what it stands for, and the values,
/// lineage and records there.
fn state(store: &Store) -> Vec<String> {
    let issued = store.load_known(&World::rulebook(), &nothing()).unwrap().facts;
    let of = |gid: GlobalId| {
        let (resolution, golden) = store.resolved(gid).unwrap().unwrap();
        let golden = golden.unwrap();
        let members: Vec<&str> = golden.members.iter().map(|member| &*member.key).collect();
        let values = golden.values.iter().map(|value| {
            let from = value.member.map_or("-", |member| members[member]);
            format!(
                "{} {from} {}",
                value.value.as_deref().unwrap_or("-"),
                value.ground.name()
            )
        });
        let stands = match resolution {
            Resolution::Superseded(survivor) => format!("→ {survivor}"),
            other => format!("{other:?}"),
        };
        format!(
            "{gid} {stands} [{}] {}",
            members.join(" "),
            values.collect::<Vec<_>>().join(", ")
        )
    };
    issued.iter().map(|fact| of(fact.gid)).collect()
}

fn nothing() -> guiyi_core::record::Records {
    guiyi_core::record::Records {
        columns: vec![guiyi_core::record::Column::empty(0); 3],
        ..Default::default()
    }
}

/// A history of runs: in each, every record has one of a few phones, and is delivered or not.
fn history() -> impl Strategy<Value = Vec<Vec<(u8, bool)>>> {
    (2_usize..9).prop_flat_map(|n| {
        let run = prop::collection::vec((0_u8..6, prop::bool::weighted(0.9)), n);
        prop::collection::vec(run, 1..4).prop_flat_map(Just)
    })
}

fn world_of(run: &[(u8, bool)]) -> World {
    let rows = run.iter().enumerate().filter(|(_, (_, delivered))| *delivered);
    let rows = rows.map(|(at, (phone, _))| {
        let (system, key) = if at % 3 == 2 {
            ("crm", format!("K{at:02}"))
        } else {
            ("erp", format!("D{at:02}"))
        };
        row(system, &key, &format!("公司{at}"), "", &format!("10{phone}"))
    });
    World {
        rows: rows.collect(),
        review: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]
    #[test]
    fn splitting_what_was_merged_restores_it(
        history in history(),
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
        choose in any::<Option<bool>>(),
    ) {
        let book = World::rulebook();
        let mut store = Store::open_in_memory().unwrap();
        for run in &history {
            world_of(run).run(&mut store, "2026-01-01T00:00:00Z");
        }
        // Earlier merges by hand are history too; the last one is undone.
        for (number, (a, b)) in picks.iter().enumerate() {
            let active: Vec<GlobalId> =
                store.golden_rows(CUSTOMER).unwrap().map(|row| row.unwrap().gid).collect();
            if active.len() < 2 {
                break;
            }
            let (a, b) = (active[a.index(active.len())], active[b.index(active.len())]);
            if a == b {
                continue;
            }
            let survivor = choose.map(|first| if first { a } else { b });
            let merge = Merge { a, b, survivor, overrule: true };
            let before = state(&store);
            let (loser, keys): (GlobalId, Vec<(String, String)>) = {
                let effect = store.merge(&book, merge, BY).unwrap();
                let loser = effect.feed.iter().find(|change| change.kind == "superseded").unwrap().gid;
                (loser, effect.moved.iter().map(|code| (code.system.clone(), code.key.clone())).collect())
            };
            prop_assert_eq!(store.verify().unwrap(), Vec::<String>::new());
            let run = history.last().unwrap();
            prop_assert_eq!(world_of(run).run(&mut store, "2026-02-01T00:00:00Z").feed_lines, 0, "after the merge");
            if number + 1 < picks.len() {
                continue;
            }
            let survivor = if loser == a { b } else { a };
            let records: Vec<(&str, &str)> = keys.iter().map(|(system, key)| (&**system, &**key)).collect();
            store.split(&book, Split { gid: survivor, records: &records, edits: Edits::Tree }, BY).unwrap();
            prop_assert_eq!(state(&store), before, "merged {} and {} under {}", a, b, survivor);
            prop_assert_eq!(store.verify().unwrap(), Vec::<String>::new());
            prop_assert_eq!(world_of(run).run(&mut store, "2026-02-02T00:00:00Z").feed_lines, 0, "after the split");
        }
        prop_assert!(store.verify().unwrap().is_empty());
    }
}
