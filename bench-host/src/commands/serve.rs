//! `cargo ninewire serve`: the embedded 9P server on a socket of the user's choice.

use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::child::wait_readable;
use crate::cli::ServeArgs;
use crate::interrupt::Interrupts;
use crate::server::{Access, Export};

/// The socket's name in the file system, while we listen there.
struct SocketName(PathBuf);

impl Drop for SocketName {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

pub(super) fn run(args: &ServeArgs, interrupts: &Interrupts) -> Result<ExitCode> {
    let access = if args.read_only { Access::ReadOnly } else { Access::ReadWrite };
    let export = Export::open(&args.dir, access)?.msize(args.msize);
    let (listener, _name) = bind(&args.socket)?;
    let server = export.listen(listener)?;
    println!("serving {} by 9P2000.L and 9P2000 at unix!{}", args.dir.display(), args.socket.display());
    wait_readable(&[interrupts.fd()], None).context("cannot wait for the end")?;
    for fault in server.faults() {
        eprintln!("ninewire: a client was dropped: {fault}");
    }
    // Being stopped is how a server ends.
    Ok(ExitCode::SUCCESS)
}

fn bind(path: &Path) -> Result<(UnixListener, SocketName)> {
    let listener = UnixListener::bind(path).with_context(|| {
        format!("cannot listen at {}: choose a new name in a folder of yours", path.display())
    })?;
    Ok((listener, SocketName(path.to_path_buf())))
}
