//! What each core has: its tasks, its timers, its sources, and the ready bits others may set.
//!
//! Everything but the ready bits, the generations and the inbox belongs to the core alone. `Core::local` reaches it only
//! for who runs on that core, and borrows for a moment only: never across a poll, a wake or a drop of somebody else's
//! value, since those run code that comes back here.
//!
//! What another core wants of this one, such as a task to be started, it leaves in the inbox as something to call.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

use crossbeam_utils::CachePadded;
use spin::Mutex;

use super::doze::Doze;
use super::here::{self, CORES_MAX, Here};
use super::id::{ATTENTION, SLOTS, TASKS_MAX, TaskId};
use super::ready::ReadySet;
use super::source::Source;
use super::timers::Timers;
use super::{KillError, Row, SpawnError, State, Stats, WaitMode};
use crate::time::Nanos;

/// A program: what a task runs.
pub(crate) type Program = Pin<Box<dyn Future<Output = ()>>>;

/// What one core asks another to do.
pub(crate) type Errand = Box<dyn FnOnce() + Send>;

/// A source that another core serves.
#[derive(Clone, Copy)]
pub(crate) struct Foreign {
    pub(crate) source: &'static dyn Source,
    pub(crate) home: &'static Core,
}

/// One entry for each core the machine may have. Wakers index it, so it never moves.
pub(crate) static CORES: [Core; CORES_MAX] = {
    let mut cores = [const { Core::new(0) }; CORES_MAX];
    let mut index = 0;
    while index < CORES_MAX {
        cores[index].index = index;
        index += 1;
    }
    cores
};

/// One core's share of the executor.
pub(crate) struct Core {
    index: usize,
    /// Set by wakers anywhere; emptied by this core.
    ready: CachePadded<ReadySet>,
    /// Written by this core when it goes to sleep; read by whoever sets a ready bit.
    doze: CachePadded<Doze>,
    /// Counts the tasks each slot has had. Written by this core when a task ends; read by wakers, which may be late.
    generations: [AtomicU32; SLOTS],
    /// How this core waits when nobody is ready; settable from anywhere.
    wait_mode: AtomicU8,
    /// There are sources that other cores serve. Written and read by this core.
    has_foreign: AtomicBool,
    /// Filled by any core; emptied by this one, which the ready bit [`ATTENTION`] tells.
    inbox: Mutex<Vec<Errand>>,
    local: RefCell<Local>,
}

// SAFETY: `local`, the one field that is not Sync by itself, is reached through `Core::local` alone, which demands a
// `Here`, the proof of running on a core, and reaches that core's own; and a core runs one thing at a time. Its futures
// need not be Send because they are made, polled and dropped on that core only.
unsafe impl Sync for Core {}

/// What only the core itself touches.
pub(crate) struct Local {
    slots: Vec<Slot>,
    free: Vec<u8>,
    pub(crate) timers: Timers,
    pub(crate) sources: Vec<&'static dyn Source>,
    foreign: Vec<Foreign>,
    current: Option<TaskId>,
    pub(crate) running: bool,
    pub(crate) stats: Stats,
}

#[derive(Default)]
struct Slot(Option<Task>);

struct Task {
    name: Name,
    /// None while it is being polled, while it is being dropped, and for the program of `block_on`, which lives on the
    /// caller's stack.
    program: Option<Program>,
    killed: bool,
    /// The program of `block_on`: ends with that call, and by nothing else.
    root: bool,
    polls: u64,
    busy: Nanos,
}

impl Core {
    const fn new(index: usize) -> Core {
        Core {
            index,
            ready: CachePadded::new(ReadySet::new()),
            doze: CachePadded::new(Doze::new(AtomicBool::new(false))),
            generations: [const { AtomicU32::new(0) }; SLOTS],
            wait_mode: AtomicU8::new(WaitMode::Adaptive as u8),
            has_foreign: AtomicBool::new(false),
            inbox: Mutex::new(Vec::new()),
            local: RefCell::new(Local::new()),
        }
    }

    /// Runs `f` on this core's own data. `f` must neither wake, poll nor drop anything that is not ours.
    pub(crate) fn local<R>(&self, here: &Here, f: impl FnOnce(&mut Local) -> R) -> R {
        debug_assert_eq!(here.index(), self.index, "a core's tasks belong to that core");
        f(&mut here.core().local.borrow_mut())
    }

