//! Large files over a virtio-9p device: read ahead, copied in messages that go out together, by loans alone; and how many
//! messages a command costs.

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
    ]);
    for name in ["cp", "dd", "cat"] {
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
