//! Why a payload is refused.

use core::fmt;

/// Why a payload is not the record its kind says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// No record has this kind.
    Kind(u8),
    /// It ends before its fields do.
    Short,
    /// Bytes are left over behind its last field.
    Trailing,
    /// A text is not UTF-8.
    Text,
    /// A choice is none of those there are.
    Choice,
    /// A histogram's buckets do not add up.
    Histogram,
    /// A counter is unknown or comes twice.
    Counter,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Kind(kind) => write!(f, "no record has kind {kind:#04x}"),
            Malformed::Short => write!(f, "the record ends before its fields do"),
            Malformed::Trailing => write!(f, "bytes are left over behind the record"),
            Malformed::Text => write!(f, "a text is not UTF-8"),
            Malformed::Choice => write!(f, "a choice is none of those there are"),
            Malformed::Histogram => write!(f, "the buckets of a histogram do not add up"),
            Malformed::Counter => write!(f, "a counter is unknown or comes twice"),
        }
    }
}

impl core::error::Error for Malformed {}
