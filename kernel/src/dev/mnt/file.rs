//! A file of a 9P server: what the name space asks of it, in the words of whichever dialect the session speaks.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::Relaxed;

use spin::{Mutex, Once};

use super::behind::{self, WriteBehind};
use super::cache::Cached;
use super::{Session, settings};
use crate::io::{Buf, Windows};
use crate::ns::device::{Claim, Cursor, DeviceNumber, FileSystem, Passed, Special};
use crate::ns::stat::{Change, Entry, Mode, Qid, Stat, UnixTime, When};
use crate::ns::{Access, Error, OpenMode, text, user};
use crate::p9::client::{Ahead, Changes, Lock, LockKind, LockStatus, Time};
use crate::p9::msg::flags::{getattr, lopen, mode, open, perm, qid, unlinkat};
use crate::p9::msg::{self, Dialect};
use crate::p9::{self, Fid, LieKind, SessionError, Wire, WireError};

/// Messages a program that copies files gives us to send at a time.
const BULK_MESSAGES: usize = 4;

/// How much of a directory one message brings.
const DIR_BYTES: usize = 64 * 1024;

/// Longer values of extended attributes are no values: Linux stops at this.
const ATTRIBUTE_BYTES_MAX: u64 = 64 * 1024;

/// What a file that is no device has for a number.
const NO_DEVICE: DeviceNumber = DeviceNumber { major: 0, minor: 0 };

/// What older servers of 9P2000.L (diod) answer to Tunlinkat and Trenameat; Linux' client, too, then asks with Tremove and
/// Trename.
const EOPNOTSUPP: u32 = 95;

/// The group of files we make, to servers that want a number.
const ROOT_GID: u32 = 0;

/// A file that was walked to, open or not.
pub struct File<W: Wire> {
    /// What is read ahead for who reads it in order. Before the fid: requests on it end first.
    ahead: Mutex<InOrder<W>>,
    /// What is written behind for who asks for it. Before the fid, too, though nothing is under way any more when it goes.
    behind: Once<Box<WriteBehind<W>>>,
    /// Open for reading, on a mount that keeps what is read.
    cached: Option<Cached>,
    /// Before the session: a fid says goodbye through it.
    fid: Fid<W>,
    session: Arc<Session<W>>,
    /// The last element of its name: 9P2000.L does not tell it.
    name: Box<[u8]>,
}

/// Who reads a file in order.
enum InOrder<W: Wire> {
    /// Nobody yet, or somebody who was killed while reading.
    Nobody,
    /// Somebody who is not reading now.
    Away(Box<Ahead<W>>),
    /// Somebody who is.
    Reading,
}

/// Somebody reads in order. Dropped before there is something to leave behind, nobody does.
struct Reads<'f, W: Wire>(&'f Mutex<InOrder<W>>);

impl<W: Wire> Reads<'_, W> {
    fn leave(self, as_it_is: InOrder<W>) {
        let left = core::mem::replace(&mut *self.0.lock(), as_it_is);
        // Not under the lock: what it asked for is taken back.
        drop(left);
        core::mem::forget(self);
    }
}

impl<W: Wire> Drop for Reads<'_, W> {
    fn drop(&mut self) {
        let mut in_order = self.0.lock();
        if matches!(*in_order, InOrder::Reading) {
            *in_order = InOrder::Nobody;
        }
    }
}

impl<W: Wire> File<W> {
    pub(super) fn root(session: Arc<Session<W>>, fid: Fid<W>) -> File<W> {
        File::new(fid, session, b"/"[..].into())
    }

    fn new(fid: Fid<W>, session: Arc<Session<W>>, name: Box<[u8]>) -> File<W> {
        File { ahead: Mutex::new(InOrder::Nobody), behind: Once::new(), cached: None, fid, session, name }
    }

    pub(super) fn letter(&self) -> char {
        self.session.letter
    }

    pub(super) fn instance(&self) -> u32 {
        self.session.number
    }

    pub(super) fn qid(&self) -> Qid {
        self.fid.qid()
    }

    fn is_linux(&self) -> bool {
        self.session.client.dialect() == Dialect::Linux
    }

    pub(super) async fn walk(&self, names: &[&[u8]]) -> Result<(Passed, Option<File<W>>), Error> {
        let mut passed = Passed::default();
        let walked = self.fid.walk_past(names, |qid| passed.push(qid)).await.map_err(error)?;
        let name = names.last().map_or(&*self.name, |last| last);
        let file = |fid| File::new(fid, self.session.clone(), name.into());
        Ok((passed, walked.map(file)))
    }

