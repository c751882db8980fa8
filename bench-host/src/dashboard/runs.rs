//! What the page shows of one run: what it was made with, how to make it again, what makes one doubt it, and its cells.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path as FilePath;

use ninewire_bench_guest::record::Path;
use ninewire_bench_guest::units::Nanos;
use serde::Serialize;

use super::cells::{self, CellView};
use super::linux::{self, LinuxRow};
use super::number::{Number, Spread};
use super::{Detail, reproduce};
use crate::analyse::{Cost, Split, analyse};
use crate::history::RunFacts;
use crate::qemu::shell_line;
use crate::run::cell::Cell;
use crate::run::header::REFERENCE;
use crate::run::{BootFacts, Header, Run};

/// The guest that is ours.
const OURS: &str = "ninewire";

/// One run: a line about every run, and with the newer ones what is in them.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RunView {
    pub(super) id: String,
    /// Where it was read from.
    pub(super) file: String,
    pub(super) kind: Kind,
    pub(super) began: String,
    pub(super) suite: String,
    /// Index of the machine.
    pub(super) machine: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    /// Of a side: its name, and what makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<[String; 2]>,
    sha: String,
    /// The first line of its commit's message.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Seconds since 1970.
    commit_time: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dirty: bool,
    boots: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    planted: Option<String>,
    /// What was left out to keep the page small: nothing, what is long, or everything.
    pub(super) detail: Detail,
    #[serde(flatten)]
    details: Option<Details>,
}

/// What is in a run.
#[derive(Clone, Debug, Serialize)]
struct Details {
    cells: Vec<CellView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    linux: Vec<LinuxRow>,
    #[serde(flatten)]
    full: Option<Full>,
}

/// What is in it besides its cells.
#[derive(Clone, Debug, Serialize)]
struct Full {
    /// What it was made with, in words.
    facts: Vec<(&'static str, String)>,
    argv: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    peer_argv: String,
    reproduce: Vec<String>,
    doubts: Vec<String>,
    /// Milliseconds to the first 9P message: from the kernel's entry, and from the start of QEMU.
    boot_ms: BTreeMap<&'static str, Spread>,
    costs: Vec<CostView>,
    /// Where the time of an operation goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    splits: Vec<SplitView>,
}

/// Microseconds an operation spent in each stage, as the guest saw it in the pass in which it watched.
#[derive(Clone, Debug, Serialize)]
struct SplitView {
    case: String,
    path: String,
    /// Build, kick, device, interrupt, parse.
    stages: [Number; 5],
    watched_us: Number,
    unwatched_us: Number,
}

impl SplitView {
    fn of(split: &Split) -> SplitView {
        SplitView {
            case: split.name.clone(),
            path: split.path.word().to_string(),
            stages: split.stages.map(Number),
            watched_us: Number(split.watched),
            unwatched_us: Number(split.unwatched),
        }
    }
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Ours alone.
    Run,
    /// A side of an interleaved comparison.
    Side,
    /// Boots of the reference image between those of another run.
    Reference,
    /// Compared with a guest of others.
    Peer,
    /// Made for its counters.
    Gate,
}

impl Kind {
    fn of(header: &Header) -> Kind {
        match &header.side {
            Some(side) if side.name == REFERENCE => Kind::Reference,
            Some(_) => Kind::Side,
            None if header.peer.is_some() => Kind::Peer,
            None if header.suite == "gate" => Kind::Gate,
            None => Kind::Run,
        }
    }
}

/// What an operation costs on one path.
#[derive(Clone, Debug, Serialize)]
struct CostView {
    guest: String,
    work: String,
    path: String,
    fixed_us: Number,
    us_per_mib: Number,
    sizes: usize,
    /// Of a native one: at how many bytes serial costs the same, if anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    crossing: Option<Number>,
}

impl CostView {
    fn of(cost: &Cost, all: &[Cost]) -> CostView {
        let other = all.iter().find(|other| {
            (&other.guest, &other.work, other.wait) == (&cost.guest, &cost.work, cost.wait)
                && (cost.path, other.path) == (Path::Native, Path::Serial)
        });
        CostView {
            guest: cost.guest.clone(),
            work: cost.work.clone(),
            path: cost.path.word().to_string(),
            fixed_us: Number(cost.line.fixed),
            us_per_mib: Number(cost.line.per_x * f64::from(1 << 20)),
            sizes: cost.sizes,
            crossing: other.and_then(|other| cost.line.crossing(&other.line)).map(Number),
        }
    }
}

impl RunView {
    /// The line about a run.
    pub(super) fn line(facts: &RunFacts) -> RunView {
        let header = &facts.header;
        RunView {
            id: header.run_id.clone(),
            file: facts.file.clone(),
            kind: Kind::of(header),
            began: header.began.clone(),
            suite: header.suite.clone(),
            machine: facts.machine,
            group: header.group.clone(),
            side: header.side.as_ref().map(|side| [side.name.clone(), side.words.clone()]),
            sha: header.git.sha.clone(),
            subject: facts.subject.clone(),
            commit_time: header.git.commit_time,
            dirty: header.git.dirty,
            boots: facts.boots,
            planted: facts.planted.clone(),
            detail: Detail::Line,
            details: None,
        }
    }

    /// Which side of an interleaved comparison it is, if it is one.
    pub(super) fn side_name(&self) -> Option<&str> {
        self.side.as_ref().map(|side| side[0].as_str())
    }

