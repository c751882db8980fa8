//! Giving up: by dropping, by deadline, by the end of the session.

use super::*;
use crate::p9::error::SessionError;
use crate::p9::msg::flags::lopen;
use crate::p9::msg::{Message, Names, Rwalk, Tclunk, Tflush, Tread, Twalk};
use crate::p9::slots::{Expect, Failure};
use crate::p9::testing::host::OnFlush;
use crate::p9::{Refusal, WireError};
use crate::time;
use std::vec;

/// Some of everything that waits.
async fn steps<W: Wire>(client: &Client<W>, pool: &'static Pool) -> Result<(), Error> {
    let root = client.attach(b"glenda", b"", None).await?;
    let mut file = root.walk_path(&[b"dir", b"inner"]).await?;
    file.lopen(lopen::RDWR).await?;
    let (_, count) = file.read(pages(pool, 100), 0, 100).await;
    count?;
    file.read_loan(0, 100).await?;
    file.write(windows(pool, b"written"), 0).await.1?;
    let mut new = root.walk_path(&[]).await?;
    match new.lcreate(b"x", lopen::RDWR, 0o600, 0).await {
        Err(Error::Refused(Refusal { errno: 17, .. })) => {}
        made => made?,
    }
    new.clunk().await?;
    root.xattrwalk(b"").await?;
    let mut dir = root.walk_path(&[]).await?;
    dir.lopen(0).await?;
    dir.readdir(0, 1000).await?;
    Ok(())
}

/// Gives up at every point there is; afterwards the session is as good as before and nothing is lost.
fn give_up_everywhere(order: Order, on_flush: OnFlush) {
    let host = || host().answering(order).flushing(on_flush);
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let mut done = false;
        let mut polls = 0;
        while !done {
            polls += 1;
            done =
                give_up_after(polls, steps(&client, pool)).await.map(|steps| steps.expect("work")).is_some();
            rest().await;
            assert_eq!(device.state().host.server.fids(), 0, "after {polls} polls");
            assert_eq!(client.session.slots.fids(), 0, "after {polls} polls");
            assert_eq!(device.in_flight(), 0, "after {polls} polls");
        }
    });
    on_stream(host(), |stream, pool| async move {
        stream.state().pieces = Box::new(|| 10);
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let mut done = false;
        let mut polls = 0;
        while !done {
            polls += 1;
            done =
                give_up_after(polls, steps(&client, pool)).await.map(|steps| steps.expect("work")).is_some();
            rest().await;
            assert_eq!(stream.state().host.server.fids(), 0, "after {polls} polls");
            assert_eq!(client.session.slots.fids(), 0, "after {polls} polls");
        }
    });
}

#[test]
fn giving_up_anywhere_loses_nothing_when_replies_come_at_once() {
    give_up_everywhere(Order::Fifo, OnFlush::Forget);
    give_up_everywhere(Order::Lifo, OnFlush::Forget);
}

#[test]
fn giving_up_anywhere_loses_nothing_when_the_server_answers_before_it_flushes() {
    give_up_everywhere(Order::Lifo, OnFlush::AnswerFirst);
}

/// A request that the server has and does not answer, given up; `on_flush` says what becomes of it.
async fn give_up_held<W: Wire, T>(client: &Client<W>, fut: impl Future<Output = T>) {
    assert!(give_up_after(3, fut).await.is_none(), "it was held");
    assert!(client.dead().is_none());
}

#[test]
fn a_flushed_read_keeps_its_pages_until_both_answers_are_in() {
    for on_flush in [OnFlush::Forget, OnFlush::AnswerFirst] {
        on_device(host().flushing(on_flush), |device, pool| async move {
            let client = connect(device.clone(), pool).await;
            let file = only(&client, b"large").await;
            device.state().host.order = Order::Held;
            let before = pool.counters().live;
            give_up_held(&client, file.read(pages(pool, 5 * 4096), 0, 5 * 4096)).await;
            rest().await;
            assert_eq!(device.state().host.kinds(), [Tread::KIND, Tflush::KIND]);
            assert!(pool.counters().live >= before + 5, "the device may still write to them");
            device.answer(1);
            rest().await;
            assert_eq!(device.in_flight(), 0);
            assert!(pool.counters().live < before + 5, "they are back");
            device.state().host.order = Order::Fifo;
            assert!(file.read_loan(0, 10).await.is_ok());
        });
    }
}

#[test]
fn a_reply_that_comes_before_its_flush_is_sent_saves_the_flush() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let file = only(&client, b"large").await;
        device.state().host.order = Order::Held;
        let read = file.read_loan(0, 10);
        assert!(give_up_after(1, read).await.is_none());
        device.answer(0);
        rest().await;
        assert_eq!(device.state().host.waiting(), 0);
    });
}

