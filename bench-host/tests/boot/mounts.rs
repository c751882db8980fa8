//! `/dev/mtags` tells the truth through every turn of a mount's life, and a mount leaves nothing behind.

use std::fs;

use bench_host::qemu::Ended;
use bench_host::server::{Access, Export};

use crate::host::{number, page_devices, populated, share};
use crate::machine::Machine;
use crate::prompt::Prompt;
use crate::transcript::without_counts;

#[test]
fn a_tags_line_says_whether_it_is_mounted_until_the_last_file_of_it_is_closed() {
    let dir = populated();
    let devices = vec![share("harvtmp", dir.path()), share("a tag: and more", dir.path())];
    let (mut guest, mut prompt) = Machine::new().devices(devices).shell();
    let free = "harvtmp:-\na\\x20tag\\x3a\\x20and\\x20more:-\n";
    let mount = "mount -d '#9' /dev/null /mnt/xxx harvtmp";
    let tags = "cat /dev/mtags";
    prompt.answers(&[
        (tags, free),
        // A mount that fails, before and after its server was asked.
        (
            "mount -d '#9' /dev/null /mnt/nothing harvtmp",
            "mount: mount /mnt/nothing: '/mnt/nothing' does not exist\n",
        ),
        (tags, free),
        ("echo dialect 9P2000 > /dev/9p/ctl", ""),
        (mount, "mount: mount /mnt/xxx: bad 9P version returned from server\n"),
        (tags, free),
        ("echo dialect any > /dev/9p/ctl", ""),
        ("mount -d '#9' /dev/null /dev/null harvtmp", "mount: mount /dev/null: inconsistent mount\n"),
    ]);
    prompt.until(tags, |shown| shown == free);
    prompt.answers(&[(mount, "")]);
    let mounted = prompt.answer(tags);
    assert!(mounted.starts_with("harvtmp:9P2000.L:1048600:2:2\n"), "{mounted}");
    // Requests are counted, and every reply found its own.
    prompt.answer("cat /mnt/xxx/hello");
    let line = prompt.until(tags, |shown| {
        let fields: Vec<&str> = shown.lines().next().unwrap().split(':').collect();
        fields[3] == fields[4]
    });
    assert_ne!(line, mounted);
    prompt.answers(&[
        ("unmount /mnt/xxx", ""),
        (tags, free),
        (mount, ""),
        ("cd /mnt/xxx/sub", ""),
        ("unmount /mnt/xxx", ""),
    ]);
    // Somebody is still in there: the mount is busy, and what it has goes on.
    assert!(prompt.answer(tags).starts_with("harvtmp:9P2000.L:"), "{}", prompt.transcript);
    prompt.answers(&[
        ("cat deep", "deeper\n"),
        (mount, "mount: mount /mnt/xxx: device or object already in use\n"),
        ("cd /", ""),
        (tags, free),
        (mount, ""),
        ("srv -e 'sleep 1000 < /mnt/xxx/hello' held", "post...\n"),
        ("unmount /mnt/xxx", ""),
    ]);
    assert!(prompt.answer(tags).starts_with("harvtmp:9P2000.L:"), "a file of it is open");
    let tasks = prompt.answer("ps");
    let sleeper = tasks.lines().find(|line| line.ends_with(" sleep")).expect("the sleeper is listed");
    let task = sleeper.split_whitespace().nth(1).unwrap().to_string();
    assert_eq!(prompt.answer(&format!("kill {task}")), "");
    prompt.until(tags, |shown| shown == free);
    // Tags may hold any byte; both spellings mount.
    for tag in ["'a tag: and more'", "'a\\x20tag\\x3a\\x20and\\x20more'"] {
        prompt.answers(&[
            (&format!("mount -d '#9' /dev/null /mnt/xxx {tag}"), ""),
            ("cat /mnt/xxx/hello", "hello from the host\n"),
        ]);
        let shown = without_counts(&prompt.answer(tags));
        assert_eq!(shown, "harvtmp:-\na\\x20tag\\x3a\\x20and\\x20more:9P2000.L:1048600:#:#\n");
        let line = prompt.answer("ns");
        assert!(line.contains(&format!("\nmount -d '#9' /dev/null /mnt/xxx {tag}\n")), "{line}");
        prompt.answer("unmount /mnt/xxx");
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

const ROUNDS: u32 = 64;

/// Once opened, a port keeps pages to receive in, and fills its ring of 128 up again when half of them are used.
const RECEIVE_SLACK: u64 = 64;

/// So many that a page lost in each could not hide in the slack.
const SERIAL_ROUNDS: u64 = 2 * RECEIVE_SLACK;

#[test]
fn mounting_and_unmounting_64_times_leaves_nothing_behind() {
    let (harvtmp, hosttmp) = (populated(), populated());
    let mut machine = Machine::new();
    let (server, chardev) = machine.wire();
    let _server = Export::open(hosttmp.path(), Access::ReadWrite).unwrap().serve(server).unwrap();
    let devices = page_devices(harvtmp.path(), hosttmp.path(), chardev);
    let (mut guest, mut prompt) = machine.devices(devices).shell();
    let hello = "hello from the host\n";
    // Sessions and the proxy end a moment after the command that let them go.
    let settled = |prompt: &mut Prompt| {
        prompt.until("ps", |tasks| !tasks.contains("9pvpxy") && !tasks.contains(" 9p\n"));
        number(&prompt.answer("cat /dev/pool"), "live")
    };
    let native = "mount -d '#9' /dev/null /mnt/xxx harvtmp; cat /mnt/xxx/hello; unmount /mnt/xxx";
    assert_eq!(prompt.answer(native), hello);
    let before = settled(&mut prompt);
    for _ in 0..ROUNDS {
        assert_eq!(prompt.answer(native), hello);
    }
    assert_eq!(settled(&mut prompt), before);
    let serial = "mount -n /dev/virtcon/virtio-console-2 /mnt/xxx; cat /mnt/xxx/hello; unmount /mnt/xxx; \
                  srv -e '9pvpxy /dev/virtcon/virtio-console-2' vc2; \
                  mount -n /srv/vc2 /mnt/xxx; cat /mnt/xxx/hello; unmount /mnt/xxx; rm /srv/vc2";
    let said = format!("{hello}post...\n{hello}");
    assert_eq!(prompt.answer(serial), said);
    let before = settled(&mut prompt);
    for _ in 0..SERIAL_ROUNDS {
        assert_eq!(prompt.answer(serial), said);
    }
    assert_eq!(prompt.answer("cat /dev/mtags"), "harvtmp:-\nhosttmp:-\n");
    assert!(settled(&mut prompt) < before + RECEIVE_SLACK, "{}", prompt.transcript);
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn messages_are_recorded_while_they_are_asked_for() {
    let dir = populated();
    let (mut guest, mut prompt) = Machine::new().devices(vec![share("harvtmp", dir.path())]).shell();
    prompt.answers(&[
        ("echo dialect 9P2000.u > /dev/9p/ctl", ""),
        ("echo msize 8192 > /dev/9p/ctl", ""),
        ("echo trace on > /dev/9p/ctl", ""),
        ("mount -d '#9' /dev/null /mnt/xxx harvtmp; cat /mnt/xxx/hello", "hello from the host\n"),
    ]);
    // The last file is clunked without anybody waiting for it.
    let trace = prompt.until("cat /dev/9p/trace", |trace| trace.contains("Rclunk"));
    prompt.answer("echo trace off > /dev/9p/ctl");
    let lines: Vec<Vec<&str>> = trace.lines().map(|line| line.split(' ').collect()).collect();
    let said: Vec<(&str, &str)> = lines.iter().map(|words| (words[0], words[1])).collect();
    let mut expected = Vec::new();
    for verb in ["version", "attach", "walk", "open", "read", "read", "clunk"] {
        expected.push(("<-", format!("T{verb}")));
        expected.push(("->", format!("R{verb}")));
    }
    for ((arrow, verb), (direction, name)) in said.iter().zip(&expected) {
        let towards_server = arrow.starts_with("<-");
        assert_eq!((towards_server, *verb), (*direction == "<-", name.as_str()), "{trace}");
    }
    assert_eq!(said.len(), expected.len(), "{trace}");
    assert!(lines[0].join(" ").ends_with("Tversion tag 65535 msize 8192 version '9P2000.u'"), "{trace}");
    assert!(prompt.answer("cat /dev/mtags").starts_with("harvtmp:9P2000.u:8192:"));
    assert_eq!(
        prompt.answer("cat /dev/9p/ctl"),
        "dialect 9P2000.u\nmsize 8192\nslots 128\npatience 30\nahead 8388608\nbehind 8\ncache 16777216\n\
         trace off\ncoalesce 1 0\n"
    );
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn files_belong_to_the_user_the_command_line_names() {
    let dir = populated();
    fs::write(dir.path().join("x"), "").unwrap();
    let (mut guest, mut prompt) =
        Machine::new().cmdline("user=glenda").devices(vec![share("harvtmp", dir.path())]).shell();
    prompt.answers(&[
        ("cat /dev/user; echo", "glenda\n"),
        ("ls -l /dev/mtags", "--r--r--r-- P 0 glenda glenda 0 Feb  7  2006 /dev/mtags\n"),
        ("mount -d '#9' /dev/null /mnt/xxx harvtmp", ""),
    ]);
    assert!(prompt.answer("ls -l /mnt/xxx/hello").starts_with("--rw-r--r-- 9 0 glenda glenda 20 "));
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}
