//! # cons(3) - the console, and files without substance
//!
//! ```text
//! bind -a '#c' /dev
//!
//! /dev/cons
//! /dev/drivers
//! /dev/null
//! /dev/user
//! /dev/zero
//! ```
//!
//! Reading `cons` gives the next line that was typed, its newline included; it blocks until there is one, and ^D on an
//! empty line is the end of the file, once. The line is edited while it is typed, with the keys `help console` lists.
//! What is written to `cons` appears on the terminal; a newline goes to the beginning of the next line. There may be
//! several terminals: `#c` is the first one's console, `#c1` the second's; a shell's name space has its own bound.
//!
//! `drivers` lists the devices, one a line: `#` and letter, a blank, name. `null` throws away what is written and is
//! empty. `user` is the name of the one user. `zero` reads as zeros without end.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::future::poll_fn;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::task::{Context, Poll};

use spin::Mutex;

use crate::io::Windows;
use crate::mem::PAGE_SIZE;
use crate::mem::pool;
use crate::ns::device::{Cursor, Device, Opened, Walked, walk_by_steps};
use crate::ns::stat::{Entry, Qid, Stat};
use crate::ns::table::{Row, Table};
use crate::ns::wait::WaitList;
use crate::ns::{Error, OpenMode, text, user};
use crate::shell::edit::{Editor, Typed};

const CONS: u64 = 1;
const DRIVERS: u64 = 2;
const NULL: u64 = 3;
const USER: u64 = 4;
const ZERO: u64 = 5;

const TABLE: Table = Table {
    letter: 'c',
    rows: &[
        Row { path: CONS, parent: Table::ROOT, name: "cons", mode: 0o666 },
        Row { path: DRIVERS, parent: Table::ROOT, name: "drivers", mode: 0o444 },
        Row { path: NULL, parent: Table::ROOT, name: "null", mode: 0o666 },
        Row { path: USER, parent: Table::ROOT, name: "user", mode: 0o444 },
        Row { path: ZERO, parent: Table::ROOT, name: "zero", mode: 0o444 },
    ],
};

/// What `drivers` says.
const LETTERS: &str = "#/ root\n#c cons\n#C virtcon\n#M mnt\n#9 mnt\n#P arch\n#s srv\n#| pipe\n";

/// How many zeros one read gives at most: each page of them is a view that has to be kept.
const ZEROS_MAX: usize = 16 << 20;

/// How many typed bytes wait for a reader before the terminal has to keep the rest. An interrupt behind them waits, too.
const UNREAD_BYTES_MAX: usize = 64 * 1024;

const INTERRUPT: u8 = 0x03;

/// Somebody's screen and keyboard: a serial line, a console port.
pub trait Terminal: Send + Sync {
    /// Bytes that were typed, into `into`; how many, at least one. Zero: the terminal is gone.
    fn poll_read(&self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<usize>;

    /// Shows bytes as they are; how many of them, at least one.
    fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize>;
}

/// A terminal with a line under the keyboard.
///
/// What is typed is kept as it comes, and edited and shown when somebody reads: keys meant for the next reader do not
/// appear in the middle of what runs now. Only an interrupt is taken at once, and everything typed before it is dropped.
pub struct Console {
    terminal: Arc<dyn Terminal>,
    typed: Mutex<Typing>,
    /// A byte or an interrupt was typed, or the terminal went away.
    changed: WaitList,
    /// Bytes were taken.
    taken: WaitList,
    /// How often ^C was typed; a change means the foreground is to stop.
    interrupts: AtomicU64,
}

#[derive(Default)]
struct Typing {
    /// Typed and not looked at.
    bytes: VecDeque<u8>,
    editor: Editor,
    /// Edited to its end and not read yet; usually at most one.
    lines: VecDeque<Line>,
    /// The terminal is gone: when all is read, every read is the end.
    hungup: bool,
}

enum Line {
    /// What was typed, and how many interrupts were typed before it.
    Text(Windows, u64),
    End,
}

/// By number; the places of those that are gone are used again.
static CONSOLES: Mutex<Vec<Option<Arc<Console>>>> = Mutex::new(Vec::new());

/// Makes a console of a terminal; the number `#c` is followed by to attach it.
pub fn add(terminal: Arc<dyn Terminal>) -> (usize, Arc<Console>) {
    let console = Arc::new(Console {
        terminal,
        typed: Mutex::default(),
        changed: WaitList::new(),
        taken: WaitList::new(),
        interrupts: AtomicU64::new(0),
    });
    let mut all = CONSOLES.lock();
    let number = match all.iter().position(Option::is_none) {
        Some(number) => number,
        None => {
            all.push(None);
            all.len() - 1
        }
    };
    all[number] = Some(console.clone());
    (number, console)
}

/// Forgets a console whose sessions are over. Who has it open keeps it.
pub fn remove(number: usize) {
    if let Some(place) = CONSOLES.lock().get_mut(number) {
        *place = None;
    }
}

impl Console {
    /// Keeps what is typed for readers, until the terminal is gone. Run by a task of its own.
    pub async fn serve(&self) {
        let mut bytes = [0; 64];
        loop {
            let room = || (self.typed.lock().bytes.len() < UNREAD_BYTES_MAX).then_some(());
            self.taken.until(room).await;
            let count = poll_fn(|cx| self.terminal.poll_read(cx, &mut bytes)).await;
            let mut typed = self.typed.lock();
            let behind = match bytes[..count].iter().rposition(|&byte| byte == INTERRUPT) {
                Some(at) => {
                    // One for the shell is as good as several.
                    self.interrupts.fetch_add(1, Relaxed);
                    typed.bytes.clear();
                    typed.lines.clear();
                    typed.editor.forget_line();
                    at + 1
                }
                None => 0,
            };
            typed.bytes.extend(&bytes[behind..count]);
            typed.hungup |= count == 0;
            drop(typed);
            self.changed.wake_all();
            if behind > 0 {
                self.show(b"^C\r\n").await;
            }
            if count == 0 {
                return;
            }
        }
    }

