//! A 9P server that does not keep to the protocol: an honest one, whose replies a test may spoil on their way.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;

use bench_host::server::{Access, Export, Server};

/// What becomes of a reply, which may have been changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is sent.
    Sent,
    /// It is not.
    Kept,
    /// So many bytes of it are, and then the connection ends.
    CutAt(usize),
}

/// Offset of a message's type, and of its tag.
pub(crate) const KIND: usize = 4;
pub(crate) const TAG: usize = 5;

pub(crate) const RVERSION: u8 = 101;
pub(crate) const RREAD: u8 = 117;
pub(crate) const RWALK: u8 = 111;

/// Serves `root` at `guest`; every reply passes `censor` first.
pub(crate) fn censored(
    guest: UnixStream,
    root: &Path,
    censor: impl FnMut(&mut Vec<u8>) -> Fate + Send + 'static,
) -> Server {
    let (ours, servers) = UnixStream::pair().unwrap();
    let server = Export::open(root, Access::ReadWrite).unwrap().serve(servers).unwrap();
    let (mut requests, mut to_server) = (guest.try_clone().unwrap(), ours.try_clone().unwrap());
    thread::spawn(move || {
        // Ends when the guest's side does; the server has to learn of it.
        io::copy(&mut requests, &mut to_server).ok();
        to_server.shutdown(Shutdown::Both).ok();
    });
    thread::spawn(move || pass_on(ours, guest, censor));
    server
}

fn pass_on(mut server: UnixStream, mut guest: UnixStream, mut censor: impl FnMut(&mut Vec<u8>) -> Fate) {
    while let Some(mut reply) = message(&mut server) {
        let sent = match censor(&mut reply) {
            Fate::Sent => guest.write_all(&reply),
            Fate::Kept => Ok(()),
            Fate::CutAt(bytes) => {
                guest.write_all(&reply[..bytes]).ok();
                Err(io::ErrorKind::ConnectionAborted.into())
            }
        };
        if sent.is_err() {
            break;
        }
    }
    guest.shutdown(Shutdown::Both).ok();
}

/// One whole message; `None` at the end.
fn message(from: &mut UnixStream) -> Option<Vec<u8>> {
    let mut size = [0; 4];
    from.read_exact(&mut size).ok()?;
    let mut message = vec![0; u32::from_le_bytes(size) as usize];
    message[..4].copy_from_slice(&size);
    from.read_exact(&mut message[4..]).ok()?;
    Some(message)
}
