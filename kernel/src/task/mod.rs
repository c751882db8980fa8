//! Tasks: everything the kernel does after boot is a stackless asynchronous program pinned to one core.
//!
//! A task runs until it awaits; nothing preempts it. Waking one sets a bit ([`TaskId`] says why that is all). Devices
//! take part as [`Source`]s. [`kill`] drops a task's program where it stands; what it had under way with a device stays
//! with that device's driver until the device gives it back, so killing is always safe and never waits.
//!
//! A core has its own table of at most [`TASKS_MAX`] tasks, its own timers and sources. Tasks stay on the core they were
//! started on, so what they hold need not be fit for another; [`spawn_on`] starts one on another core by sending it what
//! makes the program. Nothing moves by itself: work is on the boot core unless somebody says otherwise. Spawning
//! allocates; polling, waking, sleeping and completing do not.

mod core_table;
mod doze;
mod here;
mod id;
mod join;
#[cfg(all(test, loom))]
mod models;
mod ready;
mod remote;
mod run;
mod source;
mod spin;
mod sync;
pub(crate) mod timers;

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::future::Future;
use core::task::{Poll, Waker};

pub use core_table::Name;
pub use id::{TASKS_MAX, TaskId};
pub use join::{JoinHandle, Killed, spawn_join};
#[cfg(target_os = "none")]
pub(crate) use remote::show_sources;
pub use remote::{CoreId, Lost, RemoteHandle, cores, kill_anywhere, on, spawn_on, this_core};
pub use source::Source;
pub use spin::{SPIN, SPIN_MAX};

use crate::time::{Instant, Nanos};
use timers::TimerKey;

/// Why a task could not be started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpawnError {
    /// This core runs [`TASKS_MAX`] tasks already.
    TableFull,
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpawnError::TableFull => write!(f, "too many tasks: this core runs {TASKS_MAX} already"),
        }
    }
}

impl core::error::Error for SpawnError {}

/// Why a task could not be killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KillError {
    /// It has ended, or there never was one of that name on this core.
    NoSuchTask,
    /// It is the program the core was started for; it ends by returning.
    Root,
    /// Its core could not be asked, or has not answered: should it do so later, the task ends then.
    Unasked(Lost),
}

impl fmt::Display for KillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KillError::NoSuchTask => f.write_str("no such task"),
            KillError::Root => f.write_str("the main task ends by itself only"),
            KillError::Unasked(lost) => write!(f, "its core cannot be asked: {lost}"),
        }
    }
}

impl core::error::Error for KillError {}

/// What a core does when no task is ready.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum WaitMode {
    /// Looks again and again: lowest delay, a processor always busy.
    Poll = 0,
    /// Stops the processor at once; interrupts wake it.
    Irq = 1,
    /// Looks for [`SPIN`] after the last progress, then stops the processor; for up to [`SPIN_MAX`] where devices end such
    /// stops soon.
    Adaptive = 2,
}

impl WaitMode {
    fn from_bits(bits: u8) -> WaitMode {
        match bits {
            0 => WaitMode::Poll,
            1 => WaitMode::Irq,
            _ => WaitMode::Adaptive,
        }
    }
}

impl fmt::Display for WaitMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WaitMode::Poll => "poll",
            WaitMode::Irq => "irq",
            WaitMode::Adaptive => "adaptive",
        })
    }
}

/// A word that names no [`WaitMode`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownWaitMode;

impl fmt::Display for UnknownWaitMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ways to wait are poll, irq and adaptive")
    }
}

impl core::error::Error for UnknownWaitMode {}

impl core::str::FromStr for WaitMode {
    type Err = UnknownWaitMode;
    fn from_str(word: &str) -> Result<WaitMode, UnknownWaitMode> {
        match word {
            "poll" => Ok(WaitMode::Poll),
            "irq" => Ok(WaitMode::Irq),
            "adaptive" => Ok(WaitMode::Adaptive),
            _ => Err(UnknownWaitMode),
        }
    }
}

/// What a task is doing, for the process listing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Being polled: the one that asks.
    Running,
    /// Woken, waits for its turn.
    Ready,
    /// Awaits something.
    Waiting,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            State::Running => "Running",
            State::Ready => "Ready",
            State::Waiting => "Waiting",
        })
    }
}

/// One line of the process listing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Which task.
    pub id: TaskId,
    /// What it was called when it was spawned.
    pub name: Name,
    /// What it is doing.
    pub state: State,
    /// How often it has run.
    pub polls: u64,
    /// How long it has run in all.
    pub busy: Nanos,
}

