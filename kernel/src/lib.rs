//! The ninewire kernel.
//!
//! # Principles
//! - One address space, ring 0, one stack a core. Programs are tasks; what waits is a future, not a stack.
//! - Interrupt handlers set a pending bit and account. Everything else happens in tasks.
//! - Memory shared with a device is lent, never referenced; what a device says is a claim, checked against our record.
//! - What only computes is pure and runs under `cargo test` on the host; the machine is reached through few seams.
//!
//! # Boot order
//! `arch/entry.s` (PVH entry to 64-bit mode) -> [`boot::start`] (one call a rung: faults, memory, core, clock, pool,
//! PCI) -> the image's own `main`. `HowItBoots.md` beside this crate's manifest tells it with addresses.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

#[cfg(target_os = "none")]
pub mod arch;
pub mod boot;
pub mod dev;
pub mod drivers;
pub mod io;
pub mod irq;
pub mod log;
pub mod mem;
pub mod ns;
pub mod p9;
#[cfg(target_os = "none")]
mod panic;
pub mod pci;
pub mod shell;
pub mod task;
pub mod time;
pub mod virtio;
