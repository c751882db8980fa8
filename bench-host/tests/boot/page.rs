//! The lines of Harvey's page "Using Virtio (QEMU)", typed in the page's order on the page's devices: what appears is
//! what the page shows, and where the page tells of a limit or a bug, it is gone.
//!
//! Formats are compared exactly. Where the page's own output holds numbers that differ from boot to boot, or this system
//! differs on purpose (`kernel/manual/page.md` lists where), patterns are.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;

use bench_host::qemu::{CharDev, Device, Ended};
use bench_host::server::{Access, Export};

use crate::machine::Machine;

/// The page's devices in the page's order: [0] harvtmp, [1] hosttmp, [2] a console port with a server behind it.
fn page_devices(harvtmp: &Path, hosttmp: &Path, console: CharDev) -> Vec<Device> {
    let share = |tag: &str, dir: &Path| Device::NineP { tag: tag.into(), dir: dir.into(), readonly: false };
    vec![share("harvtmp", harvtmp), share("hosttmp", hosttmp), Device::Console(console)]
}

/// A directory with a file, a directory, a socket, a named pipe and links, dangling, short and long.
fn populated() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("hello"), "hello from the host\n").unwrap();
    fs::create_dir(at("sub")).unwrap();
    fs::write(at("sub/deep"), "deeper\n").unwrap();
    UnixListener::bind(at("socket")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, at("fifo"), rustix::fs::Mode::from_raw_mode(0o644)).unwrap();
    std::os::unix::fs::symlink("x", at("dangling")).unwrap();
    std::os::unix::fs::symlink("hello", at("link")).unwrap();
    dir
}

