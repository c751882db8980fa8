//! Files whose contents are made when they are read: text written straight into pages of the pool.

use core::fmt::{self, Write};

use super::Error;
use crate::io::{Buf, Windows, copy_payload_into};
use crate::mem::PAGE_SIZE;
use crate::mem::pool;

/// The part of a text that a read asked for: at most `count` bytes from `offset`. `tell` writes the whole text; what
/// lies outside is thrown away as it comes.
pub fn read(
    count: usize,
    offset: u64,
    tell: impl FnOnce(&mut dyn Write) -> fmt::Result,
) -> Result<Windows, Error> {
    let mut part = Part { skip: offset, room: count, page: None, filled: 0, windows: Windows::new() };
    // The only error a part makes is that no page is left; a `tell` has none of its own.
    tell(&mut part).map_err(|_| Error::NoMemory)?;
    part.turn();
    Ok(part.windows)
}

/// Payload that exists as a slice, copied (and counted) into pages.
pub fn copied(bytes: &[u8]) -> Result<Windows, Error> {
    let mut windows = Windows::new();
    for piece in bytes.chunks(PAGE_SIZE) {
        let mut page = pool().alloc(1).map_err(|_| Error::NoMemory)?;
        page.set_window(0..piece.len());
        copy_payload_into(&mut page, 0, piece);
        windows.push(page.share());
    }
    Ok(windows)
}

struct Part {
    /// Bytes of the text that still lie in front of the part.
    skip: u64,
    /// Bytes that may still be added.
    room: usize,
    page: Option<Buf>,
    filled: usize,
    windows: Windows,
}

impl Part {
    /// Ends the present page.
    fn turn(&mut self) {
        if let Some(mut page) = self.page.take() {
            page.truncate(self.filled);
            self.windows.push(page.share());
        }
        self.filled = 0;
    }
}

impl Write for Part {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let skipped = (text.len() as u64).min(self.skip) as usize;
        self.skip -= skipped as u64;
        let mut bytes = &text.as_bytes()[skipped..];
        while !bytes.is_empty() && self.room > 0 {
            let page = match &mut self.page {
                Some(page) => page,
                none => none.insert(pool().alloc(1).map_err(|_| fmt::Error)?),
            };
            let piece = bytes.len().min(PAGE_SIZE - self.filled).min(self.room);
            page.write_at(self.filled, &bytes[..piece]);
            self.filled += piece;
            self.room -= piece;
            bytes = &bytes[piece..];
            if self.filled == PAGE_SIZE {
                self.turn();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn bytes(windows: &Windows) -> Vec<u8> {
        windows.iter().flat_map(|w| w.to_vec()).collect()
    }

    #[test]
    fn a_text_is_read_from_any_place_in_any_length() {
        let text: String = (0..2000).map(|n| alloc::format!("line {n}\n")).collect();
        let part = |count, offset| {
            let windows = read(count, offset, |to| {
                text.as_bytes().chunks(7).try_for_each(|c| to.write_str(core::str::from_utf8(c).unwrap()))
            });
            bytes(&windows.unwrap())
        };
        assert_eq!(part(usize::MAX, 0), text.as_bytes());
        assert_eq!(part(10, 3), &text.as_bytes()[3..13]);
        assert_eq!(part(5000, 4090), &text.as_bytes()[4090..9090]);
        assert_eq!(part(100, text.len() as u64 - 5), &text.as_bytes()[text.len() - 5..]);
        assert!(part(100, text.len() as u64).is_empty());
        assert!(part(0, 0).is_empty());
    }

    #[test]
    fn a_slice_becomes_pages() {
        let long: Vec<u8> = (0..3 * PAGE_SIZE + 5).map(|n| n as u8).collect();
        let windows = copied(&long).unwrap();
        assert_eq!(windows.count(), 4);
        assert_eq!(bytes(&windows), long);
    }
}
