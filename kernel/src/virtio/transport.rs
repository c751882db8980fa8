//! The seam between a virtio device and the way it is reached.

use super::notify::Notify;
use crate::mem::mmio::Mmio;
use bitflags::bitflags;
use core::fmt;
use ninewire_queue::RingAreas;

bitflags! {
    /// The device status field (virtio 1.2, 2.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Status: u8 {
        /// The guest has noticed the device.
        const ACKNOWLEDGE = 1;
        /// The guest knows how to drive it.
        const DRIVER = 2;
        /// The driver is ready.
        const DRIVER_OK = 4;
        /// Feature negotiation is complete.
        const FEATURES_OK = 8;
        /// The device is stuck until it is reset.
        const DEVICE_NEEDS_RESET = 64;
        /// The driver has given up.
        const FAILED = 128;
        /// Bits of later standards are kept as they are.
        const _ = !0;
    }
}

/// Why a device cannot be made to interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterruptError {
    /// It has neither message-signalled interrupts nor an interrupt line that leads anywhere.
    None,
    /// It did not accept the vector for its configuration, or for this queue.
    Refused {
        /// The queue; `None` for the configuration.
        queue: Option<u16>,
    },
}

impl fmt::Display for InterruptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => {
                write!(f, "it has neither MSI-X interrupts nor an interrupt line that leads anywhere")
            }
            Self::Refused { queue: Some(queue) } => write!(f, "it refuses an interrupt for queue {queue}"),
            Self::Refused { queue: None } => write!(f, "it refuses an interrupt for its configuration"),
        }
    }
}

/// The ways a device can interrupt.
#[derive(Debug, Clone, Copy)]
pub enum Interrupts {
    /// By messages: [`Transport::route_interrupt`].
    Messages,
    /// By its line; here is its interrupt status byte, which reading clears (virtio 1.2, 4.1.4.5).
    Line(Mmio),
    /// Not at all.
    None,
}

/// How a device is reached. One owner; [`super::Device`] brings the calls into the order the standard asks
/// for, and implementations may rely on it.
pub trait Transport: Send {
    /// Lets the device reach memory, and keeps its interrupt line quiet: called before it is brought to life. A device that
    /// nobody drives reaches nothing.
    fn enable(&mut self);
    /// The features the device offers.
    fn device_features(&mut self) -> u64;
    /// Writes the features the driver accepts.
    fn set_driver_features(&mut self, features: u64);
    /// The device status.
    fn status(&mut self) -> Status;
    /// Writes the device status; the empty status asks for a reset.
    fn set_status(&mut self, status: Status);
    /// Queues the device has at most.
    fn queue_count(&mut self) -> u16;
    /// The largest size of a queue; 0 if it does not exist.
    fn queue_size_max(&mut self, queue: u16) -> u16;
    /// Writes size and addresses of a queue and sets it live; with `interrupts` by messages it raises the
    /// vector of [`Transport::route_interrupt`].
    fn enable_queue(
        &mut self,
        queue: u16,
        size: u16,
        areas: RingAreas,
        interrupts: bool,
    ) -> Result<(), InterruptError>;
    /// The notification register of a queue; `None` if the device puts it where it has no registers.
    fn notify(&mut self, queue: u16) -> Option<Notify>;
    /// Changes whenever the device changes its configuration.
    fn config_generation(&mut self) -> u8;
    /// Bytes of device-specific configuration.
    fn config_bytes(&mut self) -> usize;
    /// Reads configuration; the range lies inside.
    fn read_config(&mut self, offset: usize, bytes: &mut [u8]);
    /// How it can interrupt.
    fn interrupts(&self) -> Interrupts;
    /// The interrupt line the firmware has noted for the device.
    fn interrupt_line(&self) -> u8;
    /// Lets configuration changes and, later, enabled queues raise `vector` on the boot core.
    fn route_interrupt(&mut self, vector: u8) -> Result<(), InterruptError>;
    /// Lets the device raise its interrupt line, or not.
    fn enable_line(&mut self, enable: bool);
}
