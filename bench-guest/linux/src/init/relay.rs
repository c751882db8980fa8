//! Carries bytes between a named port and the kernel's 9P client, which does not take the port's file itself: its
//! driver has only the older of the two ways a file may be written (Linux says so: `kernel write not supported`).
//!
//! Two threads, one a direction, and a pipe for each: the client reads from the one and writes to the other. Bytes move
//! in pieces as large as are there. One relay is one session's; the port stays open behind it.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};

/// The most an unprivileged pipe may hold, and the largest message and a bit.
const PIPE_BYTES: usize = 1 << 20;

/// The most a relay moves at a time.
const PIECE_BYTES: usize = 256 << 10;

/// A relay at work. Drop it after the client has let go of its ends.
pub(crate) struct Relay {
    /// Ends the thread that waits for the port.
    stop: Option<OwnedFd>,
    threads: Vec<JoinHandle<()>>,
}

/// The client's ends.
pub(crate) struct Ends {
    pub(crate) read: OwnedFd,
    pub(crate) write: OwnedFd,
}

impl Relay {
    /// Begins to relay for one session over `port`.
    pub(crate) fn begin(port: &Arc<File>) -> Result<(Relay, Ends)> {
        let flags = fcntl_getfl(&**port).context("cannot ask for the port's flags")?;
        fcntl_setfl(&**port, flags | OFlags::NONBLOCK).context("cannot make the port non-blocking")?;
        let (to_client, from_port) = wide_pipe()?;
        let (to_port, from_client) = wide_pipe()?;
        let (stopped, stop) = pipe_with(PipeFlags::CLOEXEC).context("cannot make a pipe")?;
        let (inward, outward) = (Arc::clone(port), Arc::clone(port));
        let threads = vec![
            thread::spawn(move || carry_in(&inward, File::from(from_port), &stopped)),
            thread::spawn(move || carry_out(File::from(to_port), &outward)),
        ];
        Ok((Relay { stop: Some(stop), threads }, Ends { read: to_client, write: from_client }))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.stop.take());
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

/// Reading end and writing end.
fn wide_pipe() -> Result<(OwnedFd, OwnedFd)> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC).context("cannot make a pipe")?;
    fcntl_setpipe_size(&write, PIPE_BYTES).context("cannot widen a pipe")?;
    Ok((read, write))
}

/// From the port to the client, until the relay stops or the client is gone.
fn carry_in(mut port: &File, mut client: File, stopped: &OwnedFd) {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let mut fds =
            [PollFd::new(port, PollFlags::IN), PollFd::from_borrowed_fd(stopped.as_fd(), PollFlags::IN)];
        if poll(&mut fds, None).is_err() || !fds[1].revents().is_empty() {
            return;
        }
        // A read brings what one buffer of the port holds; the client is woken once for all that are there.
        let mut len = 0;
        while len < piece.len() {
            match port.read(&mut piece[len..]) {
                Ok(0) => return,
                Ok(count) => len += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => return,
            }
        }
        if client.write_all(&piece[..len]).is_err() {
            return;
        }
    }
}

/// From the client to the port, until the client has closed its end.
fn carry_out(mut client: File, mut port: &File) {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let mut rest = match client.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(count) => &piece[..count],
        };
        while !rest.is_empty() {
            match port.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if poll(&mut [PollFd::new(port, PollFlags::OUT)], None).is_err() {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;

    #[test]
    fn bytes_pass_both_ways_and_the_port_outlives_the_relay() {
        let (port, mut host) = UnixStream::pair().unwrap();
        let port = Arc::new(File::from(OwnedFd::from(port)));
        for session in 0..2_u8 {
            let (relay, Ends { read, write }) = Relay::begin(&port).unwrap();
            let (mut from_host, mut to_host) = (File::from(read), File::from(write));
            let sent: Vec<u8> = (0..100_000).map(|at| at as u8 ^ session).collect();
            let (heard, echoed) = thread::scope(|scope| {
                let echo = scope.spawn(|| {
                    let mut heard = vec![0; sent.len()];
                    host.read_exact(&mut heard).unwrap();
                    host.write_all(&heard).unwrap();
                    heard
                });
                to_host.write_all(&sent).unwrap();
                let mut echoed = vec![0; sent.len()];
                from_host.read_exact(&mut echoed).unwrap();
                (echo.join().unwrap(), echoed)
            });
            assert!(heard == sent && echoed == sent);
            drop((from_host, to_host, relay));
        }
    }
}
