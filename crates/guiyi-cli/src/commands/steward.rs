//! What the stewards' commands share: who acts and when, the project's store and rulebooks, and how records are named.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use guiyi_core::dictionary::EntityType;
use guiyi_core::finding::Language;
use guiyi_core::global_id::{GlobalId, entity};
use guiyi_core::rulebook::Rulebook;
use guiyi_core::rulebook::mistake::hint_for;
use guiyi_store::{By, RunLock, Store};

use crate::args::{Format, LanguageArg};
use crate::project::Project;
use crate::words::say;

/// How long a steward's command waits for a run to end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How a command answers.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Show {
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Language; the default is the project's.
    #[arg(long, value_enum)]
    pub(crate) language: Option<LanguageArg>,
}

impl Show {
    /// Whether to answer in Chinese.
    pub(crate) fn is_chinese(&self, project: &Project) -> bool {
        self.language.map_or(project.language, Language::from) == Language::Chinese
    }
}

/// Who does it and why.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Author {
    /// Who does it, for the ledger; the default is the name of the user.
    #[arg(long, value_name = "NAME", env = "GUIYI_ACTOR")]
    pub(crate) by: Option<String>,
    /// Take this instant for now, such as `2026-03-01T02:00:00Z`.
    #[arg(long, value_name = "TIME", env = "GUIYI_NOW")]
    pub(crate) now: Option<jiff::Timestamp>,
}

impl Author {
    /// Now, as the store writes it.
    pub(crate) fn utc(&self) -> String {
        format!("{:.0}", self.now.unwrap_or_else(jiff::Timestamp::now))
    }

    fn name(&self) -> anyhow::Result<String> {
        let of_system = || std::env::var("USER").or_else(|_| std::env::var("USERNAME")).ok();
        let name = self.by.clone().or_else(of_system).unwrap_or_default();
        if name.trim().is_empty() {
            bail!("nobody to put into the ledger\n  hint: name yourself with --by or GUIYI_ACTOR");
        }
        Ok(name.trim().to_owned())
    }
}

/// Who does it and when.
pub(crate) struct Signature {
    actor: String,
    utc: String,
}

impl Signature {
    /// Who, why, when.
    pub(crate) fn because<'a>(&'a self, reason: &'a str) -> By<'a> {
        By {
            actor: &self.actor,
            reason,
            utc: &self.utc,
        }
    }
}

/// A project's store and who writes into it; the run lock is held.
pub(crate) struct Desk {
    pub(crate) project: Project,
    pub(crate) store: Store,
    pub(crate) signature: Signature,
    _lock: RunLock,
}

impl Desk {
    /// Opens the store of a project for writing.
    pub(crate) fn open(project: &std::path::Path, author: &Author) -> anyhow::Result<Self> {
        let project = Project::read_without_inputs(project)?;
        check_there(&project)?;
        Self::of(project, author)
    }

    /// The same, and makes the store where there is none.
    pub(crate) fn open_or_make(project: &std::path::Path, author: &Author) -> anyhow::Result<Self> {
        Self::of(Project::read_without_inputs(project)?, author)
    }

    fn of(project: Project, author: &Author) -> anyhow::Result<Self> {
        let utc = author.utc();
        if let Some(dir) = project.store.parent().filter(|dir| !dir.as_os_str().is_empty()) {
            std::fs::create_dir_all(dir).with_context(|| format!("cannot make the directory {}", dir.display()))?;
        }
        let lock = RunLock::take(&project.store, Some(PATIENCE), &utc)?;
        Ok(Self {
            store: project.open_store(&utc)?,
            project,
            signature: Signature {
                actor: author.name()?,
                utc,
            },
            _lock: lock,
        })
    }

    /// Opens the store of a project for writing, also if other values are encrypted in it than the project wants.
    pub(crate) fn open_as_it_is(project: Project, author: &Author) -> anyhow::Result<Self> {
        check_there(&project)?;
        let utc = author.utc();
        Ok(Self {
            _lock: RunLock::take(&project.store, Some(PATIENCE), &utc)?,
            store: project.open_as_it_is()?,
            project,
            signature: Signature {
                actor: author.name()?,
                utc,
            },
        })
    }

    /// The rulebook of a golden record.
    pub(crate) fn rulebook_of(&self, gid: GlobalId) -> anyhow::Result<Rulebook> {
        rulebook_of(&self.project, gid)
    }
}

