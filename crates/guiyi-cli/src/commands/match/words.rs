//! The summary of a match: as counts, and in words.

use std::fmt::Write as _;
use std::path::Path;

use guiyi_core::matching::tables::measure::{Score, b_cubed};
use guiyi_core::matching::tables::{FieldSummary, Linkage, Outcome, PassCount, Plan};

use super::input::Input;
use crate::args::Format;

/// The content of `summary.json`.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Summary {
    files: Vec<File>,
    fields: Vec<Field>,
    passes: Vec<Pass>,
    candidates: u64,
    /// Pairs whose records share a group; of two files only pairs between them.
    matches: u64,
    reviews: u64,
    /// Groups of two or more records.
    clusters: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    truth: Option<Truth>,
}

#[derive(Debug, serde::Serialize)]
struct File {
    name: String,
    path: String,
    id: Option<String>,
    records: u64,
    /// Whether the file was found to hold each thing once.
    distinct: bool,
}

#[derive(Debug, serde::Serialize)]
struct Field {
    name: String,
    kind: &'static str,
    filled: f64,
    values: u64,
}

#[derive(Debug, serde::Serialize)]
struct Pass {
    name: String,
    pairs: u64,
}

/// Measured against the true pairs.
#[derive(Debug, serde::Serialize)]
struct Truth {
    pairs: Measure,
    b_cubed: Measure,
    /// Share of the true pairs that match or stand in review.
    named: f64,
}

#[derive(Debug, serde::Serialize)]
struct Measure {
    precision: f64,
    recall: f64,
    f1: f64,
}

impl From<Score> for Measure {
    fn from(score: Score) -> Self {
        Self {
            precision: score.precision,
            recall: score.recall,
            f1: score.f1(),
        }
    }
}

fn file(input: &Input, distinct: bool) -> File {
    File {
        name: input.name.clone(),
        path: input.path.clone(),
        id: input.id.clone(),
        records: input.ids.len() as u64,
        distinct,
    }
}

fn field(field: &FieldSummary) -> Field {
    Field {
        name: field.header.clone(),
        kind: field.kind.name(),
        filled: field.filled,
        values: field.n_values as u64,
    }
}

fn pass(pass: &PassCount) -> Pass {
    Pass {
        name: pass.name.clone(),
        pairs: pass.pairs,
    }
}

pub(crate) fn summarize(inputs: &[Input], found: &Linkage, truth: Option<&[(u32, u32)]>) -> Summary {
    let matches = found.pairs.iter().filter(|pair| pair.outcome == Outcome::Match).count() as u64;
    let mut sizes = vec![0_u32; found.clusters.len()];
    found.clusters.iter().for_each(|cluster| sizes[*cluster as usize] += 1);
    let files = (0..).zip(inputs);
    Summary {
        files: files
            .map(|(at, input)| file(input, found.distinct.get(at).copied().unwrap_or(false)))
            .collect(),
        fields: found.fields.iter().map(field).collect(),
        passes: found.passes.iter().map(pass).collect(),
        candidates: found.n_candidates,
        matches,
        reviews: found.pairs.len() as u64 - matches,
        clusters: sizes.iter().filter(|size| **size > 1).count() as u64,
        truth: truth.map(|truth| measure(found, truth)),
    }
}

/// What `--plan` shows.
#[derive(Debug, serde::Serialize)]
struct PlanSummary {
    files: Vec<File>,
    fields: Vec<Field>,
    passes: Vec<Pass>,
    candidates: u64,
    /// Values compared, at most.
    comparisons: u64,
}

pub(crate) fn plan(inputs: &[Input], plan: &Plan, format: Format) -> anyhow::Result<String> {
    let summary = PlanSummary {
        files: inputs.iter().map(|input| file(input, false)).collect(),
        fields: plan.fields.iter().map(field).collect(),
        passes: plan.passes.iter().map(pass).collect(),
        candidates: plan.n_candidates,
        comparisons: plan.n_candidates * plan.fields.len() as u64,
    };
    if format == Format::Json {
        return Ok(serde_json::to_string_pretty(&summary)? + "\n");
    }
    let mut text = String::new();
    about(&mut text, &summary.files, &summary.fields, &summary.passes);
    _ = writeln!(
        text,
        "{} candidates, at most {} comparisons of values; nothing was matched",
        summary.candidates, summary.comparisons
    );
    Ok(text)
}

fn measure(found: &Linkage, truth: &[(u32, u32)]) -> Truth {
    let is_true = |pair: &(u32, u32)| truth.binary_search(pair).is_ok();
    let matches: Vec<(u32, u32)> = found
        .pairs
        .iter()
        .filter(|pair| pair.outcome == Outcome::Match)
        .map(|pair| (pair.a, pair.b))
        .collect();
    let hits = matches.iter().filter(|pair| is_true(pair)).count();
    let named = found.pairs.iter().filter(|pair| is_true(&(pair.a, pair.b))).count();
    let mut groups: Vec<u32> = (0..found.clusters.len() as u32).collect();
    for (a, b) in truth {
        let (a, b) = (root(&groups, *a), root(&groups, *b));
        groups[a.max(b) as usize] = a.min(b);
    }
    let true_groups: Vec<u32> = (0..groups.len() as u32).map(|row| root(&groups, row)).collect();
    Truth {
        pairs: Score::of(hits as f64, matches.len() as f64, truth.len() as f64).into(),
        b_cubed: b_cubed(&found.clusters, &true_groups).into(),
        named: named as f64 / truth.len().max(1) as f64,
    }
}

fn root(groups: &[u32], mut row: u32) -> u32 {
    while groups[row as usize] != row {
        row = groups[row as usize];
    }
    row
}

fn about(text: &mut String, files: &[File], fields: &[Field], passes: &[Pass]) {
    for file in files {
        let distinct = if file.distinct { "; holds each thing once" } else { "" };
        _ = writeln!(text, "{}: {} records{distinct}", file.name, file.records);
    }
    for Field {
        name,
        kind,
        filled,
        values,
    } in fields
    {
        _ = writeln!(
            text,
            "  {kind:<9} {name}: {:.0} % filled, {values} values",
            filled * 100.0
        );
    }
    for pass in passes {
        _ = writeln!(text, "  by {}: {} pairs", pass.name, pass.pairs);
    }
}

pub(crate) fn text(summary: &Summary, out: Option<&Path>) -> String {
    let mut text = String::new();
    about(&mut text, &summary.files, &summary.fields, &summary.passes);
    _ = writeln!(
        text,
        "{} candidates: {} matches in {} clusters, {} pairs to review",
        summary.candidates, summary.matches, summary.clusters, summary.reviews
    );
    if let Some(truth) = &summary.truth {
        for (name, measure) in [("pairs", &truth.pairs), ("B-cubed", &truth.b_cubed)] {
            let Measure { precision, recall, f1 } = measure;
            _ = writeln!(text, "{name:<8} precision {precision:.4} recall {recall:.4} F1 {f1:.4}");
        }
        _ = writeln!(text, "true pairs that match or stand in review: {:.4}", truth.named);
    }
    if let Some(out) = out {
        _ = writeln!(text, "written to {}", out.display());
    }
    text
}
