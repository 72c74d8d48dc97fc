//! What is written while files are judged: findings, good and bad rows, and JSON on stdout; nothing is gathered first.
//!
//! Rows are worded by the workers ([`Wording`]) and written in the file's order ([`Outputs::take`]). Outputs of a
//! directory appear together, when everything is done.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

use anyhow::{Context, bail};
use guiyi_core::finding::{Finding, Language};
use guiyi_core::record::{Batch, Column};
use guiyi_core::rulebook::Rulebook;
use guiyi_core::validate::Judged;
use guiyi_io::read::{Format as FileFormat, RowBytes};
use guiyi_io::report::validation::{Output, Validation};
use guiyi_io::write::{CsvOptions, OutputDir, OutputFormat, TableWriter, csv_line};
use serde::Serialize;

use super::args::{Args, Format};
use super::plan::Plan;

const FINDING_COLUMNS: [&str; 12] = [
    "file",
    "row",
    "key",
    "rule",
    "severity",
    "element",
    "column",
    "value",
    "reason",
    "reason_zh",
    "fix",
    "dimension",
];

/// The outputs of a validation.
pub(super) struct Outputs {
    directory: Option<OutputDir>,
    findings: Option<BufWriter<File>>,
    json: Option<BufWriter<std::io::Stdout>>,
    n_json: u64,
    split: Option<Split>,
    /// The file at work, and where findings.csv stood when it began.
    begun: (usize, u64),
    /// One file: good.csv; several: NAME.good.csv.
    is_one_file: bool,
}

/// The rows of one file, divided.
enum Split {
    Bytes(BufWriter<File>, BufWriter<File>),
    Cells(Box<TableWriter>, Box<TableWriter>),
}

/// A stretch, worded and ready to be written.
pub(super) struct Portion {
    pub(super) is_no_record: Vec<bool>,
    /// What reading found wrong.
    pub(super) reading: Vec<Finding>,
    csv: Vec<u8>,
    json: Vec<u8>,
    bytes: RowBytes,
    /// The rows of a file that has no bytes of its own.
    cells: Option<Batch>,
}

/// How the findings of a file are worded.
pub(super) struct Wording {
    file: String,
    /// For each element the header of its column.
    headers: Vec<Option<String>>,
    csv: bool,
    json: bool,
    splits_cells: bool,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    file: &'a str,
    row: u64,
    key: Option<&'a str>,
    rule: &'a str,
    severity: &'a str,
    element: Option<&'a str>,
    column: Option<&'a str>,
    value: Option<&'a str>,
    reason: String,
    reason_zh: String,
    fix: Option<&'a str>,
}

impl Outputs {
    /// Begins the outputs that were asked for.
    pub(super) fn begin(args: &Args, plans: &[Plan]) -> anyhow::Result<Self> {
        let directory = args.out.as_deref().map(OutputDir::create).transpose()?;
        let findings = match &directory {
            Some(directory) => {
                let mut header = Vec::new();
                csv_line(&FINDING_COLUMNS.map(Some), CsvOptions::default(), &mut header);
                let mut file = create(directory, "findings.csv")?;
                file.write_all(&header)?;
                Some(file)
            }
            None => None,
        };
        let mut json = (args.format == Format::Json).then(|| BufWriter::with_capacity(1 << 16, std::io::stdout()));
        if let Some(json) = &mut json {
            write_out(json, b"{\"findings\":[")?;
        }
        Ok(Self {
            directory,
            findings,
            json,
            n_json: 0,
            split: None,
            begun: (usize::MAX, 0),
            is_one_file: plans.len() == 1,
        })
    }

    /// Whether every finding is wanted, or the first ones only.
    pub(super) fn wants_findings(&self) -> bool {
        self.findings.is_some() || self.json.is_some()
    }

    pub(super) fn wording(&self, plan: &Plan) -> Wording {
        let header = |column: Option<usize>| column.map(|column| plan.reader.headers[column].to_string());
        Wording {
            file: plan.path.display().to_string(),
            headers: plan.mapping.iter().map(|column| header(*column)).collect(),
            csv: self.findings.is_some(),
            json: self.json.is_some(),
            splits_cells: matches!(self.split, Some(Split::Cells(..))),
        }
    }

