//! The split format (virtio 1.2, 2.7).
//!
//! **Who writes what.** The descriptor table and the avail ring are written here and read by the device; the used ring
//! the other way round. All that decides anything is kept a second time in our own memory (`links`, `order`, and the
//! ring's ledger): which descriptors are free and how they are linked, which chains are in flight, how much each may be
//! written. The descriptor table is never read back, and what the device writes is compared with that before it means
//! anything.
//!
//! **How a chain travels.** Adding writes descriptors and an avail entry; publishing moves the avail index over
//! everything added since, with one store, and decides about the kick; a returned chain is one used entry.
//!
//! **Fences.** `publish` has one full fence, between moving the index and looking whether the device wants a kick; `arm`
//! has one, between asking for an interrupt and looking again. Adding and taking back have none: the release store of the
//! avail index and the acquire load of the used index are all that 2.7.13.2 and 2.7.14 ask for.
//!
//! **Resident chains** keep the descriptors that settling them took: making one available is an avail entry, and where that
//! names the same chain as at the last turn of the ring it is not even that. A cache line that is not written is not moved
//! from core to core: `lines` counts what is.
//!
//! **Descriptors are linked for good.** The free list is the chain of `next` fields that the next chain will have:
//! taking `n` descriptors is following `n` links, and giving a chain back is writing one. With in-order use even that
//! one stays as it is: chains come back in the order in which they took their descriptors, so each descriptor is followed
//! by its neighbour for ever, as 2.7.5.1 asks for then.

use crate::error::Fault;
use crate::event::passed;
use crate::format::{Claim, Format, Kick, Look, Unsettled, Written};
use crate::indirect::{TableKind, write_table};
use crate::layout::{RingFeatures, RingLayout, RingMemory};
use crate::ledger::{Counts, Record};
use crate::lookout::Sight;
use crate::measure::{Passing, each_after_three_but_last, room_of_few};
use crate::resident::Residence;
use crate::sync::Site;
use crate::words::{Area, AvailEvent, AvailRing, DescTable, UsedRing, link};
use crate::{DevAddr, Segment};

/// The link of a descriptor that goes on at another: the NEXT flag and that other's index. All links are kept here, in
/// memory the device does not see, for descriptors in chains as for free ones.
#[derive(Clone, Copy)]
struct Link(u32);

impl Link {
    const fn to(index: u16) -> Self {
        Self(link::NEXT | (index as u32) << link::NEXT_SHIFT)
    }

    const fn index(self) -> u16 {
        (self.0 >> link::NEXT_SHIFT) as u16
    }

    /// Four times the index, by one shift: the two bits below the index are flags no link has.
    #[inline(always)]
    const fn word_at(self) -> usize {
        (self.0 >> (link::NEXT_SHIFT - 2)) as usize
    }

    /// Where the descriptor begins in the table, in bytes.
    #[inline(always)]
    const fn desc_at(self) -> usize {
        self.word_at() * 4
    }
}

/// Where writing a long chain has got to.
struct Walk {
    /// Leads to the next free descriptor.
    link: Link,
    /// Led to the last one written.
    last: Link,
    /// The last one's flags.
    flags: u32,
    passing: Passing,
}

/// Kept in `published` besides the count if there is no event index: `publish` goes a longer way then, so that it needs no
/// test for it otherwise.
const ASIDE: u64 = 1 << 63;

/// The split format with room for `N` descriptors.
pub struct Split<const N: usize> {
    desc: DescTable,
    avail: AvailRing,
    used: UsedRing,
    avail_event: AvailEvent,
    tables: Area,
    tables_dev: DevAddr,
    table_bytes: usize,
    /// The ring's size minus one.
    mask: u32,
    /// Descriptors ever taken for chains.
    descriptors: u64,
    /// Descriptors ever given back, and the ring's size: what `descriptors` may come to. Zero once closed, so that adding
    /// needs no test of its own for it.
    descriptors_end: u64,
    /// Leads to the first free descriptor, which leads to the next, and so on.
    free_link: Link,
    /// Chains added at the last `publish`: the avail index the device sees. With [`ASIDE`] it is never below the
    /// chains added.
    published: u64,
    /// [`ASIDE`] or zero.
    aside: u64,
    in_order: bool,
    event_idx: bool,
    links: [Link; N],
    /// The avail ring as we wrote it: the head at each position. Cleared memory names head 0 everywhere.
    order: [u16; N],
}

impl<const N: usize> Split<N> {
    /// Where chain or completion `number` is in its ring.
    #[inline(always)]
    const fn position(&self, number: u64) -> usize {
        (number as u32 & self.mask) as usize
    }

    /// The used index less that of the chains taken back: how many more the device claims to have returned.
    #[inline(always)]
    fn returned(&self, counts: Counts) -> u16 {
        self.used.driver_idx().wrapping_sub(counts.completed as u16)
    }

