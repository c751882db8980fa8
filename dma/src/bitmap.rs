//! The truth about which pages are free: one bit a page, set when free, claimed and released without a lock.
//! Knows page indices only; [`crate::Pool`] turns them into memory.
//!
//! Placement decides how long large runs stay available. Three habits, measured against first fit, best fit and
//! strict two-ended placement by the churn table of `benches/`:
//! - single pages stay in the word they come from until it is dry, then go to the lowest word with a hint;
//! - medium runs (from [`MEDIUM_RUN_PAGES`]) go to the lowest place aligned to their size, at most a word;
//! - large runs (from [`LARGE_RUN_PAGES`]) go to the highest, so that they wear out their own end of the region.
//!
//! What finds no such place takes any that fits: a habit is a preference, never a reason to fail.
//!
//! The summary has a bit a word, its hint: "worth a visit". A word gets it back when a run is released in it, or one
//! of every [`SAMPLE`] pages that are released alone, so that a visit finds a few pages more often than one. The
//! hint says nothing for certain; nobody is told "exhausted" before the words themselves were read.

use core::num::NonZeroU64;
use core::ops::Range;
use core::ptr::NonNull;

use crate::sync::{Word, full_fence_after_rmw};

/// From this many pages on (64 KiB) a run is worth keeping together, and is placed aligned.
pub(crate) const MEDIUM_RUN_PAGES: usize = 16;
/// From this many pages on (1 MiB) a run is placed from the top of the region.
pub(crate) const LARGE_RUN_PAGES: usize = 256;
/// Of single pages, those whose index is a multiple of this bring their word's hint back.
const SAMPLE: usize = 4;

/// A bitmap over words that live in the pool's metadata.
pub(crate) struct Bitmap {
    /// One bit a page.
    words: NonNull<Word>,
    /// One bit a word.
    summary: NonNull<Word>,
    words_len: usize,
    summary_len: usize,
    pages: usize,
}

/// `len` bits from `low` on.
const fn mask(low: usize, len: usize) -> u64 {
    (u64::MAX >> (Word::BITS - len)) << low
}

/// The bits of `word` that belong to `first .. first + pages`.
fn mask_in(word: usize, first: usize, pages: usize) -> u64 {
    let word_first = word * Word::BITS;
    let low = first.max(word_first) - word_first;
    let high = (first + pages).min(word_first + Word::BITS) - word_first;
    mask(low, high - low)
}

/// Bit `i` of the answer is set when `i .. i + len` are all set in `bits`; `len` is 1 to 64.
#[inline]
const fn run_starts(bits: u64, len: usize) -> u64 {
    let (mut starts, mut have) = (bits, 1);
    while have < len {
        let step = if have < len - have { have } else { len - have };
        starts &= starts >> step;
        have += step;
    }
    starts
}

/// The bits at which a run of `pages` (16 to 64) is aligned: to the largest power of two that is not larger.
const fn aligned_starts(pages: usize) -> u64 {
    match pages {
        ..32 => 0x0001_0001_0001_0001,
        32..64 => 0x0000_0001_0000_0001,
        64.. => 1,
    }
}

/// The indices of the set bits, lowest first.
fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let bit = bits.trailing_zeros() as usize;
        bits &= bits.checked_sub(1)?;
        Some(bit)
    })
}

impl Bitmap {
    const fn words_for(pages: usize) -> usize {
        pages.div_ceil(Word::BITS)
    }

    /// Bytes of words and summary that `pages` pages need.
    pub(crate) const fn bytes_for(pages: usize) -> usize {
        let words = Self::words_for(pages);
        (words + words.div_ceil(Word::BITS)) * size_of::<Word>()
    }

