//! What keeps two records apart, whatever speaks for them: different hard identifiers, a branch and its company, two
//! branches, different numbers in names that are otherwise alike, father and son of one name, sisters of one brand
//! (`sisters`).
//!
//! A branch shares its company's phone and person, and sisters share them too; where each is tells them apart. So what
//! names alone leave open, a short name beside a branch or another trade of one brand, is decided by addresses.
//!
//! Which columns hold identifiers or names of organizations is found out from their values: check characters that fit,
//! legal forms. Law: a value that is missing, or that is none of these, keeps nobody apart.

use guiyi_ident::{Gtin, Lei, ResidentId, org9};
use rayon::prelude::*;

use super::super::decision::Veto;
use super::super::hash::hash;
use super::compare::{EQUAL, n_levels};
use super::field::Field;
use super::records::Records;
use super::rows::{Pair, Rows};
use super::said::{Said, Tells};
use super::sisters::{Firm, Sisters};
use super::{Kind, persons, start};
use crate::standardize::organization_name::{fold, parse, without_notes};

/// Values that tell what a column holds.
const LOOKED_AT: u32 = 2000;
/// So many of them must be valid for identifiers to be hard, and there must be so many.
const MOST_VALID: f64 = 0.5;
const LEAST_VALUES: f64 = 5.0;
/// So many of them must have a legal form, or a branch, for names to be of organizations.
const NAMES: f64 = 0.3;
/// The part of a column's names that are of branches, from which on it is one of branches.
const MOST_BRANCHES: f64 = 0.5;
/// Texts at this level or a better one are alike but for a number.
const ALIKE: u8 = EQUAL + 5;
/// Addresses at this level or a worse one are of two places, if their numbers are all different.
const ELSEWHERE: u8 = EQUAL + 5;

/// Identifiers that one holder has one of, with a check that chance hardly passes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scheme {
    /// Credit codes and organization codes (GB 32100-2015, GB 11714-1997).
    Organization,
    /// Resident IDs (GB 11643-1999).
    Resident,
    /// Legal entity identifiers (ISO 17442-1:2020).
    Lei,
    /// Trade item numbers (GS1 General Specifications).
    Gtin,
    /// Which of a family's namesakes a person is: father and son.
    Namesake,
}

impl Scheme {
    const ALL: [Self; 5] = [
        Self::Organization,
        Self::Resident,
        Self::Lei,
        Self::Gtin,
        Self::Namesake,
    ];

    /// A number for who or what a valid identifier names; 0 for an invalid one.
    fn holder(self, text: &str) -> u64 {
        let holder = match self {
            Self::Organization => org9(text).map(|code| code.to_string()),
            Self::Resident => ResidentId::parse(text).ok().map(|id| id.to_string()),
            Self::Lei => Lei::parse(text).ok().map(|lei| lei.to_string()),
            Self::Gtin => Gtin::parse(text).ok().map(|gtin| gtin.gtin14()),
            Self::Namesake => return persons::generation(text),
        };
        holder.map_or(0, |holder| hash(holder.as_bytes()).max(1))
    }
}

/// What a name of an organization says beside its words.
#[derive(Clone, Default)]
struct Parts {
    is_whole: bool,
    is_branch: bool,
    /// Letters of the name.
    length: usize,
    /// Where the branch is, as far as the name says.
    place: Box<str>,
    /// Numbers in the name; 0 for none.
    numbers: u64,
    firm: Firm,
}

impl Parts {
    fn of(text: &str) -> Self {
        let folded = fold(&without_notes(text));
        let name = parse(&folded);
        let tells = |letter: &char| !['省', '市', '区', '县', '第'].contains(letter);
        let place = name.branch.map_or("", |branch| branch.place);
        let numbers = name.numerals.join(" ");
        Self {
            is_whole: !name.form.is_empty(),
            is_branch: name.branch.is_some(),
            length: folded.chars().count(),
            place: place.chars().filter(tells).collect(),
            firm: Firm::of_name(&name),
            numbers: if numbers.is_empty() {
                0
            } else {
                hash(numbers.as_bytes()).max(1)
            },
        }
    }

