//! What goes wrong is said in Plan 9's words, `$status` tells of it, and the prompt lives on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

use bench_host::qemu::{Device, Ended, Port};
use bench_host::server::{Access, Export};

use crate::censor::{Fate, KIND, RREAD, RVERSION, RWALK, TAG, censored};
use crate::host::{number, page_devices, populated, share};
use crate::machine::Machine;

#[test]
fn what_goes_wrong_is_said_in_plan_9s_words_and_leaves_nothing_behind() {
    let (harvtmp, hosttmp) = (populated(), populated());
    let mut machine = Machine::new();
    let (nobody, chardev) = machine.wire();
    drop(nobody);
    let devices = page_devices(harvtmp.path(), hosttmp.path(), chardev);
    let (mut guest, mut prompt) = machine.devices(devices).shell();
    let live = |pool: String| number(&pool, "live");
    let before = live(prompt.answer("cat /dev/pool"));
    let usage = "usage: mount [-a|-b] [-cnq] [-d '#X'] [-k keypattern] /srv/service dir [spec]\n";
    prompt.answers(&[
        ("nonsense", "nonsense: '/bin/nonsense' does not exist\n"),
        ("echo $status", "not found\n"),
        ("mount", usage),
        ("mount -ab /srv/x /mnt/xxx", usage),
        ("mount -d '#9' /dev/null /mnt/xxx nosuch", "mount: mount /mnt/xxx: tag does not exist\n"),
        ("mount -d '#9' /dev/null /mnt/yyy harvtmp", "mount: mount /mnt/yyy: '/mnt/yyy' does not exist\n"),
        ("mount -n /srv/xx /mnt/xxx", "mount: can't open /srv/xx: '/srv/xx' does not exist\n"),
        ("mount -n /dev/null /mnt/xxx", "mount: mount /mnt/xxx: EOF receiving fversion reply\n"),
        ("mount -d '#c' /dev/null /mnt/xxx x", "mount: mount /mnt/xxx: bad arg in system call\n"),
        ("bind '#9' /mnt/xxx", "bind: #9 /mnt/xxx: '#9' mount/attach disallowed\n"),
        ("bind '#M' /mnt/xxx", "bind: #M /mnt/xxx: '#M' mount/attach disallowed\n"),
        ("bind '#Q' /mnt/xxx", "bind: #Q /mnt/xxx: '#Q' unknown device in # filename\n"),
        ("bind /dev/null /mnt/xxx", "bind: /dev/null /mnt/xxx: inconsistent mount\n"),
        ("cat /dev/mtags", "harvtmp:-\nhosttmp:-\n"),
        ("mount -c -d '#9' /dev/null /mnt/xxx harvtmp", ""),
        (
            "mount -d '#9' /dev/null /mnt/xxx harvtmp",
            "mount: mount /mnt/xxx: device or object already in use\n",
        ),
        ("cat /mnt/xxx/nothing", "cat: can't open /mnt/xxx/nothing: '/mnt/xxx/nothing' does not exist\n"),
        (
            "cat /mnt/xxx/nothing/deeper",
            "cat: can't open /mnt/xxx/nothing/deeper: '/mnt/xxx/nothing' does not exist\n",
        ),
        ("cat /mnt/xxx/hello/x", "cat: can't open /mnt/xxx/hello/x: '/mnt/xxx/hello' not a directory\n"),
        ("cat /mnt/xxx/sub", "cat: error reading /mnt/xxx/sub: file is a directory\n"),
        ("cat ''", "cat: can't open : '' file name syntax\n"),
        ("rm /mnt/xxx/sub", "rm: /mnt/xxx/sub: '/mnt/xxx/sub' directory not empty\n"),
        ("mkdir /mnt/xxx/sub", "mkdir: can't create /mnt/xxx/sub: '/mnt/xxx/sub' file already exists\n"),
        ("echo x > /mnt/xxx/sub", "rc: /mnt/xxx/sub: '/mnt/xxx/sub' file is a directory\n"),
        ("mv /mnt/xxx/no /mnt/xxx/y", "mv: can't rename /mnt/xxx/no: '/mnt/xxx/no' does not exist\n"),
        ("cp /mnt/xxx/hello /mnt/xxx/hello", "cp: /mnt/xxx/hello and /mnt/xxx/hello are the same file\n"),
        ("cp /mnt/xxx/hello /dev/mtags", "cp: can't create /dev/mtags: '/dev/mtags' permission denied\n"),
        ("echo x > /dev/irqalloc", "rc: /dev/irqalloc: '/dev/irqalloc' permission denied\n"),
        ("echo colour blue > /dev/9p/ctl", "echo: write error: bad process or channel control request\n"),
        ("srv -e 'cat' vc2", "post...\n"),
        ("srv -e 'cat' vc2", "srv: /srv/vc2 already exists\n"),
        ("rm /srv/vc2", ""),
        ("unmount /dev /mnt/xxx", "unmount: /mnt/xxx: not in union\n"),
        ("unmount /mnt/xxx", ""),
        ("unmount /mnt/xxx", "unmount: /mnt/xxx: not mounted\n"),
        ("unmount", "usage: unmount mountpoint\n       unmount mounted mountpoint\n"),
        ("kill 999999", "kill: 999999: no such task\n"),
        ("9pvpxy", "usage: 9pvpxy file\n"),
        ("9pvpxy /dev/virtcon/x", "9pvpxy: can't open /dev/virtcon/x: '/dev/virtcon/x' does not exist\n"),
    ]);
    for (line, word) in [
        ("mount", "usage"),
        ("mount -n /srv/xx /mnt/xxx", "open"),
        ("mount -d '#9' /dev/null /mnt/xxx nosuch", "mount"),
        ("bind '#9' /mnt/xxx", "bind"),
        ("unmount /mnt/xxx", "unmount"),
    ] {
        prompt.answer(line);
        let status = prompt.answer("echo $status");
        assert!(status.ends_with(&format!(": {word}\n")), "{line}: {status}");
    }
    assert_eq!(prompt.answer("cat /dev/null; echo $status"), "\n", "what ends well leaves nothing");
    assert_eq!(prompt.answer("cat /dev/mtags"), "harvtmp:-\nhosttmp:-\n");
    prompt.until("cat /dev/pool", |pool| number(pool, "live") == before);
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

/// What a server does to a reply, and what is said of it by the command that waited for it.
type Offence = (&'static str, fn(&mut Vec<u8>) -> Fate, &'static str);

#[test]
fn a_server_that_breaks_the_protocol_ends_its_own_mount_and_nothing_else() {
    let dir = populated();
    let in_mount: &[Offence] = &[
        (
            "org.ninewire.tag",
            |reply| {
                reply[TAG] ^= 0x40;
                Fate::Sent
            },
            "mount rpc error: R-message: nobody awaits a reply with tag",
        ),
        (
            "org.ninewire.kind",
            |reply| {
                reply[KIND] = RWALK;
                Fate::Sent
            },
            "mount rpc error: Rread: a reply of type 111",
        ),
        (
            "org.ninewire.long",
            |reply| {
                reply[..4].copy_from_slice(&(64u32 << 20).to_le_bytes());
                Fate::Sent
            },
            "mount rpc error: ",
        ),
        (
            "org.ninewire.short",
            |reply| {
                reply[..4].copy_from_slice(&3u32.to_le_bytes());
                Fate::Sent
            },
            "mount rpc error: ",
        ),
        (
            "org.ninewire.count",
            |reply| {
                reply[7..11].copy_from_slice(&(8u32 << 20).to_le_bytes());
                Fate::Sent
            },
            "mount rpc error: Rread: ",
        ),
        (
            "org.ninewire.nonsense",
            |reply| {
                reply.fill(0xa5);
                Fate::Sent
            },
            "mount rpc error: ",
        ),
        ("org.ninewire.cut", |reply| Fate::CutAt(reply.len() / 2), "i/o on hungup channel"),
        ("org.ninewire.silent", |_| Fate::Kept, "timed out: Rread"),
    ];
    let at_once: &[Offence] = &[
        (
            "org.ninewire.dialect",
            |reply| {
                let digits = reply.len() - 6;
                reply[digits..].copy_from_slice(b"1066.L");
                Fate::Sent
            },
            "bad 9P version returned from server",
        ),
        (
            "org.ninewire.increase",
            |reply| {
                reply[7..11].copy_from_slice(&u32::MAX.to_le_bytes());
                Fate::Sent
            },
            "server tries to increase msize in fversion",
        ),
        (
            "org.ninewire.tiny",
            |reply| {
                reply[7..11].copy_from_slice(&100u32.to_le_bytes());
                Fate::Sent
            },
            "nonsense value of msize in fversion",
        ),
        (
            "org.ninewire.reply",
            |reply| {
                reply[KIND] = RREAD;
                Fate::Sent
            },
            "unexpected reply type in fversion",
        ),
        (
            "org.ninewire.string",
            |reply| {
                reply[11..13].copy_from_slice(&900u16.to_le_bytes());
                Fate::Sent
            },
            "bad fversion conversion on reply",
        ),
        ("org.ninewire.gone", |_| Fate::CutAt(0), "EOF receiving fversion reply"),
    ];
    let mut machine = Machine::new();
    let mut servers = Vec::new();
    let mut ports = Vec::new();
    for (kind, offences) in [(RREAD, in_mount), (RVERSION, at_once)] {
        for &(name, offend, _) in offences {
            let (server, chardev) = machine.wire();
            servers.push(censored(server, dir.path(), move |reply| {
                if reply[KIND] == kind { offend(reply) } else { Fate::Sent }
            }));
            ports.push(Port { name, chardev });
        }
    }
    let (mut guest, mut prompt) = machine.devices(vec![Device::Ports(ports)]).shell();
    // A port that was opened keeps the pages it receives in: opened once beforehand, they are not counted as lost.
    for (name, ..) in in_mount.iter().chain(at_once) {
        assert_eq!(prompt.answer(&format!("cat /dev/null > /dev/virtcon/{name}")), "");
    }
    prompt.answer("echo patience 1 > /dev/9p/ctl");
    let before = number(&prompt.answer("cat /dev/pool"), "live");
    for (name, _, words) in in_mount {
        assert_eq!(prompt.answer(&format!("mount -n /dev/virtcon/{name} /mnt/xxx")), "");
        let said = prompt.answer("cat /mnt/xxx/hello");
        let expected = format!("cat: error reading /mnt/xxx/hello: {words}");
        assert!(said.starts_with(&expected), "{name}: {said}");
        let status = prompt.answer("echo $status");
        assert!(status.ends_with(": read\n"), "{name}: {status}");
        assert_eq!(prompt.answer("unmount /mnt/xxx"), "", "{name}");
    }
    for (name, _, words) in at_once {
        let said = prompt.answer(&format!("mount -n /dev/virtcon/{name} /mnt/xxx"));
        assert_eq!(said, format!("mount: mount /mnt/xxx: {words}\n"), "{name}");
    }
    prompt.until("cat /dev/pool", |pool| number(pool, "live") <= before);
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn a_server_that_was_killed_and_started_again_is_mounted_again() {
    let (dir, sockets) = (populated(), tempfile::tempdir().unwrap());
    let socket = sockets.path().join("vc02");
    let serve = || {
        fs::remove_file(&socket).ok();
        let listener = UnixListener::bind(&socket).unwrap();
        Export::open(dir.path(), Access::ReadOnly).unwrap().listen(listener).unwrap()
    };
    let first = serve();
    let chardev = format!("socket,id=vc02,path={},reconnect=1", socket.display());
    let arguments = [
        "-device",
        "virtio-serial-pci",
        "-chardev",
        &chardev,
        "-device",
        "virtserialport,chardev=vc02,name=vc02",
    ];
    let (mut guest, mut prompt) = Machine::new().arguments(&arguments).shell();
    let mount = "mount -n /dev/virtcon/vc02 /mnt/xxx";
    assert_eq!(prompt.answer(mount), "");
    assert_eq!(prompt.answer("cat /mnt/xxx/hello"), "hello from the host\n");
    drop(first);
    let said = prompt.answer("cat /mnt/xxx/hello");
    assert_eq!(said, "cat: can't open /mnt/xxx/hello: '/mnt/xxx/hello' i/o on hungup channel\n");
    assert_eq!(prompt.answer("ls /mnt/xxx"), "ls: /mnt/xxx: '/mnt/xxx' i/o on hungup channel\n");
    assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
    let _second = serve();
    // QEMU tries once a second.
    prompt.until(mount, str::is_empty);
    assert_eq!(prompt.answer("cat /mnt/xxx/hello"), "hello from the host\n");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

/// QEMU in a mount name space of its own, in which `dir` is a file system of one MiB; it goes with QEMU.
fn on_a_small_disk(machine: Machine, dir: &Path, scripts: &Path) -> Option<Machine> {
    let root = rustix::process::geteuid().is_root();
    let namespace = if root { "--mount" } else { "--mount --map-root-user" };
    let mut possible = std::process::Command::new("unshare");
    if !possible.args(namespace.split(' ')).arg("true").output().unwrap().status.success() {
        assert!(!root, "root cannot mount");
        eprintln!("not run: this machine allows no `unshare {namespace}`, so there is no disk to fill up");
        return None;
    }
    let wrapper = scripts.join("qemu");
    let script = format!(
        "#!/bin/sh\nexec unshare {namespace} sh -c 'mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\"' {} {} \"$@\"\n",
        dir.display(),
        machine.program().display(),
    );
    fs::write(&wrapper, script).unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    Some(machine.with_program(wrapper))
}

#[test]
fn a_full_share_is_named_and_takes_what_fits_afterwards() {
    let (disk, scripts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(machine) = on_a_small_disk(Machine::new(), disk.path(), scripts.path()) else { return };
    let (mut guest, mut prompt) = machine.devices(vec![share("full", disk.path())]).shell();
    for dialect in ["9P2000.L", "9P2000.u"] {
        prompt.answer(&format!("echo dialect {dialect} > /dev/9p/ctl"));
        assert_eq!(prompt.answer("mount -c -d '#9' /dev/null /mnt/xxx full"), "");
        let said = prompt.answer("dd -if /dev/zero -of /mnt/xxx/large -bs 64k -count 32 -quiet 1");
        assert_eq!(said, "dd: write: no space left on device\n");
        assert_eq!(prompt.answer("echo $status | wc -w"), "      3\n");
        assert_eq!(prompt.answer("rm /mnt/xxx/large"), "");
        assert_eq!(
            prompt.answer("echo fits > /mnt/xxx/small; cat /mnt/xxx/small; rm /mnt/xxx/small"),
            "fits\n"
        );
        assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}
