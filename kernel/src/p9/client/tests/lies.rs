//! Servers that answer what no server may: the end of their session, and of nothing else.

use super::*;
use crate::p9::error::{LieKind, SessionError};
use crate::p9::msg::{Data, Dialect, Malformed, Message, Qid, Qids, Rread, Rreaddir, Rwalk, Rwrite};
use std::vec;

/// What the client does when the server begins to lie.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Read,
    Loan,
    Walk,
    Write,
}

/// A lie, and what the client says of it over a device and over a stream.
struct Case {
    name: &'static str,
    deed: Deed,
    lie: fn(&mut Vec<u8>),
    device: LieKind,
    stream: Option<LieKind>,
}

fn set_size(bytes: &mut [u8], size: u32) {
    bytes[..4].copy_from_slice(&size.to_le_bytes());
}

/// Makes the size field so much larger than the message.
fn resize(bytes: &mut [u8], more: i32) {
    let size = bytes.len() as u32;
    set_size(bytes, size.wrapping_add_signed(more));
}

fn say<'m>(bytes: &mut Vec<u8>, message: impl Message<'m>) {
    let tag = u16::from_le_bytes([bytes[5], bytes[6]]);
    *bytes = vec![0; message.wire_len(Dialect::Linux)];
    message.emit(Dialect::Linux, tag, bytes).expect("sized for it");
}

/// Of a device's replies only as many bytes exist as were written; of a stream's as many as the size says.
fn cases() -> Vec<Case> {
    use Deed::*;
    use LieKind::{Count, Kind, Size, Tag, TooLong};
    let malformed = LieKind::Malformed;
    let same = |name, deed, lie, kind| Case { name, deed, lie, device: kind, stream: Some(kind) };
    let cut = |message| malformed(Malformed::Cut { message });
    let count = |message, said| malformed(Malformed::Count { message, said });
    vec![
        same("a tag nobody has", Read, |r| r[5] = 99, Tag(99)),
        same("the tag of a free slot", Read, |r| r[5] ^= 1, Tag(1)),
        same("a tag beyond all slots", Read, |r| r[6] = 1, Tag(256)),
        same("Tversion's tag", Read, |r| r[5..7].fill(0xff), Tag(0xffff)),
        same("a reply to something else", Read, |r| r[4] = 121, Kind(121)),
        same("a request for a reply", Read, |r| r[4] = 116, Kind(116)),
        same("a type nobody knows", Read, |r| r[4] = 255, Kind(255)),
        Case {
            name: "a size below the header's",
            deed: Read,
            lie: |r| set_size(r, 6),
            device: malformed(Malformed::Size { said: 6, have: 7 }),
            stream: Some(malformed(Malformed::Size { said: 6, have: 7 })),
        },
        Case {
            name: "a size one too small",
            deed: Read,
            lie: |r| resize(r, -1),
            device: Size { said: 110, have: 111 },
            stream: Some(count("Rread", 100)),
        },
        Case {
            name: "a size one too large",
            deed: Read,
            lie: |r| resize(r, 1),
            device: Size { said: 112, have: 111 },
            stream: Some(TooLong { said: 112, most: 111 }),
        },
        Case {
            name: "a size beyond every message",
            deed: Read,
            lie: |r| set_size(r, u32::MAX),
            device: Size { said: u32::MAX, have: 111 },
            stream: Some(TooLong { said: u32::MAX, most: 111 }),
        },
        same(
            "a count larger than the message",
            Read,
            |r| r[7..11].fill(0xff),
            count("Rread", u32::MAX as usize),
        ),
        same("a count smaller than the message", Loan, |r| r[7] -= 1, count("Rread", 99)),
        Case {
            name: "a read reply without a count",
            deed: Read,
            lie: |r| {
                r.truncate(9);
                set_size(r, 9);
            },
            device: cut("Rread"),
            stream: Some(cut("Rread")),
        },
        Case {
            name: "more than was asked for",
            deed: Loan,
            lie: |r| say(r, Rread { data: Data(&[0; 200]) }),
            // A device has no room for more: the fake would refuse to write it.
            device: Tag(0),
            stream: Some(TooLong { said: 211, most: 111 }),
        },
        same(
            "more qids than names",
            Walk,
            |r| say(r, Rwalk { nwqid: Qids::new(&[Qid::default(); 2]).unwrap() }),
            Count { said: 2, asked: 1 },
        ),
        same(
            "no qid for a name",
            Walk,
            |r| say(r, Rwalk { nwqid: Qids::new(&[]).unwrap() }),
            Count { said: 0, asked: 1 },
        ),
        same("seventeen qids", Walk, |r| r[7] = 17, count("Rwalk", 17)),
        Case {
            name: "a walk reply with a tail",
            deed: Walk,
            lie: |r| {
                r.push(0);
                resize(r, 0);
            },
            device: malformed(Malformed::Trailing { message: "Rwalk", left: 1 }),
            stream: Some(malformed(Malformed::Trailing { message: "Rwalk", left: 1 })),
        },
        same(
            "more written than sent",
            Write,
            |r| say(r, Rwrite { count: 101 }),
            Count { said: 101, asked: 100 },
        ),
        Case {
            name: "a write reply of many pages",
            deed: Write,
            lie: |r| {
                r.resize(50_000, 0);
                set_size(r, 50_000);
            },
            device: Tag(0),
            stream: Some(TooLong { said: 50_000, most: 4096 }),
        },
    ]
}

