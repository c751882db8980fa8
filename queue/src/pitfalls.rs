//! Sixteen mistakes that virtio drivers have been seen to make, each as a test that this crate does not make it.

use crate::device::DeviceRing;
use crate::testing::{PACKED, Rig, SPLIT, allocations};
use crate::words::tag;
use crate::{Fault, Refusal, RingFeatures, RingLayout};

const BOTH: [RingFeatures; 2] = [SPLIT, PACKED];

/// Chains that take a ring's 16-bit indices once around. An interpreter of memory accesses is a thousand times slower:
/// there it is a few turns of the ring, whose indices do not wrap.
const AROUND: u32 = if cfg!(miri) { 12 } else { 1 << 16 };

/// Sends `count` one-segment chains through the ring, one by one.
fn pass(rig: &mut Rig, count: usize) {
    for _ in 0..count {
        rig.add(0, &[1], &[]);
        let heads = rig.deliver();
        assert_eq!(heads.len(), 1);
        rig.device.complete(heads[0], 0);
        assert_eq!(rig.collect().len(), 1);
    }
}

#[test]
fn pitfall_01_no_kick_is_lost_where_the_index_wraps() {
    for features in BOTH {
        let mut rig = Rig::new(features, 4);
        for turn in 0..AROUND + 8 {
            assert!(!rig.device.arm());
            rig.add(0, &[1], &[]);
            assert!(rig.ring.publish(), "chain {turn}");
            let head = rig.device.pop().unwrap().unwrap().head;
            rig.device.complete(head, 0);
            assert_eq!(rig.collect().len(), 1);
        }
    }
}

#[test]
fn pitfall_02_arming_looks_again_behind_the_fence() {
    // That the fence is there and needed is the models' business; here: what came between is not slept over.
    for features in BOTH {
        let mut rig = Rig::new(features, 4);
        rig.add(0, &[1], &[]);
        let head = rig.deliver()[0];
        assert!(rig.ring.pop().unwrap().is_none());
        rig.ring.disarm();
        assert!(!rig.device.complete(head, 0), "no interrupt was asked for");
        assert!(rig.ring.arm(), "it came before the wish was made");
    }
}

#[test]
fn pitfall_03_a_packed_chain_of_one_descriptor_ends_there() {
    let mut rig = Rig::new(PACKED, 4);
    for id in 0..9 {
        rig.add(id, &[7], &[]);
        let _ = rig.ring.publish();
        let chain = rig.device.pop().unwrap().unwrap();
        assert_eq!(chain.segments.len(), 1);
        rig.device.complete(chain.head, 0);
        assert_eq!(rig.collect(), [(id, 0)]);
    }
}

#[test]
fn pitfall_04_a_device_may_write_less_than_there_is_room_for_and_only_writable_bytes_count() {
    for features in BOTH {
        let mut rig = Rig::new(features, 4);
        for written in [0, 1, 8] {
            rig.add(0, &[100], &[8]);
            let head = rig.deliver()[0];
            rig.device.complete(head, written);
            assert_eq!(rig.collect(), [(0, written)]);
        }
        rig.add(0, &[100], &[8]);
        let head = rig.deliver()[0];
        rig.device.complete(head, 108);
        assert_eq!(rig.ring.pop().unwrap_err(), Fault::TooMuchWritten { head, written: 108, room: 8 });
    }
}

#[test]
fn pitfall_05_a_device_that_scribbles_over_descriptors_cannot_lead_the_driver_astray() {
    for features in BOTH {
        for value in [0, u64::MAX, 0x0001_0001_0000_0001, 0x8080_0003_0000_ffff] {
            let mut rig = Rig::new(features, 8);
            let heads: Vec<_> = (0..3).map(|id| rig.add(id, &[1], &[8])).collect();
            assert_eq!(rig.deliver(), heads);
            for (id, &head) in heads.iter().enumerate().rev() {
                rig.device.lie_over_driver_memory(value);
                rig.device.complete(head, 8);
                assert_eq!(rig.collect(), [(id as u32, 8)]);
            }
            assert_eq!(rig.ring.free(), 8);
        }
    }
}

#[test]
fn pitfall_06_a_forged_id_is_a_latched_fault_and_neither_a_panic_nor_a_stuck_slot() {
    for features in BOTH {
        for id in [4, 15, 16, 17, 255, 65535] {
            let mut rig = Rig::new(features, 4);
            rig.add(0, &[1], &[8]);
            rig.deliver();
            rig.device.lie_entry(id, 0);
            rig.device.publish();
            assert_eq!(rig.ring.pop().unwrap_err(), Fault::UnknownHead { id });
            let refused = rig.ring.add(rig.fates.chain(1, &[1], &[])).unwrap_err();
            assert_eq!(refused.why, Refusal::Broken(Fault::UnknownHead { id }));
            let Rig { ring, fates, .. } = rig;
            drop(ring);
            assert_eq!(fates.abandoned(), 1, "what the device may still write is never handed back");
        }
    }
    // A split ring's id has 32 bits.
    let mut rig = Rig::new(SPLIT, 4);
    rig.add(0, &[1], &[8]);
    rig.deliver();
    rig.device.lie_entry(1 << 16, 0);
    rig.device.publish();
    assert_eq!(rig.ring.pop().unwrap_err(), Fault::UnknownHead { id: 1 << 16 });
}

