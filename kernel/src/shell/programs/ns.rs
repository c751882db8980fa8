//! `ns`: the name space as commands that make it again.

use core::fmt::Write;

use crate::ns::words::Quoted;
use crate::shell::context::{Context, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    if cx.words.len() > 1 {
        return cx.usage("ns");
    }
    let lines = cx.view.space().lines();
    let dot = cx.view.dot().to_vec();
    let printed = lines.iter().try_for_each(|line| writeln!(cx.out, "{line}"));
    let printed = printed.and_then(|()| writeln!(cx.out, "cd {}", Quoted(&dot)));
    debug_assert!(printed.is_ok(), "printing to pages does not fail");
    Ok(())
}
