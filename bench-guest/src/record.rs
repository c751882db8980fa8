//! What guest and host say to each other on the timing port, one record a frame.
//!
//! ```text
//! guest: Hello Device*                                                 host: Plan Share* File* Job* Go
//! guest: ( CaseStart Verified* ( Samples Counters )* Verified* CaseEnd )* Bye
//! ```
//! The guest may put Log anywhere. Fault says that the guest gave up; Bye still follows when it can. A host takes a
//! run for whole only when the frames are without a gap and Bye's count fits.
//!
//! Integers are little-endian and of fixed width, a text is its length in two bytes and UTF-8, a choice is one byte.
//! The decoder takes a payload whole: missing or left-over bytes are refused.

use core::fmt;

use crate::field::{Field, Reader, Writer, wire_enum, wire_struct};
use crate::histogram::Buckets;
use crate::units::{Bytes, Hertz, Nanos, Ticks};

/// Why a payload is not the record its kind says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// No record has this kind.
    Kind(u8),
    /// It ends before its fields do.
    Short,
    /// Bytes are left over behind its last field.
    Trailing,
    /// A text is not UTF-8.
    Text,
    /// A choice is none of those there are.
    Choice,
    /// A histogram's buckets do not add up.
    Histogram,
    /// A counter is unknown or comes twice.
    Counter,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Kind(kind) => write!(f, "no record has kind {kind:#04x}"),
            Malformed::Short => write!(f, "the record ends before its fields do"),
            Malformed::Trailing => write!(f, "bytes are left over behind the record"),
            Malformed::Text => write!(f, "a text is not UTF-8"),
            Malformed::Choice => write!(f, "a choice is none of those there are"),
            Malformed::Histogram => write!(f, "the buckets of a histogram do not add up"),
            Malformed::Counter => write!(f, "a counter is unknown or comes twice"),
        }
    }
}

impl core::error::Error for Malformed {}

/// A choice that has a word, for code that reads and writes words of any choice.
pub trait Word: Copy {
    /// Its word.
    fn to_word(self) -> &'static str;
    /// The choice with this word.
    fn of_word(word: &str) -> Option<Self>;
}

wire_enum! {
    /// How a 9P message travels between guest and host.
    pub enum Path {
        /// A virtio-9p device.
        Native = 0 "native",
        /// A byte stream over a virtio-serial port.
        Serial = 1 "serial",
    }
}

wire_enum! {
    /// What one operation of a case is. The first four are fio's words for `rw`; the others are its file engines.
    pub enum Work {
        /// One block after the other.
        Read = 0 "read",
        /// One block after the other, over what the file holds.
        Write = 1 "write",
        /// Blocks in random order, each once a pass.
        RandRead = 2 "randread",
        /// Blocks in random order, each once a pass, over what the file holds.
        RandWrite = 3 "randwrite",
        /// Walk to a file, open it, read its first block, clunk it.
        FileOpenRead = 4 "fileopenread",
        /// Walk to a file, get its attributes, clunk it.
        FileStat = 5 "filestat",
        /// Get the attributes of a file that is open already: one message each way, the floor of the protocol.
        Getattr = 6 "getattr",
    }
}

impl Work {
    /// Whether operations are spread over many files.
    pub const fn is_metadata(self) -> bool {
        matches!(self, Work::FileOpenRead | Work::FileStat | Work::Getattr)
    }

    /// Whether it changes the file.
    pub const fn writes(self) -> bool {
        matches!(self, Work::Write | Work::RandWrite)
    }

    /// Whether an operation carries a block of `bs` bytes, so that bytes per second mean something.
    pub const fn has_payload(self) -> bool {
        !matches!(self, Work::FileStat | Work::Getattr)
    }
}

wire_enum! {
    /// Which 9P is spoken.
    pub enum Dialect {
        /// 9P2000.L.
        L = 0 "9P2000.L",
        /// 9P2000.u.
        U = 1 "9P2000.u",
        /// Plain 9P2000.
        Plain = 2 "9P2000",
    }
}

