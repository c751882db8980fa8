//! Configuration space as memory: the enhanced mechanism of PCI Express (PCI Express Base 4.0, 7.2.2). One
//! access instead of the two that ports need, and the only way on machines without those ports.

use super::config::{Address, ConfigAccess};
use crate::mem::mmio::Mmio;

/// Bytes of one bus's configuration space.
pub const BUS_BYTES: usize = 1 << 20;

/// A window on the configuration space of some buses.
#[derive(Debug)]
pub struct Ecam {
    registers: Mmio,
    address: u64,
}

impl Ecam {
    /// Over a window at physical `address` that begins with bus 0; buses behind its end are not there.
    pub const fn new(registers: Mmio, address: u64) -> Self {
        Self { registers, address }
    }

    /// Its physical address.
    pub const fn address(&self) -> u64 {
        self.address
    }

    fn register(&self, address: Address, offset: u8) -> Option<usize> {
        let Address { bus, device, function } = address;
        let place = usize::from(bus) << 20
            | usize::from(device) << 15
            | usize::from(function) << 12
            | usize::from(offset & !3);
        (place < self.registers.len()).then_some(place)
    }
}

impl ConfigAccess for Ecam {
    fn read(&self, address: Address, offset: u8) -> u32 {
        self.register(address, offset).map_or(u32::MAX, |register| self.registers.read_u32(register))
    }

    fn write(&self, address: Address, offset: u8, value: u32) {
        if let Some(register) = self.register(address, offset) {
            self.registers.write_u32(register, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::address;
    use super::*;
    use core::ptr::NonNull;
    use std::boxed::Box;
    use std::vec;

    #[test]
    fn a_function_s_registers_are_at_its_place_and_other_buses_are_empty() {
        let memory: &'static mut [u64] = Box::leak(vec![0; 2 * BUS_BYTES / 8].into_boxed_slice());
        // SAFETY: leaked, and the only reference to it ends here.
        let window = unsafe { Mmio::new(NonNull::from(memory).cast(), 2 * BUS_BYTES) };
        let ecam = Ecam::new(window, 0xb000_0000);
        ecam.write(address("01:1f.7"), 0x3c, 0x010b);
        assert_eq!(window.read_u32(0x10_0000 + (0x1f << 15) + (7 << 12) + 0x3c), 0x010b);
        assert_eq!(ecam.read(address("01:1f.7"), 0x3c), 0x010b);
        for elsewhere in ["02:00.0", "ff:00.0"] {
            ecam.write(address(elsewhere), 0, 0);
            assert_eq!(ecam.read(address(elsewhere), 0), u32::MAX);
        }
    }
}
