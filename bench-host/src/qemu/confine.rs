//! Keeps QEMU from changing somebody's directory, whatever its guest asks it for.
//!
//! A run shares the directory by QEMU's own 9P server, and a guest that goes wrong could ask that server for any change.
//! So the kernel is told (Landlock, Linux 5.13 and newer; no privilege is needed) that the QEMU process may write, make,
//! rename and remove below the run's scratch folder and anywhere outside of the directory, and not in the rest of it.
//! Sockets it inherits are not touched by this, nor is reading, so nothing is slower.
//!
//! What Landlock does not know are attributes: permissions, dates, owners. Where no case writes, the share is read-only
//! in QEMU itself, and these are safe, too.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use landlock::{
    ABI, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr,
    path_beneath_rules,
};

/// What QEMU must leave as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confinement {
    /// The directory, as `canonicalize` names it.
    pub dir: PathBuf,
    /// Folders and files in it that may be changed all the same.
    pub writable: Vec<PathBuf>,
}

/// Is the promise kept by the kernel?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is.
    ByTheKernel,
    /// This kernel knows no Landlock.
    ByNobody,
}

impl Confinement {
    /// Makes `command` start so confined.
    pub fn apply(&self, command: &mut Command) -> Result<Kept> {
        let Some(ruleset) = self.ruleset()? else { return Ok(Kept::ByNobody) };
        let mut ruleset = Some(ruleset);
        // SAFETY: between fork and exec the closure makes two system calls (prctl, landlock_restrict_self) with a
        // descriptor that was opened before, and allocates nothing; it is owned by `command`.
        unsafe {
            command.pre_exec(move || match ruleset.take() {
                Some(ruleset) => ruleset.restrict_self().map(drop).map_err(|_| io::Error::last_os_error()),
                None => Ok(()),
            });
        }
        Ok(Kept::ByTheKernel)
    }

    /// `None` where the kernel knows no Landlock.
    fn ruleset(&self) -> Result<Option<RulesetCreated>> {
        let basic = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_write(ABI::V1));
        let Ok(basic) = basic else { return Ok(None) };
        // Newer kernels also tell truncating and moving apart.
        let changes = AccessFs::from_write(ABI::V3);
        let ruleset = basic
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(changes)
            .and_then(Ruleset::create)
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(self.changeable(), changes)));
        let shown = self.dir.display();
        ruleset.map(Some).with_context(|| format!("cannot keep QEMU from changing {shown}"))
    }

    /// Everything beside the directory and its parents, and what is excepted: a rule can only allow.
    fn changeable(&self) -> Vec<PathBuf> {
        let mut paths = self.writable.clone();
        paths.push(PathBuf::from("/dev"));
        for (parent, child) in self.dir.ancestors().skip(1).zip(self.dir.ancestors()) {
            let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
            // A link is followed when it is opened: it could lead back into the directory.
            let real = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
            paths.extend(real.map(|entry| entry.path()).filter(|path| path != child));
        }
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// What a shell does so confined: whether it ended well.
    fn does(confinement: &Confinement, script: &str, at: &Path) -> bool {
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(at);
        assert_eq!(confinement.apply(&mut command).unwrap(), Kept::ByTheKernel);
        command.output().unwrap().status.success()
    }

    #[test]
    fn everything_but_the_directory_and_all_of_its_scratch_folder_can_be_changed() {
        let outer = tempfile::tempdir().unwrap();
        let outer = outer.path().canonicalize().unwrap();
        let at = |name: &str| outer.join(name);
        for dir in ["dir", "dir/sub", "dir/scratch", "beside"] {
            fs::create_dir(at(dir)).unwrap();
        }
        for file in ["dir/file", "dir/sub/file", "beside/file"] {
            fs::write(at(file), "kept\n").unwrap();
        }
        std::os::unix::fs::symlink("dir", at("link")).unwrap();
        let confinement = Confinement { dir: at("dir"), writable: vec![at("dir/scratch")] };
        if confinement.apply(&mut Command::new("true")).unwrap() == Kept::ByNobody {
            eprintln!("not run: this kernel knows no Landlock");
            return;
        }
        for allowed in [
            "cat dir/file dir/sub/file",
            "echo new > dir/scratch/new && mv dir/scratch/new dir/scratch/newer && rm dir/scratch/newer",
            "mkdir dir/scratch/sub && echo x > dir/scratch/sub/x",
            "echo more >> beside/file && echo new > beside/new",
            "echo nothing > /dev/null",
        ] {
            assert!(does(&confinement, allowed, &outer), "{allowed}");
        }
        for refused in [
            "echo changed > dir/file",
            "echo changed >> dir/sub/file",
            "echo changed > link/file",
            "rm dir/file",
            "mv dir/file dir/other",
            "mv dir/file dir/scratch/file",
            "ln dir/file dir/scratch/alias",
            "mkdir dir/new",
            "rmdir dir/scratch",
            "echo new > dir/new",
            "truncate -s 0 dir/file",
        ] {
            assert!(!does(&confinement, refused, &outer), "{refused}");
        }
        assert_eq!(fs::read_to_string(at("dir/file")).unwrap(), "kept\n");
        assert_eq!(fs::read_to_string(at("dir/sub/file")).unwrap(), "kept\n");
    }
}
