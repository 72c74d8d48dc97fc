//! The fuzz targets: functions from bytes to nothing that panic when a property does not hold.
//!
//! Two drivers run them: `mutate`, seeded and without coverage, and `guided`, libFuzzer.

#![expect(missing_docs, reason = "the module docs say it all")]

pub mod identifier;
pub mod mutate;
#[cfg(feature = "rooms")]
pub mod rooms;

/// What must hold for an input; it panics where it does not.
pub type Property = Box<dyn Fn(&[u8])>;

/// A target: its name, its property, and inputs to start from.
pub struct Target {
    pub name: String,
    pub run: Property,
    pub seeds: Vec<Vec<u8>>,
}

/// Every target of this build, identifiers first.
pub fn targets() -> Vec<Target> {
    #[cfg(feature = "rooms")]
    let rooms = rooms::targets();
    #[cfg(not(feature = "rooms"))]
    let rooms = Vec::new();
    [identifier::targets(), rooms].into_iter().flatten().collect()
}
