//! Agreeing on a dialect, and the operations of 9P2000 and 9P2000.u.

use super::*;
use crate::p9::error::{LieKind, SessionError};
use crate::p9::msg::flags::{open, perm};
use crate::p9::msg::{Dialect, Stat};
use crate::p9::testing::server::{EINVAL, ENOENT};
use std::format;
use std::string::ToString;
use std::vec;

fn speaking(speaks: &[Dialect]) -> Host {
    let mut host = host();
    host.server.speaks = speaks.to_vec();
    host
}

#[test]
fn the_first_dialect_that_both_speak_is_taken() {
    use Dialect::*;
    for (speaks, taken) in
        [(vec![Linux, Unix, Plain], Linux), (vec![Unix, Plain], Unix), (vec![Plain], Plain)]
    {
        on_stream(speaking(&speaks), |stream, pool| async move {
            assert_eq!(connect(on_wire_of(stream), pool).await.dialect(), taken);
        });
    }
}

#[test]
fn a_server_that_falls_back_to_the_plain_dialect_by_itself_is_taken_at_its_word() {
    on_stream(speaking(&[Dialect::Linux]), |stream, pool| async move {
        let plain = |reply: &mut Vec<u8>| {
            let at = reply.len() - "9P2000.L".len();
            reply.truncate(at + "9P2000".len());
            reply[at - 2] = 6;
            let size = reply.len() as u32;
            reply[..4].copy_from_slice(&size.to_le_bytes());
        };
        stream.state().host.lie = Some(Box::new(plain));
        assert_eq!(connect(on_wire_of(stream), pool).await.dialect(), Dialect::Plain);
    });
}

#[test]
fn a_server_without_a_common_dialect_is_refused_in_plan_9s_words() {
    on_stream(speaking(&[]), |stream, pool| async move {
        let error = Client::connect(on_wire_of(stream), options(pool)).await.map(|_| ()).unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error),
            ("bad 9P version returned from server", Error::BadVersion)
        );
    });
    on_device(speaking(&[Dialect::Unix]), |device, pool| async move {
        let options = Options { dialects: &[Dialect::Linux], ..options(pool) };
        let error = Client::connect(device, options).await.map(|_| ()).unwrap_err();
        assert_eq!(error, Error::BadVersion);
    });
}

#[test]
fn a_server_that_refuses_a_dialect_instead_of_not_knowing_it_is_asked_for_the_next() {
    let refusing = |said: &'static [u8]| {
        move |reply: &mut Vec<u8>| {
            if reply.ends_with(b"unknown") {
                reply.clear();
                reply.extend(said);
            }
        }
    };
    // Rlerror with EIO, as diod does in whatever dialect it is asked for; Rerror of 9P2000.
    for said in [b"\x0b\0\0\0\x07\xff\xff\x05\0\0\0".as_slice(), b"\x0b\0\0\0\x6b\xff\xff\x02\0no"] {
        on_stream(speaking(&[Dialect::Plain]), |stream, pool| async move {
            stream.state().host.lie = Some(Box::new(refusing(said)));
            assert_eq!(connect(on_wire_of(stream), pool).await.dialect(), Dialect::Plain);
        });
        on_stream(speaking(&[]), |stream, pool| async move {
            stream.state().host.lie = Some(Box::new(refusing(said)));
            let error = Client::connect(on_wire_of(stream), options(pool)).await.map(|_| ()).unwrap_err();
            assert_eq!(error, Error::BadVersion);
        });
    }
}

#[test]
fn the_servers_message_size_counts_when_it_is_smaller_and_is_a_lie_when_it_is_larger() {
    let mut host = host();
    host.server.msize_max = 4096;
    on_device(host, |device, pool| async move {
        let client = connect(device, pool).await;
        assert_eq!((client.msize(), client.payload_max()), (4096, 4072));
        let file = open(&root(&client).await, b"large").await;
        assert_eq!(file.read(pages(pool, 8192), 0, 8192).await.1, Ok(4072));
        assert_eq!(file.write(windows(pool, &[1; 8192]), 0).await.1, Ok(4072));
    });
    on_device(super::host(), |device, pool| async move {
        device.state().host.lie = Some(Box::new(|reply: &mut Vec<u8>| reply[10] = 0x7f));
        let error = Client::connect(device, options(pool)).await.map(|_| ()).unwrap_err();
        assert!(
            matches!(error, Error::Session(SessionError::Lied(lie)) if matches!(lie.what, LieKind::Count { .. }))
        );
    });
    let mut host = super::host();
    host.server.msize_max = 100;
    on_stream(host, |stream, pool| async move {
        let error = Client::connect(on_wire_of(stream), options(pool)).await.map(|_| ()).unwrap_err();
        assert_eq!(error, Error::MsizeTooSmall(100));
    });
}

