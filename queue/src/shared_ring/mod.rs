//! A split ring that any core may submit to, also from an interrupt, without a lock (virtio 1.2, 2.7).
//!
//! **How a chain travels.** A submitter takes descriptors from the [free list](free_list), writes them, and stores the
//! chain in its slot. If nobody is publishing it does that itself: it puts the chain on record, names it in the avail ring,
//! moves the index, and decides about the kick. If somebody is, it leaves the chain to that one and is done. The
//! [consumer](consumer), one at a time, compares what the device returns with the record, strikes it out, and gives the
//! descriptors back.
//!
//! **Who waits for whom: nobody.** A submitter has two loops, one around taking descriptors and one around leaving a chain
//! or becoming the publisher; each turns once more only because another submitter or the consumer has got further
//! meanwhile. A submitter that stands still, in an interrupt or because its core was taken away, holds nothing others need,
//! except between becoming the publisher and giving that up, some fifteen instructions: what is submitted then is accepted
//! and left for it, and becomes visible when it goes on. That goes also for an interrupt that submits while the
//! publisher below it stands still: it returns at once, and the publisher, going on, finds the chain. A publisher publishes
//! for others as long as they leave chains. While it owes the device a kick, that is at most as many as there are free
//! descriptors, because a device that waits for it returns none.
//!
//! **Who kicks.** Whoever moved the avail index, for exactly the range it moved over: `submit` answers so. Every
//! movement is followed, on the same core, by a full fence and a look at the device's wish; the device, having stored its
//! wish, has a full fence before it looks at the index. So if it sleeps over an index that moved over its wish, the one who
//! moved it has seen the wish. Whoever left its chain to another never kicks: the other has moved the index, and decides.
//!
//! **What a lying device can do.** As with the ring of one owner, ids, lengths and the used index are compared with our own
//! record. The record comes into being just before the index moves, so a chain that is taken back is one the device may have
//! heard of; a device that returns it in that very moment has only returned it early. A latched fault closes the
//! free list: nothing is accepted any more, and what is in flight stays.
//!
//! Of formats there is the split one only. A packed ring's descriptors stand where the chain stands in the order, so they
//! would have to be written by the publisher, for everybody: sound, since everything it needs is in the slot, but it is not
//! written. Nor is in-order use.

mod batch;
mod consumer;
mod free_list;
mod publisher;
mod record;
#[cfg(any(test, feature = "testing"))]
pub(crate) mod script;
#[cfg(all(test, not(loom)))]
mod tests;

pub use batch::Batch;
pub use consumer::Consumer;

use crate::chain::{Chain, Head};
use crate::error::{AddError, CreateError, Fault, Refusal};
use crate::indirect::{TableKind, write_table};
use crate::layout::{RingAreas, RingLayout, RingMemory};
use crate::measure::{Measure, room_of_few, why_not};
use crate::stats::RingStats;
use crate::sync::{AtomicBool, AtomicU32, AtomicU64, Ordering, UnsafeCell};
use crate::words::{Area, AvailEvent, AvailRing, DescTable, UsedRing, link};
use crate::{DevAddr, Segment};
use core::mem::MaybeUninit;
use crossbeam_utils::CachePadded;
use free_list::{Few, FreeList, FreeWord, FromList, Links, Run, Source};
use publisher::{Publisher, Waiting};
use record::Record;

/// A split ring for many submitters with `N` slots, a power of two; the size at run time may be smaller.
pub struct SharedRing<C: Chain, const N: usize> {
    desc: DescTable,
    avail: AvailRing,
    used: UsedRing,
    avail_event: AvailEvent,
    tables: Area,
    tables_dev: DevAddr,
    areas: RingAreas,
    layout: RingLayout,
    /// The ring's size minus one.
    mask: u32,
    event_idx: bool,
    free: CachePadded<FreeWord>,
    publisher: CachePadded<Publisher>,
    back: CachePadded<Back>,
    kicks_wanted: AtomicU64,
    /// Written once, before it is said that nothing is believed any more.
    fault: UnsafeCell<Option<Fault>>,
    links: Links<N>,
    records: [AtomicU64; N],
    waiting: [UnsafeCell<Waiting>; N],
    chains: [UnsafeCell<MaybeUninit<C>>; N],
}

