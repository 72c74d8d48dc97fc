//! Records that could be either of two: a John without birthday, of two Johns in one street who were born on two days.
//!
//! Such a record fits the one as well as the other because it says nothing of what tells them apart. It does not join
//! the two, and it belongs to either only where it fits that one clearly better. What it says in favor of the other, or
//! of both, is not counted when records are grouped.
//! Laws: a record that says itself in what two others differ is torn between nobody; the order of records changes nothing.

use rayon::prelude::*;

use super::WORD;
use super::model::Model;
use super::parts::Edge;
use super::rows::{Pair, Rows};

/// Bits by which what a record does not say speaks against two others being one, at least.
const AGAINST: f64 = 3.0;
/// Bits by which a record fits one of them better, at least, to belong to it.
const CLEARLY: f32 = 2.0;
/// The heaviest partners of a record that are compared with each other.
const MOST: usize = 16;

/// Pairs of which one record is torn, in order.
pub(super) struct Torn(Vec<Pair>);

impl Torn {
    /// Of the pairs with a positive weight, which are taken out of these; `weigh` gives the weight of any pair. Of two files
    /// nobody is torn: where these hold each thing once, the grouping sees to it.
    pub(super) fn find(
        graph: &mut Vec<Edge>,
        rows: &Rows<'_>,
        model: &Model,
        is_link: bool,
        weigh: impl Fn(u32, u32) -> f32 + Sync,
    ) -> Self {
        if is_link {
            return Self(Vec::new());
        }
        let mut partners: Vec<(u32, f32, u32)> = (graph.iter())
            .flat_map(|(a, b, weight)| [(*a, *weight, *b), (*b, *weight, *a)])
            .collect();
        partners.par_sort_unstable_by(|x, y| (x.0.cmp(&y.0)).then(y.1.total_cmp(&x.1)).then(x.2.cmp(&y.2)));
        let of_record = |partners: &[(u32, f32, u32)]| {
            let own = partners[0].0;
            let partners = &partners[..partners.len().min(MOST)];
            let is_silent = |at: &usize| model.fields[*at].kind.is_counted() && rows.row(own).id(*at) == 0;
            let silent: Vec<usize> = (0..model.fields.len()).filter(is_silent).collect();
            let are_two = |one: u32, other: u32| {
                let pair = (one.min(other), one.max(other));
                let against = |at: &usize| {
                    let (level, place) = rows.level(*at, pair);
                    model.fields[*at].bits_at(level, place).min(0.0)
                };
                silent.iter().map(against).sum::<f64>() <= -AGAINST && weigh(pair.0, pair.1) <= 0.0
            };
            let mut torn = Vec::new();
            for (at, (_, weight, one)) in partners.iter().enumerate().filter(|_| !silent.is_empty()) {
                for (_, less, other) in partners[at + 1..].iter().filter(|other| are_two(*one, other.2)) {
                    let is_clear = weight - less >= CLEARLY;
                    let both = [(*less, *other, false), (*weight, *one, is_clear)];
                    // What somebody says of a pair holds.
                    let open = both
                        .iter()
                        .filter(|(weight, _, is_clear)| *weight < WORD / 2.0 && !is_clear);
                    torn.extend(open.map(|(_, other, _)| *other));
                }
            }
            torn.into_iter().map(move |other| (own.min(other), own.max(other)))
        };
        let of_records: Vec<&[(u32, f32, u32)]> = (partners.chunk_by(|x, y| x.0 == y.0))
            .filter(|partners| partners.len() > 1)
            .collect();
        let mut pairs: Vec<Pair> = of_records.into_par_iter().flat_map_iter(of_record).collect();
        pairs.par_sort_unstable();
        pairs.dedup();
        let torn = Self(pairs);
        graph.retain(|(a, b, _)| !torn.has(*a, *b));
        torn
    }

    fn has(&self, a: u32, b: u32) -> bool {
        self.0.binary_search(&(a.min(b), a.max(b))).is_ok()
    }

    /// What a pair counts for when records are grouped: nothing where one of the two is torn between the other and a third.
    pub(super) fn weigh(&self, a: u32, b: u32, weigh: impl Fn(u32, u32) -> f32) -> f32 {
        if self.has(a, b) { 0.0 } else { weigh(a, b) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::compare::n_levels;
    use super::super::records::Records;
    use super::super::said::Said;
    use super::super::tests::table;
    use super::*;

    /// To which of two records, born on two days, a third one is still tied by such weights; `between` is the weight of the
    /// two.
    fn tied_to(born: &str, weights: [f32; 2], between: f32, is_link: bool) -> Vec<usize> {
        let row = |name: &str, born: &str| vec![name.to_owned(), born.to_owned()];
        let given = ["Ilse", "Otto", "Klara", "Bruno", "Frieda", "Hugo"];
        let mut rows: Vec<Vec<String>> = (0..30)
            .map(|at| row(given[at % 6], &format!("19{}-0{}-1{}", 40 + at, 1 + at % 9, at % 7)))
            .collect();
        rows.extend([
            row("Klara", "1951-02-03"),
            row("Klara", "1984-11-20"),
            row("Klara", born),
        ]);
        let records = Records::new(&[&table(&["name", "born"], &rows)], &Said::default());
        let of = records.of_rows();
        let [one, other, own] = [of[30], of[31], of[32]];
        let random: Vec<Vec<f64>> = (records.kinds().into_iter())
            .map(|kind| {
                (1..=n_levels(kind))
                    .map(|level| if level < n_levels(kind) { 1.0 } else { 1e4 })
                    .collect()
            })
            .collect();
        let model = Model::new(&records.kinds(), &random);
        let mut graph = vec![(own, one, weights[0]), (own, other, weights[1])];
        let torn = Torn::find(&mut graph, &Rows::new(&records.fields), &model, is_link, |_, _| between);
        let left = [one, other].map(|record| graph.iter().any(|edge| edge.1 == record));
        let counted = [one, other].map(|record| torn.weigh(record, own, |_, _| 1.0) > 0.0);
        assert_eq!(left, counted);
        (0..2).filter(|at| left[*at]).collect()
    }

    #[test]
    fn who_could_be_either_of_two_is_neither() {
        assert_eq!(tied_to("", [5.0, 5.0], -1.0, false), [0_usize; 0]);
        assert_eq!(tied_to("", [5.0, 8.0], -1.0, false), [1]);
        // A birthday tells which one it is, two files have nobody twice, and what is said holds.
        assert_eq!(tied_to("1984-11-20", [5.0, 5.0], -1.0, false), [0, 1]);
        assert_eq!(tied_to("", [5.0, 5.0], -1.0, true), [0, 1]);
        assert_eq!(tied_to("", [WORD, 5.0], -1.0, false), [0]);
        // The two may be one after all.
        assert_eq!(tied_to("", [5.0, 5.0], 1.0, false), [0, 1]);
    }
}
