//! Frames: how records are cut out of a byte stream, in both directions of the timing port.
//!
//! ```text
//! offset  0      4        5     6       8         12      16
//!         magic  version  kind  length  sequence  CRC-32C payload[length]
//! ```
//! All numbers little-endian. The checksum covers everything but the magic and itself. Each direction counts its
//! own sequence from 0, so a lost frame shows as a gap. The four magic bytes are not UTF-8, so no log text or path
//! inside a stream looks like the start of a frame.
//!
//! The decoder assumes nothing about what it is fed: it looks for the next frame that checks, says what it passed
//! over, and never panics.

use crate::field::Writer;
use crate::pattern::Crc32c;
use crate::record::Record;

/// The first bytes of every frame.
pub const MAGIC: [u8; 4] = [0x39, 0x57, 0xF5, 0xA9];

/// The version of this format, frames and records together. A change of either is a new version.
pub const VERSION: u8 = 2;

/// Bytes before the payload.
pub const HEADER_BYTES: usize = 16;

/// The largest frame.
pub const FRAME_MAX: usize = 16 * 1024;

/// The largest payload.
pub const PAYLOAD_MAX: usize = FRAME_MAX - HEADER_BYTES;

mod at {
    use core::ops::Range;
    pub(super) const VERSION: usize = 4;
    pub(super) const KIND: usize = 5;
    pub(super) const LENGTH: Range<usize> = 6..8;
    pub(super) const SEQUENCE: Range<usize> = 8..12;
    pub(super) const CRC: Range<usize> = 12..16;
}

/// The record does not fit the room it was to be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

impl core::fmt::Display for NoRoom {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the record does not fit a frame")
    }
}

impl core::error::Error for NoRoom {}

/// Writes frames of one direction; counts their sequence.
#[derive(Debug, Default)]
pub struct Encoder {
    next: u32,
}

impl Encoder {
    /// The next frame will be number 0.
    pub const fn new() -> Self {
        Encoder { next: 0 }
    }

    /// How many frames were written.
    pub const fn frames(&self) -> u32 {
        self.next
    }

    /// Writes `record` as the next frame to the front of `room` and returns the frame's length. A record that does
    /// not fit takes no sequence number.
    pub fn encode(&mut self, record: &Record<'_>, room: &mut [u8]) -> Result<usize, NoRoom> {
        let room_len = room.len().min(FRAME_MAX);
        let (header, payload) = room[..room_len].split_at_mut_checked(HEADER_BYTES).ok_or(NoRoom)?;
        let mut writer = Writer::new(payload);
        record.put(&mut writer);
        let len = writer.finish().ok_or(NoRoom)?;

        header[..MAGIC.len()].copy_from_slice(&MAGIC);
        header[at::VERSION] = VERSION;
        header[at::KIND] = record.kind();
        header[at::LENGTH].copy_from_slice(&(len as u16).to_le_bytes());
        header[at::SEQUENCE].copy_from_slice(&self.next.to_le_bytes());
        header[at::CRC].fill(0);
        let crc = checksum(&room[..HEADER_BYTES + len]);
        room[at::CRC].copy_from_slice(&crc.to_le_bytes());
        self.next = self.next.wrapping_add(1);
        Ok(HEADER_BYTES + len)
    }
}

/// Of a whole frame: what lies between the magic and the checksum, and the payload.
fn checksum(frame: &[u8]) -> u32 {
    let mut crc = Crc32c::new();
    crc.update(&frame[at::VERSION..at::CRC.start]);
    crc.update(&frame[at::CRC.end..]);
    crc.finish()
}

/// A frame that checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The version of the format it is written in; this decoder reads the payload of [`VERSION`] alone.
    pub version: u8,
    /// Which record it carries.
    pub kind: u8,
    /// Its number in its direction.
    pub sequence: u32,
    /// The record's fields.
    pub payload: &'a [u8],
}

/// What a decoder meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A frame, the expected one.
    Frame(Frame<'a>),
    /// The next frame that checks is not the expected one. The frame itself follows.
    Gap {
        /// The number that should have come.
        expected: u32,
        /// The number that came.
        found: u32,
    },
    /// Bytes that belong to no frame that checks were passed over.
    Garbage {
        /// How many.
        bytes: usize,
        /// Whether something looked like a frame but its checksum was wrong.
        bad_crc: bool,
    },
}