    /// The same with what is in the run.
    pub(super) fn with(&self, run: &Run, detail: Detail) -> RunView {
        let cells = Cell::of_run(run);
        let details = Details {
            cells: cells::views(run, &cells, detail),
            linux: linux::rows(run, &cells),
            full: (detail == Detail::Full).then(|| Full::of(run)),
        };
        RunView { detail, details: Some(details), ..self.clone() }
    }
}

impl Full {
    fn of(run: &Run) -> Full {
        let analysis = analyse(run);
        let header = &run.header;
        Full {
            facts: facts(run),
            argv: line(&header.qemu.argv),
            peer_argv: header.peer.as_ref().map_or_else(String::new, |peer| line(&peer.argv)),
            reproduce: reproduce::commands(run),
            costs: analysis.costs.iter().map(|cost| CostView::of(cost, &analysis.costs)).collect(),
            splits: analysis.splits.iter().map(SplitView::of).collect(),
            boot_ms: boot_ms(run),
            doubts: analysis.doubts,
        }
    }
}

/// Arguments as a shell reads them.
fn line(argv: &[String]) -> String {
    let Some((program, rest)) = argv.split_first() else { return String::new() };
    let rest: Vec<OsString> = rest.iter().map(OsString::from).collect();
    shell_line(FilePath::new(program), &rest)
}

fn boot_ms(run: &Run) -> BTreeMap<&'static str, Spread> {
    let ours = || run.boots.iter().map(|boot| &boot.facts).filter(|facts| facts.guest == OURS);
    let of = |time: fn(&BootFacts) -> Option<u64>| {
        let times: Vec<f64> = ours().filter_map(time).map(|ns| Nanos(ns).micros() / 1e3).collect();
        Spread::of(&times)
    };
    let times = [
        ("entry", of(|facts| facts.entry_to_first_9p_ns)),
        ("start", of(|facts| facts.start_to_first_9p_ns)),
    ];
    times.into_iter().filter_map(|(name, spread)| Some((name, spread?))).collect()
}

fn facts(run: &Run) -> Vec<(&'static str, String)> {
    let header = &run.header;
    let (host, image) = (&header.host, &header.image);
    let first = run.boots.iter().map(|boot| &boot.facts).find(|facts| facts.guest == OURS);
    let kept = |text: Option<&String>| text.cloned().unwrap_or_default();
    let mut facts = vec![
        ("machine", format!("{}, {} processors", host.cpu_model, host.logical_cpus)),
        ("memory", format!("{} MiB", host.memory_bytes >> 20)),
        ("is itself a guest", yes(host.hypervisor)),
        ("host kernel", host.kernel.clone()),
        ("governor", kept(host.governor.as_ref())),
        ("load before", format!("{:.2}", host.load_1m)),
        ("threads pinned", or_none(&header.qemu.pinning)),
        ("board", header.qemu.machine.clone()),
        ("image", format!("{} {}", image.profile, image.crc32c).trim().to_string()),
        ("compiler", image.rustc.clone()),
        ("kernel command line", first.map(|facts| facts.cmdline.clone()).unwrap_or_default()),
        ("guest cores", first.map(|facts| facts.cores.to_string()).unwrap_or_default()),
        ("guest memory", first.map(|facts| format!("{} MiB", facts.memory_bytes >> 20)).unwrap_or_default()),
        ("seed", header.seed.to_string()),
        ("reference image", kept(header.reference.as_ref())),
        ("instructions not counted", kept(header.not_counted.as_ref())),
    ];
    if let Some(peer) = &header.peer {
        facts.push(("Linux from", peer.package.clone()));
        facts.extend(peer.not_measured.iter().map(|what| ("not measured", what.clone())));
    }
    facts.retain(|(_, words)| !words.is_empty());
    facts
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_string()
}

fn or_none(words: &str) -> String {
    if words.is_empty() { "none".to_string() } else { words.to_string() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::history::Part;
    use crate::run::testing::a_run;

    fn facts_of(run: &Run) -> RunFacts {
        RunFacts {
            part: Part::of(run),
            subject: None,
            file: "f/x.jsonl".into(),
            machine: 0,
            header: Arc::new(run.header.clone()),
            boots: run.boots.len(),
            reference: None,
            planted: None,
        }
    }

    #[test]
    fn what_a_run_is_for_is_told_by_its_header() {
        let mut run = a_run();
        let kind = |run: &Run| RunView::line(&facts_of(run)).kind;
        assert_eq!(kind(&run), Kind::Side);
        run.header.side = None;
        assert_eq!(kind(&run), Kind::Run);
        run.header.suite = "gate".into();
        assert_eq!(kind(&run), Kind::Gate);
        run.header.peer = Some(crate::run::header::Peer::default());
        assert_eq!(kind(&run), Kind::Peer);
    }

    #[test]
    fn a_line_has_no_cells_and_a_full_view_has_doubts_and_commands() {
        let mut run = a_run();
        run.header.side = None;
        let line = RunView::line(&facts_of(&run));
        assert!(line.details.is_none());
        let details = line.with(&run, Detail::Full).details.unwrap();
        let full = details.full.unwrap();
        assert_eq!((details.cells.len(), full.reproduce.len()), (4, 2));
        assert!(full.doubts.iter().any(|doubt| doubt.contains("3 boots carry no verdict")));
        assert_eq!(full.boot_ms["entry"].middle(), 2.1);
        assert!(line.with(&run, Detail::Brief).details.unwrap().full.is_none());
    }
}
