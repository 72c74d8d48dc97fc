//! Which outputs a run writes; how each looks is decided by `guiyi-io`.

use std::collections::BTreeSet;

use anyhow::Context;
use guiyi_core::dictionary::{Element, ElementKind, Importance, Sensitivity};
use guiyi_core::finding::{Finding, Language, Severity};
use guiyi_core::global_id::GlobalId;
use guiyi_core::pipeline::{Cleansed, Unified};
use guiyi_core::record::Records;
use guiyi_core::rulebook::Rulebook;
use guiyi_io::outputs;
use guiyi_io::report::html;
use guiyi_io::report::sample::{FindingRow, ReviewField, ReviewRow};
use guiyi_io::report::summary::{OutputFile, Summary};
use guiyi_io::write::{OutputDir, OutputFormat, TableWriter, Written};
use guiyi_store::Store;

use crate::project::{Output, model_file_name};

/// Rows of findings and of pairs that the report shows.
const SAMPLE: (usize, usize) = (50, 20);

/// The outputs of a run while they are written aside.
pub(crate) struct Results<'a> {
    output: &'a Output,
    dir: OutputDir,
    findings: TableWriter,
    corrections: TableWriter,
    crosswalk: TableWriter,
    review: TableWriter,
    written: Vec<OutputFile>,
}

/// What the report looks at, per entity type.
pub(crate) struct Parts<'a> {
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) cleansed: &'a Cleansed,
    pub(crate) records: &'a Records,
    pub(crate) unified: &'a Unified,
}

impl<'a> Results<'a> {
    /// Opens the tables that all entity types share.
    pub(crate) fn begin(output: &'a Output) -> anyhow::Result<Self> {
        let dir = OutputDir::create(&output.dir)?;
        let open = |name, headers: &[&str]| TableWriter::create(&dir, name, headers, output.format);
        Ok(Self {
            findings: open("findings", outputs::FINDINGS)?,
            corrections: open("corrections", outputs::CORRECTIONS)?,
            crosswalk: open("crosswalk", outputs::CROSSWALK)?,
            review: open("review", outputs::REVIEW)?,
            output,
            dir,
            written: Vec::new(),
        })
    }

