//! The atomics and the full fence of [`doze`](super::doze), in one place so that its model can put others there.

pub(crate) use core::sync::atomic::{AtomicBool, Ordering, compiler_fence, fence};

/// The places where a full fence stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Site {
    /// Between saying that a core dozes and its last look.
    Doze,
    /// Between leaving something for a core and looking whether it dozes.
    Leave,
}

impl Site {
    /// Whatever this core wrote before is seen by every core that reads it after a full fence of its own, or this core
    /// reads what that one wrote.
    #[inline(always)]
    pub(crate) fn full_fence(self) {
        fence(Ordering::SeqCst);
    }

    /// The same right behind a read-modify-write of this core: on x86-64 the locked instruction has been the fence
    /// already (Intel SDM volume 3, 9.2.3.9), so only the compiler must be held back.
    #[inline(always)]
    pub(crate) fn full_fence_after_rmw(self) {
        if cfg!(all(target_arch = "x86_64", not(miri))) {
            compiler_fence(Ordering::SeqCst);
        } else {
            self.full_fence();
        }
    }
}