/// What the consumer writes and others only look at.
struct Back {
    /// Somebody is the consumer.
    held: AtomicBool,
    /// All ones, or zero once a fault is latched or the chains are taken back after a reset.
    believed: AtomicU32,
    /// Chains ever taken back; the used index up to which we have looked is its low half.
    completed: AtomicU64,
    /// Descriptors ever taken back, times 2^16.
    descriptors_high: AtomicU64,
}

// SAFETY: chains move from core to core, so they must be `Send`. A slot belongs to one core at a time, and passes on by
// acquire and release: from the consumer that frees its descriptors to the submitter that takes them (free list), to the
// publisher (intake), to the consumer (record). The fault is written once, before it is announced.
unsafe impl<C: Chain + Send, const N: usize> Sync for SharedRing<C, N> {}

/// The link of a descriptor that goes on at another.
#[inline(always)]
const fn link_to(index: u32) -> u32 {
    link::NEXT + (index << link::NEXT_SHIFT)
}

/// A chain that was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "a device that asked for a kick waits for it"]
pub struct Submitted {
    /// Names the chain while it is in the ring.
    pub head: Head,
    /// The device wants a kick, and it is the caller who has to give it.
    pub kick: bool,
}

impl<C: Chain, const N: usize> SharedRing<C, N> {
    /// Makes a ring in `memory`, which it clears.
    ///
    /// # Safety
    /// As for [`Ring::new`](crate::Ring::new).
    pub unsafe fn new(memory: RingMemory, layout: RingLayout) -> Result<Self, CreateError> {
        const { assert!(N.is_power_of_two(), "the number of slots is a power of two") };
        layout.check(&memory, false, N)?;
        if layout.features().in_order {
            return Err(CreateError::InOrderShared);
        }
        let size = layout.size();
        // SAFETY: the caller promises the memory; `check` has compared its size with what the layout needs.
        let (base, driver, device, tables) = unsafe {
            let base = Area::new(memory.cpu());
            base.clear(layout.bytes());
            (base, base.at(layout.driver_at()), base.at(layout.device_at()), base.at(layout.tables_at()))
        };
        let areas = layout.areas(&memory);
        Ok(Self {
            desc: DescTable(base),
            avail: AvailRing(driver),
            used: UsedRing(device),
            // SAFETY: the word follows the used ring's last entry.
            avail_event: unsafe { UsedRing(device).avail_event(size as usize) },
            tables,
            tables_dev: areas.desc.offset(layout.tables_at() as u64),
            areas,
            layout,
            mask: u32::from(size) - 1,
            event_idx: layout.features().event_idx,
            free: CachePadded::new(FreeWord::new(size)),
            publisher: CachePadded::new(Publisher::new(layout.features().event_idx)),
            back: CachePadded::new(Back {
                held: AtomicBool::new(false),
                believed: AtomicU32::new(u32::MAX),
                completed: AtomicU64::new(0),
                descriptors_high: AtomicU64::new(0),
            }),
            fault: UnsafeCell::new(None),
            links: Links::new(size),
            kicks_wanted: AtomicU64::new(0),
            records: core::array::from_fn(|_| AtomicU64::new(0)),
            waiting: core::array::from_fn(|_| UnsafeCell::new(Waiting::NOT)),
            chains: core::array::from_fn(|_| UnsafeCell::new(MaybeUninit::uninit())),
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

    /// Takes a chain and makes it available to the device; if another core is publishing in this moment, that core does.
    ///
    /// A chain of more segments than there are free descriptors takes one descriptor and its slot's indirect table, if
    /// the layout has tables of that length.
    #[inline]
    pub fn submit(&self, chain: C) -> Result<Submitted, AddError<C>> {
        // The shape of most requests, tested first: one segment to read and one to write.
        let [request] = chain.readable() else { return self.submit_shaped(chain) };
        let [answer] = chain.writable() else { return self.submit_shaped(chain) };
        match self.write_few(&mut FromList, [request, answer], 1) {
            Some((head, record)) => Ok(self.submit_written(head, record, chain)),
            None => self.submit_otherwise(chain),
        }
    }

    #[inline(never)]
    fn submit_shaped(&self, chain: C) -> Result<Submitted, AddError<C>> {
        match self.write_shaped(&mut FromList, &chain) {
            Some((head, record)) => Ok(self.submit_written(head, record, chain)),
            None => self.submit_otherwise(chain),
        }
    }

    #[cold]
    #[inline(never)]
    fn submit_otherwise(&self, chain: C) -> Result<Submitted, AddError<C>> {
        let (head, record) = self.write_otherwise(&mut FromList, chain)?;
        Ok(Submitted { head: Head(u32::from(head)), kick: self.publish_one(head, record) })
    }

    #[inline(always)]
    fn submit_written(&self, head: u16, record: Record, chain: C) -> Submitted {
        self.store(head, chain);
        Submitted { head: Head(u32::from(head)), kick: self.publish_one(head, record) }
    }

    /// Begins a batch.
    pub fn batch(&self) -> Batch<'_, C, N> {
        Batch::of(self)
    }

    /// The right to take chains back, unless somebody has it already.
    pub fn consumer(&self) -> Option<Consumer<'_, C, N>> {
        Consumer::of(self)
    }

    #[inline(always)]
    fn free_list(&self) -> FreeList<'_, N> {
        FreeList { word: &self.free, links: &self.links }
    }

