//! Large reads and writes, and what is read ahead.

use super::*;
use crate::p9::client::{AWAY_NS_MAX, Ahead};
use crate::p9::msg::{Message, Rwrite, Tclunk, Tflush, Tread, Twrite};
use crate::p9::testing::host::OnFlush;

/// What one message carries in these tests.
const UNIT: usize = 8192;
const LARGE: usize = 100_000;
const MOST: usize = 64 * 1024;

async fn file_in_units(device: &FakeDevice, pool: &'static Pool) -> (Client<FakeDevice>, Fid<FakeDevice>) {
    let options = Options { msize: UNIT as u32 + 24, ..options(pool) };
    let client = Client::connect(device.clone(), options).await.expect("the server is there");
    let file = only(&client, b"large").await;
    assert_eq!(file.io_unit(), UNIT);
    device.state().host.server.seen.clear();
    (client, file)
}

/// A reader of one file.
struct Reader {
    ahead: Box<Ahead<FakeDevice>>,
    file: Fid<FakeDevice>,
    changes: u64,
    most: usize,
}

impl Reader {
    fn of(file: Fid<FakeDevice>) -> Reader {
        Reader { ahead: Box::default(), file, changes: 0, most: MOST }
    }

    async fn read(&mut self, count: usize, offset: usize) -> Vec<u8> {
        let ahead = core::mem::take(&mut self.ahead);
        let (ahead, read) = ahead.read(&self.file, count, offset as u64, self.changes, self.most).await;
        self.ahead = ahead;
        bytes(&read.expect("read"))
    }

    /// Reads `count` bytes at a time from `from` on until there are no more.
    async fn read_to_end(&mut self, count: usize, from: usize) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let more = self.read(count, from + all.len()).await;
            if more.is_empty() {
                return all;
            }
            all.extend(more);
        }
    }
}

fn asked(device: &FakeDevice, kind: u8) -> usize {
    device.state().host.server.seen.iter().filter(|seen| **seen == kind).count()
}

#[test]
fn a_file_read_in_order_by_pieces_of_any_size_is_what_it_is_and_nothing_is_copied() {
    for order in [Order::Fifo, Order::Lifo, Order::Random(7)] {
        on_device(host().answering(order), |device, pool| async move {
            let (_client, file) = file_in_units(&device, pool).await;
            let mut reader = Reader::of(file);
            for count in [999, 4096, 5000, UNIT, 3 * UNIT + 1, LARGE, 2 * LARGE] {
                assert!(reader.read_to_end(count, 0).await == pattern(LARGE, 7), "{count} at a time");
                assert!(reader.read_to_end(count, 77).await == pattern(LARGE, 7)[77..], "{count} at a time");
            }
        });
    }
}

#[test]
fn what_is_ahead_is_under_way_while_the_reader_works_and_never_more_than_was_read() {
    on_device(host(), |device, pool| async move {
        let (_client, file) = file_in_units(&device, pool).await;
        let mut reader = Reader::of(file);
        let reads = |device: &FakeDevice| asked(device, Tread::KIND);
        reader.read(UNIT, 0).await;
        rest().await;
        assert_eq!(reads(&device), 1, "one read is no sequence");
        reader.read(UNIT, UNIT).await;
        rest().await;
        assert_eq!(reads(&device), 3, "one ahead");
        reader.read(UNIT, 2 * UNIT).await;
        rest().await;
        assert_eq!(reads(&device), 5, "two ahead");
        // Bytes that are there already are had without waiting, whatever the server does.
        device.state().host.order = Order::Held;
        let ready = give_up_after(1, reader.read(UNIT, 3 * UNIT)).await;
        assert!(ready.is_some_and(|ready| ready == pattern(LARGE, 7)[3 * UNIT..4 * UNIT]));
        device.state().host.order = Order::Fifo;
        rest().await;
    });
}

