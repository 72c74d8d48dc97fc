//! The data-element dictionary (元字典): what each attribute of an entity type is, in one place.
//!
//! Rooms ask the dictionary what kind of value an attribute holds; they never go by its name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::rulebook::Mistake;
use crate::rulebook::toml::{Document, Table};

/// What a dictionary and its records are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityType {
    /// Customers.
    Customer,
    /// Suppliers.
    Supplier,
    /// Materials and products.
    Material,
    /// Contact persons.
    Contact,
}

impl EntityType {
    /// All entity types.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Supplier, Self::Material, Self::Contact];

    /// The stable name used in configuration, outputs and the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Supplier => "supplier",
            Self::Material => "material",
            Self::Contact => "contact",
        }
    }

    /// The first character of the entity type's global IDs.
    pub fn letter(self) -> char {
        match self {
            Self::Customer => 'C',
            Self::Supplier => 'G',
            Self::Material => 'M',
            Self::Contact => 'E',
        }
    }

    /// The entity type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entity| entity.name() == name)
    }
}

/// What kind of value a data element holds: it chooses the canonical form, the checks and the comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElementKind {
    /// Free text, trimmed and in one width.
    Text,
    /// Name of an organization.
    OrganizationName,
    /// Name of a person.
    PersonName,
    /// Unified social credit code, GB 32100-2015.
    CreditCode,
    /// Resident ID, GB 11643-1999.
    ResidentId,
    /// Mobile number.
    Mobile,
    /// Landline, 400 or 800 number.
    Landline,
    /// Any phone number.
    Phone,
    /// E-mail address.
    Email,
    /// Postal address in one line.
    Address,
    /// Province-level division.
    Province,
    /// Prefecture-level division.
    City,
    /// County-level division.
    County,
    /// Postcode.
    Postcode,
    /// Calendar date, canonical `YYYY-MM-DD`.
    Date,
    /// Amount of money in yuan, canonical plain decimal such as `12300.50`.
    Amount,
    /// Number, canonical plain decimal.
    Number,
    /// Bank account number.
    BankAccount,
    /// CNAPS number of a bank branch (联行号).
    Cnaps,
    /// Article number, GTIN-8 to GTIN-14.
    Gtin,
    /// A member of the element's code list.
    Enumeration,
    /// A code of the company's own, kept as it is but for width and case.
    Code,
    /// A remark; never compared.
    Note,
}

impl ElementKind {
    /// All kinds.
    pub const ALL: [Self; 23] = [
        Self::Text,
        Self::OrganizationName,
        Self::PersonName,
        Self::CreditCode,
        Self::ResidentId,
        Self::Mobile,
        Self::Landline,
        Self::Phone,
        Self::Email,
        Self::Address,
        Self::Province,
        Self::City,
        Self::County,
        Self::Postcode,
        Self::Date,
        Self::Amount,
        Self::Number,
        Self::BankAccount,
        Self::Cnaps,
        Self::Gtin,
        Self::Enumeration,
        Self::Code,
        Self::Note,
    ];

    /// The stable name used in dictionaries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::OrganizationName => "organization-name",
            Self::PersonName => "person-name",
            Self::CreditCode => "credit-code",
            Self::ResidentId => "resident-id",
            Self::Mobile => "mobile",
            Self::Landline => "landline",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Address => "address",
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
            Self::Postcode => "postcode",
            Self::Date => "date",
            Self::Amount => "amount",
            Self::Number => "number",
            Self::BankAccount => "bank-account",
            Self::Cnaps => "cnaps",
            Self::Gtin => "gtin",
            Self::Enumeration => "enumeration",
            Self::Code => "code",
            Self::Note => "note",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How much the company depends on an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Importance {
    /// A missing value becomes work for the business; it is never guessed.
    Key,
    /// A missing value may be imputed, and is marked so.
    Normal,
}

/// Who may see an element's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// Everybody.
    Public,
    /// Everybody in the company.
    Internal,
    /// Masked unless a right to see it is held: personal data, accounts.
    Sensitive,
}

