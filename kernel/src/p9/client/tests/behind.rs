//! Writing behind: what is under way, what comes of it, and who is told.

use std::rc::Rc;

use super::*;
use crate::dev::mnt::behind::WriteBehind;
use crate::p9::client::{BEHIND_MAX, Behind};
use crate::p9::msg::flags::lopen;
use crate::p9::msg::{Message, Rlerror, Rwrite, Tclunk, Twrite};
use crate::p9::{SessionError, WireError};

/// What one message carries in these tests.
const UNIT: usize = 4096;
const LARGE: usize = 20 * UNIT + 99;

/// A writer of one file.
struct Writer {
    behind: Behind<FakeDevice>,
    file: Fid<FakeDevice>,
    pool: &'static Pool,
}

impl Writer {
    async fn of(device: &FakeDevice, pool: &'static Pool, options: Options) -> (Client<FakeDevice>, Writer) {
        let options = Options { msize: UNIT as u32 + 24, ..options };
        let client = Client::connect(device.clone(), options).await.expect("the server is there");
        let file = only(&client, b"large").await;
        device.state().host.server.seen.clear();
        (client, Writer { behind: Behind::new(), file, pool })
    }

    async fn write(&mut self, contents: &[u8], offset: usize) -> Result<usize, Error> {
        let windows = windows(self.pool, contents);
        self.behind.write(&self.file, windows, offset as u64, BEHIND_MAX).await
    }

    async fn settle(&mut self) -> Result<(), Error> {
        self.behind.settle(&self.file).await
    }
}

fn under_way(device: &FakeDevice) -> usize {
    device.state().host.kinds().iter().filter(|kind| **kind == Twrite::KIND).count()
}

fn file_of(device: &FakeDevice) -> Vec<u8> {
    device.state().host.server.file(b"large").expect("it is there").to_vec()
}

/// From now on the `nth` write is refused.
fn refuse(device: &FakeDevice, nth: usize, errno: u32) {
    let mut writes = 0;
    device.state().host.lie = Some(Box::new(move |reply| {
        if reply[4] == Rwrite::KIND {
            if writes == nth {
                // Rlerror has the size and the place of its number in common with Rwrite.
                reply[4] = Rlerror::KIND;
                reply[7..11].copy_from_slice(&errno.to_le_bytes());
            }
            writes += 1;
        }
    }));
}

const ENOSPC: u32 = 28;

#[test]
fn whatever_the_order_of_answers_every_byte_is_where_it_belongs_and_none_is_copied() {
    for order in [Order::Fifo, Order::Lifo, Order::Random(5)] {
        on_device(host().answering(order), |device, pool| async move {
            let (_client, mut writer) = Writer::of(&device, pool, options(pool)).await;
            let contents = pattern(LARGE, 31);
            let mut at = 0_usize;
            for size in [1, UNIT, 3 * UNIT, 7, 10 * UNIT, usize::MAX] {
                let piece = &contents[at..LARGE.min(at.saturating_add(size))];
                assert_eq!(writer.write(piece, at).await, Ok(piece.len()));
                at += piece.len();
            }
            assert_eq!(writer.settle().await, Ok(()));
            assert!(file_of(&device)[..LARGE] == contents);
        });
    }
}

#[test]
fn a_writer_waits_for_nothing_until_as_much_is_under_way_as_may_be() {
    on_device(host().answering(Order::Fifo), |device, pool| async move {
        let (client, mut writer) = Writer::of(&device, pool, options(pool)).await;
        device.state().host.order = Order::Held;
        for nth in 0..BEHIND_MAX {
            let written = give_up_after(1, writer.write(&[1; UNIT], nth * UNIT)).await;
            assert_eq!(written, Some(Ok(UNIT)));
        }
        assert_eq!(under_way(&device), BEHIND_MAX);
        assert!(give_up_after(3, writer.write(&[1; UNIT], BEHIND_MAX * UNIT)).await.is_none());
        assert!(give_up_after(3, writer.settle()).await.is_none());
        assert_eq!(under_way(&device), BEHIND_MAX, "who gave up waiting took nothing back");
        device.state().host.order = Order::Fifo;
        // The device looks at its queue when something comes.
        drop(root(&client).await);
        assert_eq!(writer.settle().await, Ok(()));
        assert!(file_of(&device)[..BEHIND_MAX * UNIT].iter().all(|byte| *byte == 1));
    });
}

