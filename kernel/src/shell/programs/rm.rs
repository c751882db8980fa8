//! `rm`: takes files away.

use alloc::boxed::Box;
use core::future::Future;
use core::pin::Pin;

use crate::ns::path::{self, Shown};
use crate::ns::{Error, View};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let (mut force, mut recursive) = (false, false);
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'f' => force = true,
            b'r' => recursive = true,
            _ => return cx.usage("rm [-fr] file..."),
        }
    }
    let mut exit = Ok(());
    for name in flags.arguments() {
        let removed = if recursive { tree(&cx.view, name).await } else { cx.view.remove(name).await };
        match removed {
            Ok(()) => {}
            Err(_) if force => {}
            Err(error) => exit = cx.fail("errors", format_args!("{}: {error}", Shown(name))),
        }
    }
    exit
}

/// The directory with everything in it. A step of the recursion per level; the host limits how deep names go.
fn tree<'v>(view: &'v View, name: &'v [u8]) -> Pin<Box<dyn Future<Output = Result<(), Error>> + 'v>> {
    Box::pin(async move {
        if !view.is_dir(name).await? {
            return view.remove(name).await;
        }
        // A directory is read to its end before anything in it goes: what is removed under a reader may be skipped.
        let mut children = alloc::vec::Vec::new();
        let mut reader = view.read_dir(name).await?;
        loop {
            let batch = reader.next().await?;
            if batch.is_empty() {
                break;
            }
            children.extend(batch.into_iter().map(|entry| entry.name));
        }
        drop(reader);
        for child in &children {
            tree(view, &path::child(name, child)).await?;
        }
        view.remove(name).await
    })
}
