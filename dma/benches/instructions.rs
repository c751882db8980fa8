//! Instructions of a page pair (one page taken, one given back), exactly, by iai-callgrind: this crate and its
//! peers. Counted are `peers::counted_alloc` and `peers::counted_free` alone, not the loop around them.

mod peers;
mod support;

use support::{Table, verdict};

/// Pairs a count is divided by.
const PAIRS: u64 = 10_000;

mod counted {
    use iai_callgrind::{
        Callgrind, EntryPoint, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main,
    };

    use super::PAIRS;
    use crate::peers::*;

    #[library_benchmark]
    #[bench::magazine(Held::<ViaMagazine>::new(0))]
    #[bench::shared(Held::<ViaPool>::new(0))]
    #[bench::slab(Held::<Slab>::new(0))]
    #[bench::array_queue(Held::<ArrayQueue>::new(0))]
    #[bench::heapless(Held::<Heapless>::new(0))]
    #[bench::linked_list(Held::<LinkedList>::new(0))]
    #[bench::bitvec(Held::<BitVec>::new(0))]
    #[bench::talc(Held::<Talc>::new(0))]
    fn hot<S: Singles>(mut held: Held<S>) -> Held<S> {
        held.counted_pair(PAIRS);
        held
    }

    #[library_benchmark]
    #[bench::magazine(Held::<ViaMagazine>::new(NINE_TENTHS))]
    #[bench::shared(Held::<ViaPool>::new(NINE_TENTHS))]
    #[bench::slab(Held::<Slab>::new(NINE_TENTHS))]
    #[bench::array_queue(Held::<ArrayQueue>::new(NINE_TENTHS))]
    #[bench::heapless(Held::<Heapless>::new(NINE_TENTHS))]
    #[bench::linked_list(Held::<LinkedList>::new(NINE_TENTHS))]
    #[bench::bitvec(Held::<BitVec>::new(NINE_TENTHS))]
    #[bench::talc(Held::<Talc>::new(NINE_TENTHS))]
    fn full<S: Singles>(mut held: Held<S>) -> Held<S> {
        held.counted_replace(PAIRS);
        held
    }

    library_benchmark_group!(name = pairs; benchmarks = hot, full);

    main!(
        config = LibraryBenchmarkConfig::default().tool(
            Callgrind::with_args(["--toggle-collect=*counted_alloc*", "--toggle-collect=*counted_free*"])
                .entry_point(EntryPoint::None)
        );
        library_benchmark_groups = pairs
    );

    pub(crate) fn run() {
        main();
    }
}

/// What to reach: must, stretch.
type Goal = Option<(f64, f64)>;

/// Names of the benches and of their rows.
const ROWS: [(&str, &str, Goal); 8] = [
    ("magazine", "ninewire-dma, magazine", Some((34.0, 30.0))),
    ("shared", "ninewire-dma, shared path", Some((55.0, 50.0))),
    ("slab", "slab + spin", None),
    ("array_queue", "crossbeam ArrayQueue", None),
    ("heapless", "heapless object pool", None),
    ("linked_list", "linked_list_allocator + spin", None),
    ("bitvec", "bitvec first_one + spin", None),
    ("talc", "talc + spin", None),
];

fn main() {
    let Some(counted) = support::instructions("instructions", counted::run) else { return };
    let per_pair = |function: &str, id: &str| {
        let found = counted.iter().find(|c| c.function == function && c.id == id);
        found.map(|c| c.instructions as f64 / PAIRS as f64)
    };
    let shown = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.1}"));
    let mut table = Table::new(["4 KiB page of 16384", "hot", "90 % full", "goal (stretch)", ""]);
    for (id, name, goal) in ROWS {
        let (hot, full) = (per_pair("hot", id), per_pair("full", id));
        let (goal_text, said) = match (goal, hot, full) {
            (Some((must, stretch)), Some(hot), Some(full)) => {
                (format!("{must} ({stretch})"), verdict(hot.max(full), must, stretch).into())
            }
            _ => (String::new(), String::new()),
        };
        table.row([name.into(), shown(hot), shown(full), goal_text, said]);
    }
    table.print("Instructions per pair (callgrind, exact)");
}
