//! The driver against a device played by the test: one that cuts as QEMU does, and ones that lie.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use proptest::prelude::*;

use super::super::testing::{DeviceQueue, turn};
use super::bench::{ALL, Bench, CHUNK, host_writes};
use super::*;
use crate::io::Window;
use crate::p9::{Credit, SendError, Stream, StreamError};
use crate::task::{block_on, spawn_join, yield_now};
use crate::time::{Nanos, testing::freeze, within};
use crate::virtio::fake::{Fake, Lies};
use crate::virtio::{Kind, feature};

fn window(bytes: &[u8]) -> Window {
    let mut buf = mem::pool().alloc_bytes(bytes.len().max(1)).expect("a page");
    buf.set_window(0..bytes.len());
    buf.write_at(0, bytes);
    buf.share()
}

fn message(pieces: &[&[u8]]) -> Windows {
    pieces.iter().map(|piece| window(piece)).collect()
}

fn poll_once<F: Future>(fut: F) -> Poll<F::Output> {
    pin!(fut).poll(&mut Context::from_waker(Waker::noop()))
}

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at / 256 + at) as u8).collect()
}

#[test]
fn what_the_host_writes_arrives_as_windows_cut_as_the_device_cut_it() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    turn();
    let sent = pattern(10_000);
    assert_eq!(host_writes(&mut bench.rx(0), &sent), 10_000);
    turn();
    let mut got = Vec::new();
    for expected in [4096, 4096, 1808] {
        let Poll::Ready(Ok(piece)) = poll_once(port.recv()) else { panic!("bytes are there") };
        assert_eq!(piece.len(), expected);
        got.extend_from_slice(&piece);
    }
    assert_eq!(got, sent);
    assert!(poll_once(port.recv()).is_pending());
}

#[test]
fn a_device_that_has_nothing_to_do_is_passed_over_until_it_has() {
    let mut bench = Bench::multiport(3);
    let (one, other) = (bench.named_port(1, b"one").open(), bench.named_port(2, b"other").open());
    bench.heard();
    let agenda = bench.console.agenda;
    let [control, first, second] = [2, 4, 6].map(Pairs::of_queue);
    let idle =
        |agenda: &Agenda| assert_eq!((agenda.take_due(), agenda.returned()), (Pairs::NONE, Pairs::NONE));
    turn();
    idle(agenda);

    host_writes(&mut bench.rx(1), b"x");
    assert_eq!(agenda.returned(), first, "nobody need look at the other port");
    turn();
    idle(agenda);
    assert!(poll_once(one.recv()).is_ready());
    idle(agenda);

    assert!(!bench.console.arm());
    assert_eq!(other.try_send(&mut message(&[b"12345678"])), Ok(true));
    assert!(!agenda.is_awaited(), "nobody waits until it is taken");
    assert_eq!(agenda.take_due(), second);
    assert_eq!(other.try_send(&mut message(&[b"12345678"])), Ok(true));
    turn();
    idle(agenda);
    assert!(poll_once(other.drain()).is_pending() && agenda.is_awaited());
    assert!(!bench.console.arm() && !agenda.is_awaited());
    let mut tx = bench.tx(2);
    assert!(tx.drain().is_some() && tx.drain().is_some());
    assert_eq!(agenda.returned(), second);
    turn();
    idle(agenda);

    let (rx, _) = bench.control.as_mut().unwrap();
    rx.fill(&[0, 0, 0, 0, 1, 0, 1, 0]);
    assert_eq!(agenda.returned(), control);
    turn();
    bench.heard();
    idle(agenda);
    drop(one);
    assert_eq!(agenda.take_due(), first, "the host is to be told that it is closed");
}

#[test]
fn what_is_sent_while_more_arrives_waits_for_that_and_not_for_ever() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    turn();
    let (console, mut rx, mut tx) = (bench.console, bench.rx(0), bench.tx(0));
    let answer_and_ask = || {
        console.reap();
        assert!(poll_once(port.recv()).is_ready());
        assert_eq!(port.try_send(&mut message(&[b"request"])), Ok(true));
    };
    host_writes(&mut rx, b"answer");
    answer_and_ask();
    host_writes(&mut rx, b"answer");
    console.publish();
    assert!(tx.pop().is_none(), "the next answer is here");
    answer_and_ask();
    console.publish();
    assert!(tx.drain().is_some() && tx.drain().is_some(), "both at a time");

    host_writes(&mut rx, b"answer");
    let rounds = (0..).take_while(|_| {
        answer_and_ask();
        host_writes(&mut rx, b"answer");
        console.publish();
        tx.pop().is_none()
    });
    assert_eq!(rounds.count(), 8, "the host goes on answering");
}

