//! Reading files in large pieces, several at a time, and ahead of who reads them in order.
//!
//! One [`Ahead`] belongs to one open file. A read of more than one message carries goes out as several messages at once. A
//! read that begins where the last one ended is part of a *run*, and while a run lasts, pieces beyond it are under way
//! before they are asked for. They are loans: what has come is handed on as windows, whatever sizes the reader asks for,
//! and nothing is copied.
//!
//! # How far
//! Never further than what the run has read already: twice reading a little costs nothing much, and a long run is soon
//! [`AHEAD_BYTES_MAX`] ahead. Pieces grow the same way up to a whole message. Without slots to spare less is ahead; and
//! nothing more where half of the pool is in use, so that readers who keep files open and do not read on leave pages to all
//! others.
//!
//! # How old
//! The bytes ahead are as old as they are. They are dropped, and asked for again, when anything was written through this
//! session since they were asked for, and when the reader was away for [`AWAY_NS_MAX`]; so a reader sees the host's
//! changes with no more delay than that, plus what it takes to read what is ahead. A piece that comes short is the end of
//! the run, and nothing ahead of it is believed: the next read asks the server. So a file that grows is read on, and the
//! end is always the server's word.

use alloc::boxed::Box;

use super::fid::Fid;
use super::flights::{Flights, Reading};
use crate::io::Windows;
use crate::mem::PAGE_SIZE;
use crate::p9::error::Error;
use crate::p9::wire::Wire;
use crate::time::{self, Instant, Nanos};

/// Bytes under way beyond what was asked for, at most.
pub const AHEAD_BYTES_MAX: usize = 8 << 20;

/// Messages of one reader under way, at most.
const READS_MAX: usize = 16;

/// How long a reader may be away and still find what was read ahead for it.
pub const AWAY_NS_MAX: Nanos = Nanos::from_millis(100);

/// What is ahead of one reader of one file.
pub struct Ahead<W: Wire> {
    /// Where the last read ended.
    at: u64,
    /// Bytes read in a row up to `at`.
    run: usize,
    /// Arrived: the bytes from `at` on.
    ready: Windows,
    /// Under way: the bytes after `ready`, without gaps.
    under_way: Flights<Reading<W>, READS_MAX>,
    /// Where the last of them ends.
    asked_to: u64,
    /// The session's count of changes when the run began.
    changes: u64,
    /// When the last read ended.
    left: Instant,
}

impl<W: Wire> Ahead<W> {
    /// Nothing was read yet.
    pub const fn new() -> Self {
        Ahead {
            at: 0,
            run: 0,
            ready: Windows::new(),
            under_way: Flights::new(),
            asked_to: 0,
            changes: 0,
            left: Instant::ZERO,
        }
    }

    /// At most `count` bytes of `file` from `offset`; fewer at its end. `changes` counts what was done to files through this
    /// session, `most` is how far ahead to be, in bytes.
    ///
    /// After an error nothing is ahead any more.
    pub async fn read(
        mut self: Box<Self>,
        file: &Fid<W>,
        count: usize,
        offset: u64,
        changes: u64,
        most: usize,
    ) -> (Box<Self>, Result<Windows, Error>) {
        if offset != self.at || changes != self.changes || time::now() - self.left > AWAY_NS_MAX {
            self.begin(offset, changes);
        }
        let read = match self.run {
            // One message, and nothing ahead: what most reads of small files and random places are.
            0 if count <= file.io_unit() => file.read_loan(offset, count).await,
            run => self.read_on(file, count, run.min(most)).await,
        };
        match &read {
            Ok(windows) => {
                self.at = offset + windows.len() as u64;
                self.asked_to = self.asked_to.max(self.at);
                self.run = if windows.len() == count { self.run.saturating_add(count) } else { 0 };
                self.left = time::now();
            }
            Err(_) => self.begin(offset, changes),
        }
        (self, read)
    }

    /// Another run begins: nothing is ahead.
    fn begin(&mut self, offset: u64, changes: u64) {
        while self.under_way.pop().is_some() {}
        self.ready = Windows::new();
        (self.at, self.asked_to, self.run, self.changes) = (offset, offset, 0, changes);
    }

    /// Reads on from `at`, keeping `ahead` bytes under way beyond.
    async fn read_on(&mut self, file: &Fid<W>, count: usize, ahead: usize) -> Result<Windows, Error> {
        let end = self.at.saturating_add(count as u64);
        let mut got = Windows::new();
        loop {
            self.ask(file, end, count, ahead).await?;
            let taken = self.ready.len().min(count - got.len());
            got.append(self.ready.split_to(taken));
            if got.len() == count {
                return Ok(got);
            }
            // With neither bytes nor requests left the next turn asks for more.
            let Some(first) = self.under_way.pop() else { continue };
            let asked = first.asked();
            self.ready = first.finish().await?;
            if self.ready.len() < asked {
                break;
            }
        }
        // The end, as the server sees it now. What is under way beyond is answered about the same time, with nothing.
        while let Some(beyond) = self.under_way.pop() {
            let _ = beyond.finish().await;
        }
        let taken = self.ready.len().min(count - got.len());
        got.append(self.ready.split_to(taken));
        self.ready = Windows::new();
        self.asked_to = self.at + got.len() as u64;
        Ok(got)
    }

    /// Asks for what is missing up to `end` and `ahead` bytes beyond. It waits for a slot only when nothing is there to go
    /// on with.
    async fn ask(&mut self, file: &Fid<W>, end: u64, count: usize, ahead: usize) -> Result<(), Error> {
        let unit = file.io_unit();
        let until = end.saturating_add(ahead as u64);
        while self.asked_to < until && !self.under_way.is_full() {
            if self.asked_to >= end && !file.has_pages_to_spare() {
                break;
            }
            let piece = match ahead {
                0 => unit.min((until - self.asked_to) as usize),
                _ => unit.min(whole_pages(count.max(ahead))),
            };
            let idle = self.under_way.is_empty() && self.ready.is_empty();
            let reading = if idle {
                file.begin_read(self.asked_to, piece).await
            } else {
                match file.try_begin_read(self.asked_to, piece) {
                    Some(reading) => reading,
                    None => break,
                }
            };
            match reading {
                Ok(reading) => {
                    self.asked_to += reading.asked() as u64;
                    self.under_way.push(reading);
                }
                // Less is ahead then; what is under way brings some.
                Err(Error::NoPages(_)) if !idle => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<W: Wire> Default for Ahead<W> {
    fn default() -> Self {
        Ahead::new()
    }
}

/// A length a server likes to read: whole pages, where it is more than one.
fn whole_pages(bytes: usize) -> usize {
    if bytes > PAGE_SIZE { bytes / PAGE_SIZE * PAGE_SIZE } else { bytes }
}
