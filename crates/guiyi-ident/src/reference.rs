//! The reference of the kinds: an example, the standard and the check of each, as `guiyi id kinds` lists them.
//!
//! Law: every example is valid; those of persons, phones and plates are invented, those of organizations are published.

use crate::error::Text;
use crate::kind::Kind;

/// What the reference says of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// A valid value.
    pub example: &'static str,
    /// The standard or notice that defines the kind; its number is the same in both languages.
    pub standard: &'static str,
    /// What a slip is noticed by.
    pub check: Text,
}

impl Kind {
    /// Example, standard and check of this kind.
    pub const fn reference(self) -> Reference {
        let (example, standard, en, zh) = match self {
            Self::CreditCode => (
                "914403001922038216",
                "GB 32100-2015",
                "mod 31, and that of the organization code",
                "模 31，及内含组织机构代码校验",
            ),
            Self::OrgCode => ("19220382-1", "GB 11714-1997", "mod 11", "模 11"),
            Self::RegistrationNumber => (
                "110108012660422",
                "GS 15-2006",
                "ISO 7064 MOD 11,10; 13 digits none",
                "ISO 7064 MOD 11,10；13 位无校验",
            ),
            Self::TaxpayerNumber => (
                "440300192203821",
                "GB 32100-2015, 国家税务总局",
                "of the number inside",
                "内含号码的校验",
            ),
            Self::ResidentId => (
                "11010519491231002X",
                "GB 11643-1999",
                "ISO 7064 MOD 11-2, date, region",
                "ISO 7064 MOD 11-2、日期、区划",
            ),
            Self::ResidentPermit => (
                "81000019900307151X",
                "国办发〔2018〕81号",
                "ISO 7064 MOD 11-2, date",
                "ISO 7064 MOD 11-2、日期",
            ),
            Self::ForeignResidentPermit => (
                "911398199012310021",
                "国家移民管理局 2023",
                "ISO 7064 MOD 11-2, before 2023 ICAO 9303",
                "ISO 7064 MOD 11-2，2023 年前为 ICAO 9303",
            ),
            Self::Passport => ("E12345679", "ICAO 9303", "none: shape only", "无，仅判断形式"),
            Self::TravelPermit => ("H60123456", "国家移民管理局", "none: shape only", "无，仅判断形式"),
            Self::Mobile => ("13800138000", "工信部码号计划", "segment table", "号段表"),
            Self::Landline => ("0755-26013388", "工信部码号计划", "area code and length", "区号与位数"),
            Self::ServiceNumber => ("95588", "工信部码号计划", "first digits", "号码开头"),
            Self::BankCard => ("6222021001122334458", "ISO/IEC 7812-1", "Luhn", "Luhn"),
            Self::Cnaps => (
                "102100099996",
                "中国人民银行",
                "MOD 11,10, inferred: a warning",
                "MOD 11,10（推断，仅警告）",
            ),
            Self::VatInvoiceCode => ("044031900111", "国家税务总局", "place and kind", "地区与票种"),
            Self::VatInvoiceNumber => (
                "25352000000097909249",
                "国家税务总局",
                "year and province of 20 digits",
                "20 位的年份与省份",
            ),
            Self::Plate => ("粤B12345", "GA 36-2018", "province and shape", "省份与形式"),
            Self::Postcode => ("518129", "GB/T 10112", "first two digits", "前两位"),
            Self::Email => ("zhang.san@example.com", "RFC 5321", "shape", "形式"),
            Self::Url => ("https://www.example.com", "RFC 3986", "shape", "形式"),
            Self::Icp => (
                "京ICP备12345678号-1",
                "工信部令第33号",
                "province and length",
                "省份与位数",
            ),
            Self::Gtin => ("6901234567892", "GB 12904-2008, GS1", "mod 10", "模 10"),
            Self::HsCode => ("8517130000", "HS 2022, 海关税则", "chapter only", "仅判断章"),
            Self::TaxClassification => (
                "3040203000000000000",
                "国家税务总局公告2016年第23号",
                "hierarchy only",
                "仅判断层级",
            ),
            Self::Lei => ("HWUPKR0MPOU8FGXBT394", "ISO 17442", "MOD 97-10", "MOD 97-10"),
            Self::GlobalId => ("C00-000001-M", "Guiyi", "mod 31", "模 31"),
        };
        Reference {
            example,
            standard,
            check: Text::new(en, zh),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_valid_and_canonical() {
        for &kind in Kind::ALL {
            let example = kind.reference().example;
            let checked = kind
                .check(example)
                .unwrap_or_else(|error| panic!("{kind} {example}: {error}"));
            assert_eq!(checked.canonical, example, "{kind}");
        }
    }
}
