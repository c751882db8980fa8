//! `cmp`: where two files differ.

use core::fmt::Write;

use crate::io::Windows;
use crate::ns::path::Shown;
use crate::ns::{Chan, Error, OpenMode};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

/// A file read on, and what has been read and not compared yet.
struct Side<'a> {
    name: &'a [u8],
    file: alloc::sync::Arc<Chan>,
    ahead: Windows,
}

impl Side<'_> {
    /// Has something ahead, unless the file is at its end.
    async fn fill(&mut self) -> Result<(), Error> {
        if self.ahead.is_empty() {
            self.ahead = self.file.bread(self.file.io_unit()).await?;
        }
        Ok(())
    }

    fn first(&self) -> &[u8] {
        self.ahead.iter().next().map_or(&[], |window| window.as_slice())
    }
}

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let (mut silent, mut lines) = (false, false);
    while let Some(flag) = flags.next_flag() {
        match flag {
            b's' => silent = true,
            b'L' => lines = true,
            _ => return cx.usage(USAGE),
        }
    }
    let [one, other] = flags.arguments() else { return cx.usage(USAGE) };
    let mut open = alloc::vec::Vec::new();
    for name in [one, other] {
        match cx.view.open(name, OpenMode::READ).await {
            Ok(file) => open.push(Side { name, file, ahead: Windows::new() }),
            Err(error) if silent => return Err(alloc::format!("open: {error}")),
            Err(error) => return cx.fail("open", format_args!("can't open {}: {error}", Shown(name))),
        }
    }
    let [one, other] = &mut open[..] else { return cx.usage(USAGE) };
    let (mut offset, mut line) = (0u64, 1u64);
    loop {
        for side in [&mut *one, &mut *other] {
            if let Err(error) = side.fill().await {
                let name = Shown(side.name);
                return cx.fail("read", format_args!("error reading {name}: {error}"));
            }
        }
        let (a, b) = (one.first(), other.first());
        let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        line += a[..same].iter().filter(|&&byte| byte == b'\n').count() as u64;
        offset += same as u64;
        if same < a.len().min(b.len()) {
            if !silent {
                let (a, b) = (Shown(one.name), Shown(other.name));
                let place = if lines { alloc::format!(" line {line}") } else { Default::default() };
                let printed = writeln!(cx.out, "{a} {b} differ: char {}{place}", offset + 1);
                debug_assert!(printed.is_ok(), "printing to pages does not fail");
            }
            return Err("differ".into());
        }
        let ended = match (a.is_empty(), b.is_empty()) {
            (true, true) => return Ok(()),
            (true, false) => Some(one.name),
            (false, true) => Some(other.name),
            (false, false) => None,
        };
        if let Some(name) = ended {
            if !silent {
                let printed = writeln!(cx.out, "EOF on {} after {offset} bytes", Shown(name));
                debug_assert!(printed.is_ok(), "printing to pages does not fail");
            }
            return Err("EOF".into());
        }
        one.ahead.advance(same);
        other.ahead.advance(same);
    }
}

const USAGE: &str = "cmp [-sL] file1 file2";
