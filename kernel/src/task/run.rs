//! The run loop: ready tasks, sources, timers, and what to do when there is nothing to do.
//!
//! One round reaps what came back, fires timers, polls every task that is ready then, and publishes what they queued, so
//! that many requests of one round share one notification. What came back is thus with its task, and the task's next
//! request with the device, in the same round. A round that did nothing leads to waiting, in the way the core's
//! [`WaitMode`] says.
//!
//! # Several cores
//! Each core has a loop of its own. A source is served by the core it was registered on; other cores only hand over what
//! their tasks have queued with it ([`Source::visit`]), and the tasks are woken across cores when it is done. Before a
//! core sleeps it says so, and who then sets one of its ready bits interrupts it (`doze`).
//!
//! # No wake-up is lost
//! The loop stops the processor only after this sequence, and each way something can happen is caught by one step:
//! 0. The core says that it dozes, and passes a full fence. Whatever another core leaves for it after the looks that
//!    follow, that core has seen this, and interrupts.
//! 1. Every source is armed: it asks the device for an interrupt, passes a full fence and looks at its ring again. A
//!    completion before that look is seen by it ([`Source::arm`] answers true). A device completes, passes its own
//!    fence, and then reads whether an interrupt is wanted; of two such sequences at least one sees the other, so a
//!    completion after the look raises an interrupt.
//! 2. With interrupts off, the pending marks and the ready bits are looked at once more. An interrupt that came since
//!    step 1 has left its pending mark, a task woken by another core its ready bit.
//! 3. With interrupts still off, the timer is set from a clock read there and then. It cannot fire unseen: interrupts
//!    come on with the very instruction that stops the processor, so a timer that is due at once, or a completion that
//!    raised its interrupt since step 2, ends that stop. Steps 2 and 3 run inside [`Platform::sleep`].

use alloc::vec::Vec;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll};

use super::core_table::Core;
use super::here::{self, Here};
use super::id::{ATTENTION, TaskId};
use super::source::Source;
use super::spin::Spin;
use super::{SpawnError, WaitMode};
use crate::points::point;
use crate::time::{self, Instant, Nanos};

/// How a core spends time without work. Clock and processor in the image, a strict script in tests.
pub(crate) trait Platform {
    /// One turn of looking for work.
    fn relax(&self);

    /// The core has found no work for a while: the moment for a little of what can wait, such as a line of the log.
    /// True: there may be more of it; the loop looks for work first and then asks again.
    fn quiet(&self) -> bool;

    /// Stops until an interrupt or `until`, whichever is first; may return early, never late. `stay` is asked with
    /// interrupts off right before stopping: true means there is work, return at once.
    fn sleep(&self, until: Option<Instant>, stay: impl FnMut() -> bool);
}

/// The program of `block_on`, polled where it lies on the caller's stack.
struct Root<'a> {
    id: TaskId,
    poll: &'a mut dyn FnMut(&mut Context<'_>) -> bool,
}

/// Runs this core until `fut` is done, everything else that is spawned on it included.
///
/// # Panics
/// When called from a task: a core has one run loop.
pub(crate) fn block_on<F: Future>(platform: &impl Platform, fut: F) -> Result<F::Output, SpawnError> {
    let here = here::this();
    let core = here.core();
    let id = core.insert(&here, "main", None)?;
    let _running = Running::begin(&here);
    let mut fut = pin!(fut);
    let mut answer = None;
    let mut poll = |cx: &mut Context<'_>| match fut.as_mut().poll(cx) {
        Poll::Ready(value) => {
            answer = Some(value);
            true
        }
        Poll::Pending => false,
    };
    let mut turn = Turn::new(&here, platform);
    while !turn.round(Some(Root { id, poll: &mut poll })) {
        turn.wait_if_idle();
    }
    core.release(&here, id);
    Ok(answer.expect("the root said that it is done"))
}

