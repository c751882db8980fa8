//! When each rung of the boot ladder was reached: stamps now, text when there is time for it. Pure.

use crate::debug;
use crate::log::{self, Level};

/// Rungs that can be noted; more are a defect of ours and not noted.
const RUNGS_MAX: usize = 16;

/// The rungs reached so far.
#[derive(Debug, Clone)]
pub struct Rungs {
    entry_tsc: u64,
    reached: [(&'static str, u64); RUNGS_MAX],
    len: usize,
}

impl Rungs {
    /// None yet, on the way since `entry_tsc`.
    pub const fn start(entry_tsc: u64) -> Self {
        const NONE: [(&str, u64); RUNGS_MAX] = [("", 0); RUNGS_MAX];
        Self { entry_tsc, reached: NONE, len: 0 }
    }

    /// Notes that a rung is reached. Not inlined: see `boot`.
    #[inline(never)]
    pub fn reached(&mut self, name: &'static str, tsc: u64) {
        if let Some(place) = self.reached.get_mut(self.len) {
            *place = (name, tsc);
            self.len += 1;
        }
    }

    /// Name, nanoseconds since the rung before, nanoseconds since the kernel's entry.
    pub fn times(&self, tsc_hz: u64) -> impl Iterator<Item = (&'static str, u64, u64)> + '_ {
        let ns = move |cycles: u64| (u128::from(cycles) * 1_000_000_000 / u128::from(tsc_hz.max(1))) as u64;
        let mut before = self.entry_tsc;
        self.reached[..self.len].iter().map(move |&(name, tsc)| {
            let step = tsc.wrapping_sub(before);
            before = tsc;
            (name, ns(step), ns(tsc.wrapping_sub(self.entry_tsc)))
        })
    }

    /// Logs them at debug level.
    pub fn log(&self, tsc_hz: u64) {
        if !log::enabled(Level::Debug) {
            return;
        }
        for (name, step_ns, total_ns) in self.times(tsc_hz) {
            debug!("boot: {:>6} us, {:>5} us more: {name}", total_ns / 1000, step_ns / 1000);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn steps_add_up_to_the_way_from_the_entry() {
        let mut rungs = Rungs::start(1000);
        rungs.reached("memory", 3000);
        rungs.reached("clock", 10_000);
        let times: Vec<_> = rungs.times(2_000_000_000).collect();
        assert_eq!(times, [("memory", 1000, 1000), ("clock", 3500, 4500)]);
    }

    #[test]
    fn a_ladder_too_long_keeps_its_first_rungs() {
        let mut rungs = Rungs::start(0);
        for tsc in 1..=100 {
            rungs.reached("rung", tsc);
        }
        assert_eq!(rungs.times(1).count(), RUNGS_MAX);
    }
}
