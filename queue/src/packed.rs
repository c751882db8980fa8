//! The packed ring for one owner (virtio 1.2, 2.8).
//!
//! **Who writes what.** One ring of descriptors, written by both sides: we make descriptors available, the device writes
//! the first descriptor of a chain over when it has used it. Two flags in each descriptor, compared with a counter that
//! flips at every turn around the ring, say whose it is. We never read a descriptor except to see whether the device has
//! returned one at the place where the next must come; what it says there (id, length) is compared with our own record.
//!
//! **How a chain travels.** `add` writes all descriptors, the first one's flags last, and with release: from there on the
//! chain is available. There is no index to move, so `publish` only decides about the kick, for all chains at once.
//!
//! **Ids.** A chain's id is its slot, not its place: chains come back in any order. The id stands in every descriptor of
//! the chain, so in the last one too, where 2.8.6 wants it.
//!
//! **Fences.** As in the split ring: one full fence in `publish`, one in `arm`, none in `add` and `pop`.

use crate::chain::{Chain, Done, Head};
use crate::error::{AddError, CreateError, Fault, Refusal};
use crate::indirect::{TableKind, write_table};
use crate::layout::{RingAreas, RingLayout, RingMemory};
use crate::measure::{Measure, room_of_few, why_not};
use crate::stats::RingStats;
use crate::sync::Site;
use crate::words::{Area, DescTable, EventWord, tag};
use crate::{DevAddr, Segment};
use core::mem::MaybeUninit;

/// What is kept of the chain with this id.
#[derive(Clone, Copy)]
struct Slot {
    /// Bytes the device may write. Of a free slot: the next free slot.
    room: u32,
    /// Descriptors in the ring. Zero: no chain in flight has this id.
    descriptors: u32,
}

/// Descriptors taken and written for a chain.
struct Written {
    descriptors: u32,
    /// Bytes the device may write.
    room: u32,
}

/// Kept in `used_flags` besides the flags if the device returns chains in order. No descriptor's flags have this bit.
const IN_ORDER: u32 = 1;

/// A packed ring with one owner and `N` slots, a power of two; the size at run time may be any number up to that.
pub struct PackedRing<C: Chain, const N: usize> {
    desc: DescTable,
    /// Where the descriptor ring ends.
    desc_end: DescTable,
    driver_event: EventWord,
    device_event: EventWord,
    tables: Area,
    tables_dev: DevAddr,
    areas: RingAreas,
    layout: RingLayout,
    /// Where the free descriptors from `avail_at` on end, in bytes, counted on beyond the ring's end. Zero once a fault is
    /// latched, so that `add` needs no test of its own for it.
    free_end: usize,
    /// The first free slot.
    free_id: u32,
    /// Bytes of the descriptor ring.
    ring_bytes: usize,
    /// Chains that end before this place go the direct way. The ring's end, or zero if the device returns chains in order,
    /// which keeps `add` off the direct way without a test of its own.
    direct_end: usize,
    /// Where the next descriptor to be made available begins, in bytes.
    avail_at: usize,
    /// The flags that make a descriptor available in this turn.
    avail_flags: u32,
    /// The flags that mark a descriptor used in this turn, perhaps with [`IN_ORDER`]. Flags no descriptor can have once a
    /// fault is latched, so that `pop` needs no test of its own for it.
    used_flags: u32,
    /// Where the next used descriptor will begin, in bytes from the ring's end: below zero.
    used_at: isize,
    /// Descriptors ever made available.
    descriptors: u64,
    /// `descriptors` at the last `publish`.
    published: u64,
    /// What the device's event word holds if it wants to hear of a descriptor of this turn, less that descriptor's number
    /// in the order of `descriptors`.
    turn_event: u32,
    /// Chains ever added.
    added: u64,
    /// Chains ever taken back.
    completed: u64,
    fault: Option<Fault>,
    /// Chains that a latched fault keeps in the ring for good.
    stuck: u16,
    /// In-order use only: what the last used descriptor covers.
    batch: Batch,
    kicks_wanted: u64,
    slots: [Slot; N],
    /// In-order use only: the ids in the order they were added.
    order: [u16; N],
    chains: [MaybeUninit<C>; N],
}

