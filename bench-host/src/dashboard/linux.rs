//! A comparison with Linux as the page shows it: case by case and path by path ours, Linux', their ratio, what Linux ran
//! with, and what the host does without a guest.

use ninewire_bench_guest::record::Path;
use serde::Serialize;

use super::number::Spread;
use crate::peer::anchor::host_name;
use crate::peer::setting::{Setting, Way, linux_name, way_name};
use crate::run::cell::{BootValue, Cell};
use crate::run::{Job, Run};
use crate::stats::ratio::{hodges_lehmann, ratio_with_interval};
use crate::verdict::Rules;

/// With fewer boots a side a bootstrap interval would promise more than they carry.
const BOOTS_FOR_INTERVAL: usize = 6;

/// One case on one path, by one way of Linux'.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct LinuxRow {
    pub(super) case: String,
    pub(super) path: String,
    /// The way of Linux', where it is not the path's best.
    #[serde(skip_serializing_if = "Option::is_none")]
    way: Option<String>,
    /// `MiB/s` or `op/s`.
    unit: &'static str,
    ours: Option<Spread>,
    linux: Option<Spread>,
    /// Ours to Linux', in operations.
    pub(super) ratio: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<Spread>,
}

/// The rows of a comparison with Linux; none in another run.
pub(super) fn rows(run: &Run, cells: &[Cell]) -> Vec<LinuxRow> {
    if run.header.peer.is_none() {
        return Vec::new();
    }
    let table = Table { run, cells };
    let is_case =
        |job: &&Job| Path::ALL.iter().any(|path| table.job(&linux_name(*path, &job.name)).is_some());
    let mut rows = Vec::new();
    for job in run.jobs.iter().filter(is_case) {
        for &path in Path::ALL {
            rows.extend(table.row(job, path, None));
            let others = Way::ALL.into_iter().filter(|way| way.path() == path);
            rows.extend(others.filter_map(|way| table.row(job, path, Some(way))));
        }
    }
    rows
}

struct Table<'r> {
    run: &'r Run,
    cells: &'r [Cell],
}

impl Table<'_> {
    fn job(&self, name: &str) -> Option<&Job> {
        self.run.jobs.iter().find(|job| job.name == name)
    }

    fn series(&self, name: &str, path: Path) -> Option<&Cell> {
        let job = self.job(name)?;
        let found = self.cells.iter().find(|cell| cell.job == job.job && cell.path == path)?;
        (!found.boots.is_empty()).then_some(found)
    }

    /// Against the path's best way, or against a way that was measured besides.
    fn row(&self, job: &Job, path: Path, way: Option<Way>) -> Option<LinuxRow> {
        let name = way.map_or_else(|| linux_name(path, &job.name), |way| way_name(way, &job.name));
        let (ours, linux) = (self.series(&job.name, path), self.series(&name, path));
        match way {
            Some(_) => drop(linux?),
            None => drop(ours.or(linux)?),
        }
        let payload = job.work.has_payload();
        let value = |boot: &BootValue| if payload { boot.bw_mib_s } else { Some(boot.iops) };
        let spread = |cell: Option<&Cell>| cell.and_then(|cell| Spread::of(&cell.values(value)));
        let host = (path == Path::Native).then(|| self.series(&host_name(&job.name), path)).flatten();
        Some(LinuxRow {
            case: job.name.clone(),
            path: path.word().to_string(),
            way: way.map(|way| way.to_string()),
            unit: if payload { "MiB/s" } else { "op/s" },
            ours: spread(ours),
            linux: spread(linux),
            ratio: ours.zip(linux).and_then(|(ours, linux)| ratio(ours, linux)),
            setting: linux.and_then(|cell| self.setting(cell)),
            host: spread(host),
        })
    }

    /// What a series ran with, as it was granted.
    fn setting(&self, cell: &Cell) -> Option<String> {
        let visits = self.run.boots.iter().flat_map(|boot| &boot.visits);
        let mut about = visits.filter(|visit| visit.facts.job == cell.job && visit.facts.path == cell.path);
        let granted = about.find_map(|visit| visit.facts.granted.as_ref())?;
        let way = Way::of_device(&granted.device)?;
        Some(Setting { way, msize: granted.msize_bytes, threads: granted.iodepth }.to_string())
    }
}

fn ratio(ours: &Cell, linux: &Cell) -> Option<Spread> {
    let rates = |cell: &Cell| cell.values(|boot| Some(boot.iops));
    let (ours, linux) = (rates(ours), rates(linux));
    if ours.len().min(linux.len()) < BOOTS_FOR_INTERVAL {
        return hodges_lehmann(&linux, &ours).ok().map(Spread::bare);
    }
    let rules = Rules::default();
    let ratio = ratio_with_interval(&linux, &ours, rules.confidence, rules.resamples, rules.seed).ok()?;
    Some(Spread::with_ends(ratio.estimate, ratio.low, ratio.high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::header::Peer;
    use crate::run::testing::a_run;

    #[test]
    fn each_path_stands_beside_linux_and_others_have_no_rows() {
        let mut run = a_run();
        assert_eq!(rows(&run, &Cell::of_run(&run)), []);
        run.header.peer = Some(Peer::default());
        let (jobs, boots) = (run.jobs.clone(), run.boots.clone());
        for (offset, path) in [(2, Path::Native), (4, Path::Serial)] {
            run.jobs.extend(jobs.iter().map(|job| Job {
                job: job.job + offset,
                name: linux_name(path, &job.name),
                ..job.clone()
            }));
            run.boots.extend(boots.iter().cloned().map(|mut boot| {
                boot.visits.retain(|visit| visit.facts.path == path);
                for visit in &mut boot.visits {
                    visit.facts.job += offset;
                    visit.facts.granted.as_mut().unwrap().device = "bench".into();
                    for sample in &mut visit.samples {
                        sample.job += offset;
                        sample.elapsed_ns *= 3;
                    }
                }
                boot
            }));
        }
        let rows = rows(&run, &Cell::of_run(&run));
        let told: Vec<_> = rows.iter().map(|row| (row.case.as_str(), row.path.as_str(), row.unit)).collect();
        assert_eq!(
            told,
            [
                ("read/x", "native", "MiB/s"),
                ("read/x", "serial", "MiB/s"),
                ("filestat/x", "native", "op/s"),
                ("filestat/x", "serial", "op/s"),
            ]
        );
        assert_eq!(rows[0].ratio.as_ref().map(|ratio| ratio.middle().round()), Some(3.0));
        assert_eq!(rows[0].setting.as_deref(), Some("virtio-9p, msize 1028k, 8 threads"));
    }
}