#[test]
fn reads_here_and_there_are_one_message_each() {
    on_device(host(), |device, pool| async move {
        let (_client, file) = file_in_units(&device, pool).await;
        let mut reader = Reader::of(file);
        for (nth, at) in [5, 1, 9, 3, 7].into_iter().enumerate() {
            assert!(reader.read(UNIT, at * UNIT).await == pattern(LARGE, 7)[at * UNIT..][..UNIT]);
            assert_eq!(asked(&device, Tread::KIND), nth + 1);
        }
        reader.most = 0;
        for at in 0..4 {
            reader.read(UNIT, at * UNIT).await;
        }
        assert_eq!(asked(&device, Tread::KIND), 9, "nothing is ahead where nothing may be");
    });
}

#[test]
fn a_file_that_grows_is_read_on_and_a_small_one_costs_a_read_and_its_end() {
    on_device(host(), |device, pool| async move {
        let (client, file) = file_in_units(&device, pool).await;
        let mut reader = Reader::of(file);
        assert_eq!(reader.read_to_end(UNIT, 0).await.len(), LARGE);
        let more = open(&root(&client).await, b"large").await;
        more.write(windows(pool, b"more"), LARGE as u64).await.1.expect("written");
        assert_eq!(reader.read_to_end(UNIT, LARGE).await, b"more", "though nobody said that it changed");
        let mut small = Reader::of(open(&root(&client).await, b"small").await);
        device.state().host.server.seen.clear();
        assert_eq!(small.read_to_end(UNIT, 0).await, b"hello, world\n");
        assert_eq!(asked(&device, Tread::KIND), 2);
    });
}

#[test]
fn what_is_ahead_is_not_believed_after_a_change_or_after_a_while() {
    on_device(host(), |device, pool| async move {
        let (client, file) = file_in_units(&device, pool).await;
        let mut reader = Reader::of(file);
        let writer = open(&root(&client).await, b"large").await;
        let mut at = 0;
        for (nth, seen) in [true, true, false].into_iter().enumerate() {
            for _ in 0..2 {
                reader.read(UNIT, at).await;
                at += UNIT;
            }
            rest().await;
            let new = [nth as u8; 16];
            writer.write(windows(pool, &new), at as u64).await.1.expect("written");
            match nth {
                0 => reader.changes += 1,
                1 => time::sleep(AWAY_NS_MAX + AWAY_NS_MAX).await,
                _ => {}
            }
            let found = reader.read(UNIT, at).await;
            assert_eq!(found[..16] == new, seen, "round {nth}");
            at += UNIT;
        }
    });
}

#[test]
fn a_reader_that_is_given_up_leaves_nothing_under_way() {
    for on_flush in [OnFlush::Forget, OnFlush::AnswerFirst] {
        on_device(host().flushing(on_flush), |device, pool| async move {
            let (client, file) = file_in_units(&device, pool).await;
            let mut reader = Reader::of(file);
            reader.read(UNIT, 0).await;
            reader.read(UNIT, UNIT).await;
            rest().await;
            device.state().host.order = Order::Held;
            assert!(give_up_after(3, reader.read(4 * UNIT, 2 * UNIT)).await.is_none(), "it was held");
            assert!(device.in_flight() > 2);
            drop(reader);
            rest().await;
            assert!(device.state().host.kinds().contains(&Tflush::KIND));
            device.state().host.order = Order::Fifo;
            while device.in_flight() > 0 {
                device.answer(0);
                rest().await;
            }
            assert_eq!(client.session.slots.fids(), 0, "the file was clunked, after its reads had ended");
            assert_eq!(device.state().host.server.seen.last(), Some(&Tclunk::KIND));
        });
    }
}

