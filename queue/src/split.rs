//! The split ring for one owner (virtio 1.2, 2.7).
//!
//! **Who writes what.** The descriptor table and the avail ring are written here and read by the device; the used ring
//! the other way round. All that decides anything is kept a second time in our own memory (`links`, `records`, `order`): which
//! descriptors are free and how they are linked, which chains are in flight, how much each may be written. The
//! descriptor table is never read back, and what the device writes is compared with that before it means anything.
//!
//! **How a chain travels.** `add` writes descriptors and an avail entry and stores the chain; `publish` moves the avail
//! index over everything added since, with one store, and decides about the kick; `pop` takes one used entry, checks it,
//! frees the descriptors and hands the chain back.
//!
//! **Fences.** `publish` has one full fence, between moving the index and looking whether the device wants a kick; `arm`
//! has one, between asking for an interrupt and looking again. `add` and `pop` have none: the release store of the avail
//! index and the acquire load of the used index are all that 2.7.13.2 and 2.7.14 ask for.
//!
//! **Descriptors are linked for good.** The free list is the chain of `next` fields that the next chain will have:
//! taking `n` descriptors is following `n` links, and giving a chain back is writing one.

use crate::chain::{Chain, Done, Head};
use crate::error::{AddError, CreateError, Fault, Refusal};
use crate::event::passed;
use crate::indirect::{TableKind, write_table};
use crate::layout::{RingAreas, RingLayout, RingMemory};
use crate::measure::{Measure, room_of_few, why_not};
use crate::stats::RingStats;
use crate::sync::Site;
use crate::words::{Area, AvailEvent, AvailRing, DescTable, UsedRing, desc_word};
use crate::{DevAddr, Segment};
use core::mem::MaybeUninit;

/// The second word of a descriptor that goes on at another: the NEXT flag and that other's index. All links are kept
/// here, in memory the device does not see, for descriptors in chains as for free ones.
#[derive(Clone, Copy)]
struct Link(u64);

impl Link {
    const fn to(index: u16) -> Self {
        Self(desc_word::NEXT | (index as u64) << desc_word::NEXT_SHIFT)
    }

    const fn index(self) -> u16 {
        (self.0 >> desc_word::NEXT_SHIFT) as u16
    }

    /// Eight times the index, by one shift: the three bits below the index are flags no link has.
    #[inline(always)]
    const fn word_at(self) -> usize {
        (self.0 >> (desc_word::NEXT_SHIFT - 3)) as usize
    }

    /// Where the descriptor begins in the table, in bytes.
    #[inline(always)]
    const fn desc_at(self) -> usize {
        self.word_at() * 2
    }
}

/// What is kept of a chain in flight, at its head: room for writing (upper half), number of descriptors (16 bits), last
/// descriptor (16 bits). Zero: no chain in flight has its head here.
///
/// A used entry is `len << 32 | id` with `id` below 2^16 here, and there is at least one descriptor, so one comparison
/// `entry < record` says both that the chain is in flight and that the length fits.
const fn in_flight_record(room: u32, descriptors: u16, last: u16) -> u64 {
    (room as u64) << 32 | (descriptors as u64) << 16 | last as u64
}

/// Descriptors taken and written for a chain.
struct Written {
    head: u16,
    descriptors: u16,
    last: u16,
    /// Bytes the device may write.
    room: u32,
}

/// Where writing a long chain has got to.
struct Walk {
    /// Leads to the next free descriptor.
    link: Link,
    /// Led to the last one written.
    last: Link,
    /// The last one's second word.
    word: u64,
    measure: Measure,
}

/// Kept in `published` besides the index if the device returns chains in order.
const IN_ORDER: u64 = 1 << 63;

/// One used entry may stand for several chains when the device returns them in order (virtio 1.2, 2.7.9).
#[derive(Clone, Copy)]
struct Batch {
    /// `completed` after the last chain of the batch.
    until: u64,
    /// What the device wrote to the last one. The others count as written in full.
    written: u32,
}

