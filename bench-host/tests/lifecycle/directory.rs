//! Somebody's directory: after a run it is what it was, however the run ended.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::command::{Finished, Ninewire, fingerprint, is_alive, wait_for, wait_until_gone};

/// A directory of files of every kind: large and small, deep, read-only, linked, a FIFO.
pub(super) fn precious() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    dir
}

fn fill(dir: &Path) {
    fs::create_dir_all(dir.join("deep/er")).unwrap();
    for index in 0..20 {
        fs::write(dir.join(format!("deep/{index}.txt")), format!("file {index}\n").repeat(50)).unwrap();
    }
    fs::write(dir.join("deep/er/empty"), "").unwrap();
    fs::write(dir.join("large"), vec![b'x'; 300_000]).unwrap();
    fs::write(dir.join("locked"), "read only").unwrap();
    let mut locked = fs::metadata(dir.join("locked")).unwrap().permissions();
    locked.set_readonly(true);
    fs::set_permissions(dir.join("locked"), locked).unwrap();
    std::os::unix::fs::symlink("../../etc/passwd", dir.join("link")).unwrap();
    std::os::unix::fs::symlink("deep", dir.join("folder-link")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(dir.join("fifo")).status().unwrap().success());
}

/// Starts a run on `dir` whose guest does not run, and waits until it is in the middle: files are generated, QEMU is
/// there.
fn stopped_run(dir: &Path) -> (Ninewire, u32) {
    let words = ["run", "--dir", dir.to_str().unwrap(), "--case", "read/bs=1m/iodepth=1", "--", "-S"];
    let ninewire = Ninewire::start(&words, Stdio::null());
    let qemu = ninewire.qemu();
    assert!(scratch_is_there(dir));
    (ninewire, qemu)
}

pub(super) fn scratch_is_there(dir: &Path) -> bool {
    fs::read_dir(dir)
        .unwrap()
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with(".ninewire-"))
}

/// Void, interrupted or full: an exit code, a reason, and no result.
pub(super) fn assert_void(finished: &Finished, code: i32, reason: &str) {
    assert_eq!(finished.status.code(), Some(code), "{}", finished.stderr);
    assert!(finished.stderr.contains(reason), "{reason:?} is not in:\n{}", finished.stderr);
    assert_eq!(finished.stdout, "", "a run without a result prints none");
}

#[test]
fn a_run_that_ends_well_prints_its_table_keeps_its_result_and_leaves_the_directory_as_it_was() {
    let dir = precious();
    let before = fingerprint(dir.path());
    for options in
        [&[][..], &["-M", "pc"], &["--virtio", "event_idx=off"], &["--virtio", "indirect_desc=off"]]
    {
        let words = ["run", "--dir", dir.path().to_str().unwrap(), "--boots", "1", "--case", "read/bs=4k/*"];
        let finished = Ninewire::run(&[&words[..], options].concat());
        assert!(finished.status.success(), "{options:?}: {}", finished.stderr);
        for word in ["read/bs=4k/iodepth=1", "native", "serial", "copied B"] {
            assert!(finished.stdout.contains(word), "{options:?}: {word:?} is not in:\n{}", finished.stdout);
        }
        let file = Path::new(finished.stdout.lines().last().unwrap());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let run = bench_host::store::read(&root.join(file)).unwrap();
        assert_eq!((run.boots.len(), run.jobs.len()), (1, 1));
        assert_eq!(fingerprint(dir.path()), before, "{options:?}");
    }
}

#[test]
fn an_interrupted_run_leaves_the_directory_as_it_was() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let dir = precious();
        let before = fingerprint(dir.path());
        let (ninewire, qemu) = stopped_run(dir.path());
        ninewire.signal(signal);
        assert_void(&ninewire.finish(), code, "ended by");
        assert!(!is_alive(qemu));
        assert_eq!(fingerprint(dir.path()), before);
    }
}

#[test]
fn a_run_whose_qemu_dies_is_void_and_leaves_the_directory_as_it_was() {
    let dir = precious();
    let before = fingerprint(dir.path());
    let (ninewire, qemu) = stopped_run(dir.path());
    kill_process(Pid::from_raw(qemu as i32).unwrap(), Signal::KILL).unwrap();
    assert_void(&ninewire.finish(), 1, "the run is void: boot 0: QEMU ended by itself: killed by signal 9");
    assert_eq!(fingerprint(dir.path()), before);
}

