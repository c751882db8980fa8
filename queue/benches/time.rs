//! Time of a chain there and back on one core, device included, by criterion.

mod rigs;

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use ninewire_queue::{PackedRing, Resident, Ring};
use rigs::shared::Shared;
use rigs::virtio_drivers_split::VirtioDrivers;
use rigs::{Lists, Ours, Rig, SIZE, Two};

type Split<C> = Ours<Ring<C, SIZE>, C>;
type Packed<C> = Ours<PackedRing<C, SIZE>, C>;

fn case(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut rig: impl Rig) {
    group.bench_function(name, |bencher| bencher.iter(|| rig.pass(1)));
}

fn chains(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chain of 2 segments, there and back");
    case(&mut group, "split, shape known", Split::<Two>::new(1));
    case(&mut group, "split", Split::<Lists>::new(1));
    case(&mut group, "split, resident", Split::<Resident<Lists>>::new(1));
    case(&mut group, "packed, shape known", Packed::<Two>::new(1));
    case(&mut group, "packed", Packed::<Lists>::new(1));
    case(&mut group, "packed, resident", Packed::<Resident<Lists>>::new(1));
    case(&mut group, "SharedRing, one submitter", Shared::<Lists, true>::new(1));
    case(&mut group, "virtio-drivers, split", VirtioDrivers::new(1));
    group.finish();
}

criterion_group!(benches, chains);
criterion_main!(benches);
