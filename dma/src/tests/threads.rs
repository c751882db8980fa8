//! Several threads on one pool: pages wander between them through the pool, magazines and windows, each stamped by
//! its holder. Small enough for Miri, which runs it under many seeds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::vec::Vec;

use crate::testing::{self, Shifted};
use crate::{Buf, Pool};

const THREADS: u8 = 3;
const TURNS: usize = if cfg!(miri) { 12 } else { 2_000 };

/// Nobody else writes to a page while somebody holds it.
fn stamp_and_check(buf: &mut Buf<'_, Shifted>, tag: u8) {
    buf.truncate(16);
    buf.as_mut_slice().fill(tag);
    std::thread::yield_now();
    assert!(buf.as_slice().iter().all(|&byte| byte == tag), "somebody else wrote to a page held here");
}

fn on_threads(pool: &'static Pool<Shifted>, work: impl Fn(u8) + Sync) {
    std::thread::scope(|scope| {
        (1..=THREADS).for_each(|tag| {
            let work = &work;
            scope.spawn(move || work(tag));
        });
    });
    assert_eq!(pool.counters().live, 0);
    assert_eq!(pool.alloc(pool.pages()).map(|all| all.pages()), Ok(pool.pages()));
}

#[test]
fn pages_wander_between_threads_by_the_shared_path() {
    // Fewer pages than are wanted at times, in two words of the bitmap.
    let pool = testing::pool(68);
    let rest = pool.alloc(63).unwrap();
    let refused = AtomicUsize::new(0);
    on_threads_with(pool, rest, |tag| {
        let mut held = Vec::new();
        for turn in 0..TURNS {
            match pool.alloc(1 + turn % 2) {
                Ok(mut buf) => {
                    stamp_and_check(&mut buf, tag);
                    held.push(buf);
                }
                Err(_) => {
                    refused.fetch_add(1, Ordering::Relaxed);
                    held.clear();
                }
            }
        }
    });
    assert!(refused.into_inner() > 0, "the pool was never exhausted");
}

/// As `on_threads`, with `rest` kept meanwhile.
fn on_threads_with(pool: &'static Pool<Shifted>, rest: Buf<'_, Shifted>, work: impl Fn(u8) + Sync) {
    let rest = std::sync::Mutex::new(Some(rest));
    let left = AtomicUsize::new(THREADS as usize);
    on_threads(pool, |tag| {
        work(tag);
        if left.fetch_sub(1, Ordering::AcqRel) == 1 {
            drop(rest.lock().unwrap().take());
        }
    });
}

#[test]
fn pages_wander_between_threads_through_their_magazines() {
    let pool = testing::pool(256);
    on_threads(pool, |tag| {
        let mut magazine = pool.magazine();
        let mut held = Vec::new();
        for turn in 0..TURNS {
            let mut page = magazine.alloc().unwrap();
            stamp_and_check(&mut page, tag);
            held.push(page);
            if turn % 7 == 0 {
                held.drain(..).for_each(|page| magazine.free(page));
            }
            if held.len() > 20 {
                held.clear();
            }
        }
    });
}

#[test]
fn windows_are_read_everywhere_and_the_last_one_sends_the_page_home() {
    let pool = testing::pool(2);
    on_threads(pool, |tag| {
        for _ in 0..TURNS / 4 {
            let Ok(mut buf) = pool.alloc_bytes(8) else { continue };
            buf.as_mut_slice().fill(tag);
            let window = buf.share();
            std::thread::scope(|scope| {
                let copy = window.clone();
                scope.spawn(move || assert!(copy.iter().all(|&byte| byte == tag)));
                assert_eq!(window[0], tag);
                drop(window);
            });
        }
    });
}
