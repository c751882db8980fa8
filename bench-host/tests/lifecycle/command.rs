//! The command `ninewire` as a process: started, signalled, waited for, and asked what it leaves behind.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Every wait of these tests: far beyond what anything takes, a build of the guests on a busy machine included.
const WAIT_MAX: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(10);

/// A running `ninewire`. Killed if a test fails before its end.
pub(crate) struct Ninewire {
    child: Child,
}

/// What an ended `ninewire` left.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ninewire {
    /// Starts it with standard input from `stdin`; output and errors are kept.
    pub(crate) fn start(words: &[&str], stdin: Stdio) -> Self {
        Self::start_in(words, stdin, &[])
    }

    /// [`Self::start`] with these variables set in its environment.
    pub(crate) fn start_in(words: &[&str], stdin: Stdio, environment: &[(&str, &str)]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_ninewire"))
            .args(words)
            .envs(environment.iter().copied())
            .env_remove("QEMU")
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child }
    }

    /// Starts it with nothing on standard input, and waits for its end.
    pub(crate) fn run(words: &[&str]) -> Finished {
        Self::start(words, Stdio::null()).finish()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it has started its guest, and says the process id.
    pub(crate) fn qemu(&self) -> u32 {
        wait_for("QEMU to start", || children(self.child.id()).into_iter().find(|&pid| is_guest(pid)))
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) fn finish(mut self) -> Finished {
        // Output is drained on threads of its own: a full pipe would stop the command.
        let mut stdout = self.child.stdout.take().unwrap();
        let mut stderr = self.child.stderr.take().unwrap();
        let drain = std::thread::spawn(move || {
            let mut text = Vec::new();
            stdout.read_to_end(&mut text).unwrap();
            text
        });
        let errors = std::thread::spawn(move || {
            let mut text = Vec::new();
            stderr.read_to_end(&mut text).unwrap();
            text
        });
        let status = wait_for("ninewire to end", || self.child.try_wait().unwrap());
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Finished { status, stdout: text(drain.join().unwrap()), stderr: text(errors.join().unwrap()) }
    }
}

impl Drop for Ninewire {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Finished {
    /// The last line on standard error: where the reason stands.
    pub(crate) fn reason(&self) -> &str {
        self.stderr.trim_end().lines().last().unwrap_or_default()
    }
}

/// Asks again and again until there is an answer.
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < WAIT_MAX, "waited in vain for {what}");
        std::thread::sleep(PAUSE);
    }
}

/// Waits until a process is gone.
pub(crate) fn wait_until_gone(pid: u32) {
    wait_for("a process to go away", || (!is_alive(pid)).then_some(()));
}

/// There, and not just waiting to be reaped.
pub(crate) fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
}

/// Is it a QEMU with a machine, rather than one asked for its version?
fn is_guest(pid: u32) -> bool {
    let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    words.split(|&byte| byte == 0).any(|word| word == b"-kernel")
}

fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

/// A checksum over every name, kind, size, content and modification time below `dir`.
pub(crate) fn fingerprint(dir: &Path) -> Vec<String> {
    use std::os::unix::fs::MetadataExt;
    let mut lines = Vec::new();
    let mut pending = vec![dir.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let meta = entry.path().symlink_metadata().unwrap();
            let content = match meta.is_file() {
                true => ninewire_bench_guest::pattern::Crc32c::of(&std::fs::read(entry.path()).unwrap()),
                false => 0,
            };
            if meta.is_dir() {
                pending.push(entry.path());
            }
            // A directory's own times change when the run's scratch folder comes and goes.
            let modified = if meta.is_dir() { (0, 0) } else { (meta.mtime(), meta.mtime_nsec()) };
            let size = if meta.is_dir() { 0 } else { meta.len() };
            let path = entry.path();
            lines.push(format!("{} {:o} {size} {content:08x} {modified:?}", path.display(), meta.mode()));
        }
    }
    lines.sort();
    lines
}
