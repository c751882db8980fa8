//! A session of the kernel's 9P client as what a case runs on, and the processor's counter as its clock.

use alloc::string::String;

use ninewire_bench_guest::record::{Counter, CounterSet, Dialect, Placement, Share, Wait};
use ninewire_bench_guest::target::{Access, Clock, Settings, Target, TargetError};
use ninewire_bench_guest::units::{Bytes, Hertz, Ticks};
use ninewire_kernel::boot::Machine;
use ninewire_kernel::dev::mnt::behind::WriteBehind;
use ninewire_kernel::dev::mnt::claim::Hold;
use ninewire_kernel::drivers::Counters;
use ninewire_kernel::drivers::console::Console;
use ninewire_kernel::drivers::p9::NineP;
use ninewire_kernel::io::{self, Window, Windows};
use ninewire_kernel::p9::msg::{self, flags};
use ninewire_kernel::p9::{Client, Error, Fid, SessionError, Wire, WireError};
use ninewire_kernel::{arch, points, task};

use super::plant::{Plant, Planted};
use super::slot::PageSlot;

/// The time stamp counter.
pub(super) struct Tsc {
    rate: Hertz,
}

impl Tsc {
    pub(super) fn new(machine: &'static Machine) -> Self {
        Tsc { rate: Hertz(machine.tsc_hz()) }
    }
}

impl Clock for Tsc {
    #[inline]
    fn now(&self) -> Ticks {
        Ticks(arch::tsc())
    }

    fn rate(&self) -> Hertz {
        self.rate
    }
}

/// The device a session goes over.
pub(super) enum Over {
    NineP(&'static NineP),
    Port { console: &'static Console, name: String },
}

impl Over {
    pub(super) fn name(&self) -> &str {
        match self {
            Over::NineP(device) => device.name(),
            Over::Port { name, .. } => name,
        }
    }

    fn counters(&self) -> Counters {
        match self {
            Over::NineP(device) => device.counters(),
            Over::Port { console, .. } => console.counters(),
        }
    }

    /// What every path counts alike.
    pub(super) fn counted(&self) -> CounterSet {
        let device = self.counters();
        CounterSet::new()
            .with(Counter::Kicks, device.kicks)
            .with(Counter::Interrupts, device.interrupts)
            .with(Counter::Chains, device.chains)
            .with(Counter::Descriptors, device.descriptors)
            .with(Counter::BytesOut, device.bytes_out)
            .with(Counter::BytesIn, device.bytes_in)
            .with(Counter::CopiedBytes, io::copied())
            .with(Counter::Halts, task::stats().sleeps)
    }
}

/// How an operation ends that has found a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetsGo {
    /// As in this kernel's name space: the server is told, and nobody waits for its answer, which says nothing new.
    AndGoesOn,
    /// When the server has answered. Where instructions are counted: an answer nobody waits for comes with another one or
    /// in a round of the run loop of its own, as it happens, and a round costs hundreds of them.
    AndWaits,
}

/// How a session does what can be done in several ways, as the kernel command line says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    pub(super) lets_go: LetsGo,
    /// `behind=N`: writes are over when they are sent, with at most that many messages under way.
    pub(super) behind: Option<usize>,
}

/// A session, attached.
pub(super) struct Session<W: Wire> {
    client: Client<W>,
    root: Fid<W>,
    over: Over,
    wait: Wait,
    planted: Planted,
    lets_go: LetsGo,
    /// What is written behind, and how many messages of it at most.
    behind: Option<(WriteBehind<W>, usize)>,
    /// The right to the port it speaks on, if it is one.
    _hold: Option<Hold>,
}

const DIALECTS: [(Dialect, msg::Dialect); 3] = [
    (Dialect::L, msg::Dialect::Linux),
    (Dialect::U, msg::Dialect::Unix),
    (Dialect::Plain, msg::Dialect::Plain),
];

/// What the client asks for when a case asks for `dialect`.
pub(super) fn asked(dialect: Dialect) -> &'static [msg::Dialect] {
    match dialect {
        Dialect::L => &[msg::Dialect::Linux],
        Dialect::U => &[msg::Dialect::Unix],
        Dialect::Plain => &[msg::Dialect::Plain],
    }
}

fn granted(dialect: msg::Dialect) -> Dialect {
    let found = DIALECTS.iter().find(|(_, theirs)| *theirs == dialect);
    found.map_or(Dialect::Plain, |(ours, _)| *ours)
}

const ENOENT: u32 = 2;

/// For its owner to read and write.
const NEW_FILE_MODE: u32 = 0o600;

/// What is asked of a directory by one message: enough for a few thousand entries.
const ENTRIES_BYTES_MAX: usize = 128 << 10;

fn session_error(error: SessionError) -> &'static str {
    match error {
        SessionError::Wire(WireError::HungUp) => "it has gone away",
        SessionError::Wire(WireError::Broken(how)) => how,
        SessionError::Wire(WireError::InUse) => "another session has the device",
        SessionError::Wire(WireError::Closing) => "the last session on the device does not end",
        SessionError::Lied(_) => "an answer that no server may give",
        SessionError::FlushUnanswered => "not even Tflush is answered",
        SessionError::Closed => "the session was ended",
    }
}

