//! The words of `dashboard`.

use std::path::PathBuf;

use clap::Args;

use super::ReportFormat;

/// Options of `dashboard`.
#[derive(Debug, Args)]
pub struct DashboardArgs {
    /// The folder the runs are in, such as target/ninewire for runs that were not recorded; results/ when left out.
    #[arg(value_name = "RESULTS")]
    pub results: Option<PathBuf>,
    /// The same history as a page in one file, or as text on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
    /// Where to write, instead of target/ninewire/dashboard.html or standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Show it in this system's browser.
    #[arg(long, conflicts_with = "format")]
    pub open: bool,
    /// The target folder in which `cargo bench` left its estimates and counts; this checkout's when left out. Without any
    /// there the recorded copy results/benches.json is shown.
    #[arg(long, value_name = "DIR")]
    pub bench_dir: Option<PathBuf>,
    /// Record what `cargo bench` left as results/benches.json, and show that.
    #[arg(long)]
    pub record_benches: bool,
}
