//! The Linux guest's only file tree: its first process and the modules, in one archive.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::cpio::Archive;
use super::package::Kernel;
use crate::image::executable_of;
use crate::interrupt::Interrupts;
use crate::workspace::Workspace;

const PACKAGE: &str = "ninewire-linux-guest";
const PROGRAM: &str = "ninewire-linux-init";

/// The host's own target: what it builds for itself, here without shared libraries.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The guest has no file but the program, so its C library is in it; what only a debugger reads is not.
const FLAGS: &str = "-Ctarget-feature=+crt-static -Cstrip=symbols";

/// Where the archive lies once it is written: beside its kernel.
pub fn path(kernel: &Kernel) -> PathBuf {
    kernel.image.with_file_name("initramfs.cpio")
}

/// Builds the first process and writes the archive of it and the kernel's modules.
pub fn write(kernel: &Kernel, workspace: &Workspace, interrupts: &Interrupts) -> Result<PathBuf> {
    let init = build(workspace, interrupts)?;
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let mut archive = Archive::new();
    archive.directory("modules");
    for module in &kernel.modules {
        let name = module.file_name().and_then(|name| name.to_str()).context("a module has no name")?;
        archive.file(&format!("modules/{name}"), &read(module)?);
    }
    archive.program("init", &read(&init)?);
    let path = path(kernel);
    let folder = path.parent().context("the archive has no folder")?;
    let written = tempfile::NamedTempFile::new_in(folder)
        .and_then(|mut file| file.write_all(&archive.finish()).map(|()| file))
        .and_then(|file| file.persist(&path).map_err(|error| error.error));
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// In a cargo invocation and a target folder of its own: its flags would rebuild everything else.
fn build(workspace: &Workspace, interrupts: &Interrupts) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "build",
        "--release",
        "--locked",
        "--package",
        PACKAGE,
        "--bin",
        PROGRAM,
        "--target",
        TARGET,
    ]);
    cargo.arg("--target-dir").arg(workspace.variant_target("linux")).env("RUSTFLAGS", FLAGS);
    executable_of(&mut cargo, PROGRAM, "the Linux guest's first process", interrupts)
}
