//! Instructions of a chain there and back, exactly, by iai-callgrind: add, the kick decision, and pop of this crate's
//! rings and of a peer's, with the event index and 256 descriptors, all checks on. What the device does is not counted.

mod rigs;
#[path = "../../dma/benches/support/mod.rs"]
mod support;

use support::{Counted, Table, verdict};

/// Chains a count is divided by.
const CHAINS: u64 = 10_000;

mod counted {
    use iai_callgrind::{
        Callgrind, EntryPoint, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main,
    };
    use ninewire_queue::{PackedRing, Resident, Ring};

    use super::CHAINS;
    use crate::rigs::shared::Shared;
    use crate::rigs::virtio_drivers_split::VirtioDrivers;
    use crate::rigs::{Kicks, Lists, Ours, Rig, SIZE, Two};

    type Split<C> = Ours<Ring<C, SIZE>, C>;
    type Packed<C> = Ours<PackedRing<C, SIZE>, C>;

    /// Counts inside the functions whose names contain `inside`; bus locks too, which is what x86 makes of full fences.
    fn only(inside: &str) -> LibraryBenchmarkConfig {
        let toggle = format!("--toggle-collect=*{inside}*");
        let mut config = LibraryBenchmarkConfig::default();
        config.tool(Callgrind::with_args([&toggle, "--collect-bus=yes"]).entry_point(EntryPoint::None));
        config
    }

    #[library_benchmark(config = only("counted_"))]
    #[bench::split_known(Split::<Two>::new(1))]
    #[bench::split_2(Split::<Lists>::new(1))]
    #[bench::split_3(Split::<Lists>::new(2))]
    #[bench::split_4(Split::<Lists>::new(3))]
    #[bench::split_5(Split::<Lists>::new(4))]
    #[bench::split_9(Split::<Lists>::new(8))]
    #[bench::split_resident_2(Split::<Resident<Lists>>::new(1))]
    #[bench::split_resident_9(Split::<Resident<Lists>>::new(8))]
    #[bench::packed_known(Packed::<Two>::new(1))]
    #[bench::packed_2(Packed::<Lists>::new(1))]
    #[bench::packed_3(Packed::<Lists>::new(2))]
    #[bench::packed_4(Packed::<Lists>::new(3))]
    #[bench::packed_5(Packed::<Lists>::new(4))]
    #[bench::packed_9(Packed::<Lists>::new(8))]
    #[bench::packed_resident_2(Packed::<Resident<Lists>>::new(1))]
    #[bench::packed_resident_9(Packed::<Resident<Lists>>::new(8))]
    #[bench::shared_known(Shared::<Two, true>::new(1))]
    #[bench::shared_2(Shared::<Lists, true>::new(1))]
    #[bench::shared_visit_2(Shared::<Lists, false>::new(1))]
    #[bench::virtio_drivers_2(VirtioDrivers::new(1))]
    #[bench::virtio_drivers_3(VirtioDrivers::new(2))]
    #[bench::virtio_drivers_4(VirtioDrivers::new(3))]
    #[bench::virtio_drivers_5(VirtioDrivers::new(4))]
    fn chain<R: Rig>(mut rig: R) -> R {
        rig.pass(CHAINS);
        rig
    }

    #[library_benchmark(config = only("counted_add"))]
    #[bench::split(Split::<Lists>::new(1))]
    #[bench::split_resident(Split::<Resident<Lists>>::new(1))]
    #[bench::packed(Packed::<Lists>::new(1))]
    #[bench::packed_resident(Packed::<Resident<Lists>>::new(1))]
    #[bench::virtio_drivers(VirtioDrivers::new(1))]
    fn add<R: Rig>(mut rig: R) -> R {
        rig.pass(CHAINS);
        rig
    }

    #[library_benchmark(config = only("counted_kick"))]
    #[bench::split(Split::<Lists>::new(1))]
    #[bench::split_resident(Split::<Resident<Lists>>::new(1))]
    #[bench::split_wanted(Split::<Lists>::new(1).with_kicks(Kicks::Wanted))]
    #[bench::split_elsewhere(Split::<Lists>::new(1).with_kicks(Kicks::Elsewhere))]
    #[bench::packed(Packed::<Lists>::new(1))]
    #[bench::packed_resident(Packed::<Resident<Lists>>::new(1))]
    #[bench::packed_wanted(Packed::<Lists>::new(1).with_kicks(Kicks::Wanted))]
    #[bench::packed_elsewhere(Packed::<Lists>::new(1).with_kicks(Kicks::Elsewhere))]
    #[bench::virtio_drivers(VirtioDrivers::new(1))]
    fn kick<R: Rig>(mut rig: R) -> R {
        rig.pass(CHAINS);
        rig
    }