#[test]
fn what_was_sent_is_taken_back_when_it_is_wanted_and_otherwise_with_the_next_look() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    turn();
    let (console, agenda) = (bench.console, bench.console.agenda);
    let (mut rx, mut tx) = (bench.rx(0), bench.tx(0));
    let port_0 = Pairs::of_queue(0);
    let taken_back = || console.counters().completions;
    let mut send = |bytes: &[u8]| {
        assert_eq!(port.try_send(&mut message(&[bytes])), Ok(true));
        turn();
        tx.drain().expect("it was sent");
        agenda.returned()
    };

    assert_eq!(send(b"request"), Pairs::NONE);
    assert_eq!(send(b"request"), Pairs::NONE);
    host_writes(&mut rx, b"answer");
    turn();
    assert_eq!(taken_back(), 3, "with the answer");

    assert_eq!(send(b"request"), Pairs::NONE);
    assert!(console.arm(), "its core does not sleep before it has looked");
    console.disarm();
    assert!(console.reap() && !console.arm());
    console.disarm();
    assert_eq!(taken_back(), 4);

    let page = pattern(4096);
    assert!((0..16).all(|_| send(&page) == Pairs::NONE));
    assert_eq!(send(b"x"), port_0, "enough of them");
    turn();
    assert_eq!(taken_back(), 21);
}

#[test]
fn a_port_that_is_out_of_use_is_not_looked_at_any_more() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    assert_eq!(port.try_send(&mut message(&[b"12345678"])), Ok(true));
    turn();
    let mut rx = bench.rx(0);
    let chain = rx.pop().unwrap();
    rx.complete(chain.head, 4097);
    assert!(bench.tx(0).drain().is_some());
    turn();
    assert_eq!(bench.console.counters().faults, 1);
    assert_eq!(bench.console.agenda.returned(), Pairs::NONE);
}

#[test]
fn a_device_that_returns_what_it_never_had_is_found_out_and_keeps_no_core_awake() {
    let bench = Bench::single();
    for mut queue in [bench.rx(0), bench.tx(0)] {
        queue.ring.lie_entry(0, 7);
        queue.ring.publish();
    }
    assert!(bench.console.arm(), "its core looks once more");
    assert_eq!(bench.console.counters().faults, 1);
    assert!(!bench.console.reap() && !bench.console.arm(), "it is listened to no more");
    assert!(matches!(bench.port(0).open().try_send(&mut message(&[b"x"])), Err(PortError::Broken(_))));
}

#[test]
fn a_reader_sleeps_until_bytes_come() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    block_on(async {
        let reader =
            spawn_join("reader", async move { port.recv().await.map(|window| window.to_vec()) }).unwrap();
        yield_now().await;
        let mut rx = bench.rx(0);
        assert_eq!(host_writes(&mut rx, b"late"), 4);
        let got = within(Nanos::from_secs(5), "the reader", reader).await.unwrap().unwrap();
        assert_eq!(got.unwrap(), b"late");
    });
}

#[test]
fn a_port_nobody_reads_takes_what_fits_its_buffers_and_the_rest_stays_with_the_host() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    turn();
    let mut rx = bench.rx(0);
    let sent = pattern(200 * CHUNK);
    assert_eq!(host_writes(&mut rx, &sent), 128 * CHUNK);
    turn();
    assert_eq!(rx.fill(b"x"), None, "no buffer is posted before a page is read");
    for piece in 0..128 {
        let Poll::Ready(Ok(window)) = poll_once(port.recv()) else { panic!("bytes are there") };
        assert!(window[..] == sent[piece * CHUNK..][..CHUNK], "piece {piece}");
    }
    turn();
    assert_eq!(host_writes(&mut rx, &sent[128 * CHUNK..]), 72 * CHUNK);
}

