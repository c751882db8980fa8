//! A virtio device as its driver sees it.
//!
//! The driver's calls, in this order: [`negotiate`](Device::negotiate),
//! [`enable_interrupt`](Device::enable_interrupt) if it wants to be woken,
//! [`enable_queue`](Device::enable_queue) for each queue, [`driver_ok`](Device::driver_ok).
//! [`reset`](Device::reset) goes back to the start. Configuration may be read after negotiation. None of it
//! is on a hot path: what a driver needs there is the [`Notify`] of each queue and its rings.

use super::init::{self, ConfigError, InitError};
use super::kind::Kind;
use super::notify::Notify;
use super::transport::{InterruptError, Interrupts, Status, Transport};
use crate::debug;
use crate::irq::{self, Irq, LineRegistration, Pending, RegisterError, Registration};
use alloc::boxed::Box;
use core::fmt;
use ninewire_queue::RingAreas;
use spin::Mutex;

/// How far the driver has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing agreed; the device touches no memory.
    Reset,
    /// Features agreed, queues being set up.
    Negotiated,
    /// The device works.
    Live,
}

struct Inner {
    transport: Box<dyn Transport>,
    phase: Phase,
    /// The vector, once there is one: it survives a reset.
    vector: Option<u8>,
    /// Was the device told its vector since the last reset?
    interrupts: bool,
    /// What was agreed on last.
    features: u64,
}

/// See the head of this file.
pub struct Device {
    name: &'static str,
    kind: Kind,
    inner: Mutex<Inner>,
}

impl Device {
    /// A device reached by `transport`; it is not touched before [`Device::negotiate`].
    pub fn new(name: &'static str, kind: Kind, transport: Box<dyn Transport>) -> Self {
        let inner = Inner { transport, phase: Phase::Reset, vector: None, interrupts: false, features: 0 };
        Self { name, kind, inner: Mutex::new(inner) }
    }

    /// The internal name, such as `virtio-9p-0`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The vector of its interrupts, once it has one.
    pub fn vector(&self) -> Option<u8> {
        self.inner.lock().vector
    }

    /// Resets the device and agrees on features: those of `wanted` that it offers, and those that are not the
    /// driver's to choose: VERSION_1 in any case, ACCESS_PLATFORM if it is offered.
    /// Says which they are.
    pub fn negotiate(&self, wanted: u64) -> Result<u64, InitError> {
        let mut inner = self.inner.lock();
        inner.phase = Phase::Reset;
        inner.interrupts = false;
        let accepted = init::negotiate(&mut *inner.transport, wanted)?;
        inner.phase = Phase::Negotiated;
        inner.features = accepted;
        debug!("{}: features {accepted:#x}", self.name);
        Ok(accepted)
    }

    /// The features agreed on last; 0 before [`Device::negotiate`].
    pub fn features(&self) -> u64 {
        self.inner.lock().features
    }

    /// The largest size of a queue; 0 if the device has no such queue.
    pub fn queue_size(&self, queue: u16) -> u16 {
        let transport = &mut self.inner.lock().transport;
        if queue < transport.queue_count() { transport.queue_size_max(queue) } else { 0 }
    }

    /// Sets `pending` on every interrupt of the device, for its configuration and for all queues enabled from
    /// now on. Without this call the device never interrupts and the driver has to look. Messages where the
    /// device has them, its interrupt line otherwise. The pending bit of the first call stays the device's
    /// for good.
    pub fn enable_interrupt(&self, pending: &'static Pending) -> Result<(), InitError> {
        let mut inner = self.inner.lock();
        inner.expect(Phase::Negotiated, "enable_interrupt")?;
        let irq = inner.transport.interrupt_line();
        match inner.transport.interrupts() {
            Interrupts::Messages => {
                let vector = inner.vector_or(|| {
                    irq::register(Registration { name: self.name, kind: irq::Kind::Msi, irq, pending })
                })?;
                inner.transport.route_interrupt(vector).map_err(InitError::Interrupt)?;
            }
            Interrupts::Line(status) => {
                let vector = inner.vector_or(|| {
                    irq::register_line(LineRegistration { name: self.name, irq, pending, status })
                })?;
                irq::route_line(irq, vector).map_err(|_| InitError::Interrupt(InterruptError::None))?;
                inner.transport.enable_line(true);
            }
            Interrupts::None => return Err(InitError::Interrupt(InterruptError::None)),
        }
        inner.interrupts = true;
        Ok(())
    }

    /// Gives the device a queue; `areas` stay valid until the device is reset.
    pub fn enable_queue(&self, queue: u16, size: u16, areas: RingAreas) -> Result<Notify, InitError> {
        let mut inner = self.inner.lock();
        inner.expect(Phase::Negotiated, "enable_queue")?;
        let interrupts = inner.interrupts;
        init::enable_queue(&mut *inner.transport, queue, size, areas, interrupts)
    }

    /// The device is live from here on.
    pub fn driver_ok(&self) -> Result<(), InitError> {
        let mut inner = self.inner.lock();
        inner.expect(Phase::Negotiated, "driver_ok")?;
        init::driver_ok(&mut *inner.transport)?;
        inner.phase = Phase::Live;
        Ok(())
    }

    /// Resets the device: when this returns it touches no memory and raises no interrupt.
    pub fn reset(&self) -> Result<(), InitError> {
        let mut inner = self.inner.lock();
        inner.phase = Phase::Reset;
        inner.interrupts = false;
        init::reset(&mut *inner.transport)
    }

    /// Gives up on the device and tells it so.
    pub fn fail(&self) {
        let transport = &mut self.inner.lock().transport;
        let status = transport.status();
        transport.set_status(status | Status::FAILED);
    }

    /// Has the device met an error that only a reset ends?
    pub fn needs_reset(&self) -> bool {
        self.inner.lock().transport.status().contains(Status::DEVICE_NEEDS_RESET)
    }

    /// Reads device configuration as of one moment.
    pub fn config_bytes(&self, offset: usize, bytes: &mut [u8]) -> Result<(), ConfigError> {
        init::read_config(&mut *self.inner.lock().transport, offset, bytes)
    }

    /// Reads a byte of configuration.
    pub fn config_u8(&self, offset: usize) -> Result<u8, ConfigError> {
        self.config(offset).map(u8::from_le_bytes)
    }

    /// Reads two bytes of configuration.
    pub fn config_u16(&self, offset: usize) -> Result<u16, ConfigError> {
        self.config(offset).map(u16::from_le_bytes)
    }

    /// Reads four bytes of configuration.
    pub fn config_u32(&self, offset: usize) -> Result<u32, ConfigError> {
        self.config(offset).map(u32::from_le_bytes)
    }

    fn config<const N: usize>(&self, offset: usize) -> Result<[u8; N], ConfigError> {
        let mut bytes = [0; N];
        self.config_bytes(offset, &mut bytes)?;
        Ok(bytes)
    }
}

impl Inner {
    /// The vector there is, or the one that `register` gets.
    fn vector_or(&mut self, register: impl FnOnce() -> Result<Irq, RegisterError>) -> Result<u8, InitError> {
        let vector = match self.vector {
            Some(vector) => vector,
            None => register().map_err(InitError::Register)?.vector,
        };
        self.vector = Some(vector);
        Ok(vector)
    }

    fn expect(&self, phase: Phase, call: &'static str) -> Result<(), InitError> {
        if self.phase == phase { Ok(()) } else { Err(InitError::OutOfOrder { call }) }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}
