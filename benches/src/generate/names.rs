//! How companies are named, after no one or after another, and the numbers banks and exchanges give them.

use super::check_digit;
use super::places::Place;
use super::rng::Rng;
use super::words;
use super::world::{Business, Entity, Trap, TrapKind};

/// A name and the parts it was composed of.
pub(crate) struct Named {
    pub(crate) business: Business,
    pub(crate) brand: String,
    pub(crate) industry: &'static str,
    pub(crate) name: String,
    pub(crate) parent_code: Option<String>,
}

/// Name of a company: place, 字号, industry, form, in one of the customary orders.
///
/// With `city_only` the city stands in every name: where a 字号 is so common that only the city tells two companies apart.
pub(crate) fn company_name(
    place: &Place,
    county: &str,
    brand: &str,
    industry: &str,
    form: &str,
    city_only: bool,
    rng: &mut Rng,
) -> String {
    match rng.below(if city_only { 85 } else { 100 }) {
        0..43 => format!("{}{brand}{industry}{form}", place.city),
        43..70 => format!("{}{brand}{industry}{form}", place.city_short),
        70..80 => format!("{brand}{industry}（{}）{form}", place.city_short),
        80..85 => format!("{}{county}{brand}{industry}{form}", place.city),
        85..95 => format!("{}{brand}{industry}{form}", place.province_short),
        _ => format!("{brand}{industry}{form}"),
    }
}

/// Name of a look-alike of `base`: of another entity, that must not be matched with it.
pub(crate) fn named_after(base: &Entity, kind: TrapKind, place: &Place, city_only: bool, rng: &mut Rng) -> Named {
    let mut named = Named {
        business: Business::Company,
        brand: base.brand.clone(),
        industry: base.industry,
        name: String::new(),
        parent_code: kind.is_part().then(|| base.credit_code.clone()),
    };
    let county = base.county().1;
    named.name = match kind {
        TrapKind::Branch => {
            let branch = *rng.pick(&["分公司", "分公司", "办事处", "第一分公司", "第二分公司"]);
            format!("{}{}{branch}", base.name, place.city_short)
        }
        TrapKind::FirstPlant => format!("{}一厂", base.name),
        TrapKind::SecondPlant => format!("{}二厂", base.name),
        TrapKind::OtherCity => {
            // The city must show in the name: without it the name would be the base's own.
            let pattern = rng.below(3);
            let form = if base.name.ends_with("有限责任公司") {
                "有限责任公司"
            } else {
                "有限公司"
            };
            match pattern {
                0 => format!("{}{}{}{form}", place.city, base.brand, base.industry),
                1 => format!("{}{}{}{form}", place.city_short, base.brand, base.industry),
                _ => format!("{}{}（{}）{form}", base.brand, base.industry, place.city_short),
            }
        }
        TrapKind::Sister => {
            let industry = format!("{}{}", base.industry, rng.pick(words::SISTER_TRADES));
            company_name(place, county, &base.brand, &industry, "有限公司", city_only, rng)
        }
        TrapKind::Group => {
            let form = if base.name.contains("集团") {
                "有限公司"
            } else {
                "集团有限公司"
            };
            format!("{}{}{}{form}", place.city_short, base.brand, base.industry)
        }
    };
    named
}

/// What the people who deal with a company call it.
pub(crate) fn short_name(named: &Named, place: &Place, trap: Option<Trap>, rng: &mut Rng) -> String {
    let brand = &named.brand;
    let short = match rng.below(10) {
        0..4 => brand.clone(),
        4..7 => format!("{}{brand}", place.city_short),
        _ => format!("{brand}{}", named.industry.chars().take(2).collect::<String>()),
    };
    match trap.map(|trap| trap.kind) {
        Some(TrapKind::Branch) => format!("{brand}{}分", place.city_short),
        Some(TrapKind::FirstPlant) => format!("{brand}一厂"),
        Some(TrapKind::SecondPlant) => format!("{brand}二厂"),
        Some(TrapKind::Group) => format!("{brand}集团"),
        Some(TrapKind::OtherCity) => format!("{}{brand}", place.city_short),
        _ => short,
    }
}

/// Landline number without area code; begins as numbers in use do, never with 0, 1 or 9.
pub(crate) fn landline(rng: &mut Rng, length: usize) -> String {
    let mut number = String::from(*rng.pick(if length == 7 {
        &["2", "3", "5", "6", "7", "8"]
    } else {
        &["2", "3", "5", "6", "8", "8"]
    }));
    number.push(char::from(b'1' + rng.below(8) as u8));
    rng.push_digits(&mut number, length - 2);
    number
}

/// Bank account: a company's has the length its bank uses and no check digit, a sole trader's is a card.
pub(crate) fn account(bank: usize, business: Business, rng: &mut Rng) -> String {
    let bank = &words::BANKS[bank];
    let mut number = String::new();
    if business == Business::SoleTrader {
        number.push_str(bank.card.0);
        rng.push_digits(&mut number, bank.card.1 - bank.card.0.len() - 1);
        number.push(check_digit::luhn(&number));
    } else {
        number.push(char::from(b'1' + rng.below(9) as u8));
        rng.push_digits(&mut number, bank.account_length - 1);
    }
    number
}

/// CNAPS code of a branch: bank, place, branch, check digit. The four place digits are those of GB/T 2260, near enough.
pub(crate) fn cnaps(bank: usize, county: &str, rng: &mut Rng) -> String {
    let mut number = format!("{}{}", words::BANKS[bank].code, &county[..4]);
    rng.push_digits(&mut number, 4);
    number.push(check_digit::mod_11_10(&number));
    number
}