/// Cuts frames out of a byte stream that arrives in arbitrary pieces. `N` is the most it holds; frames that could
/// not fit are garbage to it.
pub struct Decoder<const N: usize = FRAME_MAX> {
    held: [u8; N],
    /// `held[start..end]` is what has not been told yet.
    start: usize,
    end: usize,
    expected: u32,
    /// Passed over since the last event, and whether a checksum failed in it.
    garbage: usize,
    bad_crc: bool,
    /// A gap was told; the frame behind it comes next.
    gap_told: bool,
}

impl<const N: usize> Decoder<N> {
    /// At the beginning of a stream.
    pub const fn new() -> Self {
        const { assert!(N >= HEADER_BYTES, "a decoder must hold at least an empty frame") };
        Decoder { held: [0; N], start: 0, end: 0, expected: 0, garbage: 0, bad_crc: false, gap_told: false }
    }

    /// Takes bytes off the front of `stream`, as many as there is room for. Call [`Decoder::next`] until it has
    /// nothing more, then feed on.
    pub fn feed(&mut self, stream: &mut &[u8]) {
        self.held.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let taken = stream.len().min(N - self.end);
        let (head, rest) = stream.split_at(taken);
        self.held[self.end..self.end + taken].copy_from_slice(head);
        self.end += taken;
        *stream = rest;
    }

    /// The next thing in the stream; `None` when more bytes are needed.
    #[allow(
        clippy::should_implement_trait,
        reason = "an event borrows the decoder, which no iterator can say"
    )]
    pub fn next(&mut self) -> Option<Event<'_>> {
        self.advance(false)
    }

    /// Like [`Decoder::next`] once the stream has ended: what can no longer become a frame is garbage.
    pub fn next_at_end(&mut self) -> Option<Event<'_>> {
        self.advance(true)
    }

    fn advance(&mut self, ended: bool) -> Option<Event<'_>> {
        loop {
            match self.look() {
                Look::Frame { len, sequence } => {
                    if self.garbage > 0 {
                        return Some(self.tell_garbage());
                    }
                    if sequence != self.expected && !self.gap_told {
                        self.gap_told = true;
                        return Some(Event::Gap { expected: self.expected, found: sequence });
                    }
                    self.gap_told = false;
                    self.expected = sequence.wrapping_add(1);
                    let frame = &self.held[self.start..self.start + len];
                    self.start += len;
                    let (version, kind) = (frame[at::VERSION], frame[at::KIND]);
                    return Some(Event::Frame(Frame {
                        version,
                        kind,
                        sequence,
                        payload: &frame[HEADER_BYTES..],
                    }));
                }
                Look::BadCrc => {
                    self.bad_crc = true;
                    self.skip(1);
                }
                Look::NoFrame { bytes } => self.skip(bytes),
                Look::More if ended && self.start < self.end => self.skip(1),
                Look::More if self.garbage > 0 => return Some(self.tell_garbage()),
                Look::More => return None,
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.start += bytes;
        self.garbage += bytes;
    }

    fn tell_garbage(&mut self) -> Event<'static> {
        let event = Event::Garbage { bytes: self.garbage, bad_crc: self.bad_crc };
        (self.garbage, self.bad_crc) = (0, false);
        event
    }

    /// What stands at `start`.
    fn look(&self) -> Look {
        let held = &self.held[self.start..self.end];
        let magic = held.len().min(MAGIC.len());
        if held[..magic] != MAGIC[..magic] {
            let next = held.iter().skip(1).position(|&byte| byte == MAGIC[0]);
            return Look::NoFrame { bytes: next.map_or(held.len(), |position| position + 1) };
        }
        let Some(header) = held.get(..HEADER_BYTES) else { return Look::More };
        let word = |range: core::ops::Range<usize>| {
            header[range].iter().rev().fold(0u32, |word, &byte| word << 8 | u32::from(byte))
        };
        let len = HEADER_BYTES + word(at::LENGTH) as usize;
        if len > N.min(FRAME_MAX) {
            return Look::NoFrame { bytes: 1 };
        }
        let Some(frame) = held.get(..len) else { return Look::More };
        if checksum(frame) != word(at::CRC) {
            return Look::BadCrc;
        }
        Look::Frame { len, sequence: word(at::SEQUENCE) }
    }
}

