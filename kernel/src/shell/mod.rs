//! The shell: reads lines from a console and runs programs, in the manner of Plan 9's rc.
//!
//! [`parse`] takes a line apart and [`expand`] and [`glob`] give its words their values, all without knowing what a
//! program is; [`Shell`] runs the result. A [`Program`] is an asynchronous function with a name and a manual page
//! ([`programs`]); each runs as a task of its own, so it can be listed, interrupted and killed, and a pipeline is
//! several of them joined by pipes that pass pages on. Killing a program drops it where it stands: what it had under
//! way with a device is the device driver's to clean up.
//!
//! A console session is [`Shell::interactive`]; a script is [`Shell::run`].

pub mod context;
pub mod edit;
pub mod expand;
pub mod flags;
pub mod glob;
pub mod login;
pub mod out;
pub mod parse;
pub mod programs;
pub mod race;
mod run;
#[cfg(test)]
mod tests;
mod together;

pub use context::{Context, End, Exit, Program, Session, Streams};
pub use run::Shell;
