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
//! **Resident chains** of one segment keep that, longer ones the table of their slot: making one available is writing one
//! descriptor, which is kept free for it.
//!
//! **Ids.** A chain's id is its slot, not its place: chains come back in any order. The id stands in every descriptor of
//! the chain, so in the last one too, where 2.8.6 wants it.
//!
//! **Fences.** As in the split format: one full fence in `publish`, one in `arm`, none elsewhere.

use crate::error::Fault;
use crate::format::{Claim, Format, Kick, Look, Unsettled, Written};
use crate::indirect::{TableKind, write_table};
use crate::layout::{RingLayout, RingMemory};
use crate::ledger::{Counts, Record};
use crate::lookout::Sight;
use crate::measure::{Passing, each_after_three_but_last, room_of_few};
use crate::resident::Residence;
use crate::sync::Site;
use crate::words::{Area, DescTable, EventWord, tag};
use crate::{DevAddr, Segment};

/// The one descriptor of a settled chain.
#[derive(Clone, Copy)]
struct Home {
    addr: u64,
    len: u32,
    /// The chain's id, and INDIRECT, for a chain of one segment WRITE or nothing.
    tag: u32,
}

impl Home {
    const fn of(segment: &Segment, tag: u32) -> Self {
        Self { addr: segment.addr.get(), len: segment.len, tag }
    }
}

/// The packed format with room for `N` descriptors.
pub struct Packed<const N: usize> {
    desc: DescTable,
    /// The ring from where the next used descriptor will be.
    used: DescTable,
    /// Where the ring's last descriptor begins.
    last_place: usize,
    driver_event: EventWord,
    device_event: EventWord,
    tables: Area,
    tables_dev: DevAddr,
    table_bytes: usize,
    event_idx: bool,
    /// Free descriptors that no settled chain keeps for itself, in bytes. Zero once closed, so that adding needs no test of
    /// its own for it.
    free: usize,
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
    /// The flags that mark a descriptor used in this turn.
    used_flags: u32,
    in_order: bool,
    /// Descriptors ever made available.
    descriptors: u64,
    /// `descriptors` at the last `publish`.
    published: u64,
    /// What the device's event word holds if it wants to hear of a descriptor of this turn, less that descriptor's number
    /// in the order of `descriptors`.
    turn_event: u32,
    /// The same for a descriptor of the last turn.
    last_turn_event: u32,
    /// The upper half of an event word that names a descriptor. With no event index none does, and this is none's.
    desc_event: u32,
    /// The free id that follows the one with this index, in memory the device does not see.
    next_ids: [u16; N],
    /// In-order use only: the ids in the order they were added.
    order: [u16; N],
    /// What to write for the chain settled under this id.
    homes: [Home; N],
}

impl<const N: usize> Packed<N> {
    /// Takes the descriptors and the id of a chain that is written.
    #[inline(always)]
    fn written(&mut self, descriptors: u32, room: u32) -> Written {
        let written = self.counted(descriptors, room);
        self.free -= descriptors as usize * RingLayout::DESC_BYTES;
        written
    }

    /// The same of a chain whose descriptors are taken already.
    #[inline(always)]
    fn counted(&mut self, descriptors: u32, room: u32) -> Written {
        let head = self.free_id;
        debug_assert!((head as usize) < N);
        self.descriptors += u64::from(descriptors);
        // SAFETY: free ids are below the ring's size, which is at most `N`.
        self.free_id = u32::from(unsafe { *self.next_ids.get_unchecked(head as usize) });
        Written { head, record: Record::new(room, descriptors, 0) }
    }

    /// The same of a chain that is number `number` of all.
    fn written_in_order(&mut self, number: u64, descriptors: u32, room: u32) -> Written {
        let written = self.written(descriptors, room);
        self.order[number as usize & (N - 1)] = written.head as u16;
        written
    }

    /// Writes addresses and lengths of one list from `at` on.
    #[inline(always)]
    fn write_buffers(&self, at: &mut usize, list: &[Segment], mut see: impl FnMut(u32)) {
        let desc = self.desc;
        for segment in list {
            see(segment.len);
            // SAFETY: the caller has seen that enough descriptors are free before the ring's end.
            unsafe { desc.driver_write_buffer(*at, segment.addr.get(), segment.len) };
            *at += RingLayout::DESC_BYTES;
        }
    }

