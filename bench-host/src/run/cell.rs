//! A cell of a table: one case on one path. Repetitions inside a boot become one value; what is shown is the median
//! of these values, how many boots there are, and how far apart they lie.

use ninewire_bench_guest::histogram::bounds;
use ninewire_bench_guest::record::{Counter, Outcome, Path};
use ninewire_bench_guest::units::{Bytes, Hertz, Nanos, Ticks};

use super::durations::Durations;
use super::{Boot, Counted, Run, Sample, Visit};
use crate::qemu::Part;
use crate::stats::summary::{median, values_needed_for_percentile};

/// One case on one path, over all boots of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The case's number.
    pub job: u16,
    /// The path.
    pub path: Path,
    /// A value per boot that has any, in the order they ran.
    pub boots: Vec<BootValue>,
    /// Instructions per operation in each boot that was watched.
    pub instructions: Vec<f64>,
    /// Why there is none, when a visit says so.
    pub unsupported: Option<String>,
}

/// What one boot says about a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct BootValue {
    /// Which boot.
    pub boot: u32,
    /// MiB per second, the median of its repetitions; `None` where operations move no payload.
    pub bw_mib_s: Option<f64>,
    /// Operations per second, the median of its repetitions.
    pub iops: f64,
    /// All durations of its repetitions together.
    pub latency: Latency,
    /// Operations of all its repetitions.
    pub ops: u64,
    /// How long the host's processors worked for an operation, by part; empty where no repetition was long enough.
    pub host_cpu: Vec<(Part, Nanos)>,
    /// Each counter summed over its repetitions; absent when one of them did not measure it.
    pub counters: Vec<(Counter, u64)>,
}

impl BootValue {
    /// How much a counter rose per operation.
    pub fn per_op(&self, counter: Counter) -> Option<f64> {
        let (_, total) = self.counters.iter().find(|(known, _)| *known == counter)?;
        (self.ops > 0).then(|| *total as f64 / self.ops as f64)
    }
}

/// Durations in buckets of ticks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    counts: Durations,
    total: u64,
    rate: Hertz,
}

impl Latency {
    fn of(visits: &[&Visit], rate: Hertz) -> Latency {
        let mut counts = Durations::default();
        visits.iter().for_each(|visit| counts.merge(&visit.durations));
        Latency { total: counts.total(), counts, rate }
    }

    /// How many durations were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Every bucket that was hit, in ascending order: the end of its durations, and how many it counts.
    pub fn steps(&self) -> impl Iterator<Item = (Nanos, u64)> {
        self.counts.iter().map(|(bucket, count)| (bounds(bucket.into()).1.at(self.rate), count))
    }

    /// The duration that the share `p` (between 0 and 1) of all does not exceed: the middle of its bucket. `None`
    /// when too few were counted for that percentile.
    pub fn percentile(&self, p: f64) -> Option<Nanos> {
        if self.total < values_needed_for_percentile(p.max(1.0 - p)) {
            return None;
        }
        let rank = (self.total as f64 * p).ceil().max(1.0) as u64;
        let mut seen = 0;
        let (bucket, _) = self.counts.iter().find(|(_, count)| {
            seen += count;
            seen >= rank
        })?;
        let (low, high) = bounds(bucket.into());
        Some(Ticks(low.0 + (high.0 - low.0) / 2).at(self.rate))
    }
}

impl Cell {
    /// Every cell of a run: case by case, the native path first.
    pub fn of_run(run: &Run) -> Vec<Cell> {
        let cells =
            run.jobs.iter().flat_map(|job| Path::ALL.iter().map(|&path| Cell::of(run, job.job, path)));
        cells.filter(|cell| !cell.boots.is_empty() || cell.unsupported.is_some()).collect()
    }

    fn of(run: &Run, job: u16, path: Path) -> Cell {
        let about = |visit: &&Visit| visit.facts.job == job && visit.facts.path == path;
        let mut cell = Cell {
            job,
            path,
            boots: Vec::new(),
            instructions: instructions(run, job, path),
            unsupported: None,
        };
        for boot in &run.boots {
            let visits: Vec<&Visit> = boot.visits.iter().filter(about).collect();
            if let Some(visit) = visits.iter().find(|visit| visit.facts.outcome == Outcome::Unsupported) {
                cell.unsupported = Some(visit.facts.reason.clone());
            }
            cell.boots.extend(boot_value(boot, &visits));
        }
        cell
    }

    /// How much a counter rose per operation, by boot; nothing unless every boot measured it.
    pub fn per_op(&self, counter: Counter) -> Option<Vec<f64>> {
        if counter == Counter::Instructions {
            return Some(self.instructions.clone()).filter(|counts| !counts.is_empty());
        }
        let values = self.values(|value| value.per_op(counter));
        (!values.is_empty() && values.len() == self.boots.len()).then_some(values)
    }

    /// One number of each boot that has it.
    pub fn values(&self, number: impl Fn(&BootValue) -> Option<f64>) -> Vec<f64> {
        self.boots.iter().filter_map(number).collect()
    }
}

