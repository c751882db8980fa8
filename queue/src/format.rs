//! What the two ring formats do differently: how descriptors are written, how the device learns of them, and where it
//! says what it has returned. [`Ring`](crate::Ring) does the rest and is the only caller.
//!
//! A format decides nothing about a chain that is in flight: what it reads from the device it passes on as an entry, and
//! the ring compares that with its record.

use crate::Segment;
use crate::error::Fault;
use crate::layout::{RingLayout, RingMemory};
use crate::ledger::{Counts, Record};

/// Descriptors taken and written for a chain.
pub struct Written {
    pub(crate) head: u32,
    pub(crate) record: Record,
}

/// Does the device want a kick?
pub enum Kick {
    /// No.
    No,
    /// Yes.
    Yes,
    /// [`decide`](Format::decide) says.
    Ask {
        /// What the device's event word holds.
        wish: u32,
        /// Descriptors made available at the last decision.
        old: u32,
    },
}

/// What there is to see where the next returned chain must be.
pub enum Look {
    /// Nothing yet.
    Nothing,
    /// `written << 32 | id`, as the device says.
    Entry(u64),
    /// The same, of the last of several chains: the device returns them in order, and this is one of the next `chains`.
    LastOf {
        /// At most so many.
        chains: u64,
        /// Of the last.
        entry: u64,
    },
}

/// A ring format with room for `N` descriptors. Sealed: the module is private.
pub trait Format<const N: usize>: Sized {
    /// `VIRTIO_F_RING_PACKED`.
    const PACKED: bool;

    /// The format's part of a ring in cleared memory.
    ///
    /// # Safety
    /// The memory is as large as the layout asks, valid as long as this is used, and used for nothing else; the layout is
    /// one of this format with at most `N` descriptors.
    unsafe fn new(memory: &RingMemory, layout: &RingLayout) -> Self;

    /// Descriptors ever taken for chains.
    fn descriptors(&self) -> u64;

    /// Free descriptors.
    fn free(&self) -> u16;

    /// Takes and writes descriptors for `K` segments, the first `readable` of which are to be read. Nothing: they are too
    /// many now, or have to be measured in full, or the format has no short way for them.
    fn write_few<const K: usize>(&mut self, segments: [&Segment; K], readable: usize) -> Option<Written>;

    /// The same for lists of any length that fit what is free. Nothing: they are no chain that a device may see. The
    /// chain will be number `number` of all added.
    fn write_many(&mut self, number: u64, readable: &[Segment], writable: &[Segment]) -> Option<Written>;

    /// One descriptor naming the slot's own table, into which the segments are written.
    ///
    /// # Safety
    /// A descriptor is free, the table has as many entries as there are segments, and the segments have been measured.
    unsafe fn write_indirect(&mut self, number: u64, readable: &[Segment], writable: &[Segment]) -> Written;

    /// Gives a chain that is written its place among those the device will see.
    ///
    /// # Safety
    /// `head` is one that was just written, and `counts` does not count it yet.
    unsafe fn announce(&mut self, head: u32, counts: &Counts);

    /// Shows the device the chains added since the last time. Does it want a kick for them?
    fn publish(&mut self, counts: &Counts) -> Kick;

    /// Answers what [`publish`](Self::publish) has left open.
    fn decide(&self, wish: u32, old: u32) -> Result<bool, Fault> {
        let _ = (wish, old);
        Ok(true)
    }

    /// The next entry, if there plainly is one. Otherwise only [`look`](Self::look) says.
    fn entry(&self, counts: &Counts) -> Option<u64>;

    /// What there is to see; nothing is left out.
    fn look(&self, counts: Counts) -> Result<Look, Fault>;

    /// The head of the chain that was added as number `number` and is in flight.
    fn ordered(&self, number: u64) -> u16;

    /// Frees the descriptors of a chain the device has returned.
    ///
    /// # Safety
    /// `record` is that of a chain which was in flight under `head` just now.
    unsafe fn release(&mut self, head: u32, record: Record);

    /// The same, of the oldest chain in flight, where chains come back in order.
    ///
    /// # Safety
    /// As for [`release`](Self::release).
    unsafe fn release_oldest(&mut self, head: u32, record: Record) {
        // SAFETY: promised by the caller.
        unsafe { self.release(head, record) }
    }

    /// Asks for an interrupt at the next chain the device returns, then looks again. `true`: there is something already.
    fn arm(&mut self, counts: Counts) -> bool;

    /// Asks for no interrupts.
    fn disarm(&mut self, counts: Counts);

    /// Makes the short ways fail from now on, so that they need no test of their own for a latched fault.
    fn close(&mut self, counts: Counts);
}
