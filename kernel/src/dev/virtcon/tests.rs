//! The device's files over a driver whose device the test plays.

use alloc::string::{String, ToString};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Waker};

use super::*;
use crate::drivers::console::bench::{Bench, host_writes};
use crate::ns::{Chan, Space, View};
use crate::task::block_on;

fn poll_once<F: Future>(fut: F) -> Poll<F::Output> {
    pin!(fut).poll(&mut Context::from_waker(Waker::noop()))
}

/// The port, opened for reading and writing.
fn open(port: &'static Port) -> alloc::sync::Arc<Chan> {
    let Ok(Opened::Node(node)) = block_on(Node::Port(port).open(OpenMode::READ_WRITE)) else {
        panic!("it opens")
    };
    Chan::new(crate::ns::Node::Virtcon(node), OpenMode::READ_WRITE, b"port"[..].into())
}

fn text_of(windows: Windows) -> String {
    let bytes: Vec<u8> = windows.iter().flat_map(|window| window.to_vec()).collect();
    String::from_utf8(bytes).unwrap()
}

fn told(port: &Port) -> String {
    let mut told = String::new();
    describe(port, &mut told).unwrap();
    told
}

#[test]
fn a_read_gives_what_has_arrived_at_most_what_was_asked_for_and_waits_when_nothing_has() {
    let mut bench = Bench::multiport(2);
    let chan = open(bench.named_port(1, b"x"));
    bench.heard();
    let mut rx = bench.rx(1);
    assert_eq!(host_writes(&mut rx, b"arrived"), 7);
    bench.heard();
    let read = |count| poll_once(chan.bread(count)).map(|read| text_of(read.unwrap()));
    assert_eq!(read(0), Poll::Ready(String::new()));
    assert_eq!(read(3), Poll::Ready("arr".into()));
    assert_eq!(read(usize::MAX), Poll::Ready("ived".into()), "no more, and no padding");
    assert_eq!(read(1), Poll::Pending);
    assert_eq!(host_writes(&mut rx, b"last"), 4);
    bench.heard();
    bench.say_event(1, 6, 0);
    assert_eq!(read(100), Poll::Ready("last".into()));
    assert_eq!(read(100), Poll::Ready(String::new()), "the host's end is closed: the end of the file");
}

#[test]
fn the_offset_is_ignored_and_seeking_refused() {
    let mut bench = Bench::multiport(2);
    let chan = open(bench.named_port(1, b"x"));
    bench.heard();
    host_writes(&mut bench.rx(1), b"abc");
    bench.heard();
    assert_eq!(chan.seek(1), Err(Error::IsStream));
    let Poll::Ready(Ok(read)) = poll_once(chan.bread_at(2, 1 << 40)) else { panic!("bytes are there") };
    assert_eq!(text_of(read), "ab");
}

#[test]
fn a_write_reaches_the_host_in_the_pages_it_came_in_and_nothing_reaches_no_queue() {
    let mut bench = Bench::multiport(2);
    let port = bench.named_port(1, b"x");
    let chan = open(port);
    bench.heard();
    assert_eq!(block_on(chan.bwrite(text::copied(b"hello host").unwrap())), Ok(10));
    assert_eq!(block_on(chan.bwrite(Windows::new())), Ok(0));
    bench.heard();
    let mut tx = bench.tx(1);
    assert_eq!(tx.drain().unwrap().concat(), b"hello host");
    assert!(tx.drain().is_none());
}

#[test]
fn a_write_to_an_end_nobody_has_opened_returns_and_is_counted() {
    let mut bench = Bench::multiport(2);
    bench.say_event(1, 1, 1);
    bench.heard();
    let port = bench.port(1);
    let chan = open(port);
    bench.heard();
    assert_eq!(block_on(chan.bwrite(text::copied(b"lost").unwrap())), Ok(4));
    bench.heard();
    assert!(bench.tx(1).drain().is_none());
    let told = told(port);
    assert!(told.contains("virtio-console-7.1 dropped 1\n"), "{told}");
    assert!(told.contains("virtio-console-7.1 host unopened\n"), "{told}");
}

