//! Instructions of a chain there and back, exactly, by iai-callgrind: add, the kick decision, and pop of this crate's
//! rings and of a peer's, with the event index and 256 descriptors, all checks on. What the device does is not counted.

mod rigs;
#[path = "../../dma/benches/support/mod.rs"]
mod support;

use support::{Table, verdict};

/// Chains a count is divided by.
const CHAINS: u64 = 10_000;

mod counted {
    use iai_callgrind::{
        Callgrind, EntryPoint, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main,
    };
    use ninewire_queue::{PackedRing, Ring};

    use super::CHAINS;
    use crate::rigs::shared::Shared;
    use crate::rigs::virtio_drivers_split::VirtioDrivers;
    use crate::rigs::{Lists, Ours, Rig, SIZE, Two};

    type Split<C> = Ours<Ring<C, SIZE>, C>;
    type Packed<C> = Ours<PackedRing<C, SIZE>, C>;

    #[library_benchmark]
    #[bench::split_known(Split::<Two>::new(1))]
    #[bench::split_2(Split::<Lists>::new(1))]
    #[bench::split_3(Split::<Lists>::new(2))]
    #[bench::split_4(Split::<Lists>::new(3))]
    #[bench::split_5(Split::<Lists>::new(4))]
    #[bench::packed_known(Packed::<Two>::new(1))]
    #[bench::packed_2(Packed::<Lists>::new(1))]
    #[bench::packed_3(Packed::<Lists>::new(2))]
    #[bench::packed_4(Packed::<Lists>::new(3))]
    #[bench::packed_5(Packed::<Lists>::new(4))]
    #[bench::shared_known(Shared::<Two, true>::new(1))]
    #[bench::shared_2(Shared::<Lists, true>::new(1))]
    #[bench::shared_visit_2(Shared::<Lists, false>::new(1))]
    #[bench::virtio_drivers_2(VirtioDrivers::new(1))]
    #[bench::virtio_drivers_3(VirtioDrivers::new(2))]
    #[bench::virtio_drivers_4(VirtioDrivers::new(3))]
    fn pass<R: Rig>(mut rig: R) -> R {
        rig.pass(CHAINS);
        rig
    }

    library_benchmark_group!(name = chains; benchmarks = pass);

    main!(
        config = LibraryBenchmarkConfig::default()
            .tool(Callgrind::with_args(["--toggle-collect=*counted_*"]).entry_point(EntryPoint::None));
        library_benchmark_groups = chains
    );

    pub(crate) fn run() {
        main();
    }
}

/// What to reach: must, stretch.
type Goal = Option<(f64, f64)>;

/// Names of the benches and of their rows.
const ROWS: [(&str, &str, Goal); 13] = [
    ("split_known", "split, 2 segments, shape known to the compiler", Some((120.0, 110.0))),
    ("split_2", "split, 2 segments", Some((120.0, 110.0))),
    ("split_3", "split, 3 segments", None),
    ("split_4", "split, 4 segments", None),
    ("split_5", "split, 5 segments", None),
    ("packed_known", "packed, 2 segments, shape known to the compiler", Some((100.0, 90.0))),
    ("packed_2", "packed, 2 segments", Some((100.0, 90.0))),
    ("packed_3", "packed, 3 segments", None),
    ("packed_4", "packed, 4 segments", None),
    ("packed_5", "packed, 5 segments", None),
    ("virtio_drivers_2", "virtio-drivers, split, 2 segments", None),
    ("virtio_drivers_3", "virtio-drivers, split, 3 segments", None),
    ("virtio_drivers_4", "virtio-drivers, split, 4 segments", None),
];

/// What the ring for many submitters may cost more: must, stretch.
const MORE: Goal = Some((40.0, 25.0));

/// Names of the benches of the ring for many submitters, of their rows, and of the ring with one owner they stand beside.
const SHARED_ROWS: [(&str, &str, &str, Goal); 3] = [
    ("shared_known", "one submitter, 2 segments, shape known", "split_known", MORE),
    ("shared_2", "one submitter, 2 segments", "split_2", MORE),
    ("shared_visit_2", "the same, the consumer's right taken and given up each time", "split_2", None),
];

fn main() {
    let Some(counted) = support::instructions("instructions", counted::run) else { return };
    let mut table = Table::new(["add + kick decision + pop", "instructions", "goal (stretch)", ""]);
    let find =
        |id: &str| counted.iter().find(|it| it.id == id).map(|it| it.instructions as f64 / CHAINS as f64);
    for (id, name, goal) in ROWS {
        let found = find(id);
        let shown = found.map_or("-".into(), |value| format!("{value:.1}"));
        let (goal_text, said) = match (goal, found) {
            (Some((must, stretch)), Some(value)) => {
                (format!("{must} ({stretch})"), verdict(value, must, stretch).into())
            }
            _ => (String::new(), String::new()),
        };
        table.row([name.into(), shown, goal_text, said]);
    }
    table.print("Instructions per chain (callgrind, exact)");
    let mut table = Table::new(["SharedRing over Ring", "instructions", "more", "goal (stretch)", ""]);
    for (id, name, base, goal) in SHARED_ROWS {
        let (Some(value), Some(base)) = (find(id), find(base)) else { continue };
        let more = value - base;
        let (goal, said) = goal.map_or((String::new(), ""), |(must, stretch)| {
            (format!("+{must} (+{stretch})"), verdict(more, must, stretch))
        });
        table.row([name.into(), format!("{value:.1}"), format!("{more:+.1}"), goal, said.into()]);
    }
    table.print("Submit, kick decision and pop where many may submit (callgrind, exact)");
}