#[test]
fn a_walk_that_succeeds_after_it_was_given_up_is_clunked() {
    on_stream(host().flushing(OnFlush::AnswerFirst), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let root = root(&client).await;
        stream.state().host.order = Order::Held;
        give_up_held(&client, root.walk(&[b"small"])).await;
        rest().await;
        assert_eq!(stream.state().host.kinds(), [Twalk::KIND, Tflush::KIND]);
        stream.answer(1);
        rest().await;
        assert_eq!(stream.state().host.kinds(), [Tclunk::KIND]);
        stream.answer(0);
        rest().await;
        assert_eq!(stream.state().host.server.fids(), 1);
        assert_eq!(client.session.slots.fids(), 1);
    });
}

#[test]
fn a_session_ends_as_soon_as_its_last_clunk_is_answered() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let root = root(&client).await;
        device.state().host.order = Order::Held;
        drop((client, root));
        rest().await;
        assert_eq!(device.state().host.kinds(), [Tclunk::KIND]);
        let began = time::now();
        let next = task::spawn_join("next", Client::connect(device.clone(), options(pool))).expect("room");
        rest().await;
        device.state().host.order = Order::Fifo;
        device.answer(0);
        let next = next.await.expect("nobody kills it").expect("the wire is free");
        assert!(time::now() - began < Nanos::from_secs(2), "not only when patience is over");
        drop(next);
    });
}

#[test]
fn a_closing_session_that_waits_for_an_orphan_lets_the_core_rest() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let file = only(&client, b"large").await;
        device.state().host.order = Order::Held;
        give_up_held(&client, file.read_loan(0, 10)).await;
        drop((client, file));
        // The clock stands still as long as anybody runs.
        time::sleep(Nanos::from_secs(1)).await;
        assert_eq!(device.state().host.kinds(), [Tread::KIND, Tflush::KIND], "the clunk waits");
        device.answer(1);
        rest().await;
        assert_eq!(device.state().host.kinds(), [Tclunk::KIND]);
    });
}

#[test]
fn a_request_that_never_left_needs_no_flush() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let root = root(&client).await;
        stream.state().room = 0;
        give_up_held(&client, root.walk(&[b"small"])).await;
        rest().await;
        stream.make_room(usize::MAX);
        rest().await;
        assert_eq!(stream.state().host.waiting(), 0);
        assert_eq!(client.session.slots.fids(), 1);
        assert!(root.walk(&[b"small"]).await.is_ok());
    });
}

#[test]
fn many_orphans_are_flushed_one_after_the_other() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let file = std::rc::Rc::new(only(&client, b"large").await);
        device.state().host.order = Order::Held;
        let reads = (0..120u64).map(|nth| {
            let file = file.clone();
            async move { give_up_after(3, file.read_loan(nth, 1)).await.is_none() }
        });
        assert_eq!(all(reads.collect()).await, vec![true; 120]);
        rest().await;
        while device.state().host.waiting() > 0 {
            let flush = device.state().host.kinds().iter().position(|&kind| kind == Tflush::KIND);
            device.answer(flush.expect("a flush is always under way"));
            rest().await;
        }
        assert_eq!(device.in_flight(), 0);
        device.state().host.order = Order::Fifo;
        assert!(file.read_loan(0, 1).await.is_ok());
    });
}

#[test]
fn a_deadline_gives_up_one_request_by_name_and_the_session_lives_on() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let root = root(&client).await;
        let file = open(&root, b"large").await;
        device.state().host.order = Order::Held;
        let began = time::now();
        let (buf, count) = file.read(pages(pool, 4096), 0, 4096).await;
        let error = count.unwrap_err();
        assert_eq!(error, Error::TimedOut { awaited: "Rread", after: Nanos::from_secs(10) });
        assert_eq!(error.to_string(), "Rread did not come within 10.000 s");
        assert!(buf.is_none(), "the device still has the pages");
        assert_eq!(time::now() - began, Nanos::from_secs(10));
        rest().await;
        assert_eq!(device.state().host.kinds(), [Tread::KIND, Tflush::KIND]);
        device.answer(1);
        device.state().host.order = Order::Fifo;
        rest().await;
        assert!(file.read_loan(0, 10).await.is_ok());
        let (windows, count) = file.write(windows(pool, b"abc"), 0).await;
        assert_eq!((count, windows.len()), (Ok(3), 3));
    });
}

#[test]
fn a_reply_right_after_the_deadline_is_still_taken_care_of() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let root = root(&client).await;
        stream.state().host.order = Order::Held;
        let walk = root.walk(&[b"small"]).await;
        assert!(matches!(walk, Err(Error::TimedOut { awaited: "Rwalk", .. })));
        stream.answer(0);
        rest().await;
        stream.state().host.order = Order::Fifo;
        stream.answer(0);
        rest().await;
        assert_eq!(stream.state().host.server.fids(), 1);
        assert!(root.walk(&[b"small"]).await.is_ok());
    });
}

