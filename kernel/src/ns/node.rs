//! The closed set of devices: a node is a file of one of them, and an operation is a `match`.
//!
//! To add a device: write `dev/NAME.rs`, give it a line in each of the two lists here, and a line in `boot.txt`.

use alloc::vec::Vec;

use super::device::{Claim, Cursor, Device, FileSystem, Opened, Special, Walked};
use super::mount::FileKey;
use super::stat::{Change, Entry, Qid, Stat};
use super::{Error, OpenMode};
use crate::dev;
use crate::io::{Buf, Windows};

/// A file of some device.
pub enum Node {
    /// `#/`: the directories everything else is mounted on.
    Root(dev::root::Node),
    /// `#c`: the console and files without substance.
    Cons(dev::cons::Node),
    /// `#P`: what the machine tells about itself.
    Arch(dev::arch::Node),
    /// `#s`: posted services.
    Srv(dev::srv::Node),
    /// `#|`: pipes.
    Pipe(dev::pipe::Node),
    /// `#C`: serial ports.
    Virtcon(dev::virtcon::Node),
    /// `#M` and `#9`: files of mounted servers.
    Mnt(dev::mnt::Node),
}

/// The nodes that can be had by writing `#` and a letter.
pub fn attach(letter: char, spec: &[u8]) -> Result<Node, Error> {
    let unspecific = |node: Node| if spec.is_empty() { Ok(node) } else { Err(Error::BadSpec) };
    match letter {
        '/' => unspecific(Node::Root(dev::root::Node::root())),
        'c' => dev::cons::Node::attach(spec).map(Node::Cons),
        'P' => unspecific(Node::Arch(dev::arch::Node::root())),
        's' => unspecific(Node::Srv(dev::srv::Node::root())),
        'C' => unspecific(Node::Virtcon(dev::virtcon::Node::root())),
        '|' => unspecific(Node::Pipe(dev::pipe::Node::new())),
        'M' | '9' => Err(Error::NoAttach),
        _ => Err(Error::BadSharp),
    }
}

macro_rules! on {
    ($self:expr, $node:ident => $answer:expr) => {
        match $self {
            Node::Root($node) => $answer,
            Node::Cons($node) => $answer,
            Node::Arch($node) => $answer,
            Node::Srv($node) => $answer,
            Node::Pipe($node) => $answer,
            Node::Virtcon($node) => $answer,
            Node::Mnt($node) => $answer,
        }
    };
}

/// An answer in which a device's node becomes one of the set.
macro_rules! wrapped {
    ($self:expr, $node:ident => $answer:expr, $wrap:ident) => {
        match $self {
            Node::Root($node) => $wrap!(Root, $answer),
            Node::Cons($node) => $wrap!(Cons, $answer),
            Node::Arch($node) => $wrap!(Arch, $answer),
            Node::Srv($node) => $wrap!(Srv, $answer),
            Node::Pipe($node) => $wrap!(Pipe, $answer),
            Node::Virtcon($node) => $wrap!(Virtcon, $answer),
            Node::Mnt($node) => $wrap!(Mnt, $answer),
        }
    };
}

macro_rules! walked {
    ($kind:ident, $answer:expr) => {
        $answer.map(|w| Walked { passed: w.passed, node: w.node.map(Node::$kind) })
    };
}

macro_rules! opened {
    ($kind:ident, $answer:expr) => {
        $answer.map(|o| match o {
            Opened::Node(node) => Opened::Node(Node::$kind(node)),
            Opened::Posted(chan) => Opened::Posted(chan),
        })
    };
}

macro_rules! created {
    ($kind:ident, $answer:expr) => {
        $answer.map(Node::$kind)
    };
}

impl Device for Node {
    fn letter(&self) -> char {
        on!(self, n => n.letter())
    }

    fn instance(&self) -> u32 {
        on!(self, n => n.instance())
    }

    fn qid(&self) -> Qid {
        on!(self, n => n.qid())
    }

    fn key(&self) -> FileKey {
        on!(self, n => n.key())
    }

    async fn walk(&self, names: &[&[u8]]) -> Result<Walked<Self>, Error> {
        wrapped!(self, n => n.walk(names).await, walked)
    }

