//! Points in the code that an instrument outside of the guest finds by address: the plugin that counts the guest's
//! instructions under QEMU.
//!
//! A point is one instruction that does nothing, and an entry of two words, its address and kind, in the section
//! `.ninewire.points`, which is in the image's file and never loaded. The instruction is there to be nobody else's: a bare
//! address at the end of a branch would be met by those who did not take it, too. One point in the source can be several
//! in the image, where the compiler has made copies of it.
//!
//! The rule that makes counts repeat: what a core executes from the beginning of a round of its run loop to the point
//! [`PROGRESS`] counts, and what it executes elsewhere (rounds that found nothing to do, and waiting) does not. How often
//! a core looks in vain depends on the host; what it does when it has found something does not.

/// An instrument reads its counter here: before and after what is measured.
pub const MARK: u64 = 0;

/// A round of the run loop begins.
pub const ROUND: u64 = 1;

/// A round that did something ends.
pub const PROGRESS: u64 = 2;

/// Makes a point of this kind. Nothing on the host, where nobody watches.
macro_rules! point {
    ($kind:ident) => {
        #[cfg(target_os = "none")]
        // SAFETY: the instruction does nothing, and the entry is in a section that is not loaded.
        unsafe {
            core::arch::asm!(
                "2: nop",
                ".pushsection .ninewire.points,\"\",@progbits",
                ".quad 2b, {kind}",
                ".popsection",
                kind = const $crate::points::$kind,
                options(nostack, preserves_flags),
            );
        }
    };
}

pub(crate) use point;

/// The mark: called right before and right after what is measured.
#[inline(never)]
pub fn mark() {
    point!(MARK);
}
