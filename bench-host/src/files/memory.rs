//! A tree in memory: a server that costs as little as a server can, so that a measurement shows the way to it.
//!
//! Shared by every session over it. Directories, files and symbolic links; no FIFOs, devices, locks between sessions
//! or extended attributes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rustix::io::Errno;

use super::{Answer, Attributes, Change, Entry, Files, LockKind, Moment, NewEntry, Open, Space};

const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const SYMLINK: u32 = 0o120_000;
const PERMISSIONS: u32 = 0o7777;

/// The tree.
#[derive(Clone, Debug)]
pub struct Memory {
    root: Node,
    next_inode: Arc<AtomicU64>,
    /// Most bytes in one file: what a client writes is held in this process.
    file_bytes_max: u64,
}

/// A file in the tree.
#[derive(Clone, Debug)]
pub struct Node {
    file: Arc<File>,
    /// The way it was reached; `None` for the root.
    place: Option<Arc<(Node, Vec<u8>)>>,
}

/// An open file.
#[derive(Debug)]
pub struct Handle {
    file: Arc<File>,
    append: bool,
}

#[derive(Debug)]
struct File {
    inode: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    mode: u32,
    uid: u32,
    gid: u32,
    atime: Moment,
    mtime: Moment,
    ctime: Moment,
    links: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Directory { entries: BTreeMap<Vec<u8>, Arc<File>>, parent: Weak<File> },
    Bytes(Vec<u8>),
    Link(Vec<u8>),
}

impl File {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave a half-done change here: every change is one assignment or insertion.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn entries(&mut self) -> Answer<&mut BTreeMap<Vec<u8>, Arc<File>>> {
        match &mut self.what {
            What::Directory { entries, .. } => Ok(entries),
            _ => Err(Errno::NOTDIR),
        }
    }

    fn bytes(&mut self) -> Answer<&mut Vec<u8>> {
        match &mut self.what {
            What::Bytes(bytes) => Ok(bytes),
            What::Directory { .. } => Err(Errno::ISDIR),
            What::Link(_) => Err(Errno::LOOP),
        }
    }

    fn size(&self) -> u64 {
        match &self.what {
            What::Directory { .. } => 0,
            What::Bytes(bytes) | What::Link(bytes) => bytes.len() as u64,
        }
    }

    fn touched(&mut self) {
        self.mtime = Moment::now();
        self.ctime = self.mtime;
    }
}

impl Memory {
    /// An empty tree that keeps at most `file_bytes_max` bytes in one file.
    pub fn new(file_bytes_max: u64) -> Self {
        let next_inode = Arc::new(AtomicU64::new(2));
        let directory = What::Directory { entries: BTreeMap::new(), parent: Weak::new() };
        let root = Node { file: new_file(1, DIRECTORY | 0o755, directory), place: None };
        Memory { root, next_inode, file_bytes_max }
    }

    /// Puts a file with these bytes at `path`, making the directories on the way.
    pub fn put(&self, path: &str, bytes: &[u8]) -> Answer<()> {
        let mut at = self.root.clone();
        let mut elements = path.split('/').filter(|e| !e.is_empty()).peekable();
        while let Some(element) = elements.next() {
            let name = element.as_bytes();
            if elements.peek().is_some() {
                at = match self.child(&at, name) {
                    Err(Errno::NOENT) => self.make(&at, name, NewEntry::Directory, 0o755)?,
                    found => found?,
                };
            } else {
                let how = Open { write: true, truncate: true, ..Open::default() };
                let (_, mut handle) = self.create(&at, name, how, 0o644)?;
                self.write(&mut handle, 0, bytes)?;
            }
        }
        Ok(())
    }

    /// The bytes of the file at `path`.
    pub fn content(&self, path: &str) -> Answer<Vec<u8>> {
        let node = self.attach(path.as_bytes())?;
        Ok(node.file.state().bytes()?.clone())
    }

    fn add(&self, directory: &Node, name: &[u8], mode: u32, what: What) -> Answer<Node> {
        let mut state = directory.file.state();
        let entries = state.entries()?;
        if entries.contains_key(name) {
            return Err(Errno::EXIST);
        }
        let file = new_file(self.next_inode.fetch_add(1, Ordering::Relaxed), mode, what);
        entries.insert(name.to_vec(), file.clone());
        state.touched();
        Ok(below(directory, name, file))
    }
}

fn new_file(inode: u64, mode: u32, what: What) -> Arc<File> {
    let now = Moment::now();
    let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    let state = State { mode, uid, gid, atime: now, mtime: now, ctime: now, links: 1, what };
    Arc::new(File { inode, state: Mutex::new(state) })
}

fn below(directory: &Node, name: &[u8], file: Arc<File>) -> Node {
    Node { file, place: Some(Arc::new((directory.clone(), name.to_vec()))) }
}

