//! A directory of the host.
//!
//! Every file is held by an `O_PATH` descriptor that was opened one name below its directory's, with openat2(2) and
//! `RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS`: no name, link or race leads out of the directory, and mount points below it
//! are entered like directories. Reading and writing open that descriptor anew through `/proc/self/fd`, so that what is
//! opened is what was looked at.
//!
//! Symbolic links are shown, read and made, never followed: following is the client's business.

use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{
    self, AtFlags, FileType, Gid, Mode, OFlags, ResolveFlags, Timespec, Timestamps, Uid, XattrFlags,
};
use rustix::io::Errno;

use super::{Answer, Attributes, Change, Entry, Files, LockKind, Moment, NewEntry, Open, Space};

/// What a client may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything below the directory.
    ReadWrite,
    /// Nothing.
    ReadOnly,
    /// Only what is below this entry of the directory; the rest is as if on a read-only file system.
    WriteBelow(String),
}

/// A directory and what may be changed below it.
#[derive(Clone, Debug)]
pub struct Directory {
    root: Node,
    access: Arc<Access>,
}

/// A file below the directory.
#[derive(Clone, Debug)]
pub struct Node(Arc<Held>);

#[derive(Debug)]
struct Held {
    /// `O_PATH`: names the file, gives no access to what is in it.
    path: OwnedFd,
    /// `None` for the root.
    place: Option<(Node, Vec<u8>)>,
    /// May what is in it be changed? A directory's entries, a file's bytes.
    writable: bool,
}

/// An open file.
#[derive(Debug)]
pub struct Handle {
    file: OwnedFd,
}

const FIND: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const BENEATH: ResolveFlags =
    ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS).union(ResolveFlags::NO_MAGICLINKS);
/// The longest extended attribute, and the longest list of them, on Linux (xattr(7)).
const ATTRIBUTE_BYTES_MAX: usize = 64 * 1024;
/// Room for entries of one getdents64(2).
const ENTRIES_BYTES: usize = 64 * 1024;

impl Directory {
    /// The directory at `root`, to which a symbolic link may lead.
    pub fn open(root: &Path, access: Access) -> Answer<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let path = fs::open(root, flags, Mode::empty())?;
        let writable = access == Access::ReadWrite;
        let root = Node(Arc::new(Held { path, place: None, writable }));
        Ok(Directory { root, access: Arc::new(access) })
    }

    fn find(&self, directory: &Node, name: &[u8]) -> Answer<Node> {
        let path = fs::openat2(&directory.0.path, name, FIND, Mode::empty(), BENEATH)?;
        Ok(self.hold(directory, name, path))
    }

    fn hold(&self, directory: &Node, name: &[u8], path: OwnedFd) -> Node {
        let writable = directory.0.writable
            || (directory.0.place.is_none()
                && matches!(&*self.access, Access::WriteBelow(entry) if entry.as_bytes() == name));
        Node(Arc::new(Held { path, place: Some((directory.clone(), name.to_vec())), writable }))
    }
}

impl Node {
    /// A path that opens this very file.
    fn by_descriptor(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.path.as_raw_fd()))
    }

    fn writable(&self) -> Answer<&Self> {
        if self.0.writable { Ok(self) } else { Err(Errno::ROFS) }
    }

    /// May the entry itself be renamed, removed, given other attributes? That is the directory's to say.
    fn changeable(&self) -> Answer<&Self> {
        match &self.0.place {
            Some((directory, _)) => directory.writable().map(|_| self),
            None => self.writable(),
        }
    }

    fn kind(&self) -> Answer<FileType> {
        Ok(FileType::from_raw_mode(fs::fstat(&self.0.path)?.st_mode))
    }
}

fn open_flags(how: Open) -> OFlags {
    let mut flags = match (how.read, how.write) {
        (_, false) => OFlags::RDONLY,
        (false, true) => OFlags::WRONLY,
        (true, true) => OFlags::RDWR,
    };
    flags.set(OFlags::APPEND, how.append);
    flags.set(OFlags::TRUNC, how.truncate);
    flags.set(OFlags::EXCL, how.exclusive);
    // A FIFO without a peer must not stop the session.
    flags | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY
}

fn mode_bits(mode: u32) -> Mode {
    Mode::from_raw_mode(mode & 0o7777)
}

impl Files for Directory {
    type Node = Node;
    type Handle = Handle;

    fn attach(&self, name: &[u8]) -> Answer<Node> {
        let mut node = self.root.clone();
        for element in name.split(|&b| b == b'/').filter(|e| !e.is_empty() && *e != b".") {
            node = match element {
                b".." => self.parent(&node)?,
                _ => self.find(&node, element)?,
            };
        }
        Ok(node)
    }

