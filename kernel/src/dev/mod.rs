//! Devices: one file each, opening with its manual page. What is common to them is in [`crate::ns::device`].

pub mod arch;
pub mod cons;
pub mod mnt;
pub mod pipe;
pub mod port_terminal;
pub mod root;
pub mod srv;
#[cfg(target_os = "none")]
pub mod uart;
pub mod virtcon;
