//! The messages, one entry each: number, name, fields in order. The macro makes of every entry a type that implements
//! [`Message`], and of each direction an enum of all its messages.
//!
//! Numbers and layouts: Plan 9 manual section 5 (100 to 127), 9P2000.L (below 100). The numbers of the dialects do not
//! overlap, so one enum serves all of them; what differs between dialects inside a message is in the field's type.

use super::cursor::{Malformed, Reader, Unfit, Writer};
use super::data::{Data, Errno, Extension, Field, NUname, Names, Qid, Qids};
use super::frame::{Dialect, Frame, Message};
use super::stat::Stat;
use core::fmt;

macro_rules! messages {
    (
        $(#[$enum_doc:meta])*
        $enum:ident {
            $(
                $(#[$doc:meta])*
                $kind:literal $variant:ident $name:ident $(<$lt:lifetime>)? {
                    $( $(#[$field_doc:meta])* $field:ident : $ty:ty ),* $(,)?
                }
            )*
        }
    ) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name $(<$lt>)? {
                $( $(#[$field_doc])* pub $field: $ty, )*
            }

            impl<'a> Message<'a> for $name $(<$lt>)? {
                const KIND: u8 = $kind;
                const NAME: &'static str = stringify!($name);

                #[inline]
                #[allow(unused_variables, reason = "a message may have no field")]
                fn body_len(&self, dialect: Dialect) -> usize {
                    0 $( + Field::width(&self.$field, dialect) )*
                }
                #[inline]
                #[allow(unused_variables, reason = "a message may have no field")]
                fn get(from: &mut Reader<'a>, dialect: Dialect) -> Result<Self, Malformed> {
                    from.has(0 $( + <$ty as Field>::WIDTH_MIN )*)?;
                    Ok($name { $( $field: Field::get(from, dialect)?, )* })
                }
                #[inline]
                #[allow(unused_variables, reason = "a message may have no field")]
                fn put(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit> {
                    $( Field::put(&self.$field, to, dialect)?; )*
                    Ok(())
                }
                #[allow(unused_variables, reason = "a message may have no field")]
                fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    $( Field::show(&self.$field, stringify!($field).trim_start_matches("r#"), f)?; )*
                    Ok(())
                }
            }

            impl<'a> From<$name $(<$lt>)?> for $enum<'a> {
                fn from(message: $name $(<$lt>)?) -> Self {
                    $enum::$variant(message)
                }
            }
        )*

        $(#[$enum_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(clippy::large_enum_variant, reason = "a view that lives for one match; nothing stores it")]
        pub enum $enum<'a> {
            $( $(#[$doc])* $variant($name $(<$lt>)?), )*
        }

        impl<'a> $enum<'a> {
            /// The message in `frame`.
            pub fn get(frame: Frame<'a>, dialect: Dialect) -> Result<Self, Malformed> {
                match frame.kind() {
                    $( $kind => frame.get(dialect).map($enum::$variant), )*
                    other => Err(Malformed::Kind(other)),
                }
            }

            /// Parse `bytes`, one whole message: its tag and its fields.
            pub fn parse(bytes: &'a [u8], dialect: Dialect) -> Result<(u16, Self), Malformed> {
                let frame = Frame::new(bytes)?;
                Ok((frame.tag(), Self::get(frame, dialect)?))
            }

            /// Write the whole message at the start of `buf` and say how long it is.
            pub fn emit(&self, dialect: Dialect, tag: u16, buf: &mut [u8]) -> Result<usize, Unfit> {
                match self {
                    $( $enum::$variant(message) => message.emit(dialect, tag, buf), )*
                }
            }

            /// Bytes of the whole message.
            pub fn wire_len(&self, dialect: Dialect) -> usize {
                match self {
                    $( $enum::$variant(message) => message.wire_len(dialect), )*
                }
            }

            /// `type[1]`
            pub fn kind(&self) -> u8 {
                match self {
                    $( $enum::$variant(_) => $kind, )*
                }
            }

            /// The message's name in the manual.
            pub fn name(&self) -> &'static str {
                match self {
                    $( $enum::$variant(_) => stringify!($name), )*
                }
            }

            /// The name of type `kind`, when it is of this direction.
            pub fn name_of(kind: u8) -> Option<&'static str> {
                match kind {
                    $( $kind => Some(stringify!($name)), )*
                    _ => None,
                }
            }

            pub(super) fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $( $enum::$variant(message) => message.show(f), )*
                }
            }
        }
    };
}

messages! {
    /// What a client asks.
    T {
        /// How full is the file system?
        8 Statfs Tstatfs {
            /// Any file on it.
            fid: u32,
        }
        /// Open (9P2000.L).
        12 Lopen Tlopen {
            /// The file; it is open afterwards.
            fid: u32,
            /// [`super::flags::lopen`]
            flags: u32,
        }
        /// Make a regular file and open it (9P2000.L).
        14 Lcreate Tlcreate<'a> {
            /// The directory; it is the new file, open, afterwards.
            fid: u32,
            /// Name of the new file.
            name: &'a [u8],
            /// [`super::flags::lopen`]
            flags: u32,
            /// Permissions.
            mode: u32,
            /// Group of the new file.
            gid: u32,
        }
        /// Make a symbolic link.
        16 Symlink Tsymlink<'a> {
            /// The directory.
            fid: u32,
            /// Name of the link.
            name: &'a [u8],
            /// What it says.
            symtgt: &'a [u8],
            /// Group of the link.
            gid: u32,
        }
        /// Make a device file, FIFO or socket.
        18 Mknod Tmknod<'a> {
            /// The directory.
            dfid: u32,
            /// Name of the new file.
            name: &'a [u8],
            /// Kind and permissions, [`super::flags::mode`].
            mode: u32,
            /// Major device number.
            major: u32,
            /// Minor device number.
            minor: u32,
            /// Group of the new file.
            gid: u32,
        }
        /// Rename the file a fid stands for.
        20 Rename Trename<'a> {
            /// The file.
            fid: u32,
            /// The directory it goes to.
            dfid: u32,
            /// Its new name.
            name: &'a [u8],
        }
        /// What does the symbolic link say?
        22 Readlink Treadlink {
            /// The link.
            fid: u32,
        }
        /// Attributes, as stat(2) has them.
        24 Getattr Tgetattr {
            /// The file.
            fid: u32,
            /// Which are wanted, [`super::flags::getattr`].
            request_mask: u64,
        }
        /// Set attributes.
        26 Setattr Tsetattr {
            /// The file.
            fid: u32,
            /// Which of the fields count, [`super::flags::setattr`].
            valid: u32,
            /// Permissions.
            mode: u32,
            /// Owner.
            uid: u32,
            /// Group.
            gid: u32,
            /// Length.
            size: u64,
            /// Time of last read, seconds.
            atime_sec: u64,
            /// The rest of it, nanoseconds.
            atime_nsec: u64,
            /// Time of last write, seconds.
            mtime_sec: u64,
            /// The rest of it, nanoseconds.
            mtime_nsec: u64,
        }
        /// A fid to read an extended attribute from, or their list with an empty name.
        30 Xattrwalk Txattrwalk<'a> {
            /// The file.
            fid: u32,
            /// The fid to be.
            newfid: u32,
            /// The attribute.
            name: &'a [u8],
        }
        /// Turn a fid into one that takes an extended attribute's value by Twrite and sets it on Tclunk.
        32 Xattrcreate Txattrcreate<'a> {
            /// The file's fid; the attribute's afterwards.
            fid: u32,
            /// The attribute.
            name: &'a [u8],
            /// Bytes that will be written.
            attr_size: u64,
            /// [`super::flags::xattr`]
            flags: u32,
        }
        /// Entries of a directory (9P2000.L).
        40 Readdir Treaddir {
            /// The directory, open.
            fid: u32,
            /// 0 or the offset in the last entry seen.
            offset: u64,
            /// Most bytes of entries to answer.
            count: u32,
        }
        /// Make the file's contents durable.
        50 Fsync Tfsync {
            /// The file, open.
            fid: u32,
            /// Not 0: without metadata that reading does not need.
            datasync: u32,
        }
        /// Take or release a record lock.
        52 Lock Tlock<'a> {
            /// The file, open.
            fid: u32,
            /// Which lock, [`super::flags::lock`].
            kind: u8,
            /// [`super::flags::lock`]
            flags: u32,
            /// First byte.
            start: u64,
            /// Bytes, 0 is to the end.
            length: u64,
            /// Who asks, within the client.
            proc_id: u32,
            /// Which client.
            client_id: &'a [u8],
        }
        /// Would this lock be granted?
        54 Getlock Tgetlock<'a> {
            /// The file, open.
            fid: u32,
            /// Which lock.
            kind: u8,
            /// First byte.
            start: u64,
            /// Bytes, 0 is to the end.
            length: u64,
            /// Who asks, within the client.
            proc_id: u32,
            /// Which client.
            client_id: &'a [u8],
        }
        /// Make a hard link.
        70 Link Tlink<'a> {
            /// The directory.
            dfid: u32,
            /// The file.
            fid: u32,
            /// The new name.
            name: &'a [u8],
        }
        /// Make a directory.
        72 Mkdir Tmkdir<'a> {
            /// The directory it goes into.
            dfid: u32,
            /// Its name.
            name: &'a [u8],
            /// Permissions.
            mode: u32,
            /// Group.
            gid: u32,
        }
        /// Rename an entry of a directory.
        74 Renameat Trenameat<'a> {
            /// The directory it is in.
            olddirfid: u32,
            /// Its name.
            oldname: &'a [u8],
            /// The directory it goes to.
            newdirfid: u32,
            /// Its new name.
            newname: &'a [u8],
        }
        /// Remove an entry of a directory.
        76 Unlinkat Tunlinkat<'a> {
            /// The directory.
            dirfd: u32,
            /// The entry.
            name: &'a [u8],
            /// [`super::flags::unlinkat`]
            flags: u32,
        }
        /// Begin a session: the largest message and the dialect. Its tag is [`super::NO_TAG`].
        100 Version Tversion<'a> {
            /// Largest message the client takes.
            msize: u32,
            /// The dialect it would like.
            version: &'a [u8],
        }
        /// A fid to run an authentication protocol on.
        102 Auth Tauth<'a> {
            /// The fid to be.
            afid: u32,
            /// User.
            uname: &'a [u8],
            /// File tree.
            aname: &'a [u8],
            /// User by number.
            n_uname: NUname,
        }
        /// A fid for the root of a file tree.
        104 Attach Tattach<'a> {
            /// The fid to be.
            fid: u32,
            /// From Tauth, or [`super::NO_FID`].
            afid: u32,
            /// User.
            uname: &'a [u8],
            /// File tree.
            aname: &'a [u8],
            /// User by number.
            n_uname: NUname,
        }
        /// The reply to an earlier request is no longer wanted.
        108 Flush Tflush {
            /// The request's tag.
            oldtag: u16,
        }
        /// Go down a path, and let a fid stand for where it leads.
        110 Walk Twalk<'a> {
            /// Where to start.
            fid: u32,
            /// The fid to be; the same as `fid` moves it.
            newfid: u32,
            /// The names on the way.
            nwname: Names<'a>,
        }
        /// Open.
        112 Open Topen {
            /// The file; it is open afterwards.
            fid: u32,
            /// [`super::flags::open`]
            mode: u8,
        }
        /// Make a file and open it.
        114 Create Tcreate<'a> {
            /// The directory; it is the new file, open, afterwards.
            fid: u32,
            /// Name of the new file.
            name: &'a [u8],
            /// Permissions and kind, [`super::flags::perm`].
            perm: u32,
            /// [`super::flags::open`]
            mode: u8,
            /// A link's target, a device's numbers.
            extension: Extension<'a>,
        }
        /// Read.
        116 Read Tread {
            /// The file, open.
            fid: u32,
            /// First byte.
            offset: u64,
            /// Most bytes to answer.
            count: u32,
        }
        /// Write.
        118 Write Twrite<'a> {
            /// The file, open.
            fid: u32,
            /// First byte.
            offset: u64,
            /// The bytes.
            data: Data<'a>,
        }
        /// Forget a fid.
        120 Clunk Tclunk {
            /// It.
            fid: u32,
        }
        /// Remove the file and forget the fid.
        122 Remove Tremove {
            /// It.
            fid: u32,
        }
        /// The file's directory entry.
        124 Stat Tstat {
            /// The file.
            fid: u32,
        }
        /// Change the file's directory entry.
        126 Wstat Twstat<'a> {
            /// The file.
            fid: u32,
            /// The new entry; what is all ones or empty stays as it is.
            stat: Stat<'a>,
        }
    }
}

