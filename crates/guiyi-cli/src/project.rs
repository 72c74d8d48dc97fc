//! The project file `guiyi.toml`: sources, rule packs, policies, store, outputs, and what counts as failure.
//!
//! Reading it says every mistake at once, each with line, column and a hint. Mistakes that only an input file can show,
//! such as a column that it lacks, are found by [`Project::open`], again all of them at once.

mod encryption;
mod four_eyes;
mod heads;
mod index;
mod model;
mod reference;
mod source;
mod without_files;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use guiyi_core::dictionary::{self, Dictionary, EntityType};
use guiyi_core::finding::{Language, Severity};
use guiyi_core::rulebook::mistake::{Mistake, hint_for};
use guiyi_core::rulebook::toml::{Document, Table};
use guiyi_core::rulebook::{
    self, CodePattern, Policies, Rule, Rulebook, Source, parse_policies, parse_policies_with_model,
};
use guiyi_io::read::{ReadOptions, Reader};
use guiyi_io::write::{CsvEncoding, CsvOptions, OutputFormat};
use sha2::{Digest, Sha256};

pub(crate) use self::encryption::Encryption;
use self::four_eyes::FourEyes;
pub(crate) use self::heads::Heads;
pub(crate) use self::model::file_name as model_file_name;
pub(crate) use self::reference::reference;
use crate::reference_file;

/// The commented project file that `guiyi init` writes.
pub(crate) const TEMPLATE: &str = include_str!("project/template.toml");

/// A project file, read and checked.
pub(crate) struct Project {
    /// Path of the file, as the user gave it.
    pub(crate) file: PathBuf,
    /// Name of the project.
    pub(crate) name: String,
    /// Language of summary and report.
    pub(crate) language: Language,
    /// Path of the store.
    pub(crate) store: PathBuf,
    /// The second place of the ledger's heads; `None`: they are not signed.
    pub(crate) heads: Option<Heads>,
    /// The directory of the indexes for the entry check; `None`: none are kept.
    pub(crate) index: Option<PathBuf>,
    /// What the store keeps encrypted; `None`: nothing.
    pub(crate) encryption: Option<Encryption>,
    /// What needs a second person.
    pub(crate) four_eyes: FourEyes,
    /// Where and how results are written.
    pub(crate) output: Output,
    /// What makes the exit code 1.
    pub(crate) fail_on: FailOn,
    /// SHA-256 over the program's version, this file, and the dictionaries and rule packs that it names.
    pub(crate) digest: [u8; 32],
    /// The entity types that have sources, in the order of [`EntityType::ALL`].
    pub(crate) entities: Vec<Entity>,
}

/// Where and how results are written.
pub(crate) struct Output {
    /// The directory.
    pub(crate) dir: PathBuf,
    /// The format of tables.
    pub(crate) format: OutputFormat,
}

/// The run fails when more than `share` of the rows read have a finding of this severity or worse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FailOn {
    /// From which severity on findings count.
    pub(crate) severity: Severity,
    /// Share of rows in [0, 1].
    pub(crate) share: f64,
}

/// One entity type of the project.
pub(crate) struct Entity {
    dictionary: Dictionary,
    rules: Vec<Rule>,
    /// `None`: the project file has no section for the entity type.
    policies: Option<Policies>,
    /// The file of the model that weighs pairs; `None`: every run learns one.
    model_file: Option<PathBuf>,
    inputs: Vec<Input>,
}

impl Entity {
    /// Number of input files.
    pub(crate) fn n_files(&self) -> usize {
        self.inputs.iter().map(|input| input.paths.len()).sum()
    }

    /// The data elements.
    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The policies of the project file, or those of an empty section.
    fn policies(&self) -> Policies {
        self.policies.clone().unwrap_or_else(|| {
            let systems: Vec<Arc<str>> = self.inputs.iter().map(|input| Arc::clone(&input.system)).collect();
            parse_policies(&Document::parse("", "").root(), &self.dictionary, &systems)
        })
    }
}

/// One `[[source]]` of the project file.
struct Input {
    system: Arc<str>,
    paths: Vec<PathBuf>,
    options: ReadOptions,
    key: Placed<String>,
    /// Data element and the header that feeds it; an empty header: none does.
    columns: Vec<(usize, Placed<String>)>,
    map_by_header: bool,
    code_pattern: Option<CodePattern>,
    day_first: Option<bool>,
}

