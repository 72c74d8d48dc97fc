//! The stretches of a file through work on all threads, and its results in the file's order.
//!
//! Each worker takes the next stretch, works, and hands its result over when all before it are handed over. No worker
//! runs further ahead than a few stretches, so memory is that of a few stretches.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, PoisonError};

use guiyi_io::read::{Stretch, Stretches};

/// Results that wait for one before them, for each thread.
const AHEAD: u64 = 3;

/// What has been handed over.
struct Delivery<T, F> {
    /// Number of the stretch whose result is next.
    next: u64,
    waiting: BTreeMap<u64, T>,
    take: F,
    failure: Option<anyhow::Error>,
    /// Whether enough was taken.
    is_over: bool,
}

/// Works on every stretch, on `n_threads`, and takes the results in order, until `take` breaks off. The first error ends
/// it.
pub(in crate::commands) fn in_order<T: Send>(
    stretches: Stretches<'_>,
    n_threads: usize,
    work: impl Fn(Stretch) -> anyhow::Result<T> + Sync,
    take: impl FnMut(T) -> anyhow::Result<ControlFlow<()>> + Send,
) -> anyhow::Result<()> {
    let source = Mutex::new((stretches, 0_u64));
    let delivery = Mutex::new(Delivery {
        next: 0,
        waiting: BTreeMap::new(),
        take,
        failure: None,
        is_over: false,
    });
    let delivered = Condvar::new();
    let fail = |error| {
        let mut delivery = delivery.lock().unwrap_or_else(PoisonError::into_inner);
        delivery.failure.get_or_insert(error);
        delivery.is_over = true;
        delivered.notify_all();
    };
    let worker = || {
        loop {
            let (stretch, number) = {
                let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                let number = source.1;
                source.1 += 1;
                match source.0.next_stretch() {
                    Ok(Some(stretch)) => (stretch, number),
                    Ok(None) => return,
                    Err(error) => return fail(error.into()),
                }
            };
            let result = match work(stretch) {
                Ok(result) => result,
                Err(error) => return fail(error),
            };
            let mut delivery = delivery.lock().unwrap_or_else(PoisonError::into_inner);
            while number > delivery.next + AHEAD * n_threads as u64 && !delivery.is_over {
                delivery = delivered.wait(delivery).unwrap_or_else(PoisonError::into_inner);
            }
            delivery.waiting.insert(number, result);
            while !delivery.is_over {
                let next = delivery.next;
                let Some(result) = delivery.waiting.remove(&next) else {
                    break;
                };
                delivery.next += 1;
                match (delivery.take)(result) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => delivery.is_over = true,
                    Err(error) => {
                        delivery.failure = Some(error);
                        delivery.is_over = true;
                    }
                }
            }
            delivered.notify_all();
            if delivery.is_over {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..n_threads {
            scope.spawn(worker);
        }
        worker();
    });
    let delivery = delivery.into_inner().unwrap_or_else(PoisonError::into_inner);
    delivery.failure.map_or(Ok(()), Err)
}
