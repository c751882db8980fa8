//! Waiting for a free slot, in order of arrival.

use alloc::collections::VecDeque;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::{Context, Poll, Waker};

use atomic_waker::AtomicWaker;
use spin::Mutex;

use super::{SlotId, Slots};
use crate::p9::error::SessionError;

/// Who waits for a slot.
pub(super) struct Waiting {
    /// Waiters, and one more when the keeper wants a slot. Written under the lock, read without it.
    count: AtomicU32,
    queue: Mutex<Queue>,
}

struct Queue {
    next_ticket: u64,
    waiters: VecDeque<(u64, Waker)>,
    /// The keeper would take one when nobody else wants it.
    keeper: bool,
}

impl Waiting {
    pub(super) const fn new() -> Waiting {
        Waiting {
            count: AtomicU32::new(0),
            queue: Mutex::new(Queue { next_ticket: 0, waiters: VecDeque::new(), keeper: false }),
        }
    }

    #[inline]
    pub(super) fn nobody(&self) -> bool {
        // SeqCst, here and in `note`: a waiter notes itself and then looks for a free slot, a release frees the slot and
        // then looks for waiters; one of the two sees the other.
        self.count.load(Ordering::SeqCst) == 0
    }

    /// A slot is free: wake the one who waits longest, or the keeper.
    #[inline]
    pub(super) fn wake_one(&self, keeper: &AtomicWaker) {
        if !self.nobody() {
            self.wake_first(keeper);
        }
    }

    #[cold]
    fn wake_first(&self, keeper: &AtomicWaker) {
        let mut queue = self.queue.lock();
        if let Some((_, waker)) = queue.waiters.pop_front() {
            self.note(&queue);
            drop(queue);
            waker.wake();
        } else if core::mem::take(&mut queue.keeper) {
            self.note(&queue);
            drop(queue);
            keeper.wake();
        }
    }

    pub(super) fn wake_all(&self) {
        let mut queue = self.queue.lock();
        queue.waiters.drain(..).for_each(|(_, waker)| waker.wake());
        self.note(&queue);
    }

    /// The keeper wants to know when a slot is free.
    pub(super) fn keeper_wants(&self) {
        let mut queue = self.queue.lock();
        queue.keeper = true;
        self.note(&queue);
    }

    fn note(&self, queue: &Queue) {
        self.count.store(queue.waiters.len() as u32 + u32::from(queue.keeper), Ordering::SeqCst);
    }

    /// Waits, or goes on waiting, with this ticket; a waiter that was woken and found nothing is first again.
    fn wait(&self, ticket: Option<u64>, waker: &Waker) -> u64 {
        let mut queue = self.queue.lock();
        let ticket = match ticket {
            None => {
                let ticket = queue.next_ticket;
                queue.next_ticket += 1;
                queue.waiters.push_back((ticket, waker.clone()));
                ticket
            }
            Some(ticket) => {
                match queue.waiters.iter_mut().find(|(other, _)| *other == ticket) {
                    Some((_, old)) => old.clone_from(waker),
                    None => queue.waiters.push_front((ticket, waker.clone())),
                }
                ticket
            }
        };
        self.note(&queue);
        ticket
    }

    /// Stops waiting. False: it had been woken, and somebody else should be instead.
    fn leave(&self, ticket: u64) -> bool {
        let mut queue = self.queue.lock();
        let Some(at) = queue.waiters.iter().position(|(other, _)| *other == ticket) else { return false };
        queue.waiters.remove(at);
        self.note(&queue);
        true
    }
}

/// Waits for a free slot and claims it. Dropping it before is safe at any time.
#[must_use = "futures do nothing unless awaited"]
pub(in crate::p9) struct Claim<'s> {
    slots: &'s Slots,
    ticket: Option<u64>,
}

impl<'s> Claim<'s> {
    pub(super) fn new(slots: &'s Slots) -> Self {
        Claim { slots, ticket: None }
    }
}

impl Future for Claim<'_> {
    type Output = Result<SlotId, SessionError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(error) = self.slots.dead() {
            return Poll::Ready(Err(error));
        }
        // Who comes now does not overtake who waits.
        if (self.ticket.is_some() || self.slots.waiting.nobody())
            && let Some(id) = self.slots.try_claim()
        {
            self.stop_waiting();
            return Poll::Ready(Ok(id));
        }
        self.ticket = Some(self.slots.waiting.wait(self.ticket, cx.waker()));
        // A slot freed before we were noted has woken nobody.
        match self.slots.try_claim() {
            Some(id) => {
                self.stop_waiting();
                Poll::Ready(Ok(id))
            }
            None => Poll::Pending,
        }
    }
}

impl Claim<'_> {
    fn stop_waiting(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.slots.waiting.leave(ticket);
        }
    }
}

impl Drop for Claim<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.slots.give_up_place(ticket);
        }
    }
}

impl Slots {
    /// Who was to have a slot leaves it to the next.
    #[cold]
    fn give_up_place(&self, ticket: u64) {
        if !self.waiting.leave(ticket) {
            self.waiting.wake_one(&self.keeper);
        }
    }
}