/// A split ring with one owner and `N` slots, a power of two; the size at run time may be smaller.
pub struct Ring<C: Chain, const N: usize> {
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
    /// Descriptors ever taken for chains.
    descriptors: u64,
    /// Descriptors ever given back, and the ring's size: what `descriptors` may come to. Zero once a fault is latched, so
    /// that `add` needs no test of its own for it.
    descriptors_end: u64,
    /// Leads to the first free descriptor, which leads to the next, and so on.
    free_link: Link,
    /// Chains ever added; the avail index is its low half.
    added: u64,
    /// `added` at the last `publish`: the avail index the device sees. With [`IN_ORDER`] it never equals `added`, which
    /// keeps `pop` off the direct way without a test of its own.
    published: u64,
    /// [`IN_ORDER`] or zero.
    in_order: u64,
    event_idx: bool,
    /// Chains ever taken back; the used index up to which we have looked is its low half. Equal to `published` once a
    /// fault is latched, so that `pop` needs no test of its own for it.
    completed: u64,
    fault: Option<Fault>,
    /// Chains that a latched fault keeps in the ring for good.
    stuck: u16,
    /// In-order use only: how far the last used entry reaches, and what it says of the last chain it covers.
    batch: Batch,
    kicks_wanted: u64,
    links: [Link; N],
    records: [u64; N],
    /// The avail ring as we wrote it: the head at each position.
    order: [u16; N],
    chains: [MaybeUninit<C>; N],
}

