//! Many numbers in little text: what a result file says of a visit's repetitions and of how long operations took.
//!
//! A list of numbers is bytes: each number in base 128, the lowest seven bits first, the high bit set on all bytes but
//! a number's last (LEB128). A number that was not measured is 0, any other one more than it is.
//!
//! Durations are bits, the highest of a byte first: for each bucket that was hit how many were skipped
//! before it, plus one, and its count, both by the gamma code (Peter Elias, "Universal codeword sets and
//! representations of the integers", IEEE Transactions on Information Theory 21, 1975): as many zeros as the number has
//! bits after its first, then its bits. The last byte is filled up with zeros, which begin no number.
//!
//! Bytes become text five bits at a time, as base 32 does (RFC 4648, section 6, without padding), with signs of our own.
//! A file has a million of them, which by chance would spell what scanners of texts look for: words, keys, paths,
//! addresses. So there is no vowel, no capital letter, nothing that looks like a part of one of these, and nothing
//! that JSON has to escape.
//!
//! Reading trusts nothing: what no writer here writes is refused.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

use crate::run::durations::Durations;

/// What five bits are written as, from 0 on.
const SIGNS: &str = "0123456789bcdfghjklmnpqrstvwz!^~";

static BASE_32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut base = Specification::new();
    base.symbols.push_str(SIGNS);
    base.encoding().expect("32 signs, each once")
});

/// A text that is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotPacked;

/// Bits of one base 128 digit.
const DIGIT_BITS: u32 = 7;

/// Numbers, some of them not measured, as text.
pub(super) fn pack_numbers(numbers: impl Iterator<Item = Option<u64>>) -> String {
    let mut bytes = Vec::new();
    for number in numbers {
        let mut rest = number.map_or(0, |number| u128::from(number) + 1);
        while rest >= 1 << DIGIT_BITS {
            bytes.push(rest as u8 | 0x80);
            rest >>= DIGIT_BITS;
        }
        bytes.push(rest as u8);
    }
    BASE_32.encode(&bytes)
}

/// The inverse of [`pack_numbers`].
pub(super) fn unpack_numbers(text: &str) -> Result<Vec<Option<u64>>, NotPacked> {
    let bytes = BASE_32.decode(text.as_bytes()).map_err(|_| NotPacked)?;
    let (mut numbers, mut number, mut shift) = (Vec::new(), 0_u128, 0);
    for byte in bytes {
        let digit = u128::from(byte & 0x7F);
        number |= digit << shift;
        // The largest is 2^64: one more than the largest number.
        if number > 1 << u64::BITS {
            return Err(NotPacked);
        }
        if byte & 0x80 != 0 {
            shift += DIGIT_BITS;
            if shift > u64::BITS {
                return Err(NotPacked);
            }
            continue;
        }
        // A last digit of nothing makes a number longer than it has to be.
        if digit == 0 && shift > 0 {
            return Err(NotPacked);
        }
        numbers.push(number.checked_sub(1).map(|number| number as u64));
        (number, shift) = (0, 0);
    }
    if shift > 0 { Err(NotPacked) } else { Ok(numbers) }
}

/// Durations as text.
pub(super) fn pack_durations(durations: &Durations) -> String {
    let (mut bits, mut next) = (BitsOut::default(), 0);
    for (bucket, count) in durations.iter() {
        bits.gamma(u64::from(bucket - next) + 1);
        bits.gamma(count);
        next = bucket + 1;
    }
    BASE_32.encode(&bits.bytes)
}

/// The inverse of [`pack_durations`].
pub(super) fn unpack_durations(text: &str) -> Result<Durations, NotPacked> {
    let bytes = BASE_32.decode(text.as_bytes()).map_err(|_| NotPacked)?;
    let (mut bits, mut next, mut durations) = (BitsIn { bytes: &bytes, at: 0 }, 0_u64, Durations::default());
    while !bits.only_filling() {
        let skipped = bits.gamma().ok_or(NotPacked)? - 1;
        let bucket =
            next.checked_add(skipped).and_then(|bucket| u16::try_from(bucket).ok()).ok_or(NotPacked)?;
        durations.add(bucket, bits.gamma().ok_or(NotPacked)?).map_err(|_| NotPacked)?;
        next = u64::from(bucket) + 1;
    }
    Ok(durations)
}

#[derive(Default)]
struct BitsOut {
    bytes: Vec<u8>,
    /// Bits of the last byte that are taken; 0 when it is full.
    taken: u32,
}

impl BitsOut {
    fn bit(&mut self, bit: bool) {
        if self.taken == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << (u8::BITS - 1 - self.taken);
        }
        self.taken = (self.taken + 1) % u8::BITS;
    }

    /// A number from 1.
    fn gamma(&mut self, number: u64) {
        let more = number.max(1).ilog2();
        (0..more).for_each(|_| self.bit(false));
        (0..=more).rev().for_each(|place| self.bit(number >> place & 1 == 1));
    }
}

