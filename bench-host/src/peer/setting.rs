//! How the Linux guest runs a case, which ways are tried, and which is the best.
//!
//! Nobody says how Linux is run well, so it is asked: pilot boots run every case with every [`Setting`], the fastest one
//! is chosen, and what is compared are fresh boots with it alone. A median of pilot boots is as likely to be lucky for
//! one setting as for another; the boots that count were not the ones that chose.

use std::fmt;

use ninewire_bench_guest::record::{Path, Wait};
use ninewire_bench_guest::units::Bytes;

use crate::job::{JobSpec, Paths};
use crate::plan::{Plan, PlannedJob, ShareSpec};

/// The mount tag of the native share.
pub const TAG: &str = "bench";

/// The name of the port 9P travels by; in Linux a relay carries it.
pub const NAMED_PORT: &str = "org.ninewire.9p";

/// The name of the port that carries bytes and no 9P.
pub const RAW_PORT: &str = "org.ninewire.raw";

/// The terminal of the console port.
pub const TERMINAL: &str = "hvc0";

/// Message sizes tried on the native path: what a mount gets that asks for none, and the most the transport grants
/// (Linux, `net/9p/trans_virtio.c`: pages of one queue).
const NATIVE_MSIZES: [u32; 2] = [131_072, 512_000];

/// Numbers of threads tried beside the case's own depth.
const THREADS: [u16; 2] = [1, 8];

/// How the names of series from pilot boots begin.
const PILOT: &str = "pilot of ";

/// How 9P travels, or bytes that are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A virtio-9p device.
    Native,
    /// The console port, whose terminal the 9P client takes itself.
    Terminal,
    /// A named port and a relay, because the client does not take such a port.
    Relay,
    /// A named port's device file, read and written by the case itself.
    Raw,
}

impl Way {
    /// The path it is a way of.
    pub fn path(self) -> Path {
        match self {
            Way::Native => Path::Native,
            Way::Terminal | Way::Relay => Path::Serial,
            Way::Raw => Path::Raw,
        }
    }

    /// What the guest is told to mount, or to open.
    pub fn device(self) -> &'static str {
        match self {
            Way::Native => TAG,
            Way::Terminal => TERMINAL,
            Way::Relay => NAMED_PORT,
            Way::Raw => RAW_PORT,
        }
    }

    /// The way that mounts this device.
    pub fn of_device(device: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.device() == device)
    }
}

impl Way {
    /// Every way.
    pub const ALL: [Way; 4] = [Way::Native, Way::Terminal, Way::Relay, Way::Raw];
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Way::Native => write!(f, "virtio-9p"),
            Way::Terminal => write!(f, "hvc"),
            Way::Relay => write!(f, "port and relay"),
            Way::Raw => write!(f, "port"),
        }
    }
}

/// One way to run a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// How 9P travels.
    pub way: Way,
    /// Asked of the server.
    pub msize: u32,
    /// Each with one operation at a time.
    pub threads: u16,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Setting { way, msize, threads } = self;
        match way {
            Way::Raw => write!(f, "{way}, {threads} thread")?,
            _ => write!(f, "{way}, msize {}, {threads} thread", Bytes((*msize).into()))?,
        }
        if *threads == 1 { Ok(()) } else { write!(f, "s") }
    }
}

/// Every setting tried for a case. On the serial path the message size is the one the case asks for, because there it
/// is free for both; more threads than the case has operations in flight would be another case.
/// A port has one stream, into which a driver that cuts large writes would mix those of several threads: one writes.
pub fn candidates(case: &JobSpec) -> Vec<Setting> {
    if case.work.is_raw() {
        return vec![Setting { way: Way::Raw, msize: case.msize, threads: 1 }];
    }
    let mut threads: Vec<u16> = THREADS.into_iter().filter(|&threads| threads <= case.iodepth).collect();
    if !threads.contains(&case.iodepth) {
        threads.push(case.iodepth);
    }
    let native = NATIVE_MSIZES.iter().map(|&msize| (Way::Native, msize));
    let serial = [Way::Terminal, Way::Relay].into_iter().map(|way| (way, case.msize));
    let wanted = |way: Way| case.paths.iter().any(|path| linux_path(path) == way.path());
    native
        .chain(serial)
        .filter(|(way, _)| wanted(*way))
        .flat_map(|(way, msize)| threads.iter().map(move |&threads| Setting { way, msize, threads }))
        .collect()
}

