//! What is kept of a chain in flight: as in the ring of one owner's ledger, but one word, which cores hand to each other.

/// Room for writing (upper half), number of descriptors (16 bits), last descriptor (16 bits). Zero: no chain in flight.
///
/// A used entry is `written << 32 | id` with `id` below 2^16 here, and there is at least one descriptor, so one comparison
/// of the two numbers says both that the chain is in flight and that the length fits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Record(u64);

impl Record {
    pub(super) const NONE: Self = Self(0);

    /// The last two are below 2^16.
    #[inline(always)]
    pub(super) const fn new(room: u32, descriptors: u32, last: u32) -> Self {
        debug_assert!(descriptors <= 1 << 15 && last < 1 << 15);
        Self(((room as u64) << 32) + ((descriptors as u64) << 16) + last as u64)
    }

    #[inline(always)]
    pub(super) const fn from_word(word: u64) -> Self {
        Self(word)
    }

    #[inline(always)]
    pub(super) const fn word(self) -> u64 {
        self.0
    }

    /// Bytes the device may write.
    pub(super) const fn room(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline(always)]
    pub(super) const fn descriptors(self) -> u16 {
        (self.0 as u32 >> 16) as u16
    }

    /// The number of descriptors times 2^16.
    #[inline(always)]
    pub(super) const fn descriptors_high(self) -> u64 {
        self.0 & 0xffff_0000
    }

    #[inline(always)]
    pub(super) const fn last(self) -> u16 {
        self.0 as u16
    }

    /// Does a used entry name this chain, in flight, with room for what is said to be written?
    #[inline(always)]
    pub(super) const fn confirms(self, entry: u64) -> bool {
        entry < self.0
    }
}
