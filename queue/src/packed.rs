//! The packed ring for one owner (virtio 1.2, 2.8).
//!
//! **Who writes what.** One ring of descriptors, written by both sides: we make descriptors available, the device writes
//! the first descriptor of a chain over when it has used it. Two flags in each descriptor, compared with a counter that
//! flips at every turn around the ring, say whose it is. We never read a descriptor except to see whether the device has
//! returned one at the place where the next must come; what it says there (id, length) is compared with our own record.
//!
//! **How a chain travels.** `add` writes all descriptors, the head's flags excepted if it is the first chain since the
//! last `publish`. The device goes through the ring in order, so withholding that one word withholds everything after
//! it; `publish` stores it, with release, and decides about the kick for the whole batch.
//!
//! **Ids.** A chain's id is its slot, not its place: chains come back in any order. The id stands in every descriptor of
//! the chain, so in the last one too, where 2.8.6 wants it.
//!
//! **Fences.** As in the split ring: one full fence in `publish`, one in `arm`, none in `add` and `pop`.

use crate::chain::{Chain, Done, Head};
use crate::error::{AddError, CreateError, Fault, Refusal};
use crate::indirect::{TableKind, write_table};
use crate::layout::{RingAreas, RingLayout, RingMemory};
use crate::shared::{Area, DescTable, EventWord, packed_word};
use crate::stats::RingStats;
use crate::sync::full_fence;
use crate::{DevAddr, Segment};
use core::mem::MaybeUninit;

/// Set in the record of a chain in flight, clear in the record of a free slot.
const IN_FLIGHT: u64 = 1 << 31;

/// The record of a chain in flight: room for writing (upper half), the mark, number of descriptors (16 bits).
///
/// A free slot's record is the next free slot. A used descriptor says `len`; `len << 32 | 0xffff` is below the record
/// exactly if the chain is in flight and the length fits: one comparison for both.
const fn in_flight_record(room: u32, descriptors: u16) -> u64 {
    (room as u64) << 32 | IN_FLIGHT | descriptors as u64
}

