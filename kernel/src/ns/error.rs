//! Why an operation on a name or a channel failed, in Plan 9's words.
//!
//! Every device, the mount table and the name space answer with this one type, because its text is part of the
//! interface: scripts compare it, people search for it. The texts are those of the Plan 9 kernel (`error.h`), so a
//! message met here is found in any Plan 9 manual. Errors that come from a 9P server are translated where Plan 9 has
//! a word for them and passed on where it has none.
//!
//! It never says more than happened: the name that was looked up is added by the name space ([`Error::at`]), the
//! program's name by the program.

use alloc::boxed::Box;
use core::fmt;

use super::path::Shown;

/// What went wrong. `Display` prints Plan 9's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The last name walked to is not there; printed after the name, as `'/mnt/xxx' does not exist`.
    DoesNotExist,
    /// The file behind a channel has gone, or a directory entry that was listed is no longer there.
    NonExistent,
    /// The name exists already.
    Exists,
    /// A name was walked or created below something that is not a directory.
    NotDir,
    /// A directory was opened for writing, or written.
    IsDir,
    /// A directory that must be empty is not.
    NotEmpty,
    /// The owner, the mode, or the kind of file forbids it.
    Permission,
    /// A union whose members all forbid creation.
    NoCreate,
    /// Name syntax: an empty name, or a NUL or a slash in an element.
    FileName,
    /// An element or a whole name is longer than anything here takes.
    TooLong,
    /// `#` followed by a letter no device has.
    BadSharp,
    /// A device that cannot be attached by name, only mounted.
    NoAttach,
    /// An attach specifier the device does not understand.
    BadSpec,
    /// `mount -d '#9'` of a tag or a port no device has.
    NoTag,
    /// Directory bound on file, or file on directory.
    Mount,
    /// Nothing is mounted there.
    NotMounted,
    /// Something is mounted there, but not this.
    NotInUnion,
    /// The tag, port or session is already used by another mount.
    InUse,
    /// Somebody else has locked the file.
    Locked,
    /// The operation makes no sense for this channel (reading a channel opened for writing, say).
    BadUse,
    /// An argument out of range.
    BadArg,
    /// A control file did not understand the line written to it.
    BadCtl,
    /// Seek on a stream.
    IsStream,
    /// The input/output offset would be negative.
    NegativeOffset,
    /// The other end is gone.
    Hungup,
    /// The task was interrupted.
    Interrupted,
    /// The deadline of the operation passed; what was awaited.
    TimedOut(&'static str),
    /// No page, slot or table entry was left.
    NoMemory,
    /// The posted service has no channel any more, or the device has been shut down.
    Shutdown,
    /// The device or the server could not do it.
    Io,
    /// The device cannot create, remove or change anything like this.
    NotSupported,
    /// No space is left on the share.
    NoSpace,
    /// The share is read-only.
    ReadOnly,
    /// The server's answer breaks the protocol.
    MountRpc,
    /// The server's answer to Tversion names no dialect we speak.
    BadVersion,
    /// The server closed the stream instead of answering Tversion.
    EofInVersion,
    /// The server offered a message size nobody can work with.
    BadMsize,
    /// A Linux errno from a 9P2000.L server that Plan 9 has no word for.
    Errno(u32),
    /// The text of an Rerror, or of a device of its own words.
    Text(Box<str>),
    /// Another error, met while looking up a name.
    At {
        /// The part of the name that was looked up.
        name: Box<[u8]>,
        /// What happened there.
        why: Box<Error>,
    },
}

impl Error {
    /// The same error with the name that was looked up in front, as in `'/mnt/xxx' does not exist`.
    ///
    /// An error that has a name already keeps it: the innermost name is the useful one.
    pub fn at(self, name: &[u8]) -> Error {
        match self {
            Error::At { .. } => self,
            why => Error::At { name: name.into(), why: Box::new(why) },
        }
    }

    /// An error in words that no variant has.
    pub fn text(words: &str) -> Error {
        Error::Text(words.into())
    }

    /// The error itself, without the name it happened at.
    pub fn cause(&self) -> &Error {
        match self {
            Error::At { why, .. } => why.cause(),
            other => other,
        }
    }

    /// Is it, name or not, the absence of a file?
    pub fn is_absent(&self) -> bool {
        matches!(self.cause(), Error::DoesNotExist | Error::NonExistent)
    }

    /// The error for a Linux errno, as 9P2000.L servers send them.
    pub fn from_errno(errno: u32) -> Error {
        match errno {
            1 | 13 => Error::Permission,
            2 => Error::NonExistent,
            4 => Error::Interrupted,
            5 => Error::Io,
            11 | 12 => Error::NoMemory,
            16 => Error::InUse,
            17 => Error::Exists,
            20 => Error::NotDir,
            21 => Error::IsDir,
            22 => Error::BadArg,
            28 => Error::NoSpace,
            29 => Error::IsStream,
            30 => Error::ReadOnly,
            32 | 104 => Error::Hungup,
            36 => Error::TooLong,
            39 => Error::NotEmpty,
            95 => Error::NotSupported,
            other => Error::Errno(other),
        }
    }
}

