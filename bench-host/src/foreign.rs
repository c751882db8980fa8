//! 9P servers of other projects, which the boot tests mount: where they are once [`crate::setup`] has got them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::qemu::in_path;
use crate::workspace::Workspace;

/// The release of pyroute2 whose server is tested with.
pub const PYROUTE2_VERSION: &str = "0.9.7";

/// The 9P2000.L server diod, also where Debian puts it when that is not in `PATH`.
pub fn diod() -> Option<PathBuf> {
    let system = || Some(PathBuf::from("/usr/sbin/diod")).filter(|program| program.exists());
    in_path("diod").or_else(system)
}

/// A Python in which pyroute2's 9P2000 server can be imported.
pub fn pyroute2(workspace: &Workspace) -> Option<PathBuf> {
    let python = environment(workspace).join("bin/python");
    let imported = Command::new(&python)
        .args(["-c", "from pyroute2 import Plan9ServerSocket"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    imported.is_ok_and(|status| status.success()).then_some(python)
}

/// The virtual environment that has pyroute2: below the target folder, touching nothing of the system's.
pub fn environment(workspace: &Workspace) -> PathBuf {
    workspace.variant_target(&format!("pyroute2-{PYROUTE2_VERSION}"))
}

/// Can this system's Python make virtual environments?
pub fn has_venv() -> bool {
    let asked = Command::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}