#[test]
fn buffers_are_posted_in_batches() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    turn();
    let mut rx = bench.rx(0);
    let kicks_before = bench.fake.kicks(0);
    for _ in 0..63 {
        host_writes(&mut rx, b"x");
        turn();
        assert!(poll_once(port.recv()).is_ready());
        turn();
    }
    assert_eq!(bench.console.counters().rx_posted, 128, "fewer than half are missing");
    host_writes(&mut rx, b"x");
    turn();
    assert!(poll_once(port.recv()).is_ready());
    turn();
    assert_eq!(bench.console.counters().rx_posted, 192);
    assert_eq!(bench.fake.kicks(0), kicks_before, "a device that has buffers left needs no kick");
}

#[test]
fn a_steady_flow_interrupts_once_for_several_pieces_and_what_comes_after_a_pause_at_once() {
    let coalescing: &'static Coalescing = Box::leak(Box::new(Coalescing::none()));
    coalescing.set(4, 100).unwrap();
    let bench = Bench::coalesced(coalescing);
    let port = bench.port(0).open();
    turn();
    let (mut rx, console) = (bench.rx(0), bench.console);
    // How many of four pieces interrupt a core that has gone to sleep.
    let mut interrupts = || {
        assert!(!console.arm(), "nothing has come");
        let interrupts = (0..4).filter(|_| {
            host_writes(&mut rx, b"x");
            console.pending() && console.pending.take()
        });
        let interrupts = interrupts.count();
        console.disarm();
        assert!(console.reap());
        interrupts
    };
    assert_eq!(interrupts(), 1);
    assert_eq!(console.nap_max(), None, "the first piece interrupted");
    assert_eq!(interrupts(), 1);
    assert!(!console.arm());
    assert_eq!(console.nap_max(), Some(Nanos::from_micros(100)), "now three may wait");
    host_writes(&mut rx, b"x");
    assert!(!console.pending(), "it is the first of four");
    console.disarm();
    assert!(console.reap(), "a look at the end of the span finds it");
    assert!(!console.arm());
    console.disarm();
    assert!(!console.reap(), "and the next finds nothing");
    assert!(!console.arm());
    assert_eq!(console.nap_max(), None, "so the flow is over");
    host_writes(&mut rx, b"x");
    assert!(console.pending());
    drop(port);
}

#[test]
fn a_message_reaches_the_device_whole_in_order_and_without_a_copy() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    let mut message = message(&[b"header-23-bytes--------", &pattern(4096), b"tail"]);
    let addresses: Vec<_> =
        message.iter().map(|window| window.as_ptr() as u64 + mem::Map::DEVICE_SHIFT).collect();
    assert_eq!(port.try_send(&mut message), Ok(true));
    assert!(message.is_empty());
    turn();
    let mut tx = bench.tx(0);
    let chain = tx.pop().expect("a chain");
    let segments: Vec<_> = chain.readable().collect();
    assert_eq!(segments.iter().map(|segment| segment.addr.get()).collect::<Vec<_>>(), addresses);
    assert_eq!(segments.iter().map(|segment| segment.len).collect::<Vec<_>>(), [23, 4096, 4]);
    assert_eq!(bench.fake.kicks(1), 1);
    tx.complete(chain.head, 0);
    let counters = bench.console.counters();
    assert_eq!((counters.bytes_out, counters.sent_blind), (4123, 1));
    assert_eq!(counters.kicks, 2, "one for the receive buffers, one for the message");
}

#[test]
fn a_message_without_bytes_never_reaches_the_ring() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    assert_eq!(port.try_send(&mut Windows::new()), Ok(true));
    assert_eq!(port.try_send(&mut message(&[b""])), Ok(true));
    turn();
    assert!(bench.tx(0).pop().is_none());
}

#[test]
fn the_first_descriptor_of_a_message_holds_the_fixed_part_of_its_header() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    assert_eq!(port.try_send(&mut message(&[b"\x0b\0", b"\0\0", b"\x75\x01\0rest"])), Ok(true));
    assert_eq!(port.try_send(&mut message(&[b"abc", b"d"])), Ok(true));
    turn();
    let mut tx = bench.tx(0);
    assert_eq!(tx.drain().unwrap(), [b"\x0b\0\0\0\x75\x01\0".as_slice(), b"rest"]);
    assert_eq!(tx.drain().unwrap(), [b"abcd"], "shorter ones are one descriptor");
}

