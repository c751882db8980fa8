//! The packed format (virtio 1.2, 2.8).
//!
//! **Who writes what.** One ring of descriptors, written by both sides: we make descriptors available, the device writes
//! the first descriptor of a chain over when it has used it. Two flags in each descriptor, compared with a counter that
//! flips at every turn around the ring, say whose it is. We never read a descriptor except to see whether the device has
//! returned one at the place where the next must come; what it says there (id, length) is compared with our own record.
//!
//! **How a chain travels.** Adding writes all descriptors, the first one's flags last, and with release: from there on the
//! chain is available. There is no index to move, so publishing only decides about the kick, for all chains at once.
//!
//! **Ids.** A chain's id is its slot, not its place: chains come back in any order. The id stands in every descriptor of
//! the chain, so in the last one too, where 2.8.6 wants it.
//!
//! **Fences.** As in the split format: one full fence in `publish`, one in `arm`, none elsewhere.

use crate::error::Fault;
use crate::format::{Format, Kick, Look, Written};
use crate::indirect::{TableKind, write_table};
use crate::layout::{RingLayout, RingMemory};
use crate::ledger::{Counts, Record};
use crate::measure::{Measure, room_of_few};
use crate::sync::Site;
use crate::words::{Area, DescTable, EventWord, tag};
use crate::{DevAddr, Segment};

/// Kept in `used_flags` besides the flags if the device returns chains in order. No descriptor's flags have this bit.
const IN_ORDER: u32 = 1;

/// The packed format with room for `N` descriptors.
pub struct Packed<const N: usize> {
    desc: DescTable,
    /// Where the descriptor ring ends.
    desc_end: DescTable,
    driver_event: EventWord,
    device_event: EventWord,
    tables: Area,
    tables_dev: DevAddr,
    table_bytes: usize,
    event_idx: bool,
    /// Where the free descriptors from `avail_at` on end, in bytes, counted on beyond the ring's end. Zero once closed, so
    /// that adding needs no test of its own for it.
    free_end: usize,
    /// The first free id, which leads to the next, and so on.
    free_id: u32,
    /// Bytes of the descriptor ring.
    ring_bytes: usize,
    /// Chains that end before this place go the direct way. The ring's end, or zero if the device returns chains in order,
    /// which keeps adding off the direct way without a test of its own.
    direct_end: usize,
    /// Where the next descriptor to be made available begins, in bytes.
    avail_at: usize,
    /// The flags that make a descriptor available in this turn.
    avail_flags: u32,
    /// The flags that mark a descriptor used in this turn, perhaps with [`IN_ORDER`]. Flags no descriptor can have once
    /// closed, so that `entry` needs no test of its own for it.
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
    /// The free id that follows the one with this index, in memory the device does not see.
    next_ids: [u16; N],
    /// In-order use only: the ids in the order they were added.
    order: [u16; N],
}

impl<const N: usize> Packed<N> {
    /// Takes the id and counts the descriptors of a chain that is written.
    #[inline(always)]
    fn written(&mut self, descriptors: u16, room: u32) -> Written {
        let head = self.free_id;
        debug_assert!((head as usize) < N);
        self.descriptors += u64::from(descriptors);
        // SAFETY: free ids are below the ring's size, which is at most `N`.
        self.free_id = u32::from(unsafe { *self.next_ids.get_unchecked(head as usize) });
        Written { head, record: Record::new(room, descriptors, 0) }
    }

    /// The same of a chain that is number `number` of all.
    fn written_in_order(&mut self, number: u64, descriptors: u16, room: u32) -> Written {
        let written = self.written(descriptors, room);
        self.order[number as usize & (N - 1)] = written.head as u16;
        written
    }

    /// Writes descriptors for a chain that fits the free ones, perhaps across the ring's end, where the flags change.
    #[inline(always)]
    fn write_ring(&mut self, readable: &[Segment], writable: &[Segment]) {
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

    /// Begins the next turn of making descriptors available, `ahead` descriptors after the last chain.
    fn turn(&mut self, ahead: u32) {
        self.avail_flags ^= tag::TURN;
        self.free_end -= self.ring_bytes;
        let first = (self.descriptors as u32).wrapping_add(ahead);
        self.turn_event = EventWord::desc(0, self.avail_flags == tag::AVAIL).wrapping_sub(first);
    }

    /// The tag where the next used descriptor must come.
    fn next_tag(&self) -> u32 {
        // SAFETY: `used_at` is where a descriptor begins.
        unsafe { self.desc_end.driver_used_tag(self.used_at) }
    }
}

impl<const N: usize> Format<N> for Packed<N> {
    const PACKED: bool = true;

