//! The driver for 9P devices (virtio 1.2 has only their number; QEMU's virtio-9p and its documents are the standard):
//! one queue of requests, each a chain of what the device reads, then what it writes.
//!
//! `NineP::start` brings a device up and learns its tag. A mount takes the [`NativeWire`] of a device, one mount at a
//! time: a second Tversion would make QEMU forget every file of the first.
//!
//! # A request's memory
//! A chain is the T header, the payload that follows it, the R header, the pages for the reply's payload; QEMU reads and
//! writes files straight from and to those segments. The envelope around them is the slot's own; it moves to the ring by
//! reference, with everything in it, and nobody can look into it until the ring gives it back.
//!
//! # Requests that outlive their session
//! A session that ends leaves requests with the device. Their chains remember which session they belong to, and their
//! memory goes back to its slots when the device returns it, whoever has the device by then. A device that never returns
//! them keeps their pages; nothing else gets those.
//!
//! # A device that breaks
//! Once it has lied, or says that it needs a reset, it is used no more: the session is told, and what the device has stays
//! with it. The next session resets it, which is what takes the pages back, and starts it anew.

#[cfg(test)]
mod tests;
mod wire;

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

use ninewire_queue::Fault;
use spin::Mutex;

use super::coalescing::{Coalescing, Pace};
use super::registry::Registry;
use super::vq::{Enabled, Virtqueue};
use super::{Counters, StartError, interrupts};
use crate::irq::Pending;
use crate::p9::slots::{SEGMENTS_MAX, Sealed};
use crate::p9::{Backlog, SlotId, WireError};
use crate::task::{self, Source};
use crate::time::Nanos;
use crate::virtio::Device;
use crate::{info, warn};

pub use wire::NativeWire;
use wire::Session;

/// VIRTIO_9P_MOUNT_TAG: the configuration holds a tag.
const MOUNT_TAG: u64 = 1 << 0;

/// Offsets in the device's configuration: the tag's length, then the tag, without a zero at its end.
mod config {
    pub(super) const TAG_LEN: usize = 0;
    pub(super) const TAG: usize = 2;
}

/// Longest tag believed; QEMU allows 31 bytes.
const TAG_BYTES_MAX: usize = 1024;

/// The one queue.
const REQUESTS: u16 = 0;

/// How answered requests of all 9P devices interrupt.
static COALESCING: Coalescing = Coalescing::none();

/// How answered requests of all 9P devices interrupt.
pub fn coalescing() -> &'static Coalescing {
    &COALESCING
}

/// A 9P device at work. Lives as long as the machine.
pub struct NineP {
    device: &'static Device,
    tag: Box<[u8]>,
    /// Set by the device's interrupt.
    pending: &'static Pending,
    /// Without interrupts somebody has to look: such a device keeps its core awake while it has requests.
    interrupts: AtomicBool,
    pace: Pace,
    inner: Mutex<Inner>,
}

struct Inner {
    /// None when a broken device could not be started anew.
    queue: Option<Requests>,
    /// Requests of the session that found no room.
    backlog: Backlog,
    /// Who has the device.
    session: Option<Session>,
    /// Sessions that have ended and have requests with the device.
    ended: Vec<Session>,
    next_session: u32,
    broken: Option<&'static str>,
    /// What queues before this one have done.
    past: Counters,
    bytes_out: u64,
    bytes_in: u64,
    payload_descriptors: u64,
    faults: u64,
}

/// A request with the device: what its envelope is labelled with.
struct Flight {
    session: u32,
    slot: SlotId,
}

impl Flight {
    fn label(self) -> u64 {
        u64::from(self.session) << 32 | self.slot.index() as u64
    }

    fn of(label: u64) -> Flight {
        Flight { session: (label >> 32) as u32, slot: SlotId::new(label as u32 as usize) }
    }
}

