//! The interrupt descriptor table: every vector leads to its stub in `vectors.s`, and from there to
//! [`interrupt`] or to `fault`.

use core::arch::global_asm;
use core::ptr::addr_of;

use spin::Once;
use x86_64::VirtAddr;
use x86_64::structures::idt::{Entry, HandlerFunc, InterruptDescriptorTable};

use super::core_block::{self, IstIndex};
use super::fault;
use super::{apic, tsc};
use crate::irq;
use crate::irq::table::{FIRST_INTERRUPT, RegisterError, SPURIOUS_VECTOR};

global_asm!(
    include_str!("vectors.s"),
    exception = sym fault::exception,
    interrupt = sym interrupt,
);

unsafe extern "C" {
    static exception_stubs: u8;
    static interrupt_stubs: u8;
}

const EXCEPTION_STUB_BYTES: u64 = 16;
const INTERRUPT_STUB_BYTES: u64 = 8;

/// A table for each place where faults can run.
static TABLES: [Once<InterruptDescriptorTable>; 2] = [const { Once::new() }; 2];

/// Where faults run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FaultsOn {
    /// The stack of the code that faulted.
    SameStack,
    /// The stacks of the core block.
    FaultStacks,
}

/// Makes faults report themselves before there is memory for anything better; called with the segments of
/// `entry.s`.
pub(crate) fn init_early() {
    load(FaultsOn::SameStack);
}

/// Makes this core use the final table. The core has its segments and fault stacks already.
pub(crate) fn init() {
    load(FaultsOn::FaultStacks);
}

#[inline(never)] // see `boot`
fn load(faults: FaultsOn) {
    TABLES[faults as usize].call_once(|| table(faults)).load();
}

/// Adds the row of the timer to the table of interrupts.
pub(crate) fn register_rows() -> Result<(), RegisterError> {
    irq::table().register_lapic(irq::table::TIMER_VECTOR, "APIC timer", irq::timer())
}

/// Exceptions that a processor can raise; the other vectors below 32 are reserved, and a gate there would
/// only hide that something is wrong (they end in a general protection fault).
const EXCEPTIONS: u32 = 1 << 0 // divide error
    | 1 << 1 // debug
    | 1 << 2 // non-maskable interrupt
    | 1 << 3 // breakpoint
    | 1 << 4 // overflow
    | 1 << 5 // bound range exceeded
    | 1 << 6 // invalid opcode
    | 1 << 7 // device not available
    | 1 << 8 // double fault
    | 1 << 10 // invalid task state segment
    | 1 << 11 // segment not present
    | 1 << 12 // stack fault
    | 1 << 13 // general protection
    | 1 << 14 // page fault
    | 1 << 16 // x87 floating point
    | 1 << 17 // alignment check
    | 1 << 18 // machine check
    | 1 << 19 // SIMD floating point
    | 1 << 20 // virtualization
    | 1 << 21 // control protection
    | 1 << 30; // security

/// Faults run on stacks of their own: whatever is wrong, the stack may be part of it.
const fn fault_stack(vector: u8) -> IstIndex {
    match vector {
        2 => IstIndex::Nmi,
        8 => IstIndex::DoubleFault,
        18 => IstIndex::MachineCheck,
        _ => IstIndex::Fault,
    }
}

fn table(faults: FaultsOn) -> InterruptDescriptorTable {
    /// Copied in one go instead of built field by field.
    const EMPTY: InterruptDescriptorTable = InterruptDescriptorTable::new();
    let mut idt = EMPTY;
    let gates = (&raw mut idt).cast::<Entry<HandlerFunc>>();
    let exceptions = addr_of!(exception_stubs) as u64;
    let interrupts = addr_of!(interrupt_stubs) as u64;
    for vector in 0..=u8::MAX {
        let stub = match vector {
            FIRST_INTERRUPT.. => interrupts + u64::from(vector - FIRST_INTERRUPT) * INTERRUPT_STUB_BYTES,
            _ if EXCEPTIONS & 1 << vector != 0 => exceptions + u64::from(vector) * EXCEPTION_STUB_BYTES,
            _ => continue,
        };
        // SAFETY: the table is 256 gates in the processor's format, which does not depend on the type of the
        // handler; the crate gives each exception a type of its own, which one loop over all cannot have. The
        // stub is that of the vector: it saves what Rust may change and ends in `iretq`. The stack is one the
        // core block has put into the task state segment.
        unsafe {
            let gate = (*gates.add(usize::from(vector))).set_handler_addr(VirtAddr::new(stub));
            if vector < FIRST_INTERRUPT && faults == FaultsOn::FaultStacks {
                gate.set_stack_index(fault_stack(vector) as u16);
            }
        }
    }
    idt
}

/// Interrupt entry: marks, acknowledges, accounts. Called by `vectors.s` with interrupts off.
extern "sysv64" fn interrupt(vector: u64) {
    let entered = tsc();
    let vector = vector as u8;
    let table = irq::table();
    table.deliver(vector);
    // The spurious vector is not in service and must not be acknowledged (Intel SDM volume 3, 11.9).
    if vector != SPURIOUS_VECTOR {
        apic::end_of_interrupt();
    }
    let cycles = tsc().wrapping_sub(entered);
    table.account(vector, cycles);
    irq::account_core(core_block::number(), cycles);
}
