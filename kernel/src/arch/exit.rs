//! Ending the machine: QEMU's `isa-debug-exit` where it is present, otherwise cores that sleep for ever.

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicUsize, Ordering};

use super::com1::Direct;
use super::core_block;
use super::port::write_u8;
use super::smp;
use crate::boot::ExitCode;
use crate::log;

/// Where `-device isa-debug-exit,iobase=0xf4,iosize=4` listens.
const PORT: u16 = 0xf4;

/// Ends QEMU with status `code << 1 | 1`. Without the exit device all cores stop, log and memory intact.
pub fn exit(code: u8) -> ! {
    log::flush();
    smp::stop_others();
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

/// The core that is ending the machine, once there is one.
static DYING: AtomicUsize = AtomicUsize::new(NOBODY);
const NOBODY: usize = usize::MAX;

/// Ends the machine with [`ExitCode::PANIC`] and `report`, which begins with the number of this core. The first core that
/// comes here stops the others and speaks; it writes to the serial port directly and takes no lock that the code which
/// failed may hold. When it comes here again, out of its own report, it says no more.
pub(crate) fn die(report: impl FnOnce(&mut Direct) -> fmt::Result) -> ! {
    let core = core_block::number_at_any_time();
    match DYING.compare_exchange(NOBODY, core, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {
            log::close();
            smp::stop_others();
            // Writing to the port cannot fail: what it does not take is dropped.
            let _ = write!(Direct, "core {core}: ");
            let _ = report(&mut Direct);
            let _ = writeln!(Direct, "this is a defect of the kernel itself; the machine ends here");
        }
        Err(first) if first != core => halt(),
        Err(_) => {}
    }
    exit(ExitCode::PANIC.0)
}
