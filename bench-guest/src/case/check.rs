//! Looks at what reads brought: the ends of a block while the clock runs, every byte when it does not.

use alloc::vec::Vec;

use super::problem::Problem;
use crate::order::Order;
use crate::pattern::{STAMP_BYTES, stamp};
use crate::target::Slot;

const STAMP_LEN: u32 = STAMP_BYTES as u32;

/// The blocks of the one file a data case works on.
pub(super) struct Region {
    pub(super) file: u16,
    pub(super) block: u32,
    pub(super) order: Order,
    pub(super) ends: Ends,
}

/// What the first and the last word of each block must be.
pub(super) enum Ends {
    /// The file was generated from this seed.
    Seed(u64),
    /// As they were found while the checksum of the whole file was made, which was the right one.
    Learned(Vec<[u64; 2]>),
}

impl Region {
    /// Where the `index`-th operation goes.
    pub(super) fn offset(&self, index: u64) -> u64 {
        self.order.block(index) * u64::from(self.block)
    }

    /// Offset of the last word inside a block.
    pub(super) const fn last_word(&self) -> u32 {
        self.block - STAMP_LEN
    }

    /// Which block `offset` lies in.
    pub(super) const fn block_at(&self, offset: u64) -> usize {
        (offset / self.block as u64) as usize
    }

    fn ends_at(&self, offset: u64) -> [u64; 2] {
        match &self.ends {
            Ends::Seed(seed) => [stamp(*seed, offset), stamp(*seed, offset + u64::from(self.last_word()))],
            Ends::Learned(ends) => ends[self.block_at(offset)],
        }
    }

    /// Whether a read of the block at `offset` brought all of it, with the right ends.
    pub(super) fn check_block(&self, slot: &impl Slot, offset: u64, got: u32) -> Result<(), Problem> {
        if got != self.block {
            return Err(Problem::Short { doing: "reading", offset, wanted: self.block, got });
        }
        for (at, expected) in [0, self.last_word()].into_iter().zip(self.ends_at(offset)) {
            let found = slot.word(at).unwrap_or_default();
            if found != expected {
                return Err(Problem::WrongBytes {
                    file: self.file,
                    offset: offset + u64::from(at),
                    expected,
                    found,
                });
            }
        }
        Ok(())
    }
}

/// Compares every byte a read brought from `offset` of `file` with the word that belongs at its place.
pub(super) fn compare(
    slot: &impl Slot,
    file: u16,
    offset: u64,
    expected: impl Fn(u64) -> u64,
) -> Result<(), Problem> {
    let mut at = offset;
    let mut problem = None;
    let mut check = |word: &[u8]| {
        let wanted = expected(at);
        if word != &wanted.to_le_bytes()[..word.len()] && problem.is_none() {
            let mut found = [0; STAMP_BYTES];
            found[..word.len()].copy_from_slice(word);
            let found = u64::from_le_bytes(found);
            problem = Some(Problem::WrongBytes { file, offset: at, expected: wanted, found });
        }
        at += word.len() as u64;
    };
    // A word may lie across two pieces.
    let (mut begun, mut begun_len) = ([0; STAMP_BYTES], 0);
    slot.pieces(&mut |mut piece| {
        if begun_len > 0 {
            let (head, rest) = piece.split_at((STAMP_BYTES - begun_len).min(piece.len()));
            begun[begun_len..begun_len + head.len()].copy_from_slice(head);
            begun_len += head.len();
            piece = rest;
            if begun_len == STAMP_BYTES {
                check(&begun);
                begun_len = 0;
            }
        }
        let (words, rest) = piece.as_chunks::<STAMP_BYTES>();
        words.iter().for_each(|word| check(word));
        if !rest.is_empty() {
            begun[..rest.len()].copy_from_slice(rest);
            begun_len = rest.len();
        }
    });
    if begun_len > 0 {
        check(&begun[..begun_len]);
    }
    problem.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::fill;
    use alloc::vec;
    use proptest::prelude::*;

    /// What a read brought, in pieces.
    struct Pieces(Vec<Vec<u8>>);

    impl Slot for Pieces {
        fn poison_ends(&mut self, _: u32) {}
        fn poison(&mut self, _: u32) {}
        fn word(&self, at: u32) -> Option<u64> {
            let whole = self.0.concat();
            whole.get(at as usize..at as usize + 8).map(|word| u64::from_le_bytes(word.try_into().unwrap()))
        }
        fn pieces(&self, show: &mut dyn FnMut(&[u8])) {
            self.0.iter().for_each(|piece| show(piece));
        }
        fn content(&mut self) -> &mut [u8] {
            &mut []
        }
    }

    fn region(ends: Ends) -> Region {
        Region { file: 3, block: 32, order: Order::sequential(4), ends }
    }

    #[test]
    fn both_ends_of_a_block_are_checked_against_its_place() {
        let mut bytes = vec![0; 32];
        fill(&mut bytes, 9, 64);
        let seeded = region(Ends::Seed(9));
        assert_eq!(seeded.check_block(&Pieces(vec![bytes.clone()]), 64, 32), Ok(()));
        let wrong = seeded.check_block(&Pieces(vec![bytes.clone()]), 32, 32).unwrap_err();
        assert!(matches!(wrong, Problem::WrongBytes { file: 3, offset: 32, .. }));
        let short = seeded.check_block(&Pieces(vec![bytes.clone()]), 64, 24).unwrap_err();
        assert!(matches!(short, Problem::Short { got: 24, .. }));
        bytes[31] ^= 1;
        let wrong = seeded.check_block(&Pieces(vec![bytes]), 64, 32).unwrap_err();
        assert!(matches!(wrong, Problem::WrongBytes { offset: 88, .. }));
    }

    #[test]
    fn learned_ends_are_those_of_the_block() {
        let learned = region(Ends::Learned(vec![[0; 2], [1, 2], [0; 2], [0; 2]]));
        let mut bytes = vec![0; 32];
        bytes[0] = 1;
        bytes[24] = 2;
        assert_eq!(learned.check_block(&Pieces(vec![bytes.clone()]), 32, 32), Ok(()));
        assert!(learned.check_block(&Pieces(vec![bytes]), 0, 32).is_err());
    }

    proptest! {
        #[test]
        fn every_wrong_byte_is_found_however_the_bytes_are_cut(
            len in 1usize..100,
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            wrong in proptest::option::of((any::<prop::sample::Index>(), 1u8..=255)),
        ) {
            let mut bytes = vec![0; len];
            fill(&mut bytes, 5, 800);
            let wrong = wrong.map(|(place, flip)| (place.index(len), flip));
            if let Some((place, flip)) = wrong {
                bytes[place] ^= flip;
            }
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(len + 1)).chain([0, len]).collect();
            cuts.sort_unstable();
            let pieces = Pieces(cuts.windows(2).map(|cut| bytes[cut[0]..cut[1]].to_vec()).collect());
            let found = compare(&pieces, 7, 800, |offset| stamp(5, offset));
            match wrong {
                None => prop_assert_eq!(found, Ok(())),
                Some((place, _)) => {
                    let at = 800 + place as u64 / 8 * 8;
                    let hit = matches!(found, Err(Problem::WrongBytes { file: 7, offset, .. }) if offset == at);
                    prop_assert!(hit);
                }
            }
        }
    }
}
