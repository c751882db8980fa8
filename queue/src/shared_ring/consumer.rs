//! Taking back what the device has returned: one consumer at a time, who never stops a submitter nor is stopped by one.

use super::free_list::Run;
use super::record::Record;
use super::{Back, SharedRing};
use crate::chain::{Chain, Done, Head};
use crate::error::Fault;
use crate::sync::{Ordering, Site};
use crate::words::{AvailRing, UsedRing};

/// The right to take chains back and to ask for interrupts. Dropping it lets others have it.
///
/// Whoever sleeps afterwards, or lets go and does not come back by itself, calls [`arm`](Self::arm) first: a core that was
/// refused the right meanwhile, perhaps in an interrupt, relies on that and need not try again.
pub struct Consumer<'r, C: Chain, const N: usize> {
    ring: &'r SharedRing<C, N>,
}

impl<'r, C: Chain, const N: usize> Consumer<'r, C, N> {
    pub(super) fn of(ring: &'r SharedRing<C, N>) -> Option<Self> {
        let Back { held, .. } = &*ring.back;
        let taken = held.load(Ordering::Relaxed) || held.swap(true, Site::Consume.order(Ordering::Acquire));
        (!taken).then(|| Self { ring })
    }

    /// Takes the next chain the device has returned, if there is one. Its descriptors are free from here on.
    ///
    /// Whatever the device wrote is checked against our own record first. A lie is latched: the chains still in flight
    /// stay with the ring, and every later call answers the same fault.
    #[inline]
    pub fn pop(&mut self) -> Result<Option<Done<C>>, Fault> {
        let (completed, used) = (self.completed(), self.ring.used);
        if !self.claimed(used, completed).plain() {
            return self.pop_otherwise();
        }
        self.take_one(used, completed)
    }

    /// Takes all chains the device has returned so far and hands each to `take`; answers how many. Their descriptors are
    /// given back together at the end, so submitters get in each other's way less; until then `take` may find the ring
    /// full.
    pub fn pop_each(&mut self, mut take: impl FnMut(Done<C>)) -> Result<usize, Fault> {
        let mut freed = Freed { ring: self.ring, run: Run::default() };
        let mut count = 0;
        loop {
            let returned = self.returned()?;
            if returned == 0 {
                return Ok(count);
            }
            for _ in 0..returned {
                let completed = self.completed();
                let (entry, record) = match self.confirm(self.ring.used, completed) {
                    Ok(confirmed) => confirmed,
                    Err(entry) => return Err(self.latch_entry(entry)),
                };
                // SAFETY: just confirmed.
                let done = unsafe { self.take(completed, entry, record) };
                freed.add(done.head.0 as u16, record);
                take(done);
            }
            count += usize::from(returned);
        }
    }

    /// Chains ever taken back; the used index up to which we have looked is the low half.
    #[inline(always)]
    fn completed(&self) -> u64 {
        self.ring.back.completed.load(Ordering::Relaxed)
    }

    #[inline(always)]
    fn claimed(&self, used: UsedRing, completed: u64) -> Claimed {
        // The index first: what the device has seen published, is.
        let returned = used.driver_idx().wrapping_sub(completed as u16);
        let with_device = (self.ring.publisher.published() as u32).wrapping_sub(completed as u32);
        Claimed {
            returned,
            with_device: (with_device & self.ring.back.believed.load(Ordering::Relaxed)) as u16,
        }
    }

    /// What `pop` does when there is nothing, or what there is makes no sense.
    #[inline(never)]
    fn pop_otherwise(&mut self) -> Result<Option<Done<C>>, Fault> {
        if self.returned()? > 0 { self.take_one(self.ring.used, self.completed()) } else { Ok(None) }
    }

    /// How many chains are there to take back.
    fn returned(&mut self) -> Result<u16, Fault> {
        if self.ring.is_closed() {
            return self.ring.fault().map_or(Ok(0), Err);
        }
        let Claimed { returned, with_device } = self.claimed(self.ring.used, self.completed());
        if returned > with_device {
            return Err(self.latch(Fault::IndexJump { claimed: returned, in_flight: with_device }));
        }
        Ok(returned)
    }

    /// Takes the next chain, which the device's index says is there.
    #[inline(always)]
    fn take_one(&mut self, used: UsedRing, completed: u64) -> Result<Option<Done<C>>, Fault> {
        match self.confirm(used, completed) {
            Ok((entry, record)) => {
                // SAFETY: just confirmed.
                let done = unsafe { self.take(completed, entry, record) };
                self.ring.free_list().give_chain(done.head.0 as u16, record);
                Ok(Some(done))
            }
            Err(entry) => self.refuse(entry),
        }
    }

    /// The next used entry, and the record of the chain it names: in flight, with room for what is said to be written. Or
    /// the entry alone, if there is no such chain.
    #[inline(always)]
    fn confirm(&self, used: UsedRing, completed: u64) -> Result<(u64, Record), u64> {
        // SAFETY: the mask is the ring's size minus one.
        let entry = unsafe { used.driver_entry((completed as u32 & self.ring.mask) as usize) };
        let on_record = self.ring.records.get(entry as u32 as usize).ok_or(entry)?;
        // Acquires what the publisher released: the chain is stored, even if the device names a head it was never told of.
        let record = Record::from_word(on_record.load(Site::Confirm.order(Ordering::Acquire)));
        if record.confirms(entry) { Ok((entry, record)) } else { Err(entry) }
    }

