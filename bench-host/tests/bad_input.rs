//! What the judging commands say to files that cannot carry a verdict: the exact word, and the exit code. Files are made
//! from a recorded run; no QEMU is started.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bench_host::run::Run;
use bench_host::store;
use tempfile::TempDir;

const RUN: &[u8] = include_bytes!("vectors/run.jsonl");

/// A folder of files to be judged.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Files(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn keep(&self, name: &str, run: &Run) -> PathBuf {
        self.put(name, store::to_text(run).unwrap().as_bytes())
    }
}

/// The recorded run with `boots` boots, whose times differ by up to `percent`, as one side of an interleaved comparison.
fn run(boots: u32, percent: u64) -> Run {
    let files = Files::new();
    let mut run = store::read(&files.put("run", RUN)).unwrap();
    run.header.group = Some("together".to_string());
    let pattern = run.boots[0].clone();
    run.boots = (0..boots)
        .map(|number| {
            let mut boot = pattern.clone();
            boot.facts.boot = number;
            for visit in &mut boot.visits {
                visit.facts.boot = number;
                for sample in &mut visit.samples {
                    sample.boot = number;
                    sample.elapsed_ns += sample.elapsed_ns * percent * u64::from(number * 7 % 10) / 1000;
                }
            }
            boot
        })
        .collect();
    run
}

/// Every time of the run made `percent` longer.
fn slower(mut run: Run, percent: u64) -> Run {
    for sample in run.boots.iter_mut().flat_map(|boot| &mut boot.visits).flat_map(|visit| &mut visit.samples)
    {
        sample.elapsed_ns += sample.elapsed_ns * percent / 100;
    }
    run
}

