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
    /// What a unix socket of a Linux host takes in the worst case, with room to spare.
    ///
    /// Such a socket takes sends until 212992 bytes of its kernel's memory are in use. A send has 256 bytes of it for
    /// itself and the next power of two for its bytes and 320 more, at worst 4352 for 1729 bytes; one too long for a
    /// page has whole pages. So no window costs more than a twelfth above its bytes and 2304.
    pub const VIRTCONSOLE: Credit = Credit { limit: 160 << 10, per_window: 2304 };

    /// What sending windows of these many bytes costs.
    pub fn cost(&self, bytes: usize, windows: usize) -> usize {
        bytes + windows * self.per_window
    }
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

#[cfg(all(test, target_os = "linux", not(miri)))]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::UnixStream;
    use std::vec;
    use std::vec::Vec;

    /// Sends requests of windows this long while there is credit, as QEMU does: each window by a send of its own, that
    /// does not wait. How many requests went.
    fn requests_taken(mut socket: impl Write, windows: &[usize]) -> usize {
        let credit = Credit::VIRTCONSOLE;
        let cost = credit.cost(windows.iter().sum(), windows.len());
        let requests = (credit.limit / cost).max(1);
        for request in 0..requests {
            for &len in windows {
                let taken = socket.write(&vec![0; len]).unwrap_or(0);
                assert_eq!(taken, len, "request {request} of {requests} of {windows:?}");
            }
        }
        requests
    }

    #[test]
    fn a_socket_nobody_reads_takes_all_that_credit_lets_go_however_it_is_cut() {
        let mut shapes: Vec<Vec<usize>> = Vec::new();
        for len in
            [1, 23, 120, 704, 705, 1000, 1728, 1729, 2000, 3776, 3777, 4096, 8192, 20_000, 36_545, 64 << 10]
        {
            shapes.extend([vec![len], vec![23, len]]);
        }
        for windows in shapes {
            let (ours, _theirs) = UnixStream::pair().unwrap();
            ours.set_nonblocking(true).unwrap();
            assert!(requests_taken(ours, &windows) > 0);
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (_theirs, _) = listener.accept().unwrap();
            ours.set_nonblocking(true).unwrap();
            assert!(requests_taken(ours, &windows) > 0);
        }
    }

    #[test]
    fn two_large_writes_are_under_way_at_a_time() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        assert_eq!(requests_taken(ours, &[23, super::super::stream_wire::LOSSY_WRITE_BYTES_MAX]), 2);
        let mut first = [1; 23];
        theirs.read_exact(&mut first).unwrap();
        assert_eq!(first, [0; 23]);
    }
}
