//! What the host says: the files, the cases, and when to begin.

use super::{Dialect, Path, Paths, Wait, Work};
use crate::field::wire_struct;
use crate::units::{Bytes, Nanos};

wire_struct! {
    /// Host: what will follow, and where the guest may write.
    pub struct Plan<'a> {
        /// Everything random in this run is derived from it.
        pub seed: u64,
        /// How many Share records follow.
        pub shares: u16,
        /// How many File records follow.
        pub files: u16,
        /// How many Job records follow.
        pub jobs: u16,
        /// The only directory below the share's root in which files may be changed, without a leading slash.
        pub scratch: &'a str,
    }
}

wire_struct! {
    /// Host: where a path leads.
    pub struct Share<'a> {
        /// Which path this is.
        pub path: Path,
        /// The mount tag of the 9p device, or the guest's name of the port.
        pub device: &'a str,
        /// Which tree to attach to.
        pub aname: &'a str,
        /// As whom.
        pub uname: &'a str,
    }
}

wire_struct! {
    /// Host: a file the cases may use. All shares lead to the same tree.
    pub struct File<'a> {
        /// Jobs name it by this number; numbers rise from 0.
        pub index: u16,
        /// Its size; of a directory how many entries it has, itself and its parent not counted.
        pub size: Bytes,
        /// CRC-32C of its content; of a directory the sum of those of its entries' names, in whatever order they come.
        pub crc32c: u32,
        /// For a generated file what it was generated from, see `pattern`.
        pub seed: Option<u64>,
        /// Where it is below the share's root, without a leading slash.
        pub path: &'a str,
    }
}

wire_struct! {
    /// Host: a case to run.
    pub struct Job<'a> {
        /// Records about it carry this number; numbers rise from 0.
        pub index: u16,
        /// What one operation is.
        pub work: Work,
        /// Where to run it.
        pub paths: Paths,
        /// Bytes an operation moves.
        pub bs: u32,
        /// Operations in flight at a time.
        pub iodepth: u16,
        /// The part of the file that is used, from its beginning.
        pub size: Bytes,
        /// Asked of the server.
        pub msize: u32,
        /// Asked of the server.
        pub dialect: Dialect,
        /// How to wait.
        pub wait: Wait,
        /// Timed repetitions a visit.
        pub loops: u16,
        /// A repetition ends after this time; zero for no limit.
        pub runtime: Nanos,
        /// A repetition begins again at the start of the region until `runtime` is over.
        pub time_based: bool,
        /// Check every byte in a pass of its own.
        pub verify: bool,
        /// Random order and written data are derived from it.
        pub seed: u64,
        /// The first file to use.
        pub first_file: u16,
        /// How many files to use; none where the case is about none.
        pub files: u16,
        /// What the user calls it.
        pub name: &'a str,
    }
}

wire_struct! {
    /// Host: that was all, begin.
    pub struct Go {
        /// How many records came before this one.
        pub records: u32,
    }
}
