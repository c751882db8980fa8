//! The ring for many submitters against an honest and a lying device, on one core and on several.

use super::script::{Step, play};
use super::{Batch, SharedRing};
use crate::device::SplitDevice;
use crate::testing::script::{Lie, Machine};
use crate::testing::{Fates, HostMemory, SPLIT, TestChain, allocations};
use crate::{Chain, CreateError, Fault, Refusal, RingFeatures, RingLayout, Segment};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Mutex;

struct Rig<C: Chain = TestChain> {
    ring: SharedRing<C, 16>,
    device: SplitDevice,
    fates: Fates,
    _memory: HostMemory,
}

impl<C: Chain> Rig<C> {
    fn with(features: RingFeatures, size: u16, table_entries: u16) -> Self {
        let layout = RingLayout::new(features, size, table_entries).unwrap();
        let memory = HostMemory::for_ring(&layout);
        // SAFETY: the rig keeps the memory until ring and device are gone: fields are dropped in order.
        let (ring, device) = unsafe {
            (SharedRing::new(memory.memory(), layout).unwrap(), SplitDevice::new(memory.memory(), layout))
        };
        Self { ring, device, fates: Fates::default(), _memory: memory }
    }

    fn of(size: u16) -> Self {
        Self::with(SPLIT, size, 0)
    }

    /// What the device sees now: head and lengths of each chain, readable and writable.
    fn seen(&mut self) -> Vec<(u16, Vec<u32>)> {
        let mut chains = Vec::new();
        loop {
            let mut lens = Vec::new();
            match self.device.pop_with(|it| lens.push(it.segment.len)).unwrap() {
                Some(head) => chains.push((head, lens)),
                None => return chains,
            }
        }
    }

    /// The device returns a chain at once.
    fn return_chain(&mut self, head: u16, written: u32) {
        self.device.push(head, written);
        self.device.publish();
    }
}

impl Rig {
    fn chain(&self, id: u32, readable: &[u32], writable: &[u32]) -> TestChain {
        self.fates.chain(id, readable, writable)
    }

    fn submit(&self, id: u32, readable: &[u32], writable: &[u32]) -> u16 {
        self.ring.submit(self.chain(id, readable, writable)).unwrap().head.index() as u16
    }
}

#[test]
fn chains_of_all_shapes_go_there_and_back_in_any_order_and_free_their_descriptors() {
    let mut rig = Rig::of(16);
    let shapes: [(&[u32], &[u32]); 6] =
        [(&[1], &[2]), (&[3], &[]), (&[], &[4]), (&[5], &[6, 7]), (&[8, 9], &[10]), (&[1, 2], &[3, 4])];
    let heads: Vec<u16> = (0..).zip(shapes).map(|(id, (r, w))| rig.submit(id, r, w)).collect();
    let expected: Vec<_> = heads.iter().zip(shapes).map(|(&head, (r, w))| (head, [r, w].concat())).collect();
    assert_eq!(rig.seen(), expected);
    assert_eq!((rig.ring.in_flight(), rig.ring.free()), (6, 2));
    for id in [3, 0, 5, 1, 4, 2] {
        let room: u32 = shapes[id].1.iter().sum();
        rig.return_chain(heads[id], room);
        let done = rig.ring.consumer().unwrap().pop().unwrap().unwrap();
        assert_eq!((done.chain.id as usize, done.written, done.head.index() as u16), (id, room, heads[id]));
    }
    assert_eq!((rig.ring.in_flight(), rig.ring.free()), (0, 16));
    assert!(rig.ring.consumer().unwrap().pop().unwrap().is_none());
    let stats = rig.ring.stats();
    assert_eq!((stats.chains, stats.descriptors, stats.completions), (6, 14, 6));
}

