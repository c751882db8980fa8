//! Receives one boot's stream: checks that it is whole and says what was planned, and makes a [`Boot`] of it.
//!
//! [`Ingest`] is the conversation without a socket; [`receive`] is the same over one, with deadlines. A gap, a bad
//! checksum, a record out of turn, a short run, a guest that gives up, a missing end or a dead QEMU makes the boot
//! void, and with it the run: the reason and the guest's last log lines are all that is left of it.

mod receive;
mod talk;
mod void;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use ninewire_bench_guest::frame::{Decoder, FRAME_MAX};
use ninewire_bench_guest::record;
use ninewire_bench_guest::units::Bytes;

use crate::checksum::crc32c_of;
use crate::plan::Plan;
use crate::run::Boot;
pub use receive::{Limits, Watch, receive};
use talk::Talk;
pub use void::{Void, VoidReason};

/// What the caller has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Bring more bytes.
    More,
    /// Send [`Plan::frames`].
    SendOrders,
    /// Call [`Ingest::finish`].
    Finished,
}

/// Something worth showing while a boot runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The guest is ready.
    Hello {
        /// Which guest.
        guest: String,
    },
    /// A visit begins.
    Visit {
        /// How many ended before it.
        done: usize,
        /// How many there are in this boot.
        all: usize,
        /// The case.
        name: String,
        /// The path.
        path: record::Path,
    },
    /// A timed repetition has just ended.
    Repetition,
    /// All of it has been told: the next one of the visit begins.
    Told,
    /// A line of the guest's log that matters.
    Log(String),
}

/// A conversation in progress.
pub struct Ingest<'p> {
    decoder: Box<Decoder<FRAME_MAX>>,
    talk: Talk<'p>,
}

impl<'p> Ingest<'p> {
    /// The boot with this number, from 0, which is to follow `plan`.
    pub fn new(plan: &'p Plan, boot: u32) -> Self {
        Ingest { decoder: Box::default(), talk: Talk::new(plan, boot) }
    }

    /// Takes the next bytes, which arrived `since_start` after QEMU was started.
    pub fn push(
        &mut self,
        mut bytes: &[u8],
        since_start: Duration,
        show: &mut dyn FnMut(Progress),
    ) -> Result<Step, Void> {
        let mut step = Step::More;
        while !bytes.is_empty() {
            self.decoder.feed(&mut bytes);
            while let Some(event) = self.decoder.next() {
                match self.talk.event(event, since_start, show) {
                    Ok(Step::More) => {}
                    Ok(next) => step = next,
                    Err(reason) => return Err(self.void(reason)),
                }
            }
        }
        Ok(step)
    }

    /// What is still awaited, in words.
    pub fn awaited(&self) -> String {
        self.talk.awaited()
    }

    /// The boot, once its last frame has come.
    pub fn finish(self) -> Result<Received, Void> {
        if self.talk.is_finished() {
            Ok(self.talk.into_received())
        } else {
            Err(self.void(VoidReason::Ended { awaited: self.awaited() }))
        }
    }

    /// Void for `reason`, with the guest's last words.
    pub fn void(&self, reason: VoidReason) -> Void {
        Void { reason, log: self.talk.log_tail() }
    }
}

/// A boot whose stream was whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The boot.
    pub boot: Boot,
    /// What the guest wrote last to a file: how many bytes from its beginning, and their checksum.
    written: BTreeMap<u16, (Bytes, u32)>,
}

impl Received {
    /// Checks on the host's side what the guest says it wrote, by reading the files below `root`.
    pub fn check_written(&self, plan: &Plan, root: &Path) -> Result<(), VoidReason> {
        self.check_written_in(plan, |path| File::open(root.join(path)))
    }

    /// The same where `open` finds the files.
    pub fn check_written_in<R: Read>(
        &self,
        plan: &Plan,
        open: impl Fn(&str) -> std::io::Result<R>,
    ) -> Result<(), VoidReason> {
        for (&file, &(size, expected)) in &self.written {
            let Some(known) = plan.files.get(usize::from(file)) else { continue };
            let path = known.path.clone();
            match open(&path).and_then(|file| crc32c_of(file.take(size.0))) {
                Ok((_, found)) if found == expected => {}
                Ok((_, found)) => return Err(VoidReason::Checksum { path, expected, found }),
                Err(error) => return Err(VoidReason::Unreadable { path, error: error.to_string() }),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
