//! What all messages share: `size[4] type[1] tag[2]`, the dialects, and the trait each message implements.

use super::cursor::{Malformed, Reader, Unfit, Writer};
use core::fmt;

/// Bytes of `size[4] type[1] tag[2]`.
pub const HEADER_LEN: usize = 7;
/// The tag of Tversion, and "no tag" elsewhere.
pub const NO_TAG: u16 = !0;
/// "No fid": the afid of an attach without authentication.
pub const NO_FID: u32 = !0;
/// "No numeric user": the server goes by the name.
pub const NO_UNAME: u32 = !0;

/// Where the fixed fields are.
pub mod field {
    use core::ops::{Range, RangeFrom};

    /// Length of the whole message, this field included.
    pub const SIZE: Range<usize> = 0..4;
    /// Message type.
    pub const KIND: usize = 4;
    /// The request's tag, repeated by its reply.
    pub const TAG: Range<usize> = 5..7;
    /// What the message type defines.
    pub const BODY: RangeFrom<usize> = 7..;
}

/// A version of the protocol as agreed by Tversion and Rversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `9P2000`, the protocol of the Plan 9 manual, section 5.
    Plain,
    /// `9P2000.u`: numeric users, error numbers and an extension text in stat, create and errors.
    Unix,
    /// `9P2000.L`: Linux' system calls as messages.
    Linux,
}

impl Dialect {
    /// The text in Tversion and Rversion.
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::Plain => "9P2000",
            Dialect::Unix => "9P2000.u",
            Dialect::Linux => "9P2000.L",
        }
    }

    /// The dialect with exactly this name.
    pub fn from_name(name: &[u8]) -> Option<Dialect> {
        [Dialect::Plain, Dialect::Unix, Dialect::Linux].into_iter().find(|d| d.name().as_bytes() == name)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A view of one whole message whose size field has been checked against the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    bytes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Look at `bytes` as one message, exactly as long as it says.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Result<Frame<'a>, Malformed> {
        let Some((size, _)) = bytes.split_first_chunk::<4>().filter(|_| bytes.len() >= HEADER_LEN) else {
            return Err(Malformed::NoHeader { have: bytes.len() });
        };
        let said = u32::from_le_bytes(*size);
        if said as usize != bytes.len() {
            return Err(Malformed::Size { said, have: bytes.len() });
        }
        Ok(Frame { bytes })
    }

    /// What `size[4]` says, which is also how many bytes there are.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// `type[1]`
    #[inline]
    pub fn kind(&self) -> u8 {
        self.bytes[field::KIND]
    }

    /// `tag[2]`
    #[inline]
    pub fn tag(&self) -> u16 {
        u16::from_le_bytes([self.bytes[field::TAG.start], self.bytes[field::TAG.start + 1]])
    }

    /// The fields after the header.
    pub fn body(&self) -> &'a [u8] {
        &self.bytes[field::BODY]
    }

    /// The body as message `M`; [`Malformed::Kind`] when the type is another.
    #[inline]
    pub fn get<M: Message<'a>>(&self, dialect: Dialect) -> Result<M, Malformed> {
        if self.kind() != M::KIND {
            return Err(Malformed::Kind(self.kind()));
        }
        let mut from = Reader::new(self.body(), M::NAME);
        let message = M::get(&mut from, dialect)?;
        from.finish()?;
        Ok(message)
    }
}

/// One message type: its number, its name and its fields in order.
pub trait Message<'a>: Copy + fmt::Debug + PartialEq {
    /// `type[1]`
    const KIND: u8;
    /// As in the manual: `Tread`.
    const NAME: &'static str;

    /// Bytes of the fields after the header.
    fn body_len(&self, dialect: Dialect) -> usize;
    /// Take the fields.
    fn get(from: &mut Reader<'a>, dialect: Dialect) -> Result<Self, Malformed>;
    /// Put the fields.
    fn put(&self, to: &mut Writer<'_>, dialect: Dialect) -> Result<(), Unfit>;
    /// Print the fields as ` name value` each.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Bytes of the whole message.
    #[inline]
    fn wire_len(&self, dialect: Dialect) -> usize {
        HEADER_LEN + self.body_len(dialect)
    }

    /// Write the whole message at the start of `buf` and say how long it is. `buf` may be longer; its rest stays as it was.
    #[inline]
    fn emit(&self, dialect: Dialect, tag: u16, buf: &mut [u8]) -> Result<usize, Unfit> {
        let need = self.wire_len(dialect);
        let size = u32::try_from(need).map_err(|_| Unfit::TooLong { len: need })?;
        let have = buf.len();
        let mut to = Writer::new(buf.get_mut(..need).ok_or(Unfit::NoRoom { need, have })?);
        to.u32(size)?;
        to.u8(Self::KIND)?;
        to.u16(tag)?;
        self.put(&mut to, dialect)?;
        debug_assert_eq!(to.written(), need, "{}: body_len and put disagree", Self::NAME);
        Ok(need)
    }
}
