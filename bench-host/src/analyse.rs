//! One run, looked at closely: every cell with its interval and scatter, what an operation costs fixed and per byte on
//! each path, where the paths cross, and what makes one doubt the run, with advice. In a run with several guests each
//! is looked at by itself, and boots that only chose settings are left out.

mod cost;
mod split;

use std::fmt;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use ninewire_bench_guest::record::Counter;
use ninewire_bench_guest::units::Nanos;

use crate::peer::setting::is_pilot;
use crate::run::cell::Cell;
use crate::run::{Boot, Job, Run};
use crate::stats::summary::{median, median_absolute_deviation, median_interval};
use crate::verdict::{Rules, boots_needed};
pub use cost::{Cost, Crossing, Estimate, Model};
pub use split::Split;

const CONFIDENCE: f64 = 0.95;

/// Boots further apart than this, fastest to slowest, are worth a word.
const SPREAD_MAX: f64 = 1.5;

/// A host with more than this part of its processors busy disturbs.
const LOAD_MAX: f64 = 0.5;

/// An end of a port that waits less than this part of the time is what the guest waits for.
const IDLE_MIN: f64 = 0.05;

const PERCENTILES: [(f64, &str); 4] =
    [(0.50, "p50 us"), (0.90, "p90 us"), (0.99, "p99 us"), (0.999, "p99.9 us")];

/// A run analysed.
#[derive(Clone, Debug)]
pub struct Analysis<'r> {
    run: &'r Run,
    cells: Vec<Cell>,
    /// Costs by work and path.
    pub costs: Vec<Cost>,
    /// Costs by path, over all kinds of operations that only look.
    pub models: Vec<Model>,
    /// Where paths cost the same.
    pub crossings: Vec<Crossing>,
    /// Where time goes, stage by stage.
    pub splits: Vec<Split>,
    /// What makes one doubt, with advice.
    pub doubts: Vec<String>,
}

/// Looks at a run.
pub fn analyse(run: &Run) -> Analysis<'_> {
    let mut cells = Cell::of_run(run);
    cells.retain(|cell| job_of(run, cell).is_none_or(|job| !is_pilot(&job.name)));
    let costs = cost::costs(run, &cells);
    let (models, crossings) = (cost::models(run, &cells), cost::crossings(&costs));
    let splits = split::splits(run, &cells);
    let mut doubts = doubts(run, &cells);
    doubts.extend(split::doubts(&splits));
    Analysis { run, costs, models, crossings, splits, doubts, cells }
}

fn job_of<'r>(run: &'r Run, cell: &Cell) -> Option<&'r Job> {
    run.jobs.get(usize::from(cell.job))
}

/// Whose a case is, where a run has several guests.
fn guest_of(run: &Run, job: u16) -> String {
    let has = |boot: &&Boot| boot.visits.iter().any(|visit| visit.facts.job == job);
    let guest = run.boots.iter().find(has).filter(|_| run.header.peer.is_some());
    guest.map_or_else(String::new, |boot| boot.facts.guest.clone())
}

fn doubts(run: &Run, cells: &[Cell]) -> Vec<String> {
    let mut doubts = Vec::new();
    let header = &run.header;
    // Of every guest alike; those that only chose settings carry no figure.
    let boots = cells.iter().map(|cell| cell.boots.len()).max().unwrap_or(0);
    let needed = boots_needed(cells.len(), &Rules::default());
    if boots < needed {
        doubts.push(format!(
            "{boots} boots carry no verdict about this many cases: use --boots {needed} or more"
        ));
    }
    let busy = header.host.load_1m / f64::from(header.host.logical_cpus.max(1));
    if busy > LOAD_MAX {
        doubts.push(format!(
            "the host was busy when the run began (load {:.1} on {} processors): measure when it is quiet",
            header.host.load_1m, header.host.logical_cpus
        ));
    }
    if header.qemu.pinning.is_empty() {
        doubts.push(
            "QEMU's threads were not pinned, so boots fall into several kinds: leave out --no-pin".into(),
        );
    }
    if let Some(plant) = run.planted() {
        doubts.push(format!("a fault was planted on purpose (plant={plant}): this is no measurement"));
    }
    if header.git.dirty {
        doubts.push("the checkout had changes that are in no commit: nobody can repeat this run".into());
    }
    for cell in cells.iter().filter(|cell| !cell.boots.is_empty()) {
        let Some(job) = job_of(run, cell) else { continue };
        let (name, path) = (&job.name, cell.path);
        let iops = cell.values(|value| Some(value.iops));
        let (low, high) =
            iops.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &x| (low.min(x), high.max(x)));
        if boots > 1 && high / low > SPREAD_MAX {
            doubts.push(format!(
                "{name} {path}: the fastest boot is {:.1} times the slowest: use more boots",
                high / low
            ));
        }
        if cell.boots.len() < boots {
            doubts.push(format!("{name} {path}: only {} of {boots} boots have it", cell.boots.len()));
        }
        if let Some(idle) = idle(run, cell).filter(|idle| *idle < IDLE_MIN) {
            doubts.push(format!(
                "{name} {path}: our end of the port waited only {:.0} % of the time for the guest, so it is what bounds this \
                 figure: give the host more processors than the guest has, or take it for what the host can do",
                idle * 100.0
            ));
        }
        if !job.verify && job.files > 0 {
            doubts.push(format!("{name} {path}: not every byte was checked: set verify=crc32c"));
        }
    }
    doubts
}

