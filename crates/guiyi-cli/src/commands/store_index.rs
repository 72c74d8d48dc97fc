//! `guiyi store index`: the records of the store as an index, by which an entry check finds them.

use std::sync::Arc;

use anyhow::Context;
use guiyi_core::dictionary::EntityType;
use guiyi_core::matching::tables::{Model, parse_model};
use guiyi_store::Store;
use serde_json::json;

use super::r#match::index_file;
use super::steward::{InProject, Show, either, open_to_read};
use crate::args::Format;
use crate::project::{Project, model_file_name};
use crate::words::say;
use crate::{Verdict, print};

#[derive(Debug, clap::Args)]
pub(super) struct Index {
    /// Wait this many seconds for another command that writes the same index.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    #[command(flatten)]
    show: Show,
}

/// An index that was written.
pub(super) struct Written {
    /// Its file, for people.
    pub(super) file: String,
    /// Records in it.
    pub(super) n_records: usize,
    /// Elements that the store encrypts.
    pub(super) left_out: Vec<String>,
}

pub(super) fn run(project: &InProject, args: &Index) -> anyhow::Result<Verdict> {
    let (project, store) = open_to_read(&project.project)?;
    let chinese = args.show.is_chinese(&project);
    let mut written = Vec::new();
    for entity in project.entities.iter().map(|entity| entity.dictionary().entity) {
        written.push(write(
            &project,
            &store,
            entity,
            last_model(&project, entity),
            args.wait,
        )?);
    }
    match args.show.format {
        Format::Json => {
            let one = |written: &Written| json!({"path": written.file, "records": written.n_records, "left_out": written.left_out});
            let value: Vec<_> = written.iter().map(one).collect();
            print(format!("{:#}\n", json!(value)).as_bytes())
        }
        Format::Text => {
            let text: String = written.iter().map(|written| told(written, chinese) + "\n").collect();
            print(text.as_bytes())
        }
    }
}

/// The model that the last run used, where its outputs are there and it can be read.
fn last_model(project: &Project, entity: EntityType) -> Option<Arc<Model>> {
    let file = project.output.dir.join(model_file_name(entity));
    let text = std::fs::read_to_string(file).ok()?;
    parse_model(&text).ok().map(Arc::new)
}

/// Makes the index of an entity type anew. The project's model weighs the pairs; where it names none, `model` does, and
/// without one what the records themselves teach.
pub(super) fn write(
    project: &Project,
    store: &Store,
    entity: EntityType,
    model: Option<Arc<Model>>,
    wait: u64,
) -> anyhow::Result<Written> {
    let path = project.index_file(entity)?;
    let _lock = index_file::lock(&path, wait)?;
    let mut rulebook = super::steward::rulebook(project, entity)?;
    rulebook.matching.model = rulebook.matching.model.or(model);
    let made = guiyi_sync::index(store, &rulebook).with_context(|| format!("cannot make {}", path.display()))?;
    index_file::write(&path, &made.index)?;
    Ok(Written {
        file: path.display().to_string(),
        n_records: made.index.len(),
        left_out: made.left_out,
    })
}

/// Removes the indexes that were made before values were encrypted: they hold them in plain text.
pub(super) fn remove(project: &Project, chinese: bool) -> anyhow::Result<()> {
    for entity in project.entities.iter().map(|entity| entity.dictionary().entity) {
        let Some(path) = project.index_file(entity).ok().filter(|path| path.exists()) else {
            continue;
        };
        let _lock = index_file::lock(&path, 0)?;
        std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        say(&format!(
            "{} {}",
            path.display(),
            either(
                chinese,
                "is removed, since it held values in plain text; `guiyi store index` makes it anew",
                "含明文取值，已删除；可用 `guiyi store index` 重新生成"
            )
        ));
    }
    Ok(())
}

/// What was written, for people.
pub(super) fn told(written: &Written, chinese: bool) -> String {
    let Written {
        file,
        n_records,
        left_out,
    } = written;
    let mut text = if chinese {
        format!("{file}：{n_records} 条记录")
    } else {
        format!("{file}: {n_records} records")
    };
    if !left_out.is_empty() {
        text += either(
            chinese,
            "; left out, because the store encrypts them: ",
            "；因加密而未收录：",
        );
        text += &left_out.join(", ");
    }
    text
}

/// Makes the indexes anew after a run, if the project keeps any, and says what is in them.
pub(super) fn after_run(
    project: &Project,
    store: &Store,
    models: impl Iterator<Item = (EntityType, Model)>,
    wait: u64,
    quiet: bool,
    chinese: bool,
) -> anyhow::Result<()> {
    for (entity, model) in models {
        let written = write(project, store, entity, Some(Arc::new(model)), wait)?;
        if !quiet {
            say(&told(&written, chinese));
        }
    }
    Ok(())
}
