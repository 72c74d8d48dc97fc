//! The invented companies: entity `i` is a function of (seed, number of entities, `i`), whatever was made before it.
//!
//! Nine in fifty entities are traps: look-alikes of an earlier entity of the same block of fifty (a branch, the same name in
//! another city, a sister, the group above) that must not be matched with it.
//! Law: no two entities have the same name. The pair (字号, industry word) is unique by construction up to nine million
//! entities, for very common 字号 together with the city.

use super::brands::{BrandRank, Brands};
use super::check_digit;
use super::date::Date;
use super::names::{Named, account, cnaps, company_name, landline, named_after, short_name};
use super::permutation::Permutation;
use super::places::{PLACES, Place};
use super::rng::{Rng, Stream, mix, weighted};
use super::words;

/// Why an entity looks like another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TrapKind {
    Branch,
    OtherCity,
    Sister,
    Group,
    FirstPlant,
    SecondPlant,
}

impl TrapKind {
    /// As traps.csv names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::OtherCity => "other_city",
            Self::Sister => "sister",
            Self::Group => "group",
            Self::FirstPlant | Self::SecondPlant => "plant",
        }
    }

    /// Not a legal person of its own: shares the parent's name, often its phone, sometimes (wrongly) its code.
    pub(crate) const fn is_part(self) -> bool {
        matches!(self, Self::Branch | Self::FirstPlant | Self::SecondPlant)
    }
}

/// A trap: `kind` of look-alike, of entity `base`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trap {
    pub(crate) base: u64,
    pub(crate) kind: TrapKind,
}

/// Kind of business, which decides the shape of the name and of the credit code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Business {
    Company,
    Partnership,
    SoleTrader,
    Cooperative,
}

/// One real thing of the world, everything about it true; dirt comes later.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Entity {
    pub(crate) index: u64,
    pub(crate) place: usize,
    pub(crate) county: usize,
    pub(crate) business: Business,
    /// 字号.
    pub(crate) brand: String,
    /// Industry word of the name; empty for a group without one.
    pub(crate) industry: &'static str,
    pub(crate) name: String,
    pub(crate) former_name: Option<String>,
    pub(crate) short_name: String,
    pub(crate) founded: Date,
    pub(crate) credit_code: String,
    /// Credit code of the legal person it is part of.
    pub(crate) parent_code: Option<String>,
    pub(crate) legal_person: String,
    pub(crate) contact: String,
    pub(crate) mobile: String,
    /// Landline: area code, number.
    pub(crate) landline: (&'static str, String),
    pub(crate) resident_id: String,
    /// Registered capital in yuan.
    pub(crate) capital: u64,
    /// Yearly purchases in fen.
    pub(crate) purchases: u64,
    pub(crate) street: String,
    pub(crate) house: usize,
    pub(crate) building: String,
    pub(crate) floor: usize,
    pub(crate) room: usize,
    pub(crate) bank: usize,
    pub(crate) account: String,
    pub(crate) cnaps: String,
}

impl Entity {
    /// The city and its facts.
    pub(crate) fn place(&self) -> &'static Place {
        &PLACES[self.place]
    }

    /// Code and name of the county.
    pub(crate) fn county(&self) -> (&'static str, &'static str) {
        self.place().counties[self.county]
    }
}

/// Entities per block, bases first, then traps.
const BLOCK: u64 = 50;
/// Bases per block.
const BASES: u64 = 41;
/// The nine traps of a block: which of its chosen bases, and how.
const TRAPS: [(u64, TrapKind); 9] = [
    (0, TrapKind::Branch),
    (0, TrapKind::Sister),
    (0, TrapKind::Group),
    (1, TrapKind::FirstPlant),
    (1, TrapKind::SecondPlant),
    (2, TrapKind::OtherCity),
    (3, TrapKind::OtherCity),
    (4, TrapKind::Branch),
    (5, TrapKind::Sister),
];

/// Everything needed to derive an entity from its index; small, whatever `n`.
pub(crate) struct World {
    seed: u64,
    brands: Brands,
    places: Vec<usize>,
    surnames: Vec<&'static str>,
    given: [Vec<char>; 2],
    legal_forms: Vec<&'static str>,
    segments: Vec<&'static str>,
    agents: Vec<String>,
    organization_numbers: Permutation,
    organization_letters: Permutation,
    mobile_tails: Permutation,
    births: Permutation,
}

