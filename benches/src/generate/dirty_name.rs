//! What people make of a company's name. Classes 1, 2, 9 to 16, 18 and 22.

use super::characters::Characters;
use super::dirt::{Class, Dirt, full_width};
use super::population::System;
use super::world::{Business, Entity, World};

const FORMS: [&str; 5] = [
    "（集团）有限公司",
    "股份有限公司",
    "有限责任公司",
    "集团有限公司",
    "有限公司",
];
/// Forms a company is not likely to be mistaken in.
const FIXED: &str = "有限公司";

/// The name of `entity` as someone typed it into `system`.
pub(crate) fn dirty_name(entity: &Entity, system: System, characters: &Characters, dirt: &mut Dirt) -> String {
    let is_crm = system == System::Crm;
    let mut name = entity.name.clone();
    if let Some(former) = &entity.former_name
        && dirt.has(0.5)
    {
        dirt.log(Class::FormerName);
        name.clone_from(former);
    } else if is_crm && dirt.has(0.05) {
        dirt.log(Class::Abbreviation);
        return entity.short_name.clone();
    }
    if dirt.has(if is_crm { 0.08 } else { 0.02 }) {
        name = shortened(entity, &name, dirt);
    }
    if dirt.has(0.05) {
        let moved = move_bracket(entity, &name);
        name = dirt.logged(Class::BracketMove, &name, moved);
    }
    if dirt.has(0.05) {
        let form = if name.contains("有限责任公司") {
            name.replace("有限责任公司", "有限公司")
        } else {
            let other = *dirt.rng.pick(&["有限责任公司", "有限责任公司", "公司", "有限公司公司"]);
            name.replacen("有限公司", other, 1)
        };
        name = dirt.logged(Class::Form, &name, form);
    }
    if dirt.has(0.06) {
        let place = entity.place();
        let suffix = if name.contains(place.city) {
            name.replacen(place.city, place.city_short, 1)
        } else {
            name.replacen(place.city_short, place.city, 1)
        };
        name = dirt.logged(Class::RegionSuffix, &name, suffix);
    }
    if dirt.has(0.05) {
        let wrong = mistype(&name, |c| characters.homophones(c), dirt);
        name = dirt.logged(Class::Homophone, &name, wrong);
    }
    if dirt.has(0.03) {
        let wrong = mistype(&name, |c| characters.shapes(c), dirt);
        name = dirt.logged(Class::Shape, &name, wrong);
    }
    if dirt.has(0.02) {
        let edited = edit_character(&name, dirt);
        name = dirt.logged(Class::CharacterEdit, &name, edited);
    }
    if dirt.has(0.03) {
        let traditional = characters.traditional(&name);
        name = dirt.logged(Class::Traditional, &name, traditional);
    }
    if dirt.has(0.25) {
        let half = name.replace('（', "(").replace('）', ")");
        name = dirt.logged(Class::Width, &name, half);
    } else if dirt.has(0.01) {
        name = format!("{name}{}", full_width("(A)"));
        dirt.log(Class::Width);
    }
    if dirt.has(0.05) {
        name = space(&name, dirt);
    }
    if dirt.has(0.04) {
        name = note(entity, &name, dirt);
    }
    if dirt.has(0.003) {
        name = mojibake(&name, dirt);
    }
    name
}

/// Left out: the form, the place, or all but the 字号. Parts of a company keep their whole name, or they would be it.
fn shortened(entity: &Entity, name: &str, dirt: &mut Dirt) -> String {
    let place = entity.place();
    let choice = dirt.rng.below(100);
    if entity.parent_code.is_some() || entity.business != Business::Company {
        return name.to_owned();
    }
    match choice {
        0..40 => {
            let short = FORMS
                .iter()
                .find_map(|form| name.strip_suffix(form))
                .unwrap_or(name)
                .to_owned();
            dirt.logged(Class::Form, name, short)
        }
        40..60 => dirt.logged(
            Class::Abbreviation,
            name,
            format!("{}{}", place.city_short, entity.brand),
        ),
        60..75 => {
            let trade: String = entity.industry.chars().take(2).collect();
            dirt.logged(Class::Abbreviation, name, format!("{}{trade}", entity.brand))
        }
        75..85 => dirt.logged(
            Class::Abbreviation,
            name,
            format!("{}{}公司", place.city_short, entity.brand),
        ),
        _ => {
            let heads = [place.city, place.city_short, place.province_short];
            let short = heads
                .iter()
                .find_map(|head| name.strip_prefix(head))
                .unwrap_or(name)
                .to_owned();
            dirt.logged(Class::RegionSuffix, name, short)
        }
    }
}

