//! The lines of Harvey's page "Using Virtio (QEMU)", typed in the page's order on the page's devices: what appears is
//! what the page shows, and where the page tells of a limit or a bug, it is gone.
//!
//! Formats are compared exactly. Where the page's own output holds numbers that differ from boot to boot, or this system
//! differs on purpose (`kernel/manual/page.md` lists where), patterns are. All of it is the manual's transcript.

use std::fs;

use bench_host::qemu::Ended;
use bench_host::server::{Access, Export};

use crate::host::{number, page_devices, populated};
use crate::machine::Machine;
use crate::transcript::{Session, without_counts};

/// The columns of `/dev/irqalloc`: 11, 11, 20, 20 right, 8 left, and the name.
struct Row<'a> {
    vector: u32,
    kind: &'a str,
    name: &'a str,
}

impl<'a> Row<'a> {
    fn of(line: &'a str) -> Self {
        let columns = [&line[..11], &line[12..23], &line[24..44], &line[45..65]];
        assert!(columns.iter().all(|c| c.trim_start().parse::<u64>().is_ok()), "{line:?}");
        assert!([11, 23, 44, 65, 74].iter().all(|&at| &line[at..=at] == " "), "{line:?}");
        Row { vector: columns[0].trim_start().parse().unwrap(), kind: &line[66..74], name: &line[75..] }
    }
}

#[test]
fn the_pages_lines_do_what_the_page_says() {
    let (harvtmp, hosttmp) = (populated(), populated());
    let serial = tempfile::tempdir().unwrap();
    fs::write(serial.path().join("served"), "by a program of the host\n").unwrap();
    let mut machine = Machine::new();
    let (server, chardev) = machine.wire();
    let server = Export::open(serial.path(), Access::ReadWrite).unwrap().serve(server).unwrap();
    let devices = page_devices(harvtmp.path(), hosttmp.path(), chardev);
    let (mut guest, prompt) = machine.devices(devices).shell();
    let mut at = Session::new(prompt);

    at.chapter(
        "Virtio Devices Identification",
        "Two native shares and a console port have been found in bus order, and each has a vector of its own.",
    );
    let irqalloc = at.types("cat /dev/irqalloc");
    let rows: Vec<Row<'_>> = irqalloc.lines().map(Row::of).collect();
    let traps = [(3, "#BP"), (7, "#NM"), (8, "#DF"), (14, "#PF"), (15, "#15"), (16, "#MF"), (19, "#XF")];
    for (row, (vector, name)) in rows.iter().zip(traps) {
        assert_eq!((row.vector, row.kind, row.name), (vector, "trap    ", name), "{irqalloc}");
    }
    assert_eq!((rows[7].vector, rows[7].kind, rows[7].name), (50, "lapic   ", "APIC timer"), "{irqalloc}");
    for (nth, name) in ["virtio-9p-0", "virtio-9p-1", "virtio-console-2"].into_iter().enumerate() {
        let row = &rows[8 + nth];
        assert_eq!((row.vector, row.kind, row.name), (65 + 8 * nth as u32, "msi     ", name), "{irqalloc}");
    }
    assert_eq!(rows.len(), 11, "{irqalloc}");

    at.chapter("Native 9p", "The list of mount tags, and what becomes of it by mounting one of them.");
    assert_eq!(at.types("ls -l /dev/mtags"), "--r--r--r-- P 0 harvey harvey 0 Feb  7  2006 /dev/mtags\n");
    assert_eq!(at.types("cat /dev/mtags"), "harvtmp:-\nhosttmp:-\n");
    assert_eq!(at.types("mount -d '#9' /dev/null /mnt/xxx harvtmp"), "");
    let mounted = at.types("cat /dev/mtags");
    assert_eq!(without_counts(&mounted), "harvtmp:9P2000.L:1048600:#:#\nhosttmp:-\n", "{mounted}");
    assert_eq!(mounted.lines().next().unwrap(), "harvtmp:9P2000.L:1048600:2:2", "Tversion and Tattach");
    assert_eq!(at.types("cat /mnt/xxx/hello"), "hello from the host\n");
    assert_eq!(at.types("cat /mnt/xxx/sub/deep"), "deeper\n");
    at.remark(
        "Sockets, pipes and links are listed; the page's system stopped there (\"malformed stat buffer\").",
    );
    let listed = at.types("ls -l /mnt/xxx");
    assert_eq!(
        listed,
        "L-rwxrwxrwx 9 0 harvey harvey  0 Feb  7  2006 /mnt/xxx/dangling\n\
         P-rw-r--r-- 9 0 harvey harvey  0 Feb  7  2006 /mnt/xxx/fifo\n\
         --rw-r--r-- 9 0 harvey harvey 20 Feb  7  2006 /mnt/xxx/hello\n\
         L-rwxrwxrwx 9 0 harvey harvey  0 Feb  7  2006 /mnt/xxx/link\n\
         S-rwxr-xr-x 9 0 harvey harvey  0 Feb  7  2006 /mnt/xxx/socket\n\
         d-rwxr-xr-x 9 0 harvey harvey  0 Feb  7  2006 /mnt/xxx/sub\n"
    );
    at.remark("A tag can be mounted once at a time; unmounting is seen, which the page's system did not do.");
    let twice = "mount: mount /mnt/xxx: device or object already in use\n";
    assert_eq!(at.types("mount -d '#9' /dev/null /mnt/xxx harvtmp"), twice);
    assert_eq!(at.types("unmount /mnt/xxx"), "");
    assert_eq!(at.types("cat /dev/mtags"), "harvtmp:-\nhosttmp:-\n");
    assert_eq!(at.types("unmount /mnt/xxx"), "unmount: /mnt/xxx: not mounted\n");
    let absent = "mount: mount /mnt/xxx: tag does not exist\n";
    assert_eq!(at.types("mount -d '#9' /dev/null /mnt/xxx nosuchtag"), absent);

    at.chapter("Virtio-serial-pci Raw Virtqueues", "A port is a file under its device's name.");
    let port = "--rw-rw-rw- C 0 harvey harvey 0 Feb  7  2006 /dev/virtcon/virtio-console-2\n";
    assert_eq!(at.types("ls -l /dev/virtcon/virtio-console-2"), port);

    at.chapter(
        "9p over Virtio-serial-pci",
        "A program of the host serves a directory at the port. The page's way to mount it, with a proxy in between:",
    );
    assert_eq!(at.types("srv -e '9pvpxy /dev/virtcon/virtio-console-2' vc2"), "post...\n");
    for (way, remark) in [
        ("mount -c -n /srv/vc2 /mnt/xxx", "The port itself, which the page says is impossible:"),
        (
            "mount -c -n /dev/virtcon/virtio-console-2 /mnt/xxx",
            "And the mount device by the port's name, which the page leaves to the future:",
        ),
        ("mount -c -d '#9' /dev/null /mnt/xxx virtio-console-2", ""),
    ] {
        assert_eq!(at.types(way), "");
        assert!(at.aside().answer("ns").contains(&format!("\n{way}\n")));
        assert_eq!(at.types("cat /mnt/xxx/served"), "by a program of the host\n");
        assert_eq!(at.types("echo written by the guest > /mnt/xxx/new"), "");
        assert_eq!(fs::read_to_string(serial.path().join("new")).unwrap(), "written by the guest\n");
        assert_eq!(at.types("rm /mnt/xxx/new; ls /mnt/xxx"), "/mnt/xxx/served\n");
        assert_eq!(at.types("unmount /mnt/xxx"), "");
        if way.contains("/srv/vc2") {
            assert_eq!(at.types("rm /srv/vc2"), "");
            let proxy_ends = |tasks: &str| !tasks.contains("9pvpxy");
            at.aside().until("ps", proxy_ends);
        }
        if !remark.is_empty() {
            at.remark(remark);
        }
    }
    at.finish().last("halt");
    assert_eq!(guest.ended(), Ended::Success);
    assert_eq!(server.faults(), Vec::<String>::new());
}

