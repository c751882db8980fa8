//! Visits to a raw port: every repetition begins with a command to the host's end and ends with its report, neither of
//! which is timed, and what the two ends have seen has to agree.

use alloc::vec::Vec;

use super::problem::{Problem, doing};
use super::timed::{self, Doing, Done, Hand, Limit};
use super::{Crew, Sink, Visit};
use crate::pattern::derive;
use crate::raw::{Block, Blocks, Command, MESSAGE_BYTES, Report, STOP, Way};
use crate::record::{Counter, CounterSet, NO_FILE, Verified, Work};
use crate::target::{Clock, Slot, Target};
use crate::units::{Bytes, Ticks};

/// Blocks of the pass that looks at every byte, which is also the warm-up: this much in all, but as many as hands are
/// in flight four times over.
const WHOLE_BYTES: u64 = 1 << 20;

/// More than a port's receive queue and the sockets behind it hold.
const LEAD_BYTES: u64 = 2 << 20;

impl<T: Target, C: Clock, W: Crew<T, C>, S: Sink> Visit<'_, T, C, W, S> {
    pub(super) async fn raw(&mut self) -> Result<(), Problem> {
        let job = self.job;
        let way = match job.work {
            Work::PortOut => Way::Out,
            Work::PortIn => Way::In,
            _ => Way::Ping,
        };
        // What comes in comes in one order, and belongs to who asked first.
        if way != Way::Out && job.iodepth != 1 {
            return Err(Problem::Job {
                why: "what comes in by a port cannot be awaited more than once at a time",
            });
        }
        let mut wire = Wire { hands: self.hands(job.bs)?, control: self.control()? };
        let whole = Command { way, whole: self.checks_every_byte(), blocks: self.blocks(u16::MAX) };
        let once = (WHOLE_BYTES / u64::from(job.bs)).max(4 * u64::from(job.iodepth));
        let done = self.stream(&mut wire, whole, Limits::Once(once)).await?.0;
        if whole.whole {
            let (bytes, written) = (Bytes(done.ops * u64::from(job.bs)), way == Way::Out);
            let record = Verified { at: self.at, file: NO_FILE, bytes, crc32c: 0, written };
            self.sink.emit(&record.into()).await?;
        }
        let pass = (job.size.0 / u64::from(job.bs)).max(1);
        for repetition in 0..job.loops {
            let command = Command { way, whole: false, blocks: self.blocks(repetition) };
            let (done, counted) = self.stream(&mut wire, command, Limits::Timed { pass }).await?;
            self.tell_samples(repetition, done).await?;
            let mut split = CounterSet::new();
            if self.is_split(repetition) {
                let command = Command { blocks: self.blocks(u16::MAX - 1), ..command };
                split = self.stream(&mut wire, command, Limits::Split).await?.1;
            }
            self.tell_counters(repetition, split.and(&counted)).await?;
        }
        Ok(())
    }

    fn blocks(&self, repetition: u16) -> Blocks {
        let visit = u64::from(self.at.path as u8) << 24 | u64::from(self.at.visit) << 16;
        Blocks { bytes: self.job.bs, seed: derive(self.job.seed, visit | u64::from(repetition)) }
    }

    fn control(&self) -> Result<T::Slot, Problem> {
        self.target.slot(MESSAGE_BYTES as u32).map_err(doing("making buffers"))
    }

    /// One stream, from its command to the host's report.
    async fn stream(
        &mut self,
        wire: &mut Wire<T::Slot>,
        command: Command,
        limits: Limits,
    ) -> Result<(Done, CounterSet), Problem> {
        let (target, blocks) = (self.target, command.blocks);
        for hand in &mut wire.hands {
            blocks.fill_inside(hand.slot.content());
        }
        self.say(&mut wire.control, &command.encode()).await?;
        // What comes in has been coming since the command: the clock starts when what was there before it is used up.
        let first = if command.way == Way::In { LEAD_BYTES.div_ceil(blocks.bytes.into()) } else { 0 };
        for number in 0..first {
            let next: Doing<'_, T::File> = Doing::Receive { blocks, whole: command.whole, first: number };
            next.once(target, 0, &mut wire.hands[0].slot).await?;
        }
        let moving: Doing<'_, T::File> = match command.way {
            Way::Out => Doing::Send { blocks },
            Way::In => Doing::Receive { blocks, whole: command.whole, first },
            Way::Ping => Doing::Ping { blocks, whole: command.whole },
        };
        let (done, counted) = match limits {
            Limits::Timed { pass } => self.time(&moving, pass, &mut wire.hands).await?,
            Limits::Once(ops) => {
                let limit = Limit { ops, time: None };
                let (clock, crew) = (self.clock, self.crew);
                let run =
                    timed::run(target, clock, crew, &moving, &mut wire.hands, limit, &mut self.histogram);
                (run.await?, CounterSet::new())
            }
            Limits::Split => {
                let counted = self.split(&moving, &mut wire.hands, 0).await?;
                let ops = counted.get(Counter::SplitOps).unwrap_or_default();
                (Done { ops, bytes: 0, elapsed: Ticks(0) }, counted)
            }
        };
        let slot = &mut wire.hands[0].slot;
        let mut sent_on = 0;
        match command.way {
            Way::Out | Way::Ping => {
                blocks.stamp_last(slot.content());
                target.send(slot, blocks.bytes).await.map_err(doing("sending the last block"))?;
            }
            Way::In => {
                self.say(&mut wire.control, &STOP).await?;
                sent_on = self.rest(slot, blocks).await?;
            }
        }
        let report = self.report(&mut wire.control).await?;
        let agree = |what, expected, found| {
            if expected == found { Ok(()) } else { Err(Problem::Host { what, expected, found }) }
        };
        agree("wrong blocks", 0, report.wrong)?;
        agree("blocks", first + done.ops + sent_on, report.blocks)?;
        Ok((done, counted.with(Counter::PeerIdleNs, report.idle_ns)))
    }

    async fn say(&self, control: &mut T::Slot, words: &[u8; MESSAGE_BYTES]) -> Result<(), Problem> {
        control.content()[..MESSAGE_BYTES].copy_from_slice(words);
        self.target
            .send(control, MESSAGE_BYTES as u32)
            .await
            .map_err(doing("telling the host's end of the port"))
    }

    /// Takes what the host sent before it heard that it was to stop; how many blocks.
    async fn rest(&self, slot: &mut T::Slot, blocks: Blocks) -> Result<u64, Problem> {
        let mut more = 0;
        loop {
            self.target.receive(slot, blocks.bytes).await.map_err(doing("receiving the rest"))?;
            let ends = [0, blocks.last_word()].map(|at| slot.word(at).unwrap_or_default());
            match blocks.look(ends) {
                Ok(Block::Last) => return Ok(more),
                Ok(Block::Numbered(_)) => more += 1,
                Err(wrong) => {
                    let offset = u64::from(wrong.at);
                    let (expected, found) = (wrong.expected, wrong.found);
                    return Err(Problem::WrongBytes { file: NO_FILE, offset, expected, found });
                }
            }
        }
    }

    async fn report(&self, control: &mut T::Slot) -> Result<Report, Problem> {
        let receiving = self.target.receive(control, MESSAGE_BYTES as u32);
        receiving.await.map_err(doing("awaiting the report of the host's end of the port"))?;
        let mut bytes: Vec<u8> = Vec::with_capacity(MESSAGE_BYTES);
        control.pieces(&mut |piece| bytes.extend_from_slice(piece));
        let report = bytes.as_slice().try_into().ok().and_then(Report::decode);
        report.ok_or(Problem::Job { why: "what the host's end of the port says is no report" })
    }
}

/// What a visit to a raw port works with.
struct Wire<S> {
    hands: Vec<Hand<S>>,
    /// For what is no block.
    control: S,
}

/// How long a stream is.
#[derive(Clone, Copy)]
enum Limits {
    /// So many blocks, not timed.
    Once(u64),
    /// Those that are watched stage by stage.
    Split,
    /// As the job says; so many blocks where it does not go by time.
    Timed { pass: u64 },
}
