//! `mv`: gives files other names.

use super::copy::{self, NotCopied};
use crate::ns::path::{self, Shown};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

const USAGE: &str = "mv fromfile tofile\n       mv fromfile... todir";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    if flags.next_flag().is_some() {
        return cx.usage(USAGE);
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
        if let Err((status, complaint)) = one(cx, from, &target).await {
            exit = cx.fail(status, format_args!("{complaint}"));
        }
    }
    exit
}

type Complaint = (&'static str, alloc::string::String);

async fn one(cx: &Context, from: &[u8], to: &[u8]) -> Result<(), Complaint> {
    let moved = cx.view.rename(from, to).await;
    match moved {
        Ok(true) => Ok(()),
        Err(error) => Err(("errors", alloc::format!("can't rename {}: {error}", Shown(from)))),
        Ok(false) => {
            // Another server's directory: a copy, and then the old one goes.
            if cx.view.is_dir(from).await.unwrap_or(false) {
                let name = Shown(path::base(from));
                return Err(("errors", alloc::format!("can't move directory {name} between servers")));
            }
            copy::file(&cx.view, from, to)
                .await
                .map_err(|NotCopied { status, complaint }| (status, complaint))?;
            let removed = cx.view.remove(from).await;
            removed.map_err(|error| ("errors", alloc::format!("can't remove {}: {error}", Shown(from))))
        }
    }
}
