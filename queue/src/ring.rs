//! A ring with one owner, of either format: chains in, chains out, and the record the device's claims are held against.
//!
//! Drivers call this, directly or through [`AnyRing`](crate::AnyRing). What the formats do differently stands in
//! `format`; once the ring is made nothing here touches memory that a device sees.
//!
//! **Who owns a chain.** From `add` to `pop` the ring does. A fault, or the ring's end, leaves the chains in flight with
//! the device: they are abandoned, not dropped.

use crate::Segment;
use crate::chain::{Chain, Done, Head};
use crate::error::{AddError, CreateError, Fault, Refusal};
use crate::format::{Claim, Format, Kick, Look, Unsettled, Written};
use crate::layout::{RingAreas, RingLayout, RingMemory};
use crate::ledger::{Ledger, Record};
use crate::lookout::Lookout;
use crate::measure::why_not;
use crate::packed::Packed;
use crate::resident::{Place, Places, Residence, Resident, Steady};
use crate::split::Split;
use crate::stats::RingStats;
use crate::words::Area;

/// A ring with one owner and `N` slots, a power of two; the size at run time may be smaller. Split, unless said otherwise:
/// nothing is visible to the device before [`publish`](Self::publish).
pub struct Ring<C: Chain, const N: usize, F: Format<N> = Split<N>> {
    format: F,
    ledger: Ledger<C, N>,
    areas: RingAreas,
    layout: RingLayout,
    /// In-order use only: what the last used entry covers.
    batch: Batch,
    kicks_wanted: u64,
    /// Whose places are believed: nobody's once a fault is latched, nor with in-order use, where descriptors have to follow
    /// each other.
    places: Places,
    /// Its chains were taken back after a reset: the device's words mean nothing any more.
    recovered: bool,
}

/// A packed ring with one owner: a chain is visible to the device from [`add`](Ring::add) on, and
/// [`publish`](Ring::publish) decides about the kick. Its size at run time may be any number up to `N`.
pub type PackedRing<C, const N: usize> = Ring<C, N, Packed<N>>;

/// One used entry may stand for several chains when the device returns them in order (virtio 1.2, 2.7.9 and 2.8.9).
#[derive(Clone, Copy)]
struct Batch {
    /// Chains ever taken back, once the last of the batch is.
    until: u64,
    /// What the device wrote to the last one. The others count as written in full.
    written: u32,
}

impl<C: Chain, const N: usize, F: Format<N>> Ring<C, N, F> {
    /// Makes a ring in `memory`, which it clears.
    ///
    /// # Safety
    /// The memory is valid for reads and writes, used for nothing else, and stays so for as long as the ring exists, and
    /// until the device has been reset or told to forget the ring: dropping the ring does not make the device forget it.
    /// The device address leads to the same bytes as the CPU address.
    pub unsafe fn new(memory: RingMemory, layout: RingLayout) -> Result<Self, CreateError> {
        const {
            assert!(
                N.is_power_of_two() && N as u64 <= Places::SLOTS_MAX,
                "a power of two, and no more than any ring has"
            )
        };
        layout.check(&memory, F::PACKED, N)?;
        // SAFETY: the caller promises the memory; `check` has compared its size with what the layout needs, and the
        // layout's format and size with ours.
        let format = unsafe {
            Area::new(memory.cpu()).clear(layout.bytes());
            F::new(&memory, &layout)
        };
        Ok(Self {
            format,
            ledger: Ledger::new(if layout.features().in_order { 0 } else { u32::from(layout.size()) }),
            areas: layout.areas(&memory),
            layout,
            batch: Batch { until: 0, written: 0 },
            kicks_wanted: 0,
            places: if layout.features().in_order { Places::NONE } else { Places::new() },
            recovered: false,
        })
    }

    /// What to tell the device.
    pub fn areas(&self) -> RingAreas {
        self.areas
    }

    /// Size, features, and place of everything.
    pub fn layout(&self) -> &RingLayout {
        &self.layout
    }

