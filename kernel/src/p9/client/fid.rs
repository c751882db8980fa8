//! A file in a session: what can be done with a fid.

use core::fmt;
use core::future::Future;

use super::request::{Intent, Question, Sent};
use super::{Handle, Session};
use crate::io::{Buf, Windows};
use crate::mem::PAGE_SIZE;
use crate::p9::error::{Error, Lie, LieKind};
use crate::p9::msg::{
    Dialect, Message, NO_FID, Names, Qid, Rclunk, Rfsync, Rlcreate, Rlopen, Rmkdir, Rread, Rremove,
    Runlinkat, Rwalk, Rwrite, Tclunk, Tfsync, Tlcreate, Tlopen, Tmkdir, Tread, Tremove, Tunlinkat, Twalk,
    Unfit,
};
use crate::p9::slots::{Answer, Draft, Expect, SlotId};
use crate::p9::wire::{Limits, Wire};
use crate::time::{self, Nanos};

/// How often a file to be clunked looks whether requests on it that were given up have ended.
const ORPHAN_NS_STEP: Nanos = Nanos::from_millis(1);

/// A file of the server that this session has a fid for. Dropping it clunks the fid, without waiting.
pub struct Fid<W: Wire> {
    pub(super) session: Handle<W>,
    pub(super) fid: u32,
    qid: Qid,
    iounit: u32,
    /// Its Tclunk is somebody else's business.
    released: bool,
}

impl<W: Wire> Fid<W> {
    /// The server has opened it.
    pub(super) fn opened(&mut self, qid: Qid, iounit: u32) {
        (self.qid, self.iounit) = (qid, iounit);
    }

    pub(super) fn new(session: Handle<W>, fid: u32, qid: Qid) -> Self {
        Fid { session, fid, qid, iounit: 0, released: false }
    }

