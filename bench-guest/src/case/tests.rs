//! Cases against a tree in memory: what an honest one gives, and that every lie is told to the host.

use super::*;
use crate::frame::{Decoder, Event};
use crate::pattern::fill;
use crate::record::{Counter, Dialect, NO_FILE, Path, Paths, Placement, Wait};
use crate::stages::Stages;
use crate::testing::{EMPTY_DIRECTORY, Lie, Recorder, Session, StepClock, Tree, block_on};
use crate::units::{Nanos, Ticks};
use alloc::string::ToString;

const AT: At = At { job: 0, path: Path::Native, visit: 0 };
const SEED: u64 = 77;

fn job(work: Work) -> Job<'static> {
    Job {
        index: 0,
        work,
        paths: Paths::BOTH,
        bs: 4096,
        iodepth: 4,
        size: Bytes(16 * 4096),
        msize: 65_536,
        dialect: Dialect::L,
        wait: Wait::Poll,
        loops: 3,
        runtime: Nanos(0),
        time_based: false,
        verify: true,
        seed: 5,
        first_file: 0,
        files: 1,
        name: "a case",
    }
}

/// A tree with one file of `size` bytes, and what the host says about it.
fn one_file(size: usize, seed: Option<u64>) -> (Tree, File<'static>) {
    let tree = Tree::new();
    let mut content = vec![0; size];
    fill(&mut content, SEED, 0);
    let file = File { index: 0, size: Bytes(size as u64), crc32c: Crc32c::of(&content), seed, path: "data" };
    tree.put("data", content);
    (tree, file)
}

/// What the host receives of a visit, and how many operations were in flight.
struct Heard {
    lines: Vec<String>,
    samples: Vec<(u64, u64)>,
    verified: Vec<(u64, u32)>,
    idle_ns: Vec<u64>,
    /// Of each repetition: operations watched, and what their last stage took.
    split: Vec<Option<(u64, u64)>>,
    end: (Outcome, String),
    in_flight: u16,
}

struct Trial<'t> {
    tree: &'t Tree,
    files: &'t [File<'t>],
    job: Job<'t>,
    lie: Lie,
    placement: Placement,
    visit: u8,
    clock_step: i64,
}

impl<'t> Trial<'t> {
    fn of(tree: &'t Tree, files: &'t [File<'t>], job: Job<'t>) -> Self {
        Trial { tree, files, job, lie: Lie::None, placement: Placement::OwnPages, visit: 0, clock_step: 100 }
    }

    fn run(self) -> Heard {
        self.run_by(&OneTask)
    }

    fn run_by(self, crew: &impl Crew<Session, StepClock>) -> Heard {
        let session = self.tree.session(self.placement, self.lie);
        let mut recorder = Recorder::new();
        let at = At { visit: self.visit, ..AT };
        let clock = StepClock::new(self.clock_step);
        block_on(visit(&session, &clock, crew, &mut recorder, &self.job, self.files, at))
            .expect("the recorder takes all");
        let stream = recorder.into_stream();
        let mut heard = Heard {
            lines: Vec::new(),
            samples: Vec::new(),
            verified: Vec::new(),
            idle_ns: Vec::new(),
            split: Vec::new(),
            end: (Outcome::Failed, "no CaseEnd came".to_string()),
            in_flight: session.in_flight_max(),
        };
        let (mut decoder, mut rest) = (Box::new(Decoder::<{ crate::frame::FRAME_MAX }>::new()), &stream[..]);
        while !rest.is_empty() {
            decoder.feed(&mut rest);
            while let Some(event) = decoder.next() {
                let Event::Frame(frame) = event else { panic!("our own stream is whole: {event:?}") };
                let record = Record::decode(frame.kind, frame.payload).expect("our own record");
                heard.lines.push(record.name().to_string());
                match record {
                    Record::Samples(samples) => {
                        let counted: u64 = samples.latency.iter().map(|(_, count)| u64::from(count)).sum();
                        assert_eq!(counted, samples.ops);
                        assert!(samples.min <= samples.max && samples.elapsed > Ticks(0));
                        heard.samples.push((samples.ops, samples.bytes.0));
                    }
                    Record::Verified(verified) => heard.verified.push((verified.bytes.0, verified.crc32c)),
                    Record::Counters(counters) => {
                        let counted = |counter| counters.counted.get(counter);
                        let parse = counted(Counter::SplitParseNs);
                        heard.split.push(counted(Counter::SplitOps).zip(parse));
                        heard.idle_ns.extend(counters.counted.get(Counter::PeerIdleNs));
                    }
                    Record::CaseEnd(end) => heard.end = (end.outcome, end.reason.to_string()),
                    _ => {}
                }
            }
        }
        heard
    }

    fn reason(self) -> String {
        let heard = self.run();
        assert_eq!(heard.end.0, Outcome::Failed);
        heard.end.1
    }
}

#[test]
fn a_read_case_streams_a_sample_and_counters_for_each_repetition() {
    let (tree, file) = one_file(16 * 4096, Some(SEED));
    let heard = Trial::of(&tree, &[file], job(Work::Read)).run();
    assert_eq!(heard.end, (Outcome::Done, String::new()));
    assert_eq!(heard.samples, [(16, 65_536); 3]);
    assert_eq!(heard.verified, [(65_536, file.crc32c)]);
    assert_eq!(heard.in_flight, 4);
    let mut expected = vec!["CaseStart", "Verified"];
    expected.extend(["Samples", "Counters"].repeat(3));
    expected.push("CaseEnd");
    assert_eq!(heard.lines, expected);
}

/// Watches as if every stage took as many ticks as its place.
struct Staged;

impl<T: Target, C: Clock> Crew<T, C> for Staged {
    async fn work(&self, shift: &Shift<'_, T, C>, hands: &mut [Hand<T::Slot>]) {
        OneTask.work(shift, hands).await;
    }