    fn child(&self, directory: &Node, name: &[u8]) -> Answer<Node> {
        self.find(directory, name)
    }

    fn parent(&self, node: &Node) -> Answer<Node> {
        Ok(node.0.place.as_ref().map_or_else(|| self.root.clone(), |(directory, _)| directory.clone()))
    }

    fn name(&self, node: &Node) -> Vec<u8> {
        node.0.place.as_ref().map(|(_, name)| name.clone()).unwrap_or_default()
    }

    fn attributes(&self, node: &Node) -> Answer<Attributes> {
        let stat = fs::fstat(&node.0.path)?;
        let moment =
            |seconds: i64, nanos: u64| Moment { seconds: u64::try_from(seconds).unwrap_or(0), nanos };
        Ok(Attributes {
            mode: stat.st_mode,
            uid: stat.st_uid,
            gid: stat.st_gid,
            links: stat.st_nlink,
            rdev: stat.st_rdev,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            block_size: u64::try_from(stat.st_blksize).unwrap_or(0),
            blocks: u64::try_from(stat.st_blocks).unwrap_or(0),
            dev: stat.st_dev,
            inode: stat.st_ino,
            atime: moment(stat.st_atime, stat.st_atime_nsec),
            mtime: moment(stat.st_mtime, stat.st_mtime_nsec),
            ctime: moment(stat.st_ctime, stat.st_ctime_nsec),
        })
    }

    fn change(&self, node: &Node, change: &Change) -> Answer<()> {
        node.changeable()?;
        if let Some(size) = change.size {
            fs::ftruncate(
                fs::open(
                    node.by_descriptor(),
                    OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC,
                    Mode::empty(),
                )?,
                size,
            )?;
        }
        if change.uid.is_some() || change.gid.is_some() {
            let owner = change.uid.map(Uid::from_raw);
            let group = change.gid.map(Gid::from_raw);
            fs::chownat(&node.0.path, "", owner, group, AtFlags::EMPTY_PATH | AtFlags::SYMLINK_NOFOLLOW)?;
        }
        if let Some(mode) = change.mode {
            fs::chmod(node.by_descriptor(), mode_bits(mode))?;
        }
        if change.atime.is_some() || change.mtime.is_some() {
            let set = |moment: Option<Moment>| match moment {
                Some(m) => Ok(Timespec {
                    tv_sec: i64::try_from(m.seconds).map_err(|_| Errno::INVAL)?,
                    tv_nsec: m.nanos.try_into().map_err(|_| Errno::INVAL)?,
                }),
                None => Ok(Timespec { tv_sec: 0, tv_nsec: fs::UTIME_OMIT }),
            };
            let times = Timestamps { last_access: set(change.atime)?, last_modification: set(change.mtime)? };
            fs::utimensat(fs::CWD, node.by_descriptor(), &times, AtFlags::empty())?;
        }
        Ok(())
    }

    fn read_link(&self, node: &Node) -> Answer<Vec<u8>> {
        fs::readlinkat(&node.0.path, "", Vec::new()).map(std::ffi::CString::into_bytes)
    }

    fn open(&self, node: &Node, how: Open) -> Answer<Handle> {
        if how.write || how.truncate || how.create {
            node.writable()?;
        }
        if node.kind()? == FileType::Symlink {
            return Err(Errno::LOOP);
        }
        let file =
            fs::open(node.by_descriptor(), open_flags(Open { exclusive: false, ..how }), Mode::empty())?;
        Ok(Handle { file })
    }

    fn create(&self, directory: &Node, name: &[u8], how: Open, mode: u32) -> Answer<(Node, Handle)> {
        let flags = open_flags(how) | OFlags::CREATE | OFlags::NOFOLLOW;
        let file = fs::openat2(&directory.writable()?.0.path, name, flags, mode_bits(mode), BENEATH)?;
        Ok((self.find(directory, name)?, Handle { file }))
    }

