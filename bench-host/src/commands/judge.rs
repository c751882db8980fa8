//! `cargo ninewire analyse`, `compare` and `gate`: words about runs that were kept.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::cli::{AnalyseArgs, CompareArgs, GateArgs};
use crate::workspace::Workspace;
use crate::{analyse, compare, gate, store, verdict};

/// Prints the analysis.
pub(super) fn analyse(args: &AnalyseArgs) -> Result<ExitCode> {
    print!("{}", analyse::analyse(&store::read(&args.run)?));
    Ok(ExitCode::SUCCESS)
}

/// Prints the comparison. A regression is a finding, not a failure of the command: `gate` is what fails.
pub(super) fn compare(args: &CompareArgs) -> Result<ExitCode> {
    let (before, after) = (store::read(&args.before)?, store::read(&args.after)?);
    print!("{}", compare::compare(&before, &after, &verdict::Rules::default()));
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
        return accept(&args.run, &baseline);
    }
    if !baseline.is_file() {
        bail!(
            "there is no baseline at {}: make one by `cargo ninewire gate RUN --accept`",
            baseline.display()
        );
    }
    let report = gate::judge(&store::read(&baseline)?, &now);
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
