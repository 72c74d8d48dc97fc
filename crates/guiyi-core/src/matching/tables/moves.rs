//! Fields that change together in one thing: street, town and postcode of somebody who moved.
//!
//! Weighed each for itself, three fields that differ speak against a pair three times, although one event explains them
//! all; training then takes only those for matches that never moved, and believes the more that nobody moves. So a match
//! either stayed, and its fields differ each for itself, or moved, and they are all as strangers' are; how often that
//! happens is learned. Sets of fields are looked for in pairs that the other fields are sure of.
//! What is filled nowhere but beside an address says where that is: it moves with it, seen or not.
//! Laws: what names a thing (a name, a day of birth) never moves, unless strangers share it with a place, as they do
//! a town with its postcode; no more does a code or a number. Fields that differ never speak for a pair, moved or not.

use super::field::Field;
use super::kind::Kind;
use super::model::{Model, ROOM, Share, level};
use super::relatives::divide::{Division, Seen, divide};
use super::relatives::{Naming, members};

/// Fields of which all may differ at once in matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Positions of the fields.
    pub fields: Vec<usize>,
    /// Share of the matches in which they are as strangers' are.
    pub share: f64,
}

/// Bits by which a move must make the pairs likelier, and each field that takes part in it beside the first two.
const LEAST_GAIN: f64 = 10.0;
const LEAST_MORE: f64 = 3.0;
/// The least pairs that must have moved, and the least and the most share of them that is believed at first.
const LEAST_MOVED: f64 = 3.0;
const SHARES: (f64, f64) = (0.02, 0.5);
/// The share that usually moves, and how many matches that counts for beside those that are seen.
const USUAL: (f64, f64) = (0.1, 4.0);
/// Part of the records that have addresses, at most, where what stands beside them can be told; records that fill a field
/// that does, at least, and the part of them that have an address.
const MOST_FILLED: f64 = 0.9;
const LEAST_BESIDE: f64 = 10.0;
const BESIDE: f64 = 0.95;
/// Bits of a bond by which a field that could name a thing is known to tell a place.
const BOUND: f64 = 1.0;

impl Move {
    /// Bits of the fields if the match stayed, and the odds of staying or moving.
    fn odds(&self, own: &[f64; ROOM]) -> (f64, f64) {
        let stayed: f64 = self.fields.iter().map(|at| own[*at]).sum();
        (stayed, (1.0 - self.share) * stayed.exp2() + self.share)
    }

    /// Bits that the fields weigh too little, each taken for itself.
    pub(super) fn relief(&self, own: &[f64; ROOM]) -> f64 {
        let (stayed, either) = self.odds(own);
        either.log2() - stayed
    }

    /// Probability that a match of these bits has moved.
    pub(super) fn moved(&self, own: &[f64; ROOM]) -> f64 {
        self.share / self.odds(own).1
    }

    /// Takes the share that patterns show, of which so much is a match and so much of that has moved.
    pub(super) fn learn(&mut self, patterns: &[(u128, f64)], shares: &[Share], moved: &[f64]) {
        let (mut n_moved, mut n) = (USUAL.0 * USUAL.1, USUAL.1);
        for (((pattern, count), share), moved) in patterns.iter().zip(shares).zip(moved) {
            if self.fields.iter().any(|at| level(*pattern, *at) != 0) {
                n += count * share.matching;
                n_moved += count * share.matching * moved;
            }
        }
        self.share = n_moved / n;
    }
}

