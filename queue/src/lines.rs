//! How many cache lines a chain moves between the driver's core and the device's, counted.
//!
//! In the crate's own tests every word of ring memory is reached through here. While a test [watches](Watch), each access
//! counts for one of the two [`Side`]s, and two caches that hold whole lines say what it costs. A side that reads a line
//! which the other has written since *fetches* it, and waits: half a bounce of the line, as `benches/two_cores.rs`
//! measures it. (The line of a used entry the driver fetches together with that of the index, by a prefetch, which is not
//! counted: two fetches, and hardly more than one wait.) A side that writes a line of which the other holds a copy
//! *claims* it; the store buffer hides that, up to the next full fence.

use core::sync::atomic::{self, Ordering};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Bytes that move together.
const LINE: usize = 64;

/// Who is at work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Driver,
    Device,
}

/// What moved, as `[driver, device]`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Moved {
    fetched: [u32; 2],
    claimed: [u32; 2],
}

struct Caches {
    side: Side,
    /// Which sides hold a copy of the line.
    held: BTreeMap<usize, [bool; 2]>,
    moved: Moved,
}

std::thread_local! {
    static CACHES: RefCell<Option<Caches>> = const { RefCell::new(None) };
}

fn access(at: usize, writes: bool) {
    CACHES.with_borrow_mut(|caches| {
        let Some(Caches { side, held, moved }) = caches else { return };
        let me = *side as usize;
        let line = held.entry(at / LINE).or_default();
        if writes {
            moved.claimed[me] += u32::from(!line[me] || line[1 - me]);
            line[1 - me] = false;
        } else {
            moved.fetched[me] += u32::from(!line[me]);
        }
        line[me] = true;
    });
}

/// Counts what this thread does, for as long as it lives.
struct Watch;

impl Watch {
    fn begin() -> Self {
        CACHES.replace(Some(Caches { side: Side::Driver, held: BTreeMap::new(), moved: Moved::default() }));
        Self
    }

    /// What is done from here on, this side does.
    fn turn(&self, to: Side) {
        CACHES.with_borrow_mut(|caches| caches.as_mut().expect("begun").side = to);
    }

    /// What has moved since the last time.
    fn moved(&self) -> Moved {
        CACHES.with_borrow_mut(|caches| core::mem::take(&mut caches.as_mut().expect("begun").moved))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        CACHES.replace(None);
    }
}

macro_rules! shared {
    ($name:ident, $atomic:ident, $word:ty) => {
        /// A word of ring memory, and nothing but the atomic of its size.
        #[repr(transparent)]
        pub(crate) struct $name(atomic::$atomic);

        impl $name {
            /// # Safety
            /// As for the atomic.
            pub(crate) unsafe fn from_ptr<'a>(at: *mut $word) -> &'a Self {
                // SAFETY: promised by the caller; a transparent wrapper.
                unsafe { &*at.cast() }
            }

            pub(crate) fn load(&self, order: Ordering) -> $word {
                access(core::ptr::from_ref(self).addr(), false);
                self.0.load(order)
            }

            pub(crate) fn store(&self, value: $word, order: Ordering) {
                access(core::ptr::from_ref(self).addr(), true);
                self.0.store(value, order);
            }
        }
    };
}
shared!(SharedU16, AtomicU16, u16);
shared!(SharedU32, AtomicU32, u32);
shared!(SharedU64, AtomicU64, u64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceRing;
    use crate::testing::{Fates, HostMemory, Mixed, PACKED, SPLIT};
    use crate::{AnyRing, Residence, RingFeatures, RingLayout};

    /// Descriptors of the ring, and chains that are counted. Fewer for an interpreter of memory accesses.
    const SIZE: u32 = if cfg!(miri) { 16 } else { 256 };

    /// What [`SIZE`] chains of one segment move that a driver and a device pass between them, `depth` at a time, once all
    /// places of the ring have been used. Both look for more until there is none, and ask to be left alone.
    fn moved(features: RingFeatures, resident: bool, depth: usize) -> Moved {
        let layout = RingLayout::new(features, SIZE as u16, 0).unwrap();
        let memory = HostMemory::for_ring(&layout);
        // SAFETY: the memory outlives both, which are dropped first.
        let (ring, mut device) = unsafe {
            (AnyRing::new(memory.memory(), layout).unwrap(), DeviceRing::new(memory.memory(), layout))
        };
        let mut ring: Box<AnyRing<Mixed, { SIZE as usize }>> = Box::new(ring);
        let fates = Fates::default();
        let mut home: Vec<Mixed> = (0..depth as u32)
            .map(|id| {
                let chain = fates.chain(id, &[100], &[]);
                match resident {
                    true => Mixed::Settled(ring.settle(chain, Residence::Ring).unwrap()),
                    false => Mixed::Written(chain),
                }
            })
            .collect();
        ring.disarm();
        device.disarm();
        let watch = Watch::begin();
        for chains in 0..3 * SIZE / depth as u32 {
            if chains == 2 * SIZE / depth as u32 {
                watch.moved();
            }
            watch.turn(Side::Driver);
            for chain in home.drain(..) {
                ring.add(chain).unwrap();
            }
            assert!(!ring.publish());
            watch.turn(Side::Device);
            while let Some(head) = device.pop_with(|_| {}).unwrap() {
                device.push(head, 0);
            }
            assert!(!device.publish());
            watch.turn(Side::Driver);
            while let Some(done) = ring.pop().unwrap() {
                home.push(done.chain);
            }
            assert_eq!(home.len(), depth);
        }
        watch.moved()
    }

    #[test]
    fn one_chain_at_a_time_moves_no_line_that_says_nothing_new() {
        // There: the index, and the descriptor. The avail ring says already which chain it is. Back: the index, and the
        // used entry, unless it lies beside the index, as the first seven do.
        let split = moved(SPLIT, false, 1);
        assert_eq!(split.fetched, [2 * SIZE - 7, 2 * SIZE]);
        // There: the index alone.
        let resident = moved(SPLIT, true, 1);
        assert_eq!(resident.fetched, [2 * SIZE - 7, SIZE]);
        // There and back: the descriptor.
        assert_eq!(moved(PACKED, false, 1).fetched, [SIZE, SIZE]);
        assert_eq!(moved(PACKED, true, 1).fetched, [SIZE, SIZE]);
        // A line that was fetched is written over in the next turn, and nothing else is claimed.
        assert_eq!((split.claimed, resident.claimed), ([2 * SIZE, 2 * SIZE - 7], [SIZE, 2 * SIZE - 7]));
    }

    #[test]
    fn many_chains_at_a_time_share_the_lines_they_move() {
        let batches = 2;
        let depth = (SIZE / batches) as usize;
        // Four descriptors to a line; half of the ring's are in use, the same ones each time.
        let descriptors = SIZE / 4;
        let split = moved(SPLIT, false, depth);
        let resident = moved(SPLIT, true, depth);
        assert_eq!(split.fetched[1] - resident.fetched[1], descriptors);
        assert_eq!(moved(PACKED, false, depth).fetched, [descriptors, descriptors]);
        // Used entries, eight to a line, begin eight bytes late, so each batch's take one line more; the first of them all lies
        // beside the index.
        assert_eq!(resident.fetched[0], batches * (SIZE / batches / 8 + 1) + batches - 1);
    }
}
