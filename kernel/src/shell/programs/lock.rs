//! `lock`: runs a command while a file is locked.

use super::retyped;
use crate::ns::device::{Claim, Device};
use crate::ns::path::Shown;
use crate::ns::{Error, OpenMode};
use crate::shell::Shell;
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

const USAGE: &str = "lock [-r] file [command [argument...]]";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let (mut claim, mut mode) = (Claim::Alone, OpenMode::READ_WRITE);
    // Flags end where the file is named: the command's are its own.
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'r' => (claim, mode) = (Claim::Shared, OpenMode::READ),
            _ => return cx.usage(USAGE),
        }
    }
    let [name, command @ ..] = flags.arguments() else { return cx.usage(USAGE) };
    let file = match cx.view.open(name, mode).await {
        Ok(file) => file,
        Err(error) => return cx.fail("open", format_args!("can't open {}: {error}", Shown(name))),
    };
    match file.node().claim(claim).await {
        Ok(true) => {}
        Ok(false) => return cx.fail("locked", format_args!("{}: {}", Shown(name), Error::Locked)),
        Err(error) => return cx.fail("lock", format_args!("{}: {error}", Shown(name))),
    }
    let mut shell = Shell::new(cx.view.clone(), cx.streams(), cx.session.clone());
    let exit = if command.is_empty() { Ok(()) } else { shell.run(&retyped::line(command)).await };
    // Killed in between, the file is closed, and its server lets the lock go then.
    match file.node().claim(Claim::None).await {
        Ok(_) => exit,
        Err(error) => cx.fail("lock", format_args!("{}: {error}", Shown(name))),
    }
}
