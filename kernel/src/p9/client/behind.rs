//! Writing behind: a write is over for its program when it is sent, and its answer is awaited later.
//!
//! One [`Behind`] belongs to one open file. Its windows travel with the requests, so nothing is copied; a program that
//! writes on while the server works finds room for [`BEHIND_MAX`] messages before it has to wait for the oldest.
//!
//! # Why a queue for each open file, and not one for the session
//! A queue of the session would bound what is under way once for all writers, and one task could land it. But an error
//! belongs to the file it happened to: the queue would have to keep a list of files anyway, a reader who must see what was
//! written would wait for everybody's writes, and a writer whose server is slow would take the places of the others. With a
//! queue for each open file the error, the order and the wait belong to whoever caused them; the session bounds all of them
//! together by its slots, and the pool by [`Fid::has_pages_to_spare`].
//!
//! # Order
//! A server may take requests up in any order, so no two writes to the same bytes are under way at a time: the later one
//! waits. Writes to different bytes come to the same in any order. A file that takes all writes at its end is not to be
//! written behind.
//!
//! # Errors
//! The first one stays: every later write and [`settle`](Behind::settle) answers with it, and the bytes it cost are not sent
//! again. Bytes behind them may have been written. What a server takes only a part of is no error yet: the rest is sent
//! again, before anything else, until the server takes all of it, or none.
//!
//! # Pages
//! At most [`BEHIND_MAX`] messages' worth; and a write that finds half of the pool in use waits for all answers, its own
//! included, before it returns.
//!
//! Every method can be dropped while it waits: what was sent stays under way, and belongs to the queue.

use alloc::vec::Vec;
use core::future::poll_fn;
use core::ops::Range;
use core::task::{Context, Waker};

use super::fid::Fid;
use super::flights::{Flights, Writing};
use crate::io::Windows;
use crate::p9::error::Error;
use crate::p9::wire::Wire;

/// Messages of one writer under way, at most.
pub const BEHIND_MAX: usize = 8;

/// What is behind one writer of one file.
pub struct Behind<W: Wire> {
    under_way: Flights<Writing<W>, BEHIND_MAX>,
    /// What a server left over, and where it belongs.
    left_over: Vec<(Windows, u64)>,
    /// What went wrong first.
    failed: Option<Error>,
    /// Somebody has heard of it.
    told: bool,
}

impl<W: Wire> Behind<W> {
    /// Nothing was written yet.
    pub const fn new() -> Self {
        Behind { under_way: Flights::new(), left_over: Vec::new(), failed: None, told: false }
    }

    /// Nothing is under way, and nobody has to be told of an error.
    pub fn is_over(&self) -> bool {
        self.is_answered() && (self.failed.is_none() || self.told)
    }

    fn is_answered(&self) -> bool {
        self.under_way.is_empty() && self.left_over.is_empty()
    }

    /// Sends all of `windows` to `file` at `offset`, with at most `most` messages under way, and waits for no answer unless
    /// there is no room. How many bytes were sent: fewer when there were no pages for a message in the middle.
    ///
    /// # Errors
    /// The first of this and earlier writes, as far as it is known.
    pub async fn write(
        &mut self,
        file: &Fid<W>,
        mut windows: Windows,
        offset: u64,
        most: usize,
    ) -> Result<usize, Error> {
        let wanted = windows.len();
        self.collect_landed();
        while !windows.is_empty() {
            let sent = wanted - windows.len();
            let at = offset.saturating_add(sent as u64);
            let next = at..at.saturating_add(file.session.sendable(&windows) as u64);
            while self.under_way.len() >= most.clamp(1, BEHIND_MAX) || self.has(&next) {
                self.land(file).await;
            }
            self.tell()?;
            let slots = &file.session.slots;
            let id = match slots.claim_spare() {
                Some(id) => id,
                None if self.under_way.is_empty() => slots.claim().await?,
                // Not waited for with slots in hand: two who did that would wait for each other.
                None => {
                    self.land(file).await;
                    continue;
                }
            };
            match file.launch_write(id, &mut windows, at) {
                Ok(writing) => self.under_way.push(writing),
                Err(error) if sent == 0 => return Err(error),
                Err(_) => return Ok(sent),
            }
        }
        if !file.has_pages_to_spare() {
            self.settle(file).await?;
        }
        Ok(wanted)
    }

    /// Waits until the server has answered everything that was written.
    ///
    /// # Errors
    /// The first there was, now and every time after.
    pub async fn settle(&mut self, file: &Fid<W>) -> Result<(), Error> {
        while !self.is_answered() {
            self.land(file).await;
        }
        self.tell()
    }

    fn tell(&mut self) -> Result<(), Error> {
        match &self.failed {
            None => Ok(()),
            Some(error) => {
                self.told = true;
                Err(error.clone())
            }
        }
    }

    fn fail(&mut self, error: Error) {
        self.failed.get_or_insert(error);
    }

    /// Are some of these bytes being written?
    fn has(&self, bytes: &Range<u64>) -> bool {
        let meets = |other: Range<u64>| other.start < bytes.end && bytes.start < other.end;
        let left_over = self.left_over.iter().map(|(windows, at)| *at..*at + windows.len() as u64);
        self.under_way.iter().map(Writing::range).chain(left_over).any(meets)
    }

    /// One step on: what was left over is sent again, and the oldest answer is waited for.
    async fn land(&mut self, file: &Fid<W>) {
        self.send_left_over(file).await;
        if let Some(first) = self.under_way.first() {
            poll_fn(|cx| first.poll_landed(cx)).await;
        }
        self.collect_first();
    }

    async fn send_left_over(&mut self, file: &Fid<W>) {
        let slots = &file.session.slots;
        while !self.left_over.is_empty() && !self.under_way.is_full() {
            let id = match slots.claim_spare() {
                Some(id) => id,
                None if self.under_way.is_empty() => match slots.claim().await {
                    Ok(id) => id,
                    Err(error) => {
                        self.left_over.clear();
                        return self.fail(error.into());
                    }
                },
                None => return,
            };
            let Some((mut windows, at)) = self.left_over.pop() else { return slots.release(id) };
            match file.launch_write(id, &mut windows, at) {
                Ok(writing) => {
                    let sent_to = writing.range().end;
                    self.under_way.push(writing);
                    if !windows.is_empty() {
                        self.left_over.push((windows, sent_to));
                    }
                }
                Err(error) => self.fail(error),
            }
        }
    }

    /// Takes in every answer that is there, without waiting.
    fn collect_landed(&mut self) {
        let mut cx = Context::from_waker(Waker::noop());
        while self.under_way.first().is_some_and(|first| first.poll_landed(&mut cx).is_ready()) {
            self.collect_first();
        }
    }

    fn collect_first(&mut self) {
        let Some(writing) = self.under_way.pop() else { return };
        let Range { start, end } = writing.range();
        match writing.collect() {
            (_, Err(error)) => self.fail(error),
            (_, Ok(taken)) if start + taken as u64 == end => {}
            (_, Ok(0)) => self.fail(Error::took_nothing()),
            (mut windows, Ok(taken)) => {
                windows.advance(taken);
                self.left_over.push((windows, start + taken as u64));
            }
        }
    }
}

impl<W: Wire> Default for Behind<W> {
    fn default() -> Self {
        Behind::new()
    }
}