#[test]
fn a_killed_run_leaves_the_directory_as_it_was() {
    let dir = precious();
    let before = fingerprint(dir.path());
    let (ninewire, qemu) = stopped_run(dir.path());
    ninewire.signal(Signal::KILL);
    ninewire.finish();
    wait_until_gone(qemu);
    wait_for("the scratch folder to go", || (!scratch_is_there(dir.path())).then_some(()));
    assert_eq!(fingerprint(dir.path()), before);
}

#[test]
fn a_guest_that_cannot_do_its_work_voids_the_run_with_its_log() {
    let dir = precious();
    let before = fingerprint(dir.path());
    // QEMU takes the last of two command lines; the guest does not know this mode.
    let words = ["run", "--dir", dir.path().to_str().unwrap(), "--", "-append", "mode=no-such-mode"];
    let finished = Ninewire::run(&words);
    assert_void(&finished, 1, "the run is void: boot 0: the guest reported a failure");
    assert!(finished.stderr.contains("mode=no-such-mode is not known"), "{}", finished.stderr);
    assert_eq!(fingerprint(dir.path()), before);
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let dir = precious();
    let before = fingerprint(dir.path());
    let (first, first_qemu) = stopped_run(dir.path());
    let (second, second_qemu) = stopped_run(dir.path());
    first.signal(Signal::INT);
    first.finish();
    assert!(!is_alive(first_qemu) && is_alive(second_qemu));
    assert!(scratch_is_there(dir.path()), "the second keeps its own folder");
    second.signal(Signal::INT);
    second.finish();
    assert_eq!(fingerprint(dir.path()), before);
}

#[test]
fn a_full_disk_is_named_and_nothing_half_written_stays() {
    // A file system of its own needs root, or the kernel's user name spaces, which root in a container may lack.
    let namespace: &[&str] =
        if rustix::process::geteuid().is_root() { &["--mount"] } else { &["--mount", "--map-root-user"] };
    let possible = std::process::Command::new("unshare").args(namespace).arg("true").output().unwrap();
    if !possible.status.success() {
        assert!(!rustix::process::geteuid().is_root(), "root cannot mount: {possible:?}");
        eprintln!(
            "not run: this machine allows no `unshare {}`, so there is no disk to fill up",
            namespace.join(" ")
        );
        return;
    }
    let script = r#"
        set -e
        mount -t tmpfs -o size=4m tmpfs "$1"
        echo content >"$1/file"
        set +e
        "$2" run --dir "$1" --case 'read/bs=1m/iodepth=1'
        echo "code $?"
        ls -A "$1"
    "#;
    let dir = tempfile::tempdir().unwrap();
    let output = std::process::Command::new("unshare")
        .args(namespace)
        .args(["sh", "-c", script, "sh"])
        .arg(dir.path())
        .arg(env!("CARGO_BIN_EXE_ninewire"))
        .env_remove("QEMU")
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(stdout, "code 1\nfile\n", "{stderr}");
    let reason = stderr.trim_end().lines().last().unwrap_or_default();
    assert!(reason.contains("No space left on device"), "{stderr}");
}

#[test]
fn a_directory_that_cannot_be_used_is_named_before_anything_starts() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (path, reason) in [
        ("/nowhere/at/all", "cannot share /nowhere/at/all: No such file or directory"),
        (file.path().to_str().unwrap(), "it is not a directory"),
        ("/proc/self/fdinfo", "cannot make a folder for the run's own files in"),
    ] {
        let finished = Ninewire::run(&["run", "--dir", path]);
        assert_eq!(finished.status.code(), Some(1), "{path}");
        assert!(finished.reason().contains(reason), "{path}: {}", finished.stderr);
    }
}

#[test]
fn a_directory_that_may_not_be_listed_is_named() {
    // Root may list everything, so the command is run as somebody else, from where that one can reach it.
    let dir = tempfile::tempdir().unwrap();
    let locked = dir.path().join("locked");
    fs::create_dir(&locked).unwrap();
    let program = dir.path().join("ninewire");
    fs::copy(env!("CARGO_BIN_EXE_ninewire"), &program).unwrap();
    for (path, mode) in [(dir.path(), 0o755), (&program, 0o755), (&locked, 0o311)] {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    }
    for words in [&["run", "--dir"][..], &["boot", "--serial"]] {
        let mut command = std::process::Command::new(&program);
        if rustix::process::geteuid().is_root() {
            const NOBODY: u32 = 65534;
            std::os::unix::process::CommandExt::uid(&mut command, NOBODY);
        }
        let output = command.args(words).arg(&locked).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(
            stderr.contains(locked.to_str().unwrap()) && stderr.contains("Permission denied"),
            "{stderr}"
        );
    }
}
