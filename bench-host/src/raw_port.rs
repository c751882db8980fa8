//! Our end of a raw port: takes blocks, sends them, or sends them back, as the guest's command says, and reports.
//!
//! What is said is [`ninewire_bench_guest::raw`]'s business. Started for each boot of a run that has such a case; works
//! on a thread of its own until the wire's other end is closed or it is dropped. It tells how long it waited for the
//! guest: where that is next to nothing, this end is what bounds a figure, and not the guest.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use ninewire_bench_guest::raw::{Block, Blocks, Command, MESSAGE_BYTES, Report, STOP, Tally, Way};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::qemu::RAW_PORT_THREAD;

/// Taken from the socket and given to it at a time: as much as a socket holds.
const PIECE_BYTES: usize = 256 << 10;

/// At work. Dropping it closes the wire and waits for the thread.
#[derive(Debug)]
pub struct RawPort {
    wire: UnixStream,
    thread: Option<JoinHandle<()>>,
    fault: Arc<Mutex<Option<String>>>,
}

impl RawPort {
    /// Begins to attend `wire`.
    pub fn attend(wire: UnixStream) -> Result<RawPort> {
        let mut end =
            End { wire: wire.try_clone().context("cannot keep the raw port's wire")?, idle: Duration::ZERO };
        let fault = Arc::new(Mutex::new(None));
        let told = Arc::clone(&fault);
        let work = move || {
            if let Err(error) = end.attend() {
                *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
                // The guest need not wait for what will not come.
                end.wire.shutdown(Shutdown::Both).ok();
            }
        };
        let thread = std::thread::Builder::new().name(RAW_PORT_THREAD.into()).spawn(work);
        Ok(RawPort { wire, thread: Some(thread.context("cannot start the raw port's thread")?), fault })
    }

