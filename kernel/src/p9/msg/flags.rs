//! The bits and small numbers in message fields, grouped by the field they stand in.

/// `qid.type` (intro(5); the last two are 9P2000.u's and .L's).
pub mod qid {
    /// Directory.
    pub const DIR: u8 = 0x80;
    /// Append only.
    pub const APPEND: u8 = 0x40;
    /// One opener at a time.
    pub const EXCL: u8 = 0x20;
    /// Mounted channel.
    pub const MOUNT: u8 = 0x10;
    /// Authentication file.
    pub const AUTH: u8 = 0x08;
    /// Not backed up.
    pub const TMP: u8 = 0x04;
    /// Symbolic link.
    pub const SYMLINK: u8 = 0x02;
    /// Hard link.
    pub const LINK: u8 = 0x01;
}

/// `flags` of Tlopen and Tlcreate (9P2000.L): Linux' open(2) flags in their generic encoding.
pub mod lopen {
    /// Read.
    pub const RDONLY: u32 = 0;
    /// Write.
    pub const WRONLY: u32 = 1;
    /// Both.
    pub const RDWR: u32 = 2;
    /// The two bits that say which of the three above.
    pub const ACCESS: u32 = 3;
    /// Make it when it is not there.
    pub const CREATE: u32 = 0o100;
    /// Fail when it is there.
    pub const EXCL: u32 = 0o200;
    /// Cut to length 0.
    pub const TRUNC: u32 = 0o1000;
    /// Write at the end.
    pub const APPEND: u32 = 0o2000;
    /// Do not block.
    pub const NONBLOCK: u32 = 0o4000;
    /// Data reaches the disk before the answer.
    pub const DSYNC: u32 = 0o10000;
    /// Past the host's page cache.
    pub const DIRECT: u32 = 0o40000;
    /// Offsets beyond 2 GiB.
    pub const LARGEFILE: u32 = 0o100000;
    /// Only a directory will do.
    pub const DIRECTORY: u32 = 0o200000;
    /// Not through a symbolic link.
    pub const NOFOLLOW: u32 = 0o400000;
    /// Data and metadata reach the disk before the answer.
    pub const SYNC: u32 = 0o4000000;
}

/// `mode` of Topen and Tcreate (open(5)).
pub mod open {
    /// Read.
    pub const READ: u8 = 0;
    /// Write.
    pub const WRITE: u8 = 1;
    /// Both.
    pub const RDWR: u8 = 2;
    /// Execute, checked as such and then as read.
    pub const EXEC: u8 = 3;
    /// Cut to length 0, or-ed in.
    pub const TRUNC: u8 = 0x10;
    /// Remove when clunked, or-ed in.
    pub const RCLOSE: u8 = 0x40;
}

/// `mode` of a stat and `perm` of Tcreate above the nine permission bits (stat(5); the Unix kinds are 9P2000.u's).
pub mod perm {
    /// Directory.
    pub const DIR: u32 = 0x8000_0000;
    /// Append only.
    pub const APPEND: u32 = 0x4000_0000;
    /// One opener at a time.
    pub const EXCL: u32 = 0x2000_0000;
    /// Mounted channel.
    pub const MOUNT: u32 = 0x1000_0000;
    /// Authentication file.
    pub const AUTH: u32 = 0x0800_0000;
    /// Not backed up.
    pub const TMP: u32 = 0x0400_0000;
    /// Symbolic link.
    pub const SYMLINK: u32 = 0x0200_0000;
    /// Hard link.
    pub const LINK: u32 = 0x0100_0000;
    /// Device file.
    pub const DEVICE: u32 = 0x0080_0000;
    /// FIFO.
    pub const NAMED_PIPE: u32 = 0x0020_0000;
    /// Socket.
    pub const SOCKET: u32 = 0x0010_0000;
    /// Set-user-id.
    pub const SETUID: u32 = 0x0008_0000;
    /// Set-group-id.
    pub const SETGID: u32 = 0x0004_0000;
}

