//! Single pages from this crate and from its peers behind one trait, and the two workloads they are measured by:
//! *hot* (take a page, give it back) and *90 % full* (hold nine tenths of the pages, replace a random one). The
//! same code runs in the instruction, time and two-core benches.

#![allow(dead_code, reason = "each bench uses its part")]

use std::alloc::Layout;
use std::hint::black_box;
use std::ptr::NonNull;
use std::sync::OnceLock;

use ninewire_dma::{Buf, Exhausted, Hygiene, Identity, Magazine, PAGE_SIZE, Pool};
use spin::Mutex;

/// Pages of every pool: 64 MiB.
pub(crate) const PAGES: usize = 16384;

/// One core's way to single pages.
pub(crate) trait Singles {
    /// What an allocation answers.
    type Answer;
    /// A page held.
    type Page;
    /// A handle for one thread on the one pool of this kind; the pool is made by the first call.
    fn handle() -> Self;
    fn alloc(&mut self) -> Self::Answer;
    fn page(answer: Self::Answer) -> Self::Page;
    fn free(&mut self, page: Self::Page);
}

/// A region of pages on the host, leaked and page aligned.
pub(crate) fn region(bytes: usize) -> NonNull<[u8]> {
    let layout = Layout::from_size_align(bytes, PAGE_SIZE).expect("the region fits the address space");
    // SAFETY: the layout is not empty.
    let base = NonNull::new(unsafe { std::alloc::alloc(layout) }).expect("memory for the region");
    NonNull::slice_from_raw_parts(base, bytes)
}

/// This crate's pool of [`PAGES`] pages.
pub(crate) fn pool() -> &'static Pool {
    static POOL: OnceLock<Pool> = OnceLock::new();
    POOL.get_or_init(|| {
        let region = region(Pool::<Identity>::region_bytes(PAGES));
        // SAFETY: the region is leaked and nobody else's; there is no device.
        unsafe { Pool::new(region, Identity, Hygiene::Lazy) }.expect("the region was sized for the pages")
    })
}

