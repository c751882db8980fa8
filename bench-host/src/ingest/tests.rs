//! A guest in memory runs the real cases; its stream goes through the real decoder. Then the stream is damaged in
//! every way it can be, and the boot must be void each time.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use ninewire_bench_guest::agenda::follow;
use ninewire_bench_guest::case::{OneTask, Sink};
use ninewire_bench_guest::frame::{Encoder, Event};
use ninewire_bench_guest::intake::Intake;
use ninewire_bench_guest::record::{Bye, Device, Hello, Level, Log, Path, Record};
use ninewire_bench_guest::testing::{Both, Lie, Recorder, StepClock, Tree, block_on};
use ninewire_bench_guest::units::{Bytes, Hertz, Ticks};
use proptest::prelude::*;

use super::*;
use crate::job::Suite;
use crate::plan::{ShareSpec, prepare};
use crate::run::Visit;

const JOBS: &str = "
    [global]
    size=64k
    loops=2
    [read/bs=4k]
    rw=read
    bs=4k
    iodepth=4
    [write/bs=8k]
    rw=write
    bs=8k
    [filestat]
    ioengine=filestat
    nrfiles=3
    path=native
";

/// A directory on this host, the plan for it, and a guest in memory that shares its files.
struct World {
    dir: tempfile::TempDir,
    plan: Plan,
}

/// How a guest goes wrong.
#[derive(Clone, Copy)]
struct Guest {
    lie: Lie,
    no_clock: bool,
    /// Ticks between two looks at its clock.
    clock_step: i64,
}

impl Default for Guest {
    fn default() -> Self {
        Guest { lie: Lie::default(), no_clock: false, clock_step: 500 }
    }
}

impl World {
    fn new() -> World {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("scratch")).unwrap();
        let share = |path: Path| ShareSpec {
            path,
            device: format!("{path}-0"),
            aname: String::new(),
            uname: "root".into(),
            server: "memory".into(),
        };
        let suite = Suite::parse("t", "t.fio", JOBS).unwrap();
        let plan = prepare(&suite, vec![share(Path::Native), share(Path::Serial)], dir.path(), "scratch", 7)
            .unwrap();
        World { dir, plan }
    }

    fn tree(&self) -> Tree {
        let tree = Tree::new();
        for file in &self.plan.files {
            tree.put(&file.path, std::fs::read(self.dir.path().join(&file.path)).unwrap());
        }
        tree
    }

    /// What a guest sends, beginning with Hello, when it is given this plan's orders.
    fn stream(&self, guest: Guest) -> Vec<u8> {
        self.stream_of(guest, &self.tree())
    }

    fn stream_of(&self, guest: Guest, tree: &Tree) -> Vec<u8> {
        let mut decoder = Box::new(Decoder::<FRAME_MAX>::new());
        let mut intake = Intake::new();
        let frames = self.plan.frames().unwrap();
        let mut rest = &frames[..];
        let mut orders = None;
        while !rest.is_empty() {
            decoder.feed(&mut rest);
            while let Some(Event::Frame(frame)) = decoder.next() {
                orders = intake.take(frame.kind, frame.payload).unwrap();
            }
        }
        let orders = orders.unwrap();
        block_on(async {
            let mut sink = Recorder::new();
            let rate = if guest.no_clock { 0 } else { 1_000_000_000 };
            let hello = Hello {
                tsc_hz: Hertz(rate),
                entry: Ticks(1_000),
                first_9p: Some(Ticks(5_000)),
                now: Ticks(25_000),
                memory: Bytes(1 << 30),
                pool: Bytes(1 << 28),
                cores: 1,
                devices: 1,
                guest: "memory",
                build: "test",
                cpu: "none",
                cmdline: "mode=bench",
            };
            let device =
                Device { features: 1 << 60, queue_size: 128, name: "native-0", class: "9p", tag: "bench" };
            sink.emit(&hello.into()).await.unwrap();
            sink.emit(&device.into()).await.unwrap();
            sink.emit(&Log { level: Level::Info, text: "the cases begin" }.into()).await.unwrap();
            let sessions = Both { tree: tree.clone(), lie: guest.lie };
            follow(&orders, &sessions, &StepClock::new(guest.clock_step), &OneTask, &mut sink).await.unwrap();
            sink.into_stream()
        })
    }

    fn ingest(&self, stream: &[u8]) -> Result<Received, Void> {
        let mut ingest = Ingest::new(&self.plan, 3);
        for piece in stream.chunks(777) {
            if ingest.push(piece, Duration::from_micros(100), &mut |_| {})? == Step::Finished {
                return ingest.finish();
            }
        }
        ingest.finish()
    }

    fn reason(&self, guest: Guest) -> String {
        self.ingest(&self.stream(guest)).unwrap_err().reason.to_string()
    }

    /// An honest guest's frames, numbered and counted anew after `edit` changed which there are.
    fn edited(&self, edit: impl FnOnce(&mut Vec<(u8, Vec<u8>)>)) -> Void {
        let stream = self.stream(Guest::default());
        let mut frames = Vec::new();
        let (mut decoder, mut rest) = (Box::new(Decoder::<FRAME_MAX>::new()), &stream[..]);
        while !rest.is_empty() {
            decoder.feed(&mut rest);
            while let Some(Event::Frame(frame)) = decoder.next() {
                frames.push((frame.kind, frame.payload.to_vec()));
            }
        }
        edit(&mut frames);
        let (mut encoder, mut room, mut edited) = (Encoder::new(), vec![0; FRAME_MAX], Vec::new());
        for (kind, payload) in &frames {
            let record = match Record::decode(*kind, payload).unwrap() {
                Record::Bye(bye) if bye.frames > 0 => Bye { frames: encoder.frames(), ..bye }.into(),
                other => other,
            };
            let len = encoder.encode(&record, &mut room).unwrap();
            edited.extend_from_slice(&room[..len]);
        }
        self.ingest(&edited).unwrap_err()
    }
}

