//! What the two ring formats do differently: how descriptors are written, how the device learns of them, and where it
//! says what it has returned. [`Ring`](crate::Ring) does the rest and is the only caller.
//!
//! A format decides nothing about a chain that is in flight: what it reads from the device it passes on as a claim, and
//! the ring compares that with its record.

use crate::Segment;
use crate::error::Fault;
use crate::layout::{RingLayout, RingMemory};
use crate::ledger::{Counts, Record};
use crate::lookout::Sight;
use crate::resident::Residence;
use crate::words::Area;

/// Descriptors taken and written for a chain.
pub struct Written {
    pub(crate) head: u32,
    pub(crate) record: Record,
}

/// Why a chain was not settled.
pub enum Unsettled {
    /// No descriptor is free, or not enough of them are.
    Full,
    /// There is no table for it: its descriptors have to be written each time.
    Nowhere,
}

/// Does the device want a kick?
pub enum Kick {
    /// No.
    No,
    /// Yes.
    Yes,
    /// [`decide`](Format::decide) says, whom to tell how far the last decision went.
    Ask(u64),
}

/// What the device says of a chain it returns. Not to be believed before the ledger has confirmed it.
#[derive(Clone, Copy)]
pub struct Claim {
    /// Which chain.
    pub(crate) id: u32,
    /// How many bytes it wrote.
    pub(crate) written: u32,
    /// Where it says so; a packed ring goes on from there.
    pub(crate) at: Area,
}

impl Claim {
    /// As a split ring's used entry has it.
    #[inline(always)]
    pub(crate) const fn from_entry(entry: u64, at: Area) -> Self {
        Self { id: entry as u32, written: (entry >> 32) as u32, at }
    }

    /// The other way round.
    #[inline(always)]
    pub(crate) const fn entry(self) -> u64 {
        (self.written as u64) << 32 | self.id as u64
    }
}

/// What there is to see where the next returned chain must be.
pub enum Look {
    /// Nothing yet.
    Nothing,
    /// A chain.
    Chain(Claim),
    /// Several chains, of which this is the last: the device returns them in order, and it is one of the next `chains`.
    LastOf {
        /// At most so many.
        chains: u64,
        /// The last.
        claim: Claim,
    },
}

/// A ring format with room for `N` descriptors. Sealed: the module is private.
pub trait Format<const N: usize>: Sized {
    /// `VIRTIO_F_RING_PACKED`.
    const PACKED: bool;

    /// The format's part of a ring in cleared memory.
    ///
    /// # Safety
    /// The memory is as large as the layout asks, valid as long as this is used, and used for nothing else; the layout is
    /// one of this format with at most `N` descriptors.
    unsafe fn new(memory: &RingMemory, layout: &RingLayout) -> Self;

    /// Descriptors ever taken for chains.
    fn descriptors(&self) -> u64;

    /// Free descriptors.
    fn free(&self) -> u16;

    /// Takes and writes descriptors for `K` segments, the first `readable` of which are to be read. Nothing: they are too
    /// many now, or have to be measured in full, or the format has no short way for them.
    fn write_few<const K: usize>(&mut self, segments: [&Segment; K], readable: usize) -> Option<Written>;

    /// The same for a segment to be read, and many to be written.
    ///
    /// Nothing also if any is longer than [`ORDINARY`](crate::measure::ORDINARY).
    ///
    /// # Safety
    /// There are four to be written at least.
    unsafe fn write_pieces(&mut self, first: &Segment, writable: &[Segment]) -> Option<Written>;

    /// The same for lists of any length that fit what is free. Nothing: they are no chain that a device may see. The
    /// chain will be number `number` of all added.
    fn write_many(&mut self, number: u64, readable: &[Segment], writable: &[Segment]) -> Option<Written>;

    /// One descriptor naming the slot's own table, into which the segments are written.
    ///
    /// # Safety
    /// A descriptor is free, the table has as many entries as there are segments, and the segments have been measured.
    unsafe fn write_indirect(&mut self, number: u64, readable: &[Segment], writable: &[Segment]) -> Written;

