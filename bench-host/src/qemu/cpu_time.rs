//! How long which threads have run on the host's processors: QEMU's guest cores, its main loop, its workers, and the
//! embedded 9P server beside it.
//!
//! Read from the scheduler's own accounts (`/proc/PID/task/TID/schedstat`, nanoseconds). A thread that is running is booked
//! up to the scheduler's last tick, so spans of a few ticks say little; who asks has to ask for long ones.

use std::collections::BTreeMap;
use std::path::Path;

/// The name of the threads that serve a 9P connection in this process.
pub const SERVER_THREAD: &str = "9p-session";

/// The name of the thread at the host's end of a raw port, in this process too.
pub const RAW_PORT_THREAD: &str = "raw-port";

/// What a thread is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A guest core.
    Vcpu,
    /// QEMU's main loop.
    Main,
    /// QEMU's other threads.
    Workers,
    /// The embedded 9P server, or our end of a raw port.
    Server,
}

impl Part {
    /// All of them, in the order they are told.
    pub const ALL: [Part; 4] = [Part::Vcpu, Part::Main, Part::Workers, Part::Server];

    /// Its name in result files.
    pub fn word(self) -> &'static str {
        match self {
            Part::Vcpu => "vcpu",
            Part::Main => "main",
            Part::Workers => "workers",
            Part::Server => "server",
        }
    }
}

/// What every thread has run so far, by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpuTime(BTreeMap<u32, (Part, u64)>);

impl CpuTime {
    /// Now, of the QEMU with this process number and of the servers in this process. Empty where the system does not say.
    pub fn now(qemu: u32) -> Self {
        let mut threads = BTreeMap::new();
        read(qemu, |thread, name| Some(part_of(thread == qemu, name)), &mut threads);
        let ours = [SERVER_THREAD, RAW_PORT_THREAD];
        let server = |_, name: &str| ours.contains(&name).then_some(Part::Server);
        read(std::process::id(), server, &mut threads);
        Self(threads)
    }

    /// What ran between `before` and this, in nanoseconds by the part's word. A thread that has ended since then is not
    /// in it.
    pub fn since(&self, before: &CpuTime) -> BTreeMap<String, u64> {
        let mut parts: BTreeMap<String, u64> = BTreeMap::new();
        for (thread, (part, now)) in &self.0 {
            let then = before.0.get(thread).map_or(0, |(_, then)| *then);
            *parts.entry(part.word().to_string()).or_insert(0) += now.saturating_sub(then);
        }
        parts
    }
}

fn read(process: u32, part: impl Fn(u32, &str) -> Option<Part>, threads: &mut BTreeMap<u32, (Part, u64)>) {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{process}/task")) else { return };
    for path in tasks.flatten().map(|task| task.path()) {
        let thread = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        let (Some(thread), Some((name, ran))) = (thread, account(&path)) else { continue };
        if let Some(part) = part(thread, name.trim()) {
            threads.insert(thread, (part, ran));
        }
    }
}

/// A thread's name and how long it has run. A thread that has just ended has none.
fn account(task: &Path) -> Option<(String, u64)> {
    let name = std::fs::read_to_string(task.join("comm")).ok()?;
    let account = std::fs::read_to_string(task.join("schedstat")).ok()?;
    Some((name, account.split_whitespace().next()?.parse().ok()?))
}

fn part_of(is_main: bool, name: &str) -> Part {
    match (name.starts_with("CPU "), is_main) {
        (true, _) => Part::Vcpu,
        (false, true) => Part::Main,
        (false, false) => Part::Workers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_told_apart_by_name_and_number() {
        assert_eq!(part_of(false, "CPU 0/TCG"), Part::Vcpu);
        assert_eq!(part_of(true, "qemu-system-x86"), Part::Main);
        assert_eq!(part_of(false, "worker"), Part::Workers);
    }

    #[test]
    fn what_ran_is_summed_by_part_and_new_threads_count_from_their_beginning() {
        let time = |threads: &[(u32, Part, u64)]| {
            CpuTime(threads.iter().map(|&(thread, part, ran)| (thread, (part, ran))).collect())
        };
        let before = time(&[(1, Part::Main, 100), (2, Part::Vcpu, 1000), (3, Part::Workers, 50)]);
        let after = time(&[
            (1, Part::Main, 130),
            (2, Part::Vcpu, 1500),
            (4, Part::Workers, 7),
            (5, Part::Workers, 3),
        ]);
        let parts = after.since(&before);
        assert_eq!((parts["main"], parts["vcpu"], parts["workers"]), (30, 500, 10));
    }

    #[test]
    fn this_process_has_run_and_a_process_that_is_not_there_has_no_account() {
        let own = CpuTime::now(std::process::id());
        assert!(own.since(&CpuTime::default()).values().sum::<u64>() > 0);
        assert_eq!(CpuTime::now(u32::MAX).since(&CpuTime::default()).get("vcpu"), None);
    }
}
