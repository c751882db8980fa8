//! The kernel's last words.

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
        match info.location() {
            Some(at) => crate::error!("panic at {}:{}: {}", at.file(), at.line(), info.message()),
            None => crate::error!("panic: {}", info.message()),
        }
        crate::error!("this is a defect of the kernel itself; the machine ends here");
    }
    arch::exit(ExitCode::PANIC.0)
}
