//! A Chromium, in which the tests look at the page: where it is once [`crate::setup`] has got it.

use std::path::PathBuf;

use crate::qemu::in_path;

/// What it is called in `PATH`, by distribution.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The first there is.
pub fn chromium() -> Option<PathBuf> {
    NAMES.iter().find_map(|name| in_path(name))
}
