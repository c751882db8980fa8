//! The way to PCI configuration space on this machine: as memory where the firmware says so, otherwise by mechanism 1, an
//! address register and a data register among the I/O ports (PCI Local Bus 3.0, 3.2.2.3.2).

use spin::{Mutex, Once};

use super::port;
use crate::boot::acpi::{Acpi, EcamRange};
use crate::mem;
use crate::pci::ecam::{BUS_BYTES, Ecam};
use crate::pci::{Address, ConfigAccess};

const ADDRESS_PORT: u16 = 0xcf8;
const DATA_PORT: u16 = 0xcfc;
const ENABLE: u32 = 1 << 31;

/// The pair of ports; one access at a time.
struct Ports(Mutex<()>);

static PORTS: Ports = Ports(Mutex::new(()));
static ECAM: Once<Ecam> = Once::new();

/// Configuration space.
pub(crate) fn access(acpi: &Acpi) -> &'static dyn ConfigAccess {
    let Some(EcamRange { address, first_bus, last_bus }) = acpi.ecam else { return &PORTS };
    let buses = usize::from(last_bus - first_bus) + 1;
    match mem::map_device(address, buses * BUS_BYTES) {
        Ok(registers) => ECAM.call_once(|| Ecam::new(registers, first_bus)),
        Err(reason) => {
            crate::warn!("PCI configuration space at {address:#x}: {reason}; using the ports");
            &PORTS
        }
    }
}

fn select(address: Address, offset: u8) {
    let Address { bus, device, function } = address;
    let place =
        u32::from(bus) << 16 | u32::from(device) << 11 | u32::from(function) << 8 | u32::from(offset & !3);
    port::write_u32(ADDRESS_PORT, ENABLE | place);
}

impl ConfigAccess for Ports {
    fn read(&self, address: Address, offset: u8) -> u32 {
        let _one_at_a_time = self.0.lock();
        select(address, offset);
        port::read_u32(DATA_PORT)
    }

    fn write(&self, address: Address, offset: u8, value: u32) {
        let _one_at_a_time = self.0.lock();
        select(address, offset);
        port::write_u32(DATA_PORT, value);
    }
}
