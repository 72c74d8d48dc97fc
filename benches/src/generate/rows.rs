//! One row of each system: the entity, seen through the habits of those who keep that system.

use super::characters::Characters;
use super::date::Date;
use super::dirt::{Class, Dirt};
use super::dirty_name::{dirty_contact, dirty_name};
use super::dirty_value::{
    dirty_address, dirty_amount, dirty_code, dirty_date, dirty_landline, dirty_mobile, dirty_postcode,
    dirty_resident_id, forced_text,
};
use super::population::System;
use super::words;
use super::world::{Entity, World};

/// Columns of the ERP export.
pub(crate) const ERP_COLUMNS: [&str; 23] = [
    "客户编码",
    "客户名称",
    "客户简称",
    "统一社会信用代码",
    "法定代表人",
    "联系人",
    "联系电话",
    "手机",
    "证件号码",
    "省份",
    "城市",
    "区县",
    "地址",
    "邮编",
    "开户银行",
    "银行账号",
    "联行号",
    "注册资本",
    "信用额度",
    "建档日期",
    "客户分类",
    "状态",
    "备注",
];
/// Columns of the CRM export.
pub(crate) const CRM_COLUMNS: [&str; 17] = [
    "客户编号",
    "客户全称",
    "信用代码",
    "行业",
    "客户级别",
    "负责人",
    "联系人",
    "联系人手机",
    "座机",
    "邮箱",
    "所在地区",
    "详细地址",
    "年采购额",
    "首次成交日期",
    "客户来源",
    "创建时间",
    "备注",
];
/// Where the amounts stand among the ERP's columns: 信用额度, which the totals row sums.
pub(crate) const ERP_CREDIT_LIMIT: usize = 18;

const REMARKS: [&str; 12] = [
    "月结30天",
    "月结60天,对账后付款",
    "款到发货",
    "老客户",
    "需开专票",
    "送货前电话联系",
    "合同见附件",
    "客户要求\"含税\"报价",
    "价格按2024版目录",
    "旺季备货\n请提前两周下单",
    "由电商渠道转入",
    "资料待核",
];

/// The row `entity` has in the ERP under `key`, and the credit limit in fen.
pub(crate) fn erp_row(
    entity: &Entity,
    key: String,
    characters: &Characters,
    world: &World,
    dirt: &mut Dirt,
) -> (Vec<String>, u64) {
    let place = entity.place();
    let bank = &words::BANKS[entity.bank];
    let mut name = dirty_name(entity, System::Erp, characters, dirt);
    if dirt.has(0.01) {
        name = forced_text(&name, dirt);
        dirt.log(Class::ForcedText);
    }
    let (province, city) = if dirt.has(0.06) {
        dirt.log(Class::RegionSuffix);
        (place.province_short, place.city_short)
    } else {
        (place.province, place.city)
    };
    let credit_limit = entity.purchases / 1_000_000 * 100_000;
    let opened = entity.founded.plus(dirt.rng.range(200, 900));
    let account = if dirt.rng.chance(0.9) {
        entity.account.clone()
    } else {
        String::new()
    };
    let row = vec![
        key,
        name,
        entity.short_name.clone(),
        dirty_code(entity, 0.08, dirt),
        entity.legal_person.clone(),
        if dirt.rng.chance(0.6) {
            entity.contact.clone()
        } else {
            dirty_contact(entity, world, characters, dirt)
        },
        dirty_landline(entity, dirt),
        dirty_mobile(entity, world, dirt),
        dirty_resident_id(entity, dirt),
        province.to_owned(),
        city.to_owned(),
        entity.county().1.to_owned(),
        dirty_address(entity, 0.12, characters, dirt),
        dirty_postcode(entity, dirt),
        format!("{}{}分行{}支行", bank.name, place.city_short, entity.street),
        if dirt.has(0.02) && account.len() > 15 {
            dirt.log(Class::ForcedText);
            forced_text(&account, dirt)
        } else {
            account
        },
        entity.cnaps.clone(),
        dirty_amount(entity.capital * 100, dirt),
        dirty_amount(credit_limit, dirt),
        dirty_date(opened, dirt),
        (*dirt.rng.pick(&["A类", "B类", "C类", "D类"])).to_owned(),
        (if dirt.rng.chance(0.93) { "启用" } else { "停用" }).to_owned(),
        remark(dirt),
    ];
    (row, credit_limit)
}

