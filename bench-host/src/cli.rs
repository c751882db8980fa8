//! The command line. Its help is the manual; the work is in `commands`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::job::Setting;
use crate::qemu::{AccelChoice, MachineType, MemoryMib, QemuChoice, VirtioProperty, check_tag};

mod dashboard;
mod history;
mod linux;
mod sides;

pub use dashboard::DashboardArgs;
pub use history::{ExchangeFormat, ExportArgs, FioArgs, ReportFormat};
pub use linux::{LinuxArgs, PeerArgs, PeerCommand};
pub use sides::SideArgs;

/// Reads a command line, the program's name first.
pub fn parse(words: impl Iterator<Item = OsString>) -> Result<Cli, clap::Error> {
    sides::parse(with_two_dashes(words))
}

/// Boots a small kernel in QEMU and measures host-guest file and console I/O: native 9P against 9P over a serial port.
///
/// Two commands do everything on a fresh machine, including its set-up: `cargo ninewire run` and `cargo ninewire test`.
#[derive(Debug, Parser)]
#[command(name = "ninewire", bin_name = "cargo ninewire", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Boot the kernel and compare native 9P with 9P over a serial port, on the same directory.
    ///
    /// Existing files of the directory are only read; what is written goes to a folder made for the run inside it and
    /// removed at every end. A run in which anything is missing or wrong is void: it says why, shows the end of the
    /// guest's log and leaves no result.
    ///
    /// With --ab A -- B it compares two things honestly: their boots take turns (A B B A), and every cell gets a word.
    /// What comes before --ab holds for both sides; a side is a commit, or any of --qemu, -M, --smp, --virtio, --append,
    /// --qemu-arg (a word for QEMU), --job (a setting of every case), --serial-port and --tree:
    ///
    ///   run --boots 10 --ab HEAD~1 -- HEAD
    ///   run --boots 10 --ab --qemu 7.2 -- --qemu 10.0
    ///   run --boots 10 --ab -- --append dma.pool=64M
    ///   run --boots 10 --ab -- --job wait=poll
    ///   run --boots 10 --ab --job iodepth=8 -- --job iodepth=32
    ///   run --boots 10 --ab --virtio event_idx=off --
    #[command(verbatim_doc_comment)]
    Run(RunArgs),
    /// Look at one run closely: intervals, scatter, percentiles, what an operation costs, and what makes one doubt.
    Analyse(AnalyseArgs),
    /// Compare two runs: in every cell the ratio, its interval and a word.
    ///
    /// Times are judged only where the boots of both runs were interleaved; counters always are.
    Compare(CompareArgs),
    /// Judge a run's counters by a baseline; exit code not 0 when one got worse.
    ///
    /// What the guest alone decides has to be equal, what depends on timing has to stay in the baseline's band, and what
    /// was not judged is said. The suite `gate` is made for it: cargo ninewire run --suite gate.
    Gate(GateArgs),
    /// Put the judge to the proof: how often it sees a change where there is none, and how small a change it finds.
    ///
    /// Boots of recorded runs are drawn anew, and made-up ones whose noise is worse than any machine's: split into two
    /// sides every word is a false alarm, and with one side made slower by a known step the word has to come. One event
    /// more in a recorded run has to be named by the gate. Fails when more than one cell in a hundred is falsely called
    /// changed, or a counter is.
    Selftest(SelftestArgs),
    /// Measure somebody else's guest on the same job files, boot by boot in turn with ours.
    Peer(PeerArgs),
    /// Write results in the form of a service or a tool that keeps and judges results of many machines.
    ///
    /// The read-me shows how each of them is fed.
    Export(ExportArgs),
    /// Put what fio measured beside our cases of the same work, block size and depth; nothing is judged.
    Fio(FioArgs),
    /// Draw the recorded runs as a page in one file: what got worse, native against serial, the history, Linux.
    ///
    /// The page needs a browser and nothing else: no network, no other file. It is the same for the same data, and at most
    /// 20 MB large: what it leaves out for that it says. Runs that were not recorded are drawn by
    /// `cargo ninewire dashboard target/ninewire`.
    Dashboard(DashboardArgs),
    /// Install what this machine lacks: the Rust target x86_64-unknown-none and QEMU.
    ///
    /// Root and CI (CI=true) get it installed, a person at a terminal is asked, anybody else is told the one command
    /// that does it. Every other command does this first by itself.
    Setup(SetupArgs),
    /// Run every test: of the host parts, of the models, of booted images.
    ///
    /// What needs Miri runs where a nightly toolchain with it is installed, and is named as not run elsewhere.
    Test,
    /// Boot the kernel and use its prompt on this terminal; Ctrl-A x ends it.
    ///
    /// Keys go to the guest as they are, Ctrl-C too. When standard input is not a terminal its lines are typed at the
    /// prompt, then `halt $status`.
    Boot(BootArgs),
    /// Serve a directory by 9P2000.L and 9P2000 on a unix or TCP socket, until Ctrl-C.
    ///
    /// Takes ufs' words too: serve -ntype=unix -addr=/tmp/vc02 -root=/tmp -debug=1
    Serve(ServeArgs),
    /// How this program calls itself to keep a processor from going idle.
    #[command(name = crate::spinners::COMMAND, hide = true)]
    Spin {
        /// The processor.
        processor: usize,
    },
    /// How this program calls itself to remove a run's scratch folder.
    #[command(name = crate::scratch::SWEEP_COMMAND, hide = true)]
    SweepScratch {
        /// The folder.
        path: PathBuf,
    },
}

