//! `guiyi check`: every mistake of a project file at once, without reading data.

use crate::args::CheckArgs;
use crate::project::{Project, reference};
use crate::words::say;
use crate::{Verdict, print};

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Verdict> {
    if args.reference {
        return print(reference().as_bytes());
    }
    let project = Project::read(&args.project)?;
    let files: usize = project.entities.iter().map(crate::project::Entity::n_files).sum();
    say(&format!("{}: no mistakes, {files} input files", args.project.display()));
    Ok(Verdict::Clean)
}
