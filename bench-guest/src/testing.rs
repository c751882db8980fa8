//! A file tree in memory, a clock that counts its readings and a sink that keeps records: a guest without a machine.
//!
//! The tree answers every operation only when polled a second time, so that operations overlap as they do over a
//! device, and can be told to lie.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use crate::agenda::Sessions;
use crate::case::{Sink, StreamLost};
use crate::frame::{Encoder, FRAME_MAX};
use crate::pattern::POISON;
use crate::raw::{Block, Command, MESSAGE_BYTES, Report, STOP, Tally, Way};
use crate::record::{Counter, CounterSet, Dialect, Job, Placement, Record, Share, Wait};
use crate::target::{Access, Clock, Settings, Slot, Target, TargetError};
use crate::units::{Bytes, Hertz, Ticks};

/// What the tree does wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lie {
    /// Nothing.
    #[default]
    None,
    /// Flips a bit of the byte at this offset of every file in reads that reach it.
    Flip(u64),
    /// Answers the read after so many others with what the one before brought.
    Stale(u64),
    /// Reads and writes move a byte less than asked.
    Short,
    /// Says writes are done and keeps the old bytes, after so many that it did.
    ForgetWrites(u64),
    /// Every operation fails with this error number after so many that did not.
    Refuse(u64, u32),
    /// Every operation times out.
    TimeOut,
    /// Lists a directory without its last entry.
    HideEntry,
    /// Says that a file is removed and keeps it, after so many that it did remove.
    KeepRemoved(u64),
    /// Swallows the block a raw port carries after so many others.
    LoseBlock(u64),
}

/// A file tree; clones are the same tree.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
}

impl Tree {
    /// With nothing in it.
    pub fn new() -> Self {
        Tree::default()
    }

    /// Puts a file there.
    pub fn put(&self, path: &str, content: Vec<u8>) {
        self.files.borrow_mut().insert(path.into(), content);
    }

    /// What a file holds.
    pub fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.files.borrow().get(path).cloned()
    }

    /// A session with it.
    pub fn session(&self, placement: Placement, lie: Lie) -> Session {
        Session {
            tree: self.clone(),
            placement,
            lie,
            reads: Cell::default(),
            writes: Cell::default(),
            messages: Cell::default(),
            last_read: RefCell::default(),
            in_flight: Cell::default(),
            in_flight_max: Cell::default(),
            removed: Cell::default(),
            port: RefCell::new(RawHost::new(lie)),
        }
    }
}

/// A session with a [`Tree`].
#[derive(Debug)]
pub struct Session {
    tree: Tree,
    placement: Placement,
    lie: Lie,
    reads: Cell<u64>,
    writes: Cell<u64>,
    messages: Cell<u64>,
    last_read: RefCell<Vec<u8>>,
    in_flight: Cell<u16>,
    in_flight_max: Cell<u16>,
    removed: Cell<u64>,
    port: RefCell<RawHost>,
}

/// The host's end of a raw port.
#[derive(Debug)]
struct RawHost {
    lie: Lie,
    /// What came and is no whole command or block yet.
    came: Vec<u8>,
    /// What goes back.
    back: VecDeque<u8>,
    command: Option<Command>,
    tally: Tally,
    wrong: u64,
}

impl RawHost {
    fn new(lie: Lie) -> Self {
        let (came, back) = (Vec::new(), VecDeque::new());
        RawHost { lie, came, back, command: None, tally: Tally::default(), wrong: 0 }
    }

    /// Bytes from the guest.
    fn take(&mut self, bytes: &[u8]) {
        self.came.extend_from_slice(bytes);
        loop {
            let wanted = match &self.command {
                Some(Command { way: Way::Out | Way::Ping, blocks, .. }) => blocks.bytes as usize,
                _ => MESSAGE_BYTES,
            };
            if self.came.len() < wanted {
                return;
            }
            let rest = self.came.split_off(wanted);
            let piece = core::mem::replace(&mut self.came, rest);
            match self.command {
                None => {
                    self.command = Command::decode(piece.as_slice().try_into().expect("of this length"));
                    (self.tally, self.wrong) = (Tally::default(), 0);
                }
                Some(command) if command.way == Way::In => {
                    assert_eq!(piece, STOP, "nothing else belongs here");
                    let mut last = vec![0; command.blocks.bytes as usize];
                    command.blocks.stamp_last(&mut last);
                    self.back.extend(last);
                    self.report();
                }
                Some(command) => match command.blocks.check(&piece, command.whole) {
                    Ok(Block::Last) => self.report(),
                    _ if self.lie == Lie::LoseBlock(self.tally.count) => self.lie = Lie::None,
                    Ok(Block::Numbered(number)) => {
                        self.tally.add(number);
                        if command.way == Way::Ping {
                            self.send(&piece);
                        }
                    }
                    Err(_) => self.wrong += 1,
                },
            }
        }
    }

