//! Long values as bags of q-grams, each weighted by how rare it is, and how alike two bags are.
//!
//! Addresses are read with their words in the shortest form; where only one of two leaves out grams of the other's head
//! (province, city, district), they count as if they were not there.

use rayon::prelude::*;

use super::super::hash::Map;
use super::address;
use super::familiar::{AS_ALIKE, Familiar, given_names};
use super::kind::Kind;
use super::measures;
use super::persons;
use super::rows::LINE;
use super::scripts::Readings;
use super::text;
use super::values::Values;

/// Bits of an entry below the number of its gram: whether the gram is one of the head, and how often the value holds it.
const LOW_BITS: u32 = 5;
const HEAD: u32 = 1 << (LOW_BITS - 1);
const MOST_TIMES: u32 = HEAD - 1;

/// Values that a thread takes at a time.
const CHUNK: usize = 4096;

/// Weighted q-grams of each value.
pub(super) struct Bags {
    chunks: Vec<Chunk>,
    /// What each bag's weights are divided by, so that its length becomes 1.
    norms: Vec<f32>,
    /// Weight of each gram.
    weights: Vec<f32>,
    /// Whether values may have heads.
    has_heads: bool,
    /// How values are read, where they are of several scripts.
    readings: Option<Readings>,
    /// The given names in them, where they are full names.
    familiar: Option<Familiar>,
}

/// The grams of up to [`CHUNK`] values.
#[derive(Default)]
struct Chunk {
    /// Where those of each value begin, and where the last ones end.
    bounds: Vec<u32>,
    /// Number of a gram and how often the value holds it, ascending.
    entries: Vec<u32>,
    /// Which of 64 sorts of grams each value holds.
    glances: Vec<u64>,
}

impl Bags {
    pub(super) fn new(values: &Values, kind: Kind) -> Self {
        let given = Self::given(values, kind);
        let (chunks, own) = Chunk::read_all(values, kind, &given);
        // Grams are numbered as the values name them first, whoever has read them.
        let mut all = Grams::default();
        let mut counts: Vec<u32> = Vec::new();
        let numbers: Vec<Vec<u32>> = own
            .into_iter()
            .map(|own| {
                let number = |gram: &u32| all.number(*gram);
                let numbers: Vec<u32> = own.all.iter().map(number).collect();
                counts.resize(all.all.len(), 0);
                for (number, count) in numbers.iter().zip(&own.counts) {
                    counts[*number as usize] += count;
                }
                numbers
            })
            .collect();
        let n: u32 = values.counts.iter().sum();
        let weights = counts.iter().map(|count| weight(n, *count)).collect();
        Self::of(values, chunks, &numbers, weights, kind, &given)
    }

    /// For each value of a field of texts the given name in it.
    fn given(values: &Values, kind: Kind) -> Vec<Option<&str>> {
        if kind == Kind::Text {
            given_names(values)
        } else {
            Vec::new()
        }
    }

    /// The bags of a few values as they are among many: `known` gives for a gram its number there and how many of the
    /// `n` filled values hold it. Grams are summed up in the order of these numbers, as they are there.
    pub(super) fn few(values: &Values, kind: Kind, n: u32, known: impl Fn(u32) -> (u32, u32)) -> Self {
        let given = Self::given(values, kind);
        let (chunks, own) = Chunk::read_all(values, kind, &given);
        let mut distinct: Vec<u32> = own.iter().flat_map(|own| &own.all).copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut ordered: Vec<((u32, u32), u32)> = distinct.into_iter().map(|gram| (known(gram), gram)).collect();
        ordered.sort_unstable_by_key(|((number, _), gram)| (*number, *gram));
        let place: Map<u32, u32> = ordered.iter().map(|(_, gram)| *gram).zip(0..).collect();
        let numbers: Vec<Vec<u32>> = (own.iter())
            .map(|own| own.all.iter().map(|gram| place[gram]).collect())
            .collect();
        let weights = ordered.iter().map(|((_, count), _)| weight(n, *count)).collect();
        Self::of(values, chunks, &numbers, weights, kind, &given)
    }

