//! `cargo ninewire peer linux`: pilot boots of Linux with every setting, then boots of both guests in turn with the
//! host's own system calls between them, one run file and a table.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use ninewire_bench_guest::record;

use super::machine::{directory, wire};
use super::run::bar::Bar;
use super::run::header_of;
use super::run::sides::{Answering, Assembly, RESULTS_PORT, Side, generated, plans};
use crate::checksum::crc32c_of;
use crate::cli::LinuxArgs;
use crate::ingest::Received;
use crate::interrupt::{Interrupted, Interrupts};
use crate::peer::anchor::Anchors;
use crate::peer::package::{self, Kernel};
use crate::peer::setting::{Lineup, NAMED_PORT, Purpose, Trial, Way, candidates, choose};
use crate::peer::{initramfs, table};
use crate::plan::Plan;
use crate::qemu::{Accel, CPU_MAX, Confinement, Device, Port, Vm, shell_line};
use crate::run::cell::Cell;
use crate::run::header::Peer;
use crate::run::{Boot, Job, Run};
use crate::scratch::Scratch;
use crate::session::{self, Log, Wires};
use crate::spinners::Spinners;
use crate::stats::summary::median;
use crate::store;
use crate::workspace::Workspace;

/// The kernel says nothing but what is wrong, and a guest that cannot go on ends the machine.
const CMDLINE: &str = "console=ttyS0 quiet panic=-1";

/// The processor under TCG. The one with everything (`max`) says that it moves strings fast, and TCG moves them byte by
/// byte: a Linux that believes it copies several times slower.
const CPU_TCG: &str = "qemu64";

