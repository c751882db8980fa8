//! Device drivers: what turns virtio devices into 9P shares and serial ports.
//!
//! [`probe`] is called once, after boot and before the first task runs; or [`probe_if`], for one kind of device after the
//! other. It starts a driver for every device there is one for, reports the others and the broken ones, and passes them
//! over. What was found is asked for by name: [`nine_p`] for shares, [`port`] and [`port_comes`] for serial ports.
//!
//! Drivers are [`Source`](crate::task::Source)s of the core that probed: it takes back what the devices have done, and
//! their interrupts go there. Tasks of any core queue work, under a lock held for a moment, and their core hands it over
//! itself. Work goes out in batches, once a scheduling round; interrupts are asked for only when the core that probed goes
//! to sleep. A device is believed in nothing: what it returns
//! is checked by the rings against our own record, what it tells is bounded and counted.

mod coalescing;
pub mod console;
mod counters;
mod interrupts;
pub mod p9;
mod registry;
#[cfg(test)]
mod testing;
mod vq;
mod wait_list;

use core::fmt;

use ninewire_queue::{Fault, RingFeatures};

pub use coalescing::{Coalescing, OutOfRange};
pub use counters::Counters;
pub use registry::Registry;
pub use vq::QueueError;

use crate::time::{Nanos, TimedOut};
use crate::virtio::{ConfigError, Device, InitError, Kind, feature};
use crate::{info, warn};
use console::{Console, Port};
use p9::NineP;

/// Why a device is not served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StartError {
    /// It could not be brought to life.
    Init(InitError),
    /// A queue could not be set up.
    Queue(QueueError),
    /// Its configuration could not be read.
    Config(ConfigError),
    /// It claims a mount tag longer than any.
    TagTooLong {
        /// Bytes it claims.
        len: usize,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Init(error) => error.fmt(f),
            StartError::Queue(error) => error.fmt(f),
            StartError::Config(error) => error.fmt(f),
            StartError::TagTooLong { len } => write!(f, "it claims a mount tag of {len} bytes"),
        }
    }
}

impl core::error::Error for StartError {}

impl From<InitError> for StartError {
    fn from(error: InitError) -> StartError {
        StartError::Init(error)
    }
}

impl From<QueueError> for StartError {
    fn from(error: QueueError) -> StartError {
        StartError::Queue(error)
    }
}

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> StartError {
        StartError::Config(error)
    }
}

/// What was found on this machine.
static REGISTRY: Registry = Registry::new();

/// What was found on this machine.
pub fn registry() -> &'static Registry {
    &REGISTRY
}

/// The 9P share with this mount tag, if there is one; the first in bus order, should the host have used a tag twice.
pub fn nine_p(tag: &[u8]) -> Option<&'static NineP> {
    REGISTRY.nine_p(tag)
}

/// The serial port of this file name (`virtio-console-2`, `virtio-console-2.1`) or host-given name, if it is there.
pub fn port(name: &str) -> Option<&'static Port> {
    REGISTRY.port(name)
}

/// As [`port`]; waits for it to be announced.
pub async fn port_comes(name: &str, span: Nanos) -> Result<&'static Port, TimedOut> {
    REGISTRY.port_comes(name, span).await
}

/// Starts a driver for each of `devices`, on this core.
pub fn probe(devices: &'static [Device]) {
    probe_if(devices, |_| true);
}

/// The same for devices of some kinds: who needs one kind first need not wait for the others.
pub fn probe_if(devices: &'static [Device], wanted: impl Fn(Kind) -> bool) {
    let devices = devices.iter().filter(|device| wanted(device.kind()));
    devices.for_each(|device| probe_device(device, &REGISTRY));
}

fn probe_device(device: &'static Device, registry: &'static Registry) {
    let started = match device.kind() {
        Kind::NineP => NineP::start(device, registry).map(|_| ()),
        Kind::Console => Console::start(device, registry).map(|_| ()),
        _ => return info!("{}: no driver for it, passed over", device.name()),
    };
    if let Err(error) = started {
        warn!("{}: passed over, {error}", device.name());
        // Whatever memory it has been told of stays quarantined; after a reset it should not touch it either.
        if let Err(error) = device.reset() {
            warn!("{}: {error}", device.name());
        }
        device.fail();
    }
}

/// What our rings can do and every driver here asks for.
const RING_FEATURES: u64 = feature::INDIRECT_DESC | feature::EVENT_IDX | feature::RING_PACKED;

/// What was agreed on with a device, as far as its rings care.
fn ring_features(agreed: u64) -> RingFeatures {
    RingFeatures {
        event_idx: agreed & feature::EVENT_IDX != 0,
        indirect: agreed & feature::INDIRECT_DESC != 0,
        packed: agreed & feature::RING_PACKED != 0,
        in_order: false,
    }
}

/// A device's lie in words for whoever used it.
fn words(fault: Fault) -> &'static str {
    match fault {
        Fault::UnknownHead { .. } => "it returned a chain that cannot exist",
        Fault::NotInFlight { .. } => "it returned a chain it did not have",
        Fault::TooMuchWritten { .. } => "it claims to have written more than there was room for",
        Fault::IndexJump { .. } => "it claims to have returned more chains than it had",
        Fault::OutOfOrder { .. } => "it returned chains out of order, and had promised order",
        _ => "it broke the rules of its ring",
    }
}
