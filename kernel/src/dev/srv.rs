//! # srv(3) - the directory of posted services
//!
//! ```text
//! bind -c '#s' /srv
//!
//! /srv/name
//! ```
//!
//! A file here stands for an open channel of somebody's: opening it gives that very channel, with its offset and its
//! other users. `srv` posts one end of a pipe and runs a server at the other; `mount` opens it and speaks 9P.
//!
//! Creating a file reserves the name, and the creator then posts a channel behind it, once; the second time is
//! `inappropriate use of fd`. Until then, opening it is `device shut down`. A posted channel is opened as it is open
//! itself: for reading only, writing only, or both (`permission denied` otherwise), and never truncated (`file already
//! exists`). Removing a file closes the posted channel unless somebody still uses it. Tasks here have no descriptors
//! to write as numbers, so what is written to these files is refused: programs post through `srv`.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use spin::Mutex;

use crate::io::Windows;
use crate::ns::device::{Cursor, Device, Opened, Walked, walk_by_steps};
use crate::ns::stat::{Entry, Mode, Qid, Stat, dir_qid, file_qid};
use crate::ns::table::{check_open, listed, stat};
use crate::ns::{Access, Chan, Error, OpenMode};

static SERVICES: Mutex<Services> = Mutex::new(Services { all: Vec::new(), next: 1 });

struct Services {
    all: Vec<Arc<Service>>,
    /// The path the next file gets; paths are never used twice.
    next: u64,
}

struct Service {
    path: u64,
    name: Box<[u8]>,
    /// Set once.
    chan: spin::Once<Arc<Chan>>,
}

/// The directory, or a file of it.
#[derive(Clone)]
pub struct Node(Option<Arc<Service>>);

impl Node {
    /// The directory.
    pub fn root() -> Node {
        Node(None)
    }

    /// Puts a channel behind the file.
    pub fn post(&self, chan: Arc<Chan>) -> Result<(), Error> {
        let service = self.0.as_ref().ok_or(Error::IsDir)?;
        let mut posted = false;
        service.chan.call_once(|| {
            posted = true;
            chan
        });
        if posted { Ok(()) } else { Err(Error::BadUse) }
    }

    /// The channel behind the file.
    pub fn posted(&self) -> Option<&Arc<Chan>> {
        self.0.as_ref()?.chan.get()
    }

    fn step(&self, name: &[u8]) -> Result<Node, Error> {
        if self.0.is_some() {
            return Err(Error::NotDir);
        }
        let services = SERVICES.lock();
        let found = services.all.iter().find(|service| *service.name == *name);
        found.map(|service| Node(Some(service.clone()))).ok_or(Error::DoesNotExist)
    }

    fn stat_now(&self) -> Stat {
        match &self.0 {
            None => stat('s', self.qid(), Mode::DIR | 0o777, b"/"),
            Some(service) => stat('s', self.qid(), 0o666, &service.name),
        }
    }
}

impl Device for Node {
    fn letter(&self) -> char {
        's'
    }

    fn qid(&self) -> Qid {
        self.0.as_ref().map_or(dir_qid(0), |service| file_qid(service.path))
    }

    async fn walk(&self, names: &[&[u8]]) -> Result<Walked<Self>, Error> {
        walk_by_steps(self, names, Node::step)
    }

    async fn stat(&self) -> Result<Stat, Error> {
        Ok(self.stat_now())
    }

    async fn open(self, mode: OpenMode) -> Result<Opened<Self>, Error> {
        let Some(service) = &self.0 else {
            return check_open(Mode(Mode::DIR | 0o777), mode).map(|()| Opened::Node(self));
        };
        let chan = service.chan.get().ok_or(Error::Shutdown)?;
        if mode.truncate {
            return Err(Error::Exists);
        }
        if mode.access != chan.mode().access && chan.mode().access != Access::ReadWrite {
            return Err(Error::Permission);
        }
        Ok(Opened::Posted(chan.clone()))
    }

    async fn create(self, name: &[u8], mode: OpenMode, _permissions: u32) -> Result<Self, Error> {
        if self.0.is_some() {
            return Err(Error::NotDir);
        }
        if mode.access != Access::Write {
            return Err(Error::Permission);
        }
        let mut services = SERVICES.lock();
        if services.all.iter().any(|service| *service.name == *name) {
            return Err(Error::Exists);
        }
        let service = Arc::new(Service { path: services.next, name: name.into(), chan: spin::Once::new() });
        services.next += 1;
        services.all.push(service.clone());
        Ok(Node(Some(service)))
    }

    async fn read_dir(&self, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        if self.0.is_some() {
            return Err(Error::NotDir);
        }
        let all: Vec<Node> = SERVICES.lock().all.iter().map(|s| Node(Some(s.clone()))).collect();
        listed(all.iter().map(Node::stat_now), from)
    }

    async fn bread(&self, _count: usize, _offset: u64) -> Result<Windows, Error> {
        Err(if self.0.is_some() { Error::BadUse } else { Error::IsDir })
    }

    async fn bwrite(&self, _windows: Windows, _offset: u64) -> Result<usize, Error> {
        Err(if self.0.is_some() { Error::BadUse } else { Error::IsDir })
    }

    async fn remove(&self) -> Result<(), Error> {
        let service = self.0.as_ref().ok_or(Error::Permission)?;
        let mut services = SERVICES.lock();
        let at = services.all.iter().position(|s| s.path == service.path).ok_or(Error::NonExistent)?;
        let gone = services.all.remove(at);
        drop(services);
        // Closing the posted channel may speak to somebody: not under the lock.
        drop(gone);
        Ok(())
    }
}
