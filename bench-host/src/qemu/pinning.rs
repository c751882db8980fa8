//! Which processor runs what: guest cores on processors of their own, everything else of QEMU on the others.
//!
//! Left alone, the scheduler places QEMU's threads differently from boot to boot, and the same guest then runs at
//! two speeds. Pinned, the spread over boots halves. QEMU's main thread is pinned before it starts others, so that
//! worker threads inherit its processors whenever they appear; guest cores are found by name and moved.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Where threads run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pinning {
    /// Where the scheduler likes.
    Off,
    /// Guest cores and the rest apart.
    Split {
        /// One processor for each guest core.
        guest: Vec<usize>,
        /// Processors for QEMU's main loop and workers, and for our own threads.
        rest: Vec<usize>,
    },
}

impl fmt::Display for Pinning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => write!(f, "off"),
            Self::Split { guest, rest } => write!(f, "guest {}, rest {}", list(guest), list(rest)),
        }
    }
}

fn list(processors: &[usize]) -> String {
    processors.iter().map(usize::to_string).collect::<Vec<_>>().join("+")
}

impl Pinning {
    /// The split for `cores` guest cores, where there are processors enough for it.
    pub fn choose(cores: u32) -> Result<Self> {
        let ours = sched_getaffinity(None).context("cannot ask which processors we may use")?;
        let allowed = (0..CpuSet::MAX_CPU).filter(|&processor| ours.is_set(processor)).collect();
        Ok(Self::split(allowed, cores as usize))
    }

    fn split(mut allowed: Vec<usize>, cores: usize) -> Self {
        if allowed.len() <= cores {
            return Self::Off;
        }
        let rest = allowed.split_off(cores);
        Self::Split { guest: allowed, rest }
    }

    /// Pins the calling thread, and with it every thread and process it starts from now on, to the rest.
    pub fn pin_rest(&self) -> Result<()> {
        match self {
            Self::Off => Ok(()),
            Self::Split { rest, .. } => {
                sched_setaffinity(None, &set(rest)).context("cannot choose our processors")
            }
        }
    }

    /// Moves the guest cores of the QEMU process `pid` that have started; true when all of them are in place.
    pub fn pin_guest(&self, pid: u32) -> Result<bool> {
        let Self::Split { guest, .. } = self else { return Ok(true) };
        let mut placed = 0;
        for (thread, core) in guest_cores(pid) {
            let Some(processor) = guest.get(core) else { continue };
            // A thread that has just ended needs no processor.
            if sched_setaffinity(Pid::from_raw(thread), &set(&[*processor])).is_ok() {
                placed += 1;
            }
        }
        Ok(placed == guest.len())
    }
}

fn set(processors: &[usize]) -> CpuSet {
    let mut set = CpuSet::new();
    for &processor in processors {
        set.set(processor);
    }
    set
}

/// Thread ids of a QEMU's guest cores, with the core's number.
fn guest_cores(pid: u32) -> Vec<(i32, usize)> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let thread = |path: PathBuf| {
        let core = core_of(&std::fs::read_to_string(path.join("comm")).ok()?)?;
        Some((path.file_name()?.to_str()?.parse().ok()?, core))
    };
    tasks.flatten().filter_map(|task| thread(task.path())).collect()
}

/// QEMU names these threads `CPU 0/TCG` or `CPU 0/KVM` when told `debug-threads=on`.
fn core_of(name: &str) -> Option<usize> {
    name.strip_prefix("CPU ")?.split_once('/')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guest_cores_are_known_by_name() {
        assert_eq!(core_of("CPU 0/TCG\n"), Some(0));
        assert_eq!(core_of("CPU 12/KVM\n"), Some(12));
        assert_eq!(core_of("worker\n"), None);
        assert_eq!(core_of("CPU x/TCG"), None);
    }

    #[test]
    fn guest_cores_get_processors_of_their_own_or_nobody_is_pinned() {
        assert_eq!(Pinning::split(vec![2, 3], 1), Pinning::Split { guest: vec![2], rest: vec![3] });
        let four = Pinning::split(vec![0, 1, 2, 3], 2);
        assert_eq!(four.to_string(), "guest 0+1, rest 2+3");
        assert_eq!(Pinning::split(vec![0, 1], 2), Pinning::Off);
        assert_eq!(Pinning::split(vec![0], 1), Pinning::Off);
    }
}