#[test]
fn a_full_ring_gives_the_chain_back_and_has_room_again_after_one_pop() {
    let mut rig = Rig::of(4);
    let heads = [rig.submit(0, &[1], &[1]), rig.submit(1, &[1], &[1])];
    let refused = rig.ring.submit(rig.chain(2, &[1], &[])).unwrap_err();
    assert_eq!((refused.why, refused.chain.id), (Refusal::Full, 2));
    assert_eq!(rig.ring.submit(rig.chain(3, &[1; 5], &[])).unwrap_err().why, Refusal::TooLong);
    assert_eq!(rig.ring.submit(rig.chain(4, &[], &[])).unwrap_err().why, Refusal::Empty);
    assert_eq!(rig.ring.submit(rig.chain(5, &[0], &[])).unwrap_err().why, Refusal::ZeroLength);
    assert_eq!(rig.seen().len(), 2);
    rig.return_chain(heads[1], 1);
    let mut consumer = rig.ring.consumer().unwrap();
    assert_eq!(consumer.pop().unwrap().unwrap().chain.id, 1);
    assert_eq!(rig.submit(6, &[1], &[1]), heads[1]);
}

#[test]
fn a_chain_longer_than_what_is_free_takes_its_slots_table() {
    let mut rig = Rig::with(SPLIT, 4, 4);
    rig.submit(0, &[1], &[1]);
    let head = rig.submit(1, &[1, 2], &[3, 4]);
    assert_eq!(rig.ring.free(), 1);
    assert_eq!(rig.seen()[1], (head, vec![1, 2, 3, 4]));
    rig.return_chain(head, 7);
    assert_eq!(rig.ring.consumer().unwrap().pop().unwrap().unwrap().written, 7);
}

#[test]
fn a_batch_becomes_visible_at_once_in_order_with_one_kick() {
    let mut rig = Rig::of(16);
    rig.device.disarm();
    let mut batch = rig.ring.batch();
    assert!(batch.reserve(6));
    assert!(!batch.is_empty() || rig.ring.free() == 10);
    let heads: Vec<u16> =
        (0..4).map(|id| batch.add(rig.fates.chain(id, &[1 + id], &[1])).unwrap().index() as u16).collect();
    assert_eq!(
        (batch.len(), rig.ring.in_flight(), rig.ring.free()),
        (4, 0, 8),
        "six kept aside, two fetched"
    );
    assert!(!rig.device.arm(), "nothing to see yet");
    assert!(batch.publish(), "the device has asked");
    assert!(!batch.publish(), "nothing is left to publish");
    drop(batch);
    let seen: Vec<_> = heads.iter().zip(1..).map(|(&head, len)| (head, vec![len, 1])).collect();
    assert_eq!(rig.seen(), seen);
    heads.iter().for_each(|&head| rig.return_chain(head, 1));
    let mut back = Vec::new();
    assert_eq!(rig.ring.consumer().unwrap().pop_each(|done| back.push(done.chain.id)), Ok(4));
    assert_eq!((back, rig.ring.free()), (vec![0, 1, 2, 3], 16));
    assert_eq!(rig.ring.stats().kicks_wanted, 1);
}

#[test]
fn a_batch_dropped_before_it_is_published_leaves_no_trace() {
    let mut rig = Rig::of(8);
    let mut batch = rig.ring.batch();
    assert!(batch.reserve(5) && !batch.reserve(9));
    assert_eq!(rig.ring.free(), 8, "what cannot be had is not half taken");
    assert!(batch.reserve(3));
    for id in 0..3 {
        batch.add(rig.fates.chain(id, &[1], &[1])).unwrap();
    }
    drop(batch);
    assert_eq!((rig.ring.free(), rig.ring.in_flight()), (8, 0));
    assert_eq!((rig.fates.dropped(), rig.fates.abandoned()), (3, 0));
    assert_eq!(rig.seen(), []);
    for id in 0..8 {
        rig.submit(id, &[1], &[]);
    }
    assert_eq!(rig.seen().len(), 8, "every descriptor is there once");
}