    /// Gives back the bytes of descriptors that were written from `avail_at` on for a chain that cannot have them: all but the
    /// first have tags by now.
    #[cold]
    #[inline(never)]
    fn take_back(&mut self, bytes: usize) {
        self.free += bytes;
        for at in (self.avail_at..self.avail_at + bytes).step_by(RingLayout::DESC_BYTES).skip(1) {
            // The flags of the last turn: the device will come here.
            // SAFETY: free, and inside the ring.
            unsafe { self.desc.driver_write_tag(at, self.avail_flags ^ tag::TURN) };
        }
    }

    /// As `write_many`, across the ring's end, and where the order has to be kept.
    #[inline(never)]
    fn write_many_around(
        &mut self,
        number: u64,
        readable: &[Segment],
        writable: &[Segment],
    ) -> Option<Written> {
        let mut passing = Passing::default();
        readable.iter().for_each(|segment| passing.see_readable(segment.len));
        writable.iter().for_each(|segment| passing.see_writable(segment.len));
        let room = passing.room(readable, writable)?;
        self.write_ring(readable, writable);
        Some(self.written_in_order(number, (readable.len() + writable.len()) as u32, room))
    }

    /// Writes descriptors for a chain that fits the free ones, perhaps across the ring's end, where the flags change.
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

    /// Writes a chain into the table of slot `id`: the descriptor that names the table, and the room for writing.
    ///
    /// # Safety
    /// The slot is free, its table has as many entries as the chain has segments, and these have been measured.
    unsafe fn fill_table(&self, id: u32, readable: &[Segment], writable: &[Segment]) -> (Home, u32) {
        let table_at = id as usize * self.table_bytes;
        // SAFETY: every slot has its table in the ring's memory.
        let table = DescTable(unsafe { self.tables.at(table_at) });
        // SAFETY: promised by the caller; the device does not look at the table of a free slot.
        let table = unsafe { write_table(&table, TableKind::Sequential, readable, writable) };
        let len = u32::from(table.entries) * RingLayout::DESC_BYTES as u32;
        let addr = self.tables_dev.offset(table_at as u64).get();
        (Home { addr, len, tag: tag::INDIRECT | id }, table.room)
    }

    /// Makes a chain of one descriptor available, at `at`.
    ///
    /// # Safety
    /// A descriptor begins there and is free, and what it is to name is written.
    #[inline(always)]
    unsafe fn write_home(&self, at: usize, home: &Home) {
        // SAFETY: promised by the caller.
        unsafe {
            let desc = self.desc;
            // One word after the other, so that no two have to be held at once.
            desc.driver_write_addr(at, home.addr);
            desc.driver_write_len(at, home.len);
            desc.driver_publish_tag(at, self.avail_flags | home.tag);
        }
    }

    /// Goes on making descriptors available, one descriptor after the last chain.
    fn go_around(&mut self) {
        self.avail_at += RingLayout::DESC_BYTES;
        if self.avail_at == self.ring_bytes {
            self.avail_at = 0;
            self.turn(1);
        }
    }

    /// Moves on from `at` to where the next used descriptor will be.
    ///
    /// # Safety
    /// A descriptor begins at `at`, and `bytes` are those of a chain: no more than the ring has.
    #[inline(always)]
    unsafe fn go_on(&mut self, at: Area, bytes: usize) {
        // SAFETY: promised by the caller; places are compared first, so both ways lead to a descriptor.
        self.used = DescTable(unsafe {
            if at.place() + bytes <= self.last_place {
                at.at(bytes)
            } else {
                self.used_flags ^= tag::TURN;
                at.back(self.ring_bytes - bytes)
            }
        });
    }

    /// Begins the next turn of making descriptors available, `ahead` descriptors after the last chain.
    #[cold]
    #[inline(never)]
    fn turn(&mut self, ahead: u32) {
        self.avail_flags ^= tag::TURN;
        let first = (self.descriptors as u32).wrapping_add(ahead);
        let wrap = self.avail_flags == tag::AVAIL;
        self.turn_event = EventWord::desc(0, wrap).wrapping_sub(first);
        let size = (self.ring_bytes / RingLayout::DESC_BYTES) as u32;
        self.last_turn_event = EventWord::desc(0, !wrap).wrapping_sub(first.wrapping_sub(size));
    }

    /// The tag where the next used descriptor must come.
    fn next_tag(&self) -> u32 {
        // SAFETY: a descriptor begins there.
        unsafe { self.used.driver_used_tag() }
    }
}

impl<const N: usize> Format<N> for Packed<N> {
    const PACKED: bool = true;