    /// Takes a chain. A split ring's device does not see it before [`publish`](Self::publish); a packed ring's may see it
    /// from here on, and `publish` says whether it looks without a kick.
    ///
    /// A chain of more segments than there are free descriptors takes one descriptor and its slot's indirect table, if
    /// the layout has tables of that length. A [`Resident`] with a place has its descriptors already, and is refused by a
    /// ring with a latched fault only.
    #[inline]
    pub fn add(&mut self, chain: C) -> Result<Head, AddError<C>> {
        if C::MAY_RESIDE
            && let Some(head) = self.places.head_at(chain.place(), N)
            && self.format.goes_straight_on()
        {
            // SAFETY: the place is one of ours, so a chain was settled there and not unsettled, which takes the place back;
            // it is this one, and here, so not in flight.
            unsafe {
                let number = self.ledger.number();
                self.ledger.enter_settled(head, chain);
                self.format.announce_settled(head, number);
            }
            return Ok(Head(head));
        }
        if C::MAY_RESIDE { self.add_elsewhere(chain) } else { self.add_ordinary(chain) }
    }

    /// As `add`, for a chain of a type that may have a place, where it has none here, and where the ring begins again: kept
    /// apart, so that the others do not pay for it.
    #[inline(never)]
    fn add_elsewhere(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let Some(head) = self.places.head_at(chain.place(), N) else { return self.add_ordinary(chain) };
        // SAFETY: as in `add`.
        unsafe {
            self.format.announce_settled_around(head, self.ledger.number());
            self.ledger.enter_settled(head, chain);
        }
        Ok(Head(head))
    }

    #[inline(always)]
    fn add_ordinary(&mut self, chain: C) -> Result<Head, AddError<C>> {
        // The shape of most requests, tested first: one segment to read and one to write.
        let [request] = chain.readable() else { return self.add_shaped(chain) };
        // SAFETY: just seen.
        let [answer] = chain.writable() else { return unsafe { self.add_reading(chain) } };
        match self.format.write_few([request, answer], 1) {
            Some(written) => Ok(self.enter(written, chain)),
            None => self.add_many(chain),
        }
    }

    /// As `add`, for a request, an answer, and a payload that the device writes. Short chains go without loops, each shape on
    /// its own, so that none pays for the registers of another, nor this for those of any; of a chain type whose lists have
    /// lengths known to the compiler, one way is left.
    ///
    /// # Safety
    /// There is one segment to read. (A chain answers the same however often it is asked, so that is not tested again.)
    #[inline(never)]
    unsafe fn add_reading(&mut self, chain: C) -> Result<Head, AddError<C>> {
        // SAFETY: promised by the caller; the rest is seen here.
        unsafe {
            match chain.writable().len() {
                2 => self.add_three(chain),
                3 => self.add_four(chain),
                4.. => self.add_reading_pieces(chain),
                _ => self.add_shaped(chain),
            }
        }
    }

    /// The same with a payload in one piece.
    ///
    /// # Safety
    /// There is one segment to read, and there are two to write.
    #[inline(never)]
    unsafe fn add_three(&mut self, chain: C) -> Result<Head, AddError<C>> {
        // SAFETY: promised by the caller.
        unsafe { core::hint::assert_unchecked(chain.readable().len() == 1 && chain.writable().len() == 2) };
        let ([a], [b, c]) = (chain.readable(), chain.writable()) else { return self.add_many(chain) };
        match self.format.write_few([a, b, c], 1) {
            Some(written) => Ok(self.enter(written, chain)),
            None => self.add_many(chain),
        }
    }

    /// The same with a payload in two.
    ///
    /// # Safety
    /// There is one segment to read, and there are three to write.
    #[inline(never)]
    unsafe fn add_four(&mut self, chain: C) -> Result<Head, AddError<C>> {
        // SAFETY: promised by the caller.
        unsafe { core::hint::assert_unchecked(chain.readable().len() == 1 && chain.writable().len() == 3) };
        let ([a], [b, c, d]) = (chain.readable(), chain.writable()) else { return self.add_many(chain) };
        match self.format.write_few([a, b, c, d], 1) {
            Some(written) => Ok(self.enter(written, chain)),
            None => self.add_many(chain),
        }
    }

