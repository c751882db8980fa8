//! The local APIC of this core, by its memory-mapped registers (xAPIC): acknowledging interrupts, and the
//! one-shot timer. Register offsets: Intel SDM volume 3, table 11-1.

use core::fmt;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicU64, Ordering};

use super::port;
use crate::irq::table::{SPURIOUS_VECTOR, TIMER_VECTOR};
use crate::mem::mmio::Mmio;
use crate::time::Nanos;

/// Where every local APIC answers after reset; QEMU keeps it there.
const BASE: u64 = 0xfee0_0000;
const BYTES: usize = 4096;

const TASK_PRIORITY: usize = 0x80;
const EOI: usize = 0xb0;
const SPURIOUS: usize = 0xf0;
const COMMAND_LOW: usize = 0x300;
const COMMAND_HIGH: usize = 0x310;
const LVT_TIMER: usize = 0x320;
const LVT_LINT0: usize = 0x350;
const LVT_LINT1: usize = 0x360;
const LVT_ERROR: usize = 0x370;
const TIMER_INITIAL: usize = 0x380;
const TIMER_CURRENT: usize = 0x390;
const TIMER_DIVIDE: usize = 0x3e0;

const MASKED: u32 = 1 << 16;
const SOFTWARE_ENABLE: u32 = 1 << 8;
const DIVIDE_BY_1: u32 = 0b1011;
const LVT_NMI: u32 = 0b100 << 8;

/// Rate of the timer's counter, measured by [`super::clock`]; 0 until then.
static TIMER_HZ: AtomicU64 = AtomicU64::new(0);

/// The registers, once [`init`] has mapped them. The same physical address names each core's own APIC.
fn registers() -> Mmio {
    let base = NonNull::new(ptr::with_exposed_provenance_mut(BASE as usize)).expect("not 0");
    // SAFETY: `init` maps the page before anything else here is called, for good; it is no RAM.
    unsafe { Mmio::new(base, BYTES) }
}

/// Maps the registers and switches this core's APIC on. Interrupts of the old 8259 pair are masked for good.
pub fn init() -> Result<(), crate::mem::MapError> {
    crate::mem::map_device(BASE, BYTES)?;
    mask_8259();
    init_core();
    Ok(())
}

/// Per core: software enable, everything unmasked in priority, the timer one-shot and quiet.
pub fn init_core() {
    let apic = registers();
    apic.write_u32(SPURIOUS, SOFTWARE_ENABLE | u32::from(SPURIOUS_VECTOR));
    apic.write_u32(TASK_PRIORITY, 0);
    apic.write_u32(LVT_LINT0, MASKED);
    apic.write_u32(LVT_LINT1, LVT_NMI);
    apic.write_u32(LVT_ERROR, MASKED);
    apic.write_u32(TIMER_DIVIDE, DIVIDE_BY_1);
    apic.write_u32(TIMER_INITIAL, 0);
    apic.write_u32(LVT_TIMER, u32::from(TIMER_VECTOR));
}

/// This core's APIC id (CPUID leaf 1), which can be asked for before anything is mapped.
pub fn id() -> u32 {
    core::arch::x86_64::__cpuid(1).ebx >> 24
}

/// A core that can be interrupted from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target(u8);

impl Target {
    /// The core with this APIC id. `None`: the command register has no room for it, or it means everybody.
    pub(super) fn new(id: u32) -> Option<Self> {
        u8::try_from(id).ok().filter(|&id| id != 0xff).map(Self)
    }
}

/// Fields of the interrupt command register (Intel SDM volume 3, 11.6.1).
mod command {
    pub(super) const FIXED: u32 = 0;
    pub(super) const NMI: u32 = 0b100 << 8;
    pub(super) const INIT: u32 = 0b101 << 8;
    pub(super) const STARTUP: u32 = 0b110 << 8;
    pub(super) const PENDING: u32 = 1 << 12;
    pub(super) const ASSERT: u32 = 1 << 14;
}

/// How often the command register is looked at for the command before to have gone out. A look takes tens of
/// nanoseconds at least, so this is milliseconds; a command takes microseconds.
const LOOKS_MAX: u32 = 100_000;

