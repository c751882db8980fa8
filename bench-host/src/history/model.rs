//! What the history tells, as plain data: everything the dashboard shows stands here, and nothing of how it looks.
//!
//! Indices are into the lists of [`Report`]; values are in the unit of their series.

use std::fmt;
use std::sync::Arc;

use ninewire_bench_guest::record::{Counter, Path};

use super::lineage::CommitLine;
use crate::annotations::Annotation;
use crate::compare;
use crate::run::header::REFERENCE;
use crate::run::{Header, Run};
use crate::verdict::{Better, Rules};

/// The suite that is made for its counters.
const GATE: &str = "gate";

/// Everything the dashboard tells, computed once from `results/`.
#[derive(Clone, Debug)]
pub struct Report {
    /// The verdict: what got worse, and what got better.
    pub verdict: Headline,
    /// How much of everything was judged, and why the rest was not.
    pub census: Census,
    /// The machines the runs were made on, each with its emulator and guest settings.
    pub machines: Vec<Machine>,
    /// The runs that were read, in the order of their commits; those beside the history are among them.
    pub runs: Vec<RunFacts>,
    /// One for each case, path, number, machine and basis; of one machine, case by case.
    pub series: Vec<Series>,
    /// Files that were not read and why, runs left out, annotations that bless nothing.
    pub notes: Vec<Note>,
    /// The bounds everything was judged by.
    pub rules: Rules,
}

impl Report {
    /// The run that tells of today, as an index: of the newest commit, and of several the one made last. One made for
    /// its counters or beside another guest speaks for the commit only where nothing else does.
    pub fn today(&self) -> Option<usize> {
        let newest = |wanted: fn(&RunFacts) -> bool| self.runs.iter().rposition(wanted);
        newest(|run| run.part == Part::Point && run.is_plain())
            .or_else(|| newest(|run| run.part == Part::Point))
    }
}

/// What is measured of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Operations per second.
    Iops,
    /// The median duration of an operation.
    P50,
    /// The duration 99 of 100 operations do not exceed.
    P99,
    /// How much a counter rose per operation.
    Counter(Counter),
}

impl Metric {
    /// Times and what is derived from them.
    pub const TIMES: [Metric; 3] = [Metric::Iops, Metric::P50, Metric::P99];

    /// Its word in annotations, files and links.
    pub fn word(self) -> &'static str {
        match self {
            Metric::Iops => "iops",
            Metric::P50 => "p50",
            Metric::P99 => "p99",
            Metric::Counter(counter) => counter.word(),
        }
    }

    /// What its values are, when they are not ratios.
    pub fn unit(self) -> &'static str {
        match self {
            Metric::Iops => "op/s",
            Metric::P50 | Metric::P99 => "us",
            Metric::Counter(Counter::CopiedBytes | Counter::BytesIn | Counter::BytesOut) => "B/op",
            Metric::Counter(_) => "/op",
        }
    }

    /// Which way it is better.
    pub fn better(self) -> Better {
        if self == Metric::Iops { Better::Higher } else { Better::Lower }
    }

    /// Whether it is a time, and so comparable only beside a reference.
    pub fn is_time(self) -> bool {
        !matches!(self, Metric::Counter(_))
    }

    pub(super) fn as_compared(self) -> Option<compare::Metric> {
        match self {
            Metric::Iops => Some(compare::Metric::Iops),
            Metric::P50 => Some(compare::Metric::P50),
            Metric::P99 => Some(compare::Metric::P99),
            Metric::Counter(_) => None,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Metric::Iops => f.write_str("IOPS"),
            Metric::P50 => f.write_str("p50"),
            Metric::P99 => f.write_str("p99"),
            Metric::Counter(counter) => f.write_str(&counter.word().replace('_', " ")),
        }
    }
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// To the image of this commit, whose boots took turns with the run's: may be compared between days.
    Ratio {
        /// The reference image's commit.
        reference: Arc<str>,
    },
    /// As measured: shown, and never judged between days.
    Raw,
    /// Counted, and the same in every boot by construction.
    Exact,
}

/// Which case, on which path, with which settings, among which others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseId {
    /// The suite it is run in: what is run before and beside a case is a setting, too.
    pub suite: Arc<str>,
    /// Its name, the newest one where it was renamed.
    pub name: Arc<str>,
    /// The path.
    pub path: Path,
    /// What it ran with: block size, depth, message size, way to wait, server.
    pub settings: Arc<str>,
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.path)
    }
}

/// What times depend on beside the code: times on two of these are never in one series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// A word for it, from everything below.
    pub id: String,
    /// The fingerprint in the run's header: the folder below `results/`.
    pub fingerprint: String,
    /// `/proc/cpuinfo`'s name of the processor.
    pub cpu_model: String,
    /// Processors of the host.
    pub logical_cpus: u32,
    /// QEMU's version.
    pub qemu: String,
    /// `tcg` or `kvm`.
    pub accel: String,
    /// The board.
    pub board: String,
    /// The guest's cores, memory, processor, device properties and kernel options.
    pub guest: String,
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { cpu_model, logical_cpus, qemu, accel, board, guest, .. } = self;
        write!(f, "{cpu_model}, {logical_cpus} processors, QEMU {qemu} ({accel}, {board}), guest {guest}")
    }
}

