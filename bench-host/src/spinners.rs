//! Processes that keep the host's processors from going idle: one on each, run only where nothing else wants to run
//! (`SCHED_IDLE`, sched(7)).
//!
//! A processor that has nothing to do is halted, and on a machine that is itself a guest it takes tens of microseconds
//! to wake it: longer than a small request takes. Whether that is part of what is measured is a setting of a run, the
//! same for all its sides, and told in its header and below its tables.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::child::Supervised;

/// How this program calls itself to be one of them.
pub const COMMAND: &str = "spin";

/// Those that run.
///
/// They end when this is dropped.
#[derive(Debug)]
pub struct Spinners(Vec<Supervised>);

impl Spinners {
    /// One on each processor we may use. To be called before threads are pinned.
    pub fn start() -> Result<Self> {
        let program = std::env::current_exe().context("cannot find this program")?;
        let ours = sched_getaffinity(None).context("cannot ask which processors we may use")?;
        let processors = (0..CpuSet::MAX_CPU).filter(|&processor| ours.is_set(processor));
        let start = |processor: usize| {
            let mut command = Command::new("chrt");
            command.args(["--idle", "0"]).arg(&program).arg(COMMAND).arg(processor.to_string());
            command.stdin(Stdio::null()).stdout(Stdio::null());
            Supervised::spawn("a spinner", &mut command, &[])
                .context("--spinners is done by chrt (util-linux)")
        };
        processors.map(start).collect::<Result<_>>().map(Self)
    }

    /// Fails when one of them has ended: then the run is not what its header says.
    pub fn check(&mut self) -> Result<()> {
        for spinner in &mut self.0 {
            if let Some(status) = spinner.try_wait()? {
                bail!("a spinner has ended ({status}): the run was made partly without it");
            }
        }
        Ok(())
    }
}

/// Spins on `processor` until somebody ends this process.
pub fn spin(processor: usize) -> Result<std::convert::Infallible> {
    if processor >= CpuSet::MAX_CPU {
        bail!("there is no processor {processor}");
    }
    let mut set = CpuSet::new();
    set.set(processor);
    sched_setaffinity(None, &set).context("cannot choose a processor")?;
    loop {
        std::hint::spin_loop();
    }
}
