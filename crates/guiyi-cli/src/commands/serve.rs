//! `guiyi serve`: the store of a project over HTTP.

use guiyi_sync::Config;

use crate::Verdict;
use crate::args::ServeArgs;
use crate::project::Project;
use crate::words::say;

pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<Verdict> {
    let project = Project::read_without_inputs(&args.project)?;
    let server = guiyi_sync::bind(Config {
        store: project.store.clone(),
        file_key: project.file_key()?,
        address: args.address,
        rulebooks: project
            .entities
            .iter()
            .filter_map(|entity| project.rulebook(entity.dictionary().entity))
            .collect(),
    })?;
    say(&format!("listening on http://{}; ctrl-c stops", server.address()));
    server.run(std::future::pending())?;
    Ok(Verdict::Clean)
}
