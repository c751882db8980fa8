//! The slots of a session: everything there is about a request in flight lives in its slot, never in a future.
//!
//! # Who owns what, when
//! A slot's number is its request's tag and, on a virtio-9p device, its descriptor chain. A task *claims* a slot, fills
//! it and hands it to the wire; the wire gives it back when the reply is there; the task collects the reply and the slot
//! is free again. The slot's memory (its [`Parcel`]) lies in the slot while it is built and when it is back, and with
//! the device in between. Every state below is written under the lock of the slot's body.
//!
//! ```text
//!            claim, fill         the wire          collect
//!   (Idle) ------------------> Sent -----------> Done ----------> (Idle)
//!                                   |  deadline        ^
//!                                   +--------> Expired-+ late reply
//!                                   |             |
//!             the waiter is dropped +------+------+
//!                                          v   reply
//!                                       Orphan ---------------------> (free)
//!                                          | Tflush goes out
//!                                          v   reply            Rflush
//!                                      Flushing ------> Returned ---> (free)
//!                                          | Rflush
//!                                          +----------> Flushed ----> (free)  when the device returns the memory
//! ```
//!
//! *Detached* is a request nobody ever waits for (the Tclunk of a dropped file); its reply frees it.
//!
//! # Cancel
//! Dropping a future that waits makes its slot an orphan, and the session's keeper sends Tflush for it, by a slot kept
//! for that. The slot, its tag and its pages stay taken until both the reply (or the device's return of the memory) and
//! Rflush are in. A request that made a fid and succeeded after all has its fid clunked.
//!
//! # Lies
//! A reply is compared with what was asked: type, tag, size, count. One that does not fit is the end of the session
//! ([`Slots::fail`]): every waiter is told, and nothing more is sent.

mod body;
mod claim;
mod parcel;

use alloc::boxed::Box;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use core::task::{Context, Poll, Waker};

use atomic_waker::AtomicWaker;
use spin::{Mutex, Once};

use super::error::{Lie, LieKind, SessionError};
use super::fids::Fids;
use super::msg::split::Head;
use super::msg::{Dialect, Direction, Message, NO_TAG, Rversion, Trace};
use super::tracing;
use super::wire::Recall;
use crate::io::{Pool, Windows};
use crate::time::{self, Instant, Nanos};

pub(super) use body::{Answer, Draft, Expect, Failure, Late, Role};
use body::{Body, Phase};
pub(super) use claim::Claim;
use claim::Waiting;
pub use parcel::{OTHER_SEGMENTS, Parcel, SEGMENTS_MAX, Sealed, Sending};

/// Most slots of a session: QEMU's virtio-9p device has that many requests at a time, and no more.
pub const SLOTS_MAX: usize = 128;

/// The number of a slot, which is its tag.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SlotId(u8);

impl SlotId {
    /// The first slot there is.
    pub const FIRST: SlotId = SlotId(0);

    /// The slot with this number.
    ///
    /// # Panics
    /// When there is no such slot.
    pub const fn new(index: usize) -> SlotId {
        assert!(index < SLOTS_MAX, "no such slot");
        SlotId(index as u8)
    }

    /// Its number: from 0, less than [`SLOTS_MAX`].
    #[inline]
    pub const fn index(self) -> usize {
        // The same number, and the compiler sees that it is less.
        self.0 as usize % SLOTS_MAX
    }
}

/// Numbers sessions.
static NEXT: AtomicU32 = AtomicU32::new(0);

const PLAIN: u8 = Dialect::Plain as u8;
const UNIX: u8 = Dialect::Unix as u8;

struct Slot {
    body: Mutex<Body>,
    /// There is something to collect: the slot is Done or Expired. Set under the lock, read without it.
    settled: AtomicBool,
}

impl Slot {
    /// What somebody waits for is there, or will never be.
    #[inline]
    fn fulfil(&self, body: &mut Body, reply: Result<body::Reply, ()>) {
        body.reply = reply;
        body.phase = Phase::Done;
        self.settled.store(true, Ordering::Release);
        body.wake();
    }
}

