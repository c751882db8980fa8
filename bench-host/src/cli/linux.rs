//! The words of `peer`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{MachineArgs, ReferenceUse, RunArgs, SerialArgs, SerialPort};
use crate::job::Setting;

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
    /// threads with one operation each in Linux, because a system call blocks.
    Linux(Box<LinuxArgs>),
}

/// Options of `peer linux`.
#[derive(Debug, Args)]
pub struct LinuxArgs {
    /// The directory to measure on; without it files are generated below target/.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The cases: smoke, full, gate, or a job file in fio's words.
    #[arg(long, value_name = "NAME|FILE", default_value = "smoke")]
    pub suite: String,
    /// Only the cases whose name fits GLOB, such as 'read/*'; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub case: Vec<String>,
    /// A setting of every case, in a job file's words, such as iodepth=8; may be repeated.
    #[arg(long, value_name = "WORD=VALUE")]
    pub job: Vec<Setting>,
    /// How many times each guest boots to be compared.
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub boots: u32,
    /// How many times Linux boots before that with every setting, to choose the best.
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub pilots: u32,
    /// Also compare with the serial way that did not win its case, in boots of its own: hvc, or the relay.
    #[arg(long)]
    pub every_way: bool,
    /// Append the run to results/; without it the run is kept below target/.
    #[arg(long)]
    pub record: bool,
    /// The file of a linux-image package to use instead of the newest one apt knows.
    #[arg(long, value_name = "FILE")]
    pub kernel_package: Option<PathBuf>,
    /// Generated files, random orders and written data derive from this.
    #[arg(long, value_name = "N", default_value_t = 9)]
    pub seed: u64,
    /// Leave QEMU's threads where the scheduler likes; otherwise guest cores get processors of their own.
    #[arg(long)]
    pub no_pin: bool,
    /// The port of our guest's serial path; Linux is measured over both.
    #[arg(long, value_enum, default_value_t)]
    pub serial_port: SerialPort,
    /// Keep the host's processors from going idle, by processes that run only where nothing else wants to; the run says
    /// so.
    #[arg(long)]
    pub spinners: bool,
    /// The virtual machine, of both guests; --append is for ours alone.
    #[command(flatten)]
    pub machine: MachineArgs,
}

impl LinuxArgs {
    /// The part of it that a run of ours alone has too.
    pub fn of_ours(&self) -> RunArgs {
        RunArgs {
            count: 0,
            reference: ReferenceUse::Never,
            dir: self.dir.clone(),
            suite: self.suite.clone(),
            case: self.case.clone(),
            commit: None,
            job: self.job.clone(),
            ab: false,
            sides: None,
            boots: Some(self.boots),
            record: self.record,
            server: None,
            serial: SerialArgs { serial_port: self.serial_port, ..SerialArgs::default() },
            seed: self.seed,
            no_pin: self.no_pin,
            spinners: self.spinners,
            variant: None,
            machine: self.machine.clone(),
        }
    }
}
