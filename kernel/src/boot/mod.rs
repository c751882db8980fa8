//! From the boot loader's hands to the image's `main`: what was handed over, and the ladder that makes a
//! machine of it. The last rungs are climbed when the image says so, which has its devices by then.
//!
//! Under emulation nearly all the time of a boot goes into translating code that runs once, about a
//! microsecond an instruction. So what is called often while booting is marked `inline(never)`: it is
//! translated once, not at every place it is called from.

pub mod acpi;
pub mod cmdline;
#[cfg(target_os = "none")]
mod machine;
pub mod pvh;
pub mod rate;
pub mod rungs;
#[cfg(target_os = "none")]
pub mod start;

pub use cmdline::Cmdline;
#[cfg(target_os = "none")]
pub use machine::{Machine, Memory};

/// Cores the kernel uses, at most.
pub const CORES_MAX: usize = 8;

/// The code the machine ends with. Through QEMU's `isa-debug-exit` a code `c` becomes the exit status `c << 1
/// | 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitCode(pub u8);

impl ExitCode {
    /// Everything asked for was done. QEMU's status: 33.
    pub const SUCCESS: Self = Self(0x10);
    /// Something asked for could not be done. QEMU's status: 35.
    pub const FAILURE: Self = Self(0x11);
    /// The kernel panicked or took a fault. QEMU's status: 37.
    pub const PANIC: Self = Self(0x12);
}

/// Names the image's `fn main(machine: &'static Machine) -> ExitCode`, called on the boot core when memory
/// and devices are ready; it calls `Machine::complete`. The machine ends with the code it returns.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(no_mangle)]
        extern "Rust" fn ninewire_main(machine: &'static $crate::boot::Machine) -> $crate::boot::ExitCode {
            let main: fn(&'static $crate::boot::Machine) -> $crate::boot::ExitCode = $main;
            main(machine)
        }
    };
}
