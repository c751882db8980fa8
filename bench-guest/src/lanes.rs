//! Many operations in flight inside one task: each lane is a future that does one operation after the other, and
//! only a lane whose operation has completed is polled.
//!
//! Setting up allocates once per lane; a wake is a bit set in a word and one wake of the task above. At most
//! [`LANES_MAX`] lanes.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::task::Wake;
use alloc::vec::Vec;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicU64, Ordering};
use core::task::{Context, Poll, Waker};

use atomic_waker::AtomicWaker;

/// The most lanes that run together.
pub const LANES_MAX: usize = 128;

const WORD_BITS: usize = u64::BITS as usize;

/// Runs all lanes until each is done.
pub struct Lanes<F> {
    lanes: Vec<Lane<F>>,
    shared: Arc<Shared>,
    left: usize,
}

struct Lane<F> {
    /// `None` once it is done.
    future: Option<Pin<Box<F>>>,
    waker: Waker,
}

struct Shared {
    /// A bit per lane: it has been woken and not polled since. Set by wakers on any core with release, taken by the
    /// task with acquire.
    ready: [AtomicU64; LANES_MAX / WORD_BITS],
    above: AtomicWaker,
}

struct LaneWake {
    index: usize,
    shared: Arc<Shared>,
}

impl Wake for LaneWake {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let bit = 1 << (self.index % WORD_BITS);
        self.shared.ready[self.index / WORD_BITS].fetch_or(bit, Ordering::Release);
        self.shared.above.wake();
    }
}

impl<F: Future<Output = ()>> Lanes<F> {
    /// Lanes beyond [`LANES_MAX`] are never started: callers limit the depth first.
    pub fn new(futures: impl IntoIterator<Item = F>) -> Self {
        let shared = Arc::new(Shared { ready: [const { AtomicU64::new(0) }; _], above: AtomicWaker::new() });
        let lanes: Vec<_> = futures
            .into_iter()
            .take(LANES_MAX)
            .enumerate()
            .map(|(index, future)| {
                let waker = Arc::new(LaneWake { index, shared: Arc::clone(&shared) });
                waker.wake_by_ref();
                Lane { future: Some(Box::pin(future)), waker: waker.into() }
            })
            .collect();
        Lanes { left: lanes.len(), lanes, shared }
    }
}

impl<F: Future<Output = ()>> Future for Lanes<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let lanes = &mut *self;
        // Before looking at the bits: a bit set after this wakes the task again.
        lanes.shared.above.register(context.waker());
        for (word, ready) in lanes.shared.ready.iter().enumerate() {
            let mut bits = ready.swap(0, Ordering::Acquire);
            while bits != 0 {
                let index = word * WORD_BITS + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let Some(Lane { future: slot @ Some(_), waker }) = lanes.lanes.get_mut(index) else {
                    continue;
                };
                let Some(future) = slot else { continue };
                if future.as_mut().poll(&mut Context::from_waker(waker)).is_ready() {
                    *slot = None;
                    lanes.left -= 1;
                }
            }
        }
        if lanes.left == 0 { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::{Cell, RefCell};
    use core::future::poll_fn;
    use core::pin::pin;
    use core::sync::atomic::AtomicUsize;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn only_the_lane_that_was_woken_is_polled() {
        let polls = [const { Cell::new(0) }; 70];
        let wakers = RefCell::new(alloc::vec![None; 70]);
        let (polls, wakers) = (&polls, &wakers);
        let futures = (0..70).map(|index| {
            poll_fn(move |context| {
                polls[index].set(polls[index].get() + 1);
                wakers.borrow_mut()[index] = Some(context.waker().clone());
                if polls[index].get() == 3 { Poll::Ready(()) } else { Poll::Pending }
            })
        });
        let above = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&above));
        let mut context = Context::from_waker(&waker);
        let mut lanes = pin!(Lanes::new(futures));

        assert!(lanes.as_mut().poll(&mut context).is_pending());
        assert!(polls.iter().all(|polls| polls.get() == 1));
        wakers.borrow()[66].as_ref().unwrap().wake_by_ref();
        assert_eq!(above.0.load(Ordering::Relaxed), 1);
        assert!(lanes.as_mut().poll(&mut context).is_pending());
        assert_eq!(polls.iter().map(Cell::get).sum::<i32>(), 71);
        assert_eq!(polls[66].get(), 2);

        for _ in 0..2 {
            for waker in wakers.borrow().iter().flatten() {
                waker.wake_by_ref();
            }
            let done = lanes.as_mut().poll(&mut context).is_ready();
            assert_eq!(done, polls.iter().all(|polls| polls.get() == 3));
        }
        assert_eq!(polls[66].get(), 3, "a lane that is done is not polled again");
    }

    #[test]
    fn no_lanes_are_done_at_once() {
        let mut lanes = pin!(Lanes::new(core::iter::empty::<core::future::Ready<()>>()));
        assert!(lanes.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }
}
