//! The data-element dictionary (元字典): what each attribute of an entity type is, in one place.
//!
//! Rooms ask the dictionary what kind of value an attribute holds; they never go by its name.

mod parse;
pub(crate) use parse::{is_snake_case, parse_codes};
#[cfg(test)]
mod tests;

use std::sync::Arc;

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
    /// A number and its unit, canonical `2.5 KG`.
    Quantity,
    /// A unit of quantity, canonical its code in `dictionaries/unit/unit.tsv`.
    Unit,
    /// Size, model and material of a thing, as text with one form of its signs: `Φ12×30`.
    Specification,
    /// Yes or no, canonical `true` and `false`.
    Boolean,
    /// Web address.
    Url,
}

impl ElementKind {
    /// All kinds.
    pub const ALL: [Self; 28] = [
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
        Self::Quantity,
        Self::Unit,
        Self::Specification,
        Self::Boolean,
        Self::Url,
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
            Self::Quantity => "quantity",
            Self::Unit => "unit",
            Self::Specification => "specification",
            Self::Boolean => "boolean",
            Self::Url => "url",
        }
    }

    /// What people call it, in English and Chinese; the name where it has no other.
    pub fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("text", "文本"),
            Self::OrganizationName => ("organization name", "单位名称"),
            Self::PersonName => ("person name", "人名"),
            Self::CreditCode => ("credit code", "统一社会信用代码"),
            Self::ResidentId => ("resident ID", "身份证号"),
            Self::Mobile => ("mobile number", "手机号码"),
            Self::Landline => ("landline", "固定电话"),
            Self::Phone => ("phone number", "电话号码"),
            Self::Email => ("e-mail address", "电子邮箱"),
            Self::Address => ("address", "地址"),
            Self::Province => ("province", "省级行政区"),
            Self::City => ("city", "地级行政区"),
            Self::County => ("county", "县级行政区"),
            Self::Postcode => ("postcode", "邮政编码"),
            Self::Date => ("date", "日期"),
            Self::Amount => ("amount", "金额"),
            Self::Number => ("number", "数值"),
            Self::BankAccount => ("bank account", "银行账号"),
            Self::Cnaps => ("CNAPS number", "联行号"),
            Self::Gtin => ("article number", "商品条码"),
            Self::Enumeration => ("code list", "代码表"),
            Self::Code => ("code", "编码"),
            Self::Note => ("note", "备注"),
            #[allow(unreachable_patterns, reason = "a new kind is shown by its name until it has labels")]
            _ => (self.name(), self.name()),
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

impl Importance {
    /// The stable name used in dictionaries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Normal => "normal",
        }
    }
}

impl Sensitivity {
    /// The stable name used in dictionaries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Sensitive => "sensitive",
        }
    }
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
    /// The standard that its format or its code list follows, if there is one.
    pub standard: Option<Arc<str>>,
    /// How much the company depends on it.
    pub importance: Importance,
    /// Who may see it.
    pub sensitivity: Sensitivity,
    /// The canonical form in words or as an example, such as `YYYY-MM-DD`; `None`: that of its kind.
    pub format: Option<Arc<str>>,
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
