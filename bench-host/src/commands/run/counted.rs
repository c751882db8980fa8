//! The boots in which the guest's instructions are counted, after all timed ones.

use std::path::Path;

use anyhow::{Context, Result};

use super::bar::Bar;
use super::sides::{Assembly, Side};
use crate::cli::RunArgs;
use crate::counting::{Counting, counts};
use crate::interrupt::Interrupts;
use crate::plan::Plan;
use crate::run::Counted;
use crate::session;
use crate::workspace::Workspace;

/// What all boots of a run have in common.
pub(super) struct Around<'a> {
    pub(super) args: &'a RunArgs,
    pub(super) workspace: &'a Workspace,
    pub(super) root: &'a Path,
    pub(super) interrupts: &'a Interrupts,
    pub(super) bar: &'a Bar,
    /// Boots that came before.
    pub(super) before: u32,
}

/// What was counted, and why nothing was. Only an interrupt, or a machine that fails us altogether, is an error: the
/// timed boots stand without these.
pub(super) fn boots(side: &Side, plan: &Plan, around: &Around<'_>) -> Result<(Vec<Counted>, Option<String>)> {
    let Around { args, workspace, interrupts, .. } = around;
    if args.count == 0 {
        return Ok((Vec::new(), None));
    }
    let (bench, cores) = (&side.bench, side.machine.smp);
    let prepared =
        Counting::prepare(&bench.image, &bench.version, bench.accel, cores, workspace, interrupts)?;
    let counting = match prepared {
        Ok(counting) => counting,
        Err(why) => return Ok((Vec::new(), Some(why))),
    };
    let mut counted = Vec::new();
    for boot in 0..args.count {
        match watched(side, plan, &counting, boot, around) {
            Ok(more) => counted.extend(more),
            Err(error) => {
                interrupts.check()?;
                let text = format!("{error:#}");
                let first = text.lines().next().unwrap_or_default().to_string();
                eprintln!("ninewire: the guest's instructions are not counted: {text}");
                return Ok((Vec::new(), Some(first)));
            }
        }
    }
    Ok((counted, None))
}

fn watched(
    side: &Side,
    plan: &Plan,
    counting: &Counting,
    boot: u32,
    around: &Around<'_>,
) -> Result<Vec<Counted>> {
    let Around { args, root, interrupts, bar, before, .. } = around;
    let Assembly { mut vm, wires, answering } =
        side.assemble(args.server.as_deref(), root, &plan.scratch, &plan.files)?;
    let out = tempfile::NamedTempFile::new().context("cannot make a temporary file for the counts")?;
    vm.extra.extend(counting.arguments(out.path())?);
    // Otherwise it is chance whether the answer makes a round of the guest's run loop of its own.
    vm.cmdline.push_str(" clunk-awaited");
    // It may lie in the directory, when that is the one for temporary files.
    vm.confined.iter_mut().for_each(|confined| confined.writable.push(out.path().to_path_buf()));
    let shown = format!("{}, counting instructions", side.shown());
    let mut show = |progress| bar.show(before + boot, &shown, progress);
    let received = session::run(&vm, wires, &side.pinning, plan, boot, &mut show, interrupts)?;
    let received = side.check(received, &answering, plan, root)?;
    let lines = std::fs::read_to_string(out.path()).context("cannot read the plugin's counts")?;
    counts(&lines, &received.boot)
}
