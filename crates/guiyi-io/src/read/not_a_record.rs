//! Rows that are part of the page, not of the data: totals, page numbers, headers repeated at a page break.

use std::sync::Arc;

use super::row::{Row, trim};

/// Whether the first cell with a text makes the row a totals or page row, or the row repeats the header.
pub(crate) fn is_not_a_record(row: &Row, headers: &[Arc<str>]) -> bool {
    let Some(cell) = row.cells().find(|cell| !cell.is_empty()) else {
        return false;
    };
    (cell.len() <= 64 && is_total_or_page(cell)) || repeats_header(row, headers)
}

/// Whether a row that begins with this cell may be no record; `false` is certain.
pub(crate) fn may_be_no_record(first_filled: &[u8], first: &[u8], headers: &[Arc<str>]) -> bool {
    let may_repeat = headers
        .first()
        .is_some_and(|header| first.len() >= header.len() && first.len() < 256);
    (first_filled.len() <= 64 && is_total_or_page(first_filled))
        || (may_repeat && std::str::from_utf8(first).is_ok_and(|first| trim(first) == &*headers[0]))
}

/// `合计`, `本页小计：`, `华东区合计`, `总计(元)`, `第 3 页 共 8 页`, `Grand total`; the whole cell, as a company's name may hold
/// such a word.
fn is_total_or_page(cell: &[u8]) -> bool {
    // Cheap refusals first: this runs for every row. The English words begin with s, t or g, behind white space or not.
    let may_be = match cell.first() {
        Some(first) if first.is_ascii_digit() => false,
        Some(_) if cell.is_ascii() => cell
            .iter()
            .find(|byte| !byte.is_ascii_whitespace())
            .is_some_and(|byte| matches!(byte.to_ascii_lowercase(), b's' | b't' | b'g')),
        _ => cell
            .windows(3)
            .any(|part| part == "计".as_bytes() || part == "页".as_bytes()),
    };
    if !may_be {
        return false;
    }
    let Ok(cell) = std::str::from_utf8(cell) else {
        return false;
    };
    let text: String = cell
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase();
    if matches!(
        text.trim_end_matches([':', '：']),
        "total" | "subtotal" | "sub-total" | "grandtotal"
    ) {
        return true;
    }
    if is_page(&text) {
        return true;
    }
    let text = match text.find(['(', '（', ':', '：']) {
        Some(end) => &text[..end],
        None => {
            text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '行' | '条' | '户' | '家'))
        }
    };
    ["合计", "小计", "总计", "累计"].iter().any(|word| text.ends_with(word))
}

/// `第3页`, `第3页/共8页`, `第三页共八页`.
fn is_page(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('第') else {
        return false;
    };
    let is_count = |c: char| c.is_ascii_digit() || "一二三四五六七八九十百".contains(c);
    let after = rest.trim_start_matches(is_count);
    after.len() < rest.len()
        && after.starts_with('页')
        && after
            .chars()
            .all(|c| is_count(c) || matches!(c, '页' | '共' | '/' | ',' | '，'))
}

fn repeats_header(row: &Row, headers: &[Arc<str>]) -> bool {
    let is_same =
        |column: usize| std::str::from_utf8(row.cell(column)).is_ok_and(|cell| trim(cell) == &*headers[column]);
    headers.len() > 1 && row.cell(0).len() < 256 && (0..headers.len()).all(is_same)
}
