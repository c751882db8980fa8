//! The receiving half of a port: page-sized buffers waiting with the device, windows waiting for a reader.
//!
//! QEMU fills a fresh buffer for every piece of at most 4096 stream bytes it takes from the host, so a buffer is one
//! page, and many of them are posted. A filled page is not copied: its used part is shared and handed on, and a fresh
//! page is posted in its place. Pages posted and pages not yet read together are never more than the queue has
//! descriptors: a port nobody reads runs out of buffers, and the device then stops taking bytes from the host.

use alloc::collections::VecDeque;

use ninewire_dma::{LentList, Returned};
use ninewire_queue::Fault;

use super::super::Counters;
use super::super::vq::Virtqueue;
use super::agenda::Seat;
use crate::io::Window;
use crate::mem::{self, Map};

/// One page for the device to write.
type RxChain = LentList<'static, 1, Map>;

pub(super) struct Receiver {
    queue: Virtqueue<RxChain>,
    seat: Seat,
    /// Received and not yet read, oldest first. None is empty.
    ready: VecDeque<Window>,
    /// Pages posted and ready together, at most.
    pages_max: usize,
    /// Buffers are posted once somebody has opened the port.
    posting: bool,
    posted: u64,
    starved: u64,
    bytes: u64,
}

impl Receiver {
    /// Uses as many pages as the queue has descriptors, and no more than `pages_max`.
    pub(super) fn new(queue: Virtqueue<RxChain>, seat: Seat, pages_max: usize) -> Receiver {
        let pages_max = pages_max.min(queue.size());
        let ready = VecDeque::with_capacity(pages_max);
        Receiver { queue, seat, ready, pages_max, posting: false, posted: 0, starved: 0, bytes: 0 }
    }

    /// From now on keeps buffers with the device.
    pub(super) fn start(&mut self) {
        self.posting = true;
        self.seat.due();
    }

    /// The oldest bytes not yet read.
    pub(super) fn take(&mut self) -> Option<Window> {
        let oldest = self.ready.pop_front()?;
        if self.missing() > 0 {
            self.seat.due();
        }
        Some(oldest)
    }

    /// How many buffers are to be posted now: half a queue at a time, so that steady traffic pays one publication for many.
    fn missing(&self) -> usize {
        let posted = self.queue.in_flight();
        let missing = self.pages_max.saturating_sub(posted + self.ready.len());
        let few = missing < self.pages_max / 2 && posted > self.pages_max / 4;
        if few || !self.posting { 0 } else { missing }
    }

    /// Posts buffers where they are missing.
    pub(super) fn refill(&mut self) {
        let missing = self.missing();
        if missing == 0 {
            return;
        }
        for _ in 0..missing {
            let Ok(buf) = mem::pool().alloc(1) else {
                // Pages come back without a word to us: tried again every round.
                self.starved += 1;
                self.seat.due();
                break;
            };
            let mut chain = RxChain::new();
            if chain.push_writable(buf).is_err() || self.queue.add(chain).is_err() {
                break;
            }
            self.posted += 1;
        }
        self.seat.watch(&self.queue);
        self.queue.publish();
    }

    /// Has the device filled a buffer since the last look?
    pub(super) fn has_more(&self) -> bool {
        self.seat.has_moved()
    }

    /// Takes what the device has filled. True: there are bytes that were not there before.
    pub(super) fn reap(&mut self) -> Result<bool, Fault> {
        let mut news = false;
        while let Some(done) = self.queue.pop()? {
            let mut chain = done.chain;
            // A device may return a buffer it has not written to; that is no news to anybody.
            if let Some(buf) = chain.take().and_then(Returned::into_buf)
                && !buf.is_empty()
            {
                self.bytes += buf.len() as u64;
                self.ready.push_back(buf.share());
                news = true;
            }
        }
        self.seat.looked(&self.queue);
        if self.missing() > 0 {
            self.seat.due();
        }
        Ok(news)
    }

    /// The queue is out of use: nobody looks at it any more.
    pub(super) fn forget(&self) {
        self.seat.forget();
    }

    /// Asks for an interrupt when the device has filled so many more.
    pub(super) fn arm(&mut self, chains: u16) -> Result<bool, Fault> {
        self.queue.arm_after(chains)
    }

    pub(super) fn disarm(&mut self) {
        self.queue.disarm();
    }

    pub(super) fn count_into(&self, counters: &mut Counters) {
        self.queue.count_into(counters);
        counters.bytes_in += self.bytes;
        counters.rx_posted += self.posted;
        counters.rx_starved += self.starved;
    }
}
