//! The table of vectors: who is registered, how often it came, how many cycles it took.
//!
//! Rows are added at boot and when a driver starts, and never removed. Interrupt entry reads and counts
//! without a lock; a row is published with a release store after it is complete. Pure: the tests drive it as
//! interrupt entry does.

use super::Pending;
use crate::mem::mmio::Mmio;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use spin::{Mutex, Once};

/// Vectors of the interrupt descriptor table.
pub const VECTORS: usize = 256;
/// First vector that is not an exception of the processor.
pub const FIRST_INTERRUPT: u8 = 32;
/// The one-shot timer of the local APIC, where the table of our ancestor shows it.
pub const TIMER_VECTOR: u8 = 50;
/// By which one core ends the sleep of another.
pub const WAKE_VECTOR: u8 = 51;
/// Where the local APIC delivers an interrupt whose cause is gone.
pub const SPURIOUS_VECTOR: u8 = 255;
/// The exceptions that have a row, as in the table of our ancestor.
const TRAPS: [(u8, &str); 7] =
    [(3, "#BP"), (7, "#NM"), (8, "#DF"), (14, "#PF"), (15, "#15"), (16, "#MF"), (19, "#XF")];
/// Rows the table has room for.
pub const HANDLERS_MAX: usize = 256;
/// Vectors of devices: every eighth from 65, so that no priority class (16 vectors) has more than two; then
/// the ones between.
const FIRST_DEVICE: u8 = 65;
const DEVICE_STEP: u8 = 8;

/// What an interrupt comes from; the fifth column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An exception of the processor.
    Trap,
    /// The local APIC itself.
    Lapic,
    /// A message of a PCI function (MSI-X).
    Msi,
    /// A pin of the I/O APIC.
    Ioapic,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Trap => "trap",
            Self::Lapic => "lapic",
            Self::Msi => "msi",
            Self::Ioapic => "ioapic",
        })
    }
}

/// What is asked for with [`Table::register`].
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    /// The name shown; at most [`NAME_BYTES_MAX`] bytes of it are kept.
    pub name: &'static str,
    /// What it comes from.
    pub kind: Kind,
    /// The interrupt line shown in the second column; for a PCI function its interrupt line register.
    pub irq: u8,
    /// Set on every interrupt.
    pub pending: &'static Pending,
}

/// What is asked for with [`Table::register_line`]: a level-triggered line, which devices may share.
#[derive(Debug, Clone, Copy)]
pub struct LineRegistration {
    /// The name shown.
    pub name: &'static str,
    /// The interrupt line.
    pub irq: u8,
    /// Set when the interrupt was this device's.
    pub pending: &'static Pending,
    /// The device's interrupt status: a byte that says whether the interrupt was this device's, and by being
    /// read takes the device off the line. It has to be read before the interrupt is acknowledged, or the
    /// line raises it again.
    pub status: Mmio,
}

/// What a registration got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Irq {
    /// The vector the device has to raise.
    pub vector: u8,
}

/// Why a registration failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterError {
    /// Every device vector is taken.
    NoVector,
    /// The table is full.
    NoRow,
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The vector.
    pub vector: u8,
    /// The interrupt line of the registration.
    pub irq: u8,
    /// Interrupts on this vector.
    pub count: u64,
    /// Cycles spent between entry and acknowledgement on this vector.
    pub cycles: u64,
    /// What it comes from.
    pub kind: Kind,
    /// The name.
    pub name: &'static str,
}

/// Longest name in a row of the printed table.
pub const NAME_BYTES_MAX: usize = 27;

/// `/dev/irqalloc`'s line, without the line feed.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { vector, irq, count, cycles, kind, name } = self;
        write!(f, "{vector:>11} {irq:>11} {count:>20} {cycles:>20} {kind:<8.8} {name:.NAME_BYTES_MAX$}")
    }
}

