//! What a ring with one owner knows of its chains: which are in flight, how much each may be written, and the chains
//! themselves, all in memory no device sees. Both formats keep it alike; what a device says is compared with it.

use crate::chain::Chain;
use crate::error::Fault;
use crate::format::Claim;
use core::mem::MaybeUninit;

/// What is kept of a chain in flight: room for writing, number of descriptors, and (split only) the last of them.
///
/// Put together as `room << 32 | descriptors << 16 | last`, it is zero if no chain is in flight. What a device says of a
/// chain is put the same way, `written << 32 | id`, with `id` below 2^16, and there is at least one descriptor, so one
/// comparison `entry < record` says both that the chain is in flight and that the length fits.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C, align(8))]
pub struct Record {
    /// `descriptors << 16 | last`, in the half that lets little-endian machines load both at once.
    descriptors: u32,
    room: u32,
}

impl Record {
    const NONE: Self = Self { descriptors: 0, room: 0 };

    /// Of at most 2^15 descriptors.
    #[inline(always)]
    pub(crate) const fn new(room: u32, descriptors: u32, last: u16) -> Self {
        debug_assert!(descriptors <= 1 << 15);
        Self { descriptors: descriptors << 16 | last as u32, room }
    }

    #[inline(always)]
    const fn whole(self) -> u64 {
        (self.room as u64) << 32 | self.descriptors as u64
    }

    /// Descriptors in the ring.
    #[inline(always)]
    pub(crate) const fn descriptors(self) -> u16 {
        (self.descriptors >> 16) as u16
    }

    /// What those take in the ring, in bytes, in a format that names no last descriptor: one shift.
    #[inline(always)]
    pub(crate) const fn descriptor_bytes(self) -> usize {
        (self.descriptors >> 12) as usize
    }

    /// The last of them.
    #[inline(always)]
    pub(crate) const fn last(self) -> u16 {
        self.descriptors as u16
    }
}

/// Chains ever added and ever taken back.
#[derive(Clone, Copy)]
pub struct Counts {
    pub(crate) added: u64,
    pub(crate) completed: u64,
}

impl Counts {
    /// Chains in the ring.
    #[inline(always)]
    pub(crate) const fn in_flight(self) -> u64 {
        self.added - self.completed
    }
}

/// The chains of a ring with `N` slots, by their heads.
pub(crate) struct Ledger<C: Chain, const N: usize> {
    pub(crate) counts: Counts,
    /// Ids below this are looked up without ado: the ring's size. Zero for a ring that always looks twice: one that has
    /// latched a fault, or returns chains in order.
    pub(crate) ids: u32,
    pub(crate) fault: Option<Fault>,
    /// Chains that a latched fault keeps in the ring for good.
    stuck: u16,
    /// Of ordinary chains.
    records: [Record; N],
    /// Of resident chains in flight: what may be written is less than this. Zero: none is in flight.
    away: [u64; N],
    /// The same of settled chains wherever they are.
    limits: [u64; N],
    /// What was taken for settled chains.
    settled: [Record; N],
    chains: [MaybeUninit<C>; N],
}

impl<C: Chain, const N: usize> Ledger<C, N> {
    /// Of a ring that looks up ids below `ids` without ado, at most `N`.
    pub(crate) const fn new(ids: u32) -> Self {
        Self {
            ids,
            counts: Counts { added: 0, completed: 0 },
            fault: None,
            stuck: 0,
            records: [Record::NONE; N],
            away: [0; N],
            limits: [0; N],
            settled: [Record::NONE; N],
            chains: [const { MaybeUninit::uninit() }; N],
        }
    }

    /// Chains in the ring, those a fault keeps there included.
    pub(crate) fn in_flight(&self) -> u16 {
        self.counts.in_flight() as u16 + self.stuck
    }

    /// Chains ever added, those a fault keeps in the ring included.
    pub(crate) fn chains(&self) -> u64 {
        self.counts.added + u64::from(self.stuck)
    }