    async fn watch(&self, shift: &Shift<'_, T, C>, hand: &mut Hand<T::Slot>) -> Option<Stages> {
        shift.begin();
        shift.work(hand).await;
        let [build, kick, device, interrupt, parse, stamps] = [1, 2, 3, 4, 5, 6].map(Ticks);
        Some(Stages { ops: 1, build, kick, device, interrupt, parse, stamps })
    }
}

#[test]
fn operations_are_watched_once_a_boot_behind_the_last_repetition_and_one_at_a_time() {
    let split = |job: Job<'static>, visit| {
        let (tree, file) = one_file(16 * 4096, Some(SEED));
        let heard = Trial { visit, ..Trial::of(&tree, &[file], job) }.run_by(&Staged);
        assert_eq!(heard.end, (Outcome::Done, String::new()), "{}", job.work);
        heard.split
    };
    let alone = |work| Job { iodepth: 1, ..job(work) };
    for work in [Work::Read, Work::RandWrite, Work::FileStat, Work::Floor] {
        assert_eq!(split(alone(work), 0), [None, None, Some((64, 64 * 5))], "{work}");
    }
    for work in [Work::PortOut, Work::PortIn, Work::PortPing] {
        assert_eq!(split(raw(work), 0), [None, None, Some((64, 64 * 5))], "{work}");
    }
    assert_eq!(split(job(Work::Read), 0), [None; 3], "four at a time");
    assert_eq!(split(alone(Work::Read), 2), [None; 3], "on the way back");
    let (tree, file) = one_file(16 * 4096, Some(SEED));
    let nobody_sees = Trial::of(&tree, &[file], alone(Work::Read)).run();
    assert_eq!(nobody_sees.split, [None; 3]);
    let lie = Lie::Refuse(2 + 16 + 3 * 16 + 20, 5);
    let failed = Trial { lie, ..Trial::of(&tree, &[file], alone(Work::Read)) }.run_by(&Staged);
    assert_eq!(failed.end, (Outcome::Failed, "reading: the server answered with error 5".to_string()));
}

#[test]
fn every_work_is_done_on_own_pages_and_on_loans() {
    for &work in Work::ALL {
        for placement in [Placement::OwnPages, Placement::Loan] {
            let (tree, file) = one_file(16 * 4096, Some(SEED));
            let file = match work {
                Work::Readdir => a_directory(&tree, 5),
                Work::CreateRemove => File { size: Bytes(0), path: EMPTY_DIRECTORY, ..file },
                _ => file,
            };
            let alone = matches!(work, Work::PortIn | Work::PortPing);
            let job = Job { iodepth: if alone { 1 } else { 4 }, ..job(work) };
            let heard = Trial { placement, ..Trial::of(&tree, &[file], job) }.run();
            assert_eq!(heard.end, (Outcome::Done, String::new()), "{work} {placement}");
            let ops = match work {
                Work::CreateRemove => 64,
                Work::Floor => 256,
                work if work.is_metadata() => 1,
                _ => 16,
            };
            assert!(heard.samples.iter().all(|&(done, _)| done == ops), "{work} {placement}");
        }
    }
}