    /// Begins the good and bad rows of a file; what was written of the same file before is forgotten.
    pub(super) fn begin_file(&mut self, number: usize, plan: &mut Plan) -> anyhow::Result<()> {
        self.end_split()?;
        if self.begun.0 == number && self.json.is_some() {
            bail!(
                "{}: two long values have one hash, and findings were told already",
                plan.path.display()
            );
        }
        if let Some(findings) = &mut self.findings {
            findings.flush()?;
            if self.begun.0 == number {
                findings.get_ref().set_len(self.begun.1)?;
                findings.seek(SeekFrom::Start(self.begun.1))?;
            }
            self.begun.1 = findings.stream_position()?;
        }
        self.begun.0 = number;
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        let stem = plan.path.file_stem().unwrap_or_default().to_string_lossy();
        let name = |side: &str| {
            if self.is_one_file {
                side.to_owned()
            } else {
                format!("{}-{stem}.{side}", number + 1)
            }
        };
        let reader = &mut plan.reader;
        let split = if matches!(reader.format, FileFormat::Csv | FileFormat::JsonLines) {
            let extension = if reader.format == FileFormat::Csv {
                "csv"
            } else {
                "jsonl"
            };
            let source = &plan.view.rulebook.sources[0];
            let preamble = reader.stretches(0, source, &[], None, 1)?.0.preamble().to_owned();
            let open = |side| -> anyhow::Result<BufWriter<File>> {
                let mut file = create(directory, &format!("{}.{extension}", name(side)))?;
                file.write_all(&preamble)?;
                Ok(file)
            };
            Split::Bytes(open("good")?, open("bad")?)
        } else {
            let headers: Vec<&str> = reader.headers.iter().map(|header| &**header).collect();
            let plain = CsvOptions {
                neutralizes_formulas: false,
                ..CsvOptions::default()
            };
            let open = |side: &str| TableWriter::create(directory, &name(side), &headers, OutputFormat::Csv(plain));
            Split::Cells(Box::new(open("good")?), Box::new(open("bad")?))
        };
        self.split = Some(split);
        Ok(())
    }

