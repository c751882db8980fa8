//! Name spaces: a root, a mount table, and the walk from a name to a file.
//!
//! A [`Space`] is what tasks share or have each for themselves; a [`View`] is a space seen from a directory, which is
//! what a program holds. A [`Place`] is a file that was walked to: the node, the union it was found to be the head of,
//! and the name that led there. Files are not open until they are opened, and a walk holds no lock while it waits.
//!
//! How a name becomes a place is in `walk`, what is done to files by their names in `files`.

mod files;
mod walk;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use spin::Mutex;

use super::Error;
use super::device::Device;
use super::mount::{Addition, FileKey, Line, MountFlags, MountTable, Order, Origin};
use super::node::{self, Node};
use super::path;
pub use files::DirReader;
use walk::Last;

type Union = super::mount::Union<Arc<Node>>;

/// Numbers commands across all name spaces, so that lines print in the order they were typed.
static SERIAL: AtomicU64 = AtomicU64::new(1);

/// A root and what is mounted where.
pub struct Space {
    root: Arc<Node>,
    /// Held for a look-up or a change, never while waiting.
    table: Mutex<MountTable<Arc<Node>>>,
}

/// A file that was walked to.
#[derive(Clone)]
pub struct Place {
    node: Arc<Node>,
    /// The union whose first member the node is.
    union: Option<Arc<Union>>,
    /// The cleaned, rooted name.
    name: Box<[u8]>,
}

/// A space seen from a directory.
#[derive(Clone)]
pub struct View {
    space: Arc<Space>,
    dot: Place,
}

impl Space {
    /// A space with nothing mounted in it, whose root is the root device.
    pub fn new() -> Result<Arc<Space>, Error> {
        let root = Arc::new(node::attach('/', b"")?);
        Ok(Arc::new(Space { root, table: Mutex::new(MountTable::new()) }))
    }

    /// A copy that goes its own way.
    pub fn fork(&self) -> Arc<Space> {
        Arc::new(Space { root: self.root.clone(), table: Mutex::new(self.table.lock().clone()) })
    }

    /// What has been bound and mounted, as commands.
    pub fn lines(&self) -> Vec<Line> {
        self.table.lock().lines()
    }

    fn on(&self, key: FileKey) -> Option<Arc<Union>> {
        self.table.lock().on(key).cloned()
    }

    /// The file, or what stands on it.
    fn followed(&self, node: Arc<Node>) -> (Arc<Node>, Option<Arc<Union>>) {
        match self.on(node.key()) {
            Some(union) => (union.first().to.clone(), Some(union)),
            None => (node, None),
        }
    }
}

impl Place {
    /// The cleaned, rooted name that led here.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The file.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The node, and whatever else stands there with it.
    fn members(&self) -> Vec<Arc<Node>> {
        match &self.union {
            Some(union) => union.members().iter().map(|m| m.to.clone()).collect(),
            None => alloc::vec![self.node.clone()],
        }
    }

    /// A node of its own for the same file: the one found, if nobody else holds it, else another one.
    async fn into_own_node(self) -> Result<Node, Error> {
        drop(self.union);
        match Arc::try_unwrap(self.node) {
            Ok(node) => Ok(node),
            Err(shared) => another(&shared).await,
        }
    }
}

/// Another node for the same file.
async fn another(node: &Node) -> Result<Node, Error> {
    node.walk(&[]).await?.node.ok_or(Error::Io)
}

impl View {
    /// The space, seen from its root.
    pub fn new(space: Arc<Space>) -> View {
        let (node, union) = space.followed(space.root.clone());
        let dot = Place { node, union, name: b"/"[..].into() };
        View { space, dot }
    }

    /// The space.
    pub fn space(&self) -> &Arc<Space> {
        &self.space
    }

    /// The directory names without a root are looked up in.
    pub fn dot(&self) -> &[u8] {
        &self.dot.name
    }

    /// The same directory in a copy of the space.
    pub fn forked(&self) -> View {
        View { space: self.space.fork(), dot: self.dot.clone() }
    }

    /// Goes to a directory.
    pub async fn change_dir(&mut self, name: &[u8]) -> Result<(), Error> {
        let place = self.walk(name).await?;
        if !place.node.qid().is_dir() {
            return Err(Error::NotDir.at(name));
        }
        self.dot = place;
        Ok(())
    }

