//! Virtio over PCI, the modern way (virtio 1.2, 4.1): vendor capabilities say where in which register block
//! the device's structures are. Transitional functions are driven as modern ones; the legacy registers are
//! never touched.

use super::device::Device;
use super::kind::{Kind, VENDOR};
use super::notify::Notify;
use super::transport::{InterruptError, Interrupts, Status, Transport};
use crate::mem::MapError;
use crate::mem::mmio::Mmio;
use crate::pci::assign::{self, AssignError, Window};
use crate::pci::bar::{self, Bar, BarError};
use crate::pci::caps::{capabilities, id};
use crate::pci::config::{Config, ConfigAccess, command};
use crate::pci::msix::Msix;
use crate::pci::snapshot::Snapshot;
use crate::pci::{Address, Function, scan};
use crate::{debug, warn};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use ninewire_queue::RingAreas;

/// Offsets in the common configuration structure (4.1.4.3).
mod common {
    pub(super) const DEVICE_FEATURE_SELECT: usize = 0x00;
    pub(super) const DEVICE_FEATURE: usize = 0x04;
    pub(super) const DRIVER_FEATURE_SELECT: usize = 0x08;
    pub(super) const DRIVER_FEATURE: usize = 0x0c;
    pub(super) const CONFIG_MSIX_VECTOR: usize = 0x10;
    pub(super) const NUM_QUEUES: usize = 0x12;
    pub(super) const DEVICE_STATUS: usize = 0x14;
    pub(super) const CONFIG_GENERATION: usize = 0x15;
    pub(super) const QUEUE_SELECT: usize = 0x16;
    pub(super) const QUEUE_SIZE: usize = 0x18;
    pub(super) const QUEUE_MSIX_VECTOR: usize = 0x1a;
    pub(super) const QUEUE_ENABLE: usize = 0x1c;
    pub(super) const QUEUE_NOTIFY_OFF: usize = 0x1e;
    pub(super) const QUEUE_DESC: usize = 0x20;
    pub(super) const QUEUE_DRIVER: usize = 0x28;
    pub(super) const QUEUE_DEVICE: usize = 0x30;
    pub(super) const BYTES: u32 = 0x38;
}

/// What a device answers for a vector it does not accept, and what means "no interrupt" (4.1.4.3).
const NO_VECTOR: u16 = 0xffff;
/// The entry of the MSI-X table that everything of a device uses.
const ENTRY: u16 = 0;

/// Which structure a capability describes, by the numbers there (4.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Structure {
    /// Common configuration.
    Common = 1,
    /// Notification registers.
    Notify = 2,
    /// Interrupt status.
    Isr = 3,
    /// Device-specific configuration.
    Device = 4,
}

/// Why a virtio function cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeError {
    /// It does not say where this structure is, or only in I/O ports.
    Missing(Structure),
    /// It says a structure is smaller than the standard makes it.
    TooSmall(Structure),
    /// A base address register it names is unusable.
    Bar(BarError),
    /// The registers it names cannot be mapped.
    Map(MapError),
    /// The firmware has given its registers no address, and neither can we.
    Assign(AssignError),
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(structure) => {
                write!(f, "it has no {structure:?} structure in memory (disable-modern=on is not supported)")
            }
            Self::TooSmall(structure) => {
                write!(f, "its {structure:?} structure is smaller than virtio 1.2 says")
            }
            Self::Bar(BarError::Unassigned(bar)) => {
                write!(f, "the firmware has assigned no address to BAR {bar}")
            }
            Self::Bar(reason) => write!(f, "it names an unusable BAR: {reason:?}"),
            Self::Map(reason) => write!(f, "its registers cannot be mapped: {reason}"),
            Self::Assign(AssignError::NoRoom { bar, bytes }) => {
                write!(f, "there is no room for the {bytes:#x} bytes of BAR {bar}")
            }
            Self::Assign(AssignError::NoSize { bar }) => write!(f, "BAR {bar} does not say how large it is"),
        }
    }
}

/// The ways of the machine that the transport needs.
pub trait Platform {
    /// Maps device registers.
    fn map(&self, address: u64, bytes: usize) -> Result<Mmio, MapError>;
    /// APIC id of the core that takes interrupts.
    fn interrupt_core(&self) -> u8;
    /// Where registers may be put that the firmware has given no address, if there is such a place.
    fn register_window(&self) -> Option<Window>;
}

