//! The summary of a match: as counts, and in words.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use guiyi_core::finding::Language;
use guiyi_core::matching::Veto;
use guiyi_core::matching::tables::measure::{Score, b_cubed};
use guiyi_core::matching::tables::{Bridge, FieldSummary, Linkage, Outcome, PassCount, Plan};

use super::input::{Input, file_of, name_of};
use crate::args::Format;

/// Bridges that are told on the terminal.
const BRIDGES: usize = 5;

/// What is compared, and how pairs are found.
#[derive(Debug, serde::Serialize)]
struct Compared {
    files: Vec<File>,
    fields: Vec<Field>,
    /// Columns that are not compared, since they have nothing to do with what the others say.
    unrelated: Vec<String>,
    passes: Vec<Pass>,
}

/// The content of `summary.json`.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Summary {
    #[serde(flatten)]
    compared: Compared,
    candidates: u64,
    /// Pairs whose records share a group; of two files only pairs between them.
    matches: u64,
    reviews: u64,
    /// Pairs kept apart although their values speak for them, by reason.
    kept_apart: BTreeMap<&'static str, u64>,
    /// Groups of two or more records.
    clusters: u64,
    /// Records that speak for two groups which otherwise disagree, those with most to say first.
    bridges: Vec<BridgeRecord>,
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

#[derive(Debug, serde::Serialize)]
struct BridgeRecord {
    file: String,
    id: String,
    cluster_id: u32,
    /// The group that it also speaks for, by how many pairs, and what the heaviest weighs, in bits.
    toward_cluster_id: u32,
    pairs: u32,
    weight: f64,
}

/// Measured against the true pairs.
#[derive(Debug, serde::Serialize)]
struct Truth {
    pairs: Measure,
    b_cubed: Measure,
    /// By the probability of each pair alone, from 0.5 on, before groups are made.
    at_default_threshold: Measure,
    /// The same at the threshold that is best for this truth.
    at_best_threshold: Measure,
    best_threshold: f64,
    /// Share of the true pairs that were compared.
    blocking_recall: f64,
    /// Share of the true pairs that match or stand in review.
    named: f64,
    calibration: Vec<Band>,
}

/// Pairs of like probability: how many of them should be true, and are.
#[derive(Debug, serde::Serialize)]
struct Band {
    from: f64,
    to: f64,
    pairs: u64,
    expected: f64,
    observed: f64,
}

/// Where bands of probability end.
const BANDS: [f64; 8] = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999, 1.0];

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
        records: input.ids().len() as u64,
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
    let mut bridges = found.bridges();
    bridges.sort_by(|x, y| {
        (y.n_pairs, y.weight)
            .partial_cmp(&(x.n_pairs, x.weight))
            .unwrap_or(Ordering::Equal)
    });
    Summary {
        compared: Compared {
            files: files
                .map(|(at, input)| file(input, found.distinct.get(at).copied().unwrap_or(false)))
                .collect(),
            fields: found.fields.iter().map(field).collect(),
            unrelated: found.model.unrelated.clone(),
            passes: found.passes.iter().map(pass).collect(),
        },
        candidates: found.n_candidates,
        matches,
        reviews: found.pairs.len() as u64 - matches,
        kept_apart: kept_apart(found),
        clusters: sizes.iter().filter(|size| **size > 1).count() as u64,
        bridges: bridges.iter().map(|own| bridge(inputs, own)).collect(),
        truth: truth.map(|truth| measure(found, truth)),
    }
}

fn bridge(inputs: &[Input], bridge: &Bridge) -> BridgeRecord {
    BridgeRecord {
        file: file_of(inputs, bridge.row).to_owned(),
        id: name_of(inputs, bridge.row).to_owned(),
        cluster_id: bridge.cluster + 1,
        toward_cluster_id: bridge.toward + 1,
        pairs: bridge.n_pairs,
        weight: bridge.weight,
    }
}

fn kept_apart(found: &Linkage) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for veto in found.pairs.iter().filter_map(|pair| pair.veto) {
        *counts.entry(veto.name()).or_default() += 1;
    }
    counts
}

/// What `--plan` shows.
#[derive(Debug, serde::Serialize)]
struct PlanSummary {
    #[serde(flatten)]
    compared: Compared,
    candidates: u64,
    /// Values compared, at most.
    comparisons: u64,
}

