//! Runs one visit to one case on one target: warm up, check every byte, time, check again what was written, and
//! stream what was measured while nothing is being timed.
//!
//! ```text
//! CaseStart, verifying pass, warm-up, ( timed repetition, Samples, Counters ) x loops, read-back, CaseEnd
//! ```
//! Between the last repetition's two records a few more operations are watched stage by stage, where there is one at a
//! time and a [`Crew`] that can: they are in no figure but their own.
//!
//! While the clock runs each block is only looked at where it begins and ends: eight bytes that tell the file and
//! the place they belong to, in a buffer whose ends were poisoned before. The untimed passes check every byte. All
//! memory is taken before the clock starts; an operation allocates nothing.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::future::Future;
use core::sync::atomic::{AtomicU16, Ordering};

mod check;
mod problem;
mod raw;
#[cfg(test)]
mod tests;
mod timed;
mod tree;

use crate::histogram::{ENCODED_MAX, Histogram};
use crate::lanes::LANES_MAX;
use crate::order::Order;
use crate::pattern::{Crc32c, STAMP_BYTES, Written, derive, stamp};
use crate::record::{
    At, CaseEnd, CaseStart, CounterSet, Counters, File, Job, Outcome, Record, Samples, Verified, Work,
};
use crate::stages::Stages;
use crate::target::{Access, Clock, Slot, Target, TargetError};
use crate::units::{Bytes, Nanos};
use check::{Ends, Region, compare};
use problem::{Problem, doing};
pub use timed::{Crew, Hand, OneTask, Shift};
use timed::{Doing, Done, Limit, check_size};

/// The most bytes an untimed read of the verifying pass asks for.
const VERIFY_BYTES_MAX: u32 = 1 << 20;

/// Operations watched stage by stage, at most, and how long at most.
const SPLIT_OPS_MAX: u64 = 64;
const SPLIT_MAX: Nanos = Nanos(10_000_000);

/// The stream to the host is gone: nothing can be told any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLost;

impl fmt::Display for StreamLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the stream to the host is lost")
    }
}

impl core::error::Error for StreamLost {}

/// Takes records to the host.
pub trait Sink {
    /// Returns when the record is out of the guest, so that sending it disturbs no measurement that follows.
    fn emit(&mut self, record: &Record<'_>) -> impl Future<Output = Result<(), StreamLost>>;

    /// How many it has taken.
    fn frames(&self) -> u32;
}

/// Runs one visit and streams it. A failure of the case is streamed too; only a lost stream is an error.
pub async fn visit<T: Target, C: Clock, S: Sink>(
    target: &T,
    clock: &C,
    crew: &impl Crew<T, C>,
    sink: &mut S,
    job: &Job<'_>,
    files: &[File<'_>],
    at: At,
) -> Result<Outcome, StreamLost> {
    let settings = target.settings();
    let start = CaseStart {
        at,
        msize: settings.msize,
        dialect: settings.dialect,
        wait: settings.wait,
        iodepth: job.iodepth,
        placement: settings.placement,
        device: settings.device,
    };
    sink.emit(&start.into()).await?;
    let mut visit = Visit { target, clock, crew, sink, job, files, at, histogram: Box::default() };
    let (outcome, reason) = match visit.run().await {
        Ok(()) => (Outcome::Done, String::new()),
        Err(Problem::Stream) => return Err(StreamLost),
        Err(problem @ Problem::Operation { error: TargetError::Unsupported { .. }, .. }) => {
            (Outcome::Unsupported, format!("{problem}"))
        }
        Err(problem) => (Outcome::Failed, format!("{problem}")),
    };
    sink.emit(&CaseEnd { at, outcome, reason: &reason }.into()).await?;
    Ok(outcome)
}

/// Streams that a visit could not even begin, because its session could not be made.
pub async fn no_visit<S: Sink>(sink: &mut S, at: At, error: TargetError) -> Result<Outcome, StreamLost> {
    let outcome = match error {
        TargetError::Unsupported { .. } => Outcome::Unsupported,
        _ => Outcome::Failed,
    };
    let reason = format!("making the session: {error}");
    sink.emit(&CaseEnd { at, outcome, reason: &reason }.into()).await?;
    Ok(outcome)
}

struct Visit<'v, T, C, W, S> {
    target: &'v T,
    clock: &'v C,
    crew: &'v W,
    sink: &'v mut S,
    job: &'v Job<'v>,
    files: &'v [File<'v>],
    at: At,
    histogram: Box<Histogram>,
}

