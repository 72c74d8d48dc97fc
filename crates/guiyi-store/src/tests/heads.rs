//! Signed heads: a ledger that somebody with the store in his hands rewrites, cuts or forges heads for is told.

use std::path::{Path, PathBuf};

use guiyi_core::dictionary::EntityType;

use super::world::World;
use crate::{By, NewPin, PublicKey, SigningKey, Store, StoreError};

struct Place {
    _directory: tempfile::TempDir,
    store: PathBuf,
    heads: PathBuf,
    key: PathBuf,
}

/// A store with three writes and their heads.
fn signed() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let place = Place {
        store: file("store.db"),
        heads: file("heads.jsonl"),
        key: file("store.key"),
        _directory: directory,
    };
    SigningKey::make(&place.key).unwrap();
    let mut store = place.open().unwrap();
    World::first_run(20).run(&mut store, "2026-01-01T00:00:00Z");
    World::second_run(20).run(&mut store, "2026-01-02T00:00:00Z");
    Place::pin(&mut store, "宁波市").unwrap();
    drop(store);
    place
}

impl Place {
    fn open(&self) -> Result<Store, StoreError> {
        let mut store = Store::open(&self.store)?;
        store.sign_heads(&self.heads, SigningKey::read(&self.key)?)?;
        Ok(store)
    }

    fn pin(store: &mut Store, city: &str) -> Result<(), StoreError> {
        let gid = store.lookup(EntityType::Customer, "erp", "D03-000001")?.unwrap();
        let by = By {
            actor: "王芳",
            reason: "asked",
            utc: "2026-01-03T00:00:00Z",
        };
        let pin = NewPin {
            gid,
            element: "city",
            value: Some(city),
            expires: None,
            valid_from: None,
        };
        store.pin(&World::rulebook(), pin, by).map(drop)
    }

    /// What is wrong by the heads and the chain together.
    fn problems(&self) -> Vec<String> {
        let store = Store::open_read_only(&self.store).unwrap();
        let key = PublicKey::read(&self.key).unwrap();
        let mut problems = store.verify_heads(&self.heads, &key).unwrap().problems;
        problems.extend(crate::ledger::verify(&store.connection).unwrap());
        problems
    }

    /// Does something to the file that the program would never do.
    fn tamper(&self, sql: &str) {
        let connection = rusqlite::Connection::open(&self.store).unwrap();
        for trigger in ["ledger_is_kept", "ledger_is_not_edited"] {
            connection
                .execute_batch(&format!("DROP TRIGGER IF EXISTS {trigger}"))
                .unwrap();
        }
        connection.execute_batch(sql).unwrap();
    }

    fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.heads).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn set_lines(&self, lines: &[String]) {
        std::fs::write(&self.heads, lines.join("\n") + if lines.is_empty() { "" } else { "\n" }).unwrap();
    }
}

/// Computes the whole chain anew, as somebody would who wants to hide what he changed.
fn rewrite_chain(path: &Path, reason: &str) {
    let other = tempfile::tempdir().unwrap();
    let copy = other.path().join("copy.db");
    std::fs::copy(path, &copy).unwrap();
    let from = rusqlite::Connection::open(&copy).unwrap();
    let to = rusqlite::Connection::open(path).unwrap();
    to.execute_batch("DELETE FROM ledger").unwrap();
    let mut statement = from
        .prepare("SELECT run, utc, actor, action, object, before, after, reason FROM ledger ORDER BY seq")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut is_first = true;
    while let Some(row) = rows.next().unwrap() {
        let text = |column: usize| row.get::<_, Option<String>>(column).unwrap();
        let [utc, actor, action, object, before, after, old_reason] = [1, 2, 3, 4, 5, 6, 7].map(text);
        let (utc, actor) = (utc.unwrap(), actor.unwrap());
        let mut ledger = crate::ledger::Ledger::open(&to, row.get(0).unwrap(), &utc, &actor).unwrap();
        // The first line stays, so that it still looks like the same store.
        let reason = if is_first { &*old_reason.unwrap() } else { reason };
        ledger
            .add(
                &action.unwrap(),
                &object.unwrap(),
                before.as_deref(),
                after.as_deref(),
                reason,
            )
            .unwrap();
        is_first = false;
    }
}

