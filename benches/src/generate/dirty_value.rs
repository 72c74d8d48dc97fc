//! What systems and spreadsheets make of codes, phones, addresses, amounts and dates. Classes 1, 3 to 8, 17, 19, 20, 24, 25.

use super::characters::Characters;
use super::check_digit::{self, CREDIT_ALPHABET};
use super::date::Date;
use super::dirt::{Class, Dirt, full_width, through_spreadsheet};
use super::dirty_name::mistype;
use super::money::capitals;
use super::world::{Entity, World};

const NO_CODE: [&str; 9] = ["", "", "", "", "无", "-", "待补", "0", "999999999999999999"];
const NO_PHONE: [&str; 8] = [
    "13800000000",
    "11111111111",
    "0",
    "无",
    "-",
    "12345678901",
    "00000000",
    "待补充",
];
const NO_ADDRESS: [&str; 4] = ["", "同上", "见合同", "-"];

/// The credit code; `missing` is the share of rows without one.
pub(crate) fn dirty_code(entity: &Entity, missing: f64, dirt: &mut Dirt) -> String {
    if dirt.has(missing) {
        dirt.log(Class::NoCode);
        return (*dirt.rng.pick(&NO_CODE)).to_owned();
    }
    let mut code = entity.credit_code.clone();
    if let Some(parent) = &entity.parent_code
        && dirt.has(0.25)
    {
        dirt.log(Class::ParentCode);
        code.clone_from(parent);
    } else if dirt.has(0.02) {
        dirt.log(Class::OldCode);
        return match dirt.rng.below(3) {
            0 => format!("{}-{}", &code[8..16], &code[16..17]),
            1 => code[2..17].to_owned(),
            _ => {
                let mut number = format!("{}{}", &code[2..8], dirt.rng.below(4));
                dirt.rng.push_digits(&mut number, 7);
                number.push(check_digit::mod_11_10(&number));
                number
            }
        };
    }
    if dirt.has(0.03) {
        code = wrong_code(&code, dirt);
    }
    if code.bytes().all(|b| b.is_ascii_digit()) && dirt.has(0.1) {
        dirt.log(Class::SpreadsheetDigits);
        let scientific = dirt.rng.chance(0.6);
        return through_spreadsheet(&code, scientific);
    }
    if dirt.has(0.05) {
        let choice = dirt.rng.below(5);
        dirt.log(
            [
                Class::Width,
                Class::Width,
                Class::Spaces,
                Class::Spaces,
                Class::ForcedText,
            ][choice],
        );
        return match choice {
            0 => code.to_lowercase(),
            1 => full_width(&code),
            2 => format!("{} {} {}", &code[..2], &code[2..8], &code[8..]),
            3 => format!("{code} "),
            _ => forced_text(&code, dirt),
        };
    }
    code
}

fn wrong_code(code: &str, dirt: &mut Dirt) -> String {
    let mut letters: Vec<char> = code.chars().collect();
    let choice = dirt.rng.below(10);
    if choice < 4 {
        let confusable = |c: char| {
            [('0', 'O'), ('1', 'I'), ('5', 'S'), ('2', 'Z'), ('8', 'B')]
                .iter()
                .find(|&&(a, _)| a == c)
        };
        let candidates: Vec<usize> = (2..letters.len())
            .filter(|&i| confusable(letters[i]).is_some())
            .collect();
        if !candidates.is_empty() {
            let i = *dirt.rng.pick(&candidates);
            letters[i] = confusable(letters[i]).map_or(letters[i], |&(_, wrong)| wrong);
        }
        return dirt.logged(Class::ConfusableCode, code, letters.into_iter().collect());
    }
    match choice {
        4..7 => {
            let i = dirt.rng.range(2, letters.len() - 1);
            letters.swap(i, i + 1);
        }
        7..9 => {
            if let Some(last) = letters.last_mut() {
                let at = CREDIT_ALPHABET
                    .iter()
                    .position(|&letter| char::from(letter) == *last)
                    .unwrap_or(0);
                *last = char::from(CREDIT_ALPHABET[(at + dirt.rng.range(1, 31)) % 31]);
            }
        }
        _ => drop(letters.pop()),
    }
    dirt.logged(Class::WrongCode, code, letters.into_iter().collect())
}

