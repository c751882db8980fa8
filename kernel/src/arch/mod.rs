//! What only this machine, an x86-64 PC, can do. One mechanism a file, no policy; the only part of the kernel that is
//! not built on the host.

pub mod apic;
pub mod clock;
pub mod com1;
mod entry;
mod exit;
mod idle;
mod image;
pub(crate) mod paging;
pub mod pci;
pub(crate) mod port;

pub use apic::{cancel_timer, set_timer};
pub use clock::tsc;
pub use entry::entry_tsc;
pub use exit::{exit, halt};
pub use idle::wait_for_interrupt_unless;
pub use image::image;