struct BitsIn<'b> {
    bytes: &'b [u8],
    /// The next bit, counted from the first of all.
    at: usize,
}

impl BitsIn<'_> {
    fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1 == 1;
        self.at += 1;
        Some(bit)
    }

    fn gamma(&mut self) -> Option<u64> {
        let mut more = 0;
        while !self.bit()? {
            more += 1;
        }
        if more >= u64::BITS {
            return None;
        }
        let mut number = 1;
        for _ in 0..more {
            number = number << 1 | u64::from(self.bit()?);
        }
        Some(number)
    }

    /// Nothing is left but the zeros of a byte that has begun.
    fn only_filling(&self) -> bool {
        match self.bytes.len() * 8 - self.at {
            0 => true,
            left @ 1..8 => self.bytes[self.at / 8] & ((1 << left) - 1) == 0,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use ninewire_bench_guest::histogram::BUCKETS;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn golden_texts_of_numbers() {
        // One more of each, two digits from 128 on, and nothing for what was not measured: 01 02 80 01 00.
        let numbers = [Some(0), Some(1), Some(127), None];
        assert_eq!(pack_numbers(numbers.into_iter()), "04180080");
        assert_eq!(unpack_numbers("04180080"), Ok(numbers.to_vec()));
        assert_eq!(pack_numbers([].into_iter()), "");
        let largest = [Some(u64::MAX)];
        assert_eq!(unpack_numbers(&pack_numbers(largest.into_iter())), Ok(largest.to_vec()));
    }

    #[test]
    fn golden_text_of_durations() {
        let mut durations = Durations::default();
        for (bucket, count) in [(0, 1), (1, 2), (5, 1)] {
            durations.add(bucket, count).unwrap();
        }
        // 1 1, 1 010, 00100 1 and four bits of filling: E8 90.
        assert_eq!(pack_durations(&durations), "!280");
        assert_eq!(unpack_durations("!280"), Ok(durations));
        assert_eq!(unpack_durations(""), Ok(Durations::default()));
    }

    #[test]
    fn signs_spell_nothing_and_need_no_escape() {
        assert!(SIGNS.chars().all(|sign| sign.is_ascii_graphic() && !sign.is_ascii_uppercase()));
        assert!(
            !SIGNS.contains(['a', 'e', 'i', 'o', 'u', 'y', 'x', '/', '+', '-', '_', '.', ':', '=', '@', '$'])
        );
        assert_eq!(serde_json::to_string(SIGNS).unwrap(), format!("\"{SIGNS}\""));
        assert!(ours(SIGNS) && !ours("h0me"));
    }

    /// Every sign is one of ours.
    fn ours(text: &str) -> bool {
        text.chars().all(|sign| SIGNS.contains(sign))
    }

    #[test]
    fn texts_no_writer_writes_are_refused() {
        // Half a byte, filling that is not zero, padding, and signs that are none.
        for text in ["0", "01", "00======", "a0", "B0", "0 0"] {
            assert_eq!(unpack_numbers(text), Err(NotPacked), "{text}");
            assert_eq!(unpack_durations(text), Err(NotPacked), "{text}");
        }
        // A number without an end, one that is longer than it has to be, two that are too large.
        for bytes in [&[0x80][..], &[0x80, 0], b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x03", &[0xFF; 11]] {
            assert_eq!(unpack_numbers(&BASE_32.encode(bytes)), Err(NotPacked), "{bytes:?}");
        }
        // Filling alone, a count that is missing, and a bucket beyond the last.
        for bytes in [&[0][..], &[0x80], &[0; 12]] {
            assert_eq!(unpack_durations(&BASE_32.encode(bytes)), Err(NotPacked), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn numbers_come_back_from_signs_of_ours(
            numbers in prop::collection::vec(prop::option::of(any::<u64>().prop_map(|v| v >> (v % 64))), 0..40),
        ) {
            let text = pack_numbers(numbers.iter().copied());
            prop_assert!(ours(&text), "{text}");
            prop_assert_eq!(unpack_numbers(&text), Ok(numbers));
        }

        #[test]
        fn durations_come_back_from_signs_of_ours(
            counts in prop::collection::btree_map(0..BUCKETS as u16, 1..u64::MAX, 0..60),
        ) {
            let mut durations = Durations::default();
            for (&bucket, &count) in &counts {
                durations.add(bucket, count).unwrap();
            }
            let text = pack_durations(&durations);
            prop_assert!(ours(&text), "{text}");
            prop_assert_eq!(unpack_durations(&text), Ok(durations));
        }

        #[test]
        fn any_text_is_unpacked_or_refused(text in "[0-9b-df-hj-np-tv-wz!^~]{0,24}") {
            if let Ok(numbers) = unpack_numbers(&text) {
                prop_assert_eq!(pack_numbers(numbers.into_iter()), text.clone());
            }
            if let Ok(durations) = unpack_durations(&text) {
                prop_assert!(durations.iter().all(|(bucket, count)| usize::from(bucket) < BUCKETS && count > 0));
            }
        }
    }
}
