//! The shell: reads lines from a terminal and runs commands.
pub mod edit;
pub mod parse;
