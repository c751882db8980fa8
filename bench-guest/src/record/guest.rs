//! What the guest says: who it is, what it measured, and how it ended.

use super::{CounterSet, Dialect, Level, Malformed, Outcome, Path, Placement, Status, Wait};
use crate::field::{Field, Reader, Writer, wire_struct};
use crate::histogram::Buckets;
use crate::units::{Bytes, Hertz, Ticks};

wire_struct! {
    /// Guest: what it is and that it is ready.
    pub struct Hello<'a> {
        /// Rate of the counter all ticks are of.
        pub tsc_hz: Hertz,
        /// When the kernel was entered.
        pub entry: Ticks,
        /// When the first 9P message was given to a device; absent when there was no device to give it to before this
        /// record.
        pub first_9p: Option<Ticks>,
        /// When this record was made.
        pub now: Ticks,
        /// Memory the machine has.
        pub memory: Bytes,
        /// Memory set aside for I/O.
        pub pool: Bytes,
        /// Cores in use.
        pub cores: u16,
        /// How many Device records follow.
        pub devices: u16,
        /// Which guest this is: `ninewire`, or that of a peer.
        pub guest: &'a str,
        /// Which build of it.
        pub build: &'a str,
        /// What the processor calls itself.
        pub cpu: &'a str,
        /// The kernel command line.
        pub cmdline: &'a str,
    }
}

wire_struct! {
    /// Guest: a virtio device it drives.
    pub struct Device<'a> {
        /// Feature bits agreed on.
        pub features: u64,
        /// Descriptors in its largest queue.
        pub queue_size: u16,
        /// The guest's name for it.
        pub name: &'a str,
        /// What it is: `9p`, `console`.
        pub class: &'a str,
        /// Its mount tag, or the name of the port in use.
        pub tag: &'a str,
    }
}

wire_struct! {
    /// Which visit to which case a record is about.
    pub struct At {
        /// The case.
        pub job: u16,
        /// The path it runs on.
        pub path: Path,
        /// Which visit in this boot, from 0; with two paths the order is the one, the other, the other, the one.
        pub visit: u8,
    }
}

wire_struct! {
    /// Guest: a visit begins, with these settings granted.
    pub struct CaseStart<'a> {
        /// Which.
        pub at: At,
        /// The message size the server granted.
        pub msize: u32,
        /// The dialect the server granted.
        pub dialect: Dialect,
        /// How the guest waits.
        pub wait: Wait,
        /// Operations in flight.
        pub iodepth: u16,
        /// Where the bytes of a read end up.
        pub placement: Placement,
        /// The device or port it runs over.
        pub device: &'a str,
    }
}

wire_struct! {
    /// Guest: one timed repetition.
    pub struct Samples<'a> {
        /// Which visit.
        pub at: At,
        /// Which repetition of that visit, from 0.
        pub repetition: u16,
        /// Operations completed.
        pub ops: u64,
        /// Payload bytes they moved.
        pub bytes: Bytes,
        /// From before the first was begun until after the last was completed.
        pub elapsed: Ticks,
        /// The shortest operation.
        pub min: Ticks,
        /// The longest operation.
        pub max: Ticks,
        /// How long each took, from building its message to having its bytes, their ends checked.
        pub latency: Buckets<'a>,
    }
}

wire_struct! {
    /// Guest: what was counted during a timed repetition.
    pub struct Counters {
        /// Which visit.
        pub at: At,
        /// Which repetition of that visit, from 0.
        pub repetition: u16,
        /// How much each counter rose.
        pub counted: CounterSet,
    }
}

/// Stands where a file's number does, for bytes that belong to none.
pub const NO_FILE: u16 = u16::MAX;

wire_struct! {
    /// Guest: every byte of a file went through the checksum, or every byte over a raw port was looked at.
    pub struct Verified {
        /// Which visit.
        pub at: At,
        /// The file; [`NO_FILE`] for bytes over a raw port.
        pub file: u16,
        /// How many bytes were read.
        pub bytes: Bytes,
        /// CRC-32C of them.
        pub crc32c: u32,
        /// The guest wrote these bytes before it read them back, so the host's file now has this checksum.
        pub written: bool,
    }
}

wire_struct! {
    /// Guest: a visit has ended.
    pub struct CaseEnd<'a> {
        /// Which.
        pub at: At,
        /// How.
        pub outcome: Outcome,
        /// Why, unless it is done.
        pub reason: &'a str,
    }
}

wire_struct! {
    /// Guest: it gives up.
    pub struct Fault<'a> {
        /// Why.
        pub reason: &'a str,
    }
}

wire_struct! {
    /// Guest: a line of its log.
    pub struct Log<'a> {
        /// How much it matters.
        pub level: Level,
        /// The line.
        pub text: &'a str,
    }
}

wire_struct! {
    /// Guest: the last frame.
    pub struct Bye {
        /// How many frames came before this one.
        pub frames: u32,
        /// How it went.
        pub status: Status,
    }
}

/// The rest of the payload.
impl<'a> Field<'a> for Buckets<'a> {
    fn put(&self, to: &mut Writer<'_>) {
        to.put(self.bytes());
    }

    fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        Buckets::parse(from.rest())
    }
}