/// Kinds of frames.
const SAMPLES: u8 = 0x04;
const COUNTERS: u8 = 0x05;
const CASE_END: u8 = 0x07;
const FAULT: u8 = 0x09;
const BYE: u8 = 0x0B;

/// An honest guest's stream with the fields of its first record of a kind changed.
fn changed(kind: u8, at: usize, ticks: u64) -> String {
    let void = World::new().edited(|frames| {
        let (_, payload) = frames.iter_mut().find(|frame| frame.0 == kind).unwrap();
        payload[at..at + 8].copy_from_slice(&ticks.to_le_bytes());
    });
    void.reason.to_string()
}

#[test]
fn a_clock_that_went_backwards_voids_the_boot() {
    // Hello is rate, entry, whether and when the first 9P message was, now: eight bytes each, one for whether.
    let hello = |at, ticks| changed(0x01, at, ticks);
    assert_eq!(hello(17, 999), "the guest's clock went backwards: its first 9P message was before its entry");
    assert_eq!(
        hello(25, 4_999),
        "the guest's clock went backwards: its first record is before what it tells of"
    );
    let world = World::new();
    let backwards = world.reason(Guest { clock_step: -500, ..Guest::default() });
    assert_eq!(backwards, "case read/bs=4k failed on the native path: the clock went backwards");
}

#[test]
fn a_repetition_whose_numbers_contradict_each_other_voids_the_boot() {
    // Samples is four bytes of which visit and two of which repetition, then ops, bytes, elapsed, min, max.
    let samples = |field: usize, number| changed(SAMPLES, 6 + 8 * field, number);
    let told = |what: &str| format!("case read/bs=4k on the native path says what cannot be: {what}");
    assert_eq!(samples(0, 15), told("it counts other durations than operations"));
    assert_eq!(samples(2, 1), told("an operation took longer than all of them together"));
    assert_eq!(samples(2, u64::MAX), told("it took longer than the host has seen this guest"));
    assert_eq!(samples(3, u64::MAX), told("its shortest operation is longer than its longest"));
    assert_eq!(samples(4, u64::MAX), told("an operation took longer than all of them together"));
}

fn without(frames: &mut Vec<(u8, Vec<u8>)>, kind: u8) {
    let first = frames.iter().position(|frame| frame.0 == kind).unwrap();
    frames.remove(first);
}

