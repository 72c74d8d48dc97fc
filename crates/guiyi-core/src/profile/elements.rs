//! Which data element a column feeds: by its header and by its content, one element a column at most and one column an
//! element.
//!
//! A header that the dictionary knows is strong evidence, content of a kind with a check digit too; where the two
//! disagree the proposal stands with little confidence and says why. Content alone proposes only kinds that nothing
//! else looks like.

use std::collections::BTreeSet;

use super::infer::Shares;
use crate::dictionary::{Dictionary, Element, ElementKind};
use crate::finding::Language;

/// How a header speaks for an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderEvidence {
    /// It is the element's name, label or synonym.
    Same,
    /// It is one of them but for brackets, units and punctuation, or contains one.
    Like,
    /// It says nothing.
    None,
}

/// The data element that a column feeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proposal {
    /// Position of the element in the dictionary.
    pub element: usize,
    /// How sure, in [0, 1]; from 0.5 on `guiyi init` writes the mapping.
    pub confidence: f64,
    /// What the header says.
    pub header: HeaderEvidence,
    /// Share of the values that the element's kind accepts; `None` if the kind accepts anything, or there is no value.
    pub accepted: Option<f64>,
}

impl Proposal {
    /// The reason, for people.
    pub fn describe(&self, element: &Element, language: Language) -> String {
        let (kind_en, kind_zh) = element.kind.labels();
        let percent = self.accepted.map(|share| (share * 100.0).round());
        match language {
            Language::English => {
                let header = match self.header {
                    HeaderEvidence::Same => "the header is known",
                    HeaderEvidence::Like => "the header is like a known one",
                    HeaderEvidence::None => "the header says nothing",
                };
                match percent {
                    Some(percent) => format!("{header}; {percent} % of the values are read as {kind_en}"),
                    None => header.to_owned(),
                }
            }
            Language::Chinese => {
                let header = match self.header {
                    HeaderEvidence::Same => "列名已知",
                    HeaderEvidence::Like => "列名相近",
                    HeaderEvidence::None => "列名未知",
                };
                match percent {
                    Some(percent) => format!("{header}；{percent}% 的值可识别为{kind_zh}"),
                    None => header.to_owned(),
                }
            }
        }
    }
}

/// What is known of a column.
pub(super) struct Evidence<'a> {
    pub(super) header: &'a str,
    pub(super) filled: u64,
    pub(super) shares: &'a Shares,
    /// Distinct values and their rows, for code lists.
    pub(super) values: Vec<(&'a str, u64)>,
}

/// Proposals below this confidence are not made.
const LEAST: f64 = 0.3;

