//! The search for pairs worth comparing, and the training on them: all that comes before pairs are weighed.
//!
//! Laws: what random records agree on by chance is the ground of every weight; pairs that a person labelled teach beside
//! those that the data give away.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::blocks::Candidates;
use super::candidates::{self, PassCount};
use super::decoys::Decoys;
use super::model::Model;
use super::nearest::{Among, Index};
use super::persons::{self, Given};
use super::records::{Records, Seekers};
use super::rows::{Pair, Rows, ends};
use super::said::Said;
use super::train::{self, Ground, Shown};
use super::{Kind, Options, compete, moves, random, relatives, siblings, together};

/// Of many records, those whose nearest neighbors train the model.
const TEACHING: u32 = 5_000;
/// Random records among which these neighbors are looked for, beside those that passes bring together with the others.
const BESIDE: u32 = 10_000;

/// Records of each of two files that show what chance makes within it, at most; and where one column alone is asked.
const ASKING: usize = 20_000;
const ASKING_ALONE: usize = 4_000;

/// Records, ready to be searched for pairs.
pub(super) struct Search<'r> {
    pub(super) rows: Rows<'r>,
    records: &'r Records,
    said: &'r Said,
    /// What random pairs agree on, matches among them.
    pub(super) seen: Model,
    /// Whether records are few enough to look for everybody's nearest neighbors, or for those of one file.
    is_searched: bool,
    random: Vec<Vec<f64>>,
    /// What chance agrees on at most, once that is asked for.
    untrained: OnceLock<Model>,
    ground: Ground,
    /// Pairs within each of two files, where they are asked for.
    decoys: OnceLock<Decoys>,
}

impl<'r> Search<'r> {
    pub(super) fn new(records: &'r Records, said: &'r Said) -> Self {
        let rows = Rows::new(&records.fields);
        let may = |a: u32, b: u32| records.may(a, b);
        let random = random::levels(records, &rows);
        let mut seen = Model::new(&records.kinds(), &random);
        for (field, (name, _)) in seen.fields.iter_mut().zip(records.names()) {
            name.clone_into(&mut field.name);
        }
        let together = together::find(&records.fields, &seen, |pairs| rows.patterns(pairs), may);
        seen.bonds = together.bonds;
        if !said.labels.is_empty() {
            let of = records.of_rows();
            let taught = said.labels.iter().filter_map(|label| {
                let (a, b) = (*of.get(label.a as usize)?, *of.get(label.b as usize)?);
                Some((rows.pattern((a.min(b), a.max(b))), label.same))
            });
            seen.taught = taught.collect();
        }
        let filled: Vec<f64> = records.fields.iter().map(|field| field.filled.powi(2)).collect();
        let mut counted = filled.clone();
        for (_, second) in &together.copies {
            counted[*second] = 0.0;
        }
        Self {
            is_searched: records.seekers() != Seekers::Nobody,
            untrained: OnceLock::new(),
            random,
            ground: Ground {
                n: records.len(),
                n_smaller: records.n_smaller(),
                n_pairs: records.n_pairs(),
                naming: relatives::naming(&records.fields),
                given: Given::of(&records.fields, &records.grounds),
                all_given: persons::all_given(&records.fields, &records.grounds),
                beside: moves::beside_addresses(&records.fields),
                filled,
                counted,
                copies: together.copies,
                seen: seen.fields.iter().map(|field| field.u.clone()).collect(),
            },
            seen,
            decoys: OnceLock::new(),
            rows,
            records,
            said,
        }
    }

    /// What is worth comparing, and how it was found.
    pub(super) fn candidates(&self) -> (Candidates, Vec<PassCount>) {
        candidates::find(self.records, &self.said.passes, |pairs| {
            let (model, patterns, _) = self.train(pairs, self.all());
            patterns.par_iter().map(|pattern| model.probability(*pattern)).collect()
        })
    }

    /// The model that was given, where it fits the fields, that of a few records, or one trained on the candidates.
    pub(super) fn model(&self, candidates: &Candidates, options: &Options) -> Model {
        let given = options.model.as_ref();
        given
            .and_then(|model| {
                (model.fitted(self.records.names()).ok()).or_else(|| model.arranged(self.records.names()))
            })
            .or_else(|| Model::of_few(self.records, self.said))
            .unwrap_or_else(|| {
                if self.is_searched {
                    self.taught_by_all(candidates)
                } else {
                    self.taught_by_some(candidates)
                }
            })
    }

