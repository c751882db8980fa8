//! What the page shows of one case on one path: medians with their intervals, the ratio of the two paths, durations,
//! and what an operation cost.

use std::collections::BTreeMap;

use ninewire_bench_guest::record::{Counter, Path};
use ninewire_bench_guest::units::Nanos;
use serde::Serialize;

use super::Detail;
use super::number::{Number, Spread};
use crate::peer::setting::is_pilot;
use crate::qemu::Part;
use crate::run::cell::{BootValue, Cell, Latency};
use crate::run::{Granted, Run};
use crate::verdict::own_floor;

/// Steps of a distribution closer together than this share are drawn as one; those of the tail never are.
const STEP_MIN: f64 = 1.0 / 48.0;

/// Where the tail begins, and how far it is told.
const TAIL: [f64; 4] = [0.95, 0.99, 0.999, 0.9999];

/// One case on one path.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CellView {
    pub(super) case: String,
    pub(super) path: String,
    work: String,
    /// Bytes an operation moves; 0 where it moves none.
    bs: u32,
    depth: u16,
    boots: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) iops: Option<Spread>,
    /// MiB per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    bw: Option<Spread>,
    /// Percentiles in microseconds, by name, where every boot carries them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    us: BTreeMap<&'static str, Spread>,
    /// Of a native cell: its rate over that of serial, boot by boot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ratio: Option<Spread>,
    /// Counters per operation.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    counters: BTreeMap<&'static str, Number>,
    /// Microseconds the host's processors worked for an operation, by part.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    host: BTreeMap<&'static str, Number>,
    /// Settings it ran with, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<(&'static str, String)>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    unsupported: Option<String>,
    /// How far two halves of its boots usually lie apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<Number>,
    /// Durations of all operations: microseconds and the share not above them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ecdf: Vec<[Number; 2]>,
    /// Operations per second, boot by boot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    by_boot: Vec<Number>,
}

const PERCENTILES: [(&str, f64); 4] = [("p50", 0.50), ("p90", 0.90), ("p99", 0.99), ("p999", 0.999)];

/// Every cell of a run but those that only chose settings.
pub(super) fn views(run: &Run, cells: &[Cell], detail: Detail) -> Vec<CellView> {
    let shown = cells.iter().filter(|cell| job_name(run, cell).is_some_and(|name| !is_pilot(name)));
    shown.filter_map(|cell| view(run, cells, cell, detail)).collect()
}

fn job_name<'r>(run: &'r Run, cell: &Cell) -> Option<&'r str> {
    run.jobs.get(usize::from(cell.job)).map(|job| job.name.as_str())
}

fn view(run: &Run, cells: &[Cell], cell: &Cell, detail: Detail) -> Option<CellView> {
    let job = run.jobs.get(usize::from(cell.job))?;
    let iops = cell.values(|value| Some(value.iops));
    let full = detail == Detail::Full;
    Some(CellView {
        case: job.name.clone(),
        path: cell.path.word().to_string(),
        work: job.work.word().to_string(),
        bs: job.bs_bytes,
        depth: job.iodepth,
        boots: cell.boots.len(),
        iops: Spread::of(&iops),
        bw: carried(cell, |value| value.bw_mib_s),
        us: PERCENTILES
            .iter()
            .filter_map(|&(name, p)| {
                Some((name, carried(cell, |value| value.latency.percentile(p).map(Nanos::micros))?))
            })
            .collect(),
        ratio: if cell.path == Path::Native { ratio(cells, cell) } else { None },
        counters: counters(cell),
        host: host(cell),
        settings: if full { settings(run, cell) } else { Vec::new() },
        unsupported: cell.unsupported.clone(),
        floor: if full && iops.len() > 1 { own_floor(&iops, 1).ok().map(Number) } else { None },
        ecdf: if full { distribution(cell) } else { Vec::new() },
        by_boot: if full { iops.into_iter().map(Number).collect() } else { Vec::new() },
    })
}

/// A number that every boot has.
fn carried(cell: &Cell, number: impl Fn(&BootValue) -> Option<f64>) -> Option<Spread> {
    let values = cell.values(number);
    if values.len() == cell.boots.len() { Spread::of(&values) } else { None }
}

/// Both paths are visited in every boot, so each boot has a ratio of its own, and the scatter from boot to boot that both
/// share is in neither.
fn ratio(cells: &[Cell], native: &Cell) -> Option<Spread> {
    let serial = cells.iter().find(|other| other.job == native.job && other.path == Path::Serial)?;
    let of_boot = |boot: u32| serial.boots.iter().find(|value| value.boot == boot);
    let ratios: Vec<f64> = native
        .boots
        .iter()
        .filter_map(|value| Some(value.iops / of_boot(value.boot)?.iops))
        .filter(|ratio| ratio.is_finite())
        .collect();
    Spread::of(&ratios)
}

