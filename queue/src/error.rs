//! What can go wrong, one type per operation, each saying whose fault it is.

use core::fmt;

/// Why a ring could not be made: always our caller's doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CreateError {
    /// Zero, beyond 32768, or (split) no power of two: virtio 1.2, 2.7 and 2.8.
    BadSize {
        /// The size asked for.
        size: u16,
    },
    /// The size is beyond what this ring type has slots for.
    TooLarge {
        /// The size asked for.
        size: u16,
        /// How many slots the type has.
        slots: usize,
    },
    /// An indirect table longer than the ring: virtio 1.2, 2.7.5.3.1.
    BadTableLength {
        /// The entries asked for.
        entries: u16,
        /// The ring's size.
        size: u16,
    },
    /// Indirect tables were asked for, the feature was not negotiated.
    IndirectNotNegotiated,
    /// The layout is one for the other ring format.
    WrongFormat,
    /// In-order use was negotiated for a ring that many may submit to, which keeps no order.
    InOrderShared,
    /// The memory is smaller than the layout asks for.
    MemoryTooSmall {
        /// Bytes there are.
        bytes: usize,
        /// Bytes needed.
        needed: usize,
    },
    /// CPU or device address is not aligned as [`RingLayout::ALIGN`](crate::RingLayout::ALIGN) asks.
    Misaligned,
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::BadSize { size } => write!(f, "no ring can have {size} descriptors"),
            Self::TooLarge { size, slots } => {
                write!(f, "a ring of {size} descriptors asked of a type with {slots} slots")
            }
            Self::BadTableLength { entries, size } => {
                write!(f, "indirect tables of {entries} entries in a ring of {size}")
            }
            Self::IndirectNotNegotiated => write!(f, "indirect tables without the indirect feature"),
            Self::WrongFormat => write!(f, "a packed layout given to a split ring or the other way round"),
            Self::InOrderShared => write!(f, "in-order use asked of a ring for many submitters"),
            Self::MemoryTooSmall { bytes, needed } => {
                write!(f, "the ring needs {needed} bytes of memory, has {bytes}")
            }
            Self::Misaligned => {
                write!(f, "the ring's memory is not aligned to {} bytes", crate::RingLayout::ALIGN)
            }
        }
    }
}

impl core::error::Error for CreateError {}

/// Why a chain was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// Not enough free descriptors now; some come back with `pop`.
    Full,
    /// More segments than any chain of this ring can have, more than 4 GiB in all, or more than 2 GiB in one segment.
    TooLong,
    /// No segment at all.
    Empty,
    /// A segment of no bytes: devices may break on it.
    ZeroLength,
    /// The ring has latched this fault and takes nothing any more.
    Broken(Fault),
    /// The ring's chains were taken back after a reset of its device, and it takes nothing any more.
    Recovered,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(f, "the ring has no room for this chain now"),
            Self::TooLong => write!(f, "the chain is longer than the ring can ever take"),
            Self::Empty => write!(f, "the chain has no segment"),
            Self::ZeroLength => write!(f, "the chain has a segment of no bytes"),
            Self::Broken(fault) => write!(f, "the ring is out of use: {fault}"),
            Self::Recovered => write!(f, "the ring is out of use since its device was reset: make a new one"),
        }
    }
}

impl core::error::Error for Refusal {}

/// A chain that was not taken comes back with the reason.
pub struct AddError<C> {
    /// Why.
    pub why: Refusal,
    /// The chain, as it was.
    pub chain: C,
}

impl<C> fmt::Debug for AddError<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddError").field("why", &self.why).finish_non_exhaustive()
    }
}

impl<C> fmt::Display for AddError<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl<C> core::error::Error for AddError<C> {}

/// A lie of the device. The ring latches the first one, keeps every chain still in flight from being used again, and
/// answers the same fault from then on; resetting the device and making a new ring is the way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// It returned an id that no chain of this ring can have.
    UnknownHead {
        /// The id it wrote.
        id: u32,
    },
    /// It returned a chain that it does not have: never given to it, or returned already.
    NotInFlight {
        /// The head it wrote.
        head: u16,
    },
    /// It says it wrote more than there is room for.
    TooMuchWritten {
        /// The chain.
        head: u16,
        /// Bytes it claims.
        written: u32,
        /// Bytes there is room for.
        room: u32,
    },
    /// Its used index says that more chains came back than it had.
    IndexJump {
        /// Chains it claims to have returned since we last looked.
        claimed: u16,
        /// Chains it had.
        in_flight: u16,
    },
    /// In-order use was negotiated and it returned another chain than the next ones in order.
    OutOfOrder {
        /// The head it wrote.
        head: u16,
        /// The oldest chain in flight.
        oldest: u16,
    },
    /// A packed descriptor is marked used in one way and available in the other.
    BadFlags {
        /// The descriptor's flags.
        flags: u16,
    },
    /// A packed ring's event suppression flags hold the reserved value.
    BadEvent {
        /// The whole structure.
        event: u32,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UnknownHead { id } => write!(f, "the device returned chain {id}, which cannot exist"),
            Self::NotInFlight { head } => {
                write!(f, "the device returned chain {head}, which it does not have")
            }
            Self::TooMuchWritten { head, written, room } => {
                write!(
                    f,
                    "the device claims {written} bytes written to chain {head}, which has room for {room}"
                )
            }
            Self::IndexJump { claimed, in_flight } => {
                write!(f, "the device claims {claimed} chains returned and had {in_flight}")
            }
            Self::BadFlags { flags } => write!(f, "the device left a descriptor with flags {flags:#06x}"),
            Self::BadEvent { event } => {
                write!(f, "the device asks for notifications in no known way ({event:#010x})")
            }
            Self::OutOfOrder { head, oldest } => {
                write!(f, "the device returned chain {head} before chain {oldest}, and had promised order")
            }
        }
    }
}

impl core::error::Error for Fault {}