#[test]
fn writes_to_the_same_bytes_are_never_under_way_together() {
    on_device(host().answering(Order::Lifo), |device, pool| async move {
        let (_client, mut writer) = Writer::of(&device, pool, options(pool)).await;
        for (seed, at) in [(1, 0), (2, 100), (3, 50), (4, 3000), (5, 0)] {
            assert_eq!(writer.write(&pattern(500, seed), at).await, Ok(500));
        }
        assert_eq!(writer.settle().await, Ok(()));
        let mut expected = pattern(100_000, 7);
        for (seed, at) in [(1, 0), (2, 100), (3, 50), (4, 3000), (5, 0)] {
            expected[at..at + 500].copy_from_slice(&pattern(500, seed));
        }
        assert!(file_of(&device) == expected, "the last one stays, though the youngest is answered first");
        assert!(device.state().host.deepest > 1, "others are");
    });
}

#[test]
fn what_the_server_leaves_over_is_sent_again_until_it_takes_it() {
    for order in [Order::Fifo, Order::Lifo, Order::Random(11)] {
        on_device(host().answering(order), |device, pool| async move {
            let (_client, mut writer) = Writer::of(&device, pool, options(pool)).await;
            device.state().host.server.takes_most = 1500;
            let contents = pattern(LARGE, 17);
            assert_eq!(writer.write(&contents, 0).await, Ok(LARGE));
            assert_eq!(writer.settle().await, Ok(()));
            assert!(file_of(&device)[..LARGE] == contents);
            let writes = device.state().host.server.seen.iter().filter(|seen| **seen == Twrite::KIND).count();
            assert_eq!(writes, LARGE / UNIT * UNIT.div_ceil(1500) + 1);
        });
    }
}

#[test]
fn a_server_that_takes_nothing_is_an_error_and_not_asked_for_ever() {
    on_device(host(), |device, pool| async move {
        let (_client, mut writer) = Writer::of(&device, pool, options(pool)).await;
        device.state().host.server.takes_most = 0;
        assert_eq!(refused(writer.write(&pattern(LARGE, 1), 0).await), 5);
        assert_eq!(refused(writer.settle().await), 5);
    });
}

#[test]
fn the_first_error_is_told_by_every_later_write_and_settling_and_costs_no_later_byte_sent_before() {
    on_device(host(), |device, pool| async move {
        let (_client, mut writer) = Writer::of(&device, pool, options(pool)).await;
        refuse(&device, 1, ENOSPC);
        for nth in 0..3 {
            assert_eq!(
                writer.write(&[nth + 1; UNIT], usize::from(nth) * UNIT).await,
                Ok(UNIT),
                "not known yet"
            );
        }
        rest().await;
        assert!(!writer.behind.is_over());
        assert_eq!(refused(writer.write(&[9; UNIT], 3 * UNIT).await), ENOSPC);
        assert_eq!(refused(writer.settle().await), ENOSPC);
        assert_eq!(refused(writer.write(&[9; UNIT], 3 * UNIT).await), ENOSPC);
        assert_eq!(refused(writer.settle().await), ENOSPC);
        assert!(writer.behind.is_over());
        let file = file_of(&device);
        assert_eq!((file[0], file[2 * UNIT]), (1, 3));
        assert!(file[3 * UNIT] != 9, "after an error nothing more is sent");
    });
}

#[test]
fn a_device_that_dies_under_a_writer_is_an_error_at_the_end_and_loses_no_page() {
    on_device(host(), |device, pool| async move {
        let (client, mut writer) = Writer::of(&device, pool, options(pool)).await;
        device.state().host.order = Order::Held;
        for nth in 0..3 {
            assert_eq!(writer.write(&[1; UNIT], nth * UNIT).await, Ok(UNIT));
        }
        device.state().broken = true;
        client.session.slots.wake_keeper();
        rest().await;
        let dead = |error| matches!(error, Err(Error::Session(SessionError::Wire(WireError::Broken(_)))));
        let settled = writer.settle().await;
        assert!(dead(settled.clone()), "{settled:?}");
        assert!(dead(writer.write(&[1; UNIT], 0).await.map(drop)));
    });
}

