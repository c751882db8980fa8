//! Four-level page tables (Intel SDM volume 3, 4.5), in memory that is mapped one to one. Pure but for where they lie:
//! the tests build them in memory of the host.
//!
//! The tables are built once at boot and then only grow (device registers, more stacks); nothing is ever
//! unmapped, so no other core ever has a stale entry to forget.
//!
//! A boot maps over a thousand small pages at the ragged ends of the RAM and of the image, so a table's entries are filled
//! in one go.

use super::layout::Access;
use super::map::Runs;
use super::{MapError, PAGE_SIZE};

const ENTRIES: u64 = 512;

/// Bits of an entry.
mod bits {
    pub(super) const PRESENT: u64 = 1 << 0;
    pub(super) const WRITABLE: u64 = 1 << 1;
    pub(super) const WRITE_THROUGH: u64 = 1 << 3;
    pub(super) const NO_CACHE: u64 = 1 << 4;
    /// A page, where an entry could name a table instead.
    pub(super) const LARGE: u64 = 1 << 7;
    pub(super) const NO_EXECUTE: u64 = 1 << 63;
    /// What the entry names: a table or a page.
    pub(super) const ADDRESS: u64 = 0x000f_ffff_ffff_f000;
}

/// Physical addresses have this many bits at most.
const PHYSICAL_BITS: u32 = 52;
/// Virtual addresses have this many; the rest repeats the highest.
const VIRTUAL_BITS: u32 = 48;

/// The level of the root; at level 0 are entries for small pages.
const ROOT: u32 = 3;

/// Bytes that an entry of a table of this level stands for.
const fn entry_bytes(level: u32) -> u64 {
    (PAGE_SIZE as u64) << (9 * level)
}

/// Which entry of its table of this level an address belongs to.
const fn index(virt: u64, level: u32) -> u64 {
    virt / entry_bytes(level) % ENTRIES
}

/// Tables come from memory below this: what the first tables of `entry.s` map, and every later one does too.
const LIMIT: u64 = if cfg!(target_os = "none") { 4 << 30 } else { u64::MAX };

/// The kernel's page tables and the way to add to them.
#[derive(Debug)]
pub struct Tables {
    root: u64,
    /// The highest level at which an entry may be a page.
    largest: u32,
}

impl Tables {
    /// Tables that map nothing yet.
    ///
    /// # Safety
    /// `free` is memory nobody uses, mapped one to one and writable as far as it lies below 4 GiB; so is what is given to
    /// [`Tables::map`].
    pub unsafe fn new(free: &mut Runs, one_gib_pages: bool) -> Result<Self, MapError> {
        Ok(Self { root: new_table(free)?, largest: if one_gib_pages { 2 } else { 1 } })
    }

    /// Physical address of the root.
    pub fn root(&self) -> u64 {
        self.root
    }

    /// Maps `bytes` from `virt` to the memory from `phys`, all multiples of the page size, with the largest
    /// pages that fit.
    #[inline(never)] // see `boot`
    pub fn map(
        &mut self,
        virt: u64,
        phys: u64,
        bytes: u64,
        access: Access,
        free: &mut Runs,
    ) -> Result<(), MapError> {
        let beyond = |address: u64, end: u64| address.checked_add(bytes).is_none_or(|behind| behind > end);
        let half = 1 << (VIRTUAL_BITS - 1);
        // The upper half begins at minus `half`: seen from there it is as the lower one seen from 0.
        if beyond(virt, half) && beyond(virt.wrapping_add(half), half) {
            return Err(MapError::Address { address: virt });
        }
        if beyond(phys, 1 << PHYSICAL_BITS) {
            return Err(MapError::Address { address: phys });
        }
        let mut done = 0;
        while done < bytes {
            done += self.fill(virt + done, phys + done, bytes - done, access, free)?;
        }
        Ok(())
    }

