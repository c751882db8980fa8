//! The judge judged: how often does it see a change where there is none, and how large must one be to be seen?
//!
//! Called by `cargo ninewire selftest`. Times are put to the proof with boots of which it is known that nothing changed:
//! those of recorded runs, drawn anew, and made-up ones whose noise is worse than any machine's ([`Source`]). Half of
//! them become side A, half side B, in the order boots take turns; every word but "no change shown" is a false alarm. The
//! same boots with side B made slower by a known step say how small a step is still found. Counters are put to the
//! proof by adding one event to a recorded run (`counters`).
//!
//! Everything drawn derives from one seed: the same runs give the same figures on every machine.

mod counters;
mod report;
mod source;
mod times;

use std::num::NonZero;
use std::sync::Mutex;

use crate::interrupt::{Interrupted, Interrupts};
use crate::run::Run;
use crate::verdict::Rules;

pub use counters::Counters;
pub use report::{Report, SCHEMA};
pub use source::{Series, Source};
pub use times::{Found, Noise};

/// The most cells of a report that may falsely be called changed.
pub const FALSE_ALARMS_MAX: f64 = 0.01;

/// A step is found when at least this part of all trials names it.
pub const FOUND: f64 = 0.95;

/// Slowdowns that are tried, the smallest first.
pub const STEPS: [f64; 11] = [1.03, 1.05, 1.075, 1.1, 1.15, 1.2, 1.3, 1.5, 2.0, 3.0, 5.0];

/// Boots a side that are tried, the fewest first.
pub const BOOTS: [usize; 9] = [6, 8, 10, 12, 15, 20, 30, 40, 60];

/// The slowdown for which the boots it needs are told.
pub const STEP_ASKED: f64 = 1.1;

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Boots of each side, where that is not what is looked for.
    pub boots: usize,
    /// Comparisons behind each figure.
    pub trials: usize,
    /// Everything random derives from it.
    pub seed: u64,
}

/// Puts the judge to the proof.
pub fn run(
    runs: &[Run],
    effort: Effort,
    rules: &Rules,
    interrupts: &Interrupts,
) -> Result<Report, Interrupted> {
    let sources: Vec<Source> = runs.iter().filter_map(Source::of_run).chain(Source::made_up()).collect();
    let mut report = Report::new(effort, rules);
    report.pairs = times::pairs(runs, rules);
    for source in &sources {
        interrupts.check()?;
        report.noises.push(times::noise(source, effort, rules));
    }
    let series: Vec<(&Source, usize)> = sources.iter().flat_map(Source::sensitive).collect();
    report.found =
        in_parallel(&series, interrupts, |&(source, index)| Found::of(source, index, effort, rules))?;
    report.counters = runs.iter().filter_map(Counters::of_run).collect();
    Ok(report)
}

/// Answers in the order of the items; each is worked out by one thread, and the result does not depend on which.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    interrupts: &Interrupts,
    work: impl Fn(&T) -> R + Sync,
) -> Result<Vec<R>, Interrupted> {
    let next = Mutex::new(0..items.len());
    let stop = std::sync::atomic::AtomicBool::new(false);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let take = || {
        let stopped = stop.load(std::sync::atomic::Ordering::Relaxed);
        next.lock().ok().and_then(|mut next| next.next()).filter(|_| !stopped)
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(index) = take() {
                        let answer = work(&items[index]);
                        done.lock().expect("nobody panics while holding it").push((index, answer));
                    }
                })
            })
            .collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            if interrupts.check().is_err() {
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    });
    interrupts.check()?;
    let mut done = done.into_inner().expect("nobody panicked while holding it");
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, answer)| answer).collect())
}
