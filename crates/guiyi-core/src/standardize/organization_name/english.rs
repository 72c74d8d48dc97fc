//! Legal forms of names in Latin script: `ABC CO.,LTD`, `Abc Company Limited` and `ABC Co Ltd.` end alike.

/// Words of a form in lower case and without points, the longest first, and how the form is written.
const FORMS: [(&[&str], &str); 22] = [
    (&["company", "limited"], "Co., Ltd."),
    (&["private", "limited"], "Pvt. Ltd."),
    (&["co", "limited"], "Co., Ltd."),
    (&["company", "ltd"], "Co., Ltd."),
    (&["co", "ltd"], "Co., Ltd."),
    (&["pte", "ltd"], "Pte. Ltd."),
    (&["pte", "limited"], "Pte. Ltd."),
    (&["pvt", "ltd"], "Pvt. Ltd."),
    (&["pty", "ltd"], "Pty. Ltd."),
    (&["sdn", "bhd"], "Sdn. Bhd."),
    (&["co", "inc"], "Co., Inc."),
    (&["l", "l", "c"], "LLC"),
    (&["limited"], "Ltd."),
    (&["ltd"], "Ltd."),
    (&["incorporated"], "Inc."),
    (&["inc"], "Inc."),
    (&["corporation"], "Corp."),
    (&["corp"], "Corp."),
    (&["llc"], "LLC"),
    (&["gmbh"], "GmbH"),
    (&["company"], "Co."),
    (&["co"], "Co."),
];

/// The name with its form as this house writes it; `None` for a name without one.
pub(super) fn with_form(name: &str) -> Option<String> {
    let (head, _, form) = split(name)?;
    Some(format!("{head} {form}"))
}

/// The name before its form, the form as it stands, and as it is written; `None` for a name without one, and for one
/// with a Chinese character.
pub(super) fn split(name: &str) -> Option<(&str, &str, &'static str)> {
    if !name.is_ascii() || !name.contains([' ', ',']) {
        return None;
    }
    FORMS.iter().find_map(|(words, form)| {
        let mut rest = name;
        for word in words.iter().rev() {
            rest = rest.trim_end_matches([' ', ',', '.']);
            let start = rest.len().checked_sub(word.len())?;
            if !rest.is_char_boundary(start) || !rest[start..].eq_ignore_ascii_case(word) {
                return None;
            }
            rest = &rest[..start];
        }
        let head = rest.trim_end_matches([' ', ',']);
        // The form is a word of its own: `Texaco` is none of `Co.`; and something stands before it.
        let stands_alone = head.len() < rest.len();
        let first = head.trim_end_matches('.');
        let is_form = |(words, _): &(&[&str], &str)| words.len() == 1 && first.eq_ignore_ascii_case(words[0]);
        (stands_alone && !head.is_empty() && !FORMS.iter().any(is_form)).then_some((head, &name[head.len()..], *form))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form() {
        for (name, expected) in [
            ("Acme Tools Co., Ltd.", Some("Acme Tools Co., Ltd.")),
            ("ACME TOOLS CO.,LTD", Some("ACME TOOLS Co., Ltd.")),
            ("Acme Company Limited", Some("Acme Co., Ltd.")),
            ("Acme, Inc", Some("Acme Inc.")),
            ("Acme L.L.C.", Some("Acme LLC")),
            ("Texaco", None),
            ("Big Texaco", None),
            ("Co., Ltd.", None),
            ("明远 Co., Ltd", None),
        ] {
            assert_eq!(with_form(name).as_deref(), expected, "{name}");
        }
    }
}
