//! What one part of an identifier says, as data: the answer to `guiyi id explain`.

/// One part of an identifier and its meaning in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// English name of the part, such as `region`.
    pub name_en: &'static str,
    /// Chinese name of the part, such as `行政区划`.
    pub name_zh: &'static str,
    /// The characters of this part, as they stand in the identifier.
    pub text: String,
    /// What the characters say, in English.
    pub meaning_en: String,
    /// What the characters say, in Chinese.
    pub meaning_zh: String,
}

impl Part {
    pub(crate) fn new(
        name: (&'static str, &'static str),
        text: impl Into<String>,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Self {
        Self {
            name_en: name.0,
            name_zh: name.1,
            text: text.into(),
            meaning_en: en.into(),
            meaning_zh: zh.into(),
        }
    }

    /// A region code and its full name; an unknown code says so.
    pub(crate) fn region(code: &str) -> Self {
        let name = crate::region::full_name(code);
        let zh = name.clone().unwrap_or_else(|| "不在行政区划表中".to_owned());
        Self::new(
            ("region", "行政区划"),
            code,
            name.unwrap_or_else(|| "not in the region table".to_owned()),
            zh,
        )
    }

    /// The check character, which by construction fits.
    pub(crate) fn check(text: impl Into<String>, scheme: &str) -> Self {
        Self::new(
            ("check character", "校验码"),
            text,
            format!("fits, {scheme}"),
            format!("相符，{scheme}"),
        )
    }
}