impl<C: Chain, const N: usize> Ring<C, N> {
    /// Makes a ring in `memory`, which it clears.
    ///
    /// # Safety
    /// The memory is valid for reads and writes, used for nothing else, and stays so until the device has been reset or
    /// told to forget the ring: dropping the ring does not make the device forget it. The device address leads to the
    /// same bytes as the CPU address.
    pub unsafe fn new(memory: RingMemory, layout: RingLayout) -> Result<Self, CreateError> {
        const { assert!(N.is_power_of_two(), "the number of slots is a power of two") };
        layout.check(&memory, false, N)?;
        let size = layout.size();
        let in_order = if layout.features().in_order { IN_ORDER } else { 0 };
        // The last one's link leads nowhere a chain would go: the free ones run out first.
        let links = core::array::from_fn(|index| Link::to((index as u16 + 1) % size));
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
            descriptors: 0,
            descriptors_end: u64::from(size),
            free_link: Link::to(0),
            added: 0,
            published: in_order,
            in_order,
            event_idx: layout.features().event_idx,
            completed: 0,
            fault: None,
            stuck: 0,
            batch: Batch { until: 0, written: 0 },
            kicks_wanted: 0,
            links,
            records: [0; N],
            order: [0; N],
            chains: [const { MaybeUninit::uninit() }; N],
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

    /// Takes a chain. The device does not see it before [`publish`](Self::publish).
    ///
    /// A chain of more segments than there are free descriptors takes one descriptor and its slot's indirect table, if
    /// the layout has tables of that length.
    #[inline]
    pub fn add(&mut self, chain: C) -> Result<Head, AddError<C>> {
        // The shape of most requests, tested first: one segment to read and one to write.
        let [request] = chain.readable() else { return self.add_shaped(chain) };
        let [answer] = chain.writable() else { return self.add_shaped(chain) };
        match self.write_few([request, answer], 1) {
            Some(written) => Ok(self.enter(written, chain)),
            None => self.add_many(chain),
        }
    }

    /// As `add`, for a chain of another shape. Short ones go without loops; of a chain type whose lists have lengths known
    /// to the compiler, one way is left.
    #[inline(never)]
    fn add_shaped(&mut self, chain: C) -> Result<Head, AddError<C>> {
        // A request, an answer, and a payload in one piece come first.
        let written = if let ([a], [b, c]) = (chain.readable(), chain.writable()) {
            self.write_few([a, b, c], 1)
        } else if let ([a, b], [c]) = (chain.readable(), chain.writable()) {
            self.write_few([a, b, c], 2)
        } else if let ([], [a]) = (chain.readable(), chain.writable()) {
            self.write_few([a], 0)
        } else if let ([a], []) = (chain.readable(), chain.writable()) {
            self.write_few([a], 1)
        } else {
            None
        };
        match written {
            Some(written) => Ok(self.enter(written, chain)),
            None => self.add_many(chain),
        }
    }

    /// Takes and writes descriptors for `K` segments, the first `readable` of which are to be read. Nothing: they are too
    /// many now, or have to be measured in full.
    #[inline(always)]
    fn write_few<const K: usize>(&mut self, segments: [&Segment; K], readable: usize) -> Option<Written> {
        let lens = segments.map(|segment| segment.len);
        let room = room_of_few(lens, readable)?;
        let descriptors = self.descriptors + K as u64;
        if descriptors > self.descriptors_end {
            return None;
        }
        self.descriptors = descriptors;
        let first = self.free_link;
        let (mut last, mut link) = (first, first);
        for index in 0..K {
            last = link;
            link = self.link_of(last);
            let flags = if index < readable { 0 } else { desc_word::WRITE };
            let addr = segments[index].addr.get();
            // SAFETY: links lead to descriptors of this ring, and `K` more of them are free.
            unsafe {
                if index + 1 < K {
                    self.desc.driver_write(last.desc_at(), addr, link.0 | flags | u64::from(lens[index]));
                } else {
                    self.desc.driver_write_last(last.desc_at(), addr, lens[index], flags);
                }
            }
        }
        self.free_link = link;
        Some(Written { head: first.index(), descriptors: K as u16, last: last.index(), room })
    }

    /// As `add`, for a chain of any length.
    #[inline(never)]
    fn add_many(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let (readable, writable) = (chain.readable(), chain.writable());
        let count = readable.len() + writable.len();
        if count.wrapping_sub(1) >= self.free() as usize {
            return self.add_otherwise(chain);
        }
        let first = self.free_link;
        let mut walk = Walk { link: first, last: first, word: 0, measure: Measure::default() };
        self.write_list(&mut walk, readable, 0);
        let readable_bytes = walk.measure.bytes;
        self.write_list(&mut walk, writable, desc_word::WRITE);
        let Some(room) = walk.measure.room_after(readable_bytes) else {
            return self.add_otherwise(chain);
        };
        // The chain ends here. The device does not look yet: nothing names this chain before `publish`.
        // SAFETY: as in `write_list`.
        unsafe { self.desc.driver_end_chain(walk.last.desc_at(), walk.word & !desc_word::NEXT) };
        self.descriptors += count as u64;
        self.free_link = walk.link;
        let written =
            Written { head: first.index(), descriptors: count as u16, last: walk.last.index(), room };
        Ok(self.enter(written, chain))
    }

    /// Writes one list of segments into the next free descriptors, of which there are enough. Nothing is taken from the
    /// free list yet, so a chain that turns out to be none needs no undoing.
    #[inline(always)]
    fn write_list(&self, walk: &mut Walk, list: &[Segment], flags: u64) {
        let desc = self.desc;
        for segment in list {
            walk.measure.see(segment.len);
            walk.last = walk.link;
            walk.link = self.link_of(walk.last);
            walk.word = walk.link.0 | flags | u64::from(segment.len);
            // SAFETY: links lead to descriptors of this ring, and the caller has seen that as many are free.
            unsafe { desc.driver_write(walk.last.desc_at(), segment.addr.get(), walk.word) };
        }
    }

    /// Where the descriptor that `link` leads to leads on to.
    #[inline(always)]
    fn link_of(&self, link: Link) -> Link {
        debug_assert!((link.index() as usize) < N);
        // SAFETY: links are made by `new` and `give_back` from indices below the ring's size, which is at most `N`.
        unsafe { self.links.as_ptr().byte_add(link.word_at()).read() }
    }

    /// Notes a chain whose descriptors are taken and written, and gives it its place in the avail ring.
    #[inline(always)]
    fn enter(&mut self, written: Written, mut chain: C) -> Head {
        let Written { head, descriptors, last, room } = written;
        chain.given();
        let position = (self.added as u32 & self.mask) as usize;
        debug_assert!((head as usize) < N && position < N);
        // SAFETY: heads and positions are below the ring's size, which is at most `N`.
        unsafe {
            *self.records.get_unchecked_mut(head as usize) = in_flight_record(room, descriptors, last);
            self.chains.get_unchecked_mut(head as usize).write(chain);
            *self.order.get_unchecked_mut(position) = head;
            self.avail.driver_store_entry(position, head);
        }
        self.added += 1;
        Head(head)
    }

    /// What `add` does with a chain that is not plain, or for which there are not enough free descriptors.
    #[cold]
    #[inline(never)]
    fn add_otherwise(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let (readable, writable) = (chain.readable(), chain.writable());
        let count = readable.len() + writable.len();
        let why = if let Some(fault) = self.fault {
            Refusal::Broken(fault)
        } else if let Some(why) = why_not(readable, writable) {
            why
        } else if count <= self.layout.table_entries() as usize {
            if self.free() > 0 {
                return self.add_indirect(chain);
            }
            Refusal::Full
        } else if count > self.layout.size() as usize {
            Refusal::TooLong
        } else {
            Refusal::Full
        };
        Err(AddError { why, chain })
    }

    /// One descriptor naming the slot's own table (virtio 1.2, 2.7.5.3).
    fn add_indirect(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let first = self.free_link;
        let table_at = first.index() as usize * self.layout.table_bytes();
        // SAFETY: every slot has its table in the ring's memory, and `first` leads to a slot.
        let table = DescTable(unsafe { self.tables.at(table_at) });
        // SAFETY: the caller has measured the chain and compared its length with the table's; the slot is free.
        let table = unsafe { write_table(&table, TableKind::Linked, &chain) };
        let bytes = u64::from(table.entries) * RingLayout::DESC_BYTES as u64;
        let addr = self.tables_dev.offset(table_at as u64).get();
        // SAFETY: links lead to descriptors of this ring, and one is free.
        unsafe { self.desc.driver_write(first.desc_at(), addr, desc_word::INDIRECT | bytes) };
        self.descriptors += 1;
        self.free_link = self.link_of(first);
        let written = Written { head: first.index(), descriptors: 1, last: first.index(), room: table.room };
        Ok(self.enter(written, chain))
    }

    /// Makes everything added so far available to the device with one store, and says whether the device wants to be
    /// told. One decision covers the whole batch.
    #[inline]
    #[must_use = "a device that asked for a kick waits for it"]
    pub fn publish(&mut self) -> bool {
        let (old, new) = (self.published, self.added | self.in_order);
        if new == old {
            return false;
        }
        self.avail.driver_publish_idx(new as u16);
        self.published = new;
        // Our index, then the device's wish. The device does the reverse: its wish, then our index (2.7.9, 2.7.13.3.1).
        Site::Kick.full_fence();
        let kick = if self.event_idx {
            passed(self.avail_event.driver_load(), old as u16, new as u16)
        } else {
            self.used.driver_flags() & UsedRing::NO_NOTIFY == 0
        };
        if kick {
            self.kicks_wanted += 1;
        }
        kick
    }

    /// Takes the next chain the device has returned, if there is one.
    ///
    /// Whatever the device wrote is checked against our own record first. A lie is latched: the chains still in flight
    /// stay with the ring, and every later call answers the same fault.
    #[inline]
    pub fn pop(&mut self) -> Result<Option<Done<C>>, Fault> {
        let used = self.used;
        let returned = used.driver_idx().wrapping_sub(self.completed as u16);
        let in_flight = (self.published as u16).wrapping_sub(self.completed as u16);
        if returned.wrapping_sub(1) >= in_flight || self.published != self.added {
            return self.pop_otherwise(returned, in_flight);
        }
        // SAFETY: the mask is the ring's size minus one.
        let entry = unsafe { used.driver_entry((self.completed as u32 & self.mask) as usize) };
        self.take(entry).map(Some)
    }

    /// The head at this position of the avail ring.
    #[inline(always)]
    fn ordered(&self, at: u64) -> u16 {
        self.order[(at as u32 & self.mask) as usize]
    }

    #[inline(always)]
    fn next_entry(&self) -> u64 {
        // SAFETY: the mask is the ring's size minus one.
        unsafe { self.used.driver_entry((self.completed as u32 & self.mask) as usize) }
    }

    /// Takes the used entry at `completed`, which the device has moved its index over.
    #[inline(always)]
    fn take(&mut self, entry: u64) -> Result<Done<C>, Fault> {
        let id = entry as u32 as usize;
        if id >= N || entry >= self.records[id] {
            return Err(self.latch_entry(entry));
        }
        // SAFETY: just compared.
        Ok(unsafe { self.give_back(id, (entry >> 32) as u32) })
    }

    /// Frees the descriptors of a chain in flight and hands the chain back.
    ///
    /// # Safety
    /// There is a record at `head`, which is below `N`.
    #[inline(always)]
    unsafe fn give_back(&mut self, head: usize, written: u32) -> Done<C> {
        debug_assert!(head < N && self.records[head] != 0);
        // SAFETY: `head` is promised; a record names the chain's last descriptor, and says that `enter` has stored a chain
        // here which nobody has taken since.
        let mut chain = unsafe {
            let record = core::mem::take(self.records.get_unchecked_mut(head));
            *self.links.get_unchecked_mut(record as u16 as usize) = self.free_link;
            self.descriptors_end += u64::from(record as u32 >> 16);
            self.chains.get_unchecked(head).assume_init_read()
        };
        self.free_link = Link::to(head as u16);
        self.completed += 1;
        // SAFETY: the device has returned it, we have acquired its writes, and `written` was compared with the room.
        unsafe { chain.returned(written) };
        Done { chain, written, head: Head(head as u16) }
    }

    /// What `pop` does when there is nothing, when the index makes no sense, when chains wait to be published, and when
    /// the device returns chains in order.
    #[inline(never)]
    fn pop_otherwise(&mut self, returned: u16, in_flight: u16) -> Result<Option<Done<C>>, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if returned == 0 {
            return Ok(None);
        }
        if returned > in_flight {
            return Err(self.latch(Fault::IndexJump { claimed: returned, in_flight }));
        }
        if self.layout.features().in_order {
            return self.take_in_order(returned).map(Some);
        }
        let entry = self.next_entry();
        // A chain that is added and not published is in our record and not with the device.
        if (self.published & !IN_ORDER..self.added).any(|at| u32::from(self.ordered(at)) == entry as u32) {
            return Err(self.latch(Fault::NotInFlight { head: entry as u16 }));
        }
        self.take(entry).map(Some)
    }

