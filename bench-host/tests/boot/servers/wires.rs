//! The ways QEMU connects a console port to a stream socket of the host, said in QEMU's own words.

use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

use bench_host::child::wait_readable;

/// QEMU connects, or is there, within this after it was started.
const CONNECTED_MAX: Duration = Duration::from_secs(30);

/// Who connects to whom.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// QEMU connects to a unix socket, and again when it was closed: the page's way, with `reconnect=1`.
    UnixClient,
    /// QEMU listens at a unix socket: `server=on,wait=off`.
    UnixServer,
    /// QEMU connects to a TCP port of this machine, and again when it was closed.
    TcpClient,
    /// As [`UnixServer`](How::UnixServer), for a named port, whose guest is told when the host's end closes.
    NamedPort,
}

/// The host's end of a port, where a server can be put again and again.
pub(super) enum Wire {
    UnixClient { dir: tempfile::TempDir, listener: UnixListener },
    UnixServer { dir: tempfile::TempDir },
    TcpClient { listener: TcpListener },
    NamedPort { dir: tempfile::TempDir },
}

const SOCKET: &str = "vc";

impl Wire {
    pub(super) fn new(how: How) -> Wire {
        let dir = tempfile::tempdir().unwrap();
        match how {
            How::UnixClient => {
                let listener = UnixListener::bind(dir.path().join(SOCKET)).unwrap();
                Wire::UnixClient { dir, listener }
            }
            How::UnixServer => Wire::UnixServer { dir },
            How::NamedPort => Wire::NamedPort { dir },
            How::TcpClient => {
                Wire::TcpClient { listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap() }
            }
        }
    }

    /// QEMU's arguments for the port, the `nth` of the machine.
    pub(super) fn arguments(&self, nth: usize) -> Vec<String> {
        let path = |dir: &tempfile::TempDir| dir.path().join(SOCKET).display().to_string();
        let end = match self {
            Wire::UnixClient { dir, .. } => format!("path={},reconnect=1", path(dir)),
            Wire::UnixServer { dir } | Wire::NamedPort { dir } => {
                format!("path={},server=on,wait=off", path(dir))
            }
            Wire::TcpClient { listener } => {
                format!("host=127.0.0.1,port={},reconnect=1", listener.local_addr().unwrap().port())
            }
        };
        let (max_ports, port) = match self {
            Wire::NamedPort { .. } => (2, "virtserialport,nr=1,name=org.example.nine"),
            _ => (1, "virtconsole"),
        };
        [
            "-device".into(),
            format!("virtio-serial-pci,id=wire{nth},max_ports={max_ports}"),
            "-chardev".into(),
            format!("socket,id=vc{nth},{end}"),
            "-device".into(),
            format!("{port},bus=wire{nth}.0,chardev=vc{nth}"),
        ]
        .into()
    }

    /// The guest's name of the port, when one virtio device stands before those of the wires.
    pub(super) fn port_name(&self, nth: usize) -> String {
        match self {
            Wire::NamedPort { .. } => "org.example.nine".into(),
            _ => format!("virtio-console-{}", nth + 1),
        }
    }

    /// The next connection with QEMU.
    pub(super) fn connect(&self) -> OwnedFd {
        let until = Instant::now() + CONNECTED_MAX;
        let comes = |listener: &dyn AsFd| {
            let ready = wait_readable(&[listener.as_fd()], Some(until)).unwrap();
            assert!(!ready.is_empty(), "QEMU did not connect within {CONNECTED_MAX:?}");
        };
        match self {
            Wire::UnixClient { listener, .. } => {
                comes(listener);
                listener.accept().unwrap().0.into()
            }
            Wire::TcpClient { listener } => {
                comes(listener);
                listener.accept().unwrap().0.into()
            }
            Wire::UnixServer { dir } | Wire::NamedPort { dir } => loop {
                match UnixStream::connect(dir.path().join(SOCKET)) {
                    Ok(stream) => return stream.into(),
                    Err(error) => assert!(Instant::now() < until, "QEMU does not listen: {error}"),
                }
                std::thread::sleep(Duration::from_millis(5));
            },
        }
    }
}