/// All virtio functions in bus order, named by their place among them. One that cannot be used is reported,
/// keeps its number and is passed over.
pub fn find(access: &'static dyn ConfigAccess, platform: &dyn Platform) -> Vec<Device> {
    let functions = scan(access);
    // Set up when the first function turns out to have no addresses; `None` inside if the firmware deals in
    // them.
    let mut window: Option<Option<Window>> = None;
    let mut open = |function: &Function| {
        let opened = PciTransport::open(access, function.address, platform);
        let Err(ProbeError::Bar(BarError::Unassigned(_))) = opened else { return opened };
        let window = window.get_or_insert_with(|| {
            (!assign::any_assigned(access, &functions)).then(|| platform.register_window()).flatten()
        });
        let Some(window) = window else { return opened };
        assign::assign(&Config::new(access, function.address), window).map_err(ProbeError::Assign)?;
        PciTransport::open(access, function.address, platform)
    };
    let mut devices = Vec::new();
    for (number, function) in functions.iter().filter(|function| function.vendor == VENDOR).enumerate() {
        let kind = Kind::from_pci_device(function.device);
        let name = kind.name(number);
        match open(function) {
            Ok(transport) => {
                debug!("{name} at {}", function.address);
                devices.push(Device::new(name, kind, Box::new(transport)));
            }
            Err(reason) => warn!("{name} at {} is passed over: {reason}", function.address),
        }
    }
    devices
}

/// Where a capability says that a structure is (4.1.4).
#[derive(Debug, Clone, Copy)]
struct Place {
    bar: u8,
    offset: u32,
    bytes: u32,
    /// The word behind the 16 bytes common to all, which the notify capability has.
    extra: u32,
}

/// The structures that lie in memory, by the numbers of [`Structure`].
#[derive(Debug, Default)]
struct Places([Option<Place>; 4]);

impl Places {
    fn read(config: &Config<'_>) -> Self {
        let mut places = Self::default();
        for capability in capabilities(config).filter(|capability| capability.id == id::VENDOR) {
            // id, next, length, type; bar, id, padding; offset; length; and for notify the multiplier.
            let cfg_type = usize::from((capability.word >> 24) as u8);
            let Some(slot) = cfg_type.checked_sub(1).and_then(|number| places.0.get_mut(number)) else {
                continue;
            };
            let word =
                |index: u8| capability.offset.checked_add(4 * index).map_or(0, |offset| config.read(offset));
            let bar = word(1) as u8;
            // The first of each type counts (4.1.4.1); one in I/O ports is passed over for one in memory.
            if slot.is_none() && !matches!(bar::read(config, bar), Ok(Bar::Io { .. })) {
                let extra = if cfg_type == Structure::Notify as usize { word(4) } else { 0 };
                *slot = Some(Place { bar, offset: word(2), bytes: word(3), extra });
            }
        }
        places
    }

    /// The structure's place, if it is there, and as large as the standard says; cut to what we map.
    #[inline(never)] // see `boot`
    fn checked(&self, structure: Structure, bytes_min: u32) -> Result<Option<Place>, ProbeError> {
        match self.0[structure as usize - 1] {
            Some(place) if place.bytes < bytes_min => Err(ProbeError::TooSmall(structure)),
            Some(place) => Ok(Some(Place { bytes: place.bytes.min(STRUCTURE_BYTES_MAX), ..place })),
            None => Ok(None),
        }
    }
}

impl Place {
    #[inline(never)] // see `boot`
    fn map(&self, config: &Config<'_>, platform: &dyn Platform) -> Result<Mmio, ProbeError> {
        map(config, platform, self.bar, self.offset, self.bytes as usize)
    }
}

fn map(
    config: &Config<'_>,
    platform: &dyn Platform,
    bar: u8,
    offset: u32,
    bytes: usize,
) -> Result<Mmio, ProbeError> {
    match bar::read(config, bar).map_err(ProbeError::Bar)? {
        Bar::Memory { address } => {
            let address = address
                .checked_add(u64::from(offset))
                .ok_or(ProbeError::Map(MapError::Address { address }))?;
            platform.map(address, bytes).map_err(ProbeError::Map)
        }
        Bar::Io { .. } => Err(ProbeError::Bar(BarError::Malformed(bar))),
    }
}