/// What the device takes, descriptor by descriptor, each chain with a line of its own.
fn taken(tx: &mut DeviceQueue) -> Vec<Vec<Vec<u8>>> {
    core::iter::from_fn(|| tx.drain()).collect()
}

#[test]
fn short_messages_of_a_round_that_are_no_payload_go_out_in_one_piece_and_one_alone_in_its_own_page() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    let mut tx = bench.tx(0);
    let mut alone = message(&[b"request"]);
    let page = alone.first().map(|window| window.as_ptr() as u64 + mem::Map::DEVICE_SHIFT);
    assert_eq!(port.try_send_bundled(&mut alone), Ok(true));
    assert!(poll_once(port.drain()).is_pending());
    turn();
    let chain = tx.pop().expect("a chain");
    assert_eq!(chain.readable().next().map(|segment| segment.addr.get()), page);
    tx.complete(chain.head, 0);

    for word in [&b"one "[..], b"two ", b"three"] {
        let mut message = message(&[word]);
        assert_eq!(port.try_send_bundled(&mut message), Ok(true));
        assert!(message.is_empty());
    }
    turn();
    assert!(poll_once(port.drain()).is_pending());
    assert_eq!(taken(&mut tx), [[b"one two three"]]);
    turn();
    assert!(poll_once(port.drain()).is_ready());
}

#[test]
fn messages_that_are_long_or_cut_or_find_no_room_keep_their_place_among_short_ones() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    let mut tx = bench.tx(0);
    let long = pattern(513);
    for pieces in [&[&b"a"[..]][..], &[b"b"], &[&long], &[b"c"], &[b"header-", b"payload"], &[b"d"], &[b"e"]]
    {
        assert_eq!(port.try_send_bundled(&mut message(pieces)), Ok(true));
    }
    assert_eq!(port.try_send(&mut message(&[b"payload"])), Ok(true));
    turn();
    let expected: [&[&[u8]]; 6] =
        [&[b"ab"], &[&long], &[b"c"], &[b"header-", b"payload"], &[b"de"], &[b"payload"]];
    assert_eq!(taken(&mut tx), expected);

    let half = pattern(512);
    let sent = (0..20).map(|_| port.try_send_bundled(&mut message(&[&half])));
    assert!(sent.eq([Ok(true); 20]));
    turn();
    let chains: Vec<usize> = taken(&mut tx).iter().map(|pieces| pieces.concat().len()).collect();
    assert_eq!(chains, [4096, 4096, 2048]);
}

#[test]
fn short_messages_wait_when_the_ring_is_full() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    let mut tx = bench.tx(0);
    for _ in 0..127 {
        assert_eq!(port.try_send(&mut message(&[b"12345678"])), Ok(true));
    }
    for word in [b"1", b"2"] {
        assert_eq!(port.try_send_bundled(&mut message(&[word])), Ok(true));
    }
    assert_eq!(port.try_send(&mut message(&[b"12345678"])), Ok(true), "taken, and waits behind the two");
    let mut late = message(&[b"3"]);
    assert_eq!(port.try_send_bundled(&mut late), Ok(false));
    assert_eq!(late.len(), 1);
    turn();
    assert_eq!(taken(&mut tx).len(), 128);
    turn();
    assert_eq!(port.try_send_bundled(&mut late), Ok(true));
    turn();
    assert_eq!(taken(&mut tx), [[&b"12345678"[..]], [b"3"]]);
}

#[test]
fn a_message_of_more_windows_than_the_ring_has_room_for_follows_as_room_comes() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    let bytes: Vec<[u8; 8]> = (0..300u64).map(u64::to_le_bytes).collect();
    let mut all: Windows = bytes.iter().map(|piece| window(piece)).collect();
    assert_eq!(port.try_send(&mut all), Ok(true));
    let mut next = message(&[b"next message"]);
    assert_eq!(port.try_send(&mut next), Ok(false), "one message after the other");
    assert_eq!(next.len(), 12, "what was not taken is left as it was");
    let mut tx = bench.tx(0);
    let mut got = Vec::new();
    while got.len() < 300 {
        turn();
        let pieces = tx.drain().expect("the rest follows");
        got.extend(pieces);
    }
    assert!(got.iter().zip(&bytes).all(|(got, sent)| got == sent));
    turn();
    assert_eq!(port.try_send(&mut next), Ok(true));
}