    /// A request about this file.
    #[inline]
    pub(super) fn uses(&self) -> Intent<'_> {
        self.session.uses([self.fid, NO_FID])
    }

    /// A request about this file and another.
    pub(super) fn uses_with(&self, other: &Fid<W>) -> Intent<'_> {
        self.session.uses([self.fid, other.fid])
    }

    /// The fid in other hands, which clunk it: this one only names it from now on, and is to be dropped.
    pub fn hand_over(&mut self) -> Fid<W> {
        self.released = true;
        Fid { session: self.session.clone(), released: false, ..*self }
    }

    /// The file's identity.
    #[inline]
    pub fn qid(&self) -> Qid {
        self.qid
    }

    /// What the server would like a transfer to be, at most what a message carries.
    pub fn io_unit(&self) -> usize {
        match self.iounit as usize {
            0 => self.session.payload_max(),
            unit => unit.min(self.session.payload_max()),
        }
    }

    /// Another session's handle on the same client.
    pub fn client(&self) -> super::Client<W> {
        super::Client { session: self.session.clone() }
    }

    /// Goes down the names, at most sixteen, from here. No names: another fid for the same file. An error means that not even
    /// the first name was found; `None`, that a later one was not.
    pub async fn walk(&self, names: &[&[u8]]) -> Result<Option<Fid<W>>, Error> {
        self.walk_past(names, |_| ()).await
    }

    /// The same; `passed` is told the qid of each file that was found, in order.
    pub async fn walk_past(
        &self,
        names: &[&[u8]],
        mut passed: impl FnMut(Qid),
    ) -> Result<Option<Fid<W>>, Error> {
        let session = &self.session;
        let nwname = Names::new(names).ok_or(Error::Unfit(Unfit::TooLong { len: names.len() }))?;
        let new = session.makes_fid(self.fid)?;
        let newfid = new.fid();
        let message = Twalk { fid: self.fid, newfid, nwname };
        let len = message.wire_len(session.dialect());
        if len > session.slots.msize() as usize {
            return Err(Error::Unfit(Unfit::TooLong { len }));
        }
        let expect = Expect::message::<Rwalk<'_>>();
        let (wanted, mut last) = (names.len(), self.qid);
        let walked = session.ask(&message, expect, new, PAGE_SIZE, |answer| {
            let qids = answer.get::<Rwalk<'_>>(session.dialect())?.nwqid;
            let said = qids.count();
            if said > wanted || (said == 0 && wanted > 0) {
                return Err(Lie::new("Rwalk", LieKind::Count { said: said as u32, asked: wanted as u32 }));
            }
            for qid in qids.iter() {
                last = qid;
                passed(qid);
            }
            Ok(said)
        });
        if walked.await? < wanted {
            // A walk that stops on the way makes no fid (walk(5)).
            session.slots.fids.free(newfid);
            return Ok(None);
        }
        Ok(Some(Fid::new(session.clone(), newfid, last)))
    }

    /// Goes down any number of names.
    ///
    /// # Errors
    /// The server's, or errno 2 (no such file) when a name in the middle is not there.
    pub async fn walk_path(&self, names: &[&[u8]]) -> Result<Fid<W>, Error> {
        let mut at: Option<Fid<W>> = None;
        let mut steps = names.chunks(crate::p9::msg::MAX_WALK);
        let mut step = steps.next().unwrap_or(&[]);
        loop {
            let walked = at.as_ref().unwrap_or(self).walk(step).await?;
            let Some(fid) = walked else { return Err(Error::no_such_file()) };
            at = Some(fid);
            match steps.next() {
                Some(more) => step = more,
                None => break,
            }
        }
        at.ok_or(Error::no_such_file())
    }

    /// Opens the file ([`crate::p9::msg::flags::lopen`]).
    pub async fn lopen(&mut self, flags: u32) -> Result<(), Error> {
        self.session.only_in_linux("Tlopen")?;
        let message = Tlopen { fid: self.fid, flags };
        let reply = self.session.call::<_, Rlopen>(&message, self.uses()).await?;
        self.opened(reply.qid, reply.iounit);
        Ok(())
    }

    /// Makes a file in this directory and opens it: this fid is the new file afterwards.
    pub async fn lcreate(&mut self, name: &[u8], flags: u32, mode: u32, gid: u32) -> Result<(), Error> {
        self.session.only_in_linux("Tlcreate")?;
        let message = Tlcreate { fid: self.fid, name, flags, mode, gid };
        let reply = self.session.call::<_, Rlcreate>(&message, self.uses()).await?;
        self.opened(reply.qid, reply.iounit);
        Ok(())
    }

    /// Reads at most `count` bytes from `offset` into the window of `buf`, by one message; fewer are no error. The
    /// window has shrunk to what was read.
    ///
    /// The buffer comes back with the result, except when the request was given up while a device may still write to
    /// it: then it goes back to the pool by itself, later.
    #[inline]
    pub fn read(
        &self,
        mut buf: Buf,
        offset: u64,
        count: usize,
    ) -> impl Future<Output = (Option<Buf>, Result<usize, Error>)> {
        let session = &*self.session;
        buf.truncate(count.min(session.payload_max()));
        let asked = buf.len() as u32;
        let message = Tread { fid: self.fid, offset, count: asked };
        session.exchange(self.uses(), ReadInto { message, buf: Some(buf) })
    }

    /// Reads at most `count` bytes from `offset`, by one message, and answers with windows on the pages they came in.
    #[inline]
    pub fn read_loan(&self, offset: u64, count: usize) -> impl Future<Output = Result<Windows, Error>> {
        let asked = count.min(self.session.payload_max());
        let message = Tread { fid: self.fid, offset, count: asked as u32 };
        self.session.ask_payload::<_, Rread<'_>>(message, asked, self.uses())
    }

    /// Writes from the start of `windows` at `offset`, by one message, and says how many bytes the server took. The
    /// windows come back whole, except when the request was given up while a device may still read them.
    #[inline]
    pub fn write(
        &self,
        mut windows: Windows,
        offset: u64,
    ) -> impl Future<Output = (Windows, Result<usize, Error>)> {
        let session = &*self.session;
        let sending = session.sendable(&windows);
        let front = windows.split_to(sending);
        let question = WriteFrom { fid: self.fid, offset, sending, front, rest: windows };
        session.exchange(self.uses(), question)
    }

    /// Makes a directory in this one.
    pub async fn mkdir(&self, name: &[u8], mode: u32, gid: u32) -> Result<Qid, Error> {
        self.session.only_in_linux("Tmkdir")?;
        let message = Tmkdir { dfid: self.fid, name, mode, gid };
        Ok(self.session.call::<_, Rmkdir>(&message, self.uses()).await?.qid)
    }

    /// Removes an entry of this directory ([`crate::p9::msg::flags::unlinkat`]).
    pub async fn unlinkat(&self, name: &[u8], flags: u32) -> Result<(), Error> {
        self.session.only_in_linux("Tunlinkat")?;
        let message = Tunlinkat { dirfd: self.fid, name, flags };
        self.session.call::<_, Runlinkat>(&message, self.uses()).await.map(|_| ())
    }

    /// Returns when the server has the file's contents on its disk; `data_only`: without the times and such.
    pub async fn fsync(&self, data_only: bool) -> Result<(), Error> {
        self.session.only_in_linux("Tfsync")?;
        let message = Tfsync { fid: self.fid, datasync: u32::from(data_only) };
        self.session.call::<_, Rfsync>(&message, self.uses()).await.map(|_| ())
    }

    /// Gives the fid up and waits for the server's word on it, which may be the error of a delayed write.
    pub async fn clunk(mut self) -> Result<(), Error> {
        self.release().await;
        self.session
            .call::<_, Rclunk>(&Tclunk { fid: self.fid }, self.session.clunks(self.fid))
            .await
            .map(|_| ())
    }

    /// Removes the file and gives the fid up, whether or not that succeeds.
    pub async fn remove(mut self) -> Result<(), Error> {
        self.release().await;
        self.session
            .call::<_, Rremove>(&Tremove { fid: self.fid }, self.session.clunks(self.fid))
            .await
            .map(|_| ())
    }
}

