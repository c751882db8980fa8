//! The machine as the image gets it, and the rest of the ladder, which no device waits for.

use alloc::vec::Vec;

use spin::Mutex;

use super::Cmdline;
use super::rungs::Rungs;
use super::start::{BootError, or_die};
use crate::arch;
use crate::arch::clock::Calibration;
use crate::{task, virtio};

/// The machine as found at boot; lives as long as the kernel.
#[derive(Debug)]
pub struct Machine {
    /// The command line.
    pub cmdline: Cmdline,
    /// Time stamp counter at the kernel's first instruction.
    pub entry_tsc: u64,
    /// Where the memory went.
    pub memory: Memory,
    /// The virtio functions that can be used, in bus order, which is the order of their names.
    pub devices: Vec<virtio::Device>,
    /// The rungs so far; taken when the last ones are climbed.
    pub(super) rungs: Mutex<Option<Rungs>>,
}

/// Where the memory went, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// RAM the firmware gave to the kernel.
    pub usable: u64,
    /// The heap.
    pub heap: u64,
    /// The DMA page pool.
    pub pool: u64,
}

impl Machine {
    /// Climbs the last rungs: interrupts, the firmware's tables, the clocks, the other cores. The image calls this once, on
    /// the boot core, as soon as it has started what must come first; another call does nothing but `meanwhile`. Before,
    /// nothing interrupts, time stands still at zero, so no timer fires and no core sleeps, and no other core is there.
    ///
    /// The clocks are looked at twice, at least a millisecond apart: `meanwhile` is done in between.
    pub fn complete(&self, meanwhile: impl FnOnce()) {
        let Some(mut rungs) = self.rungs.lock().take() else { return meanwhile() };
        let mut rung = |name| rungs.reached(name, arch::tsc());
        rung("what comes first");
        or_die(arch::apic::init().map_err(BootError::Memory)); // local APIC on, 8259s off
        arch::enable_interrupts();
        let acpi = arch::firmware::tables();
        or_die(arch::idt::register_rows().map_err(BootError::Interrupts)); // the timer in /dev/irqalloc
        let calibration = Calibration::begin(acpi); // first look at the clocks
        rung("clock, first look");
        meanwhile();
        rung("meanwhile");
        let tsc_hz = or_die(calibration.finish().ok_or(BootError::NoClock)); // last look, at least a millisecond later
        rung("clock");
        arch::smp::start_others(&acpi.processors); // each on its own stacks, to its first task
        task::show_sources(); // of this core, to the others
        rung("other cores");
        rungs.log(tsc_hz);
    }

    /// Rate of the time stamp counter.
    ///
    /// # Panics
    /// Before [`Machine::complete`].
    pub fn tsc_hz(&self) -> u64 {
        arch::clock::tsc_hz().expect("the image completes the machine before it measures time")
    }
}