wire_enum! {
    /// How the guest waits for the device.
    pub enum Wait {
        /// Spins a short while, then sleeps until an interrupt.
        Adaptive = 0 "adaptive",
        /// Spins.
        Poll = 1 "poll",
        /// Sleeps until an interrupt.
        Irq = 2 "irq",
    }
}

wire_enum! {
    /// Where the bytes of a read end up.
    pub enum Placement {
        /// In pages the reader brought.
        OwnPages = 0 "own-pages",
        /// In the transport's pages, lent to the reader.
        Loan = 1 "loan",
    }
}

wire_enum! {
    /// How a visit to a case ended.
    pub enum Outcome {
        /// As planned.
        Done = 0 "done",
        /// This guest or this path cannot run it.
        Unsupported = 1 "unsupported",
        /// An operation failed or the data were wrong.
        Failed = 2 "failed",
    }
}

wire_enum! {
    /// How the guest's whole work ended.
    pub enum Status {
        /// Every case was visited.
        Done = 0 "done",
        /// The guest gave up; a Fault said why.
        Fault = 1 "fault",
    }
}

wire_enum! {
    /// How much a log line matters.
    pub enum Level {
        /// Something is wrong.
        Error = 0 "error",
        /// Something may be wrong.
        Warn = 1 "warn",
        /// Good to know.
        Info = 2 "info",
        /// For those who look for a fault.
        Debug = 3 "debug",
    }
}

wire_enum! {
    /// What is counted while operations are timed.
    pub enum Counter {
        /// Notifications written to the device.
        Kicks = 0 "kicks",
        /// Interrupts taken.
        Interrupts = 1 "interrupts",
        /// Descriptor chains given to the device.
        Chains = 2 "chains",
        /// Descriptors in those chains.
        Descriptors = 3 "descriptors",
        /// Of those, descriptors that named payload.
        PayloadDescriptors = 4 "payload_descriptors",
        /// 9P requests sent.
        Messages = 5 "messages",
        /// Bytes the device was given to read.
        BytesOut = 6 "bytes_out",
        /// Bytes the device wrote.
        BytesIn = 7 "bytes_in",
        /// Payload bytes the guest's processor copied.
        CopiedBytes = 8 "copied_bytes",
        /// Times the processor was put to sleep to wait.
        Halts = 9 "halts",
        /// Instructions the guest executed, waiting left out. Counted from outside; no guest reports it of itself.
        Instructions = 10 "instructions",
    }
}

/// Counters by name; one that was not measured is absent, which is not zero.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct CounterSet {
    values: [Option<u64>; Counter::ALL.len()],
}

impl CounterSet {
    /// Nothing measured.
    pub const fn new() -> Self {
        CounterSet { values: [None; Counter::ALL.len()] }
    }

    /// With one more measured.
    #[must_use]
    pub const fn with(mut self, counter: Counter, value: u64) -> Self {
        self.values[counter as usize] = Some(value);
        self
    }

    /// What was measured of `counter`.
    pub const fn get(&self, counter: Counter) -> Option<u64> {
        self.values[counter as usize]
    }

    /// What was measured, in the order of [`Counter::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Counter, u64)> + '_ {
        Counter::ALL.iter().filter_map(|&counter| Some((counter, self.get(counter)?)))
    }

    /// What was added since `earlier`, for the counters both have. Counters run freely and may wrap.
    #[must_use]
    pub fn since(&self, earlier: &CounterSet) -> CounterSet {
        let mut difference = CounterSet::new();
        for (counter, value) in self.iter() {
            if let Some(before) = earlier.get(counter) {
                difference = difference.with(counter, value.wrapping_sub(before));
            }
        }
        difference
    }
}

