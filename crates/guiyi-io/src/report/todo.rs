//! What a steward should do now: rows to mend, pairs to decide, key data to find, most urgent first.

use super::summary::{ElementSummary, EntitySummary, OutputFile, Summary};
use super::text::{self, Text, both, number, sum};

/// How many elements with missing key data are named one by one.
const NAMED_ELEMENTS: usize = 6;

/// One thing to do.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    /// How many rows, pairs, records or columns wait.
    pub(crate) count: u64,
    /// `error`, `warning` or `info`.
    pub(crate) level: &'static str,
    /// What waits.
    pub(crate) what: Text<'a>,
    /// What to do about it.
    pub(crate) advice: Text<'a>,
    /// Names to look for: columns of a source.
    pub(crate) names: Vec<&'a str>,
    /// The output files to open.
    pub(crate) files: Vec<&'a str>,
}

/// Everything that waits for a person; empty if nothing does.
pub(crate) fn tasks(summary: &Summary) -> Vec<Task<'_>> {
    let mut tasks = Vec::new();
    tasks.extend(quarantined(summary));
    tasks.extend(review(summary));
    tasks.extend(missing_keys(summary));
    tasks.extend(rejected(summary));
    tasks.extend(unmapped(summary));
    tasks
}

fn quarantined(summary: &Summary) -> Option<Task<'_>> {
    let count = sum(summary
        .entities
        .iter()
        .flat_map(|entity| &entity.sources)
        .map(|source| source.quarantined));
    (count > 0).then(|| Task {
        count,
        level: "error",
        what: both(plural(count, "row is held back", "rows are held back"), "行数据被隔离"),
        advice: both(
            "Mend them in the file, in the columns of your own source, and send them again. Each row states its reasons.",
            "请在文件中按原始列修正后重新提交，每行都附有原因。",
        ),
        names: Vec::new(),
        files: files(&summary.outputs, "quarantine", None),
    })
}

fn review(summary: &Summary) -> Option<Task<'_>> {
    let count = sum(summary.entities.iter().map(|entity| entity.pairs_to_review));
    (count > 0).then(|| Task {
        count,
        level: "warning",
        what: both(
            plural(count, "pair waits for a decision", "pairs wait for a decision"),
            "对记录等待人工判断",
        ),
        advice: both(
            "Compare the two records of each pair. If they are the same one, mend them in their systems so that they agree.",
            "请核对每一对记录；若为同一对象，请在来源系统中更正，使两条记录一致。",
        ),
        names: Vec::new(),
        files: files(&summary.outputs, "review", None),
    })
}

fn missing_keys(summary: &Summary) -> Vec<Task<'_>> {
    let mut gaps: Vec<(&EntitySummary, &ElementSummary, u64)> = Vec::new();
    for entity in &summary.entities {
        for element in entity.completeness.iter().filter(|element| element.importance == "key") {
            let missing = element.total.saturating_sub(element.filled);
            if missing > 0 {
                gaps.push((entity, element, missing));
            }
        }
    }
    gaps.sort_by_key(|(_, _, missing)| std::cmp::Reverse(*missing));
    gaps.into_iter()
        .take(NAMED_ELEMENTS)
        .map(|(entity, element, count)| Task {
            count,
            level: "warning",
            what: text::element(&element.attribute, Some(&element.label_zh)).around(
                (
                    plural(count, "golden record lacks its ", "golden records lack their "),
                    "",
                ),
                ("条黄金记录缺少", ""),
            ),
            advice: text::entity(&entity.entity).around(
                (
                    "Key data of ",
                    &format!(": {} of {} have it.", number(element.filled), number(element.total)),
                ),
                (
                    "关键数据（",
                    &format!(
                        "）：{} 条中 {} 条已有值。",
                        number(element.total),
                        number(element.filled)
                    ),
                ),
            ),
            names: Vec::new(),
            files: files(&summary.outputs, "golden", Some(&entity.entity)),
        })
        .collect()
}

fn rejected(summary: &Summary) -> Option<Task<'_>> {
    let count = sum(summary
        .entities
        .iter()
        .flat_map(|entity| &entity.sources)
        .map(|source| source.rejected));
    (count > 0).then(|| Task {
        count,
        level: "info",
        what: both(
            plural(count, "row was taken for no record", "rows were taken for no record"),
            "行被判定为非记录",
        ),
        advice: both(
            "Totals, page and title rows, for example. Glance over them once: nothing real should be among them.",
            "例如合计、页码或标题行。请快速确认其中没有真实数据。",
        ),
        names: Vec::new(),
        files: files(&summary.outputs, "findings", None),
    })
}

fn unmapped(summary: &Summary) -> Option<Task<'_>> {
    let sources = summary.entities.iter().flat_map(|entity| &entity.sources);
    let names: Vec<&str> = sources
        .flat_map(|source| &source.unmapped)
        .map(String::as_str)
        .collect();
    (!names.is_empty()).then(|| Task {
        count: names.len() as u64,
        level: "info",
        what: both(
            plural(names.len() as u64, "column is not used", "columns are not used"),
            "列未被使用",
        ),
        advice: both(
            "No data element takes them. Map them in the project file if they matter.",
            "没有对应的数据元；如有需要，请在项目配置文件中建立映射。",
        ),
        names,
        files: Vec::new(),
    })
}

/// The outputs of a kind by the start of their names; only those that name the entity type, where some do.
fn files<'a>(outputs: &'a [OutputFile], kind: &str, entity: Option<&str>) -> Vec<&'a str> {
    let all: Vec<&str> = outputs
        .iter()
        .map(|file| file.name.as_str())
        .filter(|name| file_is(name, kind))
        .collect();
    let own: Vec<&str> = all
        .iter()
        .copied()
        .filter(|name| entity.is_some_and(|entity| name.contains(entity)))
        .collect();
    if own.is_empty() { all } else { own }
}

fn file_is(name: &str, kind: &str) -> bool {
    name.rsplit('/').next().is_some_and(|file| file.starts_with(kind))
}

fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