    /// Writes a stretch.
    pub(super) fn take(&mut self, portion: &Portion, is_bad: &[bool]) -> anyhow::Result<()> {
        if let Some(findings) = &mut self.findings {
            findings.write_all(&portion.csv)?;
        }
        if let Some(json) = &mut self.json
            && !portion.json.is_empty()
        {
            let fresh = if self.n_json == 0 {
                &portion.json[1..]
            } else {
                &portion.json[..]
            };
            self.n_json += 1;
            write_out(json, fresh)?;
        }
        let is_side = |row: &usize, bad: bool| is_bad[*row] == bad && !portion.is_no_record[*row];
        let rows = |bad: bool| (0..is_bad.len()).filter(move |row| is_side(row, bad));
        match (&mut self.split, &portion.cells) {
            (Some(Split::Bytes(good, bad)), _) => {
                portion.bytes.write(rows(false), good)?;
                portion.bytes.write(rows(true), bad)?;
            }
            (Some(Split::Cells(good, bad)), Some(batch)) => {
                let columns: Vec<Column> = batch.received.iter().cloned().map(Column::received).collect();
                for (table, is_bad) in [(good, false), (bad, true)] {
                    for row in rows(is_bad) {
                        let cells: Vec<Option<&str>> = columns.iter().map(|column| column.get(row)).collect();
                        table.row(&cells)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Ends everything, and puts a directory in place.
    pub(super) fn finish(mut self, validation: &mut Validation) -> anyhow::Result<()> {
        self.end_split()?;
        if let Some(findings) = &mut self.findings {
            findings.flush()?;
        }
        if let Some(directory) = self.directory.take() {
            let mut names = directory.file_names()?;
            names.push("run.json".into());
            validation.outputs = names.into_iter().map(|name| Output { name }).collect();
            directory.write(
                "run.json",
                format!("{:#}\n", serde_json::to_value(&*validation)?).as_bytes(),
            )?;
            directory.publish()?;
        }
        if let Some(mut json) = self.json.take() {
            let summary = serde_json::to_vec(&*validation)?;
            write_out(&mut json, b"],")?;
            write_out(&mut json, &summary[1..])?;
            write_out(&mut json, b"\n")?;
            json.flush().or_else(super::ignore_closed)?;
        }
        Ok(())
    }

    fn end_split(&mut self) -> anyhow::Result<()> {
        match self.split.take() {
            Some(Split::Bytes(mut good, mut bad)) => {
                good.flush()?;
                bad.flush()?;
            }
            Some(Split::Cells(good, bad)) => {
                good.finish()?;
                bad.finish()?;
            }
            None => {}
        }
        Ok(())
    }
}

fn create(directory: &OutputDir, name: &str) -> anyhow::Result<BufWriter<File>> {
    let path = directory.path_of(name);
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::with_capacity(1 << 18, file))
}

/// Writes to stdout; a closed pipe is no error.
fn write_out(output: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    output.write_all(bytes).or_else(super::ignore_closed)
}

impl Wording {
    /// Whether the rows themselves are wanted as cells.
    pub(super) fn splits_cells(&self) -> bool {
        self.splits_cells
    }

    /// Words the findings of a stretch, in the order of the rows; findings that reading made come first.
    pub(super) fn portion(
        &self,
        judged: &mut Judged,
        reading: Vec<Finding>,
        is_no_record: Vec<bool>,
        bytes: RowBytes,
        cells: Option<Batch>,
        rulebook: &Rulebook,
    ) -> Portion {
        let (mut csv, mut json) = (Vec::new(), Vec::new());
        if self.csv || self.json {
            judged.findings.sort_by_key(|(rule, finding)| (finding.row, *rule));
            let mut read = reading.iter().peekable();
            for (rule, finding) in &judged.findings {
                while let Some(fault) = read.next_if(|fault| fault.row <= finding.row) {
                    self.word(fault, None, rulebook, &mut csv, &mut json);
                }
                self.word(finding, Some(*rule), rulebook, &mut csv, &mut json);
            }
            for fault in read {
                self.word(fault, None, rulebook, &mut csv, &mut json);
            }
        }
        Portion {
            is_no_record,
            reading,
            csv,
            json,
            bytes,
            cells,
        }
    }

    fn word(&self, finding: &Finding, rule: Option<usize>, rulebook: &Rulebook, csv: &mut Vec<u8>, json: &mut Vec<u8>) {
        let position = finding.attribute.map(usize::from);
        let element = position.and_then(|position| rulebook.dictionary.elements.get(position));
        let element = element.map(|element| &*element.name);
        let column = position.and_then(|position| self.headers.get(position)?.as_deref());
        let reason = finding.fault.describe(Language::English);
        let reason_zh = finding.fault.describe(Language::Chinese);
        if self.csv {
            let row = finding.row.to_string();
            let cells = [
                Some(&*self.file),
                Some(&*row),
                finding.key.as_deref(),
                Some(&*finding.rule),
                Some(finding.severity.name()),
                element,
                column,
                finding.value.as_deref(),
                Some(&*reason),
                Some(&*reason_zh),
                finding.fix.as_deref(),
                rule.map(|rule| rulebook.rules[rule].dimension.name()),
            ];
            csv_line(&cells, CsvOptions::default(), csv);
        }
        if self.json {
            json.extend_from_slice(b",\n");
            let finding = JsonFinding {
                file: &self.file,
                row: finding.row,
                key: finding.key.as_deref(),
                rule: &finding.rule,
                severity: finding.severity.name(),
                element,
                column,
                value: finding.value.as_deref(),
                reason,
                reason_zh,
                fix: finding.fix.as_deref(),
            };
            let written = serde_json::to_writer(json, &finding);
            written.expect("a struct of texts and numbers is JSON, and memory takes all of it");
        }
    }
}
