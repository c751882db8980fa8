//! `cargo ninewire export` and `fio`: results in the forms of others, and theirs beside ours.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::history;
use crate::cli::{ExchangeFormat, ExportArgs, FioArgs};
use crate::exchange::{Export, action, bencher, fio, go, otava};
use crate::history::digest::{Digest, Shared};
use crate::run::Run;
use crate::store;
use crate::workspace::Workspace;

/// Writes the files and says where they are.
pub(super) fn export(args: &ExportArgs) -> Result<ExitCode> {
    let workspace = Workspace::locate()?;
    let results = args.results.clone().unwrap_or_else(|| workspace.results());
    let run = || run(args.run.as_deref(), &results);
    let digest = || -> Result<Digest> {
        let run = run()?;
        Ok(Digest::of(run.header.run_id.clone(), &run, None, &mut Shared::default()))
    };
    let files: Vec<Export> = match args.format {
        ExchangeFormat::Bencher => vec![bencher::export(&digest()?)],
        ExchangeFormat::Go => vec![go::export(&run()?)],
        ExchangeFormat::Action => {
            let mut files = action::run(&digest()?);
            files.push(action::history(&history::read(&workspace, &results)?, &args.repository));
            files
        }
        ExchangeFormat::Otava => otava::export(&history::report(&workspace, &results)?),
    };
    let out = args.out.clone().unwrap_or_else(|| workspace.unrecorded().join("export"));
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    for Export { name, text } in files {
        let path = out.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", workspace.shown(&path));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints fio's jobs beside our cases.
pub(super) fn fio(args: &FioArgs) -> Result<ExitCode> {
    let measured = fio::read(&args.fio)?;
    let run = run(args.run.as_deref(), &Workspace::locate()?.results())?;
    println!("{}", run.header.run_id);
    print!("{}", fio::beside(&measured, &run));
    Ok(ExitCode::SUCCESS)
}

/// The run that was named, or the newest of the results.
fn run(named: Option<&Path>, results: &Path) -> Result<Run> {
    let path = match named {
        Some(path) => path.to_path_buf(),
        None => newest(results)?,
    };
    let run = store::read(&path)?;
    match run.planted() {
        Some(plant) => {
            bail!("{} has a fault planted into it ({plant}): it is no measurement", path.display())
        }
        None => Ok(run),
    }
}

/// The newest run below `results` that tells what a commit does: no side of a comparison, whose options are its own, and
/// no reference.
fn newest(results: &Path) -> Result<PathBuf> {
    let folders = std::fs::read_dir(results).with_context(|| format!("cannot list {}", results.display()))?;
    let folders = folders.flatten().filter(|entry| entry.path().is_dir());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let runs = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|end| end == store::EXTENSION));
    let told = runs.filter_map(|path| {
        let header = store::header(&path).ok()?;
        header.side.is_none().then_some((header.began, path))
    });
    match told.max() {
        Some((_, path)) => Ok(path),
        None => bail!("there is no run below {}: `cargo ninewire run --record` makes one", results.display()),
    }
}
