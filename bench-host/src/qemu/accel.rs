//! What executes guest code, and whether it can be used here.
//!
//! `/dev/kvm` alone proves little: on a machine without svm or vmx it may be a para-virtual module that opens, and
//! then stops the guest at its first SSE instruction without QEMU ever exiting. So `auto` takes KVM only where the
//! processor has the extension, the device opens for reading and writing, and our own image has booted under it.

use std::fs::OpenOptions;

use anyhow::{Context, Result};
use clap::ValueEnum;

/// What the user asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AccelChoice {
    /// KVM where the image boots under it, else TCG.
    Auto,
    /// QEMU's translator: works everywhere, slower guest code.
    Tcg,
    /// The processor's own virtualisation.
    Kvm,
}

/// What is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accel {
    /// QEMU's translator.
    Tcg,
    /// The processor's own virtualisation.
    Kvm,
}

impl Accel {
    /// QEMU's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcg => "tcg",
            Self::Kvm => "kvm",
        }
    }
}

/// Decides; `boots` starts the image under KVM and says whether it came up.
pub fn choose_accel(choice: AccelChoice, boots: impl FnOnce() -> Result<bool>) -> Result<Accel> {
    match choice {
        AccelChoice::Tcg => Ok(Accel::Tcg),
        AccelChoice::Kvm => {
            open_kvm()
                .context("--accel kvm: cannot open /dev/kvm for reading and writing; use --accel tcg")?;
            Ok(Accel::Kvm)
        }
        AccelChoice::Auto => {
            let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
            let usable = has_extension(&cpuinfo) && open_kvm().is_ok() && boots()?;
            Ok(if usable { Accel::Kvm } else { Accel::Tcg })
        }
    }
}

fn open_kvm() -> std::io::Result<()> {
    OpenOptions::new().read(true).write(true).open("/dev/kvm").map(drop)
}

/// Does `/proc/cpuinfo` list AMD's or Intel's extension?
fn has_extension(cpuinfo: &str) -> bool {
    cpuinfo
        .lines()
        .filter_map(|line| line.strip_prefix("flags"))
        .flat_map(str::split_whitespace)
        .any(|flag| flag == "svm" || flag == "vmx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_is_a_whole_word_of_the_flags() {
        assert!(has_extension("model\t: 1\nflags\t\t: fpu vmx sse\n"));
        assert!(has_extension("flags\t\t: svm\n"));
        assert!(!has_extension("flags\t\t: fpu svm_lock avx512_vp2intersect\n"));
        assert!(!has_extension("vmx flags\t: vnmi\nbugs\t: svm\n"));
    }

    #[test]
    fn tcg_is_taken_without_looking_at_the_machine() {
        let accel = choose_accel(AccelChoice::Tcg, || panic!("no probe is needed")).unwrap();
        assert_eq!(accel, Accel::Tcg);
    }
}
