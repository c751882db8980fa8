//! Who moves the avail index: one submitter at a time, and nobody ever waits for it.
//!
//! The right to publish is taken and given up by the same word that holds the chains others have left meanwhile, so
//! giving it up and leaving a chain cannot miss each other: either the chain was left before, then giving up fails and
//! the publisher collects it, or the right was free before, then the submitter takes it.
//!
//! **Rejected**: to hand out positions of the avail ring by a counter, and let each submitter mark its own as ready and
//! whoever finds a ready prefix move the index over it. It takes four read-modify-writes a chain where this takes two; the index must then be
//! moved by a read-modify-write too, lest a late store take it back, which reads memory the device can write; and a
//! submitter that stands still between counter and mark hides later chains just as a publisher does here that stands
//! still.

use super::record::Record;
use crate::sync::{AtomicU32, AtomicU64, Ordering, Site, UnsafeCell};
use crate::words::AvailRing;
use core::mem::MaybeUninit;

/// A chain, and what its publisher must know of it. Whose it is goes with the head: the submitter's until it is published
/// or left for the publisher, the publisher's until it is on record, the consumer's from then on.
pub(super) struct Slot<C> {
    /// Only of a chain that is not published at once.
    pub(super) record: Record,
    /// The chain before it in its list.
    pub(super) older: u16,
    pub(super) chain: MaybeUninit<C>,
}

/// Chains written and not published, linked from the newest to the oldest by their slots.
#[derive(Clone, Copy, Default)]
pub(super) struct List {
    pub(super) newest: u16,
    pub(super) oldest: u16,
    pub(super) count: u16,
}

/// Nobody publishes. No list is as long as this says.
const IDLE: u32 = u32::MAX;
/// Somebody publishes, and no chain has been left for it.
const BUSY: u32 = 0;

/// The right to publish, and what goes with it.
pub(super) struct Publisher {
    /// [`IDLE`], or somebody publishes: how many chains have been left for it (upper half), the newest of them.
    intake: AtomicU32,
    /// Chains ever published; the avail index is its low half. Written by the publisher only, before the index: what the
    /// device has seen of the index, it has seen less than this.
    published: AtomicU64,
}

/// What a publisher works on.
pub(super) struct Books<'r, C, const N: usize> {
    pub(super) slots: &'r [UnsafeCell<Slot<C>>; N],
    pub(super) records: &'r [AtomicU64; N],
    pub(super) avail: AvailRing,
    pub(super) mask: u32,
}

impl<C, const N: usize> Books<'_, C, N> {
    /// Puts a chain on record and names it at its position of the avail ring.
    #[inline(always)]
    fn place(&self, number: u64, head: u16, record: Record) {
        let position = (number as u32 & self.mask) as usize;
        debug_assert!((head as usize) < N && position < N);
        // SAFETY: heads and positions are below the ring's size, which is at most `N`.
        unsafe {
            // Releases the chain in the slot to a consumer that meets the head on no device's word but its own.
            let on_record = self.records.get_unchecked(head as usize);
            on_record.store(record.word(), Site::Record.order(Ordering::Release));
            self.avail.driver_store_entry(position, head);
        }
    }
}

impl Publisher {
    pub(super) fn new() -> Self {
        Self { intake: AtomicU32::new(IDLE), published: AtomicU64::new(0) }
    }

    /// Chains ever published.
    #[inline(always)]
    pub(super) fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    /// Takes the right to publish, if nobody has it.
    #[inline(always)]
    pub(super) fn begin(&self) -> bool {
        let acquire = Site::Begin.order(Ordering::Acquire);
        self.intake.compare_exchange(IDLE, BUSY, acquire, Ordering::Relaxed).is_ok()
    }

    /// Gives the right up; `false`: not before what has been left is published. A locked instruction either way.
    #[inline(always)]
    fn end(&self) -> bool {
        let release = Site::End.order(Ordering::Release);
        self.intake.compare_exchange(BUSY, IDLE, release, Ordering::Relaxed).is_ok()
    }

