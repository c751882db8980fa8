//! From reset to live, by the numbered steps of virtio 1.2, 3.1.1, over any transport. Pure.

use super::feature;
use super::transport::{InterruptError, Status, Transport};
use crate::irq::RegisterError;
use core::fmt;
use ninewire_queue::RingAreas;

/// Why a device could not be brought to life. It is left with FAILED set, or in reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitError {
    /// The device does not finish its reset.
    ResetUnfinished,
    /// The device is a legacy one, or says so.
    NotVersion1 {
        /// What it offers.
        offered: u64,
    },
    /// The device takes back FEATURES_OK.
    FeaturesRefused {
        /// What we accepted.
        accepted: u64,
    },
    /// The device has no such queue.
    NoQueue {
        /// Its number.
        queue: u16,
    },
    /// The queue does not become that large.
    QueueTooLarge {
        /// Its number.
        queue: u16,
        /// The size asked for.
        asked: u16,
        /// The largest the device has.
        max: u16,
    },
    /// The queue's notification register lies where the device has none.
    NoNotify {
        /// The queue's number.
        queue: u16,
    },
    /// No vector is left.
    Register(RegisterError),
    /// The device cannot interrupt.
    Interrupt(InterruptError),
    /// The device says it needs a reset.
    NeedsReset,
    /// Our driver called in another order than the standard's.
    OutOfOrder {
        /// What it called.
        call: &'static str,
    },
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResetUnfinished => write!(f, "it does not finish its reset"),
            Self::NotVersion1 { offered } => {
                write!(
                    f,
                    "it does not offer VERSION_1 (offered {offered:#x}); disable-modern is not supported"
                )
            }
            Self::FeaturesRefused { accepted } => {
                write!(f, "it refuses the features {accepted:#x} it offered")
            }
            Self::NoQueue { queue } => write!(f, "it has no queue {queue}"),
            Self::QueueTooLarge { queue, asked, max } => {
                write!(f, "queue {queue} has at most {max} descriptors, {asked} asked for")
            }
            Self::NoNotify { queue } => write!(f, "queue {queue} has no notification register"),
            Self::Register(RegisterError::NoVector) => write!(f, "no interrupt vector is left"),
            Self::Register(RegisterError::NoRow) => write!(f, "the table of interrupts is full"),
            Self::Interrupt(reason) => reason.fmt(f),
            Self::NeedsReset => write!(f, "it asks to be reset"),
            Self::OutOfOrder { call } => write!(f, "its driver called {call} out of order"),
        }
    }
}

/// Why configuration cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigError {
    /// The device has less of it.
    Beyond {
        /// First byte asked for.
        offset: usize,
        /// Bytes asked for.
        bytes: usize,
        /// Bytes there are.
        there: usize,
    },
    /// The device changed it during every attempt.
    Unstable,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Beyond { offset, bytes, there } => {
                write!(f, "{bytes} bytes of configuration at {offset} asked for, {there} there")
            }
            Self::Unstable => {
                write!(f, "its configuration does not stay the same for as long as a read takes")
            }
        }
    }
}

/// How often the status is looked at after a reset. A look at an emulated register takes at least tens of
/// nanoseconds, so this is milliseconds, in which QEMU resets any device.
const RESET_LOOKS_MAX: u32 = 100_000;

/// Resets the device and waits until it has done so.
pub(super) fn reset(transport: &mut dyn Transport) -> Result<(), InitError> {
    transport.set_status(Status::empty());
    for _ in 0..RESET_LOOKS_MAX {
        if transport.status().is_empty() {
            return Ok(());
        }
        core::hint::spin_loop();
    }
    Err(InitError::ResetUnfinished)
}

/// Steps 1 to 6: to agreed features. `wanted` are the features our driver understands; VERSION_1 comes on
/// top, and so does ACCESS_PLATFORM: no IOMMU is ever turned on here, so what the platform lets a device reach
/// is all memory at its own addresses, and a device that offers the bit may refuse us without it (6.1).
pub(super) fn negotiate(transport: &mut dyn Transport, wanted: u64) -> Result<u64, InitError> {
    transport.enable();
    // 1. Reset the device.
    reset(transport)?;
    // 2. ACKNOWLEDGE: the guest has noticed it.
    let mut status = Status::ACKNOWLEDGE;
    transport.set_status(status);
    // 3. DRIVER: the guest knows how to drive it.
    status |= Status::DRIVER;
    transport.set_status(status);
    // 4. Read the features, accept those we understand and no other.
    let offered = transport.device_features();
    if offered & feature::VERSION_1 == 0 {
        return fail(transport, InitError::NotVersion1 { offered });
    }
    let accepted = offered & (wanted | feature::VERSION_1 | feature::ACCESS_PLATFORM);
    transport.set_driver_features(accepted);
    // 5. FEATURES_OK: from here on nothing changes about them.
    status |= Status::FEATURES_OK;
    transport.set_status(status);
    // 6. Read again: a device that cannot live with our choice has taken the bit back.
    if !transport.status().contains(Status::FEATURES_OK) {
        return fail(transport, InitError::FeaturesRefused { accepted });
    }
    Ok(accepted)
}

/// Step 7, queue by queue.
pub(super) fn enable_queue(
    transport: &mut dyn Transport,
    queue: u16,
    size: u16,
    areas: RingAreas,
    interrupts: bool,
) -> Result<super::Notify, InitError> {
    let max = if queue < transport.queue_count() { transport.queue_size_max(queue) } else { 0 };
    if max == 0 {
        return Err(InitError::NoQueue { queue });
    }
    if size == 0 || size > max {
        return Err(InitError::QueueTooLarge { queue, asked: size, max });
    }
    let notify = transport.notify(queue).ok_or(InitError::NoNotify { queue })?;
    transport.enable_queue(queue, size, areas, interrupts).map_err(InitError::Interrupt)?;
    Ok(notify)
}

/// Step 8: the device is live.
pub(super) fn driver_ok(transport: &mut dyn Transport) -> Result<(), InitError> {
    let status = transport.status();
    if status.contains(Status::DEVICE_NEEDS_RESET) {
        return fail(transport, InitError::NeedsReset);
    }
    transport.set_status(status | Status::DRIVER_OK);
    Ok(())
}

/// Tells the device that we have given up on it.
pub(super) fn fail<T>(transport: &mut dyn Transport, reason: InitError) -> Result<T, InitError> {
    let status = transport.status();
    transport.set_status(status | Status::FAILED);
    Err(reason)
}

/// How often configuration is read again because it changed in between.
const CONFIG_READS_MAX: u32 = 16;

/// Reads configuration as of one moment (virtio 1.2, 2.5.2).
pub(super) fn read_config(
    transport: &mut dyn Transport,
    offset: usize,
    bytes: &mut [u8],
) -> Result<(), ConfigError> {
    let there = transport.config_bytes();
    if offset.checked_add(bytes.len()).is_none_or(|end| end > there) {
        return Err(ConfigError::Beyond { offset, bytes: bytes.len(), there });
    }
    for _ in 0..CONFIG_READS_MAX {
        let before = transport.config_generation();
        transport.read_config(offset, bytes);
        if transport.config_generation() == before {
            return Ok(());
        }
    }
    Err(ConfigError::Unstable)
}
