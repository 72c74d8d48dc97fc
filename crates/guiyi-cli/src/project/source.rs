//! `[[source]]` of the project file: one export, how it is read, and which of its columns feed which data elements.

use std::path::{Path, PathBuf};

use guiyi_core::dictionary::{Dictionary, EntityType};
use guiyi_core::rulebook::CodePattern;
use guiyi_core::rulebook::mistake::hint_for;
use guiyi_core::rulebook::toml::Table;
use guiyi_io::read::{Format, ReadOptions, TextEncoding};

use super::{Entity, Input, Placed};

/// Reads one `[[source]]` and hands it to its entity type. `needs_files`: whether a file that is not there is a mistake.
pub(super) fn read(table: &Table<'_>, base: &Path, needs_files: bool, entities: &mut [Entity]) {
    let system = table.string("system");
    let options: Vec<(&str, usize)> = EntityType::ALL
        .iter()
        .enumerate()
        .map(|(at, entity)| (entity.name(), at))
        .collect();
    let entity = table.opt_choice("entity", &options).unwrap_or(0);
    let path = table.string("path");
    let format = named(
        table,
        "format",
        Format::from_name,
        "auto, csv, xlsx, xls, html, parquet, jsonl",
    );
    let encoding = named(
        table,
        "encoding",
        TextEncoding::from_name,
        "auto, utf-8, gb18030, big5, utf-16le, utf-16be",
    );
    let delimiters = [
        ("auto", None),
        (",", Some(b',')),
        (";", Some(b';')),
        ("|", Some(b'|')),
        ("\t", Some(b'\t')),
        ("tab", Some(b'\t')),
    ];
    let read_options = ReadOptions {
        format,
        encoding,
        delimiter: table.opt_choice("delimiter", &delimiters).flatten(),
        header_row: table.opt_integer("header_row", 1..=1_000_000).map(|row| row as u64),
        sheet: table.opt_string("sheet").map(str::to_owned),
    };
    let key = table.string("key").map(|key| Placed {
        value: key.to_owned(),
        place: table.place("key").unwrap_or((1, 1)),
    });
    let dictionary = &entities[entity].dictionary;
    let columns = read_columns(table.table("columns").as_ref(), dictionary);
    let code_pattern = table
        .opt_string("code_pattern")
        .and_then(|text| match CodePattern::parse(text, dictionary) {
            Ok(pattern) => Some(pattern),
            Err(wrong) => {
                table.mistake_at("code_pattern", wrong.message, wrong.hint);
                None
            }
        });
    let orders = [("auto", None), ("day-month", Some(true)), ("month-day", Some(false))];
    let day_first = table.opt_choice("date_order", &orders).flatten();
    let map_by_header = table.opt_bool("map_by_header").unwrap_or(true);

    let (Some(system), Some(path), Some(key)) = (system, path, key) else {
        return;
    };
    if system.is_empty() || !system.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        table.mistake_at("system", "the name of a system is letters, digits, - and _", None);
    }
    if entities[entity].inputs.iter().any(|other| &*other.system == system) {
        let hint = "one [[source]] may name several files with a glob: path = \"export-*.csv\"";
        table.mistake_at(
            "system",
            format!("the system \"{system}\" has two sources of this entity type"),
            Some(hint.into()),
        );
    }
    let paths = match expand(&base.join(path)) {
        Ok(paths) => paths,
        Err(_) if !needs_files => Vec::new(),
        Err(message) => {
            let hint = "paths are relative to the project file; * and ? stand for parts of a file name";
            table.mistake_at("path", message, Some(hint.into()));
            return;
        }
    };
    entities[entity].inputs.push(Input {
        system: system.into(),
        paths,
        options: read_options,
        key,
        columns,
        map_by_header,
        code_pattern,
        day_first,
    });
}

/// A value that the reader knows by its name; `None` for `auto`.
fn named<T>(table: &Table<'_>, key: &str, from_name: impl Fn(&str) -> Option<T>, names: &str) -> Option<T> {
    let name = table.opt_string(key).filter(|name| *name != "auto")?;
    let found = from_name(name);
    if found.is_none() {
        table.mistake_at(
            key,
            format!("\"{name}\" is not a value of \"{key}\""),
            Some(format!("one of: {names}")),
        );
    }
    found
}

/// Reads `[source.columns]`: data element = "header", an empty header for an element that nothing may feed.
fn read_columns(table: Option<&Table<'_>>, dictionary: &Dictionary) -> Vec<(usize, Placed<String>)> {
    let Some(table) = table else { return Vec::new() };
    let mut columns = Vec::new();
    for name in table.keys() {
        let header = table.string(name);
        let Some(element) = dictionary.position(name) else {
            let names = dictionary.elements.iter().map(|element| &*element.name);
            let message = format!("\"{name}\" is no data element of {}", dictionary.entity.name());
            table.mistake_at_key(name, message, hint_for(name, names));
            continue;
        };
        if let (Some(header), Some(place)) = (header, table.place(name)) {
            columns.push((
                element,
                Placed {
                    value: header.to_owned(),
                    place,
                },
            ));
        }
    }
    columns
}

/// The files that a path with `*`, `?` or `[…]` in it means, in order of their names.
fn expand(path: &Path) -> Result<Vec<PathBuf>, String> {
    let pattern = path.to_string_lossy();
    if path.exists() || !pattern.contains(['*', '?', '[']) {
        return if path.exists() {
            Ok(vec![path.to_owned()])
        } else {
            Err(format!("there is no file {pattern}"))
        };
    }
    let found = glob::glob(&pattern).map_err(|error| format!("{pattern} is no pattern of paths: {}", error.msg))?;
    let paths = found
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    if paths.is_empty() {
        Err(format!("no file matches {pattern}"))
    } else {
        Ok(paths)
    }
}