    async fn stat(&self) -> Result<Stat, Error> {
        on!(self, n => n.stat().await)
    }

    async fn open(self, mode: OpenMode) -> Result<Opened<Self>, Error> {
        wrapped!(self, n => n.open(mode).await, opened)
    }

    async fn create(self, name: &[u8], mode: OpenMode, permissions: u32) -> Result<Self, Error> {
        wrapped!(self, n => n.create(name, mode, permissions).await, created)
    }

    async fn make_dir(&self, name: &[u8], permissions: u32) -> Result<(), Error> {
        on!(self, n => n.make_dir(name, permissions).await)
    }

    async fn read_dir(&self, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        on!(self, n => n.read_dir(from).await)
    }

    async fn bread(&self, count: usize, offset: u64) -> Result<Windows, Error> {
        on!(self, n => n.bread(count, offset).await)
    }

    async fn read_into(&self, buf: Buf, count: usize, offset: u64) -> (Option<Buf>, Result<usize, Error>) {
        on!(self, n => n.read_into(buf, count, offset).await)
    }

    async fn bwrite(&self, windows: Windows, offset: u64) -> Result<usize, Error> {
        on!(self, n => n.bwrite(windows, offset).await)
    }

    fn io_unit(&self) -> usize {
        on!(self, n => n.io_unit())
    }

    fn bulk_unit(&self) -> usize {
        on!(self, n => n.bulk_unit())
    }

    fn is_stream(&self) -> bool {
        on!(self, n => n.is_stream())
    }

    async fn remove(&self) -> Result<(), Error> {
        on!(self, n => n.remove().await)
    }

    async fn remove_entry(&self, name: &[u8], file: &Self) -> Result<(), Error> {
        match (self, file) {
            (Node::Mnt(dir), Node::Mnt(file)) => dir.remove_entry(name, file).await,
            (_, file) => file.remove().await,
        }
    }

    async fn rename_entry(&self, old: &[u8], file: &Self, dir: &Self, new: &[u8]) -> Result<bool, Error> {
        match (self, file, dir) {
            (Node::Mnt(from), Node::Mnt(file), Node::Mnt(dir)) => {
                from.rename_entry(old, file, dir, new).await
            }
            // No other device has files that could be renamed; what it has is copied, or refused where it is made.
            _ => Ok(false),
        }
    }

    async fn make_special(&self, name: &[u8], what: Special<'_>, permissions: u32) -> Result<(), Error> {
        on!(self, n => n.make_special(name, what, permissions).await)
    }

    async fn link_entry(&self, name: &[u8], file: &Self) -> Result<bool, Error> {
        match (self, file) {
            (Node::Mnt(dir), Node::Mnt(file)) => dir.link_entry(name, file).await,
            // No other device has files with several names.
            _ => Ok(false),
        }
    }

    async fn file_system(&self) -> Result<FileSystem, Error> {
        on!(self, n => n.file_system().await)
    }

    async fn attributes(&self) -> Result<Vec<u8>, Error> {
        on!(self, n => n.attributes().await)
    }

    async fn attribute(&self, name: &[u8]) -> Result<Vec<u8>, Error> {
        on!(self, n => n.attribute(name).await)
    }

    async fn set_attribute(&self, name: &[u8], value: &[u8]) -> Result<(), Error> {
        on!(self, n => n.set_attribute(name, value).await)
    }

    async fn claim(&self, claim: Claim) -> Result<bool, Error> {
        on!(self, n => n.claim(claim).await)
    }

    async fn read_link(&self) -> Result<Vec<u8>, Error> {
        on!(self, n => n.read_link().await)
    }

    async fn change(&self, change: &Change) -> Result<(), Error> {
        on!(self, n => n.change(change).await)
    }

    async fn sync(&self) -> Result<(), Error> {
        on!(self, n => n.sync().await)
    }

    fn write_behind(&self) -> bool {
        on!(self, n => n.write_behind())
    }

    async fn settle(&self) -> Result<(), Error> {
        on!(self, n => n.settle().await)
    }

    fn let_go(&mut self) {
        on!(self, n => n.let_go());
    }
}
