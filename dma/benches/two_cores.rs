//! A page pair on two cores at once: what sharing costs. Both cores start together, each takes and gives back a
//! fixed number of pages, and a round lasts as long as the slower of the two; reported is the fastest of many short
//! rounds, beside the time a cache line takes to the other core and back, which is what a shared word costs at least.

mod peers;
mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use peers::{ArrayQueue, BitVec, Heapless, Held, LinkedList, Singles, Slab, Talc, ViaMagazine, ViaPool};
use support::{Table, verdict};

/// Short, so that most rounds pass without the scheduler interfering.
const PAIRS_A_ROUND: u64 = 1000;
const ROUNDS: u64 = 3000;

/// Lets two threads go on at the same instant, both running: unlike a barrier of the system's, it never sleeps.
struct Gate(AtomicU64);

impl Gate {
    fn pass(&self, round: u64) {
        self.0.fetch_add(1, Ordering::AcqRel);
        let mut looks = 0_u32;
        while self.0.load(Ordering::Acquire) < 2 * (round + 1) {
            looks += 1;
            // The other one may have lost its core to somebody else.
            if looks.is_multiple_of(1 << 12) { std::thread::yield_now() } else { std::hint::spin_loop() }
        }
    }
}

/// Runs two players side by side, each on a core of its own, for many rounds; returns the nanoseconds of the fastest
/// round that they began together: from the first one's start to the last one's end.
fn together<P>(make: impl Fn(u64) -> P + Sync, play: impl Fn(&mut P, u64) + Sync) -> f64 {
    let gate = Gate(AtomicU64::new(0));
    let epoch = Instant::now();
    let core = &|number: u64| {
        pin_to(number as usize);
        let mut player = make(number);
        let mut spans = Vec::with_capacity(ROUNDS as usize);
        for round in 0..ROUNDS {
            gate.pass(round);
            let start = epoch.elapsed();
            play(&mut player, round);
            spans.push([start, epoch.elapsed()].map(|time| time.as_nanos() as f64));
        }
        spans
    };
    let (here, there) = std::thread::scope(|scope| {
        let [one, two] = [0, 1].map(|number| scope.spawn(move || core(number)));
        (one.join().expect("the first core's thread"), two.join().expect("the second core's thread"))
    });
    let rounds = here.iter().zip(there).filter_map(|([start, end], [other_start, other_end])| {
        let lasted = end.max(other_end) - start.min(other_start);
        ((start - other_start).abs() < lasted / 10.0).then_some(lasted)
    });
    rounds.fold(f64::MAX, f64::min)
}

/// Keeps this thread on one core, so that the two do not take turns on the same one. Best effort: where the system
/// refuses, rounds that were not played together are left out all the same.
fn pin_to(core: usize) {
    let mut cores = rustix::thread::CpuSet::new();
    cores.set(core);
    let _ = rustix::thread::sched_setaffinity(None, &cores);
}

/// Nanoseconds a pair takes on each of two cores that do nothing else.
fn on_two_cores<S: Singles>() -> f64 {
    together(|_| Held::<S>::new(0), |held, _| held.pair(PAIRS_A_ROUND)) / PAIRS_A_ROUND as f64
}

/// Nanoseconds a cache line takes to the other core and back.
fn bounce() -> f64 {
    const TURNS: u64 = 500;
    let ball = AtomicU64::new(0);
    let play = |mine: &mut u64, round: u64| {
        for turn in round * TURNS..(round + 1) * TURNS {
            let mut looks = 0_u32;
            while ball.load(Ordering::Acquire) != 2 * turn + *mine {
                looks += 1;
                if looks.is_multiple_of(1 << 12) { std::thread::yield_now() } else { std::hint::spin_loop() }
            }
            ball.store(2 * turn + *mine + 1, Ordering::Release);
        }
    };
    together(|number| number, play) / TURNS as f64
}

fn main() {
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("two_cores: measures under `cargo bench` only");
        return;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if cores < 2 {
        println!("two_cores: skipped, this machine has one core");
        return;
    }
    let bounce = bounce();
    let mut table = Table::new(["4 KiB page of 16384", "ns", "bounces", "goal (stretch)", ""]);
    let mut row = |name: &str, ns: f64, goal: Option<(f64, f64)>| {
        let shown = goal.map_or(String::new(), |(must, stretch)| format!("{must} ({stretch})"));
        let said = goal.map_or(String::new(), |(must, stretch)| verdict(ns, must, stretch).into());
        table.row([name.into(), format!("{ns:.1}"), format!("{:.2}", ns / bounce), shown, said]);
    };
    row("ninewire-dma, magazine", on_two_cores::<ViaMagazine>(), Some((2.0, 1.1)));
    row("ninewire-dma, shared path", on_two_cores::<ViaPool>(), None);
    row("slab + spin", on_two_cores::<Slab>(), None);
    row("crossbeam ArrayQueue", on_two_cores::<ArrayQueue>(), None);
    row("heapless object pool", on_two_cores::<Heapless>(), None);
    row("linked_list_allocator + spin", on_two_cores::<LinkedList>(), None);
    row("bitvec first_one + spin", on_two_cores::<BitVec>(), None);
    row("talc + spin", on_two_cores::<Talc>(), None);
    table.print(&format!("Nanoseconds per pair on each of two cores, fastest round (bounce {bounce:.0} ns)"));
}
