//! The judge as commands, on booted images: faults planted on purpose are named, and sides take turns.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use bench_host::run::header::Git;
use bench_host::store;
use ninewire_bench_guest::record;

use crate::command::{Finished, Ninewire};

/// The files a run says it has kept: the last lines it prints.
fn kept(finished: &Finished, count: usize) -> Vec<PathBuf> {
    assert!(finished.status.success(), "{}", finished.stderr);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let lines: Vec<&str> = finished.stdout.lines().collect();
    lines[lines.len() - count..].iter().map(|line| root.join(line)).collect()
}

fn gate(run: &Path, more: &[&str]) -> Finished {
    Ninewire::run(&[&["gate", run.to_str().unwrap()], more].concat())
}

#[test]
fn a_planted_copy_and_a_planted_kick_are_named_by_the_gate() {
    let run = |words: &[&str]| {
        let common = ["run", "--suite", "gate", "--case", "read/bs=64k/*", "--boots", "1", "--count", "0"];
        kept(&Ninewire::run(&[&common[..], words].concat()), 1).remove(0)
    };
    // The run without a fault is the baseline, so that the test is about the fault alone.
    let sound = run(&[]);
    let baseline = tempfile::tempdir().unwrap();
    let baseline = baseline.path().join("baseline.jsonl");
    let baseline = ["--baseline", baseline.to_str().unwrap()];
    let accepted = gate(&sound, &[&baseline[..], &["--accept"]].concat());
    assert!(accepted.status.success(), "{}", accepted.stderr);

    for (plant, counter) in [("plant=copy", "copied_bytes"), ("plant=kick", "kicks")] {
        let planted = run(&["--append", plant]);
        let judged = gate(&planted, &baseline);
        assert_eq!(judged.status.code(), Some(1), "{plant}: {}", judged.stdout);
        let named = format!("FAILED read/bs=64k/iodepth=1 native: {counter} per operation");
        assert!(judged.stdout.contains(&named), "{plant}: {}", judged.stdout);
        let others = |line: &&str| line.starts_with("FAILED") && !line.contains(counter);
        assert_eq!(judged.stdout.lines().find(others), None, "{plant} and nothing else");
        let refused = gate(&planted, &[&baseline[..], &["--accept"]].concat());
        assert!(refused.reason().contains("it is no baseline"), "{}", refused.stderr);
    }
}

#[test]
fn two_sides_take_turns_and_leave_a_file_each() {
    let words = ["run", "--case", "getattr/*", "--boots", "1", "--ab", "--", "--append", "loglevel=info"];
    let finished = Ninewire::run(&words);
    let files = kept(&finished, 2);
    assert!(finished.stdout.contains("side b (--append loglevel=info)"), "{}", finished.stdout);
    assert!(finished.stdout.contains("too few samples: 1 of "), "{}", finished.stdout);
    let [a, b] = [&files[0], &files[1]].map(|file| store::read(file).unwrap());
    assert!(a.header.group.is_some() && a.header.group == b.header.group);
    assert_eq!((a.boots.len(), b.boots.len()), (1, 1));
    assert!(b.boots[0].facts.cmdline.ends_with("loglevel=info"), "{}", b.boots[0].facts.cmdline);
    assert!(!a.boots[0].facts.cmdline.contains("loglevel"));
}

#[test]
fn a_side_whose_boot_is_void_is_named_with_the_guests_own_words_and_nothing_is_judged() {
    for (wrong, told) in [("plant=no", "plant= is copy, "), ("coalesce=8,0", "coalesce= is chains and ")] {
        let common = ["run", "--case", "getattr/*", "--boots", "2", "--count", "0"];
        let finished = Ninewire::run(&[&common[..], &["--ab", "--", "--append", wrong]].concat());
        assert_eq!((finished.status.code(), finished.stdout.as_str()), (Some(1), ""), "{}", finished.stderr);
        let told = format!(
            "ninewire: side b (--append {wrong}): the run is void: boot 0: the guest gave up: {told}"
        );
        assert!(finished.stderr.contains(&told), "{}", finished.stderr);
    }
}

