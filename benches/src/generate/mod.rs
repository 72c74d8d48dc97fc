//! A dirty ERP and CRM customer pair, with the truth beside it.
//!
//! Everything is invented from our own word lists; only city codes, area codes and bank codes are true.
//! The walk: `world` (who exists) and `population` (who stands in which row) -> `rows` (what a system says of them,
//! through `dirty_name` and `dirty_value`) -> `output`.
//!
//! Laws: the output is a function of [`Config`] alone, byte for byte. Every row is derived by its index, so memory stays
//! flat whatever the number of entities. members.csv, truth.csv and the files agree.

mod brands;
mod characters;
mod check_digit;
mod date;
mod dirt;
mod dirty_name;
mod dirty_value;
mod money;
mod names;
mod output;
mod permutation;
pub mod persons;
mod places;
mod population;
mod rng;
mod rows;
mod truth;
mod words;
mod world;

use characters::Characters;
use dirt::{Class, Dirt};
use output::Table;
use population::{System, SystemRows};
use rng::{Rng, Stream};
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;
use world::World;

/// Encoding of the two exports; the truth files are always UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8 without BOM.
    Utf8,
    /// GB18030, as Chinese ERP systems write it.
    Gb18030,
}

/// File format of the CRM export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CrmFormat {
    /// `crm_customers.csv`.
    Csv,
    /// `crm_customers.xlsx`, up to 1,048,575 rows.
    Xlsx,
}

/// What to generate.
#[derive(Clone, Debug)]
pub struct Config {
    /// Real companies; about 0.84 ERP and 0.90 CRM rows come of each.
    pub entities: u64,
    /// Same seed, same bytes.
    pub seed: u64,
    /// Directory the files go to; made if need be.
    pub out: PathBuf,
    /// Encoding of the exports.
    pub encoding: Encoding,
    /// Format of the CRM export.
    pub crm_format: CrmFormat,
    /// Scale of every probability of dirt, 0 to 2: 0 is clean, 1 as found in the field.
    pub dirt: f64,
    /// Whether the ERP export has title rows above its header and a totals row below its data.
    pub report_layout: bool,
}

/// What was generated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Data rows of the ERP export, without header, title and totals.
    pub erp_rows: u64,
    /// Data rows of the CRM export.
    pub crm_rows: u64,
    /// Pairs of an ERP and a CRM code that are the same company.
    pub true_pairs: u64,
    /// Pairs of codes that look alike and are not the same.
    pub trap_pairs: u64,
}

/// Why nothing, or not everything, was generated.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be written.
    Io(std::io::Error),
    /// A workbook could not be written.
    Xlsx(rust_xlsxwriter::XlsxError),
    /// More CRM rows than a sheet holds.
    SheetFull,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot write: {error}"),
            Self::Xlsx(error) => write!(f, "cannot write the workbook: {error}"),
            Self::SheetFull => write!(
                f,
                "more rows than an .xlsx sheet holds (1,048,576); use --crm-format csv"
            ),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<csv::Error> for Error {
    fn from(error: csv::Error) -> Self {
        Self::Io(error.into())
    }
}

impl From<rust_xlsxwriter::XlsxError> for Error {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Self::Xlsx(error)
    }
}

