//! What guest and host say to each other on the timing port, one record a frame.
//!
//! ```text
//! guest: Hello Device*                                                 host: Plan Share* File* Job* Go
//! guest: ( CaseStart Verified* ( Samples Counters )* Verified* CaseEnd )* Bye
//! ```
//! The guest may put Log anywhere. Fault says that the guest gave up; Bye still follows when it can. A host takes a
//! run for whole only when the frames are without a gap and Bye's count fits.
//!
//! Integers are little-endian and of fixed width, a text is its length in two bytes and UTF-8, a choice is one byte.
//! The decoder takes a payload whole: missing or left-over bytes are refused.

mod choice;
mod counter;
mod guest;
mod host;
mod malformed;
mod shown;
#[cfg(test)]
mod tests;

pub use choice::{Dialect, Level, Outcome, Path, Placement, Status, Wait, Word, Work};
pub use counter::{Counter, CounterSet};
pub use guest::{
    At, Bye, CaseEnd, CaseStart, Counters, Device, Fault, Hello, Log, NO_FILE, Samples, Verified,
};
pub use host::{File, Go, Job, Plan, Share};
pub use malformed::Malformed;

use crate::field::{Field, Reader, Writer};
pub use crate::paths::Paths;

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident $(<$lt:lifetime>)? = $kind:literal,)*) => {
        /// Any record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Record<'a> { $($(#[$doc])* $name($name $(<$lt>)?),)* }

        impl<'a> Record<'a> {
            /// The kind its frame carries.
            pub const fn kind(&self) -> u8 {
                match self { $(Record::$name(_) => $kind,)* }
            }

            /// What it is called.
            pub const fn name(&self) -> &'static str {
                match self { $(Record::$name(_) => stringify!($name),)* }
            }

            /// The record of `kind` with these fields.
            pub fn decode(kind: u8, payload: &'a [u8]) -> Result<Self, Malformed> {
                let mut from = Reader::new(payload);
                let record = match kind {
                    $($kind => Record::$name(Field::get(&mut from)?),)*
                    _ => return Err(Malformed::Kind(kind)),
                };
                from.finish().map(|()| record)
            }

            pub(crate) fn put(&self, to: &mut Writer<'_>) {
                match self { $(Record::$name(record) => record.put(to),)* }
            }
        }

        $(impl<'a> From<$name $(<$lt>)?> for Record<'a> {
            fn from(record: $name $(<$lt>)?) -> Self { Record::$name(record) }
        })*
    };
}

records! {
    /// The guest is ready.
    Hello<'a> = 0x01,
    /// A device of the guest.
    Device<'a> = 0x02,
    /// A visit begins.
    CaseStart<'a> = 0x03,
    /// A timed repetition.
    Samples<'a> = 0x04,
    /// What it cost.
    Counters = 0x05,
    /// A file was checked whole.
    Verified = 0x06,
    /// A visit has ended.
    CaseEnd<'a> = 0x07,
    /// The guest gives up.
    Fault<'a> = 0x09,
    /// A log line.
    Log<'a> = 0x0A,
    /// The last frame of the guest.
    Bye = 0x0B,
    /// What the host will say.
    Plan<'a> = 0x81,
    /// Where a path leads.
    Share<'a> = 0x82,
    /// A file to use.
    File<'a> = 0x83,
    /// A case to run.
    Job<'a> = 0x84,
    /// Begin.
    Go = 0x85,
}
