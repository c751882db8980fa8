//! What is measured: this crate's rings and a peer's, each with a device that takes every chain and returns it at once.
//!
//! The driver's three steps are functions that are never inlined, so that they cost a call each as in a driver. Those whose
//! names begin with `counted_`, and nothing else, are counted.

#![allow(dead_code, reason = "each bench uses its part")]

use std::alloc::{Layout, alloc_zeroed};
use std::hint::black_box;
use std::ptr::NonNull;

use ninewire_queue::device::DeviceRing;
use ninewire_queue::{
    AddError, Chain, DevAddr, Done, Fault, Head, PackedRing, Residence, Resident, Ring, RingFeatures,
    RingLayout, RingMemory, Segment, Steady,
};

pub(crate) mod device;
pub(crate) mod shared;
pub(crate) mod virtio_drivers_split;

/// Descriptors of every ring measured.
pub(crate) const SIZE: usize = 256;

/// Bytes of every segment.
const LEN: u32 = 100;

/// A driver and its device.
pub(crate) trait Rig {
    /// One chain there and back, `times` times.
    fn pass(&mut self, times: u64);
}

/// What the device does about kicks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kicks {
    /// It polls and asks for none.
    Unwanted,
    /// It asks for one at the next chain, by the event index, each time it has found nothing more.
    Wanted,
    /// It has asked once, by the event index, got its kick, and has said nothing since.
    Elsewhere,
}

/// Memory for rings, for good.
pub(crate) fn leak(bytes: usize) -> NonNull<u8> {
    let layout = Layout::from_size_align(bytes, 4096).expect("a page's alignment");
    // SAFETY: no ring's memory is empty.
    NonNull::new(unsafe { alloc_zeroed(layout) }).expect("memory")
}

