//! # mnt(3) - files of 9P servers
//!
//! ```text
//! mount [-abcC] -d '#9' /dev/null dir TAG
//! mount [-abcC] -d '#9' /dev/null dir PORT[!aname]
//! mount [-abcC] -n /srv/NAME dir [spec]
//! mount [-abcC] -n /dev/virtcon/PORT dir [spec]
//! ```
//!
//! The only part of this kernel that speaks 9P to anybody. It cannot be attached by name, only mounted: `#9` by the
//! mount tag of a virtio-9p device, or by the name of a console port at which somebody serves 9P; `#M` by a channel that
//! is a stream (a port, one end of a pipe), which is what Plan 9 knows. Both do the same to the files behind them. The
//! tree to ask a server for is behind the port's name (`virtio-console-2!/srv/data`) or the last word (`spec`); without
//! one it is the server's own choice.
//!
//! A tag can be mounted once at a time (`device or object already in use`): beginning a session makes QEMU forget every
//! file of the one before. A channel that is mounted a second time gives another tree of the same session. A session
//! ends when the last file of it is closed and the last mount gone; then the tag can be mounted again.
//!
//! The dialect is 9P2000.L where the server speaks it, else 9P2000.u, else 9P2000; what is asked for, and how long a
//! message may be, is set in `/dev/9p/ctl`, whose page is [`settings`]. Links, sockets, named pipes and devices of the
//! host are listed as such. The owner of every file is the user of this machine, whoever it is on the host; nothing here
//! ever changes owners.
//!
//! Payload is not copied: a native read arrives in pages of the pool, or in the caller's own, straight from the device;
//! a read over a port hands the port's pages on.
//!
//! Over a virtio-9p device reads and writes of more than one message carries go out as several messages at a time, and a
//! file that is read in order is read ahead: up to as many bytes as have been read in a row, and no more than the setting
//! `ahead` says. What was read ahead is dropped when the file is changed through the same mount, or when the reader was
//! away for a tenth of a second; so changes made on the host are seen with that much delay at most by who reads a file in
//! order, and at once by everybody else. The end of a file is always the server's word. `ahead 0` turns it off: for a
//! device file of the host whose bytes are gone once they were read, which 9P2000.L does not tell from another. Over a
//! port, where each request may be an event to the server, messages go one at a time.
//!
//! Programs that write files whole (`cp`, `mv`, `dd`, whatever is behind a `>`) write behind over a virtio-9p device: up to
//! as many messages as the setting `behind` says are under way before they wait for an answer. What the server says to them
//! is told at the next write, at the latest when the program ends: its last act is to wait for all answers, and an error is
//! its error, and its `$status`. The first error stays, and ends the writing. Reading and asking about the same open file
//! waits for what is behind it; others, who opened it for themselves or ask by its name, see it when the writer has ended
//! or [synced](Device::sync). A program that is killed has written what it has written: a task finishes it, and only the
//! log hears of an error. Files of a server behind a port, and files that are written at their end only, are not written
//! behind: each write is answered first. `behind 0` turns it off.
//!
//! With `-C` what is read of files is kept, and read again without asking the server, until the file is opened anew and has
//! another version: [`cache`] tells what that promises and what not. A second mount of the same channel shares the session,
//! and is cached with the first. Without `-C` nothing is.

pub mod behind;
pub mod cache;
mod changes;
pub mod claim;
mod file;
pub mod record;
mod server;
pub mod settings;
#[cfg(test)]
mod tests;

use alloc::string::ToString;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use spin::Mutex;

use crate::drivers::p9::{NativeWire, NineP};
use crate::drivers::{self, registry};
use crate::io::{Buf, Windows};
use crate::ns::device::{Claim, Cursor, Device, FileSystem, Opened, Special, Walked};
use crate::ns::stat::{Change, Entry, Qid, Stat};
use crate::ns::{Chan, Error, Node as AnyNode, OpenMode, user};
use crate::p9::{Client, StreamWire, Wire};
use crate::time::{self, Nanos};

use changes::Changed;
use claim::Hold;
use file::File;
pub use server::Server;

/// A file of a mounted server.
pub enum Node {
    /// Over a virtio-9p device.
    Native(File<NativeWire>),
    /// Over a stream.
    Stream(File<StreamWire<Server>>),
}

