//! A 9P server over a tree in memory, one request at a time, on the codec. It keeps the rules of all three dialects, and
//! panics when the client breaks one that no sane client may break: a fid used twice, a tag in flight twice, a message
//! longer than agreed.

use std::collections::BTreeMap;
use std::vec;
use std::vec::Vec;

use crate::p9::msg::flags::{getattr, mode, perm, qid, setattr};
use crate::p9::msg::*;

pub(crate) const ENOENT: u32 = 2;
pub(crate) const EEXIST: u32 = 17;
pub(crate) const ENOTDIR: u32 = 20;
pub(crate) const EINVAL: u32 = 22;
pub(crate) const ENOTEMPTY: u32 = 39;
pub(crate) const EOPNOTSUPP: u32 = 95;

pub(crate) enum Contents {
    Dir(BTreeMap<Vec<u8>, usize>),
    File(Vec<u8>),
    Link(Vec<u8>),
    Other,
}

struct Node {
    name: Vec<u8>,
    contents: Contents,
    mode: u32,
    uid: u32,
    gid: u32,
    mtime: u64,
    xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
}

enum Open {
    No,
    Yes,
    /// An extended attribute being read.
    Attr(Vec<u8>),
    /// An extended attribute being written.
    NewAttr(Vec<u8>, Vec<u8>),
}

struct FidState {
    node: usize,
    open: Open,
}

/// The server.
pub(crate) struct Server {
    nodes: Vec<Node>,
    fids: BTreeMap<u32, FidState>,
    /// Dialects it speaks.
    pub(crate) speaks: Vec<Dialect>,
    /// Longest message it takes.
    pub(crate) msize_max: u32,
    pub(crate) dialect: Dialect,
    pub(crate) msize: u32,
    /// Kinds of the requests it has answered.
    pub(crate) seen: Vec<u8>,
    /// The version in the qids of all files.
    pub(crate) version: u32,
    /// Most bytes it takes of one write.
    pub(crate) takes_most: usize,
}

const ROOT: usize = 0;

impl Server {
    pub(crate) fn new() -> Server {
        let mut server = Server {
            nodes: Vec::new(),
            fids: BTreeMap::new(),
            speaks: vec![Dialect::Linux, Dialect::Unix, Dialect::Plain],
            msize_max: 8 << 20,
            dialect: Dialect::Plain,
            msize: u32::MAX,
            seen: Vec::new(),
            version: 0,
            takes_most: usize::MAX,
        };
        server.node(b"/", Contents::Dir(BTreeMap::new()), mode::DIR | 0o755);
        server
    }

    fn node(&mut self, name: &[u8], contents: Contents, mode: u32) -> usize {
        self.nodes.push(Node {
            name: name.to_vec(),
            contents,
            mode,
            uid: 1000,
            gid: 100,
            mtime: 1,
            xattrs: BTreeMap::new(),
        });
        self.nodes.len() - 1
    }

    /// Puts something into the root directory.
    pub(crate) fn add(&mut self, name: &[u8], contents: Contents) -> usize {
        self.add_to(ROOT, name, contents)
    }

    pub(crate) fn add_to(&mut self, dir: usize, name: &[u8], contents: Contents) -> usize {
        let mode = match contents {
            Contents::Dir(_) => mode::DIR | 0o755,
            Contents::File(_) => mode::REG | 0o644,
            Contents::Link(_) => mode::LNK | 0o777,
            Contents::Other => mode::FIFO | 0o600,
        };
        let new = self.node(name, contents, mode);
        self.dir(dir).expect("a directory").insert(name.to_vec(), new);
        new
    }

