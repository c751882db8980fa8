//! What benches of several crates share: counting instructions by iai-callgrind where it is installed, and the table that
//! puts the goal, what was reached, and the peers side by side. `cores.rs` beside it has games for two cores.

#![allow(dead_code, reason = "each bench uses its part")]

use std::env;
use std::process::{Command, Stdio};

/// The iai-callgrind the benches are built against; its runner must be the same version.
const RUNNER_VERSION: &str = "0.16.1";

/// One counted function.
pub(crate) struct Counted {
    /// Name of the bench function.
    pub(crate) function: String,
    /// The id of its `#[bench::id]`, or nothing.
    pub(crate) id: String,
    /// Instructions executed in the counted part.
    pub(crate) instructions: u64,
    /// How often it locked the bus, which atomic operations and full fences do on x86, if that was counted.
    pub(crate) bus_locks: Option<u64>,
}

/// Counts by `iai_main` (the `main` that `iai_callgrind::main!` makes) and returns what was counted, or nothing:
/// when valgrind or the runner is missing (said, with the way to get them; `name` is then skipped), when this process
/// is one that the runner started, or when the benches are merely being tested.
pub(crate) fn instructions(name: &str, iai_main: fn()) -> Option<Vec<Counted>> {
    let args: Vec<String> = env::args().collect();
    let asked = |flag: &str| args.iter().any(|arg| arg == flag);
    if asked("--iai-run") || asked("--output-format=json") {
        iai_main();
        return None;
    }
    if !asked("--bench") {
        println!("{name}: counts instructions under `cargo bench` only");
        return None;
    }
    if let Err(missing) = tools() {
        println!("{name}: skipped, {missing}");
        return None;
    }
    let program = env::current_exe().expect("a running program knows its file");
    let counted = Command::new(program)
        .args(&args[1..])
        .arg("--output-format=json")
        // Left in the target folder, where `cargo ninewire dashboard` looks.
        .env("IAI_CALLGRIND_SAVE_SUMMARY", "json")
        .stderr(Stdio::inherit())
        .output()
        .expect("this very program can be started");
    assert!(counted.status.success(), "{name}: the iai-callgrind runner failed ({})", counted.status);
    let output = String::from_utf8(counted.stdout).expect("the runner prints text");
    let summaries = serde_json::Deserializer::from_str(&output).into_iter::<serde_json::Value>();
    Some(summaries.map(|summary| counted_from(&summary.expect("the runner prints JSON"))).collect())
}

/// Is everything here that counting needs? If not, says what is missing and how to get it.
fn tools() -> Result<(), String> {
    let answers = |program: &str| {
        Command::new(program)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| error.to_string())
    };
    answers("valgrind").map_err(|_| {
        "valgrind is not installed. Get it from your distribution, for example: apt-get install valgrind"
            .to_string()
    })?;
    let get = format!("cargo install --locked iai-callgrind-runner --version {RUNNER_VERSION}");
    let runner = env::var("IAI_CALLGRIND_RUNNER").unwrap_or_else(|_| "iai-callgrind-runner".into());
    let output =
        answers(&runner).map_err(|_| format!("iai-callgrind-runner is not installed. Get it by: {get}"))?;
    // Asked out of turn, the runner complains, and names its version while it does.
    let said = [output.stdout, output.stderr].concat();
    if !String::from_utf8_lossy(&said).contains(RUNNER_VERSION) {
        return Err(format!("iai-callgrind-runner is not version {RUNNER_VERSION}. Get it by: {get}"));
    }
    Ok(())
}

fn counted_from(summary: &serde_json::Value) -> Counted {
    let text = |key: &str| summary[key].as_str().unwrap_or_default().to_string();
    let counts = &summary["profiles"][0]["summaries"]["total"]["summary"]["Callgrind"];
    let new = |event: &str| {
        let metrics = &counts[event]["metrics"];
        // `Left` alone is a first run, `Both` one that is compared with the run before it: the new count comes first.
        [&metrics["Left"], &metrics["Both"][0]].into_iter().find_map(|value| {
            value["Int"].as_u64().or(value.as_u64()).or_else(|| value["Float"].as_f64().map(|f| f as u64))
        })
    };
    let instructions = new("Ir").unwrap_or_else(|| panic!("no instruction count in {counts}"));
    Counted { function: text("function_name"), id: text("id"), instructions, bus_locks: new("Ge") }
}

/// A table on standard output: plain text, columns aligned.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column heads.
    pub(crate) fn new<const N: usize>(heads: [&str; N]) -> Self {
        Self { rows: vec![heads.map(String::from).to_vec()] }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// Prints it under a title.
    pub(crate) fn print(&self, title: &str) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        println!("\n{title}");
        for (number, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            println!("  {}", cells.join("  ").trim_end());
            if number == 0 {
                println!(
                    "  {}",
                    widths.iter().map(|&width| "-".repeat(width)).collect::<Vec<_>>().join("  ")
                );
            }
        }
    }
}

/// `value` against a goal that it should not exceed, in words.
pub(crate) fn verdict(value: f64, must: f64, stretch: f64) -> &'static str {
    match value {
        v if v <= stretch => "stretch reached",
        v if v <= must => "reached",
        _ => "SHORT",
    }
}
