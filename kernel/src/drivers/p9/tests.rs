//! The driver and a real session against a device played by the test: an honest server, a silent one, a lying one.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use ninewire_queue::device::DeviceChain;

use super::super::testing::{DeviceQueue, read, turn, write_all};
use super::*;
use crate::io::Buf;
use crate::mem;
use crate::p9::client::{Client, Options};
use crate::p9::{Error, SessionError};
use crate::task::{block_on, spawn_join, yield_now};
use crate::time::{Instant, Nanos, now, testing::freeze};
use crate::virtio::fake::{Fake, Lies};
use crate::virtio::{Kind, feature};

const ALL: u64 = feature::VERSION_1 | feature::EVENT_IDX | feature::INDIRECT_DESC | MOUNT_TAG;

/// What the server does with requests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Honest,
    /// Keeps every request of this kind, answers the others.
    Keeps(u8),
    /// Says of every Tread that it wrote so many bytes, whatever it wrote.
    Claims(u32),
    /// Answers a Tread by returning a chain that cannot exist.
    Forges,
}

mod kind {
    pub(super) const TLOPEN: u8 = 12;
    pub(super) const TVERSION: u8 = 100;
    pub(super) const TATTACH: u8 = 104;
    pub(super) const TFLUSH: u8 = 108;
    pub(super) const TWALK: u8 = 110;
    pub(super) const TREAD: u8 = 116;
    pub(super) const TWRITE: u8 = 118;
    pub(super) const TCLUNK: u8 = 120;
}

/// A server behind a device: one file, whose byte at any offset is told by [`byte_at`].
struct Server {
    state: Mutex<State>,
    served: AtomicUsize,
}

struct State {
    queue: DeviceQueue,
    mood: Mood,
    /// Requests it has not answered.
    kept: Vec<(DeviceChain, Vec<u8>)>,
    /// Segments and bytes of the last Tread and Twrite.
    last_io: Vec<u32>,
    written: Vec<u8>,
}

fn byte_at(offset: u64) -> u8 {
    (offset ^ (offset >> 8) ^ (offset >> 16)) as u8
}

impl Server {
    fn set_mood(&self, mood: Mood) {
        self.state.lock().mood = mood;
    }

    fn kept(&self) -> usize {
        self.state.lock().kept.len()
    }

    /// Returns what it kept, as a server does that has flushed it.
    fn return_kept(&self) {
        let state = &mut *self.state.lock();
        for (chain, _) in core::mem::take(&mut state.kept) {
            state.queue.complete(chain.head, 0);
        }
    }

    /// Answers what it kept.
    fn answer_kept(&self) {
        let state = &mut *self.state.lock();
        for (chain, request) in core::mem::take(&mut state.kept) {
            let reply = answer(&request, &mut state.written);
            let len = write_all(chain.writable(), &reply);
            state.queue.complete(chain.head, len as u32);
        }
    }

    fn serve_one(&self) -> bool {
        let state = &mut *self.state.lock();
        let Some(chain) = state.queue.pop() else { return false };
        self.served.fetch_add(1, Ordering::Relaxed);
        let request: Vec<u8> = chain.readable().flat_map(read).collect();
        let kind = request[4];
        assert_eq!(
            u32::from_le_bytes(*request.first_chunk().unwrap()) as usize,
            request.len(),
            "a whole message"
        );
        if kind == kind::TREAD || kind == kind::TWRITE {
            state.last_io = chain.segments.iter().map(|it| it.segment.len).collect();
        }
        match state.mood {
            Mood::Keeps(kept) if kept == kind => state.kept.push((chain, request)),
            Mood::Forges if kind == kind::TREAD => {
                state.queue.ring.lie_entry(100_000, 7);
                state.queue.ring.publish();
            }
            mood => {
                let reply = answer(&request, &mut state.written);
                let len = write_all(chain.writable(), &reply);
                assert_eq!(len, reply.len(), "there is room for every reply");
                let claimed = match mood {
                    Mood::Claims(claimed) if kind == kind::TREAD => claimed,
                    _ => len as u32,
                };
                state.queue.complete(chain.head, claimed);
            }
        }
        true
    }
}

/// The host: looks for requests whenever the run loop comes by.
impl Source for Server {
    fn publish(&self) {}
    fn reap(&self) -> bool {
        let mut any = false;
        while self.serve_one() {
            any = true;
        }
        any
    }
    fn arm(&self) -> bool {
        false
    }
    fn disarm(&self) {}
    fn pending(&self) -> bool {
        false
    }
}

