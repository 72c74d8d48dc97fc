//! Single values of one kind: from the command line, or one a line from stdin.
//!
//! The values are one column: dates and amounts are judged by their neighbors. Canonical values go to stdout, one a line,
//! an empty line for a value that is held back; what is wrong goes to stderr.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, bail};
use guiyi_core::dictionary::ElementKind;
use guiyi_core::rulebook::hint_for;
use guiyi_core::standardize::{self, Standardized};

use super::Args;
use crate::args::Format;
use crate::words::say;
use crate::{Verdict, print};

pub(super) fn run(kind: &str, args: &Args) -> anyhow::Result<Verdict> {
    let Some(kind) = ElementKind::from_name(kind) else {
        let hint = hint_for(kind, ElementKind::ALL.map(ElementKind::name)).unwrap_or_default();
        bail!("\"{kind}\" is no kind of value\n  hint: {hint}");
    };
    let mut texts = args.value.clone();
    match &args.files[..] {
        [] => {}
        [path] if path == Path::new("-") => {
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .context("cannot read stdin")?;
            let text = String::from_utf8(bytes).context("stdin is not UTF-8\n  hint: iconv -f gb18030 -t utf-8")?;
            texts.extend(text.lines().map(str::to_owned));
        }
        _ => bail!("--kind takes no file\n  hint: `-` reads values from stdin, `--value` gives one"),
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let values = standardize::column(kind, &texts, &args.header, args.today().0);

    let mut said = String::new();
    for (number, (text, value)) in texts.iter().zip(&values).enumerate() {
        match args.format {
            Format::Text => {
                said.push_str(value.value.as_deref().unwrap_or(""));
                said.push('\n');
                complain(number + 1, text, value, args);
            }
            Format::Json => _ = writeln!(said, "{}", as_json(text, value, args)),
        }
    }
    let gravest = values
        .iter()
        .filter_map(|value| value.fault.as_ref().map(|fault| fault.0))
        .max();
    print(said.as_bytes())?;
    Ok(args.fail_on.verdict(gravest))
}

/// Says on stderr what is wrong with a value and what else it held.
fn complain(line: usize, text: &str, value: &Standardized, args: &Args) {
    if let Some((severity, fault)) = &value.fault {
        say(&format!(
            "{line}: {}: \"{text}\" {}",
            severity.name(),
            fault.describe(args.language())
        ));
    }
    for (kind, further) in value.further.iter().filter(|_| !args.quiet) {
        say(&format!("{line}: also {}: {further}", kind.name()));
    }
}

fn as_json(text: &str, value: &Standardized, args: &Args) -> serde_json::Value {
    let further: Vec<_> = value
        .further
        .iter()
        .map(|(kind, value)| serde_json::json!({ "kind": kind.name(), "value": value }))
        .collect();
    serde_json::json!({
        "received": text,
        "value": value.value,
        "origin": value.origin.name(),
        "rule": value.rule.as_deref(),
        "severity": value.fault.as_ref().map(|fault| fault.0.name()),
        "reason": value.fault.as_ref().map(|fault| fault.1.describe(args.language())),
        "further": further,
    })
}
