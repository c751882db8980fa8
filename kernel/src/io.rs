//! What I/O moves: buffers, windows, lists of windows, and the one routine that copies payload.
//!
//! Everything that reads or writes files and ports hands these on instead of copying bytes. A [`Buf`] is owned pages, a
//! [`Window`] a counted read-only view of some, and [`Windows`] a message's worth of views in order, as cut as its bytes
//! happened to arrive. Where payload does have to be copied, [`copy_payload`] or a method here that says so does it and
//! counts every byte: what the count does not show was not copied.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::mem::Map;

/// Pages of our pool, exclusively owned.
pub type Buf = ninewire_dma::Buf<'static, Map>;
/// A read-only, counted view of bytes in our pool.
pub type Window = ninewire_dma::Window<'static, Map>;
/// The pool all of them come from.
pub type Pool = ninewire_dma::Pool<Map>;

/// Payload bytes copied since boot.
static COPIED: AtomicU64 = AtomicU64::new(0);

/// Payload bytes copied since boot, by everybody.
pub fn copied() -> u64 {
    COPIED.load(Ordering::Relaxed)
}

/// Copies payload and counts it. Nothing else in this kernel copies what a file or port contains.
///
/// # Panics
/// When the lengths differ.
#[inline]
pub fn copy_payload(to: &mut [u8], from: &[u8]) {
    to.copy_from_slice(from);
    count(from.len());
}

/// [`copy_payload`] into pages that may not have been written before, from byte `at` of their window on.
///
/// # Panics
/// When the bytes do not fit the window.
#[inline]
pub fn copy_payload_into(to: &mut Buf, at: usize, from: &[u8]) {
    to.write_at(at, from);
    count(from.len());
}

#[inline]
fn count(bytes: usize) {
    COPIED.fetch_add(bytes as u64, Ordering::Relaxed);
}

/// Bytes in order, as any number of windows. None of them is empty.
///
/// The first window is kept inline, which is all there is to most messages; more of them go to a list that is taken
/// from, and goes back to, a stock of spare ones, so that a steady flow of cut messages does not come to the heap.
#[derive(Default)]
pub struct Windows {
    /// `None`: no bytes.
    first: Option<Window>,
    /// The windows after the first; there is a first when there are these.
    rest: Option<Rest>,
    /// Bytes of all windows.
    len: usize,
}

type Rest = Box<VecDeque<Window>>;

impl Windows {
    /// No bytes.
    pub const fn new() -> Windows {
        Windows { first: None, rest: None, len: 0 }
    }

    /// Bytes of all windows.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// No bytes?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many windows.
    pub fn count(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.as_ref().map_or(0, |rest| rest.len())
    }

    /// Adds a window at the end. One without bytes is dropped.
    #[inline]
    pub fn push(&mut self, window: Window) {
        if window.is_empty() {
            return;
        }
        self.len += window.len();
        if self.first.is_none() {
            self.first = Some(window);
        } else {
            self.rest.get_or_insert_with(spare::take).push_back(window);
        }
    }

    /// Adds all of `more` at the end.
    pub fn append(&mut self, more: Windows) {
        if self.first.is_none() {
            *self = more;
        } else {
            more.into_iter().for_each(|window| self.push(window));
        }
    }

    /// Takes the first window away.
    #[inline]
    pub fn pop(&mut self) -> Option<Window> {
        let window = self.first.take()?;
        self.len -= window.len();
        if let Some(rest) = &mut self.rest {
            self.first = rest.pop_front();
            if rest.is_empty()
                && let Some(rest) = self.rest.take()
            {
                spare::put(rest);
            }
        }
        Some(window)
    }

    /// Puts a window in front of the others.
    fn unpop(&mut self, window: Window) {
        self.len += window.len();
        if let Some(first) = self.first.replace(window) {
            self.rest.get_or_insert_with(spare::take).push_front(first);
        }
    }

