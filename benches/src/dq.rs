//! Seeded rows of a dirty customer export, 16 columns, and how many rows each of ten rules must find in them.
//!
//! The truth is counted while the rows are made, by what is put into them, and not by checking them again.

use std::io::{self, Write};

/// Failing rows of each rule: code missing, name missing, code shared, no mobile, credit code, ID, amount, date, region,
/// more paid than due.
pub type Truth = [u64; 10];

const HEADER: &str = "customer_code,name,credit_code,legal_person,id_number,phone,email,region,address,department,\
    industry,amount,paid_amount,credit_limit,created_date,status";
const CREDIT: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [u64; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ID_WEIGHTS: [u64; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const PROVINCES: [&str; 31] = [
    "北京市",
    "天津市",
    "上海市",
    "重庆市",
    "河北省",
    "山西省",
    "辽宁省",
    "吉林省",
    "黑龙江省",
    "江苏省",
    "浙江省",
    "安徽省",
    "福建省",
    "江西省",
    "山东省",
    "河南省",
    "湖北省",
    "湖南省",
    "广东省",
    "海南省",
    "四川省",
    "贵州省",
    "云南省",
    "陕西省",
    "甘肃省",
    "青海省",
    "内蒙古自治区",
    "广西壮族自治区",
    "西藏自治区",
    "宁夏回族自治区",
    "新疆维吾尔自治区",
];
const NO_PROVINCES: [&str; 6] = ["北京", "Guangdong", "未知", "江浙沪", "上海 ", "粤"];
const BRANDS: [&str; 8] = ["华信", "北方", "江南", "长城", "金桥", "恒达", "瑞丰", "嘉禾"];
const TRADES: [&str; 8] = ["信息", "电子", "机械", "化工", "医药", "建材", "物流", "新材料"];
const FORMS: [&str; 5] = [
    "有限公司",
    "有限责任公司",
    "股份有限公司",
    "科技有限公司",
    "（集团）有限公司",
];
const STREETS: [&str; 6] = [
    "人民路",
    "中山路",
    "解放大道",
    "高新大道",
    "工业园区",
    "Building 8, Tech Park",
];
const AREAS: [&str; 6] = ["110105", "310115", "440305", "330106", "320102", "510104"];
const DEPARTMENTS: [&str; 4] = ["销售一部", "大客户部", "渠道部", "电商部"];
const INDUSTRIES: [&str; 4] = ["制造业", "批发和零售业", "信息技术", "建筑业"];

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// In [0, 1000).
    fn per_mille(&mut self) -> u64 {
        self.below(1000)
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len() as u64) as usize]
    }
}

/// Writes `n_rows` rows below a header; the same seed gives the same bytes.
///
/// # Errors
///
/// Those of `output`.
pub fn write(n_rows: u64, seed: u64, output: &mut impl Write) -> io::Result<Truth> {
    let mut dice = Dice(seed);
    let mut truth = Truth::default();
    let mut uses = vec![0_u32; n_rows as usize];
    writeln!(output, "{HEADER}")?;
    for row in 0..n_rows {
        let code = code(&mut dice, row, &mut uses, &mut truth);
        let name = name(&mut dice, &mut truth);
        let credit = credit_code(&mut dice, &mut truth);
        let id = id_number(&mut dice, &mut truth);
        let phone = phone(&mut dice, &mut truth);
        let province = dice.pick(&PROVINCES);
        let region = match dice.per_mille() {
            0..10 => "",
            10..30 => {
                truth[8] += 1;
                dice.pick(&NO_PROVINCES)
            }
            _ => province,
        };
        let address = format!("{province}{}{}号", dice.pick(&STREETS), 1 + dice.below(999));
        let (due, due_fen) = amount(&mut dice, &mut truth);
        let paid = paid(&mut dice, due_fen, &mut truth);
        let (mail, department) = (dice.below(90_000_000), dice.pick(&DEPARTMENTS));
        let (industry, limit, date) = (dice.pick(&INDUSTRIES), dice.below(1000), date(&mut dice, &mut truth));
        let quote = |cell: &str| {
            if cell.contains(',') {
                format!("\"{cell}\"")
            } else {
                cell.to_owned()
            }
        };
        writeln!(
            output,
            "{code},{name},{credit},王伟,{id},{phone},u{mail}@example.com,{region},{},{department},{industry},{},{paid},\
             {limit}0000,{date},正常",
            quote(&address),
            quote(&due),
        )?;
    }
    truth[2] = uses.into_iter().filter(|uses| *uses > 1).map(u64::from).sum();
    Ok(truth)
}

fn code(dice: &mut Dice, row: u64, uses: &mut [u32], truth: &mut Truth) -> String {
    let own = match dice.per_mille() {
        0..2 => {
            truth[0] += 1;
            return String::new();
        }
        2..12 if row > 10 => dice.below(row),
        _ => row,
    };
    uses[own as usize] += 1;
    format!("C{own:08}")
}

fn name(dice: &mut Dice, truth: &mut Truth) -> String {
    if dice.per_mille() < 5 {
        truth[1] += 1;
        return String::new();
    }
    let place: String = dice.pick(&PROVINCES).chars().take(2).collect();
    format!(
        "{place}{}{}{}",
        dice.pick(&BRANDS),
        dice.pick(&TRADES),
        dice.pick(&FORMS)
    )
}