impl fmt::Debug for CounterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Display for CounterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (counter, value)) in self.iter().enumerate() {
            write!(f, "{}{counter} {value}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// How many, then each with its number.
impl<'a> Field<'a> for CounterSet {
    fn put(&self, to: &mut Writer<'_>) {
        (self.iter().count() as u8).put(to);
        for (counter, value) in self.iter() {
            counter.put(to);
            value.put(to);
        }
    }

    fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        let mut set = CounterSet::new();
        let mut last = None;
        for _ in 0..u8::get(from)? {
            let counter = Counter::get(from).map_err(|error| match error {
                Malformed::Choice => Malformed::Counter,
                other => other,
            })?;
            if last >= Some(counter) {
                return Err(Malformed::Counter);
            }
            last = Some(counter);
            set = set.with(counter, u64::get(from)?);
        }
        Ok(set)
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
    /// Host: what will follow, and where the guest may write.
    pub struct Plan<'a> {
        /// Everything random in this run is derived from it.
        pub seed: u64,
        /// How many Share records follow.
        pub shares: u16,
        /// How many File records follow.
        pub files: u16,
        /// How many Job records follow.
        pub jobs: u16,
        /// The only directory below the share's root in which files may be changed, without a leading slash.
        pub scratch: &'a str,
    }
}

wire_struct! {
    /// Host: where a path leads.
    pub struct Share<'a> {
        /// Which path this is.
        pub path: Path,
        /// The mount tag of the 9p device, or the guest's name of the port.
        pub device: &'a str,
        /// Which tree to attach to.
        pub aname: &'a str,
        /// As whom.
        pub uname: &'a str,
    }
}

wire_struct! {
    /// Host: a file the cases may use. All shares lead to the same tree.
    pub struct File<'a> {
        /// Jobs name it by this number; numbers rise from 0.
        pub index: u16,
        /// Its size.
        pub size: Bytes,
        /// CRC-32C of its content.
        pub crc32c: u32,
        /// For a generated file what it was generated from, see `pattern`.
        pub seed: Option<u64>,
        /// Where it is below the share's root, without a leading slash.
        pub path: &'a str,
    }
}

wire_struct! {
    /// Host: a case to run.
    pub struct Job<'a> {
        /// Records about it carry this number; numbers rise from 0.
        pub index: u16,
        /// What one operation is.
        pub work: Work,
        /// Run it on the native path.
        pub native: bool,
        /// Run it on the serial path.
        pub serial: bool,
        /// Bytes an operation moves.
        pub bs: u32,
        /// Operations in flight at a time.
        pub iodepth: u16,
        /// The part of the file that is used, from its beginning.
        pub size: Bytes,
        /// Asked of the server.
        pub msize: u32,
        /// Asked of the server.
        pub dialect: Dialect,
        /// How to wait.
        pub wait: Wait,
        /// Timed repetitions a visit.
        pub loops: u16,
        /// A repetition ends after this time; zero for no limit.
        pub runtime: Nanos,
        /// A repetition begins again at the start of the region until `runtime` is over.
        pub time_based: bool,
        /// Check every byte in a pass of its own.
        pub verify: bool,
        /// Random order and written data are derived from it.
        pub seed: u64,
        /// The first file to use.
        pub first_file: u16,
        /// How many files to use.
        pub files: u16,
        /// What the user calls it.
        pub name: &'a str,
    }
}

wire_struct! {
    /// Host: that was all, begin.
    pub struct Go {
        /// How many records came before this one.
        pub records: u32,
    }
}

