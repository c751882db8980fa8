//! The timers of one core: a binary heap ordered by deadline, whose entries can be cancelled in place.
//!
//! Nearly every timer is a deadline that never fires: it is started late in the order (deadlines grow with time, so
//! the new entry stays where it was appended) and cancelled soon. Both cost a few moves, no search, and no memory
//! once the tables have grown to the highest number of timers ever alive at once.

use alloc::vec::Vec;
use core::task::Waker;

use crate::time::Instant;

/// Names one started timer. A key whose timer has fired or was cancelled names nothing; the generation tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimerKey {
    entry: u32,
    generation: u32,
}

#[derive(Debug)]
struct Entry {
    generation: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Not in use; the next free entry after it.
    Free { next: Option<u32> },
    /// Counting; at this place of the heap.
    Armed { place: u32, waker: Waker },
}

#[derive(Clone, Copy, Debug)]
struct HeapItem {
    deadline: Instant,
    entry: u32,
}

/// All timers of a core.
#[derive(Debug)]
pub(crate) struct Timers {
    entries: Vec<Entry>,
    free: Option<u32>,
    /// Smallest deadline first. `entries[heap[i].entry]` is armed with `place == i` for every i.
    heap: Vec<HeapItem>,
}

impl Timers {
    pub(crate) const fn new() -> Timers {
        Timers { entries: Vec::new(), free: None, heap: Vec::new() }
    }

    /// The earliest deadline.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.heap.first().map(|item| item.deadline)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    /// Starts a timer that wakes `waker` at `deadline`.
    pub(crate) fn start(&mut self, deadline: Instant, waker: Waker) -> TimerKey {
        let place = self.heap.len() as u32;
        let state = State::Armed { place, waker };
        let entry = match self.free {
            Some(entry) => {
                let reused = &mut self.entries[entry as usize];
                if let State::Free { next } = reused.state {
                    self.free = next;
                }
                reused.state = state;
                entry
            }
            None => {
                self.entries.push(Entry { generation: 0, state });
                (self.entries.len() - 1) as u32
            }
        };
        self.heap.push(HeapItem { deadline, entry });
        self.sift_up(place as usize);
        TimerKey { entry, generation: self.entries[entry as usize].generation }
    }

    /// Makes a running timer wake `new` instead and gives the old waker back; or `new`, when there is no such timer
    /// any more. The caller drops either outside of any borrow of this table.
    pub(crate) fn set_waker(&mut self, key: TimerKey, new: Waker) -> Result<Waker, Waker> {
        match self.entries.get_mut(key.entry as usize) {
            Some(Entry { generation, state: State::Armed { waker, .. } })
                if *generation == key.generation =>
            {
                Ok(core::mem::replace(waker, new))
            }
            _ => Err(new),
        }
    }

    /// Stops a timer; nothing happens when it has fired already. The waker is handed back so that the caller drops it
    /// outside of any borrow of this table.
    pub(crate) fn cancel(&mut self, key: TimerKey) -> Option<Waker> {
        match self.entries.get(key.entry as usize) {
            Some(Entry { generation, state: State::Armed { place, .. } })
                if *generation == key.generation =>
            {
                let place = *place as usize;
                Some(self.remove(place))
            }
            _ => None,
        }
    }

    /// Takes one timer whose deadline is not after `now`; the caller wakes the waker.
    pub(crate) fn pop_expired(&mut self, now: Instant) -> Option<Waker> {
        (self.heap.first()?.deadline <= now).then(|| self.remove(0))
    }

    fn remove(&mut self, place: usize) -> Waker {
        let item = self.heap.swap_remove(place);
        if place < self.heap.len() {
            self.note_place(place);
            self.sift_down(place);
            self.sift_up(place);
        }
        let entry = &mut self.entries[item.entry as usize];
        entry.generation = entry.generation.wrapping_add(1);
        match core::mem::replace(&mut entry.state, State::Free { next: self.free.replace(item.entry) }) {
            State::Armed { waker, .. } => waker,
            State::Free { .. } => unreachable!("the heap names armed timers only"),
        }
    }

    fn note_place(&mut self, at: usize) {
        if let State::Armed { place, .. } = &mut self.entries[self.heap[at].entry as usize].state {
            *place = at as u32;
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.heap.swap(a, b);
        self.note_place(a);
        self.note_place(b);
    }

    fn sift_up(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if self.heap[parent].deadline <= self.heap[at].deadline {
                return;
            }
            self.swap(parent, at);
            at = parent;
        }
    }

    fn sift_down(&mut self, mut at: usize) {
        loop {
            let left = 2 * at + 1;
            let right = left + 1;
            let mut least = at;
            for child in [left, right] {
                if child < self.heap.len() && self.heap[child].deadline < self.heap[least].deadline {
                    least = child;
                }
            }
            if least == at {
                return;
            }
            self.swap(least, at);
            at = least;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ns: u64) -> Instant {
        Instant::from_nanos(ns)
    }

    fn waker() -> Waker {
        Waker::noop().clone()
    }

    #[test]
    fn timers_fire_in_order_of_their_deadlines_and_not_before() {
        let mut timers = Timers::new();
        for ns in [30, 10, 20] {
            timers.start(at(ns), waker());
        }
        assert_eq!(timers.next_deadline(), Some(at(10)));
        assert!(timers.pop_expired(at(9)).is_none());
        assert!(timers.pop_expired(at(10)).is_some());
        assert_eq!(timers.next_deadline(), Some(at(20)));
        assert!(timers.pop_expired(at(100)).is_some());
        assert!(timers.pop_expired(at(100)).is_some());
        assert!(timers.pop_expired(at(100)).is_none());
    }

    #[test]
    fn a_key_of_a_timer_that_fired_never_touches_the_one_that_took_its_place() {
        let mut timers = Timers::new();
        let old = timers.start(at(1), waker());
        assert!(timers.pop_expired(at(1)).is_some());
        let new = timers.start(at(2), waker());
        assert!(timers.cancel(old).is_none());
        assert!(timers.set_waker(old, waker()).is_err());
        assert_eq!(timers.next_deadline(), Some(at(2)));
        assert!(timers.set_waker(new, waker()).is_ok());
        assert!(timers.cancel(new).is_some());
        assert_eq!(timers.next_deadline(), None);
    }

    proptest! {
        #[test]
        fn the_heap_agrees_with_a_sorted_list(steps in proptest::collection::vec((0u8..3, 0u64..50), 1..200)) {
            let mut timers = Timers::new();
            let mut model: Vec<(u64, TimerKey)> = Vec::new();
            for (step, number) in steps {
                match step {
                    0 => model.push((number, timers.start(at(number), waker()))),
                    1 if !model.is_empty() => {
                        let (_, key) = model.swap_remove(number as usize % model.len());
                        prop_assert!(timers.cancel(key).is_some());
                    }
                    _ => {
                        let due = model.iter().filter(|(deadline, _)| *deadline <= number).count();
                        let mut fired = 0;
                        while timers.pop_expired(at(number)).is_some() {
                            fired += 1;
                        }
                        prop_assert_eq!(fired, due);
                        model.retain(|(deadline, _)| *deadline > number);
                    }
                }
                prop_assert_eq!(timers.len(), model.len());
                prop_assert_eq!(timers.next_deadline(), model.iter().map(|(deadline, _)| at(*deadline)).min());
            }
        }
    }
}
