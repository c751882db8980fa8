//! The way to PCI configuration space on this machine: mechanism 1, an address register and a data register among the
//! I/O ports (PCI Local Bus 3.0, 3.2.2.3.2); on a machine without those ports as memory.

use spin::{Mutex, Once};

use super::port;
use crate::mem::{self, MapError};
use crate::pci::assign::Window;
use crate::pci::config::Config;
use crate::pci::ecam::{BUS_BYTES, Ecam};
use crate::pci::{Address, ConfigAccess};

const ADDRESS_PORT: u16 = 0xcf8;
const DATA_PORT: u16 = 0xcfc;
const ENABLE: u32 = 1 << 31;

/// The pair of ports; one access at a time.
struct Ports(Mutex<()>);

static PORTS: Ports = Ports(Mutex::new(()));
static ECAM: Once<Ecam> = Once::new();

/// Where QEMU's microvm has the configuration space of its PCI Express bus; no table says so.
const MICROVM_ADDRESS: u64 = 0xe000_0000;
const BUSES: usize = 256;
/// The host bridge there: QEMU's generic PCI Express host.
const MICROVM_HOST: (u16, u16) = (0x1b36, 0x0008);

/// Configuration space. Through the ports wherever there are any: where the firmware has it as memory is said in tables
/// that take longer to read than both ways differ.
pub(crate) fn access() -> &'static dyn ConfigAccess {
    if !ports_answer()
        && let Ok(ecam) = microvm()
        && Config::new(&ecam, Address { bus: 0, device: 0, function: 0 }).id() == Some(MICROVM_HOST)
    {
        return ECAM.call_once(|| ecam);
    }
    &PORTS
}

fn microvm() -> Result<Ecam, MapError> {
    Ok(Ecam::new(mem::map_device(MICROVM_ADDRESS, BUSES * BUS_BYTES)?, MICROVM_ADDRESS))
}

/// The address register keeps what is written to it, if it is there.
fn ports_answer() -> bool {
    port::write_u32(ADDRESS_PORT, ENABLE);
    port::read_u32(ADDRESS_PORT) == ENABLE
}

/// Where QEMU's machines leave room for registers below 4 GiB: between RAM and either the I/O APIC or, on
/// microvm, the configuration space.
pub(crate) fn register_window() -> Option<Window> {
    const FIRST: u64 = 0xc000_0000;
    const IO_APIC: u64 = 0xfec0_0000;
    let next = mem::ram_end_below(IO_APIC)?.max(FIRST);
    let end = ECAM.get().map(Ecam::address).filter(|&address| address > next).unwrap_or(IO_APIC);
    (next < end).then_some(Window { next, end })
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