/// The client's errors in the words of a case.
pub(super) fn in_words(error: Error) -> TargetError {
    match error {
        Error::Refused(refusal) => TargetError::Refused { errno: refusal.errno },
        Error::TimedOut { awaited, .. } => TargetError::TimedOut { awaited },
        Error::Session(error) => TargetError::Peer { what: session_error(error) },
        Error::NoPages(_) => TargetError::NoMemory,
        Error::NoFids => TargetError::Unsupported { what: "so many files at a time" },
        Error::NoTasks => TargetError::Unsupported { what: "so many tasks at a time" },
        Error::Unfit(_) => TargetError::Unsupported { what: "a name as long as this" },
        Error::Unsupported(what) => TargetError::Unsupported { what },
        Error::BadVersion => TargetError::Unsupported { what: "the dialect, says the server" },
        Error::MsizeTooSmall(_) => TargetError::Unsupported { what: "an msize as small as the server's" },
    }
}

impl<W: Wire> Session<W> {
    pub(super) async fn attach(
        client: Client<W>,
        over: Over,
        wait: Wait,
        plant: Option<Plant>,
        ways: Ways,
        share: &Share<'_>,
        hold: Option<Hold>,
    ) -> Result<Self, TargetError> {
        let (uname, aname) = (share.uname.as_bytes(), share.aname.as_bytes());
        let root = client.attach(uname, aname, None).await.map_err(in_words)?;
        let (planted, lets_go) = (Planted::new(plant), ways.lets_go);
        let behind = ways.behind.filter(|_| W::PARALLEL).map(|most| (WriteBehind::default(), most));
        Ok(Session { client, root, over, wait, planted, lets_go, behind, _hold: hold })
    }

    /// A write that is over when it is sent; the slot goes on with other pages of the same content.
    async fn write_behind(
        &self,
        (behind, most): &(WriteBehind<W>, usize),
        file: &Fid<W>,
        slot: &mut PageSlot,
        offset: u64,
        count: u32,
    ) -> Result<u32, TargetError> {
        let window = slot.take(count as usize)?.share();
        let sent = behind.write(file, Windows::from(window.clone()), offset, *most).await;
        slot.put_lent(window)?;
        sent.map(|count| count as u32).map_err(in_words)
    }

    /// The end of an operation on a file that was found for it alone.
    async fn let_go(&self, file: Fid<W>) -> Result<(), TargetError> {
        if self.lets_go == LetsGo::AndWaits {
            return self.clunk(file).await;
        }
        drop(file);
        Ok(())
    }

    /// Operations that make and remove files are those of 9P2000.L here.
    fn only_in_linux(&self) -> Result<(), TargetError> {
        if self.client.dialect() == msg::Dialect::Linux {
            return Ok(());
        }
        Err(TargetError::Unsupported { what: "making and removing files in this dialect" })
    }

    async fn write_all(&self, file: &Fid<W>, window: &Window, offset: u64) -> Result<u32, TargetError> {
        let mut done = 0;
        // A message may take less than was asked for: less than its msize on a stream with little room.
        while done < window.len() {
            let mut rest = window.clone();
            rest.advance(done);
            let (_, written) = file.write(Windows::from(rest), offset + done as u64).await;
            match written.map_err(in_words)? {
                0 => break,
                count => done += count,
            }
        }
        Ok(done as u32)
    }
}

impl<W: Wire> Target for Session<W> {
    type File = Fid<W>;
    type Slot = PageSlot;

