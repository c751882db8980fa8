//! What criterion has just recorded, for a table at the end of its run.

use std::path::PathBuf;

/// Nanoseconds of the fastest sample of a bench, which criterion knows by its group, its function and so on.
pub(crate) fn fastest(names: &[&str]) -> Option<f64> {
    let clean = |name: &&str| name.replace(['?', '"', '/', '\\', '*', '<', '>', ':', '|', '^'], "_");
    let mut file = target_folder()?.join("criterion");
    file.extend(names.iter().map(clean));
    file.push("new/sample.json");
    let sample: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()?;
    let numbers =
        |key: &str| Some(sample[key].as_array()?.iter().filter_map(|v| v.as_f64()).collect::<Vec<_>>());
    numbers("times")?.iter().zip(numbers("iters")?).map(|(time, iters)| time / iters).reduce(f64::min)
}

/// The folder cargo builds into: this program lies in `<target>/release/deps`.
fn target_folder() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.parent()?.parent()?.to_path_buf())
}
