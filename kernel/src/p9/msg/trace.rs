//! One line a message, so that a trace reads as a conversation:
//!
//! ```text
//! <-12- Tread tag 3 fid 1 offset 0 count 8192
//! -12-> Rread tag 3 count 8192
//! ```
//!
//! The number is the connection's, chosen by whoever prints. The form is that of Plan 9's lib9p, seen from the server.

use super::frame::{Dialect, Frame, HEADER_LEN, Message};
use super::split::{self, Head};
use super::table::{R, Rread, Rreaddir, T, Twrite};
use core::fmt::{self, Write};

/// Prints a byte string between quotes; what is not printable ASCII is escaped, UTF-8 is shown as it is.
#[derive(Clone, Copy)]
pub struct Quoted<'a>(pub &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\'' => f.write_str("''")?,
                    c if c.is_control() || c == '\\' => write!(f, "{}", c.escape_default())?,
                    c => f.write_char(c)?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        f.write_char('\'')
    }
}

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A request, from client to server.
    ToServer,
    /// A reply, from server to client.
    ToClient,
}

/// A message with its tag, printed as the manual's words: `Tread tag 3 fid 1 offset 0 count 8192`.
#[derive(Clone, Copy, Debug)]
pub struct Tagged<M>(pub u16, pub M);

impl fmt::Display for Tagged<T<'_>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tag {}", self.1.name(), self.0)?;
        self.1.show(f)
    }
}

impl fmt::Display for Tagged<R<'_>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tag {}", self.1.name(), self.0)?;
        self.1.show(f)
    }
}

/// The message alone, without a tag.
impl fmt::Display for T<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.show(f)
    }
}

/// The message alone, without a tag.
impl fmt::Display for R<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.show(f)
    }
}

/// A trace line of a message's bytes. Bytes that are no message are printed as what is wrong with them.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    /// Which way.
    pub direction: Direction,
    /// The number shown in the arrow.
    pub connection: u32,
    /// The dialect to read them by.
    pub dialect: Dialect,
    /// The whole message, or its header when the payload is elsewhere.
    pub bytes: &'a [u8],
}

impl fmt::Display for Trace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.direction {
            Direction::ToServer => write!(f, "<-{}- ", self.connection)?,
            Direction::ToClient => write!(f, "-{}-> ", self.connection)?,
        }
        if self.split(f)? {
            return Ok(());
        }
        let error = match self.direction {
            Direction::ToServer => match T::parse(self.bytes, self.dialect) {
                Ok((tag, message)) => return Tagged(tag, message).fmt(f),
                Err(error) => error,
            },
            Direction::ToClient => match R::parse(self.bytes, self.dialect) {
                Ok((tag, message)) => return Tagged(tag, message).fmt(f),
                Err(error) => error,
            },
        };
        match Frame::new(self.bytes) {
            Ok(frame) => write!(f, "type {} tag {}: {error}", frame.kind(), frame.tag()),
            Err(_) => error.fmt(f),
        }
    }
}

impl Trace<'_> {
    /// Print a header whose payload is elsewhere; false when the bytes are not one.
    fn split(&self, f: &mut fmt::Formatter<'_>) -> Result<bool, fmt::Error> {
        let Some(Ok(head)) = self.bytes.first_chunk::<HEADER_LEN>().map(Head::get) else { return Ok(false) };
        if head.size as usize == self.bytes.len() {
            return Ok(false);
        }
        match (self.direction, head.kind) {
            (Direction::ToServer, Twrite::KIND) => {
                let Ok(bytes) = self.bytes.try_into() else { return Ok(false) };
                let (fid, offset, count) = split::twrite_fields(bytes);
                write!(f, "Twrite tag {} fid {fid} offset {offset} count {count}", head.tag)?;
            }
            (Direction::ToClient, Rread::KIND | Rreaddir::KIND) => {
                let Ok(bytes) = self.bytes.try_into() else { return Ok(false) };
                let name = R::name_of(head.kind).unwrap_or_default();
                write!(f, "{name} tag {} count {}", head.tag, split::rread_field(bytes))?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
