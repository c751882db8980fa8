//! The device half: what a test plays the device with. Strict about the driver, and able to lie in every way.
//!
//! It works on the same memory as the ring under test, by the same layout, and keeps nothing but indices. The honest
//! half (`pop`, `push`, `publish`, `wants_interrupt`) is what a device does; methods whose names begin with `lie_` write
//! what no honest device would.

mod packed;
mod split;

pub use packed::PackedDevice;
pub use split::SplitDevice;

use crate::layout::{RingLayout, RingMemory};
use crate::words::{Area, DescTable};
use crate::{DevAddr, Segment};
use alloc::vec::Vec;

/// One descriptor as the device understands it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeviceSegment {
    /// Where and how much.
    pub segment: Segment,
    /// The device may write it; otherwise it may read it.
    pub writable: bool,
}

/// What a driver did that virtio forbids.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum DriverFault {
    /// The avail index moved by more than the ring's size.
    AvailJump {
        /// By how much.
        by: u16,
    },
    /// An index beyond the ring.
    BadHead {
        /// The index.
        head: u16,
    },
    /// More descriptors than the ring has: a loop.
    Endless,
    /// A readable descriptor after a writable one: 2.7.4.2.
    ReadableAfterWritable,
    /// A descriptor of no bytes.
    ZeroLength,
    /// With `VIRTIO_F_IN_ORDER`, another descriptor than the next one in the table: split, 2.7.5.1.
    NotInRingOrder {
        /// The descriptor used.
        index: u16,
        /// The one that follows the last one used before.
        expected: u16,
    },
    /// A chain made available before all its descriptors were: packed.
    Torn,
    /// INDIRECT together with NEXT, inside a table, or without the feature: 2.7.5.3.1.
    BadIndirect,
    /// An indirect table outside the ring's memory, or of a length that is no multiple of 16.
    BadTable {
        /// Where.
        addr: DevAddr,
        /// Bytes.
        len: u32,
    },
}

/// A chain as the device takes it from a ring.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceChain {
    /// What to return the chain by.
    pub head: u16,
    /// The segments in order.
    pub segments: Vec<DeviceSegment>,
}

impl DeviceChain {
    /// What the device may read.
    pub fn readable(&self) -> impl Iterator<Item = Segment> {
        self.segments.iter().filter(|it| !it.writable).map(|it| it.segment)
    }

    /// What the device may write.
    pub fn writable(&self) -> impl Iterator<Item = Segment> {
        self.segments.iter().filter(|it| it.writable).map(|it| it.segment)
    }

    /// How many bytes the device may write.
    pub fn room(&self) -> u32 {
        self.writable().fold(0, |room, segment| room.saturating_add(segment.len))
    }
}

/// Checks the order and length of descriptors as a walk meets them.
#[derive(Default)]
struct Strict {
    writable_seen: bool,
}

impl Strict {
    fn see(&mut self, it: DeviceSegment) -> Result<DeviceSegment, DriverFault> {
        if it.segment.len == 0 {
            return Err(DriverFault::ZeroLength);
        }
        if self.writable_seen && !it.writable {
            return Err(DriverFault::ReadableAfterWritable);
        }
        self.writable_seen |= it.writable;
        Ok(it)
    }
}

/// Where indirect tables may be: inside the ring's own memory.
struct Tables {
    base: Area,
    base_dev: DevAddr,
    layout: RingLayout,
}

impl Tables {
    /// # Safety
    /// As for the device.
    unsafe fn new(memory: &RingMemory, layout: RingLayout) -> Self {
        // SAFETY: promised by the caller.
        Self { base: unsafe { Area::new(memory.cpu()) }, base_dev: memory.dev(), layout }
    }

    /// Finds a table of `len` bytes; answers it and its number of entries.
    fn find(&self, addr: u64, len: u32) -> Result<(DescTable, u16), DriverFault> {
        let bad = DriverFault::BadTable { addr: DevAddr::new(addr), len };
        let at = addr.checked_sub(self.base_dev.get()).ok_or(bad)?;
        let desc_bytes = RingLayout::DESC_BYTES as u64;
        let fits = at >= self.layout.tables_at() as u64 && at + u64::from(len) <= self.layout.bytes() as u64;
        if !fits || !at.is_multiple_of(desc_bytes) || len == 0 || !u64::from(len).is_multiple_of(desc_bytes) {
            return Err(bad);
        }
        // SAFETY: just checked to lie among the tables.
        Ok((DescTable(unsafe { self.base.at(at as usize) }), (u64::from(len) / desc_bytes) as u16))
    }
}

/// The device side of a ring of either format.
pub enum DeviceRing {
    /// Split.
    Split(SplitDevice),
    /// Packed.
    Packed(PackedDevice),
}

macro_rules! either {
    ($self:ident, $device:ident => $do:expr) => {
        match $self {
            DeviceRing::Split($device) => $do,
            DeviceRing::Packed($device) => $do,
        }
    };
}

impl DeviceRing {
    /// Plays the device for the ring in this memory.
    ///
    /// # Safety
    /// The memory is that of a live ring made with this layout, and outlives the device.
    pub unsafe fn new(memory: RingMemory, layout: RingLayout) -> Self {
        if layout.features().packed {
            // SAFETY: promised by the caller.
            Self::Packed(unsafe { PackedDevice::new(memory, layout) })
        } else {
            // SAFETY: promised by the caller.
            Self::Split(unsafe { SplitDevice::new(memory, layout) })
        }
    }

    /// Takes the next available chain.
    pub fn pop(&mut self) -> Result<Option<DeviceChain>, DriverFault> {
        let mut segments = Vec::new();
        let head = self.pop_with(|segment| segments.push(segment))?;
        Ok(head.map(|head| DeviceChain { head, segments }))
    }

    /// Takes the next available chain and shows its segments one by one.
    pub fn pop_with(&mut self, see: impl FnMut(DeviceSegment)) -> Result<Option<u16>, DriverFault> {
        either!(self, device => device.pop_with(see))
    }

    /// Returns a chain. The driver does not see it before [`publish`](Self::publish).
    pub fn push(&mut self, head: u16, written: u32) {
        either!(self, device => device.push(head, written))
    }

    /// Returns the last of `chains` chains for all of them, as `VIRTIO_F_IN_ORDER` allows.
    pub fn push_batch(&mut self, chains: u16, last_head: u16, written: u32) {
        either!(self, device => device.push_batch(chains, last_head, written))
    }

    /// Shows the driver everything pushed, and says whether it wants an interrupt for it.
    pub fn publish(&mut self) -> bool {
        either!(self, device => device.publish())
    }

    /// Returns one chain at once: [`push`](Self::push) and [`publish`](Self::publish).
    pub fn complete(&mut self, head: u16, written: u32) -> bool {
        self.push(head, written);
        self.publish()
    }

    /// Asks for a kick at the next chain, then looks again. `true`: there is something to pop already.
    pub fn arm(&mut self) -> bool {
        either!(self, device => device.arm())
    }

    /// Asks for no kicks.
    pub fn disarm(&mut self) {
        either!(self, device => device.disarm())
    }

    /// Returns a chain nobody has to have given, as one descriptor.
    pub fn lie_entry(&mut self, id: u32, written: u32) {
        either!(self, device => device.lie_entry(id, written))
    }

    /// Scribbles over what the driver has written.
    pub fn lie_over_driver_memory(&mut self, value: u64) {
        either!(self, device => device.lie_over_driver_memory(value))
    }
}
