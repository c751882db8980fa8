//! The device's side of a queue, for tests that play a whole device against a driver here.

use alloc::vec::Vec;

use ninewire_queue::device::{DeviceChain, DeviceRing};
use ninewire_queue::{RingFeatures, RingLayout, RingMemory, Segment};

use crate::mem;
use crate::task;
use crate::virtio::fake::Fake;

/// A queue a driver has enabled, from the device's side.
pub(crate) struct DeviceQueue {
    pub(super) ring: DeviceRing,
    fake: Fake,
}

impl DeviceQueue {
    /// Takes the device's side of queue `index`.
    pub(super) fn attach(fake: &Fake, index: u16, features: RingFeatures, table_entries: u16) -> DeviceQueue {
        let queue = fake.queue(index).expect("the driver has enabled the queue");
        let tables = if features.indirect { table_entries.min(queue.size) } else { 0 };
        let layout = RingLayout::new(features, queue.size, tables).expect("a layout the driver has made");
        let cpu = mem::device_memory(queue.areas.desc, layout.bytes()).expect("rings lie in the pool");
        let memory = RingMemory::new(cpu, queue.areas.desc, layout.bytes());
        assert_eq!(layout.areas(&memory), queue.areas, "driver and test lay the ring out alike");
        // SAFETY: the ring lives as long as the driver, which is leaked.
        let ring = unsafe { DeviceRing::new(memory, layout) };
        DeviceQueue { ring, fake: fake.clone() }
    }

    /// The next chain the driver has made available.
    pub(super) fn pop(&mut self) -> Option<DeviceChain> {
        self.ring.pop().expect("the driver keeps the rules")
    }

    /// Returns a chain and interrupts if the driver wants that.
    pub(super) fn complete(&mut self, head: u16, written: u32) {
        if self.ring.complete(head, written) {
            self.fake.interrupt();
        }
    }

    /// Takes a chain and fills its writable part with `bytes`, as much as fits; how much that was. None: no chain.
    pub(crate) fn fill(&mut self, bytes: &[u8]) -> Option<usize> {
        let chain = self.pop()?;
        let len = write_all(chain.writable(), bytes);
        self.complete(chain.head, len as u32);
        Some(len)
    }

    /// Takes a chain and gives it back; what the driver put into it. None: no chain.
    pub(crate) fn drain(&mut self) -> Option<Vec<Vec<u8>>> {
        let chain = self.pop()?;
        let pieces = chain.readable().map(read).collect();
        self.complete(chain.head, 0);
        Some(pieces)
    }
}

/// What the device finds in a segment.
pub(super) fn read(segment: Segment) -> Vec<u8> {
    let len = segment.len as usize;
    let cpu = mem::device_memory(segment.addr, len).expect("segments lie in the pool");
    // SAFETY: the driver has lent these bytes, initialised, and nobody writes them meanwhile.
    unsafe { core::slice::from_raw_parts(cpu.as_ptr(), len) }.to_vec()
}

/// Writes as the device does.
pub(super) fn write(segment: Segment, bytes: &[u8]) {
    assert!(bytes.len() <= segment.len as usize);
    let cpu = mem::device_memory(segment.addr, bytes.len()).expect("segments lie in the pool");
    // SAFETY: the driver has lent these bytes to be written, and nobody else reaches them meanwhile.
    unsafe { cpu.as_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
}

/// Writes `bytes` over segments, as much as fits; how much that was.
pub(super) fn write_all(segments: impl Iterator<Item = Segment>, mut bytes: &[u8]) -> usize {
    let all = bytes.len();
    for segment in segments {
        let (now, later) = bytes.split_at(bytes.len().min(segment.len as usize));
        write(segment, now);
        bytes = later;
    }
    all - bytes.len()
}

/// Lets this thread's core run a few rounds.
pub(super) fn turn() {
    task::block_on(task::yield_now());
}
