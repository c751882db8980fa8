//! The protocol side of the 9P server: one session's fids, and for every request its answer.
//!
//! It is called with whole messages by the connection's loop and appends whole answers to a buffer; it never reads or
//! writes a socket. Requests are answered in order, one at a time, so a Tflush always comes after the answer it would
//! have stopped. What a client sends is checked here (names, fids, sizes, dialect); the file tree below sees only
//! requests that make sense.
//!
//! 9P2000.L and 9P2000 are spoken. A client that asks for another `9P2000.x` is answered `9P2000`, as version(5) says.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use ninewire_kernel::p9::msg::{
    Dialect, Dirent, Errno as ErrnoField, Frame, Malformed, Message, NO_FID, Qid, Qids, Rattach, Rclunk,
    Rcreate, Rerror, Rflush, Rfsync, Rgetattr, Rlcreate, Rlerror, Rlink, Rlock, Rlopen, Rmkdir, Rmknod,
    Ropen, Rreadlink, Rremove, Rrename, Rrenameat, Rsetattr, Rstat, Rstatfs, Rsymlink, Runlinkat, Rversion,
    Rwalk, Rwrite, Rwstat, Rxattrcreate, Rxattrwalk, Stat, T, Tlock, Tsetattr, Twalk, Writer, flags, split,
};
use rustix::io::Errno;

use super::classic;
use super::output::Output;
use crate::files::{Answer, Attributes, Change, Files, LockKind, Moment, NewEntry, Open};

/// The smallest message size a session works with: any answer but data fits.
const MSIZE_MIN: u32 = 4096;
/// An extended attribute's value is at most this long on Linux.
const ATTRIBUTE_BYTES_MAX: u64 = 64 * 1024;

/// One client's session over a tree of files.
pub(super) struct Session<F: Files> {
    files: F,
    /// Whom plain 9P2000 shows as owner and group of everything.
    user: String,
    msize_max: u32,
    /// What Tversion agreed on; nothing else is answered before.
    terms: Option<Terms>,
    fids: HashMap<u32, Fid<F>>,
}

#[derive(Clone, Copy)]
struct Terms {
    dialect: Dialect,
    msize: u32,
}

struct Fid<F: Files> {
    node: F::Node,
    used: Use<F::Handle>,
}

enum Use<H> {
    /// Walked to, not opened.
    Path,
    Open {
        handle: H,
        listing: classic::Listing,
    },
    /// An extended attribute's value, to be read.
    Attribute(Vec<u8>),
    /// An extended attribute's value being written; set when the fid is clunked.
    NewAttribute {
        name: Vec<u8>,
        flags: u32,
        size: usize,
        value: Vec<u8>,
    },
}

/// Where answers go.
struct Out<'o> {
    bytes: &'o mut Output,
    start: usize,
    tag: u16,
    terms: Terms,
}

