//! What an operation costs on each path: fixed, per byte and per message; and where two paths cost the same.
//!
//! Of cases with one operation in flight, whose rate is their time. Intervals are percentile bootstraps over boots
//! (Efron and Tibshirani, "An Introduction to the Bootstrap", chapter 13): the boots are drawn anew, and the whole model is
//! fitted again to the medians of those drawn.

use std::fmt;

use ninewire_bench_guest::record::{Counter, Path, Wait, Work};

use super::{guest_of, job_of};
use crate::peer::setting::is_pilot;
use crate::run::cell::Cell;
use crate::run::{Job, Run};
use crate::stats::line::{Line, fit as fit_line};
use crate::stats::plane::{Point, fit as fit_plane};
use crate::stats::random::Random;
use crate::stats::summary::{median, quantile};

/// Fewer boots carry no interval.
const BOOTS_FOR_INTERVAL: usize = 6;
const RESAMPLES: usize = 1_000;
const CONFIDENCE: f64 = 0.95;
const SEED: u64 = 0x636f_7374;

/// A figure with its interval, where the boots carry one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

impl Estimate {
    /// `value`, and an interval of what was drawn where that is of enough boots and there in almost every draw.
    fn of(value: f64, drawn: &[f64], boots: usize) -> Self {
        let outside = (1.0 - CONFIDENCE) / 2.0;
        let enough = boots >= BOOTS_FOR_INTERVAL && drawn.len() as f64 >= CONFIDENCE * RESAMPLES as f64;
        let ends = || Some((quantile(drawn, outside).ok()?, quantile(drawn, 1.0 - outside).ok()?));
        Estimate { value, interval: if enough { ends() } else { None } }
    }

    /// Both, in another unit.
    fn times(self, factor: f64) -> Self {
        let interval = self.interval.map(|(low, high)| (low * factor, high * factor));
        Estimate { value: self.value * factor, interval }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(1);
        write!(f, "{:.digits$}", self.value)?;
        match self.interval {
            Some((low, high)) => write!(f, " ({low:.digits$} to {high:.digits$})"),
            None => Ok(()),
        }
    }
}

/// What one operation costs on one path, over cases that differ in their size only.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Whose; empty where there is one guest.
    pub guest: String,
    /// `read`, `write` and so on.
    pub work: String,
    /// How the guest waited.
    pub wait: Wait,
    /// The path.
    pub path: Path,
    /// Microseconds, and microseconds per byte.
    pub line: Line,
    /// Microseconds, with an interval.
    pub fixed: Estimate,
    /// Microseconds per byte, with an interval.
    pub per_byte: Estimate,
    /// How many sizes it stands on.
    pub sizes: usize,
    /// The lines that were fitted to boots drawn anew, draw by draw.
    drawn: Vec<Option<Line>>,
    boots: usize,
}

/// What an operation of any kind that changes nothing costs on one path, by what it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Whose; empty where there is one guest.
    pub guest: String,
    /// How the guest waited.
    pub wait: Wait,
    /// The path.
    pub path: Path,
    /// Microseconds for an operation.
    pub fixed: Estimate,
    /// Microseconds for a byte.
    pub per_byte: Estimate,
    /// Microseconds for a message there and back.
    pub per_message: Estimate,
    /// How many cases it stands on.
    pub cases: usize,
}

/// Where two paths cost the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// Whose; empty where there is one guest.
    pub guest: String,
    /// `read`, `write` and so on.
    pub work: String,
    /// How the guest waited.
    pub wait: Wait,
    /// The path beside the native one.
    pub path: Path,
    /// Bytes of an operation; nothing where one path costs less at every size.
    pub bytes: Option<Estimate>,
}

/// The cells that cost the time of one operation at a time, with their jobs.
fn alone<'r>(run: &'r Run, cells: &'r [Cell]) -> Vec<(&'r Job, &'r Cell)> {
    let alone = |job: &&Job| job.iodepth == 1 && !is_pilot(&job.name);
    let cells = cells.iter().filter(|cell| !cell.boots.is_empty());
    cells.filter_map(|cell| Some((job_of(run, cell).filter(alone)?, cell))).collect()
}

/// Microseconds of an operation in each boot.
fn micros(cell: &Cell) -> Vec<f64> {
    cell.values(|value| (value.iops > 0.0).then_some(1e6 / value.iops))
}

/// Medians of boots drawn anew: the same boots of every cell in one draw, because they were the same machine.
struct Draws {
    /// Which boots each draw has.
    picked: Vec<Vec<usize>>,
    boots: usize,
}

