//! What can be asked of a file and done to it besides its contents: attributes, names, links, locks.
//!
//! 9P2000.L has a message for each system call; 9P2000 and 9P2000.u have open, create, stat and wstat. An operation the
//! agreed dialect does not have is [`Error::Unsupported`], and nothing is sent.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::fid::Fid;
use crate::mem::PAGE_SIZE;
use crate::p9::error::Error;
use crate::p9::msg::flags::{lock, open, perm, setattr};
use crate::p9::msg::{
    Dialect, Extension, Qid, Rcreate, Rgetattr, Rgetlock, Rlink, Rlock, Rmknod, Ropen, Rreadlink, Rrename,
    Rrenameat, Rsetattr, Rstat, Rstatfs, Rsymlink, Rwstat, Rxattrcreate, Rxattrwalk, Stat, Tcreate, Tgetattr,
    Tgetlock, Tlink, Tlock, Tmknod, Topen, Treadlink, Trename, Trenameat, Tsetattr, Tstat, Tstatfs, Tsymlink,
    Twstat, Txattrcreate, Txattrwalk,
};
use crate::p9::slots::Expect;
use crate::p9::wire::Wire;

/// Room for replies that hold a path: the longest there is on Linux, and the fields around it.
const PATH_ROOM: usize = 2 * PAGE_SIZE;

/// A time to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The server's now.
    Now,
    /// This one.
    At {
        /// Seconds since 1970.
        sec: u64,
        /// The rest of it.
        nsec: u64,
    },
}

/// Attributes to set; what is `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Permissions.
    pub mode: Option<u32>,
    /// Owner.
    pub uid: Option<u32>,
    /// Group.
    pub gid: Option<u32>,
    /// Length.
    pub size: Option<u64>,
    /// Time of last read.
    pub atime: Option<Time>,
    /// Time of last write.
    pub mtime: Option<Time>,
}

impl Changes {
    fn message(&self, fid: u32) -> Tsetattr {
        let flag = |there: bool, bits: u32| if there { bits } else { 0 };
        let time = |time: Option<Time>, now: u32, set: u32| match time {
            None => (0, 0, 0),
            Some(Time::Now) => (now, 0, 0),
            Some(Time::At { sec, nsec }) => (now | set, sec, nsec),
        };
        let (atime, atime_sec, atime_nsec) = time(self.atime, setattr::ATIME, setattr::ATIME_SET);
        let (mtime, mtime_sec, mtime_nsec) = time(self.mtime, setattr::MTIME, setattr::MTIME_SET);
        Tsetattr {
            fid,
            valid: flag(self.mode.is_some(), setattr::MODE)
                | flag(self.uid.is_some(), setattr::UID)
                | flag(self.gid.is_some(), setattr::GID)
                | flag(self.size.is_some(), setattr::SIZE)
                | atime
                | mtime,
            mode: self.mode.unwrap_or(0),
            uid: self.uid.unwrap_or(0),
            gid: self.gid.unwrap_or(0),
            size: self.size.unwrap_or(0),
            atime_sec,
            atime_nsec,
            mtime_sec,
            mtime_nsec,
        }
    }
}

/// Kind of a record lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// Shared.
    Read,
    /// Exclusive.
    Write,
    /// None.
    Unlock,
}

impl LockKind {
    fn bits(self) -> u8 {
        match self {
            LockKind::Read => lock::RDLCK,
            LockKind::Write => lock::WRLCK,
            LockKind::Unlock => lock::UNLCK,
        }
    }
}

/// A record lock to take, release or ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock<'a> {
    /// Its kind.
    pub kind: LockKind,
    /// First byte.
    pub start: u64,
    /// Bytes; 0 is to the end.
    pub length: u64,
    /// Who asks, within the client.
    pub proc_id: u32,
    /// Which client.
    pub client_id: &'a [u8],
}

/// What came of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockStatus {
    /// Done.
    Success,
    /// Somebody else has it; ask again later.
    Blocked,
    /// The server could not.
    Failed,
    /// The server takes only reclaimed locks for a while yet.
    Grace,
}

impl<W: Wire> Fid<W> {
    /// Attributes ([`crate::p9::msg::flags::getattr`] says which are wanted, and which the reply has).
    pub async fn getattr<T>(&self, request_mask: u64, look: impl FnOnce(&Rgetattr) -> T) -> Result<T, Error> {
        self.session.only_in_linux("Tgetattr")?;
        let message = Tgetattr { fid: self.fid, request_mask };
        let expect = Expect::message::<Rgetattr>();
        let asked = self.session.ask(&message, expect, self.uses(), PAGE_SIZE, |answer| {
            answer.get::<Rgetattr>(self.session.dialect()).map(|attributes| look(&attributes))
        });
        asked.await
    }

