//! The history as commands get it: the results read, with what is known of them, and shown as text.

use std::path::Path;

use anyhow::Result;

use crate::annotations::Annotations;
use crate::history::{self, Aliases, Limits, Lineage, Report, Store};
use crate::workspace::Workspace;

/// The results, in the order of this checkout's commits.
pub(super) fn read(workspace: &Workspace, results: &Path) -> Result<Store> {
    if !results.is_dir() {
        anyhow::bail!("there is no folder {}: `cargo ninewire run --record` makes runs", results.display());
    }
    Ok(Store::read(results, Lineage::of(workspace.root()), limits(workspace, results)))
}

/// Runs with a planted fault are no measurements, so the recorded history is without them; in a folder that somebody names
/// they are what is looked for.
fn limits(workspace: &Workspace, results: &Path) -> Limits {
    Limits { planted: results != workspace.results(), ..Limits::default() }
}

/// What they say.
pub(super) fn report(workspace: &Workspace, results: &Path) -> Result<Report> {
    let annotations = Annotations::read(&workspace.annotations())?;
    let aliases = Aliases::read(&workspace.aliases())?;
    Ok(history::report(&read(workspace, results)?, &annotations, &aliases, limits(workspace, results)))
}
