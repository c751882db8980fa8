//! What one request hands to a device: buffers and windows the device reads, then buffers it writes, and their
//! segments side by side as a ring wants them. A driver fills a list and takes its buffers back out of it without
//! `unsafe`: the ring marks the list as it gives it to the device and as the device returns it.
//!
//! A list is *ours* while it is filled, *away* while a ring holds it, and *back* afterwards. Buffers can be taken out
//! unless it is away; dropping it while it is away quarantines everything in it. A list of which something has been taken
//! names nothing any more until it is empty: what was taken is its new owner's, and no device may hear of it.

use core::fmt;

use crate::{Buf, DevAddr, Flow, Identity, Mapping, Segment, Window};

/// Up to `N` buffers and windows on their way to a device and back.
pub struct LentList<'p, const N: usize, M: Mapping = Identity> {
    segments: [Segment; N],
    items: [Option<Returned<'p, M>>; N],
    /// Items the device reads; they come first. None, once an item is taken.
    readable: u16,
    /// Items the list names. None, once an item is taken.
    named: u16,
    /// Items pushed.
    len: u16,
    /// Items taken out again since.
    taken: u16,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Ours,
    Away,
    /// The device has written this many bytes that no taken buffer has accounted for yet.
    Back(u32),
}

/// An item of a list, as it comes out again.
#[derive(Debug)]
pub enum Returned<'p, M: Mapping = Identity> {
    /// A buffer the device has read.
    Read(Buf<'p, M>),
    /// A window the device has read.
    ReadWindow(Window<'p, M>),
    /// A buffer the device has written; its window has shrunk to what was written. Out of a list that never went
    /// to a device it comes as it went in.
    Written(Buf<'p, M>),
}

impl<'p, M: Mapping> Returned<'p, M> {
    /// The buffer, unless it was a shared window.
    pub fn into_buf(self) -> Option<Buf<'p, M>> {
        match self {
            Self::Read(buf) | Self::Written(buf) => Some(buf),
            Self::ReadWindow(_) => None,
        }
    }
}

/// Why a list did not take an item; the item comes back.
pub enum ListError<T> {
    /// All `N` places are taken.
    Full(T),
    /// A readable item after a writable one: devices read first and write then.
    Order(T),
    /// The list is with a device, or not emptied since.
    Away(T),
}

impl<T> ListError<T> {
    /// The item that was not taken.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(item) | Self::Order(item) | Self::Away(item) => item,
        }
    }
}

impl<T> fmt::Debug for ListError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full",
            Self::Order(_) => "Order",
            Self::Away(_) => "Away",
        })
    }
}

impl<T> fmt::Display for ListError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the list is full",
            Self::Order(_) => "what a device reads must come before what it writes",
            Self::Away(_) => "the list is with a device or not emptied since",
        })
    }
}

impl<T> core::error::Error for ListError<T> {}

impl<'p, const N: usize, M: Mapping> LentList<'p, N, M> {
    /// An empty list.
    pub const fn new() -> Self {
        const { assert!(N <= u16::MAX as usize, "no device takes as many segments at once") };
        Self {
            segments: [Segment { addr: DevAddr::new(0), len: 0 }; N],
            items: [const { None }; N],
            readable: 0,
            named: 0,
            len: 0,
            taken: 0,
            place: Place::Ours,
        }
    }

