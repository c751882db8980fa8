//! Which files were changed through a session, so that nothing read ahead before is believed after.
//!
//! A count for each of a few groups of files: who reads ahead compares the count of its file's group, and a file that
//! shares a group with one that is written is read afresh once more than needed.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::ns::stat::Qid;

const GROUPS: usize = 64;

/// How often the files of each group were changed.
#[derive(Debug)]
pub(super) struct Changed([AtomicU64; GROUPS]);

impl Changed {
    pub(super) const fn new() -> Changed {
        Changed([const { AtomicU64::new(0) }; GROUPS])
    }

    fn group(&self, file: Qid) -> &AtomicU64 {
        // Fibonacci hashing: paths are often the numbers of inodes, which follow each other.
        &self.0[(file.path.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize]
    }

    /// How often, so far.
    pub(super) fn count(&self, file: Qid) -> u64 {
        self.group(file).load(Ordering::Acquire)
    }

    /// The file is about to be changed. It counts when the change is over, told or given up, and that is when this drops:
    /// what is read until then may be of before or after.
    pub(super) fn note(&self, file: Qid) -> Change<'_> {
        Change(self.group(file))
    }
}

/// A change under way.
#[must_use = "the change counts when this is dropped"]
pub(super) struct Change<'c>(&'c AtomicU64);

impl Drop for Change<'_> {
    fn drop(&mut self) {
        // Release pairs with the acquire of `count`: what is read after is read after the change.
        self.0.fetch_add(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_when_it_is_over_and_for_its_own_group_only() {
        let changed = Changed::new();
        let file = |path| Qid { path, ..Qid::default() };
        let change = changed.note(file(7));
        assert_eq!(changed.count(file(7)), 0);
        drop(change);
        assert_eq!((changed.count(file(7)), changed.count(file(8))), (1, 0));
        let groups =
            (0..1000).map(|path| (file(path).path.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize);
        let used: std::collections::BTreeSet<usize> = groups.collect();
        assert_eq!(used.len(), GROUPS, "neighbours are spread");
    }
}