impl Draws {
    fn of(boots: usize) -> Self {
        let mut random = Random::seeded(SEED);
        let draws = if boots < BOOTS_FOR_INTERVAL { 0 } else { RESAMPLES };
        let picked = (0..draws).map(|_| (0..boots).map(|_| random.below(boots)).collect()).collect();
        Draws { picked, boots }
    }

    /// One median for each draw; those of a cell that lacks boots are of what it has.
    fn medians(&self, values: &[f64]) -> Vec<f64> {
        let drawn = |picked: &Vec<usize>| {
            let of_draw: Vec<f64> = picked.iter().filter_map(|&boot| values.get(boot).copied()).collect();
            median(&of_draw).unwrap_or(f64::NAN)
        };
        self.picked.iter().map(drawn).collect()
    }
}

fn boots_of(cells: &[(&Job, &Cell)]) -> usize {
    cells.iter().map(|(_, cell)| cell.boots.len()).min().unwrap_or(0)
}

/// Time per operation by the bytes it moves: two sizes at least.
pub(super) fn costs(run: &Run, cells: &[Cell]) -> Vec<Cost> {
    let all: Vec<_> = alone(run, cells).into_iter().filter(|(job, _)| job.size_bytes > 0).collect();
    let kind = |job: &Job| (guest_of(run, job.job), job.work.word().to_string(), job.wait);
    let mut kinds: Vec<(String, String, Wait)> = Vec::new();
    for (job, _) in &all {
        if !kinds.contains(&kind(job)) {
            kinds.push(kind(job));
        }
    }
    let mut costs = Vec::new();
    for of_kind in kinds {
        for &path in Path::ALL {
            let about: Vec<_> =
                all.iter().filter(|(job, cell)| cell.path == path && kind(job) == of_kind).copied().collect();
            let sizes: Vec<f64> = about.iter().map(|(job, _)| f64::from(job.bs_bytes)).collect();
            let times: Vec<Vec<f64>> = about.iter().map(|(_, cell)| micros(cell)).collect();
            let points: Vec<(f64, f64)> = sizes
                .iter()
                .zip(&times)
                .filter_map(|(size, times)| Some((*size, median(times).ok()?)))
                .collect();
            let Ok(Some(line)) = fit_line(&points) else { continue };
            let draws = Draws::of(boots_of(&about));
            let drawn_times: Vec<Vec<f64>> = times.iter().map(|times| draws.medians(times)).collect();
            let drawn: Vec<Option<Line>> = (0..draws.picked.len())
                .map(|draw| {
                    let points = sizes.iter().zip(&drawn_times).map(|(size, times)| (*size, times[draw]));
                    fit_line(&points.collect::<Vec<_>>()).ok().flatten()
                })
                .collect();
            let of = |part: fn(&Line) -> f64| {
                Estimate::of(part(&line), &drawn.iter().flatten().map(part).collect::<Vec<_>>(), draws.boots)
            };
            let (guest, work, wait) = of_kind.clone();
            costs.push(Cost {
                guest,
                work,
                wait,
                path,
                fixed: of(|line| line.fixed),
                per_byte: of(|line| line.per_x),
                line,
                sizes: points.len(),
                boots: draws.boots,
                drawn,
            });
        }
    }
    costs
}

/// Time per operation by what it is made of, over all kinds of operations that only look: three cases at least, of which
/// one has more messages than another.
pub(super) fn models(run: &Run, cells: &[Cell]) -> Vec<Model> {
    use Work::{FileOpenRead, FileStat, Floor, Getattr, Read, Walk};
    let looks = |job: &Job| matches!(job.work, Read | FileOpenRead | FileStat | Getattr | Walk | Floor);
    let all: Vec<_> = alone(run, cells).into_iter().filter(|(job, _)| looks(job)).collect();
    let kind = |job: &Job| (guest_of(run, job.job), job.wait);
    let mut kinds: Vec<(String, Wait)> = Vec::new();
    for (job, _) in &all {
        if !kinds.contains(&kind(job)) {
            kinds.push(kind(job));
        }
    }
    let mut models = Vec::new();
    for of_kind in kinds {
        for &path in Path::ALL {
            let about: Vec<_> =
                all.iter().filter(|(job, cell)| cell.path == path && kind(job) == of_kind).copied().collect();
            // What an operation is made of is the same in every boot.
            let made: Option<Vec<(Vec<f64>, Vec<f64>)>> = about
                .iter()
                .map(|(job, cell)| {
                    let messages = median(&cell.per_op(Counter::Messages)?).ok()?;
                    Some((vec![1.0, f64::from(job.bs_bytes), messages], micros(cell)))
                })
                .collect();
            let Some(made) = made else { continue };
            let fitted = |cost: &dyn Fn(usize) -> Option<f64>| {
                let points: Option<Vec<Point>> = made
                    .iter()
                    .enumerate()
                    .map(|(index, (causes, _))| Some(Point { causes: causes.clone(), cost: cost(index)? }))
                    .collect();
                fit_plane(&points?).ok().flatten()
            };
            let Some(costs) = fitted(&|index| median(&made[index].1).ok()) else { continue };
            let draws = Draws::of(boots_of(&about));
            let drawn_times: Vec<Vec<f64>> = made.iter().map(|(_, times)| draws.medians(times)).collect();
            let drawn: Vec<Vec<f64>> = (0..draws.picked.len())
                .filter_map(|draw| fitted(&|index| Some(drawn_times[index][draw])))
                .collect();
            let of = |cause: usize| {
                let drawn: Vec<f64> = drawn.iter().map(|costs| costs[cause]).collect();
                Estimate::of(costs[cause], &drawn, draws.boots)
            };
            let (fixed, per_byte, per_message, cases) = (of(0), of(1), of(2), made.len());
            let (guest, wait) = of_kind.clone();
            models.push(Model { guest, wait, path, fixed, per_byte, per_message, cases });
        }
    }
    models
}