    /// Splits off the first `bytes` bytes and returns them; `self` keeps the rest. No byte is copied.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn split_to(&mut self, bytes: usize) -> Windows {
        assert!(bytes <= self.len, "split at {bytes} of {} bytes", self.len);
        if bytes == self.len {
            return core::mem::take(self);
        }
        let mut front = Windows::new();
        while front.len < bytes {
            let Some(mut window) = self.pop() else { break };
            let wanted = bytes - front.len;
            if window.len() > wanted {
                front.push(window.split_to(wanted));
                self.unpop(window);
            } else {
                front.push(window);
            }
        }
        front
    }

    /// Drops the first `bytes` bytes.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn advance(&mut self, mut bytes: usize) {
        assert!(bytes <= self.len, "advance by {bytes} of {} bytes", self.len);
        while bytes > 0 {
            let Some(mut window) = self.pop() else { break };
            if window.len() > bytes {
                window.advance(bytes);
                self.unpop(window);
                break;
            }
            bytes -= window.len();
        }
    }

    /// Keeps the first `bytes` bytes; fewer stay as they are.
    pub fn truncate(&mut self, bytes: usize) {
        if bytes < self.len {
            *self = self.split_to(bytes);
        }
    }

    /// The first window.
    #[inline]
    pub fn first(&self) -> Option<&Window> {
        self.first.as_ref()
    }

    /// The windows in order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = &Window> {
        self.first.iter().chain(self.rest.iter().flat_map(|rest| rest.iter()))
    }

    /// The bytes, when they lie in one piece.
    pub fn as_one_slice(&self) -> Option<&[u8]> {
        match (&self.first, &self.rest) {
            (None, _) => Some(&[]),
            (Some(only), None) => Some(only.as_slice()),
            (Some(_), Some(_)) => None,
        }
    }

    /// Copies payload (counted) to the start of `to`, as much as there is and fits; how much that was.
    pub fn copy_to(&self, to: &mut [u8]) -> usize {
        self.each_piece(to.len(), |at, piece| copy_payload(&mut to[at..at + piece.len()], piece))
    }

    /// Copies payload (counted) to the start of the window of `to`, as much as there is and fits; how much that was.
    /// Pages that were never written are not zeroed first.
    pub fn copy_into(&self, to: &mut Buf) -> usize {
        self.each_piece(to.len(), |at, piece| copy_payload_into(to, at, piece))
    }

    /// Looks at bytes that are no payload (headers, directory entries), as much as there is and fits; how much that was.
    pub fn peek(&self, to: &mut [u8]) -> usize {
        self.each_piece(to.len(), |at, piece| to[at..at + piece.len()].copy_from_slice(piece))
    }

    fn each_piece(&self, most: usize, mut take: impl FnMut(usize, &[u8])) -> usize {
        let mut at = 0;
        for window in self.iter() {
            let piece = &window.as_slice()[..window.len().min(most - at)];
            if piece.is_empty() {
                break;
            }
            take(at, piece);
            at += piece.len();
        }
        at
    }
}

/// Counts the pages once more; copies nothing.
impl Clone for Windows {
    fn clone(&self) -> Self {
        self.iter().cloned().collect()
    }
}

impl Drop for Windows {
    #[inline]
    fn drop(&mut self) {
        if let Some(rest) = self.rest.take() {
            spare::put(rest);
        }
    }
}

impl From<Window> for Windows {
    fn from(window: Window) -> Self {
        let mut windows = Windows::new();
        windows.push(window);
        windows
    }
}

/// The buffer's window, shared from now on.
impl From<Buf> for Windows {
    fn from(buf: Buf) -> Self {
        buf.share().into()
    }
}

impl FromIterator<Window> for Windows {
    fn from_iter<I: IntoIterator<Item = Window>>(windows: I) -> Self {
        let mut all = Windows::new();
        windows.into_iter().for_each(|window| all.push(window));
        all
    }
}

impl IntoIterator for Windows {
    type Item = Window;
    type IntoIter = IntoIter;

    fn into_iter(self) -> IntoIter {
        IntoIter(self)
    }
}

/// The windows of a [`Windows`], one after the other.
#[derive(Debug)]
pub struct IntoIter(Windows);

impl Iterator for IntoIter {
    type Item = Window;

    fn next(&mut self) -> Option<Window> {
        self.0.pop()
    }
}

impl fmt::Debug for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|window| window.len())).finish()
    }
}

/// Empty window lists with room in them.
mod spare {
    use super::{Box, Rest, Vec, VecDeque};
    use spin::Mutex;

    /// Lists kept; more go back to the heap. As many as a full session of 128 requests and some.
    const KEPT_MAX: usize = 160;
    /// A list of 4 KiB windows for 1 MiB, the common large message; longer ones go back to the heap.
    const WINDOWS_MAX: usize = 1024;
    /// Room in a new list.
    const WINDOWS_NEW: usize = 8;

    /// Taken for a few instructions by tasks only, never by an interrupt handler.
    static SPARE: Mutex<Vec<Rest>> = Mutex::new(Vec::new());

    pub(super) fn take() -> Rest {
        let spare = SPARE.lock().pop();
        spare.unwrap_or_else(|| Box::new(VecDeque::with_capacity(WINDOWS_NEW)))
    }

    #[cold]
    fn room(spare: &mut Vec<Rest>) {
        spare.reserve_exact(KEPT_MAX);
    }