    /// A model trained on all candidates.
    fn taught_by_all(&self, candidates: &Candidates) -> Model {
        let pairs = candidates.all(|a, b| self.records.may(a, b));
        let (mut model, patterns, is_believed) = self.train(&pairs, self.all());
        let side = self.records.is_link.then_some(&*self.records.side);
        let weigh = |model: &Model, pair| self.rows.weigh(model, pair);
        // Rivals are told by what candidates say of chance.
        if is_believed {
            let are_siblings =
                |model: &Model| (self.decoys()).is_some_and(|decoys| siblings::are_taken(model, decoys, &patterns));
            let n = self.records.len();
            model = compete::compete(model, n, side, &pairs, &patterns, are_siblings, weigh);
        }
        if let Some(decoys) = self.decoys() {
            decoys.raise(&mut model, &self.rows, &pairs, &patterns);
        }
        model
    }

    /// A model trained on the nearest neighbors of some records, where there are too many to look for everybody's. What
    /// passes find does not show what chance makes, each pair being there for what it shares; but of the partners of a
    /// record they find most, so that its neighbors are looked for among those and among as many others as show how alike
    /// strangers are.
    fn taught_by_some(&self, candidates: &Candidates) -> Model {
        // Records are in the order of a hash: the first ones are a fair sample.
        let n = self.records.len() as u32;
        let teaching = n.min(TEACHING);
        let (mut among, mut partners): (Vec<u32>, _) = ((0..n.min(BESIDE)).collect(), Vec::new());
        for record in 0..teaching {
            candidates.partners(record, &mut partners, |a, b| self.records.may(a, b));
            among.extend(&partners);
        }
        among.sort_unstable();
        among.dedup();
        let index = Index::of_some(self.records, among);
        let near = index.pairs(candidates::neighbors(n as usize), Among::Partners, |record| {
            record < teaching
        });
        let shown = Shown {
            part: 1.0 - (1.0 - f64::from(teaching) / f64::from(n.max(1))).powi(2),
            are_near: true,
        };
        self.train(&near, shown).0
    }

    fn all(&self) -> Shown {
        Shown {
            part: 1.0,
            are_near: self.is_searched,
        }
    }

    /// A model trained on pairs, and their patterns. Also tells whether what candidates say of chance can be believed.
    fn train(&self, pairs: &[u64], shown: Shown) -> (Model, Vec<u128>, bool) {
        let patterns = self.rows.patterns(pairs);
        let mut model = self.untrained().clone();
        let decoys = self.decoys().map(|decoys| (decoys, &self.rows));
        let is_believed = train::train(&mut model, &self.ground, shown, pairs, &patterns, decoys);
        (model, patterns, is_believed)
    }

    /// Records whose partner stands out, before anything is trained, with these, the clearest first; none where that is
    /// not asked for. Of a large file some are looked at.
    pub(super) fn outstanding(&self) -> Vec<Pair> {
        if !self.may_have_decoys() {
            return Vec::new();
        }
        let n = candidates::neighbors(self.records.len());
        let decoys = Decoys::new(self.records, &self.rows, n, ASKING_ALONE);
        let near = Index::build(self.records).pairs(n, Among::Partners, |record| decoys.is_asking(record));
        let told = decoys.told(&self.rows, &self.seen, &near);
        let sure = told.sure.iter().take(told.n_outstanding() as usize);
        sure.map(|at| ends(near[*at])).collect()
    }

    /// The model before training.
    fn untrained(&self) -> &Model {
        self.untrained.get_or_init(|| {
            let mut levels = self.random.clone();
            random::bound(self.records, &self.rows, &mut levels);
            self.seen.with_chance(&levels)
        })
    }

    /// The levels of a pair.
    pub(super) fn pattern(&self, pair: Pair) -> u128 {
        self.rows.pattern(pair)
    }

    fn decoys(&self) -> Option<&Decoys> {
        let n = candidates::neighbors(self.records.len());
        let make = || Decoys::new(self.records, &self.rows, n, ASKING);
        self.may_have_decoys().then(|| self.decoys.get_or_init(make))
    }

