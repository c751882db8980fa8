//! A buffer: pages owned by one holder, seen through a window of bytes.
//!
//! The holder may read what has been written, write anything, shrink and move the window, split the pages, share
//! them read-only ([`Window`]) or lend them to a device ([`Lent`]); each of the last two consumes the buffer, so what
//! a device holds cannot be looked at. Dropping a buffer returns its pages.
//!
//! The initialised mark: bytes of the run below it have been written since the pages were claimed, by the CPU or by
//! a device. Reading stops at the mark, handing out a mutable slice or lending to a device that reads zeroes up to
//! the window's end first, and lending to a device that writes zeroes nothing. So a stale byte reaches nobody and a
//! bulk read pays for nothing.

use core::fmt;
use core::mem::ManuallyDrop;
use core::ops::Range;
use core::{ptr, slice};

use crate::lent::{Direction, Lent};
use crate::run::Run;
use crate::{Coherent, Flow, Identity, Mapping, PAGE_SIZE, Segment, Window};

/// An exclusively owned run of pages and a window of bytes over it.
pub struct Buf<'p, M: Mapping = Identity> {
    pub(crate) run: Run<'p, M>,
    /// First byte of the window, counted from the run's base.
    pub(crate) start: u32,
    /// Bytes of the window; `start + len <= capacity` always.
    pub(crate) len: u32,
}

impl<'p, M: Mapping> Buf<'p, M> {
    /// A buffer whose window is the whole run.
    #[inline]
    pub(crate) fn new(run: Run<'p, M>) -> Self {
        let len = run.pages * PAGE_SIZE as u32;
        Self { run, start: 0, len }
    }

