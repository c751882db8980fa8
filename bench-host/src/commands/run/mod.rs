//! `cargo ninewire run`: boots the image, measures native 9P against serial 9P, prints the table; with `--ab` boots two
//! sides in turn and prints what changed between them.

pub(super) mod bar;
mod counted;
pub(super) mod sides;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use super::machine::{directory, listening};
use crate::annotations::Annotations;
use crate::checksum::crc32c_of;
use crate::cli::RunArgs;
use crate::compare::compare;
use crate::interrupt::Interrupts;
use crate::plan::Plan;
use crate::qemu::{Pinning, Vm, shell_line};
use crate::run::header::{Host, Image, Qemu};
use crate::run::{Boot, Header, Job, Run};
use crate::scratch::Scratch;
use crate::session;
use crate::spinners::Spinners;
use crate::verdict::Rules;
use crate::workspace::Workspace;
use crate::{store, table, variants};

use bar::Bar;
use sides::{Assembly, Side, generated, plans};

pub(super) fn run(args: &RunArgs, interrupts: &Interrupts) -> Result<ExitCode> {
    let given = args.measure.dir.as_deref().map(directory).transpose()?;
    if let Some(socket) = &args.server {
        listening(socket, "--server")?;
    }
    let workspace = Workspace::locate()?;
    let mut sides = Side::all(args, &workspace, interrupts)?;
    let mut reference = None;
    if args.wants_reference() && !args.measure.machine.dry_run {
        match sides[0].reference(args, &workspace, interrupts) {
            Ok(side) => sides.push(side),
            Err(error) => {
                interrupts.check()?;
                reference = Some(without_reference(&error));
            }
        }
    }
    if args.measure.machine.dry_run {
        let dir = given.unwrap_or_else(|| workspace.generated());
        for side in &sides {
            let Assembly { vm, .. } = side.assemble(args.server.as_deref(), &dir, "", &[])?;
            println!("{}", shell_line(&vm.program, &vm.arguments()));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut spinners = args.measure.spinners.then(Spinners::start).transpose()?;
    // Everything from here on shares the processors that are left beside the guest's.
    sides[0].pinning.pin_rest()?;
    let root = match given {
        Some(dir) => dir,
        None => generated(&workspace)?,
    };
    let program = std::env::current_exe().context("cannot find this program")?;
    let scratch = Scratch::make(&root, &program)?;
    let plans = plans(args, &sides, &root, &scratch)?;
    interrupts.check()?;
    let (mut runs, given_up) = boots(args, &workspace, &sides, &plans, &root, interrupts)?;
    if let Some(spinners) = &mut spinners {
        spinners.check()?;
    }
    if reference.is_some() {
        runs[0].header.reference = reference;
    }
    drop(scratch);
    report(args, &workspace, &runs, &given_up)?;
    Ok(ExitCode::SUCCESS)
}

/// Says that the run goes on without the reference image, and why; in one line for the run's file.
fn without_reference(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    eprintln!("ninewire: the run goes on without the reference image: {text}");
    format!("none: {}", text.lines().next().unwrap_or_default())
}

/// What one side has come to.
#[derive(Default)]
struct Progressed {
    header: Option<Header>,
    boots: Vec<Boot>,
    /// Why it was given up.
    given_up: Option<String>,
}

/// What a run goes on without, and why: names of variants.
type GivenUp = Vec<(String, String)>;

/// All boots of all sides, or the reason why they are void. The first run is that of the first side.
fn boots(
    args: &RunArgs,
    workspace: &Workspace,
    sides: &[Side],
    plans: &[Plan],
    root: &Path,
    interrupts: &Interrupts,
) -> Result<(Vec<Run>, GivenUp)> {
    let mut done: Vec<Progressed> = sides.iter().map(|_| Progressed::default()).collect();
    let timed = args.boots() * sides.len() as u32;
    let judged = || sides.iter().filter(|side| !side.is_reference());
    let bar = Bar::new(timed + args.count * judged().count() as u32);
    for (count, (index, boot)) in (0..).zip(turns(args.boots(), sides.len())) {
        let (side, plan, done) = (&sides[index], &plans[index], &mut done[index]);
        if done.given_up.is_some() {
            continue;
        }
        let Assembly { vm, wires, answering } =
            side.assemble(args.server.as_deref(), root, &plan.scratch, &plan.files)?;
        if done.header.is_none() {
            done.header = Some(header_of(side, plan, &vm, workspace)?);
        }
        let mut show = |progress| bar.show(count, &side.shown(), progress);
        let received = session::run(&vm, wires, &side.pinning, plan, boot, &mut show, interrupts)
            .and_then(|received| side.check(received, &answering, plan, root));
        match received {
            Ok(received) => done.boots.push(received.boot),
            Err(error) if side.is_reference() && interrupts.check().is_ok() => {
                done.given_up = Some(without_reference(&error));
            }
            Err(error) if side.is_variant() && interrupts.check().is_ok() => {
                done.given_up = Some(without_variant(side, &error));
            }
            Err(error) => {
                return Err(match side.title() {
                    Some(title) => error.context(title),
                    None => error,
                });
            }
        }
    }
    let (mut runs, mut given_up): (Vec<Run>, GivenUp) = (Vec::new(), Vec::new());
    let mut watched_before = 0;
    for ((side, plan), done) in sides.iter().zip(plans).zip(done) {
        let Some(header) = done.header else { continue };
        let (mut run, boots) =
            (Run { header, jobs: Job::of_plan(plan), boots: Vec::new(), counted: Vec::new() }, done.boots);
        match (runs.first_mut(), side.is_reference(), done.given_up) {
            (Some(first), true, Some(why)) => {
                first.header.reference = Some(why);
                continue;
            }
            (Some(_), false, Some(why)) => {
                given_up.push((side.name(), why));
                continue;
            }
            (Some(first), true, None) => first.header.reference = Some(run.header.git.sha.clone()),
            _ => {
                let bar = &bar;
                let around = counted::Around {
                    args,
                    workspace,
                    root,
                    interrupts,
                    bar,
                    before: timed + watched_before,
                };
                (run.counted, run.header.not_counted) = counted::boots(side, plan, &around)?;
                watched_before += args.count;
            }
        }
        run.boots = boots;
        runs.push(run);
    }
    if runs.len() > 1 {
        let group = runs[0].header.run_id.clone();
        runs.iter_mut().for_each(|run| run.header.group = Some(group.clone()));
    }
    Ok((runs, given_up))
}

/// Says that a variant is not measured, and why; in one line for the table.
fn without_variant(side: &Side, error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    eprintln!("ninewire: the run goes on without {}: {text}", side.title().unwrap_or_default());
    text.lines().next().unwrap_or_default().to_string()
}

/// Which side boots when, and which of its boots that is: A B, B A, A B and so on, so that neither side is always the
/// later one and a machine that drifts drifts for both.
fn turns(boots: u32, sides: usize) -> impl Iterator<Item = (usize, u32)> {
    (0..boots).flat_map(move |boot| {
        (0..sides).map(move |place| (if boot % 2 == 0 { place } else { sides - 1 - place }, boot))
    })
}

/// Everything that has to be known to read the numbers.
pub(super) fn header_of(side: &Side, plan: &Plan, vm: &Vm, workspace: &Workspace) -> Result<Header> {
    let arguments = vm.arguments();
    let words = std::iter::once(vm.program.as_os_str()).chain(arguments.iter().map(|word| word.as_os_str()));
    let argv = words.map(|word| workspace.portable(&word.to_string_lossy())).collect();
    let qemu = Qemu {
        version: side.bench.version.clone(),
        accel: vm.accel.name().to_string(),
        machine: vm.machine.name().to_string(),
        argv,
        pinning: match &side.pinning {
            Pinning::Off => String::new(),
            split => split.to_string(),
        },
        spinners: Some(side.spinners),
    };
    let image = std::fs::File::open(&vm.image).and_then(crc32c_of).context("cannot read the image")?;
    let rustc =
        Command::new("rustc").arg("--version").output().context("cannot ask rustc for its version")?;
    let image = Image {
        rustc: String::from_utf8_lossy(&rustc.stdout).trim().to_string(),
        profile: "release".to_string(),
        crc32c: format!("{:08x}", image.1),
    };
    let git = side.bench.git.clone();
    let header = Header::now(&plan.suite, plan.seed, git, Host::of_this_machine(), qemu, image);
    let header = match &side.side {
        Some(side) => header.of_side(side.clone()),
        None => header,
    };
    Ok(Header { variant: side.variant.clone(), ..header })
}

/// Keeps the runs and shows them. A result that cannot be kept is shown all the same, and is an error.
fn report(args: &RunArgs, workspace: &Workspace, runs: &[Run], given_up: &GivenUp) -> Result<()> {
    let directory = if args.measure.record { workspace.results() } else { workspace.unrecorded() };
    let written = store::write_all(runs, &directory);
    let annotations = Annotations::read(&workspace.annotations())?;
    let compared = |a: &Run, b: &Run| compare(a, b, &Rules::default()).bless(&annotations);
    match (runs, &args.sides) {
        ([a, b], Some(_)) => print!("{}", compared(a, b)),
        (all, None) if args.variants().is_some() => {
            print!("{}", variants::table::render(all, given_up, &Rules::default()));
        }
        ([run, reference], None) => print!("{}\n{}", table::render(run), compared(reference, run)),
        _ => runs.iter().for_each(|run| print!("{}", table::render(run))),
    }
    let paths = written.with_context(|| format!("cannot keep the run below {}", directory.display()))?;
    println!();
    for path in paths {
        println!("{}", workspace.shown(&path));
    }
    let folder =
        if args.measure.record { String::new() } else { format!(" {}", workspace.shown(&directory)) };
    eprintln!("ninewire: `cargo ninewire dashboard{folder} --open` draws it");
    if args.measure.record && runs.iter().any(|run| run.header.git.dirty) {
        eprintln!("ninewire: the checkout has changes that are in no commit; the recorded run says so");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sides_take_turns_and_neither_is_always_first() {
        let order: Vec<_> = turns(3, 2).collect();
        assert_eq!(order, [(0, 0), (1, 0), (1, 1), (0, 1), (0, 2), (1, 2)]);
        let alone: Vec<_> = turns(3, 1).collect();
        assert_eq!(alone, [(0, 0), (0, 1), (0, 2)]);
    }
}
