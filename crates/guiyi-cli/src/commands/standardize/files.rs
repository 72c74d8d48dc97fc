//! Whole files: read twice, once to learn what their columns say about single cells, once to write them.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, bail};
use guiyi_core::dictionary::{Dictionary, EntityType};
use guiyi_core::finding::Notes;
use guiyi_core::record::{Batch, RowState};
use guiyi_core::rulebook::{Rulebook, Source, hint_for};
use guiyi_core::standardize::{self, Hints};
use guiyi_io::outputs;
use guiyi_io::read::{self, Reader};
use guiyi_io::write::{OutputDir, OutputFormat, TableWriter};
use rayon::prelude::*;

use super::columns::Columns;
use super::summary::{FileSummary, Summary};
use super::{Args, DateOrder};
use crate::words::say;
use crate::{Verdict, print};

/// Rows of a batch, as `guiyi run` has them.
const BATCH_ROWS: usize = 8192;
/// Batches that are at work at once.
const BATCHES_AT_ONCE: usize = 8;

pub(super) fn run(out: &Path, args: &Args) -> anyhow::Result<Verdict> {
    let Some(entity) = EntityType::from_name(&args.entity) else {
        let hint = hint_for(&args.entity, EntityType::ALL.map(EntityType::name)).unwrap_or_default();
        bail!("\"{}\" is no entity type\n  hint: {hint}", args.entity);
    };
    let mut rulebook = Rulebook::shipped(entity, args.today()).map_err(|mistakes| {
        let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", mistakes.join("\n"))
    })?;
    // Nothing is judged here.
    rulebook.rules.clear();
    let options = args.read_options()?;
    let mut readers = Vec::new();
    for path in &args.files {
        let reader = read::open(path, &options)?;
        rulebook.sources.push(source(&reader, &rulebook.dictionary, args)?);
        readers.push(reader);
    }
    let directory = OutputDir::create(out)?;
    let mut written = Written::create(&directory, &rulebook, args)?;
    for (number, reader) in readers.iter_mut().enumerate() {
        written.file(number as u16, reader, args)?;
    }
    let summary = written.finish()?;
    let names = directory.publish()?;
    if !args.quiet {
        say(&format!("wrote {} into {}", names.join(", "), out.display()));
    }
    print(summary.render(args.format, args.language()).as_bytes())?;
    Ok(args.fail_on.verdict(summary.gravest))
}

/// The columns of a file and the elements that they feed.
fn source(reader: &Reader, dictionary: &Dictionary, args: &Args) -> anyhow::Result<Source> {
    let file = reader.path.display();
    let headers: Vec<&str> = reader.headers.iter().map(|header| &**header).collect();
    let position = |wanted: &str| {
        headers
            .iter()
            .position(|header| *header == wanted.trim())
            .with_context(|| {
                let hint = hint_for(wanted, headers.iter().copied()).unwrap_or_default();
                format!("{file}: no column \"{wanted}\"\n  hint: {hint}")
            })
    };
    let key = match &args.key {
        Some(key) => Some(position(key)?),
        None => headers.iter().position(|header| super::super::init::is_key(header)),
    };
    let mut source = Source {
        system: reader.path.file_stem().unwrap_or_default().to_string_lossy().into(),
        headers: reader.headers.clone(),
        // Beyond the columns: no key.
        key_column: key.unwrap_or(reader.headers.len()),
        mapping: vec![None; dictionary.elements.len()],
        code_pattern: None,
        day_first: args.date_order.map(|order| order == DateOrder::DayFirst),
    };
    for map in &args.maps {
        let Some((element, header)) = map.split_once('=') else {
            bail!("--map {map} is not of the form element=header\n  hint: such as --map mobile=手机号");
        };
        let Some(element) = dictionary.position(element.trim()) else {
            let names = dictionary.elements.iter().map(|element| &*element.name);
            let hint = hint_for(element, names).unwrap_or_default();
            bail!(
                "\"{element}\" is no data element of {}\n  hint: {hint}",
                dictionary.entity.name()
            );
        };
        // Several files may have different columns: a header must be in one of them.
        if args.files.len() == 1 || headers.contains(&header.trim()) {
            source.mapping[element] = Some(position(header)?);
        }
    }
    source.map_by_header(dictionary, |_| true);
    if source.mapping.iter().all(Option::is_none) {
        bail!(
            "{file}: no column is known\n  hint: its headers are {}; --map ELEMENT=HEADER names one, --entity another dictionary",
            headers.join(", ")
        );
    }
    Ok(source)
}

/// What is written, file by file.
struct Written<'a> {
    directory: &'a OutputDir,
    rulebook: &'a Rulebook,
    corrections: TableWriter,
    findings: TableWriter,
    /// Paths of the files, for the tables of corrections and findings.
    names: Vec<String>,
    taken: BTreeSet<String>,
    summary: Summary,
}