    /// Takes and writes descriptors for a chain that will stay. The segments have been measured.
    fn settle(
        &mut self,
        readable: &[Segment],
        writable: &[Segment],
        residence: Residence,
    ) -> Result<Written, Unsettled>;

    /// Frees the descriptors of a chain that was settled.
    ///
    /// # Safety
    /// It was settled under `head` with this record, is not in flight, and `head` is not used any more.
    unsafe fn unsettle(&mut self, head: u32, record: Record);

    /// Can a settled chain be announced by [`announce_settled`](Self::announce_settled) now?
    fn goes_straight_on(&self) -> bool {
        true
    }

    /// Announces a settled chain where the ring begins again.
    ///
    /// # Safety
    /// As for [`announce_settled`](Self::announce_settled).
    unsafe fn announce_settled_around(&mut self, head: u32, number: u64) {
        // SAFETY: promised by the caller.
        unsafe { self.announce_settled(head, number) }
    }

    /// Writes what a settled chain needs to be available, and gives it its place among those the device will see.
    ///
    /// # Safety
    /// It was settled under `head` and is not in flight; `number` is its own of all chains. The device does not return chains
    /// in order. The ring goes straight on.
    unsafe fn announce_settled(&mut self, head: u32, number: u64);

    /// Can [`release_settled`](Self::release_settled) be used for this claim?
    fn comes_straight_on(&self, claim: Claim) -> bool {
        let _ = claim;
        true
    }

    /// Goes on past a settled chain the device has returned.
    ///
    /// # Safety
    /// The claim is true, and its chain was in flight just now. The ring comes straight on.
    unsafe fn release_settled(&mut self, claim: Claim);

    /// The same where the ring may begin again.
    ///
    /// # Safety
    /// The claim is true, and its chain was in flight just now.
    unsafe fn release_settled_around(&mut self, claim: Claim) {
        // SAFETY: promised by the caller.
        unsafe { self.release_settled(claim) }
    }

    /// Gives a chain that is written its place among those the device will see.
    ///
    /// # Safety
    /// `head` is one that was just written, and `number` is the chain's own of all.
    unsafe fn announce(&mut self, head: u32, number: u64);

    /// Shows the device the chains added since the last time. Does it want a kick for them?
    fn publish(&mut self, counts: &Counts) -> Kick;

    /// Does what [`publish`](Self::publish) has left open. `old` is what it answered with.
    fn decide(&mut self, counts: &Counts, old: u64) -> Result<bool, Fault>;

    /// The next chain returned, if there plainly is one with an id below `ids`. Otherwise only [`look`](Self::look) says.
    fn claim(&self, counts: &Counts, ids: &u32) -> Option<Claim>;

    /// What there is to see; nothing is left out.
    fn look(&self, counts: Counts) -> Result<Look, Fault>;

    /// Where the device's next move will show, while it has chains and all that it has returned is taken.
    fn sight(&self, counts: Counts) -> Sight;

    /// The head of the chain that was added as number `number` and is in flight.
    fn ordered(&self, number: u64) -> u16;

    /// The claim that a batch makes for the oldest chain without saying so.
    fn claim_for(&self, head: u16, written: u32) -> Claim;

    /// Frees the descriptors of a chain the device has returned.
    ///
    /// # Safety
    /// The claim is true, and `record` is that of its chain, which was in flight just now.
    unsafe fn release(&mut self, claim: Claim, record: Record);

    /// The same, of the oldest chain in flight, where chains come back in order.
    ///
    /// # Safety
    /// As for [`release`](Self::release).
    unsafe fn release_oldest(&mut self, claim: Claim, record: Record) {
        // SAFETY: promised by the caller.
        unsafe { self.release(claim, record) }
    }

    /// Asks for an interrupt at the next chain the device returns, then looks again. `true`: there is something already.
    fn arm(&mut self, counts: Counts) -> bool;

    /// The same at the `chains`th chain from now, where the format has a word for that; else at the next.
    fn arm_after(&mut self, counts: Counts, _chains: u16) -> bool {
        self.arm(counts)
    }

    /// Asks for no interrupts.
    fn disarm(&mut self, counts: Counts);

    /// Makes the short ways fail from now on, so that they need no test of their own for a latched fault.
    fn close(&mut self, counts: Counts);
}
