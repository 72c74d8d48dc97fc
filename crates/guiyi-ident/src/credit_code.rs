//! Unified social credit code (统一社会信用代码), GB 32100-2015 with amendment 1 of 2016.
//!
//! 18 characters: authority, entity type, region (6 digits), organization code (9), check character.
//! The alphabet has 31 characters, no I O S V Z; the check is the weighted sum with 3^i mod 31.
//! Laws: both check characters fit, the authority and type belong together; a region outside the table is a warning,
//! because registrars of zones, and the national registrar (`100000`), are not in GB/T 2260.

use crate::error::{IdentError, Text};
use crate::org_code::{self, OrgCode};
use crate::part::Part;
use crate::text::{Ascii, ROUNDED, is_filler, is_rounded, read, text_value, wrong_length};
use crate::warning::Warning;
use crate::{region, suggest, text};

/// The characters of GB 32100-2015, in order of their values 0..30.
pub(crate) const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// 3^i mod 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Value of each ASCII character in [`ALPHABET`], 255 for the others.
pub(crate) const VALUES: [u8; 128] = {
    let mut values = [255; 128];
    let mut i = 0;
    while i < 31 {
        values[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    values
};

const LENGTH: &str = "18";
const ORGANIZATION: Text = Text::new("organization code", "组织机构代码");
const AUTHORITY: Text = Text::new("authority and entity type", "登记管理部门和机构类别");

/// A valid unified social credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode {
    code: Ascii<18>,
}

text_value!(CreditCode, display);

/// The check character of the first 17 characters; `None` if one of them is not of the alphabet.
pub(crate) fn check_character(body: &[u8]) -> Option<u8> {
    let sum = body.iter().zip(WEIGHTS).try_fold(0, |sum, (&byte, weight)| {
        let value = *VALUES.get(usize::from(byte)).filter(|value| **value != 255)?;
        Some(sum + u32::from(value) * weight)
    })?;
    Some(ALPHABET[((31 - sum % 31) % 31) as usize])
}

impl CreditCode {
    /// Reads a code; separators, width and case do not matter.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<18>(text, LENGTH)?;
        let Ok(bytes) = <&[u8; 18]>::try_from(code.bytes()) else {
            return Err(wrong_length(code.bytes(), LENGTH));
        };
        let mut sum = 0;
        for (&b, weight) in bytes.iter().zip(WEIGHTS) {
            let value = VALUES[usize::from(b & 0x7F)];
            if value == 255 {
                return Err(WRONG_CHARACTER);
            }
            sum += u32::from(value) * weight;
        }
        if VALUES[usize::from(bytes[17] & 0x7F)] == 255 {
            return Err(WRONG_CHARACTER);
        }
        if !bytes[2..8].iter().all(u8::is_ascii_digit) {
            return Err(IdentError::format(
                "the region, characters 3 to 8, must be digits",
                "第 3 至 8 位行政区划必须为数字",
            ));
        }
        let check = ALPHABET[((31 - sum % 31) % 31) as usize];
        if bytes[17] != check {
            return Err(misfit(bytes, check));
        }
        if bytes[16] != org_code::check_character(&bytes[8..16]) {
            return Err(IdentError::component(
                ORGANIZATION,
                "its own check character does not fit",
                "自身校验码不符",
            ));
        }
        if labels(bytes[0], bytes[1]).is_none() {
            return Err(IdentError::component(AUTHORITY, "no such combination", "没有这种组合"));
        }
        Ok(Self { code })
    }

    /// The organization code inside, characters 9 to 17.
    pub fn org_code(&self) -> OrgCode {
        let mut code = [0; 9];
        code.copy_from_slice(&self.code.bytes()[8..17]);
        OrgCode::verified(code)
    }

    /// The region code of the registrar, characters 3 to 8.
    pub fn region(&self) -> &str {
        &self.as_str()[2..8]
    }

    /// What is remarkable: a region outside the table, or a development zone.
    pub fn warnings(&self) -> Vec<Warning> {
        match region::kind(self.region()) {
            _ if self.region() == "100000" => Vec::new(),
            None => vec![Warning::RegionUnknown],
            Some(region::RegionKind::Zone) => vec![Warning::RegionIsZone],
            Some(region::RegionKind::Standard) => Vec::new(),
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let (authority, kind) = self.labels();
        let region = if self.region() == "100000" {
            Part::new(
                ("region", "行政区划"),
                self.region(),
                "national registrar",
                "国家级登记机关",
            )
        } else {
            Part::region(self.region())
        };
        vec![
            Part::new(("authority", "登记管理部门"), &code[..1], authority.en, authority.zh),
            Part::new(("entity type", "机构类别"), &code[1..2], kind.en, kind.zh),
            region,
            Part::new(
                ("organization code", "组织机构代码"),
                &code[8..17],
                format!("{}, check character fits", self.org_code()),
                format!("{}，校验码相符", self.org_code()),
            ),
            Part::check(&code[17..], "GB 32100-2015"),
        ]
    }

    fn labels(&self) -> (Text, Text) {
        let bytes = self.code.bytes();
        labels(bytes[0], bytes[1]).expect("the pair was found when the code was read")
    }

    /// Valid codes of a known region one slip away from the text; empty when it is valid.
    pub fn suggestions(text: &str) -> Vec<String> {
        let own = Self::parse(text).is_ok();
        suggest::repairs(&text::compact(text), |candidate| {
            Self::parse(candidate).is_ok_and(|code| own || code.warnings().is_empty())
        })
    }
}

const WRONG_CHARACTER: IdentError = IdentError::format(
    "only digits and capitals without I O S V Z may stand here",
    "只能使用数字和除 I O S V Z 以外的大写字母",
);

#[cold]
fn misfit(bytes: &[u8; 18], check: u8) -> IdentError {
    if is_filler(bytes) {
        IdentError::Placeholder
    } else if is_rounded(bytes) {
        ROUNDED
    } else {
        IdentError::checksum(bytes[17], check)
    }
}

/// The authority (GB 32100-2015 table 1) and the entity type that it registers; `None` where the pair does not exist.
fn labels(authority: u8, kind: u8) -> Option<(Text, Text)> {
    const OTHER: Text = Text::new("other", "其他");
    let authority_text = match authority {
        b'1' => Text::new("staffing commission", "机构编制"),
        b'2' => Text::new("foreign affairs", "外交"),
        b'3' => Text::new("judicial administration", "司法行政"),
        b'4' => Text::new("culture", "文化"),
        b'5' => Text::new("civil affairs", "民政"),
        b'6' => Text::new("tourism", "旅游"),
        b'7' => Text::new("religious affairs", "宗教"),
        b'8' => Text::new("trade unions", "工会"),
        b'9' => Text::new("market regulation", "市场监管（工商）"),
        b'A' => Text::new("military reform and staffing office", "中央军委改革和编制办公室"),
        b'N' => Text::new("agriculture", "农业"),
        b'Y' => Text::new("other", "其他"),
        _ => return None,
    };
    let kind_text = match (authority, kind) {
        (b'1', b'1') => Text::new("government organ", "机关"),
        (b'1', b'2') => Text::new("public institution", "事业单位"),
        (b'1', b'3') => Text::new("mass organization", "编办直接管理机构编制的群众团体"),
        (b'2', b'1') => Text::new("resident foreign news agency", "外国常驻新闻机构"),
        (b'3', b'1') => Text::new("law firm", "律师执业机构"),
        (b'3', b'2') => Text::new("notary office", "公证处"),
        (b'3', b'3') => Text::new("grassroots legal service", "基层法律服务所"),
        (b'3', b'4') => Text::new("forensic institution", "司法鉴定机构"),
        (b'3', b'5') => Text::new("arbitration commission", "仲裁委员会"),
        (b'4', b'1') => Text::new("foreign cultural center", "外国在华文化中心"),
        (b'5', b'1') => Text::new("social association", "社会团体"),
        (b'5', b'2') => Text::new("private non-enterprise unit", "民办非企业单位"),
        (b'5', b'3') => Text::new("foundation", "基金会"),
        (b'6', b'1') => Text::new("office of a foreign tourism department", "外国旅游部门常驻代表机构"),
        (b'6', b'2') => Text::new(
            "office of a Hong Kong, Macau or Taiwan tourism department",
            "港澳台旅游部门常驻内地（大陆）代表机构",
        ),
        (b'7', b'1') => Text::new("place of worship", "宗教活动场所"),
        (b'7', b'2') => Text::new("religious school", "宗教院校"),
        (b'8', b'1') => Text::new("grassroots trade union", "基层工会"),
        (b'9', b'1') => Text::new("enterprise", "企业"),
        (b'9', b'2') => Text::new("sole trader", "个体工商户"),
        (b'9', b'3') => Text::new("farmers' cooperative", "农民专业合作社"),
        (b'A', b'1') => Text::new("military institution", "军队事业单位"),
        (b'N', b'1') => Text::new("collective of a villagers' group", "组级集体经济组织"),
        (b'N', b'2') => Text::new("collective of a village", "村级集体经济组织"),
        (b'N', b'3') => Text::new("collective of a township", "乡镇级集体经济组织"),
        (b'Y', b'1') | (b'1'..=b'8' | b'A' | b'N', b'9') => OTHER,
        _ => return None,
    };
    Some((authority_text, kind_text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes that their owners publish, and where: annual reports of listed companies, invoicing details of universities,
    /// certificates of banks' sites, tender notices. Those without a name stand in notices under several names.
    const PUBLISHED: [&str; 29] = [
        "914403001922038216", // 华为技术有限公司, web site
        "91110000600001760P", // 用友网络科技股份有限公司, annual report
        "9144030071526726XG", // 腾讯科技（深圳）有限公司, web site
        "91440300708461136T", // 深圳市腾讯计算机系统有限公司, web site
        "91330100799655058B", // 阿里巴巴（中国）有限公司, web site
        "91110000802100433B", // 北京百度网讯科技有限公司, web site
        "91110108551385082Q", // 小米科技有限责任公司, web site
        "91440300192317458F", // 比亚迪股份有限公司, annual report
        "91440400192548256N", // 珠海格力电器股份有限公司, annual report
        "91440606722473344C", // 美的集团股份有限公司, annual report
        "91330000733796106P", // 杭州海康威视数字技术股份有限公司, annual report
        "91350900587527783P", // 宁德时代新能源科技股份有限公司, annual report
        "91310000132260250X", // 上海汽车集团股份有限公司, annual report
        "91440300192181490G", // 万科企业股份有限公司, annual report
        "91440300100012316L", // 中国平安保险（集团）股份有限公司, annual report
        "9144030010001686XA", // 招商银行股份有限公司, certificate of its site
        "911000001000013428", // 中国银行股份有限公司, certificate of its site
        "91100000100003962T", // 中国工商银行股份有限公司, annual report
        "911100001000044477", // 中国建设银行股份有限公司, annual report
        "911100001000054748", // 中国农业银行股份有限公司, annual report
        "12100000400000624D", // 清华大学, invoicing details
        "12100000470095016Q", // 浙江大学, invoicing details
        "12100000425006117P", // 复旦大学, invoicing details
        "12100000441626842D", // 华中科技大学, invoicing details
        "9144030027939873X7",
        "91511500709066998M",
        "91330108MA2H2FMAXF",
        "92361130MA386N427K",
        "12440300MB2C92173E",
    ];

    #[test]
    fn published_codes_are_valid() {
        for text in PUBLISHED {
            let code = CreditCode::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(code.to_string(), text);
            assert!(code.warnings().is_empty(), "{text}");
            assert_eq!(
                code.explain().iter().map(|part| part.text.as_str()).collect::<String>(),
                text
            );
        }
    }

    #[test]
    fn dirt_is_read_through() {
        for text in [
            "'914403001922038216",
            "9144 0300 1922 038216",
            "９１４４０３００１９２２０３８２１６",
            "9144030071526726xg",
        ] {
            assert!(CreditCode::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn each_kind_of_error() {
        let cases = [
            ("91440300192203821", "length"),
            ("9144030019220382160", "length"),
            ("", "length"),
            ("91440300192203821O", "format"),
            ("91A40300192203821A", "format"),
            ("深圳市腾讯计算机系统有限公司上海分公司", "format"),
            ("914403001922038217", "checksum"),
            ("914403001922038000", "destroyed"),
            ("9.1440300192E+17", "destroyed"),
            ("111111111111111111", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(
                CreditCode::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }

    #[test]
    fn an_inner_fault_under_a_fitting_check_is_a_component() {
        for body in ["91440300192203822", "94440300192203821", "Y2440300192203821"] {
            let sum: u32 = body
                .bytes()
                .zip(WEIGHTS)
                .map(|(b, w)| u32::from(VALUES[usize::from(b)]) * w)
                .sum();
            let text = format!("{body}{}", char::from(ALPHABET[((31 - sum % 31) % 31) as usize]));
            assert_eq!(
                CreditCode::parse(&text).map_err(|error| error.code()),
                Err("component"),
                "{text}"
            );
        }
    }

    #[test]
    fn one_repair_fits() {
        for text in [
            "9l4403001922038216",
            "91440300I92203821G",
            "914403001922308216",
            "9144O3OO192203B216",
        ] {
            let found = CreditCode::suggestions(text);
            assert!(found.len() <= 1, "{text}: {found:?}");
            assert!(
                found.iter().all(|code| code == "914403001922038216"),
                "{text}: {found:?}"
            );
        }
        assert_eq!(CreditCode::suggestions("9l4403001922038216"), ["914403001922038216"]);
        assert_eq!(CreditCode::suggestions("914403001922308216"), ["914403001922038216"]);
        assert!(CreditCode::suggestions("914403001922038216").is_empty());
        // The swap to 914043... fits both checks, but 404300 is no region.
        assert!(CreditCode::suggestions("914403001922038217").is_empty());
    }
}