#[test]
fn variants_take_turns_with_the_default_and_say_what_makes_them() {
    let common =
        ["run", "--suite", "variants", "--case", "getattr/*", "--boots", "1", "--count", "0", "--spinners"];
    let finished = Ninewire::run(&[&common[..], &["--variant", "p*"]].concat());
    let files = kept(&finished, 4);
    for told in [
        "threads pinned",
        "spinners on",
        "| packed ",
        "packed: packed rings instead of split ones\n    cargo ninewire run --suite variants --ab -- --virtio packed=on",
        "pc: i440FX instead of q35\n    cargo ninewire run --suite variants --ab -- -M pc",
    ] {
        assert!(finished.stdout.contains(told), "{told}: {}", finished.stdout);
    }
    let runs: Vec<_> = files.iter().map(|file| store::read(file).unwrap()).collect();
    let said = runs.iter().map(|run| {
        let side = run.header.side.clone().unwrap();
        format!("{} {}", run.header.variant.clone().unwrap(), side.words)
    });
    assert_eq!(
        said.collect::<Vec<_>>(),
        ["default ", "packed --virtio packed=on", "poll --job wait=poll", "pc -M pc"]
    );
    assert!(runs.iter().all(|run| run.header.group == runs[0].header.group && run.header.group.is_some()));
    assert!(runs.iter().all(|run| run.header.qemu.spinners == Some(true)));
    let unknown = Ninewire::run(&["run", "--variant", "fast"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(
        unknown.reason().starts_with("ninewire: no variant is called \"fast\": there are packed, "),
        "{}",
        unknown.stderr
    );
}

#[test]
fn a_run_goes_on_without_a_reference_image_that_cannot_be_had_and_says_so() {
    let words =
        ["run", "--case", "getattr/*", "--boots", "1", "--count", "0", "--reference", "no-such-commit"];
    let finished = Ninewire::run(&words);
    let file = kept(&finished, 1).remove(0);
    let told = "the run goes on without the reference image: there is no commit no-such-commit here";
    assert!(finished.stderr.contains(told), "{}", finished.stderr);
    let run = store::read(&file).unwrap();
    assert!(run.header.reference.is_some_and(|why| why.starts_with("none: there is no commit")));
    assert_eq!((run.boots.len(), run.header.group), (1, None));
}

#[test]
fn a_commit_can_be_run_alone_and_is_what_the_result_names() {
    let finished = Ninewire::run(&["run", "--commit", "no-such-commit"]);
    assert!(!finished.status.success() && finished.stdout.is_empty());
    assert!(finished.reason().contains("there is no commit no-such-commit here"), "{}", finished.stderr);

    let words = ["run", "--case", "getattr/*", "--boots", "1", "--count", "0", "--commit", "HEAD~1"];
    let file = kept(&Ninewire::run(&words), 1).remove(0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let before = Git::of_commit(root, "HEAD~1").unwrap();
    assert_eq!(store::read(&file).unwrap().header.git, before);
}

#[test]
fn a_run_goes_on_without_a_reference_image_that_no_longer_builds_and_says_so() {
    let store = tempfile::tempdir().unwrap();
    let objects = store.path().to_str().unwrap();
    let commit = commit_of(objects, &[("Cargo.toml", "nothing cargo reads\n")]);
    let words = ["run", "--case", "getattr/*", "--boots", "1", "--count", "0", "--reference", &commit];
    let environment = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects)];
    let finished = Ninewire::start_in(&words, Stdio::null(), &environment).finish();
    let file = kept(&finished, 1).remove(0);
    let why =
        format!("the image of commit {commit} cannot be had: the image does not build: the errors are above");
    assert!(
        finished.stderr.contains(&format!("the run goes on without the reference image: {why}")),
        "{}",
        finished.stderr
    );
    let run = store::read(&file).unwrap();
    assert_eq!((run.header.reference, run.header.group), (Some(format!("none: {why}")), None));
    assert_eq!(run.boots.len(), 1);
}

/// The hash of a commit of these files, which is in no repository but in the folder `objects`.
fn commit_of(objects: &str, files: &[(&str, &str)]) -> String {
    let git = |words: &[&str], input: &str| {
        let mut git = std::process::Command::new("git");
        git.arg("-C").arg(env!("CARGO_MANIFEST_DIR")).args(words).env("GIT_OBJECT_DIRECTORY", objects);
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "nobody").env(format!("GIT_{who}_EMAIL"), "nobody@nowhere");
            git.env(format!("GIT_{who}_DATE"), "2026-01-01T00:00:00Z");
        }
        let mut child = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{words:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_string()
    };
    let entry = |(name, content): &(&str, &str)| {
        let blob = git(&["hash-object", "-w", "--stdin"], content);
        format!("100644 blob {blob}\t{name}\n")
    };
    let tree = git(&["mktree"], &files.iter().map(entry).collect::<String>());
    git(&["commit-tree", &tree, "-m", "a commit that does not build"], "")
}