    /// Takes the next chain in the order we made them available, from a batch of `returned` at most.
    fn take_in_order(&mut self, returned: u16) -> Result<Done<C>, Fault> {
        let head = self.ordered(self.completed);
        if self.completed == self.batch.until {
            let entry = self.next_entry();
            let (id, written) = (entry as u32, (entry >> 32) as u32);
            let claimed = self.completed..self.completed + u64::from(returned);
            let Some(last) = claimed.into_iter().find(|&at| u32::from(self.ordered(at)) == id) else {
                let fault = match self.diagnose(entry) {
                    Fault::TooMuchWritten { head: id, .. } => Fault::OutOfOrder { head: id, oldest: head },
                    other => other,
                };
                return Err(self.latch(fault));
            };
            if entry >= self.records[id as usize] {
                return Err(self.latch_entry(entry));
            }
            self.batch = Batch { until: last + 1, written };
        }
        let last_of_batch = self.completed + 1 == self.batch.until;
        let room = (self.records[head as usize] >> 32) as u32;
        // SAFETY: the batch was found among the chains in flight, in order, and this is the next of them.
        Ok(unsafe { self.give_back(head as usize, if last_of_batch { self.batch.written } else { room }) })
    }

    /// Asks for an interrupt at the next chain the device returns, then looks again. `true`: there is something to pop
    /// already, and the interrupt may not come for it.
    #[must_use = "going to sleep when this is true may be for ever"]
    pub fn arm(&mut self) -> bool {
        if self.layout.features().event_idx {
            // SAFETY: the size is this ring's.
            unsafe { self.avail.driver_store_used_event(self.layout.size() as usize, self.completed as u16) };
        } else {
            self.avail.driver_store_flags(0);
        }
        // Our wish, then the device's index. The device does the reverse (2.7.7, 2.7.14).
        Site::Arm.full_fence();
        self.used.driver_idx() != self.completed as u16 || self.fault.is_some()
    }