    /// The cleaned, rooted form of a name.
    pub fn full_name(&self, name: &[u8]) -> Vec<u8> {
        path::join(&self.dot.name, name)
    }

    /// The file a name leads to, with everything mounted seen.
    pub async fn walk(&self, name: &[u8]) -> Result<Place, Error> {
        self.walk_to(name, Last::Followed).await
    }

    /// Is it a directory?
    pub async fn is_dir(&self, name: &[u8]) -> Result<bool, Error> {
        Ok(self.walk(name).await?.node.qid().is_dir())
    }

    /// `bind new old`: lets `old` mean what `new` means now.
    pub async fn bind(&self, new: &[u8], old: &[u8], flags: MountFlags) -> Result<(), Error> {
        let what = self.walk(new).await?;
        let origin = Origin::Bind { name: what.name.clone() };
        self.attach(what, None, old, flags, origin).await
    }

    /// Lets `old` mean the root of a mounted server; `server` is its channel, or the placeholder.
    pub async fn mount_node(
        &self,
        root: Node,
        server: FileKey,
        old: &[u8],
        flags: MountFlags,
        origin: Origin,
    ) -> Result<(), Error> {
        let what = Place { node: Arc::new(root), union: None, name: Box::default() };
        self.attach(what, Some(server), old, flags, origin).await
    }

    /// Is there a file to mount on? Asked before a server is troubled.
    pub async fn mount_point(&self, old: &[u8]) -> Result<Place, Error> {
        self.walk_to(old, Last::Itself).await
    }

    async fn attach(
        &self,
        what: Place,
        server: Option<FileKey>,
        old: &[u8],
        flags: MountFlags,
        origin: Origin,
    ) -> Result<(), Error> {
        let on = self.mount_point(old).await?;
        let both_dirs = what.node.qid().is_dir() && on.node.qid().is_dir();
        let both_files = !what.node.qid().is_dir() && !on.node.qid().is_dir();
        let replaces = flags.order == Order::Replace;
        if !(both_dirs || both_files && replaces) {
            return Err(Error::Mount);
        }
        let addition = Addition {
            key: what.node.key(),
            to: what.node,
            server,
            union: what.union.as_deref(),
            flags,
            origin,
        };
        let serial = SERIAL.fetch_add(1, Relaxed);
        self.space.table.lock().add(on.node.key(), on.node, &on.name, addition, serial);
        Ok(())
    }

    /// `unmount [what] old`: undoes a bind or mount on `old`, or all of them.
    pub async fn unmount(&self, what: Option<&[u8]>, old: &[u8]) -> Result<(), Error> {
        let on = self.walk_to(old, Last::Itself).await?.node.key();
        let removed = match what {
            None => self.space.take_all(on),
            Some(what) => {
                let itself = self.walk_to(what, Last::Itself).await?.node.key();
                let followed = self.walk(what).await?;
                let posted = match &*followed.node {
                    Node::Srv(service) => service.posted().map(|chan| chan.key()),
                    _ => None,
                };
                self.space.take_one(on, [Some(itself), Some(followed.node.key()), posted])
            }
        };
        // Dropping the members may close a mount, which speaks to its server: not under the table's lock.
        removed.map(drop)
    }
}

impl Space {
    fn take_all(&self, on: FileKey) -> Result<Option<Arc<Union>>, Error> {
        let mut table = self.table.lock();
        let union = table.on(on).cloned();
        table.remove_all(on)?;
        Ok(union)
    }

    fn take_one(&self, on: FileKey, what: [Option<FileKey>; 3]) -> Result<Option<Arc<Union>>, Error> {
        let mut table = self.table.lock();
        let union = table.on(on).cloned();
        let mut answer = Err(Error::NotInUnion);
        for key in what.into_iter().flatten() {
            answer = table.remove(on, key);
            if answer != Err(Error::NotInUnion) {
                break;
            }
        }
        answer.map(|()| union)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({})", path::Shown(&self.name))
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View from {}", path::Shown(&self.dot.name))
    }
}

impl fmt::Debug for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines()).finish()
    }
}

#[cfg(test)]
mod tests;
