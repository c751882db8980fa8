//! The commands that make a run again, from what its file tells. A file holds no command line: what its settings are is
//! read from QEMU's arguments, and a setting that came from a job file of the user's own is in that file.

use crate::history::settings::TIES;
use crate::job::Suite;
use crate::qemu::quoted;
use crate::run::Run;
use crate::run::header::{Header, REFERENCE};

/// How suites of comparisons with Linux begin.
const PEER_SUITE: &str = "peer-linux-";

/// The seed of a run that is told none.
const SEED: u64 = 9;

/// One command a line; none for a side of an interleaved comparison, which [`both_sides`] tells.
pub(super) fn commands(run: &Run) -> Vec<String> {
    let header = &run.header;
    let reference = header.side.as_ref().is_some_and(|side| side.name == REFERENCE);
    if header.side.is_some() && !reference {
        return Vec::new();
    }
    let mut words = common(run);
    words.extend(machine(header));
    if reference || (header.reference.is_some() && header.suite != "full") {
        words.push("--reference always".into());
    }
    // The reference image is built by the command from whatever is checked out.
    checkout(if reference { "" } else { &header.git.sha }).into_iter().chain([words.join(" ")]).collect()
}

/// The commands that make both sides of a comparison again.
pub(super) fn both_sides(a: &Run, b: &Run) -> Vec<String> {
    let (of_a, of_b) = (machine(&a.header), machine(&b.header));
    let mut words = common(a);
    words.extend(of_a.into_iter().filter(|word| of_b.contains(word)));
    let parts = ["--ab".to_string(), side_words(&a.header), "--".into(), side_words(&b.header)];
    words.extend(parts.into_iter().filter(|part| !part.is_empty()));
    let of_checkout = [a, b].into_iter().find(|run| !names_commit(&run.header));
    checkout(of_checkout.map_or("", |run| &run.header.git.sha)).into_iter().chain([words.join(" ")]).collect()
}

fn checkout(sha: &str) -> Option<String> {
    (!sha.is_empty()).then(|| format!("git checkout {}", quoted(sha)))
}

/// The command and what every run has to say.
fn common(run: &Run) -> Vec<String> {
    let header = &run.header;
    let (command, suite) = match header.suite.strip_prefix(PEER_SUITE) {
        Some(suite) => ("peer linux", suite),
        None => ("run", header.suite.as_str()),
    };
    let built_in = Suite::built_in_names().any(|known| known == suite);
    let suite = if built_in { suite.to_string() } else { format!("{suite}.fio") };
    let mut words = vec![format!("cargo ninewire {command} --suite {}", quoted(&suite))];
    words.push(format!("--boots {}", boots(run)));
    if header.seed != SEED {
        words.push(format!("--seed {}", header.seed));
    }
    if header.qemu.pinning.is_empty() {
        words.push("--no-pin".into());
    }
    if header.qemu.spinners == Some(true) {
        words.push("--spinners".into());
    }
    words
}

/// What makes a side.
fn said(header: &Header) -> &str {
    header.side.as_ref().map_or("", |side| &side.words)
}

/// Whether a side boots the image of a commit it names; any other boots that of what is checked out.
fn names_commit(header: &Header) -> bool {
    let said = said(header);
    !said.is_empty() && !said.starts_with('-')
}

/// What makes a side; a commit by its hash, because `HEAD` is another one by now.
fn side_words(header: &Header) -> String {
    if !names_commit(header) {
        return said(header).to_string();
    }
    let rest = said(header).split_once(' ').map_or("", |(_, rest)| rest);
    format!("{} {rest}", quoted(&header.git.sha)).trim_end().to_string()
}

/// Boots of each guest that were compared.
fn boots(run: &Run) -> usize {
    let ours = run.boots.iter().filter(|boot| boot.facts.guest == "ninewire").count();
    if ours > 0 { ours } else { run.boots.len() }
}

