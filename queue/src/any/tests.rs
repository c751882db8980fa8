//! What holds for both formats: one ring, one device, one story each. An interpreter of memory accesses is a thousand times
//! slower, so that there the longer stories have fewer turns.

use crate::testing::{PACKED, Rig, SPLIT};
use crate::{DevAddr, Fault, Refusal, Residence, RingFeatures, Segment};

const BOTH: [RingFeatures; 2] = [SPLIT, PACKED];

#[test]
fn a_chain_reaches_the_device_as_it_was_added_and_comes_back_with_what_was_written() {
    for features in BOTH {
        let mut rig = Rig::new(features, 4);
        // Often enough for every descriptor to be the first, and for the ring to be gone around.
        for id in 0..9 {
            let head = rig.add(id, &[10], &[20, 30]);
            if !features.packed {
                assert_eq!(rig.device.pop(), Ok(None), "not before it is published");
            }
            let _ = rig.ring.publish();
            let chain = rig.device.pop().unwrap().unwrap();
            assert_eq!(chain.head, head);
            let at = |index: u64| DevAddr::new(u64::from(id) << 32 | index << 16);
            assert!(chain.readable().eq([Segment::new(at(0), 10)]));
            assert!(chain.writable().eq([Segment::new(at(1), 20), Segment::new(at(2), 30)]));
            assert!(rig.ring.pop().unwrap().is_none());
            rig.device.complete(chain.head, 21);
            let done = rig.ring.pop().unwrap().unwrap();
            assert_eq!((done.chain.id, done.written, done.head.index() as u16), (id, 21, head));
            assert_eq!((rig.ring.free(), rig.ring.in_flight()), (4, 0));
        }
    }
}

#[test]
fn chains_come_back_in_any_order() {
    for features in BOTH {
        let mut rig = Rig::new(features, 8);
        for turn in 0..if cfg!(miri) { 6 } else { 20 } {
            for id in 0..3 {
                rig.add(turn * 10 + id, &[1], &[8; 1][..(id as usize) % 2]);
            }
            let heads = rig.deliver();
            for (index, written) in [(2, 0), (0, 0), (1, 5)] {
                rig.device.complete(heads[index], written);
            }
            assert_eq!(rig.collect(), [(turn * 10 + 2, 0), (turn * 10, 0), (turn * 10 + 1, 5)]);
            assert_eq!(rig.ring.free(), 8);
        }
    }
}

#[test]
fn a_full_ring_gives_the_chain_back_and_takes_it_once_there_is_room() {
    for features in BOTH {
        let mut rig = Rig::new(features, 4);
        for id in 0..2 {
            rig.add(id, &[1], &[1]);
        }
        let refused = rig.ring.add(rig.fates.chain(2, &[1], &[])).unwrap_err();
        assert_eq!((refused.why, refused.chain.id), (Refusal::Full, 2));
        let heads = rig.deliver();
        rig.device.complete(heads[0], 0);
        assert_eq!(rig.collect(), [(0, 0)]);
        rig.ring.add(refused.chain).unwrap();
    }
}

#[test]
fn chains_no_ring_can_take_are_refused_with_the_reason_and_leave_no_trace() {
    for features in BOTH {
        // At every place in the ring, so that the packed ring's end is among them.
        for start in 0..4 {
            let mut rig = Rig::new(features, 4);
            for id in 0..start {
                rig.add(id, &[1], &[]);
                let head = rig.deliver()[0];
                rig.device.complete(head, 0);
                rig.collect();
            }
            for (readable, writable, why) in [
                (&[][..], &[][..], Refusal::Empty),
                (&[0], &[], Refusal::ZeroLength),
                (&[], &[0], Refusal::ZeroLength),
                (&[1, 0], &[], Refusal::ZeroLength),
                (&[1], &[0], Refusal::ZeroLength),
                (&[1, 1, 1], &[1, 1], Refusal::TooLong),
                (&[u32::MAX], &[1], Refusal::TooLong),
                (&[1, 1], &[1, u32::MAX], Refusal::TooLong),
            ] {
                let refused = rig.ring.add(rig.fates.chain(1, readable, writable)).unwrap_err();
                assert_eq!(refused.why, why, "{readable:?} {writable:?}");
            }
            assert_eq!((rig.ring.free(), rig.ring.in_flight()), (4, 0));
            assert!(rig.deliver().is_empty());
            // Behind this one the device comes to where the refused chains would have been.
            rig.add(6, &[1], &[]);
            let heads = rig.deliver();
            assert_eq!(heads.len(), 1);
            rig.device.complete(heads[0], 0);
            rig.add(7, &[1 << 31], &[1]);
            let heads = rig.deliver();
            assert_eq!(heads.len(), 1);
            rig.device.complete(heads[0], 1);
            assert_eq!(rig.collect(), [(6, 0), (7, 1)]);
        }
    }
}

