//! What guest and host say to each other on a raw port: a command, blocks, and the host's report.
//!
//! ```text
//! guest: Command{Out}   block ... block  LAST                       host:                            Report
//! guest: Command{In}                            STOP                host: block ... block  LAST  Report
//! guest: Command{Ping}  block            block ...  LAST            host:        block        ...    Report
//! ```
//! The guest decides when it is over, because it has the clock. A block begins with its number and ends with a word
//! that only this block of this stream has, so that one that is lost, doubled, cut or stale is seen by looking at two
//! words; in between every block of a stream is the same, and is looked at only when asked for. The number of the block
//! `LAST` is none: it carries nothing and is not counted.
//!
//! Used by the cases here, by the relay on the host, and by nobody else. Nothing here knows a port or a socket.

use core::fmt;

use crate::pattern::{STAMP_BYTES, derive, fill, stamp};

/// Bytes of a command, and of a report.
pub const MESSAGE_BYTES: usize = 32;

/// Ends what the host sends; anything may follow it but a report of this stream.
pub const STOP: [u8; MESSAGE_BYTES] = *b"ninewire raw port: no more, stop";

const COMMAND_MAGIC: u32 = u32::from_le_bytes(*b"9rw?");
const REPORT_MAGIC: u32 = u32::from_le_bytes(*b"9rw!");

/// The number of the block that ends a stream.
const LAST: u64 = u64::MAX;

/// Which way blocks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the guest to the host.
    Out,
    /// From the host to the guest.
    In,
    /// From the guest to the host and back again, one at a time.
    Ping,
}

impl Way {
    const ALL: [Way; 3] = [Way::Out, Way::In, Way::Ping];
}

/// What one repetition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// Which way.
    pub way: Way,
    /// Whether every byte is to be looked at rather than the ends of blocks alone.
    pub whole: bool,
    /// What the blocks are.
    pub blocks: Blocks,
}

impl Command {
    /// As it travels.
    pub fn encode(&self) -> [u8; MESSAGE_BYTES] {
        let mut bytes = [0; MESSAGE_BYTES];
        bytes[..4].copy_from_slice(&COMMAND_MAGIC.to_le_bytes());
        bytes[4] = self.way as u8;
        bytes[5] = u8::from(self.whole);
        bytes[8..12].copy_from_slice(&self.blocks.bytes.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.blocks.seed.to_le_bytes());
        bytes
    }

    /// What `bytes` are; `None` when they are no command, or one nobody can follow.
    pub fn decode(bytes: &[u8; MESSAGE_BYTES]) -> Option<Command> {
        let way = *Way::ALL.get(usize::from(bytes[4]))?;
        let blocks = Blocks { bytes: number(bytes, 8) as u32, seed: number(bytes, 16) };
        let command = Command { way, whole: bytes[5] == 1, blocks };
        (blocks.is_sound() && command.encode() == *bytes).then_some(command)
    }
}

/// What the host saw of one repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Blocks that came, or were sent.
    pub blocks: u64,
    /// How many of them were not what they should be.
    pub wrong: u64,
    /// How long the host waited: for blocks to come, or for room to send them.
    pub idle_ns: u64,
}

impl Report {
    /// As it travels.
    pub fn encode(&self) -> [u8; MESSAGE_BYTES] {
        let mut bytes = [0; MESSAGE_BYTES];
        bytes[..4].copy_from_slice(&REPORT_MAGIC.to_le_bytes());
        for (at, number) in [(8, self.blocks), (16, self.wrong), (24, self.idle_ns)] {
            bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// What `bytes` are; `None` when they are no report.
    pub fn decode(bytes: &[u8; MESSAGE_BYTES]) -> Option<Report> {
        let report =
            Report { blocks: number(bytes, 8), wrong: number(bytes, 16), idle_ns: number(bytes, 24) };
        (report.encode() == *bytes).then_some(report)
    }
}

fn number(bytes: &[u8; MESSAGE_BYTES], at: usize) -> u64 {
    u64::from_le_bytes(core::array::from_fn(|index| bytes[at + index]))
}

/// A block is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongBlock {
    /// What the word says that is wrong.
    pub found: u64,
    /// What it should say.
    pub expected: u64,
    /// Where it lies in the block.
    pub at: u32,
}

impl fmt::Display for WrongBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:#018x} where {:#018x} belongs, at byte {} of a block",
            self.found, self.expected, self.at
        )
    }
}

