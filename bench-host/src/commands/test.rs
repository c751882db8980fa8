//! `cargo ninewire test`: every test there is, stage by stage, closed by one line that counts them all.

use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::child::{Supervised, wait_readable};
use crate::interrupt::Interrupts;
use crate::peer::package;
use crate::setup::{Needs, ensure};
use crate::workspace::Workspace;

/// The packages whose algorithms work on atomics and raw memory, and their folders.
const ATOMIC: [(&str, &str); 3] =
    [("ninewire-dma", "dma"), ("ninewire-queue", "queue"), ("ninewire-kernel", "kernel")];

/// How a test that explores all interleavings begins, and the module such tests are in.
const MODEL_CALL: &str = "loom::model";
const MODEL_MODULE: &str = "models::";

/// The packages whose tests Miri runs, each a stage of its own: what Miri is told besides [`MIRI_FLAGS`], and which tests
/// (none named: all). Tests of several threads are run again in many orders, each of which counts as a run.
///
/// Rings have words that are written whole and read by halves, at which Miri's emulation of weak memory stops with an
/// internal error; their orderings are left to the models, and Miri has the pointers and the lifetimes.
const INTERPRETED: [(&str, &str, &str, &[&str]); 4] = [
    ("miri", "ninewire-dma", "", &[]),
    ("miri in many orders", "ninewire-dma", " -Zmiri-many-seeds=0..8", &["threads::"]),
    ("miri of rings", "ninewire-queue", " -Zmiri-disable-weak-memory-emulation", &[]),
    (
        "miri of rings in many orders",
        "ninewire-queue",
        " -Zmiri-disable-weak-memory-emulation -Zmiri-many-seeds=0..8",
        &["several_cores"],
    ),
];

/// Cases of a property test under Miri.
const MIRI_CASES: &str = "4";

/// Regions of the tests live as long as the process; property tests look for their own files.
const MIRI_FLAGS: &str = "-Zmiri-disable-isolation -Zmiri-ignore-leaks";

/// One invocation of cargo.
struct Stage {
    name: &'static str,
    command: Command,
    /// Running no test at all is a mistake in the stage, not a success.
    result: Counts,
    failures: Failures,
    took: Duration,
}

impl Stage {
    fn new(name: &'static str, command: Command) -> Self {
        Self { name, command, result: Counts::default(), failures: Failures::default(), took: Duration::ZERO }
    }
}

