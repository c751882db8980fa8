//! # virtcon(3) - serial ports of virtio consoles
//!
//! ```text
//! bind -a '#C' /dev
//!
//! /dev/virtcon/ctl
//! /dev/virtcon/virtio-console-N
//! /dev/virtcon/virtio-console-N.P
//! ```
//!
//! One file for each port: port 0 of the console device `virtio-console-N` has the device's name, its other ports a
//! number behind it. A port the host has given a name is found by that name, too. Ports come and go as the host adds
//! and removes them; a port that was open when it was removed fails with `i/o on hungup channel`.
//!
//! A port is a stream each way. The offset of a read or write is ignored, and seeking is refused. A read gives what has
//! arrived, never more and never padding, at most what was asked for; it blocks when nothing has arrived. When the host
//! has closed a named port's end, and everything it sent has been read, a read is the end of the file. What arrives is
//! kept once a port has been opened, also while nobody has it open. Several may have a port open; each byte goes to one
//! of them. Pages are passed on as they are, in both directions.
//!
//! A write returns when all of it is on its way. To a named port whose other end is not open it returns at once, and
//! the bytes are lost; while the other end is open nothing is, and a slow reader makes the writer wait. Port 0 cannot
//! do that: nobody tells the guest whether anybody listens, and QEMU throws away, without a word, what the host's
//! socket does not take. For a lossless stream use a named port, or let 9P do it, which keeps within what the socket
//! takes.
//!
//! Reading `ctl` tells the settings of all ports, one `name value` a line, which is also how they are written:
//!
//! | name | value |
//! |---|---|
//! | `coalesce` | after how many received pieces a sleeping processor is interrupted, and microseconds after which it looks by itself; `1 0`: after the first |
//!
//! and then everything about the ports, one `port name value` a line:
//!
//! | name | value |
//! |---|---|
//! | `name` | what the host calls it, quoted where needed |
//! | `host` | the host's end: `unknown` (port 0), `unopened`, `open`, `closed` |
//! | `console` | `yes`: the host says a person is there |
//! | `size` | columns and rows, if told |
//! | `queues` | numbers of its receive and transmit queues |
//! | `opens` | how many in the guest have it open |
//! | `bytesin`, `bytesout` | received, sent |
//! | `posted`, `starved` | receive buffers given to the device; times the page pool had none to give |
//! | `chains`, `descriptors`, `kicks` | what the traffic cost |
//! | `dropped` | writes lost because the host's end was not open |
//! | `blind` | writes where nobody can tell: port 0 |

use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::future::poll_fn;
use core::task::Poll;

use spin::Mutex;

use crate::dev::mnt::settings::coalescing;
use crate::drivers::console::{self, HostEnd, OpenPort, Port, PortError};
use crate::drivers::{self, OutOfRange, registry};
use crate::io::Windows;
use crate::ns::device::{Cursor, Device, Opened, Walked, walk_by_steps};
use crate::ns::stat::{Entry, Mode, Qid, Stat, dir_qid, file_qid};
use crate::ns::table::{check_open, listed, stat};
use crate::ns::words::Quoted;
use crate::ns::{Error, OpenMode, text};

/// Paths: the root, the directory in it, its control file; a port has those above.
const ROOT: u64 = 0;
const DIR: u64 = 1;
const CTL: u64 = 2;
const PORTS: u64 = 16;

/// Longer writes to the control file are no settings.
const CTL_BYTES_MAX: usize = 4096;

/// A file of the device.
pub enum Node {
    /// `#C`
    Root,
    /// `#C/virtcon`
    Dir,
    /// `#C/virtcon/ctl`
    Ctl,
    /// A port, not open.
    Port(&'static Port),
    /// A port that was opened.
    Open(Stream),
}

/// An open port, and what of it was taken and not yet asked for.
pub struct Stream {
    port: OpenPort,
    /// The rest of a page whose beginning was read.
    ahead: Mutex<Windows>,
}

/// Another node for the same file; never an open one.
impl Clone for Node {
    fn clone(&self) -> Node {
        match self {
            Node::Root => Node::Root,
            Node::Dir => Node::Dir,
            Node::Ctl => Node::Ctl,
            Node::Port(port) => Node::Port(port),
            Node::Open(stream) => Node::Port(stream.port.port()),
        }
    }
}

impl Node {
    /// The device's directory.
    pub fn root() -> Node {
        Node::Root
    }

