//! Builds the boot image: its own cargo invocation, target folder and flags.
//!
//! The image never shares a cargo invocation with a host crate: features would unify and pull `std` into it.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::child::Supervised;
use crate::interrupt::Interrupts;
use crate::run::header::Git;
use crate::workspace::{IMAGE_TARGET, Workspace};

mod commit;
mod points;

pub use points::Points;

const IMAGE_PACKAGE: &str = "ninewire-bench-guest";
const IMAGE_NAME: &str = "ninewire-image";
const PLUGIN_NAME: &str = "ninewire_plugin";

/// A version of QEMU's plugin interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginInterface {
    /// QEMU 4.2 to 8.
    One,
    /// QEMU 9 and 10.
    Two,
}

/// Whose image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The checkout's, as it is.
    Checkout,
    /// That of a commit, in any form git knows.
    Commit(String),
}

impl Source {
    /// Builds the image if need be; where it is, and the commit it belongs to.
    pub fn build(&self, workspace: &Workspace, interrupts: &Interrupts) -> Result<(PathBuf, Git)> {
        match self {
            Source::Checkout => Ok((build(workspace, interrupts)?, Git::of(workspace.root()))),
            Source::Commit(revision) => commit::build(revision, workspace, interrupts),
        }
    }
}

/// Where the image lies once it is built.
pub fn path(workspace: &Workspace) -> PathBuf {
    workspace.image_target().join(IMAGE_TARGET).join("release").join(IMAGE_NAME)
}

/// Builds the image and says where it is. Cargo's own progress and errors appear on standard error.
pub fn build(workspace: &Workspace, interrupts: &Interrupts) -> Result<PathBuf> {
    build_in(workspace, workspace.root(), &workspace.image_target(), interrupts)
}

/// The same for the sources in `root`, with the target folder `target`.
fn build_in(workspace: &Workspace, root: &Path, target: &Path, interrupts: &Interrupts) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    // Named, because cargo would take the one of a folder above: of this checkout, for sources that lie below it.
    cargo.current_dir(root).arg("build").arg("--manifest-path").arg(root.join("Cargo.toml"));
    cargo.args(["--release", "--locked", "--package", IMAGE_PACKAGE, "--bin", IMAGE_NAME]);
    cargo.args(["--features", "image", "--target", IMAGE_TARGET]);
    cargo.arg("--target-dir").arg(target);
    executable_of(&mut cargo, IMAGE_NAME, "the image", interrupts)
}

/// Builds the plugin that counts a guest's instructions by this version of QEMU's plugin interface, and says where it is.
pub fn build_plugin(
    interface: PluginInterface,
    workspace: &Workspace,
    interrupts: &Interrupts,
) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--locked", "--manifest-path"]).arg(workspace.plugin());
    let target = match interface {
        PluginInterface::One => "plugin",
        PluginInterface::Two => {
            cargo.args(["--features", "scoreboard"]);
            "plugin-2"
        }
    };
    cargo.arg("--target-dir").arg(workspace.variant_target(target));
    executable_of(&mut cargo, PLUGIN_NAME, "the counting plugin", interrupts)
}

/// Lets `cargo` build and says where the program or plugin `name` is; `what` it is called in errors.
pub(crate) fn executable_of(
    cargo: &mut Command,
    name: &str,
    what: &str,
    interrupts: &Interrupts,
) -> Result<PathBuf> {
    cargo.args(["--message-format", "json-render-diagnostics"]).stdin(Stdio::null());
    let mut messages = tempfile::tempfile().context("cannot make a temporary file for cargo's messages")?;
    cargo.stdout(messages.try_clone().context("cannot share cargo's message file")?);
    let mut process = Supervised::spawn("cargo build", cargo, &[])?;
    let status = process.wait(interrupts, None)?;
    interrupts.check()?;
    if !status.success() {
        bail!("{what} does not build: the errors are above");
    }
    let mut text = String::new();
    messages
        .rewind()
        .and_then(|()| messages.read_to_string(&mut text))
        .context("cannot read cargo's messages")?;
    let found = text.lines().find_map(|line| executable(line, name));
    found.with_context(|| format!("cargo built {what} but did not say where it is"))
}

/// The path in cargo's message about the program or plugin `name`, if `line` is that.
fn executable(line: &str, name: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let is_it = message["reason"] == "compiler-artifact" && message["target"]["name"] == name;
    let plugin = message["filenames"][0].as_str().filter(|file| file.ends_with(".so"));
    is_it.then(|| message["executable"].as_str().or(plugin).map(PathBuf::from)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_is_found_in_cargos_messages() {
        let other = r#"{"reason":"compiler-artifact","target":{"name":"ninewire_kernel"},"executable":null}"#;
        let ours = r#"{"reason":"compiler-artifact","target":{"name":"ninewire-image"},"executable":"/t/ninewire-image"}"#;
        assert_eq!(executable(other, IMAGE_NAME), None);
        assert_eq!(executable(ours, IMAGE_NAME), Some(PathBuf::from("/t/ninewire-image")));
        assert_eq!(executable(r#"{"reason":"build-finished","success":true}"#, IMAGE_NAME), None);
        assert_eq!(executable("not json", IMAGE_NAME), None);
        let plugin = r#"{"reason":"compiler-artifact","target":{"name":"ninewire_plugin"},"executable":null,"filenames":["/t/lib.so"]}"#;
        assert_eq!(executable(plugin, PLUGIN_NAME), Some(PathBuf::from("/t/lib.so")));
    }
}
