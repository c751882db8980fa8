//! What a device answers: the one interface behind every file, whoever serves it.
//!
//! A device is a type whose values are its *nodes*: a node is one file of the device, walked to but not necessarily
//! open. Nodes are concrete types; [`Node`](super::node::Node) is the closed set of them, so that an operation is a
//! `match` and a direct call, with nothing boxed and no pointer to a function. Simple devices answer with the
//! defaults here and a [table](super::table).
//!
//! Reads and writes move page windows ([`Windows`]): a read answers with windows on pages somebody filled, a write
//! takes windows and is done with them when it returns. Nothing here copies payload; whoever wants bytes in a slice
//! uses the adapters of [`Chan`], which go through the one routine that copies and counts.
//!
//! Dropping a node closes it. Whatever has to be said to somebody else then (a clunk, the end of a pipe) is said
//! without waiting.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::chan::Chan;
use super::mount::FileKey;
use super::stat::{Change, Entry, Qid, Stat};
use super::{Error, OpenMode};
use crate::io::{Buf, Windows};

/// How many names one walk takes at most (walk(5)).
pub const WALK_NAMES_MAX: usize = 16;

/// The qids a walk passed, in order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Passed {
    qids: [Qid; WALK_NAMES_MAX],
    len: usize,
}

impl Passed {
    /// Notes one more.
    ///
    /// # Panics
    /// When a walk passes more files than it was given names: our own error.
    pub fn push(&mut self, qid: Qid) {
        self.qids[self.len] = qid;
        self.len += 1;
    }

    /// All of them.
    pub fn qids(&self) -> &[Qid] {
        &self.qids[..self.len]
    }
}

/// How far a walk came.
pub struct Walked<N> {
    /// A qid for each name that was found.
    pub passed: Passed,
    /// Where it ended, if every name was found.
    pub node: Option<N>,
}

/// What opening a node gives.
pub enum Opened<N> {
    /// The node itself, ready for reading or writing.
    Node(N),
    /// Another channel that stands behind the file: a posted service.
    Posted(Arc<Chan>),
}

/// Where reading a directory goes on. Zero is the beginning; the rest is the device's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub u64);

/// A file that holds no bytes of its own, to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special<'t> {
    /// A symbolic link with this text.
    Link(&'t [u8]),
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device, read and written byte by byte.
    CharDevice(DeviceNumber),
    /// A device, read and written block by block.
    BlockDevice(DeviceNumber),
}

/// Which device a device file is, in the host's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceNumber {
    /// The driver.
    pub major: u32,
    /// Which of its devices.
    pub minor: u32,
}

/// How full a file system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes that are free.
    pub bytes_free: u64,
    /// Files there can be.
    pub files: u64,
    /// Of those, how many more.
    pub files_free: u64,
}

/// A claim on a whole file, kept by its server for as long as the file is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Others may have it, too, but nobody alone.
    Shared,
    /// Nobody else has it.
    Alone,
    /// None any more.
    None,
}

/// One file of a device.
#[allow(async_fn_in_trait, reason = "called on concrete types only, and tasks stay on their core")]
pub trait Device: Sized {
    /// The device's letter, as in `#c`.
    fn letter(&self) -> char;

    /// Which of the device's instances this node belongs to.
    fn instance(&self) -> u32 {
        0
    }

    /// The file's identity within the instance.
    fn qid(&self) -> Qid;

    /// The file's identity among all files.
    fn key(&self) -> FileKey {
        FileKey { device: self.letter(), instance: self.instance(), path: self.qid().path }
    }

    /// Goes down the names, at most [`WALK_NAMES_MAX`], none of them `.` or `..`. No names: another node for the same
    /// file. An error means that not even the first name was found; a shorter answer, that a later one was not.
    async fn walk(&self, names: &[&[u8]]) -> Result<Walked<Self>, Error>;

    /// Everything about the file.
    async fn stat(&self) -> Result<Stat, Error>;

    /// Makes it ready for reading or writing, if its permissions allow it.
    async fn open(self, mode: OpenMode) -> Result<Opened<Self>, Error>;

    /// Makes a file in this directory and opens it.
    async fn create(self, _name: &[u8], _mode: OpenMode, _permissions: u32) -> Result<Self, Error> {
        Err(Error::Permission)
    }

    /// Makes a directory in this directory.
    async fn make_dir(&self, _name: &[u8], _permissions: u32) -> Result<(), Error> {
        Err(Error::Permission)
    }

    /// The next names of the directory, and where the ones behind them begin. None left: an empty list.
    async fn read_dir(&self, _from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        Err(Error::NotDir)
    }

    /// At most `count` bytes from `offset`, as windows; less where less is there; nothing at the end.
    async fn bread(&self, _count: usize, _offset: u64) -> Result<Windows, Error> {
        Err(Error::IsDir)
    }

