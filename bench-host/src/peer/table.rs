//! The table a comparison with Linux ends with: each case on each path here and there, the ratio with its interval, what
//! Linux ran with, and what the host does without a guest. Every number is derived from the run that is passed in.

use ninewire_bench_guest::record::{Path, Work};
use ninewire_bench_guest::units::Bytes;

use super::anchor::{GUEST as HOST, host_name, ping_name, stream_name};
use super::setting::{Setting, Way, linux_name, linux_path, pilot_of, way_name};
use crate::run::cell::{BootValue, Cell};
use crate::run::{Job, Run};
use crate::stats::ratio::{hodges_lehmann, ratio_with_interval};
use crate::stats::summary::median;
use crate::table::{NOTHING, significant, table};
use crate::verdict::Rules;

/// With fewer boots a side not even the smallest and the largest value enclose a median with 95 %, and a bootstrap
/// interval over so few would promise more than they carry.
const BOOTS_FOR_INTERVAL: usize = 6;

/// The table, what Linux' settings gave in its pilots, the host's sockets, and what was not measured.
pub fn render(run: &Run) -> String {
    let cells = Cell::of_run(run);
    let parts =
        [boots_line(run), speed(run, &cells), pilots(run, &cells), anchors(run, &cells), not_measured(run)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n") + "\n"
}

/// What a series is measured in: payload where operations move any.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bandwidth,
    Operations,
}

impl Unit {
    fn of(work: Work) -> Unit {
        if work.has_payload() { Unit::Bandwidth } else { Unit::Operations }
    }

    fn name(self) -> &'static str {
        match self {
            Unit::Bandwidth => "MiB/s",
            Unit::Operations => "op/s",
        }
    }

    fn value(self, boot: &BootValue) -> Option<f64> {
        match self {
            Unit::Bandwidth => boot.bw_mib_s,
            Unit::Operations => Some(boot.iops),
        }
    }
}

fn boots_line(run: &Run) -> String {
    let count = |guest: &str| {
        let boots = run.boots.iter().filter(|boot| boot.facts.guest == guest).count();
        format!("{boots} of {guest}")
    };
    let mut guests: Vec<&str> = run.boots.iter().map(|boot| boot.facts.guest.as_str()).collect();
    guests.sort_unstable();
    guests.dedup();
    guests.retain(|&guest| guest != HOST);
    let boots: Vec<String> = guests.into_iter().map(count).collect();
    let qemu = &run.header.qemu;
    let package = run.header.peer.as_ref().map_or(NOTHING, |peer| peer.package.as_str());
    format!(
        "boots: {} (its pilots included); QEMU {} ({}, {}); Linux from {package}",
        boots.join(", "),
        qemu.version,
        qemu.accel,
        qemu.machine
    )
}

/// A series of this name and path.
fn series<'r>(run: &'r Run, cells: &'r [Cell], name: &str, path: Path) -> Option<(&'r Job, &'r Cell)> {
    let job = run.jobs.iter().find(|job| job.name == name)?;
    let cell = cells.iter().find(|cell| cell.job == job.job && cell.path == path)?;
    (!cell.boots.is_empty()).then_some((job, cell))
}

fn speed(run: &Run, cells: &[Cell]) -> String {
    let mut headings = vec!["case", "path", "unit", "ninewire", "linux", "ninewire/linux", "95 % interval"];
    headings.extend(["linux ran with", "host"]);
    let mut table = table(&headings, 3);
    let cases = run.jobs.iter().filter(|job| series_of(run, &job.name));
    for job in cases {
        let mut name = job.name.as_str();
        for path in Path::ALL {
            let mut named = |linux: &str, path_word: String| {
                if let Some(cells) = row(run, cells, job, *path, linux) {
                    table.add_row([&[name.to_string(), path_word], &cells[..]].concat());
                    name = "";
                }
            };
            let theirs = linux_path(*path);
            named(&linux_name(theirs, &job.name), path.to_string());
            for way in Way::ALL.into_iter().filter(|way| way.path() == theirs) {
                let linux = way_name(way, &job.name);
                if series(run, cells, &linux, theirs).is_some() {
                    named(&linux, format!("{path} ({way})"));
                }
            }
        }
    }
    format!(
        "{table}\n\
         Medians over boots; the ratio is Hodges and Lehmann's with a bootstrap interval over boots, shown from {} boots a \
         side on. Depth is\noperations in flight here and threads with one each in Linux. Host: the same case by the \
         host's own system calls, without a guest.",
        BOOTS_FOR_INTERVAL
    )
}

