//! Job files, line by line.

use std::fmt;

use ninewire_bench_guest::lanes::LANES_MAX;
use ninewire_bench_guest::pattern::STAMP_BYTES;
use ninewire_bench_guest::record::{Dialect, Path, Paths, Wait, Work};
use ninewire_bench_guest::units::Bytes;

use super::{JobSpec, value};

/// What is wrong with a job file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for JobError {}

const MSIZE_MIN: u64 = 4096;
const MSIZE_MAX: u64 = 1 << 30;
const BS_MAX: u64 = 1 << 27;
const FILES_MAX: u64 = 4096;

/// Names one Twalk carries.
const PATH_NAMES_MAX: u64 = 16;

/// The section that is being read.
enum Section {
    /// None yet.
    None,
    Global,
    Job {
        line: usize,
        job: JobSpec,
        has_work: bool,
    },
}

pub(super) fn parse(file: &str, text: &str) -> Result<Vec<JobSpec>, JobError> {
    let fail = |line: usize, what: String| JobError { file: file.to_string(), line, what };
    let mut global = JobSpec::default();
    let mut global_has_work = false;
    let mut section = Section::None;
    let mut jobs: Vec<JobSpec> = Vec::new();

    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split([';', '#']).next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            let name =
                name.strip_suffix(']').ok_or_else(|| fail(number, "a section ends with `]`".to_string()))?;
            finish(&mut section, &mut jobs).map_err(|(line, what)| fail(line, what))?;
            section = match name.trim() {
                "" => return Err(fail(number, "a case has a name".to_string())),
                "global" => Section::Global,
                name if jobs.iter().any(|job| job.name == name) => {
                    return Err(fail(number, format!("there is a case {name:?} already")));
                }
                name => Section::Job {
                    line: number,
                    job: JobSpec { name: name.to_string(), ..global.clone() },
                    has_work: global_has_work,
                },
            };
            continue;
        }
        let (word, text) = line.split_once('=').map_or((line, ""), |(word, text)| (word.trim(), text.trim()));
        let (job, has_work) = match &mut section {
            Section::None => {
                return Err(fail(number, "a setting comes before the first `[section]`".to_string()));
            }
            Section::Global => (&mut global, &mut global_has_work),
            Section::Job { job, has_work, .. } => (job, has_work),
        };
        *has_work |= set(job, word, text).map_err(|what| fail(number, what))?;
    }
    finish(&mut section, &mut jobs).map_err(|(line, what)| fail(line, what))?;
    if jobs.is_empty() {
        return Err(fail(1, "the job file has no case".to_string()));
    }
    Ok(jobs)
}

/// Checks a case that is complete.
fn finish(section: &mut Section, jobs: &mut Vec<JobSpec>) -> Result<(), (usize, String)> {
    let Section::Job { line, job, has_work } = std::mem::replace(section, Section::None) else {
        return Ok(());
    };
    let said = if has_work { Ok(()) } else { Err("says neither rw= nor ioengine=".to_string()) };
    said.and_then(|()| check(&job))
        .map_err(|problem| (line, format!("the case {:?} {problem}", job.name)))?;
    jobs.push(job);
    Ok(())
}

/// Whether a case's settings make sense together.
pub(super) fn check(job: &JobSpec) -> Result<(), String> {
    if !job.work.is_metadata() && u64::from(job.bs) > job.size.0 {
        return Err(format!("has bs={} larger than size={}", Bytes(job.bs.into()), job.size));
    }
    if job.work.is_raw() != (job.paths == Paths::RAW) {
        return Err(match job.work.is_raw() {
            true => format!("is about a raw port and has path={}: it runs on path=raw alone", job.paths),
            false => {
                "has path=raw, where no 9P is spoken: only ioengine=portout, portin and portping run there"
                    .to_string()
            }
        });
    }
    if matches!(job.work, Work::PortIn | Work::PortPing) && job.iodepth != 1 {
        return Err(format!(
            "has iodepth={}: what comes in by a raw port is awaited once at a time",
            job.iodepth
        ));
    }
    if job.work != Work::Readdir && u64::from(job.nrfiles) > FILES_MAX {
        return Err(format!("has nrfiles={}: at most {FILES_MAX} files are made", job.nrfiles));
    }
    if job.time_based && job.runtime.0 == 0 {
        return Err("is time_based without runtime=".to_string());
    }
    Ok(())
}

/// One setting, as the command line takes it: `iodepth=8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    word: String,
    value: String,
}

/// Words that are about 9P: they say nothing about a raw port.
const OF_9P: &[&str] = &["path", "iodepth", "msize", "version"];

impl Setting {
    pub(super) fn apply(&self, job: &mut JobSpec) -> Result<(), String> {
        if job.work.is_raw() && OF_9P.contains(&self.word.as_str()) {
            return Ok(());
        }
        set(job, &self.word, &self.value).map(drop)
    }
}

/// A word that is unknown or cannot have its value is refused here, before anything is started.
impl std::str::FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, value) = text.split_once('=').unwrap_or((text, ""));
        let setting = Self { word: word.trim().to_string(), value: value.trim().to_string() };
        setting.apply(&mut JobSpec::default())?;
        Ok(setting)
    }
}