/// A value and its place in the project file, line and column from 1.
struct Placed<T> {
    value: T,
    place: (usize, usize),
}

/// An entity type with its files open: ready to run.
pub(crate) struct OpenEntity {
    /// The rulebook; `sources` has one entry per file.
    pub(crate) rulebook: Rulebook,
    /// The files, in the order of `rulebook.sources`.
    pub(crate) readers: Vec<(PathBuf, Reader)>,
    /// The file of the model that the rulebook has.
    pub(crate) model_file: Option<PathBuf>,
}

/// What a project file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// A run: an input file that is not there is a mistake.
    Run,
    /// Work on the store.
    Work,
    /// Work on what the store encrypts.
    Encrypt,
}

impl Project {
    /// Reads a project file. Relative paths in it are relative to its own directory.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        Self::read_for(file, Purpose::Run)
    }

    /// The same for work on the store, which the input files are not needed for: they may be gone.
    pub(crate) fn read_without_inputs(file: &Path) -> anyhow::Result<Self> {
        Self::read_for(file, Purpose::Work)
    }

    /// The same to bring what is encrypted in the store in line with the project file: an index that is not to be kept any
    /// more may still be named, so that it can be removed.
    pub(crate) fn read_to_encrypt(file: &Path) -> anyhow::Result<Self> {
        Self::read_for(file, Purpose::Encrypt)
    }

    fn read_for(file: &Path, purpose: Purpose) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| {
            format!(
                "cannot read the project file {}; `guiyi init` writes one to start from",
                file.display()
            )
        })?;
        Self::parse_for(file, &text, purpose).map_err(|mistakes| all_mistakes(&mistakes))
    }

    /// Parses the text of a project file; `file` names it in mistakes and is the base of relative paths.
    #[cfg(test)]
    pub(crate) fn parse(file: &Path, text: &str) -> Result<Self, Vec<Mistake>> {
        Self::parse_for(file, text, Purpose::Run)
    }

    fn parse_for(file: &Path, text: &str, purpose: Purpose) -> Result<Self, Vec<Mistake>> {
        let base = file.parent().unwrap_or(Path::new(""));
        let document = Document::parse(&file.display().to_string(), text);
        let root = document.root();

        let project = root.table("project");
        let name = project
            .as_ref()
            .and_then(|project| project.opt_string("name"))
            .unwrap_or("guiyi")
            .to_owned();
        let language = project.as_ref().and_then(|project| {
            project.opt_choice("language", &[("en", Language::English), ("zh", Language::Chinese)])
        });
        let store = root.table("store");
        let heads = Heads::read(store.as_ref(), base);
        let encryption = store.as_ref().and_then(|store| store.table("encryption"));
        let index = index::read(store.as_ref(), encryption.as_ref(), base, purpose);
        let four_eyes = store.as_ref().and_then(|store| store.table("four_eyes"));
        let store = store.and_then(|store| store.opt_string("path")).unwrap_or("guiyi.db");
        let store = base.join(store);
        let output = read_output(root.table("output").as_ref(), base);
        let fail_on = read_fail_on(root.table("fail_on").as_ref());

        let digest = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION")).chain_update(text);
        let mut named = Named {
            base,
            digest,
            mistakes: Vec::new(),
        };
        let sections: Vec<Option<Table<'_>>> = EntityType::ALL.iter().map(|entity| root.table(entity.name())).collect();
        let mut entities: Vec<Entity> = EntityType::ALL
            .into_iter()
            .zip(&sections)
            .map(|(entity, section)| read_entity(entity, section.as_ref(), &mut named))
            .collect();
        let sources = root.tables("source");
        if sources.is_empty() {
            root.mistake(
                "no [[source]]: nothing to read",
                Some("add one [[source]] per export".into()),
            );
        }
        for source in &sources {
            source::read(source, base, purpose == Purpose::Run, &mut entities);
        }
        for (entity, section) in entities.iter_mut().zip(&sections) {
            let systems: Vec<Arc<str>> = entity.inputs.iter().map(|input| Arc::clone(&input.system)).collect();
            let mut model_file = None;
            let mut load = |table: &Table<'_>, path: &str| {
                let file = model_file.insert(base.join(path));
                model::read(entity.dictionary.entity, table, file, &output.dir, &mut named)
            };
            let policies = |section| parse_policies_with_model(section, &entity.dictionary, &systems, &mut load);
            entity.policies = section.as_ref().map(policies);
            entity.model_file = model_file;
        }
        let sealed = encryption.as_ref();
        let sealed = sealed.and_then(|table| Encryption::read(table, base, &entities));
        let of_four_eyes = FourEyes::read(four_eyes.as_ref(), &entities);
        drop((four_eyes, encryption, project, sources, sections, root));

        let found = document.finish(());
        let mut mistakes = found.err().unwrap_or_default();
        mistakes.append(&mut named.mistakes);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        entities.retain(|entity| !entity.inputs.is_empty());
        Ok(Self {
            file: file.to_owned(),
            name,
            language: language.unwrap_or_default(),
            store,
            heads,
            index,
            encryption: sealed,
            four_eyes: of_four_eyes,
            output,
            fail_on,
            digest: named.digest.finalize().into(),
            entities,
        })
    }

    /// Opens every input file, finds its header, and maps its columns onto the data elements.
    pub(crate) fn open(&self, today: (i16, i8, i8)) -> anyhow::Result<Vec<OpenEntity>> {
        let mut mistakes = Vec::new();
        let mut open = Vec::new();
        for entity in &self.entities {
            let (mut sources, mut readers) = (Vec::new(), Vec::new());
            for input in &entity.inputs {
                for path in &input.paths {
                    let reader = guiyi_io::read::open(path, &input.options)?;
                    sources.push(self.map_columns(input, path, &reader, &entity.dictionary, &mut mistakes));
                    readers.push((path.clone(), reader));
                }
            }
            let policies = entity.policies();
            let rulebook = Rulebook {
                dictionary: entity.dictionary.clone(),
                sources,
                rules: entity.rules.clone(),
                matching: policies.matching,
                survivorship: policies.survivorship,
                imputation: policies.imputation,
                today,
            };
            open.push(OpenEntity {
                rulebook,
                readers,
                model_file: entity.model_file.clone(),
            });
        }
        if mistakes.is_empty() {
            Ok(open)
        } else {
            Err(all_mistakes(&mistakes))
        }
    }

    /// Finds the columns of one file; what the file lacks or has twice is a mistake.
    fn map_columns(
        &self,
        input: &Input,
        path: &Path,
        reader: &Reader,
        dictionary: &Dictionary,
        mistakes: &mut Vec<Mistake>,
    ) -> Source {
        let headers = &reader.headers;
        let mut find = |wanted: &Placed<String>, what: &str| -> Option<usize> {
            let places: Vec<usize> = headers
                .iter()
                .enumerate()
                .filter(|(_, header)| ***header == *wanted.value)
                .map(|(at, _)| at)
                .collect();
            if let [at] = places[..] {
                return Some(at);
            }
            let names = headers.iter().map(|header| &**header);
            let (message, hint) = if places.is_empty() {
                (
                    format!("{} has no column \"{}\" for {what}", path.display(), wanted.value),
                    hint_for(&wanted.value, names),
                )
            } else {
                let hint = "rename one of them in the file, or feed this element from another column";
                (
                    format!("{} has {} columns \"{}\"", path.display(), places.len(), wanted.value),
                    Some(hint.into()),
                )
            };
            let (line, column) = wanted.place;
            mistakes.push(Mistake {
                file: self.file.display().to_string().into(),
                line,
                column,
                message,
                hint,
            });
            None
        };
        let key_column = find(&input.key, "the source key");
        let mut mapping = vec![None; dictionary.elements.len()];
        let mut decided = vec![false; dictionary.elements.len()];
        for (element, header) in &input.columns {
            decided[*element] = true;
            if !header.value.is_empty() {
                let what = format!("the data element \"{}\"", dictionary.elements[*element].name);
                mapping[*element] = find(header, &what);
            }
        }
        let mut source = Source {
            system: Arc::clone(&input.system),
            headers: headers.clone(),
            key_column: key_column.unwrap_or(0),
            mapping,
            code_pattern: input.code_pattern.clone(),
            day_first: input.day_first,
        };
        if input.map_by_header {
            source.map_by_header(dictionary, |element| !decided[element]);
        }
        source
    }
}

