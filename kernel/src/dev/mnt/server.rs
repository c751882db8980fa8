//! The streams a 9P server may be at the other end of.

use core::task::{Context, Poll};

use alloc::sync::Arc;

use spin::Mutex;

use super::claim::{Claim, Hold, claim};
use super::{let_dead_go, settings};
use crate::dev::{pipe, virtcon};
use crate::drivers::console::{OpenPort, Port};
use crate::io::{Window, Windows};
use crate::ns::{Chan, Error, Node};
use crate::p9::{Credit, SendError, Stream, StreamError};

/// How much is taken out of a pipe at once: a write of the other side, whole.
const WHOLE: usize = usize::MAX;

/// A way to a server.
pub enum Server {
    /// A console port.
    Port {
        /// Ours.
        port: OpenPort,
        /// Nobody else speaks 9P on it until we are gone.
        _claim: Arc<Claim>,
    },
    /// An end of a pipe.
    Pipe {
        /// Ours.
        end: pipe::End,
        /// What of a write has been taken and not handed on.
        ahead: Mutex<Windows>,
    },
}

impl Server {
    /// The server at a console port.
    ///
    /// # Errors
    /// [`Error::InUse`] when somebody else speaks 9P on it.
    pub async fn of_port(port: &'static Port) -> Result<(Server, Hold), Error> {
        let_dead_go();
        let (claim, hold) = claim(port, settings::options().patience).await?;
        Ok((Server::Port { port: port.open(), _claim: claim }, hold))
    }

    /// The server at the other end of a pipe.
    pub fn of_pipe(end: pipe::End) -> Server {
        Server::Pipe { end, ahead: Mutex::new(Windows::new()) }
    }

    /// The server at the other end of a channel.
    ///
    /// # Errors
    /// What Plan 9 says of a channel nobody speaks at: an empty file ends before the first reply.
    pub(super) async fn of_channel(chan: &Arc<Chan>) -> Result<(Server, Option<Hold>), Error> {
        match chan.node() {
            Node::Virtcon(virtcon::Node::Open(stream)) => {
                let (server, hold) = Server::of_port(stream.port()).await?;
                Ok((server, Some(hold)))
            }
            Node::Pipe(pipe::Node::End(end)) => Ok((Server::of_pipe(end.clone()), None)),
            Node::Cons(_) => Err(Error::EofInVersion),
            _ => Err(Error::BadUse),
        }
    }
}

impl Stream for Server {
    fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Result<Window, StreamError>> {
        match self {
            Server::Port { port, .. } => Stream::poll_recv(port, cx),
            Server::Pipe { end, ahead } => {
                let mut ahead = ahead.lock();
                if ahead.is_empty() {
                    match end.poll_read(cx, WHOLE) {
                        Poll::Ready(windows) => *ahead = windows,
                        Poll::Pending => return Poll::Pending,
                    }
                }
                Poll::Ready(ahead.pop().ok_or(StreamError::HungUp))
            }
        }
    }

    fn try_send(&self, message: &mut Windows) -> Result<(), SendError> {
        match self {
            Server::Port { port, .. } => Stream::try_send(port, message),
            Server::Pipe { end, .. } => match end.try_write(core::mem::take(message)) {
                Ok(()) => Ok(()),
                Err((unsent, why)) => {
                    *message = unsent;
                    Err(match why {
                        None => SendError::Full,
                        Some(_) => SendError::Stream(StreamError::HungUp),
                    })
                }
            },
        }
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), StreamError>> {
        match self {
            Server::Port { port, .. } => Stream::poll_ready(port, cx),
            Server::Pipe { end, .. } => end.poll_writable(cx).map(Ok),
        }
    }

    fn credit(&self) -> Option<Credit> {
        match self {
            Server::Port { port, .. } => Stream::credit(port),
            Server::Pipe { .. } => None,
        }
    }
}
