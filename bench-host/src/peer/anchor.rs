//! Anchors: what this host does without a guest, in the same run.
//!
//! The same cases on the same files by the host's own system calls, with buffers of the same size and as many threads
//! as the case has operations in flight; and what a unix socket carries, because that is what a serial path is made of:
//! a stream of messages of each case's block size, and a ping-pong of 64 bytes. Both go to the run's file as a boot of
//! the guest `host`, received by the same code as every other boot.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use ninewire_bench_guest::agenda::{Sessions, follow};
use ninewire_bench_guest::case::{Sink, StreamLost};
use ninewire_bench_guest::frame::{Decoder, Encoder, Event, FRAME_MAX};
use ninewire_bench_guest::histogram::Histogram;
use ninewire_bench_guest::intake::{Intake, Orders};
use ninewire_bench_guest::record::{self, Hello, Outcome, Path as Way, Record, Share, Wait, Work};
use ninewire_bench_guest::target::{Clock, TargetError};
use ninewire_bench_guest::units::{Bytes, Ticks};
use ninewire_linux_guest::{Monotonic, Threads, Tree, TreeFacts, block_on};

use crate::ingest::{Ingest, Received, Step};
use crate::interrupt::Interrupts;
use crate::job::{JobSpec, Paths};
use crate::plan::{Plan, PlannedJob, ShareSpec};
use crate::run::durations::Durations;
use crate::run::{Job, Sample, Visit, VisitFacts};

/// The guest the host is in a run's file.
pub const GUEST: &str = "host";

/// A socket is measured this long where the case has no limit of time.
const SOCKET_TIME: Duration = Duration::from_millis(100);

/// What goes back and forth in the ping-pong.
const PING_BYTES: usize = 64;

/// What the series of a case on the host itself is called.
pub fn host_name(case: &str) -> String {
    format!("host: {case}")
}

/// What the series of a socket's stream of messages of this size is called.
pub fn stream_name(bytes: u32) -> String {
    format!("host: socket stream of {}", Bytes(bytes.into()))
}

/// What the series of the socket's ping-pong is called.
pub fn ping_name() -> String {
    format!("host: socket ping-pong of {PING_BYTES}")
}

/// The anchors of a run: cases for the host's files, and sockets.
#[derive(Debug)]
pub struct Anchors {
    /// The cases as the host runs them.
    plan: Plan,
    sockets: Vec<Socket>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Socket {
    Stream { bytes: u32 },
    PingPong,
}

impl Anchors {
    /// For the cases of `base`.
    pub fn of(base: &Plan) -> Anchors {
        // The host has no guest to talk to over a raw port: what a socket carries says what that could be.
        let jobs = base.jobs.iter().filter(|job| !job.spec.work.is_raw()).map(|job| {
            let name = host_name(&job.spec.name);
            let spec = JobSpec { name, paths: Paths::NATIVE, wait: Wait::Irq, ..job.spec.clone() };
            PlannedJob { spec, ..job.clone() }
        });
        let share = ShareSpec {
            path: Way::Native,
            device: GUEST.to_string(),
            aname: String::new(),
            uname: String::new(),
            server: "none: the host's own files".to_string(),
        };
        let plan = Plan { jobs: jobs.collect(), shares: vec![share], ..base.clone() };
        let payload = base.jobs.iter().filter(|job| job.spec.work.has_payload());
        let mut sizes: Vec<u32> = payload.map(|job| job.spec.bs).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let streams = sizes.into_iter().map(|bytes| Socket::Stream { bytes });
        Anchors { plan, sockets: streams.chain([Socket::PingPong]).collect() }
    }

    /// The cases as the run's file tells them.
    pub fn jobs(&self) -> Vec<Job> {
        let mut jobs = Job::of_plan(&self.plan);
        let Some(like) = jobs.first().cloned() else { return jobs };
        for (number, socket) in (jobs.len() as u16..).zip(&self.sockets) {
            let (name, work, bs_bytes) = match socket {
                Socket::Stream { bytes } => (stream_name(*bytes), Work::Read, *bytes),
                Socket::PingPong => (ping_name(), Work::Getattr, 0),
            };
            let sockets = Job { job: number, name, work, bs_bytes, iodepth: 1, ..like.clone() };
            jobs.push(Job { size_bytes: 0, files: 0, verify: false, ..sockets });
        }
        jobs
    }

