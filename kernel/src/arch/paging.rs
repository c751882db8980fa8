//! What the processor has to do with page tables; [`crate::mem::tables`] makes them.

use x86_64::PhysAddr;
use x86_64::registers::control::{Cr3, Cr3Flags};
use x86_64::structures::paging::PhysFrame;

/// Can a page be 1 GiB? (CPUID leaf 0x80000001, edx bit 26.)
pub(crate) fn has_one_gib_pages() -> bool {
    core::arch::x86_64::__cpuid(0x8000_0001).edx & (1 << 26) != 0
}

/// Makes the tables with this root those of this core.
///
/// # Safety
/// They map the running code, its stack and everything it will touch, and stay where they are.
pub(crate) unsafe fn activate(root: u64) {
    let root = PhysFrame::containing_address(PhysAddr::new(root));
    // SAFETY: the caller's promise.
    unsafe { Cr3::write(root, Cr3Flags::empty()) };
}