#[test]
fn a_chain_longer_than_what_is_free_goes_through_the_table_of_its_slot() {
    for features in BOTH {
        let mut rig = Rig::with_tables(features, 4, 4);
        for _ in 0..5 {
            rig.add(0, &[1], &[1]);
            rig.add(1, &[5, 6], &[7]);
            assert_eq!(rig.ring.free(), 1);
            let _ = rig.ring.publish();
            let first = rig.device.pop().unwrap().unwrap();
            let chain = rig.device.pop().unwrap().unwrap();
            assert_eq!(chain.readable().map(|segment| segment.len).collect::<Vec<_>>(), [5, 6]);
            assert_eq!(chain.room(), 7);
            rig.device.complete(chain.head, 7);
            rig.device.complete(first.head, 0);
            assert_eq!(rig.collect(), [(1, 7), (0, 0)]);
            assert_eq!(rig.ring.free(), 4);
        }
    }
}

#[test]
fn a_batch_is_one_store_and_one_decision() {
    for features in BOTH {
        let mut rig = Rig::new(features, 8);
        for id in 0..5 {
            rig.add(id, &[1], &[]);
        }
        assert!(rig.ring.publish());
        assert!(!rig.ring.publish(), "nothing new");
        for head in rig.deliver() {
            rig.device.push(head, 0);
        }
        assert!(rig.collect().is_empty());
        rig.device.publish();
        assert_eq!(rig.collect(), [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)]);
        let stats = rig.ring.stats();
        assert_eq!((stats.chains, stats.descriptors, stats.kicks_wanted, stats.completions), (5, 5, 1, 5));
    }
}

#[test]
fn an_armed_ring_hears_of_the_next_chain_and_a_disarmed_one_does_not() {
    for features in BOTH {
        for event_idx in [true, false] {
            let mut rig = Rig::new(RingFeatures { event_idx, ..features }, 4);
            for turn in 0..9 {
                for id in 0..3 {
                    rig.add(id, &[1], &[]);
                }
                let heads = rig.deliver();
                assert!(!rig.ring.arm());
                assert!(rig.device.complete(heads[0], 0), "armed, turn {turn}");
                assert!(rig.ring.arm(), "there is something already");
                assert_eq!(rig.collect().len(), 1);
                rig.ring.disarm();
                assert!(!rig.device.complete(heads[1], 0), "disarmed, turn {turn}");
                assert_eq!(rig.collect().len(), 1);
                assert!(!rig.ring.arm());
                assert!(rig.device.complete(heads[2], 0), "armed again, turn {turn}");
                assert_eq!(rig.collect().len(), 1);
            }
        }
    }
}

#[test]
fn a_ring_armed_for_a_later_chain_hears_of_that_one_where_it_can_be_said_and_of_the_next_elsewhere() {
    for features in BOTH {
        for event_idx in [true, false] {
            let mut rig = Rig::new(RingFeatures { event_idx, ..features }, 8);
            // More turns than the ring has entries, so that the index asked for is at every place.
            for turn in 0..if cfg!(miri) { 3 } else { 11 } {
                for id in 0..5 {
                    rig.add(id, &[1], &[]);
                }
                let heads = rig.deliver();
                assert!(!rig.ring.arm_after(3));
                let interrupts: Vec<_> = heads.iter().map(|&head| rig.device.complete(head, 0)).collect();
                match (features.packed, event_idx) {
                    (false, true) => {
                        assert_eq!(interrupts, [false, false, true, false, false], "turn {turn}")
                    }
                    _ => assert!(interrupts[0], "turn {turn}"),
                }
                assert!(rig.ring.arm_after(3), "there is something already");
                assert_eq!(rig.collect().len(), 5);
                rig.ring.disarm();
            }
        }
    }
}

