//! `cargo ninewire analyse`, `compare`, `gate` and `selftest`: words about runs that were kept, and about the words.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::annotations::Annotations;
use crate::cli::{AnalyseArgs, CompareArgs, GateArgs, SelftestArgs};
use crate::interrupt::Interrupts;
use crate::run::header::{self, Git};
use crate::selftest::Effort;
use crate::workspace::Workspace;
use crate::{analyse, compare, gate, selftest, store, verdict};

/// Prints the analysis.
pub(super) fn analyse(args: &AnalyseArgs) -> Result<ExitCode> {
    print!("{}", analyse::analyse(&store::read(&args.run)?));
    Ok(ExitCode::SUCCESS)
}

/// Prints the comparison. A regression is a finding, not a failure of the command: `gate` is what fails.
pub(super) fn compare(args: &CompareArgs) -> Result<ExitCode> {
    let (before, after) = (store::read(&args.before)?, store::read(&args.after)?);
    let annotations = Annotations::read(&Workspace::locate()?.annotations())?;
    print!("{}", compare::compare(&before, &after, &verdict::Rules::default()).bless(&annotations));
    Ok(ExitCode::SUCCESS)
}

/// Judges a run's counters by the baseline; fails when the gate does.
pub(super) fn gate(args: &GateArgs) -> Result<ExitCode> {
    let now = store::read(&args.run)?;
    let baseline = match &args.baseline {
        Some(path) => path.clone(),
        None => Workspace::locate()?.baseline(),
    };
    if args.accept {
        if let Some(plant) = now.planted() {
            bail!("{} has a fault planted into it ({plant}): it is no baseline", args.run.display());
        }
        return accept(&args.run, &baseline);
    }
    if !baseline.is_file() {
        bail!(
            "there is no baseline at {}: make one by `cargo ninewire gate RUN --accept`",
            baseline.display()
        );
    }
    let annotations = Annotations::read(&Workspace::locate()?.annotations())?;
    let report = gate::judge(&store::read(&baseline)?, &now).bless(&annotations);
    print!("{report}");
    Ok(if report.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes a run the baseline. It was read before, so what is copied is whole.
fn accept(run: &Path, baseline: &Path) -> Result<ExitCode> {
    let directory =
        baseline.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let copy = || -> std::io::Result<()> {
        let new = tempfile::Builder::new().prefix(".baseline-").tempfile_in(directory)?;
        std::fs::copy(run, new.path())?;
        new.persist(baseline)?;
        Ok(())
    };
    copy().with_context(|| format!("cannot write {}", baseline.display()))?;
    println!("{}", baseline.display());
    Ok(ExitCode::SUCCESS)
}

/// Puts the judge to the proof; fails when it does not keep what it promises.
pub(super) fn selftest(args: &SelftestArgs, interrupts: &Interrupts) -> Result<ExitCode> {
    let workspace = Workspace::locate()?;
    let files = if args.runs.is_empty() { recorded(&workspace.results())? } else { args.runs.clone() };
    let runs = files.iter().map(|file| store::read(file)).collect::<Result<Vec<_>, _>>()?;
    let effort = Effort { boots: args.boots.into(), trials: args.trials as usize, seed: args.seed };
    let report = selftest::run(&runs, effort, &verdict::Rules::default(), interrupts)?;
    print!("{report}");
    let (made, git) = (header::now(), Git::of(workspace.root()));
    let directory = if args.record { workspace.results() } else { workspace.unrecorded() }.join("selftest");
    let path = directory.join(format!("{}.{}", header::file_name(&made, &git, "selftest"), store::EXTENSION));
    std::fs::create_dir_all(&directory)
        .and_then(|()| std::fs::write(&path, report.to_lines(&made, &git.sha)?))
        .with_context(|| format!("cannot write {}", path.display()))?;
    println!("\n{}", workspace.shown(&path));
    Ok(if report.broken().is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The recorded runs, the baseline first, then by name. Figures of earlier proofs are no runs.
fn recorded(results: &Path) -> Result<Vec<PathBuf>> {
    let entries = |folder: &Path| -> Result<Vec<PathBuf>> {
        let listed =
            std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
        let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
        paths.sort_unstable();
        Ok(paths)
    };
    let is_run =
        |path: &PathBuf| path.is_file() && path.extension().is_some_and(|end| end == store::EXTENSION);
    let (mut found, mut below) = (Vec::new(), Vec::new());
    for path in entries(results)? {
        if path.is_dir() && !path.ends_with("selftest") {
            below.extend(entries(&path)?.into_iter().filter(is_run));
        } else if is_run(&path) {
            found.push(path);
        }
    }
    found.append(&mut below);
    Ok(found)
}
