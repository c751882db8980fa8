//! The boot image.
#![no_std]
#![no_main]