    /// Sets attributes.
    pub async fn setattr(&self, changes: &Changes) -> Result<(), Error> {
        self.session.only_in_linux("Tsetattr")?;
        self.session.call::<_, Rsetattr>(&changes.message(self.fid), self.uses()).await.map(|_| ())
    }

    /// How full the file system is.
    pub async fn statfs(&self) -> Result<Rstatfs, Error> {
        self.session.only_in_linux("Tstatfs")?;
        self.session.call(&Tstatfs { fid: self.fid }, self.uses()).await
    }

    /// What this symbolic link says.
    pub async fn readlink(&self) -> Result<Vec<u8>, Error> {
        self.session.only_in_linux("Treadlink")?;
        let expect = Expect::message::<Rreadlink<'_>>();
        let dialect = self.session.dialect();
        self.session
            .ask(&Treadlink { fid: self.fid }, expect, self.uses(), PATH_ROOM, |answer| {
                answer.get::<Rreadlink<'_>>(dialect).map(|reply| reply.target.to_vec())
            })
            .await
    }

    /// Makes a symbolic link in this directory.
    pub async fn symlink(&self, name: &[u8], target: &[u8], gid: u32) -> Result<Qid, Error> {
        self.session.only_in_linux("Tsymlink")?;
        let message = Tsymlink { fid: self.fid, name, symtgt: target, gid };
        Ok(self.session.call::<_, Rsymlink>(&message, self.uses()).await?.qid)
    }

    /// Makes a device file, FIFO or socket in this directory ([`crate::p9::msg::flags::mode`]).
    pub async fn mknod(
        &self,
        name: &[u8],
        mode: u32,
        major: u32,
        minor: u32,
        gid: u32,
    ) -> Result<Qid, Error> {
        self.session.only_in_linux("Tmknod")?;
        let message = Tmknod { dfid: self.fid, name, mode, major, minor, gid };
        Ok(self.session.call::<_, Rmknod>(&message, self.uses()).await?.qid)
    }

    /// Makes another name for `file` in this directory. 9P2000.u says it with a Tcreate whose extension is the number of
    /// the file's fid.
    pub async fn link(&self, file: &Fid<W>, name: &[u8]) -> Result<(), Error> {
        if self.session.dialect() == Dialect::Unix {
            let mut made = self.walk(&[]).await?.ok_or(Error::no_such_file())?;
            return made.create(name, perm::LINK, open::READ, file.fid.to_string().as_bytes()).await;
        }
        self.session.only_in_linux("Tlink")?;
        let message = Tlink { dfid: self.fid, fid: file.fid, name };
        self.session.call::<_, Rlink>(&message, self.uses_with(file)).await.map(|_| ())
    }

    /// Moves this file into `dir` as `name`.
    pub async fn rename(&self, dir: &Fid<W>, name: &[u8]) -> Result<(), Error> {
        self.session.only_in_linux("Trename")?;
        let message = Trename { fid: self.fid, dfid: dir.fid, name };
        self.session.call::<_, Rrename>(&message, self.uses_with(dir)).await.map(|_| ())
    }

    /// Moves the entry `old` of this directory into `dir` as `new`.
    pub async fn renameat(&self, old: &[u8], dir: &Fid<W>, new: &[u8]) -> Result<(), Error> {
        self.session.only_in_linux("Trenameat")?;
        let message = Trenameat { olddirfid: self.fid, oldname: old, newdirfid: dir.fid, newname: new };
        self.session.call::<_, Rrenameat>(&message, self.uses_with(dir)).await.map(|_| ())
    }

    /// A file to read the extended attribute `name` from (or, without a name, the list of names), and its length.
    pub async fn xattrwalk(&self, name: &[u8]) -> Result<(Fid<W>, u64), Error> {
        self.session.only_in_linux("Txattrwalk")?;
        let new = self.session.makes_fid(self.fid)?;
        let newfid = new.fid();
        let message = Txattrwalk { fid: self.fid, newfid, name };
        let reply = self.session.call::<_, Rxattrwalk>(&message, new).await?;
        Ok((Fid::new(self.session.clone(), newfid, self.qid()), reply.size))
    }