    /// The same with a payload in more.
    ///
    /// # Safety
    /// There is one segment to read, and there are four or more to write.
    #[inline(never)]
    unsafe fn add_reading_pieces(&mut self, chain: C) -> Result<Head, AddError<C>> {
        // SAFETY: promised by the caller.
        unsafe { core::hint::assert_unchecked(chain.readable().len() == 1 && chain.writable().len() > 3) };
        let [first] = chain.readable() else { return self.add_many(chain) };
        // SAFETY: promised by the caller.
        match unsafe { self.format.write_pieces(first, chain.writable()) } {
            Some(written) => Ok(self.enter(written, chain)),
            None => self.add_many(chain),
        }
    }

    /// As `add`, for a chain of another shape.
    #[inline(never)]
    fn add_shaped(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let written = match (chain.readable(), chain.writable()) {
            ([a, b], [c]) => self.format.write_few([a, b, c], 2),
            ([a], []) => self.format.write_few([a], 1),
            ([], [a]) => self.format.write_few([a], 0),
            ([a, b], [c, d]) => self.format.write_few([a, b, c, d], 2),
            ([a, b, c], [d]) => self.format.write_few([a, b, c, d], 3),
            _ => None,
        };
        match written {
            Some(written) => Ok(self.enter(written, chain)),
            None => self.add_many(chain),
        }
    }

    /// As `add`, for a chain of any length.
    #[inline(never)]
    fn add_many(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let (readable, writable) = (chain.readable(), chain.writable());
        let count = readable.len() + writable.len();
        let number = self.ledger.counts.added;
        // No segments at all are too many here, and sorted out there.
        if count.wrapping_sub(1) < self.format.free() as usize
            && let Some(written) = self.format.write_many(number, readable, writable)
        {
            return Ok(self.enter(written, chain));
        }
        self.add_otherwise(chain)
    }

    /// What `add` does with a chain that is not plain, or for which there are not enough free descriptors.
    #[cold]
    #[inline(never)]
    fn add_otherwise(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let (readable, writable) = (chain.readable(), chain.writable());
        match self.refusal(readable, writable) {
            Some(why) => Err(AddError { why, chain }),
            None => {
                let number = self.ledger.counts.added;
                // SAFETY: there is no reason to refuse the chain.
                let written = unsafe { self.format.write_indirect(number, readable, writable) };
                Ok(self.enter(written, chain))
            }
        }
    }

    /// Why a chain for which there are not enough free descriptors cannot go through a table either.
    fn refusal(&self, readable: &[Segment], writable: &[Segment]) -> Option<Refusal> {
        let count = readable.len() + writable.len();
        if let Some(fault) = self.ledger.fault {
            Some(Refusal::Broken(fault))
        } else if self.recovered {
            Some(Refusal::Recovered)
        } else if let Some(why) = why_not(readable, writable) {
            Some(why)
        } else if count <= self.layout.table_entries() as usize {
            (self.format.free() == 0).then_some(Refusal::Full)
        } else if count > self.layout.size() as usize {
            Some(Refusal::TooLong)
        } else {
            Some(Refusal::Full)
        }
    }

    /// Notes a chain whose descriptors are taken and written.
    #[inline(always)]
    fn enter(&mut self, written: Written, chain: C) -> Head {
        let Written { head, record } = written;
        // SAFETY: the format has just written the chain under a head that was free.
        unsafe {
            self.format.announce(head, self.ledger.number());
            self.ledger.enter(head, record, chain);
        }
        Head(head)
    }

