//! The ninewire kernel.
//!
//! # Principles
//! - One address space, ring 0, one stack a core. Programs are tasks; what waits is a future, not a stack.
//! - Interrupt handlers set a pending bit and account. Everything else happens in tasks.
//! - Memory shared with a device is lent, never referenced; what a device says is a claim, checked against
//!   our record.
//! - What only computes is pure and runs under `cargo test` on the host; the machine is reached through few
//!   seams.
//!
//! # Boot order
//! `arch/entry.s` (PVH entry to 64-bit mode) -> `boot/start.rs` (one call a rung: start information, memory,
//! core, clock, pool, PCI) -> the image's own `main`, named with [`entry!`]. `kernel/HowItBoots.md` tells it
//! with addresses.
//!
//! # Where things are
//! | module | question it answers |
//! |---|---|
//! | `arch` | what can only this machine do (x86-64; the one part that is not built on the host) |
//! | [`boot`] | how does the machine come up, and what was found |
//! | [`mem`] | which memory is where: map, page tables, heap, DMA pool, registers |
//! | [`irq`] | who interrupts, on which vector, how often |
//! | [`pci`], [`virtio`] | which devices are there, and how is one brought from reset to live |
//! | [`task`], [`time`] | who runs next, and when |
//! | [`drivers`] | how does a device carry 9P or bytes |
//! | [`io`], [`p9`] | how do buffers travel, and what do messages say |
//! | [`ns`], [`dev`], [`shell`] | what does a user see, and type |
//! | [`log`] | what happened |
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
pub mod points;
pub mod shell;
pub mod task;
pub mod time;
pub mod virtio;
