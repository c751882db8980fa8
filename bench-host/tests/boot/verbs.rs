//! What can be done to files besides reading and writing them: every verb of 9P2000.L that files need, and what 9P2000.u
//! has for it. Done at the guest's prompt, looked at on the host.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use bench_host::qemu::{Device, Ended, Port};
use bench_host::server::{Access, Export, Server};

use crate::host::share;
use crate::machine::Machine;
use crate::prompt::Prompt;

/// Owner and group of the files a guest must not give away.
const STRANGER: u32 = 4321;

/// The shares: QEMU's own of a plain directory, of one that keeps owners and devices in attributes (QEMU 7.2 makes special
/// files in such a one only), and our own server at a port.
struct Shares {
    plain: tempfile::TempDir,
    served: tempfile::TempDir,
    mapped: tempfile::TempDir,
    _server: Server,
}

fn machine() -> (Machine, Shares) {
    let dir = || {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "contents\n").unwrap();
        dir
    };
    let (plain, mapped, served) = (dir(), dir(), dir());
    let mut machine = Machine::new();
    let (ours, chardev) = machine.wire();
    let server = Export::open(served.path(), Access::ReadWrite).unwrap().serve(ours).unwrap();
    let port = Port { name: "org.ninewire.9p", chardev };
    let fsdev = format!("local,id=mapped,path={},security_model=mapped-xattr", mapped.path().display());
    let machine = machine
        .devices(vec![share("plain", plain.path()), Device::Ports(vec![port])])
        .arguments(&["-fsdev", &fsdev, "-device", "virtio-9p-pci,fsdev=mapped,mount_tag=mapped"]);
    (machine, Shares { plain, served, mapped, _server: server })
}

const NATIVE: &str = "mount -c -d '#9' /dev/null /mnt/xxx plain";
const MAPPED: &str = "mount -c -d '#9' /dev/null /mnt/xxx mapped";
const SERVED: &str = "mount -c -n /dev/virtcon/org.ninewire.9p /mnt/xxx";

fn at(prompt: &mut Prompt, dialect: &str, mount: &str) {
    prompt.answers(&[
        (&format!("echo dialect {dialect} > /dev/9p/ctl"), ""),
        (mount, ""),
        ("cd /mnt/xxx", ""),
    ]);
}

fn away(prompt: &mut Prompt) {
    prompt.answers(&[("cd /", ""), ("unmount /mnt/xxx", "")]);
}

/// Permissions, dates and lengths; names and links. In every dialect that has them.
fn change_and_name(prompt: &mut Prompt, dir: &Path) {
    let meta = || fs::metadata(dir.join("file")).unwrap();
    // Where the test may, it gives the file to somebody else: a change that touches owners would show.
    let root = rustix::process::geteuid().is_root();
    if root {
        std::os::unix::fs::chown(dir.join("file"), Some(STRANGER), Some(STRANGER)).unwrap();
    }
    let owners = (meta().uid(), meta().gid());
    prompt.answers(&[
        ("chmod 640 file", ""),
        ("chmod o+r,x file", "usage: chmod 0777 file...\n       chmod [ugoa][+-=][rwx] file...\n"),
    ]);
    assert_eq!(meta().mode() & 0o777, 0o640);
    prompt.answers(&[("chmod go=rx file", ""), ("touch -t 1139270400 file", "")]);
    assert_eq!((meta().mode() & 0o777, meta().mtime()), (0o655, 1_139_270_400));
    assert!(prompt.answer("ls -l file").starts_with("--rw-r-xr-x "), "{}", prompt.transcript);
    assert!(prompt.answer("ls -l file").ends_with(" 9 Feb  7  2006 file\n"), "{}", prompt.transcript);
    prompt.answers(&[
        ("truncate 4 file; cat file; echo", "cont\n"),
        ("truncate 1k file; wc -c file", "   1024 file\n"),
    ]);
    prompt.answers(&[("echo contents > file", ""), ("chmod 644 file", "")]);
    assert_eq!((meta().uid(), meta().gid()), owners, "owners never change");
    prompt.answers(&[
        ("mkdir d; mv file moved; cat moved; mv moved file", "contents\n"),
        ("touch new; ls new; rm new", "new\n"),
    ]);
}

fn link(prompt: &mut Prompt, dir: &Path) {
    prompt.answers(&[
        ("ln file hard", ""),
        ("ln -s file soft", ""),
        ("ln -s nowhere/at/all dangling", ""),
        ("cat hard soft", "contents\ncontents\n"),
        ("readlink soft dangling", "file\nnowhere/at/all\n"),
        ("mv soft softer; readlink softer", "file\n"),
        ("readlink file", "readlink: file: 'file' bad arg in system call\n"),
        ("ln file hard", "ln: can't make hard: 'hard' file already exists\n"),
        ("ln file /tmp/hard", "ln: can't link file to /tmp/hard: not on the same server\n"),
    ]);
    assert_eq!(fs::metadata(dir.join("hard")).unwrap().nlink(), 2);
    prompt.answers(&[("rm hard softer dangling", ""), ("cat file", "contents\n")]);
}

fn special(prompt: &mut Prompt) {
    prompt.answers(&[("mknod pipe p; mknod socket s; mknod null c 1 3; mknod disk b 7 0", "")]);
    let kinds: String = ["pipe", "socket", "null", "disk"]
        .map(|name| prompt.answer(&format!("ls -l {name}")).remove(0))
        .into_iter()
        .collect();
    assert_eq!(kinds, "PSDD");
    prompt.answers(&[("rm pipe socket null disk", "")]);
}