#[test]
fn pitfall_07_packed_rings_of_any_size_wrap_right_for_chains_of_any_length() {
    // As above: for Miri the smaller ones.
    let sizes: &[u16] = if cfg!(miri) { &[1, 2, 3] } else { &[1, 2, 3, 5, 7, 8, 16] };
    for &size in sizes {
        for descriptors in 1..=size {
            let mut rig = Rig::new(PACKED, size);
            for turn in 0..4 * u32::from(size) {
                let lens = vec![1; descriptors as usize];
                rig.add(turn, &[], &lens);
                let _ = rig.ring.publish();
                let chain = rig.device.pop().unwrap().unwrap();
                assert_eq!(chain.segments.len(), descriptors as usize);
                // The place asked for lies in the last turn or this one.
                assert!(!rig.device.arm() && !rig.ring.arm());
                assert!(rig.device.complete(chain.head, u32::from(descriptors)), "size {size}, turn {turn}");
                assert_eq!(rig.collect(), [(turn, u32::from(descriptors))]);
            }
        }
    }
    let mut rig = Rig::new(PACKED, 4);
    let DeviceRing::Packed(device) = &mut rig.device else { unreachable!("packed") };
    device.lie_event(3 << 16);
    rig.add(0, &[1], &[]);
    assert!(rig.ring.publish(), "the flag value is reserved: kicking harms nobody");
    assert_eq!(rig.ring.pop().unwrap_err(), Fault::BadEvent { event: 3 << 16 });
}

#[test]
fn pitfall_08_event_suppression_is_one_word_and_read_at_once() {
    let mut rig = Rig::new(PACKED, 4);
    let DeviceRing::Packed(device) = &mut rig.device else { unreachable!("packed") };
    // Both halves change together: no mixture of "nothing" and "this descriptor of the first turn" is ever acted on.
    for (event, kick) in [(1 << 16, false), (2 << 16 | 1 << 15 | 1, true), (1 << 16 | 2, false), (0, true)] {
        device.lie_event(event);
        let fates = rig.fates.clone();
        rig.ring.add(fates.chain(0, &[1], &[])).unwrap();
        assert_eq!(rig.ring.publish(), kick, "{event:#x}");
    }
}

#[test]
fn pitfall_09_a_packed_id_is_not_a_place() {
    let mut rig = Rig::new(PACKED, 4);
    for turn in 0..20 {
        rig.add(turn * 2, &[1], &[]);
        rig.add(turn * 2 + 1, &[1], &[1]);
        let heads = rig.deliver();
        // The second comes back first, and takes the first one's place in the ring.
        rig.device.complete(heads[1], 1);
        rig.add(1000 + turn, &[1], &[]);
        let third = rig.deliver()[0];
        assert!(third != heads[0]);
        rig.device.complete(heads[0], 0);
        rig.device.complete(third, 0);
        assert_eq!(rig.collect(), [(turn * 2 + 1, 1), (turn * 2, 0), (1000 + turn, 0)]);
    }
}

#[test]
fn pitfall_10_no_chain_costs_a_heap_allocation() {
    for features in BOTH {
        let mut rig = Rig::with_tables(features, 4, 4);
        let chains = [rig.fates.chain(0, &[1], &[1]), rig.fates.chain(1, &[5, 6], &[7])];
        let before = allocations();
        for chain in chains {
            rig.ring.add(chain).unwrap();
        }
        let _ = rig.ring.publish();
        assert_eq!(rig.ring.free(), 1, "the second went through its slot's table");
        assert_eq!(allocations(), before);
        let heads = rig.deliver();
        heads.iter().for_each(|&head| rig.device.push(head, 1));
        rig.device.publish();
        let before = allocations();
        let (first, second) = (rig.ring.pop(), rig.ring.pop());
        assert_eq!(allocations(), before);
        assert!(first.unwrap().is_some() && second.unwrap().is_some());
    }
}

