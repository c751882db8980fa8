//! Who is there: 9P shares by tag, ports by name. Drivers enter what they found; mounts and files look it up.

use alloc::vec::Vec;

use spin::Mutex;

use super::console::{Console, Port};
use super::p9::NineP;
use super::wait_list::WaitList;
use crate::time::{Nanos, TimedOut, within};

/// The devices that have been started. One for the machine; tests make their own.
pub struct Registry {
    inner: Mutex<Inner>,
}

struct Inner {
    nine_ps: Vec<&'static NineP>,
    consoles: Vec<&'static Console>,
    /// In the order they came; a port that was taken away stays and may come back.
    ports: Vec<&'static Port>,
    /// Waiting for a port to come or to be named.
    waiting: WaitList,
}

impl Registry {
    /// Nothing found yet.
    pub const fn new() -> Registry {
        Registry {
            inner: Mutex::new(Inner {
                nine_ps: Vec::new(),
                consoles: Vec::new(),
                ports: Vec::new(),
                waiting: WaitList::new(),
            }),
        }
    }

    pub(super) fn add_nine_p(&self, nine_p: &'static NineP) {
        self.inner.lock().nine_ps.push(nine_p);
    }

    /// The 9P devices, in the order they were found.
    pub fn nine_ps(&self) -> Vec<&'static NineP> {
        self.inner.lock().nine_ps.clone()
    }

    /// The 9P device with this tag; the first one, should the host have used a tag twice.
    pub fn nine_p(&self, tag: &[u8]) -> Option<&'static NineP> {
        self.inner.lock().nine_ps.iter().copied().find(|nine_p| nine_p.tag() == tag)
    }

    pub(super) fn add_console(&self, console: &'static Console) {
        self.inner.lock().consoles.push(console);
    }

    pub(super) fn add_port(&self, port: &'static Port) {
        let mut inner = self.inner.lock();
        inner.ports.push(port);
        inner.waiting.wake_all();
    }

    /// A port came back or was named: who waits looks again.
    pub(super) fn port_changed(&self) {
        self.inner.lock().waiting.wake_all();
    }

    /// The serial devices, in the order they were found.
    pub fn consoles(&self) -> Vec<&'static Console> {
        self.inner.lock().consoles.clone()
    }

    /// The ports that are there now, in the order they came.
    pub fn ports(&self) -> Vec<&'static Port> {
        self.inner.lock().ports.iter().copied().filter(|port| port.is_present()).collect()
    }

    /// The port with this file name or host-given name; the first one, should the host have used a name twice.
    pub fn port(&self, name: &str) -> Option<&'static Port> {
        self.inner.lock().ports.iter().copied().find(|port| port.is_called(name.as_bytes()))
    }

    /// As [`Registry::port`]; waits for it to come. Ports are announced by the device some time after it was started.
    pub async fn port_comes(&self, name: &str, span: Nanos) -> Result<&'static Port, TimedOut> {
        let comes = core::future::poll_fn(|cx| {
            // Waits first and looks then: a port that comes in between wakes us.
            self.inner.lock().waiting.wait(cx.waker());
            match self.port(name) {
                Some(port) => core::task::Poll::Ready(port),
                None => core::task::Poll::Pending,
            }
        });
        within(span, "a serial port of the name asked for", comes).await
    }
}

impl Default for Registry {
    fn default() -> Registry {
        Registry::new()
    }
}

impl core::fmt::Debug for Registry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Registry").field("ports", &self.ports()).finish_non_exhaustive()
    }
}