    /// At most `count` bytes from `offset` into the caller's own pages, whose window is set to what was read. The pages
    /// do not come back from a request that was given up while a device may still write to them.
    async fn read_into(&self, buf: Buf, count: usize, offset: u64) -> (Option<Buf>, Result<usize, Error>) {
        match self.bread(count.min(buf.len()), offset).await {
            Err(error) => (Some(buf), Err(error)),
            Ok(windows) => {
                let mut buf = buf;
                buf.truncate(windows.len());
                let count = windows.copy_into(&mut buf);
                (Some(buf), Ok(count))
            }
        }
    }

    /// Writes all the windows hold at `offset`; how many bytes were taken.
    async fn bwrite(&self, _windows: Windows, _offset: u64) -> Result<usize, Error> {
        Err(Error::IsDir)
    }

    /// How many bytes one message carries; larger reads are cut, larger writes are divided.
    fn io_unit(&self) -> usize {
        64 * 1024
    }

    /// How many bytes a program that copies whole files best gives us at a time: as many messages as go out together.
    fn bulk_unit(&self) -> usize {
        self.io_unit()
    }

    /// Is the file a stream: is the offset of a read or write ignored, and seeking refused?
    fn is_stream(&self) -> bool {
        false
    }

    /// Takes the file away.
    async fn remove(&self) -> Result<(), Error> {
        Err(Error::Permission)
    }

    /// Takes `file`, which is called `name` in this directory, away. A matter of the file alone for most devices.
    async fn remove_entry(&self, _name: &[u8], file: &Self) -> Result<(), Error> {
        file.remove().await
    }

    /// Moves `file`, which is called `old` in this directory, to another directory of the same device, under the name
    /// `new`. False: that directory is somebody else's, so the file can only be copied there.
    async fn rename_entry(&self, _old: &[u8], _file: &Self, _dir: &Self, _new: &[u8]) -> Result<bool, Error> {
        Err(Error::Permission)
    }

    /// Makes such a file in this directory.
    async fn make_special(&self, _name: &[u8], _what: Special<'_>, _permissions: u32) -> Result<(), Error> {
        Err(Error::Permission)
    }

    /// Gives `file` the name `name` in this directory, besides those it has. False: it is somebody else's.
    async fn link_entry(&self, _name: &[u8], _file: &Self) -> Result<bool, Error> {
        Err(Error::Permission)
    }

    /// How full the file system is that holds it.
    async fn file_system(&self) -> Result<FileSystem, Error> {
        Err(Error::NotSupported)
    }

    /// The names of its extended attributes, each with a zero byte behind it.
    async fn attributes(&self) -> Result<Vec<u8>, Error> {
        Err(Error::NotSupported)
    }

    /// The value of one of them.
    async fn attribute(&self, _name: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Error::NotSupported)
    }

    /// Sets one of them; an empty value takes it away.
    async fn set_attribute(&self, _name: &[u8], _value: &[u8]) -> Result<(), Error> {
        Err(Error::NotSupported)
    }

    /// Claims the open file, or lets it go, without waiting. False: somebody else has it.
    async fn claim(&self, _claim: Claim) -> Result<bool, Error> {
        Err(Error::NotSupported)
    }

    /// What this symbolic link says.
    async fn read_link(&self) -> Result<Vec<u8>, Error> {
        Err(Error::BadUse)
    }

    /// Changes what the file tells about itself.
    async fn change(&self, _change: &Change) -> Result<(), Error> {
        Err(Error::Permission)
    }

    /// Returns when everything written is on the other side's lasting store.
    async fn sync(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Lets writes to this open file return before they are answered, for who [settles](Device::settle) with it. False: none
    /// of them will.
    fn write_behind(&self) -> bool {
        false
    }

    /// Waits until everything written has been answered.
    ///
    /// # Errors
    /// The first there was since it was opened.
    async fn settle(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The open file is about to be dropped: what is behind its writer goes on by itself.
    fn let_go(&mut self) {}
}

/// The walk of a device whose every step is known at once.
pub fn walk_by_steps<N: Device + Clone>(
    from: &N,
    names: &[&[u8]],
    step: impl Fn(&N, &[u8]) -> Result<N, Error>,
) -> Result<Walked<N>, Error> {
    let mut passed = Passed::default();
    let mut at = from.clone();
    for (nth, name) in names.iter().enumerate() {
        match step(&at, name) {
            Ok(next) => at = next,
            Err(error) if nth == 0 => return Err(error),
            Err(_) => return Ok(Walked { passed, node: None }),
        }
        passed.push(at.qid());
    }
    Ok(Walked { passed, node: Some(at) })
}
