//! Requests under way that nobody waits for yet: how a large read or write goes out in several requests at a time, and how
//! a reader is kept ahead of.
//!
//! What is under way is an owned value. It can be kept across reads, and be waited for when its turn comes; dropped
//! before, it is cancelled like any request, and its pages come back when the device returns them.

use core::future::poll_fn;
use core::ops::Range;
use core::task::{Context, Poll};

use super::Handle;
use super::fid::{Fid, written};
use super::request::Sent;
use crate::io::Windows;
use crate::mem::PAGE_SIZE;
use crate::p9::error::Error;
use crate::p9::msg::{Rread, Rwrite, Tread};
use crate::p9::slots::{Expect, SlotId};
use crate::p9::wire::Wire;

/// Pieces of one write under way at a time, at most.
const WRITES_MAX: usize = 8;

/// A request under way, and the session it belongs to.
struct Flight<W: Wire> {
    session: Handle<W>,
    /// `None` once it has been taken up again.
    id: Option<SlotId>,
}

impl<W: Wire> Flight<W> {
    fn of(session: &Handle<W>, sent: Sent<'_, W>) -> Self {
        Flight { session: session.clone(), id: Some(sent.into_id()) }
    }

    /// Is there something to collect?
    fn poll_landed(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.id.map_or(Poll::Ready(()), |id| self.session.slots.poll_settled(id, cx))
    }

    /// Hands over who collects it.
    fn take_up(&mut self) -> Option<Sent<'_, W>> {
        let id = self.id.take()?;
        Some(self.session.take_up(id))
    }
}

impl<W: Wire> Drop for Flight<W> {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            drop(self.session.take_up(id));
        }
    }
}

/// A read under way.
pub struct Reading<W: Wire> {
    flight: Flight<W>,
    asked: usize,
}

impl<W: Wire> Reading<W> {
    /// How many bytes were asked for.
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// Waits for the bytes: fewer than were asked for at the file's end.
    pub async fn finish(mut self) -> Result<Windows, Error> {
        poll_fn(|cx| self.flight.poll_landed(cx)).await;
        match self.flight.take_up() {
            Some(sent) => sent.collect(|mut answer| Ok(answer.take_payload())),
            None => Ok(Windows::new()),
        }
    }
}

/// A write under way.
pub(super) struct Writing<W: Wire> {
    flight: Flight<W>,
    at: u64,
    sending: usize,
}

impl<W: Wire> Writing<W> {
    /// What of the file it writes.
    pub(super) fn range(&self) -> Range<u64> {
        self.at..self.at.saturating_add(self.sending as u64)
    }

    /// Is there something to collect?
    pub(super) fn poll_landed(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.flight.poll_landed(cx)
    }

    /// Once it has landed: the windows it sent, and the server's word on how many of their bytes it took.
    pub(super) fn collect(mut self) -> (Windows, Result<usize, Error>) {
        let (sending, mut sent_windows) = (self.sending, Windows::new());
        let Some(sent) = self.flight.take_up() else { return (sent_windows, Ok(0)) };
        let dialect = sent.dialect();
        let taken = sent.collect(|mut answer| {
            let count = written(&answer, dialect, sending)?;
            sent_windows = answer.take_out();
            Ok(count)
        });
        (sent_windows, taken)
    }

    /// Waits for the server's word on how many bytes it took.
    async fn finish(self) -> Result<usize, Error> {
        poll_fn(|cx| self.poll_landed(cx)).await;
        self.collect().1
    }
}

impl<W: Wire> Fid<W> {
    /// Asks for at most `count` bytes from `offset`, by one message, and does not wait for them; only for a slot.
    pub async fn begin_read(&self, offset: u64, count: usize) -> Result<Reading<W>, Error> {
        let id = self.session.slots.claim().await?;
        self.launch_read(id, offset, count)
    }

    /// The same without waiting for a slot. `None`: there is none to spare.
    pub fn try_begin_read(&self, offset: u64, count: usize) -> Option<Result<Reading<W>, Error>> {
        let id = self.session.slots.claim_spare()?;
        Some(self.launch_read(id, offset, count))
    }

    /// Is half of the pool free, so that pages may be taken for what nobody has asked for?
    pub(super) fn has_pages_to_spare(&self) -> bool {
        let pool = self.session.slots.pool();
        pool.has_free(pool.pages().div_ceil(2))
    }