/// The options of the machine that are not what they are by themselves.
fn machine(header: &Header) -> Vec<String> {
    let qemu = &header.qemu;
    let mut words = Vec::new();
    if !qemu.machine.is_empty() && qemu.machine != "q35" {
        words.push(format!("-M {}", quoted(&qemu.machine)));
    }
    if !qemu.accel.is_empty() {
        words.push(format!("--accel {}", quoted(&qemu.accel)));
    }
    if let Some(version) = qemu.version.split(' ').next().filter(|version| !version.is_empty()) {
        let mut parts = version.split('.');
        if let (Some(major), Some(minor)) = (parts.next(), parts.next()) {
            words.push(format!("--qemu {}", quoted(&format!("{major}.{minor}"))));
        }
    }
    for (flag, usual, option) in [("-smp", "1", "--smp"), ("-m", "512M", "--memory")] {
        if let Some(value) = after(&qemu.argv, flag).filter(|value| *value != usual) {
            words.push(format!("{option} {}", quoted(value)));
        }
    }
    let devices = qemu.argv.iter().filter(|word| word.starts_with("virtio-9p-pci"));
    let properties = devices.flat_map(|word| word.split(',').skip(1));
    let foreign = properties.filter(|word| !TIES.contains(&word.split('=').next().unwrap_or_default()));
    words.extend(foreign.map(|property| format!("--virtio {}", quoted(property))));
    let cmdline = after(&qemu.argv, "-append").unwrap_or_default();
    let added = cmdline.split(' ').filter(|word| !word.is_empty() && !word.starts_with("mode="));
    words.extend(added.map(|word| format!("--append {}", quoted(word))));
    words
}

fn after<'a>(argv: &'a [String], flag: &str) -> Option<&'a str> {
    let at = argv.iter().position(|word| word == flag)?;
    argv.get(at + 1).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::header::Side;
    use crate::run::testing::a_run;

    fn argv(words: &str) -> Vec<String> {
        words.split('|').map(str::to_string).collect()
    }

    #[test]
    fn a_run_is_made_again_by_a_checkout_and_one_command() {
        let mut run = a_run();
        run.header.side = None;
        run.header.qemu.argv = argv(
            "qemu|-smp|2|-m|512M|-device|virtio-9p-pci,fsdev=fs0,mount_tag=x,event_idx=off|-append|mode=bench a=b c",
        );
        assert_eq!(
            commands(&run),
            [
                "git checkout 0123456789abcdef",
                "cargo ninewire run --suite smoke --boots 3 --seed 42 --no-pin --accel tcg --qemu 7.2 --smp 2 \
                 --virtio event_idx=off --append a=b --append c",
            ]
        );
    }

    #[test]
    fn the_reference_and_linux_have_commands_of_their_own() {
        let mut run = a_run();
        let line = |run: &Run| commands(run).pop().unwrap();
        run.header.side = Some(Side { name: REFERENCE.into(), words: String::new() });
        assert!(line(&run).ends_with("--reference always"));
        assert_eq!(commands(&run).len(), 1, "the image's commit is in results/reference");
        run.header.side = None;
        run.header.suite = "peer-linux-my $(x)".into();
        assert!(line(&run).starts_with("cargo ninewire peer linux --suite 'my $(x).fio' --boots 3"));
        for suite in Suite::built_in_names() {
            run.header.suite = suite.into();
            assert!(line(&run).starts_with(&format!("cargo ninewire run --suite {suite} ")));
        }
        assert!(!line(&run).contains("--spinners"));
        run.header.qemu.spinners = Some(true);
        assert!(line(&run).contains(" --spinners "));
    }

    #[test]
    fn two_sides_are_one_command_with_what_they_share_before_them() {
        let (mut a, mut b) = (a_run(), a_run());
        a.header.side = Some(Side { name: "a".into(), words: "HEAD~1 --virtio packed=on".into() });
        b.header.side = Some(Side { name: "b".into(), words: String::new() });
        a.header.qemu.argv = argv("qemu|-m|1G|-device|virtio-9p-pci,fsdev=fs0,packed=on");
        b.header.qemu.argv = argv("qemu|-m|1G");
        b.header.git.sha = "fedcba98".into();
        assert_eq!(
            both_sides(&a, &b),
            [
                "git checkout fedcba98",
                "cargo ninewire run --suite smoke --boots 3 --seed 42 --no-pin --accel tcg --qemu 7.2 --memory 1G --ab \
                 0123456789abcdef --virtio packed=on --"
            ],
            "the second side is what is checked out"
        );
        assert!(commands(&a).is_empty());
        b.header.git.sha.clone_from(&a.header.git.sha);
        assert_eq!(both_sides(&a, &b)[0], "git checkout 0123456789abcdef");
    }

    #[test]
    fn words_of_files_cannot_leave_their_place_in_a_command() {
        assert_eq!(quoted("a'b; rm"), r"'a'\''b; rm'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("event_idx=off"), "event_idx=off");
    }
}