/// A registered handler; complete before it is linked to its vector, and never changed.
struct Handler {
    irq: u8,
    kind: Kind,
    name: &'static str,
    pending: &'static Pending,
    /// For a line: where the device says whether it was the one.
    status: Option<Mmio>,
    /// The handler registered before this one on the same vector.
    next: Link,
}

/// A place in `Table::handlers` plus one, or 0 for none.
type Link = u16;

struct Vector {
    /// Newest handler; written while registering, read by interrupt entry.
    newest: AtomicU16,
    count: AtomicU64,
    cycles: AtomicU64,
}

/// What has been handed out; behind the lock that registrations take.
struct Taken {
    device_vectors: u8,
    handlers: u16,
}

/// See the head of this file.
pub struct Table {
    vectors: [Vector; VECTORS],
    handlers: [Once<Handler>; HANDLERS_MAX],
    taken: Mutex<Taken>,
    /// Interrupts on vectors nobody registered.
    unknown: AtomicU64,
}

impl Table {
    /// A table without rows.
    pub const fn new() -> Self {
        Self {
            vectors: [const {
                Vector { newest: AtomicU16::new(0), count: AtomicU64::new(0), cycles: AtomicU64::new(0) }
            }; VECTORS],
            handlers: [const { Once::new() }; HANDLERS_MAX],
            taken: Mutex::new(Taken { device_vectors: 0, handlers: 0 }),
            unknown: AtomicU64::new(0),
        }
    }

    /// Adds a row on the next free device vector.
    pub fn register(&self, registration: Registration) -> Result<Irq, RegisterError> {
        let mut taken = self.taken.lock();
        let vector = device_vector(taken.device_vectors).ok_or(RegisterError::NoVector)?;
        let Registration { name, kind, irq, pending } = registration;
        self.link(&mut taken, vector, Handler { irq, kind, name, pending, status: None, next: 0 })?;
        taken.device_vectors += 1;
        Ok(Irq { vector })
    }

    /// Adds a row for a device on a line: on the vector the line has already, or on the next free one.
    pub fn register_line(&self, registration: LineRegistration) -> Result<Irq, RegisterError> {
        let LineRegistration { name, irq, pending, status } = registration;
        let mut taken = self.taken.lock();
        let shared = (FIRST_DEVICE..SPURIOUS_VECTOR).find(|&vector| {
            self.handlers(vector).any(|other| other.kind == Kind::Ioapic && other.irq == irq)
        });
        let fresh = device_vector(taken.device_vectors);
        let vector = shared.or(fresh).ok_or(RegisterError::NoVector)?;
        let handler = Handler { irq, kind: Kind::Ioapic, name, pending, status: Some(status), next: 0 };
        self.link(&mut taken, vector, handler)?;
        if shared.is_none() {
            taken.device_vectors += 1;
        }
        Ok(Irq { vector })
    }

    /// Adds a row for an interrupt of the local APIC, on the vector it has been given there.
    pub fn register_lapic(
        &self,
        vector: u8,
        name: &'static str,
        pending: &'static Pending,
    ) -> Result<(), RegisterError> {
        let handler = Handler { irq: vector, kind: Kind::Lapic, name, pending, status: None, next: 0 };
        self.link(&mut self.taken.lock(), vector, handler)
    }

    fn link(&self, taken: &mut Taken, vector: u8, handler: Handler) -> Result<(), RegisterError> {
        let place = self.handlers.get(usize::from(taken.handlers)).ok_or(RegisterError::NoRow)?;
        let newest = &self.vectors[usize::from(vector)].newest;
        place.call_once(|| Handler { next: newest.load(Ordering::Relaxed), ..handler });
        taken.handlers += 1;
        // Pairs with the acquire in `handlers`.
        newest.store(taken.handlers, Ordering::Release);
        Ok(())
    }