    /// The port, if it is one.
    pub fn port(&self) -> Option<&'static Port> {
        match self {
            Node::Port(port) => Some(port),
            Node::Open(stream) => Some(stream.port.port()),
            Node::Root | Node::Dir | Node::Ctl => None,
        }
    }

    fn step(&self, name: &[u8]) -> Result<Node, Error> {
        match (self, name) {
            (Node::Root, b"virtcon") => Ok(Node::Dir),
            (Node::Dir, b"ctl") => Ok(Node::Ctl),
            (Node::Dir, name) => {
                let name = core::str::from_utf8(name).map_err(|_| Error::DoesNotExist)?;
                drivers::port(name).map(Node::Port).ok_or(Error::DoesNotExist)
            }
            (Node::Root, _) => Err(Error::DoesNotExist),
            _ => Err(Error::NotDir),
        }
    }

    fn stat_now(&self) -> Stat {
        let (name, mode) = match self {
            Node::Root => ("/", Mode::DIR | 0o555),
            Node::Dir => ("virtcon", Mode::DIR | 0o555),
            Node::Ctl => ("ctl", 0o666),
            Node::Port(port) => (port.file_name(), 0o666),
            Node::Open(stream) => (stream.port.port().file_name(), 0o666),
        };
        stat('C', self.qid(), mode, name.as_bytes())
    }
}

impl Device for Node {
    fn letter(&self) -> char {
        'C'
    }

    fn qid(&self) -> Qid {
        match self {
            Node::Root => dir_qid(ROOT),
            Node::Dir => dir_qid(DIR),
            Node::Ctl => file_qid(CTL),
            Node::Port(port) => port_qid(port),
            Node::Open(stream) => port_qid(stream.port.port()),
        }
    }

    async fn walk(&self, names: &[&[u8]]) -> Result<Walked<Self>, Error> {
        walk_by_steps(self, names, Node::step)
    }

    async fn stat(&self) -> Result<Stat, Error> {
        Ok(self.stat_now())
    }

    async fn open(self, mode: OpenMode) -> Result<Opened<Self>, Error> {
        check_open(self.stat_now().mode, mode)?;
        Ok(Opened::Node(match self {
            Node::Port(port) => Node::Open(Stream { port: port.open(), ahead: Mutex::new(Windows::new()) }),
            other => other,
        }))
    }

    async fn read_dir(&self, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        match self {
            Node::Root => listed(core::iter::once(Node::Dir.stat_now()), from),
            Node::Dir => {
                let ports = registry().ports().into_iter().map(|port| Node::Port(port).stat_now());
                listed(core::iter::once(Node::Ctl.stat_now()).chain(ports), from)
            }
            _ => Err(Error::NotDir),
        }
    }

    async fn bread(&self, count: usize, offset: u64) -> Result<Windows, Error> {
        match self {
            Node::Root | Node::Dir => Err(Error::IsDir),
            Node::Ctl => text::read(count, offset, |to| {
                writeln!(to, "coalesce {}", console::coalescing())?;
                registry().ports().into_iter().try_for_each(|port| describe(port, to))
            }),
            Node::Port(_) => Err(Error::BadUse),
            Node::Open(stream) => stream.read(count).await,
        }
    }

    async fn bwrite(&self, windows: Windows, _offset: u64) -> Result<usize, Error> {
        match self {
            Node::Root | Node::Dir => Err(Error::IsDir),
            Node::Ctl => {
                let mut text = vec![0; windows.len().min(CTL_BYTES_MAX + 1)];
                windows.peek(&mut text);
                set(&text).map(|()| windows.len())
            }
            Node::Port(_) => Err(Error::BadUse),
            Node::Open(stream) => {
                let len = windows.len();
                // A write of nothing reaches no queue: a device takes a descriptor without bytes for a fault.
                if len > 0 {
                    stream.port.write(windows).await.map_err(port_error)?;
                }
                Ok(len)
            }
        }
    }

