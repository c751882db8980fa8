//! The guest's instructions per operation: boots of their own under a plugin of QEMU's that counts them.
//!
//! Such a boot does what a timed boot does, several times slower; its times are thrown away and its counts are kept. Where
//! it cannot be done, the run says why instead of a number.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::image::{PluginInterface, Points};
use crate::interrupt::Interrupts;
use crate::qemu::Accel;
use crate::run::{Boot, Counted};
use crate::workspace::Workspace;

/// QEMU 9 dropped the first version of the plugin interface.
const QEMU_MAJOR_OF_ONE: u32 = 8;

/// The newest QEMU the plugin was seen to count in.
const QEMU_MAJOR_MAX: u32 = 10;

/// A plugin that is built, and an image that has points for it.
#[derive(Clone, Debug)]
pub struct Counting {
    plugin: PathBuf,
    points: Points,
}

impl Counting {
    /// Builds the plugin; where this machine cannot count, why.
    pub fn prepare(
        image: &Path,
        version: &str,
        accel: Accel,
        cores: u32,
        workspace: &Workspace,
        interrupts: &Interrupts,
    ) -> Result<Result<Self, String>> {
        let interface = match interface(version, accel, cores) {
            Ok(interface) => interface,
            Err(why) => return Ok(Err(why)),
        };
        let file = std::fs::read(image).context("cannot read the image")?;
        let Some(points) = Points::of_image(&file) else {
            return Ok(Err("this image does not say where to count".to_string()));
        };
        Ok(match crate::image::build_plugin(interface, workspace, interrupts) {
            Ok(plugin) => Ok(Counting { plugin, points }),
            Err(error) => {
                interrupts.check()?;
                Err(format!("{error:#}"))
            }
        })
    }

    /// QEMU's arguments for a boot that writes its counts to `out`.
    pub fn arguments(&self, out: &Path) -> Result<[std::ffi::OsString; 2]> {
        let Points { code, marks, rounds, progress } = &self.points;
        let [plugin, out] = [&self.plugin, out].map(|path| path.to_str().filter(|text| !text.contains(',')));
        let (Some(plugin), Some(out)) = (plugin, out) else {
            bail!("QEMU takes no plugin from a path with a comma or outside of UTF-8");
        };
        let mut words = format!("file={plugin},out={out},code={:x}-{:x}", code.start, code.end);
        for (name, addresses) in [("mark", marks), ("round", rounds), ("progress", progress)] {
            addresses.iter().for_each(|address| words.push_str(&format!(",{name}={address:x}")));
        }
        Ok(["-plugin".into(), words.into()])
    }
}

/// By which version of the plugin interface the instructions of this guest can be counted; why they cannot, if they cannot.
fn interface(version: &str, accel: Accel, cores: u32) -> Result<PluginInterface, String> {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match (accel, major) {
        (Accel::Kvm, _) => Err("under KVM the processor itself executes them".to_string()),
        (_, None) => Err(format!("QEMU's version {version:?} is unknown")),
        (_, Some(major)) if major > QEMU_MAJOR_MAX => Err(format!(
            "the counting plugin is not known to work in QEMU {major}, only up to {QEMU_MAJOR_MAX}"
        )),
        _ if cores > 1 => Err(format!("the plugin counts one core, this guest has {cores}")),
        (_, Some(major)) if major > QEMU_MAJOR_OF_ONE => Ok(PluginInterface::Two),
        _ => Ok(PluginInterface::One),
    }
}

/// What was counted in each repetition of a boot. `lines` is what the plugin wrote: marks stand before and after each
/// repetition, in the order they ran.
pub fn counts(lines: &str, boot: &Boot) -> Result<Vec<Counted>> {
    let Some(body) = lines
        .strip_suffix('\n')
        .and_then(|lines| lines.rsplit_once('\n'))
        .filter(|(_, end)| end.starts_with("end "))
    else {
        bail!("the plugin's counts are cut: their last line is missing");
    };
    let mut totals = Vec::new();
    for (number, line) in body.0.lines().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        match (&words[..], words.last().and_then(|total| total.parse::<u64>().ok())) {
            (["mark", place, _], Some(total)) if *place == number.to_string() => totals.push(total),
            _ => bail!("the plugin's counts have a line that does not belong there: {line:?}"),
        }
    }
    let samples: Vec<_> = boot.visits.iter().flat_map(|visit| &visit.samples).collect();
    if totals.len() != 2 * samples.len() {
        bail!("the plugin met {} marks for {} repetitions", totals.len(), samples.len());
    }
    let counted = |(sample, marks): (&&crate::run::Sample, &[u64])| {
        let instructions = marks[1].checked_sub(marks[0]).context("the plugin's counts go backwards")?;
        let crate::run::Sample { boot, job, path, visit, repetition, ops, .. } = **sample;
        Ok(Counted { boot, job, path, visit, repetition, ops, instructions })
    };
    samples.iter().zip(totals.chunks_exact(2)).map(counted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::a_run;

    #[test]
    fn what_cannot_count_says_why() {
        assert_eq!(interface("7.2.22 (Debian)", Accel::Tcg, 1), Ok(PluginInterface::One));
        assert_eq!(interface("8.2.0", Accel::Tcg, 1), Ok(PluginInterface::One));
        assert_eq!(interface("9.0.0", Accel::Tcg, 1), Ok(PluginInterface::Two));
        assert_eq!(interface("10.0.2", Accel::Tcg, 1), Ok(PluginInterface::Two));
        let said = |version, accel, cores| interface(version, accel, cores).unwrap_err();
        let newer = "the counting plugin is not known to work in QEMU 11, only up to 10";
        assert_eq!(said("11.0", Accel::Tcg, 1), newer);
        assert!(said("7.2", Accel::Kvm, 1).contains("KVM"));
        assert!(said("7.2", Accel::Tcg, 2).contains("this guest has 2"));
        assert!(said("", Accel::Tcg, 1).contains("unknown"));
    }

    #[test]
    fn counts_go_to_the_repetitions_in_their_order() {
        let boot = &a_run().boots[0];
        let repetitions = boot.visits.iter().map(|visit| visit.samples.len()).sum::<usize>();
        let marks = |count: usize| -> String {
            (0..count).map(|number| format!("mark {number} {}\n", number * number)).collect()
        };
        let counted = counts(&format!("{}end 9\n", marks(2 * repetitions)), boot).unwrap();
        assert_eq!(counted.len(), repetitions);
        assert_eq!((counted[1].repetition, counted[1].ops, counted[1].instructions), (1, 1000, 5));
        let wrong = |lines: &str| counts(lines, boot).unwrap_err().to_string();
        assert!(wrong(&marks(2 * repetitions)).contains("cut"));
        assert!(wrong("").contains("cut"));
        assert!(wrong("mark 1 2\nend 3\n").contains("does not belong"));
        assert!(wrong("mark 0 x\nend 3\n").contains("does not belong"));
        assert!(wrong("mark 0 1\nend 3\n").contains("1 marks for 16"));
        let backwards = format!("{}end 9\n", marks(2 * repetitions)).replace("mark 0 0\n", "mark 0 7\n");
        assert!(wrong(&backwards).contains("backwards"));
    }
}
