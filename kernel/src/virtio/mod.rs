//! Virtio devices: finding them, naming them, and taking one from reset to live (virtio 1.2, chapters 2 to
//! 4).
//!
//! A driver sees a [`Device`]; behind it stands a [`Transport`], which is PCI on the machine ([`pci`]) and a
//! strict fake in tests ([`fake`]). Rings are not here: a driver makes them with the `queue` crate and hands
//! their addresses to [`Device::enable_queue`].

mod device;
#[cfg(not(target_os = "none"))]
pub mod fake;
mod init;
mod kind;
mod notify;
pub mod pci;
mod transport;

pub use device::Device;
pub use init::{ConfigError, InitError};
pub use kind::Kind;
pub use notify::Notify;
pub use transport::{InterruptError, Interrupts, Status, Transport};

/// Feature bits that belong to no device type (virtio 1.2, chapter 6).
pub mod feature {
    /// Descriptor tables beside the ring: VIRTIO_F_INDIRECT_DESC.
    pub const INDIRECT_DESC: u64 = 1 << 28;
    /// Kicks and interrupts asked for by index: VIRTIO_F_EVENT_IDX.
    pub const EVENT_IDX: u64 = 1 << 29;
    /// The device keeps to the standard; without it we do not talk: VIRTIO_F_VERSION_1.
    pub const VERSION_1: u64 = 1 << 32;
    /// The device reaches memory as the platform lets it: VIRTIO_F_ACCESS_PLATFORM.
    pub const ACCESS_PLATFORM: u64 = 1 << 33;
    /// Packed rings: VIRTIO_F_RING_PACKED.
    pub const RING_PACKED: u64 = 1 << 34;
    /// Chains come back in the order they were made available: VIRTIO_F_IN_ORDER.
    pub const IN_ORDER: u64 = 1 << 35;
}
