//! The conversation with a guest, record by record: what may come when, and what becomes of it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use ninewire_bench_guest::frame::{Event, Frame, VERSION};
use ninewire_bench_guest::record::{
    self, At, Counters, Hello, NO_FILE, Outcome, Record, Samples, Status, Verified,
};
use ninewire_bench_guest::units::{Bytes, Hertz, Ticks};

use super::{Progress, Received, Step, VoidReason};
use crate::plan::Plan;
use crate::run::durations::Durations;
use crate::run::{Boot, BootFacts, DeviceFacts, Granted, Sample, Visit, VisitFacts};

/// The guest's last log lines that are kept for the case that something goes wrong.
const LOG_LINES_MAX: usize = 20;

/// What was said so far.
pub(super) struct Talk<'p> {
    plan: &'p Plan,
    frames: u32,
    boot: u32,
    facts: Option<BootFacts>,
    tsc: Hertz,
    devices_announced: usize,
    /// The visits that have to come, in order.
    agenda: Vec<At>,
    visits: Vec<Visit>,
    /// The visit that has begun and not ended.
    open: Option<Visit>,
    /// What the guest wrote last to a file: how many bytes from its beginning, and their checksum.
    written: BTreeMap<u16, (Bytes, u32)>,
    bye: bool,
    log: VecDeque<String>,
}

impl<'p> Talk<'p> {
    /// The boot with this number, from 0, which is to follow `plan`.
    pub(super) fn new(plan: &'p Plan, boot: u32) -> Self {
        let agenda = (0..).zip(&plan.jobs).flat_map(|(number, job)| {
            let asked = job.record(plan.seed, number);
            asked.paths.visits().map(move |(path, visit)| At { job: number, path, visit })
        });
        Talk {
            plan,
            frames: 0,
            boot,
            facts: None,
            tsc: Hertz(0),
            devices_announced: 0,
            agenda: agenda.collect(),
            visits: Vec::new(),
            open: None,
            written: BTreeMap::new(),
            bye: false,
            log: VecDeque::new(),
        }
    }

    pub(super) fn event(
        &mut self,
        event: Event<'_>,
        since_start: Duration,
        show: &mut dyn FnMut(Progress),
    ) -> Result<Step, VoidReason> {
        match event {
            Event::Gap { expected, found } => Err(VoidReason::Gap { expected, found }),
            Event::Garbage { bytes, bad_crc } => Err(VoidReason::Garbage { bytes, bad_crc }),
            Event::Frame(Frame { version, .. }) if version != VERSION => {
                Err(VoidReason::Version { found: version })
            }
            Event::Frame(Frame { kind, sequence, payload, .. }) => {
                let record = Record::decode(kind, payload)
                    .map_err(|malformed| VoidReason::Malformed { sequence, malformed })?;
                self.frames = sequence + 1;
                self.record(record, since_start, show)
            }
        }
    }

    fn record(
        &mut self,
        record: Record<'_>,
        since_start: Duration,
        show: &mut dyn FnMut(Progress),
    ) -> Result<Step, VoidReason> {
        let out_of_turn = VoidReason::OutOfTurn { record: record.to_string() };
        if self.bye {
            return Err(out_of_turn);
        }
        match (record, &self.facts) {
            (Record::Log(log), _) => {
                self.log.push_back(format!("{}: {}", log.level, log.text));
                self.log.drain(..self.log.len().saturating_sub(LOG_LINES_MAX));
                if log.level <= record::Level::Warn {
                    show(Progress::Log(log.text.to_string()));
                }
                Ok(Step::More)
            }
            (Record::Fault(fault), _) => Err(VoidReason::Fault { reason: fault.reason.to_string() }),
            (Record::Hello(hello), None) => {
                show(Progress::Hello { guest: hello.guest.to_string() });
                self.hello(&hello, since_start)
            }
            (Record::Device(device), Some(facts)) if facts.devices.len() < self.devices_announced => {
                self.device(&device);
                Ok(self.orders_due())
            }
            (Record::CaseStart(start), Some(_)) if self.open.is_none() && self.next() == Some(start.at) => {
                show(self.visit_progress(start.at));
                self.open = Some(self.visit(
                    start.at,
                    Some(Granted {
                        msize_bytes: start.msize,
                        dialect: start.dialect,
                        wait: start.wait,
                        iodepth: start.iodepth,
                        placement: start.placement,
                        device: start.device.to_string(),
                    }),
                ));
                Ok(Step::More)
            }
            (Record::Samples(samples), _) => {
                let step = self.samples(&samples).ok_or(out_of_turn)?;
                if let Some(what) = contradiction(&samples, self.tsc, since_start) {
                    let (name, path) = (self.case_name(samples.at), samples.at.path);
                    return Err(VoidReason::Impossible { name, path, what });
                }
                show(Progress::Repetition);
                Ok(step)
            }
            (Record::Counters(counters), _) => {
                let step = self.counters(&counters).ok_or(out_of_turn)?;
                show(Progress::Told);
                Ok(step)
            }
            (Record::Verified(verified), _) => self.verified(&verified).ok_or(out_of_turn)?,
            (Record::CaseEnd(end), Some(_)) if self.next() == Some(end.at) => self.case_end(&end),
            (Record::Bye(bye), _) => self.bye(&bye),
            _ => Err(out_of_turn),
        }
    }

