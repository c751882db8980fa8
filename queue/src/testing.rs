//! What the crate's own tests and its fuzz target stand on: ring memory whose device addresses are not its CPU addresses,
//! a chain that tells when it is lost, and lives of a ring and its device written down as [`script`]s.

#[cfg(test)]
mod allocations;
pub mod script;

#[cfg(test)]
pub(crate) use allocations::allocations;

use crate::device::DeviceRing;
use crate::{
    AnyRing, Chain, DevAddr, Place, Resident, RingFeatures, RingLayout, RingMemory, Segment, Steady,
};
use core::ptr::NonNull;
use std::alloc::{Layout, alloc, dealloc};
use std::cell::Cell;
use std::rc::Rc;

/// Ring memory on the host, filled with a visible pattern and given back at the end.
pub(crate) struct HostMemory {
    cpu: NonNull<u8>,
    layout: Layout,
}

impl HostMemory {
    /// The device sees the memory this far from where we do.
    const DEVICE_OFFSET: u64 = 0x7000_0000_0000;

    pub(crate) fn for_ring(layout: &RingLayout) -> Self {
        let layout = Layout::from_size_align(layout.bytes(), RingLayout::ALIGN).unwrap();
        // SAFETY: a ring's layout is never empty.
        let cpu = NonNull::new(unsafe { alloc(layout) }).unwrap();
        // SAFETY: just allocated with this size.
        unsafe { cpu.write_bytes(0xa5, layout.size()) };
        Self { cpu, layout }
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: allocated and filled by `for_ring`, and no device writes while a test looks.
        unsafe { core::slice::from_raw_parts(self.cpu.as_ptr(), self.layout.size()) }
    }

    pub(crate) fn memory(&self) -> RingMemory {
        let dev = DevAddr::new(self.cpu.addr().get() as u64).offset(Self::DEVICE_OFFSET);
        RingMemory::new(self.cpu, dev, self.layout.size())
    }
}

impl Drop for HostMemory {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, and the tests' rings are gone by now.
        unsafe { dealloc(self.cpu.as_ptr(), self.layout) };
    }
}

/// What became of a test's chains.
#[derive(Clone, Default)]
pub(crate) struct Fates {
    dropped: Rc<Cell<usize>>,
    abandoned: Rc<Cell<usize>>,
}

impl Fates {
    pub(crate) fn dropped(&self) -> usize {
        self.dropped.get()
    }

    pub(crate) fn abandoned(&self) -> usize {
        self.abandoned.get()
    }

    /// A chain of these readable and writable lengths, known by `id`; its addresses are made up from the id.
    pub(crate) fn chain(&self, id: u32, readable: &[u32], writable: &[u32]) -> TestChain {
        let segments = readable.iter().chain(writable).enumerate();
        let place = |index: usize| DevAddr::new(u64::from(id) << 32 | (index as u64) << 16);
        TestChain {
            id,
            segments: segments.map(|(index, &len)| Segment::new(place(index), len)).collect(),
            readable: readable.len(),
            abandoned: false,
            fates: self.clone(),
        }
    }
}

/// A chain that owns nothing a device could spoil.
#[derive(Debug)]
pub(crate) struct TestChain {
    pub(crate) id: u32,
    segments: Vec<Segment>,
    readable: usize,
    /// It goes like any other, and is counted apart.
    abandoned: bool,
    fates: Fates,
}

impl std::fmt::Debug for Fates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fates")
    }
}

impl Drop for TestChain {
    fn drop(&mut self) {
        let fate = if self.abandoned { &self.fates.abandoned } else { &self.fates.dropped };
        fate.set(fate.get() + 1);
    }
}

// SAFETY: the addresses name no memory; the test devices here never follow them.
unsafe impl Chain for TestChain {
    fn readable(&self) -> &[Segment] {
        &self.segments[..self.readable]
    }

    fn writable(&self) -> &[Segment] {
        &self.segments[self.readable..]
    }

    fn abandon(mut self) {
        self.abandoned = true;
    }
}

// SAFETY: its segments change by `&mut` only, and nobody changes them.
unsafe impl Steady for TestChain {}

/// What a driver moves that has ordinary chains and resident ones.
#[derive(Debug)]
pub(crate) enum Mixed {
    Written(TestChain),
    Settled(Resident<TestChain>),
}

impl Mixed {
    fn chain(&self) -> &TestChain {
        match self {
            Self::Written(chain) => chain,
            Self::Settled(resident) => resident,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.chain().id
    }
}

// SAFETY: everything is that of the one chain in it; the place is that of a resident.
unsafe impl Chain for Mixed {
    const MAY_RESIDE: bool = true;

    fn readable(&self) -> &[Segment] {
        self.chain().readable()
    }

    fn writable(&self) -> &[Segment] {
        self.chain().writable()
    }

    fn place(&self) -> &Place {
        match self {
            Self::Written(_) => &Place::NOWHERE,
            Self::Settled(resident) => resident.place(),
        }
    }

    fn abandon(self) {
        match self {
            Self::Written(chain) => chain.abandon(),
            Self::Settled(resident) => resident.abandon(),
        }
    }
}

/// A ring, its device, and what became of the chains.
pub(crate) struct Rig<C: Chain = TestChain> {
    pub(crate) ring: AnyRing<C, 16>,
    pub(crate) device: DeviceRing,
    pub(crate) fates: Fates,
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for the ring; only tests look at it"))]
    pub(crate) memory: HostMemory,
}

/// Event index and indirect chains, split.
pub(crate) const SPLIT: RingFeatures =
    RingFeatures { event_idx: true, indirect: true, packed: false, in_order: false };
/// The same, packed.
pub(crate) const PACKED: RingFeatures = RingFeatures { packed: true, ..SPLIT };

impl<C: Chain> Rig<C> {
    pub(crate) fn with_tables(features: RingFeatures, size: u16, table_entries: u16) -> Self {
        let layout = RingLayout::new(features, size, table_entries).unwrap();
        let memory = HostMemory::for_ring(&layout);
        // SAFETY: the rig keeps the memory until ring and device are gone: fields are dropped in order.
        let (ring, device) = unsafe {
            (AnyRing::new(memory.memory(), layout).unwrap(), DeviceRing::new(memory.memory(), layout))
        };
        Self { ring, device, fates: Fates::default(), memory }
    }
}

#[cfg(test)]
impl<C: Chain> Rig<C> {
    pub(crate) fn new(features: RingFeatures, size: u16) -> Self {
        Self::with_tables(features, size, 0)
    }

    /// Publishes, and lets the device take everything; answers the heads it saw.
    pub(crate) fn deliver(&mut self) -> Vec<u16> {
        let _ = self.ring.publish();
        std::iter::from_fn(|| self.device.pop().unwrap()).map(|chain| chain.head).collect()
    }
}

#[cfg(test)]
impl Rig {
    /// Adds a chain, not published yet.
    pub(crate) fn add(&mut self, id: u32, readable: &[u32], writable: &[u32]) -> u16 {
        self.ring.add(self.fates.chain(id, readable, writable)).unwrap().index() as u16
    }

    /// Takes everything the device has returned: ids and what was written.
    pub(crate) fn collect(&mut self) -> Vec<(u32, u32)> {
        std::iter::from_fn(|| self.ring.pop().unwrap()).map(|done| (done.chain.id, done.written)).collect()
    }
}
