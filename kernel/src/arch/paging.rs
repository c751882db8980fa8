//! Four-level page tables, by the x86_64 crate's mapper, in identity-mapped frames.
//!
//! The tables are built once at boot and then only grow (device registers, more stacks); nothing is ever
//! unmapped, so no other core ever has a stale entry to forget.

use x86_64::registers::control::{Cr3, Cr3Flags};
use x86_64::structures::paging::mapper::MapToError;
use x86_64::structures::paging::{
    FrameAllocator, Mapper, OffsetPageTable, Page, PageSize, PageTable, PageTableFlags, PhysFrame, Size1GiB,
    Size2MiB, Size4KiB,
};
use x86_64::{PhysAddr, VirtAddr};

use crate::mem::MapError;
use crate::mem::layout::Access;
use crate::mem::map::Runs;

/// The kernel's page tables and the way to add to them.
pub(crate) struct Tables {
    root: PhysFrame,
    mapper: OffsetPageTable<'static>,
    one_gib_pages: bool,
}

/// Takes table frames out of the free memory, below the given address.
struct Frames<'a> {
    free: &'a mut Runs,
    limit: u64,
}

// SAFETY: `Runs::take` gives each page away once.
unsafe impl FrameAllocator<Size4KiB> for Frames<'_> {
    fn allocate_frame(&mut self) -> Option<PhysFrame> {
        let run = self.free.take(Size4KiB::SIZE, Size4KiB::SIZE, self.limit)?;
        Some(PhysFrame::containing_address(PhysAddr::new(run.start)))
    }
}

/// Frames for tables come from below this: what the first tables of `entry.s` map, and every later one does
/// too.
const TABLES_LIMIT: u64 = 4 << 30;

impl Tables {
    /// Tables that map nothing yet.
    pub(crate) fn new(free: &mut Runs) -> Result<Self, MapError> {
        let root = Frames { free, limit: TABLES_LIMIT }.allocate_frame().ok_or(MapError::NoMemory)?;
        let table = root.start_address().as_u64() as *mut PageTable;
        // SAFETY: the frame was free, is identity-mapped (below `TABLES_LIMIT`) and from now on belongs to
        // the tables.
        let table = unsafe {
            table.write(PageTable::new());
            &mut *table
        };
        // SAFETY: every table lies in an identity-mapped frame, so the offset between virtual and physical is
        // 0.
        let mapper = unsafe { OffsetPageTable::new(table, VirtAddr::zero()) };
        let extended = core::arch::x86_64::__cpuid(0x8000_0001);
        Ok(Self { root, mapper, one_gib_pages: extended.edx & (1 << 26) != 0 })
    }

    /// Maps `bytes` from `virt` to the memory from `phys`, all multiples of the page size, with the largest
    /// pages that fit.
    pub(crate) fn map(
        &mut self,
        virt: u64,
        phys: u64,
        bytes: u64,
        access: Access,
        free: &mut Runs,
    ) -> Result<(), MapError> {
        let mut done = 0;
        while done < bytes {
            let (virt, phys, left) = (virt + done, phys + done, bytes - done);
            let fits = |size: u64| (virt | phys) & (size - 1) == 0 && left >= size;
            done += if self.one_gib_pages && fits(Size1GiB::SIZE) {
                self.map_page::<Size1GiB>(virt, phys, access, free)?
            } else if fits(Size2MiB::SIZE) {
                self.map_page::<Size2MiB>(virt, phys, access, free)?
            } else {
                self.map_page::<Size4KiB>(virt, phys, access, free)?
            };
        }
        Ok(())
    }

    fn map_page<S: PageSize + core::fmt::Debug>(
        &mut self,
        virt: u64,
        phys: u64,
        access: Access,
        free: &mut Runs,
    ) -> Result<u64, MapError>
    where
        OffsetPageTable<'static>: Mapper<S>,
    {
        let virt = VirtAddr::try_new(virt).map_err(|_| MapError::Address { address: virt })?;
        let phys = PhysAddr::try_new(phys).map_err(|_| MapError::Address { address: phys })?;
        let page = Page::<S>::containing_address(virt);
        let frame = PhysFrame::<S>::containing_address(phys);
        let mut frames = Frames { free, limit: TABLES_LIMIT };
        // SAFETY: the plan in `mem::layout` maps RAM to one address each, and devices where no RAM is; a page
        // that was mapped before is refused, so no running code loses its ground.
        let mapped = unsafe { self.mapper.map_to(page, frame, flags(access), &mut frames) };
        match mapped {
            // Nothing was mapped here before, and absent entries are not cached: nothing to flush.
            Ok(flush) => flush.ignore(),
            Err(MapToError::FrameAllocationFailed) => return Err(MapError::NoMemory),
            Err(MapToError::PageAlreadyMapped(there)) => {
                // Two register blocks, or two tables of the firmware, may share a page; anything else is
                // mapped twice by mistake.
                let may_share = matches!(access, Access::Device | Access::Rodata);
                if !may_share || there != frame {
                    return Err(MapError::AlreadyMapped { address: virt.as_u64() });
                }
            }
            Err(MapToError::ParentEntryHugePage) => {
                return Err(MapError::AlreadyMapped { address: virt.as_u64() });
            }
        }
        Ok(S::SIZE)
    }

    /// Makes these the tables of this core.
    ///
    /// # Safety
    /// They map the running code, its stack and everything it will touch.
    pub(crate) unsafe fn activate(&self) {
        // SAFETY: the caller's promise.
        unsafe { Cr3::write(self.root, Cr3Flags::empty()) };
    }
}

fn flags(access: Access) -> PageTableFlags {
    let present = PageTableFlags::PRESENT;
    let writable = present | PageTableFlags::WRITABLE | PageTableFlags::NO_EXECUTE;
    match access {
        Access::Text => present,
        Access::Rodata => present | PageTableFlags::NO_EXECUTE,
        Access::Data => writable,
        Access::Device => writable | PageTableFlags::NO_CACHE | PageTableFlags::WRITE_THROUGH,
    }
}
