//! The kernel's last words. They go to the serial port directly, like those of a fault: the code that
//! panicked may hold the lock of the log.

use core::fmt::Write;
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::arch;
use crate::boot::ExitCode;

/// Set by the first panic; a second one, out of the report of the first, only ends the machine.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Prints where and why, and ends the machine with [`ExitCode::PANIC`].
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    if !PANICKED.swap(true, Ordering::AcqRel) {
        crate::log::flush();
        let mut out = arch::com1::Direct;
        // Writing to the port cannot fail: what it does not take is dropped.
        let _ = match info.location() {
            Some(at) => writeln!(out, "panic at {}:{}: {}", at.file(), at.line(), info.message()),
            None => writeln!(out, "panic: {}", info.message()),
        };
        let _ = writeln!(out, "this is a defect of the kernel itself; the machine ends here");
    }
    arch::exit(ExitCode::PANIC.0)
}