#[test]
fn each_write_has_its_head_and_they_hold() {
    let place = signed();
    assert_eq!(place.lines().len(), 3);
    assert_eq!(place.problems(), [""; 0]);
    let store = Store::open_read_only(&place.store).unwrap();
    let public = PublicKey::read(&place.key.with_extension("key.pub")).unwrap();
    let report = store.verify_heads(&place.heads, &public).unwrap();
    assert_eq!((report.n_heads, report.not_covered), (3, 0));
    assert_eq!(report.covered, last_seq(&store));

    // A write that changes nothing adds no head; one, here with two lines, whose head was not written is covered by the next.
    World::second_run(20).run(&mut place.open().unwrap(), "2026-01-04T00:00:00Z");
    let n_heads = place.lines().len();
    Place::pin(&mut Store::open(&place.store).unwrap(), "绍兴市").unwrap();
    let report = Store::open(&place.store)
        .unwrap()
        .verify_heads(&place.heads, &public)
        .unwrap();
    assert_eq!(
        (place.lines().len(), report.problems.len(), report.not_covered),
        (n_heads, 0, 2)
    );
    Place::pin(&mut place.open().unwrap(), "湖州市").unwrap();
    let report = Store::open(&place.store)
        .unwrap()
        .verify_heads(&place.heads, &public)
        .unwrap();
    assert_eq!((report.problems.len(), report.not_covered), (0, 0));
}

fn last_seq(store: &Store) -> u64 {
    let last = store
        .connection
        .query_row("SELECT MAX(seq) FROM ledger", [], |row| row.get::<_, i64>(0));
    last.unwrap() as u64
}

#[test]
fn a_ledger_that_was_tampered_with_is_told() {
    type Tamper = fn(&Place);
    let cases: [(&str, Tamper, &str); 4] = [
        (
            "an altered line",
            |place| place.tamper("UPDATE ledger SET reason = 'nobody asked' WHERE seq = 2"),
            "line 2 was altered",
        ),
        (
            "an end cut off",
            |place| place.tamper("DELETE FROM ledger WHERE seq = (SELECT MAX(seq) FROM ledger)"),
            "the ledger was cut",
        ),
        (
            "a chain computed anew",
            |place| {
                place.tamper("");
                rewrite_chain(&place.store, "nobody asked");
            },
            "the ledger was rewritten",
        ),
        (
            "an emptied ledger",
            |place| place.tamper("DELETE FROM ledger"),
            "the ledger was cut",
        ),
    ];
    for (what, tamper, told) in cases {
        let place = signed();
        tamper(&place);
        let problems = place.problems();
        assert!(
            problems.iter().any(|problem| problem.contains(told)),
            "{what}: {problems:?}"
        );
        if told.starts_with("the ledger") {
            // And nothing more is written on top of it.
            let error = place.open().unwrap_err();
            assert!(
                matches!(error, StoreError::Rewritten { .. }) && error.hint().is_some(),
                "{what}: {error}"
            );
        }
    }
}

#[test]
fn heads_that_were_tampered_with_are_told() {
    type Tamper = fn(&mut Vec<String>);
    let cases: [(&str, Tamper, &str); 7] = [
        (
            "the last cut off",
            |lines| drop(lines.pop()),
            "the end of the file was cut off",
        ),
        (
            "all but the first cut off",
            |lines| lines.truncate(1),
            "the end of the file was cut off",
        ),
        (
            "one taken out",
            |lines| drop(lines.remove(1)),
            "signature of line 2 is false",
        ),
        ("two swapped", |lines| lines.swap(0, 1), "signature of line 1 is false"),
        (
            "another number",
            |lines| lines[1] = lines[1].replace("\"run\":2", "\"run\":1"),
            "signature of line 2 is false",
        ),
        ("no head", |lines| lines[0] = "{}".into(), "line 1 is no head"),
        ("none", Vec::clear, "none that is signed"),
    ];
    for (what, tamper, told) in cases {
        let place = signed();
        let mut lines = place.lines();
        tamper(&mut lines);
        place.set_lines(&lines);
        let problems = place.problems();
        assert!(
            problems.iter().any(|problem| problem.contains(told)),
            "{what}: {problems:?}"
        );
    }
}