    /// Writes the tables of one entity type; `files` names the file of each source. Findings and corrections, the
    /// longest tables, are written beside the others.
    pub(crate) fn entity(&mut self, parts: &Parts<'_>, files: &[String], store: &Store) -> anyhow::Result<()> {
        let Self {
            output,
            dir,
            findings,
            corrections,
            crosswalk,
            review,
            written,
        } = self;
        let notes = &parts.cleansed.notes;
        std::thread::scope(|scope| {
            let beside = scope.spawn(|| {
                outputs::findings(findings, notes, parts.rulebook, files)?;
                outputs::corrections(corrections, notes, parts.rulebook, files)
            });
            let matching = &parts.unified.matching;
            let gids = &parts.unified.assignment.gids;
            outputs::review(
                review,
                parts.records,
                matching,
                &parts.unified.clusters,
                gids,
                parts.rulebook,
            )?;
            let mut place = Place {
                dir,
                format: output.format,
                written,
            };
            quarantine(&mut place, parts, files.len())?;
            golden(&mut place, parts, store)?;
            codes(crosswalk, parts, store)?;
            let model = model_file_name(parts.rulebook.dictionary.entity);
            dir.write(&model, matching.model_text.as_bytes())?;
            match beside.join() {
                Ok(done) => Ok(done?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// Writes report and `run.json`, and puts everything in its place.
    pub(crate) fn publish(
        mut self,
        summary: &mut Summary,
        parts: &[Parts<'_>],
        language: Language,
    ) -> anyhow::Result<()> {
        for table in [self.findings, self.corrections, self.crosswalk, self.review] {
            let Written {
                file_name: name,
                n_rows: rows,
            } = table.finish()?;
            self.written.push(OutputFile { name, rows });
        }
        self.written.sort_by(|one, other| one.name.cmp(&other.name));
        summary.outputs = self.written;
        let findings: Vec<FindingRow> = parts.iter().flat_map(sample_findings).take(SAMPLE.0).collect();
        let review: Vec<ReviewRow> = parts.iter().flat_map(sample_review).take(SAMPLE.1).collect();
        let page = html::render(summary, &findings, &review, language)?;
        self.dir.write("report.html", page.as_bytes())?;
        let json = format!(
            "{:#}\n",
            serde_json::to_value(&*summary).context("cannot write run.json")?
        );
        self.dir.write("run.json", json.as_bytes())?;
        self.dir
            .publish()
            .with_context(|| format!("cannot put the results into {}", self.output.dir.display()))?;
        Ok(())
    }
}

/// Where tables of one entity type go.
struct Place<'a> {
    dir: &'a OutputDir,
    format: OutputFormat,
    written: &'a mut Vec<OutputFile>,
}

impl Place<'_> {
    fn table(&self, name: &str, headers: &[&str]) -> anyhow::Result<TableWriter> {
        Ok(TableWriter::create(self.dir, name, headers, self.format)?)
    }

    fn close(&mut self, table: TableWriter) -> anyhow::Result<()> {
        let Written {
            file_name: name,
            n_rows: rows,
        } = table.finish()?;
        self.written.push(OutputFile { name, rows });
        Ok(())
    }
}

/// One table of quarantined rows per file.
fn quarantine(place: &mut Place<'_>, parts: &Parts<'_>, n_files: usize) -> anyhow::Result<()> {
    let sources = &parts.rulebook.sources;
    for (number, source) in sources.iter().enumerate().take(n_files) {
        let own = source.headers.iter().map(|header| &**header);
        let headers: Vec<&str> = outputs::QUARANTINE.iter().copied().chain(own).collect();
        let earlier = sources[..number]
            .iter()
            .filter(|other| other.system == source.system)
            .count();
        let entity = parts.rulebook.dictionary.entity.name();
        let name = match earlier {
            0 => format!("quarantine_{entity}_{}", source.system),
            earlier => format!("quarantine_{entity}_{}_{}", source.system, earlier + 1),
        };
        let mut table = place.table(&name, &headers)?;
        let Cleansed { batches, notes, .. } = parts.cleansed;
        outputs::quarantine(&mut table, number as u16, batches, notes, parts.rulebook)?;
        place.close(table)?;
    }
    Ok(())
}

/// The golden records as the store holds them.
fn golden(place: &mut Place<'_>, parts: &Parts<'_>, store: &Store) -> anyhow::Result<()> {
    let Parts {
        rulebook,
        records,
        unified,
        ..
    } = parts;
    let elements = &rulebook.dictionary.elements;
    let headers: Vec<&str> = outputs::GOLDEN
        .iter()
        .copied()
        .chain(elements.iter().map(|element| &*element.name))
        .collect();
    let entity = rulebook.dictionary.entity;
    let mut table = place.table(&format!("golden_{}", entity.name()), &headers)?;
    let gids = unified.assignment.gids.iter().enumerate();
    let mut of_gid: Vec<(GlobalId, usize)> = gids.map(|(number, gid)| (*gid, number)).collect();
    of_gid.sort_unstable();
    let rows = store.golden_rows(entity)?;
    let columns = elements
        .iter()
        .map(|element| rows.elements().iter().position(|name| **name == *element.name));
    let columns: Vec<Option<usize>> = columns.collect();
    for row in rows {
        let row = row?;
        let number = of_gid
            .binary_search_by_key(&row.gid, |entry| entry.0)
            .map(|at| of_gid[at].1);
        let members = number.map_or(&[][..], |number| unified.golden.members_of(number));
        let system = |record: &u32| &*rulebook.sources[usize::from(records.sources[*record as usize])].system;
        let systems = members.iter().map(system).collect::<BTreeSet<&str>>();
        let systems = systems.into_iter().collect::<Vec<_>>().join(" ");
        let (gid, version, count) = (row.gid.to_string(), row.version.to_string(), members.len().to_string());
        let mut cells = vec![Some(gid.as_str()), Some(&version), Some(&count), Some(&systems)];
        cells.extend(columns.iter().map(|column| row.values[(*column)?].as_deref()));
        table.row(&cells)?;
    }
    place.close(table)
}

/// The code-mapping table as the store holds it.
fn codes(table: &mut TableWriter, parts: &Parts<'_>, store: &Store) -> anyhow::Result<()> {
    let entity = parts.rulebook.dictionary.entity;
    for row in store.crosswalk_rows(entity)? {
        let row = row?;
        let gid = row.gid.to_string();
        table.row(&[
            Some(&row.system),
            Some(entity.name()),
            Some(&row.key),
            Some(&gid),
            Some(row.status.name()),
            Some(&row.valid_from),
            row.valid_to.as_deref(),
        ])?;
    }
    Ok(())
}

/// The gravest findings of an entity type, values of sensitive elements masked.
fn sample_findings(parts: &Parts<'_>) -> Vec<FindingRow> {
    let rulebook = parts.rulebook;
    let mut gravest: Vec<&Finding> = parts
        .cleansed
        .notes
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Info)
        .collect();
    gravest.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.source, finding.row));
    let rows = gravest.into_iter().take(SAMPLE.0).map(|finding| {
        let element = finding
            .attribute
            .map(|attribute| &rulebook.dictionary.elements[usize::from(attribute)]);
        FindingRow {
            entity: rulebook.dictionary.entity.name().to_owned(),
            system: rulebook.sources[usize::from(finding.source)].system.to_string(),
            row: finding.row,
            key: finding.key.as_deref().unwrap_or_default().to_owned(),
            attribute: element.map_or(String::new(), |element| element.name.to_string()),
            rule: finding.rule.to_string(),
            severity: finding.severity.name().to_owned(),
            value: shown(finding.value.as_deref(), element),
            reason: outputs::reason(finding, rulebook, Language::English),
            reason_zh: outputs::reason(finding, rulebook, Language::Chinese),
            fix: shown(finding.fix.as_deref(), element),
            action: finding.action.name().to_owned(),
        }
    });
    rows.collect()
}

/// The most probable pairs for a person.
fn sample_review(parts: &Parts<'_>) -> Vec<ReviewRow> {
    let Parts {
        rulebook,
        records,
        unified,
        ..
    } = parts;
    let order = outputs::pairs_to_review(&unified.matching);
    let rows = order.into_iter().take(SAMPLE.1).map(|at| {
        let pair = &unified.matching.pairs[at];
        let of = |record: u32| {
            let system = &rulebook.sources[usize::from(records.sources[record as usize])].system;
            (system.to_string(), records.keys[record as usize].to_string())
        };
        let elements = rulebook.dictionary.elements.iter().enumerate();
        let fields = elements
            .filter(|(_, element)| element.importance == Importance::Key)
            .filter_map(|(at, element)| {
                let (left, right) = (records.get(pair.a, at), records.get(pair.b, at));
                (left.is_some() || right.is_some()).then(|| ReviewField {
                    attribute: element.name.to_string(),
                    left: shown(left, Some(element)),
                    right: shown(right, Some(element)),
                })
            });
        ReviewRow {
            entity: rulebook.dictionary.entity.name().to_owned(),
            left: of(pair.a),
            right: of(pair.b),
            weight: Some(f64::from(pair.weight) / 1e3),
            fields: fields.collect(),
            reason: outputs::pair_reason(&unified.matching, at, &rulebook.dictionary, Language::English),
            reason_zh: outputs::pair_reason(&unified.matching, at, &rulebook.dictionary, Language::Chinese),
        }
    });
    rows.collect()
}

/// A value as the report may show it: the middle of a sensitive one is masked. Values of whole rows are left out.
pub(crate) fn shown(value: Option<&str>, element: Option<&Element>) -> String {
    let (Some(value), Some(element)) = (value, element) else {
        return String::new();
    };
    if element.sensitivity != Sensitivity::Sensitive {
        return value.to_owned();
    }
    let (head, tail) = match element.kind {
        ElementKind::ResidentId => (6, 4),
        ElementKind::Mobile | ElementKind::Landline | ElementKind::Phone => (3, 4),
        ElementKind::BankAccount => (4, 4),
        _ => (1, 0),
    };
    let length = value.chars().count();
    let hidden = head..length.saturating_sub(tail);
    value
        .chars()
        .enumerate()
        .map(|(at, c)| {
            if hidden.contains(&at) || length <= head + tail {
                '*'
            } else {
                c
            }
        })
        .collect()
}
