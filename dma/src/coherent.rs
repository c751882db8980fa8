//! Memory the CPU and a device use together for as long as the device runs: rings, indirect tables. No slice of it
//! is ever handed out; whoever drives the ring goes through the pointer, with atomics.

use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use crate::{Buf, Flow, Identity, Mapping, Segment};

/// A run both sides use. Dropping it quarantines its pages: the device may still have it.
#[must_use = "dropping what a device holds quarantines its pages"]
pub struct Coherent<'p, M: Mapping = Identity> {
    buf: ManuallyDrop<Buf<'p, M>>,
}

impl<'p, M: Mapping> Coherent<'p, M> {
    pub(crate) fn new(buf: Buf<'p, M>) -> Self {
        Self { buf: ManuallyDrop::new(buf) }
    }

    /// The first byte, page aligned. All [`len`](Self::len) bytes are initialised and valid for reads and writes
    /// for as long as this exists; the device may change them at any time.
    pub fn as_ptr(&self) -> NonNull<u8> {
        self.buf.run.base
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.buf.len()
    }

    /// Never true: a run has at least one page.
    pub fn is_empty(&self) -> bool {
        self.buf.is_empty()
    }

    /// Where the device finds it.
    pub fn segment(&self) -> Segment {
        self.buf.segment()
    }

    /// Takes the pages back as a buffer.
    ///
    /// # Safety
    /// The device has been reset, or told to use other memory and has acknowledged it; no pointer from
    /// [`as_ptr`](Self::as_ptr) is used any more.
    pub unsafe fn reclaim(self) -> Buf<'p, M> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is never dropped or used again, so the buffer is moved out exactly once.
        let mut buf = unsafe { ManuallyDrop::take(&mut this.buf) };
        buf.accept(Flow::Both, 0);
        buf
    }
}

impl<M: Mapping> Drop for Coherent<'_, M> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: `drop` runs once, and nothing uses `self.buf` afterwards.
        unsafe { ManuallyDrop::take(&mut self.buf) }.quarantine();
    }
}

impl<M: Mapping> fmt::Debug for Coherent<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coherent").field("segment", &self.segment()).finish()
    }
}