/// A directory of so many entries, and what the host says about it.
fn a_directory(tree: &Tree, entries: u64) -> File<'static> {
    let names: Vec<String> = (0..entries).map(|index| format!("entry-{index}")).collect();
    names.iter().for_each(|name| tree.put(&format!("folder/{name}"), Vec::new()));
    let crc32c = names.iter().fold(0u32, |sum, name| sum.wrapping_add(Crc32c::of(name.as_bytes())));
    File { index: 0, size: Bytes(entries), crc32c, seed: None, path: "folder" }
}

#[test]
fn a_directory_that_lacks_an_entry_or_has_another_is_told() {
    let tree = Tree::new();
    let directory = a_directory(&tree, 5);
    let heard = Trial::of(&tree, &[directory], job(Work::Readdir)).run();
    assert_eq!(heard.verified, [(35, directory.crc32c)], "five names of seven bytes");
    let hidden = Trial { lie: Lie::HideEntry, ..Trial::of(&tree, &[directory], job(Work::Readdir)) }.reason();
    assert!(hidden.contains("4 entries where the host made 5"));
    let renamed = File { crc32c: directory.crc32c ^ 1, ..directory };
    assert!(Trial::of(&tree, &[renamed], job(Work::Readdir)).reason().contains("CRC-32C"));
}

#[test]
fn a_file_that_stays_though_removed_is_told_before_the_clock_runs_and_after() {
    let tree = Tree::new();
    let directory = File { index: 0, size: Bytes(0), crc32c: 0, seed: None, path: EMPTY_DIRECTORY };
    let reason = |kept| {
        let tree = Tree::new();
        let lie = Lie::KeepRemoved(kept);
        Trial { lie, ..Trial::of(&tree, &[directory], job(Work::CreateRemove)) }.reason()
    };
    assert_eq!(reason(0), "a file that was removed is still there");
    // One is removed before the clock runs, and 64 in each of three repetitions.
    assert_eq!(reason(1), "making a file: the server answered with error 17");
    assert!(reason(1 + 3 * 64 - 1).contains("1 entries where the host made 0"));
    let heard = Trial::of(&tree, &[directory], job(Work::CreateRemove)).run();
    assert_eq!((heard.end.0, heard.in_flight), (Outcome::Done, 4));
    let elsewhere = File { path: "gone", ..directory };
    let error = Trial::of(&tree, &[elsewhere], job(Work::CreateRemove)).reason();
    assert!(error.contains("error 2"), "{error}");
}

fn raw(work: Work) -> Job<'static> {
    Job { iodepth: 1, paths: Paths::RAW, files: 0, ..job(work) }
}

#[test]
fn a_raw_port_tells_what_the_host_waited_and_needs_no_file() {
    let tree = Tree::new();
    for (work, bytes) in [(Work::PortOut, 65_536), (Work::PortIn, 65_536), (Work::PortPing, 0)] {
        let heard = Trial::of(&tree, &[], raw(work)).run();
        assert_eq!(heard.end, (Outcome::Done, String::new()), "{work}");
        assert_eq!(heard.samples, [(16, bytes); 3], "{work}");
        assert_eq!(heard.verified, [(1 << 20, 0)], "{work}: every byte of a first stream is looked at");
        assert_eq!(heard.idle_ns, [5; 3]);
    }
    let deep = Trial::of(&tree, &[], Job { iodepth: 8, ..raw(Work::PortOut) }).run();
    assert_eq!((deep.end.0, deep.in_flight), (Outcome::Done, 8));
    let again = Trial { visit: 2, ..Trial::of(&tree, &[], raw(Work::PortIn)) }.run();
    assert!(again.verified.is_empty());
    assert_eq!(NO_FILE, u16::MAX);
}

#[test]
fn bytes_of_a_raw_port_that_are_wrong_or_missing_are_told() {
    let tree = Tree::new();
    let reason =
        |work, lie, verify| Trial { lie, ..Trial::of(&tree, &[], Job { verify, ..raw(work) }) }.reason();
    // Within the pass that looks at every byte, and at the ends of blocks where there is none.
    for (at, verify) in [(4096 * 3 + 100, true), (4096 * 3, false), (4096 * 4 - 1, false)] {
        for work in [Work::PortIn, Work::PortPing] {
            let told = reason(work, Lie::Flip(at), verify);
            assert!(told.contains("the port: ") && told.contains("at offset 1"), "{work} {at}: {told}");
        }
    }
    assert!(reason(Work::PortIn, Lie::LoseBlock(7), true).contains("at offset 28672"));
    assert!(reason(Work::PortPing, Lie::LoseBlock(7), true).contains("timed out"));
    let lost = reason(Work::PortOut, Lie::LoseBlock(7), true);
    assert_eq!(lost, "the host's end of the port: 1 wrong blocks where 0 are right");
    for work in [Work::PortIn, Work::PortPing] {
        let deep = Trial::of(&tree, &[], Job { iodepth: 2, ..raw(work) }).reason();
        assert!(deep.contains("cannot be awaited more than once"), "{deep}");
    }
}