    /// What went wrong, if anything did: the guest said what it may not say.
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for RawPort {
    fn drop(&mut self) {
        // A wire that is closed already needs no closing.
        self.wire.shutdown(Shutdown::Both).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct End {
    wire: UnixStream,
    /// How long the guest was waited for since the last command.
    idle: Duration,
}

impl End {
    /// Follows one command after the other until the wire is closed.
    fn attend(&mut self) -> io::Result<()> {
        loop {
            let mut message = [0; MESSAGE_BYTES];
            match self.wire.read_exact(&mut message) {
                Err(error) if is_end(&error) => return Ok(()),
                outcome => outcome?,
            }
            let command = Command::decode(&message)
                .ok_or_else(|| io::Error::other("the guest sent what is no command"))?;
            self.idle = Duration::ZERO;
            let done = match command.way {
                Way::Out => self.take(command),
                Way::In => self.give(command.blocks),
                Way::Ping => self.echo(command),
            };
            let report = match done {
                // The machine may end at any time, in the middle of a block too.
                Err(error) if is_end(&error) => return Ok(()),
                done => done?,
            };
            match self.wire.write_all(&report.encode()) {
                Err(error) if is_end(&error) => return Ok(()),
                outcome => outcome?,
            }
        }
    }

    fn report(&self, blocks: u64, wrong: u64) -> Report {
        Report { blocks, wrong, idle_ns: self.idle.as_nanos() as u64 }
    }

    fn take(&mut self, command: Command) -> io::Result<Report> {
        let block = command.blocks.bytes as usize;
        let mut room = vec![0; PIECE_BYTES.max(2 * block)];
        let (mut have, mut seen) = (0, Seen::default());
        loop {
            have += self.more(&mut room[have..])?;
            let (whole, rest) = (have / block * block, have % block);
            for bytes in room[..whole].chunks_exact(block) {
                if seen.look(command, bytes) {
                    return Ok(self.report(seen.tally.count, seen.wrong()));
                }
            }
            room.copy_within(whole..whole + rest, 0);
            have = rest;
        }
    }

    fn echo(&mut self, command: Command) -> io::Result<Report> {
        let mut block = vec![0; command.blocks.bytes as usize];
        let mut seen = Seen::default();
        loop {
            let mut have = 0;
            while have < block.len() {
                have += self.more(&mut block[have..])?;
            }
            if seen.look(command, &block) {
                return Ok(self.report(seen.tally.count, seen.wrong()));
            }
            self.wire.write_all(&block)?;
        }
    }

    fn give(&mut self, blocks: Blocks) -> io::Result<Report> {
        let block = blocks.bytes as usize;
        let mut room = vec![0; (PIECE_BYTES / block).max(1) * block];
        room.chunks_exact_mut(block).for_each(|bytes| blocks.fill_inside(bytes));
        let (mut sent, mut word) = (0, Vec::new());
        while !self.is_stopped(&mut word)? {
            for bytes in room.chunks_exact_mut(block) {
                blocks.stamp(bytes, sent);
                sent += 1;
            }
            self.send(&room)?;
        }
        blocks.stamp_last(&mut room[..block]);
        self.wire.write_all(&room[..block])?;
        Ok(self.report(sent, 0))
    }

    /// What has come, at least a byte; waiting for it counts as idle.
    fn more(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = match recv(&self.wire, &mut *room, RecvFlags::DONTWAIT) {
            Ok((count, _)) => count,
            Err(Errno::AGAIN) => {
                let began = Instant::now();
                let count = self.wire.read(room)?;
                self.idle += began.elapsed();
                count
            }
            Err(error) => return Err(error.into()),
        };
        if count == 0 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(count) }
    }

    /// Sends all of it; waiting for room counts as idle.
    fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match send(&self.wire, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::AGAIN) => {
                    let began = Instant::now();
                    poll(&mut [PollFd::new(&self.wire, PollFlags::OUT)], None)?;
                    self.idle += began.elapsed();
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Whether the guest has said that it wants no more; `word` is what of that has come.
    fn is_stopped(&mut self, word: &mut Vec<u8>) -> io::Result<bool> {
        let mut room = [0; MESSAGE_BYTES];
        let wanted = MESSAGE_BYTES - word.len();
        match recv(&self.wire, &mut room[..wanted], RecvFlags::DONTWAIT) {
            Ok((0, _)) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok((count, _)) => word.extend_from_slice(&room[..count]),
            Err(Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
        match word.len() == MESSAGE_BYTES {
            true if word[..] == STOP => Ok(true),
            true => Err(io::Error::other("the guest says something else than that it wants no more")),
            false => Ok(false),
        }
    }
}

/// The other end is gone.
fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
    )
}

/// Blocks that came.
#[derive(Default)]
struct Seen {
    tally: Tally,
    spoilt: u64,
}

impl Seen {
    /// Looks at a block; true when it is the last.
    fn look(&mut self, command: Command, block: &[u8]) -> bool {
        match command.blocks.check(block, command.whole) {
            Ok(Block::Last) => return true,
            Ok(Block::Numbered(number)) => self.tally.add(number),
            Err(_) => self.spoilt += 1,
        }
        false
    }

    /// Blocks that were not what they should be, and one more where some are missing.
    fn wrong(&self) -> u64 {
        self.spoilt + u64::from(!self.tally.is_whole())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCKS: Blocks = Blocks { bytes: 4096, seed: 3 };

    fn port() -> (RawPort, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        theirs.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        (RawPort::attend(ours).unwrap(), theirs)
    }

    fn command(way: Way) -> [u8; MESSAGE_BYTES] {
        Command { way, whole: true, blocks: BLOCKS }.encode()
    }

    fn block(number: u64) -> Vec<u8> {
        let mut block = vec![0; BLOCKS.bytes as usize];
        BLOCKS.fill_inside(&mut block);
        BLOCKS.stamp(&mut block, number);
        block
    }

    fn last() -> Vec<u8> {
        let mut block = vec![0; BLOCKS.bytes as usize];
        BLOCKS.stamp_last(&mut block);
        block
    }

    fn report(guest: &mut UnixStream) -> Report {
        let mut bytes = [0; MESSAGE_BYTES];
        guest.read_exact(&mut bytes).unwrap();
        Report::decode(&bytes).expect("a report")
    }

    #[test]
    fn blocks_that_go_out_are_counted_in_any_order_and_looked_at() {
        let (_port, mut guest) = port();
        for (numbers, spoilt, wrong) in
            [(vec![1, 0, 2], None, 0), (vec![0, 2], None, 1), (vec![0, 1], Some(9), 1)]
        {
            guest.write_all(&command(Way::Out)).unwrap();
            for number in &numbers {
                guest.write_all(&block(*number)).unwrap();
            }
            if let Some(at) = spoilt {
                let mut block = block(2);
                block[at] ^= 1;
                guest.write_all(&block).unwrap();
            }
            guest.write_all(&last()).unwrap();
            let Report { blocks, wrong: found, .. } = report(&mut guest);
            assert_eq!((blocks, found), (numbers.len() as u64, wrong), "{numbers:?}");
        }
    }

    #[test]
    fn a_block_comes_back_as_it_went() {
        let (_port, mut guest) = port();
        guest.write_all(&command(Way::Ping)).unwrap();
        for number in 0..20 {
            guest.write_all(&block(number)).unwrap();
            let mut back = vec![0; BLOCKS.bytes as usize];
            guest.read_exact(&mut back).unwrap();
            assert_eq!(BLOCKS.check(&back, true), Ok(Block::Numbered(number)));
        }
        guest.write_all(&last()).unwrap();
        assert_eq!(report(&mut guest).blocks, 20);
    }

    #[test]
    fn blocks_come_in_order_until_no_more_are_wanted() {
        let (_port, mut guest) = port();
        for _ in 0..2 {
            guest.write_all(&command(Way::In)).unwrap();
            let mut came = 0;
            loop {
                let mut block = vec![0; BLOCKS.bytes as usize];
                guest.read_exact(&mut block).unwrap();
                match BLOCKS.check(&block, true).unwrap() {
                    Block::Numbered(number) => assert_eq!(number, came),
                    Block::Last => break,
                }
                came += 1;
                if came == 200 {
                    // In two pieces, as a stream may cut it.
                    guest.write_all(&STOP[..7]).unwrap();
                    guest.write_all(&STOP[7..]).unwrap();
                }
            }
            assert!(came >= 200);
            assert_eq!(report(&mut guest).blocks, came);
        }
    }

    #[test]
    fn a_guest_that_says_something_else_is_a_fault_and_one_that_leaves_is_none() {
        let (port, mut guest) = port();
        guest.write_all(&command(Way::Out)).unwrap();
        guest.write_all(&block(0)[..100]).unwrap();
        drop(guest);
        let fault = Arc::clone(&port.fault);
        drop(port);
        assert_eq!(*fault.lock().unwrap(), None);
        for words in [vec![7; MESSAGE_BYTES], [command(Way::In), [7; MESSAGE_BYTES]].concat()] {
            let (port, mut guest) = self::port();
            guest.write_all(&words).unwrap();
            // Its end is closed when it has understood.
            let mut all = Vec::new();
            guest.read_to_end(&mut all).ok();
            let fault = Arc::clone(&port.fault);
            drop(port);
            assert!(
                fault.lock().unwrap().as_ref().is_some_and(|fault| fault.contains("the guest s")),
                "{words:?}"
            );
        }
    }
}
