//! Results in the forms of others, so that a service that keeps and judges results of many machines can be fed, and
//! results of others can be put beside ours.
//!
//! Called by `cargo ninewire export` and `cargo ninewire fio`. Every writer is pure: what it is given decides every byte.
//! What it writes is checked by the reader it is for (`tests/vectors/check_exchange.sh`), on the files the tests compare
//! with.
//!
//! Names are those of the series: the case, the path, the number. Times are as measured, per boot where the form has room
//! for it; counters are per operation.

pub mod action;
pub mod bencher;
pub mod fio;
pub mod go;
pub mod otava;

#[cfg(test)]
mod tests;

/// A file that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl Export {
    fn new(name: &str, text: String) -> Self {
        Export { name: name.to_string(), text }
    }
}
