//! A look at a ring by who does not have it: has the device moved?
//!
//! For a driver that keeps its ring behind a lock and is asked far more often than anything happens. The ring says where
//! its device's next move will show ([`Ring::show`](crate::Ring::show)); a look is then three loads, whoever has the ring.
//! Nothing is decided by it: what the device has really done, only `pop` says, and only
//! [`arm`](crate::Ring::arm) says whether one may sleep.

use crate::words::Area;
use core::ptr::NonNull;
// Shared by the driver's own cores, and no part of what driver and device say to each other: never a model's.
use core::sync::atomic::{AtomicPtr, AtomicU16, AtomicU32, Ordering};

/// The word of a lookout that was shown no ring.
static NOWHERE: AtomicU16 = AtomicU16::new(0);

/// Where the device's next move will show.
#[derive(Clone, Copy)]
pub struct Sight {
    /// A word of 16 bits that the device writes.
    pub(crate) word: Area,
    /// The bits of it that matter.
    pub(crate) mask: u16,
    /// What they are until then.
    pub(crate) still: u16,
}

/// Where to look for the next move of a ring's device, as long as that has chains of the ring: with none in flight there is
/// nothing to be seen, and a look may be wrong. One thread at a time shows it a ring; others may look meanwhile, and may
/// then see a move where there is none, or none where there is one that the next look sees.
#[derive(Debug)]
pub struct Lookout {
    word: AtomicPtr<u8>,
    /// Above the mask, below what the word is.
    bits: AtomicU32,
}

impl Lookout {
    /// Looks nowhere, where nothing moves.
    pub const fn new() -> Self {
        Self { word: AtomicPtr::new(NOWHERE.as_ptr().cast()), bits: AtomicU32::new(0) }
    }

    /// Has the device moved since the ring was shown?
    #[inline]
    pub fn has_moved(&self) -> bool {
        // SAFETY: this word is our own, or that of a ring, which whoever showed it has promised to keep.
        let now = unsafe {
            let word = NonNull::new_unchecked(self.word.load(Ordering::Relaxed));
            Area::new(word).device_word()
        };
        let bits = self.bits.load(Ordering::Relaxed);
        (now ^ bits as u16) & (bits >> 16) as u16 != 0
    }

    /// # Safety
    /// The ring's memory stays where it is for as long as anybody looks, or until the lookout has been shown another ring
    /// and nobody looks any more who began before.
    pub(crate) unsafe fn look_at(&self, sight: Sight) {
        self.bits.store(u32::from(sight.mask) << 16 | u32::from(sight.still), Ordering::Relaxed);
        self.word.store(sight.word.as_ptr(), Ordering::Relaxed);
    }
}

impl Default for Lookout {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::RingFeatures;
    use crate::testing::{PACKED, Rig, SPLIT};

    /// Shown the rig's ring as it is now.
    fn shown(rig: &Rig, lookout: &Lookout) {
        // SAFETY: the rig outlives every look of its test.
        unsafe { rig.ring.show(lookout) };
    }

    #[test]
    fn a_look_sees_what_pop_would_find_in_every_turn_of_a_ring() {
        let plain = RingFeatures { event_idx: false, ..SPLIT };
        let in_order = |features| RingFeatures { in_order: true, ..features };
        for features in [SPLIT, PACKED, plain, in_order(SPLIT), in_order(PACKED)] {
            let (mut rig, lookout) = (Rig::new(features, 4), Lookout::new());
            assert!(!lookout.has_moved(), "it has been shown nothing");
            shown(&rig, &lookout);
            // Past the end of an index, with chains of one, two and three descriptors.
            for id in 0..if cfg!(miri) { 12 } else { 70_000 } {
                rig.add(id, &[8], &[8, 8][..id as usize % 3]);
                let heads = rig.deliver();
                assert!(!lookout.has_moved(), "turn {id}: the device has the chain");
                rig.device.complete(heads[0], 0);
                assert!(lookout.has_moved(), "turn {id}: it has returned it");
                assert_eq!(rig.collect(), [(id, 0)]);
                shown(&rig, &lookout);
            }
        }
    }
}
