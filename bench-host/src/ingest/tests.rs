//! A guest in memory runs the real cases; its stream goes through the real decoder. Then the stream is damaged in
//! every way it can be, and the boot must be void each time.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use ninewire_bench_guest::case::{self, Sink};
use ninewire_bench_guest::intake::{Intake, visits};
use ninewire_bench_guest::record::{
    At, Bye, Device, Fault, Hello, Level, Log, Path, Placement, Record, Status,
};
use ninewire_bench_guest::testing::{Lie, Recorder, StepClock, Tree, block_on};
use ninewire_bench_guest::units::{Bytes, Hertz, Ticks};
use proptest::prelude::*;

use super::*;
use crate::job::Suite;
use crate::plan::{ShareSpec, prepare};

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
#[derive(Clone, Copy, Default)]
struct Guest {
    lie: Lie,
    fault: bool,
    skip_last_visit: bool,
    no_bye: bool,
    wrong_count: bool,
    no_clock: bool,
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
            while let Some(ninewire_bench_guest::frame::Event::Frame(frame)) = decoder.next() {
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
                first_9p: Ticks(5_000),
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
            let clock = StepClock::new(500);
            let all = orders
                .jobs()
                .flat_map(|job| visits(&job).iter().map(move |&(path, visit)| (job, path, visit)));
            let all: Vec<_> = all.collect();
            let planned = all.len() - usize::from(guest.skip_last_visit);
            for (job, path, visit) in &all[..planned] {
                let placement = if *path == Path::Native { Placement::OwnPages } else { Placement::Loan };
                let session = tree.session(placement, guest.lie);
                let at = At { job: job.index, path: *path, visit: *visit };
                case::visit(&session, &clock, &mut sink, job, &orders.files(job), at).await.unwrap();
                if guest.fault {
                    sink.emit(&Fault { reason: "out of pages" }.into()).await.unwrap();
                }
            }
            let frames = sink.frames() + u32::from(guest.wrong_count);
            if !guest.no_bye {
                sink.emit(&Bye { frames, status: Status::Done }.into()).await.unwrap();
            }
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
}

#[test]
fn a_recorded_stream_becomes_a_boot() {
    let world = World::new();
    let received = world.ingest(&world.stream(Guest::default())).unwrap();
    let boot = &received.boot;
    assert_eq!((boot.facts.boot, boot.facts.guest.as_str()), (3, "memory"));
    assert_eq!(boot.facts.entry_to_first_9p_ns, 4_000);
    assert_eq!(boot.facts.start_to_first_9p_ns, 100_000 - 20_000);
    assert_eq!(boot.facts.devices[0].features, "0x1000000000000000");
    let order: Vec<_> =
        boot.visits.iter().map(|visit| (visit.facts.job, visit.facts.path, visit.facts.visit)).collect();
    use Path::{Native, Serial};
    let four = |job| [(job, Native, 0), (job, Serial, 1), (job, Serial, 2), (job, Native, 3)];
    assert_eq!(order, [&four(0)[..], &four(1), &[(2, Native, 0), (2, Native, 1)]].concat());
    for visit in &boot.visits {
        assert_eq!(visit.samples.len(), 2);
        for (index, sample) in (0..).zip(&visit.samples) {
            let ops = [16, 8, 3][usize::from(sample.job)];
            assert_eq!((sample.repetition, sample.ops), (index, ops));
            assert_eq!(sample.lat_buckets.iter().map(|&(_, count)| u64::from(count)).sum::<u64>(), ops);
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
    assert_eq!(world.reason(Guest { fault: true, ..guest }), "the guest gave up: out of pages");
    assert_eq!(
        world.reason(Guest { skip_last_visit: true, ..guest }),
        "the guest ended after 9 of 10 visits"
    );
    assert_eq!(world.reason(Guest { no_clock: true, ..guest }), "the guest's clock has no rate");
    let count = world.reason(Guest { wrong_count: true, ..guest });
    assert!(count.starts_with("the guest sent "), "{count}");
    assert_eq!(
        world.reason(Guest { no_bye: true, ..guest }),
        "the guest's stream ended before the guest's last record"
    );
    let void = world.ingest(&world.stream(Guest { fault: true, ..guest })).unwrap_err().to_string();
    assert!(void.ends_with("the guest's last log lines:\n  info: the cases begin"), "{void}");
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
    let mut encoder = ninewire_bench_guest::frame::Encoder::new();
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
    assert!(matches!(&around.seen[10], Progress::Visit { done: 9, all: 10, .. }), "{:?}", around.seen.last());
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
