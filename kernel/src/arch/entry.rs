//! The first instructions: `entry.s`, and the two Rust functions it calls: one on the boot core, one on each other.

use core::arch::global_asm;
use core::sync::atomic::{AtomicU32, AtomicU64};

use crate::boot::CORES_MAX;
use crate::mem::layout::{CORE_BYTES, Stack};

/// Time stamp counter at the kernel's first instruction. Written once, by `entry.s`, before any Rust code
/// runs.
static mut ENTRY_TSC: u64 = 0;

/// Time stamp counter at the kernel's first instruction.
pub fn entry_tsc() -> u64 {
    // SAFETY: written only by `entry.s` before the first Rust function; read-only ever since.
    unsafe { ENTRY_TSC }
}

/// The number of the core that arrives next. Counted up by each core that arrives, in `entry.s`.
static NEXT_CORE: AtomicU32 = AtomicU32::new(1);

/// The page tables of every core but the first. Written before any other core is woken.
pub(super) static PAGE_TABLES: AtomicU64 = AtomicU64::new(0);

global_asm!(
    include_str!("entry.s"),
    entry_tsc = sym ENTRY_TSC,
    start = sym start,
    next_core = sym NEXT_CORE,
    page_tables = sym PAGE_TABLES,
    cores_max = const CORES_MAX,
    first_stack_top = const Stack::Main.top(0),
    core_stack_bytes = const CORE_BYTES,
    core_main = sym super::smp::core_main,
);

unsafe extern "C" {
    static trampoline: u8;
    static trampoline_end: u8;
}

/// What a core executes first, to be copied to a page below 1 MiB.
pub(super) fn trampoline_code() -> &'static [u8] {
    let (start, end) = (&raw const trampoline, &raw const trampoline_end);
    // SAFETY: the two symbols are the ends of one piece of the image's constants.
    unsafe { core::slice::from_raw_parts(start, end.addr() - start.addr()) }
}

/// Called once, by `entry.s`, on the boot stack.
extern "sysv64" fn start(start_info: u64) -> ! {
    crate::boot::start::boot_core(start_info)
}