fn counters(cell: &Cell) -> BTreeMap<&'static str, Number> {
    let middle = |counter: Counter| Spread::of(&cell.per_op(counter)?).map(|spread| Number(spread.middle()));
    Counter::ALL.iter().filter_map(|&counter| Some((counter.word(), middle(counter)?))).collect()
}

fn host(cell: &Cell) -> BTreeMap<&'static str, Number> {
    let middle = |part: Part| {
        let worked = |value: &BootValue| {
            value.host_cpu.iter().find(|(known, _)| *known == part).map(|(_, worked)| worked.micros())
        };
        carried(cell, worked).map(|spread| Number(spread.middle()))
    };
    Part::ALL.iter().filter_map(|&part| Some((part.word(), middle(part)?))).collect()
}

fn settings(run: &Run, cell: &Cell) -> Vec<(&'static str, String)> {
    let visits = run.boots.iter().flat_map(|boot| &boot.visits);
    let about = visits.filter(|visit| visit.facts.job == cell.job && visit.facts.path == cell.path);
    let granted: Vec<&Granted> = about.filter_map(|visit| visit.facts.granted.as_ref()).collect();
    let words = |word: fn(&Granted) -> String| {
        let mut words: Vec<String> = granted.iter().map(|granted| word(granted)).collect();
        words.sort_unstable();
        words.dedup();
        words.join(", ")
    };
    let servers = run.jobs.get(usize::from(cell.job)).map(|job| &job.servers);
    let mut settings = vec![
        ("message size", words(|granted| granted.msize_bytes.to_string())),
        ("dialect", words(|granted| granted.dialect.to_string())),
        ("waits by", words(|granted| granted.wait.to_string())),
        ("over", words(|granted| granted.device.clone())),
        ("reads into", words(|granted| granted.placement.to_string())),
        ("server", servers.and_then(|servers| servers.get(cell.path.word())).cloned().unwrap_or_default()),
    ];
    settings.retain(|(_, words)| !words.is_empty());
    settings
}

/// The distribution of all durations of all boots, in as few steps as can be told apart.
fn distribution(cell: &Cell) -> Vec<[Number; 2]> {
    let latencies = cell.boots.iter().map(|value| &value.latency);
    let mut steps: Vec<(u64, u64)> =
        latencies.flat_map(Latency::steps).map(|(below, count)| (below.0, count)).collect();
    steps.sort_unstable();
    let total: u64 = steps.iter().map(|(_, count)| count).sum();
    let (mut seen, mut told, mut points) = (0, 0.0, Vec::new());
    for (index, (below_ns, count)) in steps.iter().enumerate() {
        let share_before = seen as f64 / total as f64;
        seen += count;
        let share = seen as f64 / total as f64;
        let into_tail = TAIL.iter().any(|&at| share_before < at && share >= at);
        if points.is_empty() || share - told >= STEP_MIN || into_tail || index + 1 == steps.len() {
            told = share;
            points.push([Number(Nanos(*below_ns).micros()), Number(share)]);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::a_run;

    fn of(run: &Run, detail: Detail) -> Vec<CellView> {
        views(run, &Cell::of_run(run), detail)
    }

    #[test]
    fn a_cell_has_the_medians_of_the_run_and_the_ratio_of_its_boots() {
        let cells = of(&a_run(), Detail::Full);
        let told: Vec<_> = cells.iter().map(|cell| (cell.case.as_str(), cell.path.as_str())).collect();
        assert_eq!(told[..2], [("read/x", "native"), ("read/x", "serial")]);
        // The middle boot takes 101 us an operation.
        assert_eq!(cells[0].iops.as_ref().unwrap().middle().round(), 9901.0);
        assert_eq!(cells[0].ratio.as_ref().map(Spread::middle), Some(4.0));
        assert_eq!(cells[1].ratio, None);
        assert_eq!(cells[0].counters["kicks"], Number(1.0));
    }

    #[test]
    fn a_distribution_ends_at_one_and_never_falls() {
        for cell in of(&a_run(), Detail::Full) {
            let shares: Vec<f64> = cell.ecdf.iter().map(|point| point[1].0).collect();
            assert!(shares.windows(2).all(|pair| pair[0] < pair[1]));
            assert_eq!(shares.last(), Some(&1.0));
        }
    }

    #[test]
    fn a_brief_view_leaves_out_what_is_long() {
        let written = |detail| serde_json::to_string(&of(&a_run(), detail)).unwrap();
        assert!(!written(Detail::Brief).contains("ecdf") && written(Detail::Full).contains("ecdf"));
        assert!(written(Detail::Brief).len() < written(Detail::Full).len());
    }
}