/// A session, for as long as any of its files is known.
struct Session<W: Wire> {
    client: Client<W>,
    /// The letter its files show: `9` or `M`.
    letter: char,
    /// Which of the mounts this is; never used twice.
    number: u32,
    /// What it was mounted on: the same channel gives the same session again.
    server: Option<Arc<Chan>>,
    /// Its right to the port it speaks on, if it is one.
    hold: Option<Hold>,
    changes: Changed,
    /// Files opened for reading from now on are kept: see [`cache`].
    is_cached: AtomicBool,
}

impl<W: Wire> Drop for Session<W> {
    fn drop(&mut self) {
        if self.is_cached.load(Relaxed) {
            cache::forget(self.number);
        }
    }
}

/// Numbers sessions.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A device, and the session on it while somebody has it mounted.
type OnDevice = (&'static NineP, Weak<Session<NativeWire>>);

/// Sessions on devices; what `/dev/mtags` tells.
static NATIVE: Mutex<Vec<OnDevice>> = Mutex::new(Vec::new());

/// Sessions on streams.
static STREAMS: Mutex<Vec<Weak<Session<StreamWire<Server>>>>> = Mutex::new(Vec::new());

/// The root of the share with this tag, or of the server at the port of this name; behind the name and a `!`, the tree to
/// ask that server for.
pub async fn mount_named(spec: &[u8]) -> Result<Node, Error> {
    if let Some(device) = find_tag(spec) {
        return mount_device(device).await;
    }
    let mut parts = spec.splitn(2, |&byte| byte == b'!');
    let (name, aname) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let port = core::str::from_utf8(name).ok().and_then(drivers::port).ok_or(Error::NoTag)?;
    let (server, hold) = Server::of_port(port).await?;
    let session = begin('9', StreamWire::new(server), None, Some(hold)).await?;
    STREAMS.lock().push(Arc::downgrade(&session));
    Ok(Node::Stream(attach(&session, aname).await?))
}

/// The root of the tree `aname` of the server at the other end of a channel.
pub async fn mount_channel(chan: &Arc<Chan>, aname: &[u8]) -> Result<Node, Error> {
    let _turn = Turn::of(chan).await;
    let same =
        |session: &Arc<Session<_>>| session.server.as_ref().is_some_and(|server| is_same(server, chan));
    let old = streams().into_iter().find(|session| same(session) && session.client.dead().is_none());
    let session = match old {
        Some(session) => session,
        None => {
            let (server, hold) = Server::of_channel(chan).await?;
            let session = begin('M', StreamWire::new(server), Some(chan.clone()), hold).await?;
            STREAMS.lock().push(Arc::downgrade(&session));
            session
        }
    };
    Ok(Node::Stream(attach(&session, aname).await?))
}

fn is_same(one: &Arc<Chan>, other: &Arc<Chan>) -> bool {
    Arc::ptr_eq(one, other) || one.key() == other.key()
}

/// The right to look for the session on a channel and to begin it: one at a time has it, for two that both found none
/// would begin two, and take each other's replies. Beginning has a deadline, so whoever waits has one, too.
struct Turn(Arc<Chan>);

/// Whose turn it is, on each channel that is being mounted.
static TURNS: Mutex<Vec<Arc<Chan>>> = Mutex::new(Vec::new());

impl Turn {
    async fn of(chan: &Arc<Chan>) -> Turn {
        loop {
            {
                let mut turns = TURNS.lock();
                if !turns.iter().any(|other| is_same(other, chan)) {
                    turns.push(chan.clone());
                    return Turn(chan.clone());
                }
            }
            time::sleep(TURN_STEP).await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = TURNS.lock();
        let mine = turns.iter().position(|other| Arc::ptr_eq(other, &self.0));
        let mine = mine.map(|at| turns.swap_remove(at));
        // The lock before the channel: closing one may take a while.
        drop(turns);
        drop(mine);
    }
}

/// How often somebody who waits for a turn looks.
const TURN_STEP: Nanos = Nanos::from_millis(1);

async fn mount_device(device: &'static NineP) -> Result<Node, Error> {
    let session = begin('9', device.wire(), None, None).await?;
    let mut native = NATIVE.lock();
    native.retain(|(_, session)| session.strong_count() > 0);
    native.push((device, Arc::downgrade(&session)));
    drop(native);
    Ok(Node::Native(attach(&session, device.tag()).await?))
}

async fn begin<W: Wire>(
    letter: char,
    wire: W,
    server: Option<Arc<Chan>>,
    hold: Option<Hold>,
) -> Result<Arc<Session<W>>, Error> {
    let mut options = settings::options();
    // As in Plan 9: no message is longer than what the channel takes in one piece.
    if let Some(AnyNode::Pipe(end)) = server.as_ref().map(|chan| chan.node()) {
        options.msize = options.msize.min(end.io_unit() as u32);
    }
    let client = Client::connect(wire, options).await.map_err(file::connect_error)?;
    let number = NEXT.fetch_add(1, Relaxed);
    let (changes, is_cached) = (Changed::new(), AtomicBool::new(false));
    Ok(Arc::new(Session { client, letter, number, server, hold, changes, is_cached }))
}

async fn attach<W: Wire>(session: &Arc<Session<W>>, aname: &[u8]) -> Result<File<W>, Error> {
    let root = session.client.attach(user().as_bytes(), aname, Some(ROOT_UID)).await.map_err(file::error)?;
    Ok(File::root(session.clone(), root))
}

/// Who attaches, to servers that want a number: the one user there is on this machine is its master.
const ROOT_UID: u32 = 0;

/// Lets ports go whose sessions are dead, though files of them are still known.
fn let_dead_go() {
    for session in streams() {
        if session.client.dead().is_some()
            && let Some(hold) = &session.hold
        {
            hold.over();
        }
    }
}

/// Sessions on streams that live; forgets the others.
fn streams() -> Vec<Arc<Session<StreamWire<Server>>>> {
    let mut all = STREAMS.lock();
    all.retain(|session| session.strong_count() > 0);
    all.iter().filter_map(Weak::upgrade).collect()
}

/// The device with this tag, written as it is or as [`tell_tags`] writes it.
fn find_tag(spec: &[u8]) -> Option<&'static NineP> {
    let devices = registry().nine_ps();
    let plain = devices.iter().find(|device| device.tag() == spec);
    let shown = || devices.iter().find(|device| Tag(device.tag()).to_string().as_bytes() == spec);
    plain.or_else(shown).copied()
}

/// `/dev/mtags`: a line for each virtio-9p device, in bus order.
pub fn tell_tags(to: &mut dyn Write) -> fmt::Result {
    for device in registry().nine_ps() {
        write!(to, "{}:", Tag(device.tag()))?;
        match native_session(device) {
            None => writeln!(to, "-")?,
            Some(session) => {
                let (client, traffic) = (&session.client, session.client.traffic());
                let dialect = client.dialect().name();
                writeln!(to, "{dialect}:{}:{}:{}", client.msize(), traffic.requests, traffic.replies)?;
            }
        }
    }
    Ok(())
}

fn native_session(device: &'static NineP) -> Option<Arc<Session<NativeWire>>> {
    let native = NATIVE.lock();
    let mut sessions = native.iter().filter(|(of, _)| core::ptr::eq(*of, device));
    sessions.find_map(|(_, session)| session.upgrade())
}

/// A mount tag in a line whose fields are parted by colons: what could be taken for something else is written as
/// `\x` and two digits.
struct Tag<'a>(&'a [u8]);