    /// The visit whose turn it is.
    fn next(&self) -> Option<At> {
        self.agenda.get(self.visits.len()).copied()
    }

    fn open(&mut self, at: At) -> Option<&mut Visit> {
        self.open.as_mut().filter(|visit| {
            (visit.facts.job, visit.facts.path, visit.facts.visit) == (at.job, at.path, at.visit)
        })
    }

    fn visit(&self, at: At, granted: Option<Granted>) -> Visit {
        let facts = VisitFacts {
            boot: self.boot,
            job: at.job,
            path: at.path,
            visit: at.visit,
            outcome: Outcome::Done,
            reason: String::new(),
            granted,
            verified_bytes: 0,
        };
        Visit { facts, samples: Vec::new(), durations: Durations::default() }
    }

    fn visit_progress(&self, at: At) -> Progress {
        let name = self.case_name(at);
        Progress::Visit { done: self.visits.len(), all: self.agenda.len(), name, path: at.path }
    }

    fn case_name(&self, at: At) -> String {
        self.plan.jobs.get(usize::from(at.job)).map_or_else(String::new, |job| job.spec.name.clone())
    }

    fn hello(&mut self, hello: &Hello<'_>, since_start: Duration) -> Result<Step, VoidReason> {
        if hello.tsc_hz.0 == 0 {
            return Err(VoidReason::Clock);
        }
        let first = hello.first_9p.unwrap_or(hello.entry);
        if first < hello.entry {
            return Err(VoidReason::Backwards { what: "its first 9P message was before its entry" });
        }
        if hello.now < first {
            return Err(VoidReason::Backwards { what: "its first record is before what it tells of" });
        }
        self.tsc = hello.tsc_hz;
        self.devices_announced = hello.devices.into();
        // The host saw the guest's `now` when the record arrived; its first 9P byte was so much earlier.
        let start_to_first_9p = |first_9p: Ticks| {
            let ago = Duration::from_nanos(hello.now.since(first_9p).at(self.tsc).0);
            since_start.saturating_sub(ago).as_nanos() as u64
        };
        self.facts = Some(BootFacts {
            boot: self.boot,
            guest: hello.guest.to_string(),
            build: hello.build.to_string(),
            cpu: hello.cpu.to_string(),
            cmdline: hello.cmdline.to_string(),
            tsc_hz: hello.tsc_hz.0,
            cores: hello.cores,
            memory_bytes: hello.memory.0,
            pool_bytes: hello.pool.0,
            entry_to_first_9p_ns: hello.first_9p.map(|first_9p| first_9p.since(hello.entry).at(self.tsc).0),
            start_to_first_9p_ns: hello.first_9p.map(start_to_first_9p),
            devices: Vec::new(),
        });
        Ok(self.orders_due())
    }

    fn device(&mut self, device: &record::Device<'_>) {
        if let Some(facts) = &mut self.facts {
            facts.devices.push(DeviceFacts {
                name: device.name.to_string(),
                class: device.class.to_string(),
                tag: device.tag.to_string(),
                features: format!("{:#x}", device.features),
                queue_size: device.queue_size,
            });
        }
    }

    /// Orders are sent once all that was announced has come.
    fn orders_due(&self) -> Step {
        match &self.facts {
            Some(facts) if facts.devices.len() == self.devices_announced => Step::SendOrders,
            _ => Step::More,
        }
    }

    fn samples(&mut self, samples: &Samples<'_>) -> Option<Step> {
        let (boot, tsc) = (self.boot, self.tsc);
        let visit = self.open(samples.at)?;
        // Each repetition has samples first and then counters, and repetitions come in order.
        if usize::from(samples.repetition) != visit.samples.len() {
            return None;
        }
        for (bucket, count) in samples.latency.iter() {
            // The record's own check knows no other buckets.
            visit.durations.add(bucket as u16, count.into()).ok()?;
        }
        visit.samples.push(Sample {
            boot,
            job: samples.at.job,
            path: samples.at.path,
            visit: samples.at.visit,
            repetition: samples.repetition,
            ops: samples.ops,
            bytes: samples.bytes.0,
            elapsed_ns: samples.elapsed.at(tsc).0,
            lat_min_ns: samples.min.at(tsc).0,
            lat_max_ns: samples.max.at(tsc).0,
            counters: BTreeMap::new(),
            host_cpu_ns: BTreeMap::new(),
        });
        Some(Step::More)
    }

