//! The one DMA page pool of the kernel, and how its pages look to a device.
//!
//! On the machine a device sees the addresses the processor sees: memory is mapped one to one and there is no
//! IOMMU between. On the host, where tests play the device, device addresses are shifted by
//! [`Map::DEVICE_SHIFT`], so that code which mixes them up with pointers fails there first.

use core::ptr::NonNull;

use ninewire_dma::{DevAddr, Hygiene, Mapping, Pool, PoolError};
use spin::Once;

/// The mapping of the kernel's pool.
#[derive(Debug, Clone, Copy, Default)]
pub struct Map;

impl Map {
    /// Device address minus processor address.
    pub const DEVICE_SHIFT: u64 = if cfg!(target_os = "none") { 0 } else { 1 << 50 };
}

// SAFETY: linear with one offset everywhere. On the machine the shift is 0 and the pool's region is mapped
// one to one, which `mem::space` keeps true; x86 DMA is cache coherent, so the two sync methods have nothing
// to do.
unsafe impl Mapping for Map {
    #[inline]
    fn dev_addr(&self, cpu: NonNull<u8>) -> DevAddr {
        DevAddr::new(cpu.addr().get() as u64 + Self::DEVICE_SHIFT)
    }
}

static POOL: Once<Pool<Map>> = Once::new();

/// The kernel's pool.
///
/// # Panics
/// On the machine, before boot has made it.
#[cfg(target_os = "none")]
pub fn pool() -> &'static Pool<Map> {
    POOL.get().expect("boot makes the pool before anything asks for pages")
}

/// Bytes of RAM the pool takes when nobody says otherwise: half of what there is, within this limit.
const POOL_BYTES_MAX: u64 = 512 << 20;

/// How large the pool becomes with so much usable RAM.
pub const fn default_pool_bytes(usable: u64) -> u64 {
    let half = usable / 2;
    if half < POOL_BYTES_MAX { half } else { POOL_BYTES_MAX }
}

/// Makes the pool over a region; the second call and later ones change nothing.
///
/// # Safety
/// As for [`Pool::new`]: the region is the pool's alone from now on and for ever, and identity-mapped.
pub(super) unsafe fn make(region: NonNull<[u8]>) -> Result<(), PoolError> {
    // SAFETY: the caller's promise, passed on.
    POOL.try_call_once(|| unsafe { Pool::new(region, Map, Hygiene::Lazy) }).map(|_| ())
}

/// On the host: one pool for the process, made when first asked for.
#[cfg(not(target_os = "none"))]
pub use host::{device_memory, pool};

#[cfg(not(target_os = "none"))]
mod host {
    use super::{DevAddr, Map, NonNull, POOL, Pool, make};
    use crate::mem::PAGE_SIZE;
    use alloc::alloc::{Layout, alloc_zeroed, handle_alloc_error};

    /// Bytes of the region; the operating system commits what is touched. Tests run side by side, and devices they play keep
    /// their buffers for ever: some 8000 pages of all tests together.
    const BYTES: usize = 256 << 20;

    static REGION: spin::Once<usize> = spin::Once::new();

    /// The process's pool.
    pub fn pool() -> &'static Pool<Map> {
        REGION.call_once(|| {
            let layout = Layout::from_size_align(BYTES, PAGE_SIZE).expect("a few MiB fit the address space");
            // SAFETY: the layout is not empty.
            let base = unsafe { alloc_zeroed(layout) };
            let Some(base) = NonNull::new(base) else { handle_alloc_error(layout) };
            // SAFETY: leaked, so it is the pool's for ever; a "device" is the test's own code.
            unsafe { make(NonNull::slice_from_raw_parts(base, BYTES)) }.expect("the region is large enough");
            base.as_ptr().expose_provenance()
        });
        POOL.get().expect("made above")
    }

    /// Where a test that plays the device finds the `len` bytes at `address`, if they all lie in the pool's
    /// region.
    pub fn device_memory(address: DevAddr, len: usize) -> Option<NonNull<u8>> {
        let base = *REGION.get()?;
        let offset =
            usize::try_from(address.get().checked_sub(Map::DEVICE_SHIFT)?).ok()?.checked_sub(base)?;
        let inside = offset.checked_add(len)? <= BYTES;
        inside.then(|| NonNull::new(core::ptr::with_exposed_provenance_mut(base + offset)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_machine_gives_half_of_its_memory_and_a_large_one_no_more_than_the_limit() {
        assert_eq!(default_pool_bytes(64 << 20), 32 << 20);
        assert_eq!(default_pool_bytes(8 << 30), 512 << 20);
    }

    #[test]
    fn a_device_s_address_leads_back_to_the_page_and_to_nothing_else() {
        let mut buf = pool().alloc(1).expect("a page");
        let page = NonNull::new(buf.as_mut_slice().as_mut_ptr()).expect("a page has an address");
        let address = Map.dev_addr(page);
        assert_eq!(device_memory(address, 4096), Some(page));
        assert_eq!(
            device_memory(DevAddr::new(page.addr().get() as u64), 1),
            None,
            "a pointer is no device address"
        );
        assert_eq!(device_memory(address, usize::MAX), None);
    }
}