/// The kind of socket `serve` listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum NetworkType {
    /// A unix socket.
    Unix,
    /// TCP.
    #[value(alias = "tcp4")]
    Tcp,
}

/// Go programs take long options with one dash, and the wiki page's `ufs` is one: `-ntype=unix` after `serve` is read
/// as `--ntype=unix`.
fn with_two_dashes(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    const LONG: [&str; 6] = ["-ntype", "-net", "-addr", "-root", "-debug", "-user"];
    let mut serving = false;
    words
        .map(|word| {
            let text = word.to_str().unwrap_or_default();
            let name = text.split('=').next().unwrap_or_default();
            if serving && LONG.contains(&name) {
                return format!("-{text}").into();
            }
            serving |= text == "serve";
            word
        })
        .collect()
}

/// Options of `analyse`.
#[derive(Debug, Args)]
pub struct AnalyseArgs {
    /// The run's result file.
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
}

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The result file of the run before, or of side A.
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The result file of the run after, or of side B.
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
}

/// Options of `gate`.
#[derive(Debug, Args)]
pub struct GateArgs {
    /// The result file of the run to judge.
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// The run to judge it by, instead of results/baseline.jsonl.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Make this run the baseline instead of judging it.
    #[arg(long)]
    pub accept: bool,
}

/// Options of `selftest`.
#[derive(Debug, Args)]
pub struct SelftestArgs {
    /// Result files to draw boots from; without any all of results/, the baseline too.
    #[arg(value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// Boots of each side.
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u16).range(6..=50))]
    pub boots: u16,
    /// Comparisons behind each figure.
    #[arg(long, value_name = "N", default_value = "200", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub trials: u32,
    /// Everything drawn derives from this.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Keep the figures in results/; without it they are kept below target/.
    #[arg(long)]
    pub record: bool,
}

/// Options of `setup`.
#[derive(Debug, Args)]
pub struct SetupArgs {
    /// Also what `cargo bench` needs to count instructions: valgrind and iai-callgrind-runner.
    #[arg(long)]
    pub bench: bool,
    /// Also the 9P servers of other projects that the boot tests mount: diod and pyroute2.
    #[arg(long)]
    pub foreign: bool,
    /// Also a browser, in which the tests look at the dashboard's page: Chromium.
    #[arg(long)]
    pub browser: bool,
}

/// When the reference image takes turns, and which it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceUse {
    /// In runs of the suite full.
    Full,
    /// In every run without --ab.
    Always,
    /// In none.
    Never,
    /// As always, the image of this commit.
    Commit(String),
}

impl From<&str> for ReferenceUse {
    fn from(word: &str) -> Self {
        match word {
            "full" => Self::Full,
            "always" => Self::Always,
            "never" => Self::Never,
            commit => Self::Commit(commit.to_string()),
        }
    }
}

