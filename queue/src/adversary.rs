//! A device that lies in every way it can, at random, between honest steps: whatever it does, nothing panics, no chain
//! comes back twice or without having been added, and the first lie that shows is the last thing the ring says.

use crate::device::DeviceRing;
use crate::testing::{Mixed, PACKED, Rig, SPLIT};
use crate::{Fault, Residence, RingFeatures};
use proptest::prelude::*;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
enum Step {
    Add {
        readable: u8,
        writable: u8,
    },
    /// Settles a chain, if not many are.
    Settle {
        readable: u8,
        writable: u8,
        table: bool,
    },
    /// Adds a settled chain that is home.
    AddSettled {
        which: usize,
    },
    Unsettle {
        which: usize,
    },
    Publish,
    Pop,
    Arm,
    Disarm,
    /// The device takes what is there and returns one of the chains it has.
    Return {
        which: usize,
        written: u32,
    },
    DeviceArms,
    Lie(Lie),
}

#[derive(Clone, Debug)]
enum Lie {
    Entry { id: u32, written: u32 },
    Index(u16),
    Scribble(u64),
    Event(u32),
    Flags(u16),
    Tag(u32),
}

fn honest() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4u8, 0..4u8).prop_map(|(readable, writable)| Step::Add { readable, writable }),
        1 => (0..4u8, 0..4u8, any::<bool>())
            .prop_map(|(readable, writable, table)| Step::Settle { readable, writable, table }),
        4 => any::<usize>().prop_map(|which| Step::AddSettled { which }),
        1 => any::<usize>().prop_map(|which| Step::Unsettle { which }),
        3 => Just(Step::Publish),
        4 => Just(Step::Pop),
        1 => Just(Step::Arm),
        1 => Just(Step::Disarm),
        4 => (any::<usize>(), 0..40u32).prop_map(|(which, written)| Step::Return { which, written }),
        1 => Just(Step::DeviceArms),
    ]
}

fn lie() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..20u32, 0..80u32).prop_map(|(id, written)| Lie::Entry { id, written }),
        any::<(u32, u32)>().prop_map(|(id, written)| Lie::Entry { id, written }),
        any::<u16>().prop_map(Lie::Index),
        any::<u64>().prop_map(Lie::Scribble),
        any::<u32>().prop_map(Lie::Event),
        any::<u16>().prop_map(Lie::Flags),
        any::<u32>().prop_map(Lie::Tag),
    ]
    .prop_map(Step::Lie)
}

fn features() -> impl Strategy<Value = (RingFeatures, u16, u16)> {
    let split = (0..5u32, any::<bool>()).prop_map(|(log, event_idx)| (SPLIT, 1 << log, event_idx));
    let packed = (1..=16u16, any::<bool>()).prop_map(|(size, event_idx)| (PACKED, size, event_idx));
    (prop_oneof![split, packed], any::<bool>(), 0..=16u16).prop_map(
        |((features, size, event_idx), in_order, tables)| {
            (RingFeatures { event_idx, in_order, ..features }, size, tables.min(size))
        },
    )
}