    /// Writes the words of a bitmap whose `pages` pages are all free.
    ///
    /// # Safety
    /// `words` is aligned and valid for `bytes_for(pages)` bytes for the life of the bitmap, and nothing else uses
    /// them. `pages` is at least one.
    pub(crate) unsafe fn new(words: NonNull<Word>, pages: usize) -> Self {
        let words_len = Self::words_for(pages);
        for index in 0..words_len {
            // SAFETY: the first `words_len` words are inside the bytes the caller gave us.
            unsafe { words.add(index).write(Word::new(mask_in(index, 0, pages))) };
        }
        // SAFETY: the summary follows the words, inside the bytes the caller gave us.
        let summary = unsafe { words.add(words_len) };
        let summary_len = words_len.div_ceil(Word::BITS);
        for index in 0..summary_len {
            // SAFETY: as above.
            unsafe { summary.add(index).write(Word::new(mask_in(index, 0, words_len))) };
        }
        Self { words, summary, words_len, summary_len, pages }
    }

    #[inline]
    fn word(&self, index: usize) -> &Word {
        debug_assert!(index < self.words_len);
        // SAFETY: written in `new` and only used as an atomic for the life of `self`; indices come from our own
        // searches and from pages and cursors of this bitmap, all below `words_len`.
        unsafe { self.words.add(index).as_ref() }
    }

    /// The hints of 64 words.
    #[inline]
    fn hints(&self, index: usize) -> &Word {
        debug_assert!(index < self.summary_len);
        // SAFETY: as for `word`; the summary has a bit for each word.
        unsafe { self.summary.add(index).as_ref() }
    }

    /// The hints that `word`'s is among.
    #[inline]
    fn hint(&self, word: usize) -> &Word {
        self.hints(word / Word::BITS)
    }

    /// Free pages, counted now; exact only while nobody else is at work.
    pub(crate) fn free(&self) -> usize {
        (0..self.words_len).map(|w| self.word(w).peek().count_ones() as usize).sum()
    }

    /// Are at least `pages` free? Looks no further than it has to, and most words are all free: a test each.
    pub(crate) fn has_free(&self, pages: usize) -> bool {
        let mut lacking = pages;
        let mut words = 0..self.words_len;
        while lacking > 0 {
            let Some(w) = words.next() else { return false };
            let free = match self.word(w).peek() {
                u64::MAX => Word::BITS,
                bits => bits.count_ones() as usize,
            };
            lacking = lacking.saturating_sub(free);
        }
        true
    }

    /// Claims one page of the word at `cursor`, the common case.
    #[inline]
    pub(crate) fn claim_page_at(&self, cursor: usize) -> Option<usize> {
        let word = self.word(cursor);
        let bit = NonZeroU64::new(word.peek())?.trailing_zeros() as usize;
        if !word.claim_bit(bit) {
            return None;
        }
        Some(cursor * Word::BITS + bit)
    }

    /// Claims at least one and at most `most` (1 to 64) pages of one word: of the word at `cursor` if it has any,
    /// else of the one it moves `cursor` to. Returns the pages as a mask of that word.
    pub(crate) fn claim_pages(&self, cursor: &mut usize, most: usize) -> Option<u64> {
        loop {
            let word = self.word(*cursor);
            let bits = word.peek();
            let above = ones(bits).nth(most).map_or(0, |bit| u64::MAX << bit);
            let won = word.claim(bits & !above);
            if won != 0 {
                return Some(won);
            }
            *cursor = self.next_word(*cursor)?;
        }
    }

    /// Claims one page of the lowest word that has a hint, and returns that word and the page; `dry` is the word the
    /// caller comes from. None says no more than that this simple try failed.
    #[inline]
    pub(crate) fn claim_lowest_page(&self, dry: usize) -> Option<(usize, usize)> {
        self.left_dry(dry);
        let word = self.lowest_hint()?;
        Some((word, self.claim_page_at(word)?))
    }

    /// The lowest word with a hint.
    #[inline]
    fn lowest_hint(&self) -> Option<usize> {
        let mut index = 0;
        loop {
            if let Some(hints) = NonZeroU64::new(self.hints(index).peek()) {
                return Some(index * Word::BITS + hints.trailing_zeros() as usize);
            }
            index += 1;
            if index == self.summary_len {
                return None;
            }
        }
    }

    /// Where to go for single pages when the word at `cursor` is dry.
    fn next_word(&self, cursor: usize) -> Option<usize> {
        self.left_dry(cursor);
        match self.hinted_words().next() {
            Some((lowest, _)) => Some(lowest),
            None => self.word_with_any(cursor),
        }
    }