/// More of a structure than this is not mapped, whatever the capability says.
const STRUCTURE_BYTES_MAX: u32 = 1 << 16;

/// A modern virtio function.
struct PciTransport {
    config: Config<'static>,
    common: Mmio,
    notify: Mmio,
    notify_multiplier: u32,
    /// Absent for devices without configuration.
    device: Option<Mmio>,
    interrupts: Way,
    interrupt_core: u8,
}

/// Sets bits of the command register; written only when that changes something, because each change costs an emulated
/// machine a new memory layout.
fn switch_on(config: &Config<'_>, bits: u16) {
    let command = config.command();
    if command & bits != bits {
        config.set_command(command | bits);
    }
}

/// How the function interrupts.
enum Way {
    Messages(Msix, Mmio),
    /// The interrupt status byte.
    Line(Mmio),
    None,
}

impl PciTransport {
    fn open(
        access: &'static dyn ConfigAccess,
        address: Address,
        platform: &dyn Platform,
    ) -> Result<Self, ProbeError> {
        let snapshot = Snapshot::new(access, address);
        let config = Config::new(&snapshot, address);
        let places = Places::read(&config);
        let missing = ProbeError::Missing;
        let common = places.checked(Structure::Common, common::BYTES)?.ok_or(missing(Structure::Common))?;
        let notify = places.checked(Structure::Notify, 2)?.ok_or(missing(Structure::Notify))?;
        let device = places.checked(Structure::Device, 1)?;
        let isr = places.checked(Structure::Isr, 1)?;
        let msix = Msix::find(&config);

        switch_on(&config, command::MEMORY);
        Ok(Self {
            config: Config::new(access, address),
            common: common.map(&config, platform)?,
            notify: notify.map(&config, platform)?,
            notify_multiplier: notify.extra,
            device: device.map(|place| place.map(&config, platform)).transpose()?,
            interrupts: match (msix, isr) {
                (Some(msix), _) => {
                    let table = map(&config, platform, msix.bar, msix.offset, msix.table_bytes())?;
                    Way::Messages(msix, table)
                }
                (None, Some(isr)) => Way::Line(isr.map(&config, platform)?),
                (None, None) => Way::None,
            },
            interrupt_core: platform.interrupt_core(),
        })
    }

    fn select(&self, queue: u16) {
        self.common.write_u16(common::QUEUE_SELECT, queue);
    }

    /// 64-bit fields are written as two halves (4.1.3.1).
    fn write_address(&self, offset: usize, address: u64) {
        self.common.write_u32(offset, address as u32);
        self.common.write_u32(offset + 4, (address >> 32) as u32);
    }
}

impl Transport for PciTransport {
    fn enable(&mut self) {
        // QEMU does not switch this on by itself for modern drivers.
        switch_on(&self.config, command::BUS_MASTER | command::INTERRUPT_DISABLE);
    }

    fn device_features(&mut self) -> u64 {
        let half = |select| {
            self.common.write_u32(common::DEVICE_FEATURE_SELECT, select);
            u64::from(self.common.read_u32(common::DEVICE_FEATURE))
        };
        half(0) | half(1) << 32
    }

    fn set_driver_features(&mut self, features: u64) {
        for (select, half) in [(0, features as u32), (1, (features >> 32) as u32)] {
            self.common.write_u32(common::DRIVER_FEATURE_SELECT, select);
            self.common.write_u32(common::DRIVER_FEATURE, half);
        }
    }

    fn status(&mut self) -> Status {
        Status::from_bits_retain(self.common.read_u8(common::DEVICE_STATUS))
    }

    fn set_status(&mut self, status: Status) {
        self.common.write_u8(common::DEVICE_STATUS, status.bits());
    }

    fn queue_count(&mut self) -> u16 {
        self.common.read_u16(common::NUM_QUEUES)
    }

    fn queue_size_max(&mut self, queue: u16) -> u16 {
        self.select(queue);
        self.common.read_u16(common::QUEUE_SIZE)
    }