/// A project's rulebook of an entity type, without its files.
pub(crate) fn rulebook(project: &Project, entity: EntityType) -> anyhow::Result<Rulebook> {
    project.rulebook(entity).with_context(|| {
        format!(
            "{} has no [[source]] of the entity type {}",
            project.file.display(),
            entity.name()
        )
    })
}

/// A project's rulebook of a golden record, without its files.
pub(crate) fn rulebook_of(project: &Project, gid: GlobalId) -> anyhow::Result<Rulebook> {
    rulebook(project, entity_of(gid)?)
}

/// Opens the store of a project for reading.
pub(crate) fn open_to_read(project: &std::path::Path) -> anyhow::Result<(Project, Store)> {
    let project = Project::read_without_inputs(project)?;
    check_there(&project)?;
    let store = match project.open_to_read() {
        // An older schema is brought up to date by opening it for writing.
        Err(guiyi_store::StoreError::OlderSchema { .. }) => project.open_to_write()?,
        other => other?,
    };
    if let Err(error) = store.check_key() {
        say(&format!("{error}; its values are not shown"));
    }
    Ok((project, store))
}

fn check_there(project: &Project) -> anyhow::Result<()> {
    if !project.store.exists() {
        bail!(
            "there is no store {}\n  hint: `guiyi run {}` makes it",
            project.store.display(),
            project.file.display()
        );
    }
    Ok(())
}

/// The entity types that a command is about: the one named, else all of the project.
pub(crate) fn entities(project: &Project, named: Option<&str>) -> anyhow::Result<Vec<EntityType>> {
    let of_project = project.entities.iter().map(|entity| entity.dictionary().entity);
    let Some(named) = named else {
        return Ok(of_project.collect());
    };
    let Some(entity) = EntityType::from_name(named) else {
        let hint = hint_for(named, EntityType::ALL.iter().map(|entity| entity.name())).unwrap_or_default();
        bail!("\"{named}\" is no entity type; {hint}");
    };
    Ok(vec![entity])
}

/// The one entity type that a command is about.
pub(crate) fn one_entity(project: &Project, named: Option<&str>) -> anyhow::Result<EntityType> {
    match entities(project, named)?[..] {
        [entity] => Ok(entity),
        _ => bail!("the project has several entity types\n  hint: say which one with --entity"),
    }
}

/// The entity type of an ID.
pub(crate) fn entity_of(gid: GlobalId) -> anyhow::Result<EntityType> {
    entity(gid).with_context(|| format!("there are no records of the kind of {gid}"))
}

/// Reads a global ID however it is typed: width, case, hyphens, O for 0, I for 1.
pub(crate) fn parse_id(text: &str) -> Result<GlobalId, String> {
    GlobalId::parse(text).map_err(|error| error.to_string())
}

/// Reads a day or an instant; a day means its last second, so that it is
/// wholly seen.
pub(crate) fn parse_time(text: &str) -> Result<String, String> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(format!("{instant:.0}"));
    }
    match text.parse::<jiff::civil::Date>() {
        Ok(day) => Ok(format!("{day}T23:59:59Z")),
        Err(_) => Err("neither a day such as 2026-03-01 nor an instant such as 2026-03-01T02:00:00Z".to_owned()),
    }
}

/// The same for a beginning: a day means its first second.
pub(crate) fn parse_start(text: &str) -> Result<String, String> {
    match text.parse::<jiff::civil::Date>() {
        Ok(day) => Ok(format!("{day}T00:00:00Z")),
        Err(_) => parse_time(text),
    }
}

/// A record as people name it, `system/key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordName {
    pub(crate) system: String,
    pub(crate) key: String,
}

impl std::str::FromStr for RecordName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((system, key)) if !system.is_empty() && !key.is_empty() => Ok(Self {
                system: system.to_owned(),
                key: key.to_owned(),
            }),
            _ => Err("a record is named by its system and its code, such as erp/D03-000127".to_owned()),
        }
    }
}

/// The project file that a command works on.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct InProject {
    /// The project file.
    #[arg(value_name = "PROJECT", default_value = "guiyi.toml")]
    pub(crate) project: PathBuf,
}

/// One a line.
pub(crate) fn lines(items: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    use std::fmt::Write as _;
    items.into_iter().fold(String::new(), |mut text, item| {
        _ = writeln!(text, "{item}");
        text
    })
}

/// One of two texts.
pub(crate) fn either<'a>(chinese: bool, english: &'a str, in_chinese: &'a str) -> &'a str {
    if chinese { in_chinese } else { english }
}