/// Where the native path and each other cost the same.
pub(super) fn crossings(costs: &[Cost]) -> Vec<Crossing> {
    let mut crossings = Vec::new();
    for native in costs.iter().filter(|cost| cost.path == Path::Native) {
        let kind = |cost: &Cost| (cost.guest.clone(), cost.work.clone(), cost.wait);
        let same = |cost: &&Cost| kind(cost) == kind(native);
        for other in costs.iter().filter(same).filter(|cost| cost.path != Path::Native) {
            let pairs = native.drawn.iter().zip(&other.drawn);
            let drawn: Vec<f64> = pairs.filter_map(|(a, b)| a.as_ref()?.crossing(b.as_ref()?)).collect();
            let boots = native.boots.min(other.boots);
            let bytes = native.line.crossing(&other.line);
            crossings.push(Crossing {
                guest: native.guest.clone(),
                work: native.work.clone(),
                wait: native.wait,
                path: other.path,
                bytes: bytes.map(|bytes| Estimate::of(bytes, &drawn, boots)),
            });
        }
    }
    crossings
}

/// `linux: ` before what is Linux'; nothing where there is one guest.
fn whose(guest: &str) -> String {
    if guest.is_empty() { String::new() } else { format!("{guest}: ") }
}

/// How the guest waited, where it is not how it does by itself.
fn waiting(wait: Wait) -> String {
    if wait == Wait::Adaptive { String::new() } else { format!(", wait={wait}") }
}

const MIB: f64 = (1 << 20) as f64;

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { guest, work, wait, path, fixed, per_byte, sizes, .. } = self;
        let (whose, waiting, mib) = (whose(guest), waiting(*wait), per_byte.times(MIB));
        write!(
            f,
            "{whose}{work} {path}{waiting}: an operation costs {fixed} us and {mib} us per MiB ({sizes} sizes)"
        )
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Model { guest, wait, path, fixed, per_byte, per_message, cases } = self;
        let (whose, waiting, mib) = (whose(guest), waiting(*wait), per_byte.times(MIB));
        write!(
            f,
            "{whose}what only looks, {path}{waiting}: {fixed} us an operation, {per_message} us a message, {mib} us per MiB \
             ({cases} cases)"
        )
    }
}

impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Crossing { guest, work, wait, path, bytes } = self;
        let (whose, waiting) = (whose(guest), waiting(*wait));
        match bytes {
            Some(bytes) => {
                write!(f, "{whose}{work}{waiting}: native and {path} cost the same at {bytes:.0} bytes")
            }
            None => write!(f, "{whose}{work}{waiting}: of native and {path} one costs less at every size"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::a_run;

    /// A run of so many boots in which each case costs what its bytes and messages say, and a little more in later boots.
    fn modelled(boots: u32) -> Run {
        let mut run = a_run();
        let cases = [
            (Work::Read, 4096, 1),
            (Work::Read, 65_536, 1),
            (Work::Floor, 0, 1),
            (Work::FileStat, 0, 3),
            (Work::FileOpenRead, 4096, 4),
        ];
        let pattern = run.jobs[0].clone();
        run.jobs = (0..)
            .zip(cases)
            .map(|(job, (work, bs_bytes, _))| Job {
                job,
                work,
                bs_bytes,
                name: format!("{work}/{bs_bytes}"),
                iodepth: 1,
                size_bytes: if work == Work::Read { 1 << 20 } else { 0 },
                ..pattern.clone()
            })
            .collect();
        let visits = run.boots[0].visits.iter().filter(|visit| visit.facts.job == 0).cloned();
        let visits: Vec<_> = visits.collect();
        let facts = run.boots[0].facts.clone();
        run.boots = (0..boots)
            .map(|number| {
                let mut boot = crate::run::Boot { facts: facts.clone(), visits: Vec::new() };
                boot.facts.boot = number;
                for (job, (_, bytes, messages)) in (0..).zip(cases) {
                    for mut visit in visits.clone() {
                        (visit.facts.boot, visit.facts.job) = (number, job);
                        let slow = if visit.facts.path == Path::Serial { 2 } else { 1 };
                        let each_ns = 10_000 + slow * u64::from(bytes) + 50_000 * slow * messages;
                        for sample in &mut visit.samples {
                            (sample.boot, sample.job) = (number, job);
                            sample.elapsed_ns = sample.ops * (each_ns + each_ns * u64::from(number) / 1000);
                            sample.counters.insert("messages".into(), sample.ops * messages);
                        }
                        boot.visits.push(visit);
                    }
                }
                boot
            })
            .collect();
        run
    }

    #[test]
    fn an_operation_is_a_fixed_part_its_bytes_and_its_messages() {
        let run = modelled(1);
        let found = models(&run, &Cell::of_run(&run));
        let close = |found: f64, expected: f64| (found - expected).abs() < 1e-3 * expected;
        let [native, serial] = &found[..] else { panic!("{found:?}") };
        assert!(close(native.fixed.value, 10.0) && close(native.per_message.value, 50.0), "{native}");
        assert!(close(native.per_byte.value, 0.001) && native.cases == 5, "{native}");
        assert!(close(serial.per_message.value, 100.0) && close(serial.per_byte.value, 0.002), "{serial}");
        assert_eq!(native.fixed.interval, None, "one boot carries no interval");
        assert_eq!(
            native.to_string(),
            "what only looks, native: 10.0 us an operation, 50.0 us a message, 1048.6 us per MiB (5 cases)"
        );
    }

    #[test]
    fn enough_boots_carry_intervals_that_enclose_the_figure() {
        let run = modelled(9);
        let cells = Cell::of_run(&run);
        for model in models(&run, &cells) {
            for estimate in [model.fixed, model.per_byte, model.per_message] {
                let (low, high) = estimate.interval.expect("nine boots carry one");
                assert!(low <= estimate.value && estimate.value <= high && low < high, "{model}");
            }
        }
        let costs = costs(&run, &cells);
        assert_eq!(costs.len(), 2, "only reads have two sizes");
        assert!(costs[0].fixed.interval.is_some() && costs[0].to_string().contains(" to "), "{}", costs[0]);
        let crossings = crossings(&costs);
        assert_eq!(crossings[0].bytes, None);
        assert!(crossings[0].to_string().contains("of native and serial one costs less at every size"));
    }

    #[test]
    fn cases_that_wait_in_another_way_are_another_matter() {
        let mut run = modelled(1);
        let polling: Vec<Job> =
            run.jobs.iter().map(|job| Job { job: job.job + 5, wait: Wait::Poll, ..job.clone() }).collect();
        run.jobs.extend(polling);
        let boot = &mut run.boots[0];
        let mut visits = boot.visits.clone();
        for visit in &mut visits {
            visit.facts.job += 5;
            for sample in &mut visit.samples {
                (sample.job, sample.elapsed_ns) = (sample.job + 5, sample.elapsed_ns / 2);
            }
        }
        boot.visits.extend(visits);
        let cells = Cell::of_run(&run);
        let of = |wait| {
            models(&run, &cells).into_iter().find(|model| (model.wait, model.path) == (wait, Path::Native))
        };
        let (adaptive, polling) = (of(Wait::Adaptive).unwrap(), of(Wait::Poll).unwrap());
        assert!(
            (adaptive.per_message.value - 2.0 * polling.per_message.value).abs() < 0.1,
            "{adaptive}; {polling}"
        );
        assert!(polling.to_string().starts_with("what only looks, native, wait=poll: "), "{polling}");
        assert_eq!(crossings(&costs(&run, &cells)).len(), 2, "each with its own kind");
    }

    #[test]
    fn without_a_case_of_several_messages_there_is_no_model() {
        let mut run = modelled(1);
        for sample in run.boots[0].visits.iter_mut().flat_map(|visit| &mut visit.samples) {
            sample.counters.insert("messages".into(), sample.ops);
        }
        assert!(models(&run, &Cell::of_run(&run)).is_empty());
    }
}
