//! What was believed when to hold when, against an oracle that goes over the raw facts, and one history told out.

use std::collections::BTreeMap;

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert_eq, prop_oneof, proptest};

use super::world::{World, row};
use crate::{By, Edits, Merge, NewPin, Split, Store};

/// The second element, a city elsewhere, holds the day from which the ERP's records are valid.
fn book() -> Rulebook {
    let mut book = World::rulebook();
    book.survivorship.valid_from.insert("erp".into(), 1);
    book
}

/// Invented records; those of a customer have one phone in the world, so each is its own customer.
const RECORDS: [(&str, &str); 4] = [("erp", "D01"), ("erp", "D02"), ("crm", "K01"), ("crm", "K02")];
const NAMES: [&str; 3] = ["甲公司", "乙公司", "丙公司"];

fn utc(day: u32, hour: u32) -> String {
    format!("2026-01-{day:02}T{hour:02}:00:00Z")
}

/// The days of the steward's and the sources' world.
fn day(day: u32) -> String {
    format!("2026-01-{day:02}")
}

fn by(utc: &str) -> By<'_> {
    By {
        actor: "王芳",
        reason: "asked",
        utc,
    }
}

fn deliver(store: &mut Store, record: usize, name: Option<&str>, valid_from: Option<&str>, utc: &str) {
    let (system, key) = RECORDS[record];
    let phone = format!("1390000000{record}");
    let row = row(
        system,
        key,
        name.unwrap_or_default(),
        valid_from.unwrap_or_default(),
        &phone,
    );
    let world = World {
        rows: vec![row],
        ..World::default()
    };
    world.run_with(store, &book(), utc).unwrap();
}

fn gid_of(store: &Store, record: usize) -> Option<GlobalId> {
    let (system, key) = RECORDS[record];
    store.lookup(EntityType::Customer, system, key).unwrap()
}

/// The name and the keys of the records that held; `None`: there was no such golden record.
type Shown = Option<(Option<String>, Vec<String>)>;

fn shown(store: &Store, gid: GlobalId, as_of: &str, known_at: Option<&str>) -> Shown {
    let held = store.held(&book(), gid, as_of, known_at).unwrap()?;
    assert!(held.not_kept.is_empty(), "{held:?}");
    let keys = held.contents.iter().map(|content| content.key.clone()).collect();
    Some((held.values[0].value.clone(), keys))
}

