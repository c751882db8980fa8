//! The kick: telling the device that a queue has something for it.

use crate::mem::mmio::Mmio;
#[cfg(not(target_os = "none"))]
use core::sync::atomic::{AtomicU64, Ordering};

/// The notification register of one queue. Copies kick the same queue.
#[derive(Debug, Clone, Copy)]
pub struct Notify {
    target: Target,
    queue: u16,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    /// A 16-bit register, in a window that begins with it.
    Register(Mmio),
    /// A test counts.
    #[cfg(not(target_os = "none"))]
    Counter(&'static AtomicU64),
}

impl Notify {
    /// Kicks `queue` by writing its number to the register at the start of `window`.
    pub(crate) const fn register(window: Mmio, queue: u16) -> Self {
        Self { target: Target::Register(window), queue }
    }

    /// Counts kicks instead.
    #[cfg(not(target_os = "none"))]
    pub(crate) const fn counter(counter: &'static AtomicU64, queue: u16) -> Self {
        Self { target: Target::Counter(counter), queue }
    }

    /// Kicks the queue: one store.
    ///
    /// The ring's index was stored before; the store to an uncached register is not reordered before it (x86
    /// keeps stores in order, and the compiler keeps a volatile store behind the ring's fence).
    #[inline]
    pub fn notify(&self) {
        match self.target {
            Target::Register(window) => window.write_u16(0, self.queue),
            #[cfg(not(target_os = "none"))]
            Target::Counter(counter) => {
                counter.fetch_add(1, Ordering::Release);
            }
        }
    }

    /// The queue it kicks.
    pub const fn queue(&self) -> u16 {
        self.queue
    }
}
