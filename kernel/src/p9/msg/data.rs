//! The types of message fields: how long each is, how it is read and written, and how a trace shows it.

use super::cursor::{Malformed, Reader, Unfit, Writer};
use super::frame::{Dialect, NO_UNAME};
use super::{MAX_WALK, trace};
use core::fmt;

/// A field of a message. The dialect decides whether some fields are there at all.
pub trait Field<'a>: Sized {
    /// Bytes it takes at least, in any dialect. A message asks for those of all its fields at once, and then none of them
    /// need be looked for one by one.
    const WIDTH_MIN: usize;

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
            const WIDTH_MIN: usize = size_of::<$int>();

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
    const WIDTH_MIN: usize = 2;

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
    const WIDTH_MIN: usize = Self::LEN;

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

/// `nwname[2] nwname*(wname[s])`: the names of a Twalk, where they are: in a list, or in a message.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    listed: &'a [&'a [u8]],
    /// As they travel.
    read: &'a [u8],
    count: usize,
}

impl<'a> Names<'a> {
    /// These names; `None` when there are more than a Twalk carries.
    pub fn new(names: &'a [&'a [u8]]) -> Option<Names<'a>> {
        (names.len() <= MAX_WALK).then_some(Names { listed: names, read: &[], count: names.len() })
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut read = Reader::new(self.read, "Twalk");
        self.listed.iter().copied().chain(core::iter::from_fn(move || read.text().ok()))
    }
}

impl PartialEq for Names<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Names<'_> {}

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(trace::Quoted)).finish()
    }
}

impl<'a> Field<'a> for Names<'a> {
    const WIDTH_MIN: usize = 2;

    #[inline]
    fn width(&self, _: Dialect) -> usize {
        2 + self.read.len() + self.listed.iter().map(|name| 2 + name.len()).sum::<usize>()
    }
    fn get(from: &mut Reader<'a>, _: Dialect) -> Result<Self, Malformed> {
        let count = usize::from(from.u16()?);
        if count > MAX_WALK {
            return Err(from.bad_count(count));
        }
        let rest = from.rest();
        for _ in 0..count {
            from.text()?;
        }
        Ok(Names { listed: &[], read: &rest[..rest.len() - from.left()], count })
    }
    #[inline]
    fn put(&self, to: &mut Writer<'_>, _: Dialect) -> Result<(), Unfit> {
        to.u16(self.count as u16)?;
        to.bytes(self.read)?;
        self.listed.iter().try_for_each(|name| to.text(name))
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {name} {}", self.count)?;
        self.iter().enumerate().try_for_each(|(i, name)| write!(f, " {i}:{}", trace::Quoted(name)))
    }
}

/// `nwqid[2] nwqid*(qid[13])`: the files an Rwalk passed through, where they are: in a list, or in a message.
#[derive(Clone, Copy)]
pub struct Qids<'a> {
    listed: &'a [Qid],
    /// As they travel.
    read: &'a [u8],
    count: usize,
}

impl<'a> Qids<'a> {
    /// These qids; `None` when there are more than an Rwalk carries.
    pub fn new(qids: &'a [Qid]) -> Option<Qids<'a>> {
        (qids.len() <= MAX_WALK).then_some(Qids { listed: qids, read: &[], count: qids.len() })
    }

    /// How many.
    #[inline]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The qids in order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = Qid> + use<'a> {
        let mut read = Reader::new(self.read, "Rwalk");
        // The same in all dialects.
        let next = move || Qid::get(&mut read, Dialect::Linux).ok();
        self.listed.iter().copied().chain(core::iter::from_fn(next))
    }
}

impl PartialEq for Qids<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Qids<'_> {}

impl fmt::Debug for Qids<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> Field<'a> for Qids<'a> {
    const WIDTH_MIN: usize = 2;

    fn width(&self, _: Dialect) -> usize {
        2 + self.count * Qid::LEN
    }
    #[inline]
    fn get(from: &mut Reader<'a>, _: Dialect) -> Result<Self, Malformed> {
        let count = usize::from(from.u16()?);
        if count > MAX_WALK {
            return Err(from.bad_count(count));
        }
        Ok(Qids { listed: &[], read: from.take(count * Qid::LEN)?, count })
    }
    fn put(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit> {
        to.u16(self.count as u16)?;
        to.bytes(self.read)?;
        self.listed.iter().try_for_each(|qid| qid.put(to, dialect))
    }
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {name} {}", self.count)?;
        self.iter().enumerate().try_for_each(|(i, qid)| write!(f, " {i}:{qid}"))
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
    const WIDTH_MIN: usize = 4;

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
    const WIDTH_MIN: usize = 0;

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
    const WIDTH_MIN: usize = 0;

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
    const WIDTH_MIN: usize = 0;

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