    fn take_run(&self, count: u16) -> Option<Run> {
        FromList.run(self.free_list(), count)
    }

    /// Writes a chain's descriptors, taken from `source`, and stores it in its slot. It is the caller's to publish.
    fn write(&self, source: &mut impl Source<N>, chain: C) -> Result<(u16, Record), AddError<C>> {
        let written = if let ([request], [answer]) = (chain.readable(), chain.writable()) {
            self.write_few(source, [request, answer], 1)
        } else {
            self.write_shaped(source, &chain)
        };
        match written {
            Some((head, record)) => {
                self.store(head, chain);
                Ok((head, record))
            }
            None => self.write_otherwise(source, chain),
        }
    }

    #[inline(always)]
    fn store(&self, head: u16, mut chain: C) {
        chain.given();
        debug_assert!((head as usize) < N);
        // SAFETY: descriptors taken are below the ring's size, at most `N`, and with its descriptor the slot is ours.
        unsafe { self.chains.get_unchecked(head as usize).with_mut(|slot| (*slot).write(chain)) };
    }

    /// # Safety
    /// A chain is stored under `head`, it is the caller's, and nobody takes it again.
    #[inline(always)]
    unsafe fn take_stored(&self, head: u16) -> C {
        debug_assert!((head as usize) < N);
        // SAFETY: chains are stored under descriptors' numbers, which are below `N`; the rest is promised.
        unsafe { self.chains.get_unchecked(head as usize).with(|slot| (*slot).assume_init_read()) }
    }

    /// A chain of another shape. Short ones go without loops; of a chain type whose lists have lengths known to the
    /// compiler, one way is left.
    #[inline(never)]
    fn write_shaped(&self, source: &mut impl Source<N>, chain: &C) -> Option<(u16, Record)> {
        // A request, an answer, and a payload in one piece come first.
        if let ([a], [b, c]) = (chain.readable(), chain.writable()) {
            self.write_few(source, [a, b, c], 1)
        } else if let ([a, b], [c]) = (chain.readable(), chain.writable()) {
            self.write_few(source, [a, b, c], 2)
        } else if let ([], [a]) = (chain.readable(), chain.writable()) {
            self.write_few(source, [a], 0)
        } else if let ([a], []) = (chain.readable(), chain.writable()) {
            self.write_few(source, [a], 1)
        } else {
            self.write_many(source, chain.readable(), chain.writable())
        }
    }

