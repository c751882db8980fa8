//! A virtqueue in use: the ring, its memory, and the register that tells the device about it.
//!
//! Ring memory comes from the page pool and stays with the device for good: drivers here live as long as the machine.

use alloc::boxed::Box;
use core::fmt;

use ninewire_dma::Exhausted;
use ninewire_queue::{
    AddError, AnyRing, Chain, CreateError, Done, Fault, Head, Lookout, RingFeatures, RingLayout, RingMemory,
};

use crate::mem::{self, Map};
use crate::virtio::{Device, InitError, Notify};

/// Descriptors of any queue, at most: what QEMU gives 9P and serial devices.
pub(super) const SIZE_MAX: usize = 128;

/// Why a queue could not be set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueError {
    /// The device has no such queue.
    Absent {
        /// Its index.
        index: u16,
    },
    /// The page pool has no room for the ring.
    NoMemory(Exhausted),
    /// The ring cannot be made so.
    Ring(CreateError),
    /// The device did not take it.
    Device(InitError),
}

impl fmt::Display for QueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueueError::Absent { index } => write!(f, "the device has no queue {index}"),
            QueueError::NoMemory(error) => write!(f, "no memory for a ring: {error}"),
            QueueError::Ring(error) => error.fmt(f),
            QueueError::Device(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for QueueError {}

/// A queue the device knows and nobody uses yet.
#[derive(Debug)]
pub(super) struct Enabled {
    layout: RingLayout,
    memory: ninewire_dma::Coherent<'static, Map>,
    notify: Notify,
}

impl Enabled {
    /// Gives the device memory for its queue `index`. With `indirect` negotiated every chain slot gets a table of
    /// `table_entries`.
    pub(super) fn new(
        device: &Device,
        index: u16,
        features: RingFeatures,
        table_entries: u16,
    ) -> Result<Enabled, QueueError> {
        let offered = device.queue_size(index);
        if offered == 0 {
            return Err(QueueError::Absent { index });
        }
        let size = largest_size(offered, features);
        let table_entries = if features.indirect { table_entries.min(size) } else { 0 };
        let layout = RingLayout::new(features, size, table_entries).map_err(QueueError::Ring)?;
        let memory = mem::pool().alloc_bytes(layout.bytes()).map_err(QueueError::NoMemory)?.into_coherent();
        let areas = layout.areas(&ring_memory(&memory));
        let notify = device.enable_queue(index, size, areas).map_err(QueueError::Device)?;
        Ok(Enabled { layout, memory, notify })
    }

    /// Makes the ring.
    pub(super) fn open<C: Chain>(self) -> Result<Virtqueue<C>, QueueError> {
        let memory = ring_memory(&self.memory);
        // SAFETY: the memory is this queue's alone and kept beside the ring; it goes back to nobody, not even on drop
        // (dropping `Coherent` quarantines), so the device may keep it.
        let ring = unsafe { AnyRing::new(memory, self.layout) }.map_err(QueueError::Ring)?;
        Ok(Virtqueue {
            ring: Box::new(ring),
            memory: self.memory,
            notify: self.notify,
            kicks: 0,
            descriptors: 0,
            in_flight: 0,
        })
    }
}

fn ring_memory(memory: &ninewire_dma::Coherent<'static, Map>) -> RingMemory {
    RingMemory::new(memory.as_ptr(), memory.segment().addr, memory.len())
}

/// As large as the device offers and our rings can be; a split ring is a power of two (virtio 1.2, 2.7).
fn largest_size(offered: u16, features: RingFeatures) -> u16 {
    let size = offered.min(SIZE_MAX as u16);
    if features.packed { size } else { 1 << size.ilog2() }
}

/// A queue in use.
pub(super) struct Virtqueue<C: Chain> {
    ring: Box<AnyRing<C, SIZE_MAX>>,
    memory: ninewire_dma::Coherent<'static, Map>,
    notify: Notify,
    kicks: u64,
    descriptors: u64,
    /// Chains with the device, or about to be.
    in_flight: usize,
}

impl<C: Chain> Virtqueue<C> {
    /// Takes a chain; the device sees it after [`Virtqueue::publish`].
    pub(super) fn add(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let descriptors = chain.readable().len() + chain.writable().len();
        let head = self.ring.add(chain)?;
        self.descriptors += descriptors as u64;
        self.in_flight += 1;
        Ok(head)
    }

    /// Shows the device everything added, and tells it if it wants to be told.
    pub(super) fn publish(&mut self) {
        if self.ring.publish() {
            self.notify();
        }
    }

    /// Tells the device, whether it wants to be told or not.
    pub(super) fn notify(&mut self) {
        self.kicks += 1;
        self.notify.notify();
    }

    /// Takes what the device has returned. A queue with nothing at the device is not looked at: every round of the run loop
    /// asks, and what a device returns of nothing shows as a lie as soon as it has something, or the queue is armed.
    #[inline]
    pub(super) fn pop(&mut self) -> Result<Option<Done<C>>, Fault> {
        if self.in_flight == 0 {
            return Ok(None);
        }
        let done = self.ring.pop()?;
        self.in_flight -= usize::from(done.is_some());
        Ok(done)
    }

    /// Lets `lookout` look for the device's next move.
    ///
    /// # Safety
    /// This queue is never recovered.
    #[inline]
    pub(super) unsafe fn show(&self, lookout: &Lookout) {
        // SAFETY: the ring's memory goes back to nobody, not even on drop, but by `recover`.
        unsafe { self.ring.show(lookout) };
    }

    /// Asks for an interrupt, then looks again; true: something is there.
    pub(super) fn arm(&mut self) -> Result<bool, Fault> {
        self.arm_after(1)
    }

    /// The same for the `chains`th chain from now, or the last one the device has. An error: it has none and returns
    /// something all the same, for which `pop` does not look.
    pub(super) fn arm_after(&mut self, chains: u16) -> Result<bool, Fault> {
        let under_way = self.ring.in_flight();
        let found = self.ring.arm_after(chains.min(under_way).max(1));
        if found && under_way == 0 {
            self.ring.pop()?;
        }
        Ok(found)
    }

    pub(super) fn disarm(&mut self) {
        self.ring.disarm();
    }

    /// Chains with the device, or about to be.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Descriptors it has.
    pub(super) fn size(&self) -> usize {
        self.ring.layout().size() as usize
    }

    /// Ends the queue: `take` gets every chain that was with the device, and the ring's memory goes back to the pool.
    ///
    /// # Safety
    /// The device has been reset and has confirmed it.
    pub(super) unsafe fn recover(mut self, take: impl FnMut(Head, C)) {
        // SAFETY: the caller's promise. The ring is gone before its memory is.
        unsafe {
            self.ring.recover(take);
            drop(self.ring);
            drop(self.memory.reclaim());
        }
    }

    /// Adds what this queue has done to the device's counters.
    pub(super) fn count_into(&self, counters: &mut super::Counters) {
        let stats = self.ring.stats();
        counters.kicks += self.kicks;
        counters.chains += stats.chains;
        counters.descriptors += self.descriptors;
        counters.completions += stats.completions;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_as_large_as_both_sides_allow() {
        let split = RingFeatures::default();
        let packed = RingFeatures { packed: true, ..split };
        assert_eq!(largest_size(1024, split), 128);
        assert_eq!(largest_size(100, split), 64);
        assert_eq!(largest_size(100, packed), 100);
        assert_eq!(largest_size(1, split), 1);
    }
}
