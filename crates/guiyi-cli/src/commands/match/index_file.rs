//! The file of an index, its lock, and how the columns of later records meet those that it knows.
//!
//! Law: whoever writes an index holds its lock from before it is read until it is in its place, so that of two updates
//! at once none is lost. Whoever only asks needs no lock: a file is there whole, the old one or the new one.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use guiyi_core::matching::tables::{Index, IndexMistake};
use guiyi_core::rulebook::hint_for;
use guiyi_io::write::OutputDir;
use guiyi_store::{RunLock, StoreError};

/// Takes the lock of an index, the file `<index>.lock`; it is held until what is given back is dropped.
///
/// `wait`: seconds to wait for another that holds it, as the option `--wait` of the command says; who holds it is named
/// in the error.
pub(crate) fn lock(path: &Path, wait: u64) -> anyhow::Result<RunLock> {
    let patience = (wait > 0).then(|| Duration::from_secs(wait));
    lock_for(
        path,
        patience,
        "wait until that has ended, or let this one wait for it: --wait 600",
    )
}

/// The same with patience, and a way out for those that lose it.
pub(crate) fn lock_for(path: &Path, patience: Option<Duration>, way_out: &str) -> anyhow::Result<RunLock> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make the directory {}", directory.display()))?;
    }
    let now = format!("{:.0}", jiff::Timestamp::now());
    RunLock::take(path, patience, &now).map_err(|error| match error {
        StoreError::Locked { holder, .. } => anyhow::anyhow!(
            "the index {} is being written by {holder}\n  hint: {way_out}",
            path.display()
        ),
        StoreError::CannotOpen { path, reason } => anyhow::anyhow!("cannot make {}: {reason}", path.display()),
        error => error.into(),
    })
}

/// Reads an index.
pub(crate) fn read(path: &Path) -> anyhow::Result<Index> {
    let bytes = std::fs::read(path).with_context(|| {
        format!(
            "cannot read {}\n  hint: guiyi match records.csv --id id --index {} makes an index",
            path.display(),
            path.display()
        )
    })?;
    Index::from_bytes(&bytes).map_err(|mistake| {
        let way_out = match mistake {
            IndexMistake::Foreign => "name a file that guiyi match --index wrote",
            IndexMistake::Format(_) => "make it anew with guiyi match --index",
            _ => "copy it again, or make it anew with guiyi match --index",
        };
        // The mistake behind this one is said too.
        anyhow::Error::new(mistake).context(format!("{} cannot be used\n  hint: {way_out}", path.display()))
    })
}

/// Room beside an index to write it in, gone when it is dropped; what killed writers left there is removed.
fn room_beside(path: &Path) -> anyhow::Result<OutputDir> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // Never published: only its partial directory is used.
    Ok(OutputDir::create(&path.with_file_name(format!("{name}.partial")))?)
}

/// Removes an index, and what killed writers left of it; gives whether there was one. The lock must be held.
pub(crate) fn remove(path: &Path) -> anyhow::Result<bool> {
    drop(room_beside(path)?);
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("cannot remove {}", path.display())),
    }
}

/// Writes an index beside the place and puts it there: whoever reads finds the old one or the new one.
pub(crate) fn write(path: &Path, index: &Index) -> anyhow::Result<()> {
    let directory = room_beside(path)?;
    directory.write("index", &index.to_bytes())?;
    let written = directory.path_of("index");
    std::fs::File::open(&written)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(&written, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The table of the index that later records are like: the one that is named, else the last.
pub(crate) fn side(index: &Index, like: Option<&str>) -> anyhow::Result<usize> {
    let Some(like) = like else {
        return Ok(index.n_sides() - 1);
    };
    let names: Vec<&str> = (0..index.n_sides()).map(|side| index.side(side).0).collect();
    match names.iter().position(|name| *name == like) {
        Some(side) => Ok(side),
        None => bail!(
            "the index was not made of {like}\n  hint: it was made of {}",
            names.join(" and ")
        ),
    }
}

/// For each name its column in a table of the index; `None` where the index has no such column.
pub(crate) fn places<'n>(index: &Index, side: usize, names: impl Iterator<Item = &'n str>) -> Vec<Option<usize>> {
    let columns = index.columns(side);
    names
        .map(|name| columns.iter().position(|column| column == name))
        .collect()
}

/// The error for a column that the index does not know.
pub(crate) fn unknown_column(index: &Index, side: usize, name: &str) -> anyhow::Error {
    let columns = index.columns(side);
    let compared = (0..columns.len()).filter(|at| index.is_compared(side, *at));
    let compared: Vec<&str> = compared.map(|at| columns[at].as_str()).collect();
    let hint = hint_for(name, compared.iter().copied()).unwrap_or_else(|| "it compares no column".to_owned());
    anyhow::anyhow!("the index has no column `{name}`\n  hint: {hint}")
}
