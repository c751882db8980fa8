//! Every access to memory that a device sees, one method per word. Nothing else in the crate touches such memory.
//!
//! Words are read and written whole, by atomic operations: the other side may write at any moment, so no plain Rust
//! reference ever points here. Methods used by one side carry its name. Field names and offsets are those of virtio 1.2:
//! 2.7.5 (descriptor table), 2.7.6 (avail ring), 2.7.8 (used ring), 2.8.13 (packed descriptors), 2.8.14 (their events).
//!
//! Virtio's byte order is little-endian; words are converted here, so the rest of the crate sees numbers.

use crate::sync::{Ordering, SharedU16, SharedU32, SharedU64, Site};
use core::ptr::NonNull;

/// A place in ring memory, and what is reached by adding offsets to it.
#[derive(Clone, Copy)]
pub(crate) struct Area(NonNull<u8>);

// SAFETY: an area is an address; all access goes through atomic operations on memory both sides share anyway.
unsafe impl Send for Area {}
// SAFETY: as above.
unsafe impl Sync for Area {}

impl Area {
    /// # Safety
    /// `base` points to ring memory that stays mapped as long as the area or anything made from it is used, aligned as
    /// the layout asks. Every method below that takes an offset or position relies on its caller keeping inside.
    pub(crate) const unsafe fn new(base: NonNull<u8>) -> Self {
        Self(base)
    }

    /// # Safety
    /// Still inside the ring's memory.
    pub(crate) const unsafe fn at(self, bytes: usize) -> Self {
        // SAFETY: promised by the caller.
        Self(unsafe { self.0.byte_add(bytes) })
    }

    /// # Safety
    /// Still inside the ring's memory.
    pub(crate) const unsafe fn back(self, bytes: usize) -> Self {
        // SAFETY: promised by the caller.
        Self(unsafe { self.0.byte_sub(bytes) })
    }

    pub(crate) const fn as_ptr(self) -> *mut u8 {
        self.0.as_ptr()
    }

    /// The word here, as the device or a lookout's own memory has it. Acquires nothing.
    ///
    /// # Safety
    /// A word of 16 bits that is only ever accessed atomically.
    #[inline(always)]
    pub(crate) unsafe fn device_word(self) -> u16 {
        // SAFETY: promised by the caller.
        u16::from_le(unsafe { self.u16(0) }.load(Ordering::Relaxed))
    }

    /// Where it is, to compare places.
    #[inline(always)]
    pub(crate) fn place(self) -> usize {
        self.0.addr().get()
    }

    /// # Safety
    /// Two-byte aligned and inside the ring's memory.
    #[inline(always)]
    unsafe fn u16(&self, at: usize) -> &SharedU16 {
        // SAFETY: promised by the caller; shared memory is only ever accessed atomically.
        unsafe { SharedU16::from_ptr(self.0.byte_add(at).cast().as_ptr()) }
    }

    /// # Safety
    /// Four-byte aligned and inside the ring's memory.
    #[inline(always)]
    unsafe fn u32(&self, at: isize) -> &SharedU32 {
        // SAFETY: promised by the caller; shared memory is only ever accessed atomically.
        unsafe { SharedU32::from_ptr(self.0.byte_offset(at).cast().as_ptr()) }
    }

    /// # Safety
    /// Eight-byte aligned and inside the ring's memory.
    #[inline(always)]
    unsafe fn u64(&self, at: usize) -> &SharedU64 {
        // SAFETY: promised by the caller; shared memory is only ever accessed atomically.
        unsafe { SharedU64::from_ptr(self.0.byte_add(at).cast().as_ptr()) }
    }

    /// Clears `bytes` bytes before any device knows of them.
    ///
    /// # Safety
    /// Inside the ring's memory, which no device accesses yet.
    pub(crate) unsafe fn clear(self, bytes: usize) {
        // SAFETY: promised by the caller.
        unsafe { self.0.write_bytes(0, bytes) }
    }
}

/// A split descriptor's last four bytes, its link: flags in the lower half, `next` in the upper (virtio 1.2, 2.7.5).
pub(crate) mod link {
    /// The chain goes on at the descriptor the `next` field names.
    pub(crate) const NEXT: u32 = 1;
    /// The device writes this one; without it, it reads.
    pub(crate) const WRITE: u32 = 2;
    /// The buffer is a table of descriptors.
    pub(crate) const INDIRECT: u32 = 4;
    /// Where the `next` field begins.
    pub(crate) const NEXT_SHIFT: u32 = 16;
}