/// Applies one setting; whether it says what an operation is.
fn set(job: &mut JobSpec, word: &str, text: &str) -> Result<bool, String> {
    match word {
        "rw" | "readwrite" => {
            job.work = Work::from_word(text)
                .filter(|work| !work.is_metadata() && !work.is_raw())
                .ok_or_else(|| format!("rw is read, write, randread or randwrite, not {text:?}"))?;
            return Ok(true);
        }
        "ioengine" if text == "9p" => {}
        "ioengine" => {
            let engine = |work: &&Work| work.is_metadata() || work.is_raw();
            let engines: Vec<&str> = Work::ALL.iter().filter(engine).map(|work| work.word()).collect();
            job.work = Work::from_word(text)
                .filter(|work| engine(&work))
                .ok_or_else(|| format!("ioengine is 9p or one of {}, not {text:?}", engines.join(", ")))?;
            if job.work.is_raw() {
                job.paths = Paths::RAW;
            }
            return Ok(true);
        }
        "bs" | "blocksize" => {
            let bytes = value::size(text)?.0;
            let stamp = STAMP_BYTES as u64;
            if bytes < 2 * stamp || bytes > BS_MAX || !bytes.is_multiple_of(stamp) {
                return Err(format!("bs is a multiple of {stamp} from {} to 128m, not {text}", 2 * stamp));
            }
            job.bs = bytes as u32;
        }
        "iodepth" => job.iodepth = value::number(text, 1, LANES_MAX as u64)? as u16,
        "size" | "filesize" => job.size = value::size(text)?,
        "nrfiles" => job.nrfiles = value::number(text, 1, u64::from(u16::MAX))? as u16,
        "pathdepth" => job.pathdepth = value::number(text, 2, PATH_NAMES_MAX)? as u8,
        "loops" => job.loops = value::number(text, 1, u64::from(u16::MAX))? as u16,
        "runtime" => job.runtime = value::time(text)?,
        "time_based" => job.time_based = value::flag(text)?,
        "verify" => {
            job.verify = match text {
                "crc32c" => true,
                "0" => false,
                _ => return Err(format!("verify is crc32c or 0, not {text:?}")),
            }
        }
        "randseed" => job.seed = value::number(text, 0, u64::MAX)?,
        "msize" => {
            let bytes = value::size(text)?.0;
            if !(MSIZE_MIN..=MSIZE_MAX).contains(&bytes) {
                return Err(format!("msize is from 4k to 1g, not {text}"));
            }
            job.msize = bytes as u32;
        }
        "version" => {
            job.dialect = Dialect::from_word(text)
                .ok_or_else(|| format!("version is 9P2000.L, 9P2000.u or 9P2000, not {text:?}"))?;
        }
        "path" => {
            let known = |word: &str| Path::from_word(word.trim());
            let paths: Option<Vec<Path>> = text.split(',').map(known).collect();
            job.paths = match (text, paths) {
                ("both", _) => Paths::BOTH,
                (_, Some(paths)) => paths.into_iter().fold(Paths::default(), Paths::with),
                (_, None) => {
                    let words: Vec<&str> = Path::ALL.iter().map(|path| path.word()).collect();
                    return Err(format!(
                        "path is both, or some of {} with commas between, not {text:?}",
                        words.join(", ")
                    ));
                }
            }
        }
        "wait" => {
            job.wait = Wait::from_word(text)
                .ok_or_else(|| format!("wait is adaptive, poll or irq, not {text:?}"))?;
        }
        _ => {
            return Err(format!(
                "nothing is called {word:?} here; `cargo ninewire run --help` lists the words"
            ));
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ninewire_bench_guest::units::Nanos;
    use proptest::prelude::*;

    #[test]
    fn settings_of_a_case_win_over_those_of_global_sections_above_it() {
        let text = "
            ; what all share
            [global]
            loops = 5
            size=64m
            [one]
            rw=randread ; in random order
            bs=8k
            iodepth=32
            [global]
            wait=poll
            [two]
            ioengine=filestat
            nrfiles=7
            loops=2
            runtime=200ms
            time_based
            verify=0
            path=native
            version=9P2000
            msize=128k
            randseed=9
        ";
        let jobs = parse("x.fio", text).unwrap();
        let one = JobSpec {
            name: "one".into(),
            work: Work::RandRead,
            bs: 8192,
            iodepth: 32,
            size: Bytes(64 << 20),
            loops: 5,
            ..JobSpec::default()
        };
        assert_eq!(jobs[0], one);
        let two = JobSpec {
            name: "two".into(),
            work: Work::FileStat,
            size: Bytes(64 << 20),
            nrfiles: 7,
            loops: 2,
            runtime: Nanos(200_000_000),
            time_based: true,
            verify: false,
            paths: Paths::NATIVE,
            dialect: Dialect::Plain,
            msize: 131_072,
            seed: 9,
            wait: Wait::Poll,
            ..JobSpec::default()
        };
        assert_eq!(jobs[1], two);
    }

    #[test]
    fn the_help_lists_every_word_and_every_kind_of_case() {
        use clap::CommandFactory;
        let mut cli = crate::cli::Cli::command();
        let help = cli.find_subcommand_mut("run").unwrap().render_long_help().to_string();
        let words: Vec<&str> = help.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        let settings = [
            "rw",
            "ioengine",
            "bs",
            "iodepth",
            "size",
            "nrfiles",
            "pathdepth",
            "loops",
            "runtime",
            "time_based",
            "verify",
            "randseed",
            "msize",
            "version",
            "wait",
            "path",
        ];
        let kinds = Work::ALL.iter().map(|work| work.word());
        let paths = Path::ALL.iter().map(|path| path.word());
        for word in settings.into_iter().chain(kinds).chain(paths) {
            assert!(words.contains(&word), "{word}: {help}");
        }
    }

    #[test]
    fn paths_are_a_set_and_a_raw_port_has_its_own() {
        let paths = |text: &str| parse("x.fio", text).unwrap()[0].paths;
        assert_eq!(paths("[a]\nrw=read"), Paths::BOTH);
        assert_eq!(paths("[a]\nrw=read\npath=both"), Paths::BOTH);
        assert_eq!(paths("[a]\nrw=read\npath = serial, native"), Paths::BOTH);
        let named = Paths::of(Path::Named).with(Path::Proxied);
        assert_eq!(paths("[a]\nrw=read\npath=named,9pvpxy"), named);
        assert_eq!(paths("[global]\npath=native\n[a]\nioengine=portping\nbs=64"), Paths::RAW);
        let jobs =
            parse("x.fio", "[a]\nioengine=readdir\nnrfiles=10000\n[b]\nioengine=walk\npathdepth=4").unwrap();
        assert_eq!((jobs[0].nrfiles, jobs[1].pathdepth), (10_000, 4));
    }

    #[test]
    fn mistakes_are_told_with_file_and_line() {
        let error = |text: &str| parse("x.fio", text).unwrap_err().to_string();
        assert_eq!(error(""), "x.fio:1: the job file has no case");
        assert_eq!(error("bs=4k"), "x.fio:1: a setting comes before the first `[section]`");
        assert_eq!(error("[a]\nrw=read\nbs=5"), "x.fio:3: bs is a multiple of 8 from 16 to 128m, not 5");
        assert_eq!(error("[a]\nrw=trim"), "x.fio:2: rw is read, write, randread or randwrite, not \"trim\"");
        assert_eq!(error("[a\nrw=read"), "x.fio:1: a section ends with `]`");
        assert_eq!(error("[ ]"), "x.fio:1: a case has a name");
        assert_eq!(error("[a]\nrw=read\n[a]"), "x.fio:3: there is a case \"a\" already");
        assert_eq!(error("\n[a]\nbs=4k"), "x.fio:2: the case \"a\" says neither rw= nor ioengine=");
        assert_eq!(
            error("[a]\nrw=read\ntime_based\n[b]"),
            "x.fio:1: the case \"a\" is time_based without runtime="
        );
        assert!(error("[a]\nrw=read\nbs=1m\nsize=4k").starts_with("x.fio:1: the case \"a\" has bs="));
        assert!(error("[a]\nnumjobs=4").starts_with("x.fio:2: nothing is called \"numjobs\""));
        assert!(error("[a]\nrw=portout").contains("rw is read, write"));
        assert_eq!(
            error("[a]\nioengine=stat"),
            "x.fio:2: ioengine is 9p or one of fileopenread, filestat, getattr, walk, readdir, createremove, floor, \
             portout, portin, portping, not \"stat\""
        );
        assert_eq!(
            error("[a]\nrw=read\npath=native,ether"),
            "x.fio:3: path is both, or some of native, serial, named, 9pvpxy, raw with commas between, not \
             \"native,ether\""
        );
        assert_eq!(
            error("[a]\nioengine=portout\npath=native"),
            "x.fio:1: the case \"a\" is about a raw port and has path=native: it runs on path=raw alone"
        );
        assert!(error("[a]\nrw=read\npath=raw").contains("has path=raw, where no 9P is spoken"));
        assert!(error("[a]\nioengine=portin\niodepth=2").contains("awaited once at a time"));
        assert!(error("[a]\nioengine=filestat\nnrfiles=4097").contains("at most 4096 files"));
        assert!(error("[a]\nioengine=walk\npathdepth=17").starts_with("x.fio:3: "));
        assert!(error("[a]\nioengine=walk\npathdepth=1").starts_with("x.fio:3: "));
        assert!(error("[a]\niodepth=129").starts_with("x.fio:2: "));
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "(\\[[a-z]{0,3}\\]?\n|(rw|bs|size|runtime|loops|verify|x)=?[a-z0-9]{0,4}\n|[ -~\n]){0,20}") {
            if let Err(error) = parse("f", &text) {
                prop_assert!(error.to_string().starts_with("f:"));
            }
        }
    }
}
