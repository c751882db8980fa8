//! What one slot holds, and how its reply is judged.

use alloc::vec::Vec;
use core::task::Waker;

use ninewire_dma::Exhausted;

use super::parcel::{Filling, Parcel};
use crate::io::{Buf, Pool, Windows};
use crate::p9::error::{Error, Lie, LieKind, Refusal, SessionError};
use crate::p9::fids::Fids;
use crate::p9::msg::split::{self, Head, RREAD_LEN, TWRITE_LEN};
use crate::p9::msg::{Dialect, Frame, HEADER_LEN, Malformed, Message, NO_FID, R, Rerror, Rlerror, Rversion};
use crate::time::Instant;

/// Where a request is in its life; the picture is at the head of the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// Free, or claimed and being built.
    Idle,
    Sent,
    Expired,
    Done,
    Orphan,
    Detached,
    Flushing,
    Returned,
    Flushed,
}

impl Phase {
    /// May a reply come out of a byte stream for it?
    pub(super) fn awaits_reply(self) -> bool {
        match self {
            Phase::Sent | Phase::Expired | Phase::Orphan | Phase::Detached | Phase::Flushing => true,
            Phase::Idle | Phase::Done | Phase::Returned | Phase::Flushed => false,
        }
    }

    /// Does somebody want to see the reply?
    fn is_awaited(self) -> bool {
        matches!(self, Phase::Sent | Phase::Expired)
    }
}

/// The reply a request should get.
#[derive(Clone, Copy, Debug)]
pub(in crate::p9) struct Expect {
    kind: u8,
    /// `Some`: payload follows a header of [`RREAD_LEN`] bytes, at most so much of it.
    payload: Option<u32>,
}

impl Expect {
    /// The reply `M`, all of it in the room for headers.
    pub(in crate::p9) const fn message<'m, M: Message<'m>>() -> Expect {
        Expect { kind: M::KIND, payload: None }
    }

    /// The reply `M`, with at most `asked` bytes of payload.
    pub(in crate::p9) const fn payload<'m, M: Message<'m>>(asked: u32) -> Expect {
        Expect { kind: M::KIND, payload: Some(asked) }
    }

    /// Its name in the manual. It is seldom wanted, so it is looked up.
    #[cold]
    pub(super) fn name(&self) -> &'static str {
        R::name_of(self.kind).unwrap_or("R-message")
    }

    /// Tversion has no tag.
    pub(super) const fn is_version(&self) -> bool {
        self.kind == Rversion::KIND
    }
}

/// What a request does to a fid if nobody is there to collect its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::p9) enum Late {
    /// Nothing.
    Nothing,
    /// If it succeeds the server knows this fid.
    Makes(u32),
    /// Once it is answered the server no longer knows this fid.
    Clunks(u32),
    /// The same, and nobody has ever waited for it.
    Detached(u32),
}

impl Late {
    pub(super) fn is_detached(self) -> bool {
        matches!(self, Late::Detached(_))
    }

    /// The server has answered. `collected`: somebody takes what it made.
    pub(super) fn answered(self, refused: bool, collected: bool, fids: &Fids) {
        match self {
            Late::Makes(fid) if refused => fids.free(fid),
            Late::Makes(fid) if !collected => fids.doom(fid),
            Late::Clunks(fid) | Late::Detached(fid) => fids.free(fid),
            Late::Nothing | Late::Makes(_) => {}
        }
    }

    /// The request has had no effect.
    #[cold]
    pub(in crate::p9) fn never_was(self, fids: &Fids) {
        match self {
            Late::Nothing => {}
            Late::Makes(fid) => fids.free(fid),
            Late::Clunks(fid) | Late::Detached(fid) => fids.doom(fid),
        }
    }
}

/// What a request has to do with fids.
#[derive(Clone, Copy, Debug)]
pub(in crate::p9) struct Role {
    pub(in crate::p9) late: Late,
    /// Fids it uses, which must not be clunked before it has ended.
    pub(in crate::p9) uses: [u32; 2],
}

/// A reply that fits its request.
#[derive(Clone, Copy, Debug)]
pub(in crate::p9) struct Reply {
    size: u32,
    /// It is Rlerror or Rerror.
    pub(super) refused: bool,
}

