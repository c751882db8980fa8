//! The program `9pvpxy` at work on a port, and a pipe to it: 9P as somebody has it who writes
//! `srv -e '9pvpxy /dev/virtcon/virtio-console-1'` and mounts what that posts.
//!
//! The program ends by itself when the session on our end of the pipe does.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::task::{Context as Polling, Poll};

use ninewire_bench_guest::target::TargetError;
use ninewire_kernel::dev::cons::{self, Console, Terminal};
use ninewire_kernel::dev::mnt::Server;
use ninewire_kernel::dev::pipe;
use ninewire_kernel::drivers::console::Port;
use ninewire_kernel::ns::{Chan, Node, OpenMode, Space, View};
use ninewire_kernel::shell::context::Context;
use ninewire_kernel::shell::{Session, Streams, programs};
use ninewire_kernel::{task, warn};

/// What the program complains of goes to the log.
struct Complaints;

impl Terminal for Complaints {
    fn poll_read(&self, _: &mut Polling<'_>, _: &mut [u8]) -> Poll<usize> {
        Poll::Pending
    }

    fn poll_write(&self, _: &mut Polling<'_>, bytes: &[u8]) -> Poll<usize> {
        warn!("{}", String::from_utf8_lossy(bytes).trim_end());
        Poll::Ready(bytes.len())
    }
}

/// What the program is run with, made when the first session asks for it.
#[derive(Default)]
pub(super) struct Proxy {
    console: OnceCell<(usize, Arc<Console>)>,
}

impl Proxy {
    /// Starts the program on `port`; what is at the other end of the pipe to it.
    pub(super) async fn begin(&self, port: &'static Port) -> Result<Server, TargetError> {
        let (number, console) = self.console.get_or_init(|| cons::add(Arc::new(Complaints)));
        let failed = |_| TargetError::Peer { what: "the program 9pvpxy cannot be started" };
        let view = View::new(Space::new().map_err(failed)?);
        let errors = format!("#c{number}/cons");
        let errors = view.open(errors.as_bytes(), OpenMode::WRITE).await.map_err(failed)?;
        let (ours, theirs) = pipe::pair();
        let theirs = Chan::new(Node::Pipe(pipe::Node::End(theirs)), OpenMode::READ_WRITE, b"#|"[..].into());
        let streams = Streams { input: theirs.clone(), output: theirs, errors };
        let file = format!("#C/virtcon/{}", port.file_name());
        let words: Vec<Vec<u8>> = ["9pvpxy", &file].map(|word| word.as_bytes().to_vec()).into();
        let context = Context::new(view, words, streams, Session::new(console.clone()));
        let program = programs::find(b"9pvpxy")
            .ok_or(TargetError::Unsupported { what: "9pvpxy: there is no such program" })?;
        let running = (program.start)(context);
        // How it ends is for its own complaints.
        let ran = async move { drop(running.await) };
        task::spawn("9pvpxy", ran).map_err(|_| TargetError::Unsupported { what: "so many tasks" })?;
        Ok(Server::of_pipe(ours))
    }
}
