//! `peer linux` as a process: what it measures, and how it ends when something goes wrong.
//!
//! It needs Debian's kernel package, so these tests are behind the feature `linux-tests`; `cargo ninewire test` turns it
//! on where the package is, or can be fetched.

use std::path::Path;
use std::process::Stdio;

use bench_host::run::Run;
use rustix::process::{Pid, Signal, kill_process};

use super::command::{Finished, Ninewire, fingerprint, is_alive};
use super::directory::{assert_void, precious, scratch_is_there};

/// Something of each kind, small: data that are read and written, on one thread and on two, and attributes.
const CASES: &str = "[global]\nsize=256k\nloops=1\nmsize=128k\n\
                     [read/bs=64k]\nrw=read\nbs=64k\niodepth=2\n\
                     [randwrite/bs=4k]\nrw=randwrite\n\
                     [filestat]\nioengine=filestat\nnrfiles=4\n";

/// Starts a comparison on `dir` with these further words for the command.
fn start(dir: &Path, words: &[&str]) -> Ninewire {
    let dir = dir.to_str().unwrap();
    let all = [&["peer", "linux", "--dir", dir, "--boots", "1", "--pilots", "1"], words].concat();
    Ninewire::start(&all, Stdio::null())
}

fn run_of(finished: &Finished) -> Run {
    let file = Path::new(finished.stdout.lines().last().unwrap());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    bench_host::store::read(&root.join(file)).unwrap()
}

/// The cells of the table's row of this case and path.
fn row(finished: &Finished, case: &str, path: &str) -> Vec<String> {
    let mut of_case = String::new();
    for line in finished.stdout.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<String> =
            line.trim_matches('|').split('|').map(|cell| cell.trim().to_string()).collect();
        if !cells[0].is_empty() {
            of_case.clone_from(&cells[0]);
        }
        if of_case == case && cells[1] == path {
            return cells;
        }
    }
    panic!("no row {case} {path} in:\n{}", finished.stdout);
}

#[test]
fn both_guests_and_the_host_run_every_case_and_check_every_byte() {
    let dir = precious();
    let before = fingerprint(dir.path());
    let cases = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(cases.path(), CASES).unwrap();
    let finished = start(dir.path(), &["--every-way", "--suite", cases.path().to_str().unwrap()]).finish();
    assert!(finished.status.success(), "{}", finished.stderr);
    assert_eq!(fingerprint(dir.path()), before);
    for case in ["read/bs=64k", "randwrite/bs=4k", "filestat"] {
        for path in ["native", "serial"] {
            let row = row(&finished, case, path);
            assert!(row[5].ends_with('x'), "a ratio: {row:?}");
            assert!(row[7].contains("msize") && row[7].contains("thread"), "a setting: {row:?}");
        }
        let other = ["serial (hvc)", "serial (port and relay)"];
        let rows = other.iter().filter(|path| finished.stdout.contains(&format!("| {path} ")));
        assert!(rows.count() > 0, "the way that did not win has a row:\n{}", finished.stdout);
    }

    let run = run_of(&finished);
    assert_eq!(run.header.peer.as_ref().unwrap().not_measured, [""; 0]);
    let guests: Vec<&str> = run.boots.iter().map(|boot| boot.facts.guest.as_str()).collect();
    assert_eq!(guests.iter().filter(|&&guest| guest == "ninewire").count(), 1);
    assert_eq!(guests.iter().filter(|&&guest| guest == "host").count(), 1);
    assert!(guests.iter().filter(|&&guest| guest == "linux").count() >= 3, "{guests:?}");
    // The directory's own large file is read whole in each visit, a generated one written and read back.
    for (name, bytes) in [("read/bs=64k", 2 * 300_000), ("randwrite/bs=4k", 2 * 262_144)] {
        for path in ["native", "serial"] {
            let name = format!("linux {path}: {name}");
            let job = run.jobs.iter().find(|job| job.name == name).unwrap().job;
            let visits =
                run.boots.iter().flat_map(|boot| &boot.visits).filter(|visit| visit.facts.job == job);
            assert_eq!(visits.map(|visit| visit.facts.verified_bytes).sum::<u64>(), bytes, "{name}");
        }
    }
    for case in &run.jobs[..3] {
        assert!(run.jobs.iter().any(|job| job.name == format!("host: {}", case.name)), "{}", case.name);
    }
}

