//! What a run boots: one machine, or two sides whose boots take turns.

use std::ffi::OsString;
use std::io::Cursor;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use ninewire_bench_guest::record;

use super::super::machine::{Bench, wire};
use crate::cli::{MachineArgs, MeasureArgs, ReferenceUse, RunArgs, SerialArgs, SerialPort, SideArgs, Tree};
use crate::files::memory::Memory;
use crate::image::Source;
use crate::ingest::Received;
use crate::interrupt::Interrupts;
use crate::job::{Paths, Suite};
use crate::peer::setting::{NAMED_PORT, RAW_PORT, TAG};
use crate::plan::{FileSpec, Plan, ShareSpec, prepare};
use crate::qemu::{CharDev, Confinement, Device, Pinning, Port, Vm};
use crate::raw_port::RawPort;
use crate::run::header;
use crate::scratch::Scratch;
use crate::server::{Access, Export, Server};
use crate::session::{Log, Wires};
use crate::variants::{self, Variant};
use crate::workspace::Workspace;

/// The name the guest looks for among its named ports.
pub(in crate::commands) const RESULTS_PORT: &str = "org.ninewire.bench";

/// The guest's name of the serial share's port 0: its device is the second on the bus.
const SERIAL_DEVICE: &str = "virtio-console-1";

/// The name the serial share's port has otherwise.
const SERIAL_PORT: &str = "org.ninewire.serial";

/// Longest file of a tree in memory: more than any case writes.
const MEMORY_FILE_BYTES_MAX: u64 = 1 << 32;

/// One side: a machine and what it is to measure.
pub(in crate::commands) struct Side {
    /// Which; nothing where there is only one.
    pub(in crate::commands) side: Option<header::Side>,
    pub(in crate::commands) machine: MachineArgs,
    pub(in crate::commands) bench: Bench,
    pub(in crate::commands) suite: Suite,
    pub(in crate::commands) pinning: Pinning,
    pub(in crate::commands) serial: SerialArgs,
    /// Whether the host's processors are kept from going idle.
    pub(in crate::commands) spinners: bool,
    /// In a comparison of variants which this is.
    pub(in crate::commands) variant: Option<String>,
}

impl Side {
    /// The sides the user asked for, in the order A, B; images are built, programs found.
    pub(in crate::commands) fn all(
        args: &RunArgs,
        workspace: &Workspace,
        interrupts: &Interrupts,
    ) -> Result<Vec<Self>> {
        if let Some(glob) = args.variants() {
            return Self::variants(glob, args, workspace, interrupts);
        }
        let Some(pair) = &args.sides else {
            return Ok(vec![Self::of(args, None, &SideArgs::default(), workspace, interrupts)?]);
        };
        let mut sides = Vec::new();
        for (name, words) in ["a", "b"].into_iter().zip(pair.iter()) {
            let side = header::Side { name: name.to_string(), words: words.words.clone() };
            let title = side.to_string();
            let side = Self::of(args, Some(side), words, workspace, interrupts).context(title)?;
            sides.push(side);
        }
        let [a, b] = &sides[..] else { bail!("a comparison has two sides") };
        if a.bench.accel != b.bench.accel {
            bail!(
                "side a runs on {} and side b on {}: their times are never compared",
                a.bench.accel.name(),
                b.bench.accel.name()
            );
        }
        Ok(sides)
    }

    /// The default, and the variants that `glob` names. One that cannot be made ready is an error: all of them are options
    /// that every machine takes.
    fn variants(
        glob: &str,
        args: &RunArgs,
        workspace: &Workspace,
        interrupts: &Interrupts,
    ) -> Result<Vec<Self>> {
        let chosen = Variant::select(glob).map_err(anyhow::Error::msg)?;
        let default = Variant { name: variants::DEFAULT, words: "", told: "" };
        let mut sides: Vec<Self> = Vec::new();
        for variant in std::iter::once(default).chain(chosen) {
            let side = header::Side { name: variant.name.to_string(), words: variant.words.to_string() };
            let title = side.to_string();
            let words: Vec<OsString> = variant.words.split_whitespace().map(OsString::from).collect();
            let words = SideArgs::read(&words).with_context(|| title.clone())?;
            let side = Self::of(args, Some(side), &words, workspace, interrupts).context(title)?;
            if sides.first().is_some_and(|first| first.bench.accel != side.bench.accel) {
                bail!("the variant {} runs on {} only", variant.name, side.bench.accel.name());
            }
            sides.push(Self { variant: Some(variant.name.to_string()), ..side });
        }
        Ok(sides)
    }

