//! The client: a session with a server, and the files walked to in it.
//!
//! [`Client::connect`] agrees on dialect and message size and starts a task, the session's keeper, that lives as
//! long as any [`Client`] or [`Fid`] of the session. Any number of tasks may have requests in flight; each is in a slot
//! of its own. Nothing here copies payload: reads go into the caller's own pages or come as windows, writes take windows.

mod ahead;
mod attr;
mod behind;
mod dir;
mod fid;
mod flights;
mod keeper;
mod request;
#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use core::fmt;
use core::ops::Deref;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::error::{Error, Lie, LieKind, SessionError, WireError};
use super::msg::{Dialect, NO_FID, NO_UNAME, NUname, Rattach, Rauth, Rversion, Tattach, Tauth, Tversion};
use super::slots::{Expect, Slots, Traffic};
use super::wire::Wire;
use crate::io::Pool;
use crate::task;
use crate::time::{self, Nanos};

pub use ahead::{AHEAD_BYTES_MAX, AWAY_NS_MAX, Ahead};
pub use attr::{Changes, Lock, LockKind, LockStatus, Time};
pub use behind::{BEHIND_MAX, Behind};
pub use dir::{Entries, Entry};
pub use fid::Fid;
pub use flights::Reading;

/// Bytes of a message that are not payload, in the message that has most of them (intro(5), `IOHDRSZ`).
pub const IO_HEADER: u32 = 24;

/// Less than this and even names do not fit.
const MSIZE_MIN: u32 = 512;

/// How long a new session waits for the wire's last one to end.
const CLOSING_NS_MAX: Nanos = Nanos::from_secs(2);
const CLOSING_NS_STEP: Nanos = Nanos::from_millis(1);

/// What a session is to be like.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Longest message to ask for; wire and server may lower it.
    pub msize: u32,
    /// Dialects to ask for, best first.
    pub dialects: &'static [Dialect],
    /// How long a reply may take.
    pub patience: Nanos,
    /// Most requests in flight; the wire may lower it.
    pub slots: usize,
    /// Where the pages for messages come from.
    pub pool: &'static Pool,
}

impl Options {
    /// Messages with 1 MiB of payload, any dialect, half a minute's patience, the kernel's pool.
    pub fn new() -> Options {
        Options {
            msize: (1 << 20) + IO_HEADER,
            dialects: &[Dialect::Linux, Dialect::Unix, Dialect::Plain],
            patience: Nanos::from_secs(30),
            slots: super::slots::SLOTS_MAX,
            pool: crate::mem::pool(),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::new()
    }
}

/// What all handles of a session share.
struct Session<W: Wire> {
    wire: W,
    slots: Arc<Slots>,
    /// Clients and fids that exist. The keeper ends the session when it is 0.
    handles: AtomicUsize,
}

impl<W: Wire> Session<W> {
    #[inline]
    fn dialect(&self) -> Dialect {
        self.slots.dialect()
    }

    /// Most payload in one message.
    #[inline]
    fn payload_max(&self) -> usize {
        (self.slots.msize() - IO_HEADER) as usize
    }

    /// For what only 9P2000.L can say.
    fn only_in_linux(&self, what: &'static str) -> Result<(), Error> {
        if self.dialect() == Dialect::Linux { Ok(()) } else { Err(Error::Unsupported(what)) }
    }

    /// The server has lied; what to tell the caller.
    #[cold]
    fn lied(&self, lie: Lie) -> Error {
        self.slots.fail(lie.into());
        Error::Session(lie.into())
    }
}

/// A counted reference to a session.
struct Handle<W: Wire>(Arc<Session<W>>);

impl<W: Wire> Handle<W> {
    fn first(session: Arc<Session<W>>) -> Self {
        session.handles.store(1, Ordering::Relaxed);
        Handle(session)
    }
}

impl<W: Wire> Clone for Handle<W> {
    #[inline]
    fn clone(&self) -> Self {
        self.0.handles.fetch_add(1, Ordering::Relaxed);
        Handle(Arc::clone(&self.0))
    }
}

impl<W: Wire> Deref for Handle<W> {
    type Target = Session<W>;

    #[inline]
    fn deref(&self) -> &Session<W> {
        &self.0
    }
}

impl<W: Wire> Drop for Handle<W> {
    #[inline]
    fn drop(&mut self) {
        // Release, and acquire by the keeper: what was done through this handle comes before the end.
        if self.0.handles.fetch_sub(1, Ordering::Release) == 1 {
            self.0.slots.set_closing();
        }
    }
}

/// A session with a server.
pub struct Client<W: Wire> {
    session: Handle<W>,
}

impl<W: Wire> Clone for Client<W> {
    fn clone(&self) -> Self {
        Client { session: self.session.clone() }
    }
}

impl<W: Wire> Client<W> {
    /// Begins a session over `wire`: the dialect and the message size are agreed when this returns.
    pub async fn connect(wire: W, options: Options) -> Result<Client<W>, Error> {
        let limits = wire.limits();
        let msize = options.msize.min(limits.msize);
        if msize < MSIZE_MIN {
            return Err(Error::MsizeTooSmall(msize));
        }
        let count = options.slots.min(limits.slots).max(2);
        let slots = Arc::new(Slots::new(count, options.pool, options.patience, msize));
        open(&wire, &slots).await?;
        let session = Arc::new(Session { wire, slots, handles: AtomicUsize::new(0) });
        let client = Client { session: Handle::first(Arc::clone(&session)) };
        if task::spawn("9p", keeper::Keeper::new(Arc::clone(&session))).is_err() {
            session.wire.close();
            return Err(Error::NoTasks);
        }
        client.version(msize, options.dialects).await?;
        Ok(client)
    }

