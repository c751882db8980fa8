//! The device side of a split ring (virtio 1.2, 2.7).

use super::{DeviceSegment, DriverFault, Strict, Tables};
use crate::event::passed;
use crate::layout::{RingLayout, RingMemory};
use crate::sync::Site;
use crate::words::{Area, AvailRing, DescTable, UsedRing, link};
use crate::{DevAddr, Segment};

/// The device side of a split ring.
pub struct SplitDevice {
    tables: Tables,
    desc: DescTable,
    avail: AvailRing,
    used: UsedRing,
    layout: RingLayout,
    next_avail: u16,
    /// With `VIRTIO_F_IN_ORDER`: the descriptor that has to come next.
    next_desc: u16,
    used_idx: u16,
    published: u16,
}

impl SplitDevice {
    /// Plays the device for the ring in this memory.
    ///
    /// # Safety
    /// The memory is that of a live ring made with this layout, and outlives the device.
    pub unsafe fn new(memory: RingMemory, layout: RingLayout) -> Self {
        assert!(!layout.features().packed, "a split device for a packed ring");
        // SAFETY: promised by the caller; the layout says where the parts are.
        let (base, driver, device) = unsafe {
            let base = Area::new(memory.cpu());
            (base, base.at(layout.driver_at()), base.at(layout.device_at()))
        };
        Self {
            // SAFETY: promised by the caller.
            tables: unsafe { Tables::new(&memory, layout) },
            desc: DescTable(base),
            avail: AvailRing(driver),
            used: UsedRing(device),
            layout,
            next_avail: 0,
            next_desc: 0,
            used_idx: 0,
            published: 0,
        }
    }

    fn size(&self) -> u16 {
        self.layout.size()
    }

    fn position(&self, index: u16) -> usize {
        (index & (self.size() - 1)) as usize
    }

    /// Takes the next available chain and shows its segments one by one; every word is read once.
    pub fn pop_with(&mut self, mut see: impl FnMut(DeviceSegment)) -> Result<Option<u16>, DriverFault> {
        let ahead = self.avail.device_idx().wrapping_sub(self.next_avail);
        if ahead == 0 {
            return Ok(None);
        }
        if ahead > self.size() {
            return Err(DriverFault::AvailJump { by: ahead });
        }
        // SAFETY: `position` masks by the ring's size.
        let head = unsafe { self.avail.device_entry(self.position(self.next_avail)) };
        let mut strict = Strict::default();
        let (mut table, mut entries, mut index) = (self.desc, self.size(), head);
        let (mut inside_table, mut seen) = (false, 0);
        let mut next_desc = self.next_desc;
        loop {
            if index >= entries {
                return Err(DriverFault::BadHead { head: index });
            }
            if self.layout.features().in_order && !inside_table {
                if index != next_desc {
                    return Err(DriverFault::NotInRingOrder { index, expected: next_desc });
                }
                next_desc = (next_desc + 1) & (self.size() - 1);
            }
            // SAFETY: just compared with the table's length.
            let (addr, len, link) = unsafe { table.device_read(index as usize) };
            if link & link::INDIRECT != 0 {
                if inside_table || link & link::NEXT != 0 || !self.layout.features().indirect {
                    return Err(DriverFault::BadIndirect);
                }
                (table, entries) = self.tables.find(addr, len)?;
                (inside_table, index) = (true, 0);
                continue;
            }
            see(strict.see(DeviceSegment {
                segment: Segment::new(DevAddr::new(addr), len),
                writable: link & link::WRITE != 0,
            })?);
            seen += 1;
            if link & link::NEXT == 0 {
                break;
            }
            if seen >= self.size() {
                return Err(DriverFault::Endless);
            }
            index = (link >> link::NEXT_SHIFT) as u16;
        }
        self.next_avail = self.next_avail.wrapping_add(1);
        self.next_desc = next_desc;
        Ok(Some(head))
    }

    /// Puts a chain into the used ring. The driver does not see it before [`publish`](Self::publish).
    pub fn push(&mut self, head: u16, written: u32) {
        self.lie_entry(u32::from(head), written);
    }

    /// Moves the used index over everything pushed, and says whether the driver wants an interrupt for it.
    pub fn publish(&mut self) -> bool {
        let (old, new) = (self.published, self.used_idx);
        self.used.device_publish_idx(new);
        self.published = new;
        // Our index, then the driver's wish: pairs with the fence in the driver's `arm`.
        Site::DeviceInterrupt.full_fence();
        if self.layout.features().event_idx {
            // SAFETY: the size is this ring's.
            passed(unsafe { self.avail.device_used_event(self.size() as usize) }, old, new)
        } else {
            old != new && self.avail.device_flags() & AvailRing::NO_INTERRUPT == 0
        }
    }

    /// Returns the last chain of a batch for all of it, as `VIRTIO_F_IN_ORDER` allows (2.7.9).
    pub fn push_batch(&mut self, chains: u16, last_head: u16, written: u32) {
        self.push(last_head, written);
        self.used_idx = self.used_idx.wrapping_add(chains - 1);
    }

    /// Asks for a kick at the next chain, then looks again. `true`: there is something to pop already.
    pub fn arm(&mut self) -> bool {
        if self.layout.features().event_idx {
            self.lie_avail_event(self.next_avail);
        } else {
            self.used.device_store_flags(0);
        }
        // Our wish, then the driver's index: pairs with the fence in the driver's `publish`.
        Site::DeviceArm.full_fence();
        self.avail.device_idx() != self.next_avail
    }

    /// Asks for no kicks.
    pub fn disarm(&mut self) {
        if self.layout.features().event_idx {
            self.lie_avail_event(self.next_avail.wrapping_sub(1));
        } else {
            self.used.device_store_flags(UsedRing::NO_NOTIFY);
        }
    }

    /// Writes a used entry with any id and length, and counts it.
    pub fn lie_entry(&mut self, id: u32, written: u32) {
        // SAFETY: `position` masks by the ring's size.
        unsafe { self.used.device_store_entry(self.position(self.used_idx), id, written) };
        self.used_idx = self.used_idx.wrapping_add(1);
    }

    /// Moves the used index by any amount; no entry is written.
    pub fn lie_index(&mut self, by: u16) {
        self.used_idx = self.used_idx.wrapping_add(by);
        self.published = self.used_idx;
        self.used.device_publish_idx(self.used_idx);
    }

    /// Asks for a kick at any index.
    pub fn lie_avail_event(&mut self, idx: u16) {
        // SAFETY: the size is this ring's.
        unsafe { self.used.avail_event(self.size() as usize) }.device_store(idx);
    }

    /// Writes the used ring's flags.
    pub fn lie_flags(&mut self, flags: u16) {
        self.used.device_store_flags(flags);
    }

    /// Scribbles over the descriptor table and the avail ring, which belong to the driver.
    pub fn lie_over_driver_memory(&mut self, value: u64) {
        for index in 0..self.size() as usize {
            // SAFETY: inside the table.
            unsafe {
                let (at, last) = (index * RingLayout::DESC_BYTES, (value >> 32) as u32);
                self.desc.driver_write(at, value, value as u32, last);
                self.avail.driver_store_entry(index, value as u16);
            }
        }
    }
}