/// Why there is no reply to collect.
#[derive(Clone, Copy, Debug)]
pub(in crate::p9) enum Failure {
    /// The deadline passed; the reply that was awaited.
    Expired(&'static str),
    /// The session is over.
    Session(SessionError),
}

pub(super) struct Body {
    pub(super) phase: Phase,
    /// The tag that travels: the slot's number, except for Tversion.
    pub(super) tag: u16,
    pub(super) expect: Expect,
    pub(super) deadline: Instant,
    pub(super) role: Role,
    pub(super) parcel: Parcel,
    /// Set when Done; `Err`: what came was a lie, and the session knows it.
    pub(super) reply: Result<Reply, ()>,
    /// Payload on the wire's own pages.
    pub(super) loan: Windows,
    /// Who waits for the reply, or waited for the last one: nearly always the same.
    waiter: Option<Waker>,
    pub(super) requests: u64,
    pub(super) replies: u64,
}

impl Body {
    pub(super) fn new() -> Body {
        Body {
            phase: Phase::Idle,
            tag: 0,
            expect: Expect::message::<Rversion<'_>>(),
            deadline: Instant::ZERO,
            role: Role { late: Late::Nothing, uses: [NO_FID; 2] },
            parcel: Parcel::default(),
            reply: Err(()),
            loan: Windows::new(),
            waiter: None,
            requests: 0,
            replies: 0,
        }
    }

    #[cold]
    pub(super) fn drop_loan(&mut self) {
        self.loan = Windows::new();
    }

    /// From now on this is who waits.
    #[inline]
    pub(super) fn wait(&mut self, waker: &Waker) {
        if !self.waiter.as_ref().is_some_and(|known| known.will_wake(waker)) {
            self.wait_anew(waker);
        }
    }

    #[cold]
    fn wait_anew(&mut self, waker: &Waker) {
        self.waiter = Some(waker.clone());
    }

    /// Wakes who waits, if anybody does. Somebody who no longer does looks once in vain.
    #[inline]
    pub(super) fn wake(&self) {
        if let Some(waiter) = &self.waiter {
            waiter.wake_by_ref();
        }
    }

    /// A reply may be as long as what was asked for, and one without payload as long as there is room for it.
    pub(super) fn refuse_longer(&self, head: Head) -> Result<(), Lie> {
        let most = match self.expect.payload {
            Some(asked) if head.kind == self.expect.kind => asked + RREAD_LEN as u32,
            _ => self.parcel.r_capacity() as u32,
        };
        if head.size > most { Err(self.lie(LieKind::TooLong { said: head.size, most })) } else { Ok(()) }
    }

    /// Takes a message in that came out of a stream: header into the slot, payload as windows or, when the request
    /// brought pages, into those.
    #[inline]
    pub(super) fn take_in(&mut self, head: Head, mut message: Windows) -> Result<(), Lie> {
        self.refuse_longer(head)?;
        if self.expect.payload.is_none() || head.kind != self.expect.kind {
            let len = message.len();
            let filled = self.parcel.fill_r(&message, len);
            debug_assert!(filled, "longer messages have been refused");
            return Ok(());
        }
        if (head.size as usize) < RREAD_LEN || !self.parcel.fill_r(&message, RREAD_LEN) {
            return Err(self.malformed(|message| Malformed::Cut { message }));
        }
        message.advance(RREAD_LEN);
        if self.phase.is_awaited() {
            if let Some(into) = self.parcel.payload_in() {
                into.truncate(message.len());
                message.copy_into(into);
            } else {
                self.loan = message;
            }
        }
        Ok(())
    }

    /// Is what lies in the parcel, `size` bytes in all, a reply to this request?
    #[inline(always)]
    pub(super) fn judge(&self, size: u32) -> Result<Reply, Lie> {
        let r = self.parcel.r();
        let Some(head) = r.first_chunk::<HEADER_LEN>() else {
            return Err(self.lie(LieKind::NoHeader { have: size }));
        };
        let head = Head::get(head).map_err(|error| self.lie(LieKind::Malformed(error)))?;
        if head.size != size {
            return Err(self.lie(LieKind::Size { said: head.size, have: size }));
        }
        if head.tag != self.tag {
            return Err(self.lie(LieKind::Tag(head.tag)));
        }
        if head.kind != self.expect.kind {
            return match head.kind {
                Rlerror::KIND | Rerror::KIND => Ok(Reply { size, refused: true }),
                other => Err(self.lie(LieKind::Kind(other))),
            };
        }
        if let Some(asked) = self.expect.payload {
            let Some(head) = r.first_chunk() else {
                return Err(self.malformed(|message| Malformed::Cut { message }));
            };
            let said = split::rread_field(head);
            if !split::is_payload_count(said, size) {
                return Err(self.malformed(|message| Malformed::Count { message, said: said as usize }));
            }
            if said > asked {
                return Err(self.lie(LieKind::Count { said, asked }));
            }
        }
        Ok(Reply { size, refused: false })
    }

    #[cold]
    fn lie(&self, what: LieKind) -> Lie {
        Lie::new(self.expect.name(), what)
    }

