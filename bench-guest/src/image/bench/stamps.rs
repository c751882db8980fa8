//! Stamps along an operation's way, for the pass that watches operations stage by stage. In every other pass nothing of
//! it is there: no task of ours runs, and wakers are the run loop's own.
//!
//! ```text
//! poll begins .. poll ends        build      the last one: parse
//! .. the next round's tasks run   kick       publishing and notifying end a round
//! .. the waker is called          device     the run loop found the answer; handlers of interrupts taken off
//! .. poll begins                  interrupt  and what the handlers took
//! ```
//! The stamp behind the kick is a task's, woken with the operation's own round under way and run in the next. It makes
//! the loop go round once more than it would; what a stamp costs is measured by taking many.

use alloc::sync::Arc;
use alloc::task::Wake;
use core::cell::OnceCell;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};

use atomic_waker::AtomicWaker;
use ninewire_bench_guest::case::{Crew, Hand, OneTask, Shift};
use ninewire_bench_guest::stages::Stages;
use ninewire_bench_guest::target::{Clock, Target};
use ninewire_bench_guest::units::Ticks;
use ninewire_kernel::irq;
use ninewire_kernel::{arch, task};

/// Readings of the clock that tell what one costs.
const READINGS: u64 = 256;

/// One task keeps the operations of all hands in flight; watching, it takes stamps.
#[derive(Default)]
pub(super) struct Watchful {
    /// Made when the first operation is watched: what the task notes, and what a stamp costs.
    made: OnceCell<(Arc<Round>, Ticks)>,
}

/// When the round after an operation's poll ran its tasks.
#[derive(Default)]
struct Round {
    wanted: AtomicBool,
    waker: AtomicWaker,
    /// Zero until it has.
    ran: AtomicU64,
}

/// Notes when it was called, the first time.
struct StampWaker {
    /// Zero until it was.
    called: AtomicU64,
    inner: Waker,
}

impl Wake for StampWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.called.load(Relaxed) == 0 {
            self.called.store(arch::tsc(), Relaxed);
        }
        self.inner.wake_by_ref();
    }
}

impl Watchful {
    fn made(&self) -> Option<&(Arc<Round>, Ticks)> {
        if self.made.get().is_none() {
            let round = Arc::new(Round::default());
            let noting = Arc::clone(&round);
            let task = poll_fn(move |context| {
                noting.waker.register(context.waker());
                if noting.wanted.swap(false, Relaxed) {
                    noting.ran.store(arch::tsc(), Relaxed);
                }
                Poll::Pending
            });
            task::spawn("stamps", task).ok()?;
            let began = arch::tsc();
            for _ in 1..READINGS {
                arch::tsc();
            }
            let one = (arch::tsc() - began) / READINGS;
            self.made.set((round, Ticks(one))).ok()?;
        }
        self.made.get()
    }
}

/// Ticks spent in handlers of interrupts so far.
fn in_handlers() -> u64 {
    irq::table().rows().iter().map(|row| row.cycles).sum()
}

/// From one stamp to the next; nothing where the second was not taken.
fn between(earlier: u64, later: u64) -> u64 {
    later.saturating_sub(earlier)
}

impl<T: Target, C: Clock> Crew<T, C> for Watchful {
    async fn work(&self, shift: &Shift<'_, T, C>, hands: &mut [Hand<T::Slot>]) {
        OneTask.work(shift, hands).await;
    }

    async fn watch(&self, shift: &Shift<'_, T, C>, hand: &mut Hand<T::Slot>) -> Option<Stages> {
        let (round, stamp_cost) = self.made()?;
        let mut stages = Stages { ops: 1, ..Stages::default() };
        let mut stamps = 0;
        // Made in the first poll, which tells whom to wake.
        let mut waker: Option<(Arc<StampWaker>, Waker)> = None;
        // When the last poll ended.
        let mut left: Option<u64> = None;
        let handled = in_handlers();
        shift.begin();
        let mut working = pin!(shift.work(hand));
        poll_fn(|context| {
            let (stamp, wake) = waker.get_or_insert_with(|| {
                let stamp =
                    Arc::new(StampWaker { called: AtomicU64::new(0), inner: context.waker().clone() });
                (Arc::clone(&stamp), Waker::from(stamp))
            });
            let begun = arch::tsc();
            if let Some(ended) = left {
                // Two rounds may fall into one: then the kick cannot be told from the device.
                let kicked = match round.ran.swap(0, Relaxed) {
                    0 => ended,
                    ran => ran,
                };
                let woken = match stamp.called.swap(0, Relaxed) {
                    0 => begun,
                    called => called.max(kicked),
                };
                stages.kick.0 += between(ended, kicked);
                stages.device.0 += between(kicked, woken);
                stages.interrupt.0 += between(woken, begun);
                stamps += 4;
            }
            // Nothing of this is the operation's: the clock of its next stage begins behind it.
            let begun = arch::tsc();
            let polled = working.as_mut().poll(&mut Context::from_waker(wake));
            let ended = arch::tsc();
            stamps += 1;
            match polled {
                Poll::Ready(()) => stages.parse.0 += between(begun, ended),
                Poll::Pending => {
                    stages.build.0 += between(begun, ended);
                    left = Some(ended);
                    round.wanted.store(true, Relaxed);
                    round.waker.wake();
                }
            }
            polled
        })
        .await;
        let handlers = between(handled, in_handlers()).min(stages.device.0);
        stages.device.0 -= handlers;
        stages.interrupt.0 += handlers;
        stages.stamps = Ticks(stamps * stamp_cost.0);
        Some(stages)
    }
}