/// One error that shows every mistake.
fn all_mistakes(mistakes: &[Mistake]) -> anyhow::Error {
    let shown: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let count = match mistakes.len() {
        1 => "1 mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    anyhow::anyhow!("{count} in the configuration\n{}", shown.join("\n"))
}

fn read_output(table: Option<&Table<'_>>, base: &Path) -> Output {
    let dir = base.join(table.and_then(|table| table.opt_string("dir")).unwrap_or("out"));
    let encodings = [
        ("utf-8", CsvEncoding::Utf8),
        ("utf-8-bom", CsvEncoding::Utf8WithMark),
        ("gb18030", CsvEncoding::Gb18030),
    ];
    let csv = CsvOptions {
        encoding: table
            .and_then(|table| table.opt_choice("encoding", &encodings))
            .unwrap_or_default(),
        neutralizes_formulas: table
            .and_then(|table| table.opt_bool("neutralize_formulas"))
            .unwrap_or(true),
    };
    let formats = [
        ("csv", OutputFormat::Csv(csv)),
        ("parquet", OutputFormat::Parquet),
        ("xlsx", OutputFormat::Xlsx),
    ];
    let format = table
        .and_then(|table| table.opt_choice("format", &formats))
        .unwrap_or(OutputFormat::Csv(csv));
    Output { dir, format }
}

fn read_fail_on(table: Option<&Table<'_>>) -> FailOn {
    let severities = [("warning", Severity::Warning), ("error", Severity::Error)];
    FailOn {
        severity: table
            .and_then(|table| table.opt_choice("severity", &severities))
            .unwrap_or(Severity::Error),
        share: table
            .and_then(|table| table.opt_float("share", 0.0..=1.0))
            .unwrap_or(0.1),
    }
}

/// The files that a project file names.
struct Named<'a> {
    /// The directory of the project file.
    base: &'a Path,
    /// Over everything read so far.
    digest: Sha256,
    /// Mistakes in the files.
    mistakes: Vec<Mistake>,
}