    /// Writes a chain's descriptors for good and gives it back as a [`Resident`], to be added as often as wanted. The device
    /// learns nothing of it yet.
    ///
    /// The descriptors are taken from the free ones; [`Refusal::Full`] if there are too few. Where the format has no place
    /// for such a chain (no table of that length, or in-order use) the resident comes without one, and costs as much as any
    /// chain.
    #[cold]
    pub fn settle<D: Steady>(&mut self, chain: D, residence: Residence) -> Result<Resident<D>, AddError<D>> {
        let (readable, writable) = (chain.readable(), chain.writable());
        let why = if let Some(fault) = self.ledger.fault {
            Refusal::Broken(fault)
        } else if self.recovered {
            Refusal::Recovered
        } else if let Some(why) = why_not(readable, writable) {
            why
        } else if readable.len() + writable.len() > self.layout.size() as usize {
            Refusal::TooLong
        } else {
            let written = if self.places.are_none() {
                Err(Unsettled::Nowhere)
            } else {
                self.format.settle(readable, writable, residence)
            };
            match written {
                Ok(Written { head, record }) => {
                    self.ledger.settle(head, record);
                    return Ok(Resident::new(chain, self.places.make(head)));
                }
                Err(Unsettled::Nowhere) => return Ok(Resident::new(chain, Place::NOWHERE)),
                Err(Unsettled::Full) => Refusal::Full,
            }
        };
        Err(AddError { why, chain })
    }

    /// Gives a resident chain's descriptors back to the free ones, and the chain to its owner. Nothing but the chain comes
    /// back of one whose place is in another ring: its descriptors stay taken there.
    #[cold]
    pub fn unsettle<D>(&mut self, resident: Resident<D>) -> D {
        let (chain, place) = resident.into_parts();
        if let Some(head) = self.places.head_at(&place, N) {
            // SAFETY: the place is one of ours, and gone now; the chain is here, so not in flight.
            unsafe { self.format.unsettle(head, self.ledger.unsettle(head)) };
        }
        chain
    }

    /// Makes everything added so far available to the device, and says whether the device wants to be told. One decision
    /// covers the whole batch.
    #[inline]
    #[must_use = "a device that asked for a kick waits for it"]
    pub fn publish(&mut self) -> bool {
        match self.format.publish(&self.ledger.counts) {
            Kick::No => false,
            Kick::Yes => {
                self.kicks_wanted += 1;
                true
            }
            Kick::Ask(old) => self.decide(old),
        }
    }

    #[inline(never)]
    fn decide(&mut self, old: u64) -> bool {
        // Whether a device that asks in no known way waits nobody knows; a kick harms nobody.
        let kick = self.format.decide(&self.ledger.counts, old).unwrap_or_else(|fault| {
            self.latch(fault);
            true
        });
        self.kicks_wanted += u64::from(kick);
        kick
    }

    /// Takes the next chain the device has returned, if there is one.
    ///
    /// Whatever the device wrote is checked against our own record first. A lie is latched: the chains still in flight
    /// stay with the ring, and every later call answers the same fault.
    #[inline]
    pub fn pop(&mut self) -> Result<Option<Done<C>>, Fault> {
        match self.format.claim(&self.ledger.counts, &self.ledger.ids) {
            // SAFETY: the ids are at most `N`.
            Some(claim) => unsafe { self.take(claim) },
            None => self.pop_otherwise(),
        }
    }

    /// Takes the chain that a claim names.
    ///
    /// # Safety
    /// Its id is below `N`.
    #[inline(always)]
    unsafe fn take(&mut self, claim: Claim) -> Result<Option<Done<C>>, Fault> {
        // SAFETY: promised by the caller; what is given back was just confirmed.
        unsafe {
            if self.ledger.confirms_settled(claim) && self.format.comes_straight_on(claim) {
                Ok(Some(self.give_back_settled(claim, F::release_settled)))
            } else if C::MAY_RESIDE {
                self.take_elsewhere(claim.id, claim.written, claim.at)
            } else {
                self.take_ordinary(claim)
            }
        }
    }

