//! Named ports of virtio-serial devices, and the timing stream over one of them.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use ninewire_bench_guest::case::{Sink, StreamLost};
use ninewire_bench_guest::frame::{Decoder, Encoder, Event, FRAME_MAX, VERSION};
use ninewire_bench_guest::intake::{Intake, Orders};
use ninewire_bench_guest::record::Record;

use super::machine::sorted;

/// For a port to be announced by its device after the driver was loaded.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// The driver takes a write into the port's queue and does not tell when the host has it; QEMU has within this.
const HANDED_OVER: Duration = Duration::from_millis(1);

const PORTS: &str = "/sys/class/virtio-ports";

/// Opens the port of this name as soon as there is one.
pub(crate) fn open(name: &str) -> Result<File> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(device) = find(name) {
            let path = Path::new("/dev").join(device);
            let opened = File::options().read(true).write(true).open(&path);
            return opened.with_context(|| format!("cannot open the port {name} at {}", path.display()));
        }
        if Instant::now() >= until {
            bail!("no device announced the port {name} within {} s", PATIENCE.as_secs());
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// The device file of a port, without its folder.
fn find(name: &str) -> Option<String> {
    let ports = sorted(Path::new(PORTS)).ok()?;
    let named = |port: &&std::path::PathBuf| {
        fs::read_to_string(port.join("name")).is_ok_and(|found| found.trim_end() == name)
    };
    let port = ports.iter().find(named)?;
    Some(port.file_name()?.to_str()?.to_string())
}

/// Records out by the timing port, and the host's orders in.
pub(crate) struct PortSink {
    port: File,
    encoder: Encoder,
    room: Box<[u8]>,
}

impl PortSink {
    pub(crate) fn new(port: File) -> Self {
        PortSink { port, encoder: Encoder::new(), room: vec![0; FRAME_MAX].into() }
    }

    /// The host's orders, once all of them are there.
    pub(crate) fn orders(&mut self) -> Result<Orders> {
        let mut decoder = Box::new(Decoder::<FRAME_MAX>::new());
        let mut intake = Intake::new();
        let mut piece = vec![0; FRAME_MAX];
        loop {
            let count = self.port.read(&mut piece).context("cannot read the timing port")?;
            if count == 0 {
                bail!("the host has left the timing port");
            }
            let mut bytes = &piece[..count];
            while !bytes.is_empty() {
                decoder.feed(&mut bytes);
                while let Some(event) = decoder.next() {
                    let frame = match event {
                        Event::Frame(frame) if frame.version == VERSION => frame,
                        _ => bail!("what the host sent on the timing port is damaged"),
                    };
                    let taken = intake.take(frame.kind, frame.payload).map_err(|error| anyhow!("{error}"))?;
                    if let Some(orders) = taken {
                        return Ok(orders);
                    }
                }
            }
        }
    }
}

impl Sink for PortSink {
    async fn emit(&mut self, record: &Record<'_>) -> Result<(), StreamLost> {
        let sent = self.encoder.encode(record, &mut self.room).map_err(|error| anyhow!("{error}"));
        let sent = sent.and_then(|len| Ok(self.port.write_all(&self.room[..len])?));
        if let Err(error) = sent {
            eprintln!("ninewire-linux-init: a {} record on the timing port: {error:#}", record.name());
            return Err(StreamLost);
        }
        thread::sleep(HANDED_OVER);
        Ok(())
    }

    fn frames(&self) -> u32 {
        self.encoder.frames()
    }
}
