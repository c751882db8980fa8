//! What travels through a ring, what names it there, and how it comes back.

use crate::Segment;
use crate::resident::Place;
use ninewire_dma::{Envelope, LentList, Mapping};

/// A descriptor chain's memory: what the device may read, then what it may write (virtio 1.2, 2.6.4.2 asks for that
/// order).
///
/// The chain moves into the ring by `add` and out again by `pop`. In between it belongs to the ring, so whatever it
/// owns, typically buffers lent to the device, cannot be touched by anyone else.
///
/// # Safety
///
/// Duties of an implementor: from the moment of `add` until the chain is handed back, dropped or
/// [abandoned](Chain::abandon) by the ring,
/// - the memory its segments name stays mapped for the device and is used for nothing else: the chain owns it, or keeps
///   it lent;
/// - no safe code reads what the writable segments name or writes what either kind names;
/// - [`readable`](Chain::readable) and [`writable`](Chain::writable) answer the same however often they are called;
/// - moving the chain to another place in memory changes neither what the segments are nor what they name;
/// - [`given`](Chain::given) does not unwind: the device may have heard of the chain by then;
///
/// and whenever it is asked, [`place`](Chain::place) answers [`Place::NOWHERE`], or the place of a
/// [`Resident`](crate::Resident) this chain owns, whose segments are this chain's.
///
/// Duties of the ring: it tells the device of exactly those segments, and hands the chain back only after the device
/// has returned it.
pub unsafe trait Chain {
    /// Whether chains of this type may have a [`place`](Self::place). It is not asked otherwise.
    const MAY_RESIDE: bool = false;

    /// What the device reads, in order.
    fn readable(&self) -> &[Segment];

    /// What the device writes, in order, after everything readable.
    fn writable(&self) -> &[Segment];

    /// Where this chain's descriptors are already. A type that is a [`Resident`](crate::Resident) in some cases hands on
    /// what that answers, and answers [`Place::NOWHERE`] otherwise.
    #[inline]
    fn place(&self) -> &Place {
        &Place::NOWHERE
    }

    /// The ring has taken the chain and is about to tell the device of it.
    #[inline]
    fn given(&mut self) {}

    /// The device has returned the chain and wrote `written` bytes to it, from the first writable byte on.
    ///
    /// # Safety
    /// Only a ring calls this, between taking the chain back from the device, by an acquire that makes the device's
    /// writes visible, and handing it to its owner. `written` is no more than the writable segments hold.
    #[inline]
    unsafe fn returned(&mut self, written: u32) {
        let _ = written;
    }

    /// The ring is going away, or has latched a fault, and the device may still own this chain's memory. It must never
    /// be used again; the default leaks the chain.
    fn abandon(self)
    where
        Self: Sized,
    {
        core::mem::forget(self);
    }
}

/// The list of the page pool: it lets nobody take its buffers while it is away. A driver that moves such lists needs no
/// `unsafe`.
// SAFETY: a list owns the buffers it names; one of which something was taken names none. From `given` to `returned` it gives
// none of them out and quarantines their pages if it is dropped; its segments do not change in that time, and they name
// pages of a pool, not parts of the list.
unsafe impl<const N: usize, M: Mapping> Chain for LentList<'_, N, M> {
    #[inline]
    fn readable(&self) -> &[Segment] {
        self.readable()
    }

    #[inline]
    fn writable(&self) -> &[Segment] {
        self.writable()
    }

    #[inline]
    fn given(&mut self) {
        self.mark_lent();
    }

    #[inline]
    unsafe fn returned(&mut self, written: u32) {
        // SAFETY: the ring has taken the chain back from the device.
        unsafe { self.mark_returned(written) }
    }

    fn abandon(self) {
        // Dropping a list that is away quarantines its pages, which counts them; leaking it would not.
        drop(self);
    }
}

// SAFETY: as for the list itself, which is borrowed for as long as the ring holds the reference. Once the ring has
// forgotten it the owner sees a list that is away, and stays so.
unsafe impl<const N: usize, M: Mapping> Chain for &mut LentList<'_, N, M> {
    #[inline]
    fn readable(&self) -> &[Segment] {
        LentList::readable(self)
    }

    #[inline]
    fn writable(&self) -> &[Segment] {
        LentList::writable(self)
    }

    #[inline]
    fn given(&mut self) {
        self.mark_lent();
    }

    #[inline]
    unsafe fn returned(&mut self, written: u32) {
        // SAFETY: the ring has taken the chain back from the device.
        unsafe { self.mark_returned(written) }
    }
}

// SAFETY: an envelope owns what is in it. From `given` to `returned` it gives none of it out and quarantines its pages if
// it is dropped; its segments do not change in that time, and name pages of a pool, not parts of the envelope. It is borrowed
// for as long as the ring holds the reference; once the ring has forgotten it the owner sees one that is away, and stays so.
unsafe impl<const N: usize, M: Mapping> Chain for &mut Envelope<'_, N, M> {
    #[inline]
    fn readable(&self) -> &[Segment] {
        Envelope::readable(self)
    }

    #[inline]
    fn writable(&self) -> &[Segment] {
        Envelope::writable(self)
    }

    #[inline]
    fn given(&mut self) {
        self.mark_lent();
    }

    #[inline]
    unsafe fn returned(&mut self, written: u32) {
        // SAFETY: the ring has taken the chain back from the device.
        unsafe { self.mark_returned(written) }
    }
}

/// Names a chain while it is in a ring: the index of its first descriptor (split) or its buffer id (packed).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct Head(pub(crate) u32);

impl Head {
    /// The number itself, below the ring's size.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A chain the device has returned.
// Head and length lie as they do in a used entry, so that one store fills in both.
#[derive(Debug)]
#[repr(C)]
#[must_use = "a chain owns its buffers: dropping it gives them up"]
pub struct Done<C> {
    /// The chain as it was added.
    pub chain: C,
    /// What `add` answered.
    pub head: Head,
    /// How many bytes the device says it wrote, from the first writable byte on; never more than there is room for.
    pub written: u32,
}
