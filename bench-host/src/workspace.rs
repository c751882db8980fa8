//! Where things are: the checkout, its target folder, the cargo that started us.
//!
//! The command belongs to a checkout: it builds that checkout's image, reads and writes its `results/`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

/// The bare-metal target the image is built for.
pub const IMAGE_TARGET: &str = "x86_64-unknown-none";

/// The checkout this command was built from.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the checkout: the folder `cargo ninewire` runs in, else the one this program was built in.
    pub fn locate() -> Result<Self> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package.parent().unwrap_or(&package).to_path_buf();
        if !root.join("bench-guest/Cargo.toml").is_file() {
            bail!("there is no ninewire checkout at {}: run `cargo ninewire` inside one", root.display());
        }
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// The top of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path from the top of the checkout on, where it is in there.
    pub fn shown<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// The folder everything is built in.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// `text` with the folders of this checkout named from its top, for what is kept and read elsewhere.
    pub fn portable(&self, text: &str) -> String {
        let named = |text: String, folder: &Path, name: &str| match folder.to_str() {
            Some(folder) if folder.len() > 1 => text.replace(folder, name),
            _ => text,
        };
        let text = named(text.to_string(), &self.target, "target");
        named(text, &self.root, ".")
    }

    /// The target folder of the image: a separate one, so that flags and features of host builds never meet it.
    pub fn image_target(&self) -> PathBuf {
        self.target.join("image")
    }

    /// The manifest of the plugin that counts instructions.
    pub fn plugin(&self) -> PathBuf {
        self.root.join("bench-host/plugin/Cargo.toml")
    }

    /// Where images of commits are kept, a folder each.
    pub fn images(&self) -> PathBuf {
        self.target.join("images")
    }

    /// The target folder of builds under another `--cfg`, so that they do not throw away the ordinary build.
    pub fn variant_target(&self, name: &str) -> PathBuf {
        self.target.join(name)
    }

    /// Where runs that are not recorded leave their results.
    pub fn unrecorded(&self) -> PathBuf {
        self.target.join("ninewire")
    }

    /// The folder a run works in when the user names none.
    pub fn generated(&self) -> PathBuf {
        self.target.join("ninewire-tree")
    }

    /// The run whose counters the gate goes by.
    pub fn baseline(&self) -> PathBuf {
        self.results().join("baseline.jsonl")
    }

    /// The commit of the reference image.
    pub fn reference(&self) -> PathBuf {
        self.results().join("reference")
    }

    /// Changes that are meant.
    pub fn annotations(&self) -> PathBuf {
        self.results().join("annotations.toml")
    }

    /// Cases that were renamed.
    pub fn aliases(&self) -> PathBuf {
        self.results().join("aliases.toml")
    }

    /// The recorded runs.
    pub fn results(&self) -> PathBuf {
        self.root.join("results")
    }

    /// The cargo that started us, at the top of the checkout, without the flags of a caller's environment: they are
    /// meant for the host build and would replace the image's own.
    pub fn cargo(&self) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command.current_dir(&self.root);
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_BUILD_RUSTFLAGS"] {
            command.env_remove(name);
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_names_folders_from_the_top_of_the_checkout() {
        let workspace =
            Workspace { root: "/home/a/ninewire".into(), target: "/home/a/ninewire/target".into() };
        let told = workspace.portable("local,path=/home/a/ninewire/target/tree,x=/home/a/ninewire/y");
        assert_eq!(told, "local,path=target/tree,x=./y");
        let apart = Workspace { root: "/home/a/ninewire".into(), target: "/tmp/t".into() };
        assert_eq!(apart.portable("/tmp/t/image /srv/data"), "target/image /srv/data");
    }
}
