//! Does a core have to be interrupted to see what was left for it? The two halves of never missing it.
//!
//! A core that is awake looks at its ready bits by itself, and interrupting it would only cost. A core that sleeps does
//! not look. So who leaves something for a core (a ready bit, a request the core's device has to be watched for) looks
//! afterwards whether the core dozes, and interrupts it only then:
//!
//! | the core that goes to sleep | who leaves something |
//! |---|---|
//! | [`begin`](Doze::begin): says that it dozes | leaves it |
//! | full fence | full fence |
//! | looks at what was left for it | [`must_interrupt`](Doze::must_interrupt): looks whether the core dozes |
//! | sleeps if there is nothing | interrupts it if it does |
//!
//! Each side writes its own word, passes a full fence and reads the other's. Of two such sequences at least one sees the
//! other's word: either the core finds what was left, or it is interrupted.
//!
//! Of several who leave something, one interrupts: the one that takes the core's word back. It may be late, and take the
//! word that was given for a later sleep; the core may have run what was left by then, and the interrupt may come while
//! it is still awake. So the last look, which is taken with interrupts off, is also for the word
//! ([`is_undisturbed`](Doze::is_undisturbed)): where it has been taken back, an interrupt was or will be sent that has
//! this core look again, and it does not sleep. Sleeping turns interrupts on, so one sent after the last look ends it.

use super::sync::{AtomicBool, Ordering, Site};

/// Of each core.
#[derive(Debug)]
pub(crate) struct Doze {
    /// Set by the core itself before its last look; cleared by whoever interrupts it, and by itself.
    dozing: AtomicBool,
}

impl Doze {
    /// A core that is awake: `dozing` is false.
    pub(crate) const fn new(dozing: AtomicBool) -> Doze {
        Doze { dozing }
    }

    /// The core's half: from here on whoever leaves something for it interrupts it. Its last look follows.
    pub(crate) fn begin(&self) {
        self.dozing.store(true, Ordering::Relaxed);
        Site::Doze.full_fence();
    }

    /// At the last look, interrupts off: has nobody interrupted the core, or is about to, since it began?
    pub(crate) fn is_undisturbed(&self) -> bool {
        self.dozing.load(Ordering::Relaxed)
    }

    /// The core is awake.
    pub(crate) fn end(&self) {
        self.dozing.store(false, Ordering::Relaxed);
    }

    /// The other half, called behind the read-modify-write that has left something. True: the core has to be
    /// interrupted, and nobody else is told so.
    #[inline]
    pub(crate) fn must_interrupt(&self) -> bool {
        Site::Leave.full_fence_after_rmw();
        self.is_dozing()
            && self.dozing.compare_exchange(true, false, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// For who has left something behind a lock that the core takes, after [`begin`](Doze::begin), to look for it: if the
    /// core was there first, this sees that it dozes.
    pub(crate) fn is_dozing(&self) -> bool {
        self.dozing.load(Ordering::Relaxed)
    }
}