/// A read into the caller's own pages.
struct ReadInto {
    message: Tread,
    /// Unless the slot has it, or a device, or whoever asked.
    buf: Option<Buf>,
}

impl Question for ReadInto {
    type Said = (Option<Buf>, usize);
    type Output = (Option<Buf>, Result<usize, Error>);

    #[inline]
    fn expect(&self) -> Expect {
        Expect::payload::<Rread<'_>>(self.message.count)
    }

    #[inline]
    fn known(&mut self) -> Option<Self::Said> {
        if self.message.count == 0 { Some((self.buf.take(), 0)) } else { None }
    }

    #[inline]
    fn write<W: Wire>(&mut self, session: &Session<W>, draft: &mut Draft<'_>) -> Result<(), Error> {
        draft.message(&self.message, session.dialect())?;
        draft.reply_head()?;
        session.spill_room(draft)?;
        draft.into(&mut self.buf);
        Ok(())
    }

    #[inline]
    fn read<W: Wire>(&mut self, _: &Session<W>, mut answer: Answer<'_>) -> Result<Self::Said, Lie> {
        Ok((answer.take_into(), answer.count()))
    }

    #[cold]
    fn salvage(&mut self, into: Option<Buf>, _: Windows) {
        self.buf = self.buf.take().or(into);
    }

    #[inline]
    fn end(&mut self, said: Result<Self::Said, Error>) -> Self::Output {
        match said {
            Ok((buf, count)) => (buf, Ok(count)),
            Err(error) => (self.buf.take(), Err(error)),
        }
    }
}

/// A read whose payload comes as windows.
struct ReadLoan<M> {
    message: M,
    expect: Expect,
    asked: usize,
}

impl<'m, M: Message<'m>> Question for ReadLoan<M> {
    type Said = Windows;
    type Output = Result<Windows, Error>;

    #[inline]
    fn expect(&self) -> Expect {
        self.expect
    }

    #[inline]
    fn known(&mut self) -> Option<Windows> {
        if self.asked == 0 { Some(Windows::new()) } else { None }
    }

    #[inline]
    fn write<W: Wire>(&mut self, session: &Session<W>, draft: &mut Draft<'_>) -> Result<(), Error> {
        session.write_payload_question(&self.message, self.asked, draft)
    }

    #[inline]
    fn read<W: Wire>(&mut self, _: &Session<W>, mut answer: Answer<'_>) -> Result<Windows, Lie> {
        Ok(answer.take_payload())
    }

    #[inline]
    fn end(&mut self, said: Result<Windows, Error>) -> Self::Output {
        said
    }
}

/// A write of `front`, the first `sending` bytes.
struct WriteFrom {
    fid: u32,
    offset: u64,
    sending: usize,
    /// Unless the slot has it, or a device.
    front: Windows,
    rest: Windows,
}

impl Question for WriteFrom {
    type Said = usize;
    type Output = (Windows, Result<usize, Error>);

    #[inline]
    fn expect(&self) -> Expect {
        Expect::message::<Rwrite>()
    }

    #[inline]
    fn write<W: Wire>(&mut self, _: &Session<W>, draft: &mut Draft<'_>) -> Result<(), Error> {
        draft.reply_room(PAGE_SIZE)?;
        Ok(draft.twrite(self.fid, self.offset, &mut self.front)?)
    }

