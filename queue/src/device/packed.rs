//! The device side of a packed ring (virtio 1.2, 2.8).

use super::{DeviceSegment, DriverFault, Strict, Tables};
use crate::event::passed;
use crate::layout::{RingLayout, RingMemory};
use crate::sync::Site;
use crate::words::{Area, DescTable, EventWord, tag};
use crate::{DevAddr, Segment};
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// A place in the ring, and the wrap counter of the turn it belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    index: u16,
    wrap: bool,
}

impl Place {
    fn after(self, descriptors: u16, size: u16) -> Self {
        let index = self.index + descriptors;
        if index < size { Self { index, ..self } } else { Self { index: index - size, wrap: !self.wrap } }
    }
}

/// The device side of a packed ring.
pub struct PackedDevice {
    tables: Tables,
    desc: DescTable,
    driver_event: EventWord,
    device_event: EventWord,
    layout: RingLayout,
    avail: Place,
    used: Place,
    /// Descriptors each id's chain takes in the ring; zero: we do not have it.
    taken: Vec<u16>,
    /// The ids we have, oldest first.
    order: VecDeque<u16>,
    /// Where the first used descriptor since the last `publish` goes, and its tag.
    withheld: Option<(u16, u32)>,
    /// Descriptors used since the last `publish`.
    unpublished: u16,
}

impl PackedDevice {
    /// Plays the device for the ring in this memory.
    ///
    /// # Safety
    /// The memory is that of a live ring made with this layout, and outlives the device.
    pub unsafe fn new(memory: RingMemory, layout: RingLayout) -> Self {
        assert!(layout.features().packed, "a packed device for a split ring");
        // SAFETY: promised by the caller; the layout says where the parts are.
        let (base, driver, device) = unsafe {
            let base = Area::new(memory.cpu());
            (base, base.at(layout.driver_at()), base.at(layout.device_at()))
        };
        let start = Place { index: 0, wrap: true };
        Self {
            // SAFETY: promised by the caller.
            tables: unsafe { Tables::new(&memory, layout) },
            desc: DescTable(base),
            driver_event: EventWord(driver),
            device_event: EventWord(device),
            layout,
            avail: start,
            used: start,
            taken: alloc::vec![0; layout.size() as usize],
            order: VecDeque::new(),
            withheld: None,
            unpublished: 0,
        }
    }

    fn size(&self) -> u16 {
        self.layout.size()
    }

    /// The tag of the descriptor at `place`, if it is available in the turn of `place`.
    fn available(&self, place: Place) -> Option<u32> {
        // SAFETY: places are below the ring's size.
        let found = unsafe { self.desc.device_tag(place.index as usize) };
        let wanted = if place.wrap { tag::AVAIL } else { tag::USED };
        (found & tag::TURN == wanted).then_some(found)
    }

    /// Takes the next available chain and shows its segments one by one.
    pub fn pop_with(&mut self, mut see: impl FnMut(DeviceSegment)) -> Result<Option<u16>, DriverFault> {
        let Some(mut found) = self.available(self.avail) else {
            return Ok(None);
        };
        let mut strict = Strict::default();
        let (mut place, mut descriptors) = (self.avail, 0);
        loop {
            // SAFETY: places are below the ring's size.
            let (addr, len) = unsafe { self.desc.device_buffer(place.index as usize) };
            descriptors += 1;
            place = place.after(1, self.size());
            if found & tag::INDIRECT != 0 {
                if found & tag::NEXT != 0 || descriptors > 1 || !self.layout.features().indirect {
                    return Err(DriverFault::BadIndirect);
                }
                let (table, entries) = self.tables.find(addr, len)?;
                for index in 0..entries as usize {
                    // SAFETY: below the table's length.
                    let (addr, len, found) = unsafe { table.device_read(index) };
                    if found & tag::INDIRECT != 0 {
                        return Err(DriverFault::BadIndirect);
                    }
                    see(strict.see(segment(addr, len, found))?);
                }
                break;
            }
            see(strict.see(segment(addr, len, found))?);
            if found & tag::NEXT == 0 {
                break;
            }
            if descriptors >= self.size() {
                return Err(DriverFault::Endless);
            }
            found = self.available(place).ok_or(DriverFault::Torn)?;
        }
        // The id counts in the last descriptor (2.8.6).
        let id = found as u16;
        match self.taken.get_mut(id as usize) {
            Some(taken) if *taken == 0 => *taken = descriptors,
            _ => return Err(DriverFault::BadHead { head: id }),
        }
        self.avail = place;
        self.order.push_back(id);
        Ok(Some(id))
    }

