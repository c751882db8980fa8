//! What travels through a ring, what names it there, and how it comes back.

use crate::Segment;

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
/// - moving the chain to another place in memory changes neither what the segments are nor what they name.
///
/// Duties of the ring: it tells the device of exactly those segments, and hands the chain back only after the device
/// has returned it.
pub unsafe trait Chain {
    /// What the device reads, in order.
    fn readable(&self) -> &[Segment];

    /// What the device writes, in order, after everything readable.
    fn writable(&self) -> &[Segment];

    /// The ring is going away, or has latched a fault, and the device may still own this chain's memory. It must never
    /// be used again; the default leaks the chain.
    fn abandon(self)
    where
        Self: Sized,
    {
        core::mem::forget(self);
    }
}

/// Names a chain while it is in a ring: the index of its first descriptor (split) or its buffer id (packed).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct Head(pub(crate) u16);

impl Head {
    /// The number itself, below the ring's size.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A chain the device has returned.
#[derive(Debug)]
#[must_use = "a chain owns its buffers: dropping it gives them up"]
pub struct Done<C> {
    /// The chain as it was added.
    pub chain: C,
    /// How many bytes the device says it wrote, from the first writable byte on; never more than there is room for.
    pub written: u32,
    /// What `add` answered.
    pub head: Head,
}