#[test]
fn a_recorded_stream_becomes_a_boot() {
    let world = World::new();
    let received = world.ingest(&world.stream(Guest::default())).unwrap();
    let boot = &received.boot;
    assert_eq!((boot.facts.boot, boot.facts.guest.as_str()), (3, "memory"));
    assert_eq!(boot.facts.entry_to_first_9p_ns, Some(4_000));
    assert_eq!(boot.facts.start_to_first_9p_ns, Some(100_000 - 20_000));
    assert_eq!(boot.facts.devices[0].features, "0x1000000000000000");
    let order: Vec<_> =
        boot.visits.iter().map(|visit| (visit.facts.job, visit.facts.path, visit.facts.visit)).collect();
    use Path::{Native, Serial};
    let four = |job| [(job, Native, 0), (job, Serial, 1), (job, Serial, 2), (job, Native, 3)];
    assert_eq!(order, [&four(0)[..], &four(1), &[(2, Native, 0), (2, Native, 1)]].concat());
    for visit in &boot.visits {
        assert_eq!(visit.samples.len(), 2);
        let like =
            |other: &&Visit| (other.facts.job, other.facts.path) == (visit.facts.job, visit.facts.path);
        let ops = boot.visits.iter().filter(like).flat_map(|visit| &visit.samples).map(|sample| sample.ops);
        let first = boot.visits.iter().find(like).unwrap();
        let counted = if std::ptr::eq(first, visit) { ops.sum() } else { 0 };
        assert_eq!(visit.durations.total(), counted);
        for (index, sample) in (0..).zip(&visit.samples) {
            let ops = [16, 8, 3][usize::from(sample.job)];
            assert_eq!((sample.repetition, sample.ops), (index, ops));
            assert!(sample.counters["messages"] >= ops);
            assert_eq!(sample.counters["copied_bytes"], 0);
        }
    }
    assert_eq!(boot.visits[0].facts.granted.as_ref().unwrap().device, "memory");
    assert_eq!(boot.visits[0].facts.verified_bytes, 65_536);
}

#[test]
fn the_host_checks_what_the_guest_wrote() {
    let world = World::new();
    let tree = world.tree();
    let received = world.ingest(&world.stream_of(Guest::default(), &tree)).unwrap();
    let path = "scratch/write-64k";
    let error = received.check_written(&world.plan, world.dir.path()).unwrap_err();
    assert!(matches!(error, VoidReason::Checksum { .. }), "the file on this host was not written: {error}");
    std::fs::write(world.dir.path().join(path), tree.get(path).unwrap()).unwrap();
    assert_eq!(received.check_written(&world.plan, world.dir.path()), Ok(()));
    std::fs::remove_file(world.dir.path().join(path)).unwrap();
    let error = received.check_written(&world.plan, world.dir.path()).unwrap_err().to_string();
    assert!(error.contains(path), "{error}");
}

#[test]
fn every_way_a_guest_goes_wrong_is_told_in_words() {
    let world = World::new();
    let guest = Guest::default();
    let flipped = world.reason(Guest { lie: Lie::Flip(9), ..guest });
    assert!(flipped.starts_with("case read/bs=4k failed on the native path: file 0: "), "{flipped}");
    assert_eq!(world.reason(Guest { no_clock: true, ..guest }), "the guest's clock has no rate");

    let told = |edit: fn(&mut Vec<(u8, Vec<u8>)>)| world.edited(edit).reason.to_string();
    // 16 bits of length, then the text.
    let fault = |frames: &mut Vec<(u8, Vec<u8>)>| frames.insert(9, (FAULT, b"\x0c\0out of pages".to_vec()));
    assert_eq!(told(fault), "the guest gave up: out of pages");
    let void = world.edited(fault).to_string();
    assert!(void.ends_with("the guest's last log lines:\n  info: the cases begin"), "{void}");
    let last_visit = |frames: &mut Vec<(u8, Vec<u8>)>| {
        let before = frames.iter().rposition(|frame| frame.0 == CASE_END).unwrap();
        let start = frames[..before].iter().rposition(|frame| frame.0 == CASE_END).unwrap();
        frames.drain(start + 1..=before);
    };
    assert_eq!(told(last_visit), "the guest ended after 9 of 10 visits");
    assert!(told(|frames| without(frames, CASE_END)).contains("not the turn of: CaseStart"));
    assert!(told(|frames| without(frames, SAMPLES)).contains("not the turn of: Counters"));
    assert!(told(|frames| without(frames, 0x03)).contains("not the turn of: Verified"));
    assert!(told(|frames| without(frames, 0x01)).contains("not the turn of: Device"));
    assert!(
        told(|frames| frames.retain(|frame| frame.0 != SAMPLES && frame.0 != COUNTERS))
            .contains("0 good rep")
    );
    assert!(told(|frames| frames.push((BYE, vec![1, 0, 0, 0, 0]))).contains("not the turn of: Bye"));
    assert_eq!(told(|frames| drop(frames.pop())), "the guest's stream ended before the guest's last record");
    let count = told(|frames| frames.last_mut().unwrap().1 = vec![0; 5]);
    assert!(count.starts_with("the guest sent 0 frames, "), "{count}");
    let status = told(|frames| frames.last_mut().unwrap().1 = vec![1, 0, 0, 0, 1]);
    assert_eq!(status, "the guest gave up: it said so in its last frame");
}