    /// The reference image beside the machine of `self`: a side like any other, except that a run goes on without it.
    pub(super) fn reference(
        &self,
        args: &RunArgs,
        workspace: &Workspace,
        interrupts: &Interrupts,
    ) -> Result<Self> {
        let commit = match &args.reference {
            ReferenceUse::Commit(commit) => commit.clone(),
            _ => {
                let file = workspace.reference();
                let text = std::fs::read_to_string(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                text.trim().to_string()
            }
        };
        let short = commit.get(..8).unwrap_or(&commit).to_string();
        let side = header::Side { name: header::REFERENCE.to_string(), words: short };
        let words = SideArgs { commit: Some(commit), ..SideArgs::default() };
        let reference = Self::of(args, Some(side), &words, workspace, interrupts)?;
        if reference.bench.accel != self.bench.accel {
            bail!("its image runs on {} only", reference.bench.accel.name());
        }
        Ok(reference)
    }

    /// Whether the run goes on without it.
    pub(super) fn is_reference(&self) -> bool {
        self.side.as_ref().is_some_and(|side| side.name == header::REFERENCE)
    }

    /// The same, of a variant that is not the default.
    pub(super) fn is_variant(&self) -> bool {
        self.variant.as_ref().is_some_and(|name| name != variants::DEFAULT)
    }

    /// What it is called where there are several.
    pub(super) fn name(&self) -> String {
        self.side.as_ref().map_or_else(String::new, |side| side.name.clone())
    }

    fn of(
        args: &RunArgs,
        side: Option<header::Side>,
        words: &SideArgs,
        workspace: &Workspace,
        interrupts: &Interrupts,
    ) -> Result<Self> {
        let machine = words.machine(&args.measure.machine);
        let settings: Vec<_> = args.measure.job.iter().chain(&words.job).cloned().collect();
        let serial = words.serial(args.serial);
        let mut suite = suite(&args.measure)?.with(&settings)?;
        if serial.tree == Tree::Memory {
            only_serial(&mut suite)?;
        }
        let commit = words.commit.as_ref().or(args.commit.as_ref());
        let source = commit.cloned().map_or(Source::Checkout, Source::Commit);
        let bench = Bench::prepare(&machine, &source, workspace, interrupts)?;
        let pinning = if args.measure.no_pin { Pinning::Off } else { Pinning::choose(machine.smp)? };
        let (spinners, variant) = (args.measure.spinners, None);
        Ok(Self { side, machine, bench, suite, pinning, serial, spinners, variant })
    }

    /// `side a (--qemu 7.2)`; nothing where there is only one.
    pub(in crate::commands) fn title(&self) -> Option<String> {
        self.side.as_ref().map(header::Side::to_string)
    }

    /// For progress: `, side a (--qemu 7.2)`; empty where there is only one.
    pub(super) fn shown(&self) -> String {
        self.title().map_or_else(String::new, |title| format!(", {title}"))
    }

    /// What only the host can see of a boot: whether its server met a fault, and whether the files are as the guest says.
    pub(super) fn check(
        &self,
        received: Received,
        answering: &Answering,
        plan: &Plan,
        root: &Path,
    ) -> Result<Received> {
        let boot = received.boot.facts.boot;
        if let Some(fault) = answering.fault() {
            bail!("the run is void: boot {boot}: {fault}");
        }
        let written = match &answering.memory {
            Some(tree) => received.check_written_in(plan, |path| Ok(Cursor::new(tree.content(path)?))),
            None => received.check_written(plan, root),
        };
        written.map_err(|reason| anyhow!("the run is void: boot {boot}: {reason}"))?;
        Ok(received)
    }

    /// The native share of `root`. Existing files are only read: what a guest that goes wrong may try is refused by QEMU
    /// where no case writes, and by the kernel where one does.
    pub(in crate::commands) fn share(&self, root: &Path) -> Device {
        let readonly = !self.suite.jobs.iter().any(|job| job.work.writes());
        Device::NineP { tag: TAG.to_string(), dir: root.to_path_buf(), readonly }
    }

    /// The machine of one boot and our ends of its wires. `files` are those a tree in memory begins with.
    pub(in crate::commands) fn assemble(
        &self,
        server: Option<&Path>,
        root: &Path,
        scratch: &str,
        files: &[FileSpec],
    ) -> Result<Assembly> {
        let (mut theirs, mut answering) = (Vec::new(), Answering::default());
        let mut serving = |theirs: &mut Vec<UnixStream>| match (server, self.serial.tree) {
            (Some(socket), _) => Ok(CharDev::Connect(socket.to_path_buf())),
            (None, Tree::Directory) => answering.serve(&self.machine, root, scratch, theirs),
            (None, Tree::Memory) => answering.serve_from_memory(&self.machine, root, files, theirs),
        };
        let serial = serving(&mut theirs)?;
        let (results, chardev) = wire(&mut theirs)?;
        let mut ports = vec![Port { name: RESULTS_PORT, chardev }];
        if self.runs_on(record::Path::Named) {
            ports.push(Port { name: NAMED_PORT, chardev: serving(&mut theirs)? });
        }
        if self.runs_on(record::Path::Raw) {
            ports.push(answering.attend(&self.machine, &mut theirs)?);
        }
        let log = Log::new()?;
        let serial = match self.serial.serial_port {
            SerialPort::Console => Device::Console(serial),
            SerialPort::Named => Device::Ports(vec![Port { name: SERIAL_PORT, chardev: serial }]),
        };
        let devices = vec![self.share(root), serial, Device::Ports(ports)];
        let mut vm = self.bench.vm(&self.machine, "bench", log.chardev(), devices);
        vm.confined = Some(Confinement { dir: root.to_path_buf(), writable: vec![root.join(scratch)] });
        Ok(Assembly { vm, wires: Wires { results, log, theirs }, answering })
    }

    /// Whether any case runs on `path`.
    pub(in crate::commands) fn runs_on(&self, path: record::Path) -> bool {
        self.suite.jobs.iter().any(|job| job.paths.has(path))
    }
}

/// Takes every path but the serial one away from every case, and the cases that are about directories: the tree in
/// memory begins with files alone.
fn only_serial(suite: &mut Suite) -> Result<()> {
    let about_directories = |work| matches!(work, record::Work::Readdir | record::Work::CreateRemove);
    suite.jobs.retain(|job| job.paths.has(record::Path::Serial) && !about_directories(job.work));
    suite.jobs.iter_mut().for_each(|job| job.paths = Paths::SERIAL);
    if suite.jobs.is_empty() {
        bail!(
            "no case of the suite {} goes over the serial path, which is all --tree memory has",
            suite.name
        );
    }
    Ok(())
}

/// What is at the other ends of a boot's wires, unless it is somebody else's server. It works until it is dropped, and in
/// a dry run it does not.
#[derive(Default)]
pub(in crate::commands) struct Answering {
    servers: Vec<Server>,
    /// What they serve, if not the directory.
    memory: Option<Memory>,
    raw: Option<RawPort>,
}

impl Answering {
    /// A wire to an embedded server of its own: QEMU's end.
    pub(in crate::commands) fn serve(
        &mut self,
        machine: &MachineArgs,
        root: &Path,
        scratch: &str,
        theirs: &mut Vec<UnixStream>,
    ) -> Result<CharDev> {
        let (our_end, chardev) = wire(theirs)?;
        if !machine.dry_run {
            let export = Export::open(root, Access::WriteBelow(scratch.to_string()))?;
            self.servers.push(export.serve(our_end)?);
        }
        Ok(chardev)
    }

