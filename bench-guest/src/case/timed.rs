//! The part the clock runs for: hands that take the next operation, do it and note how long it took.
//!
//! A [`Hand`] owns what one operation in flight needs, and notes for itself; what hands share is which operation is
//! the next and whether to go on. So who moves them is open, and a [`Crew`] says it: one task that keeps them all in
//! flight, or a thread for each where an operation blocks.

use alloc::boxed::Box;
use core::future::Future;
use core::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};

use super::check::{Region, compare};
use super::problem::{Problem, doing};
use crate::histogram::Histogram;
use crate::lanes::Lanes;
use crate::pattern::{STAMP_BYTES, Written};
use crate::raw::Blocks;
use crate::record::{File, NO_FILE};
use crate::stages::Stages;
use crate::target::{Clock, Slot, Target};
use crate::units::Ticks;

/// What one operation is, with all it needs made beforehand.
pub(super) enum Doing<'d, F> {
    /// A block is read.
    Read { file: &'d F, region: &'d Region },
    /// A block is written; `last` notes which repetition wrote it.
    Write { file: &'d F, region: &'d Region, written: Written, repetition: u16, last: &'d [AtomicU16] },
    /// A small file is opened and its first block read; `heads` is what each begins with.
    OpenRead { files: &'d [File<'d>], heads: &'d [Option<u64>], block: u32 },
    /// A path's attributes are asked for.
    Stat { files: &'d [File<'d>] },
    /// An open file's attributes are asked for.
    Getattr { files: &'d [File<'d>], found: &'d [F] },
    /// A path is walked to.
    Walk { files: &'d [File<'d>] },
    /// A directory is read.
    Readdir { files: &'d [File<'d>] },
    /// A file is made in a directory and removed again.
    CreateRemove { directory: &'d F },
    /// A message that asks for nothing.
    Floor,
    /// A block goes out by a raw port.
    Send { blocks: Blocks },
    /// The next block comes in by a raw port; `first` is the number of the first one.
    Receive { blocks: Blocks, whole: bool, first: u64 },
    /// A block goes out by a raw port and comes back.
    Ping { blocks: Blocks, whole: bool },
}

impl<F> Doing<'_, F> {
    /// Does the `index`-th operation; how many payload bytes it moved.
    pub(super) async fn once<T: Target<File = F>>(
        &self,
        target: &T,
        index: u64,
        slot: &mut T::Slot,
    ) -> Result<u32, Problem> {
        match self {
            Doing::Read { file, region } => {
                let offset = region.offset(index);
                slot.poison_ends(region.block);
                let got = target.read(file, slot, offset, region.block).await.map_err(doing("reading"))?;
                region.check_block(slot, offset, got)?;
                Ok(got)
            }
            Doing::Write { file, region, written, repetition, last } => {
                let offset = region.offset(index);
                let content = slot.content();
                for at in [0, region.last_word()] {
                    let word = written.end(*repetition, offset + u64::from(at)).to_le_bytes();
                    content[at as usize..at as usize + STAMP_BYTES].copy_from_slice(&word);
                }
                last[region.block_at(offset)].store(*repetition, Ordering::Relaxed);
                let got = target.write(file, slot, offset, region.block).await.map_err(doing("writing"))?;
                if got != region.block {
                    return Err(Problem::Short { doing: "writing", offset, wanted: region.block, got });
                }
                Ok(got)
            }
            Doing::OpenRead { files, heads, block } => {
                let place = (index % files.len() as u64) as usize;
                let facts = &files[place];
                let wanted = facts.size.0.min(u64::from(*block)) as u32;
                slot.poison_ends(wanted);
                let got = target
                    .open_read_clunk(facts.path, slot, *block)
                    .await
                    .map_err(doing("opening and reading a file"))?;
                if got != wanted {
                    return Err(Problem::Short {
                        doing: "opening and reading a file",
                        offset: 0,
                        wanted,
                        got,
                    });
                }
                if let (Some(expected), found) = (heads[place], slot.word(0))
                    && found != Some(expected)
                {
                    let found = found.unwrap_or_default();
                    return Err(Problem::WrongBytes { file: facts.index, offset: 0, expected, found });
                }
                Ok(got)
            }
            Doing::Stat { files } => {
                let facts = &files[(index % files.len() as u64) as usize];
                let size = target.stat(facts.path).await.map_err(doing("asking for a path's attributes"))?;
                check_size(facts, size.0)
            }
            Doing::Getattr { files, found } => {
                let place = (index % files.len() as u64) as usize;
                let size = target.getattr(&found[place]).await.map_err(doing("asking for attributes"))?;
                check_size(&files[place], size.0)
            }
            Doing::Walk { files } => {
                let facts = &files[(index % files.len() as u64) as usize];
                target.find(facts.path).await.map_err(doing("walking to a file"))?;
                Ok(0)
            }
            Doing::Readdir { files } => {
                let facts = &files[(index % files.len() as u64) as usize];
                let mut entries = 0;
                let mut see = |name: &[u8]| entries += u64::from(!is_dot(name));
                target.read_dir(facts.path, &mut see).await.map_err(doing("reading a directory"))?;
                check_entries(facts, entries)
            }
            Doing::CreateRemove { directory } => {
                let name = Name::of(index);
                target.create(directory, name.as_str()).await.map_err(doing("making a file"))?;
                target.remove(directory, name.as_str()).await.map_err(doing("removing a file"))?;
                Ok(0)
            }
            Doing::Floor => {
                target.floor().await.map_err(doing("asking for nothing"))?;
                Ok(0)
            }
            Doing::Send { blocks } => {
                blocks.stamp(slot.content(), index);
                target.send(slot, blocks.bytes).await.map_err(doing("sending"))?;
                Ok(blocks.bytes)
            }
            Doing::Receive { blocks, whole, first } => {
                slot.poison_ends(blocks.bytes);
                target.receive(slot, blocks.bytes).await.map_err(doing("receiving"))?;
                check_block(*blocks, slot, first + index, *whole)?;
                Ok(blocks.bytes)
            }
            Doing::Ping { blocks, whole } => {
                blocks.stamp(slot.content(), index);
                target.send(slot, blocks.bytes).await.map_err(doing("sending"))?;
                slot.poison_ends(blocks.bytes);
                target.receive(slot, blocks.bytes).await.map_err(doing("receiving"))?;
                check_block(*blocks, slot, index, *whole)?;
                // What comes back may lie where the next block is sent from.
                Ok(0)
            }
        }
    }
}

