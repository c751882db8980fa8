//! The words of `peer`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{MeasureArgs, ReferenceUse, RunArgs, SerialArgs, SerialPort};

/// Options of `peer`.
#[derive(Debug, Args)]
pub struct PeerArgs {
    /// Whose guest.
    #[command(subcommand)]
    pub peer: PeerCommand,
}

/// The guests there are to compare with.
#[derive(Debug, Subcommand)]
pub enum PeerCommand {
    /// A stock Linux: Debian's kernel package, its own 9P client, nothing tuned but what its mount takes.
    ///
    /// The package is fetched by apt and read, not installed. Pilot boots run every case with every setting (native:
    /// msize 131072 and 512000; serial: hvc, and a named port with a relay; 1, 8 and the case's own number of threads), and
    /// the fastest is chosen for each case and path. Then both guests boot in turn, on the same files, QEMU and servers,
    /// and the host runs the same cases by its own system calls. A case's operations in flight are 9P tags here, and
    /// threads with one operation each in Linux, because a system call blocks. What --append says is for our guest alone.
    Linux(Box<LinuxArgs>),
}

/// Options of `peer linux`.
#[derive(Debug, Args)]
pub struct LinuxArgs {
    /// What is measured and on what; --append is for our guest alone.
    #[command(flatten)]
    pub measure: MeasureArgs,
    /// How many times each guest boots to be compared.
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub boots: u32,
    /// How many times Linux boots before that with every setting, to choose the best.
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub pilots: u32,
    /// Also compare with the serial way that did not win its case, in boots of its own: hvc, or the relay.
    #[arg(long)]
    pub every_way: bool,
    /// The file of a linux-image package to use instead of the newest one apt knows.
    #[arg(long, value_name = "FILE")]
    pub kernel_package: Option<PathBuf>,
    /// The port of our guest's serial path; Linux is measured over both.
    #[arg(long, value_enum, default_value_t)]
    pub serial_port: SerialPort,
}

impl LinuxArgs {
    /// The part of it that a run of ours alone has too.
    pub fn of_ours(&self) -> RunArgs {
        RunArgs {
            measure: self.measure.clone(),
            commit: None,
            ab: false,
            sides: None,
            variant: None,
            boots: Some(self.boots),
            count: 0,
            reference: ReferenceUse::Never,
            server: None,
            serial: SerialArgs { serial_port: self.serial_port, ..SerialArgs::default() },
        }
    }
}
