//! Any bytes as a life of a pool: every byte string is a sequence of operations on a small pool, each checked
//! against a plain model that knows who holds which page and what every written byte must be. The property test,
//! the fuzz target and the replay of its corpus all come through [`run`].
//!
//! What the model insists on: nobody gets a page that somebody holds; a wish is refused only when no such run is
//! free (or the magazine rests on it); a reader sees what was written and zeroes, never what an earlier holder left;
//! the counters are right after every operation; what a device keeps never comes back; and in the end every other
//! page is home.

use core::ops::Range;
use core::ptr::NonNull;
use std::vec::Vec;

use crate::testing::Shifted;
use crate::{Buf, FromDevice, Hygiene, Magazine, PAGE_SIZE, Pool, ToDevice, Window};

/// Pages of the pool: large runs fit, and the last word of the bitmap is not a whole one.
const PAGES: usize = 700;

/// A page's owner, as the model sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Page {
    /// In the pool, or resting in the magazine.
    Free,
    Held,
    Quarantined,
}

/// What a run's bytes below the initialised mark must be.
type Shadow = Vec<u8>;

struct Held {
    buf: Buf<'static, Shifted>,
    shadow: Shadow,
}

struct Shared {
    window: Window<'static, Shifted>,
    /// Where the window lies in its run.
    at: Range<usize>,
    /// The run's first page; windows of one run agree on it.
    first: usize,
    pages: usize,
    shadow: Shadow,
}

struct Life<'s> {
    script: core::slice::Iter<'s, u8>,
    pool: &'static Pool<Shifted>,
    magazine: Option<Magazine<'static, Shifted>>,
    pages: Vec<Page>,
    held: Vec<Held>,
    shared: Vec<Shared>,
}

/// Lives the life that `script` describes.
///
/// # Panics
/// If the pool breaks one of its promises.
pub fn run(script: &[u8]) {
    std::thread_local! {
        /// One region for all lives on this thread: each finds the leavings of the one before in it.
        static REGION: (NonNull<[u8]>, Shifted) = Shifted::region(Pool::<Shifted>::region_bytes(PAGES));
    }
    let (region, mapping) = REGION.with(|region| *region);
    // SAFETY: the region is leaked; earlier pools in it are gone but for their own (leaked) bookkeeping, of which
    // nothing is used again.
    let pool =
        unsafe { Pool::new(region, mapping, Hygiene::Lazy) }.expect("the region was sized for the pool");
    // A pool is some hundred bytes; its buffers want it for `'static`.
    let pool: *mut Pool<Shifted> = std::boxed::Box::into_raw(std::boxed::Box::new(pool));
    // SAFETY: just made, and freed below, after the last use.
    let life_pool: &'static Pool<Shifted> = unsafe { &*pool };
    let mut life = Life {
        script: script.iter(),
        pool: life_pool,
        magazine: Some(life_pool.magazine()),
        pages: std::vec![Page::Free; PAGES],
        held: Vec::new(),
        shared: Vec::new(),
    };
    while life.step() {
        life.counters_are_right();
    }
    life.end();
    // SAFETY: `life` is gone, and with it everything that referred to the pool.
    drop(unsafe { std::boxed::Box::from_raw(pool) });
}