/// Instructions per operation, boot by boot: of each the largest of its repetitions. What differs between repetitions of
/// one piece of work are things left out: two rounds of the run loop that fell into one because the device was quick, a
/// timer that was over already. So the largest is the one that nothing was left out of.
fn instructions(run: &Run, job: u16, path: Path) -> Vec<f64> {
    let mut boots = std::collections::BTreeMap::new();
    let about = |counted: &&Counted| counted.job == job && counted.path == path && counted.ops > 0;
    for counted in run.counted.iter().filter(about) {
        let per_op = counted.instructions as f64 / counted.ops as f64;
        let largest = boots.entry(counted.boot).or_insert(per_op);
        *largest = per_op.max(*largest);
    }
    boots.into_values().collect()
}

fn boot_value(boot: &Boot, visits: &[&Visit]) -> Option<BootValue> {
    let samples: Vec<&Sample> = visits.iter().flat_map(|visit| &visit.samples).collect();
    let rates = |amount: fn(&Sample) -> f64| -> Vec<f64> {
        let timed = samples.iter().filter(|sample| sample.elapsed_ns > 0);
        timed.map(|sample| amount(sample) / Nanos(sample.elapsed_ns).seconds()).collect()
    };
    let iops = median(&rates(|sample| sample.ops as f64)).ok()?;
    let bw = median(&rates(|sample| Bytes(sample.bytes).mib())).ok()?;
    let total = |counter: Counter| samples.iter().map(|sample| sample.counter(counter)).sum::<Option<u64>>();
    Some(BootValue {
        boot: boot.facts.boot,
        bw_mib_s: samples.iter().any(|sample| sample.bytes > 0).then_some(bw),
        iops,
        latency: Latency::of(visits, Hertz(boot.facts.tsc_hz)),
        ops: samples.iter().map(|sample| sample.ops).sum(),
        host_cpu: host_cpu(&samples),
        counters: Counter::ALL.iter().filter_map(|&counter| Some((counter, total(counter)?))).collect(),
    })
}

/// Repetitions shorter than this are left out: the host books a running thread by the tick, which may be 10 ms long.
const HOST_CPU_SPAN_MIN: Nanos = Nanos(50_000_000);

fn host_cpu(samples: &[&Sample]) -> Vec<(Part, Nanos)> {
    let long = |sample: &&&Sample| sample.elapsed_ns >= HOST_CPU_SPAN_MIN.0 && !sample.host_cpu_ns.is_empty();
    let samples: Vec<_> = samples.iter().filter(long).collect();
    let ops: u64 = samples.iter().map(|sample| sample.ops).sum();
    if ops == 0 {
        return Vec::new();
    }
    let ran =
        |part: Part| samples.iter().filter_map(|sample| sample.host_cpu_ns.get(part.word())).sum::<u64>();
    Part::ALL.iter().map(|&part| (part, Nanos(ran(part) / ops))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latency(counts: &[(u16, u64)]) -> Latency {
        let mut durations = Durations::default();
        counts.iter().for_each(|&(bucket, count)| durations.add(bucket, count).unwrap());
        Latency { total: durations.total(), counts: durations, rate: Hertz(1_000_000_000) }
    }

    #[test]
    fn the_hosts_time_is_of_repetitions_long_enough_to_be_booked() {
        let mut run = crate::run::testing::a_run();
        for sample in run.boots[0].visits.iter_mut().flat_map(|visit| &mut visit.samples) {
            sample.elapsed_ns = HOST_CPU_SPAN_MIN.0 - 1;
        }
        let cells = Cell::of_run(&run);
        let native = cells.iter().find(|cell| cell.job == 0 && cell.path == Path::Native).unwrap();
        assert!(native.boots[0].host_cpu.is_empty());
        assert_eq!(native.boots[1].host_cpu[..2], [(Part::Vcpu, Nanos(50_000)), (Part::Main, Nanos(9_000))]);
    }

    #[test]
    fn the_instructions_of_a_boot_are_those_of_its_largest_repetition() {
        let mut run = crate::run::testing::a_run();
        run.counted[0].instructions += 70_000;
        run.counted[1].instructions -= 70_000;
        let native = Cell::of_run(&run).into_iter().find(|cell| cell.job == 0 && cell.path == Path::Native);
        assert_eq!(native.and_then(|cell| cell.per_op(Counter::Instructions)), Some(vec![570.0, 500.0]));
    }

    #[test]
    fn a_percentile_is_shown_only_when_enough_values_carry_it() {
        assert_eq!(latency(&[(10, 19)]).percentile(0.5), None);
        assert_eq!(latency(&[(10, 20)]).percentile(0.5), Some(Nanos(10)));
        assert_eq!(latency(&[(10, 999)]).percentile(0.99), None);
        assert_eq!(latency(&[(10, 985), (20, 15)]).percentile(0.99), Some(Nanos(20)));
        assert_eq!(latency(&[(10, 990), (20, 10)]).percentile(0.99), Some(Nanos(10)));
        assert_eq!(latency(&[]).percentile(0.5), None);
    }
}
