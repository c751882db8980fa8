//! The order of commits, and what lies between two of them: asked of git once, for all runs together.
//!
//! Commits git does not know here (another clone's branch, a shallow checkout) are put in by their time.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

/// A commit as a reader wants to see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitLine {
    /// Its hash.
    pub sha: String,
    /// The first line of its message.
    pub subject: String,
}

/// The commits of the checkout, parents before children.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    commits: Vec<CommitLine>,
    /// Seconds since 1970, never falling along the line: clocks of committers do, and rebased commits share a second.
    times: Vec<u64>,
    places: HashMap<String, usize>,
}

/// Where a commit stands among others; compare two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    time: u64,
    /// After all known commits of that time when it is unknown.
    index: usize,
}

impl Lineage {
    /// Of the checkout at `root`; empty where there is no git, or it is no checkout.
    pub fn of(root: &Path) -> Self {
        let asked = Command::new("git")
            .arg("-C")
            .arg(root)
            .args(["log", "--topo-order", "--reverse", "--format=%H%x09%ct%x09%s", "HEAD"])
            .output();
        match asked {
            Ok(output) if output.status.success() => Self::of_lines(&String::from_utf8_lossy(&output.stdout)),
            _ => Self::default(),
        }
    }

    /// From lines of hash, time and subject, parted by tabs; oldest first.
    pub fn of_lines(lines: &str) -> Self {
        let mut lineage = Self::default();
        let mut latest = 0;
        for line in lines.lines() {
            let mut parts = line.splitn(3, '\t');
            let (Some(sha), Some(time), subject) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let Ok(time) = time.parse::<u64>() else { continue };
            latest = latest.max(time);
            lineage.places.insert(sha.to_string(), lineage.commits.len());
            lineage.times.push(latest);
            lineage
                .commits
                .push(CommitLine { sha: sha.to_string(), subject: subject.unwrap_or_default().to_string() });
        }
        lineage
    }

    /// Where a commit stands; `time` is for those that are not known here.
    pub fn place(&self, sha: &str, time: u64) -> Place {
        match self.places.get(sha) {
            Some(&index) => Place { time: self.times[index], index },
            None => Place { time, index: usize::MAX },
        }
    }

    /// The first line of a commit's message, if it is known here.
    pub fn subject(&self, sha: &str) -> Option<&str> {
        self.places.get(sha).map(|&place| self.commits[place].subject.as_str())
    }

    /// The commits after `from`, up to `to`, oldest first; `None` when not both are known, in this order.
    pub fn between(&self, from: &str, to: &str) -> Option<&[CommitLine]> {
        let (&from, &to) = (self.places.get(from)?, self.places.get(to)?);
        (from <= to).then(|| &self.commits[from + 1..=to])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Lineage {
        Lineage::of_lines("aa\t100\tBegin\nbb\t90\tGo on\twith a tab\ncc\t110\tEnd\nbad line\n")
    }

    #[test]
    fn commits_between_two_are_named_with_their_subjects() {
        let line = line();
        let subjects = |from, to| {
            line.between(from, to)
                .map(|found| found.iter().map(|commit| commit.subject.as_str()).collect::<Vec<_>>())
        };
        assert_eq!(subjects("aa", "cc"), Some(vec!["Go on\twith a tab", "End"]));
        assert_eq!(subjects("aa", "aa"), Some(vec![]));
        assert_eq!(subjects("cc", "aa"), None, "the other way round");
        assert_eq!(subjects("aa", "zz"), None, "not known here");
    }

    #[test]
    fn the_line_orders_commits_before_their_clocks_do() {
        let line = line();
        assert!(line.place("aa", 0) < line.place("bb", 0), "bb was committed by a clock that is behind");
        assert!(line.place("bb", 0) < line.place("unknown", 105));
        assert!(line.place("unknown", 105) < line.place("cc", 0));
        assert!(Lineage::default().place("x", 1) < Lineage::default().place("y", 2));
    }

    #[test]
    fn a_folder_that_is_no_checkout_has_no_line() {
        let none = Lineage::of(tempfile::tempdir().unwrap().path());
        assert_eq!(none.between("a", "b"), None);
    }
}