impl Life<'_> {
    fn byte(&mut self) -> u8 {
        self.script.next().copied().unwrap_or(0)
    }

    /// One of `len` things, if there is any.
    fn pick(&mut self, len: usize) -> Option<usize> {
        let byte = self.byte() as usize;
        (len > 0).then(|| byte % len)
    }

    /// A place near the head of the run or around its first page's end: where off-by-ones live.
    fn place(&mut self, capacity: usize) -> usize {
        let byte = self.byte() as usize;
        let place = if byte < 128 { byte } else { PAGE_SIZE - 64 + (byte - 128) };
        place.min(capacity)
    }

    fn step(&mut self) -> bool {
        let Some(&operation) = self.script.next() else { return false };
        match operation % 17 {
            0 => self.alloc(1, false),
            1 => self.alloc(1, true),
            2 => {
                let pages = 2 + self.byte() as usize % 62;
                self.alloc(pages, false);
            }
            3 => {
                let pages = 64 + 3 * self.byte() as usize;
                self.alloc(pages, false);
            }
            4 => self.free(false),
            5 => self.free(true),
            6 => self.set_window(),
            7 => self.write(),
            8 => self.write_slice(),
            9 => self.split_buf(),
            10 => self.share(),
            11 => self.clone_or_split_window(),
            12 => self.drop_window(),
            13 => self.window_into_buf(),
            14 => self.lend(),
            15 => self.lend_window(),
            _ => self.magazine.as_mut().expect("there until the end").flush(),
        }
        self.look_at_all();
        true
    }

    fn magazine(&mut self) -> &mut Magazine<'static, Shifted> {
        self.magazine.as_mut().expect("there until the end")
    }

    fn alloc(&mut self, pages: usize, from_magazine: bool) {
        let answer = if from_magazine { self.magazine().alloc() } else { self.pool.alloc(pages) };
        match answer {
            Ok(buf) => {
                assert_eq!((buf.pages(), buf.len(), buf.initialised()), (pages, pages * PAGE_SIZE, 0));
                let first = self.pool.index(buf.run.base);
                for page in &mut self.pages[first..first + pages] {
                    assert_eq!(*page, Page::Free, "page handed out while somebody has it");
                    *page = Page::Held;
                }
                self.held.push(Held { buf, shadow: Vec::new() });
            }
            Err(exhausted) => {
                assert_eq!(exhausted.pages as usize, pages);
                let fits = self.pages.split(|&page| page != Page::Free).any(|hole| hole.len() >= pages);
                let resting = self.magazine().len();
                assert!(!fits || resting > 0, "refused {pages} pages while they are free");
                assert!(!from_magazine || resting == 0, "the magazine refused what rests in it");
            }
        }
    }

    fn free(&mut self, to_magazine: bool) {
        let Some(victim) = self.pick(self.held.len()) else { return };
        let Held { buf, .. } = self.held.swap_remove(victim);
        self.mark(self.pool.index(buf.run.base), buf.pages(), Page::Free);
        if to_magazine { self.magazine().free(buf) } else { drop(buf) }
    }

    fn mark(&mut self, first: usize, pages: usize, now: Page) {
        for page in &mut self.pages[first..first + pages] {
            assert_eq!(*page, Page::Held);
            *page = now;
        }
    }

    fn set_window(&mut self) {
        let Some(which) = self.pick(self.held.len()) else { return };
        let capacity = self.held[which].buf.capacity();
        let (one, two) = (self.place(capacity), self.place(capacity));
        self.held[which].buf.set_window(one.min(two)..one.max(two));
    }

    fn write(&mut self) {
        let Some(which) = self.pick(self.held.len()) else { return };
        let (tag, len) = (self.byte() | 1, self.byte() as usize % 40);
        let Held { buf, shadow } = &mut self.held[which];
        let len = len.min(buf.len());
        let at = (tag as usize / 3).min(buf.len() - len);
        buf.write_at(at, &std::vec![tag; len]);
        let from = buf.window().start + at;
        shadow.resize(shadow.len().max(from + len), 0);
        shadow[from..from + len].fill(tag);
    }

    fn write_slice(&mut self) {
        let Some(which) = self.pick(self.held.len()) else { return };
        let tag = self.byte() | 1;
        let Held { buf, shadow } = &mut self.held[which];
        let window = buf.window();
        // The whole of a large run would only take time.
        if window.end > 3 * PAGE_SIZE {
            return;
        }
        shadow.resize(shadow.len().max(window.end), 0);
        let slice = buf.as_mut_slice();
        assert_eq!(*slice, shadow[window.clone()]);
        if let Some(first) = slice.first_mut() {
            *first = tag;
            shadow[window.start] = tag;
        }
    }

    fn split_buf(&mut self) {
        let Some(which) = self.pick(self.held.len()) else { return };
        let at = self.byte() as usize;
        let Held { buf, shadow } = &mut self.held[which];
        if buf.pages() < 2 {
            return;
        }
        let at = (1 + at % (buf.pages() - 1)) * PAGE_SIZE;
        let window = buf.window();
        let back = buf.split_off(at);
        assert_eq!(buf.window(), window.start.min(at)..window.end.min(at));
        assert_eq!(back.window(), window.start.max(at) - at..window.end.max(at) - at);
        let rest = shadow.split_off(shadow.len().min(at));
        self.held.push(Held { buf: back, shadow: rest });
    }

    fn share(&mut self) {
        let Some(which) = self.pick(self.held.len()) else { return };
        let Held { mut buf, mut shadow } = self.held.swap_remove(which);
        let start = buf.window().start.min(2 * PAGE_SIZE);
        buf.set_window(start..buf.window().end.min(start + PAGE_SIZE).max(start));
        let (first, pages, at) = (self.pool.index(buf.run.base), buf.pages(), buf.window());
        shadow.resize(shadow.len().max(at.end), 0);
        self.shared.push(Shared { window: buf.share(), at, first, pages, shadow });
    }

    fn clone_or_split_window(&mut self) {
        let Some(which) = self.pick(self.shared.len()) else { return };
        let (how, at) = (self.byte(), self.byte() as usize);
        let Shared { window, at: place, first, pages, shadow } = &mut self.shared[which];
        let cut = at.min(window.len());
        let (other, its_place) = match how % 3 {
            0 => (window.clone(), place.clone()),
            1 => {
                let front = window.split_to(cut);
                let its_place = place.start..place.start + cut;
                place.start += cut;
                (front, its_place)
            }
            _ => {
                let back = window.split_off(cut);
                let its_place = place.start + cut..place.end;
                place.end = place.start + cut;
                (back, its_place)
            }
        };
        let other =
            Shared { window: other, at: its_place, first: *first, pages: *pages, shadow: shadow.clone() };
        self.shared.push(other);
    }

    /// How many windows of the run that begins at `first` are left.
    fn windows_of(&self, first: usize) -> usize {
        self.shared.iter().filter(|shared| shared.first == first).count()
    }

    fn drop_window(&mut self) {
        let Some(which) = self.pick(self.shared.len()) else { return };
        let gone = self.shared.swap_remove(which);
        drop(gone.window);
        if self.windows_of(gone.first) == 0 && self.pages[gone.first] == Page::Held {
            self.mark(gone.first, gone.pages, Page::Free);
        }
    }

    fn window_into_buf(&mut self) {
        let Some(which) = self.pick(self.shared.len()) else { return };
        let Shared { window, at, first, pages, shadow } = self.shared.swap_remove(which);
        let alone = self.windows_of(first) == 0 && self.pages[first] == Page::Held;
        match window.try_into_buf() {
            Ok(buf) => {
                assert!(alone, "a buffer taken back while others see it");
                assert_eq!((buf.window(), buf.pages()), (at, pages));
                self.held.push(Held { buf, shadow });
            }
            Err(window) => {
                assert!(!alone, "a sole window refused its buffer");
                self.shared.push(Shared { window, at, first, pages, shadow });
            }
        }
    }

    /// The device reads or writes some of the window and returns it, or keeps it.
    fn lend(&mut self) {
        let Some(which) = self.pick(self.held.len()) else { return };
        let (how, count) = (self.byte(), self.byte());
        let Held { mut buf, mut shadow } = self.held.swap_remove(which);
        let (first, pages) = (self.pool.index(buf.run.base), buf.pages());
        let start = buf.window().start;
        let len = buf.len().min(2 * PAGE_SIZE);
        buf.truncate(len);
        if how % 8 == 7 {
            drop(buf.lend::<FromDevice>());
            self.mark(first, pages, Page::Quarantined);
            return;
        }
        if how % 2 == 0 {
            let lent = buf.lend::<ToDevice>();
            shadow.resize(shadow.len().max(start + len), 0);
            assert_eq!(self.device_reads(lent.segment()), shadow[start..start + len]);
            // SAFETY: this is the device, and it is done.
            buf = unsafe { lent.reclaim(u32::from(count)) };
            assert_eq!(buf.window(), start..start + len);
        } else {
            let lent = buf.lend::<FromDevice>();
            let segment = lent.segment();
            assert_eq!(segment.len as usize, len);
            let written = len.min(count as usize);
            let cpu = self.pool.mapping().cpu(segment.addr, len).expect("a segment inside the region");
            // SAFETY: `cpu` vouches for the range, and nobody touches what is lent.
            unsafe { cpu.write_bytes(count | 1, written) };
            // SAFETY: this is the device, and it is done.
            buf = unsafe { lent.reclaim(u32::from(count)) };
            assert_eq!(buf.window(), start..start + written);
            shadow.resize(shadow.len().max(start + written), 0);
            shadow[start..start + written].fill(count | 1);
        }
        self.held.push(Held { buf, shadow });
    }

    fn lend_window(&mut self) {
        let Some(which) = self.pick(self.shared.len()) else { return };
        let keep = self.byte() % 8 == 7;
        let mut shared = self.shared.swap_remove(which);
        let lent = shared.window.lend();
        assert_eq!(self.device_reads(lent.segment()), shared.shadow[shared.at.clone()]);
        if keep {
            drop(lent);
            if self.pages[shared.first] == Page::Held {
                self.mark(shared.first, shared.pages, Page::Quarantined);
            }
            return;
        }
        // SAFETY: this is the device, and it is done.
        shared.window = unsafe { lent.reclaim() };
        self.shared.push(shared);
    }

    fn device_reads(&self, segment: crate::Segment) -> Vec<u8> {
        let len = segment.len as usize;
        let cpu = self.pool.mapping().cpu(segment.addr, len).expect("a segment inside the region");
        // SAFETY: `cpu` vouches for the range, and nobody writes to what is lent.
        unsafe { core::slice::from_raw_parts(cpu.as_ptr(), len) }.to_vec()
    }

    /// Every holder sees what it should.
    fn look_at_all(&self) {
        for Held { buf, shadow } in &self.held {
            assert_eq!(buf.initialised(), shadow.len());
            let window = buf.window();
            let seen = window.start.min(shadow.len())..window.end.min(shadow.len());
            assert_eq!(*buf.as_slice(), shadow[seen]);
        }
        for shared in &self.shared {
            assert_eq!(*shared.window, shared.shadow[shared.at.clone()]);
        }
    }

    fn counters_are_right(&mut self) {
        let count = |what: Page| self.pages.iter().filter(|&&page| page == what).count();
        let (held, quarantined) = (count(Page::Held), count(Page::Quarantined));
        let resting = self.magazine().len();
        let counters = self.pool.counters();
        assert_eq!((counters.live, counters.quarantined), (held + resting, quarantined));
        assert!(counters.peak >= counters.live);
    }

    fn end(mut self) {
        self.held.clear();
        self.shared.clear();
        self.magazine = None;
        let quarantined = self.pages.iter().filter(|&&page| page == Page::Quarantined).count();
        let counters = self.pool.counters();
        assert_eq!((counters.live, counters.quarantined), (0, quarantined));
        let rest: Vec<_> = core::iter::from_fn(|| self.pool.alloc(1).ok()).collect();
        assert_eq!(rest.len(), PAGES - quarantined, "pages were lost");
    }
}
