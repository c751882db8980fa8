//! The split ring for one owner (virtio 1.2, 2.7).
//!
//! **Who writes what.** The descriptor table and the avail ring are written here and read by the device; the used ring
//! the other way round. All that decides anything is kept a second time in our own memory (`shadow`, `order`): which
//! descriptors are free and how they are linked, which chains are in flight, how much each may be written. The
//! descriptor table is never read back, and what the device writes is compared with the shadow before it means anything.
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
use crate::shared::{Area, AvailRing, DescTable, UsedRing, desc_word};
use crate::stats::RingStats;
use crate::sync::full_fence;
use crate::{DevAddr, Segment};
use core::mem::MaybeUninit;

/// What we know of a descriptor, in memory the device does not see.
#[derive(Clone, Copy)]
struct Shadow {
    /// The second descriptor word's upper half as a chain going on from here needs it: the NEXT flag, and the index of
    /// the descriptor after this one in its chain or in the free list.
    link: u64,
    /// Zero, unless this is the head of a chain in flight: see [`in_flight_record`].
    record: u64,
}

/// Room for writing (upper half), number of descriptors (16 bits), last descriptor (16 bits).
///
/// A used entry is `len << 32 | id` with `id` below 2^16 here, and there is at least one descriptor, so one comparison
/// `entry < record` says both that the chain is in flight and that the length fits.
const fn in_flight_record(room: u32, descriptors: u16, last: u16) -> u64 {
    (room as u64) << 32 | (descriptors as u64) << 16 | last as u64
}

const fn link_to(index: u16) -> u64 {
    desc_word::NEXT | (index as u64) << desc_word::NEXT_SHIFT
}

/// Where the descriptor a link leads to begins in the table, in bytes. The flag bits between contribute nothing.
const fn byte_of(link: u64) -> usize {
    (link >> desc_word::NEXT_SHIFT) as usize * RingLayout::DESC_BYTES
}