/// 北京小米科技有限公司 to 小米科技（北京）有限公司 and back.
fn move_bracket(entity: &Entity, name: &str) -> String {
    let place = entity.place();
    let bracket = format!("（{}）", place.city_short);
    if name.contains(&bracket) {
        return format!("{}{}", place.city_short, name.replacen(&bracket, "", 1));
    }
    let rest = [place.city, place.city_short, place.province_short]
        .iter()
        .find_map(|head| name.strip_prefix(head));
    let form = FORMS.iter().find(|form| name.ends_with(*form));
    match (rest, form) {
        (Some(rest), Some(form)) => format!("{}{bracket}{form}", rest.trim_end_matches(form)),
        _ => name.to_owned(),
    }
}

/// One character that has look- or sound-alikes replaced by one of them.
pub(crate) fn mistype<'t>(text: &str, alike: impl Fn(char) -> &'t [char], dirt: &mut Dirt) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.is_empty() {
        return String::new();
    }
    for _ in 0..6 {
        let i = dirt.rng.below(letters.len());
        let others = alike(letters[i]);
        if !others.is_empty() && !FIXED.contains(letters[i]) {
            letters[i] = *dirt.rng.pick(others);
            break;
        }
    }
    letters.into_iter().collect()
}

/// One character lost, doubled or swapped with the next, not in the last four.
fn edit_character(name: &str, dirt: &mut Dirt) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() <= 6 {
        return name.to_owned();
    }
    let i = dirt.rng.below(letters.len() - 4);
    match dirt.rng.below(3) {
        0 => drop(letters.remove(i)),
        1 => letters.insert(i, letters[i]),
        _ => letters.swap(i, i + 1),
    }
    letters.into_iter().collect()
}

fn space(name: &str, dirt: &mut Dirt) -> String {
    dirt.log(Class::Spaces);
    let n = name.chars().count();
    let inner = name.char_indices().nth(dirt.rng.below(n)).map_or(0, |(byte, _)| byte);
    let (head, tail) = name.split_at(inner);
    match dirt.rng.below(8) {
        0 | 1 => format!("{name} "),
        2 => format!(" {name}"),
        3 => format!("{head} {tail}"),
        4 => format!("{name}\u{3000}"),
        5 => format!("{head}\u{a0}{tail}"),
        6 => format!("{head}\u{200b}{tail}"),
        _ => format!("{name}\t"),
    }
}

fn note(entity: &Entity, name: &str, dirt: &mut Dirt) -> String {
    dirt.log(Class::NameNote);
    let surname: String = entity.contact.chars().take(1).collect();
    match dirt.rng.below(9) {
        0 => format!("{name}（停用）"),
        1 => format!("{name}-旧"),
        2 => format!("【重复】{name}"),
        3 => format!("{name}*"),
        4 => format!("{name}（月结）"),
        5 => format!("{name}-{surname}总"),
        6 => format!("{name}(原{})", entity.short_name),
        7 => format!("{name}（{}）", entity.contact),
        _ => format!("{name}/{}", entity.place().city_short),
    }
}

/// `text` as it looks when decoded with the wrong encoding, in one of the three customary ways.
pub(crate) fn mojibake(text: &str, dirt: &mut Dirt) -> String {
    dirt.log(Class::Mojibake);
    match dirt.rng.below(3) {
        0 => encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(&encoding_rs::GBK.encode(text).0)
            .0
            .into_owned(),
        1 => encoding_rs::GBK
            .decode_without_bom_handling(text.as_bytes())
            .0
            .into_owned(),
        _ => {
            let kept: String = text.chars().take(2).collect();
            format!("{kept}锟斤拷锟斤拷")
        }
    }
}

/// A contact as `system` has it: sometimes another person, a title for a name, or a name with phone and title.
pub(crate) fn dirty_contact(entity: &Entity, world: &World, characters: &Characters, dirt: &mut Dirt) -> String {
    let mut contact = entity.contact.clone();
    if dirt.has(0.2) {
        contact = world.person(&mut dirt.rng).0;
        dirt.log(Class::OtherContact);
    }
    if dirt.has(0.03) {
        let wrong = mistype(&contact, |c| characters.homophones(c), dirt);
        contact = dirt.logged(Class::Homophone, &contact, wrong);
    }
    if dirt.has(0.05) {
        let surname: String = contact.chars().take(1).collect();
        dirt.log(Class::PersonTitle);
        return format!("{surname}{}", dirt.rng.pick(&["总", "经理", "先生", "女士", "工"]));
    }
    if dirt.has(0.02) {
        dirt.log(Class::SeveralFacts);
        let title = *dirt.rng.pick(&["财务", "采购", "老板", "前台"]);
        return format!("{contact} {} {title}", entity.mobile);
    }
    contact
}
