//! Text in one width, without invisible characters and stray spaces: the first step of every kind.
//!
//! NFKC, except where it would change the meaning: exponents, fractions and circled numbers stay (`10²` is not `102`),
//! `㎡` becomes `m²`, and free text keeps the Chinese punctuation that belongs there.
//! Law: idempotent; a text that is canonical already is recognized without an allocation.

use unicode_normalization::UnicodeNormalization;

use super::change::Change;

/// How far a text is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Free text: Chinese punctuation stays, spaces between Chinese characters go.
    Text,
    /// A remark: as free text, but its single spaces stay, because they separate facts.
    Note,
    /// Names, codes and figures: everything in ASCII width, all punctuation too.
    Name,
}

/// Brings free text or a remark to its canonical form.
pub(super) fn standardize(text: &str, style: Style) -> Option<Change> {
    if is_clean(text, style) {
        return None;
    }
    Change::to(text, clean(text, style))
}

/// The canonical form of a text; allocates.
pub(super) fn clean(text: &str, style: Style) -> String {
    let mut cleaned = clean_once(text, style);
    // Removing a space or an invisible character can bring together what NFKC then composes; rare, and soon over.
    for _ in 0..4 {
        if is_clean(&cleaned, style) {
            break;
        }
        let again = clean_once(&cleaned, style);
        if again == cleaned {
            break;
        }
        cleaned = again;
    }
    cleaned
}

/// The canonical form of a text that is ours to keep; allocates only if something changes.
pub(super) fn clean_owned(text: String, style: Style) -> String {
    if is_clean(&text, style) {
        text
    } else {
        clean(&text, style)
    }
}

/// Whether the text is canonical; `false` may also mean "not sure".
pub(super) fn is_clean(text: &str, style: Style) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    if matches!(first, b' ' | b'\'' | b'=') || *last == b' ' {
        return false;
    }
    let mut before = 'x';
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' => {
                let next = characters.as_str().chars().next().unwrap_or(' ');
                if next == ' ' || drops_space(before, next, style) {
                    return false;
                }
            }
            '!'..='~'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{3400}'..='\u{4dbf}'
            | '、'
            | '。'
            | '《'
            | '》'
            | '·'
            | '—'
            | '²'
            | '³' => {}
            '，' | '；' | '：' | '！' | '？' if style != Style::Name => {}
            _ => return false,
        }
        before = character;
    }
    true
}

fn clean_once(text: &str, style: Style) -> String {
    let folded = fold_characters(text, style);
    let mut cleaned = String::with_capacity(folded.len());
    let mut before = None;
    let mut characters = folded.trim().chars().peekable();
    while let Some(character) = characters.next() {
        if character != ' ' {
            cleaned.push(character);
            before = Some(character);
            continue;
        }
        while characters.next_if_eq(&' ').is_some() {}
        if let (Some(before), Some(&next)) = (before, characters.peek())
            && !drops_space(before, next, style)
        {
            cleaned.push(' ');
        }
    }
    let inner = without_text_marker(&cleaned);
    if inner.len() == cleaned.len() {
        cleaned
    } else {
        inner.to_owned()
    }
}

/// Without the marks by which spreadsheets force text: a leading apostrophe, or `="..."`.
fn without_text_marker(text: &str) -> &str {
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return inner.trim();
    }
    if text.starts_with('\'') && (text.len() == 1 || !text.ends_with('\'')) {
        return text.trim_start_matches(['\'', ' ']);
    }
    text
}

/// Width, invisible characters and white space, character by character; every white space becomes U+0020.
fn fold_characters(text: &str, style: Style) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut compatible = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // Nothing composes with these, so they need no look at what stands around them.
        if compatible.is_empty()
            && let Some(plain) = plain(character, style)
            && characters.peek().is_none_or(|next| plain_or_wide(*next))
        {
            folded.push(plain);
            continue;
        }
        if is_invisible(character) {
            continue;
        }
        if character.is_whitespace() {
            flush(&mut compatible, &mut folded);
            folded.push(' ');
        } else if let Some(kept) = exception(character, style) {
            flush(&mut compatible, &mut folded);
            folded.push_str(kept);
        } else if keeps_meaning(character, style) {
            flush(&mut compatible, &mut folded);
            folded.push(character);
        } else {
            compatible.push(character);
        }
    }
    flush(&mut compatible, &mut folded);
    folded
}