    /// The number of the chain that is about to be entered, which is counted by this.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> u64 {
        let number = self.counts.added;
        self.counts.added = number + 1;
        number
    }

    /// Notes a chain that is given to the device, and has its number.
    ///
    /// # Safety
    /// `head` is below `N`, and no chain is in flight under it.
    #[inline(always)]
    pub(crate) unsafe fn enter(&mut self, head: u32, record: Record, chain: C) {
        debug_assert!(!self.is_in_flight(head));
        // SAFETY: promised by the caller.
        unsafe {
            *self.records.get_unchecked_mut(head as usize) = record;
            self.keep(head, chain);
        }
    }

    /// Notes what will have to be kept of a chain that is settled.
    pub(crate) fn settle(&mut self, head: u32, record: Record) {
        self.settled[head as usize] = record;
        self.limits[head as usize] = u64::from(record.room) + 1;
    }

    /// Forgets a chain that is settled under this head, and answers what was taken for it.
    pub(crate) fn unsettle(&mut self, head: u32) -> Record {
        self.limits[head as usize] = 0;
        self.settled[head as usize]
    }

    /// Notes a resident chain that is given to the device, and has its number.
    ///
    /// # Safety
    /// It is settled under `head`, and not in flight.
    #[inline(always)]
    pub(crate) unsafe fn enter_settled(&mut self, head: u32, chain: C) {
        debug_assert!(!self.is_in_flight(head) && self.limits[head as usize] != 0);
        // SAFETY: heads are below `N`.
        unsafe {
            *self.away.get_unchecked_mut(head as usize) = *self.limits.get_unchecked(head as usize);
            self.keep(head, chain);
        }
    }

    /// # Safety
    /// `head` is below `N`, and no chain is kept there.
    #[inline(always)]
    unsafe fn keep(&mut self, head: u32, mut chain: C) {
        chain.given();
        // SAFETY: promised by the caller.
        unsafe { self.chains.get_unchecked_mut(head as usize).write(chain) };
    }

    fn is_in_flight(&self, head: u32) -> bool {
        self.records[head as usize] != Record::NONE || self.away[head as usize] != 0
    }

    /// Is the chain that the claim names in flight and an ordinary one, with room for what is said to be written?
    pub(crate) fn confirms(&self, claim: Claim) -> bool {
        // SAFETY: just compared.
        (claim.id as usize) < N && unsafe { self.confirms_id(claim) }
    }

    /// The same, of a claim with a possible id.
    ///
    /// # Safety
    /// The id is below `N`.
    #[inline(always)]
    pub(crate) unsafe fn confirms_id(&self, claim: Claim) -> bool {
        // SAFETY: promised by the caller.
        claim.entry() < unsafe { self.records.get_unchecked(claim.id as usize) }.whole()
    }

    /// The same of a resident chain.
    ///
    /// # Safety
    /// The id is below `N`.
    #[inline(always)]
    pub(crate) unsafe fn confirms_settled(&self, claim: Claim) -> bool {
        // SAFETY: promised by the caller.
        C::MAY_RESIDE && u64::from(claim.written) < unsafe { *self.away.get_unchecked(claim.id as usize) }
    }

    /// Strikes out what is kept of a chain; [`hand_over`](Self::hand_over) has to follow.
    ///
    /// # Safety
    /// An ordinary chain is in flight under `head`, which is below `N`.
    #[inline(always)]
    pub(crate) unsafe fn strike_out(&mut self, head: u32) -> Record {
        debug_assert!(self.records[head as usize] != Record::NONE);
        // SAFETY: promised by the caller.
        unsafe { core::mem::replace(self.records.get_unchecked_mut(head as usize), Record::NONE) }
    }

    /// The same for a resident chain.
    ///
    /// # Safety
    /// One is in flight under `head`, which is below `N`.
    #[inline(always)]
    pub(crate) unsafe fn strike_out_settled(&mut self, head: u32) {
        debug_assert!(self.away[head as usize] != 0);
        // SAFETY: promised by the caller.
        unsafe { *self.away.get_unchecked_mut(head as usize) = 0 };
    }

    /// Hands over the chain that was just struck out.
    ///
    /// # Safety
    /// It was, and this is not called twice.
    #[inline(always)]
    pub(crate) unsafe fn hand_over(&mut self, head: u32) -> C {
        self.counts.completed += 1;
        // SAFETY: there was a record, so `keep` has stored a chain here which nobody has taken since.
        unsafe { self.chains.get_unchecked(head as usize).assume_init_read() }
    }

    /// How much may be written to the chain in flight under `head`.
    pub(crate) fn room(&self, head: u16) -> u32 {
        self.records[head as usize].room
    }

    /// What is wrong with a claim that was not confirmed, in a ring of `size` whose oldest chain is `oldest`.
    pub(crate) fn diagnose(&self, claim: Claim, size: u16, oldest: u16) -> Fault {
        let Claim { id, written, .. } = claim;
        if id >= u32::from(size) {
            return Fault::UnknownHead { id };
        }
        let (head, record, away) = (id as u16, self.records[id as usize], self.away[id as usize]);
        let room = if away == 0 { record.room } else { (away - 1) as u32 };
        if away == 0 && record == Record::NONE {
            Fault::NotInFlight { head }
        } else if written > room {
            Fault::TooMuchWritten { head, written, room }
        } else {
            Fault::OutOfOrder { head, oldest }
        }
    }

    /// Remembers the first lie. What is in flight stays.
    pub(crate) fn latch(&mut self, fault: Fault) {
        self.fault = Some(fault);
        self.stuck = self.in_flight();
        self.counts.added = self.counts.completed;
    }

    /// Takes out every chain that is in flight.
    pub(crate) fn clear(&mut self, mut take: impl FnMut(u16, C)) {
        self.stuck = 0;
        self.counts.added = self.counts.completed;
        for head in 0..N {
            if self.is_in_flight(head as u32) {
                (self.records[head], self.away[head]) = (Record::NONE, 0);
                // SAFETY: there was a record, so a chain is stored here; nobody looks at the record again.
                take(head as u16, unsafe { self.chains[head].assume_init_read() });
            }
        }
    }
}

impl<C: Chain, const N: usize> Drop for Ledger<C, N> {
    fn drop(&mut self) {
        self.clear(|_, chain| chain.abandon());
    }
}