/// What a block says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// It is the one with this number.
    Numbered(u64),
    /// It ends the stream.
    Last,
}

/// The blocks of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// Bytes in each: a multiple of [`STAMP_BYTES`] and at least two of them.
    pub bytes: u32,
    /// Differs for every stream.
    pub seed: u64,
}

impl Blocks {
    /// Larger ones nobody sends.
    const BYTES_MAX: u32 = 1 << 27;

    fn is_sound(self) -> bool {
        let stamp = STAMP_BYTES as u32;
        (2 * stamp..=Self::BYTES_MAX).contains(&self.bytes) && self.bytes.is_multiple_of(stamp)
    }

    /// Where the last word of a block lies.
    pub const fn last_word(self) -> u32 {
        self.bytes - STAMP_BYTES as u32
    }

    /// The first and the last word of the block with this number.
    pub const fn ends(self, number: u64) -> [u64; 2] {
        [number ^ derive(self.seed, 0), stamp(derive(self.seed, 1), number)]
    }

    /// What lies between the ends of every block.
    const fn inside(self) -> u64 {
        derive(self.seed, 2)
    }

    /// Fills a buffer for blocks: all but the ends keeps its value.
    pub fn fill_inside(self, block: &mut [u8]) {
        fill(block, self.inside(), 0);
    }

    /// Makes `block`, filled before, the one with this number.
    pub fn stamp(self, block: &mut [u8], number: u64) {
        let [first, last] = self.ends(number).map(u64::to_le_bytes);
        block[..STAMP_BYTES].copy_from_slice(&first);
        let at = self.last_word() as usize;
        block[at..at + STAMP_BYTES].copy_from_slice(&last);
    }

    /// Makes `block` the one that ends the stream.
    pub fn stamp_last(self, block: &mut [u8]) {
        self.stamp(block, LAST);
    }

    /// Which block has these ends.
    pub fn look(self, ends: [u64; 2]) -> Result<Block, WrongBlock> {
        let [first, last] = ends;
        let number = first ^ derive(self.seed, 0);
        let expected = self.ends(number)[1];
        match (last == expected, number) {
            (false, _) => Err(WrongBlock { found: last, expected, at: self.last_word() }),
            (true, LAST) => Ok(Block::Last),
            (true, number) => Ok(Block::Numbered(number)),
        }
    }

    /// The word at byte `at` of any block, its ends left out.
    pub const fn word_inside(self, at: u32) -> u64 {
        stamp(self.inside(), at as u64)
    }

    /// Which block this is, its ends looked at, and where `whole` says so every byte between.
    pub fn check(self, block: &[u8], whole: bool) -> Result<Block, WrongBlock> {
        let (words, _) = block.as_chunks::<STAMP_BYTES>();
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return Err(WrongBlock { found: 0, expected: 0, at: 0 });
        };
        let found = self.look([u64::from_le_bytes(*first), u64::from_le_bytes(*last)])?;
        if whole && found != Block::Last {
            for (word, at) in words.iter().zip((0..).step_by(STAMP_BYTES)).take(words.len() - 1).skip(1) {
                let (found, expected) = (u64::from_le_bytes(*word), self.word_inside(at));
                if found != expected {
                    return Err(WrongBlock { found, expected, at });
                }
            }
        }
        Ok(found)
    }
}

/// Blocks that came, in whatever order: each once, and none left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    sum: u64,
}

impl Tally {
    /// One more.
    pub fn add(&mut self, number: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(number);
    }

