//! A run in a few numbers per case, which is all the history keeps of it.
//!
//! A run and the reference image's run whose boots took turns with it are read together, because a ratio is of boots.

use std::collections::BTreeMap;
use std::sync::Arc;

use ninewire_bench_guest::record::{Counter, Path};

use super::model::{Metric, Part};
use super::settings;
use crate::gate;
use crate::peer::setting::is_pilot;
use crate::run::cell::Cell;
use crate::run::exact::{Exactness, exactness};
use crate::run::{Header, Job, Run};
use crate::stats::shift;
use crate::stats::summary::{median, median_interval};

/// Of intervals.
const CONFIDENCE: f64 = 0.95;

/// The guest this project is about.
const OURS: &str = "ninewire";

/// A run in a few numbers per case.
#[derive(Clone, Debug)]
pub struct Digest {
    /// Its file, from the folder that was read.
    pub file: String,
    /// What it was made with.
    pub header: Arc<Header>,
    /// Settings of its guest.
    pub guest: String,
    /// How many boots it has.
    pub boots: usize,
    /// The commit of the reference image it is told in relation to.
    pub reference: Option<Arc<str>>,
    /// The fault that was planted.
    pub planted: Option<String>,
    /// What it is in the history.
    pub part: Part,
    /// Case by case, path by path; empty for what is no point of the history.
    pub cells: Vec<CellDigest>,
    /// What of it cannot be told, and why.
    pub problems: Vec<String>,
}

/// One case on one path.
#[derive(Clone, Debug)]
pub struct CellDigest {
    /// Its name in the run.
    pub case: Arc<str>,
    /// The path.
    pub path: Path,
    /// What it ran with.
    pub settings: Arc<str>,
    /// Whether it is another guest's or the host's.
    pub peer: bool,
    /// Its numbers.
    pub numbers: Vec<Number>,
}

/// What a number is; as [`Basis`](super::model::Basis), the reference being that of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To the reference.
    Ratio,
    /// As measured.
    Raw,
    /// Counted exactly.
    Exact,
}

/// One number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// Of what.
    pub metric: Metric,
    /// What it is.
    pub kind: Kind,
    /// How many boots it stands on.
    pub boots: u32,
    /// The number.
    pub value: f64,
    /// As in [`Point`](super::model::Point).
    pub interval: Option<[f64; 2]>,
}

/// Names and settings that many runs share, kept once; and ranks of intervals, which depend on numbers of boots alone.
#[derive(Debug, Default)]
pub struct Shared {
    texts: BTreeMap<String, Arc<str>>,
    ranks: BTreeMap<(usize, usize), Option<usize>>,
}

impl Shared {
    /// The one copy of a text.
    pub fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let new: Arc<str> = Arc::from(text);
        self.texts.insert(text.to_string(), new.clone());
        new
    }

    fn rank(&mut self, n: usize, m: usize) -> Option<usize> {
        *self.ranks.entry((n, m)).or_insert_with(|| shift::interval_rank(n, m, CONFIDENCE))
    }
}

impl Digest {
    /// Of a run that stands beside the history: what it is, and nothing of what it measured.
    pub fn beside(file: String, run: &Run) -> Self {
        Digest {
            file,
            guest: settings::guest(&run.header),
            boots: run.boots.len(),
            reference: None,
            planted: run.planted().map(str::to_string),
            part: Part::of(run),
            cells: Vec::new(),
            problems: Vec::new(),
            header: Arc::new(run.header.clone()),
        }
    }

