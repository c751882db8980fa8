//! Register access: a mapped, uncached window on a device's registers. Every access is one volatile load or
//! store of the register's width, inside the window and aligned; anything else is a defect of ours and
//! panics.

use core::ptr::NonNull;

/// A window on registers that stays mapped for ever; copies name the same registers.
#[derive(Debug, Clone, Copy)]
pub struct Mmio {
    base: NonNull<u8>,
    bytes: usize,
}

// SAFETY: a window is an address and a length; the accesses are volatile, and which registers may be written
// from which core is the device protocol's business, kept by the owner of the device.
unsafe impl Send for Mmio {}
// SAFETY: as above.
unsafe impl Sync for Mmio {}

macro_rules! register {
    ($read:ident, $write:ident, $type:ty) => {
        /// Reads the register at `offset`.
        #[inline]
        pub fn $read(&self, offset: usize) -> $type {
            let register = self.at(offset, size_of::<$type>());
            // SAFETY: `at` checked range and alignment, and `new`'s caller vouches that the window stays
            // mapped.
            unsafe { register.cast::<$type>().read_volatile() }
        }

        /// Writes the register at `offset`.
        #[inline]
        pub fn $write(&self, offset: usize, value: $type) {
            let register = self.at(offset, size_of::<$type>());
            // SAFETY: `at` checked range and alignment, and `new`'s caller vouches that the window stays
            // mapped.
            unsafe { register.cast::<$type>().write_volatile(value) }
        }
    };
}

impl Mmio {
    /// A window of `bytes` at `base`.
    ///
    /// # Safety
    /// The range is mapped for reading and writing for the rest of the kernel's life, and no Rust reference
    /// points into it.
    pub const unsafe fn new(base: NonNull<u8>, bytes: usize) -> Self {
        Self { base, bytes }
    }

    /// Bytes in the window.
    pub const fn len(&self) -> usize {
        self.bytes
    }

    /// Is there nothing in it?
    pub const fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// The part of the window from `offset`, `bytes` long; `None` if it does not lie inside.
    pub fn window(&self, offset: usize, bytes: usize) -> Option<Self> {
        let inside = offset.checked_add(bytes)? <= self.bytes;
        // SAFETY: the sum lies inside the window that `new`'s caller vouched for.
        inside.then(|| Self { base: unsafe { self.base.add(offset) }, bytes })
    }

    register!(read_u8, write_u8, u8);
    register!(read_u16, write_u16, u16);
    register!(read_u32, write_u32, u32);
    register!(read_u64, write_u64, u64);

    /// Looks at the four bytes at `offset` until none of `bits` is set, `looks` times at most. False: one still is.
    pub fn is_clear_within(&self, looks: u32, offset: usize, bits: u32) -> bool {
        for _ in 0..looks {
            if self.read_u32(offset) & bits == 0 {
                return true;
            }
            core::hint::spin_loop();
        }
        false
    }

    #[inline]
    fn at(&self, offset: usize, width: usize) -> NonNull<u8> {
        assert!(
            offset + width <= self.bytes && offset.is_multiple_of(width),
            "a register outside its window"
        );
        // SAFETY: just checked.
        unsafe { self.base.add(offset) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;

    fn window() -> Mmio {
        let memory: &'static mut [u64; 2] = Box::leak(Box::new([0; 2]));
        // SAFETY: leaked, and the only reference to it ends here.
        unsafe { Mmio::new(NonNull::from(memory).cast(), 16) }
    }

    #[test]
    fn registers_are_little_endian_words_at_their_offset() {
        let window = window();
        window.write_u32(4, 0x1234_5678);
        window.write_u8(0, 0xab);
        assert_eq!(window.read_u64(0), 0x1234_5678_0000_00ab);
        assert_eq!(window.read_u16(6), 0x1234);
    }

    #[test]
    fn a_part_of_a_window_ends_where_the_window_ends() {
        let window = window();
        window.write_u32(12, 7);
        assert_eq!(window.window(8, 8).map(|part| part.read_u32(4)), Some(7));
        assert!(window.window(8, 9).is_none());
        assert!(window.window(usize::MAX, 2).is_none());
    }

    #[test]
    #[should_panic(expected = "outside its window")]
    fn a_register_behind_the_end_is_a_defect() {
        window().read_u32(16);
    }

    #[test]
    fn a_bit_that_stays_set_is_not_waited_for_longer_than_said() {
        let window = window();
        window.write_u32(4, 0b101);
        assert!(!window.is_clear_within(3, 4, 0b100));
        assert!(window.is_clear_within(1, 4, 0b010));
        assert!(!window.is_clear_within(0, 4, 0b010), "nobody has looked");
    }

    #[test]
    #[should_panic(expected = "outside its window")]
    fn a_register_across_its_alignment_is_a_defect() {
        window().read_u32(2);
    }
}