/// What a run is in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A point of it: what the commit does by itself.
    Point,
    /// A side of an interleaved comparison, which is told as that comparison.
    Side,
    /// Boots of the reference image that took turns with a point's or a side's.
    Reference,
    /// A fault was planted into it on purpose, so it is no measurement.
    Planted,
}

impl Part {
    /// Of a run by itself.
    pub fn of(run: &Run) -> Part {
        match &run.header.side {
            Some(side) if side.name == REFERENCE => Part::Reference,
            Some(_) => Part::Side,
            None if run.planted().is_some() => Part::Planted,
            None => Part::Point,
        }
    }

    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Part::Point => "point",
            Part::Side => "side",
            Part::Reference => "reference",
            Part::Planted => "planted",
        }
    }
}

/// A run, without its measurements.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFacts {
    /// What it is in the history.
    pub part: Part,
    /// Its file, from the folder that was read.
    pub file: String,
    /// Index of the machine.
    pub machine: usize,
    /// What it was made with.
    pub header: Arc<Header>,
    /// The first line of its commit's message, where git knows it here.
    pub subject: Option<String>,
    /// How many boots it has.
    pub boots: usize,
    /// The commit of the reference image whose boots took turns with it and were read too.
    pub reference: Option<Arc<str>>,
    /// The fault that was planted into the guest on purpose.
    pub planted: Option<String>,
}

impl RunFacts {
    /// The commit, short, with a mark when the checkout had changes that are in no commit.
    pub fn commit(&self) -> String {
        let git = &self.header.git;
        let short = if git.sha.is_empty() { "no commit" } else { git.sha.get(..8).unwrap_or(&git.sha) };
        format!("{short}{}", if git.dirty { " and changes" } else { "" })
    }

    /// Whether it measured this project's guest alone, for its times.
    fn is_plain(&self) -> bool {
        self.header.peer.is_none() && self.header.suite != GATE
    }
}

/// One number of one case in run after run.
#[derive(Clone, Debug)]
pub struct Series {
    /// Which case.
    pub case: CaseId,
    /// Which number.
    pub metric: Metric,
    /// What its values are.
    pub basis: Basis,
    /// Index of the machine.
    pub machine: usize,
    /// In the order of commits.
    pub points: Vec<Point>,
    /// Where it changed, judged; in the order of commits.
    pub changes: Vec<ChangePoint>,
    /// Where it looks changed, but not surely enough to say so: more runs would tell.
    pub doubtful: Vec<ChangePoint>,
    /// Whether it creeps.
    pub drift: Option<Drift>,
    /// Whether it was judged, and why not.
    pub state: SeriesState,
}

impl Series {
    /// The unit of its values.
    pub fn unit(&self) -> &'static str {
        if matches!(self.basis, Basis::Ratio { .. }) { "x" } else { self.metric.unit() }
    }

    /// Which way it is better.
    pub fn better(&self) -> Better {
        self.metric.better()
    }
}

/// One run's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Index of the run.
    pub run: u32,
    /// How many boots it stands on.
    pub boots: u32,
    /// The value.
    pub value: f64,
    /// For times an interval that holds the true value in 95 of 100 cases, where there are boots enough; for counters the
    /// smallest and the largest boot.
    pub interval: Option<[f64; 2]>,
}

/// Between two neighbouring points something changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePoint {
    /// Index of the first point after it.
    pub at: usize,
    /// The commit of the last run before it; empty when that was made from none.
    pub from_commit: String,
    /// The commit of the first run after it.
    pub to_commit: String,
    /// The commits it may have come with: after `from_commit`, up to `to_commit`, oldest first; empty when git does not
    /// tell, and of very many only the newest.
    pub commits: Vec<CommitLine>,
    /// How many they are.
    pub commit_count: usize,
    /// After to before.
    pub ratio: f64,
    /// Lower and upper end of the ratio's 95 % interval; none for counters, which are exact, and for few runs.
    pub interval: Option<[f64; 2]>,
    /// Typical value before, from the change before this one on.
    pub before: f64,
    /// Typical value after, up to the next change.
    pub after: f64,
    /// How often so large a change is seen where there is none, corrected for all series; none for exact counters.
    pub q: Option<f64>,
    /// Whether it is for the worse.
    pub worse: bool,
    /// Why it is meant, if it is.
    pub annotation: Option<Annotation>,
    /// What else is not the same on both sides: compiler, host, options; in words.
    pub also_changed: Vec<String>,
}

