//! x86 I/O ports of the machine's own parts (serial port, PIT, PCI configuration, debug exit).
//!
//! The functions are safe by the argument that the ports named by their callers are those of devices that
//! cannot write memory on their own account: a wrong value there spoils that device, never our memory. They
//! stay inside the kernel so that this remains true.

use x86_64::instructions::port::Port;

/// Reads one byte.
pub(crate) fn read_u8(port: u16) -> u8 {
    // SAFETY: see the head of this file.
    unsafe { Port::new(port).read() }
}

/// Writes one byte.
pub(crate) fn write_u8(port: u16, value: u8) {
    // SAFETY: see the head of this file.
    unsafe { Port::new(port).write(value) }
}

/// Reads four bytes.
pub(crate) fn read_u32(port: u16) -> u32 {
    // SAFETY: see the head of this file.
    unsafe { Port::new(port).read() }
}

/// Writes four bytes.
pub(crate) fn write_u32(port: u16, value: u32) {
    // SAFETY: see the head of this file.
    unsafe { Port::new(port).write(value) }
}
