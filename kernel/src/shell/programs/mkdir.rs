//! `mkdir`: makes directories.

use crate::ns::path::{self, Shown};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

const USAGE: &str = "mkdir [-p] [-m mode] dir...";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let mut parents = false;
    let mut mode = 0o777;
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'p' => parents = true,
            b'm' => match flags.value().ok().and_then(octal) {
                Some(value) => mode = value,
                None => return cx.usage(USAGE),
            },
            _ => return cx.usage(USAGE),
        }
    }
    if flags.arguments().is_empty() {
        return cx.usage(USAGE);
    }
    let mut exit = Ok(());
    for name in flags.arguments() {
        let made =
            if parents { with_parents(cx, name, mode).await } else { cx.view.make_dir(name, mode).await };
        if let Err(error) = made {
            exit = cx.fail("error", format_args!("can't create {}: {error}", Shown(name)));
        }
    }
    exit
}

/// Makes every directory of the name that is not there yet.
async fn with_parents(cx: &Context, name: &[u8], mode: u32) -> Result<(), crate::ns::Error> {
    let full = cx.view.full_name(name);
    let (root, below) = path::split_root(&full);
    let mut at = root.to_vec();
    for element in path::elements(below) {
        at = path::child(&at, element);
        match cx.view.stat(&at).await {
            Ok(_) => {}
            Err(error) if error.is_absent() => cx.view.make_dir(&at, mode).await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn octal(text: &[u8]) -> Option<u32> {
    let text = core::str::from_utf8(text).ok()?;
    u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777)
}
