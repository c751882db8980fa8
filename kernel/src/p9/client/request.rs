//! One request: claim a slot, fill it, hand it to the wire, wait, collect.
//!
//! [`Exchange`] is all of that as one future. It is written by hand, since every operation on a file goes through it: what a
//! request carries lies in its [`Question`] from the beginning, and is moved from there to the slot and back, nowhere else.

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll, Waker, ready};

use super::Session;
use crate::io::{Buf, Windows};
use crate::mem::PAGE_SIZE;
use crate::p9::error::{Error, Lie};
use crate::p9::fids::Fids;
use crate::p9::msg::{Dialect, Message, NO_FID};
use crate::p9::slots::{Answer, Claim, Draft, Expect, Failure, Late, Role, SlotId};
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
        Intent { role: Role { late, uses }, fids: &self.slots.fids }
    }

    /// Sends what `build` writes. The slot is given up when it cannot be built.
    #[inline]
    pub(super) fn launch(
        &self,
        id: SlotId,
        expect: Expect,
        mut intent: Intent<'_>,
        build: impl FnOnce(&mut Draft<'_>) -> Result<(), Error>,
    ) -> Result<Sent<'_, W>, Error> {
        self.send(id, expect, &mut intent, None, build)?;
        Ok(self.take_up(id))
    }

    /// The same; `waiter` is woken when there is something to collect. The request is with the wire afterwards, and whoever
    /// has the slot has to [take it up](Session::take_up).
    #[inline(always)]
    fn send(
        &self,
        id: SlotId,
        expect: Expect,
        intent: &mut Intent<'_>,
        waiter: Option<&Waker>,
        build: impl FnOnce(&mut Draft<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let load = match self.slots.fill(id, expect, &intent.role, waiter, build, W::load) {
            Ok(load) => load,
            Err(error) => {
                self.slots.release(id);
                return Err(error);
            }
        };
        // The slot takes care of fids from now on.
        intent.role.late = Late::Nothing;
        if let Err(error) = self.wire.submit(&self.slots, id, load) {
            self.slots.fail(error.into());
        }
        Ok(())
    }

    /// A request that is with the wire, and has been [let go](Sent::into_id) of.
    #[inline]
    pub(super) fn take_up(&self, id: SlotId) -> Sent<'_, W> {
        Sent { session: self, id, collected: Collected::No }
    }

    /// Asks `message` and gives the reply `R`, which has no payload.
    #[inline]
    pub(super) fn call<'s, 'm, M, R>(
        &'s self,
        message: &'s M,
        intent: Intent<'s>,
    ) -> impl Future<Output = Result<R, Error>>
    where
        M: Message<'m>,
        R: for<'r> Message<'r>,
    {
        self.ask(message, Expect::message::<R>(), intent, PAGE_SIZE, |answer| answer.get::<R>(self.dialect()))
    }

    /// Asks `message`; `look` sees the reply, for which there are `room` bytes.
    #[inline]
    pub(super) fn ask<'s, 'm, M, L, T>(
        &'s self,
        message: &'s M,
        expect: Expect,
        intent: Intent<'s>,
        room: usize,
        look: L,
    ) -> Exchange<'s, W, Asked<'s, M, L>>
    where
        M: Message<'m>,
        L: FnOnce(Answer<'_>) -> Result<T, Lie>,
    {
        self.exchange(intent, Asked { message, expect, room, look: Some(look) })
    }

    /// Asks a question.
    #[inline]
    pub(super) fn exchange<'s, Q: Question>(&'s self, intent: Intent<'s>, question: Q) -> Exchange<'s, W, Q> {
        Exchange { session: self, intent, claim: None, stage: Stage::Begin, question }
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

/// What is asked, and what whoever asks gets for it.
pub(super) trait Question {
    /// What the reply says.
    type Said;
    /// What whoever asks gets.
    type Output;

    /// The reply to it.
    fn expect(&self) -> Expect;

    /// What is said without asking, where there is nothing to ask.
    #[inline]
    fn known(&mut self) -> Option<Self::Said> {
        None
    }

    /// Writes the request.
    fn write<W: Wire>(&mut self, session: &Session<W>, draft: &mut Draft<'_>) -> Result<(), Error>;

    /// Looks at the reply.
    fn read<W: Wire>(&mut self, session: &Session<W>, answer: Answer<'_>) -> Result<Self::Said, Lie>;

    /// There is no reply, or not one that says yes: what is left of the request's memory, unless a device has it.
    fn salvage(&mut self, _into: Option<Buf>, _out: Windows) {}

    /// How it ends.
    fn end(&mut self, said: Result<Self::Said, Error>) -> Self::Output;
}

/// A message that is asked; the reply has no payload.
pub(super) struct Asked<'q, M, L> {
    message: &'q M,
    expect: Expect,
    /// Bytes for the reply.
    room: usize,
    look: Option<L>,
}

impl<'m, M, L, T> Question for Asked<'_, M, L>
where
    M: Message<'m>,
    L: FnOnce(Answer<'_>) -> Result<T, Lie>,
{
    type Said = T;
    type Output = Result<T, Error>;

    #[inline]
    fn expect(&self) -> Expect {
        self.expect
    }

    #[inline]
    fn write<W: Wire>(&mut self, session: &Session<W>, draft: &mut Draft<'_>) -> Result<(), Error> {
        draft.message(self.message, session.dialect())?;
        Ok(draft.reply_room(self.room)?)
    }

    #[inline]
    fn read<W: Wire>(&mut self, _: &Session<W>, answer: Answer<'_>) -> Result<T, Lie> {
        let look = self.look.take().expect("a reply is looked at once");
        look(answer)
    }

    #[inline]
    fn end(&mut self, said: Result<T, Error>) -> Result<T, Error> {
        said
    }
}

/// A question and its answer. Dropped before it is over, it is cancelled.
#[must_use = "futures do nothing unless awaited"]
pub(super) struct Exchange<'s, W: Wire, Q: Question> {
    session: &'s Session<W>,
    intent: Intent<'s>,
    /// While it waits for a slot.
    claim: Option<Claim<'s>>,
    stage: Stage,
    question: Q,
}

/// How far an exchange has come.
#[derive(Clone, Copy)]
enum Stage {
    /// There is no slot for it yet.
    Begin,
    /// The request is with the wire.
    Sent(SlotId),
    /// It has ended.
    Over,
}

/// Nothing in it is ever pinned.
impl<W: Wire, Q: Question> Unpin for Exchange<'_, W, Q> {}

impl<W: Wire, Q: Question> Future for Exchange<'_, W, Q> {
    type Output = Q::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Q::Output> {
        let this = &mut *self;
        match this.stage {
            Stage::Begin => {
                if let Some(known) = this.question.known() {
                    this.stage = Stage::Over;
                    return Poll::Ready(this.question.end(Ok(known)));
                }
                // Who waits already has a claim, which takes the slot that it was woken for.
                let spare = if this.claim.is_none() { this.session.slots.claim_spare() } else { None };
                let id = match spare {
                    Some(id) => id,
                    None => match ready!(this.wait_for_slot(cx)) {
                        Ok(id) => id,
                        Err(error) => return this.failed(error),
                    },
                };
                this.ask(id, cx)
            }
            Stage::Sent(id) => {
                ready!(this.session.slots.poll_settled(id, cx));
                match this.collect(id) {
                    Ok(said) => Poll::Ready(this.question.end(Ok(said))),
                    Err(lie) => this.spoilt(id, lie),
                }
            }
            Stage::Over => panic!("an exchange that is over was polled"),
        }
    }
}

impl<W: Wire, Q: Question> Exchange<'_, W, Q> {
    #[cold]
    fn wait_for_slot(&mut self, cx: &mut Context<'_>) -> Poll<Result<SlotId, Error>> {
        let slots = &self.session.slots;
        let claimed = ready!(Pin::new(self.claim.get_or_insert_with(|| slots.claim())).poll(cx));
        self.claim = None;
        Poll::Ready(claimed.map_err(Error::from))
    }

    #[inline(always)]
    fn ask(&mut self, id: SlotId, cx: &mut Context<'_>) -> Poll<Q::Output> {
        let Exchange { session, intent, question, .. } = self;
        let expect = question.expect();
        if let Err(error) =
            session.send(id, expect, intent, Some(cx.waker()), |draft| question.write(session, draft))
        {
            return self.failed(error);
        }
        self.stage = Stage::Sent(id);
        // Who waits is known since before the wire had the request, and will be woken; but not for what there is already.
        if session.slots.is_settled(id) { self.settled_at_once(id) } else { Poll::Pending }
    }

    /// The reply, if it says yes and is true; a lie, if it is one.
    #[inline(always)]
    fn collect(&mut self, id: SlotId) -> Result<Q::Said, Option<Lie>> {
        let Exchange { session, question, .. } = self;
        match session.slots.finish(id, |answer| question.read(session, answer)) {
            Some(Ok(said)) => {
                self.stage = Stage::Over;
                Ok(said)
            }
            other => Err(other.and_then(Result::err)),
        }
    }

    #[inline(never)]
    fn settled_at_once(&mut self, id: SlotId) -> Poll<Q::Output> {
        match self.collect(id) {
            Ok(said) => Poll::Ready(self.question.end(Ok(said))),
            Err(lie) => self.spoilt(id, lie),
        }
    }

    /// There is no reply that says yes, or it is a lie.
    #[cold]
    fn spoilt(&mut self, id: SlotId, lie: Option<Lie>) -> Poll<Q::Output> {
        let mut sent = self.session.take_up(id);
        self.stage = Stage::Over;
        let why = sent.why(lie);
        let (into, out) = sent.salvage();
        self.question.salvage(into, out);
        drop(sent);
        Poll::Ready(self.question.end(Err(why)))
    }

    #[cold]
    fn failed(&mut self, why: Error) -> Poll<Q::Output> {
        self.stage = Stage::Over;
        Poll::Ready(self.question.end(Err(why)))
    }
}

impl<W: Wire, Q: Question> Drop for Exchange<'_, W, Q> {
    #[inline]
    fn drop(&mut self) {
        if let Stage::Sent(id) = self.stage {
            give_up(self.session, id);
        }
    }
}

