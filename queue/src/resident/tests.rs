//! Resident chains in both formats, at honest devices and lying ones. For an interpreter of memory accesses, which is a
//! thousand times slower, with fewer turns.

use crate::layout::RingLayout;
use crate::testing::{Mixed, PACKED, Rig, SPLIT, TestChain, allocations};
use crate::{AddError, Chain, Fault, Refusal, Residence, Resident, RingFeatures};

const BOTH: [RingFeatures; 2] = [SPLIT, PACKED];

/// Settles a chain that has to get a place.
fn settle(rig: &mut Rig<Mixed>, id: u32, readable: &[u32], writable: &[u32]) -> Mixed {
    let chain = rig.fates.chain(id, readable, writable);
    let resident = rig.ring.settle(chain, Residence::Ring).unwrap();
    assert!(resident.is_placed());
    Mixed::Settled(resident)
}

/// One chain there and back, `written` bytes written; answers what the device saw of it.
fn pass(rig: &mut Rig<Mixed>, chain: Mixed, written: u32) -> (Mixed, Vec<u32>) {
    rig.ring.add(chain).unwrap();
    let _ = rig.ring.publish();
    let seen = rig.device.pop().unwrap().unwrap();
    rig.device.complete(seen.head, written);
    let done = rig.ring.pop().unwrap().unwrap();
    assert_eq!((done.written, done.head.index() as u16), (written, seen.head));
    (done.chain, seen.segments.iter().map(|it| it.segment.len).collect())
}

#[test]
fn the_device_sees_a_resident_chain_as_it_was_settled_however_often_it_is_added() {
    for features in BOTH {
        for (readable, writable) in [(&[1, 2][..], &[3, 4, 5][..]), (&[], &[7]), (&[8], &[])] {
            let mut rig = Rig::with_tables(features, 8, 5);
            let mut resident = settle(&mut rig, 7, readable, writable);
            let free = rig.ring.free();
            // More than twice around the ring.
            for turn in 0..if cfg!(miri) { 9 } else { 20 } {
                let seen;
                let written = if writable.is_empty() { 0 } else { turn % 4 };
                (resident, seen) = pass(&mut rig, resident, written);
                assert_eq!(seen, [readable, writable].concat());
                assert_eq!((rig.ring.free(), rig.ring.in_flight(), resident.id()), (free, 0, 7));
            }
        }
    }
}

#[test]
fn descriptors_of_a_resident_chain_are_written_once() {
    for features in BOTH {
        let mut rig = Rig::with_tables(features, 8, 5);
        let resident = settle(&mut rig, 7, &[1, 2], &[3, 4, 5]);
        // A split ring has them in its table, at the head of its memory; a packed one in an indirect table, at the end.
        let kept = if features.packed {
            rig.ring.layout().tables_at()..rig.ring.layout().bytes()
        } else {
            0..8 * RingLayout::DESC_BYTES
        };
        let before = rig.memory.bytes()[kept.clone()].to_vec();
        assert!(before.iter().any(|&byte| byte != 0));
        let resident = pass(&mut rig, resident, 12).0;
        let Mixed::Settled(resident) = resident else { unreachable!("it was settled") };
        assert_eq!(rig.memory.bytes()[kept], before);
        assert_eq!(rig.ring.unsettle(resident).id, 7);
    }
}

#[test]
fn a_resident_chain_in_a_table_takes_one_descriptor() {
    for features in BOTH {
        let mut rig = Rig::<Mixed>::with_tables(features, 4, 4);
        let mut residents: Vec<_> = (0..4)
            .map(|id| {
                let chain = rig.fates.chain(id, &[1, 2], &[3, 4]);
                rig.ring.settle(chain, Residence::Table).unwrap()
            })
            .collect();
        assert!(residents.iter().all(Resident::is_placed));
        assert_eq!(rig.ring.free(), 0);
        for turn in 0..9 {
            for resident in residents.drain(..) {
                rig.ring.add(Mixed::Settled(resident)).unwrap();
            }
            let mut heads = rig.deliver();
            heads.rotate_left(turn % 4);
            heads.iter().for_each(|&head| rig.device.push(head, 7));
            rig.device.publish();
            while let Some(done) = rig.ring.pop().unwrap() {
                let Mixed::Settled(resident) = done.chain else { unreachable!("all are settled") };
                residents.push(resident);
            }
            assert_eq!(residents.len(), 4, "turn {turn}");
        }
    }
}

