//! E-mail addresses: ASCII width, no stray characters, lower case. An invalid one stays for the validate room to judge.
//!
//! Of several addresses in a cell the first stays, the others go to empty elements of the kind.

use super::change::{Aside, Change, Code};
use super::text::{Style, clean};
use crate::dictionary::ElementKind;

/// Brings an e-mail address to its canonical form.
pub(super) fn standardize(text: &str) -> Option<Change> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"@._-+%".contains(&byte);
    let ends_well = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    if text.bytes().all(plain) && ends_well(text.as_bytes().last()) {
        return None;
    }
    let cleaned = clean(text, Style::Name).replace('。', ".");
    let mut addresses = cleaned.split([';', ',', '/', '、', '|', '<', '>', '(', ')']).filter_map(address);
    let Some(first) = addresses.next() else { return Change::to(text, cleaned) };
    let further: Vec<_> = addresses.filter(|address| *address != first).collect();
    let mut change = Change::to(text, first);
    if let Some(change) = &mut change {
        let aside = |value| Aside { kinds: &[ElementKind::Email], value, code: Code::FURTHER_VALUE };
        change.asides = further.into_iter().map(aside).collect();
    }
    change
}

/// The address in a part of a cell; `None` if there is none.
fn address(part: &str) -> Option<String> {
    let compact: String = part.chars().filter(|character| !matches!(character, ' ' | '"' | '\'')).collect();
    let compact = compact.to_ascii_lowercase();
    let bare = compact.strip_prefix("mailto:").unwrap_or(&compact);
    let bare = bare.rsplit_once([':', '：']).map_or(bare, |(_, rest)| rest).trim_matches(['.', '·']);
    let (local, domain) = bare.split_once('@')?;
    (!local.is_empty() && domain.contains('.') && !domain.contains('@')).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;

    #[test]
    fn reads_addresses() {
        for (text, expected, further) in [
            ("Zhang@Example.COM", "zhang@example.com", vec![]),
            ("ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "zhang@example.com", vec![]),
            ("mailto:zhang@example.com,", "zhang@example.com", vec![]),
            ("zhang @example。com", "zhang@example.com", vec![]),
            ("张三 <zhang@example.com>", "zhang@example.com", vec![]),
            ("a@example.com；b@example.com", "a@example.com", vec!["b@example.com"]),
            ("zhang at example", "zhang at example", vec![]),
        ] {
            let change = standardize(text);
            let asides = change.iter().flat_map(|change| &change.asides).map(|aside| aside.value.as_str()).collect::<Vec<_>>();
            assert_eq!(asides, further, "{text}");
            let after = match change.as_ref().map(|change| &change.value) {
                Some(Value::Set(value)) => value.as_str(),
                _ => text,
            };
            assert_eq!(after, expected);
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[a-cA@.;:<> ，'。-]{0,14}", other in any::<String>()) {
            for text in [&text, &other] {
                if let Some(Value::Set(once)) = standardize(text).map(|change| change.value) {
                    prop_assert_eq!(standardize(&once), None);
                }
            }
        }
    }
}
