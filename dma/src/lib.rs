//! A preallocated pool of DMA pages: who owns a page when.
#![cfg_attr(not(test), no_std)]

mod addr;

pub use addr::{DevAddr, Segment};
