//! The library's cases on a directory of this machine, with a thread for each operation in flight.

use std::path::Path;

use ninewire_bench_guest::case::visit;
use ninewire_bench_guest::frame::{Decoder, Event, FRAME_MAX};
use ninewire_bench_guest::pattern::{Crc32c, fill};
use ninewire_bench_guest::record::{At, Dialect, File, Job, Outcome, Path as Way, Paths, Record, Wait, Work};
use ninewire_bench_guest::testing::Recorder;
use ninewire_bench_guest::units::{Bytes, Nanos};
use ninewire_linux_guest::{Monotonic, Threads, Tree, TreeFacts, block_on};

const SIZE: usize = 64 * 4096;
const SEED: u64 = 9;

fn job(work: Work, iodepth: u16) -> Job<'static> {
    Job {
        index: 0,
        work,
        paths: Paths::NATIVE,
        bs: 4096,
        iodepth,
        size: Bytes(SIZE as u64),
        msize: 65_536,
        dialect: Dialect::L,
        wait: Wait::Irq,
        loops: 2,
        runtime: Nanos(0),
        time_based: false,
        verify: true,
        seed: 3,
        first_file: 0,
        files: 1,
        name: "a case",
    }
}

/// Operations of each repetition, and how the visit ended.
fn heard(root: &Path, job: &Job<'_>, file: File<'_>) -> (Vec<u64>, Outcome, String) {
    let facts =
        TreeFacts { msize: 0, dialect: Dialect::L, device: "directory".into(), interrupts: || Some(7) };
    let tree = Tree::open(root, facts, ()).unwrap();
    let mut recorder = Recorder::new();
    let at = At { job: 0, path: Way::Native, visit: 0 };
    block_on(visit(&tree, &Monotonic::new(), &Threads, &mut recorder, job, &[file], at)).unwrap();
    let (stream, mut decoder) = (recorder.into_stream(), Box::new(Decoder::<FRAME_MAX>::new()));
    let (mut rest, mut ops, mut end) = (&stream[..], Vec::new(), None);
    while !rest.is_empty() {
        decoder.feed(&mut rest);
        while let Some(event) = decoder.next() {
            let Event::Frame(frame) = event else { panic!("our own stream: {event:?}") };
            match Record::decode(frame.kind, frame.payload).unwrap() {
                Record::Samples(samples) => {
                    let counted: u64 = samples.latency.iter().map(|(_, count)| u64::from(count)).sum();
                    assert_eq!(counted, samples.ops);
                    ops.push(samples.ops);
                }
                Record::CaseEnd(ended) => end = Some((ended.outcome, ended.reason.to_string())),
                _ => {}
            }
        }
    }
    let (outcome, reason) = end.expect("a visit ends with its record");
    (ops, outcome, reason)
}

/// A directory with one file, and what a host says about it.
fn directory() -> (tempfile::TempDir, File<'static>) {
    let dir = tempfile::tempdir().unwrap();
    let mut content = vec![0; SIZE];
    fill(&mut content, SEED, 0);
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    std::fs::write(dir.path().join("sub/data"), &content).unwrap();
    let crc32c = Crc32c::of(&content);
    (dir, File { index: 0, size: Bytes(SIZE as u64), crc32c, seed: Some(SEED), path: "sub/data" })
}

#[test]
fn every_work_runs_with_one_thread_and_with_many() {
    // There is no port here, and no system call that asks for nothing.
    for work in Work::ALL.iter().filter(|work| !work.is_raw() && **work != Work::Floor) {
        for depth in [1, 8] {
            let (dir, file) = directory();
            let names = Crc32c::of(b"data");
            let (file, pass) = match work {
                Work::Readdir => (File { size: Bytes(1), crc32c: names, path: "sub", ..file }, 1),
                Work::CreateRemove => {
                    std::fs::create_dir(dir.path().join("room")).unwrap();
                    (File { size: Bytes(0), path: "room", ..file }, 16 * u64::from(depth))
                }
                work if work.is_metadata() => (file, 1),
                _ => (file, 64),
            };
            let (ops, outcome, reason) = heard(dir.path(), &job(*work, depth), file);
            assert_eq!((outcome, reason.as_str()), (Outcome::Done, ""), "{work} {depth}");
            assert_eq!(ops, [pass, pass], "{work} {depth}: every operation is done once");
        }
    }
}

#[test]
fn nothing_is_no_system_call_and_files_are_on_no_port() {
    let (dir, file) = directory();
    let (_, outcome, reason) = heard(dir.path(), &job(Work::Floor, 1), file);
    assert_eq!(outcome, Outcome::Unsupported, "{reason}");
    let (_, outcome, reason) = heard(dir.path(), &job(Work::PortOut, 1), file);
    assert_eq!(outcome, Outcome::Unsupported, "{reason}");
}

#[test]
fn a_wrong_byte_and_a_missing_file_fail_the_visit_with_many_threads() {
    let (dir, file) = directory();
    let unverified = Job { verify: false, ..job(Work::RandRead, 8) };
    let path = dir.path().join("sub/data");
    let mut content = std::fs::read(&path).unwrap();
    content[5 * 4096] ^= 1;
    std::fs::write(&path, content).unwrap();
    let (_, outcome, reason) = heard(dir.path(), &unverified, file);
    assert_eq!(outcome, Outcome::Failed);
    assert!(reason.contains("at offset 20480"), "{reason}");

    std::fs::remove_file(path).unwrap();
    let (_, outcome, reason) = heard(dir.path(), &job(Work::FileStat, 8), file);
    assert_eq!(outcome, Outcome::Failed);
    assert!(reason.contains("error 2"), "{reason}");
}
