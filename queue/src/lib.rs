#![doc = include_str!("../README.md")]
#![cfg_attr(not(any(test, feature = "testing")), no_std)]

#[cfg(any(test, feature = "device"))]
extern crate alloc;

#[cfg(test)]
mod adversary;
mod any;
mod chain;
#[cfg(any(test, feature = "device"))]
pub mod device;
mod error;
mod event;
mod format;
mod indirect;
mod layout;
mod ledger;
#[cfg(all(test, not(loom)))]
mod lines;
mod lookout;
mod measure;
#[cfg(all(test, loom))]
mod models;
mod packed;
#[cfg(test)]
mod pitfalls;
mod resident;
mod resident_list;
mod ring;
mod shared_ring;
mod split;
mod stats;
mod sync;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod testing;
mod words;

pub use any::AnyRing;
pub use chain::{Chain, Done, Head};
pub use error::{AddError, CreateError, Fault, Refusal};
pub use layout::{RingAreas, RingFeatures, RingLayout, RingMemory};
pub use lookout::Lookout;
pub use ninewire_dma::{DevAddr, Segment};
pub use resident::{Place, Residence, Resident, Steady};
pub use resident_list::ResidentList;
pub use ring::{PackedRing, Ring};
pub use shared_ring::{Batch, Consumer, SharedRing, Submitted};
pub use stats::RingStats;