    /// Interrupt entry: sets the pending bits of the vector; on a shared line those of the devices that say
    /// it was them. Does not wait, lock or allocate.
    pub fn deliver(&self, vector: u8) {
        let mut known = false;
        for handler in self.handlers(vector) {
            known = true;
            if handler.status.is_some_and(|status| status.read_u8(0) == 0) {
                continue;
            }
            handler.pending.set();
        }
        if !known {
            self.unknown.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Interrupt entry: adds one to the vector, and what it took.
    pub fn account(&self, vector: u8, cycles: u64) {
        let slot = &self.vectors[usize::from(vector)];
        slot.count.fetch_add(1, Ordering::Relaxed);
        slot.cycles.fetch_add(cycles, Ordering::Relaxed);
    }

    /// Interrupts on one vector so far.
    pub fn count(&self, vector: u8) -> u64 {
        self.vectors[usize::from(vector)].count.load(Ordering::Relaxed)
    }

    /// Interrupts on vectors nobody registered.
    pub fn unknown(&self) -> u64 {
        self.unknown.load(Ordering::Relaxed)
    }

    /// The rows: vectors ascending, on one vector the newest first. Those of the exceptions are always there.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for vector in 0..=u8::MAX {
            let Vector { count, cycles, .. } = &self.vectors[usize::from(vector)];
            let (count, cycles) = (count.load(Ordering::Relaxed), cycles.load(Ordering::Relaxed));
            let row = |irq, kind, name| Row { vector, irq, count, cycles, kind, name };
            let trap = TRAPS.into_iter().find(|&(trap, _)| trap == vector);
            rows.extend(trap.map(|(_, name)| row(0, Kind::Trap, name)));
            rows.extend(self.handlers(vector).map(|handler| row(handler.irq, handler.kind, handler.name)));
        }
        rows
    }

    fn handlers(&self, vector: u8) -> impl Iterator<Item = &Handler> {
        let mut link: Link = self.vectors[usize::from(vector)].newest.load(Ordering::Acquire);
        core::iter::from_fn(move || {
            let handler = self.handlers[usize::from(link.checked_sub(1)?)].get()?;
            link = handler.next;
            Some(handler)
        })
    }
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows()).finish()
    }
}