    fn report(&mut self) {
        let wrong = self.wrong + u64::from(!self.tally.is_whole());
        self.back.extend(Report { blocks: self.tally.count, wrong, idle_ns: 5 }.encode());
        self.command = None;
    }

    fn send(&mut self, block: &[u8]) {
        let begin = self.tally.count.saturating_sub(1) * block.len() as u64;
        for (offset, byte) in (begin..).zip(block) {
            self.back.push_back(byte ^ u8::from(self.lie == Lie::Flip(offset)));
        }
    }

    /// Bytes for the guest.
    fn give(&mut self, count: usize) -> Vec<u8> {
        while let Some(command) = self.command.filter(|command| command.way == Way::In)
            && self.back.len() < count
        {
            if self.lie == Lie::LoseBlock(self.tally.count) {
                self.tally.add(self.tally.count);
            }
            let mut block = vec![0; command.blocks.bytes as usize];
            command.blocks.fill_inside(&mut block);
            command.blocks.stamp(&mut block, self.tally.count);
            self.tally.add(self.tally.count);
            self.send(&block);
        }
        self.back.drain(..count.min(self.back.len())).collect()
    }
}

impl Session {
    /// The most operations that were in flight at a time.
    pub fn in_flight_max(&self) -> u16 {
        self.in_flight_max.get()
    }