    /// Takes and writes descriptors for `K` segments, the first `readable` of which are to be read. Nothing: they are too
    /// many now, or have to be measured in full.
    #[inline(always)]
    fn write_few<const K: usize>(
        &self,
        source: &mut impl Source<N>,
        segments: [&Segment; K],
        readable: usize,
    ) -> Option<(u16, Record)> {
        let lens = segments.map(|segment| segment.len);
        let room = room_of_few(lens, readable)?;
        let Few { first, links } = source.few::<K>(self.free_list())?;
        let (desc, mut last) = (self.desc, first);
        for index in 0..K {
            if index > 0 {
                last = links[index - 1];
            }
            let flags = if index < readable { 0 } else { link::WRITE };
            let next = if index + 1 < K { link_to(links[index]) } else { 0 };
            // Lengths are looked up again rather than kept: there are not registers enough for all.
            let Segment { addr, len, .. } = *segments[index];
            // SAFETY: descriptors taken lie inside the table, and are ours.
            unsafe {
                desc.driver_write(last as usize * RingLayout::DESC_BYTES, addr.get(), len, next + flags)
            };
        }
        Some((first as u16, Record::new(room, K as u32, last)))
    }

    /// The same for lists of any length.
    fn write_many(
        &self,
        source: &mut impl Source<N>,
        readable: &[Segment],
        writable: &[Segment],
    ) -> Option<(u16, Record)> {
        let mut measure = Measure::default();
        readable.iter().for_each(|segment| measure.see(segment.len));
        let readable_bytes = measure.bytes;
        writable.iter().for_each(|segment| measure.see(segment.len));
        let room = measure.room_after(readable_bytes)?;
        let count = u16::try_from(readable.len() + writable.len()).ok().filter(|&count| count > 0)?;
        let run = source.run(self.free_list(), count)?;
        let mut at = u32::from(run.first);
        let flagged = readable.iter().map(|segment| (segment, 0));
        for (segment, flags) in flagged.chain(writable.iter().map(|segment| (segment, link::WRITE))) {
            let follows = self.free_list().link(at);
            let next = if at == u32::from(run.last) { 0 } else { link_to(follows) };
            let (byte, addr) = (at as usize * RingLayout::DESC_BYTES, segment.addr.get());
            // SAFETY: descriptors taken lie inside the table, and are ours; there are as many as segments.
            unsafe { self.desc.driver_write(byte, addr, segment.len, next + flags) };
            at = follows;
        }
        Some((run.first, Record::new(room, count.into(), run.last.into())))
    }

    /// A chain that is not plain, or for which there are not enough free descriptors.
    #[cold]
    #[inline(never)]
    fn write_otherwise(&self, source: &mut impl Source<N>, chain: C) -> Result<(u16, Record), AddError<C>> {
        let (readable, writable) = (chain.readable(), chain.writable());
        let count = readable.len() + writable.len();
        let why = if let Some(fault) = self.fault() {
            Refusal::Broken(fault)
        } else if self.is_closed() {
            Refusal::Recovered
        } else if let Some(why) = why_not(readable, writable) {
            why
        } else if let Some((head, record)) = self.write_many(source, readable, writable) {
            // One that only had to be measured in full, or has become possible meanwhile.
            self.store(head, chain);
            return Ok((head, record));
        } else if count <= self.layout.table_entries() as usize {
            if let Some((head, record)) = self.write_indirect(source, readable, writable) {
                self.store(head, chain);
                return Ok((head, record));
            }
            Refusal::Full
        } else if count > self.layout.size() as usize {
            Refusal::TooLong
        } else {
            Refusal::Full
        };
        Err(AddError { why, chain })
    }