/// `line` with its numbers replaced by `N`, for lines whose numbers count something.
fn without_numbers(line: &str) -> String {
    let mut shown = String::new();
    for c in line.chars() {
        match c {
            '0'..='9' if shown.ends_with('N') => {}
            '0'..='9' => shown.push('N'),
            c => shown.push(c),
        }
    }
    shown
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
    let (mut guest, mut prompt) = machine.devices(devices).shell();

    // "Virtio Devices Identification": names in bus order, in the columns of /dev/irqalloc.
    let irqalloc = prompt.answer("cat /dev/irqalloc");
    for line in irqalloc.lines() {
        let columns = [&line[..11], &line[12..23], &line[24..44], &line[45..65]];
        assert!(columns.iter().all(|c| c.trim_start().parse::<u64>().is_ok()), "{line:?}");
        assert_eq!(&line[65..66], " ", "{line:?}");
        assert!(["trap    ", "lapic   ", "msi     ", "ioapic  "].contains(&&line[66..74]), "{line:?}");
    }
    let named = |row: &str| row[75..].to_string();
    let vector = |row: &str| row[..11].trim().parse::<u32>().unwrap();
    let traps = ["#BP", "#NM", "#DF", "#PF", "#15", "#MF", "#XF"];
    let rows: Vec<&str> = irqalloc.lines().collect();
    assert_eq!(rows[..7].iter().map(|row| named(row)).collect::<Vec<_>>(), traps);
    assert_eq!(rows[..7].iter().map(|row| vector(row)).collect::<Vec<_>>(), [3, 7, 8, 14, 15, 16, 19]);
    assert_eq!((vector(rows[7]), named(rows[7]).as_str()), (50, "APIC timer"));
    let virtio: Vec<&&str> = rows.iter().filter(|row| named(row).starts_with("virtio")).collect();
    let names: Vec<String> = virtio.iter().map(|row| named(row)).collect();
    assert_eq!(names, ["virtio-9p-0", "virtio-9p-1", "virtio-console-2"]);
    assert!(virtio.iter().all(|row| vector(row) >= 65 && (vector(row) - 65) % 8 == 0), "{irqalloc}");

    // "Native 9p".
    assert_eq!(
        prompt.answer("ls -l /dev/mtags"),
        "--r--r--r-- P 0 harvey harvey 0 Feb  7  2006 /dev/mtags\n"
    );
    assert_eq!(prompt.answer("cat /dev/mtags"), "harvtmp:-\nhosttmp:-\n");
    assert_eq!(prompt.answer("mount -d '#9' /dev/null /mnt/xxx harvtmp"), "");
    let mounted = prompt.answer("cat /dev/mtags");
    assert_eq!(without_numbers(&mounted), "harvtmp:NPN.L:N:N:N\nhosttmp:-\n", "{mounted}");
    assert_eq!(prompt.answer("cat /mnt/xxx/hello"), "hello from the host\n");
    assert_eq!(prompt.answer("cat /mnt/xxx/sub/deep"), "deeper\n");
    // Known bug 2 is gone: sockets, named pipes and links are listed.
    let listed = prompt.answer("ls -l /mnt/xxx");
    let line = |name: &str| {
        let full = format!(" /mnt/xxx/{name}");
        let found = listed.lines().find(|line| line.ends_with(&full));
        found.unwrap_or_else(|| panic!("{name} in:\n{listed}")).to_string()
    };
    assert!(line("hello").starts_with("--rw-r--r-- 9 0 harvey harvey "), "{listed}");
    assert!(line("sub").starts_with("d-rwxr-xr-x 9 0 harvey harvey "), "{listed}");
    assert!(line("socket").starts_with('S'), "{listed}");
    assert!(line("fifo").starts_with("P-rw-r--r-- "), "{listed}");
    assert!(line("dangling").starts_with("L-rwxrwxrwx "), "{listed}");
    // Known bug 1 is gone: unmounting is seen.
    assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
    assert_eq!(prompt.answer("cat /dev/mtags"), "harvtmp:-\nhosttmp:-\n");
    assert_eq!(prompt.answer("unmount /mnt/xxx"), "unmount: /mnt/xxx: not mounted\n");

    // "Virtio-serial-pci Raw Virtqueues".
    assert_eq!(
        prompt.answer("ls -l /dev/virtcon/virtio-console-2"),
        "--rw-rw-rw- C 0 harvey harvey 0 Feb  7  2006 /dev/virtcon/virtio-console-2\n"
    );

    // "9p over Virtio-serial-pci": the page's way, and the two the page says are not possible.
    assert_eq!(prompt.answer("srv -e '9pvpxy /dev/virtcon/virtio-console-2' vc2"), "post...\n");
    let ways = [
        "mount -c -n /srv/vc2 /mnt/xxx",
        "mount -c -n /dev/virtcon/virtio-console-2 /mnt/xxx",
        "mount -c -d '#9' /dev/null /mnt/xxx virtio-console-2",
    ];
    for (nth, way) in ways.iter().enumerate() {
        assert_eq!(prompt.answer(way), "");
        assert!(prompt.answer("ns").contains(&format!("\n{way}\n")));
        assert_eq!(prompt.answer("cat /mnt/xxx/served"), "by a program of the host\n");
        assert_eq!(prompt.answer("echo written by way > /mnt/xxx/new"), "");
        assert_eq!(fs::read_to_string(serial.path().join("new")).unwrap(), "written by way\n");
        assert_eq!(prompt.answer("rm /mnt/xxx/new; ls /mnt/xxx"), "/mnt/xxx/served\n");
        assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
        if nth == 0 {
            assert_eq!(prompt.answer("rm /srv/vc2"), "");
            assert!(!prompt.answer("ps").contains("9pvpxy"), "the proxy ends with its last user");
        }
    }

    prompt.last("halt");
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
    let copied = |pool: String| {
        let line = pool.lines().find_map(|line| line.strip_prefix("copied ").map(str::to_string));
        line.unwrap().parse::<u64>().unwrap()
    };
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

#[test]
fn a_machine_ends_as_its_shell_says() {
    let (mut guest, prompt) = Machine::new().shell();
    prompt.last("cat /nothing; halt $status");
    assert_eq!(guest.ended(), Ended::Failure);
}

#[test]
fn an_interrupt_gives_the_prompt_back() {
    let (mut guest, mut prompt) = Machine::new().shell();
    prompt.send(b"echo be''gun; sleep 1000\r");
    prompt.wait_for("begun");
    prompt.send(b"\x03");
    prompt.wait();
    assert_eq!(prompt.answer("echo $status"), "interrupted\n");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}