/// Runs this core until it has no tasks left.
///
/// # Panics
/// When called from a task: a core has one run loop.
pub(crate) fn run(platform: &impl Platform) {
    let here = here::this();
    let core = here.core();
    let _running = Running::begin(&here);
    let mut turn = Turn::new(&here, platform);
    while core.tasks(&here) > 0 {
        turn.round(None);
        turn.wait_if_idle();
    }
}

/// Runs this core for good: its tasks come from other cores.
///
/// # Panics
/// When called from a task: a core has one run loop.
#[cfg(target_os = "none")]
pub(crate) fn serve(platform: &impl Platform) -> ! {
    let here = here::this();
    let _running = Running::begin(&here);
    let mut turn = Turn::new(&here, platform);
    loop {
        turn.round(None);
        turn.wait_if_idle();
    }
}

/// Marks the core as running its loop.
struct Running<'a>(&'a Here);

impl<'a> Running<'a> {
    fn begin(here: &'a Here) -> Running<'a> {
        let nested = here.core().local(here, |local| core::mem::replace(&mut local.running, true));
        assert!(!nested, "a task cannot run its core's loop");
        Running(here)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.core().local(self.0, |local| local.running = false);
    }
}

struct Turn<'a, P> {
    here: &'a Here,
    core: &'static Core,
    platform: &'a P,
    /// The core's sources as of the last round: looked at many times a round, and seldom more.
    sources: Vec<&'static dyn Source>,
    /// When the last round looked at the clock.
    now: Instant,
    /// When something was last done.
    last_progress: Instant,
    spin: Spin,
    /// Since then the platform has had its quiet moment.
    was_quiet: bool,
}

impl<'a, P: Platform> Turn<'a, P> {
    fn new(here: &'a Here, platform: &'a P) -> Self {
        let now = time::now();
        let sources = here.core().local(here, |local| local.sources.clone());
        Turn {
            here,
            core: here.core(),
            platform,
            sources,
            now,
            last_progress: now,
            spin: Spin::new(),
            was_quiet: false,
        }
    }

    /// One round. True: the root is done.
    fn round(&mut self, root: Option<Root<'_>>) -> bool {
        point!(ROUND);
        let reaped = self.each_source_any(Source::reap);
        self.now = time::now();
        let fired = self.fire_timers();
        let (ran, root_done) = self.run_ready(root);
        let known = self.sources.len();
        let more = self.core.local(self.here, |local| {
            local.stats.rounds += 1;
            local.sources.len() > known
        });
        if more {
            self.learn_sources();
        }
        self.each_source(|source| source.publish());
        if ran {
            self.core.visit_foreign(self.here);
        }
        if ran || reaped || fired {
            self.last_progress = self.now;
            self.was_quiet = false;
            point!(PROGRESS);
        }
        root_done
    }

    /// Polls who is ready. The look at the clock that ends one poll begins the next, and the last is the round's.
    fn run_ready(&mut self, mut root: Option<Root<'_>>) -> (bool, bool) {
        let mut ran = false;
        let mut root_done = false;
        let core = self.core;
        core.ready().drain(|slot| {
            ran = true;
            let begin = self.now;
            if let Some(root) = root.as_mut().filter(|root| root.id.slot() == slot) {
                self.core.enter_root(self.here, root.id);
                root_done = (root.poll)(&mut Context::from_waker(&root.id.waker()));
                self.now = self.account(root.id, begin, None).0;
            } else if let Some((id, mut program)) = self.core.take_program(self.here, slot) {
                let poll = program.as_mut().poll(&mut Context::from_waker(&id.waker()));
                let (end, ended) = self.account(id, begin, Some((program, poll.is_pending())));
                if ended {
                    self.core.release(self.here, id);
                }
                self.now = end;
            } else if slot == ATTENTION {
                self.core.take_errands().into_iter().for_each(|errand| errand());
            }
        });
        (ran, root_done)
    }