    #[library_benchmark(config = only("counted_pop"))]
    #[bench::split(Split::<Lists>::new(1))]
    #[bench::split_resident(Split::<Resident<Lists>>::new(1))]
    #[bench::packed(Packed::<Lists>::new(1))]
    #[bench::packed_resident(Packed::<Resident<Lists>>::new(1))]
    #[bench::virtio_drivers(VirtioDrivers::new(1))]
    fn pop<R: Rig>(mut rig: R) -> R {
        rig.pass(CHAINS);
        rig
    }

    library_benchmark_group!(name = rings; benchmarks = chain, add, kick, pop);

    main!(library_benchmark_groups = rings);

    pub(crate) fn run() {
        main();
    }
}

/// What to reach: must, stretch.
type Goal = Option<(f64, f64)>;

const SPLIT: Goal = Some((120.0, 110.0));
const PACKED: Goal = Some((100.0, 90.0));
const RESIDENT: Goal = Some((66.0, 60.0));

/// Names of the benches and of their rows.
const CHAIN_ROWS: [(&str, &str, Goal); 14] = [
    ("split_known", "split, 2 segments, shape known to the compiler", SPLIT),
    ("split_2", "split, 2 segments", SPLIT),
    ("split_3", "split, 3 segments", None),
    ("split_9", "split, 9 segments", None),
    ("split_resident_2", "split, resident, 2 segments", RESIDENT),
    ("split_resident_9", "split, resident, 9 segments", RESIDENT),
    ("packed_known", "packed, 2 segments, shape known to the compiler", PACKED),
    ("packed_2", "packed, 2 segments", PACKED),
    ("packed_3", "packed, 3 segments", None),
    ("packed_9", "packed, 9 segments", None),
    ("packed_resident_2", "packed, resident, 2 segments", RESIDENT),
    ("packed_resident_9", "packed, resident, 9 segments", RESIDENT),
    ("virtio_drivers_2", "virtio-drivers, split, 2 segments", None),
    ("virtio_drivers_3", "virtio-drivers, split, 3 segments", None),
];

/// What a further segment may cost.
const FURTHER: Goal = Some((20.0, 10.0));

/// A further segment: of which ring, from how many segments to how many.
const FURTHER_ROWS: [(&str, &str, u32, u32, Goal); 13] = [
    ("split", "split", 2, 3, FURTHER),
    ("split", "split", 3, 4, FURTHER),
    ("split", "split", 4, 5, FURTHER),
    ("split", "split", 5, 9, FURTHER),
    ("split", "split", 2, 9, FURTHER),
    ("packed", "packed", 2, 3, FURTHER),
    ("packed", "packed", 3, 4, FURTHER),
    ("packed", "packed", 4, 5, FURTHER),
    ("packed", "packed", 5, 9, FURTHER),
    ("packed", "packed", 2, 9, FURTHER),
    ("virtio_drivers", "virtio-drivers", 2, 3, None),
    ("virtio_drivers", "virtio-drivers", 3, 4, None),
    ("virtio_drivers", "virtio-drivers", 4, 5, None),
];

/// The steps one by one: bench function and id, name, full fences there should be.
const STEP_ROWS: [(&str, &str, &str, Option<u64>); 19] = [
    ("add", "split", "add, split", Some(0)),
    ("add", "split_resident", "add, split, resident", Some(0)),
    ("add", "packed", "add, packed", Some(0)),
    ("add", "packed_resident", "add, packed, resident", Some(0)),
    ("add", "virtio_drivers", "add, virtio-drivers", None),
    ("kick", "split", "kick decision, split, device polls", Some(1)),
    ("kick", "split_resident", "kick decision, split, resident, device polls", Some(1)),
    ("kick", "split_wanted", "kick decision, split, event index asks for it", Some(1)),
    ("kick", "split_elsewhere", "kick decision, split, event index is elsewhere", Some(1)),
    ("kick", "packed", "kick decision, packed, device polls", Some(1)),
    ("kick", "packed_resident", "kick decision, packed, resident, device polls", Some(1)),
    ("kick", "packed_wanted", "kick decision, packed, event index asks for it", Some(1)),
    ("kick", "packed_elsewhere", "kick decision, packed, event index is elsewhere", Some(1)),
    ("kick", "virtio_drivers", "kick decision, virtio-drivers", None),
    ("pop", "split", "pop, split", Some(0)),
    ("pop", "split_resident", "pop, split, resident", Some(0)),
    ("pop", "packed", "pop, packed", Some(0)),
    ("pop", "packed_resident", "pop, packed, resident", Some(0)),
    ("pop", "virtio_drivers", "pop, virtio-drivers", None),
];

