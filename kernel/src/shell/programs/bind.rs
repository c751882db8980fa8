//! `bind`: lets a name mean what another name means now.

use crate::ns::mount::{MountFlags, Order};
use crate::ns::path::Shown;
use crate::shell::context::{Context, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = crate::shell::flags::Flags::of(&words);
    let (mut before, mut after, mut create, mut quiet) = (false, false, false, false);
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'a' => after = true,
            b'b' => before = true,
            b'c' => create = true,
            b'q' => quiet = true,
            _ => return cx.usage(USAGE),
        }
    }
    let [new, old] = flags.arguments() else { return cx.usage(USAGE) };
    let order = match (before, after) {
        (false, false) => Order::Replace,
        (true, false) => Order::Before,
        (false, true) => Order::After,
        (true, true) => return cx.usage(USAGE),
    };
    match cx.view.bind(new, old, MountFlags { order, create }).await {
        Ok(()) => Ok(()),
        Err(_) if quiet => Ok(()),
        // An error that names a file already says which of the two it was about.
        Err(error) if error.is_absent() => cx.fail("bind", format_args!("{error}")),
        Err(error) => cx.fail("bind", format_args!("{} {}: {error}", Shown(new), Shown(old))),
    }
}

const USAGE: &str = "bind [-q] [-b|-a|-c|-bc|-ac] new old";
