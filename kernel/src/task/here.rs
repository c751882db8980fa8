//! Which core this is, and how it idles.
//!
//! In the image a core is a processor. On the host every thread that touches the executor is given a core of its own for
//! as long as it lives, so that tests run side by side and never meet unless they mean to.

use core::marker::PhantomData;

use super::core_table::{CORES, Core};
use super::run::Platform;
use crate::time::Instant;

/// Proof of running on a certain core. Cannot leave it: not Send.
pub(crate) struct Here {
    core: &'static Core,
    _not_send: PhantomData<*const ()>,
}

impl Here {
    pub(crate) fn index(&self) -> usize {
        self.core.index()
    }

    #[inline]
    pub(crate) fn core(&self) -> &'static Core {
        self.core
    }

    #[inline]
    fn on(index: usize) -> Here {
        Here { core: &CORES[index], _not_send: PhantomData }
    }
}

/// The core that runs this.
///
/// # Panics
/// On a host thread that is shutting down and has given its core back.
pub(crate) fn this() -> Here {
    try_this().expect("a thread that ends has no core any more")
}

#[cfg(target_os = "none")]
pub(crate) use machine::{CORES_MAX, Machine as ThisPlatform, interrupt, is_here, try_this};

#[cfg(not(target_os = "none"))]
pub(crate) use host::{CORES_MAX, Host as ThisPlatform, interrupt, is_here, try_this};

#[cfg(target_os = "none")]
mod machine {
    use core::cell::Cell;

    use super::{Here, Instant, Platform};
    use crate::irq::{self, table::TIMER_VECTOR};
    use crate::{arch, time};

    pub(crate) use crate::boot::CORES_MAX;

    #[inline]
    pub(crate) fn try_this() -> Option<Here> {
        Some(Here::on(arch::core_block::number()))
    }

    /// Is there a core of this number, with its loop running or soon to run?
    pub(crate) fn is_here(index: usize) -> bool {
        arch::smp::is_here(index)
    }

    /// Ends the sleep of a core, or the next one if it has not begun.
    #[cold]
    pub(crate) fn interrupt(index: usize) {
        arch::smp::interrupt(index);
    }

    /// The processor itself, for as long as a loop runs on it.
    pub(crate) struct Machine {
        /// Turns without work so far.
        turns: Cell<u32>,
        alarm: Cell<Alarm>,
    }

    /// What the core's timer was set to last.
    #[derive(Clone, Copy)]
    struct Alarm {
        /// When it fires, unless it has.
        at: Instant,
        /// How many timers, of whatever core, had fired when it was set.
        fired: u64,
    }

    /// Turns without work to one `pause`.
    ///
    /// QEMU's TCG leaves its translated code at a `pause` and takes the lock under which its main loop serves the devices:
    /// a core that pauses at every turn and the main loop put each other to sleep, and wake each other, for every piece
    /// of work. It is time that counts: with rounds of some 200 instructions, 64 turns made a raw port's round trip 71 us
    /// long and these make it 26 us. Without any, two threads of a processor core, or two guest cores on one host core,
    /// would get in each other's way.
    const TURNS_TO_A_PAUSE: u32 = 512;

    impl Machine {
        pub(crate) const fn new() -> Machine {
            Machine { turns: Cell::new(0), alarm: Cell::new(Alarm { at: Instant::ZERO, fired: 0 }) }
        }

        /// Sees to it that the timer fires at `until` at the latest; called with interrupts off, so that it cannot fire before
        /// the processor stops. False: it is time already.
        ///
        /// Nearly every sleep ends long before any deadline, and the next one's is a little later. So a timer that fires too
        /// early is left as it is, and wakes the core in vain once: setting it means that QEMU's main loop plans anew.
        fn set_alarm(&self, until: Instant) -> bool {
            let now = time::now();
            let fired = irq::table().count(TIMER_VECTOR);
            let alarm = self.alarm.get();
            // One that fires from here on is not counted yet, and ends the stop of the processor.
            let is_set = alarm.fired == fired && now < alarm.at;
            if !(is_set && alarm.at <= until) {
                if until <= now {
                    return false;
                }
                let reach = arch::set_timer((until - now).get());
                self.alarm.set(Alarm { at: now + reach, fired });
            }
            true
        }
    }

    impl Platform for Machine {
        fn relax(&self) {
            let turn = self.turns.get().wrapping_add(1);
            self.turns.set(turn);
            if turn.is_multiple_of(TURNS_TO_A_PAUSE) {
                core::hint::spin_loop();
            }
        }

        fn quiet(&self) -> bool {
            crate::log::flush_line()
        }

        fn sleep(&self, until: Option<Instant>, mut stay: impl FnMut() -> bool) {
            arch::wait_for_interrupt_unless(|| stay() || until.is_some_and(|until| !self.set_alarm(until)));
        }
    }
}

#[cfg(not(target_os = "none"))]
mod host {
    extern crate std;
    use core::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::{CORES, Here, Instant, Platform};
    use crate::time::{self, Nanos};

    /// One for each thread alive at once, which for a test run is one for each processor.
    pub(crate) const CORES_MAX: usize = 256;

    static TAKEN: [AtomicBool; CORES_MAX] = [const { AtomicBool::new(false) }; CORES_MAX];

    /// A thread's hold on its core.
    struct Claim {
        index: usize,
    }

    impl Claim {
        fn take() -> Claim {
            loop {
                let free = TAKEN.iter().position(|taken| {
                    taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
                });
                match free {
                    Some(index) => return Claim { index },
                    None => thread::yield_now(),
                }
            }
        }
    }

    impl Drop for Claim {
        fn drop(&mut self) {
            let left_over = CORES[self.index].take_all(&Here::on(self.index));
            drop(left_over);
            // Release: the next thread on this core finds it empty (pairs with the Acquire in `take`).
            TAKEN[self.index].store(false, Ordering::Release);
        }
    }

    std::thread_local! {
        static CLAIM: Claim = Claim::take();
    }

    /// A thread is a machine of one core to itself. What it asks of another's core it asks by a name it was given.
    pub(crate) fn is_here(index: usize) -> bool {
        try_this().is_some_and(|here| here.index() == index)
    }

    /// A thread that sleeps looks again by itself, soon.
    pub(crate) fn interrupt(_index: usize) {}

    pub(crate) fn try_this() -> Option<Here> {
        CLAIM.try_with(|claim| Here::on(claim.index)).ok()
    }

    /// A thread of the host. It naps instead of sleeping, since nothing interrupts it; with a frozen clock it jumps to
    /// the next deadline.
    pub(crate) struct Host;

    impl Host {
        pub(crate) const fn new() -> Host {
            Host
        }

        const NAP: Nanos = Nanos::from_micros(100);
    }

    impl Platform for Host {
        fn relax(&self) {
            if !time::testing::skip_to(time::now() + Nanos::from_micros(1)) {
                thread::yield_now();
            }
        }

        fn quiet(&self) -> bool {
            false
        }

        fn sleep(&self, until: Option<Instant>, mut stay: impl FnMut() -> bool) {
            if stay() || until.is_some_and(time::testing::skip_to) {
                return;
            }
            assert!(
                !time::testing::is_frozen(),
                "nothing will ever wake this core: no timer runs, the clock is frozen"
            );
            let nap = until.map_or(Self::NAP, |deadline| deadline.left().min(Self::NAP));
            thread::sleep(core::time::Duration::from_nanos(nap.get()));
        }
    }
}
