//! The first serial line as a terminal.
//!
//! Nothing interrupts when a byte arrives, so a task looks: at once while bytes keep coming, and less and less often
//! when nobody types. A person does not notice, and the processor sleeps in between. The host keeps what does not fit
//! the sixteen bytes of the receiver until there is room, so nothing is lost by looking late. In the other direction the
//! host may be late: what the transmitter does not take waits here, and the task looks whether it takes more.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::task::{Context, Poll};

use spin::Mutex;

use super::cons::Terminal;
use crate::arch::com1;
use crate::ns::wait::WaitList;
use crate::task::{SpawnError, spawn, yield_now};
use crate::time::{Instant, Nanos, now, sleep};

/// How long after the last byte the line is looked at without pause: the host needs some time to bring more.
const EAGER: Nanos = Nanos::from_micros(200);

/// How many bytes wait for the console.
const UNREAD_BYTES_MAX: usize = 4096;

/// How long between looks, at first and at last.
const PAUSE_MIN: Nanos = Nanos::from_millis(1);
const PAUSE_MAX: Nanos = Nanos::from_millis(16);

/// A transmitter that has taken nothing for so long is not there any more: what is shown on it is dropped.
const TRANSMITTER_PATIENCE: Nanos = Nanos::from_secs(60);

/// The first serial line.
pub struct Uart {
    typed: Mutex<VecDeque<u8>>,
    arrived: WaitList,
    /// Since when the transmitter has been full, if it is.
    full_since: Mutex<Option<Instant>>,
    /// The transmitter may take more.
    emptied: WaitList,
}

impl Uart {
    /// Starts looking for bytes. Called once: two would share them.
    pub fn start() -> Result<Arc<Uart>, SpawnError> {
        let uart = Arc::new(Uart {
            typed: Mutex::default(),
            arrived: WaitList::new(),
            full_since: Mutex::default(),
            emptied: WaitList::new(),
        });
        let watched = uart.clone();
        spawn("uart", async move { watched.watch().await })?;
        Ok(uart)
    }

    async fn watch(&self) {
        let mut last = now();
        let mut pause = PAUSE_MIN;
        loop {
            let mut came = false;
            // A line that is not emptied is not read: the host then keeps the rest.
            while self.typed.lock().len() < UNREAD_BYTES_MAX
                && let Some(byte) = com1::receive()
            {
                self.typed.lock().push_back(byte);
                came = true;
            }
            if came {
                self.arrived.wake_all();
                last = now();
                pause = PAUSE_MIN;
            }
            if self.full_since.lock().is_some() {
                self.emptied.wake_all();
                pause = PAUSE_MIN;
            }
            if now() - last < EAGER {
                yield_now().await;
            } else {
                sleep(pause).await;
                pause = (pause + pause).min(PAUSE_MAX);
            }
        }
    }
}

impl Terminal for Uart {
    fn poll_read(&self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<usize> {
        self.arrived.poll_until(cx, || {
            let mut typed = self.typed.lock();
            let count = typed.len().min(into.len());
            into.iter_mut().zip(typed.drain(..count)).for_each(|(place, byte)| *place = byte);
            (count > 0).then_some(count)
        })
    }

    fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        self.emptied.poll_until(cx, || {
            let taken = com1::try_write(bytes);
            let full_since = &mut *self.full_since.lock();
            if taken > 0 || bytes.is_empty() {
                *full_since = None;
                return Some(taken);
            }
            let since = *full_since.get_or_insert_with(now);
            (now() - since > TRANSMITTER_PATIENCE).then_some(bytes.len())
        })
    }
}