#[test]
fn resident_chains_are_never_refused_for_want_of_descriptors_and_leave_others_the_rest() {
    for features in BOTH {
        let mut rig = Rig::with_tables(features, 8, 3);
        let mut resident = settle(&mut rig, 0, &[1], &[2, 3]);
        let free = rig.ring.free();
        assert_eq!(free, if features.packed { 7 } else { 5 });
        for turn in 0..if cfg!(miri) { 3 } else { 12 } {
            for id in 0..u32::from(free) {
                rig.ring.add(Mixed::Written(rig.fates.chain(10 + id, &[1], &[]))).unwrap();
            }
            let refused = rig.ring.add(Mixed::Written(rig.fates.chain(99, &[1], &[]))).unwrap_err();
            assert_eq!(refused.why, Refusal::Full);
            rig.ring.add(resident).unwrap();
            assert_eq!(rig.ring.in_flight(), free + 1);
            let mut heads = rig.deliver();
            let by = turn % heads.len();
            heads.rotate_left(by);
            heads.iter().for_each(|&head| {
                rig.device.complete(head, 0);
            });
            let mut back: Vec<_> =
                std::iter::from_fn(|| rig.ring.pop().unwrap()).map(|done| done.chain).collect();
            assert_eq!((back.len(), rig.ring.free()), (usize::from(free) + 1, free));
            let at = back.iter().position(|chain| matches!(chain, Mixed::Settled(_))).unwrap();
            resident = back.swap_remove(at);
        }
    }
}

#[test]
fn unsettling_gives_every_descriptor_back() {
    for features in BOTH {
        let mut rig = Rig::with_tables(features, 16, 4);
        for turn in 0..if cfg!(miri) { 4 } else { 40 } {
            let residents = [&[1][..], &[1, 2], &[1, 2, 3]].map(|lens| settle(&mut rig, turn, lens, &[]));
            for resident in residents {
                let Mixed::Settled(resident) = pass(&mut rig, resident, 0).0 else { unreachable!("settled") };
                assert_eq!(rig.ring.unsettle(resident).id, turn);
            }
            assert_eq!(rig.ring.free(), 16);
        }
        for id in 0..16 {
            rig.ring.add(Mixed::Written(rig.fates.chain(id, &[1], &[]))).unwrap();
        }
        assert_eq!(rig.deliver().len(), 16);
    }
}

#[test]
fn a_chain_settled_in_one_ring_is_an_ordinary_chain_in_any_other() {
    for features in BOTH {
        let mut one = Rig::with_tables(features, 4, 2);
        let mut other = Rig::with_tables(features, 4, 2);
        let resident = settle(&mut one, 1, &[5], &[6]);
        // The other has a chain settled under the same head.
        let theirs = settle(&mut other, 2, &[7], &[8]);
        let (resident, seen) = pass(&mut other, resident, 6);
        assert_eq!((resident.id(), seen), (1, vec![5, 6]));
        let (_, seen) = pass(&mut other, theirs, 8);
        assert_eq!(seen, [7, 8]);
        // Unsettling it there does nothing to that ring, and loses the place in its own.
        let Mixed::Settled(resident) = resident else { unreachable!("settled") };
        let free = (one.ring.free(), other.ring.free());
        assert_eq!(other.ring.unsettle(resident).id, 1);
        assert_eq!((one.ring.free(), other.ring.free()), free);
    }
}

