//! Time of a chain there and back on one core, device included, by criterion.

mod rigs;

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use ninewire_queue::{PackedRing, Ring};
use rigs::shared::Shared;
use rigs::virtio_drivers_split::VirtioDrivers;
use rigs::{Lists, Ours, Rig, SIZE, Two};

fn case<R: Rig>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str) {
    let mut rig = R::new(1);
    group.bench_function(name, |bencher| bencher.iter(|| rig.pass(1)));
}

fn chains(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chain of 2 segments, there and back");
    case::<Ours<Ring<Two, SIZE>, Two>>(&mut group, "split, shape known");
    case::<Ours<Ring<Lists, SIZE>, Lists>>(&mut group, "split");
    case::<Ours<PackedRing<Two, SIZE>, Two>>(&mut group, "packed, shape known");
    case::<Ours<PackedRing<Lists, SIZE>, Lists>>(&mut group, "packed");
    case::<Shared<Lists, true>>(&mut group, "SharedRing, one submitter");
    case::<VirtioDrivers>(&mut group, "virtio-drivers, split");
    group.finish();
}

criterion_group!(benches, chains);
criterion_main!(benches);