    /// One descriptor naming the slot's own table (virtio 1.2, 2.7.5.3), for a chain that has been measured and is no
    /// longer than the table.
    fn write_indirect(
        &self,
        source: &mut impl Source<N>,
        readable: &[Segment],
        writable: &[Segment],
    ) -> Option<(u16, Record)> {
        let Few { first, .. } = source.few::<1>(self.free_list())?;
        let table_at = first as usize * self.layout.table_bytes();
        // SAFETY: every slot has its table in the ring's memory, and with its descriptor the table is ours; the caller has
        // measured the chain and compared its length with the table's.
        let table = unsafe {
            let table = DescTable(self.tables.at(table_at));
            write_table(&table, TableKind::Linked, readable, writable)
        };
        let bytes = u32::from(table.entries) * RingLayout::DESC_BYTES as u32;
        let addr = self.tables_dev.offset(table_at as u64).get();
        let at = first as usize * RingLayout::DESC_BYTES;
        // SAFETY: a descriptor taken lies inside the table, and is ours.
        unsafe { self.desc.driver_write(at, addr, bytes, link::INDIRECT) };
        Some((first as u16, Record::new(table.room, 1, first)))
    }

    /// Hands back every chain still in the ring, a latched fault or not, with nothing known to be written to them. From
    /// then on the ring takes nothing ([`Refusal::Recovered`], unless a fault is latched) and has nothing; make a new one.
    ///
    /// # Safety
    /// The device has been reset and has confirmed it: it touches neither this ring nor what its chains name any more.
    #[cold]
    pub unsafe fn recover(&mut self, mut take: impl FnMut(Head, C)) {
        self.free_list().close();
        // With no fault to tell: what the device has left in the ring is nobody's any more.
        self.back.believed.store(0, Ordering::Relaxed);
        self.clear(|head, mut chain| {
            // SAFETY: the caller says that the device no longer has it; nothing written is never too much.
            unsafe { chain.returned(0) };
            take(Head(u32::from(head)), chain);
        });
    }

    /// Takes out every chain on record. Nobody else is there.
    fn clear(&mut self, mut take: impl FnMut(u16, C)) {
        self.back.completed.store(self.publisher.published(), Ordering::Relaxed);
        for (head, record) in self.records.iter().enumerate() {
            if record.load(Ordering::Relaxed) != 0 {
                record.store(0, Ordering::Relaxed);
                // SAFETY: there was a record, so a chain is stored here; nobody looks at the record again.
                take(head as u16, unsafe { self.take_stored(head as u16) });
            }
        }
    }

    /// Chains that were published and not taken back, as far as this core has heard of either.
    pub fn in_flight(&self) -> u16 {
        let completed = self.back.completed.load(Ordering::Relaxed);
        self.publisher.published().saturating_sub(completed).min(self.layout.size().into()) as u16
    }

    /// Free descriptors.
    pub fn free(&self) -> u16 {
        self.free_list().free()
    }

    /// Is nothing believed any more, because a fault is latched or the chains were taken back after a reset?
    fn is_closed(&self) -> bool {
        self.back.believed.load(Ordering::Acquire) == 0
    }

    /// The latched lie, if there is one.
    pub fn fault(&self) -> Option<Fault> {
        if !self.is_closed() {
            return None;
        }
        // SAFETY: it was written before what we just saw, and is not written again.
        self.fault.with(|fault| unsafe { *fault })
    }

    /// Counts since the ring was made, each true at some moment of the call.
    pub fn stats(&self) -> RingStats {
        let taken = self.layout.size().saturating_sub(self.free());
        RingStats {
            chains: self.publisher.published(),
            descriptors: (self.back.descriptors_high.load(Ordering::Relaxed) >> 16) + u64::from(taken),
            kicks_wanted: self.kicks_wanted.load(Ordering::Relaxed),
            completions: self.back.completed.load(Ordering::Relaxed),
        }
    }
}

impl<C: Chain, const N: usize> Drop for SharedRing<C, N> {
    fn drop(&mut self) {
        self.clear(|_, chain| chain.abandon());
    }
}
