//! What any first process has to do before others could work: mount what the kernel tells of itself, load modules, and
//! at the end turn the machine off.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, anyhow};
use rustix::io::Errno;
use rustix::mount::{MountFlags, mount};
use rustix::system::{RebootCommand, finit_module, reboot};

/// Where the archive keeps modules, each named by its place in the order of loading.
const MODULES: &str = "/modules";

/// The port of QEMU's `isa-debug-exit`: a byte `c` written there ends QEMU with status `(c << 1) | 1`.
const EXIT_PORT: u64 = 0xf4;

/// How the machine ends; the same codes as the image's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict {
    Success = 0x10,
    Failure = 0x11,
}

pub(crate) fn mount_system_trees() -> Result<()> {
    for (kind, place) in [("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev")] {
        fs::create_dir_all(place).with_context(|| format!("cannot make {place}"))?;
        match mount(kind, place, kind, MountFlags::empty(), None) {
            // The kernel may have been built to do it by itself.
            Ok(()) | Err(Errno::BUSY) => {}
            Err(error) => return Err(error).with_context(|| format!("cannot mount {kind}")),
        }
    }
    Ok(())
}

/// Loads every module of the archive in the order of their names.
pub(crate) fn load_modules() -> Result<()> {
    for path in sorted(Path::new(MODULES))? {
        let shown = path.display();
        let file = File::open(&path).with_context(|| format!("cannot open {shown}"))?;
        match finit_module(&file, c"", 0) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(error).with_context(|| format!("cannot load {shown}")),
        }
    }
    Ok(())
}

/// What a directory holds, by name.
pub(crate) fn sorted(directory: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("cannot list {}", directory.display());
    let entries = fs::read_dir(directory).with_context(failed)?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.with_context(failed)?;
    paths.sort();
    Ok(paths)
}

/// Ends the machine with this status; what comes back is why it did not end.
pub(crate) fn end(verdict: Verdict) -> Error {
    let written = File::options()
        .write(true)
        .open("/dev/port")
        .and_then(|ports| ports.write_all_at(&[verdict as u8], EXIT_PORT))
        .context("cannot write to the exit device");
    // The exit device ends QEMU within the write.
    match (written, reboot(RebootCommand::PowerOff)) {
        (Err(error), _) => error,
        (Ok(()), Err(error)) => anyhow!(error).context("cannot power off"),
        (Ok(()), Ok(())) => anyhow!("powered off, and still here"),
    }
}
