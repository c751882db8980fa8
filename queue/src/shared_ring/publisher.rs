//! Who moves the avail index: one submitter at a time, and nobody ever waits for it.
//!
//! The right to publish is taken and given up by the same word that holds the chains others have left meanwhile, so
//! giving it up and leaving a chain cannot miss each other: either the chain was left before, then giving up fails and
//! the publisher collects it, or the right was free before, then the submitter takes it.
//!
//! **Rejected**: to hand out positions of the avail ring by a counter, let each submitter mark its own as ready, and whoever
//! finds a ready prefix move the index over it. It takes four read-modify-writes a chain where this takes two; the index
//! must then be moved by one too, lest a late store take it back, which reads memory the device can write; and a submitter
//! that stands still between counter and mark hides later chains just as a publisher does here that stands still.

use super::SharedRing;
use super::record::Record;
use crate::chain::Chain;
use crate::event::passed;
use crate::sync::{AtomicU64, Ordering, Site};
use crate::words::{AvailRing, UsedRing};

/// What a publisher must know of a chain that is not published at once. It is the submitter's until the chain is left to
/// the publisher, and the publisher's then.
#[derive(Clone, Copy)]
pub(super) struct Waiting {
    pub(super) record: Record,
    /// The chain before it in its list.
    pub(super) older: u16,
}

impl Waiting {
    pub(super) const NOT: Self = Self { record: Record::NONE, older: 0 };
}

/// Chains written and not published, linked from the newest to the oldest.
#[derive(Clone, Copy, Default)]
pub(super) struct List {
    pub(super) newest: u16,
    pub(super) oldest: u16,
    pub(super) count: u16,
}

/// Nobody publishes.
const IDLE: u64 = 0;
/// Somebody publishes, and no chain has been left for it.
const BUSY: u64 = 1;
/// Set for good where there is no event index: giving the right up goes a longer way then, so that it needs no test for it
/// otherwise.
const ASIDE: u64 = 2;
/// Where the newest chain left stands.
const NEWEST_SHIFT: u32 = 16;
/// Where the number of chains left stands.
const COUNT_SHIFT: u32 = 32;

/// The right to publish, and what goes with it.
pub(super) struct Publisher {
    /// [`IDLE`], or [`BUSY`] with the newest of the chains left and their number; and [`ASIDE`].
    intake: AtomicU64,
    /// [`ASIDE`] or zero.
    aside: u64,
    /// Chains ever published; the avail index is its low half. Written by the publisher only, before the index: what the
    /// device has seen of the index, it has seen of this.
    published: AtomicU64,
}

impl Publisher {
    pub(super) fn new(event_idx: bool) -> Self {
        let aside = if event_idx { 0 } else { ASIDE };
        Self { intake: AtomicU64::new(IDLE | aside), aside, published: AtomicU64::new(0) }
    }

    /// Chains ever published.
    #[inline(always)]
    pub(super) fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    /// Takes the right to publish, if nobody has it.
    #[inline(always)]
    pub(super) fn begin(&self) -> bool {
        self.intake.fetch_or(BUSY, Site::Begin.order(Ordering::Acquire)) & BUSY == 0
    }

    /// Gives the right up; `false`: not before what has been left is published. A locked instruction either way.
    #[inline(always)]
    fn end(&self, aside: u64) -> bool {
        let release = Site::End.order(Ordering::Release);
        self.intake.compare_exchange(BUSY | aside, IDLE | aside, release, Ordering::Relaxed).is_ok()
    }
}

impl<C: Chain, const N: usize> SharedRing<C, N> {
    /// Publishes one chain, or leaves it to whoever is publishing. `true`: the device wants a kick for what was moved over
    /// here.
    #[inline(always)]
    pub(super) fn publish_one(&self, head: u16, record: Record) -> bool {
        if !self.publisher.begin() {
            return self.publish_behind(head, record);
        }
        let (old, avail) = (self.publisher.published(), self.avail);
        self.place(avail, old, head, record);
        self.finish(avail, old, old + 1)
    }

    #[cold]
    #[inline(never)]
    fn publish_behind(&self, head: u16, record: Record) -> bool {
        self.set_waiting(head, Waiting { record, older: 0 });
        self.publish(List { newest: head, oldest: head, count: 1 })
    }

