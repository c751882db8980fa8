//! The peer that every claim about speed is held against: a stock Linux guest with its own 9P client, on the same job
//! files, the same directory, the same servers and the same QEMU.
//!
//! - `package` brings Debian's kernel package here and takes from it what is needed: `kernel` the kernel itself,
//!   `module` the modules and the order they are loaded in.
//! - `initramfs` packs them with the guest's first process (the package `ninewire-linux-guest`) into an archive,
//!   which `cpio` writes.
//! - `setting` is how Linux runs a case, which settings are tried in pilot boots, and which one is the best.
//! - `anchor` does the same cases on the host itself, and what its sockets can carry.
//! - `table` shows what came out. The boots themselves, and who takes turns with whom, are `commands::peer`.
//!
//! What cannot be had here (no package, no way to fetch one) is said as what was not measured and why.

pub mod anchor;
mod cpio;
pub mod initramfs;
mod kernel;
mod module;
pub mod package;
pub mod setting;
pub mod table;
