//! # root(3) - the directories everything else is mounted on
//!
//! ```text
//! bind '#/' /
//!
//! /bin /dev /mnt /mnt/xxx /n /srv /tmp
//! ```
//!
//! The root of every name space. It holds directories and nothing else: they are there to be bound and mounted on.
//! More can be made with `mkdir` and taken away with `rm`; files cannot be created here. What is made is seen by all
//! name spaces and lives until the machine stops.

use alloc::boxed::Box;
use alloc::vec::Vec;

use spin::Mutex;

use crate::ns::device::{Cursor, Device, Opened, Walked, walk_by_steps};
use crate::ns::stat::{Entry, Mode, Qid, Stat, dir_qid};
use crate::ns::table::{check_open, listed, stat};
use crate::ns::{Error, OpenMode};

/// The directories there are from the beginning; each path is its place in this list plus one.
const FIRST: &[(u64, &str)] =
    &[(ROOT, "bin"), (ROOT, "dev"), (ROOT, "mnt"), (3, "xxx"), (ROOT, "n"), (ROOT, "srv"), (ROOT, "tmp")];

const ROOT: u64 = 0;

/// The directories people have made or taken away.
static CHANGES: Mutex<Changes> = Mutex::new(Changes { made: Vec::new(), gone: Vec::new(), next: 1000 });

struct Changes {
    made: Vec<Dir>,
    /// Paths of first directories that were removed.
    gone: Vec<u64>,
    /// The path the next directory gets; paths are never used twice.
    next: u64,
}

#[derive(Clone)]
struct Dir {
    path: u64,
    parent: u64,
    name: Box<[u8]>,
}

impl Changes {
    fn all(&self) -> impl Iterator<Item = Dir> + '_ {
        let first = FIRST.iter().zip(1..).map(|(&(parent, name), path)| Dir {
            path,
            parent,
            name: name.as_bytes().into(),
        });
        first.filter(|dir| !self.gone.contains(&dir.path)).chain(self.made.iter().cloned())
    }

    fn find(&self, path: u64) -> Option<Dir> {
        self.all().find(|dir| dir.path == path)
    }
}

/// A directory of the root.
#[derive(Clone, Debug)]
pub struct Node {
    path: u64,
}

impl Node {
    /// The root itself.
    pub fn root() -> Node {
        Node { path: ROOT }
    }

    fn step(&self, name: &[u8]) -> Result<Node, Error> {
        let changes = CHANGES.lock();
        let found = changes.all().find(|dir| dir.parent == self.path && *dir.name == *name);
        found.map(|dir| Node { path: dir.path }).ok_or(Error::DoesNotExist)
    }
}

fn stat_of(path: u64, name: &[u8]) -> Stat {
    stat('/', dir_qid(path), Mode::DIR | 0o775, name)
}

impl Device for Node {
    fn letter(&self) -> char {
        '/'
    }

    fn qid(&self) -> Qid {
        dir_qid(self.path)
    }

    async fn walk(&self, names: &[&[u8]]) -> Result<Walked<Self>, Error> {
        walk_by_steps(self, names, Node::step)
    }

    async fn stat(&self) -> Result<Stat, Error> {
        if self.path == ROOT {
            return Ok(stat_of(ROOT, b"/"));
        }
        let dir = CHANGES.lock().find(self.path).ok_or(Error::NonExistent)?;
        Ok(stat_of(dir.path, &dir.name))
    }

    async fn open(self, mode: OpenMode) -> Result<Opened<Self>, Error> {
        check_open(Mode(Mode::DIR | 0o775), mode).map(|()| Opened::Node(self))
    }

    async fn make_dir(&self, name: &[u8], _permissions: u32) -> Result<(), Error> {
        let mut changes = CHANGES.lock();
        if self.path != ROOT && changes.find(self.path).is_none() {
            return Err(Error::NonExistent);
        }
        if changes.all().any(|dir| dir.parent == self.path && *dir.name == *name) {
            return Err(Error::Exists);
        }
        let path = changes.next;
        changes.next += 1;
        changes.made.push(Dir { path, parent: self.path, name: name.into() });
        Ok(())
    }

    async fn read_dir(&self, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        let here: Vec<Dir> = CHANGES.lock().all().filter(|dir| dir.parent == self.path).collect();
        listed(here.iter().map(|dir| stat_of(dir.path, &dir.name)), from)
    }

    async fn remove(&self) -> Result<(), Error> {
        let mut changes = CHANGES.lock();
        if self.path == ROOT {
            return Err(Error::Permission);
        }
        if changes.all().any(|dir| dir.parent == self.path) {
            return Err(Error::NotEmpty);
        }
        if changes.find(self.path).is_none() {
            return Err(Error::NonExistent);
        }
        if (self.path as usize) <= FIRST.len() {
            changes.gone.push(self.path);
        } else {
            changes.made.retain(|dir| dir.path != self.path);
        }
        Ok(())
    }
}
