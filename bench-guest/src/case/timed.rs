//! The part the clock runs for: lanes that take the next operation, do it and note how long it took.

use core::cell::{Cell, RefCell};

use super::check::Region;
use super::problem::{Problem, doing};
use crate::histogram::Histogram;
use crate::lanes::Lanes;
use crate::pattern::{STAMP_BYTES, Written};
use crate::record::File;
use crate::target::{Clock, Slot, Target};
use crate::units::Ticks;

/// What one operation is, with all it needs made beforehand.
pub(super) enum Doing<'d, F> {
    /// A block is read.
    Read { file: &'d F, region: &'d Region },
    /// A block is written; `last` notes which repetition wrote it.
    Write { file: &'d F, region: &'d Region, written: Written, repetition: u16, last: &'d [Cell<u16>] },
    /// A small file is opened and its first block read; `heads` is what each begins with.
    OpenRead { files: &'d [File<'d>], heads: &'d [Option<u64>], block: u32 },
    /// A path's attributes are asked for.
    Stat { files: &'d [File<'d>] },
    /// An open file's attributes are asked for.
    Getattr { files: &'d [File<'d>], found: &'d [F] },
}

impl<F> Doing<'_, F> {
    /// Does the `index`-th operation; how many payload bytes it moved.
    async fn once<T: Target<File = F>>(
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
                last[region.block_at(offset)].set(*repetition);
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
        }
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

/// What the lanes of a repetition share; they run on one core, one at a time.
struct Shared<'s, C> {
    clock: &'s C,
    limit: Limit,
    begin: Ticks,
    next: Cell<u64>,
    ops: Cell<u64>,
    bytes: Cell<u64>,
    /// The first problem; no further operation is begun then.
    problem: Cell<Option<Problem>>,
    histogram: RefCell<&'s mut Histogram>,
}

impl<C: Clock> Shared<'_, C> {
    /// The number of the next operation and the time; `None` when none is to be begun. The first is always begun.
    fn take(&self) -> Option<(u64, Ticks)> {
        let (index, now) = (self.next.get(), self.clock.now());
        let late = self.limit.time.is_some_and(|time| index > 0 && now.since(self.begin) >= time);
        if index >= self.limit.ops || late || self.problem.get().is_some() {
            return None;
        }
        self.next.set(index + 1);
        Some((index, now))
    }

    fn note(&self, begun: Ticks, result: Result<u32, Problem>) {
        match result {
            Ok(bytes) => {
                let now = self.clock.now();
                if now < begun {
                    return self.problem.set(Some(Problem::Clock));
                }
                self.histogram.borrow_mut().record(now.since(begun));
                self.ops.set(self.ops.get() + 1);
                self.bytes.set(self.bytes.get() + u64::from(bytes));
            }
            Err(problem) => self.problem.set(self.problem.get().or(Some(problem))),
        }
    }
}

async fn lane<T: Target, C: Clock>(
    target: &T,
    shared: &Shared<'_, C>,
    doing: &Doing<'_, T::File>,
    slot: &mut T::Slot,
) {
    while let Some((index, begun)) = shared.take() {
        shared.note(begun, doing.once(target, index, slot).await);
    }
}

/// Does operations, one per slot in flight, until `limit`; their durations go to `histogram`, which is cleared
/// first. Lanes that are in the middle of an operation when another fails finish it.
pub(super) async fn run<T: Target, C: Clock>(
    target: &T,
    clock: &C,
    doing: &Doing<'_, T::File>,
    slots: &mut [T::Slot],
    limit: Limit,
    histogram: &mut Histogram,
) -> Result<Done, Problem> {
    histogram.clear();
    let mut shared = Shared {
        clock,
        limit,
        begin: Ticks(0),
        next: Cell::new(0),
        ops: Cell::new(0),
        bytes: Cell::new(0),
        problem: Cell::new(None),
        histogram: RefCell::new(histogram),
    };
    shared.begin = clock.now();
    let shared = &shared;
    Lanes::new(slots.iter_mut().map(|slot| lane(target, shared, doing, slot))).await;
    let end = clock.now();
    match shared.problem.get() {
        Some(problem) => Err(problem),
        None if end < shared.begin => Err(Problem::Clock),
        None => {
            Ok(Done { ops: shared.ops.get(), bytes: shared.bytes.get(), elapsed: end.since(shared.begin) })
        }
    }
}