#[test]
fn a_correction_of_the_past_changes_what_held_and_not_what_was_known() {
    let mut store = Store::open_in_memory().unwrap();
    // On the 2nd the ERP says: 甲公司 since the 1st. On the 5th: 乙公司 since the 4th. On the 8th, late: 丙公司 since the 3rd.
    deliver(&mut store, 0, Some("甲公司"), Some("2026-01-01"), &utc(2, 8));
    deliver(&mut store, 0, Some("乙公司"), Some("2026-01-04"), &utc(5, 8));
    deliver(&mut store, 0, Some("丙公司"), Some("2026-01-03"), &utc(8, 8));
    // And on the 9th what is to come: 甲公司 since the 20th.
    deliver(&mut store, 0, Some("甲公司"), Some("2026-01-20"), &utc(9, 8));
    let gid = gid_of(&store, 0).unwrap();
    let name = |as_of, known_at: Option<u32>| {
        let known_at = known_at.map(|day| utc(day, 23));
        Some(shown(&store, gid, &utc(as_of, 12), known_at.as_deref())?.0.unwrap())
    };
    for (as_of, known_at, expected) in [
        (1, None, Some("甲公司")),
        (1, Some(1), None),
        (1, Some(2), Some("甲公司")),
        (3, Some(2), Some("甲公司")),
        (3, Some(5), Some("甲公司")),
        (3, Some(8), Some("丙公司")),
        (4, Some(4), Some("甲公司")),
        (4, Some(5), Some("乙公司")),
        (4, Some(7), Some("乙公司")),
        (4, Some(8), Some("丙公司")),
        (12, Some(7), Some("乙公司")),
        (12, None, Some("丙公司")),
        (20, Some(8), Some("丙公司")),
        (20, None, Some("甲公司")),
    ] {
        assert_eq!(name(as_of, known_at).as_deref(), expected, "{as_of} {known_at:?}");
    }
    assert_eq!(shown(&store, gid, "2025-12-31T12:00:00Z", None), None);

    let versions = store.history(gid).unwrap();
    let times = store.valid_times(&book(), gid, &versions).unwrap();
    let times: Vec<&str> = times.iter().map(|times| times[0].as_deref().unwrap()).collect();
    assert_eq!(times, ["2026-01-01", "2026-01-04", "2026-01-03", "2026-01-20"]);
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[test]
fn contents_of_before_are_told_to_be_missing() {
    let mut store = Store::open_in_memory().unwrap();
    let world = |name: &str| World::of(&[("erp", "D01", name, "2026-01-01", "111")]);
    // Nobody said yet that the second element is a valid time.
    world("甲公司").run(&mut store, &utc(2, 8));
    world("乙公司").run(&mut store, &utc(3, 8));
    let mut later = world("丙公司");
    later.rows[0].2[1] = Some("2026-01-04".into());
    later.run_with(&mut store, &book(), &utc(4, 8)).unwrap();
    let gid = gid_of(&store, 0).unwrap();
    let held = |as_of, known_at: u32| {
        store
            .held(&book(), gid, &utc(as_of, 12), Some(&utc(known_at, 23)))
            .unwrap()
    };
    assert_eq!(held(4, 4).unwrap().values[0].value.as_deref(), Some("丙公司"));
    // The second content was kept when the third came, the first was not.
    assert_eq!(held(2, 4).unwrap().values[0].value.as_deref(), Some("乙公司"));
    let missing = held(2, 2).unwrap();
    assert!(missing.contents.is_empty() && missing.values.is_empty());
    assert_eq!(missing.not_kept, [("erp".to_owned(), "D01".to_owned())]);
    assert_eq!(held(2, 1), None);
}

#[test]
fn a_pin_from_a_later_day_begins_with_the_run_then() {
    let mut store = Store::open_in_memory().unwrap();
    deliver(&mut store, 0, Some("甲公司"), None, &utc(1, 8));
    let gid = gid_of(&store, 0).unwrap();
    let pin = |from, expires| NewPin {
        gid,
        element: "name",
        value: Some("丁公司"),
        expires,
        valid_from: from,
    };
    let wrong = pin(Some("2026-01-05T00:00:00Z"), Some("2026-01-04T00:00:00Z"));
    assert!(store.pin(&book(), wrong, by(&utc(2, 8))).is_err());
    let effect = store
        .pin(&book(), pin(Some("2026-01-05T00:00:00Z"), None), by(&utc(2, 8)))
        .unwrap();
    assert!(effect.feed.is_empty());
    let name = |store: &Store| store.golden(gid).unwrap().unwrap().values[0].value.clone().unwrap();
    World::default().run_with(&mut store, &book(), &utc(4, 8)).unwrap();
    assert_eq!(name(&store), "甲公司");
    World::default().run_with(&mut store, &book(), &utc(5, 8)).unwrap();
    assert_eq!(name(&store), "丁公司");
    assert!(store.check_rebuild(&book()).unwrap().different.is_empty());
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

/// What happens on a day.
#[derive(Debug, Clone)]
enum Event {
    Deliver(usize, Option<usize>, Option<u32>),
    Merge(usize, usize),
    Split(usize),
    Pin(usize, usize, Option<u32>, Option<u32>),
    Unpin(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let maybe = |days: std::ops::Range<u32>| prop_oneof![Just(None), days.prop_map(Some)];
    let name = prop_oneof![1 => Just(None), 4 => (0..NAMES.len()).prop_map(Some)];
    prop_oneof![
        6 => (0..RECORDS.len(), name, maybe(1..28)).prop_map(|(record, name, from)| Event::Deliver(record, name, from)),
        2 => (0..RECORDS.len(), 0..RECORDS.len()).prop_map(|(a, b)| Event::Merge(a, b)),
        1 => (0..RECORDS.len()).prop_map(Event::Split),
        2 => (0..RECORDS.len(), 0..NAMES.len(), maybe(1..28), maybe(1..28))
            .prop_map(|(record, name, from, until)| Event::Pin(record, name, from, until)),
        1 => (0..RECORDS.len()).prop_map(Event::Unpin),
    ]
}

/// A delivery: when, of what, what it says.
type Delivery = (String, usize, Option<String>, Option<String>);

/// A pin: of which golden record, when it was set and ended, what it says, from when until when it is valid.
#[derive(Debug)]
struct SetPin {
    gid: GlobalId,
    set: String,
    ended: Option<String>,
    name: String,
    from: Option<String>,
    expires: Option<String>,
}

/// The raw facts, in the order in which they became known.
#[derive(Debug, Default)]
struct Facts {
    deliveries: Vec<Delivery>,
    pins: Vec<SetPin>,
    /// Where the records were after each event.
    places: Vec<(String, BTreeMap<usize, GlobalId>)>,
}

impl Facts {
    fn place(&self, record: usize, utc: &str) -> Option<GlobalId> {
        let known = self.places.iter().rev().find(|place| *place.0 <= *utc)?;
        known.1.get(&record).copied()
    }

    /// Goes over all facts that were known at a time and valid at the other.
    fn shown(&self, gid: GlobalId, as_of: &str, known_at: &str) -> Shown {
        let both = as_of.min(known_at);
        let mut members: Vec<(usize, Option<String>)> = Vec::new();
        for record in 0..RECORDS.len() {
            let holds = |(known, of, _, valid_from): &&Delivery| {
                *of == record && **known <= *known_at && **valid_from.as_ref().unwrap_or(known) <= *as_of
            };
            let Some((_, _, name, valid_from)) = self.deliveries.iter().rev().find(holds) else {
                continue;
            };
            let placed = self.place(record, if valid_from.is_some() { known_at } else { both });
            if placed == Some(gid) {
                members.push((record, name.clone()));
            }
        }
        if members.is_empty() {
            return None;
        }
        // The CRM before the ERP, and the smaller key.
        members.sort_by_key(|member| RECORDS[member.0]);
        let mut name = members.iter().find_map(|member| member.1.clone());
        for pin in self.pins.iter().filter(|pin| pin.gid == gid) {
            let by = if pin.from.is_some() { known_at } else { both };
            let is_known = *pin.set <= *by && pin.ended.as_deref().is_none_or(|ended| by < ended);
            let is_valid = pin.from.as_deref().is_none_or(|from| from <= as_of)
                && pin.expires.as_deref().is_none_or(|expires| as_of < expires);
            if is_known && is_valid {
                name = Some(pin.name.clone());
            }
        }
        let keys = members.iter().map(|member| RECORDS[member.0].1.to_owned()).collect();
        Some((name, keys))
    }

    fn end_pin(&mut self, gid: GlobalId, utc: &str) -> bool {
        let standing = self.pins.iter_mut().find(|pin| pin.gid == gid && pin.ended.is_none());
        standing.map(|pin| pin.ended = Some(utc.to_owned())).is_some()
    }
}

/// Does what the events say, one a day, and notes the facts.
fn live(store: &mut Store, events: &[Event], with_valid_time: bool) -> Facts {
    let mut facts = Facts::default();
    for (event, today) in events.iter().zip(1..) {
        let now = utc(today, 8);
        match *event {
            Event::Deliver(record, name, from) => {
                let from = from.filter(|_| with_valid_time && RECORDS[record].0 == "erp").map(day);
                let name = name.map(|name| NAMES[name]);
                deliver(store, record, name, from.as_deref(), &now);
                facts
                    .deliveries
                    .push((now.clone(), record, name.map(str::to_owned), from));
            }
            Event::Merge(a, b) => {
                if let (Some(a), Some(b)) = (gid_of(store, a), gid_of(store, b)) {
                    let merge = Merge {
                        a,
                        b,
                        survivor: None,
                        overrule: true,
                    };
                    // One with itself is refused.
                    let _ = store.merge(&book(), merge, by(&now));
                }
            }
            Event::Split(record) => {
                if let Some(gid) = gid_of(store, record) {
                    let split = Split {
                        gid,
                        records: &[RECORDS[record]],
                        edits: Edits::Tree,
                    };
                    // The only record cannot leave.
                    let _ = store.split(&book(), split, by(&now));
                }
            }
            Event::Pin(record, name, from, until) => {
                let Some(gid) = gid_of(store, record) else { continue };
                let at = |day: u32| format!("2026-01-{day:02}T00:00:00Z");
                let (from, expires) = (
                    from.filter(|_| with_valid_time).map(at),
                    until.filter(|_| with_valid_time).map(at),
                );
                let pin = NewPin {
                    gid,
                    element: "name",
                    value: Some(NAMES[name]),
                    expires: expires.as_deref(),
                    valid_from: from.as_deref(),
                };
                if store.pin(&book(), pin, by(&now)).is_ok() {
                    facts.end_pin(gid, &now);
                    facts.pins.push(SetPin {
                        gid,
                        set: now.clone(),
                        ended: None,
                        name: NAMES[name].to_owned(),
                        from,
                        expires,
                    });
                }
            }
            Event::Unpin(record) => {
                let Some(gid) = gid_of(store, record) else { continue };
                assert_eq!(
                    store.unpin(&book(), gid, "name", by(&now)).is_ok(),
                    facts.end_pin(gid, &now)
                );
            }
        }
        let places = (0..RECORDS.len()).filter_map(|record| Some((record, gid_of(store, record)?)));
        facts.places.push((now, places.collect()));
    }
    facts
}

/// Every ID that a record ever had.
fn gids(facts: &Facts) -> Vec<GlobalId> {
    let mut gids: Vec<GlobalId> = facts
        .places
        .iter()
        .flat_map(|place| place.1.values().copied())
        .collect();
    gids.sort_unstable();
    gids.dedup();
    gids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_shown_is_what_the_facts_say(events in proptest::collection::vec(event(), 1..16)) {
        let mut store = Store::open_in_memory().unwrap();
        let facts = live(&mut store, &events, true);
        for gid in gids(&facts) {
            for as_of in (0..28).step_by(3) {
                for known_at in (0..18).step_by(2) {
                    let (as_of, known_at) = (utc(as_of, 12), utc(known_at, 12));
                    let expected = facts.shown(gid, &as_of, &known_at);
                    let found = shown(&store, gid, &as_of, Some(&known_at));
                    prop_assert_eq!(found, expected, "{} as of {} known at {}", gid, as_of, known_at);
                }
            }
        }
        prop_assert_eq!(store.verify().unwrap(), [""; 0]);
        // Today, all told: the golden record.
        let end = "2026-02-01T08:00:00Z";
        World::default().run_with(&mut store, &book(), end).unwrap();
        for gid in gids(&facts) {
            let golden = store.golden(gid).unwrap();
            let golden = golden.map(|golden| (golden.values[0].value.clone(),
                golden.members.into_iter().map(|member| member.key).collect::<Vec<_>>()));
            prop_assert_eq!(shown(&store, gid, end, None), golden, "{}", gid);
        }
    }

    #[test]
    fn without_valid_times_it_is_what_stood_at_the_earlier_of_the_two(events in proptest::collection::vec(event(), 1..12)) {
        let mut store = Store::open_in_memory().unwrap();
        let facts = live(&mut store, &events, false);
        for gid in gids(&facts) {
            for as_of in 0..14 {
                for known_at in 0..14 {
                    let (as_of, known_at) = (utc(as_of, 12), utc(known_at, 12));
                    let stood = store.golden_at(gid, as_of.as_str().min(&known_at)).unwrap().map(|version| {
                        (version.values[0].value.clone(), version.members.into_iter().map(|member| member.1).collect())
                    });
                    prop_assert_eq!(shown(&store, gid, &as_of, Some(&known_at)), stood, "{} {} {}", gid, as_of, known_at);
                }
            }
        }
    }
}
