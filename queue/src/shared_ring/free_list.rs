//! The free descriptors of a ring that many cores take from: a stack, and the links of all descriptors, free or not.
//!
//! Descriptors are linked for good, as in the ring with one owner: taking `n` of them is following `n` links, and the
//! links followed are the `next` fields of the chain they become. Giving a chain back writes one link.
//!
//! **Why a stale walk does no harm.** Links are followed before it is known whether the descriptors can be had. Whatever
//! a link holds leads to a descriptor of this ring, so following one is always safe; and the walk counts for nothing
//! unless the word is still what it was. It is the same only if nobody took anything in between (a take changes the
//! take number) and nobody gave anything (what was given lies on top, and only a take removes it). The take number comes
//! round after 2^32 takes: a core that stood still between two neighbouring instructions for exactly so many, with the same
//! top and the same count, would be deceived.

use super::record::Record;
use crate::sync::{AtomicU32, AtomicU64, Ordering, Site};

/// `K` descriptors taken: the first, and where each leads.
pub(super) struct Few<const K: usize> {
    pub(super) first: u32,
    pub(super) links: [u32; K],
}

/// Descriptors taken, linked from the first to the last.
#[derive(Clone, Copy, Default)]
pub(super) struct Run {
    pub(super) first: u16,
    pub(super) last: u16,
    pub(super) count: u16,
}

/// Where a chain gets its descriptors.
pub(super) trait Source<const N: usize> {
    /// `K` descriptors, or nothing if there are fewer.
    fn few<const K: usize>(&mut self, list: FreeList<'_, N>) -> Option<Few<K>>;

    /// `count` descriptors, at least one, or nothing if there are fewer.
    fn run(&mut self, list: FreeList<'_, N>, count: u16) -> Option<Run>;
}

/// How often anything was taken (32 bits), how many are free (16 bits), the top one (16 bits).
pub(super) struct FreeWord(AtomicU64);

impl FreeWord {
    /// `size` descriptors, the first on top.
    pub(super) fn new(size: u16) -> Self {
        Self(AtomicU64::new(u64::from(size) * ONE_FREE))
    }
}

/// Where each descriptor leads.
pub(super) struct Links<const N: usize>([AtomicU32; N]);

impl<const N: usize> Links<N> {
    /// Of `size` descriptors, at most `N` and at least one. The last one's link leads nowhere a chain would go: the free ones
    /// run out first.
    pub(super) fn new(size: u16) -> Self {
        Self(core::array::from_fn(|index| AtomicU32::new((index as u32 + 1) % u32::from(size))))
    }
}

/// What everybody takes from and gives to.
#[derive(Clone, Copy)]
pub(super) struct FreeList<'r, const N: usize> {
    pub(super) word: &'r FreeWord,
    pub(super) links: &'r Links<N>,
}

const ONE_TAKE: u64 = 1 << 32;
const ONE_FREE: u64 = 1 << 16;
const TOP: u64 = 0xffff;

/// Nothing is free, and nothing ever will be. No ring has a descriptor of this number.
const CLOSED: u64 = TOP;

const fn free_of(word: u64) -> u16 {
    (word >> 16) as u16
}

impl<const N: usize> FreeList<'_, N> {
    pub(super) fn free(&self) -> u16 {
        free_of(self.word.0.load(Ordering::Relaxed))
    }

    /// Where a descriptor leads.
    #[inline(always)]
    pub(super) fn link(&self, index: u32) -> u32 {
        self.cell(index).load(Ordering::Relaxed)
    }

    /// Makes a descriptor the caller has lead to another.
    #[inline(always)]
    pub(super) fn lead(&self, from: u16, to: u16) {
        self.cell(from.into()).store(to.into(), Ordering::Relaxed);
    }

    #[inline(always)]
    fn cell(&self, index: u32) -> &AtomicU32 {
        debug_assert!((index as usize) < N);
        // SAFETY: indices come from the word and from links, which hold none but those below the ring's size, at most `N`.
        unsafe { self.links.0.get_unchecked(index as usize) }
    }