/// A packed ring with one owner and `N` slots, a power of two; the size at run time may be any number up to that.
pub struct PackedRing<C: Chain, const N: usize> {
    desc: DescTable,
    driver_event: EventWord,
    device_event: EventWord,
    tables: Area,
    tables_dev: DevAddr,
    areas: RingAreas,
    layout: RingLayout,
    /// Descriptors not in a chain. Zero once a fault is latched, so that `add` needs no test of its own for it.
    free: u16,
    /// The first free slot.
    free_id: u16,
    /// Bytes of the descriptor ring.
    ring_bytes: usize,
    /// Where the next descriptor to be made available begins, in bytes.
    avail_at: usize,
    /// The flags that make a descriptor available in this turn.
    avail_flags: u64,
    /// Where the next used descriptor will begin, in bytes.
    used_at: usize,
    /// The flags that mark a descriptor used in this turn; flags no descriptor can have once a fault is latched.
    used_flags: u64,
    /// Where the first chain of the batch begins: `avail_at` at the last `publish`.
    batch_at: usize,
    /// What the device's event word holds if it wants to hear of that chain.
    batch_event: u32,
    /// Bytes of descriptors added since the last `publish`.
    batch_bytes: usize,
    /// The second word of the batch's first descriptor, withheld until `publish`.
    batch_head: u64,
    /// Chains ever added.
    added: u64,
    /// Chains ever taken back.
    completed: u64,
    fault: Option<Fault>,
    /// Chains that a latched fault keeps in the ring for good.
    stuck: u16,
    /// In-order use only: what the last used descriptor covers.
    batch: Batch,
    descriptors: u64,
    publishes: u64,
    kicks_wanted: u64,
    records: [u64; N],
    /// The ids in the order they were added.
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

/// Where `add` is in the descriptor ring.
struct Walk {
    /// Where the next descriptor begins, in bytes.
    byte: usize,
    /// The second word of the next descriptor, but for its length.
    template: u64,
    /// What was written to the last descriptor's second word.
    word: u64,
    /// Bytes of all segments so far.
    total: u64,
}

impl<C: Chain, const N: usize> PackedRing<C, N> {
    /// Makes a ring in `memory`, which it clears.
    ///
    /// # Safety
    /// As for [`Ring::new`](crate::Ring::new).
    pub unsafe fn new(memory: RingMemory, layout: RingLayout) -> Result<Self, CreateError> {
        const { assert!(N.is_power_of_two(), "the number of slots is a power of two") };
        layout.check(&memory, true, N)?;
        let mut records = [0; N];
        for (id, record) in records.iter_mut().enumerate() {
            // The last one's is never followed: as many slots as descriptors, and each chain takes one of those at least.
            *record = (id as u64 + 1) % u64::from(layout.size());
        }
        // SAFETY: the caller promises the memory; `check` has compared its size with what the layout needs.
        let (base, driver, device, tables) = unsafe {
            let base = Area::new(memory.cpu());
            base.clear(layout.bytes());
            (base, base.at(layout.driver_at()), base.at(layout.device_at()), base.at(layout.tables_at()))
        };
        let areas = layout.areas(&memory);
        Ok(Self {
            desc: DescTable(base),
            driver_event: EventWord(driver),
            device_event: EventWord(device),
            tables,
            tables_dev: areas.desc.offset(layout.tables_at() as u64),
            areas,
            layout,
            free: layout.size(),
            free_id: 0,
            ring_bytes: layout.size() as usize * RingLayout::DESC_BYTES,
            avail_at: 0,
            avail_flags: packed_word::AVAIL,
            used_at: 0,
            used_flags: packed_word::TURN,
            batch_at: 0,
            batch_event: EventWord::desc(0, true),
            batch_bytes: 0,
            batch_head: 0,
            added: 0,
            completed: 0,
            fault: None,
            stuck: 0,
            batch: Batch { until: 0, written: 0 },
            descriptors: 0,
            publishes: 0,
            kicks_wanted: 0,
            records,
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
        let (readable, writable) = (chain.readable(), chain.writable());
        let count = readable.len() + writable.len();
        let end = self.avail_at + count * RingLayout::DESC_BYTES;
        if count.wrapping_sub(1) >= self.free as usize || end > self.ring_bytes {
            return self.add_otherwise(chain);
        }
        let id = self.free_id;
        let template = self.avail_flags | packed_word::NEXT | u64::from(id) << packed_word::ID_SHIFT;
        let (first, first_flags, readable, writable) = match (readable, writable) {
            ([first, rest @ ..], _) => (first, 0, rest, writable),
            ([], [first, rest @ ..]) => (first, packed_word::WRITE, readable, rest),
            ([], []) => unreachable!("the chain has a segment"),
        };
        let head_word = template | first_flags | u64::from(first.len);
        // SAFETY: from `avail_at` to `end` there are `count` descriptors, all free and all inside the ring.
        unsafe { self.desc.driver_write_addr(self.avail_at, first.addr.get()) };
        let first_len = u64::from(first.len);
        let mut walk = Walk {
            byte: self.avail_at + RingLayout::DESC_BYTES,
            template,
            word: head_word,
            total: first_len,
        };
        if first.len == 0 || !self.write_list(&mut walk, readable) {
            return self.take_nothing(end, Refusal::ZeroLength, chain);
        }
        let readable_bytes = if first_flags == 0 { walk.total } else { 0 };
        walk.template |= packed_word::WRITE;
        if !self.write_list(&mut walk, writable) {
            return self.take_nothing(end, Refusal::ZeroLength, chain);
        }
        if walk.total >> 32 != 0 {
            return self.take_nothing(end, Refusal::TooLong, chain);
        }
        let mut head_word = head_word;
        if count == 1 {
            head_word &= !packed_word::NEXT;
        } else {
            // SAFETY: as above.
            unsafe {
                self.desc.driver_end_chain(walk.byte - RingLayout::DESC_BYTES, walk.word & !packed_word::NEXT)
            };
        }
        let at = self.avail_at;
        self.avail_at = end;
        if end == self.ring_bytes {
            self.turn();
        }
        Ok(self.enter(at, head_word, count as u16, (walk.total - readable_bytes) as u32, chain))
    }

    /// Gives a chain back whose descriptors, up to `end`, are partly written: after the first they carry the flags of
    /// this turn, and the device would come upon them behind a shorter chain.
    #[cold]
    #[inline(never)]
    fn take_nothing(&mut self, end: usize, why: Refusal, chain: C) -> Result<Head, AddError<C>> {
        for byte in (self.avail_at + RingLayout::DESC_BYTES..end).step_by(RingLayout::DESC_BYTES) {
            let used_last_turn = if self.avail_flags == packed_word::AVAIL { 0 } else { packed_word::TURN };
            // SAFETY: inside the ring, free, and behind a descriptor that is not available.
            unsafe { self.desc.driver_end_chain(byte, used_last_turn) };
        }
        Err(AddError { why, chain })
    }

    /// Writes one list of segments into consecutive descriptors. `false`: a segment has no bytes. The device looks at
    /// none of them before the chain's first descriptor is available.
    #[inline(always)]
    fn write_list(&self, walk: &mut Walk, list: &[Segment]) -> bool {
        for segment in list {
            if segment.len == 0 {
                return false;
            }
            walk.total += u64::from(segment.len);
            walk.word = walk.template | u64::from(segment.len);
            // SAFETY: the caller has seen that the whole chain fits between here and the ring's end.
            unsafe { self.desc.driver_write(walk.byte, segment.addr.get(), walk.word) };
            walk.byte += RingLayout::DESC_BYTES;
        }
        true
    }

    /// Begins the next turn of making descriptors available.
    #[inline(always)]
    fn turn(&mut self) {
        self.avail_at = 0;
        self.avail_flags ^= packed_word::TURN;
    }

    /// Notes a chain whose descriptors are written but for the word at `at` that makes it available.
    #[inline(always)]
    fn enter(&mut self, at: usize, head_word: u64, descriptors: u16, room: u32, mut chain: C) -> Head {
        if self.batch_bytes == 0 {
            self.batch_head = head_word;
        } else {
            // The device does not come here before the batch's first descriptor is available.
            // SAFETY: `at` is where a free descriptor begins.
            unsafe { self.desc.driver_end_chain(at, head_word) };
        }
        self.batch_bytes += descriptors as usize * RingLayout::DESC_BYTES;
        self.free -= descriptors;
        self.descriptors += u64::from(descriptors);
        let id = self.free_id;
        self.free_id = self.records[id as usize] as u16;
        self.records[id as usize] = in_flight_record(room, descriptors);
        self.order[self.added as usize & (N - 1)] = id;
        self.added += 1;
        chain.given();
        self.chains[id as usize].write(chain);
        Head(id)
    }

    /// What `add` does with a chain that does not fit between here and the ring's end, or not at all.
    #[inline(never)]
    fn add_otherwise(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let count = chain.readable().len() + chain.writable().len();
        let why = if let Some(fault) = self.fault {
            Refusal::Broken(fault)
        } else if count == 0 {
            Refusal::Empty
        } else if count <= self.free as usize {
            return self.add_across_the_end(chain);
        } else if count <= self.layout.table_entries() as usize {
            if self.free > 0 {
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

    /// As `add`, for a chain that begins before the ring's end and goes on at its beginning: the flags change there.
    fn add_across_the_end(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let (readable, writable) = (chain.readable(), chain.writable());
        let count = readable.len() + writable.len();
        let total = |list: &[Segment]| list.iter().map(|segment| u64::from(segment.len)).sum::<u64>();
        let room = total(writable);
        if readable.iter().chain(writable).any(|segment| segment.len == 0) {
            return Err(AddError { why: Refusal::ZeroLength, chain });
        }
        if (room + total(readable)) >> 32 != 0 {
            return Err(AddError { why: Refusal::TooLong, chain });
        }
        let (at, mut head_word) = (self.avail_at, 0);
        let id = u64::from(self.free_id) << packed_word::ID_SHIFT;
        for (index, segment) in readable.iter().chain(writable).enumerate() {
            let next = if index + 1 < count { packed_word::NEXT } else { 0 };
            let write = if index < readable.len() { 0 } else { packed_word::WRITE };
            let word = self.avail_flags | next | write | id | u64::from(segment.len);
            // SAFETY: `avail_at` stays inside the ring, and there are `count` free descriptors from where it began.
            unsafe {
                if index == 0 {
                    self.desc.driver_write_addr(self.avail_at, segment.addr.get());
                    head_word = word;
                } else {
                    self.desc.driver_write(self.avail_at, segment.addr.get(), word);
                }
            }
            self.avail_at += RingLayout::DESC_BYTES;
            if self.avail_at == self.ring_bytes {
                self.turn();
            }
        }
        Ok(self.enter(at, head_word, count as u16, room as u32, chain))
    }

    /// One descriptor naming the slot's own table (virtio 1.2, 2.8.7).
    fn add_indirect(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let id = self.free_id;
        let table_at = id as usize * self.layout.table_bytes();
        // SAFETY: every slot has its table in the ring's memory, and `id` is a slot.
        let table = DescTable(unsafe { self.tables.at(table_at) });
        // SAFETY: the caller has compared the chain's length with the table's, and the slot is free.
        let table = match unsafe { write_table(&table, TableKind::Sequential, &chain) } {
            Ok(written) => written,
            Err(why) => return Err(AddError { why, chain }),
        };
        let bytes = u64::from(table.entries) * RingLayout::DESC_BYTES as u64;
        let word = self.avail_flags | packed_word::INDIRECT | u64::from(id) << packed_word::ID_SHIFT | bytes;
        let at = self.avail_at;
        // SAFETY: `avail_at` is inside the ring, and a descriptor is free.
        unsafe { self.desc.driver_write_addr(at, self.tables_dev.offset(table_at as u64).get()) };
        self.avail_at += RingLayout::DESC_BYTES;
        if self.avail_at == self.ring_bytes {
            self.turn();
        }
        Ok(self.enter(at, word, 1, table.room, chain))
    }

    /// Makes everything added so far available to the device with one store, and says whether the device wants to be
    /// told. One decision covers the whole batch.
    #[inline]
    #[must_use = "a device that asked for a kick waits for it"]
    pub fn publish(&mut self) -> bool {
        if self.batch_bytes == 0 {
            return false;
        }
        // SAFETY: `batch_at` is where the batch's first descriptor begins.
        unsafe { self.desc.driver_publish(self.batch_at, self.batch_head) };
        let from = self.batch_event;
        let descriptors = (core::mem::take(&mut self.batch_bytes) / RingLayout::DESC_BYTES) as u32;
        self.batch_at = self.avail_at;
        self.batch_event = self.avail_event();
        self.publishes += 1;
        // Our flags, then the device's wish. The device does the reverse: its wish, then our flags (2.8.21.3.1).
        full_fence();
        let wish = self.device_event.driver_load();
        let kick = wish.wrapping_sub(from) < descriptors || self.wanted_otherwise(wish, from, descriptors);
        self.kicks_wanted += u64::from(kick);
        kick
    }

    /// What the device's event word holds if it wants to hear of the next descriptor we make available.
    #[inline(always)]
    fn avail_event(&self) -> u32 {
        let wrap = self.avail_flags & packed_word::AVAIL != 0;
        EventWord::desc((self.avail_at / RingLayout::DESC_BYTES) as u16, wrap)
    }

    /// Does a device whose event word is not simply one of the `descriptors` places from `from` on want a kick?
    #[inline(never)]
    fn wanted_otherwise(&mut self, wish: u32, from: u32, descriptors: u32) -> bool {
        match wish >> 16 & 3 {
            0 => true,
            1 => false,
            2 if self.layout.features().event_idx => {
                // The place asked for, counted from the beginning of the batch; beyond the end if the turn differs.
                let turns = (wish ^ from) >> 15 & 1;
                let asked = (wish & 0x7fff) + turns * u32::from(self.layout.size());
                asked.wrapping_sub(from & 0x7fff) < descriptors
            }
            _ => {
                self.latch(Fault::BadEvent { event: wish });
                true
            }
        }
    }

    /// Takes the next chain the device has returned, if there is one.
    ///
    /// Whatever the device wrote is checked against our own record first. A lie is latched: the chains still in flight
    /// stay with the ring, and every later call answers the same fault.
    #[inline]
    pub fn pop(&mut self) -> Result<Option<Done<C>>, Fault> {
        // SAFETY: `used_at` is where a descriptor begins.
        let word = unsafe { self.desc.driver_used(self.used_at) };
        if word & packed_word::TURN != self.used_flags
            || self.batch_bytes != 0
            || self.layout.features().in_order
        {
            return self.pop_otherwise(word);
        }
        self.take(word).map(Some)
    }

    /// Takes the used descriptor whose second word is `word`.
    #[inline(always)]
    fn take(&mut self, word: u64) -> Result<Done<C>, Fault> {
        let id = (word >> packed_word::ID_SHIFT) as u16;
        if id as usize >= N || (word << 32 | 0xffff) >= self.records[id as usize] {
            return Err(self.latch_word(word));
        }
        Ok(self.give_back(id, word as u32))
    }

    /// Frees the slot and the descriptors of a chain in flight and hands the chain back.
    #[inline(always)]
    fn give_back(&mut self, id: u16, written: u32) -> Done<C> {
        let descriptors = self.records[id as usize] as u16;
        self.records[id as usize] = u64::from(self.free_id);
        self.free_id = id;
        self.free += descriptors;
        self.completed += 1;
        self.used_at += descriptors as usize * RingLayout::DESC_BYTES;
        if self.used_at >= self.ring_bytes {
            self.used_at -= self.ring_bytes;
            self.used_flags ^= packed_word::TURN;
        }
        // SAFETY: there was a record, so `enter` has stored a chain here and nobody has taken it since.
        let mut chain = unsafe { self.chains[id as usize].assume_init_read() };
        // SAFETY: the device has returned it, we have acquired its writes, and `written` was compared with the room.
        unsafe { chain.returned(written) };
        Done { chain, written, head: Head(id) }
    }

    /// What `pop` does when there is nothing, when the flags make no sense, when chains wait to be published, and when
    /// the device returns chains in order.
    #[inline(never)]
    fn pop_otherwise(&mut self, word: u64) -> Result<Option<Done<C>>, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.completed < self.batch.until {
            return Ok(Some(self.take_from_batch()));
        }
        if word & packed_word::TURN != self.used_flags {
            // With a chain at the device this is either the descriptor as we made it available, or a lie. With none it
            // may be anything from the last turn.
            let returned = word & packed_word::USED == self.used_flags & packed_word::USED;
            if returned && self.free < self.layout.size() && self.batch_bytes == 0 {
                return Err(self.latch(Fault::BadFlags { flags: (word >> 48) as u16 }));
            }
            return Ok(None);
        }
        let id = (word >> packed_word::ID_SHIFT) as u16;
        // A chain that is added and not published is in our record and not with the device.
        let mut hidden_bytes = self.batch_bytes;
        let mut at = self.added;
        while hidden_bytes > 0 {
            at -= 1;
            let hidden = self.ordered(at);
            if hidden == id {
                return Err(self.latch(Fault::NotInFlight { head: id }));
            }
            hidden_bytes -= self.descriptors_of(hidden) * RingLayout::DESC_BYTES;
        }
        if self.layout.features().in_order {
            return self.take_in_order(word, at).map(Some);
        }
        self.take(word).map(Some)
    }

    /// The id of the chain that was added as number `at`.
    fn ordered(&self, at: u64) -> u16 {
        self.order[at as usize & (N - 1)]
    }

    fn descriptors_of(&self, id: u16) -> usize {
        self.records[id as usize] as u16 as usize
    }

    /// Takes the oldest chain, from a batch that may end with any chain before number `published`.
    fn take_in_order(&mut self, word: u64, published: u64) -> Result<Done<C>, Fault> {
        let id = (word >> packed_word::ID_SHIFT) as u16;
        let Some(last) = (self.completed..published).find(|&at| self.ordered(at) == id) else {
            return Err(self.latch_word(word));
        };
        if (word << 32 | 0xffff) >= self.records[id as usize] {
            return Err(self.latch_word(word));
        }
        self.batch = Batch { until: last + 1, written: word as u32 };
        Ok(self.take_from_batch())
    }

    fn take_from_batch(&mut self) -> Done<C> {
        let id = self.ordered(self.completed);
        let room = (self.records[id as usize] >> 32) as u32;
        let last_of_batch = self.completed + 1 == self.batch.until;
        self.give_back(id, if last_of_batch { self.batch.written } else { room })
    }

    /// Asks for an interrupt at the next chain the device returns, then looks again. `true`: there is something to pop
    /// already, and the interrupt may not come for it.
    #[must_use = "going to sleep when this is true may be for ever"]
    pub fn arm(&mut self) -> bool {
        let wish = if self.layout.features().event_idx {
            let wrap = self.used_flags & packed_word::AVAIL != 0;
            EventWord::desc((self.used_at / RingLayout::DESC_BYTES) as u16, wrap)
        } else {
            EventWord::ENABLE
        };
        self.driver_event.driver_store(wish);
        // Our wish, then the device's flags. The device does the reverse (2.8.9, 2.8.14).
        full_fence();
        // SAFETY: `used_at` is where a descriptor begins.
        let word = unsafe { self.desc.driver_used(self.used_at) };
        (word ^ self.used_flags) & packed_word::USED == 0
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
        (self.free, self.stuck) = (0, 0);
        self.added = self.completed;
        self.batch_bytes = 0;
        self.used_flags = u64::MAX;
        for id in 0..N {
            if core::mem::take(&mut self.records[id]) & IN_FLIGHT != 0 {
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
        self.free
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
            publishes: self.publishes,
            kicks_wanted: self.kicks_wanted,
            completions: self.completed,
        }
    }

    #[cold]
    #[inline(never)]
    fn latch_word(&mut self, word: u64) -> Fault {
        let (id, written) = ((word >> packed_word::ID_SHIFT) as u16, word as u32);
        let fault = match self.records.get(id as usize) {
            Some(record) if record & IN_FLIGHT != 0 => {
                let room = (record >> 32) as u32;
                if written > room {
                    Fault::TooMuchWritten { head: id, written, room }
                } else {
                    Fault::OutOfOrder { head: id, oldest: self.ordered(self.completed) }
                }
            }
            Some(_) if id < self.layout.size() => Fault::NotInFlight { head: id },
            _ => Fault::UnknownHead { id: u32::from(id) },
        };
        self.latch(fault)
    }

    #[cold]
    #[inline(never)]
    fn latch(&mut self, fault: Fault) -> Fault {
        self.fault = Some(fault);
        self.free = 0;
        self.stuck = self.in_flight();
        self.added = self.completed;
        self.batch_bytes = 0;
        self.used_flags = u64::MAX;
        fault
    }
}

impl<C: Chain, const N: usize> Drop for PackedRing<C, N> {
    fn drop(&mut self) {
        for id in 0..N {
            if self.records[id] & IN_FLIGHT != 0 {
                // SAFETY: there is a record, so a chain is stored here; nobody looks at the record again.
                unsafe { self.chains[id].assume_init_read() }.abandon();
            }
        }
    }
}
