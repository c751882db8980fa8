//! Job files: which cases a run measures, in fio's words.
//!
//! ```ini
//! ; a comment
//! [global]                ; settings for the sections below it
//! loops=3
//! [read/bs=1m]            ; a case: its name, then its settings
//! rw=read
//! bs=1m
//! iodepth=8
//! size=64m
//! ```
//! | word | meaning |
//! |---|---|
//! | `rw` | `read`, `write`, `randread`, `randwrite` |
//! | `ioengine` | `9p` for the above, or one of the file engines `fileopenread`, `filestat`, `getattr`, `walk`, `readdir`, `createremove`, or `floor` (a message that asks for nothing), or a raw port: `portout`, `portin`, `portping` |
//! | `bs` | bytes an operation moves |
//! | `iodepth` | operations in flight: 9P tags outstanding |
//! | `size` | the part of the file that is used |
//! | `nrfiles` | how many files a file engine uses; with `readdir` how many entries the directory has |
//! | `pathdepth` | how many names the path has that `walk` goes down, from 2 to 16 |
//! | `loops` | timed repetitions each time the case is visited |
//! | `runtime` | a repetition ends after this time (`200ms`, `2s`, `1m`; a plain number is seconds) |
//! | `time_based` | go round until `runtime` is over |
//! | `verify` | `crc32c`: check every byte in a pass of its own; `0`: only the ends of blocks |
//! | `randseed` | everything random is derived from it |
//! | `msize`, `version` | asked of the 9P server (the names v9fs uses) |
//! | `path` | `native`, `serial` (the console port), `named` (a named port), `9pvpxy` (the console port by way of that program), several of them with commas between, or `both` for `native,serial`; raw ports have `raw` and nothing else |
//! | `wait` | how the guest waits: `adaptive`, `poll`, `irq` |
//!
//! Any other word is refused, so that no setting is silently without effect.

mod glob;
mod parse;
mod value;

use std::fmt;

pub use ninewire_bench_guest::record::Paths;
use ninewire_bench_guest::record::{Dialect, Wait, Work};
use ninewire_bench_guest::units::{Bytes, Nanos};

pub use glob::matches;
pub use parse::{JobError, Setting};
pub(crate) use value::size;

/// The message size asked for unless a job says otherwise: 1 MiB of payload and as much room for headers as 9P
/// clients count with.
pub const MSIZE_DEFAULT: u32 = (1 << 20) + 4096;

/// One case with its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSpec {
    /// Its name.
    pub name: String,
    /// What one operation is.
    pub work: Work,
    /// Which paths it runs on.
    pub paths: Paths,
    /// Bytes an operation moves.
    pub bs: u32,
    /// Operations in flight.
    pub iodepth: u16,
    /// The part of the file that is used.
    pub size: Bytes,
    /// How many files a file engine uses; with `readdir` how many entries the directory has.
    pub nrfiles: u16,
    /// How many names the path has that `walk` goes down.
    pub pathdepth: u8,
    /// Asked of the server.
    pub msize: u32,
    /// Asked of the server.
    pub dialect: Dialect,
    /// How the guest waits.
    pub wait: Wait,
    /// Timed repetitions a visit.
    pub loops: u16,
    /// A repetition ends after this time; zero for no limit.
    pub runtime: Nanos,
    /// Go round until `runtime` is over.
    pub time_based: bool,
    /// Check every byte in a pass of its own.
    pub verify: bool,
    /// Everything random is derived from it.
    pub seed: u64,
}

impl Default for JobSpec {
    fn default() -> Self {
        JobSpec {
            name: String::new(),
            work: Work::Read,
            paths: Paths::BOTH,
            bs: 4096,
            iodepth: 1,
            size: Bytes(16 << 20),
            nrfiles: 64,
            pathdepth: 16,
            msize: MSIZE_DEFAULT,
            dialect: Dialect::L,
            wait: Wait::Adaptive,
            loops: 3,
            runtime: Nanos(0),
            time_based: false,
            verify: true,
            seed: 42,
        }
    }
}

/// Cases that are run together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// `smoke`, `full`, `gate`, `variants`, or the job file's name.
    pub name: String,
    /// The cases in the order they run.
    pub jobs: Vec<JobSpec>,
}

/// The suites that come with the command: name and job file.
const BUILT_IN: &[(&str, &str)] = &[
    ("smoke", include_str!("../suites/smoke.fio")),
    ("full", include_str!("../suites/full.fio")),
    ("gate", include_str!("../suites/gate.fio")),
    ("variants", include_str!("../suites/variants.fio")),
];

impl Suite {
    /// The names of the suites that come with the command.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A suite that comes with the command.
    pub fn built_in(name: &str) -> Option<Result<Suite, JobError>> {
        let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(Suite::parse(name, &format!("suite {name}"), text))
    }

