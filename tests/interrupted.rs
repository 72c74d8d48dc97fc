//! A run that is killed leaves the store as it was; two runs at once do not meet.

use std::process::Stdio;
use std::time::Duration;

use crate::bench::Bench;

#[test]
fn killed_anywhere_the_next_run_completes() {
    let expected = {
        let bench = Bench::demo();
        bench.run(0);
        (bench.outputs(), bench.store_dump())
    };
    let bench = Bench::demo();
    // The delays spread over a run of the demo; wherever the blow falls, the end must be the same.
    for delay_ms in [5, 40, 80, 120, 160, 200, 240, 280, 320, 400, 500, 650, 800] {
        let mut child = bench
            .command(&["run", "guiyi.toml", "--quiet"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay_ms));
        let _ = child.kill();
        child.wait().unwrap();
        if bench.path("out/guiyi.db").exists() {
            let store = rusqlite::Connection::open(bench.path("out/guiyi.db")).unwrap();
            let whole: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(whole, "ok", "killed after {delay_ms} ms");
        }
    }
    bench.run(0);
    assert_eq!(bench.outputs(), expected.0);
    assert_eq!(bench.store_dump(), expected.1);
    let leftovers: Vec<_> = std::fs::read_dir(bench.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("partial"))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

#[test]
fn a_second_run_says_who_holds_the_lock_or_waits() {
    let bench = Bench::demo();
    bench.run(0);
    let lock = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(bench.path("out/guiyi.db.lock"))
        .unwrap();
    lock.lock().unwrap();
    let ran = bench.guiyi(&["run", "guiyi.toml"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("in use") && ran.stderr.contains("--wait"),
        "{}",
        ran.stderr
    );
    let waiting = bench
        .command(&["run", "guiyi.toml", "--wait", "60"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    lock.unlock().unwrap();
    let waited = waiting.wait_with_output().unwrap();
    assert_eq!(
        waited.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&waited.stderr)
    );
}