#[test]
fn chains_that_cannot_be_settled_come_back_with_the_reason_and_leave_no_trace() {
    for features in BOTH {
        let mut rig = Rig::<Mixed>::with_tables(features, 4, 4);
        for (readable, writable, why) in [
            (&[][..], &[][..], Refusal::Empty),
            (&[1, 0], &[], Refusal::ZeroLength),
            (&[1], &[u32::MAX, 1], Refusal::TooLong),
            (&[1, 1, 1], &[1, 1], Refusal::TooLong),
        ] {
            let refused =
                rig.ring.settle(rig.fates.chain(1, readable, writable), Residence::Ring).unwrap_err();
            assert_eq!((refused.why, refused.chain.id), (why, 1));
            assert_eq!(rig.ring.free(), 4);
        }
        for _ in 0..4 {
            settle(&mut rig, 1, &[1], &[]);
        }
        let refused = rig.ring.settle(rig.fates.chain(1, &[1], &[]), Residence::Ring).unwrap_err();
        assert_eq!(refused.why, Refusal::Full);
        let refused = rig.ring.settle(rig.fates.chain(1, &[1], &[1]), Residence::Table).unwrap_err();
        assert_eq!(refused.why, Refusal::Full);
    }
}

#[test]
fn where_there_is_no_place_for_it_a_resident_chain_is_written_each_time() {
    let no_tables = RingFeatures { indirect: false, ..PACKED };
    let in_order = [SPLIT, PACKED].map(|features| RingFeatures { in_order: true, ..features });
    for features in [no_tables, in_order[0], in_order[1]] {
        let mut rig = Rig::<Mixed>::new(features, 4);
        let resident = rig.ring.settle(rig.fates.chain(3, &[1], &[2]), Residence::Ring).unwrap();
        assert!(!resident.is_placed());
        let mut resident = Mixed::Settled(resident);
        for _ in 0..9 {
            let seen;
            (resident, seen) = pass(&mut rig, resident, 2);
            assert_eq!((seen, rig.ring.free()), (vec![1, 2], 4));
        }
    }
    let mut rig = Rig::<Mixed>::new(SPLIT, 4);
    let resident = rig.ring.settle(rig.fates.chain(3, &[1], &[2]), Residence::Table).unwrap();
    assert!(!resident.is_placed(), "there are no tables");
    let mut rig = Rig::<Mixed>::new(no_tables, 4);
    assert!(rig.ring.settle(rig.fates.chain(3, &[], &[2]), Residence::Table).unwrap().is_placed());
}

#[test]
fn adding_and_taking_back_a_resident_chain_asks_for_no_heap_memory() {
    for features in BOTH {
        let mut rig = Rig::with_tables(features, 4, 4);
        let resident = settle(&mut rig, 1, &[1, 2], &[3, 4]);
        let before = allocations();
        rig.ring.add(resident).unwrap();
        let _ = rig.ring.publish();
        assert_eq!(allocations(), before);
        let head = rig.deliver()[0];
        rig.device.complete(head, 0);
        let before = allocations();
        let done = rig.ring.pop();
        assert_eq!(allocations(), before);
        assert!(done.unwrap().is_some());
    }
}

/// What the ring says to a device that returns chain `head` with `written`, once, more than it should.
fn lie(rig: &mut Rig<Mixed>, head: u16, written: u32) -> Fault {
    rig.device.lie_entry(u32::from(head), written);
    rig.device.publish();
    rig.ring.pop().unwrap_err()
}

#[test]
fn a_resident_chain_that_is_home_cannot_be_returned() {
    for features in BOTH {
        let mut rig = Rig::with_tables(features, 8, 2);
        let resident = settle(&mut rig, 1, &[1], &[8]);
        rig.ring.add(Mixed::Written(rig.fates.chain(2, &[1], &[8]))).unwrap();
        rig.deliver();
        assert_eq!(lie(&mut rig, 0, 0), Fault::NotInFlight { head: 0 }, "it was never added");
        drop(resident);

        let mut rig = Rig::with_tables(features, 8, 2);
        let resident = settle(&mut rig, 1, &[1], &[8]);
        let resident = pass(&mut rig, resident, 8).0;
        rig.ring.add(Mixed::Written(rig.fates.chain(2, &[1], &[8]))).unwrap();
        rig.deliver();
        assert_eq!(lie(&mut rig, 0, 8), Fault::NotInFlight { head: 0 }, "it is back already");
        drop(resident);
    }
}