/// A packed descriptor's last four bytes, its tag: the id in the lower half, flags in the upper (virtio 1.2, 2.8.13).
pub(crate) mod tag {
    /// The chain goes on in the next descriptor of the ring.
    pub(crate) const NEXT: u32 = 1 << 16;
    /// The device writes this one; without it, it reads.
    pub(crate) const WRITE: u32 = 2 << 16;
    /// The buffer is a table of descriptors.
    pub(crate) const INDIRECT: u32 = 4 << 16;
    /// Equals the driver's wrap counter once available.
    pub(crate) const AVAIL: u32 = 1 << 23;
    /// Equals the driver's wrap counter once used.
    pub(crate) const USED: u32 = 1 << 31;
    /// Both: whose the descriptor is, and in which turn.
    pub(crate) const TURN: u32 = AVAIL | USED;
}

/// A table of descriptors: a ring's own, from its beginning or from any descriptor on, or an indirect one. The driver
/// writes, the device reads; the driver never reads back.
#[derive(Clone, Copy)]
pub(crate) struct DescTable(pub(crate) Area);

impl DescTable {
    /// Writes the descriptor that begins `byte` bytes into the table: address, length, and link or tag. Three stores: putting
    /// the last two together would take as many instructions, and a register more.
    ///
    /// Plain (relaxed) stores: the device reads them only after it has seen the avail index move over this chain, and
    /// that store releases them.
    ///
    /// # Safety
    /// `byte` is a multiple of 16 and the descriptor lies inside the table.
    #[inline(always)]
    pub(crate) unsafe fn driver_write(&self, byte: usize, addr: u64, len: u32, last: u32) {
        // SAFETY: promised by the caller.
        unsafe {
            self.driver_write_buffer(byte, addr, len);
            self.driver_write_tag(byte, last);
        }
    }

    /// Writes address and length of the descriptor that begins `byte` bytes into the table; its tag follows.
    ///
    /// # Safety
    /// As `driver_write`.
    #[inline(always)]
    pub(crate) unsafe fn driver_write_buffer(&self, byte: usize, addr: u64, len: u32) {
        // SAFETY: promised by the caller.
        unsafe {
            self.driver_write_addr(byte, addr);
            self.driver_write_len(byte, len);
        }
    }

    /// Packed: writes the address alone.
    ///
    /// # Safety
    /// As `driver_write`.
    #[inline(always)]
    pub(crate) unsafe fn driver_write_addr(&self, byte: usize, addr: u64) {
        // SAFETY: promised by the caller.
        unsafe { self.0.u64(byte).store(addr.to_le(), Ordering::Relaxed) }
    }

    /// Packed: writes the length alone.
    ///
    /// # Safety
    /// As `driver_write`.
    #[inline(always)]
    pub(crate) unsafe fn driver_write_len(&self, byte: usize, len: u32) {
        // SAFETY: promised by the caller.
        unsafe { self.0.u32(byte as isize + 8).store(len.to_le(), Ordering::Relaxed) }
    }

    /// Writes the link of a descriptor, or the tag of one that is not the first of its chain: the device looks only after it
    /// has acquired the first one's.
    ///
    /// # Safety
    /// As `driver_write`.
    #[inline(always)]
    pub(crate) unsafe fn driver_write_tag(&self, byte: usize, tag: u32) {
        // SAFETY: promised by the caller.
        unsafe { self.0.u32(byte as isize + 12).store(tag.to_le(), Ordering::Relaxed) }
    }

    /// Packed: writes the tag of a chain's first descriptor, and so makes the chain available. Releases all that was
    /// written before (virtio 1.2, 2.8.21.1 asks for the barrier before this store).
    ///
    /// # Safety
    /// As `driver_write`.
    #[inline(always)]
    pub(crate) unsafe fn driver_publish_tag(&self, byte: usize, tag: u32) {
        // SAFETY: promised by the caller.
        unsafe { self.0.u32(byte as isize + 12).store(tag.to_le(), Site::Publish.order(Ordering::Release)) }
    }