    /// One message there and back.
    async fn message(&self) -> Result<(), TargetError> {
        let sent = self.messages.get() + 1;
        self.messages.set(sent);
        self.in_flight.set(self.in_flight.get() + 1);
        self.in_flight_max.set(self.in_flight_max.get().max(self.in_flight.get()));
        let mut asked = false;
        poll_fn(|context| {
            if core::mem::replace(&mut asked, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.in_flight.set(self.in_flight.get() - 1);
        match self.lie {
            Lie::Refuse(after, errno) if sent > after => Err(TargetError::Refused { errno }),
            Lie::TimeOut => Err(TargetError::TimedOut { awaited: "an answer of the tree in memory" }),
            _ => Ok(()),
        }
    }
}

const ENOENT: u32 = 2;
const EEXIST: u32 = 17;

/// A directory that is there though no file is in it.
pub const EMPTY_DIRECTORY: &str = "empty";

/// Where the bytes of one operation are: own pages, or what was lent last, cut into two pieces.
#[derive(Debug)]
pub struct MemorySlot {
    own: Vec<u8>,
    loan: Option<[Vec<u8>; 2]>,
    placement: Placement,
    came: usize,
}

/// Sessions with one tree, for cases that run on both paths.
#[derive(Debug)]
pub struct Both {
    /// The tree.
    pub tree: Tree,
    /// What it does wrong.
    pub lie: Lie,
}

impl Sessions for Both {
    type Native = Session;
    type Stream = Session;
    type Raw = Session;

    async fn native(&self, _: &Share<'_>, _: &Job<'_>) -> Result<Session, TargetError> {
        Ok(self.tree.session(Placement::OwnPages, self.lie))
    }

    async fn stream(&self, _: &Share<'_>, _: &Job<'_>) -> Result<Session, TargetError> {
        Ok(self.tree.session(Placement::Loan, self.lie))
    }

    async fn raw(&self, _: &Share<'_>, _: &Job<'_>) -> Result<Session, TargetError> {
        Ok(self.tree.session(Placement::Loan, self.lie))
    }
}

impl Slot for MemorySlot {
    fn poison_ends(&mut self, count: u32) {
        self.poison(count);
    }

    fn poison(&mut self, count: u32) {
        self.loan = None;
        self.came = 0;
        if self.placement == Placement::OwnPages {
            self.own[..count as usize].fill(POISON);
        }
    }

    fn word(&self, at: u32) -> Option<u64> {
        let mut bytes = Vec::new();
        self.pieces(&mut |piece| bytes.extend_from_slice(piece));
        Some(u64::from_le_bytes(bytes.get(at as usize..)?.first_chunk().copied()?))
    }

    fn pieces(&self, show: &mut dyn FnMut(&[u8])) {
        match &self.loan {
            Some(loan) => loan.iter().for_each(|piece| show(piece)),
            None => show(&self.own[..self.came]),
        }
    }

    fn content(&mut self) -> &mut [u8] {
        &mut self.own
    }
}

impl Target for Session {
    type File = String;
    type Slot = MemorySlot;

    fn settings(&self) -> Settings<'_> {
        Settings {
            msize: 65_536,
            io_max: 65_536 - 24,
            dialect: Dialect::L,
            wait: Wait::Poll,
            placement: self.placement,
            device: "memory",
        }
    }

    fn counters(&self) -> CounterSet {
        CounterSet::new().with(Counter::Messages, self.messages.get()).with(Counter::CopiedBytes, 0)
    }

    fn slot(&self, bytes: u32) -> Result<MemorySlot, TargetError> {
        Ok(MemorySlot { own: vec![0; bytes as usize], loan: None, placement: self.placement, came: 0 })
    }

    async fn walk(&self, path: &str) -> Result<String, TargetError> {
        self.message().await?;
        let within = |known: &String| known.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let found = {
            let files = self.tree.files.borrow();
            files.contains_key(path) || files.keys().any(within) || path == EMPTY_DIRECTORY
        };
        if found { Ok(path.into()) } else { Err(TargetError::Refused { errno: ENOENT }) }
    }

    async fn open(&self, _: &mut String, _: Access) -> Result<(), TargetError> {
        self.message().await
    }

    async fn read(
        &self,
        file: &String,
        slot: &mut MemorySlot,
        offset: u64,
        count: u32,
    ) -> Result<u32, TargetError> {
        self.message().await?;
        let files = self.tree.files.borrow();
        let content = files.get(file).ok_or(TargetError::Refused { errno: ENOENT })?;
        let begin = content.len().min(offset as usize);
        let asked = count as usize - usize::from(self.lie == Lie::Short);
        let mut bytes = content[begin..content.len().min(begin + asked)].to_vec();
        let reads = self.reads.replace(self.reads.get() + 1);
        match self.lie {
            Lie::Flip(at) if (offset..offset + bytes.len() as u64).contains(&at) => {
                bytes[(at - offset) as usize] ^= 1
            }
            Lie::Stale(after) if reads == after => bytes.clone_from(&self.last_read.borrow()),
            _ => {}
        }
        self.last_read.borrow_mut().clone_from(&bytes);
        let came = bytes.len();
        match self.placement {
            Placement::OwnPages => slot.own[..came].copy_from_slice(&bytes),
            Placement::Loan => {
                let tail = bytes.split_off(came.min(5));
                slot.loan = Some([bytes, tail]);
            }
        }
        slot.came = came;
        Ok(came as u32)
    }

    async fn write(
        &self,
        file: &String,
        slot: &mut MemorySlot,
        offset: u64,
        count: u32,
    ) -> Result<u32, TargetError> {
        self.message().await?;
        let mut files = self.tree.files.borrow_mut();
        let content = files.get_mut(file).ok_or(TargetError::Refused { errno: ENOENT })?;
        let writes = self.writes.replace(self.writes.get() + 1);
        match self.lie {
            Lie::Short => return Ok(count - 1),
            Lie::ForgetWrites(after) if writes >= after => return Ok(count),
            _ => {}
        }
        let (begin, end) = (offset as usize, offset as usize + count as usize);
        content.resize(content.len().max(end), 0);
        content[begin..end].copy_from_slice(&slot.own[..count as usize]);
        Ok(count)
    }

    async fn getattr(&self, file: &String) -> Result<Bytes, TargetError> {
        self.message().await?;
        let size = self.tree.files.borrow().get(file).map(|content| content.len() as u64);
        size.map(Bytes).ok_or(TargetError::Refused { errno: ENOENT })
    }

    async fn clunk(&self, _: String) -> Result<(), TargetError> {
        self.message().await
    }

    async fn read_dir(&self, path: &str, see: &mut dyn FnMut(&[u8])) -> Result<(), TargetError> {
        self.message().await?;
        let files = self.tree.files.borrow();
        let names = files.keys().filter_map(|known| known.strip_prefix(path)?.strip_prefix('/'));
        let mut names: Vec<&str> = names.filter(|name| !name.contains('/')).collect();
        if self.lie == Lie::HideEntry {
            names.pop();
        }
        [".", ".."].into_iter().chain(names).for_each(|name| see(name.as_bytes()));
        Ok(())
    }

    async fn create(&self, directory: &String, name: &str) -> Result<(), TargetError> {
        self.message().await?;
        match self.tree.files.borrow_mut().insert(format!("{directory}/{name}"), Vec::new()) {
            None => Ok(()),
            Some(_) => Err(TargetError::Refused { errno: EEXIST }),
        }
    }

    async fn remove(&self, directory: &String, name: &str) -> Result<(), TargetError> {
        self.message().await?;
        let removed = self.removed.replace(self.removed.get() + 1);
        if matches!(self.lie, Lie::KeepRemoved(after) if removed >= after) {
            return Ok(());
        }
        let gone = self.tree.files.borrow_mut().remove(&format!("{directory}/{name}"));
        gone.map(|_| ()).ok_or(TargetError::Refused { errno: ENOENT })
    }

    async fn floor(&self) -> Result<(), TargetError> {
        self.message().await
    }

    async fn send(&self, slot: &mut MemorySlot, count: u32) -> Result<(), TargetError> {
        self.port.borrow_mut().take(&slot.own[..count as usize]);
        self.message().await
    }

    async fn receive(&self, slot: &mut MemorySlot, count: u32) -> Result<(), TargetError> {
        self.message().await?;
        let mut bytes = self.port.borrow_mut().give(count as usize);
        if bytes.len() < count as usize {
            return Err(TargetError::TimedOut { awaited: "bytes of a port in memory" });
        }
        slot.came = bytes.len();
        match self.placement {
            Placement::OwnPages => slot.own[..bytes.len()].copy_from_slice(&bytes),
            Placement::Loan => {
                let tail = bytes.split_off(bytes.len().min(5));
                slot.loan = Some([bytes, tail]);
            }
        }
        Ok(())
    }
}

/// Rises by a fixed step at every reading; runs backwards when the step is negative.
#[derive(Debug)]
pub struct StepClock {
    now: Cell<u64>,
    step: i64,
}

impl StepClock {
    /// One that rises by `step` ticks of a nanosecond.
    pub const fn new(step: i64) -> Self {
        StepClock { now: Cell::new(1 << 40), step }
    }
}

impl Clock for StepClock {
    fn now(&self) -> Ticks {
        self.now.set(self.now.get().wrapping_add_signed(self.step));
        Ticks(self.now.get())
    }

    fn rate(&self) -> Hertz {
        Hertz(1_000_000_000)
    }
}

/// Keeps the stream a host would have received.
#[derive(Debug, Default)]
pub struct Recorder {
    encoder: Encoder,
    stream: Vec<u8>,
}

impl Recorder {
    /// Nothing sent yet.
    pub const fn new() -> Self {
        Recorder { encoder: Encoder::new(), stream: Vec::new() }
    }

    /// What was sent.
    pub fn into_stream(self) -> Vec<u8> {
        self.stream
    }
}

impl Sink for Recorder {
    async fn emit(&mut self, record: &Record<'_>) -> Result<(), StreamLost> {
        let mut room = vec![0; FRAME_MAX];
        let len = self.encoder.encode(record, &mut room).map_err(|_| StreamLost)?;
        self.stream.extend_from_slice(&room[..len]);
        Ok(())
    }

    fn frames(&self) -> u32 {
        self.encoder.frames()
    }
}

/// Polls until done; for futures that are always ready to be polled again.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}
