//! `cat`: files one after the other, passed on page by page.

use alloc::sync::Arc;

use crate::ns::path::Shown;
use crate::ns::{Chan, OpenMode};
use crate::shell::context::{Context, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let names = cx.words[1..].to_vec();
    if names.is_empty() {
        let input = cx.input.clone();
        return one(cx, &input, b"<stdin>").await;
    }
    for name in &names {
        let file = match cx.view.open(name, OpenMode::READ).await {
            Ok(file) => file,
            Err(error) => return cx.fail("open", format_args!("can't open {}: {error}", Shown(name))),
        };
        one(cx, &file, name).await?;
    }
    Ok(())
}

async fn one(cx: &mut Context, file: &Arc<Chan>, name: &[u8]) -> Exit {
    let output = cx.out.chan().clone();
    loop {
        let windows = match file.bread(file.io_unit()).await {
            Ok(windows) => windows,
            Err(error) => return cx.fail("read", format_args!("error reading {}: {error}", Shown(name))),
        };
        if windows.is_empty() {
            return Ok(());
        }
        let wanted = windows.len();
        match output.bwrite(windows).await {
            Ok(written) if written == wanted => {}
            Ok(_) => return cx.fail("write", format_args!("write error copying {}: short", Shown(name))),
            Err(error) => {
                return cx.fail("write", format_args!("write error copying {}: {error}", Shown(name)));
            }
        }
    }
}
