//! `guiyi store index`: the records of the store as an index, by which an entry check finds them.
//!
//! Law: what is in an index was read, and what is encrypted was encrypted, while the locks of the project's indexes were
//! held, so that no index is put in place that holds in plain text what the store has begun to encrypt.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use guiyi_core::dictionary::EntityType;
use guiyi_core::matching::tables::{Model, parse_model};
use guiyi_store::{RunLock, Store};
use serde_json::json;

use super::r#match::index_file;
use super::steward::{InProject, PATIENCE, Show, either, open_to_read};
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
struct Written {
    /// Its file, for people.
    file: String,
    /// Records in it.
    n_records: usize,
    /// Elements that the store encrypts.
    left_out: Vec<String>,
}

/// The indexes of a project, which nobody else writes while this is there.
pub(super) struct Held(#[expect(dead_code, reason = "held, and let go when it is dropped")] Vec<RunLock>);

impl Held {
    /// Takes the locks, each with so much patience; `way_out` is told those that lose it.
    pub(super) fn take(project: &Project, patience: Duration, way_out: &str) -> anyhow::Result<Self> {
        let entities = project.entities.iter().map(|entity| entity.dictionary().entity);
        let lock = |entity| index_file::lock_for(&project.index_file(entity)?, Some(patience), way_out);
        Ok(Self(entities.map(lock).collect::<anyhow::Result<_>>()?))
    }
}

/// What those may do that have the option `--wait`.
const WAIT: &str = "wait until that has ended, or let this one wait for it: --wait 600";

pub(super) fn run(of: &InProject, args: &Index) -> anyhow::Result<Verdict> {
    let project = Project::read_without_inputs(&of.project)?;
    let held = Held::take(&project, Duration::from_secs(args.wait), WAIT)?;
    // Opened behind the locks: what was encrypted before is known as such.
    let (project, store) = open_to_read(&of.project)?;
    let chinese = args.show.is_chinese(&project);
    let mut written = Vec::new();
    for entity in project.entities.iter().map(|entity| entity.dictionary().entity) {
        written.push(write(&project, &store, entity, last_model(&project, entity), &held)?);
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
fn write(
    project: &Project,
    store: &Store,
    entity: EntityType,
    model: Option<Arc<Model>>,
    _held: &Held,
) -> anyhow::Result<Written> {
    let path = project.index_file(entity)?;
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
pub(super) fn remove(project: &Project, chinese: bool, _held: &Held) -> anyhow::Result<()> {
    let mut is_removed = false;
    for entity in project.entities.iter().map(|entity| entity.dictionary().entity) {
        let path = project.index_file(entity)?;
        if index_file::remove(&path)? {
            is_removed = true;
            let removed = either(
                chinese,
                "is removed, since it held values in plain text",
                "含明文取值，已删除",
            );
            say(&format!("{} {removed}", path.display()));
        }
    }
    let is_whole = (project.encryption.as_ref()).is_some_and(|encryption| encryption.is_whole);
    if is_whole {
        say(either(
            chinese,
            "now take `index` out of [store] in the project file: no index is kept beside a file that is encrypted as a whole",
            "请从项目文件的 [store] 中删去 `index`：整库加密时不保留索引",
        ));
    } else if is_removed {
        say(either(
            chinese,
            "`guiyi store index` makes the index anew, without what is encrypted",
            "可用 `guiyi store index` 重新生成不含加密取值的索引",
        ));
    }
    Ok(())
}

/// What was written, for people.
fn told(written: &Written, chinese: bool) -> String {
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

/// Makes the indexes anew after a run, and says what is in them. `wait`: seconds to wait for others that write them, as
/// the run's option says, but never none.
pub(super) fn after_run(
    project: &Project,
    store: &Store,
    models: impl Iterator<Item = (EntityType, Model)>,
    wait: u64,
    quiet: bool,
    chinese: bool,
) -> anyhow::Result<()> {
    let held = Held::take(project, PATIENCE.max(Duration::from_secs(wait)), WAIT)?;
    for (entity, model) in models {
        let written = write(project, store, entity, Some(Arc::new(model)), &held)?;
        if !quiet {
            say(&told(&written, chinese));
        }
    }
    Ok(())
}

/// Says that a run left the indexes as they were, why, and the way out.
pub(super) fn say_not_made(error: &anyhow::Error, chinese: bool) {
    let head = either(
        chinese,
        "warning: the run is done, but its index could not be written",
        "警告：运行已完成，但未能写入索引",
    );
    say(&format!("{head}: {error:#}"));
    say(either(
        chinese,
        "  hint: `guiyi store index` makes it; until then an entry check finds records as they were before",
        "  hint: 请用 `guiyi store index` 生成；在此之前，录入查重按旧索引进行",
    ));
}
