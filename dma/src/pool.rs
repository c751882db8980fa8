//! The pool: a region cut into pages, the bitmap that says which are free, and the counters. Shared by reference
//! between any number of cores and contexts; never waits, never locks, never touches a page it does not hand out.
//!
//! Layout of the region: metadata at the head (bitmap words, then one reference count a page), then the pages.
//! Only metadata is written at creation.

use core::fmt;
use core::ptr::{self, NonNull};

use crossbeam_utils::CachePadded;

use crate::bitmap::Bitmap;
use crate::run::Run;
use crate::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering, Word};
use crate::{Buf, DevAddr, Identity, Magazine, Mapping, PAGE_SIZE};

/// The most pages one run may have: its length in bytes fits 31 bits.
pub(crate) const MAX_RUN_PAGES: usize = 1 << 19;

/// Searches (of a single page, when its word was dry, or of a magazine's fill) between two looks at the pages in use.
const SEARCHES_A_LOOK: usize = 1024;

/// What happens to the contents of pages when they come back to the pool.
///
/// Under every policy a stale byte never reaches a reader or a device: what a holder has not written is zeroed
/// before it can be seen. The policies differ in what rests in free pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Hygiene {
    /// Free pages keep their last contents: the fastest, and what the promise above makes safe.
    #[default]
    Lazy,
    /// Pages are zeroed as they come back, so that nothing rests in free memory.
    ZeroOnFree,
    /// Freed pages are filled with [`Hygiene::FREED`] and fresh ones with [`Hygiene::FRESH`]: a device that reads
    /// or writes where it should not shows. For debugging; costs two passes over every page.
    Poison,
}

impl Hygiene {
    /// The byte free pages are filled with under [`Hygiene::Poison`].
    pub const FREED: u8 = 0xdf;
    /// The byte pages just handed out are filled with under [`Hygiene::Poison`].
    pub const FRESH: u8 = 0xa5;
}

/// Why a region cannot become a pool. The caller's fault, always.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PoolError {
    /// Not even one page fits behind the metadata.
    TooSmall {
        /// Bytes of the region that was given.
        bytes: usize,
    },
    /// More pages than an index of 32 bits counts.
    TooLarge {
        /// Bytes of the region that was given.
        bytes: usize,
    },
    /// The mapping puts the end of the region beyond the device's 64-bit address space.
    DeviceRange {
        /// Where the mapping put the first page.
        base: DevAddr,
    },
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooSmall { bytes } => {
                write!(
                    f,
                    "a region of {bytes} bytes is too small for a page pool: give it at least three pages"
                )
            }
            Self::TooLarge { bytes } => {
                write!(f, "a region of {bytes} bytes is too large for one page pool: make several")
            }
            Self::DeviceRange { base } => {
                write!(f, "the mapping puts the first page at {base:?} and the last beyond 64 bits")
            }
        }
    }
}

impl core::error::Error for PoolError {}

/// The pool has no such run free now. An ordinary answer: give something back, or ask for less.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exhausted {
    /// Contiguous pages that were asked for.
    pub pages: u32,
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pages {
            1 => write!(f, "no page is free in the DMA pool"),
            pages => write!(f, "no run of {pages} contiguous pages is free in the DMA pool"),
        }
    }
}

impl core::error::Error for Exhausted {}

/// What a pool has been through; see [`Pool::counters`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Pages the pool was created with.
    pub pages: usize,
    /// Pages out of the pool: held as buffers or windows, lent to devices, or resting in a magazine.
    pub live: usize,
    /// The most `live` that any look has seen. The pool looks at every call of [`Pool::counters`], whenever it is
    /// exhausted, and now and then while it hands out pages; keeping it exact would cost every core one hot word.
    pub peak: usize,
    /// How often a wish was answered by [`Exhausted`].
    pub exhausted: u64,
    /// Pages a device never gave back. They are lost to the pool for good, and not counted as `live`.
    pub quarantined: usize,
}

/// A pool of DMA pages over one region. See the crate's page for the whole picture.
pub struct Pool<M: Mapping = Identity> {
    /// The first page.
    base: NonNull<u8>,
    bitmap: Bitmap,
    /// One count a page, used on the first page of a shared run only; uninitialised until `share` writes it.
    shares: NonNull<AtomicU32>,
    dev_base: DevAddr,
    pages: usize,
    hygiene: Hygiene,
    /// The length of runs that go home without further ado: one page, or none where a policy fills what comes back.
    plain_pages: u32,
    mapping: M,
    moving: CachePadded<Moving>,
}