#[test]
fn nothing_is_read_ahead_into_the_second_half_of_the_pool() {
    on_device(host(), |device, pool| async move {
        let (_client, file) = file_in_units(&device, pool).await;
        let mut reader = Reader::of(file);
        let hoard: Vec<Buf> = (0..pool.pages() / 2).map(|_| pages(pool, 1)).collect();
        for nth in 0..4 {
            assert!(reader.read(UNIT, nth * UNIT).await == pattern(LARGE, 7)[nth * UNIT..][..UNIT]);
        }
        assert_eq!(asked(&device, Tread::KIND), 4, "what was asked for and no more");
        drop(hoard);
        reader.read(UNIT, 4 * UNIT).await;
        rest().await;
        assert!(asked(&device, Tread::KIND) > 5, "now more");
    });
}

#[test]
fn a_reader_with_no_pages_or_slots_to_spare_reads_all_the_same() {
    on_device(host(), |device, pool| async move {
        let options = Options { msize: UNIT as u32 + 24, slots: 3, ..options(pool) };
        let client = Client::connect(device.clone(), options).await.expect("the server is there");
        let mut reader = Reader::of(only(&client, b"large").await);
        assert!(reader.read_to_end(3 * UNIT, 0).await == pattern(LARGE, 7));
        assert!(device.state().host.deepest <= 2, "one slot is kept for Tflush");
        let free = pool.counters().pages - pool.counters().live;
        let mut hoard: Vec<Buf> = (0..free).map(|_| pages(pool, 1)).collect();
        hoard.truncate(free - 2 - 2);
        assert!(reader.read_to_end(UNIT, 0).await == pattern(LARGE, 7));
    });
}

#[test]
fn a_large_write_goes_out_in_pieces_at_a_time_and_lands_where_it_belongs() {
    for order in [Order::Fifo, Order::Lifo, Order::Random(3)] {
        on_device(host().answering(order), |device, pool| async move {
            let (_client, file) = file_in_units(&device, pool).await;
            let contents = pattern(LARGE, 99);
            let written = file.write_all(windows(pool, &contents[50..]), 50).await;
            assert_eq!(written, Ok(LARGE - 50));
            assert!(device.state().host.server.file(b"large").expect("there")[50..] == contents[50..]);
            assert_eq!(asked(&device, Twrite::KIND), (LARGE - 50).div_ceil(UNIT));
            assert!(device.state().host.deepest > 4, "several at a time");
            assert_eq!(file.write_all(Windows::new(), 0).await, Ok(0));
        });
    }
}

#[test]
fn a_server_that_takes_a_part_of_a_piece_is_given_the_rest_again() {
    on_device(host(), |device, pool| async move {
        let (_client, file) = file_in_units(&device, pool).await;
        let mut writes = 0;
        device.state().host.lie = Some(Box::new(move |reply| {
            if reply[4] == Rwrite::KIND {
                writes += 1;
                if writes == 3 {
                    reply[7..11].copy_from_slice(&100u32.to_le_bytes());
                }
            }
        }));
        let contents = pattern(LARGE, 98);
        assert_eq!(file.write_all(windows(pool, &contents), 0).await, Ok(LARGE));
        assert!(device.state().host.server.file(b"large") == Some(&contents[..]));
    });
}

#[test]
fn a_large_write_that_is_refused_or_given_up_ends_and_loses_no_page() {
    on_device(host(), |device, pool| async move {
        let (client, file) = file_in_units(&device, pool).await;
        let unopened = walk(&root(&client).await, &[b"large"]).await;
        let refused = unopened.write_all(windows(pool, &pattern(LARGE, 1)), 0).await;
        assert_eq!(super::refused(refused), crate::p9::testing::server::EINVAL);
        rest().await;
        device.state().host.order = Order::Held;
        let contents = windows(pool, &pattern(LARGE, 2));
        assert!(give_up_after(3, file.write_all(contents, 0)).await.is_none());
        assert!(device.in_flight() > 4);
        drop(file);
        device.state().host.order = Order::Fifo;
        while device.in_flight() > 0 {
            device.answer(0);
            rest().await;
        }
        assert!(client.dead().is_none());
        let file = open(&root(&client).await, b"large").await;
        assert!(file.read_loan(0, 10).await.is_ok());
    });
}