    /// As `add_elsewhere`.
    ///
    /// # Safety
    /// As for `take`.
    #[inline(never)]
    unsafe fn take_elsewhere(&mut self, id: u32, written: u32, at: Area) -> Result<Option<Done<C>>, Fault> {
        let claim = Claim { id, written, at };
        // SAFETY: promised by the caller; what is given back was just confirmed.
        unsafe {
            if self.ledger.confirms_settled(claim) {
                return Ok(Some(self.give_back_settled(claim, F::release_settled_around)));
            }
            self.take_ordinary(claim)
        }
    }

    /// # Safety
    /// As for `take`.
    #[inline(always)]
    unsafe fn take_ordinary(&mut self, claim: Claim) -> Result<Option<Done<C>>, Fault> {
        // SAFETY: promised by the caller; what is given back was just confirmed.
        unsafe {
            if !self.ledger.confirms_id(claim) {
                return Err(self.latch_claim(claim));
            }
            Ok(Some(self.give_back(claim, F::release)))
        }
    }

    /// What `pop` does when there is nothing, when what there is makes no sense, and when the device returns chains in
    /// order.
    #[inline(never)]
    fn pop_otherwise(&mut self) -> Result<Option<Done<C>>, Fault> {
        if let Some(fault) = self.ledger.fault {
            return Err(fault);
        }
        if self.recovered {
            return Ok(None);
        }
        let counts = self.ledger.counts;
        if counts.completed < self.batch.until {
            return Ok(Some(self.take_from_batch()));
        }
        match self.format.look(counts) {
            Ok(Look::Nothing) => Ok(None),
            // SAFETY: just compared.
            Ok(Look::Chain(claim)) if (claim.id as usize) < N => unsafe { self.take(claim) },
            Ok(Look::Chain(claim)) => Err(self.latch_claim(claim)),
            Ok(Look::LastOf { chains, claim }) => {
                let mut claimed = counts.completed..counts.completed + chains;
                match claimed.find(|&at| u32::from(self.format.ordered(at)) == claim.id) {
                    Some(last) if self.ledger.confirms(claim) => {
                        self.batch = Batch { until: last + 1, written: claim.written };
                        Ok(Some(self.take_from_batch()))
                    }
                    _ => Err(self.latch_claim(claim)),
                }
            }
            Err(fault) => Err(self.latch(fault)),
        }
    }

    /// Takes the oldest chain, which the last used entry covers.
    fn take_from_batch(&mut self) -> Done<C> {
        let completed = self.ledger.counts.completed;
        let head = self.format.ordered(completed);
        let last_of_batch = completed + 1 == self.batch.until;
        let written = if last_of_batch { self.batch.written } else { self.ledger.room(head) };
        // SAFETY: the batch was found among the chains in flight, in order, and this is the next of them.
        unsafe { self.give_back(self.format.claim_for(head, written), F::release_oldest) }
    }

    /// Frees the descriptors of an ordinary chain in flight and hands the chain back.
    ///
    /// # Safety
    /// The claim is true, and made by the device; if by `release_oldest`, of the oldest chain.
    #[inline(always)]
    unsafe fn give_back(&mut self, claim: Claim, release: unsafe fn(&mut F, Claim, Record)) -> Done<C> {
        let Claim { id, written, .. } = claim;
        // SAFETY: promised by the caller; we have acquired the device's writes by seeing the claim.
        unsafe {
            let record = self.ledger.strike_out(id);
            release(&mut self.format, claim, record);
            let mut chain = self.ledger.hand_over(id);
            chain.returned(written);
            Done { chain, head: Head(id), written }
        }
    }

    /// Hands a resident chain in flight back; its descriptors stay.
    ///
    /// # Safety
    /// The claim is true, and made by the device, where `release` may be used for it.
    #[inline(always)]
    unsafe fn give_back_settled(&mut self, claim: Claim, release: unsafe fn(&mut F, Claim)) -> Done<C> {
        let Claim { id, written, .. } = claim;
        // SAFETY: as above.
        unsafe {
            self.ledger.strike_out_settled(id);
            release(&mut self.format, claim);
            let mut chain = self.ledger.hand_over(id);
            chain.returned(written);
            Done { chain, head: Head(id), written }
        }
    }