    /// Whether this is the name of a company of which the other is a branch: what a branch adds is more than a slip.
    fn is_parent_of(&self, other: &Self) -> bool {
        other.is_branch && !self.is_branch && self.is_whole && other.is_whole && other.length > self.length + 2
    }

    /// Why two such names are of different organizations, if these are in two places: a branch is where it is, and sisters
    /// of one brand have their own.
    fn elsewhere(&self, other: &Self) -> Option<Veto> {
        if self.is_branch || other.is_branch {
            Some(Veto::Branch)
        } else {
            self.firm.is_sister_of(&other.firm).then_some(Veto::Trade)
        }
    }

    /// Why two such names are of different organizations; numbers count in names that are alike.
    fn against(&self, other: &Self, are_alike: impl Fn() -> bool) -> Option<Veto> {
        let is_parent = self.is_parent_of(other) || other.is_parent_of(self);
        // A place that is written in two ways shares a letter with itself.
        let is_elsewhere = || {
            let (one, other) = (&self.place, &other.place);
            !one.is_empty() && !other.is_empty() && !one.chars().any(|letter| other.contains(letter))
        };
        if is_parent || (self.is_branch && other.is_branch && is_elsewhere()) {
            Some(Veto::Branch)
        } else if self.numbers != other.numbers && self.numbers != 0 && other.numbers != 0 && are_alike() {
            Some(Veto::Numeral)
        } else {
            None
        }
    }
}

/// The fields whose values can keep records apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Grounds {
    /// Fields of names of organizations.
    pub(super) names: Vec<usize>,
    /// Fields of identifiers.
    schemes: Vec<(usize, Scheme)>,
}

impl Grounds {
    /// Finds them by their values, or by what is said of them.
    pub(super) fn of(fields: &[Field], said: &Said) -> Self {
        let says = |text: &str| {
            let parts = Parts::of(text);
            parts.is_whole || parts.is_branch
        };
        let is_name = |field: &Field| matches!(field.kind, Kind::Text | Kind::Name | Kind::Category);
        let is_said = |field: &Field| {
            said.of(field)
                .is_some_and(|said| said.tells == Some(Tells::Organization))
        };
        let names = each(fields, |field| {
            (is_said(field) || is_name(field) && are_so(field, NAMES, says)).then_some(())
        });
        // A column of branches beside another of names tells where somebody banks, not what he is.
        let are_branches =
            |field: &Field| !is_said(field) && are_so(field, MOST_BRANCHES, |text| Parts::of(text).is_branch);
        let (banks, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|(at, ())| are_branches(&fields[*at]));
        let names = if others.is_empty() { banks } else { others };
        let mut schemes = each(fields, |field| {
            let is_scheme = |scheme: &Scheme| are_so(field, MOST_VALID, |text| scheme.holder(text) != 0);
            let mut checked = Scheme::ALL.into_iter().filter(|scheme| *scheme != Scheme::Namesake);
            checked.find(is_scheme)
        });
        // The resident ID in a company's record is that of one of its people.
        schemes.retain(|(_, scheme)| *scheme != Scheme::Resident || names.is_empty());
        let mut grounds = Self {
            names: names.into_iter().map(|(at, ())| at).collect(),
            schemes,
        };
        if persons::all_given(fields, &grounds) != 0 {
            let namesakes = each(fields, |field| {
                persons::has_namesakes(field).then_some(Scheme::Namesake)
            });
            grounds.schemes.extend(namesakes);
        }
        grounds
    }

