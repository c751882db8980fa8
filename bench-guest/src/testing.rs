//! A file tree in memory, a clock that counts its readings and a sink that keeps records: a guest without a machine.
//!
//! The tree answers every operation only when polled a second time, so that operations overlap as they do over a
//! device, and can be told to lie.

use alloc::collections::BTreeMap;
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
    type Serial = Session;

    async fn native(&self, _: &Share<'_>, _: &Job<'_>) -> Result<Session, TargetError> {
        Ok(self.tree.session(Placement::OwnPages, self.lie))
    }

    async fn serial(&self, _: &Share<'_>, _: &Job<'_>) -> Result<Session, TargetError> {
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
        let found = self.tree.files.borrow().contains_key(path);
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
