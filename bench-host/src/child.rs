//! Child processes that cannot outlive us: QEMU, cargo, a 9P server program.
//!
//! A [`Supervised`] child is killed and reaped when the value is dropped, and by the kernel (parent-death signal) when we
//! die without dropping anything. It gets a process group of its own: Ctrl-C reaches us alone, and we end the whole group
//! in order, so that cargo's compilers and tests go with cargo. Waiting is on a pidfd beside the interrupt pipe, always
//! with a deadline.
//!
//! The parent-death signal fires when the *thread* that started the child ends, so children are started by the
//! thread that waits for them.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{
    Pid, PidfdFlags, Signal, getpid, getppid, kill_process_group, pidfd_open, set_parent_process_death_signal,
};

use crate::interrupt::Interrupts;

/// A running child; see the module's head.
#[derive(Debug)]
pub struct Supervised {
    child: Child,
    pidfd: OwnedFd,
    /// Named in errors.
    what: String,
    status: Option<ExitStatus>,
}

impl Supervised {
    /// Starts `command`; `inherit` names descriptors the child keeps under the same numbers.
    pub fn spawn(what: &str, command: &mut Command, inherit: &[RawFd]) -> Result<Self> {
        let parent = getpid();
        let inherit = inherit.to_vec();
        command.process_group(0);
        // SAFETY: between fork and exec only async-signal-safe system calls are made and nothing is allocated: the
        // list was built before, and the closure itself is owned by `command`.
        unsafe {
            command.pre_exec(move || {
                set_parent_process_death_signal(Some(Signal::KILL))?;
                if getppid() != Some(parent) {
                    // The parent died before the line above could tie us to it.
                    return Err(io::Error::from(rustix::io::Errno::SRCH));
                }
                for &number in &inherit {
                    // SAFETY: the caller keeps these descriptors open until `spawn` returns, and the child's copy of
                    // the table is its own.
                    let fd = BorrowedFd::borrow_raw(number);
                    fcntl_setfd(fd, FdFlags::empty())?;
                }
                Ok(())
            });
        }
        let program = command.get_program().to_os_string();
        let child = command.spawn().with_context(|| format!("cannot start {}", program.to_string_lossy()))?;
        let pid = Pid::from_child(&child);
        let pidfd = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => pidfd,
            Err(error) => {
                let mut child = child;
                child.kill().ok();
                child.wait().ok();
                return Err(
                    anyhow!(error).context(format!("cannot watch {what}: this needs Linux 5.3 or newer"))
                );
            }
        };
        Ok(Self { child, pidfd, what: what.to_string(), status: None })
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Readable once the child has ended.
    pub fn pidfd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    /// The child's standard output, where the command asked for a pipe.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The exit status if the child has ended.
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait().with_context(|| format!("cannot wait for {}", self.what))?;
        }
        Ok(self.status)
    }

    /// Waits for the end of the child; an interrupt or the deadline is an error, and dropping `self` then kills it.
    pub fn wait(&mut self, interrupts: &Interrupts, deadline: Option<Instant>) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            interrupts.check()?;
            let ready = wait_readable(&[self.pidfd.as_fd(), interrupts.fd()], deadline)?;
            if ready.is_empty() {
                return Err(anyhow!("{} did not end in time", self.what));
            }
        }
    }

    /// Ends the child and everything it started at once, and reaps it.
    pub fn kill(&mut self) {
        if matches!(self.try_wait(), Ok(Some(_))) {
            return;
        }
        let pid = Pid::from_child(&self.child);
        kill_process_group(pid, Signal::KILL).ok();
        self.status = self.child.wait().ok();
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until one of `fds` is readable or closed and says which (indices into `fds`); empty when the deadline has
/// passed.
pub fn wait_readable(fds: &[BorrowedFd<'_>], deadline: Option<Instant>) -> io::Result<Vec<usize>> {
    let mut polled: Vec<PollFd<'_>> =
        fds.iter().map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)).collect();
    wait_polled(&mut polled, deadline)
}

/// [`wait_readable`] with the events chosen by the caller.
pub fn wait_polled(polled: &mut [PollFd<'_>], deadline: Option<Instant>) -> io::Result<Vec<usize>> {
    loop {
        let timeout = deadline.map(|at| timespec(at.saturating_duration_since(Instant::now())));
        match poll(polled, timeout.as_ref()) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(0) if deadline.is_some_and(|at| at > Instant::now()) => continue,
            Ok(_) => break,
        }
    }
    Ok((0..polled.len()).filter(|&index| !polled[index].revents().is_empty()).collect())
}

fn timespec(duration: Duration) -> Timespec {
    Timespec { tv_sec: duration.as_secs() as _, tv_nsec: duration.subsec_nanos() as _ }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;
    use std::process::Stdio;

    fn sleeper() -> Command {
        let mut command = Command::new("sleep");
        command.arg("600").stdin(Stdio::null());
        command
    }

    fn is_running(pid: u32) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
    }

    #[test]
    fn a_dropped_child_is_dead_and_reaped() {
        let child = Supervised::spawn("sleep", &mut sleeper(), &[]).unwrap();
        let pid = child.pid();
        assert!(is_running(pid));
        drop(child);
        assert!(!is_running(pid));
    }

    #[test]
    fn what_a_dropped_child_started_is_dead_too() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo $!; wait"]).stdout(Stdio::piped());
        let mut child = Supervised::spawn("sh", &mut command, &[]).unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.take_stdout().unwrap()), &mut line)
            .unwrap();
        let grandchild: i32 = line.trim().parse().unwrap();
        let pidfd = pidfd_open(Pid::from_raw(grandchild).unwrap(), PidfdFlags::empty()).unwrap();
        drop(child);
        let ready = wait_readable(&[pidfd.as_fd()], Some(Instant::now() + Duration::from_secs(20))).unwrap();
        assert_eq!(ready, [0], "the grandchild lives on");
    }

    #[test]
    fn a_child_dies_with_the_thread_that_started_it() {
        let pid = std::thread::spawn(|| {
            let child = Supervised::spawn("sleep", &mut sleeper(), &[]).unwrap();
            let pid = child.pid();
            // What a crash does: nothing is dropped.
            std::mem::forget(child);
            pid
        })
        .join()
        .unwrap();
        let pidfd = pidfd_open(Pid::from_raw(pid as i32).unwrap(), PidfdFlags::empty()).unwrap();
        let ready = wait_readable(&[pidfd.as_fd()], Some(Instant::now() + Duration::from_secs(20))).unwrap();
        assert_eq!(ready, [0], "the child outlived its parent thread");
    }

    #[test]
    fn a_deadline_names_what_was_awaited() {
        let interrupts = Interrupts::never().unwrap();
        let mut child = Supervised::spawn("a long nap", &mut sleeper(), &[]).unwrap();
        let error = child.wait(&interrupts, Some(Instant::now())).unwrap_err();
        assert_eq!(error.to_string(), "a long nap did not end in time");
    }

    #[test]
    fn a_named_descriptor_reaches_the_child_and_no_other_does() {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut command = Command::new("sh");
        let (kept, closed) = (theirs.as_raw_fd(), ours.as_raw_fd());
        command.arg("-c").arg(format!("test -e /dev/fd/{kept} && ! test -e /dev/fd/{closed}"));
        let mut child = Supervised::spawn("sh", &mut command, &[kept]).unwrap();
        let status = child.wait(&Interrupts::never().unwrap(), None).unwrap();
        assert!(status.success());
    }
}