/// An apostrophe or tab before the text.
pub(crate) fn forced_text(text: &str, dirt: &mut Dirt) -> String {
    format!("{}{text}", dirt.rng.pick(&['\'', '\t']))
}

/// The mobile number.
pub(crate) fn dirty_mobile(entity: &Entity, world: &World, dirt: &mut Dirt) -> String {
    if dirt.has(0.03) {
        dirt.log(Class::Placeholder);
        return (*dirt.rng.pick(&NO_PHONE)).to_owned();
    }
    let mut number = entity.mobile.clone();
    if dirt.has(0.05) {
        world.agent(&mut dirt.rng).clone_into(&mut number);
        dirt.log(Class::AgentPhone);
    } else if dirt.has(0.1) {
        number = world.other_mobile(&mut dirt.rng);
        dirt.log(Class::OtherPhone);
    }
    if !dirt.has(0.28) {
        return number;
    }
    dirt.log(Class::PhoneNoise);
    let (a, b, c) = (&number[..3], &number[3..7], &number[7..]);
    match dirt.rng.below(15) {
        0 => format!("+86 {number}"),
        1 => format!("+86{number}"),
        2 => format!("0086-{number}"),
        3 => format!("86{number}"),
        4 | 5 => format!("{a}-{b}-{c}"),
        6 | 7 => format!("{a} {b} {c}"),
        8 => full_width(&number),
        9 => format!("{number}/{}-{}", entity.landline.0, entity.landline.1),
        10 => format!("{number}、{}", world.other_mobile(&mut dirt.rng)),
        11 => format!("{number}({}经理)", entity.contact.chars().take(1).collect::<String>()),
        12 => number[..10].to_owned(),
        13 => format!("{number}.0"),
        _ => format!("0{number}"),
    }
}

/// The landline number.
pub(crate) fn dirty_landline(entity: &Entity, dirt: &mut Dirt) -> String {
    if dirt.has(0.03) {
        dirt.log(Class::Placeholder);
        return (*dirt.rng.pick(&NO_PHONE)).to_owned();
    }
    let (area, number) = (entity.landline.0, entity.landline.1.as_str());
    if dirt.has(0.03) {
        dirt.log(Class::LostZero);
        return format!("{}-{number}", &area[1..]);
    }
    if !dirt.has(0.28) {
        return format!("{area}-{number}");
    }
    dirt.log(Class::PhoneNoise);
    let extension = dirt.rng.range(8000, 8100);
    match dirt.rng.below(10) {
        0 => format!("{area}{number}"),
        1 => format!("({area}){number}"),
        2 => format!("（{area}）{number}"),
        3 => format!("{area}-{number}-{}", extension - 7200),
        4 => format!("{area}-{number}转{extension}"),
        5 => number.to_owned(),
        6 => format!("+86-{}-{number}", &area[1..]),
        7 => format!("{area}－{number}"),
        8 => format!("{area} {} {}", &number[..4], &number[4..]),
        _ => format!("{area}-{number}/{}", entity.mobile),
    }
}

/// The resident ID of the contact; empty in two rows of three.
pub(crate) fn dirty_resident_id(entity: &Entity, dirt: &mut Dirt) -> String {
    let id = &entity.resident_id;
    if !dirt.rng.chance(0.35) {
        return String::new();
    }
    if dirt.has(0.04) && id.bytes().all(|b| b.is_ascii_digit()) {
        dirt.log(Class::SpreadsheetDigits);
        let scientific = dirt.rng.chance(0.5);
        return through_spreadsheet(id, scientific);
    }
    if dirt.has(0.03) && &id[6..8] == "19" {
        dirt.log(Class::ShortId);
        return format!("{}{}", &id[..6], &id[8..17]);
    }
    if dirt.has(0.02) {
        let wrong = format!("{}{}", &id[..17], dirt.rng.below(10));
        return dirt.logged(Class::WrongId, id, wrong);
    }
    if dirt.has(0.03) {
        dirt.log(Class::ForcedText);
        return forced_text(id, dirt);
    }
    id.clone()
}