impl Out<'_> {
    fn put<'m, M: Message<'m>>(&mut self, message: &M) -> Answer<()> {
        let need = message.wire_len(self.terms.dialect);
        if need > self.terms.msize as usize {
            return Err(Errno::MSGSIZE);
        }
        self.bytes.resize(self.start + need);
        message
            .emit(self.terms.dialect, self.tag, &mut self.bytes[self.start..])
            .map_err(|_| Errno::MSGSIZE)?;
        Ok(())
    }

    fn fail(&mut self, error: Errno) {
        self.bytes.resize(self.start);
        let code = error.raw_os_error().unsigned_abs();
        let put = match self.terms.dialect {
            Dialect::Linux => self.put(&Rlerror { ecode: code }),
            _ => self.put(&Rerror { ename: classic::text(error).as_bytes(), errno: ErrnoField(code) }),
        };
        debug_assert!(put.is_ok(), "an error fits every message size");
    }

    /// An Rread or Rreaddir: `fill` puts at most `count` bytes behind the header and says how many.
    fn payload(
        &mut self,
        kind: Payload,
        count: u32,
        fill: impl FnOnce(&mut [u8]) -> Answer<usize>,
    ) -> Answer<()> {
        let count = count.min(self.terms.msize - split::RREAD_LEN as u32) as usize;
        let at = self.start + split::RREAD_LEN;
        self.bytes.resize(at + count);
        let done = fill(&mut self.bytes[at..])?;
        self.bytes.resize(at + done);
        if let Some(head) = self.bytes[self.start..].first_chunk_mut() {
            match kind {
                Payload::Read => split::put_rread(head, self.tag, done as u32),
                Payload::Readdir => split::put_rreaddir(head, self.tag, done as u32),
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Payload {
    Read,
    Readdir,
}

impl<F: Files> Session<F> {
    /// A session that has not begun: the client's Tversion is awaited. `user` owns everything in plain 9P2000.
    pub(super) fn new(files: F, user: &str, msize_max: u32) -> Self {
        Session {
            files,
            user: user.to_owned(),
            msize_max: msize_max.max(MSIZE_MIN),
            terms: None,
            fids: HashMap::new(),
        }
    }

    /// The dialect agreed on; before that, what a client is answered in.
    pub(super) fn dialect(&self) -> Dialect {
        self.terms.map_or(Dialect::Linux, |terms| terms.dialect)
    }

    /// Answers one whole message by appending to `out`. An error means that these bytes are no message at all and
    /// the connection is lost; everything else is answered, if only by an error.
    pub(super) fn answer(&mut self, message: &[u8], out: &mut Output) -> Result<(), Malformed> {
        let frame = Frame::new(message)?;
        let before_version = Terms { dialect: Dialect::Linux, msize: MSIZE_MIN };
        let terms = self.terms.unwrap_or(before_version);
        let start = out.len();
        let mut out = Out { bytes: out, start, tag: frame.tag(), terms };
        let answered = match T::get(frame, terms.dialect) {
            Ok(T::Version(asked)) => self.version(asked.msize, asked.version, &mut out),
            Ok(_) if self.terms.is_none() => Err(Errno::PROTO),
            Ok(request) => self.request(request, &mut out),
            Err(Malformed::Kind(_)) => Err(Errno::OPNOTSUPP),
            Err(_) => Err(Errno::PROTO),
        };
        if let Err(error) = answered {
            out.fail(error);
        }
        Ok(())
    }

    fn version(&mut self, msize: u32, version: &[u8], out: &mut Out<'_>) -> Answer<()> {
        self.fids.clear();
        let dialect = match Dialect::from_name(version) {
            Some(Dialect::Linux) => Some(Dialect::Linux),
            _ if version == b"9P2000" || version.starts_with(b"9P2000.") => Some(Dialect::Plain),
            _ => None,
        };
        let msize = msize.min(self.msize_max);
        self.terms = dialect.filter(|_| msize >= MSIZE_MIN).map(|dialect| Terms { dialect, msize });
        let said = self.terms.map_or("unknown", |terms| terms.dialect.name());
        out.put(&Rversion { msize, version: said.as_bytes() })
    }

    fn request(&mut self, request: T<'_>, out: &mut Out<'_>) -> Answer<()> {
        match request {
            T::Attach(t) => self.attach(t.fid, t.afid, t.aname, out),
            T::Walk(t) => self.walk(&t, out),
            T::Clunk(t) => {
                self.clunk(t.fid)?;
                out.put(&Rclunk {})
            }
            T::Flush(_) => out.put(&Rflush {}),
            T::Read(t) => self.read(t.fid, t.offset, t.count, out),
            T::Write(t) => {
                let count = self.write(t.fid, t.offset, t.data.0)?;
                out.put(&Rwrite { count })
            }
            T::Remove(t) => {
                let fid = self.fids.remove(&t.fid).ok_or(Errno::BADF)?;
                self.remove_node(&fid.node)?;
                out.put(&Rremove {})
            }
            other => match out.terms.dialect {
                Dialect::Linux => self.linux_request(other, out),
                _ => self.classic_request(other, out),
            },
        }
    }

    /// What only 9P2000.L asks.
    fn linux_request(&mut self, request: T<'_>, out: &mut Out<'_>) -> Answer<()> {
        match request {
            T::Lopen(t) => {
                let qid = self.open(t.fid, linux_open(t.flags))?;
                out.put(&Rlopen { qid, iounit: 0 })
            }
            T::Lcreate(t) => {
                let qid = self.create(t.fid, t.name, linux_open(t.flags), t.mode)?;
                out.put(&Rlcreate { qid, iounit: 0 })
            }
            T::Getattr(t) => {
                let attributes = self.files.attributes(self.node(t.fid)?)?;
                out.put(&getattr_reply(&attributes))
            }
            T::Setattr(t) => {
                self.files.change(self.node(t.fid)?, &linux_change(&t))?;
                out.put(&Rsetattr {})
            }
            T::Readdir(t) => self.readdir(t.fid, t.offset, t.count, out),
            T::Statfs(t) => {
                let space = self.files.space(self.node(t.fid)?)?;
                out.put(&Rstatfs {
                    kind: space.kind,
                    bsize: space.block_size,
                    blocks: space.blocks,
                    bfree: space.free,
                    bavail: space.available,
                    files: space.inodes,
                    ffree: space.inodes_free,
                    fsid: 0,
                    namelen: space.name_max,
                })
            }
            T::Symlink(t) => {
                let qid = self.make(t.fid, t.name, NewEntry::Symlink(t.symtgt), 0o777)?;
                out.put(&Rsymlink { qid })
            }
            T::Mkdir(t) => {
                let qid = self.make(t.dfid, t.name, NewEntry::Directory, t.mode)?;
                out.put(&Rmkdir { qid })
            }
            T::Mknod(t) => {
                let entry =
                    NewEntry::Node { kind: t.mode & flags::mode::FMT, major: t.major, minor: t.minor };
                let qid = self.make(t.dfid, t.name, entry, t.mode)?;
                out.put(&Rmknod { qid })
            }
            T::Readlink(t) => {
                let target = self.files.read_link(self.node(t.fid)?)?;
                out.put(&Rreadlink { target: &target })
            }
            T::Link(t) => {
                self.files.link(self.node(t.fid)?, self.node(t.dfid)?, one_element(t.name)?)?;
                out.put(&Rlink {})
            }
            T::Rename(t) => {
                self.rename_fid(t.fid, t.dfid, t.name)?;
                out.put(&Rrename {})
            }
            T::Renameat(t) => {
                let (from, to) = (self.node(t.olddirfid)?, self.node(t.newdirfid)?);
                self.files.rename(from, one_element(t.oldname)?, to, one_element(t.newname)?)?;
                out.put(&Rrenameat {})
            }
            T::Unlinkat(t) => {
                let directory_wanted = t.flags & flags::unlinkat::REMOVEDIR != 0;
                self.files.remove(self.node(t.dirfd)?, one_element(t.name)?, directory_wanted)?;
                out.put(&Runlinkat {})
            }
            T::Fsync(t) => {
                self.files.sync(self.handle(t.fid)?, t.datasync != 0)?;
                out.put(&Rfsync {})
            }
            T::Lock(t) => {
                let status = self.lock(&t)?;
                out.put(&Rlock { status })
            }
            T::Xattrwalk(t) => {
                let node = self.node(t.fid)?.clone();
                let value = self.files.attribute(&node, t.name)?;
                let size = value.len() as u64;
                self.new_fid(t.newfid, Fid { node, used: Use::Attribute(value) })?;
                out.put(&Rxattrwalk { size })
            }
            T::Xattrcreate(t) => {
                if t.attr_size > ATTRIBUTE_BYTES_MAX {
                    return Err(Errno::TOOBIG);
                }
                let size = t.attr_size as usize;
                let used =
                    Use::NewAttribute { name: t.name.to_vec(), flags: t.flags, size, value: Vec::new() };
                self.fid(t.fid)?.used = used;
                out.put(&Rxattrcreate {})
            }
            _ => Err(Errno::OPNOTSUPP),
        }
    }

    /// What only 9P2000 asks.
    fn classic_request(&mut self, request: T<'_>, out: &mut Out<'_>) -> Answer<()> {
        match request {
            T::Open(t) => {
                let how = classic::open(t.mode);
                let qid = self.open(t.fid, how)?;
                out.put(&Ropen { qid, iounit: 0 })
            }
            T::Create(t) => {
                let how = classic::open(t.mode);
                let qid = if t.perm & flags::perm::DIR != 0 {
                    self.make(t.fid, t.name, NewEntry::Directory, t.perm & 0o777)?;
                    let node = self.files.child(self.node(t.fid)?, t.name)?;
                    self.fid(t.fid)?.node = node;
                    self.open(t.fid, how)?
                } else {
                    self.create(t.fid, t.name, Open { exclusive: true, ..how }, t.perm & 0o777)?
                };
                out.put(&Rcreate { qid, iounit: 0 })
            }
            T::Stat(t) => {
                let node = self.node(t.fid)?;
                let (attributes, name) = (self.files.attributes(node)?, self.files.name(node));
                out.put(&Rstat { stat: classic::stat(&attributes, &name, &self.user) })
            }
            T::Wstat(t) => {
                self.wstat(t.fid, &t.stat)?;
                out.put(&Rwstat {})
            }
            _ => Err(Errno::OPNOTSUPP),
        }
    }

    fn fid(&mut self, fid: u32) -> Answer<&mut Fid<F>> {
        self.fids.get_mut(&fid).ok_or(Errno::BADF)
    }

    fn node(&self, fid: u32) -> Answer<&F::Node> {
        self.fids.get(&fid).map(|fid| &fid.node).ok_or(Errno::BADF)
    }

    fn handle(&self, fid: u32) -> Answer<&F::Handle> {
        match self.fids.get(&fid).map(|fid| &fid.used) {
            Some(Use::Open { handle, .. }) => Ok(handle),
            _ => Err(Errno::BADF),
        }
    }

    fn new_fid(&mut self, number: u32, fid: Fid<F>) -> Answer<()> {
        match self.fids.entry(number) {
            Slot::Vacant(free) if number != NO_FID => {
                free.insert(fid);
                Ok(())
            }
            _ => Err(Errno::BADF),
        }
    }

    fn qid_of(&self, node: &F::Node) -> Answer<Qid> {
        self.files.attributes(node).map(|attributes| qid(&attributes))
    }

    fn attach(&mut self, fid: u32, afid: u32, name: &[u8], out: &mut Out<'_>) -> Answer<()> {
        if afid != NO_FID {
            return Err(Errno::OPNOTSUPP);
        }
        let node = self.files.attach(name)?;
        let qid = self.qid_of(&node)?;
        self.new_fid(fid, Fid { node, used: Use::Path })?;
        out.put(&Rattach { qid })
    }

    fn walk(&mut self, t: &Twalk<'_>, out: &mut Out<'_>) -> Answer<()> {
        let mut node = self.node(t.fid)?.clone();
        if t.newfid != t.fid && self.fids.contains_key(&t.newfid) {
            return Err(Errno::BADF);
        }
        let mut qids = Vec::with_capacity(t.nwname.count());
        for name in t.nwname.iter() {
            let step = match name {
                b".." => self.files.parent(&node),
                name => one_element(name).and_then(|name| self.files.child(&node, name)),
            };
            match step.and_then(|next| Ok((self.qid_of(&next)?, next))) {
                Ok((qid, next)) => {
                    qids.push(qid);
                    node = next;
                }
                Err(error) if qids.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        if qids.len() == t.nwname.count() {
            self.fids.insert(t.newfid, Fid { node, used: Use::Path });
        }
        out.put(&Rwalk { nwqid: Qids::new(&qids).ok_or(Errno::INVAL)? })
    }

    fn clunk(&mut self, fid: u32) -> Answer<()> {
        let fid = self.fids.remove(&fid).ok_or(Errno::BADF)?;
        match fid.used {
            Use::NewAttribute { name, flags, size, value } if value.len() == size => {
                self.files.set_attribute(&fid.node, &name, &value, flags)
            }
            Use::NewAttribute { .. } => Err(Errno::INVAL),
            _ => Ok(()),
        }
    }

    fn open(&mut self, number: u32, how: Open) -> Answer<Qid> {
        let Fid { node, used: Use::Path } = self.fids.get(&number).ok_or(Errno::BADF)? else {
            return Err(Errno::BADF);
        };
        let handle = self.files.open(node, how)?;
        let qid = self.qid_of(node)?;
        self.fid(number)?.used = Use::Open { handle, listing: classic::Listing::default() };
        Ok(qid)
    }

    fn create(&mut self, number: u32, name: &[u8], how: Open, mode: u32) -> Answer<Qid> {
        let (node, handle) = self.files.create(self.node(number)?, one_element(name)?, how, mode)?;
        let qid = self.qid_of(&node)?;
        *self.fid(number)? = Fid { node, used: Use::Open { handle, listing: classic::Listing::default() } };
        Ok(qid)
    }

    fn make(&mut self, directory: u32, name: &[u8], entry: NewEntry<'_>, mode: u32) -> Answer<Qid> {
        let node = self.files.make(self.node(directory)?, one_element(name)?, entry, mode)?;
        self.qid_of(&node)
    }

    fn read(&mut self, number: u32, offset: u64, count: u32, out: &mut Out<'_>) -> Answer<()> {
        let Session { files, fids, user, .. } = self;
        let Fid { node, used } = fids.get_mut(&number).ok_or(Errno::BADF)?;
        match used {
            Use::Attribute(value) => out.payload(Payload::Read, count, |into| {
                let from = usize::try_from(offset).unwrap_or(usize::MAX).min(value.len());
                let count = into.len().min(value.len() - from);
                into[..count].copy_from_slice(&value[from..from + count]);
                Ok(count)
            }),
            Use::Open { handle, listing } => {
                let classic = out.terms.dialect != Dialect::Linux;
                if classic && is_directory(&files.attributes(node)?) {
                    out.payload(Payload::Read, count, |into| {
                        listing.read(files, node, handle, user, offset, into)
                    })
                } else {
                    out.payload(Payload::Read, count, |into| files.read(handle, offset, into))
                }
            }
            Use::Path | Use::NewAttribute { .. } => Err(Errno::BADF),
        }
    }

    fn readdir(&mut self, number: u32, offset: u64, count: u32, out: &mut Out<'_>) -> Answer<()> {
        let Session { files, fids, .. } = self;
        let Some(Fid { used: Use::Open { handle, .. }, .. }) = fids.get_mut(&number) else {
            return Err(Errno::BADF);
        };
        out.payload(Payload::Readdir, count, |into| {
            let room = into.len();
            let mut to = Writer::new(into);
            let mut too_small = false;
            files.entries(handle, offset, &mut |entry| {
                let kind = qid_kind(u32::from(entry.kind) << 12);
                let qid = Qid { kind, version: 0, path: entry.inode };
                let dirent = Dirent { qid, offset: entry.next, kind: entry.kind, name: entry.name };
                let fits = to.written() + dirent.entry_len() <= room && dirent.put_entry(&mut to).is_ok();
                too_small |= !fits;
                fits
            })?;
            // An end that is only a lack of room must not look like the end of the directory.
            if to.written() == 0 && too_small { Err(Errno::INVAL) } else { Ok(to.written()) }
        })
    }

    fn write(&mut self, number: u32, offset: u64, bytes: &[u8]) -> Answer<u32> {
        let Session { files, fids, .. } = self;
        match &mut fids.get_mut(&number).ok_or(Errno::BADF)?.used {
            Use::Open { handle, .. } => files.write(handle, offset, bytes).map(|count| count as u32),
            Use::NewAttribute { size, value, .. } => {
                if offset != value.len() as u64 || value.len() + bytes.len() > *size {
                    return Err(Errno::INVAL);
                }
                value.extend_from_slice(bytes);
                Ok(bytes.len() as u32)
            }
            Use::Path | Use::Attribute(_) => Err(Errno::BADF),
        }
    }

    fn remove_node(&self, node: &F::Node) -> Answer<()> {
        let name = self.files.name(node);
        if name.is_empty() {
            return Err(Errno::BUSY);
        }
        let directory_wanted = is_directory(&self.files.attributes(node)?);
        self.files.remove(&self.files.parent(node)?, &name, directory_wanted)
    }

    /// Moves what `fid` stands for; the fid goes along.
    fn rename_fid(&mut self, fid: u32, to: u32, name: &[u8]) -> Answer<()> {
        let (node, to, name) = (self.node(fid)?, self.node(to)?.clone(), one_element(name)?);
        let old = self.files.name(node);
        if old.is_empty() {
            return Err(Errno::BUSY);
        }
        self.files.rename(&self.files.parent(node)?, &old, &to, name)?;
        let node = self.files.child(&to, name)?;
        self.fid(fid)?.node = node;
        Ok(())
    }

    fn lock(&mut self, t: &Tlock<'_>) -> Answer<u8> {
        let kind = match t.kind {
            flags::lock::RDLCK => LockKind::Read,
            flags::lock::WRLCK => LockKind::Write,
            flags::lock::UNLCK => LockKind::Unlock,
            _ => return Err(Errno::INVAL),
        };
        let granted = self.files.lock(self.handle(t.fid)?, kind)?;
        Ok(if granted { flags::lock::SUCCESS } else { flags::lock::BLOCKED })
    }

    /// stat(5): everything that is not "keep" is changed, or nothing is. Owner and group never change.
    fn wstat(&mut self, fid: u32, stat: &Stat<'_>) -> Answer<()> {
        let node = self.node(fid)?;
        let keeps_owner = |text: &[u8]| text.is_empty() || text == self.user.as_bytes();
        if !keeps_owner(stat.uid) || !keeps_owner(stat.gid) {
            return Err(Errno::PERM);
        }
        let change = classic::change(stat, &self.files.attributes(node)?)?;
        if change != Change::default() {
            self.files.change(node, &change)?;
        }
        if !stat.name.is_empty() && stat.name != self.files.name(node) {
            let (name, old) = (one_element(stat.name)?, self.files.name(node));
            let parent = self.files.parent(node)?;
            if old.is_empty() {
                return Err(Errno::BUSY);
            }
            if self.files.child(&parent, name).is_ok() {
                return Err(Errno::EXIST);
            }
            self.files.rename(&parent, &old, &parent, name)?;
            let node = self.files.child(&parent, name)?;
            self.fid(fid)?.node = node;
        }
        Ok(())
    }
}

/// A name that is one element of a path and nothing else.
fn one_element(name: &[u8]) -> Answer<&[u8]> {
    match name {
        b"" | b"." | b".." => Err(Errno::INVAL),
        _ if name.contains(&b'/') || name.contains(&0) => Err(Errno::INVAL),
        _ if name.len() > 255 => Err(Errno::NAMETOOLONG),
        _ => Ok(name),
    }
}

fn linux_open(bits: u32) -> Open {
    let access = bits & flags::lopen::ACCESS;
    Open {
        read: access != flags::lopen::WRONLY,
        write: access != flags::lopen::RDONLY,
        append: bits & flags::lopen::APPEND != 0,
        truncate: bits & flags::lopen::TRUNC != 0,
        create: bits & flags::lopen::CREATE != 0,
        exclusive: bits & flags::lopen::EXCL != 0,
    }
}

fn linux_change(t: &Tsetattr) -> Change {
    let wanted = |bit: u32| t.valid & bit != 0;
    let moment = |now: u32, given: u32, seconds: u64, nanos: u64| {
        wanted(now).then(|| if wanted(given) { Moment { seconds, nanos } } else { Moment::now() })
    };
    use flags::setattr::{ATIME, ATIME_SET, GID, MODE, MTIME, MTIME_SET, SIZE, UID};
    Change {
        mode: wanted(MODE).then_some(t.mode),
        uid: wanted(UID).then_some(t.uid),
        gid: wanted(GID).then_some(t.gid),
        size: wanted(SIZE).then_some(t.size),
        atime: moment(ATIME, ATIME_SET, t.atime_sec, t.atime_nsec),
        mtime: moment(MTIME, MTIME_SET, t.mtime_sec, t.mtime_nsec),
    }
}

fn getattr_reply(a: &Attributes) -> Rgetattr {
    Rgetattr {
        valid: flags::getattr::BASIC,
        qid: qid(a),
        mode: a.mode,
        uid: a.uid,
        gid: a.gid,
        nlink: a.links,
        rdev: a.rdev,
        size: a.size,
        blksize: a.block_size,
        blocks: a.blocks,
        atime_sec: a.atime.seconds,
        atime_nsec: a.atime.nanos,
        mtime_sec: a.mtime.seconds,
        mtime_nsec: a.mtime.nanos,
        ctime_sec: a.ctime.seconds,
        ctime_nsec: a.ctime.nanos,
        btime_sec: 0,
        btime_nsec: 0,
        r#gen: 0,
        data_version: 0,
    }
}

fn is_directory(a: &Attributes) -> bool {
    a.mode & flags::mode::FMT == flags::mode::DIR
}

fn qid_kind(mode: u32) -> u8 {
    match mode & flags::mode::FMT {
        flags::mode::DIR => flags::qid::DIR,
        flags::mode::LNK => flags::qid::SYMLINK,
        _ => 0,
    }
}

/// The server's name for a file. The path is the inode number; the version moves with the time of last writing.
pub(super) fn qid(a: &Attributes) -> Qid {
    let version = (a.mtime.seconds as u32).wrapping_mul(1_000_003) ^ (a.mtime.nanos as u32);
    Qid { kind: qid_kind(a.mode), version, path: a.inode }
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
