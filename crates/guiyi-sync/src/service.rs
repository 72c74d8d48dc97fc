//! Starting and stopping: the address, the store, the runtime of its own, and the end on request or signal.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use guiyi_core::dictionary::EntityType;
use guiyi_core::rulebook::Rulebook;
use guiyi_store::FileKey;
use tokio::sync::oneshot;

use crate::entries::Entries;
use crate::error::SyncError;
use crate::guard::TIMEOUT;
use crate::mask::Masks;
use crate::metrics::Metrics;
use crate::routes;
use crate::stores::Stores;

/// How long requests under way may take once the service was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What the service is to do.
#[derive(Debug, Clone)]
pub struct Config {
    /// The store's file; it must exist.
    pub store: PathBuf,
    /// The key to the file, if that is encrypted as a whole; it opens no value that is encrypted in it.
    pub file_key: Option<FileKey>,
    /// Where to listen: an address of this machine only. Port 0 takes a free port.
    pub address: SocketAddr,
    /// The rulebooks by whose dictionaries values are masked, one per entity type, by whose policies it is worked out
    /// what held at a time, and by whose rules records are read that are looked for. Values of elements that none of them
    /// knows are hidden.
    pub rulebooks: Vec<Rulebook>,
    /// The file of the index of each entity type whose records can be looked for, as `matching::known::index` makes it; it
    /// need not exist yet.
    pub indexes: BTreeMap<EntityType, PathBuf>,
}

/// What all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) stores: Stores,
    pub(crate) masks: Masks,
    pub(crate) rulebooks: BTreeMap<EntityType, Rulebook>,
    pub(crate) entries: Entries,
    pub(crate) metrics: Metrics,
    /// Longest time until an answer begins.
    pub(crate) timeout: Duration,
}

impl App {
    pub(crate) fn new(config: Config) -> Result<Self, SyncError> {
        let mut rulebooks = BTreeMap::new();
        for rulebook in config.rulebooks {
            let entity = rulebook.dictionary.entity;
            if rulebooks.insert(entity, rulebook).is_some() {
                return Err(SyncError::TwoRulebooks { entity });
            }
        }
        let dictionaries = rulebooks.iter();
        let dictionaries = dictionaries.map(|(&entity, rulebook)| (entity, rulebook.dictionary.clone()));
        Ok(Self {
            stores: Stores::open(config.store, config.file_key)?,
            masks: Masks::new(dictionaries.collect()),
            entries: Entries::new(config.indexes, &rulebooks),
            rulebooks,
            metrics: Metrics::default(),
            timeout: TIMEOUT,
        })
    }
}

/// A service that has its address and its store, and is about to answer.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: Arc<App>,
}

/// Takes the address and opens the store. Connections wait until [`Server::run`].
///
/// # Errors
/// Everything that is wrong with the configuration shows here.
pub fn bind(config: Config) -> Result<Server, SyncError> {
    let address = config.address;
    if !address.ip().to_canonical().is_loopback() {
        return Err(SyncError::NotLoopback { address });
    }
    let app = Arc::new(App::new(config)?);
    let listen = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok((listener.local_addr()?, listener))
    };
    let (address, listener) = listen().map_err(|source| SyncError::CannotListen { address, source })?;
    Ok(Server { listener, address, app })
}

/// Serves until `stop` is done, or the process is told to end (ctrl-c, SIGTERM): [`bind`], then [`Server::run`].
///
/// # Errors
/// As of [`bind`] and [`Server::run`].
pub fn serve(config: Config, stop: impl Future<Output = ()>) -> Result<(), SyncError> {
    bind(config)?.run(stop)
}

impl Server {
    /// Where it listens, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is done, or the process is told to end (ctrl-c, SIGTERM); `std::future::pending()` for the
    /// latter only. Blocks, on threads of its own; requests under way are finished, for ten seconds at most.
    ///
    /// # Errors
    /// [`SyncError::System`] if the system refuses threads or signals.
    ///
    /// # Panics
    /// If called inside an asynchronous task, since it blocks.
    pub fn run(self, stop: impl Future<Output = ()>) -> Result<(), SyncError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("guiyi-sync")
            .enable_all()
            .build()
            .map_err(SyncError::System)?;
        let result = runtime.block_on(self.answer(stop)).map_err(SyncError::System);
        // A look-up that outlived its request only reads; nobody waits for it.
        runtime.shutdown_background();
        result
    }

    async fn answer(self, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let signal = signal()?;
        let (tell, told) = oneshot::channel::<()>();
        let service = axum::serve(listener, routes::router(self.app)).with_graceful_shutdown(async {
            // An error says that the sender is gone, which is the message.
            let _ = told.await;
        });
        let mut service = tokio::spawn(service.into_future());
        tokio::select! {
            () = stop => {}
            () = signal => {}
            ended = &mut service => return ended?,
        }
        drop(tell);
        match tokio::time::timeout(GRACE, service).await {
            Ok(ended) => ended?,
            Err(_) => Ok(()),
        }
    }
}

/// Done when the process is told to end.
#[cfg(unix)]
fn signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Done when the process is told to end.
#[cfg(not(unix))]
fn signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
