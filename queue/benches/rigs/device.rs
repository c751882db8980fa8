//! The device on the other core: as little as one can do that reads every word of a chain and writes every word of its
//! return. It polls, asks for no kicks, and looks at no wish for interrupts; the drivers here poll too. The device half of
//! the crate checks the driver, which is not what is measured.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering};

use ninewire_queue::RingAreas;

/// A device that takes all chains there are and returns them at once.
pub(crate) trait Device: Send {
    /// How many it took.
    fn serve(&mut self) -> u64;
}

/// A part of a ring, of which device addresses are CPU addresses.
#[derive(Clone, Copy)]
struct Part(NonNull<u8>);

// SAFETY: an address; all access is atomic.
unsafe impl Send for Part {}

impl Part {
    fn at(address: u64) -> Self {
        Self(NonNull::new(address as *mut u8).expect("an address"))
    }

    fn u16(&self, at: usize) -> &AtomicU16 {
        // SAFETY: the devices below keep inside the ring, whose memory is leaked, and words are aligned.
        unsafe { AtomicU16::from_ptr(self.0.byte_add(at).cast().as_ptr()) }
    }

    fn u32(&self, at: usize) -> &AtomicU32 {
        // SAFETY: as above.
        unsafe { AtomicU32::from_ptr(self.0.byte_add(at).cast().as_ptr()) }
    }

    fn u64(&self, at: usize) -> &AtomicU64 {
        // SAFETY: as above.
        unsafe { AtomicU64::from_ptr(self.0.byte_add(at).cast().as_ptr()) }
    }
}

const NEXT: u64 = 1 << 32;

/// Of a split ring of `size`.
pub(crate) struct Split {
    desc: Part,
    avail: Part,
    used: Part,
    size: usize,
    next: u16,
}

impl Split {
    pub(crate) fn new(areas: RingAreas, size: usize) -> Self {
        let [desc, avail, used] = [areas.desc, areas.driver, areas.device].map(|area| Part::at(area.get()));
        // The wish for a kick lies behind every index for a long time.
        used.u16(4 + 8 * size).store(u16::MAX, Ordering::Relaxed);
        Self { desc, avail, used, size, next: 0 }
    }
}

impl Device for Split {
    fn serve(&mut self) -> u64 {
        let first = self.next;
        let end = self.avail.u16(2).load(Ordering::Acquire);
        while self.next != end {
            let position = self.next as usize & (self.size - 1);
            let head = self.avail.u16(4 + 2 * position).load(Ordering::Relaxed);
            let mut index = head as usize;
            loop {
                std::hint::black_box(self.desc.u64(16 * index).load(Ordering::Relaxed));
                let word = self.desc.u64(16 * index + 8).load(Ordering::Relaxed);
                if word & NEXT == 0 {
                    break;
                }
                index = (word >> 48) as usize;
            }
            self.used.u32(4 + 8 * position).store(head.into(), Ordering::Relaxed);
            self.used.u32(8 + 8 * position).store(0, Ordering::Relaxed);
            self.next = self.next.wrapping_add(1);
        }
        if self.next != first {
            self.used.u16(2).store(self.next, Ordering::Release);
        }
        self.next.wrapping_sub(first).into()
    }
}

const TAG_NEXT: u32 = 1 << 16;
const TAG_AVAIL: u32 = 1 << 23;
const TAG_USED: u32 = 1 << 31;

/// Of a packed ring of `size`.
pub(crate) struct Packed {
    desc: Part,
    size: usize,
    next: usize,
    /// What the flags of an available descriptor are in this turn.
    available: u32,
}

impl Packed {
    pub(crate) fn new(areas: RingAreas, size: usize) -> Self {
        // `RING_EVENT_FLAGS_DISABLE`.
        Part::at(areas.device.get()).u32(0).store(1 << 16, Ordering::Relaxed);
        Self { desc: Part::at(areas.desc.get()), size, next: 0, available: TAG_AVAIL }
    }
}

impl Device for Packed {
    fn serve(&mut self) -> u64 {
        let mut chains = 0;
        loop {
            let (first, turn) = (self.next, self.available);
            let mut tag = self.desc.u32(16 * first + 12).load(Ordering::Acquire);
            if tag & (TAG_AVAIL | TAG_USED) != turn {
                return chains;
            }
            loop {
                std::hint::black_box(self.desc.u64(16 * self.next).load(Ordering::Relaxed));
                std::hint::black_box(self.desc.u32(16 * self.next + 8).load(Ordering::Relaxed));
                self.next += 1;
                if self.next == self.size {
                    (self.next, self.available) = (0, self.available ^ (TAG_AVAIL | TAG_USED));
                }
                if tag & TAG_NEXT == 0 {
                    break;
                }
                tag = self.desc.u32(16 * self.next + 12).load(Ordering::Relaxed);
            }
            // Chains come back in order here, so a chain's first place is where its return belongs.
            let used = if turn == TAG_AVAIL { TAG_AVAIL | TAG_USED } else { 0 };
            self.desc.u32(16 * first + 8).store(0, Ordering::Relaxed);
            self.desc.u32(16 * first + 12).store(used | tag & 0xffff, Ordering::Release);
            chains += 1;
        }
    }
}