    /// The same for a list.
    pub(super) fn publish(&self, list: List) -> bool {
        let List { newest, oldest, count } = list;
        while !self.publisher.begin() {
            let intake = self.publisher.intake.load(Ordering::Relaxed);
            if intake & BUSY == 0 {
                continue;
            }
            let older = (intake >> NEWEST_SHIFT) as u16;
            self.set_waiting(oldest, Waiting { older, ..self.waiting(oldest) });
            let left = (intake >> COUNT_SHIFT) + u64::from(count);
            let with = left << COUNT_SHIFT | u64::from(newest) << NEWEST_SHIFT | BUSY | self.publisher.aside;
            let release = Site::Leave.order(Ordering::Release);
            if self.publisher.intake.compare_exchange(intake, with, release, Ordering::Relaxed).is_ok() {
                return false;
            }
        }
        let old = self.publisher.published();
        let new = self.place_all(old, newest, count.into());
        self.finish(self.avail, old, new)
    }

    #[inline(always)]
    pub(super) fn waiting(&self, head: u16) -> Waiting {
        // SAFETY: the chain is the caller's, so nobody else writes here.
        self.waiting[head as usize].with(|waiting| unsafe { *waiting })
    }

    #[inline(always)]
    pub(super) fn set_waiting(&self, head: u16, to: Waiting) {
        // SAFETY: the chain is the caller's, so nobody else looks here.
        self.waiting[head as usize].with_mut(|waiting| unsafe { *waiting = to });
    }

    /// Puts a chain on record and names it at its position of the avail ring.
    #[inline(always)]
    fn place(&self, avail: AvailRing, number: u64, head: u16, record: Record) {
        let position = (number as u32 & self.mask) as usize;
        debug_assert!((head as usize) < N && position < N);
        // SAFETY: heads and positions are below the ring's size, which is at most `N`.
        unsafe {
            // Releases the stored chain, even to a consumer whose device names a head it has not been told of.
            let on_record = self.records.get_unchecked(head as usize);
            on_record.store(record.word(), Site::Record.order(Ordering::Release));
            avail.driver_store_entry(position, head);
        }
    }

    /// Places a list behind the `old` chains already published; answers how many there are then.
    fn place_all(&self, old: u64, newest: u16, count: u64) -> u64 {
        let new = old + count;
        let mut head = newest;
        for number in (old..new).rev() {
            // The chains of the list are the publisher's: its own, or acquired by collecting.
            let Waiting { record, older } = self.waiting(head);
            self.place(self.avail, number, head, record);
            head = older;
        }
        new
    }

    /// Moves the index from `old` to `new`, decides about the kick, and is done if nothing has been left meanwhile.
    #[inline(always)]
    pub(super) fn finish(&self, avail: AvailRing, old: u64, new: u64) -> bool {
        self.move_index(avail, new);
        if !self.publisher.end(0) {
            return self.finish_aside(old, new);
        }
        self.counted(self.is_asked_for(old, new))
    }

    /// What `finish` does if something has been left, and where there is no event index.
    #[cold]
    #[inline(never)]
    fn finish_aside(&self, old: u64, new: u64) -> bool {
        if self.publisher.aside != 0 && self.publisher.end(ASIDE) {
            return self.wants_kick(old, new);
        }
        self.collect(old, new)
    }

    #[inline(always)]
    fn move_index(&self, avail: AvailRing, to: u64) {
        self.publisher.published.store(to, Ordering::Relaxed);
        avail.driver_publish_idx(to as u16);
    }

    /// The index was just moved from `old` to `new`, and `end` has been tried: does the device want to hear of it?
    fn wants_kick(&self, old: u64, new: u64) -> bool {
        self.counted(if self.publisher.aside == 0 {
            self.is_asked_for(old, new)
        } else {
            // As below.
            Site::Kick.full_fence_after_rmw();
            self.used.driver_flags() & UsedRing::NO_NOTIFY == 0
        })
    }

    /// The same where there is an event index.
    #[inline(always)]
    fn is_asked_for(&self, old: u64, new: u64) -> bool {
        // Our index, then the device's wish. The device does the reverse: its wish, then our index (2.7.9, 2.7.13.3.1).
        Site::Kick.full_fence_after_rmw();
        passed(self.avail_event.driver_load(), old as u16, new as u16)
    }

    #[inline(always)]
    fn counted(&self, kick: bool) -> bool {
        if kick {
            self.kicks_wanted.fetch_add(1, Ordering::Relaxed);
        }
        kick
    }

    /// Having moved the index from `old` to `new`, publishes what others have left, until nothing is. Each round decides for
    /// the range it has moved over.
    fn collect(&self, mut old: u64, mut new: u64) -> bool {
        let aside = self.publisher.aside;
        let mut kick = self.wants_kick(old, new);
        loop {
            let left = self.publisher.intake.swap(BUSY | aside, Site::Collect.order(Ordering::Acquire));
            old = new;
            new = self.place_all(old, (left >> NEWEST_SHIFT) as u16, left >> COUNT_SHIFT);
            self.move_index(self.avail, new);
            let ended = self.publisher.end(aside);
            kick |= self.wants_kick(old, new);
            if ended {
                return kick;
            }
        }
    }
}