    unsafe fn new(memory: &RingMemory, layout: &RingLayout) -> Self {
        let size = layout.size();
        let ring_bytes = size as usize * RingLayout::DESC_BYTES;
        let in_order = layout.features().in_order;
        // SAFETY: the caller promises the memory; the layout says where the parts are.
        let (base, driver, device, tables) = unsafe {
            let base = Area::new(memory.cpu());
            (base, base.at(layout.driver_at()), base.at(layout.device_at()), base.at(layout.tables_at()))
        };
        Self {
            desc: DescTable(base),
            used: DescTable(base),
            last_place: base.place() + ring_bytes - RingLayout::DESC_BYTES,
            driver_event: EventWord(driver),
            device_event: EventWord(device),
            tables,
            tables_dev: layout.areas(memory).desc.offset(layout.tables_at() as u64),
            table_bytes: layout.table_bytes(),
            event_idx: layout.features().event_idx,
            free: ring_bytes,
            free_id: 0,
            ring_bytes,
            direct_end: if in_order { 0 } else { ring_bytes },
            avail_at: 0,
            avail_flags: tag::AVAIL,
            used_flags: tag::TURN,
            in_order,
            descriptors: 0,
            published: 0,
            turn_event: EventWord::desc(0, true),
            last_turn_event: EventWord::desc(0, false).wrapping_add(u32::from(size)),
            desc_event: if layout.features().event_idx { EventWord::desc(0, false) >> 16 } else { u32::MAX },
            // The last one's is never followed: there are as many ids as descriptors, and each chain takes one at least.
            next_ids: core::array::from_fn(|id| (id as u16 + 1) % size),
            order: [0; N],
            homes: [Home { addr: 0, len: 0, tag: 0 }; N],
        }
    }

    fn descriptors(&self) -> u64 {
        self.descriptors
    }

    #[inline]
    fn free(&self) -> u16 {
        (self.free / RingLayout::DESC_BYTES) as u16
    }