    /// Packed: the tag where the next used descriptor will be. If its flags say used, this acquires what the device
    /// released by writing them: the length, and the bytes it wrote to the buffers.
    ///
    /// # Safety
    /// The table begins at a descriptor of the ring.
    #[inline(always)]
    pub(crate) unsafe fn driver_used_tag(&self) -> u32 {
        // SAFETY: promised by the caller.
        u32::from_le(unsafe { self.0.u32(12).load(Site::Used.order(Ordering::Acquire)) })
    }

    /// Packed: where the flags of the next used descriptor will be: the upper half of its tag, where bits of a tag are 16
    /// lower.
    ///
    /// # Safety
    /// As `driver_used_tag`.
    pub(crate) const unsafe fn used_flags(&self) -> Area {
        // SAFETY: promised by the caller.
        unsafe { self.0.at(14) }
    }

    /// Packed: what the device says it wrote, once its tag says used.
    ///
    /// # Safety
    /// As `driver_used_tag`.
    #[inline(always)]
    pub(crate) unsafe fn driver_used_len(&self) -> u32 {
        // SAFETY: promised by the caller.
        u32::from_le(unsafe { self.0.u32(8).load(Ordering::Relaxed) })
    }

    /// Packed: the tag of a descriptor, acquiring what `driver_publish_tag` released.
    ///
    /// # Safety
    /// `index` lies inside the ring.
    #[cfg(any(test, feature = "device"))]
    pub(crate) unsafe fn device_tag(&self, index: usize) -> u32 {
        // SAFETY: promised by the caller.
        u32::from_le(unsafe { self.0.u32(index as isize * 16 + 12).load(Ordering::Acquire) })
    }

    /// Address and length of a descriptor.
    ///
    /// # Safety
    /// `index` lies inside the ring.
    #[cfg(any(test, feature = "device"))]
    pub(crate) unsafe fn device_buffer(&self, index: usize) -> (u64, u32) {
        // SAFETY: promised by the caller.
        unsafe {
            (
                u64::from_le(self.0.u64(index * 16).load(Ordering::Relaxed)),
                u32::from_le(self.0.u32(index as isize * 16 + 8).load(Ordering::Relaxed)),
            )
        }
    }

    /// Packed: writes the length of a used descriptor; its tag follows.
    ///
    /// # Safety
    /// `index` lies inside the ring.
    #[cfg(any(test, feature = "device"))]
    pub(crate) unsafe fn device_write_len(&self, index: usize, len: u32) {
        // SAFETY: promised by the caller.
        unsafe { self.0.u32(index as isize * 16 + 8).store(len.to_le(), Ordering::Relaxed) }
    }

    /// Packed: writes the tag of a used descriptor, releasing its length and the buffers' bytes.
    ///
    /// # Safety
    /// `index` lies inside the ring.
    #[cfg(any(test, feature = "device"))]
    pub(crate) unsafe fn device_publish_tag(&self, index: usize, tag: u32) {
        // SAFETY: promised by the caller.
        unsafe { self.0.u32(index as isize * 16 + 12).store(tag.to_le(), Ordering::Release) }
    }

    /// Address, length, and link or tag of a descriptor that is the device's.
    ///
    /// # Safety
    /// `index` lies inside the table.
    #[cfg(any(test, feature = "device"))]
    pub(crate) unsafe fn device_read(&self, index: usize) -> (u64, u32, u32) {
        // SAFETY: promised by the caller.
        unsafe {
            let (addr, len) = self.device_buffer(index);
            (addr, len, u32::from_le(self.0.u32(index as isize * 16 + 12).load(Ordering::Relaxed)))
        }
    }
}

/// The avail ring: written by the driver, read by the device. `flags, idx, ring[size], used_event`.
#[derive(Clone, Copy)]
pub(crate) struct AvailRing(pub(crate) Area);

impl AvailRing {
    /// `VIRTQ_AVAIL_F_NO_INTERRUPT`.
    pub(crate) const NO_INTERRUPT: u16 = 1;

    /// Names a chain in the ring; visible to the device once the index has moved over it.
    ///
    /// # Safety
    /// `position` is below the ring's size.
    #[inline(always)]
    pub(crate) unsafe fn driver_store_entry(&self, position: usize, head: u16) {
        // SAFETY: promised by the caller.
        unsafe { self.0.u16(4 + 2 * position).store(head.to_le(), Ordering::Relaxed) }
    }

