//! What a program prints: collected in a page of the pool, and passed on as a window when the page is full.

use alloc::sync::Arc;
use core::fmt;

use crate::io::{Buf, Windows};
use crate::mem::{PAGE_SIZE, pool};
use crate::ns::{Chan, Error};

/// How much is collected before [`Out::breathe`] passes it on.
const KEPT_BYTES_MAX: usize = 8 * PAGE_SIZE;

/// A channel that is printed to.
///
/// Printing never waits and never fails: it goes to pages. [`flush`](Out::flush) passes them on, and answers for
/// everything printed since the last time. What is printed and not flushed when the program is dropped is lost, as it
/// should be for a program that was killed.
pub struct Out {
    chan: Arc<Chan>,
    windows: Windows,
    page: Option<Buf>,
    filled: usize,
    /// A page could not be had: what was to be printed in it is lost, and the next flush says so.
    lost: bool,
}

impl Out {
    /// Prints to a channel.
    pub fn new(chan: Arc<Chan>) -> Out {
        Out { chan, windows: Windows::new(), page: None, filled: 0, lost: false }
    }

    /// The channel.
    pub fn chan(&self) -> &Arc<Chan> {
        &self.chan
    }

    /// Prints bytes as they are.
    pub fn bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let page = match &mut self.page {
                Some(page) => page,
                none => match pool().alloc(1) {
                    Ok(page) => none.insert(page),
                    Err(_) => {
                        self.lost = true;
                        return;
                    }
                },
            };
            let piece = bytes.len().min(PAGE_SIZE - self.filled);
            page.write_at(self.filled, &bytes[..piece]);
            self.filled += piece;
            bytes = &bytes[piece..];
            if self.filled == PAGE_SIZE {
                self.turn();
            }
        }
    }

    /// Passes everything printed so far on.
    pub async fn flush(&mut self) -> Result<(), Error> {
        self.turn();
        let windows = core::mem::take(&mut self.windows);
        if !windows.is_empty() {
            self.chan.bwrite(windows).await?;
        }
        if core::mem::take(&mut self.lost) { Err(Error::NoMemory) } else { Ok(()) }
    }

    /// Passes on what was printed if it has become much; for programs that print without end.
    pub async fn breathe(&mut self) -> Result<(), Error> {
        if self.windows.len() >= KEPT_BYTES_MAX { self.flush().await } else { Ok(()) }
    }

    fn turn(&mut self) {
        if let Some(mut page) = self.page.take() {
            page.truncate(self.filled);
            self.windows.push(page.share());
        }
        self.filled = 0;
    }
}

impl fmt::Write for Out {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}

impl fmt::Debug for Out {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Out({:?}, {} bytes)", self.chan, self.windows.len() + self.filled)
    }
}