    pub(super) fn put(mut rest: Rest) {
        rest.clear();
        if rest.capacity() > WINDOWS_MAX {
            return;
        }
        let mut spare = SPARE.lock();
        if spare.capacity() == 0 {
            room(&mut spare);
        }
        if spare.len() < KEPT_MAX {
            spare.push(rest);
        }
    }
}

/// A pool of a test's own, so that its pages can be counted.
#[cfg(test)]
pub(crate) mod testing {
    use super::{Box, Map, Pool};
    use alloc::alloc::{Layout, alloc, handle_alloc_error};
    use core::ptr::NonNull;
    use ninewire_dma::Hygiene;

    /// A leaked pool of `pages` pages, poisoned so that a stale byte shows.
    pub(crate) fn pool(pages: usize) -> &'static Pool {
        let bytes = Pool::region_bytes(pages);
        let layout = Layout::from_size_align(bytes, 4096).expect("a test's region fits the address space");
        // SAFETY: the layout is not empty.
        let Some(base) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
        base.expose_provenance();
        let region = NonNull::slice_from_raw_parts(base, bytes);
        // SAFETY: leaked just now, so the pool's alone for ever; there is no device but the test's own code.
        let pool = unsafe { Pool::new(region, Map, Hygiene::Poison) };
        Box::leak(Box::new(pool.expect("the region was sized for these pages")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pool() -> &'static Pool {
        testing::pool(64)
    }

    fn window(pool: &'static Pool, bytes: &[u8]) -> Window {
        let mut buf = pool.alloc_bytes(bytes.len().max(1)).expect("the test's pool is large enough");
        buf.set_window(0..bytes.len());
        buf.write_at(0, bytes);
        buf.share()
    }

    fn bytes(windows: &Windows) -> Vec<u8> {
        windows.iter().flat_map(|window| window.to_vec()).collect()
    }

    #[test]
    fn windows_without_bytes_are_not_kept() {
        let pool = pool();
        let mut windows = Windows::from(window(pool, b""));
        windows.push(window(pool, b"x"));
        windows.push(window(pool, b""));
        assert_eq!((windows.count(), windows.len()), (1, 1));
        assert_eq!(windows.as_one_slice(), Some(b"x".as_slice()));
    }

    #[test]
    fn copying_payload_is_counted_and_peeking_is_not() {
        let pool = pool();
        let windows: Windows = [window(pool, b"abc"), window(pool, b"defg")].into_iter().collect();
        let mut head = [0; 5];
        assert_eq!(windows.peek(&mut head), 5);
        assert_eq!(&head, b"abcde");
        let before = copied();
        let mut whole = [0xa5; 9];
        assert_eq!(windows.copy_to(&mut whole), 7);
        assert_eq!(&whole, b"abcdefg\xa5\xa5");
        let mut buf = pool.alloc(1).expect("a page");
        buf.set_window(2..6);
        assert_eq!(windows.copy_into(&mut buf), 4);
        assert_eq!(buf.as_slice(), b"abcd");
        // Other tests may copy at the same time: at least ours is in it.
        assert!(copied() - before >= 11);
    }

    #[test]
    fn pages_go_back_when_the_last_view_is_gone() {
        let pool = pool();
        let windows: Windows = (0..20).map(|_| window(pool, b"page")).collect();
        assert_eq!(pool.counters().live, 20);
        let copy = windows.clone();
        drop(windows);
        assert_eq!(pool.counters().live, 20);
        drop(copy);
        assert_eq!(pool.counters().live, 0);
    }

    proptest! {
        /// Against the obvious model: one vector of bytes.
        #[test]
        fn splitting_anywhere_loses_and_moves_no_byte(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 0..8),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
        ) {
            let pool = pool();
            let mut model: Vec<u8> = pieces.concat();
            let mut windows: Windows = pieces.iter().map(|piece| window(pool, piece)).collect();
            for (nth, cut) in cuts.iter().enumerate() {
                let at = cut.index(model.len() + 1);
                let after = model.split_off(at);
                match nth % 3 {
                    0 => {
                        let front = windows.split_to(at);
                        prop_assert_eq!(bytes(&front), model.as_slice());
                        prop_assert_eq!(front.len(), at);
                        model = after;
                    }
                    1 => {
                        windows.advance(at);
                        model = after;
                    }
                    _ => windows.truncate(at),
                }
                prop_assert_eq!(bytes(&windows), model.as_slice());
                prop_assert_eq!(windows.len(), model.len());
                prop_assert!(windows.iter().all(|window| !window.is_empty()));
            }
            let mut twice = windows.clone();
            twice.append(windows);
            prop_assert_eq!(bytes(&twice), [model.as_slice(), &model].concat());
            drop(twice);
            prop_assert_eq!(pool.counters().live, 0);
        }
    }
}