    #[inline]
    fn read<W: Wire>(&mut self, session: &Session<W>, mut answer: Answer<'_>) -> Result<usize, Lie> {
        let taken = written(&answer, session.dialect(), self.sending)?;
        self.front = answer.take_out();
        Ok(taken)
    }

    #[cold]
    fn salvage(&mut self, _: Option<Buf>, out: Windows) {
        self.front = out;
    }

    #[inline]
    fn end(&mut self, said: Result<usize, Error>) -> Self::Output {
        let mut all = core::mem::take(&mut self.front);
        if !self.rest.is_empty() {
            all.append(core::mem::take(&mut self.rest));
        }
        (all, said)
    }
}

/// How many of the `sending` bytes the server has taken, by its reply to their Twrite.
#[inline]
pub(super) fn written(answer: &Answer<'_>, dialect: Dialect, sending: usize) -> Result<usize, Lie> {
    let said = answer.get::<Rwrite>(dialect)?.count;
    if said as usize > sending {
        return Err(Lie::new("Rwrite", LieKind::Count { said, asked: sending as u32 }));
    }
    Ok(said as usize)
}

impl<W: Wire> Fid<W> {
    /// The fid's end is the caller's business from here on. Requests on it that were given up end first.
    async fn release(&mut self) {
        let slots = &self.session.slots;
        while slots.orphans_use(self.fid) && slots.dead().is_none() {
            time::sleep(ORPHAN_NS_STEP).await;
        }
        self.released = true;
    }
}

impl<W: Wire> Session<W> {
    /// Asks for up to `asked` bytes of payload, as windows: on the wire's pages if it lends them, else on new ones.
    #[inline]
    pub(super) fn ask_payload<'s, 'm, M, R>(
        &'s self,
        message: M,
        asked: usize,
        intent: Intent<'s>,
    ) -> impl Future<Output = Result<Windows, Error>> + use<'s, 'm, W, M, R>
    where
        M: Message<'m> + 's,
        R: Message<'m>,
    {
        self.exchange(intent, ReadLoan { message, expect: Expect::payload::<R>(asked as u32), asked })
    }

    /// Sends such a question by the slot `id`.
    #[inline]
    pub(super) fn launch_payload<'m, M, R>(
        &self,
        id: SlotId,
        message: &M,
        asked: usize,
        intent: Intent<'_>,
    ) -> Result<Sent<'_, W>, Error>
    where
        M: Message<'m>,
        R: Message<'m>,
    {
        self.launch(id, Expect::payload::<R>(asked as u32), intent, |draft| {
            self.write_payload_question(message, asked, draft)
        })
    }

    /// Writes such a question; the payload's pages are there first.
    #[inline]
    fn write_payload_question<'m, M: Message<'m>>(
        &self,
        message: &M,
        asked: usize,
        draft: &mut Draft<'_>,
    ) -> Result<(), Error> {
        if !W::LOANS {
            draft.into(&mut Some(self.slots.pool().alloc_bytes(asked)?));
        }
        draft.message(message, self.dialect())?;
        draft.reply_head()?;
        self.spill_room(draft)
    }

    /// An error in words may be longer than a short read: a device needs room for the rest of it.
    #[inline]
    fn spill_room(&self, draft: &mut Draft<'_>) -> Result<(), Error> {
        if !W::LOANS && self.dialect() != Dialect::Linux {
            draft.spill(self.slots.pool().alloc(1)?);
        }
        Ok(())
    }

    /// How many bytes of these one message can take.
    #[inline]
    pub(super) fn sendable(&self, windows: &Windows) -> usize {
        let Limits { pieces, write_bytes, .. } = self.wire.limits();
        let most = windows.len().min(self.payload_max()).min(write_bytes);
        if windows.count() <= pieces {
            return most;
        }
        most.min(windows.iter().take(pieces).map(|window| window.len()).sum())
    }
}

impl<W: Wire> Drop for Fid<W> {
    #[inline]
    fn drop(&mut self) {
        let slots = &self.session.slots;
        if self.released || slots.dead().is_some() {
            return;
        }
        let now = if slots.orphans_use(self.fid) { None } else { slots.try_claim() };
        match now {
            Some(id) => self.session.send_detached::<_, Rclunk>(id, &Tclunk { fid: self.fid }, self.fid),
            None => {
                slots.fids.doom(self.fid);
                slots.keeper.wake();
            }
        }
    }
}

impl<W: Wire> fmt::Debug for Fid<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fid").field("fid", &self.fid).field("qid", &self.qid).finish()
    }
}
