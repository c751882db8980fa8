//! Waiting for another task of the same core to end, and getting what it returned.

use alloc::rc::Rc;
use core::cell::Cell;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::{KillError, SpawnError, TaskId};

/// The task was killed, so there is no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Killed;

impl fmt::Display for Killed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the task was killed")
    }
}

impl core::error::Error for Killed {}

struct Outcome<T> {
    value: Cell<Option<T>>,
    ended: Cell<bool>,
    waiter: Cell<Option<Waker>>,
}

/// Stands in the task for its end, however it comes: returning and being killed both drop it.
struct EndGuard<T>(Rc<Outcome<T>>);

impl<T> Drop for EndGuard<T> {
    fn drop(&mut self) {
        self.0.ended.set(true);
        if let Some(waiter) = self.0.waiter.take() {
            waiter.wake();
        }
    }
}

/// Waits for a task to end. Dropping the handle lets the task run on.
#[must_use = "drop it explicitly to let the task run on"]
pub struct JoinHandle<T> {
    id: TaskId,
    outcome: Rc<Outcome<T>>,
}

impl<T> JoinHandle<T> {
    /// The task's name.
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// Ends the task now, unless it has ended.
    pub fn kill(&self) {
        match super::kill(self.id) {
            Ok(()) | Err(KillError::NoSuchTask | KillError::Root | KillError::Unasked(_)) => (),
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("id", &self.id).field("ended", &self.outcome.ended.get()).finish()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, Killed>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.outcome.ended.get() {
            return Poll::Ready(self.outcome.value.take().ok_or(Killed));
        }
        self.outcome.waiter.set(Some(cx.waker().clone()));
        Poll::Pending
    }
}

/// As [`spawn`](super::spawn), with a handle to wait for the end.
pub fn spawn_join<F>(name: &str, fut: F) -> Result<JoinHandle<F::Output>, SpawnError>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let outcome =
        Rc::new(Outcome { value: Cell::new(None), ended: Cell::new(false), waiter: Cell::new(None) });
    let guard = EndGuard(outcome.clone());
    let id = super::spawn(name, async move {
        let guard = guard;
        let value = fut.await;
        guard.0.value.set(Some(value));
    })?;
    Ok(JoinHandle { id, outcome })
}
