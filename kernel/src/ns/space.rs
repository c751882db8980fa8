//! Name spaces: a root, a mount table, and the walk from a name to a file.
//!
//! A [`Space`] is what tasks share or have each for themselves; a [`View`] is a space seen from a directory, which is
//! what a program holds. A [`Place`] is a file that was walked to: the node, the union it was found to be the head of,
//! and the name that led there. Files are not open until they are opened, and a walk holds no lock while it waits.
//!
//! Walking follows Plan 9 (`sys/src/9/port/chan.c` is where to look when in doubt):
//!
//! - a device is given as many names as it takes at once; the qids it passed are looked up in the mount table
//!   afterwards, and a walk that went through a mount point is begun again from what stands there;
//! - a union is asked member by member for the first name, and the first that has it decides;
//! - what is bound or mounted on is the file itself, not what stands on it already;
//! - in names that begin with `#` nothing mounted is seen;
//! - `..` is lexical: see [`super::path`].
//!
//! Plan 9 knows no symbolic links; shares of a Linux host have them. A link on the way is followed, and so is one at the
//! end of a name that is opened or gone to: its text takes the place of the name's part up to it. A text that begins
//! with a slash begins at this machine's root, not the host's. Names that are asked about, removed or renamed are the
//! link itself.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use spin::Mutex;

use super::chan::Chan;
use super::device::{Cursor, Device, Opened, WALK_NAMES_MAX};
use super::mount::{Addition, FileKey, Line, MountFlags, MountTable, Order, Origin};
use super::node::{self, Node};
use super::path;
use super::stat::{Change, Entry, Qid, Stat};
use super::{Error, OpenMode};
use crate::p9::msg::flags::qid::SYMLINK;

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

/// What becomes of the last name of a walk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// What is mounted on it is followed, and the link it is.
    Followed,
    /// What is mounted on it is followed.
    Mounted,
    /// It is meant itself.
    Itself,
}

/// How many links a name may lead over; more of them lead in a circle.
const LINKS_MAX: usize = 16;

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
                    let node = another(&*creator(&dir)?).await?.create(last, mode, permissions).await?;
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
        let place = self.walk_to(name, Last::Mounted).await?;
        let mut stat = place.node.stat().await.map_err(|e| e.at(name))?;
        stat.name = path::base(&place.name).into();
        Ok(stat)
    }

    /// Changes what a file tells about itself.
    pub async fn change(&self, name: &[u8], change: &Change) -> Result<(), Error> {
        let place = self.walk(name).await?;
        place.node.change(change).await.map_err(|e| e.at(name))
    }

    /// Reads a directory, all members of a union one after the other.
    pub async fn read_dir(&self, name: &[u8]) -> Result<DirReader, Error> {
        let place = self.walk(name).await?;
        let open = async {
            if !place.node.qid().is_dir() {
                return Err(Error::NotDir);
            }
            let members = place.members();
            let mut open = Vec::with_capacity(members.len());
            for member in members.iter().rev() {
                if let Opened::Node(node) = another(member).await?.open(OpenMode::READ).await? {
                    open.push(node);
                }
            }
            Ok(DirReader { members: open, cursor: Cursor::default() })
        };
        open.await.map_err(|e| e.at(name))
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

    async fn parent<'n>(&self, name: &'n [u8]) -> Result<(Place, &'n [u8]), Error> {
        let (dir, last) = path::split_last(name).ok_or_else(|| Error::FileName.at(name))?;
        if !path::is_element(last) {
            return Err(Error::FileName.at(name));
        }
        let place = self.walk(dir).await?;
        if !place.node.qid().is_dir() {
            return Err(Error::NotDir.at(name));
        }
        Ok((place, last))
    }

    async fn walk_to(&self, name: &[u8], last: Last) -> Result<Place, Error> {
        if name.is_empty() || name.contains(&0) {
            return Err(Error::FileName.at(name));
        }
        if name.len() > path::NAME_LEN_MAX {
            return Err(Error::TooLong);
        }
        let cleaned = path::clean(name);
        let full = self.full_name(&cleaned);
        // From where one is, unless the name says otherwise or goes up.
        let here = !path::is_rooted(&cleaned) && !cleaned.starts_with(b"..");
        let shown = if here { &cleaned } else { &full };
        let mut found = match here {
            true => {
                let mounts = !self.dot.name.starts_with(b"#");
                self.walk_from(self.dot.clone(), mounts, &cleaned, last).await
            }
            false => self.walk_rooted(&full, last).await,
        };
        // A link is where the walk stops; its text and what was left of the name make another one.
        let mut at = full.clone();
        for _ in 0..LINKS_MAX {
            let Ok(Found::Link { link, left }) = found else { break };
            let text = link.read_link().await.map_err(|e| e.at(name))?;
            at = past_link(&at, left, &text);
            found = self.walk_rooted(&at, last).await;
        }
        match found {
            Ok(Found::File(node, union)) => Ok(Place { node, union, name: full.into() }),
            Ok(Found::Link { .. }) => Err(Error::Errno(ELOOP).at(name)),
            Err((nth, error)) if at == full => Err(error.at(up_to_element(shown, nth))),
            // Which part of the name failed is not to be seen in it.
            Err((_, error)) => Err(error.at(name)),
        }
    }

    async fn walk_rooted(&self, full: &[u8], last: Last) -> Result<Found, (usize, Error)> {
        let (root, below) = path::split_root(full);
        let (start, mounts) = match root {
            b"/" => {
                let root = self.space.root.clone();
                (Place { node: root, union: None, name: b"/"[..].into() }, true)
            }
            device => (attach_by_name(device).map_err(|e| (usize::MAX, e))?, false),
        };
        self.walk_from(start, mounts, below, last).await
    }

    async fn walk_from(
        &self,
        start: Place,
        mounts: bool,
        below: &[u8],
        last: Last,
    ) -> Result<Found, (usize, Error)> {
        let names: Vec<&[u8]> = path::elements(below).collect();
        Walk { space: &self.space, mounts, last }.run(start, &names).await
    }
}

