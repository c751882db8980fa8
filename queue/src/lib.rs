//! Virtio descriptor rings, driver side.
#![cfg_attr(not(test), no_std)]
