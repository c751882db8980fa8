//! The QEMU program: where it is and which version it says it is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// The name looked up in `PATH` when the user names none.
pub const DEFAULT_NAME: &str = "qemu-system-x86_64";

/// A QEMU that answered `--version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// How it is started.
    pub path: PathBuf,
    /// What it answered, such as `7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)`.
    pub version: String,
}

impl Program {
    /// The program the user named, or the one in `PATH`. Asks it for its version, so that a wrong file is met here
    /// and not in the middle of a run.
    pub fn find(named: Option<&Path>) -> Result<Self> {
        let path = match named {
            Some(path) => path.to_path_buf(),
            None => in_path(DEFAULT_NAME).with_context(|| {
                format!(
                    "{DEFAULT_NAME} is not in PATH: run `cargo ninewire setup`, or name one with --qemu PATH"
                )
            })?,
        };
        let shown = path.display();
        let output = Command::new(&path).arg("--version").output().with_context(|| {
            format!(
                "cannot start QEMU at {shown}: give --qemu a qemu-system-x86_64, or leave it out to use PATH"
            )
        })?;
        let text = String::from_utf8_lossy(&output.stdout);
        let Some(version) = parse_version(&text) else {
            bail!("{shown} does not answer --version as QEMU does: give --qemu a qemu-system-x86_64");
        };
        Ok(Self { path, version: version.to_string() })
    }
}

/// Is the program there at all? Set-up asks this before it installs.
pub fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}

fn parse_version(text: &str) -> Option<&str> {
    text.lines().next()?.strip_prefix("QEMU emulator version ")
}

/// A property of QEMU's virtio devices, such as `event_idx=off`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtioProperty {
    name: String,
    value: String,
}

impl FromStr for VirtioProperty {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        };
        match text.split_once('=') {
            Some((name, value)) if plain(name) && plain(value) => {
                Ok(Self { name: name.to_string(), value: value.to_string() })
            }
            _ => Err("say NAME=VALUE, such as event_idx=off".to_string()),
        }
    }
}

impl fmt::Display for VirtioProperty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// Whether `name` is usable as a mount tag: QEMU takes at most 31 bytes, and the guest's `/dev/mtags` separates
/// fields by colons and entries by white space.
pub fn check_tag(tag: &str) -> Result<String, String> {
    if tag.is_empty() || tag.len() > 31 {
        return Err("a tag has 1 to 31 bytes".to_string());
    }
    match tag.chars().find(|c| c.is_whitespace() || c.is_control() || matches!(c, ':' | ',' | '/')) {
        Some(c) => Err(format!("a tag has no {c:?}")),
        None => Ok(tag.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_first_line() {
        let text = "QEMU emulator version 7.2.22 (Debian 1:7.2)\nCopyright (c) 2003-2022\n";
        assert_eq!(parse_version(text), Some("7.2.22 (Debian 1:7.2)"));
        assert_eq!(parse_version("GNU coreutils\n"), None);
        assert_eq!(parse_version(""), None);
    }

    #[test]
    fn a_program_that_is_not_qemu_is_refused_with_its_path() {
        let error = Program::find(Some(Path::new("/bin/true"))).unwrap_err().to_string();
        assert!(error.starts_with("/bin/true does not answer --version as QEMU does"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Program::find(Some(Path::new("/nowhere/qemu"))).unwrap_err().to_string();
        assert!(error.starts_with("cannot start QEMU at /nowhere/qemu"), "{error}");
    }

    #[test]
    fn a_tag_fits_qemu_and_the_guests_table() {
        assert_eq!(check_tag("hosttmp"), Ok("hosttmp".to_string()));
        assert!(check_tag("0123456789012345678901234567890").is_ok());
        for bad in ["", "a b", "a:b", "a,b", "a/b", "01234567890123456789012345678901"] {
            assert!(check_tag(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_virtio_property_cannot_smuggle_in_another() {
        assert_eq!("event_idx=off".parse::<VirtioProperty>().unwrap().to_string(), "event_idx=off");
        assert!("event_idx".parse::<VirtioProperty>().is_err());
        assert!("a=b,c=d".parse::<VirtioProperty>().is_err());
        assert!("=off".parse::<VirtioProperty>().is_err());
    }
}