#[test]
fn a_qemu_the_plugin_cannot_be_loaded_by_is_measured_without_instructions_and_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let qemu = dir.path().join("qemu");
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'QEMU emulator version 99.0 (some day)' && exit\n\
                  exec qemu-system-x86_64 \"$@\"\n";
    std::fs::write(&qemu, script).unwrap();
    std::fs::set_permissions(&qemu, std::fs::Permissions::from_mode(0o755)).unwrap();
    let qemu = qemu.to_str().unwrap();
    let finished =
        Ninewire::run(&["run", "--case", "getattr/*", "--boots", "1", "--count", "1", "--qemu", qemu]);
    let run = store::read(&kept(&finished, 1).remove(0)).unwrap();
    let why = "the counting plugin is not known to work in QEMU 99, only up to 10";
    assert_eq!((run.header.not_counted.as_deref(), run.counted.len()), (Some(why), 0));
    assert!(finished.stdout.contains(&format!("(not measured: {why})")), "{}", finished.stdout);
}

#[test]
fn a_newer_qemu_counts_as_many_instructions_by_the_second_version_of_its_interface() {
    let counted = |qemu: &[&str]| {
        let words = ["run", "--case", "getattr/*", "--job", "wait=poll", "--boots", "1", "--count", "1"];
        let finished = Ninewire::run(&[&words, qemu].concat());
        if !finished.status.success() {
            assert!(finished.reason().contains("of version"), "{}", finished.stderr);
            return None;
        }
        let run = store::read(&kept(&finished, 1).remove(0)).unwrap();
        assert_eq!(run.header.not_counted, None);
        let native = run.counted.iter().find(|counted| counted.path == record::Path::Native).unwrap();
        Some(native.instructions as f64 / native.ops as f64)
    };
    let here = counted(&[]).unwrap();
    let newer: Vec<f64> = ["9", "10"].iter().filter_map(|version| counted(&["--qemu", version])).collect();
    if newer.is_empty() {
        eprintln!("not run: there is no QEMU 9 or 10 in PATH");
    }
    // When answers come differs from QEMU to QEMU, and with it how often they are looked for.
    assert!(newer.iter().all(|newer| (newer / here - 1.0).abs() < 0.1), "{here} and {newer:?}");
}

#[test]
fn a_side_that_cannot_be_is_named_before_anything_boots() {
    let named = |words: &[&str], told: &str| {
        let finished = Ninewire::run(&[&["run", "--ab"], words].concat());
        assert!(!finished.status.success() && finished.stdout.is_empty());
        assert!(finished.reason().contains(told), "{}", finished.stderr);
    };
    named(&["no-such-commit", "--"], "side a (no-such-commit): there is no commit no-such-commit here");
    named(&["--", "--qemu", "1.0"], "side b (--qemu 1.0): no qemu-system-x86_64 of version 1.0 is in PATH");
    named(&["--job", "size=4k", "--"], "bs=1m larger than size=4k");
}

#[test]
fn writes_that_are_over_when_they_are_sent_are_on_the_host_when_the_run_has_ended() {
    let common = ["run", "--suite", "gate", "--case", "*write/*", "--boots", "1", "--count", "0"];
    let finished = Ninewire::run(&[&common[..], &["--append", "behind=8"]].concat());
    let run = store::read(&kept(&finished, 1)[0]).unwrap();
    assert!(run.boots[0].facts.cmdline.ends_with("behind=8"), "{}", run.boots[0].facts.cmdline);
    let words = [&common[..], &["--append", "behind=many"]].concat();
    let finished = Ninewire::run(&words);
    assert_eq!(finished.status.code(), Some(1), "{}", finished.stdout);
    assert!(finished.stderr.contains("behind= is how many messages may be under way"), "{}", finished.stderr);
}