    /// As lists of numbers: fields of names, fields of identifiers, their schemes.
    pub(super) fn numbers(&self) -> [Vec<u32>; 3] {
        let place = |scheme: Scheme| Scheme::ALL.iter().position(|own| *own == scheme).unwrap_or(0);
        [
            self.names.iter().map(|at| *at as u32).collect(),
            self.schemes.iter().map(|(at, _)| *at as u32).collect(),
            self.schemes.iter().map(|(_, scheme)| place(*scheme) as u32).collect(),
        ]
    }

    /// Of the lists that [`Grounds::numbers`] gives; `None` if they cannot be those of so many fields.
    pub(super) fn of_numbers([names, at, schemes]: &[Vec<u32>; 3], n_fields: usize) -> Option<Self> {
        let fits = at.len() == schemes.len() && names.iter().chain(at).all(|at| (*at as usize) < n_fields);
        let schemes = at
            .iter()
            .zip(schemes)
            .map(|(at, scheme)| Some((*at as usize, *Scheme::ALL.get(*scheme as usize)?)));
        let grounds = Self {
            names: names.iter().map(|at| *at as usize).collect(),
            schemes: schemes.collect::<Option<Vec<_>>>()?,
        };
        fits.then_some(grounds)
    }
}

/// What keeps records apart, field by field.
pub(super) struct Vetoes {
    /// For each field of identifiers the holder of each value.
    holders: Vec<(usize, Scheme, Vec<u64>)>,
    /// For each field of names what each value says.
    names: Vec<(usize, Vec<Parts>)>,
    /// What stands in where records are too few to show relatives.
    sisters: Option<Sisters>,
}

impl Vetoes {
    /// What keeps some records apart; no others than those asked for may be asked about.
    pub(super) fn new(records: &Records, said: &Said, asked: &(impl Iterator<Item = u32> + Clone)) -> Self {
        let fields = &records.fields;
        let is_asked = |field: &Field| {
            let mut is_asked = vec![false; field.values.len()];
            let values = asked.clone().map(|record| field.ids[record as usize]);
            values.for_each(|value| is_asked[value as usize] = true);
            is_asked
        };
        Self {
            sisters: start::are_few(records.len()).then(|| Sisters::new(fields, said)),
            ..Self::of_values(&records.grounds, fields, is_asked)
        }
    }

    /// What keeps any records apart, where it is known which fields do.
    pub(super) fn with(grounds: &Grounds, fields: &[Field]) -> Self {
        Self::of_values(grounds, fields, |field| vec![true; field.values.len()])
    }

    fn of_values(grounds: &Grounds, fields: &[Field], is_asked: impl Fn(&Field) -> Vec<bool>) -> Self {
        let holders = |(at, scheme): &(usize, Scheme)| {
            let field = &fields[*at];
            let holders = some(field, &is_asked(field), |text| scheme.holder(text));
            (*at, *scheme, holders)
        };
        let names = |at: &usize| (*at, some(&fields[*at], &is_asked(&fields[*at]), Parts::of));
        Self {
            holders: grounds.schemes.iter().map(holders).collect(),
            names: grounds.names.iter().map(names).collect(),
            sisters: None,
        }
    }