/// The command before has not gone out, and never will: this one has been written over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stuck;

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the local APIC has not sent its last command, and was given the next one")
    }
}

/// Sends a command. The two halves belong together, so interrupts stay out: none of our handlers sends any, and so it
/// stays right if one ever does.
fn send(target: Target, command: u32) -> Result<(), Stuck> {
    let apic = registers();
    x86_64::instructions::interrupts::without_interrupts(|| {
        let went_out = apic.is_clear_within(LOOKS_MAX, COMMAND_LOW, command::PENDING);
        apic.write_u32(COMMAND_HIGH, u32::from(target.0) << 24);
        apic.write_u32(COMMAND_LOW, command | command::ASSERT);
        if went_out { Ok(()) } else { Err(Stuck) }
    })
}

/// Puts a core into the state in which it waits for [`send_startup`].
pub(super) fn send_init(target: Target) -> Result<(), Stuck> {
    send(target, command::INIT)
}

/// Starts a core that waits for it at the beginning of a page below 1 MiB.
pub(super) fn send_startup(target: Target, page: u8) -> Result<(), Stuck> {
    send(target, command::STARTUP | u32::from(page))
}

/// Interrupts a core.
pub(super) fn send_interrupt(target: Target, vector: u8) -> Result<(), Stuck> {
    send(target, command::FIXED | u32::from(vector))
}

/// Interrupts a core, whatever it is doing.
pub(super) fn send_nmi(target: Target) -> Result<(), Stuck> {
    send(target, command::NMI)
}

/// Acknowledges the interrupt being served.
pub(super) fn end_of_interrupt() {
    registers().write_u32(EOI, 0);
}

/// The timer fires once, `ns` from now; set again it forgets the earlier time. The farthest it reaches is its
/// 32-bit counter, about four seconds under QEMU: a longer wait fires early, and whoever waits looks at the
/// clock anyway. Says when it does fire.
pub fn set_timer(ns: u64) -> Nanos {
    const NS_A_SECOND: u128 = 1_000_000_000;
    let hz = u128::from(TIMER_HZ.load(Ordering::Relaxed).max(1));
    let ns = u128::from(ns).min(u128::from(u32::MAX) * NS_A_SECOND / hz);
    let ticks = ns * hz / NS_A_SECOND;
    registers().write_u32(TIMER_INITIAL, ticks.max(1) as u32);
    Nanos(ns as u64)
}

/// The timer's counter, counting down, for calibration; see [`super::clock`].
pub(super) struct FreeRunning;

impl FreeRunning {
    /// Starts it from the top with its interrupt masked.
    pub(super) fn start() -> Self {
        registers().write_u32(LVT_TIMER, MASKED | u32::from(TIMER_VECTOR));
        registers().write_u32(TIMER_INITIAL, u32::MAX);
        Self
    }

    /// Ticks since the start.
    pub(super) fn ticks(&self) -> u32 {
        u32::MAX - registers().read_u32(TIMER_CURRENT)
    }

    /// Ends it, and gives the timer its rate.
    pub(super) fn finish(self, hz: u64) {
        TIMER_HZ.store(hz, Ordering::Relaxed);
        registers().write_u32(TIMER_INITIAL, 0);
        registers().write_u32(LVT_TIMER, u32::from(TIMER_VECTOR));
    }
}

/// Moves the two 8259s away from the exception vectors and masks all their lines: their spurious interrupts,
/// the only ones left, then hit a vector nobody registered and are counted there.
fn mask_8259() {
    const FIRST: (u16, u8) = (0x20, 32);
    const SECOND: (u16, u8) = (0xa0, 40);
    for (chip, vector) in [FIRST, SECOND] {
        port::write_u8(chip, 0x11); // ICW1: edge triggered, cascaded, ICW4 follows
        port::write_u8(chip + 1, vector); // ICW2
        port::write_u8(chip + 1, if chip == FIRST.0 { 1 << 2 } else { 2 }); // ICW3: the cascade is on line 2
        port::write_u8(chip + 1, 1); // ICW4: 8086 mode
        port::write_u8(chip + 1, 0xff); // OCW1: all masked
    }
}