#[test]
fn pitfall_11_a_batch_steps_over_no_event() {
    for features in BOTH {
        for batch in 1..=if cfg!(miri) { 3 } else { 8 } {
            for asked in 0..batch {
                let mut rig = Rig::new(features, 8);
                pass(&mut rig, 5);
                // The device asks for one chain in the middle of what comes.
                match &mut rig.device {
                    DeviceRing::Split(device) => device.lie_avail_event(5 + asked),
                    DeviceRing::Packed(device) => {
                        let wrap = if 5 + asked < 8 { 1 << 15 } else { 0 };
                        device.lie_event(2 << 16 | wrap | u32::from((5 + asked) % 8));
                    }
                }
                for id in 0..batch {
                    rig.add(u32::from(id), &[1], &[]);
                }
                assert!(rig.ring.publish(), "{asked} of {batch}");
            }
        }
    }
}

#[test]
fn pitfall_12_a_burst_of_completions_is_seen_to_its_end() {
    for features in BOTH {
        let mut rig = Rig::new(features, 16);
        for id in 0..16 {
            rig.add(id, &[1], &[]);
        }
        for head in rig.deliver() {
            rig.device.push(head, 0);
        }
        rig.device.publish();
        assert_eq!(rig.collect().len(), 16, "the newest entry is not the only one");
    }
}

#[test]
fn pitfall_13_a_ring_shows_the_device_no_stale_byte_of_its_memory() {
    use crate::testing::HostMemory;
    for features in BOTH {
        let layout = RingLayout::new(features, 4, 4).unwrap();
        let memory = HostMemory::for_ring(&layout);
        assert!(memory.bytes().iter().all(|&byte| byte == 0xa5));
        // SAFETY: the memory outlives the ring.
        let ring = unsafe { crate::AnyRing::<crate::testing::TestChain, 4>::new(memory.memory(), layout) };
        assert!(memory.bytes().iter().all(|&byte| byte == 0), "all of it, tables and gaps too");
        drop(ring);
    }
}

#[test]
fn pitfall_14_no_descriptor_is_lost_by_coming_back_out_of_order() {
    for features in BOTH {
        let mut rig = Rig::new(features, 16);
        for round in 0..if cfg!(miri) { 3 } else { 50 } {
            for id in 0..5 {
                rig.add(id, &[1], &[1; 3][..id as usize % 3]);
            }
            let mut heads = rig.deliver();
            heads.rotate_left(round % 5);
            heads.iter().for_each(|&head| {
                rig.device.complete(head, 0);
            });
            assert_eq!(rig.collect().len(), 5);
            assert_eq!(rig.ring.free(), 16);
        }
        // All sixteen are still there.
        for id in 0..16 {
            rig.add(id, &[1], &[]);
        }
        assert_eq!(rig.ring.add(rig.fates.chain(16, &[1], &[])).unwrap_err().why, Refusal::Full);
        assert_eq!(rig.deliver().len(), 16);
    }
}

#[test]
fn pitfall_15_segments_are_never_merged_so_that_a_short_reply_fits_the_first_writable_one() {
    for features in BOTH {
        for tables in [0, 8] {
            let mut rig = Rig::with_tables(features, 8, tables);
            // Leaves four descriptors, so that the second chain goes through its table where there are tables.
            rig.add(0, &[1, 1], &[1, 1]);
            let longer = if tables > 0 { &[4096, 4096, 4096][..] } else { &[4096] };
            let writable: Vec<u32> = [11].into_iter().chain(longer.iter().copied()).collect();
            rig.add(1, &[23, 7], &writable);
            let _ = rig.ring.publish();
            rig.device.pop().unwrap().unwrap();
            let chain = rig.device.pop().unwrap().unwrap();
            assert!(chain.readable().map(|segment| segment.len).eq([23, 7]));
            assert!(chain.writable().map(|segment| segment.len).eq(writable.iter().copied()));
        }
    }
}

#[test]
fn pitfall_16_a_device_that_never_moves_its_event_index_still_finds_every_chain() {
    let mut rig = Rig::new(SPLIT, 4);
    let mut kicks = 0;
    for _ in 0..2 * AROUND {
        rig.add(0, &[1], &[]);
        kicks += u32::from(rig.ring.publish());
        let head = rig.device.pop().unwrap().unwrap().head;
        rig.device.complete(head, 0);
        assert_eq!(rig.collect().len(), 1);
    }
    assert_eq!(kicks, (2 * AROUND).div_ceil(1 << 16), "once for every turn of the index, as it asked");
}

#[test]
fn a_tag_that_is_half_used_is_a_lie() {
    let mut rig = Rig::new(PACKED, 4);
    rig.add(0, &[1], &[]);
    rig.deliver();
    let DeviceRing::Packed(device) = &mut rig.device else { unreachable!("packed") };
    device.lie_tag(tag::USED);
    assert_eq!(rig.ring.pop().unwrap_err(), Fault::BadFlags { flags: (tag::USED >> 16) as u16 });
}
