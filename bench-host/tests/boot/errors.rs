//! What goes wrong is said in Plan 9's words, `$status` tells of it, and the prompt lives on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

use bench_host::qemu::Ended;
use bench_host::server::{Access, Export};

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
    let usage = "usage: mount [-a|-b] [-cCnq] [-d '#X'] [-k keypattern] /srv/service dir [spec]\n";
    prompt.answers(&[
        ("nonsense", "nonsense: '/bin/nonsense' does not exist\n"),
        ("echo $status", "not found\n"),
        ("mount", usage),
        ("mount -ab /srv/x /mnt/xxx", usage),
        ("mount -d '#9' /dev/null /mnt/xxx nosuch", "mount: mount /mnt/xxx: tag does not exist\n"),
        ("mount -d '#9' /dev/null /mnt/xxx", "mount: mount /mnt/xxx: tag does not exist\n"),
        (
            "mount -d '#9' /dev/cons /mnt/xxx harvtmp; cat /mnt/xxx/hello; unmount /mnt/xxx",
            "hello from the host\n",
        ),
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
        // Too little to be told by a later write: the program's end tells it.
        let said = prompt.answer("echo lost > /mnt/xxx/small");
        assert_eq!(said, "echo: write error: no space left on device\n");
        assert_eq!(prompt.answer("rm /mnt/xxx/large /mnt/xxx/small"), "");
        assert_eq!(
            prompt.answer("echo fits > /mnt/xxx/small; cat /mnt/xxx/small; rm /mnt/xxx/small"),
            "fits\n"
        );
        assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}
