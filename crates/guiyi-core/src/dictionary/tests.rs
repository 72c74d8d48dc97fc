//! Tests of the dictionary: mistakes, the shipped ones, and the headers of usual exports.

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
