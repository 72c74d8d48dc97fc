//! How 字号 and industries are dealt out, so that names stay unique though common 字号 are shared.
//!
//! One entity in ten gets a very common 字号, three in ten one of three characters that nobody else has, the others one that
//! a few share. Law: entities that share a 字号 differ in industry, for the very common ones in industry or city.

use super::permutation::Permutation;
use super::places::PLACES;
use super::rng::{Rng, Stream, mix};
use super::words;

/// Which 字号, by its place in one of the two orders.
#[derive(Clone, Copy)]
pub(crate) enum BrandRank {
    /// Two characters; shared by entities of different industries.
    Two(u64),
    /// Three characters; nobody else has it.
    Three(u64),
}

/// What an entity is dealt.
pub(crate) struct Deal {
    pub(crate) brand: BrandRank,
    pub(crate) industry: usize,
    /// Fixed for a 字号 so common that its industries run out.
    pub(crate) city: Option<usize>,
}

/// The 字号 of `n` entities.
pub(crate) struct Brands {
    seed: u64,
    n: u64,
    first: Vec<char>,
    second: Vec<char>,
    order: Permutation,
    pairs: Permutation,
    triples: Permutation,
    n_hot: u64,
    n_common: u64,
}

impl Brands {
    /// The deal for `n` entities under `seed`.
    pub(crate) fn new(n: u64, seed: u64) -> Self {
        let first: Vec<char> = words::BRAND_FIRST.chars().collect();
        let second: Vec<char> = words::BRAND_SECOND.chars().collect();
        let (n_first, n_second) = (first.len() as u64, second.len() as u64);
        let cities_and_trades = (PLACES.len() * words::INDUSTRIES.len()) as u64;
        let n_hot = (n / 500).clamp(8, 300).max(n / 10 / cities_and_trades + 1);
        Self {
            seed,
            n,
            order: Permutation::new(n, seed, "brand order"),
            pairs: Permutation::new(n_first * n_second, seed, "brands of two"),
            triples: Permutation::new(n_first * n_second * n_second, seed, "brands of three"),
            n_hot,
            n_common: (n / 5).max(50).min(n_first * n_second - n_hot),
            first,
            second,
        }
    }

    /// A 字号 that is dealt to nobody, as long as there are enough of them.
    pub(crate) fn unused(&self, index: u64) -> String {
        self.three(self.triples.len() - 1 - index % self.triples.len())
    }

    /// Deals entity `index` its 字号 and industry.
    pub(crate) fn deal(&self, index: u64) -> Deal {
        let trades = words::INDUSTRIES.len() as u64;
        let dealt = self.order.forward(index);
        let (hand, card) = (dealt / 10, dealt % 10);
        let offset_of = |rank: u64| mix(rank ^ self.seed) >> 32;
        if card == 0 {
            // A very common 字号: all industries in turn, and once they are through, the next city for each of them.
            let (rank, layer) = (hand % self.n_hot, hand / self.n_hot);
            let (round, turn) = (layer / trades, layer % trades);
            let city = (offset_of(rank) + round + turn * 7) % PLACES.len() as u64;
            let industry = ((offset_of(rank) + turn) % trades) as usize;
            return Deal {
                brand: BrandRank::Two(rank),
                industry,
                city: Some(city as usize),
            };
        }
        let rank = hand * 6 + card.saturating_sub(4);
        let layer = rank / self.n_common;
        if card >= 4 && layer < trades {
            let rank = self.n_hot + rank % self.n_common;
            let industry = ((offset_of(rank) + layer) % trades) as usize;
            return Deal {
                brand: BrandRank::Two(rank),
                industry,
                city: None,
            };
        }
        let rank = if card >= 4 {
            3 * (self.n / 10 + 1) + rank - self.n_common * trades
        } else {
            hand * 3 + card - 1
        };
        let industry = Rng::new(self.seed, Stream::Industry, index).below(trades as usize);
        Deal {
            brand: BrandRank::Three(rank % self.triples.len()),
            industry,
            city: None,
        }
    }

    /// The 字号 at `rank`.
    pub(crate) fn text(&self, rank: BrandRank) -> String {
        match rank {
            BrandRank::Two(rank) => self.two(rank),
            BrandRank::Three(rank) => self.three(rank),
        }
    }

    /// The 字号 of two characters at `rank`; a known brand gets a third.
    fn two(&self, rank: u64) -> String {
        let pair = self.pairs.forward(rank % self.pairs.len()) as usize;
        let mut brand: String = [
            self.first[pair / self.second.len()],
            self.second[pair % self.second.len()],
        ]
        .iter()
        .collect();
        if words::KNOWN_BRANDS.contains(&brand.as_str()) {
            brand.push(words::KNOWN_BRAND_TAIL);
        }
        brand
    }

    /// The 字号 of three characters at `rank`.
    fn three(&self, rank: u64) -> String {
        let n = self.second.len();
        let triple = self.triples.forward(rank) as usize;
        [
            self.first[triple / n / n],
            self.second[triple / n % n],
            self.second[triple % n],
        ]
        .iter()
        .collect()
    }
}
