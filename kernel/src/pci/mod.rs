//! PCI: the functions on the buses, their capabilities and their registers. Everything but the way to
//! configuration space itself ([`ConfigAccess`]) is pure and tested against a fake made of arrays.

pub mod assign;
pub mod bar;
pub mod caps;
pub mod config;
pub mod ecam;
#[cfg(test)]
pub mod fake;
pub mod msix;
pub mod scan;
pub mod snapshot;

pub use config::{Address, ConfigAccess};
pub use scan::{Function, scan};
