//! Time: the time stamp counter, its rate, and the clocks it is held against.
//!
//! Under QEMU the counter runs at a constant rate (with TCG it is the host's own), but no CPUID leaf tells
//! the rate. So it is measured at boot against the best clock there is and checked against the next best. Something
//! else is done in the time between the two looks at the clocks.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::apic;
use super::port;
use crate::boot::acpi::{Acpi, PmTimer};
use crate::boot::rate::{Look, Rate, agree, best_of, rate};
use crate::mem;
use crate::mem::mmio::Mmio;
use crate::{debug, warn};

/// Rate of the time stamp counter, 0 until calibrated.
static TSC_HZ: AtomicU64 = AtomicU64::new(0);

/// Did a second clock give the same rate?
static CONFIRMED: AtomicBool = AtomicBool::new(false);

/// Has a clock of another making confirmed the rate?
pub fn confirmed() -> bool {
    CONFIRMED.load(Ordering::Relaxed)
}

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

/// A clock of known rate.
#[derive(Debug, Clone, Copy)]
enum Reference {
    Hpet { registers: Mmio, hz: u64 },
    PmTimer(PmTimer),
    Pit,
}

/// HPET registers (IA-PC HPET 1.0a, 2.3). They are read in halves: not every QEMU takes 64-bit accesses.
const HPET_BYTES: usize = 0x400;
const HPET_PERIOD_FS: usize = 0x04;
const HPET_CONFIG: usize = 0x10;
const HPET_COUNTER: usize = 0xf0;
const HPET_ENABLE: u32 = 1;
/// The standard's largest period, 100 ns.
const HPET_PERIOD_FS_MAX: u32 = 100_000_000;

const PM_TIMER_HZ: u64 = 3_579_545;
const PIT_HZ: u64 = 1_193_182;
const PIT_CHANNEL_2: u16 = 0x42;
const PIT_COMMAND: u16 = 0x43;
/// The port that opens channel 2's gate (bit 0) and silences the speaker (bit 1).
const PIT_GATE: u16 = 0x61;

impl Reference {
    fn hpet(address: u64) -> Option<Self> {
        let registers = mem::map_device(address, HPET_BYTES).ok()?;
        let period_fs = registers.read_u32(HPET_PERIOD_FS);
        if period_fs == 0 || period_fs > HPET_PERIOD_FS_MAX {
            return None;
        }
        registers.write_u32(HPET_CONFIG, registers.read_u32(HPET_CONFIG) | HPET_ENABLE);
        Some(Self::Hpet { registers, hz: 1_000_000_000_000_000 / u64::from(period_fs) })
    }

    fn pit() -> Self {
        port::write_u8(PIT_GATE, port::read_u8(PIT_GATE) & !2 | 1);
        port::write_u8(PIT_COMMAND, 0b1011_0100); // channel 2, both bytes, rate generator, binary
        port::write_u8(PIT_CHANNEL_2, 0); // from 65536
        port::write_u8(PIT_CHANNEL_2, 0);
        Self::Pit
    }

    fn hz(&self) -> u64 {
        match *self {
            Self::Hpet { hz, .. } => hz,
            Self::PmTimer(_) => PM_TIMER_HZ,
            Self::Pit => PIT_HZ,
        }
    }

    /// The count is meant modulo this plus one.
    fn mask(&self) -> u64 {
        match *self {
            Self::Hpet { .. } | Self::PmTimer(PmTimer { wide: true, .. }) => u64::from(u32::MAX),
            Self::PmTimer(_) => 0xff_ffff,
            Self::Pit => 0xffff,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Hpet { .. } => "HPET",
            Self::PmTimer(_) => "ACPI timer",
            Self::Pit => "PIT",
        }
    }

    fn ticks(&self) -> u64 {
        match self {
            Self::Hpet { registers, .. } => u64::from(registers.read_u32(HPET_COUNTER)),
            Self::PmTimer(timer) => u64::from(port::read_u32(timer.port)),
            Self::Pit => {
                port::write_u8(PIT_COMMAND, 0b1000_0000); // latch channel 2
                let low = port::read_u8(PIT_CHANNEL_2);
                let high = port::read_u8(PIT_CHANNEL_2);
                // It counts down.
                u64::from(u16::from_le_bytes([low, high])).wrapping_neg()
            }
        }
    }