#[test]
fn what_is_left_for_a_publisher_that_stands_still_is_accepted_and_published_when_it_goes_on() {
    let mut rig = Rig::of(16);
    assert!(rig.ring.publisher.begin());
    let one = rig.ring.submit(rig.chain(0, &[1], &[])).unwrap();
    let mut batch: Batch<'_, _, 16> = rig.ring.batch();
    let two = [1, 2].map(|id| batch.add(rig.fates.chain(id, &[1], &[])).unwrap());
    assert!(!one.kick && !batch.publish(), "the one that moves the index kicks");
    drop(batch);
    let three = rig.ring.submit(rig.chain(3, &[1], &[])).unwrap();
    assert_eq!((rig.seen().len(), rig.ring.in_flight(), rig.ring.free()), (0, 0, 12));
    assert!(rig.ring.finish(rig.ring.avail, 0, 0), "the device's first wish");
    let heads: Vec<u16> = rig.seen().into_iter().map(|(head, _)| head).collect();
    let seen = [one.head, two[0], two[1], three.head].map(|head| head.index() as u16);
    assert_eq!(heads, seen);
    assert!(rig.ring.publisher.begin(), "the right was given up");
}

#[test]
fn there_is_one_consumer_at_a_time() {
    let rig: Rig = Rig::of(2);
    let consumer = rig.ring.consumer();
    assert!(consumer.is_some());
    assert!((0..3).all(|_| rig.ring.consumer().is_none()), "being refused changes nothing");
    drop(consumer);
    assert!(rig.ring.consumer().is_some());
}

#[test]
fn each_lie_is_latched_named_and_closes_the_ring() {
    type Lie = fn(&mut SplitDevice);
    let lies: [(Lie, Fault); 4] = [
        (|device| device.lie_entry(16, 0), Fault::UnknownHead { id: 16 }),
        (|device| device.lie_entry(3, 0), Fault::NotInFlight { head: 3 }),
        (|device| device.lie_entry(0, 2), Fault::TooMuchWritten { head: 0, written: 2, room: 1 }),
        (|device| device.lie_index(3), Fault::IndexJump { claimed: 3, in_flight: 2 }),
    ];
    for (lie, fault) in lies {
        let mut rig = Rig::of(16);
        rig.submit(0, &[1], &[1]);
        rig.submit(1, &[], &[1]);
        let mut batch = rig.ring.batch();
        assert!(batch.reserve(2));
        lie(&mut rig.device);
        rig.device.publish();
        let mut consumer = rig.ring.consumer().unwrap();
        assert_eq!(consumer.pop().unwrap_err(), fault);
        assert_eq!(consumer.pop_each(|_| panic!("nothing comes back")).unwrap_err(), fault);
        assert!(consumer.arm() && rig.ring.fault() == Some(fault));
        drop(batch);
        assert_eq!(rig.ring.submit(rig.chain(2, &[1], &[])).unwrap_err().why, Refusal::Broken(fault));
        drop(consumer);
        assert_eq!((rig.ring.free(), rig.ring.in_flight()), (0, 2));
        let fates = rig.fates.clone();
        drop(rig.ring);
        assert_eq!((fates.abandoned(), fates.dropped()), (2, 1), "the refused one was ours to drop");
    }
}

#[test]
fn a_device_that_names_a_chain_it_was_not_told_of_is_caught() {
    let mut rig = Rig::of(16);
    rig.submit(0, &[1], &[1]);
    let mut batch = rig.ring.batch();
    let head = batch.add(rig.fates.chain(1, &[1], &[1])).unwrap();
    rig.device.lie_entry(head.index() as u32, 0);
    rig.device.publish();
    let fault = rig.ring.consumer().unwrap().pop().unwrap_err();
    assert_eq!(fault, Fault::NotInFlight { head: head.index() as u16 });
}