/// Where `add` is in the free list.
struct Walk {
    /// Leads to the next free descriptor.
    link: u64,
    /// Where the last written descriptor begins, in bytes.
    byte: usize,
    /// What was written to its second word.
    word: u64,
    /// Bytes of all segments so far.
    total: u64,
}

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
    tables: Area,
    tables_dev: DevAddr,
    areas: RingAreas,
    layout: RingLayout,
    mask: u16,
    /// Descriptors not in a chain. Zero once a fault is latched, so that `add` needs no test of its own for it.
    free: u16,
    /// Link to the first free descriptor.
    free_link: u64,
    /// Chains ever added; the avail index is its low half.
    added: u64,
    /// Chains ever published; the avail index the device sees is its low half.
    published: u64,
    /// Chains ever taken back; the used index up to which we have looked is its low half. Equal to `published` once a
    /// fault is latched, so that `pop` needs no test of its own for it.
    completed: u64,
    fault: Option<Fault>,
    /// Chains that a latched fault keeps in the ring for good.
    stuck: u16,
    /// In-order use only: how far the last used entry reaches, and what it says of the last chain it covers.
    batch: Batch,
    descriptors: u64,
    publishes: u64,
    kicks_wanted: u64,
    shadow: [Shadow; N],
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
        let mut shadow = [Shadow { link: 0, record: 0 }; N];
        for (index, entry) in shadow.iter_mut().enumerate() {
            // The last one's link is followed only by a chain that does not use it: `free` runs out first.
            entry.link = link_to((index as u16 + 1) % size);
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
            avail: AvailRing(driver),
            used: UsedRing(device),
            tables,
            tables_dev: areas.desc.offset(layout.tables_at() as u64),
            areas,
            layout,
            mask: size - 1,
            free: size,
            free_link: link_to(0),
            added: 0,
            published: 0,
            completed: 0,
            fault: None,
            stuck: 0,
            batch: Batch { until: 0, written: 0 },
            descriptors: 0,
            publishes: 0,
            kicks_wanted: 0,
            shadow,
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
        let readable = chain.readable();
        let writable = chain.writable();
        let count = readable.len() + writable.len();
        if count.wrapping_sub(1) >= self.free as usize {
            return self.add_otherwise(chain);
        }
        let mut walk = Walk { link: self.free_link, byte: 0, word: 0, total: 0 };
        if !self.write_list(&mut walk, readable, 0) {
            return Err(AddError { why: Refusal::ZeroLength, chain });
        }
        let readable_bytes = walk.total;
        if !self.write_list(&mut walk, writable, desc_word::WRITE) {
            return Err(AddError { why: Refusal::ZeroLength, chain });
        }
        if walk.total >> 32 != 0 {
            return Err(AddError { why: Refusal::TooLong, chain });
        }
        // The chain ends here. The device does not look yet: nothing names this chain before `publish`.
        // SAFETY: as in `write_list`.
        unsafe { self.desc.driver_end_chain(walk.byte, walk.word & !desc_word::NEXT) };
        let last = (walk.byte / RingLayout::DESC_BYTES) as u16;
        let head = (self.free_link >> desc_word::NEXT_SHIFT) as u16;
        self.free_link = walk.link;
        Ok(self.enter(head, count as u16, last, (walk.total - readable_bytes) as u32, chain))
    }

    /// Writes one list of segments into free descriptors, each linked to the next. `false`: a segment has no bytes.
    /// Nothing is taken from the free list yet, so giving up needs no undoing.
    #[inline(always)]
    fn write_list(&self, walk: &mut Walk, list: &[Segment], flags: u64) -> bool {
        for segment in list {
            if segment.len == 0 {
                return false;
            }
            walk.total += u64::from(segment.len);
            walk.byte = byte_of(walk.link);
            walk.link = self.shadow[walk.byte / RingLayout::DESC_BYTES].link;
            walk.word = walk.link | flags | u64::from(segment.len);
            // SAFETY: links lead only to descriptors of this ring, and free ones are ours.
            unsafe { self.desc.driver_write(walk.byte, segment.addr.get(), walk.word) };
        }
        true
    }

    /// Notes a chain whose descriptors are written, and gives it its place in the avail ring.
    #[inline(always)]
    fn enter(&mut self, head: u16, descriptors: u16, last: u16, room: u32, mut chain: C) -> Head {
        self.free -= descriptors;
        self.descriptors += u64::from(descriptors);
        self.shadow[head as usize].record = in_flight_record(room, descriptors, last);
        chain.given();
        self.chains[head as usize].write(chain);
        let position = (self.added as u16 & self.mask) as usize;
        self.order[position] = head;
        // SAFETY: the mask is the ring's size minus one.
        unsafe { self.avail.driver_store_entry(position, head) };
        self.added += 1;
        Head(head)
    }

    /// What `add` does with a chain for which there are not enough free descriptors.
    #[cold]
    #[inline(never)]
    fn add_otherwise(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let count = chain.readable().len() + chain.writable().len();
        let why = if let Some(fault) = self.fault {
            Refusal::Broken(fault)
        } else if count == 0 {
            Refusal::Empty
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

    /// One descriptor naming the slot's own table (virtio 1.2, 2.7.5.3).
    fn add_indirect(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let head = (self.free_link >> desc_word::NEXT_SHIFT) as u16;
        let table_at = head as usize * self.layout.table_bytes();
        // SAFETY: every slot has its table in the ring's memory, and `head` is a slot.
        let table = DescTable(unsafe { self.tables.at(table_at) });
        // SAFETY: the caller has compared the chain's length with the table's, and the slot is free.
        let table = match unsafe { write_table(&table, TableKind::Linked, &chain) } {
            Ok(written) => written,
            Err(why) => return Err(AddError { why, chain }),
        };
        let bytes = u64::from(table.entries) * RingLayout::DESC_BYTES as u64;
        let byte = byte_of(self.free_link);
        // SAFETY: links lead only to descriptors of this ring.
        unsafe {
            self.desc.driver_write(
                byte,
                self.tables_dev.offset(table_at as u64).get(),
                desc_word::INDIRECT | bytes,
            );
        }
        self.free_link = self.shadow[head as usize].link;
        Ok(self.enter(head, 1, head, table.room, chain))
    }

    /// Makes everything added so far available to the device with one store, and says whether the device wants to be
    /// told. One decision covers the whole batch.
    #[inline]
    #[must_use = "a device that asked for a kick waits for it"]
    pub fn publish(&mut self) -> bool {
        if self.added == self.published {
            return false;
        }
        let (old, new) = (self.published as u16, self.added as u16);
        self.avail.driver_publish_idx(new);
        self.published = self.added;
        self.publishes += 1;
        // Our index, then the device's wish. The device does the reverse: its wish, then our index (2.7.9, 2.7.13.3.1).
        full_fence();
        let kick = if self.layout.features().event_idx {
            // SAFETY: the size is this ring's.
            passed(unsafe { self.used.driver_avail_event(self.layout.size() as usize) }, old, new)
        } else {
            self.used.driver_flags() & UsedRing::NO_NOTIFY == 0
        };
        self.kicks_wanted += u64::from(kick);
        kick
    }

    /// Takes the next chain the device has returned, if there is one.
    ///
    /// Whatever the device wrote is checked against our own record first. A lie is latched: the chains still in flight
    /// stay with the ring, and every later call answers the same fault.
    #[inline]
    pub fn pop(&mut self) -> Result<Option<Done<C>>, Fault> {
        let returned = self.used.driver_idx().wrapping_sub(self.completed as u16);
        let in_flight = (self.published as u16).wrapping_sub(self.completed as u16);
        if returned.wrapping_sub(1) >= in_flight
            || self.added != self.published
            || self.layout.features().in_order
        {
            return self.pop_otherwise(returned, in_flight);
        }
        self.take().map(Some)
    }

    /// The head at this position of the avail ring.
    #[inline(always)]
    fn ordered(&self, at: u64) -> u16 {
        self.order[(at as u16 & self.mask) as usize]
    }

    #[inline(always)]
    fn next_entry(&self) -> u64 {
        // SAFETY: the mask is the ring's size minus one.
        unsafe { self.used.driver_entry((self.completed as u16 & self.mask) as usize) }
    }

    /// Takes the used entry at `completed`, which the device has moved its index over.
    #[inline(always)]
    fn take(&mut self) -> Result<Done<C>, Fault> {
        let entry = self.next_entry();
        let id = entry as u32;
        if id as usize >= N || entry >= self.shadow[id as usize].record {
            return Err(self.latch_entry(entry));
        }
        Ok(self.give_back(id as u16, (entry >> 32) as u32))
    }

    /// Frees the descriptors of a chain in flight and hands the chain back.
    #[inline(always)]
    fn give_back(&mut self, head: u16, written: u32) -> Done<C> {
        let record = core::mem::take(&mut self.shadow[head as usize].record);
        self.shadow[record as u16 as usize].link = self.free_link;
        self.free_link = link_to(head);
        self.free += (record >> 16) as u16;
        self.completed += 1;
        // SAFETY: there was a record, so `enter` has stored a chain here and nobody has taken it since.
        let mut chain = unsafe { self.chains[head as usize].assume_init_read() };
        // SAFETY: the device has returned it, we have acquired its writes, and `written` was compared with the room.
        unsafe { chain.returned(written) };
        Done { chain, written, head: Head(head) }
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
        if (self.published..self.added).any(|at| u32::from(self.ordered(at)) == entry as u32) {
            return Err(self.latch(Fault::NotInFlight { head: entry as u16 }));
        }
        self.take().map(Some)
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
            if entry >= self.shadow[id as usize].record {
                return Err(self.latch_entry(entry));
            }
            self.batch = Batch { until: last + 1, written };
        }
        let last_of_batch = self.completed + 1 == self.batch.until;
        let room = (self.shadow[head as usize].record >> 32) as u32;
        Ok(self.give_back(head, if last_of_batch { self.batch.written } else { room }))
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
        full_fence();
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
        (self.free, self.stuck) = (0, 0);
        (self.added, self.published) = (self.completed, self.completed);
        for head in 0..N {
            if core::mem::take(&mut self.shadow[head].record) != 0 {
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
    fn latch_entry(&mut self, entry: u64) -> Fault {
        self.latch(self.diagnose(entry))
    }

    /// What is wrong with a used entry that was found wrong.
    fn diagnose(&self, entry: u64) -> Fault {
        let (id, written) = (entry as u32, (entry >> 32) as u32);
        if id >= u32::from(self.layout.size()) {
            return Fault::UnknownHead { id };
        }
        let (head, record) = (id as u16, self.shadow[id as usize].record);
        if record == 0 {
            return Fault::NotInFlight { head };
        }
        Fault::TooMuchWritten { head, written, room: (record >> 32) as u32 }
    }

    #[cold]
    #[inline(never)]
    fn latch(&mut self, fault: Fault) -> Fault {
        self.fault = Some(fault);
        self.free = 0;
        self.stuck = self.in_flight();
        self.added = self.completed;
        self.published = self.completed;
        fault
    }
}

impl<C: Chain, const N: usize> Drop for Ring<C, N> {
    fn drop(&mut self) {
        for head in 0..N {
            if self.shadow[head].record != 0 {
                // SAFETY: there is a record, so a chain is stored here; nobody looks at the record again.
                unsafe { self.chains[head].assume_init_read() }.abandon();
            }
        }
    }
}
