//! Reads a file and says what it is and how fast it was read: `cargo run --release --example read -- FILE`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

use guiyi_core::rulebook::Source;
use guiyi_io::read::{ReadOptions, open};

fn main() {
    let path = std::env::args().nth(1).expect("a file");
    let start = Instant::now();
    let mut reader = open(path.as_ref(), &ReadOptions::default()).unwrap();
    let opened = start.elapsed();
    println!(
        "{} {:?} {:?} header {} {:?}",
        reader.format.name(),
        reader.encoding,
        reader.delimiter,
        reader.header_row,
        reader.headers
    );
    let source = Source {
        system: "s".into(),
        headers: reader.headers.clone(),
        key_column: 0,
        mapping: (0..reader.headers.len()).map(Some).collect(),
        code_pattern: None,
        day_first: None,
    };
    let (mut n_rows, mut n_findings, mut n_bytes) = (0, 0, 0);
    for result in reader.batches(0, &source, 65_536).unwrap() {
        let (batch, notes) = result.unwrap();
        n_rows += batch.len();
        n_findings += notes.findings.len();
        n_bytes += batch.received.iter().map(|c| c.value_data().len()).sum::<usize>();
    }
    println!(
        "{n_rows} rows, {n_findings} findings, {n_bytes} bytes of text; opened in {opened:?}, all {:?}",
        start.elapsed()
    );
}