/// What is measured and on what: options of every command that boots to measure.
#[derive(Clone, Debug, Args)]
pub struct MeasureArgs {
    /// The directory to measure on; without it files are generated below target/.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The cases: smoke, full, gate, variants, or a job file in fio's words.
    ///
    /// Words of a job file: rw=read, write, randread or randwrite; or ioengine=fileopenread, filestat, getattr, walk,
    /// readdir, createremove, floor (a message that asks for nothing), portout, portin or portping (a raw port); bs,
    /// iodepth, size, nrfiles (with readdir: entries), pathdepth (with walk: names), loops, runtime, time_based,
    /// verify=crc32c or 0, randseed, msize, version, wait=adaptive, poll or irq, and path=both or some of native,
    /// serial (the console port), named (a named port), 9pvpxy (the console port by way of that program) with commas
    /// between; a raw port's is raw.
    #[arg(long, value_name = "NAME|FILE", default_value = "smoke")]
    pub suite: String,
    /// Only the cases whose name fits GLOB, such as 'read/*'; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub case: Vec<String>,
    /// A setting of every case, in a job file's words, such as iodepth=8; may be repeated.
    #[arg(long, value_name = "WORD=VALUE")]
    pub job: Vec<Setting>,
    /// Append the run to results/, for comparing with later ones; without it the run is kept below target/.
    #[arg(long)]
    pub record: bool,
    /// Generated files, random orders and written data derive from this.
    #[arg(long, value_name = "N", default_value_t = 9)]
    pub seed: u64,
    /// Leave QEMU's threads where the scheduler likes; otherwise guest cores get processors of their own.
    #[arg(long)]
    pub no_pin: bool,
    /// Keep the host's processors from going idle, by processes that run only where nothing else wants to; the run says
    /// so.
    #[arg(long)]
    pub spinners: bool,
    /// The virtual machine.
    #[command(flatten)]
    pub machine: MachineArgs,
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// What is measured and on what.
    #[command(flatten)]
    pub measure: MeasureArgs,
    /// Boot the image of this commit, in any form git knows, instead of the checkout as it is. With --record and
    /// --reference always this fills the history in, one commit after the other.
    #[arg(long, value_name = "COMMIT")]
    pub commit: Option<String>,
    /// Compare two sides whose boots take turns; see above. Without A, or B, that side is what stands before --ab.
    #[arg(long, value_name = "A -- B")]
    pub ab: bool,
    /// The two sides.
    #[arg(skip)]
    pub sides: Option<Box<[SideArgs; 2]>>,
    /// Compare ways to build machine and guest with the default, on any suite: those whose name fits GLOB, such as
    /// 'packed'. --suite variants compares all: packed rings, no indirect descriptors, polling and so on.
    #[arg(long, value_name = "GLOB", conflicts_with = "ab")]
    pub variant: Option<String>,
    /// How many times to boot; every figure is a median over boots. 3 when left out, with several sides 10 of each.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub boots: Option<u32>,
    /// Boots of their own in which the guest's instructions are counted, by a plugin of QEMU's; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: u32,
    /// When boots of the reference image, that of the commit in results/reference, take turns with these: in runs of the
    /// suite full, always or never; or always, with the image of COMMIT. What a run is in relation to it can be compared
    /// with what another day's run is.
    #[arg(long, value_name = "full|always|never|COMMIT", default_value = "full",
          value_parser = clap::value_parser!(ReferenceUse))]
    pub reference: ReferenceUse,
    /// Use the 9P server that listens at this unix socket for the serial path, instead of the embedded one.
    #[arg(long, value_name = "SOCKET")]
    pub server: Option<PathBuf>,
    /// Where the serial path leads.
    #[command(flatten)]
    pub serial: SerialArgs,
}

impl RunArgs {
    /// Whether the reference image takes turns.
    pub fn wants_reference(&self) -> bool {
        let alone = !self.ab && self.variants().is_none();
        match self.reference {
            ReferenceUse::Full => alone && self.measure.suite == "full",
            ReferenceUse::Always | ReferenceUse::Commit(_) => alone,
            ReferenceUse::Never => false,
        }
    }