/// This crate, the hot path.
pub(crate) struct ViaMagazine(Magazine<'static>);

impl Singles for ViaMagazine {
    type Answer = Result<Buf<'static>, Exhausted>;
    type Page = Buf<'static>;
    fn handle() -> Self {
        Self(pool().magazine())
    }
    #[inline]
    fn alloc(&mut self) -> Self::Answer {
        self.0.alloc()
    }
    fn page(answer: Self::Answer) -> Self::Page {
        answer.expect("a page")
    }
    #[inline]
    fn free(&mut self, page: Self::Page) {
        self.0.free(page);
    }
}

/// This crate, the shared path.
pub(crate) struct ViaPool(&'static Pool);

impl Singles for ViaPool {
    type Answer = Result<Buf<'static>, Exhausted>;
    type Page = Buf<'static>;
    fn handle() -> Self {
        Self(pool())
    }
    #[inline]
    fn alloc(&mut self) -> Self::Answer {
        self.0.alloc(1)
    }
    fn page(answer: Self::Answer) -> Self::Page {
        answer.expect("a page")
    }
    #[inline]
    fn free(&mut self, page: Self::Page) {
        drop(page);
    }
}

heapless::object_pool!(HeaplessPages: usize);

/// heapless's object pool: a lock-free stack.
pub(crate) struct Heapless;

impl Singles for Heapless {
    type Answer = Option<heapless::pool::object::Object<HeaplessPages>>;
    type Page = heapless::pool::object::Object<HeaplessPages>;
    fn handle() -> Self {
        static FILLED: OnceLock<()> = OnceLock::new();
        FILLED.get_or_init(|| {
            let blocks: Vec<_> = (0..PAGES).map(heapless::pool::object::ObjectBlock::new).collect();
            blocks.leak().iter_mut().for_each(|block| HeaplessPages.manage(block));
        });
        Self
    }
    #[inline]
    fn alloc(&mut self) -> Self::Answer {
        HeaplessPages.request()
    }
    fn page(answer: Self::Answer) -> Self::Page {
        answer.expect("a page")
    }
    #[inline]
    fn free(&mut self, page: Self::Page) {
        drop(page);
    }
}

/// crossbeam's bounded queue of free pages.
pub(crate) struct ArrayQueue(&'static crossbeam_queue::ArrayQueue<usize>);

impl Singles for ArrayQueue {
    type Answer = Option<usize>;
    type Page = usize;
    fn handle() -> Self {
        static QUEUE: OnceLock<crossbeam_queue::ArrayQueue<usize>> = OnceLock::new();
        Self(QUEUE.get_or_init(|| {
            let queue = crossbeam_queue::ArrayQueue::new(PAGES);
            (0..PAGES).for_each(|page| queue.push(page).expect("room for every page"));
            queue
        }))
    }
    #[inline]
    fn alloc(&mut self) -> Self::Answer {
        self.0.pop()
    }
    fn page(answer: Self::Answer) -> Self::Page {
        answer.expect("a page")
    }
    #[inline]
    fn free(&mut self, page: Self::Page) {
        let _ = black_box(self.0.push(page));
    }
}

/// slab's keys under a spin lock.
pub(crate) struct Slab(&'static Mutex<slab::Slab<()>>);

impl Singles for Slab {
    type Answer = usize;
    type Page = usize;
    fn handle() -> Self {
        static SLAB: OnceLock<Mutex<slab::Slab<()>>> = OnceLock::new();
        Self(SLAB.get_or_init(|| Mutex::new(slab::Slab::with_capacity(PAGES))))
    }
    #[inline]
    fn alloc(&mut self) -> Self::Answer {
        self.0.lock().insert(())
    }
    fn page(answer: Self::Answer) -> Self::Page {
        answer
    }
    #[inline]
    fn free(&mut self, page: Self::Page) {
        self.0.lock().remove(page);
    }
}

/// bitvec's first set bit under a spin lock.
pub(crate) struct BitVec(&'static Mutex<bitvec::boxed::BitBox<u64>>);

impl Singles for BitVec {
    type Answer = Option<usize>;
    type Page = usize;
    fn handle() -> Self {
        static BITS: OnceLock<Mutex<bitvec::boxed::BitBox<u64>>> = OnceLock::new();
        Self(BITS.get_or_init(|| Mutex::new(bitvec::bitbox![u64, bitvec::order::Lsb0; 1; PAGES])))
    }
    #[inline]
    fn alloc(&mut self) -> Self::Answer {
        let mut bits = self.0.lock();
        let page = bits.first_one()?;
        bits.set(page, false);
        Some(page)
    }
    fn page(answer: Self::Answer) -> Self::Page {
        answer.expect("a page")
    }
    #[inline]
    fn free(&mut self, page: Self::Page) {
        self.0.lock().set(page, true);
    }
}

/// The layout of a page.
pub(crate) fn page_layout(pages: usize) -> Layout {
    Layout::from_size_align(pages * PAGE_SIZE, PAGE_SIZE).expect("a page has a layout")
}

/// A heap's pages: plain addresses.
pub(crate) struct Heap<H: 'static>(&'static Mutex<H>);

/// linked_list_allocator under a spin lock.
pub(crate) type LinkedList = Heap<linked_list_allocator::Heap>;

impl Singles for LinkedList {
    type Answer = Result<NonNull<u8>, ()>;
    type Page = NonNull<u8>;
    fn handle() -> Self {
        static HEAP: OnceLock<Mutex<linked_list_allocator::Heap>> = OnceLock::new();
        Self(HEAP.get_or_init(|| {
            let region = region((PAGES + 1) * PAGE_SIZE);
            // SAFETY: the region is leaked and nobody else's.
            Mutex::new(unsafe { linked_list_allocator::Heap::new(region.cast().as_ptr(), region.len()) })
        }))
    }
    #[inline]
    fn alloc(&mut self) -> Self::Answer {
        self.0.lock().allocate_first_fit(page_layout(1))
    }
    fn page(answer: Self::Answer) -> Self::Page {
        answer.expect("a page")
    }
    #[inline]
    fn free(&mut self, page: Self::Page) {
        // SAFETY: it came from this heap with this layout.
        unsafe { self.0.lock().deallocate(page, page_layout(1)) };
    }
}

/// talc as a bare heap, fed by hand.
pub(crate) type BareTalc = talc::base::Talc<talc::source::Manual, talc::DefaultBinning>;
/// talc under a spin lock.
pub(crate) type Talc = Heap<BareTalc>;

/// A talc over `bytes` bytes, and where they begin.
pub(crate) fn talc_over(bytes: usize) -> (BareTalc, usize) {
    let region = region(bytes);
    let mut talc = BareTalc::new(talc::source::Manual);
    // SAFETY: the region is leaked and nobody else's.
    unsafe { talc.claim(region.cast().as_ptr(), region.len()) }.expect("a heap");
    (talc, region.addr().get())
}

impl Singles for Talc {
    type Answer = Option<NonNull<u8>>;
    type Page = NonNull<u8>;
    fn handle() -> Self {
        static HEAP: OnceLock<Mutex<BareTalc>> = OnceLock::new();
        // Its headers sit between the pages: a page costs two.
        Self(HEAP.get_or_init(|| Mutex::new(talc_over(2 * (PAGES + 8) * PAGE_SIZE).0)))
    }
    #[inline]
    fn alloc(&mut self) -> Self::Answer {
        // SAFETY: a page is not empty.
        unsafe { self.0.lock().allocate(page_layout(1)) }
    }
    fn page(answer: Self::Answer) -> Self::Page {
        answer.expect("a page")
    }
    #[inline]
    fn free(&mut self, page: Self::Page) {
        // SAFETY: it came from this heap with this layout.
        unsafe { self.0.lock().deallocate(page.as_ptr(), page_layout(1)) };
    }
}

/// A small, repeatable source of numbers (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A number below `limit`.
    #[inline]
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as usize * limit) >> 32
    }
}

/// The counted part: one page taken. Kept out of line so that it can be counted alone.
#[inline(never)]
pub(crate) fn counted_alloc<S: Singles>(singles: &mut S) -> S::Answer {
    singles.alloc()
}

/// The counted part: one page given back.
#[inline(never)]
pub(crate) fn counted_free<S: Singles>(singles: &mut S, page: S::Page) {
    singles.free(page);
}

/// Takes a page and gives it back, `pairs` times.
#[inline]
pub(crate) fn pair<S: Singles>(singles: &mut S, pairs: u64) {
    for _ in 0..pairs {
        let page = S::page(black_box(singles.alloc()));
        singles.free(page);
    }
}

/// Some pages held by one handle, and the dice that choose which to replace.
pub(crate) struct Held<S: Singles> {
    pub(crate) singles: S,
    pub(crate) pages: Vec<S::Page>,
    dice: Dice,
}

impl<S: Singles> Held<S> {
    /// Holds `pages` pages, at places a random history has chosen.
    pub(crate) fn new(pages: usize) -> Self {
        let mut singles = S::handle();
        let held = (0..pages).map(|_| S::page(singles.alloc())).collect();
        let mut this = Self { singles, pages: held, dice: Dice::new(pages as u64) };
        this.replace(4 * pages as u64);
        this
    }

    /// Takes a page and gives it back, `pairs` times.
    #[inline]
    pub(crate) fn pair(&mut self, pairs: u64) {
        pair(&mut self.singles, pairs);
    }

    /// Takes a page in exchange for a random one of those held, `pairs` times.
    #[inline]
    pub(crate) fn replace(&mut self, pairs: u64) {
        for _ in 0..pairs {
            let new = S::page(black_box(self.singles.alloc()));
            let victim = self.dice.below(self.pages.len());
            let old = std::mem::replace(&mut self.pages[victim], new);
            self.singles.free(old);
        }
    }

    /// Gives every page back, for the next bench of the same pool.
    pub(crate) fn give_all_back(mut self) {
        for page in self.pages.drain(..) {
            self.singles.free(page);
        }
    }

    /// As `pair`, through the counted functions.
    pub(crate) fn counted_pair(&mut self, pairs: u64) {
        for _ in 0..pairs {
            let page = S::page(counted_alloc(&mut self.singles));
            counted_free(&mut self.singles, page);
        }
    }

    /// As `replace`, through the counted functions.
    pub(crate) fn counted_replace(&mut self, pairs: u64) {
        for _ in 0..pairs {
            let new = S::page(counted_alloc(&mut self.singles));
            let victim = self.dice.below(self.pages.len());
            let old = std::mem::replace(&mut self.pages[victim], new);
            counted_free(&mut self.singles, old);
        }
    }
}

/// Pages held in the *90 % full* workload.
pub(crate) const NINE_TENTHS: usize = PAGES / 10 * 9;