impl ChangePoint {
    /// `0123abcd..4567cdef`, or what can be said of it.
    pub fn range(&self) -> String {
        let short = |sha: &str| match sha.get(..8).unwrap_or(sha) {
            "" => "no commit".to_string(),
            short => short.to_string(),
        };
        if self.from_commit == self.to_commit {
            return format!("{} in both runs", short(&self.to_commit));
        }
        format!("{}..{}", short(&self.from_commit), short(&self.to_commit))
    }
}

/// A value that creeps from run to run, without a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Index of the first point of it.
    pub from: usize,
    /// The factor per run.
    pub per_run: f64,
    /// The factor over all of it.
    pub total: f64,
    /// The commit of its first run.
    pub from_commit: String,
    /// The commit of its last run.
    pub to_commit: String,
    /// As of a [`ChangePoint`].
    pub q: f64,
    /// Whether it is for the worse.
    pub worse: bool,
}

/// What came of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeriesState {
    /// Judged, as a counter or by the ratio to the reference.
    Judged,
    /// Too few runs to show anything among so many series.
    TooFewRuns {
        /// How many there are.
        have: usize,
        /// How many there must be.
        need: usize,
    },
    /// Times without the reference image beside them are not compared between days.
    NoReference,
    /// The same numbers are judged as the ratio to the reference.
    ShownOnly,
    /// Another guest's or the host's own numbers, which our commits do not change.
    Peer,
    /// Its newest run has boots that differ where they must not.
    Unsteady,
    /// A busy machine spoilt its newest run's counts: no two of them agree.
    Disturbed,
    /// The newest runs on its machine do not have it any more.
    Ended,
    /// A value is unusable, and why.
    BadData(String),
}

impl SeriesState {
    /// Whether its words stand for today's code.
    pub fn is_judged(&self) -> bool {
        *self == SeriesState::Judged
    }

    /// Whether its changes are told, those before its newest run at least.
    pub fn speaks(&self) -> bool {
        matches!(self, SeriesState::Judged | SeriesState::Unsteady | SeriesState::Disturbed)
    }
}

impl fmt::Display for SeriesState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SeriesState::Judged => f.write_str("judged"),
            SeriesState::TooFewRuns { have, need } => write!(f, "too few runs: {have} of {need}"),
            SeriesState::NoReference => f.write_str(
                "no reference image took turns with it, and times of different days are not compared",
            ),
            SeriesState::ShownOnly => f.write_str("judged as the ratio to the reference image"),
            SeriesState::Peer => f.write_str("not this project's guest"),
            SeriesState::Unsteady => {
                f.write_str("unsteady: boots of its newest run differ where they must not")
            }
            SeriesState::Disturbed => f.write_str("disturbed: no two counts of its newest run agree"),
            SeriesState::Ended => f.write_str("ended: the newest runs do not have it"),
            SeriesState::BadData(why) => write!(f, "not judged: {why}"),
        }
    }
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Something got worse and is not meant.
    Worse,
    /// Nothing that was judged did.
    NothingWorse,
    /// Nothing could be judged.
    NothingJudged,
}

/// What stands on top.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// The answer.
    pub word: Word,
    /// Changes for the worse that still hold and are not meant; the newest commit first, then the largest.
    pub worse: Vec<Finding>,
    /// Changes for the worse that are meant.
    pub meant: Vec<Finding>,
    /// Changes for the better that still hold.
    pub better: Vec<Finding>,
    /// Series that creep, as indices; those for the worse first.
    pub drifting: Vec<usize>,
    /// Series that look worse, but not surely enough, as indices.
    pub doubtful: Vec<usize>,
    /// Exact counters whose boots differ, as indices.
    pub unsteady: Vec<usize>,
    /// The answer in a sentence or two.
    pub sentence: String,
}

/// A change that still holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// Index of the series.
    pub series: usize,
    /// Index of the change in it.
    pub change: usize,
    /// Today's level to that before the change.
    pub now: f64,
}

/// How much was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Files found.
    pub files: usize,
    /// Runs that are points of the history.
    pub runs: usize,
    /// Machines they were made on.
    pub machines: usize,
    /// Series judged as exact counters.
    pub exact: usize,
    /// Series judged as ratios to the reference image.
    pub ratios: usize,
    /// Where no ratio was: runs of the series that has the most, and runs that it takes.
    pub ratios_wait: Option<(usize, usize)>,
    /// Why others were not judged, and how many; the most frequent first.
    pub not_judged: Vec<(String, usize)>,
}

impl Census {
    /// Series that were judged.
    pub fn judged(&self) -> usize {
        self.exact + self.ratios
    }
}

/// Something a reader should know of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The file it is about, from the folder that was read; empty when it is about all of them.
    pub file: String,
    /// What.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Note { file, text } = self;
        if file.is_empty() { f.write_str(text) } else { write!(f, "{file}: {text}") }
    }
}
