//! A byte stream both ways that moves page windows: a console port, an end of a pipe.

use core::fmt;
use core::task::{Context, Poll};

use crate::io::{Window, Windows};

/// Why a stream carries no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamError {
    /// The other side closed it.
    HungUp,
    /// The device under it is broken; the words say how.
    Broken(&'static str),
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StreamError::HungUp => f.write_str("i/o on hungup channel"),
            StreamError::Broken(what) => write!(f, "the device is broken: {what}"),
        }
    }
}

impl core::error::Error for StreamError {}

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// No room for all of it now; [`Stream::poll_ready`] says when to try again.
    Full,
    /// Never: the stream is over.
    Stream(StreamError),
}

/// How much a stream may hold that the other side has not been seen to take, when it loses what is more.
///
/// QEMU's virtconsole, port 0 of a virtio console, drops without a word what the host's socket does not take. What a
/// socket takes depends on how it was cut: small sends cost it far more than their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Cost of everything under way, at most. A single message may cost more when nothing else is under way.
    pub limit: usize,
    /// Cost of a window beyond its bytes.
    pub per_window: usize,
}

impl Credit {
    /// What a unix socket on the host takes in the worst case, with room to spare.
    pub const VIRTCONSOLE: Credit = Credit { limit: 64 << 10, per_window: 768 };
}

/// A stream of bytes both ways. `Sync`, because any core may have something to send.
pub trait Stream: Sync + 'static {
    /// The next bytes, as many as there are in one piece, never none: a loan of the page they arrived in.
    fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Result<Window, StreamError>>;

    /// Sends all of `message` or nothing. When it is sent, `message` is empty afterwards; its pages stay lent to the
    /// stream until the other side has read them.
    fn try_send(&self, message: &mut Windows) -> Result<(), SendError>;

    /// Ready when a [`try_send`](Stream::try_send) that was refused may be tried again.
    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), StreamError>>;

    /// `Some` when it loses what the other side is too slow for.
    fn credit(&self) -> Option<Credit> {
        None
    }
}