#[test]
fn copying_on_a_native_share_copies_no_byte_in_the_guest() {
    let (harvtmp, hosttmp) = (populated(), populated());
    let contents: Vec<u8> = (0..(3 << 20) + 12345u32).map(|n| (n ^ n >> 8) as u8).collect();
    fs::write(harvtmp.path().join("large"), &contents).unwrap();
    let mut machine = Machine::new();
    let (_nobody, chardev) = machine.wire();
    let devices = page_devices(harvtmp.path(), hosttmp.path(), chardev);
    let (mut guest, mut prompt) = machine.devices(devices).shell();
    prompt.answer("mount -c -d '#9' /dev/null /mnt/xxx harvtmp");
    let copied = |pool: String| number(&pool, "copied");
    // What is typed is copied, the lines of the two commands and no more.
    let lines =
        ["cp /mnt/xxx/large /mnt/xxx/copy; cat /mnt/xxx/large | cat > /mnt/xxx/piped", "cat /dev/pool"];
    let before = copied(prompt.answer(lines[1]));
    assert_eq!(prompt.answer(lines[0]), "");
    let after = copied(prompt.answer(lines[1]));
    let typed: u64 = lines.iter().map(|line| line.len() as u64 + 1).sum();
    assert_eq!(after - before, typed);
    for name in ["copy", "piped"] {
        assert!(fs::read(harvtmp.path().join(name)).unwrap() == contents, "{name} differs");
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}
