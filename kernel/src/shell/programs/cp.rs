//! `cp`: copies files.

use alloc::boxed::Box;
use core::future::Future;
use core::pin::Pin;

use super::copy::{self, NotCopied};
use crate::ns::View;
use crate::ns::path::{self, Shown};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

const USAGE: &str = "cp [-r] fromfile tofile\n       cp [-r] fromfile... todir";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let mut recursive = false;
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'r' => recursive = true,
            _ => return cx.usage(USAGE),
        }
    }
    let [files @ .., to] = flags.arguments() else { return cx.usage(USAGE) };
    if files.is_empty() {
        return cx.usage(USAGE);
    }
    if files.len() > 1 && !cx.view.is_dir(to).await.unwrap_or(false) {
        return cx.fail("usage", format_args!("{} not a directory", Shown(to)));
    }
    let mut exit = Ok(());
    for from in files {
        let target = copy::target(&cx.view, from, to).await;
        let copied = match recursive {
            true => tree(&cx.view, from, &target).await,
            false => copy::file(&cx.view, from, &target).await,
        };
        if let Err(NotCopied { status, complaint }) = copied {
            exit = cx.fail(status, format_args!("{complaint}"));
        }
    }
    exit
}

/// A file, or a directory with everything in it.
fn tree<'v>(
    view: &'v View,
    from: &'v [u8],
    to: &'v [u8],
) -> Pin<Box<dyn Future<Output = Result<(), NotCopied>> + 'v>> {
    Box::pin(async move {
        if !view.is_dir(from).await.unwrap_or(false) {
            return copy::file(view, from, to).await;
        }
        let failed = |what: &str, name: &[u8], error: crate::ns::Error| NotCopied {
            status: "errors",
            complaint: alloc::format!("{what} {}: {error}", Shown(name)),
        };
        if !view.is_dir(to).await.unwrap_or(false) {
            view.make_dir(to, 0o777).await.map_err(|e| failed("can't create", to, e))?;
        }
        let mut reader = view.read_dir(from).await.map_err(|e| failed("can't open", from, e))?;
        loop {
            let batch = reader.next().await.map_err(|e| failed("error reading", from, e))?;
            if batch.is_empty() {
                return Ok(());
            }
            for entry in &batch {
                tree(view, &path::child(from, &entry.name), &path::child(to, &entry.name)).await?;
            }
        }
    })
}
