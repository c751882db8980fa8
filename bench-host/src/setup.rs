//! What a machine with rustup's stable toolchain and a C linker still lacks, and how it gets it.
//!
//! Every command that builds the image or starts QEMU calls [`ensure`] first. Root and CI get what is missing
//! installed, a person at a terminal is asked, anybody else is told the one command that does it. Nothing here picks
//! or downloads a toolchain: the compiler is the user's own.

use std::ffi::OsString;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::qemu::{in_path, shell_line};
use crate::workspace::{IMAGE_TARGET, Workspace};
use crate::{browser, foreign};

/// What the caller is about to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// QEMU from `PATH`; not when the user named one.
    pub qemu: bool,
    /// The instruction-counting benches.
    pub benches: bool,
    /// The 9P servers of other projects that the boot tests mount.
    pub foreign: bool,
    /// A browser, in which the tests look at the dashboard's page.
    pub browser: bool,
}

/// Something that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Missing {
    Target,
    Qemu,
    Valgrind,
    /// With the version `Cargo.lock` names: runner and library have to agree.
    IaiRunner(String),
    Diod,
    Chromium,
    PythonVenv,
    /// The folder it goes to.
    Pyroute2(PathBuf),
}

impl Missing {
    fn name(&self) -> &'static str {
        match self {
            Self::Target => "the Rust target x86_64-unknown-none (builds the image)",
            Self::Qemu => "qemu-system-x86_64 (boots it)",
            Self::Valgrind => "valgrind (counts instructions in the benches)",
            Self::IaiRunner(_) => "iai-callgrind-runner (runs those benches)",
            Self::Diod => "diod (a 9P server the boot tests mount)",
            Self::Chromium => "Chromium (in which the tests look at the page)",
            Self::PythonVenv => "Python with its module venv (for pyroute2)",
            Self::Pyroute2(_) => "pyroute2 (has a 9P server the boot tests mount)",
        }
    }

    fn package(&self) -> Option<&'static str> {
        match self {
            Self::Qemu => Some("qemu-system-x86"),
            Self::Valgrind => Some("valgrind"),
            Self::Diod => Some("diod"),
            Self::Chromium => Some("chromium"),
            Self::PythonVenv => Some("python3-venv"),
            Self::Target | Self::IaiRunner(_) | Self::Pyroute2(_) => None,
        }
    }
}

/// What decides who acts. Collected once; everything after is pure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Situation {
    root: bool,
    ci: bool,
    terminal: bool,
    sudo: bool,
    apt: bool,
}

impl Situation {
    fn look() -> Self {
        let ci = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
        Self {
            root: rustix::process::geteuid().is_root(),
            ci,
            terminal: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            sudo: in_path("sudo").is_some(),
            apt: in_path("apt-get").is_some(),
        }
    }

