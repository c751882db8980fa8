//! What a client is for.

use super::*;
use crate::p9::client::{Changes, Lock, LockKind, LockStatus, Time};
use crate::p9::msg::Message;
use crate::p9::msg::flags::{getattr, lopen, mode, unlinkat};
use crate::p9::msg::{Dialect, Tclunk, Tread, Twrite};
use crate::p9::stream::Credit;
use crate::p9::testing::server::{EEXIST, ENOENT, ENOTDIR};
use std::format;
use std::vec;

/// Everything a file can go through.
async fn a_days_work<W: Wire>(client: &Client<W>, pool: &'static Pool, len: usize) {
    assert_eq!((client.dialect(), client.msize()), (Dialect::Linux, 65560));
    let root = root(client).await;
    assert!(root.qid().is_dir());

    let mut file = walk(&root, &[]).await;
    file.lcreate(b"new", lopen::RDWR, 0o600, 100).await.expect("made");
    assert_eq!(file.io_unit(), 4096);
    let contents = pattern(len, 3);
    let (back, written) = file.write(windows(pool, &contents), 0).await;
    assert_eq!((written, bytes(&back) == contents), (Ok(len), true));
    let (_, written) = file.write(Windows::new(), 0).await;
    assert_eq!(written, Ok(0));

    let (buf, count) = file.read(pages(pool, 8192), 100, 1000).await;
    assert_eq!(count, Ok(1000));
    assert_eq!(buf.expect("back").as_slice(), &contents[100..1100]);
    let end = len as u64;
    let (buf, count) = file.read(pages(pool, 8192), end - 1, 8192).await;
    assert_eq!((count, buf.expect("back").as_slice()), (Ok(1), &contents[len - 1..]));
    let (buf, count) = file.read(pages(pool, 8192), end, 8192).await;
    assert_eq!((count, buf.expect("back").len()), (Ok(0), 0));
    let (_, count) = file.read(pages(pool, 8192), 0, 0).await;
    assert_eq!(count, Ok(0));

    let loan = file.read_loan(7, len).await.expect("read");
    assert!(bytes(&loan) == contents[7..]);
    assert!(file.read_loan(end + 1, 10).await.expect("the end").is_empty());
    assert!(file.read_loan(0, 0).await.expect("nothing asked").is_empty());
    drop(loan);

    let attributes = file.getattr(getattr::BASIC, |attributes| (attributes.size, attributes.mode)).await;
    assert_eq!(attributes, Ok((end, mode::REG | 0o600)));
    file.fsync(false).await.expect("synced");
    file.clunk().await.expect("clunked");

    assert_eq!(root.mkdir(b"sub", 0o755, 100).await.map(|qid| qid.is_dir()), Ok(true));
    assert_eq!(refused(root.mkdir(b"sub", 0o755, 100).await), EEXIST);
    for (names, found, whole) in [([b"dir".as_slice(), b"inner"], 2, true), ([b"dir", b"nothing"], 1, false)]
    {
        let mut qids = Vec::new();
        let walked = root.walk_past(&names, |qid| qids.push(qid)).await.expect("the first is there");
        assert_eq!((qids.len(), walked.is_some()), (found, whole));
        assert!(walked.is_none_or(|fid| qids.last() == Some(&fid.qid())));
    }
    assert_eq!(refused(root.walk(&[b"nothing"]).await), ENOENT);
    assert_eq!(refused(root.walk_path(&[b"dir", b"nothing"]).await), ENOENT);

    assert_eq!(names(&root, 4096).await, ["dir", "large", "link", "new", "small", "sub"]);
    root.unlinkat(b"sub", unlinkat::REMOVEDIR).await.expect("empty");
    root.unlinkat(b"new", 0).await.expect("there");
    assert_eq!(refused(root.unlinkat(b"new", 0).await), ENOENT);
    assert_eq!(names(&root, 60).await, ["dir", "large", "link", "small"]);
}