#[test]
fn a_port_that_was_removed_is_hung_up() {
    let mut bench = Bench::multiport(2);
    let chan = open(bench.named_port(1, b"x"));
    bench.heard();
    bench.say_event(1, 2, 0);
    assert_eq!(block_on(chan.bwrite(text::copied(b"x").unwrap())), Err(Error::Hungup));
    assert!(matches!(poll_once(chan.bread(1)), Poll::Ready(Err(Error::Hungup))));
}

#[test]
fn ports_are_found_by_file_and_by_the_hosts_name_and_ctl_tells_about_each() {
    let mut bench = Bench::multiport_known_as("virtio-console-770", 3);
    bench.heard();
    bench.say_event(0, 1, 1);
    bench.named_port(1, b"org.example.one");
    bench.named_port(2, b"two words");
    block_on(async {
        let view = View::new(Space::new().unwrap());
        for (name, file) in [
            ("virtio-console-770", "virtio-console-770"),
            ("virtio-console-770.1", "virtio-console-770.1"),
            ("org.example.one", "virtio-console-770.1"),
            ("two words", "virtio-console-770.2"),
        ] {
            let full = alloc::format!("#C/virtcon/{name}");
            let place = view.walk(full.as_bytes()).await.unwrap();
            let stat = place.node().stat().await.unwrap();
            assert_eq!((&*stat.name, stat.device, stat.length), (file.as_bytes(), 'C', 0));
            assert_eq!(stat.mode.to_string(), "--rw-rw-rw-");
        }
        let absent = view.walk(b"#C/virtcon/virtio-console-770.3").await.unwrap_err();
        assert_eq!(absent.to_string(), "'#C/virtcon/virtio-console-770.3' does not exist");
        let below = view.walk(b"#C/virtcon/ctl/x").await.unwrap_err();
        assert_eq!(below.to_string(), "'#C/virtcon/ctl' not a directory");
        let ctl = view.open(b"#C/virtcon/ctl", OpenMode::READ).await.unwrap();
        let told = text_of(ctl.bread(1 << 20).await.unwrap());
        for line in [
            "virtio-console-770 host unopened",
            "virtio-console-770 queues 0 1",
            "virtio-console-770.1 name org.example.one",
            "virtio-console-770.2 name 'two words'",
            "virtio-console-770.2 host open",
            "virtio-console-770.2 queues 6 7",
            "virtio-console-770.2 opens 0",
        ] {
            assert!(told.lines().any(|told| told == line), "{line} in\n{told}");
        }
        let ctl = view.open(b"#C/virtcon/ctl", OpenMode::WRITE).await.unwrap();
        let write = async |line: &[u8]| ctl.bwrite(text::copied(line).unwrap()).await;
        for line in [&b"coalesce 1 0\n"[..], b"coalesce 1 0\n\ncoalesce 1 0", b"\n"] {
            assert_eq!(write(line).await, Ok(line.len()));
        }
        for line in [&b"coalesce 2 0"[..], b"coalesce 0 0", b"coalesce 2 1000000"] {
            assert_eq!(write(line).await, Err(Error::BadArg));
        }
        for line in
            [&b"coalesce"[..], b"coalesce 1", b"coalesce 1 0 0", b"coalesce one 0", b"colour blue", b"\xff"]
        {
            assert_eq!(write(line).await, Err(Error::BadCtl));
        }
        assert!(told.starts_with("coalesce 1 0\n"), "{told}");
        let refused = view.create(b"#C/virtcon/new", OpenMode::WRITE, 0o666).await.unwrap_err();
        assert_eq!(refused.to_string(), "'#C/virtcon/new' permission denied");
    });
}
