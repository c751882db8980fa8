//! Watching the conversation: while somebody wants to see them, every message of every session is handed to a sink as a
//! [`Trace`] that prints as one line. When nobody does, it costs a load and a branch a message.

use core::sync::atomic::{AtomicBool, Ordering};

use spin::Mutex;

use super::msg::Trace;

/// Takes a line. It is called between a request's being written and its being sent, or a reply's arriving and its being
/// collected, with that request's slot locked: it prints or keeps the line and comes back, and does nothing by 9P.
pub type TraceSink = fn(&Trace<'_>);

static TRACING: AtomicBool = AtomicBool::new(false);
static SINK: Mutex<Option<TraceSink>> = Mutex::new(None);

/// From now on every message goes to `sink` too; `None`: to nobody.
pub fn set_trace(sink: Option<TraceSink>) {
    *SINK.lock() = sink;
    TRACING.store(sink.is_some(), Ordering::Relaxed);
}

/// Are messages being watched?
#[inline]
pub fn is_tracing() -> bool {
    TRACING.load(Ordering::Relaxed)
}

#[cold]
pub(super) fn show(line: &Trace<'_>) {
    let sink = *SINK.lock();
    if let Some(sink) = sink {
        sink(line);
    }
}