    /// Of chunks whose grams get other numbers, and the weight of each number.
    fn of(
        values: &Values,
        mut chunks: Vec<Chunk>,
        numbers: &[Vec<u32>],
        weights: Vec<f32>,
        kind: Kind,
        given: &[Option<&str>],
    ) -> Self {
        let mut bags = Self {
            norms: Vec::new(),
            weights,
            has_heads: kind == Kind::Address,
            readings: Readings::of(values, kind == Kind::Text),
            familiar: Familiar::of(given),
            chunks: Vec::new(),
        };
        let norms: Vec<Vec<f32>> = chunks
            .par_iter_mut()
            .zip(numbers)
            .map(|(chunk, numbers)| chunk.renumber(numbers, |bag| bags.norm(bag)))
            .collect();
        bags.norms = norms.concat();
        bags.chunks = chunks;
        bags
    }

    fn norm(&self, bag: &[u32]) -> f32 {
        let squares = bag.iter().map(|entry| self.weight(*entry).powi(2));
        squares.sum::<f32>().sqrt().max(f32::MIN_POSITIVE)
    }

    fn get(&self, value: u32) -> &[u32] {
        let (chunk, at) = (&self.chunks[value as usize / CHUNK], value as usize % CHUNK);
        &chunk.entries[chunk.bounds[at] as usize..chunk.bounds[at + 1] as usize]
    }

    /// Asks for some values at once: memory is slow to answer and quick to deliver.
    pub(super) fn fetch(&self, values: &[u32]) {
        let first = |value: &u32| {
            let (chunk, at) = (&self.chunks[*value as usize / CHUNK], *value as usize % CHUNK);
            chunk.bounds[at] ^ self.norms[*value as usize].to_bits()
        };
        std::hint::black_box(values.iter().fold(0, |all, value| all ^ first(value)));
        let entries = values
            .iter()
            .flat_map(|value| self.get(*value).iter().step_by(LINE / size_of::<u32>()));
        std::hint::black_box(entries.fold(0, |all, entry| all ^ entry));
    }

    fn weight(&self, entry: u32) -> f32 {
        let weight = self.weights[(entry >> LOW_BITS) as usize];
        match entry & MOST_TIMES {
            1 => weight,
            times => weight * (1.0 + (times as f32).ln()),
        }
    }

    /// Which of 64 sorts of grams a value holds.
    pub(super) fn glance(&self, value: u32) -> u64 {
        self.chunks[value as usize / CHUNK].glances[value as usize % CHUNK]
    }

    /// How much of a value's bag, 1 in all, is of each sort.
    pub(super) fn shares(&self, value: u32) -> [f32; 64] {
        let (mut shares, mut head) = ([0.0; 64], 0.0);
        for entry in self.get(value) {
            let square = self.weight(*entry).powi(2);
            shares[sort_of(*entry)] += square;
            head += if *entry & HEAD == 0 { 0.0 } else { square };
        }
        // What the other side leaves out does not count.
        let body = self.norms[value as usize].powi(2) - if self.has_heads { head } else { 0.0 };
        let part = body.max(f32::MIN_POSITIVE).recip();
        shares.map(|share| share * part)
    }

    /// Whether two values are of different scripts, or names in another form, so that their grams do not tell how alike
    /// they are.
    pub(super) fn are_read(&self, a: u32, b: u32) -> bool {
        self.readings.as_ref().is_some_and(|readings| readings.differ(a, b)) || self.are_kin(a, b)
    }

    fn are_kin(&self, a: u32, b: u32) -> bool {
        self.familiar.as_ref().is_some_and(|familiar| familiar.are_kin(a, b))
    }