    pub(super) async fn stat(&self) -> Result<Stat, Error> {
        if !self.is_linux() {
            return self.fid.stat(|stat| self.stat_of(stat)).await.map_err(error);
        }
        self.fid.getattr(getattr::BASIC, |attributes| self.stat_by(attributes)).await.map_err(error)
    }

    /// The attributes of 9P2000.L as ours.
    fn stat_by(&self, attributes: &msg::Rgetattr) -> Stat {
        let mode = Mode::from_linux(attributes.mode);
        Stat {
            device: self.letter(),
            instance: self.instance(),
            qid: attributes.qid,
            mode,
            accessed: UnixTime(attributes.atime_sec),
            modified: UnixTime(attributes.mtime_sec),
            length: if mode.is_regular() { attributes.size } else { 0 },
            name: self.name.clone(),
            owner: user().into(),
            group: user().into(),
        }
    }

    /// A directory entry of 9P2000 or .u as ours. QEMU sends no owners' names, and links and such as kinds of their own.
    fn stat_of(&self, stat: &msg::Stat<'_>) -> Stat {
        let mode = Mode(stat.mode);
        Stat {
            device: self.letter(),
            instance: self.instance(),
            qid: stat.qid,
            mode,
            accessed: UnixTime(stat.atime.into()),
            modified: UnixTime(stat.mtime.into()),
            length: if mode.is_regular() { stat.length } else { 0 },
            name: stat.name.into(),
            owner: user().into(),
            group: user().into(),
        }
    }

    pub(super) async fn open(mut self, mode: OpenMode) -> Result<File<W>, Error> {
        let changing = mode.truncate.then(|| self.session.changes.note(self.fid.qid()));
        let opened = if self.is_linux() {
            let directory = if self.qid().is_dir() { lopen::DIRECTORY } else { 0 };
            self.fid.lopen(linux_flags(mode) | directory).await
        } else {
            self.fid.open(plain_flags(mode)).await
        };
        drop(changing);
        opened.map_err(error)?;
        if self.session.is_cached.load(Relaxed) && mode == OpenMode::READ {
            let changes = self.session.changes.count(self.qid());
            self.cached = Cached::open(self.session.number, self.qid(), changes);
        }
        Ok(self)
    }

    pub(super) async fn create(
        mut self,
        name: &[u8],
        mode: OpenMode,
        permissions: u32,
    ) -> Result<File<W>, Error> {
        let made = if self.is_linux() {
            self.fid.lcreate(name, linux_flags(mode) | lopen::CREATE, permissions & 0o777, ROOT_GID).await
        } else {
            self.fid.create(name, permissions & 0o777, plain_flags(mode), b"").await
        };
        made.map_err(error)?;
        self.name = name.into();
        Ok(self)
    }

    pub(super) async fn make_dir(&self, name: &[u8], permissions: u32) -> Result<(), Error> {
        let permissions = permissions & 0o777;
        if self.is_linux() {
            return self.fid.mkdir(name, permissions, ROOT_GID).await.map(|_| ()).map_err(error);
        }
        let mut fid = self.another_fid().await?;
        fid.create(name, perm::DIR | permissions, open::READ, b"").await.map_err(error)
    }

    pub(super) async fn read_dir(&self, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        let mut from = from.0;
        loop {
            let mut batch = self.fid.readdir(from, DIR_BYTES.min(self.io_unit())).await.map_err(error)?;
            if batch.is_empty() {
                return Ok((Vec::new(), Cursor(from)));
            }
            let mut entries = Vec::new();
            while let Some(entry) = batch.next() {
                let entry = entry.map_err(|_| Error::text("malformed stat buffer"))?;
                if entry.name == b"." || entry.name == b".." {
                    continue;
                }
                entries.push(Entry {
                    name: entry.name.into(),
                    qid: entry.qid,
                    stat: entry.stat.map(|stat| self.stat_of(&stat)),
                });
            }
            from = batch.next_offset();
            // A batch of dots alone is not the end.
            if !entries.is_empty() {
                return Ok((entries, Cursor(from)));
            }
        }
    }