/// The address; `varied` is the share of rows that leave parts out or order them otherwise.
pub(crate) fn dirty_address(entity: &Entity, varied: f64, characters: &Characters, dirt: &mut Dirt) -> String {
    let place = entity.place();
    let county = entity.county().1;
    let Entity {
        street,
        house,
        building,
        floor,
        room,
        ..
    } = entity;
    let province = if place.province == place.city {
        ""
    } else {
        place.province
    };
    let mut head = format!("{province}{}{county}", place.city);
    let mut tail = format!("{street}{house}号{building}{floor}层{floor}{room:02}室");
    if dirt.has(0.02) {
        dirt.log(Class::Placeholder);
        return (*dirt.rng.pick(&NO_ADDRESS)).to_owned();
    }
    if dirt.has(varied) {
        let choice = dirt.rng.below(100);
        dirt.log(match choice {
            0..55 => Class::RegionSuffix,
            55..70 => Class::Width,
            _ => Class::AddressVariant,
        });
        match choice {
            0..25 => head = format!("{}{county}", place.city),
            25..40 => head = format!("{}{}{county}", place.province_short, place.city_short),
            40..50 => county.clone_into(&mut head),
            50..55 => {
                let county = county.trim_end_matches(['区', '县', '市', '镇']);
                head = format!("{}{county}", place.city_short);
            }
            55..70 => tail = full_width(&tail),
            70..88 => tail = format!("{street}{house}号{building}{floor}{room:02}"),
            _ => tail = format!("{street} {house}-{floor}{room:02}"),
        }
    }
    if dirt.has(0.04) {
        let wrong = mistype(&tail, |c| characters.homophones(c), dirt);
        tail = dirt.logged(Class::Homophone, &tail, wrong);
    }
    head + &tail
}

/// An amount in fen.
pub(crate) fn dirty_amount(fen: u64, dirt: &mut Dirt) -> String {
    let plain = format!("{}.{:02}", fen / 100, fen % 100);
    if !dirt.has(0.25) {
        return plain;
    }
    dirt.log(Class::AmountFormat);
    let yuan = grouped(fen / 100);
    match dirt.rng.below(10) {
        0 => format!("{yuan}.{:02}", fen % 100),
        1 => format!("￥{yuan}.{:02}", fen % 100),
        2 => format!("RMB {yuan}"),
        3 => format!("{}.{:02}万", fen / 1_000_000, fen / 10_000 % 100),
        4 => format!("{}万元", fen / 1_000_000),
        5 => capitals(fen),
        6 => full_width(&plain),
        7 => format!("({plain})"),
        8 => format!("{plain}元"),
        _ => format!("CNY{plain}"),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A date.
pub(crate) fn dirty_date(date: Date, dirt: &mut Dirt) -> String {
    if !dirt.has(0.25) {
        return date.iso();
    }
    dirt.log(Class::DateFormat);
    let (year, month, day) = date.civil();
    match dirt.rng.below(19) {
        0..3 => format!("{year}年{month}月{day}日"),
        3..6 => format!("{year}{month:02}{day:02}"),
        6..8 => format!("{year}.{month}.{day}"),
        8..11 => format!("{year}/{month}/{day}"),
        11..13 => date.serial().to_string(),
        13..16 => format!("{} 00:00:00", date.iso()),
        16 => format!("{:02}-{month:02}-{day:02}", year % 100),
        17 => format!("{month:02}/{day:02}/{year}"),
        _ => (*dirt.rng.pick(&["1900-01-00", "9999-12-31", "0000-00-00", "2023-02-30"])).to_owned(),
    }
}

/// The postcode; a spreadsheet takes its leading zero.
pub(crate) fn dirty_postcode(entity: &Entity, dirt: &mut Dirt) -> String {
    let postcode = entity.place().postcode;
    if dirt.has(0.3) {
        return dirt.logged(Class::LostZero, postcode, postcode.trim_start_matches('0').to_owned());
    }
    postcode.to_owned()
}