impl<T: Target, C: Clock, W: Crew<T, C>, S: Sink> Visit<'_, T, C, W, S> {
    async fn run(&mut self) -> Result<(), Problem> {
        let job = self.job;
        if job.work.has_payload() && job.bs > self.target.settings().io_max {
            let error = TargetError::Unsupported { what: "bs does not fit the msize the server granted" };
            return Err(Problem::Operation { doing: "choosing the settings", error });
        }
        if job.iodepth == 0 || usize::from(job.iodepth) > LANES_MAX {
            return Err(Problem::Job { why: "iodepth is not between 1 and 128" });
        }
        let has_ends = job.bs >= 2 * STAMP_BYTES as u32 && job.bs.is_multiple_of(STAMP_BYTES as u32);
        if job.work.has_block() && !has_ends {
            return Err(Problem::Job { why: "bs is not a multiple of 8 and at least 16" });
        }
        if job.work.is_raw() {
            return self.raw().await;
        }
        if self.files.is_empty() && job.work.needs_files() {
            return Err(Problem::Job { why: "the job has no file" });
        }
        if job.work.is_metadata() {
            return self.metadata().await;
        }
        let blocks = job.size.0.min(self.files[0].size.0) / u64::from(job.bs);
        if blocks == 0 {
            return Err(Problem::Job { why: "the file is smaller than one block" });
        }
        let order = match job.work {
            Work::RandRead | Work::RandWrite => Order::random(blocks, job.seed),
            _ => Order::sequential(blocks),
        };
        let region =
            Region { file: self.files[0].index, block: job.bs, order, ends: Ends::Learned(Vec::new()) };
        if job.work.writes() { self.writes(region).await } else { self.reads(region).await }
    }

    /// The first visit on a path checks every byte; the second, on the way back, need not where there are other paths.
    fn checks_every_byte(&self) -> bool {
        self.job.verify && usize::from(self.at.visit) < self.job.paths.count().max(2)
    }

    /// One per operation in flight.
    fn hands(&self, bytes: u32) -> Result<Vec<Hand<T::Slot>>, Problem> {
        let slot = || self.target.slot(bytes).map_err(doing("making buffers"));
        (0..self.job.iodepth).map(|_| slot().map(Hand::new)).collect()
    }

    async fn find(&self, path: &str, access: Access) -> Result<T::File, Problem> {
        let mut file = self.target.walk(path).await.map_err(doing("walking to a file"))?;
        self.target.open(&mut file, access).await.map_err(doing("opening a file"))?;
        Ok(file)
    }

    async fn clunk(&self, file: T::File) -> Result<(), Problem> {
        self.target.clunk(file).await.map_err(doing("clunking a file"))
    }

    async fn reads(&mut self, mut region: Region) -> Result<(), Problem> {
        let (target, job) = (self.target, self.job);
        let file = self.find(self.files[0].path, Access::Read).await?;
        region.ends = self.learn_ends(&file, &region).await?;
        let mut hands = self.hands(job.bs)?;
        for (index, Hand { slot, .. }) in (0..).zip(&mut hands) {
            slot.poison(job.bs);
            let offset = region.offset(index);
            let got = target.read(&file, slot, offset, job.bs).await.map_err(doing("warming up"))?;
            region.check_block(slot, offset, got)?;
        }
        let reading = Doing::Read { file: &file, region: &region };
        for repetition in 0..job.loops {
            self.repeat(repetition, &reading, region.order.blocks(), &mut hands).await?;
        }
        self.clunk(file).await
    }

    /// Reads the whole file when its bytes are to be checked, or when what its blocks begin and end with has to be
    /// found out.
    async fn learn_ends(&mut self, file: &T::File, region: &Region) -> Result<Ends, Problem> {
        let facts = self.files[0];
        let mut ends = match facts.seed {
            Some(seed) if !self.checks_every_byte() => return Ok(Ends::Seed(seed)),
            Some(seed) => Ends::Seed(seed),
            None => Ends::Learned(vec![[0; 2]; region.order.blocks() as usize]),
        };
        let found = self.read_whole(file, facts.index, facts.size.0, region.block, |slot, offset, got| {
            match &mut ends {
                Ends::Seed(seed) => compare(slot, facts.index, offset, |at| stamp(*seed, at))?,
                Ends::Learned(learned) => {
                    for inside in (0..got).step_by(region.block as usize) {
                        let words = [slot.word(inside), slot.word(inside + region.last_word())];
                        let place = learned.get_mut(region.block_at(offset + u64::from(inside)));
                        if let ([Some(first), Some(last)], Some(place)) = (words, place) {
                            *place = [first, last];
                        }
                    }
                }
            }
            Ok(())
        });
        let crc32c = found.await?;
        self.verified(&facts, crc32c).await?;
        Ok(ends)
    }

    /// Whether a whole file that was read is the host's.
    async fn verified(&mut self, facts: &File<'_>, crc32c: u32) -> Result<(), Problem> {
        if crc32c != facts.crc32c {
            return Err(Problem::WrongChecksum { file: facts.index, expected: facts.crc32c, found: crc32c });
        }
        let record = Verified { at: self.at, file: facts.index, bytes: facts.size, crc32c, written: false };
        Ok(self.sink.emit(&record.into()).await?)
    }

    /// Reads `size` bytes from the beginning in pieces of whole blocks, shows each piece to `check`, and returns the
    /// checksum of all.
    async fn read_whole(
        &self,
        file: &T::File,
        number: u16,
        size: u64,
        block: u32,
        mut check: impl FnMut(&T::Slot, u64, u32) -> Result<(), Problem>,
    ) -> Result<u32, Problem> {
        let most = VERIFY_BYTES_MAX.min(self.target.settings().io_max);
        let piece = (most / block).max(1) * block;
        let mut slot = self.target.slot(piece).map_err(doing("making the buffer of the verifying pass"))?;
        let (mut crc, mut offset) = (Crc32c::new(), 0);
        while offset < size {
            let wanted = u64::from(piece).min(size - offset) as u32;
            slot.poison(wanted);
            let got = self.target.read(file, &mut slot, offset, wanted).await.map_err(doing("verifying"))?;
            let mut seen = 0;
            slot.pieces(&mut |bytes| {
                crc.update(bytes);
                seen += bytes.len() as u64;
            });
            if got != wanted {
                return Err(Problem::Short { doing: "verifying", offset, wanted, got });
            }
            if seen != u64::from(got) {
                return Err(Problem::WrongSize { file: number, expected: u64::from(got), found: seen });
            }
            check(&slot, offset, got)?;
            offset += u64::from(got);
        }
        Ok(crc.finish())
    }

    async fn writes(&mut self, region: Region) -> Result<(), Problem> {
        let (target, job) = (self.target, self.job);
        let blocks = region.order.blocks();
        let visit = u64::from(self.at.path as u8) << 8 | u64::from(self.at.visit);
        let written = Written { seed: derive(job.seed, visit), block: job.bs };
        let file = self.find(self.files[0].path, Access::Write).await?;
        let mut hands = self.hands(job.bs)?;
        for Hand { slot, .. } in &mut hands {
            written.fill_inside(slot.content());
        }
        // Repetition 0 is the warm-up, which writes every block once.
        let last: Vec<AtomicU16> = (0..blocks).map(|_| AtomicU16::new(0)).collect();
        let writing =
            |repetition| Doing::Write { file: &file, region: &region, written, repetition, last: &last };
        let once = Limit { ops: blocks, time: None };
        timed::run(target, self.clock, self.crew, &writing(0), &mut hands, once, &mut self.histogram).await?;
        for repetition in 0..job.loops {
            self.repeat(repetition, &writing(repetition + 1), blocks, &mut hands).await?;
        }
        self.clunk(file).await?;
        if !job.verify {
            return Ok(());
        }

        let file = self.find(self.files[0].path, Access::Read).await?;
        let size = blocks * u64::from(job.bs);
        let found = self.read_whole(&file, region.file, size, job.bs, |slot, offset, _| {
            compare(slot, region.file, offset, |at| {
                written.word(last[region.block_at(at)].load(Ordering::Relaxed), at)
            })
        });
        let crc32c = found.await?;
        self.clunk(file).await?;
        let record = Verified { at: self.at, file: region.file, bytes: Bytes(size), crc32c, written: true };
        Ok(self.sink.emit(&record.into()).await?)
    }

    async fn metadata(&mut self) -> Result<(), Problem> {
        let (target, job, files) = (self.target, self.job, self.files);
        let pass = files.len() as u64;
        match job.work {
            Work::FileOpenRead => {
                let heads = self.learn_heads().await?;
                let mut hands = self.hands(job.bs)?;
                for (Hand { slot, .. }, facts) in hands.iter_mut().zip(files.iter().cycle()) {
                    target.open_read_clunk(facts.path, slot, job.bs).await.map_err(doing("warming up"))?;
                }
                let opening = Doing::OpenRead { files, heads: &heads, block: job.bs };
                for repetition in 0..job.loops {
                    self.repeat(repetition, &opening, pass, &mut hands).await?;
                }
                Ok(())
            }
            Work::FileStat => {
                for facts in files {
                    check_size(facts, target.stat(facts.path).await.map_err(doing("warming up"))?.0)?;
                }
                let mut hands = self.hands(STAMP_BYTES as u32)?;
                for repetition in 0..job.loops {
                    self.repeat(repetition, &Doing::Stat { files }, pass, &mut hands).await?;
                }
                Ok(())
            }
            Work::Walk => self.walks().await,
            Work::Readdir => self.readdirs().await,
            Work::CreateRemove => self.creates().await,
            Work::Floor => self.floors().await,
            _ => {
                let mut found = Vec::with_capacity(files.len());
                for facts in files {
                    let file = target.walk(facts.path).await.map_err(doing("walking to a file"))?;
                    check_size(facts, target.getattr(&file).await.map_err(doing("warming up"))?.0)?;
                    found.push(file);
                }
                let mut hands = self.hands(STAMP_BYTES as u32)?;
                for repetition in 0..job.loops {
                    self.repeat(repetition, &Doing::Getattr { files, found: &found }, pass, &mut hands)
                        .await?;
                }
                for file in found {
                    self.clunk(file).await?;
                }
                Ok(())
            }
        }
    }

    /// Reads every file whole and checks it; returns what each begins with.
    async fn learn_heads(&mut self) -> Result<Vec<Option<u64>>, Problem> {
        let mut heads = Vec::with_capacity(self.files.len());
        for facts in self.files {
            let file = self.find(facts.path, Access::Read).await?;
            let mut head = None;
            let found = self.read_whole(&file, facts.index, facts.size.0, 4096, |slot, offset, _| {
                if offset == 0 {
                    head = slot.word(0);
                }
                Ok(())
            });
            let crc32c = found.await?;
            self.clunk(file).await?;
            self.verified(facts, crc32c).await?;
            heads.push(head);
        }
        Ok(heads)
    }

    /// One timed repetition, and its records. `pass` is how many operations go over everything once.
    async fn repeat(
        &mut self,
        repetition: u16,
        doing: &Doing<'_, T::File>,
        pass: u64,
        hands: &mut [Hand<T::Slot>],
    ) -> Result<(), Problem> {
        let (done, counted) = self.time(doing, pass, hands).await?;
        self.tell_samples(repetition, done).await?;
        // Behind what is timed, and behind what the host accounts to it.
        let split =
            if self.is_split(repetition) { self.split(doing, hands, 0).await? } else { CounterSet::new() };
        self.tell_counters(repetition, counted.and(&split)).await
    }

    /// Whether operations are watched stage by stage after this repetition: once a boot on each path, and only where
    /// there is one at a time, so that each stage is somebody's.
    fn is_split(&self, repetition: u16) -> bool {
        let first = usize::from(self.at.visit) < self.job.paths.count();
        first && self.job.iodepth == 1 && repetition + 1 == self.job.loops
    }

    /// Watches operations from this number on, a few, and not for long.
    async fn split(
        &mut self,
        doing: &Doing<'_, T::File>,
        hands: &mut [Hand<T::Slot>],
        first: u64,
    ) -> Result<CounterSet, Problem> {
        let (target, clock, crew) = (self.target, self.clock, self.crew);
        let Some(hand) = hands.first_mut() else { return Ok(CounterSet::new()) };
        let (began, rate) = (clock.now(), clock.rate());
        let mut seen = Stages::default();
        for number in 0..SPLIT_OPS_MAX {
            match timed::watch(target, clock, crew, doing, hand, first + number).await? {
                Some(stages) => seen = seen.plus(stages),
                None => return Ok(CounterSet::new()),
            }
            if clock.now().since(began) >= SPLIT_MAX.ticks(rate) {
                break;
            }
        }
        Ok(seen.counted(rate))
    }

    /// The part of a repetition that is timed: what was done, and how much each counter rose.
    async fn time(
        &mut self,
        doing: &Doing<'_, T::File>,
        pass: u64,
        hands: &mut [Hand<T::Slot>],
    ) -> Result<(Done, CounterSet), Problem> {
        let (target, job) = (self.target, self.job);
        let time = (job.runtime.0 > 0).then(|| job.runtime.ticks(self.clock.rate()));
        let limit = Limit { ops: if job.time_based && time.is_some() { u64::MAX } else { pass }, time };

        let before = target.counters();
        target.mark();
        let done = timed::run(target, self.clock, self.crew, doing, hands, limit, &mut self.histogram).await;
        target.mark();
        Ok((done?, target.counters().since(&before)))
    }

    /// A repetition's first record: its times.
    async fn tell_samples(&mut self, repetition: u16, done: Done) -> Result<(), Problem> {
        let at = self.at;
        let mut room = vec![0; ENCODED_MAX];
        let samples = Samples {
            at,
            repetition,
            ops: done.ops,
            bytes: Bytes(done.bytes),
            elapsed: done.elapsed,
            min: self.histogram.min(),
            max: self.histogram.max(),
            latency: self.histogram.encode(&mut room).ok_or(Problem::Encoding)?,
        };
        Ok(self.sink.emit(&samples.into()).await?)
    }

    /// A repetition's second record: what it cost.
    async fn tell_counters(&mut self, repetition: u16, counted: CounterSet) -> Result<(), Problem> {
        Ok(self.sink.emit(&Counters { at: self.at, repetition, counted }.into()).await?)
    }
}
