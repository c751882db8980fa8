//! Takes the host's orders in: checks that every record that was announced came, in its place and with its number,
//! before the first case runs.
//!
//! Records are kept as their payload and decoded again when asked for, so there is one definition of each.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::record::{File, Go, Job, Malformed, Path, Plan, Record, Share};

/// Why the orders cannot be followed: the host broke the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderError {
    /// A payload is not what its kind says.
    Malformed(Malformed),
    /// A record came that does not belong here.
    Unexpected(&'static str),
    /// A file or a job does not carry the next number.
    Number {
        /// The number that should have come.
        expected: u16,
        /// The number that came.
        found: u16,
    },
    /// A job names files that were not announced, or none.
    Files {
        /// Which job.
        job: u16,
    },
    /// Go came before everything that was announced.
    Missing,
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OrderError::Malformed(malformed) => write!(f, "a record from the host is broken: {malformed}"),
            OrderError::Unexpected(name) => write!(f, "the host sent {name} where it does not belong"),
            OrderError::Number { expected, found } => {
                write!(f, "the host sent number {found} instead of {expected}")
            }
            OrderError::Files { job } => write!(f, "job {job} names files the host did not announce"),
            OrderError::Missing => write!(f, "the host said Go before all it had announced"),
        }
    }
}

impl core::error::Error for OrderError {}

#[derive(Debug)]
struct Held {
    kind: u8,
    payload: Box<[u8]>,
}

impl Held {
    fn record(&self) -> Record<'_> {
        Record::decode(self.kind, &self.payload).expect("it was decoded when it came")
    }
}

/// Orders that are still coming in.
#[derive(Debug, Default)]
pub struct Intake {
    held: Vec<Held>,
    /// Records before Go, the plan included.
    expected: usize,
}

/// Whole orders.
#[derive(Debug)]
pub struct Orders {
    plan: Held,
    shares: Vec<Held>,
    files: Vec<Held>,
    jobs: Vec<Held>,
}

impl Intake {
    /// Nothing came yet.
    pub fn new() -> Self {
        Intake::default()
    }

    /// Takes the next record; the whole orders once Go came.
    pub fn take(&mut self, kind: u8, payload: &[u8]) -> Result<Option<Orders>, OrderError> {
        let record = Record::decode(kind, payload).map_err(OrderError::Malformed)?;
        match &record {
            Record::Plan(plan) if self.held.is_empty() => {
                self.expected =
                    1 + usize::from(plan.shares) + usize::from(plan.files) + usize::from(plan.jobs);
            }
            Record::Go(go) => return self.go(*go).map(Some),
            Record::Share(_) | Record::File(_) | Record::Job(_) if !self.held.is_empty() => {
                self.check(&record)?
            }
            other => return Err(OrderError::Unexpected(other.name())),
        }
        self.held.push(Held { kind, payload: payload.into() });
        Ok(None)
    }

    /// Whether `record` is the one whose turn it is.
    fn check(&self, record: &Record<'_>) -> Result<(), OrderError> {
        let Some(Record::Plan(plan)) = self.held.first().map(Held::record) else {
            return Err(OrderError::Unexpected(record.name()));
        };
        let place = self.held.len() - 1;
        let first_file = usize::from(plan.shares);
        let first_job = first_file + usize::from(plan.files);
        let (turn, number) = match record {
            Record::Share(_) => (0..first_file, None),
            Record::File(file) => (first_file..first_job, Some(file.index)),
            Record::Job(job) => (first_job..self.expected - 1, Some(job.index)),
            _ => (0..0, None),
        };
        if !turn.contains(&place) {
            return Err(OrderError::Unexpected(record.name()));
        }
        let expected = (place - turn.start) as u16;
        if let Some(found) = number.filter(|&found| found != expected) {
            return Err(OrderError::Number { expected, found });
        }
        if let Record::Job(job) = record
            && (job.files == 0 && job.work.needs_files()
                || u32::from(job.first_file) + u32::from(job.files) > u32::from(plan.files))
        {
            return Err(OrderError::Files { job: job.index });
        }
        Ok(())
    }

    fn go(&mut self, go: Go) -> Result<Orders, OrderError> {
        if self.held.is_empty() || self.held.len() != self.expected || go.records as usize != self.expected {
            return Err(OrderError::Missing);
        }
        let mut held = core::mem::take(&mut self.held);
        let mut rest = held.split_off(1);
        let plan = held.remove(0);
        let Record::Plan(announced) = plan.record() else { return Err(OrderError::Missing) };
        let mut files = rest.split_off(announced.shares.into());
        let jobs = files.split_off(announced.files.into());
        Ok(Orders { plan, shares: rest, files, jobs })
    }
}

macro_rules! held_as {
    ($held:expr, $kind:ident) => {
        match $held.record() {
            Record::$kind(record) => record,
            _ => unreachable!("sorted by kind when they came"),
        }
    };
}