    /// Whether they are the first so many, each once, as far as their sum can tell.
    pub fn is_whole(self) -> bool {
        let wanted = u128::from(self.count) * u128::from(self.count.saturating_sub(1)) / 2;
        wanted as u64 == self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const BLOCKS: Blocks = Blocks { bytes: 64, seed: 7 };

    fn block(number: u64) -> Vec<u8> {
        let mut block = vec![0xAA; BLOCKS.bytes as usize];
        BLOCKS.fill_inside(&mut block);
        BLOCKS.stamp(&mut block, number);
        block
    }

    #[test]
    fn golden_bytes_of_a_command_and_a_report() {
        let command = Command { way: Way::Ping, whole: true, blocks: Blocks { bytes: 0x0102_0000, seed: 9 } };
        let mut golden = [0; MESSAGE_BYTES];
        golden[..12].copy_from_slice(&[b'9', b'r', b'w', b'?', 2, 1, 0, 0, 0, 0, 2, 1]);
        golden[16] = 9;
        assert_eq!(command.encode(), golden);
        assert_eq!(Command::decode(&golden), Some(command));
        let report = Report { blocks: 1, wrong: 2, idle_ns: 0x0304 };
        let mut golden = [0; MESSAGE_BYTES];
        golden[..4].copy_from_slice(b"9rw!");
        (golden[8], golden[16], golden[24], golden[25]) = (1, 2, 4, 3);
        assert_eq!(report.encode(), golden);
        assert_eq!(Report::decode(&golden), Some(report));
    }

    #[test]
    fn a_command_nobody_can_follow_is_none() {
        let command =
            |bytes: u32| Command { way: Way::Out, whole: false, blocks: Blocks { bytes, seed: 0 } }.encode();
        for bytes in [0, 8, 17, Blocks::BYTES_MAX + 8, u32::MAX] {
            assert_eq!(Command::decode(&command(bytes)), None, "{bytes}");
        }
        let mut way = command(16);
        way[4] = 3;
        assert_eq!(Command::decode(&way), None);
        assert_eq!(Command::decode(&STOP), None);
        assert_eq!(Report::decode(&STOP), None);
    }

    #[test]
    fn a_block_tells_its_number_and_whether_it_is_whole() {
        assert_eq!(BLOCKS.check(&block(5), true), Ok(Block::Numbered(5)));
        let mut last = block(0);
        BLOCKS.stamp_last(&mut last);
        assert_eq!(BLOCKS.check(&last, true), Ok(Block::Last));
        let mut inside = block(5);
        inside[20] ^= 1;
        assert_eq!(BLOCKS.check(&inside, false), Ok(Block::Numbered(5)));
        assert_eq!(BLOCKS.check(&inside, true).unwrap_err().at, 16);
        for at in [0, 7, 56, 63] {
            let mut cut = block(5);
            cut[at] ^= 1;
            assert_eq!(BLOCKS.check(&cut, false).unwrap_err().at, 56, "{at}");
        }
        let other = Blocks { seed: 8, ..BLOCKS };
        assert!(other.check(&block(5), false).is_err(), "a block of another stream");
        assert!(BLOCKS.check(&[], true).is_err());
    }

    #[test]
    fn a_lost_or_doubled_block_is_missed_in_the_sum() {
        let tally = |numbers: &[u64]| {
            let mut tally = Tally::default();
            numbers.iter().for_each(|&number| tally.add(number));
            tally.is_whole()
        };
        assert!(tally(&[]) && tally(&[0]) && tally(&[2, 0, 1]));
        assert!(!tally(&[0, 2]) && !tally(&[0, 1, 1]) && !tally(&[1]));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_a_message_or_none(bytes in any::<[u8; MESSAGE_BYTES]>()) {
            if let Some(command) = Command::decode(&bytes) {
                prop_assert_eq!(command.encode(), bytes);
            }
            if let Some(report) = Report::decode(&bytes) {
                prop_assert_eq!(report.encode(), bytes);
            }
        }
    }
}