pub(super) fn linux(args: &LinuxArgs, interrupts: &Interrupts) -> Result<ExitCode> {
    let given = args.measure.dir.as_deref().map(directory).transpose()?;
    let workspace = Workspace::locate()?;
    let run_args = args.of_ours();
    let side =
        Side::all(&run_args, &workspace, interrupts)?.into_iter().next().context("a run has a side")?;
    if args.measure.machine.dry_run {
        let dir = given.unwrap_or_else(|| workspace.generated());
        let guest = LinuxGuest::planned(&workspace);
        let Assembly { vm, .. } = side.assemble(None, &dir, "", &[])?;
        println!("{}", shell_line(&vm.program, &vm.arguments()));
        for way in [Way::Relay, Way::Terminal] {
            let Assembly { vm, .. } = guest.assemble(&side, way, &dir, "")?;
            println!("{}", shell_line(&vm.program, &vm.arguments()));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let guest = LinuxGuest::prepare(args, &workspace, interrupts)?;
    let mut spinners = args.measure.spinners.then(Spinners::start).transpose()?;
    // Everything from here on shares the processors that are left beside the guest's.
    side.pinning.pin_rest()?;
    let root = match given {
        Some(dir) => dir,
        None => generated(&workspace)?,
    };
    let program = std::env::current_exe().context("cannot find this program")?;
    let scratch = Scratch::make(&root, &program)?;
    let sides = [side];
    let base = plans(&run_args, &sides, &root, &scratch)?.into_iter().next().context("a side has a plan")?;
    let [side] = sides;
    interrupts.check()?;
    let mut comparison = Comparison::new(&side, &guest, &base, &root, &workspace, interrupts)?;
    let chosen = comparison.pilots(args.pilots, args.every_way)?;
    comparison.measure(&chosen, args.boots)?;
    if let Some(spinners) = &mut spinners {
        spinners.check()?;
    }
    let run = comparison.run;
    drop(scratch);
    report(args, &workspace, &run)?;
    Ok(ExitCode::SUCCESS)
}

/// What a Linux boot is made of.
struct LinuxGuest {
    kernel: Kernel,
    initrd: PathBuf,
}

impl LinuxGuest {
    fn prepare(args: &LinuxArgs, workspace: &Workspace, interrupts: &Interrupts) -> Result<Self> {
        let kernel = package::kernel(args.kernel_package.as_deref(), workspace, interrupts)?;
        let initrd = initramfs::write(&kernel, workspace, interrupts)?;
        Ok(Self { kernel, initrd })
    }

    /// Where everything would be, without fetching or building any of it.
    fn planned(workspace: &Workspace) -> Self {
        let image = package::planned(workspace);
        let kernel = Kernel { package: String::new(), image, modules: Vec::new() };
        let initrd = initramfs::path(&kernel);
        Self { kernel, initrd }
    }

    /// The machine of one boot: as ours, with Linux in it and this way for the serial path.
    fn assemble(&self, side: &Side, serial: Way, root: &Path, scratch: &str) -> Result<Assembly> {
        let (mut theirs, mut answering) = (Vec::new(), Answering::default());
        let chardev = answering.serve(&side.machine, root, scratch, &mut theirs)?;
        let (results, results_chardev) = wire(&mut theirs)?;
        let log = Log::new()?;
        let mut ports = vec![Port { name: RESULTS_PORT, chardev: results_chardev }];
        let mut devices = vec![side.share(root)];
        match serial {
            Way::Terminal => devices.push(Device::Console(chardev)),
            Way::Native | Way::Relay | Way::Raw => ports.push(Port { name: NAMED_PORT, chardev }),
        }
        if side.runs_on(record::Path::Raw) {
            ports.push(answering.attend(&side.machine, &mut theirs)?);
        }
        devices.push(Device::Ports(ports));
        let vm = Vm {
            cpu: if side.bench.accel == Accel::Tcg { CPU_TCG } else { CPU_MAX },
            image: self.kernel.image.clone(),
            initrd: Some(self.initrd.clone()),
            cmdline: CMDLINE.to_string(),
            confined: Some(Confinement { dir: root.to_path_buf(), writable: vec![root.join(scratch)] }),
            ..side.bench.vm(&side.machine, "", log.chardev(), devices)
        };
        Ok(Assembly { vm, wires: Wires { results, log, theirs }, answering })
    }
}

/// A run in the making.
struct Comparison<'c> {
    side: &'c Side,
    guest: &'c LinuxGuest,
    /// The plan of our guest.
    base: &'c Plan,
    root: &'c Path,
    workspace: &'c Workspace,
    interrupts: &'c Interrupts,
    run: Run,
}

/// A kind of boot with a plan, and where its jobs begin in the run's.
struct Kind {
    lineup: Lineup,
    plan: Plan,
    first_job: u16,
}

impl<'c> Comparison<'c> {
    fn new(
        side: &'c Side,
        guest: &'c LinuxGuest,
        base: &'c Plan,
        root: &'c Path,
        workspace: &'c Workspace,
        interrupts: &'c Interrupts,
    ) -> Result<Self> {
        let Assembly { vm, .. } = side.assemble(None, root, &base.scratch, &[])?;
        let named = Plan { suite: format!("peer-linux-{}", base.suite), ..base.clone() };
        let mut header = header_of(side, &named, &vm, workspace)?;
        let initramfs = std::fs::File::open(&guest.initrd).and_then(crc32c_of);
        let initramfs = initramfs.context("cannot read the Linux guest's first file tree")?;
        header.peer = Some(Peer {
            package: guest.kernel.package.clone(),
            argv: Vec::new(),
            initramfs_crc32c: format!("{:08x}", initramfs.1),
            not_measured: Vec::new(),
        });
        let run = Run { header, jobs: Job::of_plan(base), boots: Vec::new(), counted: Vec::new() };
        Ok(Self { side, guest, base, root, workspace, interrupts, run })
    }

    /// Boots Linux with every setting, and chooses one for each case and path, or way.
    fn pilots(&mut self, pilots: u32, every_way: bool) -> Result<Vec<Trial>> {
        let all = self.base.jobs.iter().enumerate().flat_map(|(case, job)| {
            candidates(&job.spec).into_iter().map(move |setting| Trial { case, setting, for_path: true })
        });
        let mut kinds = self.kinds(Lineup::of(&all.collect::<Vec<_>>()), Purpose::Pilot);
        let bar = Bar::new(pilots * kinds.len() as u32);
        let mut count = 0;
        for _ in 0..pilots {
            let mut sound = Vec::new();
            for kind in kinds {
                let received = self.boot_linux(&kind, &bar, count, ", pilot");
                count += 1;
                match received {
                    Ok(received) => {
                        self.keep(received.boot, kind.first_job);
                        sound.push(kind);
                    }
                    Err(error) => self.give_up(&kind, error)?,
                }
            }
            kinds = sound;
        }
        drop(bar);
        let run = &self.run;
        let cells = Cell::of_run(run);
        let rates = kinds.iter().flat_map(|kind| {
            let cells = &cells;
            (kind.first_job..).zip(&kind.lineup.trials).filter_map(move |(job, trial)| {
                let path = trial.setting.way.path();
                let cell = cells.iter().find(|cell| cell.job == job && cell.path == path)?;
                Some((*trial, median(&cell.values(|boot| Some(boot.iops))).ok()?))
            })
        });
        let rates: Vec<(Trial, f64)> = rates.collect();
        let chosen: Vec<Trial> = (0..self.base.jobs.len())
            .flat_map(|case| {
                let of_case: Vec<_> = rates.iter().filter(|(trial, _)| trial.case == case).copied().collect();
                choose(&of_case, every_way)
            })
            .collect();
        if chosen.is_empty() {
            bail!("not measured: Linux ran no case with any setting");
        }
        Ok(chosen)
    }

    /// A way of the serial path that fails in its pilot is not measured; that is said, and the others go on. The kind of
    /// boot that carries the native path may not fail, and a user's wish to end is no failure.
    fn give_up(&mut self, kind: &Kind, error: anyhow::Error) -> Result<()> {
        let native = kind.lineup.trials.iter().any(|trial| trial.setting.way == Way::Native);
        if native || error.downcast_ref::<Interrupted>().is_some() {
            return Err(error);
        }
        let reason = format!("Linux over {}: {error:#}", kind.lineup.serial);
        eprintln!("ninewire: not measured: {reason}");
        let first_line = reason.lines().next().unwrap_or_default().to_string();
        self.run.header.peer.get_or_insert_default().not_measured.push(first_line);
        Ok(())
    }

    /// Boots both guests in turn, neither always first, and the host's own system calls between them.
    fn measure(&mut self, chosen: &[Trial], boots: u32) -> Result<()> {
        let kinds = self.kinds(Lineup::of(chosen), Purpose::Measured);
        let anchors = Anchors::of(self.base);
        let first_anchor = self.add_jobs(anchors.jobs());
        let bar = Bar::new(boots * (1 + kinds.len() as u32));
        let mut count = 0;
        for round in 0..boots {
            let ours_first = round % 2 == 0;
            for ours in [ours_first, !ours_first] {
                if ours {
                    let received = self.boot_ours(&bar, count)?;
                    self.keep(received.boot, 0);
                    count += 1;
                } else {
                    for kind in &kinds {
                        let received = self.boot_linux(kind, &bar, count, "")?;
                        self.keep(received.boot, kind.first_job);
                        count += 1;
                    }
                }
                if ours == ours_first {
                    let received = anchors.run(self.root, self.next_boot(), self.interrupts)?;
                    received.check_written(self.base, self.root).map_err(|reason| anyhow!("{reason}"))?;
                    self.keep(received.boot, first_anchor);
                }
            }
        }
        Ok(())
    }

    fn kinds(&mut self, lineups: Vec<Lineup>, purpose: Purpose) -> Vec<Kind> {
        let kind = |lineup: Lineup| {
            let plan = lineup.plan(self.base, purpose);
            let first_job = self.add_jobs(Job::of_plan(&plan));
            Kind { lineup, plan, first_job }
        };
        lineups.into_iter().map(kind).collect()
    }

    /// Gives jobs, numbered from 0, their numbers in the run; where they begin.
    fn add_jobs(&mut self, jobs: Vec<Job>) -> u16 {
        let first = self.run.jobs.len() as u16;
        self.run.jobs.extend(jobs.into_iter().map(|job| Job { job: first + job.job, ..job }));
        first
    }

    fn next_boot(&self) -> u32 {
        self.run.boots.len() as u32
    }

    /// Keeps a boot whose jobs begin at `first_job` of the run's.
    fn keep(&mut self, mut boot: Boot, first_job: u16) {
        for visit in &mut boot.visits {
            visit.facts.job += first_job;
            visit.samples.iter_mut().for_each(|sample| sample.job += first_job);
        }
        self.run.boots.push(boot);
    }

    fn boot_ours(&self, bar: &Bar, count: u32) -> Result<Received> {
        let assembly = self.side.assemble(None, self.root, &self.base.scratch, &[])?;
        self.boot(assembly, self.base, bar, count, ", ninewire").context("ninewire's guest")
    }

    fn boot_linux(&mut self, kind: &Kind, bar: &Bar, count: u32, purpose: &str) -> Result<Received> {
        let serial = kind.lineup.serial;
        let assembly = self.guest.assemble(self.side, serial, self.root, &self.base.scratch)?;
        let peer = self.run.header.peer.get_or_insert_default();
        if purpose.is_empty() && peer.argv.is_empty() {
            peer.argv = words(&assembly.vm, self.workspace);
        }
        let title = format!(", linux over {serial}{purpose}");
        self.boot(assembly, &kind.plan, bar, count, &title).context("the Linux guest")
    }

    fn boot(&self, assembly: Assembly, plan: &Plan, bar: &Bar, count: u32, title: &str) -> Result<Received> {
        let Assembly { vm, wires, answering } = assembly;
        let boot = self.next_boot();
        let mut show = |progress| bar.show(count, title, progress);
        let received = session::run(&vm, wires, &self.side.pinning, plan, boot, &mut show, self.interrupts)?;
        if let Some(fault) = answering.fault() {
            bail!("the run is void: boot {boot}: {fault}");
        }
        received
            .check_written(plan, self.root)
            .map_err(|reason| anyhow!("the run is void: boot {boot}: {reason}"))?;
        Ok(received)
    }
}

/// QEMU's words as they are kept.
fn words(vm: &Vm, workspace: &Workspace) -> Vec<String> {
    let arguments = vm.arguments();
    let words = std::iter::once(vm.program.as_os_str()).chain(arguments.iter().map(|word| word.as_os_str()));
    words.map(|word| workspace.portable(&word.to_string_lossy())).collect()
}

/// Keeps the run and shows it. A result that cannot be kept is shown all the same, and is an error.
fn report(args: &LinuxArgs, workspace: &Workspace, run: &Run) -> Result<()> {
    let directory = if args.measure.record { workspace.results() } else { workspace.unrecorded() };
    let written = store::write(run, &directory);
    print!("{}", table::render(run));
    let path = written.with_context(|| format!("cannot keep the run below {}", directory.display()))?;
    println!("\n{}", workspace.shown(&path));
    if args.measure.record && run.header.git.dirty {
        eprintln!("ninewire: the checkout has changes that are in no commit; the recorded run says so");
    }
    Ok(())
}
