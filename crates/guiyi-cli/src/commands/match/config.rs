//! `--config`: what a person says about the files, on top of what is found out.

use std::path::Path;

use anyhow::Context;
use guiyi_core::matching::tables::{Kind, Said, SaidField};
use guiyi_core::rulebook::hint_for;
use guiyi_core::rulebook::toml::{Document, Table};

use super::input::Input;

/// What the file says, and the probability from which pairs are reviewed.
#[derive(Default)]
pub(crate) struct Config {
    pub(crate) said: Said,
    pub(crate) review: Option<f64>,
}

/// Reads the configuration; every mistake in it is said at once.
pub(crate) fn read(path: &Path, inputs: &[Input]) -> anyhow::Result<Config> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let document = Document::parse(&name, &text);
    let config = parse(&document.root(), inputs);
    document.finish(config).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{} in the configuration\n{}", count(lines.len()), lines.join("\n"))
    })
}

fn count(mistakes: usize) -> String {
    format!("{mistakes} mistake{}", if mistakes == 1 { "" } else { "s" })
}

fn parse(root: &Table<'_>, inputs: &[Input]) -> Config {
    let mut said = Said::default();
    for table in root.tables("field") {
        let Some([left, right]) = columns_of_field(&table, inputs) else {
            continue;
        };
        let kinds: Vec<(&'static str, Kind)> = (Kind::ALL.into_iter())
            .filter(|kind| !kind.is_derived())
            .map(|kind| (kind.name(), kind))
            .collect();
        said.fields.push(SaidField {
            left,
            right,
            kind: table.opt_choice("kind", &kinds),
            compare: table.opt_bool("compare").unwrap_or(true),
            ..SaidField::default()
        });
    }
    for table in root.tables("pass") {
        let names = table.strings("columns");
        if !(1..=2).contains(&names.len()) {
            table.mistake(
                "a pass files by one column or by two together",
                Some("columns = [\"邮编\", \"电话\"]".into()),
            );
        }
        let columns = names.iter().enumerate().filter_map(|(item, name)| {
            let at = position(&inputs[0], name);
            if at.is_none() {
                table.mistake_at_item("columns", item, no_column(&inputs[0], name), hint(&inputs[0], name));
            }
            at
        });
        said.passes.push(columns.collect());
    }
    let mut review = None;
    if let Some(table) = root.table("decision") {
        said.match_from = table.opt_float("match", 0.000_001..=0.999_999);
        review = table.opt_float("review", 0.0..=1.0);
        if table.has("distinct") {
            let mut distinct = [false; 2];
            for (item, side) in table.strings("distinct").into_iter().enumerate() {
                match side {
                    "left" => distinct[0] = true,
                    "right" => distinct[1] = true,
                    _ => table.mistake_at_item(
                        "distinct",
                        item,
                        format!("\"{side}\" is no side"),
                        Some("left or right".into()),
                    ),
                }
            }
            said.distinct = Some(distinct);
        }
    }
    Config { said, review }
}

/// `column = "…"`, of the same name in both files, or `columns = ["…", "…"]`. `None` for a mistake.
fn columns_of_field(table: &Table<'_>, inputs: &[Input]) -> Option<[Option<usize>; 2]> {
    if let Some(name) = table.opt_string("column") {
        let mut columns = [None; 2];
        for (column, input) in columns.iter_mut().zip(inputs) {
            *column = position(input, name);
        }
        if columns == [None; 2] {
            table.mistake_at("column", no_column(&inputs[0], name), hint(&inputs[0], name));
            return None;
        }
        return Some(columns);
    }
    let names = table.strings("columns");
    let ([left, right], [first, second]) = (names.as_slice(), inputs) else {
        let way = if inputs.len() == 2 {
            "column = \"name\", or columns = [\"of the first file\", \"of the second\"]"
        } else {
            "column = \"name\""
        };
        table.mistake("a field names its column", Some(way.into()));
        return None;
    };
    let mut found = [None; 2];
    for (item, (input, name)) in [(first, left), (second, right)].into_iter().enumerate() {
        found[item] = position(input, name);
        if found[item].is_none() {
            table.mistake_at_item("columns", item, no_column(input, name), hint(input, name));
        }
    }
    found.iter().all(Option::is_some).then_some(found)
}

fn position(input: &Input, name: &str) -> Option<usize> {
    input.table.columns.iter().position(|column| column.header == name)
}

fn no_column(input: &Input, name: &str) -> String {
    format!("{} has no column \"{name}\"", input.name)
}

fn hint(input: &Input, name: &str) -> Option<String> {
    hint_for(name, input.table.columns.iter().map(|column| column.header.as_str()))
}