#[test]
fn after_a_reset_every_chain_comes_back() {
    let mut rig = Rig::of(16);
    for id in 0..3 {
        rig.submit(id, &[1], &[1]);
    }
    rig.device.lie_index(9);
    assert!(rig.ring.consumer().unwrap().pop().is_err());
    let mut ids = BTreeSet::new();
    // SAFETY: this device touches nothing any more.
    unsafe { rig.ring.recover(|_, chain| assert!(ids.insert(chain.id))) };
    assert_eq!((ids, rig.ring.in_flight()), (BTreeSet::from([0, 1, 2]), 0));
}

#[test]
fn after_a_reset_nothing_comes_back_a_second_time_and_nobody_is_accused() {
    let mut rig = Rig::of(16);
    let heads = [0, 1, 2].map(|id| rig.submit(id, &[1], &[1]));
    rig.seen();
    rig.return_chain(heads[0], 0);
    let mut back = Vec::new();
    // SAFETY: this device touches nothing any more.
    unsafe { rig.ring.recover(|_, chain| back.push(chain.id)) };
    assert_eq!(back, [0, 1, 2]);
    let mut consumer = rig.ring.consumer().unwrap();
    assert!(consumer.pop().unwrap().is_none(), "they are gone, and the device is honest");
    assert_eq!(consumer.pop_each(|_| panic!("nothing comes back")), Ok(0));
    assert!(!consumer.arm(), "nobody need wait for anything");
    drop(consumer);
    assert_eq!(rig.ring.submit(rig.chain(3, &[1], &[])).unwrap_err().why, Refusal::Recovered);
    assert_eq!(rig.ring.fault(), None);
}

#[test]
fn a_ring_that_keeps_no_order_is_not_made_for_in_order_use() {
    let layout = RingLayout::new(RingFeatures { in_order: true, ..SPLIT }, 4, 0).unwrap();
    let memory = HostMemory::for_ring(&layout);
    // SAFETY: nothing is made.
    let made = unsafe { SharedRing::<TestChain, 4>::new(memory.memory(), layout) };
    assert_eq!(made.err(), Some(CreateError::InOrderShared));
}

#[test]
fn neither_submitting_nor_taking_back_asks_for_memory() {
    let mut rig = Rig::with(SPLIT, 16, 8);
    let chains: Vec<_> = (0..3).map(|id| rig.chain(id, &[1; 4], &[1])).collect();
    let before = allocations();
    let mut batch = rig.ring.batch();
    for chain in chains {
        batch.add(chain).unwrap();
    }
    let _ = batch.publish();
    drop(batch);
    while let Some(head) = rig.device.pop_with(|_| {}).unwrap() {
        rig.device.push(head, 1);
    }
    rig.device.publish();
    let mut consumer = rig.ring.consumer().unwrap();
    let mut back = [const { None }; 3];
    for place in &mut back {
        *place = consumer.pop().unwrap();
    }
    assert_eq!(allocations(), before);
}

/// A chain that may go to other cores, of one or two segments.
struct Numbered {
    id: usize,
    segments: [Segment; 2],
    used: usize,
}

// SAFETY: the addresses name no memory; the test's device never follows them.
unsafe impl Chain for Numbered {
    fn readable(&self) -> &[Segment] {
        &self.segments[..self.used]
    }

    fn writable(&self) -> &[Segment] {
        &[]
    }
}

fn numbered(id: usize) -> Numbered {
    let segment = Segment::new(ninewire_dma::DevAddr::new(id as u64), 1 + id as u32);
    Numbered { id, segments: [segment; 2], used: 1 + id % 2 }
}