/// A slot whose request is to be answered.
type Awaiting<'s> = (SlotId, &'s Slot, spin::MutexGuard<'s, Body>);

/// The slots of one session.
pub struct Slots {
    /// As many as any session has, so that no number leads beyond them; used are the first `count`.
    slots: Box<[Slot; SLOTS_MAX]>,
    count: u8,
    /// A set bit: free. Claimed by whoever clears it.
    free: [AtomicU64; 2],
    /// A set bit: an orphan whose Tflush is to be sent.
    orphans: [AtomicU64; 2],
    /// Slots the server may still be at work on for nobody: Orphan, Flushing or Flushed.
    orphaned: AtomicU32,
    waiting: Waiting,
    pub(super) fids: Fids,
    /// The session's keeper.
    pub(super) keeper: AtomicWaker,
    /// The keeper has a timer for the earliest deadline.
    pub(super) timer_armed: AtomicBool,
    /// Set once, when the session is over.
    dead: Once<SessionError>,
    pool: &'static Pool,
    /// How long a reply may take.
    patience: Nanos,
    /// The longest message, as agreed; what a wire checks sizes against.
    msize: AtomicU32,
    /// The dialect, as agreed.
    dialect: AtomicU8,
    /// Both are agreed: the session has begun.
    agreed: AtomicBool,
    /// What a trace calls this session; never used twice.
    number: u32,
    /// Nobody holds the session any more; its last messages are under way.
    closing: AtomicBool,
}

impl Slots {
    /// As many slots as `count` says, two at least: one of them is kept for Tversion and Tflush.
    ///
    /// # Panics
    /// When `count` is not in 2..=[`SLOTS_MAX`].
    pub(super) fn new(count: usize, pool: &'static Pool, patience: Nanos, msize: u32) -> Slots {
        assert!((2..=SLOTS_MAX).contains(&count), "a session cannot have {count} slots");
        let usual = count - 1;
        let low = |bits: usize| if bits >= 64 { !0 } else { (1 << bits) - 1 };
        let slots: Box<[Slot]> = (0..SLOTS_MAX)
            .map(|_| Slot { body: Mutex::new(Body::new()), settled: AtomicBool::new(false) })
            .collect();
        Slots {
            slots: slots.try_into().unwrap_or_else(|_| unreachable!("it has that length")),
            count: count as u8,
            free: [AtomicU64::new(low(usual)), AtomicU64::new(low(usual.saturating_sub(64)))],
            orphans: [const { AtomicU64::new(0) }; 2],
            orphaned: AtomicU32::new(0),
            waiting: Waiting::new(),
            fids: Fids::new(),
            keeper: AtomicWaker::new(),
            timer_armed: AtomicBool::new(false),
            dead: Once::new(),
            pool,
            patience,
            msize: AtomicU32::new(msize),
            dialect: AtomicU8::new(Dialect::Plain as u8),
            agreed: AtomicBool::new(false),
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            closing: AtomicBool::new(false),
        }
    }

    /// The slot kept for Tversion and Tflush.
    pub(super) fn reserved(&self) -> SlotId {
        SlotId(self.count - 1)
    }

    /// Slots of this session, the reserved one included.
    pub fn count(&self) -> usize {
        self.used().len()
    }

    /// Slots of this session.
    fn used(&self) -> &[Slot] {
        &self.slots[..usize::from(self.count)]
    }

    /// The longest message of either direction.
    #[inline]
    pub fn msize(&self) -> u32 {
        self.msize.load(Ordering::Relaxed)
    }

    /// The dialect of both directions.
    #[inline]
    pub(super) fn dialect(&self) -> Dialect {
        match self.dialect.load(Ordering::Relaxed) {
            PLAIN => Dialect::Plain,
            UNIX => Dialect::Unix,
            _ => Dialect::Linux,
        }
    }

    pub(super) fn agree(&self, dialect: Dialect, msize: u32) {
        self.dialect.store(dialect as u8, Ordering::Relaxed);
        self.msize.store(msize, Ordering::Relaxed);
        self.agreed.store(true, Ordering::Relaxed);
    }

