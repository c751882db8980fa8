//! One ring, one device, one story each.

use super::*;
use crate::RingFeatures;
use crate::device::SplitDevice;
use crate::testing::{Fates, HostMemory, TestChain};

const EVENT_IDX: RingFeatures =
    RingFeatures { event_idx: true, indirect: true, packed: false, in_order: false };

struct Rig {
    ring: Ring<TestChain, 16>,
    device: SplitDevice,
    fates: Fates,
    _memory: HostMemory,
}

fn rig(size: u16, tables: u16, features: RingFeatures) -> Rig {
    let layout = RingLayout::new(features, size, tables).unwrap();
    let memory = HostMemory::for_ring(&layout);
    // SAFETY: the rig keeps the memory until ring and device are gone.
    let (ring, device) =
        unsafe { (Ring::new(memory.memory(), layout).unwrap(), SplitDevice::new(memory.memory(), layout)) };
    Rig { ring, device, fates: Fates::default(), _memory: memory }
}

#[test]
fn a_chain_reaches_the_device_as_it_was_added_and_comes_back_with_what_was_written() {
    let mut rig = rig(4, 0, EVENT_IDX);
    let head = rig.ring.add(rig.fates.chain(7, &[10], &[20, 30])).unwrap();
    assert_eq!(rig.device.pop(), Ok(None), "not before it is published");
    assert!(rig.ring.publish(), "a fresh device wants to hear of the first chain");
    let chain = rig.device.pop().unwrap().unwrap();
    assert_eq!(chain.head as usize, head.index());
    let reads: Vec<_> = chain.readable().collect();
    let writes: Vec<_> = chain.writable().collect();
    assert_eq!(reads, [Segment::new(DevAddr::new(7 << 32), 10)]);
    assert_eq!(
        writes,
        [
            Segment::new(DevAddr::new(7 << 32 | 1 << 16), 20),
            Segment::new(DevAddr::new(7 << 32 | 2 << 16), 30)
        ]
    );
    assert!(rig.ring.pop().unwrap().is_none());
    rig.device.complete(chain.head, 21);
    let done = rig.ring.pop().unwrap().unwrap();
    assert_eq!((done.chain.id, done.written, done.head), (7, 21, head));
    assert_eq!((rig.ring.free(), rig.ring.in_flight()), (4, 0));
}

#[test]
fn a_full_ring_gives_the_chain_back_and_takes_it_once_there_is_room() {
    let mut rig = rig(4, 0, EVENT_IDX);
    for id in 0..2 {
        rig.ring.add(rig.fates.chain(id, &[1], &[1])).unwrap();
    }
    let refused = rig.ring.add(rig.fates.chain(2, &[1], &[])).unwrap_err();
    assert_eq!((refused.why, refused.chain.id), (Refusal::Full, 2));
    let _ = rig.ring.publish();
    let first = rig.device.pop().unwrap().unwrap();
    rig.device.complete(first.head, 0);
    assert_eq!(rig.ring.pop().unwrap().unwrap().chain.id, 0);
    rig.ring.add(refused.chain).unwrap();
}

#[test]
fn chains_no_ring_can_take_are_refused_with_the_reason() {
    let mut rig = rig(4, 0, EVENT_IDX);
    for (readable, writable, why) in [
        (&[][..], &[][..], Refusal::Empty),
        (&[1, 0], &[], Refusal::ZeroLength),
        (&[1], &[0], Refusal::ZeroLength),
        (&[1, 1, 1], &[1, 1], Refusal::TooLong),
        (&[u32::MAX], &[1], Refusal::TooLong),
    ] {
        let refused = rig.ring.add(rig.fates.chain(1, readable, writable)).unwrap_err();
        assert_eq!(refused.why, why, "{readable:?} {writable:?}");
    }
    assert_eq!(rig.ring.free(), 4);
    rig.ring.add(rig.fates.chain(2, &[u32::MAX - 1], &[1])).unwrap();
}

#[test]
fn a_chain_longer_than_what_is_free_goes_through_the_table_of_its_slot() {
    let mut rig = rig(4, 4, EVENT_IDX);
    rig.ring.add(rig.fates.chain(0, &[1], &[1])).unwrap();
    rig.ring.add(rig.fates.chain(1, &[5, 6], &[7])).unwrap();
    assert_eq!(rig.ring.free(), 1);
    let _ = rig.ring.publish();
    rig.device.pop().unwrap().unwrap();
    let chain = rig.device.pop().unwrap().unwrap();
    assert_eq!(chain.segments.len(), 3);
    assert_eq!(chain.room(), 7);
    rig.device.complete(chain.head, 7);
    assert_eq!(rig.ring.pop().unwrap().unwrap().chain.id, 1);
    assert_eq!(rig.ring.free(), 2);
}

#[test]
fn a_batch_is_one_store_and_one_decision() {
    let mut rig = rig(8, 0, EVENT_IDX);
    for id in 0..5 {
        rig.ring.add(rig.fates.chain(id, &[1], &[])).unwrap();
    }
    assert!(rig.ring.publish());
    assert!(!rig.ring.publish(), "nothing new");
    for _ in 0..5 {
        let chain = rig.device.pop().unwrap().unwrap();
        rig.device.push(chain.head, 0);
    }
    rig.device.publish();
    let order: Vec<_> = std::iter::from_fn(|| rig.ring.pop().unwrap()).map(|done| done.chain.id).collect();
    assert_eq!(order, [0, 1, 2, 3, 4]);
    let stats = rig.ring.stats();
    assert_eq!((stats.chains, stats.publishes, stats.kicks_wanted, stats.completions), (5, 1, 1, 5));
}

