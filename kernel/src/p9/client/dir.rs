//! Directories: entries read in place, out of the windows the reply came in.

use alloc::vec;
use alloc::vec::Vec;

use super::fid::Fid;
use crate::io::Windows;
use crate::p9::error::Error;
use crate::p9::msg::{Dialect, Dirent, Malformed, Qid, Reader, Rread, Rreaddir, Stat, Tread, Treaddir};
use crate::p9::wire::Wire;

/// An entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'e> {
    /// The file.
    pub qid: Qid,
    /// Where to go on reading after this entry. The server's own number; only entries and 0 have valid ones.
    pub next: u64,
    /// Linux' `d_type` in 9P2000.L, 0 when the server does not know; 0 in other dialects.
    pub kind: u8,
    /// Its name.
    pub name: &'e [u8],
    /// Everything about the file, in the dialects whose directories have it.
    pub stat: Option<Stat<'e>>,
}

/// Entries one message brought.
#[derive(Debug)]
pub struct Entries {
    windows: Windows,
    dialect: Dialect,
    /// Where the entries after the last one given begin.
    next: u64,
    /// Bytes of the entry given last, still at the front of `windows`.
    given: usize,
    /// An entry that was cut across windows.
    whole: Vec<u8>,
}

impl Entries {
    fn new(windows: Windows, dialect: Dialect, from: u64) -> Self {
        Entries { windows, dialect, next: from, given: 0, whole: Vec::new() }
    }

    /// Did the message bring nothing: is this the end of the directory?
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// Where reading goes on after the entries given so far.
    pub fn next_offset(&self) -> u64 {
        self.next
    }

    /// The next entry; it is valid until the one after it is asked for.
    #[allow(
        clippy::should_implement_trait,
        reason = "an entry borrows from the list, which no Iterator may lend"
    )]
    pub fn next(&mut self) -> Option<Result<Entry<'_>, Malformed>> {
        self.windows.advance(core::mem::take(&mut self.given));
        if self.windows.is_empty() {
            return None;
        }
        let len = match self.entry_len() {
            Ok(len) => len,
            Err(error) => {
                self.windows = Windows::new();
                return Some(Err(error));
            }
        };
        self.given = len;
        let bytes = match self.windows.first().and_then(|first| first.get(..len)) {
            Some(bytes) => bytes,
            None => {
                self.whole = vec![0; len];
                self.windows.peek(&mut self.whole);
                &self.whole
            }
        };
        let parsed = parse(bytes, self.dialect, self.next);
        if let Ok(entry) = &parsed {
            self.next = entry.next;
        }
        Some(parsed)
    }

    /// Bytes of the entry at the front, all of which are there.
    fn entry_len(&self) -> Result<usize, Malformed> {
        let cut = Malformed::Cut { message: "directory entry" };
        let mut fixed = [0; Dirent::FIXED];
        let seen = self.windows.peek(&mut fixed);
        let len = if self.dialect == Dialect::Linux {
            match fixed {
                [.., low, high] if seen == Dirent::FIXED => {
                    Dirent::FIXED + usize::from(u16::from_le_bytes([low, high]))
                }
                _ => return Err(cut),
            }
        } else {
            match fixed {
                [low, high, ..] if seen >= 2 => 2 + usize::from(u16::from_le_bytes([low, high])),
                _ => return Err(cut),
            }
        };
        if len > self.windows.len() { Err(cut) } else { Ok(len) }
    }
}

fn parse(bytes: &[u8], dialect: Dialect, at: u64) -> Result<Entry<'_>, Malformed> {
    let mut from = Reader::new(bytes, "directory entry");
    if dialect == Dialect::Linux {
        let Dirent { qid, offset, kind, name } = Dirent::get_entry(&mut from)?;
        Ok(Entry { qid, next: offset, kind, name, stat: None })
    } else {
        let stat = Stat::get_entry(&mut from, dialect)?;
        Ok(Entry { qid: stat.qid, next: at + bytes.len() as u64, kind: 0, name: stat.name, stat: Some(stat) })
    }
}

impl<W: Wire> Fid<W> {
    /// Entries of this open directory from `offset` on (0, or what an entry said), at most `count` bytes of them, by one
    /// message. None: the end.
    pub async fn readdir(&self, offset: u64, count: usize) -> Result<Entries, Error> {
        let session = &self.session;
        let dialect = session.dialect();
        let asked = count.min(session.payload_max());
        let windows = if dialect == Dialect::Linux {
            let message = Treaddir { fid: self.fid, offset, count: asked as u32 };
            session.ask_payload::<_, Rreaddir<'_>>(message, asked, self.uses()).await?
        } else {
            let message = Tread { fid: self.fid, offset, count: asked as u32 };
            session.ask_payload::<_, Rread<'_>>(message, asked, self.uses()).await?
        };
        Ok(Entries::new(windows, dialect, offset))
    }
}
