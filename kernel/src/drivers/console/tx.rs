//! The sending half of a port: whole messages in, chains of lent windows out, no byte copied.
//!
//! A message is taken whole or not at all. What of it finds no room in the ring stays here and follows as the device
//! returns chains; until then the next message has to wait, which is the back-pressure a sender feels.
//!
//! Short messages that need not stay in their own pages may wait for the end of the round in a [`Bundle`].
//!
//! What the device returns is seldom wanted at once: a request's pages may wait for the port's next look, which its answer
//! brings. It is looked for when somebody waits for it, when much is with the device, and before the core sleeps.

use ninewire_dma::LentList;
use ninewire_queue::Fault;

use super::super::Counters;
use super::super::vq::Virtqueue;
use super::agenda::Seat;
use super::bundle::Bundle;
use crate::io::Windows;
use crate::mem::{self, Map};

/// Windows of a chain, at most: QEMU sends descriptor by descriptor, so longer chains gain nothing.
const CHAIN_WINDOWS_MAX: usize = 4;

/// QEMU hands each descriptor to the host by a write of its own, and there are 9P servers that take the fixed part of a
/// message's header by one read: the first descriptor of a message holds at least this much.
const FIRST_BYTES_MIN: usize = 7;

/// With so many bytes handed over since nothing was with the device, or half a queue of chains there, pages are wanted back
/// as soon as they are free.
const UNWATCHED_BYTES_MAX: u64 = 64 << 10;

/// Up to four windows for the device to read.
type TxChain = LentList<'static, CHAIN_WINDOWS_MAX, Map>;

/// Puts the next few windows into a chain. None: there are none.
fn next_chain(windows: &mut Windows) -> Option<TxChain> {
    let mut chain = TxChain::new();
    while chain.len() < CHAIN_WINDOWS_MAX
        && let Some(window) = windows.pop()
    {
        chain.push_window(window).expect("a list that was filled halfway has room");
    }
    (!chain.is_empty()).then_some(chain)
}

pub(super) struct Sender {
    queue: Virtqueue<TxChain>,
    seat: Seat,
    /// A chain the ring had no room for.
    stalled: Option<TxChain>,
    /// What of the last message is not in the ring yet, after `stalled`.
    rest: Windows,
    /// What follows. When there is any, nothing is `stalled`, and no `rest` left.
    bundle: Bundle,
    /// Somebody waits for what the device has.
    is_awaited: bool,
    /// `bytes` when last nothing was with the device.
    bytes_back: u64,
    bytes: u64,
}

impl Sender {
    pub(super) fn new(queue: Virtqueue<TxChain>, seat: Seat) -> Sender {
        Sender {
            queue,
            seat,
            stalled: None,
            rest: Windows::new(),
            bundle: Bundle::default(),
            is_awaited: false,
            bytes_back: 0,
            bytes: 0,
        }
    }

    /// Would a message be taken now?
    pub(super) fn is_ready(&self) -> bool {
        self.stalled.is_none() && self.rest.is_empty() && self.queue.in_flight() < self.queue.size()
    }

    /// There is something for the device, here or about the port.
    pub(super) fn due(&self) {
        self.seat.due();
    }

    /// Somebody waits for room, or for everything to be taken.
    pub(super) fn await_room(&mut self) {
        self.is_awaited = true;
        self.seat.watch(&self.queue);
        self.seat.awaited();
    }

    /// Is what the device has wanted back as soon as it returns it?
    fn is_wanted_back(&self) -> bool {
        self.is_awaited
            || self.bytes - self.bytes_back > UNWATCHED_BYTES_MAX
            || self.queue.in_flight() > self.queue.size() / 2
    }

    /// Is everything with the host that was sent?
    pub(super) fn is_drained(&self) -> bool {
        self.stalled.is_none()
            && self.rest.is_empty()
            && self.bundle.is_empty()
            && self.queue.in_flight() == 0
    }

