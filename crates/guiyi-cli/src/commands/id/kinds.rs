//! `guiyi id kinds`: the reference of the kinds.

use std::fmt::Write as _;

use guiyi_ident::{Kind, Reference, Text};
use serde_json::json;

use super::judge::{AnyKind, FOREIGN_EXAMPLE};
use super::{Format, Output};
use crate::Verdict;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let foreign = Reference {
        example: FOREIGN_EXAMPLE,
        standard: "ITU-T E.164",
        check: Text::new("numbering plans of libphonenumber", "libphonenumber 号码计划"),
    };
    let known = Kind::ALL.iter().map(|&kind| (AnyKind::Known(kind), kind.reference()));
    let mut text = String::new();
    for (kind, reference) in known.chain([(AnyKind::ForeignPhone, foreign)]) {
        let label = args.output.pick(kind.labels().en, kind.labels().zh);
        let check = args.output.pick(reference.check.en, reference.check.zh);
        let Reference { example, standard, .. } = reference;
        _ = if args.output.format == Format::Json {
            let object = json!({ "kind": kind.name(), "label": label, "example": example, "standard": standard, "check": check });
            writeln!(text, "{object}")
        } else {
            writeln!(text, "{:<24} {example:<24} {label}  [{standard}; {check}]", kind.name())
        };
    }
    crate::print(text.as_bytes())
}
