//! A server that lies: the embedded one, and a relay behind it that changes replies of one kind on their way.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::JoinHandle;

use bench_host::server::{Access, Export, Server};

/// What becomes of a reply.
#[derive(Clone, Copy)]
pub(super) enum Lie {
    /// It is changed and sent.
    Change(fn(&mut Vec<u8>)),
    /// It is changed and sent, and the connection is closed.
    Last(fn(&mut Vec<u8>)),
    /// It is not sent.
    Silence,
}

/// The server and its relays.
pub(super) struct Liar {
    _server: Server,
    relays: [JoinHandle<()>; 2],
    ends: [UnixStream; 2],
}

impl Liar {
    /// Serves `dir` at `connection`, and tells `lie` in every reply of type `kind`.
    pub(super) fn serve(dir: &Path, connection: OwnedFd, kind: u8, lie: Lie) -> Liar {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let server = Export::open(dir, Access::ReadOnly).unwrap().serve(theirs).unwrap();
        let guest = UnixStream::from(connection);
        let both = || (ours.try_clone().unwrap(), guest.try_clone().unwrap());
        let (ends, (mut to, mut from), (mut honest, mut told)) = (both(), both(), both());
        let requests = std::thread::spawn(move || {
            std::io::copy(&mut from, &mut to).ok();
            to.shutdown(Shutdown::Both).ok();
        });
        let replies = std::thread::spawn(move || {
            while let Some(mut reply) = message(&mut honest) {
                let (change, last): (fn(&mut Vec<u8>), bool) = match lie {
                    _ if reply[4] != kind => (|_| (), false),
                    Lie::Change(change) => (change, false),
                    Lie::Last(change) => (change, true),
                    Lie::Silence => (Vec::clear, false),
                };
                change(&mut reply);
                if told.write_all(&reply).is_err() || last {
                    break;
                }
            }
            told.shutdown(Shutdown::Both).ok();
        });
        Liar { _server: server, relays: [requests, replies], ends: [ends.0, ends.1] }
    }

    /// Closes the connection.
    pub(super) fn end(self) {
        for end in self.ends {
            end.shutdown(Shutdown::Both).ok();
        }
        for relay in self.relays {
            relay.join().unwrap();
        }
    }
}

/// The next message of a server that tells its sizes truthfully.
fn message(from: &mut UnixStream) -> Option<Vec<u8>> {
    let mut size = [0; 4];
    from.read_exact(&mut size).ok()?;
    let mut message = size.to_vec();
    message.resize(u32::from_le_bytes(size) as usize, 0);
    from.read_exact(&mut message[4..]).ok()?;
    Some(message)
}
