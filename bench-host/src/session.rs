//! One boot of a benchmark: QEMU with its wires, the conversation on the timing stream, and an end in order.
//!
//! The conversation itself is `ingest`; here are the process, its pinned threads, its log, and the guest's last word,
//! its exit code. Whatever goes wrong comes back as one error with the last lines of the guest's log.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use rustix::fs::{MemfdFlags, memfd_create};

use crate::ingest::{Limits, Progress, Received, VoidReason, Watch, receive};
use crate::interrupt::Interrupts;
use crate::plan::Plan;
use crate::qemu::{CharDev, CpuTime, Ended, Guest, Pinning, Vm};

/// From the guest's last frame to the end of QEMU.
const END_MAX: Duration = Duration::from_secs(20);

/// QEMU starts its guest cores within a few hundredths of a second; a boot is not held up for longer than this.
const PIN_MAX: Duration = Duration::from_secs(2);
const PIN_INTERVAL: Duration = Duration::from_millis(2);

/// As much of the guest's log is shown as explains an end.
const LOG_LINES_MAX: usize = 20;
const LOG_BYTES_MAX: u64 = 16 * 1024;

/// The guest's log: a file without a name that QEMU writes and we read. It lies in memory and in no directory, so that a
/// QEMU that may not change one can still open it.
#[derive(Debug)]
pub struct Log(File);

impl Log {
    /// An empty log.
    pub fn new() -> Result<Self> {
        let file = memfd_create(c"guest log", MemfdFlags::CLOEXEC);
        Ok(Self(file.context("cannot make a file for the guest's log")?.into()))
    }

    /// What QEMU is told to write to, and the descriptor it has to inherit for that.
    pub fn chardev(&self) -> CharDev {
        CharDev::InheritedFile(self.0.as_raw_fd())
    }

    /// The last lines, indented.
    pub fn tail(&self) -> String {
        let mut bytes = vec![0; LOG_BYTES_MAX as usize];
        let end = self.0.metadata().map_or(0, |meta| meta.len());
        let count = self.0.read_at(&mut bytes, end.saturating_sub(LOG_BYTES_MAX)).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..count]);
        let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(LOG_LINES_MAX)..];
        last.iter().map(|line| format!("    {}\n", line.trim_end())).collect()
    }
}

/// The host's ends of a boot's wires.
#[derive(Debug)]
pub struct Wires {
    /// The timing stream: orders out, frames in.
    pub results: UnixStream,
    /// COM1.
    pub log: Log,
    /// QEMU's ends; closed here once QEMU has them.
    pub theirs: Vec<UnixStream>,
}

/// The world around a conversation: QEMU, the user, and who shows progress.
struct Around<'a> {
    guest: &'a mut Guest,
    interrupts: &'a Interrupts,
    show: &'a mut dyn FnMut(Progress),
    /// What threads had run when the repetition that is under way began; `None` where the host did not see it begin.
    begun: Option<CpuTime>,
    /// What ran during each repetition, in their order.
    ran: Vec<BTreeMap<String, u64>>,
}

impl Watch for Around<'_> {
    fn died(&mut self) -> Option<String> {
        match self.guest.try_ended() {
            Ok(ended) => ended.map(|ended| ended.to_string()),
            Err(error) => Some(format!("{error:#}")),
        }
    }

    fn interrupted(&mut self) -> bool {
        self.interrupts.check().is_err()
    }

    fn show(&mut self, progress: Progress) {
        let now = |around: &mut Self| CpuTime::now(around.guest.process().pid());
        match progress {
            Progress::Repetition => {
                let ended = now(self);
                self.ran.push(self.begun.take().map_or_else(BTreeMap::new, |begun| ended.since(&begun)));
            }
            Progress::Told => self.begun = Some(now(self)),
            // What comes before a visit's first repetition is not timed.
            Progress::Visit { .. } => self.begun = None,
            Progress::Hello { .. } | Progress::Log(_) => {}
        }
        (self.show)(progress);
    }
}

