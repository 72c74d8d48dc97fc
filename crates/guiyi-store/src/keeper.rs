//! Look-ups in quick succession: a lock held aside, so that not each of them has to ask the system for one.
//!
//! Every look-up is a read of its own, which sees the write before it. The lock on the file that a read takes and gives
//! back costs more than finding the code. SQLite asks the system only for the first such lock of a process and counts the
//! others; so, while look-ups follow each other quickly, a thread with a connection of its own holds one.
//!
//! Laws: nothing depends on it but time; who looks up seldom has no thread; it lets go for a moment in every round, so
//! that the log of writes can begin anew, and for good when nobody asks any more; it ends with the store.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::statements;

/// So many look-ups within [`QUICK`] are in quick succession.
const MANY: u32 = 64;
const QUICK: Duration = Duration::from_millis(8);
/// A round: how long the lock is held, and how long it is let go.
const HELD: Duration = Duration::from_millis(9);
const LET_GO: Duration = Duration::from_millis(1);
/// Rounds without a look-up until the thread ends.
const PATIENCE: u32 = 3;

/// Watches how quickly look-ups follow each other, and has the lock held if they do.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    n_asked: Cell<u32>,
    /// When the last [`MANY`] look-ups had been asked for.
    last: Cell<Option<Instant>>,
    holder: RefCell<Option<Holder>>,
}

#[derive(Debug)]
struct Holder {
    thread: JoinHandle<()>,
    signs: Arc<Signs>,
}

#[derive(Debug, Default)]
struct Signs {
    /// Somebody looked something up since this was asked last.
    is_asked: AtomicBool,
    is_over: AtomicBool,
}

impl Keeper {
    /// To be called before a look-up: whether look-ups are in quick succession and nobody holds the lock for them.
    pub(crate) fn is_wanted(&self) -> bool {
        self.n_asked.set(self.n_asked.get().wrapping_add(1));
        if !self.n_asked.get().is_multiple_of(MANY) {
            return false;
        }
        let now = Instant::now();
        let last = self.last.replace(Some(now));
        if last.is_none_or(|last| now - last > QUICK) {
            return false;
        }
        match &*self.holder.borrow() {
            Some(holder) if !holder.thread.is_finished() => {
                holder.signs.is_asked.store(true, Ordering::Relaxed);
                false
            }
            _ => true,
        }
    }

    /// Has the lock held with the connection that `open` makes.
    pub(crate) fn hold<E>(&self, open: impl FnOnce() -> Result<Connection, E> + Send + 'static) {
        self.rest();
        let signs = Arc::new(Signs::default());
        let seen = Arc::clone(&signs);
        let work = move || {
            // Look-ups work without it.
            let _ = open().map(|connection| hold(&connection, &seen));
        };
        let thread = std::thread::Builder::new().spawn(work);
        self.holder.replace(thread.ok().map(|thread| Holder { thread, signs }));
    }

    /// Whether the lock is held or about to be.
    #[cfg(test)]
    pub(crate) fn is_holding(&self) -> bool {
        self.holder
            .borrow()
            .as_ref()
            .is_some_and(|holder| !holder.thread.is_finished())
    }

    /// Lets go at once, before what needs the file alone.
    pub(crate) fn rest(&self) {
        if let Some(Holder { thread, signs }) = self.holder.take() {
            signs.is_over.store(true, Ordering::Release);
            thread.thread().unpark();
            // It does not panic; if it did, nothing would be held.
            let _ = thread.join();
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.rest();
    }
}

fn hold(connection: &Connection, signs: &Signs) -> rusqlite::Result<()> {
    let mut n_idle = 0;
    while n_idle < PATIENCE {
        let read = connection.unchecked_transaction()?;
        read.prepare_cached(statements::LAST_RUN)?
            .query_row([], |row| row.get::<_, i64>(0))?;
        std::thread::park_timeout(HELD);
        drop(read);
        if signs.is_over.load(Ordering::Acquire) {
            break;
        }
        std::thread::park_timeout(LET_GO);
        n_idle = if signs.is_asked.swap(false, Ordering::Relaxed) {
            0
        } else {
            n_idle + 1
        };
    }
    Ok(())
}