/// One member of a code list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeValue {
    /// The canonical value, which golden records hold.
    pub code: Arc<str>,
    /// Chinese label.
    pub label_zh: Arc<str>,
    /// Other spellings that mean the same.
    pub synonyms: Vec<Arc<str>>,
}

/// One data element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The attribute's name, snake case.
    pub name: Arc<str>,
    /// Chinese name.
    pub label_zh: Arc<str>,
    /// English label.
    pub label: Arc<str>,
    /// Definition in English.
    pub definition: Arc<str>,
    /// Definition in Chinese.
    pub definition_zh: Arc<str>,
    /// What kind of value it holds.
    pub kind: ElementKind,
    /// The standard that its format follows, if there is one.
    pub standard: Option<Arc<str>>,
    /// How much the company depends on it.
    pub importance: Importance,
    /// Who may see it.
    pub sensitivity: Sensitivity,
    /// The code list, in order, for an enumeration; empty for every other kind.
    pub codes: Vec<CodeValue>,
    /// Column headers that usually mean this element, for proposing a mapping.
    pub synonyms: Vec<Arc<str>>,
}

/// The data elements of one entity type, in the order in which golden records show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dictionary {
    /// What the elements describe.
    pub entity: EntityType,
    /// The elements.
    pub elements: Vec<Element>,
}

impl Dictionary {
    /// Position of an element by its name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.elements.iter().position(|element| &*element.name == name)
    }

    /// Positions of all elements of a kind, in order.
    pub fn of_kind(&self, kind: ElementKind) -> impl Iterator<Item = usize> + '_ {
        self.elements
            .iter()
            .enumerate()
            .filter(move |(_, element)| element.kind == kind)
            .map(|(position, _)| position)
    }

    /// Position of the element that a column header means: its name, its labels or one of its synonyms, ignoring case
    /// and surrounding space; the first element in order where several claim it.
    pub fn position_for_header(&self, header: &str) -> Option<usize> {
        let header = header.trim();
        let same = |text: &str| text.eq_ignore_ascii_case(header);
        self.elements.iter().position(|element| {
            same(&element.name)
                || same(&element.label)
                || same(&element.label_zh)
                || element.synonyms.iter().any(|synonym| same(synonym))
        })
    }
    /// Reads a dictionary from TOML text; the format is described at the top of `dictionaries/customer.toml`.
    ///
    /// `file` is the name that mistakes carry. Errors: every mistake in the text, in its order; beside wrong keys and
    /// types an element or code that occurs twice, a header claimed by two elements, an enumeration without codes.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Mistake>> {
        let document = Document::parse(file, text);
        let root = document.root();
        let entity = root.choice("entity", &EntityType::ALL.map(|entity| (entity.name(), entity)));
        let tables = root.tables("element");
        if tables.is_empty() && !root.has("element") {
            root.mistake(
                "no element",
                Some("describe each data element under [[element]]".into()),
            );
        }
        let mut elements = Vec::with_capacity(tables.len());
        let mut claims = Claims::default();
        for table in &tables {
            if let Some(element) = parse_element(table) {
                claims.claim(table, &element);
                elements.push(element);
            }
        }
        drop((root, tables));
        document.finish(Self {
            entity: entity.unwrap_or(EntityType::Customer),
            elements,
        })
    }
}

/// The dictionary that comes with Guiyi.
///
/// # Panics
///
/// Never: the text is compiled in, and the tests parse it.
pub fn shipped(entity: EntityType) -> Dictionary {
    let (file, text) = match entity {
        EntityType::Customer => ("customer.toml", include_str!("../../../dictionaries/customer.toml")),
        EntityType::Supplier => ("supplier.toml", include_str!("../../../dictionaries/supplier.toml")),
        EntityType::Material => ("material.toml", include_str!("../../../dictionaries/material.toml")),
        EntityType::Contact => ("contact.toml", include_str!("../../../dictionaries/contact.toml")),
    };
    Dictionary::parse(file, text).expect("compiled in and parsed by the tests")
}