/// Birthdays 1955 to 2004, 336 a year (days 1 to 28), times 500 sequence numbers.
const BIRTHS: u64 = 50 * 336 * 500;
/// `31^5`: five characters of the credit code's alphabet.
const LETTERED: u64 = 31 * 31 * 31 * 31 * 31;
const ORGANIZATION_HEADS: &[u8; 15] = b"12345678ABCDEFG";

impl World {
    /// The world of `n` entities under `seed`.
    pub(crate) fn new(n: u64, seed: u64) -> Self {
        let places: Vec<(usize, usize)> = PLACES.iter().enumerate().map(|(i, place)| (i, place.weight)).collect();
        let mut world = Self {
            seed,
            brands: Brands::new(n, seed),
            places: weighted(&places),
            surnames: weighted(words::SURNAMES),
            given: [
                words::GIVEN_MALE.chars().collect(),
                words::GIVEN_FEMALE.chars().collect(),
            ],
            legal_forms: weighted(words::LEGAL_FORMS),
            segments: weighted(words::MOBILE_SEGMENTS),
            agents: Vec::new(),
            organization_numbers: Permutation::new(100_000_000, seed, "organization numbers"),
            organization_letters: Permutation::new(15 * LETTERED, seed, "organization letters"),
            mobile_tails: Permutation::new(100_000_000, seed, "mobile tails"),
            births: Permutation::new(BIRTHS, seed, "births"),
        };
        let n_agents = (n / 400).clamp(20, 5000);
        world.agents = (0..n_agents)
            .map(|i| world.mobile(&mut Rng::new(seed, Stream::Agent, i), n + i))
            .collect();
        world
    }

    /// The trap entity `index` is, or `None` for an entity of its own.
    pub(crate) fn trap(&self, index: u64) -> Option<Trap> {
        let block = index / BLOCK;
        let (slot, kind) = TRAPS[(index % BLOCK).checked_sub(BASES)? as usize];
        let base = block * BLOCK + (mix(block ^ self.seed) % BASES + slot * 7) % BASES;
        // A very common 字号 has its namesakes in other cities without our help, and one made here could be one of them.
        let fits = kind != TrapKind::OtherCity || self.brands.deal(base).city.is_none();
        (fits && self.business(base) == Business::Company).then_some(Trap { base, kind })
    }

    /// Where entity `index` is: an index into [`PLACES`].
    pub(crate) fn place(&self, index: u64) -> usize {
        let own = || *Rng::new(self.seed, Stream::Place, index).pick(&self.places);
        match self.trap(index) {
            None => self.brands.deal(index).city.unwrap_or_else(own),
            Some(Trap {
                base,
                kind: TrapKind::OtherCity | TrapKind::Branch,
            }) => {
                let (own, base) = (own(), self.place(base));
                if own == base {
                    (base + 1 + index as usize % (PLACES.len() - 1)) % PLACES.len()
                } else {
                    own
                }
            }
            Some(Trap { base, .. }) => self.place(base),
        }
    }

    /// A person: name, and whether a woman.
    pub(crate) fn person(&self, rng: &mut Rng) -> (String, bool) {
        let woman = rng.chance(0.4);
        let mut name = String::from(*rng.pick(&self.surnames));
        let given = &self.given[usize::from(woman)];
        name.push(*rng.pick(given));
        if rng.chance(0.84) {
            name.push(*rng.pick(given));
        }
        (name, woman)
    }

    /// The phone of a bookkeeping agent, shared by many firms.
    pub(crate) fn agent(&self, rng: &mut Rng) -> &str {
        &self.agents[rng.below(self.agents.len())]
    }

    /// A mobile number of nobody in particular.
    pub(crate) fn other_mobile(&self, rng: &mut Rng) -> String {
        let mut number = String::from(*rng.pick(&self.segments));
        rng.push_digits(&mut number, 8);
        number
    }

