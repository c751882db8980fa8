//! What each command does, from the first check to the exit code.

mod boot;
mod dashboard;
mod exchange;
mod history;
mod judge;
mod machine;
mod peer;
mod run;
mod serve;
mod setup;
mod test;

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{Command, PeerCommand};
use crate::interrupt::Interrupts;

/// Runs a command. An error is printed by the caller, in one line, and is never exit code 0.
pub fn run(command: Command, interrupts: &Interrupts) -> Result<ExitCode> {
    match command {
        Command::Run(args) => run::run(&args, interrupts),
        Command::Analyse(args) => judge::analyse(&args),
        Command::Compare(args) => judge::compare(&args),
        Command::Gate(args) => judge::gate(&args),
        Command::Selftest(args) => judge::selftest(&args, interrupts),
        Command::Dashboard(args) => dashboard::run(&args),
        Command::Peer(args) => match args.peer {
            PeerCommand::Linux(args) => peer::linux(&args, interrupts),
        },
        Command::Export(args) => exchange::export(&args),
        Command::Fio(args) => exchange::fio(&args),
        Command::Setup(args) => setup::run(&args),
        Command::Test => test::run(interrupts),
        Command::Boot(args) => boot::run(&args, interrupts),
        Command::Serve(args) => serve::run(&args, interrupts),
        Command::Spin { processor } => match crate::spinners::spin(processor)? {},
        Command::SweepScratch { path } => {
            crate::scratch::sweep(&path, std::io::stdin())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
