//! `ln`: gives a file one more name, or makes a name that stands for another.

use crate::ns::device::Special;
use crate::ns::path::Shown;
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

const USAGE: &str = "ln [-s] old new";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let mut symbolic = false;
    while let Some(flag) = flags.next_flag() {
        match flag {
            b's' => symbolic = true,
            _ => return cx.usage(USAGE),
        }
    }
    let [old, new] = flags.arguments() else { return cx.usage(USAGE) };
    let made = match symbolic {
        true => cx.view.make_special(new, Special::Link(old), 0o777).await.map(|()| true),
        false => cx.view.link(old, new).await,
    };
    match made {
        Ok(true) => Ok(()),
        Ok(false) => {
            let (old, new) = (Shown(old), Shown(new));
            cx.fail("ln", format_args!("can't link {old} to {new}: not on the same server"))
        }
        Err(error) => cx.fail("ln", format_args!("can't make {}: {error}", Shown(new))),
    }
}