    /// Chains the device has.
    #[inline(always)]
    const fn with_device(&self, counts: Counts) -> u16 {
        (self.published as u16).wrapping_sub(counts.completed as u16)
    }

    /// Writes one list of segments into the next free descriptors, of which there are enough. Nothing is taken from the
    /// free list yet, so a chain that turns out to be none needs no undoing.
    #[inline(always)]
    fn write_list(&self, walk: &mut Walk, list: &[Segment], flags: u32, see: impl Fn(&mut Passing, u32)) {
        let desc = self.desc;
        for segment in list {
            see(&mut walk.passing, segment.len);
            walk.last = walk.link;
            walk.link = self.link_of(walk.last);
            walk.flags = flags;
            let (at, addr) = (walk.last.desc_at(), segment.addr.get());
            // SAFETY: links lead to descriptors of this ring, and the caller has seen that as many are free.
            unsafe { desc.driver_write(at, addr, segment.len, walk.link.0 + flags) };
        }
    }

    /// Gives back descriptors counted for a chain that cannot have them. Nothing names them before a chain is announced.
    #[cold]
    #[inline(never)]
    fn take_back(&mut self, count: u64) {
        self.descriptors -= count;
    }

    /// Where the descriptor that `link` leads to leads on to.
    #[inline(always)]
    fn link_of(&self, link: Link) -> Link {
        debug_assert!((link.index() as usize) < N);
        // SAFETY: links are made by `new` and `release` from indices below the ring's size, which is at most `N`.
        unsafe { self.links.as_ptr().byte_add(link.word_at()).read() }
    }
}

impl<const N: usize> Format<N> for Split<N> {
    const PACKED: bool = false;

    unsafe fn new(memory: &RingMemory, layout: &RingLayout) -> Self {
        let size = layout.size();
        // SAFETY: the caller promises the memory; the layout says where the parts are.
        let (base, driver, device, tables) = unsafe {
            let base = Area::new(memory.cpu());
            (base, base.at(layout.driver_at()), base.at(layout.device_at()), base.at(layout.tables_at()))
        };
        let RingFeatures { in_order, event_idx, .. } = layout.features();
        let aside = if event_idx { 0 } else { ASIDE };
        Self {
            desc: DescTable(base),
            avail: AvailRing(driver),
            used: UsedRing(device),
            // SAFETY: the word follows the used ring's last entry.
            avail_event: unsafe { UsedRing(device).avail_event(size as usize) },
            tables,
            tables_dev: layout.areas(memory).desc.offset(layout.tables_at() as u64),
            table_bytes: layout.table_bytes(),
            mask: u32::from(size) - 1,
            descriptors: 0,
            descriptors_end: u64::from(size),
            free_link: Link::to(0),
            published: aside,
            aside,
            in_order,
            event_idx,
            // The last one's link leads nowhere a chain would go: the free ones run out first.
            links: core::array::from_fn(|index| Link::to((index as u16 + 1) % size)),
            order: [0; N],
        }
    }

    fn descriptors(&self) -> u64 {
        self.descriptors
    }