    /// Of a run, and of the reference's run whose boots took turns with it.
    pub fn of(file: String, run: &Run, reference: Option<&Run>, shared: &mut Shared) -> Self {
        let mut digest = Digest::beside(file, run);
        digest.reference = reference.map(|reference| shared.text(&reference.header.git.sha));
        let beside = reference.map(|reference| (reference, Cell::of_run(reference)));
        for cell in Cell::of_run(run) {
            let Some(job) = run.jobs.get(usize::from(cell.job)).filter(|job| !is_pilot(&job.name)) else {
                continue;
            };
            let other = beside.as_ref().and_then(|(reference, cells)| {
                let theirs = reference.jobs.iter().find(|theirs| theirs.name == job.name)?;
                let same = gate::difference(theirs, job).is_none();
                cells.iter().find(|other| same && other.job == theirs.job && other.path == cell.path)
            });
            let mut numbers = Vec::new();
            for metric in Metric::TIMES {
                if let Err(why) = times(metric, &cell, other, shared, &mut numbers) {
                    digest.problems.push(format!("{} {} {metric}: {why}", job.name, cell.path));
                }
            }
            numbers.extend(Counter::ALL.iter().filter_map(|&counter| counted(run, job, &cell, counter)));
            if !numbers.is_empty() {
                digest.cells.push(CellDigest {
                    case: shared.text(&job.name),
                    path: cell.path,
                    settings: shared.text(&settings::case(job, cell.path)),
                    peer: is_peer(run, &cell),
                    numbers,
                });
            }
        }
        digest
    }
}

/// Whether the cell's boots are another guest's.
fn is_peer(run: &Run, cell: &Cell) -> bool {
    let Some(first) = cell.boots.first() else { return false };
    run.boots.iter().any(|boot| boot.facts.boot == first.boot && boot.facts.guest != OURS)
}

/// A time as measured, and beside the reference; only where every boot carries it.
fn times(
    metric: Metric,
    cell: &Cell,
    other: Option<&Cell>,
    shared: &mut Shared,
    numbers: &mut Vec<Number>,
) -> Result<(), crate::stats::BadSample> {
    let Some(compared) = metric.as_compared() else { return Ok(()) };
    let all = |cell: &Cell| {
        let values = cell.values(|value| compared.of(value));
        (!values.is_empty() && values.len() == cell.boots.len()).then_some(values)
    };
    let Some(values) = all(cell) else { return Ok(()) };
    let boots = values.len() as u32;
    let interval = median_interval(&values, CONFIDENCE)?.map(|interval| [interval.low, interval.high]);
    numbers.push(Number { metric, kind: Kind::Raw, boots, value: median(&values)?, interval });
    let Some(theirs) = other.and_then(all) else { return Ok(()) };
    let rank = shared.rank(theirs.len(), values.len());
    let ratio = shift::ratio(&theirs, &values, rank)?;
    let interval = rank.map(|_| [ratio.low, ratio.high]);
    numbers.push(Number { metric, kind: Kind::Ratio, boots, value: ratio.estimate, interval });
    Ok(())
}

/// A counter that is the same in every boot by construction.
fn counted(run: &Run, job: &Job, cell: &Cell, counter: Counter) -> Option<Number> {
    if exactness(job, cell.path, counter) != Exactness::Exact {
        return None;
    }
    let values = cell.per_op(counter)?;
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
    let (value, interval) = match counter {
        // What disturbs a count of instructions leaves some out: the largest is the one to go by, if a second says so.
        Counter::Instructions => (high, [second_largest(run, cell, high), high]),
        _ => (median(&values).ok()?, [low, high]),
    };
    Some(Number {
        metric: Metric::Counter(counter),
        kind: Kind::Exact,
        boots: values.len() as u32,
        value,
        interval: Some(interval),
    })
}

