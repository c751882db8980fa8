//! Models: every interleaving and every weak-memory outcome of a core that goes to sleep while another leaves something
//! for it, by loom, with the code that ships. Each is run again with one of its fences taken away, and must fail then.
//!
//! Run by `RUSTFLAGS="--cfg loom" cargo test -p ninewire-kernel --lib --release models::`.

/// What `doze` is made of here.
pub(crate) mod sync {
    use core::cell::Cell;
    pub(crate) use loom::sync::atomic::{AtomicBool, Ordering};

    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(crate) enum Site {
        Doze,
        Leave,
    }

    std::thread_local! {
        static WEAK: Cell<Option<Site>> = const { Cell::new(None) };
    }

    impl Site {
        pub(crate) fn full_fence(self) {
            if WEAK.get() != Some(self) {
                loom::sync::atomic::fence(Ordering::SeqCst);
            }
        }

        pub(crate) fn full_fence_after_rmw(self) {
            self.full_fence();
        }
    }

    /// From here on, on this thread (loom runs a model's threads on one), this fence is not there.
    pub(crate) fn weaken(site: Option<Site>) {
        WEAK.set(site);
    }
}

#[path = "doze.rs"]
mod doze;

use doze::Doze;
use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use sync::Site;

fn explore(model: impl Fn() + Sync + Send + 'static) {
    // What `loom::model` does, with a bound on forced switches.
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// The model holds, and without the fence at any one of the two sites it does not.
fn holds_only_with_both_fences(model: impl Fn() + Sync + Send + Copy + 'static) {
    explore(model);
    for site in [Site::Doze, Site::Leave] {
        sync::weaken(Some(site));
        let fails = catch_unwind(AssertUnwindSafe(|| explore(model)));
        sync::weaken(None);
        assert!(fails.is_err(), "the model passes without the fence at {site:?}: it does not test it");
    }
}

/// A core: what others see of it, and the interrupt that ends its sleep.
struct Core {
    doze: Doze,
    ready: AtomicU64,
    interrupted: Mutex<bool>,
    wakes: Condvar,
    /// Its last look is for its own word too; not in the mutant.
    heeds_its_word: bool,
}

impl Core {
    fn new(heeds_its_word: bool) -> Core {
        Core {
            doze: Doze::new(AtomicBool::new(false)),
            ready: AtomicU64::new(0),
            interrupted: Mutex::new(false),
            wakes: Condvar::new(),
            heeds_its_word,
        }
    }

    fn wake(&self, slot: u32) {
        self.ready.fetch_or(1 << slot, Ordering::Release);
        if self.doze.must_interrupt() {
            *self.interrupted.lock().unwrap() = true;
            self.wakes.notify_one();
        }
    }

    /// Until it is interrupted. If nobody ever does, loom sees that nobody can go on, and the model fails.
    fn stop(&self) {
        let mut interrupted = self.interrupted.lock().unwrap();
        while !*interrupted {
            interrupted = self.wakes.wait(interrupted).unwrap();
        }
        *interrupted = false;
    }

    /// One sleep as the run loop has it: `arm` looks after what is with the devices, and says whether there is anything.
    /// An interrupt that comes before the last look is over by then.
    fn sleep(&self, arm: impl FnOnce() -> bool) {
        self.doze.begin();
        if !arm() {
            *self.interrupted.lock().unwrap() = false;
            let undisturbed = self.doze.is_undisturbed() || !self.heeds_its_word;
            if self.ready.load(Ordering::Acquire) == 0 && undisturbed {
                self.stop();
            }
        }
        self.doze.end();
    }
}

/// Two tasks are woken by two other cores.
fn runs(heeds_its_word: bool) {
    let core = Arc::new(Core::new(heeds_its_word));
    let wakers = [0, 1].map(|slot| {
        let core = core.clone();
        thread::spawn(move || core.wake(slot))
    });
    let mut ran = 0;
    loop {
        ran |= core.ready.swap(0, Ordering::Acquire);
        if ran == 0b11 {
            break;
        }
        core.sleep(|| false);
    }
    for waker in wakers {
        waker.join().unwrap();
    }
}

#[test]
fn a_core_that_goes_to_sleep_runs_every_task_that_others_wake() {
    holds_only_with_both_fences(|| runs(true));
    let fails = catch_unwind(AssertUnwindSafe(|| explore(|| runs(false))));
    assert!(fails.is_err(), "the model passes for a core that sleeps although its word was taken back");
}

/// A device that only one core watches, and not always: requests with it that are to interrupt.
struct Device {
    in_flight: bool,
    armed: bool,
}

/// A task of another core queues a request; this core goes on sleeping and looking until it has armed the device for it.
fn arms(arm_first: bool) {
    let core = Arc::new(Core::new(true));
    let device = Arc::new(Mutex::new(Device { in_flight: false, armed: false }));
    let other = thread::spawn({
        let (core, device) = (core.clone(), device.clone());
        move || {
            device.lock().unwrap().in_flight = true;
            if core.doze.is_dozing() {
                core.wake(0);
            }
        }
    });
    let arm = || {
        let device = &mut *device.lock().unwrap();
        device.armed = device.in_flight;
        device.armed
    };
    while !device.lock().unwrap().armed {
        core.ready.swap(0, Ordering::Acquire);
        if arm_first && arm() {
            break;
        }
        core.sleep(|| if arm_first { false } else { arm() });
    }
    other.join().unwrap();
}

#[test]
fn a_core_that_goes_to_sleep_has_its_device_armed_for_what_others_have_queued() {
    explore(|| arms(false));
    let fails = catch_unwind(AssertUnwindSafe(|| explore(|| arms(true))));
    assert!(fails.is_err(), "the model passes for a core that arms before it says that it dozes");
}