    pub(super) async fn bread(&self, count: usize, offset: u64) -> Result<Windows, Error> {
        // Not left to the servers: each says something else, and QEMU's takes it for a broken client.
        if self.qid().is_dir() {
            return Err(Error::IsDir);
        }
        let Some(cached) = &self.cached else { return self.fetch(count, offset).await };
        let changes = || self.session.changes.count(self.fid.qid());
        let (mut found, whole) = cached.find(count, offset, changes());
        if !whole {
            let (missing, from) = (count - found.len(), offset + found.len() as u64);
            let fetched = self.fetch(missing, from).await?;
            found.append(cached.keep(fetched, missing, from, changes()));
        }
        Ok(found)
    }

    async fn fetch(&self, count: usize, offset: u64) -> Result<Windows, Error> {
        if W::PARALLEL {
            return self.read_ahead(count, offset).await.map_err(error);
        }
        let unit = self.io_unit();
        if count <= unit {
            return self.fid.read_loan(offset, count).await.map_err(error);
        }
        let mut all = Windows::new();
        while all.len() < count {
            let asked = unit.min(count - all.len());
            let windows = self.fid.read_loan(offset + all.len() as u64, asked).await.map_err(error)?;
            let short = windows.len() < asked;
            all.append(windows);
            if short {
                break;
            }
        }
        Ok(all)
    }

    /// Two who read an open file at a time are no sequence: the second finds nothing ahead, and one message is one message.
    async fn read_ahead(&self, count: usize, offset: u64) -> Result<Windows, p9::Error> {
        let found = core::mem::replace(&mut *self.ahead.lock(), InOrder::Reading);
        let ahead = match found {
            InOrder::Away(ahead) => ahead,
            InOrder::Reading if count <= self.io_unit() => return self.fid.read_loan(offset, count).await,
            InOrder::Nobody | InOrder::Reading => Box::default(),
        };
        let reads = Reads(&self.ahead);
        let changes = self.session.changes.count(self.fid.qid());
        let (ahead, read) = ahead.read(&self.fid, count, offset, changes, settings::ahead_bytes()).await;
        reads.leave(InOrder::Away(ahead));
        read
    }

    pub(super) async fn read_into(
        &self,
        buf: Buf,
        count: usize,
        offset: u64,
    ) -> (Option<Buf>, Result<usize, Error>) {
        let (buf, count) = self.fid.read(buf, offset, count).await;
        (buf, count.map_err(error))
    }

    pub(super) async fn bwrite(&self, windows: Windows, offset: u64) -> Result<usize, Error> {
        let _changing = self.session.changes.note(self.fid.qid());
        if let Some(behind) = self.behind.get() {
            match settings::behind() {
                0 => behind.settle(&self.fid).await.map_err(error)?,
                most => return behind.write(&self.fid, windows, offset, most).await.map_err(error),
            }
        }
        // What is appended has no place of its own, and keeps its order.
        let written = if W::PARALLEL && self.qid().kind & qid::APPEND == 0 {
            self.fid.write_all(windows, offset).await
        } else {
            self.fid.write_on(windows, offset, 0).await
        };
        written.map_err(error)
    }

    pub(super) fn cache(&self) {
        self.session.is_cached.store(true, Relaxed);
    }

    /// Writes behind from now on. False: of this file, each write is to be awaited.
    pub(super) fn write_behind(&self) -> bool {
        // What is appended keeps its order; and see `bulk_unit` for servers that are programs.
        let may = W::PARALLEL && self.qid().kind & qid::APPEND == 0;
        if may {
            self.behind.call_once(Box::default);
        }
        may
    }

    /// Waits until everything written has been answered; the first error there was.
    pub(super) async fn settle(&self) -> Result<(), Error> {
        let Some(behind) = self.behind.get() else { return Ok(()) };
        let _changing = self.session.changes.note(self.fid.qid());
        behind.settle(&self.fid).await.map_err(error)
    }

    /// The program is done with it: what is behind it is written nevertheless, by a task of its own.
    pub(super) fn let_go(&mut self) {
        if let Some(behind) = self.behind.get_mut().and_then(|behind| behind.take()) {
            behind::finish(
                behind,
                self.fid.hand_over(),
                self.session.clone(),
                core::mem::take(&mut self.name),
            );
        }
    }

    pub(super) fn io_unit(&self) -> usize {
        self.fid.io_unit()
    }

    pub(super) fn bulk_unit(&self) -> usize {
        if W::PARALLEL { self.fid.io_unit().saturating_mul(BULK_MESSAGES) } else { self.fid.io_unit() }
    }

    pub(super) async fn remove(&self) -> Result<(), Error> {
        // Removing gives the fid up; the node keeps its own.
        self.another_fid().await?.remove().await.map_err(error)
    }

