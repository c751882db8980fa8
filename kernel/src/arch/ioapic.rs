//! The I/O APIC: interrupt lines to vectors (Intel 82093AA). Used for devices without message-signalled
//! interrupts.

use spin::{Mutex, Once};

use super::{apic, firmware};
use crate::boot::acpi::{self, Line, Lines, Routing};
use crate::irq::{self, NoSuchLine};
use crate::mem::{self, mmio::Mmio};

/// Registers: an index, and a window on the register it names.
const SELECT: usize = 0x00;
const WINDOW: usize = 0x10;
const BYTES: usize = 0x20;

const VERSION: u32 = 0x01;
/// First of the redirection entries, two registers each.
const REDIRECTION: u32 = 0x10;
const ACTIVE_LOW: u32 = 1 << 13;
const LEVEL: u32 = 1 << 15;

struct IoApic {
    /// Select and window are used together.
    registers: Mutex<Mmio>,
    pins: u32,
    first_interrupt: u32,
    lines: Lines,
}

/// Found when the first line is routed; `None` inside if there is none.
static IO_APIC: Once<Option<IoApic>> = Once::new();

/// Lets [`irq`] route lines through the I/O APIC, if there is one. Its pins are masked after reset, and stay
/// so until somebody wants them; it is not touched, nor looked for, before.
pub(crate) fn init() {
    irq::set_lines(&ThisMachine);
}

fn find() -> Option<IoApic> {
    let Routing { io_apic, lines } = firmware::tables().routing?;
    let acpi::IoApic { address, first_interrupt } = io_apic?;
    let registers = mem::map_device(address, BYTES).ok()?;
    let pins = (read(&registers, VERSION) >> 16 & 0xff) + 1;
    Some(IoApic { registers: Mutex::new(registers), pins, first_interrupt, lines })
}

fn read(registers: &Mmio, register: u32) -> u32 {
    registers.write_u32(SELECT, register);
    registers.read_u32(WINDOW)
}

fn write(registers: &Mmio, register: u32, value: u32) {
    registers.write_u32(SELECT, register);
    registers.write_u32(WINDOW, value);
}

struct ThisMachine;

impl irq::Lines for ThisMachine {
    fn route(&self, irq: u8, vector: u8) -> Result<(), NoSuchLine> {
        IO_APIC.call_once(find).as_ref().ok_or(NoSuchLine { irq })?.route(irq, vector)
    }
}

impl IoApic {
    fn route(&self, irq: u8, vector: u8) -> Result<(), NoSuchLine> {
        let Line { interrupt, active_low, level } = self.lines.get(irq).ok_or(NoSuchLine { irq })?;
        let pin = interrupt.checked_sub(self.first_interrupt).filter(|&pin| pin < self.pins);
        let low = REDIRECTION + 2 * pin.ok_or(NoSuchLine { irq })?;
        let polarity = if active_low { ACTIVE_LOW } else { 0 };
        let trigger = if level { LEVEL } else { 0 };
        let registers = self.registers.lock();
        // The destination first: the entry is live with the write of its lower half, which takes the mask
        // off.
        write(&registers, low + 1, apic::id() << 24);
        write(&registers, low, u32::from(vector) | polarity | trigger);
        Ok(())
    }
}