/// One used descriptor may stand for several chains when the device returns them in order (virtio 1.2, 2.8.9).
#[derive(Clone, Copy)]
struct Batch {
    /// `completed` after the last chain of the batch.
    until: u64,
    /// What the device wrote to the last one. The others count as written in full.
    written: u32,
}

impl<C: Chain, const N: usize> PackedRing<C, N> {
    /// Makes a ring in `memory`, which it clears.
    ///
    /// # Safety
    /// As for [`Ring::new`](crate::Ring::new).
    pub unsafe fn new(memory: RingMemory, layout: RingLayout) -> Result<Self, CreateError> {
        const { assert!(N.is_power_of_two(), "the number of slots is a power of two") };
        layout.check(&memory, true, N)?;
        let size = u32::from(layout.size());
        let ring_bytes = layout.size() as usize * RingLayout::DESC_BYTES;
        let in_order = layout.features().in_order;
        // The last one's is never followed: there are as many slots as descriptors, and each chain takes one at least.
        let slots = core::array::from_fn(|id| Slot { room: (id as u32 + 1) % size, descriptors: 0 });
        // SAFETY: the caller promises the memory; `check` has compared its size with what the layout needs.
        let (base, driver, device, tables) = unsafe {
            let base = Area::new(memory.cpu());
            base.clear(layout.bytes());
            (base, base.at(layout.driver_at()), base.at(layout.device_at()), base.at(layout.tables_at()))
        };
        let areas = layout.areas(&memory);
        Ok(Self {
            desc: DescTable(base),
            // SAFETY: the ring's memory begins with the descriptors.
            desc_end: DescTable(unsafe { base.at(ring_bytes) }),
            driver_event: EventWord(driver),
            device_event: EventWord(device),
            tables,
            tables_dev: areas.desc.offset(layout.tables_at() as u64),
            areas,
            layout,
            free_end: ring_bytes,
            free_id: 0,
            ring_bytes,
            direct_end: if in_order { 0 } else { ring_bytes },
            avail_at: 0,
            avail_flags: tag::AVAIL,
            used_flags: if in_order { tag::TURN | IN_ORDER } else { tag::TURN },
            used_at: -(ring_bytes as isize),
            descriptors: 0,
            published: 0,
            turn_event: EventWord::desc(0, true),
            added: 0,
            completed: 0,
            fault: None,
            stuck: 0,
            batch: Batch { until: 0, written: 0 },
            kicks_wanted: 0,
            slots,
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

    /// Takes a chain. The device may see it from here on; whether it looks without a kick, [`publish`](Self::publish)
    /// says.
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
    /// many now, or have to be measured in full, or reach the ring's end.
    #[inline(always)]
    fn write_few<const K: usize>(&mut self, segments: [&Segment; K], readable: usize) -> Option<Written> {
        let lens = segments.map(|segment| segment.len);
        let room = room_of_few(lens, readable)?;
        let at = self.avail_at;
        let end = at + K * RingLayout::DESC_BYTES;
        if end >= self.direct_end || end > self.free_end {
            return None;
        }
        self.avail_at = end;
        let desc = self.desc;
        let byte = |index: usize| at + index * RingLayout::DESC_BYTES;
        for index in 0..K {
            // SAFETY: from `at` to `end` there are `K` descriptors, all free and all inside the ring.
            unsafe { desc.driver_write_buffer(byte(index), segments[index].addr.get(), lens[index]) };
        }
        // From the last to the first, whose tag makes all of them available.
        let common = self.avail_flags | self.free_id;
        for index in (0..K).rev() {
            let next = if index + 1 < K { tag::NEXT } else { 0 };
            let write = if index < readable { 0 } else { tag::WRITE };
            // SAFETY: as above.
            unsafe {
                if index > 0 {
                    desc.driver_write_tag(byte(index), common + next + write);
                } else {
                    desc.driver_publish_tag(byte(index), common + next + write);
                }
            }
        }
        Some(Written { descriptors: K as u32, room })
    }

    /// Notes a chain whose descriptors are taken and written, under the first free id.
    #[inline(always)]
    fn enter(&mut self, written: Written, mut chain: C) -> Head {
        let Written { descriptors, room } = written;
        self.descriptors += u64::from(descriptors);
        let id = self.free_id as usize;
        debug_assert!(id < N);
        chain.given();
        // SAFETY: free ids are below the ring's size, which is at most `N`.
        unsafe {
            let slot = self.slots.get_unchecked_mut(id);
            self.free_id = slot.room;
            *slot = Slot { room, descriptors };
            self.chains.get_unchecked_mut(id).write(chain);
        }
        self.added += 1;
        Head(id as u16)
    }

    /// As `add`, for a chain of any length anywhere in the ring.
    #[inline(never)]
    fn add_many(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let (readable, writable) = (chain.readable(), chain.writable());
        let count = readable.len() + writable.len();
        let mut measure = Measure::default();
        for segment in readable {
            measure.see(segment.len);
        }
        let readable_bytes = measure.bytes;
        for segment in writable {
            measure.see(segment.len);
        }
        match measure.room_after(readable_bytes) {
            Some(room) if count.wrapping_sub(1) < self.free() as usize => {
                self.write_many(readable, writable);
                let written = Written { descriptors: count as u32, room };
                Ok(self.enter_in_order(written, chain))
            }
            _ => self.add_otherwise(chain),
        }
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
                let written = self.write_indirect(&chain);
                return Ok(self.enter_in_order(written, chain));
            }
            Refusal::Full
        } else if count > self.layout.size() as usize {
            Refusal::TooLong
        } else {
            Refusal::Full
        };
        Err(AddError { why, chain })
    }

    /// Writes descriptors for a chain that fits the free ones, perhaps across the ring's end, where the flags change.
    #[inline(always)]
    fn write_many(&mut self, readable: &[Segment], writable: &[Segment]) {
        let (first_at, first_flags) = (self.avail_at, self.avail_flags | self.free_id);
        self.write_list(first_at, 0, readable, 0);
        self.write_list(first_at, readable.len() as u32, writable, tag::WRITE);
        let before = if self.avail_at == 0 { self.ring_bytes } else { self.avail_at };
        let last_at = before - RingLayout::DESC_BYTES;
        let last_flags = if last_at < first_at { self.avail_flags | self.free_id } else { first_flags };
        let last_tag = last_flags | if writable.is_empty() { 0 } else { tag::WRITE };
        let mut first_tag = last_tag;
        if last_at != first_at {
            let write = if readable.is_empty() { tag::WRITE } else { 0 };
            first_tag = first_flags | write | tag::NEXT;
            // SAFETY: as above.
            unsafe { self.desc.driver_write_tag(last_at, last_tag) };
        }
        // SAFETY: as above; everything behind this descriptor is written.
        unsafe { self.desc.driver_publish_tag(first_at, first_tag) };
    }

    /// Writes one list of a chain that begins at `first_at` and has `before` descriptors already; all but the chain's first
    /// get their tags, as if more followed.
    #[inline(always)]
    fn write_list(&mut self, first_at: usize, before: u32, list: &[Segment], write: u32) {
        let desc = self.desc;
        for (index, segment) in list.iter().enumerate() {
            let at = self.avail_at;
            // SAFETY: `avail_at` stays inside the ring, and the caller has seen that enough descriptors are free.
            unsafe {
                desc.driver_write_buffer(at, segment.addr.get(), segment.len);
                if at != first_at {
                    desc.driver_write_tag(at, self.avail_flags | self.free_id | write | tag::NEXT);
                }
            }
            self.avail_at = at + RingLayout::DESC_BYTES;
            if self.avail_at == self.ring_bytes {
                self.avail_at = 0;
                self.turn(before + index as u32 + 1);
            }
        }
    }

    /// One descriptor naming the slot's own table (virtio 1.2, 2.8.7).
    fn write_indirect(&mut self, chain: &C) -> Written {
        let (at, id) = (self.avail_at, self.free_id);
        let table_at = id as usize * self.layout.table_bytes();
        // SAFETY: every slot has its table in the ring's memory, and `id` is a slot.
        let table = DescTable(unsafe { self.tables.at(table_at) });
        // SAFETY: the caller has measured the chain and compared its length with the table's; the slot is free.
        let table = unsafe { write_table(&table, TableKind::Sequential, chain) };
        let addr = self.tables_dev.offset(table_at as u64).get();
        let bytes = u32::from(table.entries) * RingLayout::DESC_BYTES as u32;
        // SAFETY: a descriptor of this ring begins at `avail_at`, and `free` says that it is free.
        unsafe {
            self.desc.driver_write_buffer(at, addr, bytes);
            self.desc.driver_publish_tag(at, self.avail_flags | tag::INDIRECT | id);
        }
        self.avail_at += RingLayout::DESC_BYTES;
        if self.avail_at == self.ring_bytes {
            self.avail_at = 0;
            self.turn(1);
        }
        Written { descriptors: 1, room: table.room }
    }

    /// Begins the next turn of making descriptors available, `ahead` descriptors after the last chain.
    fn turn(&mut self, ahead: u32) {
        self.avail_flags ^= tag::TURN;
        self.free_end -= self.ring_bytes;
        let first = (self.descriptors as u32).wrapping_add(ahead);
        self.turn_event = EventWord::desc(0, self.avail_flags == tag::AVAIL).wrapping_sub(first);
    }

    /// As `enter`, remembering the order if the device keeps it.
    fn enter_in_order(&mut self, written: Written, chain: C) -> Head {
        let at = self.added as usize & (N - 1);
        let head = self.enter(written, chain);
        self.order[at] = head.0;
        head
    }

    /// Says whether the device wants to be told of what was added. One decision covers the whole batch.
    #[inline]
    #[must_use = "a device that asked for a kick waits for it"]
    pub fn publish(&mut self) -> bool {
        let (old, new) = (self.published, self.descriptors);
        if new == old {
            return false;
        }
        self.published = new;
        let span = (new - old) as u32;
        // Our flags, then the device's wish. The device does the reverse: its wish, then our flags (2.8.21.3.1).
        Site::Kick.full_fence();
        let wish = self.device_event.driver_load();
        // Counted from the batch's first descriptor, the one asked for is among the new ones.
        if wish.wrapping_sub(self.turn_event).wrapping_sub(old as u32) < span {
            self.kicks_wanted += 1;
            return true;
        }
        wish >> 16 != EventWord::DISABLE >> 16 && self.wanted_otherwise(wish, old as u32, span)
    }

    /// Does a device that asks for no descriptor of this turn, nor for nothing, want a kick?
    #[inline(never)]
    fn wanted_otherwise(&mut self, wish: u32, old: u32, span: u32) -> bool {
        let wanted = match wish >> 16 & 3 {
            0 => true,
            1 => false,
            2 if self.layout.features().event_idx => {
                let this_turn = EventWord::desc(0, self.avail_flags == tag::AVAIL);
                // A place of the last turn: a ring's size before the same place of this one.
                let same_place = (wish ^ EventWord::WRAP).wrapping_sub(self.turn_event);
                let asked = same_place.wrapping_sub(u32::from(self.layout.size()));
                (wish ^ this_turn) & EventWord::WRAP != 0 && asked.wrapping_sub(old) < span
            }
            _ => {
                self.latch(Fault::BadEvent { event: wish });
                true
            }
        };
        self.kicks_wanted += u64::from(wanted);
        wanted
    }

    /// Takes the next chain the device has returned, if there is one.
    ///
    /// Whatever the device wrote is checked against our own record first. A lie is latched: the chains still in flight
    /// stay with the ring, and every later call answers the same fault.
    #[inline]
    pub fn pop(&mut self) -> Result<Option<Done<C>>, Fault> {
        let (desc, at) = (self.desc_end, self.used_at);
        // SAFETY: `used_at` is where a descriptor begins.
        let found = unsafe { desc.driver_used_tag(at) };
        if found & tag::TURN != self.used_flags {
            return self.pop_otherwise(found);
        }
        // SAFETY: as above.
        let written = unsafe { desc.driver_used_len(at) };
        let id = found as u16 as usize;
        if !self.in_flight_with_room(id, written) {
            return Err(self.latch_used(id, written));
        }
        // SAFETY: just compared.
        Ok(Some(unsafe { self.give_back(id, written) }))
    }

    /// Is a chain in flight under this id, with room for what is said to be written?
    #[inline(always)]
    fn in_flight_with_room(&self, id: usize, written: u32) -> bool {
        id < N && written <= self.slots[id].room && self.slots[id].descriptors != 0
    }

    /// Frees the slot and the descriptors of a chain in flight and hands the chain back.
    ///
    /// # Safety
    /// A chain is in flight under `id`, which is below `N`.
    #[inline(always)]
    unsafe fn give_back(&mut self, id: usize, written: u32) -> Done<C> {
        debug_assert!(id < N && self.slots[id].descriptors != 0);
        // SAFETY: `id` is promised, and that a chain is in flight there: `enter` has stored it and nobody has taken it.
        let (descriptors, mut chain) = unsafe {
            let slot = self.slots.get_unchecked_mut(id);
            let descriptors = slot.descriptors;
            *slot = Slot { room: self.free_id, descriptors: 0 };
            (descriptors, self.chains.get_unchecked(id).assume_init_read())
        };
        self.free_id = id as u32;
        self.completed += 1;
        let bytes = descriptors as usize * RingLayout::DESC_BYTES;
        self.free_end += bytes;
        let mut next_at = self.used_at + bytes as isize;
        if next_at >= 0 {
            next_at -= self.ring_bytes as isize;
            self.used_flags ^= tag::TURN;
        }
        self.used_at = next_at;
        // SAFETY: the device has returned it, we have acquired its writes, and `written` was compared with the room.
        unsafe { chain.returned(written) };
        Done { chain, written, head: Head(id as u16) }
    }

    /// What `pop` does when there is nothing, when the flags make no sense, and when the device returns chains in order.
    #[inline(never)]
    fn pop_otherwise(&mut self, found: u32) -> Result<Option<Done<C>>, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.completed < self.batch.until {
            return Ok(Some(self.take_from_batch()));
        }
        let differs = (found ^ self.used_flags) & tag::TURN;
        if differs == tag::AVAIL && self.free() < self.layout.size() {
            // With a chain at the device this is either the descriptor as we made it available, or a lie. With none it
            // may be anything from the last turn.
            return Err(self.latch(Fault::BadFlags { flags: (found >> 16) as u16 }));
        }
        if differs != 0 {
            return Ok(None);
        }
        self.take_in_order(found as u16).map(Some)
    }