impl NineP {
    /// Takes the device from reset to live, and serves it on this core from now on.
    pub(super) fn start(
        device: &'static Device,
        registry: &'static Registry,
    ) -> Result<&'static NineP, StartError> {
        let pending: &'static Pending = Box::leak(Box::default());
        let (queue, interrupts) = bring_up(device, pending)?;
        let tag = read_tag(device)?;
        let inner = Mutex::new(Inner {
            queue: Some(queue),
            backlog: Backlog::new(),
            session: None,
            ended: Vec::new(),
            next_session: 0,
            broken: None,
            past: Counters::default(),
            bytes_out: 0,
            bytes_in: 0,
            payload_descriptors: 0,
            faults: 0,
        });
        let interrupts = AtomicBool::new(interrupts);
        let pace = Pace::default();
        let nine_p: &'static NineP =
            Box::leak(Box::new(NineP { device, tag, pending, interrupts, pace, inner }));
        registry.add_nine_p(nine_p);
        task::register_source(nine_p);
        Ok(nine_p)
    }

    /// The device's internal name.
    pub fn name(&self) -> &'static str {
        self.device.name()
    }

    /// The mount tag, as the host gave it: any bytes.
    pub fn tag(&self) -> &[u8] {
        &self.tag
    }

    /// What a session on this device travels by.
    pub fn wire(&'static self) -> NativeWire {
        NativeWire::new(self)
    }

    /// Does a session have the device?
    pub fn is_mounted(&self) -> bool {
        self.inner.lock().session.is_some()
    }

    /// Notifies the device of nothing: it looks at its ring in vain. For finding out what a needless notification costs,
    /// and whether one is noticed.
    pub fn notify_in_vain(&self) {
        if let Some(queue) = &mut self.inner.lock().queue {
            queue.notify();
        }
    }

    /// What the device has cost and carried.
    pub fn counters(&self) -> Counters {
        let mut counters = Counters { interrupts: interrupts::count(self.device), ..Counters::default() };
        let inner = self.inner.lock();
        counters = counters.plus(&inner.past);
        if let Some(queue) = &inner.queue {
            queue.count_into(&mut counters);
        }
        counters.bytes_out = inner.bytes_out;
        counters.bytes_in = inner.bytes_in;
        counters.payload_descriptors = inner.payload_descriptors;
        counters.faults = inner.faults;
        counters
    }

    /// Resets a broken device, takes back the memory it had, and starts it anew.
    fn revive(&self, inner: &mut Inner) -> Result<(), StartError> {
        self.device.reset()?;
        if let Some(queue) = inner.queue.take() {
            queue.count_into(&mut inner.past);
            // SAFETY: the device has just confirmed its reset.
            unsafe { queue.recover(|_, envelope| inner.settle(envelope, 0)) };
        }
        let (queue, interrupts) = bring_up(self.device, self.pending)?;
        self.interrupts.store(interrupts, Ordering::Relaxed);
        inner.queue = Some(queue);
        inner.broken = None;
        info!("{}: reset and started anew", self.name());
        Ok(())
    }

    /// The device is not used any more: everybody who waits is told, and what it has stays with it.
    fn give_up(&self, inner: &mut Inner, why: &'static str) {
        if inner.broken.is_some() {
            return;
        }
        warn!("{}: {why}; it is not used any more", self.name());
        inner.broken = Some(why);
        inner.faults += 1;
        inner.sessions().for_each(|session| session.fail(WireError::Broken(why)));
    }
}

type Requests = Virtqueue<&'static mut Sealed>;

/// Takes the device from reset to live. The second value: it interrupts.
fn bring_up(device: &Device, pending: &'static Pending) -> Result<(Requests, bool), StartError> {
    let agreed = device.negotiate(MOUNT_TAG | super::RING_FEATURES)?;
    let interrupts = interrupts::enable(device, pending)?;
    let ring = super::ring_features(agreed);
    let queue = Enabled::new(device, REQUESTS, ring, SEGMENTS_MAX as u16)?.open()?;
    device.driver_ok()?;
    Ok((queue, interrupts))
}

