//! A directory as what a case runs on, each operation a system call or two.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use ninewire_bench_guest::record::{Counter, CounterSet, Dialect, Placement, Wait};
use ninewire_bench_guest::target::{Access, Settings, Target, TargetError};
use ninewire_bench_guest::units::Bytes;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RawDir, fstat, openat, statat, unlinkat};
use rustix::io::{Errno, pread, pwrite};

use crate::slot::Buffer;

/// What one getdents64(2) brings at most: as much as the C library's `readdir` asks for.
const ENTRIES_BYTES: usize = 32 << 10;

/// What the results say about a tree: how its server is reached.
#[derive(Clone, Debug)]
pub struct TreeFacts {
    /// Message size.
    pub msize: u32,
    /// Dialect.
    pub dialect: Dialect,
    /// The device or port.
    pub device: String,
    /// Counts interrupts taken so far, where anybody can.
    pub interrupts: fn() -> Option<u64>,
}

/// A directory, and what has to be there as long as it is used, such as a mount.
#[derive(Debug)]
pub struct Tree<K = ()> {
    root: OwnedFd,
    facts: TreeFacts,
    /// Declared last: dropped when nothing of the directory is open any more.
    _kept: K,
}

/// A file of a tree.
#[derive(Debug)]
pub struct TreeFile {
    open: OwnedFd,
    path: String,
}

impl<K> Tree<K> {
    /// The directory at `root`, which is there as long as `kept` is.
    pub fn open(root: &Path, facts: TreeFacts, kept: K) -> Result<Self, TargetError> {
        let root = openat(CWD, root, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).map_err(refused)?;
        Ok(Tree { root, facts, _kept: kept })
    }

    fn find(&self, path: &str, access: Access) -> Result<OwnedFd, TargetError> {
        let access = match access {
            Access::Read => OFlags::RDONLY,
            Access::Write => OFlags::WRONLY,
        };
        openat(&self.root, path, access | OFlags::CLOEXEC, Mode::empty()).map_err(refused)
    }
}

fn refused(error: Errno) -> TargetError {
    TargetError::Refused { errno: error.raw_os_error() as u32 }
}

fn read_into(file: &OwnedFd, slot: &mut Buffer, offset: u64, count: u32) -> Result<u32, TargetError> {
    let came = pread(file, slot.room(count as usize), offset).map_err(refused)?;
    slot.came(came);
    Ok(came as u32)
}

impl<K> Target for Tree<K> {
    type File = TreeFile;
    type Slot = Buffer;

    fn settings(&self) -> Settings<'_> {
        Settings {
            msize: self.facts.msize,
            // A call may move more than a message carries: the kernel cuts it.
            io_max: u32::MAX,
            dialect: self.facts.dialect,
            wait: Wait::Irq,
            placement: Placement::OwnPages,
            device: &self.facts.device,
        }
    }

    fn counters(&self) -> CounterSet {
        match (self.facts.interrupts)() {
            Some(taken) => CounterSet::new().with(Counter::Interrupts, taken),
            None => CounterSet::new(),
        }
    }

    fn slot(&self, bytes: u32) -> Result<Buffer, TargetError> {
        Ok(Buffer::new(bytes as usize))
    }

    /// Opens it for reading: a path that was found but not opened could only be asked for its attributes by its path.
    async fn walk(&self, path: &str) -> Result<TreeFile, TargetError> {
        Ok(TreeFile { open: self.find(path, Access::Read)?, path: path.to_string() })
    }

    async fn open(&self, file: &mut TreeFile, access: Access) -> Result<(), TargetError> {
        if access == Access::Write {
            file.open = self.find(&file.path, access)?;
        }
        Ok(())
    }

    #[inline]
    async fn read(
        &self,
        file: &TreeFile,
        slot: &mut Buffer,
        offset: u64,
        count: u32,
    ) -> Result<u32, TargetError> {
        read_into(&file.open, slot, offset, count)
    }

    #[inline]
    async fn write(
        &self,
        file: &TreeFile,
        slot: &mut Buffer,
        offset: u64,
        count: u32,
    ) -> Result<u32, TargetError> {
        let content = slot.room(count as usize);
        let mut done = 0;
        while done < content.len() {
            match pwrite(&file.open, &content[done..], offset + done as u64).map_err(refused)? {
                0 => break,
                count => done += count,
            }
        }
        Ok(done as u32)
    }

    async fn getattr(&self, file: &TreeFile) -> Result<Bytes, TargetError> {
        fstat(&file.open).map(|stat| Bytes(stat.st_size as u64)).map_err(refused)
    }

    async fn clunk(&self, _file: TreeFile) -> Result<(), TargetError> {
        Ok(())
    }

    async fn stat(&self, path: &str) -> Result<Bytes, TargetError> {
        let stat = statat(&self.root, path, AtFlags::SYMLINK_NOFOLLOW).map_err(refused)?;
        Ok(Bytes(stat.st_size as u64))
    }

    async fn open_read_clunk(&self, path: &str, slot: &mut Buffer, count: u32) -> Result<u32, TargetError> {
        read_into(&self.find(path, Access::Read)?, slot, 0, count)
    }

    /// The end of the path is not opened: the server is asked for it and nothing else.
    async fn find(&self, path: &str) -> Result<(), TargetError> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        openat(&self.root, path, flags, Mode::empty()).map(drop).map_err(refused)
    }

    async fn read_dir(&self, path: &str, see: &mut dyn FnMut(&[u8])) -> Result<(), TargetError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat(&self.root, path, flags, Mode::empty()).map_err(refused)?;
        let mut room = [const { MaybeUninit::uninit() }; ENTRIES_BYTES];
        let mut entries = RawDir::new(&directory, &mut room);
        while let Some(entry) = entries.next() {
            see(entry.map_err(refused)?.file_name().to_bytes());
        }
        Ok(())
    }

    async fn create(&self, directory: &TreeFile, name: &str) -> Result<(), TargetError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let made = openat(&directory.open, name, flags, Mode::RUSR | Mode::WUSR);
        made.map(drop).map_err(refused)
    }

    async fn remove(&self, directory: &TreeFile, name: &str) -> Result<(), TargetError> {
        unlinkat(&directory.open, name, AtFlags::empty()).map_err(refused)
    }

    async fn floor(&self) -> Result<(), TargetError> {
        Err(TargetError::Unsupported { what: "a message that asks for nothing: no system call is one" })
    }
}