impl Files for Memory {
    type Node = Node;
    type Handle = Handle;

    fn attach(&self, name: &[u8]) -> Answer<Node> {
        name.split(|&b| b == b'/')
            .filter(|e| !e.is_empty() && *e != b"." && *e != b"..")
            .try_fold(self.root.clone(), |at, element| self.child(&at, element))
    }

    fn child(&self, directory: &Node, name: &[u8]) -> Answer<Node> {
        let file = directory.file.state().entries()?.get(name).cloned().ok_or(Errno::NOENT)?;
        Ok(below(directory, name, file))
    }

    fn parent(&self, node: &Node) -> Answer<Node> {
        Ok(node.place.as_ref().map_or_else(|| self.root.clone(), |place| place.0.clone()))
    }

    fn name(&self, node: &Node) -> Vec<u8> {
        node.place.as_ref().map(|place| place.1.clone()).unwrap_or_default()
    }

    fn attributes(&self, node: &Node) -> Answer<Attributes> {
        let state = node.file.state();
        let size = state.size();
        Ok(Attributes {
            mode: state.mode,
            uid: state.uid,
            gid: state.gid,
            links: state.links,
            rdev: 0,
            size,
            block_size: 4096,
            blocks: size.div_ceil(512),
            dev: 0,
            inode: node.file.inode,
            atime: state.atime,
            mtime: state.mtime,
            ctime: state.ctime,
        })
    }

    fn change(&self, node: &Node, change: &Change) -> Answer<()> {
        let mut state = node.file.state();
        if let Some(size) = change.size {
            if size > self.file_bytes_max {
                return Err(Errno::FBIG);
            }
            state.bytes()?.resize(size as usize, 0);
            state.touched();
        }
        if let Some(mode) = change.mode {
            state.mode = (state.mode & !PERMISSIONS) | (mode & PERMISSIONS);
        }
        state.uid = change.uid.unwrap_or(state.uid);
        state.gid = change.gid.unwrap_or(state.gid);
        state.atime = change.atime.unwrap_or(state.atime);
        state.mtime = change.mtime.unwrap_or(state.mtime);
        state.ctime = Moment::now();
        Ok(())
    }

    fn read_link(&self, node: &Node) -> Answer<Vec<u8>> {
        match &node.file.state().what {
            What::Link(target) => Ok(target.clone()),
            _ => Err(Errno::INVAL),
        }
    }

    fn open(&self, node: &Node, how: Open) -> Answer<Handle> {
        let mut state = node.file.state();
        match &mut state.what {
            What::Link(_) => return Err(Errno::LOOP),
            What::Directory { .. } if how.write || how.truncate => return Err(Errno::ISDIR),
            What::Bytes(bytes) if how.truncate => bytes.clear(),
            _ => {}
        }
        if how.truncate {
            state.touched();
        }
        Ok(Handle { file: node.file.clone(), append: how.append })
    }

    fn create(&self, directory: &Node, name: &[u8], how: Open, mode: u32) -> Answer<(Node, Handle)> {
        let node = match self.add(directory, name, REGULAR | (mode & PERMISSIONS), What::Bytes(Vec::new())) {
            Err(Errno::EXIST) if !how.exclusive => self.child(directory, name)?,
            made => made?,
        };
        let handle = self.open(&node, how)?;
        Ok((node, handle))
    }

    fn read(&self, handle: &mut Handle, offset: u64, into: &mut [u8]) -> Answer<usize> {
        let mut state = handle.file.state();
        let bytes = state.bytes()?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let count = into.len().min(bytes.len() - from);
        into[..count].copy_from_slice(&bytes[from..from + count]);
        Ok(count)
    }

    fn write(&self, handle: &mut Handle, offset: u64, bytes: &[u8]) -> Answer<usize> {
        let mut state = handle.file.state();
        let held = state.bytes()?;
        let offset = if handle.append { held.len() as u64 } else { offset };
        let end = offset.checked_add(bytes.len() as u64).filter(|end| *end <= self.file_bytes_max);
        let (from, end) = (offset as usize, end.ok_or(Errno::FBIG)? as usize);
        if held.len() < end {
            held.resize(end, 0);
        }
        held[from..end].copy_from_slice(bytes);
        state.touched();
        Ok(bytes.len())
    }