    /// The next of what was typed, at most `count` bytes. Empty: the end.
    pub async fn read(&self, count: usize) -> Windows {
        if count == 0 {
            return Windows::new();
        }
        self.edited().await;
        self.typed.lock().take(count)
    }

    /// The next line, for whoever runs it: with it, the number of interrupts typed before it. One more than that is
    /// meant for what the line runs, even if it was typed before that could begin.
    pub async fn read_line(&self) -> (Windows, u64) {
        self.edited().await;
        self.typed.lock().take_line()
    }

    /// Edits and shows what is typed until there is a line, or the end.
    async fn edited(&self) {
        loop {
            let mut echo = Vec::new();
            let found = self.changed.until(|| self.typed.lock().edit(&mut echo, self.interrupts())).await;
            self.taken.wake_all();
            self.show(&echo).await;
            if found == Found::Line {
                return;
            }
        }
    }

    /// Writes text, a newline as carriage return and newline.
    pub async fn write(&self, bytes: &[u8]) {
        for (nth, line) in bytes.split(|&b| b == b'\n').enumerate() {
            if nth > 0 {
                self.show(b"\r\n").await;
            }
            self.show(line).await;
        }
    }

    /// Writes a prompt, and what has been typed behind it already.
    pub async fn prompt(&self, prompt: &str) {
        let mut shown = Vec::from(prompt.as_bytes());
        self.typed.lock().editor.redraw(&mut shown);
        self.show(&shown).await;
    }

    /// Is the terminal gone? Then every read is the end.
    pub fn is_gone(&self) -> bool {
        let typed = self.typed.lock();
        typed.hungup && typed.bytes.is_empty() && typed.lines.is_empty()
    }

    /// How many interrupts were typed so far.
    pub fn interrupts(&self) -> u64 {
        self.interrupts.load(Relaxed)
    }

    /// Returns when an interrupt is typed after the first `seen`.
    pub async fn interrupted(&self, seen: u64) {
        self.changed.until(|| (self.interrupts() != seen).then_some(())).await;
    }

    async fn show(&self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let shown = poll_fn(|cx| self.terminal.poll_write(cx, bytes)).await;
            bytes = &bytes[shown.clamp(1, bytes.len())..];
        }
    }
}

/// What looking at the typed bytes came to.
#[derive(PartialEq, Eq)]
enum Found {
    /// Something to read, or the end.
    Line,
    /// Something to show.
    Keys,
}

impl Typing {
    /// Edits until a line is complete or no byte is left; `None` when there is nothing new at all.
    fn edit(&mut self, echo: &mut Vec<u8>, interrupts: u64) -> Option<Found> {
        while self.lines.is_empty() {
            let Some(byte) = self.bytes.pop_front() else {
                return match (self.hungup, echo.is_empty()) {
                    (true, _) => Some(Found::Line),
                    (false, false) => Some(Found::Keys),
                    (false, true) => None,
                };
            };
            match self.editor.feed(byte, echo) {
                Typed::Nothing | Typed::Interrupt => {}
                Typed::End => self.lines.push_back(Line::End),
                Typed::Line(mut line) => {
                    line.push(b'\n');
                    // Without a page for it the line is lost, as with a keyboard nobody empties.
                    if let Ok(windows) = text::copied(&line) {
                        self.lines.push_back(Line::Text(windows, interrupts));
                    }
                }
            }
        }
        Some(Found::Line)
    }

