//! A profile as JSON: all of it, in the order of the columns; `docs/outputs.md` names the keys.

use guiyi_core::profile::{ColumnProfile, Commonest, QUANTILES, Relation};
use serde_json::{Value, json};

use super::FileProfile;
use crate::read::TextEncoding;

/// The profile as a JSON object. What a masked column hides is null, with `"masked": true` beside it.
pub fn to_json(file: &FileProfile<'_>) -> Value {
    let reader = file.reader;
    let header = |at: &usize| &*file.profile.columns[*at].header;
    let relations: Vec<Value> = file
        .profile
        .relations
        .iter()
        .filter_map(|relation| match relation {
            Relation::Key(a, b) => Some(json!({"relation": "key", "columns": [header(a), header(b)]})),
            Relation::Equal(a, b, share) => {
                Some(json!({"relation": "equal", "columns": [header(a), header(b)], "share": share}))
            }
            Relation::Decides(a, b) => Some(json!({"relation": "decides", "columns": [header(a), header(b)]})),
            _ => None,
        })
        .collect();
    let keys: Vec<_> = file
        .profile
        .columns
        .iter()
        .filter(|c| c.is_key)
        .map(|c| &*c.header)
        .collect();
    json!({
        "file": reader.path.display().to_string(),
        "format": reader.format.name(),
        "encoding": reader.encoding.map(TextEncoding::name),
        "delimiter": reader.delimiter.map(|delimiter| char::from(delimiter).to_string()),
        "sheet": reader.sheet,
        "header_row": reader.header_row,
        "bytes": reader.n_bytes,
        "entity": file.dictionary.entity.name(),
        "rows": file.profile.rows,
        "rows_set_aside": file.profile.set_aside,
        "candidate_keys": keys,
        "relations": relations,
        "columns": file.profile.columns.iter().map(|column| column_json(file, column)).collect::<Vec<_>>(),
    })
}

fn column_json(file: &FileProfile<'_>, column: &ColumnProfile) -> Value {
    let masked = file.is_masked(column);
    let element = column.element.map(|proposal| {
        let element = &file.dictionary.elements[proposal.element];
        json!({
            "name": &*element.name,
            "label_zh": &*element.label_zh,
            "confidence": rounded(proposal.confidence),
            "accepted_share": proposal.accepted.map(rounded),
            "reason": proposal.describe(element, guiyi_core::finding::Language::English),
            "reason_zh": proposal.describe(element, guiyi_core::finding::Language::Chinese),
        })
    });
    let quantiles = |values: Vec<Value>| -> Value {
        let named = QUANTILES
            .iter()
            .zip(values)
            .map(|(quantile, value)| (format!("{quantile}"), value));
        named.collect::<serde_json::Map<_, _>>().into()
    };
    let numbers = column.numbers.filter(|_| !masked).map(|numbers| {
        json!({
            "plain": numbers.count, "min": numbers.min, "max": numbers.max, "mean": numbers.mean,
            "median": numbers.quantiles[2],
            "quantiles": quantiles(numbers.quantiles.iter().map(|value| json!(value)).collect()),
        })
    });
    let dates = column.dates.as_ref().filter(|_| !masked).map(|dates| {
        let forms = dates
            .forms
            .iter()
            .map(|(form, count)| (form.name().to_owned(), json!(count)));
        json!({
            "plain": dates.count, "min": dates.min, "max": dates.max, "mean": dates.mean,
            "median": dates.quantiles[2],
            "quantiles": quantiles(dates.quantiles.iter().map(|value| json!(value)).collect()),
            "forms": forms.collect::<serde_json::Map<_, _>>(),
        })
    });
    let kinds = column
        .other_kinds
        .iter()
        .map(|(kind, share)| (kind.name().to_owned(), json!(rounded(*share))));
    let dirt = column
        .dirt
        .iter()
        .map(|(dirt, count)| (dirt.name().to_owned(), json!(count)));
    json!({
        "header": &*column.header,
        "kind": column.kind.name(),
        "kind_share": rounded(column.kind_share),
        "other_kinds": kinds.collect::<serde_json::Map<_, _>>(),
        "judged_on": {"distinct_values": column.sample_size, "all": column.sample_is_whole},
        "rows": column.rows,
        "nulls": column.nulls,
        "placeholders": counts(&column.placeholders),
        "filled": column.filled,
        "distinct": column.distinct.count,
        "distinct_method": if column.distinct.is_exact { "exact" } else { "kmv-sketch" },
        "distinct_error": column.distinct.error,
        "is_key": column.is_key,
        "lengths": column.lengths.map(|(min, mean, max)| json!({"min": min, "mean": rounded(mean), "max": max})),
        "numbers": numbers,
        "dates": dates,
        "commonest": if masked { Value::Null } else { commonest(&column.commonest) },
        "patterns": commonest(&column.patterns),
        "dirt": dirt.collect::<serde_json::Map<_, _>>(),
        "element": element,
        "masked": masked,
    })
}

fn commonest(commonest: &Commonest) -> Value {
    json!({"items": counts(&commonest.items), "error": commonest.error})
}

fn counts(items: &[(Box<str>, u64)]) -> Vec<Value> {
    items
        .iter()
        .map(|(text, count)| json!({"text": &**text, "rows": count}))
        .collect()
}

/// Four digits behind the point are enough for a share.
fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}