#[test]
fn a_device_that_asks_for_no_kicks_gets_none_and_one_that_asks_gets_one() {
    for features in BOTH {
        for event_idx in [true, false] {
            let mut rig = Rig::new(RingFeatures { event_idx, ..features }, 4);
            for turn in 0..9 {
                rig.device.disarm();
                rig.add(0, &[1], &[]);
                assert!(!rig.ring.publish(), "turn {turn}");
                assert!(rig.device.arm(), "the chain is there already");
                let first = rig.device.pop().unwrap().unwrap().head;
                assert!(!rig.device.arm());
                rig.add(1, &[1], &[]);
                rig.add(2, &[1], &[]);
                assert!(rig.ring.publish(), "turn {turn}");
                let mut heads = rig.deliver();
                heads.push(first);
                for head in heads {
                    rig.device.complete(head, 0);
                }
                assert_eq!(rig.collect().len(), 3);
            }
        }
    }
}

#[test]
fn a_lie_is_latched_and_the_chains_in_flight_are_abandoned_not_dropped() {
    for features in BOTH {
        let mut rig = Rig::new(features, 4);
        rig.add(0, &[1], &[8]);
        rig.add(1, &[1], &[8]);
        let heads = rig.deliver();
        rig.device.complete(heads[0], 9);
        let fault = Fault::TooMuchWritten { head: heads[0], written: 9, room: 8 };
        assert_eq!(rig.ring.pop().unwrap_err(), fault);
        rig.device.complete(heads[1], 8);
        assert_eq!(rig.ring.pop().unwrap_err(), fault, "the first lie stays");
        assert_eq!(rig.ring.add(rig.fates.chain(2, &[1], &[])).unwrap_err().why, Refusal::Broken(fault));
        assert!(!rig.ring.publish());
        assert!(rig.ring.arm(), "the fault is there to be seen");
        assert_eq!((rig.ring.fault(), rig.ring.in_flight()), (Some(fault), 2));
        let Rig { ring, fates, .. } = rig;
        drop(ring);
        assert_eq!((fates.abandoned(), fates.dropped()), (2, 1), "the refused one is ours to drop");
    }
}

#[test]
fn a_ring_that_is_dropped_abandons_what_the_device_has() {
    for features in BOTH {
        let mut rig = Rig::new(features, 4);
        rig.add(0, &[1], &[8]);
        rig.add(1, &[1], &[8]);
        let heads = rig.deliver();
        rig.device.complete(heads[1], 0);
        assert_eq!(rig.collect(), [(1, 0)]);
        let Rig { ring, fates, .. } = rig;
        drop(ring);
        assert_eq!((fates.abandoned(), fates.dropped()), (1, 1));
    }
}

#[test]
fn after_a_reset_every_chain_comes_back_even_from_a_ring_the_device_has_lied_to() {
    for features in BOTH {
        let mut rig = Rig::new(features, 4);
        for id in 0..3 {
            rig.add(id, &[1], &[]);
        }
        rig.deliver();
        rig.add(3, &[1], &[]);
        rig.device.lie_entry(99, 0);
        rig.device.publish();
        assert_eq!(rig.ring.pop().unwrap_err(), Fault::UnknownHead { id: 99 });
        let mut back = Vec::new();
        // SAFETY: the device is played by this test, which does nothing with the chains.
        unsafe { rig.ring.recover(|_, chain| back.push(chain.id)) };
        back.sort_unstable();
        assert_eq!(back, [0, 1, 2, 3]);
        assert_eq!((rig.ring.in_flight(), rig.ring.free()), (0, 0));
        assert!(rig.ring.add(rig.fates.chain(4, &[1], &[])).is_err(), "it takes nothing any more");
        let Rig { ring, fates, .. } = rig;
        drop(ring);
        assert_eq!(fates.abandoned(), 0);
    }
}

