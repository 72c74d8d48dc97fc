//! The directory of a run's outputs, written aside and then put in place.
//!
//! Everything is written into `.<name>.partial-<process>` beside the target. [`OutputDir::publish`] renames each file
//! over its older self, `run.json` last, so that a `run.json` never speaks of files that are not there yet. A killed
//! run leaves only its partial directory, which the next run removes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::IoError;

/// The file that lists a run's outputs, under the key `outputs`.
const MANIFEST: &str = "run.json";
/// Held by the run that writes into a partial directory.
const LOCK: &str = ".lock";

/// A directory of outputs that are not published yet; without [`Self::publish`] they vanish.
#[derive(Debug)]
pub struct OutputDir {
    target: PathBuf,
    partial: PathBuf,
    /// Keeps other runs from taking the partial directory for a leftover.
    lock: Option<File>,
}

impl OutputDir {
    /// Begins a set of outputs for `target`, which need not exist, and removes what killed runs left.
    ///
    /// # Errors
    ///
    /// [`IoError`] if the directory beside the target cannot be created.
    pub fn create(target: &Path) -> Result<Self, IoError> {
        let system = |file: &Path, source| IoError::System {
            file: file.to_owned(),
            action: "create",
            source,
        };
        let absolute = std::path::absolute(target).map_err(|source| system(target, source))?;
        let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
            return Err(system(target, io::Error::from(io::ErrorKind::InvalidInput)));
        };
        if absolute.exists() && !absolute.is_dir() {
            return Err(system(target, io::Error::from(io::ErrorKind::NotADirectory)));
        }
        fs::create_dir_all(parent).map_err(|source| system(parent, source))?;
        let prefix = format!(".{}.partial-", name.to_string_lossy());
        remove_leftovers(parent, &prefix);
        let (partial, lock) = begin(parent, &prefix).map_err(|source| system(target, source))?;
        Ok(Self {
            target: absolute,
            partial,
            lock: Some(lock),
        })
    }

    /// Where to write the output called `file_name` until it is published.
    pub fn path_of(&self, file_name: &str) -> PathBuf {
        self.partial.join(file_name)
    }

    /// Writes a whole output.
    ///
    /// # Errors
    ///
    /// [`IoError`] if writing fails.
    pub fn write(&self, file_name: &str, content: &[u8]) -> Result<(), IoError> {
        let path = self.path_of(file_name);
        let write = || File::create(&path)?.write_all(content);
        write().map_err(|source| IoError::System {
            file: path.clone(),
            action: "write",
            source,
        })
    }

    /// Names of the outputs written so far, in order.
    ///
    /// # Errors
    ///
    /// [`IoError`] if the directory cannot be read.
    pub fn file_names(&self) -> Result<Vec<String>, IoError> {
        let list = || -> io::Result<Vec<String>> {
            let names = fs::read_dir(&self.partial)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
            let mut names: Vec<String> = names.collect::<io::Result<_>>()?;
            names.retain(|name| name != LOCK);
            names.sort();
            Ok(names)
        };
        list().map_err(|source| IoError::System {
            file: self.partial.clone(),
            action: "read",
            source,
        })
    }

    /// Puts the outputs in place and returns their names. An older file that this run did not write goes if the last
    /// `run.json` in the target lists it under `outputs`; other files stay.
    ///
    /// # Errors
    ///
    /// [`IoError`] if a file cannot be put in place; those before it are.
    pub fn publish(self) -> Result<Vec<String>, IoError> {
        let system = |file: &Path, source| IoError::System {
            file: file.to_owned(),
            action: "replace",
            source,
        };
        let mut names = self.file_names()?;
        names.sort_by_key(|name| name == MANIFEST);
        fs::create_dir_all(&self.target).map_err(|source| system(&self.target, source))?;
        let older = listed_outputs(&self.target);
        // On disk before any name points to it, or a power cut could leave an empty file in place of the old one.
        for name in &names {
            let path = self.path_of(name);
            File::open(&path)
                .and_then(|file| file.sync_all())
                .map_err(|source| system(&path, source))?;
        }
        for name in &names {
            let to = self.target.join(name);
            fs::rename(self.path_of(name), &to).map_err(|source| system(&to, source))?;
        }
        for name in older.iter().filter(|name| !names.contains(name)) {
            let path = self.target.join(name);
            if path.is_file() {
                fs::remove_file(&path).map_err(|source| system(&path, source))?;
            }
        }
        names.sort();
        Ok(names)
    }
}

impl Drop for OutputDir {
    fn drop(&mut self) {
        // What cannot be removed now is a leftover for the next run.
        drop(self.lock.take());
        let _ = fs::remove_dir_all(&self.partial);
    }
}

/// Creates a partial directory and locks it.
fn begin(parent: &Path, prefix: &str) -> io::Result<(PathBuf, File)> {
    let process = std::process::id();
    for attempt in 0_u32.. {
        let partial = parent.join(format!("{prefix}{process}-{attempt}"));
        match fs::create_dir(&partial) {
            Ok(()) => {
                let lock = File::create(partial.join(LOCK))?;
                lock.lock()?;
                return Ok((partial, lock));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

/// Removes partial directories that no living run holds.
fn remove_leftovers(parent: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
    {
        let is_free = File::open(entry.path().join(LOCK)).map_or(true, |lock| lock.try_lock().is_ok());
        if is_free && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The plain file names that the `run.json` of an earlier run lists under `outputs`.
fn listed_outputs(target: &Path) -> BTreeSet<String> {
    let Ok(text) = fs::read(target.join(MANIFEST)) else {
        return BTreeSet::new();
    };
    let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let listed = manifest
        .get("outputs")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten();
    let is_plain = |name: &&str| {
        Path::new(name)
            .file_name()
            .is_some_and(|file| file.to_str() == Some(name))
    };
    listed
        .filter_map(|output| output.get("name")?.as_str())
        .filter(is_plain)
        .map(ToOwned::to_owned)
        .collect()
}