    fn is_stream(&self) -> bool {
        self.port().is_some()
    }
}

impl Stream {
    /// The port.
    pub fn port(&self) -> &'static Port {
        self.port.port()
    }

    /// What has arrived, at most `count` bytes; empty at the end.
    async fn read(&self, count: usize) -> Result<Windows, Error> {
        if count == 0 {
            return Ok(Windows::new());
        }
        poll_fn(|cx| {
            let mut ahead = self.ahead.lock();
            // All that is there by now, and only the first piece is waited for.
            while ahead.len() < count {
                match self.port.poll_recv(cx) {
                    Poll::Ready(Ok(window)) => ahead.push(window),
                    Poll::Ready(Err(error)) if ahead.is_empty() => {
                        return Poll::Ready(match error {
                            PortError::HungUp => Ok(Windows::new()),
                            error => Err(port_error(error)),
                        });
                    }
                    Poll::Pending if ahead.is_empty() => return Poll::Pending,
                    Poll::Ready(Err(_)) | Poll::Pending => break,
                }
            }
            let taken = count.min(ahead.len());
            Poll::Ready(Ok(ahead.split_to(taken)))
        })
        .await
    }
}

/// What writing to the control file does: all lines, or none.
fn set(text: &[u8]) -> Result<(), Error> {
    let text = core::str::from_utf8(text).ok().filter(|text| text.len() <= CTL_BYTES_MAX);
    let lines = text.ok_or(Error::BadCtl)?.lines().filter(|line| !line.trim().is_empty());
    let mut wanted = None;
    for line in lines {
        wanted = Some(coalescing(line).ok_or(Error::BadCtl)??);
    }
    wanted.map_or(Ok(()), |(chains, span_us)| {
        console::coalescing().set(chains, span_us).map_err(|OutOfRange| Error::BadArg)
    })
}

/// The device's number and the port's.
fn port_qid(port: &Port) -> Qid {
    let device = port.device_name().rsplit('-').next().and_then(|digits| digits.parse::<u64>().ok());
    file_qid(PORTS + (device.unwrap_or(0) << 32 | u64::from(port.number())))
}

fn port_error(error: PortError) -> Error {
    match error {
        PortError::HungUp | PortError::Removed => Error::Hungup,
        PortError::Broken(_) => Error::Io,
    }
}

fn describe(port: &Port, to: &mut dyn Write) -> fmt::Result {
    let (file, info, counters) = (port.file_name(), port.info(), port.counters());
    if let Some(name) = &info.name {
        writeln!(to, "{file} name {}", Quoted(name))?;
    }
    let host = match info.host {
        HostEnd::Unknown => "unknown",
        HostEnd::NotOpened => "unopened",
        HostEnd::Open => "open",
        HostEnd::Closed => "closed",
    };
    writeln!(to, "{file} host {host}")?;
    writeln!(to, "{file} console {}", if info.console { "yes" } else { "no" })?;
    if let Some((columns, rows)) = info.size {
        writeln!(to, "{file} size {columns} {rows}")?;
    }
    let (rx, tx) = port.queues();
    writeln!(to, "{file} queues {rx} {tx}")?;
    let numbers = [
        ("opens", info.opens as u64),
        ("bytesin", counters.bytes_in),
        ("bytesout", counters.bytes_out),
        ("posted", counters.rx_posted),
        ("starved", counters.rx_starved),
        ("chains", counters.chains),
        ("descriptors", counters.descriptors),
        ("kicks", counters.kicks),
        ("dropped", counters.dropped_unconnected),
        ("blind", counters.sent_blind),
    ];
    numbers.iter().try_for_each(|(name, number)| writeln!(to, "{file} {name} {number}"))
}

#[cfg(test)]
mod tests;