    /// Runs all of them once, as boot number `boot`, on the directory `root`.
    pub fn run(&self, root: &Path, boot: u32, interrupts: &Interrupts) -> Result<Received> {
        let orders = self.orders()?;
        let mut sink = HostSink {
            ingest: Ingest::new(&self.plan, boot),
            encoder: Encoder::new(),
            room: vec![0; FRAME_MAX].into(),
            began: Instant::now(),
            problem: None,
            interrupts,
        };
        let clock = Monotonic::new();
        let told = block_on(async {
            sink.emit(&hello(&clock).into()).await?;
            follow(&orders, &HostFiles { root: root.to_path_buf() }, &clock, &Threads, &mut sink).await
        });
        interrupts.check()?;
        if let Some(problem) = sink.problem.take() {
            return Err(problem.context("the host's own anchor"));
        }
        told.context("the host's own anchor")?;
        let received = sink.ingest.finish();
        let mut received = received.map_err(|void| anyhow!("the host's own anchor: {}", void.reason))?;
        for (job, socket) in (self.plan.jobs.len() as u16..).zip(&self.sockets) {
            received.boot.visits.push(self.socket(*socket, job, boot)?);
            interrupts.check()?;
        }
        Ok(received)
    }

    /// The plan as a guest has it.
    fn orders(&self) -> Result<Orders> {
        let frames = self.plan.frames().context("the orders do not fit their frames")?;
        let (mut decoder, mut intake) = (Box::new(Decoder::<FRAME_MAX>::new()), Intake::new());
        let mut bytes = &frames[..];
        while !bytes.is_empty() {
            decoder.feed(&mut bytes);
            while let Some(event) = decoder.next() {
                let Event::Frame(frame) = event else { continue };
                let taken = intake.take(frame.kind, frame.payload).map_err(|error| anyhow!("{error}"))?;
                if let Some(orders) = taken {
                    return Ok(orders);
                }
            }
        }
        Err(anyhow!("the orders are not whole"))
    }

    fn socket(&self, socket: Socket, job: u16, boot: u32) -> Result<Visit> {
        let first = self.plan.jobs.first().map(|job| &job.spec);
        let loops = first.map_or(1, |spec| spec.loops);
        let time = match first.map_or(0, |spec| spec.runtime.0) {
            0 => SOCKET_TIME,
            nanos => Duration::from_nanos(nanos),
        };
        let samples = (0..loops).map(|repetition| {
            let place = Place { boot, job, repetition };
            match socket {
                Socket::Stream { bytes } => stream(bytes as usize, time, place),
                Socket::PingPong => ping_pong(time, place),
            }
        });
        let facts = VisitFacts {
            boot,
            job,
            path: Way::Native,
            visit: 0,
            outcome: Outcome::Done,
            reason: String::new(),
            granted: None,
            verified_bytes: 0,
        };
        let mut visit = Visit { facts, samples: Vec::new(), durations: Durations::default() };
        for sample in samples {
            let (sample, durations) = sample.context("a socket of our own")?;
            visit.samples.push(sample);
            visit.durations.merge(&durations);
        }
        Ok(visit)
    }
}

/// Where a sample belongs.
#[derive(Clone, Copy)]
struct Place {
    boot: u32,
    job: u16,
    repetition: u16,
}

/// A repetition, and how long each of its operations took.
type Timed = (Sample, Durations);

/// One end writes messages, the other reads them, for `time`; the clock stops when the last one has been read.
fn stream(bytes: usize, time: Duration, place: Place) -> std::io::Result<Timed> {
    let (mut from, mut to) = UnixStream::pair()?;
    let reader = thread::spawn(move || -> std::io::Result<u64> {
        let (mut room, mut read) = (vec![0; bytes], 0);
        loop {
            match from.read(&mut room)? {
                0 => return Ok(read),
                count => read += count as u64,
            }
        }
    });
    let message = vec![0; bytes];
    let began = Instant::now();
    let mut sent = 0;
    while began.elapsed() < time {
        to.write_all(&message)?;
        sent += 1;
    }
    drop(to);
    let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok(sample(place, sent, read, began.elapsed(), &Histogram::new()))
}

/// A message there and back, again and again, for `time`.
fn ping_pong(time: Duration, place: Place) -> std::io::Result<Timed> {
    let (mut ours, mut theirs) = UnixStream::pair()?;
    let echo = thread::spawn(move || -> std::io::Result<()> {
        let mut message = [0; PING_BYTES];
        // Ends when our end is closed.
        while theirs.read_exact(&mut message).is_ok() {
            theirs.write_all(&message)?;
        }
        Ok(())
    });
    let mut message = [0; PING_BYTES];
    let mut histogram = Box::new(Histogram::new());
    let began = Instant::now();
    while began.elapsed() < time {
        let sent = Instant::now();
        ours.write_all(&message)?;
        ours.read_exact(&mut message)?;
        histogram.record(Ticks(sent.elapsed().as_nanos() as u64));
    }
    let elapsed = began.elapsed();
    drop(ours);
    echo.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok(sample(place, histogram.total(), 0, elapsed, &histogram))
}

fn sample(place: Place, ops: u64, bytes: u64, elapsed: Duration, latency: &Histogram) -> Timed {
    let mut durations = Durations::default();
    let mut room = vec![0; ninewire_bench_guest::histogram::ENCODED_MAX];
    for (bucket, count) in latency.encode(&mut room).iter().flat_map(|buckets| buckets.iter()) {
        durations.add(bucket as u16, count.into()).expect("a histogram has no other buckets");
    }
    let sample = Sample {
        boot: place.boot,
        job: place.job,
        path: Way::Native,
        visit: 0,
        repetition: place.repetition,
        ops,
        bytes,
        elapsed_ns: elapsed.as_nanos() as u64,
        lat_min_ns: latency.min().0,
        lat_max_ns: latency.max().0,
        counters: std::collections::BTreeMap::new(),
        host_cpu_ns: std::collections::BTreeMap::new(),
    };
    (sample, durations)
}

fn hello(clock: &Monotonic) -> Hello<'static> {
    Hello {
        tsc_hz: clock.rate(),
        entry: Ticks(0),
        first_9p: None,
        now: clock.now(),
        memory: Bytes(0),
        pool: Bytes(0),
        cores: 1,
        devices: 0,
        guest: GUEST,
        build: "no guest: the host's own system calls",
        cpu: "",
        cmdline: "",
    }
}

