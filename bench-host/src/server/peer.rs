//! A connected client, over whatever kind of stream socket.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};

/// A connected stream socket.
#[derive(Debug)]
pub struct Peer(OwnedFd);

impl From<UnixStream> for Peer {
    fn from(stream: UnixStream) -> Self {
        Peer(stream.into())
    }
}

impl From<TcpStream> for Peer {
    fn from(stream: TcpStream) -> Self {
        // Answers go out whole; without this option they would wait for more. A socket that refuses it only is slower.
        stream.set_nodelay(true).ok();
        Peer(stream.into())
    }
}

impl Peer {
    /// Another handle of the same connection.
    pub(super) fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Peer)
    }

    /// Ends both directions, for every handle.
    pub(super) fn shutdown(&self) {
        // It fails when the other side was faster.
        rustix::net::shutdown(&self.0, rustix::net::Shutdown::Both).ok();
    }
}

impl Read for &Peer {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(&self.0, into)?)
    }
}

impl Write for &Peer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Not write(2): a peer that has gone is an error here, not a signal that ends the program.
        Ok(rustix::net::send(&self.0, bytes, rustix::net::SendFlags::NOSIGNAL)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where clients connect.
#[derive(Debug)]
pub enum Listener {
    /// A path.
    Unix(UnixListener),
    /// An address and a port.
    Tcp(TcpListener),
}

impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Listener::Unix(listener)
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Listener::Tcp(listener)
    }
}

impl Listener {
    pub(super) fn accept(&self) -> io::Result<Peer> {
        match self {
            Listener::Unix(listener) => listener.accept().map(|(stream, _)| stream.into()),
            Listener::Tcp(listener) => listener.accept().map(|(stream, _)| stream.into()),
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Listener::Unix(listener) => listener.as_fd(),
            Listener::Tcp(listener) => listener.as_fd(),
        }
    }
}