    #[inline]
    fn free(&self) -> u16 {
        self.descriptors_end.saturating_sub(self.descriptors) as u16
    }

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
        // Lengths are looked up again rather than kept: there are not registers enough for all.
        for (index, segment) in segments.into_iter().enumerate() {
            last = link;
            link = self.link_of(last);
            let flags = if index < readable { 0 } else { link::WRITE };
            let next = if index + 1 < K { link.0 } else { 0 };
            // SAFETY: links lead to descriptors of this ring, and `K` more of them are free.
            unsafe { self.desc.driver_write(last.desc_at(), segment.addr.get(), segment.len, next + flags) };
        }
        self.free_link = link;
        Some(Written { head: u32::from(first.index()), record: Record::new(room, K as u32, last.index()) })
    }

    // The descriptors are counted first, so that their number need not be held until the end.
    #[inline(always)]
    unsafe fn write_pieces(&mut self, first: &Segment, writable: &[Segment]) -> Option<Written> {
        let count = writable.len() as u64 + 1;
        let descriptors = self.descriptors + count;
        if descriptors > self.descriptors_end {
            return None;
        }
        self.descriptors = descriptors;
        let desc = self.desc;
        let mut passing = Passing::default();
        let mut at = self.free_link;
        let mut link = self.link_of(at);
        passing.see_readable(first.len);
        // SAFETY: links lead to descriptors of this ring, and `count` more of them are free; four of them at least are for
        // segments to be written.
        let last = unsafe {
            desc.driver_write(at.desc_at(), first.addr.get(), first.len, link.0);
            let mut write = |segment: &Segment| {
                passing.see_writable(segment.len);
                at = link;
                link = self.link_of(at);
                desc.driver_write(at.desc_at(), segment.addr.get(), segment.len, link.0 + link::WRITE);
            };
            writable.get_unchecked(..3).iter().for_each(&mut write);
            let last = each_after_three_but_last(writable, write);
            desc.driver_write(link.desc_at(), last.addr.get(), last.len, link::WRITE);
            last
        };
        passing.see_writable(last.len);
        let Some(room) = passing.ordinary_room() else {
            self.take_back(count);
            return None;
        };
        let head = self.free_link;
        self.free_link = self.link_of(link);
        Some(Written { head: u32::from(head.index()), record: Record::new(room, count as u32, link.index()) })
    }

    #[inline(always)]
    fn write_many(&mut self, _number: u64, readable: &[Segment], writable: &[Segment]) -> Option<Written> {
        let count = readable.len() + writable.len();
        let first = self.free_link;
        let mut walk = Walk { link: first, last: first, flags: 0, passing: Passing::default() };
        self.write_list(&mut walk, readable, 0, Passing::see_readable);
        self.write_list(&mut walk, writable, link::WRITE, Passing::see_writable);
        let room = walk.passing.room(readable, writable)?;
        // The chain ends here. The device does not look yet: nothing names this chain before `publish`.
        // SAFETY: as in `write_list`.
        unsafe { self.desc.driver_write_tag(walk.last.desc_at(), walk.flags) };
        self.descriptors += count as u64;
        self.free_link = walk.link;
        Some(Written {
            head: u32::from(first.index()),
            record: Record::new(room, count as u32, walk.last.index()),
        })
    }

    unsafe fn write_indirect(&mut self, _number: u64, readable: &[Segment], writable: &[Segment]) -> Written {
        let first = self.free_link;
        let table_at = first.index() as usize * self.table_bytes;
        // SAFETY: every slot has its table in the ring's memory, and `first` leads to a slot.
        let table = DescTable(unsafe { self.tables.at(table_at) });
        // SAFETY: the caller has measured the chain and compared its length with the table's; the slot is free.
        let table = unsafe { write_table(&table, TableKind::Linked, readable, writable) };
        let bytes = u32::from(table.entries) * RingLayout::DESC_BYTES as u32;
        let addr = self.tables_dev.offset(table_at as u64).get();
        // SAFETY: links lead to descriptors of this ring, and one is free.
        unsafe { self.desc.driver_write(first.desc_at(), addr, bytes, link::INDIRECT) };
        self.descriptors += 1;
        self.free_link = self.link_of(first);
        Written { head: u32::from(first.index()), record: Record::new(table.room, 1, first.index()) }
    }

    fn settle(
        &mut self,
        readable: &[Segment],
        writable: &[Segment],
        residence: Residence,
    ) -> Result<Written, Unsettled> {
        let count = readable.len() + writable.len();
        let written = match residence {
            Residence::Ring if count <= self.free() as usize => self.write_many(0, readable, writable),
            Residence::Table if count * RingLayout::DESC_BYTES > self.table_bytes => {
                return Err(Unsettled::Nowhere);
            }
            Residence::Table if self.free() > 0 => {
                // SAFETY: just compared, and measured by the caller.
                Some(unsafe { self.write_indirect(0, readable, writable) })
            }
            _ => None,
        };
        written.ok_or(Unsettled::Full)
    }

    unsafe fn unsettle(&mut self, head: u32, record: Record) {
        // SAFETY: no chain in flight has the descriptors.
        unsafe { self.release(self.claim_for(head as u16, 0), record) }
    }

    #[inline(always)]
    unsafe fn announce_settled(&mut self, head: u32, number: u64) {
        // SAFETY: promised by the caller: its descriptors are there.
        unsafe { self.announce(head, number) }
    }

    /// Nothing: its descriptors stay.
    #[inline(always)]
    unsafe fn release_settled(&mut self, _claim: Claim) {}

    #[inline(always)]
    unsafe fn announce(&mut self, head: u32, number: u64) {
        let position = self.position(number);
        // SAFETY: positions are below the ring's size, which is at most `N`.
        let written = unsafe { self.order.get_unchecked_mut(position) };
        // Where the entry says so already it is left alone: its line stays with the device, which need not fetch it.
        if *written != head as u16 {
            *written = head as u16;
            // SAFETY: as above.
            unsafe { self.avail.driver_store_entry(position, head as u16) };
        }
    }

    #[inline(always)]
    fn publish(&mut self, counts: &Counts) -> Kick {
        let (old, new) = (self.published, counts.added);
        if new <= old {
            return Kick::Ask(old);
        }
        self.avail.driver_publish_idx(new as u16);
        self.published = new;
        // Our index, then the device's wish. The device does the reverse: its wish, then our index (2.7.9, 2.7.13.3.1).
        Site::Kick.full_fence();
        if passed(self.avail_event.driver_load(), old as u16, new as u16) { Kick::Yes } else { Kick::No }
    }

    fn decide(&mut self, counts: &Counts, old: u64) -> Result<bool, Fault> {
        let new = counts.added | self.aside;
        if new == old {
            return Ok(false);
        }
        self.avail.driver_publish_idx(new as u16);
        self.published = new;
        // As in `publish`.
        Site::Kick.full_fence();
        Ok(if self.event_idx {
            passed(self.avail_event.driver_load(), old as u16, new as u16)
        } else {
            self.used.driver_flags() & UsedRing::NO_NOTIFY == 0
        })
    }

    #[inline(always)]
    fn claim(&self, counts: &Counts, ids: &u32) -> Option<Claim> {
        let (used, position) = (self.used, self.position(counts.completed));
        // The device writes both, mostly on two lines: one wait for both instead of one after the other.
        used.driver_prefetch_entry(position);
        // Taken before the device's index is read: what is read before an acquire has to be read again behind it.
        let (published, counts) = (self.published, *counts);
        let (old, new) = (counts.completed as u16, published as u16);
        let returned = used.driver_idx().wrapping_sub(old);
        if returned.wrapping_sub(1) >= new.wrapping_sub(old) || published as u32 != counts.added as u32 {
            return None;
        }
        // SAFETY: the position is below the ring's size.
        let entry = unsafe { used.driver_entry(position) };
        let claim = Claim::from_entry(entry, used.0);
        if claim.id < *ids { Some(claim) } else { None }
    }

    fn look(&self, counts: Counts) -> Result<Look, Fault> {
        let (returned, in_flight) = (self.returned(counts), self.with_device(counts));
        if returned == 0 {
            return Ok(Look::Nothing);
        }
        if returned > in_flight {
            return Err(Fault::IndexJump { claimed: returned, in_flight });
        }
        // SAFETY: the position is below the ring's size.
        let entry = unsafe { self.used.driver_entry(self.position(counts.completed)) };
        let claim = Claim::from_entry(entry, self.used.0);
        if self.in_order {
            return Ok(Look::LastOf { chains: u64::from(returned), claim });
        }
        // A chain that is added and not published is in our record and not with the device.
        if (self.published & !ASIDE..counts.added).any(|at| u32::from(self.ordered(at)) == claim.id) {
            return Err(Fault::NotInFlight { head: claim.id as u16 });
        }
        Ok(Look::Chain(claim))
    }

    fn sight(&self, counts: Counts) -> Sight {
        Sight { word: self.used.idx(), mask: u16::MAX, still: counts.completed as u16 }
    }

    #[inline(always)]
    fn ordered(&self, number: u64) -> u16 {
        self.order[self.position(number)]
    }

    fn claim_for(&self, head: u16, written: u32) -> Claim {
        Claim { id: u32::from(head), written, at: self.used.0 }
    }

    #[inline(always)]
    unsafe fn release(&mut self, claim: Claim, record: Record) {
        // SAFETY: a record names a descriptor of this ring.
        unsafe { *self.links.get_unchecked_mut(record.last() as usize) = self.free_link };
        self.descriptors_end += u64::from(record.descriptors());
        self.free_link = Link::to(claim.id as u16);
    }

    unsafe fn release_oldest(&mut self, _claim: Claim, record: Record) {
        // Its descriptors follow the last free one already.
        self.descriptors_end += u64::from(record.descriptors());
    }

    fn arm(&mut self, counts: Counts) -> bool {
        if self.event_idx {
            // SAFETY: the size is this ring's.
            unsafe { self.avail.driver_store_used_event(self.mask as usize + 1, counts.completed as u16) };
        } else {
            self.avail.driver_store_flags(0);
        }
        // Our wish, then the device's index. The device does the reverse (2.7.7, 2.7.14).
        Site::Arm.full_fence();
        self.returned(counts) != 0
    }

    fn arm_after(&mut self, counts: Counts, chains: u16) -> bool {
        if !self.event_idx {
            return self.arm(counts);
        }
        let last = (counts.completed as u16).wrapping_add(chains.max(1) - 1);
        // SAFETY: the size is this ring's.
        unsafe { self.avail.driver_store_used_event(self.mask as usize + 1, last) };
        // As in `arm`.
        Site::Arm.full_fence();
        self.returned(counts) != 0
    }

    fn disarm(&mut self, counts: Counts) {
        if self.event_idx {
            let just_over = (counts.completed as u16).wrapping_sub(1);
            // SAFETY: the size is this ring's.
            unsafe { self.avail.driver_store_used_event(self.mask as usize + 1, just_over) };
        } else {
            self.avail.driver_store_flags(AvailRing::NO_INTERRUPT);
        }
    }

    fn close(&mut self, counts: Counts) {
        self.descriptors_end = 0;
        self.published = counts.completed | self.aside;
    }
}
