//! Change requests: who may do what, that applied is what was approved, and that nobody alone does what needs two.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::world::{World, dump};
use crate::{
    Application, Approval, By, ChangeRequest, Decided, Edits, Merge, NewDecision, Proposal, Refusal, RelationKind,
    RequestRefusal, RequestState, Resolution, Store, StoreError, Terms, Verdict, fold_actor,
};

const AT_ONCE: Terms<'_> = Terms {
    approvals: 1,
    effective: None,
};

fn id(serial: u32) -> GlobalId {
    from_serial(EntityType::Customer, 0, serial).unwrap()
}

fn by(actor: &str) -> By<'_> {
    By {
        actor,
        reason: "checked by phone",
        utc: "2026-01-15T00:00:00Z",
    }
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

fn pin(serial: u32, city: &str) -> Proposal {
    Proposal::Pin {
        gid: id(serial),
        element: "city".into(),
        value: Some(city.into()),
        expires: None,
        valid_from: None,
    }
}

fn merge(a: u32, b: u32) -> Proposal {
    Proposal::Merge(Merge {
        a: id(a),
        b: id(b),
        survivor: None,
        overrule: false,
    })
}

/// One of each kind that can be done to [`four`].
fn every_kind() -> Vec<Proposal> {
    let relate = |is_so| Proposal::Relate {
        from: id(2),
        kind: RelationKind::BranchOf,
        to: id(3),
        is_so,
        valid_from: None,
        valid_until: is_so.then(|| "2027-01-01".into()),
    };
    let split = Proposal::Split {
        gid: id(1),
        records: vec![("crm".into(), "K01".into())],
        edits: Edits::Record,
    };
    let confirm = Proposal::Confirm {
        gid: id(1),
        is_so: true,
    };
    vec![
        pin(2, "宁波市"),
        merge(3, 4),
        split,
        relate(true),
        relate(false),
        confirm,
    ]
}

fn propose(store: &mut Store, proposal: &Proposal, terms: Terms<'_>, actor: &str) -> u64 {
    store.propose(&World::rulebook(), proposal, terms, by(actor)).unwrap().0
}

fn approve(store: &mut Store, number: u64, actor: &str) -> Result<ChangeRequest, StoreError> {
    store.approve(number, Approval::default(), by(actor))
}

fn apply(store: &mut Store, number: u64, utc: &str) -> Application {
    let by = By { utc, ..by("guiyi run") };
    store.apply_request(&World::rulebook(), number, by).unwrap()
}

fn state(store: &Store, number: u64) -> RequestState {
    store.request(number).unwrap().unwrap().state
}

fn city(store: &Store, serial: u32) -> Option<String> {
    let values = store.golden(id(serial)).unwrap().unwrap().values;
    values.into_iter().find(|value| value.element == "city").unwrap().value
}

fn refusal(result: Result<ChangeRequest, StoreError>) -> RequestRefusal {
    match result {
        Err(StoreError::Request { refusal, .. }) => refusal,
        other => panic!("{other:?}"),
    }
}