    /// The pool runs low: any page will do. The nearest word upwards that has one.
    #[cold]
    fn word_with_any(&self, cursor: usize) -> Option<usize> {
        (cursor..self.words_len).chain(0..cursor).find(|&w| self.word(w).peek() != 0)
    }

    /// The words with a hint and a free page, lowest first, with what is free in them.
    #[inline]
    fn hinted_words(&self) -> impl Iterator<Item = (usize, u64)> {
        let hinted = (0..self.summary_len)
            .flat_map(|index| ones(self.hints(index).peek()).map(move |bit| index * Word::BITS + bit));
        hinted.filter_map(|w| {
            let bits = self.word(w).peek();
            if bits == 0 {
                self.left_dry(w);
                return None;
            }
            Some((w, bits))
        })
    }

    /// Takes the hint away from a word that was seen without a free page.
    ///
    /// The handshake with [`returned_to`](Self::returned_to): here the hint is cleared, and then the word read; there
    /// the word is changed, and then the hint read; a full fence stands in between on both sides. So one of the two
    /// sees what the other did, and the hint that a release stands for is not lost.
    #[inline]
    fn left_dry(&self, word: usize) {
        let bit = 1 << (word % Word::BITS);
        if self.hint(word).peek() & bit == 0 {
            return;
        }
        self.hint(word).claim(bit);
        full_fence_after_rmw();
        if self.word(word).peek() != 0 {
            self.give_hint(word);
        }
    }

    /// Sees to it that `word` has its hint. Called right behind the release of pages in it.
    #[inline]
    fn returned_to(&self, word: usize) {
        full_fence_after_rmw();
        if (self.hint(word).peek() >> (word % Word::BITS)) & 1 == 0 {
            self.give_hint(word);
        }
    }

    /// Has `word` its hint?
    #[cfg(all(test, loom))]
    pub(crate) fn has_hint(&self, word: usize) -> bool {
        (self.hint(word).peek() >> (word % Word::BITS)) & 1 == 1
    }

    #[cold]
    fn give_hint(&self, word: usize) {
        self.hint(word).release(1 << (word % Word::BITS));
    }

    /// Claims `pages` (at least two) contiguous pages and returns the index of the first.
    pub(crate) fn claim_run(&self, pages: usize) -> Option<usize> {
        let habit = match pages {
            ..MEDIUM_RUN_PAGES => self.claim_in_word(pages, u64::MAX),
            MEDIUM_RUN_PAGES..=Word::BITS => self.claim_in_word(pages, aligned_starts(pages)),
            _ if pages < LARGE_RUN_PAGES => self.claim_words_from_bottom(pages),
            _ => self.claim_words_from_top(pages),
        };
        habit.or_else(|| self.claim_anywhere(pages))
    }

    /// The lowest run that lies in one word and begins at one of `starts`.
    fn claim_in_word(&self, pages: usize, starts: u64) -> Option<usize> {
        self.hinted_words().find_map(|(w, bits)| {
            ones(run_starts(bits, pages) & starts)
                .find(|&low| self.word(w).claim_all(mask(low, pages)))
                .map(|low| w * Word::BITS + low)
        })
    }

    /// The lowest run of whole words, and the rest of it in the word behind them.
    fn claim_words_from_bottom(&self, pages: usize) -> Option<usize> {
        let (whole, all) = (pages / Word::BITS, pages.div_ceil(Word::BITS));
        let mut first = 0;
        while first + all <= self.words_len {
            // Looked at from its far end: a word in use rules out every beginning up to it.
            match (first..first + whole).rev().find(|&w| self.word(w).peek() != u64::MAX) {
                Some(in_use) => first = in_use + 1,
                None if self.claim_at(first * Word::BITS, pages) => return Some(first * Word::BITS),
                None => first += 1,
            }
        }
        None
    }

