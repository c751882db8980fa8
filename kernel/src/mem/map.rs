//! The memory map: from the firmware's list of regions, in any order and possibly overlapping, to the
//! page-aligned runs of RAM the kernel may use. Pure; used by `boot` while the machine still has no heap.

use crate::mem::PAGE_SIZE;

const PAGE: u64 = PAGE_SIZE as u64;

/// Most regions a map can hold. QEMU hands over fewer than ten.
pub const REGIONS_MAX: usize = 64;

/// What a region of the firmware's map is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// RAM free for the kernel.
    Usable,
    /// Everything else: firmware tables, devices, holes. Where it overlaps with usable RAM it wins.
    Reserved,
}

impl Kind {
    /// From the type field of an E820 entry (ACPI 6.4, table 15.4).
    pub const fn from_e820(kind: u32) -> Self {
        if kind == 1 { Self::Usable } else { Self::Reserved }
    }
}

/// A region of physical memory, `start` included, `end` excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// First address.
    pub start: u64,
    /// First address behind.
    pub end: u64,
    /// What it is.
    pub kind: Kind,
}

/// A run of physical pages, `start` included, `end` excluded, both multiples of the page size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// First address.
    pub start: u64,
    /// First address behind.
    pub end: u64,
}

impl Run {
    /// Bytes in it.
    pub const fn bytes(&self) -> u64 {
        self.end - self.start
    }

    /// Does `address` lie in it?
    pub const fn contains(&self, address: u64) -> bool {
        self.start <= address && address < self.end
    }
}

/// The map has more pieces than [`REGIONS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyRegions;

/// Page-aligned, disjoint, ascending runs.
#[derive(Debug, Clone)]
pub struct Runs {
    runs: [Run; REGIONS_MAX],
    len: usize,
}

impl Runs {
    /// No memory at all.
    pub const fn empty() -> Self {
        Self { runs: [Run { start: 0, end: 0 }; REGIONS_MAX], len: 0 }
    }

