//! What a case needs from a file tree, and nothing more: the same cases run over 9P by any transport, over another
//! guest's system calls, or over a tree in memory.
//!
//! One operation in flight owns one [`Slot`], where its bytes are. A case makes its slots before it measures;
//! afterwards an operation allocates nothing.

use core::fmt;
use core::future::Future;

use crate::record::{CounterSet, Dialect, Placement, Wait};
use crate::units::{Bytes, Hertz, Ticks};

/// Why an operation on a target failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetError {
    /// The server answered with this error number.
    Refused {
        /// As Linux numbers errors.
        errno: u32,
    },
    /// Nothing came in time.
    TimedOut {
        /// What was awaited.
        awaited: &'static str,
    },
    /// The server or the device broke its rules.
    Peer {
        /// How.
        what: &'static str,
    },
    /// There is no memory for a buffer.
    NoMemory,
    /// This target cannot do it.
    Unsupported {
        /// What was asked.
        what: &'static str,
    },
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetError::Refused { errno } => write!(f, "the server answered with error {errno}"),
            TargetError::TimedOut { awaited } => write!(f, "timed out waiting for {awaited}"),
            TargetError::Peer { what } => write!(f, "the other side broke the protocol: {what}"),
            TargetError::NoMemory => write!(f, "no memory for a buffer"),
            TargetError::Unsupported { what } => write!(f, "not supported here: {what}"),
        }
    }
}

impl core::error::Error for TargetError {}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading.
    Read,
    /// Writing over what is there.
    Write,
}

/// What was granted when the session was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings<'a> {
    /// Message size.
    pub msize: u32,
    /// The most bytes one read or write can carry.
    pub io_max: u32,
    /// Dialect.
    pub dialect: Dialect,
    /// How the guest waits.
    pub wait: Wait,
    /// Where the bytes of a read end up.
    pub placement: Placement,
    /// The device or port.
    pub device: &'a str,
}

/// Where the bytes of one operation in flight are.
pub trait Slot {
    /// Makes the first and last eight of the `count` bytes to be read unlike anything a file holds. Where the bytes
    /// are lent by the transport there is nothing of ours to poison; then this lets go of the last loan.
    fn poison_ends(&mut self, count: u32);

    /// The same for all `count` bytes.
    fn poison(&mut self, count: u32);

    /// The little-endian word at byte `at` of what the last read brought; `None` beyond its end.
    fn word(&self, at: u32) -> Option<u64>;

    /// Shows what the last read brought, piece by piece in order.
    fn pieces(&self, show: &mut dyn FnMut(&[u8]));

    /// The bytes the next write takes its content from: as many as the slot was made for.
    fn content(&mut self) -> &mut [u8];
}

/// One session with a file tree. Paths are below its root, with `/` between names and none in front.
pub trait Target {
    /// A file found by walking. When it is not clunked but dropped, the target lets go of it by itself.
    type File;
    /// See [`Slot`].
    type Slot: Slot;

    /// What was granted.
    fn settings(&self) -> Settings<'_>;

    /// Everything counted since the session's device was started.
    fn counters(&self) -> CounterSet;

    /// Called right before and right after the timed operations: where an instrument outside of the guest looks.
    fn mark(&self) {}

    /// Called after each operation, before its time is taken: where a fault is planted on purpose, to see that it is
    /// found. `slot` holds what the operation brought or sent.
    #[inline]
    fn done(&self, begun: Ticks, slot: &Self::Slot) {
        let _ = (begun, slot);
    }

    /// Room for one operation of up to `bytes` bytes.
    fn slot(&self, bytes: u32) -> Result<Self::Slot, TargetError>;

    /// Finds a file.
    fn walk(&self, path: &str) -> impl Future<Output = Result<Self::File, TargetError>>;

    /// Opens what was found.
    fn open(&self, file: &mut Self::File, access: Access) -> impl Future<Output = Result<(), TargetError>>;

