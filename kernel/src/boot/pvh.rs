//! Reads what the boot loader hands over: `hvm_start_info` of Xen's x86 PVH boot ABI, version 1 (Xen public
//! header `arch-x86/hvm/start_info.h`), as QEMU fills it in.
//!
//! Pure: from bytes to values. Where the bytes lie and whether they may be touched is the business of
//! `boot::start`.

use crate::mem::map::{Kind, Region};

/// Bytes of the structure that version 1 defines.
pub const START_INFO_BYTES: usize = 56;
/// Bytes of one memory map entry.
pub const MEMMAP_ENTRY_BYTES: usize = 24;
/// Bytes of one module entry.
pub const MODULE_BYTES: usize = 32;

const MAGIC: u32 = 0x336e_c578;

/// The fields of the structure; addresses are physical, 0 where the loader had nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartInfo {
    /// Number of modules (initial RAM disks); the kernel uses none but keeps off their memory.
    pub modules: u32,
    /// Address of the module list.
    pub module_list: u64,
    /// Address of the command line, zero-terminated.
    pub cmdline: u64,
    /// Address of the ACPI root pointer.
    pub rsdp: u64,
    /// Address of the memory map.
    pub memmap: u64,
    /// Number of its entries.
    pub memmap_entries: u32,
}

/// Why a start information structure cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PvhError {
    /// The magic number is not that of a PVH loader.
    Magic(u32),
    /// Version 0 carries no memory map.
    Version(u32),
}

impl StartInfo {
    /// Reads the structure.
    pub fn parse(bytes: &[u8; START_INFO_BYTES]) -> Result<Self, PvhError> {
        let magic = u32_at(bytes, 0);
        if magic != MAGIC {
            return Err(PvhError::Magic(magic));
        }
        let version = u32_at(bytes, 4);
        if version < 1 {
            return Err(PvhError::Version(version));
        }
        Ok(Self {
            modules: u32_at(bytes, 12),
            module_list: u64_at(bytes, 16),
            cmdline: u64_at(bytes, 24),
            rsdp: u64_at(bytes, 32),
            memmap: u64_at(bytes, 40),
            memmap_entries: u32_at(bytes, 48),
        })
    }
}

/// The regions of a memory map; trailing bytes that do not make an entry are ignored.
pub fn regions(memmap: &[u8]) -> impl Iterator<Item = Region> + Clone + '_ {
    memmap.chunks_exact(MEMMAP_ENTRY_BYTES).map(|entry| {
        let start = u64_at(entry, 0);
        Region {
            start,
            end: start.saturating_add(u64_at(entry, 8)),
            kind: Kind::from_e820(u32_at(entry, 16)),
        }
    })
}

/// Address ranges `(start, end)` of the modules.
pub fn modules(list: &[u8]) -> impl Iterator<Item = (u64, u64)> + '_ {
    list.chunks_exact(MODULE_BYTES).map(|entry| {
        let start = u64_at(entry, 0);
        (start, start.saturating_add(u64_at(entry, 8)))
    })
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn start_info() -> [u8; START_INFO_BYTES] {
        let mut bytes = [0xa5; START_INFO_BYTES];
        bytes[0..4].copy_from_slice(&0x336e_c578_u32.to_le_bytes());
        bytes[4..8].copy_from_slice(&1_u32.to_le_bytes());
        bytes[12..16].copy_from_slice(&2_u32.to_le_bytes());
        bytes[16..24].copy_from_slice(&0x1111_u64.to_le_bytes());
        bytes[24..32].copy_from_slice(&0x2222_u64.to_le_bytes());
        bytes[32..40].copy_from_slice(&0xf_5b90_u64.to_le_bytes());
        bytes[40..48].copy_from_slice(&0x3333_u64.to_le_bytes());
        bytes[48..52].copy_from_slice(&7_u32.to_le_bytes());
        bytes
    }

    #[test]
    fn every_field_is_read_from_its_place() {
        let expected = StartInfo {
            modules: 2,
            module_list: 0x1111,
            cmdline: 0x2222,
            rsdp: 0xf_5b90,
            memmap: 0x3333,
            memmap_entries: 7,
        };
        assert_eq!(StartInfo::parse(&start_info()), Ok(expected));
    }

    #[test]
    fn another_loader_s_structure_is_refused() {
        let mut bytes = start_info();
        bytes[0] = 0;
        assert_eq!(StartInfo::parse(&bytes), Err(PvhError::Magic(0x336e_c500)));
    }

    #[test]
    fn version_0_without_a_memory_map_is_refused() {
        let mut bytes = start_info();
        bytes[4] = 0;
        assert_eq!(StartInfo::parse(&bytes), Err(PvhError::Version(0)));
    }

    #[test]
    fn a_memory_map_entry_that_wraps_around_ends_at_the_last_address() {
        let mut entry = Vec::new();
        entry.extend_from_slice(&0xffff_ffff_ffff_f000_u64.to_le_bytes());
        entry.extend_from_slice(&0x2000_u64.to_le_bytes());
        entry.extend_from_slice(&1_u32.to_le_bytes());
        entry.extend_from_slice(&[0; 4]);
        entry.extend_from_slice(&[1; 5]);
        let read: Vec<Region> = regions(&entry).collect();
        assert_eq!(read, [Region { start: 0xffff_ffff_ffff_f000, end: u64::MAX, kind: Kind::Usable }]);
    }

    #[test]
    fn modules_are_ranges() {
        let mut entry = Vec::new();
        for word in [0x10_0000_u64, 0x123, 0, 0] {
            entry.extend_from_slice(&word.to_le_bytes());
        }
        assert_eq!(modules(&entry).collect::<Vec<_>>(), [(0x10_0000, 0x10_0123)]);
    }
}
