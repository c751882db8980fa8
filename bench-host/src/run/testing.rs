//! Runs made up for tests.

use std::collections::BTreeMap;

use ninewire_bench_guest::histogram::bucket_of;
use ninewire_bench_guest::record::{Dialect, Outcome, Path, Placement, Wait, Work};
use ninewire_bench_guest::units::Ticks;

use super::durations::Durations;
use super::header::{Git, Host, Image, Qemu, Side};
use super::{Boot, BootFacts, Counted, DeviceFacts, Granted, Header, Job, Run, Sample, Visit, VisitFacts};

const PATHS: [Path; 4] = [Path::Native, Path::Serial, Path::Serial, Path::Native];

/// Two cases, three boots; native is four times as fast as serial, and boots differ a little.
pub(crate) fn a_run() -> Run {
    let header = Header::now(
        "smoke",
        42,
        Git { sha: "0123456789abcdef".into(), dirty: false, commit_time: 1 },
        Host { cpu_model: "A model".into(), logical_cpus: 2, ..Host::default() },
        Qemu {
            version: "7.2.22".into(),
            accel: "tcg".into(),
            machine: "q35".into(),
            spinners: Some(false),
            ..Qemu::default()
        },
        Image::default(),
    );
    let side = Some(Side { name: "a".into(), words: String::new() });
    let header = Header { run_id: "19700101T000000Z-01234567-smoke".into(), side, ..header };
    let jobs = vec![job(0, Work::Read, 1 << 20), job(1, Work::FileStat, 0)];
    let boots: Vec<Boot> = (0..3).map(boot).collect();
    let samples = boots[..2].iter().flat_map(|boot| &boot.visits).flat_map(|visit| &visit.samples);
    let counted = samples.map(|sample| {
        let Sample { boot, job, path, visit, repetition, ops, .. } = *sample;
        Counted { boot, job, path, visit, repetition, ops, instructions: 500 * ops }
    });
    let counted = counted.collect();
    Run { header, jobs, boots, counted }
}

fn job(number: u16, work: Work, bs_bytes: u32) -> Job {
    Job {
        job: number,
        name: format!("{work}/x"),
        work,
        bs_bytes,
        iodepth: 8,
        size_bytes: 16 << 20,
        files: 1,
        msize_bytes: 1_052_672,
        dialect: Dialect::L,
        wait: Wait::Adaptive,
        loops: 2,
        runtime_ns: 0,
        time_based: false,
        verify: true,
        servers: BTreeMap::from([("native".into(), "QEMU".into()), ("serial".into(), "ninewire".into())]),
        foreign_files: false,
    }
}

/// The same with ten boots whose times differ a little; the native path takes `percent` of its time.
pub(crate) fn ten_boots(percent: u64) -> Run {
    let mut run = a_run();
    let pattern = run.boots[0].clone();
    run.boots = (0..10)
        .map(|number| {
            let mut boot = pattern.clone();
            boot.facts.boot = number;
            for sample in boot.visits.iter_mut().flat_map(|visit| &mut visit.samples) {
                sample.boot = number;
                sample.elapsed_ns += sample.elapsed_ns * u64::from(number * 7 % 10) / 2000;
                if sample.path == Path::Native {
                    sample.elapsed_ns = sample.elapsed_ns * percent / 100;
                }
            }
            boot
        })
        .collect();
    run
}

fn boot(number: u32) -> Boot {
    let facts = BootFacts {
        boot: number,
        guest: "ninewire".into(),
        build: "b".into(),
        cpu: "c".into(),
        cmdline: "mode=bench".into(),
        tsc_hz: 1_000_000_000,
        cores: 1,
        memory_bytes: 1 << 30,
        pool_bytes: 1 << 28,
        entry_to_first_9p_ns: Some(2_000_000 + u64::from(number) * 100_000),
        start_to_first_9p_ns: Some(90_000_000),
        devices: vec![DeviceFacts {
            name: "virtio-9p-0".into(),
            class: "9p".into(),
            tag: "bench".into(),
            features: "0x1".into(),
            queue_size: 128,
        }],
    };
    let visits = [0, 1]
        .into_iter()
        .flat_map(|job| (0..).zip(PATHS).map(move |(index, path)| visit(number, job, path, index)));
    let mut boot = Boot { facts, visits: visits.collect() };
    boot.pool_durations();
    boot
}

fn visit(boot: u32, job: u16, path: Path, index: u8) -> Visit {
    let slow = if path == Path::Serial { 4 } else { 1 };
    let (ops, each_ns) = (1000, slow * (100_000 + 1_000 * u64::from(boot)));
    let samples: Vec<Sample> = (0..2)
        .map(|repetition| Sample {
            boot,
            job,
            path,
            visit: index,
            repetition,
            ops,
            bytes: if job == 0 { ops << 20 } else { 0 },
            elapsed_ns: ops * each_ns,
            lat_min_ns: each_ns,
            lat_max_ns: each_ns,
            counters: BTreeMap::from([
                ("kicks".into(), ops),
                ("messages".into(), ops),
                ("copied_bytes".into(), if slow > 1 { ops * 11 } else { 0 }),
            ]),
            host_cpu_ns: BTreeMap::from([("vcpu".into(), ops * 50_000), ("main".into(), ops * 9_000)]),
        })
        .collect();
    let mut durations = Durations::default();
    durations.add(bucket_of(Ticks(each_ns)) as u16, 2 * ops).expect("the guest's own bucket");
    let granted = Granted {
        msize_bytes: 1_052_672,
        dialect: Dialect::L,
        wait: Wait::Adaptive,
        iodepth: 8,
        placement: if slow > 1 { Placement::Loan } else { Placement::OwnPages },
        device: if slow > 1 { "virtio-console-1".into() } else { "virtio-9p-0".into() },
    };
    let facts = VisitFacts {
        boot,
        job,
        path,
        visit: index,
        outcome: Outcome::Done,
        reason: String::new(),
        granted: Some(granted),
        verified_bytes: 0,
    };
    Visit { facts, samples, durations }
}
