//! The run lock: one run at a time on a store.
//!
//! An advisory lock on the file `<store>.lock`, which names its holder. The system gives it up when the holder's process
//! ends, however it ends, so that a file left over blocks nobody.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::StoreError;

/// How often a waiting run looks again.
const PAUSE: Duration = Duration::from_millis(50);

/// Held during a run; dropping it lets the next run in.
#[derive(Debug)]
pub struct RunLock {
    file: File,
}

impl RunLock {
    /// Takes the lock of the store at `store`.
    ///
    /// `wait`: how long to wait for another run to end; `None` not at all. `now_utc` is written down for those who wait.
    ///
    /// # Errors
    /// [`StoreError::Locked`] names the holder; [`StoreError::CannotOpen`] if the lock file cannot be made.
    pub fn take(store: &Path, wait: Option<Duration>, now_utc: &str) -> Result<Self, StoreError> {
        let path = lock_path(store);
        let failed = |error: std::io::Error| StoreError::CannotOpen {
            path: path.clone(),
            reason: error.to_string(),
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        let begin = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if wait.is_some_and(|wait| begin.elapsed() < wait) => {
                    std::thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Locked {
                        path: store.to_path_buf(),
                        holder: holder(&mut file),
                    });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
        let holder = format!("process {} on {} since {now_utc}", std::process::id(), host());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(holder.as_bytes()))
            .map_err(failed)?;
        Ok(Self { file })
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Closing the file would unlock it as well; nothing can be done about a failure here.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn lock_path(store: &Path) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.rewind().and_then(|()| file.read_to_string(&mut text)) {
        Ok(_) if !text.is_empty() => text,
        _ => "another run".into(),
    }
}

fn host() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = kernel
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok());
    named.map_or_else(|| "this host".into(), |name| name.trim().to_owned())
}