#[test]
fn a_stream_that_is_cut_anywhere_is_void() {
    let world = World::new();
    let stream = world.stream(Guest::default());
    for cut in (0..stream.len()).step_by(101).chain([stream.len() - 1]) {
        assert!(world.ingest(&stream[..cut]).is_err(), "cut at {cut} of {}", stream.len());
    }
}

#[test]
fn a_record_only_the_host_may_send_is_refused() {
    let world = World::new();
    let mut encoder = Encoder::new();
    let mut room = vec![0; FRAME_MAX];
    let go = Record::Go(ninewire_bench_guest::record::Go { records: 1 });
    let len = encoder.encode(&go, &mut room).unwrap();
    let reason = world.ingest(&room[..len]).unwrap_err().reason.to_string();
    assert_eq!(reason, "the guest said what it was not the turn of: Go after 1 records");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_stream_that_is_damaged_anywhere_is_void(place in any::<prop::sample::Index>(), flip in 1u8..=255) {
        let world = World::new();
        let mut stream = world.stream(Guest::default());
        let place = place.index(stream.len());
        stream[place] ^= flip;
        prop_assert!(world.ingest(&stream).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_void(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        prop_assert!(World::new().ingest(&bytes).is_err());
    }
}

/// A QEMU that ends when told.
#[derive(Default)]
struct Around {
    died: Option<String>,
    interrupt: bool,
    seen: Vec<Progress>,
    kept: usize,
}

impl Watch for Around {
    fn died(&mut self) -> Option<String> {
        self.died.clone()
    }
    fn interrupted(&mut self) -> bool {
        self.interrupt
    }
    fn show(&mut self, progress: Progress) {
        self.seen.push(progress);
    }
    fn keep(&mut self, bytes: &[u8]) {
        self.kept += bytes.len();
    }
}

#[test]
fn over_a_socket_the_orders_follow_hello_and_the_boot_is_whole() {
    let world = World::new();
    let stream = world.stream(Guest::default());
    let orders = world.plan.frames().unwrap();
    let (mut host, mut guest) = UnixStream::pair().unwrap();
    let sent = stream.len();
    let end = std::thread::spawn(move || {
        guest.write_all(&stream[..200]).unwrap();
        let mut heard = vec![0; orders.len()];
        guest.read_exact(&mut heard).unwrap();
        guest.write_all(&stream[200..]).unwrap();
        (heard == orders, guest)
    });
    let mut around = Around::default();
    let received =
        receive(&mut host, &world.plan, 0, Instant::now(), Limits::default(), &mut around).unwrap();
    assert!(end.join().unwrap().0, "the orders are the plan's frames");
    assert_eq!(received.boot.visits.len(), 10);
    assert_eq!(around.kept, sent);
    assert_eq!(around.seen[0], Progress::Hello { guest: "memory".into() });
    let seen =
        |wanted: fn(&Progress) -> bool| around.seen.iter().filter(|&progress| wanted(progress)).count();
    assert_eq!(seen(|progress| matches!(progress, Progress::Visit { all: 10, .. })), 10);
    let repetitions = received.boot.visits.iter().map(|visit| visit.samples.len()).sum::<usize>();
    assert_eq!(seen(|progress| *progress == Progress::Repetition), repetitions);
    assert_eq!(seen(|progress| *progress == Progress::Told), repetitions);
}

#[test]
fn a_silent_a_dead_and_an_interrupted_guest_are_told_apart() {
    let world = World::new();
    let reason = |mut around: Around, hello: Duration, close: bool| {
        let (mut host, guest) = UnixStream::pair().unwrap();
        let guest = (!close).then_some(guest);
        let limits = Limits { hello, ..Limits::default() };
        let void = receive(&mut host, &world.plan, 0, Instant::now(), limits, &mut around).unwrap_err();
        drop(guest);
        void.reason.to_string()
    };
    let (long, short) = (Duration::from_secs(60), Duration::ZERO);
    assert_eq!(reason(Around::default(), short, false), "waited 0 s for the guest's first record");
    let died = || Around { died: Some("QEMU ended by itself: exit status 1".into()), ..Around::default() };
    for close in [true, false] {
        assert_eq!(
            reason(died(), long, close),
            "QEMU ended by itself: exit status 1, before the guest's first record"
        );
    }
    assert_eq!(reason(Around { interrupt: true, ..Around::default() }, long, false), "interrupted");
    let closed = reason(Around::default(), long, true);
    assert_eq!(closed, "the guest's stream ended before the guest's first record");
}
