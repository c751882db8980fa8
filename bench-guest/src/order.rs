//! In which order the blocks of a region are visited: one after the other, or each once a pass in an order that
//! looks random and is the same for the same seed. Nothing is stored: the n-th block of a pass is computed.

use crate::pattern::{derive, stamp};

/// The order of `blocks` blocks.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    blocks: u64,
    /// `None`: sequential.
    random: Option<Shuffle>,
}

impl Order {
    /// One after the other. `blocks` is at least 1.
    pub fn sequential(blocks: u64) -> Self {
        Order { blocks: blocks.max(1), random: None }
    }

    /// Each block once a pass, every pass in another order.
    pub fn random(blocks: u64, seed: u64) -> Self {
        let blocks = blocks.max(1);
        Order { blocks, random: Some(Shuffle::of(blocks, seed)) }
    }

    /// How many blocks a pass has.
    pub const fn blocks(&self) -> u64 {
        self.blocks
    }

    /// The block that comes `index`-th, counted over all passes.
    pub fn block(&self, index: u64) -> u64 {
        let (pass, place) = (index / self.blocks, index % self.blocks);
        match &self.random {
            None => place,
            Some(shuffle) => shuffle.at(pass, place),
        }
    }
}

/// A keyed permutation of `0..blocks`: four Feistel rounds over the smallest even number of bits that holds it,
/// walked until the result lies inside (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
#[derive(Clone, Copy, Debug)]
struct Shuffle {
    blocks: u64,
    half_bits: u32,
    seed: u64,
}

const ROUNDS: u64 = 4;

impl Shuffle {
    fn of(blocks: u64, seed: u64) -> Self {
        let bits = u64::BITS - (blocks - 1).leading_zeros();
        Shuffle { blocks, half_bits: bits.div_ceil(2).max(1), seed }
    }

    fn at(&self, pass: u64, place: u64) -> u64 {
        let key = derive(self.seed, pass);
        let mut place = place;
        loop {
            place = self.rounds(key, place);
            if place < self.blocks {
                return place;
            }
        }
    }

    fn rounds(&self, key: u64, place: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1;
        let (mut left, mut right) = (place >> self.half_bits, place & mask);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ (stamp(key ^ round, right) & mask));
        }
        left << self.half_bits | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn sequential_order_begins_again_after_the_last_block() {
        let order = Order::sequential(3);
        assert_eq!((0..7).map(|index| order.block(index)).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn a_random_pass_visits_each_block_once() {
        for blocks in [1, 2, 3, 5, 64, 100, 1000] {
            let order = Order::random(blocks, 7);
            for pass in 0..3 {
                let mut seen: Vec<u64> =
                    (0..blocks).map(|place| order.block(pass * blocks + place)).collect();
                seen.sort_unstable();
                assert_eq!(seen, (0..blocks).collect::<Vec<_>>(), "{blocks} blocks, pass {pass}");
            }
        }
    }

    #[test]
    fn passes_and_seeds_differ_and_the_same_seed_repeats() {
        let pass = |seed, pass: u64| {
            let order = Order::random(256, seed);
            (0..256).map(|place| order.block(pass * 256 + place)).collect::<Vec<_>>()
        };
        assert_eq!(pass(1, 0), pass(1, 0));
        assert_ne!(pass(1, 0), pass(1, 1));
        assert_ne!(pass(1, 0), pass(2, 0));
        let forward = pass(1, 0).windows(2).filter(|pair| pair[1] == pair[0] + 1).count();
        assert!(forward < 10, "{forward} neighbours in order are too many for a shuffle of 256");
    }
}
