//! Interrupts as the rest of the kernel sees them: a name, a vector, a pending bit, and the table behind
//! `/dev/irqalloc`.
//!
//! An interrupt does three things: it counts itself and its cycles on its vector, sets the pending bits
//! registered for the vector, and acknowledges itself to the interrupt controller. Whoever owns the pending
//! bit does the work in a task.

pub mod table;

pub use table::{Irq, Kind, LineRegistration, RegisterError, Registration, Row, Table};

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_utils::CachePadded;
use spin::Mutex;

use crate::boot::CORES_MAX;

/// Set by an interrupt, taken by the task that serves the device.
#[derive(Debug, Default)]
pub struct Pending(AtomicBool);

impl Pending {
    /// Not pending.
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Marks it; called by interrupt entry, and by tests in its place.
    pub fn set(&self) {
        // Pairs with the acquire in `take`: what the device wrote before it raised the interrupt is visible
        // behind it.
        self.0.store(true, Ordering::Release);
    }

    /// Takes the mark away and says whether it was there.
    pub fn take(&self) -> bool {
        self.is_set() && self.0.swap(false, Ordering::Acquire)
    }

    /// Is it marked?
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The machine's table.
static TABLE: Table = Table::new();

/// Pending bit of the one-shot timer.
static TIMER: Pending = Pending::new();

/// Set when the one-shot timer of this core has fired.
pub fn timer() -> &'static Pending {
    &TIMER
}

/// Pending bit of the interrupt by which one core ends the sleep of another.
static WAKE_UP: Pending = Pending::new();

/// Set when a core has ended the sleep of another. Nobody waits for it: the interrupt itself is all that is wanted.
pub fn wake_up() -> &'static Pending {
    &WAKE_UP
}

/// The machine's table.
pub fn table() -> &'static Table {
    &TABLE
}

/// Interrupts of one core, whatever their vectors.
struct OfCore {
    count: AtomicU64,
    cycles: AtomicU64,
}

static OF_CORES: [CachePadded<OfCore>; CORES_MAX] =
    [const { CachePadded::new(OfCore { count: AtomicU64::new(0), cycles: AtomicU64::new(0) }) }; CORES_MAX];

/// Interrupt entry: adds one to `core`, and what it took.
#[cfg(target_os = "none")]
pub(crate) fn account_core(core: usize, cycles: u64) {
    let OfCore { count, cycles: spent } = &*OF_CORES[core];
    count.fetch_add(1, Ordering::Relaxed);
    spent.fetch_add(cycles, Ordering::Relaxed);
}

/// Interrupts of one core so far, and the cycles they took.
pub fn of_core(core: usize) -> (u64, u64) {
    OF_CORES.get(core).map_or((0, 0), |of_core| {
        (of_core.count.load(Ordering::Relaxed), of_core.cycles.load(Ordering::Relaxed))
    })
}

/// The way from interrupt lines to vectors: the machine's I/O APIC.
pub trait Lines: Sync {
    /// Lets the line raise `vector`; asked again with the same vector it changes nothing.
    fn route(&self, irq: u8, vector: u8) -> Result<(), NoSuchLine>;
}

/// The machine has no such interrupt line, or none at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchLine {
    /// The line.
    pub irq: u8,
}

static LINES: Mutex<Option<&'static dyn Lines>> = Mutex::new(None);

/// Says how lines are routed on this machine; boot does so once.
pub fn set_lines(lines: &'static dyn Lines) {
    *LINES.lock() = Some(lines);
}

/// Lets the line raise `vector`.
pub fn route_line(irq: u8, vector: u8) -> Result<(), NoSuchLine> {
    let lines = *LINES.lock();
    lines.ok_or(NoSuchLine { irq })?.route(irq, vector)
}

/// Gives `pending` the vector of its line and a row in the table.
pub fn register_line(registration: LineRegistration) -> Result<Irq, RegisterError> {
    TABLE.register_line(registration)
}

/// Gives `pending` a vector of its own and a row in the table.
pub fn register(registration: Registration) -> Result<Irq, RegisterError> {
    TABLE.register(registration)
}
