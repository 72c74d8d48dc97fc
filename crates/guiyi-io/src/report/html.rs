//! `report.html`: the page about a run, for the person who looks after the data.
//!
//! Laws: one file, nothing fetched, no script, readable offline for as long as browsers read HTML; both languages in the
//! one page, switched by radio buttons; every count of the summary stands as text, charts only repeat it; every value is
//! escaped. The same summary gives the same bytes.

use askama::Template;
use guiyi_core::finding::Language;

use super::chart;
use super::sample::{FindingRow, ReviewRow};
use super::scorecard::{self, Scorecard};
use super::summary::{EntitySummary, RuleSummary, SourceSummary, Summary};
use super::text::{self, Text, both, sum};
use super::todo::{self, Task};
use super::totals::{self, Totals};

/// How many findings the page shows.
pub const SAMPLE_FINDINGS: usize = 50;

/// How many pairs to review the page shows.
pub const SAMPLE_PAIRS: usize = 20;

/// How many rules the page shows.
const TOP_RULES: usize = 20;

/// Clusters from this size on are counted together.
const LARGE_CLUSTER: u32 = 10;

/// Renders the page. Both languages are in it, `language` is the one shown first.
///
/// Of the samples, the first [`SAMPLE_FINDINGS`] and [`SAMPLE_PAIRS`] are shown, in the given order; sensitive values in
/// them must be masked already.
/// The page expects to lie beside the output files, to which it links.
///
/// # Errors
/// None that input could cause; askama's signature has one for writers that fail.
pub fn render(
    summary: &Summary,
    findings_sample: &[FindingRow],
    review_sample: &[ReviewRow],
    language: Language,
) -> Result<String, askama::Error> {
    Page {
        summary,
        totals: totals::of(summary),
        findings: &findings_sample[..findings_sample.len().min(SAMPLE_FINDINGS)],
        pairs: &review_sample[..review_sample.len().min(SAMPLE_PAIRS)],
        chinese_first: language == Language::Chinese,
    }
    .render()
}

#[derive(Template)]
#[template(path = "report/page.html")]
struct Page<'a> {
    summary: &'a Summary,
    totals: Totals,
    findings: &'a [FindingRow],
    pairs: &'a [ReviewRow],
    chinese_first: bool,
}

impl<'a> Page<'a> {
    /// One entry per input file.
    fn sources(&self) -> impl Iterator<Item = &'a SourceSummary> {
        self.summary.entities.iter().flat_map(|entity| &entity.sources)
    }

    fn systems(&self) -> Vec<Scorecard<'a>> {
        scorecard::by_system(self.sources())
    }

    fn tasks(&self) -> Vec<Task<'a>> {
        todo::tasks(self.summary)
    }

    /// Whether headings must say which entity type they are about.
    fn many_entities(&self) -> bool {
        self.summary.entities.len() > 1
    }

    /// All rules with findings and their entity type, most findings first, then by code.
    fn rules(&self) -> Vec<(&'a EntitySummary, &'a RuleSummary)> {
        let entities = self.summary.entities.iter();
        let mut rules: Vec<_> = entities
            .flat_map(|entity| entity.rules.iter().map(move |rule| (entity, rule)))
            .collect();
        rules.retain(|(_, rule)| rule.findings > 0);
        rules.sort_by(|(_, a), (_, b)| b.findings.cmp(&a.findings).then_with(|| a.code.cmp(&b.code)));
        rules
    }

    /// The duration of the slowest room.
    fn max_room_ms(&self) -> u64 {
        self.summary
            .rooms
            .iter()
            .map(|room| room.duration_ms)
            .max()
            .unwrap_or(0)
    }

    /// The name of a data element, with its Chinese name where the summary has it.
    fn element<'b>(&'b self, entity: &str, attribute: &'b str) -> Text<'b> {
        let entity = self.summary.entities.iter().find(|summary| summary.entity == entity);
        let element = entity.and_then(|entity| {
            entity
                .completeness
                .iter()
                .find(|element| element.attribute == attribute)
        });
        text::element(attribute, element.map(|element| element.label_zh.as_str()))
    }

    fn outcome(&self) -> (&'static str, Text<'a>) {
        match self.summary.outcome.as_str() {
            "clean" => ("clean", both("Clean", "通过")),
            "findings" => ("warning", both("Findings past the threshold", "问题数超过阈值")),
            other => ("warning", both(other, other)),
        }
    }
}

/// Where the rows of a source went; `true` if the parts make up the rows read.
fn fate(source: &SourceSummary) -> (u64, bool) {
    let parts = [source.clean, source.corrected, source.quarantined, source.rejected];
    let together = parts.iter().map(|part| u128::from(*part)).sum::<u128>();
    (sum(parts), together == u128::from(source.rows_read))
}

/// Sizes of clusters with their numbers: each size on its own, the large ones together.
fn cluster_sizes(entity: &EntitySummary) -> Vec<(String, u64)> {
    let (small, large): (Vec<_>, Vec<_>) = entity
        .cluster_sizes
        .iter()
        .partition(|(size, _)| **size < LARGE_CLUSTER);
    let mut sizes: Vec<_> = small
        .into_iter()
        .map(|(size, clusters)| (size.to_string(), *clusters))
        .collect();
    if !large.is_empty() {
        sizes.push((
            format!("{LARGE_CLUSTER}+"),
            sum(large.into_iter().map(|(_, clusters)| *clusters)),
        ));
    }
    sizes
}

/// The largest of some counts, 0 for none.
fn largest(counts: &[(String, u64)]) -> u64 {
    counts.iter().map(|(_, count)| *count).max().unwrap_or(0)
}

#[cfg(test)]
pub(super) mod tests;
