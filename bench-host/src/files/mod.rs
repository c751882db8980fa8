//! File trees a 9P session can serve: a directory of the host ([`directory`]) and a tree in memory ([`memory`]).
//!
//! [`Files`] is the seam between the protocol and the files. The protocol side (`server::answer`) checks names and
//! keeps fids; a tree only does what it is told, and answers with Linux' error numbers. Nothing here knows a message.

pub mod directory;
pub mod memory;

use rustix::io::Errno;

/// What an operation answers: a value, or Linux' error number.
pub type Answer<T> = Result<T, Errno>;

/// A moment: seconds since 1970 and nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Whole seconds.
    pub seconds: u64,
    /// The rest.
    pub nanos: u64,
}

impl Moment {
    /// Now, by the host's clock.
    pub fn now() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Moment { seconds: since.as_secs(), nanos: u64::from(since.subsec_nanos()) }
    }
}

/// A file's attributes, as stat(2) has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Kind and permissions.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Number of links.
    pub links: u64,
    /// The device number of a device file.
    pub rdev: u64,
    /// Length in bytes.
    pub size: u64,
    /// A good size for a transfer.
    pub block_size: u64,
    /// Blocks of 512 bytes.
    pub blocks: u64,
    /// The file system it is on.
    pub dev: u64,
    /// Its number there.
    pub inode: u64,
    /// Last read.
    pub atime: Moment,
    /// Last written.
    pub mtime: Moment,
    /// Last change of its attributes.
    pub ctime: Moment,
}

/// What of a file's attributes is to change; `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Permissions.
    pub mode: Option<u32>,
    /// Owner.
    pub uid: Option<u32>,
    /// Group.
    pub gid: Option<u32>,
    /// Length.
    pub size: Option<u64>,
    /// Last read.
    pub atime: Option<Moment>,
    /// Last written.
    pub mtime: Option<Moment>,
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// For reading.
    pub read: bool,
    /// For writing.
    pub write: bool,
    /// Every write goes to the end.
    pub append: bool,
    /// Cut to length 0.
    pub truncate: bool,
    /// Asked for with the wish to make it: refused where nothing may be made, even when it is there.
    pub create: bool,
    /// Fail when it is there already (creation only).
    pub exclusive: bool,
}

/// What a new entry of a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewEntry<'a> {
    /// A directory.
    Directory,
    /// A symbolic link that says this.
    Symlink(&'a [u8]),
    /// A FIFO, socket or device; kind bits of stat(2)'s mode, major and minor number.
    Node {
        /// Kind bits.
        kind: u32,
        /// Major device number.
        major: u32,
        /// Minor device number.
        minor: u32,
    },
}

/// One entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its number on its file system.
    pub inode: u64,
    /// Linux' `d_type`.
    pub kind: u8,
    /// Where the directory goes on after it.
    pub next: u64,
}

/// A file system in numbers, as statfs(2) has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    /// Kind of file system.
    pub kind: u32,
    /// Block size.
    pub block_size: u32,
    /// Blocks.
    pub blocks: u64,
    /// Free blocks.
    pub free: u64,
    /// Free blocks for others than root.
    pub available: u64,
    /// Inodes.
    pub inodes: u64,
    /// Free inodes.
    pub inodes_free: u64,
    /// Longest name.
    pub name_max: u32,
}

/// Somebody's record of a lock request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// Shared.
    Read,
    /// Exclusive.
    Write,
    /// Give it back.
    Unlock,
}

/// A tree of files.
///
/// Names handed in are one element of a path: not empty, without `/` and NUL, neither `.` nor `..`; the caller has
/// checked that.
pub trait Files {
    /// A file, opened or not. Cloning is cheap and names the same file.
    type Node: Clone;
    /// An open file.
    type Handle;

    /// The root of what is offered; `name` is the attach name, a path below it or empty.
    fn attach(&self, name: &[u8]) -> Answer<Self::Node>;
    /// The entry `name` of a directory. Symbolic links are not followed.
    fn child(&self, directory: &Self::Node, name: &[u8]) -> Answer<Self::Node>;
    /// The directory it is in; the root's is the root.
    fn parent(&self, node: &Self::Node) -> Answer<Self::Node>;
    /// The last element of its path; empty for the root.
    fn name(&self, node: &Self::Node) -> Vec<u8>;
    /// Attributes.
    fn attributes(&self, node: &Self::Node) -> Answer<Attributes>;
    /// Changes attributes.
    fn change(&self, node: &Self::Node, change: &Change) -> Answer<()>;
    /// What a symbolic link says.
    fn read_link(&self, node: &Self::Node) -> Answer<Vec<u8>>;
    /// Opens a file or a directory.
    fn open(&self, node: &Self::Node, how: Open) -> Answer<Self::Handle>;
    /// Makes a regular file, or opens the one that is there, as open(2) with `O_CREAT`.
    fn create(
        &self,
        dir: &Self::Node,
        name: &[u8],
        how: Open,
        mode: u32,
    ) -> Answer<(Self::Node, Self::Handle)>;
    /// Reads at `offset`; fewer bytes than asked for only at the end.
    fn read(&self, handle: &mut Self::Handle, offset: u64, into: &mut [u8]) -> Answer<usize>;
    /// Writes at `offset`.
    fn write(&self, handle: &mut Self::Handle, offset: u64, bytes: &[u8]) -> Answer<usize>;
    /// Goes through a directory from `offset` (0, or an entry's `next`) until `take` says enough by `false`.
    fn entries(
        &self,
        handle: &mut Self::Handle,
        offset: u64,
        take: &mut dyn FnMut(Entry<'_>) -> bool,
    ) -> Answer<()>;
    /// Makes what was written durable.
    fn sync(&self, handle: &Self::Handle, data_only: bool) -> Answer<()>;
    /// Takes or gives back a lock on the whole file; `false`: somebody else has it.
    fn lock(&self, handle: &Self::Handle, kind: LockKind) -> Answer<bool>;
    /// Makes an entry.
    fn make(&self, directory: &Self::Node, name: &[u8], entry: NewEntry<'_>, mode: u32)
    -> Answer<Self::Node>;
    /// Makes a hard link.
    fn link(&self, node: &Self::Node, directory: &Self::Node, name: &[u8]) -> Answer<()>;
    /// Moves an entry.
    fn rename(&self, from: &Self::Node, old: &[u8], to: &Self::Node, new: &[u8]) -> Answer<()>;
    /// Removes an entry, a directory when `directory_wanted`.
    fn remove(&self, directory: &Self::Node, name: &[u8], directory_wanted: bool) -> Answer<()>;
    /// The file system in numbers.
    fn space(&self, node: &Self::Node) -> Answer<Space>;
    /// An extended attribute's value, or with an empty name all names, each ended by NUL.
    fn attribute(&self, node: &Self::Node, name: &[u8]) -> Answer<Vec<u8>>;
    /// Sets an extended attribute; an empty value removes it, as Linux' 9P client means it.
    fn set_attribute(&self, node: &Self::Node, name: &[u8], value: &[u8], flags: u32) -> Answer<()>;
}