/// The names in a directory, read by messages of at most `count` bytes.
async fn names<W: Wire>(dir: &Fid<W>, count: usize) -> Vec<std::string::String> {
    let mut dir = walk(dir, &[]).await;
    dir.lopen(lopen::RDONLY).await.expect("a directory opens");
    let mut names = Vec::new();
    let mut offset = 0;
    loop {
        let mut entries = dir.readdir(offset, count).await.expect("it is read");
        if entries.is_empty() {
            return names;
        }
        while let Some(entry) = entries.next() {
            names.push(std::string::String::from_utf8_lossy(entry.expect("whole").name).into_owned());
        }
        offset = entries.next_offset();
    }
}

#[test]
fn a_device_carries_a_days_work_and_no_payload_is_copied() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        a_days_work(&client, pool, 50_000).await;
        rest().await;
        let traffic = client.traffic();
        assert_eq!(traffic.requests, traffic.replies);
        drop(client);
        rest().await;
        assert_eq!(device.state().host.server.fids(), 0, "every fid was clunked");
    });
}

#[test]
fn a_stream_carries_a_days_work_cut_into_pieces_of_any_one_size() {
    for piece in (1..48).chain([100, 1000, 4095, 4096]) {
        on_stream(host(), |stream, pool| async move {
            stream.state().pieces = Box::new(move || piece);
            let client = connect(on_wire_of(stream.clone()), pool).await;
            a_days_work(&client, pool, 50_000).await;
            drop(client);
            rest().await;
            assert_eq!(stream.state().host.server.fids(), 0, "every fid was clunked");
        });
    }
}

#[test]
fn a_stream_carries_a_days_work_cut_into_pieces_of_any_sizes() {
    for seed in 0..20u64 {
        on_stream(host(), |stream, pool| async move {
            let mut state = seed;
            stream.state().pieces = Box::new(move || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(99);
                1 + (state >> 40) as usize % if state & 1 << 60 == 0 { 20 } else { 4096 }
            });
            let client = connect(on_wire_of(stream), pool).await;
            a_days_work(&client, pool, 50_000).await;
        });
    }
}

#[test]
fn reading_over_a_stream_into_own_pages_copies_and_borrowing_does_not() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream), pool).await;
        let file = only(&client, b"large").await;
        let loan = file.read_loan(0, 30_000).await.expect("read");
        assert_eq!(loan.count(), 8, "on the pages it arrived in, the last one too");
        assert!(bytes(&loan) == pattern(100_000, 7)[..30_000]);
        let before = io::copied();
        let (buf, count) = file.read(pages(pool, 5000), 0, 5000).await;
        assert_eq!(count, Ok(5000));
        // Tests run side by side and count together: ours is in it.
        assert!(io::copied() - before >= 5000);
        assert_eq!(buf.expect("back").as_slice(), &pattern(100_000, 7)[..5000]);
    });
}

#[test]
fn a_message_in_ever_so_small_pieces_does_not_hold_ever_so_many_pages() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let file = only(&client, b"large").await;
        stream.state().pieces = Box::new(|| 2);
        let loan = file.read_loan(0, 60_000).await.expect("read");
        assert!(bytes(&loan) == pattern(100_000, 7)[..60_000]);
        assert!(pool.counters().peak < 200, "{} pages", pool.counters().peak);
    });
}

#[test]
fn a_read_into_the_middle_of_a_page_leaves_the_rest_of_the_page_alone() {
    on_device(host(), |device, pool| async move {
        let client = connect(device, pool).await;
        let file = only(&client, b"small").await;
        let mut buf = pages(pool, 4096);
        buf.as_mut_slice().fill(0x5a);
        buf.set_window(100..105);
        let (buf, count) = file.read(buf, 0, 4000).await;
        let mut buf = buf.expect("back");
        assert_eq!((count, buf.as_slice()), (Ok(5), b"hello".as_slice()));
        buf.set_window(0..4096);
        assert!(buf.as_slice()[..100].iter().chain(&buf.as_slice()[105..]).all(|&byte| byte == 0x5a));
    });
}