pub(crate) fn plan(inputs: &[Input], plan: &Plan, format: Format, language: Language) -> anyhow::Result<String> {
    let summary = PlanSummary {
        compared: Compared {
            files: inputs.iter().map(|input| file(input, false)).collect(),
            fields: plan.fields.iter().map(field).collect(),
            unrelated: plan.unrelated.clone(),
            passes: plan.passes.iter().map(pass).collect(),
        },
        candidates: plan.n_candidates,
        comparisons: plan.n_candidates * plan.fields.len() as u64,
    };
    if format == Format::Json {
        return Ok(serde_json::to_string_pretty(&summary)? + "\n");
    }
    let mut text = String::new();
    about(&mut text, &summary.compared, language);
    let (candidates, comparisons) = (summary.candidates, summary.comparisons);
    _ = match language {
        Language::English => writeln!(
            text,
            "{candidates} candidates, at most {comparisons} comparisons of values; nothing was matched"
        ),
        Language::Chinese => writeln!(text, "候选 {candidates} 对，最多比较 {comparisons} 次；未做匹配"),
    };
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
    let n_true = truth.len() as f64;
    let (at_default, at_best, best_threshold) = thresholds(found, n_true, is_true);
    Truth {
        pairs: Score::of(hits as f64, matches.len() as f64, n_true).into(),
        b_cubed: b_cubed(&found.clusters, &true_groups).into(),
        at_default_threshold: at_default.into(),
        at_best_threshold: at_best.into(),
        best_threshold,
        blocking_recall: found.n_true_candidates as f64 / n_true.max(1.0),
        named: named as f64 / n_true.max(1.0),
        calibration: calibrate(found, is_true),
    }
}

/// What the pairs would be worth by their probabilities alone: from 0.5 on, and at the best threshold, which is told.
fn thresholds(found: &Linkage, n_true: f64, is_true: impl Fn(&(u32, u32)) -> bool) -> (Score, Score, f64) {
    let mut pairs: Vec<_> = found.pairs.iter().collect();
    pairs.sort_by(|x, y| y.weight.total_cmp(&x.weight));
    let (mut hits, mut n) = (0.0, 0.0);
    let (mut at_default, mut best) = (Score::default(), (Score::default(), 1.0));
    for ties in pairs.chunk_by(|one, other| one.weight.total_cmp(&other.weight).is_eq()) {
        n += ties.len() as f64;
        hits += ties.iter().filter(|pair| is_true(&(pair.a, pair.b))).count() as f64;
        let score = Score::of(hits, n, n_true);
        if ties[0].probability >= 0.5 {
            at_default = score;
        }
        if score.f1() > best.0.f1() {
            best = (score, ties[0].probability);
        }
    }
    (at_default, best.0, best.1)
}

fn calibrate(found: &Linkage, is_true: impl Fn(&(u32, u32)) -> bool) -> Vec<Band> {
    let bands = BANDS.windows(2).map(|ends| {
        let is_in = |probability: f64| probability >= ends[0] && (probability < ends[1] || ends[1] >= 1.0);
        let own: Vec<_> = found.pairs.iter().filter(|pair| is_in(pair.probability)).collect();
        let share = |sum: f64| sum / own.len().max(1) as f64;
        Band {
            from: ends[0],
            to: ends[1],
            pairs: own.len() as u64,
            expected: share(own.iter().map(|pair| pair.probability).sum()),
            observed: share(own.iter().filter(|pair| is_true(&(pair.a, pair.b))).count() as f64),
        }
    });
    bands.filter(|band| band.pairs > 0).collect()
}

fn root(groups: &[u32], mut row: u32) -> u32 {
    while groups[row as usize] != row {
        row = groups[row as usize];
    }
    row
}

fn about(text: &mut String, compared: &Compared, language: Language) {
    let Compared {
        files,
        fields,
        unrelated,
        passes,
    } = compared;
    let say = |english, chinese| {
        if language == Language::Chinese {
            chinese
        } else {
            english
        }
    };
    for file in files {
        let distinct = say("; holds each thing once", "；每个对象只出现一次");
        _ = writeln!(
            text,
            "{}: {} {}{}",
            file.name,
            file.records,
            say("records", "条记录"),
            if file.distinct { distinct } else { "" }
        );
    }
    for Field {
        name,
        kind,
        filled,
        values,
    } in fields
    {
        let filled = filled * 100.0;
        _ = match language {
            Language::English => writeln!(text, "  {kind:<13} {name}: {filled:.0} % filled, {values} values"),
            Language::Chinese => writeln!(text, "  {kind:<13} {name}：填充率 {filled:.0} %，{values} 个不同值"),
        };
    }
    if !unrelated.is_empty() {
        let names = unrelated.join(say(", ", "、"));
        let text_of = say(
            "not compared, since it has nothing to do with what the other columns say",
            "与其他列无关，不参与比较",
        );
        _ = writeln!(text, "  {text_of}{}{names}", say(": ", "："));
    }
    for pass in passes {
        let Pass { name, pairs } = pass;
        _ = match language {
            Language::English => writeln!(text, "  by {name}: {pairs} pairs"),
            Language::Chinese => writeln!(text, "  按 {name} 分块：{pairs} 对"),
        };
    }
}