#[test]
fn a_writer_waits_for_a_device_that_does_not_take_its_messages() {
    let _clock = freeze();
    let bench = Bench::single();
    let port = bench.port(0).open();
    let mut taken = 0;
    while port.try_send(&mut message(&[b"12345678"])).unwrap() {
        taken += 1;
    }
    assert_eq!(taken, 128, "as many as the ring has descriptors");
    block_on(async {
        let late = within(Nanos::from_secs(3), "room", port.write(message(&[b"too late"]))).await;
        assert!(late.is_err());
    });
    block_on(async {
        let writing = bench.port(0).open();
        let writer =
            spawn_join("writer", async move { writing.write(message(&[b"at last!"])).await }).unwrap();
        yield_now().await;
        let mut tx = bench.tx(0);
        assert_eq!(tx.drain().unwrap(), [b"12345678"]);
        assert_eq!(writer.await, Ok(Ok(())));
        for _ in 0..127 {
            assert_eq!(tx.drain().unwrap(), [b"12345678"]);
        }
        yield_now().await;
        assert_eq!(tx.drain().unwrap(), [b"at last!"]);
        assert_eq!(port.drain().await, Ok(()));
    });
}

#[test]
fn a_device_that_claims_more_bytes_than_a_buffer_has_breaks_the_port_and_nothing_else() {
    let mut bench = Bench::multiport(3);
    let (liar, honest) = (bench.named_port(1, b"liar").open(), bench.named_port(2, b"honest").open());
    turn();
    let mut rx = bench.rx(1);
    let chain = rx.pop().unwrap();
    rx.complete(chain.head, 4097);
    turn();
    let Poll::Ready(Err(PortError::Broken(Fault::TooMuchWritten { written: 4097, room: 4096, .. }))) =
        poll_once(liar.recv())
    else {
        panic!("the lie is an error");
    };
    assert!(matches!(liar.try_send(&mut message(&[b"12345678"])), Err(PortError::Broken(_))));
    assert_eq!(bench.console.counters().faults, 1, "counted once");
    host_writes(&mut bench.rx(2), b"still works");
    turn();
    assert!(matches!(poll_once(honest.recv()), Poll::Ready(Ok(window)) if &*window == b"still works"));
}

#[test]
fn a_device_that_returns_what_it_does_not_have_breaks_the_port() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    turn();
    let mut rx = bench.rx(0);
    rx.ring.lie_entry(999, 1);
    rx.ring.publish();
    turn();
    assert!(matches!(
        poll_once(port.recv()),
        Poll::Ready(Err(PortError::Broken(Fault::UnknownHead { id: 999 })))
    ));
}

#[test]
fn a_buffer_returned_empty_is_no_news_and_is_replaced() {
    let bench = Bench::single();
    let port = bench.port(0).open();
    turn();
    let mut rx = bench.rx(0);
    for _ in 0..500 {
        let chain = rx.pop().expect("the driver goes on posting");
        rx.complete(chain.head, 0);
        turn();
    }
    assert!(poll_once(port.recv()).is_pending());
    host_writes(&mut rx, b"x");
    turn();
    assert!(poll_once(port.recv()).is_ready());
}

#[test]
fn a_device_without_message_interrupts_is_polled() {
    let fake = Fake::new(Kind::Console, &[128, 128])
        .features(ALL)
        .lies(Lies { no_messages: true, ..Lies::default() });
    let bench = Bench::start(fake);
    assert!(bench.console.arm(), "its core must not sleep");
    let port = bench.port(0).open();
    turn();
    host_writes(&mut bench.rx(0), b"seen");
    turn();
    assert!(poll_once(port.recv()).is_ready());
}

#[test]
fn the_driver_works_without_event_index_and_indirect_descriptors() {
    let bench = Bench::start(Fake::new(Kind::Console, &[64, 32]).features(feature::VERSION_1));
    let port = bench.port(0).open();
    turn();
    assert_eq!(
        host_writes(&mut bench.rx(0), &pattern(70 * CHUNK)),
        64 * CHUNK,
        "as many as the queue has room for"
    );
    assert_eq!(port.try_send(&mut message(&[b"12345678", b"9"])), Ok(true));
    turn();
    assert_eq!(bench.tx(0).drain().unwrap(), [b"12345678".as_slice(), b"9"]);
    assert!(poll_once(port.recv()).is_ready());
}