    /// Asks for no interrupts. A hint: some may come nevertheless, with the event index one in 65536 chains.
    pub fn disarm(&mut self) {
        if self.layout.features().event_idx {
            // SAFETY: the size is this ring's.
            unsafe {
                self.avail.driver_store_used_event(
                    self.layout.size() as usize,
                    (self.completed as u16).wrapping_sub(1),
                );
            }
        } else {
            self.avail.driver_store_flags(AvailRing::NO_INTERRUPT);
        }
    }

    /// Hands back every chain still in the ring, a latched fault or not, with nothing known to be written to them. The
    /// ring takes nothing any more after this; make a new one.
    ///
    /// # Safety
    /// The device has been reset and has confirmed it: it touches neither this ring nor what its chains name any more.
    #[cold]
    pub unsafe fn recover(&mut self, mut take: impl FnMut(Head, C)) {
        (self.descriptors_end, self.stuck) = (0, 0);
        (self.added, self.published) = (self.completed, self.completed | self.in_order);
        for head in 0..N {
            if core::mem::take(&mut self.records[head]) != 0 {
                // SAFETY: there was a record, so a chain is stored here; nobody looks at the record again.
                let mut chain = unsafe { self.chains[head].assume_init_read() };
                // SAFETY: the caller says that the device no longer has it; nothing written is never too much.
                unsafe { chain.returned(0) };
                take(Head(head as u16), chain);
            }
        }
    }

