//! `guiyi profile`.

use crate::Verdict;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args) -> anyhow::Result<Verdict> {
    anyhow::bail!("`guiyi profile` is not there yet")
}