/// What is about paths, directories and raw ports.
const MORE_CASES: &str = "[global]\nsize=256k\nloops=1\nmsize=128k\n\
                          [walk]\nioengine=walk\n[readdir]\nioengine=readdir\nnrfiles=100\n\
                          [createremove]\nioengine=createremove\niodepth=2\n[named]\nrw=read\nbs=64k\npath=named\n\
                          [portout]\nioengine=portout\nbs=64k\n[portin]\nioengine=portin\n\
                          [portping]\nioengine=portping\nbs=64\n";

#[test]
fn paths_directories_and_raw_ports_have_their_linux_rows() {
    let dir = precious();
    let before = fingerprint(dir.path());
    let cases = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(cases.path(), MORE_CASES).unwrap();
    let finished = start(dir.path(), &["--suite", cases.path().to_str().unwrap()]).finish();
    assert!(finished.status.success(), "{}", finished.stderr);
    assert_eq!(fingerprint(dir.path()), before);
    let of_tree = ["walk", "readdir", "createremove"].map(|case| [(case, "native"), (case, "serial")]);
    let of_ports = ["portout", "portin", "portping"].map(|case| (case, "raw"));
    for (case, path) in of_tree.into_iter().flatten().chain([("named", "named")]).chain(of_ports) {
        let row = row(&finished, case, path);
        assert!(row[5].ends_with('x'), "a ratio: {row:?}");
        assert!(row[7].contains("thread"), "a setting: {row:?}");
    }
}

#[test]
fn an_interrupt_ends_a_comparison_in_order() {
    let dir = precious();
    let before = fingerprint(dir.path());
    let ninewire = start(dir.path(), &["--case", "filestat/*", "--", "-S"]);
    let qemu = ninewire.qemu();
    assert!(scratch_is_there(dir.path()));
    ninewire.signal(Signal::INT);
    assert_void(&ninewire.finish(), 130, "ended by Ctrl-C");
    assert!(!is_alive(qemu));
    assert_eq!(fingerprint(dir.path()), before);
}

#[test]
fn a_comparison_whose_qemu_dies_is_void() {
    let dir = precious();
    let before = fingerprint(dir.path());
    let ninewire = start(dir.path(), &["--case", "filestat/*", "--", "-S"]);
    kill_process(Pid::from_raw(ninewire.qemu() as i32).unwrap(), Signal::KILL).unwrap();
    let reason = "the Linux guest: the run is void: boot 0: QEMU ended by itself: killed by signal 9";
    assert_void(&ninewire.finish(), 1, reason);
    assert_eq!(fingerprint(dir.path()), before);
}

#[test]
fn a_linux_that_panics_voids_the_comparison_with_its_last_words() {
    let dir = precious();
    // QEMU takes the last of two command lines; there is no such program in the guest.
    let line = "console=ttyS0 quiet panic=-1 rdinit=/no/such/program";
    let finished = start(dir.path(), &["--case", "filestat/*", "--", "-append", line]).finish();
    assert_void(
        &finished,
        1,
        "the Linux guest: the run is void: boot 0: the machine reset or powered off by itself",
    );
    assert!(finished.stderr.contains("Kernel panic"), "{}", finished.stderr);
}

#[test]
fn a_file_that_is_no_package_is_named() {
    let dir = precious();
    let file = dir.path().join("large");
    let finished = start(dir.path(), &["--kernel-package", file.to_str().unwrap()]).finish();
    assert_void(&finished, 1, "large is no Debian package");
}

#[test]
fn a_dry_run_prints_a_line_for_each_kind_of_boot() {
    let dir = precious();
    let finished = start(dir.path(), &["--dry-run"]).finish();
    assert!(finished.status.success(), "{}", finished.stderr);
    let lines: Vec<&str> = finished.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", finished.stdout);
    assert!(lines[0].contains("ninewire-image") && !lines[0].contains("-initrd"));
    assert!(lines[1].contains("name=org.ninewire.9p") && lines[1].contains("-initrd"));
    assert!(lines[2].contains("virtconsole") && lines[2].contains("-initrd"));
}
