//! `halt`: stops the machine.

use crate::shell::context::{Context, End, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let success = match cx.words.get(1).map(|w| &**w) {
        None => true,
        Some(b"-f") => false,
        Some(_) => return cx.usage("halt [-f]"),
    };
    cx.session.finish(End::Halt { success });
    Ok(())
}
