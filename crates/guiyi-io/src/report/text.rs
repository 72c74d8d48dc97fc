//! Words and numbers of the page: every text in both languages, every stable name worded, every number grouped.
//!
//! Law: no rounding lies. Only all is 100 %, only nothing is 0 %.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use askama::filters::{Escaper as _, Html, HtmlSafe};

/// A text in both languages. Prints both, escaped, marked with their language; the style sheet shows the chosen one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text<'a> {
    en: Cow<'a, str>,
    zh: Cow<'a, str>,
}

impl<'a> Text<'a> {
    /// The text with words before and after it: the first pair in English, the second in Chinese.
    pub(crate) fn around(self, en: (&str, &str), zh: (&str, &str)) -> Text<'a> {
        both(
            format!("{}{}{}", en.0, self.en, en.1),
            format!("{}{}{}", zh.0, self.zh, zh.1),
        )
    }
}

impl Text<'_> {
    /// The text of one language, as it is.
    pub(crate) fn in_language(&self, chinese: bool) -> &str {
        if chinese { &self.zh } else { &self.en }
    }
}

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(r#"<span class="en" lang="en">"#)?;
        Html.write_escaped_str(&mut *f, &self.en)?;
        f.write_str(r#"</span><span class="zh" lang="zh-CN">"#)?;
        Html.write_escaped_str(&mut *f, &self.zh)?;
        f.write_str("</span>")
    }
}

impl HtmlSafe for Text<'_> {}

/// A text in English and Chinese.
pub(crate) fn both<'a>(en: impl Into<Cow<'a, str>>, zh: impl Into<Cow<'a, str>>) -> Text<'a> {
    Text {
        en: en.into(),
        zh: zh.into(),
    }
}

/// Columns that a text takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// A text in one line of at most `length` characters.
pub(crate) fn cut(text: &str, length: usize) -> String {
    let mut line: String = (text.chars().take(length))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(length).is_some() {
        line.push('…');
    }
    line
}

/// The plural name of an entity type.
pub(crate) fn entity(name: &str) -> Text<'_> {
    match name {
        "customer" => both("Customers", "客户"),
        "supplier" => both("Suppliers", "供应商"),
        "material" => both("Materials", "物料"),
        "contact" => both("Contacts", "联系人"),
        other => both(other, other),
    }
}

/// The name of a dimension, as GB/T 36344-2018 has it.
pub(crate) fn dimension(name: &str) -> Text<'_> {
    match name {
        "conformity" => both("Conformity", "规范性"),
        "completeness" => both("Completeness", "完整性"),
        "accuracy" => both("Accuracy", "准确性"),
        "consistency" => both("Consistency", "一致性"),
        "timeliness" => both("Timeliness", "时效性"),
        "accessibility" => both("Accessibility", "可访问性"),
        "overall" => both("Overall", "总分"),
        other => both(other, other),
    }
}

/// The name of a severity.
pub(crate) fn severity(name: &str) -> Text<'_> {
    match name {
        "info" => both("Info", "提示"),
        "warning" => both("Warning", "警告"),
        "error" => both("Error", "错误"),
        other => both(other, other),
    }
}

/// The class of the style sheet for a severity; an unknown one looks like `info`.
pub(crate) fn severity_class(name: &str) -> &'static str {
    match name {
        "error" => "error",
        "warning" => "warning",
        _ => "info",
    }
}

/// What was done about a finding.
pub(crate) fn action(name: &str) -> Text<'_> {
    match name {
        "reported" => both("reported", "已报告"),
        "repaired" => both("repaired", "已更正"),
        "withheld" => both("value withheld", "该值已搁置"),
        "quarantined" => both("row quarantined", "整行已隔离"),
        "rejected" => both("row rejected", "整行已拒收"),
        other => both(other, other),
    }
}

/// How two values of a pair stand to each other.
pub(crate) fn agreement(name: &str) -> Text<'_> {
    match name {
        "same" => both("same", "相同"),
        "different" => both("differs", "不同"),
        "missing" => both("missing", "缺失"),
        other => both(other, other),
    }
}

/// The name of a room.
pub(crate) fn room(name: &str) -> Text<'_> {
    match name {
        "read" => both("Read", "读取"),
        "standardize" => both("Standardize", "标准化"),
        "validate" => both("Validate", "校验"),
        "impute" => both("Impute", "补全"),
        "match" | "matching" => both("Match", "匹配"),
        "block" => both("Block", "分块"),
        "compare" => both("Compare", "比对"),
        "cluster" => both("Cluster", "聚类"),
        "survive" => both("Survive", "择优合并"),
        "score" => both("Score", "评分"),
        "commit" => both("Commit", "入库"),
        "write" => both("Write", "输出"),
        other => both(other, other),
    }
}

/// The name of a data element: its stable name in words, or its Chinese name where one is known.
pub(crate) fn element<'a>(attribute: &'a str, label_zh: Option<&'a str>) -> Text<'a> {
    both(
        attribute.replace('_', " "),
        label_zh.filter(|label| !label.is_empty()).unwrap_or(attribute),
    )
}