/// For each column the element that it feeds; the surest proposals first, on a tie the column and the element that
/// stand first.
pub(super) fn assign(columns: &[Evidence<'_>], dictionary: &Dictionary) -> Vec<Option<Proposal>> {
    let spellings: Vec<BTreeSet<String>> = dictionary.elements.iter().map(spellings).collect();
    let mut proposals = Vec::new();
    for (column, evidence) in columns.iter().enumerate() {
        let (known, is_same) = match dictionary.position_for_header(evidence.header) {
            Some(element) => (Some(element), true),
            None => (like(evidence.header, dictionary), false),
        };
        for (position, element) in dictionary.elements.iter().enumerate() {
            let header = if known != Some(position) {
                HeaderEvidence::None
            } else if is_same {
                HeaderEvidence::Same
            } else {
                HeaderEvidence::Like
            };
            let is_first = dictionary.of_kind(element.kind).next() == Some(position);
            let proposal = propose(evidence, position, element, header, is_first, &spellings[position]);
            if proposal.confidence >= LEAST {
                proposals.push((column, proposal));
            }
        }
    }
    proposals.sort_by(|(column, one), (other_column, other)| {
        other
            .confidence
            .total_cmp(&one.confidence)
            .then(column.cmp(other_column))
            .then(one.element.cmp(&other.element))
    });
    let mut assigned: Vec<Option<Proposal>> = vec![None; columns.len()];
    let mut taken = vec![false; dictionary.elements.len()];
    for (column, proposal) in proposals {
        if assigned[column].is_none() && !taken[proposal.element] {
            taken[proposal.element] = true;
            assigned[column] = Some(proposal);
        }
    }
    assigned
}

fn propose(
    evidence: &Evidence<'_>,
    position: usize,
    element: &Element,
    header: HeaderEvidence,
    is_first: bool,
    spellings: &BTreeSet<String>,
) -> Proposal {
    let accepted = if evidence.filled == 0 {
        None
    } else {
        accepted(evidence, element, spellings)
    };
    let trust = trust(element.kind);
    // Dirt must not speak against a header, so three quarters of the values are as good as all of them.
    let fits = accepted.map(|share| (share / 0.75).min(1.0));
    let confidence = match (header, fits) {
        (HeaderEvidence::Same, None) => 0.85,
        (HeaderEvidence::Same, Some(fits)) => 0.95 - (1.0 - fits) * trust * 0.65,
        (HeaderEvidence::Like, None) => 0.45,
        (HeaderEvidence::Like, Some(fits)) => 0.6 - (1.0 - fits) * trust * 0.5 + 0.2 * fits * trust,
        (HeaderEvidence::None, Some(fits)) if is_first && trust >= 0.7 && fits >= 0.6 => 0.65 * fits * trust,
        (HeaderEvidence::None, _) => 0.0,
    };
    Proposal {
        element: position,
        confidence,
        header,
        accepted,
    }
}

/// The share of the values that an element accepts; `None` if it accepts anything.
fn accepted(evidence: &Evidence<'_>, element: &Element, spellings: &BTreeSet<String>) -> Option<f64> {
    if element.kind == ElementKind::Enumeration {
        let total: u64 = evidence.values.iter().map(|(_, count)| count).sum();
        let codes: u64 = evidence
            .values
            .iter()
            .filter(|(text, _)| spellings.contains(&text.trim().to_lowercase()))
            .map(|(_, count)| count)
            .sum();
        return (total > 0).then(|| codes as f64 / total as f64);
    }
    let kind = match element.kind {
        ElementKind::Number => ElementKind::Amount,
        ElementKind::County => return None,
        kind => kind,
    };
    evidence
        .shares
        .kinds
        .iter()
        .find(|(other, _)| *other == kind)
        .map(|(_, share)| *share)
}

/// Every spelling of an element's codes, in lower case.
fn spellings(element: &Element) -> BTreeSet<String> {
    let codes = element.codes.iter();
    let all = codes.flat_map(|code| [&code.code, &code.label_zh].into_iter().chain(&code.synonyms));
    all.map(|spelling| spelling.to_lowercase()).collect()
}

/// How much it says that a value is accepted by a kind, in [0, 1]: 1 for a check digit, 0 where anything passes.
fn trust(kind: ElementKind) -> f64 {
    use ElementKind as K;
    match kind {
        K::CreditCode | K::ResidentId | K::Email => 1.0,
        K::Mobile | K::Cnaps | K::Gtin => 0.95,
        K::Phone | K::Landline | K::Province | K::City => 0.85,
        K::OrganizationName | K::Address => 0.8,
        K::Date => 0.65,
        K::Enumeration | K::PersonName => 0.6,
        K::Amount | K::Number | K::Postcode => 0.5,
        K::BankAccount => 0.4,
        _ => 0.0,
    }
}

/// The element that a header is like: the same without brackets, units and punctuation, else the one whose longest
/// spelling it contains, if that makes up half of it.
fn like(header: &str, dictionary: &Dictionary) -> Option<usize> {
    let bare = bare(header);
    if bare.is_empty() {
        return None;
    }
    let spellings = dictionary.elements.iter().enumerate().flat_map(|(position, element)| {
        let own = [&element.name, &element.label, &element.label_zh];
        own.into_iter()
            .chain(&element.synonyms)
            .map(move |spelling| (position, self::bare(spelling)))
    });
    let mut best: Option<(usize, usize)> = None;
    for (position, spelling) in spellings {
        let length = spelling.chars().count();
        if spelling == bare {
            return Some(position);
        }
        let is_part = length >= 2 && 2 * length >= bare.chars().count() && bare.contains(&spelling);
        // A short Latin word inside another says nothing.
        if is_part && !(spelling.is_ascii() && length < 4) && best.is_none_or(|(longest, _)| length > longest) {
            best = Some((length, position));
        }
    }
    best.map(|(_, position)| position)
}

/// A header without what stands in brackets, without marks and spaces, in lower case.
fn bare(header: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::new();
    for c in header.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 && c.is_alphanumeric() => kept.extend(c.to_lowercase()),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::{EntityType, shipped};

    fn shares(kind: ElementKind, share: f64) -> Shares {
        let tried = super::super::kinds::TRIED;
        Shares {
            kinds: tried
                .iter()
                .map(|other| (*other, if *other == kind { share } else { 0.0 }))
                .collect(),
            identifiers: Vec::new(),
        }
    }

    fn check(columns: &[(&str, ElementKind, f64)], expected: &[Option<&str>]) {
        let dictionary = shipped(EntityType::Customer);
        let shares: Vec<Shares> = columns.iter().map(|(_, kind, share)| shares(*kind, *share)).collect();
        let evidence: Vec<Evidence<'_>> = columns
            .iter()
            .zip(&shares)
            .map(|((header, _, _), shares)| Evidence {
                header,
                filled: 100,
                shares,
                values: Vec::new(),
            })
            .collect();
        let found: Vec<Option<&str>> = assign(&evidence, &dictionary)
            .into_iter()
            .map(|proposal| proposal.map(|proposal| &*dictionary.elements[proposal.element].name))
            .collect();
        assert_eq!(found, expected, "{columns:?}");
    }

    #[test]
    fn header_and_content_decide_together() {
        use ElementKind as K;
        check(
            &[("手机", K::Mobile, 0.9), ("号码", K::Mobile, 0.9)],
            &[Some("mobile"), None],
        );
        check(&[("列3", K::CreditCode, 0.8)], &[Some("credit_code")]);
        check(&[("客户名称（中文）", K::OrganizationName, 0.9)], &[Some("name")]);
        check(&[("我方手机号", K::Mobile, 0.9)], &[Some("mobile")]);
        // The header says mobile, the values are credit codes, and another column has the mobiles.
        check(
            &[("手机", K::CreditCode, 0.9), ("列2", K::Mobile, 0.9)],
            &[Some("credit_code"), Some("mobile")],
        );
        check(&[("列4", K::Amount, 1.0)], &[None]);
    }
}