    /// Its number.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// Marks a task as ready, and interrupts the core if it sleeps. From any core. A late wake of a task that is gone is
    /// dropped here; one that slips through while the slot changes hands costs the new task one needless poll.
    pub(crate) fn wake(&self, id: TaskId) {
        if self.generations[id.slot()].load(Ordering::Relaxed) == id.generation() {
            self.set_ready(id.slot());
        }
    }

    #[inline]
    fn set_ready(&self, slot: usize) {
        self.ready.set(slot);
        if self.doze.must_interrupt() {
            here::interrupt(self.index);
        }
    }

    /// Leaves something to do for this core's loop, from any core.
    pub(crate) fn ask(&self, errand: Errand) {
        self.inbox.lock().push(errand);
        self.set_ready(ATTENTION);
    }

    /// What others have left to do.
    pub(crate) fn take_errands(&self) -> Vec<Errand> {
        core::mem::take(&mut *self.inbox.lock())
    }

    /// Has this core look after its sources once more, if it may have gone to sleep without knowing what another core
    /// has done with one of them: under the source's lock, before this. A core that is awake looks after them anyway,
    /// and one that dozes has said so before it has taken that lock to arm the source.
    fn nudge(&self) {
        if self.doze.is_dozing() {
            self.set_ready(ATTENTION);
        }
    }

    pub(crate) fn doze(&self) -> &Doze {
        &self.doze
    }

    /// From now on this core visits a source that another core serves.
    pub(crate) fn add_foreign(&self, here: &Here, foreign: Foreign) {
        self.local(here, |local| local.foreign.push(foreign));
        self.has_foreign.store(true, Ordering::Relaxed);
    }

    /// Hands over what this core's tasks have queued with sources that other cores serve.
    #[inline]
    pub(crate) fn visit_foreign(&self, here: &Here) {
        if self.has_foreign.load(Ordering::Relaxed) {
            self.visit_each(here);
        }
    }

    #[cold]
    fn visit_each(&self, here: &Here) {
        let mut index = 0;
        while let Some(Foreign { source, home }) = self.local(here, |local| local.foreign.get(index).copied())
        {
            if source.visit() {
                home.nudge();
            }
            index += 1;
        }
    }

    pub(crate) fn ready(&self) -> &ReadySet {
        &self.ready
    }

    pub(crate) fn wait_mode(&self) -> WaitMode {
        WaitMode::from_bits(self.wait_mode.load(Ordering::Relaxed))
    }

    pub(crate) fn set_wait_mode(&self, mode: WaitMode) {
        self.wait_mode.store(mode as u8, Ordering::Relaxed);
    }

    /// Gives a program a slot and makes it ready; this core is awake. `None` takes a slot for the program of `block_on`.
    pub(crate) fn insert(
        &self,
        here: &Here,
        name: &str,
        program: Option<Program>,
    ) -> Result<TaskId, SpawnError> {
        let root = program.is_none();
        let task = Task { name: Name::new(name), program, killed: false, root, polls: 0, busy: Nanos::ZERO };
        let slot = self.local(here, |local| {
            let slot = match local.free.pop() {
                Some(slot) => slot as usize,
                None if local.slots.len() < TASKS_MAX => {
                    local.slots.push(Slot::default());
                    local.slots.len() - 1
                }
                None => return Err((SpawnError::TableFull, task)),
            };
            local.slots[slot].0 = Some(task);
            Ok(slot)
        });
        match slot {
            Ok(slot) => {
                self.ready.set(slot);
                Ok(TaskId::new(self.index, slot, self.generations[slot].load(Ordering::Relaxed)))
            }
            Err((error, refused)) => {
                drop(refused);
                Err(error)
            }
        }
    }

    /// Takes the program out of a slot to poll it. None: nobody is there, or nothing to poll.
    pub(crate) fn take_program(&self, here: &Here, slot: usize) -> Option<(TaskId, Program)> {
        let id = TaskId::new(self.index, slot, self.generations[slot].load(Ordering::Relaxed));
        self.local(here, |local| {
            let program = local.slots.get_mut(slot)?.0.as_mut()?.program.take()?;
            local.current = Some(id);
            Some((id, program))
        })
    }

    /// Notes that the program of `block_on` is about to be polled.
    pub(crate) fn enter_root(&self, here: &Here, id: TaskId) {
        self.local(here, |local| local.current = Some(id));
    }