    /// Why two records are kept apart, if they are.
    pub(super) fn of(&self, rows: &Rows<'_>, a: u32, b: u32) -> Option<Veto> {
        let values = |at: usize| (rows.cell(a, at), rows.cell(b, at));
        let (mut are_branches, mut elsewhere) = (false, None);
        for (at, parts) in &self.names {
            let (left, right) = values(*at);
            if left.value == 0 || right.value == 0 {
                continue;
            }
            let (one, other) = (&parts[left.value as usize], &parts[right.value as usize]);
            are_branches |= one.is_branch || other.is_branch;
            let are_alike = || rows.fields[*at].level(left, right) <= ALIKE;
            let veto = if left.value == right.value {
                None
            } else {
                one.against(other, are_alike)
            };
            if veto.is_some() {
                return veto;
            }
            if left.value != right.value {
                elsewhere = elsewhere.or_else(|| one.elsewhere(other));
            }
        }
        let conflict = |(at, scheme, holders): &(usize, Scheme, Vec<u64>)| {
            let (left, right) = values(*at);
            let (left, right) = (holders[left.value as usize], holders[right.value as usize]);
            (left != 0 && right != 0 && left != right).then_some(*scheme)
        };
        let is_one = |(at, _, holders): &(usize, Scheme, Vec<u64>)| {
            let (left, right) = values(*at);
            let holder = holders[left.value as usize];
            holder != 0 && holder == holders[right.value as usize]
        };
        let conflict = self.holders.iter().find_map(conflict);
        match conflict {
            Some(Scheme::Namesake) => return Some(Veto::Numeral),
            // A branch goes by its own identifier here and by its company's there.
            Some(_) if !are_branches => return Some(Veto::HardIdentifier),
            _ => {}
        }
        // A company's identifier is that of its branches, and never that of a sister.
        let may_be = |veto: &Veto| *veto == Veto::Branch || !self.holders.iter().any(is_one);
        let elsewhere = elsewhere.filter(|veto| may_be(veto) && are_elsewhere(rows, (a, b)));
        if elsewhere.is_some() {
            return elsewhere;
        }
        self.sisters.as_ref().and_then(|sisters| sisters.of(rows, a, b))
    }
}

/// Whether two records have addresses that share no number, and not half of their words.
fn are_elsewhere(rows: &Rows<'_>, pair: Pair) -> bool {
    let levels = |kind: Kind| {
        let fields = rows
            .fields
            .iter()
            .enumerate()
            .filter(move |(_, field)| field.kind == kind);
        fields.map(|(at, _)| rows.level(at, pair).0).filter(|level| *level != 0)
    };
    let none = n_levels(Kind::Doors) as u8;
    let (mut doors, mut addresses) = (levels(Kind::Doors).peekable(), levels(Kind::Address).peekable());
    doors.peek().is_some()
        && addresses.peek().is_some()
        && doors.all(|level| level == none)
        && addresses.all(|level| level >= ELSEWHERE)
}

/// What `of` finds for fields, each with its position.
fn each<T: Send>(fields: &[Field], of: impl Fn(&Field) -> Option<T> + Sync) -> Vec<(usize, T)> {
    let found = fields
        .par_iter()
        .enumerate()
        .filter_map(|(at, field)| Some((at, of(field)?)));
    found.collect()
}

/// Whether at least such a part of a field's values are so, and not hardly any.
fn are_so(field: &Field, least: f64, is: impl Fn(&str) -> bool) -> bool {
    let n = (field.values.len() as u32).min(LOOKED_AT);
    let most_others = (1.0 - least) * f64::from(n - 1);
    // Those that are not so tell soon enough.
    let mut n_others = 0.0;
    let mut values = (1..n).map(|id| field.values.get(id));
    let are_many = values.all(|text| {
        n_others += f64::from(u8::from(!is(text)));
        n_others <= most_others
    });
    are_many && f64::from(n - 1) - n_others >= LEAST_VALUES
}

/// What `of` says of each value of a field; nothing of no value.
pub(super) fn all<T: Default + Send>(field: &Field, of: impl Fn(&str) -> T + Sync) -> Vec<T> {
    some(field, &vec![true; field.values.len()], of)
}

