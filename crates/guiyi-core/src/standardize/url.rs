//! Web addresses: ASCII width, scheme and host in lower case, no slash behind a bare host. One that is none stays,
//! cleaned, for the validate room to judge.

use guiyi_ident::url::Url;

use super::change::Change;
use super::text::{Style, clean};

/// Brings a web address to its canonical form.
pub(super) fn standardize(text: &str) -> Option<Change> {
    let cleaned = clean(text, Style::Name).replace('。', ".");
    let cleaned = cleaned.trim_matches([',', ';', ' ', '、', '\'']);
    let bare = cleaned
        .strip_prefix("网址:")
        .or_else(|| cleaned.strip_prefix("官网:"))
        .unwrap_or(cleaned)
        .trim();
    match Url::parse(bare) {
        Ok(url) => Change::to(text, url.to_string()),
        Err(_) => Change::to(text, cleaned.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;

    #[test]
    fn reads_addresses() {
        for (text, expected) in [
            ("www.Example.COM", "http://www.example.com"),
            ("HTTPS://Example.com/", "https://example.com"),
            ("ｗｗｗ．example。com，", "http://www.example.com"),
            ("http://example.com/Path?Q=1", "http://example.com/Path?Q=1"),
            ("无网站", "无网站"),
        ] {
            let after = match standardize(text).map(|change| change.value) {
                Some(Value::Set(value)) => value,
                _ => text.to_owned(),
            };
            assert_eq!(after, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "(https?://|www\\.)?[a-cA-C.:/ 。，?-]{0,12}", other in any::<String>()) {
            for text in [&text, &other] {
                if let Some(Value::Set(once)) = standardize(text).map(|change| change.value) {
                    prop_assert_eq!(standardize(&once), None, "{}", text);
                }
            }
        }
    }
}
