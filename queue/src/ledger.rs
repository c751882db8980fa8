//! What a ring with one owner knows of its chains: which are in flight, how much each may be written, and the chains
//! themselves, all in memory no device sees. Both formats keep it alike; what a device says is compared with it.

use crate::chain::Chain;
use crate::error::Fault;
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

    #[inline(always)]
    pub(crate) const fn new(room: u32, descriptors: u16, last: u16) -> Self {
        Self { descriptors: (descriptors as u32) << 16 | last as u32, room }
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
    pub(crate) fault: Option<Fault>,
    /// Chains that a latched fault keeps in the ring for good.
    stuck: u16,
    records: [Record; N],
    chains: [MaybeUninit<C>; N],
}

impl<C: Chain, const N: usize> Ledger<C, N> {
    pub(crate) const fn new() -> Self {
        Self {
            counts: Counts { added: 0, completed: 0 },
            fault: None,
            stuck: 0,
            records: [Record::NONE; N],
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

    /// Notes a chain that is given to the device.
    ///
    /// # Safety
    /// `head` is below `N`, and no chain is in flight under it.
    #[inline(always)]
    pub(crate) unsafe fn enter(&mut self, head: u32, record: Record, mut chain: C) {
        debug_assert!((head as usize) < N && self.records[head as usize] == Record::NONE);
        chain.given();
        self.counts.added += 1;
        // SAFETY: promised by the caller.
        unsafe {
            *self.records.get_unchecked_mut(head as usize) = record;
            self.chains.get_unchecked_mut(head as usize).write(chain);
        }
    }

    /// Is the chain that `entry` names in flight, with room for what is said to be written?
    #[inline(always)]
    pub(crate) fn confirms(&self, entry: u64) -> bool {
        let id = entry as u32 as usize;
        id < N && entry < self.records[id].whole()
    }

    /// Strikes out what is kept of a chain; [`hand_over`](Self::hand_over) has to follow.
    ///
    /// # Safety
    /// A chain is in flight under `head`, which is below `N`.
    #[inline(always)]
    pub(crate) unsafe fn strike_out(&mut self, head: u32) -> Record {
        debug_assert!((head as usize) < N && self.records[head as usize] != Record::NONE);
        // SAFETY: promised by the caller.
        unsafe { core::mem::replace(self.records.get_unchecked_mut(head as usize), Record::NONE) }
    }

    /// Hands over the chain that was just struck out.
    ///
    /// # Safety
    /// It was, and this is not called twice.
    #[inline(always)]
    pub(crate) unsafe fn hand_over(&mut self, head: u32) -> C {
        self.counts.completed += 1;
        // SAFETY: there was a record, so `enter` has stored a chain here which nobody has taken since.
        unsafe { self.chains.get_unchecked(head as usize).assume_init_read() }
    }

    /// How much may be written to the chain in flight under `head`.
    pub(crate) fn room(&self, head: u16) -> u32 {
        self.records[head as usize].room
    }

    /// What is wrong with an entry that was found wrong, in a ring of `size` whose oldest chain is `oldest`.
    pub(crate) fn diagnose(&self, entry: u64, size: u16, oldest: u16) -> Fault {
        let (id, written) = (entry as u32, (entry >> 32) as u32);
        if id >= u32::from(size) {
            return Fault::UnknownHead { id };
        }
        let (head, record) = (id as u16, self.records[id as usize]);
        if record == Record::NONE {
            Fault::NotInFlight { head }
        } else if written > record.room {
            Fault::TooMuchWritten { head, written, room: record.room }
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
            if core::mem::replace(&mut self.records[head], Record::NONE) != Record::NONE {
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