    /// Lets `lookout` look for the device's next move from here on. To be called again whenever `pop` has taken something
    /// and found nothing more.
    ///
    /// # Safety
    /// The ring's memory stays where it is for as long as anybody looks, or until the lookout has been shown another ring
    /// and nobody looks any more who began before.
    #[inline]
    pub unsafe fn show(&self, lookout: &Lookout) {
        // SAFETY: promised by the caller.
        unsafe { lookout.look_at(self.format.sight(self.ledger.counts)) };
    }

    /// Asks for an interrupt at the next chain the device returns, then looks again. `true`: there is something to pop
    /// already, and the interrupt may not come for it.
    #[must_use = "going to sleep when this is true may be for ever"]
    pub fn arm(&mut self) -> bool {
        let there = self.format.arm(self.ledger.counts);
        self.is_there(there)
    }

    /// Is there something to pop, if the device's words say so?
    fn is_there(&self, device_says: bool) -> bool {
        let in_batch = self.ledger.counts.completed < self.batch.until;
        (device_says || in_batch) && !self.recovered || self.ledger.fault.is_some()
    }

    /// As [`arm`](Self::arm), but the interrupt is to come when the device has returned `chains` more, not at the next:
    /// whoever sleeps on this needs another way to wake up, for the chains before that, and asks for no more than are in
    /// the ring. A hint: split rings with an event index can say it, others ask for the next chain.
    #[must_use = "going to sleep when this is true may be for ever"]
    pub fn arm_after(&mut self, chains: u16) -> bool {
        let there = self.format.arm_after(self.ledger.counts, chains);
        self.is_there(there)
    }

    /// Asks for no interrupts. A hint: some may come nevertheless, with a split ring's event index one in 65536 chains.
    pub fn disarm(&mut self) {
        self.format.disarm(self.ledger.counts);
    }

    /// Hands back every chain still in the ring, a latched fault or not, with nothing known to be written to them. From
    /// then on the ring takes nothing ([`Refusal::Recovered`], unless a fault is latched) and has nothing; make a new one.
    ///
    /// # Safety
    /// The device has been reset and has confirmed it: it touches neither this ring nor what its chains name any more.
    #[cold]
    pub unsafe fn recover(&mut self, mut take: impl FnMut(Head, C)) {
        self.recovered = true;
        self.close();
        self.ledger.clear(|head, mut chain| {
            // SAFETY: the caller says that the device no longer has it; nothing written is never too much.
            unsafe { chain.returned(0) };
            take(Head(u32::from(head)), chain);
        });
    }

    /// Chains in the ring: added and not taken back.
    pub fn in_flight(&self) -> u16 {
        self.ledger.in_flight()
    }

    /// Free descriptors.
    pub fn free(&self) -> u16 {
        self.format.free()
    }

    /// The latched lie, if there is one.
    pub fn fault(&self) -> Option<Fault> {
        self.ledger.fault
    }

    /// Counts since the ring was made.
    pub fn stats(&self) -> RingStats {
        RingStats {
            chains: self.ledger.chains(),
            descriptors: self.format.descriptors(),
            kicks_wanted: self.kicks_wanted,
            completions: self.ledger.counts.completed,
        }
    }

    /// Finds out what is wrong with a claim, and latches it.
    #[cold]
    #[inline(never)]
    fn latch_claim(&mut self, claim: Claim) -> Fault {
        let oldest = self.format.ordered(self.ledger.counts.completed);
        let fault = self.ledger.diagnose(claim, self.layout.size(), oldest);
        self.latch(fault)
    }

    #[cold]
    #[inline(never)]
    fn latch(&mut self, fault: Fault) -> Fault {
        self.ledger.latch(fault);
        self.close();
        fault
    }

    /// Nothing is added and taken the short way from now on.
    fn close(&mut self) {
        self.places = Places::NONE;
        self.ledger.ids = 0;
        // What is left of a batch is in flight like everything else.
        self.batch.until = 0;
        self.format.close(self.ledger.counts);
    }
}
