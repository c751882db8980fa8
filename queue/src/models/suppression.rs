//! A ring with one owner and its device, each of which sleeps only after it has asked to be woken and looked again:
//! chains arrive, nobody sleeps for ever, and no buffer is touched by both at once.

use super::{Bell, holds_only_with, memory};
use crate::device::DeviceRing;
use crate::sync::Site;
use crate::testing::{Fates, HostMemory, PACKED, SPLIT, TestChain};
use crate::{AnyRing, RingFeatures, RingLayout};
use loom::cell::UnsafeCell;
use loom::thread;
use std::sync::Arc;

/// What driver and device both see.
struct World {
    kicks: Bell,
    interrupts: Bell,
    /// What the chains' buffers contain.
    contents: UnsafeCell<u32>,
    _memory: HostMemory,
}

impl World {
    fn with_ring(features: RingFeatures, size: u16) -> (Arc<Self>, AnyRing<TestChain, 4>, DeviceRing) {
        let layout = RingLayout::new(RingFeatures { indirect: false, ..features }, size, 0).unwrap();
        let memory = memory::make(&layout);
        let at = memory.memory();
        // SAFETY: the memory is kept in the world, which the model's threads keep.
        let (ring, device) = unsafe { (AnyRing::new(at, layout).unwrap(), DeviceRing::new(at, layout)) };
        let (kicks, interrupts) = (Bell::default(), Bell::default());
        (Arc::new(Self { kicks, interrupts, contents: UnsafeCell::new(0), _memory: memory }), ring, device)
    }

    /// Whoever has the chain now uses its buffers.
    fn touch(&self) {
        // SAFETY: that nobody else is there is what loom checks.
        self.contents.with_mut(|contents| unsafe { *contents += 1 });
    }
}

/// The device takes `chains` chains, sleeping where there is none, and returns each at once.
fn serve(world: &World, device: &mut DeviceRing, chains: usize) {
    for _ in 0..chains {
        device.disarm();
        let chain = loop {
            if let Some(chain) = device.pop().expect("an honest driver") {
                break chain;
            }
            if !device.arm() {
                world.kicks.sleep();
            }
        };
        world.touch();
        if device.complete(chain.head, 1) {
            world.interrupts.ring();
        }
    }
}

/// One chain after the other, there and back.
fn there_and_back(features: RingFeatures, chains: usize) {
    let (world, mut ring, mut device) = World::with_ring(features, 2);
    let other = thread::spawn({
        let world = world.clone();
        move || serve(&world, &mut device, chains)
    });
    for id in 0..chains {
        ring.disarm();
        world.touch();
        ring.add(Fates::default().chain(id as u32, &[1], &[1])).expect("room");
        if ring.publish() {
            world.kicks.ring();
        }
        let done = loop {
            if let Some(done) = ring.pop().expect("an honest device") {
                break done;
            }
            if !ring.arm() {
                world.interrupts.sleep();
            }
        };
        assert_eq!((done.chain.id, done.written), (id as u32, 1));
        world.touch();
    }
    other.join().unwrap();
}

const FLAGS: RingFeatures = RingFeatures { event_idx: false, ..SPLIT };
const PACKED_FLAGS: RingFeatures = RingFeatures { event_idx: false, ..PACKED };

/// What a ring with one owner rests on, and what its device does.
const BOTH_SIDES: [Site; 6] =
    [Site::Publish, Site::Used, Site::Kick, Site::Arm, Site::DeviceInterrupt, Site::DeviceArm];

#[test]
fn a_split_ring_with_event_indices_neither_loses_a_wake_up_nor_shares_a_buffer() {
    holds_only_with(&BOTH_SIDES, || there_and_back(SPLIT, 1));
}

#[test]
fn a_split_ring_with_flags_neither_loses_a_wake_up_nor_shares_a_buffer() {
    holds_only_with(&BOTH_SIDES, || there_and_back(FLAGS, 2));
}

#[test]
fn a_packed_ring_with_event_indices_neither_loses_a_wake_up_nor_shares_a_buffer() {
    holds_only_with(&BOTH_SIDES, || there_and_back(PACKED, 1));
}

#[test]
fn a_packed_ring_with_flags_neither_loses_a_wake_up_nor_shares_a_buffer() {
    holds_only_with(&BOTH_SIDES, || there_and_back(PACKED_FLAGS, 2));
}