/// Whether the block that came by a raw port is the `index`-th.
fn check_block(blocks: Blocks, slot: &impl Slot, index: u64, whole: bool) -> Result<(), Problem> {
    let offset = index * u64::from(blocks.bytes);
    for (at, expected) in [0, blocks.last_word()].into_iter().zip(blocks.ends(index)) {
        let found = slot.word(at).unwrap_or_default();
        if found != expected {
            return Err(Problem::WrongBytes {
                file: NO_FILE,
                offset: offset + u64::from(at),
                expected,
                found,
            });
        }
    }
    if !whole {
        return Ok(());
    }
    let [first, last] = blocks.ends(index);
    compare(slot, NO_FILE, offset, |place| match (place - offset) as u32 {
        0 => first,
        at if at == blocks.last_word() => last,
        at => blocks.word_inside(at),
    })
}

/// The directory itself and its parent, which some servers list and others do not.
pub(super) fn is_dot(name: &[u8]) -> bool {
    matches!(name, b"." | b"..")
}

/// The name of a file that is made: as long for every number, and made without asking for memory.
pub(super) struct Name([u8; 16]);

impl Name {
    pub(super) fn of(number: u64) -> Name {
        Name(core::array::from_fn(|place| b"0123456789abcdef"[(number >> (60 - 4 * place)) as usize & 15]))
    }

    pub(super) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Attributes move no payload.
pub(super) fn check_size(facts: &File<'_>, found: u64) -> Result<u32, Problem> {
    if found == facts.size.0 {
        Ok(0)
    } else {
        Err(Problem::WrongSize { file: facts.index, expected: facts.size.0, found })
    }
}

/// Whether a directory has as many entries as the host made.
pub(super) fn check_entries(facts: &File<'_>, found: u64) -> Result<u32, Problem> {
    if found == facts.size.0 {
        Ok(0)
    } else {
        Err(Problem::WrongEntries { file: facts.index, expected: facts.size.0, found })
    }
}

/// How long a repetition lasts: both hold.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub(super) ops: u64,
    pub(super) time: Option<Ticks>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) ops: u64,
    pub(super) bytes: u64,
    pub(super) elapsed: Ticks,
}

/// Who does the operations of a timed repetition.
pub trait Crew<T: Target, C: Clock> {
    /// Makes ready, calls [`Shift::begin`], and has every hand [`Shift::work`], all of them at a time. Ready when
    /// all of them are done.
    fn work(&self, shift: &Shift<'_, T, C>, hands: &mut [Hand<T::Slot>]) -> impl Future<Output = ()>;

    /// The same for a shift of one operation, watched stage by stage; `None`, and nothing is done, where nobody can see
    /// the stages.
    fn watch(
        &self,
        shift: &Shift<'_, T, C>,
        hand: &mut Hand<T::Slot>,
    ) -> impl Future<Output = Option<Stages>> {
        let _ = (shift, hand);
        async { None }
    }
}

/// One task keeps the operations of all hands in flight.
#[derive(Clone, Copy, Debug)]
pub struct OneTask;

impl<T: Target, C: Clock> Crew<T, C> for OneTask {
    async fn work(&self, shift: &Shift<'_, T, C>, hands: &mut [Hand<T::Slot>]) {
        let lanes = Lanes::new(hands.iter_mut().map(|hand| shift.work(hand)));
        shift.begin();
        lanes.await;
    }
}

/// What one operation in flight needs, and what this hand has done in the repetition.
pub struct Hand<S> {
    pub(super) slot: S,
    histogram: Box<Histogram>,
    bytes: u64,
    /// When its last operation was completed.
    end: Ticks,
    problem: Option<Problem>,
}

impl<S> Hand<S> {
    pub(super) fn new(slot: S) -> Self {
        Hand { slot, histogram: Box::default(), bytes: 0, end: Ticks(0), problem: None }
    }

