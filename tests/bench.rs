//! A project in a temporary directory, and the program run on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The instant that tests take for now.
pub(crate) const NOW: &str = "2026-03-01T02:00:00Z";

/// A working place with a project of its own.
pub(crate) struct Bench {
    dir: TempDir,
}

impl Bench {
    /// An empty directory.
    pub(crate) fn new() -> Self {
        Self {
            dir: TempDir::new().unwrap(),
        }
    }

    /// A copy of the demo's inputs and project file.
    pub(crate) fn demo() -> Self {
        let bench = Self::new();
        for name in ["guiyi.toml", "erp_customers.csv", "crm_customers.xlsx"] {
            fs::copy(demo_file(name), bench.path(name)).unwrap();
        }
        bench
    }

    /// A project of two small CSV sources with the given texts.
    pub(crate) fn pair(erp: &[u8], crm: &[u8]) -> Self {
        let bench = Self::new();
        bench.write("guiyi.toml", PAIR.as_bytes());
        bench.write("erp.csv", erp);
        bench.write("crm.csv", crm);
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// `guiyi` with these arguments, in the bench's directory.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guiyi"));
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .env("GUIYI_NOW", NOW)
            .env("NO_COLOR", "1");
        command
    }

    /// Runs `guiyi` and gives its exit code, stdout and stderr.
    pub(crate) fn guiyi(&self, arguments: &[&str]) -> Ran {
        Ran::new(self.command(arguments).output().unwrap())
    }

    /// Runs `guiyi` and expects its exit code and parts of what it says.
    pub(crate) fn check(&self, arguments: &[&str], code: i32, said: &[&str]) -> Ran {
        let ran = self.guiyi(arguments);
        assert_eq!(ran.code, code, "{arguments:?} {ran:?}");
        for said in said {
            let is_said = ran.stdout.contains(said) || ran.stderr.contains(said);
            assert!(is_said, "{arguments:?} without \"{said}\": {ran:?}");
        }
        ran
    }

    /// The global ID that a code leads to.
    pub(crate) fn id(&self, system: &str, code: &str) -> String {
        let ran = self.check(&["crosswalk", "lookup", system, code, "--format", "json"], 0, &[]);
        let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        found["found"][0]["global_id"].as_str().unwrap().to_owned()
    }

    /// Runs the project, expects `code`, and gives the summary.
    pub(crate) fn run(&self, code: i32) -> serde_json::Value {
        self.run_with(&[], code)
    }

    /// The same with more options.
    pub(crate) fn run_with(&self, options: &[&str], code: i32) -> serde_json::Value {
        let arguments = [&["run", "guiyi.toml", "--format", "json", "--quiet"], options].concat();
        let ran = self.guiyi(&arguments);
        assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
    }

    /// The rows of a CSV output, as header to cell.
    pub(crate) fn table(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        read_csv(&self.path("out").join(name))
    }

    /// The bytes of every output but `run.json` and `report.html`, which hold durations.
    pub(crate) fn outputs(&self) -> BTreeMap<String, Vec<u8>> {
        fs::read_dir(self.path("out"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "csv"))
            .map(|path| {
                (
                    path.file_name().unwrap().to_str().unwrap().to_owned(),
                    fs::read(&path).unwrap(),
                )
            })
            .collect()
    }

    /// Every row of every table of the store, as text.
    pub(crate) fn store_dump(&self) -> Vec<String> {
        let store = rusqlite::Connection::open(self.path("out/guiyi.db")).unwrap();
        let mut names = store
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            .unwrap();
        let names: Vec<String> = names
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let mut dump = Vec::new();
        for name in names {
            let mut rows = store.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
            let width = rows.column_count();
            let mut rows = rows.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let cells: Vec<String> = (0..width).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect();
                dump.push(format!("{name}: {}", cells.join(" | ")));
            }
        }
        dump
    }
}

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A file of the shipped demo.
pub(crate) fn demo_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/demo")
        .join(name)
}

/// The rows of a CSV file, as header to cell.
pub(crate) fn read_csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.deserialize().map(|row| row.unwrap()).collect()
}

const PAIR: &str = r#"
[project]
name = "pair"
[store]
path = "out/guiyi.db"
[output]
dir = "out"
[fail_on]
share = 1.0
[[source]]
system = "erp"
path = "erp.csv"
key = "客户编码"
[[source]]
system = "crm"
path = "crm.csv"
key = "客户编号"
[customer.survivorship]
source_priority = ["erp", "crm"]
"#;
