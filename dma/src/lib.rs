#![doc = include_str!("../README.md")]
#![no_std]

#[cfg(any(test, loom, feature = "testing"))]
extern crate std;

mod addr;
mod bitmap;
mod buf;
mod coherent;
mod envelope;
mod lent;
mod list;
mod magazine;
mod mapping;
#[cfg(all(test, loom))]
mod models;
mod pool;
mod run;
mod sync;
#[cfg(any(all(test, not(loom)), feature = "testing"))]
pub mod testing;
#[cfg(all(test, not(loom)))]
mod tests;
mod window;

pub use addr::{DevAddr, Segment};
pub use buf::Buf;
pub use coherent::Coherent;
pub use envelope::{Envelope, Letter, Unsealable};
pub use lent::{Direction, FromDevice, Lent, LentWindow, ToDevice};
pub use list::{LentList, ListError, Returned};
pub use magazine::Magazine;
pub use mapping::{Flow, Identity, Mapping};
pub use pool::{Counters, Exhausted, Hygiene, Pool, PoolError};
pub use window::Window;

/// Bytes of a page: the unit the pool hands out and the alignment of every run.
pub const PAGE_SIZE: usize = 4096;