impl Orders {
    /// What was announced.
    pub fn plan(&self) -> Plan<'_> {
        held_as!(self.plan, Plan)
    }

    /// Where `path` leads.
    pub fn share(&self, path: Path) -> Option<Share<'_>> {
        self.shares.iter().map(|held| held_as!(held, Share)).find(|share| share.path == path)
    }

    /// The jobs, in order.
    pub fn jobs(&self) -> impl ExactSizeIterator<Item = Job<'_>> {
        self.jobs.iter().map(|held| held_as!(held, Job))
    }

    /// The files of a job, in order.
    pub fn files(&self, job: &Job<'_>) -> Vec<File<'_>> {
        let (first, count) = (usize::from(job.first_file), usize::from(job.files));
        self.files.iter().skip(first).take(count).map(|held| held_as!(held, File)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Decoder, Encoder, Event, FRAME_MAX};
    use crate::record::{Dialect, Paths, Wait, Work};
    use crate::units::{Bytes, Nanos};
    use alloc::vec;

    const PLAN: Plan<'static> = Plan { seed: 1, shares: 1, files: 2, jobs: 1, scratch: "s" };
    const SHARE: Share<'static> =
        Share { path: Path::Serial, device: "virtio-console-1", aname: "", uname: "root" };
    const JOB: Job<'static> = Job {
        index: 0,
        work: Work::Read,
        paths: Paths::SERIAL,
        bs: 4096,
        iodepth: 1,
        size: Bytes(4096),
        msize: 8192,
        dialect: Dialect::L,
        wait: Wait::Adaptive,
        loops: 1,
        runtime: Nanos(0),
        time_based: false,
        verify: true,
        seed: 1,
        first_file: 1,
        files: 1,
        name: "read",
    };

    fn file(index: u16) -> File<'static> {
        File { index, size: Bytes(8), crc32c: 0, seed: None, path: "f" }
    }

    fn whole() -> Vec<Record<'static>> {
        vec![PLAN.into(), SHARE.into(), file(0).into(), file(1).into(), JOB.into(), Go { records: 5 }.into()]
    }

    fn take(records: &[Record<'_>]) -> Result<Option<Orders>, OrderError> {
        let (mut encoder, mut decoder, mut intake) =
            (Encoder::new(), Decoder::<FRAME_MAX>::new(), Intake::new());
        let mut orders = None;
        for record in records {
            let mut room = [0; 512];
            let len = encoder.encode(record, &mut room).unwrap();
            decoder.feed(&mut &room[..len]);
            let Some(Event::Frame(frame)) = decoder.next() else { panic!("our own frame") };
            orders = intake.take(frame.kind, frame.payload)?;
        }
        Ok(orders)
    }

    #[test]
    fn whole_orders_are_handed_over_at_go() {
        let records = whole();
        assert!(take(&records[..5]).unwrap().is_none());
        let orders = take(&records).unwrap().unwrap();
        assert_eq!(orders.plan(), PLAN);
        assert_eq!(orders.share(Path::Serial), Some(SHARE));
        assert_eq!(orders.share(Path::Native), None);
        assert_eq!(orders.jobs().collect::<Vec<_>>(), [JOB]);
        assert_eq!(orders.files(&JOB), [file(1)]);
    }

    #[test]
    fn a_missing_repeated_or_misplaced_record_is_refused() {
        let without = |index: usize| {
            let mut records = whole();
            records.remove(index);
            take(&records).unwrap_err()
        };
        assert_eq!(without(0), OrderError::Unexpected("Share"));
        assert_eq!(without(1), OrderError::Unexpected("File"));
        assert_eq!(without(2), OrderError::Number { expected: 0, found: 1 });
        assert_eq!(without(3), OrderError::Unexpected("Job"));
        assert_eq!(without(4), OrderError::Missing);
        let twice = |index: usize| {
            let mut records = whole();
            records.insert(index, records[index]);
            take(&records).unwrap_err()
        };
        assert_eq!(twice(0), OrderError::Unexpected("Plan"));
        assert_eq!(twice(1), OrderError::Unexpected("Share"));
        assert_eq!(twice(2), OrderError::Number { expected: 1, found: 0 });
        assert_eq!(twice(4), OrderError::Unexpected("Job"));
        assert_eq!(take(&[Go { records: 0 }.into()]).unwrap_err(), OrderError::Missing);
        assert_eq!(
            take(&[crate::record::Fault { reason: "" }.into()]).unwrap_err(),
            OrderError::Unexpected("Fault")
        );
    }

    #[test]
    fn a_job_on_unknown_files_is_refused() {
        for (first_file, files) in [(2, 1), (0, 3), (0, 0), (u16::MAX, u16::MAX)] {
            let mut records = whole();
            records[4] = Job { first_file, files, ..JOB }.into();
            assert_eq!(take(&records).unwrap_err(), OrderError::Files { job: 0 });
        }
    }

    #[test]
    fn a_job_about_no_file_needs_none() {
        for work in [Work::PortIn, Work::Floor] {
            let mut records = whole();
            records[4] = Job { work, first_file: 0, files: 0, ..JOB }.into();
            assert!(take(&records).unwrap().is_some());
        }
    }
}