/// What the test harness counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    /// Adds one line of the harness, if it is its closing line:
    /// `test result: ok. 3 passed; 0 failed; 0 ignored; ...`.
    fn add_line(&mut self, line: &str) {
        let Some(numbers) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        for part in numbers.1.split("; ") {
            let Some((number, word)) = part.split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// The tests that failed, each with the first lines it said, so that the end of a long output tells what to look at.
#[derive(Debug, Default)]
struct Failures {
    said: Vec<(String, Vec<String>)>,
    /// The last one's output is being passed on.
    open: bool,
}

impl Failures {
    /// Lines of a failed test's output that are shown again.
    const SHOWN: usize = 4;

    /// Looks at one line of the harness: `---- NAME stdout ----` opens the output of a failed test, an empty line or
    /// the list of names closes it.
    fn add_line(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            self.said.push((name.to_string(), Vec::new()));
            self.open = true;
        } else if line == "failures:" {
            self.open = false;
        } else if let (true, Some((_, lines))) = (self.open, self.said.last_mut())
            && lines.len() < Self::SHOWN
            && !line.trim().is_empty()
        {
            lines.push(line.to_string());
        }
    }
}

pub(super) fn run(interrupts: &Interrupts) -> Result<ExitCode> {
    let workspace = Workspace::locate()?;
    ensure(Needs { qemu: true, ..Needs::default() })?;
    let linux = package::kernel(None, &workspace, interrupts);
    interrupts.check()?;
    let browser = ensure(Needs { qemu: true, browser: true, ..Needs::default() });
    let (mut stages, mut not_run) = stages(&workspace, linux.is_ok(), browser.is_ok());
    if let Err(error) = browser {
        not_run.push(format!("tests of the page in a browser: {error:#}"));
    }
    if let Err(error) = linux {
        not_run.push(format!("boot tests with a Linux guest: {error:#}"));
    }
    // Somebody without them has every other test.
    if let Err(error) = ensure(Needs { qemu: true, foreign: true, ..Needs::default() }) {
        not_run.push(format!("boot tests with servers of other projects that are not here: {error:#}"));
    }
    let mut total = Counts::default();
    let mut broken = Vec::new();
    let started = Instant::now();
    for stage in &mut stages {
        let words: Vec<_> = stage.command.get_args().map(|word| word.to_string_lossy()).collect();
        let program = Path::new(stage.command.get_program()).file_name().unwrap_or_default();
        println!("ninewire test: {}: {} {}", stage.name, program.to_string_lossy(), words.join(" "));
        let begun = Instant::now();
        let success = stage.run(interrupts)?;
        stage.took = begun.elapsed();
        total.add(stage.result);
        if !success {
            broken.push(stage.name);
        } else if stage.result.passed == 0 {
            println!("ninewire test: {}: ran no test at all", stage.name);
            broken.push(stage.name);
        }
    }
    let times: Vec<_> =
        stages.iter().map(|stage| format!("{} {:.1} s", stage.name, stage.took.as_secs_f64())).collect();
    println!("ninewire test: {}", times.join(", "));
    for reason in &not_run {
        println!("ninewire test: not run: {reason}");
    }
    for stage in &stages {
        for (name, lines) in &stage.failures.said {
            println!("ninewire test: {}: failed: {name}", stage.name);
            lines.iter().for_each(|line| println!("    {line}"));
        }
    }
    let verdict = if broken.is_empty() { "ok" } else { "FAILED" };
    println!(
        "test result: {verdict}. {} passed; {} failed; {} ignored; finished in {:.2}s",
        total.passed,
        total.failed,
        total.ignored,
        started.elapsed().as_secs_f64()
    );
    if !broken.is_empty() {
        bail!("failed: {}", broken.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is run, and what cannot be here; `linux` says whether a Linux guest can be booted, `browser` whether a browser can
/// be started.
fn stages(workspace: &Workspace, linux: bool, browser: bool) -> (Vec<Stage>, Vec<String>) {
    let mut host = workspace.cargo();
    host.args(["test", "--locked", "--no-fail-fast", "--workspace", "--exclude", "ninewire"]);
    let mut boot = workspace.cargo();
    boot.args(["test", "--locked", "--no-fail-fast", "--package", "ninewire", "--features"]);
    let features =
        [if linux { "linux-tests" } else { "boot-tests" }, if browser { "browser-tests" } else { "" }];
    boot.arg(features.join(" "));
    let mut stages = vec![Stage::new("host", host)];
    let mut not_run = Vec::new();
    let modelled = ATOMIC.iter().filter(|(_, folder)| has_model(&workspace.root().join(folder).join("src")));
    let modelled: Vec<_> = modelled.map(|(package, _)| *package).collect();
    if modelled.is_empty() {
        not_run.push("models: no package has one".to_string());
    } else {
        let mut model = workspace.cargo();
        model.args(["test", "--locked", "--no-fail-fast", "--release", "--lib"]);
        model.args(selected(&modelled)).arg(MODEL_MODULE);
        model.env("RUSTFLAGS", "--cfg loom").env("CARGO_TARGET_DIR", workspace.variant_target("loom"));
        stages.push(Stage::new("model", model));
    }
    stages.push(Stage::new("boot", boot));
    if has_miri() {
        for (name, package, flags, tests) in INTERPRETED {
            let mut miri = Command::new("rustup");
            miri.args(["run", "nightly", "cargo", "miri", "test", "--locked", "--no-fail-fast", "--lib"]);
            miri.args(selected(&[package])).arg("--").args(tests).current_dir(workspace.root());
            miri.env("CARGO_TARGET_DIR", workspace.variant_target("miri")).env_remove("RUSTFLAGS");
            // The interpreter is a thousand times slower: what matters there is that each path is walked, not how
            // often.
            miri.env("PROPTEST_CASES", MIRI_CASES).env("MIRIFLAGS", format!("{MIRI_FLAGS}{flags}"));
            stages.push(Stage::new(name, miri));
        }
    } else {
        not_run.push(
            "Miri: it needs `rustup toolchain install nightly --component miri --component rust-src`"
                .to_string(),
        );
    }
    (stages, not_run)
}

fn selected(packages: &[&str]) -> Vec<String> {
    packages.iter().flat_map(|package| ["--package".to_string(), package.to_string()]).collect()
}

/// Does any file below `folder` hold a model?
fn has_model(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        if path.is_dir() {
            has_model(&path)
        } else {
            std::fs::read_to_string(&path).is_ok_and(|text| text.contains(MODEL_CALL))
        }
    })
}

fn has_miri() -> bool {
    let version = Command::new("rustup")
        .args(["run", "nightly", "cargo", "miri", "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

impl Stage {
    /// Runs it, showing its output as it comes and counting from it; true when cargo says all is well.
    fn run(&mut self, interrupts: &Interrupts) -> Result<bool> {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = Supervised::spawn("cargo test", &mut self.command, &[])?;
        let output = process.take_stdout().context("cargo has no standard output")?;
        let mut line = Vec::new();
        let mut bytes = [0; 16 * 1024];
        loop {
            wait_readable(&[output.as_fd(), interrupts.fd()], None).context("cannot wait for cargo")?;
            interrupts.check()?;
            let count = rustix::io::read(&output, &mut bytes).context("cannot read the tests' output")?;
            if count == 0 {
                break;
            }
            std::io::stdout().write_all(&bytes[..count]).context("cannot show the tests' output")?;
            for &byte in &bytes[..count] {
                if byte == b'\n' {
                    let text = String::from_utf8_lossy(&line);
                    self.result.add_line(&text);
                    self.failures.add_line(&text);
                    line.clear();
                } else {
                    line.push(byte);
                }
            }
        }
        Ok(process.wait(interrupts, None)?.success())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_added_up_and_others_are_not() {
        let mut counts = Counts::default();
        for line in [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
            "test a::b ... ok",
            "test result: ok. many passed; 0 failed",
            "error: test result: ok. 9 passed",
        ] {
            counts.add_line(line);
        }
        assert_eq!(counts, Counts { passed: 7, failed: 2, ignored: 1 });
    }

    #[test]
    fn a_failed_test_is_named_with_what_it_said_first() {
        let mut failures = Failures::default();
        let output = "test a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\n\nthread 'b' panicked at x.rs:1:\n\
                      left is not right\n\nfailures:\n    b\n\ntest result: FAILED. 1 passed; 1 failed";
        output.lines().for_each(|line| failures.add_line(line));
        let said = ["thread 'b' panicked at x.rs:1:", "left is not right"].map(str::to_string).to_vec();
        assert_eq!(failures.said, [("b".to_string(), said)]);
    }
}