/// The `index`-th device vector: 65, 73, .. 249, then 66, 74, .. and so on, each once, none beyond 254.
fn device_vector(index: u8) -> Option<u8> {
    let mut left = index;
    for offset in 0..DEVICE_STEP {
        let first = FIRST_DEVICE + offset;
        let in_series = (SPURIOUS_VECTOR - 1 - first) / DEVICE_STEP + 1;
        if left < in_series {
            return Some(first + left * DEVICE_STEP);
        }
        left -= in_series;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::string::ToString;

    fn msi(name: &'static str, irq: u8, pending: &'static Pending) -> Registration {
        Registration { name, kind: Kind::Msi, irq, pending }
    }

    /// All rows but those of the exceptions.
    fn interrupts(table: &Table) -> Vec<Row> {
        table.rows().into_iter().filter(|row| row.kind != Kind::Trap).collect()
    }

    #[test]
    fn a_delivered_interrupt_is_counted_and_pending() {
        static PENDING: Pending = Pending::new();
        let table = Table::new();
        let irq = table.register(msi("virtio-9p-0", 11, &PENDING)).expect("a vector");
        assert_eq!(irq.vector, 65);
        assert!(!PENDING.take());
        table.deliver(65);
        table.account(65, 1200);
        assert!(PENDING.take());
        assert!(!PENDING.take(), "taken once");
        let expected =
            Row { vector: 65, irq: 11, count: 1, cycles: 1200, kind: Kind::Msi, name: "virtio-9p-0" };
        assert_eq!(interrupts(&table), [expected]);
    }

    #[test]
    fn devices_on_one_line_share_its_vector_and_each_says_whether_it_was_the_one() {
        static ONE: Pending = Pending::new();
        static OTHER: Pending = Pending::new();
        let status = || {
            let byte: &'static mut u64 = std::boxed::Box::leak(std::boxed::Box::new(0));
            // SAFETY: leaked, and the only reference to it ends here.
            unsafe { Mmio::new(core::ptr::NonNull::from(byte).cast(), 1) }
        };
        let (one, other) = (status(), status());
        let table = Table::new();
        let line = |name, irq, pending, status| LineRegistration { name, irq, pending, status };
        assert_eq!(table.register_line(line("virtio-9p-0", 11, &ONE, one)), Ok(Irq { vector: 65 }));
        assert_eq!(table.register(msi("virtio-9p-1", 11, &ONE)), Ok(Irq { vector: 73 }));
        assert_eq!(table.register_line(line("virtio-console-2", 11, &OTHER, other)), Ok(Irq { vector: 65 }));
        assert_eq!(table.register_line(line("virtio-console-3", 10, &OTHER, other)), Ok(Irq { vector: 81 }));
        other.write_u8(0, 1);
        table.deliver(65);
        assert!(OTHER.take() && !ONE.take());
        one.write_u8(0, 2);
        table.deliver(65);
        assert!(OTHER.take() && ONE.take(), "a change of configuration counts too");
        let names: Vec<_> = interrupts(&table).iter().map(|row| (row.vector, row.irq, row.name)).collect();
        assert_eq!(names[..2], [(65, 11, "virtio-console-2"), (65, 11, "virtio-9p-0")], "newest first");
    }

    #[test]
    fn an_interrupt_nobody_registered_is_counted_apart() {
        let table = Table::new();
        table.deliver(77);
        table.account(77, 10);
        assert_eq!(table.unknown(), 1);
        assert_eq!(table.count(77), 1);
        assert_eq!(interrupts(&table), []);
    }

    #[test]
    fn device_vectors_are_all_different_and_none_is_the_spurious_one() {
        let vectors: Vec<u8> = (0..=u8::MAX).map_while(device_vector).collect();
        assert_eq!(vectors[..3], [65, 73, 81]);
        let distinct: BTreeSet<u8> = vectors.iter().copied().collect();
        assert_eq!(distinct, (65..=254).collect());
        assert_eq!(vectors.len(), distinct.len());
    }

    #[test]
    fn the_table_runs_out_of_vectors_with_an_error() {
        static PENDING: Pending = Pending::new();
        let table = Table::new();
        let granted = (0..300).map_while(|_| table.register(msi("x", 0, &PENDING)).ok()).count();
        assert_eq!(granted, 190);
        assert_eq!(table.register(msi("x", 0, &PENDING)), Err(RegisterError::NoVector));
    }

    #[test]
    fn rows_print_in_the_columns_of_irqalloc() {
        static TICKS: Pending = Pending::new();
        let table = Table::new();
        table.register_lapic(TIMER_VECTOR, "APIC timer", &TICKS).expect("room");
        for _ in 0..2 {
            table.account(50, 10_844_815_152 / 2);
        }
        let rows = table.rows();
        assert_eq!(rows.iter().filter(|row| row.kind == Kind::Trap).count(), TRAPS.len());
        let shown = rows.iter().filter(|row| row.kind != Kind::Trap || row.vector == 3);
        let text: std::string::String = shown.map(|row| row.to_string() + "\n").collect();
        assert_eq!(
            text,
            concat!(
                "          3           0                    0                    0 trap     #BP\n",
                "         50          50                    2          10844815152 lapic    APIC timer\n",
            )
        );
    }

    #[test]
    fn a_long_name_is_cut_to_the_width_of_the_table() {
        let row = Row {
            vector: 1,
            irq: 2,
            count: 3,
            cycles: 4,
            kind: Kind::Ioapic,
            name: "abcdefghijklmnopqrstuvwxyz0123",
        };
        assert!(row.to_string().ends_with(" ioapic   abcdefghijklmnopqrstuvwxyz0"));
    }
}
