//! MSI-X: interrupts as memory writes, a table of them a function (PCI Local Bus 3.0, 6.8.2). We use the
//! first entry.

use super::caps::{Capability, capabilities, id};
use super::config::Config;
use crate::mem::mmio::Mmio;

/// Where a function's table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Msix {
    /// Offset of the capability.
    capability: u8,
    /// Entries in the table.
    pub entries: u16,
    /// The register block the table lies in.
    pub bar: u8,
    /// Offset of the table in it.
    pub offset: u32,
}

/// Bytes of a table entry.
const ENTRY_BYTES: usize = 16;
const ADDRESS_LOW: usize = 0;
const ADDRESS_HIGH: usize = 4;
const DATA: usize = 8;
const CONTROL: usize = 12;
const CONTROL_MASKED: u32 = 1;

/// Bits of message control, in the upper half of the capability's first four bytes.
const ENABLE: u32 = 1 << 31;
const MASK_ALL: u32 = 1 << 30;

/// Where a local APIC takes messages; the destination's id goes to bits 12 to 19 (Intel SDM volume 3,
/// 11.11.1).
const MESSAGE_BASE: u32 = 0xfee0_0000;

impl Msix {
    /// The function's MSI-X capability, if it has one.
    pub fn find(config: &Config<'_>) -> Option<Self> {
        let Capability { offset: capability, word, .. } =
            capabilities(config).find(|cap| cap.id == id::MSIX)?;
        // The table's place is the second word; a capability that ends with configuration space has none.
        let place = config.read(capability.checked_add(4)?);
        Some(Self {
            capability,
            entries: ((word >> 16) & 0x7ff) as u16 + 1,
            bar: (place & 7) as u8,
            offset: place & !7,
        })
    }

    /// Bytes of the table.
    pub const fn table_bytes(&self) -> usize {
        self.entries as usize * ENTRY_BYTES
    }

    /// Points the first entry at `vector` of the core with APIC id `core`, unmasks it and switches MSI-X on.
    /// `table` is a window on the table.
    pub fn route_first(&self, config: &Config<'_>, table: &Mmio, core: u8, vector: u8) {
        // Masked while it changes, so that no half-written message goes out.
        table.write_u32(CONTROL, CONTROL_MASKED);
        table.write_u32(ADDRESS_LOW, MESSAGE_BASE | u32::from(core) << 12);
        table.write_u32(ADDRESS_HIGH, 0);
        // Fixed delivery, edge triggered.
        table.write_u32(DATA, u32::from(vector));
        table.write_u32(CONTROL, 0);
        let control = config.read(self.capability) & !MASK_ALL;
        config.write(self.capability, control | ENABLE);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fabric, address};
    use super::*;
    use core::ptr::NonNull;
    use std::boxed::Box;

    #[test]
    fn the_capability_says_where_the_table_is() {
        let mut fabric = Fabric::new();
        // Message control 1 (two entries), table in BAR 1 at 0x800, pending bits behind it.
        fabric.function("00:01.0", 1, 2).capability(0x11, 0x98, &[1, 0, 0x01, 0x08, 0, 0, 0x01, 0x0c, 0, 0]);
        let msix = Msix::find(&Config::new(&fabric, address("00:01.0"))).expect("a capability");
        assert_eq!((msix.entries, msix.bar, msix.offset, msix.table_bytes()), (2, 1, 0x800, 32));
    }

    #[test]
    fn a_function_without_the_capability_has_none_and_one_cut_off_counts_as_none() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2);
        assert_eq!(Msix::find(&Config::new(&fabric, address("00:01.0"))), None);
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2).capability(0x11, 0xfc, &[]);
        assert_eq!(Msix::find(&Config::new(&fabric, address("00:01.0"))), None);
    }

    #[test]
    fn the_first_entry_becomes_a_message_to_the_core_and_the_function_is_switched_on() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2).capability(0x11, 0x98, &[1, 0x40, 0x01, 0, 0, 0, 0, 0, 0, 0]);
        let config = Config::new(&fabric, address("00:01.0"));
        let memory: &'static mut [u32; 8] = Box::leak(Box::new([0xa5a5_a5a5; 8]));
        let words = NonNull::from(memory);
        // SAFETY: leaked, and read below only while nobody writes.
        let table = unsafe { Mmio::new(words.cast(), 32) };
        Msix::find(&config).expect("a capability").route_first(&config, &table, 3, 65);
        let entry = [0, 4, 8, 12, 16].map(|offset| table.read_u32(offset));
        assert_eq!(entry, [0xfee0_3000, 0, 65, 0, 0xa5a5_a5a5]);
        assert_eq!(config.read(0x98) >> 16, 0x8001, "enabled, not masked");
    }
}
