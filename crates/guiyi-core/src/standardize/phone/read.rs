//! The numbers in a text: runs of figures, told apart, each read by its groups and lengths.
//!
//! Law: a number is what the numbering plan knows; a digit is added or dropped only where one reading explains it.

use guiyi_ident::landline;

use crate::foreign_phone::ForeignPhone;

/// What kind of line a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Mobile,
    Landline,
    Other,
}

/// A number in its canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) line: Line,
    pub(super) text: String,
    /// A digit was added or dropped that only one reading explains.
    pub(super) repaired: bool,
}

pub(super) fn is_mobile(bytes: &[u8]) -> bool {
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]) && bytes.iter().all(u8::is_ascii_digit)
}

/// Whether the text is a canonical landline number.
pub(super) fn is_landline(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(area), Some(local), extension) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    is_local_of(local, area) && extension.is_none_or(is_extension)
}

/// Whether an area code exists; abolished ones count.
fn is_area(area: &str) -> bool {
    area.starts_with('0') && landline::area_code(area).is_some()
}

/// Whether the area has local numbers of this length.
fn is_local_of(local: &str, area: &str) -> bool {
    let Some(area) = landline::area_code(area) else {
        return false;
    };
    is_local(local) && if local.len() == 7 { area.seven } else { area.eight }
}