messages! {
    /// What a server answers.
    R {
        /// It failed (9P2000.L).
        7 Lerror Rlerror {
            /// Linux' errno.
            ecode: u32,
        }
        /// As statfs(2) has it.
        9 Statfs Rstatfs {
            /// Kind of file system.
            kind: u32,
            /// Block size.
            bsize: u32,
            /// Blocks.
            blocks: u64,
            /// Free blocks.
            bfree: u64,
            /// Free blocks for others than root.
            bavail: u64,
            /// Inodes.
            files: u64,
            /// Free inodes.
            ffree: u64,
            /// Identity of the file system.
            fsid: u64,
            /// Longest name.
            namelen: u32,
        }
        /// Opened.
        13 Lopen Rlopen {
            /// The file.
            qid: Qid,
            /// Largest transfer in one piece, 0 when it does not say.
            iounit: u32,
        }
        /// Made and opened.
        15 Lcreate Rlcreate {
            /// The file.
            qid: Qid,
            /// Largest transfer in one piece, 0 when it does not say.
            iounit: u32,
        }
        /// Made.
        17 Symlink Rsymlink {
            /// The link.
            qid: Qid,
        }
        /// Made.
        19 Mknod Rmknod {
            /// The file.
            qid: Qid,
        }
        /// Renamed.
        21 Rename Rrename {}
        /// What the link says.
        23 Readlink Rreadlink<'a> {
            /// Its target.
            target: &'a [u8],
        }
        /// Attributes.
        25 Getattr Rgetattr {
            /// Which fields count, [`super::flags::getattr`].
            valid: u64,
            /// The file.
            qid: Qid,
            /// Kind and permissions, [`super::flags::mode`].
            mode: u32,
            /// Owner.
            uid: u32,
            /// Group.
            gid: u32,
            /// Number of links.
            nlink: u64,
            /// Device number of a device file.
            rdev: u64,
            /// Length.
            size: u64,
            /// Good size for a transfer.
            blksize: u64,
            /// Blocks of 512 bytes.
            blocks: u64,
            /// Last read, seconds.
            atime_sec: u64,
            /// Nanoseconds.
            atime_nsec: u64,
            /// Last written, seconds.
            mtime_sec: u64,
            /// Nanoseconds.
            mtime_nsec: u64,
            /// Last change of attributes, seconds.
            ctime_sec: u64,
            /// Nanoseconds.
            ctime_nsec: u64,
            /// Creation, seconds.
            btime_sec: u64,
            /// Nanoseconds.
            btime_nsec: u64,
            /// Generation of the inode number.
            r#gen: u64,
            /// Version of the contents.
            data_version: u64,
        }
        /// Set.
        27 Setattr Rsetattr {}
        /// The fid is ready.
        31 Xattrwalk Rxattrwalk {
            /// Bytes of the value or of the list.
            size: u64,
        }
        /// Ready for Twrite.
        33 Xattrcreate Rxattrcreate {}
        /// Whole entries, see [`super::Dirents`].
        41 Readdir Rreaddir<'a> {
            /// None: the end.
            data: Data<'a>,
        }
        /// Durable.
        51 Fsync Rfsync {}
        /// What came of the lock.
        53 Lock Rlock {
            /// [`super::flags::lock`]
            status: u8,
        }
        /// The lock in the way, or kind UNLCK.
        55 Getlock Rgetlock<'a> {
            /// Which lock.
            kind: u8,
            /// First byte.
            start: u64,
            /// Bytes, 0 is to the end.
            length: u64,
            /// Who has it.
            proc_id: u32,
            /// Which client.
            client_id: &'a [u8],
        }
        /// Linked.
        71 Link Rlink {}
        /// Made.
        73 Mkdir Rmkdir {
            /// The directory.
            qid: Qid,
        }
        /// Renamed.
        75 Renameat Rrenameat {}
        /// Removed.
        77 Unlinkat Runlinkat {}
        /// The session's terms.
        101 Version Rversion<'a> {
            /// Largest message of both directions.
            msize: u32,
            /// The dialect, or `unknown`.
            version: &'a [u8],
        }
        /// Authentication may begin.
        103 Auth Rauth {
            /// The authentication file.
            aqid: Qid,
        }
        /// Attached.
        105 Attach Rattach {
            /// The root.
            qid: Qid,
        }
        /// It failed (9P2000 and .u).
        107 Error Rerror<'a> {
            /// Why, in words.
            ename: &'a [u8],
            /// Unix' errno in 9P2000.u.
            errno: Errno,
        }
        /// No reply to that tag will come after this.
        109 Flush Rflush {}
        /// Where the walk came through.
        111 Walk Rwalk<'a> {
            /// One for each name that was there.
            nwqid: Qids<'a>,
        }
        /// Opened.
        113 Open Ropen {
            /// The file.
            qid: Qid,
            /// Largest transfer in one piece, 0 when it does not say.
            iounit: u32,
        }
        /// Made and opened.
        115 Create Rcreate {
            /// The file.
            qid: Qid,
            /// Largest transfer in one piece, 0 when it does not say.
            iounit: u32,
        }
        /// What was read.
        117 Read Rread<'a> {
            /// None: the end.
            data: Data<'a>,
        }
        /// Written.
        119 Write Rwrite {
            /// Bytes of it.
            count: u32,
        }
        /// Forgotten.
        121 Clunk Rclunk {}
        /// Removed.
        123 Remove Rremove {}
        /// The directory entry.
        125 Stat Rstat<'a> {
            /// It.
            stat: Stat<'a>,
        }
        /// Changed.
        127 Wstat Rwstat {}
    }
}
