//! What the boot image and the host share: the wire format of the timing stream, and the benchmark cases over a
//! small trait.
//!
//! - [`frame`] cuts a byte stream into checked frames and survives damage; [`record`] is what a frame says.
//! - [`units`], [`histogram`], [`pattern`] and [`order`] are the values the cases compute with.
//! - [`target`] is what a case needs from a file tree; [`case`] runs one visit to one case; [`lanes`] keeps many
//!   operations in flight without allocating for each; [`intake`] takes the host's orders, [`agenda`] follows them.
//!
//! Nothing here knows a kernel, a device or a socket: another guest can run the same cases and stream the same
//! frames. Encoding needs no heap; a case allocates only before its clock starts.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod agenda;
pub mod case;
mod field;
pub mod frame;
pub mod histogram;
pub mod intake;
pub mod lanes;
pub mod order;
mod paths;
pub mod pattern;
pub mod raw;
pub mod record;
pub mod stages;
pub mod target;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod units;
