//! `cargo ninewire run`: boots the image, measures native 9P against serial 9P, prints the table.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ninewire_bench_guest::record;

use super::machine::{Bench, directory, listening, wire};
use crate::checksum::crc32c_of;
use crate::cli::RunArgs;
use crate::ingest::Progress;
use crate::interrupt::Interrupts;
use crate::job::Suite;
use crate::plan::{Plan, ShareSpec, prepare};
use crate::qemu::{CharDev, Device, Pinning, Port, Vm, shell_line};
use crate::run::header::{Git, Host, Image, Qemu};
use crate::run::{Boot, Header, Job, Run};
use crate::scratch::Scratch;
use crate::server::{Access, Export, Server};
use crate::session::{self, Log, Wires};
use crate::workspace::Workspace;
use crate::{store, table};

/// The name the guest looks for among its named ports.
const RESULTS_PORT: &str = "org.ninewire.bench";

/// The mount tag of the native share.
const TAG: &str = "bench";

/// The guest's name of the serial share's port: its device is the second on the bus.
const SERIAL_DEVICE: &str = "virtio-console-1";

pub(super) fn run(args: &RunArgs, interrupts: &Interrupts) -> Result<ExitCode> {
    let suite = suite(args)?;
    let given = args.dir.as_deref().map(directory).transpose()?;
    if let Some(socket) = &args.server {
        listening(socket, "--server")?;
    }
    let workspace = Workspace::locate()?;
    let bench = Bench::prepare(&args.machine, &workspace, interrupts)?;
    if args.machine.dry_run {
        let dir = given.unwrap_or_else(|| workspace.generated());
        let Assembly { vm, .. } = assemble(args, &bench, &dir, "")?;
        println!("{}", shell_line(&vm.program, &vm.arguments()));
        return Ok(ExitCode::SUCCESS);
    }
    let pinning = if args.no_pin { Pinning::Off } else { Pinning::choose(args.machine.smp)? };
    // Everything from here on shares the processors that are left beside the guest's.
    pinning.pin_rest()?;
    let root = match given {
        Some(dir) => dir,
        None => generated(&workspace)?,
    };
    let program = std::env::current_exe().context("cannot find this program")?;
    let scratch = Scratch::make(&root, &program)?;
    let plan = prepare(&suite, shares(args), &root, scratch.name(), args.seed)?;
    interrupts.check()?;
    let run = boots(args, &bench, &plan, &root, &pinning, interrupts)?;
    drop(scratch);
    report(args, &workspace, &run)?;
    Ok(ExitCode::SUCCESS)
}

/// The suite, or the job file, the user named.
fn suite(args: &RunArgs) -> Result<Suite> {
    let suite = match Suite::built_in(&args.suite) {
        Some(suite) => suite?,
        None => {
            let names = Suite::built_in_names().collect::<Vec<_>>().join(", ");
            let text = std::fs::read_to_string(&args.suite).with_context(|| {
                format!("--suite {} is neither one of {names} nor a job file", args.suite)
            })?;
            let name = Path::new(&args.suite)
                .file_stem()
                .map_or_else(String::new, |stem| stem.to_string_lossy().into());
            Suite::parse(&name, &args.suite, &text)?
        }
    };
    match &args.only {
        Some(glob) => Ok(suite.select(glob)?),
        None => Ok(suite),
    }
}

