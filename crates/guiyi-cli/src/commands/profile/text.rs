//! A profile on the terminal: one table of all columns, then what each of them holds.
//!
//! Cells are padded by the width that a terminal gives them, so that Chinese columns stay straight.

use std::fmt::Write as _;

use guiyi_core::finding::Language;
use guiyi_core::profile::{ColumnProfile, Relation};
use guiyi_io::profile::FileProfile;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Widest cell of the table.
const WIDEST: usize = 30;

/// The profile of one file.
pub(super) fn show(file: &FileProfile<'_>, language: Language) -> String {
    let zh = language == Language::Chinese;
    let say = |en: &'static str, chinese: &'static str| if zh { chinese } else { en };
    let reader = file.reader;
    let mut text = format!("{} · {}", reader.path.display(), reader.format.name());
    if let Some(encoding) = reader.encoding {
        _ = write!(text, " · {}", encoding.name());
    }
    let profile = &file.profile;
    _ = write!(
        text,
        " · {} {} · {} {}",
        profile.rows,
        say("rows", "行"),
        profile.columns.len(),
        say("columns", "列")
    );
    if profile.set_aside > 0 {
        _ = write!(text, " · {} {}", profile.set_aside, say("set aside", "行非记录"));
    }
    text.push_str("\n\n");
    let head = [
        say("column", "列"),
        say("holds", "内容"),
        say("filled", "有值"),
        say("distinct", "不同值"),
        say("data element", "数据元"),
        say("values", "取值"),
    ];
    let mut table = vec![head.map(str::to_owned)];
    table.extend(profile.columns.iter().map(|column| row(file, column, zh)));
    align(&table, &mut text);
    for column in &profile.columns {
        text.push('\n');
        detail(file, column, language, &mut text);
    }
    let relations: Vec<String> = profile
        .relations
        .iter()
        .filter_map(|found| relation(file, found, zh))
        .collect();
    if !relations.is_empty() {
        _ = write!(text, "\n{}\n", say("Between columns", "列间关系"));
        for line in relations {
            _ = writeln!(text, "  {line}");
        }
    }
    text.push('\n');
    text
}

fn row(file: &FileProfile<'_>, column: &ColumnProfile, zh: bool) -> [String; 6] {
    let kind = column.kind.labels();
    let kind = if zh { kind.1 } else { kind.0 };
    let about = if column.distinct.is_exact { "" } else { "≈" };
    let key = match (column.is_key, zh) {
        (true, false) => " key",
        (true, true) => " 唯一",
        _ => "",
    };
    let element = column.element.map_or_else(
        || "–".to_owned(),
        |proposal| {
            let name = &file.dictionary.elements[proposal.element].name;
            format!("{name} {:.2}", proposal.confidence)
        },
    );
    let values: Vec<&str> = file
        .shown_values(column)
        .iter()
        .take(2)
        .map(|(text, _)| &**text)
        .collect();
    [
        one_line(&column.header),
        format!("{kind} {}", percent(column.kind_share)),
        percent(column.filled as f64 / column.rows.max(1) as f64),
        format!("{about}{}{key}", column.distinct.count),
        element,
        one_line(&values.join(" · ")),
    ]
}