impl fmt::Display for Tag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &byte in self.0 {
            match byte {
                b':' | b' ' | b'\\' | 0..=0x1f | 0x7f.. => write!(f, "\\x{byte:02x}")?,
                byte => f.write_char(char::from(byte))?,
            }
        }
        Ok(())
    }
}

macro_rules! on {
    ($self:expr, $file:ident => $answer:expr) => {
        match $self {
            Node::Native($file) => $answer,
            Node::Stream($file) => $answer,
        }
    };
}

impl Node {
    /// Keeps what is read of the files of this mount, and of others of the same session, that are opened from now on.
    pub fn cache(&self) {
        on!(self, f => f.cache());
    }
}

impl Device for Node {
    fn letter(&self) -> char {
        on!(self, f => f.letter())
    }

    fn instance(&self) -> u32 {
        on!(self, f => f.instance())
    }

    fn qid(&self) -> Qid {
        on!(self, f => f.qid())
    }

    async fn walk(&self, names: &[&[u8]]) -> Result<Walked<Self>, Error> {
        match self {
            Node::Native(file) => {
                let (passed, file) = file.walk(names).await?;
                Ok(Walked { passed, node: file.map(Node::Native) })
            }
            Node::Stream(file) => {
                let (passed, file) = file.walk(names).await?;
                Ok(Walked { passed, node: file.map(Node::Stream) })
            }
        }
    }