    /// Entity `index`, which is below the number of entities.
    pub(crate) fn entity(&self, index: u64) -> Entity {
        let mut rng = Rng::new(self.seed, Stream::Entity, index);
        let trap = self.trap(index);
        let place_index = self.place(index);
        let place = &PLACES[place_index];
        let county = rng.below(place.counties.len());
        let founded = Date::new(1988, 1, 1).plus(rng.below(6200) + rng.below(6200));
        let (mut legal_person, _) = self.person(&mut rng);
        let (contact, woman) = self.person(&mut rng);
        let mut mobile = if rng.chance(0.04) {
            self.agent(&mut rng).to_owned()
        } else {
            self.mobile(&mut rng, index)
        };
        let mut landline = (place.area_code, landline(&mut rng, place.number_length));
        let named = match trap {
            None => self.named(index, place_index, county, &mut rng),
            Some(trap) => {
                let base = self.entity(trap.base);
                let shares = rng.unit();
                if trap.kind != TrapKind::OtherCity {
                    legal_person.clone_from(&base.legal_person);
                    match trap.kind {
                        TrapKind::Sister if shares < 0.4 => landline.1.clone_from(&base.landline.1),
                        kind if kind.is_part() && shares < 0.35 => mobile.clone_from(&base.mobile),
                        _ => {}
                    }
                }
                named_after(
                    &base,
                    trap.kind,
                    place,
                    self.brands.deal(trap.base).city.is_some(),
                    &mut rng,
                )
            }
        };
        let bank = rng.below(words::BANKS.len());
        let street = format!("{}{}", rng.pick(words::ROADS), rng.pick(words::ROAD_SUFFIXES));
        let building_name = if rng.chance(0.3) {
            named.brand.as_str()
        } else {
            rng.pick(words::ROADS)
        };
        let building = format!("{building_name}{}", rng.pick(words::BUILDINGS));
        let short_name = short_name(&named, place, trap, &mut rng);
        Entity {
            index,
            place: place_index,
            county,
            business: named.business,
            industry: named.industry,
            former_name: self.former_name(index, &named, place, trap),
            short_name,
            founded,
            credit_code: self.credit_code(index, place, county, named.business, founded, &mut rng),
            parent_code: named.parent_code,
            legal_person,
            contact,
            mobile,
            landline,
            resident_id: self.resident_id(index, place.counties[county].0, woman),
            capital: *rng.pick(&[10, 50, 100, 200, 300, 500, 1000, 1068, 2000, 3333, 5000, 10_000]) * 10_000,
            // Spread over the orders of magnitude; in whole numbers, which every machine computes alike.
            purchases: 10_u64.pow(rng.range(5, 9) as u32) * rng.range(1, 10) as u64 + rng.below(90_000) as u64,
            street,
            house: rng.range(1, 999),
            building,
            floor: rng.range(1, 29),
            room: rng.range(1, 24),
            bank,
            account: account(bank, named.business, &mut rng),
            cnaps: cnaps(bank, place.counties[county].0, &mut rng),
            name: named.name,
            brand: named.brand,
        }
    }

    fn business(&self, index: u64) -> Business {
        let alone = matches!(self.brands.deal(index).brand, BrandRank::Three(_));
        match Rng::new(self.seed, Stream::Kind, index).below(100) {
            0..8 => Business::SoleTrader,
            // Their names carry no industry word, so they need a 字号 nobody else has.
            8..16 if alone => Business::Partnership,
            16..20 if alone => Business::Cooperative,
            _ => Business::Company,
        }
    }

    fn named(&self, index: u64, place_index: usize, county: usize, rng: &mut Rng) -> Named {
        let place = &PLACES[place_index];
        let county = place.counties[county].1;
        let deal = self.brands.deal(index);
        let (brand, industry) = (self.brands.text(deal.brand), deal.industry);
        let business = self.business(index);
        let industry_word = words::INDUSTRIES[industry];
        let (name, industry) = match business {
            Business::SoleTrader => {
                let goods = words::SHOP_GOODS[industry % words::SHOP_GOODS.len()];
                (
                    format!("{}{county}{brand}{goods}{}", place.city, rng.pick(words::SHOP_FORMS)),
                    goods,
                )
            }
            Business::Partnership => {
                let trade = *rng.pick(words::PARTNERSHIP_TRADES);
                (format!("{}{brand}{trade}合伙企业（有限合伙）", place.city_short), trade)
            }
            Business::Cooperative => {
                let trade = *rng.pick(words::COOPERATIVE_TRADES);
                (format!("{county}{brand}{trade}农民专业合作社"), trade)
            }
            Business::Company => {
                let form = *rng.pick(&self.legal_forms);
                (
                    company_name(place, county, &brand, industry_word, form, deal.city.is_some(), rng),
                    industry_word,
                )
            }
        };
        Named {
            business,
            brand,
            industry,
            name,
            parent_code: None,
        }
    }

    fn former_name(&self, index: u64, named: &Named, place: &Place, trap: Option<Trap>) -> Option<String> {
        let mut rng = Rng::new(self.seed, Stream::Former, index);
        if !rng.chance(0.035) || trap.is_some() || named.business != Business::Company {
            return None;
        }
        let brand = if rng.chance(0.6) {
            named.brand.clone()
        } else {
            self.brands.unused(index)
        };
        Some(format!(
            "{}{brand}{}{}有限公司",
            place.city,
            named.industry,
            rng.pick(words::OLD_TRADES)
        ))
    }

