//! Resident chains: descriptors that stay where the device looks for them, from one use to the next.
//!
//! A driver whose requests lie in the same memory every time (the slots of a request table, a port's receive buffers)
//! settles each such chain once: its descriptors are written then, and never again. Adding it costs one avail entry
//! (split) or one descriptor (packed), however many segments it has.
//!
//! **Who owns the memory.** The chain, always; and the chain is in one of two places.
//! - *Home*, in a [`Resident`] the driver holds: after [`settle`](crate::Ring::settle) and after every `pop`. The
//!   descriptors name the memory, no avail entry names the descriptors, so the device has no business there. The driver
//!   may read and write bytes. It cannot change which bytes the chain names: a `Resident` shows its chain by shared
//!   reference only, and a [`Steady`] chain does not change behind one.
//! - *Away*, in the ring: from `add` to `pop`, or for good if a fault is latched. Nobody has the chain then, so nobody
//!   can change its lengths, take its buffers, or add it a second time.
//!
//! **What makes it safe.** The ring believes a [`Place`], and only it makes one: for exactly the segments that were
//! settled, once, and not to be copied. It names the ring as well as the descriptors; any other ring treats the chain as
//! an ordinary one. What the device says of a resident chain is held against the same record as for any other: returned
//! twice, or before it was added, or with too much written, is a latched fault.
//!
//! **What it costs.** A settled chain's descriptors are not free for others until [`unsettle`](crate::Ring::unsettle).
//! Dropping a `Resident` frees its memory and wastes its descriptors for the ring's lifetime.

use crate::Segment;
use crate::chain::Chain;
use core::fmt;
use core::ops::Deref;
// Counts rings, and is no part of what driver and device say to each other: never a model's.
use core::sync::atomic::{AtomicU64, Ordering};
use ninewire_dma::{LentList, Mapping};

/// A chain that stays as it is while it is home.
///
/// # Safety
/// Besides the duties of a [`Chain`]: from one use to the next, as long as nobody has the chain by value or by `&mut`, its
/// segments stay the same and it goes on owning the memory they name.
pub unsafe trait Steady: Chain {}

// SAFETY: a list's segments and buffers change only by `&mut`.
unsafe impl<const N: usize, M: Mapping> Steady for LentList<'_, N, M> {}

/// Where in a ring the descriptors of a resident chain are to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Residence {
    /// Among the ring's own descriptors, as many as the chain has segments: a device finds them without another look. A
    /// packed ring has that only for one segment.
    Ring,
    /// In the indirect table of a slot, and one of the ring's descriptors.
    Table,
}

/// Names the descriptors of a resident chain: the ring they belong to, and where they are. Made by rings, held by
/// [`Resident`].
#[derive(PartialEq, Eq, Debug)]
pub struct Place(u64);

impl Place {
    /// Where an ordinary chain is: its descriptors are written each time.
    pub const NOWHERE: Self = Self(0);
}

/// Makes a ring's places, `serial << 16 | head` with serials from one, and knows them again.
#[derive(Clone, Copy)]
pub(crate) struct Places(u64);

impl Places {
    /// For a ring that has no places: between [`Place::NOWHERE`] and all places there are, and further from these than any
    /// ring has slots.
    pub(crate) const NONE: Self = Self(Self::SLOTS_MAX);

    /// Slots a ring can have.
    pub(crate) const SLOTS_MAX: u64 = 1 << 15;

    /// For a new ring: unlike those of any other ring there ever was.
    pub(crate) fn new() -> Self {
        static RINGS: AtomicU64 = AtomicU64::new(0);
        let serial = RINGS.fetch_add(1, Ordering::Relaxed) + 1;
        if serial < 1 << 48 { Self(serial << 16) } else { Self::NONE }
    }

    pub(crate) const fn are_none(self) -> bool {
        self.0 == Self::NONE.0
    }

    /// The place of the chain with this head.
    pub(crate) const fn make(self, head: u32) -> Place {
        Place(self.0 + head as u64)
    }

    /// The head at a place of a ring with `slots` slots, at most [`SLOTS_MAX`](Self::SLOTS_MAX). Nothing at the places of
    /// other rings, and nothing nowhere.
    #[inline(always)]
    pub(crate) const fn head_at(self, place: &Place, slots: usize) -> Option<u32> {
        let head = place.0.wrapping_sub(self.0);
        if head < slots as u64 { Some(head as u32) } else { None }
    }
}

/// A settled chain at home. It goes into the ring as it is, by `add`, and comes back as it is, by `pop`.
pub struct Resident<D> {
    chain: D,
    place: Place,
}

impl<D> Resident<D> {
    pub(crate) const fn new(chain: D, place: Place) -> Self {
        Self { chain, place }
    }

    pub(crate) fn into_parts(self) -> (D, Place) {
        (self.chain, self.place)
    }

    /// Does it have a place? Otherwise adding it costs what adding any chain costs.
    pub const fn is_placed(&self) -> bool {
        self.place.0 != Place::NOWHERE.0
    }

    /// The chain, to write to its memory.
    ///
    /// # Safety
    /// Its segments stay the same, and it goes on owning the memory they name. In particular it is not swapped for
    /// another.
    #[inline]
    pub unsafe fn chain_mut(&mut self) -> &mut D {
        &mut self.chain
    }

    /// The chain alone. Its descriptors stay taken for as long as its ring exists;
    /// [`unsettle`](crate::Ring::unsettle) gives them back.
    pub fn into_chain(self) -> D {
        self.chain
    }
}

impl<D> Deref for Resident<D> {
    type Target = D;

    #[inline]
    fn deref(&self) -> &D {
        &self.chain
    }
}

impl<D: fmt::Debug> fmt::Debug for Resident<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resident").field("chain", &self.chain).field("place", &self.place).finish()
    }
}

// SAFETY: the segments are those of the chain, which keeps its own promises. The place was made for them, and they have
// not changed: `Steady` says so while the resident is home, `Chain` while it is away.
unsafe impl<D: Steady> Chain for Resident<D> {
    const MAY_RESIDE: bool = true;

    #[inline]
    fn readable(&self) -> &[Segment] {
        self.chain.readable()
    }

    #[inline]
    fn writable(&self) -> &[Segment] {
        self.chain.writable()
    }

    #[inline]
    fn place(&self) -> &Place {
        &self.place
    }

    #[inline]
    fn given(&mut self) {
        self.chain.given();
    }

    #[inline]
    unsafe fn returned(&mut self, written: u32) {
        // SAFETY: promised by the caller.
        unsafe { self.chain.returned(written) }
    }

    fn abandon(self) {
        self.chain.abandon();
    }
}

#[cfg(test)]
mod tests;