/// Whether Linux has run a case of this name.
fn series_of(run: &Run, case: &str) -> bool {
    Path::ALL.iter().any(|path| run.jobs.iter().any(|job| job.name == linux_name(*path, case)))
}

/// A row behind its case and path, if anybody ran the case on `path`; `linux` is what Linux' series is called.
fn row(run: &Run, cells: &[Cell], job: &Job, path: Path, linux: &str) -> Option<Vec<String>> {
    let unit = Unit::of(job.work);
    let ours = series(run, cells, &job.name, path).map(|(_, cell)| cell);
    let linux = series(run, cells, linux, linux_path(path));
    let theirs = linux.map(|(_, cell)| cell);
    // Linux' one serial path is compared with each of ours that ran the case, and shown by itself where none did.
    ours.or(theirs.filter(|_| linux_path(path) == path))?;
    let (ratio, interval) = ratio(ours, theirs);
    let host = (path == Path::Native).then(|| series(run, cells, &host_name(&job.name), path)).flatten();
    let setting = linux.and_then(|(job, cell)| setting(run, job, cell));
    Some(vec![
        unit.name().to_string(),
        shown(ours, unit),
        shown(theirs, unit),
        ratio,
        interval,
        setting.map_or_else(|| NOTHING.to_string(), |setting| setting.to_string()),
        host.map_or_else(String::new, |(_, cell)| shown(Some(cell), unit)),
    ])
}

fn shown(cell: Option<&Cell>, unit: Unit) -> String {
    let values = cell.map_or_else(Vec::new, |cell| cell.values(|boot| unit.value(boot)));
    median(&values).map_or_else(|_| NOTHING.to_string(), significant)
}

/// How many times as many operations a second here, and how sure that is.
fn ratio(ours: Option<&Cell>, theirs: Option<&Cell>) -> (String, String) {
    let rates = |cell: Option<&Cell>| cell.map_or_else(Vec::new, |cell| cell.values(|boot| Some(boot.iops)));
    let (ours, theirs) = (rates(ours), rates(theirs));
    let rules = Rules::default();
    let times = |ratio: f64| format!("{}x", significant(ratio));
    let ratio = hodges_lehmann(&theirs, &ours).map_or_else(|_| NOTHING.to_string(), times);
    let interval = match ours.len().min(theirs.len()) >= BOOTS_FOR_INTERVAL {
        true => ratio_with_interval(&theirs, &ours, rules.confidence, rules.resamples, rules.seed).ok(),
        false => None,
    };
    let interval = interval
        .map(|ratio| format!("{} to {}", significant(ratio.low), significant(ratio.high)))
        .unwrap_or_else(|| NOTHING.to_string());
    (ratio, interval)
}

/// What a series of Linux ran with, as it was granted.
fn setting(run: &Run, job: &Job, cell: &Cell) -> Option<Setting> {
    let visits = run.boots.iter().flat_map(|boot| &boot.visits);
    let granted = visits
        .filter(|visit| visit.facts.job == job.job && visit.facts.path == cell.path)
        .find_map(|visit| visit.facts.granted.as_ref())?;
    let way = Way::of_device(&granted.device)?;
    Some(Setting { way, msize: granted.msize_bytes, threads: granted.iodepth })
}