/// A case with a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The case's number in the plan of the guest that is compared with.
    pub case: usize,
    /// How Linux runs it.
    pub setting: Setting,
    /// Whether it stands for the case's path; one that does not stands for its way alone.
    pub for_path: bool,
}

impl Trial {
    /// What the series of a case called `case` is called.
    fn name(&self, case: &str) -> String {
        let way = self.setting.way;
        if self.for_path { linux_name(way.path(), case) } else { way_name(way, case) }
    }
}

/// What one kind of boot of the Linux guest runs: a machine has one way for the serial path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineup {
    /// The way of its serial path.
    pub serial: Way,
    /// In the order of the jobs of its plan.
    pub trials: Vec<Trial>,
}

impl Lineup {
    /// The fewest kinds of boots for these trials.
    pub fn of(trials: &[Trial]) -> Vec<Lineup> {
        let of_way = |way: Way| trials.iter().filter(move |trial| trial.setting.way == way).copied();
        let mut lineups: Vec<Lineup> = [Way::Relay, Way::Terminal]
            .into_iter()
            .map(|serial| Lineup { serial, trials: of_way(serial).collect() })
            .filter(|lineup| !lineup.trials.is_empty())
            .collect();
        let anywhere: Vec<Trial> = of_way(Way::Native).chain(of_way(Way::Raw)).collect();
        if !anywhere.is_empty() {
            // Cases of the other paths run in any machine.
            match lineups.first_mut() {
                Some(first) => drop(first.trials.splice(0..0, anywhere)),
                None => lineups.push(Lineup { serial: Way::Relay, trials: anywhere }),
            }
        }
        lineups
    }

    /// What the guest is told: the same files as in `base`, each case with its setting and on one path alone.
    pub fn plan(&self, base: &Plan, purpose: Purpose) -> Plan {
        let share = |way: Way| {
            let known = base.shares.iter().find(|share| share.path == way.path());
            known.map(|share| ShareSpec { device: way.device().to_string(), ..share.clone() })
        };
        let jobs = self.trials.iter().filter_map(|trial| {
            let job = base.jobs.get(trial.case)?;
            Some(PlannedJob { spec: purpose.spec(&job.spec, trial), ..job.clone() })
        });
        Plan {
            shares: [Way::Native, self.serial, Way::Raw].into_iter().filter_map(share).collect(),
            jobs: jobs.collect(),
            ..base.clone()
        }
    }
}

/// What a boot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To choose settings: data are checked at the ends of blocks alone.
    Pilot,
    /// To be compared.
    Measured,
}

impl Purpose {
    fn spec(self, case: &JobSpec, trial: &Trial) -> JobSpec {
        let (setting, name) = (trial.setting, trial.name(&case.name));
        let paths = Paths::of(setting.way.path());
        JobSpec {
            name: match self {
                Purpose::Pilot => format!("{PILOT}{name} ({setting})"),
                Purpose::Measured => name,
            },
            paths,
            msize: setting.msize,
            iodepth: setting.threads,
            verify: case.verify && self == Purpose::Measured,
            // A thread in a system call sleeps until the interrupt.
            wait: Wait::Irq,
            ..case.clone()
        }
    }
}

/// Where Linux does what is done here on `path`: it has one serial path, whose ways are tried, and no `9pvpxy`.
pub fn linux_path(path: Path) -> Path {
    match path {
        Path::Native | Path::Raw => path,
        Path::Serial | Path::Named | Path::Proxied => Path::Serial,
    }
}

/// Whether the series of this name only served to choose a setting.
pub fn is_pilot(name: &str) -> bool {
    name.starts_with(PILOT)
}

/// Of the name of a series from pilot boots: the series it chose for, and the setting.
pub fn pilot_of(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PILOT)?.strip_suffix(')')?.rsplit_once(" (")
}

