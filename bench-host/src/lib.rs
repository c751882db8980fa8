//! Everything behind the command `ninewire`: what it asks the guest to measure, what comes back, and what is made
//! of it. The command line itself is in `main.rs`; here it is a library, so that each part is tested by itself.

pub mod analyse;
pub mod annotations;
pub mod checksum;
pub mod child;
pub mod cli;
pub mod commands;
pub mod compare;
pub mod counting;
pub mod exchange;
pub mod files;
pub mod foreign;
pub mod gate;
pub mod history;
pub mod image;
pub mod ingest;
pub mod interrupt;
pub mod job;
pub mod peer;
pub mod plan;
pub mod qemu;
pub mod raw_port;
pub mod run;
pub mod scratch;
pub mod selftest;
pub mod server;
pub mod session;
pub mod setup;
pub mod spinners;
pub mod stats;
pub mod store;
pub mod table;
pub mod terminal;
pub mod variants;
pub mod verdict;
pub mod workspace;
