//! The few ACPI tables the kernel reads: where the clocks are, where interrupt lines lead, and which processors there
//! are (ACPI 6.4, chapter 5). Pure; the bytes come through [`Memory`].
//!
//! A table with a bad checksum or a length that does not fit is passed over as if it were not there.

use super::CORES_MAX;

/// The way to physical memory; `None` where there is none.
pub trait Memory {
    /// The `bytes` bytes at `address`.
    fn bytes(&self, address: u64, bytes: usize) -> Option<&[u8]>;
}

/// What the tables say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Acpi {
    /// Physical address of the HPET's registers.
    pub hpet: Option<u64>,
    /// The power management timer.
    pub pm_timer: Option<PmTimer>,
    /// Where interrupt lines lead.
    pub routing: Option<Routing>,
    /// The processors.
    pub processors: Processors,
}

/// The processors that can be started, by the ids of their local APICs, in the order of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Processors {
    ids: [u32; CORES_MAX],
    len: usize,
    more: usize,
}

impl Processors {
    /// The ids of the first [`CORES_MAX`].
    pub fn ids(&self) -> &[u32] {
        &self.ids[..self.len]
    }

    /// How many there are beyond these.
    pub fn more(&self) -> usize {
        self.more
    }

    /// An id that is there already is passed over: a processor that runs must not be started, which would reset it.
    fn add(&mut self, id: u32) {
        if self.ids().contains(&id) {
            return;
        }
        match self.ids.get_mut(self.len) {
            Some(place) => {
                *place = id;
                self.len += 1;
            }
            None => self.more += 1,
        }
    }

    /// The enabled ones of a multiple APIC description table: entries of the two kinds for local APICs (ACPI 6.4,
    /// 5.2.12.2 and 5.2.12.12), which say in a flag whether the processor is there.
    fn parse(table: &[u8]) -> Self {
        const LOCAL_APIC: u8 = 0;
        const LOCAL_X2APIC: u8 = 9;
        const ENABLED: u32 = 1;
        let mut processors = Self::default();
        for entry in entries(table) {
            let (id, flags) = match entry[0] {
                LOCAL_APIC => (entry.get(3).map(|&id| u32::from(id)), u32_at(entry, 4)),
                LOCAL_X2APIC => (u32_at(entry, 4), u32_at(entry, 8)),
                _ => continue,
            };
            if let (Some(id), Some(flags)) = (id, flags)
                && flags & ENABLED != 0
            {
                processors.add(id);
            }
        }
        processors
    }
}

/// Where interrupt lines lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Routing {
    /// The first I/O APIC.
    pub io_apic: Option<IoApic>,
    /// The sixteen ISA lines.
    pub lines: Lines,
}

/// An I/O APIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IoApic {
    /// Physical address of its registers.
    pub address: u64,
    /// The global interrupt of its first pin.
    pub first_interrupt: u32,
}

/// Where an interrupt line leads and how it signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The global interrupt.
    pub interrupt: u32,
    /// Asserted when low.
    pub active_low: bool,
    /// Signalled by level, not by edge.
    pub level: bool,
}

/// The interrupt lines by their ISA numbers, which is what firmware writes into a PCI function's interrupt
/// line register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines([Line; 16]);

impl Default for Lines {
    /// Without overrides a line leads to the global interrupt of its number, and signals as PCI does.
    fn default() -> Self {
        Self(core::array::from_fn(|irq| Line { interrupt: irq as u32, active_low: true, level: true }))
    }
}

impl Lines {
    /// Where this line leads.
    pub fn get(&self, irq: u8) -> Option<Line> {
        self.0.get(usize::from(irq)).copied()
    }
}

/// The power management timer: a counter at 3.579545 MHz behind an I/O port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PmTimer {
    /// The port.
    pub port: u16,
    /// 32 bits wide instead of 24.
    pub wide: bool,
}

/// Bytes of the header that every table begins with.
const HEADER_BYTES: usize = 36;
/// Tables we read are far smaller.
const TABLE_BYTES_MAX: usize = 64 * 1024;

impl Acpi {
    /// Reads the tables from the root pointer on; without a valid root there is nothing to know.
    pub fn read(rsdp: u64, memory: &impl Memory) -> Self {
        let mut acpi = Self::default();
        for_each_table(rsdp, memory, |table| match &table[..4] {
            b"HPET" => acpi.hpet = hpet(table),
            b"FACP" => acpi.pm_timer = pm_timer(table),
            b"APIC" => {
                acpi.routing = Some(Routing::parse(table));
                acpi.processors = Processors::parse(table);
            }
            _ => {}
        });
        acpi
    }
}