    /// Adds a buffer for the device to read.
    pub fn push_readable(&mut self, mut buf: Buf<'p, M>) -> Result<(), ListError<Buf<'p, M>>> {
        match self.room_for(Flow::ToDevice) {
            Ok(()) => buf.prepare_for(Flow::ToDevice),
            Err(refuse) => return Err(refuse.with(buf)),
        }
        self.put(buf.segment(), Returned::Read(buf));
        Ok(())
    }

    /// Adds a shared window for the device to read.
    pub fn push_window(&mut self, window: Window<'p, M>) -> Result<(), ListError<Window<'p, M>>> {
        match self.room_for(Flow::ToDevice) {
            Ok(()) => window.prepare(),
            Err(refuse) => return Err(refuse.with(window)),
        }
        self.put(window.segment(), Returned::ReadWindow(window));
        Ok(())
    }

    /// Adds a buffer for the device to write.
    pub fn push_writable(&mut self, mut buf: Buf<'p, M>) -> Result<(), ListError<Buf<'p, M>>> {
        match self.room_for(Flow::FromDevice) {
            Ok(()) => buf.prepare_for(Flow::FromDevice),
            Err(refuse) => return Err(refuse.with(buf)),
        }
        self.put(buf.segment(), Returned::Written(buf));
        Ok(())
    }

    fn room_for(&self, flow: Flow) -> Result<(), ListError<()>> {
        match () {
            () if self.place != Place::Ours || self.taken > 0 => Err(ListError::Away(())),
            () if self.len as usize == N => Err(ListError::Full(())),
            () if flow == Flow::ToDevice && self.readable < self.len => Err(ListError::Order(())),
            () => Ok(()),
        }
    }

    fn put(&mut self, segment: Segment, item: Returned<'p, M>) {
        self.readable += u16::from(!matches!(item, Returned::Written(_)));
        self.segments[self.len as usize] = segment;
        self.items[self.len as usize] = Some(item);
        self.len += 1;
        self.named = self.len;
    }

    /// What the device reads, in order. Nothing, once an item is taken.
    #[inline]
    pub fn readable(&self) -> &[Segment] {
        &self.segments[..self.readable as usize]
    }

    /// What the device writes, in order. Nothing, once an item is taken.
    #[inline]
    pub fn writable(&self) -> &[Segment] {
        &self.segments[self.readable as usize..self.named as usize]
    }

    /// Items still in the list.
    pub fn len(&self) -> usize {
        (self.len - self.taken) as usize
    }

    /// Is nothing (any more) in the list?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ring says: the device is about to learn of these segments. From here to
    /// [`mark_returned`](Self::mark_returned) nothing can be taken out.
    #[inline]
    pub fn mark_lent(&mut self) {
        self.place = Place::Away;
    }

    /// The ring says: the device has returned the chain and wrote `written` bytes, in the order of
    /// [`writable`](Self::writable).
    ///
    /// # Safety
    /// The device has returned these segments (or has been reset since) and will not touch them again, and the
    /// caller has performed the acquire that makes its writes visible.
    #[inline]
    pub unsafe fn mark_returned(&mut self, written: u32) {
        self.place = Place::Back(written);
    }

    /// Takes the next item out, in the order they were pushed. Nothing comes while the device has them, and nothing
    /// after the last; then the list is empty and can be filled again.
    pub fn take(&mut self) -> Option<Returned<'p, M>> {
        if self.place == Place::Away {
            return None;
        }
        let mut item = self.items.get_mut(self.taken as usize)?.take()?;
        self.taken += 1;
        // Whoever has the item may touch it: a ring that is given this list now must find nothing to tell a device.
        (self.readable, self.named) = (0, 0);
        if let Place::Back(written) = &mut self.place {
            match &mut item {
                Returned::Read(buf) => buf.accept(Flow::ToDevice, 0),
                Returned::ReadWindow(window) => window.accept(),
                Returned::Written(buf) => {
                    buf.accept(Flow::FromDevice, *written);
                    *written -= buf.len() as u32;
                }
            }
        }
        if self.taken == self.len {
            (self.len, self.taken, self.place) = (0, 0, Place::Ours);
        }
        Some(item)
    }
}

impl ListError<()> {
    fn with<T>(self, item: T) -> ListError<T> {
        match self {
            Self::Full(()) => ListError::Full(item),
            Self::Order(()) => ListError::Order(item),
            Self::Away(()) => ListError::Away(item),
        }
    }
}

impl<const N: usize, M: Mapping> Default for LentList<'_, N, M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, M: Mapping> Drop for LentList<'_, N, M> {
    fn drop(&mut self) {
        if self.place == Place::Away {
            for item in self.items.iter_mut().filter_map(Option::take) {
                match item {
                    Returned::Read(buf) | Returned::Written(buf) => buf.quarantine(),
                    Returned::ReadWindow(window) => window.quarantine(),
                }
            }
        }
    }
}

impl<const N: usize, M: Mapping> fmt::Debug for LentList<'_, N, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentList")
            .field("place", &self.place)
            .field("readable", &self.readable())
            .field("writable", &self.writable())
            .finish()
    }
}
