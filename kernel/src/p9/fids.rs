//! Which fids a session has in use. A fid is taken when a request that will make it goes out, and free again only when
//! the server has said that it does not know it (any more): after Rclunk, or when the request that was to make it failed.
//!
//! A *doomed* fid is one the server knows and nobody here wants: its Tclunk is still to be sent.

use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// Fids of a session: so many files can be walked to or open at a time.
pub const FIDS_MAX: usize = 4096;

const WORDS: usize = FIDS_MAX / 64;

/// The fids of one session.
#[derive(Debug)]
pub(super) struct Fids {
    /// A set bit: taken.
    taken: [AtomicU64; WORDS],
    /// A set bit: taken, and to be clunked.
    doomed: [AtomicU64; WORDS],
    /// Some bit of `doomed` may be set. Set after the bit, cleared before looking.
    any_doomed: AtomicBool,
    /// Where the last free one was found: a hint.
    near: AtomicU32,
}

impl Fids {
    pub(super) const fn new() -> Fids {
        Fids {
            taken: [const { AtomicU64::new(0) }; WORDS],
            doomed: [const { AtomicU64::new(0) }; WORDS],
            any_doomed: AtomicBool::new(false),
            near: AtomicU32::new(0),
        }
    }

    /// Takes one; `None` when all are taken. Never waits for another core.
    pub(super) fn take(&self) -> Option<u32> {
        let near = self.near.load(Ordering::Relaxed) as usize;
        for step in 0..WORDS {
            let word = (near + step) % WORDS;
            let mut bits = self.taken[word].load(Ordering::Relaxed);
            while bits != !0 {
                let bit = bits.trailing_ones();
                // Acquire pairs with the release of `free`: what its last user did is over.
                match self.taken[word].compare_exchange_weak(
                    bits,
                    bits | 1 << bit,
                    Ordering::Acquire,
                    Ordering::Relaxed,
                ) {
                    Ok(_) => {
                        if step > 0 {
                            self.near.store(word as u32, Ordering::Relaxed);
                        }
                        return Some(word as u32 * 64 + bit);
                    }
                    Err(now) => bits = now,
                }
            }
        }
        None
    }

    /// The server does not know it.
    pub(super) fn free(&self, fid: u32) {
        let (word, bit) = place(fid);
        let before = self.taken[word].fetch_and(!bit, Ordering::Release);
        debug_assert!(before & bit != 0, "fid {fid} freed twice");
    }

    /// The server knows it and nobody here wants it.
    pub(super) fn doom(&self, fid: u32) {
        let (word, bit) = place(fid);
        self.doomed[word].fetch_or(bit, Ordering::Relaxed);
        self.any_doomed.store(true, Ordering::Release);
    }

    /// Is there one to clunk? May say so once too often.
    pub(super) fn any_doomed(&self) -> bool {
        self.any_doomed.load(Ordering::Relaxed)
    }

    /// One to clunk, no longer doomed: the caller sends its Tclunk. Those that are `held` have to wait.
    pub(super) fn take_doomed(&self, held: impl Fn(u32) -> bool) -> Option<u32> {
        if !self.any_doomed.swap(false, Ordering::Acquire) {
            return None;
        }
        for (word, doomed) in self.doomed.iter().enumerate() {
            let mut bits = doomed.load(Ordering::Relaxed);
            while bits != 0 {
                let bit = bits.trailing_zeros();
                let fid = word as u32 * 64 + bit;
                self.any_doomed.store(true, Ordering::Relaxed);
                if !held(fid) {
                    doomed.fetch_and(!(1 << bit), Ordering::Relaxed);
                    return Some(fid);
                }
                bits &= bits - 1;
            }
        }
        None
    }

    /// How many are taken.
    pub(super) fn count(&self) -> usize {
        self.taken.iter().map(|word| word.load(Ordering::Relaxed).count_ones() as usize).sum()
    }
}

fn place(fid: u32) -> (usize, u64) {
    (fid as usize / 64, 1 << (fid % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::vec::Vec;

    #[test]
    fn every_fid_is_handed_out_once_and_then_none() {
        let fids = Fids::new();
        let all: BTreeSet<u32> = core::iter::from_fn(|| fids.take()).collect();
        assert_eq!(all, (0..FIDS_MAX as u32).collect());
        fids.free(77);
        assert_eq!((fids.take(), fids.take()), (Some(77), None));
        assert_eq!(fids.count(), FIDS_MAX);
    }

    #[test]
    fn doomed_fids_stay_taken_until_they_are_freed() {
        let fids = Fids::new();
        let some: Vec<u32> = (0..200).map(|_| fids.take().expect("there are more")).collect();
        for &fid in some.iter().step_by(2) {
            fids.doom(fid);
        }
        assert!(fids.any_doomed());
        assert_eq!(fids.take_doomed(|_| true), None);
        assert!(fids.any_doomed());
        let doomed: Vec<u32> = core::iter::from_fn(|| fids.take_doomed(|_| false)).collect();
        assert_eq!(doomed, some.iter().copied().step_by(2).collect::<Vec<_>>());
        assert_eq!(fids.count(), 200);
        assert!(!fids.any_doomed());
        doomed.iter().for_each(|&fid| fids.free(fid));
        assert_eq!(fids.count(), 100);
    }
}
