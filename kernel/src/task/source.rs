//! What a run loop serves besides its tasks: devices, and whatever else completes things from outside.

use crate::time::Nanos;

/// Something that takes work in batches and completes it later. Registered once, served by its core's run loop for as
/// long as the machine runs.
///
/// The run loop calls, every round, [`reap`](Source::reap) before its tasks run and [`publish`](Source::publish) after; and
/// before it sleeps [`arm`](Source::arm), after it has slept [`disarm`](Source::disarm). None of them may block or run
/// the loop; they may wake tasks.
///
/// Tasks of other cores may use a source too, so all of it is behind a lock that is held for a moment only. A core that
/// has run tasks calls [`visit`](Source::visit) for every source that another core serves.
pub trait Source: Sync {
    /// Hands over everything the tasks have queued since the last call: one index store, one notification at most.
    fn publish(&self);

    /// As [`publish`](Source::publish), by a core that does not serve this source. True: the core that does has to look
    /// after it once more should it be asleep, since what it has armed then may no longer be all that is waited for.
    fn visit(&self) -> bool {
        self.publish();
        true
    }

    /// Completes what has come back and wakes who waits for it. True: something was there. Takes the pending mark
    /// before it looks, so that an interrupt during the look is not forgotten.
    fn reap(&self) -> bool;

    /// Asks for an interrupt on the next completion, then looks again. True: something is there already, do not sleep.
    fn arm(&self) -> bool;

    /// How long the loop may sleep at most before it looks again, once armed: asked for where an interrupt does not come
    /// for every completion.
    fn nap_max(&self) -> Option<Nanos> {
        None
    }

    /// Asks for no more interrupts: the loop is awake and looks by itself.
    fn disarm(&self);

    /// Has an interrupt come since the last [`reap`](Source::reap)? Looked at with interrupts off, as the last thing
    /// before the processor stops.
    fn pending(&self) -> bool;
}