/// Nobody waits for it any more.
#[cold]
fn give_up<W: Wire>(session: &Session<W>, id: SlotId) {
    drop(session.take_up(id));
}

/// What a request does to fids, from before it is sent: dropped unsent, it has had no effect.
pub(super) struct Intent<'s> {
    role: Role,
    fids: &'s Fids,
}

impl Intent<'_> {
    /// The fid it makes or clunks.
    pub(super) fn fid(&self) -> u32 {
        match self.role.late {
            Late::Makes(fid) | Late::Clunks(fid) | Late::Detached(fid) => fid,
            Late::Nothing => NO_FID,
        }
    }
}

impl Drop for Intent<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.role.late != Late::Nothing {
            self.role.late.never_was(self.fids);
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

/// How much of a request has been taken back by who waited for it. When all of it is, the slot is somebody else's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Collected {
    /// Nothing: it may be under way still.
    No,
    /// The reply; its memory is in the slot.
    Reply,
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
        match self.session.slots.finish(self.id, look) {
            Some(Ok(seen)) => {
                self.forget();
                Ok(seen)
            }
            other => Err(self.why(other.and_then(Result::err))),
        }
    }

    /// What of the request's memory is in the slot, after an error: all of it, unless a device still has it.
    fn salvage(&mut self) -> (Option<Buf>, Windows) {
        self.session.slots.salvage(self.id)
    }

    /// Why it has no reply that says yes and is true.
    #[cold]
    fn why(&mut self, lie: Option<Lie>) -> Error {
        match lie {
            Some(lie) => {
                self.collected = Collected::Reply;
                self.session.lied(lie)
            }
            None => self.why_not(),
        }
    }

    /// What there is instead of a reply that says yes.
    #[cold]
    fn why_not(&mut self) -> Error {
        let slots = &self.session.slots;
        match slots.why_not(self.id, |answer| answer.refusal(self.session.dialect())) {
            Ok(refusal) => {
                self.collected = Collected::Reply;
                Error::Refused(refusal)
            }
            Err(Failure::Expired(awaited)) => Error::TimedOut { awaited, after: slots.patience() },
            Err(Failure::Session(error)) => error.into(),
        }
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
