//! Runs of pages under churn, the question being what a long life does to a pool: 64 MiB, wishes of 4 KiB (80 %),
//! 64 KiB (14 %), 512 KiB (5 %) and 2 MiB (1 %), random victims freed before each wish until at most 75 % is held.
//! Counted after a warm-up: wishes refused, the part of the free pages that lies in runs of 64 KiB, and time.

mod peers;
mod support;

use std::ptr::NonNull;
use std::time::Instant;

use ninewire_dma::{Buf, PAGE_SIZE, Pool};
use peers::{BareTalc, Dice, PAGES, page_layout, pool, region, talc_over};
use spin::Mutex;
use support::{Table, verdict};

/// Pages and percentage of each kind of wish.
const MIX: [(usize, usize); 4] = [(1, 80), (16, 14), (128, 5), (512, 1)];
const HELD_MOST: usize = PAGES / 4 * 3;
/// Wishes in a round; time is that of the fastest round.
const WISHES_A_ROUND: usize = 50_000;
const ROUNDS: usize = 12;
const WARM_UP_ROUNDS: usize = 2;

/// An allocator of runs, and where in its 64 MiB a run lies.
trait Runs {
    type Run;
    fn new() -> Self;
    fn alloc(&mut self, pages: usize) -> Option<Self::Run>;
    fn free(&mut self, run: Self::Run, pages: usize);
    fn first_page(&self, run: &Self::Run) -> usize;
}

struct Ours {
    pool: &'static Pool,
    base: usize,
}

impl Runs for Ours {
    type Run = Buf<'static>;
    fn new() -> Self {
        let all = pool().alloc(PAGES).expect("nobody else is here");
        Self { pool: pool(), base: all.as_slice().as_ptr().addr() }
    }
    fn alloc(&mut self, pages: usize) -> Option<Self::Run> {
        self.pool.alloc(pages).ok()
    }
    fn free(&mut self, run: Self::Run, _: usize) {
        drop(run);
    }
    fn first_page(&self, run: &Self::Run) -> usize {
        (run.as_slice().as_ptr().addr() - self.base) / PAGE_SIZE
    }
}

/// bitvec: the first run of set bits, under a spin lock.
struct BitVecRuns(Mutex<bitvec::boxed::BitBox<u64>>);

impl Runs for BitVecRuns {
    type Run = usize;
    fn new() -> Self {
        Self(Mutex::new(bitvec::bitbox![u64, bitvec::order::Lsb0; 1; PAGES]))
    }
    fn alloc(&mut self, pages: usize) -> Option<usize> {
        let mut bits = self.0.lock();
        let mut at = 0;
        loop {
            let start = at + bits[at..].first_one()?;
            let end = bits[start..].first_zero().map_or(PAGES, |len| start + len);
            if end - start >= pages {
                bits[start..start + pages].fill(false);
                return Some(start);
            }
            at = end;
        }
    }
    fn free(&mut self, run: usize, pages: usize) {
        self.0.lock()[run..run + pages].fill(true);
    }
    fn first_page(&self, run: &usize) -> usize {
        *run
    }
}

struct Buddy(Mutex<buddy_system_allocator::FrameAllocator<15>>);

impl Runs for Buddy {
    type Run = usize;
    fn new() -> Self {
        let mut frames = buddy_system_allocator::FrameAllocator::new();
        frames.add_frame(0, PAGES);
        Self(Mutex::new(frames))
    }
    fn alloc(&mut self, pages: usize) -> Option<usize> {
        self.0.lock().alloc(pages)
    }
    fn free(&mut self, run: usize, pages: usize) {
        self.0.lock().dealloc(run, pages);
    }
    fn first_page(&self, run: &usize) -> usize {
        *run
    }
}

struct LinkedListRuns {
    heap: Mutex<linked_list_allocator::Heap>,
    base: usize,
}

impl Runs for LinkedListRuns {
    type Run = NonNull<u8>;
    fn new() -> Self {
        let region = region(PAGES * PAGE_SIZE);
        // SAFETY: the region is leaked and nobody else's.
        let heap = unsafe { linked_list_allocator::Heap::new(region.cast().as_ptr(), region.len()) };
        Self { heap: Mutex::new(heap), base: region.addr().get() }
    }
    fn alloc(&mut self, pages: usize) -> Option<Self::Run> {
        self.heap.lock().allocate_first_fit(page_layout(pages)).ok()
    }
    fn free(&mut self, run: Self::Run, pages: usize) {
        // SAFETY: it came from this heap with this layout.
        unsafe { self.heap.lock().deallocate(run, page_layout(pages)) };
    }
    fn first_page(&self, run: &Self::Run) -> usize {
        (run.addr().get() - self.base) / PAGE_SIZE
    }
}

struct TalcRuns {
    heap: Mutex<BareTalc>,
    base: usize,
}

impl Runs for TalcRuns {
    type Run = NonNull<u8>;
    fn new() -> Self {
        let (heap, base) = talc_over(PAGES * PAGE_SIZE);
        Self { heap: Mutex::new(heap), base }
    }
    fn alloc(&mut self, pages: usize) -> Option<Self::Run> {
        // SAFETY: a run is not empty.
        unsafe { self.heap.lock().allocate(page_layout(pages)) }
    }
    fn free(&mut self, run: Self::Run, pages: usize) {
        // SAFETY: it came from this heap with this layout.
        unsafe { self.heap.lock().deallocate(run.as_ptr(), page_layout(pages)) };
    }
    fn first_page(&self, run: &Self::Run) -> usize {
        (run.addr().get() - self.base) / PAGE_SIZE
    }
}