    fn decide(self, steps: &[Step]) -> Decision {
        let possible = steps.iter().all(|step| match step.privilege {
            Privilege::None => true,
            Privilege::Root => self.apt && (self.root || self.sudo),
        });
        match self {
            _ if !possible => Decision::Tell,
            Situation { root: true, .. } | Situation { ci: true, .. } => Decision::Act,
            Situation { terminal: true, .. } => Decision::Ask,
            _ => Decision::Tell,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Act,
    Ask,
    Tell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Privilege {
    None,
    Root,
}

/// One command of the set-up.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    argv: Vec<String>,
    privilege: Privilege,
}

impl Step {
    fn new(privilege: Privilege, line: &str) -> Self {
        Self { argv: line.split(' ').map(str::to_string).collect(), privilege }
    }

    /// As a shell reads it.
    fn line(argv: &[String]) -> String {
        let rest: Vec<_> = argv[1..].iter().map(OsString::from).collect();
        shell_line(Path::new(&argv[0]), &rest)
    }

    /// The step as it runs here: through sudo where root is needed and we are not.
    fn resolved(&self, situation: Situation) -> Vec<String> {
        let sudo = self.privilege == Privilege::Root && !situation.root;
        sudo.then(|| "sudo".to_string()).into_iter().chain(self.argv.iter().cloned()).collect()
    }
}

/// Makes sure that what `needs` says is there. Says what it does; see the module's head for who gets what.
pub fn ensure(needs: Needs) -> Result<()> {
    let missing = find_missing(needs)?;
    if missing.is_empty() {
        return Ok(());
    }
    let situation = Situation::look();
    let steps = steps(&missing);
    let names = missing.iter().map(Missing::name).collect::<Vec<_>>().join(", ");
    let by_hand = by_hand(&missing, &steps, situation);
    match situation.decide(&steps) {
        Decision::Act => eprintln!("ninewire setup: missing: {names}"),
        Decision::Ask => {
            eprintln!("ninewire setup: missing: {names}");
            for step in &steps {
                eprintln!("    {}", Step::line(&step.resolved(situation)));
            }
            if !agreed()? {
                bail!("not set up; to do it yourself: {by_hand}");
            }
        }
        Decision::Tell => bail!("missing: {names}; to get it: {by_hand}"),
    }
    for step in &steps {
        run(&step.resolved(situation))?;
    }
    let left = find_missing(needs)?;
    if !left.is_empty() {
        let names = left.iter().map(Missing::name).collect::<Vec<_>>().join(", ");
        bail!("still missing after set-up: {names}; look at the messages above");
    }
    Ok(())
}

fn agreed() -> Result<bool> {
    eprint!("Do this now? [Y/n] ");
    std::io::stderr().flush().ok();
    let mut answer = String::new();
    let length = std::io::stdin().lock().read_line(&mut answer).context("cannot read the answer")?;
    let answer = answer.trim().to_ascii_lowercase();
    Ok(length > 0 && (answer.is_empty() || answer == "y" || answer == "yes"))
}

fn run(argv: &[String]) -> Result<()> {
    let line = Step::line(argv);
    eprintln!("ninewire setup: {line}");
    let status = Command::new(&argv[0])
        .args(&argv[1..])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        // Our own output may be piped somewhere; a tool's chatter belongs to the messages.
        .stdout(std::io::stderr())
        .status()
        .with_context(|| format!("cannot start `{}`", argv[0]))?;
    if !status.success() {
        bail!("`{line}` failed ({status}): fix what it says above, then run this again");
    }
    Ok(())
}

fn find_missing(needs: Needs) -> Result<Vec<Missing>> {
    let mut missing = Vec::new();
    if !target_installed()? {
        missing.push(Missing::Target);
    }
    if needs.qemu && in_path(crate::qemu::DEFAULT_NAME).is_none() {
        missing.push(Missing::Qemu);
    }
    if needs.benches {
        if in_path("valgrind").is_none() {
            missing.push(Missing::Valgrind);
        }
        let version = locked_version(include_str!("../../Cargo.lock"), "iai-callgrind")
            .context("Cargo.lock names no iai-callgrind")?;
        if runner_version().as_deref() != Some(version) {
            missing.push(Missing::IaiRunner(version.to_string()));
        }
    }
    if needs.browser && browser::chromium().is_none() {
        missing.push(Missing::Chromium);
    }
    if needs.foreign {
        if foreign::diod().is_none() {
            missing.push(Missing::Diod);
        }
        let workspace = Workspace::locate()?;
        if foreign::pyroute2(&workspace).is_none() {
            if !foreign::has_venv() {
                missing.push(Missing::PythonVenv);
            }
            missing.push(Missing::Pyroute2(foreign::environment(&workspace)));
        }
    }
    Ok(missing)
}

/// Does the compiler that builds the image have the bare-metal core library?
fn target_installed() -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--print", "sysroot"])
        .output()
        .with_context(|| format!("cannot start {}: install Rust with rustup", rustc.to_string_lossy()))?;
    let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_string();
    let lib = PathBuf::from(sysroot).join("lib/rustlib").join(IMAGE_TARGET).join("lib");
    let has_core = std::fs::read_dir(lib).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libcore-") && name.ends_with(".rlib")
        })
    });
    Ok(has_core)
}

