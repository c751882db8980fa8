//! The truth about which pages are free: one bit a page, set when free, claimed and released without a lock.
//! Knows page indices only; [`crate::Pool`] turns them into memory.
//!
//! Placement decides how long large runs stay available. Three habits, measured against first fit, best fit and
//! strict two-ended placement by the churn table of `benches/`:
//! - single pages stay in the word they come from until it is dry, then go to a low word whose holes are crumbs (too
//!   small for a medium run), else to the lowest with room;
//! - medium runs (from [`MEDIUM_RUN_PAGES`]) go to the lowest place aligned to their size, at most a word;
//! - large runs (from [`LARGE_RUN_PAGES`]) go to the highest, so that they wear out their own end of the region.
//!
//! What finds no such place takes any that fits: alignment is a preference, never a reason to fail.
//!
//! The summary has a bit a word: "may have a free page". It is a hint, kept close to the truth by a handshake
//! ([`Bitmap::dry`] and [`Bitmap::refilled`]), and nobody is told "exhausted" before the words themselves were read.

use core::ops::Range;
use core::ptr::NonNull;

use crate::sync::{Word, full_fence_after_rmw};

/// From this many pages on (64 KiB) a run is worth keeping together, and is placed aligned.
pub(crate) const MEDIUM_RUN_PAGES: usize = 16;
/// From this many pages on (1 MiB) a run is placed from the top of the region.
pub(crate) const LARGE_RUN_PAGES: usize = 256;
/// How many words with room a search for crumbs looks at before it settles for the lowest.
const CRUMB_LOOKS: usize = 8;

/// A bitmap over words that live in the pool's metadata.
pub(crate) struct Bitmap {
    /// One bit a page, then the summary: one bit a word.
    words: NonNull<Word>,
    words_len: usize,
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
        for index in 0..words_len.div_ceil(Word::BITS) {
            // SAFETY: the summary follows the words, inside the bytes the caller gave us.
            unsafe { words.add(words_len + index).write(Word::new(mask_in(index, 0, words_len))) };
        }
        Self { words, words_len, pages }
    }

    /// Words of the bitmap: cursors are below this.
    pub(crate) fn words_len(&self) -> usize {
        self.words_len
    }

    #[inline]
    fn word(&self, index: usize) -> &Word {
        debug_assert!(index < self.words_len);
        // SAFETY: written in `new` and only used as an atomic for the life of `self`; indices come from our own
        // searches and from pages and cursors of this bitmap, all below `words_len`.
        unsafe { self.words.add(index).as_ref() }
    }

    /// The summary's word that speaks about `word`.
    #[inline]
    fn hint(&self, word: usize) -> &Word {
        debug_assert!(word < self.words_len);
        // SAFETY: as for `word`; the summary follows the words and has a bit for each.
        unsafe { self.words.add(self.words_len + word / Word::BITS).as_ref() }
    }

    /// Free pages, counted now; exact only while nobody else is at work.
    pub(crate) fn free(&self) -> usize {
        (0..self.words_len).map(|w| self.word(w).peek().count_ones() as usize).sum()
    }

    /// Claims one page of the word at `cursor`, the common case.
    #[inline]
    pub(crate) fn claim_page_at(&self, cursor: usize) -> Option<usize> {
        let word = self.word(cursor);
        let bits = word.peek();
        if bits == 0 {
            return None;
        }
        let bit = bits.trailing_zeros() as usize;
        (word.claim(1 << bit) != 0).then_some(cursor * Word::BITS + bit)
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

    /// Where to go for single pages when the word at `cursor` is dry.
    fn next_word(&self, cursor: usize) -> Option<usize> {
        self.dry(cursor);
        let crumbs = |from: usize| {
            let with_room = self.words_with_room(from..self.words_len).take(CRUMB_LOOKS);
            with_room
                .filter(|&(_, bits)| run_starts(bits, MEDIUM_RUN_PAGES) == 0)
                .map(|(word, _)| word)
                .next()
        };
        if let Some(word) = crumbs(cursor + 1) {
            return Some(word);
        }
        if let Some((lowest, _)) = self.words_with_room(0..self.words_len).next() {
            return crumbs(lowest).or(Some(lowest));
        }
        // The summary sees no room. It may err, the words do not.
        let word = (0..self.words_len).find(|&w| self.word(w).peek() != 0)?;
        self.refilled(word);
        Some(word)
    }

    /// Words in `range` that have a free page as far as the summary knows, with what is free in them.
    fn words_with_room(&self, range: Range<usize>) -> impl Iterator<Item = (usize, u64)> {
        let first = range.start / Word::BITS * Word::BITS;
        (first..range.end)
            .step_by(Word::BITS)
            .flat_map(move |base| {
                let skip = range.start.saturating_sub(base);
                let from = if skip < Word::BITS { u64::MAX << skip } else { 0 };
                ones(self.hint(base).peek() & from).map(move |bit| base + bit)
            })
            .filter_map(|w| {
                let bits = self.word(w).peek();
                if bits == 0 {
                    self.dry(w);
                    return None;
                }
                Some((w, bits))
            })
    }

    /// Notes in the summary that `word` has no free page, unless it has.
    ///
    /// The handshake with [`refilled`](Self::refilled): here the hint is cleared, and then the word read; there the
    /// word is set, and then the hint read; a full fence stands in between on both sides. So one of the two sees
    /// what the other did, and a word with a free page does not stay without its hint.
    #[cold]
    fn dry(&self, word: usize) {
        if self.word(word).peek() != 0 {
            return;
        }
        let bit = 1 << (word % Word::BITS);
        self.hint(word).claim(bit);
        full_fence_after_rmw();
        if self.word(word).peek() != 0 {
            self.hint(word).release(bit);
        }
    }

    /// Notes in the summary that `word` has a free page. Called right behind the release of one.
    #[inline]
    fn refilled(&self, word: usize) {
        full_fence_after_rmw();
        let bit = 1 << (word % Word::BITS);
        if self.hint(word).peek() & bit == 0 {
            self.set_hint(word, bit);
        }
    }

    #[cold]
    fn set_hint(&self, word: usize, bit: u64) {
        self.hint(word).release(bit);
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
        self.words_with_room(0..self.words_len).find_map(|(w, bits)| {
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
                    self.refilled(w);
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
        self.release(page / Word::BITS, 1 << (page % Word::BITS));
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
        self.refilled(word);
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
fn freed_twice(word: usize, bits: u64) -> ! {
    panic!("DMA pages freed twice: bits {bits:#x} of the bitmap's word {word}");
}
