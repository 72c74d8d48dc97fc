//! Organizations of one brand that are not one organization: sisters of another trade, namesakes in another city.
//!
//! They share names, phones and people as relatives do. Where records are few no relatives can be learned, and what
//! tells them apart is read off their names (standardize), if a column is said to hold names of organizations; where
//! there are more it would only cost matches, unless addresses say the same (`vetoes`). Laws: a number that names a
//! holder outweighs any name; a missing part of a name keeps nobody apart.

use super::super::decision::Veto;
use super::super::hash::hash;
use super::compare::distance;
use super::field::Field;
use super::rows::Rows;
use super::said::{Said, Tells};
use super::vetoes::all;
use crate::standardize::organization_name::{OrganizationName, fold, parse};

/// Phones and addresses of more records than this are those of an agent or a building.
const OWN: u32 = 5;

/// What a name says of an organization beside its form.
#[derive(Clone, Default)]
pub(super) struct Firm {
    /// Its brand; 0 for none.
    brand: u64,
    trade: Box<[u16]>,
    /// The number of its city (GB/T 2260); 0 where the name tells none.
    city: u32,
}

impl Firm {
    fn of(text: &str) -> Self {
        Self::of_name(&parse(&fold(text)))
    }

    pub(super) fn of_name(name: &OrganizationName<'_>) -> Self {
        Self {
            brand: match name.trade_name {
                "" => 0,
                brand => hash(brand.as_bytes()),
            },
            trade: name.industry.chars().map(|letter| letter as u32 as u16).collect(),
            city: name.places.code().map_or(0, city),
        }
    }

    /// Whether the trades cannot be one: both are stated, neither shortens the other, and more than a slip differs. Of
    /// two or three letters one makes another trade: 科技, 科贸.
    fn is_other_trade(&self, other: &Self) -> bool {
        let (short, long) = if self.trade.len() <= other.trade.len() {
            (&*self.trade, &*other.trade)
        } else {
            (&*other.trade, &*self.trade)
        };
        let mut rest = long.iter();
        let is_shortened = short.iter().all(|letter| rest.any(|own| own == letter));
        !is_shortened && (long.len() < 4 || distance(short, long) > 1)
    }

    /// Whether these are of one brand, and of two trades.
    pub(super) fn is_sister_of(&self, other: &Self) -> bool {
        self.brand != 0 && self.brand == other.brand && self.is_other_trade(other)
    }

    fn is_elsewhere(&self, other: &Self) -> bool {
        self.city != 0 && other.city != 0 && self.city != other.city
    }
}

/// The city of a division: a municipality is one, and so is a county that its province governs; 0 for a province.
fn city(code: u32) -> u32 {
    match (code / 10_000, code / 100 % 100) {
        (province @ (11 | 12 | 31 | 50), _) => province * 100,
        (_, 0) => 0,
        (_, 90) => code,
        _ => code / 100,
    }
}

/// What tells sisters and namesakes apart, and what they do not share.
pub(super) struct Sisters {
    /// For each field of names what each value says.
    firms: Vec<(usize, Vec<Firm>)>,
    /// Fields of numbers that name a holder, and of those by which it is reached.
    identity: Vec<usize>,
    reach: Vec<usize>,
}

impl Sisters {
    pub(super) fn new(fields: &[Field], said: &Said) -> Self {
        let that = |tells: Tells| -> Vec<usize> {
            let is = |at: &usize| said.of(&fields[*at]).and_then(|said| said.tells) == Some(tells);
            (0..fields.len()).filter(is).collect()
        };
        let firms = |at: usize| (at, all(&fields[at], Firm::of));
        Self {
            firms: that(Tells::Organization).into_iter().map(firms).collect(),
            identity: that(Tells::Identity),
            reach: that(Tells::Reach),
        }
    }

    /// Why two records are of two organizations, if their names say so.
    pub(super) fn of(&self, rows: &Rows<'_>, a: u32, b: u32) -> Option<Veto> {
        let share = |fields: &[usize], most: u32| {
            fields.iter().any(|at| {
                let (left, right) = (rows.cell(a, *at).value, rows.cell(b, *at).value);
                left != 0 && left == right && rows.fields[*at].values.counts[left as usize] <= most
            })
        };
        let veto = self.firms.iter().find_map(|(at, firms)| {
            let [one, other] = [a, b].map(|record| &firms[rows.cell(record, *at).value as usize]);
            if one.brand == 0 || one.brand != other.brand {
                None
            } else if one.is_elsewhere(other) {
                Some(Veto::Place).filter(|_| !share(&self.reach, OWN))
            } else {
                one.is_other_trade(other).then_some(Veto::Trade)
            }
        });
        veto.filter(|_| !share(&self.identity, u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::Records;
    use super::super::said::{SaidField, Usual};
    use super::super::tests::table;
    use super::*;

    #[test]
    fn a_brand_is_not_yet_a_company() {
        let field = |at: usize, tells: Tells| SaidField {
            left: Some(at),
            compare: true,
            usual: Some(Usual {
                chance: 0.01,
                differ: 0.1,
            }),
            tells: Some(tells),
            ..SaidField::default()
        };
        let said = Said {
            fields: vec![
                field(0, Tells::Organization),
                field(1, Tells::Identity),
                field(2, Tells::Reach),
            ],
            ..Said::default()
        };
        let check = |one: [&str; 3], other: [&str; 3], expected: Option<Veto>| {
            let rows: Vec<Vec<String>> = [one, other].map(|row| row.map(str::to_owned).to_vec()).to_vec();
            let table = table(&["name", "account", "phone"], &rows);
            let records = Records::new(&[&table], &said);
            let sisters = Sisters::new(&records.fields, &said);
            let rows = Rows::new(&records.fields);
            assert_eq!(sisters.of(&rows, 0, 1), expected, "{one:?} {other:?}");
            assert_eq!(sisters.of(&rows, 1, 0), expected, "{other:?} {one:?}");
        };
        let (here, phone) = ("成都明远机械设备有限公司", "13912345678");
        let sister = "成都明远国际货运代理有限公司";
        check([here, "", phone], [sister, "", phone], Some(Veto::Trade));
        check([here, "622848001", phone], [sister, "622848001", phone], None);
        check([here, "", phone], ["成都明远机械有限公司", "", phone], None);
        check([here, "", phone], ["明远", "", phone], None);
        let elsewhere = "重庆明远机械设备有限公司";
        check([here, "", phone], [elsewhere, "", "02361234567"], Some(Veto::Place));
        check([here, "", phone], [elsewhere, "", phone], None);
        check([here, "", phone], ["四川明远机械设备有限公司", "", "02861234567"], None);
        check([here, "", phone], [here, "", ""], None);
    }
}
