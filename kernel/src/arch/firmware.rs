//! The firmware's tables, read when somebody first asks: reaching a device takes none of them.

use core::sync::atomic::{AtomicU64, Ordering};

use spin::Once;

use crate::boot::acpi::{self, Acpi};
use crate::mem;

/// Physical address of the root of the tables; 0 for none. Written once, by boot.
static ROOT: AtomicU64 = AtomicU64::new(0);

static TABLES: Once<Acpi> = Once::new();

/// Says where the tables begin.
pub(crate) fn set_root(address: u64) {
    ROOT.store(address, Ordering::Relaxed);
}

/// What they say.
pub(crate) fn tables() -> &'static Acpi {
    TABLES.call_once(|| Acpi::read(ROOT.load(Ordering::Relaxed), &Mapped))
}

/// Firmware memory, mapped for reading as it is asked for.
struct Mapped;

impl acpi::Memory for Mapped {
    fn bytes(&self, address: u64, bytes: usize) -> Option<&[u8]> {
        mem::map_firmware(address, bytes).ok()
    }
}
