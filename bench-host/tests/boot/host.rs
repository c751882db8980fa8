//! What the host has for a guest to find: directories of every kind of file, and the page's devices.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use bench_host::qemu::{CharDev, Device};
use rustix::fs::{AtFlags, CWD, Mode, Timespec, Timestamps, mkfifoat, utimensat};
use tempfile::TempDir;

/// A native share.
pub(crate) fn share(tag: &str, dir: &Path) -> Device {
    Device::NineP { tag: tag.into(), dir: dir.into(), readonly: false }
}

/// The page's devices in the page's order: [0] harvtmp, [1] hosttmp, [2] a console port.
pub(crate) fn page_devices(harvtmp: &Path, hosttmp: &Path, console: CharDev) -> Vec<Device> {
    vec![share("harvtmp", harvtmp), share("hosttmp", hosttmp), Device::Console(console)]
}

/// A directory with a file, a directory, a socket, a named pipe and two links, all of the page's date.
pub(crate) fn populated() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("hello"), "hello from the host\n").unwrap();
    fs::create_dir(at("sub")).unwrap();
    fs::write(at("sub/deep"), "deeper\n").unwrap();
    UnixListener::bind(at("socket")).unwrap();
    mkfifoat(CWD, at("fifo"), Mode::from_raw_mode(0o644)).unwrap();
    symlink("x", at("dangling")).unwrap();
    symlink("hello", at("link")).unwrap();
    for entry in fs::read_dir(dir.path()).unwrap() {
        set_page_date(&entry.unwrap().path());
    }
    dir
}

/// Gives a file, or the link it is, the date the page's own files have.
fn set_page_date(file: &Path) {
    const FEB_7_2006: Timespec = Timespec { tv_sec: 1_139_270_400, tv_nsec: 0 };
    let times = Timestamps { last_access: FEB_7_2006, last_modification: FEB_7_2006 };
    utimensat(CWD, file, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

/// The number behind a name in a listing of `name number` lines.
pub(crate) fn number(listing: &str, name: &str) -> u64 {
    let line = listing.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let number = line.and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("no number {name} in:\n{listing}"))
}
