//! `results/annotations.toml`: changes that are meant, with a reason. Read by `gate` and `compare`, which show the reason
//! instead of an alarm.
//!
//! ```toml
//! [[change]]
//! case = "read/*"             # which cases; `*` stands for any text
//! path = "native"             # on one path only; on both when left out
//! what = "descriptors"        # a counter's word, or iops, p50, p99
//! up_to = 4.0                 # counters: the largest value per operation that is meant
//! commit = "0123abcd"         # where it changed
//! reason = "long replies get a descriptor of their own"
//! ```
//!
//! A change that was blessed and has become the baseline needs its entry no longer; `gate` names entries that bless
//! nothing.

use std::fmt;
use std::path::Path;

use ninewire_bench_guest::record;
use serde::Deserialize;

use crate::job::matches;

/// All entries.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annotations {
    #[serde(default)]
    change: Vec<Annotation>,
}

/// A change that is meant.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annotation {
    case: String,
    path: Option<String>,
    what: String,
    up_to: Option<f64>,
    commit: String,
    reason: String,
}

/// A file that says what makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadAnnotations(String);

impl fmt::Display for BadAnnotations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadAnnotations {}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.reason, self.commit)
    }
}

impl Annotations {
    /// Reads the file; without one nothing is blessed.
    pub fn read(path: &Path) -> Result<Self, BadAnnotations> {
        let bad = |what: String| BadAnnotations(format!("{}: {what}", path.display()));
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map_err(bad),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(bad(error.to_string())),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let all: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
            format!("line {line}: {}", error.message())
        })?;
        all.change.iter().try_for_each(Annotation::check)?;
        Ok(all)
    }

    /// What blesses this value of a case, if something does.
    pub fn blessing(&self, case: &str, path: record::Path, what: &str, value: f64) -> Option<&Annotation> {
        self.change.iter().find(|change| change.fits(case, path, what, value))
    }

    /// The entry that says that a change of a case is meant: one about it whose commit is among those `holds` knows.
    pub fn meant(
        &self,
        case: &str,
        path: record::Path,
        what: &str,
        value: f64,
        holds: impl Fn(&str) -> bool,
    ) -> Option<&Annotation> {
        self.change.iter().find(|change| change.fits(case, path, what, value) && holds(&change.commit))
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = &Annotation> {
        self.change.iter()
    }

    /// Entries about counters that are not among `used`.
    pub fn idle<'a>(&'a self, used: &'a [Annotation]) -> impl Iterator<Item = &'a Annotation> {
        self.change.iter().filter(|change| counter(&change.what) && !used.contains(change))
    }
}

fn counter(word: &str) -> bool {
    record::Counter::ALL.iter().any(|counter| counter.word() == word)
}

impl Annotation {
    /// Why it is meant.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Where it changed.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    fn check(&self) -> Result<(), String> {
        let Annotation { case, path, what, up_to, commit, reason } = self;
        let known = counter(what) || ["iops", "p50", "p99"].contains(&what.as_str());
        let complaint = match () {
            () if reason.trim().is_empty() => "has no reason",
            () if commit.trim().is_empty() => "names no commit",
            () if !known => "is about no counter and none of iops, p50, p99",
            () if path
                .as_ref()
                .is_some_and(|path| record::Path::ALL.iter().all(|known| known.word() != path)) =>
            {
                "names no path: native or serial"
            }
            () if counter(what) && up_to.is_none_or(|value| !value.is_finite()) => "says not up_to how much",
            () => return Ok(()),
        };
        Err(format!("the change of {what:?} in {case:?} {complaint}"))
    }

    fn fits(&self, case: &str, path: record::Path, what: &str, value: f64) -> bool {
        let here = self.path.as_ref().is_none_or(|word| word == path.word());
        here && self.what == what && matches(&self.case, case) && self.up_to.is_none_or(|most| value <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::Path::{Native, Serial};

    const GOOD: &str = "
        [[change]]
        case = 'read/*'
        path = 'native'
        what = 'descriptors'
        up_to = 4.0
        commit = '0123abcd'
        reason = 'long replies'
    ";

    #[test]
    fn a_change_is_blessed_on_its_path_up_to_its_value() {
        let all = Annotations::parse(GOOD).unwrap();
        let blessed = |case, path, what, value| all.blessing(case, path, what, value).is_some();
        assert!(blessed("read/bs=4k", Native, "descriptors", 4.0));
        assert!(!blessed("read/bs=4k", Serial, "descriptors", 4.0));
        assert!(!blessed("read/bs=4k", Native, "descriptors", 4.1));
        assert!(!blessed("write/bs=4k", Native, "descriptors", 4.0));
        assert!(!blessed("read/bs=4k", Native, "kicks", 1.0));
        assert_eq!(
            all.blessing("read/x", Native, "descriptors", 1.0).unwrap().to_string(),
            "long replies (0123abcd)"
        );
        assert_eq!((all.idle(&[]).count(), all.idle(&all.change).count()), (1, 0));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_place() {
        let error = |from: &str, to: &str| Annotations::parse(&GOOD.replace(from, to)).unwrap_err();
        assert!(error("'long replies'", "''").contains("has no reason"));
        assert!(error("'0123abcd'", "' '").contains("names no commit"));
        assert!(error("'descriptors'", "'speed'").contains("\"speed\" in \"read/*\" is about no counter"));
        assert!(error("'native'", "'side'").contains("names no path"));
        assert!(error("up_to = 4.0", "").contains("says not up_to how much"));
        assert!(
            error("case =", "cases =").contains("line 3: unknown field `cases`"),
            "{}",
            error("case =", "cases =")
        );
        assert!(Annotations::parse("x").unwrap_err().starts_with("line 1"));
    }

    #[test]
    fn no_file_blesses_nothing_and_the_committed_one_is_right() {
        assert_eq!(Annotations::read(Path::new("/nowhere/at/all")), Ok(Annotations::default()));
        Annotations::parse(include_str!("../../results/annotations.toml")).unwrap();
    }
}
