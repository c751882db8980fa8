//! The one place the crate takes its atomics, its cells and its full fence from, so that the models under `cfg(loom)` check
//! the code that ships.
//!
//! Words of ring memory ([`SharedU16`] and its like) lie at addresses the device knows, which loom's atomics cannot; in the
//! models they are looked up by address. The other tests count through them which cache lines move.
//!
//! Every ordering that carries a proof goes through a [`Site`], so that each model can be run once more with that one
//! ordering weakened, and must fail then. (The crate of the pages has a module like this, with its own words and sites: what
//! both could share are twenty lines of test code, which would have to be public there.)

#[cfg(all(test, not(loom)))]
pub(crate) use crate::lines::{SharedU16, SharedU32, SharedU64};
#[cfg(all(test, loom))]
pub(crate) use crate::models::memory::{SharedU16, SharedU32, SharedU64};
#[cfg(not(all(test, loom)))]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
#[cfg(not(test))]
pub(crate) use core::sync::atomic::{AtomicU16 as SharedU16, AtomicU32 as SharedU32, AtomicU64 as SharedU64};
#[cfg(all(test, loom))]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// The places whose ordering something depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Site {
    /// What a chain says comes before the index or tag that makes it available: the driver's half.
    Publish,
    /// What the device wrote comes before the driver's look at it: the driver's half.
    Used,
    /// The driver's index or tag before its look at the device's wish for a kick.
    Kick,
    /// The driver's wish for an interrupt before its look at the device's index or tag.
    Arm,
    /// The device's index or tag before its look at the driver's wish for an interrupt.
    #[cfg(any(test, feature = "device"))]
    DeviceInterrupt,
    /// The device's wish for a kick before its look at the driver's index or tag.
    #[cfg(any(test, feature = "device"))]
    DeviceArm,
    /// Shared ring: descriptors taken have been given back by whoever had them before: the taker's half.
    Take,
    /// Shared ring: the giver's half.
    Give,
    /// Shared ring: what the last publisher knew is known to the next: the next one's half.
    Begin,
    /// Shared ring: the last publisher's half.
    End,
    /// Shared ring: a chain left for the publisher is written: the submitter's half.
    Leave,
    /// Shared ring: the publisher's half.
    Collect,
    /// Shared ring: a chain on record is stored: the publisher's half.
    Record,
    /// Shared ring: the consumer's half.
    Confirm,
    /// Shared ring: what the last consumer knew is known to the next: the next one's half.
    Consume,
    /// Shared ring: the last consumer's half.
    Release,
}

impl Site {
    /// The ordering used here: `ordering`, except in a model's mutant.
    #[inline(always)]
    pub(crate) fn order(self, ordering: Ordering) -> Ordering {
        #[cfg(all(test, loom))]
        if mutant::weakens(self) {
            return Ordering::Relaxed;
        }
        ordering
    }

    /// The full fence between publishing one's own word and reading the word by which the other side asks to be left
    /// alone.
    ///
    /// Each side stores its own word and then loads the other's. Without a fence ordering that store before that load on
    /// both sides, both may read the old value: neither notifies, both sleep (virtio 1.2, 2.7.13.3.1 and 2.7.9). A
    /// release store and an acquire load do not order it, not even on x86.
    #[inline(always)]
    pub(crate) fn full_fence(self) {
        #[cfg(all(test, loom))]
        if mutant::weakens(self) {
            return;
        }
        fence(Ordering::SeqCst);
    }

    /// The same right behind a read-modify-write of this thread, successful or not.
    ///
    /// On x86-64 the locked instruction has been the fence already (Intel SDM volume 3, 9.2.3.9; AMD APM volume 2,
    /// 7.4.2), so only the compiler must be held back; elsewhere, and in the models, it is a real one.
    #[inline(always)]
    pub(crate) fn full_fence_after_rmw(self) {
        #[cfg(all(target_arch = "x86_64", not(loom), not(miri)))]
        core::sync::atomic::compiler_fence(Ordering::SeqCst);
        #[cfg(not(all(target_arch = "x86_64", not(loom), not(miri))))]
        self.full_fence();
    }
}

#[cfg(not(all(test, loom)))]
use core::sync::atomic::fence;
#[cfg(all(test, loom))]
use loom::sync::atomic::fence;

/// Weakens one site for the models that must fail.
#[cfg(all(test, loom))]
pub(crate) mod mutant {
    use super::Site;
    use core::cell::Cell;

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

#[cfg(all(test, loom))]
pub(crate) use loom::cell::UnsafeCell;

/// Memory of ours whose owner changes by what atomics say. Outside of the models nothing but core's cell.
#[cfg(not(all(test, loom)))]
pub(crate) struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

#[cfg(not(all(test, loom)))]
impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(core::cell::UnsafeCell::new(value))
    }

    #[inline(always)]
    pub(crate) fn with<R>(&self, look: impl FnOnce(*const T) -> R) -> R {
        look(self.0.get())
    }

    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, change: impl FnOnce(*mut T) -> R) -> R {
        change(self.0.get())
    }
}