/// What the series of a case is called that Linux ran on `path`.
pub fn linux_name(path: Path, case: &str) -> String {
    format!("linux {path}: {case}")
}

/// What the series of a case is called that Linux ran by a way that was not its path's fastest.
pub fn way_name(way: Way, case: &str) -> String {
    format!("linux by {way}: {case}")
}

/// Of the trials of one case and their rates, the best for each path; and where every way is to be measured, the best for
/// each way that did not win its path.
pub fn choose(rates: &[(Trial, f64)], every_way: bool) -> Vec<Trial> {
    let best_of = |wanted: &dyn Fn(Way) -> bool| {
        let fitting = rates.iter().filter(|(trial, _)| wanted(trial.setting.way));
        best(fitting.map(|(trial, rate)| (*trial, *rate)))
    };
    let mut chosen = Vec::new();
    for path in Path::ALL {
        let Some(winner) = best_of(&|way| way.path() == *path) else { continue };
        chosen.push(Trial { for_path: true, ..winner });
        for way in Way::ALL.into_iter().filter(|way| way.path() == *path && *way != winner.setting.way) {
            let other = best_of(&|found| found == way).filter(|_| every_way);
            chosen.extend(other.map(|other| Trial { for_path: false, ..other }));
        }
    }
    chosen
}

