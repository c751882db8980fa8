//! The name space: names, channels, what is bound and mounted where.
pub mod error;
pub mod mount;
pub mod path;
pub mod words;

pub use error::Error;
