//! `halt`: stops the machine.

use crate::shell::context::{Context, End, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let success = match &cx.words[1..] {
        [] => true,
        [status] => status.is_empty(),
        _ => return cx.usage("halt [status]"),
    };
    cx.session.finish(End::Halt { success });
    Ok(())
}
