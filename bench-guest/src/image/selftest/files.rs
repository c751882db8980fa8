//! Claims about files of the host, reached by a 9P device and by 9P over a serial port.
//!
//! The host shares a directory with a file `pattern` of 4 MiB or more in it, whose byte at offset `o` is
//! `o ^ o >> 8 ^ o >> 16` in eight bits. Reads are compared with that, every byte. What they took is told in the log; it
//! is an engineer's first look, not a benchmark.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::claim;
use ninewire_kernel::boot::Machine;
use ninewire_kernel::drivers::{self, Counters};
use ninewire_kernel::io::{self, Buf};
use ninewire_kernel::p9::client::{Client, Fid, Options};
use ninewire_kernel::p9::{StreamWire, Wire};
use ninewire_kernel::task::{self, WaitMode};
use ninewire_kernel::time::{self, Nanos, within};
use ninewire_kernel::{info, mem, warn};

type Outcome = Result<(), &'static str>;

const PATIENCE: Nanos = Nanos::from_secs(10);

/// How much of the file is looked at.
pub(super) const FILE_BYTES: u64 = 4 << 20;

/// A measurement: so many reads of so many bytes, so many of them under way at a time.
#[derive(Clone, Copy)]
struct Measurement {
    bytes: usize,
    depth: u64,
    reads: u64,
}

const MEASUREMENTS: [Measurement; 5] = [
    Measurement { bytes: 4096, depth: 1, reads: 512 },
    Measurement { bytes: 4096, depth: 8, reads: 512 },
    Measurement { bytes: 4096, depth: 32, reads: 512 },
    Measurement { bytes: 1 << 20, depth: 1, reads: 32 },
    Measurement { bytes: 1 << 20, depth: 8, reads: 32 },
];

pub(super) fn byte_at(offset: u64) -> u8 {
    (offset ^ (offset >> 8) ^ (offset >> 16)) as u8
}

/// A file of the first 9P device, whole and in pieces, in every wait mode.
pub(super) fn native(machine: &'static Machine) -> Outcome {
    drivers::probe(&machine.devices);
    let nine_p = drivers::registry().nine_ps().first().copied().ok_or("the machine has no 9P device")?;
    info!("tag \"{}\" on {}", nine_p.tag().escape_ascii(), nine_p.name());
    for mode in [WaitMode::Adaptive, WaitMode::Poll, WaitMode::Irq] {
        task::set_wait_mode(mode);
        task::block_on(try_files(nine_p.wire(), || nine_p.counters()))?;
        task::block_on(async {
            // The last files are being clunked when their session is let go.
            let goodbye = async {
                while nine_p.is_mounted() {
                    time::sleep(Nanos::from_millis(1)).await;
                }
            };
            within(PATIENCE, "the end of the session", goodbye).await.map_err(|_| "the session does not end")
        })?;
        let counters = nine_p.counters();
        claim(counters.chains == counters.completions, "a request is still with the device")?;
    }
    claim(io::copied() == 0, "payload was copied on its way from the device")
}

/// The same over the port `org.ninewire.9p`, or port 0 of the first serial device where there is no such port.
pub(super) fn serial(machine: &'static Machine) -> Outcome {
    drivers::probe(&machine.devices);
    let console =
        drivers::registry().consoles().first().copied().ok_or("the machine has no serial device")?;
    for mode in [WaitMode::Adaptive, WaitMode::Poll, WaitMode::Irq] {
        task::set_wait_mode(mode);
        task::block_on(async {
            let port = match drivers::port(console.name()) {
                Some(port_0) => port_0,
                None => {
                    drivers::port_comes("org.ninewire.9p", PATIENCE).await.map_err(|_| "no port to use")?
                }
            }
            .open();
            let connected = within(PATIENCE, "the host's end", port.connected()).await;
            connected.map_err(|_| "nobody on the host opens the port")?.map_err(|_| "the port is broken")?;
            let used = port.port();
            try_files(StreamWire::new(port), || console.counters()).await?;
            // Until the session has said goodbye it takes what the port brings.
            let goodbye = async {
                while used.info().opens > 0 {
                    time::sleep(Nanos::from_millis(1)).await;
                }
            };
            within(PATIENCE, "the end of the session", goodbye).await.map_err(|_| "the session does not end")
        })?;
    }
    Ok(())
}

