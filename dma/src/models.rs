//! Models: every interleaving and every weak-memory outcome of small cases, by loom, with the code that ships.
//!
//! Run by `RUSTFLAGS="--cfg loom" cargo test -p ninewire-dma --lib --release`. At most three threads, pools of one to
//! a few pages (of two words where words matter), at most [`PREEMPTIONS`] forced switches an execution. Each model
//! is run again with the ordering it rests on weakened (see [`Site`]), and must fail then.
//!
//! A page's contents are stood for by a `loom::cell::UnsafeCell` beside the pool, through which loom sees two owners
//! that are not ordered.

use core::ptr::NonNull;
use std::alloc::{Layout, alloc};
use std::boxed::Box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::vec::Vec;

use loom::cell::UnsafeCell;
use loom::thread;

use crate::run::Run;
use crate::sync::{Site, mutant};
use crate::{Buf, Hygiene, Identity, PAGE_SIZE, Pool, Window};

/// Forced switches between threads in one execution.
const PREEMPTIONS: usize = 3;

/// A pool and what its pages contain.
struct World {
    pool: &'static Pool,
    contents: Vec<UnsafeCell<u32>>,
}

impl World {
    fn with_pages(pages: usize) -> Arc<Self> {
        std::thread_local! {
            /// One region for all executions on this thread; each makes its pool in it anew.
            static REGION: NonNull<[u8]> = {
                let bytes = Pool::<Identity>::region_bytes(130);
                let layout = Layout::from_size_align(bytes, PAGE_SIZE).expect("a layout");
                // SAFETY: the layout is not empty.
                let base = NonNull::new(unsafe { alloc(layout) }).expect("memory");
                NonNull::slice_from_raw_parts(base, bytes)
            };
        }
        let whole = REGION.with(|region| *region);
        let bytes = Pool::<Identity>::region_bytes(pages);
        assert!(bytes <= whole.len());
        let region = NonNull::slice_from_raw_parts(whole.cast(), bytes);
        // SAFETY: leaked; the executions of a model follow one another, and nothing of an earlier pool is used.
        let pool =
            unsafe { Pool::new(region, Identity, Hygiene::Lazy) }.expect("the region was sized for it");
        assert_eq!(pool.pages(), pages);
        Arc::new(Self {
            pool: Box::leak(Box::new(pool)),
            contents: (0..pages).map(|_| UnsafeCell::new(0)).collect(),
        })
    }

    fn cell(&self, run: &Run<'_, Identity>) -> &UnsafeCell<u32> {
        &self.contents[self.pool.index(run.base)]
    }

    /// The owner writes to its first page.
    fn write(&self, buf: &Buf<'_>) {
        // SAFETY: that nobody else is there is what loom checks.
        self.cell(&buf.run).with_mut(|contents| unsafe { *contents += 1 });
    }

    /// A reader reads the first page of the run.
    fn read(&self, window: &Window<'_>) {
        // SAFETY: that nobody writes meanwhile is what loom checks.
        self.cell(window.run()).with(|contents| unsafe { *contents });
    }

    /// Nothing is held: every page can be had.
    fn is_whole(&self) {
        assert_eq!(self.pool.counters().live, 0);
        drop(self.pool.alloc(self.pool.pages()).expect("all pages are free"));
    }
}

fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(model);
}

/// The model holds, and with `site` weakened it does not.
fn holds_only_with(site: Site, model: fn()) {
    explore(model);
    mutant::weaken(Some(site));
    let fails = catch_unwind(AssertUnwindSafe(|| explore(model)));
    mutant::weaken(None);
    assert!(fails.is_err(), "the model passes with {site:?} weakened: it does not test it");
}

/// Two cores want the only page, twice each.
fn one_page_two_owners() {
    let world = World::with_pages(1);
    let visit = |world: &World| {
        if let Ok(page) = world.pool.alloc(1) {
            world.write(&page);
        }
    };
    let other = thread::spawn({
        let world = world.clone();
        move || visit(&world)
    });
    visit(&world);
    other.join().unwrap();
    visit(&world);
    world.is_whole();
}

#[test]
fn the_next_owner_sees_what_the_last_one_did() {
    holds_only_with(Site::Claim, one_page_two_owners);
}