/// What came of it.
struct Outcome {
    /// Part of the pages held when, from empty and nothing freed, a wish was refused first.
    filled: f64,
    /// Refused wishes in per cent, by kind.
    refused: [f64; 4],
    /// Part of the free pages that lies in runs of at least 64 KiB (counted in such runs).
    usable: f64,
    /// Nanoseconds an allocation or a free, in the fastest round.
    ns: f64,
}

fn wish(dice: &mut Dice) -> usize {
    let mut throw = dice.below(100);
    MIX.iter()
        .position(|&(_, percent)| throw.checked_sub(percent).map(|rest| throw = rest).is_none())
        .unwrap_or(3)
}

/// The free pages, and those of them in whole runs of 16.
fn free_pages<R: Runs>(runs: &R, held: &[(R::Run, usize)]) -> (usize, usize) {
    let mut used = vec![false; PAGES];
    for (run, pages) in held {
        let first = runs.first_page(run);
        used[first..(first + pages).min(PAGES)].fill(true);
    }
    let holes = used.split(|&used| used).map(<[bool]>::len);
    holes.fold((0, 0), |(free, usable), hole| (free + hole, usable + hole / 16 * 16))
}

fn churn<R: Runs>() -> Outcome {
    let mut runs = R::new();
    let mut dice = Dice::new(1);
    let mut held: Vec<(R::Run, usize)> = Vec::with_capacity(PAGES);
    let mut pages_held = 0;
    let filled = loop {
        let pages = MIX[wish(&mut dice)].0;
        match runs.alloc(pages) {
            Some(run) => held.push((run, pages)),
            None => break pages_held as f64 / PAGES as f64,
        }
        pages_held += pages;
    };

    let (mut asked, mut refused) = ([0_u64; 4], [0_u64; 4]);
    let (mut free, mut usable, mut ns) = (0, 0, f64::MAX);
    for round in 0..ROUNDS {
        let mut operations = 0;
        let start = Instant::now();
        for _ in 0..WISHES_A_ROUND {
            while pages_held > HELD_MOST {
                let (run, pages) = held.swap_remove(dice.below(held.len()));
                runs.free(run, pages);
                pages_held -= pages;
                operations += 1;
            }
            let kind = wish(&mut dice);
            let pages = MIX[kind].0;
            operations += 1;
            match runs.alloc(pages) {
                Some(run) => {
                    held.push((run, pages));
                    pages_held += pages;
                }
                None if round >= WARM_UP_ROUNDS => refused[kind] += 1,
                None => {}
            }
            asked[kind] += u64::from(round >= WARM_UP_ROUNDS);
        }
        ns = ns.min(start.elapsed().as_nanos() as f64 / f64::from(operations));
        if round >= WARM_UP_ROUNDS {
            let (f, u) = free_pages(&runs, &held);
            (free, usable) = (free + f, usable + u);
        }
    }
    for (run, pages) in held {
        runs.free(run, pages);
    }
    let refused = std::array::from_fn(|kind| refused[kind] as f64 * 100.0 / asked[kind] as f64);
    Outcome { filled: filled * 100.0, refused, usable: usable as f64 * 100.0 / free as f64, ns }
}

fn main() {
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("churn: measures under `cargo bench` only");
        return;
    }
    let ours = churn::<Ours>();
    let mut table =
        Table::new(["64 MiB, 75 % held", "filled %", "refused % 4K/64K/512K/2M", "usable %", "ns"]);
    let mut row = |name: &str, o: &Outcome| {
        let refused = o.refused.map(|percent| format!("{percent:.1}")).join(" / ");
        let one = |value: f64| format!("{value:.1}");
        table.row([name.into(), one(o.filled), refused, one(o.usable), one(o.ns)]);
    };
    row("ninewire-dma", &ours);
    row("bitvec first fit + spin", &churn::<BitVecRuns>());
    row("buddy_system_allocator frames + spin", &churn::<Buddy>());
    row("linked_list_allocator + spin", &churn::<LinkedListRuns>());
    row("talc + spin", &churn::<TalcRuns>());
    table.print("Runs under churn");
    let mut goals = Table::new(["ninewire-dma", "reached", "goal (stretch)", ""]);
    let to_512 = ours.refused[..3].iter().copied().fold(0.0, f64::max);
    let mut goal = |what: &str, value: f64, must: f64, stretch: f64, shown: &str| {
        goals.row([
            what.into(),
            format!("{:.1}", value.abs()),
            shown.into(),
            verdict(value, must, stretch).into(),
        ]);
    };
    goal("refused up to 512 KiB, %", to_512, 0.0, 0.0, "0");
    goal("refused 2 MiB, %", ours.refused[3], 1.3, 1.3, "1.3");
    goal("free pages usable as 64 KiB, %", -ours.usable, -95.0, -95.0, "95");
    goal("ns an operation", ours.ns, 60.0, 40.0, "60 (40)");
    goals.print("Runs under churn, goals");
}