/// The tag, all of it: two devices may differ in its last byte.
fn read_tag(device: &Device) -> Result<Box<[u8]>, StartError> {
    let len = usize::from(device.config_u16(config::TAG_LEN)?);
    if len > TAG_BYTES_MAX {
        return Err(StartError::TagTooLong { len });
    }
    let mut tag = vec![0; len];
    device.config_bytes(config::TAG, &mut tag)?;
    Ok(tag.into())
}

impl Inner {
    fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.session.iter().chain(&self.ended)
    }

    /// Takes what the device has returned and gives it back to its slots. True: something came.
    fn reap(&mut self) -> Result<bool, Fault> {
        let mut news = false;
        while let Some(done) = self.queue.as_mut().map_or(Ok(None), Virtqueue::pop)? {
            news = true;
            self.bytes_in += u64::from(done.written);
            self.settle(done.chain, done.written);
        }
        Ok(news)
    }

    #[inline]
    fn settle(&mut self, envelope: &'static mut Sealed, written: u32) {
        let flight = Flight::of(envelope.label);
        match &mut self.session {
            Some(session) if session.number == flight.session => {
                session.settle(flight.slot, written, envelope)
            }
            _ => self.settle_of_ended(flight, envelope, written),
        }
    }

    #[cold]
    fn settle_of_ended(&mut self, flight: Flight, envelope: &'static mut Sealed, written: u32) {
        let at = self.ended.iter().position(|session| session.number == flight.session);
        let at = at.expect("a session with requests under way is kept");
        self.ended[at].settle(flight.slot, written, envelope);
        if self.ended[at].in_flight == 0 {
            self.ended.swap_remove(at);
        }
    }
}

impl Source for NineP {
    fn publish(&self) {
        let inner = &mut *self.inner.lock();
        if let (Some(queue), None) = (&mut inner.queue, inner.broken) {
            queue.publish();
        }
    }

    fn visit(&self) -> bool {
        let inner = &mut *self.inner.lock();
        let (Some(queue), None) = (&mut inner.queue, inner.broken) else { return false };
        queue.publish();
        // With interrupts it is armed for whatever comes while its core sleeps.
        queue.in_flight() > 0 && !self.interrupts.load(Ordering::Relaxed)
    }

    fn reap(&self) -> bool {
        // Taken before looking: an interrupt during the look leaves its mark for the next one.
        let interrupted = self.pending.take();
        let inner = &mut *self.inner.lock();
        if inner.broken.is_some() {
            return false;
        }
        let reaped = inner.reap();
        self.pace.looked(reaped == Ok(true));
        match reaped {
            Ok(true) => {
                inner.feed();
                true
            }
            // An interrupt that brought nothing may be the device saying that it has given up.
            Ok(false) if interrupted && self.device.needs_reset() => {
                self.give_up(inner, "the device says that it needs a reset");
                true
            }
            Ok(false) => false,
            Err(fault) => {
                self.give_up(inner, super::words(fault));
                true
            }
        }
    }

    fn arm(&self) -> bool {
        let inner = &mut *self.inner.lock();
        // Also with nothing under way: another core may send a request while this one sleeps.
        let (Some(queue), None) = (&mut inner.queue, inner.broken) else { return false };
        match queue.arm_after(self.pace.chains(&COALESCING)) {
            Ok(found) => found || queue.in_flight() > 0 && !self.interrupts.load(Ordering::Relaxed),
            Err(fault) => {
                self.give_up(inner, super::words(fault));
                true
            }
        }
    }

    fn nap_max(&self) -> Option<Nanos> {
        self.pace.nap_max(&COALESCING)
    }

    fn disarm(&self) {
        if let Some(queue) = &mut self.inner.lock().queue {
            queue.disarm();
        }
    }

    fn pending(&self) -> bool {
        self.pending.is_set()
    }
}

impl fmt::Debug for NineP {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tag = self.tag.escape_ascii();
        f.debug_struct("NineP")
            .field("name", &self.name())
            .field("tag", &format_args!("{tag}"))
            .finish_non_exhaustive()
    }
}
