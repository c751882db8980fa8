//! The kernel's last words when one of its own invariants does not hold.

use core::fmt::Write;
use core::panic::PanicInfo;

use crate::arch;

/// Prints where and why, and ends the machine.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    arch::die(|out| match info.location() {
        Some(at) => writeln!(out, "panic at {}:{}: {}", at.file(), at.line(), info.message()),
        None => writeln!(out, "panic: {}", info.message()),
    })
}