    /// Chains in the ring: added and not taken back.
    pub fn in_flight(&self) -> u16 {
        (self.added - self.completed) as u16 + self.stuck
    }

    /// Free descriptors.
    pub fn free(&self) -> u16 {
        self.descriptors_end.saturating_sub(self.descriptors) as u16
    }

    /// The latched lie, if there is one.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Counts since the ring was made.
    pub fn stats(&self) -> RingStats {
        RingStats {
            chains: self.added + u64::from(self.stuck),
            descriptors: self.descriptors,
            kicks_wanted: self.kicks_wanted,
            completions: self.completed,
        }
    }

    #[cold]
    #[inline(never)]
    fn latch_entry(&mut self, entry: u64) -> Fault {
        self.latch(self.diagnose(entry))
    }

    /// What is wrong with a used entry that was found wrong.
    fn diagnose(&self, entry: u64) -> Fault {
        let (id, written) = (entry as u32, (entry >> 32) as u32);
        if id >= u32::from(self.layout.size()) {
            return Fault::UnknownHead { id };
        }
        let (head, record) = (id as u16, self.records[id as usize]);
        if record == 0 {
            return Fault::NotInFlight { head };
        }
        Fault::TooMuchWritten { head, written, room: (record >> 32) as u32 }
    }

    #[cold]
    #[inline(never)]
    fn latch(&mut self, fault: Fault) -> Fault {
        self.fault = Some(fault);
        self.descriptors_end = 0;
        self.stuck = self.in_flight();
        self.added = self.completed;
        self.published = self.completed | self.in_order;
        fault
    }
}

impl<C: Chain, const N: usize> Drop for Ring<C, N> {
    fn drop(&mut self) {
        for head in 0..N {
            if self.records[head] != 0 {
                // SAFETY: there is a record, so a chain is stored here; nobody looks at the record again.
                unsafe { self.chains[head].assume_init_read() }.abandon();
            }
        }
    }
}