/// Writes the pair and its truth into `config.out`.
///
/// Files: `erp_customers.csv`, `crm_customers.csv` or `.xlsx`, `truth.csv`, `members.csv`, `traps.csv`, `dirt.csv`,
/// `meta.json`.
/// Memory is flat for CSV; time is linear in the entities. The two exports are written by two threads.
///
/// # Errors
/// If a file cannot be written, or the CRM has more rows than a sheet when [`CrmFormat::Xlsx`] is asked for.
pub fn generate(config: &Config) -> Result<Summary, Error> {
    std::fs::create_dir_all(&config.out)?;
    let world = World::new(config.entities, config.seed);
    let characters = Characters::new();
    let erp = SystemRows::new(System::Erp, config.entities, config.seed, config.dirt);
    let crm = SystemRows::new(System::Crm, config.entities, config.seed, config.dirt);
    let crm_dirt = config.out.join("dirt.csv.crm");
    let source = |system, rows| Source {
        system,
        rows,
        world: &world,
        characters: &characters,
        config,
    };

    let (erp_rows, crm_rows, counts) = std::thread::scope(|scope| {
        let crm_thread = scope.spawn(|| {
            let mut log = lines(&crm_dirt, None)?;
            let table = match config.crm_format {
                CrmFormat::Csv => Table::csv(&config.out.join("crm_customers.csv"), config.encoding)?,
                CrmFormat::Xlsx => {
                    Table::xlsx(&config.out.join("crm_customers.xlsx"), config.seed, &[7, 12], &[13, 15])?
                }
            };
            source(System::Crm, &crm).write(table, &mut log)
        });
        let erp_thread = scope.spawn(|| {
            let mut log = lines(&config.out.join("dirt.csv"), Some("system,code,classes"))?;
            let table = Table::csv(&config.out.join("erp_customers.csv"), config.encoding)?;
            source(System::Erp, &erp).write(table, &mut log)
        });
        let counts = truth::write(&world, &erp, &crm, config.entities, &config.out);
        let joined = |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        (joined(erp_thread), joined(crm_thread), counts)
    });
    let (erp_rows, crm_rows, (true_pairs, trap_pairs)) = (erp_rows?, crm_rows?, counts?);

    let mut log = File::options().append(true).open(config.out.join("dirt.csv"))?;
    std::io::copy(&mut File::open(&crm_dirt)?, &mut log)?;
    std::fs::remove_file(&crm_dirt)?;

    let summary = Summary {
        erp_rows,
        crm_rows,
        true_pairs,
        trap_pairs,
    };
    let meta = json!({
        "entities": config.entities, "seed": config.seed, "dirt": config.dirt, "report_layout": config.report_layout,
        "encoding": if config.encoding == Encoding::Utf8 { "utf-8" } else { "gb18030" },
        "crm_format": if config.crm_format == CrmFormat::Csv { "csv" } else { "xlsx" },
        "erp_rows": erp_rows, "crm_rows": crm_rows, "true_pairs": true_pairs, "trap_pairs": trap_pairs,
    });
    std::fs::write(config.out.join("meta.json"), format!("{meta:#}\n"))?;
    Ok(summary)
}

/// Opens `path` for lines of UTF-8 text and writes `header`.
fn lines(path: &Path, header: Option<&str>) -> std::io::Result<BufWriter<File>> {
    let mut file = BufWriter::with_capacity(1 << 16, File::create(path)?);
    if let Some(header) = header {
        writeln!(file, "{header}")?;
    }
    Ok(file)
}

/// One system's export in the making.
struct Source<'a> {
    system: System,
    rows: &'a SystemRows,
    world: &'a World,
    characters: &'a Characters,
    config: &'a Config,
}

