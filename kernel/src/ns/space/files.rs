//! What is done to files by their names: opened, made, removed, renamed, asked about, changed.
//!
//! Every operation walks, asks the node it came to, and puts the name into what went wrong. Where a directory is a union,
//! files are made in the member that allows it, and found in the first that has them.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::walk::{Last, absent, is_link};
use super::{Place, View, another};
use crate::ns::chan::Chan;
use crate::ns::device::{Cursor, Device, FileSystem, Opened, Special};
use crate::ns::node::Node;
use crate::ns::stat::{Change, Entry, Stat};
use crate::ns::{Error, OpenMode, path};

impl View {
    /// Opens a file that exists.
    pub async fn open(&self, name: &[u8], mode: OpenMode) -> Result<Arc<Chan>, Error> {
        let place = self.walk(name).await?;
        open_place(place, mode).await.map_err(|e| e.at(name))
    }

    /// Opens a file for writing from its beginning, making it if it is not there.
    pub async fn create(&self, name: &[u8], mode: OpenMode, permissions: u32) -> Result<Arc<Chan>, Error> {
        let mode = OpenMode { truncate: true, ..mode };
        match self.walk(name).await {
            Ok(place) => open_place(place, mode).await.map_err(|e| e.at(name)),
            Err(error) if error.is_absent() => {
                let (dir, last) = self.parent(name).await?;
                let made = async {
                    let full = path::child(&dir.name, last);
                    let node = own_creator(dir).await?.create(last, mode, permissions).await?;
                    Ok(Chan::new(node, mode, full.into()))
                };
                made.await.map_err(|e: Error| e.at(name))
            }
            Err(error) => Err(error),
        }
    }

    /// Makes a directory.
    pub async fn make_dir(&self, name: &[u8], permissions: u32) -> Result<(), Error> {
        match self.walk(name).await {
            Ok(_) => return Err(Error::Exists.at(name)),
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(error),
        }
        let (dir, last) = self.parent(name).await?;
        let made = async { creator(&dir)?.make_dir(last, permissions).await };
        made.await.map_err(|e| e.at(name))
    }

    /// Makes a file that holds no bytes: a link, a pipe, a socket, a device of the host.
    pub async fn make_special(&self, name: &[u8], what: Special<'_>, permissions: u32) -> Result<(), Error> {
        let (dir, last) = self.parent(name).await?;
        let made = async { creator(&dir)?.make_special(last, what, permissions).await };
        made.await.map_err(|e| e.at(name))
    }

    /// Gives a file another name besides the one it has. False: the directory of the new name belongs to another server.
    pub async fn link(&self, file: &[u8], name: &[u8]) -> Result<bool, Error> {
        let (_, _, linked) = self.entry(file).await?;
        let (dir, last) = self.parent(name).await?;
        let made = async { creator(&dir)?.link_entry(last, &linked).await };
        made.await.map_err(|e| e.at(name))
    }

    /// What a symbolic link says.
    pub async fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, Error> {
        let place = self.walk_to(name, Last::Mounted).await?;
        // Not left to the servers: each says something else.
        if !is_link(place.node.qid()) {
            return Err(Error::BadArg.at(name));
        }
        place.node.read_link().await.map_err(|e| e.at(name))
    }

    /// How full the file system is that holds a file.
    pub async fn file_system(&self, name: &[u8]) -> Result<FileSystem, Error> {
        let place = self.walk(name).await?;
        place.node.file_system().await.map_err(|e| e.at(name))
    }

    /// Takes a file away. What stands on it stays out of it: the file itself is removed, or refused.
    pub async fn remove(&self, name: &[u8]) -> Result<(), Error> {
        let (dir, last, file) = self.entry(name).await?;
        dir.remove_entry(last, &file).await.map_err(|e| e.at(name))
    }

    /// Gives a file another name. False: the new directory belongs to another server, so it can only be copied there.
    pub async fn rename(&self, from: &[u8], to: &[u8]) -> Result<bool, Error> {
        let (from_dir, old, file) = self.entry(from).await?;
        let (to_dir, new) = self.parent(to).await?;
        let renamed = async { from_dir.rename_entry(old, &file, &*creator(&to_dir)?, new).await };
        renamed.await.map_err(|e| e.at(from))
    }