    pub(super) async fn remove_entry(&self, name: &[u8], file: &File<W>) -> Result<(), Error> {
        if !self.is_linux() {
            return file.remove().await;
        }
        let flags = if file.qid().is_dir() { unlinkat::REMOVEDIR } else { 0 };
        match self.fid.unlinkat(name, flags).await {
            Err(refused) if refused.errno() == Some(EOPNOTSUPP) => file.remove().await,
            unlinked => unlinked.map_err(error),
        }
    }

    pub(super) async fn rename_entry(
        &self,
        old: &[u8],
        file: &File<W>,
        dir: &File<W>,
        new: &[u8],
    ) -> Result<bool, Error> {
        if !Arc::ptr_eq(&self.session, &dir.session) {
            return Ok(false);
        }
        if self.is_linux() {
            let renamed = match self.fid.renameat(old, &dir.fid, new).await {
                Err(refused) if refused.errno() == Some(EOPNOTSUPP) => file.fid.rename(&dir.fid, new).await,
                renamed => renamed,
            };
            return renamed.map(|()| true).map_err(error);
        }
        // Plan 9 renames in one directory only.
        if self.qid().path != dir.qid().path {
            return Ok(false);
        }
        file.fid.wstat(msg::Stat { name: new, ..msg::Stat::KEEP }).await.map(|()| true).map_err(error)
    }

    pub(super) async fn make_special(
        &self,
        name: &[u8],
        what: Special<'_>,
        permissions: u32,
    ) -> Result<(), Error> {
        let permissions = permissions & 0o777;
        if self.is_linux() {
            let (kind, DeviceNumber { major, minor }) = match what {
                Special::Link(text) => {
                    return self.fid.symlink(name, text, ROOT_GID).await.map(drop).map_err(error);
                }
                Special::Pipe => (mode::FIFO, NO_DEVICE),
                Special::Socket => (mode::SOCK, NO_DEVICE),
                Special::CharDevice(number) => (mode::CHR, number),
                Special::BlockDevice(number) => (mode::BLK, number),
            };
            let made = self.fid.mknod(name, kind | permissions, major, minor, ROOT_GID).await;
            return made.map(drop).map_err(error);
        }
        if self.session.client.dialect() == Dialect::Plain {
            return Err(Error::NotSupported);
        }
        // 9P2000.u has a bit for the kind, and the rest as text.
        let device = |letter, DeviceNumber { major, minor }| format!("{letter} {major} {minor}").into_bytes();
        let (kind, extension) = match what {
            Special::Link(text) => (perm::SYMLINK, text.to_vec()),
            Special::Pipe => (perm::NAMED_PIPE, Vec::new()),
            Special::Socket => (perm::SOCKET, Vec::new()),
            Special::CharDevice(number) => (perm::DEVICE, device('c', number)),
            Special::BlockDevice(number) => (perm::DEVICE, device('b', number)),
        };
        let mut fid = self.another_fid().await?;
        fid.create(name, kind | permissions, open::READ, &extension).await.map_err(error)
    }

    pub(super) async fn link_entry(&self, name: &[u8], file: &File<W>) -> Result<bool, Error> {
        if !Arc::ptr_eq(&self.session, &file.session) {
            return Ok(false);
        }
        self.fid.link(&file.fid, name).await.map(|()| true).map_err(error)
    }

    pub(super) async fn file_system(&self) -> Result<FileSystem, Error> {
        let told = self.fid.statfs().await.map_err(error)?;
        let block = u64::from(told.bsize);
        Ok(FileSystem {
            bytes: told.blocks.saturating_mul(block),
            bytes_free: told.bavail.saturating_mul(block),
            files: told.files,
            files_free: told.ffree,
        })
    }

    /// The value of an extended attribute; without a name, the list of names.
    pub(super) async fn attribute(&self, name: &[u8]) -> Result<Vec<u8>, Error> {
        let (fid, size) = self.fid.xattrwalk(name).await.map_err(error)?;
        if size > ATTRIBUTE_BYTES_MAX {
            return Err(Error::TooLong);
        }
        let mut value = Windows::new();
        while (value.len() as u64) < size {
            let left = size as usize - value.len();
            let more = fid.read_loan(value.len() as u64, left).await.map_err(error)?;
            if more.is_empty() {
                break;
            }
            value.append(more);
        }
        let mut bytes = vec![0; value.len()];
        value.peek(&mut bytes);
        fid.clunk().await.map_err(error)?;
        Ok(bytes)
    }

