//! The embedded 9P server: a file tree over stream sockets, dialects 9P2000.L and 9P2000.
//!
//! Every connection is a session of its own on a thread of its own: `session` reads what has arrived, `answer` answers every
//! complete message from the tree, and the answers go out in one write. The trees are in [`crate::files`]: a directory of
//! the host, out of which nothing leads, and a tree in memory.
//!
//! Not served: 9P2000.u (such a client is answered `9P2000`), authentication. Symbolic links are shown and never followed.

mod answer;
mod classic;
mod output;
mod peer;
mod session;

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context, Result, bail};

use crate::child::wait_readable;
pub use crate::files::directory::Access;
use crate::files::directory::Directory;
use crate::files::memory::Memory;
pub use peer::{Listener, Peer};

/// The largest message offered. Payload of 1 MiB, and the same room for headers that 9P clients count with.
pub const MSIZE_MAX: u32 = (1 << 20) + 4096;

/// Who owns everything in plain 9P2000 unless somebody else is named.
pub const DEFAULT_USER: &str = "harvey";

/// What is offered, and on which terms.
#[derive(Clone, Debug)]
pub struct Export {
    tree: Tree,
    user: String,
    msize: u32,
    talk: Talk,
}

/// What the server says of its work on standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Talk {
    /// Nothing.
    #[default]
    Silent,
    /// When clients come and go.
    Sessions,
    /// Every message as well.
    Messages,
}

#[derive(Clone, Debug)]
enum Tree {
    Directory(Directory),
    Memory(Memory),
}

impl Export {
    /// Checks that `root` is a directory we can list.
    pub fn open(root: &Path, access: Access) -> Result<Self> {
        let shown = root.display();
        let root = root.canonicalize().with_context(|| format!("cannot serve {shown}"))?;
        if !root.is_dir() {
            bail!("cannot serve {shown}: it is not a directory");
        }
        std::fs::read_dir(&root).with_context(|| format!("cannot list {shown}"))?;
        let directory = Directory::open(&root, access).with_context(|| format!("cannot serve {shown}"))?;
        Ok(Self::of(Tree::Directory(directory)))
    }

    /// Offers a tree in memory.
    pub fn memory(tree: Memory) -> Self {
        Self::of(Tree::Memory(tree))
    }

    fn of(tree: Tree) -> Self {
        Self { tree, user: DEFAULT_USER.to_owned(), msize: MSIZE_MAX, talk: Talk::Silent }
    }

    /// Says what it does on standard error.
    pub fn talk(mut self, talk: Talk) -> Self {
        self.talk = talk;
        self
    }

    /// Says who owns everything in plain 9P2000, where owners are names.
    pub fn user(mut self, user: &str) -> Self {
        user.clone_into(&mut self.user);
        self
    }

    /// Lowers the message size that is offered.
    pub fn msize(mut self, msize: u32) -> Self {
        self.msize = msize.min(MSIZE_MAX);
        self
    }

    /// Serves one connected peer until it closes or the server is dropped.
    pub fn serve(&self, peer: impl Into<Peer>) -> Result<Server> {
        let server = Server::new();
        server.connections.start(self.clone(), peer.into())?;
        Ok(server)
    }

    /// Serves everybody who connects to `listener` until the server is dropped.
    pub fn listen(&self, listener: impl Into<Listener>) -> Result<Server> {
        let listener = listener.into();
        let mut server = Server::new();
        let (wake, woken) = UnixStream::pair().context("cannot make a socket pair")?;
        let (export, connections) = (self.clone(), server.connections.clone());
        let accept = move || {
            loop {
                match wait_readable(&[listener.as_fd(), woken.as_fd()], None) {
                    Ok(ready) if ready == [0] => {}
                    _ => return,
                }
                // A peer that went away between poll and accept, or one thread too many: the next one may do.
                if let Ok(peer) = listener.accept() {
                    connections.start(export.clone(), peer).ok();
                }
            }
        };
        let thread = std::thread::Builder::new().name("9p-accept".into()).spawn(accept);
        server.acceptor = Some((wake, thread.context("cannot start the 9P server's thread")?));
        Ok(server)
    }
}

/// A server at work. Dropping it closes every connection and waits for the threads.
#[derive(Debug)]
pub struct Server {
    connections: Arc<Connections>,
    /// Closing the first ends the second.
    acceptor: Option<(UnixStream, JoinHandle<()>)>,
}

impl Server {
    fn new() -> Self {
        Self { connections: Arc::default(), acceptor: None }
    }

    /// Why sessions ended that did not end by their peer closing between two messages, oldest first.
    pub fn faults(&self) -> Vec<String> {
        self.connections.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((wake, thread)) = self.acceptor.take() {
            drop(wake);
            thread.join().ok();
        }
        self.connections.end();
    }
}

/// The sessions of a server.
#[derive(Debug, Default)]
struct Connections {
    live: Mutex<Vec<(Peer, JoinHandle<()>)>>,
    /// How many there have been; the number a trace shows.
    begun: AtomicU32,
    faults: Mutex<Vec<String>>,
}

impl Connections {
    fn start(self: &Arc<Self>, export: Export, peer: Peer) -> Result<()> {
        let handle = peer.try_clone().context("cannot keep a handle of a 9P connection")?;
        let connections = self.clone();
        let number = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let work = move || {
            say(export.talk >= Talk::Sessions, format_args!("connection {number} is open"));
            let end = session::run(&export, number, &peer);
            match end {
                Ok(()) => say(export.talk >= Talk::Sessions, format_args!("connection {number} is closed")),
                Err(fault) => {
                    say(export.talk >= Talk::Sessions, format_args!("connection {number}: {fault}"));
                    let mut faults = connections.faults.lock().unwrap_or_else(PoisonError::into_inner);
                    faults.push(fault.to_string());
                }
            }
            // The handle kept for `end` would hold the connection open.
            peer.shutdown();
        };
        let thread = std::thread::Builder::new().name(crate::qemu::SERVER_THREAD.into()).spawn(work);
        let thread = thread.context("cannot start a 9P session's thread")?;
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|(_, thread)| !thread.is_finished());
        live.push((handle, thread));
        Ok(())
    }

    fn end(&self) {
        let live = std::mem::take(&mut *self.live.lock().unwrap_or_else(PoisonError::into_inner));
        for (peer, thread) in live {
            peer.shutdown();
            thread.join().ok();
        }
    }
}

fn say(wanted: bool, words: std::fmt::Arguments<'_>) {
    if wanted {
        eprintln!("9p: {words}");
    }
}
