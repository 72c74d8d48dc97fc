//! What became of every element's values, counted, as text or JSON.

use std::fmt::Write as _;

use guiyi_core::dictionary::Dictionary;
use guiyi_core::finding::{Action, Fault, Language, Notes, Severity};
use guiyi_core::record::{Batch, Origin, RowState};
use guiyi_core::rulebook::Source;
use guiyi_io::read::Reader;
use serde::Serialize;

use crate::args::Format;

/// The summary of all files.
#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    pub(super) files: Vec<FileSummary>,
    #[serde(skip)]
    pub(super) gravest: Option<Severity>,
}

/// What became of one file.
#[derive(Debug, Serialize)]
pub(super) struct FileSummary {
    file: String,
    read_as: String,
    pub(super) output: String,
    rows_read: u64,
    /// Totals, page and title rows, which are not written.
    rows_left_out: u64,
    findings: u64,
    /// Headers whose element is not known.
    unknown_headers: Vec<String>,
    elements: Vec<ElementSummary>,
    #[serde(skip)]
    pub(super) gravest: Option<Severity>,
}

/// What became of one element's values; the counts add up to the rows.
#[derive(Debug, Clone, Serialize)]
struct ElementSummary {
    element: String,
    #[serde(skip)]
    label_zh: String,
    header: Option<String>,
    as_is: u64,
    standardized: u64,
    repaired: u64,
    /// Taken out of another value of the row.
    moved: u64,
    null: u64,
    /// Held back: a stand-in, ambiguous, or not of the kind.
    withheld: u64,
    /// Held back because a spreadsheet or a wrong encoding destroyed it.
    destroyed: u64,
}

impl FileSummary {
    pub(super) fn new(reader: &Reader, source: &Source, dictionary: &Dictionary) -> Self {
        let header = |column: usize| source.headers.get(column).map(ToString::to_string);
        let elements = dictionary
            .elements
            .iter()
            .zip(&source.mapping)
            .map(|(element, column)| ElementSummary {
                element: element.name.to_string(),
                label_zh: element.label_zh.to_string(),
                header: column.and_then(header),
                as_is: 0,
                standardized: 0,
                repaired: 0,
                moved: 0,
                null: 0,
                withheld: 0,
                destroyed: 0,
            });
        let is_unknown = |column: &usize| *column != source.key_column && !source.mapping.contains(&Some(*column));
        let encoding = reader
            .encoding
            .map(|encoding| format!(", {}", encoding.name()))
            .unwrap_or_default();
        Self {
            file: reader.path.display().to_string(),
            read_as: format!("{:?}{encoding}", reader.format).to_lowercase(),
            output: String::new(),
            rows_read: 0,
            rows_left_out: 0,
            findings: 0,
            unknown_headers: (0..source.headers.len())
                .filter(is_unknown)
                .filter_map(header)
                .collect(),
            elements: elements.collect(),
            gravest: None,
        }
    }

    /// Adds a batch and what was said of it.
    pub(super) fn count(&mut self, batch: &Batch, notes: &Notes) {
        self.rows_read += batch.len() as u64;
        self.findings += notes.findings.len() as u64;
        self.gravest = self
            .gravest
            .max(notes.findings.iter().map(|finding| finding.severity).max());
        let is_rejected = |row: &usize| batch.states[*row] == RowState::Rejected;
        self.rows_left_out += (0..batch.len()).filter(is_rejected).count() as u64;
        for (element, column) in self.elements.iter_mut().zip(&batch.columns) {
            for row in (0..batch.len()).filter(|row| !is_rejected(row)) {
                let counter = match (column.origin(row), column.get(row)) {
                    (Origin::Withheld, _) => &mut element.withheld,
                    (_, None) => &mut element.null,
                    (Origin::Standardized, _) => &mut element.standardized,
                    (Origin::Repaired, _) => &mut element.repaired,
                    (Origin::Derived | Origin::Imputed, _) => &mut element.moved,
                    (Origin::Received, _) => &mut element.as_is,
                };
                *counter += 1;
            }
        }
        for finding in &notes.findings {
            let is_destroyed = matches!(finding.fault, Fault::Destroyed | Fault::Undecodable);
            if let (true, Action::Withheld, Some(attribute)) = (is_destroyed, finding.action, finding.attribute) {
                let element = &mut self.elements[usize::from(attribute)];
                element.destroyed += 1;
                element.withheld = element.withheld.saturating_sub(1);
            }
        }
    }
}

impl Summary {
    pub(super) fn render(&self, format: Format, language: Language) -> String {
        match format {
            Format::Text => self.text(language == Language::Chinese),
            Format::Json => {
                let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
                json.push('\n');
                json
            }
        }
    }

    fn text(&self, chinese: bool) -> String {
        let mut text = String::new();
        for file in &self.files {
            file.lines(&mut text, chinese);
        }
        text
    }
}

impl FileSummary {
    fn lines(&self, text: &mut String, chinese: bool) {
        let Self {
            file,
            read_as,
            output,
            rows_read,
            rows_left_out,
            findings,
            ..
        } = self;
        _ = if chinese {
            writeln!(
                text,
                "{file}（{read_as}）→ {output}：读入 {rows_read} 行，非数据行 {rows_left_out}，问题 {findings} 个"
            )
        } else {
            writeln!(
                text,
                "{file} ({read_as}) -> {output}: {rows_read} rows read, {rows_left_out} of them no records; {findings} findings"
            )
        };
        let titles = if chinese {
            ["原样", "规范化", "修复", "移入", "空", "暂扣", "已损毁"]
        } else {
            [
                "as is",
                "standardized",
                "repaired",
                "moved in",
                "null",
                "held back",
                "destroyed",
            ]
        };
        let shown: Vec<&ElementSummary> = self.elements.iter().filter(|element| element.is_shown()).collect();
        let name = |element: &ElementSummary| {
            if chinese {
                element.label_zh.clone()
            } else {
                element.element.clone()
            }
        };
        let width = shown
            .iter()
            .map(|element| columns_of(&name(element)))
            .max()
            .unwrap_or(0)
            .max(8);
        _ = write!(text, "  {}", " ".repeat(width));
        for title in titles {
            _ = write!(
                text,
                "{}{title}",
                " ".repeat(14_usize.saturating_sub(columns_of(title)))
            );
        }
        text.push('\n');
        for element in shown {
            let name = name(element);
            _ = write!(text, "  {name}{}", " ".repeat(width.saturating_sub(columns_of(&name))));
            for count in element.counts() {
                _ = write!(text, "{count:>14}");
            }
            text.push('\n');
        }
        if !self.unknown_headers.is_empty() {
            let headers = self.unknown_headers.join(", ");
            _ = if chinese {
                writeln!(text, "  未识别的列（原样写出）：{headers}")
            } else {
                writeln!(text, "  columns of no known element, written as they are: {headers}")
            };
        }
        text.push('\n');
    }
}

impl ElementSummary {
    fn counts(&self) -> [u64; 7] {
        [
            self.as_is,
            self.standardized,
            self.repaired,
            self.moved,
            self.null,
            self.withheld,
            self.destroyed,
        ]
    }

    /// Whether a column feeds the element, or a value was found for it.
    fn is_shown(&self) -> bool {
        self.header.is_some() || self.moved > 0
    }
}

/// Columns of a terminal that a text takes: two for a Chinese character.
fn columns_of(text: &str) -> usize {
    text.chars()
        .map(|character| if character as u32 >= 0x2e80 { 2 } else { 1 })
        .sum()
}
