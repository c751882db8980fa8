//! The types of message fields: how long each is, how it is read and written, and how a trace shows it.

use super::cursor::{Malformed, Reader, Unfit, Writer};
use super::frame::{Dialect, NO_UNAME};
use super::{MAX_WALK, trace};
use core::fmt;

/// A field of a message. The dialect decides whether some fields are there at all.
pub trait Field<'a>: Sized {
    /// Bytes it takes.
    fn width(&self, dialect: Dialect) -> usize;
    /// Take it off the front.
    fn get(from: &mut Reader<'a>, dialect: Dialect) -> Result<Self, Malformed>;
    /// Put it at the end.
    fn put(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit>;
    /// Print ` name value`.
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

macro_rules! integer_field {
    ($($int:ident)*) => { $(
        impl<'a> Field<'a> for $int {
            #[inline]
            fn width(&self, _: Dialect) -> usize {
                size_of::<$int>()
            }
            #[inline]
            fn get(from: &mut Reader<'a>, _: Dialect) -> Result<Self, Malformed> {
                from.$int()
            }
            #[inline]
            fn put(&self, to: &mut Writer<'_>, _: Dialect) -> Result<(), Unfit> {
                to.$int(*self)
            }
            fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match name {
                    "mode" | "perm" => write!(f, " {name} {self:#o}"),
                    "flags" | "valid" | "request_mask" => write!(f, " {name} {self:#x}"),
                    _ => write!(f, " {name} {self}"),
                }
            }
        }
    )* };
}

integer_field!(u8 u16 u32 u64);

/// `x[s]`: a text. It may be any bytes, whatever the server's file names are.
impl<'a> Field<'a> for &'a [u8] {
    #[inline]
    fn width(&self, _: Dialect) -> usize {
        2 + <[u8]>::len(self)
    }
    #[inline]
    fn get(from: &mut Reader<'a>, _: Dialect) -> Result<Self, Malformed> {
        from.text()
    }
    #[inline]
    fn put(&self, to: &mut Writer<'_>, _: Dialect) -> Result<(), Unfit> {
        to.text(self)
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {name} {}", trace::Quoted(self))
    }
}

/// The server's identity of a file (intro(5)): equal qids are the same file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Qid {
    /// Kind of file, the bits of [`super::flags::qid`].
    pub kind: u8,
    /// Changes when the file's contents change.
    pub version: u32,
    /// Unique among the server's files.
    pub path: u64,
}

impl Qid {
    /// Bytes on the wire.
    pub const LEN: usize = 13;

    /// Is it a directory?
    pub const fn is_dir(&self) -> bool {
        self.kind & super::flags::qid::DIR != 0
    }
}

impl<'a> Field<'a> for Qid {
    #[inline]
    fn width(&self, _: Dialect) -> usize {
        Self::LEN
    }
    #[inline]
    fn get(from: &mut Reader<'a>, _: Dialect) -> Result<Self, Malformed> {
        Ok(Qid { kind: from.u8()?, version: from.u32()?, path: from.u64()? })
    }
    #[inline]
    fn put(&self, to: &mut Writer<'_>, _: Dialect) -> Result<(), Unfit> {
        to.u8(self.kind)?;
        to.u32(self.version)?;
        to.u64(self.path)
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {name} {self}")
    }
}

/// As Plan 9 prints it: `(path version type)`, with letters for the type bits.
impl fmt::Display for Qid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use super::flags::qid;
        write!(f, "({:016x} {} ", self.path, self.version)?;
        let letters = [
            (qid::DIR, "d"),
            (qid::APPEND, "a"),
            (qid::EXCL, "l"),
            (qid::MOUNT, "m"),
            (qid::AUTH, "A"),
            (qid::TMP, "t"),
            (qid::SYMLINK, "s"),
            (qid::LINK, "h"),
        ];
        for (bit, letter) in letters {
            if self.kind & bit != 0 {
                f.write_str(letter)?;
            }
        }
        f.write_str(")")
    }
}

/// `nwname[2] nwname*(wname[s])`: the names of a Twalk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Names<'a> {
    names: [&'a [u8]; MAX_WALK],
    count: usize,
}

impl<'a> Names<'a> {
    /// These names; `None` when there are more than a Twalk carries.
    pub fn new(names: &[&'a [u8]]) -> Option<Names<'a>> {
        let mut list = Names { names: [&[]; MAX_WALK], count: names.len() };
        list.names.get_mut(..names.len())?.copy_from_slice(names);
        Some(list)
    }

    /// The names in order.
    pub fn as_slice(&self) -> &[&'a [u8]] {
        &self.names[..self.count]
    }
}

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice().iter().map(|n| trace::Quoted(n))).finish()
    }
}

