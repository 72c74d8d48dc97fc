//! `guiyi serve`: the store of a project over HTTP.

use guiyi_sync::Config;

use crate::Verdict;
use crate::args::ServeArgs;
use crate::project::Project;
use crate::words::say;

pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<Verdict> {
    let project = Project::read_without_inputs(&args.project)?;
    let entities = project.entities.iter().map(|entity| entity.dictionary().entity);
    let server = guiyi_sync::bind(Config {
        store: project.store.clone(),
        file_key: project.file_key()?,
        address: args.address,
        rulebooks: entities
            .clone()
            .filter_map(|entity| project.entry_rulebook(entity))
            .collect(),
        indexes: entities
            .filter_map(|entity| Some((entity, project.index_file(entity).ok()?)))
            .collect(),
    })?;
    say(&format!("listening on http://{}; ctrl-c stops", server.address()));
    server.run(std::future::pending())?;
    Ok(Verdict::Clean)
}