    async fn stat(&self) -> Result<Stat, Error> {
        on!(self, f => f.stat().await)
    }

    async fn open(self, mode: OpenMode) -> Result<Opened<Self>, Error> {
        Ok(Opened::Node(match self {
            Node::Native(file) => Node::Native(file.open(mode).await?),
            Node::Stream(file) => Node::Stream(file.open(mode).await?),
        }))
    }

    async fn create(self, name: &[u8], mode: OpenMode, permissions: u32) -> Result<Self, Error> {
        Ok(match self {
            Node::Native(file) => Node::Native(file.create(name, mode, permissions).await?),
            Node::Stream(file) => Node::Stream(file.create(name, mode, permissions).await?),
        })
    }

    async fn make_dir(&self, name: &[u8], permissions: u32) -> Result<(), Error> {
        on!(self, f => f.make_dir(name, permissions).await)
    }

    async fn read_dir(&self, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        on!(self, f => f.read_dir(from).await)
    }

    async fn bread(&self, count: usize, offset: u64) -> Result<Windows, Error> {
        on!(self, f => f.bread(count, offset).await)
    }

    async fn read_into(&self, buf: Buf, count: usize, offset: u64) -> (Option<Buf>, Result<usize, Error>) {
        on!(self, f => f.read_into(buf, count, offset).await)
    }

    async fn bwrite(&self, windows: Windows, offset: u64) -> Result<usize, Error> {
        on!(self, f => f.bwrite(windows, offset).await)
    }

    fn io_unit(&self) -> usize {
        on!(self, f => f.io_unit())
    }

    fn bulk_unit(&self) -> usize {
        on!(self, f => f.bulk_unit())
    }

    async fn remove(&self) -> Result<(), Error> {
        on!(self, f => f.remove().await)
    }

    async fn remove_entry(&self, name: &[u8], file: &Self) -> Result<(), Error> {
        match (self, file) {
            (Node::Native(dir), Node::Native(file)) => dir.remove_entry(name, file).await,
            (Node::Stream(dir), Node::Stream(file)) => dir.remove_entry(name, file).await,
            (_, file) => file.remove().await,
        }
    }

    async fn rename_entry(&self, old: &[u8], file: &Self, dir: &Self, new: &[u8]) -> Result<bool, Error> {
        match (self, file, dir) {
            (Node::Native(from), Node::Native(file), Node::Native(dir)) => {
                from.rename_entry(old, file, dir, new).await
            }
            (Node::Stream(from), Node::Stream(file), Node::Stream(dir)) => {
                from.rename_entry(old, file, dir, new).await
            }
            _ => Ok(false),
        }
    }

    async fn make_special(&self, name: &[u8], what: Special<'_>, permissions: u32) -> Result<(), Error> {
        on!(self, f => f.make_special(name, what, permissions).await)
    }

    async fn link_entry(&self, name: &[u8], file: &Self) -> Result<bool, Error> {
        match (self, file) {
            (Node::Native(dir), Node::Native(file)) => dir.link_entry(name, file).await,
            (Node::Stream(dir), Node::Stream(file)) => dir.link_entry(name, file).await,
            _ => Ok(false),
        }
    }

    async fn file_system(&self) -> Result<FileSystem, Error> {
        on!(self, f => f.file_system().await)
    }

    async fn attributes(&self) -> Result<Vec<u8>, Error> {
        on!(self, f => f.attribute(b"").await)
    }

    async fn attribute(&self, name: &[u8]) -> Result<Vec<u8>, Error> {
        on!(self, f => f.attribute(name).await)
    }

    async fn set_attribute(&self, name: &[u8], value: &[u8]) -> Result<(), Error> {
        on!(self, f => f.set_attribute(name, value).await)
    }

    async fn claim(&self, claim: Claim) -> Result<bool, Error> {
        on!(self, f => f.claim(claim).await)
    }

    async fn read_link(&self) -> Result<Vec<u8>, Error> {
        on!(self, f => f.read_link().await)
    }

    async fn change(&self, change: &Change) -> Result<(), Error> {
        on!(self, f => f.change(change).await)
    }

    async fn sync(&self) -> Result<(), Error> {
        on!(self, f => f.sync().await)
    }

    fn write_behind(&self) -> bool {
        on!(self, f => f.write_behind())
    }

    async fn settle(&self) -> Result<(), Error> {
        on!(self, f => f.settle().await)
    }

    fn let_go(&mut self) {
        on!(self, f => f.let_go());
    }
}