/// The folder used when the user names none: the plan generates every file in it, in the run's scratch folder.
fn generated(workspace: &Workspace) -> Result<PathBuf> {
    let dir = workspace.generated();
    std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

/// Where the two paths lead: the same tree, by QEMU's server and by a server on a socket.
fn shares(args: &RunArgs) -> Vec<ShareSpec> {
    let share = |path, device: &str, server: &str| ShareSpec {
        path,
        device: device.to_string(),
        aname: String::new(),
        uname: "ninewire".to_string(),
        server: server.to_string(),
    };
    let serial = args.server.as_ref().map_or("ninewire".to_string(), |socket| socket.display().to_string());
    vec![share(record::Path::Native, TAG, "qemu local"), share(record::Path::Serial, SERIAL_DEVICE, &serial)]
}

/// The machine of one boot and our ends of its wires.
struct Assembly {
    vm: Vm,
    wires: Wires,
    /// The server behind the serial share, unless it is somebody else's; it works until it is dropped.
    server: Option<Server>,
}

fn assemble(args: &RunArgs, bench: &Bench, root: &Path, scratch: &str) -> Result<Assembly> {
    let mut theirs = Vec::new();
    let (serial, server) = match &args.server {
        Some(socket) => (CharDev::Connect(socket.clone()), None),
        None => {
            let (our_end, chardev) = wire(&mut theirs)?;
            let serve = || Export::open(root, Access::WriteBelow(scratch.to_string()))?.serve(our_end);
            (chardev, (!args.machine.dry_run).then(serve).transpose()?)
        }
    };
    let (results, chardev) = wire(&mut theirs)?;
    let log = Log::new()?;
    let devices = vec![
        Device::NineP { tag: TAG.to_string(), dir: root.to_path_buf(), readonly: false },
        Device::Console(serial),
        Device::Ports(vec![Port { name: RESULTS_PORT, chardev }]),
    ];
    let vm = bench.vm(&args.machine, "bench", log.chardev(), devices);
    Ok(Assembly { vm, wires: Wires { results, log, theirs }, server })
}

/// All boots of the run, or the reason why it is void.
fn boots(
    args: &RunArgs,
    bench: &Bench,
    plan: &Plan,
    root: &Path,
    pinning: &Pinning,
    interrupts: &Interrupts,
) -> Result<Run> {
    let mut header = None;
    let mut boots: Vec<Boot> = Vec::new();
    let bar = Bar::new(args.boots);
    for boot in 0..args.boots {
        let Assembly { vm, wires, server } = assemble(args, bench, root, &plan.scratch)?;
        if header.is_none() {
            header = Some(header_of(bench, plan, &vm, pinning)?);
        }
        let mut show = |progress| bar.show(boot, progress);
        let received = session::run(&vm, wires, pinning, plan, boot, &mut show, interrupts)?;
        if let Some(fault) = server.iter().flat_map(Server::faults).next() {
            bail!("the run is void: boot {boot}: the embedded 9P server: {fault}");
        }
        received
            .check_written(plan, root)
            .map_err(|reason| anyhow!("the run is void: boot {boot}: {reason}"))?;
        boots.push(received.boot);
    }
    drop(bar);
    let header = header.context("a run has at least one boot")?;
    Ok(Run { header, jobs: Job::of_plan(plan), boots })
}

/// Everything that has to be known to read the numbers.
fn header_of(bench: &Bench, plan: &Plan, vm: &Vm, pinning: &Pinning) -> Result<Header> {
    let workspace = Workspace::locate()?;
    let arguments = vm.arguments();
    let words = std::iter::once(vm.program.as_os_str()).chain(arguments.iter().map(|word| word.as_os_str()));
    let argv = words.map(|word| workspace.portable(&word.to_string_lossy())).collect();
    let qemu = Qemu {
        version: bench.version.clone(),
        accel: vm.accel.name().to_string(),
        machine: vm.machine.name().to_string(),
        argv,
        pinning: match pinning {
            Pinning::Off => String::new(),
            split => split.to_string(),
        },
    };
    let image = std::fs::File::open(&vm.image).and_then(crc32c_of).context("cannot read the image")?;
    let rustc =
        Command::new("rustc").arg("--version").output().context("cannot ask rustc for its version")?;
    let image = Image {
        rustc: String::from_utf8_lossy(&rustc.stdout).trim().to_string(),
        profile: "release".to_string(),
        crc32c: format!("{:08x}", image.1),
    };
    let git = Git::of(workspace.root());
    Ok(Header::now(&plan.suite, plan.seed, git, Host::of_this_machine(), qemu, image))
}

/// Progress over all boots: a bar on a terminal, a line a boot elsewhere.
struct Bar {
    bar: ProgressBar,
    boots: u32,
}

impl Bar {
    fn new(boots: u32) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:24} {pos:>3}/{len} {elapsed} {wide_msg}");
        bar.set_style(style.expect("the template is right"));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar, boots }
    }

    fn show(&self, boot: u32, progress: Progress) {
        match progress {
            Progress::Hello { guest } if self.bar.is_hidden() => {
                eprintln!("ninewire: boot {} of {}: {guest} is up", boot + 1, self.boots);
            }
            Progress::Hello { .. } => {}
            Progress::Visit { done, all, name, path } => {
                let (boot, boots, all) = (u64::from(boot), u64::from(self.boots), all as u64);
                self.bar.set_length(boots * all);
                self.bar.set_position(boot * all + done as u64);
                self.bar.set_message(format!("boot {} of {boots}: {name} {path}", boot + 1));
            }
            Progress::Log(line) if self.bar.is_hidden() => eprintln!("guest: {line}"),
            Progress::Log(line) => self.bar.println(format!("guest: {line}")),
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        // An error's text belongs on a line of its own.
        self.bar.finish_and_clear();
    }
}

/// Keeps the run and shows it. A result that cannot be kept is shown all the same, and is an error.
fn report(args: &RunArgs, workspace: &Workspace, run: &Run) -> Result<()> {
    let directory = if args.record { workspace.results() } else { workspace.unrecorded() };
    let written = store::write(run, &directory);
    print!("{}", table::render(run));
    let path = written.with_context(|| format!("cannot keep the run below {}", directory.display()))?;
    println!("\n{}", path.strip_prefix(workspace.root()).unwrap_or(&path).display());
    if args.record && run.header.git.dirty {
        eprintln!("ninewire: the checkout has changes that are in no commit; the recorded run says so");
    }
    Ok(())
}