#[test]
fn every_verb_does_on_the_host_what_it_is_for() {
    let (machine, shares) = machine();
    let (mut guest, mut prompt) = machine.shell();

    for (mount, dir) in [(NATIVE, shares.plain.path()), (SERVED, shares.served.path())] {
        at(&mut prompt, "9P2000.L", mount);
        change_and_name(&mut prompt, dir);
        prompt.answers(&[
            ("mv file d/file; cat d/file; mv d/file file; rm d", "contents\n"),
            ("touch -c absent", "touch: absent: 'absent' does not exist\n"),
        ]);
        let before = fs::metadata(dir.join("file")).unwrap().mtime();
        prompt.answers(&[("touch -t 1000000000 file; touch file", "")]);
        assert!(fs::metadata(dir.join("file")).unwrap().mtime() >= before, "the host's now");
        link(&mut prompt, dir);
        let statfs = rustix::fs::statfs(dir).unwrap();
        let kib = statfs.f_blocks as u64 * statfs.f_bsize as u64 / 1024;
        let told = prompt.answer("df file");
        let told = told.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok());
        // QEMU counts in blocks of a message's payload, and forgets what is left of the last one.
        assert!(told.is_some_and(|told| told <= kib && kib - told < 1024), "{kib}: {}", prompt.transcript);
        attributes(&mut prompt, dir);
        prompt.answers(&[("lock file echo locked", "locked\n"), ("lock -r file cat file", "contents\n")]);
        away(&mut prompt);
    }

    if has_attributes(shares.mapped.path()) {
        for dialect in ["9P2000.L", "9P2000.u"] {
            at(&mut prompt, dialect, MAPPED);
            special(&mut prompt);
            away(&mut prompt);
        }
    } else {
        eprintln!(
            "not run: the host's files have no attributes, in which QEMU would keep what special files are"
        );
    }
    at(&mut prompt, "9P2000.L", SERVED);
    prompt.answers(&[("mknod pipe p", "")]);
    assert!(fs::symlink_metadata(shares.served.path().join("pipe")).unwrap().file_type().is_fifo());
    away(&mut prompt);

    at(&mut prompt, "9P2000.u", NATIVE);
    change_and_name(&mut prompt, shares.plain.path());
    link(&mut prompt, shares.plain.path());
    prompt.answers(&[
        ("rm d", ""),
        ("touch file", "touch: file: 'file' operation not supported\n"),
        ("df file", "df: file: 'file' operation not supported\n"),
        ("xattr file user.colour", "xattr: file: operation not supported\n"),
        ("lock file", "lock: file: operation not supported\n"),
    ]);
    away(&mut prompt);

    at(&mut prompt, "9P2000", SERVED);
    change_and_name(&mut prompt, shares.served.path());
    prompt.answers(&[
        ("rm d", ""),
        ("ln -s file soft", "ln: can't make soft: 'soft' operation not supported\n"),
        ("ln file hard", "ln: can't make hard: 'hard' operation not supported\n"),
        ("mknod pipe p", "mknod: can't make pipe: 'pipe' operation not supported\n"),
    ]);
    away(&mut prompt);

    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

/// Has the host's file system extended attributes?
fn has_attributes(dir: &Path) -> bool {
    let file = dir.join("file");
    let set = rustix::fs::setxattr(&file, "user.probe", b"1", rustix::fs::XattrFlags::empty());
    set.and_then(|()| rustix::fs::removexattr(&file, "user.probe")).is_ok()
}

/// Extended attributes, where the host's file system has them.
fn attributes(prompt: &mut Prompt, dir: &Path) {
    if !has_attributes(dir) {
        prompt.answers(&[("xattr file user.colour blue", "xattr: file: operation not supported\n")]);
        return;
    }
    prompt.answers(&[
        ("xattr file user.colour 'deep blue'", ""),
        ("xattr file", "user.colour\n"),
        ("xattr file user.colour", "deep blue\n"),
        ("xattr file user.shape", "xattr: file: No data available\n"),
    ]);
    let mut value = [0; 16];
    let length = rustix::fs::getxattr(dir.join("file"), "user.colour", &mut value).unwrap();
    assert_eq!(&value[..length], b"deep blue");
}

#[test]
fn a_lock_somebody_else_has_is_not_waited_for() {
    let (machine, shares) = machine();
    let file = fs::File::open(shares.served.path().join("file")).unwrap();
    let (mut guest, mut prompt) = machine.shell();
    at(&mut prompt, "9P2000.L", SERVED);
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).unwrap();
    prompt.answers(&[("lock file echo locked", "lock: file: file is locked\n")]);
    assert!(prompt.answer("echo $status").ends_with(": locked\n"));
    rustix::fs::flock(&file, rustix::fs::FlockOperation::Unlock).unwrap();
    prompt.answers(&[("lock file echo locked", "locked\n")]);
    away(&mut prompt);
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn an_error_text_that_ran_into_the_pages_of_a_read_is_recovered() {
    // Reading the beginning of a process' memory fails, and 9P2000.u says so in more bytes than a header has.
    let arguments = [
        "-fsdev",
        "local,id=proc,path=/proc/self,security_model=none",
        "-device",
        "virtio-9p-pci,fsdev=proc,mount_tag=proc",
    ];
    let (mut guest, mut prompt) = Machine::new().arguments(&arguments).shell();
    for dialect in ["9P2000.L", "9P2000.u"] {
        at(&mut prompt, dialect, "mount -d '#9' /dev/null /mnt/xxx proc");
        prompt
            .answers(&[("cat mem", "cat: error reading mem: i/o error\n"), ("wc -l comm", "      1 comm\n")]);
        away(&mut prompt);
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}
