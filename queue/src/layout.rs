//! Where the parts of a ring lie in its memory: plain arithmetic, shared by driver and device half.

use crate::DevAddr;
use crate::error::CreateError;
use core::ptr::NonNull;

/// What driver and device agreed on, as far as rings care (virtio 1.2, section 6).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RingFeatures {
    /// `VIRTIO_F_EVENT_IDX` (29): each side names the index at which it wants to be notified.
    pub event_idx: bool,
    /// `VIRTIO_F_INDIRECT_DESC` (28): one descriptor may stand for a table of them.
    pub indirect: bool,
    /// `VIRTIO_F_RING_PACKED` (34): one ring of descriptors both sides write, in place of three.
    pub packed: bool,
    /// `VIRTIO_F_IN_ORDER` (35): the device returns chains in the order they were made available.
    pub in_order: bool,
}

/// The three addresses a transport tells the device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RingAreas {
    /// Descriptor table (split) or descriptor ring (packed).
    pub desc: DevAddr,
    /// What the driver writes: avail ring (split) or driver event suppression (packed).
    pub driver: DevAddr,
    /// What the device writes: used ring (split) or device event suppression (packed).
    pub device: DevAddr,
}

/// The memory a ring lives in: one contiguous piece both sides see.
#[derive(Clone, Copy, Debug)]
pub struct RingMemory {
    cpu: NonNull<u8>,
    dev: DevAddr,
    bytes: usize,
}

impl RingMemory {
    /// `bytes` bytes that we see at `cpu` and the device at `dev`.
    pub const fn new(cpu: NonNull<u8>, dev: DevAddr, bytes: usize) -> Self {
        Self { cpu, dev, bytes }
    }

    #[cfg(any(test, feature = "device"))]
    pub(crate) const fn dev(&self) -> DevAddr {
        self.dev
    }

    pub(crate) const fn cpu(&self) -> NonNull<u8> {
        self.cpu
    }
}

/// Size, features and place of everything in a ring's memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RingLayout {
    features: RingFeatures,
    size: u16,
    table_entries: u16,
}

/// Two cache lines: what processors fetch together. Parts written by different sides never share one.
const LINES: usize = 128;

impl RingLayout {
    /// What the memory's addresses must be multiples of.
    pub const ALIGN: usize = LINES;

    /// Bytes of a descriptor, and of an entry of an indirect table.
    pub(crate) const DESC_BYTES: usize = 16;

    /// A ring of `size` descriptors. With `table_entries` above zero every chain slot also gets an indirect table of that
    /// many entries, so that long chains need no memory from anywhere later.
    pub const fn new(features: RingFeatures, size: u16, table_entries: u16) -> Result<Self, CreateError> {
        if size == 0 || size > 1 << 15 || (!features.packed && !size.is_power_of_two()) {
            return Err(CreateError::BadSize { size });
        }
        if table_entries > size {
            return Err(CreateError::BadTableLength { entries: table_entries, size });
        }
        if table_entries > 0 && !features.indirect {
            return Err(CreateError::IndirectNotNegotiated);
        }
        Ok(Self { features, size, table_entries })
    }

    /// How many descriptors the ring has.
    pub const fn size(&self) -> u16 {
        self.size
    }

    /// What was negotiated.
    pub const fn features(&self) -> RingFeatures {
        self.features
    }

    /// Entries of each chain slot's indirect table; zero: none.
    pub const fn table_entries(&self) -> u16 {
        self.table_entries
    }

    /// How much memory the ring needs, from an address that is a multiple of [`ALIGN`](Self::ALIGN).
    pub const fn bytes(&self) -> usize {
        self.tables_at() + self.size as usize * self.table_bytes()
    }

    pub(crate) const fn driver_at(&self) -> usize {
        round_up(self.size as usize * Self::DESC_BYTES)
    }

