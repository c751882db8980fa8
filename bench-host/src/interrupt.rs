//! Ctrl-C and its relatives as values: a signal becomes something `poll` sees and `?` carries.
//!
//! `main` installs this once. Everything that waits polls [`Interrupts::fd`] beside what it waits for and returns
//! [`Interrupted`], so that guards are dropped in order: QEMU is killed, sockets close, scratch folders go. The first
//! signal asks for that; a second one ends the process at once (QEMU and the scratch folder are then taken care of
//! by the parent-death signal and the sweeper).

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// A signal asked us to end. Carries its number so that the exit code can be the shell's 128 + number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// The signal's number.
    pub signal: i32,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.signal {
            SIGINT => "Ctrl-C",
            SIGTERM => "SIGTERM",
            SIGHUP => "SIGHUP",
            _ => "a signal",
        };
        write!(f, "ended by {name}; everything started here was stopped and removed")
    }
}

impl std::error::Error for Interrupted {}

/// The receiving end of the signals that ask us to end.
#[derive(Debug)]
pub struct Interrupts {
    /// Becomes readable with the first signal and stays so: nobody reads it.
    pipe: UnixStream,
    /// Number of the latest signal, 0 before any. Written by the handler only.
    signal: Arc<AtomicUsize>,
}

impl Interrupts {
    /// Takes over SIGINT, SIGTERM and SIGHUP for the rest of the process.
    pub fn install() -> io::Result<Self> {
        let (pipe, write_end) = UnixStream::pair()?;
        let signal = Arc::new(AtomicUsize::new(0));
        let second_ends = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // Handlers run in the order of registration: the flag is still false when the first signal passes here.
            signal_hook::flag::register_conditional_shutdown(number, 128 + number, second_ends.clone())?;
            signal_hook::flag::register(number, second_ends.clone())?;
            signal_hook::flag::register_usize(number, signal.clone(), number as usize)?;
            signal_hook::low_level::pipe::register(number, write_end.try_clone()?)?;
        }
        Ok(Self { pipe, signal })
    }

    /// For tests and library callers: never interrupted.
    pub fn never() -> io::Result<Self> {
        let (pipe, write_end) = UnixStream::pair()?;
        // A closed peer would look readable; the write end lives as long as the process.
        std::mem::forget(write_end);
        Ok(Self { pipe, signal: Arc::new(AtomicUsize::new(0)) })
    }

    /// `Err` once a signal has arrived.
    pub fn check(&self) -> Result<(), Interrupted> {
        match self.signal.load(Ordering::SeqCst) {
            0 => Ok(()),
            number => Err(Interrupted { signal: number as i32 }),
        }
    }

    /// Readable once a signal has arrived.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}