impl Routing {
    /// From the multiple APIC description table (ACPI 6.4, 5.2.12).
    fn parse(table: &[u8]) -> Self {
        const IO_APIC: u8 = 1;
        const INTERRUPT_OVERRIDE: u8 = 2;
        let mut routing = Self::default();
        for entry in entries(table) {
            match entry[0] {
                IO_APIC if routing.io_apic.is_none() => routing.io_apic = io_apic(entry),
                INTERRUPT_OVERRIDE => {
                    if let Some((irq, line)) = interrupt_override(entry)
                        && let Some(place) = routing.lines.0.get_mut(usize::from(irq))
                    {
                        *place = line;
                    }
                }
                _ => {}
            }
        }
        routing
    }
}

/// Where the entries of a multiple APIC description table begin.
const FIRST_ENTRY: usize = 44;

/// The entries of a multiple APIC description table, as far as they make sense: a type, a length, and that many bytes in
/// all.
fn entries(table: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = table.get(FIRST_ENTRY..).unwrap_or(&[]);
    core::iter::from_fn(move || {
        let length = usize::from(*rest.get(1)?);
        let (entry, behind) = rest.split_at_checked(length).filter(|_| length >= 2)?;
        rest = behind;
        Some(entry)
    })
}

fn io_apic(entry: &[u8]) -> Option<IoApic> {
    Some(IoApic { address: u64::from(u32_at(entry, 4)?), first_interrupt: u32_at(entry, 8)? })
}

fn interrupt_override(entry: &[u8]) -> Option<(u8, Line)> {
    let flags = u32_at(entry, 6)? >> 16;
    // Two bits each: 1 high or edge, 3 low or level, 0 as the bus does, which for ISA is high and edge.
    let line =
        Line { interrupt: u32_at(entry, 4)?, active_low: flags & 3 == 3, level: (flags >> 2) & 3 == 3 };
    Some((*entry.get(3)?, line))
}

fn for_each_table(rsdp: u64, memory: &impl Memory, mut visit: impl FnMut(&[u8])) -> Option<()> {
    let root = memory.bytes(rsdp, 20).filter(|root| root.starts_with(b"RSD PTR ") && sums_to_zero(root))?;
    let (list, width) = match (root[15], memory.bytes(rsdp, 36)) {
        (2.., Some(extended)) if u64_at(extended, 24)? != 0 => (u64_at(extended, 24)?, 8),
        _ => (u64::from(u32_at(root, 16)?), 4),
    };
    let list = table(list, memory)?;
    for entry in list[HEADER_BYTES..].chunks_exact(width) {
        let address = if width == 8 { u64_at(entry, 0)? } else { u64::from(u32_at(entry, 0)?) };
        if let Some(table) = table(address, memory) {
            visit(table);
        }
    }
    Some(())
}

fn table(address: u64, memory: &impl Memory) -> Option<&[u8]> {
    let length = u32_at(memory.bytes(address, HEADER_BYTES)?, 4)? as usize;
    let bytes = Some(length).filter(|bytes| (HEADER_BYTES..=TABLE_BYTES_MAX).contains(bytes))?;
    memory.bytes(address, bytes).filter(|table| sums_to_zero(table))
}

/// The HPET table (IA-PC HPET 1.0a, 3.2.4): a generic address at 40, of which the first byte says "memory".
fn hpet(table: &[u8]) -> Option<u64> {
    let in_memory = *table.get(40)? == 0;
    u64_at(table, 44).filter(|&address| in_memory && address != 0)
}

/// The fixed table (ACPI 6.4, 5.2.9): the timer's port at 76, its length at 91, flags at 112.
fn pm_timer(table: &[u8]) -> Option<PmTimer> {
    const FLAG_TIMER_IS_32_BITS: u32 = 1 << 8;
    let port = u16::try_from(u32_at(table, 76)?).ok().filter(|&port| port != 0)?;
    let there = *table.get(91)? == 4;
    let wide = u32_at(table, 112)? & FLAG_TIMER_IS_32_BITS != 0;
    there.then_some(PmTimer { port, wide })
}

