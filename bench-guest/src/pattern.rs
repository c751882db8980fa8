//! What generated files contain, so that any eight bytes tell where they came from, and the checksum that every
//! byte goes through in the verifying pass.
//!
//! A file is a row of little-endian 8-byte words; the word at a byte offset is a mix of the file's seed and that
//! offset. So the head and the tail of any block can be checked without knowing how large the blocks are, and bytes
//! of another file, another offset or an earlier pass are seen at once.

use crc::{CRC_32_ISCSI, Crc, Digest, Table};

/// Bytes in a stamp.
pub const STAMP_BYTES: usize = 8;

/// What a buffer is filled with before it is read into: not a stamp of any file in practice.
pub const POISON: u8 = 0xA7;

static CRC32C: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// The word at `offset` of the file generated from `seed`. The finaliser of SplitMix64 (Steele, Lea, Flood, "Fast
/// splittable pseudorandom number generators", 2014) over a sum that differs for every offset.
pub const fn stamp(seed: u64, offset: u64) -> u64 {
    let mut word = seed.wrapping_add(offset.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// A seed that differs for every `part` of one `seed`: a file of a run, a visit of a case.
pub const fn derive(seed: u64, part: u64) -> u64 {
    stamp(seed ^ 0x6E69_6E65_7769_7265, part)
}

/// Writes the content of the file generated from `seed` beginning at `offset`, which is a multiple of
/// [`STAMP_BYTES`]; a last partial word is cut.
pub fn fill(bytes: &mut [u8], seed: u64, offset: u64) {
    for (index, word) in bytes.chunks_mut(STAMP_BYTES).enumerate() {
        let at = offset + (index * STAMP_BYTES) as u64;
        word.copy_from_slice(&stamp(seed, at).to_le_bytes()[..word.len()]);
    }
}

/// What a write case puts into a region of blocks: the inside of every block is the same row of words, so that a
/// buffer is filled once before the clock runs; the first and the last word are those of the block's place in the
/// file and of the repetition that wrote it, and are the only ones set while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Differs for every visit.
    pub seed: u64,
    /// Bytes in a block, a multiple of [`STAMP_BYTES`] and at least two of them.
    pub block: u32,
}

impl Written {
    /// The word that stands first or last in a block, at `offset` of the file, after `repetition` wrote it.
    pub const fn end(&self, repetition: u16, offset: u64) -> u64 {
        stamp(derive(self.seed, repetition as u64), offset)
    }

    /// Fills a buffer for blocks: every word but the first and the last keeps its value.
    pub fn fill_inside(&self, bytes: &mut [u8]) {
        fill(bytes, self.seed, 0);
    }

    /// The word at `offset` of the file, whose block was last written by `repetition`.
    pub const fn word(&self, repetition: u16, offset: u64) -> u64 {
        let inside = offset % self.block as u64;
        if inside == 0 || inside + STAMP_BYTES as u64 == self.block as u64 {
            self.end(repetition, offset)
        } else {
            stamp(self.seed, inside)
        }
    }
}

/// CRC-32C (Castagnoli) over pieces as they come.
#[derive(Clone)]
pub struct Crc32c(Digest<'static, u32, Table<16>>);

impl Crc32c {
    /// Of nothing yet.
    pub fn new() -> Self {
        Crc32c(CRC32C.digest())
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all bytes added.
    pub fn finish(self) -> u32 {
        self.0.finalize()
    }

    /// The checksum of one piece.
    pub fn of(bytes: &[u8]) -> u32 {
        CRC32C.checksum(bytes)
    }
}

impl Default for Crc32c {
    fn default() -> Self {
        Crc32c::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32c_gives_the_check_value_of_rfc_3720_in_one_piece_and_in_two() {
        assert_eq!(Crc32c::of(b"123456789"), 0xE306_9283);
        assert_eq!(Crc32c::of(&[0; 32]), 0x8A91_36AA);
        let mut pieces = Crc32c::new();
        pieces.update(b"1234");
        pieces.update(b"56789");
        assert_eq!(pieces.finish(), 0xE306_9283);
    }

    #[test]
    fn a_file_cut_into_blocks_of_any_size_has_the_same_content() {
        let (mut whole, mut cut) = ([0; 61], [0; 61]);
        fill(&mut whole, 7, 4096);
        let mut at = 0;
        for len in [8, 24, 16, 13] {
            fill(&mut cut[at..at + len], 7, 4096 + at as u64);
            at += len;
        }
        assert_eq!(at, whole.len());
        assert_eq!(whole, cut);
        assert_eq!(whole[8..16], stamp(7, 4104).to_le_bytes());
    }

    #[test]
    fn a_written_block_is_its_inside_between_its_ends() {
        let written = Written { seed: 3, block: 32 };
        let mut inside = [0; 32];
        written.fill_inside(&mut inside);
        let word = |at: usize| u64::from_le_bytes(inside[at..at + 8].try_into().unwrap());
        assert_eq!(written.word(5, 64 + 8), word(8));
        assert_eq!(written.word(5, 64 + 16), word(16));
        assert_eq!(written.word(5, 64), written.end(5, 64));
        assert_eq!(written.word(5, 64 + 24), written.end(5, 88));
        assert_ne!(written.end(5, 64), written.end(6, 64));
        assert_ne!(written.end(5, 64), written.end(5, 96));
    }

    #[test]
    fn neighbouring_seeds_and_offsets_give_different_stamps() {
        let mut seen = std::collections::HashSet::new();
        for seed in 0..64 {
            for offset in 0..64 {
                assert!(seen.insert(stamp(derive(1, seed), offset * 8)));
            }
        }
        assert!(!seen.contains(&u64::from_le_bytes([POISON; 8])));
    }
}
