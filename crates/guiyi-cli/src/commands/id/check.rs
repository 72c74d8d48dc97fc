//! `guiyi id check`: values from the command line, or one a line from stdin, judged in parallel and printed in order.
//!
//! Laws: memory does not grow with the input; every line that is not blank has one line of output; bytes that are not
//! UTF-8 make a value invalid, not the program fail.

use std::io::{ErrorKind, IsTerminal, Read, Write};

use anyhow::{Context, bail};
use rayon::prelude::*;
use serde::Serialize;

use super::judge::{AnyKind, Judged, judge};
use super::{Format, Output};
use crate::Verdict;
use crate::words::say;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The values; `-`, or none, reads one a line from stdin.
    #[arg(value_name = "VALUE")]
    values: Vec<String>,
    /// Judge as this kind only; without it every kind that accepts is named, the most specific first.
    #[arg(long, value_name = "KIND")]
    kind: Option<AnyKind>,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let from_stdin = args.values.is_empty() || args.values == ["-"];
    if args.values.is_empty() && std::io::stdin().is_terminal() {
        bail!("no value\n  hint: guiyi id check 914403001922038216, or one value a line on stdin");
    }
    let mut tally = Tally::default();
    if from_stdin {
        stream(&mut std::io::stdin().lock(), args, &mut tally)?;
        say(&format!(
            "{} valid, {} invalid, {} blank",
            tally.valid, tally.invalid, tally.blank
        ));
    } else {
        let mut text = Vec::new();
        for value in &args.values {
            one(value, None, args, &mut text, &mut tally);
        }
        crate::print(&text)?;
    }
    Ok(if tally.invalid == 0 {
        Verdict::Clean
    } else {
        Verdict::Findings
    })
}

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    valid: u64,
    invalid: u64,
    blank: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.valid += other.valid;
        self.invalid += other.invalid;
        self.blank += other.blank;
    }

    fn lines(self) -> u64 {
        self.valid + self.invalid + self.blank
    }
}

/// Bytes asked of stdin at once; what has come is judged without waiting for more.
const BLOCK: usize = 1 << 20;
/// Lines that one thread judges at a time.
const CHUNK: usize = 512;

fn stream(input: &mut dyn Read, args: &Args, tally: &mut Tally) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    let mut buffer = Vec::with_capacity(BLOCK);
    let mut block = vec![0; BLOCK];
    loop {
        let n_read = match input.read(&mut block) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.context("cannot read stdin")?,
        };
        buffer.extend_from_slice(&block[..n_read]);
        let end = match (n_read, buffer.iter().rposition(|&b| b == b'\n')) {
            (0, _) => buffer.len(),
            (_, Some(at)) => at + 1,
            (_, None) => continue,
        };
        let text = lines(&buffer[..end], args, tally);
        match stdout.write_all(&text).and_then(|()| stdout.flush()) {
            // `guiyi id check - | head`: nobody reads on.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written.context("cannot write to stdout")?,
        }
        if n_read == 0 {
            return Ok(());
        }
        buffer.drain(..end);
    }
}

/// The output of whole lines, in their order.
fn lines(bytes: &[u8], args: &Args, tally: &mut Tally) -> Vec<u8> {
    let bytes = if tally.lines() == 0 {
        bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
    } else {
        bytes
    };
    let mut lines: Vec<&[u8]> = bytes.split(|&b| b == b'\n').collect();
    lines.pop_if(|last| last.is_empty());
    let first = tally.lines() + 1;
    let chunks: Vec<(Vec<u8>, Tally)> = lines
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, lines)| {
            let (mut text, mut tally) = (Vec::with_capacity(CHUNK * 64), Tally::default());
            for (at, line) in lines.iter().enumerate() {
                let line = String::from_utf8_lossy(line);
                let number = first + (chunk * CHUNK + at) as u64;
                one(line.trim_end_matches('\r'), Some(number), args, &mut text, &mut tally);
            }
            (text, tally)
        })
        .collect();
    let mut output = Vec::new();
    for (text, part) in chunks {
        output.extend_from_slice(&text);
        tally.add(part);
    }
    output
}

