//! Encoding ahead of writing: all cores encode blocks of rows while one thread, the only one that may, writes the block
//! before. Law: what is written, and in which order, does not depend on the number of cores.

use std::sync::mpsc::sync_channel;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::commit::Failure;

/// Rows in a block.
const BLOCK: usize = 16_384;

/// Writes what `encode` makes of 0, 1 and so on up to `n`, in order. Stops at the first failure. `S` is what `encode` works
/// with, handed from one row to the next to spare allocations.
///
/// At most three blocks are in memory.
pub(crate) fn write_in_order<S: Default, T: Send>(
    n: usize,
    encode: impl Fn(&mut S, usize) -> T + Sync,
    mut write: impl FnMut(usize, T) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if n <= BLOCK / 16 {
        let mut scratch = S::default();
        return (0..n).try_for_each(|at| write(at, encode(&mut scratch, at)));
    }
    std::thread::scope(|scope| {
        let (send, blocks) = sync_channel::<Vec<T>>(1);
        let encode = &encode;
        scope.spawn(move || {
            for begin in (0..n).step_by(BLOCK) {
                let rows = (begin..n.min(begin + BLOCK)).into_par_iter().with_min_len(BLOCK / 32);
                let block = rows.map_init(S::default, encode).collect();
                // Nobody takes it if writing has failed.
                if send.send(block).is_err() {
                    return;
                }
            }
        });
        blocks
            .into_iter()
            .flatten()
            .enumerate()
            .try_for_each(|(at, encoded)| write(at, encoded))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_order_and_an_end_at_the_first_failure() {
        for n in [0, 1, 1000, BLOCK, 5 * BLOCK + 7] {
            let mut seen = Vec::new();
            let done = write_in_order(
                n,
                |(): &mut (), at| at * 2,
                |at, twice| {
                    assert_eq!(twice, at * 2);
                    seen.push(at);
                    Ok(())
                },
            );
            assert!(done.is_ok() && seen.len() == n && seen.is_sorted());
        }
        let mut n_written = 0;
        let done = write_in_order(
            9 * BLOCK,
            |(): &mut (), at| at,
            |at, _| {
                n_written = at;
                if at == 20_000 {
                    Err(Failure::Damaged("here".into()))
                } else {
                    Ok(())
                }
            },
        );
        assert!(matches!(done, Err(Failure::Damaged(_))) && n_written == 20_000);
    }
}
