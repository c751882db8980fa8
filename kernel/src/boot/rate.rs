//! From two looks at two clocks to the rate of one of them. Pure.
//!
//! A look brackets the other clock's reading between two readings of the time stamp counter, because a
//! reading of an emulated clock takes as long as it likes. The width of the bracket is how wrong the look may
//! be.

/// One look at another clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Time stamp counter before.
    pub before: u64,
    /// The other clock's count.
    pub ticks: u64,
    /// Time stamp counter after.
    pub after: u64,
}

impl Look {
    /// How wrong it may be, in cycles.
    pub const fn width(&self) -> u64 {
        self.after.wrapping_sub(self.before)
    }

    const fn middle(&self) -> u64 {
        self.before.wrapping_add(self.width() / 2)
    }
}

/// The narrowest of a few looks: `tsc` reads the counter, `ticks` the other clock.
#[inline(never)] // see `boot`
pub fn best_of(looks: usize, tsc: fn() -> u64, ticks: &mut dyn FnMut() -> u64) -> Look {
    let mut best = None;
    for _ in 0..looks.max(1) {
        let before = tsc();
        let ticks = ticks();
        let next = Look { before, ticks, after: tsc() };
        if best.is_none_or(|best: Look| next.width() < best.width()) {
            best = Some(next);
        }
    }
    best.expect("at least one look")
}

/// A rate measured against a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Cycles a second.
    pub hz: u64,
    /// How wrong it may be, in parts per million, by the widths of the looks.
    pub doubt_ppm: u64,
}

/// The time stamp counter's rate, from a clock of `clock_hz` that wraps around at `mask`; `None` if either
/// stood still or the looks lie seconds apart.
#[inline(never)] // see `boot`
pub fn rate(first: Look, last: Look, clock_hz: u64, mask: u64) -> Option<Rate> {
    let cycles = last.middle().wrapping_sub(first.middle());
    let ticks = last.ticks.wrapping_sub(first.ticks) & mask;
    if cycles == 0 || ticks == 0 {
        return None;
    }
    // Within 64 bits for some seconds of cycles.
    let hz = cycles.checked_mul(clock_hz)? / ticks;
    // Half a bracket at each end, and a tick.
    let wrong = (first.width() + last.width()) / 2 + cycles / ticks;
    Some(Rate { hz, doubt_ppm: wrong.saturating_mul(1_000_000) / cycles })
}

/// What two clocks may differ by beyond what the looks explain: emulated clocks agree far better.
const TOLERANCE_PPM: u64 = 500;

/// Do two measurements of the same rate agree, as far as each is to be believed?
pub fn agree(one: Rate, other: Rate) -> bool {
    let apart_ppm = one.hz.abs_diff(other.hz).saturating_mul(1_000_000) / one.hz.max(1);
    apart_ppm <= one.doubt_ppm.saturating_add(other.doubt_ppm).saturating_add(TOLERANCE_PPM)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HPET_HZ: u64 = 100_000_000;

    fn look(at_us: u64, width: u64) -> Look {
        let middle = 5_000_000 + at_us * 2600;
        Look { before: middle - width / 2, ticks: 77 + at_us * 100, after: middle + width / 2 }
    }

    #[test]
    fn a_millisecond_between_two_narrow_looks_gives_the_rate() {
        let rate = rate(look(0, 200), look(1000, 200), HPET_HZ, u64::MAX).expect("clocks run");
        assert_eq!(rate.hz, 2_600_000_000);
        assert!(rate.doubt_ppm < 100, "{rate:?}");
    }

    #[test]
    fn wide_looks_are_doubted() {
        let rate = rate(look(0, 200), look(1000, 260_000), HPET_HZ, u64::MAX).expect("clocks run");
        assert!(rate.doubt_ppm > 40_000, "{rate:?}");
    }

    #[test]
    fn a_counter_that_wraps_around_in_between_is_followed() {
        let first = Look { ticks: 0xff_ff00, ..look(0, 0) };
        let last = Look { ticks: 0x00_0100, ..look(1000, 0) };
        let rate = rate(first, last, 512_000, 0xff_ffff).expect("clocks run");
        assert_eq!(rate.hz, 2_600_000_000);
    }

    #[test]
    fn a_clock_that_stands_still_gives_no_rate() {
        assert_eq!(rate(look(1, 0), Look { ticks: 177, ..look(1000, 0) }, HPET_HZ, u64::MAX), None);
        assert_eq!(rate(look(1, 0), look(1, 0), HPET_HZ, u64::MAX), None);
    }

    #[test]
    fn the_best_of_some_looks_is_the_narrowest() {
        use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
        static NOW: AtomicU64 = AtomicU64::new(0);
        let mut takes = [900, 200, 4000].into_iter();
        let best =
            best_of(3, || NOW.load(Relaxed), &mut || NOW.fetch_add(takes.next().expect("three"), Relaxed));
        assert_eq!(best, Look { before: 900, ticks: 900, after: 1100 });
    }

    #[test]
    fn rates_agree_within_their_doubt() {
        let sure = |hz| Rate { hz, doubt_ppm: 10 };
        assert!(agree(sure(2_600_000_000), sure(2_600_900_000)));
        assert!(!agree(sure(2_600_000_000), sure(2_610_000_000)));
        assert!(agree(sure(2_600_000_000), Rate { hz: 2_610_000_000, doubt_ppm: 5000 }));
    }
}
