//! What carries requests and replies between the slots and a server: a virtio-9p device, or a byte stream.
//!
//! A session has one wire. The session's tasks fill slots and [`submit`](Wire::submit) them; the wire takes what travels
//! out of a slot's [`Parcel`], and gives everything back through
//! [`Slots::settle`](super::slots::Slots::settle) (memory that was with a device) or
//! [`Slots::deliver`](super::slots::Slots::deliver) (a message out of a byte stream). It may do that in any order and
//! from any task, but never from an interrupt handler and never while it is being called for the same slot.

use alloc::sync::Arc;
use core::task::{Context, Poll};

use super::error::WireError;
use super::slots::{Parcel, SlotId, Slots};

/// What a wire can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most requests at a time, the one kept for Tflush included; at most [`super::slots::SLOTS_MAX`].
    pub slots: usize,
    /// Longest message.
    pub msize: u32,
    /// Most pieces a request's payload may lie in.
    pub pieces: usize,
    /// Most payload of one request, if less than a message takes.
    pub write_bytes: usize,
}

/// What became of a request nobody waits for any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recall {
    /// The server never heard of it, and the wire has forgotten it.
    NeverSent,
    /// It is on its way or with the server.
    Sent,
}

/// A way to a server. `Sync`, because any core may have a request for it.
pub trait Wire: Sync + 'static {
    /// Do payload pages come from the wire? If so a read without pages of its own is answered with windows on the wire's
    /// pages; if not, the request must bring pages for its reply.
    const LOANS: bool;

    /// Is what is behind it a host's files, which say the same at the same place in whichever order and however often they
    /// are asked? Then a large read or write goes out in several requests at a time, what is read in order is read ahead,
    /// and programs that copy write behind. If not, a server may be a program to which every request is an event, and gets
    /// one at a time.
    const PARALLEL: bool;

    /// Does a request whose Tflush was answered still have memory with a device? If so its slot stays taken until
    /// [`Slots::settle`] is called for it; if not, the answer to Tflush is the end of it.
    const RETURNS_FLUSHED: bool;

    /// What it can carry.
    fn limits(&self) -> Limits;

    /// A session begins: replies go to `slots` until [`close`](Wire::close).
    ///
    /// # Errors
    /// [`WireError::InUse`] when another session has it, and [`WireError::Closing`] when that one
    /// [is closing](Slots::is_closing).
    fn open(&self, slots: &Arc<Slots>) -> Result<(), WireError>;

    /// What the wire takes out of a slot as soon as it is filled. It travels with the call of [`submit`](Wire::submit), so
    /// that nobody has to look into the slot for it again.
    type Load;

    /// Takes it.
    fn load(parcel: &mut Parcel) -> Self::Load;

    /// Send the request of `slot`, now or when there is room: a wire that is full keeps a [`Backlog`] and does not refuse.
    /// What of the load is not sent goes back to the slot. An error is the end of the session.
    fn submit(&self, slots: &Slots, slot: SlotId, load: Self::Load) -> Result<(), WireError>;

    /// Nobody waits for `slot` any more.
    fn recall(&self, slots: &Slots, slot: SlotId) -> Recall;

    /// Tflush for `slot` was answered: it is no longer under way, whether or not it has been answered itself.
    fn flushed(&self, _slot: SlotId) {}

    /// Do what is to be done; called whenever the waker given last was woken. Ready only when the session is over.
    fn poll(&self, slots: &Slots, cx: &mut Context<'_>) -> Poll<WireError>;

    /// The session is over: no reply goes to its slots any more, except what a device still has to return.
    fn close(&self);
}

/// Requests that wait for room, in order. Every slot fits in, none twice.
#[derive(Debug)]
pub struct Backlog {
    slots: [SlotId; super::slots::SLOTS_MAX],
    first: usize,
    len: usize,
}

impl Backlog {
    /// Nobody waits.
    pub const fn new() -> Backlog {
        Backlog { slots: [SlotId::FIRST; super::slots::SLOTS_MAX], first: 0, len: 0 }
    }

    /// Does nobody wait?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds one at the end.
    ///
    /// # Panics
    /// When more wait than there are slots: one was added twice.
    pub fn push(&mut self, slot: SlotId) {
        assert!(self.len < self.slots.len(), "a slot waits twice");
        self.slots[(self.first + self.len) % self.slots.len()] = slot;
        self.len += 1;
    }

    /// The one that waits longest.
    pub fn first(&self) -> Option<SlotId> {
        (self.len > 0).then(|| self.slots[self.first])
    }

    /// Takes the one that waits longest.
    pub fn pop(&mut self) -> Option<SlotId> {
        let slot = self.first()?;
        self.first = (self.first + 1) % self.slots.len();
        self.len -= 1;
        Some(slot)
    }

    /// Takes `slot` out, wherever it stands; false when it does not wait.
    pub fn remove(&mut self, slot: SlotId) -> bool {
        let all = self.slots.len();
        let at = |nth| (self.first + nth) % all;
        let Some(found) = (0..self.len).find(|&nth| self.slots[at(nth)] == slot) else { return false };
        for nth in found..self.len - 1 {
            self.slots[(self.first + nth) % all] = self.slots[(self.first + nth + 1) % all];
        }
        self.len -= 1;
        true
    }
}

impl Default for Backlog {
    fn default() -> Self {
        Backlog::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backlog_keeps_its_order_around_its_end_and_lets_anyone_go() {
        let slot = |nth: usize| SlotId::new(nth);
        let mut backlog = Backlog::new();
        for round in 0..5 {
            for nth in 0..100 {
                backlog.push(slot((round + nth) % 128));
            }
            assert!(backlog.remove(slot((round + 50) % 128)));
            assert!(!backlog.remove(slot((round + 50) % 128)));
            for nth in (0..100).filter(|&nth| nth != 50) {
                assert_eq!(backlog.first(), Some(slot((round + nth) % 128)));
                assert_eq!(backlog.pop(), Some(slot((round + nth) % 128)));
            }
            assert!(backlog.is_empty());
        }
        assert_eq!(backlog.pop(), None);
    }
}