    /// Bytes of the whole run.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.run.capacity()
    }

    /// Pages of the run.
    #[inline]
    pub fn pages(&self) -> usize {
        self.run.pages as usize
    }

    /// Bytes of the window.
    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Is the window empty?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where the window lies in the run.
    #[inline]
    pub fn window(&self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }

    /// Moves the window to `bytes` of the run.
    ///
    /// # Panics
    /// If the range is reversed or leaves the run.
    #[inline]
    pub fn set_window(&mut self, bytes: Range<usize>) {
        assert!(
            bytes.start <= bytes.end && bytes.end <= self.capacity(),
            "window {bytes:?} of a run of {} bytes",
            self.capacity()
        );
        self.start = bytes.start as u32;
        self.len = (bytes.end - bytes.start) as u32;
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

    /// Bytes from the head of the run that have been written since it was handed out.
    #[inline]
    pub fn initialised(&self) -> usize {
        self.run.initialised as usize
    }

    /// What of the window has been written: shorter than [`len`](Self::len) when the rest has not.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        let end = (self.start + self.len).min(self.run.initialised);
        let len = end.saturating_sub(self.start);
        // SAFETY: `start + len <= capacity` or `len == 0`, the bytes below the mark are initialised, the run is
        // ours, and no device holds it while it is a `Buf`.
        unsafe { slice::from_raw_parts(self.run.base.add(self.start as usize).as_ptr(), len as usize) }
    }

    /// The whole window, to read and write. What has not been written yet is zeroed first; when that would be
    /// overwritten anyway, [`write_at`](Self::write_at) spares it.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.run.initialise_to(self.start + self.len);
        // SAFETY: initialised just now as far as the window's end, which lies inside the run; `&mut self` makes the
        // access exclusive, and no device holds the run while it is a `Buf`.
        unsafe {
            slice::from_raw_parts_mut(self.run.base.add(self.start as usize).as_ptr(), self.len as usize)
        }
    }

    /// Copies `bytes` to the window from its byte `at` on, zeroing only what lies unwritten in front of them.
    ///
    /// # Panics
    /// If they do not fit the window.
    #[inline]
    pub fn write_at(&mut self, at: usize, bytes: &[u8]) {
        assert!(
            at <= self.len() && bytes.len() <= self.len() - at,
            "{} bytes at {at} of a window of {} bytes",
            bytes.len(),
            self.len
        );
        let from = self.start + at as u32;
        self.run.initialise_to(from);
        // SAFETY: `from + bytes.len() <= start + len <= capacity`; the run is exclusively ours, so `bytes` is
        // elsewhere.
        unsafe {
            let to = self.run.base.add(from as usize).as_ptr();
            ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
        self.run.initialised = self.run.initialised.max(from + bytes.len() as u32);
    }

    /// Splits the run, without a copy, at byte `at` of the run: `self` keeps what lies before, and the rest is
    /// returned. Each keeps the part of the window that lies in it.
    ///
    /// # Panics
    /// If `at` is not a whole number of pages, at least one and not all of them.
    pub fn split_off(&mut self, at: usize) -> Self {
        assert!(
            at.is_multiple_of(PAGE_SIZE) && at > 0 && at < self.capacity(),
            "a run of {} bytes cannot be split at byte {at}",
            self.capacity()
        );
        let at = at as u32;
        let pages = at / PAGE_SIZE as u32;
        let end = self.start + self.len;
        let rest = Run {
            pool: self.run.pool,
            // SAFETY: `at < capacity`.
            base: unsafe { self.run.base.add(at as usize) },
            pages: self.run.pages - pages,
            initialised: self.run.initialised.saturating_sub(at),
        };
        self.run.pages = pages;
        self.run.initialised = self.run.initialised.min(at);
        let start = self.start.max(at) - at;
        let rest = Self { run: rest, start, len: end.max(at) - at - start };
        self.start = self.start.min(at);
        self.len = end.min(at) - self.start;
        rest
    }

    /// Makes the window's bytes shared and read-only. What has not been written yet is zeroed first.
    #[inline]
    pub fn share(mut self) -> Window<'p, M> {
        self.run.initialise_to(self.start + self.len);
        Window::new(self)
    }

    /// Gives the window's bytes to a device: `lend::<ToDevice>()` for it to read, `lend::<FromDevice>()` for it to
    /// write. Towards a device, what has not been written yet is zeroed first.
    #[inline]
    pub fn lend<D: Direction>(mut self) -> Lent<'p, D, M> {
        self.prepare_for(D::FLOW);
        Lent::new(self)
    }

    /// Gives the whole run to the CPU and a device together, as rings need it. Unwritten bytes are zeroed first.
    pub fn into_coherent(mut self) -> Coherent<'p, M> {
        self.set_window(0..self.capacity());
        self.prepare_for(Flow::Both);
        Coherent::new(self)
    }

    /// What a descriptor says to name the window.
    #[inline]
    pub(crate) fn segment(&self) -> Segment {
        // SAFETY: `start <= capacity`.
        let cpu = unsafe { self.run.base.add(self.start as usize) };
        Segment { addr: self.run.pool.dev_addr(cpu), len: self.len }
    }

    /// The CPU's last act before a device may have the window.
    #[inline]
    pub(crate) fn prepare_for(&mut self, flow: Flow) {
        // For a device that writes, only a gap in front of the window needs zeroing: the mark is one number, and
        // what comes back moves it over the gap.
        let zero_to = if flow == Flow::FromDevice { self.start } else { self.start + self.len };
        self.run.initialise_to(zero_to);
        self.run.sync_for_device(self.start, self.len, flow);
    }

    /// The CPU's first act after a device has given the window back, `written` bytes of it filled. The window
    /// shrinks to those bytes.
    #[inline]
    pub(crate) fn accept(&mut self, flow: Flow, written: u32) {
        self.run.sync_for_cpu(self.start, self.len, flow);
        if flow == Flow::FromDevice {
            self.len = self.len.min(written);
            self.run.initialised = self.run.initialised.max(self.start + self.len);
        }
    }

    /// Lets go of the pages without returning them to the pool, for ever.
    #[cold]
    pub(crate) fn quarantine(self) {
        let run = ManuallyDrop::new(self.run);
        run.pool.quarantine(run.pages);
    }
}

impl<M: Mapping> fmt::Debug for Buf<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buf")
            .field("dev", &self.run.pool.dev_addr(self.run.base))
            .field("pages", &self.run.pages)
            .field("window", &self.window())
            .field("initialised", &self.run.initialised)
            .finish()
    }
}