    /// How alike two values are by a cosine: of names whose given ones are writings of one by what else they say, if that
    /// is more.
    fn familiar(&self, a: u32, b: u32, cosine: f32) -> f32 {
        if self.are_kin(a, b) {
            cosine.max(AS_ALIKE * self.cosine_of_rests(a, b))
        } else {
            cosine
        }
    }

    /// Cosine of the angle between two values' bags, from 0 to 1; of values of different scripts how alike they are read,
    /// if that is more.
    pub(super) fn cosine(&self, a: u32, b: u32) -> f32 {
        let cosine = self.familiar(a, b, self.cosine_of_grams(a, b));
        let readings = self.readings.as_ref();
        readings
            .and_then(|readings| readings.likeness(a, b))
            .map_or(cosine, |likeness| likeness.clamp(cosine, 1.0))
    }

    fn cosine_of_grams(&self, a: u32, b: u32) -> f32 {
        if self.has_heads {
            return self.cosine_of_bodies(a, b);
        }
        let (left, right) = (self.get(a), self.get(b));
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while i < left.len() && j < right.len() {
            let (ours, theirs) = (left[i] >> LOW_BITS, right[j] >> LOW_BITS);
            if ours == theirs {
                sum += self.weight(left[i]) * self.weight(right[j]);
            }
            i += usize::from(ours <= theirs);
            j += usize::from(theirs <= ours);
        }
        (sum / (self.norms[a as usize] * self.norms[b as usize])).clamp(0.0, 1.0)
    }

    /// The cosine of two names, their given ones left out.
    fn cosine_of_rests(&self, a: u32, b: u32) -> f32 {
        let rest = |value: u32| self.get(value).iter().filter(|entry| **entry & HEAD == 0);
        let norm = |value: u32| rest(value).map(|entry| self.weight(*entry).powi(2)).sum::<f32>().sqrt();
        let mut others = rest(b).peekable();
        let mut sum = 0.0;
        for own in rest(a) {
            while others.next_if(|other| **other >> LOW_BITS < own >> LOW_BITS).is_some() {}
            if let Some(other) = others.next_if(|other| **other >> LOW_BITS == own >> LOW_BITS) {
                sum += self.weight(*own) * self.weight(*other);
            }
        }
        (sum / (norm(a) * norm(b)).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0)
    }

    /// [`Bags::cosine`], what only one side says in its head left out.
    fn cosine_of_bodies(&self, a: u32, b: u32) -> f32 {
        let (left, right) = (self.get(a), self.get(b));
        let (mut i, mut j, mut sum, mut only) = (0, 0, 0.0, [0.0_f32; 2]);
        let head = |entry: u32| {
            if entry & HEAD == 0 {
                0.0
            } else {
                self.weight(entry).powi(2)
            }
        };
        while i < left.len() || j < right.len() {
            let gram = |entries: &[u32], at: usize| entries.get(at).map_or(u32::MAX, |entry| entry >> LOW_BITS);
            let (ours, theirs) = (gram(left, i), gram(right, j));
            match ours.cmp(&theirs) {
                std::cmp::Ordering::Equal => sum += self.weight(left[i]) * self.weight(right[j]),
                std::cmp::Ordering::Less => only[0] += head(left[i]),
                std::cmp::Ordering::Greater => only[1] += head(right[j]),
            }
            i += usize::from(ours <= theirs);
            j += usize::from(theirs <= ours);
        }
        // Where both say what the other does not, the two are elsewhere.
        let is_left_out = (only[0] == 0.0) != (only[1] == 0.0);
        let square = |value: u32, only: f32| {
            let square = self.norms[value as usize].powi(2);
            let rest = if is_left_out { square - only } else { square };
            rest.max(f32::MIN_POSITIVE)
        };
        (sum / (square(a, only[0]).sqrt() * square(b, only[1]).sqrt())).clamp(0.0, 1.0)
    }