#[test]
fn a_foreign_file_of_any_size_is_read_in_whole_blocks_with_learned_ends() {
    let (tree, file) = one_file(5 * 4096 + 1234, None);
    for work in [Work::Read, Work::RandRead] {
        let heard = Trial::of(&tree, &[file], job(work)).run();
        assert_eq!(heard.end, (Outcome::Done, String::new()));
        assert_eq!(heard.samples, [(5, 5 * 4096); 3]);
        assert_eq!(heard.verified, [(5 * 4096 + 1234, file.crc32c)]);
    }
}

#[test]
fn later_visits_do_not_check_a_generated_file_again() {
    let (tree, file) = one_file(16 * 4096, Some(SEED));
    let heard = Trial { visit: 2, ..Trial::of(&tree, &[file], job(Work::Read)) }.run();
    assert!(heard.verified.is_empty());
    assert_eq!(heard.end.0, Outcome::Done);
}

#[test]
fn wrong_bytes_anywhere_are_found_by_the_verifying_pass() {
    for flipped in [0, 4095, 4096 * 3 + 2000, 16 * 4096 - 1] {
        let (tree, generated) = one_file(16 * 4096, Some(SEED));
        for file in [generated, File { seed: None, ..generated }] {
            let reason =
                Trial { lie: Lie::Flip(flipped), ..Trial::of(&tree, &[file], job(Work::Read)) }.reason();
            assert!(reason.contains("belongs") || reason.contains("CRC-32C"), "{reason}");
        }
    }
}

#[test]
fn wrong_ends_of_blocks_are_found_while_the_clock_runs() {
    let (tree, file) = one_file(16 * 4096, Some(SEED));
    for flipped in [4096 * 7, 4096 * 8 - 1] {
        let unverified = Job { verify: false, ..job(Work::RandRead) };
        let reason = Trial { lie: Lie::Flip(flipped), ..Trial::of(&tree, &[file], unverified) }.reason();
        assert!(reason.contains("belongs, at offset"), "{reason}");
    }
    // 2 reads of 64 KiB less the header verify, 4 warm up; the read after that brings what the last one brought.
    for file in [file, File { seed: None, ..file }] {
        let reason = Trial { lie: Lie::Stale(8), ..Trial::of(&tree, &[file], job(Work::Read)) }.reason();
        assert!(reason.contains("belongs, at offset"), "{reason}");
    }
}

#[test]
fn written_blocks_are_read_back_and_the_file_has_the_streamed_checksum() {
    for work in [Work::Write, Work::RandWrite] {
        let (tree, file) = one_file(16 * 4096 + 100, Some(SEED));
        let heard = Trial { visit: 3, ..Trial::of(&tree, &[file], job(work)) }.run();
        assert_eq!(heard.end, (Outcome::Done, String::new()));
        let content = tree.get("data").unwrap();
        assert_eq!(heard.verified, [(65_536, Crc32c::of(&content[..65_536]))]);
        let mut tail = vec![0; 104];
        fill(&mut tail, SEED, 65_536);
        assert_eq!(content[65_536..], tail[..100], "what lies beyond the whole blocks is not touched");
    }
}

#[test]
fn a_forgotten_write_is_found_when_reading_back() {
    // 16 of the warm-up and two repetitions of 16 are kept.
    for kept in [0, 15, 16, 47, 63] {
        let (tree, file) = one_file(16 * 4096, Some(SEED));
        let lie = Lie::ForgetWrites(kept);
        let reason = Trial { lie, ..Trial::of(&tree, &[file], job(Work::Write)) }.reason();
        assert!(reason.contains("belongs, at offset"), "{kept}: {reason}");
    }
}

