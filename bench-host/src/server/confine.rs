//! What stands between a client's message and the file operations: names stay names, and writes stay where they are
//! allowed.
//!
//! A name in a message is one entry of a directory. `.`, `..`, an empty name and a name with a slash are refused
//! here, so that a walk only ever goes down from the attached directory; symbolic links are opened with O_NOFOLLOW
//! and lead nowhere. Two things are tracked per fid: whether it stands at the root, and whether it stands where
//! writes are allowed. Messages this module cannot read are passed on: the codec behind refuses them.

use std::collections::HashMap;

use rustix::io::Errno;

use super::Access;

/// 9P2000.L message types that carry a name, change something or move a fid.
mod kind {
    pub(super) const TLOPEN: u8 = 12;
    pub(super) const TLCREATE: u8 = 14;
    pub(super) const TSYMLINK: u8 = 16;
    pub(super) const TMKNOD: u8 = 18;
    pub(super) const TRENAME: u8 = 20;
    pub(super) const TSETATTR: u8 = 26;
    pub(super) const TXATTRCREATE: u8 = 32;
    pub(super) const TLINK: u8 = 70;
    pub(super) const TMKDIR: u8 = 72;
    pub(super) const TRENAMEAT: u8 = 74;
    pub(super) const TUNLINKAT: u8 = 76;
    pub(super) const TATTACH: u8 = 104;
    pub(super) const TWALK: u8 = 110;
    pub(super) const RWALK: u8 = 111;
    pub(super) const TCLUNK: u8 = 120;
    pub(super) const TREMOVE: u8 = 122;
}

/// Opens a session anew, forgetting every fid.
pub(super) const TVERSION: u8 = 100;

/// Linux open flags as 9P2000.L carries them.
mod flag {
    pub(super) const ACCESS_MODE: u32 = 0o3;
    pub(super) const CREATE: u32 = 0o100;
    pub(super) const NOCTTY: u32 = 0o400;
    pub(super) const TRUNCATE: u32 = 0o1000;
    pub(super) const NONBLOCK: u32 = 0o4000;
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// On to the file operations.
    Pass,
    /// Answered with this error.
    Refuse(Errno),
}

/// Where a fid stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Root,
    /// Below the root; the flag says whether writes are allowed here.
    Below {
        writable: bool,
    },
}

/// The checks of one session.
#[derive(Debug)]
pub(super) struct Confinement {
    access: Access,
    places: HashMap<u32, Place>,
}

impl Confinement {
    pub(super) fn new(access: Access) -> Self {
        Self { access, places: HashMap::new() }
    }

    /// Checks a message, and completes an open so that it cannot wait: a FIFO without a writer would stop the session.
    pub(super) fn check(&mut self, message: &mut [u8]) -> Verdict {
        let kind = message[4];
        if kind == kind::TLOPEN {
            return self.check_open(message);
        }
        match self.check_body(kind, Body(&message[7..])) {
            Some(verdict) => verdict,
            // Cut short: the codec says so in its own words.
            None => Verdict::Pass,
        }
    }

    fn check_open(&self, message: &mut [u8]) -> Verdict {
        let mut body = Body(&message[7..]);
        let (Some(fid), Some(flags)) = (body.u32(), body.u32()) else { return Verdict::Pass };
        let writes = flags & flag::ACCESS_MODE != 0 || flags & (flag::CREATE | flag::TRUNCATE) != 0;
        if writes && !self.writable(fid) {
            return Verdict::Refuse(Errno::ROFS);
        }
        let flags = flags | flag::NONBLOCK | flag::NOCTTY;
        message[11..15].copy_from_slice(&flags.to_le_bytes());
        Verdict::Pass
    }

