//! Large files over a virtio-9p device: read ahead, written behind, copied in messages that go out together, by loans alone;
//! what is kept of a cached mount; and how many messages a command costs.

use std::fs;

use bench_host::qemu::Ended;

use crate::host::{number, populated, share};
use crate::machine::Machine;
use crate::prompt::Prompt;

/// No whole number of messages, pages or sectors.
const LARGE_BYTES: usize = (9 << 20) + 1234;

fn pattern() -> Vec<u8> {
    (0..LARGE_BYTES as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn copied(prompt: &mut Prompt) -> u64 {
    number(&prompt.answer("cat /dev/pool"), "copied")
}

#[test]
fn large_files_are_read_ahead_copied_and_killed_and_no_byte_or_page_is_lost() {
    let dir = populated();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("large"), pattern()).unwrap();
    let (mut guest, mut prompt) = Machine::new().devices(vec![share("harvtmp", dir.path())]).shell();
    prompt.answers(&[
        ("mount -c -d '#9' /dev/null /mnt/xxx harvtmp", ""),
        ("cp /mnt/xxx/hello /mnt/xxx/warm", ""),
    ]);
    // Until everything the command line itself needs has been copied once, twice the same costs twice the same.
    let (before, nothing) = (copied(&mut prompt), copied(&mut prompt));
    assert_eq!(prompt.answer("cp /mnt/xxx/large /mnt/xxx/cp"), "");
    let told = "dd -if /mnt/xxx/large -of /mnt/xxx/dd -bs 3000001 -quiet 1";
    assert_eq!(prompt.answer(told), "");
    let typed = nothing - before;
    assert!(copied(&mut prompt) - nothing < 3 * typed + 4096, "only what is typed and shown is copied");
    prompt.answers(&[
        ("cmp /mnt/xxx/large /mnt/xxx/cp", ""),
        ("echo ahead 0 > /dev/9p/ctl; cat /mnt/xxx/large > /mnt/xxx/cat", ""),
        ("echo ahead 8388608 > /dev/9p/ctl; cat /mnt/xxx/large | wc -c", &format!("{LARGE_BYTES:7}\n")),
        ("echo behind 0 > /dev/9p/ctl; cp /mnt/xxx/large /mnt/xxx/waited; echo behind 8 > /dev/9p/ctl", ""),
    ]);
    for name in ["cp", "dd", "cat", "waited"] {
        assert!(fs::read(at(name)).unwrap() == pattern(), "{name}");
    }
    // Somebody reads ahead, and is killed while a pipe is full and pages of the file are under way.
    let live = |prompt: &mut Prompt| number(&prompt.answer("cat /dev/pool"), "live");
    let before = live(&mut prompt);
    prompt.answers(&[("srv -e 'cat /mnt/xxx/large | sleep 1000' held", "post...\n")]);
    prompt.until("cat /dev/pool", |pool| number(pool, "live") > before + 256);
    let tasks = prompt.answer("ps");
    for name in [" cat", " sleep"] {
        let task =
            tasks.lines().find(|line| line.ends_with(name)).unwrap_or_else(|| panic!("{name} in {tasks}"));
        prompt.answer(&format!("kill {}", task.split_whitespace().nth(1).unwrap()));
    }
    prompt.answer("rm /srv/held");
    prompt.until("cat /dev/pool", |pool| number(pool, "live") <= before);
    assert_eq!(number(&prompt.answer("cat /dev/pool"), "quarantined"), 0);
    prompt.answers(&[("cmp /mnt/xxx/large /mnt/xxx/cp", ""), ("unmount /mnt/xxx", "")]);
    prompt.until("cat /dev/mtags", |shown| shown == "harvtmp:-\n");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

/// Most writes that were under way at a time while a command line ran.
fn deepest_writes(prompt: &mut Prompt, line: &str) -> usize {
    prompt.answer("echo trace on > /dev/9p/ctl");
    assert_eq!(prompt.answer(line), "");
    prompt.answer("echo trace off > /dev/9p/ctl");
    let trace = prompt.answer("cat /dev/9p/trace");
    let (mut now, mut most) = (0, 0);
    for line in trace.lines() {
        match line.split(' ').nth(1) {
            Some("Twrite") => now += 1,
            Some("Rwrite") => now -= 1,
            _ => {}
        }
        most = most.max(now);
    }
    assert_eq!(now, 0, "the command ended before its writes were answered:\n{trace}");
    most
}

/// A program that writes `/mnt/xxx/long` is killed when some of it is there, and what it left is written.
fn killed_while_writing(prompt: &mut Prompt) {
    // So many small writes take far longer than it takes to kill whoever makes them.
    let writing = "dd -if /dev/zero -of /mnt/xxx/long -bs 512 -count 2000000";
    prompt.answers(&[("rm -f /mnt/xxx/long", ""), (&format!("srv -e '{writing}' held"), "post...\n")]);
    prompt.until("ls -l /mnt/xxx", |listing| {
        let long = listing.lines().find(|line| line.ends_with("/long"));
        long.and_then(|line| line.split_whitespace().nth(5)).is_some_and(|length| length != "0")
    });
    let tasks = prompt.answer("ps");
    let dd = tasks.lines().find(|line| line.ends_with(" dd")).unwrap_or_else(|| panic!("dd in {tasks}"));
    prompt.answer(&format!("kill {}", dd.split_whitespace().nth(1).unwrap()));
    prompt.answer("rm /srv/held");
    prompt.until("ps", |tasks| !tasks.lines().any(|line| line.ends_with(" behind") || line.ends_with(" dd")));
}

#[test]
fn programs_write_behind_as_far_as_is_set_and_end_when_all_is_answered() {
    let dir = populated();
    fs::write(dir.path().join("large"), pattern()).unwrap();
    let (mut guest, mut prompt) = Machine::new().devices(vec![share("harvtmp", dir.path())]).shell();
    prompt.answers(&[("mount -c -d '#9' /dev/null /mnt/xxx harvtmp", "")]);
    // By messages of its own for each write: what is together under way is what was not waited for.
    let line = "cat /mnt/xxx/large > /mnt/xxx/copy";
    for behind in [0, 3, 8] {
        prompt.answer(&format!("echo behind {behind} > /dev/9p/ctl"));
        let deepest = deepest_writes(&mut prompt, line);
        assert!((1..=behind.max(1)).contains(&deepest), "behind {behind}: {deepest}");
        if behind > 0 {
            assert!(deepest > 1, "behind {behind}: {deepest}");
        }
        assert!(fs::read(dir.path().join("copy")).unwrap() == pattern(), "behind {behind}");
    }
    // Who is killed while writing leaves no page behind, and what it wrote is what was there to write. The first time, slots
    // get pages that they keep.
    killed_while_writing(&mut prompt);
    let live = number(&prompt.answer("cat /dev/pool"), "live");
    killed_while_writing(&mut prompt);
    prompt.until("cat /dev/pool", |pool| number(pool, "live") <= live);
    let written = fs::read(dir.path().join("long")).unwrap();
    assert!(written.len().is_multiple_of(512) && written.iter().all(|byte| *byte == 0), "{}", written.len());
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn a_cached_mount_reads_a_file_once_until_it_changes_and_says_so() {
    let dir = populated();
    fs::write(dir.path().join("large"), pattern()).unwrap();
    let (mut guest, mut prompt) = Machine::new().devices(vec![share("harvtmp", dir.path())]).shell();
    let mounted = "mount -cC -d '#9' /dev/null /mnt/xxx harvtmp";
    prompt.answers(&[(mounted, ""), ("cat /mnt/xxx/hello", "hello from the host\n")]);
    assert!(prompt.answer("ns").contains(mounted));
    assert_eq!(asked(&mut prompt, "cat /mnt/xxx/hello").join(" "), "Twalk Tlopen Tclunk");
    prompt.answers(&[("cat /mnt/xxx/hello", "hello from the host\n")]);
    assert_eq!(prompt.answer("cat /mnt/xxx/large | wc -c"), format!("{LARGE_BYTES:7}\n"));
    let misses = number(&prompt.answer("cat /dev/9p/cache"), "misses");
    prompt.answers(&[("cp /mnt/xxx/large /mnt/xxx/copy", ""), ("cmp /mnt/xxx/large /mnt/xxx/large", "")]);
    let shown = prompt.answer("cat /dev/9p/cache");
    assert_eq!(number(&shown, "misses"), misses, "{shown}");
    assert!(number(&shown, "bytes") >= LARGE_BYTES as u64 && number(&shown, "hits") > 10, "{shown}");
    assert!(fs::read(dir.path().join("copy")).unwrap() == pattern());
    // Changed here, and changed on the host.
    prompt.answers(&[("echo here > /mnt/xxx/hello; cat /mnt/xxx/hello", "here\n")]);
    fs::write(dir.path().join("hello"), "on the host, and longer\n").unwrap();
    prompt.answers(&[
        ("cat /mnt/xxx/hello", "on the host, and longer\n"),
        ("echo cache 0 > /dev/9p/ctl; cat /mnt/xxx/copy | wc -c", &format!("{LARGE_BYTES:7}\n")),
    ]);
    assert_eq!(number(&prompt.answer("cat /dev/9p/cache"), "bytes"), 0);
    prompt.answers(&[("unmount /mnt/xxx", "")]);
    prompt.until("cat /dev/9p/cache", |cache| number(cache, "files") == 0);
    prompt.answers(&[(
        "mount -c -d '#9' /dev/null /mnt/xxx harvtmp; cat /mnt/xxx/hello",
        "on the host, and longer\n",
    )]);
    let uncached = asked(&mut prompt, "cat /mnt/xxx/hello").join(" ");
    assert_eq!(uncached, "Twalk Tlopen Tread Tread Tclunk");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

/// The T messages a command line costs, by name.
fn asked(prompt: &mut Prompt, line: &str) -> Vec<String> {
    prompt.answer("echo trace on > /dev/9p/ctl");
    prompt.answer(line);
    // The last file is clunked without anybody waiting for it.
    let trace = prompt.until("cat /dev/9p/trace", |trace| {
        let requests = trace.lines().filter(|line| line.starts_with('<')).count();
        2 * requests == trace.lines().count() && trace.contains("Rclunk")
    });
    prompt.answer("echo trace off > /dev/9p/ctl");
    let requests = trace.lines().filter(|line| line.starts_with('<'));
    requests.map(|line| line.split(' ').nth(1).unwrap().to_string()).collect()
}

#[test]
fn commands_cost_as_many_messages_as_there_are_questions() {
    let dir = populated();
    let (mut guest, mut prompt) = Machine::new().devices(vec![share("harvtmp", dir.path())]).shell();
    prompt.answers(&[("mount -c -d '#9' /dev/null /mnt/xxx harvtmp", "")]);
    for (line, messages) in [
        ("cat /mnt/xxx/hello", "Twalk Topen Tread Tread Tclunk"),
        ("cat /mnt/xxx/sub/deep", "Twalk Topen Tread Tread Tclunk"),
        ("ls /mnt/xxx/sub", "Twalk Topen Treaddir Treaddir Tclunk"),
        ("ls -d /mnt/xxx/sub", "Twalk Tclunk"),
        ("ls -l /mnt/xxx/hello", "Twalk Tgetattr Tclunk"),
        // The name, its directory, and what becomes the new file.
        ("> /mnt/xxx/sub/new", "Twalk Twalk Tcreate Tclunk"),
        ("> /mnt/xxx/sub/new", "Twalk Topen Tclunk"),
    ] {
        let asked = asked(&mut prompt, line);
        let said = asked.join(" ").replace("Tlopen", "Topen").replace("Tlcreate", "Tcreate");
        assert_eq!(said, messages, "{line}");
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}