/// Many tasks, each with its own file position, replies in any order.
async fn many_at_once<W: Wire>(client: Client<W>, pool: &'static Pool) {
    let file = std::rc::Rc::new(only(&client, b"large").await);
    let want = std::rc::Rc::new(pattern(100_000, 7));
    let tasks = (0..200).map(|nth: usize| {
        let (file, want) = (file.clone(), want.clone());
        async move {
            let offset = nth * 311;
            let loan = file.read_loan(offset as u64, 1000).await.expect("read");
            assert!(bytes(&loan) == want[offset..offset + 1000]);
            drop(loan);
            let (buf, count) = file.read(pages(pool, 500), offset as u64, 500).await;
            assert_eq!(count, Ok(500));
            assert_eq!(buf.expect("back").as_slice(), &want[offset..offset + 500]);
        }
    });
    all(tasks.collect()).await;
}

#[test]
fn two_hundred_tasks_share_the_slots_whatever_the_order_of_replies() {
    for order in [Order::Fifo, Order::Lifo, Order::Random(1), Order::Random(2)] {
        let host = || host().answering(order);
        on_device(host(), |device, pool| async move {
            let client = connect(device.clone(), pool).await;
            many_at_once(client, pool).await;
            assert!(device.state().host.deepest > 100, "many were in flight");
        });
        on_stream(host(), |stream, pool| async move {
            let mut size = 0;
            stream.state().pieces = Box::new(move || {
                size += 577;
                size % 4096
            });
            many_at_once(connect(on_wire_of(stream), pool).await, pool).await;
        });
    }
}

#[test]
fn a_write_in_more_pieces_than_a_device_takes_is_cut_and_not_copied() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let file = only(&client, b"small").await;
        let many: Windows = (0..20u8).flat_map(|nth| windows(pool, &[nth; 10])).collect();
        let (back, written) = file.write(many, 0).await;
        assert_eq!((written, back.len(), back.count()), (Ok(80), 200, 20));
        assert_eq!(device.state().host.server.file(b"small").unwrap()[..80], bytes(&back)[..80]);
    });
}

#[test]
fn a_write_longer_than_a_message_is_cut() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let file = only(&client, b"small").await;
        let contents = pattern(70_000, 9);
        let (back, written) = file.write(windows(pool, &contents), 0).await;
        assert_eq!((written, back.len()), (Ok(65536), 70_000));
        assert!(bytes(&back) == contents);
        assert!(stream.state().host.server.file(b"small").unwrap() == &contents[..65536]);
        // Header and payload: as few pieces as there can be.
        assert_eq!(stream.state().segments.last(), Some(&2));
    });
}

#[test]
fn seventeen_names_and_more_take_several_walks() {
    let mut host = host();
    let mut dir = host.server.add(b"d", Contents::Dir(Default::default()));
    for _ in 1..40 {
        dir = host.server.add_to(dir, b"d", Contents::Dir(Default::default()));
    }
    on_device(host, |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let root = root(&client).await;
        let names = [b"d".as_slice(); 40];
        let deep = walk(&root, &names).await;
        let more = [names.as_slice(), &[b"x"]].concat();
        assert_eq!(refused(root.walk_path(&more).await), ENOENT);
        assert!(matches!(root.walk(&names).await, Err(Error::Unfit(_))));
        assert_ne!(deep.qid(), root.qid());
        drop(deep);
        rest().await;
        assert_eq!(device.state().host.server.fids(), 1, "the ones on the way were clunked");
    });
}

#[test]
fn names_too_long_for_one_message_are_refused_before_anything_is_sent() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let root = root(&client).await;
        let before = device.state().host.server.seen.len();
        let long = vec![b'x'; 70_000];
        assert!(matches!(root.walk(&[&long]).await, Err(Error::Unfit(_))));
        assert!(matches!(root.mkdir(&long, 0, 0).await, Err(Error::Unfit(_))));
        let name = [b'x'; 255];
        assert_eq!(refused(root.walk(&[name.as_slice(); 16]).await), ENOENT);
        assert_eq!(device.state().host.server.seen.len(), before + 1);
    });
}