/// `request_mask` and `valid` of Tgetattr and Rgetattr.
pub mod getattr {
    /// Kind and permissions.
    pub const MODE: u64 = 0x1;
    /// Number of links.
    pub const NLINK: u64 = 0x2;
    /// Owner.
    pub const UID: u64 = 0x4;
    /// Group.
    pub const GID: u64 = 0x8;
    /// Device number of a device file.
    pub const RDEV: u64 = 0x10;
    /// Last read.
    pub const ATIME: u64 = 0x20;
    /// Last written.
    pub const MTIME: u64 = 0x40;
    /// Last change of its attributes.
    pub const CTIME: u64 = 0x80;
    /// Inode number.
    pub const INO: u64 = 0x100;
    /// Length.
    pub const SIZE: u64 = 0x200;
    /// Blocks of 512 bytes.
    pub const BLOCKS: u64 = 0x400;
    /// All of stat(2).
    pub const BASIC: u64 = 0x7ff;
    /// Creation.
    pub const BTIME: u64 = 0x800;
    /// Generation of the inode number.
    pub const GEN: u64 = 0x1000;
    /// Version of the contents.
    pub const DATA_VERSION: u64 = 0x2000;
    /// Everything the protocol can say.
    pub const ALL: u64 = 0x3fff;
}

/// `valid` of Tsetattr: which of its fields are to be set.
pub mod setattr {
    /// Permissions.
    pub const MODE: u32 = 0x1;
    /// Owner.
    pub const UID: u32 = 0x2;
    /// Group.
    pub const GID: u32 = 0x4;
    /// Length.
    pub const SIZE: u32 = 0x8;
    /// Time of last read; to now unless [`ATIME_SET`] is there as well.
    pub const ATIME: u32 = 0x10;
    /// Time of last write; to now unless [`MTIME_SET`] is there as well.
    pub const MTIME: u32 = 0x20;
    /// Time of last change.
    pub const CTIME: u32 = 0x40;
    /// The message says the time of last read.
    pub const ATIME_SET: u32 = 0x80;
    /// The message says the time of last write.
    pub const MTIME_SET: u32 = 0x100;
}

/// `flags` of Tunlinkat.
pub mod unlinkat {
    /// It is a directory.
    pub const REMOVEDIR: u32 = 0x200;
}

/// `flags` of Txattrcreate.
pub mod xattr {
    /// Fail when it is there.
    pub const CREATE: u32 = 1;
    /// Fail when it is not there.
    pub const REPLACE: u32 = 2;
}

/// `type`, `flags` and `status` of Tlock, Rlock, Tgetlock.
pub mod lock {
    /// Shared.
    pub const RDLCK: u8 = 0;
    /// Exclusive.
    pub const WRLCK: u8 = 1;
    /// None: release it.
    pub const UNLCK: u8 = 2;
    /// Flag: the client is willing to wait.
    pub const BLOCK: u32 = 1;
    /// Flag: the client takes the lock back after the server restarted.
    pub const RECLAIM: u32 = 2;
    /// Status: done.
    pub const SUCCESS: u8 = 0;
    /// Status: somebody else has it.
    pub const BLOCKED: u8 = 1;
    /// Status: failed.
    pub const ERROR: u8 = 2;
    /// Status: the server is still collecting reclaimed locks.
    pub const GRACE: u8 = 3;
}

/// The file kinds in the high bits of `mode` in Rgetattr, Tmknod and in host's stat(2).
pub mod mode {
    /// Mask of the kind.
    pub const FMT: u32 = 0o170000;
    /// Socket.
    pub const SOCK: u32 = 0o140000;
    /// Symbolic link.
    pub const LNK: u32 = 0o120000;
    /// Regular file.
    pub const REG: u32 = 0o100000;
    /// Block device.
    pub const BLK: u32 = 0o060000;
    /// Directory.
    pub const DIR: u32 = 0o040000;
    /// Character device.
    pub const CHR: u32 = 0o020000;
    /// FIFO.
    pub const FIFO: u32 = 0o010000;
}
