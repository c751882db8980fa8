//! Every atomic of the crate comes from here, so that the models under `cfg(loom)` check the code that ships.
//!
//! The bitmap's words are [`Word`]s. Outside of loom a `Word` changes by bitvec's `BitAccess` on an `AtomicU64`: one
//! operation that sets or clears a mask and returns the old word. `BitAccess` is relaxed throughout, so the fences
//! that hand a page's contents from its last owner to its next one stand here, once: release before bits are set
//! (freed), acquire after bits were cleared (claimed). On x86-64 neither is an instruction. Loom knows no `BitAccess`
//! and takes acquire and release fences for stronger than they are, so the models use the operation that is weaker
//! than both: the read-modify-write that acquires or releases by itself.
//!
//! Every ordering that carries a proof goes through a [`Site`], so that each model can be run once more with that
//! one ordering weakened, and must fail then.

#[cfg(not(loom))]
use core::sync::atomic::fence;
#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
#[cfg(loom)]
use loom::sync::atomic::fence;
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

#[cfg(not(loom))]
use bitvec::{access::BitAccess, index::BitMask};

/// The places whose ordering something depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Site {
    /// What the last owner did to a page comes before what its next owner does: the next owner's half.
    Claim,
    /// The last owner's half.
    Release,
    /// A hint is not lost between a word that runs dry and a release into it.
    Hint,
    /// A window's reads come before its run goes home: the half of a window that is not the last.
    WindowDrop,
    /// The half of the window that finds out, by its own decrement, that it is the last.
    LastWindow,
    /// The half of the window that sees before that it is alone.
    SoleWindow,
}

impl Site {
    /// The ordering used here: `ordering`, except in a model's mutant.
    #[inline]
    pub(crate) fn order(self, ordering: Ordering) -> Ordering {
        #[cfg(loom)]
        if mutant::weakens(self) {
            return Ordering::Relaxed;
        }
        ordering
    }

    /// The fence that stands here, except in a model's mutant.
    #[inline]
    fn fence(self, ordering: Ordering) {
        #[cfg(loom)]
        if mutant::weakens(self) {
            return;
        }
        fence(ordering);
    }
}

/// Weakens one site for the models that must fail.
#[cfg(loom)]
pub(crate) mod mutant {
    use core::cell::Cell;

    use super::Site;

    std::thread_local! {
        static WEAK: Cell<Option<Site>> = const { Cell::new(None) };
    }

    pub(super) fn weakens(site: Site) -> bool {
        WEAK.get() == Some(site)
    }

    /// From here on, on this thread (loom runs a model's threads on one), `site` is weak.
    pub(crate) fn weaken(site: Option<Site>) {
        WEAK.set(site);
    }
}

/// 64 bits that are claimed by clearing and released by setting them.
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

    /// Clears the bits of `mask` and returns those of them that were set: they are the caller's now.
    #[inline]
    pub(crate) fn claim(&self, mask: u64) -> u64 {
        // The acquire pairs with the release of whoever set these bits; the writes in between are all
        // read-modify-writes, so the release sequence is unbroken.
        #[cfg(not(loom))]
        let old = {
            let old = self.0.clear_bits(BitMask::new(mask));
            Site::Claim.fence(Ordering::Acquire);
            old
        };
        #[cfg(loom)]
        let old = self.0.fetch_and(!mask, Site::Claim.order(Ordering::Acquire));
        old & mask
    }

    /// Clears one bit and says whether it was set: whether it is the caller's now. As `claim`, in a form for which
    /// x86-64 has one instruction.
    #[inline]
    pub(crate) fn claim_bit(&self, bit: usize) -> bool {
        self.claim(1 << bit) & (1 << bit) != 0
    }

    /// Clears the bits of `mask` if all of them are set, or none.
    #[inline]
    pub(crate) fn claim_all(&self, mask: u64) -> bool {
        let mut old = self.peek();
        while old & mask == mask {
            let acquire = Site::Claim.order(Ordering::Acquire);
            match self.0.compare_exchange_weak(old, old & !mask, acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => old = now,
            }
        }
        false
    }

    /// Sets the bits of `mask` and returns those of them that were set already: they were released twice.
    #[inline]
    pub(crate) fn release(&self, mask: u64) -> u64 {
        // Pairs with the acquire of whoever claims these bits next.
        #[cfg(not(loom))]
        let old = {
            Site::Release.fence(Ordering::Release);
            self.0.set_bits(BitMask::new(mask))
        };
        #[cfg(loom)]
        let old = self.0.fetch_or(mask, Site::Release.order(Ordering::Release));
        old & mask
    }

    /// Sets one bit and says whether it was clear, as it must be. As `release`, in a form for which x86-64 has one
    /// instruction.
    #[inline]
    pub(crate) fn release_bit(&self, bit: usize) -> bool {
        self.release(1 << bit) & (1 << bit) == 0
    }
}

/// A full fence right behind a read-modify-write of this thread: what follows is not read before that is visible.
///
/// On x86-64 the locked instruction has been the fence already (Intel SDM volume 3, 9.2.3.9; AMD APM volume 2,
/// 7.4.2), so only the compiler must be held back; elsewhere, and in the models, it is a real one.
#[inline]
pub(crate) fn full_fence_after_rmw() {
    #[cfg(all(target_arch = "x86_64", not(loom), not(miri)))]
    core::sync::atomic::compiler_fence(Site::Hint.order(Ordering::SeqCst));
    #[cfg(not(all(target_arch = "x86_64", not(loom), not(miri))))]
    Site::Hint.fence(Ordering::SeqCst);
}