/// The fields that change together, told from candidates, given as patterns and how many there are of each. `model` is
/// the one before training; `needed` are the bits that make a pair likelier a match than not; `beside` tells what stands
/// beside addresses.
pub(super) fn find(
    model: &Model,
    pairs: &[(u128, f64)],
    needed: f64,
    naming: &[Naming],
    beside: &[(usize, u32)],
) -> Vec<Move> {
    let places = places(model, naming);
    let strangers = model.strangers_differ();
    // Pairs that are sure whatever speaks against them of what may have moved.
    let is_sure = |(pattern, _): &&(u128, f64)| {
        let own = model.bits_of(*pattern);
        let of = |at: usize| {
            if places >> at & 1 == 1 {
                own[at].max(0.0)
            } else {
                own[at]
            }
        };
        (0..model.fields.len()).map(of).sum::<f64>() > needed
    };
    let sure: Vec<(u128, f64)> = pairs.iter().filter(is_sure).copied().collect();
    let seen = Seen::of(model, &sure);
    let of = |mask: u32| divide(&Seen::within(&seen, mask), mask, &strangers);
    let differ_in = |mask: u32| -> f64 {
        let both = seen.iter().filter(|own| own.differ & mask == mask);
        both.map(|own| own.count).sum()
    };
    let ties = ties(model, places);
    // Codes and numbers may name a thing as well as a place: they move if strangers share them with one that does.
    let is_code = |at: usize| matches!(model.fields[at].kind, Kind::Code | Kind::Number);
    // So do they beside streets that have no numbers of their own.
    let has = |kind: Kind| move |at: &usize| model.fields[*at].kind == kind;
    let has_doors = (0..model.fields.len()).any(|at| has(Kind::Doors)(&at));
    let is_house = |mask: u32| !has_doors && members(mask).any(|at| has(Kind::Address)(&at));
    let is_tied = |at: usize, mask: u32| is_house(mask) || ties.iter().any(|tie| tie >> at & 1 == 1 && tie & mask != 0);
    let may_join = |at: usize, mask: u32| !is_code(at) || is_tied(at, mask);
    let likelier = |x: &Division, y: &Division| x.gain.total_cmp(&y.gain).then(y.mask.cmp(&x.mask));
    let mut moves: Vec<Move> = Vec::new();
    let mut open = places;
    loop {
        let pairs = members(open).flat_map(|one| members(open).map(move |other| (one, other)));
        let pairs = pairs.filter(|(one, other)| one < other);
        let pairs = pairs.filter(|(one, other)| may_join(*one, 1 << other) && may_join(*other, 1 << one));
        let pairs = pairs.map(|(one, other)| 1 << one | 1 << other);
        // Sorts that differ together, as maker and material do, are sorts of another thing.
        let pairs = pairs.filter(|mask| !members(*mask).all(|at| has(Kind::Category)(&at)));
        let best = pairs
            .filter(|mask| differ_in(*mask) >= LEAST_MOVED)
            .map(of)
            .max_by(likelier);
        let is_move = |found: &Division| found.gain > LEAST_GAIN && found.related >= LEAST_MOVED;
        let Some(mut best) = best.filter(is_move) else {
            return moves;
        };
        while let Some(grown) = (members(open & !best.mask))
            .filter(|at| may_join(*at, best.mask))
            .map(|at| of(best.mask | 1 << at))
            .filter(|grown| grown.gain > best.gain + LEAST_MORE)
            .max_by(likelier)
        {
            best = grown;
        }
        let taken = moves
            .iter()
            .flat_map(|group| &group.fields)
            .fold(0, |all, at| all | 1 << at);
        let more = beside
            .iter()
            .filter(|(at, _)| best.mask >> at & 1 == 1)
            .fold(0, |all, (_, own)| all | own);
        best.mask |= more & !taken;
        open &= !best.mask;
        moves.push(Move {
            fields: members(best.mask).chain(marks_of(model, best.mask, naming)).collect(),
            share: best.share.clamp(SHARES.0, SHARES.1),
        });
    }
}

/// The fields that are filled hardly anywhere but beside an address, one bit each, for each field of addresses that part of
/// the records have: they say where that address is.
pub(super) fn beside_addresses(fields: &[Field]) -> Vec<(usize, u32)> {
    let is_part = |field: &Field, address: &Field| {
        let own = field.ids.iter().zip(&address.ids).filter(|(own, _)| **own != 0);
        let (n, n_both) = own.fold((0.0, 0.0), |(n, both), (_, there)| {
            (n + 1.0, both + f64::from(u8::from(*there != 0)))
        });
        let may_be = matches!(field.kind, Kind::Name | Kind::Code | Kind::Category | Kind::Number);
        may_be && n >= LEAST_BESIDE && n_both >= BESIDE * n
    };
    let beside = |address: &Field| {
        let parts = fields.iter().enumerate().filter(|(_, field)| is_part(field, address));
        parts.fold(0, |mask, (at, _)| mask | 1 << at)
    };
    let addresses = fields.iter().enumerate();
    addresses
        .filter(|(_, field)| field.kind == Kind::Address && field.filled <= MOST_FILLED)
        .map(|(at, field)| (at, beside(field)))
        .collect()
}

