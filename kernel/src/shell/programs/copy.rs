//! What `cp` and `mv` have in common: one file copied, page by page, never looked into.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::ns::path::{self, Shown};
use crate::ns::{OpenMode, View};

/// Why a file was not copied: the word for `$status`, and the complaint.
pub(super) struct NotCopied {
    pub(super) status: &'static str,
    pub(super) complaint: String,
}

fn failed(what: &str, name: &[u8], error: impl core::fmt::Display) -> NotCopied {
    NotCopied { status: "errors", complaint: format!("{what} {}: {error}", Shown(name)) }
}

/// Where a copy of `from` goes: into the directory `to` under its own name, or to the name `to`.
pub(super) async fn target(view: &View, from: &[u8], to: &[u8]) -> Vec<u8> {
    match view.is_dir(to).await {
        Ok(true) => path::child(to, path::base(&view.full_name(from))),
        _ => to.into(),
    }
}

/// Copies the contents of a file to a new one of the same permissions, or over an old one.
pub(super) async fn file(view: &View, from: &[u8], to: &[u8]) -> Result<(), NotCopied> {
    let source = view.open(from, OpenMode::READ).await.map_err(|e| failed("can't open", from, e))?;
    let stat = source.stat().await.map_err(|e| failed("can't stat", from, e))?;
    if stat.mode.is_dir() {
        let complaint = format!("{} is a directory", Shown(from));
        return Err(NotCopied { status: "errors", complaint });
    }
    if view.walk(to).await.is_ok_and(|place| crate::ns::device::Device::key(&**place.node()) == source.key())
    {
        let complaint = format!("{} and {} are the same file", Shown(from), Shown(to));
        return Err(NotCopied { status: "errors", complaint });
    }
    let permissions = stat.mode.permissions();
    let target =
        view.create(to, OpenMode::WRITE, permissions).await.map_err(|e| failed("can't create", to, e))?;
    target.write_behind();
    let (unit, bulk) = (source.io_unit(), source.bulk_unit().max(target.bulk_unit()));
    let mut left = stat.length as usize;
    loop {
        // As much as goes out together, where so much is left, for all that was told of the length.
        let count = bulk.min(left).max(unit);
        let windows = source.bread(count).await.map_err(|e| failed("error reading", from, e))?;
        left = left.saturating_sub(windows.len());
        if windows.is_empty() {
            return target.settle().await.map_err(|e| failed("error writing", to, e));
        }
        let wanted = windows.len();
        let written = target.bwrite(windows).await.map_err(|e| failed("error writing", to, e))?;
        if written < wanted {
            return Err(failed("error writing", to, "short write"));
        }
    }
}
