//! One request: claim a slot, fill it, hand it to the wire, wait, collect.

use core::future::{Future, poll_fn};

use super::Session;
use crate::io::{Buf, Windows};
use crate::mem::PAGE_SIZE;
use crate::p9::error::{Error, Lie};
use crate::p9::fids::Fids;
use crate::p9::msg::{Dialect, Message, NO_FID};
use crate::p9::slots::{Answer, Draft, Expect, Failure, Late, SlotId};
use crate::p9::wire::{Recall, Wire};

impl<W: Wire> Session<W> {
    /// A request that makes a new fid out of `from`.
    pub(super) fn makes_fid(&self, from: u32) -> Result<Intent<'_>, Error> {
        let fid = self.slots.fids.take().ok_or(Error::NoFids)?;
        Ok(self.intent(Late::Makes(fid), [from, NO_FID]))
    }

    /// A request that clunks `fid`; if it is never sent, the keeper does.
    pub(super) fn clunks(&self, fid: u32) -> Intent<'_> {
        self.intent(Late::Clunks(fid), [NO_FID; 2])
    }

    /// A request that uses these fids, and makes and clunks none.
    #[inline]
    pub(super) fn uses(&self, fids: [u32; 2]) -> Intent<'_> {
        self.intent(Late::Nothing, fids)
    }

    #[inline]
    fn intent(&self, late: Late, uses: [u32; 2]) -> Intent<'_> {
        Intent { late, uses, fids: &self.slots.fids }
    }

    /// Sends what `build` writes. The slot is given up when it cannot be built.
    #[inline]
    pub(super) fn launch(
        &self,
        id: SlotId,
        expect: Expect,
        intent: Intent<'_>,
        build: impl FnOnce(&mut Draft<'_>) -> Result<(), Error>,
    ) -> Result<Sent<'_, W>, Error> {
        if let Err(error) = self.slots.fill(id, expect, intent.late, intent.uses, build) {
            self.slots.release(id);
            return Err(error);
        }
        intent.hand_over();
        if let Err(error) = self.wire.submit(&self.slots, id) {
            self.slots.fail(error.into());
        }
        Ok(self.take_up(id))
    }

    /// A request that is with the wire, and has been [let go](Sent::into_id) of.
    #[inline]
    pub(super) fn take_up(&self, id: SlotId) -> Sent<'_, W> {
        Sent { session: self, id, collected: Collected::No }
    }

    /// Asks `message` and gives the reply `R`, which has no payload.
    pub(super) async fn call<'m, M, R>(&self, message: &M, intent: Intent<'_>) -> Result<R, Error>
    where
        M: Message<'m>,
        R: for<'r> Message<'r>,
    {
        self.ask(message, Expect::message::<R>(), intent, PAGE_SIZE, |answer| answer.get::<R>(self.dialect()))
            .await
    }

    /// Asks `message`; `look` sees the reply, for which there are `room` bytes.
    pub(super) async fn ask<'m, M: Message<'m>, T>(
        &self,
        message: &M,
        expect: Expect,
        intent: Intent<'_>,
        room: usize,
        look: impl FnOnce(Answer<'_>) -> Result<T, Lie>,
    ) -> Result<T, Error> {
        let id = match self.slots.claim_spare() {
            Some(id) => id,
            None => self.slots.claim().await?,
        };
        let sent = self.launch(id, expect, intent, |draft| {
            draft.message(message, self.dialect())?;
            Ok(draft.reply_room(room)?)
        })?;
        sent.settled().await;
        sent.collect(look)
    }

    /// Sends a request nobody waits for.
    pub(super) fn send_detached<'m, M: Message<'m>, R: for<'r> Message<'r>>(
        &self,
        id: SlotId,
        message: &M,
        fid: u32,
    ) {
        let intent = self.intent(Late::Detached(fid), [NO_FID; 2]);
        let sent = self.launch(id, Expect::message::<R>(), intent, |draft| {
            draft.message(message, self.dialect())?;
            Ok(draft.reply_room(PAGE_SIZE)?)
        });
        if let Ok(sent) = sent {
            sent.forget();
        }
    }
}

/// What a request does to fids, from before it is sent: dropped unsent, it has had no effect.
pub(super) struct Intent<'s> {
    late: Late,
    /// Fids it uses, which must not be clunked before it has ended.
    uses: [u32; 2],
    fids: &'s Fids,
}

