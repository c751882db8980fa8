//! What can go wrong between a client and a server, by who is at fault.

use alloc::boxed::Box;
use core::fmt;

use ninewire_dma::Exhausted;

use super::msg::{Malformed, Unfit, trace::Quoted};
use crate::time::Nanos;

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The server refused. The session goes on.
    Refused(Refusal),
    /// No reply came in time. The request has been given up, the session goes on.
    TimedOut {
        /// The reply that was awaited: `Rread`.
        awaited: &'static str,
        /// How long.
        after: Nanos,
    },
    /// The session is over, for this and every other request.
    Session(SessionError),
    /// The DMA pool had no page for the message or its payload.
    NoPages(Exhausted),
    /// As many files are open on this session as it has fids.
    NoFids,
    /// As many tasks run as there may be: nobody could look after the session.
    NoTasks,
    /// Our caller asked for what cannot be said: a name too long, more than sixteen of them.
    Unfit(Unfit),
    /// The dialect has no such operation.
    Unsupported(&'static str),
    /// The server speaks no dialect that was asked for.
    BadVersion,
    /// The message size the server insists on is too small to work with.
    MsizeTooSmall(u32),
}

/// A server's refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Linux' error number; 0 when the server gave only a text (9P2000).
    pub errno: u32,
    /// The server's own words, where the dialect has them.
    pub text: Option<Box<[u8]>>,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionError {
    /// The stream or device under it is gone.
    Wire(WireError),
    /// The server (or whoever is between) answered what no server may.
    Lied(Lie),
    /// Not even Tflush was answered: the server no longer reads.
    FlushUnanswered,
    /// We have ended it.
    Closed,
}

/// Why a wire can carry no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    /// The other side has gone away.
    HungUp,
    /// The device is broken; the words say how.
    Broken(&'static str),
    /// Another session has it.
    InUse,
    /// Another session has it and is about to end.
    Closing,
}

/// A reply that cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lie {
    /// The reply that was awaited; `R-message` when it is not known which.
    pub awaited: &'static str,
    /// What is wrong with it.
    pub what: LieKind,
}

/// What is wrong with a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LieKind {
    /// It has fewer bytes than a header.
    NoHeader {
        /// How many.
        have: u32,
    },
    /// Its size field disagrees with the bytes there are.
    Size {
        /// What the field says.
        said: u32,
        /// What there is.
        have: u32,
    },
    /// It is longer than what was asked for, or than a message may be.
    TooLong {
        /// What its size field says.
        said: u32,
        /// The most it could be.
        most: u32,
    },
    /// Nobody awaits a reply with this tag.
    Tag(u16),
    /// It is a reply to another kind of request.
    Kind(u8),
    /// Its fields do not parse.
    Malformed(Malformed),
    /// A count in it exceeds what was asked for.
    Count {
        /// What it says.
        said: u32,
        /// What was asked for.
        asked: u32,
    },
}

impl Lie {
    pub(super) const fn new(awaited: &'static str, what: LieKind) -> Lie {
        Lie { awaited, what }
    }
}

impl Error {
    /// As a server says it (Linux' `ENOENT`) when a name in the middle of a path is not there.
    pub(super) fn no_such_file() -> Error {
        Error::Refused(Refusal { errno: 2, text: None })
    }

    /// As a server says it (Linux' `EIO`) that takes nothing of what is to be written, and gives no reason.
    pub(super) fn took_nothing() -> Error {
        Error::Refused(Refusal { errno: 5, text: None })
    }

    /// Linux' error number, when the server gave one.
    pub fn errno(&self) -> Option<u32> {
        match self {
            Error::Refused(Refusal { errno, .. }) if *errno != 0 => Some(*errno),
            _ => None,
        }
    }
}

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Self {
        Error::Session(error)
    }
}

impl From<Exhausted> for Error {
    fn from(error: Exhausted) -> Self {
        Error::NoPages(error)
    }
}

impl From<Unfit> for Error {
    fn from(error: Unfit) -> Self {
        Error::Unfit(error)
    }
}

impl From<WireError> for SessionError {
    fn from(error: WireError) -> Self {
        SessionError::Wire(error)
    }
}

impl From<Lie> for SessionError {
    fn from(error: Lie) -> Self {
        SessionError::Lied(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(refusal) => refusal.fmt(f),
            Error::TimedOut { awaited, after } => write!(f, "{awaited} did not come within {after}"),
            Error::Session(error) => error.fmt(f),
            Error::NoPages(error) => error.fmt(f),
            Error::NoFids => f.write_str("too many files are open on this 9P session"),
            Error::NoTasks => f.write_str("no task is free to look after a 9P session"),
            Error::Unfit(error) => error.fmt(f),
            Error::Unsupported(what) => write!(f, "the server's 9P dialect has no {what}"),
            Error::BadVersion => f.write_str("bad 9P version returned from server"),
            Error::MsizeTooSmall(msize) => write!(f, "the server takes messages of only {msize} bytes"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some(text) => match core::str::from_utf8(text) {
                Ok(text) => f.write_str(text),
                Err(_) => Quoted(text).fmt(f),
            },
            None => write!(f, "error {} from the server", self.errno),
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SessionError::Wire(error) => error.fmt(f),
            SessionError::Lied(lie) => lie.fmt(f),
            SessionError::FlushUnanswered => f.write_str("the 9P server does not even answer Tflush"),
            SessionError::Closed => f.write_str("the 9P session was closed"),
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WireError::HungUp => f.write_str("i/o on hungup channel"),
            WireError::Broken(what) => write!(f, "the device is broken: {what}"),
            WireError::InUse | WireError::Closing => f.write_str("device or object already in use"),
        }
    }
}

impl fmt::Display for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lie { awaited, what } = self;
        write!(f, "mount rpc error: {awaited}: ")?;
        match what {
            LieKind::NoHeader { have } => write!(f, "a reply of {have} bytes"),
            LieKind::Size { said, have } => write!(f, "the reply says size {said} and has {have} bytes"),
            LieKind::TooLong { said, most } => write!(f, "a reply of {said} bytes where {most} are the most"),
            LieKind::Tag(tag) => write!(f, "nobody awaits a reply with tag {tag}"),
            LieKind::Kind(kind) => write!(f, "a reply of type {kind}"),
            LieKind::Malformed(error) => error.fmt(f),
            LieKind::Count { said, asked } => write!(f, "{said} where {asked} were asked for"),
        }
    }
}

impl core::error::Error for Error {}
impl core::error::Error for SessionError {}
impl core::error::Error for WireError {}
