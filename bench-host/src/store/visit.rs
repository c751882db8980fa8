//! The lines about visits.
//!
//! A visit is one line: its settings are a number of the list of settings, its repetitions a text of numbers in the order
//! that the file's `columns` give, and durations are another text.

use std::collections::BTreeMap;

use ninewire_bench_guest::record::{Outcome, Path};
use serde::{Deserialize, Serialize};

use super::Problem;
use super::packed::{pack_durations, pack_numbers, unpack_durations, unpack_numbers};
use crate::run::{Granted, Run, Sample, Visit, VisitFacts, word};

/// What every repetition has.
const ALWAYS: [&str; 5] = ["ops", "bytes", "elapsed_ns", "lat_min_ns", "lat_max_ns"];

/// Which numbers a repetition is, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Columns {
    /// [`ALWAYS`], then `counters.NAME` and `host_cpu_ns.NAME`.
    columns: Vec<String>,
}

const COUNTERS: &str = "counters.";
const HOST_CPU: &str = "host_cpu_ns.";

impl Columns {
    /// Everything that any repetition of a run has.
    pub(super) fn of(run: &Run) -> Self {
        let samples = || run.boots.iter().flat_map(|boot| &boot.visits).flat_map(|visit| &visit.samples);
        let names = |of: fn(&Sample) -> &BTreeMap<String, u64>, before: &str| {
            let mut names: Vec<String> = samples()
                .flat_map(|sample| of(sample).keys())
                .map(|name| format!("{before}{name}"))
                .collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let mut columns = ALWAYS.map(str::to_string).to_vec();
        columns.extend(names(|sample| &sample.counters, COUNTERS));
        columns.extend(names(|sample| &sample.host_cpu_ns, HOST_CPU));
        Columns { columns }
    }

    /// Refuses names that make no sense.
    pub(super) fn checked(self) -> Result<Self, Problem> {
        let (first, more) = self.columns.split_at_checked(ALWAYS.len()).ok_or(Problem::OutOfPlace)?;
        let known = |name: &String| name.starts_with(COUNTERS) || name.starts_with(HOST_CPU);
        let twice = (1..more.len()).any(|index| more[..index].contains(&more[index]));
        if first != ALWAYS || !more.iter().all(known) || twice {
            return Err(Problem::Value("its columns are not those of a repetition"));
        }
        Ok(self)
    }

    pub(super) fn pack<'s>(&'s self, samples: &'s [Sample]) -> String {
        pack_numbers(samples.iter().flat_map(|sample| {
            self.columns.iter().map(|name| match name.as_str() {
                "ops" => Some(sample.ops),
                "bytes" => Some(sample.bytes),
                "elapsed_ns" => Some(sample.elapsed_ns),
                "lat_min_ns" => Some(sample.lat_min_ns),
                "lat_max_ns" => Some(sample.lat_max_ns),
                name => match (name.strip_prefix(COUNTERS), name.strip_prefix(HOST_CPU)) {
                    (Some(counter), _) => sample.counters.get(counter).copied(),
                    (_, Some(part)) => sample.host_cpu_ns.get(part).copied(),
                    _ => None,
                },
            })
        }))
    }

    fn unpack(&self, text: &str, facts: &VisitFacts) -> Result<Vec<Sample>, Problem> {
        let numbers = unpack_numbers(text).map_err(|_| BAD_NUMBERS)?;
        let rows = numbers.chunks(self.columns.len()).enumerate();
        let nth = |at: usize| u16::try_from(at).map_err(|_| TOO_MANY);
        rows.map(|(at, row)| self.sample(row, nth(at)?, facts)).collect()
    }