    fn take(&mut self, count: usize) -> Windows {
        match self.lines.front_mut() {
            Some(Line::Text(text, _)) if text.len() > count => text.split_to(count),
            _ => self.take_line().0,
        }
    }

    fn take_line(&mut self) -> (Windows, u64) {
        match self.lines.pop_front() {
            Some(Line::Text(text, interrupts)) => (text, interrupts),
            Some(Line::End) | None => (Windows::new(), 0),
        }
    }
}

/// A file of the device.
#[derive(Clone)]
pub struct Node {
    path: u64,
    /// Which console; none before the first terminal was added.
    console: Option<Arc<Console>>,
    number: u32,
}

impl Node {
    /// The directory, with the console of this number.
    pub fn attach(spec: &[u8]) -> Result<Node, Error> {
        let number = match spec {
            b"" => 0,
            digits => core::str::from_utf8(digits).ok().and_then(|d| d.parse().ok()).ok_or(Error::BadSpec)?,
        };
        let console = CONSOLES.lock().get(number as usize).cloned().flatten();
        if console.is_none() && number != 0 {
            return Err(Error::BadSpec);
        }
        Ok(Node { path: Table::ROOT, console, number })
    }

    fn step(&self, name: &[u8]) -> Result<Node, Error> {
        TABLE.step(self.path, name).map(|path| Node { path, ..self.clone() })
    }
}

impl Device for Node {
    fn letter(&self) -> char {
        'c'
    }

    /// Consoles differ in `cons` and in the directory that has it; the other files are the same in all.
    fn instance(&self) -> u32 {
        if matches!(self.path, CONS | Table::ROOT) { self.number } else { 0 }
    }

    fn qid(&self) -> Qid {
        TABLE.qid(self.path)
    }

    async fn walk(&self, names: &[&[u8]]) -> Result<Walked<Self>, Error> {
        walk_by_steps(self, names, Node::step)
    }

    async fn stat(&self) -> Result<Stat, Error> {
        Ok(Stat { instance: self.instance(), ..TABLE.stat(self.path) })
    }

    async fn open(self, mode: OpenMode) -> Result<Opened<Self>, Error> {
        TABLE.open(self.path, mode)?;
        if self.path == CONS && self.console.is_none() {
            return Err(Error::Shutdown);
        }
        Ok(Opened::Node(self))
    }

    async fn read_dir(&self, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        if self.path == Table::ROOT { TABLE.read_dir(self.path, from) } else { Err(Error::NotDir) }
    }

    async fn bread(&self, count: usize, offset: u64) -> Result<Windows, Error> {
        match self.path {
            CONS => match &self.console {
                Some(console) => Ok(console.read(count).await),
                None => Err(Error::Shutdown),
            },
            DRIVERS => text::read(count, offset, |to| to.write_str(LETTERS)),
            NULL => Ok(Windows::new()),
            USER => text::read(count, offset, |to| to.write_str(user())),
            ZERO => zeros(count.min(ZEROS_MAX)),
            _ => Err(Error::IsDir),
        }
    }

    async fn bwrite(&self, windows: Windows, _offset: u64) -> Result<usize, Error> {
        match self.path {
            CONS => {
                let console = self.console.as_ref().ok_or(Error::Shutdown)?;
                for window in windows.iter() {
                    console.write(window.as_slice()).await;
                }
                Ok(windows.len())
            }
            NULL => Ok(windows.len()),
            Table::ROOT => Err(Error::IsDir),
            _ => Err(Error::Permission),
        }
    }

    fn is_stream(&self) -> bool {
        self.path == CONS
    }
}

/// Many views of one page of zeros.
fn zeros(count: usize) -> Result<Windows, Error> {
    let mut page = pool().alloc(1).map_err(|_| Error::NoMemory)?;
    page.set_window(0..PAGE_SIZE);
    page.as_mut_slice().fill(0);
    let page = page.share();
    let mut windows = Windows::new();
    while windows.len() < count {
        let mut view = page.clone();
        view.truncate(count - windows.len());
        windows.push(view);
    }
    Ok(windows)
}