    /// Four bytes into a line: the used ring's entries follow its four bytes of flags and index, so that each entry is
    /// eight bytes, naturally aligned, and can be read at once. (The used ring itself asks for an alignment of four.)
    pub(crate) const fn device_at(&self) -> usize {
        let driver_bytes = if self.features.packed { 4 } else { 6 + 2 * self.size as usize };
        round_up(self.driver_at() + driver_bytes) + if self.features.packed { 0 } else { 4 }
    }

    pub(crate) const fn tables_at(&self) -> usize {
        let device_bytes = if self.features.packed { 4 } else { 6 + 8 * self.size as usize };
        round_up(self.device_at() + device_bytes)
    }

    pub(crate) const fn table_bytes(&self) -> usize {
        self.table_entries as usize * Self::DESC_BYTES
    }

    /// The addresses to tell the device, for a ring in this memory.
    pub const fn areas(&self, memory: &RingMemory) -> RingAreas {
        RingAreas {
            desc: memory.dev,
            driver: memory.dev.offset(self.driver_at() as u64),
            device: memory.dev.offset(self.device_at() as u64),
        }
    }

    /// Whether a ring type with `slots` slots for the given format can live in this memory.
    pub(crate) fn check(&self, memory: &RingMemory, packed: bool, slots: usize) -> Result<(), CreateError> {
        if self.features.packed != packed {
            return Err(CreateError::WrongFormat);
        }
        if self.size as usize > slots {
            return Err(CreateError::TooLarge { size: self.size, slots });
        }
        if memory.bytes < self.bytes() {
            return Err(CreateError::MemoryTooSmall { bytes: memory.bytes, needed: self.bytes() });
        }
        if !memory.cpu.addr().get().is_multiple_of(Self::ALIGN)
            || !memory.dev.get().is_multiple_of(Self::ALIGN as u64)
        {
            return Err(CreateError::Misaligned);
        }
        Ok(())
    }
}

const fn round_up(bytes: usize) -> usize {
    bytes.next_multiple_of(LINES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPLIT: RingFeatures =
        RingFeatures { event_idx: true, indirect: true, packed: false, in_order: false };

    #[test]
    fn the_parts_of_a_split_ring_share_no_cache_line_and_used_entries_are_eight_byte_aligned() {
        for size in [1u16, 2, 4, 128, 256, 32768] {
            let layout = RingLayout::new(SPLIT, size, 0).unwrap();
            let n = size as usize;
            assert!(layout.driver_at() >= 16 * n && layout.driver_at().is_multiple_of(LINES));
            assert!(layout.device_at() / LINES > (layout.driver_at() + 6 + 2 * n - 1) / LINES);
            assert_eq!(layout.device_at() % 8, 4);
            assert!(layout.tables_at() >= layout.device_at() + 6 + 8 * n);
        }
    }

    #[test]
    fn sizes_no_device_can_have_are_refused() {
        assert_eq!(RingLayout::new(SPLIT, 0, 0), Err(CreateError::BadSize { size: 0 }));
        assert_eq!(RingLayout::new(SPLIT, 3, 0), Err(CreateError::BadSize { size: 3 }));
        assert_eq!(RingLayout::new(SPLIT, 32769, 0), Err(CreateError::BadSize { size: 32769 }));
        let packed = RingFeatures { packed: true, ..SPLIT };
        assert_eq!(RingLayout::new(packed, 3, 0).unwrap().size(), 3);
        assert_eq!(RingLayout::new(SPLIT, 4, 5), Err(CreateError::BadTableLength { entries: 5, size: 4 }));
        let direct = RingFeatures { indirect: false, ..SPLIT };
        assert_eq!(RingLayout::new(direct, 4, 1), Err(CreateError::IndirectNotNegotiated));
    }

    #[test]
    fn tables_are_part_of_the_memory_a_ring_asks_for() {
        let none = RingLayout::new(SPLIT, 8, 0).unwrap();
        let some = RingLayout::new(SPLIT, 8, 4).unwrap();
        assert_eq!(some.bytes() - none.bytes(), 8 * 4 * 16);
    }
}