    /// After a poll: accounts it and puts the program back, unless it ended or was killed meanwhile: then the caller
    /// gets it to drop, and calls [`Core::release`].
    pub(crate) fn polled(
        &self,
        here: &Here,
        id: TaskId,
        busy: Nanos,
        pending: Option<Program>,
    ) -> Result<(), Option<Program>> {
        self.local(here, |local| {
            local.current = None;
            local.stats.polls += 1;
            let Some(task) = &mut local.slots[id.slot()].0 else { return Err(pending) };
            task.polls += 1;
            task.busy += busy;
            if task.root {
                return Ok(());
            }
            match pending {
                Some(program) if !task.killed => {
                    task.program = Some(program);
                    Ok(())
                }
                ended => Err(ended),
            }
        })
    }

    /// Empties a slot whose program is gone. From here on wakers of that task do nothing.
    pub(crate) fn release(&self, here: &Here, id: TaskId) {
        self.generations[id.slot()].fetch_add(1, Ordering::Relaxed);
        self.ready.clear(id.slot());
        self.local(here, |local| {
            local.slots[id.slot()].0 = None;
            local.free.push(id.slot() as u8);
        });
    }

    /// Ends a task by dropping its program, at once, or after the current poll when it ends itself.
    pub(crate) fn kill(&self, here: &Here, id: TaskId) -> Result<(), KillError> {
        if self.generations[id.slot()].load(Ordering::Relaxed) != id.generation() {
            return Err(KillError::NoSuchTask);
        }
        let program = self.local(here, |local| {
            let current = local.current == Some(id);
            let slot = local.slots.get_mut(id.slot()).ok_or(KillError::NoSuchTask)?;
            let task = slot.0.as_mut().ok_or(KillError::NoSuchTask)?;
            if task.root {
                return Err(KillError::Root);
            }
            if current {
                task.killed = true;
                return Ok(None);
            }
            // Without a program it is being dropped right now, by a kill further up the stack.
            task.program.take().map(Some).ok_or(KillError::NoSuchTask)
        })?;
        if let Some(program) = program {
            drop(program);
            self.release(here, id);
        }
        Ok(())
    }

    pub(crate) fn current(&self, here: &Here) -> Option<TaskId> {
        self.local(here, |local| local.current)
    }

    pub(crate) fn rows(&self, here: &Here) -> Vec<Row> {
        let row = |(slot, entry): (usize, &Slot), current: Option<TaskId>| {
            let task = entry.0.as_ref()?;
            let id = TaskId::new(self.index, slot, self.generations[slot].load(Ordering::Relaxed));
            let state = if current == Some(id) {
                State::Running
            } else if self.ready.contains(slot) {
                State::Ready
            } else {
                State::Waiting
            };
            Some(Row { id, name: task.name, state, polls: task.polls, busy: task.busy })
        };
        self.local(here, |local| {
            local.slots.iter().enumerate().filter_map(|entry| row(entry, local.current)).collect()
        })
    }

    /// How many tasks there are, the program of `block_on` included.
    pub(crate) fn tasks(&self, here: &Here) -> usize {
        self.local(here, |local| local.slots.len() - local.free.len())
    }

    /// Takes everything off this core. For the host, where a thread that ends gives its core back.
    #[cfg(not(target_os = "none"))]
    pub(crate) fn take_all(&self, here: &Here) -> Local {
        for (slot, generation) in self.generations.iter().enumerate() {
            generation.fetch_add(1, Ordering::Relaxed);
            self.ready.clear(slot);
        }
        self.set_wait_mode(WaitMode::Adaptive);
        self.has_foreign.store(false, Ordering::Relaxed);
        drop(self.take_errands());
        self.local(here, |local| core::mem::replace(local, Local::new()))
    }
}

impl Local {
    const fn new() -> Local {
        Local {
            slots: Vec::new(),
            free: Vec::new(),
            timers: Timers::new(),
            sources: Vec::new(),
            foreign: Vec::new(),
            current: None,
            running: false,
            stats: Stats::ZERO,
        }
    }
}

/// A task's name, cut to what the listing shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    bytes: [u8; Name::LEN_MAX],
    len: u8,
}

impl Name {
    const LEN_MAX: usize = 27;

    pub(crate) fn new(text: &str) -> Name {
        let mut len = text.len().min(Self::LEN_MAX);
        while !text.is_char_boundary(len) {
            len -= 1;
        }
        let mut bytes = [0; Self::LEN_MAX];
        bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
        Name { bytes, len: len as u8 }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.len as usize]).unwrap_or("")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_between_letters() {
        assert_eq!(Name::new("shell").as_str(), "shell");
        let long = "ünïcödé-ünïcödé-ünïcödé-ünïcödé";
        let name = Name::new(long);
        assert!(name.as_str().len() <= Name::LEN_MAX && long.starts_with(name.as_str()));
    }
}