async fn try_files<W: Wire>(wire: W, counters: impl Fn() -> Counters) -> Outcome {
    let options = Options { patience: PATIENCE, ..Options::new() };
    let client = Client::connect(wire, options).await.map_err(said)?;
    let root = client.attach(b"glenda", b"", Some(0)).await.map_err(said)?;
    let mut file = root.walk_path(&[b"pattern"]).await.map_err(said)?;
    file.lopen(0).await.map_err(said)?;
    let file = Rc::new(file);
    let buf = read_at(&file, pages(4096)?, 0, 4096).await?;
    info!(
        "{}, msize {}; first bytes {} after entry",
        client.dialect().name(),
        client.msize(),
        time::now() - time::Instant::ZERO
    );
    drop(buf);
    whole(&file).await?;
    info!(
        "{:>8} {:>5} {:>5} {:>9} {:>9} {:>7} {:>7} {:>7}",
        "wait", "bs", "depth", "MiB/s", "op us", "kick/op", "irq/op", "desc/op"
    );
    for measurement in MEASUREMENTS {
        measure(&file, measurement, &counters).await?;
    }
    match Rc::into_inner(file) {
        Some(file) => file.clunk().await.map_err(said),
        None => Err("somebody still has the file"),
    }
}

/// Reads the file in pieces of odd lengths and compares every byte.
async fn whole<W: Wire>(file: &Fid<W>) -> Outcome {
    let (mut offset, mut length) = (0, 1);
    while offset < FILE_BYTES {
        let buf = read_at(file, pages(length)?, offset, length).await?;
        let same = buf.as_slice().iter().zip(offset..).all(|(byte, at)| *byte == byte_at(at));
        claim(same && !buf.is_empty(), "the file reads differently from what it is")?;
        offset += buf.len() as u64;
        length = (length * 3).min(300_001);
    }
    Ok(())
}

/// `depth` tasks read blocks of `bytes` bytes, each the next one nobody has; the ends of every block are compared.
async fn measure<W: Wire>(
    file: &Rc<Fid<W>>,
    measurement: Measurement,
    counters: &impl Fn() -> Counters,
) -> Outcome {
    let Measurement { bytes, depth, reads } = measurement;
    for pass in 0..2 {
        let (before, start) = (counters(), time::now());
        let next = Rc::new(core::cell::Cell::new(0));
        let mut readers = Vec::new();
        for _ in 0..depth {
            let (file, next) = (Rc::clone(file), Rc::clone(&next));
            let mut buf = pages(bytes)?;
            let reader = task::spawn_join("reader", async move {
                while next.get() < reads {
                    let offset = next.replace(next.get() + 1) * bytes as u64 % FILE_BYTES;
                    buf = read_at(&file, buf, offset, bytes).await?;
                    let ends = [(0, offset), (bytes - 1, offset + bytes as u64 - 1)];
                    let same = ends.into_iter().all(|(at, offset)| buf.as_slice()[at] == byte_at(offset));
                    claim(same, "a block reads differently from what it is")?;
                }
                Ok(())
            });
            readers.push(reader.map_err(|_| "the task table is full")?);
        }
        for reader in readers {
            reader.await.map_err(|_| "a reader was killed")??;
        }
        if pass == 1 {
            let took = (time::now() - start).get().max(1);
            let did = counters().since(&before);
            let per_op = |count: u64| Hundredths(count * 100 / reads);
            info!(
                "{:>8} {bytes:>8} {depth:>2} {:>9} {:>9} {:>7} {:>7} {:>7}",
                task::wait_mode(),
                (reads * bytes as u64 * 1_000_000_000 / took) >> 20,
                Hundredths(took / 10 / reads),
                per_op(did.kicks),
                per_op(did.interrupts),
                per_op(did.descriptors),
            );
        }
    }
    Ok(())
}

/// A number with two digits behind the point.
struct Hundredths(u64);

impl core::fmt::Display for Hundredths {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(&alloc::format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

/// One read of exactly `length` bytes, or as many as are left of the file.
pub(super) async fn read_at<W: Wire>(
    file: &Fid<W>,
    mut buf: Buf,
    offset: u64,
    length: usize,
) -> Result<Buf, &'static str> {
    let length = length.min((FILE_BYTES - offset) as usize);
    buf.set_window(0..length);
    let (buf, read) = file.read(buf, offset, length).await;
    let read = read.map_err(said)?;
    claim(read == length, "a read in the middle of the file is short")?;
    buf.ok_or("the pages of a read did not come back")
}

pub(super) fn pages(bytes: usize) -> Result<Buf, &'static str> {
    mem::pool().alloc_bytes(bytes).map_err(|_| "the pool is empty")
}

/// Tells the whole error in the log.
pub(super) fn said(error: ninewire_kernel::p9::Error) -> &'static str {
    warn!("9P: {error}");
    "the server did not answer as hoped"
}