fn sums_to_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) == 0
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// Memory that begins at this address and ends somewhere.
    struct Ram(Vec<u8>);
    const BASE: u64 = 0xf_0000;

    impl Memory for Ram {
        fn bytes(&self, address: u64, bytes: usize) -> Option<&[u8]> {
            let offset = usize::try_from(address.checked_sub(BASE)?).ok()?;
            self.0.get(offset..offset.checked_add(bytes)?)
        }
    }

    impl Ram {
        fn put(&mut self, bytes: &[u8]) -> u64 {
            let address = BASE + self.0.len() as u64;
            self.0.extend_from_slice(bytes);
            address
        }
    }

    fn sealed(mut bytes: Vec<u8>, checksum_at: usize) -> Vec<u8> {
        bytes[checksum_at] = 0;
        let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        bytes[checksum_at] = 0_u8.wrapping_sub(sum);
        bytes
    }

    fn with_header(signature: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut bytes = std::vec![0; HEADER_BYTES];
        bytes[..4].copy_from_slice(signature);
        bytes[4..8].copy_from_slice(&((HEADER_BYTES + body.len()) as u32).to_le_bytes());
        bytes.extend_from_slice(body);
        sealed(bytes, 9)
    }

    fn hpet_table() -> Vec<u8> {
        let mut body = std::vec![0; 20];
        body[8..16].copy_from_slice(&0xfed0_0000_u64.to_le_bytes());
        with_header(b"HPET", &body)
    }

    fn fixed_table() -> Vec<u8> {
        let mut body = std::vec![0; 80];
        body[76 - 36..80 - 36].copy_from_slice(&0x608_u32.to_le_bytes());
        body[91 - 36] = 4;
        body[112 - 36..116 - 36].copy_from_slice(&0x100_u32.to_le_bytes());
        with_header(b"FACP", &body)
    }

    fn root_with_rsdt(ram: &mut Ram, tables: &[u64]) -> u64 {
        let entries: Vec<u8> = tables.iter().flat_map(|&table| (table as u32).to_le_bytes()).collect();
        let rsdt = ram.put(&with_header(b"RSDT", &entries));
        let mut root = b"RSD PTR \0BOCHS \0".to_vec();
        root.extend_from_slice(&(rsdt as u32).to_le_bytes());
        ram.put(&sealed(root, 8))
    }

    fn madt() -> Vec<u8> {
        let mut body = std::vec![0; 8];
        body.extend_from_slice(&[0, 8, 0, 0, 1, 0, 0, 0]); // a core
        body.extend_from_slice(&[1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0]);
        body.extend_from_slice(&[2, 10, 0, 0, 2, 0, 0, 0, 0, 0]); // the PIT, on pin 2
        body.extend_from_slice(&[2, 10, 0, 11, 11, 0, 0, 0, 0x0d, 0]);
        body.extend_from_slice(&[2, 10, 0, 99, 11, 0, 0, 0, 0x0d, 0]);
        with_header(b"APIC", &body)
    }

    #[test]
    fn the_io_apic_and_the_lines_that_lead_to_it_are_found() {
        let mut ram = Ram(Vec::new());
        let table = ram.put(&madt());
        let root = root_with_rsdt(&mut ram, &[table]);
        let acpi = Acpi::read(root, &ram);
        assert_eq!(acpi.processors.ids(), [0]);
        let routing = acpi.routing.expect("a good table");
        assert_eq!(routing.io_apic, Some(IoApic { address: 0xfec0_0000, first_interrupt: 0 }));
        let line = |interrupt, active_low, level| Some(Line { interrupt, active_low, level });
        assert_eq!(routing.lines.get(0), line(2, false, false));
        assert_eq!(routing.lines.get(10), line(10, true, true), "as PCI does");
        assert_eq!(routing.lines.get(11), line(11, false, true));
        assert_eq!(routing.lines.get(16), None);
    }

    #[test]
    fn enabled_processors_are_found_by_either_kind_of_entry_and_no_more_than_there_is_room_for() {
        let mut body = std::vec![0; 8];
        body.extend_from_slice(&[0, 8, 0, 4, 1, 0, 0, 0]);
        body.extend_from_slice(&[0, 8, 1, 5, 0, 0, 0, 0]); // not there, may be plugged in later
        body.extend_from_slice(&[9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
        body.extend_from_slice(&[0, 6, 3, 9, 1, 0]); // too short to say whether it is there
        assert_eq!(Processors::parse(&with_header(b"APIC", &body)).ids(), [4, 0x100]);
        for id in 8..8 + CORES_MAX as u8 {
            body.extend_from_slice(&[0, 8, id, id, 1, 0, 0, 0]);
        }
        let processors = Processors::parse(&with_header(b"APIC", &body));
        assert_eq!((processors.ids().len(), processors.more()), (CORES_MAX, 2));
    }

    #[test]
    fn a_processor_listed_twice_is_one() {
        let mut body = std::vec![0; 8];
        for id in [0, 3, 3, 0] {
            body.extend_from_slice(&[0, 8, id, id, 1, 0, 0, 0]);
        }
        body.extend_from_slice(&[9, 16, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]); // by the other kind of entry
        let processors = Processors::parse(&with_header(b"APIC", &body));
        assert_eq!((processors.ids(), processors.more()), (&[0, 3][..], 0));
    }

    #[test]
    fn a_list_of_entries_that_does_not_end_well_is_read_as_far_as_it_goes() {
        for tail in [&[1, 0][..], &[1, 200, 3], &[2], &[2, 3, 0], &[1, 4, 0, 0]] {
            let mut body = std::vec![0; 8];
            body.extend_from_slice(tail);
            assert_eq!(Routing::parse(&with_header(b"APIC", &body)), Routing::default());
        }
        assert_eq!(Routing::parse(&with_header(b"APIC", &[])), Routing::default(), "too short");
    }

    const PM_TIMER: PmTimer = PmTimer { port: 0x608, wide: true };

    #[test]
    fn clocks_are_found_through_the_short_root() {
        let mut ram = Ram(Vec::new());
        let tables = [ram.put(&fixed_table()), ram.put(&hpet_table())];
        let root = root_with_rsdt(&mut ram, &tables);
        assert_eq!(
            Acpi::read(root, &ram),
            Acpi { hpet: Some(0xfed0_0000), pm_timer: Some(PM_TIMER), ..Acpi::default() }
        );
    }

    #[test]
    fn clocks_are_found_through_the_long_root() {
        let mut ram = Ram(Vec::new());
        let entries: Vec<u8> = [ram.put(&hpet_table()), ram.put(&fixed_table())]
            .into_iter()
            .flat_map(u64::to_le_bytes)
            .collect();
        let xsdt = ram.put(&with_header(b"XSDT", &entries));
        let mut root = sealed(b"RSD PTR \0BOCHS \x02\0\0\0\0".to_vec(), 8);
        root.extend_from_slice(&36_u32.to_le_bytes());
        root.extend_from_slice(&xsdt.to_le_bytes());
        root.extend_from_slice(&[0; 4]);
        let root = ram.put(&root);
        assert_eq!(
            Acpi::read(root, &ram),
            Acpi { hpet: Some(0xfed0_0000), pm_timer: Some(PM_TIMER), ..Acpi::default() }
        );
    }

    #[test]
    fn a_table_with_a_bad_sum_or_outside_of_memory_is_not_there() {
        let mut ram = Ram(Vec::new());
        let mut spoilt = hpet_table();
        spoilt[44] ^= 1;
        let tables = [ram.put(&spoilt), 0xffff_f000, ram.put(&fixed_table())];
        let root = root_with_rsdt(&mut ram, &tables);
        assert_eq!(Acpi::read(root, &ram), Acpi { pm_timer: Some(PM_TIMER), ..Acpi::default() });
    }

    #[test]
    fn without_a_root_nothing_is_known() {
        assert_eq!(Acpi::read(0, &Ram(Vec::new())), Acpi::default());
        assert_eq!(Acpi::read(BASE, &Ram(std::vec![0; 64])), Acpi::default());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(
            mut tail in prop::collection::vec(any::<u8>(), 0..300),
            at in 0_usize..300,
        ) {
            let mut ram = Ram(Vec::new());
            if at + 8 < tail.len() {
                tail[at..at + 8].copy_from_slice(&BASE.to_le_bytes());
            }
            let tables = [b"FACP", b"APIC", b"HPET"].map(|name| ram.put(&with_header(name, &tail)));
            let other = ram.put(&tail);
            let listed = [&tables[..], &[other, BASE + 7]].concat();
            let root = root_with_rsdt(&mut ram, &listed);
            Acpi::read(root, &ram);
        }
    }
}