    /// Makes everything written so far available: releases descriptors and entries to the device, which acquires by
    /// reading the index (virtio 1.2, 2.7.13.3 asks for the barrier before this store).
    #[inline(always)]
    pub(crate) fn driver_publish_idx(&self, idx: u16) {
        // SAFETY: the index is inside every avail ring.
        unsafe { self.0.u16(2).store(idx.to_le(), Site::Publish.order(Ordering::Release)) }
    }

    pub(crate) fn driver_store_flags(&self, flags: u16) {
        // SAFETY: the flags are inside every avail ring.
        unsafe { self.0.u16(0).store(flags.to_le(), Ordering::Relaxed) }
    }

    /// The used index at which the driver wants an interrupt.
    ///
    /// # Safety
    /// `size` is the ring's.
    pub(crate) unsafe fn driver_store_used_event(&self, size: usize, idx: u16) {
        // SAFETY: the event word follows the last entry.
        unsafe { self.0.u16(4 + 2 * size).store(idx.to_le(), Ordering::Relaxed) }
    }
}

/// The device's way to see an avail ring.
#[cfg(any(test, feature = "device"))]
impl AvailRing {
    /// Acquires what `driver_publish_idx` released.
    pub(crate) fn device_idx(&self) -> u16 {
        // SAFETY: the index is inside every avail ring.
        u16::from_le(unsafe { self.0.u16(2).load(Ordering::Acquire) })
    }

    /// # Safety
    /// `position` is below the ring's size.
    pub(crate) unsafe fn device_entry(&self, position: usize) -> u16 {
        // SAFETY: promised by the caller.
        u16::from_le(unsafe { self.0.u16(4 + 2 * position).load(Ordering::Relaxed) })
    }

    pub(crate) fn device_flags(&self) -> u16 {
        // SAFETY: the flags are inside every avail ring.
        u16::from_le(unsafe { self.0.u16(0).load(Ordering::Relaxed) })
    }

    /// # Safety
    /// `size` is the ring's.
    pub(crate) unsafe fn device_used_event(&self, size: usize) -> u16 {
        // SAFETY: the event word follows the last entry.
        u16::from_le(unsafe { self.0.u16(4 + 2 * size).load(Ordering::Relaxed) })
    }
}

/// The used ring: written by the device, so everything read here is a claim. `flags, idx, ring[size], avail_event`.
#[derive(Clone, Copy)]
pub(crate) struct UsedRing(pub(crate) Area);

impl UsedRing {
    /// `VIRTQ_USED_F_NO_NOTIFY`.
    pub(crate) const NO_NOTIFY: u16 = 1;

    /// Acquires what the device released by moving its index: entries, and the bytes it wrote to the buffers.
    #[inline(always)]
    pub(crate) fn driver_idx(&self) -> u16 {
        // SAFETY: the index is inside every used ring.
        u16::from_le(unsafe { self.0.u16(2).load(Site::Used.order(Ordering::Acquire)) })
    }

    /// Where the index is.
    pub(crate) const fn idx(&self) -> Area {
        // SAFETY: the index is inside every used ring.
        unsafe { self.0.at(2) }
    }

    /// Entry `position`: id in the low half, length in the high half. Read once and whole, so that what is checked is
    /// what is used.
    ///
    /// # Safety
    /// `position` is below the ring's size.
    #[inline(always)]
    pub(crate) unsafe fn driver_entry(&self, position: usize) -> u64 {
        // SAFETY: promised by the caller; the layout puts entries at multiples of eight.
        u64::from_le(unsafe { self.0.u64(4 + 8 * position).load(Ordering::Relaxed) })
    }

    /// Has the line of entry `position` fetched, without waiting for it: while the index is on its way, rather than after
    /// it. No load: nothing is known from it. Where the compiler has no such instruction, nothing.
    #[inline(always)]
    pub(crate) fn driver_prefetch_entry(&self, position: usize) {
        #[cfg(all(target_arch = "x86_64", not(loom), not(miri)))]
        // SAFETY: a prefetch of any address changes nothing and faults nowhere.
        unsafe {
            core::arch::asm!(
                "prefetcht0 [{ring} + 8 * {position} + 4]",
                ring = in(reg) self.0.place(),
                position = in(reg) position,
                options(nomem, nostack, preserves_flags),
            );
        }
        #[cfg(not(all(target_arch = "x86_64", not(loom), not(miri))))]
        let _ = position;
    }