#[test]
fn after_a_reset_nothing_comes_back_a_second_time_and_nobody_is_accused() {
    for in_order in [false, true] {
        for features in BOTH {
            let mut rig = Rig::new(RingFeatures { in_order, ..features }, 8);
            for id in 0..3 {
                rig.add(id, &[1], &[8]);
            }
            // All three are returned, in order by one used entry, and the reset comes when one is taken.
            let heads = rig.deliver();
            match in_order {
                true => rig.device.push_batch(3, heads[2], 8),
                false => heads.iter().for_each(|&head| rig.device.push(head, 8)),
            }
            rig.device.publish();
            assert_eq!(rig.ring.pop().unwrap().map(|done| done.chain.id), Some(0));
            let mut back = Vec::new();
            // SAFETY: the device is played by this test, which does nothing with the chains.
            unsafe { rig.ring.recover(|_, chain| back.push(chain.id)) };
            assert_eq!(back, [1, 2]);
            assert!(rig.ring.pop().unwrap().is_none(), "they are gone, and the device is honest");
            assert!(!rig.ring.arm() && !rig.ring.arm_after(2), "nobody need wait for anything");
            assert!(!rig.ring.publish());
            let refused = rig.ring.add(rig.fates.chain(3, &[1], &[])).unwrap_err();
            assert_eq!(refused.why, Refusal::Recovered);
            let refused = rig.ring.settle(rig.fates.chain(4, &[1], &[]), Residence::Ring).unwrap_err();
            assert_eq!(refused.why, Refusal::Recovered);
            assert_eq!((rig.ring.in_flight(), rig.ring.fault()), (0, None));
        }
    }
}

#[test]
fn chains_returned_in_order_may_share_one_used_entry() {
    for features in BOTH {
        let mut rig = Rig::new(RingFeatures { in_order: true, ..features }, 8);
        for _ in 0..5 {
            for id in 0..4 {
                rig.add(id, &[1], &[8][..id as usize % 2]);
            }
            let heads = rig.deliver();
            rig.device.push_batch(3, heads[2], 0);
            rig.device.publish();
            assert_eq!(rig.collect(), [(0, 0), (1, 8), (2, 0)]);
            rig.device.complete(heads[3], 1);
            assert_eq!(rig.collect(), [(3, 1)]);
            assert_eq!(rig.ring.free(), 8);
        }
    }
}

#[test]
fn a_device_that_promised_order_and_breaks_it_is_caught() {
    let mut rig = Rig::new(RingFeatures { in_order: true, ..SPLIT }, 8);
    for id in 0..3 {
        rig.add(id, &[1], &[8]);
    }
    let heads = rig.deliver();
    rig.device.complete(heads[1], 0);
    assert_eq!(rig.ring.pop().unwrap_err(), Fault::OutOfOrder { head: heads[1], oldest: heads[0] });
}

#[test]
fn a_chain_that_was_not_published_cannot_come_back() {
    let mut rig = Rig::new(SPLIT, 4);
    rig.add(0, &[1], &[]);
    rig.deliver();
    let hidden = rig.add(1, &[1], &[]);
    rig.device.lie_entry(u32::from(hidden), 0);
    rig.device.publish();
    assert_eq!(rig.ring.pop().unwrap_err(), Fault::NotInFlight { head: hidden });
}

#[test]
fn with_in_order_use_a_split_ring_takes_its_descriptors_in_the_order_of_the_table() {
    for tables in [0, 4] {
        let mut rig = Rig::with_tables(RingFeatures { in_order: true, ..SPLIT }, 8, tables);
        // Chains of all lengths, several at a time, so that what is given back and taken again would change places.
        for turn in 0..if cfg!(miri) { 6 } else { 40 } {
            for id in 0..3 {
                rig.add(id, &[1], &[1; 2][..(turn + id as usize) % 3]);
            }
            // The device looks at each descriptor's place.
            for head in rig.deliver() {
                rig.device.complete(head, 0);
            }
            assert_eq!((rig.collect().len(), rig.ring.free()), (3, 8));
        }
    }
}