impl Named<'_> {
    /// The text of a file; what keeps it from being read is a mistake at the key that names it.
    fn read(&mut self, table: Option<&Table<'_>>, key: &str, path: &str) -> Option<String> {
        let path = self.base.join(path);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                self.digest.update(&text);
                Some(text)
            }
            Err(error) => {
                if let Some(table) = table {
                    let hint =
                        "paths are relative to the project file; \"shipped\" names the pack that comes with guiyi";
                    table.mistake_at(
                        key,
                        format!("cannot read {}: {error}", path.display()),
                        Some(hint.into()),
                    );
                }
                None
            }
        }
    }

    /// The value, or its mistakes kept.
    fn keep<T>(&mut self, parsed: Result<T, Vec<Mistake>>) -> Option<T> {
        parsed.map_err(|mut mistakes| self.mistakes.append(&mut mistakes)).ok()
    }
}

/// Reads the section of an entity type but for its policies: dictionary and rule packs.
fn read_entity(entity: EntityType, table: Option<&Table<'_>>, named: &mut Named<'_>) -> Entity {
    let mut dictionary = dictionary::shipped(entity);
    if let Some(path) = table.and_then(|table| table.opt_string("dictionary")) {
        let own = named
            .read(table, "dictionary", path)
            .map(|text| Dictionary::parse(path, &text));
        dictionary = own.and_then(|own| named.keep(own)).unwrap_or(dictionary);
    }
    let packs = table
        .filter(|table| table.has("rules"))
        .map_or(vec!["shipped"], |table| table.strings("rules"));
    let mut rules = Vec::new();
    for pack in packs {
        let own = if pack == "shipped" {
            Some(rulebook::shipped_rules(entity, &dictionary))
        } else {
            let dir = named.base.join(pack);
            named.read(table, "rules", pack).map(|text| {
                let mut load = |file: &str| reference_file::read(dir.parent(), file, &mut named.digest);
                rulebook::parse_rules_with_tables(pack, &text, &dictionary, &mut load)
            })
        };
        rules.extend(own.and_then(|own| named.keep(own)).unwrap_or_default());
    }
    rules.sort_by(|one, other| one.code.cmp(&other.code));
    if let (Some(table), Some(twice)) = (table, rules.windows(2).find(|pair| pair[0].code == pair[1].code)) {
        let hint = "a project's own packs need codes of their own";
        table.mistake_at(
            "rules",
            format!("the rule {} is in two packs", twice[0].code),
            Some(hint.into()),
        );
    }
    Entity {
        dictionary,
        rules,
        policies: None,
        model_file: None,
        inputs: Vec::new(),
    }
}
