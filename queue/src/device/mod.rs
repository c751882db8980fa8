//! The device half: what a test plays the device with. Strict about the driver, and able to lie in every way.
//!
//! It works on the same memory as the ring under test, by the same layout, and keeps nothing but indices. The honest
//! half (`pop`, `push`, `publish`, `wants_interrupt`) is what a device does; methods whose names begin with `lie_` write
//! what no honest device would.

mod split;

pub use split::SplitDevice;

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
        self.writable().map(|segment| segment.len).sum()
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
