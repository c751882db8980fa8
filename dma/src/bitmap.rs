//! The truth about which pages are free: one bit a page, set when free, claimed and released without a lock.
//! Knows page indices only. [`crate::Pool`] turns them into memory.
//!
//! Small runs are taken at the lowest address that fits, large ones (from [`LARGE_RUN_PAGES`] up) at the highest, so
//! that a busy end of small pages and a quiet end of large runs grow towards each other.

use core::ptr::NonNull;

use crate::sync::Word;

/// From this many pages on (64 KiB) a run is placed from the top of the region.
pub(crate) const LARGE_RUN_PAGES: usize = 16;

/// A bitmap over words that live in the pool's metadata.
pub(crate) struct Bitmap {
    words: NonNull<Word>,
    words_len: usize,
    pages: usize,
}

/// The bits of `word_index` that belong to `first .. first + pages`.
fn mask_in(word_index: usize, first: usize, pages: usize) -> u64 {
    let word_first = word_index * Word::BITS;
    let low = first.max(word_first) - word_first;
    let high = (first + pages).min(word_first + Word::BITS) - word_first;
    (u64::MAX >> (Word::BITS - (high - low))) << low
}

impl Bitmap {
    /// Bytes of words that `pages` pages need.
    pub(crate) const fn bytes_for(pages: usize) -> usize {
        pages.div_ceil(Word::BITS) * size_of::<Word>()
    }

    /// Writes the words of a bitmap whose `pages` pages are all free.
    ///
    /// # Safety
    /// `words` is aligned and valid for `bytes_for(pages)` bytes for the life of the bitmap, and nothing else uses
    /// them.
    pub(crate) unsafe fn new(words: NonNull<Word>, pages: usize) -> Self {
        let words_len = pages.div_ceil(Word::BITS);
        for index in 0..words_len {
            // SAFETY: `index < words_len`, inside the bytes the caller gave us.
            unsafe { words.add(index).write(Word::new(mask_in(index, 0, pages))) };
        }
        Self { words, words_len, pages }
    }

    fn words(&self) -> &[Word] {
        // SAFETY: written in `new`, valid and shared through atomics alone for the life of `self`.
        unsafe { core::slice::from_raw_parts(self.words.as_ptr(), self.words_len) }
    }

    /// Free pages, counted now; exact only while nobody else is at work.
    pub(crate) fn free(&self) -> usize {
        self.words().iter().map(|word| word.peek().count_ones() as usize).sum()
    }

    /// Claims `pages` contiguous pages and returns the index of the first.
    pub(crate) fn claim_run(&self, pages: usize) -> Option<usize> {
        let last = self.pages.checked_sub(pages)?;
        if pages < LARGE_RUN_PAGES {
            (0..=last).find(|&first| self.claim_at(first, pages))
        } else {
            (0..=last).rev().find(|&first| self.claim_at(first, pages))
        }
    }

    fn claim_at(&self, first: usize, pages: usize) -> bool {
        let range = first / Word::BITS..(first + pages).div_ceil(Word::BITS);
        let words = self.words();
        if range.clone().any(|w| words[w].peek() & mask_in(w, first, pages) != mask_in(w, first, pages)) {
            return false;
        }
        for w in range.clone() {
            let mask = mask_in(w, first, pages);
            let won = words[w].claim(mask) & mask;
            if won != mask {
                words[w].release(won);
                (range.start..w).for_each(|back| {
                    words[back].release(mask_in(back, first, pages));
                });
                return false;
            }
        }
        true
    }

    /// Gives `first .. first + pages` back.
    ///
    /// # Panics
    /// If one of the pages is free already: ownership was broken, and going on would hand a page out twice.
    pub(crate) fn release_run(&self, first: usize, pages: usize) {
        for w in first / Word::BITS..(first + pages).div_ceil(Word::BITS) {
            let mask = mask_in(w, first, pages);
            let old = self.words()[w].release(mask);
            assert!(old & mask == 0, "pages freed twice in word {w} of the bitmap: {:#x}", old & mask);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn bitmap(pages: usize) -> Bitmap {
        let words: Vec<u64> = std::vec![0; pages.div_ceil(64)];
        let words = NonNull::from(words.leak()).cast();
        // SAFETY: the words are leaked, large enough and nobody else's.
        unsafe { Bitmap::new(words, pages) }
    }

    #[test]
    fn small_runs_come_from_the_bottom_and_large_ones_from_the_top() {
        let map = bitmap(200);
        assert_eq!(map.claim_run(1), Some(0));
        assert_eq!(map.claim_run(15), Some(1));
        assert_eq!(map.claim_run(16), Some(184));
        assert_eq!(map.claim_run(100), Some(84));
        assert_eq!(map.free(), 200 - 132);
    }

    #[test]
    #[should_panic(expected = "freed twice")]
    fn a_page_freed_twice_is_detected() {
        let map = bitmap(70);
        assert_eq!(map.claim_run(70), Some(0));
        map.release_run(65, 2);
        map.release_run(66, 1);
    }
}
