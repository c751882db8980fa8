//! The set of tasks that want to run: one bit a task, set from anywhere, taken by the core that owns it.
//!
//! Setting a bit wakes a task of a core that is awake; a core that sleeps is interrupted besides (`doze`). It is one
//! atomic OR, takes no lock and allocates nothing, so any core may do it.

use core::sync::atomic::{AtomicU64, Ordering};

use super::id::SLOTS;

const WORDS: usize = SLOTS / 64;

/// One bit for each task slot of a core.
#[derive(Debug)]
pub(crate) struct ReadySet {
    /// Bits are set by any waker and cleared only by the owning core, a word at a time.
    words: [AtomicU64; WORDS],
}

impl ReadySet {
    pub(crate) const fn new() -> ReadySet {
        ReadySet { words: [const { AtomicU64::new(0) }; WORDS] }
    }

    /// Marks `slot` as ready. Release: what the waker wrote before is seen by the task when it runs (pairs with
    /// [`ReadySet::take_word`]).
    pub(crate) fn set(&self, slot: usize) {
        self.words[slot / 64].fetch_or(1 << (slot % 64), Ordering::Release);
    }

    /// Forgets that `slot` was ready; its task is gone.
    pub(crate) fn clear(&self, slot: usize) {
        self.words[slot / 64].fetch_and(!(1 << (slot % 64)), Ordering::Relaxed);
    }

    /// Is anybody ready? Used for the last look before sleeping.
    pub(crate) fn any(&self) -> bool {
        self.words.iter().any(|word| word.load(Ordering::Acquire) != 0)
    }

    /// Is this one ready? For the process listing only.
    pub(crate) fn contains(&self, slot: usize) -> bool {
        self.words[slot / 64].load(Ordering::Relaxed) & (1 << (slot % 64)) != 0
    }

    /// Takes all ready bits of one word and leaves it empty: who is woken from here on runs in the next round.
    fn take_word(&self, word: usize) -> u64 {
        if self.words[word].load(Ordering::Relaxed) == 0 {
            return 0;
        }
        self.words[word].swap(0, Ordering::Acquire)
    }

    /// Gives the slots that are ready now to `run`, each once, lowest first within a word.
    #[inline]
    pub(crate) fn drain(&self, mut run: impl FnMut(usize)) {
        for word in 0..WORDS {
            let mut bits = self.take_word(word);
            while bits != 0 {
                run(word * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn drained(set: &ReadySet) -> Vec<usize> {
        let mut ran = Vec::new();
        set.drain(|slot| ran.push(slot));
        ran
    }

    #[test]
    fn each_ready_task_is_given_out_once_in_order_of_its_slot() {
        let set = ReadySet::new();
        for slot in [200, 3, 64, 3, 0] {
            set.set(slot);
        }
        assert!(set.any());
        assert_eq!(drained(&set), [0, 3, 64, 200]);
        assert!(!set.any());
        assert_eq!(drained(&set), []);
    }

    #[test]
    fn who_wakes_while_its_word_is_being_run_waits_for_the_next_round() {
        let set = ReadySet::new();
        set.set(1);
        set.set(2);
        let mut ran = Vec::new();
        set.drain(|slot| {
            ran.push(slot);
            set.set(1);
        });
        assert_eq!(ran, [1, 2]);
        assert_eq!(drained(&set), [1]);
    }

    #[test]
    fn a_task_that_went_away_is_not_ready_any_more() {
        let set = ReadySet::new();
        set.set(130);
        set.clear(130);
        assert!(!set.any());
    }
}
