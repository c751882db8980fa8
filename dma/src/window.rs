//! A window: read-only bytes of a run that several holders share. Cloning and splitting count, they never copy; the
//! last one out returns the pages, and a sole holder can have its buffer back.
//!
//! The count lives in the pool's metadata, never in the pages. It is written by [`Buf::share`], whose holder is alone,
//! so it needs no initialisation before, and a sole holder releases it without a read-modify-write.

use core::fmt;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::slice;

use crate::lent::LentWindow;
use crate::run::Run;
use crate::sync::{AtomicU32, Ordering, Site};
use crate::{Buf, Flow, Identity, Mapping, Segment};

/// Set in a count when a device kept one of the run's windows: the run is in quarantine for good.
const QUARANTINED: u32 = 1 << 31;
/// More windows than this on one run are a leak, and stopped before the count could wrap.
const MOST_WINDOWS: u32 = 1 << 30;

/// A shared, read-only view of some bytes of a run.
pub struct Window<'p, M: Mapping = Identity> {
    /// Not dropped by itself: whoever takes the count to zero drops it.
    run: ManuallyDrop<Run<'p, M>>,
    start: u32,
    len: u32,
}

impl<'p, M: Mapping> Window<'p, M> {
    #[inline]
    pub(crate) fn new(buf: Buf<'p, M>) -> Self {
        let Buf { run, start, len } = buf;
        // SAFETY: the count belongs to this run's first page, the run is exclusively ours until this returns, and
        // its earlier users' accesses happened before our claim of the page.
        unsafe { run.pool.share_count(run.base).write(AtomicU32::new(1)) };
        Self { run: ManuallyDrop::new(run), start, len }
    }

    /// The run all its windows share.
    #[cfg(all(test, loom))]
    pub(crate) fn run(&self) -> &Run<'p, M> {
        &self.run
    }

    #[inline]
    fn count(&self) -> &AtomicU32 {
        // SAFETY: written by `new`, and only accessed as an atomic while any window on the run exists.
        unsafe { self.run.pool.share_count(self.run.base).as_ref() }
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: `share` initialised the run as far as the window's end, and windows only ever shrink; nobody
        // writes to a shared run.
        unsafe { slice::from_raw_parts(self.run.base.add(self.start as usize).as_ptr(), self.len as usize) }
    }

    /// Bytes of the window.
    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Is the window empty? It holds its run all the same.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Drops the first `bytes` bytes from the window.
    ///
    /// # Panics
    /// If the window is shorter.
    #[inline]
    pub fn advance(&mut self, bytes: usize) {
        assert!(bytes <= self.len(), "advance by {bytes} in a window of {} bytes", self.len);
        self.start += bytes as u32;
        self.len -= bytes as u32;
    }

    /// Shortens the window to `bytes` bytes; a window that is shorter already stays as it is.
    #[inline]
    pub fn truncate(&mut self, bytes: usize) {
        if bytes < self.len() {
            self.len = bytes as u32;
        }
    }

    /// Splits off the first `bytes` bytes and returns them; `self` keeps the rest.
    ///
    /// # Panics
    /// If the window is shorter.
    pub fn split_to(&mut self, bytes: usize) -> Self {
        let mut front = self.clone();
        self.advance(bytes);
        front.truncate(bytes);
        front
    }

    /// Splits off what follows the first `bytes` bytes and returns it; `self` keeps those.
    ///
    /// # Panics
    /// If the window is shorter.
    pub fn split_off(&mut self, bytes: usize) -> Self {
        let mut back = self.clone();
        back.advance(bytes);
        self.truncate(bytes);
        back
    }

    /// Back to an exclusive buffer, when this is the only window on its run; else the window is returned. The
    /// buffer's window is this one.
    pub fn try_into_buf(self) -> Result<Buf<'p, M>, Self> {
        // Acquire pairs with the release of the drop that made us the only one: its reads are over.
        if self.count().load(Site::SoleWindow.order(Ordering::Acquire)) != 1 {
            return Err(self);
        }
        let mut this = ManuallyDrop::new(self);
        let (start, len) = (this.start, this.len);
        // SAFETY: `this` is never dropped or used again, so the run is moved out exactly once; the count says that
        // no other window exists.
        let run = unsafe { ManuallyDrop::take(&mut this.run) };
        Ok(Buf { run, start, len })
    }

    /// Gives the window's bytes to a device to read.
    #[inline]
    pub fn lend(self) -> LentWindow<'p, M> {
        self.prepare();
        LentWindow::new(self)
    }

    /// What a descriptor says to name these bytes.
    #[inline]
    pub(crate) fn segment(&self) -> Segment {
        // SAFETY: `start <= capacity`.
        let cpu = unsafe { self.run.base.add(self.start as usize) };
        Segment { addr: self.run.pool.dev_addr(cpu), len: self.len }
    }

    /// The CPU's last act before a device may read the window.
    #[inline]
    pub(crate) fn prepare(&self) {
        self.run.sync_for_device(self.start, self.len, Flow::ToDevice);
    }

    /// The CPU's first act after a device has given the window back.
    #[inline]
    pub(crate) fn accept(&self) {
        self.run.sync_for_cpu(self.start, self.len, Flow::ToDevice);
    }

    /// Leaks this window's share of the count, so that the run never returns, and counts the run once.
    #[cold]
    pub(crate) fn quarantine(self) {
        let this = ManuallyDrop::new(self);
        if this.count().fetch_or(QUARANTINED, Ordering::Relaxed) & QUARANTINED == 0 {
            this.run.pool.quarantine(this.run.pages);
        }
    }
}

impl<M: Mapping> Clone for Window<'_, M> {
    fn clone(&self) -> Self {
        // Relaxed: whoever clones holds a window already, so the run cannot go away meanwhile.
        let before = self.count().fetch_add(1, Ordering::Relaxed);
        assert!(before & !QUARANTINED < MOST_WINDOWS, "windows on one run are being leaked");
        let run = Run {
            pool: self.run.pool,
            base: self.run.base,
            pages: self.run.pages,
            initialised: self.run.initialised,
        };
        Self { run: ManuallyDrop::new(run), start: self.start, len: self.len }
    }
}

impl<M: Mapping> Drop for Window<'_, M> {
    #[inline]
    fn drop(&mut self) {
        // A sole holder stays the sole one: only a holder can clone. Acquire and release pair with each other: the
        // reads of every earlier holder come before the pages go back.
        if self.count().load(Site::SoleWindow.order(Ordering::Acquire)) != 1 {
            if self.count().fetch_sub(1, Site::WindowDrop.order(Ordering::Release)) != 1 {
                return;
            }
            self.count().load(Site::LastWindow.order(Ordering::Acquire));
        }
        // SAFETY: the count went to zero, which happens once, and nothing uses `self.run` afterwards.
        unsafe { ManuallyDrop::drop(&mut self.run) };
    }
}

impl<M: Mapping> Deref for Window<'_, M> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl<M: Mapping> fmt::Debug for Window<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("segment", &self.segment()).finish()
    }
}