impl Intent<'_> {
    /// The slot takes care from now on.
    #[inline]
    fn hand_over(mut self) {
        self.late = Late::Nothing;
    }

    /// The fid it makes or clunks.
    pub(super) fn fid(&self) -> u32 {
        match self.late {
            Late::Makes(fid) | Late::Clunks(fid) | Late::Detached(fid) => fid,
            Late::Nothing => NO_FID,
        }
    }
}

impl Drop for Intent<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.late != Late::Nothing {
            self.late.never_was(self.fids);
        }
    }
}

/// A request with the wire. Dropped before it is collected, it is cancelled.
#[must_use = "dropping a request cancels it"]
pub(super) struct Sent<'s, W: Wire> {
    session: &'s Session<W>,
    id: SlotId,
    collected: Collected,
}

/// How much of a request has been taken back by who waited for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Collected {
    /// Nothing: it may be under way still.
    No,
    /// The reply; its memory is in the slot.
    Reply,
    /// Everything: the slot is free, and may be somebody else's.
    All,
}

impl<W: Wire> Sent<'_, W> {
    /// Waits until there is something to collect.
    #[inline(always)]
    pub(super) fn settled(&self) -> impl Future<Output = ()> + '_ {
        poll_fn(|cx| self.session.slots.poll_settled(self.id, cx))
    }

    /// The reply, if it is one and no refusal.
    #[inline]
    pub(super) fn collect<T>(mut self, look: impl FnOnce(Answer<'_>) -> Result<T, Lie>) -> Result<T, Error> {
        self.look(look)
    }

    /// What of the request's memory is in the slot, after an error: all of it, unless a device still has it.
    pub(super) fn salvage(&mut self) -> (Option<Buf>, Windows) {
        self.session.slots.salvage(self.id)
    }

    /// [`collect`](Sent::collect), for who still has to [`salvage`](Sent::salvage) after an error.
    #[inline]
    pub(super) fn look<T>(&mut self, look: impl FnOnce(Answer<'_>) -> Result<T, Lie>) -> Result<T, Error> {
        match self.session.slots.finish(self.id, look) {
            Some(Ok(seen)) => {
                self.collected = Collected::All;
                Ok(seen)
            }
            Some(Err(lie)) => {
                self.collected = Collected::Reply;
                Err(self.session.lied(lie))
            }
            None => Err(self.why_not()),
        }
    }

    /// What there is instead of a reply that says yes.
    #[cold]
    fn why_not(&mut self) -> Error {
        let slots = &self.session.slots;
        let mut collected = Collected::No;
        let why = slots.collect(self.id, |answer| match answer {
            Ok(answer) => {
                collected = Collected::Reply;
                Error::Refused(answer.refusal(self.session.dialect()))
            }
            Err(Failure::Expired(awaited)) => Error::TimedOut { awaited, after: slots.patience() },
            Err(Failure::Session(error)) => error.into(),
        });
        self.collected = collected;
        why
    }

    /// Nobody waits for it, and its slot knows (or the keeper looks after it).
    pub(super) fn forget(self) {
        self.into_id();
    }

    /// It is waited for elsewhere, or later: whoever has the slot has to [take it up](Session::take_up).
    pub(super) fn into_id(self) -> SlotId {
        let id = self.id;
        core::mem::forget(self);
        id
    }

    /// The session's dialect.
    pub(super) fn dialect(&self) -> Dialect {
        self.session.dialect()
    }
}

impl<W: Wire> Drop for Sent<'_, W> {
    #[inline]
    fn drop(&mut self) {
        match self.collected {
            Collected::All => {}
            Collected::Reply => self.session.slots.release(self.id),
            Collected::No => self.cancel(),
        }
    }
}

impl<W: Wire> Sent<'_, W> {
    #[cold]
    fn cancel(&mut self) {
        let Session { wire, slots, .. } = self.session;
        if self.id == slots.reserved() {
            // Without an answer to Tversion there is no session.
            slots.fail(crate::p9::error::SessionError::Closed);
            return;
        }
        let over = slots.dead().is_some() && !W::RETURNS_FLUSHED;
        let recall = if over { Recall::NeverSent } else { wire.recall(slots, self.id) };
        slots.abandon(self.id, recall);
    }
}
