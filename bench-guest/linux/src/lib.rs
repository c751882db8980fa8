//! The benchmark cases by Linux' system calls: a directory as what a case runs on, a thread for each operation in
//! flight, and the monotonic clock.
//!
//! Two programs run cases on it: the first process of the Linux guest (`init`, in this package), on 9P mounts, and the
//! host's command on the same directory without a guest, as an anchor. Nothing here knows 9P, a mount or QEMU.
//!
//! A system call blocks its thread, so `iodepth` is the number of threads here, each with one operation at a time;
//! fio calls this `numjobs`.

mod clock;
mod crew;
mod raw;
mod slot;
mod tree;

pub use clock::Monotonic;
pub use crew::{Threads, block_on};
pub use raw::RawPort;
pub use slot::Buffer;
pub use tree::{Tree, TreeFacts};