    fn mobile(&self, rng: &mut Rng, index: u64) -> String {
        let tail = self.mobile_tails.forward(index % self.mobile_tails.len());
        format!("{}{tail:08}", rng.pick(&self.segments))
    }

    fn resident_id(&self, index: u64, county: &str, woman: bool) -> String {
        let birth = self.births.forward(index % BIRTHS);
        let (day, sequence) = (birth / 500, birth % 500 * 2 + u64::from(!woman));
        let (year, day) = (1955 + day / 336, day % 336);
        let mut number = format!("{county}{year}{:02}{:02}{sequence:03}", day / 28 + 1, day % 28 + 1);
        number.push(check_digit::resident_id(&number));
        number
    }

    fn credit_code(
        &self,
        index: u64,
        place: &Place,
        county: usize,
        business: Business,
        founded: Date,
        rng: &mut Rng,
    ) -> String {
        let kind = match business {
            Business::Company | Business::Partnership => "91",
            Business::SoleTrader => "92",
            Business::Cooperative => "93",
        };
        let region = match rng.below(100) {
            0..62 => place.counties[county].0.to_owned(),
            62..92 => place.code.to_owned(),
            _ => format!("{}0000", &place.code[..2]),
        };
        // Since the reform of October 2015 new organizations get codes that begin with MA.
        let organization = if founded < Date::new(2015, 10, 1) {
            format!(
                "{:08}",
                self.organization_numbers
                    .forward(index % self.organization_numbers.len())
            )
        } else {
            let mut number = self
                .organization_letters
                .forward(index % self.organization_letters.len());
            let mut tail = [0_u8; 5];
            for letter in tail.iter_mut().rev() {
                *letter = check_digit::CREDIT_ALPHABET[(number % 31) as usize];
                number /= 31;
            }
            let head = char::from(ORGANIZATION_HEADS[number as usize]);
            format!("MA{head}{}", tail.map(char::from).iter().collect::<String>())
        };
        let mut code = format!("{kind}{region}{organization}");
        code.push(check_digit::organization_code(&organization));
        code.push(check_digit::credit_code(&code));
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::brands::Deal;
    use std::collections::HashSet;

    /// Asserts that no two of `entities` share name, credit code or resident ID.
    fn check_unique(entities: impl Iterator<Item = Entity>) {
        let (mut names, mut codes, mut ids) = (HashSet::new(), HashSet::new(), HashSet::new());
        for entity in entities {
            assert!(names.insert(entity.name.clone()), "{entity:?}");
            assert!(codes.insert(entity.credit_code.clone()), "{entity:?}");
            assert!(ids.insert(entity.resident_id.clone()), "{entity:?}");
        }
    }

    #[test]
    fn names_codes_and_ids_are_unique() {
        let world = World::new(20_000, 1);
        check_unique((0..20_000).map(|index| world.entity(index)));
    }

    #[test]
    fn the_commonest_brands_stay_unique_when_their_industries_run_out() {
        let n = 2_000_000;
        let world = World::new(n, 2);
        let few_brands = |index: &u64| {
            let base = world.trap(*index).map_or(*index, |trap| trap.base);
            matches!(world.brands.deal(base), Deal { brand: BrandRank::Two(rank), .. } if rank < 4)
        };
        check_unique((0..n).filter(few_brands).map(|index| world.entity(index)));
    }

    #[test]
    fn an_entity_does_not_depend_on_what_was_made_before() {
        let world = World::new(5000, 9);
        let late = world.entity(4321);
        for index in (0..5000).rev() {
            world.entity(index);
        }
        assert_eq!(world.entity(4321), late);
        assert_eq!(World::new(5000, 9).entity(4321), late);
        assert_ne!(World::new(5000, 10).entity(4321).name, late.name);
    }

    #[test]
    fn a_trap_looks_like_its_base_and_is_another() {
        let world = World::new(5000, 3);
        let mut kinds = HashSet::new();
        for index in 0..5000 {
            let Some(trap) = world.trap(index) else { continue };
            let (base, entity) = (world.entity(trap.base), world.entity(index));
            kinds.insert(trap.kind.name());
            assert!(trap.base < index && world.trap(trap.base).is_none());
            assert_eq!(base.brand, entity.brand);
            assert_ne!(base.credit_code, entity.credit_code);
            assert_eq!(
                trap.kind == TrapKind::OtherCity,
                base.legal_person != entity.legal_person,
                "{base:?} {entity:?}"
            );
        }
        assert_eq!(kinds.len(), 5);
    }
}
