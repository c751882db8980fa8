//! Directory entries: `stat` of 9P2000 and 9P2000.u, and the entries in an Rreaddir of 9P2000.L.

use super::cursor::{Malformed, Reader, Unfit, Writer};
use super::data::{Field, Qid};
use super::frame::Dialect;
use super::trace;
use core::fmt;

/// A directory entry (stat(5)). The last four fields are 9P2000.u's and read as empty and all ones elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat<'a> {
    /// For the kernel that mounts it.
    pub kind: u16,
    /// For the kernel that mounts it.
    pub dev: u32,
    /// The file.
    pub qid: Qid,
    /// Permissions and kind, [`super::flags::perm`].
    pub mode: u32,
    /// Last read, seconds since 1970.
    pub atime: u32,
    /// Last written, seconds since 1970.
    pub mtime: u32,
    /// Bytes; 0 for directories.
    pub length: u64,
    /// The last element of its path.
    pub name: &'a [u8],
    /// Owner.
    pub uid: &'a [u8],
    /// Group.
    pub gid: &'a [u8],
    /// Who wrote it last.
    pub muid: &'a [u8],
    /// A link's target, a device's numbers.
    pub extension: &'a [u8],
    /// Owner by number.
    pub n_uid: u32,
    /// Group by number.
    pub n_gid: u32,
    /// Last writer by number.
    pub n_muid: u32,
}

/// Bytes of `type dev qid mode atime mtime length`.
const FIXED: usize = 2 + 4 + Qid::LEN + 4 + 4 + 4 + 8;

impl<'a> Stat<'a> {
    /// The entry that changes nothing when it is sent in a Twstat: all ones and empty texts.
    pub const KEEP: Stat<'static> = Stat {
        kind: !0,
        dev: !0,
        qid: Qid { kind: !0, version: !0, path: !0 },
        mode: !0,
        atime: !0,
        mtime: !0,
        length: !0,
        name: &[],
        uid: &[],
        gid: &[],
        muid: &[],
        extension: &[],
        n_uid: !0,
        n_gid: !0,
        n_muid: !0,
    };

    /// Bytes of the entry with its own `size[2]`.
    pub fn entry_len(&self, dialect: Dialect) -> usize {
        let texts =
            [self.name, self.uid, self.gid, self.muid].iter().map(|text| 2 + text.len()).sum::<usize>();
        let unix = if dialect == Dialect::Unix { 2 + self.extension.len() + 3 * 4 } else { 0 };
        2 + FIXED + texts + unix
    }

    /// Take one entry with its `size[2]`.
    pub fn get_entry(from: &mut Reader<'a>, dialect: Dialect) -> Result<Self, Malformed> {
        let size = usize::from(from.u16()?);
        let mut entry = Reader::new(from.take(size)?, "stat");
        let from = &mut entry;
        let unix = dialect == Dialect::Unix;
        let stat = Stat {
            kind: from.u16()?,
            dev: from.u32()?,
            qid: Qid::get(from, dialect)?,
            mode: from.u32()?,
            atime: from.u32()?,
            mtime: from.u32()?,
            length: from.u64()?,
            name: from.text()?,
            uid: from.text()?,
            gid: from.text()?,
            muid: from.text()?,
            extension: if unix { from.text()? } else { &[] },
            n_uid: if unix { from.u32()? } else { !0 },
            n_gid: if unix { from.u32()? } else { !0 },
            n_muid: if unix { from.u32()? } else { !0 },
        };
        entry.finish()?;
        Ok(stat)
    }

    /// Put one entry with its `size[2]`.
    pub fn put_entry(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit> {
        let size = self.entry_len(dialect) - 2;
        to.u16(u16::try_from(size).map_err(|_| Unfit::TooLong { len: size })?)?;
        to.u16(self.kind)?;
        to.u32(self.dev)?;
        self.qid.put(to, dialect)?;
        to.u32(self.mode)?;
        to.u32(self.atime)?;
        to.u32(self.mtime)?;
        to.u64(self.length)?;
        for text in [self.name, self.uid, self.gid, self.muid] {
            to.text(text)?;
        }
        if dialect == Dialect::Unix {
            to.text(self.extension)?;
            for number in [self.n_uid, self.n_gid, self.n_muid] {
                to.u32(number)?;
            }
        }
        Ok(())
    }
}