    /// Tells [`Bags::cosine`] of a value and each of others, in their order. `room` holds zeros, if anything.
    pub(super) fn cosines(&self, a: u32, others: &[u32], room: &mut Vec<f32>, mut tell: impl FnMut(f32)) {
        if self.has_heads || self.readings.is_some() {
            return others.iter().for_each(|b| tell(self.cosine(a, *b)));
        }
        room.resize(self.weights.len(), 0.0);
        let (own, place) = (self.get(a), |entry: &u32| (entry >> LOW_BITS) as usize);
        for entry in own {
            room[place(entry)] = self.weight(*entry);
        }
        for b in others {
            // Summed up in the same order: what one of them lacks adds nothing.
            let sum = self.get(*b).iter().fold(0.0, |sum, entry| match room[place(entry)] {
                0.0 => sum,
                weight => sum + weight * self.weight(*entry),
            });
            let cosine = (sum / (self.norms[a as usize] * self.norms[*b as usize])).clamp(0.0, 1.0);
            tell(self.familiar(a, *b, cosine));
        }
        for entry in own {
            room[place(entry)] = 0.0;
        }
    }
}

/// Calls `each` with every gram of a folded value as it is compared, and whether it stands in its head. `room` is room to
/// work in.
pub(super) fn grams_of(kind: Kind, value: &str, room: &mut String, mut each: impl FnMut(u32, bool)) {
    match kind {
        Kind::Address => {}
        Kind::Text => return grams_beside(persons::known_in(value), value, each),
        Kind::Specification => {
            measures::words(value, room);
            return text::grams(room, |gram| each(gram, false));
        }
        _ => return text::grams(value, |gram| each(gram, false)),
    }
    address::shorten(value, room);
    let (head, body) = room.split_at(address::head(room));
    text::grams(head, |gram| each(gram, true));
    text::grams(body, |gram| each(gram, false));
}

/// [`grams_of`] a text with such a given name in it.
fn grams_beside(given: Option<&str>, value: &str, mut each: impl FnMut(u32, bool)) {
    let Some(given) = given else {
        return text::grams(value, |gram| each(gram, false));
    };
    // What a name says beside the given one stands before it and behind.
    let start = given.as_ptr() as usize - value.as_ptr() as usize;
    let (before, behind) = (&value[..start], &value[start + given.len()..]);
    for (part, is_given) in [(before, false), (given, true), (behind, false)] {
        text::grams(part, |gram| each(gram, is_given));
    }
}

/// What a gram weighs that `count` of `n` values hold: the rarer, the more.
fn weight(n: u32, count: u32) -> f32 {
    (1.0 + n as f32 / count as f32).ln()
}

/// The sort of an entry's gram: grams that come first one after the other are of different sorts.
fn sort_of(entry: u32) -> usize {
    (entry >> LOW_BITS) as usize % 64
}

/// Numbers of grams, in the order in which they come first.
struct Grams {
    /// A gram above its number and one more, or 0; a gram stands in the first free slot from where it points.
    slots: Vec<u64>,
    /// The grams, by number.
    all: Vec<u32>,
    /// How many records have a value that holds each.
    counts: Vec<u32>,
}

impl Default for Grams {
    fn default() -> Self {
        Self {
            slots: vec![0; 1 << 12],
            all: Vec::new(),
            counts: Vec::new(),
        }
    }
}

impl Grams {
    fn number(&mut self, gram: u32) -> u32 {
        let mut at = gram as usize & (self.slots.len() - 1);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                break;
            }
            if (slot >> 32) as u32 == gram {
                return slot as u32 - 1;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.all.push(gram);
        let number = self.all.len() as u32;
        self.slots[at] = u64::from(gram) << 32 | u64::from(number);
        if self.all.len() * 2 > self.slots.len() {
            self.grow();
        }
        number - 1
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 2];
        for (gram, number) in self.all.iter().zip(1_u64..) {
            let mut at = *gram as usize & (self.slots.len() - 1);
            while self.slots[at] != 0 {
                at = (at + 1) & (self.slots.len() - 1);
            }
            self.slots[at] = u64::from(*gram) << 32 | number;
        }
    }
}