    fn counters(&mut self, counters: &Counters) -> Option<Step> {
        let visit = self.open(counters.at)?;
        let last = visit.samples.last_mut().filter(|sample| sample.repetition == counters.repetition)?;
        last.set_counters(&counters.counted);
        Some(Step::More)
    }

    /// `None` when it is out of turn, else whether the checksum is the right one.
    fn verified(&mut self, verified: &Verified) -> Option<Result<Step, VoidReason>> {
        if verified.file == NO_FILE {
            self.open(verified.at)?.facts.verified_bytes += verified.bytes.0;
            return Some(Ok(Step::More));
        }
        let known = self.plan.files.get(usize::from(verified.file))?;
        let expected = known.crc32c;
        let visit = self.open(verified.at)?;
        visit.facts.verified_bytes += verified.bytes.0;
        if verified.written {
            self.written.insert(verified.file, (verified.bytes, verified.crc32c));
        } else if verified.crc32c != expected {
            let (path, found) = (known.path.clone(), verified.crc32c);
            return Some(Err(VoidReason::Checksum { path, expected, found }));
        }
        Some(Ok(Step::More))
    }

    fn case_end(&mut self, end: &record::CaseEnd<'_>) -> Result<Step, VoidReason> {
        let mut visit = match self.open.take() {
            Some(visit) => visit,
            // A visit whose session could not be made ends without having begun.
            None if end.outcome != Outcome::Done => self.visit(end.at, None),
            None => return Err(VoidReason::OutOfTurn { record: Record::from(*end).to_string() }),
        };
        let name = self.case_name(end.at);
        let loops = self.plan.jobs.get(usize::from(end.at.job)).map_or(0, |job| job.spec.loops);
        if end.outcome == Outcome::Failed {
            return Err(VoidReason::Case { name, path: end.at.path, reason: end.reason.to_string() });
        }
        if end.outcome == Outcome::Done {
            let all = usize::from(loops);
            let counted = visit.samples.iter().filter(|sample| sample.ops > 0).count();
            if visit.samples.len() != all || counted != all {
                return Err(VoidReason::ShortCase { name, path: end.at.path, expected: all, found: counted });
            }
        }
        visit.facts.outcome = end.outcome;
        visit.facts.reason = end.reason.to_string();
        self.visits.push(visit);
        Ok(Step::More)
    }

    fn bye(&mut self, bye: &record::Bye) -> Result<Step, VoidReason> {
        // The closing frame counts those before it.
        let found = self.frames - 1;
        if bye.frames != found {
            return Err(VoidReason::Count { announced: bye.frames, found });
        }
        if bye.status == Status::Fault {
            return Err(VoidReason::Fault { reason: "it said so in its last frame".to_string() });
        }
        if self.visits.len() != self.agenda.len() {
            return Err(VoidReason::ShortRun { expected: self.agenda.len(), found: self.visits.len() });
        }
        self.bye = true;
        Ok(Step::Finished)
    }

    /// Whether the guest's last frame has come.
    pub(super) fn is_finished(&self) -> bool {
        self.bye
    }

    /// What is still awaited, in words.
    pub(super) fn awaited(&self) -> String {
        match (&self.facts, self.next()) {
            (None, _) => "the guest's first record".to_string(),
            (Some(facts), _) if facts.devices.len() < self.devices_announced => {
                "the guest's devices".to_string()
            }
            (Some(_), Some(at)) => {
                format!("the end of case {:?} on the {} path", self.case_name(at), at.path)
            }
            (Some(_), None) => "the guest's last record".to_string(),
        }
    }

    /// The guest's last log lines.
    pub(super) fn log_tail(&self) -> Vec<String> {
        self.log.iter().cloned().collect()
    }

    /// The boot. The guest has said who it is before it could say that it is done.
    pub(super) fn into_received(self) -> Received {
        let facts = self.facts.expect("a finished talk began with Hello");
        let mut boot = Boot { facts, visits: self.visits };
        boot.pool_durations();
        Received { boot, written: self.written }
    }
}

/// What in a repetition's numbers cannot be, if something cannot. `since_start` is what has passed on the host.
fn contradiction(samples: &Samples<'_>, tsc: Hertz, since_start: Duration) -> Option<&'static str> {
    let counted: u64 = samples.latency.iter().map(|(_, count)| u64::from(count)).sum();
    if counted != samples.ops {
        return Some("it counts other durations than operations");
    }
    if samples.ops > 0 && samples.min > samples.max {
        return Some("its shortest operation is longer than its longest");
    }
    if samples.max > samples.elapsed {
        return Some("an operation took longer than all of them together");
    }
    if u128::from(samples.elapsed.at(tsc).0) > since_start.as_nanos() {
        return Some("it took longer than the host has seen this guest");
    }
    None
}
