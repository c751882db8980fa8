//! What a device holds. While bytes are lent nobody here can reach them: the only way back is `reclaim`, which the
//! ring calls when the device has returned them. A lent thing that is dropped instead never comes back: its pages
//! are quarantined (never reused, counted), because the device may still write to them at any time.

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use crate::{Buf, Flow, Identity, Mapping, Segment, Window};

mod sealed {
    pub trait Sealed {}
}

/// Which way a lent buffer's bytes travel: [`ToDevice`] or [`FromDevice`].
pub trait Direction: sealed::Sealed + 'static {
    /// The same as a value.
    const FLOW: Flow;
}

/// The device reads the bytes.
#[derive(Clone, Copy, Debug)]
pub enum ToDevice {}

/// The device writes the bytes.
#[derive(Clone, Copy, Debug)]
pub enum FromDevice {}

impl sealed::Sealed for ToDevice {}
impl sealed::Sealed for FromDevice {}
impl Direction for ToDevice {
    const FLOW: Flow = Flow::ToDevice;
}
impl Direction for FromDevice {
    const FLOW: Flow = Flow::FromDevice;
}

/// A buffer in the hands of a device.
#[must_use = "dropping what a device holds quarantines its pages"]
pub struct Lent<'p, D: Direction, M: Mapping = Identity> {
    buf: ManuallyDrop<Buf<'p, M>>,
    direction: PhantomData<D>,
}

impl<'p, D: Direction, M: Mapping> Lent<'p, D, M> {
    #[inline]
    pub(crate) fn new(buf: Buf<'p, M>) -> Self {
        Self { buf: ManuallyDrop::new(buf), direction: PhantomData }
    }

    /// What a descriptor says to name these bytes.
    #[inline]
    pub fn segment(&self) -> Segment {
        self.buf.segment()
    }

    /// Takes the buffer back. For a buffer the device wrote, the window shrinks to the first `written` bytes of
    /// what was lent; more than was lent counts as all of it. For one it only read, `written` means nothing.
    ///
    /// # Safety
    /// The device has returned these bytes (or was never told of them, or has been reset since) and will not touch
    /// them again, and the caller has performed the acquire that makes its writes visible. Rings know that; nobody
    /// else has reason to call this. `written` bytes have really been written: of a lie only wrong contents follow,
    /// never the contents of somebody else's pages beyond what the device could see anyway.
    #[inline]
    pub unsafe fn reclaim(self, written: u32) -> Buf<'p, M> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is never dropped or used again, so the buffer is moved out exactly once.
        let mut buf = unsafe { ManuallyDrop::take(&mut this.buf) };
        buf.accept(D::FLOW, written);
        buf
    }
}

impl<D: Direction, M: Mapping> Drop for Lent<'_, D, M> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: `drop` runs once, and nothing uses `self.buf` afterwards.
        unsafe { ManuallyDrop::take(&mut self.buf) }.quarantine();
    }
}

impl<D: Direction, M: Mapping> fmt::Debug for Lent<'_, D, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").field("flow", &D::FLOW).field("segment", &self.segment()).finish()
    }
}

/// A shared window a device reads. Other windows on the same run stay readable meanwhile: nobody writes to it.
#[must_use = "dropping what a device holds quarantines its pages"]
pub struct LentWindow<'p, M: Mapping = Identity> {
    window: ManuallyDrop<Window<'p, M>>,
}

impl<'p, M: Mapping> LentWindow<'p, M> {
    #[inline]
    pub(crate) fn new(window: Window<'p, M>) -> Self {
        Self { window: ManuallyDrop::new(window) }
    }

    /// What a descriptor says to name these bytes.
    #[inline]
    pub fn segment(&self) -> Segment {
        self.window.segment()
    }

    /// Takes the window back.
    ///
    /// # Safety
    /// The device has returned these bytes (or was never told of them, or has been reset since) and will not touch
    /// them again.
    #[inline]
    pub unsafe fn reclaim(self) -> Window<'p, M> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is never dropped or used again, so the window is moved out exactly once.
        let window = unsafe { ManuallyDrop::take(&mut this.window) };
        window.accept();
        window
    }
}

impl<M: Mapping> Drop for LentWindow<'_, M> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: `drop` runs once, and nothing uses `self.window` afterwards.
        unsafe { ManuallyDrop::take(&mut self.window) }.quarantine();
    }
}

impl<M: Mapping> fmt::Debug for LentWindow<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentWindow").field("segment", &self.segment()).finish()
    }
}