impl Chunk {
    /// The grams of all values, and what they are in each chunk.
    fn read_all(values: &Values, kind: Kind, given: &[Option<&str>]) -> (Vec<Self>, Vec<Grams>) {
        let n_chunks = values.len().div_ceil(CHUNK);
        let read = |at: usize| Self::read(values, kind, given, at * CHUNK..values.len().min((at + 1) * CHUNK));
        (0..n_chunks).into_par_iter().map(read).unzip()
    }

    /// The grams of some values as they come, numbered as these values name them first.
    fn read(values: &Values, kind: Kind, given: &[Option<&str>], ids: std::ops::Range<usize>) -> (Self, Grams) {
        let mut grams = Grams::default();
        let mut chunk = Self {
            bounds: vec![0],
            ..Self::default()
        };
        // The last value that holds each gram.
        let mut holders: Vec<usize> = Vec::new();
        let mut room = String::new();
        for id in ids {
            let start = chunk.entries.len();
            let value = values.get(id as u32);
            let each = |gram, is_head| chunk.entries.push(grams.number(gram) << 1 | u32::from(is_head));
            match given.get(id) {
                Some(given) => grams_beside(*given, value, each),
                None => grams_of(kind, value, &mut room, each),
            }
            holders.resize(grams.all.len(), usize::MAX);
            grams.counts.resize(grams.all.len(), 0);
            for gram in &chunk.entries[start..] {
                let gram = (*gram >> 1) as usize;
                if std::mem::replace(&mut holders[gram], id) != id {
                    grams.counts[gram] += values.counts[id].max(1);
                }
            }
            chunk.bounds.push(chunk.entries.len() as u32);
        }
        (chunk, grams)
    }

    /// Gives grams other numbers, and each value's grams their order and count. `norm` tells the length of a bag.
    fn renumber(&mut self, numbers: &[u32], norm: impl Fn(&[u32]) -> f32) -> Vec<f32> {
        let mut norms = Vec::with_capacity(self.bounds.len());
        let (mut start, mut write) = (0, 0);
        for bound in &mut self.bounds[1..] {
            let end = *bound as usize;
            for entry in &mut self.entries[start..end] {
                *entry = numbers[(*entry >> 1) as usize] << 1 | *entry & 1;
            }
            sort(&mut self.entries[start..end]);
            let first = write;
            while start < end {
                let gram = self.entries[start] >> 1;
                let own = self.entries[start..end].iter().take_while(|other| **other >> 1 == gram);
                let (times, is_head) = own.fold((0, true), |(n, all), entry| (n + 1, all && entry & 1 == 1));
                let head = if is_head { HEAD } else { 0 };
                self.entries[write] = gram << LOW_BITS | head | (times as u32).min(MOST_TIMES);
                start += times;
                write += 1;
            }
            let sorts = self.entries[first..write].iter().map(|entry| 1 << sort_of(*entry));
            self.glances.push(sorts.fold(0, |all, sort: u64| all | sort));
            norms.push(norm(&self.entries[first..write]));
            *bound = write as u32;
        }
        self.entries.truncate(write);
        self.entries.shrink_to_fit();
        norms
    }
}