    /// The variants that are compared with the default, as a glob of their names.
    pub fn variants(&self) -> Option<&str> {
        let all = (self.measure.suite == "variants" && !self.ab).then_some("*");
        self.variant.as_deref().or(all)
    }

    /// How many times each side boots.
    pub fn boots(&self) -> u32 {
        self.boots.unwrap_or(if self.ab || self.variants().is_some() { 10 } else { 3 })
    }
}

/// The port a serial path goes over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SerialPort {
    /// Port 0 of its device, a virtconsole: QEMU drops what its socket does not take, so the guest sends little at a time.
    #[default]
    Console,
    /// A port with a name, a virtserialport: QEMU makes the guest wait.
    Named,
}

/// What the embedded server serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Tree {
    /// The directory that is measured on.
    #[default]
    Directory,
    /// A copy in memory of the files the cases use, fresh for each boot: a server that costs as little as one can.
    Memory,
}

/// Where the serial path leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args)]
pub struct SerialArgs {
    /// The port the serial path goes over.
    #[arg(long, value_enum, default_value_t)]
    pub serial_port: SerialPort,
    /// What the embedded server serves on the serial path. With a tree in memory no case runs on the native path, which
    /// leads to the directory.
    #[arg(long, value_enum, default_value_t, conflicts_with = "server")]
    pub tree: Tree,
}

/// The virtual machine.
#[derive(Clone, Debug, Args)]
pub struct MachineArgs {
    /// The board QEMU emulates.
    #[arg(short = 'M', long, value_enum, default_value = "q35")]
    pub machine: MachineType,
    /// What executes guest code; figures of the two are never compared.
    #[arg(long, value_enum, default_value = "auto")]
    pub accel: AccelChoice,
    /// The QEMU to use instead of the first qemu-system-x86_64 in PATH: its file, or a version such as 7.2, of which
    /// the first in PATH is taken.
    #[arg(long, value_name = "PATH|VERSION", env = "QEMU", value_parser = clap::value_parser!(QemuChoice))]
    pub qemu: Option<QemuChoice>,
    /// Number of guest cores.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=255))]
    pub smp: u32,
    /// Guest memory, such as 512M or 4G.
    #[arg(long, value_name = "SIZE", default_value = "512M")]
    pub memory: MemoryMib,
    /// A property of QEMU's virtio devices, such as event_idx=off or packed=on; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    pub virtio: Vec<VirtioProperty>,
    /// Words added to the kernel command line, such as dma.pool=64M; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub append: Vec<String>,
    /// A word passed to QEMU as it is; may be repeated.
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    pub qemu_arg: Vec<OsString>,
    /// Print the QEMU command and start nothing.
    #[arg(long, visible_alias = "print")]
    pub dry_run: bool,
    /// Words passed to QEMU as they are; with --ab say them as --qemu-arg.
    #[arg(last = true, value_name = "QEMU ARGS")]
    pub extra: Vec<OsString>,
}