/// A file of heads whose end was cut off takes no head more, until it is there again or another key begins another file.
#[test]
fn a_cut_file_of_heads_is_not_gone_on_with() {
    let place = signed();
    let lines = place.lines();
    for n_left in [0, 1, lines.len() - 1] {
        place.set_lines(&lines[..n_left]);
        let error = place.open().unwrap_err();
        assert!(matches!(error, StoreError::Rewritten { .. }), "{error}");
        assert!(error.to_string().contains("cut off"), "{error}");
    }
    place.set_lines(&lines);
    // Killed before it was noted, a head is noted with the next one.
    place.tamper("UPDATE signed_head SET seq = 1, signature = ''");
    Place::pin(&mut place.open().unwrap(), "湖州市").unwrap();
    assert_eq!(place.problems(), [""; 0]);

    let (heads, key) = (place.heads.with_extension("new"), place.key.with_extension("new"));
    SigningKey::make(&key).unwrap();
    let mut store = Store::open(&place.store).unwrap();
    store.sign_heads(&heads, SigningKey::read(&key).unwrap()).unwrap();
    Place::pin(&mut store, "台州市").unwrap();
    let report = store.verify_heads(&heads, &PublicKey::read(&key).unwrap()).unwrap();
    assert_eq!((report.n_heads, report.problems), (1, vec![]));
}

#[test]
fn a_head_forged_with_another_key_is_told() {
    let place = signed();
    // Somebody cuts the ledger and signs heads for it with a key of his own.
    place.tamper("DELETE FROM ledger WHERE seq > 2");
    let other = place.key.with_extension("other");
    SigningKey::make(&other).unwrap();
    std::fs::remove_file(&place.heads).unwrap();
    let store = Store::open(&place.store).unwrap();
    store
        .sign_restore(&place.heads, &SigningKey::read(&other).unwrap())
        .unwrap();
    let problems = place.problems();
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("signed with another key")),
        "{problems:?}"
    );
    let error = place.open().unwrap_err();
    assert!(error.to_string().contains("signed with the key"), "{error}");
}

#[test]
fn a_restore_on_purpose_gives_up_the_heads_beyond() {
    let place = signed();
    let copy = place.store.with_extension("copy");
    Store::open_read_only(&place.store).unwrap().backup(&copy).unwrap();
    Place::pin(&mut place.open().unwrap(), "湖州市").unwrap();
    crate::restore(&copy, &place.store, "2026-01-05T00:00:00Z").unwrap();
    assert!(
        place
            .problems()
            .iter()
            .any(|problem| problem.contains("the ledger was cut"))
    );
    assert!(matches!(place.open(), Err(StoreError::Rewritten { .. })));
    let key = SigningKey::read(&place.key).unwrap();
    Store::open(&place.store)
        .unwrap()
        .sign_restore(&place.heads, &key)
        .unwrap();
    assert_eq!(place.problems(), [""; 0]);
    Place::pin(&mut place.open().unwrap(), "金华市").unwrap();
    assert_eq!(place.problems(), [""; 0]);
    // What was signed before the restore, and is part of what was restored, still holds.
    place.tamper("");
    rewrite_chain(&place.store, "nobody asked");
    assert!(place.problems().len() >= 3, "{:?}", place.problems());
}

#[test]
fn keys_that_cannot_be_used_are_told() {
    let place = signed();
    let key_error = |path: &Path| match SigningKey::read(path) {
        Err(error @ StoreError::Key { .. }) => {
            assert!(error.hint().is_some());
            error.to_string()
        }
        other => panic!("{other:?}"),
    };
    let lost = place.key.with_extension("lost");
    assert!(key_error(&lost).contains("store.lost"));
    std::fs::write(&lost, "guiyi-secret-key-1 abc\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&place.key), 0o600);
        let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        set(&lost, 0o644);
        assert!(key_error(&lost).contains("chmod 600"));
        set(&lost, 0o600);
    }
    assert!(key_error(&lost).contains("no secret key"));
    assert!(
        matches!(SigningKey::make(&place.key), Err(StoreError::Key { .. })),
        "a key is not overwritten"
    );
    assert!(matches!(PublicKey::read(&place.heads), Err(StoreError::Key { .. })));
}

#[test]
fn a_head_without_its_end_is_taken_off_and_a_second_place_that_is_gone_is_told() {
    let place = signed();
    let mut text = std::fs::read_to_string(&place.heads).unwrap();
    text.push_str("{\"kind\":\"head\",\"store\":\"ab");
    std::fs::write(&place.heads, text).unwrap();
    assert_eq!(place.problems(), [""; 0]);
    Place::pin(&mut place.open().unwrap(), "湖州市").unwrap();
    assert_eq!((place.lines().len(), place.problems().len()), (4, 0));

    let mut store = place.open().unwrap();
    std::fs::remove_file(&place.heads).unwrap();
    std::fs::create_dir(&place.heads).unwrap();
    let error = Place::pin(&mut store, "台州市").unwrap_err();
    assert!(
        matches!(error, StoreError::HeadNotWritten { .. }) && error.hint().is_some(),
        "{error}"
    );
    // What was written stands.
    assert_eq!(store.state().unwrap().last_run, 5);
}