wire_struct! {
    /// Which visit to which case a record is about.
    pub struct At {
        /// The case.
        pub job: u16,
        /// The path it runs on.
        pub path: Path,
        /// Which visit in this boot, from 0; with both paths the order is native, serial, serial, native.
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

wire_struct! {
    /// Guest: every byte of a file went through the checksum.
    pub struct Verified {
        /// Which visit.
        pub at: At,
        /// The file.
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

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident $(<$lt:lifetime>)? = $kind:literal,)*) => {
        /// Any record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Record<'a> { $($(#[$doc])* $name($name $(<$lt>)?),)* }

        impl<'a> Record<'a> {
            /// The kind its frame carries.
            pub const fn kind(&self) -> u8 {
                match self { $(Record::$name(_) => $kind,)* }
            }

            /// What it is called.
            pub const fn name(&self) -> &'static str {
                match self { $(Record::$name(_) => stringify!($name),)* }
            }

            /// The record of `kind` with these fields.
            pub fn decode(kind: u8, payload: &'a [u8]) -> Result<Self, Malformed> {
                let mut from = Reader::new(payload);
                let record = match kind {
                    $($kind => Record::$name(Field::get(&mut from)?),)*
                    _ => return Err(Malformed::Kind(kind)),
                };
                from.finish().map(|()| record)
            }

            pub(crate) fn put(&self, to: &mut Writer<'_>) {
                match self { $(Record::$name(record) => record.put(to),)* }
            }
        }

        $(impl<'a> From<$name $(<$lt>)?> for Record<'a> {
            fn from(record: $name $(<$lt>)?) -> Self { Record::$name(record) }
        })*
    };
}

records! {
    /// The guest is ready.
    Hello<'a> = 0x01,
    /// A device of the guest.
    Device<'a> = 0x02,
    /// A visit begins.
    CaseStart<'a> = 0x03,
    /// A timed repetition.
    Samples<'a> = 0x04,
    /// What it cost.
    Counters = 0x05,
    /// A file was checked whole.
    Verified = 0x06,
    /// A visit has ended.
    CaseEnd<'a> = 0x07,
    /// The guest gives up.
    Fault<'a> = 0x09,
    /// A log line.
    Log<'a> = 0x0A,
    /// The last frame of the guest.
    Bye = 0x0B,
    /// What the host will say.
    Plan<'a> = 0x81,
    /// Where a path leads.
    Share<'a> = 0x82,
    /// A file to use.
    File<'a> = 0x83,
    /// A case to run.
    Job<'a> = 0x84,
    /// Begin.
    Go = 0x85,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {} {} visit {}", self.job, self.path, self.visit)
    }
}