    /// Takes a message, all of it, and leaves `message` empty; or nothing, and leaves it as it is.
    pub(super) fn try_send(&mut self, message: &mut Windows) -> bool {
        if !self.is_ready() || !gather_head(message) {
            return false;
        }
        self.feed_bundle();
        self.rest = core::mem::take(message);
        self.feed();
        self.seat.due();
        true
    }

    /// As [`Sender::try_send`], for a message that is no payload: its bytes may go out in one piece with those of others.
    pub(super) fn try_bundle(&mut self, message: &mut Windows) -> bool {
        if !Bundle::suits(message) {
            return self.try_send(message);
        }
        let taken = self.is_ready() && (self.bundle.take_in(message) || self.begin_bundle(message));
        if taken {
            self.seat.due();
        }
        taken
    }

    /// Takes a message that found no room in the last bundle.
    #[cold]
    fn begin_bundle(&mut self, message: &mut Windows) -> bool {
        self.feed_bundle();
        self.is_ready() && self.bundle.take_in(message)
    }

    /// Moves what is bundled into the ring.
    fn feed_bundle(&mut self) {
        if !self.bundle.is_empty() {
            self.rest = self.bundle.take();
            self.feed();
        }
    }

    /// Moves what is waiting into the ring.
    fn feed(&mut self) {
        while let Some(chain) = self.stalled.take().or_else(|| next_chain(&mut self.rest)) {
            let bytes: u64 = chain.readable().iter().map(|segment| u64::from(segment.len)).sum();
            if let Err(refused) = self.queue.add(chain) {
                self.stalled = Some(refused.chain);
                return self.await_room();
            }
            self.bytes += bytes;
        }
    }

    /// Shows the device what was sent, and what of it has found room since.
    pub(super) fn publish(&mut self) {
        self.feed_bundle();
        if self.stalled.is_some() || !self.rest.is_empty() {
            self.feed();
        }
        if self.is_wanted_back() {
            self.seat.watch(&self.queue);
        }
        self.queue.publish();
    }

    /// Takes back what the device has sent. True: there is room that was not there before.
    pub(super) fn reap(&mut self) -> Result<bool, Fault> {
        let mut room = false;
        while let Some(done) = self.queue.pop()? {
            // The windows go with the chain.
            drop(done.chain);
            room = true;
        }
        self.seat.looked(&self.queue);
        if self.queue.in_flight() == 0 {
            (self.is_awaited, self.bytes_back) = (false, self.bytes);
        }
        if self.stalled.is_some() {
            self.seat.due();
        }
        Ok(room)
    }

    /// The queue is out of use: nobody looks at it any more.
    pub(super) fn forget(&self) {
        self.seat.forget();
    }

    /// Asks for an interrupt only when somebody waits for what the device returns: `wanted`, or ourselves with the rest
    /// of a message. Otherwise sent pages are taken back when the loop next looks, and cost no interrupt; what is back
    /// already keeps the core awake for that look.
    pub(super) fn arm(&mut self, wanted: bool) -> Result<bool, Fault> {
        let found = self.seat.watch(&self.queue);
        Ok(found | ((wanted || self.stalled.is_some()) && self.queue.arm()?))
    }

    pub(super) fn disarm(&mut self) {
        self.queue.disarm();
    }

    pub(super) fn count_into(&self, counters: &mut Counters) {
        self.queue.count_into(counters);
        counters.bytes_out += self.bytes;
    }
}

/// Sees to it that the first window has [`FIRST_BYTES_MIN`] bytes, if the message has so many. False: that needs a page
/// and there is none.
fn gather_head(message: &mut Windows) -> bool {
    let wanted = FIRST_BYTES_MIN.min(message.len());
    if message.iter().next().is_none_or(|first| first.len() >= wanted) {
        return true;
    }
    let Ok(mut head) = mem::pool().alloc_bytes(wanted) else { return false };
    message.split_to(wanted).copy_into(&mut head);
    let rest = core::mem::replace(message, Windows::from(head));
    message.append(rest);
    true
}
