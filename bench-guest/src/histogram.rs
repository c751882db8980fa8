//! A log histogram of durations in ticks, in the shape fio uses: 29 groups of 64 buckets, so that no value is off by
//! more than 1/64 (fio `stat.h`, `FIO_IO_U_PLAT_BITS` 6, `FIO_IO_U_PLAT_GROUP_NR` 29).
//!
//! Recording is a shift and an increment; nothing is sorted and nothing depends on the values but the index. On the
//! wire only buckets that were hit are sent, as pairs of numbers in base 128: how many empty buckets were skipped,
//! and the count.

use crate::record::Malformed;
use crate::units::Ticks;

const BUCKET_BITS: u32 = 6;
const BUCKETS_PER_GROUP: usize = 1 << BUCKET_BITS;
const GROUPS: usize = 29;

/// Number of buckets.
pub const BUCKETS: usize = GROUPS * BUCKETS_PER_GROUP;

/// The most bytes a histogram takes on the wire: each bucket hit, each with the largest count.
pub const ENCODED_MAX: usize = BUCKETS * (1 + 5);

/// The bucket that counts `ticks`. What lies beyond the last bucket is counted there.
pub const fn bucket_of(ticks: Ticks) -> usize {
    let top = match ticks.0.checked_ilog2() {
        Some(top) if top > BUCKET_BITS => top,
        // Groups 0 and 1 count single ticks.
        _ => return ticks.0 as usize,
    };
    let shift = top - BUCKET_BITS;
    let index =
        ((shift as usize + 1) << BUCKET_BITS) + ((ticks.0 >> shift) as usize & (BUCKETS_PER_GROUP - 1));
    if index < BUCKETS { index } else { BUCKETS - 1 }
}

/// The smallest value counted in `bucket`, and the first beyond it.
pub const fn bounds(bucket: usize) -> (Ticks, Ticks) {
    if bucket < 2 * BUCKETS_PER_GROUP {
        return (Ticks(bucket as u64), Ticks(bucket as u64 + 1));
    }
    let shift = bucket / BUCKETS_PER_GROUP - 1;
    let low = ((BUCKETS_PER_GROUP + bucket % BUCKETS_PER_GROUP) as u64) << shift;
    (Ticks(low), Ticks(low + (1 << shift)))
}

/// Counts per bucket, and the exact extremes.
#[derive(Clone, PartialEq, Eq)]
pub struct Histogram {
    counts: [u32; BUCKETS],
    total: u64,
    min: Ticks,
    max: Ticks,
}

impl Histogram {
    /// Nothing counted.
    pub const fn new() -> Self {
        Histogram { counts: [0; BUCKETS], total: 0, min: Ticks(u64::MAX), max: Ticks(0) }
    }

    /// Counts one duration.
    pub fn record(&mut self, ticks: Ticks) {
        let count = &mut self.counts[bucket_of(ticks)];
        *count = count.saturating_add(1);
        self.total += 1;
        self.min = self.min.min(ticks);
        self.max = self.max.max(ticks);
    }

    /// Counts everything that `other` has counted.
    pub fn merge(&mut self, other: &Histogram) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.total += other.total;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Histogram::new();
    }

    /// How many durations were counted.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The shortest duration, exactly; zero when nothing was counted.
    pub const fn min(&self) -> Ticks {
        if self.total == 0 { Ticks(0) } else { self.min }
    }

    /// The longest duration, exactly.
    pub const fn max(&self) -> Ticks {
        self.max
    }

    /// Writes the buckets that were hit into `room` and returns them; `None` when they do not fit.
    pub fn encode<'b>(&self, room: &'b mut [u8]) -> Option<Buckets<'b>> {
        let (mut len, mut skipped) = (0, 0);
        for &count in &self.counts {
            if count == 0 {
                skipped += 1;
                continue;
            }
            len += put_number(room.get_mut(len..)?, skipped)?;
            len += put_number(room.get_mut(len..)?, count)?;
            skipped = 0;
        }
        Some(Buckets { bytes: &room[..len] })
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram::new()
    }
}

impl core::fmt::Debug for Histogram {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Histogram")
            .field("total", &self.total)
            .field("min", &self.min())
            .field("max", &self.max)
            .finish()
    }
}

/// The buckets of a histogram that were hit, as they travel; checked when made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets<'a> {
    bytes: &'a [u8],
}

impl<'a> Buckets<'a> {
    /// Of nothing.
    pub const EMPTY: Buckets<'static> = Buckets { bytes: &[] };