    /// The highest run of whole words, and the rest of it in the word behind them.
    fn claim_words_from_top(&self, pages: usize) -> Option<usize> {
        let (whole, all) = (pages / Word::BITS, pages.div_ceil(Word::BITS));
        let mut first = self.words_len.checked_sub(all)?;
        loop {
            match (first..first + whole).find(|&w| self.word(w).peek() != u64::MAX) {
                Some(in_use) => first = in_use.checked_sub(whole)?,
                None if self.claim_at(first * Word::BITS, pages) => return Some(first * Word::BITS),
                None => first = first.checked_sub(1)?,
            }
        }
    }

    /// Any run, whatever its alignment: large ones from the last hole that fits, others from the first.
    fn claim_anywhere(&self, pages: usize) -> Option<usize> {
        let fits = |hole: &Range<usize>| hole.len() >= pages;
        if pages < LARGE_RUN_PAGES {
            return self
                .holes()
                .filter(fits)
                .map(|hole| hole.start)
                .find(|&first| self.claim_at(first, pages));
        }
        // Walked upwards once; if somebody else takes the last hole meanwhile, the walk is repeated below it.
        let mut below = self.pages;
        loop {
            let last = self.holes().take_while(|hole| hole.end <= below).filter(fits).last()?;
            let first = last.end - pages;
            if self.claim_at(first, pages) {
                return Some(first);
            }
            below = last.start;
        }
    }

    /// The maximal free ranges, lowest first, as the words show them in passing.
    fn holes(&self) -> impl Iterator<Item = Range<usize>> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let start = self.next_with(at, |bits| bits)?;
            at = self.next_with(start, |bits| !bits).unwrap_or(self.pages).min(self.pages);
            Some(start..at)
        })
    }

    /// The first page from `from` on whose bit is set in `view` of its word.
    fn next_with(&self, from: usize, view: impl Fn(u64) -> u64) -> Option<usize> {
        let first = from / Word::BITS;
        (first..self.words_len).find_map(|w| {
            let from = if w == first { u64::MAX << (from % Word::BITS) } else { u64::MAX };
            let bits = view(self.word(w).peek()) & from;
            (bits != 0).then(|| w * Word::BITS + bits.trailing_zeros() as usize)
        })
    }

    /// Claims exactly these pages, or none of them. Words are claimed upwards, so that of two claims that overlap
    /// one gets through; what the other has claimed by then it releases again.
    fn claim_at(&self, first: usize, pages: usize) -> bool {
        let words = first / Word::BITS..(first + pages).div_ceil(Word::BITS);
        match words.clone().find(|&w| !self.word(w).claim_all(mask_in(w, first, pages))) {
            None => true,
            Some(lost) => {
                for w in words.start..lost {
                    self.word(w).release(mask_in(w, first, pages));
                    self.returned_to(w);
                }
                false
            }
        }
    }

    /// Gives one page back.
    ///
    /// # Panics
    /// If it is free already: ownership was broken, and going on would hand the page out twice.
    #[inline]
    pub(crate) fn release_page(&self, page: usize) {
        let word = page / Word::BITS;
        if !self.word(word).release_bit(page % Word::BITS) {
            page_freed_twice(page);
        }
        if page.is_multiple_of(SAMPLE) {
            self.returned_to(word);
        }
    }

    /// Gives the pages of `mask` in one word back.
    ///
    /// # Panics
    /// If one of them is free already.
    #[inline]
    pub(crate) fn release(&self, word: usize, mask: u64) {
        let twice = self.word(word).release(mask);
        if twice != 0 {
            freed_twice(word, twice);
        }
        self.returned_to(word);
    }

    /// Gives `first .. first + pages` back.
    ///
    /// # Panics
    /// If one of them is free already.
    pub(crate) fn release_run(&self, first: usize, pages: usize) {
        for w in first / Word::BITS..(first + pages).div_ceil(Word::BITS) {
            self.release(w, mask_in(w, first, pages));
        }
    }
}

#[cold]
fn page_freed_twice(page: usize) -> ! {
    panic!("DMA page {page} of the pool freed twice");
}

#[cold]
fn freed_twice(word: usize, bits: u64) -> ! {
    panic!("DMA pages freed twice: bits {bits:#x} of the bitmap's word {word}");
}