#[test]
fn attributes_links_locks_and_extended_attributes_go_there_and_back() {
    on_device(host(), |device, pool| async move {
        let client = connect(device, pool).await;
        let root = root(&client).await;
        let small = open(&root, b"small").await;
        let mtime = Some(Time::At { sec: 77, nsec: 1 });
        let changes = Changes { mode: Some(0o400), size: Some(5), mtime, gid: Some(9), ..Changes::default() };
        small.setattr(&changes).await.expect("set");
        let got = small.getattr(getattr::BASIC, |got| *got).await.expect("attributes");
        assert_eq!((got.mode & 0o777, got.size, got.mtime_sec, got.uid, got.gid), (0o400, 5, 77, 1000, 9));

        root.symlink(b"far", &pattern(4000, 2), 0).await.expect("made");
        assert_eq!(walk(&root, &[b"far"]).await.readlink().await, Ok(pattern(4000, 2)));
        root.mknod(b"fifo", mode::FIFO | 0o600, 0, 0, 0).await.expect("made");
        root.link(&small, b"second").await.expect("linked");
        root.renameat(b"second", &walk(&root, &[b"dir"]).await, b"third").await.expect("moved");
        assert_eq!(walk(&root, &[b"dir", b"third"]).await.qid(), small.qid());
        small.rename(&root, b"tiny").await.expect("renamed");
        assert_eq!(names(&root, 4096).await, ["dir", "far", "fifo", "large", "link", "tiny"]);
        assert_eq!(refused(small.symlink(b"x", b"y", 0).await), ENOTDIR);

        let mut attr = walk(&root, &[b"tiny"]).await;
        attr.xattrcreate(b"user.color", 4, 0).await.expect("ready");
        assert_eq!(attr.write(windows(pool, b"blue"), 0).await.1, Ok(4));
        attr.clunk().await.expect("set");
        let (value, len) = small.xattrwalk(b"user.color").await.expect("there");
        assert_eq!((len, bytes(&value.read_loan(0, 100).await.expect("read"))), (4, b"blue".to_vec()));
        let (list, len) = small.xattrwalk(b"").await.expect("a list");
        assert_eq!(
            (len, bytes(&list.read_loan(0, 100).await.expect("read"))),
            (11, b"user.color\0".to_vec())
        );
        assert_eq!(refused(small.xattrwalk(b"user.none").await), ENOENT);

        let lock = |kind| Lock { kind, start: 0, length: 0, proc_id: 1, client_id: b"me" };
        assert_eq!(small.lock(lock(LockKind::Read)).await, Ok(LockStatus::Success));
        assert_eq!(small.lock(lock(LockKind::Write)).await, Ok(LockStatus::Blocked));
        assert_eq!(small.getlock(lock(LockKind::Write), |lock| lock.kind).await, Ok(2));
        let space = root.statfs().await.expect("known");
        assert_eq!((space.bsize, space.namelen), (4096, 255));
        walk(&root, &[b"tiny"]).await.remove().await.expect("removed");
        assert_eq!(refused(root.walk(&[b"tiny"]).await), ENOENT);
    });
}

#[test]
fn ten_thousand_entries_and_names_of_any_bytes_are_listed_wherever_they_are_cut() {
    let mut host = host();
    let dir = host.server.add(b"many", Contents::Dir(Default::default()));
    for nth in 0..10_000 {
        host.server.add_to(dir, format!("{nth:05}").as_bytes(), Contents::Other);
    }
    host.server.add_to(dir, &[0xff; 255], Contents::Other);
    on_stream(host, |stream, pool| async move {
        stream.state().pieces = Box::new(|| 1013);
        let client = connect(on_wire_of(stream), pool).await;
        let names = names(&walk(&root(&client).await, &[b"many"]).await, 60_000).await;
        assert_eq!(names.len(), 10_001);
        assert!(names[..10_000].iter().enumerate().all(|(nth, name)| *name == format!("{nth:05}")));
        assert_eq!(names[10_000], "\u{fffd}".repeat(255));
    });
}