    fn enable_queue(
        &mut self,
        queue: u16,
        size: u16,
        areas: RingAreas,
        interrupts: bool,
    ) -> Result<(), InterruptError> {
        self.select(queue);
        self.common.write_u16(common::QUEUE_SIZE, size);
        self.write_address(common::QUEUE_DESC, areas.desc.get());
        self.write_address(common::QUEUE_DRIVER, areas.driver.get());
        self.write_address(common::QUEUE_DEVICE, areas.device.get());
        if let Way::Messages(..) = self.interrupts {
            let entry = if interrupts { ENTRY } else { NO_VECTOR };
            self.common.write_u16(common::QUEUE_MSIX_VECTOR, entry);
            if self.common.read_u16(common::QUEUE_MSIX_VECTOR) != entry {
                return Err(InterruptError::Refused { queue: Some(queue) });
            }
        }
        self.common.write_u16(common::QUEUE_ENABLE, 1);
        Ok(())
    }

    fn notify(&mut self, queue: u16) -> Option<Notify> {
        self.select(queue);
        let place =
            u64::from(self.common.read_u16(common::QUEUE_NOTIFY_OFF)) * u64::from(self.notify_multiplier);
        let offset = usize::try_from(place).ok().filter(|offset| offset.is_multiple_of(2))?;
        Some(Notify::register(self.notify.window(offset, size_of::<u16>())?, queue))
    }

    fn config_generation(&mut self) -> u8 {
        self.common.read_u8(common::CONFIG_GENERATION)
    }

    fn config_bytes(&mut self) -> usize {
        self.device.map_or(0, |device| device.len())
    }

