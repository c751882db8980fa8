//! `cargo ninewire serve`: the embedded 9P server on a socket of the user's choice.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::child::wait_readable;
use crate::cli::{NetworkType, ServeArgs};
use crate::files::memory::Memory;
use crate::interrupt::Interrupts;
use crate::server::{Access, Export, Listener, Talk};

/// The socket's name in the file system, while we listen there.
struct SocketName(PathBuf);

impl Drop for SocketName {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

pub(super) fn run(args: &ServeArgs, interrupts: &Interrupts) -> Result<ExitCode> {
    let (export, what) = export(args)?;
    let (listener, shown, _name) = bind(args)?;
    let server = export.listen(listener)?;
    println!("serving {what} by 9P2000.L and 9P2000 at {shown}");
    wait_readable(&[interrupts.fd()], None).context("cannot wait for the end")?;
    for fault in server.faults() {
        eprintln!("ninewire: a client was dropped: {fault}");
    }
    // Being stopped is how a server ends.
    Ok(ExitCode::SUCCESS)
}

fn export(args: &ServeArgs) -> Result<(Export, String)> {
    let (export, what) = match (args.memory, args.dir.as_ref().or(args.root.as_ref())) {
        (Some(bytes), _) => (Export::memory(Memory::new(bytes)), "a tree in memory".to_owned()),
        (None, Some(dir)) => {
            let access = if args.read_only { Access::ReadOnly } else { Access::ReadWrite };
            (Export::open(dir, access)?, dir.display().to_string())
        }
        (None, None) => bail!("nothing to serve: name a directory"),
    };
    let talk = match args.debug {
        0 => Talk::Silent,
        1 => Talk::Sessions,
        _ => Talk::Messages,
    };
    Ok((export.msize(args.msize).user(&args.user).talk(talk), what))
}

/// Listens, and says where in the form Plan 9 dials: `unix!/tmp/vc02`, `tcp!127.0.0.1!5640`.
fn bind(args: &ServeArgs) -> Result<(Listener, String, Option<SocketName>)> {
    match args.ntype {
        NetworkType::Unix => {
            let path = Path::new(&args.addr);
            let listener = UnixListener::bind(path).with_context(|| {
                format!("cannot listen at {}: choose a new name in a folder of yours", path.display())
            })?;
            Ok((listener.into(), format!("unix!{}", path.display()), Some(SocketName(path.to_path_buf()))))
        }
        NetworkType::Tcp => {
            // Go's ":5640" is every address of this machine.
            let wanted =
                if args.addr.starts_with(':') { format!("0.0.0.0{}", args.addr) } else { args.addr.clone() };
            let listener = TcpListener::bind(&wanted)
                .with_context(|| format!("cannot listen at {wanted}: name HOST:PORT, with a free port"))?;
            let at = listener.local_addr().context("cannot tell where we listen")?;
            Ok((listener.into(), format!("tcp!{}!{}", at.ip(), at.port()), None))
        }
    }
}