/// The host's directory as the native path.
struct HostFiles {
    root: PathBuf,
}

impl HostFiles {
    fn open(&self, share: &Share<'_>) -> Result<Tree, TargetError> {
        let facts = TreeFacts {
            msize: 0,
            dialect: record::Dialect::L,
            device: share.device.to_string(),
            interrupts: || None,
        };
        Tree::open(&self.root, facts, ())
    }
}

impl Sessions for HostFiles {
    type Native = Tree;
    type Stream = Tree;
    type Raw = Tree;

    async fn native(&self, share: &Share<'_>, _: &record::Job<'_>) -> Result<Tree, TargetError> {
        self.open(share)
    }

    async fn stream(&self, _: &Share<'_>, _: &record::Job<'_>) -> Result<Tree, TargetError> {
        Err(TargetError::Unsupported { what: "a serial path without a guest" })
    }

    async fn raw(&self, _: &Share<'_>, _: &record::Job<'_>) -> Result<Tree, TargetError> {
        Err(TargetError::Unsupported { what: "a raw port without a guest" })
    }
}

/// Takes records to the one who would receive them from a guest.
struct HostSink<'p> {
    ingest: Ingest<'p>,
    encoder: Encoder,
    room: Box<[u8]>,
    began: Instant,
    problem: Option<anyhow::Error>,
    interrupts: &'p Interrupts,
}

impl Sink for HostSink<'_> {
    async fn emit(&mut self, record: &Record<'_>) -> Result<(), StreamLost> {
        // Between two records is where a user's wish to end is heard.
        self.interrupts.check().map_err(|_| StreamLost)?;
        let len = self.encoder.encode(record, &mut self.room).map_err(|_| StreamLost)?;
        match self.ingest.push(&self.room[..len], self.began.elapsed(), &mut |_| ()) {
            Ok(Step::More | Step::SendOrders | Step::Finished) => Ok(()),
            Err(void) => {
                self.problem = Some(anyhow!("{}", void.reason));
                Err(StreamLost)
            }
        }
    }

    fn frames(&self) -> u32 {
        self.encoder.frames()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Suite;
    use crate::plan::prepare;
    use crate::run::cell::Cell;
    use crate::run::{Run, testing::a_run};

    #[test]
    fn every_case_and_every_socket_has_its_samples() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("s")).unwrap();
        let text = "[global]\nsize=64k\nloops=2\n[r]\nrw=randread\niodepth=4\n[w]\nrw=write\n\
                    [s]\nioengine=filestat\nnrfiles=4";
        let suite = Suite::parse("t", "t.fio", text).unwrap();
        let share = |path| ShareSpec {
            path,
            device: "d".into(),
            aname: String::new(),
            uname: String::new(),
            server: String::new(),
        };
        let base = prepare(&suite, vec![share(Way::Native), share(Way::Serial)], dir.path(), "s", 1).unwrap();
        let anchors = Anchors::of(&base);
        let jobs = anchors.jobs();
        let names: Vec<_> = jobs.iter().map(|job| job.name.as_str()).collect();
        assert_eq!(
            names,
            ["host: r", "host: w", "host: s", "host: socket stream of 4k", "host: socket ping-pong of 64"]
        );
        let received = anchors.run(dir.path(), 0, &Interrupts::never().unwrap()).unwrap();
        received.check_written(&base, dir.path()).unwrap();
        let run = Run { jobs, boots: vec![received.boot], ..a_run() };
        let cells = Cell::of_run(&run);
        assert_eq!(cells.len(), 5);
        for cell in &cells {
            assert!(cell.boots[0].ops > 0 && cell.unsupported.is_none(), "{cell:?}");
        }
        assert!(cells[4].boots[0].bw_mib_s.is_none() && cells[3].boots[0].bw_mib_s.is_some());
    }
}
