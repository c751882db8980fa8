//! Reading and writing the fields of a message one after the other, little-endian, with every length checked.

use core::fmt;

/// Why bytes are not the message they claim to be. Whoever sent them is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Fewer bytes than a message header has.
    NoHeader {
        /// Bytes there were.
        have: usize,
    },
    /// The size field disagrees with the bytes there are.
    Size {
        /// What `size[4]` said.
        said: u32,
        /// Bytes there were.
        have: usize,
    },
    /// No message has this type number, or it belongs to the other direction.
    Kind(u8),
    /// The message ends inside a field.
    Cut {
        /// The message by its name in the manual.
        message: &'static str,
    },
    /// Bytes are left over after the last field.
    Trailing {
        /// The message by its name in the manual.
        message: &'static str,
        /// How many.
        left: usize,
    },
    /// A count or an inner length is more than this message may hold.
    Count {
        /// The message by its name in the manual.
        message: &'static str,
        /// What it said.
        said: usize,
    },
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Malformed::NoHeader { have } => write!(f, "{have} bytes are too few for a 9P header"),
            Malformed::Size { said, have } => {
                write!(f, "the message says size {said}, there are {have} bytes")
            }
            Malformed::Kind(kind) => write!(f, "{kind} is not a message type of this direction"),
            Malformed::Cut { message } => write!(f, "{message} ends inside a field"),
            Malformed::Trailing { message, left } => {
                write!(f, "{message} has {left} bytes after its last field")
            }
            Malformed::Count { message, said } => write!(f, "{message} counts {said}, more than it can hold"),
        }
    }
}

impl core::error::Error for Malformed {}

/// Why a value cannot be written as a message. Our caller is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The buffer is smaller than the message.
    NoRoom {
        /// Bytes the message takes.
        need: usize,
        /// Bytes the buffer has.
        have: usize,
    },
    /// A text, a list or a payload is longer than its length field can say.
    TooLong {
        /// Bytes or entries it has.
        len: usize,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Unfit::NoRoom { need, have } => write!(f, "a message of {need} bytes does not fit in {have}"),
            Unfit::TooLong { len } => write!(f, "a field of length {len} is more than 9P can say"),
        }
    }
}

impl core::error::Error for Unfit {}

/// Takes fields off the front of a message's body.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    message: &'static str,
}

impl<'a> Reader<'a> {
    /// Read `bytes`; errors will name `message`.
    #[inline]
    pub fn new(bytes: &'a [u8], message: &'static str) -> Self {
        Reader { rest: bytes, message }
    }

    /// Bytes not yet taken.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// The bytes not yet taken.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// At least `len` bytes must be left.
    #[inline]
    pub fn has(&self, len: usize) -> Result<(), Malformed> {
        if self.rest.len() < len { Err(self.cut()) } else { Ok(()) }
    }

    /// The next `len` bytes.
    #[inline]
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.cut())?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes as an array.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.cut())?;
        self.rest = rest;
        Ok(*taken)
    }

    /// `x[1]`
    #[inline]
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// `x[2]`
    #[inline]
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    /// `x[4]`
    #[inline]
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// `x[8]`
    #[inline]
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// `x[s]`: a two-byte length and that many bytes.
    #[inline]
    pub fn text(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.u16()?;
        self.take(usize::from(len))
    }

    /// A count was out of range.
    pub fn bad_count(&self, said: usize) -> Malformed {
        Malformed::Count { message: self.message, said }
    }

    /// Everything must have been taken.
    #[inline]
    pub fn finish(self) -> Result<(), Malformed> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(Malformed::Trailing { message: self.message, left }),
        }
    }

    #[cold]
    fn cut(&self) -> Malformed {
        Malformed::Cut { message: self.message }
    }
}

/// Puts fields one after the other into a buffer. Bytes beyond the last field stay as they were.
#[derive(Debug)]
pub struct Writer<'b> {
    buf: &'b mut [u8],
    at: usize,
}

impl<'b> Writer<'b> {
    /// Write from the start of `buf`.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Writer { buf, at: 0 }
    }

    /// Bytes written so far.
    pub fn written(&self) -> usize {
        self.at
    }

    /// Bytes as they are.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Unfit> {
        let end = self.at.checked_add(bytes.len()).ok_or(Unfit::TooLong { len: bytes.len() })?;
        let have = self.buf.len();
        self.buf.get_mut(self.at..end).ok_or(Unfit::NoRoom { need: end, have })?.copy_from_slice(bytes);
        self.at = end;
        Ok(())
    }

    /// `x[1]`
    #[inline]
    pub fn u8(&mut self, x: u8) -> Result<(), Unfit> {
        self.bytes(&[x])
    }

    /// `x[2]`
    #[inline]
    pub fn u16(&mut self, x: u16) -> Result<(), Unfit> {
        self.bytes(&x.to_le_bytes())
    }

    /// `x[4]`
    #[inline]
    pub fn u32(&mut self, x: u32) -> Result<(), Unfit> {
        self.bytes(&x.to_le_bytes())
    }

    /// `x[8]`
    #[inline]
    pub fn u64(&mut self, x: u64) -> Result<(), Unfit> {
        self.bytes(&x.to_le_bytes())
    }

    /// `x[s]`: a two-byte length and that many bytes.
    #[inline]
    pub fn text(&mut self, text: &[u8]) -> Result<(), Unfit> {
        let len = u16::try_from(text.len()).map_err(|_| Unfit::TooLong { len: text.len() })?;
        self.u16(len)?;
        self.bytes(text)
    }
}
