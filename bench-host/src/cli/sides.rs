//! `run --ab A -- B`: two sides, each said in options of its own.
//!
//! What stands before `--ab` holds for both sides. What follows up to `--` is side A's, the rest is side B's; a side's
//! word replaces the common one, and what may be repeated is added to it. An empty side is the common words alone, so
//! `run --ab -- --job wait=poll` asks what polling changes, and `run --ab --` compares a thing with itself.

use std::ffi::OsString;

use clap::Parser;
use clap::error::{Error, ErrorKind};

use super::{Cli, Command, MachineArgs, SerialArgs, SerialPort, Tree};
use crate::job::Setting;
use crate::qemu::{MachineType, QemuChoice, VirtioProperty};

/// The option that begins the sides.
const BEGIN: &str = "--ab";

/// What parts them.
const BETWEEN: &str = "--";

/// What makes one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Parser)]
#[command(name = "cargo ninewire run --ab", no_binary_name = true, disable_help_flag = true)]
pub struct SideArgs {
    /// The commit whose image is booted, in any form git knows; without one what holds for both sides.
    #[arg(value_name = "COMMIT", conflicts_with = "commit")]
    pub revision: Option<String>,
    /// The same.
    #[arg(long, value_name = "COMMIT")]
    pub commit: Option<String>,
    /// The QEMU: a file, or a version in PATH.
    #[arg(long, value_name = "PATH|VERSION", value_parser = clap::value_parser!(QemuChoice))]
    pub qemu: Option<QemuChoice>,
    /// The board.
    #[arg(short = 'M', long, value_enum)]
    pub machine: Option<MachineType>,
    /// Number of guest cores.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=255))]
    pub smp: Option<u32>,
    /// A property of QEMU's virtio devices.
    #[arg(long, value_name = "NAME=VALUE")]
    pub virtio: Vec<VirtioProperty>,
    /// A word of the kernel command line.
    #[arg(long, value_name = "KEY=VALUE")]
    pub append: Vec<String>,
    /// A word passed to QEMU as it is.
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    pub qemu_arg: Vec<OsString>,
    /// A setting of every case.
    #[arg(long, value_name = "WORD=VALUE")]
    pub job: Vec<Setting>,
    /// The port the serial path goes over.
    #[arg(long, value_enum)]
    pub serial_port: Option<SerialPort>,
    /// What the embedded server serves.
    #[arg(long, value_enum)]
    pub tree: Option<Tree>,
    /// The side as it was said, for showing.
    #[arg(skip)]
    pub words: String,
}

impl SideArgs {
    /// Reads one side's words.
    pub fn read(words: &[OsString]) -> Result<Self, Error> {
        let mut side = Self::try_parse_from(words)?;
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        side.words = words.join(" ");
        side.commit = side.commit.or(side.revision.take());
        Ok(side)
    }

    /// The machine of this side, from what holds for both.
    pub fn machine(&self, common: &MachineArgs) -> MachineArgs {
        let mut machine = common.clone();
        machine.machine = self.machine.unwrap_or(machine.machine);
        machine.qemu = self.qemu.clone().or(machine.qemu);
        machine.smp = self.smp.unwrap_or(machine.smp);
        machine.virtio.extend(self.virtio.iter().cloned());
        machine.append.extend(self.append.iter().cloned());
        machine.qemu_arg.extend(self.qemu_arg.iter().cloned());
        machine
    }

    /// Where the serial path of this side leads, from what holds for both.
    pub fn serial(&self, common: SerialArgs) -> SerialArgs {
        SerialArgs {
            serial_port: self.serial_port.unwrap_or(common.serial_port),
            tree: self.tree.unwrap_or(common.tree),
        }
    }
}