    /// Reads up to `count` bytes at `offset`; how many came.
    fn read(
        &self,
        file: &Self::File,
        slot: &mut Self::Slot,
        offset: u64,
        count: u32,
    ) -> impl Future<Output = Result<u32, TargetError>>;

    /// Writes the first `count` bytes of the slot's content at `offset`; how many were taken.
    fn write(
        &self,
        file: &Self::File,
        slot: &mut Self::Slot,
        offset: u64,
        count: u32,
    ) -> impl Future<Output = Result<u32, TargetError>>;

    /// The file's size.
    fn getattr(&self, file: &Self::File) -> impl Future<Output = Result<Bytes, TargetError>>;

    /// Lets go of a file and waits until the server has.
    fn clunk(&self, file: Self::File) -> impl Future<Output = Result<(), TargetError>>;

    /// Finds a file and lets go of it.
    fn find(&self, path: &str) -> impl Future<Output = Result<(), TargetError>> {
        async move {
            let file = self.walk(path).await?;
            self.clunk(file).await
        }
    }

    /// Opens the directory at `path`, shows the name of each of its entries, and lets go of it. Whether the directory
    /// itself and its parent are among them is the target's business.
    fn read_dir(
        &self,
        path: &str,
        see: &mut dyn FnMut(&[u8]),
    ) -> impl Future<Output = Result<(), TargetError>> {
        let _ = (path, see);
        async { Err(NOT_HERE) }
    }

    /// Makes an empty file in a directory that was walked to, and lets go of it. One that is there already is an error.
    fn create(&self, directory: &Self::File, name: &str) -> impl Future<Output = Result<(), TargetError>> {
        let _ = (directory, name);
        async { Err(NOT_HERE) }
    }

    /// Removes a file from a directory that was walked to.
    fn remove(&self, directory: &Self::File, name: &str) -> impl Future<Output = Result<(), TargetError>> {
        let _ = (directory, name);
        async { Err(NOT_HERE) }
    }

    /// One message there and back that the server does nothing for.
    fn floor(&self) -> impl Future<Output = Result<(), TargetError>> {
        async { Err(TargetError::Unsupported { what: "a message that asks for nothing" }) }
    }

    /// Sends the first `count` bytes of the slot's content on a raw port; done when the slot can be used again.
    fn send(&self, slot: &mut Self::Slot, count: u32) -> impl Future<Output = Result<(), TargetError>> {
        let _ = (slot, count);
        async { Err(NOT_HERE) }
    }

    /// Takes the next `count` bytes of a raw port's stream, all of them, to where reads bring theirs.
    fn receive(&self, slot: &mut Self::Slot, count: u32) -> impl Future<Output = Result<(), TargetError>> {
        let _ = (slot, count);
        async { Err(NOT_HERE) }
    }

    /// Walk, getattr, clunk: what `stat` of a path costs. Where the guest's own `stat` does not wait for the last answer,
    /// neither does the target.
    fn stat(&self, path: &str) -> impl Future<Output = Result<Bytes, TargetError>> {
        async move {
            let file = self.walk(path).await?;
            let size = self.getattr(&file).await?;
            self.clunk(file).await?;
            Ok(size)
        }
    }

    /// Walk, open, read up to `count` bytes from the beginning, clunk: what reading a small file costs. Where closing a
    /// file in the guest does not wait for the last answer, neither does the target.
    fn open_read_clunk(
        &self,
        path: &str,
        slot: &mut Self::Slot,
        count: u32,
    ) -> impl Future<Output = Result<u32, TargetError>> {
        async move {
            let mut file = self.walk(path).await?;
            self.open(&mut file, Access::Read).await?;
            let read = self.read(&file, slot, 0, count).await?;
            self.clunk(file).await?;
            Ok(read)
        }
    }
}

/// What a target says that has no files, or no raw port.
const NOT_HERE: TargetError = TargetError::Unsupported { what: "this kind of operation on this path" };

/// The counter everything is timed by.
pub trait Clock {
    /// Now.
    fn now(&self) -> Ticks;
    /// Its rate.
    fn rate(&self) -> Hertz;
}