/// Sorts the entries of a bag, most of which are few: the place of each is how many are less, which is counted without a
/// branch that nobody could guess.
fn sort(entries: &mut [u32]) {
    const FEW: usize = 32;
    if entries.len() > FEW {
        return entries.sort_unstable();
    }
    let mut all = [u32::MAX; FEW];
    all[..entries.len()].copy_from_slice(entries);
    // Equal ones follow each other.
    let mut equal = [0; FEW + 1];
    for own in &all[..entries.len()] {
        let less: u32 = all.iter().map(|other| u32::from(other < own)).sum();
        let before = &mut equal[less as usize];
        entries[less as usize + *before] = *own;
        *before += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::values::{Texts, of_texts};
    use super::*;

    /// The bags of two addresses among others, and the numbers of the two.
    fn addresses(pair: [&str; 2]) -> (Bags, u32, u32) {
        let mut all = Texts::default();
        let others = (0..200).map(|at| format!("广东省广州市天河区{}号{}街", at, at % 7));
        for text in pair.into_iter().map(str::to_owned).chain(others) {
            all.text.push_str(&text);
            all.end();
        }
        let (ids, values) = of_texts(&[all]);
        (Bags::new(&values, Kind::Address), ids[0], ids[1])
    }

    #[test]
    fn a_head_that_one_side_leaves_out_takes_nothing_away() {
        let cosine = |left: &str, right: &str| {
            let (bags, a, b) = addresses([left, right]);
            bags.cosine(a, b)
        };
        let (whole, body) = ("广东省深圳市南山区科技园路12号", "科技园路12号");
        assert!(cosine(whole, body) > 0.999 && cosine(whole, "南山区科技园路12号") > 0.999);
        assert!(cosine(whole, "广东省深圳市福田区科技园路12号") < 0.95);
        assert!(cosine("南山区科技园路12号", "福田区科技园路12号") < 0.9);
        assert!(cosine("广东省深圳市", "科技园路12号") < 0.1);
        assert!(cosine("123 main street, apartment 5", "123 main st apt 5") > 0.999);
    }

    #[test]
    fn a_familiar_form_in_a_full_name_is_the_name() {
        let cosine = |left: &str, right: &str| {
            let mut all = Texts::default();
            let others = (0..50).map(|at| format!("ilse w{}enkamp", char::from(b'a' + at % 26)));
            for text in [left, right].into_iter().map(str::to_owned).chain(others) {
                all.text.push_str(&text);
                all.end();
            }
            let (ids, values) = of_texts(&[all]);
            let bags = Bags::new(&values, Kind::Text);
            let cosine = bags.cosine(ids[0], ids[1]);
            let mut told = Vec::new();
            bags.cosines(ids[0], &[ids[1]], &mut Vec::new(), |own| told.push(own.to_bits()));
            assert_eq!(told, [cosine.to_bits()]);
            // No bound of grams is asked where they do not decide.
            assert!(cosine < 0.85 || bags.are_read(ids[0], ids[1]));
            cosine
        };
        assert!(cosine("bob tolliver", "robert tolliver") > 0.85);
        assert!(cosine("peggie quarrington", "quarrington, margaret") > 0.85);
        assert!(cosine("bob tolliver", "robert quarrington") < 0.5);
        assert!(cosine("bob tolliver", "edward tolliver") < 0.85);
    }

    proptest! {
        #[test]
        fn bags_are_in_order(entries in prop::collection::vec(0..40_u32, 0..40)) {
            let (mut sorted, mut expected) = (entries.clone(), entries);
            sort(&mut sorted);
            expected.sort_unstable();
            prop_assert_eq!(sorted, expected);
        }

        #[test]
        fn what_is_seen_of_a_bag_bounds_the_cosine(left in "(广东省)?(深圳市)?([南福]山区)?[科技园路]{0,4}[1-3]{0,2}", right in "(广东省)?(深圳市)?([南福]山区)?[科技园路]{0,4}[1-3]{0,2}") {
            let (bags, a, b) = addresses([&left, &right]);
            prop_assert_eq!(bags.cosine(a, b).to_bits(), bags.cosine(b, a).to_bits());
            let common = bags.glance(a) & bags.glance(b);
            let shares = bags.shares(a);
            let most: f32 = (0..64).filter(|sort| common >> sort & 1 == 1).map(|sort| shares[sort]).sum();
            prop_assert!(bags.cosine(a, b) <= (most + 1e-5).sqrt(), "{} {most}", bags.cosine(a, b));
        }
    }
}