    /// The same with copies of `files` in memory.
    fn serve_from_memory(
        &mut self,
        machine: &MachineArgs,
        root: &Path,
        files: &[FileSpec],
        theirs: &mut Vec<UnixStream>,
    ) -> Result<CharDev> {
        let (our_end, chardev) = wire(theirs)?;
        let tree = Memory::new(MEMORY_FILE_BYTES_MAX);
        for file in files {
            let full = root.join(&file.path);
            let bytes = std::fs::read(&full).with_context(|| format!("cannot read {}", full.display()))?;
            tree.put(&file.path, &bytes).with_context(|| format!("cannot keep {} in memory", file.path))?;
        }
        if !machine.dry_run {
            self.servers.push(Export::memory(tree.clone()).serve(our_end)?);
        }
        self.memory = Some(tree);
        Ok(chardev)
    }

    /// The raw port, at whose other end is somebody who takes, sends and echoes.
    pub(in crate::commands) fn attend(
        &mut self,
        machine: &MachineArgs,
        theirs: &mut Vec<UnixStream>,
    ) -> Result<Port> {
        let (our_end, chardev) = wire(theirs)?;
        if !machine.dry_run {
            self.raw = Some(RawPort::attend(our_end)?);
        }
        Ok(Port { name: RAW_PORT, chardev })
    }

