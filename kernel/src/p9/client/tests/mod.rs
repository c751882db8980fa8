//! The client against a strict server, over a device and over streams that cut everywhere.

mod ahead;
mod behind;
mod cancel;
mod dialects;
mod lies;
mod work;

use std::boxed::Box;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::vec::Vec;

use super::{Client, Fid, Options};
use crate::io::{self, Buf, Pool, Windows};
use crate::p9::error::Error;
use crate::p9::stream_wire::StreamWire;
use crate::p9::testing::host::{Host, Lie, Order};
use crate::p9::testing::native::FakeDevice;
use crate::p9::testing::server::{Contents, Server};
use crate::p9::testing::stream::FakeStream;
use crate::p9::wire::Wire;
use crate::task;
use crate::time::{self, Nanos};

/// Bytes that tell where they belong.
fn pattern(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|at| (at as u32).wrapping_mul(2654435761).to_le_bytes()[3] ^ seed).collect()
}

fn host() -> Host {
    let mut server = Server::new();
    server.add(b"small", Contents::File(b"hello, world\n".to_vec()));
    server.add(b"large", Contents::File(pattern(100_000, 7)));
    let dir = server.add(b"dir", Contents::Dir(Default::default()));
    server.add_to(dir, b"inner", Contents::File(pattern(10, 1)));
    server.add(b"link", Contents::Link(b"small".to_vec()));
    Host::new(server)
}

fn options(pool: &'static Pool) -> Options {
    Options { msize: 65536 + 24, pool, patience: Nanos::from_secs(10), ..Options::new() }
}

/// Runs a test over a device; nothing of it may be left afterwards.
fn on_device<F: Future<Output = ()>>(host: Host, test: impl FnOnce(FakeDevice, &'static Pool) -> F) {
    let pool = io::testing::pool(2048);
    let _clock = time::testing::freeze();
    let device = FakeDevice::new(host);
    task::block_on(async {
        let device_at_work = task::spawn("device", device.clone().work()).expect("the first tasks");
        test(device.clone(), pool).await;
        device.state().host.order = Order::Fifo;
        finish(|| {
            device.answer(0);
            device.in_flight()
        })
        .await;
        task::kill(device_at_work).expect("it never ends by itself");
    });
    assert_eq!(device.in_flight(), 0, "requests left with the device");
    assert_eq!(pool.counters().live, 0, "pages left");
    assert_eq!(pool.counters().quarantined, 0, "pages lost");
}

/// Runs a test over a stream; nothing of it may be left afterwards.
fn on_stream<F: Future<Output = ()>>(host: Host, test: impl FnOnce(FakeStream, &'static Pool) -> F) {
    let pool = io::testing::pool(2048);
    let _clock = time::testing::freeze();
    let stream = FakeStream::new(host, pool);
    task::block_on(async {
        test(stream.clone(), pool).await;
        stream.state().host.order = Order::Fifo;
        finish(|| {
            stream.answer(0);
            stream.state().host.waiting()
        })
        .await;
    });
    assert_eq!(pool.counters().live, 0, "pages left");
}

/// Answers what was held, and lets what has no answer run into its deadline.
async fn finish(mut answer: impl FnMut() -> usize) {
    rest().await;
    while answer() > 0 {
        rest().await;
    }
    time::sleep(Nanos::from_secs(60)).await;
    rest().await;
}

/// Lets everybody else come to rest.
async fn rest() {
    for _ in 0..50 {
        task::yield_now().await;
    }
}

async fn connect<W: Wire>(wire: W, pool: &'static Pool) -> Client<W> {
    Client::connect(wire, options(pool)).await.expect("the server is there")
}

async fn root<W: Wire>(client: &Client<W>) -> Fid<W> {
    client.attach(b"glenda", b"", None).await.expect("everybody may attach")
}

async fn walk<W: Wire>(from: &Fid<W>, names: &[&[u8]]) -> Fid<W> {
    from.walk_path(names).await.expect("the file is there")
}

async fn open<W: Wire>(root: &Fid<W>, name: &[u8]) -> Fid<W> {
    let mut fid = walk(root, &[name]).await;
    fid.lopen(crate::p9::msg::flags::lopen::RDWR).await.expect("it opens");
    fid
}

/// A file, open, and nothing else in flight.
async fn only<W: Wire>(client: &Client<W>, name: &[u8]) -> Fid<W> {
    let file = open(&root(client).await, name).await;
    rest().await;
    file
}

/// Polls `fut` at most `polls` times, then drops it. `None`: it was not done.
async fn give_up_after<F: Future>(polls: usize, fut: F) -> Option<F::Output> {
    let mut fut = pin!(fut);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match fut.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await
}

fn bytes(windows: &Windows) -> Vec<u8> {
    windows.iter().flat_map(|window| window.to_vec()).collect()
}

fn pages(pool: &'static Pool, len: usize) -> Buf {
    pool.alloc_bytes(len).expect("the test's pool is large enough")
}

fn windows(pool: &'static Pool, bytes: &[u8]) -> Windows {
    if bytes.is_empty() {
        return Windows::new();
    }
    let mut buf = pages(pool, bytes.len());
    buf.write_at(0, bytes);
    buf.into()
}

/// Runs all of these at once, each in a task.
async fn all<T: 'static>(futs: Vec<impl Future<Output = T> + 'static>) -> Vec<T> {
    let mut handles = Vec::new();
    for fut in futs {
        handles.push(task::spawn_join("test", fut).expect("the table has room"));
    }
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.await.expect("nobody kills it"));
    }
    results
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> u32 {
    result.expect_err("the server should refuse").errno().expect("with a number")
}

fn on_wire_of(stream: FakeStream) -> StreamWire<FakeStream> {
    StreamWire::new(stream)
}
