//! Why a visit could not be finished.

use core::fmt;

use super::StreamLost;
use crate::record::NO_FILE;
use crate::target::TargetError;

/// The first thing that went wrong in a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// An operation failed.
    Operation { doing: &'static str, error: TargetError },
    /// Another number of bytes came or went than the file and the request say.
    Short { doing: &'static str, offset: u64, wanted: u32, got: u32 },
    /// The bytes at this place of the file are not those that belong there.
    WrongBytes { file: u16, offset: u64, expected: u64, found: u64 },
    /// The checksum of a whole file is not the one the host told.
    WrongChecksum { file: u16, expected: u32, found: u32 },
    /// A file does not have the size the host told.
    WrongSize { file: u16, expected: u64, found: u64 },
    /// What the host saw of a raw port is not what was done here.
    Host { what: &'static str, expected: u64, found: u64 },
    /// A file that was made is not there, or one that was removed is.
    Kept { what: &'static str },
    /// A directory does not have the entries the host made.
    WrongEntries { file: u16, expected: u64, found: u64 },
    /// The job makes no sense for its files.
    Job { why: &'static str },
    /// The clock went backwards during a repetition.
    Clock,
    /// A histogram did not fit its record.
    Encoding,
    /// The host is gone.
    Stream,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Operation { doing, error } => write!(f, "{doing}: {error}"),
            Problem::Short { doing, offset, wanted, got } => {
                write!(f, "{doing}: {got} bytes instead of {wanted} at offset {offset}")
            }
            Problem::WrongBytes { file, offset, expected, found } => {
                let whose = Whose(*file);
                write!(f, "{whose}: {found:#018x} where {expected:#018x} belongs, at offset {offset}")
            }
            Problem::WrongChecksum { file, expected, found } => {
                write!(f, "file {file}: CRC-32C {found:08x} where the host's file has {expected:08x}")
            }
            Problem::WrongSize { file, expected, found } => {
                write!(f, "file {file}: {found} bytes where the host's file has {expected}")
            }
            Problem::WrongEntries { file, expected, found } => {
                write!(f, "directory {file}: {found} entries where the host made {expected}")
            }
            Problem::Host { what, expected, found } => {
                write!(f, "the host's end of the port: {found} {what} where {expected} are right")
            }
            Problem::Kept { what } => write!(f, "{what}"),
            Problem::Job { why } => write!(f, "{why}"),
            Problem::Clock => write!(f, "the clock went backwards"),
            Problem::Encoding => write!(f, "the histogram does not fit its record"),
            Problem::Stream => write!(f, "{StreamLost}"),
        }
    }
}

/// Where bytes were wrong.
struct Whose(u16);

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == NO_FILE { write!(f, "the port") } else { write!(f, "file {}", self.0) }
    }
}

impl From<StreamLost> for Problem {
    fn from(_: StreamLost) -> Self {
        Problem::Stream
    }
}

/// Says what was being done when a target failed.
pub(super) fn doing(doing: &'static str) -> impl Fn(TargetError) -> Problem {
    move |error| Problem::Operation { doing, error }
}