/// The part of the time that our end of a raw port waited for the guest, over all repetitions of a cell.
fn idle(run: &Run, cell: &Cell) -> Option<f64> {
    let about = |visit: &&crate::run::Visit| (visit.facts.job, visit.facts.path) == (cell.job, cell.path);
    let visits = run.boots.iter().flat_map(|boot| &boot.visits).filter(about);
    let (mut idle, mut elapsed) = (0, 0);
    for sample in visits.flat_map(|visit| &visit.samples) {
        idle += sample.counter(Counter::PeerIdleNs)?;
        elapsed += sample.elapsed_ns;
    }
    (elapsed > 0).then(|| idle as f64 / elapsed as f64)
}

impl fmt::Display for Analysis<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.run.header.run_id)?;
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
        let mut headings = vec!["case", "path", "boots", "IOPS", "95 %", "MAD"];
        headings.extend(PERCENTILES.map(|(_, name)| name));
        table.set_header(headings);
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_cell_alignment(if index < 2 { CellAlignment::Left } else { CellAlignment::Right });
        }
        for cell in self.cells.iter().filter(|cell| !cell.boots.is_empty()) {
            let Some(job) = job_of(self.run, cell) else { continue };
            let iops = cell.values(|value| Some(value.iops));
            let whole =
                |number: Option<f64>| number.map_or_else(|| "-".to_string(), |number| format!("{number:.0}"));
            let interval = median_interval(&iops, CONFIDENCE).ok().flatten();
            let mut row = vec![
                job.name.clone(),
                cell.path.to_string(),
                cell.boots.len().to_string(),
                whole(median(&iops).ok()),
                interval.map_or_else(|| "-".to_string(), |ends| format!("{:.0}..{:.0}", ends.low, ends.high)),
                whole(median_absolute_deviation(&iops).ok().filter(|_| iops.len() > 1)),
            ];
            row.extend(PERCENTILES.map(|(p, _)| {
                let values = cell.values(|value| value.latency.percentile(p).map(Nanos::micros));
                // Carried by every boot, or not shown.
                let all = (values.len() == cell.boots.len()).then(|| median(&values).ok()).flatten();
                all.map_or_else(|| "-".to_string(), |micros| format!("{micros:.1}"))
            }));
            table.add_row(row);
        }
        writeln!(f, "\n{table}\n")?;
        let splits = split::table(&self.splits);
        if !splits.is_empty() {
            writeln!(f, "{splits}")?;
        }
        self.costs.iter().try_for_each(|cost| writeln!(f, "{cost}"))?;
        self.models.iter().try_for_each(|model| writeln!(f, "{model}"))?;
        self.crossings.iter().try_for_each(|crossing| writeln!(f, "{crossing}"))?;
        match self.doubts.len() {
            0 => writeln!(f, "no doubts"),
            count => {
                writeln!(f, "{count} doubts:")?;
                self.doubts.iter().try_for_each(|doubt| writeln!(f, "- {doubt}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::header::Peer;
    use crate::run::testing::a_run;
    use ninewire_bench_guest::record::Path;

    /// Two sizes of reads at depth 1: 60 us and 1 us per KiB natively, four times that over serial.
    fn two_sizes() -> Run {
        let mut run = a_run();
        for (job, bs_bytes) in run.jobs.iter_mut().zip([4096, 65_536]) {
            (job.bs_bytes, job.iodepth, job.work) = (bs_bytes, 1, ninewire_bench_guest::record::Work::Read);
            job.name = format!("read/bs={bs_bytes}");
        }
        for sample in
            run.boots.iter_mut().flat_map(|boot| &mut boot.visits).flat_map(|visit| &mut visit.samples)
        {
            let each_ns = 60_000 + [4, 64][usize::from(sample.job)] * 1_000;
            sample.elapsed_ns = sample.ops * each_ns * if sample.path == Path::Serial { 4 } else { 1 };
        }
        run
    }

    #[test]
    fn the_cost_of_an_operation_is_split_into_fixed_and_per_byte() {
        let run = two_sizes();
        let analysis = analyse(&run);
        let told: Vec<String> = analysis
            .costs
            .iter()
            .map(|cost| {
                format!("{} {} {:.1} {:.4}", cost.work, cost.path, cost.line.fixed, cost.line.per_x * 1024.0)
            })
            .collect();
        assert_eq!(told, ["read native 60.0 1.0000", "read serial 240.0 4.0000"]);
        assert!(analysis.to_string().contains("read: of native and serial one costs less at every size"));
    }

    #[test]
    fn guests_of_one_run_are_looked_at_by_themselves_and_pilots_not_at_all() {
        let mut run = two_sizes();
        run.header.peer = Some(Peer::default());
        let (jobs, boots) = (run.jobs.clone(), run.boots.clone());
        for (offset, name, factor) in [(2, "linux: ", 2), (4, "pilot of linux: ", 50)] {
            run.jobs.extend(jobs.iter().map(|job| Job {
                job: job.job + offset,
                name: format!("{name}{}", job.name),
                ..job.clone()
            }));
            run.boots.extend(boots.iter().cloned().map(|mut boot| {
                boot.facts.guest = "linux".into();
                for visit in &mut boot.visits {
                    visit.facts.job += offset;
                    for sample in &mut visit.samples {
                        sample.job += offset;
                        sample.elapsed_ns *= factor;
                    }
                }
                boot
            }));
        }
        let told = analyse(&run).to_string();
        assert!(told.contains("ninewire: read native: an operation costs 60.0 us"), "{told}");
        assert!(told.contains("linux: read native: an operation costs 120.0 us"), "{told}");
        assert!(!told.contains("pilot") && !told.contains("boots have it"), "{told}");
    }

    #[test]
    fn doubts_come_with_advice() {
        let mut run = two_sizes();
        run.header.host.load_1m = 3.0;
        run.header.git.dirty = true;
        run.boots[1].facts.cmdline = "mode=bench plant=kick".into();
        run.jobs[0].verify = false;
        for sample in
            run.boots.iter_mut().flat_map(|boot| &mut boot.visits).flat_map(|visit| &mut visit.samples)
        {
            if sample.job == 1 && sample.path == Path::Serial {
                sample.counters.insert("peer_idle_ns".into(), sample.elapsed_ns / 50);
            }
        }
        for sample in run.boots[0].visits.iter_mut().flat_map(|visit| &mut visit.samples) {
            sample.elapsed_ns *= 2;
        }
        let told = analyse(&run).to_string();
        for doubt in [
            "3 boots carry no verdict about this many cases: use --boots 6",
            "load 3.0 on 2 processors",
            "leave out --no-pin",
            "changes that are in no commit",
            "planted on purpose (plant=kick)",
            "read/bs=4096 native: the fastest boot is 2.0 times the slowest",
            "read/bs=4096 serial: not every byte was checked",
            "read/bs=65536 serial: our end of the port waited only 2 % of the time",
        ] {
            assert!(told.contains(doubt), "{doubt}: {told}");
        }
    }

    #[test]
    fn six_quiet_pinned_boots_leave_no_doubt_and_have_an_interval() {
        let mut run = two_sizes();
        run.header.qemu.pinning = "guest on 0".into();
        run.header.host.load_1m = 0.1;
        let pattern = run.boots[0].clone();
        run.boots = vec![pattern; 6];
        let told = analyse(&run).to_string();
        assert!(told.contains("no doubts") && told.contains(".."), "{told}");
    }
}