/// What changes on rare paths, kept off the line that every call reads.
struct Moving {
    /// The bitmap's word that single pages come from; any stale value is as good.
    cursor: AtomicUsize,
    /// How often a search left its word, to look at the number of pages in use once in a while.
    searches: AtomicUsize,
    peak: AtomicUsize,
    exhausted: AtomicU64,
    quarantined: AtomicUsize,
}

// SAFETY: the raw pointers are to a region that belongs to the pool alone (contract of `new`); everything shared in
// it is atomic; `M` is `Send + Sync`.
unsafe impl<M: Mapping> Send for Pool<M> {}
// SAFETY: as above, every method takes `&self` and goes through atomics.
unsafe impl<M: Mapping> Sync for Pool<M> {}

impl<M: Mapping> Pool<M> {
    /// Makes a pool of the region: metadata at its head, pages behind it. Writes the bitmap, an eighth of a
    /// thousandth of the region, and nothing else, so it takes microseconds whatever the size.
    ///
    /// # Safety
    /// - The region is valid for reads and writes, belongs to the pool alone from now on, and stays so for the rest
    ///   of the program: a device that never gave a page back may write to it at any time.
    /// - `mapping` is about this region, and the device named by it reaches no other memory of yours through it.
    pub unsafe fn new(region: NonNull<[u8]>, mapping: M, hygiene: Hygiene) -> Result<Self, PoolError> {
        let bytes = region.len();
        let start: NonNull<u8> = region.cast();
        let skip = start.as_ptr().align_offset(PAGE_SIZE);
        let usable = bytes.saturating_sub(skip);
        let mut pages = usable / PAGE_SIZE;
        while pages > 0 && Self::metadata_bytes(pages) + pages * PAGE_SIZE > usable {
            // Every page given up frees its own bytes and its metadata, so this is at most a thousandth of them.
            let excess = Self::metadata_bytes(pages) + pages * PAGE_SIZE - usable;
            pages -= excess.div_ceil(PAGE_SIZE + size_of::<AtomicU32>() + size_of::<Word>()).min(pages);
        }
        if pages == 0 {
            return Err(PoolError::TooSmall { bytes });
        }
        if pages >= u32::MAX as usize {
            return Err(PoolError::TooLarge { bytes });
        }
        // SAFETY: `skip + metadata_bytes(pages) + pages * PAGE_SIZE <= bytes` was established above, and the
        // metadata starts on a page, aligned for every atomic.
        let (words, shares, base) = unsafe {
            let head = start.add(skip);
            let shares = head.add(Bitmap::bytes_for(pages).next_multiple_of(align_of::<AtomicU32>()));
            (head.cast::<Word>(), shares.cast::<AtomicU32>(), head.add(Self::metadata_bytes(pages)))
        };
        let dev_base = mapping.dev_addr(base);
        if dev_base.get().checked_add((pages * PAGE_SIZE) as u64).is_none() {
            return Err(PoolError::DeviceRange { base: dev_base });
        }
        // SAFETY: the words lie in the metadata, which is ours for the life of the pool.
        let bitmap = unsafe { Bitmap::new(words, pages) };
        let plain_pages = u32::from(hygiene == Hygiene::Lazy);
        let moving = CachePadded::new(Moving {
            cursor: AtomicUsize::new(0),
            searches: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            exhausted: AtomicU64::new(0),
            quarantined: AtomicUsize::new(0),
        });
        Ok(Self { base, bitmap, shares, dev_base, pages, hygiene, plain_pages, mapping, moving })
    }

    /// Bytes of metadata in front of `pages` pages: a whole number of pages.
    const fn metadata_bytes(pages: usize) -> usize {
        (Bitmap::bytes_for(pages) + size_of::<AtomicU32>() * (pages + 1)).next_multiple_of(PAGE_SIZE)
    }

    /// Bytes a page-aligned region must have to hold exactly `pages` pages and their metadata.
    pub const fn region_bytes(pages: usize) -> usize {
        Self::metadata_bytes(pages) + pages * PAGE_SIZE
    }

