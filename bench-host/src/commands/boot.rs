//! `cargo ninewire boot`: the guest's prompt on this terminal.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::machine::{Bench, directory, listening, wire};
use crate::cli::BootArgs;
use crate::image::Source;
use crate::interrupt::Interrupts;
use crate::qemu::{CharDev, Device, Ended, Guest, shell_line};
use crate::server::{Access, Export};
use crate::terminal::{Keys, SessionEnd, join};
use crate::workspace::Workspace;

pub(super) fn run(args: &BootArgs, interrupts: &Interrupts) -> Result<ExitCode> {
    let keys = match &args.script {
        Some(file) => {
            let script =
                std::fs::read(file).with_context(|| format!("cannot read --script {}", file.display()))?;
            Keys::Script(script)
        }
        None => Keys::Standard,
    };
    // QEMU's ends of the socket pairs, open until it has inherited them.
    let mut theirs = Vec::new();
    let mut devices = Vec::new();
    for share in &args.share {
        devices.push(Device::NineP { tag: share.tag.clone(), dir: directory(&share.dir)?, readonly: false });
    }
    let mut servers = Vec::new();
    for dir in &args.serial {
        let (our_end, chardev) = wire(&mut theirs)?;
        servers.push(Export::open(dir, Access::ReadWrite)?.serve(our_end)?);
        devices.push(Device::Console(chardev));
    }
    for socket in &args.connect {
        listening(socket, "--connect")?;
        devices.push(Device::Console(CharDev::Connect(socket.clone())));
    }
    let (console, com1) = wire(&mut theirs)?;
    let workspace = Workspace::locate()?;
    let bench = Bench::prepare(&args.machine, &Source::Checkout, &workspace, interrupts)?;
    let vm = bench.vm(&args.machine, "shell", com1, devices);
    if args.machine.dry_run {
        println!("{}", shell_line(&vm.program, &vm.arguments()));
        return Ok(ExitCode::SUCCESS);
    }
    if matches!(keys, Keys::Standard) && std::io::stdin().is_terminal() {
        eprintln!("ninewire: Ctrl-A x ends the guest");
    }
    let mut guest = Guest::start(&vm)?;
    drop(theirs);
    let end = join(&mut guest, console, keys, &mut std::io::stdout().lock(), interrupts)?;
    for fault in servers.iter().flat_map(|server| server.faults()) {
        eprintln!("ninewire: the 9P server: {fault}");
    }
    match end {
        SessionEnd::User => {
            eprintln!("\r\nninewire: ended the guest");
            Ok(ExitCode::SUCCESS)
        }
        SessionEnd::Guest(Ended::Success) => Ok(ExitCode::SUCCESS),
        SessionEnd::Guest(Ended::Qemu(status)) => {
            bail!("QEMU ended by itself ({status}): {}", guest.messages())
        }
        SessionEnd::Guest(ended) => bail!("{ended}; its last lines are above"),
    }
}
