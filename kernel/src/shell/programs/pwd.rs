//! `pwd`: the name of the current directory.

use crate::shell::context::{Context, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let name = cx.view.dot().to_vec();
    cx.out.bytes(&name);
    cx.out.bytes(b"\n");
    Ok(())
}
