//! Answers of a session on their way out.

use std::ops::{Deref, DerefMut};

/// Bytes that are zeroed when memory for them is taken, and not again for every answer: a reply's room is as long as
/// what was asked for, and zeroing it would cost as much as filling it from the page cache. Room that was
/// [grown](Output::resize) holds bytes of earlier answers until it is written; only what is written is kept.
#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    len: usize,
}

impl Output {
    /// Grows or shrinks to `len` bytes; new ones are to be written before they are sent.
    pub(super) fn resize(&mut self, len: usize) {
        if self.bytes.len() < len {
            self.bytes.resize(len, 0);
        }
        self.len = len;
    }

    /// Everything has been sent.
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }
}

impl Deref for Output {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl DerefMut for Output {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_gone_and_its_memory_is_used_again() {
        let mut output = Output::default();
        output.resize(4);
        output.copy_from_slice(b"sent");
        output.clear();
        assert!(output.is_empty());
        output.resize(2);
        output.copy_from_slice(b"ab");
        output.resize(3);
        output[2] = b'c';
        assert_eq!(&*output, b"abc");
        assert_eq!(output.bytes.len(), 4);
    }
}
