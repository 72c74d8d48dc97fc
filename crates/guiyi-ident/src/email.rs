//! E-mail address: RFC 5321 as it is used, domain in lower case.
//!
//! Full-width `＠` and `．`, an ideographic full stop before the end, `mailto:` and a trailing comma are repaired on reading.
//! Laws: the local part keeps its case; quoted local parts and address literals are refused as errors of entry.

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{half_width, is_blank, is_quote, text_value};
use crate::warning::Warning;

/// An address; `as_str` has the domain in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email {
    code: String,
}

text_value!(Email, display);

/// Domains of free mailboxes: they say nothing about the company.
const FREE: [&str; 22] = [
    "126.com",
    "139.com",
    "163.com",
    "189.cn",
    "aliyun.com",
    "foxmail.com",
    "gmail.com",
    "hotmail.com",
    "icloud.com",
    "live.cn",
    "live.com",
    "msn.com",
    "outlook.com",
    "qq.com",
    "sina.cn",
    "sina.com",
    "sohu.com",
    "tom.com",
    "vip.163.com",
    "vip.qq.com",
    "yahoo.com",
    "yeah.net",
];

impl Email {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = compact(text);
        if code.chars().count() > 254 || code.is_empty() {
            return Err(IdentError::Length {
                found: code.chars().count(),
                expected: "3 to 254",
            });
        }
        let Some((local, domain)) = code.split_once('@') else {
            return Err(IdentError::format("no @", "缺少 @"));
        };
        judge_local(local)?;
        judge_domain(domain)?;
        Ok(Self { code })
    }

    /// The part after the `@`, in lower case: a match key unless the mailbox is free.
    pub fn domain(&self) -> &str {
        self.code.split_once('@').map_or("", |parts| parts.1)
    }

    /// Whether anyone may open a mailbox there, so that the domain says nothing about the company.
    pub fn is_free(&self) -> bool {
        FREE.binary_search(&self.domain()).is_ok()
    }

    /// A free mailbox.
    pub fn warnings(&self) -> Vec<Warning> {
        if self.is_free() {
            vec![Warning::FreeMailbox]
        } else {
            Vec::new()
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let (local, domain) = self.code.split_once('@').unwrap_or((&self.code, ""));
        let (en, zh) = if self.is_free() {
            ("free mailbox", "免费邮箱")
        } else {
            ("domain of an organization", "单位域名")
        };
        vec![
            Part::new(("mailbox", "用户名"), local, "mailbox", "邮箱用户名"),
            Part::new(("domain", "域名"), domain, en, zh),
        ]
    }

    /// Addresses whose domain is a free mailbox's with one slip: `qq.con`, `163.cm`.
    pub fn suggestions(text: &str) -> Vec<String> {
        let code = compact(text).replace(',', ".").replace("..", ".");
        let Some((local, domain)) = code.split_once('@') else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (wrong, right) in [
            (".con", ".com"),
            (".cmo", ".com"),
            (".ocm", ".com"),
            (".comm", ".com"),
            (".cm", ".com"),
            (".c0m", ".com"),
            ("", ""),
        ] {
            let Some(stem) = domain.strip_suffix(wrong) else {
                continue;
            };
            let candidate = format!("{local}@{stem}{right}");
            if candidate != compact(text) && !found.contains(&candidate) && Self::parse(&candidate).is_ok() {
                found.push(candidate);
            }
        }
        found
    }
}

/// Folds width, drops blanks, quotes, `mailto:` and trailing punctuation, and writes the domain in lower case.
fn compact(text: &str) -> String {
    let folded: String = text
        .chars()
        .map(|c| if matches!(c, '。' | '｡') { '.' } else { half_width(c) })
        .filter(|&c| !is_blank(c) && !is_quote(c))
        .collect();
    let head = folded.get(..7).filter(|head| head.eq_ignore_ascii_case("mailto:"));
    let bare = folded[head.map_or(0, str::len)..].trim_start_matches('<');
    let bare = bare.trim_end_matches(['>', ',', ';', '、', '.']);
    match bare.split_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_ascii_lowercase()),
        None => bare.to_owned(),
    }
}

const LOCAL: Text = Text::new("mailbox", "用户名");
const DOMAIN: Text = Text::new("domain", "域名");

fn judge_local(local: &str) -> Result<(), IdentError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    if local.is_empty() || local.len() > 64 {
        return Err(IdentError::component(LOCAL, "one to 64 characters", "长度应为 1 至 64"));
    }
    if !local.chars().all(allowed) {
        return Err(IdentError::component(
            LOCAL,
            "a character that may not stand here",
            "含有不允许的字符",
        ));
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(IdentError::component(
            LOCAL,
            "a dot at an end, or two in a row",
            "首尾或连续出现点号",
        ));
    }
    Ok(())
}

/// Labels of letters, digits and inner hyphens, at least two, the last not all digits.
pub(crate) fn judge_domain(domain: &str) -> Result<(), IdentError> {
    let good = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| c == '-' || c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric()))
    };
    let Some((_, last)) = domain.rsplit_once('.') else {
        return Err(IdentError::component(DOMAIN, "no dot", "缺少点号"));
    };
    if !domain.split('.').all(good) || last.chars().count() < 2 || last.chars().all(|c| c.is_ascii_digit()) {
        return Err(IdentError::component(DOMAIN, "not a domain name", "不是有效域名"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repaired_on_reading() {
        let cases = [
            ("Zhang.San@Example.COM", "Zhang.San@example.com"),
            ("ｌｉｓｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "lisi@example.com"),
            ("lisi@example。com", "lisi@example.com"),
            ("mailto:lisi@example.com", "lisi@example.com"),
            (" lisi @example.com , ", "lisi@example.com"),
            ("<lisi@example.com>;", "lisi@example.com"),
        ];
        for (text, expected) in cases {
            let read = Email::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(read.as_str(), expected, "{text}");
            assert_eq!(Email::parse(expected), Ok(read));
        }
    }

    #[test]
    fn refused() {
        for text in [
            "",
            "lisi",
            "lisi@",
            "@example.com",
            "lisi@example",
            "a..b@example.com",
            "a@b@c.com",
            "李四@example.com",
            "a@1.2.3.4",
            "a@-b.com",
        ] {
            assert!(Email::parse(text).is_err(), "{text}");
        }
        assert_eq!(Email::suggestions("lisi@qq,com"), ["lisi@qq.com"]);
        assert!(Email::suggestions("lisi@163.con").contains(&"lisi@163.com".to_owned()));
    }

    #[test]
    fn free_mailboxes() {
        assert!(FREE.is_sorted());
        assert_eq!(Email::parse("lisi@QQ.com").unwrap().warnings(), [Warning::FreeMailbox]);
        assert!(Email::parse("lisi@example.com").unwrap().warnings().is_empty());
    }
}