    /// The file itself, and the directory (of all members of a union, the first) that has it under the last element of
    /// the name.
    async fn entry<'n>(&self, name: &'n [u8]) -> Result<(Arc<Node>, &'n [u8], Arc<Node>), Error> {
        let (dir, last) = self.parent(name).await?;
        let mut refused = None;
        for member in dir.members() {
            match member.walk(&[last]).await {
                Ok(walked) => {
                    let file = walked.node.ok_or_else(|| Error::DoesNotExist.at(name))?;
                    return Ok((member, last, Arc::new(file)));
                }
                Err(error) => refused = refused.or(Some(absent(error))),
            }
        }
        Err(refused.unwrap_or(Error::DoesNotExist).at(name))
    }

    /// Everything about a file, or about the link it is, under the last element of its name.
    pub async fn stat(&self, name: &[u8]) -> Result<Stat, Error> {
        self.look(name).await?.stat().await.map_err(|e| e.at(name))
    }

    /// The file a name leads to, or the link it is.
    pub async fn look(&self, name: &[u8]) -> Result<Place, Error> {
        self.walk_to(name, Last::Mounted).await
    }

    /// Changes what a file tells about itself.
    pub async fn change(&self, name: &[u8], change: &Change) -> Result<(), Error> {
        let place = self.walk(name).await?;
        place.node.change(change).await.map_err(|e| e.at(name))
    }

    /// Reads a directory, all members of a union one after the other.
    pub async fn read_dir(&self, name: &[u8]) -> Result<DirReader, Error> {
        self.walk(name).await?.read_dir().await.map_err(|e| e.at(name))
    }
}

impl Place {
    /// Everything about the file.
    pub async fn stat(&self) -> Result<Stat, Error> {
        let mut stat = self.node.stat().await?;
        stat.name = path::base(&self.name).into();
        Ok(stat)
    }

    /// Reads the directory it is, all members of a union one after the other.
    pub async fn read_dir(self) -> Result<DirReader, Error> {
        if !self.node.qid().is_dir() {
            return Err(Error::NotDir);
        }
        let mut open = Vec::new();
        match self.union {
            None => open.extend(opened_dir(self.into_own_node().await?).await?),
            Some(union) => {
                for member in union.members().iter().rev() {
                    open.extend(opened_dir(another(&member.to).await?).await?);
                }
            }
        }
        Ok(DirReader { members: open, cursor: Cursor::default() })
    }
}

async fn opened_dir(node: Node) -> Result<Option<Node>, Error> {
    Ok(match node.open(OpenMode::READ).await? {
        Opened::Node(node) => Some(node),
        Opened::Posted(_) => None,
    })
}

/// A node of its own for where files of this directory are made.
async fn own_creator(dir: Place) -> Result<Node, Error> {
    match dir.union {
        None => dir.into_own_node().await,
        Some(_) => another(&*creator(&dir)?).await,
    }
}

/// Where files of this directory are made: itself, or the member of its union that allows it.
fn creator(dir: &Place) -> Result<Arc<Node>, Error> {
    match &dir.union {
        None => Ok(dir.node.clone()),
        Some(union) => union.creator().map(|m| m.to.clone()).ok_or(Error::NoCreate),
    }
}

async fn open_place(place: Place, mode: OpenMode) -> Result<Arc<Chan>, Error> {
    // Not left to the servers: QEMU's opens a directory for writing without a word.
    if place.node.qid().is_dir() && mode != OpenMode::READ {
        return Err(Error::IsDir);
    }
    let name = place.name.clone();
    match place.into_own_node().await?.open(mode).await? {
        Opened::Node(node) => Ok(Chan::new(node, mode, name)),
        Opened::Posted(chan) => Ok(chan),
    }
}

/// Reads the names of a directory, batch by batch.
pub struct DirReader {
    /// Open members still to be read, the first one last.
    members: Vec<Node>,
    cursor: Cursor,
}

impl DirReader {
    /// The next names; an empty list when there are no more.
    pub async fn next(&mut self) -> Result<Vec<Entry>, Error> {
        while let Some(member) = self.members.last() {
            let (entries, next) = member.read_dir(self.cursor).await?;
            if !entries.is_empty() {
                self.cursor = next;
                return Ok(entries);
            }
            self.members.pop();
            self.cursor = Cursor::default();
        }
        Ok(Vec::new())
    }
}
