//! What a chain must be before any descriptor is written: not empty, no segment empty, and not too much in all.

use crate::Segment;
use crate::error::Refusal;

/// The longest segment: with at most two of them a chain cannot exceed the 2^32 bytes of virtio 1.2, 2.6.4.2.
const LONGEST: u32 = 1 << 31;

/// Adds up a chain's segments while they are written to descriptors.
#[derive(Clone, Copy, Default)]
pub(crate) struct Measure {
    /// All lengths less one, or-ed: its top bit says that a segment is empty or too long.
    largest: u32,
    /// Bytes of all segments so far.
    pub(crate) bytes: u64,
}

impl Measure {
    /// Adds a segment.
    #[inline(always)]
    pub(crate) const fn see(&mut self, len: u32) {
        self.largest |= len.wrapping_sub(1);
        self.bytes += len as u64;
    }

    /// How many bytes a device may write to a chain of which the first `readable_bytes` are to be read; nothing if it is
    /// no chain that a device may see.
    #[inline(always)]
    pub(crate) const fn room_after(&self, readable_bytes: u64) -> Option<u32> {
        let room = self.bytes - readable_bytes;
        if self.largest >= LONGEST || self.bytes > 1 << 32 || room > u32::MAX as u64 {
            return None;
        }
        Some(room as u32)
    }
}

/// As many segments of this length as the largest ring has descriptors are together no longer than the longest may be
/// alone: they need not be added up to know that.
pub(crate) const ORDINARY: u32 = LONGEST >> 15;

/// Shows each segment from the fourth on but the last, which it answers. Of four there is nothing to get ready.
///
/// # Safety
/// There are four at least.
#[inline(always)]
pub(crate) unsafe fn each_after_three_but_last(
    segments: &[Segment],
    mut see: impl FnMut(&Segment),
) -> &Segment {
    // SAFETY: inside the list, as the caller promises; `at` stays before the last until it is there.
    unsafe {
        let mut at = segments.as_ptr().add(3);
        if segments.len() != 4 {
            let last = segments.as_ptr().add(segments.len() - 1);
            loop {
                see(&*at);
                at = at.add(1);
                if at == last {
                    break;
                }
            }
        }
        &*at
    }
}

/// Sees the segments of a long chain go by, and keeps as little as will do for those of ordinary length.
#[derive(Clone, Copy, Default)]
pub(crate) struct Passing {
    /// All lengths less one, or-ed.
    largest: u32,
    /// Bytes of the segments to be written, if the chain is one of ordinary lengths.
    room: u32,
}

impl Passing {
    /// A segment to be read.
    #[inline(always)]
    pub(crate) const fn see_readable(&mut self, len: u32) {
        self.largest |= len.wrapping_sub(1);
    }

    /// A segment to be written.
    #[inline(always)]
    pub(crate) const fn see_writable(&mut self, len: u32) {
        self.largest |= len.wrapping_sub(1);
        self.room = self.room.wrapping_add(len);
    }

    /// Bytes of the segments to be written, if each of all is neither empty nor longer than [`ORDINARY`].
    #[inline(always)]
    pub(crate) const fn ordinary_room(self) -> Option<u32> {
        if self.largest < ORDINARY { Some(self.room) } else { None }
    }

    /// As [`Measure::room_after`], for the chain of these lists, all segments of which have been seen.
    #[inline(always)]
    pub(crate) fn room(self, readable: &[Segment], writable: &[Segment]) -> Option<u32> {
        let count = readable.len() + writable.len();
        // No segment is longer than this, so together they are no longer than the longest may be alone.
        let bound = (u64::from(self.largest) + 1).saturating_mul(count as u64);
        if bound <= u64::from(LONGEST) { Some(self.room) } else { room_of_many(readable, writable) }
    }
}

/// The long way to learn how many bytes a device may write.
#[cold]
#[inline(never)]
fn room_of_many(readable: &[Segment], writable: &[Segment]) -> Option<u32> {
    let mut measure = Measure::default();
    readable.iter().for_each(|segment| measure.see(segment.len));
    let readable_bytes = measure.bytes;
    writable.iter().for_each(|segment| measure.see(segment.len));
    measure.room_after(readable_bytes)
}

