//! One 9P conversation: bytes in, whole messages answered, bytes out.
//!
//! As few system calls as the stream allows: one read takes everything that has arrived, answers gather until they
//! are worth a write or nothing complete is left to answer.

use std::fmt;
use std::io::{self, Read, Write};

use ninewire_kernel::p9::msg::{Direction, HEADER_LEN, Malformed, Trace};

use super::answer::Session;
use super::output::Output;
use super::{Export, Talk, Tree};
use crate::files::Files;

/// Answers are written out once this much has gathered, so that a deep queue of large reads flows.
const FLUSH_BYTES: usize = 64 * 1024;

/// Why a session ended other than by its peer closing between two messages.
#[derive(Debug)]
pub(super) enum Fault {
    /// The peer closed in the middle of a message.
    CutMessage,
    /// The peer announced a message that cannot be.
    BadSize(u32),
    /// The socket failed.
    Socket(io::Error),
    /// The bytes were no message.
    Message(Malformed),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutMessage => write!(f, "the peer closed in the middle of a message"),
            Self::BadSize(size) => write!(f, "the peer announced a message of {size} bytes"),
            Self::Socket(error) => write!(f, "the connection failed: {error}"),
            Self::Message(error) => write!(f, "what the peer sent is no message: {error}"),
        }
    }
}

/// Serves `stream` until it closes.
pub(super) fn run(export: &Export, number: u32, stream: impl Read + Write) -> Result<(), Fault> {
    match &export.tree {
        Tree::Directory(directory) => converse(export, number, directory.clone(), stream),
        Tree::Memory(memory) => converse(export, number, memory.clone(), stream),
    }
}

fn converse<F: Files>(
    export: &Export,
    number: u32,
    files: F,
    mut stream: impl Read + Write,
) -> Result<(), Fault> {
    let mut session = Session::new(files, &export.user, export.msize);
    let mut input = Input::new(export.msize);
    let mut output = Output::default();
    loop {
        while let Some(message) = input.next_message()? {
            let (before, answer_at) = (session.dialect(), output.len());
            session.answer(message, &mut output).map_err(Fault::Message)?;
            if export.talk >= Talk::Messages {
                let line =
                    |direction, dialect, bytes| Trace { direction, connection: number, dialect, bytes };
                eprintln!("{}", line(Direction::ToServer, before, message));
                eprintln!("{}", line(Direction::ToClient, session.dialect(), &output[answer_at..]));
            }
            if output.len() >= FLUSH_BYTES {
                stream.write_all(&output).map_err(Fault::Socket)?;
                output.clear();
            }
        }
        if !output.is_empty() {
            stream.write_all(&output).map_err(Fault::Socket)?;
            output.clear();
        }
        if !input.fill(&mut stream)? {
            return Ok(());
        }
    }
}

/// What has arrived and is not answered yet: a flat buffer that holds at least one message of the largest size.
struct Input {
    bytes: Vec<u8>,
    /// `bytes[start..end]` has arrived and is not answered.
    start: usize,
    end: usize,
    message_bytes_max: u32,
}

impl Input {
    fn new(message_bytes_max: u32) -> Self {
        // Twice the largest message: a large write and what was sent behind it arrive in one read.
        Self { bytes: vec![0; 2 * message_bytes_max as usize], start: 0, end: 0, message_bytes_max }
    }

    /// The next complete message.
    fn next_message(&mut self) -> Result<Option<&[u8]>, Fault> {
        let pending = &self.bytes[self.start..self.end];
        let Some(size) = pending.first_chunk::<4>() else { return Ok(None) };
        let size = u32::from_le_bytes(*size);
        if (size as usize) < HEADER_LEN || size > self.message_bytes_max {
            return Err(Fault::BadSize(size));
        }
        let size = size as usize;
        if pending.len() < size {
            return Ok(None);
        }
        let message = &self.bytes[self.start..self.start + size];
        self.start += size;
        Ok(Some(message))
    }

    /// Takes what has arrived, waiting for at least a byte; false when the peer has closed.
    fn fill(&mut self, stream: &mut impl Read) -> Result<bool, Fault> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.bytes.len() - self.start < self.message_bytes_max as usize {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let count = loop {
            match stream.read(&mut self.bytes[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => break 0,
                Err(error) => return Err(Fault::Socket(error)),
                Ok(count) => break count,
            }
        };
        self.end += count;
        match count {
            0 if self.start == self.end => Ok(false),
            0 => Err(Fault::CutMessage),
            _ => Ok(true),
        }
    }
}