/// As a field of Rstat and Twstat an entry has one more length before it: `n[2] stat[n]`.
///
/// QEMU's 9P server sends `n` = 0 in its Rstat; the entry's own size is right then and is what counts.
impl<'a> Field<'a> for Stat<'a> {
    const WIDTH_MIN: usize = 2;

    fn width(&self, dialect: Dialect) -> usize {
        2 + self.entry_len(dialect)
    }
    fn get(from: &mut Reader<'a>, dialect: Dialect) -> Result<Self, Malformed> {
        let said = usize::from(from.u16()?);
        let before = from.left();
        let stat = Stat::get_entry(from, dialect)?;
        if said != 0 && said != before - from.left() {
            return Err(from.bad_count(said));
        }
        Ok(stat)
    }
    fn put(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit> {
        let len = self.entry_len(dialect);
        to.u16(u16::try_from(len).map_err(|_| Unfit::TooLong { len })?)?;
        self.put_entry(to, dialect)
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {name} {self}")
    }
}

/// As Plan 9 prints it: `'name' 'uid' 'gid' 'muid' q (..) m 0644 at 1 mt 2 l 3`.
impl fmt::Display for Stat<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for text in [self.name, self.uid, self.gid, self.muid] {
            write!(f, "{} ", trace::Quoted(text))?;
        }
        write!(f, "q {} m {:#o} at {} mt {} l {}", self.qid, self.mode, self.atime, self.mtime, self.length)?;
        if !self.extension.is_empty() {
            write!(f, " ext {}", trace::Quoted(self.extension))?;
        }
        Ok(())
    }
}

/// The entries in what a Tread of a directory answers (9P2000 and .u): whole ones, one after the other.
#[derive(Clone, Debug)]
pub struct Stats<'a> {
    from: Reader<'a>,
    dialect: Dialect,
}

impl<'a> Stats<'a> {
    /// Go through `data`, the payload of an Rread.
    pub fn new(data: &'a [u8], dialect: Dialect) -> Self {
        Stats { from: Reader::new(data, "directory"), dialect }
    }
}

impl<'a> Iterator for Stats<'a> {
    type Item = Result<Stat<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.from.left() == 0 {
            return None;
        }
        let entry = Stat::get_entry(&mut self.from, self.dialect);
        if entry.is_err() {
            self.from = Reader::new(&[], "directory");
        }
        Some(entry)
    }
}

/// An entry of an Rreaddir (9P2000.L): `qid[13] offset[8] type[1] name[s]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dirent<'a> {
    /// The file.
    pub qid: Qid,
    /// Where the directory goes on after this entry; the server's own, not a byte count.
    pub offset: u64,
    /// Linux' `d_type`; 0 when the server does not know.
    pub kind: u8,
    /// Its name in this directory.
    pub name: &'a [u8],
}

impl<'a> Dirent<'a> {
    /// Bytes before the name: `qid[13] offset[8] type[1] namelen[2]`.
    pub const FIXED: usize = Qid::LEN + 8 + 1 + 2;

    /// Bytes of the entry.
    pub fn entry_len(&self) -> usize {
        Self::FIXED + self.name.len()
    }

    /// Take one entry.
    pub fn get_entry(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(Dirent {
            qid: Qid::get(from, Dialect::Linux)?,
            offset: from.u64()?,
            kind: from.u8()?,
            name: from.text()?,
        })
    }

    /// Put one entry.
    pub fn put_entry(&self, to: &mut Writer<'_>) -> Result<(), Unfit> {
        self.qid.put(to, Dialect::Linux)?;
        to.u64(self.offset)?;
        to.u8(self.kind)?;
        to.text(self.name)
    }
}

/// The entries in an Rreaddir's data: whole ones, one after the other.
#[derive(Clone, Debug)]
pub struct Dirents<'a> {
    from: Reader<'a>,
}

impl<'a> Dirents<'a> {
    /// Go through `data`, the payload of an Rreaddir.
    pub fn new(data: &'a [u8]) -> Self {
        Dirents { from: Reader::new(data, "Rreaddir") }
    }
}

impl<'a> Iterator for Dirents<'a> {
    type Item = Result<Dirent<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.from.left() == 0 {
            return None;
        }
        let entry = Dirent::get_entry(&mut self.from);
        if entry.is_err() {
            self.from = Reader::new(&[], "Rreaddir");
        }
        Some(entry)
    }
}