    unsafe fn new(memory: &RingMemory, layout: &RingLayout) -> Self {
        let size = layout.size();
        let ring_bytes = size as usize * RingLayout::DESC_BYTES;
        let in_order = layout.features().in_order;
        // SAFETY: the caller promises the memory; the layout says where the parts are.
        let (base, end, driver, device, tables) = unsafe {
            let base = Area::new(memory.cpu());
            let [end, driver, device, tables] =
                [ring_bytes, layout.driver_at(), layout.device_at(), layout.tables_at()]
                    .map(|at| base.at(at));
            (base, end, driver, device, tables)
        };
        Self {
            desc: DescTable(base),
            desc_end: DescTable(end),
            driver_event: EventWord(driver),
            device_event: EventWord(device),
            tables,
            tables_dev: layout.areas(memory).desc.offset(layout.tables_at() as u64),
            table_bytes: layout.table_bytes(),
            event_idx: layout.features().event_idx,
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
            // The last one's is never followed: there are as many ids as descriptors, and each chain takes one at least.
            next_ids: core::array::from_fn(|id| (id as u16 + 1) % size),
            order: [0; N],
        }
    }

    fn descriptors(&self) -> u64 {
        self.descriptors
    }

    #[inline]
    fn free(&self) -> u16 {
        (self.free_end.saturating_sub(self.avail_at) / RingLayout::DESC_BYTES) as u16
    }

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
        Some(self.written(K as u16, room))
    }

    #[inline(always)]
    fn write_many(&mut self, number: u64, readable: &[Segment], writable: &[Segment]) -> Option<Written> {
        let mut measure = Measure::default();
        for segment in readable {
            measure.see(segment.len);
        }
        let readable_bytes = measure.bytes;
        for segment in writable {
            measure.see(segment.len);
        }
        let room = measure.room_after(readable_bytes)?;
        self.write_ring(readable, writable);
        Some(self.written_in_order(number, (readable.len() + writable.len()) as u16, room))
    }

    unsafe fn write_indirect(&mut self, number: u64, readable: &[Segment], writable: &[Segment]) -> Written {
        let (at, id) = (self.avail_at, self.free_id);
        let table_at = id as usize * self.table_bytes;
        // SAFETY: every slot has its table in the ring's memory, and `id` is a slot.
        let table = DescTable(unsafe { self.tables.at(table_at) });
        // SAFETY: the caller has measured the chain and compared its length with the table's; the slot is free.
        let table = unsafe { write_table(&table, TableKind::Sequential, readable, writable) };
        let addr = self.tables_dev.offset(table_at as u64).get();
        let bytes = u32::from(table.entries) * RingLayout::DESC_BYTES as u32;
        // SAFETY: a descriptor of this ring begins at `avail_at`, and the caller has seen that it is free.
        unsafe {
            self.desc.driver_write_buffer(at, addr, bytes);
            self.desc.driver_publish_tag(at, self.avail_flags | tag::INDIRECT | id);
        }
        self.avail_at += RingLayout::DESC_BYTES;
        if self.avail_at == self.ring_bytes {
            self.avail_at = 0;
            self.turn(1);
        }
        self.written_in_order(number, 1, table.room)
    }

    /// Nothing: the tag of its first descriptor has made the chain available.
    #[inline(always)]
    unsafe fn announce(&mut self, _head: u32, _counts: &Counts) {}

    #[inline(always)]
    fn publish(&mut self, _counts: &Counts) -> Kick {
        let (old, new) = (self.published, self.descriptors);
        if new == old {
            return Kick::No;
        }
        self.published = new;
        let (turn_event, span) = (self.turn_event, (new - old) as u32);
        let device_event = self.device_event;
        // Our flags, then the device's wish. The device does the reverse: its wish, then our flags (2.8.21.3.1).
        Site::Kick.full_fence();
        let wish = device_event.driver_load();
        // Counted from the batch's first descriptor, the one asked for is among the new ones.
        if wish.wrapping_sub(turn_event).wrapping_sub(old as u32) < span {
            Kick::Yes
        } else if wish >> 16 == EventWord::DISABLE >> 16 {
            Kick::No
        } else {
            Kick::Ask { wish, old: old as u32 }
        }
    }

