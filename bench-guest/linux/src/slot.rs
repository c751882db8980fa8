//! Where the bytes of one operation are: memory of our own that begins at a page.

use std::fmt;

use ninewire_bench_guest::pattern::{POISON, STAMP_BYTES};
use ninewire_bench_guest::target::Slot;

const PAGE_BYTES: usize = 4096;

/// Room for one operation. It begins at a page, so that a transport that hands pages to a device hands over no more
/// of them than the bytes fill.
pub struct Buffer {
    memory: Box<[u8]>,
    /// Where the first page begins in `memory`.
    start: usize,
    bytes: usize,
    /// How many the last read brought.
    came: usize,
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer").field("bytes", &self.bytes).field("came", &self.came).finish()
    }
}

impl Buffer {
    /// Room for `bytes` bytes. An odd number of pages more or less apart: under QEMU's TCG, whose translation cache
    /// for guest memory is direct-mapped, buffers a power of two apart would push each other out.
    pub(crate) fn new(bytes: usize) -> Self {
        let pages = bytes.div_ceil(PAGE_BYTES) | 1;
        let memory = vec![0; (pages + 1) * PAGE_BYTES].into_boxed_slice();
        let start = memory.as_ptr().align_offset(PAGE_BYTES);
        Buffer { memory, start, bytes, came: 0 }
    }

    /// The first `count` bytes, to be read into.
    pub(crate) fn room(&mut self, count: usize) -> &mut [u8] {
        &mut self.memory[self.start..self.start + count.min(self.bytes)]
    }

    /// `count` bytes have come.
    pub(crate) fn came(&mut self, count: usize) {
        self.came = count.min(self.bytes);
    }

    fn brought(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.came]
    }
}

impl Slot for Buffer {
    fn poison_ends(&mut self, count: u32) {
        self.came = 0;
        let room = self.room(count as usize);
        let ends = [room.len().min(STAMP_BYTES), room.len().saturating_sub(STAMP_BYTES)];
        room[..ends[0]].fill(POISON);
        room[ends[1]..].fill(POISON);
    }

    fn poison(&mut self, count: u32) {
        self.came = 0;
        self.room(count as usize).fill(POISON);
    }

    fn word(&self, at: u32) -> Option<u64> {
        Some(u64::from_le_bytes(*self.brought().get(at as usize..)?.first_chunk()?))
    }

    fn pieces(&self, show: &mut dyn FnMut(&[u8])) {
        show(self.brought());
    }

    fn content(&mut self) -> &mut [u8] {
        self.room(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_begins_at_a_page_and_shows_only_what_came() {
        let mut buffer = Buffer::new(5000);
        assert_eq!(buffer.content().as_ptr().align_offset(PAGE_BYTES), 0);
        assert_eq!(buffer.content().len(), 5000);
        buffer.content()[..8].copy_from_slice(&7_u64.to_le_bytes());
        assert_eq!(buffer.word(0), None);
        buffer.came(12);
        assert_eq!((buffer.word(0), buffer.word(5)), (Some(7), None));
        buffer.poison_ends(12);
        assert_eq!(buffer.word(0), None);
        assert!(buffer.content()[..12].iter().all(|&byte| byte == POISON));
    }
}