/// What a core's run loop has done since it began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Rounds of the loop.
    pub rounds: u64,
    /// Polls of tasks.
    pub polls: u64,
    /// Turns of looking for work without finding any.
    pub spins: u64,
    /// Times the processor was to be stopped.
    pub sleeps: u64,
    /// How long it was stopped in all.
    pub asleep: Nanos,
}

impl Stats {
    const ZERO: Stats = Stats { rounds: 0, polls: 0, spins: 0, sleeps: 0, asleep: Nanos::ZERO };

    /// What happened between `earlier` and this.
    pub fn since(&self, earlier: &Stats) -> Stats {
        Stats {
            rounds: self.rounds - earlier.rounds,
            polls: self.polls - earlier.polls,
            spins: self.spins - earlier.spins,
            sleeps: self.sleeps - earlier.sleeps,
            asleep: Nanos(self.asleep.get() - earlier.asleep.get()),
        }
    }
}

/// Starts a task on this core. It first runs in the next round of the loop.
pub fn spawn(name: &str, fut: impl Future<Output = ()> + 'static) -> Result<TaskId, SpawnError> {
    let here = here::this();
    here.core().insert(&here, name, Some(Box::pin(fut)))
}

/// Ends a task of this core by dropping its program. A task that kills itself ends at its next await.
pub fn kill(id: TaskId) -> Result<(), KillError> {
    let here = here::this();
    if id.core() != here.index() {
        return Err(KillError::NoSuchTask);
    }
    here.core().kill(&here, id)
}

/// The task that calls this; None outside of any.
pub fn current() -> Option<TaskId> {
    let here = here::this();
    here.core().current(&here)
}

/// The tasks of this core.
pub fn rows() -> Vec<Row> {
    let here = here::this();
    here.core().rows(&here)
}

/// What this core's run loop has done so far.
pub fn stats() -> Stats {
    let here = here::this();
    here.core().local(&here, |local| local.stats)
}

/// Lets this core's run loop serve a source from now on. Tasks of every core may use it.
pub fn register_source(source: &'static dyn Source) {
    let here = here::this();
    here.core().local(&here, |local| local.sources.push(source));
    remote::show_to_others(source, &here);
}

/// How this core waits when no task is ready.
pub fn wait_mode() -> WaitMode {
    here::this().core().wait_mode()
}

/// Changes how this core waits, from its next idle moment on.
pub fn set_wait_mode(mode: WaitMode) {
    here::this().core().set_wait_mode(mode);
}

/// Lets every other ready task, the sources and the timers have their turn.
///
/// A round polls the ready tasks in the order of their slots, so only when a whole round lies between have all of them
/// been polled, whatever their slots are: this returns in the round after the next.
pub async fn yield_now() {
    let mut rounds = 0;
    core::future::poll_fn(|cx| {
        if rounds == 2 {
            return Poll::Ready(());
        }
        rounds += 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Runs this core until it has no tasks left.
///
/// # Panics
/// When called from a task.
pub fn run() {
    run::run(&here::ThisPlatform::new());
}

/// Runs this core, all its tasks, until `fut` is done. It may borrow from the caller; it cannot be killed.
///
/// # Panics
/// When called from a task, or when the task table has no slot left for it.
pub fn block_on<F: Future>(fut: F) -> F::Output {
    run::block_on(&here::ThisPlatform::new(), fut).expect("a core's main program is its first task")
}

/// Runs this core for good: its tasks come from other cores.
#[cfg(target_os = "none")]
pub(crate) fn serve() -> ! {
    run::serve(&here::ThisPlatform::new())
}

/// Changes how a core waits, from its next idle moment on.
pub fn set_wait_mode_of(core: CoreId, mode: WaitMode) {
    core.core().set_wait_mode(mode);
}

pub(crate) fn timer_start(deadline: Instant, waker: &Waker) -> TimerKey {
    let here = here::this();
    let waker = waker.clone();
    here.core().local(&here, |local| local.timers.start(deadline, waker))
}

/// False: the timer has fired.
pub(crate) fn timer_rearm(key: TimerKey, waker: &Waker) -> bool {
    let here = here::this();
    let waker = waker.clone();
    match here.core().local(&here, |local| local.timers.set_waker(key, waker)) {
        Ok(old) => {
            drop(old);
            true
        }
        Err(unused) => {
            drop(unused);
            false
        }
    }
}

pub(crate) fn timer_cancel(key: TimerKey) {
    // A thread of the host that ends drops what is left on its core, and has none by then.
    if let Some(here) = here::try_this() {
        drop(here.core().local(&here, |local| local.timers.cancel(key)));
    }
}