/// An honest reply in 9P2000.L.
fn answer(request: &[u8], written: &mut Vec<u8>) -> Vec<u8> {
    let u32_at = |at: usize| u32::from_le_bytes(request[at..at + 4].try_into().unwrap());
    let kind = request[4];
    let qid = [0u8; 13];
    let body = match kind {
        kind::TVERSION => request[7..].to_vec(),
        kind::TATTACH => qid.to_vec(),
        kind::TWALK => {
            let names = [request[15], request[16]];
            [names.as_slice(), &qid.repeat(usize::from(names[0]))].concat()
        }
        kind::TLOPEN => [qid.as_slice(), &[0; 4]].concat(),
        kind::TREAD => {
            let offset = u64::from_le_bytes(request[11..19].try_into().unwrap());
            let count = u32_at(19);
            let bytes: Vec<u8> = (offset..offset + u64::from(count)).map(byte_at).collect();
            [count.to_le_bytes().as_slice(), &bytes].concat()
        }
        kind::TWRITE => {
            written.extend(&request[23..]);
            request[19..23].to_vec()
        }
        kind::TCLUNK | kind::TFLUSH => Vec::new(),
        other => panic!("a request of type {other}"),
    };
    let mut reply = (7 + body.len() as u32).to_le_bytes().to_vec();
    reply.push(kind + 1);
    reply.extend(&request[5..7]);
    reply.extend(body);
    reply
}

/// A device, the driver on it, and the server behind it.
struct Bench {
    fake: Fake,
    nine_p: &'static NineP,
    registry: &'static Registry,
    server: &'static Server,
}

impl Bench {
    fn new(features: u64, queue_size: u16) -> Bench {
        Bench::start(Fake::new(Kind::NineP, &[queue_size]).features(features).config(b"\x07\0harvtmp"))
            .unwrap()
    }

    fn start(fake: Fake) -> Result<Bench, StartError> {
        let registry: &'static Registry = Box::leak(Box::default());
        let device: &'static Device = Box::leak(Box::new(fake.device("virtio-9p-7")));
        let nine_p = NineP::start(device, registry)?;
        let state = State {
            queue: attach(&fake),
            mood: Mood::Honest,
            kept: vec![],
            last_io: vec![],
            written: vec![],
        };
        let server: &'static Server =
            Box::leak(Box::new(Server { state: Mutex::new(state), served: AtomicUsize::new(0) }));
        task::register_source(server);
        Ok(Bench { fake, nine_p, registry, server })
    }

    async fn client(&self) -> Result<Client<NativeWire>, Error> {
        let options = Options { patience: Nanos::from_secs(2), ..Options::new() };
        Client::connect(self.nine_p.wire(), options).await
    }

    /// A new session, and a file in it, open.
    async fn file(&self) -> (Client<NativeWire>, crate::p9::client::Fid<NativeWire>) {
        let client = self.client().await.unwrap();
        let root = client.attach(b"glenda", b"", None).await.unwrap();
        let mut file = root.walk_path(&[b"file"]).await.unwrap();
        file.lopen(0).await.unwrap();
        (client, file)
    }
}

fn attach(fake: &Fake) -> DeviceQueue {
    let features = super::super::ring_features(fake.accepted());
    DeviceQueue::attach(fake, REQUESTS, features, SEGMENTS_MAX as u16)
}

/// Lets the core run until `condition` holds, which has to be soon.
async fn until(condition: impl Fn() -> bool) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        yield_now().await;
    }
    panic!("what the test waits for does not come");
}

fn pages(bytes: usize) -> Buf {
    mem::pool().alloc_bytes(bytes).expect("pages")
}

fn is_the_file(buf: &Buf, offset: u64) -> bool {
    buf.as_slice().iter().zip(offset..).all(|(byte, at)| *byte == byte_at(at))
}

#[test]
fn a_device_is_found_by_its_tag() {
    let bench = Bench::new(ALL, 128);
    assert_eq!(bench.nine_p.tag(), b"harvtmp");
    assert!(bench.registry.nine_p(b"harvtmp").is_some());
    assert!(bench.registry.nine_p(b"harvtm").is_none());
}

