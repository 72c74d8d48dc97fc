//! `guiyi golden find`: the golden records that have a value, also one that is encrypted.

use std::path::Path;

use guiyi_core::finding::Language;
use serde_json::json;

use super::golden_pin::standardized;
use super::steward::{Show, entities, lines, open_to_read};
use crate::args::Format;
use crate::words::say;
use crate::{Verdict, print};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the element.
    element: String,
    /// The value, however it is typed.
    value: String,
    /// Look at this entity type only.
    #[arg(long)]
    entity: Option<String>,
    #[command(flatten)]
    show: Show,
}

pub(super) fn run(project: &Path, args: &Args) -> anyhow::Result<Verdict> {
    let (project, store) = open_to_read(project)?;
    let chinese = args.show.is_chinese(&project);
    let language = if chinese { Language::Chinese } else { Language::English };
    let (mut found, mut unknown) = (Vec::new(), None);
    for entity in entities(&project, args.entity.as_deref())? {
        let rulebook = project.rulebook(entity);
        let position = rulebook
            .as_ref()
            .and_then(|book| book.dictionary.position(&args.element));
        let (Some(rulebook), Some(position)) = (rulebook, position) else {
            let element = args.element.clone();
            unknown = Some(guiyi_store::StoreError::UnknownElement { element });
            continue;
        };
        let (value, _) = standardized(&rulebook, position, args.value.trim(), |_| None, language);
        let value = value.unwrap_or_else(|| args.value.trim().to_owned());
        match store.find(entity, &args.element, &value) {
            // The dictionary has it, no run has written it yet.
            Err(guiyi_store::StoreError::UnknownElement { .. }) => {}
            gids => found.extend(gids?.iter().map(ToString::to_string)),
        }
        unknown = None;
    }
    if let Some(error) = unknown {
        return Err(error.into());
    }
    match args.show.format {
        Format::Json => print(format!("{:#}\n", json!({"found": found})).as_bytes())?,
        Format::Text => print(lines(&found).as_bytes())?,
    };
    if found.is_empty() {
        say(if chinese { "没有找到" } else { "none has that value" });
    }
    Ok(Verdict::Clean)
}
