//! The kernel's address space: page tables and free memory, behind one lock.

use core::ops::Range;
use core::ptr::NonNull;
use core::slice;

use ninewire_dma::PoolError;
use spin::Mutex;

use super::layout::{self, Access, Image, LOW_END, STACKS, Stack};
use super::map::{Run, Runs};
use super::mmio::Mmio;
use super::tables::Tables;
use super::{MapError, PAGE_SIZE, heap, pool};
use crate::arch::paging;

struct Space {
    tables: Tables,
    /// RAM nobody has taken yet.
    free: Runs,
    /// All RAM, to refuse registers that claim to lie in it.
    ram: Runs,
}

static SPACE: Mutex<Option<Space>> = Mutex::new(None);

/// Pages for the heap: a sixteenth of the RAM, within these bounds.
const HEAP_BYTES_MIN: u64 = 2 << 20;
const HEAP_BYTES_MAX: u64 = 32 << 20;

/// Builds the page tables over `usable`, switches to them, and starts the heap; returns the heap's size in
/// bytes.
///
/// # Safety
/// Called once, on the boot core, with everything below 4 GiB mapped one to one; `usable` is really free RAM
/// apart from the first MiB and `image`, and nothing outside of `image` is needed any more.
pub unsafe fn init(mut usable: Runs, image: &Image) -> Result<u64, MapError> {
    let ram = usable.clone();
    usable.remove(0, LOW_END)?;
    usable.remove(image.run().start, image.run().end)?;
    let mut free = usable.clone();
    // SAFETY: what is free is RAM, and everything below 4 GiB is mapped one to one: now by the first tables, then by these.
    let mut tables = unsafe { Tables::new(&mut free, paging::has_one_gib_pages()) }?;
    for part in layout::plan(image, &usable) {
        tables.map(part.run.start, part.run.start, part.run.bytes(), part.access, &mut free)?;
    }
    // SAFETY: the plan covers the image (with the boot stack in it) and all RAM the kernel hands out.
    unsafe { paging::activate(tables.root()) };
    let bytes =
        (usable.bytes() / 16).clamp(HEAP_BYTES_MIN, HEAP_BYTES_MAX) / PAGE_SIZE as u64 * PAGE_SIZE as u64;
    let run = free.take(bytes, PAGE_SIZE as u64, u64::MAX).ok_or(MapError::NoMemory)?;
    // SAFETY: taken from the free memory just now, mapped as data by the plan.
    unsafe { heap::init(pointer(run.start), bytes as usize) };
    *SPACE.lock() = Some(Space { tables, free, ram });
    Ok(bytes)
}

/// Makes the DMA pool out of one run of free memory, `asked` bytes or what the longest run has; says how many
/// bytes it got. A part of the longest run stays back, for page tables and stacks.
pub fn make_pool(asked: u64) -> Result<u64, PoolError> {
    const KEPT_BACK_BYTES: u64 = 4 << 20;
    /// Pages of a pool that begins here can be mapped, by us and by the host, with large pages.
    const ALIGN: u64 = 2 << 20;
    let page = PAGE_SIZE as u64;
    let run = with(|space| {
        let longest =
            space.free.longest().map_or(0, |run| run.bytes().saturating_sub(KEPT_BACK_BYTES + ALIGN));
        space.free.take(asked.min(longest) / page * page, ALIGN, u64::MAX)
    });
    let run = run.unwrap_or(Run { start: page, end: page });
    let region = NonNull::slice_from_raw_parts(pointer(run.start), run.bytes() as usize);
    // SAFETY: taken out of the free memory for good, and mapped one to one as data by the plan. An empty
    // region, where there is no memory, is refused by the pool before it is touched.
    unsafe { pool::make(region) }?;
    Ok(run.bytes())
}