#[test]
fn what_an_owner_did_is_over_before_the_next_one_begins() {
    holds_only_with(Site::Release, one_page_two_owners);
}

/// Runs that cross a word: one wants all pages, two want parts of them.
fn runs_that_overlap() {
    let world = World::with_pages(66);
    let visit = |world: &World, pages: usize| {
        if let Ok(run) = world.pool.alloc(pages) {
            world.write(&run);
        }
    };
    let other = thread::spawn({
        let world = world.clone();
        move || visit(&world, 65)
    });
    visit(&world, 66);
    other.join().unwrap();
    world.is_whole();
}

#[test]
fn overlapping_runs_are_never_shared_and_leave_nothing_claimed() {
    holds_only_with(Site::Claim, runs_that_overlap);
}

/// Pages go out of one core's magazine and into the other's.
fn magazines_exchange() {
    let world = World::with_pages(128);
    // All but two pages are held elsewhere, so that the cores must share those.
    let rest = world.pool.alloc(126).unwrap();
    let visit = |world: &World| {
        let mut magazine = world.pool.magazine();
        if let Ok(page) = magazine.alloc() {
            world.write(&page);
            magazine.free(page);
        }
    };
    let other = thread::spawn({
        let world = world.clone();
        move || visit(&world)
    });
    visit(&world);
    other.join().unwrap();
    drop(rest);
    world.is_whole();
}

#[test]
fn a_page_that_passes_through_magazines_has_one_owner_at_a_time() {
    holds_only_with(Site::Release, magazines_exchange);
}

/// Two windows on a page go at the same time, and a third core waits for the page to write to it.
fn windows_go_at_once() {
    let world = World::with_pages(1);
    let window = world.pool.alloc_bytes(0).unwrap().share();
    let holders = [window.clone(), window].map(|window| {
        let world = world.clone();
        thread::spawn(move || {
            world.read(&window);
            drop(window);
        })
    });
    // Not joined before: a join would order what the windows themselves must order.
    let page = loop {
        match world.pool.alloc(1) {
            Ok(page) => break page,
            Err(_) => thread::yield_now(),
        }
    };
    world.write(&page);
    for holder in holders {
        holder.join().unwrap();
    }
}

#[test]
fn a_window_that_is_not_the_last_has_read_before_the_page_goes_home() {
    holds_only_with(Site::WindowDrop, windows_go_at_once);
}

#[test]
fn a_window_that_finds_itself_alone_waits_for_the_reads_of_the_others() {
    holds_only_with(Site::SoleWindow, windows_go_at_once);
}

#[test]
fn the_last_window_waits_for_the_reads_of_the_others() {
    holds_only_with(Site::LastWindow, windows_go_at_once);
}

/// A holder takes its buffer back when the other window has gone.
fn window_becomes_buffer() {
    let world = World::with_pages(1);
    let window = world.pool.alloc_bytes(0).unwrap().share();
    let other = thread::spawn({
        let (world, window) = (world.clone(), window.clone());
        move || {
            world.read(&window);
            drop(window);
        }
    });
    thread::yield_now();
    match window.try_into_buf() {
        Ok(buf) => world.write(&buf),
        Err(window) => world.read(&window),
    }
    other.join().unwrap();
    world.is_whole();
}

#[test]
fn a_buffer_taken_back_from_its_windows_is_read_by_nobody() {
    holds_only_with(Site::SoleWindow, window_becomes_buffer);
}

/// One core finds a word dry while another releases a sampled page into it.
fn dry_and_returned() {
    let world = World::with_pages(65);
    // Page 0 is held by the other core; the rest of its word is held here, and only page 64 is left.
    let page = world.pool.alloc(1).unwrap();
    assert_eq!(world.pool.index(page.run.base), 0);
    let rest = world.pool.alloc(63).unwrap();
    let other = thread::spawn(move || drop(page));
    // Leaves word 0, if it sees it dry, for word 1.
    let here = world.pool.alloc(1).unwrap();
    other.join().unwrap();
    if world.pool.index(here.run.base) == 64 {
        assert!(world.pool.has_hint(0), "page 0 was released and is a sample: its word must have its hint");
    }
    drop((rest, here));
    world.is_whole();
}

#[test]
fn a_hint_is_not_lost_between_a_dry_word_and_a_release_into_it() {
    holds_only_with(Site::Hint, dry_and_returned);
}