fn runner_version() -> Option<String> {
    let output = Command::new("iai-callgrind-runner").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().last().map(str::to_string)
}

/// The version of `package` in the text of a `Cargo.lock`.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

fn steps(missing: &[Missing]) -> Vec<Step> {
    let mut steps = Vec::new();
    let packages: Vec<_> = missing.iter().filter_map(Missing::package).collect();
    if missing.contains(&Missing::Target) {
        steps.push(Step::new(Privilege::None, &format!("rustup target add {IMAGE_TARGET}")));
    }
    if !packages.is_empty() {
        steps.push(Step::new(Privilege::Root, "apt-get update -q"));
        let install = format!("apt-get install -q --yes --no-install-recommends {}", packages.join(" "));
        steps.push(Step::new(Privilege::Root, &install));
    }
    for item in missing {
        match item {
            Missing::IaiRunner(version) => {
                let install = format!("cargo install --locked iai-callgrind-runner --version {version}");
                steps.push(Step::new(Privilege::None, &install));
            }
            Missing::Pyroute2(environment) => {
                let folder = environment.display().to_string();
                let mut make = Step::new(Privilege::None, "python3 -m venv");
                make.argv.push(folder);
                let python = environment.join("bin/python").display().to_string();
                let release = format!("pyroute2=={}", foreign::PYROUTE2_VERSION);
                let words = [&python, "-m", "pip", "install", "--quiet", &release];
                let argv = words.map(str::to_string).to_vec();
                steps.extend([make, Step { argv, privilege: Privilege::None }]);
            }
            _ => {}
        }
    }
    steps
}

