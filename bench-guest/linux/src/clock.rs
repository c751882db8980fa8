//! The system's monotonic clock, which a program reads without entering the kernel where the vDSO allows it.

use std::time::Instant;

use ninewire_bench_guest::target::Clock;
use ninewire_bench_guest::units::{Hertz, Ticks};

/// Nanoseconds since it was made.
#[derive(Clone, Copy, Debug)]
pub struct Monotonic {
    began: Instant,
}

impl Monotonic {
    /// One that begins now.
    pub fn new() -> Self {
        Monotonic { began: Instant::now() }
    }
}

impl Default for Monotonic {
    fn default() -> Self {
        Monotonic::new()
    }
}

impl Clock for Monotonic {
    #[inline]
    fn now(&self) -> Ticks {
        Ticks(self.began.elapsed().as_nanos() as u64)
    }

    fn rate(&self) -> Hertz {
        Hertz(1_000_000_000)
    }
}
