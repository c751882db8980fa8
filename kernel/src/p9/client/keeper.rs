//! The session's keeper: a task that does what no request waits for.
//!
//! It drives the wire ([`Wire::poll`]), watches the deadlines with one timer for all of them, sends Tflush for orphans,
//! one at a time by the reserved slot, sends Tclunk for doomed fids, and ends the session when nobody holds it any more.

use alloc::sync::Arc;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::Ordering;
use core::task::{Context, Poll};

use super::Session;
use crate::mem::PAGE_SIZE;
use crate::p9::error::SessionError;
use crate::p9::msg::{NO_FID, Rclunk, Rflush, Tclunk, Tflush};
use crate::p9::slots::{Expect, Failure, SlotId};
use crate::p9::wire::Wire;
use crate::time::{self, Sleep};

pub(super) struct Keeper<W: Wire> {
    session: Arc<Session<W>>,
    /// Set for the earliest deadline; there is one while requests may be in flight.
    timer: Option<Sleep>,
    /// Tflush for this slot is in flight.
    flushing: Option<SlotId>,
    /// Nobody holds the session any more; how long it may take to say goodbye.
    goodbye: Option<Sleep>,
}

impl<W: Wire> Keeper<W> {
    pub(super) fn new(session: Arc<Session<W>>) -> Self {
        Keeper { session, timer: None, flushing: None, goodbye: None }
    }
}

impl<W: Wire> Future for Keeper<W> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.session.slots.keeper.register(cx.waker());
        if let Poll::Ready(error) = this.session.wire.poll(&this.session.slots, cx) {
            this.session.slots.fail(error.into());
        }
        this.watch_deadlines(cx);
        this.flush_orphans(cx);
        this.clunk_doomed();
        if this.session.slots.dead().is_some() || this.is_over(cx) {
            this.session.slots.fail(SessionError::Closed);
            this.session.wire.close();
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl<W: Wire> Keeper<W> {
    fn watch_deadlines(&mut self, cx: &mut Context<'_>) {
        let slots = &self.session.slots;
        loop {
            if let Some(timer) = &mut self.timer {
                if Pin::new(timer).poll(cx).is_pending() {
                    return;
                }
                self.timer = None;
            }
            // First cleared, then looked: a request that comes after the look finds no timer and wakes us.
            slots.timer_armed.store(false, Ordering::SeqCst);
            let Some(next) = slots.expire(time::now()) else { return };
            slots.timer_armed.store(true, Ordering::SeqCst);
            self.timer = Some(time::sleep_until(next));
        }
    }

    fn flush_orphans(&mut self, cx: &mut Context<'_>) {
        let session = &*self.session;
        let slots = &session.slots;
        let reserved = slots.reserved();
        while slots.dead().is_none() {
            if let Some(orphan) = self.flushing {
                if slots.poll_settled(reserved, cx).is_pending() {
                    return;
                }
                if slots.finish(reserved, |_| Ok(())).is_none() {
                    // A refusal (flush(5) knows none) is as good: the server has heard of it.
                    match slots.why_not(reserved, |_| ()) {
                        Ok(()) => slots.release(reserved),
                        Err(Failure::Expired(_)) => return slots.fail(SessionError::FlushUnanswered),
                        Err(Failure::Session(_)) => return,
                    }
                }
                session.wire.flushed(orphan);
                slots.flushed(orphan, W::RETURNS_FLUSHED);
                self.flushing = None;
            }
            let Some(orphan) = slots.take_orphan() else { return };
            self.flushing = Some(orphan);
            let message = Tflush { oldtag: orphan.index() as u16 };
            let (expect, intent) = (Expect::message::<Rflush>(), session.uses([NO_FID; 2]));
            let sent = session.launch(reserved, expect, intent, |draft| {
                draft.message(&message, session.dialect())?;
                Ok(draft.reply_room(PAGE_SIZE)?)
            });
            match sent {
                Ok(sent) => sent.forget(),
                // The reserved slot has had its pages since Tversion: this cannot fail for want of any.
                Err(_) => slots.fail(SessionError::FlushUnanswered),
            }
        }
    }

    fn clunk_doomed(&mut self) {
        let session = &*self.session;
        let slots = &session.slots;
        while slots.dead().is_none() {
            // Those that are left wait for orphans, and each orphan's end wakes us. No slot is claimed before there is a
            // use for it: giving one back wakes the keeper of a session that closes, which is us.
            let Some(fid) = slots.fids.take_doomed(|fid| slots.orphans_use(fid)) else { return };
            let Some(id) = slots.try_claim_for_keeper() else { return slots.fids.doom(fid) };
            session.send_detached::<_, Rclunk>(id, &Tclunk { fid }, fid);
        }
    }

    /// Nobody holds the session, and nothing is under way any more (or too long).
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        if self.session.handles.load(Ordering::Acquire) > 0 {
            return false;
        }
        let slots = &self.session.slots;
        if slots.all_free() && self.flushing.is_none() && !slots.fids.any_doomed() {
            return true;
        }
        let goodbye = self.goodbye.get_or_insert_with(|| time::sleep(slots.patience()));
        Pin::new(goodbye).poll(cx).is_ready()
    }
}