/// The one command that does it all, for somebody else to type.
fn by_hand(missing: &[Missing], steps: &[Step], situation: Situation) -> String {
    let join = |privilege: Privilege| {
        let lines =
            steps.iter().filter(|step| step.privilege == privilege).map(|step| Step::line(&step.argv));
        lines.collect::<Vec<_>>().join(" && ")
    };
    let (own, root) = (join(Privilege::None), join(Privilege::Root));
    let root = match situation {
        _ if root.is_empty() => String::new(),
        Situation { apt: false, .. } => {
            let packages: Vec<_> = missing.iter().filter_map(Missing::package).collect();
            let install = format!("install {} with this system's package manager", packages.join(" and "));
            return if own.is_empty() { install } else { format!("{install}, then `{own}`") };
        }
        Situation { root: true, .. } => root,
        Situation { sudo: true, .. } => format!("sudo sh -c '{root}'"),
        _ => format!("su -c '{root}'"),
    };
    // What is installed for everybody is what the rest is made with.
    let both: Vec<_> = [root, own].into_iter().filter(|part| !part.is_empty()).collect();
    format!("`{}`", both.join(" && "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: Situation = Situation { root: false, ci: false, terminal: true, sudo: true, apt: true };
    const SCRIPT: Situation = Situation { terminal: false, ..PERSON };
    const ROOT: Situation = Situation { root: true, sudo: false, ..SCRIPT };

    fn everything() -> Vec<Missing> {
        vec![Missing::Target, Missing::Qemu, Missing::Valgrind, Missing::IaiRunner("0.16.1".into())]
    }

    #[test]
    fn root_and_ci_act_a_person_is_asked_a_script_is_told() {
        let steps = steps(&[Missing::Target, Missing::Qemu]);
        assert_eq!(ROOT.decide(&steps), Decision::Act);
        assert_eq!(Situation { ci: true, ..SCRIPT }.decide(&steps), Decision::Act);
        assert_eq!(PERSON.decide(&steps), Decision::Ask);
        assert_eq!(SCRIPT.decide(&steps), Decision::Tell);
    }

    #[test]
    fn without_a_way_to_become_root_one_is_told_and_not_asked() {
        let steps = steps(&[Missing::Qemu]);
        assert_eq!(Situation { sudo: false, ..PERSON }.decide(&steps), Decision::Tell);
        assert_eq!(Situation { ci: true, sudo: false, ..SCRIPT }.decide(&steps), Decision::Tell);
        assert_eq!(Situation { apt: false, ..ROOT }.decide(&steps), Decision::Tell);
    }

    #[test]
    fn what_needs_no_root_is_done_without_it() {
        let steps = steps(&[Missing::Target]);
        assert_eq!(Situation { sudo: false, apt: false, ..PERSON }.decide(&steps), Decision::Ask);
        assert_eq!(steps[0].resolved(PERSON).join(" "), "rustup target add x86_64-unknown-none");
    }

    #[test]
    fn the_steps_cover_everything_with_one_install() {
        let steps = steps(&everything());
        let lines: Vec<_> = steps.iter().map(|step| step.resolved(ROOT).join(" ")).collect();
        assert_eq!(
            lines,
            [
                "rustup target add x86_64-unknown-none",
                "apt-get update -q",
                "apt-get install -q --yes --no-install-recommends qemu-system-x86 valgrind",
                "cargo install --locked iai-callgrind-runner --version 0.16.1",
            ]
        );
    }

    #[test]
    fn foreign_servers_come_as_a_package_and_into_a_folder_of_their_own() {
        let folder = PathBuf::from("/a b/target/pyroute2");
        let missing = [Missing::Diod, Missing::PythonVenv, Missing::Pyroute2(folder)];
        let steps = steps(&missing);
        let lines: Vec<_> = steps.iter().map(|step| Step::line(&step.resolved(PERSON))).collect();
        assert_eq!(lines[1], "sudo apt-get install -q --yes --no-install-recommends diod python3-venv");
        assert_eq!(lines[2], "python3 -m venv '/a b/target/pyroute2'");
        let install = format!("-m pip install --quiet pyroute2=={}", foreign::PYROUTE2_VERSION);
        assert_eq!(lines[3], format!("'/a b/target/pyroute2/bin/python' {install}"));
    }

    #[test]
    fn only_privileged_steps_go_through_sudo() {
        let steps = steps(&[Missing::Target, Missing::Qemu]);
        let first: Vec<_> = steps.iter().map(|step| step.resolved(PERSON)[0].clone()).collect();
        assert_eq!(first, ["rustup", "sudo", "sudo"]);
    }

    #[test]
    fn the_command_told_is_one_line_that_fits_the_machine() {
        let missing = [Missing::Target, Missing::Qemu];
        let steps = steps(&missing);
        let install = "apt-get update -q && apt-get install -q --yes --no-install-recommends qemu-system-x86";
        assert_eq!(
            by_hand(&missing, &steps, SCRIPT),
            format!("`sudo sh -c '{install}' && rustup target add x86_64-unknown-none`")
        );
        assert_eq!(
            by_hand(&missing, &steps, Situation { sudo: false, ..SCRIPT }),
            format!("`su -c '{install}' && rustup target add x86_64-unknown-none`")
        );
        assert_eq!(
            by_hand(&missing, &steps, Situation { apt: false, ..SCRIPT }),
            "install qemu-system-x86 with this system's package manager, then `rustup target add x86_64-unknown-none`"
        );
        assert_eq!(
            by_hand(&missing[1..], &steps[1..], Situation { apt: false, ..SCRIPT }),
            "install qemu-system-x86 with this system's package manager"
        );
    }

    #[test]
    fn the_runner_is_the_one_the_lock_file_names() {
        let lock = "[[package]]\nname = \"iai\"\nversion = \"1\"\n\n[[package]]\nname = \"iai-callgrind\"\nversion = \"0.16.1\"\n";
        assert_eq!(locked_version(lock, "iai-callgrind"), Some("0.16.1"));
        assert_eq!(locked_version(lock, "criterion"), None);
    }
}