    /// Publishes one chain, or leaves it to whoever is publishing. `wants_kick` is asked of each range of the avail index
    /// that was moved over here; `true`: it has said yes once.
    #[inline(always)]
    pub(super) fn publish_one<C, const N: usize>(
        &self,
        books: &Books<'_, C, N>,
        head: u16,
        record: Record,
        wants_kick: impl Fn(u16, u16) -> bool,
    ) -> bool {
        if !self.begin() {
            let slot = &books.slots[head as usize];
            // SAFETY: the chain is the caller's until it is left to another publisher.
            slot.with_mut(|slot| unsafe { (*slot).record = record });
            return self.publish(books, List { newest: head, oldest: head, count: 1 }, wants_kick);
        }
        let old = self.published();
        books.place(old, head, record);
        self.finish(books, old, old + 1, wants_kick)
    }

    /// The same for a list, whose slots hold their records.
    pub(super) fn publish<C, const N: usize>(
        &self,
        books: &Books<'_, C, N>,
        list: List,
        wants_kick: impl Fn(u16, u16) -> bool,
    ) -> bool {
        while !self.begin() {
            let intake = self.intake.load(Ordering::Relaxed);
            if intake == IDLE {
                continue;
            }
            // SAFETY: the chain is the caller's until it is left to another publisher.
            books.slots[list.oldest as usize].with_mut(|slot| unsafe { (*slot).older = intake as u16 });
            let left = ((intake >> 16) + u32::from(list.count)) << 16 | u32::from(list.newest);
            let release = Site::Leave.order(Ordering::Release);
            if self.intake.compare_exchange(intake, left, release, Ordering::Relaxed).is_ok() {
                return false;
            }
        }
        let old = self.published();
        let new = self.place_all(books, old, list.newest, list.count);
        self.finish(books, old, new, wants_kick)
    }

    /// Places a list behind the `old` chains already published; answers how many there are then.
    fn place_all<C, const N: usize>(
        &self,
        books: &Books<'_, C, N>,
        old: u64,
        newest: u16,
        count: u16,
    ) -> u64 {
        let new = old + u64::from(count);
        let mut head = newest;
        for number in (old..new).rev() {
            // SAFETY: the chains of the list are the publisher's, and have been acquired by beginning or collecting.
            let (record, older) =
                books.slots[head as usize].with(|slot| unsafe { ((*slot).record, (*slot).older) });
            books.place(number, head, record);
            head = older;
        }
        new
    }

    /// Moves the index from `old` to `new`, decides about the kick, and is done if nothing has been left meanwhile.
    #[inline(always)]
    pub(super) fn finish<C, const N: usize>(
        &self,
        books: &Books<'_, C, N>,
        old: u64,
        new: u64,
        wants_kick: impl Fn(u16, u16) -> bool,
    ) -> bool {
        self.published.store(new, Ordering::Relaxed);
        books.avail.driver_publish_idx(new as u16);
        let ended = self.end();
        // Our index, then the device's wish. The device does the reverse: its wish, then our index (2.7.9, 2.7.13.3.1).
        Site::Kick.full_fence_after_rmw();
        let kick = wants_kick(old as u16, new as u16);
        if ended { kick } else { self.collect(books, new, wants_kick) | kick }
    }

    /// Publishes what others have left behind the `published` chains, until nothing is.
    #[cold]
    fn collect<C, const N: usize>(
        &self,
        books: &Books<'_, C, N>,
        published: u64,
        wants_kick: impl Fn(u16, u16) -> bool,
    ) -> bool {
        let (mut old, mut kick) = (published, false);
        loop {
            let left = self.intake.swap(BUSY, Site::Collect.order(Ordering::Acquire));
            let new = self.place_all(books, old, left as u16, (left >> 16) as u16);
            self.published.store(new, Ordering::Relaxed);
            books.avail.driver_publish_idx(new as u16);
            let ended = self.end();
            // As above, for the range moved over in this round.
            Site::Kick.full_fence_after_rmw();
            kick |= wants_kick(old as u16, new as u16);
            if ended {
                return kick;
            }
            old = new;
        }
    }
}