/// What the ring for many submitters may cost more: must, stretch.
const MORE: Goal = Some((40.0, 25.0));

/// Names of the benches of the ring for many submitters, of their rows, and of the ring with one owner they stand beside.
const SHARED_ROWS: [(&str, &str, &str, Goal); 3] = [
    ("shared_known", "one submitter, 2 segments, shape known", "split_known", MORE),
    ("shared_2", "one submitter, 2 segments", "split_2", MORE),
    ("shared_visit_2", "the same, the consumer's right taken and given up each time", "split_2", None),
];

/// What was counted.
struct Counts(Vec<Counted>);

impl Counts {
    fn find(&self, function: &str, id: &str) -> Option<&Counted> {
        let found = self.0.iter().find(|it| it.function == function && it.id == id)?;
        assert!(found.instructions > 0, "{function} {id}: nothing was counted");
        Some(found)
    }

    /// Instructions a chain.
    fn per_chain(&self, function: &str, id: &str) -> Option<f64> {
        Some(self.find(function, id)?.instructions as f64 / CHAINS as f64)
    }
}

/// A goal and the verdict on `value`, as cells; `sign` stands before the numbers.
fn judged(goal: Goal, value: Option<f64>, sign: &str) -> [String; 2] {
    match (goal, value) {
        (Some((must, stretch)), Some(value)) => {
            [format!("{sign}{must} ({sign}{stretch})"), verdict(value, must, stretch).into()]
        }
        _ => [String::new(), String::new()],
    }
}

fn shown(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| format!("{value:.1}"))
}

fn main() {
    let Some(counted) = support::instructions("instructions", counted::run) else { return };
    let counts = Counts(counted);

    let mut table = Table::new(["add + kick decision + pop", "instructions", "goal (stretch)", ""]);
    for (id, name, goal) in CHAIN_ROWS {
        let found = counts.per_chain("chain", id);
        let [goal, said] = judged(goal, found, "");
        table.row([name.into(), shown(found), goal, said]);
    }
    table.print("Instructions per chain (callgrind, exact)");

    let mut table = Table::new(["each further segment", "instructions", "goal (stretch)", ""]);
    for (ring, name, from, to, goal) in FURTHER_ROWS {
        let at = |segments: u32| counts.per_chain("chain", &format!("{ring}_{segments}"));
        let found = at(from).zip(at(to)).map(|(less, more)| (more - less) / f64::from(to - from));
        let [goal, said] = judged(goal, found, "");
        table.row([format!("{name}, from {from} to {to}"), shown(found), goal, said]);
    }
    table.print("What a longer chain costs (callgrind, exact)");

    let mut table = Table::new(["step", "instructions", "full fences", "goal", ""]);
    for (step, id, name, goal) in STEP_ROWS {
        let fences = counts.find(step, id).and_then(|it| it.bus_locks);
        let shown_fences =
            fences.map_or("-".into(), |fences| format!("{:.1}", fences as f64 / CHAINS as f64));
        let said = match (goal, fences) {
            (Some(goal), Some(fences)) if fences == goal * CHAINS => "reached",
            (Some(_), Some(_)) => "SHORT",
            _ => "",
        };
        let goal = goal.map_or(String::new(), |goal| goal.to_string());
        table.row([name.into(), shown(counts.per_chain(step, id)), shown_fences, goal, said.into()]);
    }
    table.print("Chains of 2 segments, step by step (callgrind, exact; fences are counted as bus locks)");

    let mut table = Table::new(["SharedRing over Ring", "instructions", "more", "goal (stretch)", ""]);
    for (id, name, base, goal) in SHARED_ROWS {
        let (found, base) = (counts.per_chain("chain", id), counts.per_chain("chain", base));
        let more = found.zip(base).map(|(found, base)| found - base);
        let [goal, said] = judged(goal, more, "+");
        let more = more.map_or("-".into(), |more| format!("{more:+.1}"));
        table.row([name.into(), shown(found), more, goal, said]);
    }
    table.print("Submit, kick decision and pop where many may submit (callgrind, exact)");
}