#[test]
fn tags_may_be_any_bytes_and_lengths_are_not_believed() {
    let start = |config: &[u8]| {
        Bench::start(Fake::new(Kind::NineP, &[128]).features(ALL).config(config))
            .map(|bench| bench.nine_p.tag())
    };
    assert_eq!(start(b"\x04\0\xff:\0 "), Ok(b"\xff:\0 ".as_slice()));
    assert_eq!(start(b"\0\0"), Ok(b"".as_slice()));
    assert!(matches!(start(b"\x05\0tag"), Err(StartError::Config(_))));
    assert_eq!(start(b"\xff\xff").err(), Some(StartError::TagTooLong { len: 65535 }));
    assert!(matches!(start(b"\x01"), Err(StartError::Config(_))));
}

#[test]
fn a_read_goes_straight_into_the_caller_s_pages() {
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let (_client, file) = bench.file().await;
        let buf = pages(100_000);
        let page = buf.as_slice().as_ptr();
        let (buf, read) = file.read(buf, 5000, 100_000).await;
        let buf = buf.unwrap();
        assert_eq!(read, Ok(100_000));
        assert!(is_the_file(&buf, 5000) && buf.as_slice().as_ptr() == page);
        let before = bench.nine_p.counters().payload_descriptors;
        let (buf, _) = file.read(buf, 5000, 100_000).await;
        assert!(buf.is_some());
        assert_eq!(bench.server.state.lock().last_io, [23, 11, 100_000], "T header, R header, payload");
        assert_eq!(bench.nine_p.counters().payload_descriptors - before, 1);
    });
    turn();
    let counters = bench.nine_p.counters();
    assert_eq!(counters.chains, counters.completions);
}

#[test]
fn a_write_goes_straight_from_the_caller_s_windows() {
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let (_client, file) = bench.file().await;
        let pieces: [&[u8]; 3] = [b"one", b"two and", b"three"];
        let windows = pieces.iter().map(|piece| {
            let mut buf = pages(piece.len());
            buf.write_at(0, piece);
            buf.share()
        });
        let before = bench.nine_p.counters().payload_descriptors;
        let (_, written) = file.write(windows.collect(), 0).await;
        assert_eq!(written, Ok(15));
        assert_eq!(bench.server.state.lock().last_io[..4], [23, 3, 7, 5]);
        assert_eq!(bench.nine_p.counters().payload_descriptors - before, 3);
        assert_eq!(bench.server.state.lock().written, b"onetwo andthree");
    });
}

#[test]
fn it_works_with_every_kind_of_ring() {
    let plain = feature::VERSION_1 | MOUNT_TAG;
    for features in
        [plain, plain | feature::EVENT_IDX, plain | feature::INDIRECT_DESC, ALL | feature::RING_PACKED]
    {
        let bench = Bench::new(features, 16);
        block_on(async {
            let (_client, file) = bench.file().await;
            let file = alloc::rc::Rc::new(file);
            let readers: Vec<_> = (0..40u64)
                .map(|nth| {
                    let file = file.clone();
                    spawn_join("reader", async move {
                        let (buf, read) = file.read(pages(5000), nth * 999, 5000).await;
                        read == Ok(5000) && is_the_file(&buf.unwrap(), nth * 999)
                    })
                    .unwrap()
                })
                .collect();
            for reader in readers {
                assert_eq!(reader.await, Ok(true), "with features {features:#x}");
            }
        });
    }
}

#[test]
fn requests_of_one_round_share_a_kick_and_more_than_the_ring_holds_wait_their_turn() {
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let (_client, file) = bench.file().await;
        let file = alloc::rc::Rc::new(file);
        yield_now().await;
        let before = bench.fake.kicks(0);
        let served = bench.server.served.load(Ordering::Relaxed);
        let readers: Vec<_> = (0..100u64)
            .map(|nth| {
                let file = file.clone();
                spawn_join("reader", async move { file.read(pages(64), nth, 64).await.1 }).unwrap()
            })
            .collect();
        for reader in readers {
            assert_eq!(reader.await, Ok(Ok(64)));
        }
        let kicks = bench.fake.kicks(0) - before;
        assert_eq!(bench.server.served.load(Ordering::Relaxed) - served, 100);
        assert!(kicks <= 4, "{kicks} kicks for 100 requests");
    });
}

#[test]
fn a_second_session_is_refused_while_the_first_has_the_device() {
    let _clock = freeze();
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let first = bench.client().await.unwrap();
        let second = bench.client().await;
        assert_eq!(second.err(), Some(Error::Session(SessionError::Wire(WireError::InUse))));
        drop(first);
        assert!(bench.client().await.is_ok(), "and accepted afterwards");
    });
}

