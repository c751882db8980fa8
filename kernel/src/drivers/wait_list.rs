//! Tasks that wait for the same event of a device. All are woken together and look for themselves.

use alloc::vec::Vec;
use core::task::Waker;

/// Kept behind the lock of what is awaited. Waking under that lock is fine: a task's waker only sets a bit.
#[derive(Debug, Default)]
pub(super) struct WaitList(Vec<Waker>);

impl WaitList {
    pub(super) const fn new() -> WaitList {
        WaitList(Vec::new())
    }

    /// Adds a task; one that waits already is not added again.
    pub(super) fn wait(&mut self, waker: &Waker) {
        if !self.0.iter().any(|known| known.will_wake(waker)) {
            self.0.push(waker.clone());
        }
    }

    /// Is anybody waiting?
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn wake_all(&mut self) {
        for waker in self.0.drain(..) {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::TaskId;

    #[test]
    fn a_task_that_asks_twice_waits_once() {
        let mut list = WaitList::new();
        assert!(list.is_empty());
        let (one, other) = (TaskId::from_number(1).waker(), TaskId::from_number(2).waker());
        for waker in [&one, &other, &one.clone()] {
            list.wait(waker);
        }
        assert_eq!(list.0.len(), 2);
        list.wake_all();
        assert!(list.is_empty());
    }
}
