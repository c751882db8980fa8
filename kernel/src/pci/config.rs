//! Configuration space: 256 bytes a function, reached by whatever way the machine has.

use core::fmt;

/// Where a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// Bus, 0 to 255.
    pub bus: u8,
    /// Device on the bus, 0 to 31.
    pub device: u8,
    /// Function of the device, 0 to 7.
    pub function: u8,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}:{:02x}.{}", self.bus, self.device, self.function)
    }
}

/// The way to configuration space. Offsets are multiples of 4 below 256; a function that is not there reads
/// as all ones.
pub trait ConfigAccess: Sync {
    /// Reads four bytes.
    fn read(&self, address: Address, offset: u8) -> u32;
    /// Writes four bytes.
    fn write(&self, address: Address, offset: u8, value: u32);
}

/// Offsets of header fields (PCI Local Bus 3.0, 6.1), of the four bytes they lie in.
pub mod header {
    /// Device id, vendor id.
    pub const ID: u8 = 0x00;
    /// Status, command.
    pub const COMMAND: u8 = 0x04;
    /// Self test, header type, latency, cache line.
    pub const TYPE: u8 = 0x0c;
    /// First base address register.
    pub const BAR0: u8 = 0x10;
    /// Of a bridge: latency, subordinate, secondary, primary bus.
    pub const BUSES: u8 = 0x18;
    /// First capability, in the lowest byte.
    pub const CAPABILITIES: u8 = 0x34;
    /// Latencies, interrupt pin, interrupt line.
    pub const INTERRUPT: u8 = 0x3c;
}

/// Bits of the command register.
pub mod command {
    /// Answer to I/O ports.
    pub const IO: u16 = 1;
    /// Answer to memory accesses.
    pub const MEMORY: u16 = 1 << 1;
    /// May read and write memory itself.
    pub const BUS_MASTER: u16 = 1 << 2;
    /// May not raise its interrupt line.
    pub const INTERRUPT_DISABLE: u16 = 1 << 10;
}

/// The status bit that says there is a capability list.
const STATUS_CAPABILITIES: u32 = 1 << 20;

/// One function's configuration space.
#[derive(Clone, Copy)]
pub struct Config<'a> {
    access: &'a dyn ConfigAccess,
    address: Address,
}

impl<'a> Config<'a> {
    /// Of the function at `address`.
    pub const fn new(access: &'a dyn ConfigAccess, address: Address) -> Self {
        Self { access, address }
    }

    /// Where it is.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Reads four bytes. Not inlined: see `boot`.
    #[inline(never)]
    pub fn read(&self, offset: u8) -> u32 {
        self.access.read(self.address, offset)
    }

    /// Writes four bytes.
    pub fn write(&self, offset: u8, value: u32) {
        self.access.write(self.address, offset, value);
    }

    /// Vendor and device; `None` if there is no function.
    pub fn id(&self) -> Option<(u16, u16)> {
        let id = self.read(header::ID);
        let vendor = id as u16;
        (vendor != 0xffff && vendor != 0).then_some((vendor, (id >> 16) as u16))
    }

    /// The command register.
    pub fn command(&self) -> u16 {
        self.read(header::COMMAND) as u16
    }

    /// Writes the command register. The status bits in the other half are cleared by writing ones: they get
    /// zeros.
    pub fn set_command(&self, command: u16) {
        self.write(header::COMMAND, u32::from(command));
    }

    /// Is there a capability list?
    pub fn has_capabilities(&self) -> bool {
        self.read(header::COMMAND) & STATUS_CAPABILITIES != 0
    }

    /// The interrupt line the firmware has noted.
    pub fn interrupt_line(&self) -> u8 {
        self.read(header::INTERRUPT) as u8
    }
}

impl fmt::Debug for Config<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Config({})", self.address)
    }
}