    /// Makes this fid take the value of the extended attribute `name`: `size` bytes of writes, and set when it is clunked
    /// ([`crate::p9::msg::flags::xattr`]).
    pub async fn xattrcreate(&mut self, name: &[u8], size: u64, flags: u32) -> Result<(), Error> {
        self.session.only_in_linux("Txattrcreate")?;
        let message = Txattrcreate { fid: self.fid, name, attr_size: size, flags };
        self.session.call::<_, Rxattrcreate>(&message, self.uses()).await.map(|_| ())
    }

    /// Takes or releases a record lock, without waiting for who has it.
    pub async fn lock(&self, wanted: Lock<'_>) -> Result<LockStatus, Error> {
        self.session.only_in_linux("Tlock")?;
        let Lock { kind, start, length, proc_id, client_id } = wanted;
        let message = Tlock { fid: self.fid, kind: kind.bits(), flags: 0, start, length, proc_id, client_id };
        let reply = self.session.call::<_, Rlock>(&message, self.uses()).await?;
        Ok(match reply.status {
            lock::SUCCESS => LockStatus::Success,
            lock::BLOCKED => LockStatus::Blocked,
            lock::GRACE => LockStatus::Grace,
            _ => LockStatus::Failed,
        })
    }

    /// Would this lock be granted? `look` sees the server's answer: kind UNLCK, or the lock that is in the way.
    pub async fn getlock<T>(
        &self,
        wanted: Lock<'_>,
        look: impl FnOnce(Rgetlock<'_>) -> T,
    ) -> Result<T, Error> {
        self.session.only_in_linux("Tgetlock")?;
        let Lock { kind, start, length, proc_id, client_id } = wanted;
        let message = Tgetlock { fid: self.fid, kind: kind.bits(), start, length, proc_id, client_id };
        let expect = Expect::message::<Rgetlock<'_>>();
        let dialect = self.session.dialect();
        let asked = self.session.ask(&message, expect, self.uses(), PAGE_SIZE, |answer| {
            answer.get::<Rgetlock<'_>>(dialect).map(look)
        });
        asked.await
    }

    /// Opens the file as 9P2000 and .u do ([`crate::p9::msg::flags::open`]).
    pub async fn open(&mut self, mode: u8) -> Result<(), Error> {
        self.not_in_linux("Topen")?;
        let reply = self.session.call::<_, Ropen>(&Topen { fid: self.fid, mode }, self.uses()).await?;
        self.opened(reply.qid, reply.iounit);
        Ok(())
    }

    /// Makes a file in this directory as 9P2000 and .u do, and opens it: this fid is the new file afterwards
    /// ([`crate::p9::msg::flags::perm`], [`crate::p9::msg::flags::open`]). The extension is .u's: a link's target, a
    /// device's numbers.
    pub async fn create(&mut self, name: &[u8], perm: u32, mode: u8, extension: &[u8]) -> Result<(), Error> {
        self.not_in_linux("Tcreate")?;
        let message = Tcreate { fid: self.fid, name, perm, mode, extension: Extension(extension) };
        let reply = self.session.call::<_, Rcreate>(&message, self.uses()).await?;
        self.opened(reply.qid, reply.iounit);
        Ok(())
    }

    /// The directory entry, as 9P2000 and .u have it.
    pub async fn stat<T>(&self, look: impl FnOnce(&Stat<'_>) -> T) -> Result<T, Error> {
        self.not_in_linux("Tstat")?;
        let expect = Expect::message::<Rstat<'_>>();
        let dialect = self.session.dialect();
        let message = Tstat { fid: self.fid };
        let asked = self.session.ask(&message, expect, self.uses(), PATH_ROOM, |answer| {
            answer.get::<Rstat<'_>>(dialect).map(|reply| look(&reply.stat))
        });
        asked.await
    }

    /// Changes the directory entry; start from [`Stat::KEEP`], which changes nothing.
    pub async fn wstat(&self, stat: Stat<'_>) -> Result<(), Error> {
        self.not_in_linux("Twstat")?;
        let message = Twstat { fid: self.fid, stat };
        self.session.call::<_, Rwstat>(&message, self.uses()).await.map(|_| ())
    }

    fn not_in_linux(&self, what: &'static str) -> Result<(), Error> {
        if self.session.dialect() == Dialect::Linux { Err(Error::Unsupported(what)) } else { Ok(()) }
    }
}
