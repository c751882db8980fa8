//! Addresses as a device sees them, and what a descriptor names.
//!
//! Both are plain values: holding one gives no access to memory. The pool makes them when a buffer is lent, the ring
//! writes them into descriptors, and nobody turns them back into pointers.

use core::fmt;

/// An address on the device's side of the bus: what a descriptor carries. It need not equal any CPU address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct DevAddr(u64);

impl DevAddr {
    /// Takes a raw device address.
    pub const fn new(raw: u64) -> Self {
        Self(raw)
    }

    /// The raw device address.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The address `bytes` further on. Wraps around, as the bus would.
    #[must_use]
    pub const fn offset(self, bytes: u64) -> Self {
        Self(self.0.wrapping_add(bytes))
    }
}

impl fmt::Debug for DevAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DevAddr({:#x})", self.0)
    }
}

impl fmt::LowerHex for DevAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

/// A contiguous piece of memory as a descriptor names it: device address and length in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Segment {
    /// Where the device finds the first byte.
    pub addr: DevAddr,
    /// How many bytes there are.
    pub len: u32,
}

impl Segment {
    /// Names `len` bytes from `addr`.
    pub const fn new(addr: DevAddr, len: u32) -> Self {
        Self { addr, len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_two_words_so_that_a_list_of_them_is_a_list_of_descriptors() {
        assert_eq!(size_of::<Segment>(), 16);
        assert_eq!(core::mem::offset_of!(Segment, addr), 0);
        assert_eq!(core::mem::offset_of!(Segment, len), 8);
    }

    #[test]
    fn a_device_address_prints_in_hexadecimal_and_advances_by_bytes() {
        let at = DevAddr::new(0x1000).offset(0x234);
        assert_eq!(at.get(), 0x1234);
        assert_eq!(std::format!("{at:?}"), "DevAddr(0x1234)");
    }
}