/// A line for each case and path on which there was something to choose: every setting and what it gave.
fn pilots(run: &Run, cells: &[Cell]) -> String {
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for cell in cells.iter().filter(|cell| !cell.boots.is_empty()) {
        let Some(job) = run.jobs.get(usize::from(cell.job)) else { continue };
        let Some((case, setting)) = pilot_of(&job.name) else { continue };
        let told = format!("{setting}: {}", shown(Some(cell), Unit::of(job.work)));
        let case = format!("{case} ({})", Unit::of(job.work).name());
        match lines.iter_mut().find(|(known, _)| *known == case) {
            Some((_, settings)) => settings.push(told),
            None => lines.push((case, vec![told])),
        }
    }
    let lines = lines.into_iter().map(|(case, settings)| format!("- {case}: {}", settings.join("; ")));
    let lines: Vec<String> = lines.collect();
    match lines.is_empty() {
        true => String::new(),
        false => format!("Every setting, in the pilot boots that chose:\n{}", lines.join("\n")),
    }
}

fn anchors(run: &Run, cells: &[Cell]) -> String {
    let mut sizes: Vec<u32> = run.jobs.iter().map(|job| job.bs_bytes).filter(|&bytes| bytes > 0).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let names = sizes.into_iter().map(stream_name).chain([ping_name()]);
    let shown: Vec<String> = names
        .filter_map(|name| {
            let (job, cell) = series(run, cells, &name, Path::Native)?;
            let unit = Unit::of(job.work);
            let told = name.split_once(": ").map_or(name.as_str(), |(_, told)| told);
            Some(format!("{told} {} {}", shown(Some(cell), unit), unit.name()))
        })
        .collect();
    if shown.is_empty() { String::new() } else { format!("This host's unix sockets: {}.", shown.join(", ")) }
}