    /// What a file of the root directory contains.
    pub(crate) fn file(&self, name: &[u8]) -> Option<&[u8]> {
        let Contents::Dir(entries) = &self.nodes[ROOT].contents else { return None };
        match &self.nodes[*entries.get(name)?].contents {
            Contents::File(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Changes what a file of the root directory contains, unseen by any client.
    pub(crate) fn rewrite(&mut self, name: &[u8], bytes: &[u8]) {
        let node = self.dir(ROOT).expect("a directory")[name];
        self.nodes[node].contents = Contents::File(bytes.to_vec());
    }

    /// Fids the client has.
    pub(crate) fn fids(&self) -> usize {
        self.fids.len()
    }

    fn dir(&mut self, node: usize) -> Result<&mut BTreeMap<Vec<u8>, usize>, u32> {
        match &mut self.nodes[node].contents {
            Contents::Dir(entries) => Ok(entries),
            _ => Err(ENOTDIR),
        }
    }

    fn qid(&self, node: usize) -> Qid {
        let kind = match self.nodes[node].contents {
            Contents::Dir(_) => qid::DIR,
            Contents::Link(_) => qid::SYMLINK,
            Contents::File(_) | Contents::Other => 0,
        };
        Qid { kind, version: self.version, path: node as u64 }
    }

    fn fid(&self, fid: u32) -> &FidState {
        self.fids.get(&fid).unwrap_or_else(|| panic!("the client uses fid {fid}, which it does not have"))
    }

    fn new_fid(&mut self, fid: u32, node: usize, open: Open) {
        let before = self.fids.insert(fid, FidState { node, open });
        assert!(before.is_none(), "the client makes fid {fid}, which it has");
    }

    /// Answers one request.
    pub(crate) fn answer(&mut self, request: &[u8]) -> Vec<u8> {
        assert!(request.len() <= self.msize as usize, "a message of {} bytes", request.len());
        let (tag, message) = T::parse(request, self.dialect)
            .unwrap_or_else(|error| panic!("the client sent {error}: {request:02x?}"));
        self.seen.push(message.kind());
        let mut reply = vec![0xa5; self.msize.min(8 << 20) as usize];
        let len = match self.serve(message, tag, &mut reply) {
            Ok(len) => len,
            Err(errno) => self.refuse(errno, tag, &mut reply),
        };
        reply.truncate(len);
        reply
    }

    fn refuse(&self, errno: u32, tag: u16, reply: &mut [u8]) -> usize {
        let emitted = if self.dialect == Dialect::Linux {
            Rlerror { ecode: errno }.emit(self.dialect, tag, reply)
        } else {
            let ename: &[u8] = match errno {
                ENOENT => b"file does not exist",
                EEXIST => b"file already exists",
                _ => b"the server refuses, and says so at greater length than a short read has room for",
            };
            Rerror { ename, errno: Errno(errno) }.emit(self.dialect, tag, reply)
        };
        emitted.expect("an error fits every message")
    }

    fn serve(&mut self, message: T<'_>, tag: u16, reply: &mut [u8]) -> Result<usize, u32> {
        let dialect = self.dialect;
        macro_rules! say {
            ($message:expr) => {
                Ok($message.emit(dialect, tag, reply).expect("the reply fits"))
            };
        }
        match message {
            T::Version(Tversion { msize, version }) => {
                assert_eq!(tag, NO_TAG, "Tversion has no tag");
                self.fids.clear();
                self.msize = msize.min(self.msize_max);
                let dialect = Dialect::from_name(version).filter(|dialect| self.speaks.contains(dialect));
                self.dialect = dialect.unwrap_or(Dialect::Plain);
                let version = dialect.map_or("unknown", Dialect::name).as_bytes();
                say!(Rversion { msize: self.msize, version })
            }
            T::Auth(_) => Err(EOPNOTSUPP),
            T::Attach(Tattach { fid, .. }) => {
                self.new_fid(fid, ROOT, Open::No);
                say!(Rattach { qid: self.qid(ROOT) })
            }
            T::Flush(_) => unreachable!("the host answers Tflush"),
            T::Walk(Twalk { fid, newfid, nwname }) => {
                let mut at = self.fid(fid).node;
                let mut qids = Vec::new();
                for name in nwname.iter() {
                    let next = self.dir(at).and_then(|entries| entries.get(name).copied().ok_or(ENOENT));
                    match next {
                        Ok(next) => at = next,
                        Err(errno) if qids.is_empty() => return Err(errno),
                        Err(_) => break,
                    }
                    qids.push(self.qid(at));
                }
                if qids.len() == nwname.count() {
                    self.new_fid(newfid, at, Open::No);
                }
                say!(Rwalk { nwqid: Qids::new(&qids).expect("as many as names") })
            }
            T::Lopen(Tlopen { fid, flags }) => {
                let node = self.open(fid);
                if flags & flags::lopen::TRUNC != 0
                    && let Contents::File(bytes) = &mut self.nodes[node].contents
                {
                    bytes.clear();
                }
                say!(Rlopen { qid: self.qid(node), iounit: 0 })
            }
            T::Open(Topen { fid, .. }) => {
                let node = self.open(fid);
                say!(Ropen { qid: self.qid(node), iounit: 0 })
            }
            T::Lcreate(Tlcreate { fid, name, mode, .. }) => {
                let node = self.create(fid, name, Contents::File(Vec::new()), mode::REG | mode)?;
                say!(Rlcreate { qid: self.qid(node), iounit: 4096 })
            }
            T::Create(Tcreate { fid, name, perm, extension, .. }) => {
                let contents = match perm {
                    perm if perm & perm::DIR != 0 => Contents::Dir(BTreeMap::new()),
                    perm if perm & perm::SYMLINK != 0 => Contents::Link(extension.0.to_vec()),
                    _ => Contents::File(Vec::new()),
                };
                let node = self.create(fid, name, contents, perm & 0o777)?;
                say!(Rcreate { qid: self.qid(node), iounit: 0 })
            }
            T::Read(Tread { fid, offset, count }) => {
                assert!(count <= self.msize - 24, "a read of {count} bytes");
                let state = self.fid(fid);
                let data = match (&state.open, &self.nodes[state.node].contents) {
                    (Open::No | Open::NewAttr(..), _) => return Err(EINVAL),
                    (Open::Attr(value), _) => slice(value, offset, count),
                    (Open::Yes, Contents::File(bytes)) => slice(bytes, offset, count),
                    (Open::Yes, Contents::Dir(_)) if dialect != Dialect::Linux => {
                        return Ok(self.read_stats(state.node, offset, count, tag, reply));
                    }
                    (Open::Yes, _) => return Err(EOPNOTSUPP),
                };
                say!(Rread { data: Data(data) })
            }
            T::Write(Twrite { fid, offset, data }) => {
                let node = self.fid(fid).node;
                let state = self.fids.get_mut(&fid).expect("checked");
                let bytes = match (&mut state.open, &mut self.nodes[node].contents) {
                    (Open::Yes, Contents::File(bytes)) => bytes,
                    (Open::NewAttr(_, value), _) => value,
                    _ => return Err(EINVAL),
                };
                let taken = &data.0[..data.0.len().min(self.takes_most)];
                let end = offset as usize + taken.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[offset as usize..end].copy_from_slice(taken);
                say!(Rwrite { count: taken.len() as u32 })
            }
            T::Clunk(Tclunk { fid }) => {
                self.fid(fid);
                let state = self.fids.remove(&fid).expect("checked");
                if let Open::NewAttr(name, value) = state.open {
                    self.nodes[state.node].xattrs.insert(name, value);
                }
                say!(Rclunk {})
            }
            T::Remove(Tremove { fid }) => {
                self.fid(fid);
                let node = self.fids.remove(&fid).expect("checked").node;
                self.unlink_everywhere(node)?;
                say!(Rremove {})
            }
            T::Getattr(Tgetattr { fid, .. }) => {
                let node = self.fid(fid).node;
                say!(self.attributes(node))
            }
            T::Setattr(Tsetattr { fid, valid, mode, uid, gid, size, mtime_sec, .. }) => {
                let node = self.fid(fid).node;
                let node = &mut self.nodes[node];
                if valid & setattr::MODE != 0 {
                    node.mode = node.mode & mode::FMT | mode;
                }
                if valid & setattr::UID != 0 {
                    node.uid = uid;
                }
                if valid & setattr::GID != 0 {
                    node.gid = gid;
                }
                if valid & setattr::MTIME_SET != 0 {
                    node.mtime = mtime_sec;
                }
                if let (true, Contents::File(bytes)) = (valid & setattr::SIZE != 0, &mut node.contents) {
                    bytes.resize(size as usize, 0);
                }
                say!(Rsetattr {})
            }
            T::Stat(Tstat { fid }) => {
                let node = self.fid(fid).node;
                let extension = self.extension(node);
                say!(Rstat { stat: self.stat(node, &extension) })
            }
            T::Wstat(Twstat { fid, stat }) => {
                let node = self.fid(fid).node;
                let owners = [stat.uid, stat.gid, stat.muid];
                assert!(owners.iter().all(|name| name.is_empty()), "the client gives a file away");
                assert_eq!([stat.n_uid, stat.n_gid, stat.n_muid], [!0; 3], "the client gives a file away");
                if stat.length != !0
                    && let Contents::File(bytes) = &mut self.nodes[node].contents
                {
                    bytes.resize(stat.length as usize, 0);
                }
                if stat.mtime != !0 {
                    self.nodes[node].mtime = stat.mtime.into();
                }
                if stat.mode != !0 {
                    self.nodes[node].mode = self.nodes[node].mode & mode::FMT | stat.mode & 0o777;
                }
                if !stat.name.is_empty() {
                    let old = std::mem::replace(&mut self.nodes[node].name, stat.name.to_vec());
                    self.dir(ROOT)?.remove(&old);
                    self.dir(ROOT)?.insert(stat.name.to_vec(), node);
                }
                say!(Rwstat {})
            }
            T::Readdir(Treaddir { fid, offset, count }) => {
                assert!(count <= self.msize - 24, "a directory read of {count} bytes");
                let state = self.fid(fid);
                if !matches!(state.open, Open::Yes) {
                    return Err(EINVAL);
                }
                let Contents::Dir(entries) = &self.nodes[state.node].contents else { return Err(ENOTDIR) };
                let mut data = vec![0; count as usize];
                let mut to = Writer::new(&mut data);
                for (nth, (name, node)) in entries.iter().enumerate().skip(offset as usize) {
                    let entry = Dirent { qid: self.qid(*node), offset: nth as u64 + 1, kind: 0, name };
                    if to.written() + entry.entry_len() > count as usize {
                        break;
                    }
                    entry.put_entry(&mut to).expect("checked");
                }
                let len = to.written();
                say!(Rreaddir { data: Data(&data[..len]) })
            }
            T::Fsync(Tfsync { fid, .. }) => {
                self.fid(fid);
                say!(Rfsync {})
            }
            T::Mkdir(Tmkdir { dfid, name, mode, .. }) => {
                let dir = self.fid(dfid).node;
                let node = self.make(dir, name, Contents::Dir(BTreeMap::new()), mode::DIR | mode)?;
                say!(Rmkdir { qid: self.qid(node) })
            }
            T::Symlink(Tsymlink { fid, name, symtgt, .. }) => {
                let dir = self.fid(fid).node;
                let node = self.make(dir, name, Contents::Link(symtgt.to_vec()), mode::LNK | 0o777)?;
                say!(Rsymlink { qid: self.qid(node) })
            }
            T::Mknod(Tmknod { dfid, name, mode, .. }) => {
                let dir = self.fid(dfid).node;
                let node = self.make(dir, name, Contents::Other, mode)?;
                say!(Rmknod { qid: self.qid(node) })
            }
            T::Readlink(Treadlink { fid }) => match &self.nodes[self.fid(fid).node].contents {
                Contents::Link(target) => say!(Rreadlink { target }),
                _ => Err(EINVAL),
            },
            T::Link(Tlink { dfid, fid, name }) => {
                let (dir, node) = (self.fid(dfid).node, self.fid(fid).node);
                self.dir(dir)?.insert(name.to_vec(), node);
                say!(Rlink {})
            }
            T::Rename(Trename { fid, dfid, name }) => {
                let (node, dir) = (self.fid(fid).node, self.fid(dfid).node);
                self.unlink_everywhere(node)?;
                self.dir(dir)?.insert(name.to_vec(), node);
                say!(Rrename {})
            }
            T::Renameat(Trenameat { olddirfid, oldname, newdirfid, newname }) => {
                let (old, new) = (self.fid(olddirfid).node, self.fid(newdirfid).node);
                let node = self.dir(old)?.remove(oldname).ok_or(ENOENT)?;
                self.dir(new)?.insert(newname.to_vec(), node);
                say!(Rrenameat {})
            }
            T::Unlinkat(Tunlinkat { dirfd, name, .. }) => {
                let dir = self.fid(dirfd).node;
                let node = *self.dir(dir)?.get(name).ok_or(ENOENT)?;
                if matches!(&self.nodes[node].contents, Contents::Dir(entries) if !entries.is_empty()) {
                    return Err(ENOTEMPTY);
                }
                self.dir(dir)?.remove(name);
                say!(Runlinkat {})
            }
            T::Statfs(_) => say!(Rstatfs {
                kind: 0x01021997,
                bsize: 4096,
                blocks: 100,
                bfree: 50,
                bavail: 40,
                files: self.nodes.len() as u64,
                ffree: 7,
                fsid: 9,
                namelen: 255,
            }),
            T::Xattrwalk(Txattrwalk { fid, newfid, name }) => {
                let node = self.fid(fid).node;
                let value = if name.is_empty() {
                    self.nodes[node]
                        .xattrs
                        .keys()
                        .flat_map(|name| [name.as_slice(), b"\0"].concat())
                        .collect()
                } else {
                    self.nodes[node].xattrs.get(name).cloned().ok_or(ENOENT)?
                };
                let size = value.len() as u64;
                self.new_fid(newfid, node, Open::Attr(value));
                say!(Rxattrwalk { size })
            }
            T::Xattrcreate(Txattrcreate { fid, name, .. }) => {
                self.fid(fid);
                let state = self.fids.get_mut(&fid).expect("checked");
                state.open = Open::NewAttr(name.to_vec(), Vec::new());
                say!(Rxattrcreate {})
            }
            T::Lock(Tlock { fid, kind, .. }) => {
                self.fid(fid);
                say!(Rlock { status: if kind == flags::lock::WRLCK { 1 } else { 0 } })
            }
            T::Getlock(Tgetlock { fid, start, length, client_id, .. }) => {
                self.fid(fid);
                say!(Rgetlock { kind: flags::lock::UNLCK, start, length, proc_id: 0, client_id })
            }
        }
    }

    fn open(&mut self, fid: u32) -> usize {
        let node = self.fid(fid).node;
        self.fids.get_mut(&fid).expect("checked").open = Open::Yes;
        node
    }

    fn make(&mut self, dir: usize, name: &[u8], contents: Contents, mode: u32) -> Result<usize, u32> {
        if self.dir(dir)?.contains_key(name) {
            return Err(EEXIST);
        }
        let node = self.node(name, contents, mode);
        self.dir(dir)?.insert(name.to_vec(), node);
        Ok(node)
    }

    fn create(&mut self, fid: u32, name: &[u8], contents: Contents, mode: u32) -> Result<usize, u32> {
        let dir = self.fid(fid).node;
        let node = self.make(dir, name, contents, mode)?;
        *self.fids.get_mut(&fid).expect("checked") = FidState { node, open: Open::Yes };
        Ok(node)
    }

    fn unlink_everywhere(&mut self, node: usize) -> Result<(), u32> {
        for other in 0..self.nodes.len() {
            if let Contents::Dir(entries) = &mut self.nodes[other].contents {
                entries.retain(|_, entry| *entry != node);
            }
        }
        Ok(())
    }

    fn attributes(&self, node: usize) -> Rgetattr {
        let Node { contents, mode, uid, gid, mtime, .. } = &self.nodes[node];
        Rgetattr {
            valid: getattr::BASIC,
            qid: self.qid(node),
            mode: *mode,
            uid: *uid,
            gid: *gid,
            nlink: 1,
            rdev: 0,
            size: match contents {
                Contents::File(bytes) | Contents::Link(bytes) => bytes.len() as u64,
                _ => 0,
            },
            blksize: 4096,
            blocks: 0,
            atime_sec: 0,
            atime_nsec: 0,
            mtime_sec: *mtime,
            mtime_nsec: 0,
            ctime_sec: 0,
            ctime_nsec: 0,
            btime_sec: 0,
            btime_nsec: 0,
            r#gen: 0,
            data_version: 0,
        }
    }

    fn extension(&self, node: usize) -> Vec<u8> {
        match (&self.nodes[node].contents, self.dialect) {
            (Contents::Link(target), Dialect::Unix) => target.clone(),
            _ => Vec::new(),
        }
    }

    fn stat<'s>(&'s self, node: usize, extension: &'s [u8]) -> Stat<'s> {
        let unix = self.dialect == Dialect::Unix;
        let Node { name, contents, mode, uid, gid, mtime, .. } = &self.nodes[node];
        let number = |id: u32| if unix { id } else { !0 };
        Stat {
            kind: 0,
            dev: 0,
            qid: self.qid(node),
            mode: mode & 0o777 | if matches!(contents, Contents::Dir(_)) { perm::DIR } else { 0 },
            atime: 0,
            mtime: *mtime as u32,
            length: self.attributes(node).size,
            name,
            uid: b"glenda",
            gid: b"sys",
            muid: b"glenda",
            extension,
            n_uid: number(*uid),
            n_gid: number(*gid),
            n_muid: !0,
        }
    }

    fn read_stats(&self, dir: usize, offset: u64, count: u32, tag: u16, reply: &mut [u8]) -> usize {
        let Contents::Dir(entries) = &self.nodes[dir].contents else { unreachable!("checked") };
        let mut data = vec![0; count as usize];
        let mut to = Writer::new(&mut data);
        let mut at = 0;
        for &node in entries.values() {
            let extension = self.extension(node);
            let stat = self.stat(node, &extension);
            let len = stat.entry_len(self.dialect);
            if at >= offset {
                if to.written() + len > count as usize {
                    break;
                }
                stat.put_entry(&mut to, self.dialect).expect("checked");
            }
            at += len as u64;
        }
        let len = to.written();
        Rread { data: Data(&data[..len]) }.emit(self.dialect, tag, reply).expect("the reply fits")
    }
}

fn slice(bytes: &[u8], offset: u64, count: u32) -> &[u8] {
    let rest = bytes.get(offset as usize..).unwrap_or(&[]);
    &rest[..rest.len().min(count as usize)]
}
