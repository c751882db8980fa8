//! What only this machine, an x86-64 PC, can do. One mechanism a file, no policy; the only part of the kernel
//! that is not built on the host.

pub mod apic;
pub mod clock;
pub mod com1;
pub mod core_block;
mod entry;
mod exit;
mod fault;
pub(crate) mod firmware;
mod idle;
pub(crate) mod idt;
mod image;
pub(crate) mod ioapic;
pub(crate) mod paging;
pub mod pci;
pub(crate) mod port;
pub mod smp;
pub(crate) mod stack;

pub use apic::set_timer;
pub use clock::tsc;
pub use entry::entry_tsc;
pub(crate) use exit::die;
pub use exit::{exit, halt};
pub use idle::{enable_interrupts, wait_for_interrupt_unless};
pub use image::image;
