//! The user's terminal joined to the guest's first serial line.
//!
//! On a terminal every key goes to the guest as it is, Ctrl-C too; Ctrl-A x ends the session, as in QEMU's own
//! `-nographic`. From a pipe or a script the bytes are typed as fast as the guest takes them, and `halt $status` follows.
//! The terminal's settings come back on every way out that runs destructors, signals included.

use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::event::{PollFd, PollFlags};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

use crate::child::wait_polled;
use crate::interrupt::Interrupts;
use crate::qemu::{Ended, Guest};

/// A guest that has to go on by itself (a script is typed, nobody watches) is given up after this much silence.
pub const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Typed after the last line of a script or a pipe: the guest ends as the last command did.
const LAST_LINE: &[u8] = b"halt $status\n";

/// Where the keys come from.
#[derive(Debug)]
pub enum Keys {
    /// Standard input: a terminal, or a pipe.
    Standard,
    /// These bytes.
    Script(Vec<u8>),
}

/// How a session ended.
#[derive(Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// Ctrl-A x.
    User,
    /// The guest, or QEMU.
    Guest(Ended),
}

/// The terminal with keys passed on unread; dropped, it is what it was.
struct RawTerminal<'fd> {
    fd: BorrowedFd<'fd>,
    before: Termios,
}

impl<'fd> RawTerminal<'fd> {
    fn enter(fd: BorrowedFd<'fd>) -> io::Result<Self> {
        let before = tcgetattr(fd)?;
        let mut raw = before.clone();
        // Output processing stays: a bare line feed of the guest still starts a line.
        raw.input_modes -= InputModes::ICRNL | InputModes::IXON | InputModes::BRKINT | InputModes::ISTRIP;
        raw.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN;
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(fd, OptionalActions::Flush, &raw)?;
        Ok(Self { fd, before })
    }
}

impl Drop for RawTerminal<'_> {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        tcsetattr(self.fd, OptionalActions::Drain, &self.before).ok();
    }
}

/// Finds Ctrl-A x in a stream of keys. Ctrl-A Ctrl-A is one Ctrl-A.
#[derive(Debug, Default)]
struct Escape {
    armed: bool,
}

impl Escape {
    const CTRL_A: u8 = 1;

    /// Appends to `out` what the guest shall see; true when the user wants to leave.
    fn pass(&mut self, keys: &[u8], out: &mut Vec<u8>) -> bool {
        for &key in keys {
            match (self.armed, key) {
                (false, Self::CTRL_A) => self.armed = true,
                (true, b'x' | b'X') => return true,
                _ => {
                    self.armed = false;
                    out.push(key);
                }
            }
        }
        false
    }
}

/// Waits for the guest's first prompt: what is typed before the guest has set its serial port up is lost.
#[derive(Debug, Default)]
struct FirstPrompt {
    seen: bool,
    /// How much of the prompt the guest has printed last.
    matched: usize,
}

impl FirstPrompt {
    const TEXT: &[u8] = b"term% ";

    fn watch(&mut self, printed: &[u8]) {
        for &byte in printed {
            if self.seen {
                return;
            }
            // No beginning of the text repeats inside it, so a mismatch leaves at most its first byte.
            self.matched = match byte {
                byte if byte == Self::TEXT[self.matched] => self.matched + 1,
                byte if byte == Self::TEXT[0] => 1,
                _ => 0,
            };
            self.seen = self.matched == Self::TEXT.len();
        }
    }
}

/// Joins `console`, the host's end of COM1, to the user until one side ends.
pub fn join(
    guest: &mut Guest,
    console: UnixStream,
    keys: Keys,
    out: &mut dyn Write,
    interrupts: &Interrupts,
) -> Result<SessionEnd> {
    console.set_nonblocking(true).context("cannot prepare the console's socket")?;
    let stdin = io::stdin();
    let interactive = matches!(keys, Keys::Standard) && stdin.is_terminal();
    let _raw = interactive.then(|| RawTerminal::enter(stdin.as_fd())).transpose();
    let _raw = _raw.context("cannot prepare the terminal")?;
    // Keys on their way to the guest, and whether more can follow.
    let (mut typed, mut more) = match keys {
        Keys::Standard => (Vec::new(), true),
        Keys::Script(script) => (finished(script), false),
    };
    let mut escape = Escape::default();
    let mut prompt = FirstPrompt::default();
    let mut heard = Instant::now();
    loop {
        interrupts.check()?;
        let deadline = (!interactive && !more).then_some(heard + SILENCE_MAX);
        let sendable = prompt.seen && !typed.is_empty();
        let out_wanted = if sendable { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
        let mut polled = vec![
            PollFd::from_borrowed_fd(console.as_fd(), out_wanted),
            PollFd::from_borrowed_fd(interrupts.fd(), PollFlags::IN),
        ];
        // The next keys are taken when the last ones are on their way; a person's are looked at for Ctrl-A x in any case.
        if more && (typed.is_empty() || interactive && !prompt.seen) {
            polled.push(PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN));
        }
        let ready = wait_polled(&mut polled, deadline).context("cannot wait for the console")?;
        if ready.is_empty() {
            let seconds = SILENCE_MAX.as_secs();
            bail!("the guest printed nothing for {seconds} s and was stopped; its last lines are above");
        }
        if ready.contains(&0) {
            match drain(&console, out, &mut prompt)? {
                Drained::Closed => return Ok(SessionEnd::Guest(wait_for_end(guest, interrupts)?)),
                Drained::Bytes(0) => {}
                Drained::Bytes(_) => heard = Instant::now(),
            }
            if prompt.seen {
                send(&console, &mut typed)?;
            }
        }
        if ready.contains(&2) {
            let mut keys = [0; 4096];
            let count = rustix::io::read(stdin.as_fd(), &mut keys).context("cannot read the keys")?;
            more = count > 0;
            if !interactive {
                typed.extend_from_slice(&keys[..count]);
            } else if escape.pass(&keys[..count], &mut typed) {
                return Ok(SessionEnd::User);
            }
            if !more && !interactive {
                typed = finished(typed);
            }
        }
    }
}

