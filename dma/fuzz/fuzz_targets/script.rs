//! Any bytes are a life of a pool; the model in `ninewire_dma::testing::script` judges it.
//!
//! `cargo +nightly fuzz run script corpus` in the folder above. What is worth keeping stays in `corpus`, which the
//! crate's own tests replay on stable.
#![no_main]

libfuzzer_sys::fuzz_target!(|life: &[u8]| ninewire_dma::testing::script::run(life));