    fn launch_read(&self, id: SlotId, offset: u64, count: usize) -> Result<Reading<W>, Error> {
        let session = &self.session;
        let asked = count.min(session.payload_max());
        let message = Tread { fid: self.fid, offset, count: asked as u32 };
        let sent = session.launch_payload::<_, Rread<'_>>(id, &message, asked, self.uses())?;
        Ok(Reading { flight: Flight::of(session, sent), asked })
    }

    /// Writes all of `windows` at `offset`, in as many messages as it takes, several of them at a time. How many bytes the
    /// server took: all, or those in front of the first it did not take. When it takes only a part, bytes behind that
    /// part may have been written too.
    pub async fn write_all(&self, windows: Windows, offset: u64) -> Result<usize, Error> {
        let (session, wanted) = (&self.session, windows.len());
        if session.sendable(&windows) == wanted {
            return self.write_on(windows, offset, 0).await;
        }
        let mut rest = windows.clone();
        let mut under_way = Flights::<Writing<W>, WRITES_MAX>::new();
        let mut written = 0;
        loop {
            while !rest.is_empty() && !under_way.is_full() {
                let id = match under_way.is_empty() {
                    true => session.slots.claim().await?,
                    false => match session.slots.claim_spare() {
                        Some(id) => id,
                        None => break,
                    },
                };
                let at = offset + (wanted - rest.len()) as u64;
                under_way.push(self.launch_write(id, &mut rest, at)?);
            }
            let Some(first) = under_way.pop() else { return Ok(written) };
            let sending = first.sending;
            let taken = first.finish().await?;
            written += taken;
            if taken < sending {
                break;
            }
        }
        // What is behind the gap is under way already: it ends before the gap is closed.
        while let Some(next) = under_way.pop() {
            next.finish().await?;
        }
        self.write_on(windows, offset, written).await
    }

    /// Sends as much of the front of `rest` as one message takes, by the slot `id`.
    pub(super) fn launch_write(&self, id: SlotId, rest: &mut Windows, at: u64) -> Result<Writing<W>, Error> {
        let session = &self.session;
        let sending = session.sendable(rest);
        let mut piece = rest.split_to(sending);
        let sent = session.launch(id, Expect::message::<Rwrite>(), self.uses(), |draft| {
            draft.reply_room(PAGE_SIZE)?;
            Ok(draft.twrite(self.fid, at, &mut piece)?)
        })?;
        Ok(Writing { flight: Flight::of(session, sent), at, sending })
    }

    /// Writes what of `windows` comes after the first `written` bytes, one message after the other.
    pub async fn write_on(
        &self,
        mut windows: Windows,
        offset: u64,
        mut written: usize,
    ) -> Result<usize, Error> {
        windows.advance(written);
        while !windows.is_empty() {
            let (rest, taken) = self.write(windows, offset + written as u64).await;
            let taken = taken?;
            // A server that takes nothing of something will take nothing the next time either.
            if taken == 0 {
                break;
            }
            written += taken;
            windows = rest;
            windows.advance(taken);
        }
        Ok(written)
    }
}

/// Up to `N` of them, in the order they went out.
pub(super) struct Flights<T, const N: usize> {
    places: [Option<T>; N],
    first: usize,
    len: usize,
}

impl<T, const N: usize> Flights<T, N> {
    pub(super) const fn new() -> Self {
        Flights { places: [const { None }; N], first: 0, len: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn is_full(&self) -> bool {
        self.len == N
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The one that went out first.
    pub(super) fn first(&self) -> Option<&T> {
        self.places[self.first].as_ref()
    }

    /// All of them, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.places.iter().flatten()
    }

    /// # Panics
    /// When it is full.
    pub(super) fn push(&mut self, flight: T) {
        assert!(!self.is_full(), "more requests than there are places for them");
        self.places[(self.first + self.len) % N] = Some(flight);
        self.len += 1;
    }

    /// Takes the one away that went out first.
    pub(super) fn pop(&mut self) -> Option<T> {
        let flight = self.places[self.first].take()?;
        self.first = (self.first + 1) % N;
        self.len -= 1;
        Some(flight)
    }
}