/// The words Linux has for an errno Plan 9 has none for.
fn errno_text(errno: u32) -> Option<&'static str> {
    Some(match errno {
        6 => "No such device or address",
        9 => "Bad file descriptor",
        18 => "Invalid cross-device link",
        19 => "No such device",
        23 => "Too many open files in system",
        24 => "Too many open files",
        26 => "Text file busy",
        27 => "File too large",
        31 => "Too many links",
        34 => "Numerical result out of range",
        38 => "Function not implemented",
        40 => "Too many levels of symbolic links",
        61 => "No data available",
        71 => "Protocol error",
        75 => "Value too large for defined data type",
        110 => "Connection timed out",
        116 => "Stale file handle",
        122 => "Disk quota exceeded",
        _ => return None,
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Error::DoesNotExist => "does not exist",
            Error::NonExistent => "file does not exist",
            Error::Exists => "file already exists",
            Error::NotDir => "not a directory",
            Error::IsDir => "file is a directory",
            Error::NotEmpty => "directory not empty",
            Error::Permission => "permission denied",
            Error::NoCreate => "mounted directory forbids creation",
            Error::FileName => "file name syntax",
            Error::TooLong => "name too long",
            Error::BadSharp => "unknown device in # filename",
            Error::NoAttach => "mount/attach disallowed",
            Error::BadSpec => "bad attach specifier",
            Error::NoTag => "tag does not exist",
            Error::Mount => "inconsistent mount",
            Error::NotMounted => "not mounted",
            Error::NotInUnion => "not in union",
            Error::InUse => "device or object already in use",
            Error::Locked => "file is locked",
            Error::BadUse => "inappropriate use of fd",
            Error::BadArg => "bad arg in system call",
            Error::BadCtl => "bad process or channel control request",
            Error::IsStream => "seek on a stream",
            Error::NegativeOffset => "negative i/o offset",
            Error::Hungup => "i/o on hungup channel",
            Error::Interrupted => "interrupted",
            Error::TimedOut(what) => return write!(f, "timed out: {what}"),
            Error::NoMemory => "kernel allocate failed",
            Error::Shutdown => "device shut down",
            Error::Io => "i/o error",
            Error::NotSupported => "operation not supported",
            Error::NoSpace => "no space left on device",
            Error::ReadOnly => "read only file system",
            Error::MountRpc => "mount rpc error",
            Error::BadVersion => "bad 9P version returned from server",
            Error::EofInVersion => "EOF receiving fversion reply",
            Error::BadMsize => "nonsense value of msize in fversion",
            Error::Errno(errno) => match errno_text(*errno) {
                Some(words) => words,
                None => return write!(f, "errno {errno}"),
            },
            Error::Text(words) => words,
            Error::At { name, why } => return write!(f, "'{}' {why}", Shown(name)),
        };
        f.write_str(words)
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_plan_9() {
        let table: &[(Error, &str)] = &[
            (Error::NoTag, "tag does not exist"),
            (Error::InUse, "device or object already in use"),
            (Error::NotMounted, "not mounted"),
            (Error::NotInUnion, "not in union"),
            (Error::Mount, "inconsistent mount"),
            (Error::BadVersion, "bad 9P version returned from server"),
            (Error::EofInVersion, "EOF receiving fversion reply"),
            (Error::MountRpc, "mount rpc error"),
            (Error::NoAttach, "mount/attach disallowed"),
            (Error::Hungup, "i/o on hungup channel"),
            (Error::BadUse, "inappropriate use of fd"),
            (Error::Permission, "permission denied"),
            (Error::BadSharp, "unknown device in # filename"),
            (Error::IsStream, "seek on a stream"),
        ];
        for (error, text) in table {
            assert_eq!(alloc::format!("{error}"), *text);
        }
    }

    #[test]
    fn a_name_is_quoted_in_front_and_the_innermost_name_stays() {
        let error = Error::DoesNotExist.at(b"/mnt/xxx").at(b"/mnt/xxx/deeper");
        assert_eq!(alloc::format!("{error}"), "'/mnt/xxx' does not exist");
        assert!(error.is_absent());
        assert_eq!(*error.cause(), Error::DoesNotExist);
    }

    #[test]
    fn an_errno_is_plan_9s_word_or_linuxs_or_its_number() {
        assert_eq!(Error::from_errno(13), Error::Permission);
        assert_eq!(alloc::format!("{}", Error::from_errno(40)), "Too many levels of symbolic links");
        assert_eq!(alloc::format!("{}", Error::from_errno(4000)), "errno 4000");
    }
}
