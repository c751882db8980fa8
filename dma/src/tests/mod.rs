//! What the crate promises, claim by claim. Small enough for Miri.

mod scripts;
mod threads;

use core::ptr::NonNull;
use std::format;
use std::vec::Vec;

use crate::testing::{self, STALE, Shifted};
use crate::*;

/// A buffer of `pages` pages whose bytes all hold what an earlier holder left there.
fn stale(pool: &'static Pool<Shifted>, pages: usize) -> Buf<'static, Shifted> {
    let mut buf = pool.alloc(pages).unwrap();
    buf.as_mut_slice().fill(STALE);
    drop(buf);
    pool.alloc(pages).unwrap()
}

/// What a device finds in a segment.
fn device_sees(pool: &Pool<Shifted>, segment: Segment) -> Vec<u8> {
    let cpu = pool.mapping().cpu(segment.addr, segment.len as usize).expect("a segment outside the region");
    // SAFETY: `cpu` vouches for the range; the test is the device, and nobody else touches what is lent.
    unsafe { core::slice::from_raw_parts(cpu.as_ptr(), segment.len as usize) }.to_vec()
}

/// A device writes `bytes` to the head of a segment.
fn device_writes(pool: &Pool<Shifted>, segment: Segment, bytes: &[u8]) {
    assert!(bytes.len() <= segment.len as usize);
    let cpu = pool.mapping().cpu(segment.addr, segment.len as usize).expect("a segment outside the region");
    // SAFETY: as above.
    unsafe { cpu.as_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
}

#[test]
fn every_page_is_handed_out_once_aligned_and_disjoint_and_then_the_pool_says_so() {
    let pool = testing::pool(5);
    let held: Vec<_> = (0..5).map(|_| pool.alloc(1).unwrap().lend::<ToDevice>()).collect();
    let mut at: Vec<_> = held.iter().map(|lent| lent.segment().addr.get()).collect();
    at.sort_unstable();
    assert!(at.iter().all(|address| address % PAGE_SIZE as u64 == 0));
    assert!(at.windows(2).all(|pair| pair[1] - pair[0] == PAGE_SIZE as u64));
    assert_eq!(pool.alloc(1).unwrap_err(), Exhausted { pages: 1 });
    let counters = pool.counters();
    assert_eq!((counters.live, counters.peak, counters.exhausted), (5, 5, 1));
    for lent in held {
        // SAFETY: no device was ever told.
        drop(unsafe { lent.reclaim(0) });
    }
    assert_eq!((pool.counters().live, pool.counters().peak), (0, 5));
}

#[test]
fn a_pool_says_whether_so_many_pages_are_free() {
    let pool = testing::pool(130);
    let of_the_first_word = pool.alloc(3).unwrap();
    let rest: Vec<_> = (0..127).map(|_| pool.alloc(1).unwrap()).collect();
    assert!(pool.has_free(0) && !pool.has_free(1));
    drop((of_the_first_word, rest));
    assert_eq!(pool.counters().live, 0);
    for (taken, free) in [(0, 130), (1, 129), (64, 66), (129, 1)] {
        let _taken: Vec<_> = (0..taken).map(|_| pool.alloc(1).unwrap()).collect();
        assert!(pool.has_free(free) && !pool.has_free(free + 1), "{taken} taken");
    }
}

#[test]
fn a_region_too_small_for_a_page_and_its_metadata_is_refused() {
    let (region, mapping) = Shifted::region(PAGE_SIZE);
    // SAFETY: leaked, ours, and `mapping` belongs to it.
    let refused = unsafe { Pool::new(region, mapping, Hygiene::Lazy) }.unwrap_err();
    assert_eq!(refused, PoolError::TooSmall { bytes: PAGE_SIZE });
}

#[test]
fn a_region_that_does_not_begin_on_a_page_loses_less_than_a_page() {
    let (region, mapping) = Shifted::region(10 * PAGE_SIZE);
    // SAFETY: one byte in, eight pages and a bit long: inside the region.
    let inner = unsafe { NonNull::slice_from_raw_parts(region.cast::<u8>().add(1), 9 * PAGE_SIZE + 17) };
    // SAFETY: leaked, ours, and `mapping` covers it.
    let pool = unsafe { Pool::new(inner, mapping, Hygiene::Lazy) }.unwrap();
    assert_eq!(pool.pages(), 7);
    let lent = pool.alloc(7).unwrap().lend::<ToDevice>();
    assert!(pool.mapping().cpu(lent.segment().addr, 7 * PAGE_SIZE).is_some());
    // SAFETY: no device was ever told.
    drop(unsafe { lent.reclaim(0) });
}

#[test]
fn creating_a_pool_touches_the_metadata_and_none_of_the_pages() {
    // Several words of the bitmap; an interpreter of memory accesses, which takes a minute for as many bytes, gets one.
    let pages = if cfg!(miri) { 3 } else { 200 };
    let (region, mapping) = Shifted::region(Pool::<Shifted>::region_bytes(pages));
    // SAFETY: leaked, ours, and `mapping` belongs to it.
    let pool = unsafe { Pool::new(region, mapping, Hygiene::Lazy) }.unwrap();
    let lent = pool.alloc(pages).unwrap().lend::<FromDevice>();
    assert!(device_sees(&pool, lent.segment()).iter().all(|&byte| byte == STALE));
    // SAFETY: no device was ever told.
    drop(unsafe { lent.reclaim(0) });
}

#[test]
fn a_fresh_buffer_shows_no_stale_byte_to_any_reader() {
    let pool = testing::pool(4);
    let mut buf = stale(pool, 2);
    assert_eq!((buf.len(), buf.as_slice()), (2 * PAGE_SIZE, &[][..]));
    buf.set_window(10..20);
    assert_eq!(buf.as_mut_slice(), [0; 10]);
    assert_eq!(buf.initialised(), 20);
    buf.set_window(0..30);
    assert_eq!(buf.as_slice(), [0; 20]);
}

#[test]
fn writing_at_a_place_zeroes_the_gap_before_it_and_nothing_else() {
    let pool = testing::pool(4);
    let mut buf = stale(pool, 1);
    buf.set_window(100..200);
    buf.write_at(4, b"nine");
    assert_eq!(buf.as_slice(), b"\0\0\0\0nine");
    buf.write_at(0, b"P");
    assert_eq!(buf.as_slice(), b"P\0\0\0nine");
    assert_eq!(buf.initialised(), 108);
    let window = buf.share();
    assert_eq!((window.len(), &window[..8]), (100, &b"P\0\0\0nine"[..]));
    assert!(window[8..].iter().all(|&byte| byte == 0));
}

#[test]
#[should_panic(expected = "3 bytes at 8 of a window of 10 bytes")]
fn writing_beyond_the_window_panics() {
    let pool = testing::pool(1);
    pool.alloc_bytes(10).unwrap().write_at(8, b"too");
}

#[test]
fn a_device_that_reads_sees_zeroes_where_nothing_was_written() {
    let pool = testing::pool(4);
    let mut buf = stale(pool, 1);
    buf.set_window(0..16);
    buf.write_at(0, b"head");
    let lent = buf.lend::<ToDevice>();
    assert_eq!(device_sees(pool, lent.segment()), b"head\0\0\0\0\0\0\0\0\0\0\0\0");
    // SAFETY: the test is the device, and is done.
    let buf = unsafe { lent.reclaim(0) };
    assert_eq!(buf.as_slice(), b"head\0\0\0\0\0\0\0\0\0\0\0\0");
}

#[test]
fn what_a_device_wrote_comes_back_as_the_window_and_no_more_than_was_lent() {
    let pool = testing::pool(4);
    let mut buf = stale(pool, 1);
    buf.set_window(8..40);
    let lent = buf.lend::<FromDevice>();
    assert_eq!(lent.segment().len, 32);
    device_writes(pool, lent.segment(), b"reply");
    // SAFETY: the test is the device, and is done.
    let mut buf = unsafe { lent.reclaim(5) };
    assert_eq!((buf.window(), buf.as_slice()), (8..13, &b"reply"[..]));
    buf.set_window(0..20);
    assert_eq!(buf.as_mut_slice(), b"\0\0\0\0\0\0\0\0reply\0\0\0\0\0\0\0");
    let lent = buf.lend::<FromDevice>();
    // SAFETY: as above; the length is a lie.
    assert_eq!(unsafe { lent.reclaim(u32::MAX) }.window(), 0..20);
}

#[test]
fn lending_for_the_device_to_write_zeroes_nothing_of_the_window() {
    let pool = testing::pool(4);
    let lent = stale(pool, 1).lend::<FromDevice>();
    assert!(device_sees(pool, lent.segment()).iter().all(|&byte| byte == STALE));
    // SAFETY: the test is the device, and is done.
    drop(unsafe { lent.reclaim(0) });
}

#[test]
fn an_empty_window_at_the_very_end_of_the_region_is_lent_without_asking_the_mapping() {
    let pool = testing::pool(1);
    let mut buf = pool.alloc(1).unwrap();
    buf.set_window(PAGE_SIZE..PAGE_SIZE);
    let lent = buf.lend::<FromDevice>();
    assert_eq!(lent.segment().len, 0);
    // SAFETY: no device was ever told.
    let lent = unsafe { lent.reclaim(0) }.share().lend();
    // SAFETY: as above.
    drop(unsafe { lent.reclaim() });
    assert_eq!(pool.counters().live, 0);
}

#[test]
fn a_lent_buffer_that_is_dropped_never_comes_back() {
    let pool = testing::pool(4);
    drop(pool.alloc(3).unwrap().lend::<FromDevice>());
    let held = pool.alloc(1).unwrap();
    assert_eq!(pool.alloc(1).unwrap_err(), Exhausted { pages: 1 });
    drop(held);
    let counters = pool.counters();
    assert_eq!((counters.live, counters.quarantined), (0, 3));
}

#[test]
fn a_buffer_splits_at_a_page_and_both_parts_go_home_alone() {
    let pool = testing::pool(4);
    let mut front = pool.alloc(4).unwrap();
    front.set_window(100..PAGE_SIZE + 50);
    front.as_mut_slice().fill(7);
    let mut back = front.split_off(PAGE_SIZE);
    assert_eq!((front.pages(), front.window()), (1, 100..PAGE_SIZE));
    assert_eq!((back.pages(), back.window()), (3, 0..50));
    assert_eq!((front.initialised(), back.initialised()), (PAGE_SIZE, 50));
    assert!(front.as_slice().iter().chain(back.as_slice()).all(|&byte| byte == 7));
    let end = back.split_off(PAGE_SIZE);
    assert_eq!((end.pages(), end.window(), end.initialised()), (2, 0..0, 0));
    drop(front);
    assert_eq!(pool.counters().live, 3);
    drop(end);
    drop(back);
    assert_eq!(pool.counters().live, 0);
    assert_eq!(pool.alloc(4).unwrap().pages(), 4);
}

#[test]
#[should_panic(expected = "cannot be split")]
fn a_buffer_does_not_split_within_a_page() {
    let pool = testing::pool(4);
    let mut buf = pool.alloc(2).unwrap();
    drop(buf.split_off(100));
}

#[test]
fn windows_split_at_any_byte_without_a_copy_and_the_last_one_returns_the_pages() {
    let pool = testing::pool(2);
    let mut buf = pool.alloc_bytes(12).unwrap();
    buf.write_at(0, b"head and body"[..12].as_ref());
    let at = buf.as_slice().as_ptr();
    let mut body = buf.share();
    let head = body.split_to(4);
    let tail = body.split_off(5);
    assert_eq!((&*head, &*body, &*tail), (&b"head"[..], &b" and "[..], &b"bod"[..]));
    assert_eq!(head.as_ptr(), at);
    assert_eq!(body.as_ptr(), at.wrapping_add(4));
    drop(body);
    let head = head.try_into_buf().unwrap_err();
    drop(tail);
    assert_eq!(pool.counters().live, 1);
    let mut buf = head.try_into_buf().unwrap();
    buf.set_window(0..12);
    assert_eq!(buf.as_slice(), b"head and bod");
    drop(buf);
    assert_eq!(pool.counters().live, 0);
}

#[test]
fn a_window_is_lent_while_others_read_and_quarantine_counts_its_run_once() {
    let pool = testing::pool(4);
    let mut buf = pool.alloc_bytes(2 * PAGE_SIZE).unwrap();
    buf.as_mut_slice().fill(3);
    let window = buf.share();
    let (one, two) = (window.clone().lend(), window.clone().lend());
    assert_eq!(device_sees(pool, one.segment()), &*window);
    // SAFETY: the test is the device, and is done.
    drop(unsafe { one.reclaim() });
    let three = window.clone().lend();
    drop((two, three, window));
    assert_eq!(pool.counters().quarantined, 2);
    assert_eq!(pool.counters().live, 0);
    assert!(pool.alloc(3).is_err());
}

#[test]
fn coherent_memory_is_zeroed_and_kept_from_the_pool_until_the_device_is_reset() {
    let pool = testing::pool(2);
    drop(stale(pool, 2));
    let ring = pool.alloc(1).unwrap().into_coherent();
    assert_eq!(ring.len(), PAGE_SIZE);
    assert_eq!(device_sees(pool, ring.segment()), [0; PAGE_SIZE]);
    // SAFETY: there is no device.
    drop(unsafe { ring.reclaim() });
    assert_eq!(pool.counters().live, 0);
    drop(pool.alloc(1).unwrap().into_coherent());
    assert_eq!(pool.counters().quarantined, 1);
}

#[test]
fn a_list_carries_items_to_the_device_and_back_and_shares_out_what_was_written() {
    let pool = testing::pool(8);
    let mut list = LentList::<4, Shifted>::new();
    let mut request = pool.alloc_bytes(7).unwrap();
    request.write_at(0, b"Tversio");
    list.push_readable(request).unwrap();
    let mut payload = pool.alloc_bytes(5).unwrap();
    payload.write_at(0, b"hello");
    list.push_window(payload.share()).unwrap();
    list.push_writable(pool.alloc_bytes(3).unwrap()).unwrap();
    let late = list.push_readable(pool.alloc(1).unwrap()).unwrap_err();
    assert!(matches!(late, ListError::Order(_)));
    list.push_writable(pool.alloc_bytes(10).unwrap()).unwrap();
    assert!(matches!(list.push_writable(late.into_inner()), Err(ListError::Full(_))));

    let lengths = |segments: &[Segment]| segments.iter().map(|s| s.len).collect::<Vec<_>>();
    assert_eq!((lengths(list.readable()), lengths(list.writable())), ([7, 5].into(), [3, 10].into()));
    list.mark_lent();
    assert!(list.take().is_none(), "nothing comes out while the device has it");
    device_writes(pool, list.writable()[0], b"Rve");
    device_writes(pool, list.writable()[1], b"rs");
    // SAFETY: the test is the device, and is done.
    unsafe { list.mark_returned(5) };
    assert!(matches!(list.take(), Some(Returned::Read(buf)) if buf.as_slice() == b"Tversio"));
    assert!(matches!(list.take(), Some(Returned::ReadWindow(window)) if &*window == b"hello"));
    assert!(matches!(list.push_writable(pool.alloc(1).unwrap()), Err(ListError::Away(_))));
    assert!(matches!(list.take(), Some(Returned::Written(buf)) if buf.as_slice() == b"Rve"));
    assert!(matches!(list.take(), Some(Returned::Written(buf)) if buf.as_slice() == b"rs"));
    assert!(list.take().is_none());
    list.push_readable(pool.alloc_bytes(1).unwrap()).unwrap();
    drop(list);
    assert_eq!((pool.counters().live, pool.counters().quarantined), (0, 0));
}

#[test]
fn a_list_of_which_something_was_taken_names_nothing_until_it_is_filled_again() {
    let pool = testing::pool(8);
    let mut list = LentList::<2, Shifted>::new();
    for _ in 0..2 {
        list.push_readable(pool.alloc_bytes(1).unwrap()).unwrap();
        list.push_writable(pool.alloc_bytes(1).unwrap()).unwrap();
        assert_eq!((list.readable().len(), list.writable().len(), list.len()), (1, 1, 2));
        let taken = list.take().unwrap();
        assert_eq!((list.readable().len(), list.writable().len(), list.len()), (0, 0, 1));
        assert!(matches!(list.push_writable(pool.alloc(1).unwrap()), Err(ListError::Away(_))));
        drop(taken);
        assert!(list.take().is_some() && list.is_empty());
    }
}

#[test]
fn a_list_dropped_while_away_is_quarantined_and_one_that_never_left_is_not() {
    let pool = testing::pool(8);
    let mut list = LentList::<2, Shifted>::new();
    list.push_writable(pool.alloc_bytes(100).unwrap()).unwrap();
    assert_eq!(list.take().and_then(Returned::into_buf).unwrap().len(), 100, "not touched: it never left");
    list.push_window(pool.alloc_bytes(PAGE_SIZE).unwrap().share()).unwrap();
    list.push_writable(pool.alloc(2).unwrap()).unwrap();
    list.mark_lent();
    drop(list);
    assert_eq!((pool.counters().live, pool.counters().quarantined), (0, 3));
}

#[test]
fn a_magazine_keeps_single_pages_of_its_own_pool_and_sends_others_home() {
    let (here, there) = (testing::pool(128), testing::pool(128));
    let mut magazine = here.magazine();
    let page = magazine.alloc().unwrap();
    let address = page.run.base;
    magazine.free(page);
    let resting = magazine.len();
    assert!(resting > 0);
    assert_eq!(magazine.alloc().unwrap().run.base, address, "the page that was used last is the warm one");
    magazine.free(there.alloc(1).unwrap());
    assert_eq!(there.counters().live, 0);
    magazine.free(here.alloc(4).unwrap());
    let many: Vec<_> = (0..10).map(|_| magazine.alloc().unwrap()).collect();
    many.into_iter().for_each(|page| magazine.free(page));
    assert!(magazine.len() <= 2, "a 64th of the pool");
    drop(magazine);
    assert_eq!(here.counters().live, 0);
}

#[test]
fn policies_decide_what_rests_in_free_pages() {
    for (hygiene, resting, fresh) in [
        (Hygiene::Lazy, 9, 9),
        (Hygiene::ZeroOnFree, 0, 0),
        (Hygiene::Poison, Hygiene::FREED, Hygiene::FRESH),
    ] {
        let pool = testing::pool_with(1, hygiene);
        let mut magazine = pool.magazine();
        let mut page = magazine.alloc().unwrap();
        page.as_mut_slice().fill(9);
        let base = page.run.base;
        magazine.free(page);
        // SAFETY: the page is free and the test is alone.
        assert_eq!(unsafe { base.read() }, resting, "{hygiene:?}");
        let page = magazine.alloc().unwrap();
        // SAFETY: the page is held by this test; no reference to it exists.
        assert_eq!(unsafe { page.run.base.read() }, fresh, "{hygiene:?}");
    }
}

#[test]
fn handles_are_small_and_a_result_costs_nothing_more() {
    assert_eq!(size_of::<Buf<'_>>(), 32);
    assert_eq!(size_of::<Window<'_>>(), 32);
    assert_eq!(size_of::<Lent<'_, ToDevice>>(), 32);
    assert_eq!(size_of::<Result<Buf<'_>, Exhausted>>(), 32);
}

#[test]
fn handles_and_pools_may_move_between_cores() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<Buf<'_, Shifted>>();
    send::<Window<'_, Shifted>>();
    send::<Lent<'_, FromDevice, Shifted>>();
    send::<Magazine<'_, Shifted>>();
    send::<LentList<'_, 4, Shifted>>();
    sync::<Pool<Shifted>>();
    sync::<Window<'_, Shifted>>();
}

#[test]
fn errors_say_what_was_wanted_and_what_to_do() {
    assert_eq!(format!("{}", Exhausted { pages: 1 }), "no page is free in the DMA pool");
    assert_eq!(format!("{}", Exhausted { pages: 8 }), "no run of 8 contiguous pages is free in the DMA pool");
    assert!(format!("{}", PoolError::TooSmall { bytes: 9 }).contains("give it at least"));
}