/// Parses the whole command line, the program's name first.
pub(super) fn parse(words: Vec<OsString>) -> Result<Cli, Error> {
    let at = words.iter().skip(1).position(|word| word == "run").and_then(|run| {
        let options = words.iter().skip(run + 1).take_while(|word| *word != BETWEEN);
        options.clone().position(|word| word == BEGIN).map(|begin| run + 1 + begin)
    });
    let Some(at) = at else { return Cli::try_parse_from(words) };
    let (common, sides) = words.split_at(at + 1);
    let mut cli = Cli::try_parse_from(common)?;
    let Some(between) = sides.iter().position(|word| word == BETWEEN) else {
        let text = "--ab compares two sides, parted by `--`: --ab A -- B\n";
        return Err(Error::raw(ErrorKind::WrongNumberOfValues, text));
    };
    if let Command::Run(run) = &mut cli.command {
        let [a, b] = [&sides[..between], &sides[between + 1..]].map(SideArgs::read);
        run.sides = Some(Box::new([a?, b?]));
    }
    Ok(cli)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{RunArgs, one_line};

    fn run(line: &str) -> RunArgs {
        let cli = parse(line.split_whitespace().map(OsString::from).collect()).unwrap();
        let Command::Run(run) = cli.command else { panic!("run was asked for") };
        run
    }

    fn error(line: &str) -> String {
        let error = parse(line.split_whitespace().map(OsString::from).collect()).unwrap_err();
        one_line(&error).expect("an error")
    }

    #[test]
    fn two_versions_of_qemu_are_two_sides() {
        let run = run("ninewire run --ab --qemu 7.2 -- --qemu /opt/qemu");
        let boots = run.boots();
        let [a, b] = *run.sides.expect("two sides");
        assert_eq!(a.qemu, Some(QemuChoice::Version("7.2".into())));
        assert_eq!(b.qemu, Some(QemuChoice::Path("/opt/qemu".into())));
        assert_eq!((a.words.as_str(), boots), ("--qemu 7.2", 10));
    }

    #[test]
    fn a_bare_word_is_a_commit_and_an_empty_side_is_what_holds_for_both() {
        let [a, b] = *run("ninewire run --ab HEAD~1 --").sides.expect("two sides");
        assert_eq!((a.commit.as_deref(), b), (Some("HEAD~1"), SideArgs::default()));
    }

    #[test]
    fn a_sides_words_are_added_to_the_common_ones() {
        let run = run(
            "ninewire run --qemu 7.2 --append a=1 --ab -- --append b=2 --qemu-arg -S --smp 2 --job bs=8k",
        );
        let [a, b] = &**run.sides.as_ref().expect("two sides");
        assert_eq!(a.machine(&run.measure.machine).append, ["a=1"]);
        let machine = b.machine(&run.measure.machine);
        assert_eq!((machine.append, machine.qemu_arg), (vec!["a=1".into(), "b=2".into()], vec!["-S".into()]));
        assert_eq!(machine.qemu, Some(QemuChoice::Version("7.2".into())));
        assert_eq!((a.machine(&run.measure.machine).smp, machine.smp), (1, 2));
        assert_eq!(b.job.len(), 1);
    }

    #[test]
    fn the_serial_path_of_a_side_is_its_own_or_the_common_one() {
        let run = run("ninewire run --serial-port named --ab -- --tree memory --serial-port console");
        let [a, b] = &**run.sides.as_ref().expect("two sides");
        let named = SerialArgs { serial_port: SerialPort::Named, tree: Tree::Directory };
        assert_eq!((run.serial, a.serial(run.serial)), (named, named));
        let memory = SerialArgs { serial_port: SerialPort::Console, tree: Tree::Memory };
        assert_eq!(b.serial(run.serial), memory);
    }

    #[test]
    fn without_ab_two_dashes_begin_qemus_own_arguments() {
        let run = run("ninewire run -- --ab");
        assert!(run.sides.is_none());
        assert_eq!(run.measure.machine.extra, ["--ab"]);
    }

    #[test]
    fn variants_are_compared_by_their_suite_or_by_name_and_never_beside_two_sides() {
        let named = |line: &str| run(line).variants().map(str::to_string);
        assert_eq!(named("ninewire run"), None);
        assert_eq!(named("ninewire run --suite variants").as_deref(), Some("*"));
        assert_eq!(named("ninewire run --suite full --variant pack*").as_deref(), Some("pack*"));
        assert_eq!(named("ninewire run --suite variants --ab --"), None);
        assert_eq!(run("ninewire run --suite variants").boots(), 10);
        assert!(!run("ninewire run --suite full --variant pc").wants_reference());
        assert!(run("ninewire run --spinners").measure.spinners && !run("ninewire run").measure.spinners);
        let error = error("ninewire run --variant pc --ab --");
        assert!(error.contains("cannot be used with"), "{error}");
    }

    #[test]
    fn the_words_of_every_variant_are_those_of_a_side() {
        for variant in crate::variants::Variant::select("*").unwrap() {
            let words: Vec<OsString> = variant.words.split_whitespace().map(OsString::from).collect();
            let side = SideArgs::read(&words).unwrap_or_else(|error| panic!("{}: {error}", variant.name));
            assert_eq!(side.words, variant.words);
        }
    }

    #[test]
    fn sides_that_make_no_sense_are_told_in_one_line() {
        for (line, told) in [
            ("ninewire run --ab --qemu 7.2", "parted by `--`"),
            ("ninewire run --ab --boots 3 --", "'--boots'"),
            ("ninewire run --ab a --commit b --", "cannot be used with"),
            ("ninewire run --ab --job depth=8 --", "nothing is called \"depth\""),
            ("ninewire run --tree memory --server /s", "cannot be used with"),
        ] {
            let error = error(line);
            assert!(error.contains(told) && error.lines().count() == 1, "{line}: {error}");
        }
    }
}