/// Options of `boot`.
#[derive(Debug, Args)]
pub struct BootArgs {
    /// Offer DIR to the guest under TAG, by QEMU's own 9P server; may be repeated.
    /// In the guest: mount -d '#9' /dev/null /mnt/xxx TAG
    #[arg(long, value_name = "TAG=DIR", value_parser = ShareArg::parse)]
    pub share: Vec<ShareArg>,
    /// Offer DIR over a virtio console port, by the embedded 9P server; may be repeated.
    /// In the guest: mount -c -n /dev/virtcon/virtio-console-N /mnt/xxx
    #[arg(long, value_name = "DIR")]
    pub serial: Vec<PathBuf>,
    /// Connect a virtio console port to somebody's listening unix socket, such as another 9P server; may be repeated.
    #[arg(long, value_name = "SOCKET")]
    pub connect: Vec<PathBuf>,
    /// Type the lines of FILE at the prompt, then `halt $status`: the status of the last one is this command's.
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// The virtual machine.
    #[command(flatten)]
    pub machine: MachineArgs,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The directory.
    #[arg(required_unless_present_any = ["root", "memory"])]
    pub dir: Option<PathBuf>,
    /// The directory, said as ufs takes it.
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    pub root: Option<PathBuf>,
    /// Serve an empty tree in memory instead, whose files hold at most so many bytes.
    #[arg(long, value_name = "BYTES", conflicts_with_all = ["dir", "root"])]
    pub memory: Option<u64>,
    /// What --addr is: the path of a unix socket, or HOST:PORT.
    #[arg(long, alias = "net", default_value = "unix")]
    pub ntype: NetworkType,
    /// Where to listen; a unix socket is made now and removed at the end.
    #[arg(long, alias = "socket", value_name = "PATH or HOST:PORT")]
    pub addr: String,
    /// Who owns everything for clients of plain 9P2000.
    #[arg(long, default_value = crate::server::DEFAULT_USER)]
    pub user: String,
    /// Say on standard error when clients come and go (1), and every message (2).
    #[arg(long, value_name = "LEVEL", default_value_t = 0)]
    pub debug: u32,
    /// Refuse every change.
    #[arg(long)]
    pub read_only: bool,
    /// Offer messages no larger than this.
    #[arg(long, value_name = "BYTES", default_value_t = crate::server::MSIZE_MAX,
          value_parser = clap::value_parser!(u32).range(4096..=i64::from(crate::server::MSIZE_MAX)))]
    pub msize: u32,
}

/// `TAG=DIR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareArg {
    /// What the guest mounts it by.
    pub tag: String,
    /// The directory.
    pub dir: PathBuf,
}

impl ShareArg {
    fn parse(text: &str) -> Result<Self, String> {
        let (tag, dir) = text.split_once('=').ok_or("say TAG=DIR")?;
        if dir.is_empty() {
            return Err("say TAG=DIR".to_string());
        }
        Ok(Self { tag: check_tag(tag)?, dir: Path::new(dir).to_path_buf() })
    }
}

/// A parse error in one line: what was wrong, and where the right words are. `None` for help and version, which are
/// no errors.
pub fn one_line(error: &clap::Error) -> Option<String> {
    use clap::error::ErrorKind;
    let shown = [
        ErrorKind::DisplayHelp,
        ErrorKind::DisplayVersion,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
    ];
    if shown.contains(&error.kind()) {
        return None;
    }
    let text = error.render().to_string();
    let mut parts = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("Usage:") || line.starts_with("For more information") {
            break;
        }
        parts.push(line.trim_start_matches("error: ").trim_start_matches("tip: "));
    }
    parts.retain(|part| !part.is_empty());
    let said = parts.join("; ").replace(":; ", ": ");
    Some(format!("{said}; `cargo ninewire help` says what there is"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(words: &[&str]) -> String {
        let error = Cli::try_parse_from([&["ninewire"], words].concat()).unwrap_err();
        one_line(&error).expect("an error")
    }

    #[test]
    fn the_definition_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn bad_words_get_one_line_that_names_them() {
        for (words, named) in [
            (&["boot", "--machne", "pc"][..], "'--machne'"),
            (&["boot", "--machine", "vax"][..], "'vax'"),
            (&["boot", "--share", "tmp"][..], "say TAG=DIR"),
            (&["boot", "--share", "a b=/tmp"][..], "a tag has no ' '"),
            (&["boot", "--memory", "1M"][..], "the image runs in 64M and more"),
            (&["serve", "/tmp"][..], "not provided: --addr <PATH"),
            (&["fly"][..], "'fly'"),
        ] {
            let line = error(words);
            assert!(line.contains(named), "{words:?}: {line}");
            assert_eq!(line.lines().count(), 1, "{line}");
            assert!(line.ends_with("; `cargo ninewire help` says what there is"), "{line}");
        }
    }

    #[test]
    fn qemus_own_arguments_follow_two_dashes() {
        let cli = Cli::try_parse_from(["ninewire", "boot", "-M", "pc", "--", "-m", "1G"]).unwrap();
        let Command::Boot(boot) = cli.command else { panic!("boot was asked for") };
        assert_eq!(boot.machine.machine, MachineType::Pc);
        assert_eq!(boot.machine.extra, ["-m", "1G"]);
    }
}
