//! A ring of the format that was negotiated: what a driver holds that leaves the choice to the device.

use crate::chain::{Chain, Done, Head};
use crate::error::{AddError, CreateError, Fault};
use crate::layout::{RingAreas, RingLayout, RingMemory};
use crate::lookout::Lookout;
use crate::resident::{Residence, Resident, Steady};
use crate::ring::{PackedRing, Ring};
use crate::stats::RingStats;

/// A split or a packed ring, with the same operations. Each costs one well-predicted branch more than the ring's own.
pub enum AnyRing<C: Chain, const N: usize> {
    /// `VIRTIO_F_RING_PACKED` was not negotiated.
    Split(Ring<C, N>),
    /// It was.
    Packed(PackedRing<C, N>),
}

macro_rules! either {
    ($self:ident, $ring:ident => $do:expr) => {
        match $self {
            Self::Split($ring) => $do,
            Self::Packed($ring) => $do,
        }
    };
}

impl<C: Chain, const N: usize> AnyRing<C, N> {
    /// Makes a ring in `memory`, which it clears, in the format the layout's features name.
    ///
    /// # Safety
    /// As for [`Ring::new`].
    pub unsafe fn new(memory: RingMemory, layout: RingLayout) -> Result<Self, CreateError> {
        if layout.features().packed {
            // SAFETY: promised by the caller.
            unsafe { PackedRing::new(memory, layout) }.map(Self::Packed)
        } else {
            // SAFETY: promised by the caller.
            unsafe { Ring::new(memory, layout) }.map(Self::Split)
        }
    }

    /// What to tell the device.
    pub fn areas(&self) -> RingAreas {
        either!(self, ring => ring.areas())
    }

    /// Size, features, and place of everything.
    pub fn layout(&self) -> &RingLayout {
        either!(self, ring => ring.layout())
    }

    /// As [`Ring::add`]: a packed ring's device may see the chain at once.
    #[inline]
    pub fn add(&mut self, chain: C) -> Result<Head, AddError<C>> {
        either!(self, ring => ring.add(chain))
    }

    /// As [`Ring::settle`].
    pub fn settle<D: Steady>(&mut self, chain: D, residence: Residence) -> Result<Resident<D>, AddError<D>> {
        either!(self, ring => ring.settle(chain, residence))
    }

    /// As [`Ring::unsettle`].
    pub fn unsettle<D>(&mut self, resident: Resident<D>) -> D {
        either!(self, ring => ring.unsettle(resident))
    }

    /// As [`Ring::publish`].
    #[inline]
    #[must_use = "a device that asked for a kick waits for it"]
    pub fn publish(&mut self) -> bool {
        either!(self, ring => ring.publish())
    }

    /// As [`Ring::pop`].
    #[inline]
    pub fn pop(&mut self) -> Result<Option<Done<C>>, Fault> {
        either!(self, ring => ring.pop())
    }

    /// As [`Ring::show`].
    ///
    /// # Safety
    /// As there.
    #[inline]
    pub unsafe fn show(&self, lookout: &Lookout) {
        // SAFETY: promised by the caller.
        either!(self, ring => unsafe { ring.show(lookout) })
    }

    /// As [`Ring::arm`].
    #[must_use = "going to sleep when this is true may be for ever"]
    pub fn arm(&mut self) -> bool {
        either!(self, ring => ring.arm())
    }

    /// As [`Ring::arm_after`].
    #[must_use = "going to sleep when this is true may be for ever"]
    pub fn arm_after(&mut self, chains: u16) -> bool {
        either!(self, ring => ring.arm_after(chains))
    }

    /// As [`Ring::disarm`].
    pub fn disarm(&mut self) {
        either!(self, ring => ring.disarm())
    }

    /// As [`Ring::recover`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn recover(&mut self, take: impl FnMut(Head, C)) {
        // SAFETY: promised by the caller.
        either!(self, ring => unsafe { ring.recover(take) })
    }

    /// As [`Ring::in_flight`].
    pub fn in_flight(&self) -> u16 {
        either!(self, ring => ring.in_flight())
    }

    /// As [`Ring::free`].
    pub fn free(&self) -> u16 {
        either!(self, ring => ring.free())
    }

    /// As [`Ring::fault`].
    pub fn fault(&self) -> Option<Fault> {
        either!(self, ring => ring.fault())
    }

    /// As [`Ring::stats`].
    pub fn stats(&self) -> RingStats {
        either!(self, ring => ring.stats())
    }
}

#[cfg(test)]
mod tests;