#[test]
fn the_driver_works_with_packed_rings() {
    for features in [ALL, feature::VERSION_1] {
        let bench =
            Bench::start(Fake::new(Kind::Console, &[128, 100]).features(features | feature::RING_PACKED));
        assert!(bench.features.packed);
        let port = bench.port(0).open();
        turn();
        let (mut rx, mut tx) = (bench.rx(0), bench.tx(0));
        for round in 0..300u32 {
            let bytes = round.to_le_bytes();
            assert_eq!(host_writes(&mut rx, &bytes), 4);
            assert_eq!(port.try_send(&mut message(&[b"header--", &bytes])), Ok(true));
            turn();
            assert!(matches!(poll_once(port.recv()), Poll::Ready(Ok(window)) if window[..] == bytes));
            assert_eq!(tx.drain().unwrap(), [b"header--".as_slice(), &bytes]);
        }
    }
}

#[test]
fn a_device_that_cannot_be_started_is_an_error_that_says_why() {
    let fake = Fake::new(Kind::Console, &[128]).features(ALL);
    let error = Bench::try_start(&fake).err();
    assert_eq!(error, Some(StartError::Queue(QueueError::Absent { index: 1 })));
    let fake = Fake::new(Kind::Console, &[128, 128]).features(0);
    assert!(matches!(Bench::try_start(&fake).err(), Some(StartError::Init(_))));
    let fake = Fake::new(Kind::Console, &[8; 6]).features(ALL | console_feature::MULTIPORT);
    assert!(matches!(Bench::try_start(&fake).err(), Some(StartError::Config(_))));
}

#[test]
fn ports_are_announced_named_and_opened_by_the_handshake() {
    let mut bench = Bench::multiport(2);
    assert_eq!(bench.heard(), [[0, 0, 0, 0, 0, 0, 1, 0]], "DEVICE_READY");
    assert!(bench.registry.ports().is_empty());
    bench.say_event(1, 1, 1);
    assert_eq!(bench.heard(), [[1, 0, 0, 0, 3, 0, 1, 0]], "PORT_READY");
    bench.say_name(1, b"org.ninewire.bench");
    let port = bench.registry.port("org.ninewire.bench").expect("named");
    assert_eq!((port.number(), port.file_name()), (1, "virtio-console-7.1"));
    assert!(bench.registry.port("virtio-console-7.1").is_some());
    assert_eq!(port.info().host, HostEnd::NotOpened);
    let open = port.open();
    assert!(poll_once(open.connected()).is_pending());
    assert_eq!(bench.heard(), [[1, 0, 0, 0, 6, 0, 1, 0]], "PORT_OPEN");
    bench.say_event(1, 6, 1);
    assert!(poll_once(open.connected()).is_ready());
    let second = port.open();
    drop(open);
    assert_eq!(bench.heard(), [[0u8; 8]; 0], "somebody has it open still");
    drop(second);
    assert_eq!(bench.heard(), [[1, 0, 0, 0, 6, 0, 0, 0]], "PORT_OPEN 0");
}

#[test]
fn a_host_that_goes_and_comes_back_before_anybody_looks_has_gone_once() {
    let mut bench = Bench::multiport(2);
    bench.say_event(1, 1, 1);
    bench.say_event(1, 6, 1);
    let port = bench.registry.port("virtio-console-7.1").expect("announced");
    let open = port.open();
    assert!(open.is_whole());
    assert!(poll_once(open.recv()).is_pending());
    bench.say_event(1, 6, 0);
    bench.say_event(1, 6, 1);
    assert_eq!(port.host_end(), HostEnd::Open);
    assert!(!open.is_whole() && port.open().is_whole(), "who opens it now has met the new one only");
    assert!(matches!(poll_once(open.recv()), Poll::Ready(Err(PortError::HungUp))));
    assert!(open.is_whole() && poll_once(open.recv()).is_pending());
}

#[test]
fn port_0_is_called_like_its_device_and_others_by_number() {
    let mut bench = Bench::multiport(2);
    bench.say_event(0, 1, 1);
    bench.say_event(0, 4, 1);
    bench.say(&[0, 0, 0, 0, 5, 0, 0, 0, 80, 0, 25, 0]);
    let port = bench.registry.port("virtio-console-7").expect("port 0");
    assert!(port.is_lossy() && port.info().console);
    assert_eq!(port.info().size, Some((80, 25)));
}

