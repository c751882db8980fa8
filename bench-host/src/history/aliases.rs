//! `results/aliases.toml`: cases that were renamed, so that a new name does not end a series.
//!
//! ```toml
//! [[renamed]]
//! from = "read/bs=64k"                # as it stands in old runs
//! to = "read/bs=64k/iodepth=1"        # as the job file says now
//! ```
//!
//! Files of runs are never changed, so the table is followed when they are read. A name may be renamed again.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// The table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    renamed: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    renamed: Vec<Renamed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renamed {
    from: String,
    to: String,
}

/// A table that makes no sense, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadAliases(String);

impl std::fmt::Display for BadAliases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadAliases {}

impl Aliases {
    /// Reads the file; without one nothing was renamed.
    pub fn read(path: &Path) -> Result<Self, BadAliases> {
        let bad = |what: String| BadAliases(format!("{}: {what}", path.display()));
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map_err(bad),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(bad(error.to_string())),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
            format!("line {line}: {}", error.message())
        })?;
        let mut renamed = BTreeMap::new();
        for Renamed { from, to } in file.renamed {
            if renamed.insert(from.clone(), to).is_some() {
                return Err(format!("{from:?} is renamed twice"));
            }
        }
        let table = Aliases { renamed };
        match table.renamed.keys().find(|name| table.runs_in_a_circle(name)) {
            Some(name) => Err(format!("{name:?} is renamed to itself in the end")),
            None => Ok(table),
        }
    }

    fn runs_in_a_circle(&self, name: &str) -> bool {
        let mut seen = name;
        for _ in 0..self.renamed.len() {
            match self.renamed.get(seen) {
                Some(next) if next == name => return true,
                Some(next) => seen = next,
                None => return false,
            }
        }
        false
    }

    /// Today's name of a case.
    pub fn newest<'a>(&'a self, name: &'a str) -> &'a str {
        let mut newest = name;
        while let Some(next) = self.renamed.get(newest) {
            newest = next;
        }
        newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_followed_through_every_renaming() {
        let text = "[[renamed]]\nfrom='a'\nto='b'\n[[renamed]]\nfrom='b'\nto='c'\n";
        let aliases = Aliases::parse(text).unwrap();
        assert_eq!(["a", "b", "c", "d"].map(|name| aliases.newest(name)), ["c", "c", "c", "d"]);
        assert_eq!(Aliases::default().newest("a"), "a");
    }

    #[test]
    fn tables_that_make_no_sense_are_refused() {
        let error = |text: &str| Aliases::parse(text).unwrap_err();
        let pair = |from: &str, to: &str| format!("[[renamed]]\nfrom='{from}'\nto='{to}'\n");
        assert!(error(&(pair("a", "b") + &pair("b", "c") + &pair("c", "a"))).contains("to itself"));
        assert!(error(&pair("a", "a")).contains("to itself"));
        assert!(error(&(pair("a", "b") + &pair("a", "c"))).contains("\"a\" is renamed twice"));
        assert!(error("[[renamed]]\nfrom='a'\n").starts_with("line 1: missing field `to`"));
        // A tail that leads into a circle is found by the circle's own names.
        assert!(error(&(pair("a", "b") + &pair("b", "c") + &pair("c", "b"))).contains("\"b\""));
    }

    #[test]
    fn no_file_renames_nothing_and_the_committed_one_is_right() {
        assert_eq!(Aliases::read(Path::new("/nowhere/at/all")), Ok(Aliases::default()));
        Aliases::parse(include_str!("../../../results/aliases.toml")).unwrap();
    }
}
