//! Any bytes are a life of a ring and its device; the model in `ninewire_queue::testing::script` judges it.
//!
//! `cargo +nightly fuzz run script corpus` in the folder above. What is worth keeping stays in `corpus`, which the
//! crate's own tests replay on stable.
#![no_main]

libfuzzer_sys::fuzz_target!(|life: &[u8]| drop(ninewire_queue::testing::script::run(life)));
