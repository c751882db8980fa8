//! One 9P conversation: bytes in, whole messages through the checks and `p9`, bytes out.
//!
//! As few system calls as the stream allows: one read takes everything that has arrived, answers gather until they
//! are worth a write or nothing complete is left to answer.

use std::fmt;
use std::io::{self, Read, Write};

use super::Export;
use super::confine::{Confinement, TVERSION, Verdict};

/// Answers are written out once this much has gathered, so that a deep queue of large reads flows.
const FLUSH_BYTES: usize = 64 * 1024;

/// size[4] type[1] tag[2].
const HEADER_BYTES: usize = 7;

/// Why a session ended other than by its peer closing between two messages.
#[derive(Debug)]
pub(super) enum Fault {
    /// The peer closed in the middle of a message.
    CutMessage,
    /// The peer announced a message that cannot be.
    BadSize(u32),
    /// The socket failed.
    Socket(io::Error),
    /// The file operations could not make sense of the message.
    Message(io::Error),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutMessage => write!(f, "the peer closed in the middle of a message"),
            Self::BadSize(size) => write!(f, "the peer announced a message of {size} bytes"),
            Self::Socket(error) => write!(f, "the connection failed: {error}"),
            Self::Message(error) => write!(f, "a message could not be handled: {error}"),
        }
    }
}

/// Serves `stream` until it closes.
pub(super) fn run(export: &Export, mut stream: impl Read + Write) -> Result<(), Fault> {
    let config =
        p9::Config { root: export.root.clone().into(), msize: export.msize, ..p9::Config::default() };
    let mut files = p9::Server::with_config(config).map_err(Fault::Message)?;
    let mut confinement = Confinement::new(export.access.clone());
    let mut input = Input::new(export.msize);
    let mut output = Vec::with_capacity(FLUSH_BYTES + export.msize as usize);
    loop {
        while let Some(message) = input.next_message()? {
            let answer_at = output.len();
            match confinement.check(message) {
                Verdict::Pass => {
                    if kind(message) == TVERSION {
                        // A new session, and a new bargain over the message size: `p9` only ever lowers it.
                        files = self::files(export)?;
                    }
                    files.handle_message(&mut &*message, &mut output).map_err(Fault::Message)?;
                    confinement.answered(message, &output[answer_at..]);
                }
                Verdict::Refuse(errno) => refuse(&mut output, tag(message), errno),
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

fn files(export: &Export) -> Result<p9::Server, Fault> {
    let config =
        p9::Config { root: export.root.clone().into(), msize: export.msize, ..p9::Config::default() };
    p9::Server::with_config(config).map_err(Fault::Message)
}

fn kind(message: &[u8]) -> u8 {
    message[4]
}

fn tag(message: &[u8]) -> [u8; 2] {
    [message[5], message[6]]
}

/// Rlerror: size[4] type[1] tag[2] ecode[4].
fn refuse(output: &mut Vec<u8>, tag: [u8; 2], errno: rustix::io::Errno) {
    const RLERROR: u8 = 7;
    output.extend_from_slice(&11u32.to_le_bytes());
    output.push(RLERROR);
    output.extend_from_slice(&tag);
    output.extend_from_slice(&errno.raw_os_error().to_le_bytes());
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

    /// The next complete message, for changing in place.
    fn next_message(&mut self) -> Result<Option<&mut [u8]>, Fault> {
        let pending = &self.bytes[self.start..self.end];
        let Some(size) = pending.first_chunk::<4>() else { return Ok(None) };
        let size = u32::from_le_bytes(*size);
        if (size as usize) < HEADER_BYTES || size > self.message_bytes_max {
            return Err(Fault::BadSize(size));
        }
        let size = size as usize;
        if pending.len() < size {
            return Ok(None);
        }
        let message = &mut self.bytes[self.start..self.start + size];
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
