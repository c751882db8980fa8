//! A running guest: the QEMU process, what it printed, and how it ended.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};

use super::{Kept, Vm};
use crate::child::Supervised;
use crate::interrupt::Interrupts;

/// As much of QEMU's own messages is shown as explains an end.
const MESSAGES_BYTES_MAX: usize = 4096;

/// QEMU running a [`Vm`]. Dropping it ends QEMU.
#[derive(Debug)]
pub struct Guest {
    process: Supervised,
    /// QEMU's own standard output and error: an unnamed file, gone with us.
    output: File,
    /// When the process was started.
    pub started: Instant,
}

/// How a guest ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The guest said all is well.
    Success,
    /// The guest said it failed.
    Failure,
    /// The guest's kernel stopped on a broken invariant or an exception.
    Panic,
    /// The guest left through its exit device with another code.
    Code(u8),
    /// The machine reset or powered off without a word: a triple fault, most of the time.
    Reset,
    /// QEMU itself ended: refused its arguments, crashed, or was killed.
    Qemu(String),
}

impl Ended {
    /// From QEMU's exit status. The guest's code `c` arrives as `(c << 1) | 1`; QEMU's own refusals are status 1.
    pub fn from_status(status: ExitStatus) -> Self {
        match status.code() {
            Some(0) => Self::Reset,
            Some(33) => Self::Success,
            Some(35) => Self::Failure,
            Some(37) => Self::Panic,
            Some(code) if code & 1 == 1 && code != 1 => Self::Code((code >> 1) as u8),
            _ => Self::Qemu(describe_status(status)),
        }
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Success => write!(f, "the guest ended well"),
            Self::Failure => write!(f, "the guest reported a failure"),
            Self::Panic => write!(f, "the guest panicked"),
            Self::Code(code) => write!(f, "the guest ended with the unknown code {code:#x}"),
            Self::Reset => write!(f, "the machine reset or powered off by itself"),
            Self::Qemu(status) => write!(f, "QEMU ended by itself: {status}"),
        }
    }
}

/// `exit status 1` or `killed by signal 9`.
pub fn describe_status(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => "no exit status".to_string(),
    }
}

impl Guest {
    /// Starts QEMU. The calling thread has to outlive the guest, and the descriptors `vm` inherits have to be open
    /// until this returns; afterwards ours can be closed.
    pub fn start(vm: &Vm) -> Result<Self> {
        let output = tempfile::tempfile().context("cannot make a temporary file for QEMU's messages")?;
        let mut command = Command::new(&vm.program);
        command.args(vm.arguments()).stdin(Stdio::null());
        command.stdout(output.try_clone().context("cannot share QEMU's message file")?);
        command.stderr(output.try_clone().context("cannot share QEMU's message file")?);
        if let Some(confinement) = &vm.confined
            && confinement.apply(&mut command)? == Kept::ByNobody
        {
            let shown = confinement.dir.display();
            eprintln!(
                "ninewire: this kernel knows no Landlock: that {shown} is not changed rests on the guest"
            );
        }
        let started = Instant::now();
        let process = Supervised::spawn("QEMU", &mut command, &vm.inherited())?;
        Ok(Self { process, output, started })
    }

    /// The process, for waiting on it beside other things.
    pub fn process(&mut self) -> &mut Supervised {
        &mut self.process
    }

    /// How it ended, if it has.
    pub fn try_ended(&mut self) -> Result<Option<Ended>> {
        Ok(self.process.try_wait()?.map(Ended::from_status))
    }

    /// Waits for the end.
    pub fn wait(&mut self, interrupts: &Interrupts, deadline: Option<Instant>) -> Result<Ended> {
        Ok(Ended::from_status(self.process.wait(interrupts, deadline)?))
    }

    /// The last lines QEMU itself printed (not the guest), for an error's tail.
    pub fn messages(&self) -> String {
        // Positioned reads: the file's own offset is shared with QEMU, which is writing there.
        let mut bytes = vec![0; MESSAGES_BYTES_MAX];
        let end = self.output.metadata().map_or(0, |meta| meta.len());
        let start = end.saturating_sub(MESSAGES_BYTES_MAX as u64);
        match self.output.read_at(&mut bytes, start) {
            Ok(count) => String::from_utf8_lossy(&bytes[..count]).trim_end().to_string(),
            Err(error) => format!("(QEMU's messages cannot be read: {error})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn the_exit_device_and_qemu_itself_are_told_apart() {
        let ended = |code: i32| Ended::from_status(ExitStatus::from_raw(code << 8));
        assert_eq!(ended(33), Ended::Success);
        assert_eq!(ended(35), Ended::Failure);
        assert_eq!(ended(37), Ended::Panic);
        assert_eq!(ended(255), Ended::Code(0x7f));
        assert_eq!(ended(0), Ended::Reset);
        assert_eq!(ended(1), Ended::Qemu("exit status 1".into()));
        assert_eq!(Ended::from_status(ExitStatus::from_raw(9)), Ended::Qemu("killed by signal 9".into()));
    }
}