    /// Does a device that asks for no descriptor of this turn, nor for nothing, want a kick?
    fn decide(&self, wish: u32, old: u32) -> Result<bool, Fault> {
        match wish >> 16 & 3 {
            0 => Ok(true),
            1 => Ok(false),
            2 if self.event_idx => {
                let this_turn = EventWord::desc(0, self.avail_flags == tag::AVAIL);
                // A place of the last turn: a ring's size before the same place of this one.
                let same_place = (wish ^ EventWord::WRAP).wrapping_sub(self.turn_event);
                let asked = same_place.wrapping_sub((self.ring_bytes / RingLayout::DESC_BYTES) as u32);
                let span = (self.published as u32).wrapping_sub(old);
                Ok((wish ^ this_turn) & EventWord::WRAP != 0 && asked.wrapping_sub(old) < span)
            }
            _ => Err(Fault::BadEvent { event: wish }),
        }
    }

    #[inline(always)]
    fn entry(&self, _counts: &Counts) -> Option<u64> {
        // Taken before the device's tag is read: what is read before an acquire has to be read again behind it.
        let (ring, at, used_flags) = (self.desc_end, self.used_at, self.used_flags);
        // SAFETY: `used_at` is where a descriptor begins.
        let found = unsafe { ring.driver_used_tag(at) };
        if found & tag::TURN != used_flags {
            return None;
        }
        // SAFETY: as above.
        Some(entry_of(found, unsafe { ring.driver_used_len(at) }))
    }

    fn look(&self, counts: Counts) -> Result<Look, Fault> {
        let found = self.next_tag();
        let differs = (found ^ self.used_flags) & tag::TURN;
        if differs == tag::AVAIL && counts.in_flight() > 0 {
            // With a chain at the device this is either the descriptor as we made it available, or a lie. With none it
            // may be anything from the last turn.
            return Err(Fault::BadFlags { flags: (found >> 16) as u16 });
        }
        if differs != 0 {
            return Ok(Look::Nothing);
        }
        // SAFETY: `used_at` is where a descriptor begins.
        let entry = entry_of(found, unsafe { self.desc_end.driver_used_len(self.used_at) });
        // Closed or with chains in order, `entry` has not seen it; otherwise it has come since.
        Ok(if self.used_flags & IN_ORDER == 0 {
            Look::Entry(entry)
        } else {
            Look::LastOf { chains: counts.in_flight(), entry }
        })
    }

    fn ordered(&self, number: u64) -> u16 {
        self.order[number as usize & (N - 1)]
    }

    #[inline(always)]
    unsafe fn release(&mut self, head: u32, record: Record) {
        // SAFETY: heads are below the ring's size, which is at most `N`.
        unsafe { *self.next_ids.get_unchecked_mut(head as usize) = self.free_id as u16 };
        self.free_id = head;
        let bytes = record.descriptor_bytes();
        self.free_end += bytes;
        let mut next_at = self.used_at + bytes as isize;
        if next_at >= 0 {
            next_at -= self.ring_bytes as isize;
            self.used_flags ^= tag::TURN;
        }
        self.used_at = next_at;
    }

    fn arm(&mut self, _counts: Counts) -> bool {
        let wish = if self.event_idx {
            let wrap = self.used_flags & tag::AVAIL != 0;
            let at = self.ring_bytes.wrapping_add_signed(self.used_at);
            EventWord::desc((at / RingLayout::DESC_BYTES) as u16, wrap)
        } else {
            EventWord::ENABLE
        };
        self.driver_event.driver_store(wish);
        // Our wish, then the device's flags. The device does the reverse (2.8.9, 2.8.14).
        Site::Arm.full_fence();
        (self.next_tag() ^ self.used_flags) & tag::TURN == 0
    }

    fn disarm(&mut self, _counts: Counts) {
        self.driver_event.driver_store(EventWord::DISABLE);
    }

    fn close(&mut self, _counts: Counts) {
        self.free_end = 0;
        self.published = self.descriptors;
        self.used_flags = u32::MAX;
    }
}

/// What the device says of a chain, as the record keeps it.
#[inline(always)]
const fn entry_of(found: u32, written: u32) -> u64 {
    (written as u64) << 32 | (found & 0xffff) as u64
}
