//! Where the bytes of one operation are: pages of its own, or the windows the transport has lent last.

use alloc::collections::VecDeque;

use ninewire_bench_guest::pattern::{POISON, STAMP_BYTES};
use ninewire_bench_guest::target::{Slot, TargetError};
use ninewire_kernel::io::{Buf, Window, Windows};
use ninewire_kernel::mem;

/// See the head of this file. A buffer a request was given up with does not come back; the slot is then without one,
/// and operations on it fail.
pub(super) struct PageSlot {
    own: Option<Buf>,
    /// What the last read was lent; nothing where reads go into the pages of our own.
    loan: Windows,
    /// Pages that were sent and that a device may still read, oldest first.
    sent: VecDeque<Window>,
    bytes: usize,
}

impl PageSlot {
    /// Room for `bytes` bytes. An odd number of pages: buffers that follow each other in memory then never lie a power
    /// of two apart, which QEMU's TCG would punish (its translation cache for guest memory is direct-mapped).
    pub(super) fn new(bytes: usize) -> Result<Self, TargetError> {
        let pages = bytes.div_ceil(mem::PAGE_SIZE) | 1;
        let mut own = mem::pool().alloc(pages).map_err(|_| TargetError::NoMemory)?;
        own.set_window(0..bytes);
        Ok(PageSlot { own: Some(own), loan: Windows::new(), sent: VecDeque::new(), bytes })
    }

    /// The pages, with a window of their first `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<Buf, TargetError> {
        let mut own = self.own.take().ok_or(TargetError::NoMemory)?;
        own.set_window(0..count.min(self.bytes));
        Ok(own)
    }

    /// The pages are back; their window is what was read.
    pub(super) fn put(&mut self, own: Option<Buf>) {
        self.own = own;
    }

    /// The pages are back from being shared, unless somebody still has a window on them.
    pub(super) fn put_shared(&mut self, window: Window) {
        self.own = window.try_into_buf().ok();
    }

    /// The pages may still be read by a device: others of the same content take their place, which are those that were sent
    /// longest ago as soon as nobody has them any more.
    pub(super) fn put_lent(&mut self, window: Window) -> Result<(), TargetError> {
        self.sent.push_back(window);
        let oldest = self.sent.pop_front().ok_or(TargetError::NoMemory)?;
        let own = match oldest.try_into_buf() {
            Ok(own) => own,
            Err(lent) => {
                let mut own = PageSlot::new(self.bytes)?.own.ok_or(TargetError::NoMemory)?;
                own.write_at(0, lent.as_slice());
                self.sent.push_front(lent);
                own
            }
        };
        self.own = Some(own);
        Ok(())
    }

    pub(super) fn lend(&mut self, loan: Windows) {
        self.loan = loan;
    }

    /// Lets go of the last loan, so that its pages can be used for the next.
    #[inline]
    pub(super) fn release(&mut self) {
        if !self.loan.is_empty() {
            self.loan = Windows::new();
        }
    }
}

impl Slot for PageSlot {
    #[inline]
    fn poison_ends(&mut self, count: u32) {
        self.release();
        if let Some(own) = &mut self.own {
            own.set_window(0..count as usize);
            let bytes = own.as_mut_slice();
            match bytes.first_chunk_mut() {
                Some(first) => *first = [POISON; STAMP_BYTES],
                None => bytes.fill(POISON),
            }
            if let Some(last) = bytes.last_chunk_mut() {
                *last = [POISON; STAMP_BYTES];
            }
        }
    }

    fn poison(&mut self, count: u32) {
        self.release();
        if let Some(own) = &mut self.own {
            own.set_window(0..count as usize);
            own.as_mut_slice().fill(POISON);
        }
    }

    fn word(&self, at: u32) -> Option<u64> {
        let at = at as usize;
        if self.loan.is_empty() {
            let own = self.own.as_ref()?.as_slice();
            return Some(u64::from_le_bytes(*own.get(at..)?.first_chunk()?));
        }
        // A word may lie across windows.
        let (mut word, mut have, mut begin) = ([0; STAMP_BYTES], 0, 0);
        for window in self.loan.iter() {
            let (bytes, end) = (window.as_slice(), begin + window.len());
            if end > at + have && have < STAMP_BYTES {
                let piece = &bytes[at + have - begin..];
                let len = piece.len().min(STAMP_BYTES - have);
                word[have..have + len].copy_from_slice(&piece[..len]);
                have += len;
            }
            begin = end;
        }
        (have == STAMP_BYTES).then(|| u64::from_le_bytes(word))
    }

    fn pieces(&self, show: &mut dyn FnMut(&[u8])) {
        if !self.loan.is_empty() {
            self.loan.iter().for_each(|window| show(window.as_slice()));
        } else if let Some(own) = &self.own {
            show(own.as_slice());
        }
    }

    fn content(&mut self) -> &mut [u8] {
        match &mut self.own {
            Some(own) => {
                own.set_window(0..self.bytes);
                own.as_mut_slice()
            }
            None => &mut [],
        }
    }
}
