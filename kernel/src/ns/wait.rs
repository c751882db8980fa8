//! Tasks that wait for the same thing: a line at the console, bytes in a pipe.
//!
//! Whoever waits looks, puts its waker here, and looks again; whoever changes something changes it first and then
//! wakes all. A waker stays until the next change, so a task that went away is woken once for nothing.

use alloc::vec::Vec;
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};

use spin::Mutex;

/// How many can wait before the list needs the heap: one task at each side is the usual case.
const INLINE: usize = 2;

/// The wakers of those who wait.
#[derive(Debug, Default)]
pub struct WaitList {
    /// Held for a few instructions, never across a wake: waking may run anything.
    wakers: Mutex<Wakers>,
}

#[derive(Debug, Default)]
struct Wakers {
    first: [Option<Waker>; INLINE],
    more: Vec<Waker>,
}

impl WaitList {
    /// Nobody waits.
    pub const fn new() -> Self {
        WaitList { wakers: Mutex::new(Wakers { first: [const { None }; INLINE], more: Vec::new() }) }
    }

    /// Has the task woken at the next change.
    pub fn register(&self, cx: &Context<'_>) {
        let mut wakers = self.wakers.lock();
        let Wakers { first, more } = &mut *wakers;
        if first.iter().flatten().chain(more.iter()).any(|w| w.will_wake(cx.waker())) {
            return;
        }
        match first.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(cx.waker().clone()),
            None => more.push(cx.waker().clone()),
        }
    }

    /// Something changed.
    pub fn wake_all(&self) {
        let woken = core::mem::take(&mut *self.wakers.lock());
        for waker in woken.first.into_iter().flatten().chain(woken.more) {
            waker.wake();
        }
    }

    /// Waits until `look` finds what it looks for.
    pub async fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        poll_fn(|cx| self.poll_until(cx, &mut look)).await
    }

    /// The same for those who poll.
    pub fn poll_until<T>(&self, cx: &Context<'_>, mut look: impl FnMut() -> Option<T>) -> Poll<T> {
        if let Some(found) = look() {
            return Poll::Ready(found);
        }
        self.register(cx);
        // What changed between the look and the registration woke nobody: look again.
        look().map_or(Poll::Pending, Poll::Ready)
    }
}