fn not_measured(run: &Run) -> String {
    let mut reasons: Vec<String> =
        run.header.peer.iter().flat_map(|peer| peer.not_measured.clone()).collect();
    for cell in Cell::of_run(run).iter().filter(|cell| cell.boots.is_empty()) {
        let job = run.jobs.get(usize::from(cell.job));
        if let (Some(job), Some(why)) = (job, &cell.unsupported) {
            reasons.push(format!("{} {}: {why}", job.name, Bytes(job.msize_bytes.into())));
        }
    }
    let lines: Vec<String> = reasons.into_iter().map(|reason| format!("not measured: {reason}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::header::Peer;
    use crate::run::testing::a_run;
    use crate::run::{Boot, Granted};

    /// A run of `rounds` boots each of both guests and the host; Linux takes 2.5 times as long as the native path here,
    /// over serial and natively, and the host half as long.
    fn compared(rounds: u32) -> Run {
        let mut run = a_run();
        let ours = run.boots[0].clone();
        let cases = run.jobs.clone();
        let renamed = |offset: u16, name: &dyn Fn(&str) -> String| -> Vec<Job> {
            let jobs =
                cases.iter().map(|job| Job { job: job.job + offset, name: name(&job.name), ..job.clone() });
            jobs.collect()
        };
        run.jobs.extend(renamed(2, &|name| linux_name(Path::Native, name)));
        run.jobs.extend(renamed(4, &|name| linux_name(Path::Serial, name)));
        run.jobs.extend(renamed(6, &host_name));
        run.boots.clear();
        for _ in 0..rounds {
            for (guest, offset, path, factor) in [
                ("ninewire", 0, None, 1.0),
                ("linux", 2, Some(Path::Native), 2.5),
                ("linux", 4, Some(Path::Serial), 2.5),
                (HOST, 6, Some(Path::Native), 0.5),
            ] {
                let number = run.boots.len() as u32;
                run.boots.push(other(&ours, guest, number, offset, path, factor));
            }
        }
        run.header.peer = Some(Peer {
            package: "linux-image-6.1 1".into(),
            argv: Vec::new(),
            initramfs_crc32c: String::new(),
            not_measured: vec!["hvc: it stalled".into()],
        });
        run
    }

    fn other(like: &Boot, guest: &str, number: u32, offset: u16, path: Option<Path>, factor: f64) -> Boot {
        let mut boot = like.clone();
        boot.facts.guest = guest.into();
        boot.facts.boot = number;
        boot.visits.retain(|visit| path.is_none_or(|path| visit.facts.path == path));
        for visit in &mut boot.visits {
            visit.facts.job += offset;
            visit.facts.boot = number;
            if let Some(granted) = &mut visit.facts.granted
                && guest == "linux"
            {
                let device = if path == Some(Path::Serial) { Way::Relay } else { Way::Native }.device();
                *granted = Granted { device: device.into(), iodepth: 8, ..granted.clone() };
            }
            for sample in &mut visit.samples {
                sample.job += offset;
                sample.boot = number;
                sample.elapsed_ns = (sample.elapsed_ns as f64 * factor) as u64;
            }
        }
        boot
    }

    fn rows(text: &str) -> Vec<Vec<String>> {
        let rows = text.lines().filter(|line| line.starts_with('|')).skip(2);
        rows.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_string()).collect())
            .collect()
    }

    #[test]
    fn each_case_has_a_row_a_path_with_the_ratio_and_what_linux_ran_with() {
        let text = render(&compared(6));
        let rows = rows(&text);
        assert_eq!(rows.len(), 4, "{text}");
        let native = ["read/x", "native", "MiB/s", "10000", "4000", "2.50x", "2.50 to 2.50"];
        assert_eq!(rows[0][..7], native);
        assert_eq!(rows[0][7..], ["virtio-9p, msize 1028k, 8 threads", "20000"]);
        // Serial takes four times as long here, on both sides.
        assert_eq!(rows[1][..6], ["", "serial", "MiB/s", "2500", "1000", "2.50x"]);
        assert_eq!(rows[1][7..], ["port and relay, msize 1028k, 8 threads", ""]);
        assert_eq!(rows[2][..4], ["filestat/x", "native", "op/s", "10000"]);
        assert!(text.starts_with("boots: 12 of linux, 6 of ninewire"), "{text}");
        assert!(text.ends_with("\nnot measured: hvc: it stalled\n"), "{text}");
    }

    #[test]
    fn what_every_setting_gave_is_shown() {
        let mut run = compared(1);
        run.jobs[2].name = "pilot of linux native: read/x (virtio-9p, msize 128k, 1 thread)".into();
        run.jobs[3].name = "pilot of linux native: read/x (virtio-9p, msize 500k, 1 thread)".into();
        run.jobs[3].work = Work::Read;
        let text = render(&run);
        assert!(
            text.contains(
                "- linux native: read/x (MiB/s): virtio-9p, msize 128k, 1 thread: 4000; \
                 virtio-9p, msize 500k, 1 thread: -"
            ),
            "{text}"
        );
    }

    #[test]
    fn a_way_that_did_not_win_its_path_has_a_row_of_its_own() {
        let mut run = compared(6);
        let serial = linux_name(Path::Serial, "read/x");
        let job = run.jobs.iter_mut().find(|job| job.name == serial).unwrap();
        job.name = way_name(Way::Relay, "read/x");
        let rows = rows(&render(&run));
        assert_eq!(rows[1][1..6], ["serial", "MiB/s", "2500", "-", "-"]);
        assert_eq!(rows[2][..6], ["", "serial (port and relay)", "MiB/s", "2500", "1000", "2.50x"]);
    }

    #[test]
    fn few_boots_give_a_ratio_and_no_interval() {
        let rows = rows(&render(&compared(2)));
        assert_eq!(rows[0][5..7], ["2.50x", "-"]);
    }

    #[test]
    fn a_path_linux_did_not_run_has_no_ratio() {
        let mut run = compared(6);
        let serial = linux_name(Path::Serial, "read/x");
        let missing = run.jobs.iter().find(|job| job.name == serial).unwrap().job;
        for boot in &mut run.boots {
            boot.visits.retain(|visit| visit.facts.job != missing);
        }
        let rows = rows(&render(&run));
        assert_eq!(rows[1][3..8], ["2500", "-", "-", "-", "-"]);
    }
}