/// The fields that may tell a place, one bit each: those that name nothing, and those that are bound to such.
fn places(model: &Model, naming: &[Naming]) -> u32 {
    let tells = |at: &usize| {
        !matches!(
            model.fields[*at].kind,
            Kind::Date
                | Kind::Phone
                | Kind::Email
                | Kind::Contacts
                | Kind::Specification
                | Kind::Measures
                | Kind::Marks
                | Kind::Words
        )
    };
    let mask = |fields: &mut dyn Iterator<Item = usize>| fields.filter(tells).fold(0_u32, |mask, at| mask | 1 << at);
    let own = mask(&mut (0..model.fields.len()).filter(|at| naming[*at].is_none()));
    let bound = (model.bonds.iter())
        .filter(|bond| bond.bits >= BOUND)
        .flat_map(|bond| [(bond.first, bond.second), (bond.second, bond.first)])
        .filter(|(_, place)| own >> place & 1 == 1)
        .map(|(other, _)| other);
    own | mask(&mut bound.into_iter())
}

/// The places that strangers share together, two bits for each two fields.
fn ties(model: &Model, places: u32) -> Vec<u32> {
    let bonds = model.bonds.iter().filter(|bond| bond.bits >= BOUND);
    bonds
        .map(|bond| 1 << bond.first | 1 << bond.second)
        .filter(|tie| tie & places == *tie)
        .collect()
}

/// The marks, where all texts with digits that they were taken from move.
fn marks_of(model: &Model, mask: u32, naming: &[Naming]) -> Option<usize> {
    let is_text = |at: &usize| model.fields[*at].kind == Kind::Text && naming[*at].is_none();
    let mut texts = (0..model.fields.len()).filter(is_text).peekable();
    texts.peek()?;
    let marks = model.fields.iter().position(|field| field.kind == Kind::Marks)?;
    texts.all(|at| mask >> at & 1 == 1).then_some(marks)
}

#[cfg(test)]
mod tests {
    use super::super::records::Records;
    use super::super::said::Said;
    use super::super::tests::table;
    use super::*;

    #[test]
    fn what_stands_beside_an_address_only_says_where_that_is() {
        let row = |at: u32| -> Vec<String> {
            let surname = ["Lindqvist", "Okafor", "Kowalski", "Brandt", "Moreau"][at as usize % 5];
            let town = ["Wismar", "Anklam", "Stralsund"][at as usize % 3];
            let street = ["Lomer Road", "Tisu Lane", "Bandor Street"][at as usize % 3];
            let given = ["Ilse", "Otto", "Klara", "Bruno"][at as usize % 4];
            let is_known = !at.is_multiple_of(3);
            let place = |text: String| if is_known { text } else { String::new() };
            vec![
                surname.to_owned(),
                if at.is_multiple_of(2) {
                    given.to_owned()
                } else {
                    String::new()
                },
                place(format!("{} {street}", at + 1)),
                place(town.to_owned()),
            ]
        };
        let named = |is_known: bool| {
            let mut rows: Vec<Vec<String>> = (0..90).map(row).collect();
            if is_known {
                (0..90)
                    .filter(|at| at % 3 == 0)
                    .for_each(|at| rows[at][2] = format!("{at} Elfi Road"));
            }
            let table = table(&["surname", "given", "street", "town"], &rows);
            let fields = Records::new(&[&table], &Said::default()).fields;
            let found = beside_addresses(&fields);
            let named = found
                .iter()
                .flat_map(|(_, mask)| members(*mask))
                .map(|at| fields[at].header.clone());
            named.collect::<Vec<String>>()
        };
        assert_eq!(named(false), ["town"]);
        // Where everybody has an address nothing is told.
        assert_eq!(named(true), Vec::<String>::new());
    }
}
