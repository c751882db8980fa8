//! Names of tasks, and the waker made of nothing but such a name.
//!
//! A waker is a core, a slot of that core's task table and the slot's generation, packed into one word that never
//! points anywhere. Cloning it copies a word, dropping it does nothing, waking sets one bit of the ready set of that
//! core, and interrupts that core if it sleeps: no count, no heap, no lock, so a wake is cheap on every path.

use core::fmt;
use core::ptr;
use core::task::{RawWaker, RawWakerVTable, Waker};

use super::core_table::CORES;

const SLOT_BITS: u32 = 8;
const CORE_BITS: u32 = 8;

/// Places of a core's table, and bits of its ready set.
pub(crate) const SLOTS: usize = 1 << SLOT_BITS;

/// The place that is no task's: its bit says that the core's own attention is wanted.
pub(crate) const ATTENTION: usize = SLOTS - 1;

/// Tasks of one core, at most.
pub const TASKS_MAX: usize = ATTENTION;

const _: () = assert!(size_of::<usize>() == 8, "a task's name fills a 64-bit word");

/// Names one task for as long as the machine runs: a slot that is used again carries another generation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(u64);

impl TaskId {
    pub(crate) const fn new(core: usize, slot: usize, generation: u32) -> TaskId {
        TaskId(slot as u64 | (core as u64) << SLOT_BITS | (generation as u64) << (SLOT_BITS + CORE_BITS))
    }

    /// The number a person types to name this task.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The task a person named. Any number is allowed; most name no task.
    pub const fn from_number(number: u64) -> TaskId {
        TaskId(number)
    }

    pub(crate) const fn slot(self) -> usize {
        self.0 as usize & (SLOTS - 1)
    }

    pub(crate) const fn core(self) -> usize {
        (self.0 >> SLOT_BITS) as usize & ((1 << CORE_BITS) - 1)
    }

    pub(crate) const fn generation(self) -> u32 {
        (self.0 >> (SLOT_BITS + CORE_BITS)) as u32
    }

    /// A waker for this task.
    pub(crate) fn waker(self) -> Waker {
        // SAFETY: the vtable's functions treat the data word as plain bits and never as a pointer, are callable from
        // any thread, and own nothing, which is all that the contract of a raw waker asks for.
        unsafe { Waker::from_raw(RawWaker::new(ptr::without_provenance(self.0 as usize), &VTABLE)) }
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskId(core {}, slot {}, generation {})", self.core(), self.slot(), self.generation())
    }
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake, |_| ());

fn clone(bits: *const ()) -> RawWaker {
    RawWaker::new(bits, &VTABLE)
}

fn wake(bits: *const ()) {
    let id = TaskId(bits.addr() as u64);
    if let Some(core) = CORES.get(id.core()) {
        core.wake(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_its_three_parts_back() {
        let id = TaskId::new(7, 255, u32::MAX);
        assert_eq!((id.core(), id.slot(), id.generation()), (7, 255, u32::MAX));
        assert_eq!(TaskId::from_number(id.number()), id);
    }

    #[test]
    fn wakers_of_one_task_are_interchangeable() {
        let id = TaskId::new(0, 3, 9);
        assert!(id.waker().will_wake(&id.waker().clone()));
        assert!(!id.waker().will_wake(&TaskId::new(0, 3, 10).waker()));
    }
}