    fn entries(
        &self,
        handle: &mut Handle,
        offset: u64,
        take: &mut dyn FnMut(Entry<'_>) -> bool,
    ) -> Answer<()> {
        let mut state = handle.file.state();
        let own = handle.file.inode;
        let above = match &state.what {
            What::Directory { parent, .. } => parent.upgrade().map_or(own, |parent| parent.inode),
            _ => return Err(Errno::NOTDIR),
        };
        // An offset is how many entries came before. One that was removed since moves the rest up, as it may.
        let dots = [(&b"."[..], own), (&b".."[..], above)].into_iter().map(|(name, inode)| (name, inode, 4));
        let rest = state.entries()?.iter().map(|(name, file)| {
            let kind = (file.state().mode >> 12) as u8;
            (name.as_slice(), file.inode, kind)
        });
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        for (index, (name, inode, kind)) in dots.chain(rest).enumerate().skip(skip) {
            if !take(Entry { name, inode, kind, next: index as u64 + 1 }) {
                break;
            }
        }
        Ok(())
    }

    fn sync(&self, _: &Handle, _: bool) -> Answer<()> {
        Ok(())
    }

    fn lock(&self, _: &Handle, _: LockKind) -> Answer<bool> {
        Err(Errno::OPNOTSUPP)
    }

    fn make(&self, directory: &Node, name: &[u8], entry: NewEntry<'_>, mode: u32) -> Answer<Node> {
        match entry {
            NewEntry::Directory => {
                let parent = Arc::downgrade(&directory.file);
                let what = What::Directory { entries: BTreeMap::new(), parent };
                self.add(directory, name, DIRECTORY | (mode & PERMISSIONS), what)
            }
            NewEntry::Symlink(target) => {
                self.add(directory, name, SYMLINK | 0o777, What::Link(target.to_vec()))
            }
            NewEntry::Node { .. } => Err(Errno::OPNOTSUPP),
        }
    }

    fn link(&self, node: &Node, directory: &Node, name: &[u8]) -> Answer<()> {
        if matches!(node.file.state().what, What::Directory { .. }) {
            return Err(Errno::PERM);
        }
        let mut state = directory.file.state();
        let entries = state.entries()?;
        if entries.contains_key(name) {
            return Err(Errno::EXIST);
        }
        entries.insert(name.to_vec(), node.file.clone());
        state.touched();
        drop(state);
        node.file.state().links += 1;
        Ok(())
    }

    fn rename(&self, from: &Node, old: &[u8], to: &Node, new: &[u8]) -> Answer<()> {
        let moving = self.child(from, old)?;
        // A directory cannot go below itself.
        let mut above = Some(to.clone());
        while let Some(node) = above {
            if Arc::ptr_eq(&node.file, &moving.file) {
                return Err(Errno::INVAL);
            }
            above = node.place.as_ref().map(|place| place.0.clone());
        }
        if let Ok(there) = self.child(to, new) {
            if Arc::ptr_eq(&there.file, &moving.file) {
                return Ok(());
            }
            let is_directory = |node: &Node| matches!(node.file.state().what, What::Directory { .. });
            match (is_directory(&moving), is_directory(&there)) {
                (true, false) => return Err(Errno::NOTDIR),
                (false, true) => return Err(Errno::ISDIR),
                (_, directory) => self.remove(to, new, directory)?,
            }
        }
        let mut state = from.file.state();
        let file = state.entries()?.remove(old).ok_or(Errno::NOENT)?;
        state.touched();
        drop(state);
        if let What::Directory { parent, .. } = &mut file.state().what {
            *parent = Arc::downgrade(&to.file);
        }
        let mut state = to.file.state();
        state.entries()?.insert(new.to_vec(), file);
        state.touched();
        Ok(())
    }

    fn remove(&self, directory: &Node, name: &[u8], directory_wanted: bool) -> Answer<()> {
        let mut state = directory.file.state();
        let entries = state.entries()?;
        let file = entries.get(name).ok_or(Errno::NOENT)?.clone();
        let mut removed = file.state();
        match (&removed.what, directory_wanted) {
            (What::Directory { .. }, false) => return Err(Errno::ISDIR),
            (What::Directory { entries, .. }, true) if !entries.is_empty() => return Err(Errno::NOTEMPTY),
            (What::Bytes(_) | What::Link(_), true) => return Err(Errno::NOTDIR),
            _ => {}
        }
        entries.remove(name);
        removed.links = removed.links.saturating_sub(1);
        state.touched();
        Ok(())
    }

    fn space(&self, _: &Node) -> Answer<Space> {
        let inodes = self.next_inode.load(Ordering::Relaxed);
        Ok(Space { kind: 0x0102_1994, block_size: 4096, inodes, name_max: 255, ..Space::default() })
    }

    fn attribute(&self, _: &Node, name: &[u8]) -> Answer<Vec<u8>> {
        if name.is_empty() { Ok(Vec::new()) } else { Err(Errno::NODATA) }
    }

    fn set_attribute(&self, _: &Node, _: &[u8], _: &[u8], _: u32) -> Answer<()> {
        Err(Errno::OPNOTSUPP)
    }
}
