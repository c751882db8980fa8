//! The ladder of the boot core: one call a rung.

use alloc::boxed::Box;
use core::ffi::CStr;
use core::fmt;
use core::mem::ManuallyDrop;

use spin::{Mutex, MutexGuard};

use super::cmdline::{CMDLINE_BYTES_MAX, Cmdline};
use super::pvh::{self, PvhError, StartInfo};
use super::rungs::Rungs;
use super::{ExitCode, Machine, Memory};
use crate::arch;
use crate::irq::RegisterError;
use crate::log::{self, Level};
use crate::mem::layout::Stack;
use crate::mem::mmio::Mmio;
use crate::mem::{self, MapError, map::Runs};
use crate::pci::assign::Window;
use crate::{error, virtio, warn};
use ninewire_dma::PoolError;

unsafe extern "Rust" {
    /// The image's main, named with [`entry!`](crate::entry).
    safe fn ninewire_main(machine: &'static Machine) -> ExitCode;
}

/// Why the machine cannot be started.
#[derive(Debug)]
pub(super) enum BootError {
    Pvh(PvhError),
    Memory(MapError),
    Pool(PoolError),
    Interrupts(RegisterError),
    NoClock,
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pvh(reason) => write!(f, "the boot loader's start information is unusable: {reason:?}"),
            Self::Memory(reason) => write!(f, "memory: {reason}"),
            Self::Pool(reason) => write!(f, "DMA pool: {reason}"),
            Self::Interrupts(reason) => write!(f, "table of interrupts: {reason:?}"),
            Self::NoClock => {
                write!(f, "no clock to measure the processor's against: HPET, ACPI timer and PIT stand still")
            }
        }
    }
}

/// From the first Rust function to the image's main and its exit code. Never returns.
pub fn boot_core(start_info: u64) -> ! {
    arch::com1::init();
    arch::idt::init_early(); // faults report themselves
    let climbed = ManuallyDrop::new(or_die(climb_on_boot_stack(start_info)));
    let climbed = (&raw const climbed).expose_provenance() as u64;
    // SAFETY: `climb_on_boot_stack` has mapped the core's stacks; what is needed of this one stays where it is.
    unsafe { arch::stack::continue_on(Stack::Main.top(BOOT_CORE), on_main_stack, climbed) }
}

/// Called once, by [`boot_core`], on the boot core's own stack.
extern "sysv64" fn on_main_stack(climbed: u64) -> ! {
    // SAFETY: `boot_core` keeps it on its stack, which stays mapped, and gives it away here, once.
    let climbed = unsafe { core::ptr::with_exposed_provenance::<Climbed>(climbed as usize).read() };
    let machine = or_die(climb_on_main_stack(climbed));
    let code = ninewire_main(machine);
    arch::exit(code.0)
}

pub(super) fn or_die<T>(result: Result<T, BootError>) -> T {
    match result {
        Ok(value) => value,
        Err(reason) => {
            error!("cannot start: {reason}");
            arch::exit(ExitCode::PANIC.0)
        }
    }
}

/// The number of the core that boots.
const BOOT_CORE: usize = 0;

/// What the first part of the ladder leaves for the second.
struct Climbed {
    rungs: Rungs,
    cmdline: Cmdline,
    usable: u64,
    heap: u64,
}

/// The rungs up to a stack with a guard page.
fn climb_on_boot_stack(start_info: u64) -> Result<Climbed, BootError> {
    let mut rungs = Rungs::start(arch::entry_tsc());
    let mut rung = |name| rungs.reached(name, arch::tsc());
    rung("first Rust function");
    let handed = read_start_info(start_info).map_err(BootError::Pvh)?; // command line, memory map
    arch::firmware::set_root(handed.rsdp); // ACPI
    rung("start information");
    let usable = handed.usable.map_err(|_| BootError::Memory(MapError::TooManyRegions))?;
    let usable_bytes = usable.bytes();
    // SAFETY: the boot core, once; everything below 4 GiB is still mapped one to one, the memory map says
    // what is RAM, and it and the command line have been read.
    let heap = unsafe { mem::init(usable, &arch::image()) }.map_err(BootError::Memory)?; // page tables, heap
    let cmdline = parse_cmdline(handed.cmdline);
    configure_log(&cmdline);
    rung("memory");
    mem::map_stacks(BOOT_CORE).map_err(BootError::Memory)?; // each with a guard page
    arch::core_block::init(BOOT_CORE); // segments, fault stacks
    arch::idt::init(); // faults run on the fault stacks
    rung("core");
    Ok(Climbed { rungs, cmdline, usable: usable_bytes, heap })
}

