//! Time: the time stamp counter, its rate, and the clocks it is held against.
//!
//! Under QEMU the counter runs at a constant rate (with TCG it is the host's own), but no CPUID leaf tells the rate, so
//! it is measured at boot against the HPET and checked against a second clock of another making.

use core::sync::atomic::{AtomicU64, Ordering};

/// Rate of the time stamp counter, 0 until calibrated.
static TSC_HZ: AtomicU64 = AtomicU64::new(0);

/// The time stamp counter, read in program order.
pub fn tsc() -> u64 {
    // SAFETY: reads a counter; every x86-64 processor has it, and nothing forbids it in ring 0.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Rate of the time stamp counter; `None` until it is calibrated.
pub fn tsc_hz() -> Option<u64> {
    Some(TSC_HZ.load(Ordering::Relaxed)).filter(|&hz| hz != 0)
}

/// Cycles of the time stamp counter as nanoseconds; `None` until it is calibrated.
pub fn cycles_to_ns(cycles: u64) -> Option<u64> {
    tsc_hz().map(|hz| (u128::from(cycles) * 1_000_000_000 / u128::from(hz)) as u64)
}