    /// A run of `pages` contiguous pages (none counts as one), from any core and any context. Its contents are
    /// whatever was there before, and nobody gets to see that: see [`Buf::as_mut_slice`].
    #[inline]
    pub fn alloc(&self, pages: usize) -> Result<Buf<'_, M>, Exhausted> {
        if pages != self.plain_pages as usize {
            return self.alloc_run(pages.max(1));
        }
        let cursor = self.moving.cursor.load(Ordering::Relaxed);
        match self.bitmap.claim_page_at(cursor) {
            Some(page) => Ok(Buf::new(self.run(page, 1))),
            None => self.alloc_page_elsewhere(),
        }
    }

    #[inline(never)]
    fn alloc_run(&self, pages: usize) -> Result<Buf<'_, M>, Exhausted> {
        let buf = match pages {
            1 => self.alloc_page_elsewhere()?,
            2..=MAX_RUN_PAGES => match self.bitmap.claim_run(pages) {
                Some(first) => Buf::new(self.run(first, pages as u32)),
                None => return Err(self.exhausted(pages)),
            },
            _ => return Err(self.exhausted(pages)),
        };
        if self.hygiene == Hygiene::Poison {
            fill(buf.run.base, buf.run.pages, Hygiene::FRESH);
        }
        Ok(buf)
    }

    /// A page when the word at the shared cursor has none, or somebody else was faster there.
    #[inline(never)]
    fn alloc_page_elsewhere(&self) -> Result<Buf<'_, M>, Exhausted> {
        if self.is_time_to_look() {
            return self.look_and_alloc_page();
        }
        // What nearly always happens: the word is dry, and the lowest that has a hint has a page.
        let cursor = self.moving.cursor.load(Ordering::Relaxed);
        let Some((word, page)) = self.bitmap.claim_lowest_page(cursor) else {
            return self.alloc_page_anywhere();
        };
        self.moving.cursor.store(word, Ordering::Relaxed);
        Ok(Buf::new(self.run(page, 1)))
    }

    #[cold]
    #[inline(never)]
    fn look_and_alloc_page(&self) -> Result<Buf<'_, M>, Exhausted> {
        self.look();
        self.alloc_page_anywhere()
    }

    #[cold]
    #[inline(never)]
    fn alloc_page_anywhere(&self) -> Result<Buf<'_, M>, Exhausted> {
        let mut cursor = self.moving.cursor.load(Ordering::Relaxed);
        let Some(mask) = self.bitmap.claim_pages(&mut cursor, 1) else { return Err(self.exhausted(1)) };
        self.moving.cursor.store(cursor, Ordering::Relaxed);
        Ok(Buf::new(self.run(cursor * Word::BITS + mask.trailing_zeros() as usize, 1)))
    }

    /// Some pages of one word, for a magazine that keeps a cursor of its own.
    pub(crate) fn claim_pages(&self, cursor: &mut usize, most: usize) -> Option<u64> {
        if self.is_time_to_look() {
            self.look();
        }
        self.bitmap.claim_pages(cursor, most)
    }

    /// Counts searches, and is true at one of [`SEARCHES_A_LOOK`].
    #[inline]
    fn is_time_to_look(&self) -> bool {
        // Not a read-modify-write: a look more or less does not matter.
        let searches = self.moving.searches.load(Ordering::Relaxed).wrapping_add(1);
        self.moving.searches.store(searches, Ordering::Relaxed);
        searches.is_multiple_of(SEARCHES_A_LOOK)
    }

    /// A buffer for `bytes` bytes: as many pages as hold them, and its window set to exactly that many bytes.
    pub fn alloc_bytes(&self, bytes: usize) -> Result<Buf<'_, M>, Exhausted> {
        let mut buf = self.alloc(bytes.div_ceil(PAGE_SIZE))?;
        buf.truncate(bytes);
        Ok(buf)
    }

    /// An empty magazine of this pool, for one core (or one task) to keep and pass its single pages through. It
    /// keeps at most a 64th of the pool, so that what rests in magazines does not starve the others.
    pub fn magazine(&self) -> Magazine<'_, M> {
        // Under the other policies every page passes the pool's hands, where it is filled.
        let limit = if self.hygiene == Hygiene::Lazy { self.pages / 64 } else { 0 };
        Magazine::new(self, limit)
    }

    /// Are at least `pages` pages free, not necessarily in one run? For whoever takes pages ahead of need and has to
    /// leave some to others: a few instructions for every 64 pages it has to look at. While other cores are at work
    /// it is as exact as a moving thing can be.
    pub fn has_free(&self, pages: usize) -> bool {
        self.bitmap.has_free(pages)
    }

    /// Counts as of now. `live` looks at every word of the bitmap, so this is for people and gauges, not for hot
    /// paths; while other cores are at work it is as exact as a moving thing can be.
    pub fn counters(&self) -> Counters {
        let live = self.look();
        let quarantined = self.moving.quarantined.load(Ordering::Relaxed);
        Counters {
            pages: self.pages,
            live,
            peak: self.moving.peak.load(Ordering::Relaxed),
            exhausted: self.moving.exhausted.load(Ordering::Relaxed),
            quarantined,
        }
    }

    /// Pages the pool was created with.
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// The mapping the pool was created with.
    pub fn mapping(&self) -> &M {
        &self.mapping
    }

    /// The number of pages in use, which is noted if it is the largest seen.
    #[inline(never)]
    fn look(&self) -> usize {
        let used = self.pages - self.bitmap.free();
        let live = used.saturating_sub(self.moving.quarantined.load(Ordering::Relaxed));
        self.moving.peak.fetch_max(live, Ordering::Relaxed);
        live
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn exhausted(&self, pages: usize) -> Exhausted {
        self.look();
        self.moving.exhausted.fetch_add(1, Ordering::Relaxed);
        Exhausted { pages: u32::try_from(pages).unwrap_or(u32::MAX) }
    }

    /// Pages fresh from the bitmap become a run.
    #[inline]
    fn run(&self, first: usize, pages: u32) -> Run<'_, M> {
        Run { pool: self, base: self.page_base(first), pages, initialised: 0 }
    }

    /// The first byte of page `page`.
    #[inline]
    pub(crate) fn page_base(&self, page: usize) -> NonNull<u8> {
        debug_assert!(page < self.pages);
        // SAFETY: pages come from the bitmap, which has no more of them than the region.
        unsafe { self.base.add(page * PAGE_SIZE) }
    }

    /// The index of the page at `base`.
    #[inline]
    pub(crate) fn index(&self, base: NonNull<u8>) -> usize {
        (base.addr().get() - self.base.addr().get()) / PAGE_SIZE
    }

    /// Pages of one word that rested in a magazine come back.
    pub(crate) fn take_back_pages(&self, word: usize, mask: u64) {
        self.bitmap.release(word, mask);
    }

    /// The end of a run: called by its drop and nowhere else, with pages this pool handed out.
    #[inline]
    pub(crate) fn take_back(&self, base: NonNull<u8>, pages: u32) {
        if pages == self.plain_pages {
            self.bitmap.release_page(self.index(base));
        } else {
            self.take_back_run(base, pages);
        }
    }

    #[inline(never)]
    fn take_back_run(&self, base: NonNull<u8>, pages: u32) {
        match self.hygiene {
            Hygiene::Lazy => {}
            Hygiene::ZeroOnFree => fill(base, pages, 0),
            Hygiene::Poison => fill(base, pages, Hygiene::FREED),
        }
        self.bitmap.release_run(self.index(base), pages as usize);
    }

    /// Counts pages that will never come back. Their bits stay claimed.
    #[cold]
    pub(crate) fn quarantine(&self, pages: u32) {
        self.moving.quarantined.fetch_add(pages as usize, Ordering::Relaxed);
    }

    /// Has `word` of the bitmap its hint?
    #[cfg(all(test, loom))]
    pub(crate) fn has_hint(&self, word: usize) -> bool {
        self.bitmap.has_hint(word)
    }

    /// Where the device finds the byte at `cpu`, which lies in one of our pages.
    #[inline]
    pub(crate) fn dev_addr(&self, cpu: NonNull<u8>) -> DevAddr {
        DevAddr::new(self.dev_base.get().wrapping_add((cpu.addr().get() - self.base.addr().get()) as u64))
    }

    /// Where the reference count of a run that begins at `base` lives.
    #[inline]
    pub(crate) fn share_count(&self, base: NonNull<u8>) -> NonNull<AtomicU32> {
        // SAFETY: there is one count a page, and `base` is one of our pages.
        unsafe { self.shares.add(self.index(base)) }
    }
}

/// Fills whole pages that nobody holds.
fn fill(base: NonNull<u8>, pages: u32, byte: u8) {
    // SAFETY: the callers own these pages: just claimed, or not yet released.
    unsafe { ptr::write_bytes(base.as_ptr(), byte, pages as usize * PAGE_SIZE) };
}

impl<M: Mapping> fmt::Debug for Pool<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("dev_base", &self.dev_base).field("counters", &self.counters()).finish()
    }
}