/// A script with its last line ended and the guest told to halt.
fn finished(mut script: Vec<u8>) -> Vec<u8> {
    if script.last().is_some_and(|&byte| byte != b'\n') {
        script.push(b'\n');
    }
    script.extend_from_slice(LAST_LINE);
    script
}

enum Drained {
    Bytes(usize),
    Closed,
}

/// Shows what the guest has printed.
fn drain(mut console: &UnixStream, out: &mut dyn Write, prompt: &mut FirstPrompt) -> Result<Drained> {
    let mut total = 0;
    let mut bytes = [0; 16 * 1024];
    loop {
        match io::Read::read(&mut console, &mut bytes) {
            Ok(0) => return Ok(Drained::Closed),
            Ok(count) => {
                total += count;
                prompt.watch(&bytes[..count]);
                out.write_all(&bytes[..count])
                    .and_then(|()| out.flush())
                    .context("cannot write the output")?;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Drained::Bytes(total)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(Drained::Closed),
            Err(error) => return Err(error).context("cannot read the console"),
        }
    }
}

/// Sends what the guest takes now and keeps the rest.
fn send(mut console: &UnixStream, typed: &mut Vec<u8>) -> Result<()> {
    while !typed.is_empty() {
        match console.write(typed) {
            Ok(count) => drop(typed.drain(..count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The guest has ended; reading says how.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => typed.clear(),
            Err(error) => return Err(error).context("cannot write to the console"),
        }
    }
    Ok(())
}

/// The console closes a moment before QEMU is gone.
fn wait_for_end(guest: &mut Guest, interrupts: &Interrupts) -> Result<Ended> {
    guest.wait(interrupts, Some(Instant::now() + Duration::from_secs(10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(pieces: &[&[u8]]) -> (Vec<u8>, bool) {
        let (mut escape, mut out) = (Escape::default(), Vec::new());
        let left = pieces.iter().any(|piece| escape.pass(piece, &mut out));
        (out, left)
    }

    #[test]
    fn ctrl_a_x_leaves_also_when_it_arrives_in_two_pieces() {
        assert_eq!(pass(&[b"ls\x01x"]), (b"ls".to_vec(), true));
        assert_eq!(pass(&[b"ls\x01", b"x"]), (b"ls".to_vec(), true));
    }

    #[test]
    fn every_other_key_reaches_the_guest() {
        assert_eq!(pass(&[b"x\x03\x04"]), (b"x\x03\x04".to_vec(), false));
        assert_eq!(pass(&[b"\x01\x01x"]), (b"\x01x".to_vec(), false));
    }

    #[test]
    fn nothing_is_typed_before_the_first_prompt_however_it_arrives() {
        for pieces in [&["[0.01] ninewire\nterm% "][..], &["te", "tt", "erm", "% "], &["term", "%", " more"]]
        {
            let mut prompt = FirstPrompt::default();
            for (nth, piece) in pieces.iter().enumerate() {
                assert!(!prompt.seen, "{nth} of {pieces:?}");
                prompt.watch(piece.as_bytes());
            }
            assert!(prompt.seen, "{pieces:?}");
        }
        let mut prompt = FirstPrompt::default();
        prompt.watch(b"term: % term");
        assert!(!prompt.seen);
    }

    #[test]
    fn a_script_ends_with_halt_on_a_line_of_its_own() {
        assert_eq!(finished(b"ls".to_vec()), b"ls\nhalt $status\n");
        assert_eq!(finished(b"ls\n".to_vec()), b"ls\nhalt $status\n");
        assert_eq!(finished(Vec::new()), b"halt $status\n");
    }
}
