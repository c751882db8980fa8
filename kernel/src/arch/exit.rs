//! Ending the machine: QEMU's `isa-debug-exit` where it is present, otherwise a core that sleeps for ever.

use super::port::write_u8;

/// Where `-device isa-debug-exit,iobase=0xf4,iosize=4` listens.
const PORT: u16 = 0xf4;

/// Ends QEMU with status `code << 1 | 1`. Without the exit device the core stops, log and memory intact.
pub fn exit(code: u8) -> ! {
    crate::log::flush();
    write_u8(PORT, code);
    halt()
}

/// Stops this core for good.
pub fn halt() -> ! {
    loop {
        x86_64::instructions::interrupts::disable();
        x86_64::instructions::hlt();
    }
}