    fn sample(&self, row: &[Option<u64>], repetition: u16, facts: &VisitFacts) -> Result<Sample, Problem> {
        let Some((&[Some(ops), Some(bytes), Some(elapsed_ns), Some(lat_min_ns), Some(lat_max_ns)], more)) =
            row.split_first_chunk()
        else {
            return Err(BAD_NUMBERS);
        };
        if row.len() != self.columns.len() {
            return Err(BAD_NUMBERS);
        }
        let named = |before: &str| {
            let names = self.columns[ALWAYS.len()..].iter().zip(more);
            names
                .filter_map(|(name, number)| Some((name.strip_prefix(before)?.to_string(), (*number)?)))
                .collect()
        };
        Ok(Sample {
            boot: facts.boot,
            job: facts.job,
            path: facts.path,
            visit: facts.visit,
            repetition,
            ops,
            bytes,
            elapsed_ns,
            lat_min_ns,
            lat_max_ns,
            counters: named(COUNTERS),
            host_cpu_ns: named(HOST_CPU),
        })
    }
}

const NO_SETTINGS: Problem = Problem::Value("no settings have its number");
const TOO_MANY: Problem = Problem::Value("a visit of more than 65536 repetitions");
const BAD_NUMBERS: Problem = Problem::Value("its repetitions are not packed as they should be");
const BAD_DURATIONS: Problem = Problem::Value("its durations are not counted in the guest's buckets");

/// Settings that visits ran with, by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GrantedLine {
    /// Visits name them by this number; numbers rise from 0.
    pub(super) granted: usize,
    #[serde(flatten)]
    pub(super) settings: Granted,
}

impl GrantedLine {
    /// All settings of a run, each once, in the order they came first.
    pub(super) fn all(run: &Run) -> Vec<GrantedLine> {
        let mut lines: Vec<GrantedLine> = Vec::new();
        let visits = run.boots.iter().flat_map(|boot| &boot.visits);
        for settings in visits.filter_map(|visit| visit.facts.granted.as_ref()) {
            if lines.iter().all(|line| line.settings != *settings) {
                lines.push(GrantedLine { granted: lines.len(), settings: settings.clone() });
            }
        }
        lines
    }
}

/// One visit.
#[derive(Serialize, Deserialize)]
pub(super) struct VisitLine {
    pub(super) boot: u32,
    pub(super) job: u16,
    #[serde(with = "word")]
    path: Path,
    visit: u8,
    /// Absent when it is done.
    #[serde(with = "word", default = "done", skip_serializing_if = "is_done")]
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    /// Which of the list of settings it ran with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    granted: Option<usize>,
    #[serde(default, skip_serializing_if = "is_zero")]
    verified_bytes: u64,
    /// Its repetitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    samples: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    durations: String,
}

fn done() -> Outcome {
    Outcome::Done
}

fn is_done(outcome: &Outcome) -> bool {
    *outcome == Outcome::Done
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl VisitLine {
    pub(super) fn of(visit: &Visit, columns: &Columns, granted: &[GrantedLine]) -> VisitLine {
        let VisitFacts { boot, job, path, visit: number, outcome, reason, granted: settings, verified_bytes } =
            visit.facts.clone();
        let place = settings.and_then(|settings| granted.iter().position(|line| line.settings == settings));
        VisitLine {
            boot,
            job,
            path,
            visit: number,
            outcome,
            reason,
            granted: place,
            verified_bytes,
            samples: columns.pack(&visit.samples),
            durations: pack_durations(&visit.durations),
        }
    }

    /// What it says.
    pub(super) fn visit(self, columns: &Columns, granted: &[Granted]) -> Result<Visit, Problem> {
        let settings =
            self.granted.map(|number| granted.get(number).cloned().ok_or(NO_SETTINGS)).transpose()?;
        let facts = VisitFacts {
            boot: self.boot,
            job: self.job,
            path: self.path,
            visit: self.visit,
            outcome: self.outcome,
            reason: self.reason,
            granted: settings,
            verified_bytes: self.verified_bytes,
        };
        let samples = columns.unpack(&self.samples, &facts)?;
        let durations = unpack_durations(&self.durations).map_err(|_| BAD_DURATIONS)?;
        Ok(Visit { facts, samples, durations })
    }
}