/// The rungs up to the image's main.
fn climb_on_main_stack(climbed: Climbed) -> Result<&'static Machine, BootError> {
    let Climbed { mut rungs, cmdline, usable, heap } = climbed;
    let mut rung = |name| rungs.reached(name, arch::tsc());
    rung("main stack");
    arch::ioapic::init(); // lines, for devices without messages
    let pool = make_pool(&cmdline, usable)?; // DMA pages
    rung("pool");
    let devices = virtio::pci::find(arch::pci::access(), &ThisMachine); // PCI scan, virtio names
    rung("devices");
    let memory = Memory { usable, heap, pool };
    let rungs = Mutex::new(Some(rungs));
    Ok(Box::leak(Box::new(Machine { cmdline, entry_tsc: arch::entry_tsc(), memory, devices, rungs })))
}

/// What the virtio transport needs of the machine.
struct ThisMachine;

impl virtio::pci::Platform for ThisMachine {
    fn map(&self, address: u64, bytes: usize) -> Result<Mmio, MapError> {
        mem::map_device(address, bytes)
    }

    fn interrupt_core(&self) -> u8 {
        // The register for it has eight bits, as the command register of this APIC.
        arch::apic::id() as u8
    }

    fn register_window(&self) -> Option<Window> {
        arch::pci::register_window()
    }
}

/// Makes the DMA pool: as large as asked for, at most what one run of free memory has.
fn make_pool(cmdline: &Cmdline, usable: u64) -> Result<u64, BootError> {
    let asked = match cmdline.size("dma.pool") {
        Some(Ok(bytes)) => bytes as u64,
        Some(Err(bad)) => {
            warn!("dma.pool={}: say a size, such as 64M", bad.value);
            mem::default_pool_bytes(usable)
        }
        None => mem::default_pool_bytes(usable),
    };
    let bytes = mem::make_pool(asked).map_err(BootError::Pool)?;
    if bytes < asked && cmdline.get("dma.pool").is_some() {
        warn!("dma.pool: {} MiB asked for, {} MiB there", asked >> 20, bytes >> 20);
    }
    Ok(bytes)
}

/// What the loader handed over, copied out of its memory.
struct Handed {
    cmdline: &'static [u8],
    /// Physical address of the root of the ACPI tables.
    rsdp: u64,
    usable: Result<Runs, mem::map::TooManyRegions>,
}

/// Most bytes read of a table whose length the loader states.
const TABLE_BYTES_MAX: usize = 64 * 1024;

fn read_start_info(address: u64) -> Result<Handed, PvhError> {
    // SAFETY: the PVH boot ABI puts the structure there, below 4 GiB, and the loader no longer runs.
    let bytes = unsafe { mem::physical(address, pvh::START_INFO_BYTES) };
    let info = StartInfo::parse(bytes.try_into().expect("that many bytes"))?;
    let table = |address, entries: u32, entry_bytes: usize| {
        let bytes = (entries as usize).saturating_mul(entry_bytes).min(TABLE_BYTES_MAX);
        // SAFETY: as above; an absent table has no entries and is read as no bytes of a dangling but valid
        // slice.
        unsafe { mem::physical(if bytes == 0 { 8 } else { address }, bytes) }
    };
    let memmap = table(info.memmap, info.memmap_entries, pvh::MEMMAP_ENTRY_BYTES);
    let modules = table(info.module_list, info.modules, pvh::MODULE_BYTES);
    let usable = Runs::usable(pvh::regions(memmap)).and_then(|mut usable| {
        for (start, end) in pvh::modules(modules) {
            usable.remove(start, end)?;
        }
        Ok(usable)
    });
    Ok(Handed { cmdline: copy_cmdline(info.cmdline), rsdp: info.rsdp, usable })
}

/// The command line, copied out of the loader's memory, which is not mapped for long.
fn copy_cmdline(address: u64) -> &'static [u8] {
    static COPY: Mutex<[u8; CMDLINE_BYTES_MAX]> = Mutex::new([0; CMDLINE_BYTES_MAX]);
    if address == 0 {
        return &[];
    }
    // SAFETY: the loader's zero-terminated string below 4 GiB; at most this many bytes are looked at.
    let bytes = unsafe { mem::physical(address, CMDLINE_BYTES_MAX) };
    let text = CStr::from_bytes_until_nul(bytes).map_or(bytes, CStr::to_bytes);
    // Nobody else gets it: it is kept for good.
    let copy = &mut MutexGuard::leak(COPY.lock())[..text.len()];
    copy.copy_from_slice(text);
    copy
}

fn parse_cmdline(bytes: &'static [u8]) -> Cmdline {
    Cmdline::new(core::str::from_utf8(bytes).unwrap_or_else(|_| {
        warn!("the command line is not UTF-8 and is ignored");
        ""
    }))
}

fn configure_log(cmdline: &Cmdline) {
    if let Some(word) = cmdline.get("loglevel") {
        match Level::parse(word) {
            Some(level) => log::set_level(level),
            None => warn!("loglevel={word}: say error, warn, info or debug"),
        }
    }
}
