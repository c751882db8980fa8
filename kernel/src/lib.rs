//! The ninewire kernel.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod ns;
pub mod p9;
pub mod shell;
pub mod task;
pub mod time;