    fn read(&self, handle: &mut Handle, offset: u64, into: &mut [u8]) -> Answer<usize> {
        let mut done = 0;
        while done < into.len() {
            match rustix::io::pread(&handle.file, &mut into[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(Errno::INTR) => {}
                // A pipe has no offset, and gives what it has.
                Err(Errno::SPIPE) => return rustix::io::read(&handle.file, into),
                Err(_) if done > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn write(&self, handle: &mut Handle, offset: u64, bytes: &[u8]) -> Answer<usize> {
        let mut done = 0;
        while done < bytes.len() {
            match rustix::io::pwrite(&handle.file, &bytes[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(Errno::INTR) => {}
                Err(Errno::SPIPE) => return rustix::io::write(&handle.file, bytes),
                Err(_) if done > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn entries(
        &self,
        handle: &mut Handle,
        offset: u64,
        take: &mut dyn FnMut(Entry<'_>) -> bool,
    ) -> Answer<()> {
        // Always: the kernel's position is past all that the last call looked at, taken or not.
        fs::seek(&handle.file, fs::SeekFrom::Start(offset))?;
        let mut room = Vec::with_capacity(ENTRIES_BYTES);
        let mut directory = fs::RawDir::new(handle.file.as_fd(), room.spare_capacity_mut());
        while let Some(entry) = directory.next() {
            let entry = entry?;
            let kind = d_type(entry.file_type());
            let name = entry.file_name().to_bytes();
            if !take(Entry { name, inode: entry.ino(), kind, next: entry.next_entry_cookie() }) {
                break;
            }
        }
        Ok(())
    }

    fn sync(&self, handle: &Handle, data_only: bool) -> Answer<()> {
        if data_only { fs::fdatasync(&handle.file) } else { fs::fsync(&handle.file) }
    }

    fn lock(&self, handle: &Handle, kind: LockKind) -> Answer<bool> {
        let operation = match kind {
            LockKind::Read => fs::FlockOperation::NonBlockingLockShared,
            LockKind::Write => fs::FlockOperation::NonBlockingLockExclusive,
            LockKind::Unlock => fs::FlockOperation::NonBlockingUnlock,
        };
        match fs::flock(&handle.file, operation) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn make(&self, directory: &Node, name: &[u8], entry: NewEntry<'_>, mode: u32) -> Answer<Node> {
        let at = &directory.writable()?.0.path;
        match entry {
            NewEntry::Directory => fs::mkdirat(at, name, mode_bits(mode))?,
            NewEntry::Symlink(target) => fs::symlinkat(target, at, name)?,
            NewEntry::Node { kind, major, minor } => {
                let device = fs::makedev(major, minor);
                fs::mknodat(at, name, FileType::from_raw_mode(kind), mode_bits(mode), device)?;
            }
        }
        self.find(directory, name)
    }

    fn link(&self, node: &Node, directory: &Node, name: &[u8]) -> Answer<()> {
        // A link to a file that may not be written, in a place that may, would open a way to write it.
        let at = &directory.writable()?.0.path;
        fs::linkat(fs::CWD, node.changeable()?.by_descriptor(), at, name, AtFlags::SYMLINK_FOLLOW)
    }

    fn rename(&self, from: &Node, old: &[u8], to: &Node, new: &[u8]) -> Answer<()> {
        fs::renameat(&from.writable()?.0.path, old, &to.writable()?.0.path, new)
    }

    fn remove(&self, directory: &Node, name: &[u8], directory_wanted: bool) -> Answer<()> {
        let flags = if directory_wanted { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        fs::unlinkat(&directory.writable()?.0.path, name, flags)
    }

    fn space(&self, node: &Node) -> Answer<Space> {
        let space = fs::fstatfs(&node.0.path)?;
        Ok(Space {
            kind: u32::try_from(space.f_type).unwrap_or(0),
            block_size: u32::try_from(space.f_bsize).unwrap_or(0),
            blocks: space.f_blocks,
            free: space.f_bfree,
            available: space.f_bavail,
            inodes: space.f_files,
            inodes_free: space.f_ffree,
            name_max: u32::try_from(space.f_namelen).unwrap_or(255),
        })
    }

    fn attribute(&self, node: &Node, name: &[u8]) -> Answer<Vec<u8>> {
        let path = node.by_descriptor();
        let mut value = vec![0; ATTRIBUTE_BYTES_MAX];
        let length = match name {
            [] => fs::listxattr(&path, &mut value[..])?,
            _ => fs::getxattr(&path, OsStr::from_bytes(name), &mut value[..])?,
        };
        value.truncate(length);
        Ok(value)
    }

    fn set_attribute(&self, node: &Node, name: &[u8], value: &[u8], flags: u32) -> Answer<()> {
        let path = node.changeable()?.by_descriptor();
        let name = OsStr::from_bytes(name);
        if value.is_empty() {
            return fs::removexattr(path, name);
        }
        fs::setxattr(path, name, value, XattrFlags::from_bits_retain(flags))
    }
}

/// Linux' `d_type`: the kind bits of stat(2)'s mode, moved down.
fn d_type(kind: FileType) -> u8 {
    match kind {
        FileType::Unknown => 0,
        known => (known.as_raw_mode() >> 12) as u8,
    }
}