#[test]
fn what_several_cores_submit_comes_back_once_and_whole() {
    const EACH: usize = if cfg!(miri) { 40 } else { 20_000 };
    let Rig { ring, device, .. } = &mut Rig::<Numbered>::of(8);
    let (ring, device) = (&*ring, &Mutex::new(device));
    let back = &Mutex::new(vec![0_u8; 2 * EACH]);
    // Plays the device for all there is, and takes back what it has returned unless somebody else is at it.
    let make_room = move || {
        let mut device = device.lock().unwrap();
        let mut lens = (0, 0);
        while let Some(head) = device.pop_with(|it| lens = (lens.0 + 1, it.segment.len)).unwrap() {
            assert_eq!(lens.0, 1 + (lens.1 - 1) % 2, "a chain of {} segments", lens.0);
            lens = (0, 0);
            device.push(head, 0);
        }
        device.publish();
        drop(device);
        if let Some(mut consumer) = ring.consumer() {
            consumer.pop_each(|done| back.lock().unwrap()[done.chain.id] += 1).unwrap();
        }
    };
    let again = |refused: crate::AddError<Numbered>| {
        assert_eq!(refused.why, Refusal::Full);
        make_room();
        refused.chain
    };
    std::thread::scope(|scope| {
        for first in [0, EACH] {
            scope.spawn(move || {
                for id in (first..first + EACH).step_by(2) {
                    if id % 3 == 0 {
                        let mut batch = ring.batch();
                        for mut chain in [numbered(id), numbered(id + 1)] {
                            while let Err(refused) = batch.add(chain) {
                                let _ = batch.publish();
                                chain = again(refused);
                            }
                        }
                        let _ = batch.publish();
                    } else {
                        for mut chain in [numbered(id), numbered(id + 1)] {
                            while let Err(refused) = ring.submit(chain) {
                                chain = again(refused);
                            }
                        }
                    }
                }
            });
        }
    });
    make_room();
    assert!(back.lock().unwrap().iter().all(|&times| times == 1));
    assert_eq!((ring.free(), ring.in_flight()), (8, 0));
}

fn shape() -> impl Strategy<Value = (u8, u8)> {
    (0..4u8, 0..4u8)
}

fn honest() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => shape().prop_map(|(readable, writable)| Step::Submit { readable, writable }),
        1 => (0..6u8).prop_map(Step::Reserve),
        2 => shape().prop_map(|(readable, writable)| Step::Add { readable, writable }),
        2 => Just(Step::PublishBatch),
        1 => Just(Step::DropBatch),
        1 => Just(Step::StandStill),
        2 => Just(Step::GoOn),
        3 => Just(Step::Pop),
        1 => Just(Step::PopEach),
        1 => Just(Step::Arm),
        1 => Just(Step::Disarm),
        4 => (any::<usize>(), 0..40u32).prop_map(|(which, written)| Step::Return { which, written }),
        1 => Just(Step::DeviceArms),
    ]
}

fn lie() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..20u32, 0..80u32).prop_map(|(id, written)| Lie::Entry { id, written }),
        any::<u16>().prop_map(Lie::Index),
        any::<u64>().prop_map(Lie::Scribble),
        any::<u16>().prop_map(|event| Lie::Event(event.into())),
        any::<u16>().prop_map(Lie::Flags),
    ]
    .prop_map(Step::Lie)
}

fn machine() -> impl Strategy<Value = Machine> {
    (any::<bool>(), 0..5u32, 0..=16u16).prop_map(|(event_idx, log, tables)| Machine {
        features: RingFeatures { event_idx, ..SPLIT },
        size: 1 << log,
        tables: tables.min(1 << log),
        rounds: 0,
    })
}

/// An interpreter of memory accesses is a thousand times slower: there each step is to be walked, not how often.
const CASES: u32 = if cfg!(miri) { 2 } else { 256 };
const STEPS_MAX: usize = if cfg!(miri) { 20 } else { 200 };

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_honest_device_is_never_accused_and_loses_nothing(
        machine in machine(),
        steps in prop::collection::vec(honest(), 1..STEPS_MAX),
    ) {
        prop_assert_eq!(play(machine, &steps).fault, None);
    }

    #[test]
    fn a_lying_device_neither_crashes_the_ring_nor_gets_a_chain_back_twice(
        machine in machine(),
        steps in prop::collection::vec(prop_oneof![10 => honest(), 1 => lie()], 1..STEPS_MAX),
    ) {
        play(machine, &steps);
    }
}
