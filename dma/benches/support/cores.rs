//! Two cores that play together, many short rounds of several games in turn, and what may be said of the times.
//!
//! Times are given in bounces: how long a cache line takes to the other core and back on the same machine in the same
//! minute, which is the unit this kind of work is made of. Rounds of all games take turns, the bounce among them. A block is
//! some hundred rounds of each game, of which one counts, the fastest or the middle one. If the blocks do not agree, nothing
//! is said but that.

#![allow(dead_code, reason = "each bench uses its part")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Blocks, of which the middle one counts.
const BLOCKS: usize = 9;
/// Rounds of each game in a block.
const ROUNDS: u64 = 400;
/// The blocks' values lie so close together, relative to the middle one, or the machine was too busy to tell.
const SPREAD_MAX: f64 = 0.10;
/// So many rounds of a block at least were begun by both cores at once.
const TOGETHER_MIN: usize = 10;

/// What one core does in a round; all of it is done again in the next.
pub(crate) trait Side: Send {
    fn play(&mut self);
}

impl<F: FnMut() + Send> Side for F {
    fn play(&mut self) {
        self();
    }
}

/// Which of a block's rounds counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// The one in which nothing else was going on.
    Fastest,
    /// The one in the middle.
    Middle,
}

/// A game for two cores.
pub(crate) struct Game {
    /// How many of what is measured a round has.
    pub(crate) times: u64,
    pub(crate) counts: Counts,
    pub(crate) sides: [Box<dyn Side>; 2],
}

/// How long something took, once per block.
pub(crate) struct Blocks(Vec<Option<f64>>);

/// What the blocks say together.
#[derive(Clone, Copy)]
pub(crate) struct Settled {
    /// The middle block's value.
    pub(crate) value: f64,
    /// Between the largest and the smallest, relative to it.
    pub(crate) spread: f64,
}

impl Settled {
    /// Do the blocks agree?
    pub(crate) fn holds(&self) -> bool {
        self.spread <= SPREAD_MAX
    }
}

impl Blocks {
    /// Each block's value as a part of the other's in the same block.
    pub(crate) fn per(&self, other: &Self) -> Self {
        let pairs = self.0.iter().zip(&other.0);
        Self(pairs.map(|(this, other)| Some((*this)? / (*other)?)).collect())
    }

    /// Nothing if the cores did not play together often enough.
    pub(crate) fn settle(&self) -> Option<Settled> {
        let mut values = self.0.iter().copied().collect::<Option<Vec<f64>>>()?;
        values.sort_by(f64::total_cmp);
        let (value, width) = (values[values.len() / 2], values[values.len() - 1] - values[0]);
        Some(Settled { value, spread: width / value })
    }
}

/// Looks until there is something, giving the core away now and then: the other one may have lost its own.
pub(crate) fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let mut looks = 0_u32;
    loop {
        if let Some(found) = look() {
            return found;
        }
        looks += 1;
        if looks.is_multiple_of(1 << 12) { std::thread::yield_now() } else { std::hint::spin_loop() }
    }
}

/// Keeps this thread on one core. Best effort: where the system refuses, rounds not played together are left out all the
/// same.
fn pin_to(core: usize) {
    let mut cores = rustix::thread::CpuSet::new();
    cores.set(core);
    let _ = rustix::thread::sched_setaffinity(None, &cores);
}

/// Can games be played here, and are they asked for? If not, says why not.
pub(crate) fn may_play() -> bool {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("two_cores: measures under `cargo bench` only");
        false
    } else if cores < 2 {
        println!("two_cores: skipped, this machine has one core");
        false
    } else {
        true
    }
}

/// Plays all games and answers the nanoseconds each took once, per block.
pub(crate) fn play(games: Vec<Game>) -> Vec<Blocks> {
    // One core would wait for ever for another that has failed.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        report(info);
        std::process::exit(101);
    }));
    let (gate, epoch) = (AtomicU64::new(0), Instant::now());
    let rules: Vec<(u64, Counts)> = games.iter().map(|game| (game.times, game.counts)).collect();
    let mut sides = [Vec::new(), Vec::new()];
    for game in games {
        let [here, there] = game.sides;
        sides[0].push(here);
        sides[1].push(there);
    }
    let core = |number: usize, mut sides: Vec<Box<dyn Side>>| {
        pin_to(number);
        let mut spans = vec![Vec::new(); sides.len()];
        let mut passed = 0;
        for _ in 0..BLOCKS as u64 * ROUNDS {
            for (side, spans) in sides.iter_mut().zip(&mut spans) {
                passed += 2;
                gate.fetch_add(1, Ordering::AcqRel);
                until(|| (gate.load(Ordering::Acquire) >= passed).then_some(()));
                let start = epoch.elapsed();
                side.play();
                spans.push([start, epoch.elapsed()]);
            }
        }
        spans
    };
    let [here, there] = sides;
    let (here, there) = std::thread::scope(|scope| {
        let other = scope.spawn(|| core(1, there));
        // Not on this thread, which would stay pinned.
        let one = scope.spawn(|| core(0, here));
        (one.join().expect("a panic ends the process"), other.join().expect("a panic ends the process"))
    });
    let games = here.iter().zip(&there).zip(rules);
    games.map(|((here, there), (times, counts))| blocks(here, there, times, counts)).collect()
}

/// The round of each block that counts, for one of the `times` it holds.
fn blocks(here: &[[Duration; 2]], there: &[[Duration; 2]], times: u64, counts: Counts) -> Blocks {
    let rounds: Vec<Option<f64>> = here
        .iter()
        .zip(there)
        .map(|(&[start, end], &[other_start, other_end])| {
            let lasted = end.max(other_end) - start.min(other_start);
            let together = start.abs_diff(other_start) < lasted / 10;
            together.then_some(lasted.as_nanos() as f64 / times as f64)
        })
        .collect();
    let one_of = |block: &[Option<f64>]| {
        let mut together: Vec<f64> = block.iter().copied().flatten().collect();
        together.sort_by(f64::total_cmp);
        let at = if counts == Counts::Fastest { 0 } else { together.len() / 2 };
        (together.len() >= TOGETHER_MIN).then(|| together[at])
    };
    Blocks(rounds.chunks(ROUNDS as usize).map(one_of).collect())
}

/// A cache line to the other core and back.
pub(crate) fn bounce() -> Game {
    const TURNS: u64 = 200;
    let ball: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
    let side = |mine: u64| -> Box<dyn Side> {
        let mut turn = mine;
        Box::new(move || {
            for _ in 0..TURNS {
                until(|| (ball.load(Ordering::Acquire) == turn).then_some(()));
                ball.store(turn + 1, Ordering::Release);
                turn += 2;
            }
        })
    };
    Game { times: TURNS, counts: Counts::Fastest, sides: [side(0), side(1)] }
}