/// One `[[element]]`; `None` if it has no name or kind, which is said.
fn parse_element(table: &Table<'_>) -> Option<Element> {
    let name = table.string("name");
    let label = table.string("label");
    let label_zh = table.string("label_zh");
    let definition = table.string("definition");
    let definition_zh = table.string("definition_zh");
    let kind = table.choice("kind", &ElementKind::ALL.map(|kind| (kind.name(), kind)));
    let importance = table.opt_choice(
        "importance",
        &[("key", Importance::Key), ("normal", Importance::Normal)],
    );
    let levels = [
        ("public", Sensitivity::Public),
        ("internal", Sensitivity::Internal),
        ("sensitive", Sensitivity::Sensitive),
    ];
    let sensitivity = table.opt_choice("sensitivity", &levels);
    let standard = table.opt_string("standard").map(Arc::from);
    let synonyms = table.strings("synonyms").into_iter().map(Arc::from).collect();
    let codes = parse_codes(table);
    if let Some(name) = name.filter(|name| !is_snake_case(name)) {
        let hint = Some("lower-case letters, digits and _, a letter first".into());
        table.mistake_at("name", format!("\"{name}\" is not a name of an element"), hint);
    }
    match kind {
        Some(ElementKind::Enumeration) if codes.is_empty() && !table.has("codes") => {
            table.mistake_at("kind", "an enumeration needs \"codes\"", None);
        }
        Some(kind) if kind != ElementKind::Enumeration && table.has("codes") => {
            let hint = Some("kind = \"enumeration\"".into());
            table.mistake_at_key(
                "codes",
                format!("an element of kind {} has no codes", kind.name()),
                hint,
            );
        }
        _ => {}
    }
    Some(Element {
        name: name?.into(),
        label_zh: label_zh.unwrap_or_default().into(),
        label: label.unwrap_or_default().into(),
        definition: definition.unwrap_or_default().into(),
        definition_zh: definition_zh.unwrap_or_default().into(),
        kind: kind?,
        standard,
        importance: importance.unwrap_or(Importance::Normal),
        sensitivity: sensitivity.unwrap_or(Sensitivity::Internal),
        codes,
        synonyms,
    })
}

pub(crate) fn parse_codes(table: &Table<'_>) -> Vec<CodeValue> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut codes = Vec::new();
    for value in table.tables("codes") {
        let code = value.string("code");
        let label_zh = value.string("label_zh");
        let synonyms = value.strings("synonyms");
        let (Some(code), Some(label_zh)) = (code, label_zh) else {
            continue;
        };
        for spelling in [code, label_zh].into_iter().chain(synonyms.iter().copied()) {
            if let Some(other) = owners
                .insert(spelling.to_lowercase(), code)
                .filter(|other| *other != code)
            {
                value.mistake(format!("\"{spelling}\" already means the code \"{other}\""), None);
            }
        }
        if codes.iter().any(|other: &CodeValue| &*other.code == code) {
            value.mistake_at("code", format!("the code \"{code}\" occurs twice"), None);
        }
        let synonyms = synonyms.into_iter().map(Arc::from).collect();
        codes.push(CodeValue {
            code: code.into(),
            label_zh: label_zh.into(),
            synonyms,
        });
    }
    codes
}

pub(crate) fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Which element means which column header, lower-case, so that none is claimed twice.
#[derive(Default)]
struct Claims(BTreeMap<String, Arc<str>>);