async fn lied_to<W: Wire>(
    client: Client<W>,
    pool: &'static Pool,
    deed: Deed,
    begin: impl FnOnce(),
) -> LieKind {
    let root = root(&client).await;
    let file = open(&root, b"large").await;
    begin();
    let error = match deed {
        Deed::Read => file.read(pages(pool, 100), 0, 100).await.1.unwrap_err(),
        Deed::Loan => file.read_loan(0, 100).await.unwrap_err(),
        Deed::Walk => root.walk(&[b"small"]).await.unwrap_err(),
        Deed::Write => file.write(windows(pool, &[1; 100]), 0).await.1.unwrap_err(),
    };
    assert!(error.to_string().starts_with("mount rpc error"), "{error}");
    let Error::Session(SessionError::Lied(lie)) = error else { panic!("{error}") };
    assert_eq!(client.dead(), Some(SessionError::Lied(lie)));
    assert_eq!(file.read_loan(0, 1).await.map(|_| ()), Err(Error::Session(SessionError::Lied(lie))));
    lie.what
}

#[test]
fn every_lie_ends_the_session_by_its_name_and_loses_nothing() {
    for case in cases() {
        let Case { name, deed, lie, device, stream } = case;
        if device != LieKind::Tag(0) {
            on_device(host(), |fake, pool| async move {
                let client = connect(fake.clone(), pool).await;
                let found =
                    lied_to(client, pool, deed, || fake.state().host.lie = Some(Box::new(lie) as Lie)).await;
                assert_eq!(found, device, "{name}, over a device");
            });
        }
        if let Some(stream) = stream {
            on_stream(host(), |fake, pool| async move {
                let client = connect(on_wire_of(fake.clone()), pool).await;
                let found =
                    lied_to(client, pool, deed, || fake.state().host.lie = Some(Box::new(lie) as Lie)).await;
                assert_eq!(found, stream, "{name}, over a stream");
            });
        }
    }
}

#[test]
fn a_device_that_lies_about_what_it_wrote_is_believed_in_nothing() {
    for (written, found) in [
        (0, LieKind::NoHeader { have: 0 }),
        (6, LieKind::NoHeader { have: 6 }),
        (7, LieKind::Size { said: 111, have: 7 }),
        (60, LieKind::Size { said: 111, have: 60 }),
    ] {
        on_device(host(), |device, pool| async move {
            let client = connect(device.clone(), pool).await;
            let what = lied_to(client, pool, Deed::Read, || device.state().written = Some(written)).await;
            assert_eq!(what, found);
        });
    }
}

#[test]
fn bytes_nobody_asked_for_end_the_session() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let root = root(&client).await;
        stream.inject(&[7, 0, 0, 0, 121, 5, 0]);
        rest().await;
        let error = root.walk(&[]).await.map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "mount rpc error: R-message: nobody awaits a reply with tag 5");
    });
}