/// The name that goes on where a link says: in `full`, whose last `left` elements lie behind the link, the link gives
/// way to its text.
fn past_link(full: &[u8], left: usize, text: &[u8]) -> Vec<u8> {
    let (root, below) = path::split_root(full);
    let elements: Vec<&[u8]> = path::elements(below).collect();
    let link = elements.len().saturating_sub(left + 1);
    let dir = elements[..link].iter().fold(root.to_vec(), |dir, element| path::child(&dir, element));
    let target = if text.starts_with(b"/") { path::clean(text) } else { path::child(&dir, text) };
    elements[link + 1..].iter().fold(target, |at, element| path::child(&at, element))
}

/// Linux' number for too many links.
const ELOOP: u32 = 40;

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

/// `#c`, `#s`, `#c1`: the letter, then the specifier.
fn attach_by_name(device: &[u8]) -> Result<Place, Error> {
    let text = core::str::from_utf8(device).map_err(|_| Error::BadSharp)?;
    let mut letters = text.chars();
    letters.next();
    let letter = letters.next().ok_or(Error::BadSharp)?;
    let node = node::attach(letter, letters.as_str().as_bytes())?;
    Ok(Place { node: Arc::new(node), union: None, name: device.into() })
}

/// The part of the cleaned name up to its element number `nth`: what had been walked when that one failed.
fn up_to_element(cleaned: &[u8], nth: usize) -> &[u8] {
    let (_, below) = path::split_root(cleaned);
    match path::elements(below).nth(nth) {
        // Elements point into the name: the part ends where this one does.
        Some(element) => &cleaned[..element.as_ptr() as usize - cleaned.as_ptr() as usize + element.len()],
        None => cleaned,
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

/// One walk under way.
struct Walk<'s> {
    space: &'s Space,
    /// Are mount points followed?
    mounts: bool,
    last: Last,
}

type Spot = (Arc<Node>, Option<Arc<Union>>);

/// Where a walk ends.
enum Found {
    /// At the file.
    File(Arc<Node>, Option<Arc<Union>>),
    /// At a link that has to be followed.
    Link {
        /// The link.
        link: Arc<Node>,
        /// How many names lie behind it.
        left: usize,
    },
}

impl Walk<'_> {
    /// Goes down `names`; on failure says which one failed.
    async fn run(&self, start: Place, names: &[&[u8]]) -> Result<Found, (usize, Error)> {
        let mut at = (start.node, start.union);
        let mut done = 0;
        while done < names.len() {
            at = self.follow(at);
            if is_link(at.0.qid()) {
                return Ok(Found::Link { link: at.0, left: names.len() - done });
            }
            let ahead = &names[done..names.len().min(done + WALK_NAMES_MAX)];
            if let Some(long) = ahead.iter().position(|n| n.len() > path::ELEMENT_LEN_MAX) {
                return Err((done + long, Error::TooLong));
            }
            let walked = self.first_step(&at, ahead).await.map_err(|e| (done, absent(e)))?;
            // The first mount point on the way, the last name of all excepted: that one is followed below, or not. And
            // a link at which the server stopped.
            let passed = walked.passed.qids();
            let inner = passed.len().min(names.len() - done - 1);
            let mount_point = passed[..inner]
                .iter()
                .position(|qid| self.mounts && self.space.on(key_like(&walked.from, qid.path)).is_some());
            let stopped_at_link = walked.node.is_none() && passed.last().is_some_and(|qid| is_link(*qid));
            let link = stopped_at_link.then(|| passed.len() - 1);
            at = match (mount_point.or(link), walked.node) {
                (Some(nth), _) => {
                    let short = &ahead[..=nth];
                    let again = walked.from.walk(short).await.map_err(|e| (done, absent(e)))?;
                    done += short.len();
                    (Arc::new(again.node.ok_or((done - 1, Error::DoesNotExist))?), None)
                }
                (None, Some(node)) => {
                    done += ahead.len();
                    (Arc::new(node), None)
                }
                (None, None) => {
                    let stopped_at_dir = passed.last().is_none_or(|qid| qid.is_dir());
                    let error = if stopped_at_dir { Error::DoesNotExist } else { Error::NotDir };
                    let nth = done + passed.len() - usize::from(!stopped_at_dir);
                    return Err((nth, error));
                }
            };
        }
        let (node, union) = if self.last == Last::Itself { at } else { self.follow(at) };
        if self.last == Last::Followed && is_link(node.qid()) {
            return Ok(Found::Link { link: node, left: 0 });
        }
        Ok(Found::File(node, union))
    }

    fn follow(&self, at: Spot) -> Spot {
        match at {
            (node, None) if self.mounts => self.space.followed(node),
            spot => spot,
        }
    }

    /// Asks the node, then the other members of its union, for the first of the names.
    async fn first_step(&self, at: &Spot, names: &[&[u8]]) -> Result<Stepped, Error> {
        let (node, union) = at;
        let mut answer = node.walk(names).await;
        let mut from = node;
        for member in union.iter().flat_map(|u| &u.members()[1..]) {
            if answer.is_ok() {
                break;
            }
            from = &member.to;
            answer = from.walk(names).await;
        }
        answer.map(|w| Stepped { from: from.clone(), passed: w.passed, node: w.node })
    }
}