    /// What went wrong there, if anything did.
    pub(in crate::commands) fn fault(&self) -> Option<String> {
        let mut faults = self.servers.iter().flat_map(Server::faults);
        let served = faults.next().map(|fault| format!("the embedded 9P server: {fault}"));
        served.or_else(|| {
            let fault = self.raw.as_ref()?.fault()?;
            Some(format!("our end of the raw port: {fault}"))
        })
    }
}

/// The machine of one boot and our ends of its wires.
pub(in crate::commands) struct Assembly {
    pub(in crate::commands) vm: Vm,
    pub(in crate::commands) wires: Wires,
    pub(in crate::commands) answering: Answering,
}

/// A plan for each side. They are made as one, so that cases of both sides use the very same files wherever they need
/// the same: where a file happens to lie in memory is no difference between the sides.
pub(in crate::commands) fn plans(
    args: &RunArgs,
    sides: &[Side],
    root: &Path,
    scratch: &Scratch,
) -> Result<Vec<Plan>> {
    let jobs = sides.iter().flat_map(|side| side.suite.jobs.iter().cloned()).collect();
    let all = Suite { name: sides[0].suite.name.clone(), jobs };
    let mut plan = prepare(&all, shares(args, &sides[0]), root, scratch.name(), args.measure.seed)?;
    let mut jobs = std::mem::take(&mut plan.jobs).into_iter();
    let of_side = |side: &Side| Plan {
        jobs: jobs.by_ref().take(side.suite.jobs.len()).collect(),
        shares: shares(args, side),
        ..plan.clone()
    };
    Ok(sides.iter().map(of_side).collect())
}

/// The suite, or the job file, the user named.
fn suite(args: &MeasureArgs) -> Result<Suite> {
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
    Ok(suite.select(&args.case)?)
}

/// Where the paths lead: the same tree, by QEMU's server and by a server on a socket, or a tree in memory by the latter
/// alone; and one to no tree at all. Native and serial are there in every run, the others where a case asks for them.
fn shares(args: &RunArgs, side: &Side) -> Vec<ShareSpec> {
    let share = |path, device: &str, server: &str| ShareSpec {
        path,
        device: device.to_string(),
        aname: String::new(),
        uname: "ninewire".to_string(),
        server: server.to_string(),
    };
    let server = match (&args.server, side.serial.tree) {
        (Some(socket), _) => socket.display().to_string(),
        (None, Tree::Directory) => "ninewire".to_string(),
        (None, Tree::Memory) => "ninewire, in memory".to_string(),
    };
    let port = match side.serial.serial_port {
        SerialPort::Console => SERIAL_DEVICE,
        SerialPort::Named => SERIAL_PORT,
    };
    let mut shares =
        vec![share(record::Path::Native, TAG, "qemu local"), share(record::Path::Serial, port, &server)];
    let others = [
        share(record::Path::Named, NAMED_PORT, &server),
        share(record::Path::Proxied, port, &server),
        share(record::Path::Raw, RAW_PORT, "none: our end of a raw port"),
    ];
    shares.extend(others.into_iter().filter(|share| side.runs_on(share.path)));
    shares
}

/// The folder used when the user names none: the plan generates every file in it, in the run's scratch folder.
pub(in crate::commands) fn generated(workspace: &Workspace) -> Result<PathBuf> {
    let dir = workspace.generated();
    std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}