    /// Books a poll that began at `begin`; drops a program that ended, before its slot is given to anybody else.
    fn account(
        &self,
        id: TaskId,
        begin: Instant,
        polled: Option<(super::core_table::Program, bool)>,
    ) -> (Instant, bool) {
        let end = time::now();
        let (pending, done) = match polled {
            Some((program, true)) => (Some(program), None),
            Some((program, false)) => (None, Some(program)),
            None => (None, None),
        };
        drop(done);
        let ended = match self.core.polled(self.here, id, end - begin, pending) {
            Ok(()) => false,
            Err(killed) => {
                drop(killed);
                true
            }
        };
        (end, ended)
    }

    /// A task has registered a source.
    #[cold]
    fn learn_sources(&mut self) {
        let known = self.sources.len();
        let new = self.core.local(self.here, |local| local.sources[known..].to_vec());
        self.sources.extend(new);
    }

    fn each_source(&self, mut f: impl FnMut(&'static dyn Source)) {
        self.sources.iter().for_each(|source| f(*source));
    }

    /// Asks every source, even when one has said yes already.
    fn each_source_any(&self, mut f: impl FnMut(&'static dyn Source) -> bool) -> bool {
        let mut any = false;
        self.each_source(|source| any |= f(source));
        any
    }

    fn fire_timers(&self) -> bool {
        let Some(next) = self.core.local(self.here, |local| local.timers.next_deadline()) else {
            return false;
        };
        if next > self.now {
            return false;
        }
        while let Some(waker) = self.core.local(self.here, |local| local.timers.pop_expired(self.now)) {
            waker.wake();
        }
        true
    }

    fn wait_if_idle(&mut self) {
        if self.core.ready().any() {
            return;
        }
        let mode = self.core.wait_mode();
        if mode == WaitMode::Irq {
            return self.sleep();
        }
        if self.now - self.last_progress < self.spin.span() {
            return self.spin();
        }
        match mode {
            WaitMode::Adaptive => self.sleep(),
            WaitMode::Poll | WaitMode::Irq => {
                if !self.quiet() {
                    self.spin();
                }
            }
        }
    }

    fn spin(&mut self) {
        self.core.local(self.here, |local| local.stats.spins += 1);
        self.platform.relax();
    }

    /// Does a little of what can wait, until there is nothing of that left for this stretch of time without work. True:
    /// it did, so look for work again.
    fn quiet(&mut self) -> bool {
        self.was_quiet = self.was_quiet || !self.platform.quiet();
        !self.was_quiet
    }

    /// When a source wants another look at the latest, interrupt or not.
    fn nap_end(&self) -> Option<Instant> {
        let mut nap: Option<Nanos> = None;
        self.each_source(|source| nap = [nap, source.nap_max()].into_iter().flatten().min());
        nap.map(|nap| time::now() + nap)
    }

    /// See "No wake-up is lost" at the head of this file.
    fn sleep(&mut self) {
        if self.quiet() {
            return;
        }
        self.core.doze().begin();
        let found_on_arming = self.each_source_any(Source::arm);
        if !found_on_arming {
            let timer = self.core.local(self.here, |local| {
                local.stats.sleeps += 1;
                local.timers.next_deadline()
            });
            let until = [timer, self.nap_end()].into_iter().flatten().min();
            let begun = time::now();
            self.platform.sleep(until, || {
                !self.core.doze().is_undisturbed()
                    || self.core.ready().any()
                    || self.each_source_any(Source::pending)
            });
            let end = time::now();
            self.core.local(self.here, |local| local.stats.asleep += end - begun);
            self.spin.stopped(self.last_progress, end, self.each_source_any(Source::pending));
        }
        self.core.doze().end();
        self.each_source(|source| source.disarm());
        // A wake-up is a fresh start: what interrupts announce tends to be followed by more.
        self.last_progress = time::now();
    }
}