/// Seven or eight figures, the first from 2 to 8.
fn is_local(local: &str) -> bool {
    matches!(local.len(), 7 | 8)
        && (b'2'..=b'8').contains(&local.as_bytes()[0])
        && local.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_extension(text: &str) -> bool {
    (2..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// All numbers in a cleaned text, in order.
pub(super) fn numbers(text: &str) -> Vec<Number> {
    let mut found = Vec::new();
    let mut run = String::new();
    let mut is_variant = false;
    for character in text.chars() {
        match character {
            '0'..='9' | '+' | '(' | ')' | '-' | ' ' | '.' => run.push(character),
            '~' | '_' | '—' => run.push('-'),
            // 转, 分机, #, ext: what follows belongs to the number before.
            '转' | '轉' | '分' | '机' | '機' | '#' | 'e' | 'x' | 't' | 'E' | 'X' | 'T' | ':' if figures(&run) >= 7 => {
                if !run.ends_with('x') {
                    run.push('x');
                }
            }
            _ => {
                take(&mut run, is_variant, &mut found);
                is_variant = matches!(character, '/' | '、');
            }
        }
    }
    take(&mut run, is_variant, &mut found);
    found
}

/// `26013388/89` is two numbers that differ in their last figures; one or two of them, for three can be an extension.
fn variant(before: Option<&Number>, figures: &str) -> Option<Number> {
    let before = before?;
    let is_plain = before.line != Line::Other && before.text.matches('-').count() <= 1;
    if !is_plain || !(1..=2).contains(&figures.len()) || !figures.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept = before.text.len() - figures.len();
    let text = format!("{}{figures}", before.text.get(..kept)?);
    Some(Number { text, ..before.clone() })
}

fn figures(run: &str) -> usize {
    run.bytes().filter(u8::is_ascii_digit).count()
}

/// Reads the numbers of one run of figures and what may stand between them.
fn take(run: &mut String, is_variant: bool, found: &mut Vec<Number>) {
    let part = std::mem::take(run);
    if is_variant && let Some(number) = variant(found.last(), part.trim()) {
        found.push(number);
        return;
    }
    let (main, extension) = part.split_once('x').unwrap_or((&part, ""));
    let extension: String = extension.chars().filter(char::is_ascii_digit).collect();
    if is_extension(&extension) || extension.is_empty() {
        read_main(main, &extension, found);
    } else {
        read_main(main, "", found);
        read_main(&extension, "", found);
    }
}

fn read_main(main: &str, extension: &str, found: &mut Vec<Number>) {
    if let Some(number) = read(main, extension) {
        found.push(number);
        return;
    }
    // Several numbers side by side.
    let by_space: Vec<_> = main.split(' ').filter_map(|piece| read(piece, "")).collect();
    let by_mark: Vec<_> = main
        .split(['-', ' ', '.'])
        .filter_map(|piece| read(piece, ""))
        .collect();
    let all_mobile = by_mark.iter().all(|number| number.line == Line::Mobile);
    found.extend(if by_space.is_empty() && all_mobile {
        by_mark
    } else {
        by_space
    });
}

/// Reads one number.
fn read(main: &str, extension: &str) -> Option<Number> {
    let main = main.trim();
    let main = main
        .strip_suffix(".0")
        .or_else(|| main.strip_suffix(".00"))
        .unwrap_or(main);
    let is_international = main.trim_start_matches('(').starts_with('+');
    let mut groups: Vec<&str> = main
        .split(|character: char| !character.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    let length: usize = groups.iter().map(|group| group.len()).sum();
    let first = groups.first_mut()?;
    let stripped = first
        .strip_prefix("0086")
        .or_else(|| first.strip_prefix("86").filter(|_| is_international || length > 11));
    match stripped {
        Some("") => drop(groups.remove(0)),
        Some(rest) => *first = rest,
        None if is_international => {
            let digits = groups.concat();
            let fits = (7..=15).contains(&digits.len()) && !digits.starts_with("86");
            return fits.then(|| Number {
                line: Line::Other,
                text: ForeignPhone::parse(main).map_or_else(|_| format!("+{digits}"), |phone| phone.to_string()),
                repaired: false,
            });
        }
        None => {}
    }
    let digits = groups.concat();
    let number = |line, text| {
        Some(Number {
            line,
            text,
            repaired: false,
        })
    };
    if is_mobile(digits.as_bytes()) {
        return number(Line::Mobile, digits);
    }
    if let Some(mobile) = digits.strip_prefix('0').filter(|rest| is_mobile(rest.as_bytes())) {
        return Some(Number {
            line: Line::Mobile,
            text: mobile.to_owned(),
            repaired: true,
        });
    }
    // A first group of seven figures or more is a local number, and what follows its extension.
    let is_split_early = groups.len() == 1 || groups.first().is_some_and(|group| group.len() < 7);
    if digits.len() == 10 && is_split_early && (digits.starts_with("400") || digits.starts_with("800")) {
        return number(Line::Landline, digits);
    }
    if let Some(text) = fixed(&groups, &digits, extension) {
        return number(Line::Landline, text);
    }
    if let Some(text) = local(&groups, extension) {
        return number(Line::Landline, text);
    }
    let is_service =
        matches!(digits.len(), 5 | 6) && ["95", "96", "100", "123"].iter().any(|head| digits.starts_with(head));
    if is_service && groups.len() == 1 {
        return number(Line::Other, digits);
    }
    // The zero of the area code is lost, in a number field or after +86.
    let digits = format!("0{digits}");
    let first = format!("0{}", groups.first()?);
    groups[0] = &first;
    let text = fixed(&groups, &digits, extension)?;
    Some(Number {
        line: Line::Landline,
        text,
        repaired: stripped.is_none(),
    })
}

/// Area code, local number and extension, by the groups as written or, in one piece, by their lengths.
fn fixed(groups: &[&str], digits: &str, extension: &str) -> Option<String> {
    if let [area, rest @ ..] = groups
        && is_area(area)
        && !rest.is_empty()
    {
        let (local, own_extension) = local_of(rest, |local| is_local_of(local, area))?;
        let extension = if extension.is_empty() { own_extension } else { extension };
        return Some(join(&format!("{area}-{local}"), extension));
    }
    let area_length = if digits.starts_with("01") || digits.starts_with("02") {
        3
    } else {
        4
    };
    // The first group may hold area code and local number, the last one the extension.
    let whole = if groups.len() == 2 && is_extension(groups[1]) && extension.is_empty() && groups[0].len() >= 11 {
        groups[0]
    } else {
        digits
    };
    let (area, local) = whole.split_at_checked(area_length)?;
    let extension = if extension.is_empty() {
        digits.get(whole.len()..).unwrap_or("")
    } else {
        extension
    };
    is_local_of(local, area).then(|| join(&format!("{area}-{local}"), extension))
}

/// The local number in the groups behind an area code, and the extension behind it.
fn local_of<'a>(groups: &[&'a str], is_local: impl Fn(&str) -> bool) -> Option<(String, &'a str)> {
    let mut local = String::new();
    for (position, group) in groups.iter().enumerate() {
        local.push_str(group);
        let rest = &groups[position + 1..];
        if is_local(&local) {
            match rest {
                [] => return Some((local, "")),
                [last] if is_extension(last) => return Some((local, last)),
                _ => {}
            }
        }
    }
    None
}

/// A local number without its area code.
fn local(groups: &[&str], extension: &str) -> Option<String> {
    let (local, own_extension) = local_of(groups, is_local)?;
    (groups[0].len() <= 8).then(|| join(&local, if extension.is_empty() { own_extension } else { extension }))
}

fn join(number: &str, extension: &str) -> String {
    if extension.is_empty() {
        number.to_owned()
    } else {
        format!("{number}-{extension}")
    }
}
