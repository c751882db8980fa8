//! Every atomic of the crate comes from here, so that the models under `cfg(loom)` check the code that ships.
//!
//! The bitmap's words are [`Word`]s. Outside of loom a `Word` is bitvec's `BitAccess` on an `AtomicU64`: one
//! operation that changes a mask and returns the old word. `BitAccess` is relaxed throughout, so the two fences that
//! hand a page's contents from its last owner to its next one stand here, once: release before bits are set (freed),
//! acquire after bits were cleared (claimed). On x86-64 neither is an instruction.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

#[cfg(not(loom))]
use bitvec::{access::BitAccess, index::BitMask};

/// 64 pages of the bitmap: a set bit is a free page.
#[derive(Debug)]
pub(crate) struct Word(AtomicU64);

impl Word {
    pub(crate) const BITS: usize = u64::BITS as usize;

    pub(crate) fn new(bits: u64) -> Self {
        Self(AtomicU64::new(bits))
    }

    /// A look that decides nothing: what it shows may be gone by the time a claim arrives.
    #[inline]
    pub(crate) fn peek(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Clears the bits of `mask` and returns the old word: the caller now owns `old & mask`.
    #[inline]
    pub(crate) fn claim(&self, mask: u64) -> u64 {
        #[cfg(not(loom))]
        let old = self.0.clear_bits(BitMask::new(mask));
        #[cfg(loom)]
        let old = self.0.fetch_and(!mask, Ordering::Relaxed);
        // Pairs with the release fence of whoever set these bits; the words in between are all read-modify-writes,
        // so the release sequence is unbroken.
        fence(Ordering::Acquire);
        old
    }

    /// Sets the bits of `mask` and returns the old word: a bit that was set already was freed twice.
    #[inline]
    pub(crate) fn release(&self, mask: u64) -> u64 {
        // Pairs with the acquire fence of whoever claims these bits next.
        fence(Ordering::Release);
        #[cfg(not(loom))]
        let old = self.0.set_bits(BitMask::new(mask));
        #[cfg(loom)]
        let old = self.0.fetch_or(mask, Ordering::Relaxed);
        old
    }
}
