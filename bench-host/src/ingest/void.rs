//! Why a boot's results are not used.

use std::fmt;

use ninewire_bench_guest::frame::VERSION;
use ninewire_bench_guest::record::{Malformed, Path};

/// A boot that does not count: why, and what the guest logged last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Void {
    /// Why.
    pub reason: VoidReason,
    /// The guest's last log lines.
    pub log: Vec<String>,
}

/// What made a boot void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoidReason {
    /// Frames are missing.
    Gap {
        /// The frame that should have come.
        expected: u32,
        /// The frame that came.
        found: u32,
    },
    /// Bytes in the stream belong to no frame.
    Garbage {
        /// How many.
        bytes: usize,
        /// Whether something looked like a frame but its checksum was wrong.
        bad_crc: bool,
    },
    /// The guest speaks another version of the wire format.
    Version {
        /// Which.
        found: u8,
    },
    /// A frame checks, but is not the record it says.
    Malformed {
        /// Which frame.
        sequence: u32,
        /// What is wrong with it.
        malformed: Malformed,
    },
    /// A record came whose turn it was not.
    OutOfTurn {
        /// The record.
        record: String,
    },
    /// The guest's clock has no rate.
    Clock,
    /// The guest's clock went backwards.
    Backwards {
        /// Where that shows.
        what: &'static str,
    },
    /// A repetition's numbers contradict each other.
    Impossible {
        /// The case.
        name: String,
        /// On which path.
        path: Path,
        /// How.
        what: &'static str,
    },
    /// The guest gave up.
    Fault {
        /// Why.
        reason: String,
    },
    /// A case failed.
    Case {
        /// Which.
        name: String,
        /// On which path.
        path: Path,
        /// Why.
        reason: String,
    },
    /// A case ended with fewer repetitions than asked for.
    ShortCase {
        /// Which.
        name: String,
        /// On which path.
        path: Path,
        /// How many were asked for.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// The guest said it is done before every case was visited.
    ShortRun {
        /// How many visits were planned.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// A file does not have the checksum it should have.
    Checksum {
        /// Which.
        path: String,
        /// The right one.
        expected: u32,
        /// The one found.
        found: u32,
    },
    /// A file the guest wrote cannot be checked.
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        error: String,
    },
    /// The guest's last frame counts other frames than came.
    Count {
        /// How many it says.
        announced: u32,
        /// How many came.
        found: u32,
    },
    /// The stream ended early.
    Ended {
        /// What was still awaited.
        awaited: String,
    },
    /// Nothing came in time.
    Deadline {
        /// What was awaited.
        awaited: String,
        /// For how long.
        seconds: u64,
    },
    /// The socket failed.
    Socket {
        /// How.
        error: String,
    },
    /// The orders do not fit the wire format.
    Orders,
    /// QEMU or the guest ended.
    Died {
        /// How.
        how: String,
        /// What was still awaited.
        awaited: String,
    },
    /// The user ended the run.
    Interrupted,
}

impl fmt::Display for VoidReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VoidReason::Gap { expected, found } => {
                write!(
                    f,
                    "frames are missing from the guest's stream: {found} came after {}",
                    i64::from(*expected) - 1
                )
            }
            VoidReason::Garbage { bytes, bad_crc: true } => {
                write!(f, "a frame of the guest's stream is damaged ({bytes} bytes with a wrong checksum)")
            }
            VoidReason::Garbage { bytes, bad_crc: false } => {
                write!(f, "{bytes} bytes in the guest's stream belong to no frame")
            }
            VoidReason::Version { found } => {
                write!(
                    f,
                    "the guest speaks version {found} of the wire format, not {VERSION}: build the image again"
                )
            }
            VoidReason::Malformed { sequence, malformed } => {
                write!(f, "frame {sequence} of the guest's stream: {malformed}")
            }
            VoidReason::OutOfTurn { record } => {
                write!(f, "the guest said what it was not the turn of: {record}")
            }
            VoidReason::Clock => write!(f, "the guest's clock has no rate"),
            VoidReason::Backwards { what } => write!(f, "the guest's clock went backwards: {what}"),
            VoidReason::Impossible { name, path, what } => {
                write!(f, "case {name} on the {path} path says what cannot be: {what}")
            }
            VoidReason::Fault { reason } => write!(f, "the guest gave up: {reason}"),
            VoidReason::Case { name, path, reason } => {
                write!(f, "case {name} failed on the {path} path: {reason}")
            }
            VoidReason::ShortCase { name, path, expected, found } => {
                write!(f, "case {name} on the {path} path has {found} good repetitions instead of {expected}")
            }
            VoidReason::ShortRun { expected, found } => {
                write!(f, "the guest ended after {found} of {expected} visits")
            }
            VoidReason::Checksum { path, expected, found } => {
                write!(f, "{path}: CRC-32C {found:08x} where {expected:08x} belongs")
            }
            VoidReason::Unreadable { path, error } => {
                write!(f, "what the guest wrote cannot be read: {path}: {error}")
            }
            VoidReason::Count { announced, found } => {
                write!(f, "the guest sent {announced} frames, {found} came")
            }
            VoidReason::Ended { awaited } => write!(f, "the guest's stream ended before {awaited}"),
            VoidReason::Deadline { awaited, seconds } => write!(f, "waited {seconds} s for {awaited}"),
            VoidReason::Socket { error } => write!(f, "the guest's stream: {error}"),
            VoidReason::Orders => write!(f, "a case or a file name is too long for the wire format"),
            VoidReason::Died { how, awaited } => write!(f, "{how}, before {awaited}"),
            VoidReason::Interrupted => write!(f, "interrupted"),
        }
    }
}

/// The reason, and below it the guest's last log lines.
impl fmt::Display for Void {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the run is void: {}", self.reason)?;
        if !self.log.is_empty() {
            write!(f, "\nthe guest's last log lines:")?;
        }
        self.log.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for Void {}
