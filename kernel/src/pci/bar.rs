//! Base address registers: where a function's registers lie.
//!
//! Addresses are the firmware's. The size of a register block is not asked for here: that means switching the
//! function off and on, which costs an emulated machine a new memory layout each time. What is mapped is what
//! a capability names, and never RAM.

use super::config::{Config, header};

/// What a base address register says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// Registers in memory.
    Memory {
        /// Their physical address.
        address: u64,
    },
    /// Registers behind I/O ports.
    Io {
        /// The first port.
        port: u32,
    },
}

/// Why a base address register cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarError {
    /// There are six.
    NoSuchBar(u8),
    /// A 64-bit register without a second half, or of a kind that is not defined.
    Malformed(u8),
    /// The firmware has given it no address.
    Unassigned(u8),
}

/// Base address registers of a function.
pub const BARS: u8 = 6;

/// Decodes register `index`. Not inlined: see `boot`.
#[inline(never)]
pub fn read(config: &Config<'_>, index: u8) -> Result<Bar, BarError> {
    if index >= BARS {
        return Err(BarError::NoSuchBar(index));
    }
    let offset = header::BAR0 + 4 * index;
    let low = config.read(offset);
    if low & 1 != 0 {
        let port = low & !3;
        return if port == 0 { Err(BarError::Unassigned(index)) } else { Ok(Bar::Io { port }) };
    }
    let high = match (low >> 1) & 3 {
        0 => 0,
        2 if index + 1 < BARS => config.read(offset + 4),
        _ => return Err(BarError::Malformed(index)),
    };
    let address = u64::from(high) << 32 | u64::from(low & !0xf);
    if address == 0 { Err(BarError::Unassigned(index)) } else { Ok(Bar::Memory { address }) }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fabric, address};
    use super::*;

    fn bars(words: [u32; 6]) -> [Result<Bar, BarError>; 6] {
        let mut fabric = Fabric::new();
        let mut function = fabric.function("00:01.0", 1, 2);
        for (index, word) in words.into_iter().enumerate() {
            function = function.word(header::BAR0 + 4 * index as u8, word);
        }
        let config = Config::new(&fabric, address("00:01.0"));
        [0, 1, 2, 3, 4, 5].map(|index| read(&config, index))
    }

    #[test]
    fn the_bars_of_a_transitional_virtio_function_on_q35() {
        let read = bars([0xc001, 0xfebd_1000, 0, 0, 0xfe00_000c, 0x7]);
        assert_eq!(read[0], Ok(Bar::Io { port: 0xc000 }));
        assert_eq!(read[1], Ok(Bar::Memory { address: 0xfebd_1000 }));
        assert_eq!(read[2], Err(BarError::Unassigned(2)));
        assert_eq!(read[4], Ok(Bar::Memory { address: 0x7_fe00_0000 }));
    }

    #[test]
    fn a_64_bit_bar_in_the_last_place_and_reserved_kinds_are_malformed() {
        let read = bars([0xfe00_0002, 0xfe00_0006, 0, 0, 0, 0xfe00_0004]);
        assert_eq!(read[0], Err(BarError::Malformed(0)));
        assert_eq!(read[1], Err(BarError::Malformed(1)));
        assert_eq!(read[5], Err(BarError::Malformed(5)));
    }

    #[test]
    fn there_are_six() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2);
        assert_eq!(read(&Config::new(&fabric, address("00:01.0")), 6), Err(BarError::NoSuchBar(6)));
    }

    #[test]
    fn ports_without_an_address_are_unassigned() {
        assert_eq!(bars([1, 0, 0, 0, 0, 0])[0], Err(BarError::Unassigned(0)));
    }
}