    pub(super) async fn set_attribute(&self, name: &[u8], value: &[u8]) -> Result<(), Error> {
        let mut fid = self.another_fid().await?;
        fid.xattrcreate(name, value.len() as u64, 0).await.map_err(error)?;
        let mut rest = text::copied(value)?;
        let mut written = 0;
        while !rest.is_empty() {
            let (back, taken) = fid.write(rest, written).await;
            let taken = taken.map_err(error)?;
            if taken == 0 {
                return Err(Error::Io);
            }
            written += taken as u64;
            rest = back;
            rest.advance(taken);
        }
        // The server sets it when the fid goes, and says then whether it could.
        fid.clunk().await.map_err(error)
    }

    pub(super) async fn claim(&self, claim: Claim) -> Result<bool, Error> {
        let kind = match claim {
            Claim::Shared => LockKind::Read,
            Claim::Alone => LockKind::Write,
            Claim::None => LockKind::Unlock,
        };
        // All tasks of this machine are one owner to the server; which of its sessions asks, it knows.
        let wanted = Lock { kind, start: 0, length: 0, proc_id: 1, client_id: user().as_bytes() };
        match self.fid.lock(wanted).await.map_err(error)? {
            LockStatus::Success => Ok(true),
            LockStatus::Blocked | LockStatus::Grace => Ok(false),
            LockStatus::Failed => Err(Error::Io),
        }
    }

    pub(super) async fn read_link(&self) -> Result<Vec<u8>, Error> {
        if self.is_linux() {
            return self.fid.readlink().await.map_err(error);
        }
        // 9P2000.u says it in the extension of the directory entry; 9P2000 has no links.
        let target = self.fid.stat(|stat| stat.extension.to_vec()).await.map_err(error)?;
        if target.is_empty() { Err(Error::BadUse) } else { Ok(target) }
    }

    pub(super) async fn change(&self, change: &Change) -> Result<(), Error> {
        let _changing = self.session.changes.note(self.fid.qid());
        if self.is_linux() {
            let changes = Changes {
                mode: change.permissions.map(|bits| bits & 0o777),
                size: change.length,
                mtime: change.modified.map(|when| match when {
                    When::Now => Time::Now,
                    When::At(UnixTime(sec)) => Time::At { sec, nsec: 0 },
                }),
                ..Changes::default()
            };
            return self.fid.setattr(&changes).await.map_err(error);
        }
        let mut wanted = msg::Stat::KEEP;
        if let Some(bits) = change.permissions {
            // What kind of file it is goes with the permissions, and must be what it is.
            let mode = self.fid.stat(|stat| stat.mode).await.map_err(error)?;
            wanted.mode = mode & !0o777 | bits & 0o777;
        }
        if let Some(length) = change.length {
            wanted.length = length;
        }
        match change.modified {
            None => {}
            // These dialects have no word for the server's now, and this machine does not know what time it is.
            Some(When::Now) => return Err(Error::NotSupported),
            Some(When::At(UnixTime(seconds))) => {
                wanted.mtime = u32::try_from(seconds).map_err(|_| Error::BadArg)?;
            }
        }
        self.fid.wstat(wanted).await.map_err(error)
    }

    pub(super) async fn sync(&self) -> Result<(), Error> {
        let synced = if self.is_linux() {
            self.fid.fsync(false).await
        } else {
            // An entry that changes nothing asks for just that (stat(5)).
            self.fid.wstat(msg::Stat::KEEP).await
        };
        synced.map_err(error)
    }

    async fn another_fid(&self) -> Result<Fid<W>, Error> {
        self.fid.walk(&[]).await.map_err(error)?.ok_or(Error::MountRpc)
    }
}

fn linux_flags(mode: OpenMode) -> u32 {
    let access = match mode.access {
        Access::Read => lopen::RDONLY,
        Access::Write => lopen::WRONLY,
        Access::ReadWrite => lopen::RDWR,
    };
    access | lopen::LARGEFILE | if mode.truncate { lopen::TRUNC } else { 0 }
}

fn plain_flags(mode: OpenMode) -> u8 {
    let access = match mode.access {
        Access::Read => open::READ,
        Access::Write => open::WRITE,
        Access::ReadWrite => open::RDWR,
    };
    access | if mode.truncate { open::TRUNC } else { 0 }
}

