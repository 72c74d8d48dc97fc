//! The indexes by which records are found, one per entity type: kept in memory, and read anew when their file is another.
//!
//! Law: an answer is never older than the file was when it was asked for.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use guiyi_core::dictionary::EntityType;
use guiyi_core::entry::Reader;
use guiyi_core::matching::tables::Index;
use guiyi_core::rulebook::Rulebook;

/// The indexes of the service.
#[derive(Debug)]
pub(crate) struct Entries {
    of: BTreeMap<EntityType, Entry>,
}

/// What it takes to find records of one entity type.
#[derive(Debug)]
pub(crate) struct Entry {
    path: PathBuf,
    pub(crate) reader: Reader,
    loaded: Mutex<Option<Loaded>>,
}

/// By what a file is told from the one that was there before.
type Stamp = (SystemTime, u64);

#[derive(Debug)]
struct Loaded {
    stamp: Stamp,
    /// `None`: the file is no index that can be used.
    index: Option<Arc<Index>>,
}

/// An index in memory.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) index: Arc<Index>,
    /// When its file was written.
    pub(crate) written: SystemTime,
}

/// Why there is no index to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// There is no file.
    Missing,
    /// The file cannot be used.
    Unusable,
}

impl Entries {
    /// The indexes of some entity types, each in its file; what can be read is read at once.
    pub(crate) fn new(files: BTreeMap<EntityType, PathBuf>, rulebooks: &BTreeMap<EntityType, Rulebook>) -> Self {
        let entry = |(entity, path): (EntityType, PathBuf)| {
            let reader = Reader::new(rulebooks.get(&entity)?);
            let loaded = Mutex::new(None);
            Some((entity, Entry { path, reader, loaded }))
        };
        let of: BTreeMap<EntityType, Entry> = files.into_iter().filter_map(entry).collect();
        for entry in of.values() {
            // What is wrong is told to whoever asks; it may be mended by then.
            let _ = entry.known();
        }
        Self { of }
    }

    pub(crate) fn get(&self, entity: EntityType) -> Option<&Entry> {
        self.of.get(&entity)
    }
}

impl Entry {
    /// The index as its file is now. Reads the file if it is another than before; whoever asks meanwhile waits for that.
    /// A file that could not be read is tried again by the next who asks.
    pub(crate) fn known(&self) -> Result<Known, Lack> {
        self.known_by(|path| std::fs::read(path))
    }

    /// The same, by another way to read a file.
    pub(crate) fn known_by(&self, read: impl FnOnce(&Path) -> io::Result<Vec<u8>>) -> Result<Known, Lack> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(&self.path).ok_or(Lack::Missing)?;
        if loaded.as_ref().is_none_or(|loaded| loaded.stamp != stamp) {
            let bytes = read(&self.path).map_err(|_| Lack::Unusable)?;
            let index = Index::from_bytes(&bytes).ok().map(Arc::new);
            *loaded = Some(Loaded { stamp, index });
        }
        let index = loaded.as_ref().and_then(|loaded| loaded.index.clone());
        Ok(Known {
            index: index.ok_or(Lack::Unusable)?,
            written: stamp.0,
        })
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}
