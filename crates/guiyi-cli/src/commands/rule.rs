//! `guiyi rule`.

use crate::Verdict;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args) -> anyhow::Result<Verdict> {
    anyhow::bail!("`guiyi rule` is not there yet")
}