struct Stepped {
    from: Arc<Node>,
    passed: super::device::Passed,
    node: Option<Node>,
}

fn is_link(qid: Qid) -> bool {
    qid.kind & SYMLINK != 0
}

/// The key of another file of the same instance.
fn key_like(node: &Node, path: u64) -> FileKey {
    FileKey { path, ..node.key() }
}

/// A server's word for a name that is not there becomes ours.
fn absent(error: Error) -> Error {
    if error == Error::NonExistent { Error::DoesNotExist } else { error }
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
mod tests {
    use super::*;
    use crate::dev::{pipe, srv};
    use crate::ns::{Access, text};
    use crate::task::block_on;
    use alloc::string::{String, ToString};

    /// Everything the tests of this module do happens in directories of their own below `/tmp`: the root is shared.
    async fn fresh(test: &str) -> View {
        let view = View::new(Space::new().unwrap());
        for dir in ["", "/a", "/a/x", "/a/y", "/b", "/b/y", "/b/y/deep", "/c"] {
            view.make_dir(alloc::format!("/tmp/{test}{dir}").as_bytes(), 0o777).await.unwrap();
        }
        let mut view = view;
        view.change_dir(alloc::format!("/tmp/{test}").as_bytes()).await.unwrap();
        view
    }

    fn flags(words: &str) -> MountFlags {
        let order = match words {
            w if w.contains('a') => Order::After,
            w if w.contains('b') => Order::Before,
            _ => Order::Replace,
        };
        MountFlags { order, create: words.contains('c') }
    }

    async fn names(view: &View, dir: &str) -> Vec<String> {
        let mut reader = view.read_dir(dir.as_bytes()).await.unwrap();
        let mut names = Vec::new();
        loop {
            let batch = reader.next().await.unwrap();
            if batch.is_empty() {
                return names;
            }
            names.extend(batch.iter().map(|e| String::from_utf8(e.name.to_vec()).unwrap()));
        }
    }

    async fn error(view: &View, name: &str) -> String {
        view.walk(name.as_bytes()).await.unwrap_err().to_string()
    }

    #[test]
    fn names_lead_to_files_and_what_is_missing_is_named() {
        block_on(async {
            let view = fresh("missing").await;
            assert_eq!(view.walk(b"a/../b/y").await.unwrap().name(), b"/tmp/missing/b/y");
            assert_eq!(view.walk(b"..").await.unwrap().name(), b"/tmp");
            assert_eq!(error(&view, "/mnt/nothing/below").await, "'/mnt/nothing' does not exist");
            assert_eq!(error(&view, "a/z").await, "'a/z' does not exist");
            assert_eq!(error(&view, "../nope").await, "'/tmp/nope' does not exist");
            assert_eq!(error(&view, "#c/null/below").await, "'#c/null' not a directory");
            assert_eq!(error(&view, "#q").await, "'#q' unknown device in # filename");
            assert_eq!(error(&view, "#9").await, "'#9' mount/attach disallowed");
            assert_eq!(error(&view, "").await, "'' file name syntax");
            assert_eq!(error(&view, &"x/".repeat(3000)).await, "name too long");
        });
    }

    #[test]
    fn binding_replaces_and_unmounting_brings_back() {
        block_on(async {
            let view = fresh("replace").await;
            view.bind(b"b", b"a", flags("")).await.unwrap();
            assert_eq!(names(&view, "a").await, ["y"]);
            assert_eq!(view.walk(b"a/y/deep").await.unwrap().name(), b"/tmp/replace/a/y/deep");
            assert_eq!(error(&view, "a/x").await, "'a/x' does not exist");
            view.unmount(None, b"a").await.unwrap();
            assert_eq!(names(&view, "a").await, ["x", "y"]);
            assert_eq!(view.unmount(None, b"a").await.unwrap_err().to_string(), "not mounted");
        });
    }

    #[test]
    fn a_union_shows_all_members_and_the_first_that_has_a_name_decides() {
        block_on(async {
            let view = fresh("union").await;
            view.bind(b"b", b"a", flags("b")).await.unwrap();
            assert_eq!(names(&view, "a").await, ["y", "x", "y"]);
            assert!(view.walk(b"a/y/deep").await.is_ok());
            assert!(view.walk(b"a/x").await.is_ok());
            view.unmount(Some(b"b"), b"a").await.unwrap();
            assert_eq!(names(&view, "a").await, ["x", "y"]);
            let error = view.unmount(Some(b"c"), b"a").await.unwrap_err();
            assert_eq!(error.to_string(), "not in union");
        });
    }

    #[test]
    fn mount_points_below_mount_points_are_seen_on_the_way() {
        block_on(async {
            let view = fresh("nested").await;
            view.bind(b"b", b"a", flags("")).await.unwrap();
            view.bind(b"c", b"a/y", flags("")).await.unwrap();
            assert_eq!(error(&view, "a/y/deep").await, "'a/y/deep' does not exist");
            // The directory was bound upon, whatever name it has.
            assert_eq!(error(&view, "b/y/deep").await, "'b/y/deep' does not exist");
            // Names of the device itself see nothing mounted.
            assert!(view.walk(b"#//tmp/nested/b/y/deep").await.is_ok());
            assert_eq!(view.walk(b"a/y/..").await.unwrap().name(), b"/tmp/nested/a");
        });
    }

    #[test]
    fn files_are_made_where_the_union_allows_it() {
        block_on(async {
            let view = fresh("create").await;
            view.bind(b"b", b"a", flags("a")).await.unwrap();
            let refused = view.make_dir(b"a/new", 0o777).await.unwrap_err();
            assert_eq!(refused.to_string(), "'a/new' mounted directory forbids creation");
            view.bind(b"c", b"a", flags("ac")).await.unwrap();
            view.make_dir(b"a/new", 0o777).await.unwrap();
            assert_eq!(names(&view, "c").await, ["new"]);
            let again = view.make_dir(b"a/new", 0o777).await.unwrap_err();
            assert_eq!(again.to_string(), "'a/new' file already exists");
            view.remove(b"a/new").await.unwrap();
            assert_eq!(names(&view, "c").await, Vec::<String>::new());
        });
    }

    #[test]
    fn a_links_text_takes_the_place_of_the_name_up_to_it() {
        let past = |full: &str, left, text: &str| {
            String::from_utf8(past_link(full.as_bytes(), left, text.as_bytes())).unwrap()
        };
        assert_eq!(past("/mnt/xxx/link", 0, "hello"), "/mnt/xxx/hello");
        assert_eq!(past("/mnt/xxx/sub/link/a/b", 2, "../other"), "/mnt/xxx/other/a/b");
        assert_eq!(past("/mnt/xxx/link/a", 1, "/etc"), "/etc/a");
        assert_eq!(past("/mnt/xxx/link", 0, "../../../.."), "/");
        assert_eq!(past("/mnt/xxx/link", 0, "#c"), "/mnt/xxx/#c");
    }

    #[test]
    fn directories_and_files_do_not_stand_for_each_other() {
        block_on(async {
            let view = fresh("kinds").await;
            let refused = view.bind(b"#c/null", b"a", flags("")).await.unwrap_err();
            assert_eq!(refused.to_string(), "inconsistent mount");
            view.bind(b"#c", b"a", flags("")).await.unwrap();
            view.bind(b"#c/zero", b"a/null", flags("")).await.unwrap();
            let zero = view.open(b"a/null", OpenMode::READ).await.unwrap();
            let mut bytes = [7; 4];
            assert_eq!(zero.read(&mut bytes).await, Ok(4));
            assert_eq!(bytes, [0; 4]);
            let refused = view.bind(b"#c/zero", b"a/null", flags("a")).await.unwrap_err();
            assert_eq!(refused.to_string(), "inconsistent mount");
        });
    }

    #[test]
    fn a_forked_space_goes_its_own_way_and_a_shared_one_does_not() {
        block_on(async {
            let view = fresh("fork").await;
            let shared = view.clone();
            let own = view.forked();
            view.bind(b"b", b"a", flags("")).await.unwrap();
            assert_eq!(names(&shared, "a").await, ["y"]);
            assert_eq!(names(&own, "a").await, ["x", "y"]);
        });
    }

    #[test]
    fn a_space_prints_as_lines_that_make_it_again() {
        block_on(async {
            let view = fresh("lines").await;
            view.bind(b"#c", b"/dev", flags("a")).await.unwrap();
            view.bind(b"#s", b"/srv", flags("c")).await.unwrap();
            view.bind(b"b", b"a", flags("")).await.unwrap();
            let lines: Vec<String> = view.space().lines().iter().map(ToString::to_string).collect();
            assert_eq!(lines, ["bind -a '#c' /dev", "bind -c '#s' /srv", "bind /tmp/lines/b /tmp/lines/a"]);
        });
    }

    #[test]
    fn a_posted_channel_is_opened_as_itself() {
        block_on(async {
            let view = fresh("post").await;
            view.bind(b"#s", b"a", flags("c")).await.unwrap();
            let (here, there) = pipe::pair();
            let posted =
                Chan::new(Node::Pipe(pipe::Node::End(there)), OpenMode::READ_WRITE, b"#|"[..].into());
            let file = view.create(b"a/post-test", OpenMode::WRITE, 0o666).await.unwrap();
            let Node::Srv(service) = file.node() else { panic!("not a service") };
            let early = view.open(b"a/post-test", OpenMode::READ_WRITE).await.unwrap_err();
            assert_eq!(early.to_string(), "'a/post-test' device shut down");
            service.post(posted.clone()).unwrap();
            assert_eq!(service.post(posted.clone()), Err(Error::BadUse));
            drop(file);
            let opened = view.open(b"a/post-test", OpenMode::READ_WRITE).await.unwrap();
            assert!(Arc::ptr_eq(&opened, &posted));
            let again = view.create(b"a/post-test", OpenMode::WRITE, 0o666).await.unwrap_err();
            assert_eq!(again.to_string(), "'a/post-test' file already exists");
            opened.bwrite(text::copied(b"hello").unwrap()).await.unwrap();
            let here = Chan::new(Node::Pipe(pipe::Node::End(here)), OpenMode::READ_WRITE, b"#|"[..].into());
            let mut bytes = [0; 16];
            assert_eq!(here.read(&mut bytes).await, Ok(5));
            view.remove(b"a/post-test").await.unwrap();
            drop((opened, posted));
            // The last user of the posted end is gone.
            assert_eq!(here.read(&mut bytes).await, Ok(0));
            assert_eq!(here.write(b"x").await, Err(Error::Hungup));
            assert!(matches!(srv::Node::root().walk(&[b"post-test"]).await, Err(Error::DoesNotExist)));
        });
    }

    #[test]
    fn a_channel_does_only_what_it_was_opened_for() {
        block_on(async {
            let view = fresh("access").await;
            let null = view.open(b"#c/null", OpenMode::READ).await.unwrap();
            assert_eq!(null.write(b"x").await, Err(Error::BadUse));
            assert_eq!(null.mode().access, Access::Read);
            let refused = view.open(b"#P/irqalloc", OpenMode::WRITE).await.unwrap_err();
            assert_eq!(refused.to_string(), "'#P/irqalloc' permission denied");
            let refused = view.open(b"/dev", OpenMode::WRITE).await.unwrap_err();
            assert_eq!(refused.to_string(), "'/dev' file is a directory");
            let pipe = view.open(b"#|/data", OpenMode::READ_WRITE).await.unwrap();
            assert_eq!(pipe.seek(3), Err(Error::IsStream));
        });
    }
}
