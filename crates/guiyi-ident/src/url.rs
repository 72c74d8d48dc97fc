//! Web address of a company: http or https, host in lower case.
//!
//! A missing scheme is written `http://`, full-width characters are folded, a trailing slash of the root is dropped.
//! Laws: path and query keep their case; user names and other schemes are refused, as a company's site has none.

use crate::email::judge_domain;
use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{all_digits, half_width, is_blank, is_quote, text_value};
use crate::warning::Warning;

/// A web address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url {
    code: String,
}

text_value!(Url, display);

impl Url {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let folded = fold(text);
        let length = folded.chars().count();
        if !(4..=2048).contains(&length) {
            return Err(IdentError::Length {
                found: length,
                expected: "4 to 2048",
            });
        }
        let (scheme, rest) = match folded.split_once("://") {
            None => ("http", folded.as_str()),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
            Some(_) => return Err(IdentError::format("only http and https", "只能是 http 或 https")),
        };
        let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(at);
        let (host, port) = match authority.split_once(':') {
            None => (authority, None),
            Some((host, port)) => (host, Some(port)),
        };
        if let Some(port) = port
            && !((1..=5).contains(&port.len()) && all_digits(port.as_bytes()))
        {
            return Err(IdentError::component(
                Text::new("port", "端口"),
                "one to five digits",
                "应为 1 至 5 位数字",
            ));
        }
        let host = host.to_lowercase();
        judge_domain(&host)?;
        let port = port.filter(|&port| (scheme, port) != ("http", "80") && (scheme, port) != ("https", "443"));
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        let tail = if tail == "/" { "" } else { tail };
        Ok(Self {
            code: format!("{scheme}://{host}{port}{tail}"),
        })
    }

    /// The host without a leading `www.`: a match key.
    pub fn domain(&self) -> &str {
        let rest = self.code.split_once("://").map_or("", |parts| parts.1);
        let host = &rest[..rest.find([':', '/', '?', '#']).unwrap_or(rest.len())];
        host.strip_prefix("www.").unwrap_or(host)
    }

    /// Nothing is remarkable about an address.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let (scheme, rest) = self.code.split_once("://").unwrap_or(("", ""));
        let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let mut parts = vec![
            Part::new(("scheme", "协议"), scheme, "scheme", "协议"),
            Part::new(
                ("host", "主机"),
                &rest[..at],
                format!("match key {}", self.domain()),
                format!("匹配键 {}", self.domain()),
            ),
        ];
        if at < rest.len() {
            parts.push(Part::new(("path", "路径"), &rest[at..], "path and query", "路径和参数"));
        }
        parts
    }

    /// Nothing can be repaired for certain.
    pub fn suggestions(_text: &str) -> Vec<String> {
        Vec::new()
    }
}

fn fold(text: &str) -> String {
    let folded = text
        .chars()
        .map(|c| if matches!(c, '。' | '｡') { '.' } else { half_width(c) });
    let folded: String = folded.filter(|&c| !is_blank(c) && !is_quote(c)).collect();
    folded.trim_end_matches([',', ';', '、', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms() {
        let cases = [
            ("WWW.Example.COM", "http://www.example.com", "example.com"),
            ("https://www.example.com/", "https://www.example.com", "example.com"),
            (
                "HTTP://example.com:80/About?Id=1",
                "http://example.com/About?Id=1",
                "example.com",
            ),
            (
                "ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ",
                "http://www.example.com",
                "example.com",
            ),
            ("www.example。com。", "http://www.example.com", "example.com"),
            ("http://例子.中国", "http://例子.中国", "例子.中国"),
        ];
        for (text, expected, domain) in cases {
            let url = Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((url.as_str(), url.domain()), (expected, domain), "{text}");
            assert_eq!(Url::parse(expected), Ok(url), "{text}");
        }
        for text in [
            "",
            "无",
            "ftp://example.com",
            "localhost",
            "http://a:b:c",
            "http://-x.com",
            "http://user@example.com",
        ] {
            assert!(Url::parse(text).is_err(), "{text}");
        }
    }
}
