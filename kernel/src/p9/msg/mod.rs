//! The 9P codec: every message of 9P2000, 9P2000.u and 9P2000.L as a value, and its bytes.
//!
//! Used by the client in this crate for what it sends and receives, and by the host's server for the other direction.
//! It borrows: names and data point into the bytes they were parsed from, and nothing here allocates, locks, waits or
//! knows how messages travel. Names are byte strings, because a 9P name is whatever the server's file system holds.
//!
//! * [`frame`] is the common part `size[4] type[1] tag[2]`, as field ranges and a checked view;
//! * [`table`] lists the messages, one entry each, and turns every entry into a type, its parse and its emit;
//! * [`data`] holds the field types (qids, name lists, payload) and [`stat`] the directory entries of each dialect;
//! * [`split`] writes and reads the headers of the messages whose payload travels as separate segments;
//! * [`flags`] names the bits; [`trace`] prints a message as one line.
//!
//! Parsing trusts nothing: any bytes give a message or a [`Malformed`], and emitting what was parsed gives the same bytes
//! again. Layouts are those of the Plan 9 manual, section 5, of the 9P2000.u description and of diod's `protocol.md`
//! for 9P2000.L.

pub mod cursor;
pub mod data;
pub mod flags;
pub mod frame;
pub mod split;
pub mod stat;
pub mod table;
pub mod trace;

#[cfg(test)]
mod tests;

pub use cursor::{Malformed, Reader, Unfit, Writer};
pub use data::{Data, Errno, Extension, NUname, Names, Qid, Qids};
pub use frame::{Dialect, Frame, HEADER_LEN, Message, NO_FID, NO_TAG, NO_UNAME};
pub use stat::{Dirent, Dirents, Stat, Stats};
pub use table::*;
pub use trace::{Direction, Trace};

/// The most names a Twalk carries and the most qids an Rwalk answers (walk(5), `MAXWELEM`).
pub const MAX_WALK: usize = 16;