    #[cold]
    fn malformed(&self, how: impl FnOnce(&'static str) -> Malformed) -> Lie {
        self.lie(LieKind::Malformed(how(self.expect.name())))
    }
}

/// A request being built in a claimed slot.
pub(in crate::p9) struct Draft<'b> {
    pub(super) parcel: Filling<'b>,
    pub(super) tag: u16,
    pub(super) pool: &'static Pool,
}

impl Draft<'_> {
    /// The T message, whole.
    #[inline(always)]
    pub(in crate::p9) fn message<'m, M: Message<'m>>(
        &mut self,
        message: &M,
        dialect: Dialect,
    ) -> Result<(), Error> {
        let t = self.parcel.t_room(self.pool, message.wire_len(dialect))?;
        message.emit(dialect, self.tag, t)?;
        Ok(())
    }

    /// The header of a Twrite, and its payload.
    #[inline]
    pub(in crate::p9) fn twrite(
        &mut self,
        fid: u32,
        offset: u64,
        payload: &mut Windows,
    ) -> Result<(), Exhausted> {
        let t = self.parcel.t_room(self.pool, TWRITE_LEN)?;
        if let Some(head) = t.first_chunk_mut() {
            split::put_twrite(head, self.tag, fid, offset, payload.len() as u32);
        }
        *self.parcel.out = core::mem::take(payload);
        Ok(())
    }

    /// Room for a reply without payload of up to `len` bytes.
    #[inline]
    pub(in crate::p9) fn reply_room(&mut self, len: usize) -> Result<(), Exhausted> {
        self.parcel.r_room(self.pool, len)
    }

    /// Room for the header of a reply with payload.
    #[inline]
    pub(in crate::p9) fn reply_head(&mut self) -> Result<(), Exhausted> {
        self.parcel.r_room(self.pool, RREAD_LEN)
    }

    /// Takes pages for the reply's payload, their window as long as what is asked for.
    #[inline]
    pub(in crate::p9) fn into(&mut self, buf: &mut Option<Buf>) {
        self.parcel.take_into(buf);
    }

    /// More room for a reply with payload that turns out to be an error in words.
    pub(in crate::p9) fn spill(&mut self, buf: Buf) {
        self.parcel.put_spill(buf);
    }
}

/// A reply being collected.
pub(in crate::p9) struct Answer<'b> {
    pub(super) parcel: &'b mut Parcel,
    pub(super) loan: &'b mut Windows,
    pub(super) reply: Reply,
}

impl Answer<'_> {
    /// The server's refusal, of a reply that is one.
    pub(in crate::p9) fn refusal(&self, dialect: Dialect) -> Refusal {
        // The text of an error may have run on into the pages for payload.
        let mut bytes = Vec::from(self.parcel.r());
        for more in self.parcel.beyond_r() {
            let missing = (self.reply.size as usize).saturating_sub(bytes.len());
            bytes.extend(more.as_slice().iter().take(missing));
        }
        let Ok(frame) = Frame::new(&bytes) else { return Refusal { errno: 0, text: None } };
        if let Ok(Rlerror { ecode }) = frame.get(dialect) {
            return Refusal { errno: ecode, text: None };
        }
        match frame.get::<Rerror<'_>>(dialect) {
            Ok(error) => Refusal { errno: error.errno.0, text: Some(error.ename.into()) },
            Err(_) => Refusal { errno: 0, text: None },
        }
    }

    /// The reply's fields.
    #[inline]
    pub(in crate::p9) fn get<'r, M: Message<'r>>(&'r self, dialect: Dialect) -> Result<M, Lie> {
        let malformed = |error| Lie::new(M::NAME, LieKind::Malformed(error));
        Frame::new(self.parcel.r()).and_then(|frame| frame.get(dialect)).map_err(malformed)
    }

    /// Bytes of payload.
    #[inline]
    pub(in crate::p9) fn count(&self) -> usize {
        (self.reply.size as usize).saturating_sub(RREAD_LEN)
    }

    /// The pages the request brought, their window what was read.
    #[inline]
    pub(in crate::p9) fn take_into(&mut self) -> Option<Buf> {
        self.parcel.take_into()
    }

    /// The payload as windows: on the wire's pages, or on those the request brought.
    #[inline]
    pub(in crate::p9) fn take_payload(&mut self) -> Windows {
        match self.parcel.take_into() {
            Some(buf) => buf.into(),
            None => core::mem::take(self.loan),
        }
    }

    /// The windows the request sent.
    #[inline]
    pub(in crate::p9) fn take_out(&mut self) -> Windows {
        core::mem::take(&mut self.parcel.out)
    }
}
