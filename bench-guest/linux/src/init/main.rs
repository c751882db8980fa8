//! The first process of the Linux guest: loads the modules, takes the host's orders from the port
//! `org.ninewire.bench`, runs the same cases as the image on 9P mounts, streams the same frames, and ends the machine
//! with a status.
//!
//! It is the only program in the guest: the archive it lies in holds this file and the modules, nothing else. What it
//! prints goes to the console, which the host keeps as the guest's log. When it ends without having ended the machine
//! the kernel panics and, told `panic=-1`, resets; QEMU then ends without a status, which the host takes for what it is.

mod introduce;
mod machine;
mod port;
mod relay;
mod sessions;
mod tty;

use std::process::ExitCode;

use anyhow::{Context, Result};
use ninewire_bench_guest::agenda::follow;
use ninewire_bench_guest::case::Sink;
use ninewire_bench_guest::record::{Bye, Fault, Status};
use ninewire_linux_guest::{Monotonic, Threads, block_on};

use machine::Verdict;
use port::PortSink;
use sessions::Mounts;

/// The name the host gives the timing port.
const PORT: &str = "org.ninewire.bench";

fn main() -> ExitCode {
    let verdict = match serve() {
        Ok(()) => Verdict::Success,
        Err(error) => {
            eprintln!("ninewire-linux-init: {error:#}");
            Verdict::Failure
        }
    };
    // Comes back only when the machine cannot be ended in order.
    let error = machine::end(verdict);
    eprintln!("ninewire-linux-init: cannot end the machine: {error:#}");
    ExitCode::FAILURE
}

fn serve() -> Result<()> {
    machine::mount_system_trees()?;
    machine::load_modules()?;
    let mut sink = PortSink::new(port::open(PORT)?);
    block_on(introduce::introduce(&mut sink))?;
    let outcome = sink.orders().and_then(|orders| {
        let mounts = Mounts::new()?;
        Ok(block_on(follow(&orders, &mounts, &Monotonic::new(), &Threads, &mut sink))?)
    });
    if let Err(error) = &outcome {
        block_on(give_up(&format!("{error:#}"), &mut sink)).context("cannot even say why")?;
    }
    outcome
}

async fn give_up(reason: &str, sink: &mut PortSink) -> Result<()> {
    sink.emit(&Fault { reason }.into()).await?;
    let frames = sink.frames();
    Ok(sink.emit(&Bye { frames, status: Status::Fault }.into()).await?)
}