#[test]
fn an_armed_ring_hears_of_the_next_chain_and_a_disarmed_one_does_not() {
    for event_idx in [true, false] {
        let mut rig = rig(8, 0, RingFeatures { event_idx, ..EVENT_IDX });
        for id in 0..3 {
            rig.ring.add(rig.fates.chain(id, &[1], &[])).unwrap();
        }
        let _ = rig.ring.publish();
        let heads: Vec<_> = (0..3).map(|_| rig.device.pop().unwrap().unwrap().head).collect();
        assert!(!rig.ring.arm());
        assert!(rig.device.complete(heads[0], 0), "armed");
        assert!(rig.ring.arm(), "there is something already");
        drop(rig.ring.pop().unwrap().unwrap());
        rig.ring.disarm();
        assert!(!rig.device.complete(heads[1], 0), "disarmed");
        drop(rig.ring.pop().unwrap().unwrap());
        assert!(!rig.ring.arm());
        assert!(rig.device.complete(heads[2], 0), "armed again");
    }
}

#[test]
fn a_device_that_asks_for_no_kicks_gets_none() {
    for event_idx in [true, false] {
        let mut rig = rig(8, 0, RingFeatures { event_idx, ..EVENT_IDX });
        rig.device.disarm();
        rig.ring.add(rig.fates.chain(0, &[1], &[])).unwrap();
        assert!(!rig.ring.publish());
        assert!(rig.device.arm(), "the chain is there already");
        rig.device.pop().unwrap().unwrap();
        assert!(!rig.device.arm());
        rig.ring.add(rig.fates.chain(1, &[1], &[])).unwrap();
        assert!(rig.ring.publish());
    }
}

#[test]
fn a_lie_is_latched_and_the_chains_in_flight_are_abandoned_not_dropped() {
    let mut rig = rig(4, 0, EVENT_IDX);
    rig.ring.add(rig.fates.chain(0, &[1], &[8])).unwrap();
    rig.ring.add(rig.fates.chain(1, &[1], &[8])).unwrap();
    let _ = rig.ring.publish();
    let first = rig.device.pop().unwrap().unwrap();
    rig.device.complete(first.head, 9);
    let fault = Fault::TooMuchWritten { head: first.head, written: 9, room: 8 };
    assert_eq!(rig.ring.pop().unwrap_err(), fault);
    rig.device.complete(first.head, 8);
    assert_eq!(rig.ring.pop().unwrap_err(), fault, "the first lie stays");
    assert_eq!(rig.ring.add(rig.fates.chain(2, &[1], &[])).unwrap_err().why, Refusal::Broken(fault));
    assert!(!rig.ring.publish());
    assert_eq!((rig.ring.fault(), rig.ring.in_flight()), (Some(fault), 2));
    drop(rig.ring);
    assert_eq!((rig.fates.abandoned(), rig.fates.dropped()), (2, 1), "the refused one is ours to drop");
}

#[test]
fn chains_returned_in_order_may_share_one_used_entry() {
    let mut rig = rig(8, 0, RingFeatures { in_order: true, ..EVENT_IDX });
    for id in 0..4 {
        rig.ring.add(rig.fates.chain(id, &[1], &[8])).unwrap();
    }
    let _ = rig.ring.publish();
    let heads: Vec<_> = (0..4).map(|_| rig.device.pop().unwrap().unwrap().head).collect();
    rig.device.push_batch(3, heads[2], 5);
    rig.device.publish();
    let done: Vec<_> =
        std::iter::from_fn(|| rig.ring.pop().unwrap()).map(|it| (it.chain.id, it.written)).collect();
    assert_eq!(done, [(0, 8), (1, 8), (2, 5)]);
    rig.device.complete(heads[3], 1);
    assert_eq!(rig.ring.pop().unwrap().unwrap().written, 1);
}

#[test]
fn a_device_that_promised_order_and_breaks_it_is_caught() {
    let mut rig = rig(8, 0, RingFeatures { in_order: true, ..EVENT_IDX });
    for id in 0..3 {
        rig.ring.add(rig.fates.chain(id, &[1], &[8])).unwrap();
    }
    let _ = rig.ring.publish();
    let heads: Vec<_> = (0..3).map(|_| rig.device.pop().unwrap().unwrap().head).collect();
    rig.device.complete(heads[1], 0);
    assert_eq!(rig.ring.pop().unwrap_err(), Fault::OutOfOrder { head: heads[1], oldest: heads[0] });
}

#[test]
fn a_chain_that_was_not_published_cannot_come_back() {
    let mut rig = rig(4, 0, EVENT_IDX);
    rig.ring.add(rig.fates.chain(0, &[1], &[])).unwrap();
    let _ = rig.ring.publish();
    rig.device.pop().unwrap().unwrap();
    let hidden = rig.ring.add(rig.fates.chain(1, &[1], &[])).unwrap();
    rig.device.complete(hidden.index() as u16, 0);
    assert_eq!(rig.ring.pop().unwrap_err(), Fault::NotInFlight { head: hidden.index() as u16 });
}
