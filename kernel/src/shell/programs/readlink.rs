//! `readlink`: what links say.

use crate::ns::path::Shown;
use crate::shell::context::{Context, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let names = cx.words[1..].to_vec();
    if names.is_empty() {
        return cx.usage("readlink file...");
    }
    let mut exit = Ok(());
    for name in &names {
        match cx.view.read_link(name).await {
            Ok(text) => {
                cx.out.bytes(&text);
                cx.out.bytes(b"\n");
            }
            Err(error) => exit = cx.fail("readlink", format_args!("{}: {error}", Shown(name))),
        }
    }
    exit
}