    /// The number that trace lines of this session have in their arrow.
    pub fn number(&self) -> u32 {
        self.number
    }

    #[cold]
    fn trace(&self, direction: Direction, bytes: &[u8]) {
        tracing::show(&Trace { direction, connection: self.number, dialect: self.dialect(), bytes });
    }

    /// Has the session's keeper [poll](super::wire::Wire::poll) the wire.
    #[cold]
    pub fn wake_keeper(&self) {
        self.keeper.wake();
    }

    /// Nobody holds the session any more, and it will soon let the wire go.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    pub(super) fn set_closing(&self) {
        // Against `free`: either it sees this, or the keeper we wake sees the slot it freed.
        self.closing.store(true, Ordering::SeqCst);
        self.keeper.wake();
    }

    pub(super) fn pool(&self) -> &'static Pool {
        self.pool
    }

    pub(super) fn patience(&self) -> Nanos {
        self.patience
    }

    #[inline]
    fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[id.index()]
    }

    // ---- The session's side ------------------------------------------------------------------------------------

    /// Why the session is over, if it is.
    #[inline]
    pub fn dead(&self) -> Option<SessionError> {
        self.dead.get().copied()
    }

    /// The session is over. Everybody who waits is told; the first reason stays.
    pub fn fail(&self, why: SessionError) {
        self.dead.call_once(|| why);
        self.used().iter().for_each(|slot| slot.body.lock().wake());
        self.waiting.wake_all();
        self.keeper.wake();
    }

    /// Claims a slot, if one is free.
    #[inline]
    pub(super) fn try_claim(&self) -> Option<SlotId> {
        for (word, free) in self.free.iter().enumerate() {
            let mut bits = free.load(Ordering::Relaxed);
            while bits != 0 {
                // Acquire pairs with the release of `unclaim`: the slot's last user is done with it.
                match free.compare_exchange_weak(
                    bits,
                    bits & (bits - 1),
                    Ordering::Acquire,
                    Ordering::Relaxed,
                ) {
                    Ok(_) => return Some(SlotId::new(word * 64 + bits.trailing_zeros() as usize)),
                    Err(now) => bits = now,
                }
            }
        }
        None
    }

    /// Claims a slot for the keeper, who is woken when one is free if there is none now.
    pub(super) fn try_claim_for_keeper(&self) -> Option<SlotId> {
        self.try_claim().or_else(|| {
            self.waiting.keeper_wants();
            self.try_claim()
        })
    }

    /// Claims a slot if one is free that nobody waits for: what every request tries first, and all that those do who have
    /// requests under way and would collect none of them while they wait.
    #[inline]
    pub(super) fn claim_spare(&self) -> Option<SlotId> {
        if self.is_over() || !self.waiting.nobody() { None } else { self.try_claim() }
    }

    /// Waits for a slot and claims it, where there was none [to spare](Slots::claim_spare).
    pub(super) fn claim(&self) -> Claim<'_> {
        Claim::new(self)
    }

    /// Gives up a slot that was claimed and not sent, or whose reply has been collected.
    pub(super) fn release(&self, id: SlotId) {
        let slot = self.slot(id);
        let mut body = slot.body.lock();
        self.free(id, slot, &mut body);
    }

    /// Fills a claimed slot with a request; `waiter` is woken when it is settled. What `load` takes of it has to be given to
    /// the wire then; after an error it is as it was.
    #[inline]
    pub(super) fn fill<E, T>(
        &self,
        id: SlotId,
        expect: Expect,
        role: &Role,
        waiter: Option<&Waker>,
        build: impl FnOnce(&mut Draft<'_>) -> Result<(), E>,
        load: impl FnOnce(&mut Parcel) -> T,
    ) -> Result<T, E> {
        let slot = self.slot(id);
        let deadline = time::now() + self.patience;
        let taken = {
            let mut body = slot.body.lock();
            body.tag = if expect.is_version() { NO_TAG } else { id.index() as u16 };
            body.expect = expect;
            let Body { parcel, tag, .. } = &mut *body;
            build(&mut Draft { parcel: parcel.fill(), tag: *tag, pool: self.pool })?;
            if tracing::is_tracing() {
                self.trace(Direction::ToServer, parcel.t());
            }
            let taken = load(parcel);
            body.role = *role;
            body.deadline = deadline;
            body.phase = if role.late.is_detached() { Phase::Detached } else { Phase::Sent };
            body.requests += 1;
            if let Some(waiter) = waiter {
                body.wait(waiter);
            }
            taken
        };
        // Against the keeper, which clears `timer_armed` and then looks for requests: one of the two sees the other.
        slot.settled.swap(false, Ordering::SeqCst);
        if !self.timer_armed.load(Ordering::SeqCst) {
            self.wake_keeper();
        }
        Ok(taken)
    }

    /// Is the session over?
    #[inline]
    fn is_over(&self) -> bool {
        self.dead.is_completed()
    }

    /// Has the reply of `id` come, or its deadline, or the session's end?
    #[inline(always)]
    pub(super) fn is_settled(&self, id: SlotId) -> bool {
        self.slot(id).settled.load(Ordering::Acquire) || self.is_over()
    }

    /// Waits until it has.
    #[inline(always)]
    pub(super) fn poll_settled(&self, id: SlotId, cx: &mut Context<'_>) -> Poll<()> {
        let slot = self.slot(id);
        if slot.settled.load(Ordering::Acquire) { Poll::Ready(()) } else { self.poll_unsettled(slot, cx) }
    }

    #[cold]
    fn poll_unsettled(&self, slot: &Slot, cx: &mut Context<'_>) -> Poll<()> {
        slot.body.lock().wait(cx.waker());
        if slot.settled.load(Ordering::Acquire) || self.is_over() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Looks at the reply to a request, and frees the slot. What the request made becomes the caller's. After a lie the slot
    /// is as it was; `None`, and `look` was not called: there is no reply, or a refusal, which [`why_not`](Slots::why_not)
    /// tells.
    #[inline(always)]
    pub(super) fn finish<T>(
        &self,
        id: SlotId,
        look: impl FnOnce(Answer<'_>) -> Result<T, Lie>,
    ) -> Option<Result<T, Lie>> {
        let slot = self.slot(id);
        let body = &mut *slot.body.lock();
        let (Phase::Done, Ok(reply)) = (body.phase, body.reply) else { return None };
        if reply.refused {
            return None;
        }
        let looked = look(Answer { parcel: &mut body.parcel, loan: &mut body.loan, reply });
        if looked.is_ok() {
            body.role.late.answered(false, true, &self.fids);
            self.free(id, slot, body);
        }
        Some(looked)
    }

    /// Why there was nothing to [`finish`](Slots::finish): a refusal, which this collects, or no reply. A reply that has come
    /// only since then is too late: its request has been given up, and is to be abandoned.
    #[cold]
    pub(super) fn why_not<T>(&self, id: SlotId, refused: impl FnOnce(Answer<'_>) -> T) -> Result<T, Failure> {
        let body = &mut *self.slot(id).body.lock();
        match (body.phase, body.reply) {
            (Phase::Done, Ok(reply)) if reply.refused => {
                body.role.late.answered(true, true, &self.fids);
                body.role.late = Late::Nothing;
                Ok(refused(Answer { parcel: &mut body.parcel, loan: &mut body.loan, reply }))
            }
            (Phase::Expired, _) => Err(Failure::Expired(body.expect.name())),
            (Phase::Done, Ok(_)) if self.dead().is_none() => Err(Failure::Expired(body.expect.name())),
            _ => Err(Failure::Session(self.reason())),
        }
    }

    /// What of the caller's memory lies in the slot and not with a device, to give it back with an error.
    pub(super) fn salvage(&self, id: SlotId) -> (Option<crate::io::Buf>, Windows) {
        let mut body = self.slot(id).body.lock();
        (body.parcel.take_into(), core::mem::take(&mut body.parcel.out))
    }

    /// Nobody waits for `id` any more, whatever state it is in. `recall` is the wire's answer to it.
    pub(super) fn abandon(&self, id: SlotId, recall: Recall) {
        let slot = self.slot(id);
        let mut body = slot.body.lock();
        match body.phase {
            Phase::Sent | Phase::Expired if recall == Recall::NeverSent => {
                body.role.late.never_was(&self.fids);
                self.free(id, slot, &mut body);
            }
            Phase::Sent | Phase::Expired => {
                body.phase = Phase::Orphan;
                self.orphaned.fetch_add(1, Ordering::Relaxed);
                drop(body);
                self.orphans[id.index() / 64].fetch_or(1 << (id.index() % 64), Ordering::Release);
                self.keeper.wake();
            }
            Phase::Done => {
                match body.reply {
                    Ok(reply) => body.role.late.answered(reply.refused, false, &self.fids),
                    Err(()) => body.role.late.never_was(&self.fids),
                }
                self.free(id, slot, &mut body);
            }
            Phase::Idle
            | Phase::Orphan
            | Phase::Detached
            | Phase::Flushing
            | Phase::Returned
            | Phase::Flushed => {
                unreachable!("only a waiter abandons, and only once")
            }
        }
        if self.fids.any_doomed() {
            self.keeper.wake();
        }
    }

    // ---- The keeper's side -------------------------------------------------------------------------------------

    /// An orphan to send Tflush for, from now on Flushing.
    pub(super) fn take_orphan(&self) -> Option<SlotId> {
        for (word, orphans) in self.orphans.iter().enumerate() {
            loop {
                // Acquire pairs with the release in `abandon`.
                let bits = orphans.load(Ordering::Acquire);
                if bits == 0 {
                    break;
                }
                let bit = bits.trailing_zeros() as usize;
                orphans.fetch_and(!(1 << bit), Ordering::Relaxed);
                let id = SlotId::new(word * 64 + bit);
                let mut body = self.slot(id).body.lock();
                if body.phase == Phase::Orphan {
                    body.phase = Phase::Flushing;
                    return Some(id);
                }
            }
        }
        None
    }

    /// May the server still be at work on something that uses `fid`, for nobody? Its clunk has to wait then: a server is
    /// free in the order it takes requests up, and the fid's next user must not get the last one's write.
    #[inline]
    pub(super) fn orphans_use(&self, fid: u32) -> bool {
        self.orphaned.load(Ordering::Relaxed) > 0 && self.look_for_orphans_with(fid)
    }

    #[cold]
    fn look_for_orphans_with(&self, fid: u32) -> bool {
        self.used().iter().any(|slot| {
            let body = slot.body.lock();
            matches!(body.phase, Phase::Orphan | Phase::Flushing | Phase::Flushed)
                && body.role.uses.contains(&fid)
        })
    }

    /// Rflush for `id` is in. `returns`: its memory may still be with a device.
    pub(super) fn flushed(&self, id: SlotId, returns: bool) {
        let slot = self.slot(id);
        let mut body = slot.body.lock();
        match body.phase {
            Phase::Flushing if returns => body.phase = Phase::Flushed,
            Phase::Flushing => {
                self.orphaned.fetch_sub(1, Ordering::Relaxed);
                body.role.late.never_was(&self.fids);
                self.free(id, slot, &mut body);
            }
            Phase::Returned => self.free(id, slot, &mut body),
            _ => unreachable!("only what is being flushed is flushed"),
        }
    }

    /// Gives up on every request whose deadline has passed; the earliest deadline that has not.
    pub(super) fn expire(&self, now: Instant) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        for slot in self.used() {
            let mut body = slot.body.lock();
            if body.phase != Phase::Sent {
                continue;
            }
            if body.deadline <= now {
                body.phase = Phase::Expired;
                slot.settled.store(true, Ordering::Release);
                body.wake();
            } else {
                next = Some(next.map_or(body.deadline, |next| next.min(body.deadline)));
            }
        }
        next
    }

    /// Are all slots free, so that nothing is with the wire?
    pub(super) fn all_free(&self) -> bool {
        let free: u32 = self.free.iter().map(|word| word.load(Ordering::Acquire).count_ones()).sum();
        free as usize == self.count() - 1 && self.slot(self.reserved()).body.lock().phase == Phase::Idle
    }

    // ---- The wire's side ---------------------------------------------------------------------------------------

    /// Lets the wire take what travels out of a slot it was given.
    #[inline]
    pub fn lend<T>(&self, id: SlotId, take: impl FnOnce(&mut Parcel) -> T) -> T {
        take(&mut self.slot(id).body.lock().parcel)
    }

    /// A device has returned the request of `id`, and says that it wrote `written` bytes.
    #[inline]
    pub fn settle(&self, id: SlotId, written: u32, envelope: &'static mut Sealed) {
        let slot = self.slot(id);
        let mut body = slot.body.lock();
        body.parcel.take_back(envelope);
        let flushed = written == 0 && matches!(body.phase, Phase::Flushing | Phase::Flushed);
        let verdict = if flushed { Ok(None) } else { body.judge(written).map(Some) };
        match verdict {
            // What nearly always happens: somebody waits, and the reply fits.
            Ok(Some(reply)) if body.phase == Phase::Sent && !tracing::is_tracing() => {
                body.replies += 1;
                slot.fulfil(&mut body, Ok(reply));
            }
            verdict => {
                self.answered(id, slot, body, verdict);
            }
        }
    }

    /// A stream has delivered a whole message, `head` its first fields. The slot it settles; `None`: it was left over from
    /// an earlier session and is dropped.
    ///
    /// # Errors
    /// When nobody awaits it, or it is longer than what was asked for. The session is over then.
    #[inline]
    pub fn deliver(&self, head: Head, message: Windows) -> Result<Option<SlotId>, SessionError> {
        let Some((id, slot, mut body)) = self.awaiting(head)? else { return Ok(None) };
        let verdict = body.take_in(head, message).and_then(|()| body.judge(head.size)).map(Some);
        match self.answered(id, slot, body, verdict) {
            Some(lie) => Err(lie.into()),
            None => Ok(Some(id)),
        }
    }

    /// Is a message that begins like this awaited, or to be dropped? For a stream to ask before it collects all of it.
    ///
    /// # Errors
    /// When it is neither, or is longer than any reply to its request may be. The session is over then.
    pub fn admit(&self, head: Head) -> Result<(), SessionError> {
        let lie = match self.awaiting(head)? {
            Some((.., body)) => body.refuse_longer(head).err(),
            None if head.size > self.msize() => {
                let what = LieKind::TooLong { said: head.size, most: self.msize() };
                Some(Lie::new("R-message", what))
            }
            None => None,
        };
        match lie {
            Some(lie) => {
                self.fail(lie.into());
                Err(lie.into())
            }
            None => Ok(()),
        }
    }

    /// Whose reply it is, locked. `None`: nobody's, and no fault of this session's server.
    #[inline]
    fn awaiting(&self, head: Head) -> Result<Option<Awaiting<'_>>, SessionError> {
        if let Some((id, slot)) = self.by_tag(head.tag) {
            let body = slot.body.lock();
            if body.tag == head.tag && body.phase.awaits_reply() {
                return Ok(Some((id, slot, body)));
            }
        }
        if self.is_left_over(head) { Ok(None) } else { Err(self.unasked(head.tag)) }
    }

    /// A stream may still bring replies to what an earlier session on it has asked, or what was sent while no server read
    /// it: all of them come before the answer to the Tversion that ended that session (version(5)), but for answers to
    /// earlier Tversions, of which the first is taken for the last one's.
    #[cold]
    fn is_left_over(&self, head: Head) -> bool {
        !self.agreed.load(Ordering::Relaxed) || head.kind == Rversion::KIND && head.tag == NO_TAG
    }

    fn by_tag(&self, tag: u16) -> Option<(SlotId, &Slot)> {
        let index = if tag == NO_TAG { self.reserved().index() } else { usize::from(tag) };
        self.used().get(index).map(|slot| (SlotId::new(index), slot))
    }

    fn unasked(&self, tag: u16) -> SessionError {
        let lie = Lie::new("R-message", LieKind::Tag(tag)).into();
        self.fail(lie);
        lie
    }

    /// What a reply, or the return of the memory without one (`None`), does to the slot.
    fn answered(
        &self,
        id: SlotId,
        slot: &Slot,
        mut body: spin::MutexGuard<'_, Body>,
        verdict: Result<Option<body::Reply>, Lie>,
    ) -> Option<Lie> {
        body.replies += 1;
        if tracing::is_tracing() && !matches!(verdict, Ok(None)) {
            self.trace(Direction::ToClient, body.parcel.r());
        }
        let lie = verdict.err();
        match body.phase {
            Phase::Sent | Phase::Expired => {
                if let Some(lie) = lie {
                    // Who waits finds out why when it is there to be found.
                    self.dead.call_once(|| lie.into());
                }
                slot.fulfil(
                    &mut body,
                    match verdict {
                        Ok(Some(reply)) => Ok(reply),
                        Ok(None) | Err(_) => Err(()),
                    },
                );
                drop(body);
                if let Some(lie) = lie {
                    self.fail(lie.into());
                }
            }
            Phase::Orphan | Phase::Detached | Phase::Flushing | Phase::Flushed => {
                match verdict {
                    Ok(Some(reply)) => body.role.late.answered(reply.refused, false, &self.fids),
                    Ok(None) => body.role.late.never_was(&self.fids),
                    Err(_) => {}
                }
                if body.phase != Phase::Detached {
                    self.orphaned.fetch_sub(1, Ordering::Relaxed);
                }
                if body.phase == Phase::Flushing {
                    body.role.late = Late::Nothing;
                    body.phase = Phase::Returned;
                    body.loan = Windows::new();
                    body.parcel.clear();
                } else {
                    self.free(id, slot, &mut body);
                }
                drop(body);
                if let Some(lie) = lie {
                    self.fail(lie.into());
                }
                if self.fids.any_doomed() {
                    self.keeper.wake();
                }
            }
            Phase::Idle | Phase::Done | Phase::Returned => {
                unreachable!("the wire returned a request it does not have")
            }
        }
        lie
    }

    /// Makes a slot free. The reserved one is not claimed by anybody, so it only becomes idle.
    #[inline]
    fn free(&self, id: SlotId, slot: &Slot, body: &mut Body) {
        body.phase = Phase::Idle;
        body.role.late = Late::Nothing;
        if !body.loan.is_empty() {
            body.drop_loan();
        }
        body.parcel.clear();
        slot.settled.store(false, Ordering::Relaxed);
        if id != self.reserved() {
            // Its release pairs with the acquire of `try_claim`.
            self.free[id.index() / 64].fetch_or(1 << (id.index() % 64), Ordering::SeqCst);
            self.waiting.wake_one(&self.keeper);
            // The last one to become free is the end of a session that nobody holds.
            if self.closing.load(Ordering::SeqCst) {
                self.wake_keeper();
            }
        }
    }

    fn reason(&self) -> SessionError {
        self.dead().unwrap_or(SessionError::Closed)
    }

    // ---- For people ---------------------------------------------------------------------------------------------

    /// Requests sent and replies matched so far.
    pub fn traffic(&self) -> Traffic {
        let mut traffic = Traffic::default();
        for slot in self.used() {
            let body = slot.body.lock();
            traffic.requests += body.requests;
            traffic.replies += body.replies;
        }
        traffic
    }

    /// How many fids the session has in use.
    pub fn fids(&self) -> usize {
        self.fids.count()
    }
}

/// How much a session has been used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// T messages given to the wire.
    pub requests: u64,
    /// Replies found by their tag, without a search.
    pub replies: u64,
}

impl fmt::Debug for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots")
            .field("count", &self.count())
            .field("traffic", &self.traffic())
            .field("dead", &self.dead())
            .finish()
    }
}