    /// `None`: the message is cut short.
    fn check_body(&self, kind: u8, mut body: Body<'_>) -> Option<Verdict> {
        let refused = match kind {
            kind::TWALK => {
                let (_fid, _newfid, count) = (body.u32()?, body.u32()?, body.u16()?);
                let mut refused = None;
                for _ in 0..count {
                    refused = refused.or(check_name(body.name()?).err());
                }
                refused
            }
            kind::TLCREATE | kind::TMKDIR | kind::TSYMLINK | kind::TMKNOD | kind::TUNLINKAT => {
                self.check_entry(body.u32()?, body.name()?).err()
            }
            kind::TLINK => {
                let (dir, target, name) = (body.u32()?, body.u32()?, body.name()?);
                // A second name for a file is a way to write to it.
                self.check_entry(dir, name).and(self.check_writable(target)).err()
            }
            kind::TRENAMEAT => {
                let (from, old, to, new) = (body.u32()?, body.name()?, body.u32()?, body.name()?);
                self.check_entry(from, old).and(self.check_entry(to, new)).err()
            }
            kind::TRENAME => {
                let (fid, dir, name) = (body.u32()?, body.u32()?, body.name()?);
                self.check_writable(fid).and(self.check_entry(dir, name)).err()
            }
            kind::TSETATTR | kind::TREMOVE | kind::TXATTRCREATE => self.check_writable(body.u32()?).err(),
            _ => None,
        };
        Some(refused.map_or(Verdict::Pass, Verdict::Refuse))
    }

    fn check_entry(&self, dir: u32, name: &[u8]) -> Result<(), Errno> {
        check_name(name)?;
        self.check_writable(dir)
    }

    fn check_writable(&self, fid: u32) -> Result<(), Errno> {
        if self.writable(fid) { Ok(()) } else { Err(Errno::ROFS) }
    }

    fn writable(&self, fid: u32) -> bool {
        match (&self.access, self.places.get(&fid)) {
            // An unknown fid is refused further on.
            (_, None) => true,
            (Access::ReadWrite, _) => true,
            (Access::ReadOnly, _) => false,
            (Access::WriteBelow(_), Some(place)) => *place == Place::Below { writable: true },
        }
    }

    /// Follows the fids by the answers they got.
    pub(super) fn answered(&mut self, message: &[u8], answer: &[u8]) {
        let Some(&answer_kind) = answer.get(4) else { return };
        let kind = message[4];
        // Every R message is its T message plus one; anything else is an error.
        if answer_kind != kind.wrapping_add(1) {
            return;
        }
        let mut body = Body(&message[7..]);
        match kind {
            TVERSION => self.places.clear(),
            kind::TATTACH => {
                if let Some(fid) = body.u32() {
                    self.places.insert(fid, Place::Root);
                }
            }
            kind::TCLUNK | kind::TREMOVE => {
                if let Some(fid) = body.u32() {
                    self.places.remove(&fid);
                }
            }
            kind::TWALK => self.walked(body, answer).unwrap_or_default(),
            _ => {}
        }
    }

    fn walked(&mut self, mut body: Body<'_>, answer: &[u8]) -> Option<()> {
        debug_assert_eq!(answer[4], kind::RWALK);
        let (fid, newfid, count) = (body.u32()?, body.u32()?, body.u16()?);
        let walked = Body(answer.get(7..)?).u16()?;
        // A walk that stopped half-way leaves both fids as they were.
        if walked != count {
            return Some(());
        }
        let from = *self.places.get(&fid)?;
        let to = match (from, count) {
            (from, 0) => from,
            (Place::Root, _) => Place::Below { writable: self.opens_at(body.name()?) },
            (below, _) => below,
        };
        self.places.insert(newfid, to);
        Some(())
    }

    /// Are writes allowed below this entry of the root?
    fn opens_at(&self, name: &[u8]) -> bool {
        match &self.access {
            Access::ReadWrite => true,
            Access::ReadOnly => false,
            Access::WriteBelow(entry) => name == entry.as_bytes(),
        }
    }
}

/// One entry of a directory and nothing else.
fn check_name(name: &[u8]) -> Result<(), Errno> {
    const NAME_BYTES_MAX: usize = 255;
    match name {
        b"" | b"." | b".." => Err(Errno::INVAL),
        _ if name.contains(&b'/') || name.contains(&0) => Err(Errno::INVAL),
        _ if name.len() > NAME_BYTES_MAX => Err(Errno::NAMETOOLONG),
        _ => Ok(()),
    }
}

/// A reader of little-endian fields; every method is `None` past the end.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// A string: length[2] and that many bytes.
    fn name(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()? as usize;
        let (name, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(name)
    }
}