impl<const N: usize> Default for Decoder<N> {
    fn default() -> Self {
        Decoder::new()
    }
}

enum Look {
    Frame { len: usize, sequence: u32 },
    BadCrc,
    NoFrame { bytes: usize },
    More,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Bye, Level, Log, Status};
    use alloc::boxed::Box;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq)]
    enum Seen {
        Log(u32, Vec<u8>),
        Gap(u32, u32),
        Garbage(usize, bool),
    }

    fn note(event: Event<'_>) -> Seen {
        match event {
            Event::Frame(frame) => Seen::Log(frame.sequence, frame.payload.to_vec()),
            Event::Gap { expected, found } => Seen::Gap(expected, found),
            Event::Garbage { bytes, bad_crc } => Seen::Garbage(bytes, bad_crc),
        }
    }

    fn decode<const N: usize>(stream: &[u8], piece: usize) -> Vec<Seen> {
        let mut decoder = Box::new(Decoder::<N>::new());
        let mut seen = Vec::new();
        for mut bytes in stream.chunks(piece.max(1)) {
            while !bytes.is_empty() {
                decoder.feed(&mut bytes);
                while let Some(event) = decoder.next() {
                    seen.push(note(event));
                }
            }
        }
        while let Some(event) = decoder.next_at_end() {
            seen.push(note(event));
        }
        seen
    }

    fn log(text: &str) -> Record<'_> {
        Record::Log(Log { level: Level::Info, text })
    }

    /// A stream of log frames, and where each ends.
    fn stream(texts: &[&str]) -> (Vec<u8>, Vec<usize>) {
        let (mut encoder, mut stream, mut ends) = (Encoder::new(), Vec::new(), Vec::new());
        for text in texts {
            let mut room = [0; FRAME_MAX];
            let len = encoder.encode(&log(text), &mut room).unwrap();
            stream.extend_from_slice(&room[..len]);
            ends.push(stream.len());
        }
        (stream, ends)
    }

    fn sequences(seen: &[Seen]) -> Vec<u32> {
        seen.iter()
            .filter_map(|seen| if let Seen::Log(number, _) = seen { Some(*number) } else { None })
            .collect()
    }

    #[test]
    fn golden_bytes_of_a_closing_frame() {
        let mut encoder = Encoder::new();
        let mut room = [0xAA; 40];
        encoder.encode(&log(""), &mut room).unwrap();
        room.fill(0xAA);
        let bye = Record::Bye(Bye { frames: 1, status: Status::Done });
        let len = encoder.encode(&bye, &mut room).unwrap();
        assert_eq!(len, 21);
        assert_eq!(room[..12], [0x39, 0x57, 0xF5, 0xA9, 2, 0x0B, 5, 0, 1, 0, 0, 0]);
        assert_eq!(room[12..16], Crc32c::of(&[2, 0x0B, 5, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]).to_le_bytes());
        assert_eq!(room[16..21], [1, 0, 0, 0, 0]);
        assert_eq!(room[21..], [0xAA; 19]);
    }

    #[test]
    fn a_record_that_does_not_fit_takes_no_number() {
        let mut encoder = Encoder::new();
        let mut room = [0; 32];
        assert_eq!(encoder.encode(&log("far too long for this room"), &mut room), Err(NoRoom));
        assert_eq!(encoder.encode(&log("far too long for this room"), &mut room[..3]), Err(NoRoom));
        let long = alloc::string::String::from_utf8(vec![b'x'; PAYLOAD_MAX]).unwrap();
        assert_eq!(encoder.encode(&log(&long), &mut vec![0; 2 * FRAME_MAX]), Err(NoRoom));
        assert_eq!(encoder.frames(), 0);
        assert!(encoder.encode(&log("short"), &mut room).is_ok());
    }

    #[test]
    fn a_lost_frame_is_a_gap_and_the_next_one_still_arrives() {
        let (bytes, ends) = stream(&["a", "b", "c"]);
        let lost = [&bytes[..ends[0]], &bytes[ends[1]..]].concat();
        let seen = decode::<FRAME_MAX>(&lost, 5);
        assert_eq!(seen[1], Seen::Gap(1, 2));
        assert_eq!(sequences(&seen), [0, 2]);
    }

    #[test]
    fn a_flipped_bit_is_told_as_a_bad_checksum_and_as_a_gap() {
        let (mut bytes, ends) = stream(&["first", "second", "third"]);
        bytes[ends[1] - 1] ^= 0x10;
        let seen = decode::<FRAME_MAX>(&bytes, 1000);
        assert_eq!(seen[1], Seen::Garbage(ends[1] - ends[0], true));
        assert_eq!(seen[2], Seen::Gap(1, 2));
        assert_eq!(sequences(&seen), [0, 2]);
    }

    #[test]
    fn a_stream_cut_in_a_frame_ends_in_garbage() {
        let (bytes, ends) = stream(&["first", "second"]);
        let seen = decode::<FRAME_MAX>(&bytes[..ends[1] - 1], 7);
        assert_eq!(sequences(&seen), [0]);
        assert_eq!(seen[1..], [Seen::Garbage(ends[1] - ends[0] - 1, false)]);
    }

    #[test]
    fn text_in_front_of_the_first_frame_is_passed_over() {
        let (bytes, _) = stream(&["first"]);
        let seen = decode::<FRAME_MAX>(&[b"SeaBIOS 9W\r\n", &bytes[..]].concat(), 3);
        assert_eq!(sequences(&seen), [0]);
        let passed: usize =
            seen.iter().map(|seen| if let Seen::Garbage(bytes, _) = seen { *bytes } else { 0 }).sum();
        assert_eq!(passed, 12);
    }

    #[test]
    fn a_frame_larger_than_the_decoder_is_passed_over() {
        let (bytes, _) = stream(&["this one is too large for forty bytes", "ok"]);
        assert_eq!(sequences(&decode::<40>(&bytes, 11)), [1]);
    }

    fn texts() -> impl Strategy<Value = Vec<alloc::string::String>> {
        prop::collection::vec("[a-z9W]{0,40}", 0..12)
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_same_frames(texts in texts(), piece in 1usize..200) {
            let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
            let (bytes, _) = stream(&texts);
            let seen = decode::<FRAME_MAX>(&bytes, piece);
            prop_assert_eq!(sequences(&seen), (0..texts.len() as u32).collect::<Vec<_>>());
            prop_assert_eq!(seen.len(), texts.len());
        }

        #[test]
        fn arbitrary_bytes_never_panic_and_are_all_accounted_for(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0x39), Just(0x57), Just(0xF5), Just(0xA9)], 0..400),
            piece in 1usize..50,
        ) {
            let passed: usize = decode::<64>(&bytes, piece).iter().map(|seen| match seen {
                Seen::Garbage(bytes, _) => *bytes,
                Seen::Log(_, payload) => HEADER_BYTES + payload.len(),
                Seen::Gap(..) => 0,
            }).sum();
            prop_assert_eq!(passed, bytes.len());
        }

        #[test]
        fn a_change_anywhere_costs_only_the_frame_it_hits(
            texts in prop::collection::vec("[a-z]{0,40}", 2..8),
            place in any::<prop::sample::Index>(),
            flip in 1u8..=255,
            piece in 1usize..100,
        ) {
            let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
            let (mut bytes, ends) = stream(&texts);
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
            let hit = ends.iter().position(|&end| place < end).unwrap() as u32;
            let seen = decode::<FRAME_MAX>(&bytes, piece);
            let kept: Vec<u32> = (0..texts.len() as u32).filter(|&number| number != hit).collect();
            prop_assert_eq!(sequences(&seen), kept);
            prop_assert!(seen.iter().any(|seen| matches!(seen, Seen::Garbage(..))));
            prop_assert!(hit + 1 == texts.len() as u32 || seen.contains(&Seen::Gap(hit, hit + 1)));
        }

        #[test]
        fn bytes_cut_out_anywhere_are_noticed(
            texts in prop::collection::vec("[a-z]{0,40}", 2..8),
            from in any::<prop::sample::Index>(),
            len in 1usize..60,
        ) {
            let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
            let (mut bytes, ends) = stream(&texts);
            let from = from.index(ends[ends.len() - 2]);
            let to = (from + len).min(ends[ends.len() - 2]);
            bytes.drain(from..to);
            let seen = decode::<FRAME_MAX>(&bytes, 33);
            prop_assert!(seen.iter().any(|seen| matches!(seen, Seen::Gap(..))));
            prop_assert_eq!(sequences(&seen).last().copied(), Some(texts.len() as u32 - 1));
        }
    }
}