    /// Checks that every pair is whole, every bucket exists and no count is zero.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (mut rest, mut next) = (bytes, 0);
        while !rest.is_empty() {
            let (skipped, tail) = take_number(rest).ok_or(Malformed::Histogram)?;
            let (count, tail) = take_number(tail).ok_or(Malformed::Histogram)?;
            if count == 0 || skipped as usize >= BUCKETS - next {
                return Err(Malformed::Histogram);
            }
            next += skipped as usize + 1;
            rest = tail;
        }
        Ok(Buckets { bytes })
    }

    /// As they travel.
    pub const fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Each bucket that was hit, in rising order, with its count.
    pub fn iter(self) -> impl Iterator<Item = (usize, u32)> + 'a {
        let (mut rest, mut next) = (self.bytes, 0);
        core::iter::from_fn(move || {
            let (skipped, tail) = take_number(rest)?;
            let (count, tail) = take_number(tail)?;
            rest = tail;
            let bucket = next + skipped as usize;
            next = bucket + 1;
            Some((bucket, count))
        })
    }
}

/// Seven bits a byte, the lowest first, the high bit set on all but the last.
fn put_number(room: &mut [u8], mut number: u32) -> Option<usize> {
    for (index, byte) in room.iter_mut().enumerate() {
        *byte = (number & 0x7F) as u8;
        number >>= 7;
        if number == 0 {
            return Some(index + 1);
        }
        *byte |= 0x80;
    }
    None
}

fn take_number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut number = 0u32;
    for (index, &byte) in bytes.iter().enumerate().take(5) {
        let part = u32::from(byte & 0x7F);
        let shifted = part << (7 * index);
        if shifted >> (7 * index) != part {
            return None;
        }
        number |= shifted;
        if byte & 0x80 == 0 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn every_bucket_begins_where_the_one_before_ends() {
        let mut next = Ticks(0);
        for bucket in 0..BUCKETS {
            let (low, high) = bounds(bucket);
            assert_eq!(low, next, "bucket {bucket}");
            assert_eq!(bucket_of(low), bucket);
            assert_eq!(bucket_of(Ticks(high.0 - 1)), bucket);
            next = high;
        }
        assert_eq!(bucket_of(next), BUCKETS - 1);
        assert_eq!(bucket_of(Ticks(u64::MAX)), BUCKETS - 1);
    }

    #[test]
    fn golden_bytes_of_three_values() {
        let mut histogram = Histogram::new();
        for ticks in [0, 0, 5, 1_000_000] {
            histogram.record(Ticks(ticks));
        }
        let mut room = [0xAA; 16];
        let bytes = histogram.encode(&mut room).unwrap().bytes();
        // 2 x bucket 0; 4 skipped, 1 x bucket 5; 948 skipped, 1 x bucket 954.
        assert_eq!(bytes, [0, 2, 4, 1, 0xB4, 0x07, 1]);
        assert_eq!(room[7..], [0xAA; 9]);
    }

    #[test]
    fn the_fullest_histogram_fits_the_room_reserved_for_it() {
        let mut histogram = Histogram::new();
        histogram.counts = [u32::MAX; BUCKETS];
        let mut room = [0; ENCODED_MAX];
        assert_eq!(histogram.encode(&mut room).unwrap().bytes().len(), ENCODED_MAX);
        assert_eq!(histogram.encode(&mut room[1..]), None);
    }

    #[test]
    fn broken_pairs_are_refused() {
        for bytes in [&[0][..], &[0, 0], &[0x80, 0x80], &[0xFF, 0xFF, 0xFF, 0xFF, 0x1F, 1], &[0xC0, 0x0E, 1]]
        {
            assert_eq!(Buckets::parse(bytes), Err(Malformed::Histogram), "{bytes:x?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_recorded_is_what_arrives(values in prop::collection::vec(any::<u64>().prop_map(|v| v >> (v % 60)), 0..200)) {
            let mut histogram = Histogram::new();
            for &value in &values {
                histogram.record(Ticks(value));
                let (low, high) = bounds(bucket_of(Ticks(value)));
                prop_assert!(low.0 <= value && (value < high.0 || high == bounds(BUCKETS - 1).1));
            }
            let mut room = [0; ENCODED_MAX];
            let buckets = Buckets::parse(histogram.encode(&mut room).unwrap().bytes()).unwrap();
            let total: u64 = buckets.iter().map(|(_, count)| u64::from(count)).sum();
            prop_assert_eq!(total, values.len() as u64);
            for (bucket, count) in buckets.iter() {
                prop_assert_eq!(histogram.counts[bucket], count);
            }
        }

        #[test]
        fn two_merged_are_one_that_recorded_all(
            ours in prop::collection::vec(any::<u64>(), 0..50),
            theirs in prop::collection::vec(any::<u64>(), 0..50),
        ) {
            let of = |values: &[u64]| {
                let mut histogram = Histogram::new();
                values.iter().for_each(|&value| histogram.record(Ticks(value)));
                histogram
            };
            let mut merged = of(&ours);
            merged.merge(&of(&theirs));
            prop_assert!(merged == of(&[ours, theirs].concat()));
        }

        #[test]
        fn arbitrary_bytes_are_parsed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(buckets) = Buckets::parse(&bytes) {
                let hit: Vec<_> = buckets.iter().collect();
                prop_assert!(hit.iter().all(|&(bucket, count)| bucket < BUCKETS && count > 0));
                prop_assert!(hit.windows(2).all(|pair| pair[0].0 < pair[1].0));
            }
        }
    }
}
