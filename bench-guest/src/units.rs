//! Units as types, so that ticks are never added to nanoseconds or bytes compared with counts.

use core::fmt;

/// Ticks of the guest's time stamp counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticks(pub u64);

impl Ticks {
    /// The time from `earlier` to `self`; zero when the clock went backwards, which callers must look for
    /// themselves where it matters.
    pub const fn since(self, earlier: Ticks) -> Ticks {
        Ticks(self.0.saturating_sub(earlier.0))
    }

    /// These ticks as time, for a counter running at `rate`. A rate of zero gives zero.
    pub const fn at(self, rate: Hertz) -> Nanos {
        if rate.0 == 0 {
            return Nanos(0);
        }
        let nanos = self.0 as u128 * 1_000_000_000 / rate.0 as u128;
        Nanos(if nanos > u64::MAX as u128 { u64::MAX } else { nanos as u64 })
    }
}

/// Nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nanos(pub u64);

impl Nanos {
    /// This time in ticks of a counter running at `rate`, rounded down and saturating.
    pub const fn ticks(self, rate: Hertz) -> Ticks {
        let ticks = self.0 as u128 * rate.0 as u128 / 1_000_000_000;
        Ticks(if ticks > u64::MAX as u128 { u64::MAX } else { ticks as u64 })
    }

    /// In seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// In microseconds.
    pub fn micros(self) -> f64 {
        self.0 as f64 / 1e3
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0..1_000 => write!(f, "{} ns", self.0),
            1_000..1_000_000 => write!(f, "{}.{:01} us", self.0 / 1_000, self.0 % 1_000 / 100),
            1_000_000..1_000_000_000 => {
                write!(f, "{}.{:01} ms", self.0 / 1_000_000, self.0 % 1_000_000 / 100_000)
            }
            _ => write!(f, "{}.{:02} s", self.0 / 1_000_000_000, self.0 % 1_000_000_000 / 10_000_000),
        }
    }
}

/// Ticks per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hertz(pub u64);

/// A size or an amount of data in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl Bytes {
    /// In MiB.
    pub fn mib(self) -> f64 {
        self.0 as f64 / (1u64 << 20) as f64
    }
}

impl fmt::Display for Bytes {
    /// As fio writes sizes: `4k`, `1m`, `512`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut value, mut unit) = (self.0, "");
        for next in ["k", "m", "g", "t"] {
            if value == 0 || !value.is_multiple_of(1024) {
                break;
            }
            (value, unit) = (value / 1024, next);
        }
        write!(f, "{value}{unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn ticks_become_time_without_overflow() {
        assert_eq!(Ticks(3_000).at(Hertz(3_000_000_000)), Nanos(1_000));
        assert_eq!(Ticks(u64::MAX).at(Hertz(1)), Nanos(u64::MAX));
        assert_eq!(Ticks(5).at(Hertz(0)), Nanos(0));
        assert_eq!(Nanos(1_000).ticks(Hertz(3_000_000_000)), Ticks(3_000));
        assert_eq!(Ticks(5).since(Ticks(9)), Ticks(0));
    }

    #[test]
    fn sizes_and_times_are_printed_in_the_largest_fitting_unit() {
        assert_eq!(Bytes(4096).to_string(), "4k");
        assert_eq!(Bytes(1 << 20).to_string(), "1m");
        assert_eq!(Bytes(0).to_string(), "0");
        assert_eq!(Bytes(1000).to_string(), "1000");
        assert_eq!(Nanos(999).to_string(), "999 ns");
        assert_eq!(Nanos(44_250).to_string(), "44.2 us");
        assert_eq!(Nanos(1_950_000).to_string(), "1.9 ms");
        assert_eq!(Nanos(2_050_000_000).to_string(), "2.05 s");
    }
}