    fn may_have_decoys(&self) -> bool {
        // A number alone names nothing: that two are close is no sign that stands out.
        let is_number = matches!(&self.records.fields[..], [field] if field.kind == Kind::Number);
        self.records.is_link && self.is_searched && !is_number
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{draw, word};
    use super::super::tests::{find, matches, table};
    use super::*;

    #[test]
    fn of_few_places_matches_do_not_pass_for_chance() {
        // Of 50 of 80 places the other file knows more digits.
        let place = |at: u64, digits: usize| -> Vec<String> {
            let of = |seed: u64| draw(at * 2 + seed, 3_000_000) as f64 / 10_000.0 + 5.0;
            vec![format!("{:.digits$}", of(1)), format!("{:.digits$}", of(2))]
        };
        let left: Vec<Vec<String>> = (0..80).map(|at| place(at, 2)).collect();
        let right: Vec<Vec<String>> = (30..80).map(|at| place(at, 4)).collect();
        let [left, right] = [left, right].map(|rows| table(&["x", "y"], &rows));
        let said = Said::default();
        let records = Records::new(&[&left, &right], &said);
        let search = Search::new(&records, &said);
        for (untrained, seen) in search.untrained().fields.iter().zip(&search.seen.fields) {
            assert_eq!(untrained.name, seen.name);
            let (near, different) = (usize::from(super::super::compare::EQUAL), seen.bits.len() - 1);
            assert!(
                untrained.bits[near] > seen.bits[near] + 1.0,
                "{:?} {:?}",
                untrained.bits,
                seen.bits
            );
            assert!((untrained.bits[different] - seen.bits[different]).abs() < 0.1);
        }
    }

    #[test]
    fn a_postcode_says_the_town_again() {
        let row = |at: u64| -> Vec<String> {
            let town = draw(at, 45);
            let name = format!("{} {}", word(at * 3), word(at * 3 + 1));
            vec![
                name,
                word(town * 2) + &word(town * 2 + 1),
                (10_000 + draw(town, 80_000)).to_string(),
                word(draw(at + 7_000, 45)),
            ]
        };
        let rows: Vec<Vec<String>> = (0..900).map(row).collect();
        let said = Said::default();
        let records = Records::new(&[&table(&["name", "town", "zip", "trade"], &rows)], &said);
        let search = Search::new(&records, &said);
        let header = |at: usize| &*records.fields[at].header;
        let mut twice: Vec<[&str; 2]> = Vec::new();
        for (one, other) in &search.ground.copies {
            let mut own = [header(*one), header(*other)];
            own.sort_unstable();
            twice.push(own);
        }
        assert_eq!(twice, [["town", "zip"]]);
        let is_bond = |bond: &together::Bond| (bond.first, bond.second) == search.ground.copies[0];
        assert!(search.seen.bonds.iter().any(is_bond));
    }

    #[test]
    fn of_many_records_too_what_is_shared_together_counts_once() {
        // The songs of an album share all but title and length; every ninth is there twice, the second time with a slip.
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut truth = Vec::new();
        for album in 0..5_000_u64 {
            let released = 1960 + draw(album, 60);
            let shared = [
                format!("{} {}", word(draw(album * 7, 3_000)), word(draw(album * 7 + 1, 3_000))),
                format!("{} {}", word(album), word(draw(album + 3, 500))),
                format!(
                    "{released}-{:02}-{:02}",
                    1 + draw(album + 4, 12),
                    1 + draw(album + 5, 28)
                ),
                format!("{released} {} records", word(draw(album + 6, 200))),
            ];
            for song in album * 12..album * 12 + 12 {
                let title = format!("{} {}", word(draw(song * 5, 900)), word(draw(song * 5 + 1, 900)));
                let mut row = vec![
                    title,
                    format!("{}:{:02}", 2 + draw(song * 5 + 2, 4), draw(song * 5 + 3, 60)),
                ];
                row.extend(shared.clone());
                rows.push(row.clone());
                if song % 9 == 0 {
                    truth.push((rows.len() as u32 - 1, rows.len() as u32));
                    row[draw(song * 5 + 4, 4) as usize].pop();
                    rows.push(row);
                }
            }
        }
        assert!(rows.len() > 60_000);
        let headers = ["title", "time", "artist", "album", "released", "label"];
        let found = matches(&find(&[&table(&headers, &rows)]));
        let hits = found.iter().filter(|pair| truth.binary_search(pair).is_ok()).count();
        assert!(hits * 100 >= found.len() * 95, "{hits} of {}", found.len());
        assert!(hits * 100 >= truth.len() * 95, "{hits} of {}", truth.len());
    }
}