impl<'a> Written<'a> {
    fn create(directory: &'a OutputDir, rulebook: &'a Rulebook, args: &Args) -> anyhow::Result<Self> {
        let format = OutputFormat::Csv(args.csv_options());
        Ok(Self {
            directory,
            rulebook,
            corrections: TableWriter::create(directory, "corrections", outputs::CORRECTIONS, format)?,
            findings: TableWriter::create(directory, "findings", outputs::FINDINGS, format)?,
            names: args.files.iter().map(|path| path.display().to_string()).collect(),
            taken: BTreeSet::from(["corrections".to_owned(), "findings".to_owned()]),
            summary: Summary::default(),
        })
    }

    /// Standardizes and writes one file.
    fn file(&mut self, number: u16, reader: &mut Reader, args: &Args) -> anyhow::Result<()> {
        let source = &self.rulebook.sources[usize::from(number)];
        let (mut hints, found) = learn(number, reader, self.rulebook)?;
        if args.date_1904 {
            hints.count_from_1904(number);
        }
        let columns = Columns::of(source, &self.rulebook.dictionary, &found, args);
        let headers: Vec<&str> = columns.headers.iter().map(String::as_str).collect();
        let name = self.free_name(&reader.path);
        let mut table = TableWriter::create(self.directory, &name, &headers, args.output_format())?;
        let mut summary = FileSummary::new(reader, source, &self.rulebook.dictionary);
        each_batch(number, reader, self.rulebook, |batches| {
            let done: Vec<(Batch, Notes)> = batches
                .into_par_iter()
                .map(|(batch, mut notes)| {
                    let (batch, said) = standardize::run(batch, self.rulebook, &hints);
                    notes.append(said);
                    (batch, notes)
                })
                .collect();
            for (batch, notes) in done {
                summary.count(&batch, &notes);
                let cells = columns.take(&batch);
                for row in (0..batch.len()).filter(|row| batch.states[*row] != RowState::Rejected) {
                    let cells: Vec<Option<&str>> = cells.iter().map(|column| column.get(row)).collect();
                    table.row(&cells)?;
                }
                outputs::corrections(&mut self.corrections, &notes, self.rulebook, &self.names)?;
                outputs::findings(&mut self.findings, &notes, self.rulebook, &self.names)?;
            }
            Ok(())
        })?;
        summary.output = table.finish()?.file_name;
        self.summary.gravest = self.summary.gravest.max(summary.gravest);
        self.summary.files.push(summary);
        Ok(())
    }

    /// The name of the file to write: as the one that was read, with a number if another one is called so.
    fn free_name(&mut self, path: &Path) -> String {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let names = std::iter::once(stem.clone()).chain((2..).map(|number| format!("{stem}-{number}")));
        let free = names
            .into_iter()
            .find(|name| !self.taken.contains(&name.to_lowercase()));
        let name = free.unwrap_or(stem);
        self.taken.insert(name.to_lowercase());
        name
    }

    fn finish(self) -> anyhow::Result<Summary> {
        self.corrections.finish()?;
        self.findings.finish()?;
        Ok(self.summary)
    }
}

/// What the columns say about single cells, and the elements that no column feeds and that values are found for.
fn learn(number: u16, reader: &mut Reader, rulebook: &Rulebook) -> anyhow::Result<(Hints, Vec<usize>)> {
    let source = &rulebook.sources[usize::from(number)];
    let mut hints = Hints::default();
    let mut open: BTreeSet<usize> = (0..source.mapping.len())
        .filter(|position| {
            source.mapping[*position].is_none() && standardize::may_be_found(rulebook, number, *position)
        })
        .collect();
    let mut found = Vec::new();
    each_batch(number, reader, rulebook, |batches| {
        let learned: Vec<(Hints, Vec<usize>)> = batches
            .into_par_iter()
            .map(|(batch, _)| {
                let hints = standardize::learn(std::slice::from_ref(&batch), rulebook);
                if open.is_empty() {
                    return (hints, Vec::new());
                }
                let (batch, _) = standardize::run(batch, rulebook, &Hints::default());
                let is_filled =
                    |position: &&usize| (0..batch.len()).any(|row| batch.columns[**position].get(row).is_some());
                (hints, open.iter().filter(is_filled).copied().collect())
            })
            .collect();
        for (part, filled) in learned {
            hints.merge(part);
            found.extend(filled.into_iter().filter(|position| open.remove(position)));
        }
        Ok(())
    })?;
    found.sort_unstable();
    Ok((hints, found))
}

/// Gives the batches of a file, some at a time, until it ends.
fn each_batch(
    number: u16,
    reader: &mut Reader,
    rulebook: &Rulebook,
    mut take: impl FnMut(Vec<(Batch, Notes)>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let source = &rulebook.sources[usize::from(number)];
    let mut batches = reader.batches(number, source, BATCH_ROWS)?;
    loop {
        let some: Vec<(Batch, Notes)> = batches.by_ref().take(BATCHES_AT_ONCE).collect::<Result<_, _>>()?;
        if some.is_empty() {
            return Ok(());
        }
        take(some)?;
    }
}
