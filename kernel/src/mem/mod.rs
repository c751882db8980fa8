//! Memory: the map, the page tables over it, the heap, the DMA pool, device registers.
//!
//! Boot order: [`map`] finds the usable runs, [`layout`] says what is mapped where, the tables are built and
//! switched to, then heap and pool take their runs. What is left stays free for stacks of more cores and for
//! page tables. Pages are handed out at boot and never come back; what comes and goes lives in heap and pool.

#[cfg(target_os = "none")]
pub mod heap;
pub mod layout;
pub mod map;
pub mod mmio;
mod pool;
#[cfg(target_os = "none")]
mod space;
pub mod tables;

#[cfg(not(target_os = "none"))]
pub use pool::device_memory;
pub use pool::{Map, default_pool_bytes, pool};
#[cfg(target_os = "none")]
pub use space::{
    init, make_pool, map_device, map_firmware, map_low_page, map_stacks, physical, ram_end_below,
};

use core::fmt;

pub use ninewire_dma::PAGE_SIZE;

/// Why memory cannot be mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapError {
    /// No memory left for page tables or for what is to be mapped.
    NoMemory,
    /// Not an address of this processor.
    Address {
        /// The address.
        address: u64,
    },
    /// Something else is there already.
    AlreadyMapped {
        /// Where.
        address: u64,
    },
    /// A device claims registers where our RAM is.
    Ram {
        /// Where.
        address: u64,
    },
    /// The firmware's memory map has more pieces than we can note.
    TooManyRegions,
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMemory => write!(f, "no memory left to map it; give the machine more (-m)"),
            Self::Address { address } => write!(f, "{address:#x} is not an address of this processor"),
            Self::AlreadyMapped { address } => write!(f, "{address:#x} is mapped already"),
            Self::Ram { address } => write!(f, "registers at {address:#x}, where RAM is"),
            Self::TooManyRegions => write!(f, "the memory map is in too many pieces"),
        }
    }
}

impl From<map::TooManyRegions> for MapError {
    fn from(_: map::TooManyRegions) -> Self {
        Self::TooManyRegions
    }
}
