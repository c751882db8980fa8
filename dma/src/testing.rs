//! A region on the host for tests, in which device addresses are not pointers: code that mixes them up fails here
//! before it fails in a machine. Everything is leaked, as DMA memory is for the life of a kernel.

pub mod script;

use core::ptr::NonNull;
use std::alloc::{Layout, alloc, handle_alloc_error};
use std::boxed::Box;

use crate::{DevAddr, Hygiene, Mapping, PAGE_SIZE, Pool};

/// The pattern fresh regions are filled with, so that an unwritten byte shows.
pub const STALE: u8 = 0xee;

/// Where the region begins for a device: no pointer of this process is there.
pub const DEVICE_BASE: DevAddr = DevAddr::new(0x4000_0000);

/// Device addresses count from [`DEVICE_BASE`], whatever the CPU address is.
#[derive(Clone, Copy, Debug)]
pub struct Shifted {
    base: NonNull<u8>,
    bytes: usize,
}

// SAFETY: a pair of plain numbers; whoever dereferences what `cpu` answers has the duties that go with it.
unsafe impl Send for Shifted {}
// SAFETY: as above.
unsafe impl Sync for Shifted {}

// SAFETY: one offset for the whole region, which is leaked; "devices" here are the test's own code.
unsafe impl Mapping for Shifted {
    fn dev_addr(&self, cpu: NonNull<u8>) -> DevAddr {
        let offset = cpu.addr().get().wrapping_sub(self.base.addr().get());
        assert!(offset < self.bytes, "{cpu:?} is not in the region");
        DEVICE_BASE.offset(offset as u64)
    }

    fn sync_for_device(&self, cpu: NonNull<u8>, len: usize, _: crate::Flow) {
        assert!(len > 0, "nothing to sync at {cpu:?}");
        assert!(self.dev_addr(cpu).get() + len as u64 <= DEVICE_BASE.get() + self.bytes as u64);
    }

    fn sync_for_cpu(&self, cpu: NonNull<u8>, len: usize, flow: crate::Flow) {
        self.sync_for_device(cpu, len, flow);
    }
}

impl Shifted {
    /// Leaks a page-aligned region of at least `bytes` bytes filled with [`STALE`].
    pub fn region(bytes: usize) -> (NonNull<[u8]>, Self) {
        let bytes = bytes.next_multiple_of(PAGE_SIZE).max(PAGE_SIZE);
        let layout =
            Layout::from_size_align(bytes, PAGE_SIZE).expect("a region of a test fits the address space");
        // SAFETY: the layout is not empty.
        let Some(base) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
        // SAFETY: just allocated, `bytes` long.
        unsafe { base.write_bytes(STALE, bytes) };
        (NonNull::slice_from_raw_parts(base, bytes), Self { base, bytes })
    }

    /// What the device finds at `address`, if all `len` bytes lie in the region.
    pub fn cpu(&self, address: DevAddr, len: usize) -> Option<NonNull<u8>> {
        let offset = usize::try_from(address.get().checked_sub(DEVICE_BASE.get())?).ok()?;
        if offset.checked_add(len)? > self.bytes {
            return None;
        }
        // SAFETY: inside the region, as just checked.
        Some(unsafe { self.base.add(offset) })
    }
}

/// A leaked pool of exactly `pages` pages.
pub fn pool(pages: usize) -> &'static Pool<Shifted> {
    pool_with(pages, Hygiene::Lazy)
}

/// A leaked pool of exactly `pages` pages under a policy.
pub fn pool_with(pages: usize, hygiene: Hygiene) -> &'static Pool<Shifted> {
    let (region, mapping) = Shifted::region(Pool::<Shifted>::region_bytes(pages));
    // SAFETY: the region is leaked and nobody else's, and `mapping` was made for it.
    let pool = unsafe { Pool::new(region, mapping, hygiene) }.expect("the region was sized for these pages");
    Box::leak(Box::new(pool))
}
