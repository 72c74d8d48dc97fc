//! The codes of what reading a file can find wrong with a row or a cell, with their titles in both languages.

/// A code of this crate's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Stable code, as it stands in [`guiyi_core::finding::Finding::rule`].
    pub code: &'static str,
    /// Title in English.
    pub english: &'static str,
    /// Title in Chinese.
    pub chinese: &'static str,
}

/// The quotation mark of a cell is never closed; the row runs to the end of the file.
pub(crate) const UNCLOSED_QUOTE: &str = "IO001";
/// The row has another number of cells than the header.
pub(crate) const RAGGED: &str = "IO002";
/// The cell holds characters that the file's encoding cannot explain.
pub(crate) const UNDECODABLE: &str = "IO003";
/// The cell holds NUL bytes.
pub(crate) const NUL: &str = "IO004";
/// The row is a totals, page or repeated header row.
pub(crate) const NOT_A_RECORD: &str = "IO005";
/// A line of a JSON lines file is not an object.
pub(crate) const NOT_AN_OBJECT: &str = "IO006";

/// All codes, in order.
pub const CODES: [Code; 6] = [
    Code {
        code: UNCLOSED_QUOTE,
        english: "unclosed quotation mark",
        chinese: "引号未闭合",
    },
    Code {
        code: RAGGED,
        english: "wrong number of cells",
        chinese: "单元格数与表头不符",
    },
    Code {
        code: UNDECODABLE,
        english: "undecodable characters",
        chinese: "无法解码的字符",
    },
    Code {
        code: NUL,
        english: "NUL bytes in a cell",
        chinese: "单元格含空字节",
    },
    Code {
        code: NOT_A_RECORD,
        english: "totals, page or title row",
        chinese: "合计、页码或标题行",
    },
    Code {
        code: NOT_AN_OBJECT,
        english: "line is not a JSON object",
        chinese: "该行不是 JSON 对象",
    },
];