    /// Fills entries of one table, as many as there are to fill; the bytes they map.
    #[inline(never)] // see `boot`
    fn fill(
        &mut self,
        virt: u64,
        phys: u64,
        left: u64,
        access: Access,
        free: &mut Runs,
    ) -> Result<u64, MapError> {
        let fits = |level| (virt | phys) & (entry_bytes(level) - 1) == 0 && left >= entry_bytes(level);
        let mut level = self.largest;
        while level > 0 && !fits(level) {
            level -= 1;
        }
        let table = self.table(virt, level, free)?;
        let first = index(virt, level);
        // Where the table ends the next level may fit.
        let count = (left / entry_bytes(level)).min(ENTRIES - first);
        let flags = flags(access) | if level > 0 { bits::LARGE } else { 0 };
        // Two register blocks, or two tables of the firmware, may share a page; anything else is mapped twice by
        // mistake.
        let may_share = matches!(access, Access::Device | Access::Rodata);
        for number in 0..count {
            let offset = number * entry_bytes(level);
            let wanted = (phys + offset) | flags;
            let entry = Entry::of(table, first + number);
            let there = entry.get();
            if there == 0 {
                // Nothing was mapped here before, and absent entries are not cached: nothing to flush.
                entry.set(wanted);
            } else if !may_share || (there ^ wanted) & (bits::ADDRESS | bits::LARGE) != 0 {
                return Err(MapError::AlreadyMapped { address: virt + offset });
            }
        }
        Ok(count * entry_bytes(level))
    }

    /// The table of this level that has the entry for `virt`; made, and those above it, if there is none.
    fn table(&mut self, virt: u64, level: u32, free: &mut Runs) -> Result<u64, MapError> {
        let mut table = self.root;
        for above in (level + 1..=ROOT).rev() {
            let entry = Entry::of(table, index(virt, above));
            table = match entry.get() {
                0 => {
                    let new = new_table(free)?;
                    entry.set(new | bits::PRESENT | bits::WRITABLE);
                    new
                }
                page if page & bits::LARGE != 0 => return Err(MapError::AlreadyMapped { address: virt }),
                there => there & bits::ADDRESS,
            };
        }
        Ok(table)
    }
}

/// The address of a table without entries.
fn new_table(free: &mut Runs) -> Result<u64, MapError> {
    let run = free.take(PAGE_SIZE as u64, PAGE_SIZE as u64, LIMIT).ok_or(MapError::NoMemory)?;
    let table = core::ptr::with_exposed_provenance_mut::<u8>(run.start as usize);
    // SAFETY: `Runs::take` gives each page away once, and the promise of `Tables::new` says that it is writable memory.
    unsafe { table.write_bytes(0, PAGE_SIZE) };
    Ok(run.start)
}

/// A place in a table. Processors look at it at any time: it is read and written in one piece.
struct Entry(*mut u64);

impl Entry {
    /// `table` is the address of a table, `index` less than [`ENTRIES`].
    fn of(table: u64, index: u64) -> Self {
        Self(core::ptr::with_exposed_provenance_mut((table + 8 * index) as usize))
    }

    fn get(&self) -> u64 {
        // SAFETY: a place in a table that `new_table` has made, which belongs to the tables for good.
        unsafe { self.0.read_volatile() }
    }

    fn set(&self, entry: u64) {
        // SAFETY: as in `get`. That no running code loses its ground, and none is given what belongs to another, is the plan
        // in `mem::layout`, which maps RAM to one address each and devices where no RAM is; only absent entries are written.
        unsafe { self.0.write_volatile(entry) };
    }
}

