//! `df`: how full file systems are.

use core::fmt::Write;

use crate::ns::path::Shown;
use crate::shell::context::{Context, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let names = cx.words[1..].to_vec();
    if names.is_empty() {
        return cx.usage("df file...");
    }
    let mut exit = Ok(());
    for name in &names {
        match cx.view.file_system(name).await {
            Ok(told) => {
                let (kib, free) = (told.bytes / 1024, told.bytes_free / 1024);
                let (files, left) = (told.files, told.files_free);
                let name = Shown(name);
                let printed = writeln!(cx.out, "{kib:>12} {free:>12} {files:>10} {left:>10} {name}");
                debug_assert!(printed.is_ok(), "printing to pages does not fail");
            }
            Err(error) => exit = cx.fail("df", format_args!("{}: {error}", Shown(name))),
        }
    }
    exit
}