#[test]
fn a_reply_that_never_comes_is_an_error_that_names_it_and_its_pages_stay_with_the_device() {
    let _clock = freeze();
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let (_client, file) = bench.file().await;
        bench.server.set_mood(Mood::Keeps(kind::TREAD));
        let start = now();
        let (buf, read) = file.read(pages(4096), 0, 4096).await;
        assert!(buf.is_none(), "the device still has the pages");
        assert!(matches!(read, Err(Error::TimedOut { awaited: "Rread", .. })), "{read:?}");
        assert_eq!(now() - start, Nanos::from_secs(2));
        for _ in 0..5 {
            yield_now().await;
        }
        assert_eq!(bench.nine_p.inner.lock().queue.as_ref().unwrap().in_flight(), 1);
        // The device gives it back after all: the slot is free again, and the session goes on.
        bench.server.return_kept();
        bench.server.set_mood(Mood::Honest);
        let (_, read) = file.read(pages(4096), 0, 4096).await;
        assert_eq!(read, Ok(4096));
        assert_eq!(bench.nine_p.inner.lock().queue.as_ref().unwrap().in_flight(), 0);
    });
}

#[test]
fn a_task_that_is_killed_in_the_middle_of_a_read_leaves_nothing_behind() {
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let (client, file) = bench.file().await;
        bench.server.set_mood(Mood::Keeps(kind::TREAD));
        let file = alloc::rc::Rc::new(file);
        let reading = file.clone();
        let victim = spawn_join("victim", async move { reading.read(pages(4096), 0, 4096).await.1.is_ok() });
        let victim = victim.unwrap();
        until(|| bench.server.kept() == 1).await;
        victim.kill();
        for _ in 0..5 {
            yield_now().await;
        }
        assert_eq!(
            bench.nine_p.inner.lock().queue.as_ref().unwrap().in_flight(),
            1,
            "Rflush is in, the read is not"
        );
        bench.server.return_kept();
        yield_now().await;
        assert_eq!(bench.nine_p.inner.lock().queue.as_ref().unwrap().in_flight(), 0);
        bench.server.set_mood(Mood::Honest);
        assert_eq!(file.read(pages(64), 0, 64).await.1, Ok(64));
        drop(client);
    });
}

#[test]
fn requests_that_outlive_their_session_find_their_way_back_under_the_next() {
    let _clock = freeze();
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let (client, file) = bench.file().await;
        bench.server.set_mood(Mood::Keeps(kind::TREAD));
        let (_, read) = file.read(pages(4096), 0, 4096).await;
        assert!(read.is_err());
        drop((client, file));
        // Not even Tflush is answered: the session ends when its patience does.
        bench.server.set_mood(Mood::Honest);
        let (_client, file) = loop {
            match bench.client().await {
                Ok(client) => {
                    let root = client.attach(b"glenda", b"", None).await.unwrap();
                    let mut file = root.walk_path(&[b"file"]).await.unwrap();
                    file.lopen(0).await.unwrap();
                    break (client, file);
                }
                Err(error) => assert_eq!(error, Error::Session(SessionError::Wire(WireError::Closing))),
            }
        };
        assert_eq!(bench.nine_p.inner.lock().ended.len(), 1);
        assert_eq!(file.read(pages(64), 9, 64).await.1, Ok(64));
        bench.server.return_kept();
        yield_now().await;
        assert_eq!(bench.nine_p.inner.lock().ended.len(), 0);
        assert_eq!(file.read(pages(64), 9, 64).await.1, Ok(64));
    });
}

/// How a lie about one read ends: the read's error, and whether the device is still used.
fn lied_to(mood: Mood) -> (Error, bool) {
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let (_client, file) = bench.file().await;
        bench.server.set_mood(mood);
        let (_, read) = file.read(pages(4096), 0, 4096).await;
        (read.unwrap_err(), bench.nine_p.inner.lock().broken.is_none())
    })
}

#[test]
fn a_length_the_device_cannot_have_written_ends_the_device_s_use() {
    let (error, used) = lied_to(Mood::Claims(11 + 4096 + 1));
    assert!(matches!(error, Error::Session(SessionError::Wire(WireError::Broken(_)))), "{error}");
    assert!(!used);
}

#[test]
fn a_length_that_disagrees_with_the_message_ends_the_session_only() {
    for claimed in [11 + 4095, 11, 3, 0] {
        let (error, used) = lied_to(Mood::Claims(claimed));
        assert!(matches!(error, Error::Session(SessionError::Lied(_))), "claiming {claimed}: {error}");
        assert!(used, "the device has kept the rules of its ring");
    }
}

