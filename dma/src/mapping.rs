//! How the caller's machine turns a CPU address of the region into a device address, and keeps caches honest.
//! The pool asks once for the region's base and counts from there; it never guesses that the two views are equal.

use core::ptr::NonNull;

use crate::DevAddr;

/// Which way bytes travel while a device holds them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// The device reads what the CPU has written.
    ToDevice,
    /// The device writes what the CPU will read.
    FromDevice,
    /// Both sides read and write, as in the rings themselves.
    Both,
}

/// Address translation and cache maintenance for one region, supplied by whoever gives the region to the pool.
///
/// # Safety
/// The pool trusts the answers when it tells a device where to write. Implementors promise:
/// - `dev_addr` is linear inside the region: if `a` and `a + n` both lie in it,
///   `dev_addr(a + n) == dev_addr(a) + n`. A region that is contiguous for the CPU only is not one region;
/// - the device address reaches exactly that memory for as long as the region is in use;
/// - after `sync_for_device` the device sees what this CPU wrote before it, and after `sync_for_cpu` this CPU sees
///   what the device wrote before it handed the bytes back. Where DMA is cache coherent both are empty.
///
/// The pool in turn promises to call them only with addresses inside the region it was created with, and the two syncs
/// only with bytes that all lie inside it, at least one.
pub unsafe trait Mapping: Send + Sync + 'static {
    /// Where the device finds the byte at `cpu`.
    fn dev_addr(&self, cpu: NonNull<u8>) -> DevAddr;

    /// Called after the CPU's last access and before the bytes are named to a device.
    #[inline]
    fn sync_for_device(&self, cpu: NonNull<u8>, len: usize, flow: Flow) {
        let _ = (cpu, len, flow);
    }

    /// Called after a device has handed the bytes back and before the CPU's first access.
    #[inline]
    fn sync_for_cpu(&self, cpu: NonNull<u8>, len: usize, flow: Flow) {
        let _ = (cpu, len, flow);
    }
}

/// Device address equals CPU address and DMA is coherent: an identity-mapped x86 machine without an IOMMU.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity;

// SAFETY: linear by definition; that the device really shares the CPU's addresses is what whoever picks `Identity`
// in the unsafe `Pool::new` vouches for.
unsafe impl Mapping for Identity {
    #[inline]
    fn dev_addr(&self, cpu: NonNull<u8>) -> DevAddr {
        DevAddr::new(cpu.addr().get() as u64)
    }
}