fn detail(file: &FileProfile<'_>, column: &ColumnProfile, language: Language, text: &mut String) {
    let zh = language == Language::Chinese;
    let say = |en: &'static str, chinese: &'static str| if zh { chinese } else { en };
    _ = writeln!(text, "{}", one_line(&column.header));
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            _ = writeln!(text, "  {} {value}", padded(name, 12));
        }
    };
    if let Some(proposal) = column.element {
        let element = &file.dictionary.elements[proposal.element];
        let reason = proposal.describe(element, language);
        line(
            say("feeds", "数据元"),
            format!("{} ({:.2}): {reason}", element.name, proposal.confidence),
        );
    }
    let missing = column
        .placeholders
        .iter()
        .map(|(word, count)| format!("{} ×{count}", one_line(word)));
    let nulls = (column.nulls > 0).then(|| format!("{} {}", say("null", "空"), column.nulls));
    line(
        say("missing", "缺失"),
        nulls.into_iter().chain(missing).collect::<Vec<_>>().join(", "),
    );
    let others = column.other_kinds.iter().take(4).map(|(kind, share)| {
        let labels = kind.labels();
        format!("{} {}", if zh { labels.1 } else { labels.0 }, percent(*share))
    });
    line(
        say("also reads as", "也可识别为"),
        others.collect::<Vec<_>>().join(", "),
    );
    if let Some((min, mean, max)) = column.lengths {
        line(say("length", "长度"), format!("{min} … {mean:.1} … {max}"));
    }
    if file.is_masked(column) {
        line(
            say("commonest", "常见值"),
            say("hidden, --unmask shows them", "已隐藏，--unmask 可显示").to_owned(),
        );
    } else {
        if let Some(n) = column.numbers {
            let [p5, _, median, _, p95] = n.quantiles;
            line(
                say("range", "范围"),
                format!(
                    "{} … {} ; {} {:.2}, p5 {p5}, {} {median}, p95 {p95}",
                    n.min,
                    n.max,
                    say("mean", "均值"),
                    n.mean,
                    say("median", "中位")
                ),
            );
        }
        if let Some(dates) = &column.dates {
            line(
                say("range", "范围"),
                format!(
                    "{} … {} ; {} {}",
                    dates.min,
                    dates.max,
                    say("median", "中位"),
                    dates.quantiles[2]
                ),
            );
            let forms: Vec<String> = dates
                .forms
                .iter()
                .map(|(form, count)| format!("{} ×{count}", form.name()))
                .collect();
            line(say("forms", "日期格式"), forms.join(", "));
        }
        line(say("commonest", "常见值"), counted(&column.commonest.items, 5));
    }
    line(say("patterns", "格式"), counted(&column.patterns.items, 4));
    let dirt = column.dirt.iter().map(|(dirt, count)| {
        let labels = dirt.labels();
        format!("{} ×{count}", if zh { labels.1 } else { labels.0 })
    });
    line(say("dirt", "脏数据"), dirt.collect::<Vec<_>>().join(", "));
}

fn counted(items: &[(Box<str>, u64)], n: usize) -> String {
    let items: Vec<String> = items
        .iter()
        .take(n)
        .map(|(item, count)| format!("{} ×{count}", one_line(item)))
        .collect();
    items.join(", ")
}

fn relation(file: &FileProfile<'_>, relation: &Relation, zh: bool) -> Option<String> {
    let header = |at: usize| one_line(&file.profile.columns[at].header);
    Some(match (*relation, zh) {
        (Relation::Key(a, b), false) => format!("{} and {} together identify a row", header(a), header(b)),
        (Relation::Key(a, b), true) => format!("{} 与 {} 联合唯一", header(a), header(b)),
        (Relation::Equal(a, b, share), false) => {
            format!("{} repeats {} in {} of the rows", header(b), header(a), percent(share))
        }
        (Relation::Equal(a, b, share), true) => {
            format!("{} 与 {} 在 {} 的行中相同", header(a), header(b), percent(share))
        }
        (Relation::Decides(a, b), false) => format!("{} decides {}", header(a), header(b)),
        (Relation::Decides(a, b), true) => format!("{} 决定 {}", header(a), header(b)),
        _ => return None,
    })
}

/// Writes rows with their columns aligned; the last column is not padded.
fn align(table: &[[String; 6]], text: &mut String) {
    let widths: Vec<usize> = (0..6)
        .map(|column| {
            table
                .iter()
                .map(|row| shortened(&row[column]).width())
                .max()
                .unwrap_or(0)
        })
        .collect();
    for row in table {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&padded(&shortened(cell), *width));
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// A text filled with spaces to a width of the terminal.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// A text cut to the widest cell.
fn shortened(text: &str) -> String {
    if text.width() <= WIDEST {
        return text.to_owned();
    }
    let mut width = 1;
    let kept: String = text
        .chars()
        .take_while(|c| {
            width += c.width().unwrap_or(0);
            width <= WIDEST
        })
        .collect();
    format!("{kept}…")
}

/// A text without line breaks and control characters, which would break the table or the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '␣' } else { c }).collect()
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent.fract() == 0.0 {
        format!("{percent:.0}%")
    } else {
        format!("{percent:.1}%")
    }
}