/// The second largest count of instructions per operation among all repetitions; 0 when there is but one.
fn second_largest(run: &Run, cell: &Cell, largest: f64) -> f64 {
    let about = run
        .counted
        .iter()
        .filter(|counted| counted.job == cell.job && counted.path == cell.path && counted.ops > 0);
    let counts = about.map(|counted| counted.instructions as f64 / counted.ops as f64);
    let (mut second, mut first_seen) = (0.0_f64, false);
    for count in counts {
        if count == largest && !first_seen {
            first_seen = true;
        } else {
            second = second.max(count);
        }
    }
    second
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::testing::slower;
    use crate::run::testing::a_run;
    use ninewire_bench_guest::record::Wait;

    fn number(digest: &Digest, case: &str, path: Path, metric: Metric, kind: Kind) -> Option<Number> {
        let cell = digest.cells.iter().find(|cell| &*cell.case == case && cell.path == path)?;
        cell.numbers.iter().find(|number| number.metric == metric && number.kind == kind).copied()
    }

    #[test]
    fn a_run_beside_the_reference_is_told_as_a_ratio_and_alone_as_it_was_measured() {
        let (reference, run) = (a_run(), slower(&a_run(), 1.25));
        let digest = Digest::of("f".into(), &run, Some(&reference), &mut Shared::default());
        let ratio = number(&digest, "read/x", Path::Native, Metric::Iops, Kind::Ratio).unwrap();
        assert!((ratio.value - 0.8).abs() < 1e-3, "{ratio:?}");
        assert_eq!((ratio.boots, ratio.interval), (3, None), "three boots carry no interval");
        assert_eq!(digest.reference.as_deref(), Some("0123456789abcdef"));
        let alone = Digest::of("f".into(), &run, None, &mut Shared::default());
        assert_eq!(number(&alone, "read/x", Path::Native, Metric::Iops, Kind::Ratio), None);
        let raw = number(&alone, "read/x", Path::Native, Metric::Iops, Kind::Raw).unwrap();
        assert!((raw.value - 7920.8).abs() < 1.0, "{raw:?}");
    }

    #[test]
    fn a_reference_that_ran_another_case_is_none() {
        let mut reference = a_run();
        reference.jobs[0].iodepth = 1;
        let digest = Digest::of("f".into(), &a_run(), Some(&reference), &mut Shared::default());
        assert_eq!(number(&digest, "read/x", Path::Native, Metric::Iops, Kind::Ratio), None);
        assert!(number(&digest, "filestat/x", Path::Native, Metric::Iops, Kind::Ratio).is_some());
    }

    #[test]
    fn exact_counters_are_kept_with_how_far_boots_lie_apart() {
        let mut run = a_run();
        for job in &mut run.jobs {
            (job.iodepth, job.wait) = (1, Wait::Poll);
        }
        let told = |run: &Run, counter| {
            let digest = Digest::of("f".into(), run, None, &mut Shared::default());
            number(&digest, "read/x", Path::Native, Metric::Counter(counter), Kind::Exact)
        };
        let kicks = told(&run, Counter::Kicks).unwrap();
        assert_eq!((kicks.value, kicks.interval), (1.0, Some([1.0, 1.0])));
        assert_eq!(told(&run, Counter::Descriptors), None, "not measured");
        let instructions = told(&run, Counter::Instructions).unwrap();
        assert_eq!((instructions.value, instructions.interval), (500.0, Some([500.0, 500.0])));
        run.counted.retain(|counted| counted.repetition == 0 && counted.boot == 0 && counted.visit == 0);
        let instructions = told(&run, Counter::Instructions).unwrap();
        assert_eq!(instructions.interval, Some([0.0, 500.0]), "one repetition says nothing of another");
        for sample in run.boots[1].visits.iter_mut().flat_map(|visit| &mut visit.samples) {
            sample.counters.insert("kicks".into(), 3 * sample.ops);
        }
        let kicks = told(&run, Counter::Kicks).unwrap();
        assert_eq!((kicks.value, kicks.interval), (1.0, Some([1.0, 3.0])));
    }

    #[test]
    fn pilots_are_left_out_and_other_guests_told_apart() {
        let mut run = a_run();
        run.jobs[0].name = "pilot of linux native: read (8 threads)".into();
        run.boots.iter_mut().for_each(|boot| boot.facts.guest = "linux".into());
        let digest = Digest::of("f".into(), &run, None, &mut Shared::default());
        let told: Vec<(&str, bool)> = digest.cells.iter().map(|cell| (&*cell.case, cell.peer)).collect();
        assert_eq!(told, [("filestat/x", true), ("filestat/x", true)]);
    }
}