fn sound(store: &Store) {
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

/// All that the store holds but for the ledger and the requests.
fn content(store: &Store) -> String {
    let lines = dump(store);
    let counts = |line: &&str| {
        !["ledger ", "change_request ", "change_request_step "]
            .iter()
            .any(|of| line.starts_with(of))
    };
    lines.lines().filter(counts).collect::<Vec<_>>().join("\n")
}

#[test]
fn applied_is_the_same_as_done_directly() {
    for proposal in every_kind() {
        let book = World::rulebook();
        let (_, mut asked) = four();
        let number = propose(&mut asked, &proposal, AT_ONCE, "王芳");
        let request = approve(&mut asked, number, "李强").unwrap();
        assert_eq!(
            (request.state, request.approvers()),
            (RequestState::Approved, vec!["李强"])
        );
        let before = content(&asked);
        assert!(matches!(
            apply(&mut asked, number, "2026-01-16T00:00:00Z"),
            Application::Applied(_)
        ));
        assert_ne!(content(&asked), before);
        assert_eq!(
            apply(&mut asked, number, "2026-01-17T00:00:00Z"),
            Application::NotDue,
            "only once"
        );

        // As many writes before, so that the numbers of writes are the same.
        let (_, mut direct) = four();
        let other = propose(&mut direct, &pin(4, "无锡市"), AT_ONCE, "王芳");
        direct.reject(other, &[], by("李强")).unwrap();
        let at = By {
            utc: "2026-01-16T00:00:00Z",
            ..by("王芳")
        };
        direct.carry_out(&book, &proposal, at).unwrap();
        assert_eq!(content(&asked), content(&direct), "{proposal:?}");
        sound(&asked);
        sound(&direct);
    }
}

#[test]
fn nobody_judges_his_own_request() {
    let (_, mut store) = four();
    let before = content(&store);
    let number = propose(&mut store, &pin(2, "宁波市"), AT_ONCE, "Wang Fang");
    let unchanged = |store: &Store| {
        let golden = |text: &str| -> Vec<String> {
            let lines = text
                .lines()
                .filter(|line| line.starts_with("golden") || line.starts_with("override"));
            lines.map(ToOwned::to_owned).collect()
        };
        assert_eq!(golden(&content(store)), golden(&before));
    };
    unchanged(&store);
    for spelling in ["Wang Fang", "wang fang", " ＷＡＮＧ　ＦＡＮＧ"] {
        let own = RequestRefusal::Own {
            author: "Wang Fang".into(),
        };
        assert_eq!(refusal(approve(&mut store, number, spelling)), own);
        assert_eq!(refusal(store.reject(number, &[], by(spelling))), own);
    }
    let may = ["陈静".to_owned()];
    let only = Approval {
        approvers: &may,
        again: false,
    };
    let not = RequestRefusal::NotAnApprover { actor: "李强".into() };
    assert_eq!(refusal(store.approve(number, only, by("李强"))), not);
    assert_eq!(refusal(store.reject(number, &may, by("李强"))), not);
    let of_another = RequestRefusal::OfAnother {
        author: "Wang Fang".into(),
    };
    assert_eq!(refusal(store.withdraw(number, by("李强"))), of_another);
    assert_eq!(apply(&mut store, number, "2026-02-01T00:00:00Z"), Application::NotDue);
    assert_eq!(state(&store, number), RequestState::Open);
    unchanged(&store);
    assert_eq!(
        store.withdraw(number, by("wang fang")).unwrap().state,
        RequestState::Withdrawn
    );
    let closed = RequestRefusal::Closed(RequestState::Withdrawn);
    assert_eq!(refusal(approve(&mut store, number, "李强")), closed);
    assert_eq!(refusal(approve(&mut store, 99, "李强")), RequestRefusal::Unknown);
    unchanged(&store);
    sound(&store);
}

#[test]
fn as_many_people_as_asked() {
    let (_, mut store) = four();
    let three = Terms {
        approvals: 2,
        ..AT_ONCE
    };
    let number = propose(&mut store, &pin(2, "宁波市"), three, "王芳");
    assert_eq!(
        approve(&mut store, number, "Li Qiang").unwrap().state,
        RequestState::Open
    );
    assert!(matches!(
        refusal(approve(&mut store, number, "LI QIANG")),
        RequestRefusal::Twice { .. }
    ));
    assert_eq!(apply(&mut store, number, "2026-02-01T00:00:00Z"), Application::NotDue);
    assert_eq!(
        approve(&mut store, number, "陈静").unwrap().state,
        RequestState::Approved
    );
    assert!(matches!(
        apply(&mut store, number, "2026-02-01T00:00:00Z"),
        Application::Applied(_)
    ));
    let history = store.history(id(2)).unwrap();
    let since = &history.last().unwrap().since;
    assert_eq!(
        (&*since.actor, since.reason.as_deref()),
        ("王芳", Some("checked by phone"))
    );
    assert_eq!(since.request, Some((number, vec!["Li Qiang".into(), "陈静".into()])));
    sound(&store);
}

#[test]
fn a_request_takes_effect_at_its_time() {
    let (_, mut store) = four();
    let later = Terms {
        effective: Some("2026-03-01T00:00:00Z"),
        ..AT_ONCE
    };
    let number = propose(&mut store, &pin(2, "宁波市"), later, "王芳");
    approve(&mut store, number, "李强").unwrap();
    assert_eq!(apply(&mut store, number, "2026-02-28T23:59:59Z"), Application::NotDue);
    assert_eq!((state(&store, number), city(&store, 2)), (RequestState::Approved, None));
    assert!(matches!(
        apply(&mut store, number, "2026-03-01T00:00:00Z"),
        Application::Applied(_)
    ));
    assert_eq!(city(&store, 2).as_deref(), Some("宁波市"));

    let past = Terms {
        effective: Some("2025-12-31T00:00:00Z"),
        ..AT_ONCE
    };
    let expired = Proposal::Pin {
        gid: id(3),
        element: "city".into(),
        value: None,
        expires: Some("2026-04-01T00:00:00Z".into()),
        valid_from: None,
    };
    let after_its_end = Terms {
        effective: Some("2026-05-01T00:00:00Z"),
        ..AT_ONCE
    };
    let before = dump(&store);
    for (proposal, terms) in [(&pin(3, "宁波市"), past), (&expired, after_its_end)] {
        let refused = store.propose(&World::rulebook(), proposal, terms, by("王芳"));
        assert!(matches!(refused, Err(StoreError::Inconsistent { .. })), "{refused:?}");
    }
    assert_eq!(dump(&store), before);
    sound(&store);
}

#[test]
fn what_was_approved_on_another_ground_waits_for_another_approval() {
    let (_, mut store) = four();
    let (first, second) = (
        propose(&mut store, &pin(2, "宁波市"), AT_ONCE, "王芳"),
        propose(&mut store, &merge(2, 3), AT_ONCE, "王芳"),
    );
    let conflicts = |store: &Store, number| store.request(number).unwrap().unwrap().conflicts;
    assert_eq!(
        (conflicts(&store, first), conflicts(&store, second)),
        (vec![second], vec![first])
    );
    approve(&mut store, second, "李强").unwrap();
    approve(&mut store, first, "李强").unwrap();
    assert!(matches!(
        apply(&mut store, first, "2026-02-01T00:00:00Z"),
        Application::Applied(_)
    ));

    // The pin is a new version of one of the two that were to be merged.
    let stale = store.request(second).unwrap().unwrap();
    assert!(stale.is_stale() && stale.conflicts.is_empty(), "{stale:?}");
    let before = dump(&store);
    assert_eq!(apply(&mut store, second, "2026-02-01T00:00:00Z"), Application::Stale);
    let refused = refusal(approve(&mut store, second, "陈静"));
    let shown = |version: u64| format!("{}@{version} {}@1", id(2), id(3));
    assert_eq!(
        refused,
        RequestRefusal::Stale {
            judged: shown(1),
            found: shown(2)
        }
    );
    assert_eq!(dump(&store), before);
    let again = Approval {
        again: true,
        approvers: &[],
    };
    let request = store.approve(second, again, by("李强")).unwrap();
    assert_eq!((request.state, request.is_stale()), (RequestState::Approved, false));
    assert!(matches!(
        apply(&mut store, second, "2026-02-01T00:00:00Z"),
        Application::Applied(_)
    ));
    assert_eq!(store.resolve(id(3)).unwrap(), Some(Resolution::Superseded(id(2))));
    sound(&store);
}

#[test]
fn what_cannot_be_done_any_more_fails() {
    let (_, mut store) = four();
    let number = propose(&mut store, &pin(3, "宁波市"), AT_ONCE, "王芳");
    approve(&mut store, number, "李强").unwrap();
    store.carry_out(&World::rulebook(), &merge(2, 3), by("陈静")).unwrap();
    let failed = apply(&mut store, number, "2026-02-01T00:00:00Z");
    let reason = format!("{} is not active", id(3));
    assert_eq!(failed, Application::Failed(reason.clone()));
    let request = store.request(number).unwrap().unwrap();
    assert_eq!(
        (request.state, &request.steps.last().unwrap().reason),
        (RequestState::Failed, &reason)
    );
    let impossible = store.propose(&World::rulebook(), &pin(3, "宁波市"), AT_ONCE, by("王芳"));
    assert!(
        matches!(impossible, Err(StoreError::NotActive { .. })),
        "{impossible:?}"
    );
    sound(&store);
}

#[test]
fn a_run_never_merges_two_confirmed_golden_records() {
    let (mut world, mut store) = four();
    let book = World::rulebook();
    for serial in [2, 3] {
        store.confirm(&book, id(serial), true, by("王芳")).unwrap();
    }
    assert!(store.confirm(&book, id(2), true, by("王芳")).is_err());
    assert_eq!(store.confirmation(id(2)).unwrap().unwrap().actor, "王芳");
    // A decision between records of two confirmed ones is refused, and one that leads there over a third does not do it.
    let decide = |store: &mut Store, a, b, expected: Result<Decided, Refusal>| {
        let decision = NewDecision {
            a: ("erp", a),
            b: ("erp", b),
            verdict: Verdict::Match,
            reason: "",
        };
        let answers = store.decide(EntityType::Customer, &[decision], by("王芳"), false);
        assert_eq!(answers.unwrap(), [expected]);
    };
    decide(&mut store, "D02", "D03", Err(Refusal::BothConfirmed(id(2), id(3))));
    decide(&mut store, "D02", "D04", Ok(Decided::New));
    decide(&mut store, "D03", "D04", Ok(Decided::New));
    for row in &mut world.rows {
        row.2[2] = Some("222".into());
    }
    world.run(&mut store, "2026-02-01T00:00:00Z");
    let active = |serial| store.resolve(id(serial)).unwrap() == Some(Resolution::Active);
    assert_eq!([1, 2, 3, 4].map(active), [false, true, true, false]);

    // By hand they are one, and stay one; parted, both are confirmed as before.
    store.carry_out(&book, &merge(2, 3), by("王芳")).unwrap();
    let merged = dump(&store);
    assert_eq!(world.run(&mut store, "2026-02-02T00:00:00Z").run, None);
    assert_eq!(dump(&store), merged);
    sound(&store);
    store.confirm(&book, id(2), false, by("王芳")).unwrap();
    assert_eq!(store.confirmation(id(2)).unwrap(), None);
    sound(&store);
}

#[test]
fn verify_sees_what_was_done_to_requests() {
    let tamper = [
        (
            "UPDATE change_request SET state = 'applied'",
            "does not follow from its steps",
        ),
        (
            "UPDATE change_request SET value = '无锡市'",
            "is not what the ledger says",
        ),
        (
            "DROP TRIGGER change_request_is_not_edited; UPDATE change_request SET approvals = 2",
            "does not follow from its steps",
        ),
        (
            "DROP TRIGGER change_request_step_is_not_edited; UPDATE change_request_step SET actor = '王芳'",
            "its author judged it",
        ),
        (
            "DROP TRIGGER change_request_step_is_kept; DELETE FROM change_request_step WHERE step = 'approve'",
            "that it lacks",
        ),
        (
            "INSERT INTO change_request_step (request, run, step, actor, utc, reason, ground)
                SELECT 1, 3, 'apply', 'x', utc, '', ground FROM change_request_step WHERE step = 'approve'",
            "is not what the ledger says",
        ),
        ("UPDATE global_id SET confirmed = 1", "without a word"),
    ];
    for (sql, expected) in tamper {
        let (_, mut store) = four();
        let number = propose(&mut store, &pin(2, "宁波市"), AT_ONCE, "王芳");
        approve(&mut store, number, "李强").unwrap();
        sound(&store);
        store.connection.execute_batch(sql).unwrap();
        let problems = store.verify().unwrap();
        assert!(
            problems.iter().any(|problem| problem.contains(expected)),
            "{sql}: {problems:?}"
        );
    }
}

/// What somebody tries with a request.
#[derive(Debug, Clone, Copy)]
enum Try {
    Propose { pin: bool, approvals: u32, later: bool },
    Approve { request: u64, again: bool },
    Reject(u64),
    Withdraw(u64),
    Apply(u64),
    Direct(u32),
}

fn tries() -> impl Strategy<Value = Vec<(Try, usize)>> {
    let request = || 1_u64..5;
    let one = prop_oneof![
        3 => (any::<bool>(), 1_u32..4, any::<bool>()).prop_map(|(pin, approvals, later)| Try::Propose { pin, approvals, later }),
        6 => (request(), any::<bool>()).prop_map(|(request, again)| Try::Approve { request, again }),
        1 => request().prop_map(Try::Reject),
        1 => request().prop_map(Try::Withdraw),
        4 => request().prop_map(Try::Apply),
        1 => (2_u32..4).prop_map(Try::Direct),
    ];
    prop::collection::vec((one, 0_usize..5), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_is_applied_without_as_many_people_as_asked(tries in tries()) {
        let people = ["王芳", "Li Qiang", "li  qiang", "陈静", "赵敏"];
        let (_, mut store) = four();
        let book = World::rulebook();
        for (day, (what, who)) in tries.into_iter().enumerate() {
            let utc = format!("2026-02-{:02}T00:00:00Z", day % 27 + 1);
            let by = By { actor: people[who], reason: "tried", utc: &utc };
            let before = content(&store);
            match what {
                Try::Propose { pin: is_pin, approvals, later } => {
                    let proposal = if is_pin { pin(2, &format!("第{day}市")) } else { merge(2, 3) };
                    let terms = Terms { approvals, effective: later.then_some("2026-02-15T00:00:00Z") };
                    let _ = store.propose(&book, &proposal, terms, by);
                }
                Try::Approve { request, again } => {
                    let _ = store.approve(request, Approval { again, approvers: &[] }, by);
                }
                Try::Reject(request) => {
                    let _ = store.reject(request, &[], by);
                }
                Try::Withdraw(request) => {
                    let _ = store.withdraw(request, by);
                }
                Try::Apply(request) => {
                    let done = store.apply_request(&book, request, by);
                    let request = store.request(request).unwrap();
                    if let (Ok(Application::Applied(_)), Some(request)) = (&done, request) {
                        let mut people: Vec<String> = request.approvers().into_iter().map(fold_actor).collect();
                        people.push(fold_actor(request.author()));
                        people.sort();
                        people.dedup();
                        prop_assert!(people.len() > request.approvals as usize, "{:?}", request);
                        prop_assert!(request.effective.as_deref().is_none_or(|effective| effective <= &*request.steps.last().unwrap().utc));
                    }
                }
                Try::Direct(serial) => {
                    let _ = store.carry_out(&book, &pin(serial, "直改市"), by);
                }
            }
            let golden = |text: &str| -> Vec<String> {
                text.lines().filter(|line| line.starts_with("golden_")).map(ToOwned::to_owned).collect()
            };
            if !matches!(what, Try::Apply(_) | Try::Direct(_)) {
                prop_assert_eq!(golden(&content(&store)), golden(&before), "{:?}", what);
            }
            prop_assert_eq!(store.verify().unwrap(), Vec::<String>::new(), "{:?}", what);
        }
    }
}