/// What a failed request is in the name space's words.
pub(super) fn error(error: p9::Error) -> Error {
    match error {
        p9::Error::Refused(refusal) => match (refusal.errno, refusal.text) {
            (0, None) => Error::Io,
            (0, Some(text)) => text_error(&text),
            (errno, text) => match (Error::from_errno(errno), text) {
                // The server's own words, where we would only have a number.
                (Error::Errno(_), Some(text)) => text_error(&text),
                (known, _) => known,
            },
        },
        p9::Error::TimedOut { awaited, .. } => Error::TimedOut(awaited),
        p9::Error::Session(SessionError::Wire(WireError::HungUp) | SessionError::Closed) => Error::Hungup,
        p9::Error::Session(SessionError::Wire(WireError::InUse | WireError::Closing)) => Error::InUse,
        p9::Error::NoPages(_) => Error::NoMemory,
        p9::Error::Unfit(_) => Error::TooLong,
        p9::Error::Unsupported(_) => Error::NotSupported,
        p9::Error::BadVersion => Error::BadVersion,
        p9::Error::MsizeTooSmall(_) => Error::BadMsize,
        other => Error::text(&other.to_string()),
    }
}

/// The same while a session begins: a server that goes away then has answered Tversion with the end of the file, and
/// what cannot be an answer to it has words of its own.
pub(super) fn connect_error(failed: p9::Error) -> Error {
    match failed {
        p9::Error::Session(SessionError::Lied(lie)) => match lie.what {
            // A message size above what was asked for.
            LieKind::Count { .. } => Error::BadMsize,
            LieKind::Kind(_) => Error::text("unexpected reply type in fversion"),
            _ => Error::text("bad fversion conversion on reply"),
        },
        failed => match error(failed) {
            Error::Hungup => Error::EofInVersion,
            other => other,
        },
    }
}

/// Servers of plain 9P2000 say in words what others say in numbers. Those a program acts on are recognised.
fn text_error(text: &[u8]) -> Error {
    const ABSENT: [&str; 6] = [
        "unknown file",
        "file does not exist",
        "does not exist",
        "No such file or directory",
        "file not found",
        "no such file or directory",
    ];
    let words = alloc::string::String::from_utf8_lossy(text);
    if ABSENT.iter().any(|absent| words == *absent || words.ends_with(&alloc::format!(": {absent}"))) {
        Error::NonExistent
    } else {
        Error::text(&words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::p9::{Lie, Refusal};

    fn refused(errno: u32, text: Option<&str>) -> Error {
        let text = text.map(|words| words.as_bytes().into());
        error(p9::Error::Refused(Refusal { errno, text }))
    }

    #[test]
    fn refusals_are_plan_9s_words_or_the_servers() {
        assert_eq!(refused(2, None), Error::NonExistent);
        assert_eq!(refused(13, Some("Permission denied")), Error::Permission);
        assert_eq!(refused(4000, Some("strange failure")), Error::text("strange failure"));
        assert_eq!(refused(0, Some("phase error")), Error::text("phase error"));
        assert_eq!(refused(0, Some("open x: no such file or directory")), Error::NonExistent);
        assert_eq!(refused(0, None), Error::Io);
    }

    #[test]
    fn a_server_that_goes_away_is_at_its_end_while_a_session_begins_and_hung_up_later() {
        let gone = || p9::Error::Session(SessionError::Wire(WireError::HungUp));
        assert_eq!(error(gone()), Error::Hungup);
        assert_eq!(connect_error(gone()), Error::EofInVersion);
    }

    #[test]
    fn what_cannot_answer_tversion_has_plan_9s_words() {
        let lied =
            |what| connect_error(p9::Error::Session(Lie { awaited: "Rversion", what }.into())).to_string();
        let larger = LieKind::Count { said: 8193, asked: 8192 };
        assert_eq!(lied(larger), "nonsense value of msize in fversion");
        assert_eq!(lied(LieKind::Kind(117)), "unexpected reply type in fversion");
        assert_eq!(lied(LieKind::NoHeader { have: 3 }), "bad fversion conversion on reply");
    }

    #[test]
    fn flags_say_what_the_channel_is_for() {
        assert_eq!(linux_flags(OpenMode::REWRITE), lopen::WRONLY | lopen::LARGEFILE | lopen::TRUNC);
        assert_eq!(plain_flags(OpenMode::REWRITE), open::WRITE | open::TRUNC);
        assert_eq!(plain_flags(OpenMode::READ_WRITE), open::RDWR);
    }
}
