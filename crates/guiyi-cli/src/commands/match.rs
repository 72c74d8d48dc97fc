//! `guiyi match`.

use crate::Verdict;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args) -> anyhow::Result<Verdict> {
    anyhow::bail!("`guiyi match` is not there yet")
}
