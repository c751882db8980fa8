//! Indirect tables (virtio 1.2, 2.7.5.3 and 2.8.7): a chain's descriptors in a table of their own, one after another.
//!
//! Every slot has its table in the ring's memory from the start, so a long chain costs no allocation. Callers are the
//! formats; a table is written only while the slot's chain is with us.

use crate::Segment;
use crate::layout::RingLayout;
use crate::words::{DescTable, link, tag};

/// How the descriptors of a table follow each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableKind {
    /// Split: each names the next and carries the NEXT flag.
    Linked,
    /// Packed: the table's length is all there is to it.
    Sequential,
}

/// What a table holds after writing.
pub(crate) struct Written {
    /// Bytes the device may write.
    pub(crate) room: u32,
    /// Descriptors.
    pub(crate) entries: u16,
}

/// Writes a chain's segments into `table`.
///
/// # Safety
/// The chain is one that [`measure`](crate::measure::measure) accepts, the table has as many entries as the chain has
/// segments, and the device does not look at it now.
pub(crate) unsafe fn write_table(
    table: &DescTable,
    kind: TableKind,
    readable: &[Segment],
    writable: &[Segment],
) -> Written {
    let write = match kind {
        TableKind::Linked => link::WRITE,
        TableKind::Sequential => tag::WRITE,
    };
    let count = readable.len() + writable.len();
    let flagged =
        readable.iter().map(|segment| (segment, 0)).chain(writable.iter().map(|segment| (segment, write)));
    for (index, (segment, flags)) in flagged.enumerate() {
        let next = match kind {
            TableKind::Linked if index + 1 < count => link::NEXT | (index as u32 + 1) << link::NEXT_SHIFT,
            _ => 0,
        };
        let (at, addr) = (index * RingLayout::DESC_BYTES, segment.addr.get());
        // SAFETY: `index` is below the number of segments, hence inside the table.
        unsafe { table.driver_write(at, addr, segment.len, next | flags) };
    }
    Written { room: writable.iter().map(|segment| segment.len).sum(), entries: count as u16 }
}