    #[inline(never)] // see `boot`
    fn look(&self) -> Look {
        best_of(LOOKS, tsc, &mut || self.ticks())
    }
}

/// Looks of which the narrowest counts.
const LOOKS: usize = 5;
/// Shortest time between first and last look.
const WINDOW_US: u64 = 1000;
/// The window of a second try, when the clocks disagreed: the host may have been away during a look.
const LONG_WINDOW_US: u64 = 10_000;

/// A measurement under way, from the first looks to the last.
pub(crate) struct Calibration {
    reference: Reference,
    check: Option<Reference>,
    first: Look,
    first_check: Option<Look>,
    timer: apic::FreeRunning,
    timer_first: Look,
}

impl Calibration {
    /// Picks the clocks and takes the first looks.
    pub(crate) fn begin(acpi: &Acpi) -> Self {
        let hpet = acpi.hpet.and_then(Reference::hpet);
        let pm_timer = acpi.pm_timer.map(Reference::PmTimer);
        let (reference, check) = match (hpet, pm_timer) {
            (Some(hpet), Some(pm_timer)) => (hpet, Some(pm_timer)),
            (Some(only), None) | (None, Some(only)) => (only, Some(Reference::pit())),
            (None, None) => (Reference::pit(), None),
        };
        let timer = apic::FreeRunning::start();
        let timer_first = look_at_timer(&timer);
        Self {
            first: reference.look(),
            first_check: check.as_ref().map(Reference::look),
            reference,
            check,
            timer,
            timer_first,
        }
    }

    /// Waits for what is left of the window, takes the last looks and sets the rates. `None` if the clocks
    /// stand still.
    pub(crate) fn finish(mut self) -> Option<u64> {
        let (mut measured, mut checked) = self.measure(WINDOW_US)?;
        if checked.is_some_and(|checked| !agree(measured, checked)) {
            self.first = self.reference.look();
            self.first_check = self.check.as_ref().map(Reference::look);
            (measured, checked) = self.measure(LONG_WINDOW_US)?;
        }
        let name = self.reference.name();
        debug!("tsc: {} Hz by the {name}, to {} ppm", measured.hz, measured.doubt_ppm);
        if let (Some(checked), Some(check)) = (checked, self.check) {
            debug!("tsc: {} Hz by the {}, to {} ppm", checked.hz, check.name(), checked.doubt_ppm);
            CONFIRMED.store(agree(measured, checked), Ordering::Relaxed);
            if !confirmed() {
                let (hz, other) = (measured.hz, checked.hz);
                warn!(
                    "clocks disagree: {hz} Hz by the {name}, {other} Hz by the {}; times are doubtful",
                    check.name()
                );
            }
        }
        let timer_last = look_at_timer(&self.timer);
        // The timer's rate out of the counter's: the same sum with the sides exchanged.
        let cycles_a_tick = rate(self.timer_first, timer_last, 1_000_000_000, u64::from(u32::MAX))?;
        self.timer.finish(measured.hz.checked_mul(1_000_000_000)? / cycles_a_tick.hz.max(1));
        TSC_HZ.store(measured.hz, Ordering::Relaxed);
        Some(measured.hz)
    }

    /// The rate by the reference and by the check, over at least `window_us` by the reference.
    fn measure(&self, window_us: u64) -> Option<(Rate, Option<Rate>)> {
        let (hz, mask) = (self.reference.hz(), self.reference.mask());
        let enough = hz * window_us / 1_000_000;
        // A clock that stands still ends the wait too: this many cycles are a second on any processor we may
        // meet.
        const CYCLES_MAX: u64 = 10_000_000_000;
        while self.reference.ticks().wrapping_sub(self.first.ticks) & mask < enough {
            if tsc().wrapping_sub(self.first.after) > CYCLES_MAX {
                return None;
            }
            core::hint::spin_loop();
        }
        let measured = rate(self.first, self.reference.look(), hz, mask)?;
        let checked = self
            .check
            .zip(self.first_check)
            .and_then(|(check, first)| rate(first, check.look(), check.hz(), check.mask()));
        Some((measured, checked))
    }
}

#[inline(never)] // see `boot`
fn look_at_timer(timer: &apic::FreeRunning) -> Look {
    best_of(LOOKS, tsc, &mut || u64::from(timer.ticks()))
}
