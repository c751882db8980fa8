//! The one folder a run writes to inside somebody's directory, and the promise that it goes away.
//!
//! Removing it is the work of a second process, the sweeper: this program again, waiting on a pipe whose other end
//! only we hold. The pipe closes when the [`Scratch`] is dropped, and also when we are killed in a way that runs no
//! destructor. So there is one way the folder goes, whatever happens; a drop waits until it is gone.

use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// The hidden command by which this program is called as sweeper.
pub const SWEEP_COMMAND: &str = "sweep-scratch";

/// Every scratch folder's name begins so; the sweeper removes nothing else.
const NAME_PREFIX: &str = ".ninewire-scratch-";

/// A process may still be writing when we are killed: removing is tried again for a while.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// A scratch folder in use.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    sweeper: Child,
}

impl Scratch {
    /// Makes a new folder inside `dir`; `program` is the command that knows [`SWEEP_COMMAND`].
    pub fn make(dir: &Path, program: &Path) -> Result<Self> {
        let path = new_folder(dir)?;
        let sweeper = Command::new(program)
            .arg(SWEEP_COMMAND)
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Ctrl-C goes to the terminal's foreground group; the sweeper acts when we are gone.
            .process_group(0)
            .spawn();
        match sweeper {
            Ok(sweeper) => Ok(Self { path, sweeper }),
            Err(error) => {
                std::fs::remove_dir(&path).ok();
                Err(error).with_context(|| format!("cannot start {} to sweep up after us", program.display()))
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its name inside the directory it was made in.
    pub fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).expect("the name was made from plain text")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.sweeper.stdin.take());
        self.sweeper.wait().ok();
    }
}

fn new_folder(dir: &Path) -> Result<PathBuf> {
    for attempt in 0..1000 {
        let path = dir.join(format!("{NAME_PREFIX}{}-{attempt}", std::process::id()));
        match std::fs::DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("cannot make a folder for the run's own files in {}", dir.display())
                });
            }
        }
    }
    bail!("{} is full of scratch folders of earlier runs: remove {NAME_PREFIX}*", dir.display())
}

/// Whether a folder of this name is some run's scratch folder.
pub fn is_scratch(name: &str) -> bool {
    name.starts_with(NAME_PREFIX)
}

/// The sweeper's whole life: waits until nobody holds the other end of `alive`, then removes `path`.
pub fn sweep(path: &Path, mut alive: impl Read) -> Result<()> {
    if !path.file_name().and_then(|name| name.to_str()).is_some_and(is_scratch) {
        bail!("{} is no scratch folder: nothing was removed", path.display());
    }
    // Nothing is ever sent; whatever ends the wait, the run is over.
    std::io::copy(&mut alive, &mut std::io::sink()).ok();
    for _ in 1..TRIES {
        // Links are removed, never followed.
        match std::fs::remove_dir_all(path) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
    let shown = path.display();
    std::fs::remove_dir_all(path)
        .with_context(|| format!("cannot remove the scratch folder {shown}: do it by hand"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_scratch_folder_is_ever_removed() {
        let dir = tempfile::tempdir().unwrap();
        let precious = dir.path().join("precious");
        std::fs::create_dir(&precious).unwrap();
        let error = sweep(&precious, std::io::empty()).unwrap_err().to_string();
        assert!(error.contains("is no scratch folder"), "{error}");
        assert!(precious.exists());
    }

    #[test]
    fn a_link_in_it_is_removed_and_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        std::fs::create_dir(&outside).unwrap();
        std::fs::write(outside.join("file"), "kept").unwrap();
        let path = new_folder(dir.path()).unwrap();
        std::fs::create_dir(path.join("sub")).unwrap();
        std::os::unix::fs::symlink(&outside, path.join("sub/link")).unwrap();
        sweep(&path, std::io::empty()).unwrap();
        assert!(!path.exists());
        assert!(outside.join("file").exists());
    }

    #[test]
    fn two_at_once_are_two() {
        let dir = tempfile::tempdir().unwrap();
        assert_ne!(new_folder(dir.path()).unwrap(), new_folder(dir.path()).unwrap());
    }

    #[test]
    fn without_a_sweeper_nothing_is_left() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Scratch::make(dir.path(), Path::new("/nowhere/ninewire")).is_err());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
