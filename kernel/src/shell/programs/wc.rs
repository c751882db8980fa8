//! `wc`: lines, words and bytes.

use alloc::sync::Arc;
use core::fmt::Write;

use crate::ns::path::Shown;
use crate::ns::{Chan, OpenMode};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

#[derive(Clone, Copy, Default)]
struct Counts {
    lines: u64,
    words: u64,
    bytes: u64,
    in_word: bool,
}

impl Counts {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        for &byte in bytes {
            self.lines += u64::from(byte == b'\n');
            let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
            self.words += u64::from(!blank && !self.in_word);
            self.in_word = !blank;
        }
    }
}

#[derive(Clone, Copy)]
struct Columns {
    lines: bool,
    words: bool,
    bytes: bool,
}

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let mut columns = Columns { lines: false, words: false, bytes: false };
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'l' => columns.lines = true,
            b'w' => columns.words = true,
            b'c' => columns.bytes = true,
            _ => return cx.usage("wc [-lwc] [file...]"),
        }
    }
    if !(columns.lines || columns.words || columns.bytes) {
        columns = Columns { lines: true, words: true, bytes: true };
    }
    let names = flags.arguments();
    if names.is_empty() {
        let input = cx.input.clone();
        let counts = count(cx, &input, b"<stdin>").await?;
        report(cx, columns, counts, b"");
        return Ok(());
    }
    let mut total = Counts::default();
    let mut exit = Ok(());
    for name in names {
        let file = match cx.view.open(name, OpenMode::READ).await {
            Ok(file) => file,
            Err(error) => {
                exit = cx.fail("can't open", format_args!("can't open {}: {error}", Shown(name)));
                continue;
            }
        };
        let counts = count(cx, &file, name).await?;
        report(cx, columns, counts, name);
        total.lines += counts.lines;
        total.words += counts.words;
        total.bytes += counts.bytes;
    }
    if names.len() > 1 {
        report(cx, columns, total, b"total");
    }
    exit
}

async fn count(cx: &mut Context, file: &Arc<Chan>, name: &[u8]) -> Result<Counts, alloc::string::String> {
    let mut counts = Counts::default();
    loop {
        match file.bread(file.io_unit()).await {
            Ok(windows) if windows.is_empty() => return Ok(counts),
            Ok(windows) => windows.iter().for_each(|window| counts.take(window.as_slice())),
            Err(error) => {
                cx.complain(format_args!("error reading {}: {error}", Shown(name)));
                return Err("read".into());
            }
        }
    }
}

fn report(cx: &mut Context, columns: Columns, counts: Counts, name: &[u8]) {
    let wanted =
        [(columns.lines, counts.lines), (columns.words, counts.words), (columns.bytes, counts.bytes)];
    let mut blank = "";
    for (_, number) in wanted.into_iter().filter(|(wanted, _)| *wanted) {
        let printed = write!(cx.out, "{blank}{number:>7}");
        debug_assert!(printed.is_ok(), "printing to pages does not fail");
        blank = " ";
    }
    if !name.is_empty() {
        cx.out.bytes(b" ");
        cx.out.bytes(name);
    }
    cx.out.bytes(b"\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_cut_by_a_window_is_one_word() {
        let mut counts = Counts::default();
        counts.take(b"one tw");
        counts.take(b"o three\n\n");
        counts.take(b" four");
        assert_eq!((counts.lines, counts.words, counts.bytes), (2, 4, 20));
    }
}
