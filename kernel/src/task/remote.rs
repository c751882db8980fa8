//! Work on other cores: which there are, starting a task on one, waiting for its end, ending it.
//!
//! A task's program is made, polled and dropped on one core and may hold what no other core may touch. So it is not the
//! program that travels to another core but what makes it: a closure that may be sent, called by the other core's loop.
//! The result travels back, and so it has to be fit for travelling too.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use spin::{Mutex, MutexGuard};

use super::core_table::{CORES, Core, Foreign, Name};
use super::here::{self, CORES_MAX, Here};
use super::{KillError, Source, SpawnError, TaskId, kill, spawn};
use crate::time::{Nanos, TimedOut, within};

/// Names a core of this machine that is there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CoreId(usize);

impl CoreId {
    /// The core that boots, which is always there, and serves the devices.
    pub const BOOT: CoreId = CoreId(0);

    /// The core with this number, if it is there; the one that boots is number 0.
    pub fn from_number(number: usize) -> Option<CoreId> {
        here::is_here(number).then_some(CoreId(number))
    }

    /// Its number.
    pub const fn number(self) -> usize {
        self.0
    }

    pub(super) fn core(self) -> &'static Core {
        &CORES[self.0]
    }
}

impl fmt::Display for CoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The cores that are there, by their numbers.
pub fn cores() -> impl Iterator<Item = CoreId> {
    (0..CORES_MAX).filter_map(CoreId::from_number)
}

/// The core that runs this.
pub fn this_core() -> CoreId {
    CoreId(here::this().index())
}

/// Why there is no result from another core.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lost {
    /// The task was killed.
    Killed,
    /// It could not be started there.
    NotStarted(SpawnError),
    /// The core has not come to it in time; it does later, if ever.
    Late(TimedOut),
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lost::Killed => f.write_str("the task was killed"),
            Lost::NotStarted(why) => why.fmt(f),
            Lost::Late(late) => late.fmt(f),
        }
    }
}

impl core::error::Error for Lost {}

/// What the two cores know of the task.
struct Outcome<T> {
    /// Written once, by the task's core, when it has been started.
    id: Option<TaskId>,
    /// Written once, by the task's core, and taken by who waits.
    result: Option<Result<T, Lost>>,
    /// Written by who waits, taken by the task's core.
    waiter: Option<Waker>,
}

type Shared<T> = Arc<Mutex<Outcome<T>>>;

impl<T> Outcome<T> {
    /// Leaves the result and wakes who waits, with the lock given back.
    fn end(mut outcome: MutexGuard<'_, Outcome<T>>, result: Result<T, Lost>) {
        outcome.result = Some(result);
        let waiter = outcome.waiter.take();
        drop(outcome);
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

/// Stands in the task for its end, however it comes: returning and being killed both drop it.
struct EndGuard<T> {
    shared: Shared<T>,
    result: Option<T>,
}

impl<T> Drop for EndGuard<T> {
    fn drop(&mut self) {
        let outcome = self.shared.lock();
        // A program that could not be started is dropped too; who tried tells.
        if outcome.id.is_some() {
            Outcome::end(outcome, self.result.take().ok_or(Lost::Killed));
        }
    }
}

/// Waits for a task of any core to end. Dropping the handle lets the task run on.
#[must_use = "drop it explicitly to let the task run on"]
pub struct RemoteHandle<T> {
    core: CoreId,
    shared: Shared<T>,
}

impl<T: Send + 'static> RemoteHandle<T> {
    /// The task's core.
    pub fn core(&self) -> CoreId {
        self.core
    }

    /// Has the task's core end it, unless it has ended by then.
    pub fn kill(&self) {
        let shared = self.shared.clone();
        self.core.core().ask(Box::new(move || {
            let id = shared.lock().id;
            match id.map(kill) {
                None
                | Some(Ok(()) | Err(KillError::NoSuchTask | KillError::Root | KillError::Unasked(_))) => (),
            }
        }));
    }
}

impl<T> fmt::Debug for RemoteHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteHandle").field("core", &self.core).finish_non_exhaustive()
    }
}

impl<T> Future for RemoteHandle<T> {
    type Output = Result<T, Lost>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut outcome = self.shared.lock();
        if let Some(result) = outcome.result.take() {
            return Poll::Ready(result);
        }
        outcome.waiter = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// Starts a task on `core`, which may be this one: `make` is called there and makes its program.
pub fn spawn_on<P>(
    core: CoreId,
    name: &str,
    make: impl FnOnce() -> P + Send + 'static,
) -> RemoteHandle<P::Output>
where
    P: Future + 'static,
    P::Output: Send + 'static,
{
    let outcome = Outcome { id: None, result: None, waiter: None };
    let shared = Arc::new(Mutex::new(outcome));
    let handle = RemoteHandle { core, shared: shared.clone() };
    let name = Name::new(name);
    core.core().ask(Box::new(move || {
        let mut guard = EndGuard { shared: shared.clone(), result: None };
        let program = make();
        let spawned = spawn(name.as_str(), async move {
            // All of it moves into the task, so that dropping the task drops it.
            let guard = &mut guard;
            guard.result = Some(program.await);
        });
        let mut outcome = shared.lock();
        match spawned {
            Ok(id) => outcome.id = Some(id),
            Err(why) => Outcome::end(outcome, Err(Lost::NotStarted(why))),
        }
    }));
    handle
}

/// How long a core may take to answer: it comes to it between two polls of its tasks, none of which takes long.
const ANSWERS_WITHIN: Nanos = Nanos::from_secs(5);

/// What `look` says on `core`: for asking after what belongs to that core.
pub async fn on<T: Send + 'static>(
    core: CoreId,
    look: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Lost> {
    let answer = spawn_on(core, "asked", || async { look() });
    within(ANSWERS_WITHIN, "another core's answer", answer).await.unwrap_or_else(|late| Err(Lost::Late(late)))
}

/// Ends a task of any core by having its core drop its program.
pub async fn kill_anywhere(id: TaskId) -> Result<(), KillError> {
    match CoreId::from_number(id.core()) {
        Some(core) if core == this_core() => kill(id),
        Some(core) => on(core, move || kill(id)).await.unwrap_or_else(|lost| Err(KillError::Unasked(lost))),
        None => Err(KillError::NoSuchTask),
    }
}

/// Has all other cores visit the sources that this one serves: for cores that came after these.
#[cfg(target_os = "none")]
pub(crate) fn show_sources() {
    let here = here::this();
    let sources = here.core().local(&here, |local| local.sources.clone());
    sources.into_iter().for_each(|source| show_to_others(source, &here));
}

/// Has all other cores visit a source that this one serves.
pub(super) fn show_to_others(source: &'static dyn Source, here: &Here) {
    let home = here.core();
    for other in cores().filter(|other| other.number() != home.index()) {
        let foreign = Foreign { source, home };
        other.core().ask(Box::new(move || {
            let here = here::this();
            here.core().add_foreign(&here, foreign);
        }));
    }
}
