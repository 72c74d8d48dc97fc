//! What keeps the service from running. What goes wrong with one request is a problem document, see `problem.rs`.

use std::net::SocketAddr;

use guiyi_core::dictionary::EntityType;
use guiyi_core::matching::tables::ModelMisfit;
use guiyi_store::StoreError;

/// Why the service did not start, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The address can be reached from other machines.
    #[error("{address} can be reached from other machines, and there is no authentication yet")]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// Two rulebooks are of the same entity type.
    #[error("two rulebooks are of {}", entity.name())]
    TwoRulebooks {
        /// The entity type.
        entity: EntityType,
    },
    /// The model of a rulebook does not fit the records of the store.
    #[error(transparent)]
    Model(#[from] ModelMisfit),
    /// The store cannot be opened, or not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address is taken, or may not be used.
    #[error("cannot listen on {address}: {source}")]
    CannotListen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused threads, sockets or signals.
    #[error("the service cannot run: {0}")]
    System(#[source] std::io::Error),
}

impl SyncError {
    /// What to do about it, if that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotLoopback { .. } => {
                Some("use 127.0.0.1, and let other machines in through a proxy that knows them")
            }
            Self::TwoRulebooks { .. } => Some("hand over one dictionary per entity type"),
            Self::Model(_) => Some("name the model of a run that had these elements, or none"),
            Self::Store(error) => error.hint(),
            Self::CannotListen { .. } => Some("choose another port; port 0 takes a free one"),
            Self::System(_) => None,
        }
    }
}
