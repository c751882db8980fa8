//! One boot of a benchmark: the guest gets its orders, its frames are handed on as they come, and it has to end well.
//!
//! The caller brings a [`Listener`], which understands the bytes; here are the processes, the sockets and the
//! deadlines. Whatever goes wrong comes back as one error that names what was awaited, with the last lines of the
//! guest's log.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use rustix::event::{PollFd, PollFlags};

use crate::child::wait_polled;
use crate::interrupt::{Interrupted, Interrupts};
use crate::qemu::{CharDev, Ended, Guest, Pinning, Vm};

/// From starting QEMU to the guest's first byte. Far beyond any boot; a guest that hangs at boot is met here.
const FIRST_BYTE_MAX: Duration = Duration::from_secs(30);

/// Between two bytes of the guest. A case that checks a large file over a slow path is silent for a while.
const SILENCE_MAX: Duration = Duration::from_secs(120);

/// From the guest's last frame to the end of QEMU.
const END_MAX: Duration = Duration::from_secs(20);

/// How often QEMU is asked for its guest cores until they have started.
const PIN_INTERVAL: Duration = Duration::from_millis(4);

/// As much of the guest's log is shown as explains an end.
const LOG_LINES_MAX: usize = 20;
const LOG_BYTES_MAX: u64 = 16 * 1024;

/// What a listener made of the bytes so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// More has to come.
    More,
    /// That was the last frame.
    Last,
}

/// Understands what the guest says.
pub trait Listener {
    /// Takes the next piece of the stream, which arrived at `at`. An error voids the run.
    fn hear(&mut self, bytes: &[u8], at: Instant) -> Result<Heard>;
}

/// A boot that ended well.
#[derive(Clone, Copy, Debug)]
pub struct Boot {
    /// When QEMU was started.
    pub started: Instant,
}

/// The guest's log: a file without a name that QEMU writes and we read.
#[derive(Debug)]
pub struct Log(File);

impl Log {
    /// An empty log.
    pub fn new() -> Result<Self> {
        Ok(Self(tempfile::tempfile().context("cannot make a temporary file for the guest's log")?))
    }

    /// What QEMU is told to write to, and the descriptor it has to inherit for that.
    pub fn chardev(&self) -> CharDev {
        CharDev::InheritedFile(self.0.as_raw_fd())
    }

    /// The last lines, indented.
    pub fn tail(&self) -> String {
        let mut bytes = vec![0; LOG_BYTES_MAX as usize];
        let end = self.0.metadata().map_or(0, |meta| meta.len());
        let count = self.0.read_at(&mut bytes, end.saturating_sub(LOG_BYTES_MAX)).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..count]);
        let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(LOG_LINES_MAX)..];
        last.iter().map(|line| format!("    {}\n", line.trim_end())).collect()
    }
}

/// The host's ends of a boot's wires.
#[derive(Debug)]
pub struct Wires {
    /// The timing stream: orders out, frames in.
    pub results: UnixStream,
    /// COM1.
    pub log: Log,
    /// QEMU's ends; closed here once QEMU has them.
    pub theirs: Vec<UnixStream>,
}

/// Boots `vm`, sends `orders`, lets `listener` hear everything, and waits for the end.
pub fn run(
    vm: &Vm,
    wires: Wires,
    pinning: &Pinning,
    orders: &[u8],
    listener: &mut dyn Listener,
    interrupts: &Interrupts,
) -> Result<Boot> {
    let Wires { results, log, theirs } = wires;
    let mut guest = Guest::start(vm)?;
    drop(theirs);
    let started = guest.started;
    let outcome = converse(&mut guest, &results, pinning, orders, listener, interrupts)
        .and_then(|()| finish(&mut guest, interrupts));
    match outcome {
        Ok(()) => Ok(Boot { started }),
        Err(error) if error.is::<Interrupted>() => Err(error),
        Err(error) => {
            guest.process().kill();
            let messages = guest.messages();
            let qemu =
                if messages.is_empty() { String::new() } else { format!("\nQEMU said:\n    {messages}") };
            let tail = log.tail();
            let log = if tail.is_empty() {
                "\nthe guest logged nothing".to_string()
            } else {
                format!("\nthe end of the guest's log:\n{}", tail.trim_end())
            };
            Err(anyhow!("{error:#}{qemu}{log}"))
        }
    }
}

/// Until the listener has heard the last frame.
fn converse(
    guest: &mut Guest,
    results: &UnixStream,
    pinning: &Pinning,
    orders: &[u8],
    listener: &mut dyn Listener,
    interrupts: &Interrupts,
) -> Result<()> {
    results.set_nonblocking(true).context("cannot prepare the timing stream's socket")?;
    let mut orders = orders;
    let mut pinned = false;
    let mut heard = None;
    let mut bytes = vec![0; 256 * 1024];
    loop {
        interrupts.check()?;
        if !pinned {
            pinned = pinning.pin_guest(guest.process().pid())?;
        }
        let give_up = heard.map_or(guest.started + FIRST_BYTE_MAX, |at: Instant| at + SILENCE_MAX);
        let wake = if pinned { give_up } else { give_up.min(Instant::now() + PIN_INTERVAL) };
        let wanted = if orders.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        let mut polled = [
            PollFd::from_borrowed_fd(results.as_fd(), wanted),
            PollFd::from_borrowed_fd(interrupts.fd(), PollFlags::IN),
        ];
        let ready = wait_polled(&mut polled, Some(wake)).context("cannot wait for the guest")?;
        if ready.is_empty() && Instant::now() >= give_up {
            return Err(match heard {
                None => {
                    anyhow!("the guest said nothing for {} s after QEMU started", FIRST_BYTE_MAX.as_secs())
                }
                Some(_) => anyhow!("the guest fell silent for {} s in the middle", SILENCE_MAX.as_secs()),
            });
        }
        if !ready.contains(&0) {
            continue;
        }
        match (&*results).read(&mut bytes) {
            Ok(0) => return Err(ended_early(guest, interrupts)),
            Ok(count) => {
                let at = Instant::now();
                heard = Some(at);
                if listener.hear(&bytes[..count], at)? == Heard::Last {
                    return Ok(());
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                return Err(ended_early(guest, interrupts));
            }
            Err(error) => return Err(error).context("cannot read the timing stream"),
        }
        match (&*results).write(orders) {
            Ok(count) => orders = &orders[count..],
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                return Err(ended_early(guest, interrupts));
            }
            Err(error) => return Err(error).context("cannot send the guest its orders"),
        }
    }
}

/// The stream closed before its last frame: how did QEMU end?
fn ended_early(guest: &mut Guest, interrupts: &Interrupts) -> anyhow::Error {
    match guest.wait(interrupts, Some(Instant::now() + END_MAX)) {
        Ok(ended) => anyhow!("the timing stream ended before its last frame: {ended}"),
        Err(error) => error.context("the timing stream ended before its last frame"),
    }
}

/// After the last frame the guest ends by itself, with its own verdict.
fn finish(guest: &mut Guest, interrupts: &Interrupts) -> Result<()> {
    match guest.wait(interrupts, Some(Instant::now() + END_MAX))? {
        Ended::Success => Ok(()),
        ended => Err(anyhow!("after its last frame {ended}")),
    }
}