async fn a_plain_days_work<W: Wire>(client: &Client<W>, pool: &'static Pool) {
    let unix = client.dialect() == Dialect::Unix;
    let root = client.attach(b"glenda", b"", Some(1000)).await.expect("attached");
    let mut file = walk(&root, &[]).await;
    file.create(b"new", 0o640, open::RDWR, b"").await.expect("made");
    assert_eq!(file.write(windows(pool, b"some words"), 0).await.1, Ok(10));
    let (buf, count) = file.read(pages(pool, 4), 5, 4).await;
    assert_eq!((count, buf.expect("back").as_slice()), (Ok(4), b"word".as_slice()));
    let stat =
        file.stat(|stat| (stat.name.to_vec(), stat.length, stat.mode, stat.uid.to_vec(), stat.n_uid)).await;
    let n_uid = if unix { 1000 } else { !0 };
    assert_eq!(stat, Ok((b"new".to_vec(), 10, 0o640, b"glenda".to_vec(), n_uid)));
    file.wstat(Stat { name: b"newer", mode: 0o600, ..Stat::KEEP }).await.expect("changed");
    assert_eq!(file.stat(|stat| stat.mode).await, Ok(0o600));
    file.clunk().await.expect("clunked");

    let mut dir = walk(&root, &[]).await;
    dir.create(b"sub", perm::DIR | 0o755, open::READ, b"").await.expect("made");
    drop(dir);
    if unix {
        walk(&root, &[])
            .await
            .create(b"far", perm::SYMLINK | 0o777, open::READ, b"small")
            .await
            .expect("made");
        let link = walk(&root, &[b"far"]).await;
        assert_eq!(link.stat(|stat| stat.extension.to_vec()).await, Ok(b"small".to_vec()));
        link.remove().await.expect("removed");
    }

    let mut dir = walk(&root, &[]).await;
    dir.open(open::READ).await.expect("a directory opens");
    let mut names = Vec::new();
    let mut offset = 0;
    loop {
        let mut entries = dir.readdir(offset, 200).await.expect("read");
        if entries.is_empty() {
            break;
        }
        while let Some(entry) = entries.next() {
            let entry = entry.expect("whole");
            assert_eq!(entry.stat.map(|stat| (stat.name, stat.qid)), Some((entry.name, entry.qid)));
            names.push(std::string::String::from_utf8_lossy(entry.name).into_owned());
        }
        offset = entries.next_offset();
    }
    assert_eq!(names, ["dir", "large", "link", "newer", "small", "sub"]);

    let gone = root.walk(&[b"nothing"]).await.map(|_| ()).unwrap_err();
    assert_eq!(gone.to_string(), "file does not exist");
    assert_eq!(gone.errno(), unix.then_some(ENOENT));
    assert_eq!(dir.getattr(1, |_| ()).await, Err(Error::Unsupported("Tgetattr")));
    assert_eq!(
        format!("{}", dir.mkdir(b"x", 0, 0).await.unwrap_err()),
        "the server's 9P dialect has no Tmkdir"
    );
}

#[test]
fn plain_and_unix_servers_are_worked_with_in_their_own_words() {
    for dialect in [Dialect::Plain, Dialect::Unix] {
        on_device(speaking(&[dialect]), |device, pool| async move {
            let client = connect(device.clone(), pool).await;
            a_plain_days_work(&client, pool).await;
            drop(client);
            rest().await;
            assert_eq!(device.state().host.server.fids(), 0);
        });
        on_stream(speaking(&[dialect]), |stream, pool| async move {
            stream.state().pieces = Box::new(|| 37);
            a_plain_days_work(&connect(on_wire_of(stream), pool).await, pool).await;
        });
    }
}

#[test]
fn an_error_in_words_that_spills_into_the_pages_of_a_read_is_read_whole() {
    on_device(speaking(&[Dialect::Unix]), |device, pool| async move {
        let client = connect(device, pool).await;
        // Not opened: the server refuses to read it.
        let file = walk(&root(&client).await, &[b"small"]).await;
        let mut buf = pages(pool, 4096);
        buf.as_mut_slice().fill(0x5a);
        buf.set_window(0..3);
        let (buf, count) = file.read(buf, 0, 3).await;
        let error = count.unwrap_err();
        assert_eq!(error.errno(), Some(EINVAL));
        assert_eq!(
            error.to_string(),
            "the server refuses, and says so at greater length than a short read has room for"
        );
        let mut buf = buf.expect("back");
        buf.set_window(3..4096);
        assert!(buf.as_slice().iter().all(|&byte| byte == 0x5a), "what was not lent is untouched");
    });
}

#[test]
fn what_only_the_other_dialects_have_is_refused_before_it_is_sent() {
    on_device(host(), |device, pool| async move {
        let client = connect(device, pool).await;
        let mut root = root(&client).await;
        assert_eq!(root.open(0).await, Err(Error::Unsupported("Topen")));
        assert_eq!(root.stat(|_| ()).await, Err(Error::Unsupported("Tstat")));
        assert_eq!(root.wstat(Stat::KEEP).await, Err(Error::Unsupported("Twstat")));
        assert_eq!(root.create(b"x", 0, 0, b"").await, Err(Error::Unsupported("Tcreate")));
    });
}