#[test]
fn a_writer_without_slots_or_pages_to_spare_writes_all_the_same() {
    on_device(host(), |device, pool| async move {
        let contents = pattern(LARGE, 3);
        let slots = Options { slots: 3, ..options(pool) };
        let (_client, mut writer) = Writer::of(&device, pool, slots).await;
        assert_eq!(writer.write(&contents, 0).await, Ok(LARGE));
        assert_eq!(writer.settle().await, Ok(()));
        assert!(device.state().host.deepest <= 2, "one slot is kept for Tflush");
        let hoard = pages(pool, (pool.counters().pages / 2 + 1) * crate::mem::PAGE_SIZE);
        assert_eq!(writer.write(&contents, 0).await, Ok(LARGE));
        assert_eq!(
            device.in_flight(),
            0,
            "with half of the pool in use, all is answered when the write is over"
        );
        drop(hoard);
        assert!(file_of(&device)[..LARGE] == contents);
    });
}

#[test]
fn two_writers_that_have_all_slots_between_them_both_come_to_their_end() {
    on_device(host(), |device, pool| async move {
        let few = Options { slots: 4, msize: UNIT as u32 + 24, ..options(pool) };
        let client = Client::connect(device.clone(), few).await.expect("the server is there");
        device.state().host.server.takes_most = 1500;
        let writers = [0, 1].map(|place: usize| {
            let client = client.clone();
            async move {
                let file = open(&root(&client).await, b"large").await;
                let mut writer = Writer { behind: Behind::new(), file, pool };
                for nth in 0..12 {
                    let at = (2 * nth + place) * UNIT;
                    assert_eq!(writer.write(&pattern(LARGE, 5)[at % UNIT..][..UNIT], at).await, Ok(UNIT));
                }
                writer.settle().await
            }
        });
        assert_eq!(all(writers.into()).await, [Ok(()), Ok(())]);
        assert!(file_of(&device)[..24 * UNIT].chunks(UNIT).all(|unit| unit == &pattern(UNIT, 5)[..]));
    });
}

#[test]
fn a_fid_in_other_hands_is_clunked_once_and_by_them() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let mut file = only(&client, b"small").await;
        device.state().host.server.seen.clear();
        let clunks = |device: &FakeDevice| {
            device.state().host.server.seen.iter().filter(|seen| **seen == Tclunk::KIND).count()
        };
        let handed = file.hand_over();
        drop(file);
        rest().await;
        assert_eq!(clunks(&device), 0);
        assert_eq!(handed.read_loan(0, 5).await.map(|windows| bytes(&windows)), Ok(b"hello".to_vec()));
        drop(handed);
        rest().await;
        assert_eq!(clunks(&device), 1);
        let mut writable = walk(&root(&client).await, &[b"small"]).await;
        assert_eq!(writable.lopen(lopen::WRONLY).await, Ok(()));
    });
}

#[test]
fn tasks_take_turns_at_a_files_queue_and_one_that_is_killed_leaves_it_to_the_next() {
    on_device(host(), |device, pool| async move {
        let (client, Writer { file, .. }) = Writer::of(&device, pool, options(pool)).await;
        let shared = Rc::new((WriteBehind::default(), file));
        let write = |seed: u8, at: usize| {
            let shared = shared.clone();
            async move {
                let (behind, file) = &*shared;
                behind.write(file, windows(pool, &[seed; UNIT]), at as u64, 1).await
            }
        };
        device.state().host.order = Order::Held;
        assert_eq!(write(1, 0).await, Ok(UNIT));
        let waiting = write(2, UNIT);
        let waiting = task::spawn("waiting", async move { drop(waiting.await) }).expect("there is room");
        rest().await;
        let next = task::spawn_join("next", write(3, 2 * UNIT)).expect("there is room");
        rest().await;
        assert_eq!(under_way(&device), 1, "one at a time, and it is the first one's");
        task::kill(waiting).expect("it waits");
        device.state().host.order = Order::Fifo;
        drop(root(&client).await);
        assert_eq!(next.await.expect("nobody kills it"), Ok(UNIT));
        assert_eq!(shared.0.settle(&shared.1).await, Ok(()));
        let file = file_of(&device);
        assert_eq!((file[0], file[2 * UNIT]), (1, 3));
        assert!(
            file[UNIT..2 * UNIT] == pattern(100_000, 7)[UNIT..2 * UNIT],
            "who was killed had sent nothing"
        );
    });
}
