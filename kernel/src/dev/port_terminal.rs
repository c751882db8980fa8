//! A console port as a terminal: a prompt for whoever connects to it on the host.

use core::task::{Context, Poll};

use spin::Mutex;

use super::cons::Terminal;
use crate::drivers::console::OpenPort;
use crate::io::Windows;
use crate::ns::text;

/// How much is shown by one write at most.
const WRITE_BYTES_MAX: usize = 4096;

/// A port somebody types at.
pub struct PortTerminal {
    port: OpenPort,
    /// Arrived and not taken yet.
    ahead: Mutex<Windows>,
}

impl PortTerminal {
    /// The terminal at an open port.
    pub fn new(port: OpenPort) -> PortTerminal {
        PortTerminal { port, ahead: Mutex::new(Windows::new()) }
    }
}

impl Terminal for PortTerminal {
    /// When the host closes its end the terminal is gone, and the session with it; as with a telephone line.
    fn poll_read(&self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<usize> {
        let mut ahead = self.ahead.lock();
        if ahead.is_empty() {
            match self.port.poll_recv(cx) {
                Poll::Ready(Ok(window)) => ahead.push(window),
                Poll::Ready(Err(_)) => return Poll::Ready(0),
                Poll::Pending => return Poll::Pending,
            }
        }
        let count = ahead.copy_to(into);
        ahead.advance(count);
        Poll::Ready(count)
    }

    /// What nobody is there to see is lost, as on any terminal.
    fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        match self.port.poll_ready(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(_)) => return Poll::Ready(bytes.len()),
            Poll::Ready(Ok(())) => {}
        }
        let piece = &bytes[..bytes.len().min(WRITE_BYTES_MAX)];
        // Without a page, or with a port that has just broken, the piece is lost.
        if let Ok(mut windows) = text::copied(piece) {
            let _ = self.port.try_send(&mut windows);
        }
        Poll::Ready(piece.len())
    }
}