#[test]
fn a_task_can_wait_for_a_port_to_come() {
    let _clock = freeze();
    let mut bench = Bench::multiport(2);
    let registry = bench.registry;
    block_on(async {
        let late = registry.port_comes("org.example", Nanos::from_millis(10)).await;
        assert!(late.is_err());
        let waiter =
            spawn_join("waiter", async { registry.port_comes("org.example", Nanos::from_secs(9)).await })
                .unwrap();
        yield_now().await;
        let (rx, _) = bench.control.as_mut().unwrap();
        rx.fill(&[1, 0, 0, 0, 1, 0, 1, 0]);
        rx.fill(b"\x01\0\0\0\x07\0\x01\0org.example\0");
        assert_eq!(waiter.await.unwrap().unwrap().number(), 1);
    });
}

#[test]
fn writing_to_a_port_the_host_has_not_opened_returns_and_is_counted() {
    let mut bench = Bench::multiport(2);
    bench.say_event(1, 1, 1);
    let port = bench.port(1).open();
    assert_eq!(port.try_send(&mut message(&[b"12345678"])), Ok(true));
    turn();
    assert!(bench.tx(1).pop().is_none());
    assert_eq!(bench.console.counters().dropped_unconnected, 1);
}

#[test]
fn when_the_host_hangs_up_what_it_sent_is_read_first_and_it_may_come_back() {
    let mut bench = Bench::multiport(2);
    let port = bench.named_port(1, b"x").open();
    turn();
    host_writes(&mut bench.rx(1), b"last words");
    bench.say_event(1, 6, 0);
    assert!(matches!(poll_once(port.recv()), Poll::Ready(Ok(window)) if &*window == b"last words"));
    assert!(matches!(poll_once(port.recv()), Poll::Ready(Err(PortError::HungUp))));
    bench.say_event(1, 6, 1);
    assert!(poll_once(port.recv()).is_pending());
}

#[test]
fn a_port_that_is_taken_away_wakes_its_readers_and_may_come_back() {
    let mut bench = Bench::multiport(2);
    let port = bench.named_port(1, b"x").open();
    let reader = spawn_join("reader", async move { port.recv().await.map(|_| ()) }).unwrap();
    turn();
    bench.say_event(1, 2, 0);
    assert_eq!(block_on(reader), Ok(Err(PortError::Removed)));
    assert!(bench.registry.port("x").is_none());
    bench.heard();
    let port = bench.named_port(1, b"x").open();
    turn();
    host_writes(&mut bench.rx(1), b"again");
    turn();
    assert!(poll_once(port.recv()).is_ready());
}

#[test]
fn a_port_that_comes_back_while_it_is_open_here_is_opened_again() {
    let mut bench = Bench::multiport(2);
    let _port = bench.named_port(1, b"x").open();
    bench.heard();
    bench.say_event(1, 2, 0);
    bench.say_event(1, 1, 1);
    assert_eq!(bench.heard(), [[1, 0, 0, 0, 3, 0, 1, 0], [1, 0, 0, 0, 6, 0, 1, 0]], "PORT_READY, PORT_OPEN");
}

#[test]
fn ports_beyond_those_there_are_queues_for_are_declined() {
    let mut bench = Bench::multiport(2);
    bench.heard();
    bench.say_event(2, 1, 1);
    bench.say_event(u32::MAX, 1, 1);
    assert_eq!(bench.heard(), [[2, 0, 0, 0, 3, 0, 0, 0], [255, 255, 255, 255, 3, 0, 0, 0]], "PORT_READY 0");
    bench.say_event(1, 6, 1);
    bench.say_event(0, 99, 1);
    bench.say(&[1, 2, 3]);
    assert_eq!(bench.console.counters().faults, 5);
}

