//! Indirect tables (virtio 1.2, 2.7.5.3 and 2.8.7): a chain's descriptors in a table of their own, one after another.
//!
//! Every slot has its table in the ring's memory from the start, so a long chain costs no allocation. Callers are the
//! rings; a table is written only while the slot's chain is with us.

use crate::chain::Chain;
use crate::error::Refusal;
use crate::layout::RingLayout;
use crate::shared::{DescTable, desc_word, packed_word};

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

/// Writes a chain's segments into `table`, whose length the caller has compared with the chain's.
///
/// # Safety
/// The table has as many entries as the chain has segments, and the device does not look at it now.
pub(crate) unsafe fn write_table<C: Chain>(
    table: &DescTable,
    kind: TableKind,
    chain: &C,
) -> Result<Written, Refusal> {
    let (readable, writable) = (chain.readable(), chain.writable());
    let count = readable.len() + writable.len();
    let (mut total, mut room) = (0u64, 0u64);
    let mut index = 0usize;
    let write_flag = match kind {
        TableKind::Linked => desc_word::WRITE,
        TableKind::Sequential => packed_word::WRITE,
    };
    for (list, flags) in [(readable, 0), (writable, write_flag)] {
        room = total;
        for segment in list {
            if segment.len == 0 {
                return Err(Refusal::ZeroLength);
            }
            total += u64::from(segment.len);
            let link = match kind {
                TableKind::Linked if index + 1 < count => {
                    desc_word::NEXT | (index as u64 + 1) << desc_word::NEXT_SHIFT
                }
                _ => 0,
            };
            let word = link | flags | u64::from(segment.len);
            // SAFETY: `index` is below the number of segments, hence inside the table.
            unsafe { table.driver_write(index * RingLayout::DESC_BYTES, segment.addr.get(), word) };
            index += 1;
        }
    }
    if total >> 32 != 0 {
        return Err(Refusal::TooLong);
    }
    Ok(Written { room: (total - room) as u32, entries: count as u16 })
}
