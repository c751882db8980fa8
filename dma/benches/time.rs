//! Time of a page pair on one core, by criterion: this crate and its peers, hot and at 90 % full. The table at the
//! end shows the fastest sample of each; on a busy machine read it as ratios.

mod peers;
#[path = "support/samples.rs"]
mod samples;
mod support;

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use peers::{
    ArrayQueue, BitVec, Heapless, Held, LinkedList, NINE_TENTHS, Singles, Slab, Talc, ViaMagazine, ViaPool,
};
use samples::fastest;
use support::{Table, verdict};

/// Row names, goals (must, stretch; nanoseconds) where we set ourselves some.
const ROWS: [(&str, Option<(f64, f64)>); 8] = [
    ("ninewire-dma, magazine", Some((3.0, 2.3))),
    ("ninewire-dma, shared path", Some((12.0, 12.0))),
    ("slab + spin", None),
    ("crossbeam ArrayQueue", None),
    ("heapless object pool", None),
    ("linked_list_allocator + spin", None),
    ("bitvec first_one + spin", None),
    ("talc + spin", None),
];

fn both<S: Singles>(criterion: &mut Criterion, row: usize) {
    let mut group = criterion.benchmark_group("pair");
    let name = ROWS[row].0;
    let timed = |pairs: u64, run: &mut dyn FnMut(u64)| {
        let start = Instant::now();
        run(pairs);
        start.elapsed()
    };
    let mut hot = Held::<S>::new(0);
    group.bench_function(BenchmarkId::new("hot", name), |b| {
        b.iter_custom(|pairs| timed(pairs, &mut |pairs| hot.pair(pairs)));
    });
    drop(hot);
    let mut full = Held::<S>::new(NINE_TENTHS);
    group.bench_function(BenchmarkId::new("90 % full", name), |b| {
        b.iter_custom(|pairs| timed(pairs, &mut |pairs| full.replace(pairs)));
    });
    full.give_all_back();
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .without_plots()
        .configure_from_args();
    both::<ViaMagazine>(&mut criterion, 0);
    both::<ViaPool>(&mut criterion, 1);
    both::<Slab>(&mut criterion, 2);
    both::<ArrayQueue>(&mut criterion, 3);
    both::<Heapless>(&mut criterion, 4);
    both::<LinkedList>(&mut criterion, 5);
    both::<BitVec>(&mut criterion, 6);
    both::<Talc>(&mut criterion, 7);
    criterion.final_summary();
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let shown = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.1}"));
    let mut table = Table::new(["4 KiB page of 16384", "hot", "90 % full", "goal (stretch)", ""]);
    for (name, goal) in ROWS {
        let (hot, full) = (fastest(&["pair", "hot", name]), fastest(&["pair", "90 % full", name]));
        let (goal_text, said) = match (goal, hot) {
            (Some((must, stretch)), Some(hot)) => {
                (format!("hot {must} ({stretch})"), verdict(hot, must, stretch).into())
            }
            _ => (String::new(), String::new()),
        };
        table.row([name.into(), shown(hot), shown(full), goal_text, said]);
    }
    table.print("Nanoseconds per pair, one core, fastest sample");
}
