//! The capability list: a chain of offsets in configuration space that the device writes and we follow, with
//! a bound.

use super::config::{Config, header};

/// Capability ids (PCI Code and ID Assignment).
pub mod id {
    /// Defined by the vendor; virtio says here where its structures are.
    pub const VENDOR: u8 = 0x09;
    /// MSI-X.
    pub const MSIX: u8 = 0x11;
}

/// A capability: what it is and where in configuration space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capability {
    /// What it is.
    pub id: u8,
    /// Offset of its first byte, a multiple of 4, behind the header.
    pub offset: u8,
    /// Its first four bytes: id, offset of the next one, and two bytes of its own.
    pub word: u32,
}

/// Capabilities start behind the header.
const FIRST_OFFSET: u8 = 0x40;
/// So many fit into configuration space; a longer list is a circle.
const CAPABILITIES_MAX: usize = (256 - FIRST_OFFSET as usize) / 4;

/// The capabilities, in the order of the list. The walk ends at the end of the list, at an offset that cannot
/// be, or when it has gone on for longer than a list can be.
pub fn capabilities<'a>(config: &Config<'a>) -> impl Iterator<Item = Capability> + use<'a> {
    let config = *config;
    let mut next = if config.has_capabilities() { config.read(header::CAPABILITIES) as u8 } else { 0 };
    core::iter::from_fn(move || {
        // The two lowest bits are reserved and to be masked.
        let offset = next & !3;
        if offset < FIRST_OFFSET {
            return None;
        }
        let word = config.read(offset);
        next = (word >> 8) as u8;
        Some(Capability { id: word as u8, offset, word })
    })
    .take(CAPABILITIES_MAX)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fabric, address};
    use super::*;
    use std::vec::Vec;

    fn walk(fabric: &Fabric) -> Vec<(u8, u8)> {
        capabilities(&Config::new(fabric, address("00:01.0"))).map(|cap| (cap.id, cap.offset)).collect()
    }

    #[test]
    fn the_list_is_followed_in_its_order() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2).capability(0x11, 0x98, &[0; 8]).capability(0x09, 0x40, &[0; 12]);
        assert_eq!(walk(&fabric), [(0x11, 0x98), (0x09, 0x40)]);
    }

    #[test]
    fn without_the_status_bit_there_is_no_list() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2).word(header::CAPABILITIES, 0x40).word(0x40, 0x11);
        assert_eq!(walk(&fabric), []);
    }

    #[test]
    fn a_circle_ends_and_an_offset_into_the_header_ends_it_too() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2).capability(0x09, 0x40, &[]).word(0x40, 0x4009);
        assert_eq!(walk(&fabric).len(), CAPABILITIES_MAX);
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2).capability(0x09, 0x40, &[]).word(0x40, 0x3c09);
        assert_eq!(walk(&fabric), [(0x09, 0x40)]);
    }

    #[test]
    fn reserved_bits_of_an_offset_are_ignored() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2).capability(0x09, 0x40, &[]).word(header::CAPABILITIES, 0x43);
        assert_eq!(walk(&fabric), [(0x09, 0x40)]);
    }
}