impl<'a> Field<'a> for Names<'a> {
    fn width(&self, _: Dialect) -> usize {
        2 + self.as_slice().iter().map(|name| 2 + name.len()).sum::<usize>()
    }
    fn get(from: &mut Reader<'a>, _: Dialect) -> Result<Self, Malformed> {
        let count = usize::from(from.u16()?);
        let mut list = Names { names: [&[]; MAX_WALK], count };
        let names = list.names.get_mut(..count).ok_or(from.bad_count(count))?;
        for name in names {
            *name = from.text()?;
        }
        Ok(list)
    }
    fn put(&self, to: &mut Writer<'_>, _: Dialect) -> Result<(), Unfit> {
        to.u16(self.count as u16)?;
        self.as_slice().iter().try_for_each(|name| to.text(name))
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {name} {}", self.count)?;
        self.as_slice().iter().enumerate().try_for_each(|(i, name)| write!(f, " {i}:{}", trace::Quoted(name)))
    }
}

/// `nwqid[2] nwqid*(qid[13])`: the files an Rwalk passed through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Qids {
    qids: [Qid; MAX_WALK],
    count: usize,
}

impl Qids {
    /// These qids; `None` when there are more than an Rwalk carries.
    pub fn new(qids: &[Qid]) -> Option<Qids> {
        let mut list = Qids { qids: [Qid::default(); MAX_WALK], count: qids.len() };
        list.qids.get_mut(..qids.len())?.copy_from_slice(qids);
        Some(list)
    }

    /// The qids in order.
    pub fn as_slice(&self) -> &[Qid] {
        &self.qids[..self.count]
    }
}

impl fmt::Debug for Qids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

impl<'a> Field<'a> for Qids {
    fn width(&self, _: Dialect) -> usize {
        2 + self.count * Qid::LEN
    }
    fn get(from: &mut Reader<'a>, dialect: Dialect) -> Result<Self, Malformed> {
        let count = usize::from(from.u16()?);
        let mut list = Qids { qids: [Qid::default(); MAX_WALK], count };
        let qids = list.qids.get_mut(..count).ok_or(from.bad_count(count))?;
        for qid in qids {
            *qid = Qid::get(from, dialect)?;
        }
        Ok(list)
    }
    fn put(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit> {
        to.u16(self.count as u16)?;
        self.as_slice().iter().try_for_each(|qid| qid.put(to, dialect))
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {name} {}", self.count)?;
        self.as_slice().iter().enumerate().try_for_each(|(i, qid)| write!(f, " {i}:{qid}"))
    }
}

/// `count[4] data[count]`: the payload of reads, writes and directory reads. A trace shows only its length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Data<'a>(pub &'a [u8]);

impl fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl<'a> Field<'a> for Data<'a> {
    #[inline]
    fn width(&self, _: Dialect) -> usize {
        4 + self.0.len()
    }
    #[inline]
    fn get(from: &mut Reader<'a>, _: Dialect) -> Result<Self, Malformed> {
        let count = from.u32()?;
        Ok(Data(from.take(count as usize)?))
    }
    #[inline]
    fn put(&self, to: &mut Writer<'_>, _: Dialect) -> Result<(), Unfit> {
        let count = u32::try_from(self.0.len()).map_err(|_| Unfit::TooLong { len: self.0.len() })?;
        to.u32(count)?;
        to.bytes(self.0)
    }
    fn show(&self, _: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " count {}", self.0.len())
    }
}

/// `n_uname[4]` of Tauth and Tattach: there in 9P2000.u and .L; in 9P2000 it reads as [`NO_UNAME`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NUname(pub u32);

impl<'a> Field<'a> for NUname {
    fn width(&self, dialect: Dialect) -> usize {
        if dialect == Dialect::Plain { 0 } else { 4 }
    }
    fn get(from: &mut Reader<'a>, dialect: Dialect) -> Result<Self, Malformed> {
        Ok(NUname(if dialect == Dialect::Plain { NO_UNAME } else { from.u32()? }))
    }
    fn put(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit> {
        if dialect == Dialect::Plain { Ok(()) } else { to.u32(self.0) }
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == NO_UNAME { write!(f, " {name} -1") } else { write!(f, " {name} {}", self.0) }
    }
}

/// `errno[4]` of Rerror: there in 9P2000.u; elsewhere it reads as 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub u32);

impl<'a> Field<'a> for Errno {
    fn width(&self, dialect: Dialect) -> usize {
        if dialect == Dialect::Unix { 4 } else { 0 }
    }
    fn get(from: &mut Reader<'a>, dialect: Dialect) -> Result<Self, Malformed> {
        Ok(Errno(if dialect == Dialect::Unix { from.u32()? } else { 0 }))
    }
    fn put(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit> {
        if dialect == Dialect::Unix { to.u32(self.0) } else { Ok(()) }
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(f, " {name} {}", self.0) }
    }
}

/// `extension[s]` of Tcreate: there in 9P2000.u (a link's target, a device's numbers); elsewhere it reads as empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a>(pub &'a [u8]);

impl<'a> Field<'a> for Extension<'a> {
    fn width(&self, dialect: Dialect) -> usize {
        if dialect == Dialect::Unix { 2 + self.0.len() } else { 0 }
    }
    fn get(from: &mut Reader<'a>, dialect: Dialect) -> Result<Self, Malformed> {
        Ok(Extension(if dialect == Dialect::Unix { from.text()? } else { &[] }))
    }
    fn put(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit> {
        if dialect == Dialect::Unix { to.text(self.0) } else { Ok(()) }
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " {name} {}", trace::Quoted(self.0)) }
    }
}