/// The one with the highest rate; of equal ones the first.
fn best<T>(measured: impl IntoIterator<Item = (T, f64)>) -> Option<T> {
    let rates = measured.into_iter().filter(|(_, rate)| rate.is_finite());
    let best = rates.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(one, _)| one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Suite;

    fn base(text: &str) -> Plan {
        let jobs = Suite::parse("t", "t.fio", text).unwrap().jobs;
        let share = |path, device: &str, server: &str| ShareSpec {
            path,
            device: device.into(),
            aname: String::new(),
            uname: "u".into(),
            server: server.into(),
        };
        Plan {
            suite: "t".into(),
            seed: 1,
            shares: vec![
                share(Path::Native, "bench", "qemu local"),
                share(Path::Serial, "virtio-console-1", "ninewire"),
            ],
            scratch: "s".into(),
            files: Vec::new(),
            jobs: jobs.into_iter().map(|spec| PlannedJob { spec, first_file: 0, files: 1 }).collect(),
        }
    }

    fn shown(settings: &[Setting]) -> Vec<String> {
        settings.iter().map(Setting::to_string).collect()
    }

    #[test]
    fn a_case_of_one_operation_is_tried_with_one_thread_by_every_way() {
        let plan = base("[a]\nrw=read\nmsize=64k");
        assert_eq!(
            shown(&candidates(&plan.jobs[0].spec)),
            [
                "virtio-9p, msize 128k, 1 thread",
                "virtio-9p, msize 500k, 1 thread",
                "hvc, msize 64k, 1 thread",
                "port and relay, msize 64k, 1 thread",
            ]
        );
    }

    #[test]
    fn a_deep_case_is_also_tried_with_eight_threads_and_its_own_depth() {
        let plan = base("[a]\nrw=read\niodepth=32\npath=native\n[b]\nrw=read\niodepth=8\npath=serial");
        let threads = |case: usize| -> Vec<u16> {
            candidates(&plan.jobs[case].spec).iter().map(|setting| setting.threads).collect()
        };
        assert_eq!(threads(0), [1, 8, 32, 1, 8, 32]);
        assert_eq!(threads(1), [1, 8, 1, 8]);
    }

    #[test]
    fn every_serial_path_is_linux_one_serial_path_and_a_raw_port_has_one_thread() {
        let plan = base(
            "[a]\nrw=read\npath=native,serial,named,9pvpxy\n[b]\nrw=read\npath=9pvpxy\n[c]\nioengine=portout\niodepth=8",
        );
        let ways = |case: usize| -> Vec<Way> {
            candidates(&plan.jobs[case].spec).iter().map(|setting| setting.way).collect()
        };
        assert_eq!(ways(0), [Way::Native, Way::Native, Way::Terminal, Way::Relay]);
        assert_eq!(ways(1), [Way::Terminal, Way::Relay]);
        assert_eq!(shown(&candidates(&plan.jobs[2].spec)), ["port, 1 thread"]);
        let raw = Trial { case: 2, ..trial(Way::Raw, 1) };
        let lineups = Lineup::of(&[raw, trial(Way::Terminal, 1)]);
        assert_eq!((lineups.len(), lineups[0].trials.len()), (1, 2), "a raw port is in every machine");
    }

    fn trial(way: Way, threads: u16) -> Trial {
        Trial { case: 0, setting: Setting { way, msize: 131_072, threads }, for_path: true }
    }

    #[test]
    fn the_fastest_setting_of_each_path_wins_and_a_tie_goes_to_the_first() {
        let rates = [
            (trial(Way::Native, 1), 5.0),
            (trial(Way::Native, 8), f64::NAN),
            (trial(Way::Native, 2), 7.0),
            (trial(Way::Native, 3), 7.0),
            (trial(Way::Terminal, 1), 3.0),
            (trial(Way::Relay, 1), 1.0),
            (trial(Way::Relay, 8), 2.0),
        ];
        assert_eq!(choose(&rates, false), [trial(Way::Native, 2), trial(Way::Terminal, 1)]);
        let other = Trial { for_path: false, ..trial(Way::Relay, 8) };
        assert_eq!(choose(&rates, true), [trial(Way::Native, 2), trial(Way::Terminal, 1), other]);
        assert_eq!(choose(&rates[..1], true), [trial(Way::Native, 1)]);
        assert!(choose(&[], true).is_empty());
        assert_eq!(other.name("a"), "linux by port and relay: a");
    }

    #[test]
    fn native_trials_ride_with_the_serial_ones_and_each_serial_way_has_boots_of_its_own() {
        let trial = |case, way| Trial { case, ..trial(way, 1) };
        let both = [trial(0, Way::Native), trial(0, Way::Relay), trial(1, Way::Terminal)];
        let lineups = Lineup::of(&both);
        assert_eq!(lineups.len(), 2);
        assert_eq!((lineups[0].serial, lineups[0].trials.as_slice()), (Way::Relay, &both[..2]));
        assert_eq!((lineups[1].serial, lineups[1].trials.as_slice()), (Way::Terminal, &both[2..]));
        let alone = Lineup::of(&both[..1]);
        assert_eq!((alone.len(), alone[0].trials.as_slice()), (1, &both[..1]));
        assert!(Lineup::of(&[]).is_empty());
    }

    #[test]
    fn a_lineup_tells_the_guest_each_case_with_its_setting_on_one_path() {
        let base = base("[a]\nrw=read\niodepth=8\nmsize=1m\nwait=poll");
        let trial =
            |way, msize, threads| Trial { setting: Setting { way, msize, threads }, ..trial(way, threads) };
        let lineup = Lineup {
            serial: Way::Terminal,
            trials: vec![trial(Way::Native, 512_000, 8), trial(Way::Terminal, 1 << 20, 1)],
        };
        let plan = lineup.plan(&base, Purpose::Measured);
        let devices: Vec<_> = plan.shares.iter().map(|share| share.device.as_str()).collect();
        assert_eq!(devices, ["bench", "hvc0"]);
        assert_eq!(plan.shares[1].server, "ninewire");
        let told: Vec<_> = plan.jobs.iter().map(|job| &job.spec).collect();
        assert_eq!((told[0].paths, told[0].msize, told[0].iodepth), (Paths::NATIVE, 512_000, 8));
        assert_eq!((told[1].paths, told[1].msize, told[1].iodepth), (Paths::SERIAL, 1 << 20, 1));
        assert_eq!((told[0].name.as_str(), told[0].wait), ("linux native: a", Wait::Irq));
        assert!(told[0].verify);
        let pilot = &lineup.plan(&base, Purpose::Pilot).jobs[1].spec;
        assert_eq!(pilot.name, "pilot of linux serial: a (hvc, msize 1m, 1 thread)");
        let chosen_for = ("linux serial: a", "hvc, msize 1m, 1 thread");
        assert_eq!(pilot_of(&pilot.name), Some(chosen_for));
        assert!(!pilot.verify && is_pilot(&pilot.name) && !is_pilot(&told[0].name));
    }
}