    #[inline(always)]
    pub(crate) fn driver_flags(&self) -> u16 {
        // SAFETY: the flags are inside every used ring.
        u16::from_le(unsafe { self.0.u16(0).load(Ordering::Relaxed) })
    }

    /// The word after the last entry.
    ///
    /// # Safety
    /// `size` is the ring's.
    pub(crate) const unsafe fn avail_event(&self, size: usize) -> AvailEvent {
        // SAFETY: promised by the caller.
        AvailEvent(unsafe { self.0.at(4 + 8 * size) })
    }
}

/// The avail index at which the device wants a kick: the used ring's last word.
#[derive(Clone, Copy)]
pub(crate) struct AvailEvent(Area);

impl AvailEvent {
    #[inline(always)]
    pub(crate) fn driver_load(&self) -> u16 {
        // SAFETY: it is one aligned word.
        u16::from_le(unsafe { self.0.u16(0).load(Ordering::Relaxed) })
    }

    #[cfg(any(test, feature = "device"))]
    pub(crate) fn device_store(&self, idx: u16) {
        // SAFETY: it is one aligned word.
        unsafe { self.0.u16(0).store(idx.to_le(), Ordering::Relaxed) }
    }
}

/// The device's way to write a used ring.
#[cfg(any(test, feature = "device"))]
impl UsedRing {
    /// # Safety
    /// `position` is below the ring's size.
    pub(crate) unsafe fn device_store_entry(&self, position: usize, id: u32, len: u32) {
        // SAFETY: promised by the caller.
        unsafe {
            self.0
                .u64(4 + 8 * position)
                .store((u64::from(len) << 32 | u64::from(id)).to_le(), Ordering::Relaxed);
        }
    }

    /// Releases entries and buffer bytes to the driver.
    pub(crate) fn device_publish_idx(&self, idx: u16) {
        // SAFETY: the index is inside every used ring.
        unsafe { self.0.u16(2).store(idx.to_le(), Ordering::Release) }
    }

    pub(crate) fn device_store_flags(&self, flags: u16) {
        // SAFETY: the flags are inside every used ring.
        unsafe { self.0.u16(0).store(flags.to_le(), Ordering::Relaxed) }
    }
}

/// A packed ring's event suppression structure: where and whether one side wants to hear of the other. Always read and
/// written whole: of two halves read one after the other, one may be new and the other old.
#[derive(Clone, Copy)]
pub(crate) struct EventWord(pub(crate) Area);

impl EventWord {
    /// `RING_EVENT_FLAGS_ENABLE`: of everything.
    pub(crate) const ENABLE: u32 = 0;
    /// `RING_EVENT_FLAGS_DISABLE`: of nothing.
    pub(crate) const DISABLE: u32 = 1 << 16;
    /// `RING_EVENT_FLAGS_DESC`: of the descriptor named in the lower half. Only with the event index.
    const DESC: u32 = 2 << 16;

    /// Of the descriptor at this place, in the turn with this wrap counter (bit 15).
    pub(crate) const fn desc(index: u16, wrap: bool) -> u32 {
        Self::DESC | (wrap as u32) << 15 | index as u32
    }

    /// The driver's wish, by the driver.
    pub(crate) fn driver_store(&self, event: u32) {
        // SAFETY: an event structure is one aligned word.
        unsafe { self.0.u32(0).store(event.to_le(), Ordering::Relaxed) }
    }

    /// The device's wish, read by the driver.
    #[inline(always)]
    pub(crate) fn driver_load(&self) -> u32 {
        // SAFETY: an event structure is one aligned word.
        u32::from_le(unsafe { self.0.u32(0).load(Ordering::Relaxed) })
    }
}

/// The device's way to see and write event suppression.
#[cfg(any(test, feature = "device"))]
impl EventWord {
    /// The device's wish, by the device.
    pub(crate) fn device_store(&self, event: u32) {
        // SAFETY: an event structure is one aligned word.
        unsafe { self.0.u32(0).store(event.to_le(), Ordering::Relaxed) }
    }

    /// The driver's wish, read by the device.
    pub(crate) fn device_load(&self) -> u32 {
        // SAFETY: an event structure is one aligned word.
        u32::from_le(unsafe { self.0.u32(0).load(Ordering::Relaxed) })
    }
}