    /// The id of the chain that was added as number `at`.
    fn ordered(&self, at: u64) -> u16 {
        self.order[at as usize & (N - 1)]
    }

    /// Takes the oldest chain, from a batch that ends with chain `id`.
    fn take_in_order(&mut self, id: u16) -> Result<Done<C>, Fault> {
        // SAFETY: `used_at` is where a descriptor begins.
        let written = unsafe { self.desc_end.driver_used_len(self.used_at) };
        let last = (self.completed..self.added).find(|&at| self.ordered(at) == id);
        match last {
            Some(last) if self.in_flight_with_room(id as usize, written) => {
                self.batch = Batch { until: last + 1, written };
                Ok(self.take_from_batch())
            }
            _ => Err(self.latch_used(id as usize, written)),
        }
    }

    fn take_from_batch(&mut self) -> Done<C> {
        let id = self.ordered(self.completed) as usize;
        let last_of_batch = self.completed + 1 == self.batch.until;
        let written = if last_of_batch { self.batch.written } else { self.slots[id].room };
        // SAFETY: the batch was found among the chains in flight, in order, and this is the next of them.
        unsafe { self.give_back(id, written) }
    }

    /// Asks for an interrupt at the next chain the device returns, then looks again. `true`: there is something to pop
    /// already, and the interrupt may not come for it.
    #[must_use = "going to sleep when this is true may be for ever"]
    pub fn arm(&mut self) -> bool {
        let wish = if self.layout.features().event_idx {
            let wrap = self.used_flags & tag::AVAIL != 0;
            let at = self.ring_bytes.wrapping_add_signed(self.used_at);
            EventWord::desc((at / RingLayout::DESC_BYTES) as u16, wrap)
        } else {
            EventWord::ENABLE
        };
        self.driver_event.driver_store(wish);
        // Our wish, then the device's flags. The device does the reverse (2.8.9, 2.8.14).
        Site::Arm.full_fence();
        // SAFETY: `used_at` is where a descriptor begins.
        let found = unsafe { self.desc_end.driver_used_tag(self.used_at) };
        (found ^ self.used_flags) & tag::TURN == 0
            || self.completed < self.batch.until
            || self.fault.is_some()
    }