/// What a character of the common kinds becomes: printable ASCII, Chinese, and ASCII in full width.
fn plain(character: char, style: Style) -> Option<char> {
    match character {
        ' '..='~' | '\u{4e00}'..='\u{9fff}' => Some(character),
        '\u{ff01}'..='\u{ff5e}' if !keeps_meaning(character, style) => char::from_u32(character as u32 - 0xfee0),
        _ => None,
    }
}

fn plain_or_wide(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

fn flush(compatible: &mut String, folded: &mut String) {
    if compatible.is_ascii() {
        folded.push_str(compatible);
    } else {
        folded.extend(compatible.nfkc().filter(|character| !is_invisible(*character)));
    }
    compatible.clear();
}

/// Controls, zero-width characters, marks of direction, variation selectors.
fn is_invisible(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' => false,
        _ => {
            character.is_control()
                || matches!(character,
                    '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
                    | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180e}' | '\u{e0100}'..='\u{e01ef}')
        }
    }
}

/// Characters whose NFKC form says something else, and Chinese punctuation in free text.
fn keeps_meaning(character: char, style: Style) -> bool {
    matches!(character,
        '²' | '³' | '¹' | '\u{2070}'..='\u{209c}' | '¼'..='¾' | '\u{2150}'..='\u{215f}' | '\u{2189}'
        | '①'..='⓿' | '㉑'..='㉟' | '㊱'..='㊿' | '™' | '℠' | '…' | 'ª' | 'º')
        || (style != Style::Name && matches!(character, '，' | '；' | '：' | '！' | '？'))
}

/// Units with an exponent, and brackets for which NFKC has no form of its own.
fn exception(character: char, style: Style) -> Option<&'static str> {
    Some(match character {
        '㎟' => "mm²",
        '㎠' => "cm²",
        '㎡' => "m²",
        '㎢' => "km²",
        '㎣' => "mm³",
        '㎤' => "cm³",
        '㎥' => "m³",
        '㎦' => "km³",
        '‐' | '‑' | '‒' | '–' | '−' => "-",
        '～' | '〜' => "~",
        '〔' | '【' | '〖' if style == Style::Name => "(",
        '〕' | '】' | '〗' if style == Style::Name => ")",
        _ => return None,
    })
}

/// Whether a space between these two means nothing: beside Chinese, and inside brackets.
fn drops_space(before: char, next: char, style: Style) -> bool {
    style != Style::Note && (is_cjk(before) || is_cjk(next) || before == '(' || next == ')')
}

/// Chinese characters, kana, and the punctuation that is written with them.
pub(super) fn is_cjk(character: char) -> bool {
    matches!(character,
        '\u{2e80}'..='\u{312f}' | '\u{31a0}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(style: Style, text: &str, expected: &str) {
        assert_eq!(clean(text, style), expected, "{text:?}");
        let changed = standardize(text, style).is_some();
        assert_eq!(changed, text != expected, "{text:?}");
    }

    #[test]
    fn folds_width_and_spaces() {
        for (text, expected) in [
            ("ＡＢＣ（深圳）", "ABC(深圳)"),
            ("\u{feff}深圳市\t某\u{a0}某 \u{200b}公司\u{3000}", "深圳市某某公司"),
            ("Huawei  Tech \u{a0} Co", "Huawei Tech Co"),
            ("华为 ABC 技术", "华为ABC技术"),
            ("'0012", "0012"),
            ("'quoted'", "'quoted'"),
            ("=\"0012\"", "0012"),
            ("面积１２０㎡，约10²", "面积120m²，约10²"),
            ("①第一；②第二", "①第一；②第二"),
            ("⽤友", "用友"),
            ("清洁", "清洁"),
        ] {
            check(Style::Text, text, expected);
        }
        check(Style::Note, "张三  财务，电话", "张三 财务，电话");
        check(Style::Name, "某某【深圳】，一部", "某某(深圳),一部");
    }

    proptest! {
        #[test]
        fn a_second_cleaning_changes_nothing(text in any::<String>(), chinese in "[ \\t深圳公司ａＡ（(）)㎡が゛'=\"·\u{309b}\u{3099}\u{200b}-]{0,12}") {
            for style in [Style::Text, Style::Note, Style::Name] {
                for text in [&text, &chinese] {
                    let once = clean(text, style);
                    prop_assert_eq!(&clean(&once, style), &once);
                }
            }
        }

        #[test]
        fn clean_means_clean(text in "[ a深(（)，'=\"-]{0,6}") {
            for style in [Style::Text, Style::Note, Style::Name] {
                if is_clean(&text, style) {
                    prop_assert_eq!(&clean_once(&text, style), &text);
                }
            }
        }
    }
}