/// The row `entity` has in the CRM under `key`.
pub(crate) fn crm_row(
    entity: &Entity,
    key: String,
    characters: &Characters,
    world: &World,
    dirt: &mut Dirt,
) -> Vec<String> {
    let place = entity.place();
    let county = entity.county().1;
    let region = match dirt.rng.below(3) {
        0 => format!("{}{}", place.province_short, place.city_short),
        1 => place.city.to_owned(),
        _ => format!("{}/{}/{county}", place.province, place.city),
    };
    let first_deal = entity.founded.plus(dirt.rng.range(300, 1400));
    let created = Date::new(2018, 1, 1).plus(dirt.rng.below(2800));
    vec![
        key,
        dirty_name(entity, System::Crm, characters, dirt),
        dirty_code(entity, 0.6, dirt),
        if entity.industry.is_empty() {
            "其他"
        } else {
            entity.industry
        }
        .to_owned(),
        (*dirt.rng.pick(&["A", "B", "C", "VIP", "重点", "普通"])).to_owned(),
        world.person(&mut dirt.rng).0,
        dirty_contact(entity, world, characters, dirt),
        dirty_mobile(entity, world, dirt),
        if dirt.rng.chance(0.5) {
            dirty_landline(entity, dirt)
        } else {
            String::new()
        },
        if dirt.rng.chance(0.4) {
            email(entity, dirt)
        } else {
            String::new()
        },
        region,
        if dirt.rng.chance(0.85) {
            dirty_address(entity, 0.28, characters, dirt)
        } else {
            String::new()
        },
        dirty_amount(entity.purchases, dirt),
        dirty_date(first_deal, dirt),
        (*dirt.rng.pick(&["展会", "转介绍", "官网", "电销", "招投标"])).to_owned(),
        dirty_date(created, dirt),
        remark(dirt),
    ]
}

/// A mailbox nobody can have: the domains are of RFC 2606, the free ones begin with a zero, which that provider never gives.
fn email(entity: &Entity, dirt: &mut Dirt) -> String {
    let user = *dirt.rng.pick(&["info", "sales", "admin", "hr", "purchase"]);
    if dirt.rng.chance(0.3) {
        return format!("0{:08}@qq.com", entity.index);
    }
    let address = format!("{user}@c{:06}.example", entity.index);
    if dirt.has(0.04) {
        dirt.log(Class::Width);
        return address.replace('@', "＠").replace('.', "．");
    }
    address
}

fn remark(dirt: &mut Dirt) -> String {
    if dirt.rng.chance(0.12) {
        (*dirt.rng.pick(&REMARKS)).to_owned()
    } else {
        String::new()
    }
}

/// A row somebody made to try the system, and forgot.
pub(crate) fn test_row(system: System, number: u64, dirt: &mut Dirt) -> Vec<String> {
    dirt.log(Class::TestRow);
    let name = *dirt
        .rng
        .pick(&["测试客户", "测试", "test", "ＴＥＳＴ公司", "请勿使用", "123456"]);
    let (key, n, phone) = match system {
        System::Erp => (format!("D00-{number:06}"), ERP_COLUMNS.len(), 7),
        System::Crm => (format!("HD-TST-{number:05}"), CRM_COLUMNS.len(), 7),
    };
    let mut row = vec![String::new(); n];
    row[0] = key;
    name.clone_into(&mut row[1]);
    "11111111111".clone_into(&mut row[phone]);
    row
}
