//! Addresses for registers where the firmware has assigned none (small firmwares such as qboot leave that to
//! the kernel).
//!
//! Done only on a machine where no function has an address: then the firmware has not begun, and the window
//! below is free. On any other machine a function without an address is the firmware's decision and stays
//! without.

use super::Function;
use super::bar::{self, BARS, Bar, BarError};
use super::config::{Config, ConfigAccess, command, header};

/// The part of the address space that registers may be put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first free address.
    pub next: u64,
    /// The first address behind.
    pub end: u64,
}

impl Window {
    fn take(&mut self, bytes: u64) -> Option<u64> {
        let address = self.next.checked_next_multiple_of(bytes)?;
        let behind = address.checked_add(bytes).filter(|&behind| behind <= self.end)?;
        self.next = behind;
        Some(address)
    }
}

/// Why registers get no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignError {
    /// The window is full.
    NoRoom {
        /// The base address register.
        bar: u8,
        /// Bytes it decodes.
        bytes: u64,
    },
    /// The register says that it decodes nothing, or what is no power of two.
    NoSize {
        /// The base address register.
        bar: u8,
    },
}

/// Has the firmware given any of these functions an address in memory?
pub fn any_assigned(access: &dyn ConfigAccess, functions: &[Function]) -> bool {
    functions.iter().any(|function| {
        let config = Config::new(access, function.address);
        // A bridge's header has other things in the later places.
        let bars = if function.bridge { 2 } else { BARS };
        (0..bars).any(|bar| matches!(bar::read(&config, bar), Ok(Bar::Memory { .. })))
    })
}

/// Gives every block of memory registers of the function an address out of the window. The function does not
/// answer to memory accesses while its registers are sized, and not afterwards either: whoever uses it
/// switches that on.
pub fn assign(config: &Config<'_>, window: &mut Window) -> Result<(), AssignError> {
    config.set_command(config.command() & !command::MEMORY);
    let mut index = 0;
    while index < BARS {
        let bar = index;
        let offset = header::BAR0 + 4 * bar;
        let low = config.read(offset);
        let wide = low & 0b111 == 0b100 && bar + 1 < BARS;
        index += if wide { 2 } else { 1 };
        if low & 1 != 0 || bar::read(config, bar) != Err(BarError::Unassigned(bar)) {
            continue;
        }
        let Some(bytes) = size(config, offset, wide) else { continue };
        let address = if bytes.is_power_of_two() && bytes >= 16 {
            window.take(bytes).ok_or(AssignError::NoRoom { bar, bytes })
        } else {
            Err(AssignError::NoSize { bar })
        };
        // Without an address the register goes back to having none.
        let written = address.unwrap_or(0);
        config.write(offset, written as u32 | low & 0xf);
        if wide {
            config.write(offset + 4, (written >> 32) as u32);
        }
        address?;
    }
    Ok(())
}

/// Bytes that the register decodes: which address bits stay when all are written. `None` for a register that
/// is not there, which keeps none.
fn size(config: &Config<'_>, offset: u8, wide: bool) -> Option<u64> {
    config.write(offset, u32::MAX);
    let low = config.read(offset) & !0xf;
    let high = if wide {
        config.write(offset + 4, u32::MAX);
        config.read(offset + 4)
    } else {
        u32::MAX
    };
    let kept = u64::from(high) << 32 | u64::from(low);
    (low != 0 || (wide && high != 0)).then(|| kept.wrapping_neg())
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fabric, address};
    use super::super::scan;
    use super::*;

    const WINDOW: Window = Window { next: 0xc000_0100, end: 0xe000_0000 };

    /// A virtio function before any firmware: ports in BAR 0, a page of MSI-X table in BAR 1, 16 KiB wide in
    /// BAR 4.
    fn bare(fabric: &mut Fabric) {
        fabric
            .function("00:02.0", 0x1af4, 0x1009)
            .sized_bar(0, 0x20, 1)
            .sized_bar(1, 0x1000, 0)
            .sized_bar(4, 0x4000, 0xc);
    }

    #[test]
    fn memory_registers_get_aligned_addresses_one_behind_the_other() {
        let mut fabric = Fabric::new();
        bare(&mut fabric);
        let config = Config::new(&fabric, address("00:02.0"));
        config.set_command(command::MEMORY | command::IO);
        let mut window = WINDOW;
        assert!(!any_assigned(&fabric, &scan(&fabric)));
        assert_eq!(assign(&config, &mut window), Ok(()));
        assert_eq!(bar::read(&config, 0), Err(BarError::Unassigned(0)), "ports are not our business");
        assert_eq!(bar::read(&config, 1), Ok(Bar::Memory { address: 0xc000_1000 }));
        assert_eq!(bar::read(&config, 4), Ok(Bar::Memory { address: 0xc000_4000 }));
        assert_eq!(window.next, 0xc000_8000);
        assert_eq!(config.command(), command::IO, "off while its registers move");
        assert!(any_assigned(&fabric, &scan(&fabric)));
    }

    #[test]
    fn addresses_above_4_gib_go_into_both_halves() {
        let mut fabric = Fabric::new();
        fabric.function("00:02.0", 0x1af4, 0x1049).sized_bar(4, 0x4000, 0xc);
        let config = Config::new(&fabric, address("00:02.0"));
        let mut window = Window { next: 0x80_0000_0000, end: 0x90_0000_0000 };
        assert_eq!(assign(&config, &mut window), Ok(()));
        assert_eq!(bar::read(&config, 4), Ok(Bar::Memory { address: 0x80_0000_0000 }));
    }

    #[test]
    fn a_window_too_small_is_an_error() {
        let mut fabric = Fabric::new();
        bare(&mut fabric);
        let config = Config::new(&fabric, address("00:02.0"));
        let mut window = Window { next: 0xc000_0000, end: 0xc000_2000 };
        assert_eq!(assign(&config, &mut window), Err(AssignError::NoRoom { bar: 4, bytes: 0x4000 }));
        assert_eq!(bar::read(&config, 4), Err(BarError::Unassigned(4)), "as it was");
    }

    #[test]
    fn what_has_an_address_keeps_it() {
        let mut fabric = Fabric::new();
        fabric.function("00:02.0", 0x1af4, 0x1049).word(header::BAR0, 0xfe00_0000).sized_bar(1, 0x1000, 0);
        let config = Config::new(&fabric, address("00:02.0"));
        assert!(any_assigned(&fabric, &scan(&fabric)));
        let mut window = WINDOW;
        assert_eq!(assign(&config, &mut window), Ok(()));
        assert_eq!(bar::read(&config, 0), Ok(Bar::Memory { address: 0xfe00_0000 }));
    }
}