    #[inline(always)]
    fn write_few<const K: usize>(&mut self, segments: [&Segment; K], readable: usize) -> Option<Written> {
        let lens = segments.map(|segment| segment.len);
        let room = room_of_few(lens, readable)?;
        let at = self.avail_at;
        let end = at + K * RingLayout::DESC_BYTES;
        if end >= self.direct_end {
            return None;
        }
        if self.free < K * RingLayout::DESC_BYTES {
            return None;
        }
        self.avail_at = end;
        let desc = self.desc;
        let byte = |index: usize| at + index * RingLayout::DESC_BYTES;
        // Lengths are looked up again rather than kept: there are not registers enough for all.
        for (index, segment) in segments.into_iter().enumerate() {
            // SAFETY: from `at` to `end` there are `K` descriptors, all free and all inside the ring.
            unsafe {
                desc.driver_write_addr(byte(index), segment.addr.get());
                desc.driver_write_len(byte(index), segment.len);
            }
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
        Some(self.written(K as u32, room))
    }

    // The descriptors are taken first, so that their number need not be held until the end.
    #[inline(always)]
    unsafe fn write_pieces(&mut self, first: &Segment, writable: &[Segment]) -> Option<Written> {
        let count = writable.len() + 1;
        let bytes = count * RingLayout::DESC_BYTES;
        let first_at = self.avail_at;
        if first_at + bytes >= self.direct_end {
            return None;
        }
        if self.free < bytes {
            return None;
        }
        self.free -= bytes;
        let (desc, mut at) = (self.desc, first_at);
        let tag = self.avail_flags + self.free_id + tag::NEXT + tag::WRITE;
        let mut passing = Passing::default();
        passing.see_readable(first.len);
        // The device does not look behind the first descriptor before that has its tag.
        // SAFETY: from `first_at` on there are `count` descriptors, all free and all inside the ring; four of them at least
        // are for segments to be written.
        unsafe {
            desc.driver_write_buffer(at, first.addr.get(), first.len);
            let mut write = |segment: &Segment| {
                passing.see_writable(segment.len);
                at += RingLayout::DESC_BYTES;
                desc.driver_write_buffer(at, segment.addr.get(), segment.len);
                desc.driver_write_tag(at, tag);
            };
            writable.get_unchecked(..3).iter().for_each(&mut write);
            let last = each_after_three_but_last(writable, write);
            passing.see_writable(last.len);
            at += RingLayout::DESC_BYTES;
            desc.driver_write_buffer(at, last.addr.get(), last.len);
            desc.driver_write_tag(at, tag - tag::NEXT);
            let Some(room) = passing.ordinary_room() else {
                self.take_back(bytes);
                return None;
            };
            self.avail_at = at + RingLayout::DESC_BYTES;
            desc.driver_publish_tag(first_at, tag - tag::WRITE);
            Some(self.counted(count as u32, room))
        }
    }

    #[inline(always)]
    fn write_many(&mut self, number: u64, readable: &[Segment], writable: &[Segment]) -> Option<Written> {
        let count = readable.len() + writable.len();
        if self.avail_at + count * RingLayout::DESC_BYTES >= self.direct_end {
            return self.write_many_around(number, readable, writable);
        }
        // Addresses and lengths first: without their tags the device does not look at them.
        let mut passing = Passing::default();
        let mut at = self.avail_at;
        self.write_buffers(&mut at, readable, |len| passing.see_readable(len));
        self.write_buffers(&mut at, writable, |len| passing.see_writable(len));
        let room = passing.room(readable, writable)?;
        // The tags from the last to the first, which makes all of them available.
        let first_at = core::mem::replace(&mut self.avail_at, at);
        let common = self.avail_flags | self.free_id;
        let mut next = 0;
        for (list, write) in [(writable, tag::WRITE), (readable, 0)] {
            // The chain's first one comes last, below.
            let end = at - list.len() * RingLayout::DESC_BYTES;
            let stop = end.max(first_at + RingLayout::DESC_BYTES);
            while at > stop {
                at -= RingLayout::DESC_BYTES;
                // SAFETY: from `first_at` on there are `count` descriptors, all free and all inside the ring.
                unsafe { self.desc.driver_write_tag(at, common | write | next) };
                next = tag::NEXT;
            }
        }
        let write = if readable.is_empty() { tag::WRITE } else { 0 };
        // SAFETY: as above.
        unsafe { self.desc.driver_publish_tag(first_at, common | write | next) };
        Some(self.written(count as u32, room))
    }

    unsafe fn write_indirect(&mut self, number: u64, readable: &[Segment], writable: &[Segment]) -> Written {
        let id = self.free_id;
        // SAFETY: `id` is a free slot; the rest is promised by the caller.
        let (home, room) = unsafe { self.fill_table(id, readable, writable) };
        // SAFETY: promised by the caller.
        unsafe { self.write_home(self.avail_at, &home) };
        self.go_around();
        self.written_in_order(number, 1, room)
    }

    fn settle(
        &mut self,
        readable: &[Segment],
        writable: &[Segment],
        _residence: Residence,
    ) -> Result<Written, Unsettled> {
        if self.free() == 0 {
            return Err(Unsettled::Full);
        }
        let id = self.free_id;
        let (home, room) = match (readable, writable) {
            ([a], []) => (Home::of(a, 0), 0),
            ([], [a]) => (Home::of(a, tag::WRITE), a.len),
            _ if (readable.len() + writable.len()) * RingLayout::DESC_BYTES <= self.table_bytes => {
                // SAFETY: `id` is a free slot, and the chain's length was just compared with the table's.
                unsafe { self.fill_table(id, readable, writable) }
            }
            _ => return Err(Unsettled::Nowhere),
        };
        self.homes[id as usize] = Home { tag: home.tag | id, ..home };
        self.free_id = u32::from(self.next_ids[id as usize]);
        // The descriptor it will take each time is kept for it from here on.
        self.free -= RingLayout::DESC_BYTES;
        Ok(Written { head: id, record: Record::new(room, 1, 0) })
    }

    unsafe fn unsettle(&mut self, head: u32, _record: Record) {
        self.next_ids[head as usize] = self.free_id as u16;
        self.free_id = head;
        self.free += RingLayout::DESC_BYTES;
    }

    #[inline(always)]
    unsafe fn announce_settled(&mut self, head: u32, _number: u64) {
        debug_assert!((head as usize) < N);
        let at = self.avail_at;
        self.avail_at = at + RingLayout::DESC_BYTES;
        // SAFETY: heads are below the ring's size, which is at most `N`; one descriptor is kept free for each chain that
        // is settled and not in flight.
        unsafe { self.write_home(at, self.homes.get_unchecked(head as usize)) };
        self.descriptors += 1;
    }

    #[inline(always)]
    fn goes_straight_on(&self) -> bool {
        self.avail_at + RingLayout::DESC_BYTES < self.direct_end
    }

    unsafe fn announce_settled_around(&mut self, head: u32, _number: u64) {
        // SAFETY: as above.
        unsafe { self.write_home(self.avail_at, &self.homes[head as usize]) };
        self.go_around();
        self.descriptors += 1;
    }

    #[inline(always)]
    unsafe fn release_settled(&mut self, claim: Claim) {
        // SAFETY: the ring comes straight on.
        self.used = DescTable(unsafe { claim.at.at(RingLayout::DESC_BYTES) });
    }

    #[inline(always)]
    fn comes_straight_on(&self, claim: Claim) -> bool {
        claim.at.place() < self.last_place
    }

    unsafe fn release_settled_around(&mut self, claim: Claim) {
        // SAFETY: a settled chain takes one descriptor.
        unsafe { self.go_on(claim.at, RingLayout::DESC_BYTES) };
    }

    /// Nothing: the tag of its first descriptor has made the chain available.
    #[inline(always)]
    unsafe fn announce(&mut self, _head: u32, _number: u64) {}

    #[inline(always)]
    fn publish(&mut self, _counts: &Counts) -> Kick {
        let (old, new) = (self.published, self.descriptors);
        if new == old {
            return Kick::No;
        }
        self.published = new;
        let device_event = self.device_event;
        // Our flags, then the device's wish. The device does the reverse: its wish, then our flags (2.8.21.3.1).
        Site::Kick.full_fence();
        let wish = device_event.driver_load();
        if wish == EventWord::DISABLE {
            return Kick::No;
        }
        // Counted from the batch's first descriptor, is the one asked for among the new ones?
        let (old_desc, span) = (old as u32, (new - old) as u32);
        if wish.wrapping_sub(self.turn_event).wrapping_sub(old_desc) < span {
            return Kick::Yes;
        }
        if wish >> 16 != self.desc_event {
            return Kick::Ask(old);
        }
        // In a ring of the largest size a place of this turn may pass for one of the last: a kick too many.
        if wish.wrapping_sub(self.last_turn_event).wrapping_sub(old_desc) < span {
            Kick::Yes
        } else {
            Kick::No
        }
    }

    /// The device has not named a descriptor, or in no known way.
    fn decide(&mut self, _counts: &Counts, _old: u64) -> Result<bool, Fault> {
        // A later look than that of `publish`, so behind the fence as well; if the device has changed its mind it may get
        // a kick too many.
        let wish = self.device_event.driver_load();
        match wish >> 16 & 3 {
            1 => Ok(false),
            2 if !self.event_idx => Err(Fault::BadEvent { event: wish }),
            3 => Err(Fault::BadEvent { event: wish }),
            _ => Ok(true),
        }
    }

    #[inline(always)]
    fn claim(&self, _counts: &Counts, ids: &u32) -> Option<Claim> {
        // Taken before the device's tag is read: what is read before an acquire has to be read again behind it.
        let (used, used_flags) = (self.used, self.used_flags);
        // SAFETY: a descriptor begins there.
        let found = unsafe { used.driver_used_tag() } ^ used_flags;
        // The turn's flags are in the upper half, so the id is as it was.
        let id = found & 0xffff;
        if found & tag::TURN != 0 || id >= *ids {
            return None;
        }
        // SAFETY: as above.
        Some(Claim { id, written: unsafe { used.driver_used_len() }, at: used.0 })
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
        // SAFETY: a descriptor begins there.
        let written = unsafe { self.used.driver_used_len() };
        let claim = self.claim_for(found as u16, written);
        Ok(if self.in_order {
            Look::LastOf { chains: counts.in_flight(), claim }
        } else {
            Look::Chain(claim)
        })
    }

    /// The flag alone that the device makes equal to the turn's: what we made available has the other one.
    fn sight(&self, _counts: Counts) -> Sight {
        let used = tag::USED >> 16;
        Sight {
            // SAFETY: a descriptor begins there.
            word: unsafe { self.used.used_flags() },
            mask: used as u16,
            still: (!(self.used_flags >> 16) & used) as u16,
        }
    }

    fn ordered(&self, number: u64) -> u16 {
        self.order[number as usize & (N - 1)]
    }

    fn claim_for(&self, head: u16, written: u32) -> Claim {
        Claim { id: u32::from(head), written, at: self.used.0 }
    }

    #[inline(always)]
    unsafe fn release(&mut self, claim: Claim, record: Record) {
        // SAFETY: heads are below the ring's size, which is at most `N`.
        unsafe { *self.next_ids.get_unchecked_mut(claim.id as usize) = self.free_id as u16 };
        self.free_id = claim.id;
        let bytes = record.descriptor_bytes();
        self.free += bytes;
        // SAFETY: the record is that of a chain of this ring.
        unsafe { self.go_on(claim.at, bytes) };
    }

    fn arm(&mut self, _counts: Counts) -> bool {
        let wish = if self.event_idx {
            let wrap = self.used_flags & tag::AVAIL != 0;
            let at = self.used.0.place() - self.desc.0.place();
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
        self.free = 0;
        self.published = self.descriptors;
    }
}