#[test]
fn a_device_that_claims_too_much_of_a_resident_chain_is_latched_and_the_chain_stays() {
    for features in BOTH {
        let mut rig = Rig::with_tables(features, 8, 2);
        let (away, home) = (settle(&mut rig, 1, &[1], &[8]), settle(&mut rig, 2, &[1], &[8]));
        rig.ring.add(away).unwrap();
        let head = rig.deliver()[0];
        let fault = Fault::TooMuchWritten { head, written: 9, room: 8 };
        rig.device.complete(head, 9);
        assert_eq!(rig.ring.pop().unwrap_err(), fault);
        assert_eq!(rig.ring.pop().unwrap_err(), fault);
        let AddError { why, chain } = rig.ring.add(home).unwrap_err();
        assert_eq!(why, Refusal::Broken(fault));
        let Mixed::Settled(home) = chain else { unreachable!("settled") };
        assert_eq!(rig.ring.unsettle(home).id, 2, "what is home is ours");
        assert_eq!((rig.ring.in_flight(), rig.ring.free()), (1, 0));
        let Rig { ring, fates, .. } = rig;
        drop(ring);
        assert_eq!((fates.abandoned(), fates.dropped()), (1, 1));
    }
}

#[test]
fn a_split_device_cannot_return_a_resident_chain_before_it_is_published() {
    let mut rig = Rig::with_tables(SPLIT, 8, 0);
    let resident = settle(&mut rig, 1, &[1], &[8]);
    rig.ring.add(Mixed::Written(rig.fates.chain(2, &[1], &[8]))).unwrap();
    rig.deliver();
    let head = rig.ring.add(resident).unwrap().index() as u16;
    assert_eq!(lie(&mut rig, head, 0), Fault::NotInFlight { head });
}

#[test]
fn a_device_that_scribbles_over_resident_descriptors_harms_nobody_but_itself() {
    for features in BOTH {
        for value in [0, u64::MAX, 0x0001_0001_0000_0001] {
            let mut rig = Rig::with_tables(features, 8, 2);
            let mut resident = settle(&mut rig, 1, &[1], &[8]);
            for _ in 0..3 {
                rig.ring.add(resident).unwrap();
                let _ = rig.ring.publish();
                rig.device.lie_over_driver_memory(value);
                // What it makes of the chain is its own affair; it returns what it was given.
                let _ = rig.device.pop();
                rig.device.lie_entry(0, 8);
                rig.device.publish();
                let done = rig.ring.pop().unwrap().unwrap();
                assert_eq!((done.chain.id(), done.written), (1, 8));
                resident = done.chain;
            }
        }
    }
}

#[test]
fn after_a_reset_resident_chains_come_back_with_the_others() {
    for features in BOTH {
        let mut rig = Rig::with_tables(features, 8, 2);
        let away = settle(&mut rig, 1, &[1], &[8]);
        rig.ring.add(away).unwrap();
        rig.ring.add(Mixed::Written(rig.fates.chain(2, &[1], &[8]))).unwrap();
        rig.deliver();
        let mut back = Vec::new();
        // SAFETY: the device is played by this test, which does nothing with the chains.
        unsafe { rig.ring.recover(|_, chain| back.push(chain)) };
        assert_eq!(back.iter().map(Mixed::id).collect::<Vec<_>>(), [1, 2]);
        assert!(back.into_iter().all(|chain| rig.ring.add(chain).is_err()), "it takes nothing any more");
    }
}

#[test]
fn a_resident_shows_its_chain() {
    let mut rig = Rig::<Resident<TestChain>>::new(SPLIT, 4);
    let mut resident = rig.ring.settle(rig.fates.chain(5, &[1], &[2]), Residence::Ring).unwrap();
    assert_eq!((resident.id, Chain::readable(&resident).len(), resident.writable().len()), (5, 1, 1));
    // SAFETY: its segments stay.
    unsafe { resident.chain_mut() }.id = 6;
    assert_eq!(resident.into_chain().id, 6);
}
