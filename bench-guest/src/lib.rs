//! What the boot image and the host share: the wire format of the timing stream, and the benchmark cases over a
//! small trait.
//!
//! - [`frame`] cuts a byte stream into checked frames and survives damage; [`record`] is what a frame says.
//! - [`units`], [`histogram`] and [`pattern`] are the values the cases compute with.
//!
//! Nothing here knows a kernel, a device or a socket: another guest can run the same cases and stream the same
//! frames. Encoding needs no heap.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod field;
pub mod frame;
pub mod histogram;
pub mod pattern;
pub mod record;
pub mod units;
