//! A run is the unit of ownership: some contiguous pages that belong to exactly one holder. Everything that holds
//! pages ([`crate::Buf`], [`crate::Window`], what a device has) holds a run, and pages return to their pool here and
//! nowhere else.

use core::ptr::{self, NonNull};

use crate::{Flow, Mapping, PAGE_SIZE, Pool};

/// Pages owned by one holder, returned to the pool on drop.
pub(crate) struct Run<'p, M: Mapping> {
    pub(crate) pool: &'p Pool<M>,
    /// The first byte, page aligned, inside the pool.
    pub(crate) base: NonNull<u8>,
    /// At least one.
    pub(crate) pages: u32,
    /// Bytes from `base` on that the CPU or a device has written since the run was claimed. What lies beyond is
    /// stale: it is zeroed before anyone may look at it.
    pub(crate) initialised: u32,
}

// SAFETY: a run owns its pages exclusively and reaches the pool only through its atomics; `M` is `Send + Sync`.
unsafe impl<M: Mapping> Send for Run<'_, M> {}
// SAFETY: through `&Run` one can only read, and nobody writes meanwhile.
unsafe impl<M: Mapping> Sync for Run<'_, M> {}

impl<M: Mapping> Run<'_, M> {
    pub(crate) fn capacity(&self) -> usize {
        self.pages as usize * PAGE_SIZE
    }

    /// Tells the mapping that a device gets `len` bytes from `start` on. Nothing is nothing to sync: an empty window
    /// may lie right behind the region's last byte, where no mapping need have an answer.
    #[inline]
    pub(crate) fn sync_for_device(&self, start: u32, len: u32, flow: Flow) {
        if len > 0 {
            // SAFETY: windows lie in the run, `start + len <= capacity`.
            let cpu = unsafe { self.base.add(start as usize) };
            self.pool.mapping().sync_for_device(cpu, len as usize, flow);
        }
    }

    /// Tells the mapping that a device has given `len` bytes from `start` on back.
    #[inline]
    pub(crate) fn sync_for_cpu(&self, start: u32, len: u32, flow: Flow) {
        if len > 0 {
            // SAFETY: windows lie in the run, `start + len <= capacity`.
            let cpu = unsafe { self.base.add(start as usize) };
            self.pool.mapping().sync_for_cpu(cpu, len as usize, flow);
        }
    }

    /// Zeroes what is stale below `end` and moves the mark there.
    #[inline]
    pub(crate) fn initialise_to(&mut self, end: u32) {
        if self.initialised < end {
            self.zero_to(end);
        }
    }

    #[cold]
    fn zero_to(&mut self, end: u32) {
        assert!(end as usize <= self.capacity(), "{end} bytes wanted of a run of {}", self.capacity());
        // SAFETY: `initialised < end <= capacity`, all inside our own pages, which no device holds while `self` is
        // reachable as a `Run`.
        unsafe {
            ptr::write_bytes(
                self.base.add(self.initialised as usize).as_ptr(),
                0,
                (end - self.initialised) as usize,
            );
        }
        self.initialised = end;
    }
}

impl<M: Mapping> Drop for Run<'_, M> {
    #[inline]
    fn drop(&mut self) {
        self.pool.take_back(self.base, self.pages);
    }
}