#[test]
fn short_transfers_errors_and_timeouts_are_told() {
    let (tree, file) = one_file(16 * 4096, Some(SEED));
    let reason = |work, lie| Trial { lie, ..Trial::of(&tree, &[file], job(work)) }.reason();
    assert_eq!(reason(Work::Read, Lie::Short), "verifying: 61439 bytes instead of 61440 at offset 0");
    assert_eq!(reason(Work::Write, Lie::Short), "writing: 4095 bytes instead of 4096 at offset 0");
    assert_eq!(
        reason(Work::Read, Lie::Refuse(0, 13)),
        "walking to a file: the server answered with error 13"
    );
    assert_eq!(reason(Work::Read, Lie::Refuse(20, 5)), "reading: the server answered with error 5");
    assert!(reason(Work::FileStat, Lie::TimeOut).contains("timed out waiting for an answer"));
}

#[test]
fn a_file_of_another_size_or_another_name_is_told() {
    let (tree, file) = one_file(4096, Some(SEED));
    let larger = File { size: Bytes(5000), ..file };
    assert!(Trial::of(&tree, &[larger], job(Work::FileStat)).reason().contains("4096 bytes where"));
    let gone = File { path: "gone", ..file };
    assert!(Trial::of(&tree, &[gone], job(Work::FileOpenRead)).reason().contains("error 2"));
}

#[test]
fn jobs_that_make_no_sense_are_refused_in_words() {
    let (tree, file) = one_file(4096, Some(SEED));
    let reason = |job, files: &[File<'static>]| Trial::of(&tree, files, job).reason();
    assert_eq!(reason(Job { iodepth: 0, ..job(Work::Read) }, &[file]), "iodepth is not between 1 and 128");
    assert_eq!(reason(Job { iodepth: 129, ..job(Work::Read) }, &[file]), "iodepth is not between 1 and 128");
    assert_eq!(reason(job(Work::Read), &[]), "the job has no file");
    assert_eq!(
        reason(Job { bs: 8, ..job(Work::Read) }, &[file]),
        "bs is not a multiple of 8 and at least 16"
    );
    assert_eq!(reason(Job { bs: 8192, ..job(Work::Read) }, &[file]), "the file is smaller than one block");
    let heard = Trial::of(&tree, &[file], Job { bs: 1 << 16, ..job(Work::Read) }).run();
    assert_eq!(heard.end.0, Outcome::Unsupported);
    assert!(heard.end.1.contains("bs does not fit the msize"), "{}", heard.end.1);
}

#[test]
fn a_clock_that_runs_backwards_is_told() {
    let (tree, file) = one_file(16 * 4096, Some(SEED));
    let reason = Trial { clock_step: -100, ..Trial::of(&tree, &[file], job(Work::Read)) }.reason();
    assert_eq!(reason, "the clock went backwards");
}

#[test]
fn a_time_based_repetition_goes_round_until_the_time_is_over() {
    let (tree, file) = one_file(16 * 4096, Some(SEED));
    let timed = Job { runtime: Nanos(20_000), time_based: true, ..job(Work::Read) };
    let heard = Trial::of(&tree, &[file], timed).run();
    assert!(heard.samples.iter().all(|&(ops, _)| ops > 64), "{:?}", heard.samples);
    let limited = Job { runtime: Nanos(500), ..job(Work::Read) };
    let heard = Trial::of(&tree, &[file], limited).run();
    assert!(heard.samples.iter().all(|&(ops, _)| ops > 0 && ops < 16), "{:?}", heard.samples);
}

#[test]
fn small_files_of_many_sizes_are_opened_and_read() {
    let tree = Tree::new();
    let paths: Vec<String> = (0..20).map(|index| format!("dir/{index}")).collect();
    let files: Vec<File<'_>> = (0..)
        .zip(&paths)
        .map(|(index, path)| {
            let content = vec![index as u8; usize::from(index) * 300];
            let file = File {
                index,
                size: Bytes(content.len() as u64),
                crc32c: Crc32c::of(&content),
                seed: None,
                path,
            };
            tree.put(path, content);
            file
        })
        .collect();
    for work in [Work::FileOpenRead, Work::FileStat, Work::Getattr] {
        let heard = Trial::of(&tree, &files, job(work)).run();
        assert_eq!(heard.end, (Outcome::Done, String::new()), "{work}");
        assert!(heard.samples.iter().all(|&(ops, _)| ops == 20));
    }
    let bytes: u64 = files.iter().map(|file| file.size.0.min(4096)).sum();
    assert_eq!(Trial::of(&tree, &files, job(Work::FileOpenRead)).run().samples, [(20, bytes); 3]);
    tree.put("dir/7", vec![8; 7 * 300]);
    assert!(Trial::of(&tree, &files, job(Work::FileOpenRead)).reason().contains("file 7: CRC-32C"));
}