/// Plays the steps; answers the fault the ring latched.
fn play((features, size, tables): (RingFeatures, u16, u16), steps: &[Step]) -> Option<Fault> {
    let mut rig = Rig::<Mixed>::with_tables(features, size, tables);
    let (mut next, mut at_device) = (0, Vec::new());
    let mut home = Vec::new();
    let (mut with_ring, mut latched, mut lied) = (BTreeSet::new(), None, false);
    for step in steps {
        match *step {
            Step::Add { readable, writable } => {
                let chain = rig.fates.chain(next, &[7; 4][..readable as usize], &[9; 4][..writable as usize]);
                match rig.ring.add(Mixed::Written(chain)) {
                    Ok(_) => drop(with_ring.insert(next)),
                    Err(refused) => assert_eq!(refused.chain.id(), next),
                }
                next += 1;
            }
            Step::Settle { readable, writable, table } => {
                let chain = rig.fates.chain(next, &[7; 4][..readable as usize], &[9; 4][..writable as usize]);
                let residence = if table { Residence::Table } else { Residence::Ring };
                match rig.ring.settle(chain, residence) {
                    Ok(resident) => home.push(resident),
                    Err(refused) => assert_eq!(refused.chain.id, next),
                }
                next += 1;
            }
            Step::AddSettled { which } => {
                if !home.is_empty() {
                    let resident = home.swap_remove(which % home.len());
                    let (id, placed) = (resident.id, resident.is_placed());
                    match rig.ring.add(Mixed::Settled(resident)) {
                        Ok(_) => assert!(with_ring.insert(id)),
                        Err(refused) => {
                            assert!(!placed || rig.ring.fault().is_some(), "there is a place for it");
                            let Mixed::Settled(resident) = refused.chain else { unreachable!("as it came") };
                            home.push(resident);
                        }
                    }
                }
            }
            Step::Unsettle { which } => {
                if !home.is_empty() {
                    let resident = home.swap_remove(which % home.len());
                    drop(rig.ring.unsettle(resident));
                }
            }
            Step::Publish => drop(rig.ring.publish()),
            Step::Pop => match rig.ring.pop() {
                Ok(None) => assert_eq!(latched, None),
                Ok(Some(done)) => {
                    assert_eq!(latched, None, "nothing comes back after a fault");
                    let id = done.chain.id();
                    assert!(with_ring.remove(&id), "chain {id} came back unasked");
                    assert!(u64::from(done.written) <= 4 * 9);
                    if let Mixed::Settled(resident) = done.chain {
                        home.push(resident);
                    }
                }
                Err(fault) => {
                    assert!(lied, "an honest device was accused: {fault}");
                    assert_eq!(*latched.get_or_insert(fault), fault);
                }
            },
            Step::Arm => drop(rig.ring.arm()),
            Step::Disarm => rig.ring.disarm(),
            Step::Return { which, written } => {
                // Once the device has scribbled it may find no chain any more that makes sense.
                while let Ok(Some(chain)) = rig.device.pop() {
                    at_device.push((chain.head, chain.room()));
                }
                if !at_device.is_empty() {
                    let which = if features.in_order { 0 } else { which % at_device.len() };
                    let (head, room) = at_device.remove(which);
                    rig.device.complete(head, written.min(room));
                }
            }
            Step::DeviceArms => drop(rig.device.arm()),
            Step::Lie(ref lie) => {
                lied = true;
                match (&mut rig.device, lie) {
                    (device, &Lie::Entry { id, written }) => {
                        device.lie_entry(id, written);
                        device.publish();
                    }
                    (device, &Lie::Scribble(value)) => device.lie_over_driver_memory(value),
                    (DeviceRing::Split(device), &Lie::Index(by)) => device.lie_index(by),
                    (DeviceRing::Split(device), &Lie::Event(event)) => device.lie_avail_event(event as u16),
                    (DeviceRing::Split(device), &Lie::Flags(flags)) => device.lie_flags(flags),
                    (DeviceRing::Packed(device), &Lie::Tag(tag)) => device.lie_tag(tag),
                    (DeviceRing::Packed(device), &Lie::Event(event)) => device.lie_event(event),
                    _ => {}
                }
            }
        }
        if latched.is_none() && rig.ring.fault().is_none() {
            assert_eq!(rig.ring.in_flight() as usize, with_ring.len());
        }
    }
    let (fault, fates) = (rig.ring.fault(), rig.fates.clone());
    assert!(lied || fault.is_none());
    let before = fates.dropped();
    drop(rig.ring);
    assert_eq!(fates.abandoned(), with_ring.len(), "each chain still there is abandoned, once");
    assert_eq!(fates.dropped(), before);
    fault
}

/// An interpreter of memory accesses is a thousand times slower: there each step is to be walked, not how often.
const CASES: u32 = if cfg!(miri) { 4 } else { 256 };
const STEPS_MAX: usize = if cfg!(miri) { 60 } else { 200 };

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_honest_device_is_never_accused_and_loses_nothing(
        ring in features(),
        steps in prop::collection::vec(honest(), 1..STEPS_MAX),
    ) {
        prop_assert_eq!(play(ring, &steps), None);
    }

    #[test]
    fn a_lying_device_neither_crashes_the_ring_nor_gets_a_chain_back_twice(
        ring in features(),
        steps in prop::collection::vec(prop_oneof![9 => honest(), 1 => lie()], 1..STEPS_MAX),
    ) {
        play(ring, &steps);
    }
}