#[test]
fn a_device_with_many_ports_finds_a_buffer_for_every_message() {
    const PORTS: u32 = 31;
    let mut bench = Bench::multiport(PORTS);
    assert_eq!(bench.heard().len(), 1, "DEVICE_READY");
    let event = |port: u32, event: u16| [&port.to_le_bytes()[..], &event.to_le_bytes(), &[1, 0]].concat();
    let (rx, _) = bench.control.as_mut().unwrap();
    for port in 0..PORTS {
        assert_eq!(
            rx.fill(&event(port, 1)),
            Some(8),
            "PORT_ADD of port {port}, before the driver has looked"
        );
    }
    for port in 0..PORTS {
        assert_eq!(bench.heard_one(), Some(event(port, 3)), "PORT_READY");
        // As QEMU does: answered while the driver is still told that its message was taken.
        let (rx, _) = bench.control.as_mut().unwrap();
        let name = [event(port, 7), format!("port {port}\0").into_bytes()].concat();
        for answer in [event(port, 4), name, event(port, 6)] {
            assert_eq!(rx.fill(&answer), Some(answer.len()), "an answer to port {port}");
        }
    }
    bench.heard();
    for port in 0..PORTS {
        assert!(bench.registry.port(&format!("port {port}")).is_some(), "port {port} has its name");
    }
    assert_eq!(bench.console.counters().faults, 0);
}

#[test]
fn a_device_that_claims_ports_without_end_gets_as_many_as_we_serve() {
    let mut config = vec![0; 4];
    config.extend(u32::MAX.to_le_bytes());
    let fake = Fake::new(Kind::Console, &[128; 6]).features(ALL | console_feature::MULTIPORT).config(&config);
    let mut bench = Bench::start(fake);
    bench.heard();
    bench.say_event(1, 1, 1);
    assert_eq!(bench.heard(), [[1, 0, 0, 0, 3, 0, 1, 0]]);
}

#[test]
fn a_device_that_asks_faster_than_it_listens_is_answered_so_far_and_no_further() {
    let mut bench = Bench::multiport(2);
    for _ in 0..1000 {
        bench.say_event(7, 1, 1);
    }
    let answered = bench.heard().len();
    assert!(answered <= UNSENT_MAX + 128, "{answered} answers were kept");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn no_conversation_on_the_control_queue_harms_the_driver(
        talk in proptest::collection::vec(
            (0u32..4, 0u16..9, 0u16..2, proptest::collection::vec(any::<u8>(), 0..12)), 1..120),
        cut in 0usize..20,
    ) {
        let mut bench = Bench::multiport(3);
        for (nth, (port, event, value, more)) in talk.iter().enumerate() {
            let mut message = port.to_le_bytes().to_vec();
            message.extend(event.to_le_bytes());
            message.extend(value.to_le_bytes());
            message.extend(more);
            if nth % 20 == cut {
                message.truncate(more.len().max(1));
            }
            bench.say(&message);
            if nth % 10 == 0 {
                bench.heard();
            }
        }
        // It still serves a port that is announced properly.
        bench.say_event(2, 2, 0);
        let port = bench.named_port(2, b"after all").open();
        turn();
        host_writes(&mut bench.rx(2), b"x");
        turn();
        prop_assert!(poll_once(port.recv()).is_ready());
    }
}

#[test]
fn a_port_is_a_stream_for_9p() {
    let mut bench = Bench::multiport(2);
    let named = bench.named_port(1, b"x").open();
    bench.say_event(0, 1, 1);
    let port_0 = bench.port(0).open();
    assert_eq!(Stream::credit(&named), None, "it throttles");
    assert_eq!(Stream::credit(&port_0), Some(Credit::VIRTCONSOLE), "it drops");
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(Stream::try_send(&named, &mut message(&[b"12345678"])), Ok(()));
    let mut unheard = message(&[b"12345678"]);
    assert_eq!(Stream::try_send(&port_0, &mut unheard), Err(SendError::Stream(StreamError::HungUp)));
    assert_eq!(unheard.len(), 8, "9P does not talk to nobody");
    assert_eq!(Stream::poll_ready(&named, &mut cx), Poll::Ready(Ok(())));
    for _ in 0..127 {
        assert_eq!(Stream::try_send(&named, &mut message(&[&pattern(1000)])), Ok(()));
    }
    assert_eq!(Stream::try_send(&named, &mut message(&[b"12345678"])), Err(SendError::Full));
    assert!(Stream::poll_ready(&named, &mut cx).is_pending());
    bench.say_event(1, 2, 0);
    assert!(matches!(Stream::poll_recv(&named, &mut cx), Poll::Ready(Err(StreamError::HungUp))));
}