    /// The suite called `name`, whose job file's `text` errors call `file`.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Suite, JobError> {
        parse::parse(file, text).map(|jobs| Suite { name: name.to_string(), jobs })
    }

    /// Every case with these settings on top of its own; the names stay, as the identity of what is compared. Settings
    /// that are about 9P leave raw ports as they are.
    pub fn with(mut self, settings: &[Setting]) -> Result<Suite, BadSetting> {
        for job in &mut self.jobs {
            let applied =
                settings.iter().try_for_each(|setting| setting.apply(job)).and_then(|()| parse::check(job));
            applied.map_err(|what| BadSetting { case: job.name.clone(), what })?;
        }
        Ok(self)
    }

    /// Only the cases whose name fits one of `globs` (`*` any text, `?` any character); all without any. A glob that no
    /// case fits is a mistake.
    pub fn select(mut self, globs: &[String]) -> Result<Suite, NoCase> {
        let fits_none = |glob: &&String| !self.jobs.iter().any(|job| matches(glob, &job.name));
        if let Some(glob) = globs.iter().find(fits_none) {
            let cases = self.jobs.into_iter().map(|job| job.name).collect();
            return Err(NoCase { glob: glob.clone(), suite: self.name, cases });
        }
        self.jobs.retain(|job| globs.is_empty() || globs.iter().any(|glob| matches(glob, &job.name)));
        Ok(self)
    }
}

/// A case cannot have a setting that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSetting {
    case: String,
    what: String,
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "with these settings the case {:?} {}", self.case, self.what)
    }
}

impl std::error::Error for BadSetting {}

/// No case of a suite fits what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCase {
    glob: String,
    suite: String,
    cases: Vec<String>,
}

impl fmt::Display for NoCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoCase { glob, suite, cases } = self;
        write!(
            f,
            "no case of the suite {suite} is called {glob:?}: `*` stands for any text; there are {}",
            cases.join(", ")
        )
    }
}

impl std::error::Error for NoCase {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_suites_parse_and_their_cases_have_telling_names() {
        for name in Suite::built_in_names() {
            let suite = Suite::built_in(name).unwrap().unwrap_or_else(|error| panic!("{error}"));
            assert!(!suite.jobs.is_empty());
            for job in &suite.jobs {
                assert!(job.name.starts_with(job.work.word()), "{}: {}", suite.name, job.name);
                let told = |word: &str| job.name.split('/').find_map(|part| part.strip_prefix(word));
                if let Some(bs) = told("bs=") {
                    assert_eq!(bs, Bytes(job.bs.into()).to_string(), "{}", job.name);
                }
                if let Some(depth) = told("iodepth=") {
                    assert_eq!(depth, job.iodepth.to_string(), "{}", job.name);
                }
            }
        }
        assert!(Suite::built_in("nightly").is_none());
    }

    #[test]
    fn a_setting_holds_for_every_case_and_one_that_makes_no_sense_is_told_with_the_case() {
        let smoke = || Suite::built_in("smoke").unwrap().unwrap();
        let deep = smoke().with(&["iodepth=4".parse().unwrap(), "wait=poll".parse().unwrap()]).unwrap();
        assert!(deep.jobs.iter().all(|job| job.wait == Wait::Poll));
        assert!(
            deep.jobs.iter().all(|job| (job.iodepth == 4) != job.work.is_raw()),
            "a raw port has no tags"
        );
        let native = smoke().with(&["path=native".parse().unwrap()]).unwrap();
        assert!(native.jobs.iter().any(|job| job.paths == Paths::RAW));
        let error = smoke().with(&["size=4k".parse().unwrap()]).unwrap_err().to_string();
        assert!(error.contains("read/bs=1m") && error.contains("bs=1m larger than size=4k"), "{error}");
        assert!("depth=4".parse::<Setting>().unwrap_err().contains("\"depth\""));
    }

    #[test]
    fn a_glob_selects_cases_and_says_when_there_are_none() {
        let smoke = || Suite::built_in("smoke").unwrap().unwrap();
        let select =
            |globs: &[&str]| smoke().select(&globs.iter().map(ToString::to_string).collect::<Vec<_>>());
        let reads = select(&["read/*"]).unwrap();
        assert!(!reads.jobs.is_empty() && reads.jobs.iter().all(|job| job.work == Work::Read));
        let more = select(&["read/*", "getattr/*"]).unwrap();
        assert_eq!(more.jobs.len(), reads.jobs.len() + 1);
        assert_eq!(select(&[]).unwrap().jobs.len(), smoke().jobs.len());
        let none = select(&["read/*", "trim/*"]).unwrap_err().to_string();
        assert!(
            none.contains("smoke") && none.contains("trim/*") && none.contains("there are read/"),
            "{none}"
        );
    }
}