#[test]
fn a_lossy_port_never_holds_more_than_its_credit() {
    on_stream(host(), |stream, pool| async move {
        stream.state().credit = Some(Credit::VIRTCONSOLE);
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let file = std::rc::Rc::new(only(&client, b"large").await);
        stream.state().host.order = Order::Held;
        let mut tasks: Vec<std::pin::Pin<Box<dyn Future<Output = ()>>>> = Vec::new();
        for nth in 0..100u64 {
            let file = file.clone();
            tasks.push(Box::pin(async move {
                if nth % 3 == 0 {
                    let (_, written) = file.write(windows(pool, &[nth as u8; 20_000]), nth * 20_000).await;
                    assert_eq!(written, Ok(20_000));
                } else {
                    file.read_loan(nth, 100).await.expect("read");
                }
            }));
        }
        let busy = task::spawn_join("all", all(tasks)).expect("room");
        rest().await;
        while stream.state().host.waiting() > 0 {
            stream.answer(0);
            rest().await;
        }
        busy.await.expect("all are done");
        let most = stream.state().unread_max;
        assert!(most <= Credit::VIRTCONSOLE.limit, "{most} bytes were unread");
        assert!(most > Credit::VIRTCONSOLE.limit / 2, "and the credit was used: {most}");
        // One message alone may cost more.
        stream.state().host.order = Order::Fifo;
        let (_, written) = file.write(windows(pool, &[1; 65536]), 0).await;
        assert_eq!(written, Ok(65536));
    });
}

#[test]
fn a_full_stream_keeps_requests_in_order_and_sends_them_when_there_is_room() {
    on_stream(host(), |stream, pool| async move {
        let client = connect(on_wire_of(stream.clone()), pool).await;
        let file = std::rc::Rc::new(only(&client, b"large").await);
        stream.state().host.order = Order::Held;
        stream.state().room = 3;
        let reads = (0..10u64).map(|nth| {
            let file = file.clone();
            async move { file.read_loan(nth, 1).await.map(|loan| loan.len()) }
        });
        let busy = task::spawn_join("all", all(reads.collect())).expect("room");
        rest().await;
        assert_eq!(stream.state().host.waiting(), 3);
        stream.make_room(4);
        rest().await;
        assert_eq!(stream.state().host.waiting(), 7);
        stream.make_room(usize::MAX);
        rest().await;
        assert_eq!(stream.state().host.waiting(), 10);
        stream.state().host.order = Order::Fifo;
        stream.answer(0);
        file.fsync(true).await.expect("everything else is answered with it");
        assert_eq!(busy.await.expect("done"), vec![Ok(1); 10]);
    });
}

#[test]
fn a_dropped_file_is_clunked_even_when_no_slot_is_free() {
    on_device(host(), |device, pool| async move {
        let options = Options { slots: 3, ..options(pool) };
        let client = Client::connect(device.clone(), options).await.expect("connected");
        let root = root(&client).await;
        let file = std::rc::Rc::new(open(&root, b"large").await);
        let others = [walk(&root, &[]).await, walk(&root, &[]).await, walk(&root, &[]).await];
        device.state().host.order = Order::Held;
        let reads = (0..4u64).map(|nth| {
            let file = file.clone();
            async move { file.read_loan(nth, 1).await.map(|loan| loan.len()) }
        });
        let busy = task::spawn_join("all", all(reads.collect())).expect("room");
        rest().await;
        assert_eq!(device.state().host.kinds(), [Tread::KIND, Tread::KIND]);
        drop(others);
        rest().await;
        for _ in 0..4 {
            device.answer(0);
            rest().await;
        }
        // Who waited for a slot came first, the clunks after.
        assert_eq!(busy.await.expect("done"), vec![Ok(1); 4]);
        assert_eq!(device.state().host.kinds(), [Tclunk::KIND, Tclunk::KIND]);
        device.state().host.order = Order::Fifo;
        device.answer(0);
        rest().await;
        assert_eq!(device.state().host.server.fids(), 2);
    });
}

#[test]
fn the_last_who_waits_for_a_slot_takes_one_and_no_more() {
    on_device(host(), |device, pool| async move {
        let options = Options { slots: 3, ..options(pool) };
        let client = Client::connect(device.clone(), options).await.expect("connected");
        let root = root(&client).await;
        let file = std::rc::Rc::new(open(&root, b"large").await);
        for _ in 0..3 {
            device.state().host.order = Order::Held;
            let reads = (0..3u64).map(|nth| {
                let file = file.clone();
                async move { file.read_loan(nth, 1).await.map(|loan| loan.len()) }
            });
            let busy = task::spawn_join("all", all(reads.collect())).expect("room");
            rest().await;
            assert_eq!(device.state().host.waiting(), 2, "two of them have all slots but the one for Tflush");
            for _ in 0..3 {
                device.answer(0);
                rest().await;
            }
            assert_eq!(busy.await.expect("done"), vec![Ok(1); 3]);
        }
    });
}