/// One line, as a trace of the conversation shows it.
impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())?;
        match self {
            Record::Hello(hello) => write!(
                f,
                " {} build {} tsc {} Hz, {} after entry",
                hello.guest,
                hello.build,
                hello.tsc_hz.0,
                hello.now.since(hello.entry).at(hello.tsc_hz)
            ),
            Record::Device(device) => {
                write!(
                    f,
                    " {} {} {:?} features {:#x} queue {}",
                    device.name, device.class, device.tag, device.features, device.queue_size
                )
            }
            Record::CaseStart(start) => write!(
                f,
                " {} over {} msize {} {} {} iodepth {} {}",
                start.at,
                start.device,
                start.msize,
                start.dialect,
                start.wait,
                start.iodepth,
                start.placement
            ),
            Record::Samples(samples) => write!(
                f,
                " {} repetition {} ops {} bytes {} in {} ticks",
                samples.at, samples.repetition, samples.ops, samples.bytes.0, samples.elapsed.0
            ),
            Record::Counters(counters) => {
                write!(f, " {} repetition {} {}", counters.at, counters.repetition, counters.counted)
            }
            Record::Verified(verified) => write!(
                f,
                " {} file {} bytes {} crc32c {:08x}",
                verified.at, verified.file, verified.bytes.0, verified.crc32c
            ),
            Record::CaseEnd(end) => write!(f, " {} {} {}", end.at, end.outcome, end.reason),
            Record::Fault(fault) => write!(f, " {}", fault.reason),
            Record::Log(log) => write!(f, " {} {}", log.level, log.text),
            Record::Bye(bye) => write!(f, " {} after {} frames", bye.status, bye.frames),
            Record::Plan(plan) => write!(
                f,
                " seed {} shares {} files {} jobs {} scratch {:?}",
                plan.seed, plan.shares, plan.files, plan.jobs, plan.scratch
            ),
            Record::Share(share) => {
                write!(
                    f,
                    " {} at {:?} aname {:?} uname {:?}",
                    share.path, share.device, share.aname, share.uname
                )
            }
            Record::File(file) => {
                write!(f, " {} {:?} size {} crc32c {:08x}", file.index, file.path, file.size, file.crc32c)
            }
            Record::Job(job) => write!(
                f,
                " {} {:?} {} bs {} iodepth {} size {} loops {}",
                job.index,
                job.name,
                job.work,
                Bytes(job.bs.into()),
                job.iodepth,
                job.size,
                job.loops
            ),
            Record::Go(go) => write!(f, " after {} records", go.records),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::{ENCODED_MAX, Histogram};
    use alloc::string::ToString;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const AT: At = At { job: 0x0102, path: Path::Serial, visit: 2 };

    fn encode(record: &Record<'_>) -> Vec<u8> {
        let mut room = vec![0xAA; 512];
        let mut writer = Writer::new(&mut room);
        record.put(&mut writer);
        let len = writer.finish().expect("the record fits");
        assert!(room[len..].iter().all(|&byte| byte == 0xAA));
        room.truncate(len);
        room
    }

    /// One of each, with every field different from its neighbours.
    fn one_of_each<'a>(latency: Buckets<'a>) -> Vec<Record<'a>> {
        vec![
            Hello {
                tsc_hz: Hertz(3_000_000_000),
                entry: Ticks(5),
                first_9p: Some(Ticks(6)),
                now: Ticks(7),
                memory: Bytes(1 << 30),
                pool: Bytes(1 << 28),
                cores: 1,
                devices: 2,
                guest: "ninewire",
                build: "0a1b",
                cpu: "QEMU",
                cmdline: "mode=bench",
            }
            .into(),
            Device {
                features: 0x101_3000_0001,
                queue_size: 128,
                name: "virtio-9p-0",
                class: "9p",
                tag: "bench",
            }
            .into(),
            CaseStart {
                at: AT,
                msize: 1 << 17,
                dialect: Dialect::L,
                wait: Wait::Irq,
                iodepth: 8,
                placement: Placement::Loan,
                device: "virtio-console-2",
            }
            .into(),
            Samples {
                at: AT,
                repetition: 3,
                ops: 4,
                bytes: Bytes(5),
                elapsed: Ticks(6),
                min: Ticks(7),
                max: Ticks(8),
                latency,
            }
            .into(),
            Counters {
                at: AT,
                repetition: 3,
                counted: CounterSet::new().with(Counter::Kicks, 9).with(Counter::CopiedBytes, 0),
            }
            .into(),
            Verified { at: AT, file: 4, bytes: Bytes(1), crc32c: 0xE306_9283, written: true }.into(),
            CaseEnd { at: AT, outcome: Outcome::Failed, reason: "short read" }.into(),
            Fault { reason: "no 9p device" }.into(),
            Log { level: Level::Warn, text: "slow clock" }.into(),
            Bye { frames: 8, status: Status::Done }.into(),
            Plan { seed: 42, shares: 2, files: 3, jobs: 4, scratch: ".ninewire-1" }.into(),
            Share { path: Path::Native, device: "bench", aname: "/", uname: "root" }.into(),
            File { index: 0, size: Bytes(4096), crc32c: 1, seed: None, path: "a/b" }.into(),
            Job {
                index: 1,
                work: Work::RandRead,
                native: true,
                serial: false,
                bs: 4096,
                iodepth: 32,
                size: Bytes(1 << 26),
                msize: 1 << 20,
                dialect: Dialect::Plain,
                wait: Wait::Poll,
                loops: 3,
                runtime: Nanos(1_000_000),
                time_based: true,
                verify: false,
                seed: 11,
                first_file: 2,
                files: 1,
                name: "randread-4k",
            }
            .into(),
            Go { records: 9 }.into(),
        ]
    }

    #[test]
    fn every_record_survives_the_way_there_and_back() {
        let mut histogram = Histogram::new();
        histogram.record(Ticks(100));
        let mut room = [0; ENCODED_MAX];
        for record in one_of_each(histogram.encode(&mut room).unwrap()) {
            let bytes = encode(&record);
            assert_eq!(Record::decode(record.kind(), &bytes), Ok(record));
            assert!(record.to_string().starts_with(record.name()));
        }
    }

    #[test]
    fn a_record_with_a_byte_less_or_more_is_refused() {
        for record in one_of_each(Buckets::EMPTY) {
            let mut bytes = encode(&record);
            assert!(Record::decode(record.kind(), &bytes[..bytes.len() - 1]).is_err(), "{record}");
            bytes.push(0);
            assert!(Record::decode(record.kind(), &bytes).is_err(), "{record}");
        }
    }

    #[test]
    fn golden_bytes_of_counters_and_of_an_optional_seed() {
        let counters =
            Counters { at: AT, repetition: 3, counted: CounterSet::new().with(Counter::Kicks, 0x0908) };
        let golden = [2, 1, 1, 2, 3, 0, 1, 0, 0x08, 0x09, 0, 0, 0, 0, 0, 0];
        assert_eq!(encode(&counters.into()), golden);
        assert_eq!(Record::decode(0x05, &golden), Ok(counters.into()));

        let file = File { index: 1, size: Bytes(2), crc32c: 3, seed: Some(4), path: "a" };
        let golden = [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, b'a'];
        assert_eq!(encode(&file.into()), golden);
        assert_eq!(Record::decode(0x83, &golden), Ok(file.into()));
    }

    #[test]
    fn wrong_choices_texts_and_counters_are_refused() {
        assert_eq!(Record::decode(0x08, &[]), Err(Malformed::Kind(8)));
        assert_eq!(Record::decode(0x0B, &[0, 0, 0, 0, 9]), Err(Malformed::Choice));
        assert_eq!(Record::decode(0x09, &[1, 0, 0xFF]), Err(Malformed::Text));
        let twice = [2, 1, 1, 2, 3, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(Record::decode(0x05, &twice), Err(Malformed::Counter));
        assert_eq!(Record::decode(0x05, &[2, 1, 1, 2, 3, 0, 1, 99]), Err(Malformed::Counter));
    }

    #[test]
    fn counters_are_compared_by_difference_and_only_where_both_were_measured() {
        let before = CounterSet::new().with(Counter::Kicks, u64::MAX).with(Counter::Chains, 5);
        let after = CounterSet::new().with(Counter::Kicks, 1).with(Counter::Halts, 5);
        let difference = after.since(&before);
        assert_eq!(difference.get(Counter::Kicks), Some(2));
        assert_eq!(difference.iter().count(), 1);
    }

    #[test]
    fn every_choice_is_found_by_its_word() {
        for &work in Work::ALL {
            assert_eq!(Work::from_word(work.word()), Some(work));
        }
        assert_eq!(Work::from_word("trim"), None);
    }

    proptest! {
        #[test]
        fn arbitrary_payloads_are_decoded_or_refused(kind in any::<u8>(), payload in prop::collection::vec(any::<u8>(), 0..120)) {
            if let Ok(record) = Record::decode(kind, &payload) {
                prop_assert_eq!(record.kind(), kind);
                let mut room = [0; 512];
                let mut writer = Writer::new(&mut room);
                record.put(&mut writer);
                let len = writer.finish().unwrap();
                prop_assert_eq!(&room[..len], &payload[..]);
                prop_assert!(!record.to_string().is_empty());
            }
        }
    }
}
