//! The ring for many submitters: two of them, and on a third thread the device or the consumer.

use super::{Bell, holds_only_with, memory};
use crate::device::SplitDevice;
use crate::sync::Site;
use crate::testing::{HostMemory, SPLIT};
use crate::{Chain, DevAddr, Refusal, RingFeatures, RingLayout, Segment, SharedRing};
use loom::cell::UnsafeCell;
use loom::thread;
use std::sync::Arc;

/// A chain of one segment. It owns nothing, so that a mutant which hands it out twice does no more than that.
struct Message {
    id: u32,
    segment: [Segment; 1],
}

// SAFETY: the address names no memory; the models' devices never follow it.
unsafe impl Chain for Message {
    fn readable(&self) -> &[Segment] {
        &self.segment
    }

    fn writable(&self) -> &[Segment] {
        &[]
    }
}

/// What all threads see.
struct World {
    ring: SharedRing<Message, 4>,
    kicks: Bell,
    interrupts: Bell,
    /// What each chain's buffers contain.
    contents: [UnsafeCell<u32>; 3],
    _memory: HostMemory,
}

impl World {
    fn with_ring(event_idx: bool, size: u16) -> (Arc<Self>, SplitDevice) {
        let features = RingFeatures { event_idx, indirect: false, ..SPLIT };
        let layout = RingLayout::new(features, size, 0).unwrap();
        let memory = memory::make(&layout);
        let at = memory.memory();
        // SAFETY: the memory is kept in the world, which the model's threads keep.
        let (ring, device) = unsafe { (SharedRing::new(at, layout).unwrap(), SplitDevice::new(at, layout)) };
        let contents = core::array::from_fn(|_| UnsafeCell::new(0));
        let (kicks, interrupts) = (Bell::default(), Bell::default());
        (Arc::new(Self { ring, kicks, interrupts, contents, _memory: memory }), device)
    }

    /// Whoever has the chain now uses its buffers.
    fn touch(&self, id: u32) {
        // SAFETY: that nobody else is there is what loom checks.
        self.contents[id as usize].with_mut(|contents| unsafe { *contents += 1 });
    }

    /// A chain, its buffers written.
    fn chain(&self, id: u32) -> Message {
        self.touch(id);
        Message { id, segment: [Segment::new(DevAddr::new(id.into()), 1)] }
    }

    fn kick_if(&self, wanted: bool) {
        if wanted {
            self.kicks.ring();
        }
    }

    fn submit(&self, id: u32) {
        self.kick_if(self.ring.submit(self.chain(id)).expect("room").kick);
    }

    fn submit_two(&self, ids: [u32; 2]) {
        let mut batch = self.ring.batch();
        assert!(batch.reserve(2));
        for id in ids {
            batch.add(self.chain(id)).expect("room");
        }
        self.kick_if(batch.publish());
    }

    /// The device takes the next chain if there is one, and uses its buffers.
    fn take(&self, device: &mut SplitDevice) -> Option<u16> {
        let mut id = 0;
        let head = device.pop_with(|it| id = it.segment.addr.get() as u32).expect("an honest driver");
        head.inspect(|_| self.touch(id))
    }

    /// The device takes `chains` chains, sleeping where there is none.
    fn take_all(&self, device: &mut SplitDevice, chains: usize) {
        for _ in 0..chains {
            device.disarm();
            while self.take(device).is_none() {
                if !device.arm() {
                    self.kicks.sleep();
                }
            }
        }
    }
}

/// What submitters rest on among themselves and towards the device.
const SUBMITTING: [Site; 6] =
    [Site::Publish, Site::Kick, Site::DeviceArm, Site::Begin, Site::End, Site::Leave];

/// Two cores submit a chain each; a third is a device that sleeps.
fn two_submit(event_idx: bool) {
    let (world, mut device) = World::with_ring(event_idx, 2);
    let submitters = [0, 1].map(|id| {
        let world = world.clone();
        thread::spawn(move || world.submit(id))
    });
    world.take_all(&mut device, 2);
    for submitter in submitters {
        submitter.join().unwrap();
    }
    assert_eq!(world.ring.in_flight(), 2);
}

#[test]
fn no_chain_of_two_submitters_is_lost_and_no_kick_with_event_indices() {
    holds_only_with(&SUBMITTING, || two_submit(true));
}

#[test]
fn no_chain_of_two_submitters_is_lost_and_no_kick_with_flags() {
    holds_only_with(&SUBMITTING, || two_submit(false));
}

/// One core submits a batch of two, the other a chain.
fn batch_and_chain() {
    let (world, mut device) = World::with_ring(true, 4);
    let batch = thread::spawn({
        let world = world.clone();
        move || world.submit_two([0, 1])
    });
    let chain = thread::spawn({
        let world = world.clone();
        move || world.submit(2)
    });
    world.take_all(&mut device, 3);
    batch.join().unwrap();
    chain.join().unwrap();
    assert_eq!(world.ring.in_flight(), 3);
}