    /// The usable runs of a firmware map.
    pub fn usable(regions: impl Iterator<Item = Region> + Clone) -> Result<Self, TooManyRegions> {
        let mut runs = Self::empty();
        for region in regions.clone().filter(|region| region.kind == Kind::Usable) {
            runs.add(
                region.start.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX),
                region.end / PAGE * PAGE,
            )?;
        }
        for region in regions.filter(|region| region.kind == Kind::Reserved) {
            runs.remove(region.start, region.end)?;
        }
        Ok(runs)
    }

    /// The runs, ascending.
    pub fn as_slice(&self) -> &[Run] {
        &self.runs[..self.len]
    }

    /// Bytes in all runs.
    #[inline(never)] // see `boot`
    pub fn bytes(&self) -> u64 {
        self.as_slice().iter().map(Run::bytes).sum()
    }

    /// Does any byte of `start..end` lie in a run?
    pub fn overlaps(&self, start: u64, end: u64) -> bool {
        self.as_slice().iter().any(|run| run.start < end && start < run.end)
    }

    /// Adds a run, merging what touches. An empty or inverted one adds nothing.
    #[inline(never)] // see `boot`
    fn add(&mut self, mut start: u64, mut end: u64) -> Result<(), TooManyRegions> {
        if start >= end {
            return Ok(());
        }
        let mut at = 0;
        while at < self.len {
            let run = self.runs[at];
            if run.start <= end && start <= run.end {
                start = start.min(run.start);
                end = end.max(run.end);
                self.delete(at);
            } else {
                at += 1;
            }
        }
        let at = self.as_slice().iter().take_while(|run| run.start < start).count();
        self.insert(at, Run { start, end })
    }

    /// Takes `start..end` out, widened to whole pages.
    #[inline(never)] // see `boot`
    pub fn remove(&mut self, start: u64, end: u64) -> Result<(), TooManyRegions> {
        if start >= end {
            return Ok(());
        }
        let start = start / PAGE * PAGE;
        let end = end.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX);
        let mut at = 0;
        while at < self.len {
            let run = self.runs[at];
            if run.end <= start || end <= run.start {
                at += 1;
                continue;
            }
            self.delete(at);
            for piece in [Run { start: run.start, end: start }, Run { start: end, end: run.end }] {
                if piece.start < piece.end {
                    self.insert(at, piece)?;
                    at += 1;
                }
            }
        }
        Ok(())
    }

    /// Takes `bytes` (a multiple of the page size) aligned to `align` from the lowest run that has them,
    /// below `limit`.
    #[inline(never)] // see `boot`
    pub fn take(&mut self, bytes: u64, align: u64, limit: u64) -> Option<Run> {
        let found = self.as_slice().iter().find_map(|run| {
            let start = run.start.checked_next_multiple_of(align)?;
            let end = start.checked_add(bytes)?;
            (end <= run.end.min(limit)).then_some(Run { start, end })
        })?;
        self.remove(found.start, found.end).ok()?;
        Some(found)
    }

    /// The longest run.
    pub fn longest(&self) -> Option<Run> {
        self.as_slice().iter().copied().max_by_key(Run::bytes)
    }

    #[inline(never)] // see `boot`
    fn delete(&mut self, at: usize) {
        self.runs.copy_within(at + 1..self.len, at);
        self.len -= 1;
    }

    #[inline(never)] // see `boot`
    fn insert(&mut self, at: usize, run: Run) -> Result<(), TooManyRegions> {
        if self.len == REGIONS_MAX {
            return Err(TooManyRegions);
        }
        self.runs.copy_within(at..self.len, at + 1);
        self.runs[at] = run;
        self.len += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::vec::Vec;

    fn usable(start: u64, end: u64) -> Region {
        Region { start, end, kind: Kind::Usable }
    }

    fn reserved(start: u64, end: u64) -> Region {
        Region { start, end, kind: Kind::Reserved }
    }

    fn runs(regions: &[Region]) -> Vec<(u64, u64)> {
        let runs = Runs::usable(regions.iter().copied()).expect("few regions");
        runs.as_slice().iter().map(|run| (run.start, run.end)).collect()
    }

    #[test]
    fn the_map_of_a_q35_guest_with_3_gib() {
        let map = [
            usable(0, 0x9_fc00),
            reserved(0x9_fc00, 0xa_0000),
            reserved(0xf_0000, 0x10_0000),
            usable(0x10_0000, 0x7ffd_f000),
            reserved(0x7ffd_f000, 0x8000_0000),
            reserved(0xb000_0000, 0xc000_0000),
            reserved(0xfffc_0000, 0x1_0000_0000),
            usable(0x1_0000_0000, 0x1_4000_0000),
        ];
        assert_eq!(runs(&map), [(0, 0x9_f000), (0x10_0000, 0x7ffd_f000), (0x1_0000_0000, 0x1_4000_0000)]);
    }

    #[test]
    fn an_all_zero_entry_adds_nothing() {
        assert_eq!(runs(&[reserved(0, 0), usable(0, 0), usable(0x1000, 0x3000)]), [(0x1000, 0x3000)]);
    }

    #[test]
    fn neighbours_and_overlaps_merge_whatever_their_order() {
        let map =
            [usable(0x5000, 0x7000), usable(0x1000, 0x2000), usable(0x2000, 0x5000), usable(0x6000, 0x9000)];
        assert_eq!(runs(&map), [(0x1000, 0x9000)]);
    }

    #[test]
    fn reserved_wins_and_takes_the_whole_page() {
        assert_eq!(
            runs(&[reserved(0x2800, 0x2801), usable(0x1000, 0x4000)]),
            [(0x1000, 0x2000), (0x3000, 0x4000)]
        );
    }

    #[test]
    fn a_region_up_to_the_last_address_does_not_wrap() {
        assert_eq!(runs(&[usable(u64::MAX - 10, u64::MAX), usable(0x1000, 0x2000)]), [(0x1000, 0x2000)]);
        assert_eq!(runs(&[usable(0x1000, 0x2000), reserved(0, u64::MAX)]), []);
    }

    #[test]
    fn what_is_taken_is_aligned_and_gone() {
        let mut map = Runs::usable([usable(0x1000, 0x10_0000)].into_iter()).expect("one region");
        assert_eq!(map.take(0x2000, 0x8000, u64::MAX), Some(Run { start: 0x8000, end: 0xa000 }));
        assert_eq!(map.take(0x1000, 0x1000, u64::MAX), Some(Run { start: 0x1000, end: 0x2000 }));
        assert_eq!(map.bytes(), 0xff000 - 0x3000);
        assert_eq!(map.take(0x10_0000, 0x1000, u64::MAX), None);
        assert_eq!(map.take(0x8000, 0x1000, 0x9000), None);
    }

    #[test]
    fn a_map_in_more_pieces_than_fit_is_refused() {
        let many = (0..100).map(|i| usable(i * 0x2000, i * 0x2000 + 0x1000));
        assert_eq!(Runs::usable(many).err(), Some(TooManyRegions));
    }

    proptest! {
        /// Against the obvious model: a set of page numbers.
        #[test]
        fn usable_runs_are_the_usable_pages_without_the_reserved_ones(
            list in prop::collection::vec((0_u64..60, 0_u64..12, any::<bool>()), 0..12)
        ) {
            let regions: Vec<Region> = list
                .iter()
                .map(|&(start, pages, free)| Region {
                    start: start * PAGE,
                    end: (start + pages) * PAGE,
                    kind: if free { Kind::Usable } else { Kind::Reserved },
                })
                .collect();
            let pages_of = |wanted| -> BTreeSet<u64> {
                let chosen = regions.iter().filter(|r| r.kind == wanted);
                chosen.flat_map(|r| r.start / PAGE..r.end / PAGE).collect()
            };
            let model: BTreeSet<u64> =
                pages_of(Kind::Usable).difference(&pages_of(Kind::Reserved)).copied().collect();
            let runs = Runs::usable(regions.iter().copied()).expect("few regions");
            let pages: Vec<u64> = runs.as_slice().iter().flat_map(|r| r.start / PAGE..r.end / PAGE).collect();
            prop_assert_eq!(pages, model.into_iter().collect::<Vec<_>>());
            for pair in runs.as_slice().windows(2) {
                prop_assert!(pair[0].end < pair[1].start, "disjoint, ascending and merged");
            }
        }
    }
}