    fn settings(&self) -> Settings<'_> {
        Settings {
            msize: self.client.msize(),
            io_max: u32::try_from(self.client.payload_max()).unwrap_or(u32::MAX),
            dialect: granted(self.client.dialect()),
            wait: self.wait,
            placement: if W::LOANS { Placement::Loan } else { Placement::OwnPages },
            device: self.over.name(),
        }
    }

    fn counters(&self) -> CounterSet {
        let counted = self.over.counted().with(Counter::Messages, self.client.traffic().requests);
        match &self.over {
            // A stream has no payload descriptors of its own: the host cuts it as it likes.
            Over::Port { .. } => counted,
            Over::NineP(device) => {
                counted.with(Counter::PayloadDescriptors, device.counters().payload_descriptors)
            }
        }
    }

    fn mark(&self) {
        points::mark();
    }

    #[inline]
    fn done(&self, begun: Ticks, slot: &PageSlot) {
        self.planted.done(begun, &self.over, slot);
    }

    fn slot(&self, bytes: u32) -> Result<PageSlot, TargetError> {
        PageSlot::new(bytes as usize)
    }

    async fn walk(&self, path: &str) -> Result<Fid<W>, TargetError> {
        let mut names: [&[u8]; msg::MAX_WALK] = [&[]; msg::MAX_WALK];
        let mut count = 0;
        for name in path.as_bytes().split(|&byte| byte == b'/') {
            let place =
                names.get_mut(count).ok_or(TargetError::Unsupported { what: "a path as deep as this" })?;
            *place = name;
            count += 1;
        }
        let walked = self.root.walk(&names[..count]).await.map_err(in_words)?;
        walked.ok_or(TargetError::Refused { errno: ENOENT })
    }

    async fn open(&self, file: &mut Fid<W>, access: Access) -> Result<(), TargetError> {
        let opened = if self.client.dialect() == msg::Dialect::Linux {
            let flags = match access {
                Access::Read => flags::lopen::RDONLY,
                Access::Write => flags::lopen::WRONLY,
            };
            file.lopen(flags).await
        } else {
            let mode = match access {
                Access::Read => flags::open::READ,
                Access::Write => flags::open::WRITE,
            };
            file.open(mode).await
        };
        opened.map_err(in_words)
    }

    #[inline]
    async fn read(
        &self,
        file: &Fid<W>,
        slot: &mut PageSlot,
        offset: u64,
        count: u32,
    ) -> Result<u32, TargetError> {
        if W::LOANS {
            let loan = file.read_loan(offset, count as usize).await.map_err(in_words)?;
            let len = loan.len();
            slot.lend(loan);
            return Ok(len as u32);
        }
        let own = slot.take(count as usize)?;
        let (own, read) = file.read(own, offset, count as usize).await;
        slot.put(own);
        read.map(|len| len as u32).map_err(in_words)
    }

    #[inline]
    async fn write(
        &self,
        file: &Fid<W>,
        slot: &mut PageSlot,
        offset: u64,
        count: u32,
    ) -> Result<u32, TargetError> {
        if let Some(behind) = &self.behind {
            return self.write_behind(behind, file, slot, offset, count).await;
        }
        let window = slot.take(count as usize)?.share();
        let written = self.write_all(file, &window, offset).await;
        slot.put_shared(window);
        written
    }

    async fn getattr(&self, file: &Fid<W>) -> Result<Bytes, TargetError> {
        if self.client.dialect() == msg::Dialect::Linux {
            let size = file.getattr(flags::getattr::BASIC, |attributes| Bytes(attributes.size));
            return size.await.map_err(in_words);
        }
        file.stat(|stat| Bytes(stat.length)).await.map_err(in_words)
    }

    async fn stat(&self, path: &str) -> Result<Bytes, TargetError> {
        let file = self.walk(path).await?;
        let size = self.getattr(&file).await?;
        self.let_go(file).await?;
        Ok(size)
    }

    async fn find(&self, path: &str) -> Result<(), TargetError> {
        let file = self.walk(path).await?;
        self.let_go(file).await
    }

    async fn open_read_clunk(&self, path: &str, slot: &mut PageSlot, count: u32) -> Result<u32, TargetError> {
        let mut file = self.walk(path).await?;
        self.open(&mut file, Access::Read).await?;
        let read = self.read(&file, slot, 0, count).await?;
        self.let_go(file).await?;
        Ok(read)
    }

    async fn clunk(&self, file: Fid<W>) -> Result<(), TargetError> {
        if let Some((behind, _)) = &self.behind {
            behind.settle(&file).await.map_err(in_words)?;
        }
        file.clunk().await.map_err(in_words)
    }

    async fn read_dir(&self, path: &str, see: &mut dyn FnMut(&[u8])) -> Result<(), TargetError> {
        let mut directory = self.walk(path).await?;
        self.open(&mut directory, Access::Read).await?;
        let mut offset = 0;
        loop {
            let mut entries = directory.readdir(offset, ENTRIES_BYTES_MAX).await.map_err(in_words)?;
            if entries.is_empty() {
                break;
            }
            while let Some(entry) = entries.next() {
                let entry =
                    entry.map_err(|_| TargetError::Peer { what: "a directory entry that is none" })?;
                see(entry.name);
            }
            offset = entries.next_offset();
        }
        self.let_go(directory).await
    }

    /// The first fid becomes the new file, so a second one for the directory is made of it before.
    async fn create(&self, directory: &Fid<W>, name: &str) -> Result<(), TargetError> {
        self.only_in_linux()?;
        let walked = directory.walk(&[]).await.map_err(in_words)?;
        let mut file = walked.ok_or(TargetError::Refused { errno: ENOENT })?;
        let flags = flags::lopen::WRONLY | flags::lopen::CREATE | flags::lopen::EXCL;
        file.lcreate(name.as_bytes(), flags, NEW_FILE_MODE, 0).await.map_err(in_words)?;
        self.clunk(file).await
    }

    async fn remove(&self, directory: &Fid<W>, name: &str) -> Result<(), TargetError> {
        self.only_in_linux()?;
        directory.unlinkat(name.as_bytes(), 0).await.map_err(in_words)
    }

    /// A Tauth: no server here wants authentication, and all of them say so without looking at a file.
    async fn floor(&self) -> Result<(), TargetError> {
        match self.client.auth(b"", b"", None).await {
            Err(Error::Refused(_)) => Ok(()),
            Err(error) => Err(in_words(error)),
            Ok(_) => Err(TargetError::Unsupported { what: "a server that wants authentication" }),
        }
    }
}
