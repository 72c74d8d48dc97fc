//! A file opened and its columns mapped: what can be judged, and what cannot.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use guiyi_core::rulebook::{Check, Pack, Rule, Rulebook, Source, hint_for};
use guiyi_core::validate::elements_of;
use guiyi_io::read::{self, ReadOptions, Reader, TextEncoding};

use super::args::Args;

/// A file ready to be judged.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) path: PathBuf,
    pub(super) reader: Reader,
    /// For each element of the pack the column that feeds it.
    pub(super) mapping: Vec<Option<usize>>,
    pub(super) key: Option<usize>,
    /// For each rule of the pack whether its columns are all there.
    pub(super) runs: Vec<bool>,
    /// The rules that run, on the columns that they need.
    pub(super) view: View,
}

/// Some rules on the columns that they need.
#[derive(Debug)]
pub(super) struct View {
    pub(super) rulebook: Rulebook,
    /// Columns of the file, in the order of the source's.
    pub(super) columns: Vec<usize>,
    /// Elements that are brought to their canonical form.
    pub(super) standardized: Vec<usize>,
}

/// Opens a file and maps its columns onto the pack's elements.
pub(super) fn open(path: &Path, args: &Args, pack: &Pack, today: (i16, i8, i8)) -> anyhow::Result<Plan> {
    let reader = read::open_beginning(path, &options(args)?)?;
    let place = |header: &str, option: &str| -> anyhow::Result<usize> {
        if reader.duplicate_headers.iter().any(|other| **other == *header) {
            bail!(
                "{}: more than one column is called \"{header}\", as {option} has it",
                path.display()
            );
        }
        reader
            .headers
            .iter()
            .position(|other| **other == *header)
            .with_context(|| {
                let hint = hint_for(header, reader.headers.iter().map(|header| &**header)).unwrap_or_default();
                format!(
                    "{}: no column is called \"{header}\", as {option} has it\n  hint: {hint}",
                    path.display()
                )
            })
    };
    let mut mapping = vec![None; pack.dictionary.elements.len()];
    for map in &args.maps {
        let Some((element, header)) = map.split_once('=') else {
            bail!("--map {map} is not of the form ELEMENT=HEADER\n  hint: such as --map mobile=Tel");
        };
        let names = pack.dictionary.elements.iter().map(|element| &*element.name);
        let position = pack.dictionary.position(element).with_context(|| {
            let hint = hint_for(element, names).unwrap_or_default();
            format!("--map {map}: the rule pack has no element \"{element}\"\n  hint: {hint}")
        })?;
        mapping[position] = Some(place(header, &format!("--map {map}"))?);
    }
    for (column, header) in reader.headers.iter().enumerate() {
        if let Some(element) = pack.dictionary.position_for_header(header)
            && mapping[element].is_none()
            && !mapping.contains(&Some(column))
        {
            mapping[element] = Some(column);
        }
    }
    let key = args.key.as_deref().map(|key| place(key, "--key")).transpose()?;
    let runs: Vec<bool> = (pack.rules.iter())
        .map(|rule| {
            let has_columns = elements_of(rule).iter().all(|&element| mapping[element].is_some());
            has_columns && !matches!(rule.check, Check::ForeignKey { known: None, .. })
        })
        .collect();
    let running = pack.rules.iter().zip(&runs).filter(|(_, runs)| **runs);
    let rules = running.map(|(rule, _)| rule.clone()).collect();
    let view = View::new(rules, &mapping, key, &reader, pack, today);
    Ok(Plan {
        path: path.to_owned(),
        reader,
        mapping,
        key,
        runs,
        view,
    })
}

impl View {
    /// The columns that some rules need, and the rulebook for them.
    pub(super) fn new(
        rules: Vec<Rule>,
        mapping: &[Option<usize>],
        key: Option<usize>,
        reader: &Reader,
        pack: &Pack,
        today: (i16, i8, i8),
    ) -> Self {
        let mut elements: Vec<usize> = rules.iter().flat_map(elements_of).collect();
        elements.sort_unstable();
        elements.dedup();
        let mut columns: Vec<usize> = elements
            .iter()
            .filter_map(|&element| mapping[element])
            .chain(key)
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let is_text = matches!(reader.format, read::Format::Csv | read::Format::JsonLines);
        if !is_text {
            // The whole row is read anyway, and written again if rows are split.
            columns = (0..reader.headers.len()).collect();
        }
        let place = |column: Option<usize>| column.and_then(|column| columns.iter().position(|other| *other == column));
        let mapped = (mapping.iter().enumerate())
            .map(|(element, column)| place(*column).filter(|_| elements.contains(&element)))
            .collect();
        let source = Source {
            system: reader.path.file_name().unwrap_or_default().to_string_lossy().into(),
            headers: columns.iter().map(|&column| reader.headers[column].clone()).collect(),
            key_column: place(key).unwrap_or(usize::MAX),
            mapping: mapped,
            code_pattern: None,
            day_first: None,
        };
        Self {
            rulebook: pack.rulebook(source, rules, today),
            standardized: elements
                .into_iter()
                .filter(|&element| pack.standardizes[element])
                .collect(),
            columns,
        }
    }
}

fn options(args: &Args) -> anyhow::Result<ReadOptions> {
    let encoding = args.encoding.as_deref().map(|name| {
        TextEncoding::from_name(name).with_context(|| {
            format!("--encoding {name} is no encoding\n  hint: such as utf-8, gb18030, big5, utf-16le")
        })
    });
    let delimiter = args.delimiter.as_deref().map(|text| match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] => Ok(*byte),
        _ => bail!("--delimiter \"{text}\" is not one ASCII character\n  hint: such as ; or tab"),
    });
    Ok(ReadOptions {
        encoding: encoding.transpose()?,
        delimiter: delimiter.transpose()?,
        header_row: args.header_row,
        sheet: args.sheet.clone(),
        ..ReadOptions::default()
    })
}