#[test]
fn a_reply_that_comes_while_its_deadline_is_told_is_too_late_and_taken_care_of() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let root = root(&client).await;
        stream.state().host.order = Order::Held;
        let session = &*client.session;
        let new = session.makes_fid(root.fid).unwrap();
        let message = Twalk { fid: root.fid, newfid: new.fid(), nwname: Names::new(&[b"small"]).unwrap() };
        let id = session.slots.claim_spare().unwrap();
        let sent = session.launch(id, Expect::message::<Rwalk<'_>>(), new, |draft| {
            draft.message(&message, session.dialect())?;
            Ok(draft.reply_room(4096)?)
        });
        let sent = sent.unwrap();
        sent.settled().await;
        assert!(session.slots.finish(id, |_| Ok(())).is_none(), "the deadline has passed");
        stream.answer(0);
        rest().await;
        let why = session.slots.why_not(id, |_| ());
        assert!(matches!(why, Err(Failure::Expired("Rwalk"))), "it is no refusal: {why:?}");
        stream.state().host.order = Order::Fifo;
        drop(sent);
        rest().await;
        assert_eq!(stream.state().host.server.fids(), 1, "what it has made was clunked");
    });
}

#[test]
fn a_server_that_ignores_even_tflush_ends_the_session_for_everybody() {
    on_stream(host().flushing(OnFlush::Ignore), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let file = only(&client, b"large").await;
        stream.state().host.order = Order::Held;
        let (buf, count) = file.read(pages(pool, 100), 0, 100).await;
        assert!(matches!(count, Err(Error::TimedOut { .. })));
        assert!(buf.is_some(), "a stream has no pages of ours");
        let began = time::now();
        time::sleep(Nanos::from_secs(1)).await;
        let second = file.read_loan(0, 100).await;
        assert_eq!(second.map(|_| ()), Err(Error::Session(SessionError::FlushUnanswered)));
        assert_eq!(time::now() - began, Nanos::from_secs(10));
        let third = file.read_loan(0, 100).await;
        assert_eq!(third.map(|_| ()), Err(Error::Session(SessionError::FlushUnanswered)));
    });
}

#[test]
fn connecting_to_a_server_that_says_nothing_has_a_deadline_too() {
    on_stream(host().answering(Order::Held), |stream, pool| async move {
        let connected = Client::connect(on_wire_of(stream), options(pool)).await;
        assert!(matches!(connected, Err(Error::TimedOut { awaited: "Rversion", .. })));
    });
}

#[test]
fn giving_up_to_connect_lets_the_wire_go() {
    on_stream(host().answering(Order::Held), |stream, pool| async move {
        let options = options(pool);
        assert!(give_up_after(3, Client::connect(on_wire_of(stream), options)).await.is_none());
    });
}

#[test]
fn the_end_of_a_stream_in_mid_reply_is_told_to_everybody_who_waits() {
    for arrived in [0, 3, 7, 11, 50, 200] {
        on_stream(host(), |stream, pool| async move {
            let client = connect(on_wire_of(stream.clone()), pool).await;
            let file = std::rc::Rc::new(only(&client, b"large").await);
            stream.state().host.order = Order::Held;
            let reads = (0..130u64).map(|nth| {
                let file = file.clone();
                async move {
                    let (buf, count) = file.read(pages(pool, 100), nth, 100).await;
                    (buf.is_some(), count)
                }
            });
            let busy = task::spawn_join("all", all(reads.collect())).expect("room");
            rest().await;
            stream.answer(0);
            stream.cut(arrived);
            let results = busy.await.expect("they are told");
            let hung_up = Err(Error::Session(SessionError::Wire(WireError::HungUp)));
            let whole = arrived / 111;
            assert_eq!(results.iter().filter(|(_, count)| *count == hung_up).count(), 130 - whole);
            assert!(results.iter().all(|(back, _)| *back), "everybody has the pages back");
            assert_eq!(client.dead(), Some(SessionError::Wire(WireError::HungUp)));
        });
    }
}

#[test]
fn a_device_that_breaks_tells_everybody_and_its_pages_come_back_when_it_returns_them() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let file = only(&client, b"large").await;
        device.state().host.order = Order::Held;
        let read = task::spawn_join("read", async move {
            let (buf, count) = file.read(pages(pool, 100), 0, 100).await;
            (buf.is_some(), count)
        });
        rest().await;
        device.state().broken = true;
        client.session.slots.wake_keeper();
        let (back, count) = read.expect("room").await.expect("told");
        assert!(!back, "the device has them");
        let broken = SessionError::Wire(WireError::Broken("the test says so"));
        assert_eq!(count, Err(Error::Session(broken)));
        // The reset that follows gives everything back.
        device.answer(0);
    });
}
