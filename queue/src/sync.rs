//! The one place the crate takes its atomics and its full fence from, so that a model checker can take their place.
//!
//! With `--cfg loom` everything below comes from loom; the rest of the crate does not notice.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering, fence};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering, fence};

/// The full fence between publishing an index and reading the word by which the other side asks to be left alone.
///
/// Each side stores its own word and then loads the other's. Without a fence ordering that store before that load on
/// both sides, both may read the old value: neither notifies, both sleep (virtio 1.2, 2.7.13.3.1 and 2.7.9). A release
/// store and an acquire load do not order it, not even on x86.
#[inline(always)]
pub(crate) fn full_fence() {
    fence(Ordering::SeqCst);
}
