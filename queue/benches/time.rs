//! Time of a chain there and back on one core, device included, by criterion.

mod rigs;
#[path = "../../dma/benches/support/samples.rs"]
mod samples;
#[path = "../../dma/benches/support/mod.rs"]
mod support;

use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use ninewire_queue::{PackedRing, Resident, Ring};
use rigs::shared::Shared;
use rigs::virtio_drivers_split::VirtioDrivers;
use rigs::{Lists, Ours, Rig, SIZE, Two};
use samples::fastest;
use support::Table;

type Split<C> = Ours<Ring<C, SIZE>, C>;
type Packed<C> = Ours<PackedRing<C, SIZE>, C>;

const GROUP: &str = "chain of 2 segments, there and back";

fn case(group: &mut BenchmarkGroup<'_, WallTime>, name: &'static str, mut rig: impl Rig) -> &'static str {
    group.bench_function(name, |bencher| bencher.iter(|| rig.pass(1)));
    name
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .without_plots()
        .configure_from_args();
    let mut group = criterion.benchmark_group(GROUP);
    let rows = [
        case(&mut group, "split, shape known", Split::<Two>::new(1)),
        case(&mut group, "split", Split::<Lists>::new(1)),
        case(&mut group, "split, resident", Split::<Resident<Lists>>::new(1)),
        case(&mut group, "packed, shape known", Packed::<Two>::new(1)),
        case(&mut group, "packed", Packed::<Lists>::new(1)),
        case(&mut group, "packed, resident", Packed::<Resident<Lists>>::new(1)),
        case(&mut group, "SharedRing, one submitter", Shared::<Lists, true>::new(1)),
        case(&mut group, "virtio-drivers, split", VirtioDrivers::new(1)),
    ];
    group.finish();
    criterion.final_summary();
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let mut table = Table::new([GROUP, "ns"]);
    for name in rows {
        let fastest = fastest(&[GROUP, name]).map_or("-".into(), |ns| format!("{ns:.1}"));
        table.row([name.into(), fastest]);
    }
    table.print("Nanoseconds per chain, device included, one core, fastest sample");
}