    /// Writes a used descriptor. The driver does not see it before [`publish`](Self::publish).
    pub fn push(&mut self, id: u16, written: u32) {
        let descriptors = core::mem::take(&mut self.taken[id as usize]);
        assert!(descriptors > 0, "the device does not have chain {id}");
        self.order.retain(|&it| it != id);
        self.write_used(u32::from(id), written, descriptors);
    }

    /// Returns the last chain of a batch for all of it, as `VIRTIO_F_IN_ORDER` allows (2.8.9).
    pub fn push_batch(&mut self, chains: u16, last_id: u16, written: u32) {
        let ids: Vec<u16> = self.order.drain(..chains as usize).collect();
        assert_eq!(ids.last(), Some(&last_id), "a batch ends with its last chain");
        let descriptors = ids.iter().map(|&id| core::mem::take(&mut self.taken[id as usize])).sum();
        self.write_used(u32::from(last_id), written, descriptors);
    }

    fn write_used(&mut self, id: u32, written: u32, descriptors: u16) {
        let flags = if self.used.wrap { tag::TURN } else { 0 };
        let used = flags | u32::from(id as u16);
        // SAFETY: places are below the ring's size.
        unsafe {
            self.desc.device_write_len(self.used.index as usize, written);
            if self.withheld.is_none() {
                self.withheld = Some((self.used.index, used));
            } else {
                self.desc.device_publish_tag(self.used.index as usize, used);
            }
        }
        self.used = self.used.after(descriptors, self.size());
        self.unpublished += descriptors;
    }

    /// Shows the driver everything pushed, and says whether it wants an interrupt for it.
    pub fn publish(&mut self) -> bool {
        let Some((index, used)) = self.withheld.take() else {
            return false;
        };
        // SAFETY: places are below the ring's size.
        unsafe { self.desc.device_publish_tag(index as usize, used) };
        let used = core::mem::take(&mut self.unpublished);
        // Our flags, then the driver's wish: pairs with the fence in the driver's `arm`.
        Site::DeviceInterrupt.full_fence();
        let wish = self.driver_event.device_load();
        match wish >> 16 {
            0 => true,
            1 => false,
            _ => {
                // The place asked for, in the turn we are in now: in the last one, it lies a ring's size back.
                let behind = if (wish >> 15 & 1 == 1) == self.used.wrap { 0 } else { self.size() };
                let asked = (wish as u16 & 0x7fff).wrapping_sub(behind);
                passed(asked, self.used.index.wrapping_sub(used), self.used.index)
            }
        }
    }

    /// Asks for a kick at the next chain, then looks again. `true`: there is something to pop already.
    pub fn arm(&mut self) -> bool {
        let wish = if self.layout.features().event_idx {
            EventWord::desc(self.avail.index, self.avail.wrap)
        } else {
            EventWord::ENABLE
        };
        self.device_event.device_store(wish);
        // Our wish, then the driver's flags: pairs with the fence in the driver's `publish`.
        Site::DeviceArm.full_fence();
        self.available(self.avail).is_some()
    }

    /// Asks for no kicks.
    pub fn disarm(&mut self) {
        self.device_event.device_store(EventWord::DISABLE);
    }

    /// Writes a used descriptor with any id and length, as for a chain of one descriptor.
    pub fn lie_entry(&mut self, id: u32, written: u32) {
        self.write_used(id, written, 1);
    }

    /// Writes the tag of the next used descriptor, whatever it says, and stays where it is.
    pub fn lie_tag(&mut self, tag: u32) {
        // SAFETY: places are below the ring's size.
        unsafe { self.desc.device_publish_tag(self.used.index as usize, tag) };
    }

    /// Writes the event suppression structure.
    pub fn lie_event(&mut self, event: u32) {
        self.device_event.device_store(event);
    }

    /// Scribbles over every descriptor, tags excepted: those are the device's to write.
    pub fn lie_over_driver_memory(&mut self, value: u64) {
        for index in 0..self.size() as usize {
            // SAFETY: inside the ring.
            unsafe { self.desc.driver_write_buffer(index * RingLayout::DESC_BYTES, value, value as u32) };
        }
    }
}

fn segment(addr: u64, len: u32, found: u32) -> DeviceSegment {
    DeviceSegment { segment: Segment::new(DevAddr::new(addr), len), writable: found & tag::WRITE != 0 }
}