impl Source<'_> {
    /// Writes all rows, and a line of `log` for each that is not clean; gives the number of rows.
    fn write(&self, mut table: Table, log: &mut impl Write) -> Result<u64, Error> {
        let is_erp = self.system == System::Erp;
        let report = is_erp && self.config.report_layout;
        if report {
            table.row(&["客户档案一览表".to_owned()])?;
            table.row(&["打印日期：2026-01-01".to_owned(), "单位：元".to_owned()])?;
        }
        table.header(if is_erp { &rows::ERP_COLUMNS } else { &rows::CRM_COLUMNS })?;
        let (mut n_rows, mut total) = (0, 0);
        for row in 0..self.rows.len() {
            let Some((entity, _)) = self.rows.entity_at(row) else {
                continue;
            };
            let (cells, credit_limit, dirt) = self.cells(row, entity, 0);
            let key = cells[0].clone();
            let classes = dirt.classes();
            if !classes.is_empty() {
                writeln!(log, "{},{key},{classes}", self.system.name())?;
            }
            table.row(&cells)?;
            n_rows += 1;
            total += credit_limit;
            if let Some((cells, classes, credit_limit)) = self.extra(row, entity, &cells) {
                writeln!(log, "{},{},{classes}", self.system.name(), cells[0])?;
                table.row(&cells)?;
                n_rows += 1;
                total += credit_limit;
            }
        }
        if report {
            let mut cells = vec![String::new(); rows::ERP_COLUMNS.len()];
            "合计".clone_into(&mut cells[0]);
            cells[1] = format!("共 {n_rows} 条");
            cells[rows::ERP_CREDIT_LIMIT] = format!("{}.{:02}", total / 100, total % 100);
            table.row(&cells)?;
        }
        table.finish()?;
        log.flush()?;
        Ok(n_rows)
    }

    /// The cells of `row`, its credit limit, and its dirt; `edition` tells a second writing of the row from the first.
    fn cells(&self, row: u64, entity: u64, edition: u64) -> (Vec<String>, u64, Dirt) {
        let entity = self.world.entity(entity);
        let key = self.rows.source_key(row, entity.place().sales_region);
        let stream = if self.system == System::Erp {
            Stream::ErpRow
        } else {
            Stream::CrmRow
        };
        let mut dirt = Dirt::new(
            Rng::new(self.config.seed, stream, row + (edition << 40)),
            self.config.dirt,
        );
        if self.rows.is_malformed(row) {
            dirt.log(Class::MalformedKey);
        }
        let (mut cells, credit_limit) = match self.system {
            System::Erp => rows::erp_row(&entity, key, self.characters, self.world, &mut dirt),
            System::Crm => (rows::crm_row(&entity, key, self.characters, self.world, &mut dirt), 0),
        };
        let is_csv = self.system == System::Erp || self.config.crm_format == CrmFormat::Csv;
        if is_csv && dirt.has(0.0015) {
            dirt.log(Class::Ragged);
            if dirt.rng.chance(0.5) {
                cells.truncate(cells.len() - 3);
            } else {
                cells.insert(1, "?".to_owned());
            }
        }
        (cells, credit_limit, dirt)
    }

    /// Rows that stand after `row` and should not: the same again, the same key with other content, one without a key, a
    /// test. With each its classes and credit limit.
    fn extra(&self, row: u64, entity: u64, cells: &[String]) -> Option<(Vec<String>, String, u64)> {
        let stream_index = row * 2 + self.system as u64;
        let mut dirt = Dirt::new(
            Rng::new(self.config.seed, Stream::Extra, stream_index),
            self.config.dirt,
        );
        if !dirt.has(0.006) {
            return None;
        }
        match dirt.rng.below(4) {
            0 => {
                dirt.log(Class::DuplicateRow);
                Some((cells.to_vec(), dirt.classes(), 0))
            }
            1 => {
                let (cells, credit_limit, mut dirt) = self.cells(row, entity, 1);
                dirt.log(Class::DuplicateKey);
                Some((cells, dirt.classes(), credit_limit))
            }
            2 => {
                let (mut cells, credit_limit, mut dirt) = self.cells(row, entity, 2);
                cells[0].clear();
                dirt.log(Class::EmptyKey);
                Some((cells, dirt.classes(), credit_limit))
            }
            _ => Some((rows::test_row(self.system, row + 1, &mut dirt), dirt.classes(), 0)),
        }
    }
}

/// The table of dirt classes for a README, in Markdown: name, place among the 25, what it does.
pub fn dirt_classes() -> String {
    let lines = Class::ALL.iter().map(|class| {
        let number = if class.number() == 0 {
            String::from("-")
        } else {
            class.number().to_string()
        };
        format!("| `{}` | {number} |{} |\n", class.name(), class.doc())
    });
    std::iter::once(String::from("| class | no. | what |\n|---|---|---|\n"))
        .chain(lines)
        .collect()
}
