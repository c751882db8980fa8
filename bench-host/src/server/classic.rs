//! What plain 9P2000 says differently: attributes as a directory entry, errors as text, directories read as files.

use ninewire_kernel::p9::msg::{Dialect, Stat, Writer, flags};
use rustix::io::Errno;

use super::answer::qid;
use crate::files::{Answer, Attributes, Change, Files, Moment, Open};

/// The host's words for an error number, as 9P2000 servers on Unix send them.
pub(super) fn text(error: Errno) -> String {
    let text = std::io::Error::from(error).to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// The `mode` of Topen and Tcreate. Remove-on-close is not offered: the bit is ignored, as a Unix server does.
pub(super) fn open(mode: u8) -> Open {
    let access = mode & 3;
    Open {
        read: access != flags::open::WRITE,
        write: matches!(access, flags::open::WRITE | flags::open::RDWR),
        truncate: mode & flags::open::TRUNC != 0,
        ..Open::default()
    }
}

/// Attributes as a directory entry.
pub(super) fn stat<'a>(a: &Attributes, name: &'a [u8], user: &'a str) -> Stat<'a> {
    let qid = qid(a);
    let directory = qid.is_dir();
    Stat {
        kind: 0,
        dev: 0,
        qid,
        mode: (a.mode & 0o777) | if directory { flags::perm::DIR } else { 0 },
        atime: a.atime.seconds as u32,
        mtime: a.mtime.seconds as u32,
        length: if directory { 0 } else { a.size },
        name: if name.is_empty() { b"/" } else { name },
        uid: user.as_bytes(),
        gid: user.as_bytes(),
        muid: user.as_bytes(),
        ..Stat::KEEP
    }
}

/// What a Twstat changes apart from the name: permissions, length, time of last writing.
pub(super) fn change(stat: &Stat<'_>, now: &Attributes) -> Answer<Change> {
    let directory = now.mode & flags::mode::FMT == flags::mode::DIR;
    let mode = (stat.mode != !0).then_some(stat.mode & 0o777);
    if stat.mode != !0 && (stat.mode & flags::perm::DIR != 0) != directory {
        return Err(Errno::PERM);
    }
    let size = (stat.length != !0).then_some(stat.length);
    if size.is_some_and(|size| size != 0) && directory {
        return Err(Errno::ISDIR);
    }
    let moment = |seconds: u32| (seconds != !0).then_some(Moment { seconds: u64::from(seconds), nanos: 0 });
    Ok(Change {
        mode,
        size: size.filter(|_| !directory),
        atime: moment(stat.atime),
        mtime: moment(stat.mtime),
        ..Change::default()
    })
}

/// Where a client is in reading a directory: read(5) allows only to go on or to start over.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// The byte offset the client must ask for next.
    offset: u64,
    /// The tree's own offset of the next entry.
    next: u64,
}

impl Listing {
    pub(super) fn read<F: Files>(
        &mut self,
        files: &F,
        directory: &F::Node,
        handle: &mut F::Handle,
        user: &str,
        offset: u64,
        into: &mut [u8],
    ) -> Answer<usize> {
        if offset == 0 {
            *self = Listing::default();
        } else if offset != self.offset {
            return Err(Errno::INVAL);
        }
        let room = into.len();
        let mut to = Writer::new(into);
        let mut next = self.next;
        let mut too_small = false;
        files.entries(handle, self.next, &mut |entry| {
            if entry.name != b"." && entry.name != b".." {
                // An entry removed since it was listed is left out.
                let found = files.child(directory, entry.name).and_then(|node| files.attributes(&node));
                if let Ok(attributes) = found {
                    let stat = stat(&attributes, entry.name, user);
                    let fits = to.written() + stat.entry_len(Dialect::Plain) <= room;
                    if !fits || stat.put_entry(&mut to, Dialect::Plain).is_err() {
                        too_small = true;
                        return false;
                    }
                }
            }
            next = entry.next;
            true
        })?;
        if to.written() == 0 && too_small {
            return Err(Errno::INVAL);
        }
        self.next = next;
        self.offset = offset + to.written() as u64;
        Ok(to.written())
    }
}
