//! `guiyi id explain`: what every part of a value means, and what it converts to.

use std::fmt::Write as _;

use serde_json::json;

use super::check::{classed, reason};
use super::judge::{AnyKind, judge};
use super::{Format, Output};
use crate::Verdict;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The values.
    #[arg(value_name = "VALUE", required = true)]
    values: Vec<String>,
    /// Read as this kind; without it, as the most specific that accepts.
    #[arg(long, value_name = "KIND")]
    kind: Option<AnyKind>,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let mut text = String::new();
    let mut verdict = Verdict::Clean;
    for value in &args.values {
        let judged = judge(value, args.kind);
        if let Some((kind, _)) = judged.kinds.first() {
            valid(value, *kind, args.output, &mut text);
        } else {
            verdict = Verdict::Findings;
            invalid(value, judged.fault, args.output, &mut text);
        }
    }
    crate::print(text.as_bytes())?;
    Ok(verdict)
}

fn valid(value: &str, kind: AnyKind, output: Output, text: &mut String) {
    let parts = kind.explain(value).unwrap_or_default();
    let conversions = kind.conversions(value);
    let label = output.pick(kind.labels().en, kind.labels().zh);
    if output.format == Format::Json {
        let parts = parts.iter().map(|part| {
            json!({
                "name": output.pick(part.name_en, part.name_zh),
                "text": part.text,
                "meaning": output.pick(&part.meaning_en, &part.meaning_zh),
            })
        });
        let conversions = conversions.iter().map(|conversion| {
            json!({
                "name": conversion.name,
                "label": output.pick(conversion.label.en, conversion.label.zh),
                "value": conversion.value,
            })
        });
        let object = json!({
            "value": value,
            "valid": true,
            "kind": kind.name(),
            "label": label,
            "parts": parts.collect::<Vec<_>>(),
            "conversions": conversions.collect::<Vec<_>>(),
        });
        _ = writeln!(text, "{object}");
        return;
    }
    _ = writeln!(text, "{value}  {}, {label}", kind.name());
    for part in parts {
        let name = output.pick(part.name_en, part.name_zh);
        let meaning = output.pick(&part.meaning_en, &part.meaning_zh);
        _ = writeln!(text, "  {name} {}  {meaning}", part.text);
    }
    for conversion in conversions {
        let label = output.pick(conversion.label.en, conversion.label.zh);
        _ = writeln!(text, "  -> {} {}  {label}", conversion.name, conversion.value);
    }
}

fn invalid(value: &str, fault: Option<(AnyKind, guiyi_ident::IdentError)>, output: Output, text: &mut String) {
    let Some((kind, error)) = fault else {
        _ = writeln!(text, "{value}  invalid");
        return;
    };
    if output.format == Format::Json {
        let error = json!({ "code": error.code(), "message": reason(error, output) });
        let object = json!({ "value": value, "valid": false, "kind": kind.name(), "error": error });
        _ = writeln!(text, "{object}");
    } else {
        let invalid = output.pick("invalid", "无效");
        _ = writeln!(text, "{value}  {invalid}, {}: {}", kind.name(), classed(error, output));
    }
}
