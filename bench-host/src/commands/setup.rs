//! `cargo ninewire setup`.

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::SetupArgs;
use crate::qemu::Program;
use crate::setup::{Needs, ensure};

pub(super) fn run(args: &SetupArgs) -> Result<ExitCode> {
    ensure(Needs { qemu: true, benches: args.bench, foreign: args.foreign, browser: args.browser })?;
    let qemu = Program::find(None)?;
    println!("ready: the image builds for x86_64-unknown-none and boots in QEMU {}", qemu.version);
    Ok(ExitCode::SUCCESS)
}