/// A request whose lists may have any length: what a driver hands over that learns of a request's shape as it comes.
#[derive(Clone, Copy)]
pub(crate) struct Lists(&'static (Vec<Segment>, Vec<Segment>));

// SAFETY: the segments name no memory, and the device here follows none.
unsafe impl Chain for Lists {
    fn readable(&self) -> &[Segment] {
        &self.0.0
    }

    fn writable(&self) -> &[Segment] {
        &self.0.1
    }
}

/// A request of one segment each way, which the compiler knows: what a driver hands over whose requests look alike.
#[derive(Clone, Copy)]
pub(crate) struct Two(&'static (Segment, Segment));

// SAFETY: as above.
unsafe impl Chain for Two {
    fn readable(&self) -> &[Segment] {
        core::slice::from_ref(&self.0.0)
    }

    fn writable(&self) -> &[Segment] {
        core::slice::from_ref(&self.0.1)
    }
}

/// A chain of the benches: made once, sent again and again.
pub(crate) trait Request<R>: Chain {
    /// Entries of the indirect table each slot needs for it.
    const TABLE_ENTRIES: u16;
    /// One segment to read and `writable` to write.
    fn of(ring: &mut R, writable: usize) -> Self;
}

fn segments(count: usize) -> Vec<Segment> {
    (0..count).map(|index| Segment::new(DevAddr::new(0x1000 * index as u64), LEN)).collect()
}

impl Lists {
    fn of(writable: usize) -> Self {
        Self(Box::leak(Box::new((segments(1), segments(writable)))))
    }
}

// SAFETY: the lists never change.
unsafe impl Steady for Lists {}

impl<R> Request<R> for Lists {
    const TABLE_ENTRIES: u16 = 0;

    fn of(_: &mut R, writable: usize) -> Self {
        Self::of(writable)
    }
}

impl<R> Request<R> for Two {
    const TABLE_ENTRIES: u16 = 0;

    fn of(_: &mut R, writable: usize) -> Self {
        assert_eq!(writable, 1, "a request of two segments");
        Self(Box::leak(Box::new((segments(1)[0], segments(1)[0]))))
    }
}

impl<R: Driver<Self>> Request<R> for Resident<Lists> {
    const TABLE_ENTRIES: u16 = if R::PACKED { 16 } else { 0 };

    fn of(ring: &mut R, writable: usize) -> Self {
        let resident = ring.settle_here(Lists::of(writable));
        assert!(resident.is_placed(), "there is a place for it");
        resident
    }
}

/// A ring of this crate.
pub(crate) trait Driver<C: Chain>: Sized {
    const PACKED: bool;
    /// # Safety
    /// As `Ring::new`.
    unsafe fn make(memory: RingMemory, layout: RingLayout) -> Self;
    fn settle_here<D: Steady>(&mut self, chain: D) -> Resident<D>;
    fn counted_add(&mut self, chain: C) -> Result<Head, AddError<C>>;
    fn counted_kick(&mut self) -> bool;
    fn counted_pop(&mut self) -> Result<Option<Done<C>>, Fault>;
}

macro_rules! driver {
    ($ring:ident, $packed:literal) => {
        impl<C: Chain> Driver<C> for $ring<C, SIZE> {
            const PACKED: bool = $packed;

            unsafe fn make(memory: RingMemory, layout: RingLayout) -> Self {
                // SAFETY: promised by the caller.
                unsafe { $ring::new(memory, layout) }.expect("a ring of 256")
            }

            fn settle_here<D: Steady>(&mut self, chain: D) -> Resident<D> {
                self.settle(chain, Residence::Ring).expect("room in an empty ring")
            }

            #[inline(never)]
            fn counted_add(&mut self, chain: C) -> Result<Head, AddError<C>> {
                self.add(chain)
            }

            #[inline(never)]
            fn counted_kick(&mut self) -> bool {
                self.publish()
            }

            #[inline(never)]
            fn counted_pop(&mut self) -> Result<Option<Done<C>>, Fault> {
                self.pop()
            }
        }
    };
}
driver!(Ring, false);
driver!(PackedRing, true);

/// One of this crate's rings with its device.
pub(crate) struct Ours<R, C> {
    ring: Box<R>,
    device: DeviceRing,
    request: Option<C>,
    kicks: Kicks,
}

impl<R: Driver<C>, C: Request<R>> Ours<R, C> {
    /// With chains of one segment to read and `writable` to write.
    pub(crate) fn new(writable: usize) -> Self {
        let features = RingFeatures {
            event_idx: true,
            indirect: C::TABLE_ENTRIES > 0,
            packed: R::PACKED,
            in_order: false,
        };
        let layout = RingLayout::new(features, SIZE as u16, C::TABLE_ENTRIES).expect("a layout of 256");
        let cpu = leak(layout.bytes());
        let memory = RingMemory::new(cpu, DevAddr::new(cpu.addr().get() as u64), layout.bytes());
        // SAFETY: the memory is leaked.
        let (ring, mut device) = unsafe { (R::make(memory, layout), DeviceRing::new(memory, layout)) };
        device.disarm();
        let mut ring = Box::new(ring);
        let request = Some(C::of(&mut ring, writable));
        Self { ring, device, request, kicks: Kicks::Unwanted }
    }

    /// The same, with a device that does this about kicks.
    pub(crate) fn with_kicks(mut self, kicks: Kicks) -> Self {
        self.kicks = kicks;
        if kicks != Kicks::Unwanted {
            assert!(!self.device.arm(), "there is nothing yet");
        }
        self
    }
}

impl<R: Driver<C>, C: Request<R>> Rig for Ours<R, C> {
    fn pass(&mut self, times: u64) {
        for _ in 0..times {
            if self.kicks == Kicks::Wanted {
                assert!(!self.device.arm(), "it has taken everything");
            }
            let request = self.request.take().expect("it has come back");
            assert!(self.ring.counted_add(request).is_ok(), "room for one");
            // A device that wants none gets one in 65536 nevertheless, split.
            let wanted = black_box(self.ring.counted_kick());
            assert!(wanted || self.kicks != Kicks::Wanted, "it waits for a kick");
            let head = self.device.pop_with(|_| {}).expect("a chain").expect("a chain");
            self.device.push(head, LEN);
            black_box(self.device.publish());
            let done = black_box(self.ring.counted_pop()).expect("no fault").expect("a chain");
            assert_eq!(done.written, LEN);
            self.request = Some(done.chain);
        }
    }
}
