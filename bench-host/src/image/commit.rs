//! The image of a commit: taken out of git beside the checkout, built once, kept by commit and compiler.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::{IMAGE_NAME, build_in};
use crate::interrupt::Interrupts;
use crate::run::header::Git;
use crate::workspace::Workspace;

/// As much of a hash as tells commits apart in folder names.
const SHORT: usize = 16;

/// Builds the image of `revision`, unless it is kept from before; where it is, and the commit.
pub(super) fn build(
    revision: &str,
    workspace: &Workspace,
    interrupts: &Interrupts,
) -> Result<(PathBuf, Git)> {
    let git = Git::of_commit(workspace.root(), revision)
        .with_context(|| format!("there is no commit {revision} here: say one that `git log` shows"))?;
    let place = workspace.images().join(format!("{}-{}", &git.sha[..SHORT.min(git.sha.len())], compiler()?));
    let image = place.join(IMAGE_NAME);
    if image.is_file() {
        return Ok((image, git));
    }
    eprintln!("ninewire: building the image of {revision} ({})", &git.sha[..8]);
    // Left behind by somebody who was killed.
    let source = place.join("source");
    std::fs::remove_dir_all(&source).ok();
    std::fs::create_dir_all(&source).with_context(|| format!("cannot make {}", source.display()))?;
    let built = take_out(workspace.root(), &git.sha, &source)
        .and_then(|()| build_in(workspace, &source, &workspace.images().join("target"), interrupts))
        .and_then(|built| keep(&built, &image));
    std::fs::remove_dir_all(&source).ok();
    built.with_context(|| format!("the image of commit {revision} cannot be had"))?;
    Ok((image, git))
}

/// The files of a commit, as new as this moment and not as the commit: cargo goes by the age of files, tells a workspace's
/// packages apart by where they are in it, and the builds of all commits share a target folder. With their old dates it
/// would take what it built of another commit for the build of this one.
fn take_out(root: &Path, sha: &str, to: &Path) -> Result<()> {
    let mut git = Command::new("git");
    git.arg("-C")
        .arg(root)
        .args(["archive", "--format=tar", sha])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut archive = git.spawn().context("cannot start git")?;
    let files = archive.stdout.take().context("git has no output")?;
    let unpacked = Command::new("tar").args(["-x", "-m", "-C"]).arg(to).stdin(files).status();
    let archived = archive.wait().context("cannot wait for git")?;
    if !archived.success() || !unpacked.context("cannot start tar")?.success() {
        bail!("its files cannot be taken out of git");
    }
    Ok(())
}

/// Appears under its name only when it is whole.
fn keep(built: &Path, image: &Path) -> Result<()> {
    let new = image.with_extension("new");
    std::fs::copy(built, &new)
        .and_then(|_| std::fs::rename(&new, image))
        .with_context(|| format!("cannot write {}", image.display()))
}

/// The compiler's version in a form for folder names.
fn compiler() -> Result<String> {
    let output =
        Command::new("rustc").arg("--version").output().context("cannot ask rustc for its version")?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split_whitespace().nth(1).unwrap_or("unknown").to_string())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn files_of_a_commit_are_newer_than_what_was_built_of_another() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let built = before.path().join("built");
        std::fs::write(&built, "of another commit").unwrap();
        take_out(root, "HEAD", after.path()).unwrap();
        let date = |path: &Path| -> SystemTime { path.metadata().unwrap().modified().unwrap() };
        for file in ["Cargo.toml", "kernel/src/lib.rs", "bench-guest/build.rs"] {
            assert!(date(&after.path().join(file)) >= date(&built), "{file}");
        }
    }
}