    fn rest(&mut self) {
        self.histogram.clear();
        (self.bytes, self.end, self.problem) = (0, Ticks(0), None);
    }

    fn note(&mut self, begun: Ticks, now: Ticks, result: Result<u32, Problem>) {
        match result {
            Ok(_) if now < begun => self.problem = Some(Problem::Clock),
            Ok(bytes) => {
                self.histogram.record(now.since(begun));
                self.bytes += u64::from(bytes);
                self.end = now;
            }
            Err(problem) => self.problem = Some(problem),
        }
    }
}

/// One timed repetition, as its hands see it.
pub struct Shift<'s, T: Target, C> {
    target: &'s T,
    clock: &'s C,
    doing: &'s Doing<'s, T::File>,
    limit: Limit,
    /// Ticks; set once, before any hand takes an operation.
    began: AtomicU64,
    /// The operation that is taken next.
    next: AtomicU64,
    /// A hand met a problem: no further operation is begun.
    stopped: AtomicBool,
}

impl<T: Target, C: Clock> Shift<'_, T, C> {
    /// The repetition begins now.
    pub fn begin(&self) {
        self.began.store(self.clock.now().0, Ordering::Relaxed);
    }

    /// Does one operation after the other with `hand` until the repetition is over.
    pub async fn work(&self, hand: &mut Hand<T::Slot>) {
        while let Some((index, begun)) = self.take() {
            let result = self.doing.once(self.target, index, &mut hand.slot).await;
            self.target.done(begun, &hand.slot);
            hand.note(begun, self.clock.now(), result);
            if hand.problem.is_some() {
                self.stopped.store(true, Ordering::Relaxed);
            }
        }
    }

    /// The number of the next operation and the time; `None` when none is to be begun. The first is always begun.
    fn take(&self) -> Option<(u64, Ticks)> {
        let now = self.clock.now();
        let late = |time| now.since(Ticks(self.began.load(Ordering::Relaxed))) >= time;
        if self.stopped.load(Ordering::Relaxed)
            || self.limit.time.is_some_and(late) && self.next.load(Ordering::Relaxed) > 0
        {
            return None;
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        (index < self.limit.ops).then_some((index, now))
    }
}

/// Does the operation with this number, watched by the crew; `None`, and nothing is done, where it cannot be.
pub(super) async fn watch<T: Target, C: Clock>(
    target: &T,
    clock: &C,
    crew: &impl Crew<T, C>,
    doing: &Doing<'_, T::File>,
    hand: &mut Hand<T::Slot>,
    number: u64,
) -> Result<Option<Stages>, Problem> {
    hand.rest();
    let limit = Limit { ops: number + 1, time: None };
    let shift = Shift {
        target,
        clock,
        doing,
        limit,
        began: AtomicU64::new(0),
        next: AtomicU64::new(number),
        stopped: AtomicBool::new(false),
    };
    let stages = crew.watch(&shift, hand).await;
    match hand.problem {
        Some(problem) => Err(problem),
        None => Ok(stages),
    }
}

/// Does operations, one per hand in flight, until `limit`; their durations go to `histogram`, which is cleared
/// first. Hands that are in the middle of an operation when another fails finish it.
pub(super) async fn run<T: Target, C: Clock>(
    target: &T,
    clock: &C,
    crew: &impl Crew<T, C>,
    doing: &Doing<'_, T::File>,
    hands: &mut [Hand<T::Slot>],
    limit: Limit,
    histogram: &mut Histogram,
) -> Result<Done, Problem> {
    histogram.clear();
    hands.iter_mut().for_each(Hand::rest);
    let shift = Shift {
        target,
        clock,
        doing,
        limit,
        began: AtomicU64::new(0),
        next: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
    };
    crew.work(&shift, hands).await;
    let (began, mut end, mut bytes) = (Ticks(shift.began.into_inner()), Ticks(0), 0);
    for hand in hands {
        if let Some(problem) = hand.problem {
            return Err(problem);
        }
        histogram.merge(&hand.histogram);
        bytes += hand.bytes;
        end = end.max(hand.end);
    }
    if end < began {
        return Err(Problem::Clock);
    }
    Ok(Done { ops: histogram.total(), bytes, elapsed: end.since(began) })
}