    /// Takes `count` descriptors that `follow` has walked over, answering what it answers with the last of the links. It
    /// may be asked more than once.
    #[inline(always)]
    fn take<R>(&self, count: u16, mut follow: impl FnMut(u32) -> (R, u32)) -> Option<R> {
        // Acquires the links, and all that was done to the descriptors before they were given back. Takes by others in
        // between are read-modify-writes, which keep the release sequence whole.
        let acquire = Site::Take.order(Ordering::Acquire);
        let mut word = self.word.0.load(acquire);
        loop {
            if free_of(word) < count {
                return None;
            }
            let (walked, next) = follow((word & TOP) as u32);
            let taken = (word & !TOP) + ONE_TAKE - u64::from(count) * ONE_FREE;
            let left = taken | u64::from(next);
            match self.word.0.compare_exchange_weak(word, left, Ordering::Relaxed, acquire) {
                Ok(_) => return Some(walked),
                Err(now) => word = now,
            }
        }
    }

    #[inline(always)]
    fn follow_few<const K: usize>(&self, first: u32) -> (Few<K>, u32) {
        let mut links = [0; K];
        let mut next = first;
        for link in &mut links {
            next = self.link(next);
            *link = next;
        }
        (Few { first, links }, next)
    }

    fn follow_run(&self, first: u32, count: u16) -> (Run, u32) {
        let (mut last, mut next) = (first, self.link(first));
        for _ in 1..count {
            (last, next) = (next, self.link(next));
        }
        (Run { first: first as u16, last: last as u16, count }, next)
    }

    /// Gives back descriptors, all of which the caller has, unless the list is closed.
    pub(super) fn give(&self, run: Run) {
        let mut word = self.word.0.load(Ordering::Relaxed);
        while word & TOP != CLOSED {
            match self.give_on(word, run.first, run.last, u64::from(run.count) * ONE_FREE) {
                Ok(()) => return,
                Err(now) => word = now,
            }
        }
    }

    /// The same for the descriptors of a chain, by the one core that may close the list and has not.
    #[inline(always)]
    pub(super) fn give_chain(&self, head: u16, record: Record) {
        let mut word = self.word.0.load(Ordering::Relaxed);
        while let Err(now) = self.give_on(word, head, record.last(), record.descriptors_high()) {
            word = now;
        }
    }

    #[inline(always)]
    fn give_on(&self, word: u64, first: u16, last: u16, free: u64) -> Result<(), u64> {
        self.lead(last, word as u16);
        let with = (word & !TOP) + (free | u64::from(first));
        let release = Site::Give.order(Ordering::Release);
        self.word.0.compare_exchange_weak(word, with, release, Ordering::Relaxed).map(drop)
    }

    /// Nothing can be taken from now on.
    pub(super) fn close(&self) {
        self.word.0.store(CLOSED, Ordering::Release);
    }
}

/// Straight from the list.
pub(super) struct FromList;

impl<const N: usize> Source<N> for FromList {
    #[inline(always)]
    fn few<const K: usize>(&mut self, list: FreeList<'_, N>) -> Option<Few<K>> {
        list.take(K as u16, |first| list.follow_few(first))
    }

    fn run(&mut self, list: FreeList<'_, N>, count: u16) -> Option<Run> {
        list.take(count, |first| list.follow_run(first, count))
    }
}

/// From what is kept aside, and only if that is too little from the list.
impl<const N: usize> Source<N> for Run {
    #[inline(always)]
    fn few<const K: usize>(&mut self, list: FreeList<'_, N>) -> Option<Few<K>> {
        if self.count < K as u16 {
            return FromList.few(list);
        }
        let (few, rest) = list.follow_few(self.first.into());
        (self.first, self.count) = (rest as u16, self.count - K as u16);
        Some(few)
    }

    fn run(&mut self, list: FreeList<'_, N>, count: u16) -> Option<Run> {
        if self.count < count {
            return FromList.run(list, count);
        }
        let (run, rest) = list.follow_run(self.first.into(), count);
        (self.first, self.count) = (rest as u16, self.count - count);
        Some(run)
    }
}