fn flags(access: Access) -> u64 {
    let writable = bits::PRESENT | bits::WRITABLE | bits::NO_EXECUTE;
    match access {
        Access::Text => bits::PRESENT,
        Access::Rodata => bits::PRESENT | bits::NO_EXECUTE,
        Access::Data => writable,
        Access::Device => writable | bits::NO_CACHE | bits::WRITE_THROUGH,
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::STACK_WINDOW;
    use super::super::map::{Kind, Region};
    use super::*;
    use std::alloc::{Layout, alloc};

    const KIB_4: u64 = entry_bytes(0);
    const MIB_2: u64 = entry_bytes(1);
    const GIB: u64 = entry_bytes(2);

    /// Memory for so many tables, full of something.
    fn memory(tables: usize) -> Runs {
        let layout = Layout::from_size_align(tables * PAGE_SIZE, PAGE_SIZE).expect("some pages");
        // SAFETY: the layout is not empty. Leaked: the tables have it for good.
        let start = unsafe { alloc(layout) };
        // SAFETY: all of it was allocated just now.
        unsafe { start.write_bytes(0xa5, layout.size()) };
        let start = start.expose_provenance() as u64;
        let region = Region { start, end: start + layout.size() as u64, kind: Kind::Usable };
        Runs::usable([region].into_iter()).expect("one region")
    }

    struct Space {
        tables: Tables,
        free: Runs,
    }

    impl Space {
        fn new(one_gib_pages: bool, memory: Runs) -> Self {
            let mut free = memory;
            // SAFETY: `memory` is leaked memory of the host, used for nothing else.
            let tables = unsafe { Tables::new(&mut free, one_gib_pages) }.expect("room for the root");
            Self { tables, free }
        }

        fn map(&mut self, virt: u64, phys: u64, bytes: u64, access: Access) -> Result<(), MapError> {
            self.tables.map(virt, phys, bytes, access, &mut self.free)
        }

        /// As the processor walks: the address behind `virt`, the size of its page, and the page's flags.
        fn walk(&self, virt: u64) -> Option<(u64, u64, u64)> {
            let mut table = self.tables.root();
            for level in (0..=ROOT).rev() {
                let entry = Entry::of(table, index(virt, level)).get();
                if entry & bits::PRESENT == 0 {
                    assert_eq!(entry, 0);
                    return None;
                }
                let address = entry & bits::ADDRESS;
                if level == 0 || entry & bits::LARGE != 0 {
                    let offset = virt & (entry_bytes(level) - 1);
                    return Some((address + offset, entry_bytes(level), entry & !bits::ADDRESS));
                }
                table = address;
            }
            None
        }
    }

    #[test]
    fn a_range_is_mapped_with_the_largest_pages_that_fit_and_nothing_besides() {
        for one_gib_pages in [false, true] {
            let mut space = Space::new(one_gib_pages, memory(16));
            let (start, end) = (MIB_2 - KIB_4, 2 * GIB + MIB_2 + 2 * KIB_4);
            space.map(start, start, end - start, Access::Data).expect("room");
            let huge = if one_gib_pages { GIB } else { MIB_2 };
            for (address, page) in [
                (start, KIB_4),
                (MIB_2 + 5, MIB_2),
                (GIB - 1, MIB_2),
                (GIB, huge),
                (2 * GIB - 1, huge),
                (2 * GIB, MIB_2),
                (end - 1, KIB_4),
            ] {
                let (phys, bytes, _) = space.walk(address).expect("mapped");
                assert_eq!((phys, bytes), (address, page), "{address:#x}");
            }
            assert_eq!((space.walk(start - 1), space.walk(end)), (None, None));
        }
    }

    #[test]
    fn memory_that_lies_elsewhere_than_where_it_is_seen_is_mapped_by_small_pages() {
        let mut space = Space::new(true, memory(8));
        space.map(STACK_WINDOW + MIB_2, 0x7000, 3 * MIB_2, Access::Data).expect("room");
        let (phys, bytes, _) = space.walk(STACK_WINDOW + 3 * MIB_2 + 0x1234).expect("mapped");
        assert_eq!((phys, bytes), (0x7000 + 2 * MIB_2 + 0x1234, KIB_4));
    }

    #[test]
    fn each_access_has_its_rights() {
        let mut space = Space::new(false, memory(8));
        let all = [
            (Access::Text, bits::PRESENT),
            (Access::Rodata, bits::PRESENT | bits::NO_EXECUTE),
            (Access::Data, bits::PRESENT | bits::WRITABLE | bits::NO_EXECUTE),
            (
                Access::Device,
                bits::PRESENT | bits::WRITABLE | bits::NO_EXECUTE | bits::NO_CACHE | bits::WRITE_THROUGH,
            ),
        ];
        for (number, (access, rights)) in (1..).zip(all) {
            let (small, large) = (number * KIB_4, number * MIB_2);
            space.map(small, small, KIB_4, access).expect("room");
            space.map(large, large, MIB_2, access).expect("room");
            assert_eq!(space.walk(small), Some((small, KIB_4, rights)));
            assert_eq!(space.walk(large), Some((large, MIB_2, rights | bits::LARGE)));
        }
    }

    #[test]
    fn what_is_mapped_twice_is_refused_unless_it_is_the_same_registers() {
        let mut space = Space::new(false, memory(16));
        let twice = |address| Err(MapError::AlreadyMapped { address });
        space.map(MIB_2, MIB_2, MIB_2 + KIB_4, Access::Data).expect("room");
        assert_eq!(space.map(MIB_2, MIB_2, MIB_2, Access::Data), twice(MIB_2));
        assert_eq!(
            space.map(MIB_2 + KIB_4, MIB_2 + KIB_4, KIB_4, Access::Data),
            twice(MIB_2 + KIB_4),
            "inside"
        );
        assert_eq!(
            space.map(2 * MIB_2, 2 * MIB_2, MIB_2, Access::Device),
            twice(2 * MIB_2),
            "over small ones"
        );

        let registers = 0xfe00_0000;
        space.map(registers, registers, 2 * KIB_4, Access::Device).expect("room");
        assert_eq!(space.map(registers + KIB_4, registers + KIB_4, 2 * KIB_4, Access::Device), Ok(()));
        assert_eq!(space.map(registers, registers + KIB_4, KIB_4, Access::Device), twice(registers));
        assert_eq!(space.walk(registers + 2 * KIB_4).map(|(phys, ..)| phys), Some(registers + 2 * KIB_4));
    }

    #[test]
    fn addresses_no_processor_has_are_refused() {
        let mut space = Space::new(false, memory(16));
        let hole = 1 << (VIRTUAL_BITS - 1);
        let refused = |address| Err(MapError::Address { address });
        assert_eq!(space.map(hole - KIB_4, 0, 2 * KIB_4, Access::Data), refused(hole - KIB_4));
        assert_eq!(space.map(hole, 0, KIB_4, Access::Data), refused(hole));
        assert_eq!(
            space.map(STACK_WINDOW - KIB_4, 0, 2 * KIB_4, Access::Data),
            refused(STACK_WINDOW - KIB_4)
        );
        assert_eq!(space.map(0, 1 << PHYSICAL_BITS, KIB_4, Access::Data), refused(1 << PHYSICAL_BITS));
        assert_eq!(space.map(0, u64::MAX - KIB_4 + 1, KIB_4, Access::Data), refused(u64::MAX - KIB_4 + 1));
        for whole in [hole - KIB_4, STACK_WINDOW, u64::MAX - KIB_4 + 1] {
            assert_eq!(space.map(whole, 0x1000, KIB_4, Access::Data), Ok(()), "{whole:#x}");
        }
    }

    #[test]
    fn without_memory_for_a_table_nothing_is_mapped() {
        let mut space = Space::new(false, memory(3));
        assert_eq!(space.map(0, 0, KIB_4, Access::Data), Err(MapError::NoMemory));
        assert_eq!(space.map(MIB_2, MIB_2, MIB_2, Access::Data), Ok(()), "for this one there is");
    }
}
