//! Leaving the boot stack for the core's own.

use core::arch::asm;

/// Continues with `next(argument)` on the stack that ends at `top`.
///
/// # Safety
/// The stack is mapped, unused, and its top is 16-byte aligned. The present stack stays as it is: nobody continues on it.
pub(crate) unsafe fn continue_on(top: u64, next: extern "sysv64" fn(u64) -> !, argument: u64) -> ! {
    // SAFETY: the caller's promise. `call` leaves the alignment a function expects; `next` does not return.
    unsafe {
        asm!(
            "mov rsp, {top}",
            "xor ebp, ebp",
            "call {next}",
            "ud2",
            top = in(reg) top,
            next = in(reg) next,
            in("rdi") argument,
            options(noreturn),
        )
    }
}
