//! # pipe(3) - two streams in opposite directions
//!
//! ```text
//! bind '#|' dir
//!
//! dir/data
//! dir/data1
//! ```
//!
//! Every attach makes a new pipe with two ends: what is written at one is read at the other. A write is never joined
//! with the next one by a read, and never divided unless the read asks for less. Reading an end blocks while nothing
//! is there and ends when the other end is closed; writing to an end whose other end is closed fails with `i/o on
//! hungup channel`. A writer waits while 256 KiB are unread.
//!
//! Pages are passed on as they are: a pipe copies nothing.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::{Context, Poll};

use spin::Mutex;

use crate::io::Windows;
use crate::ns::device::{Cursor, Device, Opened, Walked, walk_by_steps};
use crate::ns::stat::{Entry, Mode, Qid, Stat, dir_qid, file_qid};
use crate::ns::table::{check_open, listed, stat};
use crate::ns::wait::WaitList;
use crate::ns::{Error, OpenMode};

/// How many unread bytes an end takes before its writer waits.
pub const UNREAD_BYTES_MAX: usize = 256 * 1024;

/// How many unread writes an end takes: many small ones hold a page each.
const UNREAD_WRITES_MAX: usize = 1024;

/// Numbers pipes, for the identity of their files.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Data,
    Data1,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Data => Side::Data1,
            Side::Data1 => Side::Data,
        }
    }

    fn name(self) -> &'static [u8] {
        match self {
            Side::Data => b"data",
            Side::Data1 => b"data1",
        }
    }
}

/// Both streams of a pipe; each is named by the side that reads it.
struct Pipe {
    number: u32,
    to_data: Stream,
    to_data1: Stream,
}

impl Pipe {
    fn to(&self, side: Side) -> &Stream {
        match side {
            Side::Data => &self.to_data,
            Side::Data1 => &self.to_data1,
        }
    }
}

#[derive(Default)]
struct Stream {
    queue: Mutex<Queue>,
    /// Something came, or the writer went.
    readable: WaitList,
    /// There is room, or the reader went.
    writable: WaitList,
}

#[derive(Default)]
struct Queue {
    writes: VecDeque<Windows>,
    bytes: usize,
    /// Ends of the reading side that are open; [`End`] counts them.
    readers: usize,
    writers: usize,
    /// The side was open once and is no more.
    reader_gone: bool,
    writer_gone: bool,
}

impl Queue {
    fn has_room(&self) -> bool {
        self.bytes < UNREAD_BYTES_MAX && self.writes.len() < UNREAD_WRITES_MAX
    }
}

/// An open end of a pipe. Clones count; the end is closed when the last one goes.
pub struct End {
    pipe: Arc<Pipe>,
    side: Side,
}

/// A new pipe's two ends.
pub fn pair() -> (End, End) {
    let pipe = new_pipe();
    (End::open(pipe.clone(), Side::Data), End::open(pipe, Side::Data1))
}

fn new_pipe() -> Arc<Pipe> {
    let number = NEXT.fetch_add(1, Relaxed);
    Arc::new(Pipe { number, to_data: Stream::default(), to_data1: Stream::default() })
}

impl End {
    fn open(pipe: Arc<Pipe>, side: Side) -> End {
        pipe.to(side).queue.lock().readers += 1;
        pipe.to(side.other()).queue.lock().writers += 1;
        End { pipe, side }
    }

    fn incoming(&self) -> &Stream {
        self.pipe.to(self.side)
    }

    fn outgoing(&self) -> &Stream {
        self.pipe.to(self.side.other())
    }

    /// The next windows, at most `count` bytes of one write. Empty: the other end is closed and all was read.
    pub fn poll_read(&self, cx: &Context<'_>, count: usize) -> Poll<Windows> {
        let stream = self.incoming();
        let found = stream.readable.poll_until(cx, || stream.take(count));
        if found.is_ready() {
            stream.writable.wake_all();
        }
        found
    }

    /// Passes windows on, all or nothing: room for any part of them is room for all.
    ///
    /// # Errors
    /// The windows come back when there is no room (`None`), or nobody to read them.
    pub fn try_write(&self, windows: Windows) -> Result<(), (Windows, Option<Error>)> {
        let stream = self.outgoing();
        let mut queue = stream.queue.lock();
        if queue.reader_gone {
            return Err((windows, Some(Error::Hungup)));
        }
        if windows.is_empty() {
            return Ok(());
        }
        if !queue.has_room() {
            return Err((windows, None));
        }
        queue.bytes += windows.len();
        queue.writes.push_back(windows);
        drop(queue);
        stream.readable.wake_all();
        Ok(())
    }

    /// Ready when a write would not be refused for want of room.
    pub fn poll_writable(&self, cx: &Context<'_>) -> Poll<()> {
        let stream = self.outgoing();
        stream.writable.poll_until(cx, || {
            let queue = stream.queue.lock();
            (queue.reader_gone || queue.has_room()).then_some(())
        })
    }

    async fn write(&self, windows: Windows) -> Result<usize, Error> {
        let len = windows.len();
        let mut windows = Some(windows);
        loop {
            let Some(unsent) = windows.take() else { return Ok(len) };
            match self.try_write(unsent) {
                Ok(()) => {}
                Err((_, Some(error))) => return Err(error),
                Err((unsent, None)) => {
                    windows = Some(unsent);
                    core::future::poll_fn(|cx| self.poll_writable(cx)).await;
                }
            }
        }
    }
}