    fn read_config(&mut self, offset: usize, bytes: &mut [u8]) {
        let Some(device) = self.device else { return };
        // Fields are read in their own width (4.1.3.1): two or four bytes at their alignment are a field.
        match bytes.len() {
            2 if offset.is_multiple_of(2) => bytes.copy_from_slice(&device.read_u16(offset).to_le_bytes()),
            4 if offset.is_multiple_of(4) => bytes.copy_from_slice(&device.read_u32(offset).to_le_bytes()),
            _ => bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = device.read_u8(offset + at)),
        }
    }

    fn interrupts(&self) -> Interrupts {
        match self.interrupts {
            Way::Messages(..) => Interrupts::Messages,
            // No firmware has written down where the line leads: 0 is the timer's, 255 means unknown.
            Way::Line(_) if matches!(self.interrupt_line(), 0 | 255) => Interrupts::None,
            Way::Line(status) => Interrupts::Line(status),
            Way::None => Interrupts::None,
        }
    }

    fn enable_line(&mut self, enable: bool) {
        let quiet = self.config.command() | command::INTERRUPT_DISABLE;
        self.config.set_command(if enable { quiet & !command::INTERRUPT_DISABLE } else { quiet });
    }

    fn interrupt_line(&self) -> u8 {
        self.config.interrupt_line()
    }

    fn route_interrupt(&mut self, vector: u8) -> Result<(), InterruptError> {
        let Way::Messages(msix, table) = &self.interrupts else { return Err(InterruptError::None) };
        msix.route_first(&self.config, table, self.interrupt_core, vector);
        self.common.write_u16(common::CONFIG_MSIX_VECTOR, ENTRY);
        if self.common.read_u16(common::CONFIG_MSIX_VECTOR) != ENTRY {
            return Err(InterruptError::Refused { queue: None });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{InitError, feature};
    use super::*;
    use crate::irq::Pending;
    use crate::pci::config::header;
    use crate::pci::fake::{Fabric, address};
    use core::ptr::NonNull;
    use ninewire_dma::DevAddr;
    use spin::Mutex;

    /// Registers that are plain memory, from this address on, and nothing elsewhere.
    struct Registers {
        base: u64,
        memory: NonNull<u8>,
        mapped: Mutex<Vec<(u64, usize)>>,
    }

    const BYTES: usize = 0x5000;

    impl Registers {
        fn new(base: u64) -> Self {
            let memory: &'static mut [u64] = Box::leak(std::vec![0; BYTES / 8].into_boxed_slice());
            Self { base, memory: NonNull::from(memory).cast(), mapped: Mutex::new(Vec::new()) }
        }

        fn at(&self, offset: usize) -> Mmio {
            self.map(self.base + offset as u64, 64).expect("inside")
        }
    }

    impl Platform for Registers {
        fn map(&self, address: u64, bytes: usize) -> Result<Mmio, MapError> {
            self.mapped.lock().push((address, bytes));
            let offset = address.checked_sub(self.base).filter(|&offset| offset as usize + bytes <= BYTES);
            let offset = offset.ok_or(MapError::Ram { address })?;
            // SAFETY: leaked and large enough; only `Mmio`s point at it.
            Ok(unsafe { Mmio::new(self.memory.add(offset as usize), bytes) })
        }

        fn interrupt_core(&self) -> u8 {
            0
        }

        fn register_window(&self) -> Option<Window> {
            Some(Window { next: self.base, end: self.base + BYTES as u64 })
        }
    }

    const BASE: u64 = 0x7_fe00_0000;

    fn cap(cfg_type: u8, bar: u8, offset: u32, bytes: u32, extra: &[u8]) -> Vec<u8> {
        let mut body = std::vec![16 + extra.len() as u8, cfg_type, bar, 0, 0, 0];
        body.extend_from_slice(&offset.to_le_bytes());
        body.extend_from_slice(&bytes.to_le_bytes());
        body.extend_from_slice(extra);
        body
    }

    /// A virtio-9p function as QEMU makes it: modern registers in BAR 4, the MSI-X table in BAR 1.
    fn nine_p(fabric: &mut Fabric, at: &str) {
        fabric
            .function(at, VENDOR, 0x1009)
            .word(header::BAR0, 0xc001)
            .word(header::BAR0 + 4, 0)
            .word(header::BAR0 + 16, BASE as u32 | 0xc)
            .word(header::BAR0 + 20, (BASE >> 32) as u32)
            .word(header::INTERRUPT, 11)
            .capability(0x11, 0x98, &[1, 0, 4, 0x40, 0, 0, 4, 0x48, 0, 0])
            // In I/O ports, as with modern-pio-notify=on: to be passed over.
            .capability(0x09, 0x84, &cap(Structure::Notify as u8, 0, 0, 4, &[0; 4]))
            .capability(0x09, 0x70, &cap(Structure::Notify as u8, 4, 0x3000, 0x1000, &[4, 0, 0, 0]))
            .capability(0x09, 0x60, &cap(Structure::Device as u8, 4, 0x2000, 0x10, &[]))
            .capability(0x09, 0x40, &cap(Structure::Common as u8, 4, 0, 0x1000, &[]));
    }

    fn open_in(fabric: Fabric, registers: &Registers) -> Result<PciTransport, ProbeError> {
        let fabric: &'static Fabric = Box::leak(Box::new(fabric));
        PciTransport::open(fabric, address("00:02.0"), registers)
    }

    #[test]
    fn the_structures_are_found_mapped_and_used() {
        let mut fabric = Fabric::new();
        nine_p(&mut fabric, "00:02.0");
        let fabric: &'static Fabric = Box::leak(Box::new(fabric));
        let registers = Registers::new(BASE);
        let config = Config::new(fabric, address("00:02.0"));
        let mut transport = PciTransport::open(fabric, address("00:02.0"), &registers).expect("usable");
        assert_eq!(config.command() & 0x406, command::MEMORY, "nobody wants it yet");
        transport.enable();
        assert_eq!(config.command() & 0x406, 0x406, "memory, bus master, no interrupt line");

        let common = registers.at(0);
        common.write_u16(common::QUEUE_NOTIFY_OFF, 3);
        transport.set_status(Status::ACKNOWLEDGE);
        assert_eq!(common.read_u8(0x14), 1);
        transport.set_driver_features(feature::VERSION_1 | 1);
        assert_eq!((common.read_u32(8), common.read_u32(12)), (1, 1));
        let notify = transport.notify(5).expect("inside");
        assert_eq!(common.read_u16(0x16), 5, "queue selected");
        notify.notify();
        assert_eq!(registers.at(0x3000).read_u16(12), 5, "queue number at its offset times the multiplier");

        let areas = RingAreas {
            desc: DevAddr::new(0x1_0000_1000),
            driver: DevAddr::new(0x2000),
            device: DevAddr::new(0x3000),
        };
        transport.enable_queue(5, 64, areas, true).expect("enabled");
        assert_eq!((common.read_u16(0x18), common.read_u16(0x1a), common.read_u16(0x1c)), (64, 0, 1));
        assert_eq!(
            (common.read_u64(0x20), common.read_u64(0x28), common.read_u64(0x30)),
            (0x1_0000_1000, 0x2000, 0x3000)
        );

        transport.route_interrupt(65).expect("routed");
        assert_eq!(registers.at(0x4000).read_u32(8), 65);
        assert_eq!(transport.interrupt_line(), 11);

        registers.at(0x2000).write_u32(4, 0x0403_0201);
        let mut bytes = [0; 3];
        transport.read_config(5, &mut bytes);
        assert_eq!(bytes, [2, 3, 4]);
        assert_eq!(transport.config_bytes(), 0x10);
    }

    #[test]
    fn a_function_without_messages_uses_its_line() {
        let mut fabric = Fabric::new();
        fabric
            .function("00:02.0", VENDOR, 0x1049)
            .word(header::BAR0 + 16, BASE as u32 | 0xc)
            .word(header::BAR0 + 20, 7)
            .word(header::INTERRUPT, 10)
            .capability(0x09, 0x70, &cap(Structure::Notify as u8, 4, 0x3000, 0x1000, &[4, 0, 0, 0]))
            .capability(0x09, 0x60, &cap(Structure::Isr as u8, 4, 0x1000, 0x1000, &[]))
            .capability(0x09, 0x40, &cap(Structure::Common as u8, 4, 0, 0x1000, &[]));
        let fabric: &'static Fabric = Box::leak(Box::new(fabric));
        let registers = Registers::new(BASE);
        let config = Config::new(fabric, address("00:02.0"));
        let mut transport = PciTransport::open(fabric, address("00:02.0"), &registers).expect("usable");
        registers.at(0x1000).write_u8(0, 3);
        let Interrupts::Line(status) = transport.interrupts() else { panic!("a line") };
        assert_eq!(status.read_u8(0), 3);
        assert_eq!(transport.route_interrupt(65), Err(InterruptError::None));
        transport.enable();
        assert_ne!(config.command() & command::INTERRUPT_DISABLE, 0, "quiet until wanted");
        transport.enable_line(true);
        assert_eq!(
            config.command() & (command::INTERRUPT_DISABLE | command::BUS_MASTER),
            command::BUS_MASTER
        );
        transport.enable_line(false);
        assert_ne!(config.command() & command::INTERRUPT_DISABLE, 0);
        for unknown in [0, 255] {
            config.write(header::INTERRUPT, unknown);
            assert!(matches!(transport.interrupts(), Interrupts::None), "nobody knows where the line leads");
        }
    }

    #[test]
    fn a_notify_offset_outside_of_its_structure_is_no_register() {
        let mut fabric = Fabric::new();
        nine_p(&mut fabric, "00:02.0");
        let registers = Registers::new(BASE);
        let mut transport = open_in(fabric, &registers).expect("usable");
        registers.at(0).write_u16(common::QUEUE_NOTIFY_OFF, 0x400);
        assert!(transport.notify(0).is_none());
        registers.at(0).write_u16(common::QUEUE_NOTIFY_OFF, 0x3ff);
        assert!(transport.notify(0).is_some());
    }

    #[test]
    fn a_function_that_leaves_something_out_or_points_elsewhere_is_refused() {
        let registers = Registers::new(BASE);
        let mut legacy = Fabric::new();
        legacy.function("00:02.0", VENDOR, 0x1009).word(header::BAR0, 0xc001);
        assert_eq!(open_in(legacy, &registers).err(), Some(ProbeError::Missing(Structure::Common)));

        let with = |common: Vec<u8>, bar: u32| {
            let mut fabric = Fabric::new();
            fabric
                .function("00:02.0", VENDOR, 0x1049)
                .word(header::BAR0 + 16, bar)
                .word(header::BAR0 + 20, 7)
                .capability(0x09, 0x70, &cap(Structure::Notify as u8, 4, 0x3000, 0x1000, &[4, 0, 0, 0]))
                .capability(0x09, 0x40, &common);
            open_in(fabric, &registers).err()
        };
        let good = || cap(Structure::Common as u8, 4, 0, 0x1000, &[]);
        assert_eq!(with(good(), 0xfe00_000c), None);
        assert_eq!(
            with(cap(Structure::Common as u8, 4, 0, 0x20, &[]), 0xfe00_000c),
            Some(ProbeError::TooSmall(Structure::Common))
        );
        assert_eq!(
            with(cap(Structure::Common as u8, 6, 0, 0x1000, &[]), 0xfe00_000c),
            Some(ProbeError::Bar(BarError::NoSuchBar(6)))
        );
        assert_eq!(
            with(cap(Structure::Common as u8, 3, 0, 0x1000, &[]), 0xfe00_000c),
            Some(ProbeError::Bar(BarError::Unassigned(3)))
        );
        let outside = MapError::Ram { address: 0x7_0000_0000 };
        assert_eq!(
            with(good(), 0xc),
            Some(ProbeError::Map(outside)),
            "registers where the machine has something else"
        );
    }

    #[test]
    fn an_absurdly_long_structure_is_mapped_in_part_only() {
        let registers = Registers::new(BASE);
        let mut fabric = Fabric::new();
        fabric
            .function("00:02.0", VENDOR, 0x1049)
            .word(header::BAR0 + 16, BASE as u32 | 0xc)
            .word(header::BAR0 + 20, 7)
            .capability(0x09, 0x70, &cap(Structure::Notify as u8, 4, 0x3000, u32::MAX, &[4, 0, 0, 0]))
            .capability(0x09, 0x40, &cap(Structure::Common as u8, 4, 0, 0x1000, &[]));
        assert!(open_in(fabric, &registers).is_err(), "the fake machine has only this much");
        assert_eq!(registers.mapped.lock().last(), Some(&(BASE + 0x3000, STRUCTURE_BYTES_MAX as usize)));
    }

    #[test]
    fn numbers_count_every_virtio_function_and_a_broken_one_keeps_its_number() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 0x8086, 0x100e);
        nine_p(&mut fabric, "00:02.0");
        fabric.function("00:03.0", VENDOR, 0x1000);
        nine_p(&mut fabric, "00:04.0");
        let fabric: &'static Fabric = Box::leak(Box::new(fabric));
        let devices = find(fabric, &Registers::new(BASE));
        let names: Vec<_> = devices.iter().map(|device| (device.name(), device.kind())).collect();
        assert_eq!(names, [("virtio-9p-0", Kind::NineP), ("virtio-9p-2", Kind::NineP)]);
    }

    #[test]
    fn functions_get_addresses_when_the_firmware_has_given_none_to_anybody() {
        let bare = |fabric: &mut Fabric, at| {
            fabric
                .function(at, VENDOR, 0x1049)
                .sized_bar(4, 0x4000, 0xc)
                .capability(0x09, 0x70, &cap(Structure::Notify as u8, 4, 0x3000, 0x1000, &[4, 0, 0, 0]))
                .capability(0x09, 0x40, &cap(Structure::Common as u8, 4, 0, 0x1000, &[]));
        };
        let mut fabric = Fabric::new();
        bare(&mut fabric, "00:02.0");
        bare(&mut fabric, "00:03.0");
        let fabric: &'static Fabric = Box::leak(Box::new(fabric));
        let names: Vec<_> = find(fabric, &Registers::new(BASE)).iter().map(Device::name).collect();
        assert_eq!(names, ["virtio-9p-0"], "the window has room for one");
        assert_eq!(Config::new(fabric, address("00:02.0")).command() & command::MEMORY, command::MEMORY);

        let mut fabric = Fabric::new();
        bare(&mut fabric, "00:02.0");
        fabric.function("00:01.0", 0x1234, 0x1111).word(header::BAR0, 0xfd00_0008);
        let fabric: &'static Fabric = Box::leak(Box::new(fabric));
        assert!(
            find(fabric, &Registers::new(BASE)).is_empty(),
            "the firmware deals in addresses, and gave it none"
        );
    }

    #[test]
    fn registers_that_are_plain_memory_refuse_nothing_but_features() {
        static PENDING: Pending = Pending::new();
        let mut fabric = Fabric::new();
        nine_p(&mut fabric, "00:02.0");
        let registers = Registers::new(BASE);
        let device = Device::new("x", Kind::NineP, Box::new(open_in(fabric, &registers).expect("usable")));
        // The same word answers for both halves of the features: VERSION_1 is bit 0 of the upper one.
        registers.at(0).write_u32(common::DEVICE_FEATURE, 1);
        assert_eq!(device.negotiate(1), Ok(feature::VERSION_1 | 1));
        assert_eq!(device.enable_interrupt(&PENDING), Ok(()));
        assert_eq!(device.driver_ok(), Ok(()));
        registers.at(0).write_u32(common::DEVICE_FEATURE, 0);
        assert_eq!(device.negotiate(1), Err(InitError::NotVersion1 { offered: 0 }));
    }
}
