//! A few read-only connections to the store, and the only way to them: off the threads that answer.
//!
//! Laws: a connection that failed is not used again; a look-up keeps its place until it is done, also when its request
//! has been given up, so that there are never more than [`READERS`] at once.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use guiyi_store::{FileKey, Store, StoreError};
use tokio::sync::Semaphore;

use crate::problem::{Kind, Problem};
use crate::service::App;

/// Look-ups at once. Each has a connection with a page cache of its own.
pub(crate) const READERS: usize = 4;

/// The store's file and the connections that wait for work.
#[derive(Debug)]
pub(crate) struct Stores {
    path: PathBuf,
    key: Option<FileKey>,
    idle: Mutex<Vec<Store>>,
    places: Arc<Semaphore>,
}

impl Stores {
    pub(crate) fn open(path: PathBuf, key: Option<FileKey>) -> Result<Self, StoreError> {
        let first = Store::open_read_only_with(&path, key.as_ref())?;
        Ok(Self {
            path,
            key,
            idle: Mutex::new(vec![first]),
            places: Arc::new(Semaphore::new(READERS)),
        })
    }

    /// Look-ups under way.
    pub(crate) fn busy(&self) -> usize {
        READERS.saturating_sub(self.places.available_permits())
    }

    fn connect(&self) -> Result<Store, StoreError> {
        Store::open_read_only_with(&self.path, self.key.as_ref())
    }

    fn take(&self) -> Result<Store, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.connect(), Ok)
    }

    fn give_back(&self, store: Store) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(store);
    }
}

/// Runs a look-up on a connection that waits for work, or on a new one.
pub(crate) async fn read<T: Send + 'static>(
    app: &Arc<App>,
    look_up: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Problem> {
    on_thread(app, |stores| {
        let store = stores.take()?;
        let found = look_up(&store)?;
        stores.give_back(store);
        Ok(found)
    })
    .await?
    .map_err(|_: StoreError| Problem::new(Kind::StoreUnavailable))
}

/// Whether the file can be opened now and answers.
pub(crate) async fn is_ready(app: &Arc<App>) -> Result<(), Problem> {
    let answered = on_thread(app, |stores| stores.connect()?.changes(0, 1).map(|_| ()));
    answered.await?.map_err(|error: StoreError| {
        let text = error.to_string();
        let problem = Problem::new(Kind::StoreUnavailable).detail(text.clone(), text);
        match error.hint() {
            Some(hint) => problem.with("hint", hint),
            None => problem,
        }
    })
}

async fn on_thread<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&Stores) -> T + Send + 'static,
) -> Result<T, Problem> {
    let place = Arc::clone(&app.stores.places).acquire_owned().await;
    let place = place.map_err(|_| Problem::new(Kind::Failed))?;
    let app = Arc::clone(app);
    let done = tokio::task::spawn_blocking(move || {
        let done = work(&app.stores);
        drop(place);
        done
    });
    done.await.map_err(|_| Problem::new(Kind::Failed))
}
