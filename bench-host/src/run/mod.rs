//! What a run is once it has been received: boots, in them visits to cases, in them timed repetitions.
//!
//! The same structures are what result files hold, so they are plain and carry their units in their names; they are
//! read again by every command that judges. `cell` derives from them what tables show.

pub mod cell;
pub mod durations;
pub mod exact;
pub mod header;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod word;

use std::collections::BTreeMap;

use ninewire_bench_guest::record::{Counter, CounterSet, Dialect, Outcome, Path, Placement, Wait, Work};
use serde::{Deserialize, Serialize};

use crate::plan::{Plan, PlannedJob};
use durations::Durations;
pub use header::Header;

/// A whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What it was made with.
    pub header: Header,
    /// Its cases.
    pub jobs: Vec<Job>,
    /// Its boots, in the order they ran.
    pub boots: Vec<Boot>,
    /// The guest's instructions, counted in boots of their own.
    pub counted: Vec<Counted>,
}

impl Run {
    /// The fault that was planted into the guest to see whether it is found; such a run is no measurement.
    pub fn planted(&self) -> Option<&str> {
        let mut words = self.boots.iter().flat_map(|boot| boot.facts.cmdline.split(' '));
        words.find_map(|word| word.strip_prefix("plant="))
    }
}

/// A case as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Visits name it by this number.
    pub job: u16,
    /// Its name: the identity of a series of results.
    pub name: String,
    /// What one operation is.
    #[serde(with = "word")]
    pub work: Work,
    /// Bytes an operation moves; 0 where it moves none.
    pub bs_bytes: u32,
    /// Operations in flight.
    pub iodepth: u16,
    /// The part of the file that is used; 0 for cases over many files.
    pub size_bytes: u64,
    /// How many files are used.
    pub files: u16,
    /// Asked of the server.
    pub msize_bytes: u32,
    /// Asked of the server.
    #[serde(with = "word")]
    pub dialect: Dialect,
    /// How the guest was asked to wait.
    #[serde(with = "word")]
    pub wait: Wait,
    /// Timed repetitions a visit.
    pub loops: u16,
    /// A repetition ends after this time; 0 for no limit.
    pub runtime_ns: u64,
    /// Whether a repetition goes round until `runtime_ns` is over.
    pub time_based: bool,
    /// Whether every byte was checked in a pass of its own.
    pub verify: bool,
    /// The 9P server behind each path.
    pub servers: BTreeMap<String, String>,
    /// Whether the files are the user's own rather than generated.
    pub foreign_files: bool,
}

impl Job {
    fn of(plan: &Plan, number: u16, job: &PlannedJob) -> Job {
        let spec = &job.spec;
        let metadata = spec.work.is_metadata();
        let first = plan.files.get(usize::from(job.first_file));
        Job {
            job: number,
            name: spec.name.clone(),
            work: spec.work,
            bs_bytes: if spec.work.has_block() { spec.bs } else { 0 },
            iodepth: spec.iodepth,
            size_bytes: if metadata { 0 } else { spec.size.0 },
            files: job.files,
            msize_bytes: spec.msize,
            dialect: spec.dialect,
            wait: spec.wait,
            loops: spec.loops,
            runtime_ns: spec.runtime.0,
            time_based: spec.time_based,
            verify: spec.verify,
            servers: plan
                .shares
                .iter()
                .map(|share| (share.path.word().into(), share.server.clone()))
                .collect(),
            foreign_files: first.is_some_and(|file| file.seed.is_none()),
        }
    }

    /// The cases of a plan.
    pub fn of_plan(plan: &Plan) -> Vec<Job> {
        (0..).zip(&plan.jobs).map(|(number, job)| Job::of(plan, number, job)).collect()
    }
}

/// One boot of the guest.
#[derive(Clone, Debug, PartialEq)]
pub struct Boot {
    /// What the guest said about itself.
    pub facts: BootFacts,
    /// Its visits to cases, in the order they ran.
    pub visits: Vec<Visit>,
}

impl Boot {
    /// Gives the durations of each later visit to a case on a path to the first one.
    pub fn pool_durations(&mut self) {
        for later in 1..self.visits.len() {
            let (before, from) = self.visits.split_at_mut(later);
            let visit = &mut from[0];
            let about = |facts: &VisitFacts| (facts.job, facts.path);
            let first = before.iter_mut().find(|first| about(&first.facts) == about(&visit.facts));
            if let Some(first) = first {
                first.durations.merge(&std::mem::take(&mut visit.durations));
            }
        }
    }
}