/// What `of` says of each value of a field that is asked for; nothing of others, and of no value.
fn some<T: Default + Send>(field: &Field, is_asked: &[bool], of: impl Fn(&str) -> T + Sync) -> Vec<T> {
    let say = |id: u32| {
        if id == 0 || !is_asked[id as usize] {
            T::default()
        } else {
            of(field.values.get(id))
        }
    };
    (0..field.values.len() as u32).into_par_iter().map(say).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::table;
    use super::*;

    /// Why two records of name, trade item number and phone are kept apart, among other records; each banks somewhere.
    fn veto(one: [&str; 3], other: [&str; 3]) -> Option<Veto> {
        let mut rows: Vec<Vec<String>> = (0..20)
            .map(|at: u32| {
                let number = format!("69012345{at:04}");
                let sum: u32 = number
                    .bytes()
                    .zip([1, 3].into_iter().cycle())
                    .map(|(digit, by)| u32::from(digit - b'0') * by)
                    .sum();
                vec![
                    format!(
                        "{}{}贸易有限公司",
                        ["杭州", "宁波", "苏州"][at as usize % 3],
                        char::from_u32(0x5b89 + at).unwrap()
                    ),
                    format!("{number}{}", (10 - sum % 10) % 10),
                    format!("0571-8800{at:04}"),
                ]
            })
            .collect();
        rows.extend([one, other].map(|row| row.map(str::to_owned).to_vec()));
        for (row, street) in rows.iter_mut().zip('\u{4e01}'..) {
            row.push(format!("中国银行杭州分行{street}街支行"));
        }
        let table = table(&["name", "item", "phone", "bank"], &rows);
        let records = Records::new(&[&table], &Said::default());
        let of = records.of_rows();
        let rows = Rows::new(&records.fields);
        let vetoes = Vetoes::new(&records, &Said::default(), &[of[20], of[21]].into_iter());
        let found = vetoes.of(&rows, of[20], of[21]);
        assert_eq!(found, vetoes.of(&rows, of[21], of[20]));
        found
    }

    #[test]
    fn who_is_elsewhere_is_another() {
        let item = |at: u32| {
            let number = format!("69012345{at:04}");
            let digits = number.bytes().zip([1, 3].into_iter().cycle());
            let sum: u32 = digits.map(|(digit, by)| u32::from(digit - b'0') * by).sum();
            format!("{number}{}", (10 - sum % 10) % 10)
        };
        let check = |one: [&str; 3], other: [&str; 3], expected: Option<Veto>| {
            let filler = ('\u{5b89}'..).zip(0..40_u32).map(|(letter, at)| {
                let (town, street) = (
                    ["杭州", "宁波", "苏州"][at as usize % 3],
                    ["建设", "人民"][at as usize % 2],
                );
                vec![
                    format!("{town}{letter}{letter}贸易有限公司"),
                    format!(
                        "{town}市{letter}江区{letter}桥街道{street}路{}号{}楼",
                        20 + 7 * at,
                        at % 9 + 1
                    ),
                    item(at),
                ]
            });
            let pair = [one, other].map(|row| row.map(str::to_owned).to_vec());
            let rows: Vec<Vec<String>> = filler.chain(pair).collect();
            let table = table(&["name", "address", "item"], &rows);
            let records = Records::new(&[&table], &Said::default());
            let of = records.of_rows();
            let rows = Rows::new(&records.fields);
            let vetoes = Vetoes::new(&records, &Said::default(), &[of[40], of[41]].into_iter());
            assert_eq!(vetoes.of(&rows, of[40], of[41]), expected, "{one:?} {other:?}");
            assert_eq!(vetoes.of(&rows, of[41], of[40]), expected, "{other:?} {one:?}");
        };
        let here = "杭州市西湖区北山街道文三路128号7楼";
        let there = "宁波市海曙区江厦街道中山东路903号4楼";
        let (company, branch) = ("杭州青禾软件有限公司", "杭州青禾软件有限公司宁波分公司");
        check(["青禾软件", here, ""], [branch, there, ""], Some(Veto::Branch));
        check(["青禾软件", there, ""], [branch, there, ""], None);
        check(["青禾软件", "", ""], [branch, there, ""], None);
        check(
            ["杭州青禾软件有限公司宁波第二分公司", here, ""],
            [branch, there, ""],
            Some(Veto::Branch),
        );
        // A branch may move.
        check([branch, here, ""], [branch, there, ""], None);
        // A note is no part of a name, however long.
        check(
            ["杭州青禾软件有限公司（先款后货）", "", ""],
            [branch, "", ""],
            Some(Veto::Branch),
        );
        let sister = "杭州青禾餐饮有限公司";
        check([company, here, ""], [sister, there, ""], Some(Veto::Trade));
        check([company, here, ""], [sister, here, ""], None);
        check([company, here, ""], [sister, "", ""], None);
        check([company, here, ""], ["青禾", there, ""], None);
        check([company, here, &item(50)], [sister, there, &item(50)], None);
    }

    #[test]
    fn father_and_son_are_two() {
        let given = ["Anna", "Robert", "Peter", "Klara", "Hugo", "Frieda", "Otto", "Maria"];
        let check = |is_persons: bool, one: [&str; 2], other: [&str; 2], expected: Option<Veto>| {
            let filler = (0..24).map(|at| {
                let surname = format!("{}son{}", given[at % 7], if at == 3 { " Jr" } else { "" });
                let first = if is_persons {
                    given[at % 8].to_owned()
                } else {
                    format!("Qx{at}w")
                };
                vec![first, surname]
            });
            let pair = [one, other].map(|row| row.map(str::to_owned).to_vec());
            let rows: Vec<Vec<String>> = filler.chain(pair).collect();
            let table = table(&["a", "b"], &rows);
            let records = Records::new(&[&table], &Said::default());
            let of = records.of_rows();
            let rows = Rows::new(&records.fields);
            let vetoes = Vetoes::new(&records, &Said::default(), &[of[24], of[25]].into_iter());
            assert_eq!(vetoes.of(&rows, of[24], of[25]), expected, "{one:?} {other:?}");
        };
        let apart = Some(Veto::Numeral);
        check(true, ["David", "Tolliver Jr"], ["David", "Tolliver Senior"], apart);
        check(true, ["David", "Tolliver Jr"], ["David", "Tolliver II"], None);
        check(true, ["David", "Tolliver Jr"], ["David", "Tolliver"], None);
        check(false, ["David", "Tolliver Jr"], ["David", "Tolliver Senior"], None);
    }

    #[test]
    fn keeps_apart_what_cannot_be_the_same() {
        let names = [
            (
                "杭州青禾软件有限公司",
                "杭州青禾软件有限公司宁波分公司",
                Some(Veto::Branch),
            ),
            (
                "杭州青禾软件有限公司宁波分公司",
                "杭州青禾软件有限公司苏州分公司",
                Some(Veto::Branch),
            ),
            // The same branch, written in two ways; a slip in the word for it; a short name of the whole company.
            (
                "杭州青禾软件有限公司宁波分公司",
                "杭州青禾软件有限公司宁波市分公司",
                None,
            ),
            ("杭州青禾软件有限公司宁波分公司", "杭州青禾软件有限公司宁波奋公司", None),
            ("青禾软件", "杭州青禾软件有限公司宁波分公司", None),
            ("绍兴第一纺织有限公司", "绍兴第二纺织有限公司", Some(Veto::Numeral)),
            ("绍兴第一纺织有限公司", "绍兴第一纺织厂", None),
            ("杭州青禾软件有限公司", "杭州青禾软件有限责任公司", None),
        ];
        for (one, other, expected) in names {
            assert_eq!(veto([one, "", "1"], [other, "", "1"]), expected, "{one} and {other}");
        }
        let items = [
            ("6901234500011", "6901234500028", Some(Veto::HardIdentifier)),
            ("6901234500011", "06901234500011", None),
            // One that is not valid keeps nobody apart.
            ("6901234500011", "6901234500013", None),
            ("6901234500011", "", None),
        ];
        for (one, other, expected) in items {
            let name = "杭州青禾软件有限公司";
            assert_eq!(
                veto([name, one, "1"], [name, other, "1"]),
                expected,
                "{one} and {other}"
            );
        }
        let branch = "杭州青禾软件有限公司宁波分公司";
        assert_eq!(
            veto([branch, "6901234500011", "1"], [branch, "6901234500028", "1"]),
            None
        );
    }
}