/// Boots `vm` as boot number `boot` of `plan`, receives what it says and waits for its end.
pub fn run(
    vm: &Vm,
    wires: Wires,
    pinning: &Pinning,
    plan: &Plan,
    boot: u32,
    show: &mut dyn FnMut(Progress),
    interrupts: &Interrupts,
) -> Result<Received> {
    let Wires { mut results, log, theirs } = wires;
    let mut guest = Guest::start(vm)?;
    drop(theirs);
    pin(&mut guest, pinning)?;
    let (started, limits) = (guest.started, Limits::for_plan(plan));
    let mut around = Around { guest: &mut guest, interrupts, show, begun: None, ran: Vec::new() };
    let received = receive(&mut results, plan, boot, started, limits, &mut around);
    let received = received.map(|received| with_cpu_time(received, around.ran));
    // An interrupt is the user's wish and no finding about the guest.
    interrupts.check()?;
    let reason = match received {
        Ok(received) => match guest.wait(interrupts, Some(Instant::now() + END_MAX)) {
            Ok(Ended::Success) => return Ok(received),
            Ok(ended) => format!("after its last frame {ended}"),
            Err(error) => format!("after the guest's last frame {error:#}"),
        },
        Err(void) => {
            if matches!(void.reason, VoidReason::Ended { .. } | VoidReason::Died { .. }) {
                guest.wait(interrupts, Some(Instant::now() + END_MAX)).ok();
            }
            void.reason.to_string()
        }
    };
    interrupts.check()?;
    guest.process().kill();
    Err(anyhow!("the run is void: boot {boot}: {reason}{}", evidence(&guest, &log)))
}

/// Notes beside each repetition what ran during it.
fn with_cpu_time(mut received: Received, ran: Vec<BTreeMap<String, u64>>) -> Received {
    let samples = received.boot.visits.iter_mut().flat_map(|visit| &mut visit.samples);
    samples.zip(ran).for_each(|(sample, ran)| sample.host_cpu_ns = ran);
    received
}

fn pin(guest: &mut Guest, pinning: &Pinning) -> Result<()> {
    let give_up = Instant::now() + PIN_MAX;
    while !pinning.pin_guest(guest.process().pid())?
        && Instant::now() < give_up
        && guest.try_ended()?.is_none()
    {
        std::thread::sleep(PIN_INTERVAL);
    }
    Ok(())
}

/// What QEMU and the guest printed last, each on lines of its own.
fn evidence(guest: &Guest, log: &Log) -> String {
    let mut text = String::new();
    for (title, lines) in
        [("QEMU said", indented(&guest.messages())), ("the end of the guest's log", log.tail())]
    {
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}:\n{}", lines.trim_end()));
        }
    }
    if log.tail().is_empty() {
        text.push_str("\nthe guest logged nothing");
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::Supervised;
    use crate::qemu::Confinement;
    use std::io::Write;
    use std::process::Command;

    #[test]
    fn the_tail_of_a_log_is_its_last_lines_without_the_empty_ones() {
        let log = Log::new().unwrap();
        assert_eq!(log.tail(), "");
        for line in 0..100 {
            writeln!(&log.0, "line {line}\r\n").unwrap();
        }
        let tail = log.tail();
        assert_eq!(tail.lines().count(), LOG_LINES_MAX);
        assert!(tail.ends_with("    line 99\n"), "{tail}");
        assert!(tail.starts_with("    line 80\n"), "{tail}");
    }

    #[test]
    fn a_process_that_may_not_change_a_directory_can_write_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().canonicalize().unwrap();
        let writable = dir.join("scratch");
        std::fs::create_dir(&writable).unwrap();
        let log = Log::new().unwrap();
        let CharDev::InheritedFile(number) = log.chardev() else { panic!("a log is inherited") };
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("echo said >> /dev/fd/{number}"));
        Confinement { dir, writable: vec![writable] }.apply(&mut command).unwrap();
        let mut child = Supervised::spawn("sh", &mut command, &[number]).unwrap();
        assert!(child.wait(&Interrupts::never().unwrap(), None).unwrap().success());
        assert_eq!(log.tail(), "    said\n");
    }

    #[test]
    fn a_log_longer_than_what_is_shown_is_cut_at_its_head() {
        let log = Log::new().unwrap();
        (&log.0).write_all(&vec![b'x'; 4 * LOG_BYTES_MAX as usize]).unwrap();
        (&log.0).write_all(b"\nthe reason\n").unwrap();
        assert!(log.tail().ends_with("    the reason\n"));
    }
}
