//! `unmount`: undoes what `bind` and `mount` did to a name.

use crate::ns::path::Shown;
use crate::shell::context::{Context, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let (what, old) = match &words[1..] {
        [old] => (None, old),
        [what, old] => (Some(what.as_slice()), old),
        _ => return cx.usage("unmount mountpoint\n       unmount mounted mountpoint"),
    };
    match cx.view.unmount(what, old).await {
        Ok(()) => Ok(()),
        Err(error) => cx.fail("unmount", format_args!("{}: {error}", Shown(old))),
    }
}