#[test]
fn replies_an_earlier_session_left_behind_are_passed_over_while_a_session_begins() {
    let mut left: Vec<u8> = vec![7, 0, 0, 0, 121, 5, 0];
    // A long one, an answer to an earlier Tversion that named another dialect, an error.
    left.extend(5000u32.to_le_bytes());
    left.extend([117, 127, 0]);
    left.extend([0xaa; 4993]);
    left.extend(b"\x15\0\0\0\x65\xff\xff\0\x20\0\0\x08\09P2000.L");
    left.extend(b"\x0b\0\0\0\x07\x03\0\x05\0\0\0");
    on_stream(host(), |stream, pool| async move {
        stream.inject(&left);
        let client = connect(on_wire_of(stream.clone()), pool).await;
        assert_eq!(client.msize(), 8192, "the first answer counts");
        let file = open(&root(&client).await, b"small").await;
        assert_eq!(bytes(&file.read_loan(0, 100).await.unwrap()), b"hello, world\n");
    });
}

#[test]
fn what_is_left_behind_has_to_be_messages_too() {
    for (bytes, found) in [
        (&[3, 0, 0, 0, 121, 5, 0][..], LieKind::Malformed(Malformed::Size { said: 3, have: 7 })),
        (&[0, 0, 0, 1, 121, 5, 0], LieKind::TooLong { said: 1 << 24, most: 65536 + 24 }),
    ] {
        on_stream(host(), |stream, pool| async move {
            stream.inject(bytes);
            let error = Client::connect(on_wire_of(stream), options(pool)).await.map(|_| ()).unwrap_err();
            let Error::Session(SessionError::Lied(lie)) = error else { panic!("{error}") };
            assert_eq!(lie.what, found);
        });
    }
}

#[test]
fn a_second_reply_to_the_same_request_ends_the_session() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let root = root(&client).await;
        stream.state().host.lie = Some(Box::new(|reply: &mut Vec<u8>| reply.extend(reply.clone())));
        let _ = root.walk(&[b"small"]).await;
        rest().await;
        assert!(
            matches!(client.dead(), Some(SessionError::Lied(lie)) if matches!(lie.what, LieKind::Tag(_)))
        );
    });
}

#[test]
fn a_lie_to_somebody_who_has_gone_ends_the_session_as_well() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let root = root(&client).await;
        device.state().host.order = Order::Held;
        assert!(give_up_after(1, root.walk(&[b"small"])).await.is_none());
        device.state().host.lie = Some(Box::new(|reply: &mut Vec<u8>| reply[4] = 255));
        device.answer(0);
        rest().await;
        assert!(matches!(client.dead(), Some(SessionError::Lied(lie)) if lie.what == LieKind::Kind(255)));
    });
}

#[test]
fn directory_entries_that_run_out_of_their_message_are_reported_and_not_read() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let dir = only(&client, b"dir").await;
        // The name's length, which is in the entry's bytes 22 and 23.
        stream.state().host.lie = Some(Box::new(|reply: &mut Vec<u8>| {
            if reply[4] == Rreaddir::KIND {
                reply[11 + 22] = 200;
            }
        }));
        let mut entries = dir.readdir(0, 1000).await.expect("the message is whole");
        assert!(matches!(entries.next(), Some(Err(Malformed::Cut { .. }))));
        assert!(entries.next().is_none());
    });
}

#[test]
fn any_bytes_from_a_stream_end_the_session_or_wait_for_more() {
    for seed in 0..200u64 {
        on_stream(host(), |stream, pool| async move {
            let client = connect(on_wire_of(stream.clone()), pool).await;
            let file = only(&client, b"large").await;
            let mut state = seed;
            stream.state().host.lie = Some(Box::new(move |reply: &mut Vec<u8>| {
                for _ in 0..3 {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let at = (state >> 33) as usize % reply.len().min(16);
                    reply[at] = (state >> 8) as u8;
                }
            }));
            for offset in 0..20 {
                if file.read_loan(offset, 100).await.is_err() {
                    break;
                }
            }
        });
    }
}