pub(crate) fn text(summary: &Summary, out: Option<&Path>, language: Language) -> String {
    let mut text = String::new();
    about(&mut text, &summary.compared, language);
    let Summary {
        candidates,
        matches,
        clusters,
        reviews,
        ..
    } = summary;
    _ = match language {
        Language::English => writeln!(
            text,
            "{candidates} candidates: {matches} matches in {clusters} clusters, {reviews} pairs to review"
        ),
        Language::Chinese => writeln!(
            text,
            "候选 {candidates} 对：匹配 {matches} 对，归为 {clusters} 组，待审核 {reviews} 对"
        ),
    };
    for (veto, count) in &summary.kept_apart {
        let reason = Veto::ALL
            .into_iter()
            .find(|own| own.name() == *veto)
            .map_or("", |veto| veto.describe(language));
        _ = writeln!(text, "  {count}: {reason}");
    }
    for own in summary.bridges.iter().take(BRIDGES) {
        let BridgeRecord {
            file,
            id,
            cluster_id,
            toward_cluster_id,
            ..
        } = own;
        _ = match language {
            Language::English => writeln!(
                text,
                "  bridge: {id} of {file}, in cluster {cluster_id}, speaks for {toward_cluster_id} too"
            ),
            Language::Chinese => writeln!(
                text,
                "  桥接记录：{file} 的 {id}（第 {cluster_id} 组）也像第 {toward_cluster_id} 组"
            ),
        };
    }
    if let more @ 1.. = summary.bridges.len().saturating_sub(BRIDGES) {
        _ = match language {
            Language::English => writeln!(text, "  and {more} more bridges in summary.json"),
            Language::Chinese => writeln!(text, "  另有 {more} 条桥接记录，见 summary.json"),
        };
    }
    if let Some(truth) = &summary.truth {
        measures(&mut text, truth, language);
    }
    if let Some(out) = out {
        let written = if language == Language::Chinese {
            "已写入"
        } else {
            "written to"
        };
        _ = writeln!(text, "{written} {}", out.display());
    }
    text
}

fn measures(text: &mut String, truth: &Truth, language: Language) {
    let is_chinese = language == Language::Chinese;
    let say = |english: &'static str, chinese: &'static str| if is_chinese { chinese } else { english };
    let rows = [
        (say("pairs", "匹配对"), &truth.pairs),
        ("B-cubed", &truth.b_cubed),
        (
            say("pairs by probability alone, from 0.5", "仅按概率，阈值 0.5"),
            &truth.at_default_threshold,
        ),
        (
            say("the same, best threshold", "仅按概率，最佳阈值"),
            &truth.at_best_threshold,
        ),
    ];
    for (name, Measure { precision, recall, f1 }) in rows {
        let (p, r) = (say("precision", "准确率"), say("recall", "召回率"));
        _ = writeln!(text, "{name}: {p} {precision:.4} {r} {recall:.4} F1 {f1:.4}");
    }
    let compared = say("true pairs that were compared", "真实对中参与比较的比例");
    let named = say("true pairs that match or stand in review", "真实对中匹配或待审核的比例");
    _ = writeln!(text, "{compared}: {:.4}", truth.blocking_recall);
    _ = writeln!(text, "{named}: {:.4}", truth.named);
    for band in &truth.calibration {
        let Band {
            from,
            to,
            pairs,
            expected,
            observed,
        } = band;
        _ = if is_chinese {
            writeln!(
                text,
                "  概率 {from}–{to}：{pairs} 对，预期为真 {expected:.3}，实际 {observed:.3}"
            )
        } else {
            writeln!(
                text,
                "  probability {from} to {to}: {pairs} pairs, expected true {expected:.3}, observed {observed:.3}"
            )
        };
    }
}
