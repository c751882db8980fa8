//! The first instructions: `entry.s`, and the one Rust function it calls.

use core::arch::global_asm;

/// Time stamp counter at the kernel's first instruction. Written once, by `entry.s`, before any Rust code
/// runs.
static mut ENTRY_TSC: u64 = 0;

/// Time stamp counter at the kernel's first instruction.
pub fn entry_tsc() -> u64 {
    // SAFETY: written only by `entry.s` before the first Rust function; read-only ever since.
    unsafe { ENTRY_TSC }
}

global_asm!(
    include_str!("entry.s"),
    entry_tsc = sym ENTRY_TSC,
    start = sym start,
);

/// Called once, by `entry.s`, on the boot stack.
extern "sysv64" fn start(start_info: u64) -> ! {
    crate::boot::start::boot_core(start_info)
}
