//! The walk from a name to a file.
//!
//! Walking follows Plan 9 (`sys/src/9/port/chan.c` is where to look when in doubt):
//!
//! - a device is given as many names as it takes at once; the qids it passed are looked up in the mount table
//!   afterwards, and a walk that went through a mount point is begun again from what stands there;
//! - a union is asked member by member for the first name, and the first that has it decides;
//! - what is bound or mounted on is the file itself, not what stands on it already;
//! - in names that begin with `#` nothing mounted is seen;
//! - `..` is lexical: see [`path`].
//!
//! Plan 9 knows no symbolic links; shares of a Linux host have them. A link on the way is followed, and so is one at the
//! end of a name that is opened or gone to: its text takes the place of the name's part up to it. A text that begins
//! with a slash begins at this machine's root, not the host's. Names that are asked about, removed or renamed are the
//! link itself.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Place, Space, Union, View};
use crate::ns::device::{Device, Passed, WALK_NAMES_MAX};
use crate::ns::mount::FileKey;
use crate::ns::node::{self, Node};
use crate::ns::stat::Qid;
use crate::ns::{Error, path};
use crate::p9::msg::flags::qid::SYMLINK;

/// What becomes of the last name of a walk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    /// What is mounted on it is followed, and the link it is.
    Followed,
    /// What is mounted on it is followed.
    Mounted,
    /// It is meant itself.
    Itself,
}

/// How many links a name may lead over; more of them lead in a circle.
const LINKS_MAX: usize = 16;

impl View {
    pub(super) async fn parent<'n>(&self, name: &'n [u8]) -> Result<(Place, &'n [u8]), Error> {
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

    pub(super) async fn walk_to(&self, name: &[u8], last: Last) -> Result<Place, Error> {
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
    passed: Passed,
    node: Option<Node>,
}

pub(super) fn is_link(qid: Qid) -> bool {
    qid.kind & SYMLINK != 0
}

/// The key of another file of the same instance.
fn key_like(node: &Node, path: u64) -> FileKey {
    FileKey { path, ..node.key() }
}

/// A server's word for a name that is not there becomes ours.
pub(super) fn absent(error: Error) -> Error {
    if error == Error::NonExistent { Error::DoesNotExist } else { error }
}

#[cfg(test)]
mod tests {
    use super::past_link;
    use alloc::string::String;

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
}