impl Claims {
    fn claim(&mut self, table: &Table<'_>, element: &Element) {
        if self.0.values().any(|name| *name == element.name) {
            table.mistake_at("name", format!("the element \"{}\" occurs twice", element.name), None);
            return;
        }
        let own = [&element.name, &element.label, &element.label_zh];
        for header in own.into_iter().chain(&element.synonyms) {
            let owner = self
                .0
                .entry(header.trim().to_lowercase())
                .or_insert_with(|| Arc::clone(&element.name));
            if *owner != element.name {
                let message = format!("the header \"{header}\" already means the element \"{owner}\"");
                let index = element.synonyms.iter().position(|synonym| synonym == header);
                table.mistake_at_item("synonyms", index.unwrap_or(usize::MAX), message, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = match Dictionary::parse("d", text) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes
                .iter()
                .map(|mistake| mistake.to_string()[2..].to_owned())
                .collect(),
        };
        assert_eq!(found, expected, "{text}");
    }

    const NAME: &str = "entity = 'customer'\n[[element]]\nname = 'name'\nlabel = 'Name'\nlabel_zh = '名称'\n\
        definition = 'd'\ndefinition_zh = 'd'\nkind = 'text'\n";

    #[test]
    fn mistakes() {
        check(NAME, &[]);
        check(
            "entity = 'custmer'",
            &[
                "1:1: no element\n  hint: describe each data element under [[element]]",
                "1:10: \"custmer\" is not a value of \"entity\"\n  hint: did you mean \"customer\"?",
            ],
        );
        check(
            &format!("{NAME}codes = []\nsynonyms = ['甲']\n{}", &NAME[20..]),
            &[
                "9:1: an element of kind text has no codes\n  hint: kind = \"enumeration\"",
                "12:8: the element \"name\" occurs twice",
            ],
        );
        let other = NAME[20..]
            .replace("'name'", "'2Name'")
            .replace("'text'", "'enumeration'");
        check(
            &format!("{NAME}synonyms = ['甲']\n{other}synonyms = ['乙', '甲']"),
            &[
                "11:8: \"2Name\" is not a name of an element\n  hint: lower-case letters, digits and _, a letter first",
                "16:8: an enumeration needs \"codes\"",
                "17:12: the header \"Name\" already means the element \"name\"",
                "17:12: the header \"名称\" already means the element \"name\"",
                "17:18: the header \"甲\" already means the element \"name\"",
            ],
        );
        let codes = "codes = [{ code = 'a', label_zh = '甲' }, { code = 'b', label_zh = '乙', synonyms = ['A'] }, \
            { code = 'a', label_zh = '丙' }]";
        check(
            &format!("{}{codes}", NAME.replace("'text'", "'enumeration'")),
            &[
                "9:42: \"A\" already means the code \"a\"",
                "9:92: \"a\" already means the code \"b\"",
                "9:101: the code \"a\" occurs twice",
            ],
        );
    }

    #[test]
    fn shipped_dictionaries() {
        for entity in EntityType::ALL {
            let dictionary = shipped(entity);
            assert_eq!(dictionary.entity, entity);
            for (position, element) in dictionary.elements.iter().enumerate() {
                assert_eq!(dictionary.position(&element.name), Some(position));
                for header in element.synonyms.iter().chain([&element.label, &element.label_zh]) {
                    assert_eq!(dictionary.position_for_header(header), Some(position), "{header}");
                }
                assert!(
                    !element.definition.is_empty() && !element.definition_zh.is_empty(),
                    "{}",
                    element.name
                );
            }
        }
    }

    #[test]
    fn headers_of_usual_exports() {
        let erp = "客户名称 客户简称 统一社会信用代码 法定代表人 联系人 联系电话 手机 证件号码 省份 城市 区县 地址 邮编 \
            开户银行 银行账号 联行号 注册资本 信用额度 建档日期 客户分类 状态 备注";
        let crm = "客户全称 信用代码 行业 客户级别 负责人 联系人 联系人手机 座机 邮箱 所在地区 详细地址 年采购额 \
            首次成交日期 客户来源 创建时间 备注";
        let customer = shipped(EntityType::Customer);
        for export in [erp, crm] {
            let mut claimed: Vec<_> = export
                .split_whitespace()
                .map(|header| (customer.position_for_header(header), header))
                .collect();
            claimed.sort_unstable();
            assert!(claimed.iter().all(|(position, _)| position.is_some()), "{claimed:?}");
            assert!(claimed.windows(2).all(|pair| pair[0].0 != pair[1].0), "{claimed:?}");
        }
    }
}