    /// Tversion, for one dialect after the other.
    async fn version(&self, msize: u32, dialects: &[Dialect]) -> Result<(), Error> {
        let session = &*self.session;
        for &wanted in dialects {
            let message = Tversion { msize, version: wanted.name().as_bytes() };
            let expect = Expect::message::<Rversion<'_>>();
            let id = session.slots.reserved();
            let sent = session.launch(id, expect, session.uses([NO_FID; 2]), |draft| {
                draft.message(&message, Dialect::Plain)?;
                Ok(draft.reply_room(crate::mem::PAGE_SIZE)?)
            })?;
            sent.settled().await;
            let collected = sent.collect(|answer| {
                let reply = answer.get::<Rversion<'_>>(Dialect::Plain)?;
                if reply.msize > msize {
                    return Err(Lie::new("Rversion", LieKind::Count { said: reply.msize, asked: msize }));
                }
                Ok((Dialect::from_name(reply.version), reply.msize))
            });
            let (answered, msize) = match collected {
                // version(5) wants `unknown` for an answer; diod refuses a dialect it does not speak.
                Err(Error::Refused(_)) => continue,
                collected => collected?,
            };
            // A server that knows the protocol but not the dialect may answer with the plain one (version(5)).
            let Some(dialect) = answered.filter(|dialect| *dialect == wanted || *dialect == Dialect::Plain)
            else {
                continue;
            };
            if !dialects.contains(&dialect) {
                return Err(Error::BadVersion);
            }
            if msize < MSIZE_MIN {
                return Err(Error::MsizeTooSmall(msize));
            }
            session.slots.agree(dialect, msize);
            return Ok(());
        }
        Err(Error::BadVersion)
    }

    /// The root of the file tree `aname`, for user `uname`, or by number where the dialect has numbers.
    pub async fn attach(&self, uname: &[u8], aname: &[u8], n_uname: Option<u32>) -> Result<Fid<W>, Error> {
        let new = self.session.makes_fid(NO_FID)?;
        let fid = new.fid();
        let n_uname = NUname(n_uname.unwrap_or(NO_UNAME));
        let message = Tattach { fid, afid: NO_FID, uname, aname, n_uname };
        let reply = self.session.call::<_, Rattach>(&message, new).await?;
        Ok(Fid::new(self.session.clone(), fid, reply.qid))
    }

    /// A file to run an authentication protocol on. Most servers refuse: they need none.
    pub async fn auth(&self, uname: &[u8], aname: &[u8], n_uname: Option<u32>) -> Result<Fid<W>, Error> {
        let new = self.session.makes_fid(NO_FID)?;
        let afid = new.fid();
        let message = Tauth { afid, uname, aname, n_uname: NUname(n_uname.unwrap_or(NO_UNAME)) };
        let reply = self.session.call::<_, Rauth>(&message, new).await?;
        Ok(Fid::new(self.session.clone(), afid, reply.aqid))
    }

    /// The dialect that was agreed on.
    pub fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    /// The longest message that was agreed on.
    pub fn msize(&self) -> u32 {
        self.session.slots.msize()
    }

    /// Most payload in one message.
    pub fn payload_max(&self) -> usize {
        self.session.payload_max()
    }

    /// Requests and replies so far.
    pub fn traffic(&self) -> Traffic {
        self.session.slots.traffic()
    }

    /// Why the session is over, if it is.
    pub fn dead(&self) -> Option<SessionError> {
        self.session.slots.dead()
    }

    /// What the session goes over.
    pub fn wire(&self) -> &W {
        &self.session.wire
    }
}

impl<W: Wire> fmt::Debug for Client<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("dialect", &self.dialect())
            .field("slots", &self.session.slots)
            .finish()
    }
}

/// Opens the wire. The last session on it may be at its last Tclunk still.
async fn open<W: Wire>(wire: &W, slots: &Arc<Slots>) -> Result<(), Error> {
    let until = time::now() + CLOSING_NS_MAX;
    loop {
        match wire.open(slots) {
            Ok(()) => return Ok(()),
            Err(WireError::Closing) if time::now() < until => time::sleep(CLOSING_NS_STEP).await,
            Err(error) => return Err(Error::Session(error.into())),
        }
    }
}