/// What a guest said about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootFacts {
    /// Which boot of the run, from 0.
    pub boot: u32,
    /// Which guest: `ninewire`, or that of a peer.
    pub guest: String,
    /// Which build of it.
    pub build: String,
    /// What the processor calls itself inside the guest.
    pub cpu: String,
    /// The kernel command line.
    pub cmdline: String,
    /// Rate of the clock everything is timed by; latency buckets are of its ticks.
    pub tsc_hz: u64,
    /// Cores in use.
    pub cores: u16,
    /// Memory.
    pub memory_bytes: u64,
    /// Memory set aside for I/O.
    pub pool_bytes: u64,
    /// From the kernel's entry to its first 9P message; absent when the guest had no device for it.
    pub entry_to_first_9p_ns: Option<u64>,
    /// From the start of QEMU to the guest's first 9P byte, as the host saw it.
    pub start_to_first_9p_ns: Option<u64>,
    /// The virtio devices it drives.
    pub devices: Vec<DeviceFacts>,
}

/// A virtio device of a guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFacts {
    /// The guest's name for it.
    pub name: String,
    /// What it is.
    pub class: String,
    /// Mount tag or port name.
    pub tag: String,
    /// Feature bits agreed on, in hexadecimal: JSON numbers end at 2^53.
    pub features: String,
    /// Descriptors in its largest queue.
    pub queue_size: u16,
}

/// One visit to a case on one path.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// What was granted, and how it ended.
    pub facts: VisitFacts,
    /// Its timed repetitions.
    pub samples: Vec<Sample>,
    /// How long operations took: those of all visits to a case on a path in one boot, in the first of them.
    pub durations: Durations,
}

/// What was granted to a visit, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitFacts {
    /// Which boot.
    pub boot: u32,
    /// Which case.
    pub job: u16,
    /// On which path.
    #[serde(with = "word")]
    pub path: Path,
    /// Which visit to the case in this boot, from 0.
    pub visit: u8,
    /// How it ended.
    #[serde(with = "word")]
    pub outcome: Outcome,
    /// Why, unless it is done.
    pub reason: String,
    /// What was granted; absent when no session could be made.
    pub granted: Option<Granted>,
    /// Bytes whose checksum was found right.
    pub verified_bytes: u64,
}

/// The settings a visit ran with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Message size.
    pub msize_bytes: u32,
    /// Dialect.
    #[serde(with = "word")]
    pub dialect: Dialect,
    /// How the guest waited.
    #[serde(with = "word")]
    pub wait: Wait,
    /// Operations in flight.
    pub iodepth: u16,
    /// Where the bytes of a read ended up.
    #[serde(with = "word")]
    pub placement: Placement,
    /// The device or port.
    pub device: String,
}

/// One timed repetition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Which boot.
    pub boot: u32,
    /// Which case.
    pub job: u16,
    /// On which path.
    #[serde(with = "word")]
    pub path: Path,
    /// Which visit.
    pub visit: u8,
    /// Which repetition, from 0.
    pub repetition: u16,
    /// Operations completed.
    pub ops: u64,
    /// Payload bytes they moved.
    pub bytes: u64,
    /// How long they took together.
    pub elapsed_ns: u64,
    /// The shortest.
    pub lat_min_ns: u64,
    /// The longest.
    pub lat_max_ns: u64,
    /// What was counted, by name; what is absent was not measured.
    pub counters: BTreeMap<String, u64>,
    /// How long the host's processors worked meanwhile: `vcpu`, `main` (QEMU's main loop), `workers` (its other threads),
    /// `server` (the embedded 9P server). Absent in the first repetition of a visit, whose beginning the host does not see.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub host_cpu_ns: BTreeMap<String, u64>,
}

/// The guest's instructions in one repetition of a boot that was watched; its times were thrown away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Which of the watched boots, from 0.
    pub boot: u32,
    /// Which case.
    pub job: u16,
    /// On which path.
    #[serde(with = "word")]
    pub path: Path,
    /// Which visit.
    pub visit: u8,
    /// Which repetition, from 0.
    pub repetition: u16,
    /// Operations completed.
    pub ops: u64,
    /// Instructions executed, waiting left out.
    pub instructions: u64,
}

impl Sample {
    /// Takes over what was counted.
    pub fn set_counters(&mut self, counted: &CounterSet) {
        self.counters = counted.iter().map(|(counter, value)| (counter.word().to_string(), value)).collect();
    }

    /// What was counted of `counter`, if it was measured.
    pub fn counter(&self, counter: Counter) -> Option<u64> {
        self.counters.get(counter.word()).copied()
    }
}
