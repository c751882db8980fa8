//! A device that lies in every way it can, at random, between honest steps: whatever it does, nothing panics, no chain
//! comes back twice or without having been added, and the first lie that shows is the last thing the ring says.

mod corpus;

use crate::RingFeatures;
use crate::testing::script::{Lie, Machine, Step, play};
use crate::testing::{PACKED, SPLIT};
use proptest::prelude::*;

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

fn machine() -> impl Strategy<Value = Machine> {
    let split = (0..5u32, any::<bool>()).prop_map(|(log, event_idx)| (SPLIT, 1 << log, event_idx));
    let packed = (1..=16u16, any::<bool>()).prop_map(|(size, event_idx)| (PACKED, size, event_idx));
    (prop_oneof![split, packed], any::<bool>(), 0..=16u16).prop_map(
        |((features, size, event_idx), in_order, tables)| Machine {
            features: RingFeatures { event_idx, in_order, ..features },
            size,
            tables: tables.min(size),
            rounds: 0,
        },
    )
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
        steps in prop::collection::vec(prop_oneof![9 => honest(), 1 => lie()], 1..STEPS_MAX),
    ) {
        play(machine, &steps);
    }
}