/// A count as templates hand it over: by value or behind references, as the expression goes.
pub(crate) trait Count: Copy {
    /// The number itself.
    fn count(self) -> u64;
}

impl Count for u64 {
    fn count(self) -> u64 {
        self
    }
}

impl<T: Count> Count for &T {
    fn count(self) -> u64 {
        (*self).count()
    }
}

/// `12345` as `12,345`.
pub(crate) fn number(number: impl Count) -> String {
    let digits = number.count().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A score in [0, 1] as a percentage with one decimal; a dash for no data.
pub(crate) fn percent(score: Option<f64>) -> String {
    match score {
        Some(score) if score.is_finite() => {
            let tenths = (score * 1000.0).round();
            if score > 0.0 && tenths < 1.0 {
                "<0.1 %".into()
            } else if score < 1.0 && tenths >= 1000.0 {
                ">99.9 %".into()
            } else {
                format!("{:.1} %", tenths / 10.0)
            }
        }
        _ => "–".into(),
    }
}

/// `part` of `whole` as a percentage with one decimal; a dash for no data.
pub(crate) fn share(part: impl Count, whole: impl Count) -> String {
    let (part, whole) = (part.count(), whole.count());
    percent((whole > 0).then(|| part as f64 / whole as f64))
}

/// Milliseconds for people, in the units of SI, which both languages read.
pub(crate) fn duration(duration_ms: impl Count) -> String {
    let duration_ms = duration_ms.count();
    match duration_ms {
        0..1_000 => format!("{duration_ms} ms"),
        1_000..60_000 => format!("{:.2} s", duration_ms as f64 / 1000.0),
        _ => format!("{} min {:02} s", duration_ms / 60_000, duration_ms / 1000 % 60),
    }
}

/// Units in a second; a dash where no time was measured.
pub(crate) fn per_second(units: impl Count, duration_ms: impl Count) -> String {
    match (u128::from(units.count()) * 1000).checked_div(u128::from(duration_ms.count())) {
        Some(rate) => number(u64::try_from(rate).unwrap_or(u64::MAX)),
        None => "–".into(),
    }
}

/// Bytes as mebibytes.
pub(crate) fn memory(bytes: u64) -> String {
    format!("{} MiB", number(bytes.div_ceil(1 << 20)))
}

/// An RFC 3339 instant in UTC, to the second, for people; anything else as it is.
pub(crate) fn instant(rfc3339: &str) -> String {
    match (rfc3339.strip_suffix('Z'), rfc3339.split_once('T')) {
        (Some(utc), Some((date, _))) => {
            let time = &utc[date.len() + 1..];
            format!("{date} {} UTC", time.split('.').next().unwrap_or(time))
        }
        _ => rfc3339.to_owned(),
    }
}

/// The name of an output file as a relative link.
pub(crate) fn link(name: &str) -> String {
    format!("./{}", name.replace('%', "%25").replace('#', "%23").replace('?', "%3F"))
}

/// A sum that stays at the largest number instead of overflowing.
pub(crate) fn sum(amounts: impl IntoIterator<Item = u64>) -> u64 {
    amounts.into_iter().fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (4_012_345, "4,012,345")];
        for (given, expected) in cases {
            assert_eq!(number(given), expected);
        }
        assert_eq!(number(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn rounding_never_lies() {
        let cases = [
            (0, 0, "–"),
            (0, 9, "0.0 %"),
            (9, 9, "100.0 %"),
            (1, 3, "33.3 %"),
            (1, 1_000_000, "<0.1 %"),
            (999_999, 1_000_000, ">99.9 %"),
            (u64::MAX, u64::MAX, "100.0 %"),
        ];
        for (part, whole, expected) in cases {
            assert_eq!(share(part, whole), expected, "{part}/{whole}");
        }
        assert_eq!(percent(Some(f64::NAN)), "–");
    }

    #[test]
    fn times_are_worded() {
        for (given, expected) in [(0, "0 ms"), (1_234, "1.23 s"), (125_900, "2 min 05 s")] {
            assert_eq!(duration(given), expected);
        }
        assert_eq!(per_second(4_000, 250), "16,000");
        assert_eq!(per_second(4_000, 0), "–");
        assert_eq!(per_second(u64::MAX, 1), number(u64::MAX));
        for (given, expected) in [
            ("2026-03-02T08:15:30Z", "2026-03-02 08:15:30 UTC"),
            ("2026-03-02T08:15:30.125Z", "2026-03-02 08:15:30 UTC"),
            ("TZ", " UTC"),
            ("Z", "Z"),
            ("", ""),
            ("昨天", "昨天"),
        ] {
            assert_eq!(instant(given).trim_start(), expected.trim_start(), "{given}");
        }
    }

    #[test]
    fn texts_are_escaped_in_both_languages() {
        assert_eq!(
            both("<b>", "&").to_string(),
            r#"<span class="en" lang="en">&#60;b&#62;</span><span class="zh" lang="zh-CN">&#38;</span>"#
        );
    }

    #[test]
    fn links_stay_beside_the_page() {
        assert_eq!(link("a#b?c%.csv"), "./a%23b%3Fc%25.csv");
        assert_eq!(link("javascript:x"), "./javascript:x");
    }
}