#[test]
fn a_batch_and_a_chain_are_published_whole_whoever_does_it() {
    holds_only_with(&SUBMITTING, batch_and_chain);
}

/// One core submits a chain, the other two; the device comes when they are done.
fn chain_and_two_chains() {
    let (world, mut device) = World::with_ring(true, 4);
    let other = thread::spawn({
        let world = world.clone();
        move || {
            world.submit(1);
            world.submit(2);
        }
    });
    world.submit(0);
    other.join().unwrap();
    world.take_all(&mut device, 3);
}

#[test]
fn what_is_left_after_the_publisher_has_looked_is_collected_with_the_rest() {
    holds_only_with(&[Site::Leave, Site::Collect], chain_and_two_chains);
}

/// One core submits two chains to a ring with room for one; the other is device and consumer.
fn given_back_and_taken() {
    let (world, mut device) = World::with_ring(true, 1);
    let submitter = thread::spawn({
        let world = world.clone();
        move || {
            for id in 0..2 {
                let mut chain = world.chain(id);
                while let Err(refused) = world.ring.submit(chain) {
                    assert_eq!(refused.why, Refusal::Full);
                    chain = refused.chain;
                    thread::yield_now();
                }
            }
        }
    });
    let mut consumer = world.ring.consumer().expect("nobody else");
    for id in 0..2 {
        let head = loop {
            match world.take(&mut device) {
                Some(head) => break head,
                None => thread::yield_now(),
            }
        };
        device.push(head, 0);
        device.publish();
        let done = consumer.pop().expect("an honest device").expect("a chain");
        assert_eq!(done.chain.id, id);
        world.touch(id);
    }
    submitter.join().unwrap();
    assert_eq!((world.ring.free(), world.ring.in_flight()), (1, 0));
}

#[test]
fn what_the_consumer_gives_back_is_done_with_before_a_submitter_takes_it() {
    holds_only_with(&[Site::Take, Site::Give], given_back_and_taken);
}

/// Two cores want to take back the two chains the device has returned.
fn two_consume() {
    let (world, mut device) = World::with_ring(true, 2);
    world.submit(0);
    world.submit(1);
    world.take_all(&mut device, 2);
    for head in [1, 0] {
        device.push(head, 0);
    }
    device.publish();
    let visit = |world: &World| {
        let mut consumer = world.ring.consumer()?;
        let done = consumer.pop().expect("an honest device").expect("a chain");
        world.touch(done.chain.id);
        Some(done.chain.id)
    };
    let other = thread::spawn({
        let world = world.clone();
        move || visit(&world)
    });
    let here = visit(&world);
    let there = other.join().unwrap();
    assert!(here.is_some() || there.is_some(), "both cannot have been refused");
    assert!(here != there);
}

#[test]
fn one_consumer_goes_on_where_the_last_has_let_go() {
    holds_only_with(&[Site::Consume, Site::Release], two_consume);
}

/// A consumer that sleeps, and a device that returns what it has.
fn consumer_sleeps(event_idx: bool) {
    let (world, mut device) = World::with_ring(event_idx, 2);
    let mut consumer = world.ring.consumer().expect("nobody else");
    consumer.disarm();
    world.submit(0);
    let other = thread::spawn({
        let world = world.clone();
        move || {
            let head = world.take(&mut device).expect("a chain");
            device.push(head, 0);
            if device.publish() {
                world.interrupts.ring();
            }
        }
    });
    let done = loop {
        if let Some(done) = consumer.pop().expect("an honest device") {
            break done;
        }
        if !consumer.arm() {
            world.interrupts.sleep();
        }
    };
    world.touch(done.chain.id);
    other.join().unwrap();
}

#[test]
fn a_consumer_that_has_armed_is_woken_with_event_indices() {
    holds_only_with(&[Site::Used, Site::Arm, Site::DeviceInterrupt], || consumer_sleeps(true));
}

#[test]
fn a_consumer_that_has_armed_is_woken_with_flags() {
    holds_only_with(&[Site::Used, Site::Arm, Site::DeviceInterrupt], || consumer_sleeps(false));
}

/// The device returns a chain before it has been told of it.
fn returned_unasked() {
    let (world, mut device) = World::with_ring(true, 2);
    let submitter = thread::spawn({
        let world = world.clone();
        // Or refused, once the lie is out.
        move || drop(world.ring.submit(world.chain(0)))
    });
    device.lie_entry(0, 0);
    device.publish();
    let mut consumer = world.ring.consumer().expect("nobody else");
    match consumer.pop() {
        Ok(done) => assert_eq!(done.expect("the device says so").chain.id, 0),
        Err(fault) => assert_eq!(world.ring.fault(), Some(fault)),
    }
    drop(consumer);
    submitter.join().unwrap();
}

#[test]
fn a_chain_returned_unasked_is_a_fault_or_whole() {
    holds_only_with(&[Site::Record, Site::Confirm], returned_unasked);
}
