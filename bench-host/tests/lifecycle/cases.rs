//! Every kind of case on every path it can take, once, on a booted image: it runs, every byte of it is checked, and it
//! tells what the others tell.

use std::path::Path;

use bench_host::job::Suite;
use bench_host::run::Run;
use bench_host::store;
use ninewire_bench_guest::record::{Counter, Outcome, Path as Way, Work};

use crate::command::Ninewire;
use crate::directory::precious;

/// One of each kind, small.
const CASES: &str = "[global]\nsize=256k\nloops=2\npath=native,serial,named,9pvpxy\n\
    [read]\nrw=read\nbs=64k\n[randread]\nrw=randread\niodepth=8\n[write]\nrw=write\nbs=64k\n[randwrite]\nrw=randwrite\n\
    [fileopenread]\nioengine=fileopenread\nnrfiles=4\n[filestat]\nioengine=filestat\nnrfiles=4\n\
    [getattr]\nioengine=getattr\nnrfiles=4\n[walk]\nioengine=walk\n[walk deep]\nioengine=walk\niodepth=16\n\
    [readdir]\nioengine=readdir\nnrfiles=1000\n[createremove]\nioengine=createremove\niodepth=16\n\
    [floor]\nioengine=floor\niodepth=16\n\
    [portout]\nioengine=portout\nbs=64k\niodepth=4\n[portout small]\nioengine=portout\n\
    [portin]\nioengine=portin\nbs=64k\n[portin small]\nioengine=portin\n[portping]\nioengine=portping\nbs=64\n";

fn run_of(stdout: &str) -> Run {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    store::read(&root.join(stdout.lines().last().unwrap())).unwrap()
}

#[test]
fn every_kind_of_case_runs_on_every_path_and_leaves_the_directory_as_it_was() {
    let dir = precious();
    let before = crate::command::fingerprint(dir.path());
    let cases = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(cases.path(), CASES).unwrap();
    let words = ["--suite", cases.path().to_str().unwrap(), "--dir", dir.path().to_str().unwrap()];
    let finished = Ninewire::run(&[&["run", "--boots", "1", "--count", "0"], &words[..]].concat());
    assert!(finished.status.success(), "{}", finished.stderr);
    assert_eq!(crate::command::fingerprint(dir.path()), before);

    let run = run_of(&finished.stdout);
    let asked = Suite::parse("t", "t", CASES).unwrap();
    for &work in Work::ALL {
        assert!(asked.jobs.iter().any(|job| job.work == work), "{work} is asked for");
    }
    for (job, spec) in run.jobs.iter().zip(&asked.jobs) {
        for path in spec.paths.iter() {
            let about = format!("{} {path}", job.name);
            let visits = run.boots[0].visits.iter();
            let visits: Vec<_> =
                visits.filter(|visit| (visit.facts.job, visit.facts.path) == (job.job, path)).collect();
            assert_eq!(visits.len(), 2, "{about}");
            let has_bytes = spec.work.has_block() || spec.work == Work::Readdir;
            assert_eq!(visits[0].facts.verified_bytes > 0, has_bytes, "{about}");
            let ops: u64 = visits.iter().flat_map(|visit| &visit.samples).map(|sample| sample.ops).sum();
            assert_eq!(visits[0].durations.total(), ops, "{about}: every operation was timed");
            // Behind the last repetition of the first visit, where each stage is one operation's.
            let watched = visits[0].samples[1].counter(Counter::SplitOps);
            assert_eq!(watched.is_some_and(|ops| ops > 0), spec.iodepth == 1, "{about}");
            for visit in visits {
                assert_eq!((visit.facts.outcome, visit.samples.len()), (Outcome::Done, 2), "{about}");
                for sample in &visit.samples {
                    assert!(sample.ops > 0, "{about}");
                    assert_eq!(sample.counter(Counter::CopiedBytes), Some(0), "{about}");
                    let chains = sample.counter(Counter::Chains).unwrap_or_default();
                    assert!(chains > 0 || spec.work == Work::PortIn, "{about}");
                    assert_eq!(sample.counter(Counter::PeerIdleNs).is_some(), path == Way::Raw, "{about}");
                    assert_eq!(sample.counter(Counter::Messages).is_some(), path != Way::Raw, "{about}");
                }
            }
        }
    }
    let messages = |name: &str, path: Way| {
        let job = run.jobs.iter().find(|job| job.name == name).unwrap().job;
        let visit =
            run.boots[0].visits.iter().find(|visit| (visit.facts.job, visit.facts.path) == (job, path));
        let sample = &visit.unwrap().samples[0];
        sample.counter(Counter::Messages).unwrap() as f64 / sample.ops as f64
    };
    for path in [Way::Native, Way::Serial, Way::Named, Way::Proxied] {
        assert_eq!(messages("floor", path), 1.0, "{path}: one message and nothing else");
        assert_eq!(messages("walk", path), 2.0, "{path}: sixteen names are one Twalk, and a Tclunk");
    }
}