/// Judges one value and appends its line; a blank line of stdin has none.
fn one(value: &str, line: Option<u64>, args: &Args, text: &mut Vec<u8>, tally: &mut Tally) {
    if line.is_some() && value.trim().is_empty() {
        tally.blank += 1;
        return;
    }
    let judged = judge(value, args.kind);
    if judged.kinds.is_empty() {
        tally.invalid += 1;
    } else {
        tally.valid += 1;
    }
    let written = match args.output.format {
        Format::Text => text_line(value, &judged, args.output, text),
        Format::Json => serde_json::to_writer(&mut *text, &json_line(value, line, &judged, args.output))
            .map_err(std::io::Error::from)
            .and_then(|()| text.write_all(b"\n")),
    };
    written.expect("a vector takes every byte");
}

/// Verdict, value, kind, canonical form, notes.
fn text_line(value: &str, judged: &Judged, output: Output, text: &mut Vec<u8>) -> std::io::Result<()> {
    let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut notes: Vec<String> = Vec::new();
    let (verdict, kind, canonical) = if let Some((kind, checked)) = judged.kinds.first() {
        notes.extend(checked.warnings.iter().map(|warning| match output.pick("en", "zh") {
            "zh" => warning.zh().to_owned(),
            _ => warning.to_string(),
        }));
        let also: Vec<&str> = judged.kinds[1..].iter().map(|(kind, _)| kind.name()).collect();
        if !also.is_empty() {
            notes.push(format!("{} {}", output.pick("also", "亦为"), also.join(", ")));
        }
        ("valid", kind.name(), checked.canonical.as_str())
    } else if let Some((kind, error)) = &judged.fault {
        notes.push(classed(*error, output));
        ("invalid", kind.name(), "")
    } else {
        notes.push(output.pick("no kind has this shape", "不符合任何种类的形式").to_owned());
        ("invalid", "", "")
    };
    if let Some(suggestion) = &judged.suggestion {
        notes.push(format!("{} {suggestion}", output.pick("the one repair:", "唯一修正：")));
    }
    writeln!(text, "{verdict}\t{value}\t{kind}\t{canonical}\t{}", notes.join("; "))
}

pub(super) fn reason(error: guiyi_ident::IdentError, output: Output) -> String {
    match output.pick("en", "zh") {
        "zh" => error.zh(),
        _ => error.to_string(),
    }
}

/// The class of an error and its message, once: the message of some classes begins with the class.
pub(super) fn classed(error: guiyi_ident::IdentError, output: Output) -> String {
    let message = reason(error, output);
    let class = error.code();
    let bare = message
        .strip_prefix("wrong format: ")
        .or_else(|| message.strip_prefix("destroyed: "));
    format!("{class}: {}", bare.unwrap_or(&message))
}

#[derive(Serialize)]
struct Spoken<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    value: &'a str,
    valid: bool,
    kind: Option<&'static str>,
    label: Option<&'static str>,
    canonical: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Said>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Also<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Said>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
}

#[derive(Serialize)]
struct Said {
    code: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Also<'a> {
    kind: &'static str,
    canonical: &'a str,
}

fn json_line<'a>(value: &'a str, line: Option<u64>, judged: &'a Judged, output: Output) -> Spoken<'a> {
    let first = judged.kinds.first();
    let kind = first.map(|(kind, _)| *kind).or(judged.fault.map(|(kind, _)| kind));
    let warnings = first
        .map(|(_, checked)| checked.warnings.as_slice())
        .unwrap_or_default();
    Spoken {
        line,
        value,
        valid: first.is_some(),
        kind: kind.map(AnyKind::name),
        label: kind.map(|kind| output.pick(kind.labels().en, kind.labels().zh)),
        canonical: first.map(|(_, checked)| checked.canonical.as_str()),
        warnings: warnings
            .iter()
            .map(|warning| Said {
                code: warning.code(),
                message: output.pick(&warning.to_string(), warning.zh()).to_owned(),
            })
            .collect(),
        also: judged
            .kinds
            .iter()
            .skip(1)
            .map(|(kind, checked)| Also {
                kind: kind.name(),
                canonical: &checked.canonical,
            })
            .collect(),
        error: judged.fault.map(|(_, error)| Said {
            code: error.code(),
            message: reason(error, output),
        }),
        suggestion: judged.suggestion.as_deref(),
    }
}