    /// Strikes out a chain. Its descriptors are the caller's.
    ///
    /// # Safety
    /// Entry and record have just been confirmed.
    #[inline(always)]
    unsafe fn take(&mut self, completed: u64, entry: u64, record: Record) -> Done<C> {
        let (head, written) = (entry as u16, (entry >> 32) as u32);
        // Nobody else writes to it before the descriptors are given back.
        // SAFETY: what is on record is in the ring.
        let on_record = unsafe { self.ring.records.get_unchecked(head as usize) };
        on_record.store(Record::NONE.word(), Ordering::Relaxed);
        let back = &*self.ring.back;
        back.completed.store(completed + 1, Ordering::Relaxed);
        let descriptors = back.descriptors_high.load(Ordering::Relaxed) + record.descriptors_high();
        back.descriptors_high.store(descriptors, Ordering::Relaxed);
        // SAFETY: there was a record, so a chain was stored here, and with the record it became ours, once.
        let mut chain = unsafe { self.ring.take_stored(head) };
        // SAFETY: the device has returned it, we have acquired its writes, and `written` was compared with the room.
        unsafe { chain.returned(written) };
        Done { chain, written, head: Head(head.into()) }
    }

    /// Asks for an interrupt at the next chain the device returns, then looks again. `true`: there is something to pop
    /// already, and the interrupt may not come for it.
    #[must_use = "going to sleep when this is true may be for ever"]
    pub fn arm(&mut self) -> bool {
        let completed = self.completed() as u16;
        if self.ring.event_idx {
            // SAFETY: the size is this ring's.
            unsafe { self.ring.avail.driver_store_used_event(self.ring.layout.size() as usize, completed) };
        } else {
            self.ring.avail.driver_store_flags(0);
        }
        // Our wish, then the device's index. The device does the reverse (2.7.7, 2.7.14).
        Site::Arm.full_fence();
        let there = self.ring.used.driver_idx() != completed;
        if self.ring.is_closed() { self.ring.fault().is_some() } else { there }
    }

    /// Asks for no interrupts. A hint: some may come nevertheless, with the event index one in 65536 chains.
    pub fn disarm(&mut self) {
        if self.ring.event_idx {
            let just_over = (self.completed() as u16).wrapping_sub(1);
            // SAFETY: the size is this ring's.
            unsafe { self.ring.avail.driver_store_used_event(self.ring.layout.size() as usize, just_over) };
        } else {
            self.ring.avail.driver_store_flags(AvailRing::NO_INTERRUPT);
        }
    }

    /// Ends `pop` at an entry that names no chain the device has.
    #[cold]
    #[inline(never)]
    fn refuse(&mut self, entry: u64) -> Result<Option<Done<C>>, Fault> {
        Err(self.latch_entry(entry))
    }

    /// Finds out what is wrong with a used entry, and latches it.
    #[cold]
    fn latch_entry(&mut self, entry: u64) -> Fault {
        let (id, written) = (entry as u32, (entry >> 32) as u32);
        let fault = if id >= u32::from(self.ring.layout.size()) {
            Fault::UnknownHead { id }
        } else {
            let record = Record::from_word(self.ring.records[id as usize].load(Ordering::Relaxed));
            let head = id as u16;
            if record.word() == 0 {
                Fault::NotInFlight { head }
            } else {
                Fault::TooMuchWritten { head, written, room: record.room() }
            }
        };
        self.latch(fault)
    }

    #[cold]
    #[inline(never)]
    fn latch(&mut self, fault: Fault) -> Fault {
        let back = &*self.ring.back;
        // SAFETY: only a consumer writes it, only once, and nobody reads it before the store below.
        self.ring.fault.with_mut(|place| unsafe { *place = Some(fault) });
        back.believed.store(0, Ordering::Release);
        self.ring.free_list().close();
        fault
    }
}

impl<C: Chain, const N: usize> Drop for Consumer<'_, C, N> {
    fn drop(&mut self) {
        self.ring.back.held.store(false, Site::Release.order(Ordering::Release));
    }
}

/// What the device claims, and what it can have.
#[derive(Clone, Copy)]
struct Claimed {
    /// Chains returned and not taken back.
    returned: u16,
    /// Chains published and not taken back. Of a ring with a fault: none.
    with_device: u16,
}

impl Claimed {
    /// At least one is returned, and not more than there can be.
    #[inline(always)]
    const fn plain(self) -> bool {
        self.returned.wrapping_sub(1) < self.with_device
    }
}

/// Descriptors of several chains, given back together.
struct Freed<'r, C: Chain, const N: usize> {
    ring: &'r SharedRing<C, N>,
    run: Run,
}

impl<C: Chain, const N: usize> Freed<'_, C, N> {
    /// Puts a chain's descriptors before those there are.
    fn add(&mut self, head: u16, record: Record) {
        let run = &mut self.run;
        if run.count == 0 {
            run.last = record.last();
        } else {
            self.ring.free_list().lead(record.last(), run.first);
        }
        (run.first, run.count) = (head, run.count + record.descriptors());
    }
}

impl<C: Chain, const N: usize> Drop for Freed<'_, C, N> {
    fn drop(&mut self) {
        if self.run.count > 0 {
            self.ring.free_list().give(self.run);
        }
    }
}
