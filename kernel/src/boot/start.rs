//! The ladder of the boot core: one call a rung.

use alloc::boxed::Box;
use core::ffi::CStr;

use super::cmdline::{CMDLINE_BYTES_MAX, Cmdline};
use super::pvh::{self, PvhError, StartInfo};
use super::{ExitCode, Machine, Memory};
use crate::arch;
use crate::log::{self, Level};
use crate::mem::mmio::Mmio;
use crate::mem::{self, MapError, map::Runs};
use crate::{debug, error, virtio, warn};
use ninewire_dma::PoolError;

unsafe extern "Rust" {
    /// The image's main, named with [`entry!`](crate::entry).
    safe fn ninewire_main(machine: &'static Machine) -> ExitCode;
}

/// Why the machine cannot be started.
#[derive(Debug)]
enum BootError {
    Pvh(PvhError),
    Memory(MapError),
    Pool(PoolError),
}

/// From the first Rust function to the image's main and its exit code. Never returns.
pub fn boot_core(start_info: u64) -> ! {
    arch::com1::init();
    match ladder(start_info) {
        Ok(machine) => {
            let code = ninewire_main(machine);
            arch::exit(code.0)
        }
        Err(reason) => {
            error!("cannot start: {reason:?}");
            arch::exit(ExitCode::PANIC.0)
        }
    }
}

fn ladder(start_info: u64) -> Result<&'static Machine, BootError> {
    let handed = read_start_info(start_info).map_err(BootError::Pvh)?;
    configure_log(&handed.cmdline);
    let usable = handed.usable.map_err(|_| BootError::Memory(MapError::TooManyRegions))?;
    let usable_bytes = usable.bytes();
    // SAFETY: the boot core, once; everything below 4 GiB is still mapped one to one, the memory map says what is RAM,
    // and command line and memory map have been copied into the image.
    let heap = unsafe { mem::init(usable, &arch::image()) }.map_err(BootError::Memory)?;
    rung("memory");
    arch::apic::init().map_err(BootError::Memory)?;
    rung("apic");
    let pool = make_pool(&handed.cmdline, usable_bytes)?;
    rung("pool");
    let devices = virtio::pci::find(&arch::pci::PORTS, &ThisMachine);
    rung("devices");
    let memory = Memory { usable: usable_bytes, heap, pool };
    Ok(Box::leak(Box::new(Machine {
        cmdline: handed.cmdline,
        entry_tsc: arch::entry_tsc(),
        tsc_hz: arch::clock::tsc_hz().unwrap_or(0),
        memory,
        devices,
    })))
}

/// What the virtio transport needs of the machine.
struct ThisMachine;

impl virtio::pci::Platform for ThisMachine {
    fn map(&self, address: u64, bytes: usize) -> Result<Mmio, MapError> {
        mem::map_device(address, bytes)
    }

    fn interrupt_core(&self) -> u8 {
        arch::apic::id()
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
    cmdline: Cmdline,
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
        // SAFETY: as above; an absent table has no entries and is read as no bytes of a dangling but valid slice.
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
    Ok(Handed { cmdline: copy_cmdline(info.cmdline), usable })
}

/// Copies the command line into the image: the loader's memory is not mapped for long.
fn copy_cmdline(address: u64) -> Cmdline {
    static TEXT: spin::Once<([u8; CMDLINE_BYTES_MAX], usize)> = spin::Once::new();
    if address == 0 {
        return Cmdline::new("");
    }
    // SAFETY: the loader's zero-terminated string below 4 GiB; at most this many bytes are looked at.
    let bytes = unsafe { mem::physical(address, CMDLINE_BYTES_MAX) };
    let text = CStr::from_bytes_until_nul(bytes).map_or(bytes, CStr::to_bytes);
    let (copy, len) = TEXT.call_once(|| {
        let mut copy = [0; CMDLINE_BYTES_MAX];
        copy[..text.len()].copy_from_slice(text);
        (copy, text.len())
    });
    match core::str::from_utf8(&copy[..*len]) {
        Ok(text) => Cmdline::new(text),
        Err(_) => {
            warn!("the command line is not UTF-8 and is ignored");
            Cmdline::new("")
        }
    }
}

fn configure_log(cmdline: &Cmdline) {
    if let Some(word) = cmdline.get("loglevel") {
        match Level::parse(word) {
            Some(level) => log::set_level(level),
            None => warn!("loglevel={word}: say error, warn, info or debug"),
        }
    }
}

/// Notes at debug level how far after the kernel's entry a rung of the ladder was reached.
fn rung(name: &str) {
    debug!("boot: {name} after {} kcycles", (arch::tsc() - arch::entry_tsc()) / 1000);
}
