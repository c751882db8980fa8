//! The QEMU program: where it is and which version it says it is.

use std::ffi::OsString;
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

/// How the user names a QEMU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QemuChoice {
    /// By its file.
    Path(PathBuf),
    /// By its version, or the beginning of it, such as `7.2`: the first of that version in `PATH`.
    Version(String),
}

/// Digits and dots are a version; a file of such a name is said as `./7.2`.
impl From<OsString> for QemuChoice {
    fn from(word: OsString) -> Self {
        match word.to_str() {
            Some(text) if is_version(text) => Self::Version(text.to_string()),
            _ => Self::Path(word.into()),
        }
    }
}

impl fmt::Display for QemuChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Version(version) => f.write_str(version),
        }
    }
}

fn is_version(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Program {
    /// The program the user named, or the one in `PATH`. Asks it for its version, so that a wrong file is met here
    /// and not in the middle of a run.
    pub fn find(named: Option<&QemuChoice>) -> Result<Self> {
        match named {
            Some(QemuChoice::Path(path)) => Self::at(path.clone()),
            Some(QemuChoice::Version(version)) => Self::of_version(version, &all_in_path(DEFAULT_NAME)),
            None => Self::at(in_path(DEFAULT_NAME).with_context(|| {
                format!(
                    "{DEFAULT_NAME} is not in PATH: run `cargo ninewire setup`, or name one with --qemu PATH"
                )
            })?),
        }
    }

    /// The first of `files` whose version is `wanted` or begins with it.
    fn of_version(wanted: &str, files: &[PathBuf]) -> Result<Self> {
        let mut found = Vec::new();
        for program in files.iter().filter_map(|file| Self::at(file.clone()).ok()) {
            if version_begins(&program.version, wanted) {
                return Ok(program);
            }
            let number = program.version.split_whitespace().next().unwrap_or_default();
            found.push(format!("{number} at {}", program.path.display()));
        }
        let found = if found.is_empty() { "none at all".to_string() } else { found.join(", ") };
        bail!(
            "no {DEFAULT_NAME} of version {wanted} is in PATH (there is {found}): add its folder to PATH, or name its \
             file with --qemu PATH"
        );
    }

    fn at(path: PathBuf) -> Result<Self> {
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
    all_in_path(name).into_iter().next()
}

/// Every program of this name in `PATH`, in its order.
fn all_in_path(name: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|dir| dir.join(name)).filter(|file| is_executable(file)).collect()
}

fn is_executable(file: &Path) -> bool {
    file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}

fn parse_version(text: &str) -> Option<&str> {
    text.lines().next()?.strip_prefix("QEMU emulator version ")
}

/// `7.2` begins `7.2.22 (Debian ...)`, and `7.20.1` not.
fn version_begins(version: &str, wanted: &str) -> bool {
    let number = version.split_whitespace().next().unwrap_or_default();
    number.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
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

    fn named(file: &str) -> Result<Program> {
        Program::find(Some(&QemuChoice::Path(file.into())))
    }

    #[test]
    fn a_version_is_read_from_the_first_line() {
        let text = "QEMU emulator version 7.2.22 (Debian 1:7.2)\nCopyright (c) 2003-2022\n";
        assert_eq!(parse_version(text), Some("7.2.22 (Debian 1:7.2)"));
        assert_eq!(parse_version("GNU coreutils\n"), None);
        assert_eq!(parse_version(""), None);
    }

    #[test]
    fn a_program_that_is_not_qemu_is_refused_with_its_path() {
        let error = named("/bin/true").unwrap_err().to_string();
        assert!(error.starts_with("/bin/true does not answer --version as QEMU does"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = named("/nowhere/qemu").unwrap_err().to_string();
        assert!(error.starts_with("cannot start QEMU at /nowhere/qemu"), "{error}");
    }

    #[test]
    fn digits_and_dots_are_a_version_and_anything_else_is_a_file() {
        for version in ["7", "7.2", "10.0.2"] {
            assert_eq!(QemuChoice::from(OsString::from(version)), QemuChoice::Version(version.into()));
        }
        for file in ["./7.2", "qemu-7.2", "7.2/", "", "7..2"] {
            assert_eq!(QemuChoice::from(OsString::from(file)), QemuChoice::Path(file.into()));
        }
        assert!(version_begins("7.2.22 (Debian 1:7.2)", "7.2") && version_begins("10.0.2", "10.0.2"));
        assert!(!version_begins("7.20.1", "7.2") && !version_begins("", "7.2"));
    }

    #[test]
    fn a_version_is_looked_for_in_path_and_what_is_there_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> = ["7.2.22", "10.0.2"]
            .iter()
            .map(|version| {
                let file = dir.path().join(format!("q{version}"));
                let script = format!("#!/bin/sh\necho 'QEMU emulator version {version} (x)'\n");
                std::fs::write(&file, script).unwrap();
                std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
                file
            })
            .collect();
        assert_eq!(Program::of_version("10.0", &files).unwrap().path, files[1]);
        let error = Program::of_version("9", &files).unwrap_err().to_string();
        assert!(
            error.contains("no qemu-system-x86_64 of version 9 is in PATH (there is 7.2.22 at"),
            "{error}"
        );
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