#[test]
fn a_chain_that_cannot_exist_ends_the_device_s_use() {
    let (error, used) = lied_to(Mood::Forges);
    assert!(matches!(error, Error::Session(SessionError::Wire(WireError::Broken(_)))), "{error}");
    assert!(!used);
}

#[test]
fn a_device_that_returns_what_it_never_had_is_found_out_and_keeps_no_core_awake() {
    let bench = Bench::new(ALL, 128);
    let under_way = || bench.nine_p.inner.lock().queue.as_ref().unwrap().in_flight();
    let _session = block_on(async {
        let session = bench.file().await;
        yield_now().await;
        until(|| under_way() == 0).await;
        session
    });
    let ring = &mut bench.server.state.lock().queue.ring;
    ring.lie_entry(0, 7);
    ring.publish();
    assert_eq!(under_way(), 0);
    assert!(bench.nine_p.arm(), "something is there all the same");
    assert!(bench.nine_p.inner.lock().broken.is_some() && !bench.nine_p.arm(), "it is listened to no more");
}

#[test]
fn a_device_that_says_it_needs_a_reset_is_noticed_and_the_next_session_resets_it() {
    let _clock = freeze();
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let (client, file) = bench.file().await;
        bench.server.set_mood(Mood::Keeps(kind::TREAD));
        let file = alloc::rc::Rc::new(file);
        let reading = file.clone();
        let reader = spawn_join("reader", async move { reading.read(pages(4096), 0, 4096).await }).unwrap();
        until(|| bench.server.kept() == 1).await;
        bench.fake.break_down();
        let (buf, read) = reader.await.unwrap();
        assert!(
            buf.is_none() && matches!(read, Err(Error::Session(SessionError::Wire(WireError::Broken(_)))))
        );
        assert_eq!(
            bench.nine_p.inner.lock().queue.as_ref().unwrap().in_flight(),
            1,
            "the device keeps the pages"
        );
        drop((client, file));
        yield_now().await;

        // The reset takes the ring away from the server as well.
        let connecting = bench.client();
        let mut connecting = core::pin::pin!(connecting);
        let mut attached = false;
        let client = core::future::poll_fn(|cx| {
            let polled = connecting.as_mut().poll(cx);
            if !attached && bench.nine_p.inner.lock().broken.is_none() {
                attached = true;
                *bench.server.state.lock() = State {
                    queue: attach(&bench.fake),
                    mood: Mood::Honest,
                    kept: vec![],
                    last_io: vec![],
                    written: vec![],
                };
            }
            polled
        })
        .await
        .unwrap();
        assert!(
            attached && bench.nine_p.inner.lock().ended.is_empty(),
            "everything came back with the reset"
        );
        let root = client.attach(b"glenda", b"", None).await.unwrap();
        assert!(root.walk_path(&[b"file"]).await.is_ok());
    });
}

#[test]
fn a_device_without_message_interrupts_keeps_its_core_awake_while_it_has_requests() {
    let fake = Fake::new(Kind::NineP, &[128]).features(ALL).config(b"\x01\0t");
    let bench = Bench::start(fake.lies(Lies { no_messages: true, ..Lies::default() })).unwrap();
    assert!(!bench.nine_p.arm(), "nothing is awaited");
    block_on(async {
        let (_client, file) = bench.file().await;
        assert_eq!(file.read(pages(64), 0, 64).await.1, Ok(64));
        bench.server.set_mood(Mood::Keeps(kind::TREAD));
        let reading =
            spawn_join("reader", async move { file.read(pages(64), 0, 64).await.1.is_ok() }).unwrap();
        until(|| bench.server.kept() == 1).await;
        assert!(bench.nine_p.arm());
        bench.server.return_kept();
        reading.kill();
    });
    turn();
    assert_eq!(bench.nine_p.counters().interrupts, 0);
    assert!(now() > Instant::ZERO);
}

#[test]
fn a_session_nobody_holds_lets_the_device_go_when_its_last_clunk_is_answered() {
    let clock = freeze();
    let bench = Bench::new(ALL, 128);
    block_on(async {
        let session = bench.file().await;
        yield_now().await;
        bench.server.set_mood(Mood::Keeps(kind::TCLUNK));
        drop(session);
        until(|| bench.server.kept() == 1).await;
        assert!(bench.nine_p.is_mounted(), "the file is still being clunked");
        let before = now();
        bench.server.answer_kept();
        for _ in 0..5 {
            yield_now().await;
        }
        assert!(!bench.nine_p.is_mounted());
        assert_eq!(now(), before, "no timer was needed for it");
    });
    drop(clock);
}