#[test]
fn so_many_files_can_be_open_and_no_more() {
    on_device(host(), |device, pool| async move {
        let client = connect(device, pool).await;
        let root = root(&client).await;
        let mut files = Vec::new();
        for _ in 1..crate::p9::FIDS_MAX {
            files.push(walk(&root, &[]).await);
        }
        assert_eq!(root.walk(&[]).await.map(|_| ()), Err(Error::NoFids));
        files.pop();
        rest().await;
        files.push(walk(&root, &[]).await);
    });
}

#[test]
fn an_exhausted_pool_is_an_error_and_the_session_lives_on() {
    on_device(host(), |device, pool| async move {
        let client = connect(device.clone(), pool).await;
        let file = only(&client, b"large").await;
        let mut hoard = Vec::new();
        while let Ok(page) = pool.alloc(1) {
            hoard.push(page);
        }
        assert!(matches!(file.read_loan(0, 8192).await, Err(Error::NoPages(_))));
        let (buf, count) = file.read(hoard.pop().expect("a page"), 0, 4096).await;
        assert_eq!((count, buf.expect("back").len()), (Ok(4096), 4096));
        drop(hoard);
        assert!(file.read_loan(0, 8192).await.is_ok());
        assert!(device.state().host.server.seen.iter().all(|&kind| kind != Twrite::KIND));
    });
}

#[test]
fn a_trace_reads_as_the_conversation_it_was() {
    static LINES: std::sync::Mutex<Vec<(u32, std::string::String)>> = std::sync::Mutex::new(Vec::new());
    fn keep(line: &crate::p9::msg::Trace<'_>) {
        LINES.lock().unwrap().push((line.connection, line.to_string()));
    }
    on_device(host(), |device, pool| async move {
        crate::p9::set_trace(Some(keep));
        let client = connect(device, pool).await;
        let file = only(&client, b"small").await;
        let (_, written) = file.write(windows(pool, b"hello"), 0).await;
        assert_eq!(written, Ok(5));
        file.read_loan(0, 4096).await.expect("read");
        crate::p9::set_trace(None);
        file.read_loan(0, 4096).await.expect("read");
        let number = client.session.slots.number();
        // Tests run side by side: only the lines of this session.
        let lines = LINES.lock().unwrap();
        let lines = lines.iter().filter(|(of, _)| *of == number).map(|(_, line)| line.as_str());
        let want = [
            "<-N- Tversion tag 65535 msize 65560 version '9P2000.L'",
            "-N-> Rversion tag 65535 msize 65560 version '9P2000.L'",
            "<-N- Tattach tag 0 fid 0 afid 4294967295 uname 'glenda' aname '' n_uname -1",
            "-N-> Rattach tag 0 qid (0000000000000000 0 d)",
            "<-N- Twalk tag 0 fid 0 newfid 1 nwname 1 0:'small'",
            "-N-> Rwalk tag 0 nwqid 1 0:(0000000000000001 0 )",
            "<-N- Tlopen tag 0 fid 1 flags 0x2",
            "-N-> Rlopen tag 0 qid (0000000000000001 0 ) iounit 0",
            "<-N- Tclunk tag 0 fid 0",
            "-N-> Rclunk tag 0",
            "<-N- Twrite tag 0 fid 1 offset 0 count 5",
            "-N-> Rwrite tag 0 count 5",
            "<-N- Tread tag 0 fid 1 offset 0 count 4096",
            "-N-> Rread tag 0 count 13",
        ];
        let want: Vec<_> = want.iter().map(|line| line.replace('N', &number.to_string())).collect();
        assert_eq!(lines.collect::<Vec<_>>(), want);
    });
}

#[test]
fn a_wire_whose_last_session_is_ending_is_waited_for_and_one_in_use_is_not() {
    on_device(host(), |device, pool| async move {
        for _ in 0..64 {
            let client = connect(device.clone(), pool).await;
            let root = root(&client).await;
            let second = Client::connect(device.clone(), options(pool)).await.map(|_| ());
            assert_eq!(second.unwrap_err().to_string(), "device or object already in use");
            drop(root);
        }
    });
}