impl Stream {
    /// What a reader finds: windows, the end (empty windows), or nothing yet.
    fn take(&self, count: usize) -> Option<Windows> {
        let mut queue = self.queue.lock();
        if count == 0 {
            return Some(Windows::new());
        }
        let Some(first) = queue.writes.front_mut() else {
            return queue.writer_gone.then(Windows::new);
        };
        let taken = if first.len() > count { first.split_to(count) } else { core::mem::take(first) };
        if first.is_empty() {
            queue.writes.pop_front();
        }
        queue.bytes -= taken.len();
        Some(taken)
    }
}

impl Clone for End {
    fn clone(&self) -> End {
        End::open(self.pipe.clone(), self.side)
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut unread = VecDeque::new();
        let mut queue = self.incoming().queue.lock();
        queue.readers -= 1;
        if queue.readers == 0 {
            queue.reader_gone = true;
            queue.bytes = 0;
            unread = core::mem::take(&mut queue.writes);
        }
        drop(queue);
        // Pages go back to the pool without the lock.
        drop(unread);
        self.incoming().writable.wake_all();
        let mut queue = self.outgoing().queue.lock();
        queue.writers -= 1;
        queue.writer_gone |= queue.writers == 0;
        drop(queue);
        self.outgoing().readable.wake_all();
    }
}

impl fmt::Debug for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "End({} of pipe {})", self.side.name().escape_ascii(), self.pipe.number)
    }
}

/// The directory of a pipe, one of its files, or an open end.
pub enum Node {
    /// The directory.
    Dir(PipeDir),
    /// `data` or `data1`, not open.
    File(PipeFile),
    /// An open end.
    End(End),
}

/// A pipe as a directory.
#[derive(Clone)]
pub struct PipeDir(Arc<Pipe>);

/// One of a pipe's files.
#[derive(Clone)]
pub struct PipeFile(Arc<Pipe>, Side);

impl Node {
    /// A new pipe.
    pub fn new() -> Node {
        Node::Dir(PipeDir(new_pipe()))
    }

    fn pipe(&self) -> &Arc<Pipe> {
        match self {
            Node::Dir(PipeDir(pipe)) | Node::File(PipeFile(pipe, _)) => pipe,
            Node::End(end) => &end.pipe,
        }
    }

    fn side(&self) -> Option<Side> {
        match self {
            Node::Dir(_) => None,
            Node::File(PipeFile(_, side)) => Some(*side),
            Node::End(end) => Some(end.side),
        }
    }

    fn step(&self, name: &[u8]) -> Result<Node, Error> {
        let Node::Dir(PipeDir(pipe)) = self else { return Err(Error::NotDir) };
        let side = [Side::Data, Side::Data1].into_iter().find(|side| side.name() == name);
        side.map(|side| Node::File(PipeFile(pipe.clone(), side))).ok_or(Error::DoesNotExist)
    }
}

impl Default for Node {
    fn default() -> Self {
        Node::new()
    }
}

/// Another node for the same file; never an open one.
impl Clone for Node {
    fn clone(&self) -> Node {
        match self.side() {
            None => Node::Dir(PipeDir(self.pipe().clone())),
            Some(side) => Node::File(PipeFile(self.pipe().clone(), side)),
        }
    }
}

fn qid_of(side: Option<Side>) -> Qid {
    match side {
        None => dir_qid(0),
        Some(Side::Data) => file_qid(1),
        Some(Side::Data1) => file_qid(2),
    }
}

fn stat_of(side: Option<Side>, unread: usize) -> Stat {
    let (name, mode) = side.map_or((b"/".as_slice(), Mode::DIR | 0o555), |side| (side.name(), 0o660));
    Stat { length: unread as u64, ..stat('|', qid_of(side), mode, name) }
}

impl Device for Node {
    fn letter(&self) -> char {
        '|'
    }

    fn instance(&self) -> u32 {
        self.pipe().number
    }

    fn qid(&self) -> Qid {
        qid_of(self.side())
    }

    async fn walk(&self, names: &[&[u8]]) -> Result<Walked<Self>, Error> {
        walk_by_steps(self, names, Node::step)
    }

    async fn stat(&self) -> Result<Stat, Error> {
        let unread = self.side().map_or(0, |side| self.pipe().to(side).queue.lock().bytes);
        Ok(Stat { instance: self.instance(), ..stat_of(self.side(), unread) })
    }

    async fn open(self, mode: OpenMode) -> Result<Opened<Self>, Error> {
        match self {
            Node::Dir(_) => check_open(Mode(Mode::DIR | 0o555), mode).map(|()| Opened::Node(self)),
            Node::File(PipeFile(pipe, side)) => Ok(Opened::Node(Node::End(End::open(pipe, side)))),
            Node::End(_) => Ok(Opened::Node(self)),
        }
    }

    async fn read_dir(&self, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        match self {
            Node::Dir(_) => {
                listed([Side::Data, Side::Data1].into_iter().map(|side| stat_of(Some(side), 0)), from)
            }
            _ => Err(Error::NotDir),
        }
    }

    async fn bread(&self, count: usize, _offset: u64) -> Result<Windows, Error> {
        match self {
            Node::Dir(_) => Err(Error::IsDir),
            Node::File(_) => Err(Error::BadUse),
            Node::End(end) => Ok(core::future::poll_fn(|cx| end.poll_read(cx, count)).await),
        }
    }

    async fn bwrite(&self, windows: Windows, _offset: u64) -> Result<usize, Error> {
        match self {
            Node::Dir(_) => Err(Error::IsDir),
            Node::File(_) => Err(Error::BadUse),
            Node::End(end) => end.write(windows).await,
        }
    }

    fn is_stream(&self) -> bool {
        true
    }
}
