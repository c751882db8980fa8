//! The heap: linked_list_allocator over one run of pages, for what is made at boot, at mount and at open.
//! Per-operation memory comes from the DMA pool or from preallocated tables, never from here.
//!
//! Interrupt handlers do not allocate, so the lock is never waited for by the core that holds it.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::{self, NonNull};

use linked_list_allocator::Heap;
use spin::Mutex;

struct Locked(Mutex<Heap>);

#[global_allocator]
static HEAP: Locked = Locked(Mutex::new(Heap::empty()));

/// Gives the heap its memory.
///
/// # Safety
/// Called once; the range is mapped, writable and used by nobody else from now on.
pub(super) unsafe fn init(base: NonNull<u8>, bytes: usize) {
    // SAFETY: the caller's promise.
    unsafe { HEAP.0.lock().init(base.as_ptr(), bytes) };
}

/// Bytes in use and bytes free.
pub fn usage() -> (usize, usize) {
    let heap = HEAP.0.lock();
    (heap.used(), heap.free())
}

// SAFETY: the blocks are those of `Heap`, which hands out each byte once until it is given back.
unsafe impl GlobalAlloc for Locked {
    // Not inlined: see `boot`.
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.lock().allocate_first_fit(layout).map_or(ptr::null_mut(), NonNull::as_ptr)
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some(block) = NonNull::new(block) {
            // SAFETY: the caller of `dealloc` promises that block and layout came from `alloc`.
            unsafe { self.0.lock().deallocate(block, layout) };
        }
    }
}