/// Maps a device's registers, uncached. The range may begin and end anywhere in a page; asking twice is
/// allowed.
pub fn map_device(phys: u64, bytes: usize) -> Result<Mmio, MapError> {
    let (first, last) = whole_pages(phys, bytes)?;
    with(|space| space.map_outside_ram(0, first, last, Access::Device))?;
    // SAFETY: mapped just now as device registers and never unmapped; it is not RAM, so no Rust object lives
    // there.
    Ok(unsafe { Mmio::new(pointer(phys), bytes) })
}

/// Maps what the firmware has left in memory it did not give to us, or in the first MiB, which we leave to it; for reading.
pub fn map_firmware(phys: u64, bytes: usize) -> Result<&'static [u8], MapError> {
    let (first, last) = whole_pages(phys, bytes)?;
    if first == 0 {
        return Err(MapError::Address { address: phys });
    }
    with(|space| space.map_outside_ram(LOW_END, first, last, Access::Rodata))?;
    // SAFETY: mapped just now for reading and never unmapped; the firmware no longer runs, and nothing of
    // ours writes outside the RAM that was given to us.
    Ok(unsafe { slice::from_raw_parts(pointer(phys).as_ptr(), bytes) })
}

/// Maps a page of free RAM within `range`, which lies in the first MiB, for writing. Called once.
pub fn map_low_page(range: Range<u64>) -> Option<NonNull<u8>> {
    with(|space| {
        let page = PAGE_SIZE as u64;
        let address = space.ram.as_slice().iter().find_map(|run| {
            let start = run.start.max(range.start);
            (start + page <= run.end.min(range.end)).then_some(start)
        })?;
        space.tables.map(address, address, page, Access::Data, &mut space.free).ok()?;
        Some(pointer(address))
    })
}

impl Space {
    /// RAM below `from` does not count.
    fn map_outside_ram(&mut self, from: u64, first: u64, last: u64, access: Access) -> Result<(), MapError> {
        if self.ram.overlaps(first.max(from), last) {
            return Err(MapError::Ram { address: first });
        }
        self.tables.map(first, first, last - first, access, &mut self.free)
    }

    #[inline(never)] // see `boot`
    fn map_stack(&mut self, core: usize, stack: Stack) -> Result<(), MapError> {
        let bytes = stack.bytes() as u64;
        let run = self.free.take(bytes, PAGE_SIZE as u64, u64::MAX).ok_or(MapError::NoMemory)?;
        self.tables.map(stack.top(core) - bytes, run.start, bytes, Access::Data, &mut self.free)
    }
}

/// The pages that hold the range: first address, and first address behind.
fn whole_pages(phys: u64, bytes: usize) -> Result<(u64, u64), MapError> {
    let page = PAGE_SIZE as u64;
    let end = phys.checked_add(bytes as u64).and_then(|end| end.checked_next_multiple_of(page));
    Ok((phys / page * page, end.ok_or(MapError::Address { address: phys })?))
}

/// Where the RAM below `limit` ends.
pub fn ram_end_below(limit: u64) -> Option<u64> {
    with(|space| space.ram.as_slice().iter().map(|run| run.end).filter(|&end| end <= limit).max())
}

/// Maps the stacks of a core, each with a hole below.
pub fn map_stacks(core: usize) -> Result<(), MapError> {
    with(|space| STACKS.into_iter().try_for_each(|stack| space.map_stack(core, stack)))
}

/// The bytes at a physical address, while the first tables of `entry.s` are in force.
///
/// # Safety
/// The range lies below 4 GiB, holds what the firmware put there, and is not written while the slice lives.
pub unsafe fn physical(address: u64, bytes: usize) -> &'static [u8] {
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(address as *const u8, bytes) }
}

fn with<T>(act: impl FnOnce(&mut Space) -> T) -> T {
    act(SPACE.lock().as_mut().expect("memory is set up before it is used"))
}

fn pointer(address: u64) -> NonNull<u8> {
    NonNull::new(address as *mut u8).expect("page 0 is never handed out")
}