fn credit_code(dice: &mut Dice, truth: &mut Truth) -> String {
    let chance = dice.per_mille();
    if chance < 10 {
        return String::new();
    }
    let mut code = format!("91{}", dice.pick(&AREAS)).into_bytes();
    code.extend((0..9).map(|_| CREDIT[dice.below(31) as usize]));
    let value = |byte: &u8| CREDIT.iter().position(|other| other == byte).unwrap_or(0) as u64;
    let sum: u64 = code
        .iter()
        .zip(CREDIT_WEIGHTS)
        .map(|(byte, weight)| value(byte) * weight)
        .sum();
    let slip = if chance < 40 { 1 + dice.below(30) } else { 0 };
    code.push(CREDIT[((31 - sum % 31 + slip) % 31) as usize]);
    let mut code: String = code.into_iter().map(char::from).collect();
    match chance {
        40..43 => _ = code.pop(),
        43..48 => code = code.to_lowercase(),
        _ => {}
    }
    let is_lower = code.bytes().any(|byte| byte.is_ascii_lowercase());
    truth[4] += u64::from(chance < 43 || is_lower);
    code
}

fn id_number(dice: &mut Dice, truth: &mut Truth) -> String {
    let chance = dice.per_mille();
    if chance < 20 {
        return String::new();
    }
    let (year, month, day) = (1955 + dice.below(50), 1 + dice.below(12), 1 + dice.below(28));
    let body = format!("{}{year}{month:02}{day:02}{:03}", dice.pick(&AREAS), dice.below(1000));
    let sum: u64 = body
        .bytes()
        .zip(ID_WEIGHTS)
        .map(|(byte, weight)| u64::from(byte - b'0') * weight)
        .sum();
    let slip = if chance < 50 { 1 + dice.below(10) } else { 0 };
    truth[5] += u64::from(slip > 0);
    format!("{body}{}", char::from(b"10X98765432"[((sum + slip) % 11) as usize]))
}

fn phone(dice: &mut Dice, truth: &mut Truth) -> String {
    let mobile = format!("1{}{:09}", 3 + dice.below(7), dice.below(1_000_000_000));
    let chance = dice.per_mille();
    truth[3] += u64::from((10..100).contains(&chance));
    match chance {
        0..10 => String::new(),
        10..20 => mobile[..10].to_owned(),
        20..30 => mobile + "0",
        30..40 => format!("{}O{}", &mobile[..7], &mobile[8..]),
        40..80 => format!("0{}-{:08}", 10 + dice.below(20), 10_000_000 + dice.below(89_999_999)),
        80..90 => format!("+86 {mobile}"),
        90..100 => format!("{}-{}-{}", &mobile[..3], &mobile[3..7], &mobile[7..]),
        _ => mobile,
    }
}

/// An amount as text, and in fen where it is one.
fn amount(dice: &mut Dice, truth: &mut Truth) -> (String, Option<i64>) {
    let fen = 1 + dice.below(5_000_000_000).cast_signed();
    let chance = dice.per_mille();
    truth[6] += u64::from((10..33).contains(&chance));
    match chance {
        0..10 => (String::new(), None),
        10..13 => ("N/A".to_owned(), None),
        13..23 => (money(-fen), Some(-fen)),
        23..33 => (money(fen + 10_000_000_001), Some(fen + 10_000_000_001)),
        33..93 => (grouped(fen), Some(fen)),
        93..103 => (format!("￥{}", money(fen)), Some(fen)),
        _ => (money(fen), Some(fen)),
    }
}

fn paid(dice: &mut Dice, due_fen: Option<i64>, truth: &mut Truth) -> String {
    let due = due_fen.unwrap_or(1_000_000);
    match dice.per_mille() {
        0..20 => String::new(),
        20..50 => {
            truth[9] += u64::from(due_fen.is_some());
            money(due.abs() + 1 + dice.below(1_000_000).cast_signed())
        }
        _ if due < 0 => money(due),
        _ => money(dice.below(due as u64 + 1).cast_signed()),
    }
}

fn date(dice: &mut Dice, truth: &mut Truth) -> String {
    let (year, month, day) = (2010 + dice.below(16), 1 + dice.below(12), 1 + dice.below(28));
    let chance = dice.per_mille();
    truth[7] += u64::from((10..30).contains(&chance));
    match chance {
        0..10 => String::new(),
        10..17 => format!("{year}-02-30"),
        17..24 => format!("{year}-13-{day:02}"),
        24..30 => "待定".to_owned(),
        30..150 => format!("{year}/{month}/{day}"),
        150..230 => format!("{year}{month:02}{day:02}"),
        230..280 => format!("{year}年{month:02}月{day:02}日"),
        280..300 => format!(
            "{year}-{month:02}-{day:02} {:02}:{:02}:00",
            dice.below(24),
            dice.below(60)
        ),
        _ => format!("{year}-{month:02}-{day:02}"),
    }
}

fn money(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
}

fn grouped(fen: i64) -> String {
    let mut whole = (fen / 100).to_string();
    let mut at = whole.len();
    while at > 3 {
        at -= 3;
        whole.insert(at, ',');
    }
    format!("{whole}.{:02}", fen % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_rows() {
        let rows = |seed| {
            let mut bytes = Vec::new();
            let truth = write(2_000, seed, &mut bytes).expect("memory takes all of it");
            (bytes, truth)
        };
        assert_eq!(rows(1), rows(1));
        assert_ne!(rows(1).0, rows(2).0);
        assert!(rows(1).1.iter().all(|count| *count > 0));
    }
}