fn ninewire(command: &str, files: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ninewire")).arg(command).args(files).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The words of all cells of a comparison, each once.
fn words(before: &Path, after: &Path) -> Vec<String> {
    let output = ninewire("compare", &[before, after]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = stdout(&output);
    let rows = text.lines().filter(|line| line.starts_with('|')).skip(2);
    let mut words: Vec<String> = rows
        .map(|row| row.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap().trim().to_string())
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Refused by every command that reads a run, in one line that ends so, with exit code 1 and nothing on standard output.
fn refused(files: &Files, bad: &Path, told: &str) {
    let good = files.keep("good", &run(7, 1));
    for (command, arguments) in [
        ("analyse", vec![bad]),
        ("compare", vec![bad, &good]),
        ("compare", vec![&good, bad]),
        ("gate", vec![bad]),
        ("gate", vec![bad, Path::new("--accept"), Path::new("--baseline"), Path::new("/nowhere/baseline")]),
        ("gate", vec![&good, Path::new("--baseline"), bad]),
        ("selftest", vec![bad]),
    ] {
        let output = ninewire(command, &arguments);
        assert_eq!(output.status.code(), Some(1), "{command} {arguments:?}: {output:?}");
        assert_eq!(stdout(&output), "", "{command} {arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, format!("ninewire: {}{told}\n", bad.display()), "{command} {arguments:?}");
    }
}

#[test]
fn a_file_that_is_cut_is_refused_wherever_it_is_cut() {
    let files = Files::new();
    let text = store::to_text(&run(7, 1)).unwrap();
    let (lines, cut) = (text.lines().count(), ": the file is cut: its end is missing");
    let last = text[..text.len() - 1].rfind('\n').unwrap() + 1;
    refused(&files, &files.put("empty", b""), cut);
    refused(&files, &files.put("no-last-line", &text.as_bytes()[..last]), cut);
    refused(
        &files,
        &files.put("in-last-line", &text.as_bytes()[..text.len() - 9]),
        &format!(":{lines}{cut}"),
    );
    refused(&files, &files.put("in-first-line", &text.as_bytes()[..100]), &format!(":1{cut}"));
}

#[test]
fn a_file_of_another_program_or_version_is_refused() {
    let files = Files::new();
    let text = store::to_text(&run(7, 1)).unwrap();
    refused(
        &files,
        &files.put("fio.json", b"{\"fio version\": \"fio-3.33\"}\n"),
        ":1: not a line of a result file: missing field `type` at line 1 column 27",
    );
    refused(
        &files,
        &files.put("binary", b"\x7fELF\x02\x01\x01\0\0\n"),
        ":1: not a line of a result file: expected value at line 1 column 1",
    );
    let newer = text.replacen("ninewire-run/3", "ninewire-run/4", 1);
    refused(
        &files,
        &files.put("newer", newer.as_bytes()),
        ":1: its form is \"ninewire-run/4\", this program reads \"ninewire-run/3\"",
    );
    let selftest = b"{\"type\":\"selftest\",\"schema\":\"ninewire-selftest/1\"}\n";
    let told = ninewire("analyse", &[&files.put("selftest", selftest)]);
    assert_eq!(told.status.code(), Some(1));
    assert!(
        String::from_utf8(told.stderr).unwrap().contains(":1: not a line of a result file: unknown variant")
    );
}

#[test]
fn a_file_that_was_changed_is_refused() {
    let files = Files::new();
    let text = store::to_text(&run(7, 1)).unwrap();
    let changed = text.replacen("\"seed\":9", "\"seed\":8", 1);
    assert!(changed != text);
    refused(
        &files,
        &files.put("changed", changed.as_bytes()),
        &format!(
            ":{}: the file was changed: its last line counts or sums up other lines",
            text.lines().count()
        ),
    );
}

#[test]
fn numbers_that_are_none_are_refused() {
    let files = Files::new();
    let text = store::to_text(&run(7, 1)).unwrap();
    for number in ["NaN", "Infinity", "-1", "1e999", "null", "0.5"] {
        let bad = text.replacen("\"tsc_hz\":", &format!("\"tsc_hz\":{number},\"was\":"), 1);
        assert!(bad != text);
        let output =
            ninewire("compare", &[&files.put("bad", bad.as_bytes()), &files.keep("good", &run(7, 1))]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{number}: {said}");
        assert!(said.contains(": not a line of a result file: "), "{number}: {said}");
    }
}

#[test]
fn runs_of_other_machines_or_made_apart_are_not_compared() {
    let files = Files::new();
    let (here, there) = (run(10, 1), slower(run(10, 1), 30));
    let here_file = files.keep("here", &here);
    let with = |change: fn(&mut Run)| {
        let mut other = there.clone();
        change(&mut other);
        files.keep("there", &other)
    };
    let judged = |change: fn(&mut Run)| words(&here_file, &with(change));
    // How long single operations took was left as it is.
    assert_eq!(judged(|_| {}), ["no change shown", "regressed"], "the same without a reason not to");
    let processor = judged(|run| run.header.host.cpu_model = "another".into());
    assert_eq!(processor, ["not comparable: another machine"]);
    assert_eq!(judged(|run| run.header.host.logical_cpus = 64), ["not comparable: another machine"]);
    assert_eq!(judged(|run| run.header.qemu.accel = "kvm".into()), ["not comparable: tcg against kvm"]);
    let apart = ["not comparable: the boots of the two runs were not interleaved"];
    assert_eq!(judged(|run| run.header.group = Some("later".into())), apart);
    assert_eq!(judged(|run| run.header.group = None), apart);
}

#[test]
fn one_boot_carries_no_verdict() {
    let files = Files::new();
    let one = files.keep("one", &run(1, 1));
    let ten = files.keep("ten", &slower(run(10, 1), 50));
    assert_eq!(words(&one, &ten), ["too few samples: 1 of 7 boots"]);
    assert_eq!(words(&ten, &one), ["too few samples: 1 of 7 boots"]);
    let none = files.keep("none", &run(0, 1));
    assert_eq!(words(&ten, &none), ["not comparable: only in the first run"]);
    let output = ninewire("analyse", &[&one]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("- 1 boots carry no verdict about this many cases: use --boots "));
}

#[test]
fn equal_boots_show_no_change() {
    let files = Files::new();
    let equal = files.keep("equal", &run(10, 0));
    assert_eq!(words(&equal, &equal), ["no change shown"]);
    let scattered = files.keep("scattered", &run(10, 1));
    assert_eq!(words(&scattered, &scattered), ["no change shown"]);
}

#[test]
fn times_of_nothing_are_no_values() {
    let files = Files::new();
    let mut still = run(10, 1);
    for sample in
        still.boots.iter_mut().flat_map(|boot| &mut boot.visits).flat_map(|visit| &mut visit.samples)
    {
        sample.elapsed_ns = 0;
    }
    let (still, sound) = (files.keep("still", &still), files.keep("sound", &run(10, 1)));
    assert_eq!(words(&sound, &still), ["not comparable: only in the first run"]);
    let mut idle = run(10, 1);
    for sample in idle.boots.iter_mut().flat_map(|boot| &mut boot.visits).flat_map(|visit| &mut visit.samples)
    {
        sample.ops = 0;
    }
    let idle = files.keep("idle", &idle);
    let said = words(&sound, &idle);
    assert!(
        said.contains(&"not judged: value 0 is not positive, so it has no ratio to another".to_string()),
        "{said:?}"
    );
}

#[test]
fn a_case_that_is_gone_and_one_that_is_new_are_told_and_not_judged() {
    let files = Files::new();
    let (one, mut two) = (run(10, 1), slower(run(10, 1), 50));
    two.jobs[0].name = "read/other".into();
    let (one, two) = (files.keep("one", &one), files.keep("two", &two));
    assert_eq!(
        words(&one, &two),
        ["not comparable: only in the first run", "not comparable: only in the second run"]
    );
    let output = ninewire("gate", &[&two, Path::new("--baseline"), &one]);
    assert_eq!(output.status.code(), Some(1), "a gate that judges nothing does not open");
    let told = stdout(&output);
    for line in [
        "gate: 0 counters judged (0 exactly, 0 by a band), 0 failed, 0 better",
        "not judged: 1, because the case is in the baseline and not in this run",
        "not judged: 1, because the case is not in the baseline",
        "nothing was judged, so nothing passes",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
}

#[test]
fn a_reader_who_has_had_enough_is_no_failure_to_talk_of() {
    let files = Files::new();
    let (reader, writer) = UnixStream::pair().unwrap();
    drop(reader);
    let mut analyse = Command::new(env!("CARGO_BIN_EXE_ninewire"));
    analyse.arg("analyse").arg(files.put("run", RUN)).stdout(OwnedFd::from(writer));
    let output = analyse.stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(141), ""));
}

#[test]
fn the_gate_takes_no_missing_baseline_for_a_good_one() {
    let files = Files::new();
    let good = files.keep("good", &run(2, 1));
    let output = ninewire("gate", &[&good, Path::new("--baseline"), Path::new("/nowhere/baseline.jsonl")]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "ninewire: there is no baseline at /nowhere/baseline.jsonl: make one by `cargo ninewire gate RUN --accept`\n"
    );
}