/// How many bytes a device may write to a chain of `K` segments of which the first `readable` are to be read. Nothing: it
/// may be no chain that a device may see, and only [`Measure`] says. Both numbers are constants where this is called, so
/// one test of all lengths is left: of one or two segments with something to read none exceeds the longest, of more none
/// a part of it that makes the sum fit.
#[inline(always)]
pub(crate) fn room_of_few<const K: usize>(lens: [u32; K], readable: usize) -> Option<u32> {
    let longest = match K {
        1 => LONGEST,
        2 if readable > 0 => LONGEST,
        _ => LONGEST / K.next_power_of_two() as u32,
    };
    if lens.iter().fold(0, |largest, &len| largest | len.wrapping_sub(1)) >= longest {
        return None;
    }
    Some(lens[readable..].iter().sum())
}

/// What is wrong with a chain, if it is its segments.
pub(crate) fn why_not(readable: &[Segment], writable: &[Segment]) -> Option<Refusal> {
    match readable.iter().chain(writable).map(|segment| segment.len).min() {
        None => Some(Refusal::Empty),
        Some(0) => Some(Refusal::ZeroLength),
        Some(_) if room_of_many(readable, writable).is_none() => Some(Refusal::TooLong),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DevAddr;

    fn list(lens: &[u32]) -> Vec<Segment> {
        lens.iter().map(|&len| Segment::new(DevAddr::new(0), len)).collect()
    }

    /// What the short way for long chains says.
    fn passed(readable: &[u32], writable: &[u32]) -> Option<u32> {
        let mut passing = Passing::default();
        readable.iter().for_each(|&len| passing.see_readable(len));
        writable.iter().for_each(|&len| passing.see_writable(len));
        passing.room(&list(readable), &list(writable))
    }

    fn refused(readable: &[u32], writable: &[u32]) -> Option<Refusal> {
        why_not(&list(readable), &list(writable))
    }

    #[test]
    fn a_chain_has_room_for_what_is_writable() {
        let mut measure = Measure::default();
        [1, 2].iter().for_each(|&len| measure.see(len));
        let readable_bytes = measure.bytes;
        [3, LONGEST].iter().for_each(|&len| measure.see(len));
        assert_eq!(measure.room_after(readable_bytes), Some(3 + LONGEST));
        assert_eq!(measure.room_after(measure.bytes), Some(0));
    }

    #[test]
    fn a_chain_beyond_four_gibibytes_or_with_an_empty_segment_is_none() {
        assert_eq!(refused(&[], &[]), Some(Refusal::Empty));
        assert_eq!(refused(&[0], &[]), Some(Refusal::ZeroLength));
        assert_eq!(refused(&[1], &[1, 0]), Some(Refusal::ZeroLength));
        assert_eq!(refused(&[LONGEST + 1], &[]), Some(Refusal::TooLong));
        assert_eq!(refused(&[LONGEST, 1], &[LONGEST]), Some(Refusal::TooLong));
        assert_eq!(refused(&[], &[LONGEST, LONGEST]), Some(Refusal::TooLong), "used lengths have 32 bits");
        assert_eq!(refused(&[1], &[LONGEST, LONGEST - 1]), None);
        assert_eq!(refused(&[LONGEST], &[LONGEST]), None);
    }

    #[test]
    fn the_short_test_for_few_takes_only_what_the_long_one_takes_and_all_of_ordinary_length() {
        fn agree<const K: usize>(lens: [u32; K]) {
            for readable in 0..=K {
                let (there, back) = lens.split_at(readable);
                let long = refused(there, back);
                assert_eq!(
                    passed(there, back),
                    room_of_many(&list(there), &list(back)),
                    "{lens:?} {readable}"
                );
                match room_of_few(lens, readable) {
                    Some(room) => {
                        assert_eq!(long, None, "{lens:?} {readable}");
                        assert_eq!(u64::from(room), lens[readable..].iter().map(|&len| u64::from(len)).sum());
                    }
                    None => assert!(
                        long.is_some() || lens.iter().any(|&len| len > 1 << 29),
                        "{lens:?} {readable}"
                    ),
                }
            }
        }
        let interesting = [0, 1, 2, 4096, 1 << 29, LONGEST / 2, LONGEST - 1, LONGEST, LONGEST + 1, u32::MAX];
        // Arithmetic alone: an interpreter of memory accesses has nothing to find, and gets a few of them.
        let interesting = if cfg!(miri) { &interesting[6..9] } else { &interesting[..] };
        for &one in interesting {
            agree([one]);
            for &other in interesting {
                agree([one, other]);
                for &third in interesting {
                    agree([one, other, third]);
                }
            }
        }
    }
}
