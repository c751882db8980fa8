//! The dashboard's page in a real browser: Chromium without a window, driven by its DevTools protocol.
//!
//! They need a Chromium, so they are behind the feature `browser-tests`; `cargo ninewire test` turns it on where there is
//! one, and says so where there is none.
#![cfg(feature = "browser-tests")]

mod bad_input;
mod chromium;
mod fixtures;
mod look;
mod numbers;
mod use_of_it;
