//! `cargo ninewire dashboard`: the recorded runs as a page in one file.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::annotations::Annotations;
use crate::cli::{DashboardArgs, ReportFormat};
use crate::dashboard::{self, Sources};
use crate::history;
use crate::workspace::Workspace;

/// Makes the page and says what it says first; in another format prints that.
pub(super) fn run(args: &DashboardArgs) -> Result<ExitCode> {
    let workspace = Workspace::locate()?;
    let results = args.results.clone().unwrap_or_else(|| workspace.results());
    let bench_dir = args.bench_dir.clone().unwrap_or_else(|| workspace.target().to_path_buf());
    let recorded_benches = workspace.results().join(dashboard::BENCHES);
    if args.record_benches {
        let count = dashboard::keep_benches(&bench_dir, &recorded_benches)?;
        eprintln!("ninewire: {count} benches in {}", workspace.shown(&recorded_benches));
    }
    let report = super::history::report(&workspace, &results)?;
    let text = match args.format {
        ReportFormat::Html => {
            let annotations = Annotations::read(&workspace.annotations())?;
            let recorded_benches = recorded_benches.as_path();
            let sources = Sources {
                report: &report,
                results: &results,
                annotations: &annotations,
                bench_dir: &bench_dir,
                recorded_benches,
            };
            return page(args, &workspace, &sources);
        }
        ReportFormat::Text => history::text::render(&report),
        ReportFormat::Markdown => history::markdown::render(&report),
        ReportFormat::Json => history::json::render(&report)?,
    };
    match &args.out {
        Some(out) => write(out, &text)?,
        None => print!("{text}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn page(args: &DashboardArgs, workspace: &Workspace, sources: &Sources<'_>) -> Result<ExitCode> {
    let page = dashboard::make(sources)?;
    let out = args.out.clone().unwrap_or_else(|| workspace.unrecorded().join("dashboard.html"));
    write(&out, &page.html)?;
    for note in &page.notes {
        eprintln!("ninewire: {note}");
    }
    println!("{}", sources.report.verdict.sentence);
    println!("{}", workspace.shown(&out));
    if args.open {
        open(&out)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whole or not at all: a page that is being looked at is never half a page.
fn write(out: &Path, html: &str) -> Result<()> {
    let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let put = || -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        std::fs::create_dir_all(folder)?;
        let file = tempfile::Builder::new().prefix(".page-").tempfile_in(folder)?;
        std::fs::write(file.path(), html)?;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        file.persist(out)?;
        Ok(())
    };
    put().with_context(|| format!("cannot write {}", out.display()))
}

/// By the program the system opens files with; it goes on by itself.
fn open(out: &Path) -> Result<()> {
    const OPENER: &str = "xdg-open";
    let path: PathBuf = out.canonicalize()?;
    Command::new(OPENER)
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {OPENER}: open {} in a browser", path.display()))?;
    Ok(())
}