    /// Asks for no interrupts. A hint: one may come nevertheless.
    pub fn disarm(&mut self) {
        self.driver_event.driver_store(EventWord::DISABLE);
    }

    /// As [`Ring::recover`](crate::Ring::recover).
    ///
    /// # Safety
    /// As there.
    #[cold]
    pub unsafe fn recover(&mut self, mut take: impl FnMut(Head, C)) {
        (self.free_end, self.stuck) = (0, 0);
        self.added = self.completed;
        self.published = self.descriptors;
        self.used_flags = u32::MAX;
        for id in 0..N {
            if core::mem::take(&mut self.slots[id].descriptors) != 0 {
                // SAFETY: there was a record, so a chain is stored here; nobody looks at the record again.
                let mut chain = unsafe { self.chains[id].assume_init_read() };
                // SAFETY: the caller says that the device no longer has it; nothing written is never too much.
                unsafe { chain.returned(0) };
                take(Head(id as u16), chain);
            }
        }
    }

    /// Chains in the ring: added and not taken back.
    pub fn in_flight(&self) -> u16 {
        (self.added - self.completed) as u16 + self.stuck
    }

    /// Free descriptors.
    pub fn free(&self) -> u16 {
        (self.free_end.saturating_sub(self.avail_at) / RingLayout::DESC_BYTES) as u16
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

    /// Finds out what is wrong with a used descriptor, and latches it.
    #[cold]
    #[inline(never)]
    fn latch_used(&mut self, id: usize, written: u32) -> Fault {
        let head = id as u16;
        let fault = if id >= self.layout.size() as usize {
            Fault::UnknownHead { id: u32::from(head) }
        } else if self.slots[id].descriptors == 0 {
            Fault::NotInFlight { head }
        } else if written > self.slots[id].room {
            Fault::TooMuchWritten { head, written, room: self.slots[id].room }
        } else {
            Fault::OutOfOrder { head, oldest: self.ordered(self.completed) }
        };
        self.latch(fault)
    }

    #[cold]
    #[inline(never)]
    fn latch(&mut self, fault: Fault) -> Fault {
        self.fault = Some(fault);
        self.free_end = 0;
        self.stuck = self.in_flight();
        self.added = self.completed;
        self.published = self.descriptors;
        self.used_flags = u32::MAX;
        fault
    }
}

impl<C: Chain, const N: usize> Drop for PackedRing<C, N> {
    fn drop(&mut self) {
        for id in 0..N {
            if self.slots[id].descriptors != 0 {
                // SAFETY: a chain is in flight here, so it is stored here; nobody looks at the slot again.
                unsafe { self.chains[id].assume_init_read() }.abandon();
            }
        }
    }
}
